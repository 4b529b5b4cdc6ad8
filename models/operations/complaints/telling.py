"""Who is told of what happens to a complaint."""

from models.complaints import Complaint
from models.operations.core import Step, Tell, TellResident, tells, tells_residents
from models.operations.matters import tells_of_matters
from models.outbox import ResidentKind
from models.roles import Role
from models.told import ToldKind


def _department(step: Step) -> list[int | None]:
    """The leads of the team that it was given to, and the head who is told in the same step."""
    heads = [step.row.head_told_id] if step.changed("head_told_id") else []
    return [*heads, *(step.leads() if step.changed("status", "team_id") else ())]


def _who_thought_it_settled(step: Step) -> list[int | None]:
    """Handler, desk owner and the department of the complaint that was archived."""
    archived = step.session.get_one(Complaint, step.row.previous_id)
    leads = step.people.of(archived.estate_id, {Role.LEAD}, archived.team_id) if archived.team_id else []
    return [archived.assignee_id, archived.desk_owner_id, *leads]


def _who_sees_to_it(step: Step) -> list[int | None]:
    return [step.row.measures_by_id] if step.changed("measures", "measures_due_at", "measures_by_id") else []


def _who_is_in_charge(step: Step) -> list[int | None]:
    return [step.row.review_in_charge_id] if step.changed("review_measures", "review_in_charge_id") else []


_JOB = Tell(ToldKind.NEW_JOB, "DSP-3", lambda step: step.now("assignee_id"))
_DEPARTMENT = Tell(ToldKind.COMPLAINT, "DSP-3", _department)

tells_of_matters(Complaint, escalating="CMP-5")
tells(Complaint, "assign", _JOB, _DEPARTMENT)
tells(
    Complaint,
    "reassign",
    _JOB,
    _DEPARTMENT,
    Tell(ToldKind.REASSIGNED, "DSP-3", lambda step: step.before_it("assignee_id")),
)
tells(Complaint, "reopen_as_new", Tell(ToldKind.REOPENED, "CMP-8", _who_thought_it_settled))
tells(Complaint, "write_formal_record", Tell(ToldKind.MEASURES, "CMP-3", _who_sees_to_it))
tells(Complaint, "write_review", Tell(ToldKind.MEASURES, "CMP-13", _who_is_in_charge))
tells_residents(Complaint, "propose", TellResident(ResidentKind.ANSWERED))
tells_residents(Complaint, "negotiate", TellResident(ResidentKind.PROGRESS))
tells_residents(Complaint, "carry_out", TellResident(ResidentKind.DONE))

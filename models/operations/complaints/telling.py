"""Who is told of what happens to a complaint."""

from models.complaints import Complaint
from models.operations.core import Step, Tell, tells
from models.operations.matters import tells_of_matters
from models.told import ToldKind


def _who_has_it(step: Step) -> list[int | None]:
    return [step.row.assignee_id] if step.changed("assignee_id") else []


def _department(step: Step) -> list[int | None]:
    """The leads of the team that it was given to, and the head who is told in the same step."""
    heads = [step.row.head_told_id] if step.changed("head_told_id") else []
    return [*heads, *(step.leads() if step.changed("status", "team_id") else ())]


def _who_had_it(step: Step) -> list[int | None]:
    return [(step.before or {}).get("assignee_id")]


def _who_sees_to_it(step: Step) -> list[int | None]:
    return [step.row.measures_by_id] if step.changed("measures", "measures_due_at", "measures_by_id") else []


def _who_is_in_charge(step: Step) -> list[int | None]:
    return [step.row.review_in_charge_id] if step.changed("review_measures", "review_in_charge_id") else []


_JOB = Tell(ToldKind.NEW_JOB, "DSP-3", _who_has_it)
_DEPARTMENT = Tell(ToldKind.COMPLAINT, "DSP-3", _department)

tells_of_matters(Complaint, escalating="CMP-5")
tells(Complaint, "assign", _JOB, _DEPARTMENT)
tells(Complaint, "reassign", _JOB, _DEPARTMENT, Tell(ToldKind.REASSIGNED, "DSP-3", _who_had_it))
tells(Complaint, "write_formal_record", Tell(ToldKind.MEASURES, "CMP-3", _who_sees_to_it))
tells(Complaint, "write_review", Tell(ToldKind.MEASURES, "CMP-13", _who_is_in_charge))

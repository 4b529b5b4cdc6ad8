"""Who is told of what happens to a ticket."""

from models.operations.core import Step, Tell, TellResident, tells, tells_residents
from models.operations.matters import tells_of_matters
from models.operations.tickets.incidents import attached_to
from models.outbox import ResidentKind
from models.roles import Role
from models.tickets import Ticket, TicketKind
from models.told import ToldKind


def _whoever_takes_it(step: Step) -> list[int]:
    """All technicians of the team of an emergency that nobody was assigned to, and its lead."""
    ticket = step.row
    if (
        ticket.kind is not TicketKind.EMERGENCY
        or ticket.assignee_id
        or not step.changed("status", "team_id", "assignee_id", "kind")
    ):
        return []
    return step.people.of(ticket.estate_id, {Role.TECHNICIAN, Role.LEAD}, ticket.team_id)


def _of_the_incident(step: Step) -> list[int | None]:
    """Who answers for the reports of an incident and for the ticket that leads it, and who handles them."""
    rows = [step.row, *attached_to(step.session, [step.row])]
    return [who for row in rows for who in (row.desk_owner_id, row.assignee_id)]


_JOB = Tell(ToldKind.NEW_JOB, "DSP-11", lambda step: step.now("assignee_id"))
_EMERGENCY = Tell(ToldKind.EMERGENCY, "DSP-1", _whoever_takes_it)

tells_of_matters(Ticket, escalating="DSP-9")
tells(Ticket, "dispatch", _JOB, _EMERGENCY)
tells(Ticket, "change_kind", _EMERGENCY)
tells(Ticket, "assign", _JOB)
tells(Ticket, "accept", _JOB)
tells(
    Ticket,
    "reassign",
    _JOB,
    Tell(ToldKind.REASSIGNED, "DSP-11", lambda step: step.before_it("assignee_id")),
    _EMERGENCY,
)
tells(
    Ticket,
    "attach",
    Tell(ToldKind.ATTACHED, "INT-6", lambda step: [step.row.desk_owner_id, step.row.assignee_id]),
)
tells(Ticket, "tell_all", Tell(ToldKind.PROGRESS, "INT-6", _of_the_incident))
_HEADS = Tell(ToldKind.ESCALATED, "DSP-9", lambda step: [*step.supervisors(), *step.leads()])
_WHO_WAITS = Tell(
    ToldKind.ANSWERED, "DSP-9", lambda step: [step.row.desk_owner_id, step.row.assignee_id, step.row.follower_id]
)
tells(Ticket, "submit", _HEADS)
tells(Ticket, "decide", _WHO_WAITS)
tells(Ticket, "note_answer", _WHO_WAITS, _HEADS)
_OUTSIDE = Tell(ToldKind.OUTSIDE, "JOB-9", lambda step: [step.row.desk_owner_id, step.row.assignee_id])
for verb in ("give_outside", "outside_done", "take_back_outside"):
    tells(Ticket, verb, _OUTSIDE)


def _visit(step: Step) -> bool:
    """Whether a visit was agreed, or moved (DSP-7)."""
    return step.row.visit_from is not None and step.changed("visit_from", "visit_until")


_VISIT = TellResident(ResidentKind.VISIT, _visit)
for verb in ("dispatch", "assign", "reassign", "resume", "amend"):
    tells_residents(Ticket, verb, _VISIT)
tells_residents(Ticket, "finish", TellResident(ResidentKind.DONE))
tells_residents(Ticket, "answer", TellResident(ResidentKind.ANSWERED))
tells_residents(
    Ticket,
    "tell_all",
    TellResident(ResidentKind.INCIDENT, rows=lambda step: [step.row, *attached_to(step.session, [step.row])]),
)

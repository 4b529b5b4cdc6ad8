"""Who is told of what happens to a ticket."""

from models.operations.core import Step, Tell, tells
from models.operations.matters import tells_of_matters
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

"""Next dates of tickets that were there before each open one had its own (INT-14)."""

from collections.abc import Iterable

from sqlalchemy import or_, select

from models.base import among
from models.call import Call
from models.estates import Estate
from models.matters import ClockRun
from models.operations.core import Move
from models.operations.tickets.sending import ANSWERED_KINDS, answer_clock
from models.settings import Clock
from models.tickets import OPEN_STATUSES, PROMISE, QUESTION, WAITING, Ticket, TicketStatus

_UNANSWERED = (
    among(Ticket.status, OPEN_STATUSES),
    Ticket.finished_at.is_(None),
    or_(Ticket.promised_at.is_not(None), among(Ticket.kind, ANSWERED_KINDS)),
)


def date_undated(call: Call, estates: Iterable[Estate]) -> None:
    """Give the tickets of *estates* the clocks that they lack (INT-14), each with its event.

    What waits and nobody has said until when is due at once, an answer by its promise or from when it was asked for.
    """
    here = Ticket.estate_id.in_([estate.id for estate in estates])
    waits = (among(Ticket.status, (TicketStatus.WAITING,)),)
    for verb, codes, those in (("wait", (WAITING,), waits), ("amend", (PROMISE, QUESTION), _UNANSWERED)):
        running = ClockRun.of(Ticket, Ticket.id), ClockRun.met_at.is_(None), ClockRun.cancelled_at.is_(None)
        dated = select(ClockRun.id).join(Clock, Clock.id == ClockRun.clock_id).where(*running, Clock.code.in_(codes))
        undated = call.session.scalars(select(Ticket).where(here, *those, ~dated.exists())).all()
        move = Move(call.following(), Ticket, undated, verb=verb, rule="INT-14")
        for ticket in move.rows:
            code = answer_clock(ticket.kind, ticket.promised_at)
            if verb == "wait" or code is None:
                move.clocks.start(ticket, WAITING, move.now, due_at=move.now)
            else:
                move.clocks.start(ticket, code, ticket.registered_at, due_at=ticket.promised_at)
        move.finish()

"""What a job costs: noted with the resident's yes, paid, or let go (JOB-4)."""

from collections.abc import Iterable

from models.call import Call
from models.errors import Outcome, gettext_noop
from models.operations.core import Move
from models.operations.tickets.opening import open_move
from models.policy import may
from models.tickets import Ticket, TicketStatus


def charge(call: Call, tickets: Iterable[Ticket], *, amount_fen: int, agreed: bool) -> Outcome:
    """Note what the job costs, in fen, with the resident's yes; only a supervisor lowers it again (JOB-4)."""
    move = open_move(call, tickets, "charge")
    message = gettext_noop("The amount must be between 0 and 1,000,000 yuan.")
    move.refuse_unless(0 <= amount_fen <= 100_000_000, "JOB-4", message, field="amount_fen")
    move.refuse_unless(agreed, "JOB-4", gettext_noop("Record the resident's yes first."), field="agreed")
    working = (TicketStatus.DISPATCHED, TicketStatus.ACCEPTED, TicketStatus.IN_PROGRESS, TicketStatus.WAITING)
    for ticket in list(move.rows):
        if ticket.status not in (*working, TicketStatus.DONE):
            message = gettext_noop("%(record)s is “%(status)s”; a charge belongs to a job under way.")
            move.refuse(ticket, "JOB-4", message, record=ticket.number, status=ticket.status)
        elif ticket.settled_at is not None or ticket.waived_at is not None:
            move.refuse(ticket, "JOB-4", gettext_noop("The charge is settled or waived already."))
        elif amount_fen < (ticket.charge_fen or 0) and not may(call.actor, "waive", ticket):
            message = gettext_noop("Only a supervisor lowers or waives what was agreed, with a reason.")
            move.refuse(ticket, "JOB-4", message, field="amount_fen")
        else:
            move.set(ticket, charge_fen=amount_fen, charge_agreed_at=move.now)
    return move.finish()


def _owing(move: Move[Ticket]) -> list[Ticket]:
    for ticket in list(move.rows):
        if not owes_charge(ticket) or ticket.status in (TicketStatus.CLOSED, TicketStatus.CANCELLED):
            move.refuse(ticket, "JOB-4", gettext_noop("%(record)s has no open charge."), record=ticket.number)
    return move.rows


def owes_charge(ticket: Ticket) -> bool:
    """Whether a charge stands that is neither paid nor waived (JOB-4)."""
    return bool(ticket.charge_fen) and ticket.settled_at is None and ticket.waived_at is None


def settle(call: Call, tickets: Iterable[Ticket], *, invoice_number: str) -> Outcome:
    """Take the payment, with its invoice number (JOB-4)."""
    move = open_move(call, tickets, "settle")
    message = gettext_noop("Write down the invoice number.")
    move.refuse_unless(invoice_number.strip(), "JOB-4", message, field="invoice_number")
    for ticket in _owing(move):
        move.set(ticket, settled_at=move.now, invoice_number=invoice_number.strip())
    return move.finish()


def waive(call: Call, tickets: Iterable[Ticket]) -> Outcome:
    """Let a charge go, by a supervisor with reason (JOB-4)."""
    move = open_move(call, tickets, "waive", rule="JOB-4")
    move.refuse_unless(call.reason.strip(), "JOB-4", gettext_noop("Say why it is waived."), field="reason")
    for ticket in _owing(move):
        move.set(ticket, waived_at=move.now, waive_reason=call.reason)
    return move.finish()

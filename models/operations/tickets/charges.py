"""What a job costs: noted with the resident's yes, paid, or let go (JOB-4)."""

from models.errors import gettext_noop
from models.operations.core import Move, verb
from models.policy import may
from models.roles import CLERKS, SUPERVISORS, WORKERS
from models.tickets import CHARGE_PAID, Ticket, TicketStatus


@verb(Ticket, roles=CLERKS | WORKERS, label=gettext_noop("Charge"))
def charge(move: Move[Ticket], *, amount_fen: int, agreed: bool) -> None:
    """Note what the job costs, in fen, with the resident's yes; only a supervisor lowers it again (JOB-4)."""
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
        elif amount_fen < (ticket.charge_fen or 0) and not may(move.actor, "waive", ticket):
            message = gettext_noop("Only a supervisor lowers or waives what was agreed, with a reason.")
            move.refuse(ticket, "JOB-4", message, field="amount_fen")
        else:
            move.set(ticket, charge_fen=amount_fen, charge_agreed_at=move.now)
            if amount_fen:
                move.clocks.start(ticket, CHARGE_PAID, move.now)
            else:
                move.clocks.cancel(ticket, move.now, CHARGE_PAID)


def _owing(move: Move[Ticket]) -> list[Ticket]:
    for ticket in list(move.rows):
        if not owes_charge(ticket) or ticket.status in (TicketStatus.CLOSED, TicketStatus.CANCELLED):
            move.refuse(ticket, "JOB-4", gettext_noop("%(record)s has no open charge."), record=ticket.number)
    return move.rows


def owes_charge(ticket: Ticket) -> bool:
    """Whether a charge stands that is neither paid nor waived (JOB-4)."""
    return bool(ticket.charge_fen) and ticket.settled_at is None and ticket.waived_at is None


@verb(Ticket, roles=CLERKS | WORKERS, label=gettext_noop("Settle charge"))
def settle(move: Move[Ticket], *, invoice_number: str) -> None:
    """Take the payment, with its invoice number (JOB-4)."""
    message = gettext_noop("Write down the invoice number.")
    move.refuse_unless(invoice_number.strip(), "JOB-4", message, field="invoice_number")
    for ticket in _owing(move):
        move.set(ticket, settled_at=move.now, invoice_number=invoice_number.strip())


@verb(
    Ticket,
    roles=SUPERVISORS,
    label=gettext_noop("Waive charge"),
    rule="JOB-4",
    why=gettext_noop("Say why it is waived."),
)
def waive(move: Move[Ticket]) -> None:
    """Let a charge go, by a supervisor with reason (JOB-4)."""
    for ticket in _owing(move):
        move.set(ticket, waived_at=move.now, waive_reason=move.call.reason)
        move.clocks.cancel(ticket, move.now, CHARGE_PAID)

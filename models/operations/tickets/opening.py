"""How the verbs of jobs and charges open: tickets by their own transitions."""

from collections.abc import Iterable

from models.call import Call
from models.operations.core import Move
from models.tickets import TRANSITIONS, Ticket


def open_move(call: Call, tickets: Iterable[Ticket], verb: str, rule: str | None = None) -> Move[Ticket]:
    """Begin a verb of tickets; one that is in no transition table changes no status."""
    return Move(call, Ticket, tickets, verb=verb, transitions=TRANSITIONS if verb in TRANSITIONS else None, rule=rule)

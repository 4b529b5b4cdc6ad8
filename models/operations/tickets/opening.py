"""How the verbs of jobs and charges open: tickets by their own transitions."""

import datetime
from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from models.operations.core import Move
from models.staff import Actor
from models.tickets import TRANSITIONS, Ticket


def open_move(
    session: Session,
    tickets: Iterable[Ticket],
    verb: str,
    actor: Actor,
    now: datetime.datetime,
    expected: Mapping[int, int] | None,
    preview: bool,
    reason: str | None = None,
    rule: str | None = None,
) -> Move[Ticket]:
    """Begin a verb of tickets; one that is in no transition table changes no status."""
    return Move(
        session,
        Ticket,
        tickets,
        verb=verb,
        actor=actor,
        now=now,
        preview=preview,
        transitions=TRANSITIONS if verb in TRANSITIONS else None,
        expected=expected,
        reason=reason,
        rule=rule,
    )

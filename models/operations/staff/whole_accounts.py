"""An account is one, wherever its person works: who changes it as a whole has to be in charge in all these estates."""

import datetime
from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.errors import OperationRefused, gettext_noop
from models.operations.core import Move
from models.password_requests import PasswordRequest
from models.policy import roles_of
from models.staff import Actor, Staff, StaffAssignment


def estates_of(session: Session, people: Iterable[Staff]) -> dict[int, set[int]]:
    """The estates in which each of *people* works now, by the person's id."""
    query = select(StaffAssignment.staff_id, StaffAssignment.estate_id).where(
        StaffAssignment.staff_id.in_([person.id for person in people]), StaffAssignment.ended_at.is_(None)
    )
    found: dict[int, set[int]] = {person.id: set() for person in people}
    for staff_id, estate_id in session.execute(query):
        found[staff_id].add(estate_id)
    return found


def is_in_charge(actor: Actor, verb: str, estates: Iterable[int]) -> bool:
    """Whether *actor* has a role that may do *verb* to an account in every one of *estates*."""
    granted = roles_of("staff", verb) or frozenset()
    return actor.is_system or all(actor.roles_in(estate) & granted for estate in estates)


def refuse_beyond(move: Move[Staff]) -> None:
    """Refuse (ROLE) people who also work where the actor may not do this verb.

    Whoever sets a password acts as that person, everywhere; whoever disables one takes a colleague from others.
    """
    works_in = estates_of(move.session, move.rows)
    message = gettext_noop(
        "%(name)s also works in an estate that is not yours: the account is changed by who is in charge in all of"
        " them, or on the server. Here you can give and end roles."
    )
    for row in list(move.rows):
        if row.id != move.actor.staff_id and not is_in_charge(move.actor, move.verb, works_in[row.id]):
            move.refuse(row, "ROLE", message, name=row.name)


def works_elsewhere_only(session: Session, person: Staff, actor: Actor) -> bool:
    """Whether *person* works now, but nowhere where *actor* gives roles."""
    estates = estates_of(session, [person])[person.id]
    granted = roles_of("staff", "grant_role") or frozenset()
    return bool(estates) and not actor.is_system and not any(actor.roles_in(one) & granted for one in estates)


def from_elsewhere(person: Staff) -> OperationRefused:
    """The refusal to draw *person* into an estate from outside."""
    message = gettext_noop(
        "%(name)s works in other estates only: who gives roles there too, or the server, lets them work here."
    )
    return OperationRefused("ROLE", message, name=person.name)


def end_requests(session: Session, people: Iterable[Staff], now: datetime.datetime) -> None:
    """End what these people have asked for at sign-in: what was approved before must not open anything later."""
    session.execute(
        update(PasswordRequest)
        .where(PasswordRequest.staff_id.in_([person.id for person in people]), PasswordRequest.ended_at.is_(None))
        .values(ended_at=now, updated_at=now)
    )

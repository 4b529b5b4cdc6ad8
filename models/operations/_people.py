"""Whom a matter may be given to: staff of the estate, in the right role and team, not disabled (INT-1, DSP-11)."""

import functools
from collections.abc import Callable, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.staff import Role, Staff, StaffAssignment, Team

DESK_ROLES = frozenset({Role.CLERK, Role.SUPERVISOR, Role.MANAGER})


def works_as(
    session: Session, person: Staff, estate_id: int, roles: Iterable[Role], team_id: int | None = None
) -> bool:
    """Whether *person* works in the estate now in one of *roles*, in that team when one is named."""
    if person.disabled_at is not None:
        return False
    query = select(StaffAssignment.id).where(
        StaffAssignment.staff_id == person.id,
        StaffAssignment.estate_id == estate_id,
        StaffAssignment.role.in_(list(roles)),
        StaffAssignment.ended_at.is_(None),
    )
    if team_id is not None:
        query = query.where(StaffAssignment.team_id == team_id)
    return session.execute(query.limit(1)).first() is not None


def can_own(session: Session, person: Staff, estate_id: int) -> bool:
    """Whether *person* may be desk owner in the estate (INT-1)."""
    return person.username == "system" or works_as(session, person, estate_id, DESK_ROLES)


def can_handle(session: Session, person: Staff, estate_id: int, team: Team | None) -> bool:
    """Whether *person* may handle a job of *team*: a member of it; desk staff handle what has no team (DSP-11)."""
    if team is None:
        return works_as(session, person, estate_id, frozenset(Role) - {Role.AUDITOR, Role.ADMIN})
    return works_as(session, person, estate_id, (Role.TECHNICIAN, Role.LEAD), team.id) or (
        team.department == "customer_service" and works_as(session, person, estate_id, DESK_ROLES)
    )


def once_looked_up(session: Session) -> Callable[[Staff, int, Team | None], bool]:
    """``can_handle`` for the few people and teams of one batch: each pair is looked up once."""
    return functools.cache(functools.partial(can_handle, session))

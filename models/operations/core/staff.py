"""Whom a matter may be given to: staff of the estate, in the right role and team, not disabled (INT-1, DSP-11)."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.estates import Estate
from models.roles import OUTSIDE_THE_DESK, Role
from models.staff import Actor, Staff, StaffAssignment, Team

DESK_ROLES = frozenset({Role.CLERK, Role.SUPERVISOR, Role.MANAGER})
WORKING_ROLES = frozenset(Role) - OUTSIDE_THE_DESK


def works_as(
    session: Session, person: Staff, estate_id: int, roles: Iterable[Role], team_id: int | None = None
) -> bool:
    """Whether *person* works in the estate now in one of *roles*, in that team when one is named."""
    if person.disabled_at is not None:
        return False
    values: dict[str, Any] = {"staff": person.id, "estate": estate_id, "roles": list(roles)}
    if team_id is not None:
        values["team"] = team_id
    return session.execute(_assignment(team_id is not None), values).first() is not None


@functools.cache
def _assignment(in_team: bool) -> Any:
    """One assignment of :staff in :estate in one of :roles, of :team too. Built once: every verb asks for it."""
    query = select(StaffAssignment.id).where(
        StaffAssignment.staff_id == bindparam("staff"),
        StaffAssignment.estate_id == bindparam("estate"),
        StaffAssignment.role.in_(bindparam("roles", expanding=True)),
        StaffAssignment.ended_at.is_(None),
    )
    return (query.where(StaffAssignment.team_id == bindparam("team")) if in_team else query).limit(1)


def can_own(session: Session, person: Staff, estate_id: int) -> bool:
    """Whether *person* may be desk owner in the estate (INT-1)."""
    return person.username == "system" or works_as(session, person, estate_id, DESK_ROLES)


def answerable(session: Session, actor: Actor, estate_id: int) -> int | None:
    """Who answers for what *actor* opens in the estate: the person, or the complaint post for the system (INT-14)."""
    return session.get_one(Estate, estate_id).post_staff_id if actor.is_system else actor.staff_id


def can_handle(session: Session, person: Staff, estate_id: int, team: Team | None) -> bool:
    """Whether *person* may handle a job of *team*: a member of it; desk staff handle what has no team (DSP-11)."""
    if team is None:
        return works_as(session, person, estate_id, WORKING_ROLES)
    return works_as(session, person, estate_id, (Role.TECHNICIAN, Role.LEAD), team.id) or (
        team.department == "customer_service" and works_as(session, person, estate_id, DESK_ROLES)
    )


def once_looked_up(session: Session) -> Callable[[Staff, int, Team | None], bool]:
    """``can_handle`` for the few people and teams of one batch: each pair is looked up once."""
    return functools.cache(functools.partial(can_handle, session))

"""Roles: in which estate somebody works as what, and in which team. Given, and ended with what hangs on them."""

from collections.abc import Sequence

from sqlalchemy import select

from models.call import Call
from models.errors import OperationRefused, Outcome, gettext_noop
from models.estates import Estate
from models.events import record_events
from models.operations.core import event_row, operation, refuse_role
from models.operations.staff.leaving import Leaving
from models.operations.staff.whole_accounts import from_elsewhere, works_elsewhere_only
from models.policy import role_for
from models.roles import ADMINS, MANAGERS, Role
from models.staff import SYSTEM, Actor, Staff, StaffAssignment, Team

WITH_TEAM = frozenset({Role.TECHNICIAN, Role.LEAD})
GIVEN_BY_MANAGERS = frozenset({Role.CLERK, Role.GUARD, Role.TECHNICIAN, Role.LEAD, Role.SUPERVISOR})
"""As what a manager lets a new colleague work; who reads everything, or gives roles, an administrator settles."""


@operation(Staff, roles=ADMINS, label=gettext_noop("Grant role"))
def grant_role(call: Call, people: Sequence[Staff], *, estate: Estate, role: Role, team: Team | None = None) -> Outcome:
    """Let people work in *estate* as *role*; team leads and technicians in a team of it.

    Refused (ROLE) for who works only where *actor* gives no roles: nobody is drawn into an estate from outside.
    """
    outcome = Outcome()
    rows = []
    held = set(
        call.session.scalars(
            select(StaffAssignment.staff_id).where(
                StaffAssignment.staff_id.in_([person.id for person in people]),
                StaffAssignment.estate_id == estate.id,
                StaffAssignment.role == role,
                StaffAssignment.team_id == team.id if team is not None else StaffAssignment.team_id.is_(None),
                StaffAssignment.ended_at.is_(None),
            )
        )
    )
    for person in people:
        refusal = _may_grant(call.actor, "grant_role", person, estate) or _misfit(person, estate, role, team, held)
        if refusal is None and works_elsewhere_only(call.session, person, call.actor):
            refusal = from_elsewhere(person)
        if refusal is not None:
            outcome.refused.append((person, refusal))
            continue
        held.add(person.id)
        row = StaffAssignment(
            estate_id=estate.id, staff_id=person.id, role=role, team_id=team.id if team is not None else None
        )
        rows.append(row)
    outcome.done = rows if call.preview else _record(call, rows, verb="grant_role")
    return outcome


def refuse_first_role(call: Call, person: Staff, role: Role, team: Team | None) -> OperationRefused | None:
    """Why *call* does not let the new account *person* work in its estate as *role*, or None.

    An administrator gives any role; a manager, who settles who works here, those that are not above the own one.
    """
    estate = call.session.get(Estate, person.estate_id) if person.estate_id is not None else None
    own = call.actor.roles_in(estate.id) if estate is not None else frozenset()
    if estate is None or not (call.actor.is_system or own & (ADMINS | MANAGERS)):
        return OperationRefused("ROLE", gettext_noop("A role is given in an estate of one's own."), field="role")
    if not (call.actor.is_system or own & ADMINS) and role not in GIVEN_BY_MANAGERS:
        message = gettext_noop("This role is given by an administrator of the estate.")
        return OperationRefused("ROLE", message, field="role")
    return _misfit(person, estate, role, team, set())


def give_first_roles(call: Call, working: Sequence[tuple[Staff, Role, Team | None]]) -> None:
    """Let new accounts work as what was checked by :func:`refuse_first_role`."""
    rows = [
        StaffAssignment(
            estate_id=person.estate_id, staff_id=person.id, role=role, team_id=team.id if team is not None else None
        )
        for person, role, team in working
    ]
    if rows:
        _record(call.following(), rows, verb="grant_role", by="register")


def _may_grant(actor: Actor, verb: str, person: Staff, estate: Estate) -> OperationRefused | None:
    if verb == "grant_role" and (refusal := refuse_role(actor, verb, person)):
        return refusal
    if not actor.is_system and Role.ADMIN not in actor.roles_in(estate.id):
        return OperationRefused("ROLE", gettext_noop("Only an administrator of the estate gives roles in it."))
    if person.id == actor.staff_id:
        return OperationRefused("ROLE", gettext_noop("Nobody changes the own roles."))
    return None


def _misfit(person: Staff, estate: Estate, role: Role, team: Team | None, held: set[int]) -> OperationRefused | None:
    if person.username == SYSTEM or role is Role.SYSTEM:
        return OperationRefused("STAFF", gettext_noop("The system's account and its role are given to nobody."))
    if (role in WITH_TEAM) is not (team is not None):
        message = gettext_noop("Team leads and technicians work in a team; the other roles in none.")
        return OperationRefused("DSP-11", message, field="team")
    if team is not None and team.estate_id != estate.id:
        return OperationRefused("DSP-11", gettext_noop("The team belongs to another estate."), field="team")
    if person.id in held:
        return OperationRefused(
            "STAFF", gettext_noop("%(name)s has this role already."), field="role", name=person.name
        )
    return None


@operation(Staff, roles=ADMINS, label=gettext_noop("End role"))
def end_role(call: Call, assignments: Sequence[StaffAssignment], *, hand_over_to: Sequence[Staff] = ()) -> Outcome:
    """Let people no longer work in a role; the assignment stays, with its end.

    What somebody answers for only in that role goes to the first of *hand_over_to* who may have it. Refused (INT-1)
    where something would be left with nobody.
    """
    outcome = Outcome()
    for row in assignments:
        person, estate = call.session.get_one(Staff, row.staff_id), call.session.get_one(Estate, row.estate_id)
        refusal = _may_grant(call.actor, "end_role", person, estate)
        if refusal is None and row.ended_at is not None:
            refusal = OperationRefused("STAFF", gettext_noop("This role has ended already."))
        if refusal is not None:
            outcome.refused.append((row, refusal))
        else:
            outcome.done.append(row)
    ending = outcome.done
    leaving = Leaving(
        call.session, [call.session.get_one(Staff, row.staff_id) for row in ending], hand_over_to, ending=ending
    )
    for row in list(ending):
        if refusal := leaving.refusal(row.staff_id):
            ending.remove(row)
            outcome.refused.append((row, refusal))
    if not call.preview:
        leaving.hand_over({row.staff_id for row in ending}, verb="end_role", actor=call.actor, now=call.now)
        for row in ending:
            row.ended_at = row.updated_at = call.now
        call.session.flush()
        _write_events(call, ending, verb="end_role")
    return outcome


def _record(call: Call, rows: list[StaffAssignment], *, verb: str, by: str = "") -> list[StaffAssignment]:
    for row in rows:
        row.created_at = row.updated_at = call.now
    call.session.add_all(rows)
    call.session.flush()
    _write_events(call, rows, verb=verb, by=by)
    return rows


def _write_events(call: Call, rows: Sequence[StaffAssignment], *, verb: str, by: str = "") -> None:
    """One event each on the account it is about, in the chain of the estate."""
    events = []
    for row in rows:
        person = call.session.get_one(Staff, row.staff_id)
        role = role_for(call.actor, by or verb, person)
        event = event_row(
            person,
            call,
            role=role.value if role is not None else "",
            verb=verb,
            version=person.version,
            before={},
            after={"role": row.role.value, "team_id": row.team_id, "estate_id": row.estate_id},
        )
        events.append({**event, "estate_id": row.estate_id})
    record_events(call.session, events)

"""People who work in several estates: whoever is in charge in one of them only gets no hold of the whole account."""

from typing import Any

import pytest
from sqlalchemy import select

from models.call import Call
from models.events import Event
from models.operations import password_requests, staff
from models.password_requests import PasswordRequest
from models.policy import permissions
from models.roles import Role
from models.staff import StaffAssignment
from tests.calling import called

ON_WHOLE_ACCOUNTS: dict[str, dict[str, Any]] = {
    "amend": {"name": "Anna"},
    "disable": {"reason": "left"},
    "enable": {},
    "reset_password": {"password_hash": "other"},
    "approve_reset": {},
}
ON_ROLES = {"grant_role", "end_role"}
ON_NOBODY_YET = {"register", "read", "export"}
FACTS = ("name", "language", "password_hash", "disabled_at", "session_generation", "version")


def assign(world, person, estate, role=Role.CLERK):
    row = StaffAssignment(estate_id=estate.id, staff_id=person.id, role=role)
    world.session.add(row)
    world.session.flush()
    return row


def facts(person):
    return {name: getattr(person, name) for name in FACTS}


def do(world, now, verb, person, actor, **more):
    """Do *verb* to *person*, who is made ready for it."""
    session, arguments = world.session, {**ON_WHOLE_ACCOUNTS[verb]}
    if verb == "enable" and person.disabled_at is None:
        staff.disable(Call(session, world.actor("system"), now), [person]).one()
    if verb == "disable" and person.disabled_at is not None:
        staff.enable(Call(session, world.actor("system"), now), [person]).one()
    if verb == "approve_reset":
        password_requests.ask(session, person.username, address="10.0.0.3", now=now)
        arguments["request"] = session.scalars(select(PasswordRequest.id)).all()[-1]
    before = facts(person)
    function = password_requests.approve if verb == "approve_reset" else getattr(staff, verb)
    return called(function, session, [person], actor=actor, now=now, **arguments, **more), before


def test_every_verb_on_people_is_known_here():
    assert set(permissions()["staff"]) == {*ON_WHOLE_ACCOUNTS, *ON_ROLES, *ON_NOBODY_YET}


@pytest.mark.parametrize("verb", ON_WHOLE_ACCOUNTS)
def test_who_is_in_charge_in_one_of_several_estates_does_not_change_the_account(session, world, now, verb):
    clerk, other = world.staff["clerk"], world.other
    for username in ("admin", "manager"):
        if world.actor(username).roles_in(world.estate.id) & permissions()["staff"][verb]:
            assert do(world, now, verb, clerk, world.actor(username))[0].done == [clerk], "works here only"
    assign(world, clerk, other)
    assign(world, world.staff["admin"], other, Role.AUDITOR)
    for username in ("admin", "manager"):
        for preview in (True, False):
            outcome, before = do(world, now, verb, clerk, world.actor(username), preview=preview)
            assert [refusal.rule for _row, refusal in outcome.refused] == ["ROLE"], (username, preview)
            assert facts(clerk) == before


@pytest.mark.parametrize("verb", ON_WHOLE_ACCOUNTS)
def test_who_is_in_charge_in_all_of_them_does(session, world, now, verb):
    clerk = world.staff["clerk"]
    assign(world, clerk, world.other)
    assign(world, world.staff["admin"], world.other, Role.ADMIN)
    assert do(world, now, verb, clerk, world.actor("admin"))[0].done == [clerk]
    assert do(world, now, verb, world.staff["clerk2"], world.actor("admin"))[0].done == [world.staff["clerk2"]]


@pytest.mark.parametrize("verb", ON_WHOLE_ACCOUNTS)
def test_a_role_given_here_opens_nothing_of_who_works_elsewhere(session, world, now, verb):
    clerk, admin = world.staff["clerk"], world.actor("admin")
    for row in session.scalars(select(StaffAssignment).where(StaffAssignment.staff_id == clerk.id)):
        row.ended_at = now
    assign(world, clerk, world.other)
    outcome = staff.grant_role(Call(session, admin, now), [clerk], estate=world.estate, role=Role.AUDITOR)
    assert "works in other estates only" in str(outcome.refused[0][1])
    assert not session.scalars(
        select(StaffAssignment).where(StaffAssignment.staff_id == clerk.id, StaffAssignment.role == Role.AUDITOR)
    ).all()
    outcome, before = do(world, now, verb, clerk, admin)
    assert outcome.refused[0][1].rule == "ROLE"
    assert facts(clerk) == before


def test_who_gives_roles_in_both_lets_people_work_in_both(session, world, now):
    clerk = world.staff["clerk"]
    assign(world, world.staff["admin"], world.other, Role.ADMIN)
    made = staff.grant_role(
        Call(session, world.actor("admin"), now), [clerk], estate=world.other, role=Role.CLERK
    ).one()
    assert made.estate_id == world.other.id


def test_a_role_ends_by_the_administrator_of_its_estate_wherever_the_person_is_at_home(session, world, now):
    clerk, other = world.staff["clerk"], world.other
    here = session.scalars(select(StaffAssignment).where(StaffAssignment.staff_id == clerk.id)).one()
    there = assign(world, clerk, other)
    assign(world, world.staff["stranger"], other, Role.ADMIN)
    admin_there = world.actor("stranger")
    assert staff.end_role(Call(session, admin_there, now), [here]).refused[0][1].rule == "ROLE"
    staff.end_role(Call(session, admin_there, now), [there]).one()
    session.commit()
    assert here.ended_at is None
    event = session.scalars(select(Event).where(Event.verb == "end_role")).one()
    assert (event.estate_id, event.role) == (other.id, "admin")


def ask(world, now, username="clerk"):
    secret, _code = password_requests.ask(world.session, username, address="10.0.0.3", now=now)
    found = password_requests.of_browser(world.session, secret, now)
    assert found is not None
    return secret, found


def approve(world, now, person, found, by="admin"):
    return password_requests.approve(Call(world.session, world.actor(by), now), [person], request=found.id)


def test_an_approved_request_sets_one_new_password_and_ends_all_others(session, world, now):
    clerk = world.staff["clerk"]
    secret, found = ask(world, now)
    other_secret, other = ask(world, now)
    with pytest.raises(Exception, match="No new password is approved"):
        password_requests.complete(session, secret, password_hash="new", now=now)
    approve(world, now, clerk, found).one()
    approve(world, now, clerk, other).one()
    generation = clerk.session_generation
    password_requests.complete(session, secret, password_hash="new", now=now, source="panel")
    session.commit()
    assert (clerk.password_hash, clerk.must_change_password) == ("new", False)
    assert clerk.session_generation == generation + 1
    for spent in (secret, other_secret, "", "x"):
        with pytest.raises(Exception, match="No new password is approved"):
            password_requests.complete(session, spent, password_hash="again", now=now)
    verbs = [event.verb for event in session.scalars(select(Event).order_by(Event.id))]
    assert verbs[-3:] == ["approve_reset", "approve_reset", "change_password"]


def test_only_the_request_of_that_person_is_approved_and_never_the_own(session, world, now):
    _secret, found = ask(world, now, "manager")
    assert "has ended" in str(approve(world, now, world.staff["clerk"], found).refused[0][1])
    _secret, own = ask(world, now, "admin")
    assert "own request" in str(approve(world, now, world.staff["admin"], own).refused[0][1])
    assert approve(world, now, world.staff["manager"], found, by="manager").refused[0][1].rule == "ROLE"


@pytest.mark.parametrize("after", ["disable", "reset_password", "change_own_password", "expiry", "work elsewhere"])
def test_what_happens_to_the_account_meanwhile_ends_the_approval(session, world, now, after):
    clerk, admin = world.staff["clerk"], world.actor("admin")
    secret, found = ask(world, now)
    approve(world, now, clerk, found).one()
    later = now
    if after == "disable":
        staff.disable(Call(session, admin, now), [clerk]).one()
        staff.enable(Call(session, admin, now), [clerk]).one()
    elif after == "reset_password":
        staff.reset_password(Call(session, admin, now), [clerk], password_hash="x").one()
    elif after == "change_own_password":
        staff.change_own_password(Call(session, world.actor("clerk"), now), clerk, password_hash="x")
    elif after == "expiry":
        later = now + password_requests.LIFETIME
    else:
        assign(world, clerk, world.other)
    with pytest.raises(Exception, match="No new password is approved"):
        password_requests.complete(session, secret, password_hash="new", now=later)
    assert clerk.password_hash != "new"


def test_asking_for_an_account_that_is_not_there_looks_the_same(session, world, now):
    staff.disable(Call(session, world.actor("admin"), now), [world.staff["clerk2"]]).one()
    for username in ("nobody", "system", "", "clerk2", "  CLERK "):
        _secret, found = ask(world, now, username)
        assert len(found.code) == 7
        assert (found.staff_id is not None) is (username == "  CLERK ")


def test_expired_requests_do_not_pile_up(session, world, now):
    ask(world, now, "nobody")
    ask(world, now + password_requests.LIFETIME, "clerk")
    assert len(session.scalars(select(PasswordRequest)).all()) == 1

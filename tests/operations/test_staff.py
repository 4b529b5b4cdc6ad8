"""Accounts and roles: who may change what, and what is left behind."""

import pytest
from sqlalchemy import select

from models.call import Call
from models.errors import OperationRefused, StaleRecord
from models.events import Event
from models.operations import staff as verbs
from models.operations.staff import StaffDraft
from models.personal import keyring_of
from models.policy import may
from models.roles import Role
from models.said import said
from models.staff import Department, Staff, StaffAssignment

NOT_ADMINS = ("clerk", "technician", "lead", "supervisor", "auditor")


def events(session, verb):
    return session.scalars(select(Event).where(Event.verb == verb).order_by(Event.id)).all()


def test_an_account_is_registered_without_any_role(session, world, now):
    person = verbs.register(Call(session, world.actor("admin"), now), [StaffDraft(" Wang.Fang ", "王芳")]).one()
    session.commit()
    assert (person.username, person.must_change_password) == ("wang.fang", True)
    assert world.actor("wang.fang").roles == frozenset()
    assert [event.actor_id for event in events(session, "register")[-1:]] == [world.staff["admin"].id]


@pytest.mark.parametrize("username", ["", "a", "a b", "王芳", "x" * 61, "-a", "a/b", "clerk", "CLERK", "system"])
def test_a_user_name_that_will_not_do_is_refused(session, world, now, username):
    outcome = verbs.register(Call(session, world.actor("admin"), now), [StaffDraft(username, "x")])
    assert not outcome.done
    with pytest.raises(OperationRefused):
        outcome.one()


def test_two_drafts_with_one_name_make_one_account(session, world, now):
    drafts = [StaffDraft("twice", "a"), StaffDraft("Twice", "b")]
    outcome = verbs.register(Call(session, world.actor("admin"), now), drafts)
    assert (len(outcome.done), len(outcome.refused)) == (1, 1)


@pytest.mark.parametrize("username", NOT_ADMINS)
def test_only_those_who_may_change_accounts(session, world, now, username):
    actor, clerk = world.actor(username), world.staff["clerk2"]
    outcomes = [
        verbs.register(Call(session, actor, now), [StaffDraft("new", "x")]),
        verbs.disable(Call(session, actor, now), [clerk]),
        verbs.enable(Call(session, actor, now), [clerk]),
        verbs.reset_password(Call(session, actor, now), [clerk], password_hash="x"),
        verbs.amend(Call(session, actor, now), [clerk], name="y"),
        verbs.grant_role(Call(session, actor, now), [clerk], estate=world.estate, role=Role.MANAGER),
    ]
    for outcome in outcomes:
        assert not outcome.done
        assert outcome.refused[0][1].rule == "ROLE"


def test_a_preview_writes_nothing(session, world, now):
    actor, clerk = world.actor("admin"), world.staff["clerk"]
    before = len(session.scalars(select(Event)).all())
    for outcome in (
        verbs.register(Call(session, actor, now, preview=True), [StaffDraft("new", "x")]),
        verbs.disable(Call(session, actor, now, preview=True), [clerk]),
        verbs.grant_role(Call(session, actor, now, preview=True), [clerk], estate=world.estate, role=Role.MANAGER),
    ):
        assert len(outcome.done) == 1
    session.commit()
    assert len(session.scalars(select(Event)).all()) == before
    assert session.scalar(select(Staff).where(Staff.username == "new")) is None


def test_disabling_and_enabling_leave_their_events(session, world, now):
    actor, clerk = world.actor("admin"), world.staff["clerk"]
    generation = clerk.session_generation
    verbs.disable(Call(session, actor, now, reason="left"), [clerk]).one()
    assert clerk.disabled_at == now
    assert clerk.session_generation == generation + 1
    assert world.actor("clerk").roles == frozenset()
    with pytest.raises(OperationRefused, match="disabled already"):
        verbs.disable(Call(session, actor, now), [clerk]).one()
    verbs.enable(Call(session, actor, now), [clerk]).one()
    assert clerk.disabled_at is None
    with pytest.raises(OperationRefused, match="not disabled"):
        verbs.enable(Call(session, actor, now), [clerk]).one()
    session.commit()
    assert said(events(session, "disable")[0], keyring_of(session)).reason == "left"


def test_nobody_disables_the_own_account_or_the_systems(session, world, now):
    admin = world.actor("admin")
    for username in ("admin", "system"):
        with pytest.raises(OperationRefused):
            verbs.disable(Call(session, admin, now), [world.person(username)]).one()


def test_a_stale_form_is_refused(session, world, now):
    clerk = world.staff["clerk"]
    with pytest.raises(StaleRecord):
        verbs.disable(Call(session, world.actor("admin"), now, expected={clerk.id: clerk.version - 1}), [clerk]).one()


def test_only_descriptive_columns_are_amended(session, world, now):
    admin, clerk = world.actor("admin"), world.staff["clerk"]
    verbs.amend(Call(session, admin, now), [clerk], name="陈思思", language="en").one()
    assert (clerk.name, clerk.language) == ("陈思思", "en")
    for values in ({"password_hash": "x"}, {"username": "x"}, {"name": " "}, {"language": "fr"}):
        with pytest.raises(OperationRefused):
            verbs.amend(Call(session, admin, now), [clerk], **values).one()


def test_a_home_estate_can_change(session, world, now):
    clerk = world.staff["clerk"]
    verbs.amend(Call(session, world.actor("system"), now), [clerk], estate_id=world.other.id).one()
    session.commit()
    assert clerk.estate_id == world.other.id


def test_a_role_is_granted_and_ended(session, world, now):
    admin, clerk = world.actor("admin"), world.staff["clerk"]
    granted = verbs.grant_role(Call(session, admin, now), [clerk], estate=world.estate, role=Role.SUPERVISOR).one()
    assert may(world.actor("clerk"), "waive", "tickets")
    with pytest.raises(OperationRefused, match="already"):
        verbs.grant_role(Call(session, admin, now), [clerk], estate=world.estate, role=Role.SUPERVISOR).one()
    verbs.end_role(Call(session, admin, now), [granted]).one()
    assert not may(world.actor("clerk"), "waive", "tickets")
    with pytest.raises(OperationRefused, match="ended already"):
        verbs.end_role(Call(session, admin, now), [granted]).one()
    session.commit()
    assert [event.estate_id for event in events(session, "grant_role")] == [world.estate.id]
    assert len(events(session, "end_role")) == 1


def test_nobody_gives_roles_to_themselves_or_in_other_estates(session, world, now):
    admin = world.actor("admin")
    with pytest.raises(OperationRefused, match="own roles"):
        verbs.grant_role(
            Call(session, admin, now), [world.staff["admin"]], estate=world.estate, role=Role.MANAGER
        ).one()
    with pytest.raises(OperationRefused, match="administrator of the estate"):
        verbs.grant_role(Call(session, admin, now), [world.staff["clerk"]], estate=world.other, role=Role.MANAGER).one()


def test_technicians_and_leads_need_a_team_of_the_estate__DSP_11(session, world, now):
    system, clerk = world.actor("system"), world.staff["clerk"]
    team = next(iter(world.teams.values()))
    for role, given in ((Role.LEAD, None), (Role.CLERK, team), (Role.LEAD, world.other_team)):
        with pytest.raises(OperationRefused, match="DSP-11"):
            verbs.grant_role(Call(session, system, now), [clerk], estate=world.estate, role=role, team=given).one()


def test_the_systems_role_is_given_to_nobody(session, world, now):
    system = world.actor("system")
    for username, role in (("clerk", Role.SYSTEM), ("system", Role.MANAGER)):
        with pytest.raises(OperationRefused):
            verbs.grant_role(Call(session, system, now), [world.person(username)], estate=world.estate, role=role).one()
    assert session.scalar(select(StaffAssignment).where(StaffAssignment.role == Role.SYSTEM)) is None


def test_the_own_password_is_changed_by_oneself_alone(session, world, now):
    clerk = world.staff["clerk"]
    with pytest.raises(OperationRefused):
        verbs.change_own_password(Call(session, world.actor("admin"), now), clerk, password_hash="x")
    verbs.change_own_password(Call(session, world.actor("clerk"), now), clerk, password_hash="x")
    session.commit()
    assert events(session, "change_password")[0].after["password_hash"] == "set"


def test_choosing_the_same_language_again_leaves_no_event(session, world, now):
    clerk, actor = world.staff["clerk"], world.actor("clerk")
    for _ in range(2):
        verbs.choose_language(Call(session, actor, now), clerk, language="en")
    session.commit()
    assert len(events(session, "choose_language")) == 1
    with pytest.raises(OperationRefused):
        verbs.choose_language(Call(session, actor, now), clerk, language="fr")


def reset(session, world, now, person, by="admin", preview=False):
    actor = world.actor(by)
    return verbs.reset_password(Call(session, actor, now, preview=preview), [person], password_hash="other")


def end_all_roles(session, world, now, person):
    held = select(StaffAssignment).where(StaffAssignment.staff_id == person.id, StaffAssignment.ended_at.is_(None))
    verbs.end_role(Call(session, world.actor("system"), now), session.scalars(held).all()).all()


def give(session, world, now, person, estate, role=Role.CLERK):
    verbs.grant_role(Call(session, world.actor("system"), now), [person], estate=estate, role=role).one()


def test_who_works_nowhere_gets_a_password_before_the_next_role(session, world, now):
    clerk = world.staff["clerk"]
    end_all_roles(session, world, now, clerk)
    assert reset(session, world, now, clerk).one().must_change_password
    end_all_roles(session, world, now, world.staff["stranger"])
    outcome = reset(session, world, now, world.staff["stranger"])
    assert outcome.refused[0][1].rule == "ROLE", "an account of another estate is none of ours"


def test_a_colleague_is_registered_with_role_and_team_in_one_step(session, world, now):
    team = world.teams[Department.ENGINEERING]
    draft = StaffDraft("wang.fang", "王芳", estate_id=world.estate.id, role=Role.TECHNICIAN, team=team)
    verbs.register(Call(session, world.actor("manager"), now), [draft]).one()
    session.commit()
    assert world.actor("wang.fang").roles == {(world.estate.id, Role.TECHNICIAN, team.id)}
    (event,) = events(session, "grant_role")
    assert (event.actor_id, event.role) == (world.staff["manager"].id, "manager")


@pytest.mark.parametrize(
    ("by", "role", "where", "rule"),
    [
        ("manager", Role.MANAGER, "estate", "ROLE"),
        ("manager", Role.AUDITOR, "estate", "ROLE"),
        ("manager", Role.ADMIN, "estate", "ROLE"),
        ("manager", Role.CLERK, "other", "ROLE"),
        ("admin", Role.SYSTEM, "estate", "STAFF"),
        ("manager", Role.TECHNICIAN, "estate", "DSP-11"),
        ("clerk", Role.CLERK, "estate", "ROLE"),
    ],
)
def test_nobody_registers_a_colleague_above_or_outside_what_is_theirs_to_give(
    session, world, now, by, role, where, rule
):
    draft = StaffDraft("wang.fang", "王芳", estate_id=getattr(world, where).id, role=role)
    outcome = verbs.register(Call(session, world.actor(by), now), [draft])
    assert [refusal.rule for _draft, refusal in outcome.refused] == [rule]
    assert session.scalar(select(Staff).where(Staff.username == "wang.fang")) is None


def test_an_administrator_registers_in_any_role(session, world, now):
    draft = StaffDraft("wang.fang", "王芳", estate_id=world.estate.id, role=Role.AUDITOR)
    verbs.register(Call(session, world.actor("admin"), now), [draft]).one()
    assert world.actor("wang.fang").roles_in(world.estate.id) == {Role.AUDITOR}

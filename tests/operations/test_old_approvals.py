"""Consents of before they had a date: what nobody used on its day is withdrawn, and nobody is late for it (KEY-3)."""

import datetime

import pytest
from sqlalchemy import delete, select

from models.call import Call
from models.events import Event
from models.invariants import broken_invariants
from models.keys import ApprovalStatus, KeyApproval
from models.matters import ClockRun
from models.operations.undated import NOT_USED, date_undated
from models.personal import keyring_of
from models.said import said
from models.told import Told
from tests.factories import World
from tests.guards_off import guards_off
from tests.operations import key_desk
from tests.operations.walks import DAY, HOUR


@pytest.fixture
def world(rolled_back: World) -> World:
    return rolled_back


def consent(world: World, at: datetime.datetime, *, given: bool = True) -> KeyApproval:
    desk = key_desk.open_desk(world.session, world, at)
    asked = key_desk.request(desk)
    if given:
        key_desk.approve(desk, asked)
    assert isinstance(asked, KeyApproval)
    return asked


def night(world: World, now: datetime.datetime) -> None:
    date_undated(Call(world.session, world.actor("system"), now), [world.estate, world.other])
    world.session.expire_all()


def without_clocks(world: World, *rows: KeyApproval) -> None:
    """As they were before there were such clocks."""
    world.session.flush()
    with guards_off(world.session.connection()):
        ids = [row.id for row in rows]
        world.session.execute(delete(ClockRun).where(ClockRun.register == "key_approvals", ClockRun.record_id.in_(ids)))


def test_what_nobody_used_on_a_day_long_past_is_withdrawn_with_its_reason__KEY_3(
    world: World, now: datetime.datetime
) -> None:
    old, yesterday, today = (consent(world, now - age) for age in (40 * DAY, 20 * HOUR, HOUR))
    asked = consent(world, now - 40 * DAY, given=False)
    without_clocks(world, old, yesterday, today, asked)
    told = len(world.session.scalars(select(Told)).all())
    night(world, now)
    assert [row.status for row in (old, yesterday, today, asked)] == [
        ApprovalStatus.WITHDRAWN,
        ApprovalStatus.APPROVED,
        ApprovalStatus.APPROVED,
        ApprovalStatus.REQUESTED,
    ]
    event = world.session.scalars(select(Event).where(Event.register == "key_approvals").order_by(Event.id.desc()))
    withdrawn = next(each for each in event if each.verb == "withdraw")
    assert (withdrawn.record_id, withdrawn.rule, withdrawn.role) == (old.id, "KEY-3", "system")
    assert said(withdrawn, keyring_of(world.session)).reason == NOT_USED
    assert len(world.session.scalars(select(Told)).all()) == told, "it is no news any more"
    assert not list(broken_invariants(world.session))
    night(world, now + HOUR)
    assert len([each for each in world.session.scalars(select(Event)) if each.verb == "withdraw"]) == 1


def test_those_that_an_earlier_upgrade_made_late_at_once_are_withdrawn_too_and_no_other__KEY_3(
    world: World, now: datetime.datetime
) -> None:
    old, unused = consent(world, now - 40 * DAY), consent(world, now - 10 * DAY)
    world.session.flush()
    run = world.session.scalars(
        select(ClockRun).where(
            ClockRun.record_id == old.id, ClockRun.register == "key_approvals", ClockRun.met_at.is_(None)
        )
    ).one()
    with guards_off(world.session.connection()):
        run.created_at = now - DAY
        world.session.flush()
    night(world, now)
    assert (old.status, unused.status) == (ApprovalStatus.WITHDRAWN, ApprovalStatus.APPROVED)
    assert world.session.get_one(ClockRun, run.id).cancelled_at == now

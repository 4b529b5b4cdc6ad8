"""Clocks that a manager adds: for which records, from which step to which, and what comes of them (SET-1, INT-14)."""

import pytest
from sqlalchemy import select, update

from models.call import Call
from models.errors import OperationRefused
from models.events import Event
from models.matters import ClockRun
from models.operations import limits, settings
from models.operations.settings import BUILT_IN
from models.settings import Clock, time_limits
from models.tickets import TicketKind, TicketStatus
from models.told import Told
from tests.operations.audits import audit
from tests.operations.walks import HOUR, MINUTE, do, new_ticket, ticket_in

REPAIRS = {"field": "kind", "op": "is", "value": "repair"}


@pytest.fixture
def world(rolled_back):
    return rolled_back


def added(world, now, by="manager", **columns):
    said = {
        "code": "two hours",
        "register": "tickets",
        "start_event": "accept",
        "stop_event": "finish",
        "minutes": 120,
        **columns,
    }
    draft = settings.ClockDraft(estate_id=world.estate.id, **said)
    return settings.register_clocks(Call(world.session, world.actor(by), now), [draft])


def runs(world, clock):
    world.session.flush()
    query = select(ClockRun).where(ClockRun.clock_id == clock.id).order_by(ClockRun.id)
    return world.session.scalars(query.execution_options(populate_existing=True)).all()


def test_it_runs_from_its_step_to_its_step_of_the_records_that_it_is_for__SET_1(world, now):
    clock = added(world, now, condition=REPAIRS).one()
    before = ticket_in(world, TicketStatus.ACCEPTED, now)
    ours, other = new_ticket(world, now), new_ticket(world, now, kind=TicketKind.HOUSEHOLD_SERVICE)
    assert [run.record_id for run in runs(world, clock)] == [before.id]
    for ticket in (ours, other):
        do(world, "dispatch", ticket, now).one()
        do(world, "accept", ticket, now + MINUTE).one()
    (run,) = [run for run in runs(world, clock) if run.record_id != before.id]
    assert (run.record_id, run.started_at, run.due_at) == (ours.id, now + MINUTE, now + MINUTE + 2 * HOUR)
    do(world, "cancel", ours, now + 2 * MINUTE).one()
    assert run.cancelled_at == now + 2 * MINUTE


def test_one_of_new_records_begins_with_whatever_makes_them__SET_1(world, now):
    clock = added(
        world, now, start_event="register", stop_event="dispatch", minutes=7, condition={"not": REPAIRS}
    ).one()
    ordinary, other = new_ticket(world, now), new_ticket(world, now, kind=TicketKind.HOUSEHOLD_SERVICE)
    (run,) = runs(world, clock)
    assert (run.record_id, run.due_at, ordinary.id) == (other.id, now + 7 * MINUTE, ordinary.id)
    do(world, "dispatch", other, now + 3 * MINUTE).one()
    assert (run.met_at, runs(world, clock)) == (now + 3 * MINUTE, [run])


def test_what_misses_it_is_told_and_stands_in_the_audit__INT_14_AUD_1(world, now):
    clock = added(world, now, code="按时回电", start_event="register", stop_event="dispatch", minutes=1).one()
    ticket = new_ticket(world, now)
    later = now + 5 * MINUTE
    call = Call(world.session, world.actor("manager"), later)
    for ids in limits.to_tell(world.session, later):
        limits.tell_limits(call, ids)
    (run,) = runs(world, clock)
    told = select(Told.staff_id).where(Told.cause == f"clock_run:{run.id}:missed")
    assert world.person("clerk").id in set(world.session.scalars(told))
    found = [each for each in audit(world, now + 10 * MINUTE)["findings"] if each["number"] == ticket.number]
    assert {each["rule"] for each in found if each["kind"] == "past_clock"} == {"INT-14"}


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"register": "units"}, "register"),
        ({"register": "nothing"}, "register"),
        ({"start_event": "delete"}, "start_event"),
        ({"stop_event": "archive"}, "stop_event"),
        ({"stop_event": "accept"}, "stop_event"),
        ({"stop_event": "register"}, "stop_event"),
        ({"code": "dispatch"}, "code"),
        ({"code": "callback-2"}, "code"),
        ({"code": "  "}, None),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 525_601}, "minutes"),
        ({"warning_percent": 101}, "warning_percent"),
        ({"condition": {"field": "kind", "op": "is", "value": "nothing"}}, "condition"),
        ({"condition": {"field": "assignee_id", "op": "is", "value": "me"}}, "condition"),
    ],
)
def test_one_that_could_not_run_is_refused__SET_1(world, now, columns, field):
    with pytest.raises(OperationRefused) as refused:
        added(world, now, **columns).one()
    assert (refused.value.rule, refused.value.field) == ("SET-1", field)
    assert world.session.scalars(select(Clock).where(Clock.register.is_not(None))).all() == []


def test_a_name_is_given_once_and_only_a_manager_gives_it__SET_1(world, now):
    added(world, now).one()
    with pytest.raises(OperationRefused, match="of that name"):
        added(world, now).one()
    with pytest.raises(OperationRefused, match="ROLE"):
        added(world, now, by="clerk", code="Another").one()


def test_it_pauses_or_runs_on_warns_at_its_own_time_and_can_be_switched_off__SET_1(world, now):
    pauses = added(world, now, code="Pauses").one()
    runs_on = added(world, now, code="runs on", runs_on=True, warning_percent=10).one()
    ticket_in(world, TicketStatus.WAITING, now)
    (paused,), (running,) = runs(world, pauses), runs(world, runs_on)
    assert (paused.paused_at is not None, running.paused_at) == (True, None)
    warned = running.started_at + 13 * MINUTE
    told = list(limits.to_tell(world.session, warned))
    assert running.id in {one for ids in told for one in ids}
    call = Call(world.session, world.actor("manager"), now)
    settings.amend_clocks(call, [runs_on], enabled=False).one()
    ticket_in(world, TicketStatus.ACCEPTED, now + HOUR)
    assert (len(runs(world, runs_on)), len(runs(world, pauses))) == (1, 2)


def test_one_that_is_for_a_kind_begins_and_ends_where_the_kind_is_put_right__INT_8(world, now):
    of_new = {"start_event": "register", "stop_event": "finish", "minutes": 300, "condition": REPAIRS}
    clock = added(world, now, **of_new).one()
    ticket = new_ticket(world, now)
    do(world, "change_kind", ticket, now + MINUTE, kind=TicketKind.HOUSEHOLD_SERVICE).one()
    assert [run.cancelled_at for run in runs(world, clock)] == [now + MINUTE]
    do(world, "change_kind", ticket, now + 2 * MINUTE, kind=TicketKind.REPAIR).one()
    assert [run.due_at for run in runs(world, clock) if run.cancelled_at is None] == [now + 5 * HOUR], (
        "as from its start"
    )


def test_a_built_in_clock_to_come_finds_its_name_free__SET_1(world, now):
    assert all(BUILT_IN.fullmatch(code) for code in time_limits())
    for code in ("Callback", "callback 2", "call_back", "回电", "callback。"):
        added(world, now, code=code).one()


def test_what_was_called_so_before_gives_way_to_a_built_in_clock__SET_1(world, now):
    own = added(world, now, code="Dispatch").one()
    taken = added(world, now, code="dispatch (2)").one()
    here = Clock.estate_id == world.estate.id
    built_in = world.session.scalars(select(Clock).where(here, Clock.code == "dispatch")).one()
    world.session.execute(update(Clock).where(Clock.id == built_in.id).values(code="-"))
    world.session.execute(update(Clock).where(Clock.id == own.id).values(code="dispatch"))
    world.session.expire_all()
    call = Call(world.session, world.actor("system"), now)
    assert [(row.code, row.register) for row in settings.provide_clocks(call, [world.estate])] == [("dispatch", None)]
    assert (own.code, taken.code) == ("dispatch (3)", "dispatch (2)")
    event = world.session.scalars(select(Event).where(Event.record_id == own.id).order_by(Event.id.desc())).first()
    assert (event.register, event.verb, event.rule) == ("clocks", "amend", "SET-1")
    assert event.after == {"code": "dispatch (3)"}
    assert settings.provide_clocks(call, [world.estate]) == []

"""A manager changes for which records a clock is: what fits no more ends, what fits now begins (SET-1)."""

import datetime
from typing import Any

import pytest
from sqlalchemy import select

from models.call import Call
from models.errors import OperationRefused
from models.events import Event
from models.invariants import broken_invariants
from models.matters import ClockRun
from models.operations import settings
from models.settings import Clock
from models.tickets import Ticket, TicketKind, TicketStatus
from tests.factories import World
from tests.operations.walks import DAY, HOUR, MINUTE, do, new_ticket, ticket_in

REPAIRS = {"field": "kind", "op": "is", "value": "repair"}
SERVICES = {"field": "kind", "op": "is", "value": "household_service"}


@pytest.fixture
def world(rolled_back: World) -> World:
    return rolled_back


def added(world: World, now: datetime.datetime, **columns: Any) -> Clock:
    said = {"register": "tickets", "start_event": "accept", "stop_event": "finish", "minutes": 120, **columns}
    draft = settings.ClockDraft(estate_id=world.estate.id, code="两小时", **said)
    made = settings.register_clocks(Call(world.session, world.actor("manager"), now), [draft]).one()
    assert isinstance(made, Clock)
    return made


def change(world: World, clock: Clock, now: datetime.datetime, condition: Any, **columns: Any) -> None:
    call = Call(world.session, world.actor("manager"), now)
    settings.amend_clocks(call, [clock], condition=condition, **columns).one()
    assert not list(broken_invariants(world.session))


def runs(world: World, clock: Clock) -> dict[int, list[ClockRun]]:
    world.session.flush()
    query = select(ClockRun).where(ClockRun.clock_id == clock.id).order_by(ClockRun.id)
    found: dict[int, list[ClockRun]] = {}
    for run in world.session.scalars(query.execution_options(populate_existing=True)):
        found.setdefault(run.record_id, []).append(run)
    return found


def job(world: World, now: datetime.datetime, kind: TicketKind, *steps: tuple[str, int]) -> Ticket:
    """A job of that kind with the steps, each so many minutes later."""
    ticket = new_ticket(world, now, kind=kind)
    for verb, minutes in (("dispatch", 0), *steps):
        do(world, verb, ticket, now + minutes * MINUTE).one()
    return ticket


def test_what_fits_no_more_ends_and_what_fits_now_begins_from_its_own_start__SET_1(
    world: World, now: datetime.datetime
) -> None:
    clock = added(world, now, condition=REPAIRS)
    repair = job(world, now, TicketKind.REPAIR, ("accept", 1))
    late = job(world, now - 181 * MINUTE, TicketKind.REPAIR, ("accept", 1))
    service = job(world, now, TicketKind.HOUSEHOLD_SERVICE, ("accept", 5), ("wait", 10), ("resume", 25))
    asleep = job(world, now, TicketKind.HOUSEHOLD_SERVICE, ("accept", 5), ("wait", 12))
    untaken = job(world, now, TicketKind.HOUSEHOLD_SERVICE)
    done = job(world, now, TicketKind.HOUSEHOLD_SERVICE, ("accept", 5), ("start", 6), ("finish", 7))
    at = now + 30 * MINUTE
    said = settings.foretell(world.session, clock, {"condition": SERVICES}, at)
    assert (said.ending, said.beginning, said.late_at_once, said.earlier, said.later) == (1, 2, 0, 0, 0)
    before = service.version, untaken.version, done.version
    change(world, clock, at, SERVICES)
    found = runs(world, clock)
    assert set(found) == {repair.id, late.id, service.id, asleep.id}
    (ended,), (missed,), (begun,), (stands,) = (found[row.id] for row in (repair, late, service, asleep))
    assert (ended.cancelled_at, ended.met_at) == (at, None)
    assert (missed.met_at, missed.due_at) == (at, now - HOUR), "what was missed stays missed"
    assert (begun.started_at, begun.due_at, begun.paused_minutes) == (now + 5 * MINUTE, now + 140 * MINUTE, 15)
    assert (stands.started_at, stands.paused_at, stands.due_at) == (
        now + 5 * MINUTE,
        now + 12 * MINUTE,
        now + 125 * MINUTE,
    )
    assert (service.version, untaken.version, done.version) == (before[0] + 1, *before[1:])
    event = world.session.scalars(select(Event).where(Event.record_id == service.id).order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.verb, event.rule, event.role) == ("recount", "SET-1", "manager")
    do(world, "resume", asleep, now + 32 * MINUTE).one()
    assert runs(world, clock)[asleep.id][0].due_at == now + 145 * MINUTE


def test_what_was_cancelled_so_begins_again_where_it_fits_again__SET_1(world: World, now: datetime.datetime) -> None:
    clock = added(world, now, condition=REPAIRS)
    repair = job(world, now, TicketKind.REPAIR, ("accept", 1))
    change(world, clock, now + 5 * MINUTE, SERVICES)
    change(world, clock, now + 6 * MINUTE, None)
    first, again = runs(world, clock)[repair.id]
    assert (first.cancelled_at, again.cancelled_at, again.started_at) == (now + 5 * MINUTE, None, first.started_at)
    change(world, clock, now + 7 * MINUTE, REPAIRS)
    assert len(runs(world, clock)[repair.id]) == 2, "it fits both: nothing moves"


def test_what_fits_neither_runs_on_as_it_began__SET_1(world: World, now: datetime.datetime) -> None:
    nobody = {"field": "waiting_reason", "op": "empty"}
    clock = added(world, now, condition=nobody, runs_on=True)
    ticket = job(world, now, TicketKind.REPAIR, ("accept", 1), ("wait", 2))
    change(world, clock, now + 3 * MINUTE, {"all": [nobody, REPAIRS]})
    (run,) = runs(world, clock)[ticket.id]
    assert (run.cancelled_at, run.paused_at) == (None, None)


def test_it_is_said_which_of_the_last_90_days_would_have_been_late__SET_1(world: World, now: datetime.datetime) -> None:
    clock = added(world, now - 100 * DAY, condition=REPAIRS)
    quick = job(world, now - 50 * DAY, TicketKind.HOUSEHOLD_SERVICE, ("accept", 0), ("start", 1), ("finish", 119))
    slow = job(world, now - 50 * DAY, TicketKind.HOUSEHOLD_SERVICE, ("accept", 0), ("start", 1), ("finish", 121))
    old = job(world, now - 91 * DAY, TicketKind.HOUSEHOLD_SERVICE, ("accept", 0), ("start", 1), ("finish", 121))
    repair = job(world, now - 3 * DAY, TicketKind.REPAIR, ("accept", 0), ("start", 1), ("finish", 121))
    said = settings.foretell(world.session, clock, {"condition": SERVICES}, now)
    assert (said.records, said.were_late, said.would_be_late, said.late) == (3, 1, 1, [("tickets", slow.id)])
    assert (said.ending, said.beginning) == (0, 0)
    said = settings.foretell(world.session, clock, {"condition": None, "minutes": 119}, now)
    assert (said.were_late, said.would_be_late) == (1, 2)
    assert {number for _register, number in said.late} == {slow.id, repair.id}
    assert {quick.id, old.id}.isdisjoint({number for _register, number in said.late})


def test_one_that_is_for_new_records_begins_from_when_they_were_registered__SET_1(
    world: World, now: datetime.datetime
) -> None:
    clock = added(world, now, start_event="register", stop_event="dispatch", minutes=60, condition=REPAIRS)
    service = new_ticket(world, now, kind=TicketKind.HOUSEHOLD_SERVICE)
    said = settings.foretell(world.session, clock, {"condition": None}, now + 90 * MINUTE)
    assert (said.beginning, said.late_at_once) == (1, 1)
    change(world, clock, now + 90 * MINUTE, None)
    (run,) = runs(world, clock)[service.id]
    assert (run.started_at, run.due_at) == (now, now + HOUR)


@pytest.mark.parametrize(
    "wrong",
    [
        {"field": "kind", "op": "is", "value": "nothing"},
        {"field": "assignee_id", "op": "is", "value": "me"},
        {"field": "severity_", "op": "empty"},
        {"all": []},
    ],
)
def test_a_condition_that_says_nothing_is_refused_and_changes_nothing__SET_1(
    world: World, now: datetime.datetime, wrong: Any
) -> None:
    clock = added(world, now, condition=REPAIRS)
    with pytest.raises(OperationRefused) as refused:
        change(world, clock, now, wrong)
    assert (refused.value.rule, refused.value.field, clock.condition) == ("SET-1", "condition", REPAIRS)


def test_a_built_in_clock_is_for_what_its_rule_says__SET_1(world: World, now: datetime.datetime) -> None:
    clock = world.session.scalars(select(Clock).where(Clock.code == "dispatch").order_by(Clock.id)).first()
    assert clock is not None
    with pytest.raises(OperationRefused, match="built-in"):
        change(world, clock, now, REPAIRS)


def test_a_clock_that_was_taken_out_of_use_is_met_by_what_still_runs__SET_1(
    world: World, now: datetime.datetime
) -> None:
    clock = added(world, now)
    first, second = (ticket_in(world, TicketStatus.IN_PROGRESS, now) for _ in range(2))
    settings.amend_clocks(Call(world.session, world.actor("manager"), now), [clock], enabled=False).one()
    do(world, "finish", first, now + HOUR).one()
    do(world, "cancel", second, now + HOUR).one()
    found = runs(world, clock)
    assert [run.met_at for run in found[first.id]] == [now + HOUR]
    assert [run.cancelled_at for run in found[second.id]] == [now + HOUR]
    later = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    assert later.id not in runs(world, clock)
    change(world, clock, now, SERVICES)
    assert later.id not in runs(world, clock)

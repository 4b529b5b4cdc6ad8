"""Who is told of a limit is chosen for each clock; of a missed one somebody always is (SET-1, INT-14)."""

from typing import Any

import pytest
from sqlalchemy import event, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.call import Call
from models.errors import OperationRefused
from models.operations import limits, settings
from models.settings import Clock, ClockCalendar, Further, Whom
from models.staff import StaffAssignment
from models.tickets import Ticket, TicketStatus
from models.told import Told
from tests.factories import World
from tests.operations import key_desk
from tests.operations.walks import MINUTE, do, new_ticket, ticket_in

TO_DISPATCH, TO_ACCEPT = "dispatch", "slip-acknowledged"


@pytest.fixture
def world(rolled_back: World) -> World:
    return rolled_back


def choose(world: World, now: Any, code: str, **columns: Any) -> None:
    clock = world.session.scalars(select(Clock).where(Clock.code == code, Clock.estate_id == world.estate.id)).one()
    settings.amend_clocks(Call(world.session, world.actor("manager"), now), [clock], **columns).one()


def told(world: World, now: Any, rule: str) -> list[tuple[str, str]]:
    """Whom time tells then by *rule*, and of which kind."""
    world.session.flush()
    known = world.session.scalars(select(Told.id)).all()
    for piece in limits.to_tell(world.session, now):
        limits.tell_limits(Call(world.session, world.actor("system"), now), piece)
    people = {person.id: name for name, person in world.staff.items()}
    new = world.session.scalars(select(Told).where(Told.id.not_in(known), Told.rule == rule))
    return sorted((row.kind.value, people[row.staff_id]) for row in new)


@pytest.mark.parametrize(
    ("chosen", "near", "missed"),
    [
        ({}, ["technician"], ["lead", "technician"]),
        ({"told_near": Whom.ANSWERING}, ["clerk"], ["lead", "technician"]),
        ({"told_near": Whom.NOBODY, "told_missed": Whom.ANSWERING}, [], ["clerk", "lead"]),
        ({"told_missed": Whom.LEAD}, ["technician"], ["lead", "supervisor"]),
        ({"told_missed": Whom.SUPERVISORS}, ["technician"], ["manager", "supervisor"]),
        ({"told_missed": Whom.MANAGERS, "told_near": Whom.SUPERVISORS}, ["supervisor"], ["manager"]),
        ({"told_further": Further.NOBODY}, ["technician"], ["technician"]),
        ({"told_further": Further.MANAGERS, "told_near": Whom.LEAD}, ["lead"], ["manager", "technician"]),
    ],
)
def test_a_manager_chooses_who_is_told_of_a_clock__SET_1(
    world: World, now: Any, chosen: dict[str, Any], near: list[str], missed: list[str]
) -> None:
    if chosen:
        choose(world, now, TO_ACCEPT, **chosen)
    ticket_in(world, TicketStatus.DISPATCHED, now)
    assert told(world, now + 14 * MINUTE, "DSP-4") == [("near", name) for name in near]
    assert told(world, now + 15 * MINUTE, "DSP-4") == [("missed", name) for name in missed]
    assert told(world, now + 16 * MINUTE, "DSP-4") == []


def test_of_what_was_missed_somebody_is_told_whoever_is_there__INT_14(world: World, now: Any) -> None:
    """A team without a lead, then nobody above the clerk."""
    choose(world, now, TO_DISPATCH, told_missed=Whom.LEAD, told_further=Further.NOBODY)
    new_ticket(world, now)
    assert told(world, now + 30 * MINUTE, "DSP-2") == [("missed", "supervisor")]
    above = StaffAssignment.staff_id.in_([world.person(name).id for name in ("supervisor", "manager", "lead")])
    world.session.execute(update(StaffAssignment).where(above).values(ended_at=now))
    new_ticket(world, now + MINUTE)
    assert ("missed", "clerk") in told(world, now + 31 * MINUTE, "DSP-2")


@pytest.mark.parametrize("wrong", [{"told_missed": Whom.NOBODY}])
def test_a_missed_limit_that_nobody_is_told_of_is_refused__INT_14(
    world: World, now: Any, wrong: dict[str, Any]
) -> None:
    with pytest.raises(OperationRefused) as refused:
        choose(world, now, TO_DISPATCH, **wrong)
    assert (refused.value.rule, refused.value.field) == ("INT-14", "told_missed")
    draft = settings.ClockDraft(world.estate.id, "按时", "tickets", "accept", "finish", 5, **wrong)
    with pytest.raises(OperationRefused) as refused:
        settings.register_clocks(Call(world.session, world.actor("manager"), now), [draft]).one()
    assert (refused.value.rule, refused.value.field) == ("INT-14", "told_missed")


def test_no_other_program_takes_everybody_away_from_a_missed_limit__INT_14(world: World) -> None:
    with pytest.raises(IntegrityError), world.session.begin_nested():
        world.session.execute(update(Clock).values(told_missed="nobody"))
    table: Any = Clock.__table__
    columns = {"code": "x", "rule": "INT-14", "start_event": "a", "stop_event": "b", "minutes": 5}
    row = {"estate_id": world.estate.id, "calendar": ClockCalendar.ALWAYS, **columns}
    with pytest.raises(IntegrityError), world.session.begin_nested():
        world.session.execute(insert(table).values(**row, told_missed="nobody"))
    world.session.execute(insert(table).values(row))
    clock = world.session.scalars(select(Clock).where(Clock.code == "x")).one()
    assert (clock.told_near, clock.told_missed, clock.told_further) == (Whom.ACTING, Whom.ACTING, Further.NEXT_UP)


def test_of_what_has_no_team_the_lead_is_the_next_one_up_instead__SET_1(world: World, now: Any) -> None:
    choose(world, now, "approval-decided", told_missed=Whom.LEAD)
    key_desk.request(key_desk.open_desk(world.session, world, now))
    found = told(world, now + 20 * 60 * MINUTE, "KEY-3")
    assert {name for _kind, name in found} <= {"supervisor", "manager"}
    assert found


def test_many_are_told_with_as_many_statements_as_one__INT_14(world: World, now: Any) -> None:
    counted: list[int] = []
    for number in (1, 20):
        for _each in range(number):
            new_ticket(world, now)
        world.session.flush()
        world.session.expire_all()
        statements: list[str] = []
        connection = world.session.connection()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any, kept: list[str] = statements) -> None:
            kept.append(statement)

        event.listen(connection, "before_cursor_execute", note)
        told(world, now + 30 * MINUTE, "DSP-2")
        event.remove(connection, "before_cursor_execute", note)
        counted.append(len(statements))
        for row in world.session.scalars(select(Ticket).where(Ticket.status == TicketStatus.RECEIVED)).all():
            do(world, "cancel", row, now).one()
    assert counted[0] == counted[1]

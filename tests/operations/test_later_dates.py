"""A next date is at most so many days away; further off only by a supervisor's reason, whoever writes it (INT-14)."""

import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.call import Call
from models.complaints import ComplaintStatus
from models.events import Event
from models.operations import keys, settings
from models.sentences import refusal_from
from models.settings import NEXT_DATE, Clock, Setting
from models.tickets import PROMISE, WAITING, TicketStatus
from models.without_event import rows_without_event
from tests.operations import key_desk
from tests.operations.walks import DAY, HOUR, MINUTE, complaint_in, do, new_ticket, refusal, running, ticket_in

LIMIT = 92 * DAY
FAR = LIMIT + 10 * DAY


@pytest.fixture
def world(rolled_back):
    return rolled_back


def set_limit(world, now, days):
    setting = Setting(estate_id=world.estate.id, code=NEXT_DATE, rule="INT-14", value=92)
    found = world.session.scalars(select(Setting).where(Setting.code == NEXT_DATE)).one_or_none()
    world.session.add(found or setting)
    world.session.flush()
    return settings.amend_settings(Call(world.session, world.actor("manager"), now), [found or setting], value=days)


def measures(world, complaint, now, until):
    plan = {"cause": "老化", "measures": "更换", "measures_due_at": until, "measures_by": world.person("lead")}
    return do(world, "write_formal_record", complaint, now, **plan)


SAID = {
    "until": lambda world, now, until: do(
        world, "wait", ticket_in(world, TicketStatus.ACCEPTED, now), now, until=until
    ),
    "promised_at": lambda world, now, until: do(world, "promise", new_ticket(world, now), now, promised_at=until),
    "visit_until": lambda world, now, until: do(
        world, "dispatch", new_ticket(world, now), now, visit_from=now, visit_until=until
    ),
    "measures_due_at": lambda world, now, until: measures(
        world, complaint_in(world, ComplaintStatus.INVESTIGATING, now), now, until
    ),
}


@pytest.mark.parametrize("field", SAID)
def test_a_date_that_somebody_says_is_at_most_so_many_days_away__INT_14(world, now, field):
    SAID[field](world, now, now + LIMIT).one()
    said = refusal(SAID[field](world, now, now + LIMIT + MINUTE))
    assert (said.rule, said.field) == ("INT-14", field)
    assert "Later than the limit" in str(said)
    set_limit(world, now, 30).one()
    assert refusal(SAID[field](world, now, now + 31 * DAY)).rule == "INT-14"


@pytest.mark.parametrize("field", ["promised_at", "visit_until"])
def test_what_is_said_at_intake_is_so_too__INT_14(world, now, field):
    with key_desk.refused("INT-14"):
        new_ticket(world, now, **{field: now + FAR})


def test_the_estate_sets_how_many_days_and_never_more_than_the_database_takes__SET_1_INT_14(world, now):
    assert refusal(set_limit(world, now, 93)).rule == "SET-1"
    assert refusal(set_limit(world, now, 0)).rule == "SET-1"


def test_a_clock_of_more_days_ends_with_the_limit__INT_14(world, now):
    clock = select(Clock).where(Clock.estate_id == world.estate.id, Clock.code == "dispatch")
    call = Call(world.session, world.actor("manager"), now)
    settings.amend_clocks(call, [world.session.scalars(clock).one()], minutes=200 * 24 * 60).one()
    assert running(world, new_ticket(world, now))["dispatch"] == now + LIMIT


def test_a_supervisor_says_a_later_date_and_why__INT_14(world, now):
    ticket = ticket_in(world, TicketStatus.ACCEPTED, now)
    do(world, "wait", ticket, now, until=now + DAY).one()
    assert refusal(do(world, "allow_later", ticket, now, by="clerk", until=now + FAR, reason="x")).rule == "ROLE"
    assert refusal(do(world, "allow_later", ticket, now, until=now + FAR)).field == "reason"
    assert refusal(do(world, "allow_later", ticket, now, until=now + LIMIT, reason="x")).field == "until"
    assert ticket.beyond_limit_by is None
    do(world, "allow_later", ticket, now, until=now + FAR, reason="厂家停产，等新批次").one()
    assert (ticket.due_at, running(world, ticket)[WAITING]) == (now + FAR, now + FAR)
    event = world.session.get_one(Event, ticket.beyond_limit_by)
    assert (event.verb, event.record_id, event.rule) == ("allow_later", ticket.id, "INT-14")
    do(world, "comment", ticket, now + HOUR, body="厂家回复了").one()
    world.session.flush()
    assert [line for line in rows_without_event(world.session) if line.startswith("tickets ")] == []


def test_a_promise_and_measures_are_moved_with_their_column__INT_14(world, now):
    promised, planned = new_ticket(world, now), complaint_in(world, ComplaintStatus.INVESTIGATING, now)
    do(world, "promise", promised, now, promised_at=now + DAY).one()
    measures(world, planned, now, now + DAY).one()
    for row in (promised, planned):
        do(world, "allow_later", row, now, until=now + FAR, reason="等政府批复").one()
    assert (promised.promised_at, running(world, promised)[PROMISE]) == (now + FAR, now + FAR)
    assert (planned.measures_due_at, running(world, planned)["measures"]) == (now + FAR, now + FAR)


def test_where_nobody_said_a_date_there_is_none_to_be_moved__INT_14(world, now):
    ticket = new_ticket(world, now)
    assert refusal(do(world, "allow_later", ticket, now, until=now + FAR, reason="x")).rule == "INT-14"


def changed(world, row, column, value, more=""):
    """The rule by which the database refuses a date in *row*, last changed at its own time; none where it takes it."""
    world.session.flush()
    set_to = text(f"UPDATE {row.__tablename__} SET {column} = :value{more} WHERE id = :id")
    stored = value if world.session.connection().dialect.name == "postgresql" else f"{value:%Y-%m-%d %H:%M:%S.%f}"
    try:
        with world.session.begin_nested() as kept:
            world.session.execute(set_to, {"value": stored, "id": row.id})
            kept.rollback()
    except DBAPIError as problem:
        return refusal_from(problem).rule
    return None


def rows_with_dates(world, now):
    desk = key_desk.open_desk(world.session, world, now)
    yield new_ticket(world, now), "due_at"
    yield complaint_in(world, ComplaintStatus.INVESTIGATING, now), "due_at"
    yield key_desk.request(desk), "next_at"
    lost = key_desk.register(desk)
    keys.report_lost(Call(world.session, desk.clerk, now), [lost]).one()
    yield lost, "due_at"


def test_the_database_takes_no_later_date_from_any_program__INT_14(world, now):
    for row, column in rows_with_dates(world, now):
        assert changed(world, row, column, now + LIMIT) is None, row
        assert changed(world, row, column, now + LIMIT + DAY + MINUTE) == "INT-14", row
        assert changed(world, row, column, datetime.datetime(9999, 12, 30, tzinfo=datetime.UTC)) == "INT-14", row


def test_nor_with_an_event_that_allows_nothing_or_a_date_that_never_comes__INT_14(world, now):
    waits, other = (ticket_in(world, TicketStatus.ACCEPTED, now) for _ in range(2))
    for ticket in (waits, other):
        do(world, "wait", ticket, now, until=now + DAY).one()
    do(world, "allow_later", waits, now, until=now + FAR, reason="停产").one()
    some = world.session.scalar(select(Event.id).where(Event.register == "tickets", Event.record_id == other.id))
    for event in (some, waits.beyond_limit_by):
        assert changed(world, other, "due_at", now + FAR, f", beyond_limit_by = {event}") == "INT-14"
    assert changed(world, waits, "due_at", now + FAR + DAY) is None
    assert changed(world, waits, "due_at", datetime.datetime(9999, 12, 30, tzinfo=datetime.UTC)) == "INT-14"


def test_what_is_over_may_keep_any_date__INT_14(world, now):
    ticket = ticket_in(world, TicketStatus.CANCELLED, now)
    assert changed(world, ticket, "due_at", now + FAR) is None

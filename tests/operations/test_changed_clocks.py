"""What is open follows a clock or calendar that is changed, from its own start; what will come of it is said before."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select

from models.call import Call
from models.events import Event
from models.invariants import broken_invariants
from models.matters import ClockRun
from models.operations import estates, settings
from models.operations.settings import foretell
from models.settings import CalendarDay, Clock, ClockCalendar, DayKind, WorkingHours
from models.tickets import TicketKind, TicketStatus
from tests.guards_off import guards_off
from tests.operations.walks import (
    DAY,
    HOUR,
    MINUTE,
    do,
    follow_up_of,
    new_complaint,
    new_ticket,
    refusal,
    running,
    ticket_in,
)

HERE = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime.datetime(2026, 3, 13, 16, 0, tzinfo=HERE).astimezone(datetime.UTC)
"""Two working hours before the week ends; the day after is no holiday and no make-up day."""


@pytest.fixture
def world(rolled_back):
    return rolled_back


def clock(world, code):
    return world.session.scalars(select(Clock).where(Clock.estate_id == world.estate.id, Clock.code == code)).one()


def manager(world, at, **more):
    return Call(world.session, world.actor("manager"), at, **more)


def change(world, code, at, **columns):
    return settings.amend_clocks(manager(world, at), [clock(world, code)], **columns).one()


def foretold(world, code, at, **columns):
    said = foretell(world.session, clock(world, code), columns, at)
    return said.earlier, said.later, said.late_at_once


def here(year, month, day, hour, minute=0):
    return datetime.datetime(year, month, day, hour, minute, tzinfo=HERE).astimezone(datetime.UTC)


def test_what_runs_is_counted_anew_from_its_own_start_and_its_record_follows__SET_1(world, now):
    first, second = (ticket_in(world, TicketStatus.ACCEPTED, now + late) for late in (0 * MINUTE, 7 * MINUTE))
    assert foretold(world, "on-site", now + 10 * MINUTE, minutes=12) == (2, 0, 0)
    change(world, "on-site", now + 10 * MINUTE, minutes=12)
    assert [running(world, row)["on-site"] - now for row in (first, second)] == [12 * MINUTE, 19 * MINUTE]
    assert [row.due_at - now for row in (first, second)] == [12 * MINUTE, 19 * MINUTE]
    change(world, "on-site", now + 11 * MINUTE, minutes=30)
    assert [row.due_at - now for row in (first, second)] == [30 * MINUTE, 37 * MINUTE]
    assert not list(broken_invariants(world.session))


def test_each_record_that_moves_has_its_event_and_no_other__SET_1(world, now):
    moved, met = (ticket_in(world, status, now) for status in (TicketStatus.ACCEPTED, TicketStatus.IN_PROGRESS))
    versions = moved.version, met.version
    change(world, "on-site", now + MINUTE, minutes=15)
    assert (moved.version, met.version) == (versions[0] + 1, versions[1])
    event = world.session.scalars(select(Event).where(Event.register == "tickets").order_by(Event.id.desc())).first()
    assert (event.record_id, event.verb, event.rule, event.role) == (moved.id, "recount", "SET-1", "manager")
    assert set(event.before) == set(event.after) == {"due_at"}


def test_what_was_missed_stays_missed_and_what_was_not_may_be_late_at_once__SET_1(world, now):
    missed, near = (ticket_in(world, TicketStatus.ACCEPTED, now + late) for late in (0 * MINUTE, 10 * MINUTE))
    at = now + 25 * MINUTE
    assert foretold(world, "on-site", at, minutes=60) == (0, 1, 0)
    assert foretold(world, "on-site", at, minutes=15 - 1) == (1, 0, 1)
    change(world, "on-site", at, minutes=60)
    assert [row.due_at - now for row in (missed, near)] == [20 * MINUTE, 70 * MINUTE]
    change(world, "on-site", at, minutes=14)
    assert [row.due_at - now for row in (missed, near)] == [20 * MINUTE, 24 * MINUTE]


def test_an_agreed_visit_a_promise_and_a_date_of_ones_own_are_no_clocks_and_stay__SET_1(world, now):
    until = now + 3 * HOUR
    visited = new_ticket(world, now)
    do(world, "dispatch", visited, now, visit_until=until).one()
    do(world, "accept", visited, now).one()
    asked = new_ticket(world, now, kind=TicketKind.ENQUIRY, promised_at=now + 20 * MINUTE)
    waiting = ticket_in(world, TicketStatus.WAITING, now)
    serious = new_complaint(world, now)
    do(world, "escalate", serious, now, reason="人身安全").one()
    rows = (visited, asked, waiting)
    before = [running(world, row) for row in rows]
    for code, minutes in (("on-site", 5), ("same-day", 5), ("promise", 5), ("waiting", 5)):
        change(world, code, now + MINUTE, minutes=minutes, calendar=ClockCalendar.ALWAYS)
    after = [running(world, row) for row in rows]
    for each in (before[2], after[2]):  # it has no agreed visit: these are the clocks' own
        del each["same-day"]
    assert after == before
    assert (visited.due_at, serious.due_at) == (until, now)


def test_a_pause_is_left_out_of_the_count_as_when_it_went_on__SET_1(world, now):
    ticket = ticket_in(world, TicketStatus.ACCEPTED, now)
    for begin, end in ((2, 12), (14, 19)):
        do(world, "wait", ticket, now + begin * MINUTE).one()
        do(world, "resume", ticket, now + end * MINUTE).one()
    assert running(world, ticket)["on-site"] == now + 35 * MINUTE
    change(world, "on-site", now + 20 * MINUTE, minutes=40)
    assert running(world, ticket)["on-site"] == now + 55 * MINUTE
    change(world, "on-site", now + 20 * MINUTE, minutes=3)
    # Two minutes were over before the first pause, the third ran out in between.
    assert running(world, ticket)["on-site"] == now + 13 * MINUTE


def test_what_stands_still_follows_too_and_goes_on_with_what_is_left_of_the_new_time__SET_1(world, now):
    ticket = ticket_in(world, TicketStatus.ACCEPTED, now)
    do(world, "wait", ticket, now + 5 * MINUTE).one()
    # 20 minutes would have been over since, but it stood still: nothing was missed.
    assert foretold(world, "on-site", now + HOUR, minutes=30) == (0, 1, 0)
    change(world, "on-site", now + HOUR, minutes=30)
    do(world, "resume", ticket, now + 2 * HOUR).one()
    assert running(world, ticket)["on-site"] == now + 2 * HOUR + 25 * MINUTE


def test_a_pause_by_working_hours_counts_what_was_worked_before_it__SET_1_SET_2(world, now):
    change(world, "slip-acknowledged", FRIDAY, minutes=180, calendar=ClockCalendar.WORKING)
    ticket = ticket_in(world, TicketStatus.DISPATCHED, FRIDAY)
    do(world, "wait", ticket, FRIDAY + HOUR).one()
    do(world, "resume", ticket, FRIDAY + 3 * DAY).one()  # Monday, 16:00
    assert running(world, ticket)["slip-acknowledged"] == here(2026, 3, 16, 18)
    change(world, "slip-acknowledged", FRIDAY + 3 * DAY, minutes=240)
    assert running(world, ticket)["slip-acknowledged"] == here(2026, 3, 17, 9, 30)


def test_a_date_of_the_calendar_moves_what_counts_by_it_and_taken_out_moves_it_back__SET_1_SET_2(world):
    complaint = new_complaint(world, FRIDAY)
    assert running(world, complaint)["formal-record"] == here(2026, 3, 16, 16)  # 2 hours, then 3.5 and 2.5
    free = CalendarDay(estate_id=world.estate.id, day=datetime.date(2026, 3, 16), kind=DayKind.OFF)
    said = foretell(world.session, free, {}, FRIDAY)
    assert (said.earlier, said.later, said.late_at_once) == (0, 1, 0)
    day = settings.register_calendar_days(manager(world, FRIDAY), [free]).one()
    assert running(world, complaint)["formal-record"] == here(2026, 3, 17, 16)
    settings.amend_calendar_days(
        manager(world, FRIDAY),
        [day],
        kind=DayKind.WORKING,
        start_minute=9 * 60,
        end_minute=11 * 60,
        further_hours="13:00 – 14:00，15:00-16:00",
    ).one()
    assert day.further_hours == "13:00-14:00 15:00-16:00"
    assert running(world, complaint)["formal-record"] == here(2026, 3, 17, 10, 30)
    said = foretell(world.session, day, None, FRIDAY)
    assert (said.earlier, said.later) == (1, 0)
    settings.delete_calendar_days(manager(world, FRIDAY), [day]).one()
    assert running(world, complaint)["formal-record"] == here(2026, 3, 16, 16)
    assert complaint.due_at == min(running(world, complaint).values())


def test_working_hours_and_the_time_zone_move_it_too__SET_1_SET_2(world):
    complaint = new_complaint(world, FRIDAY)
    evening = WorkingHours(estate_id=world.estate.id, weekday=4, start_minute=19 * 60, end_minute=21 * 60)
    assert foretell(world.session, evening, {}, FRIDAY).earlier == 1
    evening = settings.register_working_hours(manager(world, FRIDAY), [evening]).one()
    assert running(world, complaint)["formal-record"] == here(2026, 3, 16, 14)
    settings.delete_working_hours(manager(world, FRIDAY), [evening]).one()
    assert running(world, complaint)["formal-record"] == here(2026, 3, 16, 16)
    ticket = new_ticket(world, FRIDAY)
    estates.amend(manager(world, FRIDAY), [world.estate], timezone="Asia/Tokyo").one()
    assert running(world, ticket)["same-day"] == here(2026, 3, 13, 23)


def test_hours_that_a_day_cannot_have_are_refused_and_nothing_moves__SET_2(world):
    complaint = new_complaint(world, FRIDAY)
    fair = {"kind": DayKind.WORKING, "start_minute": 540, "end_minute": 660}
    draft = {"estate_id": world.estate.id, "day": datetime.date(2026, 3, 16)}
    for wrong in ("10:00-12:00", "13:00", "14:00-13:00", "13:00-15:00 14:00-16:00", "24:00-24:30", "下午"):
        days = [CalendarDay(**draft, **fair, further_hours=wrong)]
        said = refusal(settings.register_calendar_days(manager(world, FRIDAY), days))
        assert (said.rule, said.field) == ("SET-2", "further_hours"), wrong
    for bare in ({"kind": DayKind.OFF}, {"kind": DayKind.WORKING}):
        days = [CalendarDay(**draft, **bare, further_hours="13:00-14:00")]
        assert refusal(settings.register_calendar_days(manager(world, FRIDAY), days)).rule == "SET-2"
    assert running(world, complaint)["formal-record"] == here(2026, 3, 16, 16)


def test_days_off_without_end_are_refused_as_no_clock_would_run_out__SET_2(world):
    rows = world.session.scalars(select(WorkingHours).where(WorkingHours.estate_id == world.estate.id)).all()
    settings.delete_working_hours(manager(world, FRIDAY), rows[1:])
    (left,) = world.session.scalars(select(WorkingHours).where(WorkingHours.estate_id == world.estate.id)).all()
    days = [FRIDAY.date() + DAY * n for n in range(900) if (FRIDAY.date() + DAY * n).weekday() == left.weekday]
    off = [CalendarDay(estate_id=world.estate.id, day=day, kind=DayKind.OFF) for day in days]
    outcome = settings.register_calendar_days(manager(world, FRIDAY), off)
    assert {refusal.rule for _, refusal in outcome.refused} == {"SET-2"}


def test_the_call_that_is_owed_follows_its_clock_with_its_own_date__SET_1_FUP_1(world, now):
    ticket = new_ticket(world, now)
    for verb in ("dispatch", "accept", "start", "finish"):
        do(world, verb, ticket, now).one()
    change(world, "follow-up", now + HOUR, minutes=24 * 60)
    assert follow_up_of(world, ticket).due_at == now + DAY


def test_which_were_late_lately_and_would_have_been_is_said_beforehand__SET_1(world, now):
    quick, slow, still, old, agreed = (ticket_in(world, TicketStatus.DISPATCHED, now) for _ in range(5))
    start = now - 90 * DAY
    for ticket, begun, met in ((quick, start, 10), (slow, start, 25), (old, start - MINUTE, 25), (agreed, start, 25)):
        do(world, "accept", ticket, now).one()
        do(world, "start", ticket, now).one()
        run = world.session.scalars(
            select(ClockRun).where(ClockRun.ticket_id == ticket.id, ClockRun.clock_id == clock(world, "on-site").id)
        ).one()
        with guards_off(world.session.connection()):
            run.started_at, run.due_at, run.met_at = begun, begun + 20 * MINUTE, begun + met * MINUTE
            run.clock_version = None if ticket is agreed else run.clock_version
            world.session.flush()
    said = foretell(world.session, clock(world, "on-site"), {"minutes": 9}, now)
    assert (said.records, said.were_late, said.would_be_late) == (3, 1, 2)
    assert set(said.late) == {("tickets", quick.id), ("tickets", slow.id)}
    said = foretell(world.session, clock(world, "on-site"), {"minutes": 9}, now + 10 * MINUTE)
    assert said.late[0] == ("tickets", still.id)
    said = foretell(world.session, clock(world, "on-site"), {"minutes": 25}, now)
    assert (said.were_late, said.would_be_late, said.late, said.changes_nothing) == (1, 0, [], False)
    assert foretell(world.session, clock(world, "on-site"), {}, now).changes_nothing


def test_what_one_call_does_not_take_follows_with_the_next_and_time_goes_on_with_it__SET_1(world, now):
    ticket = ticket_in(world, TicketStatus.DISPATCHED, now)
    on_site = clock(world, "on-site")
    drafts = [{c.name: getattr(ticket, c.name) for c in ticket.__table__.columns if c.name != "id"} for _ in range(500)]
    for number, row in enumerate(drafts):
        row["number"] = f"R-{number}"
    world.session.execute(insert(type(ticket)), drafts)
    ids = world.session.scalars(select(type(ticket).id).where(type(ticket).number.like("R-%"))).all()
    run = {"estate_id": world.estate.id, "register": "tickets", "clock_id": on_site.id, "clock_version": 1}
    run |= {"started_at": now, "due_at": now + 20 * MINUTE}
    world.session.execute(insert(ClockRun), [{**run, "record_id": row_id} for row_id in ids])
    change(world, "on-site", now + MINUTE, minutes=30)
    left = settings.behind(world.session, [world.estate.id], now + MINUTE)
    assert left == {on_site.id: 1}
    pieces = list(settings.pieces(world.session, now + MINUTE))
    assert pieces == [[on_site.id]]
    system = Call(world.session, world.actor("system"), now + MINUTE)
    assert settings.recount_clocks(system, pieces[0]).done == [on_site]
    assert settings.behind(world.session, [world.estate.id], now + MINUTE) == {}
    of_clock = select(func.count()).where(ClockRun.clock_id == on_site.id, ClockRun.due_at == now + 30 * MINUTE)
    assert world.session.scalar(of_clock) == 501


def test_only_who_may_set_clocks_counts_anew__SET_1(world, now):
    ticket_in(world, TicketStatus.DISPATCHED, now)
    for who in ("clerk", "supervisor", "technician", "auditor", "admin"):
        with pytest.raises(Exception, match="role"):
            settings.recount(Call(world.session, world.actor(who), now), [clock(world, "on-site")])


def test_a_preview_of_the_change_moves_nothing__SET_1(world, now):
    ticket = ticket_in(world, TicketStatus.ACCEPTED, now)
    outcome = settings.amend_clocks(manager(world, now, preview=True), [clock(world, "on-site")], minutes=60)
    assert outcome.done
    assert (ticket.due_at, clock(world, "on-site").minutes) == (now + 20 * MINUTE, 20)

"""``frontdesk clock preview`` against a calendar of 2026 that is written out here, day by day (SET-1, SET-2)."""

import datetime
import json
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from models.call import Call
from models.operations import settings
from models.settings import Clock, ClockCalendar

# The State Council's notice for 2026, by hand: first and last day off, then the days worked instead.
OFF = [("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21")]
OFF += [("09-25", "09-27"), ("10-01", "10-07")]
WORKED = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
HOURS = ((510, 720), (810, 1080))
SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(text: str) -> datetime.date:
    return datetime.date.fromisoformat(f"2026-{text}")


def is_worked(day: datetime.date) -> bool:
    if day in map(day_of, WORKED):
        return True
    return day.weekday() < 5 and not any(day_of(first) <= day <= day_of(last) for first, last in OFF)


def due(start: datetime.datetime, minutes: int) -> datetime.datetime:
    """Minute by minute: slow, and by nobody else's rules."""
    moment = start
    while minutes:
        of_day = moment.hour * 60 + moment.minute
        if is_worked(moment.date()) and any(begin <= of_day < end for begin, end in HOURS):
            minutes -= 1
        moment += datetime.timedelta(minutes=1)
    return moment


@pytest.fixture
def preview(run_here, world, now):
    settings.provide_official_days(Call(world.session, world.actor("system"), now), [world.estate])

    def one(clock, start, *more):
        code, out, err = run_here("clock", "preview", clock, "--estate", "YH", "--start", start, *more)
        assert (code, err) == (0, "")
        return out

    return one


STARTS = ["2026-02-13T17:40", "2026-02-14T12:00", "2026-02-15T09:00", "2026-04-30T13:29", "2026-09-19T10:00"]
STARTS += ["2026-10-09T18:00", "2026-12-31T08:29", "2026-01-04T00:00", "2026-06-18T17:59"]


@pytest.mark.parametrize("start", STARTS)
def test_working_time_ends_as_the_calendar_written_out_says__SET_2(preview, start):
    found = json.loads(preview("formal-record", start, "--json"))
    begins = datetime.datetime.fromisoformat(start)
    expected = due(begins, 480).replace(tzinfo=SHANGHAI)
    # The last working minute of a day and the first instant after it are one end.
    assert datetime.datetime.fromisoformat(found["due"]) == expected
    assert sum(day["minutes"] for day in found["because"]) == 480
    assert [day["date"] for day in found["because"] if day["hours"]] == [
        date.isoformat()
        for offset in range((expected.date() - begins.date()).days + 1)
        if is_worked(date := begins.date() + datetime.timedelta(days=offset))
    ]


def test_it_says_what_counts_of_each_day_and_what_the_day_is_called__SET_1(preview):
    found = json.loads(preview("formal-record", "2026-02-13T17:40", "--json"))
    assert found["estate"] == "YH"
    assert (found["rule"], found["calendar"], found["minutes"]) == ("CMP-3", "working", 480)
    assert (found["start"], found["due"]) == ("2026-02-13T17:40:00+08:00", "2026-02-14T17:40:00+08:00")
    hours = [["08:30", "12:00"], ["13:30", "18:00"]]
    assert found["because"] == [
        {"date": "2026-02-13", "hours": hours, "minutes": 20, "name": None},
        {"date": "2026-02-14", "hours": hours, "minutes": 460, "name": "春节"},
    ]


def test_in_words_the_due_time_comes_first__SET_1(preview):
    lines = preview("same-day", "2026-02-13T17:40").splitlines()
    assert lines == ["2026-02-14T00:00:00+08:00", "  2026-02-13 380 min"]
    assert preview("slip-acknowledged", "2026-02-13T17:40+00:00").startswith("2026-02-14T01:55:00+08:00\n")


def test_it_goes_by_what_the_manager_has_set__SET_1(preview, world):
    of = (Clock.estate_id == world.estate.id, Clock.code == "on-site")
    world.session.execute(update(Clock).where(*of).values(minutes=600, calendar=ClockCalendar.WORKING))
    assert preview("on-site", "2026-02-14T18:00").startswith("2026-02-25T10:30:00+08:00\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nothing", "--estate", "YH", "--start", "2026-02-13T17:40"), "SET-1"),
        (("same-day", "--estate", "ZZ", "--start", "2026-02-13T17:40"), "there is no estate ZZ."),
    ],
)
def test_a_mistake_is_one_line_and_no_success(run_here, world, arguments, says):
    code, out, err = run_here("clock", "preview", *arguments)
    assert code != 0
    assert out == ""
    assert err.count("\n") == 1
    assert says in err

"""The period of a report: weeks from Monday, months and other days, the period beside them, the parts of a chart."""

import datetime
import itertools

import pytest

from views.pages.report_days import Days

DAY = datetime.timedelta(days=1)


def days(text: str) -> Days:
    """Two dates with a blank between them."""
    return Days(*map(datetime.date.fromisoformat, text.split()))


PERIODS = {
    "2026-11-16 2026-11-22": ("2026-11-09 2026-11-15", "2026-11-23 2026-11-29"),  # a week from Monday
    "2026-11-16 2026-11-18": ("2026-11-09 2026-11-11", "2026-11-23 2026-11-25"),  # its first days: the same weekdays
    "2026-10-26 2026-11-18": ("2026-09-28 2026-10-21", "2026-11-23 2026-12-16"),  # four weeks until a Wednesday
    "2026-10-26 2026-11-22": ("2026-09-28 2026-10-25", "2026-11-23 2026-12-20"),
    "2026-11-01 2026-11-30": ("2026-10-01 2026-10-31", "2026-12-01 2026-12-31"),  # a month
    "2026-02-01 2026-02-28": ("2026-01-01 2026-01-31", "2026-03-01 2026-03-31"),
    "2026-03-01 2026-03-30": ("2026-02-01 2026-02-28", "2026-04-01 2026-04-30"),  # no such day: the last
    "2026-11-01 2026-11-18": ("2026-10-01 2026-10-18", "2026-12-01 2026-12-18"),  # a month until today
    "2026-09-01 2026-11-30": ("2026-06-01 2026-08-31", "2026-12-01 2027-02-28"),
    "2026-01-01 2026-12-31": ("2025-01-01 2025-12-31", "2027-01-01 2027-12-31"),
    "2026-11-03 2026-11-05": ("2026-10-31 2026-11-02", "2026-11-06 2026-11-08"),  # as many days
    "2026-11-18 2026-11-18": ("2026-11-17 2026-11-17", "2026-11-19 2026-11-19"),
    "2026-06-01 2026-06-07": ("2026-05-25 2026-05-31", "2026-06-08 2026-06-14"),  # a Monday and a first day: a week
    "2026-06-01 2026-06-30": ("2026-05-01 2026-05-31", "2026-07-01 2026-07-31"),
}
"""A period -> the one before it and the one behind."""


@pytest.mark.parametrize("period", PERIODS)
def test_the_period_before_is_of_the_same_kind__AUD_5(period: str) -> None:
    before, after = map(days, PERIODS[period])
    assert (days(period).before, days(period).after) == (before, after)


@pytest.mark.parametrize("number", [1, 2, 27, 28, 35, 36, 50, 184, 185, 365, 366])
@pytest.mark.parametrize("first", ["2026-01-01", "2026-02-28", "2024-02-29", "2026-11-16", "2026-12-31"])
def test_the_parts_of_a_chart_are_the_whole_period_each_day_once__AUD_5(first: str, number: int) -> None:
    start = datetime.date.fromisoformat(first)
    period = Days(start, start + (number - 1) * DAY)
    parts = period.parts
    assert period.number == number
    assert (parts[0].first, parts[-1].last) == (period.first, period.last)
    assert all(one.last + DAY == other.first for one, other in itertools.pairwise(parts))
    assert all(part.number == 1 for part in parts) == (number <= 35)
    if number > 184:
        assert all(part.first.day == 1 for part in parts[1:])
        assert len(parts) <= 13
    elif number > 35:
        assert all(part.first.weekday() == 0 and part.number <= 7 for part in parts[1:])
    assert len(parts) <= 35

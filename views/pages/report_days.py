"""The period of a report: weeks from Monday, months, any other days; the one before it, and the parts of its charts."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext, lazy_gettext as _
from werkzeug.exceptions import BadRequest

from models.reports import Period
from views.request.queries import parse_day
from views.words.language import local_today, zone

DAY = datetime.timedelta(days=1)
WEEK = 7 * DAY
MOST_DAYS = 366
YEARS = (1900, 2200)
USUAL_WEEKS = 4
"""Weeks from Monday, this one among them, of the report that nobody asked for otherwise."""
EACH_DAY, EACH_WEEK = 35, 184
"""So many days at most are shown day by day, so many week by week; longer periods month by month."""


@dataclass(frozen=True)
class Days:
    """Local dates from the first to the last, both included."""

    first: datetime.date
    last: datetime.date

    @property
    def number(self) -> int:
        """How many there are."""
        return (self.last - self.first).days + 1

    @property
    def instants(self) -> Period:
        """When the first begins and the last ends (UTC)."""
        return _midnight(self.first), _midnight(self.last + DAY)

    def filters(self, column: str) -> dict[str, str]:
        """These days as filters of a list."""
        return {f"flt_{column}_from": self.first.isoformat(), f"flt_{column}_until": self.last.isoformat()}

    @property
    def before(self) -> "Days":
        """The period before: of months as many, of days from a Monday the same weekdays, else as many days."""
        return self._moved(-1)

    @property
    def after(self) -> "Days":
        """The period behind, by the same measure."""
        return self._moved(1)

    def _moved(self, way: int) -> "Days":
        if self.first.weekday() == 0 and (self.first.day != 1 or self.number <= 7):
            by = way * -(-self.number // 7) * WEEK
        elif self.first.day == 1:
            months = way * (12 * (self.last.year - self.first.year) + self.last.month - self.first.month + 1)
            return Days(_months_on(self.first, months), _same_day(self.last, months))
        else:
            by = way * self.number * DAY
        return Days(self.first + by, self.last + by)

    @property
    def parts(self) -> "list[Days]":
        """What a chart shows side by side: days up to five weeks, weeks up to six months, else months."""
        return [Days(max(part.first, self.first), min(part.last, self.last)) for part in self._whole_parts()]

    def _whole_parts(self) -> "Iterator[Days]":
        at = self.first
        if self.number > EACH_WEEK:
            at = at.replace(day=1)
        elif self.number > EACH_DAY:
            at -= at.weekday() * DAY
        while at <= self.last:
            yield (part := Days(at, self._end_of_part(at)))
            at = part.last + DAY

    def _end_of_part(self, first: datetime.date) -> datetime.date:
        if self.number <= EACH_DAY:
            return first
        return first + WEEK - DAY if self.number <= EACH_WEEK else _months_on(first, 1) - DAY

    @property
    def part_heading(self) -> Any:
        """What stands over the names of the parts."""
        if self.number <= EACH_DAY:
            return _("Day")
        return _("Week from") if self.number <= EACH_WEEK else _("Month from")


def _months_on(first: datetime.date, months: int) -> datetime.date:
    """The first day of the month so many months after that of *first*, which is a first day."""
    year, month = divmod(12 * first.year + first.month - 1 + months, 12)
    return datetime.date(year, month + 1, 1)


def _same_day(day: datetime.date, months: int) -> datetime.date:
    """*day* so many months on: the last of a month for a last one, and where there is no such day."""
    month = _months_on(day.replace(day=1), months)
    last = _months_on(month, 1) - DAY
    return last if (day + DAY).day == 1 else min(month + (day.day - 1) * DAY, last)


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), zone()).astimezone(datetime.UTC)


def can_be_asked(days: Days) -> bool:
    """Whether an address can ask for *days*."""
    return YEARS[0] <= days.first.year and days.last.year <= YEARS[1] and days.number <= MOST_DAYS


def usual_days() -> Days:
    """The weeks that a report is about unless others are asked for."""
    return _weeks(USUAL_WEEKS)


def _weeks(number: int) -> Days:
    today = local_today()
    monday = today - today.weekday() * DAY
    return Days(monday - (number - 1) * WEEK, today)


def offered() -> list[tuple[Any, Days]]:
    """What the page offers by its name: weeks from Monday and months, those that run until today."""
    today = local_today()
    this_week = _weeks(1)
    month = Days(today.replace(day=1), today)
    last_month = Days(_months_on(month.first, -1), month.first - DAY)
    return [
        (_("this week"), this_week),
        (_("last week"), Days(this_week.first - WEEK, this_week.first - DAY)),
        (_("four weeks"), usual_days()),
        (_("this month"), month),
        (_("last month"), last_month),
        (_("three months"), Days(_months_on(month.first, -2), today)),
        (_("six months"), Days(_months_on(month.first, -5), today)),
        (_("twelve months"), Days(_months_on(month.first, -11), today)),
    ]


def asked_days() -> Days:
    """The period that the address asks for, the usual one otherwise; 400 for one that cannot be."""
    since, until = request.args.get("since"), request.args.get("until")
    usual = usual_days()
    days = Days(parse_day(since) if since else usual.first, parse_day(until) if until else usual.last)
    if days.first > days.last:
        raise BadRequest(gettext("The first day must not be after the last."))
    if days.number > MOST_DAYS:
        raise BadRequest(gettext("A report covers %(count)s days at most.", count=MOST_DAYS))
    return days

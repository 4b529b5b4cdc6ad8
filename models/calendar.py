"""Working time: several intervals a day, holidays and make-up working days (SET-2). Pure; knows no table."""

import datetime
import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import ZoneInfo

Interval = tuple[int, int]
"""Start and end in minutes after local midnight."""

Hours = tuple[int, int, int]
"""Weekday (Monday is 0), start and end in minutes after local midnight."""

K = TypeVar("K")
V = TypeVar("V")


class ReadLater(Mapping[K, V]):
    """A mapping that is read from the database when it is first looked into."""

    def __init__(self, read: Callable[[], Mapping[K, V]]) -> None:
        self._read = read

    @functools.cached_property
    def _rows(self) -> Mapping[K, V]:
        return self._read()

    def __getitem__(self, key: K) -> V:
        return self._rows[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


MAXIMUM_DAYS = 800
DEFAULT_ZONE = "Asia/Shanghai"


@functools.cache
def find_zone(name: str) -> ZoneInfo | None:
    """The time zone of that *name*, None where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def zone_named(name: str) -> ZoneInfo:
    """The same, the usual one where another program wrote a name that there is not: ``verify`` names that estate."""
    return find_zone(name) or ZoneInfo(DEFAULT_ZONE)


@dataclass(frozen=True)
class WorkingCalendar:
    """The working hours of one estate.

    ``week`` maps a weekday (Monday is 0) to its intervals; ``days`` holds the dates that differ: holidays with no
    interval, make-up working days with theirs.
    """

    zone: ZoneInfo
    week: Mapping[int, Sequence[Interval]]
    days: Mapping[datetime.date, Sequence[Interval]] = field(default_factory=dict)
    _spans_of: dict[datetime.date, list[tuple[datetime.datetime, datetime.datetime]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Date -> its working time in UTC: looking back over 100,000 matters asks for the same few days."""

    def intervals(self, day: datetime.date) -> Sequence[Interval]:
        """The working intervals of a local date."""
        found = self.days.get(day)
        return found if found is not None else self.week.get(day.weekday(), ())

    def is_working_day(self, day: datetime.date) -> bool:
        """Whether anybody works on that local date."""
        return bool(self.intervals(day))

    def local_date(self, moment: datetime.datetime) -> datetime.date:
        """The estate's date at *moment*."""
        return moment.astimezone(self.zone).date()

    def instant(self, day: datetime.date, minute: int = 0) -> datetime.datetime:
        """The UTC instant of *minute* after local midnight of *day*."""
        midnight = datetime.datetime.combine(day, datetime.time(), self.zone)
        return (midnight + datetime.timedelta(minutes=minute)).astimezone(datetime.UTC)

    def end_of_day(self, moment: datetime.datetime) -> datetime.datetime:
        """The last instant that still belongs to the local date of *moment*: its midnight, exclusive."""
        return self.instant(self.local_date(moment) + datetime.timedelta(days=1))

    def next_close(self, moment: datetime.datetime) -> datetime.datetime:
        """When the working day that goes on at *moment* ends, or the next one; without any, the end of the next day."""
        today = self.local_date(moment)
        days = (today + datetime.timedelta(days=offset) for offset in range(MAXIMUM_DAYS))
        closes = (self.instant(day, self.intervals(day)[-1][1]) for day in days if self.is_working_day(day))
        return next((close for close in closes if close > moment), self.instant(today + datetime.timedelta(days=2)))

    def _spans(self, start: datetime.datetime) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
        first = self.local_date(start)
        for offset in range(MAXIMUM_DAYS):
            day = first + datetime.timedelta(days=offset)
            spans = self._spans_of.get(day)
            if spans is None:
                spans = [(self.instant(day, begin), self.instant(day, end)) for begin, end in self.intervals(day)]
                self._spans_of[day] = spans
            for begin, end in spans:
                if end > start:
                    yield max(begin, start), end

    def add_minutes(self, start: datetime.datetime, minutes: int) -> datetime.datetime:
        """The instant at which *minutes* of working time have passed since *start* (UTC).

        Raises ValueError when the calendar holds too little working time within two years.
        """
        left = datetime.timedelta(minutes=minutes)
        for begin, end in self._spans(start):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        raise ValueError("the calendar holds too little working time")

    def minutes_between(self, start: datetime.datetime, end: datetime.datetime) -> int:
        """Whole minutes of working time from *start* to *end*; 0 when *end* is earlier."""
        total = datetime.timedelta()
        for begin, finish in self._spans(start):
            if begin >= end:
                break
            total += min(finish, end) - begin
        return int(total.total_seconds() // 60)


_INTERVAL = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)


def own_hours(start: int | None, end: int | None, further: str | None) -> list[Interval]:
    """The own intervals of a date, in their order; ValueError where *further* is no list of them, or two overlap."""
    found = [(start, end)] if start is not None and end is not None else []
    for text in (further or "").split():
        interval = _INTERVAL.fullmatch(text)
        if interval is None:
            raise ValueError(text)
        hour, minute, last_hour, last_minute = map(int, interval.groups())
        found.append((hour * 60 + minute, last_hour * 60 + last_minute))
    found.sort()
    if any(begin >= finish or finish > 1440 for begin, finish in found):
        raise ValueError(further)
    if any(before[1] > after[0] for before, after in itertools.pairwise(found)):
        raise ValueError(further)
    return found


def week_of(hours: Iterable[Hours]) -> dict[int, list[Interval]]:
    """The intervals of each weekday, in their order."""
    week: dict[int, list[Interval]] = {}
    for weekday, start, end in sorted(hours):
        week.setdefault(weekday, []).append((start, end))
    return week

"""Times as people at a desk type them: +30 分, 明早9点, 下周一 10:30, 今天下午, in 30 minutes, Sat 9am. Pure.

What no rule of the grammar reads is no time: nothing is guessed from a part of a text. A part of the day, or a day
alone, is where it begins or where it ends, as the field asks.
"""

import calendar
import datetime
import enum
import functools
import unicodedata
from dataclasses import dataclass
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, VisitError

from models import moments
from models.calendar import Interval, WorkingCalendar
from models.errors import gettext_noop
from models.names import simplified
from models.time_words import DAYS, GRAMMAR, MONTHS, NAMED_WEEKDAYS, PARTS, TURNS, UNITS, WEEKDAYS, Part

LONGEST = 40
"""Signs of a text that is looked at."""
USUAL: tuple[Interval, ...] = ((510, 720), (810, 1080))
"""A working day of an estate that has none on that date: SET-2's default."""

NOON, HALF_DAY = 720, datetime.timedelta(hours=12)
NEAR = datetime.timedelta(hours=9)
"""So far away an hour without its half of the day may be the other one: at ten, 3点 is at 15:00; 9点 is a question."""
AWAKE = 7 * 60
"""An earlier hour is not meant unless its half of the day is said."""
FIRST_YEAR, LAST_YEAR = 1900, 2200


class Toward(enum.Enum):
    """Where the times of a field lie, seen from now."""

    AHEAD = "ahead"
    BEHIND = "behind"


class UnclearTime(ValueError):
    """A text that says no time, or none that fits; *message* is marked for translation."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


NO_TIME = gettext_noop(
    "This is no time that can be read. Write like +30 min, 21:20, tomorrow 9:30, Sat 9am or 2026-11-22 08:30."
)
NO_SUCH = gettext_noop("There is no such day or hour.")
OVER = gettext_noop("This is over already: write the day with it, or a later time.")
TO_COME = gettext_noop("This has not been yet: write the day with it, or an earlier time.")
WHICH_HALF = gettext_noop("This can be in the morning or in the evening: write 9:00 or 21:00, 9am or 9pm.")
WHICH_DAY = gettext_noop("This can be two days: write it like 12-01, or with its month in words.")
WHICH_HOUR = gettext_noop("Write the hour with it.")


@dataclass(frozen=True)
class Hour:
    """An hour that was said; *exact* where it can be no other one of the day."""

    minutes: int
    exact: bool


def _count(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        return float(moments.in_figures(written.replace("两", "二")))


def _hour(part: str | None, hour: float, minute: int, *, exact: bool) -> Hour:
    """The hour of the day, by its part where one was said: 下午3点 is at 15."""
    if hour != int(hour) or hour > 24 or minute > 59 or (hour == 24 and minute):
        raise UnclearTime(NO_SUCH)
    if part is None:
        return Hour(int(hour) * 60 + minute, exact or hour == 0 or hour > 12)
    others = (hour + 12, hour + 24) if hour < 12 else (24, 0) if hour == 12 else ()
    fitting = [each for each in (hour, *others) if each in PARTS[part].hours]
    if not fitting:
        raise UnclearTime(NO_SUCH)
    return Hour(int(fitting[0]) * 60 + minute, True)


@v_args(inline=True)
class _Reading(Transformer[Token, datetime.datetime]):
    """What each rule of the grammar means at *now*, a wall clock."""

    def __init__(self, now: datetime.datetime, days: WorkingCalendar, toward: Toward, *, ends: bool) -> None:
        super().__init__()
        self.now, self.days, self.ends = now, days, ends
        self.is_ahead = toward is Toward.AHEAD
        self.step = 1 if self.is_ahead else -1

    # how long

    def some(self, number: Token, unit: Token) -> float:
        return _count(number) * UNITS[unit]

    def some_of(self, number: Token, _some: Token, unit: Token) -> float:
        return self.some(number, unit)

    def some_and_half(self, number: Token, unit: Token, _half: Token) -> float:
        return (_count(number) + 0.5) * UNITS[unit]

    def some_and_half_of(self, number: Token, _some: Token, _half: Token, unit: Token) -> float:
        return self.some_and_half(number, unit, _half)

    def half_of(self, *parts: Token) -> float:
        return UNITS[parts[-1]] / 2

    def one(self, _some: Token, unit: Token) -> float:
        return UNITS[unit]

    def present(self, _now: Token) -> datetime.datetime:
        return self.now

    def later(self, *parts: Any) -> datetime.datetime:
        return self.now + datetime.timedelta(minutes=sum(part for part in parts if not isinstance(part, str)))

    def earlier(self, *parts: Any) -> datetime.datetime:
        return self.now - (self.later(*parts) - self.now)

    def later_minutes(self, _plus: Token, number: Token) -> datetime.datetime:
        return self.later(_count(number))

    # which hour

    def clock(self, *parts: Token) -> Hour:
        hour, minute = parts[-1].split(":")[:2]
        return _hour(parts[0] if parts[1:] else None, int(hour), int(minute), exact=True)

    def clock_after(self, clock: Token, part: Token) -> Hour:
        return self.clock(part, clock)

    def figures(self, *parts: Token) -> Hour:
        return self.clock(*parts[:-1], Token("CLOCK", f"{parts[-1][:2]}:{parts[-1][2:]}"))

    def full(self, *parts: Token, minute: int = 0) -> Hour:
        said = [part for part in parts if part.type in ("PART", "NUMBER")]
        return _hour(said[0] if said[1:] else None, _count(said[-1]), minute, exact=False)

    def half_past(self, *parts: Token) -> Hour:
        return self.full(*parts[:-2], minute=30)

    def quarters_past(self, *parts: Token) -> Hour:
        return self.full(*parts[:-2], minute=15 if parts[-1] == "一刻" else 45)

    def past(self, *parts: Token) -> Hour:
        at = next(place for place, part in enumerate(parts) if part.type == "POINT")
        return self.full(*parts[:at], minute=int(_count(parts[at + 1])))

    def half_day(self, number: Token, half: Token) -> Hour:
        return _hour(half, _count(number), 0, exact=True)

    # which day

    def named(self, name: Token) -> datetime.date:
        return self.now.date() + datetime.timedelta(days=DAYS[name])

    def weekday(self, *parts: Token) -> datetime.date:
        *turns, name = parts
        place = NAMED_WEEKDAYS[name[:3]] if name.isascii() else WEEKDAYS[name[-1]]
        today = self.now.date()
        if turns:
            monday = today - datetime.timedelta(days=today.weekday())
            return monday + datetime.timedelta(days=place, weeks=sum(TURNS[turn] for turn in turns))
        away = (place - today.weekday()) % 7
        return today + datetime.timedelta(days=away if self.is_ahead or not away else away - 7)

    def month_day(self, month: Token, _month: Token, day: Token, *_date: Token) -> datetime.date:
        return self._nearest(int(_count(month)), int(_count(day)))

    def numbered(self, written: Token) -> datetime.date:
        month, day = (int(part) for part in written.replace("/", "-").split("-"))
        if "/" in written and month != day and max(month, day) <= 12:
            raise UnclearTime(WHICH_DAY)
        return self._nearest(month, day)

    def day_month(self, day: Token, *names: Token) -> datetime.date:
        return self._nearest(MONTHS[names[-1][:3]], int(_count(day)))

    def name_day(self, month: Token, day: Token, *_ordinal: Token) -> datetime.date:
        return self._nearest(MONTHS[month[:3]], int(_count(day)))

    def month_day_alone(self, day: Token, _date: Token) -> datetime.date:
        number, month = int(_count(day)), self.now.date().replace(day=1)
        if (number < self.now.day) if self.is_ahead else (number > self.now.day):
            month = (month + datetime.timedelta(days=self.step * 31 if self.is_ahead else -1)).replace(day=1)
        return month.replace(day=number)

    def _nearest(self, month: int, day: int) -> datetime.date:
        """That day of this year or, where it is on the other side of today, of the next one or the last."""
        today = self.now.date()
        found = datetime.date(today.year, month, day) if (month, day) != (2, 29) else None
        if found is None or ((found < today) if self.is_ahead else (found > today)):
            years = range(today.year + self.step * (found is not None), today.year + self.step * 8, self.step)
            found = next(
                datetime.date(year, month, day) for year in years if day != 29 or month != 2 or calendar.isleap(year)
            )
        return found

    # which instant

    def whole_day(self, day: datetime.date) -> datetime.datetime:
        return self._edge(day, Part((480, 1080), range(24), works=True))

    def in_part(self, *parts: Any) -> datetime.datetime:
        return self._edge(parts[0] if parts[1:] else self.now.date(), PARTS[parts[-1]])

    def in_this_part(self, _this: Token, part: Token) -> datetime.datetime:
        return self.in_part(part)

    def at_latest(self, *parts: Any) -> datetime.datetime:
        return self.at(*parts[:-1])

    def at_day(self, hour: Hour, day: datetime.date) -> datetime.datetime:
        return self.at(day, hour)

    def at(self, *parts: Any) -> datetime.datetime:
        hour: Hour = parts[-1]
        if parts[1:]:
            return self._of_day(parts[0], hour)
        days = (self.now.date(), self.now.date() + datetime.timedelta(days=self.step))
        meant = {hour.minutes: HALF_DAY} if hour.exact else {hour.minutes: HALF_DAY, hour.minutes + NOON: NEAR}
        if not hour.exact and hour.minutes < AWAKE:
            del meant[hour.minutes]
        for minutes, reach in meant.items():
            for found in (self._moment(day, minutes) for day in days):
                if abs(found - self.now) <= reach and self._fits(found):
                    return found
        if hour.exact:
            return self._moment(self.now.date(), hour.minutes)
        raise UnclearTime(WHICH_HALF)

    def _fits(self, found: datetime.datetime) -> bool:
        return found >= self.now if self.is_ahead else found <= self.now

    def _of_day(self, day: datetime.date, hour: Hour) -> datetime.datetime:
        if hour.exact:
            return self._moment(day, hour.minutes)
        both = [self._moment(day, minutes) for minutes in (hour.minutes, hour.minutes + NOON)]
        if day == self.now.date():
            both = [found for found in both if self._fits(found) and abs(found - self.now) <= NEAR]
        if not both or (len(both) == 2 and hour.minutes < AWAKE):
            raise UnclearTime(WHICH_HALF)
        return both[0]

    def _edge(self, day: datetime.date, part: Part) -> datetime.datetime:
        """Where that part of *day* begins or ends; one that goes on has begun now."""
        if part.window is None or not self.is_ahead:
            raise UnclearTime(WHICH_HOUR)
        begin, end = part.window
        if part.works:
            worked = [
                (max(begin, first), min(end, last))
                for first, last in self.days.intervals(day) or USUAL
                if first < end and last > begin
            ]
            begin, end = (worked[0][0], worked[-1][1]) if worked else (begin, end)
        if self.ends:
            return self._moment(day, end)
        return max(self._moment(day, begin), min(self.now, self._moment(day, end - 1)))

    @staticmethod
    def _moment(day: datetime.date, minutes: int) -> datetime.datetime:
        return datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(minutes=minutes)


@functools.cache
def _grammar() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="contextual")


def read(
    text: str, now: datetime.datetime, days: WorkingCalendar, toward: Toward = Toward.AHEAD, *, ends: bool = True
) -> datetime.datetime:
    """The instant (UTC) that *text* means at *now* by the estate's clock and working *days*.

    Raises UnclearTime where it is no time, can be several, or lies on the other side of now than the times *toward*
    which it is asked.
    """
    plain = simplified(unicodedata.normalize("NFKC", text).casefold().strip())
    if not 0 < len(plain) <= LONGEST or len(text) > LONGEST:
        raise UnclearTime(NO_TIME)
    here = now.astimezone(days.zone).replace(tzinfo=None, second=0, microsecond=0)
    try:
        found = _Reading(here, days, toward, ends=ends).transform(_grammar().parse(plain))
    except UnexpectedInput:
        raise UnclearTime(NO_TIME) from None
    except VisitError as error:
        raise error.orig_exc if isinstance(error.orig_exc, UnclearTime) else UnclearTime(NO_SUCH) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise UnclearTime(NO_SUCH)
    if (found < here) if toward is Toward.AHEAD else (found > here):
        raise UnclearTime(OVER if toward is Toward.AHEAD else TO_COME)
    return found.replace(tzinfo=days.zone).astimezone(datetime.UTC)

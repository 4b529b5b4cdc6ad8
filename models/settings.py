"""Settings that a manager edits (SET-1): clocks, categories, limits, working hours and calendar days."""

import datetime
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    case,
    cast,
    func,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import (
    Base,
    Choice,
    Flag,
    Identity,
    Json,
    LabelledEnum,
    LocalDate,
    Register,
    ShortText,
    named,
    table_args,
    tables,
    within_estate,
)
from models.calendar import Hours, Interval, ReadLater, WorkingCalendar, own_hours, week_of, zone_named
from models.declared import TimeLimit
from models.errors import gettext_noop
from models.estates import Estate
from models.next_dates import LONGEST_DAYS
from models.roles import READERS
from models.verbs import grant


class ClockCalendar(LabelledEnum):
    """How a clock counts its minutes."""

    ALWAYS = "always", gettext_noop("around the clock")
    WORKING = "working", gettext_noop("working hours")
    SAME_DAY = "same_day", gettext_noop("by the end of the day")


SOMEBODY_IS_TOLD = gettext_noop("Of a missed limit somebody is told: choose who.")


class Whom(LabelledEnum):
    """Who is told of a limit; where there is nobody of that kind, the next one up."""

    ACTING = "acting", gettext_noop("who can take the step")
    ANSWERING = "answering", gettext_noop("who answers for it")
    LEAD = "lead", gettext_noop("the lead of the team")
    SUPERVISORS = "supervisors", gettext_noop("the supervisors")
    MANAGERS = "managers", gettext_noop("the managers")
    NOBODY = "nobody", gettext_noop("nobody")


class Further(LabelledEnum):
    """Who else is told of a limit that was missed."""

    NEXT_UP = "next_up", gettext_noop("the next one up")
    LEAD = "lead", gettext_noop("the lead of the team")
    SUPERVISORS = "supervisors", gettext_noop("the supervisors")
    MANAGERS = "managers", gettext_noop("the managers")
    NOBODY = "nobody", gettext_noop("nobody")


_SOMEBODY = {"rule": "INT-14", "sentence": SOMEBODY_IS_TOLD}


class Clock(Register, Base):
    """A time limit (时限): from a start event to a stop event, so many minutes by a calendar."""

    __tablename__ = "clocks"
    title = gettext_noop("Clocks")

    code: Mapped[str] = mapped_column(ShortText(40), info=named("Code", harmless=True))
    rule: Mapped[str] = mapped_column(ShortText(20), info=named("Rule", harmless=True))
    start_event: Mapped[str] = mapped_column(ShortText(60), info=named("Starts with", harmless=True))
    stop_event: Mapped[str] = mapped_column(ShortText(60), info=named("Stops with", harmless=True))
    minutes: Mapped[int] = mapped_column(Integer, info=named("Minutes"))
    calendar: Mapped[ClockCalendar] = mapped_column(Choice(ClockCalendar), info=named("Counts"))
    enabled: Mapped[bool] = mapped_column(Flag, default=True, server_default="1", info=named("In use"))
    register: Mapped[str | None] = mapped_column(ShortText(40), info=named("In register", harmless=True))
    """Of whose records a clock is that a manager has added; empty where the program starts it (``time_limits``)."""
    condition: Mapped[dict[str, Any] | None] = mapped_column(Json, info=named("For which records", harmless=True))
    """Of which records it begins to run, as ``models.conditions`` reads it; of all without one."""
    warning_percent: Mapped[int | None] = mapped_column(Integer, info=named("Warning, per cent of the time"))
    """When somebody is warned; empty: as the estate's setting says."""
    runs_on: Mapped[bool] = mapped_column(
        Flag, default=False, server_default="0", info=named("Runs on while work waits")
    )
    told_near: Mapped[Whom] = mapped_column(
        Choice(Whom), default=Whom.ACTING, server_default="acting", info=named("Told when it is near")
    )
    told_missed: Mapped[Whom] = mapped_column(
        Choice(Whom), default=Whom.ACTING, server_default="acting", info=named("Told when it is missed")
    )
    told_further: Mapped[Further] = mapped_column(
        Choice(Further), default=Further.NEXT_UP, server_default="next_up", info=named("Also told when it is missed")
    )

    __table_args__ = table_args(
        UniqueConstraint("estate_id", "code"),
        CheckConstraint("minutes BETWEEN 0 AND 525600", name="minutes_range"),
        CheckConstraint("warning_percent BETWEEN 1 AND 100", name="warning_percent_range"),
        CheckConstraint("told_missed <> 'nobody'", name="somebody_is_told", info=_SOMEBODY),
    )

    def __str__(self) -> str:
        return self.code


class CategoryRegister(LabelledEnum):
    """Which register a category is for."""

    TICKETS = "tickets", gettext_noop("tickets")
    COMPLAINTS = "complaints", gettext_noop("complaints")


class Category(Register, Base):
    """A category of tickets or complaints; complaints have the eight of CMP-1."""

    __tablename__ = "categories"
    title = gettext_noop("Categories")
    called = "name"

    register: Mapped[CategoryRegister] = mapped_column(Choice(CategoryRegister), info=named("In register"))
    code: Mapped[str] = mapped_column(ShortText(40), info=named("Code", harmless=True))
    name: Mapped[str] = mapped_column(ShortText(60), info=named("Name", harmless=True))
    team_id: Mapped[int | None] = mapped_column(Identity, info=named("Team"))
    enabled: Mapped[bool] = mapped_column(Flag, default=True, server_default="1", info=named("In use"))

    __table_args__ = table_args(UniqueConstraint("estate_id", "register", "code"), within_estate("team_id", "teams"))


class Setting(Register, Base):
    """One figure or list by its code, such as ``key-loan-approval`` or ``visitor-pass-days``."""

    __tablename__ = "settings"
    title = gettext_noop("Settings")

    code: Mapped[str] = mapped_column(ShortText(60), info=named("Code", harmless=True))
    rule: Mapped[str] = mapped_column(ShortText(20), info=named("Rule", harmless=True))
    value: Mapped[object] = mapped_column(Json, info=named("Value", harmless=True))

    __table_args__ = table_args(UniqueConstraint("estate_id", "code"))

    def __str__(self) -> str:
        return self.code


DayOfCalendar = tuple[datetime.date, "DayKind", Sequence[Interval]]
"""A date, what it is, and its own hours where it has any."""


def dates_of(
    days: Iterable[DayOfCalendar], week: Mapping[int, Sequence[Interval]]
) -> dict[datetime.date, Sequence[Interval]]:
    """The intervals of each date that differs: none on a day off, Monday's where a working day has no own."""
    return {day: () if kind is DayKind.OFF else own or week.get(0, ()) for day, kind, own in days}


class WorkingHours(Register, Base):
    """One working interval of one weekday (Monday is 0), in minutes after local midnight."""

    __tablename__ = "working_hours"
    title = gettext_noop("Working hours")

    weekday: Mapped[int] = mapped_column(Integer, info=named("Weekday"))
    start_minute: Mapped[int] = mapped_column(Integer, info=named("Begins"))
    end_minute: Mapped[int] = mapped_column(Integer, info=named("Ends"))

    __table_args__ = table_args(
        UniqueConstraint("estate_id", "weekday", "start_minute"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_range"),
        CheckConstraint("0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440", name="interval"),
    )


class DayKind(LabelledEnum):
    """How a date differs from its weekday."""

    OFF = "off", gettext_noop("day off")
    WORKING = "working", gettext_noop("working day")


class CalendarDay(Register, Base):
    """A holiday or make-up working day (SET-2). Without own hours a working day has Monday's."""

    __tablename__ = "calendar_days"
    title = gettext_noop("Calendar days")

    day: Mapped[datetime.date] = mapped_column(LocalDate, info=named("Date"))
    kind: Mapped[DayKind] = mapped_column(Choice(DayKind), info=named("Kind"))
    name: Mapped[str | None] = mapped_column(ShortText(60), info=named("Name", harmless=True))
    start_minute: Mapped[int | None] = mapped_column(Integer, info=named("Begins"))
    end_minute: Mapped[int | None] = mapped_column(Integer, info=named("Ends"))
    further_hours: Mapped[str | None] = mapped_column(ShortText(120), info=named("Further hours", harmless=True))
    """Of a day with several intervals the others, as ``13:30-15:00 19:00-20:00``."""

    __table_args__ = table_args(
        UniqueConstraint("estate_id", "day"),
        CheckConstraint(
            "(start_minute IS NULL) = (end_minute IS NULL) AND (start_minute IS NULL OR "
            "(kind = 'working' AND 0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440))",
            name="interval",
        ),
        Index("ix_calendar_days_day", "day"),
    )


def time_limits() -> dict[str, TimeLimit]:
    """Code -> the clock that an estate begins with, of all registers."""
    return {limit.code: limit for model in tables().values() for limit in model.time_limits}


NEXT_DATE = "next-date-days"
WARNING_PERCENT = "clock-warning-percent"
"""The figure that says when of a limit, or of a loan, somebody is warned."""
DEFAULT_SETTINGS: dict[str, tuple[str, object]] = {
    "enquiry-promise-minutes": ("INT-5", 30),
    "follow-up-attempts": ("FUP-3", 3),
    "follow-up-rest-hours": ("FUP-1", [["12:00", "14:00"], ["20:00", "09:00"]]),
    "visitor-pass-days": ("PAS-1", 1),
    "temporary-pass-days": ("PAS-2", 3),
    "worker-pass-days": ("PAS-3", 92),
    "worker-pass-months": ("PAS-3", 3),
    "worker-pass-deposit-fen": ("PAS-3", 5000),
    "worker-pass-card-fee-fen": ("PAS-3", 500),
    "key-loan-days": ("KEY-4", 31),
    "undo-minutes": ("SET-1", 10),
    "audit-before-midnight-minutes": ("AUD-1", 60),
    WARNING_PERCENT: ("INT-14", 80),
    NEXT_DATE: ("INT-14", LONGEST_DAYS),
    "incident-reports": ("INT-6", 3),
    "incident-minutes": ("INT-6", 60),
}


def whole_number() -> ColumnElement[int | None]:
    """The value of a setting as a whole number; nothing where another program stored another kind of value."""
    written = type_coerce(Setting.value, Text)
    is_whole = func.length(written).between(1, 9) & (func.trim(written, "0123456789") == "")
    return case((is_whole, cast(written, Integer)))


class EstateSettings:
    """What the verbs need of one or more estates' settings, read once a batch."""

    def __init__(self, session: Session, estate_ids: Iterable[int]) -> None:
        self._session = session
        self._ids = sorted(set(estate_ids))
        self._calendars: dict[int, WorkingCalendar] = {}

    # Read when first asked for: most verbs need one of the three or none.

    @functools.cached_property
    def _zones(self) -> dict[int, ZoneInfo]:
        query = select(Estate.id, Estate.timezone).where(Estate.id.in_(self._ids))
        return {row.id: zone_named(row.timezone) for row in self._session.execute(query)}

    @functools.cached_property
    def _clocks(self) -> dict[tuple[int, str], Clock]:
        lasting = [code for code, limit in time_limits().items() if limit.lasting]
        known = Clock.enabled.is_(true()) | Clock.code.in_(lasting) | Clock.register.is_not(None)
        query = select(Clock).where(Clock.estate_id.in_(self._ids), known)
        return {(clock.estate_id, clock.code): clock for clock in self._session.scalars(query)}

    @functools.cached_property
    def _values(self) -> dict[tuple[int, str], object]:
        query = select(Setting.estate_id, Setting.code, Setting.value).where(Setting.estate_id.in_(self._ids))
        return {(row.estate_id, row.code): row.value for row in self._session.execute(query)}

    def clock(self, estate_id: int, code: str) -> Clock | None:
        """The clock *code* of the estate, None when it is switched off; a lasting one is not, whoever wrote that."""
        clock = self._clocks.get((estate_id, code))
        return clock if clock is None or clock.register is None or clock.enabled else None

    def added(self, estate_id: int, register: str) -> list[Clock]:
        """The clocks that a manager has added for the records of *register*; of those out of use some may still run."""
        return [
            clock
            for (estate, _code), clock in self._clocks.items()
            if (estate, clock.register) == (estate_id, register)
        ]

    def value(self, estate_id: int, code: str) -> object:
        """The estate's setting *code*, or its default."""
        return self._values.get((estate_id, code), DEFAULT_SETTINGS[code][1])

    def number(self, estate_id: int, code: str) -> int:
        """The setting *code* as a whole number, its default when someone stored another kind of value."""
        value = self.value(estate_id, code)
        return value if isinstance(value, int) else int(str(DEFAULT_SETTINGS[code][1]))

    def longest(self, estate_id: int) -> int:
        """So many days away is a next date at most (INT-14), whatever another program wrote."""
        return max(1, min(self.number(estate_id, NEXT_DATE), LONGEST_DAYS))

    def calendar(self, estate_id: int) -> WorkingCalendar:
        """The estate's working calendar; its hours and days are read when first asked for, dates need the zone only."""
        if estate_id not in self._calendars:
            week = ReadLater(lambda: self._week(estate_id))
            self._calendars[estate_id] = WorkingCalendar(
                self._zones[estate_id], week, ReadLater(lambda: self._days(estate_id, week))
            )
        return self._calendars[estate_id]

    def _week(self, estate_id: int) -> dict[int, list[Interval]]:
        return week_of(stored_hours(self._session, estate_id).values())

    def _days(self, estate_id: int, week: Mapping[int, Sequence[Interval]]) -> dict[datetime.date, Sequence[Interval]]:
        return dates_of(stored_days(self._session, estate_id).values(), week)

    def as_if(self, calendar: WorkingCalendar, estate_id: int) -> None:
        """Count by another *calendar* of the estate than is stored: to say beforehand what it would change."""
        self._calendars[estate_id] = calendar

    def due(self, clock: Clock, start: datetime.datetime) -> datetime.datetime:
        """When *clock*, started at *start*, runs out (UTC): after the longest time that a next date is away at most."""
        return min(self._due(clock, start), start + datetime.timedelta(days=LONGEST_DAYS))

    def _due(self, clock: Clock, start: datetime.datetime) -> datetime.datetime:
        if clock.calendar is ClockCalendar.SAME_DAY:
            return self.calendar(clock.estate_id).end_of_day(start)
        if clock.calendar is ClockCalendar.WORKING:
            return _working_due(self.calendar(clock.estate_id), start, clock.minutes)
        return start + datetime.timedelta(minutes=clock.minutes)

    def shifted(
        self, clock: Clock, paused_at: datetime.datetime, due: datetime.datetime, now: datetime.datetime
    ) -> datetime.datetime:
        """The new due time after a pause: what was left at *paused_at*, by the clock's calendar, counted from *now*.

        A clock that was past due when it was paused stays past due.
        """
        if due <= paused_at:
            return due
        if clock.calendar is ClockCalendar.WORKING:
            calendar = self.calendar(clock.estate_id)
            counted = _working_due(calendar, now, calendar.minutes_between(paused_at, due))
            return min(counted, now + datetime.timedelta(days=LONGEST_DAYS))
        if clock.calendar is ClockCalendar.SAME_DAY:
            return calendar_end if (calendar_end := self.calendar(clock.estate_id).end_of_day(now)) > due else due
        return now + (due - paused_at)


def stored_hours(session: Session, estate_id: int) -> dict[int, Hours]:
    """Id -> working hours of an estate."""
    query = select(WorkingHours.id, WorkingHours.weekday, WorkingHours.start_minute, WorkingHours.end_minute)
    rows = session.execute(query.where(WorkingHours.estate_id == estate_id))
    return {row_id: (weekday, start, end) for row_id, weekday, start, end in rows}


def stored_days(session: Session, estate_id: int) -> dict[int, DayOfCalendar]:
    """Id -> date of an estate's calendar; what another program wrote as further hours, and are none, is left out."""
    columns = (CalendarDay.start_minute, CalendarDay.end_minute, CalendarDay.further_hours)
    query = select(CalendarDay.id, CalendarDay.day, CalendarDay.kind, *columns)
    found: dict[int, DayOfCalendar] = {}
    for row_id, day, kind, start, end, further in session.execute(query.where(CalendarDay.estate_id == estate_id)):
        try:
            own = own_hours(start, end, further)
        except ValueError:
            own = own_hours(start, end, None)
        found[row_id] = (day, kind, own)
    return found


def _working_due(calendar: WorkingCalendar, start: datetime.datetime, minutes: int) -> datetime.datetime:
    try:
        return calendar.add_minutes(start, minutes)
    except ValueError:
        # A manager who deleted all working hours gets the strict reading, not a desk that cannot register.
        return start + datetime.timedelta(minutes=minutes)


# What is granted beside the verbs.
grant(Clock, {"read": READERS, "export": READERS})
grant(Setting, {"read": READERS, "export": READERS})
grant(Category, {"read": READERS, "export": READERS})
grant(CalendarDay, {"read": READERS, "export": READERS})
grant(WorkingHours, {"read": READERS, "export": READERS})

"""Working hours, holidays and make-up working days of an estate (SET-2)."""

import datetime
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from models.calendar import Hours, WorkingCalendar, own_hours, week_of
from models.errors import OperationRefused, gettext_noop
from models.operations.core import Move, New, check_each, creation, delete_unused, verb
from models.operations.settings.counting import calendar_changed
from models.roles import MANAGERS
from models.settings import (
    CalendarDay,
    Clock,
    ClockCalendar,
    DayKind,
    EstateSettings,
    WorkingHours,
    dates_of,
    stored_days,
    stored_hours,
)

DAY_AMENDABLE = frozenset({"kind", "name", "start_minute", "end_minute", "further_hours"})
HOURS_AMENDABLE = frozenset({"weekday", "start_minute", "end_minute"})
_APART = str.maketrans("，,、；;～~—–－：", "     -----:")
"""What people write between hours, and between the two ends of an interval."""


class CalendarPlan:
    """Working hours and days of estates as they will be: what is stored, and what was changed of it so far."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._hours: dict[int, dict[int, Hours]] = {}
        self._days: dict[int, dict[int, Any]] = {}

    def hours(self, estate_id: int) -> dict[int, Hours]:
        """Row id -> hours."""
        if estate_id not in self._hours:
            self._hours[estate_id] = stored_hours(self._session, estate_id)
        return self._hours[estate_id]

    def days(self, estate_id: int) -> dict[int, Any]:
        """Row id -> date, kind and own hours."""
        if estate_id not in self._days:
            self._days[estate_id] = stored_days(self._session, estate_id)
        return self._days[estate_id]

    def change(self, row: WorkingHours | CalendarDay, columns: Mapping[str, Any] | None = None) -> None:
        """Take *row*, a new one or one with other *columns*, into the plan. Refused (SET-2): impossible hours."""
        said = {name: getattr(row, name) for name in _SAID[type(row)]} | dict(columns or {})
        key = row.id or -len(self.hours(row.estate_id)) - len(self.days(row.estate_id)) - 1
        if isinstance(row, WorkingHours):
            hours = (said["weekday"], said["start_minute"], said["end_minute"])
            self._check_hours(row.estate_id, key, hours)
            self.hours(row.estate_id)[key] = hours
        else:
            self.days(row.estate_id)[key] = (said["day"], said["kind"], _own_hours(said))

    def take_out(self, row: WorkingHours | CalendarDay) -> None:
        """Leave *row* out of the plan."""
        (self.hours if isinstance(row, WorkingHours) else self.days)(row.estate_id).pop(row.id, None)

    def _check_hours(self, estate_id: int, own_id: int, hours: Hours) -> None:
        weekday, start, end = hours
        if not 0 <= weekday <= 6:
            raise OperationRefused("SET-2", gettext_noop("A week has seven days, Monday being 0 and Sunday 6."))
        _check_interval(start, end)
        for row_id, (other, begin, finish) in self.hours(estate_id).items():
            if row_id != own_id and other == weekday and start < finish and begin < end:
                message = gettext_noop("The working hours of a day must not overlap.")
                raise OperationRefused("SET-2", message, field="start_minute")

    def calendar(self, estate_id: int) -> WorkingCalendar:
        """The calendar as planned."""
        week = week_of(self.hours(estate_id).values())
        zone = EstateSettings(self._session, [estate_id]).calendar(estate_id).zone
        return WorkingCalendar(zone, week, dates_of(self.days(estate_id).values(), week))

    def check_enough(self, estate_id: int, now: datetime.datetime) -> None:
        """Refuse (SET-2) a plan by which a clock that counts working hours would never run out."""
        query = select(Clock).where(
            Clock.estate_id == estate_id, Clock.enabled.is_(true()), Clock.calendar == ClockCalendar.WORKING
        )
        calendar = self.calendar(estate_id)
        for clock in self._session.scalars(query):
            check_fits(calendar, clock.code, clock.minutes, now)


_SAID: dict[type[Any], tuple[str, ...]] = {
    WorkingHours: ("weekday", "start_minute", "end_minute"),
    CalendarDay: ("day", "kind", "start_minute", "end_minute", "further_hours"),
}


def check_fits(calendar: WorkingCalendar, code: str, minutes: int, now: datetime.datetime) -> None:
    """Refuse (SET-2) more *minutes* for the clock *code* than *calendar* holds within two years from *now*."""
    try:
        calendar.add_minutes(now, minutes)
    except ValueError as error:
        message = gettext_noop("With these working hours the clock “%(clock)s” would not run out within two years.")
        raise OperationRefused("SET-2", message, clock=code) from error


def _own_hours(said: Mapping[str, Any]) -> list[tuple[int, int]]:
    start, end, further = said["start_minute"], said["end_minute"], said["further_hours"]
    if said["kind"] is DayKind.OFF and (start, end, further) != (None, None, None):
        raise OperationRefused("SET-2", gettext_noop("A day off has no working hours."), field="start_minute")
    if (start, end) != (None, None):
        _check_interval(start, end)
    elif further:
        message = gettext_noop("Write the first hours of the day into the two fields before.")
        raise OperationRefused("SET-2", message, field="further_hours")
    try:
        return own_hours(start, end, further)
    except ValueError as error:
        message = gettext_noop("Further hours are written like 13:30-15:00 19:00-20:00, and none overlap.")
        raise OperationRefused("SET-2", message, field="further_hours") from error


def _check_interval(start: int | None, end: int | None) -> None:
    if start is None or end is None or not 0 <= start < end <= 1440:
        message = gettext_noop("Working hours begin before they end, between 00:00 and 24:00.")
        raise OperationRefused("SET-2", message, field="end_minute")


def as_hours(text: str | None) -> str | None:
    """Further hours as they are stored: ``13:30 — 15:00，19:00-20:00`` is ``13:30-15:00 19:00-20:00``."""
    written = " ".join((text or "").translate(_APART).split()).replace(" -", "-").replace("- ", "-")
    return written or None


@creation(CalendarDay, name="register", roles=MANAGERS, then=calendar_changed)
def register_calendar_days(new: New[CalendarDay], draft: CalendarDay) -> CalendarDay:
    """Add holidays and make-up working days (SET-2); a date stands there once. What is open follows (SET-1)."""
    row = new.row(draft)
    row.further_hours = as_hours(row.further_hours)
    plan = new.once("plan", lambda: CalendarPlan(new.session))
    if any(day == row.day for day, _kind, _own in plan.days(row.estate_id).values()):
        message = gettext_noop("%(day)s is in the calendar already; edit it there.")
        raise OperationRefused("SET-2", message, field="day", day=row.day)
    plan.change(row)
    plan.check_enough(row.estate_id, new.now)
    return row


@verb(CalendarDay, name="amend", roles=MANAGERS, rule="SET-2", amends=DAY_AMENDABLE)
def amend_calendar_days(
    move: Move[CalendarDay],
    /,
    **columns: Any,
) -> None:
    """Change what a date of the calendar is; clocks that run count from their own start by what it is now (SET-1)."""
    if "further_hours" in columns:
        columns["further_hours"] = as_hours(columns["further_hours"])
    _replan(move, columns)


@verb(CalendarDay, name="delete", roles=MANAGERS, rule="SET-2")
def delete_calendar_days(move: Move[CalendarDay]) -> None:
    """Take dates out of the calendar: they are ordinary weekdays again (SET-2), for what is open too (SET-1)."""
    _take_out(move)


@creation(WorkingHours, name="register", roles=MANAGERS, then=calendar_changed)
def register_working_hours(new: New[WorkingHours], draft: WorkingHours) -> WorkingHours:
    """Add working intervals to weekdays (SET-2); those of a day do not overlap. What is open follows (SET-1)."""
    row = new.row(draft)
    new.once("plan", lambda: CalendarPlan(new.session)).change(row)
    return row


@verb(WorkingHours, name="amend", roles=MANAGERS, rule="SET-2", amends=HOURS_AMENDABLE)
def amend_working_hours(
    move: Move[WorkingHours],
    /,
    **columns: Any,
) -> None:
    """Change working intervals; clocks that run count from their own start by what they are now (SET-1)."""
    _replan(move, columns)


@verb(WorkingHours, name="delete", roles=MANAGERS, rule="SET-2")
def delete_working_hours(move: Move[WorkingHours]) -> None:
    """Take working intervals away, as long as enough remain for the clocks that count working hours (SET-2)."""
    _take_out(move)


def _replan(move: Move[Any], columns: Mapping[str, Any]) -> None:
    plan = CalendarPlan(move.session)

    def check(row: Any) -> None:
        plan.change(row, columns)
        plan.check_enough(row.estate_id, move.now)

    for row in check_each(move, check):
        move.set(row, **columns)
    move.afterwards(lambda outcome: calendar_changed(move.call, outcome.done))


def _take_out(move: Move[Any]) -> None:
    plan = CalendarPlan(move.session)

    def check(row: Any) -> None:
        plan.take_out(row)
        plan.check_enough(row.estate_id, move.now)

    delete_unused(move, gettext_noop("Something refers to this; it stays."), check=check)
    move.afterwards(lambda outcome: calendar_changed(move.call, outcome.done))

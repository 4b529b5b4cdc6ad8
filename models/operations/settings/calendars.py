"""Working hours, holidays and make-up working days of an estate (SET-2)."""

import dataclasses
import datetime
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from models.calendar import WorkingCalendar
from models.errors import OperationRefused, gettext_noop
from models.operations.core import Move, New, check_each, creation, delete_unused, verb
from models.roles import MANAGERS
from models.settings import CalendarDay, Clock, ClockCalendar, DayKind, EstateSettings, WorkingHours

DAY_AMENDABLE = frozenset({"kind", "name", "start_minute", "end_minute"})
HOURS_AMENDABLE = frozenset({"weekday", "start_minute", "end_minute"})
Hours = tuple[int, int, int]
"""Weekday (Monday is 0), start and end in minutes after local midnight."""


@creation(CalendarDay, name="register", roles=MANAGERS)
def register_calendar_days(new: New[CalendarDay], draft: CalendarDay) -> CalendarDay:
    """Add holidays and make-up working days (SET-2); a date stands in the calendar once."""
    row = new.row(draft)
    _check_day(row.kind, row.start_minute, row.end_minute)
    query = select(CalendarDay.id).where(CalendarDay.estate_id == row.estate_id, CalendarDay.day == row.day)
    same = any((other.estate_id, other.day) == (row.estate_id, row.day) for other in new.rows)
    if same or new.session.scalars(query).first() is not None:
        message = gettext_noop("%(day)s is in the calendar already; edit it there.")
        raise OperationRefused("SET-2", message, field="day", day=row.day)
    return row


def _check_day(kind: DayKind, start: int | None, end: int | None) -> None:
    if start is None and end is None:
        return
    if kind is DayKind.OFF:
        raise OperationRefused("SET-2", gettext_noop("A day off has no working hours."), field="start_minute")
    _check_interval(start, end)


def _check_interval(start: int | None, end: int | None) -> None:
    if start is None or end is None or not 0 <= start < end <= 1440:
        message = gettext_noop("Working hours begin before they end, between 00:00 and 24:00.")
        raise OperationRefused("SET-2", message, field="end_minute")


@verb(CalendarDay, name="amend", roles=MANAGERS, rule="SET-2", amends=DAY_AMENDABLE)
def amend_calendar_days(
    move: Move[CalendarDay],
    /,
    **columns: Any,
) -> None:
    """Change what a date of the calendar is; due times computed from then on follow it (SET-1, SET-2)."""

    def check(row: CalendarDay) -> None:
        start, end = columns.get("start_minute", row.start_minute), columns.get("end_minute", row.end_minute)
        _check_day(columns.get("kind", row.kind), start, end)

    for row in check_each(move, check):
        move.set(row, **columns)


@verb(CalendarDay, name="delete", roles=MANAGERS, rule="SET-2")
def delete_calendar_days(move: Move[CalendarDay]) -> None:
    """Take dates out of the calendar: they are ordinary weekdays again (SET-2)."""
    delete_unused(move, gettext_noop("Something refers to this; it stays."))


@creation(WorkingHours, name="register", roles=MANAGERS)
def register_working_hours(new: New[WorkingHours], draft: WorkingHours) -> WorkingHours:
    """Add working intervals to weekdays (SET-2); the intervals of a day do not overlap."""
    row = new.row(draft)
    known = new.once("hours", lambda: _KnownHours(new.session))
    known.check(row.estate_id, 0, (row.weekday, row.start_minute, row.end_minute))
    known.of(row.estate_id)[-len(new.rows) - 1] = (row.weekday, row.start_minute, row.end_minute)
    return row


class _KnownHours:
    """The working hours of estates as they will be: what is stored, and what the batch has changed so far."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._hours: dict[int, dict[int, Hours]] = {}

    def of(self, estate_id: int) -> dict[int, Hours]:
        """Row id -> hours."""
        if estate_id not in self._hours:
            query = select(WorkingHours).where(WorkingHours.estate_id == estate_id)
            self._hours[estate_id] = {
                row.id: (row.weekday, row.start_minute, row.end_minute) for row in self._session.scalars(query)
            }
        return self._hours[estate_id]

    def check(self, estate_id: int, own_id: int, hours: Hours) -> None:
        """Refuse (SET-2) hours of no weekday, without length, or overlapping those of another row."""
        weekday, start, end = hours
        if not 0 <= weekday <= 6:
            raise OperationRefused("SET-2", gettext_noop("A week has seven days, Monday being 0 and Sunday 6."))
        _check_interval(start, end)
        for row_id, (other, begin, finish) in self.of(estate_id).items():
            if row_id != own_id and other == weekday and start < finish and begin < end:
                message = gettext_noop("The working hours of a day must not overlap.")
                raise OperationRefused("SET-2", message, field="start_minute")

    def check_enough(self, estate_id: int, hours: Iterable[Hours], now: datetime.datetime) -> None:
        """Refuse (SET-2) *hours* in which a clock that counts working hours would never run out."""
        week: dict[int, list[tuple[int, int]]] = {}
        for weekday, start, end in sorted(hours):
            week.setdefault(weekday, []).append((start, end))
        calendar = dataclasses.replace(EstateSettings(self._session, [estate_id]).calendar(estate_id), week=week)
        query = select(Clock).where(
            Clock.estate_id == estate_id, Clock.enabled.is_(true()), Clock.calendar == ClockCalendar.WORKING
        )
        for clock in self._session.scalars(query):
            check_fits(calendar, clock.code, clock.minutes, now)


def check_fits(calendar: WorkingCalendar, code: str, minutes: int, now: datetime.datetime) -> None:
    """Refuse (SET-2) more *minutes* for the clock *code* than *calendar* holds within two years from *now*."""
    try:
        calendar.add_minutes(now, minutes)
    except ValueError as error:
        message = gettext_noop("With these working hours the clock “%(clock)s” would not run out within two years.")
        raise OperationRefused("SET-2", message, clock=code) from error


@verb(WorkingHours, name="amend", roles=MANAGERS, rule="SET-2", amends=HOURS_AMENDABLE)
def amend_working_hours(
    move: Move[WorkingHours],
    /,
    **columns: Any,
) -> None:
    """Change working intervals; due times computed from then on follow them (SET-1, SET-2)."""
    known = _KnownHours(move.session)

    def check(row: WorkingHours) -> None:
        hours = (
            columns.get("weekday", row.weekday),
            columns.get("start_minute", row.start_minute),
            columns.get("end_minute", row.end_minute),
        )
        known.check(row.estate_id, row.id, hours)
        after = {**known.of(row.estate_id), row.id: hours}
        known.check_enough(row.estate_id, after.values(), move.now)
        known.of(row.estate_id)[row.id] = hours

    for row in check_each(move, check):
        move.set(row, **columns)


@verb(WorkingHours, name="delete", roles=MANAGERS, rule="SET-2")
def delete_working_hours(move: Move[WorkingHours]) -> None:
    """Take working intervals away, as long as enough remain for the clocks that count working hours (SET-2)."""
    known = _KnownHours(move.session)

    def check(row: WorkingHours) -> None:
        after = {key: hours for key, hours in known.of(row.estate_id).items() if key != row.id}
        known.check_enough(row.estate_id, after.values(), move.now)
        known.of(row.estate_id).pop(row.id)

    delete_unused(move, gettext_noop("Something refers to this; it stays."), check=check)

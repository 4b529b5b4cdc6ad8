"""What a change of a clock or calendar will do, said beforehand: to what is open, and to what was late (SET-1)."""

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import literal, or_, select, true
from sqlalchemy.orm import Session

from models.base import tables
from models.matters import ClockRun
from models.operations.core import counted_due
from models.operations.settings.calendars import CalendarPlan
from models.operations.settings.fitting import Fitting, beginning, ending, fitting
from models.settings import CalendarDay, Clock, ClockCalendar, EstateSettings, WorkingHours

LOOKED_BACK = datetime.timedelta(days=90)
MOST_NAMED = 200
"""So many of the records that would have been late are named."""
AT_ONCE = 5_000
Record = tuple[str, int]
"""Register and id."""


@dataclass
class Foretold:
    """What a change would do."""

    earlier: int = 0
    """Running clocks that would run out earlier than now."""
    later: int = 0
    late_at_once: int = 0
    """Of the earlier ones, and of those that begin, those that would be late at once."""
    ending: int = 0
    """Running clocks of records that fit no more."""
    beginning: int = 0
    """Clocks that would begin, on records that fit now."""
    records: int = 0
    """Of how many records of the last 90 days it is said how many were late, and would have been."""
    were_late: int = 0
    would_be_late: int = 0
    late: list[Record] = field(default_factory=list)
    """Those that would have been late, the newest first."""

    @property
    def refits(self) -> bool:
        """Whether clocks begin or end because other records fit."""
        return bool(self.ending or self.beginning)

    @property
    def changes_nothing(self) -> bool:
        """Whether there is nothing to say."""
        return (
            not (self.earlier or self.later or self.ending or self.beginning) and self.were_late == self.would_be_late
        )


def foretell(
    session: Session, row: Clock | CalendarDay | WorkingHours, changes: Mapping[str, Any] | None, now: datetime.datetime
) -> Foretold:
    """What becomes of running clocks when *row* gets these *changes* (a new row: none), or is deleted (None).

    What was missed stays missed, an agreed date stays. A record was late whose clock was met after its time, or runs
    past it. The change itself is not judged here: the verb's own preview does that.
    """
    if isinstance(row, Clock):
        settings = EstateSettings(session, [row.estate_id])
        said = {name: getattr(row, name) for name in ("minutes", "calendar")} | dict(changes or {})
        clock = _clock(row.estate_id, said["minutes"], said["calendar"])
        if row.register not in tables() or (changes or {}).get("condition", row.condition) == row.condition:
            return _looked_over(session, settings, {row.id: clock}, now)
        found = fitting(session, row, row.condition, (changes or {})["condition"], now)
        return _looked_over(session, settings, {row.id: clock}, now, found)
    plan = CalendarPlan(session)
    if changes is None:
        plan.take_out(row)
    else:
        plan.change(row, changes)
    settings = EstateSettings(session, [row.estate_id])
    settings.as_if(plan.calendar(row.estate_id), row.estate_id)
    counts = Clock.calendar == ClockCalendar.WORKING
    columns = select(Clock.id, Clock.minutes).where(Clock.estate_id == row.estate_id, counts, Clock.enabled.is_(true()))
    clocks = {key: _clock(row.estate_id, each, ClockCalendar.WORKING) for key, each in session.execute(columns)}
    return _looked_over(session, settings, clocks, now)


def _clock(estate_id: int, minutes: int, calendar: ClockCalendar) -> Clock:
    return Clock(estate_id=estate_id, minutes=minutes, calendar=calendar)


def _looked_over(
    session: Session,
    settings: EstateSettings,
    clocks: Mapping[int, Clock],
    now: datetime.datetime,
    fits: Fitting | None = None,
) -> Foretold:
    found = Foretold()
    ends = ending(session, fits) if fits else set()
    runs_on: set[int] = set()
    all_of: set[Record] = set()
    were: set[Record] = set()
    would: dict[Record, None] = {}
    since = now - LOOKED_BACK
    for run in session.execute(_runs(list(clocks), since), execution_options={"yield_per": AT_ONCE}):
        due_at = counted_due(settings, clocks[run.clock_id], run)
        if run.met_at is None:
            runs_on.add(run.record_id)
        if run.record_id in ends:
            found.ending += run.met_at is None and run.due_at > (run.paused_at or now)
        elif run.met_at is None and run.due_at > (run.paused_at or now) and due_at != run.due_at:
            found.later += due_at > run.due_at
            found.earlier += due_at < run.due_at
            found.late_at_once += due_at < (run.paused_at or now)
        if run.started_at < since:
            continue
        record = (run.register, run.record_id)
        all_of.add(record)
        if _is_late(run, run.due_at, now):
            were.add(record)
        if run.record_id not in ends and _is_late(run, due_at, now):
            would[record] = None
    for record, late in _begun(session, settings, clocks, fits, now, runs_on, found) if fits else ():
        all_of.add(record)
        if late:
            would[record] = None
    found.records, found.were_late, found.would_be_late = len(all_of), len(were), len(would)
    found.late = list(would)[:MOST_NAMED]
    return found


def _begun(
    session: Session,
    settings: EstateSettings,
    clocks: Mapping[int, Clock],
    fits: Fitting,
    now: datetime.datetime,
    runs_on: Collection[int],
    said: Foretold,
) -> Iterator[tuple[Record, bool]]:
    """Count in *said* the clocks that would begin; yields each record of the last 90 days, and whether it is late."""
    since = now - LOOKED_BACK
    for row_id, is_open, course in beginning(session, fits, since):
        if row_id in runs_on or (course.met_at is None and not is_open):
            continue
        due_at = counted_due(settings, clocks[fits.clock.id], course)
        said.beginning += course.met_at is None
        said.late_at_once += course.met_at is None and due_at < (course.paused_at or now)
        if course.started_at >= since:
            yield (fits.model.__tablename__, row_id), _is_late(course, due_at, now)


def _is_late(run: Any, due_at: datetime.datetime, now: datetime.datetime) -> bool:
    """As reports count it (:func:`models.reports.is_late`)."""
    if run.met_at is not None:
        return bool(run.met_at > due_at)
    return run.paused_at is None and due_at < now


def _runs(clock_ids: Sequence[int], since: datetime.datetime) -> Any:
    """The clock runs that count, the newest first: those that still run, and those begun since then."""
    columns = (ClockRun.started_at, ClockRun.due_at, ClockRun.paused_at, ClockRun.paused_minutes, ClockRun.pauses)
    query = select(ClockRun.clock_id, ClockRun.register, ClockRun.record_id, *columns, ClockRun.met_at)
    lately = or_(ClockRun.met_at.is_(None), ClockRun.started_at >= literal(since, ClockRun.started_at.type))
    counted = ClockRun.clock_version.is_not(None) & ClockRun.cancelled_at.is_(None)
    return query.where(ClockRun.clock_id.in_(clock_ids), counted, lately).order_by(ClockRun.started_at.desc())

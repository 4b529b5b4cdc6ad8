"""The condition of a clock that a manager has added becomes another: what fits no more ends, what fits now begins.

Both is judged by the rows as they are now: what fits neither condition, or both, stays as it is (SET-1).
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select, true
from sqlalchemy.orm import Session

from models.base import tables
from models.call import Call
from models.conditions import Asking, Branch, Condition, clause, read
from models.errors import OperationRefused, gettext_noop
from models.matters import ClockRun
from models.operations.core import (
    BEGINS,
    CHUNK,
    GOES_ON,
    STANDS,
    Course,
    Move,
    Taken,
    condition_of,
    note_pause,
    steps_taken,
)
from models.policy import role_for
from models.settings import Clock, EstateSettings

PEOPLE = ("me", "my_team")


def check_condition(register: str, condition: Any) -> None:
    """Refuse (SET-1) a *condition*, as JSON, that says nothing of records of *register*, or asks who is asking."""
    columns: Any = tables()[register].__table__.columns
    if condition is not None and _names_people(read(condition, columns)):
        message = gettext_noop("A clock asks nobody: “me” and “my team” stand for no one here.")
        raise OperationRefused("SET-1", message, field="condition")


def _names_people(condition: Condition) -> bool:
    if isinstance(condition, Branch):
        return any(_names_people(part) for part in condition.parts)
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return any(value in PEOPLE for value in values)


@dataclass
class Fitting:
    """Which records a clock is for by another condition, and no more."""

    clock: Clock
    settings: EstateSettings
    now: datetime.datetime
    now_fits: Any
    """A clause on the register: what fits by the other condition and did not by the one before."""
    fits_no_more: Any
    """Likewise, the other way round."""
    model: Any = field(init=False)

    def __post_init__(self) -> None:
        self.model = tables()[self.clock.register or ""]


def fitting(session: Session, clock: Clock, before: Any, after: Any, now: datetime.datetime) -> Fitting:
    """What a change of the condition of *clock*, one of a manager's, from *before* to *after* is about."""
    settings = EstateSettings(session, [clock.estate_id])
    asking = Asking(now, settings.calendar(clock.estate_id))
    columns = tables()[clock.register or ""].__table__.columns

    def of(data: Any) -> ColumnElement[bool]:
        condition = condition_of(data, columns)
        return true() if condition is None else clause(condition, columns, asking)

    old, new = of(before), of(after)
    return Fitting(clock, settings, now, and_(new, not_(old)), and_(old, not_(new)))


def ending(session: Session, fits: Fitting) -> set[int]:
    """The ids of records, open or not, that the clock has run on and is for no more."""
    ran = select(ClockRun.record_id).where(ClockRun.clock_id == fits.clock.id)
    model = fits.model
    of_estate = model.estate_id == fits.clock.estate_id
    return set(session.scalars(select(model.id).where(of_estate, fits.fits_no_more, model.id.in_(ran))))


def beginning(
    session: Session, fits: Fitting, since: datetime.datetime | None = None
) -> Iterator[tuple[int, bool, Course]]:
    """Id, whether it is open, and course of each record that the clock is for from now on and has begun on already.

    Those that are open; with *since* also those that changed since then. One that a met step has ended is told too.
    """
    model, clock = fits.model, fits.clock
    is_open = model.status.in_(model.open_statuses)
    which = is_open if since is None else or_(is_open, model.updated_at >= since)
    query = select(model.id, is_open.label("is_open"), _registered(model).label("registered_at"))
    rows = session.execute(query.where(model.estate_id == clock.estate_id, fits.now_fits, which)).all()
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        steps = _steps(session, clock, [row.id for row in chunk])
        for row in chunk:
            course = _course(clock, steps.get(row.id, ()), row.registered_at)
            if course is not None:
                yield row.id, row.is_open, course


def _registered(model: Any) -> Any:
    return model.registered_at if "registered_at" in model.__table__.columns else model.created_at


def _steps(session: Session, clock: Clock, ids: Sequence[int]) -> dict[int, list[Taken]]:
    verbs = {clock.start_event, clock.stop_event} | (set() if clock.runs_on else {STANDS, GOES_ON})
    return steps_taken(session, clock.register or "", ids, verbs)


def _course(clock: Clock, steps: Sequence[Taken], registered_at: datetime.datetime) -> Course | None:
    """How the clock would have run by *steps* of a record, the last time that it would have begun; None for never."""
    course = Course(registered_at) if clock.start_event == BEGINS else None
    for verb, at in steps:
        if verb == clock.start_event and verb != BEGINS and (course is None or course.met_at is not None):
            course = Course(at)
        elif course is None or course.met_at is not None:
            continue
        elif verb == clock.stop_event:
            course.met_at = at
        else:
            note_pause(course, verb, at)
    return course


def refit(call: Call, clock: Clock, before: Any) -> None:
    """Let what runs follow the condition of *clock*, which was *before*; each record that moves has its event."""
    if clock.register not in tables():
        return
    found = fitting(call.session, clock, before, clock.condition, call.now)
    running = _running(call.session, clock)
    ends = ending(call.session, found) & running
    begins = {
        row_id: course
        for row_id, is_open, course in (beginning(call.session, found) if clock.enabled else ())
        if is_open and course.met_at is None and row_id not in running
    }
    ids = sorted(ends | begins.keys())
    for start in range(0, len(ids), CHUNK):
        rows = call.session.scalars(select(found.model).where(found.model.id.in_(ids[start : start + CHUNK]))).all()
        role = role_for(call.actor, "recount", clock)
        move: Move[Any] = Move(call.following(), found.model, rows, verb="recount", rule="SET-1", role=role)
        for row in move.rows:
            if row.id in begins:
                move.clocks.begin(row, clock, begins[row.id])
            else:
                move.clocks.drop(row, call.now, [clock.code])
        move.finish()


def _running(session: Session, clock: Clock) -> set[int]:
    unmet = ClockRun.met_at.is_(None), ClockRun.cancelled_at.is_(None)
    return set(session.scalars(select(ClockRun.record_id).where(ClockRun.clock_id == clock.id, *unmet)))

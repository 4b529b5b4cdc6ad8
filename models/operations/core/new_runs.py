"""Clock runs before they are written: with which a record begins, since when one counts, and until when."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from models.matters import ClockRun
from models.operations.core.added_clocks import BEGINS, is_for
from models.settings import Clock, EstateSettings

_TABLE = cast("Table", ClockRun.__table__)


class FirstLimit(NamedTuple):
    """A clock with which a new record begins."""

    clock: Clock
    due_at: datetime.datetime
    agreed: bool
    """Whether it runs out at a date of its own, which is not counted and does not follow the clock."""


FirstLimits = list[FirstLimit]


@dataclass(slots=True)
class NewRun:
    """A run that is not written yet: mapped objects take ten times as long, and a batch makes two for each row."""

    estate_id: int
    clock_id: int
    clock_version: int | None
    record_id: int
    started_at: datetime.datetime
    due_at: datetime.datetime
    created_at: datetime.datetime
    updated_at: datetime.datetime
    paused_minutes: int = 0
    paused_at: datetime.datetime | None = None
    pauses: list[list[str]] | None = None
    met_at: datetime.datetime | None = None
    cancelled_at: datetime.datetime | None = None


@dataclass
class Course:
    """How a clock would have run on a record: since when, when its work waited, and when it was met."""

    started_at: datetime.datetime
    pauses: list[list[str]] = field(default_factory=list)
    paused_minutes: int = 0
    paused_at: datetime.datetime | None = None
    met_at: datetime.datetime | None = None


def first_limits(
    settings: EstateSettings,
    row: Any,
    at: datetime.datetime,
    also: Mapping[str, datetime.datetime | None],
    *,
    stands: bool = True,
) -> FirstLimits:
    """The clocks with which a new *row* begins and when they run out: the floors of its state (INT-14), and *also*.

    *also*: code -> when it is to run out, None for its own minutes. Without floors what goes on in the same step.
    Those that a manager has added begin with whichever verb makes the record.
    """
    status = row.status or type(row).open_statuses[0]
    floors = [limit for limit in type(row).time_limits if stands and status in limit.floor_of and limit.fits(row)]
    codes: dict[str, datetime.datetime | None] = dict.fromkeys((limit.code for limit in floors), None)
    for clock in settings.added(row.estate_id, row.__tablename__):
        if clock.start_event == BEGINS and is_for(clock, row, settings, at, {}):
            codes[clock.code] = None
    clocks = [(settings.clock(row.estate_id, code), due) for code, due in {**codes, **also}.items()]
    return [
        FirstLimit(clock, due or settings.due(clock, at), due is not None) for clock, due in clocks if clock is not None
    ]


def counted_due(settings: EstateSettings, clock: Clock, run: Any) -> datetime.datetime:
    """When *run*, a clock run or a row of its columns, runs out (UTC), counted by *clock* from its start.

    Its pauses that are over do not count; of one written before pauses were kept all are taken as one at the start.
    """
    due = settings.due(clock, run.started_at)
    pauses = [[datetime.datetime.fromisoformat(moment) for moment in pause] for pause in run.pauses or ()]
    if not pauses and run.paused_minutes:
        pauses = [[run.started_at, run.started_at + datetime.timedelta(minutes=run.paused_minutes)]]
    for begin, end in pauses:
        due = settings.shifted(clock, begin, due, end)
    return due


def start_first(
    session: Session, rows: Sequence[Any], limits: Sequence[FirstLimits], at: datetime.datetime | None = None
) -> None:
    """Write the clocks of new *rows*, each as :func:`first_limits` has them; from when it was heard without *at*."""
    runs = [
        NewRun(
            row.estate_id,
            limit.clock.id,
            None if limit.agreed else limit.clock.version,
            row.id,
            at or row.heard_at,
            limit.due_at,
            row.created_at,
            row.created_at,
        )
        for row, found in zip(rows, limits, strict=True)
        for limit in found
    ]
    if runs:
        insert_runs(session, rows[0].__tablename__, runs)


def insert_runs(
    session: Session, register: str, runs: Sequence[NewRun], *, tell: bool = False
) -> Sequence[tuple[int, int]]:
    """Write *runs* on records of *register*; to *tell* of them, the id and the record of each that runs on."""
    if not runs:
        return []
    connection = session.connection()
    # Returning ids, SQLite takes many rows with each statement, which costs a third of one after another.
    written = _WRITE.returning(*_WRITTEN) if tell or connection.dialect.name == "sqlite" else _WRITE
    result = connection.execute(written, [_values(run, register) for run in runs])
    return [row[:2] for row in result if row[2:] == (None, None)] if tell else []


_WRITE = insert(_TABLE)
_WRITTEN = (_TABLE.c.id, _TABLE.c.record_id, _TABLE.c.met_at, _TABLE.c.cancelled_at)


def _values(run: NewRun, register: str) -> dict[str, Any]:
    return {
        "register": register,
        "record_id": run.record_id,
        "estate_id": run.estate_id,
        "clock_id": run.clock_id,
        "clock_version": run.clock_version,
        "started_at": run.started_at,
        "due_at": run.due_at,
        "paused_at": run.paused_at,
        "paused_minutes": run.paused_minutes,
        "pauses": run.pauses,
        "met_at": run.met_at,
        "cancelled_at": run.cancelled_at,
        "created_at": run.created_at,
        "updated_at": run.updated_at,
    }

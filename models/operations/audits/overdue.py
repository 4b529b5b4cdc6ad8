"""The audit's list of clocks that ran out (AUD-1)."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.audits import FindingKind
from models.base import Base, tables
from models.hanging import registers_of
from models.matters import LATE, ClockRun
from models.operations.core import CHUNK, AuditDay, Finding, number_of
from models.settings import Clock


def past_clocks(session: Session, scope: AuditDay) -> Iterator[Finding]:
    """Clocks that ran out unmet and do not stand still, each with its rule; the earliest of each clock and record."""
    unmet = ClockRun.met_at.is_(None), ClockRun.cancelled_at.is_(None), ClockRun.paused_at.is_(None)
    yield from _ran_out(session, scope, FindingKind.PAST_CLOCK, *unmet, ClockRun.due_at <= scope.now)


def put_right(session: Session, scope: AuditDay) -> Iterator[Finding]:
    """Clocks that were met on the audited day after their time: missed all the same, and needing no note (AUD-1)."""
    met = LATE, ClockRun.met_at >= scope.day_begins, ClockRun.met_at < scope.day_ends, ClockRun.met_at <= scope.now
    yield from _ran_out(session, scope, FindingKind.PUT_RIGHT, *met)


def _ran_out(session: Session, scope: AuditDay, kind: FindingKind, *which: ColumnElement[bool]) -> Iterator[Finding]:
    seen: set[tuple[str, int, str]] = set()
    run = (ClockRun.register, ClockRun.record_id, ClockRun.due_at, ClockRun.started_at, ClockRun.met_at)
    called = _of_record(number_of).label("number"), _of_record(_owner).label("owner_id")
    late = select(*run, Clock.code, Clock.rule, *called).join(Clock, Clock.id == ClockRun.clock_id)
    late = late.where(ClockRun.estate_id == scope.estate_id, *which)
    late = late.order_by(ClockRun.due_at, ClockRun.id).execution_options(yield_per=CHUNK)
    for row in session.execute(late):
        if (row.register, row.record_id, row.code) in seen:
            continue
        seen.add((row.register, row.record_id, row.code))
        yield Finding(
            kind=kind,
            rule=sys.intern(row.rule),
            register=sys.intern(row.register),
            record_id=row.record_id,
            number=row.number,
            owner_id=row.owner_id,
            since=row.due_at,
            due_at=row.due_at,
            clock=sys.intern(row.code),
            overdue=row.met_at is None,
            facts={"started_at": row.started_at.isoformat()}
            | ({"met_at": row.met_at.isoformat()} if row.met_at is not None else {}),
        )


def _of_record(what: Callable[[type[Base]], ColumnElement[Any]]) -> ColumnElement[Any]:
    # Looked up for each run by its key: joined, a server reads all records where many clocks have run out.
    models = [tables()[table.name] for table in registers_of(Base.metadata.tables[ClockRun.__tablename__])]
    return func.coalesce(
        *(select(what(model)).where(ClockRun.of(model, model.id)).scalar_subquery() for model in models), None
    )


def _owner(model: type[Base]) -> ColumnElement[Any]:
    owner: ColumnElement[Any] = getattr(model, model.answered_by)
    return owner

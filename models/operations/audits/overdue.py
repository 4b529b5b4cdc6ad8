"""The audit's list of clocks that ran out (AUD-1)."""

import sys
from collections.abc import Iterator

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from models.audits import FindingKind
from models.base import tables
from models.hanging import registers_of
from models.matters import ClockRun
from models.operations.core import CHUNK, Found, Scope, number_of
from models.settings import Clock


def past_clocks(session: Session, scope: Scope) -> Iterator[Found]:
    """Clocks that ran out unmet and do not stand still, each with its rule; the earliest of each clock and record."""
    seen: set[tuple[str, int, str]] = set()
    for table in registers_of(ClockRun.metadata.tables[ClockRun.__tablename__]):
        model, register = tables()[table.name], table.name
        owner = getattr(model, model.answered_by).label("owner_id")
        query = select(model.id.label("record_id"), number_of(model).label("number"), owner)
        query = query.add_columns(ClockRun.due_at, ClockRun.started_at, Clock.code, Clock.rule).select_from(ClockRun)
        query = query.join(model, and_(ClockRun.register == register, model.id == ClockRun.record_id))
        late = query.join(Clock, Clock.id == ClockRun.clock_id).where(
            ClockRun.estate_id == scope.estate_id,
            ClockRun.met_at.is_(None),
            ClockRun.cancelled_at.is_(None),
            ClockRun.paused_at.is_(None),
            ClockRun.due_at <= scope.now,
        )
        late = late.order_by(ClockRun.due_at, ClockRun.id).execution_options(yield_per=CHUNK)
        for row in session.execute(late):
            if (register, row.record_id, row.code) in seen:
                continue
            seen.add((register, row.record_id, row.code))
            yield Found(
                kind=FindingKind.PAST_CLOCK,
                rule=sys.intern(row.rule),
                register=register,
                record_id=row.record_id,
                number=row.number,
                owner_id=row.owner_id,
                since=row.due_at,
                due_at=row.due_at,
                clock=sys.intern(row.code),
                overdue=True,
                facts={"started_at": row.started_at.isoformat()},
            )

"""What is open follows a clock or calendar that was changed, counted from its own start (SET-1).

Which version of its clock a run was counted by stands on it, so that what is left of a long change is known to whoever
goes on with it: the page that shows how far it is, or the process that keeps time.
"""

import datetime
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from models.base import tables
from models.call import Call
from models.errors import Outcome, gettext_noop
from models.estates import Estate
from models.matters import ClockRun
from models.operations.core import CHUNK, Move, operation, require_role
from models.policy import role_for
from models.roles import MANAGERS
from models.settings import Clock, ClockCalendar

WORKING = (ClockCalendar.WORKING,)


def to_follow(now: datetime.datetime) -> ColumnElement[bool]:
    """The running clocks, joined with what they run by, that were counted by an earlier version of it.

    A date of its own is no clock's, and what was missed stays missed.
    """
    since = func.coalesce(ClockRun.paused_at, literal(now, ClockRun.due_at.type))
    running = ClockRun.met_at.is_(None) & ClockRun.cancelled_at.is_(None) & (ClockRun.due_at > since)
    return running & (ClockRun.clock_version < Clock.version)


@operation(Clock, roles=MANAGERS, label=gettext_noop("Count anew what is open"))
def recount(call: Call, clocks: Sequence[Clock]) -> Outcome:
    """Let records on which *clocks* of one estate run follow them, 500 at most; each that moves has its event.

    Done are the clocks that everything follows now: what is left follows with the next call.
    """
    for clock in clocks:
        require_role(call.actor, "recount", clock)
    by_id = {clock.id: clock for clock in clocks}
    query = select(ClockRun.register, ClockRun.record_id).join(Clock, Clock.id == ClockRun.clock_id)
    query = query.where(ClockRun.clock_id.in_(by_id), to_follow(call.now)).distinct()
    found = call.session.execute(query.order_by(ClockRun.register, ClockRun.record_id).limit(CHUNK)).all()
    records: dict[str, list[int]] = {}
    for register, record_id in found:
        records.setdefault(register, []).append(record_id)
    for register, ids in records.items():
        model: Any = tables()[register]
        rows = call.session.scalars(select(model).where(model.id.in_(ids))).all()
        role = role_for(call.actor, "recount", clocks[0])
        move: Move[Any] = Move(call.following(), model, rows, verb="recount", rule="SET-1", role=role)
        move.rows = [row for row in move.rows if move.clocks.follow(row, call.now)]
        move.finish()
    call.session.flush()
    return Outcome(done=[] if len(found) == CHUNK else list(clocks))


def behind(session: Session, estate_ids: Collection[int], now: datetime.datetime) -> dict[int, int]:
    """Id of a clock of the estates -> how many running clocks still have to follow it."""
    query = select(ClockRun.clock_id, func.count()).join(Clock, Clock.id == ClockRun.clock_id)
    query = query.where(ClockRun.estate_id.in_(estate_ids), to_follow(now)).group_by(ClockRun.clock_id)
    return {row[0]: row[1] for row in session.execute(query)}


def pieces(session: Session, now: datetime.datetime) -> Iterator[Sequence[int]]:
    """The id of each clock that is not followed by everything yet, once for each call that it takes."""
    everywhere = session.scalars(select(Clock.estate_id).distinct()).all()
    for clock_id, number in behind(session, everywhere, now).items():
        yield from ([clock_id] for _ in range(0, number, CHUNK))


def recount_clocks(call: Call, clock_ids: Sequence[int]) -> Outcome:
    """The same for clocks by their ids."""
    return recount(call, call.session.scalars(select(Clock).where(Clock.id.in_(clock_ids))).all())


def let_follow(call: Call, clocks: Iterable[Clock]) -> None:
    """Let what is open follow *clocks* that were changed, as far as one transaction takes it."""
    for _estate_id, own in itertools.groupby(sorted(clocks, key=_estate_of), _estate_of):
        recount(call.following(), list(own))


def _estate_of(clock: Clock) -> int:
    return clock.estate_id


def calendar_changed(call: Call, rows: Iterable[Any], calendars: Sequence[ClockCalendar] = WORKING) -> None:
    """Let the clocks that count by the calendar of the estates of *rows* count anew, and what runs by them follow."""
    estates = sorted({row.id if isinstance(row, Estate) else row.estate_id for row in rows})
    query = select(Clock).where(Clock.estate_id.in_(estates), Clock.calendar.in_(calendars)).order_by(Clock.id)
    if clocks := call.session.scalars(query).all():
        changed = Move(call.following(), Clock, clocks, verb="recount", rule="SET-2").finish()
        let_follow(call, changed.done)

"""Clock runs of a batch: read once, changed in memory, written set-wise; keeps each record's earliest due time."""

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from models.base import Base
from models.hanging import HANGING
from models.matters import ClockRun
from models.operations.core.added_clocks import addable, is_for
from models.operations.core.new_runs import Course, NewRun, counted_due, insert_runs
from models.settings import Clock, EstateSettings

_TABLE = cast("Table", ClockRun.__table__)


class RunningClocks:
    """The unmet clocks of the rows of one batch."""

    def __init__(
        self,
        session: Session,
        register: str,
        rows: Sequence[Base],
        settings: EstateSettings,
        *,
        now: datetime.datetime,
        preview: bool,
    ) -> None:
        """New runs are written *now*. For a *preview* nothing is changed, not even in memory."""
        self._now = now
        self._session, self._rows, self._settings, self._preview = session, rows, settings, preview
        self._register = register
        self._may_be_added = register in addable()
        self._has_clocks = _TABLE.name in _TABLE.metadata.tables[register].info.get(HANGING, ())
        self._runs: dict[int, list[ClockRun | NewRun]] | None = None
        self._clocks: dict[int, Clock] = {}
        self._touched: set[int] = set()
        self.account: dict[int, dict[str, dict[str, str]]] | None = None
        """Where one is kept: id of a row -> each stored run that ended, by which column and when, or was begun."""
        self._ended: dict[tuple[str, datetime.datetime], list[int]] = {}
        """Column and instant -> the stored runs that ended so."""

    def _of(self, row: Base) -> list[ClockRun | NewRun]:
        if self._runs is None:
            self._load()
        assert self._runs is not None
        return self._runs.setdefault(row.id, [])

    def _changeable(self, row: Base) -> list[ClockRun | NewRun]:
        return [] if self._preview else self._unmet(row)

    def _unmet(self, row: Base) -> list[ClockRun | NewRun]:
        return [run for run in self._of(row) if run.met_at is None and run.cancelled_at is None]

    def _load(self) -> None:
        self._runs = {}
        if not self._has_clocks:
            return
        ids = [row.id for row in self._rows]
        for start in range(0, len(ids), 500):
            asked = {"register": self._register, "ids": ids[start : start + 500]}
            for run, clock in self._session.execute(_UNMET, asked):
                self._runs.setdefault(run.record_id, []).append(run)
                self._clocks[clock.id] = clock

    def start(
        self, row: Any, code: str, at: datetime.datetime, *, due_at: datetime.datetime | None = None
    ) -> datetime.datetime | None:
        """Start the clock *code* for *row* unless it runs already; *due_at* overrides (an agreed visit window).

        Returns the due time (UTC), None when the estate has switched this clock off.
        """
        clock = self._settings.clock(row.estate_id, code)
        if clock is None or not self._has_clocks:
            return None
        for run in self._unmet(row):
            if run.clock_id == clock.id:
                return run.due_at
        agreed = due_at is not None and due_at >= at
        due = due_at if due_at is not None and agreed else self._settings.due(clock, at)
        if self._preview:
            return due
        self._clocks[clock.id] = clock
        version = None if agreed else clock.version
        self._of(row).append(NewRun(row.estate_id, clock.id, version, row.id, at, due, self._now, self._now))
        self._touched.add(row.id)
        return due

    def begin(self, row: Any, clock: Clock, course: Course, *, due_at: datetime.datetime | None = None) -> None:
        """Let *clock* of *row* run as if it had since its own start, with the time that the work waited meanwhile.

        *due_at*: an agreed end of its own, which is not counted.
        """
        if self._preview or self.runs(row, clock.code):
            return
        self._clocks[clock.id] = clock
        run = NewRun(
            row.estate_id, clock.id, clock.version, row.id, course.started_at, course.started_at, self._now, self._now
        )
        run.pauses, run.paused_minutes, run.paused_at = course.pauses or None, course.paused_minutes, course.paused_at
        run.due_at = counted_due(self._settings, clock, run) if due_at is None else due_at
        run.clock_version = clock.version if due_at is None else None
        self._of(row).append(run)
        self._touched.add(row.id)

    def runs(self, row: Base, code: str) -> bool:
        """Whether the clock *code* of *row* runs, or stands still."""
        return any(self._clocks[run.clock_id].code == code for run in self._unmet(row))

    def move(
        self, row: Base, at: datetime.datetime, code: str, due_at: datetime.datetime | None, because: str | None = None
    ) -> None:
        """Let the running clock *code* of *row* end at *due_at*, an instant ahead that was agreed.

        Another run takes the place of the one before, which stays missed where it had run out and else is cancelled,
        with what it was moved for.
        """
        for run in self._changeable(row) if due_at is not None and due_at >= at else ():
            if self._clocks[run.clock_id].code != code or run.paused_at is not None:
                continue
            run.clock_version = None  # agreed now, be it to the minute what was counted
            if run.due_at != due_at:
                if because and run.due_at >= at and isinstance(run, ClockRun):
                    run.moved_because = because
                self._leave(row, run, at)
                self.start(row, code, at, due_at=due_at)

    def meet(self, row: Base, at: datetime.datetime, *codes: str) -> None:
        """Say that the clocks *codes* of *row* were met at *at*; those not running are left alone."""
        for run in self._changeable(row):
            if self._clocks[run.clock_id].code in codes:
                self._end(row, run, at, "met_at")

    def cancel(self, row: Base, at: datetime.datetime, *codes: str) -> None:
        """Stop the clocks *codes* of *row*, all when none is named: what they waited for will not come."""
        for run in self._changeable(row):
            if not codes or self._clocks[run.clock_id].code in codes:
                self._end(row, run, at, "cancelled_at")

    def drop(self, row: Base, at: datetime.datetime, codes: Collection[str] | None = None) -> None:
        """Stop the clocks *codes* of *row*, or all, which it has no more; what had run out stays missed."""
        for run in self._changeable(row):
            if codes is None or self._clocks[run.clock_id].code in codes:
                self._leave(row, run, at)

    def missed(self, row: Base, codes: Collection[str]) -> bool:
        """Whether a running clock of *codes* has run out."""
        return any(
            run.due_at < (run.paused_at or self._now)
            for run in self._unmet(row)
            if self._clocks[run.clock_id].code in codes
        )

    def _leave(self, row: Base, run: ClockRun | NewRun, at: datetime.datetime) -> None:
        self._end(row, run, at, "met_at" if run.due_at < (run.paused_at or at) else "cancelled_at")

    def renew(self, row: Base, at: datetime.datetime, code: str) -> None:
        """Say that the clock *code* of *row* was met at *at*, and let it run anew from then."""
        if self._preview or not self.runs(row, code):
            return
        self.meet(row, at, code)
        self.start(row, code, at)

    def put_off(
        self, row: Base, at: datetime.datetime, code: str, due_at: datetime.datetime, because: str | None = None
    ) -> None:
        """As :meth:`move`, and begin the clock *code* of *row* where it does not run."""
        self.start(row, code, at, due_at=due_at)
        self.move(row, at, code, due_at, because)

    def pause(self, row: Base, at: datetime.datetime, *, apart_from: Collection[str]) -> None:
        """Let the running clocks of *row* stand still, but for some."""
        for run in self._changeable(row):
            clock = self._clocks[run.clock_id]
            if clock.code not in apart_from and not clock.runs_on and run.paused_at is None:
                run.paused_at = at
                self._stamp(row, run, at)

    def resume(self, row: Base, at: datetime.datetime) -> None:
        """Let paused clocks of *row* run on with the time they had left, by their own calendar."""
        for run in self._changeable(row):
            if run.paused_at is not None:
                clock = self._clocks[run.clock_id]
                run.due_at = self._settings.shifted(clock, run.paused_at, run.due_at, at)
                run.paused_minutes += int((at - run.paused_at).total_seconds() // 60)
                run.pauses = [*(run.pauses or ()), [run.paused_at.isoformat(), at.isoformat()]]
                run.paused_at = None
                self._stamp(row, run, at)

    def follow(self, row: Base, at: datetime.datetime) -> bool:
        """Let the clocks of *row* that still run count from their own start by what their clocks say now (SET-1).

        What was missed stays missed, a date of its own stays. Returns whether any runs out at another time than before.
        """
        moved = False
        for run in self._changeable(row):
            clock = self._clocks[run.clock_id]
            missed = run.due_at <= (run.paused_at or at)
            if missed or run.clock_version is None or run.clock_version >= clock.version:
                continue
            due_at = counted_due(self._settings, clock, run)
            if due_at != run.due_at:
                run.due_at, moved = due_at, True
                self._stamp(row, run, at)
            run.clock_version = clock.version
        return moved

    def _end(self, row: Base, run: ClockRun | NewRun, at: datetime.datetime, column: str) -> None:
        self._touched.add(row.id)
        if isinstance(run, NewRun):
            setattr(run, column, at)
            run.updated_at = at
        else:
            # Written set-wise: one by one they cost a bulk run a fifth of its time.
            set_committed_value(run, column, at)
            set_committed_value(run, "updated_at", at)
            self._ended.setdefault((column, at), []).append(run.id)
            if self.account is not None:
                self.account.setdefault(row.id, {})[str(run.id)] = {column: at.isoformat()}

    def _stamp(self, row: Base, run: ClockRun | NewRun, at: datetime.datetime) -> None:
        run.updated_at = at
        self._touched.add(row.id)

    def write(self) -> Iterator[tuple[int, datetime.datetime | None]]:
        """Write the changed runs; yields row id and its new earliest due time for each row with a change."""
        if self._runs is None:
            return
        self._session.flush()
        for (column, at), ids in self._ended.items():
            for start in range(0, len(ids), 500):
                ended = update(_TABLE).where(_TABLE.c.id.in_(ids[start : start + 500]))
                self._session.execute(ended.values({column: at, "updated_at": at}))
        new = [run for row_id in self._touched for run in self._runs[row_id] if isinstance(run, NewRun)]
        begun = insert_runs(self._session, self._register, new, tell=self.account is not None)
        if self.account is not None:
            for run_id, record_id in begun:
                self.account.setdefault(record_id, {})[str(run_id)] = {}
        for row_id in sorted(self._touched):
            dues = [
                run.due_at
                for run in self._runs[row_id]
                if run.met_at is None and run.cancelled_at is None and run.paused_at is None
            ]
            yield row_id, min(dues, default=None)

    def keep_added(self, row: Any, verb: str, changes: Mapping[str, Any], at: datetime.datetime) -> None:
        """Begin, meet and cancel the clocks that a manager has added, as *verb* makes these *changes* of *row*."""
        model = type(row)
        for clock in self._settings.added(row.estate_id, self._register) if self._may_be_added else ():
            if clock.stop_event == verb:
                self.meet(row, at, clock.code)
            elif "status" in changes and changes["status"] not in model.open_statuses:
                self.cancel(row, at, clock.code)
            elif clock.start_event == verb and is_for(clock, row, self._settings, at, changes):
                self.start(row, clock.code, at)

    def stand(self, row: Any, status: Any, at: datetime.datetime) -> None:
        """Start what the *status* that *row* comes into has for a floor (INT-14), where it does not run yet."""
        for limit in type(row).time_limits:
            if status in limit.floor_of and limit.fits(row):
                self.start(row, limit.code, at)


_UNMET = (
    select(ClockRun, Clock)
    .join(Clock, Clock.id == ClockRun.clock_id)
    .where(ClockRun.register == bindparam("register"), ClockRun.record_id.in_(bindparam("ids", expanding=True)))
    .where(ClockRun.met_at.is_(None), ClockRun.cancelled_at.is_(None))
    .order_by(ClockRun.id)
)
"""The running clocks of the records :ids of :register. Built once: it is read for every single row."""

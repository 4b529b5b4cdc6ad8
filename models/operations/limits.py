"""Limits that are near or were missed (INT-14): whom the process that keeps time tells, once for each."""

import datetime
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, literal, or_, select
from sqlalchemy.orm import Session

from models.base import LabelledEnum, tables
from models.call import Call
from models.errors import Outcome
from models.estates import Estate
from models.matters import ClockRun
from models.operations.core import People, Step, about, message, write_messages
from models.policy import roles_of
from models.roles import Role
from models.settings import WARNING_PERCENT, Clock, EstateSettings, Further, Whom
from models.told import Told, ToldKind

DAY = datetime.timedelta(days=1)
"""Nobody is warned earlier than this, however long a limit is; what ran out earlier is for the audit, and no news."""
AT_ONCE = 200
"""So many runs are told of in one transaction."""
MOST = 10 * AT_ONCE
"""So many are looked at in one turn; the next one follows in seconds."""


def to_tell(session: Session, now: datetime.datetime) -> Iterator[Sequence[int]]:
    """The ids of running clocks that are near their end or ran out lately, and of which nobody was told so."""
    estates = session.scalars(select(Estate.id)).all()
    lately = ClockRun.due_at.between(now - DAY, now + DAY)
    found = [run.id for run in _untold(session, now, ClockRun.estate_id.in_(estates), lately, most=MOST)]
    for start in range(0, len(found), AT_ONCE):
        yield found[start : start + AT_ONCE]


def _untold(
    session: Session, now: datetime.datetime, *which: ColumnElement[bool], most: int | None = None
) -> list[Any]:
    word = case((ClockRun.due_at <= now, literal("missed", Text())), else_=literal("near", Text()))
    cause = literal("clock_run:", Text()).concat(cast(ClockRun.id, Text)).concat(literal(":", Text())).concat(word)
    columns = (ClockRun.register, ClockRun.record_id, ClockRun.started_at, ClockRun.due_at, ClockRun.paused_minutes)
    whom = (Clock.told_near, Clock.told_missed, Clock.told_further)
    query = select(
        ClockRun.id, ClockRun.estate_id, *columns, Clock.rule, Clock.stop_event, Clock.warning_percent, *whom
    ).where(
        *which,
        ClockRun.met_at.is_(None),
        ClockRun.cancelled_at.is_(None),
        ClockRun.paused_at.is_(None),
        or_(ClockRun.due_at <= now, Clock.told_near != Whom.NOBODY),
        ~select(Told.id).where(Told.cause == cause).exists(),
    )
    query = query.join(Clock, Clock.id == ClockRun.clock_id).order_by(ClockRun.due_at, ClockRun.id).limit(most)
    found = session.execute(query).all()
    settings = EstateSettings(session, {run.estate_id for run in found})
    return [run for run in found if run.due_at - _warning(settings, run) <= now]


def _warning(settings: EstateSettings, run: Any) -> datetime.timedelta:
    """How long before its end somebody is warned."""
    usual = settings.number(run.estate_id, WARNING_PERCENT)
    percent = min(max(run.warning_percent or usual, 1), 100)  # whatever other programs wrote
    length: datetime.timedelta = run.due_at - run.started_at - datetime.timedelta(minutes=run.paused_minutes)
    return max(min(length * (100 - percent) / 100, DAY), datetime.timedelta())


def tell_limits(call: Call, ids: Sequence[int]) -> Outcome:
    """Tell whom the clocks of these runs say, of what was missed at least somebody (INT-14)."""
    _tell(call, ids)
    return Outcome()


def tell_missed(call: Call, estate_ids: Collection[int]) -> None:
    """Tell of all limits of these estates that were missed and of which nobody was told, however long ago (AUD-3)."""
    of_estates = ClockRun.estate_id.in_(estate_ids), ClockRun.due_at <= call.now
    ids = [run.id for run in _untold(call.session, call.now, *of_estates)]
    for start in range(0, len(ids), AT_ONCE):
        _tell(call, ids[start : start + AT_ONCE])


def _tell(call: Call, ids: Sequence[int]) -> None:
    # Held, then looked at: another process that tells the same waits here, and finds it told.
    call.session.execute(select(ClockRun.id).where(ClockRun.id.in_(ids)).with_for_update())
    people = People(call.session)
    messages = []
    runs = _untold(call.session, call.now, ClockRun.id.in_(ids))
    records = _records(call.session, runs)
    for run in runs:
        row = records[run.register, run.record_id]
        if about(row) is None:
            continue
        kind = ToldKind.MISSED if run.due_at <= call.now else ToldKind.NEAR
        for who in _whom(Step(row, None, call.session, people), run, missed=kind is ToldKind.MISSED):
            cause = f"clock_run:{run.id}:{kind.value}"
            messages.append(message(call, row, kind, run.rule, cause, who))
    write_messages(call.session, messages)


def _records(session: Session, runs: Sequence[Any]) -> dict[tuple[str, int], Any]:
    """The records of *runs*, with one statement a register."""
    wanted: dict[str, set[int]] = {}
    for run in runs:
        wanted.setdefault(run.register, set()).add(run.record_id)
    models: dict[str, Any] = {register: tables()[register] for register in wanted}
    return {
        (register, row.id): row
        for register, model in models.items()
        for row in session.scalars(select(model).where(model.id.in_(wanted[register])))
    }


def _whom(step: Step, run: Any, *, missed: bool) -> list[int]:
    """Whom the clock of *run* says: of a missed one also who is told further (SET-1).

    Where there is nobody of that kind it is the next one up: of what was missed somebody is told, whoever that is.
    """
    ladder = _Ladder(step, run.stop_event)
    chosen = run.told_missed if missed else run.told_near
    if chosen is Whom.NOBODY and not missed:
        return []
    told = ladder.of(chosen)
    if not told:
        return ladder.next_up(chosen, ()) or (ladder.anybody() if missed else [])
    if not missed or run.told_further is Further.NOBODY:
        return told
    up = ladder.next_up(chosen, told) if run.told_further is Further.NEXT_UP else ladder.of(run.told_further)
    return list(dict.fromkeys([*told, *up]))


class _Ladder:
    """Who stands where, of one record and the step that meets its clock."""

    def __init__(self, step: Step, verb: str) -> None:
        row = step.row
        self._step, self._estate_id = step, row.estate_id
        self._roles = roles_of(row.__tablename__, verb) or frozenset(Role)
        self._may_do = step.people.of(row.estate_id, self._roles)
        self._answers = getattr(row, type(row).answered_by, None)
        self._handles = getattr(row, "assignee_id", None)

    def of(self, whom: LabelledEnum) -> list[int]:
        """Those whom the word says."""
        people = self._step.people
        if whom is Whom.ACTING:
            return [who for who in (self._handles, self._answers) if who in self._may_do][:1]
        if whom is Whom.ANSWERING:
            return [self._answers] if self._answers in people.working(self._estate_id) else []
        if whom.value == Whom.LEAD.value:
            return self._leads()
        if whom.value == Whom.SUPERVISORS.value:
            return self._step.supervisors()
        return people.of(self._estate_id, {Role.MANAGER}) if whom.value == Whom.MANAGERS.value else []

    def next_up(self, whom: LabelledEnum, told: Sequence[int]) -> list[int]:
        """The first rung above *whom* on which somebody stands who is not *told*.

        The lead is one where the step may be the team's, then supervisor and manager.
        """
        rungs = (Whom.LEAD, Whom.SUPERVISORS, Whom.MANAGERS)
        first = rungs.index(whom) + 1 if whom in rungs else 0 if Role.LEAD in self._roles else 1
        above = (self.of(rung) for rung in rungs[first:])
        return next((rung for rung in above if set(rung) - set(told)), [])

    def anybody(self) -> list[int]:
        """Who can take the step, or whoever works in the estate."""
        return self._may_do or sorted(self._step.people.working(self._estate_id))

    def _leads(self) -> list[int]:
        reads = Role.LEAD in (roles_of(self._step.row.__tablename__, "read") or ())
        return self._step.leads() if reads and hasattr(self._step.row, "team_id") else []

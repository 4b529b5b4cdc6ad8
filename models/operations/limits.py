"""Limits that are near or were missed (INT-14): whom the process that keeps time tells, once for each."""

import datetime
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, literal, select
from sqlalchemy.orm import Session

from models.base import tables
from models.call import Call
from models.errors import Outcome
from models.estates import Estate
from models.matters import ClockRun
from models.operations.core import People, Step, about, message, write_messages
from models.policy import roles_of
from models.roles import Role
from models.settings import WARNING_PERCENT, Clock, EstateSettings
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
    query = select(
        ClockRun.id, ClockRun.estate_id, *columns, Clock.rule, Clock.stop_event, Clock.warning_percent
    ).where(
        *which,
        ClockRun.met_at.is_(None),
        ClockRun.cancelled_at.is_(None),
        ClockRun.paused_at.is_(None),
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
    """Tell who answers for the records of these clock runs; of what was missed, the next one up too (INT-14)."""
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
    for run in _untold(call.session, call.now, ClockRun.id.in_(ids)):
        row = call.session.get_one(tables()[run.register], run.record_id)
        if about(row) is None:
            continue
        kind = ToldKind.MISSED if run.due_at <= call.now else ToldKind.NEAR
        for who in _whom(Step(row, None, call.session, people), run.stop_event, missed=kind is ToldKind.MISSED):
            cause = f"clock_run:{run.id}:{kind.value}"
            messages.append(message(call, row, kind, run.rule, cause, who))
    write_messages(call.session, messages)


def _whom(step: Step, verb: str, *, missed: bool) -> list[int]:
    """Who can take the step *verb* that meets a clock: the handler, else the desk owner; then the next one up.

    That is the lead where the step may be the team's, else, or where that is the same person, supervisor and manager.
    """
    row = step.row
    roles = roles_of(row.__tablename__, verb) or frozenset(Role)
    may_do = step.people.of(row.estate_id, roles)
    named = (getattr(row, "assignee_id", None), getattr(row, type(row).answered_by, None))
    answers = [who for who in named if who in may_do][:1]
    leads = step.leads() if Role.LEAD in roles and hasattr(row, "team_id") else []
    rungs = (leads, step.supervisors(), step.people.of(row.estate_id, {Role.MANAGER}))
    up = next((rung for rung in rungs if set(rung) - set(answers)), [])
    return list(dict.fromkeys([*answers, *up] if missed or not answers else answers))

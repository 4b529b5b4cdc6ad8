"""Undo (撤销) of what a bulk run did to its rows: a verb of its own that puts each back as it was before the run.

What the rows were stands in the run's own events; what their clocks were follows from the instant of the run. A row in
which anybody has changed since what would be put back is left alone and says so, and so is whatever could be put back
only in part; what else was written on it meanwhile, a note for instance, stays.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, select
from sqlalchemy.orm import Session

from models.base import Base, Choice, LocalDate, UTCDateTime
from models.bulk import BulkRun, BulkState
from models.call import Call
from models.errors import OperationRefused, Outcome, gettext_noop
from models.events import TOLD, Event
from models.matters import ClockRun
from models.operations.core import Move, facts, operation, withdraw
from models.personal import Keyring, keyring_of
from models.policy import may
from models.roles import Role
from models.said import said, why_not_put_back
from models.settings import EstateSettings
from models.verbs import Undo, everything, find, verb_label

Refusals = dict[int, OperationRefused]


def why_lasting(run: BulkRun) -> OperationRefused | None:
    """Why what *run* did cannot be undone at all, whoever asks and whenever; None where it can."""
    if run.undoes_id is not None:
        return OperationRefused("UNDO", gettext_noop("An undo is not undone: do the step again instead."))
    declared = find(run.register, run.verb)
    if declared is not None and declared.undo is not None:
        return None
    other = gettext_noop("“%(verb)s” cannot be undone for many records at once.")
    lasting = None if declared is None else declared.lasting
    return OperationRefused("UNDO", lasting or other, verb=verb_label(run.verb))


def undo_minutes(session: Session, run: BulkRun) -> int:
    """For how many minutes after its end *run* can be undone: the estate's figure (SET-1)."""
    return EstateSettings(session, [run.estate_id]).number(run.estate_id, "undo-minutes")


def why_too_late(session: Session, run: BulkRun, now: datetime.datetime) -> OperationRefused | None:
    """Why *run* cannot be undone at *now*: it is not finished, or was longer ago than undo is offered."""
    if run.state is not BulkState.FINISHED or run.finished_at is None:
        return OperationRefused("UNDO", gettext_noop("The bulk action is not finished; there is nothing to undo yet."))
    minutes = undo_minutes(session, run)
    if now > run.finished_at + datetime.timedelta(minutes=minutes):
        message = gettext_noop("A bulk action can be undone for %(minutes)s minutes; that time is over.")
        return OperationRefused("UNDO", message, minutes=minutes)
    return None


def declare_undo() -> None:
    """Let whoever may do a verb of which a bulk run can be put back put it back, in every register that has one."""
    roles: dict[type[Base], frozenset[Role]] = {}
    for each in everything():
        if each.undo is not None:
            roles[each.model] = roles.get(each.model, frozenset()) | each.roles
    runs = find(BulkRun.__tablename__, "run")
    assert runs is not None
    for model, who in roles.items():
        operation(model, roles=who & runs.roles, bulk=True)(undo)


def undo(call: Call, rows: Iterable[Any], *, run: BulkRun) -> Outcome:
    """Put *rows* back as they were before *run*: columns and clocks, with an event that names the run.

    Refused: rows in which a column that would be put back changed since (VERSION), rows on which something has
    followed, who may not do the verb itself.
    """
    if refusal := why_lasting(run):
        raise refusal
    declared = find(run.register, run.verb)
    assert declared is not None
    assert declared.undo is not None
    model, how = declared.model, declared.undo
    move: Move[Any] = Move(call.following(preview=call.preview), model, rows, verb="undo")
    move.also = {"bulk_run_id": run.id}
    events = _events(call.session, run, [row.id for row in move.rows])
    moved_on = _moved_on(call.session, run, how, events)
    if how.clocks:
        moved_on |= _clocks_moved(call.session, run.register, events)
    followed = {} if how.followed is None else how.followed(call.session, move.rows)
    for row in list(move.rows):
        if not may(call.actor, run.verb, row):
            message = gettext_noop("Your role does not allow this here: %(verb)s.")
            move.refuse(row, "ROLE", message, verb=verb_label(run.verb))
        elif row.id in events and (refusal := why_not_put_back(row, (events[row.id].before, events[row.id].after))):
            move.reject(row, refusal)
        elif row.id not in events or row.id in moved_on or not _as_left(row, events[row.id], keyring_of(call.session)):
            message = gettext_noop("%(record)s was changed after the bulk action and stays as it is.")
            move.refuse(row, "VERSION", message, record=str(row))
        elif refusal := followed.get(row.id):
            move.reject(row, refusal)
        else:
            move.set(row, **column_values(model, events[row.id].before))
    if how.clocks and not call.preview:
        _put_back_clocks(move, how, events)
    outcome = move.finish()
    if not call.preview:
        withdraw(call, [events[row.id].id for row in outcome.done])
    return outcome


@dataclass(frozen=True)
class _Done:
    """What the run did to a row."""

    id: int
    at: datetime.datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def _events(session: Session, run: BulkRun, ids: Sequence[int]) -> dict[int, _Done]:
    query = select(Event.id, Event.record_id, Event.at, *TOLD).where(
        Event.register == run.register, Event.record_id.in_(ids), Event.bulk_run_id == run.id
    )
    keyring = keyring_of(session)
    return {event.record_id: _Done(event.id, event.at, *said(event, keyring)[:2]) for event in session.execute(query)}


def _moved_on(session: Session, run: BulkRun, how: Undo, events: Mapping[int, _Done]) -> set[int]:
    """The rows in which a column that would be put back, or one built on it, was written since: even to and fro."""
    if not events:
        return set()
    since = min(event.id for event in events.values())
    query = select(Event.id, Event.record_id, Event.before).where(
        Event.register == run.register, Event.record_id.in_(events), Event.id > since
    )
    return {
        later.record_id
        for later in session.execute(query)
        if later.id > events[later.record_id].id
        and not (how.built_on | events[later.record_id].before.keys()).isdisjoint(later.before)
    }


def _clocks_moved(session: Session, register: str, events: Mapping[int, Any]) -> set[int]:
    """The rows of which a clock was started, met, moved or stopped since: an appointment that was changed does that."""
    query = select(ClockRun.record_id, ClockRun.updated_at).where(_hangs_on(register, events))
    return {row_id for row_id, at in session.execute(query) if at > events[row_id].at}


def _hangs_on(register: str, ids: Iterable[int]) -> ColumnElement[bool]:
    return and_(ClockRun.register == register, ClockRun.record_id.in_(ids))


def _as_left(row: Any, event: Any, keyring: Keyring) -> bool:
    """Whether *row* still has what the run wrote, in every column that would be put back."""
    now_there = facts(row, {name: getattr(row, name) for name in event.before}, keyring)
    return all(now_there[name] == event.after.get(name) for name in event.before)


def column_values(model: type[Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Column values from the codes that an event keeps."""
    columns = model.__table__.columns
    return {name: _value(columns[name], code) for name, code in before.items()}


def _value(column: Column[Any], code: Any) -> Any:
    if code is None:
        return None
    if column.info.get("personal") or column.info.get("secret"):
        raise ValueError(f"an event keeps no value of {column.name}")  # a verb that changes one is not put back
    if isinstance(column.type, UTCDateTime):
        return datetime.datetime.fromisoformat(code)
    if isinstance(column.type, LocalDate):
        return datetime.date.fromisoformat(code)
    return column.type.enum(code) if isinstance(column.type, Choice) else code


def _put_back_clocks(move: Move[Any], how: Undo, events: Mapping[int, Any]) -> None:
    """Clocks that the run started are cancelled, those it met or cancelled run again; the due time follows them."""
    theirs = _hangs_on(move.model.__tablename__, [row.id for row in move.rows])
    at = {events[row.id].at for row in move.rows}
    runs = (ClockRun.met_at.is_(None) & ClockRun.cancelled_at.is_(None)) | ClockRun.updated_at.in_(at)
    found: dict[int, list[ClockRun]] = {}
    for clock in move.session.scalars(select(ClockRun).where(theirs, runs)):
        found.setdefault(clock.record_id, []).append(clock)
    for row in move.rows:
        due = []
        for clock in found.get(row.id, ()):
            if clock.updated_at == events[row.id].at:
                _put_back(clock, how.clocks, events[row.id].at, move.now)
            if clock.met_at is None and clock.cancelled_at is None and clock.paused_at is None:
                due.append(clock.due_at)
        move.set(row, due_at=min(due, default=None))


def _put_back(clock: ClockRun, what: str, at: datetime.datetime, now: datetime.datetime) -> None:
    if "created" in what and clock.created_at == at and clock.met_at is None and clock.cancelled_at is None:
        clock.cancelled_at = clock.updated_at = now
    elif "met" in what and clock.met_at == at:
        clock.met_at, clock.updated_at = None, now
    elif "cancelled" in what and clock.cancelled_at == at:
        clock.cancelled_at, clock.updated_at = None, now

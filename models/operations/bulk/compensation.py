"""Undo (撤销) of what a bulk run did to its rows: a verb of its own that puts each back as it was before the run.

What the rows were stands in the run's own events, what was done to their clocks in its items. A row in which anybody
has changed since what would be put back is left alone and says so, and so is whatever could be put back only in part;
what else was written on it meanwhile, a note for instance, stays.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, and_, select
from sqlalchemy.orm import Session

from models.base import Base, Choice, LocalDate, UTCDateTime
from models.bulk import BulkItem, BulkRun, BulkState
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
    clocks = _Clocks(move, run, events)
    events |= clocks.without_due()
    moved_on = _moved_on(call.session, run, how, events) | clocks.moved_on()
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
    if not call.preview:
        clocks.put_back()
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


def _but_due(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if name != "due_at"}


class _Clocks:
    """What the run did to the clocks of its rows, by the account in its items, and what they are now."""

    def __init__(self, move: Move[Any], run: BulkRun, events: Mapping[int, _Done]) -> None:
        self._move, self._events = move, events
        items = select(BulkItem.record_id, BulkItem.clocks)
        items = items.where(BulkItem.run_id == run.id, BulkItem.record_id.in_(events), BulkItem.clocks.is_not(None))
        self._kept: dict[int, dict[str, dict[str, str]]] = {row[0]: row[1] for row in move.session.execute(items)}
        self._now: dict[int, list[ClockRun]] = {}
        of_rows = and_(ClockRun.register == run.register, ClockRun.record_id.in_(self._kept))
        for clock in move.session.scalars(select(ClockRun).where(of_rows)):
            self._now.setdefault(clock.record_id, []).append(clock)

    def without_due(self) -> dict[int, _Done]:
        """What the run did to the rows with clocks, apart from their due time, which follows these."""
        own = {row_id: self._events[row_id] for row_id in self._kept}
        return {
            key: replace(done, before=_but_due(done.before), after=_but_due(done.after)) for key, done in own.items()
        }

    def moved_on(self) -> set[int]:
        """The rows of which a clock was begun, met or stopped since: an appointment that was changed does that.

        A clock that runs out at another time because it was set anew (SET-1) has not moved on.
        """
        return {
            row_id
            for row_id, clocks in self._now.items()
            if any(self._goes_on(clock, self._kept[row_id].get(str(clock.id)), row_id) for clock in clocks)
        }

    def _goes_on(self, clock: ClockRun, kept: Mapping[str, str] | None, row_id: int) -> bool:
        ends = {"met_at": clock.met_at, "cancelled_at": clock.cancelled_at}
        ended = {name: at.isoformat() for name, at in ends.items() if at is not None}
        if kept is not None:
            return ended != kept
        return any(at is not None and at > self._events[row_id].at for at in (clock.created_at, *ends.values()))

    def put_back(self) -> None:
        """What was begun is cancelled, what was ended runs again, by its clock as it is now; the due time follows."""
        for row in self._move.rows:
            clocks = self._now.get(row.id, [])
            for clock in clocks:
                kept = self._kept[row.id].get(str(clock.id))
                if kept is not None:
                    clock.met_at, clock.cancelled_at = None, None if kept else self._move.now
                    clock.updated_at = self._move.now
        for row in self._move.rows:
            if clocks := self._now.get(row.id, []):
                self._move.clocks.follow(row, self._move.now)
                run = [
                    each for each in clocks if (each.met_at, each.cancelled_at, each.paused_at) == (None, None, None)
                ]
                self._move.set(row, due_at=min((each.due_at for each in run), default=None))

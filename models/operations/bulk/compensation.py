"""Undo (撤销) of what a bulk run did to its rows: a verb of its own that puts each back as it was before the run.

What the rows were stands in the run's own events; what their clocks were follows from the instant of the run. A row in
which anybody has changed since what would be put back is left alone and says so, and so is whatever could be put back
only in part; what else was written on it meanwhile, a note for instance, stays.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, select
from sqlalchemy.orm import Session

from models.base import Choice, LocalDate, UTCDateTime
from models.bulk import BulkRun, BulkState
from models.call import Call
from models.errors import Msgid, OperationRefused, Outcome, gettext_noop
from models.events import Event
from models.keys import Key, KeyLoan
from models.matters import ClockRun
from models.operations.core import OWNER_COLUMN, Move, facts
from models.operations.keys import key_gone, on_loan, open_loans
from models.operations.passes import check_badge
from models.passes import VisitorPass
from models.personal import Keyring, keyring_of
from models.policy import may
from models.settings import EstateSettings
from models.tickets import Ticket
from models.verbs import verb_label

Refusals = dict[int, OperationRefused]


@dataclass(frozen=True)
class Compensation:
    """How one bulk verb is put back, beside the columns."""

    model: type[Any]
    clocks: str = ""
    """What the verb does to clocks: ``created``, ``met`` or ``cancelled``; nothing at all."""


COMPENSATIONS: dict[tuple[str, str], Compensation] = {
    ("tickets", "dispatch"): Compensation(Ticket, "created"),
    ("tickets", "assign"): Compensation(Ticket),
    ("tickets", "accept"): Compensation(Ticket, "met"),
    ("tickets", "take_slip_back"): Compensation(Ticket),
    ("tickets", "close"): Compensation(Ticket, "cancelled"),
    ("key_loans", "return"): Compensation(KeyLoan),
    ("visitor_passes", "hand_in"): Compensation(VisitorPass),
}
"""(register, verb) -> how it is put back. What is not here cannot be undone."""

BUILT_ON: dict[str, frozenset[str]] = {
    "tickets": frozenset({"status"}),
    "key_loans": frozenset({"pieces_back"}),
    "visitor_passes": frozenset({"inside", "revoked_at", "deposit_refunded_at"}),
}
"""Columns that a later step changes because of the one that would be put back; a row where one has changed stays."""

LASTING: dict[tuple[str, str], Msgid] = {
    ("visitor_passes", "check_out"): gettext_noop(
        "Who went out is in the log of the gate and stays there: check the holders in again instead."
    ),
    ("key_approvals", "approve"): gettext_noop(
        "What a supervisor has agreed to stays agreed to: a key that should not leave is simply not lent."
    ),
    ("estates", "run_audit"): gettext_noop(
        "A daily audit says how things stood and stays: run it again to bring it up to date."
    ),
}
"""Verbs whose trace must stay, and what to do instead."""


def why_lasting(run: BulkRun) -> OperationRefused | None:
    """Why what *run* did cannot be undone at all, whoever asks and whenever; None where it can."""
    if run.undoes_id is not None:
        return OperationRefused("UNDO", gettext_noop("An undo is not undone: do the step again instead."))
    if (run.register, run.verb) in COMPENSATIONS:
        return None
    other = gettext_noop("“%(verb)s” cannot be undone for many records at once.")
    return OperationRefused("UNDO", LASTING.get((run.register, run.verb), other), verb=verb_label(run.verb))


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


def undo(call: Call, rows: Iterable[Any], *, run: BulkRun) -> Outcome:
    """Put *rows* back as they were before *run*: columns and clocks, with an event that names the run.

    Refused: rows in which a column that would be put back changed since (VERSION), rows on which something has
    followed, who may not do the verb itself.
    """
    if refusal := why_lasting(run):
        raise refusal
    how = COMPENSATIONS[run.register, run.verb]
    move = Move(call.following(preview=call.preview), how.model, rows, verb="undo")
    move.also = {"bulk_run_id": run.id}
    events = _events(call.session, run, [row.id for row in move.rows])
    moved_on = _moved_on(call.session, run, events) | (
        _clocks_moved(call.session, how, events) if how.clocks else set()
    )
    followed = _FOLLOWED[run.register](call.session, run, move.rows)
    for row in list(move.rows):
        if not may(call.actor, run.verb, row):
            message = gettext_noop("Your role does not allow this here: %(verb)s.")
            move.refuse(row, "ROLE", message, verb=verb_label(run.verb))
        elif row.id not in events or row.id in moved_on or not _as_left(row, events[row.id], keyring_of(call.session)):
            message = gettext_noop("%(record)s was changed after the bulk action and stays as it is.")
            move.refuse(row, "VERSION", message, record=str(row))
        elif refusal := followed.get(row.id):
            move.refuse(row, refusal.rule, refusal.message, **refusal.values)
        else:
            move.set(row, **column_values(how.model, events[row.id].before))
    if how.clocks and not call.preview:
        _put_back_clocks(move, how, events)
    return move.finish()


def _events(session: Session, run: BulkRun, ids: Sequence[int]) -> dict[int, Any]:
    query = select(Event.id, Event.record_id, Event.at, Event.before, Event.after).where(
        Event.register == run.register, Event.record_id.in_(ids), Event.bulk_run_id == run.id
    )
    return {event.record_id: event for event in session.execute(query)}


def _moved_on(session: Session, run: BulkRun, events: Mapping[int, Any]) -> set[int]:
    """The rows in which a column that would be put back, or one built on it, was written since: even to and fro."""
    if not events:
        return set()
    since = min(event.id for event in events.values())
    query = select(Event.id, Event.record_id, Event.before, Event.after).where(
        Event.register == run.register, Event.record_id.in_(events), Event.id > since
    )
    return {
        later.record_id
        for later in session.execute(query)
        if later.id > events[later.record_id].id
        and not (BUILT_ON[run.register] | events[later.record_id].before.keys()).isdisjoint(later.before)
    }


def _clocks_moved(session: Session, how: Compensation, events: Mapping[int, Any]) -> set[int]:
    """The rows of which a clock was started, met, moved or stopped since: an appointment that was changed does that."""
    owner = getattr(ClockRun, OWNER_COLUMN[how.model.__tablename__])
    query = select(owner, ClockRun.updated_at).where(owner.in_(events))
    return {row_id for row_id, at in session.execute(query) if at > events[row_id].at}


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


def _put_back_clocks(move: Move[Any], how: Compensation, events: Mapping[int, Any]) -> None:
    """Clocks that the run started are cancelled, those it met or cancelled run again; the due time follows them."""
    owner = getattr(ClockRun, OWNER_COLUMN[how.model.__tablename__])
    at = {events[row.id].at for row in move.rows}
    runs = (ClockRun.met_at.is_(None) & ClockRun.cancelled_at.is_(None)) | ClockRun.updated_at.in_(at)
    found: dict[int, list[ClockRun]] = {}
    for clock in move.session.scalars(select(ClockRun).where(owner.in_([row.id for row in move.rows]), runs)):
        found.setdefault(getattr(clock, owner.key), []).append(clock)
    for row in move.rows:
        due = []
        for clock in found.get(row.id, ()):
            if clock.updated_at == events[row.id].at:
                _put_back(clock, how.clocks, events[row.id].at, move.now)
            if clock.met_at is None and clock.cancelled_at is None and clock.paused_at is None:
                due.append(clock.due_at)
        move.set(row, due_at=min(due, default=None))


def _put_back(clock: ClockRun, what: str, at: datetime.datetime, now: datetime.datetime) -> None:
    if what == "created" and clock.created_at == at and clock.met_at is None and clock.cancelled_at is None:
        clock.cancelled_at = clock.updated_at = now
    elif what == "met" and clock.met_at == at:
        clock.met_at, clock.updated_at = None, now
    elif what == "cancelled" and clock.cancelled_at == at:
        clock.cancelled_at, clock.updated_at = None, now


# ---------------------------------------------------------------- what followed without changing the row itself


def _after_tickets(session: Session, run: BulkRun, rows: Sequence[Any]) -> Refusals:
    """A closed matter that went on in a new ticket stays closed (JOB-1)."""
    if run.verb != "close":
        return {}
    query = select(Ticket.previous_id, Ticket.number).where(Ticket.previous_id.in_([row.id for row in rows]))
    message = gettext_noop("The matter goes on as %(record)s; this ticket stays closed.")
    return {
        previous: OperationRefused("JOB-1", message, record=number)
        for previous, number in session.execute(query)
        if previous is not None
    }


def _after_loans(session: Session, _run: BulkRun, rows: Sequence[Any]) -> Refusals:
    """A key that left again, is lost or went back to its owner is in exactly one place (KEY-2, KEY-4, KEY-5)."""
    ids = sorted({loan.key_id for loan in rows})
    keys = {key.id: key for key in session.scalars(select(Key).where(Key.id.in_(ids)).with_for_update())}
    out = open_loans(session, ids)
    found: Refusals = {}
    for loan in rows:
        refusal = key_gone(keys[loan.key_id])
        if refusal is None and loan.key_id in out:
            refusal = on_loan(keys[loan.key_id], out[loan.key_id].borrower_name)
        if refusal is not None:
            found[loan.id] = refusal
    return found


def _after_passes(session: Session, _run: BulkRun, rows: Sequence[Any]) -> Refusals:
    """A badge that went to the next visitor is not out twice (PAS-1); a refund or a correction changes the pass."""
    found: Refusals = {}
    out: set[tuple[int, str]] = set()
    for row in rows:
        try:
            check_badge(session, row.estate_id, row.badge_number, out, row.id)
        except OperationRefused as refusal:
            found[row.id] = refusal
    return found


_FOLLOWED = {"tickets": _after_tickets, "key_loans": _after_loans, "visitor_passes": _after_passes}

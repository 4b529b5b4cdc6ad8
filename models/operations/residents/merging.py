"""Two records of one person become one (RES-1): what hangs on the second moves to the first, and back by undo."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value

from models.call import Call
from models.canonical import canonical_json
from models.complaints import Complaint
from models.errors import OperationRefused, Outcome, gettext_noop
from models.events import TOLD, Event, record_events
from models.keys import KeyLoan
from models.matters import RepeatReport
from models.operations.core import Move, create, event_row, facts, operation
from models.operations.residents.ways import addresses_of
from models.outbox import ResidentWay
from models.personal import keyring_of
from models.residents import Occupancy, Resident, ResidentContact, ResidentMerge
from models.roles import SUPERVISORS
from models.said import said, why_not_put_back
from models.session import DeskSession
from models.tickets import Ticket

RULE = "RES-1"
REFERRING: dict[type[Any], str] = {
    Occupancy: "resident_id",
    ResidentContact: "resident_id",
    Ticket: "resident_id",
    Complaint: "resident_id",
    KeyLoan: "borrower_resident_id",
    RepeatReport: "resident_id",
    ResidentWay: "resident_id",
}
"""What refers to a resident, by which column. Follow-ups, slips and notes hang on these."""
FILLED = ("id_document", "id_number", "id_number_digest", "vehicles", "emergency_contact", "moved_in_on", "note")
"""What the first is given of the second where it has nothing."""
JOINED = {"vehicles": "，", "note": "\n"}
"""Of these both stay, one behind the other."""


@operation(Resident, name="unite", roles=SUPERVISORS, label=gettext_noop("Merge another record into this one"))
def merge(
    call: Call, residents: Iterable[Resident], *, other_id: int, looked_at: bool = True, effect: str | None = None
) -> Outcome:
    """Let everything of the resident *other_id* be that of the one resident given; the other is shown no more.

    Units, matters, key loans and phones move; what both have stays with the other, to be there after an undo. Refused:
    the person itself, somebody of another estate or merged already, two different ID numbers, and, with the numbers of
    what would move, as long as nobody has *looked_at* these: at just these, where *effect* is what the last refusal
    gave as its value ``effect``; None is for programs, which show nothing.
    """
    move = Move(call, Resident, residents, verb="unite", rule=RULE)
    message = gettext_noop("People are merged one by one.")
    move.refuse_unless(len(move.rows) <= 1, RULE, message)
    move.also = {"merged": other_id}
    before: dict[str, Any] = {}
    moving: dict[type[Any], list[Any]] = {}
    for row in list(move.rows):
        try:
            other = _other(call.session, row, other_id)
            moving = _moving(call.session, row, other)
            _check_looked_at(row, other, moving, looked_at, effect)
        except OperationRefused as refusal:
            move.reject(row, refusal)
            continue
        gained = _gained(row, other)
        before = {name: getattr(row, name) for name in gained}
        move.set(row, **gained)
    outcome = move.finish()
    if call.preview or not outcome.done:
        return outcome
    (kept,) = outcome.done
    role = move.role_of(kept).value
    for model, rows in moving.items():
        _redirect(call, model, rows, kept.id, verb="unite", role=role)
    merged = ResidentMerge(
        estate_id=kept.estate_id,
        kept_id=kept.id,
        merged_id=other_id,
        kept_version=kept.version,
        moved={model.__tablename__: _versions(rows) for model, rows in moving.items()},
        before={name: _code(value) for name, value in before.items()},
    )
    create(call.following(), [merged], verb="unite", role=move.role_of(kept))
    call.session.expire(kept, ["phone"])
    return outcome


@operation(Resident, name="undo", roles=SUPERVISORS)
def undo_merge(call: Call, residents: Iterable[Resident]) -> Outcome:
    """Part again who was merged last, while all that is put back is still as the merge left it (RES-1).

    What else was written meanwhile, an entry or another summary for instance, stays and goes with its record.
    """
    move = Move(call, Resident, residents, verb="undo", rule=RULE)
    parted: list[tuple[Resident, ResidentMerge, dict[type[Any], list[Any]]]] = []
    for row in list(move.rows):
        query = select(ResidentMerge).where(ResidentMerge.kept_id == row.id, ResidentMerge.undone_at.is_(None))
        merged = call.session.scalars(query.order_by(ResidentMerge.id.desc()).limit(1)).first()
        if merged is None:
            move.refuse(row, RULE, gettext_noop("Nobody is merged into %(record)s."), record=str(row))
            continue
        rows = {model: _moved(call.session, model, merged) for model in REFERRING}
        given = _given(call.session, row, merged)
        if refusal := why_not_put_back(row, [given]):
            move.reject(row, refusal)
            continue
        there = {model.__tablename__: _versions(found).keys() for model, found in rows.items()}
        moved = {model.__tablename__: merged.moved.get(model.__tablename__, {}).keys() for model in REFERRING}
        if there != moved or not _as_merged(call.session, row, merged, given):
            message = gettext_noop("Something has followed on %(record)s since the merge, which therefore stays.")
            move.refuse(row, RULE, message, record=str(row))
            continue
        move.set(row, **{name: _value(name, code) for name, code in merged.before.items()})
        parted.append((row, merged, rows))
    outcome = move.finish()
    if call.preview:
        return outcome
    for row, merged, rows in parted:
        role = move.role_of(row).value
        for model, found in rows.items():
            _redirect(call, model, found, merged.merged_id, verb="undo", role=role)
        before, after = {"undone_at": None}, {"undone_at": move.now.isoformat()}
        event = event_row(merged, call, role=role, verb="undo", version=None, before=before, after=after, rule=RULE)
        record_events(call.session, [event])
        merged.undone_at = merged.updated_at = move.now
        call.session.flush()
        call.session.expire(row, ["phone"])
    return outcome


def _other(session: DeskSession, row: Resident, other_id: int) -> Resident:
    other = session.get(Resident, other_id)
    if other is None or other.estate_id != row.estate_id:
        message = gettext_noop("There is no such %(what)s in this estate.")
        raise OperationRefused(RULE, message, field="other_id", what=gettext_noop("resident"))
    if other.id == row.id:
        raise OperationRefused(RULE, gettext_noop("This is the same record; choose the other one."), field="other_id")
    hidden = select(ResidentMerge.id).where(ResidentMerge.merged_id.in_((row.id, other.id)))
    if session.scalars(hidden.where(ResidentMerge.undone_at.is_(None)).limit(1)).first() is not None:
        message = gettext_noop("One of the two was merged already.")
        raise OperationRefused(RULE, message, field="other_id")
    if None not in (row.id_number_digest, other.id_number_digest) and row.id_number_digest != other.id_number_digest:
        message = gettext_noop("The two have different ID numbers, so they are two people.")
        raise OperationRefused(RULE, message, field="other_id")
    return other


def _moving(session: DeskSession, kept: Resident, other: Resident) -> dict[type[Any], list[Any]]:
    """What moves, locked; without what both have."""
    found = {model: _of(session, model, column, other.id) for model, column in REFERRING.items()}
    stays = _of(session, Occupancy, "resident_id", kept.id)
    found[Occupancy] = [row for row in found[Occupancy] if not any(_same_stay(row, stay) for stay in stays)]
    numbers = {row.value_digest for row in _of(session, ResidentContact, "resident_id", kept.id)}
    chosen = set(addresses_of(session, _of(session, ResidentWay, "resident_id", kept.id)).values()) - {None}
    theirs = addresses_of(session, found[ResidentWay])
    found[ResidentWay] = [row for row in found[ResidentWay] if theirs[row] not in chosen]
    found[ResidentContact] = [row for row in found[ResidentContact] if row.value_digest not in numbers]
    return found


def _of(session: DeskSession, model: type[Any], column: str, resident_id: int) -> list[Any]:
    query = select(model).where(getattr(model, column) == resident_id).order_by(model.id)
    return list(session.scalars(query if session.only_reads else query.with_for_update(key_share=True)))


def _same_stay(one: Occupancy, other: Occupancy) -> bool:
    last = datetime.date.max
    overlap = one.from_on <= (other.until_on or last) and other.from_on <= (one.until_on or last)
    return (one.unit_id, one.kind) == (other.unit_id, other.kind) and overlap


def _check_looked_at(
    row: Resident, other: Resident, moving: Mapping[type[Any], Sequence[Any]], looked_at: bool, effect: str | None
) -> None:
    there = {model.__tablename__: _versions(rows) for model, rows in moving.items()}
    told = hashlib.sha256(canonical_json([row.id, row.version, other.id, other.version, there]).encode()).hexdigest()
    if looked_at and effect in (None, told):
        return
    message = gettext_noop(
        "To %(kept)s #%(kept_id)s would move from %(other)s #%(other_id)s: units %(units)s, phones %(phones)s, tickets"
        " %(tickets)s, complaints %(complaints)s, key loans %(loans)s, repeated reports %(repeats)s."
        " If they are one person, tick this and go on."
    )
    raise OperationRefused(
        RULE,
        message,
        field="looked_at",
        effect=told,
        kept=row.name,
        kept_id=row.id,
        other=other.name,
        other_id=other.id,
        units=len(moving[Occupancy]),
        phones=len(moving[ResidentContact]),
        tickets=len(moving[Ticket]),
        complaints=len(moving[Complaint]),
        loans=len(moving[KeyLoan]),
        repeats=len(moving[RepeatReport]),
    )


def _gained(row: Resident, other: Resident) -> dict[str, Any]:
    gained = {name: getattr(other, name) for name in FILLED if getattr(row, name) is None}
    gained = {name: value for name, value in gained.items() if value is not None}
    if row.id_number is not None:
        gained.pop("id_document", None)
    for name, between in JOINED.items():
        mine, theirs = getattr(row, name), getattr(other, name)
        both = f"{mine}{between}{theirs}"
        kind: Any = Resident.__table__.c[name].type
        if mine and theirs and theirs not in mine and len(both) <= kind.max_length:
            gained[name] = both
    return gained


def _moved(session: DeskSession, model: type[Any], merged: ResidentMerge) -> list[Any]:
    """What moved and is still with the one who was kept."""
    ids = [int(row_id) for row_id in merged.moved.get(model.__tablename__, {})]
    kept = getattr(model, REFERRING[model]) == merged.kept_id
    query = select(model).where(model.id.in_(ids), kept).order_by(model.id)
    query = query.execution_options(populate_existing=True)
    return list(session.scalars(query if session.only_reads else query.with_for_update(key_share=True)))


def _given(session: DeskSession, row: Resident, merged: ResidentMerge) -> Mapping[str, Any]:
    """What *row* was given of the other."""
    query = select(*TOLD).where(
        Event.register == Resident.__tablename__, Event.record_id == row.id, Event.verb == "unite"
    )
    events = session.execute(query.order_by(Event.id.desc()))
    event = next(event for event in events if event.after.get("merged") == merged.merged_id)
    return said(event, keyring_of(session)).after


def _as_merged(session: DeskSession, row: Resident, merged: ResidentMerge, given: Mapping[str, Any]) -> bool:
    """Whether *row* still has what it was *given*, in every column that would be put back."""
    there = facts(row, {name: getattr(row, name) for name in merged.before}, keyring_of(session))
    return all(there[name] == given.get(name) for name in there)


def _redirect(call: Call, model: type[Any], rows: Sequence[Any], to_id: int, *, verb: str, role: str) -> None:
    if not rows:
        return
    table, column = model.__table__, REFERRING[model]
    versioned = "version" in table.c  # a repeated report, as it was said, never changes otherwise
    events = [
        event_row(
            row,
            call,
            role=role,
            verb=verb,
            version=row.version + 1 if versioned else None,
            before={column: getattr(row, column)},
            after={column: to_id},
            rule=RULE,
        )
        for row in rows
    ]
    record_events(call.session, events)  # before the rows: a guard asks for them
    values = {column: to_id, "updated_at": call.now, **({"version": table.c.version + 1} if versioned else {})}
    call.session.execute(update(table).where(table.c.id.in_([row.id for row in rows])).values(values))
    for row in rows:
        for name, value in ((column, to_id), ("updated_at", call.now)):
            set_committed_value(row, name, value)
        if versioned:
            set_committed_value(row, "version", row.version + 1)


def _versions(rows: Iterable[Any]) -> dict[str, int]:
    """Row -> its version; 1 of what has none."""
    return {str(row.id): getattr(row, "version", 1) for row in rows}


def _code(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def _value(name: str, code: Any) -> Any:
    return datetime.date.fromisoformat(code) if name == "moved_in_on" and code else code

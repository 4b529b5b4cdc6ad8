"""Undo (撤销) of an import as a whole: what it brought is taken out again, what it filled in is emptied again.

What it did stands in its own events, which carry its number. A row on which anybody's verb, or another record, has
followed stays as it is and says so.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from models.call import Call
from models.complaints import Complaint
from models.errors import OperationRefused, Outcome, gettext_noop
from models.estates import Unit
from models.events import Event
from models.imports import ImportRun, ImportState
from models.keys import Key, KeyLoan
from models.matters import RepeatReport
from models.operations import complaints, contacts, estates, keys, passes, residents, tickets
from models.operations.bulk import column_values
from models.operations.core import referred
from models.operations.imports.records import require_own
from models.operations.keys import delete_loans
from models.passes import VisitorPass
from models.personal import keyring_of
from models.residents import Occupancy, Resident, ResidentContact
from models.said import said, why_not_put_back
from models.spreadsheets import RULE
from models.tickets import Ticket

CHUNK = 500
BRINGING = ("register", "take_over", "lend", "issue")
"""Verbs by which an import brings a record."""


@dataclass(frozen=True)
class TakenOut:
    """How records of one register are taken out, and put back where the import only added to them."""

    model: type[Any]
    delete: Callable[..., Outcome]
    amend: Callable[..., Outcome] | None = None


REGISTERS: dict[str, TakenOut] = {
    "occupancies": TakenOut(Occupancy, residents.delete_occupancy),
    "key_loans": TakenOut(KeyLoan, delete_loans),
    "tickets": TakenOut(Ticket, tickets.delete),
    "complaints": TakenOut(Complaint, complaints.delete),
    "visitor_passes": TakenOut(VisitorPass, passes.delete),
    "resident_contacts": TakenOut(ResidentContact, contacts.delete),
    "residents": TakenOut(Resident, residents.delete, residents.amend),
    "keys": TakenOut(Key, keys.delete),
    "units": TakenOut(Unit, estates.delete_units, estates.amend_units),
}
"""In the order in which they are taken out: what refers to others before these."""


@dataclass
class Undone:
    """What one step of an undo did."""

    next: int | None
    """Where the next step begins; None when there is nothing left."""
    done: int = 0
    left: list[tuple[str, OperationRefused]] = field(default_factory=list)
    """What stays, and why."""


def mark_of(run: ImportRun) -> str:
    """What the events of *run* carry as the number of their request."""
    return f"import-{run.id}"


_UNDO = "-undo"


def _undo_mark(run: ImportRun) -> str:
    return mark_of(run) + _UNDO


def _of(run: ImportRun, mark: str) -> ColumnElement[bool]:
    # By the estate and the time, for which there is an index.
    return (Event.estate_id == run.estate_id) & (Event.at >= run.created_at) & (Event.request_id == mark)


def is_undone(session: Session, run: ImportRun) -> bool:
    """Whether *run* was undone, or an undo of it has begun."""
    query = select(Event.id).where(_of(run, _undo_mark(run)))
    return session.scalars(query.limit(1)).first() is not None


def counts_undone(session: Session, run: ImportRun) -> int:
    """How many records the undo of *run* has changed."""
    records = select(Event.register, Event.record_id).where(_of(run, _undo_mark(run))).distinct()
    return session.scalar(select(func.count()).select_from(records.subquery())) or 0


def undo_chunk(call: Call, run: ImportRun, *, before: int | None = None) -> Undone:
    """Undo the last 500 things that *run* did (of those *before* that event), the last one first.

    Refuses an import of somebody else and one that is not at its end. The caller commits and goes on with ``next``.
    """
    require_own(call.session, run, call.actor)
    if run.state is not ImportState.FINISHED:
        raise OperationRefused(RULE, gettext_noop("Only an import that is at its end can be undone."))
    again = Event.__table__.alias("again")
    undone = (
        (again.c.register == Event.register)
        & (again.c.record_id == Event.record_id)
        & (again.c.request_id == _undo_mark(run))
    )
    query = select(Event).where(_of(run, mark_of(run)), Event.register.in_(REGISTERS))
    query = query.where(~select(again.c.id).where(undone).exists())
    if before is not None:
        query = query.where(Event.id < before)
    events = list(call.session.scalars(query.order_by(Event.id.desc()).limit(CHUNK)))
    found = Undone(events[-1].id if len(events) == CHUNK else None)
    call = replace(call, actor=replace(call.actor, source="import", request_id=_undo_mark(run)))
    for register, how in REGISTERS.items():
        mine = [event for event in events if event.register == register]
        if register == "resident_contacts":
            people = _brought(call.session, run, "residents", {event.after.get("resident_id", 0) for event in mine})
            # Of somebody whom the file brought, numbers go and stay with the person.
            mine = [event for event in mine if event.after.get("resident_id") not in people]
        if register == "occupancies":
            staying = _staying(call.session, run, {event.after.get("resident_id", 0) for event in mine})
            # Who stays is named with the people, and keeps the home.
            mine = [event for event in mine if event.after.get("resident_id") not in staying]
        if mine:
            _undo_register(call, run, how, mine, found)
    return found


def _staying(session: Session, run: ImportRun, people: Collection[int]) -> set[int]:
    """Those of *people* whom *run* has brought and whom its undo cannot take out."""
    brought = sorted(_brought(session, run, "residents", people))
    return _followed_people(session, run, brought) | referred(
        session, Resident, brought, apart_from=(Occupancy, ResidentContact)
    )


def _followed_people(session: Session, run: ImportRun, ids: Collection[int]) -> set[int]:
    """Residents on whom, or on whose numbers, anybody has changed something after *run*."""
    query = select(ResidentContact.id, ResidentContact.resident_id).where(ResidentContact.resident_id.in_(ids))
    numbers: dict[int, int] = {row.id: row.resident_id for row in session.execute(query)}
    changed = _followed(session, run, "resident_contacts", numbers)
    return _followed(session, run, "residents", ids) | {numbers[row_id] for row_id in changed}


def _undo_register(call: Call, run: ImportRun, how: TakenOut, events: Sequence[Event], found: Undone) -> None:
    ids = sorted({event.record_id for event in events})
    rows = {row.id: row for row in call.session.scalars(select(how.model).where(how.model.id.in_(ids)))}
    if how.model is Resident:
        followed = _followed_people(call.session, run, ids)
    else:
        followed = _followed(call.session, run, how.model.__tablename__, ids)
    for row_id in followed:
        if (row := rows.pop(row_id, None)) is not None:
            found.left.append((str(row), OperationRefused(RULE, gettext_noop("Somebody has changed it since."))))
    undoing = call.following(preview=call.preview)
    brought = _brought(call.session, run, how.model.__tablename__, ids)
    for event in events:
        row = rows.get(event.record_id)
        if row is None or event.record_id in brought or not event.before:
            continue
        if how.amend is None:
            message = gettext_noop("What the file said anew of it stays; change the record.")
            found.left.append((str(row), OperationRefused(RULE, message)))
            continue
        before = said(event, keyring_of(call.session)).before
        if refusal := why_not_put_back(row, [before]):
            found.left.append((str(row), refusal))
        else:
            _keep(found, how.amend(undoing, [row], **_before(how.model, before)))
    created = brought & {event.record_id for event in events if event.verb in BRINGING and not event.before}
    gone = [rows[row_id] for row_id in sorted(created & rows.keys())]
    if gone and not call.preview:
        # Of what the file brought, repeats are the file's too: one that anybody else took would have followed.
        theirs = RepeatReport.register == how.model.__tablename__, RepeatReport.record_id.in_([row.id for row in gone])
        call.session.execute(delete(RepeatReport).where(*theirs))
    if gone:
        _keep(found, how.delete(undoing, gone))


def _before(model: type[Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What the columns were; a number that an import has filled in was empty before."""
    hidden = {column.name for column in model.__table__.columns if column.info.get("personal")}
    own = {name: value for name, value in before.items() if not name.endswith("_digest") and name != "name_pinyin"}
    plain = column_values(model, {name: value for name, value in own.items() if name not in hidden})
    return {**plain, **{name: None for name in own if name in hidden}}


def _keep(found: Undone, outcome: Outcome) -> None:
    found.done += len(outcome.done)
    found.left += [(str(row), refusal) for row, refusal in outcome.refused]


def _brought(session: Session, run: ImportRun, register: str, ids: Iterable[int]) -> set[int]:
    """Which records *run* has brought into the register, where others it only added to."""
    query = select(Event.record_id).where(
        Event.register == register, Event.record_id.in_(ids), Event.verb.in_(BRINGING), Event.request_id == mark_of(run)
    )
    query = query.where(Event.before == {})
    return set(session.scalars(query))


def _followed(session: Session, run: ImportRun, register: str, ids: Iterable[int]) -> set[int]:
    """Which records anybody has changed after *run*, other than the run itself, its undo, and imports undone since."""
    first = select(func.min(Event.id)).where(_of(run, mark_of(run))).scalar_subquery()
    query = select(Event.record_id, Event.request_id).where(
        Event.register == register, Event.record_id.in_(ids), Event.id > first
    )
    told: dict[int, set[str | None]] = {}
    for record_id, mark in session.execute(query):
        told.setdefault(record_id, set()).add(mark)
    own = {mark_of(run), _undo_mark(run)}
    return {record_id for record_id, marks in told.items() if _standing(marks) - own}


def _standing(marks: set[str | None]) -> set[str | None]:
    """*marks* without those of imports that were undone, and of their undo."""
    undone = {mark for mark in marks if mark is not None and mark.startswith("import-") and mark.endswith(_UNDO)}
    return marks - undone - {mark.removesuffix(_UNDO) for mark in undone}

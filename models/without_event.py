"""Rows that somebody changed past the verbs: the row says something else than the event log says of it.

That is no fault of the database, since other programs may write (SCHEMA.md); but somebody should know of it.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import Column, Row, Table, func, select, text
from sqlalchemy.orm import Session

from models.base import Base, LabelledEnum, SortKey
from models.canonical import canonical_json
from models.complaints import Complaint
from models.events import TOLD, Event, fact
from models.follow_ups import FollowUp, FollowUpAttempt
from models.hanging import by_register
from models.matters import Comment, RepeatReport
from models.passes import PassMovement, VisitorPass
from models.personal import Keyring, keyring_of
from models.said import ERASED, said
from models.staff import Staff, StaffAssignment
from models.tickets import Ticket

BATCH = 1000
DELETING = "delete"
"""The verb that takes a row away, whoever calls it: a person, the undo of an import, what goes along with another."""
_WRITTEN: tuple[tuple[Any, tuple[str, ...], Any, Any, Any], ...] = (
    (Staff, ("grant_role",), StaffAssignment, StaffAssignment.staff_id == Event.record_id, StaffAssignment.created_at),
    (VisitorPass, ("check_in", "check_out"), PassMovement, PassMovement.pass_id == Event.record_id, PassMovement.at),
    (
        FollowUp,
        ("record_attempt",),
        FollowUpAttempt,
        FollowUpAttempt.follow_up_id == Event.record_id,
        FollowUpAttempt.created_at,
    ),
    *((model, ("comment",), Comment, Comment.of(model, Event.record_id), Comment.at) for model in (Ticket, Complaint)),
)
"""Register and verbs -> the row that each of their events has written besides, and its column with the same time."""
_NOTHING: tuple[int | None, dict[str, Any] | None] = (None, None)
_NO_FACTS = frozenset({"id", "estate_id", "created_at", "updated_at", "version"})


def rows_without_event(session: Session) -> Iterator[str]:
    """A line for each row of a register that was written, changed or deleted without an event, with what differs."""
    keyring = keyring_of(session)
    for table in registers():
        if _hides_rows(session, table):
            continue  # which of its rows are there cannot be seen; db check names what hides them
        yield from _of_table(session, table, keyring)
    yield from _beside(session)


def _beside(session: Session) -> Iterator[str]:
    """What verbs wrote beside a record and is not there any more, or not of that time; of what has no version."""
    for model, verbs, written, of_record, at in _WRITTEN:
        there = select(model.id).where(model.id == Event.record_id).exists()
        found = select(written.id).where(of_record, at == Event.at).exists()
        query = select(Event.record_id, Event.at).where(
            Event.register == model.__tablename__, Event.verb.in_(verbs), there, ~found
        )
        if not _hides_rows(session, written.__table__):
            for record_id, when in session.execute(query.order_by(Event.id)):
                name, register = written.__tablename__, model.__tablename__
                yield f"{name} of {register} {record_id}: that of {when:%Y-%m-%d %H:%M:%S} UTC is gone or was changed"
    for model in (Ticket, Complaint):
        count = select(func.count()).where(RepeatReport.of(model, model.id)).correlate(model).scalar_subquery()
        for record_id in session.scalars(select(model.id).where(model.repeats != count).order_by(model.id)):
            yield f"repeat_reports of {model.__tablename__} {record_id}: not as many as it counts"


def _hides_rows(session: Session, table: Table) -> bool:
    if session.get_bind().dialect.name == "sqlite":
        return False
    return bool(session.scalar(text("SELECT row_security_active(CAST(:name AS text))"), {"name": table.name}))


def registers() -> list[Table]:
    """The tables of all registers, and of people and estates: whatever happens to their rows leaves an event."""
    return [
        table for table in sorted(Base.metadata.tables.values(), key=lambda item: item.name) if "version" in table.c
    ]


def _of_table(session: Session, table: Table, keyring: Keyring) -> Iterator[str]:
    """Rows and events side by side, both by id, so that neither has to be in memory as a whole."""
    columns = [column for column in table.columns if _tells(column)]
    query = select(table).order_by(table.c.id).execution_options(yield_per=BATCH)
    said = _said(session, table)
    record_id, facts = next(said, _NOTHING)
    for row in session.execute(query):
        while record_id is not None and record_id < row.id:
            if facts is not None:
                yield f"{table.name} {record_id}: is gone"
            record_id, facts = next(said, _NOTHING)
        if record_id != row.id:
            yield f"{table.name} {row.id}: was added"
            continue
        if facts is None:
            yield f"{table.name} {row.id}: was deleted and is there again"
        elif differing := list(_differing(row, columns, facts, keyring)):
            yield f"{table.name} {row.id}: {', '.join(differing)}"
        record_id, facts = next(said, _NOTHING)
    while record_id is not None:
        if facts is not None:
            yield f"{table.name} {record_id}: is gone"
        record_id, facts = next(said, _NOTHING)


def _tells(column: Column[Any]) -> bool:
    """Whether events tell what a column became; not of what every row has, nor of what the database works out."""
    return column.name not in _NO_FACTS and column.computed is None and not isinstance(column.type, SortKey)


def _said(session: Session, table: Table) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Record -> the last that its events say of each column, and of the version; None of what a verb has deleted."""
    query = (
        select(Event.record_id, Event.verb, Event.record_version, *TOLD)
        .where(Event.register == table.name)
        .order_by(Event.record_id, Event.id)
        .execution_options(yield_per=BATCH)
    )
    keyring = keyring_of(session)
    for record_id, events in groupby(session.execute(query), key=lambda event: event.record_id):
        facts: dict[str, Any] | None = {}
        for event in events:
            if event.verb == DELETING:
                facts = None
            else:
                after = by_register(table, said(event, keyring).after)
                facts = {**(facts or {}), **after, "version": event.record_version}
        yield record_id, facts


def _differing(row: Row[Any], columns: list[Column[Any]], facts: Mapping[str, Any], keyring: Keyring) -> Iterator[str]:
    values = row._mapping
    for column in columns:
        value = values[column.name]
        if column.name in facts:
            told = facts[column.name]
            if told is not ERASED and canonical_json(fact(column.info, value, keyring)) != canonical_json(told):
                yield column.name
        elif value is not None and not _is_default(column, value):
            yield column.name
    if facts["version"] is not None and values["version"] != facts["version"]:
        yield "version"


def _is_default(column: Column[Any], value: Any) -> bool:
    """Whether a column that no event speaks of has what a row gets by itself: it may be younger than the row."""
    default = getattr(column.server_default, "arg", None)
    plain = value.value if isinstance(value, LabelledEnum) else int(value) if isinstance(value, bool) else value
    return default is not None and str(plain) == str(default)

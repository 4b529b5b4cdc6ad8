"""Rows that somebody changed past the verbs: the row says something else than the event log says of it.

That is no fault of the database, since other programs may write (SCHEMA.md); but somebody should know of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Table, and_, func, select, text
from sqlalchemy.orm import Session

from models.audits import AuditFinding, AuditLine, AuditRun, finding_kinds
from models.base import Base, LabelledEnum, SortKey, tables
from models.bulk import BulkItem, BulkOutcome, BulkRun
from models.canonical import canonical_json
from models.complaints import Complaint
from models.declared import Keeping
from models.events import TOLD, Event, fact
from models.guards import APPEND_ONLY
from models.hanging import by_register, hangs, registers_of
from models.matters import RepeatReport
from models.personal import Keyring, keyring_of
from models.said import ERASED, said
from models.tickets import Ticket

BATCH = 1000
DELETING = "delete"
"""The verb that takes a row away, whoever calls it: a person, the undo of an import, what goes along with another."""
_NOTHING: tuple[int | None, dict[str, Any] | None] = (None, None)
_NO_FACTS = frozenset({"id", "estate_id", "created_at", "updated_at", "version"})


def rows_without_event(session: Session) -> Iterator[str]:
    """A line for each row of a register that was written, changed or deleted without an event, with what differs."""
    keyring = keyring_of(session)
    for table in [*registers(), *_told_beside(session)]:
        if _hides_rows(session, table):
            continue  # which of its rows are there cannot be seen; db check names what hides them
        yield from _of_table(session, table, keyring)
    yield from _beside(session)


def _beside(session: Session) -> Iterator[str]:
    """What verbs wrote beside records, in tables without versions: rows that are gone, or of a time of no event."""
    for model in tables().values():
        table: Any = model.__table__
        if "version" in table.c or table.info.get(APPEND_ONLY) or _hides_rows(session, table):
            continue
        yield from _of_no_time(session, table, model.keeping)
        yield from _of_no_event(session, table, model.keeping)
        for register, of_record in _records(table, model.keeping) if model.keeping.written_by else ():
            same = [table.c[name] == Event.at for name in model.keeping.times if name not in model.keeping.changes]
            query = select(Event.record_id, Event.at).where(
                Event.register == register.name,
                Event.verb.in_(model.keeping.written_by),
                select(register.c.id).where(register.c.id == Event.record_id).exists(),
                ~select(table.c.id).where(of_record, *same).exists(),
            )
            for record_id, when in session.execute(query.order_by(Event.id)):
                of = f"{table.name} of {register.name} {record_id}"
                yield f"{of}: that of {when:%Y-%m-%d %H:%M:%S} UTC is gone or was changed"
    yield from _miscounted(session)


def _of_no_time(session: Session, table: Any, keeping: Keeping) -> Iterator[str]:
    for name in keeping.times:
        if name == "created_at" and keeping.quiet:
            continue
        of_estate = [Event.estate_id == table.c.estate_id] if "estate_id" in table.c else []
        told = select(Event.id).where(*of_estate, Event.at == table.c[name]).exists()
        query = select(table.c.id).where(table.c[name].is_not(None), ~told).order_by(table.c.id)
        for row_id in session.scalars(query):
            yield f"{table.name} {row_id}: {'was added' if name == 'created_at' else name}"


def _of_no_event(session: Session, table: Any, keeping: Keeping) -> Iterator[str]:
    if keeping.told_with:
        yield from _of_another(session, table, keeping)
        return
    told = select(Event.id).where(Event.register == table.name, Event.record_id == table.c.id).exists()
    for name in keeping.told:
        query = select(table.c.id).where(table.c[name].is_not(None), ~told).order_by(table.c.id)
        for row_id in session.scalars(query):
            yield f"{table.name} {row_id}: {name}"


def _of_another(session: Session, table: Any, keeping: Keeping) -> Iterator[str]:
    """Rows that go on with what an earlier row was told (``told_with``) and have no event of their own."""
    keyring, own = keyring_of(session), dict(_said(session, table))
    columns = [table.c[name] for name in keeping.told]
    latest: dict[Any, dict[str, Any] | None] = {}
    query = select(table.c.id, table.c[keeping.told_with], *columns).order_by(table.c.id)
    for row_id, same, *values in session.execute(query):
        if row_id in own:
            latest[same] = own[row_id]
            continue
        told = latest.get(same)
        for column, value in zip(columns, values, strict=True):
            if value is not None and (told is None or not _is_told(column, value, told, keyring)):
                yield f"{table.name} {row_id}: {column.name}"


def _records(table: Any, keeping: Keeping) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """The registers beside whose records rows of *table* are written, and the condition of those of an event's."""
    if hangs(table):
        for register in registers_of(table):
            yield register, and_(table.c.register == register.name, table.c.record_id == Event.record_id)
        return
    for key in table.foreign_key_constraints:
        for element in key.elements:
            if element.parent.name == keeping.record:
                yield element.column.table, element.parent == Event.record_id


def _miscounted(session: Session) -> Iterator[str]:
    """Rows that are not as many as the record says beside which they stand, or as its bulk action."""
    for model in (Ticket, Complaint):
        count = select(func.count()).where(RepeatReport.of(model, model.id)).correlate(model).scalar_subquery()
        for record_id in session.scalars(select(model.id).where(model.repeats != count).order_by(model.id)):
            yield f"repeat_reports of {model.__tablename__} {record_id}: not as many as it counts"
    lines: dict[int, Counter[str]] = defaultdict(Counter)
    per_kind = select(AuditLine.run_id, AuditFinding.kind, func.count()).join(AuditLine.finding)
    for run_id, kind, number in session.execute(per_kind.group_by(AuditLine.run_id, AuditFinding.kind)):
        lines[run_id][kind.value] = number
    for run in session.execute(select(AuditRun.id, AuditRun.counts).order_by(AuditRun.id)):
        counted = {kind: run.counts.get(kind, 0) for kind in finding_kinds()}
        if counted != {kind: lines[run.id][kind] for kind in counted}:
            yield f"audit_lines of audit_runs {run.id}: not as many as it counts"
    done = select(BulkItem.id).join(BulkRun, BulkRun.id == BulkItem.run_id)
    told = Event.register == BulkRun.register, Event.record_id == BulkItem.record_id, Event.bulk_run_id == BulkRun.id
    # A row that somebody else changed before has another version too, and is none of this action's.
    changed = (BulkItem.outcome == BulkOutcome.DONE) & (BulkItem.version_after > BulkItem.version_seen)
    for item_id in session.scalars(done.where(changed, ~select(Event.id).where(*told).exists()).order_by(BulkItem.id)):
        yield f"bulk_items {item_id}: no event of this action tells of it"


def _hides_rows(session: Session, table: Table) -> bool:
    if session.get_bind().dialect.name == "sqlite":
        return False
    return bool(session.scalar(text("SELECT row_security_active(CAST(:name AS text))"), {"name": table.name}))


def registers() -> list[Table]:
    """The tables of all registers, and of people and estates: whatever happens to their rows leaves an event."""
    return [
        table for table in sorted(Base.metadata.tables.values(), key=lambda item: item.name) if "version" in table.c
    ]


def _told_beside(session: Session) -> Iterator[Table]:
    """The tables without versions of whose rows events tell all the same."""
    for name in session.scalars(select(Event.register).distinct()).all():
        table = Base.metadata.tables.get(name)
        if table is not None and "version" not in table.c:
            yield table


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
            if "version" in table.c:
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
            if not _is_told(column, value, facts, keyring):
                yield column.name
        elif "version" in values and value is not None and not _is_default(column, value):
            yield column.name
    if facts["version"] is not None and values["version"] != facts["version"]:
        yield "version"


def _is_told(column: Column[Any], value: Any, facts: Mapping[str, Any], keyring: Keyring) -> bool:
    """Whether *facts* say this of the column, or nothing of it."""
    told = facts.get(column.name, ERASED)
    return told is ERASED or canonical_json(fact(column.info, value, keyring)) == canonical_json(told)


def _is_default(column: Column[Any], value: Any) -> bool:
    """Whether a column that no event speaks of has what a row gets by itself: it may be younger than the row."""
    default = getattr(column.server_default, "arg", None)
    plain = value.value if isinstance(value, LabelledEnum) else int(value) if isinstance(value, bool) else value
    return default is not None and str(plain) == str(default)

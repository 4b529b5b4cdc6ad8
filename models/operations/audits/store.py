"""Writing what an audit found: only what differs from what is stored, so a repeated run changes nothing (AUD-2)."""

import datetime
import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from models.audits import AuditFinding, AuditLine, AuditRun, finding_kinds
from models.operations.core import CHUNK, Finding, FindingKey
from models.staff import Staff

Columns = dict[str, Any]


def counts_of(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings of each kind, every kind named."""
    counts = dict.fromkeys(finding_kinds(), 0)
    for item in findings:
        counts[item.kind.value] += 1
    return counts


def store_findings(
    session: Session,
    estate_id: int,
    findings: Mapping[FindingKey, Finding],
    *,
    day: datetime.date,
    now: datetime.datetime,
) -> dict[FindingKey, int]:
    """Keep one episode of each finding: open new ones, end those whose cause is gone. Returns the ids of the open.

    A finding whose cause has gone and come back began at another instant: that is another episode.
    """
    stored = set()
    ended: list[int] = []
    moved: list[Columns] = []
    for row in _open_findings(session, estate_id):
        item = findings.get(_key(row))
        if item is None or item.since != row.since:
            ended.append(row.id)
            continue
        stored.add(item.key)
        if item.due_at != row.due_at:
            moved.append({"_id": row.id, "_due_at": item.due_at})
    for start in range(0, len(ended), CHUNK):
        chunk = AuditFinding.id.in_(ended[start : start + CHUNK])
        session.execute(update(AuditFinding).where(chunk).values(ended_on=day, updated_at=now))
    _write(session, AuditFinding, moved, ("due_at",), now)
    _insert(
        session,
        AuditFinding,
        (_finding(item, estate_id, day, now) for key, item in findings.items() if key not in stored),
    )
    return {_key(row): row.id for row in _open_findings(session, estate_id)}


def _open_findings(session: Session, estate_id: int) -> Iterable[Any]:
    query = select(AuditFinding.id, AuditFinding.due_at, AuditFinding.since, *_KEY)
    query = query.where(AuditFinding.estate_id == estate_id, AuditFinding.ended_on.is_(None))
    return session.execute(query.execution_options(yield_per=CHUNK))


def _key(row: Any) -> FindingKey:
    # The same few words very many times.
    return row.kind.value, sys.intern(row.rule), sys.intern(row.register), row.record_id, sys.intern(row.clock)


_KEY = (AuditFinding.kind, AuditFinding.rule, AuditFinding.register, AuditFinding.record_id, AuditFinding.clock)


def _finding(item: Finding, estate_id: int, day: datetime.date, now: datetime.datetime) -> Columns:
    return {
        "estate_id": estate_id,
        "kind": item.kind,
        "rule": item.rule,
        "register": item.register,
        "record_id": item.record_id,
        "clock": item.clock,
        "since": item.since,
        "due_at": item.due_at,
        "opened_on": day,
        "created_at": now,
        "updated_at": now,
    }


def store_lines(
    session: Session,
    run: AuditRun,
    findings: Mapping[FindingKey, Finding],
    ids: Mapping[FindingKey, int],
    *,
    now: datetime.datetime,
) -> bool:
    """Make the lines of *run* say what was found; notes stay. Returns whether anything differed.

    A finding that comes back as it was has the note of the audit before, until the time that this gives itself.
    """
    names = _usernames(session, {item.owner_id for item in findings.values()} - {None})
    wanted = {ids[key]: item for key, item in findings.items()}
    query = select(AuditLine.id, AuditLine.finding_id, *(getattr(AuditLine, name) for name in _LINE))
    gone: list[int] = []
    changed: list[Columns] = []
    for row in session.execute(query.where(AuditLine.run_id == run.id).execution_options(yield_per=CHUNK)):
        item = wanted.pop(row.finding_id, None)
        if item is None:
            gone.append(row.id)
            continue
        line = _line(item, names)
        if any(getattr(row, name) != line[name] for name in _LINE):
            changed.append({"_id": row.id, **{f"_{name}": line[name] for name in _LINE}})
    for start in range(0, len(gone), CHUNK):
        session.execute(delete(AuditLine).where(AuditLine.id.in_(gone[start : start + CHUNK])))
    _write(session, AuditLine, changed, _LINE, now)
    shared = {"estate_id": run.estate_id, "run_id": run.id, "created_at": now, "updated_at": now}
    notes = _notes_before(session, run, now)

    def made(finding_id: int, item: Finding) -> Columns:
        line = _line(item, names)
        before = notes.get(finding_id)
        stays = before is not None and all(getattr(before, name) == line[name] for name in _LINE)
        return {
            **shared,
            "finding_id": finding_id,
            **line,
            **{name: getattr(before, name) if stays else None for name in _NOTE},
        }

    _insert(session, AuditLine, (made(key, item) for key, item in wanted.items()))
    for known in list(session):
        if isinstance(known, AuditLine | AuditFinding):
            session.expire(known)
    return bool(gone or changed or wanted)


_LINE = ("number", "owner_id", "overdue", "facts")
_NOTE = ("note", "noted_by_id", "noted_on", "step_by_id", "until")


def _notes_before(session: Session, run: AuditRun, now: datetime.datetime) -> dict[int, Any]:
    """Finding -> its line in the estate's audit before *run*, of those whose note gives itself time beyond *now*."""
    before = select(AuditRun.id).where(AuditRun.estate_id == run.estate_id, AuditRun.day < run.day)
    before = before.order_by(AuditRun.day.desc()).limit(1)
    lines = select(AuditLine.finding_id, *(getattr(AuditLine, name) for name in (*_LINE, *_NOTE)))
    lines = lines.where(AuditLine.run_id == before.scalar_subquery(), AuditLine.until > now)
    return {row.finding_id: row for row in session.execute(lines)}


def _line(item: Finding, names: Mapping[int, str]) -> Columns:
    """The columns of a line: it carries its own instants and owner, so that it can be read later as it was."""
    facts = {
        **item.facts,
        "owner": names.get(item.owner_id) if item.owner_id is not None else None,
        "since": item.since.isoformat(),
        "due_at": item.due_at.isoformat() if item.due_at is not None else None,
    }
    return {"number": item.number, "owner_id": item.owner_id, "overdue": item.overdue, "facts": facts}


def _usernames(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = sorted(staff_id for staff_id in ids if staff_id is not None)
    return {
        row.id: row.username for row in session.execute(select(Staff.id, Staff.username).where(Staff.id.in_(wanted)))
    }


def _insert(session: Session, model: type[Any], rows: Iterator[Columns]) -> None:
    """Insert *rows* part by part, so that no more of them than a part are made at once."""
    # Rows without a due time go with the others, not in batches of their own.
    statement = insert(model).execution_options(render_nulls=True)
    while part := list(itertools.islice(rows, CHUNK)):
        session.execute(statement, part)


def _write(
    session: Session, model: type[Any], rows: Sequence[Columns], names: Sequence[str], now: datetime.datetime
) -> None:
    """Update the columns *names* of single rows, one statement for all."""
    if rows:
        table: Any = model.__table__
        values: Columns = {name: bindparam(f"_{name}") for name in names}
        statement = update(table).where(table.c.id == bindparam("_id")).values({**values, "updated_at": now})
        session.connection().execute(statement, list(rows))

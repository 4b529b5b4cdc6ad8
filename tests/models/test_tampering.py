"""``verify`` names every row that somebody has changed, deleted or added past the verbs, or the database refuses it.

Each table of ours × a row changed in each column, a row deleted, a row added, by SQL with all guards in place.
"""

import pytest
from sqlalchemy import UniqueConstraint, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from models.base import Base, Choice, Flag, Json, LocalDate, ShortText, SortKey, UTCDateTime, tables
from models.bulk import BulkItem, BulkRun
from models.call import Call
from models.events import broken_seals
from models.guards import APPEND_ONLY
from models.imports import ImportChunk, ImportLayout, ImportRun
from models.invariants import broken_invariants
from models.operations import passes, residents, saved_views
from models.outbox import Outgoing, ResidentWay, Way, WayOut
from models.password_requests import PasswordRequest
from models.saved_views import ColumnChoice
from models.staff import SignInAttempt
from models.tickets import TicketStatus
from models.timekeeping import WorkLease
from models.told import Watcher
from models.unreadable import unreadable_values
from models.without_event import rows_without_event
from tests.fixed import NOW
from tests.operations.gate_desk import open_desk, visitor
from tests.operations.walks import do, ticket_in

FREE = {
    "created_at": "when a row was written its first event says",
    "updated_at": "when a row was changed its last event says",
    "password_hash": "events hold no secret: that it was set, never what",
    "secret_digest": "likewise",
}
"""Columns of every table of which nothing is named, and why."""
SILENT = {
    "audit_lines.facts": "said again by the next run, until the audit is signed off",
    "audit_lines.number": "likewise",
    "audit_lines.overdue": "likewise",
    "audit_lines.owner_id": "likewise",
    "audit_findings.due_at": "said again by the next run, until the episode is over",
    "audit_findings.ended_on": "likewise: it is another episode then",
    "clock_runs.due_at": "until it is the next of its record, which has the same time",
    "clock_runs.paused_at": "likewise",
    "clock_runs.met_at": "likewise",
    "clock_runs.cancelled_at": "likewise",
    "clock_runs.clock_version": "likewise: who recounts goes by the time",
    "clock_runs.pauses": "the spells of that sum",
    "clock_runs.paused_minutes": "a sum of what its record's events tell",
    "staff.estate_id": "whose pages are shown first; roles open them",
}
"""Columns that verbs change in a table without versions: what else there is has a guard or a line of ``verify``."""


def said(session, keyring):
    """What ``frontdesk verify`` says of rows."""
    lines = {*rows_without_event(session), *broken_invariants(session), *unreadable_values(session)}
    lines |= {f"chain {chain} {event_id}: {what}" for chain, event_id, what in broken_seals(session)}
    session.rollback()
    return lines


def rows_of_all(world, records, now):
    """A row at least in the tables in which verbs of other tests write: the rest has them already."""
    session, clerk = world.session, Call(world.session, world.actor("clerk"), now)
    supervisor = Call(session, world.actor("supervisor"), now)
    ticket = ticket_in(world, TicketStatus.DONE, now)
    entry = do(world, "comment", ticket, now, body=f"@{world.person('manager').username} 业主催了").one()
    assert entry
    do(world, "report_again", ticket_in(world, TicketStatus.RECEIVED, now), now, words="还在漏").one()
    visit = passes.issue(clerk, [visitor(open_desk(session, world, now))]).one()
    passes.check_in(clerk, [visit]).one()
    saved_views.save(clerk, estate_id=world.estate.id, register="tickets", query="status=done", name="今天")
    residents.merge(supervisor, [world.residents[0]], other_id=world.residents[1].id).one()
    estate, person = {"estate_id": world.estate.id}, world.person("clerk").id
    run = BulkRun(**estate, actor_id=person, register="tickets", verb="close", arguments={}, idempotency_key="b")
    file = {"file_name": "x", "sheet": "", "header": "", "columns": [], "rows": 1, "idempotency_key": "i"}
    imported = ImportRun(**estate, actor_id=person, register="units", **file)
    session.add_all([run, imported])
    session.flush()
    asked = {"secret_digest": "x", "code": "ABC-DEF", "address": "::1", "expires_at": now}
    session.add_all(
        [
            BulkItem(**estate, run_id=run.id, record_id=ticket.id, number=ticket.number, version_seen=1),
            ImportChunk(**estate, run_id=imported.id, position=1, rows=1),
            ImportLayout(**estate, register="units", shape="x", columns=[]),
            PasswordRequest(staff_id=person, **asked),
            ColumnChoice(staff_id=person, register="tickets", columns=["number"]),
            SignInAttempt(username="x", address="::1", failures=1, last_at=now),
            WorkLease(name="other", renewed_at=now),
            WayOut(staff_id=person, way=Way.MAIL, address="x", kinds=[]),
            Outgoing(**estate, told_id=1, staff_id=person, way_id=1, way=Way.MAIL, key="x", due_at=now),
            ResidentWay(**estate, resident_id=world.residents[0].id, contact_id=1, kinds=[]),
            Watcher(**estate, register="tickets", record_id=ticket.id, staff_id=person),
        ]
    )
    session.commit()


def another(column, value):
    """Another value for *column*."""
    if isinstance(column.type, Choice):
        return next(member for member in column.type.enum if member != value)
    if isinstance(column.type, Flag):
        return not value
    if isinstance(column.type, UTCDateTime):
        return NOW.replace(year=2031)
    if isinstance(column.type, LocalDate):
        return NOW.date().replace(year=2031)
    if isinstance(column.type, Json):
        return {"other": 1}
    return f"{value or ''}7" if isinstance(column.type, ShortText) else (value or 0) + 1


def tries(connection, statement):
    """Whether the database takes *statement*; what it refuses is as if it had not been tried."""
    savepoint = connection.begin_nested()
    try:
        connection.execute(statement)
    except DBAPIError:
        savepoint.rollback()
        return False
    savepoint.commit()
    return True


def may_change(table, name):
    """Whether it is said, here or by the table itself, why nothing is named."""
    quiet = tables()[table.name].keeping.quiet if "version" not in table.c else ""
    return name in FREE or f"{table.name}.{name}" in SILENT or bool(quiet)


def test_every_row_changed_added_or_deleted_is_refused_or_named(session, world, records, now, keyring):
    rows_of_all(world, records, now)
    before = said(session, keyring)
    ours = [table for table in Base.metadata.sorted_tables if not table.info.get(APPEND_ONLY)]
    rows = {table: chosen(session.connection(), table, before) for table in ours}
    assert [table.name for table, row in rows.items() if row is None] == []
    changed, added = tamper(session.connection(), rows)
    found = said(session, keyring) - before
    assert {"tickets", "staff_assignments", "saved_views"} <= {table.name for table, _row, _name in changed}
    assert {"tickets", "comments", "clock_runs"} <= added.keys()
    unnamed = {
        f"{table.name}.{name}"
        for table, row_id, name in changed
        if not any(line.startswith(f"{table.name} {row_id}: ") and name in line for line in found)
        and f"{table.name} {row_id}: was added" not in before
        and not may_change(table, name)
    }
    assert ", ".join(sorted(unnamed)) == ""
    assert [name for name, line in added.items() if line not in found] == []
    told = {table: row for table, row in rows.items() if f"{table.name} {row.id}: was added" not in before}
    deleted = delete_each(session.connection(), told)
    assert "repeat_reports" in deleted
    found = said(session, keyring) - before
    assert [name for name, words in deleted.items() if not any(words in line for line in found)] == []
    for table in Base.metadata.sorted_tables:
        if table.info.get(APPEND_ONLY):
            assert not tries(session.connection(), update(table).values(updated_at=NOW))
            assert not tries(session.connection(), delete(table))


def chosen(connection, table, before):
    """The last row of *table* of which events tell, where there is one: those of the tests' world have none."""
    rows = connection.execute(select(table).order_by(table.c.id.desc())).all()
    return next((row for row in rows if f"{table.name} {row.id}: was added" not in before), next(iter(rows), None))


def tamper(connection, rows):
    """Change each column of a row of each table and add a row like it; returns what the database took."""
    changed, added = [], {}
    for table, found in rows.items():
        row = found._mapping
        own = [column for column in table.columns if column.computed is None and not isinstance(column.type, SortKey)]
        like = {column.name: row[column.name] for column in own if column.name not in {"id", "created_at"}}
        unique = {c.name for key in table.constraints if isinstance(key, UniqueConstraint) for c in key.columns}
        given = {n: another(table.c[n], v) if n in unique and n != "estate_id" else v for n, v in like.items()}
        keeping = None if "version" in table.c else tables()[table.name].keeping
        if (keeping is None or not keeping.quiet) and tries(connection, insert(table).values(given)):
            (new,) = connection.execute(select(table.c.id).order_by(table.c.id.desc()).limit(1)).one()
            added[table.name] = f"{table.name} {new}: was added"
        for column in own:
            statement = update(table).where(table.c.id == row["id"]).values({column: another(column, row[column.name])})
            if tries(connection, statement):
                changed.append((table, row["id"], column.name))
    return changed, added


def delete_each(connection, rows):
    """Delete a row of each table; returns what a line has to hold, by table, where the database took it."""
    deleted = {}
    for table, found in reversed(rows.items()):
        keeping = None if "version" in table.c else tables()[table.name].keeping
        if (keeping is None or not keeping.quiet) and tries(connection, delete(table).where(table.c.id == found.id)):
            gone = f"{table.name} {found.id}: is gone" if keeping is None else f"{table.name} of "
            deleted[table.name] = gone
    return deleted


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("holder_name", "''", "called_visitor_passes"),
        ("holder_name", "' \u3000 '", "called_visitor_passes"),
        ("number", "' '", "called_visitor_passes"),
        ("version", "0", "version_visitor_passes"),
        ("version", "-3", "version_visitor_passes"),
        ("inside", "true", "visitor_passes_inside"),
    ],
)
def test_a_pass_of_another_program_is_as_ours_are__PAS_8(intruder, records, column, value, said):
    columns = {"number": "'V9'", "code": "'X9'", "holder_name": "'王'", "version": "1", "inside": "false"}
    columns[column] = value
    of = "estate_id, valid_from, valid_until, issued_at, issued_by_id"
    names, values = ", ".join(columns), ", ".join(columns.values())
    new = f"INSERT INTO visitor_passes ({of}, {names}) SELECT {of}, {values} FROM visitor_passes LIMIT 1"
    with pytest.raises(DBAPIError, match=said), intruder.begin():
        intruder.execute(text(new))
    if column != "inside":
        with pytest.raises(DBAPIError, match=said), intruder.begin():
            intruder.execute(text(f"UPDATE visitor_passes SET {column} = {value}"))

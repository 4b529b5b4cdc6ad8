"""What hangs on a record, by its register and its id, is refused where there is none, and keeps the record there."""

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, UniqueConstraint, create_engine, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.pool import NullPool

from models import Base, migrations
from models.audits import AuditFinding, AuditLine, AuditRun, FindingKind
from models.base import OtherWord
from models.call import Call
from models.events import Event
from models.guards import create_triggers
from models.hanging import HANGING, by_register, hanging_on, hangs, references, registers_of
from models.matters import ClockRun
from models.operations import tickets
from models.roles import Role
from models.session import open_engine
from models.staff import StaffAssignment
from models.tickets import Ticket
from models.without_event import rows_without_event
from tests.guards_off import guards_off
from tests.marks import only_postgresql

TABLES = sorted(name for name, table in Base.metadata.tables.items() if hangs(table))
SAMPLES = {
    "audit_findings": {
        "kind": "'still_open'",
        "rule": "'x'",
        "since": "created_at",
        "opened_on": "'2026-11-01'",
    },
    "clock_runs": {"clock_id": "(SELECT min(id) FROM clocks)", "started_at": "created_at", "due_at": "created_at"},
    "comments": {"at": "created_at", "author_id": "taken_by", "body": "'x'"},
    "follow_ups": {
        "assignee_id": "taken_by",
        "due_at": "created_at",
        "status": "'cancelled'",
        "finished_at": "created_at",
    },
    "repeat_reports": {
        "heard_at": "created_at",
        "words": "'x'",
        "channel": "'phone'",
        "taken_by_id": "taken_by",
    },
    "told": {
        "staff_id": "taken_by",
        "told_by_id": "taken_by",
        "kind": "'mention'",
        "rule": "'x'",
        "at": "created_at",
        "cause": "'event:' || (SELECT count(*) FROM told)",
    },
    "watchers": {"staff_id": "taken_by"},
}
"""Table -> what a row of it needs beside the record, as SQL over an estate."""


def insert(table, register, record_id, estate_id=1, **further):
    """The statement by which another program writes a row of *table*."""
    given = {"register": f"'{register}'", "record_id": str(record_id), **SAMPLES[table], **further}
    estate = f"(SELECT id, created_at, (SELECT min(id) FROM staff) AS taken_by FROM estates WHERE id = {estate_id})"
    return (
        f"INSERT INTO {table} (estate_id, {', '.join(given)}) SELECT estate.id, {', '.join(given.values())}"
        f" FROM {estate} AS estate"
    )


def write(connection, sql):
    with connection.begin():
        return connection.execute(text(sql)).rowcount


def refused(connection, sql):
    with pytest.raises(DBAPIError) as error, connection.begin():
        connection.execute(text(sql))
    return str(error.value.orig)


def test_each_table_in_which_rows_hang_is_named_by_a_register():
    assert TABLES == ["audit_findings", "clock_runs", "comments", "follow_ups", "repeat_reports", "told", "watchers"]
    for table in Base.metadata.tables.values():
        assert all(hangs(child) for child in hanging_on(table)), table.name


@pytest.mark.parametrize("table", TABLES)
def test_a_row_hangs_on_a_record_of_its_estate_and_its_register(intruder, records, table):
    own = {register.name for register in registers_of(Base.metadata.tables[table])}
    for register in own:
        column = references(Base.metadata.tables[table]).get(register)
        missing = f"fk_{table}_estate_id_{column.name}" if column is not None else f"record_{table}"
        record = records.ids.get(register)
        assert missing in refused(intruder, insert(table, register, 999_999))
        if register == "tickets":
            assert missing in refused(intruder, insert(table, register, records.foreign_ticket))
        if record is not None:
            assert write(intruder, insert(table, register, record)) == 1
            if table == "audit_findings":
                break  # a second one of the same would be the same episode
    for register in sorted({"units", "nothing", "estates"} - own):
        assert f"record_{table}" in refused(intruder, insert(table, register, 1))
    (last,) = intruder.execute(text(f"SELECT max(id) FROM {table}")).one()
    intruder.rollback()
    moved = refused(intruder, f"UPDATE {table} SET register = 'units', record_id = 1 WHERE id = {last}")
    assert f"record_{table}" in moved


@pytest.mark.parametrize("table", TABLES)
def test_what_the_database_works_out_is_written_by_nobody(intruder, records, table):
    for column in references(Base.metadata.tables[table]).values():
        said = refused(intruder, insert(table, "tickets", records.ids["tickets"], **{column.name: "1"}))
        assert "generated column" in said or column.name in said


@pytest.mark.parametrize("register", ["complaints", "follow_ups", "key_loans", "tickets", "visitor_passes"])
def test_a_record_that_an_audit_has_found_is_not_deleted(intruder, records, register):
    hanging = ["audit_lines", "comments", "clock_runs", "repeat_reports", "pass_movements", "follow_up_attempts"]
    if register == "tickets":
        hanging += ["audit_findings WHERE register = 'follow_ups'", "follow_ups"]
    with intruder.begin(), guards_off(intruder):
        for rows in hanging:
            intruder.execute(text(f"DELETE FROM {rows}"))
    record = records.ids.get(register, 1)
    if not intruder.execute(text(f"SELECT 1 FROM audit_findings WHERE register = '{register}'")).first():
        intruder.rollback()
        write(intruder, insert("audit_findings", register, record))
    intruder.rollback()
    deleting = (
        f"DELETE FROM {register} WHERE id IN (SELECT record_id FROM audit_findings WHERE register = '{register}')"
    )
    assert "record_audit_findings" in refused(intruder, deleting)


@pytest.mark.parametrize("said", ["signed_off_at", "note"])
def test_a_ticket_of_which_an_audit_was_said_is_cancelled_and_not_deleted__JOB_1(session, world, records, now, said):
    ticket, audited = session.get_one(Ticket, records.tickets[1]), session.scalars(select(AuditRun)).one()
    found = select(AuditFinding.id).where(AuditFinding.register == "tickets", AuditFinding.record_id == ticket.id)
    line = session.scalars(select(AuditLine).where(AuditLine.finding_id.in_(found))).first()
    if said == "note":
        line.note, line.noted_by_id = "registered by mistake", world.person("clerk").id
    else:
        audited.signed_off_at, audited.signed_off_by_id = now, world.person("supervisor").id
    manager = Call(session, world.actor("manager"), now)
    (refusal,) = [why for _row, why in tickets.delete(manager, [ticket]).refused]
    assert refusal.rule == "JOB-1"
    if said == "note":  # what is signed off stays (AUD-3)
        line.note = None
        assert tickets.delete(manager, [ticket]).one() is ticket
        assert session.scalars(found).all() == []


@only_postgresql
@pytest.mark.parametrize("first", ["finding", "delete"])
def test_a_finding_and_the_end_of_its_record_wait_for_each_other(intruder, records, database_url, first):
    with intruder.begin(), guards_off(intruder):
        intruder.execute(text("DELETE FROM audit_lines"))
        intruder.execute(text("DELETE FROM audit_findings"))
    loan = records.ids["key_loans"]
    steps = {
        "finding": insert("audit_findings", "key_loans", loan),
        "delete": f"DELETE FROM key_loans WHERE id = {loan}",
    }
    second = steps["delete" if first == "finding" else "finding"]
    write(intruder, "SET lock_timeout = '50ms'")
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as other, other.begin():
        other.execute(text(steps[first]))
        assert "lock timeout" in refused(intruder, second)
    assert "record_audit_findings" in refused(intruder, second)
    engine.dispose()


# ---------------------------------------------------------------- a further register


@pytest.fixture
def umbrellas(empty_url):
    """A database in which one more register has clocks and entries, none of the tables of which was changed."""
    engine = open_engine(empty_url)
    migrations.upgrade(engine)
    with engine.begin() as connection:
        metadata = MetaData()
        for table in Base.metadata.tables.values():
            table.to_metadata(metadata)
        umbrellas = Table(
            "umbrellas",
            metadata,
            Column("id", BigInteger, primary_key=True),
            Column("estate_id", BigInteger, nullable=False),
            UniqueConstraint("estate_id", "id", name="uq_umbrellas_estate_id_id"),
            info={HANGING: ("clock_runs", "comments")},
        )
        whole = "INTEGER" if engine.dialect.name == "sqlite" else "BIGSERIAL"
        connection.exec_driver_sql(
            f"CREATE TABLE umbrellas (id {whole} PRIMARY KEY, estate_id INTEGER NOT NULL, UNIQUE (estate_id, id))"
        )
        create_triggers(connection, metadata)
        for statement in (
            "INSERT INTO estates (id, name, code) VALUES (1, 'x', 'X'), (2, 'y', 'Y')",
            "INSERT INTO staff (id, username, name) VALUES (1, 'a', 'a')",
            "INSERT INTO clocks (estate_id, code, start_event, stop_event, minutes, rule, calendar) VALUES"
            " (1, 'x', 'a', 'b', 5, 'X-1', 'always')",
            "INSERT INTO umbrellas (id, estate_id) VALUES (1, 1), (2, 2)",
        ):
            connection.exec_driver_sql(statement)
    plain = create_engine(empty_url, poolclass=NullPool)
    assert list(hanging_on(umbrellas))
    with plain.connect() as connection:
        yield connection
    plain.dispose()
    engine.dispose()


@pytest.mark.parametrize("table", ["clock_runs", "comments"])
def test_a_further_register_has_what_hangs_on_records_without_another_column(umbrellas, table):
    assert f"record_{table}" in refused(umbrellas, insert(table, "umbrellas", 3))
    assert f"record_{table}" in refused(umbrellas, insert(table, "umbrellas", 2))
    assert write(umbrellas, insert(table, "umbrellas", 1)) == 1
    assert f"record_{table}" in refused(umbrellas, "DELETE FROM umbrellas WHERE id = 1")
    assert "record_repeat_reports" in refused(umbrellas, insert("repeat_reports", "umbrellas", 1))
    assert f"goes_{table}" in refused(umbrellas, f"DELETE FROM {table}")  # but along with its record


@pytest.mark.parametrize("first", ["run", "delete"])
def test_a_further_register_leaves_no_orphan_when_two_write_at_once(umbrellas, first):
    if umbrellas.dialect.name == "sqlite":
        pytest.skip("one writes at a time there")
    steps = {"run": insert("clock_runs", "umbrellas", 1), "delete": "DELETE FROM umbrellas WHERE id = 1"}
    write(umbrellas, "SET lock_timeout = '50ms'")
    second = steps["delete" if first == "run" else "run"]
    with umbrellas.engine.connect() as other, other.begin():
        other.execute(text(steps[first]))
        assert "lock timeout" in refused(umbrellas, second)
    assert "record_clock_runs" in refused(umbrellas, second)


# ---------------------------------------------------------------- events of before, declared words


def test_an_event_of_before_tells_the_record_by_its_column(session, records):
    row = session.connection().execute(select(Event.after).where(Event.verb == "schedule")).scalars().first()
    assert (row["register"], row["record_id"]) == ("tickets", records.ids["tickets"])
    told = {**{name: value for name, value in row.items() if name != "register"}, "ticket_id": row["record_id"]}
    del told["record_id"]
    assert by_register(Base.metadata.tables["follow_ups"], told) == row
    assert not [line for line in rows_without_event(session) if line.startswith("follow_ups")]


@pytest.mark.parametrize("word", ["''", "'  '", "'" + "x" * 41 + "'"])
def test_a_kind_of_finding_and_a_role_are_short_words(intruder, records, word):
    assert "kind_word" in refused(intruder, insert("audit_findings", "tickets", records.tickets[0], kind=word))
    person = "SELECT estate_id, staff_id FROM staff_assignments"
    given = f"INSERT INTO staff_assignments (estate_id, staff_id, role) SELECT given.*, {word} FROM ({person}) AS given"
    assert "role_word" in refused(intruder, given)


def test_a_word_that_is_not_declared_is_stored_and_reads_as_it_is_written(intruder, records, session):
    write(intruder, insert("audit_findings", "tickets", records.tickets[0], kind="'umbrella_waits'"))
    person = "SELECT estate_id, staff_id FROM staff_assignments WHERE role = 'auditor'"
    write(
        intruder,
        f"INSERT INTO staff_assignments (estate_id, staff_id, role) SELECT given.*, 'porter' FROM ({person}) AS given",
    )
    kinds = set(session.scalars(select(AuditFinding.kind)))
    assert OtherWord("umbrella_waits") in kinds
    assert FindingKind.STILL_OPEN in kinds
    roles = session.scalars(select(StaffAssignment.role)).all()
    assert OtherWord("porter") in roles
    assert Role.CLERK in roles
    with pytest.raises(StatementError, match="umbrella_waits"):
        session.scalars(select(AuditFinding.id).where(AuditFinding.kind == "umbrella_waits")).all()


def test_the_columns_for_readers_say_the_record(session, records):
    runs = session.scalars(select(ClockRun)).all()
    assert {run.register for run in runs} >= {"tickets", "complaints", "follow_ups"}
    names = {
        "tickets": "ticket_id",
        "complaints": "complaint_id",
        "follow_ups": "follow_up_id",
        "visitor_passes": "permit_id",
    }
    for run in runs:
        told = {name: run_id for name in names.values() if (run_id := getattr(run, name)) is not None}
        assert told == ({names[run.register]: run.record_id} if run.register in names else {})

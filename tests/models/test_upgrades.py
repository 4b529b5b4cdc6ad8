"""Databases of earlier versions: what has landed is never edited, and an upgrade keeps every row."""

import hashlib
import hmac
import json

import pytest
from alembic import command
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import made, migrations
from models.bulk import BulkItem, BulkRun, BulkState
from models.call import Call
from models.complaints import Complaint, ComplaintStatus
from models.events import Event, broken_seals
from models.finding import search_condition
from models.guards import drop_triggers
from models.matters import RepeatReport
from models.migrations import authoring
from models.migrations.keeping import NeighbourInTheWay
from models.operations import contacts
from models.personal import Keyring
from models.residents import Resident, ResidentContact
from models.session import DeskSession, open_engine
from models.staff import Staff, system_actor
from models.without_event import rows_without_event
from tests.fixed import DATA_KEY, NOW

BEFORE_UNDO = """
INSERT INTO estates (id, name, code) VALUES (7, 'Lakeside', 'LS');
INSERT INTO staff (id, username, name, password_hash) VALUES (3, 'wang', 'Wang', 'x');
INSERT INTO bulk_runs (id, estate_id, actor_id, register, verb, arguments, idempotency_key, state, updated_at)
VALUES (5, 7, 3, 'tickets', 'dispatch', '{}', 'k', 'finished', '2026-11-20 08:00:00.000000');
INSERT INTO bulk_items (id, estate_id, run_id, record_id, number, version_seen, outcome)
VALUES (11, 7, 5, 2, 'T-2', 1, 'done')
"""

COMPLAINT = """
INSERT INTO complaints (id, estate_id, number, category, summary, desk_owner_id, heard_at, registered_at) VALUES
({id}, 7, 'C-{id}', 'other', '电梯B2停了', 3, '2026-11-20 08:00:00.000000+00:00', '2026-11-20 08:00:00.000000+00:00')
"""


@pytest.fixture
def older(empty_url):
    """A database as the first version left it, with a bulk run in it; without guards, which an upgrade makes anew."""
    engine = open_engine(empty_url)
    with engine.begin() as connection:
        command.upgrade(migrations._config(connection), "0001")
        drop_triggers(connection)
        for statement in BEFORE_UNDO.split(";\n"):
            connection.exec_driver_sql(statement)
    yield engine
    engine.dispose()


def insert_complaint(connection, number):
    zone = "" if connection.dialect.name == "sqlite" else "+00:00"
    connection.exec_driver_sql(COMPLAINT.format(id=number).replace("+00:00", zone))


def test_statements_that_have_landed_are_never_edited():
    """A new file gets its line by ``frontdesk db revision``; a changed one would leave older databases behind."""
    lines = (authoring.VERSIONS / authoring.HASHES).read_text().splitlines()
    landed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    files = authoring.VERSIONS.glob("*.sql")
    assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files} == landed


def test_an_upgrade_of_an_older_database_keeps_its_bulk_runs_and_their_rows(older):
    migrations.upgrade(older)
    with older.connect() as connection:
        assert migrations.differences(connection) == []
        assert migrations.missing_guards(connection) == set()
        assert list(migrations.orphans(connection)) == []
        run = connection.execute(select(BulkRun.id, BulkRun.state, BulkRun.finished_at, BulkRun.undoes_id)).one()
        assert run == (5, BulkState.FINISHED, None, None)
        assert connection.scalars(select(BulkItem.run_id)).all() == [5]


def test_an_upgrade_of_an_older_database_keeps_its_complaints_and_gives_no_number_twice(older):
    with older.begin() as connection:
        for number in (21, 22):
            insert_complaint(connection, number)
        connection.exec_driver_sql("DELETE FROM complaints WHERE id = 22")
    migrations.upgrade(older)
    with older.begin() as connection:
        rows = connection.execute(select(Complaint.id, Complaint.number, Complaint.status, Complaint.review_on)).all()
        assert rows == [(21, "C-21", ComplaintStatus.REGISTERED, None)]
        if older.dialect.name == "sqlite":
            insert_complaint(connection, "NULL")
            assert connection.scalar(select(func.max(Complaint.id))) == 23
    with Session(older) as session:
        condition = search_condition(Complaint, "B2", Keyring(DATA_KEY))
        assert condition is not None
        assert 21 in session.scalars(select(Complaint.id).where(condition)).all()


KEY = (
    "INSERT INTO keys (id, estate_id, number, place, hook, seal, origin, received_at, handed_back_at, handed_back_to)"
    " VALUES ({id}, {estate}, 'K-{id}', '{place}', 'A-1', 'S-{seal}', 'common', {at}, {gone}, {to})"
)


def test_two_keys_on_one_hook_do_not_stop_an_upgrade_and_are_told_apart(older):
    at = "'2026-11-01 00:00:00.000000" + ("'" if older.dialect.name == "sqlite" else "+00:00'")
    with older.begin() as connection:
        estate = connection.exec_driver_sql("SELECT min(id) FROM estates").scalar_one()
        for number, seal, back in ((1, 7, False), (2, 8, True), (3, 7, False), (4, 9, False)):
            gone, to = (at, "'x'") if back else ("NULL", "NULL")
            row = KEY.format(id=number, estate=estate, place="gate", seal=seal, at=at, gone=gone, to=to)
            connection.exec_driver_sql(row)
    migrations.upgrade(older)
    with older.begin() as connection:
        rows = connection.exec_driver_sql("SELECT id, hook, seal FROM keys ORDER BY id").all()
        assert [tuple(row) for row in rows] == [
            (1, "A-1", "S-7"),
            (2, "A-1", "S-8"),
            (3, "A-1 (#3)", "S-7 (#3)"),
            (4, "A-1 (#4)", "S-9"),
        ]
        assert migrations.differences(connection) == []
    with pytest.raises(IntegrityError), older.begin() as connection:
        connection.exec_driver_sql("UPDATE keys SET hook = 'A-1' WHERE id = 4")


def test_places_that_only_their_spelling_kept_apart_do_not_stop_an_upgrade(empty_url):
    engine = open_engine(empty_url)
    at = "'2026-11-01 00:00:00.000000" + ("'" if engine.dialect.name == "sqlite" else "+00:00'")
    with engine.begin() as connection:
        command.upgrade(migrations._config(connection), "0010")
        drop_triggers(connection)
        connection.exec_driver_sql("INSERT INTO estates (id, name, code) VALUES (7, 'Lakeside', 'LS')")
        for number, hook in enumerate(("C-24", "c 24", "Ｃ—２４", "C-42", "C042号", "C-24-2"), 1):
            row = KEY.format(id=number, estate=7, place="gate", seal=number, at=at, gone="NULL", to="NULL")
            connection.exec_driver_sql(row.replace("A-1", hook))
    migrations.upgrade(engine)
    with engine.begin() as connection:
        rows = connection.exec_driver_sql("SELECT hook, hook_key, seal_key FROM keys ORDER BY id").all()
        assert [tuple(row) for row in rows] == [
            ("C-24", "c24", "s1"),
            ("c 24 (#2)", "c24§2", "s2"),
            ("Ｃ—２４ (#3)", "c24§3", "s3"),
            ("C-42", "c42", "s4"),
            ("C042号 (#5)", "c42§5", "s5"),
            ("C-24-2", "c24-2", "s6"),
        ]
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql("UPDATE keys SET hook = 'Ｃ２４' WHERE id = 4")
    engine.dispose()


def test_an_upgrade_carries_every_phone_over_and_loses_none__RES_1(empty_url):
    keyring, engine = Keyring(DATA_KEY), open_engine(empty_url)
    said = {
        1: ("13800138000", ["13800138000"], True),
        2: ("85291234567", ["+85291234567"], True),
        3: ("02155501235", ["02155501235"], True),
        4: ("1390", ["1390"], False),
        5: ("02155501235803", ["02155501235803"], False),
        6: (None, [], None),
        7: ("no cipher text", [None], False),
    }
    with engine.begin() as connection:
        command.upgrade(migrations._config(connection), "0008")
        drop_triggers(connection)
        connection.exec_driver_sql("INSERT INTO estates (id, name, code) VALUES (7, 'Lakeside', 'LS')")
        connection.exec_driver_sql("ALTER TABLE residents ADD COLUMN neighbours_mark TEXT")
        for row_id, (phone, _after, _valid) in said.items():
            stored = keyring.encrypt(phone) if phone and phone.isdigit() else phone
            row = {"id": row_id, "phone": stored, "digest": keyring.digest(phone or "")}
            columns = "id, estate_id, name, phone, phone_digest, phone_tail_digest, neighbours_mark"
            connection.execute(
                text(f"INSERT INTO residents ({columns}) VALUES (:id, 7, '张', :phone, :digest, :digest, 'kept')"), row
            )
        connection.exec_driver_sql("INSERT INTO residents (id, estate_id, name) VALUES (99, 7, '李')")
        connection.exec_driver_sql("DELETE FROM residents WHERE id = 99")
    migrations.upgrade(engine, keyring=keyring)
    with engine.begin() as connection:
        assert migrations.missing_guards(connection) == set()
        assert list(migrations.orphans(connection)) == []
        assert connection.exec_driver_sql("SELECT DISTINCT neighbours_mark FROM residents").scalars().all() == ["kept"]
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            connection.exec_driver_sql("INSERT INTO residents (estate_id, name) VALUES (7, '王')")
            assert connection.exec_driver_sql("SELECT max(id) FROM residents").scalar() == 100
            connection.exec_driver_sql("DELETE FROM residents WHERE id = 100")
    with Session(engine) as session:
        for row_id, (phone, after, valid) in said.items():
            query = select(ResidentContact).where(ResidentContact.resident_id == row_id).order_by(ResidentContact.id)
            carried = session.scalars(query).all()
            assert [keyring.readable(contact.value) for contact in carried] == after
            assert {contact.valid for contact in carried} <= {valid}
            if phone and valid:
                condition = search_condition(Resident, phone, keyring)
                assert condition is not None
                assert row_id in session.scalars(select(Resident.id).where(condition)).all()
        assert session.get_one(Resident, 7).phone == "no cipher text"
    with DeskSession(engine, keyring=keyring) as session:
        session.add(Staff(username="system", name="system"))
        session.flush()
        contacts.tell_carried_over(Call(session, system_actor(session), NOW))
        session.commit()
        assert not [line for line in rows_without_event(session) if line.startswith("resident_contacts")]
        assert list(broken_seals(session)) == []
    engine.dispose()


def test_an_upgrade_keeps_repeated_reports_and_finds_what_was_said__INT_6(empty_url):
    engine, at = open_engine(empty_url), "'2026-11-20 08:00:00.000000"
    at += "'" if engine.dialect.name == "sqlite" else "+00:00'"
    with engine.connect() as connection, migrations.without_foreign_keys(connection), connection.begin():
        command.upgrade(migrations._config(connection), "0010")
        drop_triggers(connection)
        for statement in BEFORE_UNDO.split(";\n"):
            connection.exec_driver_sql(statement)
        insert_complaint(connection, 21)
        for number in (4, 5):
            connection.exec_driver_sql(
                "INSERT INTO repeat_reports (id, estate_id, complaint_id, heard_at, words, channel, taken_by_id)"
                f" VALUES ({number}, 7, 21, {at}, '又停了 LED', 'phone', 3)"
            )
        connection.exec_driver_sql("DELETE FROM repeat_reports WHERE id = 5")
    migrations.upgrade(engine)
    with Session(engine) as session:
        assert migrations.differences(session.connection()) == []
        told = session.execute(select(RepeatReport.id, RepeatReport.words, RepeatReport.reporter_phone)).all()
        assert told == [(4, "又停了 LED", None)]
        condition = search_condition(Complaint, "led", Keyring(DATA_KEY))
        assert condition is not None
        assert session.scalars(select(Complaint.id).where(condition)).all() == [21]
        if engine.dialect.name == "sqlite":
            about = {"estate_id": 7, "register": "complaints", "record_id": 21}
            session.add(RepeatReport(**about, heard_at=NOW, words="x", channel="phone", taken_by_id=3))
            session.flush()
            assert session.scalar(select(func.max(RepeatReport.id))) == 6
    engine.dispose()


SEALED = {
    "id": 5,
    "estate_id": 7,
    "actor_id": 3,
    "role": "clerk",
    "verb": "register",
    "register": "units",
    "record_id": 9,
    "record_version": 1,
    "before": {},
    "after": {"code": "88-2-101", "words": "“漏水” 100 %"},
    "outcome": "done",
    "source": "panel",
    **dict.fromkeys(("address", "bulk_run_id", "reason", "request_id", "rule", "session_id")),
}


def test_an_upgrade_breaks_no_seal_that_was_made_before_it(empty_url):
    """The seal is made here as the first version made it: of these columns, none of those that came later."""
    keyring, engine = Keyring(DATA_KEY), open_engine(empty_url)
    written = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
    sealed = written({**SEALED, "at": "2026-11-20T08:00:00+00:00"})
    seal = hmac.new(keyring.seal, sealed.encode(), hashlib.sha256).hexdigest()
    at = "2026-11-20 08:00:00.000000" + "+00:00" * (engine.dialect.name == "postgresql")
    values = {**SEALED, "at": at, "before": written(SEALED["before"]), "after": written(SEALED["after"])}
    with engine.begin() as connection:
        command.upgrade(migrations._config(connection), "0010")
        for statement in BEFORE_UNDO.split(";\n")[:2]:
            connection.exec_driver_sql(statement)
        columns, places = ", ".join(values), ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO events ({columns}) VALUES ({places})"), values)
        connection.execute(text("INSERT INTO event_seals (chain, event_id, seal) VALUES (7, 5, :seal)"), {"seal": seal})
        connection.execute(text("INSERT INTO event_heads (chain, seal, length) VALUES (7, :seal, 1)"), {"seal": seal})
    migrations.upgrade(engine)
    with DeskSession(engine, keyring=keyring) as session:
        assert list(broken_seals(session)) == []
        assert session.scalar(select(Event.after)) == SEALED["after"]
    engine.dispose()


BEFORE_RECORDS = """
INSERT INTO clocks (id, estate_id, code, rule, start_event, stop_event, minutes, calendar)
VALUES (9, 7, 'c', 'X-1', 'a', 'b', 5, 'always');
INSERT INTO tickets (id, estate_id, number, kind, summary, desk_owner_id, heard_at, registered_at)
VALUES (31, 7, 'T-31', 'repair', 'x', 3, '{at}', '{at}');
INSERT INTO visitor_passes (id, estate_id, number, code, kind, holder_name, valid_from, valid_until, issued_at,
  issued_by_id) VALUES (41, 7, 'P-41', 'c', 'visitor', 'x', '{at}', '{later}', '{at}', 3);
INSERT INTO follow_ups (id, estate_id, complaint_id, assignee_id, due_at) VALUES (51, 7, 21, 3, '{at}');
INSERT INTO follow_ups (id, estate_id, ticket_id, assignee_id, due_at) VALUES (52, 7, 31, 3, '{at}');
INSERT INTO follow_up_attempts (estate_id, follow_up_id, at, made_by_id, way, outcome)
VALUES (7, 52, '{at}', 3, 'phone', 'not_reached');
INSERT INTO comments (id, estate_id, ticket_id, at, author_id, body) VALUES (61, 7, 31, '{at}', 3, 'x');
INSERT INTO comments (id, estate_id, ticket_id, at, author_id, body) VALUES (63, 7, 31, '{at}', 3, 'y');
INSERT INTO mentions (estate_id, comment_id, staff_id) VALUES (7, 61, 3);
INSERT INTO clock_runs (id, estate_id, clock_id, ticket_id, started_at, due_at) VALUES (71, 7, 9, 31, '{at}', '{at}');
INSERT INTO clock_runs (id, estate_id, clock_id, complaint_id, started_at, due_at)
VALUES (72, 7, 9, 21, '{at}', '{at}');
INSERT INTO clock_runs (id, estate_id, clock_id, follow_up_id, started_at, due_at)
VALUES (73, 7, 9, 51, '{at}', '{at}');
INSERT INTO clock_runs (id, estate_id, clock_id, permit_id, started_at, due_at) VALUES (74, 7, 9, 41, '{at}', '{at}');
INSERT INTO audit_findings (id, estate_id, kind, rule, register, record_id, since, opened_on)
VALUES (81, 7, 'still_open', 'AUD-1', 'tickets', 4711, '{at}', '2026-11-20');
INSERT INTO staff_assignments (id, estate_id, staff_id, role) VALUES (91, 7, 3, 'clerk');
DELETE FROM comments WHERE id = 63
"""
"""What hung on records by a column for each register; one finding is of a record that was deleted."""


@pytest.fixture
def by_columns(empty_url):
    engine = open_engine(empty_url)
    zone = "" if engine.dialect.name == "sqlite" else "+00:00"
    times = {"at": f"2026-11-20 08:00:00.000000{zone}", "later": f"2026-11-21 08:00:00.000000{zone}"}
    with engine.connect() as connection, migrations.without_foreign_keys(connection), connection.begin():
        command.upgrade(migrations.config(connection), "0015")
        drop_triggers(connection)
        tag_key = made.Made("function", "guard_tag_key(said text)", "")
        made.keep(connection, {*made.names(connection), tag_key})  # as an upgrade to there did
        for statement in BEFORE_UNDO.split(";\n"):
            connection.exec_driver_sql(statement)
        insert_complaint(connection, 21)
        for statement in BEFORE_RECORDS.format(**times).strip().split(";\n"):
            connection.exec_driver_sql(statement)
    yield engine
    engine.dispose()


def test_an_upgrade_keeps_what_hangs_on_records_and_what_others_hung_on_that(by_columns):
    with by_columns.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE clock_runs ADD COLUMN gate TEXT")
        connection.exec_driver_sql("UPDATE clock_runs SET gate = 'g' || id")
        connection.exec_driver_sql("CREATE INDEX gate_runs ON clock_runs (ticket_id, gate)")
    migrations.upgrade(by_columns)
    with by_columns.begin() as connection:
        assert migrations.differences(connection) == []
        assert migrations.missing_guards(connection) == set()
        assert list(migrations.orphans(connection)) == []
        columns = "id, register, record_id, ticket_id, complaint_id"
        runs = connection.exec_driver_sql(
            f"SELECT {columns}, follow_up_id, permit_id, gate FROM clock_runs ORDER BY id"
        )
        assert [tuple(row) for row in runs] == [
            (71, "tickets", 31, 31, None, None, None, "g71"),
            (72, "complaints", 21, None, 21, None, None, "g72"),
            (73, "follow_ups", 51, None, None, 51, None, "g73"),
            (74, "visitor_passes", 41, None, None, None, 41, "g74"),
        ]
        calls = connection.exec_driver_sql(f"SELECT {columns} FROM follow_ups ORDER BY id")
        assert [tuple(row) for row in calls] == [(51, "complaints", 21, None, 21), (52, "tickets", 31, 31, None)]
        entries = connection.exec_driver_sql(f"SELECT {columns} FROM comments")
        assert [tuple(row) for row in entries] == [(61, "tickets", 31, 31, None)]
        told = connection.exec_driver_sql("SELECT register, record_id, staff_id, told_by_id, kind, cause FROM told")
        assert [tuple(row) for row in told] == [("tickets", 31, 3, 3, "mention", "comment:61")]
        assert connection.exec_driver_sql("SELECT id, record_id FROM audit_findings").all() == [(81, 4711)]
        assert connection.exec_driver_sql("SELECT id, role FROM staff_assignments").all() == [(91, "clerk")]
        assert "gate_runs" in {index["name"] for index in inspect(connection).get_indexes("clock_runs")}
        connection.exec_driver_sql("UPDATE audit_findings SET ended_on = '2026-11-21'")  # its record is gone
        if by_columns.dialect.name == "sqlite":
            written = "INSERT INTO comments (estate_id, register, record_id, at, author_id, body)"
            connection.exec_driver_sql(f"{written} SELECT 7, 'tickets', 31, at, 3, 'x' FROM comments")
            assert connection.exec_driver_sql("SELECT max(id) FROM comments").scalar() == 64


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW gate_entries AS SELECT ticket_id, body FROM comments",
        "CREATE TRIGGER gate_entries AFTER INSERT ON complaints BEGIN INSERT INTO comments"
        " (estate_id, ticket_id, at, author_id, body) VALUES (7, 31, NEW.heard_at, 3, 'x'); END",
        "CREATE FUNCTION gate_entries() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO comments"
        " (estate_id, ticket_id, at, author_id, body) VALUES (7, 31, NEW.heard_at, 3, 'x'); RETURN NEW; END $$",
        "CREATE FUNCTION gate_entries() RETURNS void LANGUAGE sql AS"
        " 'UPDATE comments SET body = body, complaint_id = 21 WHERE ticket_id = 31'",
        "CREATE FUNCTION gate_entries() RETURNS bigint LANGUAGE sql AS 'SELECT max(ticket_id) FROM comments'",
    ],
)
def test_what_reads_the_columns_for_readers_stays_and_what_writes_them_stops_the_upgrade(by_columns, statement):
    on_sqlite = by_columns.dialect.name == "sqlite"
    if on_sqlite == statement.startswith("CREATE FUNCTION") or (not on_sqlite and " BEGIN INSERT" in statement[:80]):
        pytest.skip("not a statement of this kind of database")
    with by_columns.begin() as connection:
        connection.exec_driver_sql(statement)
    stays = "max(ticket_id)" in statement or (on_sqlite and statement.startswith("CREATE VIEW"))
    if stays:
        migrations.upgrade(by_columns)
        return
    with pytest.raises(NeighbourInTheWay, match="gate_entries"):
        migrations.upgrade(by_columns)
    with by_columns.connect() as connection:
        assert migrations.current(connection) == "0015"
        assert connection.exec_driver_sql("SELECT complaint_id FROM clock_runs WHERE id = 72").scalar() == 21

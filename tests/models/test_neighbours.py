"""Other programs' tables beside ours, and what they hang on ours: there before and after every upgrade, or refused."""

import pytest
from alembic import command
from sqlalchemy import inspect, select, text

from models import Base, migrations
from models.complaints import Complaint
from models.guards import drop_triggers
from models.migrations import neighbours, shape
from models.migrations.keeping import NeighbourInTheWay
from models.session import open_engine
from tests.marks import only_sqlite
from tests.models.test_upgrades import BEFORE_UNDO, insert_complaint
from tests.neighbour import ON_OURS, OWN, come


@pytest.fixture
def empty(empty_url):
    engine = open_engine(empty_url)
    yield engine
    engine.dispose()


def older(engine, revision):
    """Our tables as that version left them, with rows."""
    with engine.connect() as connection, migrations.without_foreign_keys(connection), connection.begin():
        command.upgrade(migrations.config(connection), revision)
        drop_triggers(connection)
        for statement in BEFORE_UNDO.split(";\n"):
            connection.exec_driver_sql(statement)
        insert_complaint(connection, 21)
        insert_complaint(connection, 22)


def theirs(engine, revision=None):
    with engine.connect() as connection:
        known = shape.of_revision(revision) if revision else shape.present()
        return neighbours.of_others(connection, known)


def rows(engine, sql):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def test_tables_are_made_beside_those_of_another_program(empty):
    with empty.begin() as connection:
        come(connection, OWN)
    before = theirs(empty)
    migrations.upgrade(empty)
    migrations.upgrade(empty)
    with empty.begin() as connection:
        come(connection, ON_OURS)
        assert migrations.current(connection) == migrations.head()
        assert migrations.missing_guards(connection) == set()
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0001"
    assert set(before) <= set(theirs(empty))
    assert {"guard_gate_complaints", "gate_complaints", "weight", "gate"} <= {thing.name for thing in theirs(empty)}


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_what_others_hung_on_our_tables_is_the_same_after_an_upgrade(empty, revision):
    older(empty, revision)
    with empty.begin() as connection:
        if inspect(connection).has_table("alembic_version"):
            connection.exec_driver_sql("DROP TABLE alembic_version")
        come(connection, OWN)
        come(connection, ON_OURS)
        code = '"gate code"' if connection.dialect.name == "postgresql" else "[gate code]"
        connection.exec_driver_sql(f"UPDATE complaints SET {code} = 'B2', weight = 12.5 WHERE id = 21")
        connection.exec_driver_sql("UPDATE complaints SET weight = 3 WHERE id = 22")
        connection.exec_driver_sql("INSERT INTO barrier VALUES (1, 21)")
    asked = f"SELECT id, {code}, weight, loud FROM complaints ORDER BY id"
    kept, things = rows(empty, asked), theirs(empty, revision)
    migrations.upgrade(empty)
    assert theirs(empty) == things
    assert rows(empty, asked) == kept
    assert rows(empty, "SELECT gate FROM bulk_runs") == [(7,)]
    assert rows(empty, "SELECT name FROM artists") == [("王菲",)]
    assert len(rows(empty, "SELECT summary FROM gate_view")) == 2
    with empty.begin() as connection:
        connection.execute(text("UPDATE complaints SET summary = 'other', version = version + 1 WHERE id = 21"))
        assert connection.scalar(text('SELECT count(*) FROM "gate log"')) == 2


def test_guards_of_earlier_versions_go_and_those_of_others_stay(engine):
    with engine.begin() as connection:
        come(connection, OWN)
        drop_triggers(connection)
    assert [thing.name for thing in theirs(engine) if thing.kind == "trigger"] in (["guard_gate"], [])
    migrations.upgrade(engine)
    assert rows(engine, "SELECT count(*) FROM frontdesk_objects")[0][0] > 50
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO artist VALUES (2, 'x')"))
        assert connection.scalar(text('SELECT count(*) FROM "gate log"')) == 2


@pytest.mark.parametrize("name", ["visitor_passes", "ix_events_estate_id_at", "tickets_search"])
def test_a_name_that_is_taken_is_refused_and_said(empty, name):
    with empty.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE mine (id INTEGER)")
        connection.exec_driver_sql(f"CREATE TABLE {name} (in_the_way INTEGER)")
    with pytest.raises(NeighbourInTheWay, match=name):
        migrations.upgrade(empty)
    with empty.connect() as connection:
        assert sorted(inspect(connection).get_table_names()) == sorted(["mine", name])


def test_what_would_not_work_any_more_is_refused_by_its_name(empty):
    """A column of theirs that has the name of one that comes: it would be ours afterwards."""
    older(empty, "0002")
    with empty.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE complaints ADD COLUMN agreed_answer TEXT")
        connection.exec_driver_sql("UPDATE complaints SET agreed_answer = 'theirs' WHERE id = 21")
    with pytest.raises(NeighbourInTheWay, match="agreed_answer"):
        migrations.upgrade(empty)
    assert rows(empty, "SELECT agreed_answer FROM complaints ORDER BY id") == [("theirs",), (None,)]
    with empty.connect() as connection:
        assert migrations.current(connection) == "0002"


NAMING_A_COLUMN = {
    "sqlite": {
        "gate": "CREATE TABLE gate (id INTEGER PRIMARY KEY, phone TEXT REFERENCES residents (phone))",
        "phones": "CREATE VIEW phones AS SELECT phone FROM residents",
        "calls": "CREATE TRIGGER calls AFTER UPDATE ON residents BEGIN SELECT NEW.phone_digest; END",
        "called": "CREATE INDEX called ON residents (phone, name)",
        "last_four": "ALTER TABLE residents ADD COLUMN last_four TEXT AS (substr(phone, -4))",
        "checked": "ALTER TABLE residents ADD COLUMN checked TEXT CHECK (checked <> phone)",
        "partial": "CREATE INDEX partial ON residents (name) WHERE phone IS NOT NULL",
    },
    "postgresql": {
        "statistics st": "CREATE STATISTICS st ON phone, name FROM residents",
        "view phones": "CREATE VIEW phones AS SELECT phone FROM residents",
        "trigger calls": "CREATE TRIGGER calls AFTER UPDATE OF phone ON residents FOR EACH ROW EXECUTE FUNCTION seen()",
        "trigger body": "CREATE TRIGGER body AFTER UPDATE ON residents FOR EACH ROW EXECUTE FUNCTION reads_phone()",
        "function looks_up()": "CREATE FUNCTION looks_up() RETURNS text LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN (SELECT min(phone) FROM residents); END $$",
        "index called": "CREATE INDEX called ON residents (phone, name)",
        "last_four": "ALTER TABLE residents ADD COLUMN last_four TEXT GENERATED ALWAYS AS (right(phone, 4)) STORED",
        "constraint checked": "ALTER TABLE residents ADD CONSTRAINT checked CHECK (phone <> name)",
        "policy only_some": "CREATE POLICY only_some ON residents USING (phone IS NOT NULL)",
        "publication told": "CREATE PUBLICATION told FOR TABLE residents (id, phone)",
        "rule kept": "CREATE RULE kept AS ON UPDATE TO residents WHERE OLD.phone <> '' DO ALSO SELECT 1",
    },
}


def test_what_names_a_column_that_goes_stops_the_upgrade_and_is_named(empty):
    """Each alone: the upgrade to 0009 takes the phone of the residents to a table of its own."""
    older(empty, "0008")
    functions = "CREATE FUNCTION {} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} RETURN NEW; END $$"
    with empty.connect() as connection, migrations.without_foreign_keys(connection):
        for name, statement in NAMING_A_COLUMN[empty.dialect.name].items():
            with connection.begin() as attempt:
                if empty.dialect.name == "postgresql":
                    connection.exec_driver_sql(functions.format("seen()", ""))
                    if name == "trigger body":
                        connection.exec_driver_sql(functions.format("reads_phone()", "NEW.name = NEW.phone;"))
                connection.exec_driver_sql(statement)
                with pytest.raises(NeighbourInTheWay, match=name.replace("()", "")):
                    migrations.bring_up(connection)
                attempt.rollback()
        with connection.begin():
            migrations.bring_up(connection)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("CREATE INDEX ix_resident_contacts_resident_id ON mine (id)", "index ix_resident_contacts_resident_id"),
        ("CREATE TYPE resident_contacts AS ENUM ('x')", "type resident_contacts"),
        ("CREATE SEQUENCE staff_contacts_id_seq", "sequence staff_contacts_id_seq"),
        ("CREATE DOMAIN resident_contacts AS text", "type resident_contacts"),
    ],
)
def test_names_of_every_kind_that_are_taken_are_named(empty, statement, named):
    if empty.dialect.name == "sqlite" and "INDEX" not in statement:
        return
    with empty.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE mine (id INTEGER)")
        connection.exec_driver_sql(statement)
    with pytest.raises(NeighbourInTheWay, match=named):
        migrations.upgrade(empty)


@only_sqlite
def test_rows_of_others_that_refer_to_nothing_are_theirs_to_mend(engine):
    raw = engine.raw_connection()
    raw.driver_connection.execute("PRAGMA foreign_keys=OFF")
    raw.driver_connection.execute("CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES tickets (id))")
    raw.driver_connection.execute("INSERT INTO a VALUES (1, 99)")
    raw.driver_connection.execute("PRAGMA foreign_keys=ON")
    raw.close()
    with engine.begin() as connection:
        drop_triggers(connection)
    migrations.upgrade(engine)
    with engine.connect() as connection:
        assert list(migrations.orphans(connection)) == []
        assert connection.scalar(select(Complaint.id).limit(1)) is None


def test_the_names_of_this_version_are_those_that_its_migrations_give():
    made, present = shape.of_revision(migrations.head()), shape.present()
    assert made.tables == present.tables
    assert {name for name in present.others if name.startswith("ix_")} <= made.others | shape.SEARCH_INDEXES
    assert set(Base.metadata.tables) == set(present.tables)

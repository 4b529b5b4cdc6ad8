"""A migrated database is the one that ``create_all`` makes, guards included, on both kinds."""

import re
from collections import defaultdict

import pytest
from sqlalchemy import CheckConstraint, inspect, select, text

from models import Base, migrations, search
from models.estates import Unit
from models.finding import search_condition
from models.guards import drop_triggers
from models.migrations import created
from models.session import open_engine
from tests.marks import only_sqlite

POSTGRESQL_DETAILS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


@pytest.fixture
def empty(empty_url):
    engine = open_engine(empty_url)
    yield engine
    engine.dispose()


@pytest.fixture
def migrated(empty):
    migrations.upgrade(empty)
    return empty


def described(engine):
    """Every table, column, constraint, index and trigger as comparable text; without Alembic's own table."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.execute(text("SELECT tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
            parts = [(table, name, parted(sql)) for table, name, sql in rows]
        else:
            parts = [tuple(row) for row in connection.execute(text(POSTGRESQL_DETAILS))]
            found = inspect(connection)
            for table in found.get_table_names():
                for column in found.get_columns(table):
                    parts.append((table, column["name"], str(sorted(map(str, column.items())))))
    facts = defaultdict(set)
    for table, name, detail in parts:
        if table != "frontdesk_version":
            facts[table].add((name, detail))
    return dict(facts)


def parted(sql):
    """The lines of a CREATE statement, whose order means nothing for a table's constraints.

    A column that was added to a table stands on the line of the one before it, and its constraints behind it.
    """
    lines = re.sub(r", (?=\w+ (?:TEXT|INTEGER|REAL|BLOB)\b)|\s+(?=CONSTRAINT ck_)", ",\n", sql).splitlines()
    return str(sorted(" ".join(line.split()).rstrip(",") for line in lines if line.strip()))


def test_migrating_gives_what_create_all_gives(migrated):
    by_migration = described(migrated)
    Base.metadata.drop_all(migrated)
    Base.metadata.create_all(migrated)
    assert described(migrated) == by_migration


def test_autogenerate_finds_no_difference(migrated):
    with migrated.connect() as connection:
        assert migrations.differences(connection) == []
        assert migrations.missing_guards(connection) == set()
        assert migrations.current(connection) == migrations.head()


def test_a_second_upgrade_changes_nothing(migrated):
    before = described(migrated)
    migrations.upgrade(migrated)
    assert described(migrated) == before


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_foreign_keys_are_on_again_after_an_upgrade(migrated):
    with migrated.connect() as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_failed_upgrade_leaves_nothing_behind(empty):
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE visitor_passes (in_the_way INTEGER)"))
    with pytest.raises(migrations.NeighbourInTheWay, match="visitor_passes"):
        migrations.upgrade(empty)
    with empty.connect() as connection:
        assert inspect(connection).get_table_names() == ["visitor_passes"]


@only_sqlite  # a server never lets an orphan in
def test_an_upgrade_that_would_leave_orphans_is_undone(engine, world, session):
    session.close()
    raw = engine.raw_connection()
    raw.driver_connection.execute("PRAGMA foreign_keys=OFF")
    with engine.begin() as connection:
        drop_triggers(connection)
    raw.driver_connection.execute("SELECT 1 FROM units")  # SQLite 3.40 with FTS5: the schema changed since this opened
    raw.driver_connection.execute(f"DELETE FROM units WHERE id = {world.units[0].id}")
    raw.close()
    with pytest.raises(migrations.OrphansFound, match="occupancies"):
        migrations.upgrade(engine)


def test_a_missing_guard_is_named(engine):
    with engine.begin() as connection:
        kind = "" if engine.dialect.name == "sqlite" else " ON events"
        name = "guard_events_update" if engine.dialect.name == "sqlite" else "guard_events_rows"
        connection.execute(text(f"DROP TRIGGER {name}{kind}"))
        assert migrations.missing_guards(connection) == {name}


EARLIER_INDEX = {
    "sqlite": (
        "DROP TRIGGER guard_units_search_update",
        "CREATE TRIGGER guard_units_search_update AFTER UPDATE ON units BEGIN SELECT 1; END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION search_tokens(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS"
        " $$ SELECT ''::tsvector $$",
    ),
}


def test_an_upgrade_makes_the_search_indexes_anew_where_an_earlier_version_kept_them_otherwise(engine, world, session):
    for statement in EARLIER_INDEX[engine.dialect.name]:
        session.execute(text(statement))
    unit = world.units[0].id
    session.execute(text("UPDATE units SET building = '紫藤阁' WHERE id = :id"), {"id": unit})
    session.commit()
    condition = search_condition(Unit, "紫藤", session.keyring)
    assert condition is not None
    asked = select(Unit.id).where(condition)
    assert session.scalars(asked).all() == []
    session.close()
    said: list[str] = []
    migrations.upgrade(engine, said.append)
    assert session.scalars(asked).all() == [unit]
    assert said == list(search.indexed())
    session.close()
    migrations.upgrade(engine, said.append)
    assert said == list(search.indexed()), "nothing is made anew where nothing differs"


def test_every_name_fits_into_a_server_and_is_there_once():
    names = []
    for table in Base.metadata.tables.values():
        names += [str(constraint.name) for constraint in table.constraints]
        names += [str(index.name) for index in table.indexes]
    assert max(map(len, names)) <= 63
    assert len(names) == len(set(names))


def test_every_check_has_a_name():
    unnamed = [
        (table.name, str(item.sqltext))
        for table in Base.metadata.tables.values()
        for item in table.constraints
        if isinstance(item, CheckConstraint) and not str(item.name).startswith(f"ck_{table.name}_")
    ]
    assert unnamed == []


def test_rules_beside_a_column_are_told_apart_from_it_as_alter_table_puts_them():
    column = "pieces INTEGER DEFAULT 'a constraint x' NOT NULL"
    first, second = "CONSTRAINT c CHECK (pieces > 0)", "constraint d CHECK (pieces <> 'constraint e')"
    stated = f"CREATE TABLE keys ({column}\n  {first}\n  {second}, [constraint f] TEXT, CONSTRAINT g UNIQUE (pieces))"
    assert list(created.rules(stated)) == [column, first, second, "[constraint f] TEXT", "CONSTRAINT g UNIQUE (pieces)"]


def test_a_columns_name_is_read_with_the_quotes_inside_of_it():
    stated = """CREATE TABLE t ("a""b" TEXT DEFAULT 'it''s', `c``d` TEXT, [e"f] TEXT, 'g''h' TEXT, plain INTEGER(3))"""
    assert list(created.columns(stated)) == ['a"b', "c`d", 'e"f', "g'h", "plain"]

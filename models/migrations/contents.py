"""The rows of our tables, back into a database that we share: no row of another program is touched by it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, inspect, text

from models import Base, search
from models.guards import create_triggers, drop_triggers
from models.migrations import keeping, neighbours, shape
from models.migrations.keeping import NeighbourInTheWay, quoted
from models.migrations.neighbours import Thing

OURS = "to_regnamespace(quote_ident(current_schema()))"


def replace_rows(connection: Connection, source: str) -> None:
    """Put the rows that the attached file or the schema *source* holds in place of ours, in the caller's transaction.

    Both are of this version. Raises NeighbourInTheWay where a row of another program refers to one that goes; values
    that others keep in columns of their own stay with the rows that stay. On SQLite foreign keys must be off.
    """
    with keeping.keeping_neighbours(connection, shape.present(), shape.present, rows_may_go=True):
        drop_triggers(connection)
        if connection.dialect.name == "sqlite":
            _replace_in_file(connection, source)
        else:
            _replace_on_server(connection, source)
    create_triggers(connection, Base.metadata)
    search.rebuild(connection)


def losses(connection: Connection, source: str) -> list[str]:
    """What is lost by :func:`replace_rows`, a line each: steps recorded since, rows of ours, values of others in them.

    Rows are compared, not only steps: other programs write rows without them.
    """
    newer = f"SELECT count(*) FROM events WHERE id NOT IN (SELECT id FROM {source}.events)"
    steps = connection.exec_driver_sql(newer).scalar_one()
    found = [f"{steps} steps that were recorded since"] if steps else []
    for table in Base.metadata.sorted_tables:
        if table.name not in _OF_THE_STEPS:
            found += _rows_lost(connection, source, table)
    facts: dict[str, dict[str, Any]] = {}
    for thing in neighbours.of_others(connection, shape.present()):
        if thing.kind != "column":
            continue
        if thing.table not in facts:
            facts[thing.table] = {row["name"]: row for row in inspect(connection).get_columns(thing.table)}
        column = facts[thing.table][thing.name]
        if column.get("computed"):
            continue
        differs = "IS NOT" if connection.dialect.name == "sqlite" else "IS DISTINCT FROM"
        gone = (
            f"SELECT count(*) FROM {thing.table} WHERE {quoted(thing.name)} {differs} ({column['default'] or 'NULL'})"
        )
        gone += f" AND id NOT IN (SELECT id FROM {source}.{thing.table})"
        if count := connection.exec_driver_sql(gone).scalar_one():
            found.append(f"{count} values of {thing}")
    return found


_OF_THE_STEPS = ("events", "event_seals", "event_heads")
"""Told as steps: their rows come and go together."""


def _rows_lost(connection: Connection, source: str, table: Table) -> Iterator[str]:
    """How many rows of *table* go, become again what they were, or come again although they were deleted."""
    differ = "IS NOT" if connection.dialect.name == "sqlite" else "IS DISTINCT FROM"
    name = f"{_own(connection)}{table.name}"
    compared = [quoted(column.name) for column in table.columns if column.computed is None and column.name != "id"]
    changed = " OR ".join(f"own.{column} {differ} other.{column}" for column in compared)
    for condition, told in (
        (f"FROM {name} WHERE id NOT IN (SELECT id FROM {source}.{table.name})", "go"),
        (f"FROM {name} AS own JOIN {source}.{table.name} AS other USING (id) WHERE {changed}", "go back"),
        (f"FROM {source}.{table.name} WHERE id NOT IN (SELECT id FROM {name})", "come back"),
    ):
        if count := connection.exec_driver_sql(f"SELECT count(*) {condition}").scalar_one():
            yield f"{count} rows of {table.name} {told}"


def _own(connection: Connection) -> str:
    return "main." if connection.dialect.name == "sqlite" else ""


def columns(table: Table) -> str:
    """The columns of *table* that are written, quoted."""
    return ", ".join(quoted(column.name) for column in table.columns if column.computed is None)


def _replace_in_file(connection: Connection, source: str) -> None:
    asked = connection.exec_driver_sql(f"SELECT name, seq FROM {source}.sqlite_sequence")
    sequences = {row.name: row.seq for row in asked}
    for table in Base.metadata.sorted_tables:
        name, listed = table.name, columns(table)
        connection.exec_driver_sql(f"DELETE FROM main.{name}")
        connection.exec_driver_sql(f"INSERT INTO main.{name} ({listed}) SELECT {listed} FROM {source}.{name}")
        # A number that was given out once is not given out again, not even where its row has gone.
        raise_to = text("UPDATE main.sqlite_sequence SET seq = max(seq, :seq) WHERE name = :name")
        connection.execute(raise_to, {"name": name, "seq": sequences.get(name, 0)})


def _replace_on_server(connection: Connection, source: str) -> None:
    things = neighbours.of_others(connection, shape.present())
    refuse_what_would_hang(connection, source)
    with without_references(connection), _without_triggers(connection, things):
        watched = {thing.table for thing in things if thing.kind == "column"} | set(_referred_to(connection))
        for table in Base.metadata.sorted_tables:
            name, listed = table.name, columns(table)
            if name in watched:
                _merge(connection, source, table)
            else:
                connection.exec_driver_sql(f"DELETE FROM {name}")
                connection.exec_driver_sql(f"INSERT INTO {name} ({listed}) SELECT {listed} FROM {source}.{name}")
            last = f"SELECT max(last_value) FROM (SELECT last_value FROM {name}_id_seq UNION ALL"
            last += f" SELECT last_value FROM {source}.{name}_id_seq UNION ALL SELECT max(id) FROM {name}) AS known"
            connection.exec_driver_sql(f"SELECT setval('{name}_id_seq', ({last}))")


def _merge(connection: Connection, source: str, table: Table) -> None:
    """Rows that stay are changed in place: others refer to them, or keep values in them."""
    name = table.name
    changing = [column.name for column in table.columns if column.computed is None and column.name != "id"]
    new = ", ".join(f"{quoted(column)} = other.{quoted(column)}" for column in changing)
    listed = columns(table)
    connection.exec_driver_sql(f"DELETE FROM {name} WHERE id NOT IN (SELECT id FROM {source}.{name})")
    connection.exec_driver_sql(f"UPDATE {name} AS own SET {new} FROM {source}.{name} AS other WHERE other.id = own.id")
    connection.exec_driver_sql(
        f"INSERT INTO {name} ({listed}) SELECT {listed} FROM {source}.{name} WHERE id NOT IN (SELECT id FROM {name})"
    )


_REFERENCES = text(
    "SELECT conname, conrelid::regclass::text AS child, confrelid::regclass::text AS parent,"
    f" (own.relnamespace = {OURS} AND own.relname = ANY(:ours)) AS is_ours, pg_get_constraintdef(c.oid) AS definition,"
    " (SELECT array_agg(attname::text ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS k(num, place)"
    "   JOIN pg_attribute ON attrelid = conrelid AND attnum = num) AS theirs,"
    " (SELECT array_agg(attname::text ORDER BY place) FROM unnest(confkey) WITH ORDINALITY AS k(num, place)"
    "   JOIN pg_attribute ON attrelid = confrelid AND attnum = num) AS keys, other.relname AS parent_name"
    " FROM pg_constraint c JOIN pg_class own ON own.oid = conrelid JOIN pg_class other ON other.oid = confrelid"
    f" WHERE contype = 'f' AND other.relnamespace = {OURS} AND other.relname = ANY(:ours) ORDER BY conname"
)


def _references(connection: Connection, *, ours: bool) -> list[dict[str, object]]:
    rows = connection.execute(_REFERENCES, {"ours": list(Base.metadata.tables)})
    return [dict(row._mapping) for row in rows if row.is_ours is ours]


def _referred_to(connection: Connection) -> Iterator[str]:
    return (str(row["parent_name"]) for row in _references(connection, ours=False))


def refuse_what_would_hang(connection: Connection, source: str) -> None:
    """Before anything is deleted: a reference of theirs may delete or empty their rows along with ours."""
    for row in _references(connection, ours=False):
        theirs, keys = [[quoted(str(name)) for name in row[part]] for part in ("theirs", "keys")]  # type: ignore[attr-defined]  # arrays
        given = " AND ".join(f"child.{name} IS NOT NULL" for name in theirs)
        match = " AND ".join(f"kept.{key} = child.{name}" for key, name in zip(keys, theirs, strict=True))
        parent = f"{source}.{row['parent_name']}"
        gone = f"NOT EXISTS (SELECT 1 FROM {parent} AS kept WHERE {match})"
        count = connection.exec_driver_sql(f"SELECT count(*) FROM {row['child']} AS child WHERE {given} AND {gone}")
        if number := count.scalar_one():
            raise NeighbourInTheWay(f"{number} rows of {row['child']} refer to rows of {row['parent']} that go")


class without_references:  # reads as what it does
    """Our own references are off meanwhile, and tried again on all rows afterwards."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._dropped = _references(self._connection, ours=True)
        for row in self._dropped:
            self._connection.exec_driver_sql(f"ALTER TABLE {row['child']} DROP CONSTRAINT {row['conname']}")

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            for row in self._dropped:
                added = f"ADD CONSTRAINT {row['conname']} {row['definition']}"
                self._connection.exec_driver_sql(f"ALTER TABLE {row['child']} {added}")


class _without_triggers:  # likewise
    """Triggers that others have on our tables are off meanwhile: to them this is no change of a record."""

    _STATES = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}

    def __init__(self, connection: Connection, things: list[Thing]) -> None:
        self._connection = connection
        self._triggers = [thing for thing in things if thing.kind == "trigger" and thing.definition[0] in self._STATES]

    def __enter__(self) -> None:
        for thing in self._triggers:
            self._connection.exec_driver_sql(f"ALTER TABLE {thing.table} DISABLE TRIGGER {quoted(thing.name)}")

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            for thing in self._triggers:
                state = self._STATES[thing.definition[0]]
                self._connection.exec_driver_sql(f"ALTER TABLE {thing.table} {state} TRIGGER {quoted(thing.name)}")

"""Keeps what other programs have put at our tables through whatever is done to these: the same after it, or refused.

SQLite makes a table anew where PostgreSQL alters it, and with the table go its columns, indexes and triggers of others;
a view or trigger that names a column can stop the change. So on SQLite these are set aside (values by id) and put back.
On both databases what there is afterwards is compared with what there was before.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from models.migrations.neighbours import (
    Thing,
    broken_references,
    functions_naming,
    functions_writing,
    naming,
    of_others,
)
from models.migrations.shape import Shape


class NeighbourInTheWay(Exception):
    """Something of another program cannot stay as it is; the text names it. Nothing was changed."""


@contextmanager
def keeping_neighbours(
    connection: Connection, before: Shape, after: Callable[[], Shape], *, rows_may_go: bool = False
) -> Iterator[None]:
    """Keep it all while our tables go from *before* to *after*; raises NeighbourInTheWay, and the caller rolls back.

    Unless *rows_may_go*, also where a row goes in which another program has written something.
    """
    things = of_others(connection, before)
    on_sqlite = connection.dialect.name == "sqlite"
    worked_out = _worked_out(connection)
    if on_sqlite:
        sound = _sound(connection, things)
        orphans = set(_orphans(connection, things, before))
        broken = set(broken_references(connection, things))
        _set_aside(connection, things)
    try:
        yield
    except DBAPIError as error:
        named = _named(error, things) or "; ".join(sorted(naming(things, _gone(before, after()))))
        if named:
            raise NeighbourInTheWay(named) from error
        raise
    if on_sqlite:
        _put_back(connection, things, after(), rows_may_go)
        if lost := sound - _sound(connection, things):
            raise NeighbourInTheWay(f"{_list(lost)} would not work any more")
        if added := set(_orphans(connection, things, after())) - orphans:
            raise NeighbourInTheWay(f"rows that refer to one that goes: {', '.join(sorted(added)[:5])}")
        if newly := set(broken_references(connection, things)) - broken:
            raise NeighbourInTheWay("; ".join(f"{thing} {why}" for thing, why in sorted(newly)))
    else:
        _make_indexes_again(connection, things, after())
        gone = _gone(before, after())
        newly_worked_out = {
            name: columns - worked_out.get(name, set()) for name, columns in _worked_out(connection).items()
        }
        if writing := sorted(functions_writing(connection, newly_worked_out)):
            raise NeighbourInTheWay("; ".join(writing))
        triggers = [thing for thing in things if thing.kind == "trigger"]
        if naming_them := sorted({*naming(triggers, gone), *functions_naming(connection, gone)}):
            raise NeighbourInTheWay("; ".join(naming_them))
    if lost := set(things) - set(of_others(connection, after())):
        raise NeighbourInTheWay(f"{_list(lost)} would be lost")


def _worked_out(connection: Connection) -> dict[str, set[str]]:
    """Table -> its columns that the database works out and nobody writes."""
    if connection.dialect.name == "sqlite":
        return {}  # where what writes them does not compile
    found: dict[str, set[str]] = {}
    for table, column in connection.execute(_WORKED_OUT):
        found.setdefault(table, set()).add(column)
    return found


_WORKED_OUT = text(
    "SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
    " WHERE attgenerated <> '' AND relnamespace = to_regnamespace(quote_ident(current_schema()))"
)


def _make_indexes_again(connection: Connection, things: Iterable[Thing], after: Shape) -> None:
    """Those of others that went with a column which came again under its name, worked out instead of written."""
    for thing in sorted(set(things) - set(of_others(connection, after))):
        if thing.kind == "index":
            with suppress(DBAPIError), connection.begin_nested():
                connection.exec_driver_sql(thing.definition)


def _gone(before: Shape, after: Shape) -> dict[str, frozenset[str]]:
    """Table -> its columns that are not there any more."""
    return {name: columns - after.tables.get(name, frozenset()) for name, columns in before.tables.items()}


def _list(things: Iterable[Thing]) -> str:
    return ", ".join(map(str, sorted(things)))


def _named(error: DBAPIError, things: list[Thing]) -> str:
    """What the database said where it names one of *things*, else nothing."""
    said = " ".join(str(error.orig).split())
    named = [thing for thing in things if thing.name in said]
    return f"{_list(named)}: {said}" if named else ""


def quoted(name: str) -> str:
    """*name* as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _values(things: list[Thing]) -> dict[str, list[str]]:
    """Table of ours -> the columns of others in it."""
    found: dict[str, list[str]] = {}
    for thing in things:
        if thing.kind == "column":
            found.setdefault(thing.table, []).append(thing.name)
    return found


def _set_aside(connection: Connection, things: list[Thing]) -> None:
    for table, columns in _values(things).items():
        names = ", ".join(map(quoted, columns))
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS temp.aside_{table}")
        # without types: each value stays as it is
        connection.exec_driver_sql(f"CREATE TEMP TABLE aside_{table} (id INTEGER PRIMARY KEY, {names})")
        connection.exec_driver_sql(f"INSERT INTO temp.aside_{table} SELECT id, {names} FROM main.{table}")
    for kind in ("trigger", "view"):  # dropping a view would take its triggers along
        for thing in things:
            if thing.kind == kind:
                connection.exec_driver_sql(f"DROP {kind} main.{quoted(thing.name)}")


def _put_back(connection: Connection, things: list[Thing], after: Shape, rows_may_go: bool) -> None:
    for table, columns in _values(things).items():
        _put_columns_back(connection, table, columns, things, after, rows_may_go)
    there = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'index'")))
    wanted = [thing for thing in things if thing.kind == "index" and thing.name not in there]
    for thing in [*wanted, *(thing for kind in ("view", "trigger") for thing in things if thing.kind == kind)]:
        try:
            connection.exec_driver_sql(thing.definition)
        except OperationalError as error:
            raise NeighbourInTheWay(f"{thing}: {error.orig}") from error


def _put_columns_back(
    connection: Connection, table: str, columns: list[str], things: list[Thing], after: Shape, rows_may_go: bool
) -> None:
    named = _list(thing for thing in things if thing.kind == "column" and thing.table == table)
    if table not in after.tables or after.tables[table] & set(columns):
        raise NeighbourInTheWay(f"{named} would be lost")
    facts = {row.name: row.hidden for row in connection.exec_driver_sql(f"PRAGMA main.table_xinfo({table})")}
    missing = [thing for thing in things if (thing.kind, thing.table) == ("column", table) and thing.name not in facts]
    for thing in missing:
        try:
            connection.exec_driver_sql(f"ALTER TABLE main.{table} ADD COLUMN {thing.definition}")
        except OperationalError as error:
            raise NeighbourInTheWay(f"{thing}: {error.orig}") from error
    facts = {row.name: row for row in connection.exec_driver_sql(f"PRAGMA main.table_xinfo({table})")}
    written = [column for column in columns if facts[column].hidden == 0]  # others are worked out from the row
    if written and not rows_may_go:
        filled = " OR ".join(f"{quoted(column)} IS NOT ({facts[column].dflt_value or 'NULL'})" for column in written)
        gone = f"SELECT count(*) FROM temp.aside_{table} WHERE ({filled}) AND id NOT IN (SELECT id FROM main.{table})"
        if count := connection.exec_driver_sql(gone).scalar_one():
            raise NeighbourInTheWay(f"{named}: {count} rows with a value in it go")
    if written and (missing or rows_may_go):
        pairs = ", ".join(f"{quoted(column)} = aside.{quoted(column)}" for column in written)
        connection.exec_driver_sql(
            f"UPDATE main.{table} SET {pairs} FROM temp.aside_{table} AS aside WHERE aside.id = main.{table}.id"
        )
    connection.exec_driver_sql(f"DROP TABLE temp.aside_{table}")


def _sound(connection: Connection, things: list[Thing]) -> set[Thing]:
    """The views that can be read, and the triggers that fit the table they hang on."""
    found = {thing for thing in things if thing.kind == "view" and _compiles(connection, f"SELECT 1 FROM {_of(thing)}")}
    for thing in things:
        if thing.kind == "trigger" and all(_compiles(connection, sql) for sql in _writes(connection, thing.table)):
            found.add(thing)
    return found


def _of(thing: Thing) -> str:
    return f"main.{quoted(thing.name)} LIMIT 0"


def _compiles(connection: Connection, sql: str) -> bool:
    with suppress(OperationalError):
        connection.exec_driver_sql(f"EXPLAIN {sql}").close()
        return True
    return False


def _writes(connection: Connection, table: str) -> Iterator[str]:
    """Statements that name every column, so that each trigger of *table* has to be understood."""
    name = f"main.{quoted(table)}"
    rows = connection.exec_driver_sql(f"PRAGMA main.table_xinfo({quoted(table)})").all()
    columns = [quoted(row.name) for row in rows if row.hidden == 0]
    yield f"UPDATE {name} SET {', '.join(f'{column} = {column}' for column in columns)}"
    yield f"DELETE FROM {name}"
    yield f"INSERT INTO {name} DEFAULT VALUES"


def _orphans(connection: Connection, things: list[Thing], shape: Shape) -> Iterator[str]:
    """Rows of others that refer to a row of ours that does not exist."""
    for thing in things:
        if thing.kind == "table":
            with suppress(OperationalError):  # a reference of theirs that makes no sense is theirs to mend
                for table, row_id, parent, _key in connection.exec_driver_sql(
                    f"PRAGMA main.foreign_key_check({quoted(thing.name)})"
                ):
                    if shape.is_table(parent.lower()):
                        yield f"{table} {row_id} refers to {parent}"

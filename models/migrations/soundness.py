"""Whether the tables are what SCHEMA.md promises, and what of other programs hurts that: friend or foe."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import CheckConstraint, Connection, PrimaryKeyConstraint, Table, UniqueConstraint, text
from sqlalchemy.schema import CreateTable

from models import Base, migrations
from models.migrations import created, neighbours, shape
from models.migrations.keeping import quoted
from models.migrations.neighbours import Thing


def problems(connection: Connection) -> list[str]:
    """What is not as it should be, a line each: tables, guards, references, the file itself."""
    found = [f"different: {said}" for said in map(_sentence, _flat(migrations.differences(connection))) if said]
    found += [f"different: {what}" for what in missing_rules(connection)]
    found += [f"guard missing or changed: {name}" for name in sorted(migrations.missing_guards(connection))]
    found += [f"refers to nothing: {row}" for row in migrations.orphans(connection)]
    others = of_others(connection)
    for thing in others:
        if thing.kind != "table" and hurts(connection, thing):
            hides = thing.kind == neighbours.ROW_SECURITY
            found.append(f"{'hides rows' if hides else 'refuses what may be written'}: {thing}")
    found += [
        f"stops what is written: {thing} {why}" for thing, why in neighbours.broken_references(connection, others)
    ]
    if connection.dialect.name == "sqlite":
        answers = connection.scalars(text("PRAGMA integrity_check"))
        found += [f"damaged: {answer}" for answer in answers if answer != "ok"]
    return found


def of_others(connection: Connection) -> list[Thing]:
    """What belongs to other programs, whether it hurts or not."""
    return neighbours.of_others(connection, shape.present())


def hurts(connection: Connection, thing: Thing) -> bool:
    """Whether *thing* refuses rows that by SCHEMA.md may be written: it is no longer a matter of its owner alone.

    Also where it hides rows, or lets others happen instead of what was written.
    """
    if thing.kind == "table":
        return any(neighbours.broken_references(connection, [thing]))
    if thing.table not in Base.metadata.tables:
        return False
    table = Base.metadata.tables[thing.table]
    if thing.kind == "column":
        return _must_be_given(connection, thing)
    if thing.kind == "trigger":
        return _may_refuse(connection, thing)
    if thing.kind == "rule":
        return " INSTEAD" in thing.definition
    if thing.kind == neighbours.ROW_SECURITY:
        return True
    if thing.kind == "index":
        return _may_collide(connection, thing, table)
    return (
        thing.kind == "constraint" and not thing.definition.startswith("FOREIGN KEY") and _is_of_ours(connection, thing)
    )


_RAISES = re.compile(r"\braise\b(?!\s+(?:debug|log|info|notice|warning)\b)", re.IGNORECASE)
_DROPS_THE_ROW = re.compile(r"\breturn\s+null\b", re.IGNORECASE)


def _may_refuse(connection: Connection, thing: Thing) -> bool:
    """Whether a trigger says somewhere that it refuses a row, or passes it over; what it calls is not looked into."""
    if connection.dialect.name == "sqlite":
        return _RAISES.search(thing.definition) is not None
    head, _, body = thing.definition.partition("\n")
    if head.startswith("D"):
        return False  # switched off
    return _RAISES.search(body) is not None or (" BEFORE " in head and _DROPS_THE_ROW.search(body) is not None)


_VERBS = {"add": "is missing", "remove": "is not of this version", "modify": "is another"}
_NAMELESS = {"table": "table", "column": "column", "index": "index", "constraint": "constraint", "fk": "reference"}


def _flat(differences: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    for difference in differences:
        if isinstance(difference, list):
            yield from _flat(difference)
        else:
            yield difference


def _sentence(difference: tuple[Any, ...]) -> str | None:
    """What Alembic's comparison found, in words; None for what hurts nothing, such as a comment."""
    kind, *about = difference
    verb, _, what = str(kind).partition("_")
    if what.endswith("comment"):
        return None
    if verb == "modify":
        _schema, table, column, _facts, was, wanted = about
        return f"{table}.{column}: its {what} is {was}, not {wanted}"
    if what == "column":
        _schema, table, column = about
        return f"{table}.{column.name} {_VERBS.get(verb, verb)}"
    table = getattr(about[0], "table", None)
    of = "" if table is None else f"{table.name}: "
    name = getattr(about[0], "name", None) or "without a name"
    return f"{of}{_NAMELESS.get(what, what)} {name} {_VERBS.get(verb, verb)}"


def _is_of_ours(connection: Connection, thing: Thing) -> bool:
    """Whether a constraint on a table of ours is about a column of ours."""
    asked = text(
        "SELECT attname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey)"
        " WHERE conname = :name AND conrelid = to_regclass(quote_ident(:of))"
    )
    columns = set(connection.scalars(asked, {"name": thing.name, "of": thing.table}))
    return bool(columns & set(Base.metadata.tables[thing.table].columns.keys()))


def _must_be_given(connection: Connection, thing: Thing) -> bool:
    if connection.dialect.name == "sqlite":
        facts = connection.exec_driver_sql(f"PRAGMA main.table_xinfo({quoted(thing.table)})").all()
        return any(
            row.name == thing.name and row.notnull and row.dflt_value is None and not row.hidden for row in facts
        )
    return " NOT NULL" in thing.definition and "DEFAULT" not in thing.definition


def _may_collide(connection: Connection, thing: Thing, table: Table) -> bool:
    """A unique index; one that holds all columns of a key of ours refuses nothing that this does not."""
    if not thing.definition.upper().startswith("CREATE UNIQUE"):
        return False
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"PRAGMA main.index_info({quoted(thing.name)})").all()
        columns = {row.name for row in rows}
    else:
        asked = (
            "SELECT attname FROM pg_attribute JOIN pg_index ON indexrelid = to_regclass(quote_ident(:name))"
            " WHERE attrelid = indrelid AND attnum = ANY(indkey)"
        )
        columns = set(connection.scalars(text(asked), {"name": thing.name}))
    keys = [item for item in table.constraints if isinstance(item, PrimaryKeyConstraint | UniqueConstraint)]
    return not any({column.name for column in key.columns} <= columns for key in keys)


def missing_rules(connection: Connection) -> Iterator[str]:
    """Checks, keys and columns of ours that are not there as they were made."""
    if connection.dialect.name == "sqlite":
        yield from _sqlite_rules(connection)
        return
    asked = text(
        "SELECT conname FROM pg_constraint WHERE convalidated AND contype <> 'n'"
        " AND connamespace = to_regnamespace(quote_ident(current_schema()))"
    )
    there = set(connection.scalars(asked))
    for table in Base.metadata.sorted_tables:
        for rule in table.constraints:
            if isinstance(rule, CheckConstraint) and getattr(rule, "_ddl_if", None) is not None:
                continue  # made on SQLite only
            if rule.name not in there:
                yield f"{table.name}: {rule.name} is missing"


def _sqlite_rules(connection: Connection) -> Iterator[str]:
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    there = {row.name: row.sql for row in rows}
    for table in Base.metadata.sorted_tables:
        sql = there.get(table.name, "")
        wanted = str(CreateTable(table).compile(connection))
        missing = {_plain(part) for part in created.parts(wanted)} - {_plain(part) for part in created.rules(sql)}
        for part in sorted(missing):
            yield f"{table.name}: {part} is missing"
        if sql and not sql.rstrip().upper().endswith("STRICT"):
            yield f"{table.name}: is not STRICT"


def _plain(part: str) -> str:
    return " ".join(part.split())

"""What other programs have in the database that we share: found by name, never by a pattern."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, TextClause, text

from models import Base, made
from models.migrations import created
from models.migrations.shape import Shape

ROW_SECURITY = "row level security"
"""The kind of what hides rows of a table from all but some."""


class Thing(NamedTuple):
    """One thing of another program: its kind, its name, the table it hangs on, and what it says, word for word."""

    kind: str
    name: str
    table: str
    definition: str

    def __str__(self) -> str:
        if self.kind == ROW_SECURITY:
            return f"{self.kind} on {self.table}"
        return f"{self.kind} {self.name}" + (f" on {self.table}" if self.table != self.name else "")


def of_others(connection: Connection, shape: Shape) -> list[Thing]:
    """Tables and views that are not ours (*shape*), and what others have added to ours: columns, indexes, triggers."""
    found = _sqlite(connection, shape) if connection.dialect.name == "sqlite" else _postgresql(connection, shape)
    return sorted(set(found))


def names(connection: Connection) -> set[tuple[str, str]]:
    """Kind and name of all that no table or index of ours can be called, ours among them."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view', 'index')"))
    else:
        rows = connection.execute(_NAMES)
    return {(row[0], row[1]) for row in rows}


def broken_references(connection: Connection, things: Iterable[Thing]) -> Iterator[tuple[Thing, str]]:
    """Tables of others that refer to columns of ours which are not there or no key, and so stop our own writes.

    On SQLite alone; a server lets no such reference in.
    """
    for thing in things if connection.dialect.name == "sqlite" else ():
        if thing.kind != "table":
            continue
        references: dict[int, list[Any]] = {}
        for row in connection.exec_driver_sql(f"PRAGMA main.foreign_key_list({_quoted(thing.name)})"):
            references.setdefault(row.id, []).append(row)
        for rows in references.values():
            parent = rows[0].table.lower()
            named = [row.to for row in sorted(rows, key=lambda row: row.seq)]
            if parent in Base.metadata.tables and None not in named:
                keys, there = _keys(connection, parent)
                said = f"refers to {parent} ({', '.join(named)})"
                if gone := [name for name in named if name.lower() not in there]:
                    yield thing, f"{said}, where there is no {gone[0]}"
                elif {name.lower() for name in named} not in keys:
                    yield thing, f"{said}, which is no key"


def _keys(connection: Connection, table: str) -> tuple[list[set[str]], set[str]]:
    columns = connection.exec_driver_sql(f"PRAGMA main.table_info({_quoted(table)})").all()
    keys = [{row.name.lower() for row in columns if row.pk}]
    for index in connection.exec_driver_sql(f"PRAGMA main.index_list({_quoted(table)})").all():
        if index.unique and not index.partial:
            held = connection.exec_driver_sql(f"PRAGMA main.index_info({_quoted(index.name)})").all()
            keys.append({str(row.name).lower() for row in held})
    return keys, {row.name.lower() for row in columns}


def naming(things: Iterable[Thing], gone: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Which of *things* on our tables name columns that are *gone* from there."""
    for thing in things:
        if named := _words(thing.definition) & gone.get(thing.table, frozenset()):
            yield f"{thing} names {', '.join(sorted(named))}, which goes"


def functions_naming(connection: Connection, gone: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Functions of others on a server that name columns that are *gone*: it does not look into them, nothing tells."""
    if not any(gone.values()):
        return
    ours = {item.name.partition("(")[0] for item in made.names(connection) if item.kind == "function"}
    for name, body in connection.execute(_FUNCTIONS):
        words = _words(body)
        for table, columns in gone.items():
            if name.partition("(")[0] not in ours and table in words and (named := words & columns):
                yield f"function {name} names {', '.join(sorted(named))} of {table}, which goes"


def functions_writing(connection: Connection, worked_out: Mapping[str, set[str]]) -> Iterator[str]:
    """Functions of others on a server that write columns which the database works out from now on."""
    ours = {item.name.partition("(")[0] for item in made.names(connection) if item.kind == "function"}
    for name, body in connection.execute(_FUNCTIONS) if any(worked_out.values()) else ():
        for table, columns in worked_out.items():
            listed = re.findall(rf"insert\s+into\s+(?:\w+\.)?{table}\s*\(([^)]*)\)", body.lower())
            listed += re.findall(rf"update\s+(?:\w+\.)?{table}\b.*?\bset\b(.*?)(?:\bwhere\b|;|$)", body.lower(), re.S)
            if name.partition("(")[0] not in ours and (written := _words(" ".join(listed)) & columns):
                yield f"function {name} writes {', '.join(sorted(written))} of {table}, which is worked out"


def _words(sql: str) -> set[str]:
    return set(re.findall(r"\w+", sql.lower()))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# ---------------------------------------------------------------- SQLite


def _sqlite(connection: Connection, shape: Shape) -> Iterator[Thing]:
    ours = {(item.name, item.of) for item in made.names(connection) if item.kind == "trigger"}
    rows = connection.execute(text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    for kind, name, table, sql in rows.all():
        if kind == "table":
            if not shape.is_table(name) and not name.startswith("sqlite_"):
                yield Thing("table", name, name, sql)
            elif columns := shape.tables.get(name):
                yield from (
                    Thing("column", column, name, definition)
                    for column, definition in created.columns(sql).items()
                    if column not in columns
                )
        elif kind == "view":
            yield Thing("view", name, name, sql)
        elif kind == "trigger":
            if (name, table) not in ours:
                yield Thing("trigger", name, table, sql)
        elif shape.is_table(table) and name not in shape.others:
            yield Thing("index", name, table, sql)


# ---------------------------------------------------------------- PostgreSQL

_HERE = "relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
_RELATIONS = text(
    f"SELECT relname, relkind::text, CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) ELSE '' END"
    f" FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND {_HERE}"
)
_VIEWS_ELSEWHERE = text(
    "SELECT DISTINCT view.oid::regclass::text, pg_get_viewdef(view.oid) FROM pg_depend"
    " JOIN pg_rewrite ON pg_rewrite.oid = objid JOIN pg_class view ON view.oid = ev_class"
    " JOIN pg_class used ON used.oid = refobjid"
    " WHERE classid = 'pg_rewrite'::regclass AND used.relnamespace = to_regnamespace(quote_ident(current_schema()))"
    " AND view.relnamespace <> used.relnamespace AND used.relname = ANY(:ours)"
)
_COLUMNS = text(
    "SELECT relname, attname, concat_ws(' ', format_type(atttypid, atttypmod), attgenerated,"
    " CASE WHEN attnotnull THEN 'NOT NULL' END, 'DEFAULT ' || pg_get_expr(adbin, adrelid))"
    " FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
    " LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
    f" WHERE attnum > 0 AND NOT attisdropped AND relname = ANY(:ours) AND {_HERE}"
)
_INDEXES = text(
    "SELECT tablename, indexname, indexdef FROM pg_indexes"
    " WHERE schemaname = current_schema() AND tablename = ANY(:ours)"
)
_TRIGGERS = text(  # with what they do, since it may name our columns
    "SELECT relname, tgname, tgenabled::text || ' ' || pg_get_triggerdef(pg_trigger.oid) || E'\\n' || prosrc"
    " FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid"
    f" WHERE NOT tgisinternal AND relname = ANY(:ours) AND {_HERE}"
)
_CONSTRAINTS = text(
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(pg_constraint.oid), pg_class.relname = ANY(:ours)"
    f" AND pg_class.{_HERE} FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid"
    " LEFT JOIN pg_class other ON other.oid = confrelid WHERE contype IN ('c', 'f', 'u', 'p', 'x')"
    f" AND ((pg_class.relname = ANY(:ours) AND pg_class.{_HERE}) OR (other.relname = ANY(:ours) AND other.{_HERE}))"
)
_OF_OURS = f"relname = ANY(:ours) AND {_HERE}"
_ON_TABLES: dict[str, TextClause] = {
    "statistics": text(
        "SELECT relname, stxname, pg_get_statisticsobjdef(pg_statistic_ext.oid)"
        f" FROM pg_statistic_ext JOIN pg_class ON pg_class.oid = stxrelid WHERE {_OF_OURS}"
    ),
    "policy": text(
        "SELECT relname, polname, concat_ws(' ', polcmd, pg_get_expr(polqual, polrelid),"
        " pg_get_expr(polwithcheck, polrelid))"
        f" FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE {_OF_OURS}"
    ),
    "rule": text(
        "SELECT relname, rulename, pg_get_ruledef(pg_rewrite.oid) FROM pg_rewrite"
        f" JOIN pg_class ON pg_class.oid = ev_class WHERE rulename <> '_RETURN' AND {_OF_OURS}"
    ),
    "publication": text(
        "SELECT relname, pubname, '' FROM pg_publication_rel JOIN pg_publication ON pg_publication.oid = prpubid"
        f" JOIN pg_class ON pg_class.oid = prrelid WHERE {_OF_OURS}"
    ),
    ROW_SECURITY: text(
        "SELECT relname, relname, CASE WHEN relforcerowsecurity THEN 'forced' ELSE '' END FROM pg_class"
        f" WHERE relrowsecurity AND {_OF_OURS}"
    ),
}
"""What else can hang on a table of a server, each as table, name and what it says."""
_NAMES = text(
    "SELECT CASE relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' WHEN 'c' THEN 'type'"
    " WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' ELSE 'table' END, relname FROM pg_class WHERE "
    + _HERE
    + " UNION ALL SELECT 'type', typname FROM pg_type WHERE typrelid = 0 AND typcategory <> 'A'"
    " AND typnamespace = to_regnamespace(quote_ident(current_schema()))"
)
_FUNCTIONS = text(
    "SELECT pg_proc.oid::regprocedure::text, prosrc FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace"
    " WHERE prokind IN ('f', 'p') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
)


def _postgresql(connection: Connection, shape: Shape) -> Iterator[Thing]:
    kinds = {"v": "view", "m": "view"}
    relations = connection.execute(_RELATIONS).all()
    ours = [row.relname for row in relations if row.relkind in "rp" and shape.is_table(row.relname)]
    for name, kind, definition in relations:
        if kind in kinds or not shape.is_table(name):
            yield Thing(kinds.get(kind, "table"), name, name, definition)
    asked = {"ours": ours}
    for name, definition in connection.execute(_VIEWS_ELSEWHERE, asked):
        yield Thing("view", name, name, definition)
    for table, name, definition in connection.execute(_COLUMNS, asked):
        if table in shape.tables and name not in shape.tables[table]:
            yield Thing("column", name, table, definition)
    for table, name, definition in connection.execute(_INDEXES, asked):
        if name not in shape.others:
            yield Thing("index", name, table, definition)
    for on_table, query in _ON_TABLES.items():
        for table, name, definition in connection.execute(query, asked):
            yield Thing(on_table, name, table, definition)
    guards = {(item.of, item.name) for item in made.names(connection) if item.kind == "trigger"}
    for table, name, definition in connection.execute(_TRIGGERS, asked):
        if (table, name) not in guards:
            yield Thing("trigger", name, table, definition)
    for table, name, definition, is_ours in connection.execute(_CONSTRAINTS, asked):
        if not is_ours or name not in shape.others:
            yield Thing("constraint", name, table, definition)

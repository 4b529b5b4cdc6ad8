"""What other programs have in the database that we share: found by name, never by a pattern."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, text

from models import made
from models.migrations import created
from models.migrations.shape import Shape


class Thing(NamedTuple):
    """One thing of another program: its kind, its name, the table it hangs on, and what it says, word for word."""

    kind: str
    name: str
    table: str
    definition: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" on {self.table}" if self.table != self.name else "")


def of_others(connection: Connection, shape: Shape) -> list[Thing]:
    """Tables and views that are not ours (*shape*), and what others have added to ours: columns, indexes, triggers."""
    found = _sqlite(connection, shape) if connection.dialect.name == "sqlite" else _postgresql(connection, shape)
    return sorted(set(found))


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
_TRIGGERS = text(
    "SELECT relname, tgname, tgenabled::text || ' ' || pg_get_triggerdef(pg_trigger.oid)"
    " FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    f" WHERE NOT tgisinternal AND relname = ANY(:ours) AND {_HERE}"
)
_CONSTRAINTS = text(
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(pg_constraint.oid), pg_class.relname = ANY(:ours)"
    f" AND pg_class.{_HERE} FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid"
    " LEFT JOIN pg_class other ON other.oid = confrelid WHERE contype IN ('c', 'f', 'u', 'p', 'x')"
    f" AND ((pg_class.relname = ANY(:ours) AND pg_class.{_HERE}) OR (other.relname = ANY(:ours) AND other.{_HERE}))"
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
    guards = {(item.of, item.name) for item in made.names(connection) if item.kind == "trigger"}
    for table, name, definition in connection.execute(_TRIGGERS, asked):
        if (table, name) not in guards:
            yield Thing("trigger", name, table, definition)
    for table, name, definition, is_ours in connection.execute(_CONSTRAINTS, asked):
        if not is_ours or name not in shape.others:
            yield Thing("constraint", name, table, definition)

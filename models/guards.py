"""What the database itself refuses, whoever writes: CHECKs and triggers made from the tables' own definitions.

Other programs' connections have foreign keys off and may INSERT OR REPLACE, which deletes the row in its way without
violating anything. So on SQLite each unique key and each foreign key is guarded by triggers as well. A trigger fails
with the name of the constraint it stands for, so both databases give the same sentence.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import ColumnElement

from models import made, search
from models.base import Choice, Flag, LocalDate, ShortText, UTCDateTime, tables
from models.declared import ANY_TIME
from models.hanging import hanging_on, hangs, references, registers_of

LONGEST_WORD = 40
APPEND_ONLY = "append_only"
TRIGGERS = "triggers"
"""Where a table's ``info`` has further triggers of its own: dialect -> statements, each named ``guard_…``."""
SENTENCES = "sentences"
"""Where a table's ``info`` has what is said when these refuse: the name they fail with -> rule and sentence."""


def add_checks(metadata: MetaData) -> None:
    """Add to every table the CHECKs that follow from its columns' types: known words, lengths, stored forms."""
    for table in metadata.tables.values():
        for column in table.columns:
            for name, sql, only_sqlite in _checks(column):
                check = CheckConstraint(sql, name=f"{column.name}_{name}")
                table.append_constraint(check.ddl_if(dialect="sqlite") if only_sqlite else check)


def _checks(column: Column[object]) -> Iterator[tuple[str, str, bool]]:
    kind = column.type
    if isinstance(kind, Choice):
        words = ", ".join(f"'{member.value}'" for member in kind.enum)
        shape = f"length(trim({column.name})) BETWEEN 1 AND {LONGEST_WORD}"
        yield ("known", f"{column.name} IN ({words})", False) if kind.closed else ("word", shape, False)
    elif isinstance(kind, ShortText):
        yield "length", f"length({column.name}) <= {kind.max_length}", False
        yield "no_nul", f"instr({column.name}, char(0)) = 0", True
    elif isinstance(kind, UTCDateTime):
        digits = "[0-9][0-9]"
        glob = f"{digits}{digits}-{digits}-{digits} {digits}:{digits}:{digits}.{digits}{digits}{digits}"
        yield (
            "utc",
            f"{column.name} IS NULL OR ({column.name} GLOB '{glob}' AND datetime({column.name}) IS NOT NULL)",
            True,
        )
    elif isinstance(kind, LocalDate):
        yield "date", f"date({column.name}) IS {column.name} OR {column.name} IS NULL", True
    elif isinstance(kind, Flag):
        yield "flag", f"{column.name} IN (0, 1)", True


def attach_triggers(metadata: MetaData) -> None:
    """Create the triggers together with the tables (``create_all``); migrations call :func:`create_triggers`."""

    @event.listens_for(metadata, "after_create")
    def _after_create(target: MetaData, connection: Connection, **_kw: object) -> None:
        create_triggers(connection, metadata)


def create_triggers(connection: Connection, metadata: MetaData) -> None:
    """Replace every trigger and function of ours by what *metadata* says now, and keep their names."""
    drop_triggers(connection)
    statements = trigger_statements(metadata, connection.dialect.name)
    earlier, there = made.names(connection), {item for sql in statements if (item := made.made_by(sql))}
    _execute(connection, statements)
    made.keep(connection, there)
    if connection.dialect.name == "postgresql":
        gone = sorted(item.name for item in earlier - there if item.kind == "function")
        _execute(connection, [f"DROP FUNCTION IF EXISTS {function}" for function in gone])
        _let_others_write(connection, metadata)


_THERE = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " WHERE NOT tgisinternal AND relnamespace = to_regnamespace(quote_ident(current_schema()))",
}


def drop_triggers(connection: Connection) -> None:
    """Drop every guard trigger that this or an earlier version made, so that a migration can rebuild tables."""
    ours = {(item.name, item.of) for item in made.names(connection) if item.kind == "trigger"}
    # of that table only: another program may have one of the same name on a table of its own
    there = sorted(ours.intersection(map(tuple, connection.execute(text(_THERE[connection.dialect.name])))))
    on_table = connection.dialect.name == "postgresql"
    _execute(connection, [f"DROP TRIGGER {name}{f' ON {table}' if on_table else ''}" for name, table in there])


def _execute(connection: Connection, statements: Sequence[str]) -> None:
    """Hundreds of statements: a server gets them all at once, the library of SQLite takes one at a time."""
    if connection.dialect.name == "postgresql":
        statements = [";\n".join(statements)]
    for statement in filter(None, statements):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _let_others_write(connection: Connection, metadata: MetaData) -> None:
    """Triggers run with their owner's rights and in our schema alone: who may insert a row needs no right besides.

    For that too everybody may count on (not set) the sequences that give rows their ids.
    """
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    rights = f"SECURITY DEFINER SET search_path = {schema}, pg_temp"
    _execute(connection, [f"ALTER FUNCTION {function}() {rights}" for function in trigger_functions(metadata)])
    sequences = ", ".join(f"{table.name}_id_seq" for table in metadata.sorted_tables)
    connection.exec_driver_sql(f"GRANT USAGE ON SEQUENCE {sequences} TO PUBLIC")


def trigger_functions(metadata: MetaData) -> list[str]:
    """The functions behind the triggers on PostgreSQL."""
    statements = trigger_statements(metadata, "postgresql")
    return sorted({found[1] for sql in statements if (found := re.search(r" EXECUTE FUNCTION (\w+)\(", sql))})


def trigger_statements(metadata: MetaData, dialect: str) -> tuple[str, ...]:
    """The CREATE statements of all guards for ``sqlite`` or ``postgresql``, in a stable order."""
    return _written(metadata, dialect, len(metadata.tables))


@functools.lru_cache(maxsize=4)
def _written(metadata: MetaData, dialect: str, _tables: int) -> tuple[str, ...]:
    return tuple(_write(metadata, dialect))


def _write(metadata: MetaData, dialect: str) -> Iterator[str]:
    if dialect == "postgresql":
        yield _POSTGRESQL_REFUSE
        yield _POSTGRESQL_IDENTITY
    for table in sorted(metadata.tables.values(), key=lambda item: item.name):
        yield from (_sqlite_guards(metadata, table) if dialect == "sqlite" else _postgresql_guards(table))
        yield from table.info.get(TRIGGERS, {}).get(dialect, ())
    yield from search.trigger_statements(dialect)


_POSTGRESQL_REFUSE = """CREATE OR REPLACE FUNCTION guard_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_ARGV[0];
END $$"""
_POSTGRESQL_IDENTITY = """CREATE OR REPLACE FUNCTION guard_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(NEW) -> 'id', to_jsonb(NEW) -> 'estate_id')
    IS DISTINCT FROM (to_jsonb(OLD) -> 'id', to_jsonb(OLD) -> 'estate_id') THEN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_ARGV[0];
  END IF;
  RETURN NEW;
END $$"""


def _postgresql_guards(table: Table) -> Iterator[str]:
    name = table.name
    if table.info.get(APPEND_ONLY):
        refuse = f"EXECUTE FUNCTION guard_refuse('{APPEND_ONLY}_{name}')"
        yield f"CREATE TRIGGER guard_{name}_rows BEFORE UPDATE OR DELETE ON {name} FOR EACH ROW {refuse}"
        yield f"CREATE TRIGGER guard_{name}_all BEFORE TRUNCATE ON {name} FOR EACH STATEMENT {refuse}"
    else:
        columns = ", ".join(_identity(table))
        yield (
            f"CREATE TRIGGER guard_{name}_identity BEFORE UPDATE OF {columns} ON {name} "
            f"FOR EACH ROW EXECUTE FUNCTION guard_identity('identity_{name}')"
        )
    for rule, action, condition in rules_of_rows(table):
        trigger, refuse = f"guard_{name}_{rule}_{action.lower()}", f"EXECUTE FUNCTION guard_refuse('{rule}_{name}')"
        if "SELECT" not in condition:
            yield f"CREATE TRIGGER {trigger} BEFORE {action} ON {name} FOR EACH ROW WHEN ({condition}) {refuse}"
        else:
            raised = f"  IF {condition} THEN\n  {_postgresql_raise(f'{rule}_{name}')}\n  END IF;"
            yield _function(trigger, raised, f"  RETURN {'OLD' if action == 'DELETE' else 'NEW'};")
            yield f"CREATE TRIGGER {trigger} BEFORE {action} ON {name} FOR EACH ROW EXECUTE FUNCTION {trigger}()"
        if action == "DELETE":  # TRUNCATE deletes rows too, and asks no trigger of theirs
            yield f"CREATE TRIGGER {trigger}_all BEFORE TRUNCATE ON {name} FOR EACH STATEMENT {refuse}"
    yield from _postgresql_hanging(table)


CALLED_BY = ("name", "username", "number", "code", "summary", "holder_name", "borrower_name")
"""Columns by which people know a record of a register."""


def rules_of_rows(table: Table) -> Iterator[tuple[str, str, str]]:
    """Rule, when it is asked and the condition in which it refuses, of what the table itself says of its rows.

    A register's rows have a version and a name; rows without a version stay as they were written (``Keeping``).
    """
    if table.info.get(APPEND_ONLY):
        return
    if "version" in table.c:
        yield "version", "INSERT", "NEW.version < 1"
        yield "version", "UPDATE", "NEW.version < 1 AND NEW.version < OLD.version"
        if called := {name: f"trim(replace(NEW.{name}, '\u3000', ' ')) = ''" for name in unguarded_names(table)}:
            yield "called", "INSERT", " OR ".join(called.values())
            changed = (f"({blank} AND {_changed([name])})" for name, blank in called.items())
            yield "called", "UPDATE", " OR ".join(changed)
        return
    if table.name not in tables():
        return  # it says nothing of its rows
    keeping = tables()[table.name].keeping
    apart = {*_identity(table), "updated_at"}
    columns = [column.name for column in table.columns if column.computed is None and column.name not in apart]
    stay = _changed(name for name in columns if name not in keeping.changes)
    if keeping.until:
        stay += f" OR (NOT ({keeping.until}) AND ({_changed(keeping.changes)}))"
    yield "stays", "UPDATE", stay
    if keeping.goes != ANY_TIME:
        yield "goes", "DELETE", f"NOT {keeping.goes}" if keeping.goes else "OLD.id IS NOT NULL"


def called_by(table: Table) -> list[str]:
    """The columns by which people know a row of a register; nobody reads a personal one, which is encrypted."""
    return [c.name for c in table.columns if c.name in CALLED_BY and not c.info.get("personal")]


def unguarded_names(table: Table) -> list[str]:
    """Those of which neither a CHECK nor a guard of the table's own, each with a sentence of its own, says so."""
    own = [str(check.sqltext) for check in table.constraints if isinstance(check, CheckConstraint)]
    own += [sql.replace("NEW.", "") for sql in table.info.get(TRIGGERS, {}).get("sqlite", ())]
    return [name for name in called_by(table) if not any(f"length(trim({name}))" in sql for sql in own)]


def _changed(columns: Iterable[str]) -> str:
    return " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)


def _postgresql_hanging(table: Table) -> Iterator[str]:
    """Both sides of what hangs on records by (register, record_id), where no foreign key keeps it.

    Whoever inserts holds the record as a foreign key does (FOR KEY SHARE), and whoever deletes it has it alone before
    the trigger looks, so one of two sessions waits for the other and then sees what that one did.
    """
    name = table.name
    if hangs(table):
        cases = ["  IF NEW.register IS NULL THEN RETURN NEW; END IF;"]  # the column itself refuses that
        for register in registers_of(table):
            if register.name in references(table):
                cases.append(f"  IF NEW.register = '{register.name}' THEN RETURN NEW; END IF;")  # a key keeps it
            else:
                where = f"{register.name} WHERE estate_id = NEW.estate_id AND id = NEW.record_id FOR KEY SHARE"
                held = f"    PERFORM 1 FROM {where};\n    IF FOUND THEN RETURN NEW; END IF;"
                cases.append(f"  IF NEW.register = '{register.name}' THEN\n{held}\n  END IF;")
        kept = ", ".join(f"'{register}'" for register in sorted(references(table)))
        # Calling it takes a seventh of the time of a row, so it is not called where a key keeps the record.
        asked = f" WHEN (NEW.register NOT IN ({kept}))" if kept else ""
        yield _function(f"guard_{name}_record", *cases, _postgresql_raise(f"record_{name}"))
        yield (
            f"CREATE TRIGGER guard_{name}_record BEFORE INSERT OR UPDATE OF register, record_id ON {name}"
            f" FOR EACH ROW{asked} EXECUTE FUNCTION guard_{name}_record()"
        )
    if children := [child for child in hanging_on(table) if table.name not in references(child)]:
        checks = [
            f"  IF {_still_hangs(child, table)} THEN\n  {_postgresql_raise(f'record_{child.name}')}\n  END IF;"
            for child in children
        ]
        yield _function(f"guard_{name}_hanging", *checks, "  RETURN OLD;")
        yield (
            f"CREATE TRIGGER guard_{name}_hanging BEFORE DELETE ON {name}"
            f" FOR EACH ROW EXECUTE FUNCTION guard_{name}_hanging()"
        )


def _function(name: str, *lines: str) -> str:
    body = "\n".join(lines)
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n{body}\nEND $$"


def _postgresql_raise(name: str) -> str:
    told = f"MESSAGE = '{name}', ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{name}'"
    return f"  RAISE EXCEPTION USING {told};"


def _identity(table: Table) -> list[str]:
    """The columns that never change: the id, and the estate the row belongs to (a person's own estate may change)."""
    return ["id"] if "estate_id" not in table.c or table.c.estate_id.nullable else ["id", "estate_id"]


def _sqlite_guards(metadata: MetaData, table: Table) -> Iterator[str]:
    name = table.name
    if table.info.get(APPEND_ONLY):
        for action in ("UPDATE", "DELETE"):
            yield _trigger(name, action.lower(), f"BEFORE {action} ON {name}", [_raise(f"{APPEND_ONLY}_{name}", "1")])
    inserts: list[str] = []
    updates: list[str] = []
    deletes: list[str] = []
    for constraint, columns, where in _unique_keys(table):
        same = " AND ".join(f"other.{column} = NEW.{column}" for column in columns)
        applies = f" AND ({where})" if where else ""
        found = f"SELECT 1 FROM {name} AS other WHERE {same}{applies}"
        new_applies = f" AND {_of_new(table, where)}" if where else ""
        inserts.append(_raise(constraint, f"EXISTS ({found}){new_applies}"))
        if columns != ["id"]:
            updates.append(_raise(constraint, f"EXISTS ({found} AND other.id <> OLD.id){new_applies}"))
    identity = _identity(table)
    updates.insert(0, _raise(f"identity_{name}", " OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in identity)))
    if hangs(table):
        inserts.append(_sqlite_record(table, "NEW.register IS NOT NULL"))
        updates.append(_sqlite_record(table, "NEW.register IS NOT OLD.register OR NEW.record_id IS NOT OLD.record_id"))
    for key in _foreign_keys(table):
        if any(column.computed is not None for column in key.columns):
            continue  # said with what hangs on records
        parent = key.elements[0].column.table.name
        pairs = [(element.parent.name, element.column.name) for element in key.elements]
        match = " AND ".join(f"{theirs} = NEW.{ours}" for ours, theirs in pairs)
        present = " AND ".join(f"NEW.{ours} IS NOT NULL" for ours, _ in pairs)
        # A row of a table that refers to itself may name its own id, which is not there yet before the insert.
        missing = f"{present} AND NOT EXISTS (SELECT 1 FROM {parent} WHERE {match})"
        inserts.append(_raise(str(key.name), missing))
        updates.append(_raise(str(key.name), missing))
    steps: dict[str, list[str]] = {"INSERT": inserts, "UPDATE": updates, "DELETE": deletes}
    for rule, action, condition in rules_of_rows(table):
        steps[action].append(_raise(f"{rule}_{name}", condition.replace("IS DISTINCT FROM", "IS NOT")))
    if inserts:
        yield _trigger(name, "insert", f"BEFORE INSERT ON {name}", inserts)
    if not table.info.get(APPEND_ONLY):
        yield _trigger(name, "update", f"BEFORE UPDATE ON {name}", updates)
        for child in sorted(metadata.tables.values(), key=lambda item: item.name):
            for key in _foreign_keys(child):
                if key.elements[0].column.table is table:
                    pairs = [(element.parent.name, element.column.name) for element in key.elements]
                    match = " AND ".join(f"child.{ours} = OLD.{theirs}" for ours, theirs in pairs)
                    deletes.append(_raise(str(key.name), f"EXISTS (SELECT 1 FROM {child.name} AS child WHERE {match})"))
        for child in hanging_on(table):
            if table.name not in references(child):
                deletes.append(_raise(f"record_{child.name}", _still_hangs(child, table)))
        if deletes:
            yield _trigger(name, "delete", f"BEFORE DELETE ON {name}", deletes)


def _sqlite_record(table: Table, when: str) -> str:
    """Refuse a row that hangs on a record that is not there, or of no register that has such rows; one look-up."""
    cases = []
    for register in registers_of(table):
        there = f"SELECT 1 FROM {register.name} WHERE estate_id = NEW.estate_id AND id = NEW.record_id"
        column = references(table).get(register.name)
        name = f"record_{table.name}" if column is None else f"fk_{table.name}_estate_id_{column.name}"
        cases.append(f"WHEN '{register.name}' THEN CASE WHEN NOT EXISTS ({there}) THEN RAISE(ABORT, '{name}') END")
    unknown = f"ELSE RAISE(ABORT, 'record_{table.name}') END"
    return f"SELECT CASE NEW.register {' '.join(cases)} {unknown} WHERE {when};"


def _still_hangs(child: Table, register: Table) -> str:
    given = f"child.register = '{register.name}' AND child.record_id = OLD.id"
    return f"EXISTS (SELECT 1 FROM {child.name} AS child WHERE {given})"


def _trigger(table: str, what: str, when: str, body: list[str]) -> str:
    return f"CREATE TRIGGER guard_{table}_{what} {when} BEGIN\n  " + "\n  ".join(body) + "\nEND"


def _raise(name: str, condition: str) -> str:
    return f"SELECT RAISE(ABORT, '{name}') WHERE {condition};"


def _unique_keys(table: Table) -> Iterator[tuple[str, list[str], str]]:
    """Name, columns and condition of each unique key; the condition is written for the alias ``other``."""
    keys: list[tuple[str, list[str], str]] = []
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            keys.append((str(constraint.name), [column.name for column in constraint.columns], ""))
    for index in table.indexes:
        if index.unique:
            columns = [column.name for column in index.columns]
            keys.append((str(index.name), columns, _condition(index, "other")))
    # (estate_id, id) is unique because id is: guarding it again would cost each insert a look-up.
    yield from sorted(key for key in keys if key[1] != ["estate_id", "id"])


def _condition(index: Index, alias: str) -> str:
    where: ColumnElement[bool] | None = index.dialect_options["sqlite"]["where"]
    if where is None:
        return ""
    sql = str(where.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    return sql.replace(f"{index.table.name}.", f"{alias}.") if index.table is not None else sql


def _of_new(table: Table, where: str) -> str:
    return "(" + where.replace("other.", "NEW.") + ")"


def _foreign_keys(table: Table) -> list[ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda key: str(key.name))

"""Moving a database to the tables of this version of the program, and finding out whether it is there.

Every function takes a connection or engine from ``models.session.open_engine``. No alembic.ini is needed.
"""

import functools
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from models import Base, made, search
from models.guards import create_triggers, drop_triggers, trigger_functions, trigger_statements
from models.migrations import keeping, neighbours, shape
from models.migrations.keeping import NeighbourInTheWay as NeighbourInTheWay
from models.migrations.revision import (
    EARLIER_VERSION_TABLE,
    OPTIONS,
    config as config,
    current as current,
    is_named_as_before,
    rename_version_table,
)
from models.personal import Keyring

FOLDER = Path(__file__).resolve().parent
CURRENT_SCHEMA = "to_regnamespace(quote_ident(current_schema()))"
_config = config
LOCK = 7_020_117  # any number, the same in every version: two upgrades of one database must queue


LOCK_MILLISECONDS = 500
LOCK_TRIES = 60
_HOLDERS = text(
    "SELECT DISTINCT concat_ws(' ', 'process', pid, usename, nullif(application_name, ''), 'on', relation::regclass)"
    " FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE granted AND pid <> pg_backend_pid()"
    " AND relation = ANY(CAST(CAST(:ours AS text[]) AS regclass[])) ORDER BY 1 LIMIT 5"
)


class OrphansFound(Exception):
    """A migration would leave rows that refer to rows that do not exist; nothing was changed."""


@functools.cache
def _known() -> list[str]:
    """All revisions, the latest first; to read them is to load the module of each."""
    return [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()]


def head() -> str:
    """The revision that this version of the program works with."""
    return _known()[0]


def is_known(revision: str) -> bool:
    """Whether this version of the program has heard of *revision*; a newer one's it has not."""
    return revision in _known()


def has_tables(connection: Connection) -> bool:
    """Whether the database holds tables of ours, whatever others it holds."""
    return current(connection) is not None


def upgrade(engine: Engine, progress: Callable[[str], None] | None = None, *, keyring: Keyring | None = None) -> None:
    """Bring the database to this version, guards included, in one transaction; nothing stays of a failed attempt.

    Where there is nothing to do nothing is touched, so that nobody who is using the database waits. *progress* hears
    the name of each table whose search index is made anew, because what keeps it was missing or is another. Without
    *keyring* personal values move as they are, unread.
    """
    with engine.connect() as connection, without_foreign_keys(connection), connection.begin():
        bring_up(connection, progress, keyring=keyring)


def bring_up(
    connection: Connection, progress: Callable[[str], None] | None = None, *, keyring: Keyring | None = None
) -> None:
    """The same in the caller's transaction; on SQLite foreign keys must be off (:func:`without_foreign_keys`)."""
    queue(connection)
    revision, wrong = current(connection), missing_guards(connection)
    if revision == head() and not wrong and not is_named_as_before(connection) and made.is_kept(connection):
        return
    have_alone(connection)
    rename_version_table(connection)
    before, otherwise_written = shape.of_revision(revision), _missing_or_changed(connection)
    if taken := names_in_the_way(connection, before):
        raise NeighbourInTheWay(f"the names of {', '.join(taken)} are those of something of another program")
    with keeping.keeping_neighbours(connection, before, shape.present):
        drop_triggers(connection)
        command.upgrade(config(connection, keyring), "head")
    create_triggers(connection, Base.metadata)
    if revision is not None and any(map(search.keeps_index, otherwise_written)):
        search.rebuild(connection, progress)
    if found := list(orphans(connection)):
        raise OrphansFound(", ".join(found[:5]))


def make_at(connection: Connection, revision: str, keyring: Keyring | None = None) -> None:
    """Our tables as they were at *revision*, without guards: for the rows of a backup of that time."""
    command.upgrade(config(connection, keyring), revision)


def names_in_the_way(connection: Connection, before: shape.Shape) -> list[str]:
    """Names that we need and another program has: of tables and indexes that are not there yet, of triggers."""
    there, after = neighbours.of_others(connection, before), shape.present()
    coming = _names_of(after) - _names_of(before)
    taken = {f"{kind} {name}" for kind, name in neighbours.names(connection) if name.lower() in coming}
    ours_by_name = {*shape.HOUSEKEEPING, *shape.search_tables()}
    taken |= {
        str(thing) for thing in there if thing.kind in {"table", "view", "index"} and thing.name.lower() in ours_by_name
    }
    ours = [item for sql in trigger_statements(Base.metadata, connection.dialect.name) if (item := made.made_by(sql))]
    triggers = {item.name: item.of for item in ours if item.kind == "trigger"}
    anywhere = connection.dialect.name == "sqlite"  # where the names of triggers are those of the whole file
    taken |= {
        str(thing)
        for thing in there
        if thing.kind == "trigger" and thing.name in triggers and (anywhere or triggers[thing.name] == thing.table)
    }
    if connection.dialect.name == "postgresql":
        known = {item.name.partition("(")[0] for item in made.names(connection) if item.kind == "function"}
        known = known if before.tables else set()
        functions = {item.name.partition("(")[0] for item in ours if item.kind == "function"} - known
        rows = connection.scalars(text("SELECT proname FROM pg_proc WHERE pronamespace = " + CURRENT_SCHEMA))
        taken |= {f"function {name}" for name in rows if name in functions}
    return sorted(taken)


def _names_of(known: shape.Shape) -> set[str]:
    names = {*known.tables, *known.others, *(f"{table}_id_seq" for table in known.tables)}
    return {name.lower() for name in names} - {f"{EARLIER_VERSION_TABLE}_pkc"}  # which we make no more


def queue(connection: Connection) -> None:
    """Wait, until the end of this transaction, for others that upgrade; on SQLite every writer waits anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def have_alone(connection: Connection) -> None:
    """Wait until nobody reads or writes our tables, and let all others wait until the end of this transaction.

    On a server alone. Taken one after another the locks would meet those of a page the other way round, and the server
    breaks off one of the two: so this gives way before the server looks (``deadlock_timeout``), and tries again. Raises
    NeighbourInTheWay, with who holds them, after so many tries.
    """
    if connection.dialect.name != "postgresql":
        return
    ours = [name for name in inspect(connection).get_table_names() if name in Base.metadata.tables]
    if not ours:
        return
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
    for _ in range(LOCK_TRIES):
        with suppress(OperationalError), connection.begin_nested():
            connection.exec_driver_sql(f"LOCK TABLE {', '.join(ours)} IN ACCESS EXCLUSIVE MODE")
            connection.exec_driver_sql("SET LOCAL lock_timeout = DEFAULT")
            return
    raise NeighbourInTheWay(
        f"others do not let go of the tables: {', '.join(connection.scalars(_HOLDERS, {'ours': ours}))}"
    )


def stamp(connection: Connection) -> None:
    """Note that the tables are those of this version, where ``create_all`` made them."""
    command.stamp(config(connection), "head")


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite deletes the children of a table that a migration rebuilds, unless told before the transaction begins."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.connection.cursor().execute("PRAGMA foreign_keys=ON")


def orphans(connection: Connection) -> Iterator[str]:
    """``table row`` of each row of ours that refers to one that does not exist (SQLite; a server never lets it in)."""
    if connection.dialect.name == "sqlite":
        there = set(inspect(connection).get_table_names())
        for name in sorted(there & set(Base.metadata.tables)):
            for table, row_id, _parent, _key in connection.exec_driver_sql(f"PRAGMA main.foreign_key_check({name})"):
                yield f"{table} {row_id}"


def differences(connection: Connection) -> list[Any]:
    """What Alembic's autogenerate would change: nothing, when tables and models agree."""
    options = {
        "compare_type": True,
        "render_as_batch": True,
        **OPTIONS,
        "include_name": _is_ours,
        "include_object": _is_comparable,
    }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*expression-based index")
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in Base.metadata.tables


def _is_comparable(_item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """What another program has added is no difference; indexes on expressions are compared by no reflection."""
    if reflected and other is None and kind != "table":
        return False
    return kind != "index" or name not in _EXPRESSIONS


_EXPRESSIONS = {
    index.name
    for table in Base.metadata.tables.values()
    for index in table.indexes
    if not all(isinstance(expression, Column) for expression in index.expressions)
}


def missing_guards(connection: Connection) -> set[str]:
    """Names of guard triggers that should be there and are not, and of triggers and functions that are others."""
    return _missing_or_changed(connection) | _without_rights(connection)


def _missing_or_changed(connection: Connection) -> set[str]:
    """Those whose text is not the one that this version of the program writes."""
    statements = list(trigger_statements(Base.metadata, connection.dialect.name))
    triggers = {item: sql for sql in statements if (item := made.made_by(sql)) and item.kind == "trigger"}
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        have = {(row.name, row.tbl_name): row.sql for row in rows}
        return {item.name for item, sql in triggers.items() if have.get((item.name, item.of)) != sql}
    # A server tells a trigger only in words of its own, a function's body as it was written.
    enabled = connection.execute(
        text(
            "SELECT tgname, relname, proname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            f" JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
            f" AND relnamespace = {CURRENT_SCHEMA} AND pronamespace = {CURRENT_SCHEMA}"
        )
    )
    there = {(row.tgname, row.relname, row.proname) for row in enabled}
    missing = {item.name for item, sql in triggers.items() if (item.name, item.of, _function(sql)) not in there}
    rows = connection.execute(text(f"SELECT proname, prosrc FROM pg_proc WHERE pronamespace = {CURRENT_SCHEMA}")).all()
    bodies = {(row.proname, row.prosrc) for row in rows}
    functions = {item.name.partition("(")[0]: sql for sql in statements if (item := made.made_by(sql)) and not item.of}
    return missing | {name for name, sql in functions.items() if (name, sql.split("$$")[1]) not in bodies}


def _function(sql: str) -> str | None:
    found = re.search(r" EXECUTE FUNCTION (\w+)\(", sql)
    return found[1] if found else None


def _without_rights(connection: Connection) -> set[str]:
    """Functions behind triggers that would need a right of whoever writes, or look for tables in any schema."""
    if connection.dialect.name == "sqlite":
        return set()
    asked = text(
        "SELECT proname FROM pg_proc WHERE prosecdef AND proconfig = "
        "ARRAY['search_path=' || quote_ident(current_schema()) || ', pg_temp']"
        f" AND pronamespace = {CURRENT_SCHEMA}"
    )
    return set(trigger_functions(Base.metadata)) - set(connection.scalars(asked))


def run_file(connection: Connection, path: Path) -> None:
    """Execute a frozen file of statements, which blank lines keep apart."""
    for statement in path.read_text(encoding="utf-8").split(";\n"):
        if sql := "\n".join(line for line in statement.splitlines() if not line.startswith("--")).strip():
            connection.exec_driver_sql(sql)

"""Moving a database to the tables of this version of the program, and finding out whether it is there.

Every function takes a connection or engine from ``models.session.open_engine``. No alembic.ini is needed.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, inspect, text

from models import Base, search
from models.guards import create_triggers, drop_triggers, trigger_statements

FOLDER = Path(__file__).resolve().parent
LOCK = 7_020_117  # any number, the same in every version: two upgrades of one database must queue


class OrphansFound(Exception):
    """A migration would leave rows that refer to rows that do not exist; nothing was changed."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The revision that this version of the program works with."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def is_known(revision: str) -> bool:
    """Whether this version of the program has heard of *revision*; a newer one's it has not."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def current(connection: Connection) -> str | None:
    """The revision the database is at, None for one without our tables."""
    return MigrationContext.configure(connection).get_current_revision()


def has_tables(connection: Connection) -> bool:
    """Whether the database holds any table at all."""
    return bool(inspect(connection).get_table_names())


def upgrade(engine: Engine, progress: Callable[[str], None] | None = None) -> None:
    """Bring the database to this version, guards included, in one transaction; nothing stays of a failed attempt.

    Where there is nothing to do nothing is touched, so that nobody who is using the database waits. *progress* hears
    the name of each table whose search index is made anew, because what keeps it was missing or is another.
    """
    with engine.connect() as connection, _without_foreign_keys(connection), connection.begin():
        queue(connection)
        if current(connection) == head() and not missing_guards(connection):
            return
        is_new = current(connection) is None
        wrong = missing_guards(connection)
        drop_triggers(connection)
        command.upgrade(_config(connection), "head")
        create_triggers(connection, Base.metadata)
        if not is_new and any(map(search.keeps_index, wrong)):
            search.rebuild(connection, progress)
        if found := list(orphans(connection)):
            raise OrphansFound(", ".join(found[:5]))


def queue(connection: Connection) -> None:
    """Wait, until the end of this transaction, for others that upgrade; on SQLite every writer waits anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def stamp(connection: Connection) -> None:
    """Note that the tables are those of this version, where ``create_all`` made them."""
    command.stamp(_config(connection), "head")


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
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
    """``table row`` of each row that refers to a row that does not exist (SQLite; a server never lets one in)."""
    if connection.dialect.name == "sqlite":
        for table, row_id, _parent, _key in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"{table} {row_id}"


def differences(connection: Connection) -> list[Any]:
    """What Alembic's autogenerate would change: nothing, when tables and models agree."""
    options = {
        "compare_type": True,
        "render_as_batch": True,
        "include_name": _is_ours,
        "include_object": _is_comparable,
    }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*expression-based index")
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not search.is_index(name)


def _is_comparable(_item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Indexes on expressions are compared by no database's reflection; tests compare them as text."""
    return kind != "index" or name not in _EXPRESSIONS


_EXPRESSIONS = {
    index.name
    for table in Base.metadata.tables.values()
    for index in table.indexes
    if not all(isinstance(expression, Column) for expression in index.expressions)
}


def missing_guards(connection: Connection) -> set[str]:
    """Names of guard triggers that should be there and are not, and of triggers and functions whose text is another."""
    statements = list(trigger_statements(Base.metadata, connection.dialect.name))
    triggers = {found[1]: sql for sql in statements if (found := re.match(r"CREATE TRIGGER (\w+) ", sql))}
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        have = {row.name: row.sql for row in rows}
        return {name for name, sql in triggers.items() if have.get(name) != sql}
    enabled = text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
    missing = set(triggers) - set(connection.scalars(enabled))
    # A server tells a trigger only in words of its own, a function's body as it was written.
    rows = connection.execute(text("SELECT proname, prosrc FROM pg_proc WHERE pg_function_is_visible(oid)")).all()
    bodies = {row.proname: row.prosrc for row in rows}
    functions = {found[1]: sql for sql in statements if (found := re.match(r"CREATE OR REPLACE FUNCTION (\w+)", sql))}
    return missing | {name for name, sql in functions.items() if bodies.get(name) != sql.split("$$")[1]}


def run_file(connection: Connection, path: Path) -> None:
    """Execute a frozen file of statements, which blank lines keep apart."""
    for statement in path.read_text(encoding="utf-8").split(";\n"):
        if sql := "\n".join(line for line in statement.splitlines() if not line.startswith("--")).strip():
            connection.exec_driver_sql(sql)

"""Alembic's set-up and the table in which the revision stands: one of our own, because neighbours use Alembic too."""

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from models.personal import Keyring

FOLDER = Path(__file__).resolve().parent
VERSION_TABLE = "frontdesk_version"
EARLIER_VERSION_TABLE = "alembic_version"
"""What the table was called up to 2026-11-27; in a shared database the one of that name may be a neighbour's."""
OPTIONS: dict[str, Any] = {"version_table": VERSION_TABLE}


def config(connection: Connection | None = None, keyring: Keyring | None = None) -> Config:
    """Alembic's configuration, for the connection and the transaction of the caller; *keyring* reads what moves."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.set_main_option("path_separator", "newline")
    made.attributes.update(connection=connection, keyring=keyring)
    return made


def current(connection: Connection) -> str | None:
    """The revision the database is at, None for one without our tables."""
    revision = MigrationContext.configure(connection, opts=OPTIONS).get_current_revision()
    if revision is None and is_named_as_before(connection):
        revision = MigrationContext.configure(connection).get_current_revision()
    return revision


def is_named_as_before(connection: Connection) -> bool:
    """Whether the revision of our tables stands where earlier versions wrote it."""
    found = inspect(connection)
    return (
        not found.has_table(VERSION_TABLE)
        and found.has_table(EARLIER_VERSION_TABLE)
        and {"database_mark", "event_heads"} <= set(found.get_table_names())
    )


def rename_version_table(connection: Connection) -> None:
    """Move the revision to the table of our own, so that a neighbour can have the other name."""
    if not is_named_as_before(connection):
        return
    connection.exec_driver_sql(f"ALTER TABLE {EARLIER_VERSION_TABLE} RENAME TO {VERSION_TABLE}")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            f"ALTER TABLE {VERSION_TABLE} RENAME CONSTRAINT {EARLIER_VERSION_TABLE}_pkc TO {VERSION_TABLE}_pkc"
        )

"""What the program has made in a database that it shares, by name: only that is ever replaced or dropped.

Triggers and functions belong to no migration (``models.guards`` makes them from the tables), so the database itself
keeps their names, those of earlier versions too. Whatever is not among them belongs to another program.
"""

import re
from collections.abc import Iterable
from importlib.resources import files
from typing import NamedTuple

from sqlalchemy import Connection, inspect, text

TABLE = "frontdesk_objects"
"""Where the names are kept; written by an upgrade only."""
_FIRST = "migrations/first_guards.txt"
_STATEMENTS = (
    ("trigger", re.compile(r"CREATE TRIGGER (\w+) .*?\bON (\w+)", re.DOTALL)),
    ("function", re.compile(r"CREATE OR REPLACE FUNCTION (\w+)(\([^)]*\))")),
)


class Made(NamedTuple):
    """A ``trigger`` of a table, or a ``function`` (its name with what it takes, ``of`` is empty)."""

    kind: str
    name: str
    of: str


def made_by(statement: str) -> Made | None:
    """What a CREATE *statement* of ours makes; None for one that makes neither a trigger nor a function."""
    for kind, pattern in _STATEMENTS:
        if found := pattern.match(statement):
            return Made(kind, *found.groups()) if kind == "trigger" else Made(kind, found[1] + found[2], "")
    return None


def is_kept(connection: Connection) -> bool:
    """Whether the database keeps the names; one that an earlier version made does not yet."""
    return inspect(connection).has_table(TABLE)


def names(connection: Connection) -> set[Made]:
    """All triggers and functions that this or an earlier version made, whether they are still there or not."""
    if is_kept(connection):
        return {Made(*row) for row in connection.execute(text(f"SELECT kind, name, on_table FROM {TABLE}"))}
    lines = files("models").joinpath(_FIRST).read_text(encoding="utf-8").splitlines()
    rows = [line.split(" ", 2) for line in lines if line.startswith(connection.dialect.name)]
    return {Made(kind, *(said.split() if kind == "trigger" else (said, ""))) for _dialect, kind, said in rows}


def keep(connection: Connection, made: Iterable[Made]) -> None:
    """Write down the names of all that there is now, in place of those before."""
    strict = " STRICT" if connection.dialect.name == "sqlite" else ""
    connection.exec_driver_sql(
        f"CREATE TABLE IF NOT EXISTS {TABLE} (kind TEXT NOT NULL, name TEXT NOT NULL, on_table TEXT NOT NULL,"
        f" CONSTRAINT pk_{TABLE} PRIMARY KEY (kind, name, on_table)){strict}"
    )
    connection.exec_driver_sql(f"DELETE FROM {TABLE}")
    rows = [item._asdict() for item in sorted(made)]
    connection.execute(text(f"INSERT INTO {TABLE} (kind, name, on_table) VALUES (:kind, :name, :of)"), rows)

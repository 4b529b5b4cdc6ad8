"""Which tables, columns and indexes are ours in a database of any revision; all others are another program's."""

import functools
import re
from dataclasses import dataclass

from alembic import command
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.pool import StaticPool

from models import Base, made, search
from models.migrations.revision import EARLIER_VERSION_TABLE, VERSION_TABLE, config
from models.rooms_in_sql import PLACES

HOUSEKEEPING = frozenset({VERSION_TABLE, made.TABLE})
"""Tables of ours that are no part of the model."""
_CONSTRAINT = re.compile(r"CONSTRAINT (\w+)")
_FULL_TEXT_PARTS = ("data", "idx", "docsize", "config", "content")


@dataclass(frozen=True)
class Shape:
    """The names of one revision: each table with its columns, and indexes and constraints of them all."""

    tables: dict[str, frozenset[str]]
    others: frozenset[str]

    def is_table(self, name: str) -> bool:
        """Whether the table of that name is ours: of the model, of a search index, or kept beside them."""
        return name in self.tables or (bool(self.tables) and (name in HOUSEKEEPING or is_search_table(name)))


NOTHING = Shape({}, frozenset())


def is_search_table(name: str) -> bool:
    """Whether the table of exactly that name belongs to a search index; SQLite keeps several for each."""
    return name in _SEARCH_TABLES


def search_tables() -> frozenset[str]:
    """The names of all of these."""
    return _SEARCH_TABLES


_SEARCH_TABLES = frozenset({PLACES}) | frozenset(
    {
        name
        for table in search.indexed()
        for name in (search.index_of(table), *(f"{search.index_of(table)}_{part}" for part in _FULL_TEXT_PARTS))
    }
)
SEARCH_INDEXES = frozenset(
    name
    for table in search.indexed()
    for name in (f"ix_{search.index_of(table)}_tokens", f"{search.index_of(table)}_pkey")
)


def present() -> Shape:
    """The names of this version of the program."""
    tables = Base.metadata.tables
    columns = {name: frozenset(column.name for column in table.columns) for name, table in tables.items()}
    names = {str(item.name) for table in tables.values() for item in table.constraints}
    names |= {str(item.name) for table in tables.values() for item in table.indexes}
    return Shape(columns, frozenset(names) | _kept_names(columns))


@functools.lru_cache
def of_revision(revision: str | None) -> Shape:
    """The names that a database at *revision* has, found by making one in memory."""
    if revision is None:
        return NOTHING
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        command.upgrade(config(connection), revision)
        return _read(connection)


def _read(connection: Connection) -> Shape:
    found = inspect(connection)
    tables: dict[str, frozenset[str]] = {}
    names: set[str] = set()
    for name, kind, sql in connection.exec_driver_sql("SELECT name, type, sql FROM sqlite_master WHERE sql <> ''"):
        if kind == "index":
            names.add(name)
        elif kind == "table" and not name.startswith("sqlite_") and not is_search_table(name) and name != VERSION_TABLE:
            tables[name] = frozenset(column["name"] for column in found.get_columns(name))
            names.update(_CONSTRAINT.findall(sql))
    return Shape(tables, frozenset(names | _kept_names(tables)))


def _kept_names(tables: dict[str, frozenset[str]]) -> frozenset[str]:
    """Names that only one of the databases gives, and those of what is kept beside the tables."""
    keys = {f"pk_{table}" for table in (*tables, made.TABLE)}
    return frozenset(keys | {f"{table}_pkc" for table in (VERSION_TABLE, EARLIER_VERSION_TABLE)}) | SEARCH_INDEXES

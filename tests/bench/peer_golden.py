"""The golden rows of the peer benchmark: moved out of the way, read, and dropped when they have been imported."""

import datetime
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from admin_app.config import Config

GOLDEN = "golden"
BATCH = 4000


class GoldenFile:
    """The golden rows of an SQLite file, moved out of the way."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f"{path.name}.{GOLDEN}")
        with closing(sqlite3.connect(path)) as link:
            link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        path.rename(self.path)

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of *query*, in which ``{}`` stands before a table."""
        with closing(sqlite3.connect(self.path)) as link:
            yield from link.execute(query.format(""))

    def drop(self) -> None:
        """Forget the golden rows."""
        self.path.unlink()


class GoldenSchema:
    """The golden rows of a PostgreSQL database, moved out of the way into a schema of their own."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._do(f"ALTER SCHEMA public RENAME TO {GOLDEN}", "CREATE SCHEMA public")

    def _do(self, *statements: Any) -> None:
        with psycopg.connect(self.address, autocommit=True) as link:
            for statement in statements:
                link.execute(statement)

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of *query*, in which ``{}`` stands before a table; instants as text."""
        with psycopg.connect(self.address) as link, link.cursor(name=GOLDEN) as cursor:
            cursor.itersize = BATCH
            cursor.execute(query.format(f"{GOLDEN}."))
            for row in cursor:
                yield tuple(str(value) if isinstance(value, datetime.datetime) else value for value in row)

    def drop(self) -> None:
        """Forget the golden rows."""
        self._do(f"DROP SCHEMA {GOLDEN} CASCADE", "VACUUM ANALYZE")


@contextmanager
def golden_rows(config: Config) -> Iterator[GoldenFile | GoldenSchema]:
    """The golden rows of the database that *config* names; afterwards they are gone."""
    path = config.database_file
    address = config.database_url.set(drivername="postgresql").render_as_string(hide_password=False)
    rows = GoldenFile(path) if path is not None else GoldenSchema(address)
    yield rows
    rows.drop()

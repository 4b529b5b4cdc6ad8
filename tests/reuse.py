"""One PostgreSQL database used by test after test: put back as it was built, which is ten times quicker than a copy.

The rows that the builder left are kept in a schema of their own. Putting back deletes, with triggers off, all rows of
the tables in which a test has written, and inserts the kept ones. A database whose tables or guards a test has changed
is not put back but made anew.

An SQLite file is written over in place with the one to begin with: connections that are open stay, and need not read
all tables and triggers again, which takes longer than many a test.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from tests.postgres import Server

KEEP = """
DO $$ DECLARE t text; BEGIN
  CREATE SCHEMA kept;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', t, t);
  END LOOP;
END $$
"""
TABLES = """
SELECT tablename,
  (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = ('public.' || quote_ident(tablename))::regclass AND attnum > 0 AND NOT attisdropped
    AND attgenerated = ''),
  CASE WHEN tablename NOT LIKE 'frontdesk_%' THEN pg_get_serial_sequence('public.' || tablename, 'id') END
FROM pg_tables WHERE schemaname = 'public'
"""
END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
"""Whoever is left in a transaction, which may hold locks; connections that wait for the next test stay."""
WRITTEN: LiteralString = """
SELECT {name}, count(*), max(xmin::text::bigint), {used} FROM public.{table}
"""
"""How many rows a table has, which transaction wrote the latest of them, and which numbers were given out: one of these
is another after every insert, update and delete."""
USED: LiteralString = "(SELECT last_value || ' ' || is_called FROM {sequence})"
PUT_BACK: LiteralString = """
DELETE FROM public.{table};
INSERT INTO public.{table} ({columns}) SELECT {columns} FROM kept.{table};
"""
NUMBERS: LiteralString = "SELECT setval({sequence}, coalesce(max(id), 0) + 1, false) FROM kept.{table};"
SHAPE = """
WITH ours AS MATERIALIZED (SELECT oid, xmin FROM pg_class WHERE relnamespace = 'public'::regnamespace)
SELECT 'class', count(*), max(xmin::text::bigint) FROM ours
UNION ALL SELECT 'column', count(*), max(pg_attribute.xmin::text::bigint) FROM pg_attribute JOIN ours ON attrelid = oid
UNION ALL SELECT 'trigger', count(*), max(pg_trigger.xmin::text::bigint) FROM pg_trigger
UNION ALL SELECT 'rule', count(*), max(pg_constraint.xmin::text::bigint) FROM pg_constraint
UNION ALL SELECT 'function', count(*), max(xmin::text::bigint) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""
"""How many of each there are and which transaction made the latest: another after whatever changes one of them."""
SCHEMA_COOKIE = 40
"""Where the header of an SQLite file has a number that is another after each change of a table, index or trigger."""


Step = tuple[str, Callable[[str], object]]
Steps = list[Step]


def keep(url: str) -> None:
    """Keep all rows of a database as they are."""
    with psycopg.connect(url) as connection:
        connection.execute(KEEP)


class Kept:
    """One database and the rows that it began with. The connection stays: a new one has to read the catalogue first."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("SET session_replication_role = replica")
        self._shape = self._looks()
        tables = self.connection.execute(TABLES).fetchall()
        self._sequences: dict[str, str | None] = {table: sequence for table, _columns, sequence in tables}
        # Those that are written; what is worked out from them comes back by itself.
        self._columns: dict[str, LiteralString] = {table: columns for table, columns, _sequence in tables}
        self._asked = self._query(self._sequences)
        self._written = self._now(self._asked)

    def put_back(self) -> bool:
        """Whether it is as it began: rows are put back, changed tables and guards are not."""
        if self._looks() != self._shape:
            return False
        self.connection.execute(END_OTHERS)
        parts = []
        written = {row[0] for row in self._now(self._asked) ^ self._written}
        for table in written:
            columns = sql.SQL(self._columns[table])
            parts.append(sql.SQL(PUT_BACK).format(table=sql.Identifier(table), columns=columns))
            if sequence := self._sequences[table]:
                parts.append(sql.SQL(NUMBERS).format(sequence=sql.Literal(sequence), table=sql.Identifier(table)))
        if parts:
            self.connection.execute(sql.Composed(parts))
            others = {row for row in self._written if row[0] not in written}
            self._written = others | self._now(self._query(written))
        return True

    def _looks(self) -> list[tuple[Any, ...]]:
        return self.connection.execute(SHAPE, prepare=True).fetchall()

    def _query(self, tables: Iterable[str]) -> sql.Composed:
        return sql.SQL(" UNION ALL ").join(
            sql.SQL(WRITTEN).format(
                name=sql.Literal(table), used=_used(self._sequences[table]), table=sql.Identifier(table)
            )
            for table in tables
        )

    def _now(self, query: sql.Composed) -> set[tuple[Any, ...]]:
        return set(self.connection.execute(query, prepare=query is self._asked).fetchall())


def _used(sequence: str | None) -> sql.Composable:
    return sql.SQL("NULL") if sequence is None else sql.SQL(USED).format(sequence=sql.Identifier(*sequence.split(".")))


class Reused:
    """The reusable databases of one server, one for each builder."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._made: dict[str, Kept] = {}

    def fresh(self, steps: Steps, last: Step | None = None) -> str:
        """The address of a database as these leave it; whatever another test did to it is gone.

        Each of the *steps* adds to the one before and is a template to copy; the *last*, of one module, is not.
        """
        name = (last or steps[-1])[0]
        if made := self._made.get(name):
            if made.put_back():
                return made.url
            made.connection.close()
            self.server.drop_database(made.url)
        template = "template0"
        for each, fill in steps:
            template = self.server.template(each, fill, template)
        if last is None:
            url = self.server.create_database(self.server.template(f"{name}_kept", keep, template))
        else:
            url = self.server.create_database(template)
            last[1](url)
            keep(url)
        self._made[name] = Kept(url)
        return url

    def close(self) -> None:
        """Leave the databases alone."""
        for made in self._made.values():
            made.connection.close()


class ReusedFile:
    """The SQLite file of a worker's tests, one after the other."""

    def __init__(self, path: Path, close_all: Callable[[], None]) -> None:
        self.path = path
        self._close_all = close_all
        self._connection: sqlite3.Connection | None = None
        self._descriptor = -1
        self._files: list[int] = []

    def fresh(self, source: Path) -> str:
        """The address of the file as *source* is; whatever another test did to it is gone."""
        if self._connection is None or not self._written_over(self._connection, source):
            self.close()
            for old in self.path.parent.glob(f"{self.path.name}*"):
                old.unlink()
            shutil.copyfile(source, self.path)
            # Stays open with the file: to close a file lets go of the locks that the process has on it.
            self._descriptor = os.open(self.path, os.O_RDWR)
            self._connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
            self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            self._files = self._present()
        return f"sqlite:///{self.path}"

    def _present(self) -> list[int]:
        """Which files these are: another program may have put others in their place."""
        return [Path(f"{self.path}{end}").stat().st_ino for end in ("", "-wal", "-shm")]

    def _written_over(self, connection: sqlite3.Connection, source: Path) -> bool:
        """Whether the file is now as *source*: not while somebody reads it, nor where its tables were changed."""
        try:
            checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)"
            if self._present() != self._files or connection.execute(checkpoint).fetchone() != (0, 0, 0):
                return False
        except (OSError, sqlite3.Error):
            return False
        content = source.read_bytes()
        same_schema = os.pread(self._descriptor, 4, SCHEMA_COOKIE) == content[SCHEMA_COOKIE : SCHEMA_COOKIE + 4]
        # All remember how many pages it had: what lies beyond them they would not believe.
        if not same_schema or os.fstat(self._descriptor).st_size < len(content):
            return False
        os.pwrite(self._descriptor, content, 0)
        os.truncate(self._descriptor, len(content))
        # By a connection that knows nothing of the file yet: what it writes tells all others to forget what they know.
        unknowing = sqlite3.connect(self.path, isolation_level=None)
        unknowing.execute("PRAGMA user_version = 0")
        unknowing.close()
        return True

    def close(self) -> None:
        """Close every connection."""
        self._close_all()
        if self._connection is not None:
            self._connection.close()
            os.close(self._descriptor)
            self._connection = None

"""One PostgreSQL database used by test after test: put back as it was built, which is ten times quicker than a copy.

The rows that the builder left are kept in a schema of their own. Putting back deletes, with triggers off, all rows of
the tables in which a test has written, and inserts the kept ones. A database whose tables or guards a test has changed
is not put back but made anew.
"""

from collections.abc import Callable
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
WITH ours AS (SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace)
SELECT
  (SELECT string_agg(oid || relname, ',' ORDER BY oid) FROM ours),
  (SELECT md5(string_agg(attrelid || attname || attnotnull, ',' ORDER BY attrelid, attnum))
     FROM pg_attribute JOIN ours ON attrelid = ours.oid WHERE relkind = 'r'),
  (SELECT md5(string_agg(tgrelid || tgname || tgenabled::text, ',' ORDER BY oid)) FROM pg_trigger),
  (SELECT md5(string_agg(oid || conname, ',' ORDER BY oid)) FROM pg_constraint)
"""


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
        self._shape = self.connection.execute(SHAPE).fetchone()
        tables = self.connection.execute(TABLES).fetchall()
        self._sequences: dict[str, str | None] = {table: sequence for table, _columns, sequence in tables}
        # Those that are written; what is worked out from them comes back by itself.
        self._columns: dict[str, LiteralString] = {table: columns for table, columns, _sequence in tables}
        self._query = sql.SQL(" UNION ALL ").join(
            sql.SQL(WRITTEN).format(name=sql.Literal(table), used=_used(sequence), table=sql.Identifier(table))
            for table, sequence in self._sequences.items()
        )
        self._written = self._now()

    def put_back(self) -> bool:
        """Whether it is as it began: rows are put back, changed tables and guards are not."""
        if self.connection.execute(SHAPE).fetchone() != self._shape:
            return False
        self.connection.execute(END_OTHERS)
        parts = []
        for table in {row[0] for row in self._now() ^ self._written}:
            columns = sql.SQL(self._columns[table])
            parts.append(sql.SQL(PUT_BACK).format(table=sql.Identifier(table), columns=columns))
            if sequence := self._sequences[table]:
                parts.append(sql.SQL(NUMBERS).format(sequence=sql.Literal(sequence), table=sql.Identifier(table)))
        if parts:
            self.connection.execute(sql.Composed(parts))
            self._written = self._now()
        return True

    def _now(self) -> set[tuple[Any, ...]]:
        return set(self.connection.execute(self._query, prepare=True).fetchall())


def _used(sequence: str | None) -> sql.Composable:
    return sql.SQL("NULL") if sequence is None else sql.SQL(USED).format(sequence=sql.Identifier(*sequence.split(".")))


class Reused:
    """The reusable databases of one server, one for each builder."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._made: dict[str, Kept] = {}

    def fresh(
        self, name: str, fill: Callable[[str], object], base: tuple[str, Callable[[str], object]] | None = None
    ) -> str:
        """The address of a database as *fill* leaves it; whatever another test did to it is gone.

        *base* is the template, by name and builder, that *fill* adds to.
        """
        if made := self._made.get(name):
            if made.put_back():
                return made.url
            made.connection.close()
            self.server.drop_database(made.url)
        if base is None:
            template = self.server.template(name, fill)
            url = self.server.create_database(self.server.template(f"{name}_kept", keep, template))
        else:
            url = self.server.create_database(self.server.template(*base))
            fill(url)
            keep(url)
        self._made[name] = Kept(url)
        return url

    def close(self) -> None:
        """Leave the databases alone."""
        for made in self._made.values():
            made.connection.close()

"""One PostgreSQL database used by test after test: put back as it was built, which is ten times quicker than a copy.

The rows that the builder left are kept in a schema of their own. Putting back deletes all rows with triggers off and
inserts the kept ones. A database whose tables or guards a test has changed is not put back but made anew.
"""

from collections.abc import Callable
from typing import Any

import psycopg

from tests.postgres import Server

KEEP = """
DO $$ DECLARE t text; BEGIN
  CREATE SCHEMA kept;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', t, t);
  END LOOP;
END $$
"""
PUT_BACK = """
DO $$ DECLARE t text; s text; BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET session_replication_role = replica;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DELETE FROM public.%I', t);
    EXECUTE format('INSERT INTO public.%I SELECT * FROM kept.%I', t, t);
    s := CASE WHEN t LIKE 'frontdesk_%' THEN NULL ELSE pg_get_serial_sequence('public.' || t, 'id') END;
    IF s IS NOT NULL THEN
      EXECUTE format('SELECT setval(%L, coalesce(max(id), 0) + 1, false) FROM kept.%I', s, t);
    END IF;
  END LOOP;
END $$
"""
SHAPE = """
WITH ours AS (SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace)
SELECT
  (SELECT string_agg(oid || relname, ',' ORDER BY oid) FROM ours),
  (SELECT md5(string_agg(attrelid || attname || attnotnull, ',' ORDER BY attrelid, attnum))
     FROM pg_attribute JOIN ours ON attrelid = ours.oid WHERE relkind = 'r'),
  (SELECT md5(string_agg(tgrelid || tgname || tgenabled::text, ',' ORDER BY oid)) FROM pg_trigger),
  (SELECT md5(string_agg(oid || conname, ',' ORDER BY oid)) FROM pg_constraint)
"""


class Reused:
    """The reusable databases of one server, one for each builder."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._made: dict[str, tuple[str, Any, psycopg.Connection]] = {}

    def fresh(
        self, name: str, fill: Callable[[str], object], base: tuple[str, Callable[[str], object]] | None = None
    ) -> str:
        """The address of a database as *fill* leaves it; whatever another test did to it is gone.

        *base* is the template, by name and builder, that *fill* adds to.
        """
        if name in self._made:
            url, shape, connection = self._made[name]
            if connection.execute(SHAPE).fetchone() == shape:
                connection.execute(PUT_BACK)
                return url
            connection.close()
            self.server.drop_database(url)
        if base is None:
            url = self.server.create_database(self.server.template(name, fill))
        else:
            url = self.server.create_database(self.server.template(*base))
            fill(url)
        connection = psycopg.connect(url, autocommit=True)  # kept: a new one has to read the catalogue first
        connection.execute(KEEP)
        self._made[name] = url, connection.execute(SHAPE).fetchone(), connection
        return url

    def close(self) -> None:
        """Leave the databases alone."""
        for _url, _shape, connection in self._made.values():
            connection.close()

"""One PostgreSQL database used by test after test: put back as it was built, which is ten times quicker than a copy.

The rows that the builder left are kept in a schema of their own. Putting back deletes all rows with triggers off and
inserts the kept ones. A database whose tables or guards a test has changed is not put back but made anew.
"""

from collections.abc import Callable

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
    s := CASE WHEN t = 'alembic_version' THEN NULL ELSE pg_get_serial_sequence('public.' || t, 'id') END;
    IF s IS NOT NULL THEN
      EXECUTE format('SELECT setval(%L, coalesce(max(id), 0) + 1, false) FROM kept.%I', s, t);
    END IF;
  END LOOP;
END $$
"""
SHAPE = """
SELECT md5(
  (SELECT string_agg(tgrelid || tgname || tgenabled::text, ',' ORDER BY oid) FROM pg_trigger)
  || (SELECT string_agg(oid || relname, ',' ORDER BY oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace)
  || (SELECT string_agg(oid || conname, ',' ORDER BY oid) FROM pg_constraint)
  || (SELECT string_agg(attrelid || attname || attnotnull, ',' ORDER BY attrelid, attnum) FROM pg_attribute)
)
"""


class Reused:
    """The reusable databases of one server, one for each builder."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._made: dict[str, tuple[str, str]] = {}

    def fresh(self, name: str, fill: Callable[[str], object]) -> str:
        """The address of a database as *fill* leaves it; whatever another test did to it is gone."""
        if name in self._made:
            url, shape = self._made[name]
            with psycopg.connect(url, autocommit=True) as connection:
                row = connection.execute(SHAPE).fetchone()
                if row == (shape,):
                    connection.execute(PUT_BACK)
                    return url
            self.server.drop_database(url)
        url = self.server.create_database(self.server.template(name, fill))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(KEEP)
            found = connection.execute(SHAPE).fetchone()
            assert found is not None
            self._made[name] = (url, found[0])
        return url

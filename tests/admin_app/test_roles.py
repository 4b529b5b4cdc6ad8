"""Users of a server: the panel writes rows and cannot touch guards, reports read, a neighbour issues passes."""

import psycopg
import pytest
from psycopg import errors

from tests.marks import only_sqlite

SCHEMA = "desk"
PASS = """
INSERT INTO visitor_passes (estate_id, number, code, kind, holder_name, valid_from,
  valid_until, issued_at, issued_by_id)
SELECT 1, 'P-1', 'X7K2', 'visitor', '赵敏', now(), now() + interval '1 day', now(), 2
"""


@pytest.fixture
def users(postgres_server, monkeypatch, environment):
    """A database with the tables of an owner who is no superuser; ``users(name)`` is a connection of that user."""
    server, reason = postgres_server
    if server is None:
        pytest.skip(reason)
    url = server.create_database()
    names = ("frontdesk_owner", "frontdesk_panel", "frontdesk_reports", "frontdesk_neighbour")
    with psycopg.connect(url, autocommit=True) as root:
        for name in names:
            if root.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone() is None:
                root.execute(f"CREATE ROLE {name} LOGIN")
        root.execute(f"GRANT CREATE ON DATABASE {url.partition('@/')[2].partition('?')[0]} TO frontdesk_owner")

    def as_user(name):
        return url.replace("//frontdesk@", f"//{name}@")

    environment(as_user("frontdesk_panel"))
    monkeypatch.setenv("FRONTDESK_OWNER_DATABASE_URL", as_user("frontdesk_owner"))
    monkeypatch.setenv("FRONTDESK_DATABASE_SCHEMA", SCHEMA)
    opened = []

    def connected(name):
        made = psycopg.connect(as_user(name), autocommit=True, options=f"-c search_path={SCHEMA}")
        opened.append(made)
        return made

    yield connected
    for made in opened:
        made.close()
    server.drop_database(url)


def refused(connection, statement):
    with pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


def test_each_user_of_a_server_may_do_its_part_and_no_more(users, run, fails):
    assert run("db", "upgrade")[0] == 0
    owner = users("frontdesk_owner")
    assert "no schema desk" in fails("db", "check")
    code, grants, _ = run("db", "roles")
    assert code == 0, "printed before they were given"
    assert "GRANT USAGE ON SCHEMA desk TO frontdesk_panel;" in grants
    owner.execute(grants)
    assert run("db", "check")[0] == 0
    new = ("staff", "add", "wang", "--name", "王芳", "--estate", "YH", "--open-estate", "云湖", "--role", "admin")
    assert run(*new, "--generate")[0] == 0
    assert run("verify")[0] == 0, "the panel reads all that it has to look through"
    assert run("db", "reindex")[0] == 0

    panel = users("frontdesk_panel")
    for statement in (
        "DROP TRIGGER guard_events_rows ON events",
        "ALTER TABLE events DISABLE TRIGGER guard_events_rows",
        "CREATE OR REPLACE FUNCTION guard_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "TRUNCATE sign_in_attempts",
        "UPDATE events SET verb = 'x'",
        "DROP TABLE tickets",
        "ALTER TABLE tickets ADD COLUMN x TEXT",
        "UPDATE frontdesk_version SET version_num = 'x'",
    ):
        refused(panel, statement)

    reports = users("frontdesk_reports")
    assert reports.execute("SELECT count(*) FROM tickets").fetchone() == (0,)
    refused(reports, "SELECT password_hash FROM staff")
    refused(reports, "INSERT INTO teams (estate_id, name) VALUES (1, 'x')")

    owner.execute("REVOKE ALL ON visitor_passes FROM frontdesk_neighbour")
    owner.execute("GRANT INSERT ON visitor_passes TO frontdesk_neighbour")
    gate = users("frontdesk_neighbour")
    gate.execute(PASS)
    refused(gate, "SELECT 1 FROM residents")
    refused(gate, "INSERT INTO visitor_passes_search (id, tokens) VALUES (9, '')")
    assert owner.execute("SELECT count(*) FROM visitor_passes_search").fetchone() == (1,)
    assert run("verify")[0] == 0
    assert "without event: visitor_passes 1: was added" in run("verify")[1]


def test_rights_are_printed_for_the_usual_schema_too(users, run, monkeypatch):
    monkeypatch.delenv("FRONTDESK_DATABASE_SCHEMA")
    code, grants, _ = run("db", "roles")
    assert code == 0
    assert "GRANT SELECT ON public.frontdesk_version TO frontdesk_panel;" in grants


@only_sqlite
def test_sqlite_knows_no_users(database_url, environment, fails, monkeypatch):
    environment(database_url)
    assert "SQLite knows no users" in fails("db", "roles")
    monkeypatch.setenv("FRONTDESK_OWNER_DATABASE_URL", "postgresql://a@/b")
    assert "SQLite knows no users" in fails("db", "check")

"""``verify``, ``db check`` and ``db reindex``: what somebody did behind the program's back is found and mended."""

import json
from contextlib import suppress

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from models import Base
from models.finding import search_condition
from models.guards import create_triggers, drop_triggers
from models.migrations import soundness
from models.residents import Resident
from tests.marks import first_sqlite
from tests.neighbour import ON_OURS, OWN, come


def without_guards(engine, statement):
    with engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(text(statement))
        create_triggers(connection, Base.metadata)


@first_sqlite  # each makes a server's database anew
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET verb = 'other' WHERE id = (SELECT max(id) FROM events)",
        "UPDATE event_seals SET seal = 'x' WHERE id = (SELECT min(id) FROM event_seals)",
        "DELETE FROM event_seals WHERE id = (SELECT max(id) FROM event_seals)",
        "UPDATE event_heads SET length = 99",
        "DELETE FROM event_heads",
    ],
)
def test_verify_finds_who_got_past_the_guards(database_url, environment, run, engine, statement):
    environment(database_url)
    without_guards(engine, statement)
    code, out, _ = run("verify", "--json")
    answer = json.loads(out)
    assert code == 1
    assert not answer["ok"]
    assert answer["problems"][0]["kind"] == "events"


def test_verify_tries_every_cipher_text_and_every_time__RES_4(database_url, environment, run, engine, records, keyring):
    environment(database_url)
    spoilt = []
    with engine.begin() as connection:
        drop_triggers(connection)
        for table in Base.metadata.sorted_tables:
            (row_id,) = connection.execute(select(func.min(table.c.id))).one()
            personal = [column for column in table.columns if column.info.get("personal")]
            for column in personal if row_id is not None else ():
                with suppress(IntegrityError), connection.begin_nested():  # a number that cannot be there alone
                    connection.execute(update(table).where(table.c.id == row_id).values({column: "13800138000"}))
                    spoilt.append(f"{table.name} {row_id}: {column.name} cannot be decrypted")
        on_sqlite = connection.dialect.name == "sqlite"
        moment, day = ("2026-02-30 10:00:00.000000", "0000-01-01") if on_sqlite else ("infinity", "-infinity")
        for table_name, column_name, value in (
            ("tickets", "updated_at", moment),
            ("calendar_days", "day", day),
            ("key_loans", "lent_at", "0000-01-01 10:00:00.000000" if on_sqlite else "0044-03-15 BC"),
            ("visitor_passes", "valid_until", "2099-02-30 10:00:00.000000" if on_sqlite else "20260-01-01"),
            ("events", "at", moment),
        ):
            statement = text(f"UPDATE {table_name} SET {column_name} = :value WHERE id = 1")
            connection.execute(statement, {"value": value})
            spoilt.append(f"{table_name} 1: {column_name} is no time of any calendar")
        odd = [("units", "code", "''", "is blank"), ("residents", "name", "'\u3000\u3000'", "is blank")]
        odd += [("complaints", "number", "' '", "is blank"), ("keys", "version", "-1", "is -1")]
        if on_sqlite:
            spoilt.append("residents 1: updated_at is no time of any calendar")
            odd += [("visitor_passes", "deposit_fen", str(10**18), f"is {10**18}")]
            odd += [("complaints", "version", str(2**62), f"is {2**62}")]
            connection.execute(text("UPDATE residents SET updated_at = '2026-02-10 24:00:00.000000' WHERE id = 1"))
        for table_name, column_name, value, said in odd:
            connection.execute(text(f"UPDATE {table_name} SET {column_name} = {value} WHERE id = 1"))
            spoilt.append(f"{table_name} 1: {column_name} {said}")
        create_triggers(connection, Base.metadata)
    code, out, _ = run("verify", "--json")
    assert code == 1
    found = {problem["what"] for problem in json.loads(out)["problems"] if problem["kind"] == "value"}
    assert found == set(spoilt)
    assert {line.partition(" ")[0] for line in spoilt} >= {"residents", "tickets", "key_loans", "visitor_passes"}


def test_verify_and_check_find_a_missing_guard(database_url, environment, run, engine):
    environment(database_url)
    with engine.begin() as connection:
        drop_triggers(connection)
    assert run("verify")[0] == 1
    code, out, _ = run("db", "check")
    assert code == 1
    assert "guard missing or changed: guard_" in out


def checked(run, *command):
    code, out, _ = run(*command, "--json")
    answer = json.loads(out)
    assert answer["ok"] is (code == 0) is (answer["problems"] == [])
    return answer


def test_what_others_have_added_is_listed_and_not_broken(database_url, environment, run, engine):
    environment(database_url)
    with engine.begin() as connection:
        come(connection, OWN)
        come(connection, ON_OURS)
        if connection.dialect.name == "sqlite":  # on a server it counts as a rule of ours, which refuses rows
            connection.exec_driver_sql("CREATE UNIQUE INDEX gate_ids ON tickets (id, summary)")
    check, verify = checked(run, "db", "check"), checked(run, "verify")
    assert check["problems"] == verify["problems"] or engine.dialect.name == "postgresql"
    listed = {line.split(" ", 1)[1] for line in check["of_others"]}
    assert verify["of_others"] == check["of_others"]
    assert {"weight on complaints", "gate on bulk_runs", "gate_complaints on complaints", "gate_view"} <= listed
    assert {"barrier", "gate log", "artists", "alembic_version", "guard_gate_complaints on complaints"} <= listed
    assert not {"tickets", "tickets_search", "frontdesk_version", "frontdesk_objects"} & listed
    assert "of others: view gate_view" in run("verify")[1]


HURTING = {
    "ALTER TABLE residents RENAME COLUMN name TO title": "residents.name is missing",
    "CREATE UNIQUE INDEX theirs ON tickets (summary)": "refuses what may be written: index theirs on tickets",
    "DROP INDEX ix_events_estate_id_at": "events: index ix_events_estate_id_at is missing",
}
IN_A_FILE = {
    "CREATE TABLE gate (a TEXT REFERENCES residents (name))": "table gate refers to residents (name), which is no key",
    "CREATE TABLE gate (a TEXT REFERENCES units (door))": "table gate refers to units (door), where there is no door",
    "CREATE TRIGGER gate BEFORE INSERT ON residents BEGIN SELECT RAISE(ABORT, 'no'); END": "trigger gate on residents",
}
ON_A_SERVER = {
    "ALTER TABLE residents ENABLE ROW LEVEL SECURITY": "hides rows: row level security on residents",
    "CREATE RULE gate AS ON INSERT TO residents DO INSTEAD NOTHING": "rule gate on residents",
    "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;"
    "CREATE TRIGGER gate BEFORE INSERT ON residents FOR EACH ROW EXECUTE FUNCTION no()": "trigger gate on residents",
    "ALTER TABLE tickets ALTER COLUMN summary DROP NOT NULL": "tickets.summary: its nullable is True, not False",
    "ALTER TABLE tickets ALTER COLUMN repeats TYPE BIGINT": "tickets.repeats: its type is BIGINT, not INTEGER",
    "ALTER TABLE tickets ADD COLUMN needed TEXT NOT NULL": "refuses what may be written: column needed on tickets",
    "ALTER TABLE tickets ADD CONSTRAINT theirs CHECK (summary <> 'x')": "constraint theirs on tickets",
    "ALTER TABLE tickets DROP CONSTRAINT ck_tickets_summary_length": "ck_tickets_summary_length is missing",
    "ALTER TABLE events DISABLE TRIGGER guard_events_rows": "guard missing or changed: guard_events_rows",
    "ALTER TABLE events ENABLE REPLICA TRIGGER guard_events_rows": "guard missing or changed: guard_events_rows",
    "ALTER FUNCTION guard_tickets_search() SECURITY INVOKER": "guard missing or changed: guard_tickets_search",
}


def test_what_is_against_the_promises_is_broken(database_url, environment, run, engine):
    """Each alone, and taken back: so that none hides another."""
    environment(database_url)
    on_server = engine.dialect.name == "postgresql"
    with engine.connect() as connection:
        for statement, said in (HURTING | (ON_A_SERVER if on_server else IN_A_FILE)).items():
            with connection.begin() as attempt:
                if not on_server:
                    drop_triggers(connection)  # they name the columns
                connection.execute(text(statement))
                assert any(said in line for line in soundness.problems(connection)), statement
                attempt.rollback()
        if on_server:  # a comment hurts nothing
            connection.exec_driver_sql("COMMENT ON TABLE tickets IS 'x'")
            connection.exec_driver_sql("COMMENT ON COLUMN tickets.summary IS 'x'")
        assert soundness.problems(connection) == []
    if not on_server:
        with engine.begin() as connection:
            drop_triggers(connection)
            connection.exec_driver_sql("PRAGMA writable_schema = ON")
            weakened = "replace(sql, 'length(summary) <= ', 'length(summary) <= 9')"
            connection.exec_driver_sql(f"UPDATE sqlite_master SET sql = {weakened} WHERE name = 'tickets'")
            create_triggers(connection, Base.metadata)
        engine.dispose()
        (problem,) = checked(run, "db", "check")["problems"]
        assert "ck_tickets_summary_length" in problem


def test_rows_changed_with_triggers_off_are_found_again_after_reindex(
    database_url, environment, run, engine, session, world, keyring
):
    environment(database_url)
    session.close()
    without_guards(engine, "UPDATE residents SET name = '欧阳修', version = version + 1 WHERE name = '张伟'")
    condition = search_condition(Resident, "欧阳", keyring)
    assert condition is not None
    looked_for = select(Resident.id).where(condition)
    assert session.scalars(looked_for).all() == []
    session.commit()
    assert run("db", "reindex")[0] == 0
    assert session.scalars(looked_for).all() == [world.residents[0].id]


def test_an_upgrade_mends_indexes_that_nothing_kept(database_url, environment, run, engine, session, world, keyring):
    environment(database_url)
    session.close()
    with engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(text("UPDATE residents SET name = '欧阳修' WHERE name = '张伟'"))
    assert run("db", "upgrade")[0] == 0
    condition = search_condition(Resident, "欧阳", keyring)
    assert condition is not None
    assert session.scalars(select(Resident.id).where(condition)).all() == [world.residents[0].id]

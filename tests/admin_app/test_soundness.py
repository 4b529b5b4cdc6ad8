"""``verify``, ``db check`` and ``db reindex``: what somebody did behind the program's back is found and mended."""

import json

import pytest
from sqlalchemy import func, select, text, update

from models import Base
from models.finding import found
from models.guards import create_triggers, drop_triggers
from models.residents import Resident


def without_guards(engine, statement):
    with engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(text(statement))
        create_triggers(connection, Base.metadata)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET verb = 'other' WHERE id = (SELECT max(id) FROM events)",
        "UPDATE event_seals SET seal = 'x' WHERE id = (SELECT min(id) FROM event_seals)",
        "DELETE FROM event_seals WHERE id = (SELECT max(id) FROM event_seals)",
        "UPDATE event_heads SET length = 99",
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
                connection.execute(update(table).where(table.c.id == row_id).values({column: "13800138000"}))
                spoilt.append(f"{table.name} {row_id}: {column.name} cannot be decrypted")
        create_triggers(connection, Base.metadata)
        if connection.dialect.name == "sqlite":
            connection.execute(text("UPDATE tickets SET heard_at = '2026-02-30 10:00:00.000000' WHERE id = 1"))
            connection.execute(text("UPDATE calendar_days SET day = '0000-01-01' WHERE id = 1"))
            spoilt += [
                "tickets 1: heard_at is no time of any calendar",
                "calendar_days 1: day is no time of any calendar",
            ]
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


def test_check_finds_a_table_that_was_changed(database_url, environment, run, engine):
    environment(database_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE settings ADD COLUMN extra TEXT"))
    code, out, _ = run("db", "check")
    assert code == 1
    assert "extra" in out


def test_rows_changed_with_triggers_off_are_found_again_after_reindex(
    database_url, environment, run, engine, session, world, keyring
):
    environment(database_url)
    session.close()
    without_guards(engine, "UPDATE residents SET name = '欧阳修', version = version + 1 WHERE name = '张伟'")
    condition = found(Resident, "欧阳", keyring)
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
    condition = found(Resident, "欧阳", keyring)
    assert condition is not None
    assert session.scalars(select(Resident.id).where(condition)).all() == [world.residents[0].id]

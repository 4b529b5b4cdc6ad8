"""Backups: the whole database in one file, and back from it or not at all."""

import contextlib
import json
import sqlite3
import subprocess
import threading
import zipfile

from sqlalchemy import make_url, select, text

from models import migrations
from models.finding import search_condition
from models.personal import Keyring
from models.residents import Resident
from tests import postgres
from tests.fixed import DATA_KEY
from tests.marks import only_postgresql, only_sqlite
from tests.neighbour import ON_OURS, OWN, come
from tests.records import make_tickets


def test_a_backup_brings_everything_back(database_url, environment, run, fails, tmp_path, session, world):
    environment(database_url)
    file = tmp_path / "backup"
    assert run("db", "backup", str(file))[0] == 0
    assert "exists already" in fails("db", "backup", str(file))
    session.execute(text("UPDATE estates SET name = 'changed'"))
    session.commit()
    session.close()
    assert "--force" in fails("db", "restore", str(file))
    assert run("db", "restore", "--force", str(file))[0] == 0
    assert session.scalar(text("SELECT count(*) FROM estates WHERE name = 'changed'")) == 0
    session.commit()
    assert run("db", "check")[0] == 0
    assert run("verify")[0] == 0


def test_a_backup_can_go_into_an_empty_database(database_url, empty_url, environment, run, tmp_path, world, session):
    if make_url(database_url).get_backend_name() != make_url(empty_url).get_backend_name():
        return  # a backup is for its own kind
    session.close()
    environment(database_url)
    file = tmp_path / "backup"
    run("db", "backup", str(file))
    environment(empty_url)
    assert run("db", "restore", str(file))[0] == 0
    assert run("db", "check")[0] == 0


def test_what_is_no_backup_is_refused(database_url, environment, fails, tmp_path):
    environment(database_url)
    file = tmp_path / "backup"
    assert "cannot read" in fails("db", "restore", str(file))
    for content in (b"", b"nonsense", b"SQLite format 3\0" + b"x" * 5000, b"PGDMP" + b"x" * 5000):
        file.write_bytes(content)
        fails("db", "restore", "--force", str(file))


@only_sqlite
def test_a_backup_of_which_a_part_was_cut_off_inside_is_refused_with_a_sentence(
    database_url, environment, run, fails, tmp_path, world, session
):
    session.close()
    environment(database_url)
    whole, cut = tmp_path / "backup.zip", tmp_path / "cut.zip"
    run("db", "backup", str(whole))
    for kept in (lambda held: held[: len(held) // 2], lambda held: b"x" * len(held), lambda _held: b""):
        with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(cut, "w") as forged:
            forged.writestr("manifest.json", archive.read("manifest.json"))
            forged.writestr("database.sqlite", kept(archive.read("database.sqlite")))
        assert "cut.zip" in fails("db", "restore", "--force", str(cut))
    assert run("db", "check")[0] == 0


def test_a_backup_with_fewer_rows_than_it_says_is_refused(
    database_url, environment, run, fails, tmp_path, engine, session, world
):
    session.close()
    environment(database_url)
    whole, forged = tmp_path / "backup.zip", tmp_path / "forged.zip"
    run("db", "backup", str(whole))
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(forged, "w") as written:
        manifest = json.loads(archive.read("manifest.json"))
        manifest["tables"]["units"] += 1
        for name in archive.namelist():
            written.writestr(name, json.dumps(manifest) if name == "manifest.json" else archive.read(name))
    before = rows(engine, "SELECT count(*) FROM units")
    assert "damaged" in fails("db", "restore", "--force", str(forged))
    assert (rows(engine, "SELECT count(*) FROM units"), run("db", "check")[0]) == (before, 0)


@only_sqlite
def test_a_backup_of_another_program_is_refused(database_url, environment, fails, tmp_path):
    environment(database_url)
    file = tmp_path / "backup"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE others (id INTEGER)")
    connection.close()
    assert "cannot be restored" in fails("db", "restore", "--force", str(file))


def rows(engine, sql):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def test_a_backup_and_a_restore_touch_our_tables_only(
    database_url, environment, run, fails, tmp_path, engine, session, world
):
    """A neighbour's rows, columns and triggers are there unchanged, and nothing of them is in the archive."""
    session.close()
    environment(database_url)
    with engine.begin() as connection:
        come(connection, OWN)
        come(connection, ON_OURS)
        connection.execute(text("ALTER TABLE units ADD COLUMN gate_note TEXT"))
        connection.execute(text("UPDATE units SET gate_note = 'theirs', version = version + 1"))
    file = tmp_path / "backup.zip"
    assert run("db", "backup", str(file))[0] == 0
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        held = b"".join(archive.read(name) for name in archive.namelist())
    assert manifest["tables"]["units"] == len(rows(engine, "SELECT id FROM units"))
    assert "王菲".encode() not in held
    assert "张伟".encode() in held
    with engine.begin() as connection:
        connection.execute(text("UPDATE residents SET name = '欧阳修', version = version + 1 WHERE name = '张伟'"))
        connection.execute(text("UPDATE units SET gate_note = 'later', version = version + 1"))
        connection.execute(text("INSERT INTO artist VALUES (2, '那英')"))
    asked = ("SELECT * FROM artist", 'SELECT note FROM "gate log" ORDER BY id', "SELECT gate_note FROM units")
    before = [rows(engine, sql) for sql in asked]
    said = fails("db", "restore", str(file))
    assert "--force" in said
    assert "table barrier" in said
    assert run("db", "restore", "--force", str(file))[0] == 0
    assert [rows(engine, sql) for sql in asked] == before
    assert rows(engine, "SELECT count(*) FROM residents WHERE name = '欧阳修'") == [(0,)]
    assert run("verify")[0] == 0
    assert "trigger guard_gate_complaints on complaints" in run("db", "check")[1]
    found_again = search_condition(Resident, "张伟", Keyring(DATA_KEY))
    assert found_again is not None
    with engine.connect() as connection:
        assert connection.scalars(select(Resident.id).where(found_again)).all() == [world.residents[0].id]


def test_a_restore_is_refused_where_a_row_of_another_program_refers_to_one_that_goes(
    database_url, environment, run, fails, tmp_path, engine, session, world
):
    session.close()
    environment(database_url)
    file = tmp_path / "backup.zip"
    run("db", "backup", str(file))
    key = "REFERENCES teams (id) ON DELETE CASCADE"
    new = "INSERT INTO teams (estate_id, name, department) VALUES (:estate, 'new', 'engineering')"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE barrier (id INTEGER PRIMARY KEY, team_id BIGINT {key})"))
        connection.execute(text(new), {"estate": world.estate.id})
        connection.execute(text("INSERT INTO barrier SELECT 1, max(id) FROM teams"))
    said = run("db", "restore", "--dry-run", str(file))[1]
    assert "lost: 1 rows of teams go." in said
    assert "--force would be refused; of another program: " in said
    assert "barrier" in said.splitlines()[1]
    assert "barrier" in fails("db", "restore", "--force", str(file))
    assert rows(engine, "SELECT count(*) FROM teams WHERE name = 'new'") == [(1,)]
    with engine.begin() as connection:
        connection.execute(text("UPDATE barrier SET team_id = (SELECT min(id) FROM teams)"))
    assert run("db", "restore", "--force", str(file))[0] == 0
    assert rows(engine, "SELECT count(*) FROM barrier") == [(1,)]
    assert rows(engine, "SELECT count(*) FROM teams WHERE name = 'new'") == [(0,)]


def test_a_backup_of_before_comes_back_too(database_url, environment, run, tmp_path, engine, session, world):
    """As they were made up to revision 0006: the whole file, or what ``pg_dump`` wrote."""
    session.close()
    environment(database_url)
    file = tmp_path / "former"
    if engine.dialect.name == "sqlite":
        with contextlib.closing(sqlite3.connect(file)) as copy, contextlib.closing(engine.raw_connection()) as source:
            source.driver_connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            copy.execute("ALTER TABLE frontdesk_version RENAME TO alembic_version")
    else:
        programs, _ = postgres.binaries()
        assert programs is not None
        subprocess.run([programs / "pg_dump", "--format=custom", f"--file={file}", database_url], check=True)
    with engine.begin() as connection:
        connection.execute(text("UPDATE residents SET name = '欧阳修', version = version + 1 WHERE name = '张伟'"))
    assert run("db", "restore", "--force", str(file))[::2] == (0, "")
    assert rows(engine, "SELECT count(*) FROM residents WHERE name = '张伟'") == [(1,)]
    assert run("db", "check")[0] == 0


def test_a_backup_of_a_demo_is_refused_in_production(database_url, environment, run, fails, tmp_path, empty_url):
    if make_url(database_url).get_backend_name() != make_url(empty_url).get_backend_name():
        return  # a backup is for its own kind
    environment(empty_url, use="demo")
    run("db", "upgrade")
    file = tmp_path / "backup"
    assert run("db", "backup", str(file))[0] == 0
    environment(database_url)
    assert "demo database" in fails("db", "restore", "--force", str(file))


def test_a_backup_that_cannot_be_written_is_one_line(database_url, environment, fails, tmp_path):
    environment(database_url)
    assert "cannot write" in fails("db", "backup", str(tmp_path / "none" / "backup"))


def test_a_restore_says_what_is_lost_by_it_beforehand_and_afterwards(
    database_url, environment, run, tmp_path, engine, session, world, now
):
    """Steps since the copy, and what others wrote into rows that go; their values in rows that stay do stay."""
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE tickets ADD COLUMN shelf TEXT DEFAULT 'none'"))
        connection.execute(text('ALTER TABLE tickets ADD COLUMN "a weight" TEXT'))
    environment(database_url)
    file = tmp_path / "backup"
    run("db", "backup", str(file))
    assert "there would be lost: nothing." in run("db", "restore", "--dry-run", str(file))[1]
    ((at_copy,),) = rows(engine, "SELECT count(*) FROM events")
    make_tickets(session, world, now, 3)
    session.commit()
    with engine.begin() as connection:
        connection.execute(text("UPDATE tickets SET shelf = 'B', version = version + 1 WHERE id = 1"))
        # past the verbs, so without a step
        new = "INSERT INTO units (estate_id, code, created_at) SELECT estate_id, 'N-1', created_at FROM units LIMIT 1"
        connection.execute(text(new))
        connection.execute(text("UPDATE residents SET name = '欧阳修', version = version + 1 WHERE name = '张伟'"))
        connection.execute(text("DELETE FROM categories"))
        connection.execute(text("DELETE FROM teams WHERE id = (SELECT max(id) FROM teams)"))
    counts = ("SELECT count(*) FROM tickets", "SELECT count(*) FROM events")
    before = [rows(engine, sql) for sql in counts]
    said = run("db", "restore", "--dry-run", str(file))[1]
    assert [rows(engine, sql) for sql in counts] == before
    told = run("db", "restore", "--force", str(file))[1]
    for answer in (said, told):
        assert f": {before[1][0][0] - at_copy} steps" in answer
        assert "1 values of column shelf on tickets" in answer
        assert "values of column a weight" not in answer
        for lost in ("3 rows of tickets go", "1 rows of units go", "1 rows of residents go back", "of teams come back"):
            assert f"{lost};" in answer
    assert rows(engine, counts[0]) == [(0,)]


@only_postgresql
def test_a_restore_waits_for_a_page_that_is_being_read_and_neither_is_broken_off(
    database_url, environment, run, tmp_path, engine, session, world
):
    session.close()
    environment(database_url)
    file = tmp_path / "backup"
    run("db", "backup", str(file))
    answers = []
    restore = threading.Thread(target=lambda: answers.append(run("db", "restore", "--force", str(file))[0]))
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with engine.connect() as page, engine.connect() as watcher:
        page.execute(text("SELECT 1 FROM visitor_passes"))
        restore.start()
        while restore.is_alive() and not watcher.scalar(text(waiting)):
            watcher.rollback()
        watcher.rollback()
        for name in ("audit_runs", "complaints", "tickets", "residents"):
            page.execute(text(f"SELECT 1 FROM {name}"))
    restore.join()
    assert answers == [0]


@only_postgresql
def test_a_restore_that_is_never_let_in_says_who_is_in_the_way(
    database_url, environment, fails, run, tmp_path, engine, session, world, monkeypatch
):
    monkeypatch.setattr(migrations, "LOCK_MILLISECONDS", 10)
    session.close()
    environment(database_url)
    file = tmp_path / "backup"
    run("db", "backup", str(file))
    with engine.connect() as page:
        page.execute(text("SELECT 1 FROM visitor_passes"))
        said = fails("db", "restore", "--force", str(file))
    assert "nothing was changed" in said
    assert "on visitor_passes" in said

"""Backups: the whole database in one file, and back from it or not at all."""

import sqlite3

from sqlalchemy import make_url, text

from tests.marks import only_sqlite


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
def test_a_backup_of_another_program_is_refused(database_url, environment, fails, tmp_path):
    environment(database_url)
    file = tmp_path / "backup"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE others (id INTEGER)")
    connection.close()
    assert "cannot be restored" in fails("db", "restore", "--force", str(file))


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

"""``frontdesk db revision``: the next migration is written for both kinds of database, with its hashes."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from admin_app.commands import db
from models import migrations
from models.migrations import authoring
from models.session import open_engine

ROOT = Path(__file__).parents[2]


def written(folder: Path, *options: str) -> list[str]:
    """The names of what a program with one register more writes into *folder*."""
    command = [sys.executable, "-m", "tests.programs.umbrellas", str(folder), *options]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()


def test_a_new_table_is_written_for_both_kinds_of_database_and_works_there(empty_url: str, tmp_path: Path) -> None:
    names = written(tmp_path)
    number = f"{int(migrations.head()) + 1:04}"
    assert names == [
        f"{number}_umbrellas_wait_at_the_desk.py",
        f"{number}_sqlite.sql",
        f"{number}_postgresql.sql",
        "landed.sha256",
    ]
    engine = open_engine(empty_url)
    migrations.upgrade(engine)
    with engine.begin() as connection:
        migrations.run_file(connection, tmp_path / f"{number}_{engine.dialect.name}.sql")
    found = inspect(engine)
    assert {column["name"] for column in found.get_columns("umbrellas")} >= {"id", "estate_id", "number", "version"}
    assert [index["name"] for index in found.get_indexes("umbrellas") if not index["unique"]] == ["ix_umbrellas_number"]
    assert found.has_table("umbrellas_search")
    with pytest.raises(IntegrityError, match="numbered"), engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO umbrellas (estate_id, number) VALUES (1, '')")
    engine.dispose()


def test_what_cannot_be_written_out_is_named_in_both_files(tmp_path: Path) -> None:
    names = written(tmp_path, "--changed")
    for name in names[1:3]:
        (line,) = [line for line in (tmp_path / name).read_text().splitlines() if line.startswith("-- By hand")]
        assert "teams: CONSTRAINT" in line
        assert "name <> 'x'" in line


def test_hashes_are_noted_again_after_statements_were_written_by_hand(tmp_path: Path) -> None:
    (tmp_path / "0001_sqlite.sql").write_text("SELECT 1;\n")
    authoring.note_hashes(tmp_path)
    digest = hashlib.sha256(b"SELECT 1;\n").hexdigest()
    assert (tmp_path / "landed.sha256").read_text() == f"{digest}  0001_sqlite.sql\n"


@pytest.mark.parametrize("arguments", [["revision"], ["revision", "Nothing is new"]])
def test_without_a_change_or_a_message_nothing_is_written(arguments: list[str]) -> None:
    before = sorted(authoring.VERSIONS.iterdir())
    answer = CliRunner().invoke(db.command, arguments)
    assert answer.exit_code != 0
    assert "Say in a sentence" in answer.output or "change models/ first" in answer.output
    assert sorted(authoring.VERSIONS.iterdir()) == before

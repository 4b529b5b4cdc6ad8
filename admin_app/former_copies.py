"""Backups as they were made up to 2026-11-27: a whole SQLite file, or what ``pg_dump`` had written."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from admin_app.config import ConfigurationError
from models import migrations
from models.migrations import revision, shape

SQLITE_HEADING = b"SQLite format 3\0"
POSTGRESQL_HEADING = b"PGDMP"
VERSION_TABLES = (revision.VERSION_TABLE, revision.EARLIER_VERSION_TABLE)


def is_one(file: Path) -> bool:
    """Whether *file* begins as such a backup does. Raises ConfigurationError where it cannot be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(SQLITE_HEADING)).startswith((SQLITE_HEADING, POSTGRESQL_HEADING))
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}.") from None


def read(file: Path, folder: Path, *, is_sqlite: bool) -> dict[str, Any]:
    """Lay it out in *folder* as an archive of today would be, and say what a manifest would."""
    with file.open("rb") as opened:
        heading = opened.read(len(SQLITE_HEADING))
    if not heading.startswith(SQLITE_HEADING if is_sqlite else POSTGRESQL_HEADING):
        raise ConfigurationError(f"{file} is not a backup of a {'SQLite' if is_sqlite else 'PostgreSQL'} database.")
    return _read_sqlite(file, folder) if is_sqlite else _read_dump(file, folder)


def _read_sqlite(file: Path, folder: Path) -> dict[str, Any]:
    copied = folder / "database.sqlite"
    shutil.copyfile(file, copied)
    with contextlib.closing(sqlite3.connect(copied)) as source:
        try:
            named = "SELECT name FROM sqlite_master WHERE name IN (?, ?) ORDER BY name DESC"
            (table,) = source.execute(named, VERSION_TABLES).fetchone() or VERSION_TABLES[:1]
            version = source.execute(f"SELECT version_num FROM {table}").fetchone()  # noqa: S608  # one of two names
            mark = source.execute("SELECT use, key_digest FROM database_mark").fetchone() or (None, None)
        except sqlite3.DatabaseError as error:
            raise ConfigurationError(f"{file} cannot be restored: {error}.") from None
    return {"revision": version[0] if version else None, "use": mark[0], "key_digest": mark[1], "tables": {}}


def _read_dump(file: Path, folder: Path) -> dict[str, Any]:
    """One file of rows for each table; other programs' tables in it are left where they are."""
    facts: dict[str, dict[str, str]] = {}
    tables: dict[str, int] = {}
    lines = iter(_pg_restore(file).split("\n"))
    for line in lines:
        if not line.startswith("COPY "):
            continue
        name = line.split()[1].rpartition(".")[2]
        columns = line[line.index("(") + 1 : line.index(")")]
        rows = list(iter(lines.__next__, "\\."))
        if name in (*VERSION_TABLES, "database_mark") and rows:
            facts[name] = dict(zip(columns.replace('"', "").split(", "), rows[0].split("\t"), strict=True))
        if name not in VERSION_TABLES and not shape.is_search_table(name):
            (folder / f"{name}.copy").write_text("\n".join([columns, *rows, ""]), encoding="utf-8")
            tables[name] = len(rows)
    mark = facts.get("database_mark", {})
    version = next((facts[name]["version_num"] for name in VERSION_TABLES if name in facts), None)
    ours = shape.of_revision(version).tables if version and migrations.is_known(version) else {}
    return {
        "revision": version,
        "use": mark.get("use"),
        "key_digest": mark.get("key_digest"),
        "tables": {name: count for name, count in tables.items() if name in ours},
    }


def _pg_restore(file: Path) -> str:
    found = shutil.which("pg_restore") or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_restore"), reverse=True)), None
    )
    if found is None:
        raise ConfigurationError("pg_restore is not installed; install PostgreSQL's client programs.")
    answer = subprocess.run(  # noqa: S603  # PostgreSQL's own program, without a shell
        [found, "--data-only", "--file=-", str(file)], capture_output=True, text=True, check=False, env={**os.environ}
    )
    if answer.returncode:
        said = answer.stderr.strip().splitlines()
        raise ConfigurationError(f"pg_restore failed: {said[0] if said else answer.returncode}")
    return answer.stdout

"""Copies of the whole database: SQLite's own backup while it is in use, ``pg_dump`` and ``pg_restore`` for a server."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL

from admin_app import database
from admin_app.config import ENVIRONMENT, Config, ConfigurationError
from models import migrations
from models.mark import DatabaseUse
from models.migrations import revision

SQLITE_HEADING = b"SQLite format 3\0"
POSTGRESQL_HEADING = b"PGDMP"
VERSION_TABLES = (revision.VERSION_TABLE, revision.EARLIER_VERSION_TABLE)
"""Where the revision of our tables stands, now and in older backups."""


def backup(opened: database.Database, file: Path, *, force: bool) -> None:
    """Copy the database into *file*; raises ConfigurationError, and then leaves *file* as it was."""
    if file.exists() and not force:
        raise ConfigurationError(f"{file} exists already; choose another name, or --force to overwrite it.")
    with new_file(file) as made:
        if opened.engine.dialect.name == "sqlite":
            source = opened.engine.raw_connection()
            with contextlib.closing(sqlite3.connect(made)) as target:
                source.driver_connection.backup(target)  # type: ignore[union-attr]  # sqlite3's connection
                target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
            source.close()
        else:
            _run("pg_dump", opened.engine.url, "--format=custom", "--no-owner", f"--file={made}")


@contextlib.contextmanager
def new_file(file: Path) -> Iterator[Path]:
    """A private file beside *file* that takes its place at the end, or goes when something fails."""
    try:
        handle, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}-")
    except OSError as error:
        raise ConfigurationError(f"cannot write into {file.absolute().parent}: {error.strerror}.") from None
    os.close(handle)
    made = Path(name)
    try:
        yield made
        with made.open("rb") as written:
            os.fsync(written.fileno())
        made.replace(file)
    finally:
        made.unlink(missing_ok=True)


def restore(config: Config, file: Path, *, force: bool) -> None:
    """Bring the database to what *file* holds; raises ConfigurationError, and then leaves the database as it was."""
    heading = _heading(file)
    is_sqlite = config.database_file is not None
    if not heading.startswith(SQLITE_HEADING if is_sqlite else POSTGRESQL_HEADING):
        kind = "SQLite" if is_sqlite else "PostgreSQL"
        raise ConfigurationError(f"{file} is not a backup of a {kind} database.")
    if is_sqlite:
        _verify_sqlite(config, file)
    else:
        _verify_dump(config, file)
    with database.connect(config, create=True) as opened, opened.engine.connect() as connection:
        if migrations.has_tables(connection) and not force:
            raise ConfigurationError("the database holds tables already; --force replaces them.")
    if config.database_file is not None:
        _restore_sqlite(file, config.database_file)
    else:
        _run(
            "pg_restore",
            config.database_url,
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            *(["--clean", "--if-exists"] if force else []),
            str(file),
        )


def _heading(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(len(SQLITE_HEADING))
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}.") from None


def _verify_sqlite(config: Config, file: Path) -> None:
    with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as source:
        try:
            sound = source.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            sound = sound and source.execute("PRAGMA foreign_key_check").fetchone() is None
            named = "SELECT name FROM sqlite_master WHERE name IN (?, ?) ORDER BY name DESC"
            (table,) = source.execute(named, VERSION_TABLES).fetchone() or VERSION_TABLES[:1]
            version = source.execute(f"SELECT version_num FROM {table}").fetchone()  # noqa: S608  # one of two names
            mark = source.execute("SELECT use, key_digest FROM database_mark").fetchone()
        except sqlite3.DatabaseError as error:
            raise ConfigurationError(f"{file} cannot be restored: {error}.") from None
    if not sound:
        raise ConfigurationError(f"{file} is damaged; take another backup.")
    _verify_facts(config, file, version[0] if version else None, mark)


def _verify_facts(config: Config, file: Path, revision: str | None, mark: tuple[str, str] | None) -> None:
    if revision is None or mark is None:
        raise ConfigurationError(f"{file} is not a backup of Front Desk.")
    if not migrations.is_known(revision):
        raise ConfigurationError(f"{file} is of revision {revision}, which this program does not know; update it.")
    if mark[0] != config.use.value:
        raise ConfigurationError(f"{file} is of a {mark[0]} database and {ENVIRONMENT} is {config.use.value!r}.")
    if mark[1] != config.keyring.digest(database.KEY_CHECK):
        raise ConfigurationError(f"{file} was written with another data key; set FRONTDESK_DATA_KEY to it.")


def _restore_sqlite(file: Path, target: Path) -> None:
    """Write into the database itself, in one transaction: who is served from it sees the old or the new."""
    with (
        contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as source,
        contextlib.closing(sqlite3.connect(target, timeout=30)) as written,
    ):
        try:
            source.backup(written)
        except sqlite3.Error as error:
            raise ConfigurationError(f"not restored: {error}; stop the server and try again.") from None


def _verify_dump(config: Config, file: Path) -> None:
    tables = [f"--table={name}" for name in (*VERSION_TABLES, "database_mark")]
    written = _program("pg_restore", "--data-only", *tables, "--file=-", str(file))
    rows: dict[str, dict[str, str]] = {}
    lines = iter(written.splitlines())
    for line in lines:
        if line.startswith("COPY "):
            name = line.split()[1].rpartition(".")[2]
            columns = line[line.index("(") + 1 : line.index(")")].replace('"', "").split(", ")
            values = next(lines).split("\t")
            if values != ["\\."]:
                rows[name] = dict(zip(columns, values, strict=True))
    mark = rows.get("database_mark")
    _verify_facts(
        config,
        file,
        next((rows[name]["version_num"] for name in VERSION_TABLES if name in rows), None),
        (mark["use"], mark["key_digest"]) if mark is not None and mark["use"] in set(DatabaseUse) else None,
    )


def _run(program: str, url: URL, *arguments: str) -> None:
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    _program(program, f"--dbname={address}", *arguments, password=url.password)


def _program(program: str, *arguments: str, password: object = None) -> str:
    """Run one of PostgreSQL's programs; its password goes by the environment, which other users cannot read."""
    found = shutil.which(program) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)), None
    )
    if found is None:
        raise ConfigurationError(f"{program} is not installed; install PostgreSQL's client programs.")
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    answer = subprocess.run(  # noqa: S603  # PostgreSQL's own program, without a shell
        [found, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    if answer.returncode:
        said = answer.stderr.strip().splitlines()
        raise ConfigurationError(f"{program} failed: {said[0] if said else answer.returncode}")
    return answer.stdout

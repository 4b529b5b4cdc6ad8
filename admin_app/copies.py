"""Backups: one archive with a manifest that says what is in it; of a shared database our tables alone.

The archive is a zip: ``manifest.json``, and ``database.sqlite`` or a file of rows for each table of a server.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from admin_app import database, former_copies
from admin_app.config import ENVIRONMENT, Config, ConfigurationError
from models import Base, migrations
from models.guards import drop_triggers
from models.mark import DatabaseUse
from models.migrations import contents, keeping, neighbours, shape
from models.session import open_engine

FORMAT = 1
MANIFEST = "manifest.json"
SQLITE_MEMBER = "database.sqlite"
STAGING = "frontdesk_restoring"
Manifest = dict[str, Any]


def backup(opened: database.Database, file: Path, *, force: bool) -> None:
    """Copy our tables into *file*; raises ConfigurationError, and then leaves *file* as it was."""
    if file.exists() and not force:
        raise ConfigurationError(f"{file} exists already; choose another name, or --force to overwrite it.")
    with new_file(file) as made, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        if opened.engine.dialect.name == "sqlite":
            manifest = _sqlite_backup(opened.engine, archive, made)
        else:
            manifest = _server_backup(opened.engine, archive)
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))


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


def _facts(connection: Connection) -> Manifest:
    use, digest = connection.execute(text("SELECT use, key_digest FROM database_mark")).one()
    return {
        "program": "frontdesk",
        "format": FORMAT,
        "database": connection.dialect.name,
        "revision": migrations.current(connection),
        "use": use,
        "key_digest": digest,
        "tables": _counted(connection, sorted(Base.metadata.tables)),
    }


def _counted(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    query = "SELECT count(*) FROM "
    return {name: connection.exec_driver_sql(query + keeping.quoted(name)).scalar_one() for name in names}


def _is_whole(connection: Connection, manifest: Manifest) -> bool:
    """Whether as many rows have come as the archive says that it has; earlier ones do not say."""
    return bool(_counted(connection, manifest["tables"]) == manifest["tables"])


def _sqlite_backup(engine: Engine, archive: zipfile.ZipFile, beside: Path) -> Manifest:
    with tempfile.TemporaryDirectory(dir=beside.parent, prefix=".frontdesk-") as folder:
        copied = Path(folder) / SQLITE_MEMBER
        source = engine.raw_connection()
        with contextlib.closing(sqlite3.connect(copied)) as target:
            source.driver_connection.backup(target)  # type: ignore[union-attr]  # sqlite3's connection
        source.close()
        copy = open_engine(f"sqlite:///{copied}")
        with copy.connect() as connection, migrations.without_foreign_keys(connection), connection.begin():
            drop_triggers(connection)  # made anew after a restore
            _leave_out_others(connection)
            manifest = _facts(connection)
        copy.dispose()
        with contextlib.closing(sqlite3.connect(copied)) as target:
            target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
            target.execute("VACUUM")  # nothing of what was left out stays in it
        archive.write(copied, SQLITE_MEMBER)
    return manifest


def _leave_out_others(connection: Connection) -> None:
    """Drop from a copy what belongs to other programs; columns of theirs stay with the rows they are of."""
    things = neighbours.of_others(connection, shape.present())
    for kind in ("trigger", "view", "index", "table"):
        for thing in things:
            if thing.kind == kind and (kind != "index" or thing.table in Base.metadata.tables):
                connection.exec_driver_sql(f"DROP {kind} IF EXISTS {keeping.quoted(thing.name)}")


def _server_backup(engine: Engine, archive: zipfile.ZipFile) -> Manifest:
    alike = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with alike.connect() as connection, connection.begin():
        manifest = _facts(connection)
        driver: Any = connection.connection.driver_connection
        for name in manifest["tables"]:
            columns = contents.columns(Base.metadata.tables[name])
            member = archive.open(f"tables/{name}.copy", "w", force_zip64=True)
            with member, driver.cursor().copy(f"COPY {name} ({columns}) TO STDOUT") as rows:
                member.write(f"{columns}\n".encode())
                for block in rows:
                    member.write(block)
    return manifest


# ---------------------------------------------------------------- and back


class Restored(NamedTuple):
    """What is lost by a restore, a line each; of one that is only tried also why it would be refused, if so."""

    lost: list[str]
    refused: str = ""


def restore(config: Config, file: Path, *, force: bool, dry_run: bool = False) -> Restored:
    """Bring our tables to what *file* holds; says what is lost by that; *dry_run* only says it.

    Raises ConfigurationError, and then leaves the database as it was.
    """
    is_sqlite = config.database_file is not None
    with tempfile.TemporaryDirectory(prefix="frontdesk-") as folder:
        if former_copies.is_one(file):
            manifest = former_copies.read(file, Path(folder), is_sqlite=is_sqlite)
        else:
            manifest = _unpacked(file, Path(folder), is_sqlite=is_sqlite)
        _verify_facts(config, file, manifest)
        with database.connect(config, create=True) as opened:
            _refuse_without_force(opened, force=force or dry_run)
            try:
                if is_sqlite:
                    return _restore_file(opened, Path(folder) / SQLITE_MEMBER, file, manifest, dry_run=dry_run)
                return _restore_server(opened, Path(folder), file, manifest, dry_run=dry_run)
            except migrations.NeighbourInTheWay as error:
                raise ConfigurationError(f"not restored, nothing was changed; of another program: {error}") from None
            except (DBAPIError, migrations.OrphansFound) as error:
                said = " ".join(str(getattr(error, "orig", error)).split())
                raise ConfigurationError(f"not restored, nothing was changed: {said}") from None


def _refuse_without_force(opened: database.Database, *, force: bool) -> None:
    with opened.engine.connect() as connection:
        if force or not migrations.has_tables(connection):
            return
        things = neighbours.of_others(connection, shape.of_revision(migrations.current(connection)))
    left = ", ".join(map(str, things))
    left = f" What belongs to other programs would be left: {left}." if left else ""
    raise ConfigurationError(f"the database holds tables of Front Desk already; --force replaces their rows.{left}")


def _unpacked(file: Path, folder: Path, *, is_sqlite: bool) -> Manifest:
    kind = "sqlite" if is_sqlite else "postgresql"
    try:
        with zipfile.ZipFile(file) as archive:
            manifest: Manifest = json.loads(archive.read(MANIFEST))
            wanted = [SQLITE_MEMBER] if is_sqlite else [f"tables/{name}.copy" for name in manifest["tables"]]
            if manifest["database"] == kind:
                if manifest["format"] > FORMAT:
                    raise ConfigurationError(f"{file} was written by a newer version of the program; update it.")
                for name in wanted:
                    with archive.open(name) as member, (folder / Path(name).name).open("wb") as written:
                        shutil.copyfileobj(member, written)
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror or error}.") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, RuntimeError) as error:
        raise ConfigurationError(f"{file} is not a backup of Front Desk, or is damaged: {error}.") from None
    if manifest["database"] != kind:
        raise ConfigurationError(f"{file} is not a backup of a {'SQLite' if is_sqlite else 'PostgreSQL'} database.")
    return manifest


def _verify_facts(config: Config, file: Path, manifest: Manifest) -> None:
    revision, use = manifest.get("revision"), manifest.get("use")
    if revision is None or use not in set(DatabaseUse):
        raise ConfigurationError(f"{file} is not a backup of Front Desk.")
    if not migrations.is_known(str(revision)):
        raise ConfigurationError(f"{file} is of revision {revision}, which this program does not know; update it.")
    if use != config.use.value:
        raise ConfigurationError(f"{file} is of a {use} database and {ENVIRONMENT} is {config.use.value!r}.")
    if manifest.get("key_digest") != config.keyring.digest(database.KEY_CHECK):
        raise ConfigurationError(f"{file} was written with another data key; set FRONTDESK_DATA_KEY to it.")


def _restore_file(
    opened: database.Database, source: Path, file: Path, manifest: Manifest, *, dry_run: bool
) -> Restored:
    copy = open_engine(f"sqlite:///{source}")
    found, is_whole = None, False
    # It raises instead of answering where a page is cut off or the header is none.
    with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(sqlite3.connect(source)) as raw:
        found = raw.execute("PRAGMA integrity_check").fetchone()
    if found == ("ok",):
        # An empty file is whole too, and one may lack a table.
        with contextlib.suppress(DBAPIError), copy.connect() as connection:
            found = (migrations.current(connection),)
            is_whole = _is_whole(connection, manifest)
    if found != (manifest["revision"],) or not is_whole:
        raise ConfigurationError(f"{file} is damaged; take another backup.")
    migrations.upgrade(copy, keyring=opened.keyring)
    copy.dispose()
    with opened.engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("ATTACH ? AS restored", (str(source),))
        try:
            with migrations.without_foreign_keys(connection), connection.begin() as transaction:
                migrations.bring_up(connection, keyring=opened.keyring)
                losses = contents.losses(connection, "restored")
                if dry_run:
                    refused = _tried(connection, "restored")
                    transaction.rollback()
                    return Restored(losses, refused)
                contents.replace_rows(connection, "restored")
                if found := list(migrations.orphans(connection)):
                    raise migrations.OrphansFound(f"rows refer to rows that do not exist: {', '.join(found[:5])}")
        finally:
            connection.detach()  # with the file that it has attached it is of no use to anybody else
    return Restored(losses)


def _tried(connection: Connection, source: str) -> str:
    """Why replacing the rows would be refused, else nothing; the caller rolls back whatever it did."""
    try:
        if connection.dialect.name == "sqlite":
            contents.replace_rows(connection, source)
        else:  # tried in full it would keep readers out, and numbers once given are not taken back
            contents.refuse_what_would_hang(connection, source)
    except migrations.NeighbourInTheWay as error:
        return str(error)
    return ""


def _restore_server(
    opened: database.Database, folder: Path, file: Path, manifest: Manifest, *, dry_run: bool
) -> Restored:
    with opened.engine.connect() as connection, connection.begin() as transaction:
        migrations.queue(connection)
        here = connection.scalar(text("SELECT current_setting('search_path')"))
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {STAGING} CASCADE")
        connection.exec_driver_sql(f"CREATE SCHEMA {STAGING}")
        connection.exec_driver_sql(f"SET LOCAL search_path = {STAGING}")
        migrations.make_at(connection, str(manifest["revision"]))
        driver: Any = connection.connection.driver_connection
        with contents.without_references(connection):
            for name in manifest["tables"]:
                _load(driver, name, folder / f"{name}.copy")
        if not _is_whole(connection, manifest):
            raise ConfigurationError(f"{file} is damaged; take another backup.")
        migrations.make_at(connection, migrations.head(), opened.keyring)
        connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": here})
        migrations.bring_up(connection, keyring=opened.keyring)
        if not dry_run:
            migrations.have_alone(connection)
        losses = contents.losses(connection, STAGING)
        if dry_run:
            refused = _tried(connection, STAGING)
            transaction.rollback()
            return Restored(losses, refused)
        contents.replace_rows(connection, STAGING)
        connection.exec_driver_sql(f"DROP SCHEMA {STAGING} CASCADE")
    return Restored(losses)


def _load(driver: Any, name: str, rows: Path) -> None:
    with rows.open("rb") as lines:
        columns = lines.readline().decode().strip()
        with driver.cursor().copy(f"COPY {name} ({columns}) FROM STDIN") as copied:
            while block := lines.read(1 << 16):
                copied.write(block)

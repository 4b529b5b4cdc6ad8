"""The database of this process: opened once, checked before anything is served, one session a request."""

import contextlib
import datetime
import fcntl
import functools
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from flask import Flask, g
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError, ProgrammingError

from admin_app.config import ENVIRONMENT, Config, ConfigurationError, make_folder
from models import migrations
from models.call import Call
from models.events import record_events
from models.mark import DatabaseMark, DatabaseUse
from models.operations import contacts, residents
from models.personal import Keyring
from models.roles import Role
from models.session import DeskSession, open_engine, reading
from models.staff import Staff, system_actor
from views.request.context import EXTENSION, Services

SYSTEM = "system"
KEY_CHECK = "front desk data key"
UPGRADE = "run: frontdesk db upgrade"
PROGRAM = "frontdesk"
WITH_CONTACTS = "0009"
"""The revision that carries phones over to the contacts: events tell of it, as of every row of a register."""
"""How the program's connections call themselves to a server."""
POOL: dict[str, Any] = {
    "pool_size": 8,
    "max_overflow": 8,
    "pool_pre_ping": True,
    "connect_args": {"connect_timeout": 10, "application_name": PROGRAM},
}


@dataclass(frozen=True)
class Database:
    """An open database and the keys to its personal data."""

    engine: Engine
    keyring: Keyring
    is_demo: bool

    def reading(self) -> DeskSession:
        """A session that cannot write."""
        return DeskSession(self._reader, keyring=self.keyring, only_reads=True)

    def writing(self) -> DeskSession:
        """A session that may write; its user commits."""
        return DeskSession(self.engine, keyring=self.keyring)

    @functools.cached_property
    def _reader(self) -> Engine:
        # SQLite forgets all prepared statements of a connection that turns from reading to writing.
        return reading(open_engine(self.engine.url) if self.engine.dialect.name == "sqlite" else self.engine)

    @property
    def engines(self) -> tuple[Engine, ...]:
        """All that have connections of their own."""
        return (self.engine, self._reader) if self.engine.dialect.name == "sqlite" else (self.engine,)

    def close(self) -> None:
        """Close every connection."""
        for engine in self.engines:
            engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def connect(config: Config, *, create: bool = False, as_owner: bool = False) -> Database:
    """Open the database without looking at its tables; raises ConfigurationError where it cannot be reached.

    *create* makes what is to hold them where it is not there yet: an SQLite file and its folder, the schema on a
    server. *as_owner* signs in to the server as the one who may change tables, where that is another than the panel's.
    """
    path, url = config.database_file, config.database_url
    if as_owner and config.owner_database_url is not None:
        url = config.owner_database_url
    if path is not None:
        if not path.exists() and not create:
            raise ConfigurationError(f"there is no database at {path}; {UPGRADE}")
        if create:
            _make_file(path)
        elif not path.is_file():
            raise ConfigurationError(f"{path} is not a file; set FRONTDESK_DATABASE_URL to the database's place.")
    engine = open_engine(url.render_as_string(hide_password=False), **({} if path else _pool(config)))
    try:
        with reading(engine).connect() as connection:
            connection.execute(text("SELECT 1"))
            if path is not None:
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
        if path is None:
            _find_schema(engine, config, create=create)
    except DBAPIError as error:
        engine.dispose()
        raise ConfigurationError(_unreachable(config, error)) from None
    except ConfigurationError:
        engine.dispose()
        raise
    return Database(engine, config.keyring, config.is_demo)


def _pool(config: Config) -> dict[str, Any]:
    if config.database_schema is None:
        return POOL
    # only there: a table of the same name elsewhere is another program's
    return {**POOL, "connect_args": {**POOL["connect_args"], "options": f"-c search_path={config.database_schema}"}}


def _find_schema(engine: Engine, config: Config, *, create: bool) -> None:
    with engine.begin() as connection:
        if connection.scalar(text("SELECT current_schema()")) is not None:
            return
        if config.database_schema is None or not create:
            wanted = config.database_schema or "public"
            raise ConfigurationError(f"the database has no schema {wanted}, or this user may not use it; {UPGRADE}")
        connection.exec_driver_sql(f"CREATE SCHEMA {config.database_schema}")


def _make_file(path: Path) -> None:
    make_folder(path.parent)
    try:
        path.touch(mode=0o600)
        # A database that cannot be written beside (WAL) fails at the first change only: better now.
        with tempfile.TemporaryFile(dir=path.parent):
            pass
        with path.open("ab"):
            pass
    except OSError as error:
        raise ConfigurationError(f"cannot write {path}: {error.strerror}; choose another place.") from None


def _unreachable(config: Config, error: DBAPIError) -> str:
    address = config.database_url.render_as_string(hide_password=True)
    if isinstance(error.orig, sqlite3.Error):
        return f"cannot open {config.database_file}: {error.orig}."
    reason = " ".join(str(error.orig).split()) or type(error.orig).__name__
    return f"cannot reach {address}: {reason}"


def open_ready(config: Config) -> Database:
    """Open a database that is ready for this program; raises ConfigurationError with what to do."""
    database = connect(config)
    try:
        check(database)
    except ConfigurationError:
        database.close()
        raise
    return database


def check(database: Database) -> None:
    """Refuse (ConfigurationError) a database whose tables, purpose or data key are not those of this program."""
    # Two transactions: one that holds both tables could block an upgrade that is blocking it.
    try:
        with reading(database.engine).connect() as connection:
            _check_revision(migrations.current(connection))
        with reading(database.engine).connect() as connection:
            _check_mark(connection, database)
    except DBAPIError as error:
        raise ConfigurationError(f"the database cannot be read: {' '.join(str(error.orig).split())}") from None


def _check_revision(revision: str | None) -> None:
    if revision is None:
        raise ConfigurationError(f"the database has no tables of Front Desk; {UPGRADE}")
    if revision == migrations.head():
        return
    if migrations.is_known(revision):
        raise ConfigurationError(f"the database is at revision {revision}, older than this program; {UPGRADE}")
    raise ConfigurationError(
        f"the database is at revision {revision}, which this program does not know; update the program."
    )


def _check_mark(connection: Connection, database: Database) -> None:
    mark = connection.execute(select(DatabaseMark.use, DatabaseMark.key_digest)).one_or_none()
    if mark is None:
        raise ConfigurationError(f"the database does not say what it is for; {UPGRADE}")
    if (mark.use is DatabaseUse.DEMO) is not database.is_demo:
        wanted = DatabaseUse.DEMO if database.is_demo else DatabaseUse.PRODUCTION
        raise ConfigurationError(
            f"this is a {mark.use.value} database and {ENVIRONMENT} is {wanted.value!r}; set the environment that fits"
            " or FRONTDESK_DATABASE_URL to another database."
        )
    if mark.key_digest != database.keyring.digest(KEY_CHECK):
        raise ConfigurationError(
            "this database was written with another data key; set FRONTDESK_DATA_KEY or FRONTDESK_DATA_KEY_FILE to it."
        )


def upgrade(
    config: Config,
    *,
    now: datetime.datetime,
    mark: bool = True,
    as_owner: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Database:
    """Make or upgrade the database, write its system account and its *mark*; raises ConfigurationError.

    *as_owner* does it as the server's user who may change tables. *progress* hears the name of each table whose search
    index is made anew.
    """
    database = connect(config, create=True, as_owner=as_owner)
    try:
        _upgrade(database, config, now=now, mark=mark, progress=progress)
    except BaseException:
        database.close()
        raise
    return database


def _upgrade(
    database: Database, config: Config, *, now: datetime.datetime, mark: bool, progress: Callable[[str], None] | None
) -> None:
    try:
        with _one_at_a_time(config.database_file):
            _refuse_others(database)
            with reading(database.engine).connect() as connection:
                before = migrations.current(connection)
            migrations.upgrade(database.engine, progress, keyring=database.keyring)
            with database.writing() as session:
                migrations.queue(session.connection())
                write_system(session, now)
                if before is not None and before < WITH_CONTACTS:
                    contacts.tell_carried_over(Call(session, system_actor(session), now))
                residents.read_names_again(Call(session, system_actor(session), now))
                if mark:
                    write_mark(session, database)
                session.commit()
    except migrations.OrphansFound as error:
        raise ConfigurationError(f"not upgraded: these rows refer to rows that do not exist: {error}") from None
    except migrations.NeighbourInTheWay as error:
        raise ConfigurationError(
            f"not upgraded, nothing was changed: of another program there is in the way: {error}"
        ) from None
    except (OperationalError, ProgrammingError, InternalError) as error:
        raise ConfigurationError(f"not upgraded: {' '.join(str(error.orig).split())}") from None
    if mark:
        check(database)


@contextlib.contextmanager
def _one_at_a_time(path: Path | None) -> Iterator[None]:
    """Let two upgrades of one file queue: SQLite's own lock is taken only after the pragma that comes first."""
    if path is None:
        yield
        return
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _refuse_others(database: Database) -> None:
    """Refuse to upgrade what :func:`check` would refuse; tables of another program are no hindrance."""
    with reading(database.engine).connect() as connection:
        revision = migrations.current(connection)
    if revision is None:
        return
    if not migrations.is_known(revision):
        _check_revision(revision)
    with reading(database.engine).connect() as connection:
        if connection.execute(select(DatabaseMark.id)).one_or_none() is not None:
            _check_mark(connection, database)


def write_mark(session: DeskSession, database: Database) -> None:
    """Say in the database what it is for and with which data key it is written, unless it says so already."""
    if session.scalar(select(DatabaseMark.id)) is None:
        use = DatabaseUse.DEMO if database.is_demo else DatabaseUse.PRODUCTION
        session.add(DatabaseMark(id=1, use=use, key_digest=database.keyring.digest(KEY_CHECK)))


def write_system(session: DeskSession, now: datetime.datetime) -> None:
    """The account that timers and the command line act as; nobody can sign in with it."""
    if session.scalar(select(Staff.id).where(Staff.username == SYSTEM)) is None:
        system = Staff(username=SYSTEM, name=SYSTEM, created_at=now, updated_at=now)
        session.add(system)
        session.flush()
        record_events(
            session,
            [
                {
                    "at": now,
                    "actor_id": system.id,
                    "role": Role.SYSTEM.value,
                    "verb": "register",
                    "register": Staff.__tablename__,
                    "record_id": system.id,
                    "record_version": system.version,
                    "before": {},
                    "after": {"username": SYSTEM, "name": SYSTEM},
                    "source": "cli",
                }
            ],
        )


def lend_to(app: Flask, database: Database) -> None:
    """Let the pages of *app* open their sessions on *database*."""
    app.extensions["frontdesk_database"] = database
    app.extensions[EXTENSION] = Services(
        reading=database.reading, writing=database.writing, keyring=database.keyring, is_demo=database.is_demo
    )


def close_after_requests(app: Flask) -> None:
    """Close each request's session whatever happened in it."""

    @app.teardown_appcontext
    def _close(_error: BaseException | None) -> None:
        session = g.pop("desk_session", None)
        if session is not None:
            session.close()  # rolls back what nobody committed

"""How every program opens the shared database: the engine with its pragmas, and the session that seals its events."""

import sqlite3
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

if TYPE_CHECKING:
    from models.personal import Keyring

BUSY_TIMEOUT_MILLISECONDS = 30_000
READ_ONLY_TRANSACTION = "25006"
RAISED_BY_A_FUNCTION = "P0001"
FILE_FAILED = frozenset(
    {
        *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN),
        *(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
    }
)


def open_engine(url: str | URL, **options: Any) -> Engine:
    """An engine on *url*, SQLite or PostgreSQL, set up so that guards hold and writers queue instead of failing."""
    # What is bound to a statement is somebody's data: it must not stand in the words of an error.
    engine = create_engine(url, **{"hide_parameters": True, **options})
    event.listen(engine, "handle_error", _throw_away)
    event.listen(engine, "handle_error", _as_refusal, retval=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        from models.server_times import read_any_time  # the driver, which takes long to load

        event.listen(engine, "connect", read_any_time)
    return engine


def _throw_away(context: ExceptionContext) -> None:
    """A connection that the database will not let write, or whose file has failed, is closed and never used again.

    It was opened while the disk was read-only, or the server was one that only reads; it would stay so after that.
    """
    error, connection = context.original_exception, context.connection
    options = connection.get_execution_options() if connection is not None else {}
    if options.get("reading") or options.get("postgresql_readonly"):
        return  # it is we who do not let it write
    code = getattr(error, "sqlite_errorcode", None)
    if getattr(error, "sqlstate", None) == READ_ONLY_TRANSACTION or (code is not None and code & 0xFF in FILE_FAILED):
        context.is_disconnect = True


def _as_refusal(context: ExceptionContext) -> IntegrityError | None:
    """What a trigger of another program refuses is a row that was refused, as on SQLite; no fault of a statement."""
    error = context.original_exception
    if getattr(error, "sqlstate", None) != RAISED_BY_A_FUNCTION:
        return None
    return IntegrityError(context.statement, None, error, hide_parameters=True)


def reading(engine: Engine) -> Engine:
    """The same database for a request that must not write; the database refuses what is tried all the same.

    On SQLite its transactions begin deferred, so readers never wait for the writer.
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(reading=True)
    return engine.execution_options(postgresql_readonly=True)


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    # Another program may write text in another encoding, which SQLite takes: it stops no page.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred BEGIN that later writes fails with "locked" when another writer was first; IMMEDIATE queues.
    read_only = bool(connection.get_execution_options().get("reading"))
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    if connection.info.get("query_only") is not read_only:
        # Only then: SQLite forgets all that it has made of the connection's statements.
        driver.execute(f"PRAGMA query_only={read_only:d}")
        connection.info["query_only"] = read_only
    if read_only:
        driver.execute("BEGIN")  # past SQLAlchemy, which takes longer than SQLite; this cannot fail
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


class DeskSession(Session):
    """A session that knows the keyring; as the last step before commit the events that it wrote are sealed."""

    def __init__(
        self, bind: Engine | Connection, *, keyring: "Keyring", only_reads: bool = False, **options: Any
    ) -> None:
        # Reading an attribute after the commit must not begin a transaction, which on SQLite would lock out others.
        super().__init__(bind, **{"expire_on_commit": False, **options})
        self.keyring = keyring
        self.only_reads = only_reads
        """Whether it is on a connection that cannot write: nothing is locked, and nothing is put back."""
        self.unsealed: list[dict[str, Any]] = []
        """The events of this transaction, as they are stored (models.events)."""

    def close(self) -> None:
        """Close, and put back what nobody committed; a session that only reads has nothing to put back."""
        if self.only_reads and self.in_transaction():
            # With a ROLLBACK psycopg forgets all statements that the server has prepared: planning them again takes
            # several times as long as answering them.
            with suppress(SQLAlchemyError):  # a connection that was lost has nothing to end
                self.expunge_all()  # else what was changed in memory only would be written
                self.commit()
        super().close()

"""``frontdesk demo``: the training estate, made at the first call, served at every one."""

import datetime
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import InternalError
from tqdm import tqdm

from admin_app import clock, database
from admin_app.auth import DEMO_ACCOUNTS, DEMO_PASSWORD
from admin_app.config import ENVIRONMENT, Config, ConfigurationError, demo_name, make_folder
from admin_app.server import refuse_taken, serve
from models import Base, made, migrations, search
from models.mark import DatabaseMark, DatabaseUse
from models.migrations.revision import EARLIER_VERSION_TABLE, VERSION_TABLE, is_named_as_before

SEED = 20
HOST = "127.0.0.1"
LOCK = 7_020_118  # any number, another than that of upgrades


@click.command("demo")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Where to listen.")
@click.option("--reset", is_flag=True, help="Start over: what was changed in the training estate is lost.")
@click.option("--no-serve", is_flag=True, help="Only make the training estate.")
def command(port: int, reset: bool, no_serve: bool) -> None:
    """Serve a training estate with made-up people, for trying things out."""
    if os.environ.get(ENVIRONMENT, DatabaseUse.DEMO.value) != DatabaseUse.DEMO.value:
        raise ConfigurationError(f"{ENVIRONMENT} is {os.environ[ENVIRONMENT]!r}; unset it to run the training estate.")
    config = Config.from_environment({**os.environ, ENVIRONMENT: DatabaseUse.DEMO.value})
    if not no_serve:
        refuse_taken(f"{HOST}:{port}")
    with _alone(config):
        make(config, reset=reset)
    _print_accounts(port)
    if not no_serve:
        with _timekeeper():
            serve(config, bind=f"{HOST}:{port}", workers=2, threads=4)


Filling = Callable[[database.Database, datetime.datetime], None]


def fill_estate(opened: database.Database, now: datetime.datetime) -> None:
    """Play sixty days of the training estate, showing how far it is."""
    from seed import fill_demo

    with tqdm(unit="", leave=False, desc="training estate") as bar:

        def show(done: int, total: int, what: str) -> None:
            bar.set_description(what, refresh=False)
            bar.total = total
            bar.n = done
            bar.refresh()

        fill_demo(opened.writing, seed=SEED, now=now, progress=show)


def make(config: Config, *, reset: bool, fill: Filling = fill_estate) -> None:
    """Make the training estate unless it is there; one that was not finished is started over.

    The database's mark is written last: a database without it is one whose making was interrupted.
    """
    now = clock.now()
    with database.connect(config, create=True) as opened:
        is_finished = _is_finished(opened)
        if reset or not is_finished:
            _empty(opened)
    if is_finished and not reset:
        database.upgrade(config, now=now).close()
        return
    started = time.monotonic()
    with database.upgrade(config, now=now, mark=False) as opened:
        fill(opened, now)
        with opened.writing() as session:
            database.write_mark(session, opened)
            session.commit()
    click.echo(f"The training estate was made in {time.monotonic() - started:.0f} s.", err=True)


def _is_finished(opened: database.Database) -> bool:
    with opened.engine.connect() as connection:
        if not inspect(connection).has_table(DatabaseMark.__tablename__):
            return False
        use = connection.scalar(select(DatabaseMark.use))
        if use is DatabaseUse.PRODUCTION:
            raise ConfigurationError("this is a production database; set FRONTDESK_DATABASE_URL to another one.")
        return use is DatabaseUse.DEMO


def _empty(opened: database.Database) -> None:
    """Drop what is ours of a demo database, in one transaction: whoever is served from it sees all or nothing.

    Nothing of another program goes along: what hangs on our tables there is a reason to refuse.
    """
    dialect = opened.engine.dialect.name
    with opened.engine.connect() as connection:
        if dialect == "sqlite":
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            if migrations.current(connection) is None:
                return
            functions = sorted(item.name for item in made.names(connection) if item.kind == "function")
            version = EARLIER_VERSION_TABLE if is_named_as_before(connection) else VERSION_TABLE
            ours = {*Base.metadata.tables, made.TABLE, version}
            tables = [table for table in inspect(connection).get_table_names() if table in ours]
            for statement in search.drop_statements(dialect):
                connection.exec_driver_sql(statement)
            try:
                if dialect == "sqlite":
                    for table in tables:
                        connection.exec_driver_sql(f"DROP TABLE {table}")
                else:
                    connection.exec_driver_sql(f"DROP TABLE {', '.join(tables)}")
                    for function in functions:
                        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {function}")
            except InternalError as error:
                said = " ".join(str(error.orig).split())
                raise ConfigurationError(
                    f"not started over: something of another program hangs on it: {said}"
                ) from None


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    """Let a second call wait until the first has made the estate; on a server wherever it was called."""
    if config.database_file is None:
        with database.connect(config, create=True) as opened, opened.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})  # ends with the connection
            yield
        return
    name = demo_name(config.database_url)
    make_folder(name.parent)
    lock = Path(f"{name}.lock")
    try:
        file = lock.open("w")
    except OSError as error:
        raise ConfigurationError(f"cannot write {lock}: {error.strerror}; choose another place.") from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _timekeeper() -> Iterator[None]:
    """``frontdesk work`` beside the desk; it ends with this process, however that ends."""
    command = [sys.executable, "-m", "admin_app.cli", "work", "--attached"]
    environment = {**os.environ, ENVIRONMENT: DatabaseUse.DEMO.value}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, start_new_session=True):  # noqa: S603  # ours
        yield


def _print_accounts(port: int) -> None:
    names = ", ".join(name for name, _role in DEMO_ACCOUNTS)
    click.echo(f"Front Desk, training estate: http://{HOST}:{port}")
    click.echo(f"Sign in as one of {names}; the password is {DEMO_PASSWORD}.")

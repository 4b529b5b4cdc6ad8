"""A fresh database for each test, on both kinds, copied from one that is built once."""

import copy
import datetime
import gc
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL, Engine, make_url
from sqlalchemy.pool import NullPool

from admin_app import create_app, database
from admin_app.config import Config
from models import Base, migrations
from models.mark import DatabaseUse
from models.personal import Keyring
from models.session import DeskSession, open_engine
from tests import factories, postgres
from tests.fixed import DATA_KEY, NOW, SECRET_KEY
from tests.once import once
from tests.records import Records, make_records
from tests.reuse import Reused

DIALECTS = ("sqlite", "postgresql")

# The program's classes and addresses stay to the end: looking through them for rubbish takes a tenth of the time.
gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """The keys of the tests."""
    return Keyring(DATA_KEY)


@pytest.fixture(scope="session")
def now() -> datetime.datetime:
    """The present, the same in every test."""
    return NOW


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[tuple[postgres.Server | None, str]]:
    """This worker's server, or None and the reason."""
    server, reason = postgres.start()
    yield server, reason
    if server is not None:
        server.stop()


def build(url: str) -> None:
    """Tables, guards, mark and system account, as ``frontdesk db upgrade`` leaves them."""
    engine = open_engine(url, poolclass=NullPool)
    Base.metadata.create_all(engine)
    opened = database.Database(engine, Keyring(DATA_KEY), is_demo=False)
    with opened.writing() as session:
        migrations.stamp(session.connection())
        database.write_system(session, NOW)
        database.write_mark(session, opened)
        session.commit()
    engine.dispose()


def build_world(url: str) -> None:
    """The same with a world in it."""
    build(url)
    engine = open_engine(url, poolclass=NullPool)
    with DeskSession(engine, keyring=Keyring(DATA_KEY)) as session:
        factories.make_world(session, NOW)
        session.commit()
    engine.dispose()


Make = Callable[[DeskSession, factories.World, datetime.datetime], Any]


def add(url: str, make: Make) -> Any:
    """Let *make* write into the world of this database. Returns what it returns."""
    engine = open_engine(url, poolclass=NullPool)
    with DeskSession(engine, keyring=Keyring(DATA_KEY)) as session:
        made = make(session, factories.load_world(session), NOW)
        session.commit()
    engine.dispose()
    return made


def name_of(make: Make) -> str:
    """What the database is called: modules with the same *make* share one."""
    return f"{make.__module__}.{make.__qualname__}"


def build_records(url: str) -> Records:
    """The same with at least one record in each register. Returns where they are."""
    build_world(url)
    made: Records = add(url, make_records)
    return made


@pytest.fixture(scope="session")
def built_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database to copy."""
    return once(tmp_path_factory, "built.db", lambda path: build(f"sqlite:///{path}"))[0]


@pytest.fixture(scope="session")
def world_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with a world in it, to copy."""
    return once(tmp_path_factory, "world.db", lambda path: build_world(f"sqlite:///{path}"))[0]


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Records]:
    """An SQLite database with records in it, to copy, and where they are."""
    return once(tmp_path_factory, "records.db", lambda path: build_records(f"sqlite:///{path}"))


@pytest.fixture(scope="module")
def made_here(
    request: pytest.FixtureRequest, world_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Any]:
    """An SQLite database with what the module's ``MAKE`` writes, to copy, and what that returned."""

    def make(path: Path) -> Any:
        shutil.copyfile(world_file, path)
        return add(f"sqlite:///{path}", request.module.MAKE)

    return once(tmp_path_factory, f"{name_of(request.module.MAKE)}.db", make)


@pytest.fixture(scope="session")
def reused(postgres_server: tuple[postgres.Server | None, str]) -> Iterator[Reused | None]:
    """This worker's PostgreSQL databases that are put back between tests."""
    server, _ = postgres_server
    made = None if server is None else Reused(server)
    yield made
    if made is not None:
        made.close()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this worker's tests have their SQLite database, one after the other."""
    return tmp_path_factory.mktemp("place") / "frontdesk.db"


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest, place: Path) -> Iterator[str]:
    """The address of a fresh database with tables, guards, mark, system account, and what a test names of these:
    the world, the records, ``here``, which is what the module's ``MAKE`` writes into the world."""
    has_own, has_records = "here" in request.fixturenames, "records" in request.fixturenames
    has_world = has_records or not {"world", "sign_in"}.isdisjoint(request.fixturenames)
    if request.param == "sqlite":
        built = "world_file" if has_world else "built_file"
        source = request.getfixturevalue("recorded")[0] if has_records else request.getfixturevalue(built)
        source = request.getfixturevalue("made_here")[0] if has_own else source
        for old in place.parent.glob(f"{place.name}*"):
            old.unlink()
        shutil.copyfile(source, place)
        yield f"sqlite:///{place}"
        return
    reused = request.getfixturevalue("reused")
    if reused is None:
        pytest.skip(request.getfixturevalue("postgres_server")[1])
    if has_own:
        make: Make = request.module.MAKE
        yield reused.fresh(name_of(make), lambda url: add(url, make), ("world", build_world))
        return
    name, fill = ("world", build_world) if has_world else ("built", build)
    yield reused.fresh("records", build_records) if has_records else reused.fresh(name, fill)


@pytest.fixture(params=DIALECTS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server, reason = request.getfixturevalue("postgres_server")
    if server is None:
        pytest.skip(reason)
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture(scope="session")
def engines() -> dict[str, Engine]:
    """Engines by address, kept by a worker: each remembers the SQL that it has made of the program's statements."""
    return {}


@pytest.fixture
def engine(database_url: str, engines: dict[str, Engine]) -> Iterator[Engine]:
    """The fresh database, opened."""
    if database_url not in engines:
        engines[database_url] = open_engine(database_url)
    yield engines[database_url]
    engines[database_url].dispose()


@pytest.fixture
def session(engine: Engine, keyring: Keyring) -> Iterator[DeskSession]:
    """A session that may write."""
    with DeskSession(engine, keyring=keyring) as opened:
        yield opened


@pytest.fixture
def world(session: DeskSession) -> factories.World:
    """Two estates with staff of every role, teams, clocks, units and residents; committed."""
    found = factories.load_world(session)
    session.commit()  # nothing to write: ends the transaction without forgetting what was loaded
    return found


@pytest.fixture
def records(recorded: tuple[Path, Records]) -> Records:
    """Where the records are: at least one in each register."""
    return copy.deepcopy(recorded[1])  # the same ids on both kinds of database


@pytest.fixture
def here(made_here: tuple[Path, Any]) -> Any:
    """What the module's ``MAKE`` returned: where the rows of its small world are."""
    return copy.deepcopy(made_here[1])  # the same ids on both kinds of database


def configured(url: str) -> Config:
    """The program's set-up on a database of the tests."""
    return Config(
        use=DatabaseUse.PRODUCTION,
        database_url=make_url(url),
        secret_key=SECRET_KEY,
        data_key=DATA_KEY,
        secure_cookies=False,
    )


@pytest.fixture
def config(database_url: str) -> Config:
    """The program's set-up on the fresh database."""
    return configured(database_url)


@pytest.fixture(scope="session")
def program(built_file: Path) -> Iterator[Flask]:
    """The program, put together once a worker: its hundreds of addresses take longer than most tests."""
    made = create_app(configured(f"sqlite:///{built_file}"))
    yield made
    made.extensions["frontdesk_database"].close()


@pytest.fixture(scope="session")
def databases() -> dict[URL, database.Database]:
    """What the program has opened, by address; kept like the engines."""
    return {}


@pytest.fixture
def app(
    program: Flask, config: Config, now: datetime.datetime, databases: dict[URL, database.Database]
) -> Iterator[Flask]:
    """The program on the fresh database, at a time that stands still. Adds no pages: make an own one for that."""
    if config.database_url not in databases:
        databases[config.database_url] = database.open_ready(config)
    with databases[config.database_url] as opened:
        database.lend_to(program, opened)
        program.config["FRONTDESK_NOW"] = now
        yield program


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that is not signed in."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., FlaskClient]:
    """``sign_in("clerk")``: a browser of its own in which that person of the world is signed in."""

    def signed_in(username: str, **options: Any) -> FlaskClient:
        made = app.test_client(**options)
        answer = made.post(
            "/login",
            data={"username": username, "password": factories.PASSWORD, "csrf_token": factories.token(made)},
        )
        assert answer.status_code == 302, answer.text
        return made

    return signed_in

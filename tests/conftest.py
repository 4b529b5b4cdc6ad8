"""A fresh database for each test, on both kinds, copied from one that is built once."""

import collections
import copy
import datetime
import functools
import gc
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL, Engine, make_url, select
from sqlalchemy.pool import NullPool

from admin_app import create_app, database, known_places
from admin_app.config import Config
from models import Base, migrations
from models.mark import DatabaseUse
from models.personal import Keyring
from models.session import DeskSession, open_engine
from models.staff import Staff
from tests import factories, postgres
from tests.fixed import DATA_KEY, NOW, SECRET_KEY
from tests.once import once
from tests.records import Records, make_records
from tests.reuse import Reused, ReusedFile, Steps

DIALECTS = ("sqlite", "postgresql")

# The program's classes and addresses stay to the end: looking through them for rubbish takes a tenth of the time.
gc.set_threshold(100_000, 50, 100)


def pytest_sessionfinish() -> None:
    """Throw the rubbish of all tests away once: pytest looks for it five times, through whatever is left."""
    gc.collect()
    gc.freeze()


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


def add_world(url: str) -> None:
    """Write a world into a database that has nothing else yet."""
    engine = open_engine(url, poolclass=NullPool)
    with DeskSession(engine, keyring=Keyring(DATA_KEY)) as session:
        factories.make_world(session, NOW)
        session.commit()
    engine.dispose()


Made = TypeVar("Made")
Make = Callable[[DeskSession, factories.World, datetime.datetime], Any]


def add(url: str, make: Make) -> Any:
    """Let *make* write into the world of this database. Returns what it returns."""
    engine = open_engine(url, poolclass=NullPool)
    with DeskSession(engine, keyring=Keyring(DATA_KEY)) as session:
        made = make(session, factories.load_world(session), NOW)
        session.commit()
    engine.dispose()
    return made


def add_records(url: str) -> Records:
    """At least one record in each register. Returns where they are."""
    made: Records = add(url, make_records)
    return made


def name_of(make: Make) -> str:
    """What the database is called: modules with the same *make* share one."""
    return f"{make.__module__}.{make.__qualname__}"


@pytest.fixture(scope="session")
def built_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database to copy."""
    return once(tmp_path_factory, "built.db", lambda path: build(f"sqlite:///{path}"))[0]


def grown(source: Path, path: Path, grow: Callable[[str], Made]) -> Made:
    """Let *grow* write into a copy of *source*: all copies have the same tables in the same places of the file."""
    shutil.copyfile(source, path)
    return grow(f"sqlite:///{path}")


@pytest.fixture(scope="session")
def world_file(built_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with a world in it, to copy."""
    return once(tmp_path_factory, "world.db", lambda path: grown(built_file, path, add_world))[0]


@pytest.fixture(scope="session")
def recorded(world_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Records]:
    """An SQLite database with records in it, to copy, and where they are."""
    return once(tmp_path_factory, "records.db", lambda path: grown(world_file, path, add_records))


@pytest.fixture(scope="module")
def made_here(
    request: pytest.FixtureRequest, world_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Any]:
    """An SQLite database with what the module's ``MAKE`` writes, to copy, and what that returned."""
    make = functools.partial(add, make=request.module.MAKE)
    return once(tmp_path_factory, f"{name_of(request.module.MAKE)}.db", lambda path: grown(world_file, path, make))


@pytest.fixture(scope="session")
def reused(postgres_server: tuple[postgres.Server | None, str]) -> Iterator[Reused | None]:
    """This worker's PostgreSQL databases that are put back between tests."""
    server, _ = postgres_server
    made = None if server is None else Reused(server)
    yield made
    if made is not None:
        made.close()


@pytest.fixture(scope="session")
def place(
    tmp_path_factory: pytest.TempPathFactory, engines: dict[str, Engine], databases: dict[URL, database.Database]
) -> Iterator[ReusedFile]:
    """Where this worker's tests have their SQLite database, one after the other."""

    def close_all() -> None:
        for engine in engines.values():
            engine.dispose()
        for opened in databases.values():
            opened.close()

    made = ReusedFile(tmp_path_factory.mktemp("place") / "frontdesk.db", close_all)
    yield made
    made.close()


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest, place: ReusedFile) -> Iterator[str]:
    """The address of a fresh database with tables, guards, mark, system account, and what a test names of these:
    the world, the records, ``here``, which is what the module's ``MAKE`` writes into the world."""
    has_own, has_records = "here" in request.fixturenames, "records" in request.fixturenames
    has_world = has_records or not {"world", "sign_in"}.isdisjoint(request.fixturenames)
    if request.param == "sqlite":
        built = "world_file" if has_world else "built_file"
        source = request.getfixturevalue("recorded")[0] if has_records else request.getfixturevalue(built)
        source = request.getfixturevalue("made_here")[0] if has_own else source
        yield place.fresh(source)
        return
    reused = request.getfixturevalue("reused")
    if reused is None:
        pytest.skip(request.getfixturevalue("postgres_server")[1])
    steps: Steps = [("built", build), ("world", add_world), ("records", add_records)]
    if has_own:
        make: Make = request.module.MAKE
        yield reused.fresh(steps[:2], (name_of(make), functools.partial(add, make=make)))
        return
    yield reused.fresh(steps[: 1 + has_world + has_records])


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


Opened = TypeVar("Opened", Engine, database.Database)
STAY_CONNECTED = 3


def let_go(opened: dict[Any, Opened], address: Any, close: Callable[[Opened], None]) -> None:
    """Close what was *opened* at addresses before this one; connections to the databases used last stay.

    A new one has to read the catalogue and to compile each trigger first.
    """
    opened[address] = opened.pop(address)  # the last in the order
    for former in list(opened)[:-STAY_CONNECTED]:
        close(opened[former])


@pytest.fixture(scope="session")
def engines() -> Iterator[dict[str, Engine]]:
    """Engines by address, kept by a worker: each remembers the SQL that it has made of the program's statements."""
    opened: dict[str, Engine] = {}
    yield opened
    for each in opened.values():
        each.dispose()


@pytest.fixture
def engine(database_url: str, engines: dict[str, Engine]) -> Iterator[Engine]:
    """The fresh database, opened."""
    if database_url not in engines:
        engines[database_url] = open_engine(database_url)
    yield engines[database_url]
    let_go(engines, database_url, Engine.dispose)


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
def databases() -> Iterator[dict[URL, database.Database]]:
    """What the program has opened, by address; kept like the engines."""
    opened: dict[URL, database.Database] = {}
    yield opened
    for each in opened.values():
        each.close()


@pytest.fixture
def app(
    program: Flask, config: Config, now: datetime.datetime, databases: dict[URL, database.Database]
) -> Iterator[Flask]:
    """The program on the fresh database, at a time that stands still. Adds no pages: make an own one for that."""
    if config.database_url not in databases:
        databases[config.database_url] = database.open_ready(config)
    database.lend_to(program, databases[config.database_url])
    program.config["FRONTDESK_NOW"] = now
    yield program
    let_go(databases, config.database_url, database.Database.close)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that is not signed in."""
    return app.test_client()


@pytest.fixture(scope="session")
def known() -> dict[tuple[Any, ...], tuple[dict[str, str], str]]:
    """The cookies of browsers in which somebody of the world has signed in, and the token of their forms."""
    return {}


@pytest.fixture
def tokens() -> dict[FlaskClient, str]:
    """The token of the forms of each browser of this test, where it is known."""
    return {}


@pytest.fixture
def sign_in(
    app: Flask, known: dict[tuple[Any, ...], tuple[dict[str, str], str]], tokens: dict[FlaskClient, str]
) -> Callable[..., FlaskClient]:
    """``sign_in("clerk")``: a browser of its own in which that person of the world is signed in.

    The door is passed once a worker for the first, second ... browser of a person as the database knows them; later
    tests, whose worlds have the same ids, get the same cookies. What the door does is told in ``test_auth.py``.
    """
    numbers: collections.Counter[str] = collections.Counter()
    who = select(Staff.id, Staff.password_hash, Staff.session_generation, Staff.language, Staff.must_change_password)

    def signed_in(username: str, **options: Any) -> FlaskClient:
        made = app.test_client(**options)
        numbers[username] += 1
        with app.extensions["frontdesk_database"].reading() as desk:
            person = desk.execute(who.where(Staff.username == username, Staff.disabled_at.is_(None))).one()
        key = (username, numbers[username], *person)
        if key not in known:
            sent = {"username": username, "password": factories.PASSWORD, "csrf_token": factories.token(made)}
            answer = made.post("/login", data=sent)
            assert answer.status_code == 302, answer.text
            token = factories.token(made, "/account/password")
            held = [made.get_cookie(name) for name in (app.config["SESSION_COOKIE_NAME"], known_places.COOKIE)]
            known[key] = {cookie.key: cookie.value for cookie in held if cookie is not None}, token
        cookies, tokens[made] = known[key]
        for name, value in cookies.items():
            made.set_cookie(name, value)
        return made

    return signed_in

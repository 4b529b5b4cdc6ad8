"""A world that every test of the verbs finds untouched: built once, what a test does to it is rolled back."""

import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Engine

from models.base import Base
from models.personal import Keyring
from models.session import DeskSession, open_engine
from tests.conftest import DIALECTS, build
from tests.factories import World, make_world

Row = TypeVar("Row", bound=Base)


@pytest.fixture(scope="session", params=DIALECTS)
def standing(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    keyring: Keyring,
    now: datetime.datetime,
) -> Iterator[tuple[Engine, World]]:
    """A database with a world in it, kept for all tests of this worker."""
    if request.param == "sqlite":
        path: Path = tmp_path_factory.mktemp("standing") / "standing.db"
        shutil.copyfile(request.getfixturevalue("built_file"), path)
        url = f"sqlite:///{path}"
    else:
        server, reason = request.getfixturevalue("postgres_server")
        if server is None:
            pytest.skip(reason)
        url = server.create_database(server.template("built", build))
    engine = open_engine(url)
    with DeskSession(engine, keyring=keyring, expire_on_commit=False) as session:
        world = make_world(session, now)
        session.commit()
    yield engine, world
    engine.dispose()


@pytest.fixture
def rolled_back(standing: tuple[Engine, World], keyring: Keyring) -> Iterator[World]:
    """The standing world in a session whose commits end with the test: far quicker than a database of one's own."""
    engine, kept = standing
    with engine.connect() as connection:
        outer = connection.begin()
        with DeskSession(connection, keyring=keyring, join_transaction_mode="create_savepoint") as session:
            yield _again(kept, session)
        outer.rollback()


def _again(kept: World, session: DeskSession) -> World:
    def mine(row: Row) -> Row:
        return session.get_one(type(row), row.id)

    return World(
        session=session,
        estate=mine(kept.estate),
        other=mine(kept.other),
        staff={name: mine(person) for name, person in kept.staff.items()},
        teams={department: mine(team) for department, team in kept.teams.items()},
        other_team=mine(kept.other_team),
        units=[mine(unit) for unit in kept.units],
        other_unit=mine(kept.other_unit),
        residents=[mine(resident) for resident in kept.residents],
    )

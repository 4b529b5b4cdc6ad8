"""A world that every test of the verbs finds untouched: built once, what a test does to it is rolled back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.personal import Keyring
from models.session import DeskSession, open_engine
from tests.conftest import DIALECTS, add_world, build
from tests.factories import World, load_world


@pytest.fixture(scope="session", params=DIALECTS)
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with a world in it, kept for all tests of this worker."""
    if request.param == "sqlite":
        path: Path = tmp_path_factory.mktemp("standing") / "standing.db"
        shutil.copyfile(request.getfixturevalue("world_file"), path)
        engine = open_engine(f"sqlite:///{path}")
    else:
        server, reason = request.getfixturevalue("postgres_server")
        if server is None:
            pytest.skip(reason)
        engine = open_engine(
            server.create_database(server.template("world", add_world, server.template("built", build)))
        )
    yield engine
    engine.dispose()


@pytest.fixture
def rolled_back(standing: Engine, keyring: Keyring) -> Iterator[World]:
    """The standing world in a session whose commits end with the test: quicker than a database put back.

    A module takes it as its ``world``; its tests have one connection only.
    """
    with standing.connect() as connection, connection.begin() as outer:
        with DeskSession(connection, keyring=keyring, join_transaction_mode="create_savepoint") as session:
            yield load_world(session)
        outer.rollback()

"""Sessions that only read: nothing is written by them, and the database may keep what it has prepared for them."""

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from models.estates import Estate
from models.personal import Keyring
from models.session import DeskSession, reading
from tests.factories import World
from tests.marks import only_postgresql


def only_reads(engine: Engine, keyring: Keyring) -> DeskSession:
    return DeskSession(reading(engine), keyring=keyring, only_reads=True)


def test_what_a_reading_session_changes_in_memory_is_never_written(
    engine: Engine, keyring: Keyring, world: World
) -> None:
    with only_reads(engine, keyring) as session:
        session.get_one(Estate, world.estate.id).name = "changed"
    with only_reads(engine, keyring) as session:
        assert session.get_one(Estate, world.estate.id).name != "changed"


def test_a_reading_session_is_refused_by_the_database_and_closes_all_the_same(
    engine: Engine, keyring: Keyring, world: World
) -> None:
    with only_reads(engine, keyring) as session, pytest.raises(DBAPIError):
        session.execute(text("UPDATE estates SET name = 'changed'"))
    with only_reads(engine, keyring) as session:
        assert session.scalar(select(Estate.name).where(Estate.id == world.estate.id)) != "changed"


@only_postgresql
def test_statements_of_reading_sessions_stay_prepared_from_one_to_the_next(
    engine: Engine, keyring: Keyring, world: World
) -> None:
    for _ in range(10):
        with only_reads(engine, keyring) as session:
            session.scalars(select(Estate.name).where(Estate.id == world.estate.id)).all()
    with only_reads(engine, keyring) as session:
        kept = session.scalar(text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%estates%'"))
    assert kept == 1

"""What the tests of the database's own guards share."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool


@pytest.fixture
def intruder(database_url: str) -> Iterator[Connection]:
    """Another program's connection: none of our pragmas, so foreign keys are off on SQLite."""
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()

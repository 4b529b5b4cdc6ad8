"""What somebody does who has dropped the guards of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from models.base import Base
from models.guards import create_triggers, drop_triggers


@contextmanager
def guards_off(connection: Connection) -> Iterator[None]:
    """No guard stands meanwhile; they are back afterwards, in the same transaction."""
    drop_triggers(connection)
    yield
    create_triggers(connection, Base.metadata)

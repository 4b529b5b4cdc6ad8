"""Times of PostgreSQL that no calendar of ours has, such as ``infinity``: one of them must not stop a whole list."""

import datetime
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import Loader

from models.base import UNREADABLE_DAY, UNREADABLE_INSTANT


def _tolerant(name: str, stand_in: datetime.date) -> type[Loader]:
    """What reads values of the type *name*, and gives *stand_in* for infinity and for the year 10000."""
    read_by = psycopg.adapters.get_loader(psycopg.adapters.types[name].oid, pq.Format.TEXT)
    assert read_by is not None
    plain: Any = read_by

    class Tolerant(Loader):
        def __init__(self, oid: int, context: Any = None) -> None:
            super().__init__(oid, context)
            self._read = plain(oid, context).load

        def load(self, data: Any) -> Any:
            try:
                return self._read(data)
            except psycopg.DataError:
                return stand_in

    return Tolerant


_LOADERS = {
    "timestamptz": _tolerant("timestamptz", UNREADABLE_INSTANT),
    "date": _tolerant("date", UNREADABLE_DAY),
}


def read_any_time(connection: Any, _record: object) -> None:
    """Let a new *connection* of the driver stand for times that it cannot read."""
    for name, loader in _LOADERS.items():
        connection.adapters.register_loader(name, loader)

"""Writing very many rows at once, through every check, reference and trigger, each with its sealed events."""

import datetime
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from models import search
from models.base import Base
from models.events import SEALED_COLUMNS, Event, EventSeal, chain_seals
from models.staff import Actor

CACHE_KIBIBYTES = 131_072
CHECKPOINT_PAGES = 16_000
_NOT_TOLD = frozenset({"id", "estate_id", "created_at", "updated_at", "version"})
_EMPTY_EVENT = {**dict.fromkeys(SEALED_COLUMNS), "outcome": "done"}


class RowWriter:
    """Writes rows of one database in the caller's transaction; all rows of one call have the same columns.

    Ids are taken first (:meth:`ids`), so that rows can refer to each other. Python-side defaults are not applied.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._is_sqlite = session.get_bind().dialect.name == "sqlite"
        if self._is_sqlite:
            # Of this connection only: indexes stay in memory, and their pages go to the file less often.
            for pragma in (f"cache_size=-{CACHE_KIBIBYTES}", f"wal_autocheckpoint={CHECKPOINT_PAGES}"):
                session.connection().exec_driver_sql(f"PRAGMA {pragma}")

    def ids(self, model: type[Base], count: int) -> list[int]:
        """*count* ids for new rows of *model*, ascending, that nobody else gets."""
        table = model.__tablename__
        if count == 0:
            return []
        if self._is_sqlite:
            # The transaction holds the only write lock, so the last id stays the last until it ends.
            query = text("SELECT seq FROM sqlite_sequence WHERE name = :table")
            last = self._session.scalar(query, {"table": table}) or 0
            return list(range(last + 1, last + count + 1))
        query = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
        return sorted(self._session.scalars(query, {"table": table, "count": count}))

    def write(self, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert *rows*; a row that a constraint refuses fails the transaction."""
        if not rows:
            return
        connection = self._session.connection()
        searched = [name for name in (model.__tablename__,) if name in search.TEXTS]
        with search.in_bulk(connection, searched):
            self._insert(connection, model, rows)

    def _insert(self, connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
        names = list(rows[0])
        columns = ", ".join(f'"{name}"' for name in names)
        told = self._told(model, names, rows)
        if self._is_sqlite:
            marks = ", ".join("?" for _ in names)
            # The SQL is made of our own tables' names, never of input.
            statement = f"INSERT INTO {model.__tablename__} ({columns}) VALUES ({marks})"  # noqa: S608
            connection.exec_driver_sql(statement, list(told))
            return
        driver = connection.connection.driver_connection
        assert driver is not None
        with driver.cursor() as cursor, cursor.copy(f"COPY {model.__tablename__} ({columns}) FROM STDIN") as copy:
            for values in told:
                copy.write_row(values)

    def _told(
        self, model: type[Base], names: Sequence[str], rows: Iterable[Mapping[str, Any]]
    ) -> Iterator[tuple[Any, ...]]:
        """The values of *rows* as the driver takes them, in the order of *names*."""
        dialect = self._session.get_bind().dialect
        processors = [(name, model.__table__.c[name].type.bind_processor(dialect)) for name in names]
        for row in rows:
            yield tuple([row[name] if bind is None else bind(row[name]) for name, bind in processors])

    def write_events(self, estate_id: int, events: Iterable[Mapping[str, Any]]) -> None:
        """Append *events* (see :func:`event`) to the estate's chain in the order of their time, each with its seal."""
        rows = [{**_EMPTY_EVENT, **event, "estate_id": estate_id} for event in events]
        rows.sort(key=lambda row: row["at"])
        for row, row_id in zip(rows, self.ids(Event, len(rows)), strict=True):
            row["id"] = row_id
        self.write(Event, rows)
        # The chain is locked by its head before ids of seals are taken: they must ascend along the chain.
        seals = chain_seals(self._session, estate_id, rows) if rows else []
        for seal, row_id in zip(seals, self.ids(EventSeal, len(seals)), strict=True):
            seal["id"] = row_id
        self.write(EventSeal, seals)


def event(
    model: type[Base],
    row: Mapping[str, Any],
    verb: str,
    actor: Actor,
    role: str,
    at: datetime.datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    rule: str | None = None,
) -> dict[str, Any]:
    """One event of *row*: *before* and *after* of what changed, or without them all that a new row holds."""
    new = {name: value for name, value in row.items() if value is not None and name not in _NOT_TOLD}
    return {
        "at": at,
        "actor_id": actor.staff_id,
        "role": role,
        "source": actor.source,
        "verb": verb,
        "register": model.__tablename__,
        "record_id": row["id"],
        "record_version": row["version"],
        "before": _told(model, row, before or {}),
        "after": _told(model, row, new if after is None else after),
        "rule": rule,
    }


def _told(model: type[Base], row: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """How *values* of *row* stand in an event: a personal one as the digest that the row holds beside it."""
    facts = {name: value.isoformat() if isinstance(value, datetime.date) else value for name, value in values.items()}
    for name in _personal(model) & facts.keys():
        facts[name] = f"digest:{row[f'{name}_digest']}"
    return facts


@functools.cache
def _personal(model: type[Base]) -> frozenset[str]:
    return frozenset(column.name for column in model.__table__.columns if column.info.get("personal"))

"""Writing very many rows at once, through every check, reference and trigger, each with its sealed events."""

import datetime
import functools
import gc
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from models import search
from models.base import Base, UTCDateTime
from models.canonical import canonical_json
from models.events import SEALED_COLUMNS, Event, EventSeal, chain_seals, lock_chain
from models.personal import keyring_of
from models.said import Keys, PersonalKey, hide_words, new_keys
from models.staff import Actor

CACHE_KIBIBYTES = 131_072
CHECKPOINT_PAGES = 16_000
ROWS_A_STATEMENT = (100, 20, 4, 1)
"""Few sizes, because SQLite prepares each statement and keeps it."""
REMEMBERED = 50_000
_NOT_TOLD = frozenset({"id", "estate_id", "created_at", "updated_at", "version"})
_EMPTY_EVENT = {**dict.fromkeys(SEALED_COLUMNS), "outcome": "done"}
_JSON = ("before", "after")
Values = Sequence[tuple[Any, ...]]


@dataclass
class ChainEnd:
    """The locked end of an estate's chain, and ids for what is appended to it."""

    estate_id: int
    seal: str
    event_ids: Sequence[int]
    seal_ids: Sequence[int]


class RowWriter:
    """Writes rows of one database in the caller's transaction; all rows of one call have the same columns.

    Ids are taken first (:meth:`ids`), so that rows can refer to each other. Python-side defaults are not applied.

    With *aside*, an executor of one thread, rows are inserted there while the caller makes others: until
    :meth:`commit`, the session is the caller's only after :meth:`ids` or :meth:`chain`, which wait.
    """

    def __init__(self, session: Session, aside: Executor | None = None) -> None:
        self._session, self._aside = session, aside
        self._pending: list[Future[None]] = []
        self._dialect = session.get_bind().dialect
        self._is_sqlite = self._dialect.name == "sqlite"
        self._binders: dict[object, Callable[[Any], Any] | None] = {}
        if self._is_sqlite:
            # Of this connection only: indexes stay in memory, and their pages go to the file less often.
            for pragma in (f"cache_size=-{CACHE_KIBIBYTES}", f"wal_autocheckpoint={CHECKPOINT_PAGES}"):
                session.connection().exec_driver_sql(f"PRAGMA {pragma}")

    def ids(self, model: type[Base], count: int) -> list[int]:
        """*count* ids for new rows of *model*, ascending, that nobody else gets."""
        self._wait()
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

    def chain(self, estate_id: int, count: int) -> ChainEnd:
        """Lock the estate's chain, to append *count* events."""
        event_ids = self.ids(Event, count)
        # Ids of seals must ascend along the chain, so it is locked before they are taken.
        seal = lock_chain(self._session, estate_id)
        return ChainEnd(estate_id, seal, event_ids, self.ids(EventSeal, count))

    def commit(self) -> None:
        """Commit what was written, and forget its records."""
        self._wait()
        self._session.commit()
        self._session.expunge_all()
        gc.collect()

    def _wait(self) -> None:
        pending, self._pending = self._pending, []
        for each in pending:
            each.result()

    def write(self, model: type[Base], rows: Sequence[Mapping[str, Any]], *, as_stored: Collection[str] = ()) -> None:
        """Insert *rows*; a row that a constraint refuses fails the transaction.

        The columns named in *as_stored* have values as the database holds them.
        """
        if not rows:
            return
        names = list(rows[0])
        values = self._bound(model, names, rows, as_stored)
        connection = self._session.connection()
        if self._aside is None:
            self._insert(connection, model.__tablename__, names, values)
        else:
            self._pending.append(self._aside.submit(self._insert, connection, model.__tablename__, names, values))

    def _bound(
        self,
        model: type[Base],
        names: Sequence[str],
        rows: Sequence[Mapping[str, Any]],
        as_stored: Collection[str],
    ) -> Values:
        """The values of *rows* as the driver takes them, in the order of *names*."""
        columns = []
        for name in names:
            values = [row[name] for row in rows]
            bind = None if name in as_stored else self._binder(model.__table__.c[name].type)
            if bind is not None:
                # Column by column, because most columns of most rows are empty.
                values = [None if value is None else bind(value) for value in values]
            columns.append(values)
        return list(zip(*columns, strict=True))

    def _binder(self, kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
        """What makes a value of *kind* into what the driver takes; it remembers, because most values come again."""
        same = type(kind), getattr(kind, "enum", None)
        if same not in self._binders:
            bind: Callable[[Any], Any] | None = kind.bind_processor(self._dialect)
            if self._is_sqlite and isinstance(kind, UTCDateTime):
                bind = _on_sqlite
            if bind is not None:
                bind = functools.lru_cache(maxsize=REMEMBERED)(bind)
            self._binders[same] = bind
        return self._binders[same]

    def _insert(self, connection: Connection, table: str, names: Sequence[str], rows: Values) -> None:
        columns = ", ".join(f'"{name}"' for name in names)
        with search.in_bulk(connection, [name for name in (table,) if name in search.indexed()]):
            if self._is_sqlite:
                # The SQL is made of our own tables' names, never of input.
                _insert_many(connection, f"INSERT INTO {table} ({columns}) VALUES ", rows)  # noqa: S608
                return
            driver = connection.connection.driver_connection
            assert driver is not None
            with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for values in rows:
                    copy.write_row(values)

    def write_events(self, estate_id: int, events: Iterable[Mapping[str, Any]], end: ChainEnd | None = None) -> None:
        """Append *events* (see :func:`event`) to the estate's chain in the order of their time, each with its seal.

        They are all that there are of their records, which get their keys here (models.said).

        *end* is what :meth:`chain` gave, for a caller that has rows being written aside.
        """
        rows = [{**_EMPTY_EVENT, **event, "estate_id": estate_id} for event in events]
        if not rows:
            return
        rows.sort(key=lambda row: row["at"])
        rows = hide_words(rows, self._new_keys)
        end = self.chain(estate_id, len(rows)) if end is None else end
        for row, row_id in zip(rows, end.event_ids, strict=True):
            row["id"] = row_id
            for name in _JSON:
                row[name] = canonical_json(row[name])
        self.write(Event, rows, as_stored=_JSON)
        seals = chain_seals(self._session, estate_id, end.seal, rows)
        for seal, row_id in zip(seals, end.seal_ids, strict=True):
            seal["id"] = row_id
        self.write(EventSeal, seals)

    def _new_keys(self, records: Sequence[tuple[str, int]]) -> Keys:
        keys, rows = new_keys(keyring_of(self._session), records)
        self.write(PersonalKey, rows)
        return keys


@contextmanager
def writing_aside(session: Session) -> Iterator[RowWriter]:
    """A writer whose rows are inserted by a thread of its own: the database takes as long as the making of rows.

    Rows hold no cycles, so the search for those, which would go through all rows again and again, waits for commits.
    """
    gc.freeze()
    gc.disable()
    try:
        with ThreadPoolExecutor(1, "rows") as aside:
            yield RowWriter(session, aside)
    finally:
        gc.enable()
        gc.unfreeze()


def _insert_many(connection: Connection, head: str, rows: Values) -> None:
    """Insert *rows* by statements for many rows: SQLite keeps the state of each page before each statement."""
    marks, done = f"({', '.join('?' for _ in rows[0])})", 0
    for size in ROWS_A_STATEMENT:
        statement = head + ", ".join([marks] * size)
        while len(rows) - done >= size:
            part = rows[done : done + size]
            connection.exec_driver_sql(statement, tuple(itertools.chain.from_iterable(part)))
            done += size


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
    if after is None:
        after = {name: value for name, value in row.items() if value is not None and name not in _NOT_TOLD}
    return {
        "at": at,
        "actor_id": actor.staff_id,
        "role": role,
        "source": actor.source,
        "verb": verb,
        "register": model.__tablename__,
        "record_id": row["id"],
        "record_version": row["version"],
        "before": _told(model, row, before) if before else {},
        "after": _told(model, row, after),
        "rule": rule,
    }


def _told(model: type[Base], row: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """How *values* of *row* stand in an event: a personal one as the digest that the row holds beside it."""
    facts = {name: _iso(value) if isinstance(value, datetime.date) else value for name, value in values.items()}
    for name in _personal(model) & facts.keys():
        facts[name] = f"digest:{row[f'{name}_digest']}"
    return facts


@functools.lru_cache(maxsize=REMEMBERED)
def _iso(value: datetime.date) -> str:
    return value.isoformat()  # instants are in UTC here, so equal ones read the same


def _on_sqlite(value: datetime.datetime) -> str:
    """An instant as UTCDateTime stores it on SQLite, made of the text that its event needs anyway."""
    read = _iso(value)
    return f"{read[:10]} {read[11:19]}.{value.microsecond:06d}"


@functools.cache
def _personal(model: type[Base]) -> frozenset[str]:
    return frozenset(column.name for column in model.__table__.columns if column.info.get("personal"))

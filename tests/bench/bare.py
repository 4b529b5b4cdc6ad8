"""The floor's database: one connection of the bare driver (sqlite3 or psycopg), and what writing an event takes."""

import datetime
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

CHUNK = 500
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_EVENT = (
    *("id", "estate_id", "at", "actor_id", "role", "session_id", "address", "verb", "register", "record_id"),
    *("record_version", "before", "after", "reason", "rule", "request_id", "bulk_run_id", "outcome", "source"),
)


class Bare:
    """One connection. SQL is written with ``%s`` marks; a read commits nothing and opens no transaction."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self._translated: dict[str, str] = {}
        self._connection: Any
        if self.is_sqlite:
            path = url.removeprefix("sqlite:///")
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self._connection.execute(f"PRAGMA {pragma}")
        else:
            self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)

    def close(self) -> None:
        self._connection.close()

    def _sql(self, statement: str) -> str:
        if not self.is_sqlite:
            return statement
        if statement not in self._translated:
            self._translated[statement] = statement.replace("%s", "?").replace(" FOR UPDATE", "")
        return self._translated[statement]

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows."""
        found: list[tuple[Any, ...]] = self._connection.execute(self._sql(statement), values).fetchall()
        return found

    def row(self, statement: str, *values: Any) -> Any:
        """The first row."""
        return self._connection.execute(self._sql(statement), values).fetchone()

    def run(self, statement: str, *values: Any) -> None:
        """A statement without an answer."""
        self._connection.execute(self._sql(statement), values)

    def stream(self, statement: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Rows one by one, without the whole answer in memory."""
        if self.is_sqlite:
            yield from self._connection.execute(self._sql(statement), values)
            return
        with self._connection.transaction(), self._connection.cursor(name="floor") as cursor:
            cursor.itersize = 2000
            yield from cursor.execute(statement, values)

    def among(self, statement: str, ids: Sequence[int]) -> list[tuple[Any, ...]]:
        """All rows of *statement*, whose ``{ids}`` stands for a list of ids, in chunks where SQLite needs them."""
        if not self.is_sqlite:
            return self.rows(statement.replace("IN {ids}", "= ANY(%s)"), list(ids))
        found = []
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            found += self.rows(statement.replace("{ids}", f"({','.join('%s' for _ in part)})"), *part)
        return found

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """One statement for many rows of values: executemany, which psycopg sends in one go."""
        if rows:
            self._connection.cursor().executemany(self._sql(statement), rows)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Many new rows: executemany on SQLite, VALUES of 500 rows a statement on PostgreSQL, each the quickest."""
        named = ", ".join(f'"{name}"' for name in columns)
        head = f"INSERT INTO {table} ({named}) VALUES "
        marks = f"({', '.join('%s' for _ in columns)})"
        if self.is_sqlite or len(rows) == 1:
            self.many(head + marks, rows)
            return
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            self.run(head + ", ".join([marks] * len(part)), *[value for row in part for value in row])

    def ids(self, table: str, count: int) -> list[int]:
        """Ids for new rows, so that rows can refer to each other before they are written."""
        if self.is_sqlite:  # inside a transaction that holds the write lock
            (last,) = self.row("SELECT seq FROM sqlite_sequence WHERE name = %s", table) or (0,)
            return list(range(last + 1, last + count + 1))
        query = f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, %s)"
        return [row[0] for row in self.rows(query, count)]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction that writes: taken at once on SQLite, as ours is."""
        self._connection.execute("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def time(self, moment: datetime.datetime | None) -> Any:
        """An instant as the database holds it."""
        if moment is None or not self.is_sqlite:
            return moment
        return moment.replace(tzinfo=None).isoformat(" ", "microseconds")

    def day(self, day: datetime.date) -> Any:
        """A date as the database holds it."""
        return day.isoformat() if self.is_sqlite else day

    def moment(self, value: Any) -> Any:
        """An instant (UTC) as the database holds it, as a datetime."""
        if value is None or isinstance(value, datetime.datetime):
            return value if value is None else value.astimezone(datetime.UTC)
        return datetime.datetime.fromisoformat(value).replace(tzinfo=datetime.UTC)

    def record(self, key: bytes, chain: int, events: Sequence[Mapping[str, Any]]) -> None:
        """Event rows, the locked head of their chain, a seal for each (HMAC with *key*), the head moved on."""
        sealed, rows = [], []
        head = self.row("SELECT seal, length FROM event_heads WHERE chain = %s FOR UPDATE", chain)
        last = head[0]
        for event, row_id in zip(events, self.ids("events", len(events)), strict=True):
            facts = {**dict.fromkeys(_EVENT), "outcome": "done", "source": "panel", **event}
            facts |= {"id": row_id, "estate_id": chain}
            at = facts["at"]
            stored = {**facts, "at": self.time(at), "before": _JSON(facts["before"]), "after": _JSON(facts["after"])}
            rows.append([stored[name] for name in _EVENT])
            facts["at"] = at.isoformat()
            last = hmac.new(key, (last + _JSON(facts)).encode(), hashlib.sha256).hexdigest()
            sealed.append((chain, row_id, last))
        self.insert("events", _EVENT, rows)
        self.insert("event_seals", ("chain", "event_id", "seal"), sealed)
        self.run("UPDATE event_heads SET seal = %s, length = %s WHERE chain = %s", last, head[1] + len(events), chain)


def as_json(value: Any) -> str:
    """*value* as the database holds it: sorted and compact."""
    return _JSON(value)

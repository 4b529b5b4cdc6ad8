"""Stored values that nobody can read any more: cipher texts of no known key, times that no calendar has."""

from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, func, or_, select
from sqlalchemy.orm import Session

from models.base import Base, LocalDate, UTCDateTime
from models.personal import Keyring, Unreadable, keyring_of

BATCH = 1000


def unreadable_values(session: Session) -> Iterator[str]:
    """A line for each: every cipher text of every table is tried, and every time and date."""
    keyring = keyring_of(session)
    for table in Base.metadata.sorted_tables:
        yield from _cipher_texts(session, table, keyring)
        yield from _times(session, table)


def _cipher_texts(session: Session, table: Table, keyring: Keyring) -> Iterator[str]:
    columns = [column for column in table.columns if column.info.get("personal")]
    if not columns:
        return
    query = select(table.c.id, *columns).where(or_(*(column.is_not(None) for column in columns))).order_by(table.c.id)
    for row_id, *values in session.execute(query.execution_options(yield_per=BATCH)):
        for column, stored in zip(columns, values, strict=True):
            try:
                keyring.decrypt(stored) if stored else None
            except Unreadable:
                yield f"{table.name} {row_id}: {column.name} cannot be decrypted"


def _times(session: Session, table: Table) -> Iterator[str]:
    for column in table.columns:
        if not isinstance(column.type, UTCDateTime | LocalDate):
            continue
        if session.get_bind().dialect.name == "sqlite":
            wrong = _misspelt(column)
        else:
            # Infinity, and years that no calendar of ours has; else PostgreSQL stores no time that is none.
            year = func.extract("year", column)
            wrong = func.isfinite(column).is_(False) | ~year.between(MINYEAR, MAXYEAR)
        query = select(table.c.id).where(column.is_not(None), wrong).order_by(table.c.id)
        for row_id in session.scalars(query):
            yield f"{table.name} {row_id}: {column.name} is no time of any calendar"


def _misspelt(column: Column[Any]) -> ColumnElement[bool]:
    is_day = isinstance(column.type, LocalDate)
    written = func.substr(column, 1, len("2026-11-22" if is_day else "2026-11-22 08:30:00"))
    # Adding nothing makes SQLite count: without it the 30th of February comes back as it was written.
    understood = func.strftime("%Y-%m-%d" if is_day else "%Y-%m-%d %H:%M:%S", written, "+0 days")
    return or_(understood.is_distinct_from(written), func.substr(column, 1, 4) == "0000")

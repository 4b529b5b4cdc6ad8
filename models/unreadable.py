"""Stored values that make no sense: cipher texts of no known key, times of no calendar, blanks, absurd figures."""

from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, Table, func, or_, select
from sqlalchemy.orm import Session

from models.base import Base, LocalDate, UTCDateTime
from models.calendar import find_zone
from models.estates import Estate
from models.guards import called_by
from models.personal import Keyring, Unreadable, keyring_of

BATCH = 1000
LARGEST = 2**31 - 1
"""The largest number of an INTEGER on a server."""
BLANKS = "".join(char for char in map(chr, range(0x3001)) if char.isspace()) + "\u200b\u200c\u200d\u2060\ufeff"
"""All that shows as nothing."""


def unreadable_values(session: Session) -> Iterator[str]:
    """A line for each: every cipher text of every table is tried, every time and date, every figure and name.

    What a CHECK refuses today may be there from before, and SQLite's CHECKs let some of it through.
    """
    keyring = keyring_of(session)
    for table in Base.metadata.sorted_tables:
        yield from _cipher_texts(session, table, keyring)
        yield from _times(session, table)
        yield from _figures(session, table)
        yield from _blanks(session, table)
    for estate_id, name in session.execute(select(Estate.id, Estate.timezone).order_by(Estate.id)):
        if find_zone(name) is None:
            yield f"estates {estate_id}: timezone is none that there is"


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


def _figures(session: Session, table: Table) -> Iterator[str]:
    """Numbers that a server could not hold, and less than none where only some can be."""
    for column in table.columns:
        if not isinstance(column.type, Integer) or isinstance(column.type, BigInteger) or column.primary_key:
            continue
        least = 1 if column.name == "version" else 0 if column.name.endswith("_fen") else -LARGEST - 1
        query = select(table.c.id, column).where(~column.between(least, LARGEST)).order_by(table.c.id)
        for row_id, value in session.execute(query):
            yield f"{table.name} {row_id}: {column.name} is {value}"


def _blanks(session: Session, table: Table) -> Iterator[str]:
    trim = func.trim if session.get_bind().dialect.name == "sqlite" else func.btrim
    for name in called_by(table) if "version" in table.c else ():
        query = select(table.c.id).where(trim(table.c[name], BLANKS) == "").order_by(table.c.id)
        for row_id in session.scalars(query):
            yield f"{table.name} {row_id}: {name} is blank"


def _misspelt(column: Column[Any]) -> ColumnElement[bool]:
    is_day = isinstance(column.type, LocalDate)
    written = func.substr(column, 1, len("2026-11-22" if is_day else "2026-11-22 08:30:00"))
    # Adding nothing makes SQLite count: without it the 30th of February comes back as it was written.
    understood = func.strftime("%Y-%m-%d" if is_day else "%Y-%m-%d %H:%M:%S", written, "+0 days")
    return or_(understood.is_distinct_from(written), func.substr(column, 1, 4) == "0000")

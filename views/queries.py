"""Addresses read strictly, and lists paged by key: nothing malformed reaches the database or ends in an error page."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, and_, literal, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.exceptions import BadRequest

from models.base import Choice, LocalDate, ShortText, UTCDateTime

LARGEST_ID = 2**63 - 1
LONGEST_SEARCH = 100
COUNT_LIMIT = 10_000
PAGE_SIZE = 50

_WHOLE = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


def parse_id(text: str | None) -> int:
    """The record id that *text* spells; 400 for anything else."""
    if text is None or _WHOLE.fullmatch(text) is None or int(text) > LARGEST_ID:
        raise BadRequest(gettext("The address needs the number of a record (id=…)."))
    return int(text)


def asked_id() -> int:
    """The ``id`` of the address; 400 when it is missing, given twice or no number."""
    given = request.args.getlist("id")
    return parse_id(given[0] if len(given) == 1 else None)


@dataclass(frozen=True)
class Cursor:
    """A place in a sorted list: the sort value and the id of the row next to it."""

    value: Any
    row_id: int

    def text(self) -> str:
        """How the cursor stands in an address."""
        value = self.value
        if value is None:
            return f"~{self.row_id}"
        return f"{value.isoformat() if isinstance(value, datetime.date) else value}~{self.row_id}"


def parse_cursor(text: str, column: InstrumentedAttribute[Any]) -> Cursor:
    """The cursor that *text* spells for a list sorted by *column*; 400 for anything else."""
    value, mark, row_id = text.rpartition("~")
    if not mark or len(text) > 400:
        raise BadRequest(gettext("The address names a place in the list that does not exist."))
    number = parse_id(row_id)
    try:
        return Cursor(_cursor_value(value, column), number)
    except ValueError:
        raise BadRequest(gettext("The address names a place in the list that does not exist.")) from None


def _cursor_value(text: str, column: InstrumentedAttribute[Any]) -> Any:
    kind = column.type
    if not text:
        return None
    if isinstance(kind, UTCDateTime):
        moment = datetime.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
        return moment.astimezone(datetime.UTC)
    if isinstance(kind, LocalDate):
        return datetime.date.fromisoformat(text)
    if isinstance(kind, Choice):
        return kind.enum(text)
    if isinstance(kind, ShortText):
        return text
    if not re.fullmatch(r"-?[0-9]{1,19}", text, re.ASCII) or abs(int(text)) > LARGEST_ID:
        raise ValueError(text)
    return int(text)


@dataclass
class Asked:
    """What an address asks of a list, checked."""

    search: str = ""
    sort: str = ""
    descending: bool = True
    after: Cursor | None = None
    before: Cursor | None = None
    filters: list[tuple[Any, str, Any]] = field(default_factory=list)
    """Filter, its value as written, its value as understood."""

    def arguments(self, **changes: Any) -> dict[str, str]:
        """The address of this list again, with *changes*; None takes an argument away. Without place in the list."""
        found: dict[str, Any] = {f"flt_{flt.key}": raw for flt, raw, _ in self.filters}
        found |= {"search": self.search or None, "sort": self.sort or None}
        found["desc"] = ("1" if self.descending else "0") if self.sort else None
        found |= changes
        return {name: str(value) for name, value in found.items() if value is not None}


def parse_search(text: str) -> str:
    """The search term without surrounding blanks; 400 when it is longer than anybody types."""
    text = text.strip()
    if len(text) > LONGEST_SEARCH:
        raise BadRequest(gettext("Search for at most %(count)s characters.", count=LONGEST_SEARCH))
    return text


def parse_choice(name: str, allowed: Sequence[str], default: str) -> str:
    """The argument *name*, one of *allowed*; 400 for another word."""
    value = request.args.get(name, default)
    if value not in allowed and value != default:
        raise BadRequest(gettext("The address has an unknown value for “%(name)s”.", name=name))
    return value


def beyond(
    column: InstrumentedAttribute[Any], key: InstrumentedAttribute[int], cursor: Cursor, *, larger: bool, empty: bool
) -> ColumnElement[bool]:
    """Rows after *cursor*, nulls last. *larger*: the order goes up; *empty*: the column may be null."""
    value, row_id = cursor.value, cursor.row_id
    if not empty or value is None:
        if value is None:
            further = key > row_id if larger else key < row_id
            return and_(column.is_(None), further) if empty else further
        place = tuple_(literal(value, column.type), literal(row_id, key.type))
        pair = tuple_(column, key)
        return pair > place if larger else pair < place
    further = key > row_id if larger else key < row_id
    past = column > value if larger else column < value
    return or_(past, and_(column == value, further), column.is_(None))


def in_front(
    column: InstrumentedAttribute[Any], key: InstrumentedAttribute[int], cursor: Cursor, *, larger: bool
) -> ColumnElement[bool]:
    """Rows before *cursor* in a list with nulls last, for a column that may be null."""
    earlier = key < cursor.row_id if larger else key > cursor.row_id
    if cursor.value is None:
        return or_(column.is_not(None), and_(column.is_(None), earlier))
    past = column < cursor.value if larger else column > cursor.value
    return or_(past, and_(column == cursor.value, earlier))


def paged(
    query: Select[Any],
    column: InstrumentedAttribute[Any],
    key: InstrumentedAttribute[int],
    asked: Asked,
    limit: int = PAGE_SIZE,
) -> tuple[Select[Any], bool]:
    """*query* limited to one page and one row more; True when its rows come in reverse (a page before a cursor)."""
    upwards = not asked.descending
    empty = bool(column.nullable)
    backwards = asked.before is not None
    if asked.after is not None:
        query = query.where(beyond(column, key, asked.after, larger=upwards, empty=empty))
    elif asked.before is not None:
        condition = (
            in_front(column, key, asked.before, larger=upwards)
            if empty
            else beyond(column, key, asked.before, larger=not upwards, empty=False)
        )
        query = query.where(condition)
    return query.order_by(*ordering(column, key, upwards=upwards != backwards, backwards=backwards)).limit(limit + 1), (
        backwards
    )


def ordering(
    column: InstrumentedAttribute[Any],
    key: InstrumentedAttribute[int],
    *,
    upwards: bool,
    backwards: bool = False,
) -> list[ColumnElement[Any]]:
    """Order by *column*, then id; nulls last (first when the page is read backwards)."""
    order: list[ColumnElement[Any]] = []
    if column.nullable:
        order.append(column.is_(None).desc() if backwards else column.is_(None).asc())
    if column is not key:
        order.append(column.asc() if upwards else column.desc())
    order.append(key.asc() if upwards else key.desc())
    return order

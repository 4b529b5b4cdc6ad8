"""Addresses read strictly, and lists paged by key: nothing malformed reaches the database or ends in an error page."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from models.base import Choice, LocalDate, ShortText, SortKey, UTCDateTime, never
from views.request import context

LARGEST_ID = 2**63 - 1
LONGEST_SEARCH = 100
COUNT_LIMIT = 10_000
PAGE_SIZE = 50
MOST_FILTERS = 60
"""So many values in all may narrow a list."""

Sortable = ColumnElement[Any] | InstrumentedAttribute[Any]
"""What a list may be ordered by."""

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


_ALTERNATIVES = {"key": "several_keys", "skipped": "follow_up_queue"}
"""Arguments that may stand several times in the address of one page, each with the page; and filters, of a list."""


def refuse_given_twice() -> None:
    """400 where an address gives one argument two values: only one of them would count, and nobody was told which."""
    twice_given(request.args, request.blueprint)


def twice_given(arguments: MultiDict[str, str], page: str | None = None) -> None:
    """The same for *arguments* of the endpoint group *page*."""
    for name, values in arguments.lists():
        if len(set(values)) > 1 and not name.startswith("flt") and _ALTERNATIVES.get(name, "") != page:
            raise BadRequest(gettext("The address has several values for “%(name)s”: only one counts.", name=name[:60]))


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
    except (ValueError, OverflowError):
        raise BadRequest(gettext("The address names a place in the list that does not exist.")) from None


def _cursor_value(text: str, column: InstrumentedAttribute[Any]) -> object:
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
    if isinstance(kind, ShortText | SortKey):
        return text
    if not re.fullmatch(r"-?[0-9]{1,19}", text, re.ASCII) or abs(int(text)) > LARGEST_ID:
        raise ValueError(text)
    return int(text)


@dataclass
class Listing:
    """What an address asks of a list, checked."""

    search: str = ""
    sort: str = ""
    descending: bool = True
    after: Cursor | None = None
    before: Cursor | None = None
    at: datetime.date | None = None
    """The day that the list was asked to begin with."""
    filters: list[tuple[Any, str, Any]] = field(default_factory=list)
    """Filter, its value as written, its value as understood."""
    columns: list[str] = field(default_factory=list)
    """The columns to show; empty for those that the register shows everybody."""

    def shape(self) -> tuple[Any, ...]:
        """All that the statement of this list depends on, but for the search and the values of its place."""
        place = self.after or self.before
        filters = tuple((flt.key, raw) for flt, raw, _ in self.filters)
        where = None if place is None else (self.before is None, place.value is None)
        return filters, self.sort, self.descending, where, tuple(self.columns)

    def place_values(self) -> dict[str, Any]:
        """The values of the place in the list, for :func:`beyond`."""
        place = self.after or self.before
        return {} if place is None else {"at_value": place.value, "at_id": place.row_id}

    def filter_values(self) -> dict[str, list[str]]:
        """Filter -> its values as written: rows that fit one of them are listed."""
        found: dict[str, list[str]] = {}
        for flt, raw, _value in self.filters:
            found.setdefault(flt.key, []).append(raw)
        return found

    def conditions(self) -> list[ColumnElement[bool]]:
        """What is true of all rows that fit the filters: several values of one filter are alternatives."""
        apart: dict[str, list[ColumnElement[bool]]] = {}
        for flt, _raw, value in self.filters:
            apart.setdefault(flt.key, []).append(flt.condition(value))
        return [or_(*each) for each in apart.values()]

    def arguments(self, **changes: object) -> dict[str, str | list[str]]:
        """The address of this list again, with *changes*; None takes an argument away. Without place in the list."""
        found: dict[str, Any] = {f"flt_{key}": sorted(values) for key, values in self.filter_values().items()}
        found |= {"search": self.search or None, "sort": self.sort or None}
        found["desc"] = ("1" if self.descending else "0") if self.sort else None
        found["cols"] = ",".join(self.columns) or None
        found |= changes
        return {
            name: value
            if isinstance(value, list) and len(value) > 1
            else str(value[0] if isinstance(value, list) else value)
            for name, value in found.items()
            if value is not None
        }


@dataclass
class Page:
    """One page of a list, ready to be shown."""

    listing: Listing
    rows: list[Any]
    total: int
    newer: str | None = None
    older: str | None = None
    chips: list[tuple[str, str, str]] = field(default_factory=list)
    """Filter name, its value as shown, the address without it."""

    @property
    def count(self) -> str:
        """The number of rows that fit, capped."""
        return f"{COUNT_LIMIT:,}+" if self.total > COUNT_LIMIT else f"{self.total:,}"


def parse_day(text: str) -> datetime.date:
    """The date that *text* spells; 400 for anything else, and for years nobody means."""
    try:
        day = datetime.date.fromisoformat(text) if len(text) == len("2026-11-22") else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        raise BadRequest(gettext("Write the date like 2026-11-22."))
    return day


def day_cursor(
    day: datetime.date, column: InstrumentedAttribute[Any], zone: datetime.tzinfo, *, upwards: bool
) -> Cursor:
    """The place just before the rows of *day* (by the clock of *zone*), in the order of the list."""
    row_id = 0 if upwards else LARGEST_ID
    if isinstance(column.type, LocalDate):
        return Cursor(day, row_id)
    midnight = datetime.datetime.combine(day if upwards else day + datetime.timedelta(days=1), datetime.time(), zone)
    return Cursor(midnight.astimezone(datetime.UTC), 0)


def parse_search(text: str) -> str:
    """The search term without surrounding blanks and the estate's name; 400 when it is longer than anybody types."""
    text = text.strip()
    if len(text) > LONGEST_SEARCH:
        raise BadRequest(gettext("Search for at most %(count)s characters.", count=LONGEST_SEARCH))
    return context.without_estate(text)


def parse_choice(name: str, allowed: Sequence[str], default: str) -> str:
    """The argument *name*, one of *allowed*; 400 for another word."""
    value = request.args.get(name, default)
    if value not in allowed and value != default:
        raise BadRequest(gettext("The address has an unknown value for “%(name)s”.", name=name))
    return value


def place_in(column: InstrumentedAttribute[Any]) -> Sortable:
    """What a list sorted by *column* is ordered by: rows without a time come where the latest would come.

    Never null, so that one comparison finds a place in the list; the tables have an index on the very same expression.
    """
    return func.coalesce(column, never()) if column.nullable else column


def beyond(place: Sortable, key: Sortable, at: Cursor, *, larger: bool) -> ColumnElement[bool]:
    """The condition for rows after the cursor *at* in a list ordered by *place*, then *key*; *larger*: upwards.

    Its parameters are called ``at_value`` and ``at_id`` (:meth:`Listing.place_values`).
    """
    number = bindparam("at_id", at.row_id, key.type)
    if place is key:
        return key > number if larger else key < number
    value = bindparam("at_value", at.value, place.type) if at.value is not None else never()
    pair, wanted = tuple_(place, key), tuple_(value, number)
    # The first part says nothing new; SQLite seeks by it where the place is an expression.
    if larger:
        return and_(place >= value, pair > wanted)
    return and_(place <= value, pair < wanted)


def paged(
    query: Select[Any],
    place: Sortable,
    key: Sortable,
    listing: Listing,
    limit: int = PAGE_SIZE,
) -> tuple[Select[Any], bool]:
    """*query* limited to one page and one row more; True when its rows come in reverse (a page before a cursor)."""
    backwards = listing.before is not None
    upwards = listing.descending == backwards
    cursor = listing.before or listing.after
    if cursor is not None:
        query = query.where(beyond(place, key, cursor, larger=upwards))
    return query.order_by(*ordering(place, key, upwards=upwards)).limit(limit + 1), backwards


def ordering(place: Sortable, key: Sortable, *, upwards: bool) -> list[ColumnElement[Any]]:
    """Order by *place*, then id."""
    order = [key] if place is key else [place, key]
    return [part.asc() if upwards else part.desc() for part in order]

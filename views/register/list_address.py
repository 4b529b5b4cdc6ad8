"""What the address of a list asks for, read strictly, and the address of what is asked."""

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from models.base import LocalDate, UTCDateTime
from views.register.part import Row
from views.request.keeping import fixed_url
from views.request.queries import (
    MOST_FILTERS,
    Listing,
    day_cursor,
    parse_cursor,
    parse_day,
    parse_search,
    twice_given,
)
from views.words.language import zone

if TYPE_CHECKING:
    from views.register.scope import Scope as Part
else:
    from views.register.part import Part

UNQUOTED = "!$'()*,/:;?@"
"""Signs that stand as they are in an address, as Flask writes it."""


class ListAddress(Part[Row]):
    """The address of ``/admin/<register>/``, both ways."""

    default_sort = "id"
    default_descending = True

    def listing(self, source: Mapping[str, str] | None = None) -> Listing:
        """What the address asks for; 400 for anything malformed. *source* replaces the request's arguments."""
        arguments: MultiDict[str, str] = request.args if source is None else MultiDict(source)
        twice_given(arguments)
        listing = Listing(search=parse_search(arguments.get("search", "")))
        if listing.search and not self._search_supported:
            raise BadRequest(gettext("The address has an unknown value for “%(name)s”.", name="search"))
        if "page" in arguments or "offset" in arguments:
            raise BadRequest(gettext("Lists are read with next and previous; there are no page numbers."))
        sort = arguments.get("sort", "")
        if sort and sort not in (*self._sortable_columns, self.default_sort):
            raise BadRequest(gettext("This list cannot be sorted by “%(name)s”.", name=sort[:60]))
        direction = arguments.get("desc", "" if sort else "default")
        if direction not in ("0", "1", "", "default"):
            raise BadRequest(gettext("The address has an unknown value for “%(name)s”.", name="desc"))
        listing.sort = sort
        listing.filters = self._asked_filters(arguments)
        listing.columns = self._asked_columns(arguments.get("cols", ""))
        after, before, at = arguments.get("after"), arguments.get("before"), arguments.get("at")
        if sum(map(bool, (after, before, at))) > 1:
            raise BadRequest(gettext("The address names two places in the list."))
        if at:
            listing.at = parse_day(at)
            # A search has an order of its own, without places for a date.
            listing.sort = sort or (self.default_sort if listing.search else "")
            direction = direction if sort else str(int(self.default_descending))
        listing.descending = direction == "1" if listing.sort else bool(listing.search) or self.default_descending
        column = self.sort_column(listing)
        listing.after = parse_cursor(after, column) if after else None
        listing.before = parse_cursor(before, column) if before else None
        if listing.at is not None:
            if not self.is_dated(column):
                raise BadRequest(gettext("This list is not sorted by a time: it has no place for a date."))
            listing.after = day_cursor(listing.at, column, zone(), upwards=not listing.descending)
        return listing

    def _asked_filters(self, arguments: MultiDict[str, str]) -> list[tuple[Any, str, Any]]:
        found = []
        for name in dict.fromkeys(arguments):
            if not name.startswith("flt"):
                continue
            key = name.partition("_")[2]
            known = self._filter_args or {}
            if key not in known:
                raise BadRequest(gettext("This list has no filter “%(name)s”.", name=key[:60]))
            flt: Any = known[key][1]
            given = dict.fromkeys(value.strip() for value in arguments.getlist(name))
            if len(given.keys() - {""}) > 1 and flt.takes_one:
                raise BadRequest(gettext("The filter “%(name)s” takes one value: choose one.", name=flt.name))
            for raw in filter(None, given):  # an empty control of the filter form says nothing
                try:
                    found.append((flt, raw, flt.clean(raw)))
                except ValueError:
                    raise BadRequest(
                        gettext("“%(value)s” is no value for the filter “%(name)s”.", value=raw[:60], name=flt.name)
                    ) from None
        if len(found) > MOST_FILTERS:
            raise BadRequest(gettext("A list is narrowed by at most %(count)s values.", count=MOST_FILTERS))
        return found

    def _asked_columns(self, text: str) -> list[str]:
        names = text.split(",") if text else []
        for name in names:
            if name not in self.choosable_columns:
                raise BadRequest(gettext("This list has no column “%(name)s”.", name=name[:60]))
        return self.with_number(list(dict.fromkeys(names)))

    @functools.cached_property
    def choosable_columns(self) -> list[str]:
        """The columns that a list can show: those that it shows everybody, then those of its export."""
        return list(dict.fromkeys([*self.listed_columns, *self.exported_columns]))

    def with_number(self, names: list[str]) -> list[str]:
        """*names* with the column that links to the record; none stay none."""
        missing = names and self.number_column not in names and self.number_column in self.choosable_columns
        return [self.number_column, *names] if missing else names

    def sort_column(self, listing: Listing) -> InstrumentedAttribute[Any]:
        """The column that orders the list; what a search finds comes by number, which the search index knows."""
        if listing.sort:
            return self._column(listing.sort)
        return self._column("id") if listing.search else self.default_sort_column()

    def default_sort_column(self) -> InstrumentedAttribute[Any]:
        """The column that orders the list when nothing is asked."""
        return self._column(self.default_sort)

    def _column(self, name: str) -> InstrumentedAttribute[Any]:
        column: InstrumentedAttribute[Any] = getattr(self.model, self.sorted_by.get(name, name))
        return column

    @staticmethod
    def is_dated(column: InstrumentedAttribute[Any]) -> bool:
        """Whether a list sorted by *column* can begin with a date."""
        return isinstance(column.type, UTCDateTime | LocalDate)

    def address(self, listing: Listing, **changes: object) -> str:
        """The address of this list with *changes*."""
        arguments = listing.arguments(**changes)
        page = fixed_url(".index_view")
        return f"{page}?{urlencode(arguments, doseq=True, safe=UNQUOTED)}" if arguments else page

    def sort_address(self, listing: Listing, name: str) -> str:
        """The address of this list sorted by *name*, the other way round if it is already."""
        turned = "0" if listing.sort == name and listing.descending else "1"
        return self.address(listing, sort=name, desc=turned)

"""The list of a register: ids first, then exactly what the columns show; filters and search by plain addresses."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_admin import expose
from flask_babel import gettext
from markupsafe import Markup, escape
from sqlalchemy import Select, false, func, select
from werkzeug.exceptions import BadRequest

from models.base import LocalDate, UTCDateTime
from models.policy import may
from models.verbs import verb_label
from views import context
from views.cells import escaped, marked
from views.controls import filter_field
from views.language import language, say, zone
from views.lookups import learn_choices
from views.queries import (
    COUNT_LIMIT,
    PAGE_SIZE,
    Asked,
    Cursor,
    day_cursor,
    ordering,
    paged,
    parse_cursor,
    parse_day,
    parse_search,
    place_in,
)
from views.scope import Scope, actor_here


@dataclass
class Page:
    """One page of a list, ready to be shown."""

    asked: Asked
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


WRAPPED = frozenset({"summary", "changes", "purpose", "roles", "reason"})
"""Columns whose text goes over several lines; only these and the number have a class of their own."""


class ListPages(Scope):
    """``/admin/<register>/``."""

    default_sort = "id"
    default_descending = True
    list_template = "admin/list.html"
    bulk_verbs: tuple[str, ...] = ()

    @expose("/")
    def index_view(self) -> str:
        """The list."""
        asked = self.asked()
        page = self.page(asked)
        bulk_buttons = self.bulk_buttons()
        return self.render(
            self.list_template,
            page=page,
            table_rows=self.table_rows(page.rows, choose=bool(bulk_buttons)),
            columns=self._headings(language()),
            sortable=self._sortable_columns,
            # Drawn when asked for: their choices cost more than half a page. What is set stands in the chips.
            filters=self.filter_controls(asked) if request.args.get("filters") == "1" else [],
            may_filter=bool(self._filters),
            bulk_buttons=bulk_buttons,
            query_string=urlencode(asked.arguments()),
            empty_text="" if page.rows else self.nothing_found(asked),
            dated=self.is_dated(self.default_sort_column() if asked.search else self.sort_column(asked)),
        )

    def table_rows(self, rows: list[Any], *, choose: bool) -> Iterator[Markup]:
        """The rows of the table; everything that a cell gives is escaped here, unless it is mark-up already."""
        address = escape(self.get_url(".details_view", id=""))
        shown = [
            (
                name == self.number_column,
                f' class="c-{name}"' if name in {*WRAPPED, self.number_column} else "",
                self.cells[name],
            )
            for name in self.listed_columns
        ]
        word = escape(gettext("Choose"))
        for row in rows:
            parts = ["<tr>"]
            if choose:
                label = f"{word} {escape(self.name_of(row))}"
                box = f'type="checkbox" name="row" value="{row.id}" aria-label="{label}"'
                parts.append(f'<td class="choose"><input class="form-check-input" {box}></td>')
            for linked, attributes, cell in shown:
                text = escaped(cell(row))
                if linked:
                    text = f'<a href="{address}{row.id}">{text}</a>'
                parts.append(f"<td{attributes}>{text}</td>")
            parts.append("</tr>")
            yield marked("".join(parts))

    # ------------------------------------------------------------- what is asked

    def asked(self, source: Any = None) -> Asked:
        """What the address asks for; 400 for anything malformed. *source* replaces the request's arguments."""
        arguments = request.args if source is None else source
        asked = Asked(search=parse_search(arguments.get("search", "")))
        if asked.search and not self._search_supported:
            raise BadRequest(gettext("The address has an unknown value for “%(name)s”.", name="search"))
        if "page" in arguments or "offset" in arguments:
            raise BadRequest(gettext("Lists are read with next and previous; there are no page numbers."))
        sort = arguments.get("sort", "")
        if sort and sort not in (*self._sortable_columns, self.default_sort):
            raise BadRequest(gettext("This list cannot be sorted by “%(name)s”.", name=sort[:60]))
        direction = arguments.get("desc", "" if sort else "default")
        if direction not in ("0", "1", "", "default"):
            raise BadRequest(gettext("The address has an unknown value for “%(name)s”.", name="desc"))
        asked.sort = sort
        asked.filters = self._asked_filters(arguments)
        after, before, at = arguments.get("after"), arguments.get("before"), arguments.get("at")
        if sum(map(bool, (after, before, at))) > 1:
            raise BadRequest(gettext("The address names two places in the list."))
        if at:
            asked.at = parse_day(at)
            # A search has an order of its own, without places for a date.
            asked.sort = sort or (self.default_sort if asked.search else "")
            direction = direction if sort else str(int(self.default_descending))
        asked.descending = direction == "1" if asked.sort else bool(asked.search) or self.default_descending
        column = self.sort_column(asked)
        asked.after = parse_cursor(after, column) if after else None
        asked.before = parse_cursor(before, column) if before else None
        if asked.at is not None:
            if not self.is_dated(column):
                raise BadRequest(gettext("This list is not sorted by a time: it has no place for a date."))
            asked.after = day_cursor(asked.at, column, zone(), upwards=not asked.descending)
        return asked

    def _asked_filters(self, arguments: Any) -> list[tuple[Any, str, Any]]:
        found = []
        for name in dict.fromkeys(arguments):
            if not name.startswith("flt"):
                continue
            key = name.partition("_")[2]
            known = self._filter_args or {}
            raw = arguments[name].strip()
            if key not in known:
                raise BadRequest(gettext("This list has no filter “%(name)s”.", name=key[:60]))
            if not raw:
                continue  # an empty control of the filter form
            flt: Any = known[key][1]
            try:
                found.append((flt, raw, flt.clean(raw)))
            except ValueError:
                raise BadRequest(
                    gettext("“%(value)s” is no value for the filter “%(name)s”.", value=raw[:60], name=flt.name)
                ) from None
        return found

    def sort_column(self, asked: Asked) -> Any:
        """The column that orders the list; what a search finds comes by number, which the search index knows."""
        if asked.sort:
            return getattr(self.model, asked.sort)
        return self.model.id if asked.search else self.default_sort_column()

    def default_sort_column(self) -> Any:
        """The column that orders the list when nothing is asked."""
        return getattr(self.model, self.default_sort)

    @staticmethod
    def is_dated(column: Any) -> bool:
        """Whether a list sorted by *column* can begin with a date."""
        return isinstance(column.type, UTCDateTime | LocalDate)

    # ------------------------------------------------------------- what is found

    def ids_query(self, asked: Asked) -> Select[Any]:
        """The ids of all rows that fit, in no order."""
        query = select(self.model.id).where(self.listed())
        for flt, _raw, value in asked.filters:
            query = flt.apply(query, value)
        if asked.search:
            condition = self.search_condition(asked.search)
            query = query.where(false() if condition is None else condition)
        return query

    def ordered(self, asked: Asked) -> list[Any]:
        """How the list of *asked* is ordered."""
        return ordering(place_in(self.sort_column(asked)), self.model.id, upwards=not asked.descending)

    def page(self, asked: Asked, size: int = PAGE_SIZE) -> Page:
        """One page: one statement for its rows and the count (and one more for each relationship to many)."""
        desk = context.session()
        ids = self.ids_query(asked)
        capped = ids.limit(COUNT_LIMIT + 1).subquery()
        total = select(func.count()).select_from(capped).scalar_subquery()
        place = place_in(self.sort_column(asked))
        query = self.rows_query(ids, self.listed_columns, place.label("place_in_list"), total.label("total_found"))
        paging, backwards = paged(query, place, self.model.id, asked, size)
        found = list(desk.execute(paging))
        # Without any row there is nothing beside which the count could stand.
        number = found[0].total_found if found else (desk.scalar(select(total)) if asked.after or asked.before else 0)
        more = len(found) > size
        found = found[:size]
        if backwards:
            found.reverse()
        page = Page(asked, self.prepared(found if self.plain else [row[0] for row in found]), number or 0)
        ends = [(row.place_in_list, (row if self.plain else row[0]).id) for row in (*found[:1], *found[-1:])]
        if found and (more if backwards else asked.after is not None):
            page.newer = self.address(asked, before=Cursor(*ends[0]).text())
        if found and (backwards or more):
            page.older = self.address(asked, after=Cursor(*ends[-1]).text())
        page.chips = self._chips(asked)
        return page

    def address(self, asked: Asked, **changes: Any) -> str:
        """The address of this list with *changes*."""
        return self.get_url(".index_view", **asked.arguments(**changes))

    def sort_address(self, asked: Asked, name: str) -> str:
        """The address of this list sorted by *name*, the other way round if it is already."""
        turned = "0" if asked.sort == name and asked.descending else "1"
        return self.address(asked, sort=name, desc=turned)

    def _chips(self, asked: Asked) -> list[tuple[str, str, str]]:
        chips = [
            (str(flt.name), flt.shown(raw), self.address(asked, **{f"flt_{flt.key}": None}))
            for flt, raw, _value in asked.filters
        ]
        if asked.search:
            chips.append((gettext("Search"), asked.search, self.address(asked, search=None)))
        return chips

    def filter_controls(self, asked: Asked) -> list[Markup]:
        """The controls of the filter form with what is asked now."""
        learn_choices(flt.lookup for flt in self._filters if flt.control == "select" and hasattr(flt, "lookup"))
        given = {flt.key: raw for flt, raw, _value in asked.filters}
        return [filter_field(flt, given.get(flt.key, ""), language()) for flt in self._filters]

    @functools.lru_cache(8)  # noqa: B019  # views live as long as the program
    def _headings(self, _language: str) -> list[tuple[str, str]]:
        """Name and label of each column."""
        return [(str(name), str(label)) for name, label in self._list_columns]

    def nothing_found(self, asked: Asked) -> Any:
        """What an empty list says: what to do next."""
        if asked.search and self.search_condition(asked.search) is None:
            return gettext("Search for two letters or digits at least, or a Chinese character; signs find nothing.")
        return self.empty_text

    def bulk_buttons(self) -> list[tuple[str, str]]:
        """Verb and label of what the person may do to many rows at once."""
        if not self.may_bulk():
            return []
        return [(verb, say(verb_label(verb))) for verb in self.bulk_verbs if self.allowed(verb)]

    def may_bulk(self) -> bool:
        """Whether the person may act on many rows at once."""
        return bool(self.bulk_verbs) and self.allowed_bulk()

    def allowed_bulk(self) -> bool:
        """Whether the policy lets the person start bulk runs."""
        return may(actor_here(), "run", "bulk_runs")

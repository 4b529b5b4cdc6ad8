"""The list of a register: ids first, then exactly what the columns show; filters and search by plain addresses."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request
from flask_admin import expose
from flask_babel import gettext
from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, Select, false, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from models.base import LocalDate, UTCDateTime
from models.finding import can_gather_newest
from models.policy import may
from models.verbs import everything, verb_label
from views.forms.controls import filter_field
from views.forms.lookups import learn_choices
from views.register.last_lists import list_address, remember
from views.register.part import Row
from views.register.scope import actor_here
from views.request import context
from views.request.keeping import Made, fixed_url, kept_statement
from views.request.queries import (
    COUNT_LIMIT,
    MOST_FILTERS,
    Cursor,
    Listing,
    Page,
    day_cursor,
    ordering,
    paged,
    parse_cursor,
    parse_day,
    parse_search,
    place_in,
    twice_given,
)
from views.words.cells import escaped, marked
from views.words.labels import Caption
from views.words.language import language, say, zone

if TYPE_CHECKING:
    from views.register.scope import Scope as Part
else:
    from views.register.part import Part

WRAPPED = frozenset({"summary", "changes", "purpose", "roles", "reason"})
"""Columns whose text goes over several lines; only these and the number have a class of their own."""


UNQUOTED = "!$'()*,/:;?@"
"""Signs that stand as they are in an address, as Flask writes it."""


@functools.lru_cache(512)
def _verb(name: str, _language: str) -> str:
    """The word of a verb."""
    return say(verb_label(name))


class ListPages(Part[Row]):
    """``/admin/<register>/``."""

    default_sort = "id"
    default_descending = True
    list_template = "admin/list.html"

    @expose("/")
    def index_view(self) -> str:
        """The list."""
        listing = self.listing()
        personal = self.personal(listing)
        page = self.page(listing)
        remember(self.endpoint)
        bulk_buttons = self.bulk_buttons()
        preview, shown = self.preview_asked(), listing.columns or self.listed_columns
        return self.render(
            self.list_template,
            page=page,
            table_rows=self.table_rows(page.rows, shown, choose=bool(bulk_buttons), peek=preview is not None),
            columns=self.headings(listing.columns),
            choosable=self.headings(self.choosable_columns),
            preview=preview,
            sortable=self._sortable_columns,
            # Drawn when asked for: their choices cost more than half a page. What is set stands in the chips.
            filters=self.filter_controls(listing) if request.args.get("filters") == "1" else [],
            may_filter=bool(self._filters),
            bulk_buttons=bulk_buttons,
            query_string=urlencode(listing.arguments(), doseq=True),
            empty_text="" if page.rows else self.nothing_found(listing),
            dated=self.is_dated(self.default_sort_column() if listing.search else self.sort_column(listing)),
            **personal,
        )

    def personal(self, listing: Listing) -> dict[str, Any]:
        """What the person keeps of this list; may choose the columns of *listing* (views.register.saved_views)."""
        return {}

    def list_address(self) -> str:
        """The list as the person saw it last, with its filters."""
        return list_address(self.endpoint)

    def preview_asked(self) -> dict[str, Any] | None:
        """The record that the address wants beside the list (views.register.saved_views)."""
        return None

    def table_rows(self, rows: list[Any], names: Sequence[str], *, choose: bool, peek: bool) -> Iterator[Markup]:
        """The rows of the table; everything that a cell gives is escaped here, unless it is mark-up already.

        Buttons to look at each (*peek*) are a ninth of a page: drawn where one is looked at, else made by the script.
        """
        address = escape(self.get_url(".details_view", id=""))
        shown = [
            (
                name == self.number_column,
                f' class="c-{name}"' if name in {*WRAPPED, self.number_column} else "",
                self.cells[name],
            )
            for name in names
        ]
        word, look = escape(gettext("Choose")), escape(gettext("Preview"))
        for row in rows:
            parts, called = ["<tr>"], escape(self.name_of(row))
            if choose:
                box = f'type="checkbox" name="row" value="{row.id}" aria-label="{word} {called}"'
                parts.append(f'<td class="choose"><input {box}></td>')
            for linked, attributes, cell in shown:
                text = escaped(cell(row))
                if linked:
                    text = f'<a href="{address}{row.id}">{text}</a>'
                parts.append(f"<td{attributes}>{text}</td>")
            if peek:
                box = f'form="peek" name="preview" value="{row.id}" aria-label="{look} {called}"'
                parts.append(f'<td class="peek"><button {box}>▸</button></td>')
            # The end of a row may be left out in HTML: fifty of them are a quarter of a kilobyte.
            yield marked("".join(parts))

    # ------------------------------------------------------------- what is asked

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
    def bulk_verbs(self) -> tuple[str, ...]:
        """What may be done to chosen rows: the verbs that are declared so, in their order."""
        return tuple(
            each.name for each in everything() if each.register == self.register and each.bulk and each.name != "undo"
        )

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

    # ------------------------------------------------------------- what is found

    def ids_query(self, listing: Listing) -> Select[Any]:
        """The ids of all rows that fit, in no order."""
        query = select(self.model.id).where(*self._narrowed(listing))
        if listing.search:
            condition = self.search_condition(listing.search)
            query = query.where(false() if condition is None else condition)
        return query

    def _narrowed(self, listing: Listing) -> list[ColumnElement[bool]]:
        """What is true of all rows that fit, but for the search."""
        return [self.listed(), *listing.conditions()]

    def ordered(self, listing: Listing) -> list[Any]:
        """How the list of *listing* is ordered."""
        return ordering(place_in(self.sort_column(listing)), self.model.id, upwards=not listing.descending)

    def page(self, listing: Listing) -> Page:
        """One page: one statement for its rows and the count (and one more for each relationship to many).

        A search that finds more rows than are counted takes another one.
        """
        size = self.page_size
        found, number = self._found(listing, size) if listing.search else self._listed(listing, size)
        backwards = listing.before is not None
        more = len(found) > size
        found = found[:size]
        if backwards:
            found.reverse()
        page = Page(listing, self.prepared(found if self.reads_columns else [row[0] for row in found]), number)
        ends = [(row.place_in_list, (row if self.reads_columns else row[0]).id) for row in (*found[:1], *found[-1:])]
        if found and (more if backwards else listing.after is not None):
            page.newer = self.address(listing, before=Cursor(*ends[0]).text())
        if found and (backwards or more):
            page.older = self.address(listing, after=Cursor(*ends[-1]).text())
        page.chips = self._chips(listing)
        return page

    def _listed(self, listing: Listing, size: int) -> tuple[list[Any], int]:
        """The rows of a page and one more, and the capped count."""

        def made() -> tuple[Select[Any], ColumnElement[int]]:
            ids = self.ids_query(listing)
            total = select(func.count()).select_from(ids.limit(COUNT_LIMIT + 1).subquery()).scalar_subquery()
            return self._paging(ids, total, listing, size), total

        return self._read(listing, *self._kept(listing, made, size))

    def _found(self, listing: Listing, size: int) -> tuple[list[Any], int]:
        """The same for a search, whose rows are gathered first and put in order then."""

        column = self.sort_column(listing)
        by_id = column is self.model.id and listing.descending
        newest = by_id and listing.after is listing.before is None and can_gather_newest(context.session())

        def made() -> tuple[Select[Any], ColumnElement[int]] | None:
            narrowed = self._narrowed(listing)
            matches = self.search_matches(
                listing.search, narrowed, place_in(column), max(COUNT_LIMIT, size) + 1, newest=newest
            )
            if matches is None:
                return None
            gathered = matches.cte("gathered").prefix_with("MATERIALIZED")
            total = select(func.count()).select_from(gathered).scalar_subquery()
            chosen, _ = paged(select(gathered.c.id), gathered.c.place, gathered.c.id, listing, size)
            return self._paging(select(self.model.id).where(self.model.id.in_(chosen)), total, listing, size), total

        question, values = self.search_shape(listing.search)
        statements = made() if question is None else self._kept(listing, made, size, question)
        if statements is None:
            return [], 0
        found, number = self._read(listing, *statements, **values)
        if number <= COUNT_LIMIT or newest:
            return found, number
        # Not all of them were gathered. There are so many that going through the list meets the next ones soon.
        met = select(self.model.id).where(*self._narrowed(listing), self.search_one_by_one(listing.search))
        total = literal(number)
        return self._read(listing, self._paging(met, total, listing, size), total)

    def _read(
        self, listing: Listing, paging: Select[Any], total: ColumnElement[int], **values: Mapping[str, Any]
    ) -> tuple[list[Any], int]:
        """The rows of *paging* and the number beside them."""
        desk, given = context.session(), {**values, **listing.place_values()}
        # Rows that are no records need not pass through the session, which takes its time.
        found = list((desk.connection() if self.reads_columns else desk).execute(paging, given))
        if found:
            return found, found[0].total_found
        # Without any row there is nothing beside which the count could stand.
        return found, (desk.scalar(select(total), given) or 0) if "at_id" in given else 0

    def _paging(self, ids: Select[Any], total: ColumnElement[int], listing: Listing, size: int) -> Select[Any]:
        place = place_in(self.sort_column(listing))
        # With those that everybody sees: what a register reads set-wise for its rows goes by them.
        names = list(dict.fromkeys([*self.listed_columns, *listing.columns]))
        query = self.rows_query(ids, names, place.label("place_in_list"), total.label("total_found"))
        return paged(query, place, self.model.id, listing, size)[0]

    def _kept(self, listing: Listing, made: Callable[[], Made], *more: object) -> Made:
        """What *made* makes, kept for the next page that differs in values only: making it takes as long as asking."""
        if not all(flt.timeless for flt, _raw, _value in listing.filters):
            return made()
        return kept_statement((self.endpoint, str(zone()), listing.shape(), COUNT_LIMIT, *more), made)

    def address(self, listing: Listing, **changes: object) -> str:
        """The address of this list with *changes*."""
        arguments = listing.arguments(**changes)
        page = fixed_url(".index_view")
        return f"{page}?{urlencode(arguments, doseq=True, safe=UNQUOTED)}" if arguments else page

    def sort_address(self, listing: Listing, name: str) -> str:
        """The address of this list sorted by *name*, the other way round if it is already."""
        turned = "0" if listing.sort == name and listing.descending else "1"
        return self.address(listing, sort=name, desc=turned)

    def _chips(self, listing: Listing) -> list[tuple[str, str, str]]:
        chips = [
            (str(flt.name), flt.value_label(raw), self.address(listing, **{f"flt_{flt.key}": others or None}))
            for flt, raw, _value in listing.filters
            for others in [[other for other in listing.filter_values()[flt.key] if other != raw]]
        ]
        if listing.search:
            chips.append((gettext("Search"), listing.search, self.address(listing, search=None)))
        return chips

    def filter_controls(self, listing: Listing) -> list[Markup]:
        """The controls of the filter form with what is asked now."""
        learn_choices(flt.lookup for flt in self._filters if flt.control == "select" and hasattr(flt, "lookup"))
        values = listing.filter_values()
        return [filter_field(flt, values.get(flt.key, ()), language()) for flt in self._filters]

    def headings(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Name and label of each of the columns *names*, of those that everybody sees where there are none."""
        labels = self._labels(language())
        return [(name, labels[name]) for name in names or self.listed_columns]

    @functools.lru_cache(8)  # noqa: B019  # views live as long as the program
    def _labels(self, _language: str) -> dict[str, str]:
        """The label of each column that a list can show."""
        return {name: str(self.get_column_name(name)) for name in self.choosable_columns}

    def nothing_found(self, listing: Listing) -> Caption:
        """What an empty list says: what to do next."""
        if listing.search and self.search_condition(listing.search) is None:
            return gettext("Search for two letters or digits at least, or a Chinese character; signs find nothing.")
        return self.empty_text

    def bulk_buttons(self) -> list[tuple[str, str]]:
        """Address and label of what the person may do to many rows at once."""
        if not self.may_bulk():
            return []
        verbs = [verb for verb in self.bulk_verbs if self.allowed(verb)]
        return [(fixed_url(".bulk_view", verb=verb), _verb(verb, language())) for verb in verbs]

    def may_bulk(self) -> bool:
        """Whether the person may act on many rows at once."""
        return bool(self.bulk_verbs) and self.allowed_bulk()

    def allowed_bulk(self) -> bool:
        """Whether the policy lets the person start bulk runs."""
        return may(actor_here(), "run", "bulk_runs")

"""The list of a register: ids first, then exactly what the columns show; filters and search by plain addresses."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_admin import expose
from flask_babel import gettext
from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, Select, false, func, literal, select

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
    Cursor,
    Listing,
    Page,
    ordering,
    paged,
    place_in,
)
from views.words.cells import escaped, marked
from views.words.labels import Caption
from views.words.language import language, say, zone

if TYPE_CHECKING:
    from views.register.list_address import ListAddress as Part
else:
    from views.register.part import Part

WRAPPED = frozenset({"summary", "changes", "purpose", "roles", "reason"})
"""Columns whose text goes over several lines; only these and the number have a class of their own."""


@functools.lru_cache(512)
def _verb(name: str, _language: str) -> str:
    """The word of a verb."""
    return say(verb_label(name))


class ListPages(Part[Row]):
    """``/admin/<register>/``."""

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
            presets=self.preset_tabs(listing),
            dated=self.is_dated(self.default_sort_column() if listing.search else self.sort_column(listing)),
            **personal,
        )

    def personal(self, listing: Listing) -> dict[str, Any]:
        """What the person keeps of this list; may choose the columns of *listing* (views.register.saved_views)."""
        return {}

    def preset_tabs(self, listing: Listing) -> Sequence[Any]:
        """The states above the list (views.register.presets)."""
        return ()

    def first_address(self) -> str:
        """With what the menu begins (views.register.presets)."""
        return url_for(f"{self.endpoint}.index_view")

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

    @functools.cached_property
    def bulk_verbs(self) -> tuple[str, ...]:
        """What may be done to chosen rows: the verbs that are declared so, in the order of the steps of a record."""
        mine = [each.name for each in everything() if each.register == self.register and each.bulk]
        places = {step.verb: place for place, step in enumerate(getattr(self, "steps", ()))}
        return tuple(sorted((name for name in mine if name != "undo"), key=lambda name: places.get(name, len(places))))

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

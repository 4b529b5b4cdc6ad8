"""The list of a register: ids first, then exactly what the columns show; filters and search by plain addresses."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import Select, func, select
from werkzeug.exceptions import BadRequest

from models.base import Base
from models.policy import may
from models.verbs import verb_label
from views import context
from views.language import say
from views.queries import COUNT_LIMIT, PAGE_SIZE, Asked, Cursor, ordering, paged, parse_cursor, parse_search
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
        return self.render(
            self.list_template,
            page=page,
            columns=self._list_columns,
            sortable=self._sortable_columns,
            filters=self.filter_controls(asked),
            bulk_buttons=self.bulk_buttons(),
            query_string=urlencode(asked.arguments()),
            empty_text=self.empty_text,
            details_url=self.get_url(".details_view", id=""),
        )

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
        if sort and sort not in self._sortable_columns:
            raise BadRequest(gettext("This list cannot be sorted by “%(name)s”.", name=sort[:60]))
        direction = arguments.get("desc", "" if sort else "default")
        if direction not in ("0", "1", "", "default"):
            raise BadRequest(gettext("The address has an unknown value for “%(name)s”.", name="desc"))
        asked.sort = sort
        asked.descending = direction == "1" if sort else self.default_descending
        asked.filters = self._asked_filters(arguments)
        after, before = arguments.get("after"), arguments.get("before")
        if after and before:
            raise BadRequest(gettext("The address names two places in the list."))
        column = self.sort_column(asked)
        asked.after = parse_cursor(after, column) if after else None
        asked.before = parse_cursor(before, column) if before else None
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
        """The column that orders the list."""
        return getattr(self.model, asked.sort or self.default_sort)

    # ------------------------------------------------------------- what is found

    def ids_query(self, asked: Asked) -> Select[Any]:
        """The ids of all rows that fit, in no order."""
        query = select(self.model.id).where(self.listed())
        for flt, _raw, value in asked.filters:
            query = flt.apply(query, value)
        if asked.search:
            query = query.where(self.search_condition(asked.search))
        return query

    def ordered(self, asked: Asked) -> list[Any]:
        """How the list of *asked* is ordered."""
        return ordering(self.sort_column(asked), self.model.id, upwards=not asked.descending)

    def page(self, asked: Asked, size: int = PAGE_SIZE) -> Page:
        """One page: a statement for the ids, one for the count, one (and one a to-many relationship) for the rows."""
        column = self.sort_column(asked)
        query = self.ids_query(asked)
        paging, backwards = paged(query.add_columns(column.label("place")), column, self.model.id, asked, size)
        found = list(context.session().execute(paging))
        more = len(found) > size
        found = found[:size]
        if backwards:
            found.reverse()
        capped = query.limit(COUNT_LIMIT + 1).subquery()
        total = context.session().scalar(select(func.count()).select_from(capped)) or 0
        page = Page(asked, self.load([row.id for row in found], self.listed_columns), total)
        if found and (more if backwards else asked.after is not None):
            page.newer = self.address(asked, before=Cursor(found[0].place, found[0].id).text())
        if found and (backwards or more):
            page.older = self.address(asked, after=Cursor(found[-1].place, found[-1].id).text())
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

    def filter_controls(self, asked: Asked) -> list[dict[str, Any]]:
        """What the filter form shows: name, label, kind of control, choices, present value."""
        given = {flt.key: raw for flt, raw, _value in asked.filters}
        return [
            {
                "name": f"flt_{flt.key}",
                "label": flt.name,
                "control": flt.control,
                "choices": flt.choices() if flt.control == "select" else (),
                "value": given.get(flt.key, ""),
            }
            for flt in self._filters or ()
        ]

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

    def row_class(self, record: Base) -> str:
        """A class for the row of *record* in the list."""
        return ""

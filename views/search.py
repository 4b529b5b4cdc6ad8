"""One search box for all registers: the newest records that fit, register by register."""

from dataclasses import dataclass, field
from typing import Any

from flask import jsonify, redirect, request, url_for
from flask_admin import expose
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, Text, func, literal, select, union_all

from models.complaints import Complaint
from models.estates import Unit
from models.finding import can_gather_newest, found_one_by_one, matches
from models.keys import Key
from models.passes import VisitorPass
from models.personal import keyring_of
from models.policy import may, visible
from models.residents import Resident
from models.tickets import Ticket
from views import context
from views.pages import DeskPage
from views.queries import parse_search

EACH = 6
"""So many records of each register are shown."""
MANY = 1_000
"""So many are looked at before they are put in order; where there are more, the newest are sought otherwise."""

Searched = tuple[type[Any], Any, str, Any, Any]


@dataclass
class Group:
    """What was found in one register."""

    heading: Any
    endpoint: str
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    """Address, name and a word about each record."""
    more: str = ""
    """The address of all that was found there, where these are not all."""


# Register -> heading, page, how a record is called, what is said of it.
SEARCHED: tuple[Searched, ...] = (
    (Ticket, _("Tickets"), "tickets", Ticket.number, Ticket.summary),
    (Complaint, _("Complaints"), "complaints", Complaint.number, Complaint.summary),
    (Resident, _("Residents"), "residents", Resident.name, literal("")),
    (Unit, _("Units"), "units", Unit.code, Unit.building),
    (Key, _("Keys"), "keys", Key.number, Key.place),
    (VisitorPass, _("Visitor passes"), "visitor_passes", VisitorPass.number, VisitorPass.holder_name),
)


class SearchView(DeskPage):
    """``/admin/search/?q=…``: for everyone, and each finds what the policy lets them see; its box is on every page."""

    register = "desk"
    title = _("Search")
    endpoint_name = url_name = "search"
    in_menu = False

    @expose("/")
    def index(self) -> Any:
        """What was found, as JSON for programs; straight to the record when its number was typed."""
        text = parse_search(request.args.get("q", ""))
        queries = (
            [] if not text else [query for query in map(_query, SEARCHED, [text] * len(SEARCHED)) if query is not None]
        )
        groups = _groups(queries, text)
        if request.accept_mimetypes.best == "application/json":
            return jsonify([_plain(group) for group in groups])
        rows = [row for group in groups for row in group.rows]
        if len(rows) == 1 and rows[0][1].lower() == text.lower():
            return redirect(rows[0][0])
        return self.render("admin/search.html", text=text, groups=groups, searchable=bool(queries) or not text)


def _plain(group: Group) -> dict[str, Any]:
    rows = [{"url": url, "title": title, "note": note} for url, title, note in group.rows]
    return {"heading": str(group.heading), "rows": rows}


def _query(searched: Searched, text: str) -> Select[Any] | None:
    """The newest rows of one register among those gathered, and how many were; None where there is nothing to ask."""
    model, _heading, endpoint, _title, _note = searched
    if not may(context.actor(), "read", model):
        return None
    desk = context.session()
    here, newest = _visible(model), can_gather_newest(desk)
    gathering = matches(model, text, keyring_of(desk), *here, place=model.id, most=max(MANY, EACH + 1), newest=newest)
    if gathering is None:
        return None
    gathered = gathering.cte(f"gathered_{endpoint}").prefix_with("MATERIALIZED")
    first = select(gathered.c.id).order_by(gathered.c.id.desc()).limit(EACH + 1)
    number = select(func.count()).select_from(gathered).scalar_subquery()
    return _newest(searched, literal(0) if newest else number, model.id.in_(first))


def _query_frequent(searched: Searched, text: str) -> Select[Any]:
    """The same where very many rows fit: going through them from the newest on meets the next ones soon."""
    model = searched[0]
    here = (*_visible(model), found_one_by_one(model, text, keyring_of(context.session())))
    return _newest(searched, literal(0), *here)


def _newest(searched: Searched, number: ColumnElement[int], *conditions: ColumnElement[bool]) -> Select[Any]:
    model, _heading, endpoint, title, note = searched
    said = literal(endpoint).label("endpoint"), model.id, title.label("title"), note.cast(Text).label("note")
    query = select(*said, number.label("number")).where(*conditions).order_by(model.id.desc()).limit(EACH + 1)
    return select(query.subquery())


def _visible(model: type[Any]) -> list[ColumnElement[bool]]:
    estate = context.current_estate()
    return [visible(context.actor(), model), *(() if estate is None else (model.estate_id == estate.id,))]


def _groups(queries: list[Select[Any]], text: str) -> list[Group]:
    rows = list(context.session().execute(union_all(*queries))) if queries else []
    frequent = {row.endpoint for row in rows if row.number >= MANY}
    if frequent:
        again = [_query_frequent(searched, text) for searched in SEARCHED if searched[2] in frequent]
        rows = [row for row in rows if row.endpoint not in frequent]
        rows += context.session().execute(union_all(*again))
    groups = {endpoint: Group(heading, endpoint) for _model, heading, endpoint, _title, _note in SEARCHED}
    for row in rows:
        group = groups[row.endpoint]
        if len(group.rows) == EACH:
            group.more = url_for(f"{row.endpoint}.index_view", search=text)
        else:
            group.rows.append((url_for(f"{row.endpoint}.details_view", id=row.id), row.title, row.note or ""))
    return [group for group in groups.values() if group.rows]

"""One search box for all registers: the newest records that fit, register by register."""

from dataclasses import dataclass, field
from typing import Any

from flask import abort, redirect, request, url_for
from flask_admin import BaseView, expose
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, Text, literal, select, union_all

from models.complaints import Complaint
from models.estates import Unit
from models.finding import found
from models.keys import Key
from models.passes import VisitorPass
from models.personal import keyring_of
from models.policy import may, visible
from models.residents import Resident
from models.tickets import Ticket
from views import context
from views.queries import parse_search

EACH = 6
"""So many records of each register are shown."""


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
SEARCHED: tuple[tuple[type[Any], Any, str, Any, Any], ...] = (
    (Ticket, _("Tickets"), "tickets", Ticket.number, Ticket.summary),
    (Complaint, _("Complaints"), "complaints", Complaint.number, Complaint.summary),
    (Resident, _("Residents"), "residents", Resident.name, literal("")),
    (Unit, _("Units"), "units", Unit.code, Unit.building),
    (Key, _("Keys"), "keys", Key.number, Key.place),
    (VisitorPass, _("Visitor passes"), "visitor_passes", VisitorPass.number, VisitorPass.holder_name),
)


class SearchView(BaseView):
    """``/admin/search/?q=…``"""

    def __init__(self) -> None:
        super().__init__(name=_("Search"), endpoint="search", url="search")

    def is_accessible(self) -> bool:
        """Everyone who is signed in; each finds what the policy lets them see."""
        return may(context.actor(), "read", "desk")

    def is_visible(self) -> bool:
        """Not in the menu: the box stands on every page."""
        return False

    def inaccessible_callback(self, name: Any, **_kwargs: Any) -> Any:
        """To the sign-in page for nobody, 403 for somebody."""
        return redirect(url_for("auth.login")) if context.actor() is None else abort(403)

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return fn(self, *args, **kwargs)

    @expose("/")
    def index(self) -> Any:
        """What was found; straight to the record when its number was typed."""
        text = parse_search(request.args.get("q", ""))
        queries = (
            [] if not text else [query for query in map(_query, SEARCHED, [text] * len(SEARCHED)) if query is not None]
        )
        groups = _groups(queries, text)
        rows = [row for group in groups for row in group.rows]
        if len(rows) == 1 and rows[0][1].lower() == text.lower():
            return redirect(rows[0][0])
        return self.render("admin/search.html", text=text, groups=groups, searchable=bool(queries) or not text)


def _query(searched: tuple[type[Any], Any, str, Any, Any], text: str) -> Select[Any] | None:
    model, _heading, endpoint, title, note = searched
    actor, estate = context.actor(), context.current_estate()
    condition = found(model, text, keyring_of(context.session())) if may(actor, "read", model) else None
    if condition is None:
        return None
    query = select(literal(endpoint).label("endpoint"), model.id, title.label("title"), note.cast(Text).label("note"))
    query = query.where(condition, visible(actor, model)).order_by(model.id.desc()).limit(EACH + 1)
    if estate is not None:
        query = query.where(model.estate_id == estate.id)
    return select(query.subquery())


def _groups(queries: list[Select[Any]], text: str) -> list[Group]:
    groups = {endpoint: Group(heading, endpoint) for _model, heading, endpoint, _title, _note in SEARCHED}
    for row in context.session().execute(union_all(*queries)) if queries else ():
        group = groups[row.endpoint]
        if len(group.rows) == EACH:
            group.more = url_for(f"{row.endpoint}.index_view", search=text)
        else:
            group.rows.append((url_for(f"{row.endpoint}.details_view", id=row.id), row.title, row.note or ""))
    return [group for group in groups.values() if group.rows]

"""One search box for all registers: the newest records that fit, register by register."""

from dataclasses import dataclass, field
from typing import Any

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Integer, Select, Text, cast, func, literal, or_, select, union_all

from models.base import Base, tables
from models.estates import Unit
from models.finding import can_gather_newest, found_one_by_one, found_rooms, half_typed, matches, rooms_named
from models.personal import keyring_of
from models.policy import may, visible
from models.residents import Resident
from models.rooms import room_key
from views.pages.named_steps import steps_named
from views.register.page import DeskPage
from views.request import context
from views.request.queries import parse_search
from views.words.labels import register_label

EACH = 6
"""So many records of each register are shown."""
MANY = 1_000
"""So many are looked at before they are put in order; where there are more, the newest are sought otherwise."""


@dataclass
class Group:
    """What was found in one register."""

    heading: Any
    endpoint: str
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    """Address, name and a word about each record."""
    more: str = ""
    """The address of all that was found there, where these are not all."""
    exact: bool = False
    """Whether one of the rows is just what was typed, or lives there: such a group comes first."""


EVERYWHERE = tuple(sorted((model for model in tables().values() if model.everywhere), key=lambda each: each.everywhere))
"""The registers that are looked into, in the order of the answer."""


class SearchView(DeskPage):
    """``/admin/search/?q=…``: for everyone, and each finds what the policy lets them see; its box is on every page."""

    register = "desk"
    title = _("Search")
    endpoint_name = url_name = "search"
    in_menu = False

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """What was found, as JSON for programs; straight to the record when its number was typed."""
        text = parse_search(request.args.get("q", ""))
        queries = [query for model in EVERYWHERE if text and (query := _query(model, text)) is not None]
        groups = _groups(queries, text)
        if steps := steps_named(text):
            groups.insert(0, Group(_("Steps"), "steps", steps))
        if request.accept_mimetypes.best == "application/json":
            return jsonify([_plain(group) for group in groups])
        rows = [row for group in groups for row in group.rows]
        if len(rows) == 1 and rows[0][1].lower() == text.lower():
            return redirect(rows[0][0])
        return self.render("admin/search.html", text=text, groups=groups, searchable=bool(queries) or not text)


def _plain(group: Group) -> dict[str, Any]:
    rows = [{"url": url, "title": title, "note": note} for url, title, note in group.rows]
    return {"heading": str(group.heading), "rows": rows}


def _query(model: type[Base], text: str) -> Select[Any] | None:
    """The newest rows of one register among those gathered, and how many were; None where there is nothing to ask."""
    if not may(context.actor(), "read", model):
        return None
    desk = context.session()
    here, newest = _visible(model), can_gather_newest(desk)
    exact, most = _exact(model, text), max(MANY, EACH + 1)
    gathering = matches(model, text, keyring_of(desk), *here, place=exact, most=most, newest=newest)
    if gathering is None:
        return None
    gathered = gathering.cte(f"gathered_{model.__tablename__}").prefix_with("MATERIALIZED")
    first = select(gathered.c.id).order_by(gathered.c.place.desc(), gathered.c.id.desc()).limit(EACH + 1)
    number = select(func.count()).select_from(gathered).scalar_subquery()
    return _newest(model, literal(0) if newest else number, exact, model.id.in_(first))


def _exact(model: type[Any], text: str) -> ColumnElement[int]:
    """1 for the room or person that *text* names in whole, and for who lives in that room; 0 for all others."""
    if model not in (Unit, Resident):
        return literal(0)
    if rooms_named(text) and "-" in room_key(text):
        return literal(1)  # with its building: what was found is that room, and who lives there
    if model is Unit:
        return cast(Unit.code == text, Integer)
    words = literal(" ").concat(Resident.name_pinyin).concat(" ")
    return cast(or_(Resident.name == text, words.contains(f" {text.lower()} ", autoescape=True)), Integer)


def _query_frequent(model: type[Base], text: str) -> Select[Any]:
    """The same where very many rows fit: going through them from the newest on meets the next ones soon."""
    here = (*_visible(model), found_one_by_one(model, text, keyring_of(context.session())))
    return _newest(model, literal(0), None, *here)


def _newest(
    model: type[Base],
    number: ColumnElement[int],
    exact: ColumnElement[int] | None,
    *conditions: ColumnElement[bool],
) -> Select[Any]:
    first = (literal(0) if exact is None else exact).label("exact")
    query = select(*_said(model), number.label("number"), first).where(*conditions).limit(EACH + 1)
    # Sorting by it where very many rows fit would read them all.
    order = (model.id.desc(),) if exact is None else (first.desc(), model.id.desc())
    return select(query.order_by(*order).subquery())


def _said(model: type[Base]) -> tuple[Any, ...]:
    """The page of a row, its number there, how it is called and what is said of it."""
    name, note = getattr(model, model.called), getattr(model, model.beside)
    endpoint = literal(model.__tablename__)
    return endpoint.label("endpoint"), model.id, name.label("title"), note.cast(Text).label("note")


def _half_typed(text: str) -> Select[Any] | None:
    """The rooms whose number begins as *text* does, where the person may see rooms and *text* is one."""
    if not rooms_named(text) or not may(context.actor(), "read", Unit):
        return None
    query = select(*_said(Unit), literal(0).label("number"), literal(0).label("exact"))
    query = query.where(*_visible(Unit), Unit.id.in_(found_rooms()))
    return query.order_by(Unit.sort_key).limit(EACH)


def _visible(model: type[Any]) -> list[ColumnElement[bool]]:
    estate = context.current_estate()
    return [visible(context.actor(), model), *(() if estate is None else (model.estate_id == estate.id,))]


def _groups(queries: list[Select[Any]], text: str) -> list[Group]:
    rows = list(context.session().execute(union_all(*queries))) if queries else []
    frequent = {row.endpoint for row in rows if row.number >= MANY}
    if frequent:
        again = [_query_frequent(model, text) for model in EVERYWHERE if model.__tablename__ in frequent]
        rows = [row for row in rows if row.endpoint not in frequent]
        rows += context.session().execute(union_all(*again))
    if not rows and (half := _half_typed(text)) is not None:
        rows = list(context.session().execute(half, half_typed({"rooms": rooms_named(text)})))
    groups = {name: Group(register_label(name), name) for name in (model.__tablename__ for model in EVERYWHERE)}
    for row in rows:
        group = groups[row.endpoint]
        if len(group.rows) == EACH:
            group.more = url_for(f"{row.endpoint}.index_view", search=text)
        else:
            group.rows.append((url_for(f"{row.endpoint}.details_view", id=row.id), row.title, row.note or ""))
            group.exact = group.exact or bool(row.exact)
    return sorted((group for group in groups.values() if group.rows), key=lambda group: not group.exact)

"""What each person makes of a list: saved views above it, the columns to show, a record looked at beside it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, NotFound

from models.errors import OperationRefused
from models.operations import saved_views
from models.policy import may, visible
from models.saved_views import LONGEST_NAME, ColumnChoice, SavedView
from views.register.part import Row
from views.register.scope import actor_here, perform
from views.request import context
from views.request.committing import committing
from views.request.gathering import Prepared, gathered, prepared
from views.request.queries import Listing, asked_id, parse_id
from views.request.sent_once import once
from views.words.language import NOTHING, sentence
from views.words.timeline import history, history_questions

if TYPE_CHECKING:
    from views.register.listing import ListPages
    from views.register.record import RecordPages

    class Part(ListPages[Row], RecordPages[Row]):
        """What these pages need of other parts."""
else:
    from views.register.part import Part

PREVIEW_SECTIONS = 3
PREVIEW_EVENTS = 3
MOST_SHOWN = 60


@dataclass(frozen=True)
class Tab:
    """A saved view above its list."""

    id: int
    name: str
    address: str
    shared: bool
    own: bool
    current: bool


class PersonalLists(Part[Row]):
    """``columns/``, ``views/`` and ``preview/`` of a register."""

    preview_template = "admin/preview.html"

    # ------------------------------------------------------------- what is kept

    def personal(self, listing: Listing) -> dict[str, Any]:
        """Saved views and remembered columns, read with one statement; an address without columns gets the latter."""
        actor, estate = context.actor(), context.current_estate()
        if actor is None:
            return {}
        dialect = context.session().get_bind().dialect.name
        estate_id = estate.id if estate is not None else 0
        found = _kept(self.register, estate_id, actor.staff_id, actor.estate_ids, dialect).ask()
        addressed = canonical(listing)
        if not listing.columns and found["columns"]:
            known = set(self.choosable_columns)
            listing.columns = self.with_number([name for name in found["columns"][0].columns if name in known])
        present = canonical(listing)
        # A view that names no columns is shown with those that the person has chosen since.
        here = addressed if any(view.query == addressed for view in found["views"]) else present
        tabs = [
            Tab(
                id=view.id,
                name=view.name,
                address=f"{self.get_url('.index_view')}?{view.query}",
                shared=view.shared,
                own=view.owner_id == actor.staff_id,
                current=view.query == here,
            )
            for view in found["views"]
        ]
        current = next((tab for tab in tabs if tab.current), None)
        return {
            "tabs": tabs,
            "tab": current,
            "may_change_tab": current is not None and (current.own or may(actor_here(), "share", "saved_views")),
            "may_share": may(actor_here(), "share", "saved_views"),
            "addressed": addressed,
            "present": present,
        }

    # ------------------------------------------------------------- columns

    @expose("/columns/", methods=("POST",))
    def columns_view(self) -> ResponseReturnValue:
        """Remember the columns that were ticked and show the list with them."""
        listing = self._asked_in_form()
        chosen = [] if request.form.get("standard") else request.form.getlist("column")
        unknown = set(chosen) - set(self.choosable_columns)
        if unknown:
            raise BadRequest(gettext("This list has no column “%(name)s”.", name=min(unknown)[:60]))
        in_order = [name for name in self.choosable_columns if name in set(chosen)]
        listing.columns = self.with_number(in_order) if in_order else []
        self._keep(saved_views.choose_columns, register=self.register, columns=listing.columns)
        return redirect(self.address(listing))

    # ------------------------------------------------------------- views

    @expose("/views/", methods=("POST",))
    @once
    def views_view(self) -> ResponseReturnValue:
        """Save the list as it is under a name."""
        query = canonical(self._asked_in_form())
        try:
            self._keep(
                saved_views.save,
                estate_id=self.estate().id,
                register=self.register,
                name=request.form.get("name", ""),
                query=query,
                shared=bool(request.form.get("shared")),
            )
        except OperationRefused as refusal:
            return self._not_kept(refusal, query, "save_as")
        flash(gettext("The view is saved."), "success")
        return redirect(f"{self.get_url('.index_view')}?{query}")

    @expose("/views/change/", methods=("POST",))
    @once
    def change_view(self) -> ResponseReturnValue:
        """Rename, share or delete a saved view of this register."""
        query = canonical(self._asked_in_form())
        view = self._saved(parse_id(request.form.get("id")))
        wanted = request.form.get("do", "")
        try:
            if wanted == "rename":
                perform(saved_views.rename, [view], name=request.form.get("name", ""))
            elif wanted in ("share", "unshare"):
                perform(saved_views.share, [view], shared=wanted == "share")
            elif wanted == "delete":
                perform(saved_views.delete, [view])
            else:
                raise BadRequest(gettext("The form is incomplete; open it again."))
        except OperationRefused as refusal:
            return self._not_kept(refusal, query, "rename_to")
        return redirect(f"{self.get_url('.index_view')}?{query}")

    def _not_kept(self, refusal: OperationRefused, query: str, field: str) -> ResponseReturnValue:
        """Back to the list that *query* is, which says why and shows the name that was typed in *field* again."""
        flash(sentence(refusal), "error")
        typed = urlencode({field: request.form.get("name", "")[:LONGEST_NAME]})
        return redirect(f"{self.get_url('.index_view')}?{query}{'&' * bool(query)}{typed}")

    def _saved(self, view_id: int) -> SavedView:
        """The view with that id, where the person may change it; 404 otherwise."""
        query = select(SavedView).where(SavedView.id == view_id, SavedView.register == self.register)
        view = context.session().scalars(query).one_or_none()
        if view is None or not may(context.actor(), "rename", view):
            raise NotFound
        return view

    def _asked_in_form(self) -> Listing:
        return self.listing(MultiDict(parse_qsl(request.form.get("query", ""), keep_blank_values=True)))

    def _keep(self, verb: Callable[..., object], **arguments: object) -> None:
        with committing():
            verb(context.call(), **arguments)

    # ------------------------------------------------------------- a record beside the list

    @expose("/preview/")
    def preview_view(self) -> str:
        """The record as it stands beside the list, without the page around it."""
        return self.render(self.preview_template, preview=self.preview_of(asked_id()))

    def preview_of(self, record_id: int) -> dict[str, Any]:
        """What is shown of a record beside the list: facts, the last events, the next steps. Phones stay masked."""
        sections = self.sections[:PREVIEW_SECTIONS] or (("", tuple(self.listed_columns)),)
        names = [name for _title, names in sections for name in names]
        record = self.get_one(record_id, names)
        events = history_questions(self.register, record.id, PREVIEW_EVENTS)
        found = gathered({**self.questions_of_steps(record), **events})
        self.learn_of_steps(record, found)
        offers = [offer for offer in self.offers(record) if offer.refusal is None]
        entries = history(found, self.references(record))[:PREVIEW_EVENTS]
        facts = [(self.get_column_name(name), self.cells[name](record)) for name in names]
        return {
            "record": record,
            "name": self.name_of(record),
            "facts": [(text, value) for text, value in facts if value != NOTHING],
            "offers": offers,
            "history": entries,
            "url": self.get_url(".details_view", id=record.id),
        }

    def preview_asked(self) -> dict[str, Any] | None:
        """The record that the address of the list wants beside it."""
        return self.preview_of(parse_id(request.args["preview"])) if "preview" in request.args else None


def canonical(listing: Listing) -> str:
    """The address of a list after the question mark, the same for the same list."""
    return urlencode(sorted(listing.arguments().items()), doseq=True)


@functools.lru_cache(512)
def _kept(register: str, estate_id: int, staff_id: int, _estates: tuple[int, ...], _dialect: str) -> Prepared:
    """The statement (never its rows) for what one person sees kept of one register in one estate."""
    seen = visible(context.actor(), SavedView)
    views = select(SavedView.id, SavedView.name, SavedView.query, SavedView.shared, SavedView.owner_id)
    views = views.where(SavedView.estate_id == estate_id, SavedView.register == register, seen)
    columns = select(ColumnChoice.columns)
    columns = columns.where(ColumnChoice.staff_id == staff_id, ColumnChoice.register == register)
    return prepared({"views": views.order_by(SavedView.name, SavedView.id).limit(MOST_SHOWN), "columns": columns})

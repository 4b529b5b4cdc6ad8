"""The bases of all registers: a register's view is a short declaration on top of it.

Its parts stand beside each other (:mod:`views.register.part`): what a list is, what may be done to one record, what to
many, how a record is made and edited, how it is given out.
"""

from typing import Protocol

from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from views.forms.lookup_kinds import LOOKUPS
from views.register.bulk import BulkPages
from views.register.editing import EditPages
from views.register.export import ExportPages
from views.register.list_address import ListAddress
from views.register.listing import ListPages
from views.register.options import refuse_vain_options
from views.register.part import Row
from views.register.presets import Presets
from views.register.record import RecordPages
from views.register.saved_views import PersonalLists
from views.register.scope import Scope
from views.register.steps import StepPages
from views.request.queries import parse_id, parse_search
from views.words.codes import code_name


class Sourced(Protocol):
    """A record that says which program wrote it."""

    source: str | None


class LedgerView(
    PersonalLists[Row],
    ExportPages[Row],
    Presets[Row],
    ListPages[Row],
    ListAddress[Row],
    RecordPages[Row],
    StepPages[Row],
    Scope[Row],
):
    """List, record, steps, export, saved views and look-ups of a register into which nobody writes by hand."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        refuse_vain_options(cls)

    @expose("/ajax/lookup/")
    def ajax_lookup(self) -> ResponseReturnValue:
        """The first 20 records that fit, for the search boxes of this register's forms; scoped and asked of policy."""
        lookup = LOOKUPS.get(request.args.get("name", ""))
        if lookup is None:
            abort(404)
        if not lookup.allowed():
            abort(403, gettext("You may not look these records up."))
        text = parse_search(request.args.get("query", ""))
        team = request.args.get("team", "")
        lookup = lookup.of_team(parse_id(team), self.register) if team else lookup
        rows = lookup.search(text)
        read = zip(rows, lookup.offered(rows), strict=True)
        return jsonify([{"value": f"id:{row.id}", "text": text} for row, text in read])

    def show_source(self, record: Sourced) -> str:
        """Which program wrote it."""
        return code_name(record.source)


class RegisterView(BulkPages[Row], EditPages[Row], LedgerView[Row]):
    """A ledger in which people make, edit and delete records, and do steps to many."""


__all__ = ["LedgerView", "RegisterView"]

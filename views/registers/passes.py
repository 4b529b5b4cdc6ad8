"""Visitor, temporary and workers' passes (PAS-1 … 3), and who is inside (PAS-8)."""

import datetime
from typing import Any

import segno
from flask import request, url_for
from flask_admin import expose
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from sqlalchemy import select, true
from werkzeug.exceptions import NotFound

from models.operations import passes as verbs
from models.passes import OWES_DEPOSIT, PassKind, PassMovement, VisitorPass
from models.policy import visible
from models.residents import Resident
from models.staff import Staff
from views.forms.base import form_of
from views.forms.filters import ChoiceFilter, DateFilter, FlagFilter, KeyFilter, StateFilter
from views.register.base import RegisterView
from views.register.beside import MIDNIGHT, OnDesk
from views.register.record import Related
from views.register.steps import Step
from views.registers.matter_forms import ReasonForm
from views.request import context
from views.request.queries import asked_id, parse_id
from views.words.cells import coloured, deadline
from views.words.language import label, local_time, local_today, say, zone

OUT = VisitorPass.handed_in_at.is_(None) & VisitorPass.revoked_at.is_(None)


def end_of_today() -> datetime.datetime:
    """The instant at which today ends in the estate."""
    tomorrow = local_today() + datetime.timedelta(days=1)
    return datetime.datetime.combine(tomorrow, datetime.time(), zone()).astimezone(datetime.UTC)


STATES = {
    "valid": (
        _("valid now"),
        lambda now: OUT & (VisitorPass.valid_from <= now) & (VisitorPass.valid_until > now),
    ),
    "ending": (_("ending today"), lambda now: OUT & (VisitorPass.valid_until <= end_of_today())),
    "expired": (_("expired, not handed in"), lambda now: OUT & (VisitorPass.valid_until <= now)),
    "revoked": (
        _("revoked, not handed in"),
        lambda now: VisitorPass.handed_in_at.is_(None) & VisitorPass.revoked_at.is_not(None),
    ),
    "inside": (_("holder inside"), lambda now: VisitorPass.inside.is_(true())),
    "deposit": (
        _("deposit not refunded"),
        lambda now: VisitorPass.handed_in_at.is_not(None) & OWES_DEPOSIT,
    ),
    "ended": (_("handed in or revoked"), lambda now: ~OUT),
}


def is_out(row: VisitorPass) -> bool:
    """Whether the pass is still with its holder."""
    return row.handed_in_at is None and row.revoked_at is None


def owes_deposit(row: VisitorPass) -> bool:
    """Whether the pass was handed in and its deposit is still to be paid back (PAS-3)."""
    return row.deposit_fen > 0 and row.deposit_refunded_at is None and row.handed_in_at is not None


PassForm = form_of(
    VisitorPass,
    sections=(
        (_("Pass"), ("kind", "valid_from", "valid_until", "badge_number")),
        (_("Holder"), ("holder_name", "organisation", "phone", "purpose", "id_document", "id_number")),
        (_("Host"), ("host_unit_id", "host_asked")),
        (
            _("Checked at the desk"),
            ("identity_checked", "safety_told", "id_copied", "residence_paper_seen", "permit_number", "permit_until"),
        ),
    ),
    valid_from={"needed": False, "description": _("Empty means now.")},
    valid_until={"needed": False, "description": _("Empty: as long as the settings allow.")},
    phone={"length": 30},
    id_document={"blank": _("none seen")},
    id_number={"length": 40},
    permit_until={"description": _("A worker's pass cannot outlast it (PAS-3).")},
)
"""A pass (PAS-1 … 3)."""


class PassView(RegisterView[VisitorPass]):
    """``/admin/visitor-passes/``."""

    model = VisitorPass
    on_desk = OnDesk(
        _("Passes to be handed in today"),
        _("No pass ends today."),
        "ending",
        select(
            VisitorPass.id,
            VisitorPass.number.label("name"),
            VisitorPass.valid_until.label("until"),
            VisitorPass.holder_name,
        )
        .where(OUT, VisitorPass.valid_until <= MIDNIGHT)
        .order_by(VisitorPass.valid_until.desc()),
        lambda row: str(row.holder_name),
    )
    group = _("Keys and passes")
    create_verb = "issue"
    unblocked_by = {
        "PAS-1": ("hand_in",),
        "PAS-3": ("hand_in", "visitor_passes.issue"),
        "PAS-7": ("hand_in", "visitor_passes.issue"),
        "PAS-8": ("check_out", "check_in"),
    }
    steps = (
        Step("check_in", style="primary", when=lambda row: is_out(row) and not row.inside),
        Step("check_out", style="primary", when=lambda row: row.inside),
        Step("hand_in", style="primary", when=lambda row: row.handed_in_at is None),
        Step("refund", style="primary", when=owes_deposit),
        Step("revoke", ReasonForm, "danger", when=is_out),
        Step("correct", ReasonForm, "danger", when=is_out),
    )
    presets = ("valid", "ending", "expired", "inside", "deposit")
    begins, waits = "valid", "expired"
    empty_text = _("No pass fits. Choose “Issue pass” when a visitor comes.")
    default_sort = "issued_at"
    column_list = (
        "number",
        "validity",
        "kind",
        "holder_name",
        "organisation",
        "host_unit",
        "valid_until",
        "inside",
        "issued_at",
    )
    column_export_list = [
        "number",
        "validity",
        "kind",
        "holder_name",
        "organisation",
        "phone",
        "purpose",
        "host_unit",
        "badge_number",
        "valid_from",
        "valid_until",
        "issued_at",
        "handed_in_at",
        "revoked_at",
        "deposit_fen",
        "deposit_refunded_at",
    ]
    column_sortable_list = ("issued_at", "valid_until")
    column_filters = (
        StateFilter(VisitorPass.id, STATES),
        ChoiceFilter(VisitorPass.kind),
        KeyFilter(VisitorPass.host_unit_id, "unit"),
        FlagFilter(VisitorPass.inside),
        DateFilter(VisitorPass.issued_at),
        DateFilter(VisitorPass.issued_at, until=True),
    )
    form_columns = (
        "holder_name",
        "organisation",
        "phone",
        "purpose",
        "id_document",
        "id_number",
        "host_unit_id",
        "badge_number",
        "permit_number",
    )
    create_form_class = PassForm
    draft_class = verbs.PassDraft
    reads = {
        "validity": ("revoked_at", "handed_in_at", "valid_from", "valid_until"),
        "valid_until": ("valid_until", "handed_in_at", "revoked_at"),
    }
    sections = (
        (_("Pass"), ("number", "validity", "kind", "valid_from", "valid_until", "badge_number", "code", "inside")),
        (
            _("Holder"),
            ("holder_name", "organisation", "phone", "purpose", "id_document", "id_number", "host_unit", "host_asked"),
        ),
        (
            _("Checked at the desk"),
            (
                "identity_checked",
                "safety_told",
                "id_copied",
                "residence_paper_seen",
                "permit_number",
                "permit_until",
                "issued_at",
                "issued_by_id",
            ),
        ),
        (
            _("Money and end"),
            ("deposit_fen", "card_fee_fen", "deposit_refunded_at", "handed_in_at", "revoked_at", "revoke_reason"),
        ),
    )

    def begin_with(self) -> dict[str, Any]:
        """A host's room, whose people ask for it; or a resident who holds it (``resident_id``)."""
        found = super().begin_with()
        if "host_unit_id" in found:
            found["host_asked"] = True
        if "resident_id" in request.args:
            seen = (Resident.id == parse_id(request.args["resident_id"]), visible(context.actor(), Resident))
            name = context.session().scalar(select(Resident.name).where(*seen))
            if name is None:
                raise NotFound
            found |= {"holder_name": name, "kind": PassKind.TEMPORARY}
        return found

    def links(self, record: VisitorPass) -> list[tuple[Any, str]]:
        """The pass on paper while it is out, and what the gate learns of it (PAS-7)."""
        found = []
        if is_out(record) and self.allowed("print", record):
            found.append((_("Print pass"), self.get_url(".print_view", id=record.id)))
        return [*found, (_("Check at the gate"), url_for("gate.index", code=record.code))]

    @expose("/print/")
    def print_view(self) -> str:
        """The pass on paper, with the square code that the gate scans (PAS-7)."""
        record = self.get_one(asked_id(), ("host_unit",))
        self.require("print", record)
        # Without a known address of the panel the code alone: a scanner at the gate's page types it.
        address = context.public_address(url_for("gate.index", code=record.code)) or record.code
        drawn = segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=2)
        return self.render(
            "admin/pass.html",
            record=record,
            estate=next(estate for estate in context.estates() if estate.id == record.estate_id),
            kind=label(record.kind),
            square_code=Markup(drawn),  # noqa: S704  # drawn of squares, nothing of the address stands in it
        )

    def show_validity(self, record: VisitorPass) -> str:
        """Valid or not, and why (PAS-7)."""
        valid, why = verbs.validity(record, context.now())
        return coloured("green" if valid else "grey" if not is_out(record) else "red", say(why).rstrip(".。"))

    def show_valid_until(self, record: VisitorPass) -> str:
        """A deadline while the pass is out."""
        return deadline(record.valid_until, ended=not is_out(record))

    def related(self, record: VisitorPass) -> list[Related]:
        """In and out (PAS-8)."""
        query = select(PassMovement.id, PassMovement.at, PassMovement.direction, Staff.name)
        query = query.outerjoin(Staff, Staff.id == PassMovement.noted_by_id).where(PassMovement.pass_id == record.id)
        table = Related(
            _("In and out"),
            (_("When"), _("Which way"), _("Noted by")),
            query=query.order_by(PassMovement.id.desc()).limit(50),
            show=lambda row: ("", (local_time(row.at), label(row.direction), row.name or "")),
        )
        return [table]

"""Estates, their units and their teams."""

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from models.base import Base, tables
from models.estates import Estate, Unit
from models.operations import estates as verbs
from models.passes import VisitorPass
from models.policy import visible
from models.residents import Occupancy, Resident
from models.staff import Team
from models.tickets import Ticket
from views.forms.base import form_of
from views.forms.filters import ChoiceFilter, ReferenceFilter
from views.register.base import RegisterView
from views.register.record import Related
from views.register.steps import Step
from views.request import context
from views.words.cells import cell_of, phone_of, value_text
from views.words.labels import label_in, register_label
from views.words.language import label
from views.words.references import ENDPOINTS

GROUP = _("People and units")


class UnitView(RegisterView[Unit]):
    """``/admin/units/``."""

    model = Unit
    group = GROUP
    empty_text = _("No unit fits.")
    default_sort = "code"
    default_descending = False
    column_list = ("code", "building", "floor", "use", "fee_status", "handed_over_on")
    column_sortable_list = ("code",)
    sorted_by = {"code": "sort_key"}
    column_filters = (
        ChoiceFilter(Unit.use),
        ChoiceFilter(Unit.fee_status),
        ReferenceFilter(Unit.butler_id, "staff"),
    )
    form_columns = ("code", "building", "floor", "use", "fee_status", "butler_id", "handed_over_on")
    create_form_class = form_of(Unit, *form_columns, code={"description": _("As its number is written: 2-2302.")})
    draft_class = verbs.UnitDraft
    sections = ((_("Unit"), ("code", "building", "floor", "use", "fee_status", "butler_id", "handed_over_on")),)

    def links(self, record: Unit) -> list[tuple[Any, str]]:
        """A call that comes from there, and a visitor who goes there."""
        found = []
        if self.allowed("register", Ticket(estate_id=record.estate_id)):
            found.append((_("Register call"), url_for("tickets.intake_view", unit_id=record.id)))
        if self.allowed("issue", VisitorPass(estate_id=record.estate_id)):
            found.append((_("Visitor's pass"), url_for("visitor_passes.create_view", host_unit_id=record.id)))
        return found

    def related(self, record: Unit) -> list[Related]:
        """People, and what the registers that say so have of this unit."""
        actor = context.actor()
        of_living = (Occupancy.resident_id, Occupancy.kind, Occupancy.from_on, Occupancy.until_on)
        living = select(Occupancy.id, *of_living, Resident.name, Resident.phone)
        living = living.join(Resident, Resident.id == Occupancy.resident_id)
        in_full = self.allowed("read_phone", Resident(estate_id=record.estate_id))
        living = living.where(Occupancy.unit_id == record.id, visible(actor, Occupancy))
        people = Related(
            _("Residents"),
            (_("Full name"), _("Phone"), _("As"), _("From"), _("Until")),
            query=living.order_by(Occupancy.until_on.is_not(None), Occupancy.id),
            show=lambda item: (
                url_for("residents.details_view", id=item.resident_id),
                (
                    item.name,
                    phone_of(item.phone, in_full=in_full),
                    label(item.kind),
                    value_text(item.from_on),
                    value_text(item.until_on),
                ),
            ),
        )
        models = (tables()[register] for register in ENDPOINTS)
        return [people, *(_in_unit(model, record) for model in models if model.on_unit_page)]


def _in_unit(model: type[Base], unit: Unit) -> Related:
    """The newest rows of *model* that are of *unit*."""
    names, register = model.on_unit_page, model.__tablename__
    assert model.searched is not None
    of_unit = getattr(model, model.searched.units[0]) == unit.id
    query = select(model.id, *(getattr(model, name) for name in names)).where(of_unit, visible(context.actor(), model))
    cells = [cell_of(model, name) for name in names]
    return Related(
        register_label(register),
        tuple(label_in(model, name) for name in names),
        query=query.order_by(model.id.desc()).limit(10),
        show=lambda row: (url_for(f"{register}.details_view", id=row.id), tuple(cell(row) for cell in cells)),
    )


class TeamView(RegisterView[Team]):
    """``/admin/teams/``."""

    model = Team
    group = GROUP
    empty_text = _("No team yet: without teams nothing can be dispatched. Register one.")
    default_descending = False
    column_list = ("name", "department", "lead")
    column_filters = (ChoiceFilter(Team.department),)
    form_columns = ("name", "department", "lead_id")
    create_form_class = form_of(Team, *form_columns)
    sections = ((_("Team"), ("name", "department", "lead")),)


class EstateView(RegisterView[Estate]):
    """``/admin/estates/``."""

    model = Estate
    group = GROUP
    steps = (Step("run_audit", style="primary", link=lambda estate: url_for("audits.index_view")),)
    empty_text = _("You work in no estate.")
    default_descending = False
    column_list = ("name", "code", "address", "desk_phone", "timezone")
    form_columns = ("name", "timezone", "address", "desk_phone", "post_staff_id")
    create_form_class = form_of(
        Estate,
        *("code", "name", "timezone", "address", "desk_phone"),
        code={"description": _("How commands name it: YH.")},
        timezone={"needed": True, "default": "Asia/Shanghai"},
    )
    draft_class = verbs.EstateDraft
    sections = ((_("Estate"), ("name", "code", "address", "desk_phone", "post_staff_id", "timezone")),)

    def after_create(self, record: Estate) -> str:
        """The list: nobody works in the new estate yet, so nobody sees it before a role in it is given."""
        return self.get_url(".index_view")

    def step(self, verb: str) -> Step:
        """Running the audit in bulk asks for nothing."""
        return Step("run_audit", only_in_bulk=True, style="primary") if verb == "run_audit" else super().step(verb)

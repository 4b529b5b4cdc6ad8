"""Residents (住户) with their phones masked, and who lives in or owns which unit (RES-1)."""

import functools
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from sqlalchemy import ColumnElement, bindparam, select
from werkzeug.exceptions import NotFound
from wtforms import HiddenField
from wtforms.validators import Optional

from models.base import Base
from models.callers import called_about
from models.complaints import Complaint
from models.errors import OperationRefused
from models.estates import Unit
from models.message_texts import resident_kinds
from models.operations import residents as verbs
from models.outbox import ResidentWay
from models.personal import IdDocument
from models.policy import may, visible
from models.residents import Occupancy, OccupancyKind, Resident, ResidentContact, ResidentMerge
from models.tickets import Ticket
from views.forms.base import DeskForm
from views.forms.clock_filter import usual_filters
from views.forms.fields import EnumField, FlagField, LocalDateField, LongTextField, Required, TextField
from views.forms.filters import ChoiceFilter, DateFilter, KeyFilter
from views.forms.references import LookupField
from views.register.base import RegisterView
from views.register.calling import PhonePages
from views.register.export import Reader
from views.register.record import Related
from views.register.steps import Offer, Step
from views.registers.contacts import NUMBERS, phones_of, shown_numbers, way_in_words
from views.request import context
from views.request.gathering import GatheredRow, gathered
from views.request.queries import asked_id
from views.words.cells import badge, value_text
from views.words.labels import Caption, label_for
from views.words.language import LANGUAGES, NOTHING, label, listed, local_time, remarked


class ResidentForm(DeskForm):
    """A person for the file (RES-1)."""

    sections: ClassVar[Any] = (
        (_("Person"), ("name", "phone", "id_document", "id_number")),
        (_("More"), ("vehicles", "emergency_contact", "moved_in_on", "note", "another_person")),
    )
    name = TextField(label_for(Resident.name), [Required()], length=60)
    phone = TextField(
        label_for(Resident.phone), [Optional()], length=60, description=_("Several: with / between them.")
    )
    id_document = EnumField(label_for(Resident.id_document), enum=IdDocument, blank=_("none seen"))
    id_number = TextField(label_for(Resident.id_number), [Optional()], length=40)
    vehicles = TextField(label_for(Resident.vehicles), [Optional()])
    emergency_contact = TextField(label_for(Resident.emergency_contact), [Optional()], length=35)
    moved_in_on = LocalDateField(label_for(Resident.moved_in_on), [Optional()])
    note = LongTextField(label_for(Resident.note), [Optional()])
    another_person = FlagField(_("Another person than the one with this name and number"))


class MergeForm(DeskForm):
    """Who is the same person as the one of the page."""

    other_id = LookupField(_("The other record of this person"), [Required()], lookup="resident")
    looked_at = FlagField(_("They are one person"), description=_("Without the tick it is said first what would move."))
    effect = HiddenField()

    def arguments(self) -> dict[str, Any]:
        """The tick counts for what was shown with it: for another person, or after a change, it is said anew."""
        return {**super().arguments(), "effect": self.effect.data or ""}

    def refuse(self, refusal: OperationRefused) -> bool:
        """With what is shown now, which nobody has agreed to yet."""
        self.effect.data = refusal.values.get("effect", "")
        self.looked_at.data = False
        return super().refuse(refusal)


class ResidentUnitFilter(KeyFilter):
    """Residents who live in or own a unit now."""

    def condition(self, value: str) -> ColumnElement[bool]:
        """By their occupancies."""
        units = select(Unit.id).where(self.lookup.scope(), self.lookup.exactly(value))
        here = select(Occupancy.resident_id).where(Occupancy.unit_id.in_(units), Occupancy.until_on.is_(None))
        return Resident.id.in_(here)


class Home(NamedTuple):
    """One unit of somebody today."""

    unit: str
    building: str | None
    kind: OccupancyKind


class AtHome:
    """A resident with one of their homes: a row of the export, which is read again by an import."""

    def __init__(self, record: Base, home: Home | None) -> None:
        self._record = record
        self.home = home

    def __getattr__(self, name: str) -> Any:
        return getattr(self._record, name)


class Beside:
    """Where some residents live today, as what, and at which numbers they are reached; one statement."""

    def __init__(self, ids: list[int]) -> None:
        self._ids = ids

    @functools.cached_property
    def _found(self) -> dict[str, list[Any]]:
        return gathered({"homes": _HOMES, "numbers": NUMBERS}, {"ids": self._ids})

    @functools.cached_property
    def homes(self) -> dict[int, list[Home]]:
        """Resident -> homes, read when first asked for."""
        homes: dict[int, list[Home]] = {}
        for resident_id, unit, building, kind in self._found["homes"]:
            homes.setdefault(resident_id, []).append(Home(unit, building, kind))
        return homes

    @functools.cached_property
    def numbers(self) -> dict[int, str]:
        """Resident -> the numbers, masked."""
        return shown_numbers(self._found["numbers"])


_HOMES = (
    select(Occupancy.resident_id, Unit.code, Unit.building, Occupancy.kind)
    .join(Unit, Unit.id == Occupancy.unit_id)
    .where(Occupancy.until_on.is_(None), Occupancy.resident_id.in_(bindparam("ids", expanding=True)))
    .order_by(Occupancy.id)
)


HOME = ("unit", "building", "kind")
"""What an export says of a home; a list shows all homes of a person in one cell."""


class ResidentView(PhonePages[Resident], RegisterView[Resident]):
    """``/admin/residents/``."""

    model = Resident
    group = _("People and units")
    unblocked_by = {"RES-1": ("amend",)}
    steps = (
        Step(
            "unite",
            MergeForm,
            text=_("What hangs on the other record moves to this one; the other is shown no more. It can be undone."),
        ),
        Step("undo", text=_("Who was merged into this record last becomes a record of its own again.")),
    )
    empty_text = _("No resident fits. Try the last four digits of the phone, or register the person.")

    column_labels = {
        "kind": _("As"),
        "unit": label_for(Occupancy.unit_id),
        "building": label_for(Unit.building),
    }
    default_sort = "name_pinyin"
    default_descending = False
    column_list = ("name", "phone", "occupancies", "vehicles", "moved_in_on", "updated_at")
    column_export_list = [
        "name",
        "phone",
        *HOME,
        "moved_in_on",
        "id_document",
        "id_number",
        "vehicles",
        "emergency_contact",
        "note",
    ]
    column_sortable_list = ("name_pinyin",)
    column_filters = (
        ResidentUnitFilter(Resident.id, "unit", "unit", label_for(Occupancy.unit_id)),
        ChoiceFilter(Resident.id_document),
        DateFilter(Resident.moved_in_on),
        DateFilter(Resident.moved_in_on, until=True),
    )
    reads = {"phone": ("id",), "occupancies": ("id",), "unit": ("id",), "building": ("id",), "kind": ("id",)}
    form_columns = (
        "name",
        "id_document",
        "id_number",
        "vehicles",
        "emergency_contact",
        "moved_in_on",
        "note",
    )
    create_form_class = ResidentForm
    draft_class = verbs.ResidentDraft
    sections = (
        (_("Person"), ("name", "id_document", "id_number", "emergency_contact")),
        (_("More"), ("vehicles", "moved_in_on", "note", "created_at", "updated_at")),
    )

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """The person; of one who was merged into another that one, so that old links and printed numbers lead on."""
        try:
            page: ResponseReturnValue = super().details_view()
            return page
        except NotFound:
            merged = (ResidentMerge.merged_id == asked_id(), ResidentMerge.undone_at.is_(None))
            query = select(ResidentMerge.kept_id).where(*merged, ResidentMerge.estate_id == self.estate().id)
            kept = context.session().scalars(query).one_or_none()
            if kept is None:
                raise
        return redirect(self.get_url(".details_view", id=kept))

    def offers(self, record: Resident) -> list[Offer]:
        """Undo only where somebody was merged."""
        offered = super().offers(record)
        merged = select(ResidentMerge.id).where(ResidentMerge.kept_id == record.id, ResidentMerge.undone_at.is_(None))
        if context.session().scalars(merged.limit(1)).first() is None:
            offered = [offer for offer in offered if offer.step.verb != "undo"]
        return offered

    def prepared(self, rows: list[Any]) -> list[Any]:
        """Homes and numbers are read for all of them when the first is shown."""
        g.beside_residents = Beside([row.id for row in rows])
        return rows

    def homes(self, record: Resident) -> list[Home]:
        """The units of today."""
        found: list[Home] = g.beside_residents.homes.get(record.id, [])
        return found

    def show_occupancies(self, record: Resident) -> str:
        """The units of today, as what."""
        return listed(remarked(home.unit, label(home.kind)) for home in self.homes(record)) or NOTHING

    def show_unit(self, record: Resident) -> str:
        """The units of today."""
        return listed(home.unit for home in self.homes(record)) or NOTHING

    def show_building(self, record: Resident) -> str:
        """Their buildings."""
        return listed(dict.fromkeys(home.building for home in self.homes(record) if home.building)) or NOTHING

    def show_kind(self, record: Resident) -> str:
        """As what the person has them."""
        return listed(dict.fromkeys(label(home.kind) for home in self.homes(record))) or NOTHING

    def exported_rows(self, record: Resident, names: Sequence[str]) -> Iterable[Any]:
        """One for each home, where the home is exported."""
        if not set(HOME) & set(names):
            return (record,)
        homes: list[Home | None] = [*self.homes(record)] or [None]
        return [AtHome(record, home) for home in homes]

    def exported(self, name: str) -> Reader:
        """Of a home its own facts."""
        if name not in HOME:
            return super().exported(name)
        read = attrgetter(name)
        show = label if name == "kind" else str
        return lambda row: show(value) if row.home is not None and (value := read(row.home)) is not None else None

    def show_phone(self, record: Resident) -> str:
        """All numbers, masked."""
        return str(g.beside_residents.numbers.get(record.id, NOTHING))

    def links(self, record: Resident) -> list[tuple[Any, str]]:
        """What the person calls about."""
        if not self.allowed("register", Ticket(estate_id=record.estate_id)):
            return super().links(record)
        return [(_("Register call"), url_for("tickets.intake_view", resident_id=record.id)), *super().links(record)]

    def related(self, record: Resident) -> list[Related]:
        """Phones, units over time, and matters."""
        actor = context.actor()
        query = select(
            *(Occupancy.id, Occupancy.unit_id, Unit.code, Occupancy.kind, Occupancy.from_on),
            Occupancy.until_on.label("until"),
        ).join(Unit, Unit.id == Occupancy.unit_id)
        query = query.where(Occupancy.resident_id == record.id, visible(actor, Occupancy))
        links: list[tuple[Any, str]] = []
        if self.allowed("amend", record):
            links.append((_("Add a unit"), url_for("occupancies.create_view", resident_id=record.id)))
        homes = Related(
            _("Units"),
            (_("Unit"), _("As"), _("From"), _("Until")),
            links=links,
            query=query.order_by(Occupancy.until_on.is_not(None), Occupancy.id),
            show=lambda item: (
                url_for("units.details_view", id=item.unit_id),
                (item.code, _relation(item), value_text(item.from_on), value_text(item.until)),
            ),
        )
        may_add = may(actor, "register", ResidentContact(estate_id=record.estate_id))
        return [
            phones_of(ResidentContact, record, in_full=self.may_read_phone(record), may_add=may_add),
            homes,
            self.told(record),
            self.matters(_("Tickets"), Ticket, "tickets", record),
            self.matters(_("Complaints"), Complaint, "complaints", record),
        ]

    @staticmethod
    def told(record: Resident) -> Related:
        """To which numbers and addresses messages go, and of what."""
        query = select(
            ResidentWay.id, ResidentContact.value, ResidentWay.address, ResidentWay.kinds, ResidentWay.language
        )
        query = query.outerjoin(ResidentContact, ResidentContact.id == ResidentWay.contact_id)
        address = url_for("resident_ways.index_view", resident_id=record.id)
        may_choose = may(context.actor(), "choose", ResidentWay(estate_id=record.estate_id))
        links = [(_("Write down or remove"), address)] if may_choose else []
        return Related(
            _("Messages"),
            (_("To"), _("Of what"), _("Language")),
            links=links,
            query=query.where(ResidentWay.resident_id == record.id).order_by(ResidentWay.id),
            show=lambda row: (
                address,
                (
                    way_in_words(row.value, row.address) or NOTHING,
                    listed(label(kind) for kind in resident_kinds() if kind.value in row.kinds),
                    LANGUAGES.get(row.language, row.language),
                ),
            ),
        )

    @staticmethod
    def matters(title: Caption, model: type[Any], endpoint: str, record: Resident) -> Related:
        """What the person called about last, first or again."""
        query = select(model.id, model.number, model.status, model.summary, model.registered_at)
        query = query.where(called_about(model, record.id, None), visible(context.actor(), model))
        return Related(
            title,
            (_("Number"), _("Status"), _("Summary"), _("Registered")),
            query=query.order_by(model.id.desc()).limit(10),
            show=lambda row: (
                url_for(f"{endpoint}.details_view", id=row.id),
                (row.number, badge(row.status), row.summary, local_time(row.registered_at)),
            ),
        )


def _relation(item: GatheredRow) -> Markup:
    """As what the person has the unit, which leads to where that ends."""
    address = url_for("occupancies.details_view", id=item.id)
    return Markup('<a href="{}">{}</a>').format(address, label(item.kind))


class OccupancyForm(DeskForm):
    """One person in one unit."""

    resident_id = LookupField(label_for(Occupancy.resident_id), [Required()], lookup="resident")
    unit_id = LookupField(label_for(Occupancy.unit_id), [Required()], lookup="unit")
    kind = EnumField(_("As"), enum=OccupancyKind)
    from_on = LocalDateField(label_for(Occupancy.from_on), [Optional()], description=_("Empty means today."))
    until_on = LocalDateField(label_for(Occupancy.until_on), [Optional()], description=_("Empty while it lasts."))
    another_person = FlagField(_("Another person than the one of this name who has the unit"))


class EndForm(DeskForm):
    """The last day."""

    until_on = LocalDateField(_("Last day"), [Optional()], description=_("Empty means today."))


class OccupancyView(RegisterView[Occupancy]):
    """``/admin/occupancies/``: reached from residents and units."""

    model = Occupancy
    name_text = _("Occupancy %(number)s")
    named_by = ("resident_id", "unit_id")
    in_menu = False
    group = _("People and units")
    steps = (Step("end", EndForm, "primary", when=lambda row: row.until_on is None),)
    empty_text = _("Nobody is registered for a unit yet: open a resident and add a unit.")
    column_list = ("id", "resident", "unit", "kind", "from_on", "until_on")
    column_filters = tuple(usual_filters(Occupancy))
    create_form_class = OccupancyForm
    draft_class = verbs.OccupancyDraft
    sections = ((_("Occupancy"), ("resident", "unit", "kind", "from_on", "until_on")),)

    def after_create(self, record: Occupancy) -> str:
        """Back to the person."""
        return url_for("residents.details_view", id=record.resident_id)

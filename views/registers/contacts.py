"""The numbers of residents and of staff: reached from the person's page, masked everywhere else (RES-4)."""

from collections.abc import Iterable
from typing import Any, TypeVar

from flask import url_for
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import bindparam, select
from wtforms.validators import Optional

from models.operations import contacts as verbs
from models.personal import masked_mail, masked_phone
from models.policy import visible
from models.residents import Resident, ResidentContact
from models.staff import Staff, StaffContact
from views.forms.base import DeskForm
from views.forms.fields import Required, TextField
from views.forms.references import LookupField
from views.register.base import RegisterView
from views.register.record import Related
from views.request import context
from views.words.cells import callable_phone, personal_of, value_text
from views.words.labels import label_for
from views.words.language import label

HOW = _("As it is dialled, with area code or country code; an extension after a hyphen.")


class ResidentContactForm(DeskForm):
    """One more number of a resident."""

    resident_id = LookupField(label_for(ResidentContact.resident_id), [Required()], lookup="resident")
    value = TextField(label_for(ResidentContact.value), [Required()], length=60, description=HOW)
    note = TextField(label_for(ResidentContact.note), [Optional()], length=100)


class StaffContactForm(DeskForm):
    """One more number of a colleague."""

    staff_id = LookupField(label_for(StaffContact.staff_id), [Required()], lookup="staff")
    value = TextField(label_for(StaffContact.value), [Required()], length=60, description=HOW)
    note = TextField(label_for(StaffContact.note), [Optional()], length=100)


ContactRow = TypeVar("ContactRow", bound=ResidentContact | StaffContact)


class ContactView(RegisterView[ContactRow]):
    """What the pages of both tables have in common."""

    owner: str
    person_column: str
    in_menu = False
    group = _("People and units")
    number_column = "value"
    form_columns = ("value", "note", "valid")
    form_args = {
        "valid": {"label": _("Somebody is reached at this number")},
    }

    def draft(self, form: DeskForm) -> object:
        """The number, of whom."""
        return verbs.ContactDraft(**form.arguments())

    def name_of(self, record: ContactRow) -> str:
        """By its last digits."""
        return personal_of(record.value, masked_phone)

    def after_create(self, record: ContactRow) -> str:
        """Back to the person."""
        return url_for(f"{self.owner}.details_view", id=getattr(record, self.person_column))

    def links(self, record: ContactRow) -> list[tuple[Any, str]]:
        """The person."""
        return [(_("To the person"), self.after_create(record))]


class ResidentContactView(ContactView[ResidentContact]):
    """``/admin/resident-contacts/``."""

    model = ResidentContact
    owner, person_column = "residents", "resident_id"
    empty_text = _("No number is written down yet: open a resident and add one.")
    column_list = ("value", "resident", "kind", "note", "valid")
    create_form_class = ResidentContactForm
    sections = ((_("Phone"), ("value", "kind", "country", "note", "valid", "resident")),)

    def draft(self, form: DeskForm) -> object:
        """The number, of a resident of the estate shown."""
        return verbs.ContactDraft(estate_id=self.estate().id, **form.arguments())


class StaffContactView(ContactView[StaffContact]):
    """``/admin/staff-contacts/``."""

    model = StaffContact
    owner, person_column = "staff", "staff_id"
    empty_text = _("No number is written down yet: open a colleague and add one.")
    column_list = ("value", "staff", "kind", "note", "valid")
    create_form_class = StaffContactForm
    sections = ((_("Phone"), ("value", "kind", "country", "note", "valid", "staff")),)


def phones_of(model: type[Any], record: Resident | Staff, *, in_full: bool, may_add: bool) -> Related:
    """The numbers of a person, the one called first on top; whole and ready to be called for who may call."""
    owner = "resident_id" if model is ResidentContact else "staff_id"
    query = select(model.id, model.value, model.kind, model.note, model.valid)
    query = query.where(getattr(model, owner) == record.id, visible(context.actor(), model))
    endpoint = model.__tablename__
    return Related(
        _("Phones"),
        (_("Kind"), _("Phone"), _("Note"), _("Validity")),
        links=[(_("Add a phone"), f"{url_for(f'{endpoint}.create_view')}?{owner}={record.id}")] if may_add else [],
        query=query.order_by(model.valid.desc(), model.id),
        show=lambda row: (
            url_for(f"{endpoint}.details_view", id=row.id),
            (
                label(row.kind),
                callable_phone(row.value) if in_full else personal_of(row.value, masked_phone),
                value_text(row.note),
                gettext("Valid") if row.valid else gettext("not valid"),
            ),
        ),
    )


def way_in_words(number: str | None, address: str | None) -> str:
    """The stored number or e-mail address, masked; nothing where there is neither."""
    if address:
        return personal_of(address, masked_mail)
    return personal_of(number, masked_phone) if number else ""


NUMBERS = (
    select(ResidentContact.resident_id, ResidentContact.value, ResidentContact.valid)
    .where(ResidentContact.resident_id.in_(bindparam("ids", expanding=True)))
    .order_by(ResidentContact.valid.desc(), ResidentContact.id)
)


def shown_numbers(rows: Iterable[Any]) -> dict[int, str]:
    """Resident -> the valid numbers among the *rows* of :data:`NUMBERS`, else those that are not; masked."""
    rows = list(rows)
    reached = {row.resident_id for row in rows if row.valid}
    numbers: dict[int, list[str]] = {}
    for row in rows:
        if row.valid or row.resident_id not in reached:
            numbers.setdefault(row.resident_id, []).append(personal_of(row.value, masked_phone))
    return {resident_id: " / ".join(shown) for resident_id, shown in numbers.items()}

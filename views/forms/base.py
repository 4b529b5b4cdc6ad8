"""Forms: what all share, how Flask-Admin makes one from a table's columns, and what a form tells a verb."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from flask_admin.contrib.sqla.form import AdminModelConverter, get_form
from flask_admin.form import BaseForm
from flask_admin.model.form import converts
from flask_babel import gettext, lazy_gettext as _
from markupsafe import Markup
from sqlalchemy.orm import ColumnProperty, Mapper
from sqlalchemy.sql.schema import Column, ScalarElementColumnDefault
from wtforms import Field, HiddenField
from wtforms.validators import Length, NumberRange, Optional

from models.base import Base, Choice, LongText, ShortText
from models.errors import OperationRefused
from views.forms.fields import (
    BLANK,
    ChoiceField,
    ClockTimeField,
    EnumField,
    FlagField,
    JsonField,
    LocalDateField,
    LocalDateTimeField,
    LongTextField,
    MoneyField,
    Required,
    TextField,
    WholeNumberField,
)
from views.forms.references import LookupField, StaticChoiceField
from views.forms.widgets import Control, draw
from views.words.labels import label_in
from views.words.language import sentence

REFERENCES: dict[str, tuple[str, bool]] = {
    "unit_id": ("unit", False),
    "host_unit_id": ("unit", False),
    "resident_id": ("resident", False),
    "borrower_resident_id": ("resident", False),
    "borrower_staff_id": ("staff", False),
    "butler_id": ("staff", True),
    "lead_id": ("staff", True),
    "category_id": ("category", True),
    "team_id": ("team", True),
    "key_id": ("key", False),
    "measures_by_id": ("staff", True),
    "post_staff_id": ("desk", True),
}
"""Column -> what it refers to, and whether that is a small list shown as a plain select."""

SMALLEST, LARGEST = -(2**31), 2**31 - 1


Sections = tuple[tuple[Any, tuple[str, ...]], ...]
"""Heading and fields of each group of a form."""


class DeskForm(BaseForm):
    """A form of the panel. ``sections`` groups its fields on the page; fields not named there come last."""

    class Meta:
        """How WTForms treats this form."""

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
            """Drawn by our own hand."""
            return draw(cast("Control", field), render_kw)

    sections: ClassVar[Sections] = ()
    records: ClassVar[tuple[str, ...]] = ()
    """Lookup fields whose verb wants the record itself, not its id."""
    texts: ClassVar[tuple[str, ...]] = ()
    """Fields left empty that are empty text for the verb, not nothing."""

    def arguments(self) -> dict[str, Any]:
        """What the form tells the verb: argument name -> value."""
        found: dict[str, Any] = {}
        for field in self:
            if isinstance(field, HiddenField):
                continue
            value = field.data
            if field.short_name in self.records and value is not None:
                assert isinstance(field, LookupField | StaticChoiceField)
                value = field.lookup.one(value)
            found[field.short_name] = "" if value is None and field.short_name in self.texts else value
        return found

    def grouped(self) -> list[tuple[Any, list[Field]]]:
        """The fields by section, in the order they are shown."""
        named = {name for _title, names in self.sections for name in names}
        groups = [(title, [self[name] for name in names if name in self]) for title, names in self.sections]
        rest = [field for field in self if field.short_name not in named and not isinstance(field, HiddenField)]
        if rest:
            groups.append(("" if not groups else _("More"), rest))
        return [(title, fields) for title, fields in groups if fields]

    def hidden(self) -> list[Field]:
        """What is sent with the form and seen by nobody."""
        return [field for field in self if isinstance(field, HiddenField)]

    def refuse(self, refusal: OperationRefused) -> bool:
        """Show *refusal* at the fields it names; False when it names none, or one that this form does not have.

        A verb takes a record as ``team``, a draft or a row keeps its id as ``team_id``: either stands for both.
        """
        placed = []
        for name, part in refusal.by_field():
            field = next((self[each] for each in (name, f"{name}_id", name.removesuffix("_id")) if each in self), None)
            if field is not None:
                field.errors = [*field.errors, sentence(part)]
            placed.append(field is not None)
        return bool(placed) and all(placed)


class NothingForm(DeskForm):
    """The form of a step that needs nothing but the decision."""


def text_of(field: Field) -> str:
    """What a field holds, as a person reads it: for the comparison of two versions."""
    if isinstance(field, LookupField | StaticChoiceField):
        return field.lookup.written(field.data) if field.data is not None else ""
    if isinstance(field, ChoiceField):
        return next((str(text) for value, text in field.values() if value == field.data), "")
    if isinstance(field, FlagField):
        return str(gettext("yes") if field.data else gettext("no"))
    if isinstance(field, LocalDateTimeField | LocalDateField | MoneyField):
        return str(field._value())
    return "" if field.data is None else str(field.data)


class PhoneField(TextField):
    """A phone number in an edit form: never shown, empty keeps it, a single hyphen removes it."""

    def process_data(self, value: object) -> None:
        """The stored value is encrypted and stays out of the page."""
        self.data = None

    @property
    def untouched(self) -> bool:
        """Whether nothing was typed."""
        return not self.data


class DeskConverter(AdminModelConverter):
    """Fields for our column types; used by Flask-Admin when it makes a form from ``form_columns``."""

    keeps = True
    """Whether something is stored that an empty field keeps."""

    def convert(  # type: ignore[override]  # Flask-Admin's own annotation names only its own fields
        self,
        model: type[Base],
        mapper: Mapper[Any],
        name: str,
        prop: ColumnProperty[Any],
        field_args: Mapping[str, Any] | None,
        hidden_pk: bool,
    ) -> Field:
        """One field; columns only, since references are columns with a lookup."""
        column = prop.columns[0]
        assert isinstance(column, Column)
        options: dict[str, Any] = {"label": label_in(model, name), "validators": [], **(field_args or {})}
        if text := column.info.get("help"):
            options.setdefault("description", _(text))
        required = options.pop("needed", not column.nullable and column.server_default is None)
        if name in REFERENCES:
            return self._reference(name, column, required, options)
        if column.info.get("personal") and self.keeps:
            options.setdefault("description", _("Leave empty to keep what is stored; a single hyphen removes it."))
            return PhoneField(**options)
        if isinstance(column.type, Choice):
            blank = _("not known") if column.nullable else None
            if not self.keeps and isinstance(column.default, ScalarElementColumnDefault):
                options.setdefault("default", column.default.arg)
            return EnumField(enum=column.type.enum, **{"blank": blank, **options})
        options["validators"] = [Required() if required else Optional(), *options["validators"]]
        if name.endswith("_fen"):
            return MoneyField(**options)
        if name.endswith("_minute"):
            return ClockTimeField(**options)
        converter = self.get_converter(column)
        assert converter is not None, f"no field for {model.__name__}.{name}"
        field: Field = converter(column=column, field_args=options)
        return field

    @staticmethod
    def _reference(name: str, column: Column[Any], required: bool, options: dict[str, Any]) -> Field:
        lookup, small = REFERENCES[name]
        if small:
            return StaticChoiceField(lookup=lookup, blank=None if required else _("none"), **options)
        options["validators"] = [Required() if required else Optional(), *options["validators"]]
        return LookupField(lookup=lookup, **options)

    @converts("models.base.ShortText", "models.base.LongText")
    def conv_text(self, column: Column[Any], field_args: dict[str, Any], **_extra: object) -> Field:
        """One line, or several."""
        assert isinstance(column.type, ShortText)
        kind = LongTextField if isinstance(column.type, LongText) else TextField
        return kind(**{"length": column.type.max_length, **field_args})

    @converts("models.base.UTCDateTime")
    def conv_instant(self, column: Column[Any], field_args: dict[str, Any], **_extra: object) -> Field:
        """Date and time of the estate."""
        return LocalDateTimeField(**field_args)

    @converts("models.base.LocalDate")
    def conv_date(self, column: Column[Any], field_args: dict[str, Any], **_extra: object) -> Field:
        """A date."""
        return LocalDateField(**field_args)

    @converts("models.base.Flag")
    def conv_flag(self, column: Column[Any], field_args: dict[str, Any], **_extra: object) -> Field:
        """Yes or no: an unticked box is an answer."""
        return FlagField(**{**field_args, "validators": []})

    @converts("models.base.Json")
    def conv_json(self, column: Column[Any], field_args: dict[str, Any], **_extra: object) -> Field:
        """A setting's value."""
        return JsonField(**field_args)

    @converts("sqlalchemy.sql.sqltypes.Integer", "sqlalchemy.sql.sqltypes.BigInteger")  # before Flask-Admin's "Integer"
    def conv_integer(self, column: Column[Any], field_args: dict[str, Any], **_extra: object) -> Field:
        """A whole number."""
        field_args["validators"].append(NumberRange(SMALLEST, LARGEST))
        return WholeNumberField(**field_args)


class NewConverter(DeskConverter):
    """The same for what is new."""

    keeps = False


def form_of(model: type[Base], *names: str, sections: Sections = (), **field_args: Any) -> type[DeskForm]:
    """The form of a new record or of a step that asks for these columns of *model*, with their words and limits.

    *sections* groups them, in place of *names*. *field_args* are what a field says or takes beside that, by its name,
    as Flask-Admin's are; ``needed`` says whether it must be filled in, where that is not what the table says.
    """
    nothing: Any = None  # neither session nor view: references are fields of our own
    asked = names or [name for _title, named in sections for name in named]
    made = get_form(model, NewConverter(nothing, nothing), base_class=DeskForm, only=asked, field_args=field_args)
    assert issubclass(made, DeskForm)
    made.sections = sections
    return made


__all__ = [
    "BLANK",
    "DeskConverter",
    "DeskForm",
    "Length",
    "NothingForm",
    "PhoneField",
    "ShortText",
    "form_of",
    "text_of",
]

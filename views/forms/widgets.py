"""How form fields are drawn: as WTForms draws them, in a tenth of the time, since a form has dozens of attributes."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, cast

from flask_babel import gettext
from markupsafe import Markup
from wtforms import Field, widgets
from wtforms.fields import Flags
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # newer than its annotations

from views.words.cells import escaped, marked
from views.words.language import remarked
from views.words.rules import with_rules

_CALENDARS = frozenset({widgets.DateInput})
_INPUTS = _CALENDARS | {widgets.CheckboxInput}
"""Kinds of input that WTForms draws in a way of their own, of which our fields need nothing else."""


class Control(Protocol):
    """What the drawing of a field reads of it, whatever its kind."""

    id: str
    name: str
    data: object
    flags: Flags
    widget: Any

    def _value(self) -> str: ...

    def iter_choices(self) -> Iterable[Choice]: ...


CLASSES = {"FlagField": "form-check-input", "LongTextField": "form-control"}


def attributes(**values: object) -> Markup:
    """HTML attributes by name (``class_`` is ``class``), escaped; True is the name alone, False and None nothing.

    The names are those of the program, never of a person.
    """
    parts = [
        name.rstrip("_") if value is True else f'{name.rstrip("_")}="{escaped(value)}"'
        for name, value in sorted(values.items())
        if value is not False and value is not None
    ]
    return marked(" ".join(parts))


def field_row(field: Field, wrong: str | None = None) -> Markup:
    """The field with its label, hint and errors; *wrong* is the short name of the field that the page begins at."""
    name, hint = field.id, str(field.description)
    if field.type == "RadioField":
        return _radio_row(field, wrong)
    options: dict[str, Any] = {}
    if field.errors:
        options = {"aria-invalid": "true", "autofocus": field.short_name == wrong}
    describing = (
        [f"{name}-said"] * hasattr(field, "drawn")
        + [f"{name}-hint"] * bool(hint)
        + [f"{name}-error"] * bool(field.errors)
    )
    options["aria-describedby"] = " ".join(describing) or None
    kind = CLASSES.get(field.type) or ("form-control" if hasattr(field.widget, "input_type") else "form-select")
    control = field(**{"class": f"{kind} is-invalid" if field.errors else kind}, **options)
    text = escaped(str(field.label.text))
    if field.type == "FlagField":
        label = f'<label class="form-check-label" for="{name}">{text}</label>'
        parts = [f'<div class="field field-flag"><div class="form-check">{control} {label}</div>']
    else:
        needed = needed_mark() if field.flags.required else ""
        label = f'<label class="form-label{" required" * bool(needed)}" for="{name}">{text}{needed}</label>'
        parts = [f'<div class="field{" field-wide" * (field.type == "LongTextField")}">{label}{control}']
    if hint:
        parts.append(f'<div class="form-hint" id="{name}-hint">{escaped(hint)}</div>')
    if field.errors:
        said = "".join(f"<div>{with_rules(error)}</div>" for error in field.errors)
        parts.append(f'<div class="field-error" id="{name}-error">{said}</div>')
    return marked(f"{''.join(parts)}</div>")


def _radio_row(field: Field, wrong: str | None) -> Markup:
    """A small closed list with nothing chosen beforehand: one press each."""
    chips = []
    for place, one in enumerate(cast("Control", field).iter_choices()):
        begins = bool(field.errors) and field.short_name == wrong and place == 0
        named = attributes(type="radio", class_="form-check-input", name=field.name, value=one.value)
        marks = attributes(checked=bool(one.selected), autofocus=begins)
        chips.append(f'<label class="radio-chip"><input {named} {marks}> {escaped(str(one.label))}</label>')
    error = "".join(f"<div>{with_rules(each)}</div>" for each in field.errors)
    said = f'<div class="field-error" id="{field.id}-error">{error}</div>' if error else ""
    described = f' aria-describedby="{field.id}-error"' if error else ""
    legend = f'<legend class="form-label required">{escaped(str(field.label.text))}{needed_mark()}</legend>'
    row = f'<div class="radio-row">{"".join(chips)}</div>'
    begin = f'<fieldset class="field field-wide radio-field" id="{field.id}"{described}>'
    return marked(f"{begin}{legend}{row}{said}</fieldset>")


def needed_mark() -> str:
    """What stands behind the label of a field that may not be empty, for those who hear the page."""
    return f' <span class="visually-hidden">{escaped(remarked("", gettext("required")))}</span>'


def draw(field: Control, options: Mapping[str, Any]) -> Markup:
    """The field *field* by its own widget, with the attributes *options*."""
    widget = field.widget
    kind = type(widget)
    html = {"id": field.id, "name": field.name, **options}
    if kind in _CALENDARS:
        html["data-controller"] = "date"
    if keyboard := getattr(field, "inputmode", None):
        html["inputmode"] = keyboard
    for name in getattr(widget, "validation_attrs", ()):
        html.setdefault(name, getattr(field.flags, name))
    if kind is widgets.Select:
        return _select(field, html)
    if kind is widgets.TextArea:
        return marked(f"<textarea {attributes(**html)}>\r\n{escaped(field._value())}</textarea>")
    if kind is widgets.CheckboxInput:
        html.setdefault("checked", bool(field.data))
    drawn = getattr(field, "drawn", None)
    if drawn is not None:
        html |= {"data-controller": "date", "data-date-time-value": "true", "data-when-target": "input"}
        html |= {"autocomplete": "off", "placeholder": gettext("like 21:20, tomorrow 9:30, Sat 9am")}
    if kind.__call__ is widgets.Input.__call__ or kind in _INPUTS:
        typed = attributes(**{"type": widget.input_type, "value": field._value(), **html})
        control = marked(f"<input {typed}>")
        return control if drawn is None else drawn(control)
    other: Markup = widget(field, **options)
    return other


def _select(field: Control, html: Mapping[str, object]) -> Markup:
    options = [
        f'<option{" selected" * bool(one.selected)} value="{escaped(one.value)}">{escaped(one.label)}</option>'
        for one in field.iter_choices()
    ]
    return marked(f"<select {attributes(**html)}>{''.join(options)}</select>")

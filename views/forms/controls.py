"""The controls of a list's filter form, drawn as one piece: in a template each option would cost four calls."""

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from views.forms.filters import DeskFilter
from views.forms.widgets import attributes
from views.words.cells import escaped, marked


def filter_field(flt: DeskFilter[Any], values: Sequence[str], language: str) -> Markup:
    """Label and control of the filter *flt*, one for each of its present *values*, and one more for an alternative."""
    more = ("",) if not values or flt.has_alternatives else ()
    return marked("".join(_field(flt, value, language, number) for number, value in enumerate((*values, *more))))


def _field(flt: DeskFilter[Any], value: str, language: str, number: int) -> Markup:
    name = f"flt_{flt.key}"
    place = f"{name}_{number}" if number else name
    if flt.control == "select":
        drawn = _fixed_options(flt, language) if flt.is_closed else _options(flt.choices())
        if value:
            written = attributes(value=value)
            drawn = drawn.replace(f"<option {written}>", f"<option {written} selected>")
        control = f"<select {attributes(class_='form-select form-select-sm', id=place, name=name)}>{drawn}</select>"
    else:
        kind = "date" if flt.control == "date" else "text"
        typed = attributes(
            class_="form-control form-control-sm", id=place, name=name, type=kind, value=value, maxlength=100
        )
        control = f"<input {typed}>"
    title = gettext("or %(name)s", name=flt.name) if number else str(flt.name)
    label = f'<label class="form-label" {attributes(for_=place)}>{escaped(title)}</label>'
    return marked(f'<div class="filter-field">{label}{control}</div>')


def _options(choices: Iterable[tuple[str, str]]) -> str:
    drawn = [f"<option {attributes(value=word)}>{escaped(str(text))}</option>" for word, text in choices]
    all_of_them = escaped(gettext("any"))
    return f'<option value="">{all_of_them}</option>{"".join(drawn)}'


@functools.lru_cache(512)  # for each language: words of a closed list
def _fixed_options(flt: DeskFilter[Any], _language: str) -> str:
    return _options(flt.choices())

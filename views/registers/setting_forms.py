"""How a figure of the estate is typed: money in yuan, times as they are said, numbers with what they count (SET-1)."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext as _

from models.settings import DEFAULT_SETTINGS, Setting
from views.forms.base import DeskForm
from views.forms.fields import MoneyField, Required, TypedField, WholeNumberField, half_width
from views.words.labels import label_for
from views.words.language import NOTHING, listed, money

_BETWEEN = re.compile(r"\s*[-–—~～至到]\s*")
_APART = re.compile(r"[\s,;、和]+")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)

UNITS: Mapping[str, Any] = {
    "minutes": _("minutes"),
    "days": _("days"),
    "months": _("months"),
    "attempts": _("attempts"),
    "reports": _("reports"),
    "percent": _("per cent"),
}
"""Last word of a setting's code -> what it counts."""


class TimesField(TypedField):
    """Times of day from and until, as they are said: ``12:00-14:00, 20:00-09:00``."""

    def written(self) -> str:
        """As they are said."""
        return ", ".join(f"{begin}-{end}" for begin, end in _intervals(self.data))

    def read(self, text: str) -> list[list[str]]:
        """Read any number of them, in any usual writing."""
        found = []
        for part in filter(None, _APART.split(_BETWEEN.sub("-", half_width(text)))):
            ends = [_TIME.fullmatch(each) for each in part.split("-")]
            if len(ends) != 2 or not all(ends):
                raise ValueError(gettext("Write times like 12:00-14:00, 20:00-09:00."))
            found.append([f"{int(end[1]):02d}:{end[2]}" for end in ends if end])
        return found

    def process_formdata(self, valuelist: list[str]) -> None:
        """Nothing is no time at all, which is a list too."""
        self.data = []
        super().process_formdata(valuelist)
        if self.data is None:
            self.data = []


class MoneySettingForm(DeskForm):
    """An amount."""

    value = MoneyField(_("Amount in yuan"), [Required()])


class TimesSettingForm(DeskForm):
    """Times of day."""

    value = TimesField(
        label_for(Setting.value), description=_("From and until, as many as there are: 12:00-14:00, 20:00-09:00.")
    )


class FigureSettingForm(DeskForm):
    """A whole number, with what it counts."""

    value = WholeNumberField(label_for(Setting.value), [Required()])

    def __init__(self, formdata: Any = None, obj: Setting | None = None, **options: Any) -> None:
        super().__init__(formdata, obj, **options)
        if obj is not None:
            self.value.description = str(UNITS.get(kind_of(obj.code), ""))


def kind_of(code: str) -> str:
    """What a setting is of: the last word of its code."""
    return code.rpartition("-")[2]


def setting_form(formdata: Any = None, obj: Setting | None = None, **options: Any) -> DeskForm:
    """The form of this setting."""
    form: type[DeskForm] = FigureSettingForm
    if obj is not None and kind_of(obj.code) == "fen":
        form = MoneySettingForm
    elif obj is not None and isinstance(DEFAULT_SETTINGS.get(obj.code, ("", 0))[1], list):
        form = TimesSettingForm
    return form(formdata, obj, **options)


def setting_in_words(row: Any) -> str:
    """The value as a person says it; what another program spoilt as it stands."""
    kind = kind_of(row.code)
    if isinstance(row.value, bool) or not isinstance(row.value, int | list):
        return str(row.value)
    if isinstance(row.value, list):
        return listed([f"{begin}–{end}" for begin, end in _intervals(row.value)]) or NOTHING
    if kind == "fen":
        return money(row.value)
    return f"{row.value} {UNITS[kind]}" if kind in UNITS else str(row.value)


def _intervals(value: object) -> list[tuple[str, str]]:
    pairs = value if isinstance(value, list) else []
    return [(str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2]

"""The form of a clock that a manager adds: of which records, from which step to which, and for which of them."""

import datetime
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext, lazy_gettext as _
from wtforms.validators import Optional

from models.base import Choice, tables
from models.conditions import OPERATORS, kind_of
from models.operations.core import addable
from models.operations.settings import steps_of
from models.settings import Clock, ClockCalendar, Whom
from models.verbs import verb_label
from views.forms.base import REFERENCES, form_of
from views.forms.fields import (
    ChoiceField,
    EnumField,
    FlagField,
    Required,
    TextField,
    WholeNumberField,
    half_width,
    whole_number,
)
from views.forms.lookup_kinds import LOOKUPS
from views.forms.lookups import Ambiguous, NothingFound
from views.words.labels import label_for
from views.words.language import label, say, titled, zone

LINES = 3
TOLD = ("told_near", "told_missed", "told_further")
"""Who is told of a clock."""


def told_choices() -> dict[str, Any]:
    """What may be chosen of these, where that is not every word; what each field says beside it."""
    missed = [whom for whom in Whom if whom is not Whom.NOBODY]
    return {
        "warning_percent": {"description": _("Empty: as the estate's figure says.")},
        "told_near": {"description": _("Where there is nobody of that kind, the next one up is told.")},
        "told_missed": {"only": missed},
        "told_further": {"description": _("The next one up: the lead, then supervisor and manager.")},
    }


_OPERATORS: dict[str, Any] = {
    "is": _("is"),
    "is_not": _("is not"),
    "among": _("is one of"),
    "contains": _("contains"),
    "empty": _("is empty"),
    "before": _("is before"),
    "after": _("is after"),
    "between": _("is between"),
    "less": _("is less than"),
    "more": _("is more than"),
}
_NEVER_ASKED = frozenset({"id", "estate_id", "version", "updated_at", "due_at"})
"""What every record has, and what the clocks themselves decide."""


def offered_steps() -> list[tuple[str, str]]:
    """Each step of each register for whose records clocks may be added."""
    return [
        (f"{register}.{verb}", titled(say(model.title), say(verb_label(verb))))
        for register, model in addable().items()
        for verb in steps_of(register)
    ]


def offered_fields() -> list[tuple[str, str]]:
    """Each field of these registers of which a condition may be."""
    return [
        (f"{register}.{column.name}", titled(say(model.title), say(column.info["label"])))
        for register, model in addable().items()
        for column in model.__table__.columns
        if column.name not in _NEVER_ASKED and kind_of(column) and "label" in column.info
    ]


def _line(number: int) -> dict[str, Any]:
    return {
        f"field_{number}": ChoiceField(_("Only where"), [Optional()], offered=offered_fields, blank=_("any")),
        f"op_{number}": ChoiceField(_("Comparison"), [Optional()], offered=lambda: list(_OPERATORS.items()), blank="—"),
        f"value_{number}": TextField(_("Value"), [Optional()], length=200),
    }


_Told = form_of(Clock, "warning_percent", *TOLD, **told_choices())


class ClockForm(_Told):  # type: ignore[misc,valid-type]  # made by a function
    """A clock of one's own."""

    sections = (
        (_("Clock"), ("code", "start_event", "stop_event", "minutes", "calendar", "runs_on")),
        (_("For which records"), tuple(name for number in range(LINES) for name in _line(number))),
        (_("Who is told"), ("warning_percent", *TOLD)),
    )
    code = TextField(_("Name"), [Required()], length=40)
    start_event = ChoiceField(label_for(Clock.start_event), offered=offered_steps)
    stop_event = ChoiceField(
        label_for(Clock.stop_event),
        offered=offered_steps,
        description=_("A step of the same register; what ends a record ends its clocks too."),
    )
    minutes = WholeNumberField(label_for(Clock.minutes), [Required()])
    calendar = EnumField(label_for(Clock.calendar), enum=ClockCalendar, default=ClockCalendar.ALWAYS)
    runs_on = FlagField(label_for(Clock.runs_on))
    vars().update({name: field for number in range(LINES) for name, field in _line(number).items()})

    def validate(self, extra_validators: Any = None) -> bool:
        """Also: both steps and all conditions are of one register, and each value is one of its field."""
        if not super().validate(extra_validators):
            return False
        register = self.start_event.data.partition(".")[0]
        if self.stop_event.data.partition(".")[0] != register:
            self.stop_event.errors = [gettext("Choose a step of the register in which the clock begins.")]
            return False
        for number in range(LINES):
            fields = [self[f"{name}_{number}"] for name in ("field", "op", "value")]
            try:
                _leaf(register, *(field.data for field in fields))
            except ValueError as error:
                fields[2].errors = [str(error)]
                return False
        return True

    def arguments(self) -> dict[str, Any]:
        """What the verb is told; conditions of several lines hold together."""
        register, start = self.start_event.data.split(".")
        lines = [[self[f"{name}_{number}"].data for name in ("field", "op", "value")] for number in range(LINES)]
        leaves = [leaf for line in lines if (leaf := _leaf(register, *line)) is not None]
        condition = {"all": leaves} if len(leaves) > 1 else leaves[0] if leaves else None
        names = ("code", "minutes", "calendar", "runs_on", "warning_percent", *TOLD)
        return {
            **{name: self[name].data for name in names},
            "register": register,
            "start_event": start,
            "stop_event": self.stop_event.data.split(".")[1],
            "condition": condition,
        }


def _leaf(register: str, where: str | None, op: str | None, typed: str | None) -> dict[str, Any] | None:
    """The condition of one line, None for an empty one. ValueError with what is wrong with it."""
    if not where:
        if op or typed:
            raise ValueError(gettext("Choose the field that is compared."))
        return None
    of, name = where.split(".")
    column: Any = tables()[of].__table__.columns[name]
    kind = kind_of(column) or ""
    if of != register:
        raise ValueError(gettext("Choose a field of the register in which the clock begins."))
    if op not in OPERATORS[kind]:
        allowed = (str(_OPERATORS[each]) for each in OPERATORS[kind])
        raise ValueError(gettext("Of this field may be asked: %(operators)s.", operators=", ".join(allowed)))
    if op == "empty":
        return {"field": name, "op": op}
    if not (typed or "").strip():
        raise ValueError(gettext("Write the value to compare with."))
    many = op in {"among", "between"}
    words = [part.strip() for part in half_width(typed or "").replace("、", ",").replace("，", ",").split(",")]
    values = [_value(column, kind, word) for word in (words if many else [(typed or "").strip()])]
    return {"field": name, "op": op, "value": values if many else values[0]}


def _value(column: Any, kind: str, word: str) -> Any:
    if kind == "number":
        return whole_number(word)
    if kind == "flag":
        answers = {str(gettext("yes")).lower(): True, str(gettext("no")).lower(): False}
        return _of(answers, word.lower())
    if kind == "word":
        chosen: Choice = column.type
        return _of({name: member.value for member in chosen.words for name in (label(member), member.value)}, word)
    if kind == "reference":
        return _reference(column, word)
    if kind in {"day", "instant"}:
        return _time(kind, word)
    return word


def _of(values: dict[str, Any], word: str) -> Any:
    if word not in values:
        raise ValueError(gettext("Write one of: %(values)s.", values=", ".join(dict.fromkeys(values))))
    return values[word]


def _reference(column: Any, word: str) -> int:
    tables_of = {key.column.table.name for key in column.foreign_keys} - {"estates"}
    name = next(_lookups(column.name, tables_of), None)
    try:
        return whole_number(word.removeprefix("#")) if name is None else LOOKUPS[name].resolve(word)
    except (Ambiguous, NothingFound):
        if REFERENCES.get(column.name, ("", False))[1] and (few := LOOKUPS[name or ""].choices()):
            return int(_of({text: row_id for row_id, text in few}, word))
        raise ValueError(gettext("Nothing found for “%(text)s”.", text=word[:60])) from None


def _lookups(column: str, refers: set[str]) -> Iterator[str]:
    if column in REFERENCES:
        yield REFERENCES[column][0]
    yield from (name for name, lookup in LOOKUPS.items() if lookup.model.__tablename__ in refers)


def _time(kind: str, word: str) -> str:
    text = half_width(word)
    if text in {"today", "now"} or text[:1] in {"+", "-"}:
        return text
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            gettext("Write a date such as 2026-11-18, or today, +3 days, -2 hours, +1 working_days.")
        ) from None
    if kind == "day":
        return moment.date().isoformat()
    return (moment.replace(tzinfo=zone()) if moment.tzinfo is None else moment).isoformat()

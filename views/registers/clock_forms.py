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
from views.forms.base import REFERENCES, DeskForm, form_of
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


CONDITION = tuple(name for number in range(LINES) for name in _line(number))
Line = tuple[str | None, str | None, str | None]
"""Field, comparison and value as they are typed."""


class OfCondition(DeskForm):
    """The lines of a condition, all of which hold together."""

    vars().update({name: field for number in range(LINES) for name, field in _line(number).items()})

    def lines(self) -> list[Line]:
        """What is typed."""
        return [tuple(self[f"{name}_{number}"].data or None for name in _LINE) for number in range(LINES)]  # type: ignore[misc]

    def says(self, register: str) -> bool:
        """Whether each line says something of records of *register*, or nothing; what is wrong stands at its value."""
        for number, line in enumerate(self.lines()):
            try:
                _leaf(register, *line)
            except ValueError as error:
                self[f"value_{number}"].errors = [str(error)]
                return False
        return True

    def condition(self, register: str) -> dict[str, Any] | None:
        """The condition as JSON, None for all records."""
        leaves = [leaf for line in self.lines() if (leaf := _leaf(register, *line)) is not None]
        return {"all": leaves} if len(leaves) > 1 else leaves[0] if leaves else None


_LINE = ("field", "op", "value")
_Told = form_of(Clock, "warning_percent", *TOLD, **told_choices())


class ClockForm(OfCondition, _Told):  # type: ignore[misc,valid-type]  # made by a function
    """A clock of one's own."""

    sections = (
        (_("Clock"), ("code", "start_event", "stop_event", "minutes", "calendar", "runs_on")),
        (_("For which records"), CONDITION),
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

    def validate(self, extra_validators: Any = None) -> bool:
        """Also: both steps and all conditions are of one register, and each value is one of its field."""
        if not super().validate(extra_validators):
            return False
        register = self.start_event.data.partition(".")[0]
        if self.stop_event.data.partition(".")[0] != register:
            self.stop_event.errors = [gettext("Choose a step of the register in which the clock begins.")]
            return False
        return self.says(register)

    def arguments(self) -> dict[str, Any]:
        """What the verb is told."""
        register, start = self.start_event.data.split(".")
        names = ("code", "minutes", "calendar", "runs_on", "warning_percent", *TOLD)
        return {
            **{name: self[name].data for name in names},
            "register": register,
            "start_event": start,
            "stop_event": self.stop_event.data.split(".")[1],
            "condition": self.condition(register),
        }


class OfChangedClock(OfCondition):
    """What is changed of a clock: the condition of one that a manager has added, where lines can say it."""

    sections = (
        (_("Clock"), ("minutes", "calendar", "enabled", "runs_on")),
        (_("For which records"), CONDITION),
        (_("Who is told"), ("warning_percent", *TOLD)),
    )

    def __init__(self, formdata: Any = None, obj: Any = None, **more: Any) -> None:
        stored = stored_lines(obj)
        lines = stored or []
        filled = {f"{name}_{number}": line[at] for number, line in enumerate(lines) for at, name in enumerate(_LINE)}
        super().__init__(formdata, obj=obj, **{**filled, **more})
        self._stored, self._register = stored, getattr(obj, "register", None) or ""
        of_register = [(word, text) for word, text in offered_fields() if word.startswith(f"{self._register}.")]
        for number in range(LINES):
            setattr(self[f"field_{number}"], "offered", of_register)  # noqa: B010  # a field of ours
        for name in CONDITION if stored is None else ():
            del self[name]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also: each value of a changed condition is one of its field."""
        valid: bool = super().validate(extra_validators)
        return valid and (not self.changes_condition() or self.says(self._register))

    def changes_condition(self) -> bool:
        """Whether the lines say something else than is stored."""
        return self._stored is not None and self.lines() != self._stored

    def new_condition(self) -> dict[str, Any] | None:
        """What they say then."""
        return self.condition(self._register)


def stored_lines(clock: Clock | None) -> list[Line] | None:
    """The lines that say the condition of *clock*; None for a built-in one or none, and where they cannot say it."""
    if clock is None or clock.register not in addable():
        return None
    said = clock.condition
    leaves = [] if said is None else said["all"] if set(said) == {"all"} else [said]
    columns = tables()[clock.register].__table__.columns
    if not isinstance(leaves, list) or len(leaves) > LINES:
        return None
    if not all(isinstance(leaf, dict) and set(leaf) >= {"field", "op"} and leaf["field"] in columns for leaf in leaves):
        return None
    lines: list[Line] = [
        (f"{clock.register}.{leaf['field']}", leaf["op"], _typed(columns[leaf["field"]], leaf.get("value")))
        for leaf in leaves
    ]
    return lines + [(None, None, None)] * (LINES - len(lines))


def _typed(column: Any, value: Any) -> str | None:
    """A stored *value* as it is typed."""
    if value is None:
        return None
    if isinstance(value, list):
        return ", ".join(_typed(column, each) or "" for each in value)
    kind = kind_of(column)
    if kind == "flag":
        return str(gettext("yes") if value else gettext("no"))
    if kind == "word" and value in column.type.members:
        return str(label(column.type.members[value]))
    if kind == "reference" and (lookup := _lookup(column)) is not None:
        return str(lookup.written(value))
    return str(value)


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
    lookup = _lookup(column)
    try:
        return whole_number(word.removeprefix("#")) if lookup is None else lookup.resolve(word)
    except (Ambiguous, NothingFound):
        if lookup is not None and REFERENCES.get(column.name, ("", False))[1] and (few := lookup.choices()):
            return int(_of({text: row_id for row_id, text in few}, word))
        raise ValueError(gettext("Nothing found for “%(text)s”.", text=word[:60])) from None


def _lookup(column: Any) -> Any:
    """How what *column* refers to is found; None where only its number says it."""
    tables_of = {key.column.table.name for key in column.foreign_keys} - {"estates"}
    name = next(_lookups(column.name, tables_of), None)
    return None if name is None else LOOKUPS[name]


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

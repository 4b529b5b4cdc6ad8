"""Filters of the lists: words, dates, references, flags and derived states; every value is read strictly."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from flask_admin.contrib.sqla.filters import BaseSQLAFilter
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import Column, ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from models.base import LabelledEnum, LocalDate, is_open
from views.forms.lookup_kinds import LOOKUPS
from views.request import context
from views.request.queries import LARGEST_ID, place_in
from views.words.labels import Caption, label_in
from views.words.language import label, zone

Value = TypeVar("Value")
Rows = TypeVar("Rows", bound=tuple[Any, ...])


class DeskFilter(BaseSQLAFilter, Generic[Value]):
    """One filter: ``key`` names it in addresses (``flt_status=done``), ``control`` says how the form asks for it."""

    control = "select"
    has_alternatives = True
    """Whether the form offers a second value beside the first: rows that fit either are listed."""
    takes_one = False
    """Whether a second value is refused: of two bounds the wider one would win, and nobody was told so."""
    is_closed = True
    """Whether the words offered are always the same."""
    column: Column[Any]

    def __init__(self, column: InstrumentedAttribute[Any], key: str | None = None, name: str | None = None) -> None:
        self.key = key or column.key
        super().__init__(column, name or label_in(column.class_, self.key))

    def clean(self, value: str) -> Value:
        """What was written, understood; ValueError for what cannot be."""
        raise NotImplementedError

    def choices(self) -> Sequence[tuple[str, str]]:
        """Words and labels offered by the form."""
        return ()

    def value_label(self, raw: str) -> str:
        """The value as a person reads it, for the removable chip."""
        return next((text for word, text in self.choices() if word == raw), raw)

    timeless = True
    """Whether one value always means the same condition, for the same person and estate."""

    def condition(self, value: Value) -> ColumnElement[bool]:
        """The SQL condition for the understood *value*."""
        return self.column == value


class ChoiceFilter(DeskFilter[LabelledEnum]):
    """A column that holds one of a closed list of words."""

    def __init__(self, column: InstrumentedAttribute[Any], key: str | None = None, name: str | None = None) -> None:
        super().__init__(column, key, name)
        self.enum: type[LabelledEnum] = column.type.enum

    def choices(self) -> Sequence[tuple[str, str]]:
        """All words."""
        return [(member.value, label(member)) for member in self.enum]

    def clean(self, value: str) -> LabelledEnum:
        """The member; ValueError for another word."""
        return self.enum(value)


class FlagFilter(DeskFilter[bool]):
    """Yes or no."""

    has_alternatives = False

    def choices(self) -> Sequence[tuple[str, str]]:
        """Yes and no."""
        return [("1", gettext("yes")), ("0", gettext("no"))]

    def clean(self, value: str) -> bool:
        """True or False; ValueError for another word."""
        if value not in ("0", "1"):
            raise ValueError(value)
        return value == "1"

    def condition(self, value: bool) -> ColumnElement[bool]:
        """Compared as a truth value on both databases."""
        return self.column.is_(value)


class WordFilter(DeskFilter[str]):
    """A column with codes written by programs (a verb, a register)."""

    def __init__(
        self,
        column: InstrumentedAttribute[Any],
        words: Mapping[str, Caption],
        order: Callable[[tuple[str, str]], int | str],
    ) -> None:
        super().__init__(column)
        self.words, self.order = words, order

    def choices(self) -> Sequence[tuple[str, str]]:
        """The known codes, as *order* has them."""
        return sorted(((word, str(text)) for word, text in self.words.items()), key=self.order)

    def clean(self, value: str) -> str:
        """The code; ValueError for an unknown one."""
        if value not in self.words:
            raise ValueError(value)
        return value


class DateFilter(DeskFilter[datetime.date]):
    """From or until a date of the estate's own calendar, both included."""

    control = "date"
    has_alternatives = False
    takes_one = True

    def __init__(self, column: InstrumentedAttribute[Any], *, until: bool = False, name: str | None = None) -> None:
        super().__init__(column, f"{column.key}_{'until' if until else 'from'}", name)
        base = name or label_in(column.class_, column.key)
        self.until = until
        self.name = _("%(column)s until", column=base) if until else _("%(column)s from", column=base)

    def clean(self, value: str) -> datetime.date:
        """The date; ValueError for anything else, and for years nobody means."""
        day = datetime.date.fromisoformat(value)
        if not 1900 <= day.year <= 2200 or len(value) != 10:
            raise ValueError(value)
        return day

    def condition(self, value: datetime.date) -> ColumnElement[bool]:
        """Compared with the instants at which that date begins and ends in the estate."""
        if isinstance(self.column.type, LocalDate):
            return self.column <= value if self.until else self.column >= value
        midnight = datetime.datetime.combine(value, datetime.time(), zone())
        if self.until:
            return self.column < (midnight + datetime.timedelta(days=1)).astimezone(datetime.UTC)
        return self.column >= midnight.astimezone(datetime.UTC)


class ReferenceFilter(DeskFilter[int]):
    """A reference with few rows (team, category, person), chosen from a list."""

    is_closed = False

    def __init__(
        self, column: InstrumentedAttribute[Any], lookup: str, key: str | None = None, name: str | None = None
    ) -> None:
        super().__init__(column, key or column.key.removesuffix("_id"), name)
        self.lookup = LOOKUPS[lookup]

    def choices(self) -> Sequence[tuple[str, str]]:
        """Nobody, and the rows the person may see."""
        return [("0", gettext("none")), *((str(row_id), text) for row_id, text in self.lookup.choices())]

    def clean(self, value: str) -> int:
        """An id, 0 for none; ValueError for anything else."""
        if not value.isascii() or not value.isdigit() or len(value) > 19 or int(value) > LARGEST_ID:
            raise ValueError(value)
        return int(value)

    def condition(self, value: int) -> ColumnElement[bool]:
        """Equal, or empty."""
        return self.column == value if value else self.column.is_(None)


class KeyFilter(DeskFilter[str]):
    """A reference with many rows, named by its natural key (a room, a key number)."""

    control = "text"

    def __init__(
        self, column: InstrumentedAttribute[Any], lookup: str, key: str | None = None, name: str | None = None
    ) -> None:
        super().__init__(column, key or column.key.removesuffix("_id"), name)
        self.lookup = LOOKUPS[lookup]

    def clean(self, value: str) -> str:
        """The key as written; ValueError for what cannot be one."""
        value = value.strip()
        if not value or len(value) > 100:
            raise ValueError(value)
        return value

    def condition(self, value: str) -> ColumnElement[bool]:
        """Exactly that room, in the estate shown."""
        ids = select(self.lookup.model.id).where(self.lookup.scope(), self.lookup.exactly(value))
        return self.column.in_(ids)


class WordsFilter(DeskFilter[str]):
    """Words in a column, whatever stands around them."""

    control = "text"

    def clean(self, value: str) -> str:
        """The words; ValueError for none, or too many."""
        value = value.strip()
        if not value or len(value) > 100:
            raise ValueError(value)
        return value

    def condition(self, value: str) -> ColumnElement[bool]:
        """Whether they stand there."""
        return self.column.icontains(value, autoescape=True)


State = tuple[Caption, Callable[[datetime.datetime], ColumnElement[bool]]]


def overdue(model: type[Any]) -> State:
    """The state of rows on which something is owed and whose time has passed."""
    return _("overdue"), lambda now: is_open(model) & (place_in(getattr(model, model.dated_by)) < now)


class StateFilter(DeskFilter[str]):
    """States that are derived (open, overdue, on loan): word -> label and a condition on the present instant."""

    timeless = False

    def __init__(
        self,
        column: InstrumentedAttribute[Any],
        states: Mapping[str, State],
        key: str = "state",
        name: str | None = None,
    ) -> None:
        super().__init__(column, key, name or _("Show"))
        self.states = states

    def choices(self) -> Sequence[tuple[str, str]]:
        """The states."""
        return [(word, str(text)) for word, (text, _condition) in self.states.items()]

    def clean(self, value: str) -> str:
        """The word; ValueError for an unknown one."""
        if value not in self.states:
            raise ValueError(value)
        return value

    def condition(self, value: str) -> ColumnElement[bool]:
        """The state's own condition."""
        return self.states[value][1](context.now())

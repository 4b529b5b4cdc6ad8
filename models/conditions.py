"""Conditions on the rows of a table, as data that a manager writes: Python, SQLite and PostgreSQL answer alike.

A condition is a tree of JSON: ``{"all": [...]}``, ``{"any": [...]}`` and ``{"not": ...}`` over leaves
``{"field": "kind", "op": "is", "value": "emergency"}``. What a leaf means (registers-as-data):

* it is never unknown: a field that is empty (nothing, or no letters) answers no to all but *empty* and *is_not*;
* text is compared letter by letter as it is stored, *contains* takes A–Z for a–z and nothing else for the same;
* instants are compared by what they are, in whatever zone they were written;
* ``today``, ``now``, ``+3 days``, ``-2 working_days``, ``me`` and ``my_team`` stand for what they are to whoever asks.
"""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Column, ColumnElement, Text, and_, false, literal, not_, or_, true, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Integer

from models.base import Choice, Flag, LocalDate, ShortText, UTCDateTime
from models.calendar import WorkingCalendar
from models.errors import Msgid, OperationRefused, Phrase, gettext_noop

RULE = "SET-1"
MOST_LEAVES = 50
DEEPEST = 6
LONGEST_VALUE = 200


class Columns(Protocol):
    """The columns of a table, of its class or of an alias, by name."""

    def __getitem__(self, name: str, /) -> Any:
        """The column of that name."""

    def get(self, name: str, /) -> Any:
        """The same, or None."""


@dataclass(frozen=True)
class Leaf:
    """What one field has to be."""

    field: str
    op: str
    value: Any = None


@dataclass(frozen=True)
class Branch:
    """Several conditions: ``all`` of them, ``any`` of them, or ``not`` the only one."""

    how: str
    parts: "tuple[Condition, ...]"


Condition = Leaf | Branch


@dataclass(frozen=True)
class Asking:
    """By whom and when a condition is asked: what its relative values stand for."""

    now: datetime.datetime
    calendar: WorkingCalendar
    me: int | None = None
    teams: Sequence[int] = field(default=())


_SAID: dict[str, Msgid] = {
    "is": gettext_noop("%(field)s is %(value)s"),
    "is_not": gettext_noop("%(field)s is not %(value)s"),
    "among": gettext_noop("%(field)s is one of %(value)s"),
    "contains": gettext_noop("%(field)s contains %(value)s"),
    "empty": gettext_noop("%(field)s is empty"),
    "before": gettext_noop("%(field)s is before %(value)s"),
    "after": gettext_noop("%(field)s is after %(value)s"),
    "between": gettext_noop("%(field)s is between %(value)s"),
    "less": gettext_noop("%(field)s is less than %(value)s"),
    "more": gettext_noop("%(field)s is more than %(value)s"),
    "all": gettext_noop("all of: %(parts)s"),
    "any": gettext_noop("one of: %(parts)s"),
    "not": gettext_noop("not: %(parts)s"),
}
_EQUAL = ("is", "is_not", "among", "empty")
_TIMES = ("before", "after", "between", "empty")
OPERATORS: dict[str, tuple[str, ...]] = {
    "text": ("is", "is_not", "among", "contains", "empty"),
    "word": _EQUAL,
    "flag": ("is",),
    "number": (*_EQUAL, "less", "more", "between"),
    "reference": _EQUAL,
    "day": ("is", *_TIMES),
    "instant": _TIMES,
}
"""What may be asked of a field, by the kind of its values."""
_RELATIVE = re.compile(r"([+-]\d{1,4}) (minutes|hours|days|working_days)")
_EMPTY: dict[bool, tuple[Any, ...]] = {False: (None,), True: (None, "")}
_FOLDED = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def kind_of(column: Column[Any]) -> str | None:
    """Of which kind the values of *column* are; None where there is no condition: encrypted, or worked out."""
    kind = column.type
    if column.info.get("personal") or column.info.get("secret") or column.computed is not None:
        return None
    if column.foreign_keys:
        return "reference"
    known = ((Choice, "word"), (ShortText, "text"), (Flag, "flag"), (LocalDate, "day"), (UTCDateTime, "instant"))
    found = next((name for type_, name in known if isinstance(kind, type_)), None)
    return found or ("number" if isinstance(kind, Integer) else None)


def read(data: Any, columns: Columns) -> Condition:
    """The condition that *data* spells on a table of these *columns*; refused (SET-1) with what is wrong and where."""
    counted = [0]

    def part(given: Any, place: str, depth: int) -> Condition:
        counted[0] += 1
        if depth > DEEPEST or counted[0] > MOST_LEAVES:
            raise _refused(place, gettext_noop("a condition has at most 50 parts, one in another six deep"))
        if not isinstance(given, dict):
            raise _refused(place, gettext_noop("this is no condition"))
        for how in ("all", "any", "not"):
            if set(given) == {how}:
                inner = [given[how]] if how == "not" else given[how]
                if not isinstance(inner, list) or not inner:
                    raise _refused(place, gettext_noop("it has no parts"))
                named = (part(each, f"{place}.{how}[{number}]", depth + 1) for number, each in enumerate(inner))
                return Branch(how, tuple(named))
        return _leaf(given, place, columns)

    return part(data, "condition", 0)


def _refused(place: str, why: Msgid, **values: Any) -> OperationRefused:
    said = Phrase(why, values)
    return OperationRefused(RULE, gettext_noop("%(place)s: %(why)s."), field="condition", place=place, why=said)


def _leaf(given: Mapping[str, Any], place: str, columns: Columns) -> Leaf:
    name, op, value = given.get("field"), given.get("op"), given.get("value")
    column = columns.get(name) if isinstance(name, str) else None
    kind = None if column is None else kind_of(column)
    if column is None or kind is None or set(given) - {"field", "op", "value"}:
        raise _refused(place, gettext_noop("no field of that name may be asked"))
    if op not in OPERATORS[kind]:
        raise _refused(place, gettext_noop("that cannot be asked of %(field)s"), field=column.info["label"])
    many = op in {"among", "between"}
    if (op == "empty") is not (value is None) or many is not isinstance(value, list):
        raise _refused(place, gettext_noop("it lacks its value, or has one too many"))
    values = value if isinstance(value, list) else [value]
    if op != "empty":
        if not values or len(values) > MOST_LEAVES or (op == "between" and len(values) != 2):
            raise _refused(place, gettext_noop("it lacks its value, or has one too many"))
        for each in values:
            if not _fits(column, kind, each):
                message = gettext_noop("%(value)s is no value of %(field)s")
                raise _refused(place, message, value=str(each)[:LONGEST_VALUE], field=column.info["label"])
    return Leaf(column.name, op, tuple(values) if many else value)


def _fits(column: Column[Any], kind: str, value: Any) -> bool:
    if kind == "flag":
        return isinstance(value, bool)
    if kind in {"number", "reference"} and not isinstance(value, str):
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31
    if not isinstance(value, str) or not value or len(value) > LONGEST_VALUE or not _can_be_stored(value):
        return False
    if kind == "word":
        return value in getattr(column.type, "members", ())
    if kind == "reference":
        refers = {key.column.table.name for key in column.foreign_keys}
        return (value == "me" and "staff" in refers) or (value == "my_team" and "teams" in refers)
    if kind in {"day", "instant"}:
        return value == "today" or (value == "now" and kind == "instant") or _spells(kind, value)
    return kind == "text"


def _can_be_stored(value: str) -> bool:
    return "\0" not in value and value == value.encode(errors="ignore").decode()


def _spells(kind: str, value: str) -> bool:
    if found := _RELATIVE.fullmatch(value):
        return kind == "instant" or found[2] in {"days", "working_days"}
    try:
        if kind == "day":
            return datetime.date.fromisoformat(value).year > 1
        moment = datetime.datetime.fromisoformat(value)
    except ValueError:
        return False
    return moment.tzinfo is not None and 1 < moment.year < datetime.MAXYEAR


def _meant(kind: str, value: Any, asking: Asking) -> Any:
    """What *value* stands for; a list where it is several."""
    if kind == "reference" and value == "me":
        return [] if asking.me is None else [asking.me]
    if kind == "reference" and value == "my_team":
        return list(asking.teams)
    if kind not in {"day", "instant"}:
        return value
    today = asking.calendar.local_date(asking.now)
    if value == "now":
        return asking.now
    if value == "today":
        return today if kind == "day" else asking.calendar.instant(today)
    if found := _RELATIVE.fullmatch(value):
        count, unit = int(found[1]), found[2]
        if unit in {"minutes", "hours"}:
            return asking.now + datetime.timedelta(**{unit: count})
        day = _working_days(asking.calendar, today, count) if unit == "working_days" else None
        days = count if day is None else (day - today).days
        return today + datetime.timedelta(days=days) if kind == "day" else asking.now + datetime.timedelta(days=days)
    if kind == "day":
        return datetime.date.fromisoformat(value)
    return datetime.datetime.fromisoformat(value).astimezone(datetime.UTC)


def _working_days(calendar: WorkingCalendar, day: datetime.date, count: int) -> datetime.date:
    step = datetime.timedelta(days=1 if count > 0 else -1)
    left, looked = abs(count), 0
    while left and looked < 10 * abs(count) + 400:  # an estate without any working day
        day, looked = day + step, looked + 1
        left -= calendar.is_working_day(day)
    return day


class _folded(FunctionElement[str]):  # reads as the SQL function it is
    """Text with a–z for A–Z, and nothing else changed."""

    type = Text()
    inherit_cache = True


@compiles(_folded, "sqlite")
def _folded_sqlite(element: _folded, compiler: SQLCompiler, **kw: Any) -> str:
    return f"lower({compiler.process(element.clauses, **kw)})"


@compiles(_folded)
def _folded_elsewhere(element: _folded, compiler: SQLCompiler, **kw: Any) -> str:
    return f'lower(({compiler.process(element.clauses, **kw)}) COLLATE "C")'


class _place_in(FunctionElement[int]):  # likewise
    """At which letter of the first the second begins; 0 where it is nowhere."""

    type = Integer()
    inherit_cache = True


@compiles(_place_in, "sqlite")
def _place_in_sqlite(element: _place_in, compiler: SQLCompiler, **kw: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kw)})"


@compiles(_place_in)
def _place_in_elsewhere(element: _place_in, compiler: SQLCompiler, **kw: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **kw)})"


def clause(condition: Condition, columns: Columns, asking: Asking) -> ColumnElement[bool]:
    """*condition* for a statement, on these *columns* of a table, its class or an alias of it; never NULL."""
    if isinstance(condition, Branch):
        parts = [clause(part, columns, asking) for part in condition.parts]
        return {"all": and_(true(), *parts), "any": or_(false(), *parts), "not": not_(parts[0])}[condition.how]
    column = columns[condition.field]
    kind = kind_of(column) or ""
    empty = or_(column.is_(None), column == "") if kind == "text" else column.is_(None)
    if condition.op == "empty":
        return empty
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    meant = [_meant(kind, value, asking) for value in values]
    if condition.op in {"is", "is_not", "among"}:
        several = [each for one in meant for each in (one if isinstance(one, list) else [one])]
        found = column.in_(several) if several else false()
        return or_(empty, not_(found)) if condition.op == "is_not" else and_(not_(empty), found)
    text = type_coerce(column, Text)
    compared: dict[str, Callable[[], ColumnElement[bool]]] = {
        "contains": lambda: _place_in(_folded(text), literal(meant[0].translate(_FOLDED), Text)) > 0,
        "before": lambda: column < meant[0],
        "less": lambda: column < meant[0],
        "after": lambda: column > meant[0],
        "more": lambda: column > meant[0],
        "between": lambda: and_(column >= meant[0], column <= meant[1]),
    }
    return and_(not_(empty), compared[condition.op]())


def predicate(condition: Condition, columns: Columns, asking: Asking) -> Callable[[Mapping[str, Any]], bool]:
    """Tells of a row, by column, of a table with these *columns* whether *condition* is so of it."""
    if isinstance(condition, Branch):
        parts = [predicate(part, columns, asking) for part in condition.parts]
        if condition.how == "not":
            return lambda row: not parts[0](row)
        together = all if condition.how == "all" else any
        return lambda row: together(part(row) for part in parts)
    name, kind = condition.field, kind_of(columns[condition.field]) or ""
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    meant = [] if condition.op == "empty" else [_meant(kind, value, asking) for value in values]
    several = [each for one in meant for each in (one if isinstance(one, list) else [one])]
    compared: dict[str, Callable[[Any], bool]] = {
        "is": lambda value: value in several,
        "is_not": lambda value: value not in several,
        "among": lambda value: value in several,
        "contains": lambda value: meant[0].translate(_FOLDED) in value.translate(_FOLDED),
        "empty": lambda value: False,
        "before": lambda value: value < meant[0],
        "less": lambda value: value < meant[0],
        "after": lambda value: value > meant[0],
        "more": lambda value: value > meant[0],
        "between": lambda value: meant[0] <= value <= meant[1],
    }
    answer, of_empty = compared[condition.op], condition.op in {"empty", "is_not"}
    return lambda row: (
        of_empty if row[name] in _EMPTY[kind == "text"] else answer(getattr(row[name], "value", row[name]))
    )


def in_words(condition: Condition, columns: Columns, called: Callable[[Column[Any], Any], Any]) -> Phrase:
    """*condition* as a sentence; *called* says what a value of a column is called."""
    if isinstance(condition, Branch):
        return Phrase(_SAID[condition.how], {"parts": [in_words(part, columns, called) for part in condition.parts]})
    column = columns[condition.field]
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    named = [called(column, value) for value in values]
    shown = named if len(named) > 1 else named[0]
    return Phrase(_SAID[condition.op], {"field": column.info["label"], "value": shown})

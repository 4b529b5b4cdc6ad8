"""References: how a record is searched for, written and recognised from what a person typed. Scoped by the policy."""

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import g
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, or_, select
from wtforms.form import BaseForm

from models.finding import search_condition
from models.personal import keyring_of
from models.policy import may, visible
from views.request import context
from views.request.gathering import GatheredRow, Prepared, Question, gathered, prepared
from views.request.keeping import scope_key
from views.request.queries import LARGEST_ID

LIMIT = 20
LARGEST_LIST = 200
CANDIDATES = 5


LOOKUPS: "dict[str, Lookup]" = {}
"""Name of a kind of record -> how it is looked up; ``views.forms.lookup_kinds`` fills it in."""


class NothingFound(Exception):  # the answer to a question, not a failure of the program
    """No record fits what was typed."""


class Ambiguous(Exception):  # likewise
    """Several records fit; ``candidates`` says how to write each of the first few."""

    def __init__(self, candidates: Sequence[str]) -> None:
        super().__init__(*candidates)
        self.candidates = candidates


@dataclass(frozen=True)
class Lookup:
    """One kind of record that forms refer to."""

    name: str
    model: type[Any]
    written_of: ClassVar[tuple[str, ...]] = ()
    """The columns that :meth:`text` reads, where these are not the key alone."""

    @property
    def key(self) -> str:
        """The natural key: the column that a person writes to name the record."""
        return str(self.model.called)

    def scope(self) -> ColumnElement[bool]:
        """What the person may see of it, in the estate shown."""
        estate = context.current_estate()
        condition = visible(context.actor(), self.model)
        if estate is not None and hasattr(self.model, "estate_id"):
            condition = condition & (self.model.estate_id == estate.id)
        return condition

    def order(self) -> SQLColumnExpression[Any]:
        """By the natural key."""
        column: SQLColumnExpression[Any] = getattr(self.model, self.key)
        return column

    def order_for(self, text: str) -> tuple[SQLColumnExpression[Any], ...]:
        """In what order the records that *text* finds are offered."""
        return self.order(), self.model.id

    def text(self, row: GatheredRow) -> str:
        """How the record is written: its natural key."""
        return str(getattr(row, self.key))

    def offered(self, rows: Sequence[Any]) -> list[str]:
        """How each of the *rows* that a search found reads in the list from which one is chosen."""
        return [self.text(row) for row in rows]

    def columns(self) -> list[Any]:
        """The columns that :meth:`text` needs."""
        return [getattr(self.model, name) for name in dict.fromkeys(("id", *(self.written_of or (self.key,))))]

    def options(self, limit: int = LARGEST_LIST) -> Select[Any]:
        """The rows that a list of all offers."""
        return select(*self.columns()).where(self.scope()).order_by(self.order(), self.model.id).limit(limit)

    def choices(self) -> list[tuple[int, str]]:
        """Id and text of all rows that the person may choose; of several lookups, :func:`learn_choices` first."""
        learn_choices([self])
        found: list[tuple[int, str]] = g.choices[self.name]
        return found

    def written(self, row_id: int) -> str:
        """How the record with that id is written, empty outside the scope; of several, :func:`learn_written` first."""
        learn_written([(self, row_id)])
        return str(g.written[self.name, row_id])

    def allowed(self) -> bool:
        """Whether the person may look such records up at all."""
        return may(context.actor(), "read", self.model)

    def one(self, row_id: int) -> Any | None:
        """The record with that id, None outside the scope."""
        if not self.allowed():
            return None
        seen = g.setdefault("looked_up", {})
        if (self.name, row_id) not in seen:
            query = select(self.model).where(self.model.id == row_id, self.scope())
            seen[self.name, row_id] = context.session().scalars(query).one_or_none()
        return seen[self.name, row_id]

    def matching(self, text: str) -> ColumnElement[bool]:
        """Records that the search term finds."""
        if self.model.searched:
            condition = search_condition(self.model, text, keyring_of(context.session()))
            beginning: ColumnElement[bool] = getattr(self.model, self.key).startswith(text, autoescape=True)
            return beginning if condition is None else condition
        columns = [getattr(self.model, name) for name in (self.key, *self.model.also_called)]
        return or_(*(column.icontains(text, autoescape=True) for column in columns))

    def near(self, text: str) -> ColumnElement[bool]:
        """Records that may be meant where none is called exactly so."""
        return self.matching(text)

    def says_all(self, text: str) -> bool:
        """Whether the one record :meth:`near` *text* is meant; else it is only offered."""
        return True

    def exactly(self, text: str) -> ColumnElement[bool]:
        """Records that are called exactly so."""
        columns = [getattr(self.model, name) for name in (self.key, *self.model.also_called)]
        return or_(*(column == text for column in columns))

    def of_team(self, team_id: int, register: str) -> "Lookup":
        """The same for a form of *register* that names a team: only people have one."""
        return self

    def search(self, text: str, limit: int = LIMIT) -> list[Any]:
        """The first records that fit, by the natural key; none for who may not look."""
        if not self.allowed():
            return []
        query = select(self.model).where(self.scope())
        if text:
            query = query.where(self.matching(text))
        return list(context.session().scalars(query.order_by(*self.order_for(text)).limit(limit)))

    def resolve(self, text: str) -> int:
        """The id of the one record that *text* names. Raises NothingFound or Ambiguous.

        A number behind ``#`` is an id only where the words before it are those of that record, as this page writes
        them: ``5#101`` is how people write a room.
        """
        named = re.fullmatch(r"(id:|.*#)([1-9][0-9]{0,18})\]?", text, re.ASCII)
        if named and int(named[2]) <= LARGEST_ID:
            found = self.one(int(named[2]))
            if found is not None and self._is_written(found, text, named[1]):
                return int(found.id)
            if named[1] == "id:":
                raise NothingFound
        if not self.allowed() or len(text) > 200:
            raise NothingFound
        query = select(self.model).where(self.scope()).order_by(*self.order_for(text)).limit(CANDIDATES + 1)
        rows = list(context.session().scalars(query.where(self.exactly(text))))
        is_called_so = bool(rows)
        rows = rows or list(context.session().scalars(query.where(self.near(text))))
        if not rows:
            raise NothingFound
        if len(rows) > 1 or not (is_called_so or self.says_all(text)):
            written = [(self.text(row), f" #{row.id}") for row in rows[:CANDIDATES]]
            raise Ambiguous([text.removesuffix(number) + number for text, number in written])
        return int(rows[0].id)

    def _is_written(self, row: GatheredRow, text: str, before: str) -> bool:
        written = self.text(row)
        return before in ("id:", "#") or text in (written, f"{written} #{row.id}")


def learn_choices(lookups: Iterable[Lookup]) -> None:
    """Read the rows of these lists with one statement, for this request."""
    _learn(lookups, ())


def learn_written(references: Iterable[tuple[Lookup, int]]) -> None:
    """Read how these records are written with one statement, for this request."""
    _learn((), references)


def learn_for(form: BaseForm) -> None:
    """Read with one statement what the fields of *form* are about to show."""
    lists = [field.lookup for field in form if hasattr(field, "lookup") and hasattr(field, "values")]
    single = [(field.lookup, field.data) for field in form if hasattr(field, "lookup") and not hasattr(field, "values")]
    _learn(lists, [(lookup, row_id) for lookup, row_id in single if row_id is not None])


def _learn(lists: Iterable[Lookup], wanted: Iterable[tuple[Lookup, int]]) -> None:
    choices: dict[str, Any] = g.setdefault("choices", {})
    written: dict[tuple[str, int], str] = g.setdefault("written", {})
    new = sorted({lookup.name for lookup in lists if lookup.name not in choices})
    choices.update({name: [] for name in new})
    ids: dict[str, set[int]] = {}
    for lookup, row_id in wanted:
        if (lookup.name, row_id) not in written:
            written[lookup.name, row_id] = ""
            if lookup.allowed():
                ids.setdefault(lookup.name, set()).add(row_id)
    offered = [name for name in new if LOOKUPS[name].allowed()]
    if offered and not ids:
        found = _options(tuple(offered), scope_key()).ask()
    else:
        questions: dict[str, Question] = {f"all {name}": LOOKUPS[name].options() for name in offered}
        for name, numbers in ids.items():
            lookup = LOOKUPS[name]
            asked = select(*lookup.columns()).where(lookup.model.id.in_(sorted(numbers)), lookup.scope())
            questions[f"one {name}"] = asked
        found = gathered(questions)
    for question, rows in found.items():
        kind, _, name = question.partition(" ")
        lookup = LOOKUPS[name]
        if kind == "all":
            choices[name] = [(row.id, lookup.text(row)) for row in rows]
        else:
            written.update({(name, row.id): lookup.text(row) for row in rows})


@functools.lru_cache(256)
def _options(names: tuple[str, ...], _key: tuple[Any, ...]) -> Prepared:
    """The statement (never its rows) for these lists: every page with a filter or a form asks it."""
    return prepared({f"all {name}": LOOKUPS[name].options() for name in names})

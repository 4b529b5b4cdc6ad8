"""Several questions in one statement: each trip to the database costs a page more than what it brings back."""

import functools
import json
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Dialect, Text, literal, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from models import reports
from models.base import Choice, LocalDate, UTCDateTime, read_day, read_instant
from views.request import context

Question = reports.Question
"""What :func:`gathered` asks: any number of columns."""


class GatheredRow(Protocol):
    """One row of the answer: a named tuple, each value as its column's type gives it."""

    def __getattr__(self, name: str, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...


class json_row(FunctionElement[str]):  # reads as the SQL function it is
    """Its arguments as one JSON array, in text."""

    type = Text()
    inherit_cache = True


@compiles(json_row, "sqlite")
def _json_row_sqlite(element: json_row, compiler: SQLCompiler, **kw: object) -> str:
    return f"json_array({compiler.process(element.clauses, **kw)})"


@compiles(json_row)
def _json_row(element: json_row, compiler: SQLCompiler, **kw: object) -> str:
    return f"CAST(json_build_array({compiler.process(element.clauses, **kw)}) AS TEXT)"


@dataclass(frozen=True)
class Prepared:
    """One statement for several questions, and what reads the rows of each."""

    statement: Any
    readers: Mapping[str, Callable[[list[Any]], GatheredRow]]

    def ask(self, values: Mapping[str, Any] | None = None) -> dict[str, list[GatheredRow]]:
        """The rows of each question by its name, in the order that it asks for; *values* are those of its parameters.

        Rows are named tuples with the values that the columns' types give.
        """
        found: dict[str, list[GatheredRow]] = {name: [] for name in self.readers}
        # Past the session's own work on records: these are none.
        for name, row in context.session().connection().execute(self.statement, values):
            found[name].append(self.readers[name](json.loads(row)))
        return found


def prepared(questions: Mapping[str, Question]) -> Prepared:
    """The *questions*, at least one, as one statement; the columns of each need different names."""
    parts: list[Question] = []
    for name, question in questions.items():
        columns = (literal(name, Text).label("part"), json_row(*question.selected_columns).label("row"))
        rows = question.with_only_columns(*columns).subquery()  # one with a limit cannot be united as it is
        parts.append(select(rows.c.part, rows.c.row))
    dialect = context.session().get_bind().dialect
    readers = {name: _reader(question, dialect) for name, question in questions.items()}
    return Prepared(parts[0] if len(parts) == 1 else union_all(*parts), readers)


def gathered(
    questions: Mapping[str, Question], values: Mapping[str, Any] | None = None
) -> dict[str, list[GatheredRow]]:
    """The rows of each of the *questions* by its name, with one statement for all (:meth:`Prepared.ask`)."""
    return prepared(questions).ask(values) if questions else {}


def _reader(question: Question, dialect: Dialect) -> Callable[[list[Any]], GatheredRow]:
    columns = question.selected_columns
    made = _maker(tuple(column.key for column in columns))
    special = [(place, read) for place, column in enumerate(columns) if (read := _read(column.type, dialect))]

    def reader(values: list[Any]) -> GatheredRow:
        for place, read in special:
            values[place] = read(values[place])
        return made(values)

    return reader


@functools.cache
def _maker(names: tuple[str, ...]) -> Callable[[list[Any]], GatheredRow]:
    made: Callable[[list[Any]], GatheredRow] = namedtuple("GatheredRow", names)._make  # type: ignore[attr-defined]  # named at run time
    return made


def _read(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes a column's value of its JSON form, None where that is the value."""
    if isinstance(kind, UTCDateTime):
        return lambda text: None if text is None else read_instant(text)
    if isinstance(kind, LocalDate):
        return lambda text: None if text is None else read_day(text)
    if isinstance(kind, Choice):
        return kind.members.__getitem__
    if isinstance(kind, TypeDecorator) and type(kind).process_result_value is not TypeDecorator.process_result_value:
        return lambda value: kind.process_result_value(value, dialect)
    return None

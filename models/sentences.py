"""From a refusal of the database to a sentence: every constraint and guard has a name, every name has words."""

import functools
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.exc import DBAPIError

from models import Base
from models.errors import Msgid, OperationRefused, gettext_noop
from models.guards import APPEND_ONLY, SENTENCES, rules_of_rows, unguarded_names
from models.hanging import hangs
from models.rules import known_rule

DATABASE = "DATABASE"


class TableName(str):
    """The name of a table, shown as the register's name."""

    __slots__ = ()


class ColumnName(str):
    """The name of a column, shown as its label."""

    label: Msgid

    def __new__(cls, column: Any) -> "ColumnName":
        """The name of *column*."""
        name = super().__new__(cls, column.name)
        name.label = column.info.get("label", Msgid(column.name))
        return name


@dataclass(frozen=True)
class Sentence:
    """What is said when the constraint or guard of one name refuses."""

    rule: str
    message: Msgid
    values: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known_rule(self.rule)


_KNOWN = gettext_noop("%(table)s: “%(columns)s” must be one of the words it can be.")
_LENGTH = gettext_noop("%(table)s: “%(columns)s” may have at most %(length)s characters.")
_FORM = gettext_noop("%(table)s: “%(columns)s” is not written the way it must be.")
_UNIQUE = gettext_noop("%(table)s: there is already one with this: %(columns)s.")
_REFERENCE = gettext_noop(
    "%(table)s: “%(columns)s” must name something that exists in the same estate, and what others refer to must stay."
)
_APPEND_ONLY = gettext_noop("%(table)s: what is written here is never changed or deleted.")
_IDENTITY = gettext_noop("%(table)s: a record never changes its number or its estate.")
_STAYS = gettext_noop("%(table)s: what was written here stays as it is.")
_TIMES = gettext_noop("%(table)s: the times are not in order.")
_REQUIRED = gettext_noop("%(table)s: “%(columns)s” is missing.")
_CONDITION = gettext_noop("%(table)s: these do not fit together: %(columns)s.")
_SOME_REFERENCE = gettext_noop("This names something that does not exist, or is still needed by something else.")
_OF_ANOTHER_PROGRAM = gettext_noop(
    "What another program has put on “%(table)s” refuses this; the command “frontdesk db check” names it."
)
_OTHER = gettext_noop("The database refused this.")

# What a check is about, told by the end of its name, where the check carries no sentence of its own.
_IN_ORDER = ("times_in_order", "from_until", "opened_ended", "visit_window", "interval")
_FORMS = ("_word", "_no_nul", "_utc", "_date", "_flag")


@functools.cache
def all_sentences() -> dict[str, Sentence]:
    """Name of each constraint, unique index and guard -> what is said when it refuses."""
    found: dict[str, Sentence] = {}
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            found[str(constraint.name)] = _own(constraint.info) or _of_constraint(table, constraint)
        for index in table.indexes:
            if index.unique:
                found[str(index.name)] = _own(index.info) or _about(_UNIQUE, table, index.columns)
        found[f"identity_{table.name}"] = _about(_IDENTITY, table)
        if hangs(table):
            found[f"record_{table.name}"] = _about(_REFERENCE, table, [table.c.record_id])
        if table.info.get(APPEND_ONLY):
            found[f"{APPEND_ONLY}_{table.name}"] = _about(_APPEND_ONLY, table)
        about = {
            "stays": (_STAYS, ()),
            "goes": (_STAYS, ()),
            "version": (_FORM, ["version"]),
            "called": (_REQUIRED, None),
        }
        for rule in {rule for rule, _action, _condition in rules_of_rows(table)}:
            message, names = about[rule]
            columns = [table.c[name] for name in (unguarded_names(table) if names is None else names)]
            found[f"{rule}_{table.name}"] = _about(message, table, columns)
        found |= {name: Sentence(*said) for name, said in table.info.get(SENTENCES, {}).items()}
    return found


def _own(info: dict[Any, Any]) -> Sentence | None:
    return Sentence(info["rule"], info["sentence"]) if "sentence" in info else None


def _about(message: Msgid, table: Table, columns: Iterable[Any] = (), **values: Any) -> Sentence:
    names = [ColumnName(column) for column in columns if column.name != "estate_id"]
    return Sentence(DATABASE, message, {"table": TableName(table.name), "columns": names, **values})


def _of_constraint(table: Table, constraint: Constraint) -> Sentence:
    if isinstance(constraint, CheckConstraint):
        return _of_check(table, str(constraint.name).removeprefix(f"ck_{table.name}_"), str(constraint.sqltext))
    if isinstance(constraint, ForeignKeyConstraint):
        return _about(_REFERENCE, table, constraint.columns)
    assert isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint)
    return _about(_UNIQUE, table, constraint.columns)


def _of_check(table: Table, name: str, condition: str) -> Sentence:
    """*name* is without the prefix that all checks of the table have."""
    if name.endswith(_IN_ORDER):
        return _about(_TIMES, table)
    for ending, message in (
        ("_known", _KNOWN),
        ("_word", _FORM),
        ("_length", _LENGTH),
        *((form, _FORM) for form in _FORMS),
    ):
        column = table.columns.get(name.removesuffix(ending)) if name.endswith(ending) else None
        if column is not None:
            return _about(message, table, [column], length=getattr(column.type, "max_length", None))
    words = set(re.findall(r"\w+", condition))
    return _about(_CONDITION, table, [column for column in table.columns if column.name in words])


def refusal_from(error: DBAPIError) -> OperationRefused:
    """What to tell the person when the database refused a statement."""
    cause = error.orig
    diagnosis = getattr(cause, "diag", None)
    if diagnosis is not None:
        name, table, column = diagnosis.constraint_name, diagnosis.table_name, diagnosis.column_name
    else:
        name, table, column = _from_text(str(cause))
    sentence = all_sentences().get(name or "")
    if sentence is not None:
        columns = [str(name) for name in sentence.values.get("columns", ())]
        about = columns[0] if len(columns) == 1 else None
        return OperationRefused(sentence.rule, sentence.message, field=about, **sentence.values)
    if table and column:
        columns_missing = [ColumnName(Base.metadata.tables[table].columns[column])]
        return OperationRefused(DATABASE, _REQUIRED, field=column, table=TableName(table), columns=columns_missing)
    if name == "FOREIGN KEY":
        return OperationRefused(DATABASE, _SOME_REFERENCE)
    if _is_raised_by_others(cause):
        written = re.match(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)", error.statement or "")
        about = TableName(written[1]) if written else "?"
        return OperationRefused(DATABASE, _OF_ANOTHER_PROGRAM, table=about)
    return OperationRefused(DATABASE, _OTHER)


def _is_raised_by_others(cause: BaseException | None) -> bool:
    """Whether a trigger refuses that is none of ours. What it says is kept back: it may name whom the row is about."""
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_TRIGGER"
    diagnosis = getattr(cause, "diag", None)
    return diagnosis is not None and diagnosis.sqlstate == "P0001"


def _from_text(message: str) -> tuple[str | None, str | None, str | None]:
    """Name of the constraint, or table and column of what is missing, from SQLite's words."""
    if found := re.fullmatch(r"CHECK constraint failed: (\w+)", message):
        return found[1], None, None
    if found := re.fullmatch(r"NOT NULL constraint failed: (\w+)\.(\w+)", message):
        return None, found[1], found[2]
    if found := re.fullmatch(r"UNIQUE constraint failed: (.+)", message):
        return _unique_key(found[1]), None, None
    if message == "FOREIGN KEY constraint failed":
        return "FOREIGN KEY", None, None
    return message, None, None  # a guard says just the name it stands for


def _unique_key(columns: str) -> str | None:
    wanted = set(columns.split(", "))
    for table in Base.metadata.tables.values():
        keys: list[Any] = [key for key in table.constraints if isinstance(key, UniqueConstraint | PrimaryKeyConstraint)]
        keys += [index for index in table.indexes if index.unique]
        for key in keys:
            if {f"{table.name}.{column.name}" for column in key.columns} == wanted:
                return str(key.name)
    return None

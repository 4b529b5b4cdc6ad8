"""What hangs on a record of any register (clock runs, comments, follow-ups …), keyed by the register and its record.

Which of these a register's records may have stands with its own table, ``info={HANGING: …}``. The guards, the verbs
that delete and SCHEMA.md read it there, so a further register changes no table in which its rows hang.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, Computed, Index, Table, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import EstateRow, Identity, ShortText, named, table_args, within_estate

HANGING = "hanging"
"""Where a register's table has, in its ``info``, the names of the tables of which rows may hang on its records."""


class OfRecord(EstateRow):
    """A row that hangs on one record of its estate: ``register`` is the name of the record's table."""

    register: Mapped[str] = mapped_column(ShortText(40), sort_order=-98, info=named("In register", harmless=True))
    record_id: Mapped[int] = mapped_column(Identity, sort_order=-97, info=named("Number of the record"))

    @classmethod
    def of(cls, model: type[Any], record_id: Any) -> ColumnElement[bool]:
        """What hangs on the record of *model* with that id, a value or a column."""
        return and_(cls.register == model.__tablename__, cls.record_id == record_id)


def record_of(register: str, info: dict[str, Any]) -> Any:
    """A column that other programs read: the id where the row hangs on a record of *register*, else empty.

    The database works it out and keeps its reference; whoever writes a row writes ``register`` and ``record_id``.
    """
    written = f"CASE WHEN register = '{register}' THEN record_id END"
    return mapped_column(Identity, Computed(written, persisted=True), sort_order=890, info=info)


def of_record_args(table: str, *args: Any, records: dict[str, str], **options: Any) -> tuple[Any, ...]:
    """``__table_args__`` of what hangs on records; *records*: such a column -> the register that it refers to."""
    return table_args(
        *args,
        *(within_estate(column, register) for column, register in records.items()),
        *(_index(table, column) for column in records),
        Index(f"ix_{table}_record_id", "record_id", "register"),
        **options,
    )


def _index(table: str, column: str) -> Index:
    # Without the rows of other registers: most are, and each would cost an entry.
    given = text(f"{column} IS NOT NULL")
    return Index(f"ix_{table}_{column}", column, sqlite_where=given, postgresql_where=given)


def hangs(table: Table) -> bool:
    """Whether rows of *table* hang on records of registers."""
    return {"register", "record_id"} <= set(table.columns.keys()) and bool(registers_of(table))


def registers_of(table: Table) -> list[Table]:
    """The registers on whose records rows of *table* may hang, by name."""
    tables = sorted(table.metadata.tables.values(), key=lambda item: item.name)
    return [register for register in tables if table.name in register.info.get(HANGING, ())]


def hanging_on(register: Table) -> Iterator[Table]:
    """The tables of which rows may hang on records of *register*, by name."""
    return (register.metadata.tables[name] for name in sorted(register.info.get(HANGING, ())))


def references(table: Table) -> dict[str, Column[Any]]:
    """Register -> the column of *table* by which the database itself keeps what hangs on it; guards keep the others."""
    elements = [element for key in table.foreign_key_constraints for element in key.elements]
    return {element.column.table.name: element.parent for element in elements if element.parent.computed is not None}


def by_register(table: Table, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an event says of a row of *table*; of before there were ``register`` and ``record_id``, with these."""
    for register, column in references(table).items():
        if facts.get(column.name) is not None and "record_id" not in facts:
            others = {name: value for name, value in facts.items() if name != column.name}
            return {"register": register, "record_id": facts[column.name], **others}
    return facts


def by_column(table: Table, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same with the column for readers in place of the two, where there is one."""
    column = references(table).get(facts.get("register", ""))
    if column is None or "record_id" not in facts:
        return facts
    return {column.name if name == "record_id" else name: value for name, value in facts.items() if name != "register"}

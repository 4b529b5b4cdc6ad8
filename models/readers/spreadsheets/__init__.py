"""A program of its own that reads spreadsheets from outside: it knows nothing of the desk, its keys or its database.

``models.spreadsheets`` starts it (``python -m spreadsheets`` in the folder above, which has nothing else in it) with
limits of memory and time, so that whatever is wrong with a file ends this process and no other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MAXIMUM_ROWS = 200_000
MAXIMUM_COLUMNS = 100
MAXIMUM_SHEETS = 30
MAXIMUM_CHARACTERS = 40_000_000
LONGEST_ROW = 100_000
BLOCK = 1 << 20


def gettext_noop(text: str) -> str:
    """Mark *text* for translation; whoever started this program translates it."""
    return text


class CannotRead(Exception):
    """A file, a sheet or a row that cannot be taken: a marked sentence and the values of its placeholders."""

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message, values)
        self.message = message
        self.values = values


@dataclass
class Row:
    """One row: its number as a spreadsheet shows it, and its cells as text."""

    number: int
    cells: list[str]
    faults: dict[int, CannotRead]
    """Column (from 1) -> why that cell cannot be taken."""


@dataclass
class Sheet:
    """One table of the file; ``name`` is empty for CSV. Rows without anything in them are left out."""

    name: str
    rows: Iterator[Row]
    filled: dict[str, int] = field(default_factory=lambda: {"cells": 0})
    """How many cells got the value of the merged area they lie in, once the rows are read."""


def limited(rows: Iterator[Row]) -> Iterator[Row]:
    """*rows*, as long as there are no more, and none longer or wider, than tables of an estate are."""
    characters = 0
    for count, row in enumerate(rows):
        if count > MAXIMUM_ROWS:
            raise CannotRead(gettext_noop("The sheet has more than 200,000 rows; split it."))
        width = max((at + 1 for at, cell in enumerate(row.cells) if cell), default=0)
        if width > MAXIMUM_COLUMNS:
            raise CannotRead(gettext_noop("The sheet has more than 100 columns; delete those that are not needed."))
        length = sum(map(len, row.cells))
        if length > LONGEST_ROW:
            raise row_too_long(row.number)
        characters += length
        if characters > MAXIMUM_CHARACTERS:
            raise CannotRead(gettext_noop("The sheet holds more text than any register; split it."))
        yield Row(row.number, row.cells[:MAXIMUM_COLUMNS], row.faults)


def row_too_long(number: int) -> CannotRead:
    """The refusal of a row that is longer than a row of people or units can be."""
    message = gettext_noop("Row %(row)s is longer than any row of people or units; look at its cells.")
    return CannotRead(message, row=number)

"""Which columns an import knows, and which of them the headings of a file name. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.base import LabelledEnum
from models.errors import Msgid, OperationRefused, gettext_noop
from models.import_cells import plain
from models.spreadsheets import RULE, SheetRow, UnreadableSheet

HEADER_WITHIN = 20  # titles and notes may stand above the header


@dataclass(frozen=True)
class Column:
    """One column: its name in our words, and the headings it is found by, the surest first."""

    name: str
    label: Msgid
    headers: tuple[str, ...]
    read: Callable[[str], Any] = str
    length: int = 200
    required: bool = False


def heading(text: str) -> str:
    """*text* of a header as it is compared: "姓名（必填）" and "Name *" are headings too."""
    return plain(re.sub(r"\(.*?\)|\[.*?\]|【.*?】", "", unicodedata.normalize("NFKC", text)))


class Columns:
    """The columns of one register, in the order in which forms offer them."""

    def __init__(self, *columns: Column, one_of: Sequence[str] = (), again: Mapping[str, str] | None = None) -> None:
        """*one_of*: one of these has to be there. *again*: what a second column of that name is taken as."""
        self.columns = columns
        self.named = {column.name: column for column in columns}
        self.one_of = one_of
        self._again = again or {}
        self._known = {heading(column.label): (column.name, len(column.headers)) for column in columns}
        self._known |= {
            heading(header): (column.name, place) for column in columns for place, header in enumerate(column.headers)
        }

    def guess(self, header: Sequence[str]) -> tuple[list[str | None], list[str]]:
        """The column behind each heading (None: not taken), and the headings that stand for one found already.

        Of two headings for one column the surer one is taken: 房号 before 房屋地址.
        """
        found = [self._known.get(heading(text), (None, 0)) for text in header]
        best: dict[str | None, int] = {}
        for name, place in found:
            best[name] = min(place, best.get(name, place))
        chosen: list[str | None] = []
        twice: list[str] = []
        for text, (name, place) in zip(header, found, strict=True):
            if name is None or (place > best[name] and name not in self._again):
                chosen.append(None)
                continue
            taken = name
            while taken in chosen and taken in self._again:
                taken = self._again[taken]
            if taken in chosen:
                twice.append(text)
            chosen.append(None if taken in chosen else taken)
        return chosen, twice

    def check(self, chosen: Sequence[str | None], twice: Sequence[str] = ()) -> None:
        """Refuse (UnreadableSheet) a choice of columns that lacks a needed one or names one twice."""
        if twice:
            message = gettext_noop("Two columns hold the same: “%(header)s” repeats another one. Take one of them out.")
            raise UnreadableSheet(message, header=twice[0])
        for column in self.columns:
            count = sum(name == column.name for name in chosen)
            if count > 1:
                raise UnreadableSheet(gettext_noop("“%(column)s” is chosen for two columns."), column=column.label)
            if column.required and not count:
                message = gettext_noop(
                    "The column “%(column)s” is missing: say which column of the file it is, or which row "
                    "has the names of the columns."
                )
                raise UnreadableSheet(message, column=column.label)
        if self.one_of and not set(self.one_of) & set(chosen):
            message = gettext_noop("One of these columns must be there: %(columns)s.")
            raise UnreadableSheet(message, columns=[self.named[name].label for name in self.one_of])

    def read(self, chosen: Sequence[str | None], row: SheetRow) -> dict[str, Any]:
        """The values of one row by column; empty cells are left out. Raises OperationRefused with what is wrong."""
        if row.problem is not None:
            raise row.problem
        values: dict[str, Any] = {}
        for at, (name, cell) in enumerate(zip(chosen, row.cells, strict=False), 1):
            if name is not None and at in row.faults:
                raise row.faults[at]
            if name is None or not cell:
                continue
            column = self.named[name]
            value = column.read(cell)
            if isinstance(value, str) and len(value) > column.length and not isinstance(value, LabelledEnum):
                message = gettext_noop("“%(column)s” may have at most %(length)s characters.")
                raise OperationRefused(RULE, message, column=column.label, length=column.length)
            if value is not None:
                values[name] = value
        return values

    def header_of(self, rows: Sequence[SheetRow]) -> int:
        """Which of the first *rows* is the header: the one with most headings that are known, else the first."""
        known = [sum(name is not None for name in self.guess(row.cells)[0]) for row in rows[:HEADER_WITHIN]]
        return known.index(max(known)) if known else 0

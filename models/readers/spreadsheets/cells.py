"""Cells as text, as a person would read them off the screen."""

import datetime
import re
from collections.abc import Sequence
from typing import Any

from . import CannotRead, gettext_noop

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
"""How a workbook writes a character that XML does not have."""
_HIDDEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""What comes with text that is copied, and nobody sees."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")

ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))
"""What a spreadsheet shows in the place of a result, and saves as text into a CSV file."""
ERROR = gettext_noop("Cell %(cell)s shows the error %(value)s: write down what belongs there.")
NO_RESULT = gettext_noop("The formula in cell %(cell)s has no result in the file: open it in Excel and save it.")
_FORMULA = re.compile(r"=\s*(?:[A-Z][A-Z.]*\(|(?:[^\W\d]\w*!)?\$?[A-Z]{1,3}\$?\d+(?!\w))", re.IGNORECASE)


def faults_of(cells: Sequence[str], row: int, *, in_text: bool = False) -> dict[int, CannotRead]:
    """Which columns (from 1) of these *cells* of the *row* cannot be taken as they are, and why.

    *in_text*: of a text file, which keeps a formula as it is typed.
    """
    faults = {}
    for column, cell in enumerate(cells, 1):
        if _CONTROL.search(cell):
            message = gettext_noop(
                "Cell %(cell)s holds a control character, which nobody can see; type the cell again."
            )
            faults[column] = CannotRead(message, cell=reference(row, column))
        elif cell.strip() in ERRORS:
            faults[column] = CannotRead(ERROR, cell=reference(row, column), value=cell.strip())
        elif in_text and _FORMULA.match(cell.strip()):
            faults[column] = CannotRead(NO_RESULT, cell=reference(row, column))
    return faults


def clean(cell: str) -> str:
    """*cell* without blanks around it, control characters made visible."""
    return _HIDDEN.sub("", _CONTROL.sub("\N{REPLACEMENT CHARACTER}", cell)).strip()


def text_of(value: Any) -> str:
    """A cell of a workbook as text: whole numbers without point, dates as ISO."""
    if isinstance(value, str):
        written = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value
        return _HIDDEN.sub("", written).strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def reference(row: int, column: int) -> str:
    """Row and column as a spreadsheet shows them, such as ``B12``."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"

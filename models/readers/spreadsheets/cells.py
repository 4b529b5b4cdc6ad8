"""Cells as text, as a person would read them off the screen."""

import datetime
import re
from collections.abc import Iterable
from typing import Any

from . import CannotRead, gettext_noop

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def problem_of(cells: Iterable[str]) -> CannotRead | None:
    """Why a row of these *cells* cannot be taken, None where nothing is wrong."""
    if any(_CONTROL.search(cell) for cell in cells):
        message = gettext_noop("The row holds a control character, which nobody can see; type the cell again.")
        return CannotRead(message)
    return None


def clean(cell: str) -> str:
    """*cell* without blanks around it, control characters made visible."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", cell).strip()


def text_of(value: Any) -> str:
    """A cell of a workbook as text: whole numbers without point, dates as ISO."""
    if isinstance(value, str):
        return value.strip()
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

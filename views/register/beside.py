"""What of a register stands on the desk beside the open matters: what is late, or ends today."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from models.base import UTCDateTime, is_open
from models.operations.core import number_of
from views.request.gathering import Question

NOW, SOON, MIDNIGHT = (bindparam(name, type_=UTCDateTime()) for name in ("now", "soon", "midnight"))
"""The present instant, two hours later, and the end of the day, each as a parameter of the desk's one statement."""


@dataclass(frozen=True)
class OnDesk:
    """A list on the desk, for who may read the register."""

    title: Any
    empty: Any
    """What is said where nothing waits."""
    state: str
    """The state of the register's list that shows all of it (``flt_state``)."""
    rows: Question
    """Its rows in order: ``id``, how each is called as ``name``, until when as ``until``; the desk takes the first."""
    note: Callable[[Any], str]
    """What is said of a row."""


def overdue_on_desk(
    model: type[Any],
    title: Any,
    empty: Any,
    *columns: Any,
    state: str = "overdue",
    note: Callable[[Any], str] = lambda row: str(row[-1]),
) -> OnDesk:
    """The rows of *model* whose time has passed, the longest ago first; *note* reads *columns*, else ``beside``."""
    told = columns or (getattr(model, model.beside),)
    late_from = getattr(model, model.dated_by)
    rows = select(model.id, number_of(model).label("name"), late_from.label("until"), *told)
    return OnDesk(title, empty, state, rows.where(is_open(model), late_from < NOW).order_by(late_from), note)


ON_DESK: dict[str, OnDesk] = {}
"""Register -> its list on the desk, in the order of the menu; filled when the pages are registered."""

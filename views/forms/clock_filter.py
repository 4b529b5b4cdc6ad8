"""Filters that follow from what a table declares: its clocks, its states, what is due, its unit."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _

from models import reports
from models.base import Base, Choice
from views.forms.filters import ChoiceFilter, DeskFilter, KeyFilter, State, StateFilter, overdue
from views.words.codes import CLOCK_NAMES


def missed_filter(model: type[Base]) -> StateFilter:
    """``flt_missed=on-site``: the records of *model* that missed that clock, one of those that its table declares."""

    def state(code: str) -> State:
        return CLOCK_NAMES[code], lambda now: reports.missed(model, code, now)

    states = {limit.code: state(limit.code) for limit in model.time_limits}
    return StateFilter(model.id, states, "missed", _("Missed"))


def usual_filters(model: type[Any]) -> Iterator[DeskFilter[Any]]:
    """What is overdue, the clocks missed, the columns of words in a closed list, the unit: as far as there are any."""
    columns = model.__table__.columns
    if "due_at" in columns:
        yield StateFilter(model.id, {"overdue": overdue(model)})
    if model.time_limits:
        yield missed_filter(model)
    yield from (
        ChoiceFilter(getattr(model, name)) for name, column in columns.items() if isinstance(column.type, Choice)
    )
    if "unit_id" in columns:
        yield KeyFilter(model.unit_id, "unit")

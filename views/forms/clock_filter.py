"""Filters that follow from what a table declares: its clocks, its states, what is due, its unit."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, select

from models import reports
from models.base import Base, Choice
from models.settings import Clock
from views.forms.filters import ChoiceFilter, DeskFilter, KeyFilter, State, StateFilter, overdue
from views.request import context
from views.words.codes import CLOCK_NAMES


class MissedFilter(StateFilter):
    """``flt_missed=on-site``: the records of a register that missed that clock, built in or added by a manager."""

    is_closed = False

    def __init__(self, model: type[Base]) -> None:
        self.model = model
        states = {limit.code: self._state(limit.code) for limit in model.time_limits}
        super().__init__(model.id, states, "missed", _("Missed"))

    def _state(self, code: str) -> State:
        return CLOCK_NAMES[code], lambda now: reports.missed(self.model, code, now)

    def choices(self) -> Sequence[tuple[str, str]]:
        """The built-in ones, and those of the estates that the person works in."""
        return [*super().choices(), *((code, code) for code in self._added())]

    def _added(self) -> Sequence[str]:
        known: dict[str, Sequence[str]] = g.setdefault("added_clocks", {})
        register = self.model.__tablename__
        if register not in known:
            estates = [estate.id for estate in context.estates()]
            query = select(Clock.code).where(Clock.estate_id.in_(estates), Clock.register == register)
            known[register] = context.session().scalars(query.distinct().order_by(Clock.code)).all()
        return known[register]

    def clean(self, value: str) -> str:
        """The code; ValueError for that of no clock."""
        if value not in self.states and value not in self._added():
            raise ValueError(value)
        return value

    def value_label(self, raw: str) -> str:
        """What it measures; one that a manager has added is called by its code."""
        return str(self.states[raw][0]) if raw in self.states else raw

    def condition(self, value: str) -> ColumnElement[bool]:
        """Whether it was missed."""
        return reports.missed(self.model, value, context.now())


def usual_filters(model: type[Any]) -> Iterator[DeskFilter[Any]]:
    """What is overdue, the clocks missed, the columns of words in a closed list, the unit: as far as there are any."""
    columns = model.__table__.columns
    if "due_at" in columns:
        yield StateFilter(model.id, {"overdue": overdue(model)})
    if model.time_limits:
        yield MissedFilter(model)
    yield from (
        ChoiceFilter(getattr(model, name)) for name, column in columns.items() if isinstance(column.type, Choice)
    )
    if "unit_id" in columns:
        yield KeyFilter(model.unit_id, "unit")

"""Clocks that a manager has added (SET-1): for which registers there may be some, and for which records they are."""

import datetime
from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table

from models.base import tables
from models.conditions import Asking, Columns, Condition, kind_of, predicate, read
from models.errors import OperationRefused
from models.hanging import HANGING
from models.matters import ClockRun
from models.settings import Clock, EstateSettings

BEGINS = "register"
"""The verb that stands for every one that makes a record, where a clock says with what it begins."""
NO_STEPS = (BEGINS, "amend", "delete", "recount")
"""Verbs with which no clock begins or ends that a manager adds; the first stands for making a record."""


def addable() -> dict[str, type[Any]]:
    """The registers for whose records a manager may add clocks: those that have states in which something is owed."""
    return {
        name: model
        for name, model in tables().items()
        if model.open_statuses and ClockRun.__tablename__ in cast("Table", model.__table__).info.get(HANGING, ())
    }


def is_for(
    clock: Clock, row: Any, settings: EstateSettings, now: datetime.datetime, changes: Mapping[str, Any]
) -> bool:
    """Whether a clock in use that a manager has added is for *row*, which *changes* are about to become of (SET-1).

    One whose condition another program has written so that nobody can read it is for all: rather too much is seen.
    """
    columns = type(row).__table__.columns
    condition = condition_of(clock.condition, columns)
    if condition is None or not clock.enabled:
        return clock.enabled
    known = [column.name for column in columns if kind_of(column)]
    values = {name: changes.get(name, getattr(row, name)) for name in known}
    return predicate(condition, columns, Asking(now, settings.calendar(row.estate_id)))(values)


def condition_of(data: Any, columns: Columns) -> Condition | None:
    """The condition that *data* spells; None where it is for all rows, or nobody can read it."""
    try:
        return None if data is None else read(data, columns)
    except OperationRefused:
        return None

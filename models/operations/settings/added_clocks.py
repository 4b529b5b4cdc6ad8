"""Clocks that a manager adds (SET-1): of which records, from which step to which, and for which of them."""

import inspect
import re
from dataclasses import dataclass
from typing import Any, get_origin

from sqlalchemy import select

from models.errors import Msgid, OperationRefused, gettext_noop
from models.operations.core import BEGINS, NO_STEPS, Move, New, addable, creation
from models.operations.settings.calendars import check_fits
from models.operations.settings.figures import MAXIMUM_MINUTES, check_figure, check_told
from models.operations.settings.fitting import check_condition
from models.roles import MANAGERS
from models.settings import Clock, ClockCalendar, Further, Whom
from models.verbs import Declared, everything

RULE_OF_ADDED = "INT-14"
"""Which rule a record breaks that misses such a clock: something stands still."""
BUILT_IN = re.compile(r"[a-z0-9-]+", re.ASCII)
"""How built-in clocks are called, those to come too, so that none of a manager's is in their way."""


@dataclass
class ClockDraft:
    """A new clock; ``code`` is what it is called for ever, *minutes* count from *start_event* to *stop_event*."""

    estate_id: int
    code: str
    register: str
    start_event: str
    stop_event: str
    minutes: int
    calendar: ClockCalendar = ClockCalendar.ALWAYS
    condition: dict[str, Any] | None = None
    warning_percent: int | None = None
    runs_on: bool = False
    told_near: Whom = Whom.ACTING
    told_missed: Whom = Whom.ACTING
    told_further: Further = Further.NEXT_UP


def steps_of(register: str) -> list[str]:
    """The verbs with which a clock for records of *register* may begin or end, first that which makes a record."""
    moving = [each.name for each in everything() if each.register == register and _moves(each)]
    return [BEGINS, *sorted(name for name in moving if name not in NO_STEPS)]


def _moves(declared: Declared) -> bool:
    if declared.body is None:
        return False
    first = next(iter(inspect.signature(declared.body).parameters.values()))
    return get_origin(first.annotation) is Move


@creation(Clock, name="register", roles=MANAGERS, rule="SET-1", needs=("code", "register", "start_event", "stop_event"))
def register_clocks(new: New[Clock], draft: ClockDraft) -> Clock:
    """Add clocks for what comes from now on; records that have taken the step already get none (SET-1).

    Refused: a name that there is, a register whose records are never open, steps that it does not have or that begin
    and end the clock at once, minutes that no calendar holds, and a condition that says nothing.
    """
    row = new.row(draft, enabled=True)
    row.rule = RULE_OF_ADDED
    register = row.register or ""
    if register not in addable():
        raise _refused(gettext_noop("Records of this register are never open: no clock runs for them."), "register")
    steps = steps_of(register)
    for field in ("start_event", "stop_event"):
        if getattr(row, field) not in steps:
            raise _refused(gettext_noop("Records of this register know no such step."), field)
    if row.stop_event in {BEGINS, row.start_event}:
        raise _refused(gettext_noop("A clock ends with another step than it begins with."), "stop_event")
    same = select(Clock.id).where(Clock.estate_id == row.estate_id, Clock.code == row.code)
    if BUILT_IN.fullmatch(row.code):
        message = gettext_noop("Names of small letters, figures and hyphens alone are kept for built-in clocks.")
        raise _refused(message, "code")
    if new.session.scalars(same).first() is not None:
        raise _refused(gettext_noop("There is a clock of that name already."), "code")
    check_figure(row.minutes, 0 if row.calendar is ClockCalendar.SAME_DAY else 1, MAXIMUM_MINUTES, "minutes")
    if row.warning_percent is not None:
        check_figure(row.warning_percent, 1, 100, "warning_percent")
    check_told(row.told_missed)
    if row.calendar is ClockCalendar.WORKING:
        check_fits(new.settings.calendar(row.estate_id), row.code, row.minutes, new.now)
    check_condition(register, row.condition)
    return row


def _refused(message: Msgid, field: str) -> OperationRefused:
    return OperationRefused("SET-1", message, field=field)

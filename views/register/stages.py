"""Where a record is on its way: the states one after another, since when it is in which, and who goes on with it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.base import Base, LabelledEnum
from models.roles import Role
from models.verbs import moves_of
from views.register.scope import needs_role
from views.register.steps import Step, status_of
from views.words.language import label, listed

AT_WORK = frozenset({Role.TECHNICIAN, Role.LEAD})


@dataclass(frozen=True)
class Stage:
    """One state on the way of a record."""

    label: str
    at: datetime.datetime | None
    """When it was reached, None where that is not kept or has not come."""
    is_current: bool = False
    is_reached: bool = False


@dataclass(frozen=True)
class NextTurn:
    """What comes next, whoever may do it."""

    label: str
    who: str
    """The person who answers for the record at that step, or the team that has it; else the roles that may take it."""


Way = Sequence[tuple[LabelledEnum, str | None]]
"""The states of a register in order, each with the column that says when it was reached."""


def stages_of(way: Way, record: Base) -> list[Stage]:
    """The *way* of *record*; a state beside it (on hold, cancelled) stands where the way was left."""
    status = status_of(record)
    order = [each for each, _column in way]
    times = {each: getattr(record, column) if column else None for each, column in way}
    reached = max((place for place, each in enumerate(order) if times[each] is not None), default=0)
    place = order.index(status) if status in order else reached
    made = []
    for number, each in enumerate(order):
        is_current = each is status
        is_reached = number <= place
        made.append(Stage(label(each), times[each] if is_reached else None, is_current, is_reached))
        if number == place and not is_current:
            since = getattr(record, f"{status.value}_at", None)
            made.append(Stage(label(status), since, is_current=True, is_reached=True))
    ends = status not in order and not (type(record).open_statuses and status in type(record).open_statuses)
    return made[: place + 2] if ends else made


def next_turn(steps: Sequence[Step], record: Any) -> NextTurn | None:
    """The first usual step that makes sense for *record*, and whose turn it is; None where nothing follows."""
    register, status = record.__tablename__, status_of(record)
    for step in steps:
        if step.style != "primary" or not step.when(record) or status not in (moves_of(register, step.verb) or ()):
            continue
        roles = needs_role(register, step.verb).values["roles"]
        at_work = AT_WORK & set(roles)
        person = record.assignee if at_work and record.assignee is not None else record.desk_owner
        whose = record.team if at_work and record.assignee is None and record.team is not None else person
        who = whose.name if whose is not None else listed(label(role) for role in roles)
        return NextTurn(step.label, who)
    return None

"""The verbs of who lives in or owns which unit, from when to when (RES-1)."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.call import Call
from models.errors import Msgid, OperationRefused, Outcome, gettext_noop
from models.estates import Unit
from models.operations.core import (
    CHUNK,
    Move,
    create,
    delete_unused,
    estates_of,
    local_dates,
    operation,
    require_role,
    sift,
    verb,
)
from models.operations.residents.same_person import LivingThere
from models.residents import Occupancy, OccupancyKind, Resident
from models.roles import CLERKS, MANAGERS


@dataclass
class OccupancyDraft:
    """One person in one unit; ``from_on`` None means from today, ``until_on`` None that it lasts."""

    estate_id: int
    unit_id: int
    resident_id: int
    kind: OccupancyKind
    from_on: datetime.date | None = None
    until_on: datetime.date | None = None
    another_person: bool = False
    """Not the one of the same name who has the unit already."""


@operation(Occupancy, name="register", roles=CLERKS)
def register_occupancy(call: Call, drafts: Sequence[OccupancyDraft]) -> Outcome:
    """Say that people own or live in units (RES-1): one person may have several units, a unit several people.

    Refused: a unit or person of another estate, a last day before the first, and the same person in the same unit
    as the same (owner, tenant, family) over days that are registered already; and somebody of the same name as one who
    has the unit, where one of them has no number to tell them apart, unless said to be ``another_person``.
    """
    today = local_dates(call.session, call.now)
    units = estates_of(call.session, Unit, [draft.unit_id for draft in drafts])
    people = estates_of(call.session, Resident, [draft.resident_id for draft in drafts])
    stays = _stays(call.session, people)
    taken: list[Occupancy] = []
    asked = [draft for draft in drafts if not draft.another_person and draft.until_on is None]
    living = LivingThere(
        call.session, sorted({draft.unit_id for draft in asked}), sorted({one.resident_id for one in asked})
    )

    def check(draft: OccupancyDraft) -> None:
        row = Occupancy(
            estate_id=draft.estate_id,
            unit_id=draft.unit_id,
            resident_id=draft.resident_id,
            kind=OccupancyKind(draft.kind),
            from_on=draft.from_on or today(draft.estate_id),
            until_on=draft.until_on,
        )
        require_role(call.actor, "register", row)
        _check_here(units.get(row.unit_id) == row.estate_id, gettext_noop("unit"), "unit_id")
        _check_here(people.get(row.resident_id) == row.estate_id, gettext_noop("resident"), "resident_id")
        if row.until_on is not None and row.until_on < row.from_on:
            message = gettext_noop("The first day must not be after the last.")
            raise OperationRefused("RES-1", message, field="until_on")
        if not draft.another_person and row.until_on is None and (known := living.who(row.unit_id, row.resident_id)):
            message = gettext_noop(
                "%(name)s has this unit already (#%(record)s), and nothing tells the two apart: merge the records, or "
                "say that this is another person."
            )
            raise OperationRefused("RES-1", message, field="another_person", name=known[1], record=known[0])
        others = stays.setdefault((row.resident_id, row.unit_id, row.kind), [])
        if any(_overlap(row, other) for other in others):
            message = gettext_noop("This person is already registered for this unit.")
            raise OperationRefused("RES-1", message, field="resident_id")
        others.append(row)
        taken.append(row)

    accepted, outcome = sift(drafts, check)
    outcome.done = list(accepted) if call.preview else list(create(call.following(), taken, verb="register"))
    return outcome


def _check_here(condition: bool, what: Msgid, field: str) -> None:
    if not condition:
        message = gettext_noop("There is no such %(what)s in this estate.")
        raise OperationRefused("RES-1", message, field=field, what=what)


def _stays(session: Session, people: Iterable[int]) -> dict[tuple[int, int, OccupancyKind], list[Occupancy]]:
    """Resident, unit and as what -> all times at which that was so, over included."""
    found: dict[tuple[int, int, OccupancyKind], list[Occupancy]] = {}
    ids = sorted(people)
    for start in range(0, len(ids), CHUNK):
        for row in session.scalars(select(Occupancy).where(Occupancy.resident_id.in_(ids[start : start + CHUNK]))):
            found.setdefault((row.resident_id, row.unit_id, row.kind), []).append(row)
    return found


def _overlap(one: Occupancy, other: Occupancy) -> bool:
    last = datetime.date.max
    return one.from_on <= (other.until_on or last) and other.from_on <= (one.until_on or last)


@verb(Occupancy, name="end", roles=CLERKS, label=gettext_noop("End"), rule="RES-1")
def end_occupancy(move: Move[Occupancy], *, until_on: datetime.date | None = None) -> None:
    """Say on which day people's time in their units ends, today when none is named; the history stays (RES-1)."""
    today = local_dates(move.session, move.now)
    for row in list(move.rows):
        last = until_on or today(row.estate_id)
        if row.until_on is not None:
            move.refuse(row, "RES-1", gettext_noop("This ended on %(day)s already."), day=row.until_on)
        elif last < row.from_on:
            message = gettext_noop("The first day must not be after the last.")
            move.refuse(row, "RES-1", message, field="until_on")
        else:
            move.set(row, until_on=last)


@verb(Occupancy, name="delete", roles=MANAGERS, rule="RES-1")
def delete_occupancy(move: Move[Occupancy]) -> None:
    """Remove what was registered by mistake, while it has not ended; what has ended is history (RES-1)."""

    def check(row: Occupancy) -> None:
        if row.until_on is not None:
            raise OperationRefused("RES-1", gettext_noop("This ended on %(day)s already."), day=row.until_on)

    delete_unused(move, gettext_noop("Something refers to this; it stays."), check=check)

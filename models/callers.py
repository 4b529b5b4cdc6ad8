"""Who is on the phone: people with the room they live in, the likeliest first (INT-3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select

from models.estates import Unit
from models.finding import found, named, room_of
from models.personal import keyring_of
from models.policy import may, visible
from models.residents import Occupancy, OccupancyKind, Resident
from models.session import DeskSession
from models.staff import Actor

LIMIT = 8

_ORDER = {OccupancyKind.OWNER: 0, OccupancyKind.TENANT: 1, OccupancyKind.FAMILY: 2}


@dataclass(frozen=True)
class Caller:
    """One person in one room, a person without a room, or a room without anybody."""

    resident_id: int | None
    unit_id: int | None
    name: str
    room: str
    kind: OccupancyKind | None
    phone: str | None
    """Encrypted, as it is stored."""


def callers(
    session: DeskSession, text: str, *, actor: Actor, estate_id: int, limit: int = LIMIT
) -> Sequence[Caller] | None:
    """The first *limit* callers that *text* finds in the estate; None when there is nothing in it to search for.

    *text* is a room in any writing, a name, its pinyin or initials, a phone number or its last four, or several of
    these. A whole name stands before its beginning, owners before tenants before family.
    """
    person = found(Resident, text, keyring_of(session)) if may(actor, "read", Resident) else None
    room = found(Unit, text, keyring_of(session)) if may(actor, "read", Unit) else None
    if person is None and room is None:
        return None
    people = session.execute(_people(text, false() if person is None else person, actor, estate_id).limit(limit))
    rows = [Caller(*row) for row in people]
    if room is not None and len(rows) < limit:
        lived_in = {row.unit_id for row in rows}
        empty = select(Unit.id, Unit.code).where(room, Unit.estate_id == estate_id, visible(actor, Unit))
        for unit in session.execute(empty.order_by(func.length(Unit.code), Unit.code).limit(limit)):
            if unit.id not in lived_in and len(rows) < limit:
                rows.append(Caller(None, unit.id, "", unit.code, None, None))
    return rows


def _people(text: str, person: ColumnElement[bool], actor: Actor, estate_id: int) -> Select[*tuple[Any, ...]]:
    living = and_(
        Occupancy.resident_id == Resident.id, Occupancy.until_on.is_(None), Occupancy.estate_id == Resident.estate_id
    )
    query = select(Resident.id, Unit.id, Resident.name, func.coalesce(Unit.code, ""), Occupancy.kind, Resident.phone)
    query = query.outerjoin(Occupancy, living).outerjoin(Unit, Unit.id == Occupancy.unit_id)
    query = query.where(person, Resident.estate_id == estate_id, visible(actor, Resident))
    if (meant := room_of(text)) is not None:
        # Of somebody with several rooms the one that was named; who was found by a phone tail keeps all.
        query = query.where(or_(Unit.id.in_(meant), Unit.id.is_(None), ~_any_room(meant)))
    kinds = case(_ORDER, value=Occupancy.kind, else_=len(_ORDER))
    return query.order_by(_nearness(named(text)), kinds, func.length(Resident.name), Resident.name_pinyin, Resident.id)


def _any_room(meant: Select[Any]) -> ColumnElement[bool]:
    """Whether the person lives in any of the rooms that were named."""
    other = Occupancy.__table__.alias("lived_in")
    mine = and_(other.c.resident_id == Resident.id, other.c.until_on.is_(None), other.c.unit_id.in_(meant))
    return select(literal(1)).where(mine).correlate(Resident).exists()


def _nearness(names: Sequence[str]) -> ColumnElement[int]:
    """0 for who is called exactly so (or by those initials), 1 where the name begins so, 2 for the rest."""
    if not names:
        return literal(0)
    words = literal(" ").concat(Resident.name_pinyin).concat(" ")
    exact = [or_(Resident.name == name, words.contains(f" {name} ", autoescape=True)) for name in names]
    begin = [
        or_(Resident.name.startswith(name, autoescape=True), words.contains(f" {name}", autoescape=True))
        for name in names
    ]
    return case((and_(*exact), 0), (and_(*begin), 1), else_=2)

"""Who is on the phone: people with the room they live in, the likeliest first (INT-3)."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    or_,
    select,
    union,
)

from models.complaints import Complaint
from models.estates import Unit
from models.finding import found_rooms, half_typed, question_of, search_condition, words_found
from models.matters import RepeatReport
from models.meanings import SHORTEST_GIVEN_NAME
from models.personal import Keyring, keyring_of
from models.policy import may, visible
from models.residents import Occupancy, OccupancyKind, Resident
from models.rooms import room_order
from models.session import DeskSession
from models.staff import Actor
from models.tickets import Ticket

LIMIT = 8
SHORTEST_NAME = 2
IN_A_ROOM = 4
"""So many people a room are looked at where each room is shown once."""
MOST_KEPT = 200
LONGEST_NUMBER = 18
_SAY_WHO_CALLED: tuple[type[Any], ...] = (Ticket, Complaint, RepeatReport)

_CODE = select(Unit.code).where(Unit.id == Occupancy.unit_id).correlate(Occupancy).scalar_subquery()
_ROOM_ORDER = select(Unit.sort_key).where(Unit.id == Occupancy.unit_id).correlate(Occupancy).scalar_subquery()
"""A room's number, looked up for those who are found: joined, PostgreSQL would read the whole table of units."""
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
    before: str = ""
    """Of who is in no file, and called before: the row that says so, as ``tickets:7``."""


@dataclass(frozen=True)
class _Questions:
    """The statements for texts of one shape, asked by one person: making them takes longer than asking."""

    people: Select[Any]
    rooms: Select[Any] | None
    by_room: Select[Any]
    """The people in the order of their rooms."""


_KEPT: dict[tuple[Any, ...], _Questions | None] = {}


def callers(
    session: DeskSession, text: str, *, actor: Actor, estate_id: int, limit: int = LIMIT
) -> Sequence[Caller] | None:
    """The first *limit* callers that *text* finds in the estate; None when there is nothing in it to search for.

    *text* is a room in any writing, a name, its pinyin or initials, a phone number or its last four, or several of
    these. A whole name stands before its beginning, owners before tenants before family. Where nobody is found and a
    room is half typed, the rooms that begin so, each with its first person.
    """
    keyring = keyring_of(session)
    kinds, values, names, rooms = question_of(text, keyring)
    key = (kinds, len(names), len(rooms), actor.staff_id, actor.roles, estate_id, limit)
    if key not in _KEPT:
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        person = (
            search_condition(Resident, text, keyring, by_given_name=False) if may(actor, "read", Resident) else None
        )
        room = search_condition(Unit, text, keyring) if may(actor, "read", Unit) else None
        nothing = person is None and room is None
        people = _people(false() if person is None else person, len(names), bool(rooms), actor, estate_id)
        empty = None if room is None else _empty_rooms(room, actor, estate_id).limit(limit)
        several = people.order_by(None).order_by(_ROOM_ORDER, _kinds()).limit(limit * IN_A_ROOM)
        _KEPT[key] = None if nothing else _Questions(people.limit(limit), empty, several)
    questions = _KEPT[key]
    if questions is None:
        return None
    said: dict[str, Any] = {"rooms": rooms} if rooms else {}
    for number, name in enumerate(names):
        said |= {f"is_{number}": name, f"word_{number}": f"% {name} %"}
        said |= {f"begins_{number}": f"{name}%", f"word_begins_{number}": f"% {name}%"}
    desk = session.connection()  # past the session's own work on records, which takes longer than the answer
    found_here = [Caller(*row) for row in desk.execute(questions.people, {**values, **said})]
    if len(found_here) < limit:
        found_here += _without_people(desk, questions, values, found_here)
    if rooms and not found_here:
        said, values = half_typed(said), half_typed(values)
        first: dict[int | None, Caller] = {}
        for row in desk.execute(questions.by_room, {**values, **said}):
            first.setdefault(row[1], Caller(*row))
        found_here = [*first.values(), *_without_people(desk, questions, values, first.values())]
        found_here.sort(key=lambda caller: room_order(caller.room))
    if names and not found_here:
        found_here = [Caller(*row) for row in _by_given_name(desk, text, keyring, names, actor, estate_id, limit)]
    if len(found_here) < limit:
        found_here += _who_called_before(desk, values, names, found_here, actor, estate_id)
    return found_here[:limit]


def called_before(session: DeskSession, row: str, *, actor: Actor, estate_id: int) -> tuple[str, str] | None:
    """Name and digest of the number (empty without one) of :attr:`Caller.before`; None where there is none to see."""
    register, _colon, number = row.partition(":")
    model = next((model for model in _SAY_WHO_CALLED if model.__tablename__ == register), None)
    if model is None or not number.isdecimal() or len(number) > LONGEST_NUMBER:
        return None
    query = select(model.reporter_name, func.coalesce(model.reporter_phone_digest, ""))
    query = query.where(model.id == int(number), model.estate_id == estate_id, visible(actor, model))
    found = session.execute(query.where(model.reporter_name.is_not(None))).one_or_none()
    return None if found is None else (found[0], found[1])


def called_about(
    model: type[Any], resident_id: int | None, unit_id: int | None, phone_digest: str | None = None
) -> ColumnElement[bool]:
    """The matters in *model* that the person, the number or somebody of the room called about, first or again."""
    again = select(RepeatReport.record_id).where(RepeatReport.register == model.__tablename__)
    ways: list[Select[Any]] = []
    known = {"resident_id": resident_id, "unit_id": unit_id, "reporter_phone_digest": phone_digest or None}
    for name, number in known.items():
        if number is not None:
            ways.append(select(model.id).where(getattr(model, name) == number))
            ways.append(again.where(getattr(RepeatReport, name) == number))
    # Found apart and united: an OR over tables would make the database read all of them.
    return model.id.in_(union(*ways)) if ways else false()


def _by_given_name(
    desk: Connection, text: str, keyring: Keyring, names: Sequence[str], actor: Actor, estate_id: int, limit: int
) -> Iterable[Any]:
    """People whose name ends so in pinyin (``jiayi``, 蔡 jiayi for 蔡佳怡), where nobody was found otherwise."""
    if not any(name.isascii() and len(name) >= SHORTEST_GIVEN_NAME for name in names) or not may(
        actor, "read", Resident
    ):
        return ()
    person = search_condition(Resident, text, keyring)
    return () if person is None else desk.execute(_people(person, 0, False, actor, estate_id).limit(limit))


def _who_called_before(
    desk: Connection,
    values: Mapping[str, Any],
    names: Sequence[str],
    found_here: Iterable[Caller],
    actor: Actor,
    estate_id: int,
) -> list[Caller]:
    """Whom no file names, and who reported something before: by number, or by the name that was given then (INT-3)."""
    whole = [value for name, value in values.items() if name.startswith(("phone_of", "phone_before"))]
    tails = [value for name, value in values.items() if name.startswith("phone_tail")]
    called = [name for name in names if len(name) >= SHORTEST_NAME and not name.isascii()]
    known = {(caller.name, caller.unit_id) for caller in found_here}
    latest: dict[tuple[str, int | None], tuple[datetime.datetime, Caller]] = {}
    for model in _SAY_WHO_CALLED:
        if whole or tails:
            asked = ((model.reporter_phone_digest, whole), (model.reporter_phone_tail_digest, tails))
            ways = [select(model.id).where(column.in_(digests)) for column, digests in asked if digests]
            # Found apart and united: with an OR SQLite would read all matters of nobody in the file.
            number = model.id.in_(union(*ways) if len(ways) > 1 else ways[0])
        elif len(called) == 1 and len(values) and (worded := words_found(model, called[0])) is not None:
            number = and_(worded, model.reporter_name.startswith(called[0], autoescape=True))
        else:
            return []
        code = select(Unit.code).where(Unit.id == model.unit_id).correlate(model).scalar_subquery()
        query = select(
            model.id, model.heard_at, model.unit_id, model.reporter_name, func.coalesce(code, ""), model.reporter_phone
        )
        query = query.where(number, model.resident_id.is_(None), model.reporter_name.is_not(None))
        query = query.where(model.estate_id == estate_id, visible(actor, model)).order_by(model.id.desc()).limit(LIMIT)
        for row_id, heard_at, unit_id, name, room, phone in desk.execute(query):
            before = latest.get((name, unit_id))
            if (name, unit_id) not in known and (before is None or before[0] < heard_at):
                row = f"{model.__tablename__}:{row_id}"
                latest[name, unit_id] = heard_at, Caller(None, unit_id, name, room, None, phone, row)
    return [caller for _at, caller in sorted(latest.values(), key=lambda found: found[0], reverse=True)]


def _without_people(
    desk: Connection, questions: _Questions, values: dict[str, Any], found_here: Iterable[Caller]
) -> list[Caller]:
    if questions.rooms is None:
        return []
    lived_in = {row.unit_id for row in found_here}
    rooms = [unit for unit in desk.execute(questions.rooms, values) if unit.id not in lived_in]
    return [Caller(None, unit.id, "", unit.code, None, None) for unit in rooms]


def _people(
    person: ColumnElement[bool], names: int, by_room: bool, actor: Actor, estate_id: int
) -> Select[*tuple[Any, ...]]:
    living = and_(
        Occupancy.resident_id == Resident.id, Occupancy.until_on.is_(None), Occupancy.estate_id == Resident.estate_id
    )
    room = func.coalesce(_CODE, "")
    query = select(Resident.id, Occupancy.unit_id, Resident.name, room, Occupancy.kind, Resident.phone)
    query = query.outerjoin(Occupancy, living)
    query = query.where(person, Resident.estate_id == estate_id, visible(actor, Resident))
    if by_room:
        # Of somebody with several rooms the one that was named; who was found by a phone tail keeps all.
        meant = found_rooms()
        query = query.where(or_(Occupancy.unit_id.in_(meant), Occupancy.unit_id.is_(None), ~_any_room(meant)))
    return query.order_by(_nearness(names), _kinds(), func.length(Resident.name), Resident.name_pinyin, Resident.id)


def _kinds() -> ColumnElement[int]:
    """Owners before tenants before family."""
    return case(_ORDER, value=Occupancy.kind, else_=len(_ORDER))


def _empty_rooms(room: ColumnElement[bool], actor: Actor, estate_id: int) -> Select[*tuple[Any, ...]]:
    query = select(Unit.id, Unit.code).where(room, Unit.estate_id == estate_id, visible(actor, Unit))
    if may(actor, "read", Resident):  # of a room that somebody has it is not said that nobody has, found or not
        query = query.where(
            ~select(Occupancy.id).where(Occupancy.unit_id == Unit.id, Occupancy.until_on.is_(None)).exists()
        )
    return query.order_by(Unit.sort_key)


def _any_room(meant: Select[Any]) -> ColumnElement[bool]:
    """Whether the person lives in any of the rooms that were named."""
    other = Occupancy.__table__.alias("lived_in")
    mine = and_(other.c.resident_id == Resident.id, other.c.until_on.is_(None), other.c.unit_id.in_(meant))
    return select(literal(1)).where(mine).correlate(Resident).exists()


def _nearness(names: int) -> ColumnElement[int]:
    """0 for who is called exactly so (or by those initials), 1 where the name begins so, 2 a later reading, 3 not."""
    if not names:
        return literal(0)
    words = literal(" ").concat(Resident.name_pinyin).concat(" ")
    exact, first, begin = [], [], []
    for number in range(names):
        exact.append(or_(Resident.name == bindparam(f"is_{number}"), words.like(bindparam(f"word_{number}"))))
        beginning = words.like(bindparam(f"word_begins_{number}"))
        begins = Resident.name.like(bindparam(f"begins_{number}"))
        begin.append(or_(begins, beginning))
        # The first reading is that of the surname: 单 is Shan before 邓 is, in whose name another reading begins so.
        first.append(or_(begins, Resident.name_pinyin.like(bindparam(f"begins_{number}"))))
    return case((and_(*exact), 0), (and_(*first), 1), (and_(*begin), 2), else_=3)

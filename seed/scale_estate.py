"""The estate of the scale data: made through the verbs with its staff; its units and residents in chunks of rows."""

import datetime
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import select

from models.base import Base
from models.call import Call
from models.estates import FeeStatus, Unit, UnitUse
from models.operations import estates as estate_verbs, staff as staff_verbs
from models.operations.core import name_pinyin
from models.operations.estates import EstateDraft
from models.operations.staff import StaffDraft
from models.passwords import hashed
from models.personal import Keyring, keyring_of
from models.phones import HOME, ContactKind
from models.residents import Occupancy, OccupancyKind, Resident, ResidentContact
from models.roles import Role
from models.session import DeskSession
from models.settings import Category, CategoryRegister, EstateSettings
from models.staff import Actor, Department, Staff, Team, actors_for, system_actor
from seed import names
from seed.rows import RowWriter, event
from seed.staff import PASSWORD, TEAM_NAMES

CLERKS = 6
CREWS = {
    Department.ENGINEERING: 12,
    Department.HOUSEKEEPING: 6,
    Department.SECURITY: 4,
    Department.GREENING: 3,
    Department.CUSTOMER_SERVICE: 2,
    Department.FINANCE: 1,
}
FLOORS, FLATS = 33, 6
PEOPLE_A_HOME = 2
NAMED_HALLS = 40
PLACES = ("中心花园", "儿童乐园", "会所", "东门岗亭", "南门岗亭", "垃圾分类点", "地下车库B1", "地下车库B2")
Row = dict[str, Any]
_CALLED = functools.lru_cache(maxsize=50_000)(name_pinyin)


class Caller(NamedTuple):
    """A resident as a ticket names them; the phone as it is stored."""

    resident_id: int
    unit_id: int
    name: str
    phone: str
    digest: str
    tail_digest: str


@dataclass
class Cast:
    """What tickets refer to: who works in the estate, its teams, categories and common places, who lives there."""

    estate_id: int
    settings: EstateSettings
    clerks: list[Actor]
    manager: Actor
    crews: dict[Department, list[Actor]]
    teams: dict[Department, int]
    categories: dict[str, int]
    places: list[tuple[int, str]] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)


def open_estate(session: DeskSession, code: str, name: str, rng: Random, at: datetime.datetime) -> Cast:
    """Open the estate with its defaults, teams and staff, through the verbs."""
    system = system_actor(session, source="seed")
    (estate,) = estate_verbs.register(Call(session, system, at), [EstateDraft(code, name)]).all()
    drafts = [Team(estate_id=estate.id, name=title, department=department) for department, title in TEAM_NAMES.items()]
    made = estate_verbs.register_teams(Call(session, system, at), drafts).all()
    teams: dict[Department, Team] = {team.department: team for team in made}
    secret = hashed(PASSWORD)

    def hire(word: str, count: int, role: Role, team: Team | None = None) -> Sequence[Staff]:
        usernames = [f"{code.lower()}.{word}{number or ''}" for number in range(count)]
        people = staff_verbs.register(
            Call(session, system, at),
            [
                StaffDraft(username, names.full_name(rng), secret, must_change_password=False, estate_id=estate.id)
                for username in usernames
            ],
        ).all()
        staff_verbs.grant_role(Call(session, system, at), people, estate=estate, role=role, team=team).all()
        return people

    clerks = hire("clerk", CLERKS, Role.CLERK)
    (manager,) = hire("manager", 1, Role.MANAGER)
    for role in (Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN):
        hire(role.value, 1, role)
    crews = {}
    for department, count in CREWS.items():
        team = teams[department]
        crews[department] = hire(f"{department.value}.technician", count, Role.TECHNICIAN, team)
        (lead,) = hire(f"{department.value}.lead", 1, Role.LEAD, team)
        estate_verbs.amend_teams(Call(session, system, at), [team], lead_id=lead.id).all()
    found = select(Category.code, Category.id).where(
        Category.estate_id == estate.id, Category.register == CategoryRegister.TICKETS
    )
    acting = functools.partial(actors_for, session, source="seed")
    return Cast(
        estate.id,
        EstateSettings(session, [estate.id]),
        clerks=acting(clerks),
        manager=acting([manager])[0],
        crews={department: acting(crew) for department, crew in crews.items()},
        teams={department: team.id for department, team in teams.items()},
        categories={row.code: row.id for row in session.execute(found)},
    )


def settle(
    session: DeskSession,
    cast: Cast,
    count: int,
    chance: Callable[..., Random],
    at: datetime.datetime,
    *,
    size: int,
    writer: RowWriter | None = None,
) -> Iterator[int]:
    """Write *count* residents, their units and occupancies; commits and yields how many after each chunk of *size*."""
    writer = RowWriter(session) if writer is None else writer
    _write_places(writer, cast, at)
    homes = _homes()
    for start in range(0, count, size):
        here = min(size, count - start)
        rng = chance("residents", start)
        units = _unit_rows(cast, homes, -(-here // PEOPLE_A_HOME), rng, at)
        _number(writer, Unit, units)
        residents, phones = _resident_rows(cast.estate_id, here, rng, keyring_of(session), at)
        _number(writer, Resident, residents)
        contacts = [_contact(cast.estate_id, row, phone, at) for row, phone in zip(residents, phones, strict=True)]
        _number(writer, ResidentContact, contacts)
        stays = [
            _stay(cast.estate_id, units[index // PEOPLE_A_HOME], row, index % PEOPLE_A_HOME, at)
            for index, row in enumerate(residents)
        ]
        _number(writer, Occupancy, stays)
        end = writer.chain(cast.estate_id, len(units) + len(residents) + len(contacts) + len(stays))
        writer.write(Unit, units)
        writer.write(Resident, residents)
        writer.write(ResidentContact, contacts)
        writer.write(Occupancy, stays)
        clerk = cast.clerks[start // size % len(cast.clerks)]
        events = [event(Unit, row, "register", cast.manager, Role.MANAGER, at) for row in units]
        events += [event(Resident, row, "register", clerk, Role.CLERK, at) for row in residents]
        events += [event(ResidentContact, row, "register", clerk, Role.CLERK, at) for row in contacts]
        events += [event(Occupancy, row, "register", clerk, Role.CLERK, at) for row in stays]
        writer.write_events(cast.estate_id, events, end)
        writer.commit()
        cast.callers += [
            Caller(row["id"], stay["unit_id"], row["name"], *phone)
            for row, stay, phone in zip(residents, stays, phones, strict=True)
        ]
        yield here


def _number(writer: RowWriter, model: type[Base], rows: list[Row]) -> None:
    for row, row_id in zip(rows, writer.ids(model, len(rows)), strict=True):
        row["id"] = row_id


def _new(estate_id: int, at: datetime.datetime) -> Row:
    return {"id": None, "estate_id": estate_id, "created_at": at, "updated_at": at, "version": 1}


def _write_places(writer: RowWriter, cast: Cast, at: datetime.datetime) -> None:
    halls: list[tuple[str, str | None]] = [
        (f"{building}号楼{what}", str(building)) for building in range(1, NAMED_HALLS) for what in ("大堂", "电梯")
    ]
    rows = [
        {
            **_new(cast.estate_id, at),
            "building": building,
            "floor": None,
            "code": code,
            "use": UnitUse.PLACE,
            "fee_status": FeeStatus.UNKNOWN,
            "butler_id": None,
            "handed_over_on": None,
        }
        for code, building in [*((code, None) for code in PLACES), *halls]
    ]
    _number(writer, Unit, rows)
    writer.write(Unit, rows)
    events = [event(Unit, row, "register", cast.manager, Role.MANAGER, at) for row in rows]
    writer.write_events(cast.estate_id, events)
    cast.places = [(row["id"], row["code"]) for row in rows]


def _homes() -> Iterator[tuple[str, int, str]]:
    """Building, floor and number of one home after another, without end."""
    building = 0
    while True:
        building += 1
        for floor in range(1, FLOORS + 1):
            for flat in range(1, FLATS + 1):
                yield str(building), floor, f"{building}-{floor}{flat:02d}"


def _unit_rows(
    cast: Cast, homes: Iterator[tuple[str, int, str]], count: int, rng: Random, at: datetime.datetime
) -> list[Row]:
    rows = []
    for _, (building, floor, code) in zip(range(count), homes, strict=False):
        rows.append(
            {
                **_new(cast.estate_id, at),
                "building": building,
                "floor": floor,
                "code": code,
                "use": UnitUse.HOME,
                "fee_status": rng.choices((FeeStatus.PAID, FeeStatus.OWING, FeeStatus.UNKNOWN), (84, 12, 4))[0],
                "butler_id": cast.clerks[int(building) % len(cast.clerks)].staff_id,
                "handed_over_on": at.date() - datetime.timedelta(days=rng.randrange(100, 3200)),
            }
        )
    return rows


def _resident_rows(
    estate_id: int, count: int, rng: Random, keyring: Keyring, at: datetime.datetime
) -> tuple[list[Row], list[tuple[str, str, str]]]:
    """The rows, and the three stored columns of each phone."""
    rows, phones = [], []
    for _ in range(count):
        name, phone = names.full_name(rng), names.phone(rng)
        stored = keyring.encrypt(phone), keyring.digest(phone), keyring.digest(phone[-4:])
        phones.append(stored)
        rows.append(
            {
                **_new(estate_id, at),
                "name": name,
                "name_pinyin": _CALLED(name),
                "vehicles": names.number_plate(rng) if rng.random() < 0.35 else None,
                "moved_in_on": at.date() - datetime.timedelta(days=rng.randrange(90)),
            }
        )
    return rows, phones


def _contact(estate_id: int, resident: Row, phone: tuple[str, str, str], at: datetime.datetime) -> Row:
    return {
        **_new(estate_id, at),
        "resident_id": resident["id"],
        "kind": ContactKind.MOBILE,
        "value": phone[0],
        "value_digest": phone[1],
        "tail_digest": phone[2],
        "country": HOME,
        "valid": True,
    }


def _stay(estate_id: int, unit: Row, resident: Row, place: int, at: datetime.datetime) -> Row:
    return {
        **_new(estate_id, at),
        "unit_id": unit["id"],
        "resident_id": resident["id"],
        "kind": OccupancyKind.FAMILY if place else OccupancyKind.OWNER,
        "from_on": resident["moved_in_on"],
        "until_on": None,
    }

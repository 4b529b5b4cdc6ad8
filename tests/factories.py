"""A small world for tests: two estates, staff of every role, teams, clocks, units, residents. Plain inserts."""

import datetime
from dataclasses import dataclass, field
from typing import Any, TypeVar

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import select

from models.base import Base
from models.estates import Estate, Unit
from models.personal import keyring_of
from models.phones import ContactKind
from models.residents import Occupancy, OccupancyKind, Resident, ResidentContact
from models.roles import Role
from models.session import DeskSession
from models.settings import Clock, ClockCalendar, WorkingHours, time_limits
from models.staff import Actor, Department, Staff, StaffAssignment, Team, actor_for
from tests import reading

Row = TypeVar("Row", bound=Base)

PASSWORD = "training"
# Cheap on purpose: the cost of a real hash is tested once, not at each sign-in.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

WORKING_HOURS = ((510, 720), (810, 1080))  # 08:30-12:00, 13:30-18:00
WORKING_DAYS = range(5)

PEOPLE = (
    ("clerk", "陈思", Role.CLERK, None),
    ("clerk2", "林小满", Role.CLERK, None),
    ("technician", "王强", Role.TECHNICIAN, Department.ENGINEERING),
    ("technician2", "李国", Role.TECHNICIAN, Department.ENGINEERING),
    ("lead", "赵工", Role.LEAD, Department.ENGINEERING),
    ("supervisor", "周敏", Role.SUPERVISOR, None),
    ("manager", "吴总", Role.MANAGER, None),
    ("auditor", "郑稽", Role.AUDITOR, None),
    ("admin", "冯管", Role.ADMIN, None),
    ("guard", "石门", Role.GUARD, None),
)


@dataclass
class World:
    """What :func:`make_world` made; ``estate`` is where everybody works, ``other`` is another company's."""

    session: DeskSession
    estate: Estate
    other: Estate
    staff: dict[str, Staff] = field(default_factory=dict)
    teams: dict[Department, Team] = field(default_factory=dict)
    other_team: Any = None
    units: list[Unit] = field(default_factory=list)
    other_unit: Any = None
    residents: list[Resident] = field(default_factory=list)

    def actor(self, username: str, **request: str | None) -> Actor:
        """The actor for a person of this world, or for ``system``."""
        return actor_for(self.session, self.person(username), **request)

    def person(self, username: str) -> Staff:
        """The account of a person of this world."""
        if username in self.staff:
            return self.staff[username]
        return self.session.scalars(select(Staff).where(Staff.username == username)).one()


def make_world(session: DeskSession, now: datetime.datetime) -> World:
    """Insert two estates with all that verbs and pages need; the caller commits."""
    estate = make_estate(session, "YH", "云湖花园")
    other = make_estate(session, "XL", "西岭雅居")
    world = World(session, estate, other)
    for department in Department:
        world.teams[department] = make_team(session, estate, department)
    world.other_team = make_team(session, other, Department.ENGINEERING)
    for username, name, role, works_in in PEOPLE:
        team = world.teams[works_in] if works_in is not None else None
        world.staff[username] = make_person(session, estate, username, name, role, team)
    world.staff["stranger"] = make_person(session, other, "stranger", "何外", Role.CLERK, None)
    world.teams[Department.ENGINEERING].lead_id = world.staff["lead"].id
    world.units = [make_unit(session, estate, f"{building}-{floor}01") for building in (1, 2) for floor in (1, 2)]
    world.other_unit = make_unit(session, other, "1-101")
    world.residents = [
        make_resident(session, world.units[0], "张伟", "13800138000", now),
        make_resident(session, world.units[1], "刘洋", "13900139001", now),
    ]
    session.flush()
    return world


def load_world(session: DeskSession) -> World:
    """The world that :func:`make_world` left in this database."""

    def all_of(model: type[Row], *where: Any) -> list[Row]:
        return list(session.scalars(select(model).where(*where).order_by(model.id)))

    estate, other = all_of(Estate)
    return World(
        session,
        estate,
        other,
        staff={person.username: person for person in all_of(Staff, Staff.username != "system")},
        teams={team.department: team for team in all_of(Team, Team.estate_id == estate.id)},
        other_team=all_of(Team, Team.estate_id == other.id)[0],
        units=all_of(Unit, Unit.estate_id == estate.id),
        other_unit=all_of(Unit, Unit.estate_id == other.id)[0],
        residents=all_of(Resident, Resident.estate_id == estate.id),
    )


def make_estate(session: DeskSession, code: str, name: str) -> Estate:
    """An estate with the default clocks and working hours."""
    estate = Estate(code=code, name=name)
    session.add(estate)
    session.flush()
    for limit in time_limits().values():
        session.add(
            Clock(
                estate_id=estate.id,
                code=limit.code,
                rule=limit.rule,
                start_event=limit.starts,
                stop_event=limit.stops,
                minutes=limit.minutes,
                calendar=ClockCalendar(limit.calendar),
            )
        )
    for weekday in WORKING_DAYS:
        for start_minute, end_minute in WORKING_HOURS:
            session.add(
                WorkingHours(estate_id=estate.id, weekday=weekday, start_minute=start_minute, end_minute=end_minute)
            )
    session.flush()
    return estate


def make_team(session: DeskSession, estate: Estate, department: Department) -> Team:
    """A team named after its department."""
    team = Team(estate_id=estate.id, name=str(department.label), department=department)
    session.add(team)
    session.flush()
    return team


def make_person(session: DeskSession, estate: Estate, username: str, name: str, role: Role, team: Team | None) -> Staff:
    """An account with the tests' password and one role."""
    person = Staff(username=username, name=name, password_hash=PASSWORD_HASH, estate_id=estate.id)
    session.add(person)
    session.flush()
    team_id = team.id if team is not None else None
    session.add(StaffAssignment(estate_id=estate.id, staff_id=person.id, role=role, team_id=team_id))
    session.flush()
    return person


def make_unit(session: DeskSession, estate: Estate, code: str) -> Unit:
    """A home."""
    unit = Unit(estate_id=estate.id, building=code.split("-")[0], code=code)
    session.add(unit)
    session.flush()
    return unit


def make_resident(session: DeskSession, unit: Unit, name: str, phone: str, now: datetime.datetime) -> Resident:
    """An owner who lives in *unit*."""
    keyring = keyring_of(session)
    digits = phone.replace(" ", "")
    resident = Resident(estate_id=unit.estate_id, name=name)
    session.add(resident)
    session.flush()
    contact = ResidentContact(
        estate_id=unit.estate_id,
        resident_id=resident.id,
        kind=ContactKind.MOBILE,
        value=keyring.encrypt(digits),
        value_digest=keyring.digest(digits),
        tail_digest=keyring.digest(digits[-4:]),
        country="CN",
    )
    session.add(contact)
    session.flush()
    session.refresh(resident)
    occupancy = Occupancy(
        estate_id=unit.estate_id,
        unit_id=unit.id,
        resident_id=resident.id,
        kind=OccupancyKind.OWNER,
        from_on=now.date() - datetime.timedelta(days=365),
    )
    session.add(occupancy)
    session.flush()
    return resident


def token(client: FlaskClient, path: str = "/login") -> str:
    """The CSRF token of this browser's session, from the form at *path*."""
    return reading.value_of(reading.page(client.get(path).text), "csrf_token")

"""What all parts of the seed share: the estates as they are peopled, who works when, and the passing of time."""

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from models.estates import Estate, Unit
from models.keys import Key
from models.residents import Resident
from models.session import DeskSession
from models.staff import Actor, Department, Staff, Team

FINE_DAYS = 8
"""So many days back everything has its own minute; before, the desk is remembered in coarser steps."""

FINE_MINUTES, COARSE_MINUTES = 4, 60


@dataclass
class Household:
    """Who can report from a unit, with the phone number they leave."""

    unit: Unit
    people: list[tuple[Resident, str]]


@dataclass
class Place:
    """One estate with its people, as the stories need them."""

    estate: Estate
    share: float
    desk: tuple[str, ...]
    supervisor: str
    manager: str
    crews: dict[Department, tuple[str, ...]]
    leads: dict[Department, str]
    teams: dict[Department, Team] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    households: list[Household] = field(default_factory=list)
    shops: list[Unit] = field(default_factory=list)
    common: list[Unit] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    owners: dict[int, Resident] = field(default_factory=dict)


@dataclass
class World:
    """The whole training estate while it is being made; ``days`` back from ``now`` is where it begins."""

    session: DeskSession
    seed: int
    now: datetime.datetime
    days: int
    share: float
    zone: ZoneInfo
    staff: dict[str, Staff] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    left: dict[str, datetime.date] = field(default_factory=dict)

    @property
    def home(self) -> Place:
        """The estate in which the work is in hand: what is open there is of these days."""
        return self.places[0]

    @property
    def neglected(self) -> Place:
        """The one in which things lie for weeks, to see what an audit finds."""
        return self.places[-1]

    @property
    def today(self) -> datetime.date:
        """The estates' date."""
        return self.now.astimezone(self.zone).date()

    @property
    def first_day(self) -> datetime.date:
        """The first day with anything happening."""
        return self.today - datetime.timedelta(days=self.days)

    def at(self, day: datetime.date, minute: float) -> datetime.datetime:
        """The instant (UTC) *minute* minutes after local midnight of *day*, whole seconds."""
        midnight = datetime.datetime.combine(day, datetime.time(), self.zone)
        return (midnight + datetime.timedelta(seconds=round(minute * 60))).astimezone(datetime.UTC)

    def day_of(self, at: datetime.datetime) -> datetime.date:
        """The local date of *at*."""
        return at.astimezone(self.zone).date()

    def minute_of(self, at: datetime.datetime) -> int:
        """Whole minutes from local midnight to *at*."""
        local = at.astimezone(self.zone)
        return local.hour * 60 + local.minute

    def is_recent(self, at: datetime.datetime) -> bool:
        """Whether *at* lies in the days that are remembered minute by minute."""
        return (self.today - self.day_of(at)).days < FINE_DAYS

    def random(self, *names: object) -> Random:
        """A source of chance of its own for *names*, so that one story does not change the others."""
        return Random("/".join(str(name) for name in (self.seed, self.today, *names)))

    def settled(self, at: datetime.datetime) -> datetime.datetime:
        """The moment not before *at* at which the desk gets to it: what is near in time is done together."""
        day, minute = self.day_of(at), self.minute_of(at)
        grid = FINE_MINUTES if self.is_recent(at) else COARSE_MINUTES
        index = minute // grid + 1
        digest = hashlib.sha256(f"{self.seed}/{day}/{index}/{grid}".encode()).digest()
        return self.at(day, index * grid + digest[0] / 256 * grid * 0.4)

    def working_minute(self, at: datetime.datetime) -> datetime.datetime:
        """*at*, or the next morning's beginning of work when it lies in the night."""
        day, minute = self.day_of(at), self.minute_of(at)
        if minute < 8 * 60:
            return self.at(day, 8 * 60 + 10 + minute % 25)
        if minute >= 18 * 60:
            return self.at(day + datetime.timedelta(days=1), 8 * 60 + 10 + minute % 25)
        return at

    def on_duty(self, place: Place, at: datetime.datetime, not_by: str = "") -> str:
        """Who of the desk is there at *at*, other than *not_by*: shifts change at 08:00, 13:00 and 20:00, by rota."""
        day, minute = self.day_of(at), self.minute_of(at)
        shift = 0 if minute < 8 * 60 else 1 if minute < 13 * 60 else 2 if minute < 20 * 60 else 3
        here = [name for name in place.desk if name != not_by and (name not in self.left or day < self.left[name])]
        return turn(here, day, shift)


def turn(people: Sequence[str], day: datetime.date, number: int) -> str:
    """Whose turn it is among *people* for the *number*-th thing of *day*."""
    return people[(day.toordinal() + number) % len(people)]


def pick(rng: Random, options: Sequence[Any]) -> Any:
    """One of *options*."""
    return options[rng.randrange(len(options))]

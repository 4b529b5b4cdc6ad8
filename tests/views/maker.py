"""Puts rows into the estate of a small world and remembers them by name."""

import datetime
from typing import Any

from sqlalchemy import select

from models.base import ShortText, UTCDateTime
from models.matters import ClockRun
from models.session import DeskSession
from models.settings import Clock
from models.staff import Department, Staff
from tests.factories import World

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)

Ids = dict[str, dict[str, int]]
"""Register -> what a row is called here -> its id."""


class Maker:
    """Adds rows to the estate of the world and remembers them by name."""

    def __init__(self, session: DeskSession, world: World, now: datetime.datetime) -> None:
        self.session, self.world, self.now = session, world, now
        self.ids: Ids = {}
        # Of the estate's calendar, ten hours before the tests' present.
        self.today = now - 10 * HOUR
        self.yesterday = self.today - DAY

    def add(self, model: type[Any], name: str, /, **columns: Any) -> Any:
        """One row of the estate. What must be there and is not among *columns*: its name, this morning, the clerk."""
        lacking: dict[str, Any] = {}
        for column in model.__table__.columns:
            given = column.nullable or column.server_default is not None or column.name in columns
            if not given and column.references(Staff.__table__.c.id):
                lacking[column.name] = self.person("clerk")
            elif not given and isinstance(column.type, ShortText | UTCDateTime):
                lacking[column.name] = name if isinstance(column.type, ShortText) else self.today
        row = model(estate_id=self.world.estate.id, **lacking, **columns)
        self.session.add(row)
        self.session.flush()
        self.ids.setdefault(model.__tablename__, {})[name] = row.id
        return row

    def person(self, username: str) -> int:
        """The id of a colleague."""
        return int(self.world.person(username).id)

    def unit(self, number: int) -> int:
        """The id of one of the world's units: 1-101, 1-201, 2-101, 2-201."""
        return int(self.world.units[number].id)

    def team(self, department: Department) -> int:
        """The id of that department's team."""
        return int(self.world.teams[department].id)

    def clock(self, code: str, name: str, /, **columns: Any) -> None:
        """A clock that runs; *columns* say of what and since when."""
        clock = select(Clock.id).where(Clock.estate_id == self.world.estate.id, Clock.code == code)
        columns = {"started_at": self.now - 3 * HOUR, "due_at": self.now - HOUR, **columns}
        self.add(ClockRun, f"{code} {name}", clock_id=self.session.scalar(clock), **columns)

    def matter(self, model: type[Any], name: str, at: datetime.datetime, /, **columns: Any) -> Any:
        """A ticket or complaint that was registered then; an open one is due in a month, where nothing else is said."""
        fair: dict[str, Any] = {"number": f"{model.__tablename__[0].upper()}-{name}", "summary": name, "heard_at": at}
        fair["desk_owner_id"] = self.person("clerk")
        if columns.get("status", model.open_statuses[0]) in model.open_statuses:
            fair["due_at"] = self.now + 30 * DAY
        return self.add(model, name, registered_at=at, **(fair | columns))

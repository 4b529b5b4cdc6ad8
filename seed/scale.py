"""Scale data (``frontdesk seed``): an estate of its own with years of tickets, written as rows through every guard.

Nobody could play a million tickets through the verbs, so the rows are made as the verbs would leave them, each with
the event that registered it and its latest one, which tells of the steps between as well. What stays out is clocks and
follow-ups of tickets closed long ago. For one seed and one moment everything is the same again, except
cipher texts and the password's hash.
"""

import datetime
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models.call import Call
from models.errors import OperationRefused, gettext_noop
from models.estates import Estate
from models.follow_ups import FollowUp
from models.operations import estates as estate_verbs
from models.operations.core import take_numbers_by_day
from models.session import DeskSession
from models.staff import system_actor
from models.tickets import Ticket
from seed.estates import ZONE_INFO
from seed.rows import RowWriter, writing_aside
from seed.scale_estate import Cast, open_estate, settle
from seed.scale_tickets import TABLES, Planned, Teller

YEARS = 3
CHUNK = 4000
NAME = "云海新城"
UNFINISHED = "（数据生成中）"
OPEN_SHARE, NEW_SHARE, OPEN_AMONG_NEW = 0.03, 0.05, 0.8
FEWEST_PEOPLE, MOST_PEOPLE, TICKETS_A_PERSON = 200, 200_000, 5

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Plan:
    """What is to be made: *size* tickets up to *now* (UTC) in the new estate *code*, by chance from *seed*."""

    size: int
    seed: int
    code: str
    now: datetime.datetime

    @property
    def people(self) -> int:
        """How many residents."""
        return min(MOST_PEOPLE, max(FEWEST_PEOPLE, self.size // TICKETS_A_PERSON))

    @property
    def last_day(self) -> datetime.date:
        """Today, by the estate's clock."""
        return self.now.astimezone(ZONE_INFO).date()

    @property
    def first_day(self) -> datetime.date:
        """The first day with a ticket."""
        return self.last_day - datetime.timedelta(days=365 * YEARS)

    @property
    def days(self) -> int:
        """How many days have tickets."""
        return (self.last_day - self.first_day).days + 1

    def chance(self, *names: object) -> Random:
        """A source of chance of its own for *names*."""
        return Random("/".join(str(name) for name in (self.seed, self.last_day, *names)))

    def instant(self, day: datetime.date, second: int) -> datetime.datetime:
        """The instant (UTC) of *second* after local midnight of *day*."""
        midnight = datetime.datetime.combine(day, datetime.time(), ZoneInfo(str(ZONE_INFO)))
        return (midnight + datetime.timedelta(seconds=second)).astimezone(datetime.UTC)


def fill_scale(open_session: Callable[[], DeskSession], plan: Plan, progress: Progress) -> None:
    """Make the estate of *plan*; commits every few thousand rows, so that others can work meanwhile.

    *progress* is told rows done, rows in all, and which date is being written. Refused (OperationRefused) where the
    estate is there already; what was interrupted stays as it is and says so by its name.
    """
    total = plan.people + plan.size
    with open_session() as session:
        refuse_present(session, plan.code)
        opening = plan.instant(plan.first_day - datetime.timedelta(days=1), 9 * 3600)
        cast = open_estate(session, plan.code, NAME + UNFINISHED, plan.chance("staff"), opening)
        session.commit()
        done = 0
        progress(done, total, plan.first_day.isoformat())
        moving_in = opening + datetime.timedelta(hours=2)
        with writing_aside(session) as writer:
            for written in settle(session, cast, plan.people, plan.chance, moving_in, size=CHUNK, writer=writer):
                done += written
                progress(done, total, plan.first_day.isoformat())
            for calls_written, day in _write_tickets(session, writer, cast, plan):
                done += calls_written
                progress(done, total, day.isoformat())
        estate = session.get_one(Estate, cast.estate_id)
        system = system_actor(session, source="seed")
        estate_verbs.amend(Call(session, system, plan.now), [estate], name=NAME).all()
        session.commit()
        session.execute(text("ANALYZE"))
        session.commit()


def refuse_present(session: Session, code: str) -> None:
    """Raise OperationRefused where there is an estate *code* already, and say whether its making was interrupted."""
    estate = session.scalar(select(Estate).where(Estate.code == code))
    if estate is None:
        return
    count = session.scalar(select(func.count()).select_from(Ticket).where(Ticket.estate_id == estate.id))
    if UNFINISHED in estate.name:
        message = gettext_noop(
            "Making the estate %(code)s was interrupted at %(count)s tickets. What is there is whole and stays;"
            " choose another code with --estate, or start over with an empty database."
        )
    else:
        message = gettext_noop(
            "There is an estate %(code)s with %(count)s tickets already; choose another code with --estate."
        )
    raise OperationRefused("SET-1", message, code=code, count=count)


def _write_tickets(
    session: DeskSession, writer: RowWriter, cast: Cast, plan: Plan
) -> Iterator[tuple[int, datetime.date]]:
    teller = Teller(cast, plan.now)
    still_open = open_places(plan.size, plan.chance("open"))
    newest = plan.size - int(plan.size * NEW_SHARE)
    moments = _moments(plan)
    for start in range(0, plan.size, CHUNK):
        rng = plan.chance("tickets", start)
        here = list(itertools.islice(moments, min(CHUNK, plan.size - start)))
        calls = [Planned(*came, index in still_open, index >= newest) for index, came in enumerate(here, start)]
        told = teller.tell(calls, rng)  # while the database still writes the chunk before
        if start:
            writer.commit()
            yield CHUNK, here[0][0]
        counts = Counter(day for day, _ in here)
        numbers = take_numbers_by_day(session, cast.estate_id, Ticket.number_prefix, counts)
        ids = writer.ids(Ticket, len(here))
        batch = teller.number(told, ids, list(itertools.chain.from_iterable(numbers.values())))
        teller.follow(batch, writer.ids(FollowUp, len(batch.follow_ups)), rng)
        end = writer.chain(cast.estate_id, len(batch.events))
        for model, name in TABLES:
            writer.write(model, getattr(batch, name))
        writer.write_events(cast.estate_id, batch.events, end)
    writer.commit()
    yield len(here), here[-1][0]


def open_places(size: int, rng: Random) -> set[int]:
    """Which of *size* tickets, oldest first, are still open: 3 %, four fifths of them among the newest 5 %."""
    count = int(size * OPEN_SHARE)
    found = set(rng.sample(range(size - int(size * NEW_SHARE), size), int(count * OPEN_AMONG_NEW)))
    while len(found) < count:
        found.add(rng.randrange(size))
    return found


def _moments(plan: Plan) -> Iterator[tuple[datetime.date, datetime.datetime]]:
    """Date and instant of one ticket after another, evenly over the days, mostly in waking hours, never after now."""
    for number in range(plan.days):
        day = plan.first_day + datetime.timedelta(days=number)
        count = plan.size * (number + 1) // plan.days - plan.size * number // plan.days
        rng = plan.chance("day", number)
        seconds = sorted(int(rng.triangular(7 * 3600, 22 * 3600, 10 * 3600)) for _ in range(count))
        midnight = plan.instant(day, 0)
        if number == plan.days - 1:
            passed = max(0, int((plan.now - midnight).total_seconds()) - 60)
            seconds = [second * passed // 86_400 for second in seconds]
        for second in seconds:
            yield day, midnight + datetime.timedelta(seconds=second)

"""The training estate of the demo: two estates, their people and sixty days of work, made through the verbs.

For one seed and one date everything is the same again, except secrets, cipher texts and the codes of passes.
"""

import datetime
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from sqlalchemy import func, select, update

from models.outbox import ON_ITS_WAY, Outgoing, SendStatus, WhyNot
from models.session import DeskSession
from models.staff import system_actor
from models.told import Told
from seed import audits, complaints, estates, keys, passes, residents, staff, tickets
from seed.staff import LEAVER, LEFT_DAYS_AGO
from seed.timeline import Timeline
from seed.world import World

DAYS = 60


def fill_demo(
    open_session: Callable[[], DeskSession],
    *,
    seed: int,
    now: datetime.datetime,
    progress: Callable[[int, int, str], None],
    days: int = DAYS,
    share: float = 1.0,
) -> None:
    """Fill an empty, upgraded database with the training estate, as it stands at *now* (UTC); commits day by day.

    *progress* is told steps done, steps in all, and which date is being played. *days* and *share* make it smaller.
    """
    with open_session() as session:
        # What was committed stays loaded: every story goes on with its row on another day.
        session.expire_on_commit = False
        world = World(session, seed, now.replace(microsecond=0), days, share, estates.ZONE_INFO)
        play(world, progress)


def _others() -> list[ModuleType]:
    """The modules of further registers that have a ``plan``."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    known = (tickets, complaints, keys, passes, audits, staff)
    return [module for module in modules if hasattr(module, "plan") and module not in known]


def play(world: World, progress: Callable[[int, int, str], None]) -> Timeline:
    """Make everything of *world*; returns the timeline, which knows what was refused."""
    session = world.session
    world.left = {LEAVER: world.today - datetime.timedelta(days=LEFT_DAYS_AGO)}
    opening = world.at(world.first_day - datetime.timedelta(days=1), 9 * 60)
    total = world.days + 2
    progress(0, total, world.day_of(opening).isoformat())
    estates.build(world, opening, system=system_actor(session, source="seed"))
    residents.settle(world, opening + datetime.timedelta(hours=2))
    keys.hang(world, opening + datetime.timedelta(hours=5))
    session.commit()
    timeline = Timeline(session, world.now, world.zone, world.actors)
    for register in (tickets, complaints, keys, passes, audits, staff, *_others()):
        register.plan(world, timeline)

    def each_day(day: datetime.date) -> None:
        progress(min((day - world.first_day).days + 1, total), total, day.isoformat())

    timeline.play(each_day)
    week_ago = world.now - datetime.timedelta(days=7)
    seen = update(Told).where(Told.at < week_ago).values(seen_at=Told.at)
    session.execute(seen.execution_options(synchronize_session=False))
    _send(session)
    session.commit()
    progress(total, total, world.today.isoformat())
    return timeline


def _send(session: DeskSession) -> None:
    """What was to leave the house has left it, but for the last message: nobody answered at that number."""
    last = session.scalar(
        select(func.max(Outgoing.id))
        .where(ON_ITS_WAY)
        .group_by(Outgoing.estate_id)
        .order_by(Outgoing.estate_id)
        .limit(1)
    )
    sent = {"attempts": 1, "started_at": Outgoing.created_at, "ended_at": Outgoing.created_at}
    failed = {"status": SendStatus.FAILED, "reason": WhyNot.REFUSED, "answer": 503}
    for which, values in ((Outgoing.id != last, {"status": SendStatus.SENT}), (Outgoing.id == last, failed)):
        written = update(Outgoing).where(ON_ITS_WAY, which).values({**sent, **values})
        session.execute(written.execution_options(synchronize_session=False))

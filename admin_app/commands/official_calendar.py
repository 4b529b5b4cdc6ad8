"""What ``frontdesk db upgrade`` and ``frontdesk audit`` do first: official days that the program has learnt (SET-2)."""

import collections
import datetime
from collections.abc import Sequence

from admin_app import database
from models.call import Call
from models.estates import Estate
from models.operations import settings
from models.operations.staff import active_person
from models.session import DeskSession
from models.staff import actor_for


def provide(session: DeskSession, estates: Sequence[Estate], *, now: datetime.datetime) -> str:
    """Add to *estates* the official days that they lack, as the system account, and commit.

    Returns the sentence that says what was added, empty when nothing was.
    """
    actor = actor_for(session, active_person(session, database.SYSTEM), source="cli")
    added, _ = settings.provide_official_days(Call(session, actor, now), estates)
    counts = collections.Counter((day.estate_id, day.day.year) for day in added)
    codes = {estate.id: estate.code for estate in estates}
    session.commit()
    said = ", ".join(f"{codes[key]} {year} ({count} days)" for (key, year), count in counts.items())
    return f"Official calendar added: {said}." if said else ""

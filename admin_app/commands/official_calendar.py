"""What ``frontdesk db upgrade`` and ``frontdesk audit`` do first: add what was learnt since (SET-1, SET-2)."""

import collections
import datetime
from collections.abc import Sequence

from admin_app import database
from models.call import Call
from models.estates import Estate
from models.operations import settings
from models.operations.staff import active_person
from models.operations.undated import date_undated
from models.session import DeskSession
from models.staff import actor_for


def provide(session: DeskSession, estates: Sequence[Estate], *, now: datetime.datetime) -> str:
    """Add to *estates* the clocks, figures, texts and official days that they lack, as the system account, and commit.

    What stood still without a date gets one (INT-14). Returns the sentence that says which days were added, empty
    when none were.
    """
    actor = actor_for(session, active_person(session, database.SYSTEM), source="cli")
    call = Call(session, actor, now)
    added, _ = settings.provide_official_days(call, estates)
    settings.provide_clocks(call, estates)
    settings.provide_settings(call, estates)
    settings.provide_texts(call, estates)
    date_undated(call, estates)
    counts = collections.Counter((day.estate_id, day.day.year) for day in added)
    codes = {estate.id: estate.code for estate in estates}
    session.commit()
    said = ", ".join(f"{codes[key]} {year} ({count} days)" for (key, year), count in counts.items())
    return f"Official calendar added: {said}." if said else ""

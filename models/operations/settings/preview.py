"""When a clock would run out, and why then: each day with what was counted of it (SET-1, SET-2)."""

import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import OperationRefused, gettext_noop
from models.settings import CalendarDay, Clock, ClockCalendar, EstateSettings

DAY = datetime.timedelta(days=1)


def preview_clock(session: Session, estate_id: int, code: str, start: datetime.datetime) -> dict[str, Any]:
    """When the clock *code* of the estate, started at *start* by the estate's time unless it says another, runs out.

    ``because`` has each local date from the one to the other: its working intervals, how many minutes of it count, and
    its name where the calendar has one. Around the clock every minute counts, by the end of the day none is asked.
    Refused (SET-1): there is no such clock, or it is not in use.
    """
    settings = EstateSettings(session, [estate_id])
    clock = settings.clock(estate_id, code)
    if clock is None:
        known = session.scalars(select(Clock.code).where(Clock.estate_id == estate_id).order_by(Clock.code)).all()
        message = gettext_noop("There is no clock “%(clock)s” in use; there are: %(clocks)s.")
        raise OperationRefused("SET-1", message, clock=code, clocks=list(known))
    calendar = settings.calendar(estate_id)
    begins = start.replace(tzinfo=calendar.zone) if start.tzinfo is None else start
    due = settings.due(clock, begins.astimezone(datetime.UTC))
    names = select(CalendarDay.day, CalendarDay.name).where(CalendarDay.estate_id == estate_id)
    named = {day: name for day, name in session.execute(names) if name}
    works = clock.calendar is ClockCalendar.WORKING
    because = []
    day = calendar.local_date(begins)
    while day <= calendar.local_date(due):
        first, last = max(begins, calendar.instant(day)), min(due, calendar.instant(day + DAY))
        passed = calendar.minutes_between(first, last) if works else int((last - first).total_seconds() // 60)
        hours = [[_time(begin), _time(end)] for begin, end in calendar.intervals(day)] if works else []
        if first < last or works:
            because.append({"date": day.isoformat(), "hours": hours, "minutes": passed, "name": named.get(day)})
        day += DAY
    return {
        "clock": clock.code,
        "rule": clock.rule,
        "calendar": clock.calendar.value,
        "minutes": clock.minutes,
        "start": begins.astimezone(calendar.zone).isoformat(),
        "due": due.astimezone(calendar.zone).isoformat(),
        "because": because,
    }


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"

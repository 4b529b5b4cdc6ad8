"""When the work on a record waited, as its events say: what is counted from a start of before leaves that out."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.events import Event
from models.operations.core.new_runs import Course

STANDS, GOES_ON = "wait", "resume"
"""The verbs with which work waits, and goes on."""
NO_PAUSE = "third_party"
"""The reason for waiting with which clocks run on: somebody else has the job."""

Taken = tuple[str, datetime.datetime]
"""A step that was taken, and when."""


def steps_taken(session: Session, register: str, ids: Sequence[int], verbs: Collection[str]) -> dict[int, list[Taken]]:
    """Record -> when which of *verbs* was done to it, in their order; who waits for a third party goes on."""
    of_records = Event.register == register, Event.record_id.in_(ids), Event.verb.in_(verbs)
    query = select(Event.record_id, Event.verb, Event.at, Event.after).where(*of_records)
    found: dict[int, list[Taken]] = {}
    for record_id, verb, at, after in session.execute(query.order_by(Event.record_id, Event.id)):
        others = verb == STANDS and _reason(after) == NO_PAUSE
        found.setdefault(record_id, []).append((GOES_ON if others else verb, at))
    return found


def _reason(after: Any) -> Any:
    return after.get("waiting_reason") if isinstance(after, dict) else None


def note_pause(course: Course, verb: str, at: datetime.datetime) -> None:
    """Let *course* stand or go on where *verb*, done *at*, says so."""
    if verb == STANDS and course.paused_at is None:
        course.paused_at = at
    elif verb == GOES_ON and course.paused_at is not None:
        course.paused_minutes += int((at - course.paused_at).total_seconds() // 60)
        course.pauses.append([course.paused_at.isoformat(), at.isoformat()])
        course.paused_at = None


def course_since(started_at: datetime.datetime, steps: Iterable[Taken]) -> Course:
    """How a clock runs that began then, with the pauses that *steps* say."""
    course = Course(started_at)
    for verb, at in steps:
        if at >= started_at:
            note_pause(course, verb, at)
    return course

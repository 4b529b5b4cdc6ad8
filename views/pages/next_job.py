"""What a technician has in hand on the desk: the next job, large, with all that is needed at the door (JOB-1, DSP-8).

Every act of it is a step as it stands on the record's page; here it is only one tap away.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from models.policy import may
from models.tickets import Ticket, TicketKind, TicketStatus as S, WaitingReason
from models.verbs import verb_label
from views.pages.bands import Band
from views.pages.open_matters import OpenMatter
from views.register.steps import DESK
from views.request import context
from views.request.gathering import GatheredRow
from views.words.cells import callable_phone
from views.words.language import local_time, say, zone

_COLUMNS = ("version", "detail", "visit_from", "visit_until", "reporter_name", "reporter_phone", "waiting_reason")
TICKET_COLUMNS = tuple(getattr(Ticket, name) for name in _COLUMNS)
"""What is read of the jobs beside what every desk reads."""

_UNDER_WAY = (S.DISPATCHED, S.ACCEPTED, S.IN_PROGRESS)
_ORDER = ("alarm", "next", "today", "old", "rest")
_EVENING, _MORNING, _AFTERNOON = (18, 20), (9, 11), (14, 16)
_LAST_HOUR_TO_COME_BACK = 17


@dataclass(frozen=True)
class Act:
    """One thing to do with the job: a button that does it, or a page that asks."""

    label: str
    url: str
    at_once: bool = False


@dataclass(frozen=True)
class Appointment:
    """When somebody may be at home: how it is written for a person, and as the form takes it."""

    label: str
    visit_from: str
    visit_until: str


@dataclass(frozen=True)
class NextJob:
    """The job on top."""

    job: GatheredRow
    url: str
    phone: Any
    visit: str
    first: Act | None
    others: Sequence[Act]
    absent_url: str
    """Where *nobody home* is sent, empty where the job does not wait."""
    appointments: Sequence[Appointment]


def next_job(bands: Iterable[Band]) -> NextJob | None:
    """The job that comes first: an emergency, the team's too, else what is under way, else by the desk's own order."""
    me = context.actor()
    named = {band.name: band for band in bands}
    in_order = [one for name in _ORDER if name in named for one in named[name].matters if one.endpoint == "tickets"]
    own = [
        one.matter
        for one in in_order
        if (me is not None and one.matter.assignee_id == me.staff_id)
        or (one.matter.kind is TicketKind.EMERGENCY and is_to_accept(one))
    ]
    ready = [job for job in own if job.status in _UNDER_WAY or _is_back(job)]
    if not ready:
        return None
    job = min(ready, key=lambda each: (each.kind is not TicketKind.EMERGENCY, each.status is not S.IN_PROGRESS))
    record = Ticket(**{name: getattr(job, name) for name in ("estate_id", "team_id", "assignee_id", "status", "kind")})
    waits = job.kind is not TicketKind.EMERGENCY and may(me, "wait", record)
    return NextJob(
        job,
        url_for("tickets.details_view", id=job.id),
        callable_phone(job.reporter_phone) if job.reporter_phone and may(me, "read_phone", record) else "",
        _window(job.visit_from, job.visit_until),
        _first(job),
        _others(job),
        _address("wait", job) if waits else "",
        appointments(),
    )


def _is_back(job: GatheredRow) -> bool:
    """Whether what waited for somebody to be at home has its new appointment, and that begins today."""
    if job.status is not S.WAITING or job.waiting_reason is not WaitingReason.RESIDENT_ABSENT:
        return False
    return job.visit_from is not None and job.visit_from - context.now() < datetime.timedelta(hours=2)


def _first(job: GatheredRow) -> Act | None:
    if job.status is S.DISPATCHED:
        return Act(say(verb_label("accept")), _address("accept", job), at_once=True)
    if job.status is S.ACCEPTED:
        return Act(gettext("I am there"), _address("start", job), at_once=True)
    if job.status is S.WAITING:
        return Act(gettext("I am there"), _address("resume", job), at_once=True)
    return Act(say(verb_label("finish")), _address("finish", job))


def _others(job: GatheredRow) -> list[Act]:
    verbs = ("charge", "wait") if job.status in (S.ACCEPTED, S.IN_PROGRESS) else ()
    return [Act(say(verb_label(verb)), _address(verb, job)) for verb in verbs]


def _address(verb: str, job: GatheredRow) -> str:
    return url_for("tickets.step_view", verb=verb, id=job.id, then=DESK)


def _window(begin: datetime.datetime | None, end: datetime.datetime | None) -> str:
    return "–".join(text for text in (local_time(begin) if begin else "", local_time(end)[-5:] if end else "") if text)


def appointments() -> list[Appointment]:
    """When one may come again: this evening while that is still to come, and tomorrow."""
    now = context.now().astimezone(zone())
    tomorrow = gettext("Tomorrow")
    found = [(1, tomorrow, hours) for hours in (_MORNING, _AFTERNOON, _EVENING)]
    if now.hour < _LAST_HOUR_TO_COME_BACK:
        found.insert(0, (0, gettext("This evening"), _EVENING))
    made = []
    for days, word, (begin, end) in found:
        day = now.date() + datetime.timedelta(days=days)
        at = [datetime.datetime.combine(day, datetime.time(hour)).strftime("%Y-%m-%dT%H:%M") for hour in (begin, end)]
        made.append(Appointment(f"{word} {begin}:00–{end}:00", *at))
    return made


def is_to_accept(row: OpenMatter) -> bool:
    """Whether the row is a job that this person may take, alone or with others."""
    return row.endpoint == "tickets" and row.matter.status is S.DISPATCHED and bool(row.next)

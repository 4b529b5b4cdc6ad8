"""Follow-ups for the tests of follow-ups: made by the walk of a job or a complaint, tried in vain, passed on."""

import datetime

from sqlalchemy import select

from models.call import Call
from models.complaints import ComplaintStatus
from models.events import Event
from models.follow_ups import AttemptOutcome, FollowUpStatus
from models.operations import follow_ups
from tests.operations.walks import (
    DAY,
    HOUR,
    attempt,
    complaint_in,
    do,
    follow_up_of,
)

F = FollowUpStatus


def carried_out(world, now):
    complaint = complaint_in(world, ComplaintStatus.AGREED, now)
    return do(world, "carry_out", complaint, now).one()


def try_in_vain(world, follow_up, now):
    return attempt(world, follow_up, now, AttemptOutcome.NOT_REACHED).one()


def follow_up_in(world, job, status, now):
    """The follow-up of *job*, brought into *status*."""
    follow_up = follow_up_of(world, job)
    if status is F.SATISFIED:
        attempt(world, follow_up, now, AttemptOutcome.SATISFIED).one()
    elif status is F.NOT_SATISFIED:
        attempt(world, follow_up, now, AttemptOutcome.NOT_SATISFIED, words="还在滴水").one()
    elif status is F.NOT_REACHED:
        for days in range(3):
            try_in_vain(world, follow_up, now + days * DAY)
        close(world, follow_up, now + 2 * DAY).one()
    elif status is F.CANCELLED:
        do(world, "reopen", job, now).one()
        world.session.expire_all()
    assert follow_up.status is status
    return follow_up


def close(world, follow_up, now, by="supervisor"):
    return follow_ups.close_not_reached(Call(world.session, world.actor(by), now), [follow_up])


def pass_on(world, follow_up, now, to, by="clerk", **changes):
    person = world.person(to)
    return follow_ups.reassign(Call(world.session, world.actor(by), now), [follow_up], assignee=person, **changes)


def at(hour, minute=0):
    """That time of a Wednesday in Shanghai."""
    return datetime.datetime(2026, 11, 18, hour, minute, tzinfo=datetime.UTC) - 8 * HOUR


def scheduled_as(world, matter):
    """The role in the event that scheduled the follow-up of *matter*."""
    mine = (Event.register == "follow_ups", Event.record_id == follow_up_of(world, matter).id)
    return world.session.scalars(select(Event.role).where(*mine, Event.verb == "schedule")).one()

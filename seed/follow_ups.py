"""Asking the residents afterwards: attempts on different days, scores, words, and who was never reached."""

import datetime
from collections.abc import Generator, Sequence
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.call import Call
from models.complaints import Complaint
from models.errors import Outcome
from models.follow_ups import AttemptOutcome, FollowUp, FollowUpStatus, FollowUpWay
from models.operations import follow_ups as verbs
from models.tickets import Ticket
from seed.texts import phrases
from seed.timeline import Step, step
from seed.world import Place, World, pick

SCORES = ((5, 5, 5),) * 5 + ((5, 4, 5),) * 3 + ((4, 5, 5), (5, 3, 5), (4, 4, 4))
USUAL_SCORES = ((5, 5, 5),) * 6 + ((5, 4, 5),) * 2
CALLING_MINUTES = (9 * 60 + 35, 10 * 60 + 50, 14 * 60 + 40, 16 * 60 + 15, 18 * 60 + 55)
WAY_WEIGHTS = (85, 4, 5, 6)
SAME_EVENING = 0.85
"""So many residents are called on the evening of the day itself, where the desk keeps up with its work."""
NOT_REACHED, NOT_SATISFIED = 0.10, 0.03
CERTAIN: dict[FollowUpStatus | None, float] = {
    FollowUpStatus.NOT_REACHED: 0.0,
    FollowUpStatus.NOT_SATISFIED: NOT_REACHED,
    FollowUpStatus.SATISFIED: 1.0,
}


def _latest(session: Session, matters: Sequence[Ticket | Complaint]) -> dict[int, FollowUp]:
    model: type[Any] = type(matters[0])
    query = select(FollowUp).where(FollowUp.register == model.__tablename__).order_by(FollowUp.id)
    query = query.where(FollowUp.record_id.in_([matter.id for matter in matters]))
    return {row.record_id: row for row in session.scalars(query)}


def ask(call: Call, matters: Sequence[Ticket | Complaint], **attempt: Any) -> Outcome:
    """Record one attempt on the follow-up that each of *matters* owes."""
    owed = _latest(call.session, matters)
    outcome = verbs.record_attempt(call, [owed[matter.id] for matter in matters], **attempt)
    return _of_matters(matters, owed, outcome)


def give_up(call: Call, matters: Sequence[Ticket | Complaint]) -> Outcome:
    """Close the follow-ups of *matters* as not reached."""
    owed = _latest(call.session, matters)
    outcome = verbs.close_not_reached(call, [owed[matter.id] for matter in matters])
    return _of_matters(matters, owed, outcome)


def _of_matters(matters: Sequence[Ticket | Complaint], owed: dict[int, FollowUp], outcome: Outcome) -> Outcome:
    refused = {row.id: refusal for row, refusal in outcome.refused}
    return Outcome(
        done=[matter for matter in matters if owed[matter.id].id not in refused],
        refused=[(matter, refused[owed[matter.id].id]) for matter in matters if owed[matter.id].id in refused],
    )


def calling_time(
    world: World, place: Place, after: datetime.datetime, rng: Random, *, first: bool = True
) -> datetime.datetime:
    """When the desk next makes calls: on the day after *after* or, *first*, that evening; outside the rest hours."""
    evening = world.day_of(after), CALLING_MINUTES[-1]
    if first and place is world.home and world.minute_of(after) < evening[1] - 45 and rng.random() < SAME_EVENING:
        own = world.random("calls", place.estate.code, *evening)
        return world.at(evening[0], evening[1] + own.randrange(25))
    day = world.day_of(after) + datetime.timedelta(days=1)
    recent = world.is_recent(world.at(day, 0))
    hour = rng.randrange(len(CALLING_MINUTES)) if recent else day.toordinal() % len(CALLING_MINUTES)
    own = world.random("calls", place.estate.code, day, hour)
    return world.at(day, CALLING_MINUTES[hour] + own.randrange(25))


def asked(
    world: World,
    place: Place,
    matter: Ticket | Complaint,
    after: datetime.datetime,
    rng: Random,
    *,
    not_by: str,
    answer: FollowUpStatus | None = None,
) -> Generator[Step, Any, tuple[datetime.datetime, FollowUpStatus]]:
    """Ask until there is an answer, never by who did the work; returns when, and what became of it.

    *answer* settles beforehand what would be left to chance.
    """
    at = after
    for number in range(3):
        at = calling_time(world, place, at, rng, first=number == 0)
        clerk = world.on_duty(place, at, not_by)
        recent = world.is_recent(at)
        chance = CERTAIN.get(answer, rng.random())
        if chance < NOT_REACHED:
            words = pick(rng, phrases("not_reached")) if recent else ""
            yield step(
                at, ask, matter, by=clerk, way=FollowUpWay.PHONE, outcome=AttemptOutcome.NOT_REACHED, words=words
            )
            continue
        if chance < NOT_REACHED + NOT_SATISFIED:
            words = pick(rng, phrases("not_satisfied"))
            scores = {"quality": 2, "timeliness": rng.randrange(1, 4), "attitude": 4}
            yield step(
                at,
                ask,
                matter,
                by=clerk,
                way=FollowUpWay.PHONE,
                outcome=AttemptOutcome.NOT_SATISFIED,
                words=words,
                **scores,
            )
            return at, FollowUpStatus.NOT_SATISFIED
        quality, timeliness, attitude = pick(rng, SCORES if recent else USUAL_SCORES)
        words = pick(rng, phrases("satisfied")) if rng.random() < (0.2 if recent else 0.03) else ""
        yield step(
            at,
            ask,
            matter,
            by=clerk,
            way=rng.choices(list(FollowUpWay), WAY_WEIGHTS)[0] if recent else FollowUpWay.PHONE,
            outcome=AttemptOutcome.SATISFIED,
            quality=quality,
            timeliness=timeliness,
            attitude=attitude,
            words=words,
        )
        return at, FollowUpStatus.SATISFIED
    at = world.at(world.day_of(at), 17 * 60 + 25)
    yield step(at, give_up, matter, by=place.supervisor)
    return at, FollowUpStatus.NOT_REACHED

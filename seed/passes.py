"""Passes for visitors, temporary comers and workers: at the gate, handed in, forgotten, revoked, deposits."""

import datetime
from dataclasses import dataclass
from random import Random

from models.operations import passes as verbs
from models.operations.passes import PassDraft
from models.passes import PassKind
from models.personal import IdDocument
from seed import names
from seed.jobs import minutes
from seed.texts import words
from seed.timeline import Story, Timeline, step
from seed.world import Place, World, pick

VISITS, TEMPORARY, WORKERS = 115, 55, 50
"""Visits of one to three people, and single passes of the two other kinds."""


@dataclass(frozen=True)
class Paper:
    """One pass as it will go; *end* is what becomes of it, *days* how long it is used."""

    place: Place
    kind: PassKind
    at: datetime.datetime
    rng: Random
    end: str = "handed_in"
    days: int = 0


# Kind, days ago, what became of it, days used: of the neglected estate, and of the other.
PINS: tuple[tuple[PassKind, int, str, int], ...] = (
    (PassKind.VISITOR, 1, "forgotten", 0),
    (PassKind.VISITOR, 2, "inside", 0),
    (PassKind.VISITOR, 3, "revoked", 0),
    (PassKind.TEMPORARY, 5, "forgotten", 2),
    (PassKind.TEMPORARY, 1, "inside", 2),
    (PassKind.TEMPORARY, 1, "early", 2),
    (PassKind.TEMPORARY, 8, "revoked", 1),
    (PassKind.WORKER, 9, "inside", 80),
    (PassKind.WORKER, 12, "kept", 10),
    (PassKind.WORKER, 7, "kept", 5),
    (PassKind.WORKER, 6, "revoked", 3),
    (PassKind.WORKER, 11, "revoked_kept", 5),
    (PassKind.WORKER, 13, "forgotten", 11),
)
PINS_AT_HOME: tuple[tuple[PassKind, int, str, int], ...] = (
    (PassKind.VISITOR, 1, "forgotten", 0),
    (PassKind.VISITOR, 0, "inside", 0),
    (PassKind.TEMPORARY, 1, "inside", 2),
    (PassKind.WORKER, 9, "inside", 80),
)


def plan(world: World, timeline: Timeline) -> None:
    """Begin the stories of all passes."""
    for place in world.places:
        rng = world.random("passes", place.estate.code)
        pinned = PINS if place is world.neglected else PINS_AT_HOME
        for number, (kind, days_ago, end, days) in enumerate(pinned):
            if days_ago < world.days:
                at = world.at(world.today - datetime.timedelta(days=days_ago), 580 + number * 3)
                own = world.random("pass pin", place.estate.code, number)
                timeline.begin(_story(world, Paper(place, kind, at, own, end, days), number))
        number = 100
        for kind, total in ((PassKind.VISITOR, VISITS), (PassKind.TEMPORARY, TEMPORARY), (PassKind.WORKER, WORKERS)):
            count = round(total * world.share * place.share * (world.days + 1) / 60)
            for index in range(count):
                days_in = (index + rng.random()) * (world.days + 1) / count
                day = world.first_day + datetime.timedelta(days=int(days_in))
                at = world.at(day, rng.randrange(8 * 60 + 20, 17 * 60))
                days = 0 if kind is PassKind.VISITOR else rng.randrange(0, 3) if kind is PassKind.TEMPORARY else 45
                paper = Paper(place, kind, at, rng, _end(rng, kind), rng.randrange(3, days) if days > 3 else days)
                for _ in range(rng.choice((1, 1, 1, 2, 2, 3)) if kind is PassKind.VISITOR else 1):
                    number += 1
                    own = world.random("pass", place.estate.code, number)
                    timeline.begin(_story(world, Paper(place, kind, at, own, paper.end, paper.days), number))


def _end(rng: Random, kind: PassKind) -> str:
    chance = rng.random()
    if kind is PassKind.WORKER:
        return "kept" if chance < 0.04 else "revoked" if chance < 0.08 else "handed_in"
    return "forgotten" if chance < 0.02 else "revoked" if chance < 0.035 else "handed_in"


def _draft(world: World, paper: Paper, number: int) -> PassDraft:
    rng, place, texts = paper.rng, paper.place, words("desk")["passes"]
    foreign = paper.kind is PassKind.VISITOR and rng.random() < 0.04
    draft = PassDraft(
        place.estate.id,
        paper.kind,
        pick(rng, names.ENGLISH) if foreign else names.full_name(rng),
        organisation=pick(rng, texts["organisations"]) if rng.random() < 0.6 else None,
        phone=names.phone(rng),
        purpose=pick(rng, texts[paper.kind.value]),
        identity_checked=True,
        host_unit_id=pick(rng, place.households).unit.id,
        host_asked=True,
    )
    if paper.kind is PassKind.VISITOR:
        draft.badge_number, draft.safety_told = f"访{number % 900 + 1:03d}", True
        return draft
    draft.id_document = IdDocument.ID_CARD
    draft.id_number = names.id_number(rng, born=names.birthday(rng, world.first_day))
    if paper.end == "early":
        draft.valid_from = world.at(world.today + datetime.timedelta(days=1), 8 * 60)
    if paper.kind is PassKind.WORKER:
        draft.id_copied = draft.residence_paper_seen = True
        draft.permit_number = f"施{world.day_of(paper.at):%y%m}-{number:03d}"
        until = world.day_of(paper.at) + datetime.timedelta(days=10 if paper.end == "forgotten" else paper.days + 20)
        draft.permit_until = world.at(until, 18 * 60)
    return draft


def _story(world: World, paper: Paper, number: int) -> Story:
    place, at = paper.place, paper.at
    visitor = paper.kind is PassKind.VISITOR
    clerk = world.on_duty(place, at)
    card = yield step(at, verbs.issue, _draft(world, paper, number), by=clerk)
    if paper.end == "early":
        return
    at += minutes(3)
    yield step(at, verbs.check_in, card, by=clerk)
    if paper.end == "inside":
        return
    stay = world.random("stay", place.estate.code, paper.at).randrange(25, 300)
    leaves = at + minutes(stay) if visitor else world.at(world.day_of(at), 17 * 60 + 40 + number % 15)
    yield step(leaves, verbs.check_out, card, by=world.on_duty(place, leaves))
    if paper.end == "forgotten":
        return
    last = (
        leaves + minutes(2)
        if visitor
        else world.at(world.day_of(at) + datetime.timedelta(days=paper.days), 17 * 60 + 57)
    )
    if paper.end in ("revoked", "revoked_kept"):
        reason = pick(paper.rng, words("desk")["passes"]["revoked"])
        yield step(last, verbs.revoke, card, by=place.supervisor, reason=reason)
        if paper.kind is not PassKind.WORKER or paper.end == "revoked_kept":
            return
    yield step(last + minutes(2), verbs.hand_in, card, by=world.on_duty(place, last))
    if paper.kind is PassKind.WORKER and paper.end != "kept":
        paid = world.at(world.day_of(last) + datetime.timedelta(days=1), 9 * 60 + 30)
        yield step(paid, verbs.refund, card, by=world.on_duty(place, paid))

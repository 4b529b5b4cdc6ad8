"""The people of the estates: owners, tenants and families, with phones and, some of them, papers."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import select

from models.call import Call
from models.estates import Unit
from models.operations import residents as verbs
from models.operations.residents import OccupancyDraft, ResidentDraft, WayDraft
from models.outbox import ResidentKind
from models.personal import IdDocument
from models.phones import ContactKind
from models.residents import OccupancyKind, Resident, ResidentContact
from seed import names
from seed.world import Household, Place, World

LET = 0.28
SECOND_HOME = 0.04
FAMILY = 0.45
FORMER_TENANT = 0.06
CHUNK = 50
EACH_SO_MANY = 9
"""One of so many people wants text messages."""


@dataclass
class _Person:
    draft: ResidentDraft
    stays: list[tuple[Unit, OccupancyKind, datetime.date, datetime.date | None]] = field(default_factory=list)


def settle(world: World, at: datetime.datetime) -> None:
    """Register the people of each estate and where they live; fills the households."""
    foreigners = list(names.ENGLISH)
    for place in world.places:
        people = _people(world, place, foreigners)
        actor = world.actors[place.desk[0]]
        rows = verbs.register(Call(world.session, actor, at), [person.draft for person in people]).all()
        drafts = [
            OccupancyDraft(place.estate.id, unit.id, row.id, kind, from_on, until_on)
            for person, row in zip(people, rows, strict=True)
            for unit, kind, from_on, until_on in person.stays
        ]
        for start in range(0, len(drafts), CHUNK):
            verbs.register_occupancy(Call(world.session, actor, at), drafts[start : start + CHUNK]).all()
        households = {household.unit.id: household for household in place.households}
        let = {
            unit.id
            for person in people
            for unit, kind, _, until in person.stays
            if kind is OccupancyKind.TENANT and until is None
        }
        for person, row in zip(people, rows, strict=True):
            for unit, kind, _, until in person.stays:
                if kind is OccupancyKind.OWNER and until is None:
                    place.owners[unit.id] = row
                absent = kind is OccupancyKind.OWNER and unit.id in let
                if person.draft.phone and until is None and not absent:
                    households[unit.id].people.append((row, person.draft.phone))
        place.households = [household for household in place.households if household.people]
        _choose(world, [row for _person, row in zip(people, rows, strict=True)][::EACH_SO_MANY], at)


def _choose(world: World, people: Sequence[Resident], at: datetime.datetime) -> None:
    """Some told the desk of what they want text messages, whoever can be reached by one."""
    query = select(ResidentContact).where(ResidentContact.resident_id.in_([person.id for person in people]))
    mobile = ResidentContact.kind == ContactKind.MOBILE, ResidentContact.valid
    numbers = world.session.scalars(query.where(*mobile).order_by(ResidentContact.id)).all()
    kinds = tuple(ResidentKind)
    drafts = [
        WayDraft(number.estate_id, number.id, kinds if place % 2 else kinds[:3]) for place, number in enumerate(numbers)
    ]
    actors = {place.estate.id: world.actors[place.desk[0]] for place in world.places}
    for draft in drafts:
        verbs.choose_way(Call(world.session, actors[draft.estate_id], at), [draft]).one()


def _people(world: World, place: Place, foreigners: list[str]) -> list[_Person]:
    rng = world.random("people", place.estate.code)
    people: list[_Person] = []
    owner: _Person | None = None
    # Whatever chance brings, somebody has each of the surnames that are read in two ways.
    surnames = list(names.TWO_READINGS)
    for household in place.households:
        unit = household.unit
        since = unit.handed_over_on or world.first_day
        if owner is None or rng.random() >= SECOND_HOME:
            called = names.full_name(rng, surnames.pop()) if surnames else None
            owner = _person(world, place, rng, since, name=called)
            people.append(owner)
        owner.stays.append((unit, OccupancyKind.OWNER, since, None))
        if rng.random() < FORMER_TENANT:
            former = _person(world, place, rng, since)
            left = world.first_day - datetime.timedelta(days=rng.randrange(10, 200))
            former.stays.append((unit, OccupancyKind.TENANT, left - datetime.timedelta(days=365), left))
            people.append(former)
        if rng.random() < LET:
            people.append(_tenant(world, place, rng, household, foreigners))
        elif rng.random() < FAMILY:
            relative = _person(world, place, rng, since, family=names.family_name(owner.draft.name))
            relative.stays.append((unit, OccupancyKind.FAMILY, since, None))
            people.append(relative)
    return people


def _tenant(world: World, place: Place, rng: Random, household: Household, foreigners: list[str]) -> _Person:
    since = world.first_day - datetime.timedelta(days=rng.randrange(5, 500))
    name = foreigners.pop() if foreigners and rng.random() < 0.3 else None
    tenant = _person(world, place, rng, since, name=name)
    tenant.stays.append((household.unit, OccupancyKind.TENANT, since, None))
    return tenant


def _person(
    world: World,
    place: Place,
    rng: Random,
    since: datetime.date,
    *,
    family: str | None = None,
    name: str | None = None,
) -> _Person:
    called = name or names.full_name(rng, family)
    draft = ResidentDraft(
        place.estate.id,
        called,
        phone=None if family and rng.random() < 0.4 else names.phone(rng),
        moved_in_on=since,
    )
    chance = rng.random()
    if called.isascii():
        draft.id_document, draft.id_number = IdDocument.PASSPORT, f"E{rng.randrange(10**8):08d}"
        draft.note = "Speaks English only."
    elif chance < 0.3:
        born = names.birthday(rng, world.first_day)
        draft.id_document, draft.id_number = IdDocument.ID_CARD, names.id_number(rng, born=born)
    if rng.random() < 0.35:
        draft.vehicles = names.number_plate(rng)
    if rng.random() < 0.12:
        draft.emergency_contact = (
            f"{names.full_name(rng, called[:1] if not called.isascii() else None)} {names.phone(rng)}"
        )
    if not draft.note and rng.random() < 0.04:
        draft.note = "独居老人，上门前请先打电话。"
    return _Person(draft)

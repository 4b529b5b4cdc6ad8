"""What the desk at home has before it just now: an emergency, a serious complaint, promises, visits, jobs under way."""

import datetime
from random import Random

from models.complaints import ComplaintCategory
from models.matters import Severity
from models.operations import complaints, tickets as verbs
from models.operations.complaints import ComplaintDraft
from models.operations.tickets import TicketDraft
from models.staff import Department
from models.tickets import TicketKind
from seed.jobs import minutes
from seed.timeline import Story, Timeline, Verb, step
from seed.world import Place, World, pick

TECHNICIAN = "technician"


def plan(world: World, timeline: Timeline) -> None:
    """Begin all of it, each so many minutes before now."""
    place, rng = world.home, world.random("today")
    for story in (
        _emergency(world, place, rng),
        _serious(world, place, rng),
        _promised(world, place, rng, TicketKind.QUERY, "装修押金什么时候能退", 50, 90),
        _promised(world, place, rng, TicketKind.ENQUIRY, "地面停车位怎么登记", 12, 28),
        _received(world, place, rng, "厨房水槽下面漏水", "water", 8),
        _under_way(world, place, rng, "客厅吊灯不亮", "electricity", (38, 30, 22)),
        _under_way(world, place, rng, "卫生间水龙头关不紧", "water", (120, 112, 104, 90)),
        _under_way(world, place, rng, "入户门锁转不动", "doors-and-windows", (22, 6)),
        _visited(world, place, rng),
    ):
        timeline.begin(story)


def _draft(world: World, place: Place, rng: Random, words: str, category: str, at: datetime.datetime) -> TicketDraft:
    household = pick(rng, place.households)
    resident, _phone = pick(rng, household.people)
    draft = TicketDraft(place.estate.id, words, heard_at=at - minutes(1), another_matter=True)
    draft.category_id, draft.unit_id = place.categories[category], household.unit.id
    draft.resident_id, draft.reporter_name = resident.id, resident.name
    return draft


def _emergency(world: World, place: Place, rng: Random) -> Story:
    at = world.now - minutes(4)
    draft = _draft(world, place, rng, "有人困在电梯里，电梯停在十二楼", "lifts", at)
    draft.kind, draft.severity = TicketKind.EMERGENCY, Severity.SERIOUS
    draft.team_id = place.teams[Department.ENGINEERING].id
    yield step(at, verbs.register, draft, by=world.on_duty(place, at))


def _serious(world: World, place: Place, rng: Random) -> Story:
    at = world.now - minutes(17)
    household = pick(rng, place.households)
    resident, _phone = pick(rng, household.people)
    draft = ComplaintDraft(
        place.estate.id, "门禁坏了三天，陌生人进了单元门", category=ComplaintCategory.SAFETY_AND_ORDER
    )
    draft.severity, draft.another_matter, draft.heard_at = Severity.SERIOUS, True, at - minutes(2)
    draft.unit_id, draft.resident_id = household.unit.id, resident.id
    yield step(at, complaints.register, draft, by=world.on_duty(place, at))


def _promised(world: World, place: Place, rng: Random, kind: TicketKind, words: str, ago: int, after: int) -> Story:
    at = world.now - minutes(ago)
    draft = _draft(world, place, rng, words, "other", at)
    draft.kind, draft.severity, draft.promised_at = kind, Severity.MINOR, at + minutes(after)
    yield step(at, verbs.register, draft, by=world.on_duty(place, at))


def _received(world: World, place: Place, rng: Random, words: str, category: str, ago: int) -> Story:
    at = world.now - minutes(ago)
    yield step(at, verbs.register, _draft(world, place, rng, words, category, at), by=world.on_duty(place, at))


def _under_way(world: World, place: Place, rng: Random, words: str, category: str, ago: tuple[int, ...]) -> Story:
    """Registered, dispatched and, as far as *ago* has minutes, accepted and begun."""
    at = world.now - minutes(ago[0])
    clerk = world.on_duty(place, at)
    ticket = yield step(at, verbs.register, _draft(world, place, rng, words, category, at), by=clerk)
    team, person = place.teams[Department.ENGINEERING], world.staff[TECHNICIAN]
    yield step(world.now - minutes(ago[1]), verbs.dispatch, ticket, by=clerk, team=team, assignee=person)
    then: tuple[Verb, ...] = (verbs.accept, verbs.start)
    for verb, before in zip(then, ago[2:], strict=False):
        yield step(world.now - minutes(before), verb, ticket, by=TECHNICIAN)


def _visited(world: World, place: Place, rng: Random) -> Story:
    """A household service for which somebody is expected within the hour."""
    at = world.now - minutes(150)
    clerk = world.on_duty(place, at)
    draft = _draft(world, place, rng, "请帮忙清洗油烟机", "household-help", at)
    draft.kind = TicketKind.HOUSEHOLD_SERVICE
    ticket = yield step(at, verbs.register, draft, by=clerk)
    department = Department.HOUSEKEEPING
    person = world.staff[place.crews[department][0]]
    visit = {"visit_from": world.now + minutes(50), "visit_until": world.now + minutes(170)}
    yield step(
        at + minutes(6), verbs.dispatch, ticket, by=clerk, team=place.teams[department], assignee=person, **visit
    )
    yield step(at + minutes(14), verbs.accept, ticket, by=person.username)

"""Two bursts at home: one that has become an incident, one of the last half hour that waits to be one."""

import datetime
from random import Random

from models.operations import tickets as verbs
from models.operations.tickets import TicketDraft
from models.tickets import Ticket, TicketKind
from seed.jobs import minutes
from seed.timeline import Story, Timeline, step
from seed.world import Place, World, pick

WATER = ("水龙头没有水", "家里突然停水了", "停水，厨房和卫生间都没水")
LIFT = ("电梯停在一楼不动", "电梯按了没反应", "电梯门开着不走")
Reports = list[Ticket]


def plan(world: World, timeline: Timeline) -> None:
    """Begin both."""
    place = world.home
    rng = world.random("incidents")
    building = place.households[0].unit.building
    yesterday = world.at(world.today - datetime.timedelta(days=1), 10 * 60)
    water: Reports = []
    for number, words in enumerate(WATER):
        at = yesterday + minutes(6 * number)
        draft = _draft(place, rng, building, words, "water", at)
        timeline.begin(
            _led(world, place, draft, at, water) if number == 0 else _further(world, place, draft, at, water)
        )
    for number, words in enumerate(LIFT):
        at = world.now - minutes(25 - 7 * number)
        timeline.begin(_taken(world, place, _draft(place, rng, building, words, "lifts", at), at))


def _draft(
    place: Place, rng: Random, building: str | None, words: str, category: str, at: datetime.datetime
) -> TicketDraft:
    household = pick(rng, [each for each in place.households if each.unit.building == building])
    resident, _phone = pick(rng, household.people)
    draft = TicketDraft(place.estate.id, words, heard_at=at - minutes(1), another_matter=True)
    draft.kind, draft.category_id = TicketKind.REPAIR, place.categories[category]
    draft.unit_id, draft.resident_id, draft.reporter_name = household.unit.id, resident.id, resident.name
    return draft


def _taken(world: World, place: Place, draft: TicketDraft, at: datetime.datetime) -> Story:
    yield step(at, verbs.register, draft, by=world.on_duty(place, at))


def _further(world: World, place: Place, draft: TicketDraft, at: datetime.datetime, incident: Reports) -> Story:
    ticket = yield step(at, verbs.register, draft, by=world.on_duty(place, at))
    later = at + minutes(3)
    yield step(later, verbs.attach, ticket, by=world.on_duty(place, later), leading=incident[0])


def _led(world: World, place: Place, draft: TicketDraft, at: datetime.datetime, incident: Reports) -> Story:
    """Pumps fail: the heads decide, the waterworks are written to, a firm comes, and everybody is told once."""
    clerk = world.on_duty(place, at)
    ticket = yield step(at, verbs.register, draft, by=clerk)
    incident.append(ticket)
    technician = world.staff["technician"]
    team = next(team for department, team in place.teams.items() if technician.username in place.crews[department])
    yield step(at + minutes(4), verbs.dispatch, ticket, by=clerk, team=team, assignee=technician)
    yield step(at + minutes(9), verbs.accept, ticket, by="technician")
    yield step(at + minutes(16), verbs.start, ticket, by="technician")
    yield step(at + minutes(25), verbs.escalate, ticket, by=clerk, reason="泵房两台水泵都停，缺一台备用泵。")
    decision = "从二期泵房借一台，今天装上。"
    yield step(at + minutes(40), verbs.decide, ticket, by=place.supervisor, decision=decision)
    until = world.at(world.today + datetime.timedelta(days=1), 17 * 60)
    party = {"outside_party": "锦城水泵维修", "outside_contact": "曹师傅", "outside_phone": "13800000061"}
    yield step(at + minutes(50), verbs.give_outside, ticket, by=clerk, until=until, **party)
    words = "小区泵房需停水检修，申请在今晚 22:00 后关闭 1 号总阀。"
    yield step(
        at + minutes(60), verbs.submit, ticket, by=clerk, submitted_to="自来水公司", submission=words, until=until
    )
    told = "泵房水泵故障，已请厂家检修；预计今晚恢复供水。"
    yield step(at + minutes(70), verbs.tell_all, ticket, by=clerk, body=told)

"""Which tickets come in when: waves of calls over the days, and those that must stand at a certain point today."""

import datetime
import math
from dataclasses import dataclass
from random import Random

from models.estates import Unit
from models.follow_ups import FollowUpStatus
from models.matters import Channel, Severity
from models.operations.tickets import TicketDraft
from models.residents import Resident
from models.staff import Department
from models.tickets import TicketKind, TicketStatus, WaitingReason
from seed import names
from seed.jobs import WAITS, Job, Wave, answered, done, minutes
from seed.staff import LEAVER
from seed.texts import Report, Theme, answered as questions, english_report, phrases, themes
from seed.timeline import Timeline
from seed.world import Place, World, pick, turn

TOTAL = 1_480
QUESTIONS, COMMON, EMERGENCIES = 0.30, 0.30, 0.03
WEEKDAYS = (1.15, 1.05, 1.0, 1.0, 1.05, 0.95, 0.8)
_CHANNELS = (Channel.PHONE, Channel.WALK_IN, Channel.MINI_PROGRAMME, Channel.VISIT, Channel.EMAIL, Channel.FORUM)
_CHANNEL_WEIGHTS = (60, 18, 14, 4, 2, 2)
_STUCK = (
    TicketStatus.RECEIVED,
    TicketStatus.DISPATCHED,
    TicketStatus.ACCEPTED,
    TicketStatus.ACCEPTED,
    TicketStatus.IN_PROGRESS,
    TicketStatus.IN_PROGRESS,
    TicketStatus.WAITING,
    TicketStatus.WAITING,
    TicketStatus.WAITING,
    TicketStatus.DONE,
    TicketStatus.DONE,
)


@dataclass(frozen=True)
class Pin:
    """A ticket that stands at *stop* today, whatever the time of day."""

    days_ago: int
    minute: int
    stop: TicketStatus
    technician: str | None = None
    by: str | None = None
    waits_for: WaitingReason | None = None
    emergency: bool = False
    incomplete: bool = False
    late: bool = False
    unpaid: bool = False
    silent: bool = False
    recalled: bool = False
    answer: FollowUpStatus | None = None


_S, _W = TicketStatus, WaitingReason
PINS = (
    Pin(1, 935, _S.DISPATCHED),
    Pin(1, 880, _S.ACCEPTED),
    Pin(1, 851, _S.IN_PROGRESS),
    Pin(2, 602, _S.WAITING, waits_for=_W.MATERIALS),
    Pin(3, 655, _S.WAITING, waits_for=_W.RESIDENT_ABSENT),
    Pin(1, 1003, _S.RECEIVED),
    Pin(2, 990, _S.RECEIVED),
    Pin(1, 960, _S.CANCELLED),
    Pin(1, 1050, _S.IN_PROGRESS, emergency=True, incomplete=True),
    Pin(2, 1110, _S.IN_PROGRESS, emergency=True, incomplete=True),
    Pin(1, 494, _S.ACCEPTED, late=True),
    Pin(2, 497, _S.DISPATCHED, late=True),
    Pin(6, 560, _S.WAITING, None, LEAVER, _W.THIRD_PARTY),
    Pin(7, 575, _S.IN_PROGRESS, None, LEAVER),
    Pin(6, 625, _S.DONE, None, LEAVER),
    Pin(5, 640, _S.CLOSED, silent=True),
    Pin(6, 700, _S.CLOSED, silent=True),
    Pin(2, 840, _S.CLOSED, silent=True),
    Pin(8, 600, _S.CLOSED, recalled=True),
    Pin(9, 630, _S.CLOSED, answer=FollowUpStatus.NOT_REACHED),
    Pin(10, 645, _S.CLOSED, answer=FollowUpStatus.NOT_SATISFIED),
    Pin(3, 600, _S.DONE, unpaid=True),
    Pin(1, 610, _S.DONE),
    Pin(9, 610, _S.WAITING, waits_for=_W.AUTHORITY),
    Pin(12, 650, _S.WAITING, waits_for=_W.THIRD_PARTY),
    Pin(4, 800, _S.WAITING, waits_for=_W.QUOTE),
    Pin(21, 620, _S.WAITING, waits_for=_W.MATERIALS),
)
"""Of the neglected estate."""
PINS_AT_HOME = (
    Pin(1, 822, _S.IN_PROGRESS, "technician"),
    Pin(2, 602, _S.WAITING, "technician", waits_for=_W.MATERIALS),
    Pin(1, 655, _S.WAITING, "technician", waits_for=_W.RESIDENT_ABSENT),
    Pin(1, 1027, _S.RECEIVED),
    Pin(3, 600, _S.DONE, unpaid=True),
    Pin(1, 610, _S.DONE),
)


def plan(world: World, timeline: Timeline) -> None:
    """Begin the stories of all tickets."""
    pins = 0
    for place, pinned in ((world.neglected, PINS), (world.home, PINS_AT_HOME)):
        for pin in pinned:
            if pin.days_ago < world.days:
                _pinned(world, timeline, place, pin, pins)
                pins += 1
    wanted = (TOTAL * world.share - pins) / 60
    for place in world.places:
        owed = 0.0
        for offset in range(world.days, -1, -1):
            day = world.today - datetime.timedelta(days=offset)
            owed += wanted * place.share * WEEKDAYS[day.weekday()]
            count = math.floor(owed)
            owed -= count
            _day(world, timeline, place, day, count)
    _tonight(world, timeline)


def _day(world: World, timeline: Timeline, place: Place, day: datetime.date, count: int) -> None:
    rng = world.random("day", place.estate.code, day)
    recent = world.is_recent(world.at(day, 0))
    index = 0
    while count > 0:
        size = min(count, rng.randrange(1, 4) if recent else rng.randrange(5, 10))
        count -= size
        emergency = rng.random() < EMERGENCIES * size
        minute = rng.randrange(0, 24 * 60) if emergency and size == 1 else _busy_minute(rng)
        wave = _wave(world, place, world.at(day, minute + rng.random()), index)
        for number in range(size):
            _incoming(world, timeline, wave, number, emergency=emergency and number == 0)
        index += 1


def _busy_minute(rng: Random) -> int:
    begin, end = rng.choices(((485, 700), (785, 1060), (1075, 1270), (420, 480)), (46, 38, 13, 3))[0]
    return rng.randrange(begin, end)


def _wave(world: World, place: Place, at: datetime.datetime, index: int, clerk: str | None = None) -> Wave:
    rng = world.random("wave", place.estate.code, at)
    return Wave(place, at, index, clerk or world.on_duty(place, at), rng)


def _incoming(world: World, timeline: Timeline, wave: Wave, number: int, *, emergency: bool) -> None:
    rng = world.random("ticket", wave.place.estate.code, wave.at, number)
    heard = wave.at - minutes(1 + number * 3 + rng.random() * 3)
    if world.day_of(heard) < world.day_of(wave.at):
        heard = wave.at
    if not emergency and rng.random() < QUESTIONS:
        timeline.begin(answered(world, wave, _question(world, wave, rng, heard)))
        return
    age = (world.today - world.day_of(wave.at)).days
    job = _job(world, wave, rng, heard, number, emergency=emergency)
    chance = rng.random()
    if not emergency:
        # At home nothing is left lying but what the pins say.
        stuck = 0.25 * math.exp(-age / 5) + 0.02 if wave.place is world.neglected else 0.0
        if chance < stuck and age > 0:
            job.stop = pick(rng, _STUCK)
        elif chance < stuck + 0.04:
            job.stop = TicketStatus.CANCELLED
    if job.stop is TicketStatus.WAITING or (job.stop is None and rng.random() < 0.06 and not emergency):
        job.waits_for = pick(rng, WAITS)
    timeline.begin(done(world, wave, job))


def _question(world: World, wave: Wave, rng: Random, heard: datetime.datetime) -> Job:
    kind = rng.choices((TicketKind.ENQUIRY, TicketKind.QUERY, TicketKind.SUGGESTION), (60, 20, 20))[0]
    shared = world.random("question", wave.place.estate.code, wave.at)
    draft = TicketDraft(wave.place.estate.id, "", kind=kind, heard_at=heard)
    _reported_by_resident(wave.place, draft, rng)
    if (draft.reporter_name or "").isascii():
        draft.kind, report = TicketKind.ENQUIRY, pick(rng, questions(None))
    else:
        report = pick(shared if rng.random() < 0.6 else rng, questions(kind))
    draft.summary, draft.detail = report.summary, report.detail
    draft.category_id = wave.place.categories["other"]
    draft.severity = Severity.MINOR
    if draft.kind is TicketKind.ENQUIRY and rng.random() < 0.3:
        draft.promised_at = wave.at + minutes(25)
    lies = wave.place is world.neglected and (world.today - world.day_of(wave.at)).days <= 3
    late = lies and rng.random() < 0.25
    stop = TicketStatus.RECEIVED if late else None
    return Job(draft, report.result, wave.place.supervisor, rng, Department.CUSTOMER_SERVICE, stop=stop)


def _job(world: World, wave: Wave, rng: Random, heard: datetime.datetime, number: int, *, emergency: bool) -> Job:
    place = wave.place
    theme = _theme(rng, emergency=emergency, common=rng.random() < COMMON)
    # Now and then one cause makes several people call.
    shared = world.random("cause", place.estate.code, wave.at)
    if not emergency and shared.random() < 0.15 and rng.random() < 0.6:
        theme = pick(shared, [theme for theme in themes() if theme.spreads])
        report: Report = pick(shared, theme.reports)
    else:
        report = pick(rng, theme.reports)
    department = theme.department if theme.department in place.crews else Department.ENGINEERING
    crew = place.crews[department]
    day = world.day_of(wave.at)
    recent = world.is_recent(world.at(day, 0))
    draft = TicketDraft(place.estate.id, report.summary, report.detail, heard_at=heard, another_matter=True)
    draft.kind, draft.category_id = theme.kind, place.categories[theme.category]
    draft.wish = pick(rng, theme.wishes) if rng.random() < 0.6 else None
    draft.read_back = rng.random() < 0.85
    draft.severity = Severity.SERIOUS if emergency else rng.choices(list(Severity), (4, 81, 15))[0]
    job = Job(
        draft,
        report.result,
        turn(crew, day, wave.index + (number if recent else number // 6)),
        rng,
        department,
        fee_yuan=theme.fee_yuan,
        common=theme.common,
    )
    if emergency:
        draft.team_id = place.teams[department].id
    _reported(place, job, theme, report, rng)
    return job


def _theme(rng: Random, *, emergency: bool, common: bool) -> Theme:
    wanted = [
        theme
        for theme in themes()
        if (theme.kind is TicketKind.EMERGENCY) is emergency and (emergency or theme.common is common)
    ]
    return rng.choices(wanted, [theme.weight for theme in wanted])[0]


def _reported(place: Place, job: Job, theme: Theme, report: Report, rng: Random) -> None:
    draft = job.draft
    if theme.common:
        draft.unit_id = pick(rng, _places(place, report.where)).id
    if theme.kind is TicketKind.EMERGENCY and rng.random() < 0.4:
        # First help, then write down who called (DSP-1).
        draft.unit_id = draft.unit_id or pick(rng, place.households).unit.id
        job.reporter_later = {"reporter_name": names.surname(rng) + "先生", "reporter_phone": names.phone(rng)}
    elif not theme.common and place.shops and rng.random() < 0.05:
        draft.unit_id = pick(rng, place.shops).id
        draft.reporter_name, draft.reporter_phone = names.surname(rng) + "老板", names.phone(rng)
    elif not theme.common:
        _reported_by_resident(place, draft, rng)
        english = english_report(theme.category) if (draft.reporter_name or "").isascii() else None
        if english is not None and theme.kind is not TicketKind.EMERGENCY:
            draft.summary, draft.detail, draft.wish = english.summary, english.detail, english.wish
            job.result = english.result
    else:
        chance = rng.random()
        if chance < 0.5:
            draft.channel = Channel.STAFF
            draft.reporter_department = pick(rng, phrases("departments"))
            draft.reporter_name = names.full_name(rng)
        elif chance < 0.62:
            draft.reporter_name = names.surname(rng) + pick(rng, ("先生", "女士", "阿姨"))
            draft.reporter_phone = names.phone(rng) if rng.random() < 0.9 else None
        else:
            _reported_by_resident(place, draft, rng)


def _places(place: Place, where: str) -> list[Unit]:
    fitting = [unit for unit in place.common if any(word in unit.code for word in where.split())]
    return fitting or place.common


def _reported_by_resident(place: Place, draft: TicketDraft, rng: Random) -> None:
    household = pick(rng, place.households)
    resident: Resident
    resident, _phone = pick(rng, household.people)
    draft.resident_id, draft.reporter_name = resident.id, resident.name
    draft.unit_id = draft.unit_id or household.unit.id
    draft.channel = rng.choices(_CHANNELS, _CHANNEL_WEIGHTS)[0]
    draft.another_matter = True


def _pinned(world: World, timeline: Timeline, place: Place, pin: Pin, number: int) -> None:
    day = world.today - datetime.timedelta(days=pin.days_ago)
    at = world.at(day, pin.minute)
    wave = _wave(world, place, at, 1000 + number * 4, pin.by)
    rng = world.random("pin", number)
    heard = world.at(day - datetime.timedelta(days=1), 21 * 60 + 40) if pin.late else at - minutes(3)
    job = _job(world, wave, rng, heard, 0, emergency=pin.emergency)
    # Water may take days; nobody is left in a lift.
    water = place.categories["water"]
    while job.department is not Department.ENGINEERING or not (
        job.draft.category_id == water if pin.emergency else job.draft.resident_id
    ):
        job = _job(world, wave, rng, heard, 0, emergency=pin.emergency)
    if pin.late:
        job.draft.channel = Channel.STAFF
    job.stop, job.waits_for = (None if pin.stop is TicketStatus.CLOSED else pin.stop), pin.waits_for
    job.unpaid, job.silent, job.incomplete = pin.unpaid, pin.silent, pin.incomplete
    job.recalled, job.answer = pin.recalled, pin.answer
    if pin.incomplete:
        job.draft.resident_id = job.draft.reporter_name = job.draft.reporter_phone = job.draft.reporter_department = (
            None
        )
    if pin.technician:
        job.technician = pin.technician
    timeline.begin(done(world, wave, job))


def _tonight(world: World, timeline: Timeline) -> None:
    """In the small hours somebody has called already: an audit finds something new whenever it runs."""
    midnight = world.at(world.today, 0)
    gone = min(world.now - midnight, datetime.timedelta(hours=1))
    for place in world.places:
        wave = _wave(world, place, midnight + gone * 0.6, 3)
        job = _job(world, wave, world.random("tonight", place.estate.code), midnight + gone * 0.3, 0, emergency=False)
        if world.now - midnight < datetime.timedelta(hours=9):
            job.stop = TicketStatus.RECEIVED
        timeline.begin(done(world, wave, job))

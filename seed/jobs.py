"""The story of one ticket, from the call to its closing or to where it is stuck today."""

import datetime
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from models.follow_ups import FollowUpStatus
from models.matters import CommentKind
from models.operations import tickets as verbs
from models.operations.tickets import TicketDraft
from models.staff import Department, Staff
from models.tickets import Acceptance, CancelKind, Ticket, TicketKind, TicketStatus, WaitingReason
from seed import names
from seed.follow_ups import asked
from seed.texts import phrases, waiting_notes
from seed.timeline import Step, Story, step
from seed.world import Place, World, pick

Steps = Generator[Step, Any, datetime.datetime]

TERSE = 0.8
"""So many results further back are written in a few words that fit any job."""

WAITS = (
    WaitingReason.MATERIALS,
    WaitingReason.MATERIALS,
    WaitingReason.RESIDENT_ABSENT,
    WaitingReason.RESIDENT_ABSENT,
    WaitingReason.THIRD_PARTY,
    WaitingReason.AUTHORITY,
    WaitingReason.QUOTE,
)


@dataclass
class Wave:
    """Calls that come in close to each other: the desk, the lead and the technicians deal with them together."""

    place: Place
    at: datetime.datetime
    index: int
    clerk: str
    rng: Random
    dispatch_after: int = 0
    accept_after: int = 0
    start_after: int = 0
    late_after: int = 0
    late: bool = False

    def __post_init__(self) -> None:
        self.dispatch_after = self.rng.randrange(3, 16)
        self.accept_after = self.rng.randrange(3, 14)
        self.start_after = self.accept_after + self.rng.randrange(2, 19 - self.accept_after + 2)
        self.late_after = self.rng.randrange(18, 75)
        self.late = self.rng.random() < 0.12


@dataclass
class Job:
    """One ticket as it will go: who does it, its result, and the status at which nobody has gone on with it."""

    draft: TicketDraft
    result: str
    technician: str
    rng: Random
    department: Department
    fee_yuan: int = 0
    common: bool = False
    stop: TicketStatus | None = None
    waits_for: WaitingReason | None = None
    unpaid: bool = False
    silent: bool = False
    recalled: bool = False
    answer: FollowUpStatus | None = None
    incomplete: bool = False
    reporter_later: dict[str, Any] = field(default_factory=dict)


def minutes(count: float) -> datetime.timedelta:
    """*count* minutes."""
    return datetime.timedelta(minutes=count)


def answered(world: World, wave: Wave, job: Job) -> Story:
    """An enquiry, query or suggestion: answered at the desk, closed at the end of the day."""
    ticket = yield step(wave.at, verbs.register, job.draft, by=wave.clerk)
    if job.stop is TicketStatus.RECEIVED:
        return
    at = world.settled(wave.at + minutes(job.rng.randrange(2, 26)))
    yield step(at, verbs.answer, ticket, by=wave.clerk, result=job.result)
    yield from _closed(world, wave.place, ticket, at)


def done(world: World, wave: Wave, job: Job) -> Story:
    """A repair, a household service or an emergency."""
    ticket = yield step(wave.at, verbs.register, job.draft, by=wave.clerk)
    if job.stop is TicketStatus.RECEIVED:
        return
    if job.stop is TicketStatus.CANCELLED:
        yield from _cancelled(world, wave, job, ticket)
        return
    at = yield from _given(world, wave, job, ticket)
    if job.stop is TicketStatus.DISPATCHED:
        return
    at = yield from _taken(world, wave, job, ticket, at)
    if job.stop is TicketStatus.ACCEPTED:
        return
    at = yield from _entries(world, wave, job, ticket, at)
    if job.waits_for is not None:
        at = yield from _waited(world, wave, job, ticket, at)
    if job.stop is TicketStatus.IN_PROGRESS:
        return
    at = yield from _finished(world, wave, job, ticket, at)
    if job.stop is TicketStatus.DONE:
        return
    yield from _wound_up(world, wave, job, ticket, at)


def _cancelled(world: World, wave: Wave, job: Job, ticket: Ticket) -> Steps:
    at = world.settled(wave.at + minutes(job.rng.randrange(4, 90)))
    if job.rng.random() < 0.4 and job.draft.kind is not TicketKind.EMERGENCY:
        # A colleague took the same call: the second record goes into the first.
        again = replace(job.draft, another_matter=True, desk_owner=None)
        second = yield step(at, verbs.register, again, by=wave.clerk)
        reason = pick(job.rng, phrases(CancelKind.DUPLICATE.value))
        at = world.settled(at + minutes(2))
        yield step(at, verbs.merge, second, by=wave.clerk, original=ticket, reason=reason)
        at = world.settled(at + minutes(5))
    reason = pick(job.rng, phrases(CancelKind.WITHDRAWN.value))
    yield step(at, verbs.cancel, ticket, by=wave.clerk, kind=CancelKind.WITHDRAWN, reason=reason)
    return at


def _given(world: World, wave: Wave, job: Job, ticket: Ticket) -> Steps:
    """Dispatched, with the person where the desk has made sure of one; an emergency was in the same step."""
    place, technician = wave.place, world.staff[job.technician]
    if job.draft.kind is TicketKind.EMERGENCY:
        at = wave.at + minutes(1)
        yield step(at, verbs.assign, ticket, by=wave.clerk, assignee=technician)
        return wave.at
    at = world.working_minute(wave.at + minutes(wave.dispatch_after))
    clerk = world.on_duty(place, at)
    team = place.teams[job.department]
    if wave.index % 4 == 3:
        # In two steps: the desk to the team, the lead to the person (DSP-11).
        yield step(at, verbs.dispatch, ticket, by=clerk, team=team)
        yield step(at + minutes(2), verbs.assign, ticket, by=place.leads[job.department], assignee=technician)
    elif job.draft.kind is TicketKind.HOUSEHOLD_SERVICE:
        begins = world.settled(at + minutes(150))
        yield step(
            at,
            verbs.dispatch,
            ticket,
            by=clerk,
            team=team,
            assignee=technician,
            visit_from=begins,
            visit_until=begins + minutes(120),
        )
    else:
        yield step(at, verbs.dispatch, ticket, by=clerk, team=team, assignee=technician)
    return at


def _taken(world: World, wave: Wave, job: Job, ticket: Ticket, dispatched: datetime.datetime) -> Steps:
    """The slip is signed for and somebody arrives: mostly in time."""
    rng, recent, place = job.rng, world.is_recent(dispatched), wave.place
    late = wave.late or rng.random() < (0.12 if recent else 0.04)
    at = dispatched + minutes(wave.late_after if late else wave.accept_after)
    # Further back, technicians signed at the desk and told it by radio where they were: the clerk wrote it down.
    yield step(at, verbs.accept, ticket, by=job.technician if recent else world.on_duty(place, at))
    if job.stop is TicketStatus.ACCEPTED:
        return at
    if ticket.visit_from is not None:
        at = max(at, ticket.visit_from + minutes(rng.randrange(0, 50) if recent else wave.accept_after))
    elif late or (recent and rng.random() < 0.15):
        at += minutes(wave.late_after)
    else:
        at = dispatched + minutes(wave.start_after)
    yield step(at, verbs.start, ticket, by=job.technician if recent else world.on_duty(place, at))
    return at


def _entries(world: World, wave: Wave, job: Job, ticket: Ticket, at: datetime.datetime) -> Steps:
    """What else happens meanwhile: repeats, chases, notes, escalations, and facts an emergency left out."""
    rng, place = job.rng, wave.place
    clerk = world.on_duty(place, at)
    later = at + minutes(rng.randrange(3, 9))
    chance = rng.random()
    if job.reporter_later and not job.incomplete:
        yield step(later, verbs.amend, ticket, by=clerk, **job.reporter_later)
    elif chance < 0.03:
        words = pick(rng, phrases("repeats"))
        caller = {"reporter_name": names.full_name(rng), "reporter_phone": names.phone(rng)}
        yield step(later, verbs.report_again, ticket, by=clerk, words=words, **caller)
    elif chance < 0.06:
        body = pick(rng, phrases("chases"))
        yield step(later, verbs.comment, ticket, by=clerk, body=body, kind=CommentKind.CHASE)
    elif chance < 0.10:
        yield step(later, verbs.comment, ticket, by=clerk, body=pick(rng, phrases("notes")))
    elif chance < 0.11:
        yield step(later, verbs.escalate, ticket, by=clerk, reason=pick(rng, phrases("escalated")))
        follower = world.staff[place.supervisor]
        later += minutes(2)
        yield step(later, verbs.name_follower, ticket, by=place.supervisor, follower=follower)
    elif chance < 0.125:
        other = _colleague(world, place, job)
        reason = pick(rng, phrases("reassigned"))
        yield step(later, verbs.reassign, ticket, by=place.leads[job.department], reason=reason, assignee=other)
        job.technician = other.username
    else:
        return at
    return later


def _colleague(world: World, place: Place, job: Job) -> Staff:
    others = [name for name in place.crews[job.department] if name != job.technician]
    return world.staff[others[0] if others else job.technician]


def _waited(world: World, wave: Wave, job: Job, ticket: Ticket, at: datetime.datetime) -> Steps:
    """On hold for days; after an absence with a new appointment."""
    rng, reason = job.rng, job.waits_for
    assert reason is not None
    note = pick(rng, waiting_notes(reason))
    at += minutes(rng.randrange(4, 20))
    absent = reason is WaitingReason.RESIDENT_ABSENT
    until = world.at(world.day_of(at) + datetime.timedelta(days=2 if absent else 10), 17 * 60)
    yield step(at, verbs.wait, ticket, by=job.technician, waiting_reason=reason, until=until, note=note)
    longest = rng.randrange(2, 12 if wave.place is world.neglected else 4)
    days = 10_000 if job.stop is TicketStatus.WAITING else rng.randrange(1, 3) if absent else longest
    day = world.day_of(at) + datetime.timedelta(days=days)
    at = world.settled(world.at(day, rng.randrange(9 * 60, 16 * 60)))
    clerk = world.on_duty(wave.place, at)
    if absent:
        yield step(at, verbs.resume, ticket, by=clerk, visit_from=at, visit_until=at + minutes(120))
    else:
        yield step(at, verbs.resume, ticket, by=clerk)
    return at


def _finished(world: World, wave: Wave, job: Job, ticket: Ticket, started: datetime.datetime) -> Steps:
    """Work, now and then paid for, and the resident's signature or the reason why not."""
    rng, place, recent = job.rng, wave.place, world.is_recent(started)
    at = started + minutes(rng.randrange(15, 150)) if recent else _next_round(world, started)
    if rng.random() < 0.05 and job.stop is None:
        at += datetime.timedelta(days=1)
    charged = job.unpaid or (job.fee_yuan and rng.random() < 0.25)
    if charged:
        fen = (job.fee_yuan or 80) * 100
        yield step(at - minutes(10), verbs.charge, ticket, by=job.technician, amount_fen=fen, agreed=True)
    by_resident = not job.common and job.draft.kind is not TicketKind.EMERGENCY
    acceptance = Acceptance.SIGNED if by_resident else Acceptance.NOT_NEEDED
    why = "" if by_resident else "公共区域，无须业主签字。"
    if by_resident and rng.random() < 0.06:
        acceptance, why = Acceptance.NOT_SIGNED, pick(rng, phrases("not_signed"))
    by, result = job.technician, job.result
    if not recent:
        by = world.on_duty(place, at)
        if rng.random() < TERSE:
            result = phrases("terse")[world.day_of(at).toordinal() % 3]
    yield step(at, verbs.finish, ticket, by=by, result=result, acceptance=acceptance, acceptance_reason=why)
    if charged and not job.unpaid:
        paid = at + minutes(3)
        if rng.random() < 0.1:
            reason = pick(rng, phrases("waived"))
            yield step(paid, verbs.waive, ticket, by=place.supervisor, reason=reason)
        else:
            invoice = f"{rng.randrange(10**8):08d}"
            yield step(paid, verbs.settle, ticket, by=world.on_duty(place, paid), invoice_number=invoice)
    return at


def _next_round(world: World, started: datetime.datetime) -> datetime.datetime:
    """Further back: when the technicians came by next and told the desk what was done."""
    day, minute = world.day_of(started), world.minute_of(started) + 20
    for index, end in enumerate((10 * 60 + 20, 12 * 60, 15 * 60, 17 * 60 + 10, 20 * 60 + 30)):
        if minute < end:
            return world.at(day, end + world.random("rounds", day, index).randrange(15))
    return world.at(day + datetime.timedelta(days=1), 9 * 60)


def _wound_up(world: World, wave: Wave, job: Job, ticket: Ticket, at: datetime.datetime) -> Steps:
    """The slip comes back, the resident is asked, the ticket is closed; not satisfied, it is done again."""
    rng, place = job.rng, wave.place
    again = False
    if not job.silent and job.draft.resident_id and (job.recalled or rng.random() < 0.008):
        # The resident calls before anybody has asked.
        at += minutes(35)
        yield step(at, verbs.reopen, ticket, by=world.on_duty(place, at), reason=pick(rng, phrases("reopened")))
        at += minutes(rng.randrange(30, 120))
        result = "返工：" + job.result
        yield step(at, verbs.finish, ticket, by=job.technician, result=result, acceptance=Acceptance.SIGNED)
    while True:
        back = _end_of_shift(world, at)
        yield step(back, verbs.take_slip_back, ticket, by=world.on_duty(place, back))
        if job.silent:
            return back
        owes = bool(job.draft.resident_id or ticket.reporter_name) and not job.draft.reporter_department
        if not owes:
            at = back
            break
        at, answer = yield from asked(world, place, ticket, back, rng, not_by=job.technician, answer=job.answer)
        if answer is not FollowUpStatus.NOT_SATISFIED:
            break
        if again:
            return at
        again, job.answer = True, None
        at = world.settled(world.at(world.day_of(at) + datetime.timedelta(days=1), rng.randrange(9 * 60, 17 * 60)))
        result = "返工：" + job.result
        yield step(at, verbs.finish, ticket, by=job.technician, result=result, acceptance=Acceptance.SIGNED)
    at = yield from _closed(world, place, ticket, at)
    if rng.random() < 0.004 and place is world.neglected:
        at = world.at(world.day_of(at) + datetime.timedelta(days=1), 9 * 60 + 20)
        yield step(at, verbs.correct, ticket, by=place.supervisor, reason="关错工单，业主尚有一处未处理。")
    return at


def _end_of_shift(world: World, at: datetime.datetime) -> datetime.datetime:
    """When slips are handed back: the end of the shift, or the next morning."""
    day, minute = world.day_of(at), world.minute_of(at)
    own = world.random("slips", day).randrange(12)
    if minute < 17 * 60 + 20:
        return world.at(day, 17 * 60 + 30 + own)
    return world.at(day + datetime.timedelta(days=1), 8 * 60 + 25 + own)


def _closed(world: World, place: Place, ticket: Ticket, at: datetime.datetime) -> Steps:
    """Closed with all others that are ready, at the end of the day; at home as soon as nothing is missing."""
    if place is world.home and world.is_recent(at):
        at = world.settled(at + minutes(2))
        yield step(at, verbs.close, ticket, by=world.on_duty(place, at))
        return at
    day = world.day_of(at)
    if world.minute_of(at) > 17 * 60 + 45:
        day += datetime.timedelta(days=1)
    at = world.at(day, 17 * 60 + 50 + world.random("closing", place.estate.code, day).randrange(9))
    yield step(at, verbs.close, ticket, by=world.on_duty(place, at))
    return at

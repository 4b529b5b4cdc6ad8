"""Complaints of every category, on their way or at its end, with formal records, returned slips and quarrels."""

import datetime
from collections.abc import Generator
from dataclasses import dataclass
from random import Random
from typing import Any

from models.complaints import Complaint, ComplaintCategory, ComplaintNature, ComplaintStatus, ResponsibilityGround
from models.follow_ups import FollowUpStatus
from models.matters import Channel, CommentKind, Severity
from models.operations import complaints as verbs
from models.operations.complaints import ComplaintDraft
from models.staff import Department
from seed.follow_ups import asked
from seed.jobs import minutes
from seed.staff import LEAVER
from seed.texts import words
from seed.timeline import Step, Story, Timeline, step
from seed.world import Place, World, pick

TOTAL = 120
_S = ComplaintStatus
_OFTEN_NOT_OURS = (ComplaintCategory.DEVELOPER_RELATED, ComplaintCategory.NEIGHBOUR_DISPUTE, ComplaintCategory.OTHER)
Steps = Generator[Step, Any, datetime.datetime]


@dataclass
class Case:
    """One complaint as it will go; *stop* is the status at which it stands today."""

    place: Place
    at: datetime.datetime
    rng: Random
    category: ComplaintCategory
    report: list[str]
    department: Department
    stop: ComplaintStatus | None = None
    serious: bool = False
    recorded: bool = True
    by: str | None = None
    silent: bool = False

    @property
    def lead(self) -> str:
        """The head of the responsible department."""
        return self.place.leads[self.department]


# Days ago, status, serious, formal record written, registered by, no follow-up made: of the neglected estate.
PINS: tuple[tuple[int, ComplaintStatus, bool, bool, str | None, bool], ...] = (
    (1, _S.REGISTERED, False, False, None, False),
    (4, _S.REGISTERED, False, False, None, False),
    (1, _S.ASSIGNED, True, False, None, False),
    (2, _S.ASSIGNED, False, False, None, False),
    (3, _S.INVESTIGATING, False, False, None, False),
    (6, _S.INVESTIGATING, False, True, None, False),
    (7, _S.INVESTIGATING, False, False, LEAVER, False),
    (5, _S.PROPOSAL, False, True, None, False),
    (8, _S.NEGOTIATING, True, True, None, False),
    (9, _S.NEGOTIATING, False, False, None, False),
    (7, _S.AGREED, False, True, None, False),
    (6, _S.CARRIED_OUT, False, True, None, True),
    (10, _S.CARRIED_OUT, False, True, None, True),
    (9, _S.FOLLOWED_UP, False, True, None, False),
    (3, _S.CANCELLED, False, False, None, False),
)


def plan(world: World, timeline: Timeline) -> None:
    """Begin the stories of all complaints."""
    first = world.neglected
    categories = list(ComplaintCategory)
    for number, (days_ago, stop, serious, recorded, by, silent) in enumerate(PINS):
        if days_ago < world.days:
            day = world.today - datetime.timedelta(days=days_ago)
            at = world.at(day, 560 + number * 17)
            case = _case(world, first, at, number, categories[number % len(categories)])
            case.stop, case.serious, case.recorded, case.by, case.silent = stop, serious, recorded, by, silent
            timeline.begin(_story(world, case))
    for place in world.places:
        count = round((TOTAL - len(PINS)) * world.share * place.share * (world.days + 1) / 60)
        for number in range(count):
            rng = world.random("complaint", place.estate.code, number)
            days_in = (number + rng.random()) * (world.days + 1) / count
            day = world.first_day + datetime.timedelta(days=int(days_in))
            at = world.at(day, rng.randrange(8 * 60 + 10, 19 * 60) + rng.random())
            category = categories[number % len(categories)]
            timeline.begin(_story(world, _case(world, place, at, 100 + number, category)))


def _case(world: World, place: Place, at: datetime.datetime, number: int, category: ComplaintCategory) -> Case:
    rng = world.random("case", place.estate.code, number)
    kinds = words("complaints")[category.value]
    case = Case(
        place,
        at,
        rng,
        category,
        pick(rng, kinds["reports"]),
        Department(kinds["department"]),
        serious=kinds["natures"][0] == "valid" and rng.random() < 0.1,
    )
    age = (world.today - world.day_of(at)).days
    if rng.random() < (0.15 if age > 14 else 0.3):
        case.recorded = age > 14
    if rng.random() < 0.05:
        case.stop = _S.CANCELLED
    return case


def _draft(world: World, case: Case) -> ComplaintDraft:
    rng, place = case.rng, case.place
    summary, detail, wish = case.report[:3]
    draft = ComplaintDraft(place.estate.id, summary, detail, wish, category=case.category, another_matter=True)
    draft.heard_at = case.at - minutes(rng.randrange(1, 9))
    draft.severity = Severity.SERIOUS if case.serious else rng.choices(list(Severity)[1:], (85, 15))[0]
    draft.channel = rng.choices(
        (Channel.PHONE, Channel.WALK_IN, Channel.EMAIL, Channel.SUGGESTION_BOX, Channel.FORUM, Channel.FAX),
        (55, 22, 8, 7, 6, 2),
    )[0]
    draft.read_back = rng.random() < 0.8
    household = pick(rng, place.households)
    if case.category is ComplaintCategory.NEIGHBOUR_DISPUTE and rng.random() < 0.6:
        draft.anonymous, draft.place = True, f"{household.unit.building or ''}号楼"
        return draft
    resident, _phone = pick(rng, household.people)
    draft.unit_id, draft.resident_id = household.unit.id, resident.id
    return draft


def _story(world: World, case: Case) -> Story:
    place, rng = case.place, case.rng
    clerk = case.by or world.on_duty(place, case.at)
    complaint = yield step(case.at, verbs.register, _draft(world, case), by=clerk)
    if case.stop is _S.REGISTERED:
        return
    if case.stop is _S.CANCELLED:
        at = world.working_minute(case.at + minutes(rng.randrange(60, 400)))
        reason = pick(rng, words("complaints")["texts"]["cancelled"])
        yield step(at, verbs.cancel, complaint, by=world.on_duty(place, at), reason=reason)
        return
    at = yield from _taken_up(world, case, complaint)
    if case.stop in (_S.ASSIGNED, _S.INVESTIGATING):
        return
    at = yield from _settled(world, case, complaint, at)
    if case.stop in (_S.PROPOSAL, _S.NEGOTIATING, _S.AGREED):
        return
    yield from _ended(world, case, complaint, at)


def _soon(world: World, case: Case, at: datetime.datetime, low: int, high: int) -> datetime.datetime:
    """The next thing, *low* to *high* minutes later, in working hours and together with what is near."""
    # A case that must stand somewhere today gets there in time, and at home none lies.
    longest = high if case.stop is None and case.place is world.neglected else low + 60
    return world.settled(world.working_minute(at + minutes(case.rng.randrange(low, longest))))


def _taken_up(world: World, case: Case, complaint: Complaint) -> Steps:
    """Nature, responsible department, handler; the customer-service head is told in the same step (DSP-3)."""
    place, rng, texts = case.place, case.rng, words("complaints")["texts"]
    at = world.working_minute(case.at + minutes(rng.randrange(3, 12)))
    clerk = world.on_duty(place, at)
    nature = ComplaintNature(pick(rng, words("complaints")[case.category.value]["natures"]))
    checked = nature is not ComplaintNature.VALID and not complaint.anonymous
    yield step(at, verbs.classify, complaint, by=clerk, nature=nature, identity_checked=checked)
    lead = case.lead
    at += minutes(4)
    yield step(
        at,
        verbs.assign,
        complaint,
        by=clerk,
        team=place.teams[case.department],
        assignee=world.staff[lead],
        head=world.staff[place.supervisor],
    )
    if case.stop is _S.ASSIGNED:
        return at
    at += minutes(rng.randrange(4, 14) if rng.random() < 0.8 else rng.randrange(20, 180))
    yield step(at, verbs.investigate, complaint, by=lead)
    if case.serious and rng.random() < 0.5:
        at += minutes(6)
        yield step(at, verbs.escalate, complaint, by=clerk, reason=pick(rng, texts["escalated"]))
    if case.recorded and (case.serious or rng.random() < 0.35 or case.stop is not None):
        at = _soon(world, case, at, 60, 300)
        by = world.staff[lead]
        yield step(
            at,
            verbs.write_formal_record,
            complaint,
            by=lead,
            cause=pick(rng, texts["causes"]),
            measures=pick(rng, texts["measures"]),
            measures_due_at=at + datetime.timedelta(days=14),
            measures_by=by,
        )
    return at


def _head_speaks(world: World, case: Case, complaint: Complaint, at: datetime.datetime) -> Steps:
    """The responsible head writes the one answer, and where it is not our responsibility, why (CMP-11, CMP-12)."""
    rng, texts, lead = world.random("head", complaint.number), words("complaints")["texts"], case.lead
    if case.serious or rng.random() < 0.4:
        at += minutes(rng.randrange(5, 20))
        yield step(at, verbs.write_answer, complaint, by=lead, agreed_answer=pick(rng, texts["answers"]))
    if complaint.nature is not ComplaintNature.VALID and case.category in _OFTEN_NOT_OURS and rng.random() < 0.6:
        at += minutes(rng.randrange(5, 20))
        yield step(
            at,
            verbs.decline_responsibility,
            complaint,
            by=lead,
            ground=ResponsibilityGround.CONTRACT,
            ground_text=pick(rng, texts["grounds"]),
            ground_told_at=at - minutes(4),
        )
    return at


def _manager_decides(world: World, case: Case, complaint: Complaint, at: datetime.datetime) -> Steps:
    """What is paid where it was our failing (CMP-7)."""
    rng, texts = world.random("compensation", complaint.number), words("complaints")["texts"]
    if complaint.nature is ComplaintNature.VALID and rng.random() < 0.15:
        at += minutes(rng.randrange(10, 40))
        yield step(
            at,
            verbs.decide_compensation,
            complaint,
            by=case.place.manager,
            compensation_fen=100 * rng.randrange(50, 800, 50),
            compensation_borne_by=pick(rng, texts["borne_by"]),
            compensation_reason=pick(rng, texts["compensation"]),
        )
    return at


def _settled(world: World, case: Case, complaint: Complaint, at: datetime.datetime) -> Steps:
    """A proposal, talked over until it is agreed to."""
    place, rng, texts = case.place, case.rng, words("complaints")["texts"]
    lead = case.lead
    at = yield from _head_speaks(world, case, complaint, at)
    at = _soon(world, case, at, 90, 1500)
    yield step(at, verbs.propose, complaint, by=lead, proposal=case.report[3])
    if case.stop is _S.PROPOSAL:
        return at
    rounds = 1 if case.stop is _S.NEGOTIATING or rng.random() < 0.2 else 0
    for _ in range(rounds):
        at = _soon(world, case, at, 60, 900)
        yield step(at, verbs.negotiate, complaint, by=world.on_duty(place, at), reply=pick(rng, texts["replies"]))
        if case.stop is _S.NEGOTIATING:
            return at
        at = _soon(world, case, at, 60, 900)
        yield step(at, verbs.propose, complaint, by=lead, proposal=pick(rng, texts["better"]))
    if rng.random() < 0.2:
        body = pick(rng, texts["replies_to_resident"])
        yield step(at + minutes(5), verbs.comment, complaint, by=lead, body=body, kind=CommentKind.REPLY)
    at = yield from _manager_decides(world, case, complaint, at)
    at = _soon(world, case, at, 60, 700)
    yield step(at, verbs.agree, complaint, by=world.on_duty(place, at))
    return at


def _ended(world: World, case: Case, complaint: Complaint, at: datetime.datetime) -> Steps:
    """Carried out, slip signed and back, asked about, archived; where the resident is not satisfied, once more."""
    place, rng, texts = case.place, case.rng, words("complaints")["texts"]
    lead = case.lead
    at = _soon(world, case, at, 300, 4000)
    yield step(at, verbs.carry_out, complaint, by=lead, result=case.report[4])
    if case.silent:
        return at
    yield step(at + minutes(9), verbs.sign_slip, complaint, by=lead)
    at = _soon(world, case, at, 40, 200)
    yield step(at, verbs.take_slip_back, complaint, by=world.on_duty(place, at), complete=True)
    if not complaint.anonymous:
        wanted = FollowUpStatus.SATISFIED if case.stop is not None or place is world.home else None
        at, answer = yield from asked(world, place, complaint, at, rng, not_by=lead, answer=wanted)
        if answer is FollowUpStatus.NOT_SATISFIED:
            return at
        at += minutes(7)
    yield step(at, verbs.mark_followed_up, complaint, by=world.on_duty(place, at))
    if case.stop is _S.FOLLOWED_UP:
        return at
    if complaint.formal_record_at is None:
        # Hard cases took longer than a day: without their formal record they are not archived (CMP-3).
        at = _soon(world, case, at, 20, 90)
        yield step(
            at,
            verbs.write_formal_record,
            complaint,
            by=lead,
            cause=pick(rng, texts["causes"]),
            measures=pick(rng, texts["measures"]),
            measures_due_at=at + datetime.timedelta(days=7),
            measures_by=world.staff[lead],
        )
    if complaint.severity is Severity.SERIOUS:
        at = _soon(world, case, at, 20, 90)
        yield step(
            at,
            verbs.write_review,
            complaint,
            by=place.supervisor,
            review_on=world.day_of(at),
            review_people=pick(rng, texts["reviewed"]),
            review_measures=pick(rng, texts["measures"]),
            review_in_charge=world.staff[lead],
        )
    at = _soon(world, case, at, 30, 1500)
    yield step(at, verbs.archive, complaint, by=world.on_duty(place, at))
    if rng.random() < 0.05 and place is world.neglected:
        at = _soon(world, case, at, 3000, 9000)
        again = pick(rng, texts["again"])
        yield step(at, verbs.reopen_as_new, complaint, by=world.on_duty(place, at), reason=again)
    return at

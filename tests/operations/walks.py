"""Bring tickets and complaints into any state, through the verbs themselves, and call any verb with fair arguments."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from models.call import Call
from models.complaints import Complaint, ComplaintCategory, ComplaintNature, ComplaintStatus
from models.errors import OperationRefused, Outcome
from models.follow_ups import AttemptOutcome, FollowUp, FollowUpStatus, FollowUpWay
from models.matters import ClockRun
from models.operations import complaints, follow_ups, kinds, tickets
from models.operations.complaints import ComplaintDraft
from models.operations.tickets import TicketDraft
from models.settings import Clock
from models.staff import Department
from models.tickets import Acceptance, CancelKind, Ticket, TicketKind, TicketStatus, WaitingReason
from tests.calling import called
from tests.factories import World

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)

Verb = Callable[..., Outcome]


def ticket_draft(world: World, **columns: Any) -> TicketDraft:
    """A resident's repair in the first unit."""
    fair: dict[str, Any] = {
        "estate_id": world.estate.id,
        "summary": "厨房漏水",
        "unit_id": world.units[0].id,
        "reporter_name": "张",
        "reporter_phone": "13800138000",
        "another_matter": True,
    }
    return TicketDraft(**(fair | columns))


def complaint_draft(world: World, **columns: Any) -> ComplaintDraft:
    """A resident's complaint about the lift."""
    fair: dict[str, Any] = {
        "estate_id": world.estate.id,
        "summary": "电梯又停了",
        "unit_id": world.units[0].id,
        "reporter_name": "张",
        "reporter_phone": "13800138000",
        "category": ComplaintCategory.EQUIPMENT,
        "another_matter": True,
    }
    return ComplaintDraft(**(fair | columns))


def new_ticket(world: World, now: datetime.datetime, **columns: Any) -> Ticket:
    """One ticket, registered by the clerk."""
    draft = ticket_draft(world, **columns)
    ticket = tickets.register(Call(world.session, world.actor("clerk"), now), [draft]).one()
    assert isinstance(ticket, Ticket)
    return ticket


def new_complaint(world: World, now: datetime.datetime, **columns: Any) -> Complaint:
    """One complaint, registered by the clerk."""
    draft = complaint_draft(world, **columns)
    complaint = complaints.register(Call(world.session, world.actor("clerk"), now), [draft]).one()
    assert isinstance(complaint, Complaint)
    return complaint


def ticket_arguments(world: World) -> dict[str, dict[str, Any]]:
    """For each verb of tickets that changes a status: arguments that no rule minds."""
    return {
        "dispatch": {"team": world.teams[Department.ENGINEERING], "assignee": world.person("technician")},
        "accept": {"taker": world.person("technician")},
        "start": {},
        "finish": {"result": "换了阀门", "acceptance": Acceptance.SIGNED},
        "answer": {"result": "告知缴费时间"},
        "close": {},
        "reopen": {"reason": "还在滴水"},
        "wait": {"waiting_reason": WaitingReason.MATERIALS, "note": "等阀门"},
        "resume": {},
        "cancel": {"kind": CancelKind.WITHDRAWN, "reason": "住户撤回"},
        "correct": {"reason": "关错了单"},
        "take_as_complaint": {"category": ComplaintCategory.EQUIPMENT, "reason": "其实是投诉"},
    }


def complaint_arguments(world: World, now: datetime.datetime) -> dict[str, dict[str, Any]]:
    """For each verb of complaints that changes a status: arguments that no rule minds."""
    return {
        "assign": {
            "team": world.teams[Department.ENGINEERING],
            "assignee": world.person("clerk"),
            "head": world.person("supervisor"),
        },
        "investigate": {},
        "propose": {"proposal": "周五更换控制板"},
        "negotiate": {"reply": "太晚了，要周三"},
        "agree": {},
        "carry_out": {"result": "已更换，电梯正常"},
        "mark_followed_up": {},
        "put_right": {"reason": "今天又停了"},
        "archive": {},
        "cancel": {"reason": "重复投诉"},
        "correct": {"reason": "点错了"},
        "take_as_ticket": {"kind": TicketKind.REPAIR, "reason": "其实是报修"},
    }


def do(world: World, verb: str, row: Any, now: datetime.datetime, *, by: str = "supervisor", **changes: Any) -> Outcome:
    """Call *verb* on one ticket or complaint, with fair arguments but for *changes*."""
    if isinstance(row, Ticket):
        act: Verb = getattr(tickets, verb, None) or getattr(kinds, verb)
        fair = ticket_arguments(world).get(verb, {})
        if verb == "wait":
            fair = {"until": now + datetime.timedelta(days=3), **fair}
    else:
        act = getattr(complaints, verb, None) or getattr(kinds, verb)
        fair = complaint_arguments(world, now).get(verb, {})
    outcome: Outcome = called(act, world.session, [row], actor=world.actor(by), now=now, **(fair | changes))
    return outcome


def write_review(
    world: World, complaint: Complaint, now: datetime.datetime, *, by: str = "supervisor", **changes: Any
) -> Outcome:
    """Write a review of today (CMP-13)."""
    fair = {
        "review_on": now.date(),
        "review_people": "客服主管、工程主管、当班技工",
        "review_measures": "每月检查控制板",
        "review_in_charge": world.person("lead"),
    }
    return do(world, "write_review", complaint, now, by=by, **(fair | changes))


@contextmanager
def undone(world: World) -> Iterator[None]:
    """What is done inside did not happen afterwards."""
    with world.session.begin_nested() as inner:
        yield
        inner.rollback()
    world.session.expire_all()


def refusal(outcome: Outcome) -> OperationRefused:
    """The refusal of a batch of one that must have been refused, with all that its sentence names."""
    assert not outcome.done, f"not refused: {outcome.done}"
    ((_, refused),) = outcome.refused
    assert str(refused).startswith(f"{refused.rule}: ")
    return refused


def running(world: World, matter: Any) -> dict[str, datetime.datetime]:
    """Code and due time of the clocks of a ticket or complaint that are neither met nor cancelled."""
    column = ClockRun.ticket_id if isinstance(matter, Ticket) else ClockRun.complaint_id
    query = select(Clock.code, ClockRun.due_at).join(ClockRun, ClockRun.clock_id == Clock.id)
    unmet = query.where(column == matter.id, ClockRun.met_at.is_(None), ClockRun.cancelled_at.is_(None))
    return {row.code: row.due_at for row in world.session.execute(unmet)}


def follow_up_of(world: World, row: Any) -> FollowUp:
    """The follow-up still to be made of a ticket or complaint."""
    column = FollowUp.ticket_id if isinstance(row, Ticket) else FollowUp.complaint_id
    query = select(FollowUp).where(column == row.id, FollowUp.status == FollowUpStatus.SCHEDULED)
    return world.session.scalars(query).one()


def attempt(
    world: World,
    follow_up: FollowUp,
    now: datetime.datetime,
    outcome: AttemptOutcome,
    *,
    by: str = "clerk",
    way: FollowUpWay = FollowUpWay.PHONE,
    **columns: Any,
) -> Outcome:
    """Record one attempt by phone."""
    actor = world.actor(by)
    marks = {} if outcome is AttemptOutcome.NOT_REACHED else {"quality": 4, "timeliness": 4, "attitude": 4}
    arguments = {"way": way, "outcome": outcome, **marks, **columns}
    verb = follow_ups.record_attempt
    answer: Outcome = called(verb, world.session, [follow_up], actor=actor, now=now, **arguments)
    return answer


def satisfied(world: World, row: Any, now: datetime.datetime) -> None:
    """The resident says all is well."""
    attempt(world, follow_up_of(world, row), now, AttemptOutcome.SATISFIED, quality=5).one()


_TICKET_WAY = (
    (TicketStatus.DISPATCHED, "dispatch"),
    (TicketStatus.ACCEPTED, "accept"),
    (TicketStatus.IN_PROGRESS, "start"),
    (TicketStatus.DONE, "finish"),
)


def ticket_in(world: World, status: TicketStatus, now: datetime.datetime, **columns: Any) -> Ticket:
    """A ticket in *status*; a done one has all that closing needs, a waiting one waits from *in progress*."""
    ticket = new_ticket(world, now, **columns)
    if status is TicketStatus.CANCELLED:
        do(world, "cancel", ticket, now).one()
    if status in (TicketStatus.RECEIVED, TicketStatus.CANCELLED):
        return ticket
    for reached, verb in _TICKET_WAY:
        do(world, verb, ticket, now).one()
        if reached is status:
            break
        if reached is TicketStatus.IN_PROGRESS and status is TicketStatus.WAITING:
            do(world, "wait", ticket, now).one()
            break
    if status in (TicketStatus.DONE, TicketStatus.CLOSED):
        do(world, "take_slip_back", ticket, now).one()
        satisfied(world, ticket, now)
    if status is TicketStatus.CLOSED:
        do(world, "close", ticket, now).one()
    return ticket


_COMPLAINT_WAY = (
    (ComplaintStatus.ASSIGNED, "assign"),
    (ComplaintStatus.INVESTIGATING, "investigate"),
    (ComplaintStatus.PROPOSAL, "propose"),
    (ComplaintStatus.NEGOTIATING, "negotiate"),
    (ComplaintStatus.AGREED, "agree"),
    (ComplaintStatus.CARRIED_OUT, "carry_out"),
    (ComplaintStatus.FOLLOWED_UP, "mark_followed_up"),
    (ComplaintStatus.ARCHIVED, "archive"),
)


def complaint_in(world: World, status: ComplaintStatus, now: datetime.datetime, **columns: Any) -> Complaint:
    """A complaint in *status*, with all that the next step needs."""
    complaint = new_complaint(world, now, **columns)
    if status is ComplaintStatus.CANCELLED:
        do(world, "cancel", complaint, now).one()
    if status in (ComplaintStatus.REGISTERED, ComplaintStatus.CANCELLED):
        return complaint
    do(world, "classify", complaint, now, nature=ComplaintNature.VALID).one()
    for reached, verb in _COMPLAINT_WAY:
        do(world, verb, complaint, now).one()
        if reached is ComplaintStatus.CARRIED_OUT:
            do(world, "sign_slip", complaint, now, by="lead").one()
            do(world, "take_slip_back", complaint, now, complete=True).one()
            if not complaint.anonymous:
                satisfied(world, complaint, now)
        if reached is status:
            break
    return complaint

"""A matter that was taken as the wrong kind is put right, within its register or into the other (INT-8)."""

import datetime
from typing import Any

import pytest
from sqlalchemy import select

from models.call import Call
from models.complaints import Complaint, ComplaintStatus
from models.matters import ClockRun, RepeatReport
from models.operations import settings, tickets
from models.settings import Clock, ClockCalendar
from models.staff import Department
from models.tickets import CancelKind, Ticket, TicketKind, TicketStatus, WaitingReason
from models.told import Told, Watcher
from tests.factories import World
from tests.operations.walks import do, new_complaint, new_ticket, refusal, running, ticket_in

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def world(rolled_back: World) -> World:
    return rolled_back


def as_complaint(world: World, ticket: Ticket, now: datetime.datetime) -> Complaint:
    """The complaint that *ticket* is in truth."""
    do(world, "take_as_complaint", ticket, now).one()
    made = world.session.scalars(select(Complaint).where(Complaint.source_key == f"tickets:{ticket.id}")).one()
    assert isinstance(made, Complaint)
    return made


def test_clocks_of_the_right_kind_run_since_the_record_was_registered__INT_8(
    world: World, now: datetime.datetime
) -> None:
    ticket = new_ticket(world, now)
    before = running(world, ticket)
    assert set(before) == {"dispatch", "same-day"}
    do(world, "change_kind", ticket, now + 20 * MINUTE, kind=TicketKind.ENQUIRY).one()
    assert (ticket.kind, running(world, ticket)) == (TicketKind.ENQUIRY, {"promise": now + 30 * MINUTE})
    assert ticket.due_at == now + 30 * MINUTE
    do(world, "change_kind", ticket, now + 21 * MINUTE, kind=TicketKind.REPAIR).one()
    assert running(world, ticket) == before, "as if it had always been one"


def test_what_was_missed_stays_missed_and_a_reason_is_asked_for__INT_8(world: World, now: datetime.datetime) -> None:
    ticket, later = new_ticket(world, now, kind=TicketKind.ENQUIRY), now + HOUR
    refused = refusal(do(world, "change_kind", ticket, later, kind=TicketKind.QUERY))
    assert (refused.rule, refused.field, ticket.kind) == ("INT-8", "reason", TicketKind.ENQUIRY)
    do(world, "change_kind", ticket, later, kind=TicketKind.QUERY, reason="要书面答复").one()
    assert running(world, ticket) == {"question": now + 48 * HOUR}
    met = [run.met_at for run in runs_of(world, ticket) if run.due_at == now + 30 * MINUTE]
    assert met == [later], "answered late, not cancelled"
    fresh = new_ticket(world, now)
    late = refusal(do(world, "change_kind", fresh, later, kind=TicketKind.EMERGENCY, team=engineering(world)))
    assert late.field == "reason", "as an emergency it is late already"


def runs_of(world: World, ticket: Ticket) -> Any:
    return world.session.scalars(select(ClockRun).where(ClockRun.ticket_id == ticket.id)).all()


def engineering(world: World) -> Any:
    return world.teams[Department.ENGINEERING]


def test_what_becomes_an_emergency_is_dispatched_at_once_and_all_are_told__DSP_1(
    world: World, now: datetime.datetime
) -> None:
    ticket, soon = new_ticket(world, now), now + MINUTE
    refused = refusal(do(world, "change_kind", ticket, soon, kind=TicketKind.EMERGENCY))
    assert (refused.rule, refused.field) == ("DSP-1", "team")
    do(world, "change_kind", ticket, soon, kind=TicketKind.EMERGENCY, team=engineering(world)).one()
    assert (ticket.status, ticket.dispatched_at) == (TicketStatus.DISPATCHED, soon)
    assert running(world, ticket)["on-site"] == soon + 20 * MINUTE
    sent = ticket_in(world, TicketStatus.DISPATCHED, now)
    sent.assignee_id = None
    world.session.flush()
    do(world, "change_kind", sent, now + MINUTE, kind=TicketKind.EMERGENCY).one()
    told = set(
        world.session.scalars(select(Told.staff_id).where(Told.register == "tickets", Told.record_id == sent.id))
    )
    assert told >= {world.person(name).id for name in ("technician", "technician2", "lead")}


@pytest.mark.parametrize("status", [TicketStatus.DONE, TicketStatus.CLOSED])
def test_only_what_is_in_hand_changes_its_kind__JOB_1(
    world: World, now: datetime.datetime, status: TicketStatus
) -> None:
    ticket = ticket_in(world, status, now)
    assert refusal(do(world, "change_kind", ticket, now, kind=TicketKind.QUERY)).rule == "JOB-1"
    fresh = new_ticket(world, now)
    assert refusal(do(world, "change_kind", fresh, now, kind=TicketKind.REPAIR)).field == "kind"


def test_a_ticket_that_is_a_complaint_goes_on_as_one_with_all_that_was_said__INT_8(
    world: World, now: datetime.datetime
) -> None:
    promised, call = now + 3 * HOUR, Call(world.session, world.actor("clerk2"), now)
    ticket = new_ticket(world, now, promised_at=promised, detail="两天了", heard_at=now - 5 * MINUTE)
    tickets.watch(call, [ticket])
    tickets.report_again(call, [ticket], words="还没来", reporter_name="刘", reporter_phone="13911112222").one()
    made = as_complaint(world, ticket, now + HOUR)
    for name in ("summary", "detail", "unit_id", "reporter_name", "reporter_phone_digest", "heard_at", "registered_at"):
        assert getattr(made, name) == getattr(ticket, name), name
    assert (made.status, made.desk_owner_id, made.repeats) == (ComplaintStatus.REGISTERED, ticket.desk_owner_id, 1)
    assert (ticket.status, ticket.cancel_kind) == (TicketStatus.CANCELLED, CancelKind.DUPLICATE)
    assert running(world, ticket) == {}
    limits = running(world, made)
    assert (limits["promise"], limits["to-department"]) == (promised, now + 48 * HOUR), "from its own start"
    told = world.session.scalars(select(RepeatReport).where(RepeatReport.complaint_id == made.id)).one()
    assert (told.words, told.reporter_name) == ("还没来", "刘")
    watching = select(Watcher.staff_id).where(Watcher.register == "complaints", Watcher.record_id == made.id)
    assert world.session.scalars(watching).all() == [world.person("clerk2").id]


def test_a_complaint_that_is_none_goes_on_as_a_ticket_and_back_while_nothing_followed__INT_8(
    world: World, now: datetime.datetime
) -> None:
    complaint = new_complaint(world, now)
    before = running(world, complaint)
    assert refusal(do(world, "take_as_ticket", complaint, now, reason=" ")).field == "reason"
    do(world, "take_as_ticket", complaint, now, team=engineering(world)).one()
    (made,) = world.session.scalars(select(Ticket).where(Ticket.source_key == f"complaints:{complaint.id}"))
    assert (made.kind, made.team_id, complaint.status) == (
        TicketKind.REPAIR,
        engineering(world).id,
        ComplaintStatus.CANCELLED,
    )
    refused = refusal(do(world, "correct", complaint, now))
    assert (refused.rule, made.number in str(refused)) == ("INT-8", True), "not twice at once"
    do(world, "take_back", complaint, now + MINUTE).one()
    assert (complaint.status, made.status) == (ComplaintStatus.REGISTERED, TicketStatus.CANCELLED)
    assert set(running(world, complaint)) == set(before)
    assert refusal(do(world, "take_back", complaint, now + MINUTE)).rule == "INT-8"


def test_what_was_gone_on_with_is_not_taken_back__INT_8(world: World, now: datetime.datetime) -> None:
    ticket = ticket_in(world, TicketStatus.DISPATCHED, now)
    made = as_complaint(world, ticket, now)
    do(world, "assign", made, now).one()
    refused = refusal(do(world, "take_back", ticket, now))
    assert (refused.rule, made.number in str(refused)) == ("INT-8", True)
    another = ticket_in(world, TicketStatus.DISPATCHED, now)
    limits = running(world, another)
    as_complaint(world, another, now)
    do(world, "take_back", another, now + MINUTE).one()
    assert another.status is TicketStatus.DISPATCHED
    assert set(running(world, another)) == set(limits)


def test_work_for_a_complaint_and_a_complaint_with_work_stay_what_they_are__CMP_6(
    world: World, now: datetime.datetime
) -> None:
    complaint = new_complaint(world, now)
    job = new_ticket(world, now, complaint_id=complaint.id)
    assert refusal(do(world, "take_as_complaint", job, now)).rule == "CMP-6"
    assert refusal(do(world, "take_as_ticket", complaint, now)).rule == "CMP-6"


def test_what_waits_is_put_right_too_and_the_time_it_waited_is_left_out__INT_8(
    world: World, now: datetime.datetime
) -> None:
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now, kind=TicketKind.SUGGESTION)
    own = Call(world.session, world.actor("manager"), now)
    clock = world.session.scalars(select(Clock).where(Clock.code == "ask-done", Clock.estate_id == world.estate.id))
    settings.amend_clocks(own, [clock.one()], calendar=ClockCalendar.ALWAYS, minutes=60).one()
    counts: dict[str, Any] = {
        "minutes": 600,
        "code": "十小时",
        "register": "tickets",
        "start_event": "register",
        "stop_event": "finish",
    }
    repairs = {"field": "kind", "op": "is", "value": "repair"}
    draft = settings.ClockDraft(estate_id=world.estate.id, **counts, condition=repairs)
    settings.register_clocks(own, [draft]).one()
    for begin, end in ((10, 30), (40, 45)):
        do(world, "wait", ticket, now + begin * MINUTE).one()
        do(world, "resume", ticket, now + end * MINUTE).one()
    others = WaitingReason.THIRD_PARTY
    do(world, "wait", ticket, now + 46 * MINUTE, waiting_reason=others).one()
    do(world, "resume", ticket, now + 50 * MINUTE).one()
    do(world, "wait", ticket, now + 60 * MINUTE).one()
    waiting = running(world, ticket)["waiting"]
    do(world, "change_kind", ticket, now + 90 * MINUTE, kind=TicketKind.REPAIR).one()
    assert (ticket.kind, ticket.status) == (TicketKind.REPAIR, TicketStatus.WAITING)
    run = {row.due_at: row for row in runs_of(world, ticket)}[now + 10 * HOUR + 25 * MINUTE]
    assert (run.started_at, run.paused_at, run.paused_minutes) == (now, now + 60 * MINUTE, 25)
    assert running(world, ticket)["waiting"] == waiting
    assert "question" not in running(world, ticket)
    do(world, "resume", ticket, now + 100 * MINUTE).one()
    assert running(world, ticket)["十小时"] == now + 10 * HOUR + 65 * MINUTE


def test_what_waits_becomes_no_emergency_before_it_goes_on__INT_14(world: World, now: datetime.datetime) -> None:
    ticket = ticket_in(world, TicketStatus.WAITING, now)
    refused = refusal(do(world, "change_kind", ticket, now, kind=TicketKind.EMERGENCY, reason="漏到电箱了"))
    assert (refused.rule, refused.field, ticket.kind) == ("INT-14", "kind", TicketKind.REPAIR)
    do(world, "resume", ticket, now + MINUTE).one()
    do(world, "change_kind", ticket, now + MINUTE, kind=TicketKind.EMERGENCY, reason="漏到电箱了").one()
    assert ticket.kind is TicketKind.EMERGENCY

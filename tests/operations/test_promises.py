"""A ticket is answered by a date: what was promised for it, else what its kind has (INT-5, INT-14)."""

import pytest
from sqlalchemy import delete, select

from models import reports
from models.audits import FindingKind
from models.call import Call
from models.complaints import Complaint, ComplaintStatus
from models.matters import ClockRun, CommentKind
from models.operations.undated import date_undated
from models.tickets import CLOSING, PROMISE, QUESTION, Ticket, TicketKind, TicketStatus
from tests.guards_off import guards_off
from tests.operations.audits import of_kind, only
from tests.operations.walks import (
    DAY,
    HOUR,
    MINUTE,
    complaint_in,
    do,
    new_complaint,
    new_ticket,
    refusal,
    running,
    ticket_in,
)

ASKED = {TicketKind.ENQUIRY: 30 * MINUTE, TicketKind.QUERY: 2 * DAY, TicketKind.SUGGESTION: 2 * DAY}


@pytest.fixture
def world(rolled_back):
    return rolled_back


@pytest.mark.parametrize("kind", ASKED)
def test_what_is_asked_has_a_next_date_and_is_a_finding_when_that_passes__INT_14(world, now, kind):
    ticket = new_ticket(world, now, kind=kind)
    assert ticket.due_at == now + ASKED[kind]
    finding = only(world, now + ASKED[kind] + MINUTE, FindingKind.PAST_CLOCK)
    assert finding["number"] == ticket.number
    do(world, "answer", ticket, now + ASKED[kind] + 2 * MINUTE).one()
    assert list(running(world, ticket)) == [CLOSING]


@pytest.mark.parametrize("kind", ASKED)
def test_a_promise_is_the_date_of_what_is_asked__INT_5(world, now, kind):
    ticket = new_ticket(world, now, kind=kind, promised_at=now + 10 * MINUTE)
    assert running(world, ticket) == {PROMISE: now + 10 * MINUTE}
    finding = only(world, now + 11 * MINUTE, FindingKind.PAST_CLOCK)
    assert (finding["rule"], finding["due_at"]) == ("INT-5", (now + 10 * MINUTE).isoformat())


def test_a_promise_on_a_job_is_a_date_beside_its_others_and_kept_by_finishing__INT_5(world, now):
    ticket = new_ticket(world, now, promised_at=now + HOUR)
    assert running(world, ticket)[PROMISE] == now + HOUR
    for verb in ("dispatch", "accept", "start"):
        do(world, verb, ticket, now).one()
    do(world, "wait", ticket, now, until=now + DAY).one()
    assert ticket.due_at == now + HOUR
    do(world, "resume", ticket, now + MINUTE).one()
    do(world, "finish", ticket, now + MINUTE).one()
    assert PROMISE not in running(world, ticket)


def missed(world, now, model=Ticket):
    return list(world.session.scalars(select(model.id).where(reports.missed(model, PROMISE, now))))


def test_a_promise_is_moved_before_its_time_and_one_that_was_missed_stays_missed__INT_5(world, now):
    early, late = (new_ticket(world, now, kind=TicketKind.QUERY, promised_at=now + HOUR) for _ in range(2))
    do(world, "promise", early, now + MINUTE, promised_at=now + 2 * HOUR, reason="等厂家回话").one()
    do(world, "promise", late, now + HOUR + MINUTE, promised_at=now + 2 * HOUR).one()
    for ticket in (early, late):
        assert (ticket.due_at, running(world, ticket)) == (now + 2 * HOUR, {PROMISE: now + 2 * HOUR})
        do(world, "answer", ticket, now + HOUR + 2 * MINUTE).one()
    assert missed(world, now + 3 * HOUR) == [late.id]


def test_what_is_promised_later_takes_the_place_of_the_two_days__INT_5(world, now):
    ticket = new_ticket(world, now, kind=TicketKind.SUGGESTION)
    do(world, "promise", ticket, now, promised_at=now + 5 * DAY).one()
    assert (ticket.due_at, running(world, ticket)) == (now + 5 * DAY, {PROMISE: now + 5 * DAY})


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_promise_is_moved_with_a_reason_and_nothing_changes_without__INT_5(world, now, reason):
    ticket = new_ticket(world, now, kind=TicketKind.QUERY, promised_at=now + HOUR)
    said = refusal(do(world, "promise", ticket, now + HOUR, promised_at=now + 2 * HOUR, reason=reason))
    assert (said.rule, said.field, ticket.promised_at, ticket.due_at) == ("INT-5", "reason", now + HOUR, now + HOUR)
    do(world, "promise", ticket, now + HOUR + MINUTE, promised_at=now + 2 * HOUR, reason=reason).one()
    assert ticket.due_at == now + 2 * HOUR


@pytest.mark.parametrize("passed", [MINUTE, HOUR])
def test_nothing_is_promised_for_a_time_that_has_passed__INT_5(world, now, passed):
    ticket = new_ticket(world, now, kind=TicketKind.QUERY)
    said = refusal(do(world, "promise", ticket, now, promised_at=now - passed))
    assert (said.rule, said.field, ticket.promised_at) == ("INT-5", "promised_at", None)


def test_what_is_answered_or_carried_out_is_promised_no_more__INT_5(world, now):
    ticket = new_ticket(world, now, kind=TicketKind.QUERY)
    do(world, "answer", ticket, now).one()
    carried_out = complaint_in(world, ComplaintStatus.CARRIED_OUT, now)
    for matter in (ticket, carried_out):
        assert refusal(do(world, "promise", matter, now, promised_at=now + HOUR)).rule == "INT-5"
    assert list(running(world, ticket)) == [CLOSING]
    assert of_kind(world, now + 2 * HOUR, FindingKind.PAST_CLOCK) == []


def test_what_was_asked_before_such_clocks_gets_its_date_from_when_it_came_in__INT_14(world, now):
    asked = [new_ticket(world, now, kind=kind) for kind in ASKED]
    promised = new_ticket(world, now, promised_at=now + 10 * MINUTE)
    answered = new_ticket(world, now, kind=TicketKind.ENQUIRY)
    do(world, "answer", answered, now).one()
    waits = ticket_in(world, TicketStatus.WAITING, now, promised_at=now + 3 * HOUR)
    with guards_off(world.session.connection()):
        world.session.execute(delete(ClockRun).where(ClockRun.ticket_id.is_not(None)))
    for ticket in (*asked, promised, waits):
        ticket.due_at = now
    world.session.flush()
    for later in (DAY, DAY + HOUR):
        date_undated(Call(world.session, world.actor("system"), now + later), [world.estate, world.other])
    world.session.expire_all()
    assert [ticket.due_at for ticket in asked] == [now + left for left in ASKED.values()]
    assert running(world, asked[1]) == {QUESTION: now + 2 * DAY}
    assert (promised.due_at, answered.due_at, waits.due_at) == (now + 10 * MINUTE, now + 7 * DAY, now + 3 * HOUR)


@pytest.mark.parametrize("how", ["propose", "comment"])
def test_a_promise_to_whoever_complained_is_a_date_and_kept_by_a_reply__INT_5(world, now, how):
    complaint = new_complaint(world, now, promised_at=now + HOUR)
    assert (complaint.due_at, running(world, complaint)[PROMISE]) == (now + HOUR, now + HOUR)
    for verb in ("assign", "investigate"):
        do(world, verb, complaint, now).one()
    finding = only(world, now + HOUR + MINUTE, FindingKind.PAST_CLOCK, rule="INT-5")
    assert finding["number"] == complaint.number
    reply = {"kind": CommentKind.REPLY, "body": "厂家周五来"} if how == "comment" else {}
    do(world, how, complaint, now + 2 * HOUR, **reply).one()
    assert PROMISE not in running(world, complaint)
    assert missed(world, now + 3 * HOUR, Complaint) == [complaint.id]


def test_what_was_promised_to_whoever_complained_is_moved_and_what_was_missed_is_broken__INT_5(world, now):
    complaint = new_complaint(world, now, promised_at=now + HOUR)
    do(world, "promise", complaint, now + 2 * HOUR, promised_at=now + 4 * HOUR).one()
    assert running(world, complaint)[PROMISE] == now + 4 * HOUR
    assert missed(world, now + 3 * HOUR, Complaint) == [complaint.id]


def test_moved_before_its_time_a_promise_leaves_what_was_promised_first_and_why__INT_5(world, now):
    ticket = new_ticket(world, now, kind=TicketKind.QUERY, promised_at=now + HOUR)
    do(world, "promise", ticket, now + MINUTE, promised_at=now + 2 * HOUR, reason=" 等厂家回话 ").one()
    do(world, "promise", ticket, now + 3 * HOUR, promised_at=now + 4 * HOUR).one()
    runs = world.session.scalars(select(ClockRun).where(ClockRun.ticket_id == ticket.id).order_by(ClockRun.due_at))
    assert [(run.due_at, run.cancelled_at, run.met_at, run.moved_because) for run in runs] == [
        (now + HOUR, now + MINUTE, None, "等厂家回话"),
        (now + 2 * HOUR, None, now + 3 * HOUR, None),
        (now + 4 * HOUR, None, None, None),
    ]


def test_promises_of_complaints_of_before_such_clocks_get_theirs_once__INT_5(world, now):
    kept, owed = (new_complaint(world, now, promised_at=now + HOUR) for _ in range(2))
    do(world, "comment", kept, now, kind=CommentKind.REPLY, body="周五").one()
    with guards_off(world.session.connection()):
        world.session.execute(delete(ClockRun).where(ClockRun.complaint_id == owed.id))
    for later in (DAY, 2 * DAY):
        date_undated(Call(world.session, world.actor("system"), now + later), [world.estate])
    world.session.expire_all()
    assert [PROMISE in running(world, complaint) for complaint in (kept, owed)] == [False, True]

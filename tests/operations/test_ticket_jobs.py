"""Tickets at work: finished, paid, followed up, closed, reopened, corrected (JOB-1 … JOB-6, FUP-1, FUP-3)."""

import datetime

import pytest
from sqlalchemy import select

from models.events import Event
from models.follow_ups import FollowUpStatus
from models.matters import ClockRun
from models.personal import keyring_of
from models.said import said
from models.staff import Department
from models.tickets import OPEN_STATUSES, Acceptance, TicketKind, TicketStatus, WaitingReason
from models.verbs import transitions
from tests.operations.walks import (
    DAY,
    MINUTE,
    do,
    follow_up_of,
    new_ticket,
    refusal,
    running,
    ticket_in,
)

S = TicketStatus


@pytest.fixture
def world(rolled_back):
    return rolled_back


def test_arriving_is_recorded_and_stops_the_clock_on_site__JOB_7_DSP_5(world, now):
    ticket = ticket_in(world, S.ACCEPTED, now)
    assert "on-site" in running(world, ticket)
    do(world, "start", ticket, now + 7 * MINUTE).one()
    assert ticket.arrived_at == now + 7 * MINUTE
    assert "on-site" not in running(world, ticket)
    assert refusal(do(world, "start", ticket, now + 8 * MINUTE)).rule == "JOB-1"


def test_without_signature_the_reason_is_written_down__JOB_5(world, now):
    ticket = ticket_in(world, S.IN_PROGRESS, now)
    assert refusal(do(world, "finish", ticket, now, acceptance=Acceptance.NOT_SIGNED)).rule == "JOB-5"
    assert (
        refusal(do(world, "finish", ticket, now, acceptance=Acceptance.UNKNOWN, acceptance_reason="x")).rule == "JOB-5"
    )
    do(world, "finish", ticket, now, acceptance=Acceptance.NOT_SIGNED, acceptance_reason="老人不会写字").one()


def test_the_slip_comes_back_once_and_only_of_a_finished_job__JOB_5(world, now):
    assert refusal(do(world, "take_slip_back", ticket_in(world, S.IN_PROGRESS, now), now)).rule == "JOB-5"
    assert refusal(do(world, "take_slip_back", ticket_in(world, S.DONE, now), now)).rule == "JOB-5"


def test_a_charge_needs_the_residents_yes_and_a_sane_amount__JOB_4(world, now):
    ticket = ticket_in(world, S.ACCEPTED, now)
    assert refusal(do(world, "charge", ticket, now, amount_fen=5000, agreed=False)).rule == "JOB-4"
    assert refusal(do(world, "charge", ticket, now, amount_fen=-1, agreed=True)).rule == "JOB-4"
    assert refusal(do(world, "charge", new_ticket(world, now), now, amount_fen=1, agreed=True)).rule == "JOB-4"
    do(world, "charge", ticket, now, amount_fen=5000, agreed=True).one()
    assert ticket.charge_fen == 5000


def test_who_may_not_waive_a_charge_does_not_lower_it_either__JOB_4(world, now):
    ticket = ticket_in(world, S.IN_PROGRESS, now)
    for amount in (5000, 7000):
        do(world, "charge", ticket, now, amount_fen=amount, agreed=True).one()
    for amount in (0, 6999):
        refused = refusal(do(world, "charge", ticket, now, by="clerk", amount_fen=amount, agreed=True))
        assert (refused.rule, refused.field) == ("JOB-4", "amount_fen")
    assert ticket.charge_fen == 7000


def test_an_unpaid_charge_bars_closing_until_paid_or_waived__JOB_4(world, now):
    paid, waived = (ticket_in(world, S.DONE, now) for _ in range(2))
    for ticket in (paid, waived):
        do(world, "charge", ticket, now, amount_fen=5000, agreed=True).one()
        assert refusal(do(world, "close", ticket, now)).rule == "JOB-6"
    assert refusal(do(world, "settle", paid, now, invoice_number=" ")).rule == "JOB-4"
    do(world, "settle", paid, now, invoice_number="FP-1").one()
    assert refusal(do(world, "waive", waived, now, by="clerk", reason="保修期")).rule == "ROLE"
    do(world, "waive", waived, now, reason="保修期").one()
    for ticket in (paid, waived):
        do(world, "close", ticket, now).one()
        assert refusal(do(world, "settle", ticket, now, invoice_number="FP-2")).rule == "JOB-4"


def test_what_was_paid_for_is_not_cancelled__JOB_4(world, now):
    ticket = ticket_in(world, S.ACCEPTED, now)
    do(world, "charge", ticket, now, amount_fen=5000, agreed=True).one()
    do(world, "settle", ticket, now, invoice_number="FP-1").one()
    assert refusal(do(world, "cancel", ticket, now)).rule == "JOB-4"


def test_everything_closing_lacks_is_named_at_once__JOB_6(world, now):
    ticket = ticket_in(world, S.IN_PROGRESS, now)
    do(world, "charge", ticket, now, amount_fen=5000, agreed=True).one()
    do(world, "finish", ticket, now).one()
    error = refusal(do(world, "close", ticket, now))
    assert error.rule == "JOB-6"
    assert [str(item) for item in error.values["missing"]] == [
        "payment of the charge (a supervisor may waive it)",
        "the returned slip",
        "a satisfied follow-up",
    ]


def test_a_missing_signature_is_explained_before_a_job_is_closed__JOB_6(world, now):
    told, untold = (ticket_in(world, S.IN_PROGRESS, now) for _ in range(2))
    for ticket in (told, untold):
        do(world, "finish", ticket, now, acceptance=Acceptance.NOT_SIGNED, acceptance_reason="老人不会写字").one()
    untold.acceptance_reason = None  # as another program may leave it
    world.session.flush()
    lacks = [[str(item) for item in refusal(do(world, "close", row, now)).values["missing"]] for row in (told, untold)]
    rest = ["the returned slip", "a satisfied follow-up"]
    assert lacks == [rest, ["the resident's signature, or why there is none", *rest]]


def test_an_answered_enquiry_closes_without_slip_or_follow_up__JOB_6(world, now):
    ticket = new_ticket(world, now, kind=TicketKind.ENQUIRY)
    do(world, "answer", ticket, now).one()
    do(world, "close", ticket, now).one()
    assert (ticket.closed_at, ticket.closed_by_id) == (now, world.person("supervisor").id)


def test_a_job_is_not_answered_at_the_desk__JOB_1(world, now):
    assert refusal(do(world, "answer", new_ticket(world, now), now)).rule == "JOB-1"


def test_work_needs_a_handler__INT_1(world, now):
    ticket = ticket_in(world, S.ACCEPTED, now)
    moved = do(world, "reassign", ticket, now, team=world.teams[Department.HOUSEKEEPING], reason="换人")
    assert refusal(moved).field == "assignee"
    started = ticket_in(world, S.IN_PROGRESS, now)
    for row, verb in ((ticket, "start"), (started, "finish")):
        row.assignee_id = None  # as another program may leave it
        world.session.flush()
        assert refusal(do(world, verb, row, now)).rule == "INT-1"


def test_finishing_schedules_the_follow_up_by_the_desk_owner_within_three_days__FUP_1(world, now):
    ticket = new_ticket(world, now)
    for verb in ("dispatch", "accept", "start", "finish"):
        do(world, verb, ticket, now).one()
    follow_up = follow_up_of(world, ticket)
    assert (follow_up.assignee_id, follow_up.due_at) == (ticket.desk_owner_id, now + 3 * DAY)
    assert list(running(world, ticket)) == ["slip-back", "closing"]
    assert ticket.due_at == now + DAY


def test_reopening_drops_the_follow_up_and_starts_the_day_anew__FUP_3(world, now):
    ticket = ticket_in(world, S.IN_PROGRESS, now)
    do(world, "finish", ticket, now).one()
    follow_up = follow_up_of(world, ticket)
    do(world, "reopen", ticket, now + DAY).one()
    world.session.commit()
    assert (ticket.status, ticket.finished_at, ticket.acceptance) == (S.IN_PROGRESS, None, None)
    assert follow_up.status is FollowUpStatus.CANCELLED
    assert running(world, ticket)["same-day"] == datetime.datetime(2026, 11, 19, 16, tzinfo=datetime.UTC)
    do(world, "finish", ticket, now + DAY).one()
    assert follow_up_of(world, ticket).id != follow_up.id


def test_what_was_answered_at_the_desk_is_not_reopened__JOB_1(world, now):
    ticket = new_ticket(world, now, kind=TicketKind.QUERY)
    do(world, "answer", ticket, now).one()
    assert refusal(do(world, "reopen", ticket, now)).rule == "JOB-1"


def test_only_a_supervisor_corrects_a_mistaken_close__JOB_6(world, now):
    ticket = ticket_in(world, S.CLOSED, now)
    assert refusal(do(world, "correct", ticket, now, by="clerk")).rule == "ROLE"
    do(world, "correct", ticket, now).one()
    assert (ticket.status, ticket.closed_at, ticket.closed_by_id) == (S.DONE, None, None)
    event = world.session.scalars(select(Event).where(Event.verb == "correct")).one()
    assert said(event, keyring_of(world.session)).reason == "关错了单"


@pytest.mark.parametrize("status", OPEN_STATUSES)
def test_closing_and_cancelling_stop_every_clock__JOB_1(world, now, status):
    ticket = ticket_in(world, status, now)
    do(world, "close" if status is S.DONE else "cancel", ticket, now).one()
    assert running(world, ticket) == {}
    assert ticket.due_at is None


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("cancel", {"reason": " "}),
        ("reopen", {"reason": " "}),
        ("correct", {"reason": " "}),
        ("finish", {"result": " "}),
        ("escalate", {"reason": " "}),
        ("change_owner", {"reason": " "}),
        ("reassign", {"reason": " "}),
        ("report_again", {"words": " "}),
    ],
)
def test_a_reason_or_result_is_never_blank(world, now, verb, arguments):
    status = next(iter(transitions("tickets").get(verb, {S.DISPATCHED: None})))
    ticket = ticket_in(world, status, now)
    if verb == "change_owner":
        arguments = arguments | {"desk_owner": world.person("clerk2")}
    if verb == "reassign":
        arguments = arguments | {"assignee": world.person("technician2")}
    assert refusal(do(world, verb, ticket, now, **arguments)).rule != "ROLE"
    assert ticket.status is status


def test_the_times_on_hold_add_up_in_whole_minutes__JOB_9(world, now):
    ticket = ticket_in(world, S.IN_PROGRESS, now)
    standing = select(ClockRun).where(ClockRun.ticket_id == ticket.id, ClockRun.met_at.is_(None))
    before = {run.id: run.due_at for run in world.session.scalars(standing)}
    for minute, seconds in ((10, 0), (40, 59)):
        do(world, "wait", ticket, now + minute * MINUTE, waiting_reason=WaitingReason.MATERIALS).one()
        do(world, "resume", ticket, now + (minute + 5) * MINUTE + datetime.timedelta(seconds=seconds)).one()
    for run in world.session.scalars(standing.execution_options(populate_existing=True)):
        assert run.paused_minutes == 10
        assert run.due_at >= before[run.id]


def test_a_charge_is_at_most_a_million_yuan__JOB_4(world, now):
    ticket = ticket_in(world, S.ACCEPTED, now)
    assert refusal(do(world, "charge", ticket, now, amount_fen=100_000_001, agreed=True)).rule == "JOB-4"
    for amount in (0, 100_000_000):
        do(world, "charge", ticket, now, amount_fen=amount, agreed=True).one()
        assert ticket.charge_fen == amount

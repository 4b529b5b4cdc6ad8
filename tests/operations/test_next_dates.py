"""Every open matter has a next date and a person, in whatever state and however it came there (INT-14)."""

import pytest
from sqlalchemy import delete

from models.call import Call
from models.complaints import (
    ARCHIVING,
    OPEN_STATUSES as OPEN_COMPLAINTS,
    PROGRESS_NOTE,
    REVIEW,
    ComplaintCategory,
    ComplaintStatus,
)
from models.matters import ClockRun, CommentKind
from models.operations import tickets
from models.operations.undated import date_undated
from models.settings import time_limits
from models.tickets import CHARGE_PAID, CLOSING, OPEN_STATUSES, SLIP_BACK, TicketKind, TicketStatus
from tests.guards_off import guards_off
from tests.operations.bulk_desk import bulk, undo
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
    ticket_draft,
    ticket_in,
)

C, S = ComplaintStatus, TicketStatus
JOB = {"repair": TicketKind.REPAIR, "household_service": TicketKind.HOUSEHOLD_SERVICE, "query": TicketKind.QUERY}


@pytest.fixture
def world(rolled_back):
    return rolled_back


def paid_for(world, ticket, now):
    do(world, "charge", ticket, now, amount_fen=5000, agreed=True).one()
    return ticket


@pytest.mark.parametrize("kind", JOB)
@pytest.mark.parametrize("status", OPEN_STATUSES)
def test_a_ticket_has_a_date_and_a_person_in_every_open_state__INT_14(world, now, status, kind):
    ticket = ticket_in(world, status, now, kind=JOB[kind]) if status is not S.DONE else finished(world, now, JOB[kind])
    assert ticket.due_at is not None
    assert ticket.due_at == (now + 3 * DAY if status is S.WAITING else min(running(world, ticket).values()))
    assert ticket.desk_owner_id is not None


def finished(world, now, kind=TicketKind.REPAIR):
    """Finished, the slip back and nobody asking any more: only closing is left to do."""
    ticket = ticket_in(world, S.IN_PROGRESS, now, kind=kind)
    do(world, "finish", ticket, now).one()
    do(world, "take_slip_back", ticket, now).one()
    return ticket


@pytest.mark.parametrize("anonymous", [False, True])
@pytest.mark.parametrize("status", OPEN_COMPLAINTS)
def test_a_complaint_has_a_date_and_a_person_in_every_open_state__INT_14(world, now, status, anonymous):
    who = {"anonymous": True, "category": ComplaintCategory.NEIGHBOUR_DISPUTE} if anonymous else {}
    complaint = complaint_in(world, status, now, **who)
    # Past the formal record nothing runs but the floor of its state.
    assert set(running(world, complaint)) - {"formal-record"}
    assert complaint.due_at == min(running(world, complaint).values())


def test_the_floor_of_each_state_stays_in_use__INT_14():
    for register, statuses in (("tickets", OPEN_STATUSES), ("complaints", OPEN_COMPLAINTS)):
        floors = {
            status
            for limit in time_limits().values()
            if limit.lasting
            for status in limit.floor_of
            if status in statuses
        }
        assert set(statuses) - floors == ({S.WAITING} if register == "tickets" else set())


def test_a_job_is_dispatched_within_half_an_hour__DSP_2(world, now):
    ticket = new_ticket(world, now)
    assert running(world, ticket)["dispatch"] == ticket.due_at == now + 30 * MINUTE
    do(world, "dispatch", ticket, now + MINUTE).one()
    assert "dispatch" not in running(world, ticket)


def test_what_is_dispatched_as_it_is_taken_waits_for_no_dispatch__DSP_2(world, now):
    draft = ticket_draft(world, team_id=next(iter(world.teams.values())).id)
    made = tickets.register_and_dispatch(Call(world.session, world.actor("clerk"), now), [draft]).one()
    assert set(running(world, made)) == {"same-day", "slip-acknowledged", "on-site"}


def test_an_agreed_visit_takes_the_place_of_the_same_day__DSP_7(world, now):
    visit = {"visit_from": now + DAY, "visit_until": now + DAY + HOUR}
    evening = (now + DAY).replace(hour=16, minute=0)  # midnight in the estate
    dispatched = ticket_in(world, S.RECEIVED, now)
    do(world, "dispatch", dispatched, now, **visit).one()
    agreed_later = ticket_in(world, S.ACCEPTED, now)
    do(world, "amend", agreed_later, now, **visit).one()
    for ticket in (dispatched, agreed_later):
        assert running(world, ticket)["same-day"] == evening
        assert running(world, ticket)["on-site"] == now + DAY + HOUR


def test_an_hour_after_work_began_the_desk_asks_and_keeps_the_answer__DSP_6(world, now):
    ticket = ticket_in(world, S.IN_PROGRESS, now)
    assert running(world, ticket)["ask-done"] == now + HOUR
    assert refusal(do(world, "ask_done", ticket, now + HOUR, said=" ")).field == "said"
    do(world, "ask_done", ticket, now + HOUR, said="还差一个阀门").one()
    assert "ask-done" not in running(world, ticket)
    do(world, "finish", ticket, now + 2 * HOUR).one()
    assert refusal(do(world, "ask_done", ticket, now + 2 * HOUR, said="?")).rule == "DSP-6"


def test_a_finished_job_waits_for_its_slip_its_charge_and_its_closing__JOB_4_JOB_5_JOB_6(world, now):
    ticket = paid_for(world, ticket_in(world, S.IN_PROGRESS, now), now)
    do(world, "finish", ticket, now + MINUTE).one()
    waits = {CHARGE_PAID: now + 3 * DAY, SLIP_BACK: now + DAY + MINUTE, CLOSING: now + 7 * DAY + MINUTE}
    assert running(world, ticket) == waits
    do(world, "take_slip_back", ticket, now + HOUR).one()
    do(world, "settle", ticket, now + HOUR, invoice_number="118").one()
    assert set(running(world, ticket)) == {CLOSING}


@pytest.mark.parametrize("how", ["waive", "nothing to pay"])
def test_a_charge_that_is_let_go_waits_for_no_payment__JOB_4(world, now, how):
    ticket = paid_for(world, ticket_in(world, S.IN_PROGRESS, now), now)
    if how == "waive":
        do(world, "waive", ticket, now, reason="保修期内").one()
    else:
        do(world, "charge", ticket, now, amount_fen=0, agreed=True).one()
    assert CHARGE_PAID not in running(world, ticket)


def test_a_reopened_job_waits_for_its_work_again_and_not_for_its_slip__FUP_3(world, now):
    ticket = ticket_in(world, S.IN_PROGRESS, now)
    do(world, "finish", ticket, now).one()
    do(world, "reopen", ticket, now + HOUR).one()
    assert set(running(world, ticket)) == {"same-day", "ask-done"}
    do(world, "finish", ticket, now + 2 * HOUR).one()
    assert running(world, ticket)[CLOSING] == now + 7 * DAY + 2 * HOUR


def test_what_is_closed_by_mistake_and_corrected_has_a_date_again__JOB_6(world, now):
    ticket = ticket_in(world, S.CLOSED, now)
    assert ticket.due_at is None
    do(world, "correct", ticket, now + HOUR).one()
    assert running(world, ticket) == {CLOSING: now + 7 * DAY + HOUR}


def test_undoing_a_bulk_dispatch_gives_back_the_date_by_which_each_was_to_be_dispatched__DSP_2(world, now):
    rows = [new_ticket(world, now) for _ in range(2)]
    clocks = [running(world, ticket) for ticket in rows]
    world.session.commit()
    visit = {"visit_from": now + DAY, "visit_until": now + DAY + HOUR}
    team = next(iter(world.teams.values()))
    run = bulk(world, now, "tickets", "dispatch", rows, team=team, **visit)
    assert rows[0].due_at == now + MINUTE + 15 * MINUTE
    undo(world, run, now + 2 * MINUTE)
    for ticket in rows:
        world.session.refresh(ticket)
    assert [running(world, ticket) for ticket in rows] == clocks
    assert {ticket.due_at for ticket in rows} == {now + 30 * MINUTE}


def test_a_complaint_goes_to_the_department_within_two_days__INT_7(world, now):
    complaint = new_complaint(world, now)
    assert running(world, complaint)["to-department"] == now + 2 * DAY
    do(world, "assign", complaint, now).one()
    assert "to-department" not in running(world, complaint)


@pytest.mark.parametrize("how", ["propose", "agree", "reply"])
def test_whoever_complained_is_told_every_three_days_how_it_goes__CMP_10(world, now, how):
    complaint = complaint_in(world, C.PROPOSAL if how == "agree" else C.INVESTIGATING, now)
    assert running(world, complaint)[PROGRESS_NOTE] == now + 3 * DAY
    if how == "reply":
        do(world, "comment", complaint, now + DAY, body="内部商量").one()
        assert running(world, complaint)[PROGRESS_NOTE] == now + 3 * DAY
        do(world, "comment", complaint, now + DAY, kind=CommentKind.REPLY, body="已约厂家周五来").one()
    else:
        do(world, how, complaint, now + DAY).one()
    assert running(world, complaint)[PROGRESS_NOTE] == now + 4 * DAY


def test_of_an_anonymous_complaint_any_entry_is_its_progress__CMP_10(world, now):
    who = {"anonymous": True, "category": ComplaintCategory.NEIGHBOUR_DISPUTE}
    complaint = complaint_in(world, C.INVESTIGATING, now, **who)
    do(world, "comment", complaint, now + DAY, body="已上门劝导").one()
    assert running(world, complaint)[PROGRESS_NOTE] == now + 4 * DAY


def test_what_is_carried_out_is_to_be_archived_and_put_right_it_is_told_of_again__CMP_8(world, now):
    complaint = complaint_in(world, C.CARRIED_OUT, now)
    assert running(world, complaint) == {ARCHIVING: now + 7 * DAY}
    do(world, "put_right", complaint, now + HOUR).one()
    assert set(running(world, complaint)) == {"formal-record", PROGRESS_NOTE}


def test_a_serious_complaint_is_reviewed_within_five_working_days__CMP_13(world, now):
    complaint = new_complaint(world, now)
    do(world, "escalate", complaint, now, reason="群诉").one()
    assert running(world, complaint)[REVIEW] == now + 7 * DAY  # two of them a weekend
    review = {"review_on": now.date(), "review_people": "主管", "review_measures": "巡检"}
    do(world, "write_review", complaint, now, review_in_charge=world.person("lead"), **review).one()
    assert REVIEW not in running(world, complaint)


def test_matters_of_before_such_clocks_get_the_floors_of_their_states_once__INT_14(world, now):
    received, done = new_ticket(world, now), paid_for(world, ticket_in(world, S.IN_PROGRESS, now), now)
    do(world, "finish", done, now + MINUTE).one()
    known = [complaint_in(world, status, now) for status in (C.REGISTERED, C.INVESTIGATING, C.FOLLOWED_UP)]
    rows = (received, done, *known)
    codes = [set(running(world, row)) - {"same-day", "formal-record"} for row in rows]
    with guards_off(world.session.connection()):
        world.session.execute(delete(ClockRun))
    for row in rows:
        row.due_at = now
    world.session.flush()
    versions = [row.version + 1 for row in rows]
    for later in (4 * DAY, 5 * DAY):
        date_undated(Call(world.session, world.actor("system"), now + later), [world.estate, world.other])
    world.session.expire_all()
    assert [set(running(world, row)) for row in rows] == codes
    assert [row.due_at - now for row in rows] == [30 * MINUTE, DAY + MINUTE, 2 * DAY, 3 * DAY, 7 * DAY]
    assert [row.version for row in rows] == versions

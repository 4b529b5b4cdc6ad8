"""Follow-ups: who asks, and when (FUP-1, FUP-5)."""

import pytest
from sqlalchemy import select

from models.call import Call
from models.complaints import ComplaintStatus
from models.errors import StaleRecord
from models.follow_ups import AttemptOutcome, FollowUpAttempt, FollowUpStatus, FollowUpWay
from models.operations import follow_ups, tickets
from models.operations.follow_ups import FollowUpDraft
from models.roles import Role
from models.settings import Setting
from models.staff import Department, StaffAssignment
from models.tickets import Acceptance, TicketStatus
from models.verbs import transitions
from tests.operations.follow_up_desk import at, carried_out, close, follow_up_in, pass_on, scheduled_as, try_in_vain
from tests.operations.walks import (
    DAY,
    HOUR,
    attempt,
    complaint_in,
    do,
    follow_up_of,
    new_ticket,
    refusal,
    ticket_in,
)

F = FollowUpStatus
MARKS = ("quality", "timeliness", "attitude")


@pytest.fixture
def world(rolled_back):
    return rolled_back


@pytest.fixture
def job(world, now):
    """A finished job whose follow-up is to be made."""
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    return do(world, "finish", ticket, now).one()


@pytest.fixture
def follow_up(world, job):
    return follow_up_of(world, job)


# ---------------------------------------------------------------- who scheduled it


@pytest.mark.parametrize("who", ["technician", "lead", "clerk", "manager"])
def test_follow_up_of_a_finished_job_names_the_role_that_finished_it__FUP_1(world, now, who):
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    do(world, "finish", ticket, now, by=who).one()
    assert scheduled_as(world, ticket) == who


@pytest.mark.parametrize("who", ["lead", "clerk"])
def test_follow_up_of_a_complaint_names_the_role_that_carried_it_out__FUP_1(world, now, who):
    complaint = complaint_in(world, ComplaintStatus.AGREED, now)
    do(world, "carry_out", complaint, now, by=who).one()
    assert scheduled_as(world, complaint) == who


def test_jobs_finished_in_one_batch_in_two_roles_name_each_its_own__FUP_1(world, now):
    both = StaffAssignment(
        estate_id=world.estate.id,
        staff_id=world.person("technician").id,
        role=Role.LEAD,
        team_id=world.teams[Department.HOUSEKEEPING].id,
    )
    world.session.add(both)
    own, of_team = (ticket_in(world, TicketStatus.RECEIVED, now) for _ in range(2))
    do(world, "dispatch", own, now).one()
    housekeeping = {"team": world.teams[Department.HOUSEKEEPING], "assignee": world.person("technician")}
    do(world, "dispatch", of_team, now, **housekeeping).one()
    call = Call(world.session, world.actor("technician"), now)
    tickets.accept(call, [own, of_team]).all()
    tickets.start(call, [own, of_team]).all()
    tickets.finish(call, [own, of_team], result="好了", acceptance=Acceptance.SIGNED).all()
    assert (scheduled_as(world, own), scheduled_as(world, of_team)) == ("technician", "lead")


# ---------------------------------------------------------------- states


@pytest.mark.parametrize("status", F)
@pytest.mark.parametrize("verb", ["record_attempt", "close_not_reached", "reassign"])
def test_nothing_is_done_to_a_follow_up_that_is_over__FUP_3_FUP_4(world, now, job, verb, status):
    follow_up = follow_up_in(world, job, status, now)
    later = now + 3 * DAY
    if verb == "record_attempt":
        outcome = attempt(world, follow_up, later, AttemptOutcome.SATISFIED)
    elif verb == "close_not_reached":
        if status is F.SCHEDULED:
            for days in range(3):
                try_in_vain(world, follow_up, now + days * DAY)
        outcome = close(world, follow_up, later)
    else:
        outcome = pass_on(world, follow_up, later, "clerk2")
    if status is F.SCHEDULED:
        assert outcome.one().status is transitions("follow_ups").get(verb, {}).get(status, F.SCHEDULED)
    else:
        assert refusal(outcome).rule == ("FUP-4" if verb == "reassign" else "FUP-3")
        assert follow_up.status is status


def test_a_stale_form_is_refused(world, now, follow_up):
    pass_on(world, follow_up, now, "clerk2").one()
    outcome = attempt(world, follow_up, now, AttemptOutcome.SATISFIED, expected={follow_up.id: 1})
    assert isinstance(refusal(outcome), StaleRecord)


# ---------------------------------------------------------------- who and when


@pytest.mark.parametrize(
    ("who", "rule"),
    [("clerk", None), ("manager", None), ("technician", "ROLE"), ("auditor", "ROLE"), ("stranger", "ROLE")],
)
def test_the_desk_asks_and_nobody_else__FUP_1(world, now, follow_up, who, rule):
    outcome = attempt(world, follow_up, now, AttemptOutcome.SATISFIED, by=who)
    if rule is None:
        assert outcome.one().finished_by_id == world.person(who).id
    else:
        assert refusal(outcome).rule == rule


def test_who_did_the_work_does_not_ask_even_with_a_role_at_the_desk__FUP_1(world, now, job, follow_up):
    technician = world.person("technician")
    assert job.assignee_id == technician.id
    world.session.add(StaffAssignment(estate_id=job.estate_id, staff_id=technician.id, role=Role.CLERK))
    world.session.flush()
    assert refusal(attempt(world, follow_up, now, AttemptOutcome.SATISFIED, by="technician")).rule == "FUP-1"
    assert refusal(pass_on(world, follow_up, now, "technician")).rule == "FUP-1"


def test_who_did_a_part_of_the_work_and_was_replaced_does_not_ask__FUP_1(world, now):
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    first, second = world.person("technician"), world.person("technician2")
    do(world, "reassign", ticket, now, assignee=second, reason="请假").one()
    do(world, "finish", ticket, now, by="technician2").one()
    for person in (first, second):
        world.session.add(StaffAssignment(estate_id=ticket.estate_id, staff_id=person.id, role=Role.CLERK))
    world.session.flush()
    for who in ("technician", "technician2"):
        assert (
            refusal(attempt(world, follow_up_of(world, ticket), now, AttemptOutcome.SATISFIED, by=who)).rule == "FUP-1"
        )
        assert refusal(pass_on(world, follow_up_of(world, ticket), now, who)).field == "assignee"
    attempt(world, follow_up_of(world, ticket), now, AttemptOutcome.SATISFIED).one()


def test_who_was_named_and_replaced_before_the_work_began_may_ask__FUP_1(world, now):
    ticket = ticket_in(world, TicketStatus.ACCEPTED, now)
    do(world, "reassign", ticket, now, assignee=world.person("technician2"), reason="请假").one()
    for verb in ("start", "finish"):
        do(world, verb, ticket, now, by="technician2").one()
    clerk = StaffAssignment(estate_id=ticket.estate_id, staff_id=world.person("technician").id, role=Role.CLERK)
    world.session.add(clerk)
    world.session.flush()
    asked = attempt(world, follow_up_of(world, ticket), now, AttemptOutcome.SATISFIED, by="technician").one()
    assert (asked.status, asked.finished_by_id) == (F.SATISFIED, world.person("technician").id)


def test_where_the_desk_owner_did_the_work_a_colleague_of_the_desk_is_to_ask__FUP_1(world, now):
    team = world.teams[Department.CUSTOMER_SERVICE]
    ticket = new_ticket(world, now)
    owner = world.person("clerk")
    assert ticket.desk_owner_id == owner.id
    do(world, "dispatch", ticket, now, team=team, assignee=owner).one()
    do(world, "accept", ticket, now, taker=None).one()
    for verb in ("start", "finish"):
        do(world, verb, ticket, now).one()
    asker = follow_up_of(world, ticket).assignee_id
    assert asker != owner.id
    names = {
        world.person(name).id: name for name in ("supervisor", "manager", "clerk2", "clerk") if name in world.staff
    }
    attempt(world, follow_up_of(world, ticket), now, AttemptOutcome.SATISFIED, by=names[asker]).one()


def test_the_desk_person_who_handled_a_complaint_asks__FUP_1(world, now):
    complaint = carried_out(world, now)
    assert complaint.assignee_id == world.person("clerk").id
    attempt(world, follow_up_of(world, complaint), now, AttemptOutcome.SATISFIED, by="clerk").one()


@pytest.mark.parametrize(
    ("moment", "resting"),
    [
        (at(8, 59), True),
        (at(9), False),
        (at(11, 59), False),
        (at(12), True),
        (at(13, 59), True),
        (at(14), False),
        (at(19, 59), False),
        (at(20), True),
        (at(23, 59), True),
        (at(0), True),
    ],
)
def test_nobody_is_called_in_rest_hours__FUP_1(world, now, follow_up, moment, resting):
    for way in (FollowUpWay.PHONE, FollowUpWay.SMS, FollowUpWay.VISIT, FollowUpWay.EMAIL):
        outcome = attempt(world, follow_up, moment, AttemptOutcome.NOT_REACHED, way=way, preview=True)
        if resting and way is not FollowUpWay.EMAIL:
            assert refusal(outcome).rule == "FUP-1"
        else:
            outcome.one()


def test_the_time_of_the_call_is_judged_not_the_time_of_writing_it_down__FUP_5(world, now, follow_up):
    for called_at, field in ((at(12, 30), "called_at"), (now - HOUR, "called_at")):
        error = refusal(attempt(world, follow_up, at(12), AttemptOutcome.NOT_REACHED, called_at=called_at))
        assert (error.rule, error.field) == ("FUP-5", field)
    assert refusal(attempt(world, follow_up, at(15), AttemptOutcome.NOT_REACHED, called_at=at(12))).rule == "FUP-1"
    attempt(world, follow_up, at(12, 3), AttemptOutcome.NOT_REACHED, called_at=at(11, 55)).one()
    assert world.session.scalars(select(FollowUpAttempt.at)).one() == at(11, 55)


@pytest.mark.parametrize(("moment", "resting"), [(at(12, 30), True), (at(20, 30), True), (at(15), False)])
def test_nobody_agrees_on_a_time_at_which_nobody_calls__FUP_5(world, now, job, follow_up, moment, resting):
    clerk = world.person("clerk2")
    call = Call(world.session, world.actor("supervisor"), now, preview=True)
    passed_on = follow_ups.reassign(call, [follow_up], assignee=clerk, preferred_time=moment)
    with world.session.no_autoflush:
        follow_up.status, follow_up.finished_at = F.CANCELLED, now
    made = follow_ups.schedule(call, [FollowUpDraft(job, clerk, moment)])
    for outcome in (passed_on, made):
        assert bool(outcome.refused) is resting
        if resting:
            assert (refusal(outcome).rule, refusal(outcome).field) == ("FUP-5", "preferred_time")


def test_an_email_is_no_day_of_trying__FUP_3(world, now, follow_up):
    for days in range(4):
        attempt(world, follow_up, now + days * DAY, AttemptOutcome.NOT_REACHED, way=FollowUpWay.EMAIL).one()
    assert follow_up.attempts == 0
    assert refusal(close(world, follow_up, now + 4 * DAY)).rule == "FUP-3"
    attempt(world, follow_up, now + 4 * DAY, AttemptOutcome.NOT_REACHED).one()
    assert follow_up.attempts == 1


@pytest.mark.parametrize(
    ("value", "resting"),
    [([], False), ([["09:30", "10:30"]], True), ("nonsense", False), ([["9:30", 7]], False)],
)
def test_rest_hours_are_a_setting_and_a_spoilt_one_means_the_default__SET_1(world, now, follow_up, value, resting):
    code = "follow-up-rest-hours"
    world.session.add(Setting(estate_id=world.estate.id, code=code, rule="FUP-1", value=value))
    world.session.flush()
    outcome = attempt(world, follow_up, now, AttemptOutcome.SATISFIED, preview=True)  # 10:00
    assert bool(outcome.refused) is resting
    at_noon = attempt(world, follow_up, at(12, 30), AttemptOutcome.SATISFIED, preview=True)
    assert bool(at_noon.refused) is (value in ("nonsense", [["9:30", 7]]))

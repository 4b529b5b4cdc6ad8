"""Follow-ups: who asks, when, how often, and what the answer does (FUP-1 … FUP-4)."""

import datetime
from typing import Any

import pytest
from sqlalchemy import select

from models.call import Call
from models.complaints import ComplaintStatus
from models.errors import StaleRecord
from models.events import Event
from models.follow_ups import AttemptOutcome, FollowUp, FollowUpAttempt, FollowUpStatus, FollowUpWay
from models.matters import ClockRun, Comment
from models.operations import follow_ups, tickets
from models.operations.follow_ups import FollowUpDraft
from models.roles import Role
from models.settings import Setting
from models.staff import Department, StaffAssignment
from models.tickets import Acceptance, TicketKind, TicketStatus
from models.verbs import transitions
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


def carried_out(world, now):
    complaint = complaint_in(world, ComplaintStatus.AGREED, now)
    return do(world, "carry_out", complaint, now).one()


def try_in_vain(world, follow_up, now):
    return attempt(world, follow_up, now, AttemptOutcome.NOT_REACHED).one()


def follow_up_in(world, job, status, now):
    """The follow-up of *job*, brought into *status*."""
    follow_up = follow_up_of(world, job)
    if status is F.SATISFIED:
        attempt(world, follow_up, now, AttemptOutcome.SATISFIED).one()
    elif status is F.NOT_SATISFIED:
        attempt(world, follow_up, now, AttemptOutcome.NOT_SATISFIED, words="还在滴水").one()
    elif status is F.NOT_REACHED:
        for days in range(3):
            try_in_vain(world, follow_up, now + days * DAY)
        close(world, follow_up, now + 2 * DAY).one()
    elif status is F.CANCELLED:
        do(world, "reopen", job, now).one()
        world.session.expire_all()
    assert follow_up.status is status
    return follow_up


def close(world, follow_up, now, by="supervisor"):
    return follow_ups.close_not_reached(Call(world.session, world.actor(by), now), [follow_up])


def pass_on(world, follow_up, now, to, by="clerk", **changes):
    person = world.person(to)
    return follow_ups.reassign(Call(world.session, world.actor(by), now), [follow_up], assignee=person, **changes)


def at(hour, minute=0):
    """That time of a Wednesday in Shanghai."""
    return datetime.datetime(2026, 11, 18, hour, minute, tzinfo=datetime.UTC) - 8 * HOUR


def scheduled_as(world, matter):
    """The role in the event that scheduled the follow-up of *matter*."""
    mine = (Event.register == "follow_ups", Event.record_id == follow_up_of(world, matter).id)
    return world.session.scalars(select(Event.role).where(*mine, Event.verb == "schedule")).one()


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


# ---------------------------------------------------------------- the answer


def test_satisfied_ends_it_with_scores_and_the_words_reach_the_team__FUP_2_FUP_3(world, now, job, follow_up):
    scores: dict[str, Any] = {"quality": 5, "timeliness": 4, "attitude": 3}
    attempt(world, follow_up, now, AttemptOutcome.SATISFIED, words="师傅很细心", **scores).one()
    assert follow_up.status is F.SATISFIED
    assert {name: getattr(follow_up, name) for name in scores} == scores
    assert world.session.scalars(select(Comment.body).where(Comment.ticket_id == job.id)).all() == ["师傅很细心"]
    run = world.session.scalars(select(ClockRun).where(ClockRun.follow_up_id == follow_up.id)).one()
    assert (run.met_at, follow_up.due_at) == (now, now + 3 * DAY)


@pytest.mark.parametrize("score", [0, 6, -1])
@pytest.mark.parametrize("name", MARKS)
def test_a_score_is_from_1_to_5__FUP_2(world, now, follow_up, name, score):
    assert refusal(attempt(world, follow_up, now, AttemptOutcome.SATISFIED, **{name: score})).rule == "FUP-2"


@pytest.mark.parametrize("outcome", [AttemptOutcome.SATISFIED, AttemptOutcome.NOT_SATISFIED])
def test_who_was_reached_is_asked_for_every_mark__FUP_2(world, now, follow_up, outcome):
    refused = refusal(attempt(world, follow_up, now, outcome, words="好", quality=None, attitude=None))
    assert (refused.rule, [field for field, _said in refused.by_field()]) == ("FUP-2", ["quality", "attitude"])
    assert follow_up.status is F.SCHEDULED


def test_who_was_not_reached_gave_no_scores__FUP_2(world, now, follow_up):
    assert refusal(attempt(world, follow_up, now, AttemptOutcome.NOT_REACHED, quality=5)).rule == "FUP-2"


def test_a_dissatisfied_resident_brings_the_job_back_to_work__FUP_3(world, now, job, follow_up):
    assert refusal(attempt(world, follow_up, now, AttemptOutcome.NOT_SATISFIED)).rule == "FUP-3"
    attempt(world, follow_up, now, AttemptOutcome.NOT_SATISFIED, words="还在滴水").one()
    world.session.commit()
    world.session.expire_all()
    assert (follow_up.status, job.status) == (F.NOT_SATISFIED, TicketStatus.IN_PROGRESS)
    do(world, "finish", job, now + HOUR).one()
    assert follow_up_of(world, job).id != follow_up.id


def test_a_dissatisfied_complainant_has_it_put_right__FUP_3(world, now):
    complaint = carried_out(world, now)
    follow_up = follow_up_of(world, complaint)
    attempt(world, follow_up, now, AttemptOutcome.NOT_SATISFIED, words="今天又停了").one()
    world.session.expire_all()
    assert (follow_up.status, complaint.status) == (F.NOT_SATISFIED, ComplaintStatus.INVESTIGATING)


def test_tickets_and_complaints_are_answered_in_one_batch__FUP_3(world, now, job, follow_up):
    complaint = carried_out(world, now)
    both = [follow_up, follow_up_of(world, complaint)]
    outcome = follow_ups.record_attempt(
        Call(world.session, world.actor("clerk"), now),
        both,
        way=FollowUpWay.PHONE,
        outcome=AttemptOutcome.NOT_SATISFIED,
        words="都没弄好",
        quality=2,
        timeliness=2,
        attitude=2,
    )
    assert len(outcome.all()) == 2
    world.session.expire_all()
    assert (job.status, complaint.status) == (TicketStatus.IN_PROGRESS, ComplaintStatus.INVESTIGATING)


def test_what_cannot_go_back_to_work_refuses_the_answer_too__FUP_3(world, now, job, follow_up):
    # Another program cancelled the job past the verbs: the follow-up must not be left half done.
    job.status, job.cancelled_at, job.finished_at = TicketStatus.CANCELLED, now, None
    world.session.flush()
    assert refusal(attempt(world, follow_up, now, AttemptOutcome.NOT_SATISFIED, words="还在滴水")).rule == "JOB-1"
    assert follow_up.status is F.SCHEDULED
    assert world.session.scalars(select(FollowUpAttempt)).all() == []


# ---------------------------------------------------------------- not reached


def test_one_attempt_a_local_day_counts__FUP_3(world, now, follow_up):
    late, after_midnight = at(17), at(17) + 18 * HOUR
    for moment in (now, late, after_midnight):
        try_in_vain(world, follow_up, moment)
    assert follow_up.attempts == 2
    assert len(world.session.scalars(select(FollowUpAttempt)).all()) == 3


def test_after_three_days_of_trying_a_supervisor_closes_it__FUP_3(world, now, job, follow_up):
    for days in range(3):
        assert refusal(close(world, follow_up, now + days * DAY)).rule == "FUP-3"
        try_in_vain(world, follow_up, now + days * DAY)
    assert refusal(close(world, follow_up, now + 2 * DAY, by="clerk")).rule == "ROLE"
    close(world, follow_up, now + 2 * DAY).one()
    assert follow_up.status is F.NOT_REACHED
    do(world, "take_slip_back", job, now).one()
    do(world, "close", job, now + 2 * DAY).one()


def test_how_often_is_a_setting__FUP_3_SET_1(world, now, follow_up):
    world.session.add(Setting(estate_id=world.estate.id, code="follow-up-attempts", rule="FUP-3", value=1))
    world.session.flush()
    try_in_vain(world, follow_up, now)
    close(world, follow_up, now).one()


# ---------------------------------------------------------------- handing on, scheduling by hand


def test_a_follow_up_passes_to_a_named_colleague_of_the_desk__FUP_4(world, now, follow_up):
    assert refusal(pass_on(world, follow_up, now, "stranger")).rule == "FUP-1"
    assert refusal(pass_on(world, follow_up, now, "lead")).rule == "FUP-1"
    pass_on(world, follow_up, now, "clerk2", preferred_time=now + HOUR).one()
    assert (follow_up.assignee_id, follow_up.preferred_time) == (world.person("clerk2").id, now + HOUR)
    pass_on(world, follow_up, now, "clerk").one()
    assert follow_up.preferred_time == now + HOUR


def schedule(world, matter, now, **columns):
    return follow_ups.schedule(Call(world.session, world.actor("clerk"), now), [FollowUpDraft(matter, **columns)])


def test_only_one_follow_up_of_a_matter_is_to_be_made__FUP_1(world, now, job, follow_up):
    assert refusal(schedule(world, job, now)).rule == "FUP-1"
    attempt(world, follow_up, now, AttemptOutcome.SATISFIED).one()
    second = schedule(world, job, now, assignee=world.person("clerk2")).one()
    assert (second.assignee_id, second.due_at) == (world.person("clerk2").id, now + 3 * DAY)


def test_only_what_is_finished_and_owes_one_is_followed_up__FUP_1_INT_9(world, now):
    assert refusal(schedule(world, new_ticket(world, now), now)).rule == "FUP-1"
    enquiry = new_ticket(world, now, kind=TicketKind.ENQUIRY)
    do(world, "answer", enquiry, now).one()
    assert refusal(schedule(world, enquiry, now)).rule == "FUP-1"


def test_the_database_holds_one_scheduled_follow_up_a_matter__FUP_1(world, now, job, follow_up):
    about = {"estate_id": job.estate_id, "register": "tickets", "record_id": job.id}
    twin = FollowUp(**about, assignee_id=follow_up.assignee_id, due_at=now)
    world.session.add(twin)
    with pytest.raises(Exception, match="uq_follow_ups_scheduled_record"):
        world.session.flush()

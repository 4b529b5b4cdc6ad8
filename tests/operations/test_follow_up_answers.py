"""Follow-ups: what the answer does, how often it is tried, and who goes on with it (FUP-2 … FUP-4)."""

from typing import Any

import pytest
from sqlalchemy import select

from models.call import Call
from models.complaints import ComplaintStatus
from models.follow_ups import AttemptOutcome, FollowUp, FollowUpAttempt, FollowUpStatus, FollowUpWay
from models.matters import ClockRun, Comment
from models.operations import follow_ups
from models.operations.follow_ups import FollowUpDraft
from models.settings import Setting
from models.tickets import TicketKind, TicketStatus
from tests.operations.follow_up_desk import at, carried_out, close, pass_on, try_in_vain
from tests.operations.walks import (
    DAY,
    HOUR,
    attempt,
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

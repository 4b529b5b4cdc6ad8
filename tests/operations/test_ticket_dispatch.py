"""Dispatch of tickets: clocks, visits, teams and people, escalation (DSP-1 … DSP-12)."""

import datetime

import pytest
from sqlalchemy import select

from models.call import Call
from models.errors import OperationRefused
from models.matters import Comment, CommentKind, Severity
from models.operations import tickets
from models.staff import Department
from models.tickets import TicketKind, TicketStatus, WaitingReason
from tests.operations.walks import (
    DAY,
    HOUR,
    MINUTE,
    do,
    new_ticket,
    refusal,
    running,
    ticket_draft,
    ticket_in,
)

S = TicketStatus


@pytest.fixture
def world(rolled_back):
    return rolled_back


def register(world, now, by="clerk", **columns):
    return tickets.register(Call(world.session, world.actor(by), now), [ticket_draft(world, **columns)])


def test_an_emergency_is_dispatched_at_once_before_it_is_complete__DSP_1(world, now):
    team = world.teams[Department.ENGINEERING]
    columns = {"kind": TicketKind.EMERGENCY, "reporter_name": None, "unit_id": None}
    assert refusal(register(world, now, **columns)).rule == "DSP-1"
    ticket = register(world, now, **columns, team_id=team.id).one()
    assert (ticket.status, ticket.team_id, ticket.must_complete) == (S.DISPATCHED, team.id, True)


def test_what_an_emergency_left_out_must_follow_before_closing__DSP_1(world, now):
    team = world.teams[Department.ENGINEERING]
    columns = {"reporter_name": None, "reporter_phone": None, "unit_id": None}
    ticket = register(world, now, kind=TicketKind.EMERGENCY, **columns, team_id=team.id).one()
    for verb in ("accept", "start", "finish", "take_slip_back"):
        do(world, verb, ticket, now).one()
    error = refusal(do(world, "close", ticket, now))
    assert (error.rule, len(error.values["missing"])) == ("JOB-6", 2)
    do(world, "amend", ticket, now, place="地库B1").one()
    left = [ticket.must_complete]
    do(world, "amend", ticket, now, reporter_department="保安部").one()
    assert [*left, ticket.must_complete] == [True, False]
    do(world, "close", ticket, now).one()


def test_nobody_can_come_without_a_place__DSP_2(world, now):
    ticket = new_ticket(world, now)
    ticket.unit_id = None  # as another program may leave it
    world.session.flush()
    assert refusal(do(world, "dispatch", ticket, now)).rule == "DSP-2"


@pytest.mark.parametrize(("begins", "ends"), [(2 * HOUR, HOUR), (-2 * HOUR, -HOUR)])
def test_a_visit_is_ahead_and_ends_after_it_begins__DSP_2(world, now, begins, ends):
    ticket = new_ticket(world, now)
    outcome = do(world, "dispatch", ticket, now, visit_from=now + begins, visit_until=now + ends)
    assert refusal(outcome).rule == "DSP-2"


def test_the_slip_is_due_in_15_minutes_and_turns_red_after__DSP_4(world, now):
    ticket = ticket_in(world, S.DISPATCHED, now)
    assert running(world, ticket)["slip-acknowledged"] == now + 15 * MINUTE
    assert ticket.due_at == now + 15 * MINUTE
    do(world, "accept", ticket, now + MINUTE).one()
    assert "slip-acknowledged" not in running(world, ticket)
    assert ticket.slip_taken_by_id == world.person("technician").id


def test_the_taker_works_in_the_responsible_department__DSP_4(world, now):
    ticket = ticket_in(world, S.DISPATCHED, now)
    assert refusal(do(world, "accept", ticket, now, taker=world.person("clerk"))).rule == "DSP-4"


@pytest.mark.parametrize(
    ("kind", "window", "due"),
    [
        (TicketKind.REPAIR, None, 20 * MINUTE),
        (TicketKind.REPAIR, 3 * HOUR, 3 * HOUR),
        (TicketKind.HOUSEHOLD_SERVICE, 3 * HOUR, 3 * HOUR),
    ],
)
def test_on_site_within_20_minutes_or_the_agreed_window__DSP_5(world, now, kind, window, due):
    ticket = new_ticket(world, now, kind=kind)
    do(world, "dispatch", ticket, now, visit_until=now + window if window else None).one()
    assert running(world, ticket)["on-site"] == now + due


def test_an_emergency_has_20_minutes_whatever_was_agreed__DSP_5(world, now):
    team = world.teams[Department.ENGINEERING]
    ticket = register(world, now, kind=TicketKind.EMERGENCY, team_id=team.id).one()
    assert running(world, ticket)["on-site"] == now + 20 * MINUTE


def test_a_job_is_due_by_the_end_of_its_day__DSP_7(world, now):
    ticket = new_ticket(world, now)
    assert running(world, ticket)["same-day"] == datetime.datetime(2026, 11, 18, 16, tzinfo=datetime.UTC)


def test_the_on_site_clock_waits_for_the_visit_whenever_it_is_agreed__DSP_5(world, now):
    later = now + 5 * HOUR
    ticket = new_ticket(world, now)
    do(world, "dispatch", ticket, now, assignee=None).one()
    do(world, "assign", ticket, now, assignee=world.person("technician"), visit_until=later).one()
    assert running(world, ticket)["on-site"] == later
    do(world, "amend", ticket, now, visit_until=later + HOUR).one()
    assert running(world, ticket)["on-site"] == later + HOUR
    do(world, "wait", ticket, now, waiting_reason=WaitingReason.RESIDENT_ABSENT, note="等了 5 分钟，留了条").one()
    assert refusal(do(world, "resume", ticket, now + HOUR, visit_until=now)).field == "visit_until"
    do(world, "resume", ticket, now + HOUR, visit_until=later + 20 * HOUR).one()
    assert running(world, ticket)["on-site"] == later + 20 * HOUR


def test_nobody_home_needs_what_was_done_at_the_door_and_a_new_appointment__DSP_8(world, now):
    ticket = ticket_in(world, S.ACCEPTED, now)
    absent = {"waiting_reason": WaitingReason.RESIDENT_ABSENT}
    assert refusal(do(world, "wait", ticket, now, **absent, note=" ")).rule == "DSP-8"
    do(world, "wait", ticket, now, **absent, note="等了5分钟，留了字条").one()
    assert refusal(do(world, "resume", ticket, now)).rule == "DSP-8"
    do(world, "resume", ticket, now, visit_from=now + HOUR, visit_until=now + 2 * HOUR).one()
    assert ticket.visit_until == now + 2 * HOUR


def test_clocks_stand_still_while_a_job_waits_but_not_for_an_outside_party__JOB_9(world, now):
    ours, theirs = (ticket_in(world, S.DISPATCHED, now) for _ in range(2))
    do(world, "wait", ours, now + 5 * MINUTE).one()
    do(world, "wait", theirs, now + 5 * MINUTE, waiting_reason=WaitingReason.THIRD_PARTY).one()
    assert (ours.due_at, theirs.due_at) == (now + 5 * MINUTE + 3 * DAY, now + 15 * MINUTE)
    do(world, "resume", ours, now + HOUR).one()
    assert running(world, ours)["slip-acknowledged"] == now + HOUR + 10 * MINUTE


def test_escalating_makes_it_serious_with_an_entry__DSP_9(world, now):
    ticket = new_ticket(world, now)
    do(world, "escalate", ticket, now, reason="要停水，需业委会同意").one()
    assert ticket.severity is Severity.SERIOUS
    assert world.session.scalars(select(Comment.kind)).one() is CommentKind.ESCALATION


def test_a_supervisor_names_the_follower_of_a_major_matter__DSP_10(world, now):
    ticket = new_ticket(world, now)
    assert refusal(do(world, "name_follower", ticket, now, follower=world.person("stranger"))).rule == "DSP-10"
    do(world, "name_follower", ticket, now, follower=world.person("manager")).one()
    assert ticket.follower_id == world.person("manager").id


@pytest.mark.parametrize("who", ["stranger", "clerk", "technician2"])
def test_only_people_of_the_team_are_assigned__DSP_11(world, now, who):
    outcome = do(world, "dispatch", new_ticket(world, now), now, assignee=world.person(who))
    if who == "technician2":
        outcome.one()
    else:
        assert refusal(outcome).rule == "DSP-11"


def test_another_estates_team_gets_nothing__DSP_11(world, now):
    outcome = do(world, "dispatch", new_ticket(world, now), now, team=world.other_team, assignee=None)
    assert refusal(outcome).rule == "DSP-11"


def test_the_lead_assigns_after_the_desk_has_dispatched__DSP_11(world, now):
    ticket = new_ticket(world, now)
    person = world.person("technician")
    assert refusal(do(world, "assign", ticket, now, assignee=person)).rule == "DSP-11"
    do(world, "dispatch", ticket, now, assignee=None).one()
    do(world, "assign", ticket, now, by="lead", assignee=person).one()
    assert ticket.assignee_id == person.id
    assert refusal(do(world, "assign", ticket, now, assignee=world.person("technician2"))).rule == "INT-1"
    do(world, "reassign", ticket, now, by="lead", assignee=world.person("technician2"), reason="请假").one()
    assert ticket.assignee_id == world.person("technician2").id


def test_a_job_is_passed_on_within_the_team_it_goes_to__DSP_11(world, now):
    ticket = ticket_in(world, S.DISPATCHED, now)
    greening = world.teams[Department.GREENING]
    for changes in ({"assignee": world.person("auditor")}, {"team": greening, "assignee": world.person("technician2")}):
        refused = refusal(do(world, "reassign", ticket, now, reason="请假", **changes))
        assert (refused.rule, refused.field) == ("DSP-11", "assignee")
    assert refusal(do(world, "reassign", ticket, now, reason="请假", team=world.other_team)).field == "team"
    do(world, "reassign", ticket, now, reason="请假", team=greening).one()
    assert (ticket.team_id, ticket.assignee_id) == (greening.id, None)


def test_a_technician_works_on_the_jobs_given_to_them_only(world, now):
    ticket = ticket_in(world, S.DISPATCHED, now)
    assert refusal(do(world, "accept", ticket, now, by="technician2")).rule == "ROLE"
    do(world, "accept", ticket, now, by="technician", taker=None).one()


@pytest.mark.parametrize("kind", [TicketKind.REPAIR, TicketKind.EMERGENCY])
def test_who_of_the_team_takes_an_unassigned_job_first_has_it__DSP_4(world, now, kind):
    team = world.teams[Department.ENGINEERING]
    ticket = register(world, now, kind=kind, team_id=team.id).one()
    if kind is TicketKind.REPAIR:
        do(world, "dispatch", ticket, now, assignee=None).one()
    for verb in ("start", "finish", "close", "cancel"):
        assert refusal(do(world, verb, ticket, now, by="technician2")).rule == "ROLE", verb
    do(world, "accept", ticket, now, by="technician2", taker=None).one()
    assert (ticket.assignee_id, ticket.slip_taken_by_id) == (world.person("technician2").id,) * 2
    assert refusal(do(world, "accept", ticket, now, by="technician", taker=None)).rule == "ROLE"
    do(world, "start", ticket, now, by="technician2").one()


def test_a_job_of_another_team_is_not_for_the_taking__DSP_4(world, now):
    ticket = new_ticket(world, now)
    do(world, "dispatch", ticket, now, team=world.teams[Department.GREENING], assignee=None).one()
    assert refusal(do(world, "accept", ticket, now, by="technician", taker=None)).rule == "ROLE"


def test_chasing_is_an_entry__DSP_12(world, now):
    ticket = new_ticket(world, now)
    do(world, "comment", ticket, now, body="答：明天上午到", kind=CommentKind.CHASE).one()
    assert refusal(do(world, "comment", ticket, now, body=" ")).rule == "DSP-12"
    assert world.session.scalars(select(Comment.body)).one() == "答：明天上午到"


def test_person_and_visit_that_are_sure_go_with_the_call_in_one_step__DSP_2_DSP_11(world, now):
    team, person = world.teams[Department.ENGINEERING], world.person("technician")
    visit = {"visit_from": now + 20 * HOUR, "visit_until": now + 22 * HOUR}
    ticket = register(world, now, team_id=team.id, assignee_id=person.id, **visit).one()
    assert (ticket.status, ticket.team_id, ticket.assignee_id) == (S.DISPATCHED, team.id, person.id)
    assert (ticket.visit_from, ticket.visit_until) == tuple(visit.values())
    assert running(world, ticket)["on-site"] == visit["visit_until"]
    both = tickets.register(
        Call(world.session, world.actor("clerk"), now),
        [ticket_draft(world, team_id=team.id, another_matter=True, assignee_id=who) for who in (person.id, None)],
    ).all()
    assert [(one.status, one.assignee_id) for one in both] == [(S.DISPATCHED, person.id), (S.RECEIVED, None)]


@pytest.mark.parametrize(
    ("given", "rule", "field"),
    [
        ({"who": "stranger"}, "DSP-11", "assignee"),
        ({"who": "auditor"}, "DSP-11", "assignee"),
        ({"visit_until": -HOUR}, "DSP-2", "visit_until"),
        ({"visit_from": 2 * HOUR, "visit_until": HOUR}, "DSP-2", "visit_until"),
    ],
)
def test_a_call_that_names_whom_nobody_can_send_is_not_taken__DSP_2_DSP_11(world, now, given, rule, field):
    who = {"assignee_id": world.person(given["who"]).id} if "who" in given else {}
    times = {name: now + delta for name, delta in given.items() if name != "who"}
    with pytest.raises(OperationRefused) as caught:
        register(world, now, team_id=world.teams[Department.ENGINEERING].id, **who, **times)
    assert (caught.value.rule, caught.value.field) == (rule, field)


def test_a_new_appointment_may_be_agreed_at_the_door__DSP_8(world, now):
    ticket = ticket_in(world, S.ACCEPTED, now)
    do(world, "amend", ticket, now, visit_from=now, visit_until=now + HOUR).one()
    absent = {"waiting_reason": WaitingReason.RESIDENT_ABSENT, "note": "等了5分钟，留了字条"}
    backwards = {"visit_from": now + 2 * HOUR, "visit_until": now + HOUR}
    assert refusal(do(world, "wait", ticket, now, **absent, **backwards)).field == "visit_until"
    agreed = {"visit_from": now + 20 * HOUR, "visit_until": now + 22 * HOUR}
    do(world, "wait", ticket, now, **absent, **agreed, until=now + 22 * HOUR).one()
    assert (ticket.visit_from, ticket.visit_until) == (now + 20 * HOUR, now + 22 * HOUR)
    do(world, "resume", ticket, now + 20 * HOUR).one()
    assert running(world, ticket)["on-site"] == now + 22 * HOUR


def test_the_visit_that_nobody_opened_to_is_over__DSP_8(world, now):
    ticket = ticket_in(world, S.ACCEPTED, now)
    do(world, "amend", ticket, now, visit_from=now, visit_until=now + HOUR).one()
    absent = {"waiting_reason": WaitingReason.RESIDENT_ABSENT, "note": "等了5分钟，留了字条"}
    do(world, "wait", ticket, now, **absent).one()
    assert (ticket.visit_from, ticket.visit_until) == (None, None)
    assert refusal(do(world, "resume", ticket, now + MINUTE)).rule == "DSP-8"
    again = ticket_in(world, S.ACCEPTED, now)
    agreed = {"visit_from": now + HOUR, "visit_until": now + 2 * HOUR}
    do(world, "wait", again, now, **absent, **agreed).one()
    assert refusal(do(world, "resume", again, now + 2 * HOUR)).rule == "DSP-8"

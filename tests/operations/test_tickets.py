"""Tickets: their states, how they are taken in and dispatched (INT-1 … INT-9, DSP-1 … DSP-12, JOB-1)."""

import datetime

import pytest
from sqlalchemy import func, select

from models.errors import StaleRecord
from models.events import Event
from models.follow_ups import FollowUp
from models.matters import Comment, CommentKind, RepeatReport, Severity
from models.operations import tickets
from models.staff import Department
from models.tickets import TRANSITIONS, Ticket, TicketKind, TicketStatus, WaitingReason
from tests.operations.walks import (
    HOUR,
    MINUTE,
    do,
    new_ticket,
    refusal,
    running,
    ticket_draft,
    ticket_in,
    undone,
)

S = TicketStatus


@pytest.fixture
def world(rolled_back):
    return rolled_back


def register(world, now, by="clerk", **columns):
    return tickets.register(world.session, [ticket_draft(world, **columns)], actor=world.actor(by), now=now)


# ---------------------------------------------------------------- states


@pytest.mark.parametrize("status", S)
def test_each_verb_moves_from_its_own_states_only__JOB_1(world, now, status):
    kind = TicketKind.ENQUIRY if status is S.RECEIVED else TicketKind.REPAIR  # only a question can be answered
    ticket = ticket_in(world, status, now, kind=kind)
    for verb, targets in TRANSITIONS.items():
        with undone(world):
            version = ticket.version
            outcome = do(world, verb, ticket, now)
            if status in targets:
                assert outcome.one().status is targets[status], verb
                assert ticket.version == version + 1, verb
            else:
                assert refusal(outcome).rule == "JOB-1", verb
                assert (ticket.status, ticket.version) == (status, version), verb


@pytest.mark.parametrize("status", [S.DISPATCHED, S.ACCEPTED, S.IN_PROGRESS])
def test_a_job_goes_on_where_it_waited_from__JOB_1(world, now, status):
    ticket = ticket_in(world, status, now)
    do(world, "wait", ticket, now).one()
    do(world, "resume", ticket, now + HOUR).one()
    assert (ticket.status, ticket.waiting_reason, ticket.waiting_from) == (status, None, None)


@pytest.mark.parametrize("verb", ["dispatch", "close", "cancel"])
def test_a_preview_says_the_same_and_writes_nothing(world, now, verb):
    status = next(iter(TRANSITIONS[verb]))
    ticket = ticket_in(world, status, now)
    world.session.commit()
    events = world.session.scalar(select(func.count()).select_from(Event))
    assert do(world, verb, ticket, now, preview=True).done == [ticket]
    world.session.commit()
    world.session.expire_all()
    assert ticket.status is status
    assert world.session.scalar(select(func.count()).select_from(Event)) == events


def test_a_batch_serves_what_it_can_and_names_the_rest(world, now):
    fair, gone = new_ticket(world, now), ticket_in(world, S.CANCELLED, now)
    team = world.teams[Department.ENGINEERING]
    outcome = tickets.dispatch(world.session, [gone, fair], actor=world.actor("clerk"), now=now, team=team)
    assert outcome.done == [fair]
    assert [(row, error.rule) for row, error in outcome.refused] == [(gone, "JOB-1")]


def test_a_stale_form_is_refused_and_says_which_version_there_is(world, now):
    ticket = new_ticket(world, now)
    do(world, "amend", ticket, now, summary="阳台漏水").one()
    error = refusal(do(world, "amend", ticket, now, summary="客厅漏水", expected={ticket.id: 1}))
    assert isinstance(error, StaleRecord)
    assert error.values == {"current": 2, "expected": 1}
    assert ticket.summary == "阳台漏水"


def test_each_change_leaves_one_event_with_before_and_after(world, now):
    ticket = new_ticket(world, now)
    do(world, "dispatch", ticket, now + MINUTE, by="clerk").one()
    query = select(Event).where(Event.register == "tickets", Event.record_id == ticket.id).order_by(Event.id)
    registered, dispatched = world.session.scalars(query)
    assert (registered.verb, registered.record_version) == ("register", 1)
    assert registered.after["reporter_phone"].startswith("digest:")
    assert (dispatched.verb, dispatched.role, dispatched.at) == ("dispatch", "clerk", now + MINUTE)
    assert dispatched.before["status"] == "received"
    assert dispatched.after["status"] == "dispatched"


# ---------------------------------------------------------------- intake


def test_who_takes_a_matter_is_its_desk_owner__INT_1(world, now):
    assert new_ticket(world, now).desk_owner_id == world.person("clerk").id


def test_a_technician_cannot_be_desk_owner__INT_1(world, now):
    assert refusal(register(world, now, desk_owner=world.person("technician"))).rule == "INT-1"


def test_the_duty_passes_to_a_colleague_of_the_desk_by_a_supervisor__INT_1(world, now):
    ticket = new_ticket(world, now)
    colleague = world.person("clerk2")
    assert (
        refusal(do(world, "change_owner", ticket, now, by="clerk", desk_owner=colleague, reason="休假")).rule == "ROLE"
    )
    assert (
        refusal(do(world, "change_owner", ticket, now, desk_owner=world.person("lead"), reason="休假")).rule == "INT-1"
    )
    do(world, "change_owner", ticket, now, desk_owner=colleague, reason="休假").one()
    assert ticket.desk_owner_id == colleague.id


def test_hearing_and_registering_are_two_times__INT_2(world, now):
    ticket = new_ticket(world, now, heard_at=now - HOUR)
    assert (ticket.heard_at, ticket.registered_at) == (now - HOUR, now)


def test_nothing_is_heard_in_the_future__INT_2(world, now):
    assert refusal(register(world, now, heard_at=now + MINUTE)).rule == "INT-2"


@pytest.mark.parametrize(
    ("lacking", "names"),
    [
        ({"reporter_name": None}, 1),
        ({"unit_id": None}, 1),
        ({"reporter_name": None, "unit_id": None}, 2),
    ],
)
def test_all_that_is_missing_is_named_at_once__INT_3(world, now, lacking, names):
    error = refusal(register(world, now, **lacking))
    assert error.rule == "INT-3"
    assert len(error.values["missing"]) == names


@pytest.mark.parametrize("columns", [{"summary": "  "}, {"reporter_phone": "12"}])
def test_what_happened_and_a_real_phone_are_written_down__INT_3(world, now, columns):
    assert refusal(register(world, now, **columns)).rule == "INT-3"


def test_an_enquiry_is_promised_within_half_an_hour__INT_5(world, now):
    assert refusal(register(world, now, kind=TicketKind.ENQUIRY, promised_at=now + 31 * MINUTE)).rule == "INT-5"
    assert refusal(register(world, now, promised_at=now - MINUTE)).rule == "INT-5"
    ticket = register(world, now, kind=TicketKind.ENQUIRY, promised_at=now + 30 * MINUTE).one()
    for promised in (now - MINUTE, now + 31 * MINUTE):
        assert refusal(do(world, "amend", ticket, now, promised_at=promised)).rule == "INT-5"
    do(world, "amend", ticket, now, promised_at=now + 20 * MINUTE).one()


@pytest.mark.parametrize(
    "columns", [{"unit_id": None}, {"reporter_name": None}, {"reporter_name": "", "reporter_phone": None}]
)
def test_an_edit_does_not_take_away_who_reported_it_or_where__INT_3(world, now, columns):
    ticket = new_ticket(world, now)
    assert refusal(do(world, "amend", ticket, now, **columns)).rule == "INT-3"
    assert ticket.unit_id is not None
    instead = {"place": "大堂"} if "unit_id" in columns else {"reporter_department": "保安部"}
    do(world, "amend", ticket, now, **columns, **instead).one()


def test_an_edit_does_not_take_away_whom_the_follow_up_asks__FUP_1(world, now):
    ticket = ticket_in(world, S.DONE, now)
    assert refusal(do(world, "amend", ticket, now, reporter_department="保安部")).rule == "FUP-1"
    do(world, "amend", ticket, now, reporter_name="张伟").one()


def test_the_open_matter_of_the_same_unit_and_kind_is_offered_first__INT_6(world, now):
    first = new_ticket(world, now)
    error = refusal(register(world, now, another_matter=False))
    assert (error.rule, error.values["number"]) == ("INT-6", first.number)
    register(world, now, another_matter=False, kind=TicketKind.ENQUIRY).one()
    register(world, now, another_matter=True).one()


def test_a_repeat_keeps_its_words_and_is_counted__INT_6(world, now):
    ticket = new_ticket(world, now)
    do(world, "report_again", ticket, now + HOUR, words="还在漏", reporter_name="李").one()
    assert ticket.repeats == 1
    repeat = world.session.scalars(select(RepeatReport)).one()
    assert (repeat.ticket_id, repeat.words, repeat.heard_at) == (ticket.id, "还在漏", now + HOUR)


def test_a_closed_matter_takes_no_repeat__INT_6(world, now):
    assert refusal(do(world, "report_again", ticket_in(world, S.CLOSED, now), now, words="又漏")).rule == "INT-6"


def test_a_repeat_cannot_be_heard_in_the_future__INT_2(world, now):
    ticket = new_ticket(world, now)
    assert refusal(do(world, "report_again", ticket, now, words="漏", heard_at=now + MINUTE)).rule == "INT-2"


def test_a_colleague_may_report_without_resident_and_owes_no_follow_up__INT_9(world, now):
    columns = {"reporter_name": None, "reporter_phone": None, "reporter_department": "保安部"}
    ticket = new_ticket(world, now, **columns)
    for verb in ("dispatch", "accept", "start", "finish", "take_slip_back", "close"):
        do(world, verb, ticket, now).one()
    assert world.session.scalars(select(FollowUp)).all() == []


def test_numbers_run_on_by_the_local_date(world, now):
    late = now.replace(hour=16)  # past midnight in Shanghai
    numbers = [new_ticket(world, moment).number for moment in (now, now, late)]
    assert numbers == ["R261118-001", "R261118-002", "R261119-001"]


def test_a_matter_cannot_point_into_another_estate(world, now):
    with pytest.raises(Exception, match="fk_tickets_estate_id_unit_id"):
        register(world, now, unit_id=world.other_unit.id)


def test_editing_changes_descriptive_columns_only__JOB_1(world, now):
    ticket = new_ticket(world, now)
    with pytest.raises(ValueError, match="status"):
        do(world, "amend", ticket, now, status=S.CLOSED)
    do(world, "amend", ticket, now, severity=Severity.MINOR, reporter_phone="139 0013 9001").one()
    assert ticket.severity is Severity.MINOR
    assert "13900139001" not in (ticket.reporter_phone or "")


@pytest.mark.parametrize("status", [S.CLOSED, S.CANCELLED])
def test_what_is_over_stays_as_it_is__JOB_6(world, now, status):
    assert refusal(do(world, "amend", ticket_in(world, status, now), now, summary="别的")).rule == "JOB-6"


def test_only_what_nothing_followed_is_deleted__JOB_1(world, now):
    fresh, noted, sent = new_ticket(world, now), new_ticket(world, now), ticket_in(world, S.DISPATCHED, now)
    do(world, "comment", noted, now, body="已回电").one()
    actor = world.actor("manager")
    outcome = tickets.delete(world.session, [fresh, noted, sent], actor=actor, now=now)
    world.session.commit()
    assert [row.id for row in outcome.done] == [fresh.id]
    assert {error.rule for _, error in outcome.refused} == {"JOB-1"}
    assert set(world.session.scalars(select(Ticket.id))) == {noted.id, sent.id}
    assert world.session.scalar(select(func.count()).where(Event.verb == "delete")) == 1


# ---------------------------------------------------------------- dispatch


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
    do(world, "amend", ticket, now, place="地库B1", reporter_department="保安部").one()
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
    assert running(world, ticket) == {"same-day": datetime.datetime(2026, 11, 18, 16, tzinfo=datetime.UTC)}


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
    assert (ours.due_at, theirs.due_at) == (None, now + 15 * MINUTE)
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


def test_a_technician_works_on_the_jobs_given_to_them_only(world, now):
    ticket = ticket_in(world, S.DISPATCHED, now)
    assert refusal(do(world, "accept", ticket, now, by="technician2")).rule == "ROLE"
    do(world, "accept", ticket, now, by="technician", taker=None).one()


def test_chasing_is_an_entry__DSP_12(world, now):
    ticket = new_ticket(world, now)
    do(world, "comment", ticket, now, body="答：明天上午到", kind=CommentKind.CHASE).one()
    assert refusal(do(world, "comment", ticket, now, body=" ")).rule == "DSP-12"
    assert world.session.scalars(select(Comment.body)).one() == "答：明天上午到"

"""Whom time tells of limits: who can take the step, and the next one up when it was missed (INT-14)."""

import pytest
from sqlalchemy import select

from models.call import Call
from models.complaints import ComplaintStatus
from models.operations import keys, limits, tickets
from models.settings import WARNING_PERCENT, Setting
from models.tickets import TicketStatus
from models.told import Told
from tests.operations import key_desk
from tests.operations.walks import DAY, HOUR, MINUTE, complaint_in, do, follow_up_of, new_ticket, ticket_in

SECOND = MINUTE / 60


@pytest.fixture
def world(rolled_back):
    return rolled_back


@pytest.fixture
def at(world):
    """What time tells when it is that late: person, kind, rule and record."""
    people = {person.id: name for name, person in world.staff.items()}

    def look(now):
        world.session.flush()
        known = world.session.scalars(select(Told.id)).all()
        for piece in limits.to_tell(world.session, now):
            assert limits.tell_limits(Call(world.session, world.actor("system"), now), piece).refused == []
        new = world.session.scalars(select(Told).where(Told.id.not_in(known)).order_by(Told.id))
        return sorted((people[row.staff_id], row.kind.value, row.rule, row.register, row.record_id) for row in new)

    return look


def test_the_desk_owner_is_warned_when_four_fifths_are_over_and_the_supervisor_told_when_it_is_missed__INT_14(
    world, now, at
):
    ticket = new_ticket(world, now)
    assert at(now + 24 * MINUTE - SECOND) == []
    assert at(now + 24 * MINUTE) == [("clerk", "near", "DSP-2", "tickets", ticket.id)]
    assert at(now + 30 * MINUTE - SECOND) == [], "once"
    late = [(name, "missed", "DSP-2", "tickets", ticket.id) for name in ("clerk", "supervisor")]
    assert at(now + 30 * MINUTE) == late
    assert at(now + 30 * MINUTE + SECOND) == []
    told = world.session.scalars(select(Told).order_by(Told.id).limit(1)).one()
    assert (told.at, told.told_by_id) == (now + 24 * MINUTE, world.actor("system").staff_id)


def test_a_slip_that_nobody_picks_up_turns_to_the_lead__DSP_4(world, now, at):
    ticket = new_ticket(world, now)
    do(world, "dispatch", ticket, now, assignee=None).one()
    found = at(now + 15 * MINUTE)
    assert [each for each in found if each[2] == "DSP-4"] == [
        ("clerk", "missed", "DSP-4", "tickets", ticket.id),
        ("lead", "missed", "DSP-4", "tickets", ticket.id),
    ]


def test_what_a_team_is_late_with_reaches_handler_and_lead_and_what_the_desk_is_late_with_its_owner__INT_14(
    world, now, at
):
    ticket = ticket_in(world, TicketStatus.ACCEPTED, now)
    started = at(now + 20 * MINUTE)
    assert ("technician", "missed", "DSP-5", "tickets", ticket.id) in started
    assert {each[0] for each in started if each[2] == "DSP-5"} == {"technician", "lead"}
    do(world, "start", ticket, now + 20 * MINUTE, by="technician").one()
    asked = at(now + 80 * MINUTE)
    assert {each[0] for each in asked if each[2] == "DSP-6"} == {"clerk", "supervisor"}, "a technician asks nobody"


def test_where_the_lead_or_the_supervisor_is_late_it_goes_one_further_up__INT_14(world, now, at):
    ticket = ticket_in(world, TicketStatus.DISPATCHED, now)
    do(world, "reassign", ticket, now, by="lead", assignee=world.person("lead"), reason="人手不够").one()
    found = {each[0] for each in at(now + 15 * MINUTE) if each[2] == "DSP-4"}
    assert found == {"lead", "supervisor"}
    call = Call(world.session, world.actor("supervisor"), now, reason="换班")
    own = new_ticket(world, now, place="泵房")
    tickets.change_owner(call, [own], desk_owner=world.person("supervisor")).one()
    found = {each[0] for each in at(now + 30 * MINUTE) if each[4] == own.id}
    assert found == {"supervisor", "manager"}


def test_who_left_or_works_elsewhere_is_told_nothing_and_the_next_one_up_is_warned__INT_14(world, now, at):
    ticket = new_ticket(world, now)
    world.person("clerk").disabled_at = now
    assert at(now + 24 * MINUTE) == [("supervisor", "near", "DSP-2", "tickets", ticket.id)]


def test_the_warning_is_a_share_that_a_manager_sets_and_comes_no_earlier_than_a_day_before__SET_1(world, now, at):
    setting = Setting(estate_id=world.estate.id, code=WARNING_PERCENT, rule="INT-14", value=50)
    world.session.add(setting)
    first = new_ticket(world, now)
    assert at(now + 15 * MINUTE - SECOND) == []
    assert at(now + 15 * MINUTE) == [("clerk", "near", "DSP-2", "tickets", first.id)]
    do(world, "cancel", first, now + 15 * MINUTE).one()
    setting.value = "late"
    second = new_ticket(world, now + HOUR, place="泵房")
    assert at(now + HOUR + 24 * MINUTE - SECOND) == [], "by the usual share, where that is no figure"
    assert [each[4] for each in at(now + HOUR + 24 * MINUTE)] == [second.id]
    do(world, "cancel", second, now + HOUR + 24 * MINUTE).one()
    setting.value = 1
    job = ticket_in(world, TicketStatus.DONE, now)
    assert "JOB-6" not in {each[2] for each in at(now + 6 * DAY - HOUR)}, "closed within seven days"
    assert ("clerk", "near", "JOB-6", "tickets", job.id) in at(now + 6 * DAY + HOUR)


def test_what_is_put_off_stands_still_or_is_done_is_no_news__INT_14(world, now, at):
    done, waiting = new_ticket(world, now), ticket_in(world, TicketStatus.IN_PROGRESS, now)
    do(world, "cancel", done, now + MINUTE).one()
    do(world, "wait", waiting, now + MINUTE, by="technician", until=now + 3 * DAY).one()
    assert at(now + DAY) == []
    assert [each[1:3] for each in at(now + 3 * DAY + SECOND)][:1] == [("missed", "INT-14")]


def test_what_ran_out_more_than_a_day_ago_is_for_the_audit__INT_14(world, now, at):
    new_ticket(world, now)
    late = now + 30 * MINUTE + DAY
    assert "DSP-2" not in {each[2] for each in at(late + SECOND)}
    assert {each[1] for each in at(late) if each[2] == "DSP-2"} == {"missed"}, "and no more as near"


def test_a_follow_up_that_is_late_is_told_about_its_matter__FUP_1(world, now, at):
    job = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    do(world, "finish", job, now, by="technician").one()
    follow_up = follow_up_of(world, job)
    found = {each for each in at(follow_up.due_at) if each[2] == "FUP-1"}
    people = {person.id: name for name, person in world.staff.items()}
    assert found == {
        (name, "missed", "FUP-1", "tickets", job.id) for name in (people[follow_up.assignee_id], "supervisor")
    }


def test_a_complaint_for_no_department_is_late_at_the_desk__INT_7(world, now, at):
    complaint = complaint_in(world, ComplaintStatus.REGISTERED, now)
    found = {each for each in at(now + 2 * DAY) if each[2] == "INT-7"}
    assert found == {(name, "missed", "INT-7", "complaints", complaint.id) for name in ("clerk", "supervisor")}


def test_of_a_request_that_nobody_decided_the_supervisor_is_told_and_of_an_unused_one_who_asked__KEY_3(world, now, at):
    desk = key_desk.open_desk(world.session, world, now)
    midnight = now.replace(hour=16, minute=0)
    asked = key_desk.request(desk)
    assert {each for each in at(midnight) if each[1] == "missed"} == {
        ("supervisor", "missed", "KEY-3", "key_approvals", asked.id)
    }
    desk.now = midnight + HOUR
    key_desk.approve(desk, asked)
    late = {each for each in at(midnight + DAY) if each[1] == "missed"}
    assert late == {(name, "missed", "KEY-3", "key_approvals", asked.id) for name in ("clerk", "supervisor")}


def test_of_an_owner_who_was_not_told_of_a_lost_key_who_heard_of_it_is_told__KEY_4(world, now, at):
    desk = key_desk.open_desk(world.session, world, now)
    keys.report_lost(Call(world.session, desk.clerk, now), [desk.key]).one()
    found = {each for each in at(now.replace(hour=16, minute=0)) if each[1] == "missed"}
    assert found == {(name, "missed", "KEY-4", "keys", desk.key.id) for name in ("clerk", "supervisor")}

"""Whoever wants to be told of each step on a matter watches it, as long as they may read it."""

import pytest
from sqlalchemy import delete, func, select

from models.call import Call
from models.complaints import ComplaintStatus
from models.events import Event
from models.follow_ups import AttemptOutcome
from models.operations import complaints, settings, tickets
from models.settings import Clock
from models.tickets import Ticket, TicketStatus
from models.told import Told, Watcher
from tests.operations.walks import (
    DAY,
    HOUR,
    MINUTE,
    attempt,
    complaint_in,
    do,
    follow_up_of,
    new_ticket,
    refusal,
    ticket_in,
)


@pytest.fixture
def world(rolled_back):
    return rolled_back


@pytest.fixture
def watching(world, now):
    """``watching(matter, "clerk2", …)``: these watch it from now on, and nobody was told anything before."""

    def begin(matter, *people):
        verbs = tickets if isinstance(matter, Ticket) else complaints
        for who in people:
            verbs.watch(Call(world.session, world.actor(who), now), [matter]).one()
        world.session.execute(delete(Told))

    return begin


def told(world, kind="watched"):
    people = {person.id: name for name, person in world.staff.items()}
    rows = world.session.scalars(select(Told).order_by(Told.id))
    return sorted((people[row.staff_id], row.register, row.record_id) for row in rows if row.kind.value == kind)


def test_who_watches_is_told_of_each_step_of_others_once_and_leaves_no_trace_in_the_matter(world, now, watching):
    ticket, other = new_ticket(world, now), new_ticket(world, now, place="泵房")
    version, events = ticket.version, world.session.scalar(select(func.count()).select_from(Event))
    watching(ticket, "clerk2", "manager", "manager")
    assert (ticket.version, world.session.scalar(select(func.count()).select_from(Event))) == (version, events)
    assert world.session.scalar(select(func.count()).select_from(Watcher)) == 2, "twice is once"
    for matter in (ticket, other):
        do(world, "dispatch", matter, now + MINUTE, by="clerk2", assignee=None).one()
    assert told(world) == [("manager", "tickets", ticket.id)], "not of the own doing, nor of another matter"
    tickets.comment(Call(world.session, world.actor("clerk"), now + MINUTE), [ticket], body="等回电").one()
    assert told(world) == [(name, "tickets", ticket.id) for name in ("clerk2", "manager", "manager")]


def test_whom_a_step_concerns_anyway_is_told_that_and_not_once_more(world, now, watching):
    ticket = ticket_in(world, TicketStatus.DISPATCHED, now - HOUR)
    watching(ticket, "technician", "lead")
    technician2 = world.person("technician2")
    do(world, "reassign", ticket, now, assignee=technician2, reason="忙").one()
    assert told(world, "reassigned") == [("technician", "tickets", ticket.id)]
    assert told(world) == [("lead", "tickets", ticket.id)]


def test_who_may_read_it_no_more_is_told_nothing_more__RES_4(world, now, watching):
    ticket = ticket_in(world, TicketStatus.DISPATCHED, now - HOUR)
    watching(ticket, "technician", "clerk2", "manager")
    do(world, "reassign", ticket, now, assignee=world.person("technician2"), reason="忙").one()
    world.session.execute(delete(Told))
    world.person("manager").disabled_at = now
    world.session.flush()
    do(world, "accept", ticket, now, by="technician2", taker=None).one()
    assert told(world) == [("clerk2", "tickets", ticket.id)]


def test_a_call_to_the_resident_is_a_step_of_the_matter__FUP_2(world, now, watching):
    job = ticket_in(world, TicketStatus.IN_PROGRESS, now - HOUR)
    do(world, "finish", job, now - HOUR, by="technician").one()
    watching(job, "manager", "technician")
    attempt(world, follow_up_of(world, job), now, AttemptOutcome.SATISFIED, by="clerk2").one()
    assert told(world) == [("manager", "tickets", job.id)], "technicians read no calls"


def test_who_stops_is_told_no_more_and_nobody_watches_what_they_may_not_read(world, now, watching):
    ticket, complaint = new_ticket(world, now), complaint_in(world, ComplaintStatus.INVESTIGATING, now - DAY)
    watching(ticket, "clerk2")
    watching(complaint, "clerk2")
    tickets.stop_watching(Call(world.session, world.actor("clerk2"), now), [ticket]).one()
    do(world, "dispatch", ticket, now, assignee=None).one()
    do(world, "propose", complaint, now).one()
    assert told(world) == [("clerk2", "complaints", complaint.id)]
    for who, matter, verbs in (
        ("technician", new_ticket(world, now, place="井"), tickets),
        ("auditor", complaint, complaints),
    ):
        refused = verbs.watch(Call(world.session, world.actor(who), now), [matter])
        assert refusal(refused).rule == "ROLE"
    ahead = Call(world.session, world.actor("clerk"), now, preview=True)
    assert tickets.watch(ahead, [ticket]).one() is ticket
    assert world.session.scalars(select(Watcher.record_id)).all() == [complaint.id]


def test_watchers_keep_nobody_from_deleting_and_go_with_the_record__JOB_1(world, now, watching):
    ticket = new_ticket(world, now)
    watching(ticket, "clerk2")
    tickets.delete(Call(world.session, world.actor("manager"), now), [ticket]).one()
    assert world.session.scalars(select(Watcher)).all() == []


def test_whose_it_becomes_to_see_closed_or_to_follow_is_told_and_who_had_it__INT_1_DSP_10(world, now):
    ticket = new_ticket(world, now)
    change = Call(world.session, world.actor("supervisor"), now, reason="换班")
    tickets.change_owner(change, [ticket], desk_owner=world.person("clerk2")).one()
    for name in ("lead", "manager"):
        tickets.name_follower(
            Call(world.session, world.actor("supervisor"), now), [ticket], follower=world.person(name)
        )
    here = ("tickets", ticket.id)
    assert told(world, "desk_owner") == [("clerk2", *here)]
    assert told(world, "follower") == [("lead", *here), ("manager", *here)]
    assert told(world, "reassigned") == [("clerk", *here), ("lead", *here)]


def test_that_a_complaint_is_reopened_reaches_who_had_settled_it__CMP_8(world, now):
    complaint = complaint_in(world, ComplaintStatus.ARCHIVED, now - DAY)
    call = Call(world.session, world.actor("clerk2"), now, reason="又停了")
    again = complaints.reopen_as_new(call, [complaint]).one()
    assert told(world, "reopened") == [(name, "complaints", again.id) for name in ("clerk", "lead")]


def test_a_limit_that_is_counted_anew_is_no_news_for_who_watches__SET_1(world, now, watching):
    ticket = ticket_in(world, TicketStatus.DISPATCHED, now)
    watching(ticket, "clerk2")
    of_estate = Clock.estate_id == world.estate.id, Clock.code == "on-site"
    clock = world.session.scalars(select(Clock).where(*of_estate)).one()
    due = ticket.due_at
    settings.amend_clocks(Call(world.session, world.actor("manager"), now), [clock], minutes=1).one()
    assert (ticket.due_at == due, told(world)) == (False, [])
    do(world, "accept", ticket, now + MINUTE).one()
    assert [each[0] for each in told(world)] == ["clerk2"]

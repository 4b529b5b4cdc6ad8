"""A job on hold waits until a date that somebody said, and then stands on the desk again (INT-14)."""

import pytest
from sqlalchemy import delete, select, update

from models import reports
from models.audits import FindingKind
from models.call import Call
from models.events import Event
from models.matters import ClockRun
from models.operations import settings, tickets
from models.operations.undated import date_undated
from models.roles import Role
from models.settings import Clock
from models.tickets import WAITING, Ticket, TicketKind, TicketStatus, WaitingReason
from tests.guards_off import guards_off
from tests.operations.audits import only
from tests.operations.walks import DAY, HOUR, MINUTE, do, refusal, running, ticket_in

OURS = [reason for reason in WaitingReason if reason is not WaitingReason.THIRD_PARTY]


@pytest.fixture
def world(rolled_back):
    return rolled_back


def clock_of(world):
    return world.session.scalars(select(Clock).where(Clock.estate_id == world.estate.id, Clock.code == WAITING)).one()


@pytest.mark.parametrize("reason", OURS)
def test_what_waits_is_due_on_the_date_that_was_said_and_then_a_finding__INT_14(world, now, reason):
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    do(world, "wait", ticket, now, waiting_reason=reason, until=now + 5 * DAY).one()
    assert ticket.due_at == now + 5 * DAY
    finding = only(world, now + 5 * DAY + MINUTE, FindingKind.PAST_CLOCK)
    assert (finding["rule"], finding["number"]) == ("INT-14", ticket.number)


def test_going_on_before_its_date_meets_the_wait_and_the_other_clocks_run_again__INT_14(world, now):
    ticket = ticket_in(world, TicketStatus.ACCEPTED, now)
    do(world, "wait", ticket, now + 5 * MINUTE, until=now + DAY).one()
    do(world, "resume", ticket, now + HOUR).one()
    assert WAITING not in running(world, ticket)
    assert ticket.due_at == now + HOUR + 15 * MINUTE


@pytest.mark.parametrize("passed", [0 * MINUTE, MINUTE])
def test_a_wait_that_is_over_already_is_refused__INT_14(world, now, passed):
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    said = refusal(do(world, "wait", ticket, now, until=now - passed))
    assert (said.rule, said.field, ticket.status) == ("INT-14", "until", TicketStatus.IN_PROGRESS)


def test_an_emergency_does_not_wait__INT_14(world, now):
    team = ticket_in(world, TicketStatus.DISPATCHED, now).team_id
    ticket = ticket_in_emergency(world, now, team)
    due = ticket.due_at
    assert refusal(do(world, "wait", ticket, now)).rule == "INT-14"
    assert (ticket.status, ticket.due_at) == (TicketStatus.DISPATCHED, due)


def ticket_in_emergency(world, now, team_id):
    clerk = Call(world.session, world.actor("clerk"), now)
    draft = tickets.TicketDraft(
        world.estate.id, "燃气泄漏", kind=TicketKind.EMERGENCY, place="3号楼", reporter_name="王", team_id=team_id
    )
    return tickets.register(clerk, [draft]).one()


def test_beyond_the_estates_limit_only_a_supervisor_lets_wait__INT_14(world, now):
    limit = world.session.get_one(Clock, clock_of(world).id)
    limit.minutes = 3 * 24 * 60
    world.session.flush()
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    for who in ("clerk", "technician"):
        said = refusal(do(world, "wait", ticket, now, by=who, until=now + 3 * DAY + MINUTE))
        assert (said.rule, said.field) == ("INT-14", "until")
    do(world, "wait", ticket, now, by="technician", until=now + 3 * DAY).one()
    do(world, "resume", ticket, now).one()
    do(world, "wait", ticket, now, until=now + 3 * DAY + MINUTE).one()
    assert ticket.due_at == now + 3 * DAY + MINUTE


def test_the_clock_of_waiting_is_lengthened_and_never_switched_off__INT_14(world, now):
    call = Call(world.session, world.actor("manager"), now)
    assert refusal(settings.amend_clocks(call, [clock_of(world)], enabled=False)).rule == "INT-14"
    settings.amend_clocks(call, [clock_of(world)], minutes=200 * 24 * 60).one()
    assert (clock_of(world).enabled, clock_of(world).minutes) == (True, 200 * 24 * 60)


def test_the_clock_of_waiting_runs_though_another_program_switched_it_off__INT_14(world, now):
    world.session.execute(update(Clock).where(Clock.id == clock_of(world).id).values(enabled=False))
    world.session.expire_all()
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    do(world, "wait", ticket, now).one()
    assert ticket.due_at == now + 3 * DAY


def test_what_waited_before_dates_were_asked_is_due_with_the_upgrade_and_dated_once__INT_14(world, now):
    dated, undated = (ticket_in(world, TicketStatus.WAITING, now) for _ in range(2))
    kept = dated.due_at
    with guards_off(world.session.connection()):
        world.session.execute(
            delete(ClockRun).where(ClockRun.ticket_id == undated.id, ClockRun.clock_id == clock_of(world).id)
        )
    undated.due_at = now
    world.session.flush()
    for later in (HOUR, 2 * HOUR):
        call = Call(world.session, world.actor("system"), now + later)
        date_undated(call, [world.estate, world.other])
    world.session.expire_all()
    assert (undated.due_at, dated.due_at) == (now + HOUR, kept)
    event = world.session.scalars(select(Event).where(Event.rule == "INT-14")).one()
    assert (event.record_id, event.role, event.verb) == (undated.id, Role.SYSTEM.value, "amend")


def test_an_estate_of_before_gets_the_clocks_that_the_program_has_learnt_since__SET_1(world, now):
    clock = clock_of(world)
    world.session.delete(clock)
    world.session.flush()
    call = Call(world.session, world.actor("system"), now)
    assert [(row.code, row.estate_id) for row in settings.provide_clocks(call, [world.estate])] == [
        (WAITING, world.estate.id)
    ]
    assert settings.provide_clocks(call, [world.estate]) == []
    assert clock_of(world).minutes == 92 * 24 * 60


def test_what_waits_waits_until_another_time_and_a_date_that_was_missed_stays_missed__INT_14(world, now):
    early, late = (ticket_in(world, TicketStatus.WAITING, now) for _ in range(2))
    do(world, "wait", early, now + DAY, until=now + 10 * DAY).one()
    do(world, "wait", late, now + 4 * DAY, until=now + 10 * DAY).one()
    for ticket in (early, late):
        assert (ticket.due_at, ticket.waiting_from) == (now + 10 * DAY, TicketStatus.IN_PROGRESS)
    missed = world.session.scalars(select(Ticket.id).where(reports.missed(Ticket, WAITING, now + 5 * DAY))).all()
    assert missed == [late.id]
    do(world, "resume", early, now + 5 * DAY).one()
    assert early.status is TicketStatus.IN_PROGRESS


def test_what_waits_for_another_reason_lets_its_clocks_run_or_stand_still__JOB_9(world, now):
    ticket = ticket_in(world, TicketStatus.WAITING, now)
    evening = running(world, ticket)["same-day"]
    do(world, "wait", ticket, now + HOUR, until=now + 5 * DAY, waiting_reason=WaitingReason.THIRD_PARTY).one()
    assert running(world, ticket)["same-day"] == evening
    assert ticket.due_at == min(running(world, ticket).values()) < now + DAY
    do(world, "wait", ticket, now + HOUR, until=now + 5 * DAY, waiting_reason=WaitingReason.MATERIALS).one()
    assert ticket.due_at == now + 5 * DAY

"""Who leaves hands over what is theirs in the same step, or stays (INT-1, DSP-11, FUP-4, KEY-4)."""

import datetime
from typing import Any

import pytest
from sqlalchemy import select

from models import Base
from models.call import Call
from models.complaints import Complaint
from models.errors import OperationRefused
from models.events import Event
from models.follow_ups import FollowUp
from models.operations import complaints, keys, staff
from models.operations.staff import DUTIES, KEYS_OUT, Leaving
from models.roles import Role
from models.staff import Department, StaffAssignment
from models.tickets import Ticket, TicketStatus
from tests.calling import called
from tests.factories import World, make_person
from tests.operations.key_desk import lend, open_desk, register, request, staff_draft
from tests.operations.walks import do, new_complaint, new_ticket, ticket_in
from tests.registers import tried

DONE_BY = {
    "audit_lines.owner_id",
    "audit_lines.noted_by_id",
    "audit_runs.ran_by_id",
    "audit_runs.signed_off_by_id",
    "bulk_runs.actor_id",
    "column_choices.staff_id",
    "comments.author_id",
    "complaints.agreed_answer_by_id",
    "complaints.archived_by_id",
    "complaints.compensation_by_id",
    "complaints.head_told_id",
    "complaints.measures_by_id",
    "complaints.review_in_charge_id",
    "complaints.slip_signed_by_id",
    "events.actor_id",
    "follow_up_attempts.made_by_id",
    "follow_ups.finished_by_id",
    "import_runs.actor_id",
    "key_approvals.borrower_staff_id",
    "key_approvals.decided_by_id",
    "key_approvals.requested_by_id",
    "key_loans.lent_by_id",
    "key_loans.returned_to_id",
    "told.staff_id",
    "told.told_by_id",
    "watchers.staff_id",
    "ways_out.staff_id",
    "outbox.staff_id",
    "pass_movements.noted_by_id",
    "password_requests.approved_by_id",
    "password_requests.staff_id",
    "repeat_reports.taken_by_id",
    "saved_views.owner_id",
    "staff_assignments.staff_id",
    "staff_contacts.staff_id",
    "tickets.closed_by_id",
    "tickets.slip_returned_to_id",
    "tickets.slip_taken_by_id",
    "tickets.submitted_by_id",
    *(f"{each.register}.{column}" for each in tried() for column in each.done_by),
}
"""Columns that say who did something, or what is a person's own: nobody takes these over."""


@pytest.fixture
def world(rolled_back: World) -> World:
    return rolled_back


def leave(world: World, now: datetime.datetime, who: str, *to: str, **more: Any) -> Any:
    takers = [world.person(name) for name in to]
    arguments = {"hand_over_to": takers, **more}
    return called(staff.disable, world.session, [world.person(who)], actor=world.actor("admin"), now=now, **arguments)


def desk_of(world: World, now: datetime.datetime) -> tuple[Ticket, Complaint, FollowUp]:
    """A ticket, a complaint and a follow-up that the clerk answers for."""
    open_one = new_ticket(world, now)
    do(world, "finish", ticket_in(world, TicketStatus.IN_PROGRESS, now, unit_id=world.units[1].id), now).one()
    complaint = new_complaint(world, now)
    follow_up = world.session.scalars(select(FollowUp)).one()
    assert {row.desk_owner_id for row in (open_one, complaint)} == {follow_up.assignee_id}
    assert follow_up.assignee_id == world.person("clerk").id
    return open_one, complaint, follow_up


def test_every_column_that_names_staff_is_handed_over_or_says_who_did_something() -> None:
    naming = {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "staff"
    }
    held = {f"{duty.model.__tablename__}.{duty.column}" for duty in (*DUTIES, KEYS_OUT)}
    assert naming == held | DONE_BY
    assert not held & DONE_BY


def test_nobody_is_disabled_while_something_would_be_left_with_nobody__INT_1(world: World, now: Any) -> None:
    desk_of(world, now)
    with pytest.raises(OperationRefused) as refused:
        leave(world, now, "clerk").one()
    assert (refused.value.rule, refused.value.field) == ("INT-1", "hand_over_to")
    held = Leaving(world.session, [world.person("clerk")]).held(world.person("clerk").id)
    counts = {(each.duty.model.__tablename__, each.duty.column): each.count for each in held}
    assert counts == {
        ("tickets", "desk_owner_id"): 2,
        ("complaints", "desk_owner_id"): 1,
        ("follow_ups", "assignee_id"): 1,
    }
    assert world.person("clerk").disabled_at is None
    assert "云湖花园" in str(refused.value)


def test_all_of_it_goes_to_the_colleague_named_with_an_event_each__FUP_4(world: World, now: Any) -> None:
    rows = desk_of(world, now)
    leave(world, now, "clerk", "clerk2", reason="left").one()
    clerk, taker = world.person("clerk"), world.person("clerk2")
    assert clerk.disabled_at == now
    assert [getattr(row, "desk_owner_id", None) or row.assignee_id for row in rows] == [taker.id] * 3
    assert Leaving(world.session, [clerk]).held(clerk.id) == []
    events = world.session.scalars(select(Event).where(Event.verb == "hand_over")).all()
    assert {(event.register, event.role) for event in events} == {
        ("tickets", "admin"),
        ("complaints", "admin"),
        ("follow_ups", "admin"),
    }
    assert all(event.after in ({"desk_owner_id": taker.id}, {"assignee_id": taker.id}) for event in events)


def test_approvals_to_be_used_and_lost_keys_go_to_the_colleague_too__INT_14(world: World, now: Any) -> None:
    desk = open_desk(world.session, world, now)
    asked = request(desk)
    lost = register(desk)
    keys.report_lost(Call(world.session, desk.clerk, now), [lost]).one()
    with pytest.raises(OperationRefused, match="INT-14"):
        leave(world, now, "clerk").one()
    leave(world, now, "clerk", "clerk2", reason="left").one()
    assert {asked.answerable_id, lost.answerable_id} == {world.person("clerk2").id}


def test_each_goes_to_the_first_who_may_have_it__DSP_11(world: World, now: Any) -> None:
    job = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    technician, lead = world.person("technician"), world.person("lead")
    world.teams[Department.ENGINEERING].lead_id = technician.id
    world.units[0].butler_id = technician.id
    job.follower_id = technician.id
    world.session.flush()
    with pytest.raises(OperationRefused, match=r"DSP-11.*right role and team"):
        leave(world, now, "technician", "clerk").one()
    leave(world, now, "technician", "clerk", "lead").one()
    clerk = world.person("clerk")
    assert (job.assignee_id, job.follower_id, job.status) == (lead.id, clerk.id, TicketStatus.IN_PROGRESS)
    assert (world.units[0].butler_id, world.teams[Department.ENGINEERING].lead_id) == (clerk.id, clerk.id)


@pytest.mark.parametrize("to", ["stranger", "auditor", "admin", "technician", "clerk", "gone"])
def test_who_may_not_have_it_takes_nothing_over(world: World, now: Any, to: str) -> None:
    ticket = new_ticket(world, now)
    gone = make_person(world.session, world.estate, "gone", "走了", Role.CLERK, None)
    gone.disabled_at = now
    world.session.flush()
    assert leave(world, now, "clerk", to).refused[0][1].rule == "INT-1"
    assert ticket.desk_owner_id == world.person("clerk").id


def test_who_did_the_work_does_not_take_its_follow_up_over__FUP_1(world: World, now: Any) -> None:
    desk = world.teams[Department.CUSTOMER_SERVICE]
    job = new_ticket(world, now)
    do(world, "dispatch", job, now, team=desk, assignee=world.person("clerk2")).one()
    do(world, "accept", job, now, taker=world.person("clerk2")).one()
    for verb in ("start", "finish"):
        do(world, verb, job, now).one()
    assert leave(world, now, "clerk", "clerk2").refused[0][1].rule == "FUP-4"
    leave(world, now, "clerk", "clerk2", "supervisor").one()
    follow_up = world.session.scalars(select(FollowUp)).one()
    assert (job.desk_owner_id, follow_up.assignee_id) == (world.person("clerk2").id, world.person("supervisor").id)
    assert job.assignee_id == world.person("clerk2").id


def test_a_key_that_is_out_with_somebody_comes_back_before_they_leave__KEY_4(world: World, now: Any) -> None:
    desk = open_desk(world.session, world, now)
    consent = request(desk)
    keys.approve(Call(world.session, desk.supervisor, now), [consent]).one()
    lend(desk, staff_draft(desk, approval_id=consent.id))
    with pytest.raises(OperationRefused, match=rf"KEY-4: .*{desk.key.number}"):
        leave(world, now, "technician", "technician2").one()


def test_a_role_ends_only_with_what_hangs_on_it__INT_1(world: World, now: Any) -> None:
    ticket = new_ticket(world, now)
    clerk, admin = world.person("clerk"), world.actor("admin")
    row = world.session.scalars(select(StaffAssignment).where(StaffAssignment.staff_id == clerk.id)).one()
    end = {"actor": admin, "now": now}
    assert staff.end_role(Call(world.session, **end), [row]).refused[0][1].rule == "INT-1"
    foretold = staff.end_role(Call(world.session, **end, preview=True), [row], hand_over_to=[world.person("clerk2")])
    assert (foretold.done, row.ended_at, ticket.desk_owner_id) == ([row], None, clerk.id)
    staff.end_role(Call(world.session, **end), [row], hand_over_to=[world.person("clerk2")]).one()
    assert (row.ended_at, ticket.desk_owner_id) == (now, world.person("clerk2").id)


def test_a_second_role_that_is_enough_keeps_what_is_held(world: World, now: Any) -> None:
    ticket = new_ticket(world, now)
    clerk, admin = world.person("clerk"), world.actor("admin")
    row = world.session.scalars(select(StaffAssignment).where(StaffAssignment.staff_id == clerk.id)).one()
    staff.grant_role(Call(world.session, admin, now), [clerk], estate=world.estate, role=Role.SUPERVISOR).one()
    staff.end_role(Call(world.session, admin, now), [row]).one()
    assert ticket.desk_owner_id == clerk.id


def test_what_is_closed_cancelled_or_archived_holds_nobody(world: World, now: Any) -> None:
    ticket, complaint = new_ticket(world, now), new_complaint(world, now)
    do(world, "cancel", ticket, now).one()
    complaints.cancel(Call(world.session, world.actor("clerk"), now, reason="重复"), [complaint]).one()
    leave(world, now, "clerk").one()
    assert world.person("clerk").disabled_at == now


def test_an_approval_lends_nothing_to_who_has_left_meanwhile__KEY_3(world: World, now: Any) -> None:
    desk = open_desk(world.session, world, now)
    consent, asked = request(desk), request(desk)
    keys.approve(Call(world.session, desk.supervisor, now), [consent]).one()
    leave(world, now, "technician").one()
    for chosen in ({}, {"borrower_staff_id": None}):
        with pytest.raises(OperationRefused, match=r"KEY-3: 王强 no longer works here"):
            lend(desk, staff_draft(desk, approval_id=consent.id, **chosen))
    with pytest.raises(OperationRefused, match=r"KEY-3: 王强 no longer works here"):
        keys.approve(Call(world.session, desk.supervisor, now), [asked]).one()
    assert asked.decided_at is None
    with pytest.raises(OperationRefused, match="KEY-3"):
        request(desk)

"""What leaves the house is written with what was told, for whoever chose a way, and taken back with it (NOT-2)."""

import pytest
from sqlalchemy import select

from models.call import Call
from models.events import Event
from models.operations import outbox
from models.operations.core import withdraw
from models.outbox import Outgoing, SendStatus, Way, WhyNot
from models.staff import Department
from models.tickets import TicketStatus
from models.told import Told, ToldKind
from tests.operations.walks import MINUTE, do, new_ticket, ticket_in


@pytest.fixture
def world(rolled_back):
    return rolled_back


@pytest.fixture
def chosen(world, now):
    """``chosen("technician", ToldKind.NEW_JOB, …)``: that person wants mail of these kinds."""

    def choose(who, *kinds):
        call = Call(world.session, world.actor(who), now)
        return outbox.choose(call, way=Way.MAIL, address=f"{who}@example.org", kinds=kinds)

    return choose


def outgoing(world):
    people = {person.id: name for name, person in world.staff.items()}
    query = select(Outgoing.staff_id, Told.kind, Outgoing.status).join(Told, Told.id == Outgoing.told_id)
    return [
        (people[row.staff_id], row.kind.value, row.status.value)
        for row in world.session.execute(query.order_by(Outgoing.id))
    ]


def test_it_leaves_for_who_chose_that_kind_by_each_way_and_waits_since_it_was_told(world, now, chosen):
    chosen("technician", ToldKind.NEW_JOB, ToldKind.MISSED)
    chosen("technician", ToldKind.NEW_JOB)
    chosen("technician2", ToldKind.CHASED)
    team = world.teams[Department.ENGINEERING]
    for name, place in (("technician", "泵房"), ("technician2", "机房")):
        ticket = new_ticket(world, now, place=place)
        do(world, "dispatch", ticket, now + MINUTE, assignee=world.person(name), team=team).one()
    assert outgoing(world) == [("technician", "new_job", "waiting")] * 2
    rows = world.session.scalars(select(Outgoing)).all()
    assert {row.due_at for row in rows} == {now + MINUTE}
    assert len({row.key for row in rows}) == 2


def test_what_was_rolled_back_or_only_foretold_leaves_nothing(world, now, chosen):
    chosen("technician", ToldKind.NEW_JOB)
    ticket = ticket_in(world, TicketStatus.RECEIVED, now)
    with world.session.begin_nested() as inner:
        do(world, "dispatch", ticket, now).one()
        assert outgoing(world) == [("technician", "new_job", "waiting")]
        inner.rollback()
    world.session.expire_all()
    assert outgoing(world) == []


def test_what_was_taken_back_is_not_sent_any_more_unless_it_has_left__UNDO(world, now, chosen):
    chosen("technician", ToldKind.NEW_JOB)
    first, second = (new_ticket(world, now, place=place) for place in ("泵房", "机房"))
    for ticket in (first, second):
        do(world, "dispatch", ticket, now).one()
    letter = outbox.take(world.session, now)
    assert letter is not None
    outbox.settle(world.session, letter.id, SendStatus.SENT, now)
    withdraw(Call(world.session, world.actor("supervisor"), now), world.session.scalars(select(Event.id)).all())
    world.session.expire_all()
    assert [each[2] for each in outgoing(world)] == ["sent", "withdrawn"]
    assert [row.reason for row in world.session.scalars(select(Outgoing).order_by(Outgoing.id))] == [
        None,
        WhyNot.TAKEN_BACK,
    ]


def test_two_that_send_take_each_message_once_and_who_ended_in_between_repeats_none(world, now, chosen):
    chosen("technician", ToldKind.NEW_JOB)
    do(world, "dispatch", new_ticket(world, now), now).one()
    assert not outbox.anything_due(world.session, now - MINUTE)
    assert outbox.anything_due(world.session, now)
    letter = outbox.take(world.session, now)
    assert letter is not None
    assert (letter.address, letter.values["sentence"]) == ("technician@example.org", "厨房漏水")
    assert outbox.take(world.session, now) is None
    outbox.give_up_lost(world.session, now + MINUTE - MINUTE / 60)
    assert [each[2] for each in outgoing(world)] == ["sending"]
    outbox.give_up_lost(world.session, now + MINUTE)
    assert [each[2] for each in outgoing(world)] == ["unsure"]
    outbox.settle(world.session, letter.id, SendStatus.SENT, now + MINUTE)
    assert [each[2] for each in outgoing(world)] == ["unsure"], "whoever comes back says nothing more"
    assert outbox.take(world.session, now + MINUTE) is None

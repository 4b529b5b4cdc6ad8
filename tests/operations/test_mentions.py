"""Colleagues named with @ in an entry are told of it, and only those who may read it (DSP-12)."""

import pytest
from sqlalchemy import select

from models.call import Call
from models.operations import tickets
from models.operations.mentions import colleagues, named_in, offered
from models.operations.told import mark_seen
from models.staff import account_of
from models.tickets import TicketStatus
from models.told import Told, ToldKind
from tests.factories import make_person
from tests.operations.walks import HOUR, new_ticket, refusal, ticket_in


@pytest.fixture
def world(rolled_back):
    return rolled_back


def comment(world, ticket, now, body, by="clerk"):
    return tickets.comment(Call(world.session, world.actor(by), now), [ticket], body=body)


def told(world):
    """The user names of those who were told that they are mentioned, in order."""
    people = {person.id: name for name, person in world.staff.items()}
    named = select(Told).where(Told.kind == ToldKind.MENTION).order_by(Told.id)
    return [people[row.staff_id] for row in world.session.scalars(named)]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("@周敏 请看一下", ["supervisor"]),
        ("请@周敏看一下，＠吴总也看", ["manager", "supervisor"]),
        ("@supervisor, @SUPERVISOR: twice is once", ["supervisor"]),
        ("mail a@manager.example or x.@manager", []),
        ("@managers and @nobody and @ alone @", []),
        ("@clerk2 not clerk", ["clerk2"]),
        ("no sign at all", []),
    ],
)
def test_an_at_and_a_name_or_user_name_names_a_colleague(world, body, named):
    found = named_in(world.session, world.estate.id, body)
    assert sorted(person.username for person in found) == named


def test_who_is_named_is_told_once_and_nobody_of_themselves__DSP_12(world, now):
    ticket = new_ticket(world, now)
    comment(world, ticket, now, "@周敏 @supervisor @陈思 住户又来电话了").one()
    assert told(world) == ["supervisor"]
    comment(world, ticket, now, "没有提到人").one()
    assert told(world) == ["supervisor"]


def test_a_preview_tells_nobody(world, now):
    ticket = new_ticket(world, now)
    tickets.comment(Call(world.session, world.actor("clerk"), now, preview=True), [ticket], body="@周敏").one()
    assert told(world) == []


def test_who_may_not_read_the_matter_is_not_named_there(world, now):
    ticket = new_ticket(world, now)
    refused = refusal(comment(world, ticket, now, "@王强 去看看"))
    assert (refused.rule, refused.values["person"]) == ("MENTION", "王强")
    theirs = ticket_in(world, TicketStatus.ACCEPTED, now - HOUR)
    comment(world, theirs, now, "@王强 去看看").one()
    assert told(world) == ["technician"]
    assert named_in(world.session, world.estate.id, "@何外 works elsewhere") == []


def test_two_people_of_one_name_are_told_apart_by_user_name(world, now):
    make_person(
        world.session,
        world.estate,
        "zhoumin2",
        "周敏",
        world.actor("supervisor").roles_in(None).__iter__().__next__(),
        None,
    )
    ticket = new_ticket(world, now)
    refused = refusal(comment(world, ticket, now, "@周敏 看"))
    assert refused.values["people"] == ["@supervisor", "@zhoumin2"]
    comment(world, ticket, now, "@supervisor 看").one()
    assert told(world) == ["supervisor"]


@pytest.mark.parametrize(
    ("typed", "first"),
    [("周", "supervisor"), ("zhou", "supervisor"), ("zm", "supervisor"), ("lxm", "clerk2"), ("man", "manager")],
)
def test_colleagues_are_offered_by_name_pinyin_initials_and_user_name(world, typed, first):
    people = colleagues(world.session, world.estate.id)
    assert offered(people, typed)[0].username == first
    assert "stranger" not in {person.username for person in people}


def test_a_mention_counts_until_its_person_has_seen_it(world, now):
    ticket = new_ticket(world, now)
    for _ in range(2):
        comment(world, ticket, now, "@周敏").one()

    def unseen(username):
        found = account_of(world.session, world.person(username).id)
        assert found is not None
        return found[0].unseen_told

    assert (unseen("supervisor"), unseen("clerk")) == (2, 0)
    first = world.session.scalars(select(Told.id)).first()
    assert mark_seen(Call(world.session, world.actor("manager"), now), [first]) == 0
    assert mark_seen(Call(world.session, world.actor("supervisor"), now), [first]) == 1
    assert unseen("supervisor") == 1
    assert mark_seen(Call(world.session, world.actor("supervisor"), now), None) == 1
    assert unseen("supervisor") == 0

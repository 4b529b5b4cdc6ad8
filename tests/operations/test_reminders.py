"""Who has a key is reminded of it, and the next one up is told when it is not back in time (KEY-4, INT-14)."""

import datetime

import pytest
from sqlalchemy import select

from models.call import Call
from models.keys import KeyLoan
from models.operations import keys
from models.told import Told, ToldKind
from tests.operations.audits import lend_key
from tests.operations.key_desk import approve, lend, open_desk, request, staff_draft
from tests.operations.walks import DAY, HOUR, MINUTE


@pytest.fixture
def world(rolled_back):
    return rolled_back


def lent(world, now, due_at, borrower=""):
    """A loan of ten hours or more, to a colleague where one is named: approved on its day, as it has to be."""
    if not borrower:
        return lend_key(world, now, due_at)
    desk = open_desk(world.session, world, now)
    approve(desk, request(desk, borrower), due_at=due_at)
    return lend(desk, staff_draft(desk, borrower, due_at=due_at))


def remind(world, now):
    """Let time do it; returns who was told what since."""
    known = set(world.session.scalars(select(Told.id)))
    for ids in list(keys.due_loans(world.session, now)):
        keys.remind(Call(world.session, world.actor("manager"), now), ids)
    new = select(Told).where(Told.id.not_in(known)).order_by(Told.id)
    names = {person.id: person.username for person in world.staff.values()}
    return {(each.record_id, each.kind, names[each.staff_id]) for each in world.session.scalars(new)}


def test_a_colleague_is_reminded_before_the_time_and_when_it_is_over_with_the_next_one_up__KEY_4_INT_14(world, now):
    loan = lent(world, now, now + 10 * HOUR, "technician")
    assert remind(world, now + 8 * HOUR - MINUTE) == set()
    assert remind(world, now + 8 * HOUR) == {(loan.id, ToldKind.NEAR, "technician")}
    assert remind(world, now + 9 * HOUR) == set()
    lender = next(person.username for person in world.staff.values() if person.id == loan.lent_by_id)
    told = remind(world, now + 10 * HOUR)
    assert {(kind, who) for _loan, kind, who in told} >= {
        (ToldKind.MISSED, who) for who in ("technician", lender, "supervisor")
    }
    assert remind(world, now + 11 * HOUR) == set()


def test_of_others_whoever_lent_it_is_told_to_call__KEY_4(world, now):
    loan = lent(world, now, now + 10 * HOUR)
    lender = next(person.username for person in world.staff.values() if person.id == loan.lent_by_id)
    assert remind(world, now + 9 * HOUR) == {(loan.id, ToldKind.NEAR, lender)}


def test_what_is_back_reminds_nobody_and_what_is_extended_reminds_anew__KEY_4(world, now):
    back, longer = lend_key(world, now, now + 10 * HOUR), lend_key(world, now, now + 11 * HOUR)
    assert len(remind(world, now + 9 * HOUR)) == 2
    for loan, column, value in ((back, "returned_at", now + 9 * HOUR), (longer, "due_at", now + 20 * HOUR)):
        setattr(loan, column, value)
    world.session.flush()
    assert {(number, kind) for number, kind, _who in remind(world, now + 19 * HOUR)} == {(longer.id, ToldKind.NEAR)}


def test_who_was_reminded_of_a_key_that_is_back_has_nothing_to_see__KEY_4(world, now):
    back, out = lend_key(world, now, now + 10 * HOUR), lend_key(world, now, now + 11 * HOUR)
    remind(world, now + 9 * HOUR)
    keys.return_keys(Call(world.session, world.actor("supervisor"), now + 9 * HOUR), [back]).one()
    unseen = select(Told.record_id).where(Told.register == "key_loans", Told.seen_at.is_(None))
    assert world.session.scalars(unseen).all() == [out.id]


def test_what_ran_out_long_ago_is_no_news__KEY_4(world, now):
    lent(world, now, now + HOUR, "technician")
    assert remind(world, now + 2 * DAY) == set()
    assert isinstance(world.session.scalars(select(KeyLoan.due_at)).first(), datetime.datetime)

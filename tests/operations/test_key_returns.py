"""Keys that come back: who brings them (KEY-4), and a bunch that comes back in part (KEY-2)."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.call import Call
from models.events import Event, broken_seals
from models.invariants import broken_invariants
from models.keys import BringerKind, KeyLoan
from models.operations import audits, keys
from models.personal import keyring_of
from models.said import said
from models.without_event import rows_without_event
from tests.operations.key_desk import HOUR, lend, open_desk, owner_draft, refused, register


@pytest.fixture
def world(rolled_back):
    return rolled_back


@pytest.fixture
def desk(world, now):
    """The desk with one key, lent to the owner, and a bunch of five, lent to the owner too."""
    made = open_desk(world.session, world, now - 9 * HOUR)
    made.bunch = register(made, pieces=5)
    made.loan = lend(made)
    made.bunch_loan = lend(made, owner_draft(made, key_id=made.bunch.id))
    made.now = now - HOUR
    return made


def bring(desk, loan, **arguments):
    return keys.return_keys(Call(desk.session, desk.clerk, desk.now), [loan], **arguments).one()


def last_event(desk, loan):
    query = select(Event).where(Event.register == "key_loans", Event.record_id == loan.id)
    return desk.session.scalars(query.order_by(Event.id.desc())).first()


def test_the_borrower_brings_a_key_back_unless_somebody_else_is_named__KEY_4(desk):
    loan = bring(desk, desk.loan)
    assert (loan.returned_at, loan.brought_by_kind, loan.brought_by_name) == (desk.now, BringerKind.BORROWER, None)


@pytest.mark.parametrize("kind", [BringerKind.RESIDENT, BringerKind.STAFF, BringerKind.OTHER])
def test_somebody_else_who_brings_a_key_back_is_named__KEY_4(desk, kind):
    for blank in ("", "  "):
        with refused("KEY-4") as caught:
            bring(desk, desk.loan, brought_by=kind, brought_by_name=blank)
        assert caught.value.field == "brought_by_name"
    with refused("KEY-4"):
        bring(desk, desk.loan, brought_by=kind, brought_by_name="王强", brought_by_phone="无")
    loan = bring(desk, desk.loan, brought_by=kind, brought_by_name=" 王强 ", brought_by_phone="138 0013 8000")
    assert (loan.brought_by_kind, loan.brought_by_name, loan.borrower_name) == (kind, "王强", "张伟")
    assert keyring_of(desk.session).decrypt(loan.brought_by_phone) == "13800138000"
    assert "13800138000" not in str(last_event(desk, loan).after)


def test_the_borrower_is_not_named_a_second_time__KEY_4(desk):
    for more in ({"brought_by_name": "王强"}, {"brought_by_phone": "13800138000"}):
        with refused("KEY-4"):
            bring(desk, desk.loan, **more)
    assert desk.loan.returned_at is None


def test_a_lend_entered_by_mistake_was_brought_back_by_nobody__KEY_4(desk):
    keys.correct(Call(desk.session, desk.supervisor, desk.now, reason="登记错"), [desk.loan]).one()
    assert (desk.loan.returned_at, desk.loan.brought_by_kind) == (desk.now, None)


def test_a_bunch_is_out_until_its_last_piece_is_back__KEY_2(desk):
    first = bring(desk, desk.bunch_loan, pieces=3, brought_by=BringerKind.STAFF, brought_by_name="王强")
    assert (first.pieces, first.pieces_back, first.returned_at, first.brought_by_kind) == (5, 3, None, None)
    event = last_event(desk, first)
    assert (event.actor_id, event.at, said(event, keyring_of(desk.session)).after) == (
        desk.clerk.staff_id,
        desk.now,
        {"pieces_back": 3, "part_brought_by": "王强"},
    )
    with refused("KEY-2"):
        lend(desk, owner_draft(desk, key_id=desk.bunch.id))
    with refused("KEY-2"):
        keys.hand_back(
            Call(desk.session, desk.clerk, desk.now), [desk.bunch], handed_back_to="张伟", receipt_number="R"
        ).one()
    bring(desk, desk.bunch_loan, pieces=1)
    assert said(last_event(desk, first), keyring_of(desk.session)).after["part_brought_by"] == "张伟"
    ended = bring(desk, desk.bunch_loan)
    assert (ended.pieces_back, ended.returned_at, ended.brought_by_kind) == (4, desk.now, BringerKind.BORROWER)
    desk.session.commit()
    assert list(broken_seals(desk.session)) == []
    assert list(broken_invariants(desk.session)) == []
    assert [line for line in rows_without_event(desk.session) if "key" in line] == []
    assert lend(desk, owner_draft(desk, key_id=desk.bunch.id)).pieces_back == 0


def test_the_pieces_that_come_back_are_among_those_that_are_out__KEY_2(desk):
    bring(desk, desk.bunch_loan, pieces=3)
    for pieces in (-1, 0, 3, 5, 10**9):
        with refused("KEY-2") as caught:
            bring(desk, desk.bunch_loan, pieces=pieces)
        assert caught.value.field == "pieces"
    with refused("KEY-2"):
        bring(desk, desk.loan, pieces=2)
    assert bring(desk, desk.bunch_loan, pieces=2).returned_at == desk.now
    assert bring(desk, desk.loan, pieces=1).returned_at == desk.now


def test_pieces_that_are_lost_end_the_loan_and_the_bunch__KEY_4(desk):
    bring(desk, desk.bunch_loan, pieces=3)
    keys.report_lost(Call(desk.session, desk.clerk, desk.now), [desk.bunch_loan], owner_told=True).one()
    loan, bunch = desk.bunch_loan, desk.bunch
    assert (loan.lost_at, loan.pieces_back, loan.pieces_out, bunch.lost_at) == (desk.now, 3, 2, desk.now)
    with refused("KEY-4"):
        lend(desk, owner_draft(desk, key_id=bunch.id))
    assert register(desk, hook=bunch.hook, seal=bunch.seal, pieces=3).pieces == 3  # what is left is a key of its own


@pytest.mark.parametrize("pieces", [None, -1, 0, 100])
def test_a_bunch_has_1_to_99_pieces__KEY_1(desk, pieces):
    with refused("KEY-1"):
        register(desk, pieces=pieces)
    with refused("KEY-1"):
        keys.amend(Call(desk.session, desk.clerk, desk.now), [desk.key], pieces=pieces).one()


def test_a_bunch_that_is_out_is_not_counted_anew__KEY_2(desk):
    with refused("KEY-2"):
        keys.amend(Call(desk.session, desk.clerk, desk.now), [desk.bunch], pieces=4).one()
    keys.amend(Call(desk.session, desk.clerk, desk.now), [desk.bunch], pieces=5, note="x").one()
    bring(desk, desk.bunch_loan)
    keys.amend(Call(desk.session, desk.clerk, desk.now), [desk.bunch], pieces=4).one()
    assert (desk.bunch.pieces, desk.bunch_loan.pieces) == (4, 5)


def test_the_audit_says_how_much_of_a_bunch_is_back__KEY_2(desk, world, now):
    bring(desk, desk.bunch_loan, pieces=3)
    (run,) = audits.run(Call(desk.session, desk.clerk, now), [world.estate]).all()
    found = dict(
        desk.session.execute(
            text("SELECT number, facts FROM audit_lines WHERE run_id = :run AND number LIKE 'K%'"), {"run": run.id}
        ).all()
    )
    assert '"pieces":5,"pieces_back":3' in found[desk.bunch.number]
    assert "pieces" not in found[desk.key.number]


@pytest.mark.parametrize(
    "written",
    [
        "pieces_back = 5",
        "pieces_back = -1",
        "pieces = 0",
        "pieces = 100",
        "brought_by_kind = 'borrower'",
        "returned_at = due_at, brought_by_kind = 'other'",
        "returned_at = due_at, brought_by_kind = 'other', brought_by_name = '  '",
        "returned_at = due_at, brought_by_kind = 'borrower', brought_by_name = '王强'",
        "returned_at = due_at, brought_by_name = '王强'",
        "returned_at = due_at, brought_by_kind = 'borrower', brought_by_phone = 'x'",
        "returned_at = due_at, brought_by_kind = 'guard', brought_by_name = '王强'",
    ],
)
def test_other_programs_write_no_loan_that_makes_no_sense__KEY_2_KEY_4(desk, written):
    desk.session.flush()
    with pytest.raises(DBAPIError), desk.session.begin_nested():
        desk.session.execute(text(f"UPDATE key_loans SET {written} WHERE id = {desk.bunch_loan.id}"))


def test_other_programs_end_a_loan_as_before__KEY_4(desk):
    desk.session.flush()
    desk.session.execute(text(f"UPDATE key_loans SET returned_at = due_at WHERE id = {desk.bunch_loan.id}"))
    desk.session.expire_all()
    assert desk.session.get_one(KeyLoan, desk.bunch_loan.id).brought_by_kind is None

"""Keys: in one place each, back in the cupboard, lost, handed back for good (KEY-1, KEY-2, KEY-4, KEY-5)."""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DBAPIError

from models.call import Call
from models.errors import StaleRecord
from models.events import Event
from models.keys import ApprovalStatus, Key, KeyLoan, KeyOrigin
from models.matters import ClockRun
from models.operations import keys, tickets
from models.operations.keys import KeyDraft
from models.personal import keyring_of
from models.said import said
from models.sentences import refusal_from
from models.session import DeskSession
from tests.operations.key_desk import (
    HOUR,
    approve,
    hand_back,
    lend,
    open_desk,
    owner_draft,
    refused,
    register,
    request,
    staff_draft,
)

STATES = ("on_hook", "on_loan", "lost", "handed_back")
ALLOWED = {
    "on_hook": {"amend", "lend", "report_lost", "hand_back", "delete"},
    "on_loan": {"amend", "report_lost", "report_loan_lost", "return", "extend", "correct", "amend_loan"},
    "lost": {"amend", "tell_owner", "amend_loan"},
    "handed_back": {"amend"},
}
KEY_VERBS = ("amend", "lend", "report_lost", "tell_owner", "hand_back", "delete")
LOAN_VERBS = ("return", "extend", "correct", "report_loan_lost", "amend_loan")


@pytest.fixture
def desk(session, world, now):
    """The desk with one key of the first unit on its hook."""
    return open_desk(session, world, now)


def put(desk, state):
    """Bring the desk's key into *state*; the loan of it, where there is or was one."""
    if state == "on_loan":
        return lend(desk)
    if state == "lost":
        loan = lend(desk)
        keys.report_lost(Call(desk.session, desk.clerk, desk.now), [desk.key]).one()
        return loan
    if state == "handed_back":
        hand_back(desk)
    return None


def perform(desk, verb, loan):
    common = {"now": desk.now + HOUR}
    by_clerk, by_supervisor = {"actor": desk.clerk, **common}, {"actor": desk.supervisor, **common}
    key, session = [desk.key], desk.session
    outcomes = {
        "amend": lambda: keys.amend(Call(session, **by_clerk), key, hook="B-1"),
        "lend": lambda: keys.lend(Call(session, **by_clerk), [owner_draft(desk)]),
        "report_lost": lambda: keys.report_lost(Call(session, **by_clerk), key),
        "tell_owner": lambda: keys.tell_owner(Call(session, **by_clerk), key),
        "hand_back": lambda: keys.hand_back(
            Call(session, **by_clerk), key, handed_back_to="张伟", receipt_number="R-77"
        ),
        "delete": lambda: keys.delete(Call(session, desk.world.actor("manager"), **common), key),
        "return": lambda: keys.return_keys(Call(session, **by_clerk), [loan]),
        "extend": lambda: keys.extend(Call(session, **by_supervisor), [loan], due_at=desk.now + 50 * HOUR),
        "correct": lambda: keys.correct(Call(session, **by_supervisor, reason="错登"), [loan]),
        "report_loan_lost": lambda: keys.report_lost(Call(session, **by_clerk), [loan]),
        "amend_loan": lambda: keys.amend_loans(Call(session, **by_clerk), [loan], note="晚归"),
    }
    return outcomes[verb]()


@pytest.mark.parametrize("state", STATES)
def test_each_verb_is_allowed_or_refused_by_where_the_key_is__KEY_2(desk, state):
    loan = put(desk, state)
    desk.session.commit()
    for verb in (*KEY_VERBS, *(LOAN_VERBS if loan is not None else ())):
        before = desk.session.scalar(select(func.count()).select_from(Event))
        outcome = perform(desk, verb, loan)
        assert bool(outcome.done) is (verb in ALLOWED[state]), (verb, outcome.refused)
        assert len(outcome.done) + len(outcome.refused) == 1
        after = desk.session.scalar(select(func.count()).select_from(Event))
        assert (after > before) is bool(outcome.done), verb
        desk.session.rollback()


def test_a_loan_that_ended_stays_ended__KEY_2(desk):
    loan = lend(desk)
    keys.return_keys(Call(desk.session, desk.clerk, desk.now), [loan]).one()
    for verb in ("return", "extend", "correct", "report_loan_lost"):
        with refused("KEY-2"):
            perform(desk, verb, loan).one()


def test_a_key_has_number_unit_hook_seal_and_origin__KEY_1(desk):
    assert desk.key.number == "K261118-001"
    assert register(desk).number == "K261118-002"
    with refused("KEY-1") as caught:
        register(desk, unit_id=None, place=" ", hook="", seal="")
    assert len(caught.value.values["missing"]) == 3
    assert register(desk, unit_id=None, place="配电房").place == "配电房"


def test_two_keys_never_have_one_number__KEY_1(desk):
    with refused("KEY-1"):
        register(desk, number=desk.key.number)
    draft = KeyDraft(desk.world.estate.id, KeyOrigin.COMMON, "A", "S", place="门", number="X")
    outcome = keys.register(Call(desk.session, desk.clerk, desk.now), [draft, draft])
    assert (len(outcome.done), len(outcome.refused)) == (1, 1)


@pytest.mark.parametrize("stored", ["77", "第77号钩", "七十七", "第七十七号钩", "七七"])
def test_one_hook_is_one_however_its_number_is_written__KEY_1(desk, stored):
    first = register(desk, hook=stored)
    for written in ("77", "077号", "第77号", "７７", "七十七号钩", "第七十七号", "七七号"):
        with refused("KEY-1") as caught:
            register(desk, hook=written)
        assert caught.value.values["number"] == first.number, written
    for other in ("7", "十七", "七十", "77-1", "C77", "甲七十七"):
        register(desk, hook=other)
    with refused("KEY-1"):
        register(desk, hook="七号")


def test_a_key_names_no_unit_of_another_estate__KEY_1(desk):
    with refused("KEY-1"):
        register(desk, unit_id=desk.world.other_unit.id)
    with refused("KEY-1"):
        keys.amend(Call(desk.session, desk.clerk, desk.now), [desk.key], unit_id=desk.world.other_unit.id).one()


def test_key_on_loan_cannot_be_lent_again__KEY_2(desk):
    lend(desk)
    with refused("KEY-2") as caught:
        lend(desk)
    assert "张伟" in str(caught.value)


def test_the_database_holds_the_second_loan_back_too__KEY_2(desk):
    loan = lend(desk)
    columns = {column.key: getattr(loan, column.key) for column in KeyLoan.__table__.columns if column.key != "id"}
    with pytest.raises(DBAPIError, match="uq_key_loans_unended"):
        desk.session.execute(insert(KeyLoan).values(columns))


def test_what_the_database_refuses_of_a_key_is_told_with_its_rule__KEY_2_KEY_4(desk):
    lend(desk)
    with pytest.raises(DBAPIError) as on_loan, desk.session.begin_nested():
        desk.session.execute(update(Key).values(lost_at=desk.now, owner_told_at=desk.now))
    keys.report_lost(Call(desk.session, desk.clerk, desk.now), [desk.key]).one()
    with pytest.raises(DBAPIError) as found_again, desk.session.begin_nested():
        desk.session.execute(update(Key).values(lost_at=None))
    assert [refusal_from(caught.value).rule for caught in (on_loan, found_again)] == ["KEY-2", "KEY-4"]


def test_of_two_desks_that_lend_one_key_at_once_one_is_refused__KEY_2(desk, engine, keyring):
    draft = owner_draft(desk)
    desk.session.commit()
    start = threading.Barrier(2)

    def lend_at_once(_):
        with DeskSession(engine, keyring=keyring) as session:
            start.wait()
            outcome = keys.lend(Call(session, desk.clerk, desk.now), [draft])
            session.commit()
            return [refusal.rule for _, refusal in outcome.refused]

    with ThreadPoolExecutor(2) as desks:
        assert sorted(desks.map(lend_at_once, range(2))) == [[], ["KEY-2"]]


def test_returning_clears_the_line_for_several_keys_at_once__KEY_4(desk):
    first = lend(desk)
    desk.key = register(desk)
    second = lend(desk)
    later = desk.now + HOUR
    outcome = keys.return_keys(Call(desk.session, desk.clerk, later), [second, first], note="完好")
    assert outcome.done == [first, second]
    assert {(loan.returned_at, loan.returned_to_id, loan.note) for loan in outcome.done} == {
        (later, desk.clerk.staff_id, "完好")
    }
    assert lend(desk).returned_at is None


def test_lost_key_ends_its_loan_tells_the_owner_and_is_never_lent_again__KEY_4(desk):
    loan = lend(desk)
    keys.report_lost(Call(desk.session, desk.clerk, desk.now + HOUR), [loan], owner_told=True).one()
    assert loan.lost_at == desk.key.lost_at == desk.key.owner_told_at == desk.now + HOUR
    with refused("KEY-4"):
        lend(desk)
    with refused("KEY-4"):
        keys.tell_owner(Call(desk.session, desk.clerk, desk.now), [desk.key]).one()


def test_owner_may_be_told_later__KEY_4(desk):
    keys.report_lost(Call(desk.session, desk.clerk, desk.now), [desk.key]).one()
    assert desk.key.owner_told_at is None
    keys.tell_owner(Call(desk.session, desk.clerk, desk.now + HOUR), [desk.key]).one()
    assert desk.key.owner_told_at == desk.now + HOUR


def test_lock_change_is_offered_as_a_job__KEY_4(desk):
    draft = keys.lock_change_draft(desk.key)
    ticket = tickets.register(Call(desk.session, desk.clerk, desk.now), [draft]).one()
    assert (ticket.unit_id, ticket.detail) == (desk.key.unit_id, desk.key.number)


def test_handing_back_is_against_the_stamped_receipt__KEY_5(desk):
    common = {"actor": desk.clerk, "now": desk.now}
    with refused("KEY-5") as caught:
        keys.hand_back(Call(desk.session, **common), [desk.key], handed_back_to=" ", receipt_number="").one()
    assert len(caught.value.values["missing"]) == 2
    loan = lend(desk)
    with refused("KEY-2"):
        hand_back(desk)
    keys.return_keys(Call(desk.session, **common), [loan]).one()
    assert hand_back(desk).receipt_number == "R-77"
    with refused("KEY-5"):
        lend(desk)


def test_a_mistaken_lend_is_corrected_and_its_history_stays__KEY_2(desk):
    loan = lend(desk)
    with refused("KEY-2"):
        keys.correct(Call(desk.session, desk.supervisor, desk.now, reason=" "), [loan]).one()
    keys.correct(Call(desk.session, desk.supervisor, desk.now, reason="登错钥匙"), [loan]).one()
    assert loan.returned_at == desk.now
    event = desk.session.scalars(select(Event).where(Event.register == "key_loans").order_by(Event.id.desc())).first()
    assert (event.verb, said(event, keyring_of(desk.session)).reason, event.role) == (
        "correct",
        "登错钥匙",
        "supervisor",
    )
    assert lend(desk).id != loan.id


def test_key_that_was_lent_or_asked_for_is_not_deleted__KEY_2(desk):
    manager = desk.world.actor("manager")
    request(desk)
    with refused("KEY-2"):
        keys.delete(Call(desk.session, manager, desk.now), [desk.key]).one()
    other = register(desk)
    keys.delete(Call(desk.session, manager, desk.now, reason="重复"), [other]).one()
    assert desk.session.scalars(select(Key)).all() == [desk.key]


def test_preview_says_what_would_happen_and_writes_nothing(desk):
    draft = owner_draft(desk)
    outcome = keys.lend(Call(desk.session, desk.clerk, desk.now, preview=True), [draft])
    assert outcome.done == [draft]
    assert desk.session.scalar(select(func.count()).select_from(KeyLoan)) == 0
    loan = lend(desk)
    for verb in (keys.return_keys, keys.report_lost):
        assert verb(Call(desk.session, desk.clerk, desk.now, preview=True), [loan]).done == [loan]
    assert (loan.returned_at, loan.lost_at, desk.key.lost_at) == (None, None, None)


def test_a_stale_form_is_refused(desk):
    version = desk.key.version
    keys.amend(Call(desk.session, desk.clerk, desk.now), [desk.key], hook="B-2").one()
    with pytest.raises(StaleRecord):
        keys.amend(
            Call(desk.session, desk.clerk, desk.now, expected={desk.key.id: version}), [desk.key], hook="B-3"
        ).one()


def test_only_named_columns_are_amended(desk):
    with pytest.raises(ValueError, match="number"):
        keys.amend(Call(desk.session, desk.clerk, desk.now), [desk.key], number="K-9")


def test_a_number_in_letters_alone_is_taken_in_whatever_case__KEY_1(desk):
    register(desk, number="Main Gate")
    for number in ("Main Gate", "MAIN gate", "main gate", "ＭＡＩＮ gate"):
        with refused("KEY-1"):
            register(desk, number=number)
    assert register(desk, number="Main Door").number == "Main Door"


def midnight(desk, days=0):
    """The end of the day in the estate."""
    return desk.now.replace(hour=16, minute=0) + datetime.timedelta(days=days)


def test_the_owner_of_a_lost_key_is_told_the_same_day_by_who_heard_of_it__KEY_4_INT_14(desk):
    keys.report_lost(Call(desk.session, desk.clerk, desk.now), [desk.key]).one()
    assert (desk.key.due_at, desk.key.answerable_id) == (midnight(desk), desk.clerk.staff_id)
    keys.tell_owner(Call(desk.session, desk.clerk, desk.now + HOUR), [desk.key]).one()
    assert desk.key.due_at is None
    assert desk.session.scalars(select(ClockRun.met_at)).all() == [desk.now + HOUR]


@pytest.mark.parametrize("how", ["told at once", "common"])
def test_where_nobody_is_to_be_told_a_lost_key_waits_for_nothing__KEY_4(desk, how):
    key = register(desk, origin=KeyOrigin.COMMON) if how == "common" else desk.key
    call = Call(desk.session, desk.clerk, desk.now)
    keys.report_lost(call, [key], owner_told=how == "told at once").one()
    assert (key.due_at, key.answerable_id) == (None, None)
    if how == "common":  # written down wrongly: it had an owner all the same
        keys.amend(Call(desk.session, desk.clerk, desk.now + HOUR), [key], origin=KeyOrigin.ENTRUSTED).one()
        assert key.due_at == midnight(desk)
        keys.amend(Call(desk.session, desk.clerk, desk.now + HOUR), [key], origin=KeyOrigin.COMMON).one()
        assert key.due_at is None


def test_an_approval_is_decided_and_used_within_its_day_or_withdrawn__KEY_3_INT_14(desk):
    approval = request(desk)
    assert (approval.next_at, approval.answerable_id) == (midnight(desk), desk.clerk.staff_id)
    tomorrow = desk.now + datetime.timedelta(days=1)
    keys.approve(Call(desk.session, desk.supervisor, tomorrow), [approval]).one()
    assert (approval.next_at, approval.due_at) == (midnight(desk, 1), None)
    lend(desk, staff_draft(desk), now=tomorrow + HOUR)
    assert (approval.status, approval.next_at) == (ApprovalStatus.USED, None)
    with refused("KEY-3"):
        keys.withdraw(Call(desk.session, desk.clerk, tomorrow, reason="x"), [approval]).one()


@pytest.mark.parametrize("before", ["requested", "approved"])
def test_a_consent_that_nobody_needs_any_more_is_withdrawn_with_a_reason__KEY_3(desk, before):
    approval = request(desk)
    if before == "approved":
        approve(desk, approval)
    with refused("KEY-3"):
        keys.withdraw(Call(desk.session, desk.clerk, desk.now), [approval]).one()
    keys.withdraw(Call(desk.session, desk.clerk, desk.now, reason="没来"), [approval]).one()
    assert (approval.status, approval.next_at) == (ApprovalStatus.WITHDRAWN, None)
    assert approval.decided_by_id == (desk.supervisor.staff_id if before == "approved" else None)
    with refused("KEY-3"):
        lend(desk, staff_draft(desk))

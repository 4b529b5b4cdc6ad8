"""Passes: issued by the rules of their kind, valid or not and why, in and out, deposits (PAS-1 … PAS-3, PAS-7, 8)."""

import datetime
import re
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from models.errors import OperationRefused, StaleRecord
from models.events import Event
from models.operations import passes
from models.operations.passes import PassDraft
from models.passes import Direction, PassKind, PassMovement, VisitorPass
from models.personal import IdDocument, keyring_of
from models.sentences import refusal_from
from models.settings import Setting

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
MIDNIGHT = datetime.datetime(2026, 11, 18, 16, 0, tzinfo=datetime.UTC)
ID_CARD = "11010519491231002X"
VERBS = ("check_in", "check_out", "hand_in", "refund", "revoke", "correct", "amend", "delete")
ALLOWED = {
    "fresh": {"check_in", "hand_in", "revoke", "correct", "amend"},
    "not yet": {"hand_in", "revoke", "correct", "amend"},
    "expired": {"hand_in", "revoke", "correct", "amend"},
    "inside": {"check_out", "revoke", "correct", "amend"},
    "expired inside": {"check_out", "revoke", "correct", "amend"},
    "left": {"check_in", "hand_in", "revoke", "correct", "amend"},
    "revoked": {"hand_in"},
    "revoked inside": {"check_out"},
    "corrected": {"hand_in"},
    "revoked and handed in": {"refund"},
    "handed in": {"refund"},
    "refunded": set(),
}


@pytest.fixture
def desk(session, world, now):
    """The desk."""
    made = SimpleNamespace(session=session, world=world, now=now, clerk=world.actor("clerk"))
    made.supervisor, made.manager = world.actor("supervisor"), world.actor("manager")
    return made


def visitor(desk, **changes):
    values = {
        "phone": "13800138000",
        "organisation": "顺丰",
        "purpose": "探访",
        "identity_checked": True,
        "badge_number": f"B-{7 + desk.session.scalar(select(func.count()).select_from(VisitorPass))}",
        "safety_told": True,
        "host_unit_id": desk.world.units[0].id,
        "host_asked": True,
        **changes,
    }
    return PassDraft(desk.world.estate.id, PassKind.VISITOR, values.pop("holder_name", "孙客"), **values)


def temporary(desk, **changes):
    values = {"id_document": IdDocument.ID_CARD, "id_number": ID_CARD, **changes}
    return PassDraft(desk.world.estate.id, PassKind.TEMPORARY, values.pop("holder_name", "孙客"), **values)


def worker(desk, **changes):
    values = {
        "id_document": IdDocument.ID_CARD,
        "id_number": ID_CARD,
        "id_copied": True,
        "residence_paper_seen": True,
        "permit_number": "SG-88",
        "permit_until": desk.now + 30 * DAY,
        **changes,
    }
    return PassDraft(desk.world.estate.id, PassKind.WORKER, values.pop("holder_name", "钱工"), **values)


DRAFTS = {PassKind.VISITOR: visitor, PassKind.TEMPORARY: temporary, PassKind.WORKER: worker}


def issue(desk, draft):
    return passes.issue(desk.session, [draft], actor=desk.clerk, now=desk.now).one()


def do(desk, verb, row, now=None):
    common = {"now": now or desk.now, "actor": desk.clerk}
    if verb in ("revoke", "correct"):
        common |= {"actor": desk.supervisor, "reason": "证件不符"}
    elif verb == "delete":
        common["actor"] = desk.manager
    elif verb == "amend":
        common["purpose"] = "送货"
    return getattr(passes, verb)(desk.session, [row], **common)


def put(desk, state):
    """A worker's pass in *state*, and the time from which to look at it."""
    row = issue(desk, worker(desk, valid_from=desk.now + HOUR if state == "not yet" else None))
    steps = {
        "inside": ["check_in"],
        "expired inside": ["check_in"],
        "left": ["check_in", "check_out"],
        "revoked": ["revoke"],
        "revoked inside": ["check_in", "revoke"],
        "corrected": ["correct"],
        "revoked and handed in": ["check_in", "revoke", "check_out", "hand_in"],
        "handed in": ["hand_in"],
        "refunded": ["hand_in", "refund"],
    }
    for verb in steps.get(state, []):
        do(desk, verb, row).one()
    return row, desk.now + 31 * DAY if state.startswith("expired") else desk.now


def refused(rule):
    return pytest.raises(OperationRefused, match=rf"^{rule}: ")


@pytest.mark.parametrize("state", ALLOWED)
def test_each_verb_is_allowed_or_refused_by_the_state_of_the_pass__PAS_7(desk, state):
    row, now = put(desk, state)
    desk.session.commit()
    for verb in VERBS:
        outcome = do(desk, verb, row, now)
        assert bool(outcome.done) is (verb in ALLOWED[state]), (verb, outcome.refused)
        desk.session.rollback()


def test_a_visitor_pass_names_all_that_is_missing_at_once__PAS_1(desk):
    with refused("PAS-1") as caught:
        issue(desk, PassDraft(desk.world.estate.id, PassKind.VISITOR, " "))
    assert len(caught.value.values["missing"]) == 8


def test_a_temporary_pass_needs_the_id_document_and_its_number__PAS_2(desk):
    with refused("PAS-2") as caught:
        issue(desk, temporary(desk, id_document=None, id_number=" "))
    assert len(caught.value.values["missing"]) == 2


def test_a_workers_pass_names_all_that_is_missing_at_once__PAS_3(desk):
    with refused("PAS-3") as caught:
        issue(desk, PassDraft(desk.world.estate.id, PassKind.WORKER, "钱工"))
    assert len(caught.value.values["missing"]) == 6


def test_implausible_numbers_and_foreign_units_are_refused(desk):
    for kind, rule in ((PassKind.VISITOR, "PAS-1"), (PassKind.TEMPORARY, "PAS-2"), (PassKind.WORKER, "PAS-3")):
        for changes in (
            {"phone": "12"},
            {"id_document": IdDocument.ID_CARD, "id_number": "110105194912310021"},
            {"host_unit_id": desk.world.other_unit.id},
        ):
            with refused(rule):
                issue(desk, DRAFTS[kind](desk, **changes))


def test_a_visitor_pass_is_for_the_day__PAS_1(desk):
    row = issue(desk, visitor(desk))
    assert (row.valid_from, row.valid_until) == (desk.now, MIDNIGHT)
    with refused("PAS-1"):
        issue(desk, visitor(desk, valid_until=MIDNIGHT + HOUR))
    assert issue(desk, visitor(desk, valid_until=desk.now + HOUR)).valid_until == desk.now + HOUR


def test_a_temporary_pass_is_valid_three_days_or_as_long_as_is_set__PAS_2(desk):
    assert issue(desk, temporary(desk)).valid_until == MIDNIGHT + 2 * DAY
    with refused("PAS-2"):
        issue(desk, temporary(desk, valid_until=MIDNIGHT + 3 * DAY))
    setting = Setting(estate_id=desk.world.estate.id, code="temporary-pass-days", rule="PAS-2", value=5)
    desk.session.add(setting)
    desk.session.flush()
    assert issue(desk, temporary(desk)).valid_until == MIDNIGHT + 4 * DAY


def test_a_workers_pass_never_outlasts_the_permit_nor_three_months__PAS_3(desk):
    permit = desk.now + 30 * DAY
    assert issue(desk, worker(desk)).valid_until == permit
    with refused("PAS-3"):
        issue(desk, worker(desk, valid_until=permit + HOUR))
    assert issue(desk, worker(desk, permit_until=desk.now + 400 * DAY)).valid_until == MIDNIGHT + 91 * DAY
    with refused("PAS-3"):
        issue(desk, worker(desk, permit_until=desk.now))


@pytest.mark.parametrize(
    ("first", "end"),
    [
        ("2027-02-01", "2027-05-01"),
        ("2026-11-30", "2027-02-28"),
        ("2026-12-15", "2027-03-15"),
        ("2027-06-10", "2027-09-10"),
    ],
)
def test_a_workers_pass_is_valid_three_calendar_months_at_most__PAS_3(desk, first, end):
    desk.session.add(Setting(estate_id=desk.world.estate.id, code="worker-pass-days", rule="PAS-3", value=200))
    desk.session.flush()
    begin, latest = (datetime.datetime.fromisoformat(f"{day}T00:00+08:00") for day in (first, end))
    permit = desk.now + 900 * DAY
    assert issue(desk, worker(desk, permit_until=permit, valid_from=begin)).valid_until == latest
    with refused("PAS-3"):
        issue(desk, worker(desk, permit_until=permit, valid_from=begin, valid_until=latest + HOUR))


def test_a_shorter_setting_holds_for_workers_passes_too__PAS_3(desk):
    desk.session.add(Setting(estate_id=desk.world.estate.id, code="worker-pass-days", rule="PAS-3", value=10))
    desk.session.flush()
    assert issue(desk, worker(desk)).valid_until == MIDNIGHT + 9 * DAY


def test_a_pass_begins_now_or_later_and_lasts_some_time__PAS_7(desk):
    within = datetime.timedelta(seconds=40)
    for make in DRAFTS.values():
        with pytest.raises(OperationRefused, match="A pass cannot begin in the past"):
            issue(desk, make(desk, valid_from=desk.now - HOUR))
        with refused("PAS-7"):
            issue(desk, make(desk, valid_from=desk.now + HOUR, valid_until=desk.now + HOUR))
        late = passes.issue(desk.session, [make(desk, valid_from=desk.now)], actor=desk.clerk, now=desk.now + within)
        assert late.one().valid_from == desk.now + within


def test_only_workers_pay_deposit_and_card_fee_by_the_settings__PAS_3(desk):
    row = issue(desk, worker(desk))
    assert (row.deposit_fen, row.card_fee_fen) == (5000, 500)
    assert {issue(desk, make(desk)).deposit_fen for make in (visitor, temporary)} == {0}


def test_numbers_count_up_and_codes_cannot_be_guessed(desk):
    outcome = passes.issue(desk.session, [visitor(desk), temporary(desk)], actor=desk.clerk, now=desk.now)
    first, second = outcome.all()
    assert (first.number, second.number) == ("V261118-001", "V261118-002")
    assert first.code != second.code
    assert re.fullmatch(r"[A-Z3-9]{10}", first.code)
    assert not set("0O1IL2Z5S8B") & set(first.code)


def test_personal_numbers_are_encrypted_and_stand_in_no_event__RES_4(desk):
    row = issue(desk, temporary(desk, phone="13800138000"))
    keyring = keyring_of(desk.session)
    assert keyring.decrypt(row.id_number) == ID_CARD
    assert row.phone_tail_digest == keyring.digest("8000")
    desk.session.commit()
    event = desk.session.scalars(select(Event).where(Event.verb == "issue")).one()
    assert not {ID_CARD, "13800138000"} & set(map(str, event.after.values()))


@pytest.mark.parametrize(
    ("state", "valid", "word"),
    [
        ("fresh", True, "valid"),
        ("not yet", False, "not valid yet"),
        ("expired", False, "expired"),
        ("revoked", False, "revoked"),
        ("handed in", False, "handed in"),
    ],
)
def test_anyone_learns_valid_or_not_and_why_and_nothing_more__PAS_7(desk, state, valid, word):
    row, now = put(desk, state)
    found = passes.look_up(desk.session, row.code, now)
    assert found == passes.validity(row, now)
    assert found[0] is valid
    assert word in found[1]
    assert row.holder_name not in found[1]


def test_validity_holds_from_the_first_to_before_the_last_instant__PAS_7(desk):
    row = issue(desk, visitor(desk))
    instant = datetime.timedelta(microseconds=1)
    times = (row.valid_from - instant, row.valid_from, row.valid_until - instant, row.valid_until)
    assert [passes.validity(row, time)[0] for time in times] == [False, True, True, False]


def test_an_unknown_code_is_not_valid__PAS_7(desk):
    issue(desk, visitor(desk))
    for code in ("", "no-such-code", "%", "x" * 500, "\0"):
        assert passes.look_up(desk.session, code, desk.now)[0] is False


def test_who_goes_in_and_out_is_logged_against_the_pass__PAS_8(desk):
    row = issue(desk, worker(desk))
    do(desk, "check_in", row).one()
    with refused("PAS-8"):
        do(desk, "check_in", row).one()
    do(desk, "check_out", row, desk.now + HOUR).one()
    with refused("PAS-8"):
        do(desk, "check_out", row).one()
    movements = desk.session.scalars(select(PassMovement).order_by(PassMovement.id)).all()
    assert [(movement.direction, movement.at, movement.noted_by_id) for movement in movements] == [
        (Direction.IN, desk.now, desk.clerk.staff_id),
        (Direction.OUT, desk.now + HOUR, desk.clerk.staff_id),
    ]


def test_nobody_comes_in_with_an_invalid_pass_but_everybody_gets_out__PAS_7(desk):
    row, later = put(desk, "expired inside")
    do(desk, "check_out", row, later).one()
    with refused("PAS-7"):
        do(desk, "check_in", row, later).one()


def test_the_deposit_is_paid_back_once_and_only_after_hand_in__PAS_3(desk):
    row = issue(desk, worker(desk))
    with refused("PAS-3"):
        do(desk, "refund", row).one()
    do(desk, "hand_in", row).one()
    assert row.deposit_refunded_at is None
    do(desk, "refund", row).one()
    with refused("PAS-3"):
        do(desk, "refund", row).one()
    free = issue(desk, visitor(desk))
    do(desk, "hand_in", free).one()
    with refused("PAS-3"):
        do(desk, "refund", free).one()


@pytest.mark.parametrize("verb", ["revoke", "correct"])
def test_the_deposit_of_a_revoked_pass_is_paid_back_only_for_its_card__PAS_3(desk, verb):
    row = issue(desk, worker(desk))
    do(desk, "check_in", row).one()
    do(desk, verb, row).one()
    with refused("PAS-3"):
        do(desk, "refund", row).one()
    do(desk, "check_out", row).one()
    do(desk, "hand_in", row).one()
    assert do(desk, "refund", row).one().deposit_refunded_at == desk.now


def test_no_program_pays_a_deposit_back_before_the_card_is_there__PAS_3(desk):
    row = issue(desk, worker(desk))
    do(desk, "revoke", row).one()
    with pytest.raises(DBAPIError) as caught, desk.session.begin_nested():
        desk.session.execute(update(VisitorPass).values(deposit_refunded_at=desk.now))
    assert refusal_from(caught.value).rule == "PAS-3"


@pytest.mark.parametrize("verb", ["revoke", "correct"])
def test_revoking_takes_a_supervisor_and_a_reason__PAS_7(desk, verb):
    row = issue(desk, visitor(desk))
    function = getattr(passes, verb)
    with refused("ROLE"):
        function(desk.session, [row], actor=desk.clerk, now=desk.now, reason="错").one()
    with refused("PAS-7"):
        function(desk.session, [row], actor=desk.supervisor, now=desk.now, reason=" ").one()
    function(desk.session, [row], actor=desk.supervisor, now=desk.now, reason="错发").one()
    assert (row.revoked_at, row.revoke_reason) == (desk.now, "错发")
    event = desk.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.verb, event.reason) == (verb, "错发")


def test_only_the_desk_handles_passes(desk):
    row = issue(desk, visitor(desk))
    for username in ("technician", "lead", "auditor", "admin", "stranger"):
        common = {"actor": desk.world.actor(username), "now": desk.now}
        for outcome in (
            passes.issue(desk.session, [visitor(desk)], **common),
            passes.check_in(desk.session, [row], **common),
            passes.hand_in(desk.session, [row], **common),
        ):
            assert [refusal.rule for _, refusal in outcome.refused] == ["ROLE"], username


def test_editing_keeps_what_the_rule_asks_for__PAS_1(desk):
    row = issue(desk, visitor(desk))
    common = {"actor": desk.clerk, "now": desk.now}
    cipher = row.phone
    passes.amend(desk.session, [row], **common, phone="138-0013-8000", badge_number="B-8").one()
    assert (row.phone, row.badge_number) == (cipher, "B-8")
    for changes in ({"badge_number": " "}, {"phone": None}, {"phone": "1"}, {"host_unit_id": desk.world.other_unit.id}):
        with refused("PAS-1"):
            passes.amend(desk.session, [row], **common, **changes).one()
    with refused("PAS-1"):
        passes.amend(
            desk.session, [row], **common, id_document=IdDocument.ID_CARD, id_number="110105194912310021"
        ).one()
    with pytest.raises(ValueError, match="valid_until"):
        passes.amend(desk.session, [row], **common, valid_until=desk.now)
    with pytest.raises(StaleRecord):
        passes.amend(desk.session, [row], **common, expected={row.id: 1}, purpose="会友").one()


def test_a_pass_is_deleted_only_while_nothing_followed__PAS_7(desk):
    for follows in ("check_in", "revoke", "hand_in"):
        row = issue(desk, visitor(desk))
        do(desk, follows, row).one()
        with refused("PAS-7"):
            do(desk, "delete", row).one()
    do(desk, "delete", issue(desk, visitor(desk))).one()
    assert desk.session.scalar(select(func.count()).select_from(VisitorPass)) == 3


def test_a_batch_accounts_for_every_pass_and_preview_writes_nothing(desk):
    good, bad = visitor(desk), visitor(desk, badge_number=None)
    outcome = passes.issue(desk.session, [good, bad], actor=desk.clerk, now=desk.now, preview=True)
    assert outcome.done == [good]
    assert [draft for draft, _ in outcome.refused] == [bad]
    assert desk.session.scalar(select(func.count()).select_from(VisitorPass)) == 0
    row = issue(desk, good)
    assert passes.check_in(desk.session, [row], actor=desk.clerk, now=desk.now, preview=True).done == [row]
    assert desk.session.scalar(select(func.count()).select_from(PassMovement)) == 0

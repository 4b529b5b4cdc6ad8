"""Issued passes: valid or not and why, in and out, revoked, handed in, deposits (PAS-3, PAS-7, PAS-8)."""

import datetime

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from models.call import Call
from models.errors import StaleRecord
from models.events import Event
from models.operations import passes
from models.passes import Direction, PassMovement, VisitorPass
from models.personal import IdDocument, keyring_of
from models.said import said
from models.sentences import refusal_from
from tests.operations import gate_desk
from tests.operations.gate_desk import HOUR, do, issue, put, refused, visitor, worker

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
    return gate_desk.open_desk(session, world, now)


@pytest.mark.parametrize("state", ALLOWED)
def test_each_verb_is_allowed_or_refused_by_the_state_of_the_pass__PAS_7(desk, state):
    row, now = put(desk, state)
    desk.session.commit()
    for verb in VERBS:
        outcome = do(desk, verb, row, now)
        assert bool(outcome.done) is (verb in ALLOWED[state]), (verb, outcome.refused)
        desk.session.rollback()


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
        function(Call(desk.session, desk.clerk, desk.now, reason="错"), [row]).one()
    with refused("PAS-7"):
        function(Call(desk.session, desk.supervisor, desk.now, reason=" "), [row]).one()
    function(Call(desk.session, desk.supervisor, desk.now, reason="错发"), [row]).one()
    assert (row.revoked_at, row.revoke_reason) == (desk.now, "错发")
    event = desk.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.verb, said(event, keyring_of(desk.session)).reason) == (verb, "错发")


def test_only_the_desk_handles_passes(desk):
    row = issue(desk, visitor(desk))
    for username in ("technician", "lead", "auditor", "admin", "stranger"):
        common = {"actor": desk.world.actor(username), "now": desk.now}
        for outcome in (
            passes.issue(Call(desk.session, **common), [visitor(desk)]),
            passes.check_in(Call(desk.session, **common), [row]),
            passes.hand_in(Call(desk.session, **common), [row]),
        ):
            assert [refusal.rule for _, refusal in outcome.refused] == ["ROLE"], username


def test_editing_keeps_what_the_rule_asks_for__PAS_1(desk):
    row = issue(desk, visitor(desk))
    common = {"actor": desk.clerk, "now": desk.now}
    cipher = row.phone
    passes.amend(Call(desk.session, **common), [row], phone="138-0013-8000", badge_number="B-8").one()
    assert (row.phone, row.badge_number) == (cipher, "B-8")
    for changes in ({"badge_number": " "}, {"phone": None}, {"phone": "1"}, {"host_unit_id": desk.world.other_unit.id}):
        with refused("PAS-1"):
            passes.amend(Call(desk.session, **common), [row], **changes).one()
    with refused("PAS-1"):
        passes.amend(
            Call(desk.session, **common), [row], id_document=IdDocument.ID_CARD, id_number="110105194912310021"
        ).one()
    with pytest.raises(ValueError, match="valid_until"):
        passes.amend(Call(desk.session, **common), [row], valid_until=desk.now)
    with pytest.raises(StaleRecord):
        passes.amend(Call(desk.session, expected={row.id: 1}, **common), [row], purpose="会友").one()


def test_a_pass_is_deleted_only_while_nothing_followed__PAS_7(desk):
    for follows in ("check_in", "revoke", "hand_in"):
        row = issue(desk, visitor(desk))
        do(desk, follows, row).one()
        with refused("PAS-7"):
            do(desk, "delete", row).one()
    do(desk, "delete", issue(desk, visitor(desk))).one()
    assert desk.session.scalar(select(func.count()).select_from(VisitorPass)) == 3

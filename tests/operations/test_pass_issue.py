"""Issuing passes: what each kind asks for, from when and how long it is valid, what it costs (PAS-1 … PAS-3)."""

import datetime
import re

import pytest
from sqlalchemy import func, select

from models.call import Call
from models.errors import OperationRefused
from models.events import Event
from models.operations import passes
from models.operations.passes import PassDraft
from models.passes import PassKind, PassMovement, VisitorPass
from models.personal import IdDocument, keyring_of
from models.settings import Setting
from tests.operations import gate_desk
from tests.operations.gate_desk import DAY, DRAFTS, HOUR, ID_CARD, issue, refused, temporary, visitor, worker

MIDNIGHT = datetime.datetime(2026, 11, 18, 16, 0, tzinfo=datetime.UTC)


@pytest.fixture
def desk(session, world, now):
    """The desk."""
    return gate_desk.open_desk(session, world, now)


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


def test_how_many_months_is_a_figure_of_the_estate__PAS_3_SET_1(desk):
    figures = {"worker-pass-days": 200, "worker-pass-months": 4}
    for code, value in figures.items():
        desk.session.add(Setting(estate_id=desk.world.estate.id, code=code, rule="PAS-3", value=value))
    desk.session.flush()
    begin, latest = (datetime.datetime.fromisoformat(f"{day}T00:00+08:00") for day in ("2027-02-01", "2027-06-01"))
    assert issue(desk, worker(desk, permit_until=desk.now + 900 * DAY, valid_from=begin)).valid_until == latest


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
        late = passes.issue(Call(desk.session, desk.clerk, desk.now + within), [make(desk, valid_from=desk.now)])
        assert late.one().valid_from == desk.now + within


def test_only_workers_pay_deposit_and_card_fee_by_the_settings__PAS_3(desk):
    row = issue(desk, worker(desk))
    assert (row.deposit_fen, row.card_fee_fen) == (5000, 500)
    assert {issue(desk, make(desk)).deposit_fen for make in (visitor, temporary)} == {0}


def test_numbers_count_up_and_codes_cannot_be_guessed(desk):
    outcome = passes.issue(Call(desk.session, desk.clerk, desk.now), [visitor(desk), temporary(desk)])
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


def test_a_batch_accounts_for_every_pass_and_preview_writes_nothing(desk):
    good, bad = visitor(desk), visitor(desk, badge_number=None)
    outcome = passes.issue(Call(desk.session, desk.clerk, desk.now, preview=True), [good, bad])
    assert outcome.done == [good]
    assert [draft for draft, _ in outcome.refused] == [bad]
    assert desk.session.scalar(select(func.count()).select_from(VisitorPass)) == 0
    row = issue(desk, good)
    assert passes.check_in(Call(desk.session, desk.clerk, desk.now, preview=True), [row]).done == [row]
    assert desk.session.scalar(select(func.count()).select_from(PassMovement)) == 0


def test_one_badge_is_one_however_its_number_is_written__PAS_1(desk):
    issue(desk, visitor(desk, badge_number="第7号"))
    for written in ("7", "07", "七号", "第七"):
        with refused("PAS-1"):
            issue(desk, visitor(desk, badge_number=written))
    assert issue(desk, visitor(desk, badge_number="十七")).badge_number == "十七"

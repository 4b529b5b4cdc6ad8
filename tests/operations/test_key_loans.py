"""Who borrows a key, with whose approval, and until when (KEY-3, KEY-4)."""

import datetime

import pytest
from sqlalchemy import select

from models.call import Call
from models.events import Event
from models.keys import ApprovalStatus, BorrowerKind, KeyApproval
from models.operations import keys, residents
from models.operations.core import name_pinyin
from models.operations.keys import ApprovalDraft
from models.operations.residents import OccupancyDraft
from models.personal import keyring_of
from models.residents import Occupancy, OccupancyKind
from models.settings import Setting
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


@pytest.fixture
def desk(session, world, now):
    """The desk with one key of the first unit on its hook."""
    return open_desk(session, world, now)


def test_one_batch_lends_a_key_once__KEY_2(desk):
    drafts = [owner_draft(desk), owner_draft(desk)]
    outcome = keys.lend(Call(desk.session, desk.clerk, desk.now), drafts)
    assert len(outcome.done) == 1
    assert [refusal.rule for _, refusal in outcome.refused] == ["KEY-2"]


def test_owner_borrows_with_identity_and_signature__KEY_3(desk):
    with refused("KEY-3") as caught:
        lend(desk, owner_draft(desk, identity_checked=False, signed=False))
    assert len(caught.value.values["missing"]) == 2
    loan = lend(desk, owner_draft(desk, borrower_phone="138 0013 8000"))
    assert (loan.borrower_name, loan.approval_id) == ("张伟", None)
    assert keyring_of(desk.session).decrypt(loan.borrower_phone) == "13800138000"


def test_only_an_owner_of_the_keys_unit_is_an_owner__KEY_3(desk):
    neighbour, of_no_unit = desk.world.residents[1].id, register(desk, unit_id=None, place="大堂").id
    for changes in (
        {"borrower_resident_id": neighbour},
        {"borrower_resident_id": None, "borrower_name": "张伟"},
        {"key_id": of_no_unit},
    ):
        with refused("KEY-3"):
            lend(desk, owner_draft(desk, **changes))
    tenant = OccupancyDraft(desk.world.estate.id, desk.key.unit_id, neighbour, OccupancyKind.TENANT)
    residents.register_occupancy(Call(desk.session, desk.clerk, desk.now), [tenant]).one()
    with refused("KEY-3"):
        lend(desk, owner_draft(desk, borrower_resident_id=neighbour))


def test_a_stranger_does_not_borrow_as_the_owner__KEY_3(desk):
    with refused("KEY-3") as caught:
        lend(desk, owner_draft(desk, borrower_name="路人甲"))
    assert caught.value.field == "borrower_name"
    assert {"路人甲", "张伟"} <= set(caught.value.values.values())


@pytest.mark.parametrize("written", ["", "  ", "张伟", " 张 伟 "])
def test_the_loan_of_an_owner_bears_the_registered_name__KEY_3(desk, written):
    loan = lend(desk, owner_draft(desk, borrower_name=written))
    assert (loan.borrower_name, loan.borrower_resident_id) == ("张伟", desk.world.residents[0].id)


def test_who_is_owner_no_longer_borrows_as_owner_no_longer__KEY_3(desk):
    query = select(Occupancy).where(Occupancy.resident_id == desk.world.residents[0].id)
    yesterday = desk.now.date() - datetime.timedelta(days=1)
    row = desk.session.scalars(query).one()
    residents.end_occupancy(Call(desk.session, desk.clerk, desk.now), [row], until_on=yesterday).one()
    with refused("KEY-3"):
        lend(desk)


def test_developers_sales_staff_borrow_against_signature__KEY_3(desk):
    draft = owner_draft(
        desk, borrower_kind=BorrowerKind.DEVELOPER_SALES, borrower_resident_id=None, borrower_name="孙销售"
    )
    assert lend(desk, draft).borrower_name == "孙销售"


@pytest.mark.parametrize("kind", [BorrowerKind.STAFF, BorrowerKind.OTHER])
def test_anyone_else_needs_an_approval_before_the_key_leaves__KEY_3(desk, kind):
    name = "王强" if kind is BorrowerKind.STAFF else "装修工老李"
    draft = staff_draft(desk, borrower_kind=kind, borrower_name=name)
    with refused("KEY-3"):
        lend(desk, draft)
    approval = request(desk, borrower_kind=kind, borrower_name=name)
    with refused("KEY-3"):
        lend(desk, draft)
    approve(desk, approval)
    loan = lend(desk, draft)
    assert (loan.approval_id, loan.borrower_name, loan.purpose) == (approval.id, name, "检查漏水")
    assert approval.status is ApprovalStatus.USED


def test_an_approval_is_for_one_key_one_borrower_and_one_loan__KEY_3(desk):
    approval = approve(desk, request(desk))
    other = register(desk)
    for changes in (
        {"key_id": other.id},
        {"borrower_staff_id": desk.world.person("technician2").id},
        {"key_id": other.id, "approval_id": approval.id},
        {"borrower_staff_id": desk.world.person("technician2").id, "approval_id": approval.id},
    ):
        with refused("KEY-3"):
            lend(desk, staff_draft(desk, **changes))
    loan = lend(desk, staff_draft(desk, approval_id=approval.id))
    keys.return_keys(Call(desk.session, desk.clerk, desk.now), [loan]).one()
    for again in (None, approval.id):
        with refused("KEY-3"):
            lend(desk, staff_draft(desk, approval_id=again))


def test_the_borrower_never_approves__KEY_3(desk):
    own = request(desk, username="supervisor")
    with refused("KEY-3"):
        approve(desk, own)
    manager = desk.world.actor("manager")
    assert keys.approve(Call(desk.session, manager, desk.now), [own]).one().decided_by_id == manager.staff_id
    disguised = request(desk, borrower_kind=BorrowerKind.OTHER, borrower_name=desk.supervisor.name)
    with refused("KEY-3"):
        approve(desk, disguised)


SPELLINGS = {
    "blank": lambda name: f"{name[0]} {name[1:]}",
    "title": lambda name: f"{name}女士",
    "pinyin": lambda name: name_pinyin(name).split()[0].title(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_the_own_name_approves_lends_or_extends__KEY_3(desk, spelling):
    supervisor, clerk = (SPELLINGS[spelling](desk.world.person(who).name) for who in ("supervisor", "clerk"))
    disguised = request(desk, borrower_kind=BorrowerKind.OTHER, borrower_name=supervisor)
    with refused("KEY-3"):
        approve(desk, disguised)
    sales = {"borrower_kind": BorrowerKind.DEVELOPER_SALES, "borrower_resident_id": None}
    with refused("KEY-3") as caught:
        lend(desk, owner_draft(desk, **sales, borrower_name=clerk))
    assert (caught.value.field, caught.value.values["person"]) == ("borrower_name", desk.world.person("clerk").name)
    keys.approve(Call(desk.session, desk.world.actor("manager"), desk.now), [disguised]).one()
    other = staff_draft(desk, borrower_kind=BorrowerKind.OTHER, borrower_staff_id=None, borrower_name=supervisor)
    other.due_at = desk.now + datetime.timedelta(days=2)
    with refused("KEY-4"):
        lend(desk, other, actor=desk.supervisor)


def test_a_name_of_another_estates_staff_is_a_strangers__KEY_3(desk):
    name = desk.world.person("stranger").name
    sales = {"borrower_kind": BorrowerKind.DEVELOPER_SALES, "borrower_resident_id": None, "borrower_name": name}
    assert lend(desk, owner_draft(desk, **sales)).borrower_name == name


@pytest.mark.parametrize("named", [False, True])
def test_an_approval_ends_with_its_day__KEY_3(desk, named):
    approval = request(desk)
    keys.approve(Call(desk.session, desk.supervisor, desk.now), [approval], due_at=desk.now + 72 * HOUR).one()
    draft = staff_draft(desk, approval_id=approval.id if named else None)
    with refused("KEY-3") as caught:
        lend(desk, draft, now=desk.now + 24 * HOUR)
    assert caught.value.field == "approval_id"
    assert lend(desk, draft, now=desk.now + HOUR).due_at == desk.now + 72 * HOUR


@pytest.mark.parametrize("status", list(ApprovalStatus))
def test_an_approval_is_decided_once__KEY_3(desk, status):
    approval = request(desk)
    if status is ApprovalStatus.REFUSED:
        keys.refuse(Call(desk.session, desk.supervisor, desk.now, reason="不急"), [approval]).one()
    elif status is not ApprovalStatus.REQUESTED:
        approve(desk, approval)
    if status is ApprovalStatus.USED:
        lend(desk, staff_draft(desk))
    if status is ApprovalStatus.WITHDRAWN:
        keys.withdraw(Call(desk.session, desk.clerk, desk.now, reason="不用了"), [approval]).one()
    desk.session.commit()
    assert approval.status is status
    common = {"actor": desk.supervisor, "now": desk.now}
    for decide in (
        lambda: keys.approve(Call(desk.session, **common), [approval]),
        lambda: keys.refuse(Call(desk.session, reason="不急", **common), [approval]),
    ):
        assert bool(decide().done) is (status is ApprovalStatus.REQUESTED)
        desk.session.rollback()


def test_only_who_needs_an_approval_asks_for_one__KEY_3(desk):
    with refused("KEY-3"):
        request(desk, borrower_kind=BorrowerKind.OWNER, borrower_name="张伟")
    with refused("KEY-3") as caught:
        request(desk, borrower_staff_id=None, purpose=" ")
    assert len(caught.value.values["missing"]) == 2
    approval = request(desk)
    with refused("KEY-3"):
        keys.refuse(Call(desk.session, desk.supervisor, desk.now, reason=" "), [approval]).one()
    hand_back(desk)
    with refused("KEY-5"):
        request(desk)
    with refused("KEY-5"):
        approve(desk, approval)


def test_only_a_supervisor_approves_extends_and_corrects__KEY_3(desk):
    approval, loan = request(desk), lend(desk)
    for username in ("clerk", "technician", "lead", "auditor", "admin"):
        common = {"actor": desk.world.actor(username), "now": desk.now}
        for outcome in (
            keys.approve(Call(desk.session, **common), [approval]),
            keys.extend(Call(desk.session, **common), [loan], due_at=desk.now + HOUR),
            keys.correct(Call(desk.session, reason="错登", **common), [loan]),
        ):
            assert [refusal.rule for _, refusal in outcome.refused] == ["ROLE"], username


def test_key_is_due_back_by_the_end_of_the_same_day__KEY_4(desk):
    midnight = datetime.datetime(2026, 11, 18, 16, 0, tzinfo=datetime.UTC)
    assert lend(desk).due_at == midnight
    desk.key = register(desk)
    with refused("KEY-4"):
        lend(desk, owner_draft(desk, due_at=midnight + HOUR))
    with refused("KEY-4"):
        lend(desk, owner_draft(desk, due_at=desk.now - HOUR))
    assert lend(desk, owner_draft(desk, due_at=desk.now + HOUR)).due_at == desk.now + HOUR


def test_a_supervisor_sets_another_time_to_come_back__KEY_4(desk):
    later = desk.now + 48 * HOUR
    assert lend(desk, owner_draft(desk, due_at=later), actor=desk.supervisor).due_at == later
    desk.key = register(desk)
    approve(desk, request(desk), due_at=later)
    loan = lend(desk, staff_draft(desk))
    assert loan.due_at == later
    keys.extend(Call(desk.session, desk.supervisor, desk.now), [loan], due_at=later + HOUR).one()
    assert loan.due_at == later + HOUR
    with refused("KEY-4"):
        keys.extend(Call(desk.session, desk.supervisor, desk.now), [loan], due_at=desk.now).one()


def test_no_supervisor_sets_the_own_time_to_come_back__KEY_4(desk):
    manager = desk.world.actor("manager")
    keys.approve(Call(desk.session, manager, desk.now), [request(desk, username="supervisor")]).one()
    with refused("KEY-4"):
        lend(desk, staff_draft(desk, "supervisor", due_at=desk.now + 48 * HOUR), actor=desk.supervisor)
    loan = lend(desk, staff_draft(desk, "supervisor"), actor=desk.supervisor)
    with refused("KEY-4"):
        keys.extend(Call(desk.session, desk.supervisor, desk.now), [loan], due_at=desk.now + 48 * HOUR).one()


def test_each_loan_leaves_events_without_the_phone_in_plain(desk):
    approve(desk, request(desk))
    loan = lend(desk, staff_draft(desk, borrower_phone="13700137000"))
    desk.session.commit()
    found = desk.session.scalars(select(Event).where(Event.verb == "lend")).all()
    assert {event.register for event in found} == {"keys", "key_loans", "key_approvals"}
    assert all(event.actor_id == desk.clerk.staff_id and event.at == desk.now for event in found)
    (event,) = [event for event in found if event.register == "key_loans"]
    assert event.record_id == loan.id
    assert event.after["borrower_phone"].startswith("digest:")
    assert "13700137000" not in str(event.after)


def test_a_stranger_to_the_estate_lends_nothing(desk):
    with refused("ROLE"):
        lend(desk, actor=desk.world.actor("stranger"))
    with refused("ROLE"):
        keys.request(
            Call(desk.session, desk.world.actor("stranger"), desk.now),
            [ApprovalDraft(desk.key.id, BorrowerKind.OTHER, "看房", "甲")],
        ).one()
    assert desk.session.scalars(select(KeyApproval)).all() == []


def test_what_is_no_phone_number_is_refused__KEY_3(desk):
    for phone in ("12", "abc", "1" * 21):
        with refused("KEY-3"):
            lend(desk, owner_draft(desk, borrower_phone=phone))


def test_no_key_stays_away_longer_than_the_estates_setting_whoever_agrees__KEY_4(desk):
    limit, late = datetime.timedelta(days=31), datetime.timedelta(days=33)
    asked = request(desk)
    for verb in (
        lambda due: approve(desk, asked, due_at=due),
        lambda due: keys.extend(Call(desk.session, desk.supervisor, desk.now), [lend(desk)], due_at=due).one(),
        lambda due: lend(desk, owner_draft(desk, due_at=due), actor=desk.supervisor),
    ):
        with desk.session.begin_nested() as tried:
            with refused("KEY-4"):
                verb(desk.now + late)
            tried.rollback()
    desk.session.add(Setting(estate_id=desk.world.estate.id, code="key-loan-days", rule="KEY-4", value=40))
    desk.session.flush()
    assert approve(desk, asked, due_at=desk.now + late).due_at == desk.now + late
    assert lend(desk, owner_draft(desk, due_at=desk.now + limit), actor=desk.supervisor).due_at == desk.now + limit

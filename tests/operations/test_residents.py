"""The residents' file: who people are, which unit they have from when to when (RES-1)."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from models.call import Call
from models.errors import OperationRefused, StaleRecord
from models.events import Event
from models.keys import BorrowerKind, KeyOrigin
from models.operations import keys, residents, tickets
from models.operations.core import MAXIMUM_LENGTH, check_id_number, name_pinyin
from models.operations.residents import OccupancyDraft, ResidentDraft
from models.personal import IdDocument, keyring_of
from models.residents import Occupancy, OccupancyKind, Resident, ResidentContact

TODAY = datetime.date(2026, 11, 18)
DAY = datetime.timedelta(days=1)
ID_CARD = "11010519491231002X"


@pytest.fixture
def desk(session, world, now):
    """The desk with two registered owners."""
    made = SimpleNamespace(session=session, world=world, now=now, clerk=world.actor("clerk"))
    made.manager = world.actor("manager")
    made.common = {"actor": made.clerk, "now": now}
    return made


def register(desk, name="单田芳", **changes):
    draft = ResidentDraft(desk.world.estate.id, name, **changes)
    return residents.register(Call(desk.session, **desk.common), [draft]).one()


def occupy(desk, resident, kind=OccupancyKind.TENANT, **changes):
    values = {"unit_id": desk.world.units[0].id, "resident_id": resident.id, "kind": kind, **changes}
    return residents.register_occupancy(
        Call(desk.session, **desk.common), [OccupancyDraft(desk.world.estate.id, **values)]
    ).one()


def refused(rule):
    return pytest.raises(OperationRefused, match=rf"^{rule}: ")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("单田芳", ["shantianfang", "stf"]),
        ("單田芳", ["shantianfang", "stf"]),
        ("曾小贤", ["zengxiaoxian", "zxx"]),
        ("仇英", ["qiuying", "qy"]),
        ("乐嘉", ["yuejia", "yj"]),
        ("朴树", ["piaoshu", "ps"]),
        ("解缙", ["xiejin", "xj"]),
        ("查良镛", ["zhaliangyong", "zly"]),
        ("区健", ["oujian", "oj"]),
        ("盖聂", ["genie", "gn"]),
        ("任静", ["renjing", "rj"]),
        ("华罗庚", ["hualuogeng", "hlg"]),
        ("尉迟恭", ["yuchigong", "ycg"]),
        ("万俟卨", ["moqixie", "mqx"]),
        ("长孙无忌", ["zhangsunwuji", "zswj"]),
        ("欧阳修", ["ouyangxiu", "oyx"]),
        ("Anna Smith", ["annasmith", "as"]),
        ("", []),
    ],
)
def test_a_surname_is_found_by_its_own_reading(name, words):
    found = name_pinyin(name).split()
    assert found[:2] == words


def test_every_reading_is_found_and_the_column_is_never_overfull():
    assert {"zengchao", "zengzhao", "cengchao", "zc", "cz"} <= set(name_pinyin("曾朝").split())
    assert len(name_pinyin("乐重行长调着了" * 8)) <= MAXIMUM_LENGTH


def test_a_person_is_filed_with_encrypted_numbers_and_pinyin__RES_1(desk):
    row = register(
        desk,
        " 单田芳 ",
        phone="+86 138-0013-8000",
        id_document=IdDocument.ID_CARD,
        id_number="１１０１０５ 19491231 002x",
        emergency_contact="单女士 13900000000",
        moved_in_on=TODAY,
    )
    keyring = keyring_of(desk.session)
    assert (row.name, row.name_pinyin.split()[:2]) == ("单田芳", ["shantianfang", "stf"])
    assert keyring.decrypt(row.phone) == "13800138000"
    (contact,) = desk.session.scalars(select(ResidentContact).where(ResidentContact.resident_id == row.id))
    assert contact.tail_digest == keyring.digest("8000")
    assert keyring.decrypt(row.id_number) == ID_CARD
    assert row.id_number_digest == keyring.digest(ID_CARD)
    desk.session.commit()
    event = desk.session.scalars(select(Event).where(Event.register == "residents")).one()
    assert "13800138000" not in str(event.after)
    assert ID_CARD not in str(event.after)
    assert event.after["emergency_contact"].startswith("digest:")


@pytest.mark.parametrize(
    ("document", "number"),
    [
        (IdDocument.ID_CARD, "110105194912310021"),  # wrong check digit
        (IdDocument.ID_CARD, "11010519491331002X"),  # no thirteenth month
        (IdDocument.ID_CARD, "110105209912310020"),  # born in the future
        (IdDocument.ID_CARD, "1101051949123100"),
        (IdDocument.ID_CARD, "abcdefghijklmnopqr"),
        (IdDocument.PASSPORT, "E1"),
        (IdDocument.PASSPORT, "护照12345"),
        (IdDocument.PERMIT, "!!!!!!"),
        (IdDocument.OTHER, "12"),
        (None, ID_CARD),
    ],
)
def test_an_implausible_id_number_is_refused__RES_1(document, number):
    with refused("RES-1"):
        check_id_number(document, number, rule="RES-1", today=TODAY)


def test_numbers_of_all_kinds_of_documents_are_taken__RES_1(desk):
    for document, number in (
        (IdDocument.ID_CARD, ID_CARD),
        (IdDocument.PASSPORT, "E12345678"),
        (IdDocument.PERMIT, "H0123456789"),
        (IdDocument.OTHER, "军字第0123号"),
        (IdDocument.ID_CARD, None),
    ):
        assert register(desk, id_document=document, id_number=number).id_document is document


def test_what_cannot_be_filed_is_refused_with_a_sentence__RES_1(desk):
    wrong: tuple[dict[str, Any], ...] = (
        {"name": " "},
        {"name": "名" * 61},
        {"phone": "12"},
        {"phone": "没有"},
        {"emergency_contact": "人" * 36},
        {"id_document": IdDocument.ID_CARD, "id_number": "110105194912310021"},
    )
    for changes in wrong:
        with refused("RES-1"):
            register(desk, **changes)
        with refused("RES-1"):
            residents.amend(Call(desk.session, **desk.common), [desk.world.residents[0]], **changes).one()


def test_one_id_number_is_one_person__RES_1(desk):
    document: dict[str, Any] = {"id_document": IdDocument.ID_CARD, "id_number": ID_CARD}
    first = register(desk, **document)
    with refused("RES-1") as caught:
        register(desk, "单某", **document)
    assert "单田芳" in str(caught.value)
    with refused("RES-1"):
        residents.amend(Call(desk.session, **desk.common), [desk.world.residents[0]], **document).one()
    residents.amend(Call(desk.session, **desk.common), [first], **document).one()
    draft = ResidentDraft(desk.world.estate.id, "甲", id_document=IdDocument.PASSPORT, id_number="E12345678")
    outcome = residents.register(Call(desk.session, **desk.common), [draft, draft])
    assert (len(outcome.done), len(outcome.refused)) == (1, 1)


def test_editing_changes_what_is_found_and_nothing_else__RES_1(desk):
    row = register(desk, phone="13800138000", emergency_contact="甲 139")
    cipher = (row.phone, row.emergency_contact)
    residents.amend(
        Call(desk.session, **desk.common), [row], name="曾小贤", phone="138 0013 8000", emergency_contact="甲 139"
    ).one()
    assert row.name_pinyin.startswith("zengxiaoxian")
    assert (row.phone, row.emergency_contact) == cipher
    event = desk.session.scalars(select(Event).where(Event.verb == "amend")).one()
    assert set(event.after) == {"name", "name_pinyin"}
    residents.amend(Call(desk.session, **desk.common), [row], phone=None, emergency_contact="乙").one()
    assert row.phone is None
    assert keyring_of(desk.session).decrypt(row.emergency_contact) == "乙"
    with pytest.raises(ValueError, match="name_pinyin"):
        residents.amend(Call(desk.session, **desk.common), [row], name_pinyin="x")


def test_a_stale_form_is_refused(desk):
    row = register(desk)
    residents.amend(Call(desk.session, **desk.common), [row], note="甲").one()
    with pytest.raises(StaleRecord):
        residents.amend(Call(desk.session, expected={row.id: 1}, **desk.common), [row], note="乙").one()


@pytest.mark.parametrize("follows", ["nothing", "occupancy", "ticket", "loan"])
def test_a_person_someone_refers_to_is_not_deleted__RES_1(desk, follows):
    row = register(desk)
    if follows == "occupancy":
        occupy(desk, row)
    elif follows == "ticket":
        draft = tickets.TicketDraft(desk.world.estate.id, "漏水", place="大堂", resident_id=row.id)
        tickets.register(Call(desk.session, **desk.common), [draft]).one()
    elif follows == "loan":
        occupy(desk, row, OccupancyKind.OWNER)
        key_draft = keys.KeyDraft(desk.world.estate.id, KeyOrigin.ENTRUSTED, "A", "S", unit_id=desk.world.units[0].id)
        key = keys.register(Call(desk.session, **desk.common), [key_draft]).one()
        loan = keys.LoanDraft(
            key.id, BorrowerKind.OWNER, borrower_resident_id=row.id, identity_checked=True, signed=True
        )
        keys.lend(Call(desk.session, **desk.common), [loan]).one()
    outcome = residents.delete(Call(desk.session, desk.manager, desk.now, reason="重复"), [row])
    assert bool(outcome.done) is (follows == "nothing")
    left = desk.session.scalar(select(func.count()).select_from(Resident).where(Resident.name == "单田芳"))
    assert left == (0 if follows == "nothing" else 1)
    desk.session.commit()


def test_only_the_desk_keeps_the_file__RES_4(desk):
    row = desk.world.residents[0]
    occupancy = OccupancyDraft(desk.world.estate.id, desk.world.units[1].id, row.id, OccupancyKind.TENANT)
    for username in ("technician", "lead", "auditor", "admin", "stranger"):
        common = {"actor": desk.world.actor(username), "now": desk.now}
        for outcome in (
            residents.register(Call(desk.session, **common), [ResidentDraft(desk.world.estate.id, "甲")]),
            residents.amend(Call(desk.session, **common), [row], note="甲"),
            residents.delete(Call(desk.session, **common), [row]),
            residents.register_occupancy(Call(desk.session, **common), [occupancy]),
        ):
            assert [refusal.rule for _, refusal in outcome.refused] == ["ROLE"], username


def test_one_person_has_several_units_and_one_unit_several_people__RES_1(desk):
    row = register(desk)
    occupy(desk, row)
    occupy(desk, row, unit_id=desk.world.units[1].id)
    occupy(desk, row, kind=OccupancyKind.OWNER)
    held = desk.session.scalars(select(Occupancy).where(Occupancy.resident_id == row.id)).all()
    assert len(held) == 3
    assert {occupancy.from_on for occupancy in held} == {TODAY}


def test_the_same_days_are_registered_once__RES_1(desk):
    row = register(desk)
    old = occupy(desk, row, from_on=TODAY - 9 * DAY, until_on=TODAY - 5 * DAY)
    assert old.until_on == TODAY - 5 * DAY
    with refused("RES-1"):
        occupy(desk, row, from_on=TODAY - 5 * DAY, until_on=TODAY)
    occupy(desk, row, from_on=TODAY - 4 * DAY)
    with refused("RES-1"):
        occupy(desk, row)
    with refused("RES-1"):
        occupy(desk, row, from_on=TODAY - 4 * DAY, until_on=TODAY - 3 * DAY)
    draft = OccupancyDraft(desk.world.estate.id, desk.world.units[3].id, row.id, OccupancyKind.FAMILY)
    outcome = residents.register_occupancy(Call(desk.session, **desk.common), [draft, draft])
    assert (len(outcome.done), len(outcome.refused)) == (1, 1)


def test_an_occupancy_stays_in_its_estate_and_its_days_in_order__RES_1(desk):
    row = register(desk)
    with refused("RES-1"):
        occupy(desk, row, unit_id=desk.world.other_unit.id)
    with refused("RES-1"):
        occupy(desk, SimpleNamespace(id=987_654))
    with refused("RES-1"):
        occupy(desk, row, from_on=TODAY, until_on=TODAY - DAY)


@pytest.mark.parametrize("state", ["lasting", "ended"])
def test_an_occupancy_ends_once_and_its_history_stays__RES_1(desk, state):
    row = occupy(desk, register(desk), from_on=TODAY - 3 * DAY)
    if state == "ended":
        residents.end_occupancy(Call(desk.session, **desk.common), [row], until_on=TODAY - DAY).one()
    with refused("RES-1"):
        residents.end_occupancy(Call(desk.session, **desk.common), [row], until_on=TODAY - 4 * DAY).one()
    ended = residents.end_occupancy(Call(desk.session, **desk.common), [row])
    assert bool(ended.done) is (state == "lasting")
    assert row.until_on == (TODAY if state == "lasting" else TODAY - DAY)
    with refused("RES-1"):
        residents.delete_occupancy(Call(desk.session, desk.manager, desk.now), [row]).one()


def test_a_mistaken_occupancy_is_deleted_while_it_lasts__RES_1(desk):
    row = occupy(desk, register(desk))
    residents.delete_occupancy(Call(desk.session, desk.manager, desk.now, reason="选错"), [row]).one()
    assert desk.session.scalar(select(func.count()).select_from(Occupancy)) == 2


def test_preview_writes_nothing(desk):
    count = desk.session.scalar(select(func.count()).select_from(Resident))
    draft = ResidentDraft(desk.world.estate.id, "甲")
    assert residents.register(Call(desk.session, preview=True, **desk.common), [draft]).done == [draft]
    occupancy = OccupancyDraft(
        desk.world.estate.id, desk.world.units[3].id, desk.world.residents[0].id, OccupancyKind.FAMILY
    )
    assert residents.register_occupancy(Call(desk.session, preview=True, **desk.common), [occupancy]).done == [
        occupancy
    ]
    assert desk.session.scalar(select(func.count()).select_from(Resident)) == count
    assert desk.session.scalars(select(Event).where(Event.verb == "register", Event.register != "staff")).all() == []

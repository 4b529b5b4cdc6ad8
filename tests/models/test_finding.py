"""Every searched register is found by what people type, and by nothing else; the index follows each change."""

import pytest
from sqlalchemy import select, text, update

from models import search
from models.base import tables
from models.estates import Unit
from models.finding import search_condition
from models.follow_ups import FollowUp
from models.keys import Key, KeyApproval, KeyLoan
from models.matters import Channel, RepeatReport
from models.meanings import parts_of, terms
from models.migrations import missing_guards
from models.passes import VisitorPass
from models.residents import Resident
from models.rooms import room_key
from models.tickets import Ticket
from tests.fixed import NOW
from tests.guards_off import guards_off


@pytest.fixture
def records(session, world, records):
    resident = session.get_one(Resident, world.residents[0].id)
    resident.name_pinyin = "zhangwei zw"
    session.execute(
        update(Ticket)
        .where(Ticket.id == records.tickets[0])
        .values(summary="厨房水管漏水", detail="Boiler is leaking，很急")
    )
    session.commit()
    return records


def ids(session, model, asked):
    condition = search_condition(model, asked, session.keyring)
    assert condition is not None, asked
    return set(session.scalars(select(model.id).where(condition)))


WORDS = (
    "厨房",
    "水管",
    "水管漏水",
    "厨房 漏水",
    "boiler",
    "BOILER leak",
    "leaking，",
    "Ｂｏｉｌｅｒ",
    "厨房，漏水",
    "😀厨房",
)
NOBODY_SAID = ("厨漏", "客厅", "boilers", "厨房 客厅", "oiler", "厨房 1-999", "13800138001", "R999999-001")


def test_a_ticket_is_found_by_words_and_fragments(session, records):
    for asked in WORDS:
        assert ids(session, Ticket, asked) == {records.tickets[0]}, asked
    for asked in NOBODY_SAID:
        assert ids(session, Ticket, asked) == set(), asked


def test_tickets_of_a_resident_are_found_by_name_pinyin_initials_and_phone(session, world, records):
    theirs = set(session.scalars(select(Ticket.id).where(Ticket.resident_id == world.residents[0].id)))
    assert theirs
    for asked in ("张伟", "zhangwei", "zhangw", "zw", "13800138000", "138 0013 8000", "+86 138-0013-8000", "8000"):
        assert ids(session, Ticket, asked) == theirs, asked
        assert ids(session, Resident, asked) == {world.residents[0].id}, asked


SAID = {
    ("4-1203", "曹国强"): ("4栋1203曹国强", "4-1203的曹国强", "4号楼1203室 业主 曹国强", "4#1203（曹国强）"),
    ("曹国强", "4-1203"): ("曹国强,4-1203", "曹国强（4-1203）", "曹国强/4栋1203", "曹国强：4-1203", "曹国强4栋1203室"),
    ("1203室", "曹女士"): ("1203室曹女士", "1203室的曹女士"),
    ("4-1203",): (
        *("4栋1203业主", "4栋1203的业主", "4栋1203房间", "4栋12层03室", "Room 1203, Building 4", "1203 building 4"),
        *("Flat 1203, Tower 4", "1203@4", "1203室4栋", "1203，4栋", "1203 4号楼", "4栋、1203", "我是4栋1203的"),
    ),
    ("3-2-1501",): ("3栋2单1501", "三栋两单元1501"),
    ("21-302",): ("廿一栋302",),
    ("沪ad21169",): ("车牌沪AD21169", "沪AD21169绿牌", "沪AD21169（白色）", "沪AD21169的车主", "车牌号：沪A·D21169"),
    ("3493",): ("135****3493", "尾号3493", "尾号是3493", "+86****3493"),
    ("曹女士",): ("曹 女士", "曹　女士"),
    ("曹国强", "13578593493"): ("曹国强13578593493", "曹国强（13578593493）", "曹国强：13578593493"),
    ("cao", "guoqiang"): ("cao-guoqiang", "Cāo Guóqiáng"),
    ("lv", "fang"): ("lü fang",),
    ("东区3栋301",): ("东区3栋301",),
    ("josé", "müller"): ("José Müller",),
}
"""What is said -> writings of it."""


def test_what_stands_together_is_read_apart__INT_3():
    for said, writings in SAID.items():
        for written in writings:
            assert tuple(parts_of(written)) == said, written


def test_a_person_is_found_by_name_with_room_number_or_filler__INT_3(session, world, records):
    zhang = {world.residents[0].id}
    for asked in (
        *(
            "张 先生",
            "张伟 先生",
            "1-101张伟",
            "张伟（1-101）",
            "1栋101的张伟",
            "张伟/1-101",
            "101室张女士",
            "张伟13800138000",
            "张某",
            "张伟家",
        ),
        *("13800138000（张伟）", "13800138000。", "138****8000", "尾号8000", "zhāng wěi", "zhang-wei"),
    ):
        assert ids(session, Resident, asked) == zhang, asked
    for asked in ("9-999张伟", "张伟（9-999）", "李伟13800138000", "张伟尾号8001"):
        assert ids(session, Resident, asked) == set(), asked


def test_a_ticket_is_found_by_its_number(session, records):
    ticket = session.get(Ticket, records.tickets[2])
    for asked in (ticket.number, ticket.number.lower(), f" {ticket.number} ", ticket.number[1:]):
        assert ids(session, Ticket, asked) == {ticket.id}


def test_a_room_is_found_in_any_writing(session, world, records):
    unit = next(unit for unit in world.units if unit.code == "1-201")
    there = set(session.scalars(select(Ticket.id).where(Ticket.unit_id == unit.id)))
    for asked in ("1-201", "1201", "1栋201", "1号楼201室", "１－２０１", "1-201 "):
        assert ids(session, Unit, asked) == {unit.id}, asked
        assert ids(session, Ticket, asked) == there, asked
        assert ids(session, Resident, asked) == {world.residents[1].id}, asked


def test_the_index_and_the_searcher_agree_on_rooms(session, world):
    for code in ("2-2302", "2栋2303", "2号楼2304室", "2#2305", "12-3-2301", "A座1203", "3单元301"):
        unit = Unit(estate_id=world.estate.id, code=code)
        session.add(unit)
        session.flush()
        for asked in (code, room_key(code), room_key(code).replace("-", "")):
            assert ids(session, Unit, asked) == {unit.id}, asked


def test_the_other_registers_are_found(session, records):
    (key,) = session.scalars(select(Key).where(Key.id == records.ids["keys"]))
    assert ids(session, Key, key.number) == {key.id}
    (loan,) = session.scalars(select(KeyLoan).where(KeyLoan.id == records.ids["key_loans"]))
    assert loan.id in ids(session, KeyLoan, loan.borrower_name)
    assert loan.id in ids(session, KeyLoan, session.get(Key, loan.key_id).number)
    (approval,) = session.scalars(select(KeyApproval).where(KeyApproval.id == records.ids["key_approvals"]))
    assert approval.id in ids(session, KeyApproval, approval.borrower_name)
    (issued,) = session.scalars(select(VisitorPass).where(VisitorPass.id == records.ids["visitor_passes"]))
    assert issued.id in ids(session, VisitorPass, issued.holder_name)
    (follow_up,) = session.scalars(select(FollowUp).where(FollowUp.id == records.ids["follow_ups"]))
    number = session.get(Ticket, follow_up.ticket_id).number
    assert ids(session, FollowUp, number) == {follow_up.id}


def test_a_text_without_anything_to_search_for_is_said_so(session, keyring):
    for asked in ("", " ", "x", "7", "!?！", "😀", "%", "__", '"', "'", "\u202e"):
        assert search_condition(Ticket, asked, keyring) is None, asked


def test_no_sign_is_an_operator(session, records):
    for asked in (
        '"漏水',
        "漏水*",
        "漏水 OR 厨房",
        "NOT 漏水",
        "tokens:漏水",
        "漏水' & '厨",
        "\\漏水",
        "NEAR(漏水)",
        "漏水:*",
        "%漏水_",
    ):
        assert ids(session, Ticket, asked) <= {records.foreign_ticket, *records.tickets}, asked


def test_one_chinese_character_is_enough(session, world, records):
    assert world.residents[0].id in ids(session, Resident, "张")
    assert world.residents[0].id in ids(session, Resident, "伟")


def test_the_index_follows_whoever_changes_a_row(session, world, records):
    ticket = records.tickets[1]
    session.execute(
        text("UPDATE tickets SET summary = '窗户松动', version = version + 1 WHERE id = :id"), {"id": ticket}
    )
    assert ids(session, Ticket, "窗户") == {ticket}
    session.execute(
        text("UPDATE tickets SET summary = '门锁卡住', version = version + 1 WHERE id = :id"), {"id": ticket}
    )
    assert ids(session, Ticket, "窗户") == set()
    assert ids(session, Ticket, "门锁") == {ticket}
    with guards_off(session.connection()):
        for table in ("audit_lines", "audit_findings"):  # what hangs on a loan goes before it
            session.execute(text(f"DELETE FROM {table}"))
    session.execute(text("DELETE FROM key_loans"))
    assert ids(session, KeyLoan, "王强") == set()


MIXED = "地下车库B2的LED灯Ｔ８ at Gate7门12号"
WITHIN = ("B2", "b2", "LED", "led灯", "车库B2", "地下车库B2的LED灯", "T8", "Ｔ８", "gate7", "12号", "12", MIXED)
NOT_WITHIN = ("2的", "ED灯", "7号", "车库2", "C3灯")


@pytest.mark.parametrize(
    ("table", "column"), [(name, each) for name, by in search.indexed().items() for each in by.words]
)
def test_letters_and_digits_beside_chinese_characters_are_words_of_their_own(session, world, records, table, column):
    model = tables()[table]
    if model is RepeatReport:  # which stays as it was written
        heard = {"heard_at": NOW, "words": "again", "channel": Channel.PHONE, "taken_by_id": world.person("clerk").id}
        heard |= {"estate_id": world.estate.id, "register": "tickets", "record_id": records.tickets[0], column: MIXED}
        session.add(RepeatReport(**heard))
        session.flush()
    row = session.scalars(select(model.id).order_by(model.id)).first()
    if model is not RepeatReport:
        session.execute(text(f"UPDATE {table} SET {column} = :said WHERE id = :id"), {"said": MIXED, "id": row})
    for asked in WITHIN:
        assert row in ids(session, model, asked), asked
    for asked in NOT_WITHIN:
        assert row not in ids(session, model, asked), asked


def test_a_change_undone_is_undone_in_the_index(session, records):
    session.execute(text("UPDATE tickets SET summary = '窗户松动', version = version + 1 WHERE id = 1"))
    session.rollback()
    assert ids(session, Ticket, "窗户") == set()
    assert ids(session, Ticket, "厨房") == {records.tickets[0]}


def test_an_index_made_anew_is_the_same(session, world, records):
    questions = ["厨房", "张伟", "1-201", "boiler", "8000", "漏水"]
    before = [ids(session, Ticket, asked) for asked in questions]
    search.rebuild(session.connection())
    assert [ids(session, Ticket, asked) for asked in questions] == before


def test_rows_inserted_in_bulk_are_indexed_all_the_same(session, world):
    with search.in_bulk(session.connection(), ["units", "residents"]):
        session.add(Unit(estate_id=world.estate.id, code="88-8808"))
        session.add(Resident(estate_id=world.estate.id, name="欧阳修"))
        session.flush()
    assert len(ids(session, Unit, "88栋8808")) == 1
    assert len(ids(session, Resident, "欧阳")) == 1
    session.add(Resident(estate_id=world.estate.id, name="司马光"))
    session.flush()
    assert len(ids(session, Resident, "司马")) == 1
    assert missing_guards(session.connection()) == set()


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("厨房漏水", ("厨房", "房漏", "漏水")),
        ("王", ("王*",)),
        ("a", ()),
        ("ab王", ("ab*", "王*")),
        ("r261122-001", ("r261122*", "001*")),
        ("zw", ("zw*",)),
        ("23", ("23",)),
        ("车库b2", ("车库", "b2*")),
        ("3单元", ("3", "单元")),
    ],
)
def test_terms(part, expected):
    assert terms(part) == expected

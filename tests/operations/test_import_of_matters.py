"""The day an estate changes over: tickets, complaints, keys that are out and valid passes by the same wizard."""

import datetime

import pytest
from sqlalchemy import select

from models.call import Call
from models.complaints import Complaint, ComplaintCategory, ComplaintStatus
from models.estates import Unit
from models.keys import Key, KeyApproval, KeyLoan, KeyOrigin
from models.operations import keys
from models.passes import PassKind, VisitorPass
from models.personal import keyring_of
from models.tickets import Ticket, TicketKind, TicketStatus
from tests import check_translations
from tests.operations.found_files import Desk, csv
from tests.operations.test_import_undo import Runs
from tests.sheets import workbook


@pytest.fixture
def desk(rolled_back, now):
    return Desk(rolled_back, now)


PASSES = "证号,姓名,类别,电话,施工单位,房号,有效期至"
TICKET_HEADER = (
    "工单编号",
    "报修内容",
    "楼栋",
    "房号",
    "报修人",
    "联系电话",
    "类别",
    "状态",
    "报修时间",
    "完成时间",
    "处理结果",
)
TICKET_ROWS = [
    ("GD-1", "厨房漏水", "1栋", "101", "张伟", "13800138000", "水电维修", "处理中", "2024-05-01 08:30", "", ""),
    (
        "GD-2",
        "门锁坏",
        "2栋",
        "201",
        "李四",
        "13800002222",
        "报修",
        "已完成",
        "2024/5/1 9:00",
        "2024/5/2 10:00",
        "换锁芯",
    ),
    ("GD-3", "公区灯不亮", "", "", "", "", "咨询", "待处理", "2024-05-01", "", ""),
]


def test_tickets_come_with_room_person_phone_kind_and_state__INT_6(desk):
    raw = workbook(TICKET_ROWS, TICKET_HEADER)
    assert desk(raw, "tickets") == ["imported"] * 3
    found = {row.source_key: row for row in desk.session.scalars(select(Ticket))}
    leak, lock, light = (found[key] for key in ("GD-1", "GD-2", "GD-3"))
    assert (leak.status, leak.unit_id, leak.reporter_name) == (TicketStatus.RECEIVED, desk.world.units[0].id, "张伟")
    assert keyring_of(desk.session).decrypt(leak.reporter_phone) == "13800138000"
    assert leak.resident_id == desk.world.residents[0].id
    assert leak.heard_at == datetime.datetime(2024, 5, 1, 0, 30, tzinfo=datetime.UTC)
    assert (lock.status, lock.result, lock.imported_closed) == (TicketStatus.CLOSED, "换锁芯", True)
    assert (light.kind, light.unit_id) == (TicketKind.ENQUIRY, None)
    assert desk(raw, "tickets") == ["unchanged"] * 3


def test_our_own_tickets_and_passes_read_back_change_nothing_though_their_phones_are_hidden(desk):
    assert desk(workbook(TICKET_ROWS, TICKET_HEADER), "tickets") == ["imported"] * 3
    numbers = desk.session.scalars(select(Ticket.number)).all()
    rows = [f"{number},随便,138****8000,未知状态,," for number in numbers]
    assert desk(csv("编号,内容,电话,状态,报修时间,完成时间", *rows), "tickets") == ["unchanged"] * 3
    assert desk(csv(PASSES, "Z-9,赵工,施工,13800003333,,1-101,2099-05-01"), "visitor_passes") == ["imported"]
    assert desk(csv(PASSES, "Z-9,赵工,施工,138****3333,,1-101,2099-05-01"), "visitor_passes") == ["unchanged"]


def test_what_we_call_a_kind_or_a_category_is_known_in_each_language__INT_6(desk):
    catalogue = check_translations.in_chinese()
    for register, model, column, words in (
        ("tickets", Ticket, "kind", TicketKind),
        ("complaints", Complaint, "category", ComplaintCategory),
    ):
        texts = {(one, text) for one in words for text in (str(one.label), catalogue[one.label])}
        rows = [f"X-{text},{text},{text},2024-05-01" for _, text in texts]
        assert desk(csv("编号,摘要,类别,获知时间", *rows), register) == ["imported"] * len(rows)
        found = desk.session.scalars(select(model).where(model.source_key.like("X-%")))
        assert {(getattr(row, column), row.summary, row.detail) for row in found} == {(*one, None) for one in texts}


def test_a_category_that_we_have_not_stands_among_the_details(desk):
    assert desk(csv("内容,类别,时间", "水管,外墙渗水类,2024-05-01"), "tickets") == ["imported"]
    assert desk.session.scalars(select(Ticket.detail)).one() == "外墙渗水类"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("漏水,9-999,张三,13800001111,待处理,2024-05-01,", "There is no unit 9-999"),
        ("漏水,,张三,138****1111,待处理,2024-05-01,", "hidden in part"),
        ("漏水,,张三,12,待处理,2024-05-01,", "phone number"),
        ("漏水,,,,不知道,2024-05-01,", "none of the words"),
        ("漏水,,,,已完成,2024-05-01,", "nothing says when"),
        ("漏水,,,,已完成,2024-05-02,2024-05-01", "before it was heard"),
        ("漏水,,,,待处理,明天,", "is no time"),
        ("漏水,,,,待处理,2999-01-01,", "in the future"),
        (",,,,待处理,2024-05-01,", "what happened"),
    ],
)
def test_a_faulty_ticket_says_what_is_wrong(desk, row, said):
    (result,) = desk(csv("内容,房号,报修人,电话,状态,报修时间,完成时间", row), "tickets")
    assert said in str(result)
    assert desk.session.scalars(select(Ticket)).all() == []


def test_open_and_archived_complaints_come_with_their_category(desk):
    header = "投诉编号,投诉内容,房号,投诉人,电话,投诉类别,状态,投诉时间,办结时间,处理结果"
    rows = (
        "TS-1,楼上装修噪音,1-101,张伟,13800138000,邻里纠纷,调查中,2024-05-01 08:30,,",
        "TS-2,绿化枯死,,,,环境,已办结,2024-05-01,2024-05-03,已补种",
    )
    assert desk(csv(header, *rows), "complaints") == ["imported", "imported"]
    noise, green = desk.session.scalars(select(Complaint).order_by(Complaint.source_key))
    assert (noise.status, noise.category) == (ComplaintStatus.REGISTERED, ComplaintCategory.NEIGHBOUR_DISPUTE)
    assert (green.status, green.category) == (ComplaintStatus.ARCHIVED, ComplaintCategory.ENVIRONMENT)
    assert desk(csv(header, *rows), "complaints") == ["unchanged", "unchanged"]


@pytest.fixture
def key(desk):
    draft = keys.KeyDraft(desk.world.estate.id, next(iter(KeyOrigin)), "A1", "S1", unit_id=desk.world.units[0].id)
    return keys.register(Call(desk.session, desk.world.actor("manager"), desk.now), [draft]).one()


LOANS = "钥匙编号,借用人,联系电话,类型,借出时间,应还时间,用途"


def test_keys_that_are_out_come_with_their_borrower__KEY_2(desk, key):
    row = f"{key.number},李师傅,13800002222,装修工人,2024-05-01 08:30,2099-05-01,刷墙"
    assert desk(csv(LOANS, row), "key_loans") == ["imported"]
    loan = desk.session.scalars(select(KeyLoan)).one()
    assert (loan.key_id, loan.borrower_name, loan.returned_at) == (key.id, "李师傅", None)
    assert desk(csv(LOANS, row), "key_loans") == ["unchanged"]
    other, unknown = desk(csv(LOANS, row.replace("李师傅", "别人"), row.replace(key.number, "K-404")), "key_loans")
    assert "on loan to 李师傅" in str(other)
    assert "There is no key K-404" in str(unknown)
    assert len(desk.session.scalars(select(Key)).all()) == 1


KEYS = f"{LOANS},挂钩号,房号,位置,来源"
"""A desk that changes over has keys out that are not registered here."""


def keys_out(session):
    """Number, hook, unit, place and origin of each key, and who has it."""
    query = select(Key, KeyLoan).join(KeyLoan, KeyLoan.key_id == Key.id).order_by(Key.number)
    return [
        (key.number, key.hook, key.unit_id, key.place, key.origin, loan.borrower_name)
        for key, loan in session.execute(query)
    ]


def test_a_key_that_is_not_registered_is_with_its_loan__KEY_1(desk, key):
    rows = [
        "W-7,李师傅,13800002222,装修工人,2024-05-01 08:30,2099-05-01,刷墙,G-7,1-101,,交付",
        "W-8,王工,,业主,2024-05-01,,,G-8,,泵房,",
        "W-9,赵工,,业主,2024-05-01,,,G-7,1-101,,",
        "W-7,钱工,,业主,2024-05-01,,,G-7,1-101,,",
        "W-6,孙工,,业主,2024-05-01,,,,1-101,,",
        "W-5,孙工,,业主,2024-05-01,,,G-5,,,",
        "W-4,孙工,,业主,2024-05-01,,,G-4,9-999,,",
        f"W-3,孙工,,业主,2024-05-01,,,{key.hook},1-101,,",
        f"{key.number},周工,,业主,2024-05-01,,,G-1,1-101,,",
    ]
    said = [
        "hook G-7 already",
        "on loan to 李师傅",
        "columns of its hook",
        "columns of its hook",
        "no unit 9-999",
        "hook",
    ]
    for preview in (True, False):
        results = desk(csv(KEYS, *rows), "key_loans", preview=preview)
        assert [results[at] for at in (0, 1, 8)] == ["imported"] * 3
        for part, result in zip(said, results[2:8], strict=True):
            assert part in str(result)
        assert (keys_out(desk.session) == []) is preview
    unit = desk.world.units[0].id
    assert keys_out(desk.session) == [
        (key.number, key.hook, unit, None, key.origin, "周工"),
        ("W-7", "G-7", unit, None, KeyOrigin.DELIVERY, "李师傅"),
        ("W-8", "G-8", None, "泵房", KeyOrigin.COMMON, "王工"),
    ]
    assert desk(csv(KEYS, *rows), "key_loans")[:2] == ["unchanged"] * 2
    assert desk(csv(KEYS, rows[0].replace("W-7", "ｗ 7"), rows[1]), "key_loans") == ["unchanged"] * 2


def test_keys_and_loans_of_an_import_are_undone_as_one_and_can_come_again(rolled_back, now):
    runs = Runs(rolled_back, now)
    text = f"{KEYS}\n" + "\n".join(f"W-{at},李师傅,,装修工人,2024-05-01,,,G-{at},1-101,," for at in range(4))
    for key in ("first", "second"):
        run = runs.take(text, "key_loans", key=key)
        assert len(keys_out(runs.session)) == 4
        assert runs.undo(run) == []
        assert [runs.session.scalars(select(model)).all() for model in (Key, KeyLoan, KeyApproval)] == [[], [], []]


def test_a_loan_that_came_back_stays_with_its_key_when_the_import_is_undone__KEY_2(rolled_back, now):
    runs = Runs(rolled_back, now)
    run = runs.take(
        f"{KEYS}\nW-1,甲,,业主,2024-05-01,,,G-1,1-101,,\nW-2,乙,,业主,2024-05-01,,,G-2,1-101,,", "key_loans"
    )
    loan = runs.session.scalars(select(KeyLoan).where(KeyLoan.borrower_name == "甲")).one()
    later = now + datetime.timedelta(hours=1)
    keys.return_keys(Call(runs.session, runs.world.actor("clerk"), later), [loan]).one()
    left = runs.undo(run)
    assert len(left) == 2
    assert [row[0] for row in keys_out(runs.session)] == ["W-1"]


def test_a_row_of_a_loan_says_how_many_pieces_of_which_one_key_until_when__KEY_2(desk):
    header = f"{KEYS},数量,归还时间"
    rows = [
        "K-10(3把),李师傅,,装修工,2024-05-01 08:30,,,G-1,1-101,,,,未还",
        "K-11,王工,,,2024-05-01 08:30,2099-05-01,,G-2,1-101,,,2,×",
        "K-12,赵工,,,2024-05-01 08:30,3天,,G-3,1-101,,,,",
        "K-08、K-09,赵工,,,2024-05-01 08:30,,,G-4,1-101,,,,",
        "K-13(3把),赵工,,,2024-05-01 08:30,,,G-5,1-101,,,2,",
        "K-14,赵工,,,2024-05-01 08:30,不限,,G-6,1-101,,,,",
        "K-15,匿名,,,2024-05-01 08:30,,,G-7,1-101,,,,",
        "K-16,赵工,,,2024-05-01 08:30,,,G-8,1-101,,,,已还",
    ]
    *taken, several, two, no_end, nobody, back = desk(csv(header, *rows), "key_loans")
    assert taken == ["imported"] * 3
    said = ("names several keys", "two numbers of pieces", "no time", "who has it", "has come back")
    for refusal, words in zip((several, two, no_end, nobody, back), said, strict=True):
        assert words in str(refusal)
    query = select(Key.number, Key.pieces, KeyLoan.pieces, KeyLoan.due_at).join(KeyLoan, KeyLoan.key_id == Key.id)
    midnight = datetime.datetime(2024, 5, 1, 16, tzinfo=datetime.UTC)
    first, second, third = desk.session.execute(query.order_by(Key.number)).all()
    assert first[:3] == ("K-10", 3, 3)
    assert desk.now < first.due_at <= desk.now + datetime.timedelta(days=1)
    assert second[1:] == (2, 2, datetime.datetime(2099, 5, 1, 16, tzinfo=datetime.UTC))
    assert third.due_at == midnight + datetime.timedelta(days=3)
    assert desk(csv(header, *rows[:3]), "key_loans") == ["unchanged"] * 3
    (out,) = desk(csv(header, rows[0].replace("未还", "2024-05-02")), "key_loans")
    assert "is still out" in str(out)


def test_a_key_that_the_register_has_in_other_pieces_is_asked_about__KEY_2(desk, key):
    (asked,) = desk(csv(LOANS, f"{key.number}(3把),李师傅,,,2024-05-01,,"), "key_loans")
    assert "3 pieces" in str(asked)
    assert desk(csv(LOANS, f"{key.number}(1把),李师傅,,,2024-05-01,,"), "key_loans") == ["imported"]


def test_one_number_is_one_pass__PAS_7(desk):
    header = "证号,姓名,有效期"
    rows = [f"SG-1,{name},2024-05-01至{until}" for name, until in (("李", "2099-12-31"), ("王", "2099-12-31"))]
    for became in ("imported", "unchanged"):
        first, other, same = desk(csv(header, *rows, rows[0]), "visitor_passes")
        assert first == became
        assert "Row 2 of the file has pass SG-1 already, with another holder" in str(other)
        assert "Row 2 of the file is the same pass" in str(same)
    one = desk.session.scalars(select(VisitorPass)).one()
    assert (one.valid_from, one.valid_until) == (
        datetime.datetime(2024, 4, 30, 16, tzinfo=datetime.UTC),
        datetime.datetime(2099, 12, 31, 16, tzinfo=datetime.UTC),
    )
    longer, none = desk(csv(header, "SG-1,李,2999-12-31", "SG-2,李,长期"), "visitor_passes")
    assert "is valid until" in str(longer)
    assert "every pass has one" in str(none)


def test_archived_complaints_and_repeats_of_an_import_are_undone(rolled_back, now):
    runs = Runs(rolled_back, now)
    text = "编号,投诉内容,投诉时间,状态,办结时间\nB-1,太吵,2024-05-01,已办结,2024-05-03\nB-2,太脏,2024-05-01,,"
    assert runs.undo(runs.take(text, "complaints")) == []
    assert runs.session.scalars(select(Complaint)).all() == []


def test_valid_passes_come_with_their_holder__PAS_7(desk):
    rows = (
        "Z-1,赵工,装修工人,13800003333,宏达装饰,1-101,2099-05-01",
        ",钱工,施工,,,1-101,2099-05-01",
        "Z-3,孙工,施工,,,,2020-05-01",
    )
    *taken, ended = desk(csv(PASSES, *rows), "visitor_passes")
    assert taken == ["imported", "imported"]
    assert "has ended" in str(ended)
    first, second = desk.session.scalars(select(VisitorPass).order_by(VisitorPass.id))
    assert (first.number, first.kind, first.organisation) == ("Z-1", PassKind.WORKER, "宏达装饰")
    assert first.host_unit_id == desk.world.units[0].id
    assert second.number
    assert second.code != first.code
    assert desk(csv(PASSES, *rows[:2]), "visitor_passes") == ["unchanged", "unchanged"]
    (other,) = desk(csv(PASSES, rows[0].replace("赵工", "周工")), "visitor_passes")
    assert "is 赵工's already" in str(other)


def test_matters_and_passes_of_an_import_are_undone(rolled_back, now):
    runs = Runs(rolled_back, now)
    text = "\n".join(",".join(row) for row in [TICKET_HEADER, *TICKET_ROWS])
    assert runs.undo(runs.take(text, "tickets")) == []
    assert runs.session.scalars(select(Ticket)).all() == []


def at(*when):
    """An instant of the estate's clock, eight hours ahead."""
    return datetime.datetime(*when).replace(tzinfo=datetime.timezone(datetime.timedelta(hours=8)))  # noqa: DTZ001


def test_day_and_hour_in_two_columns_are_one_time__INT_6(desk, key):
    matters = "日期,时间,内容,状态,完成日期,完成时间"
    row = "2024-05-01,8:30,漏水,已完成,2024/5/2,下午三点"
    for register, model in (("tickets", Ticket), ("complaints", Complaint)):
        assert desk(csv(matters, row.replace("漏水", f"漏水 {register}")), register) == ["imported"]
        matter = desk.session.scalars(select(model)).one()
        closed = matter.closed_at if register == "tickets" else matter.archived_at
        assert (matter.heard_at, closed) == (at(2024, 5, 1, 8, 30), at(2024, 5, 2, 15))
    loan = f"{key.number},李师傅,2024-05-01,0.354166666666667,2099-05-01,18:00"
    assert desk(csv("钥匙编号,借用人,借出日期,借出时间,应还日期,时间", loan), "key_loans") == ["imported"]
    lent = desk.session.scalars(select(KeyLoan)).one()
    assert (lent.lent_at, lent.due_at) == (at(2024, 5, 1, 8, 30), at(2099, 5, 1, 18))
    visit = "赵工,2024-05-01,1899-12-30 08:30:00,2099-05-01,17:30"
    assert desk(csv("姓名,来访日期,来访时间,到期日期,到期时间", visit), "visitor_passes") == ["imported"]
    valid = desk.session.scalars(select(VisitorPass)).one()
    assert (valid.valid_from, valid.valid_until) == (at(2024, 5, 1, 8, 30), at(2099, 5, 1, 17, 30))


@pytest.mark.parametrize(
    ("day", "hour", "heard"),
    [
        ("2024-05-01", "", at(2024, 5, 1)),
        ("2024-05-01 08:30", "8:30", at(2024, 5, 1, 8, 30)),
        ("2024-05-01", "2024-05-01 08:30", at(2024, 5, 1, 8, 30)),
        ("2024-05-01 08:30", "00:00", at(2024, 5, 1, 8, 30)),
        ("2024-05-01 08:30", "9:30", "two times of the same, 2024-05-01 08:30 and 2024-05-01 09:30"),
        ("2024-05-01", "2024-05-02 08:30", "two times of the same"),
        ("", "8:30", "an hour, 08:30, and not of which day"),
        ("2024-05-01", "上午", "“上午” is no hour"),
    ],
)
def test_an_hour_that_contradicts_its_day_or_has_none_is_a_question__INT_6(desk, day, hour, heard):
    (result,) = desk(csv("日期,时间,内容", f"{day},{hour},漏水"), "tickets")
    if isinstance(heard, str):
        assert heard in str(result)
        assert desk.session.scalars(select(Ticket)).all() == []
    else:
        assert desk.session.scalars(select(Ticket.heard_at)).one() == heard


def test_a_part_of_the_estate_is_the_place_and_a_place_that_is_a_room_the_unit__INT_6(desk):
    rows = [
        "3,,,电梯",
        "3栋,1单元,,",
        ",,公共区域,东门",
        ",,/,",
        ",,大堂,",
        "1栋,,101,",
        ",,,1栋101",
        ",,,1-101门口",
        ",,,9-999",
    ]
    header = "楼栋,单元,房号,报修位置,报修内容,报修时间"
    *taken, none = desk(
        csv(header, *[f"{row},坏{at},2024-05-01" for at, row in enumerate([*rows, ",,9-999,"])]), "tickets"
    )
    assert (taken, "no unit 9-999" in str(none)) == (["imported"] * len(rows), True)
    found = [
        ("3栋 电梯", None),
        ("3栋 1单元", None),
        ("公共区域 东门", None),
        (None, None),
        ("大堂", None),
        (None, "1-101"),
        (None, "1-101"),
        ("1-101门口", None),
        ("9-999", None),
    ]
    tickets = desk.session.scalars(select(Ticket).order_by(Ticket.summary))
    assert [(row.place, row.unit_id and desk.session.get_one(Unit, row.unit_id).code) for row in tickets] == found
    long = f"{'东' * 39}门,,,{'长' * 200},坏,2024-05-01"
    assert "“Place” may have at most 200" in str(*desk(csv(header, long), "tickets"))


def test_a_building_without_its_room_is_nobodys_home_and_no_pass_s__RES_1(desk):
    (home,) = desk(csv("姓名,楼号,门号,身份", "张三,1,101,业主"), "residents")
    assert "The room is empty here" in str(home)
    here, nowhere = desk(csv("姓名,楼栋,房号,有效期至", "李四,3栋,,2099-01-01", "李四,,,2099-01-01"), "visitor_passes")
    assert ("no unit 3栋" in str(here), nowhere) == (True, "imported")

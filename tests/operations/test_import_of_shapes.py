"""Shapes of files that people have: headings in two rows, room and person in one cell, numbers marked as text."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from models.complaints import Complaint
from models.errors import OperationRefused
from models.import_headings import COLUMNS
from models.import_terms import room_and_person
from models.keys import KeyLoan
from models.operations import imports
from models.passes import VisitorPass
from models.residents import Occupancy, OccupancyKind, Resident
from models.spreadsheets import SheetRow
from models.tickets import Ticket
from tests.operations.found_files import OWNER, TENANT, Desk, csv, homes, phones
from tests.sheets import tables, workbook


@pytest.fixture
def desk(rolled_back, now):
    return Desk(rolled_back, now)


def headings(register, *rows):
    """What is taken for the headings of a file, and which row of it."""
    table = [SheetRow(number, row.split(",")) for number, row in enumerate(rows, 1)]
    at = COLUMNS[register].header_of(table)
    return table[at].number, COLUMNS[register].header_in(table, at)


@pytest.mark.parametrize(
    ("rows", "number", "header"),
    [
        (("业主信息,,房屋信息,,", "姓名,电话,楼栋,单元,房号"), 2, "业主姓名,业主电话,楼栋,单元,房号"),
        (("房屋信息,,业主信息,,备注", "楼栋,房号,姓名,电话,备注"), 2, "楼栋,房号,业主姓名,业主电话,备注"),
        (("房号,业主,,租户,", ",姓名,电话,姓名,电话"), 2, "房号,业主姓名,业主电话,租户姓名,租户电话"),
        (("名册", "房号,业主基本信息,,民族", ",姓名,手机号,", "1-101,甲,1,汉"), 3, "房号,业主姓名,业主手机号,民族"),
        (
            ("Unit,Owner details,,Tenant,", ",Name,Phone,Name,Phone"),
            2,
            "Unit,OwnerName,OwnerPhone,TenantName,TenantPhone",
        ),
        (("姓名,身份,房号", "甲,业主,1-101"), 1, "姓名,身份,房号"),
        (("姓名,身份,房号", "业主,租户,1-101"), 1, "姓名,身份,房号"),
        (("姓名,电话,房号", "姓名,电话,房号"), 1, "姓名,电话,房号"),
        (("阳光花园业主信息,,", "姓名,电话,房号"), 2, "姓名,电话,房号"),
        (("制表:张三,2026年,", "姓名,电话,房号"), 2, "姓名,电话,房号"),
    ],
)
def test_headings_in_two_rows_are_one_heading_a_column__RES_4(rows, number, header):
    assert headings("residents", *rows) == (number, header.split(","))


def test_people_under_headings_in_two_rows_get_their_own_numbers__RES_4(desk):
    top = ["房号", "业主", "", "租户", ""]
    below = ["", "姓名", "电话", "姓名", "电话"]
    for number, merged in enumerate(([], ["A1:A2", "B1:C1", "D1:E1"])):
        owner, tenant = f"钱{number}", f"孙{number}"
        row = ["1-101", owner, f"1380000111{number}", tenant, f"1380000222{number}"]
        assert desk(workbook([top, below, row], None, merged=merged)) == ["imported"]
        assert {(owner, "1-101", OWNER), (tenant, "1-101", TENANT)} <= homes(desk)
        assert (phones(desk, owner), phones(desk, tenant)) == ([f"1380000111{number}"], [f"1380000222{number}"])


@pytest.mark.parametrize(
    ("cell", "room", "person"),
    [
        ("3-1203 蔡女士", "3-1203", "蔡女士"),
        ("3栋1单元1203/蔡佳怡", "3-1-1203", "蔡佳怡"),
        ("3栋1203蔡佳怡", "3-1203", "蔡佳怡"),
        ("蔡佳怡（３＃１２０３）", "3-1203", "蔡佳怡"),
        ("A座1203：Anna Kowalska", "A-1203", "Anna Kowalska"),
        ("三栋二单元1501 王芳 13911110001", "3-2-1501", "王芳 13911110001"),
        ("商铺1号 王芳", "商铺1", "王芳"),
        ("东区3栋301王芳", "东区3栋301", "王芳"),
    ],
)
def test_room_and_person_of_one_cell_are_told_apart__RES_1(cell, room, person):
    assert room_and_person(cell) == (room, person)


@pytest.mark.parametrize("cell", ["3-1203", "蔡佳怡", "3-1203-蔡佳怡", "3-1203 4-1203 蔡佳怡", "13911110001"])
def test_what_cannot_be_told_apart_is_a_question_of_its_row__RES_1(cell):
    with pytest.raises(OperationRefused, match="cannot be told apart"):
        room_and_person(cell)


@pytest.mark.parametrize("header", ["房号及姓名", "房号/姓名", "姓名房号", "房间和住户", "Room and name"])
def test_a_column_of_rooms_and_people_is_both__RES_1(desk, header):
    one, other, asked, several = desk(
        csv(f"{header},身份", "1栋101室 钱一,业主", "1-201/孙二13911110002,租户", "1-201,业主", "1-101 钱一/孙二,业主")
    )
    assert (one, other) == ("imported", "imported")
    assert ("told apart" in str(asked), "several people" in str(several)) == (True, True)
    assert {("钱一", "1-101", OWNER), ("孙二", "1-201", TENANT)} <= homes(desk)
    assert phones(desk, "孙二") == ["13911110002"]


def test_who_reports_from_where_may_stand_in_one_cell__INT_3(desk):
    rows = ("漏水,1-101 钱一,2024-05-01,", "灯坏,1-101 钱一,2024-05-01,1-201")
    one, other = desk(csv("报修内容,房号及姓名,报修时间,房号", *rows), "tickets")
    assert (one, "in another column, “1-201”" in str(other)) == ("imported", True)
    (ticket,) = desk.session.scalars(select(Ticket).where(Ticket.source == "import"))
    assert (ticket.unit_id, ticket.reporter_name) == (desk.world.units[0].id, "钱一")


@pytest.mark.parametrize("mark", ["'", "’", "‘", "`", "＇"])
def test_a_mark_of_text_before_a_number_is_no_part_of_it__RES_4(desk, mark):
    row = f"钱一,{mark}13911110001,{mark}1-101,{mark}2024-05-01,业主"
    assert desk(csv("姓名,电话,房号,入住日期,身份", row)) == ["imported"]
    assert (phones(desk, "钱一"), ("钱一", "1-101", OWNER) in homes(desk)) == (["13911110001"], True)
    assert desk(csv("姓名,电话,房号,身份", "孙二,１３９１１１１０００２,１－１０１,业主")) == ["imported"]
    assert (phones(desk, "孙二"), ("孙二", "1-101", OWNER) in homes(desk)) == (["13911110002"], True)


def test_a_further_number_of_each_row_of_somebody_who_is_known_is_kept__RES_4(desk):
    header = "姓名,电话,身份证号"
    assert desk(csv(header, "钱一,13911110001,110101199003070011")) == ["imported"]
    rows = [f"钱一,1391111000{number},110101199003070011" for number in (2, 3)]
    assert desk(csv(header, *rows)) == ["updated", "updated"]
    assert phones(desk, "钱一") == ["13911110001/13911110002/13911110003"]


def test_words_for_kinds_of_complaints_are_known_within_others__CMP_1(desk):
    words = {
        "邻里纠纷": "neighbour_dispute",
        "设施设备故障": "equipment",
        "开发商遗留": "developer_related",
        "怪": "other",
    }
    rows = [f"事{number},大堂,2024-05-01,{word}" for number, word in enumerate(words)]
    assert desk(csv("投诉内容,位置,投诉时间,投诉类别", *rows), "complaints") == ["imported"] * 4
    query = select(Complaint.category).where(Complaint.source == "import").order_by(Complaint.summary)
    assert list(desk.session.scalars(query)) == list(words.values())


WITHOUT_NUMBERS = [
    ("tickets", Ticket, "报修内容,房号,报修人,电话,报修时间", "漏水,1-101,钱一,13800138000,2024-05-01 08:30"),
    ("tickets", Ticket, "报修内容,位置,报修时间", "大堂灯坏,大堂,2024-05-01"),
    ("complaints", Complaint, "投诉内容,房号,投诉人,投诉时间", "太吵,1-101,钱一,2024-05-01"),
    ("complaints", Complaint, "投诉内容,位置,投诉人,投诉时间", "太吵,大堂,匿名,2024-05-01"),
    ("key_loans", KeyLoan, "钥匙编号,借用人,借出时间,挂钩,房号", "K-99,王芳,2024-05-01,H-99,1-101"),
    ("visitor_passes", VisitorPass, "姓名,房号,电话,有效期至", "王芳,1-101,13800138000,2027-05-01"),
    ("visitor_passes", VisitorPass, "姓名,房号,有效期起,有效期至", "王芳,1-101,2026-05-01,2027-06-01 18:00"),
]


@pytest.mark.parametrize(("register", "model", "header", "row"), WITHOUT_NUMBERS)
def test_a_file_without_numbers_taken_twice_is_there_already__INT_6(desk, register, model, header, row):
    count = select(func.count()).select_from(model)
    before = desk.session.scalar(count)
    assert desk(csv(header, row), register) == ["imported"]
    assert desk(csv(header, row), register, preview=True) == desk(csv(header, row), register) == ["unchanged"]
    assert desk.session.scalar(count) == before + 1


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("3月5日", "2026-03-05"),
        ("十二月三十一日", "2026-12-31"),
        ("03-05 08:30", "2026-03-05 08:30"),
        ("3月5日下午3点", "2026-03-05 15:00"),
        ("2024-05-01", "2024-05-01 00:00"),
    ],
)
def test_a_day_without_year_is_of_the_year_that_was_said_and_asked_about_without__INT_3(cell, day):
    columns = ("summary", "heard_at")
    row = SheetRow(2, ["漏水", cell])
    read = COLUMNS["tickets"].read(columns, replace(row, year=2026))
    assert f"{read['heard_at']:%Y-%m-%d %H:%M}".startswith(day)
    if not cell.startswith("2024"):
        with pytest.raises(OperationRefused, match="says no year"):
            COLUMNS["tickets"].read(columns, row)


@pytest.mark.parametrize("cell", ["2月30日", "3/5", "3.5", "13月1日", "3月5日漏水"])
def test_what_is_no_day_of_that_year_or_may_be_two_is_refused_all_the_same__INT_3(cell):
    for year in (None, 2026):
        with pytest.raises(OperationRefused):
            COLUMNS["tickets"].read(("heard_at",), SheetRow(2, [cell], year=year))


def test_only_columns_of_days_are_given_a_year():
    row = SheetRow(2, ["03-0501", "3月5日漏水", "3-1203", "03-05"], year=2026)
    read = COLUMNS["tickets"].read(("number", "summary", "unit", "heard_at"), row)
    assert [read[name] for name in ("number", "summary", "unit")] == ["03-0501", "3月5日漏水", "3-1203"]


def test_which_two_rows_are_the_headings_is_kept_and_said_as_it_is_read():
    table = imports.read_tables(tables(workbook([["业主信息", ""], ["姓名", "电话"], ["甲", ""]], None)), "residents")
    assert (table.reading.header_row, table.header, len(table.rows)) == (2, ["姓名", "电话"], 1)


@pytest.mark.parametrize("second", ["房号,姓名,电话", ",姓名,手机", "备注,姓名,联系电话"])
def test_the_number_of_a_person_who_is_not_taken_is_nobody_elses__RES_1(second):
    """Two tables side by side, a couple in one row: the second number is not a further one of the first person."""
    columns, _twice = COLUMNS["residents"].guess(f"房号,姓名,电话,{second}".split(","))
    assert (columns[:3], columns[4:]) == (["unit", "name", "phone"], [None, None])


def test_a_table_on_its_side_makes_nobody_called_phone__RES_1(desk):
    results = desk(csv("姓名,甲一,甲二", "电话,13812345678,13812345679", "房号,1-101,1-102"), everybody=OWNER)
    assert all(isinstance(result, OperationRefused) for result in results)


def test_headings_in_traditional_characters_are_the_same__RES_1():
    columns, _twice = COLUMNS["residents"].guess(["房號", "業主姓名", "聯繫電話", "備註"])
    assert columns == ["unit", "name", "phone", "note"]


def test_of_two_people_of_one_name_and_home_a_row_means_the_one_who_is_there_as_it_says__RES_1(desk):
    here = {"estate_id": desk.world.estate.id, "name": "吕海燕", "name_pinyin": "lhy"}
    one, other = Resident(**here), Resident(**here)
    desk.session.add_all((one, other))
    desk.session.flush()
    unit = desk.world.units[0]
    assert unit.code == "1-101"
    for person, kind in ((one, OWNER), (other, OccupancyKind.FAMILY)):
        stay = {"estate_id": desk.world.estate.id, "unit_id": unit.id, "from_on": desk.now.date()}
        desk.session.add(Occupancy(resident_id=person.id, kind=kind, **stay))
    desk.session.flush()
    assert desk(csv("房号,姓名,电话,身份", "1-101,吕海燕,,家属")) == ["unchanged"]
    assert len(desk.session.scalars(select(Occupancy).where(Occupancy.unit_id == unit.id)).all()) == 3, (
        "and who was there before"
    )

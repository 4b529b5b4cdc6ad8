"""Files as estates have them: their own headings, titles, merged cells, several people a row, hidden numbers."""

import datetime
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from models.events import Event
from models.import_headings import COLUMNS
from models.operations import imports
from models.residents import Occupancy, OccupancyKind, Resident, ResidentContact
from models.spreadsheets import SheetRow, UnreadableSheet
from tests.operations.found_files import OWNER, TENANT, Desk, csv, homes, phones
from tests.sheets import saved, tables


@pytest.fixture
def desk(rolled_back, now):
    return Desk(rolled_back, now)


# ---------------------------------------------------------------- who is there already


def test_hidden_numbers_recognise_who_is_there_and_are_never_stored__RES_4(desk):
    assert desk(csv("姓名,电话", "张伟,138****8000", "张伟,****00")) == ["unchanged", "unchanged"]
    before = phones(desk, "张伟")
    results = desk(csv("姓名,电话,房号,身份", "张伟,139****8000,1-101,业主", "新人,138****2222,1-101,业主"))
    assert ["hidden in part" in str(result) for result in results] == [True, True]
    assert phones(desk, "张伟") == before
    assert phones(desk, "新人") == []


@pytest.mark.parametrize("nothing", ["无", "/", "-", "暂无", "N/A", "—", " 无 "])
def test_what_stands_where_nothing_is_known_is_nothing(desk, nothing):
    assert desk(csv("姓名,电话,证件号,车牌", f"新人,{nothing},{nothing},{nothing}")) == ["imported"]
    found = desk.session.scalars(select(Resident).where(Resident.name == "新人")).one()
    assert (found.phone, found.id_number, found.vehicles) == (None, None, None)


def test_a_second_person_of_one_name_in_one_unit_is_a_question__RES_1(desk):
    header = "姓名,电话,房号,身份,证件类型,证件号码"
    assert desk(csv(header, "王芳,13800001111,2-201,业主,护照,E1111111")) == ["imported"]
    asked = desk(csv(header, "王芳,13800002222,2-201,业主,,", "王芳,13800002222,2-201,业主,护照,E2222222"))
    assert "is there already with another phone" in str(asked[0])
    assert asked[1] == "imported"
    assert len(phones(desk, "王芳")) == 2


def test_another_writing_of_the_name_is_the_same_person_or_a_question__RES_1(desk):
    header = "姓名,电话,房号,身份"
    assert desk(csv(header, "试万人,13911110001,2-201,业主", "阿依古丽·买买提,,2-201,家属")) == ["imported"] * 2
    names = ("试 万人", "试万人先生", "试万人（业主）", "试万人业主", "试・万人")
    assert desk(csv(header, *(f"{name},13911110001.0,2-201,业主" for name in names))) == ["unchanged"] * len(names)
    assert desk(csv(header, *(f"{name},,2-201,业主" for name in names))) == ["unchanged"] * len(names)
    assert desk(csv(header, "阿依古丽•买买提,,2-201,家属", "阿依古丽买买提,,2-201,家属")) == ["unchanged"] * 2
    assert desk(csv(header, "試萬人,13911110001,2-201,业主", "試萬人,,2-201,业主")) == ["unchanged"] * 2
    for name in ("Mr. Wan Ren Shi", "Shi Wanren"):
        assert "试万人 is there already with this number" in str(desk(csv(header, f"{name},13911110001,2-201,业主"))[0])
    assert desk(csv("姓名,电话", "试万人,13911110009（儿子）", "试万人,")) == ["imported"] * 2
    assert desk(csv("姓名,电话,房号,车牌", "试万人,13911110001,2-201,沪A·9K8X7")) == ["updated"]
    assert desk(csv("姓名,电话,房号,车牌", "试万人,13911110001,2-201,沪A 9K 8X7")) == ["unchanged"]
    assert phones(desk, "试万人") == ["13911110001", "13911110009", None]
    rows = ("试万人,13911110001(本人)", "试万人,13911110001(本人)", "试万人,13911110001 微信同号")
    assert desk(csv("姓名,电话", *rows)) == ["updated"] * 3
    assert desk(csv("姓名,电话", *rows)) == ["unchanged"] * 3
    noted = select(ResidentContact.note).where(ResidentContact.note.is_not(None)).order_by(ResidentContact.id)
    assert desk.session.scalars(noted).all() == ["本人；微信同号", "儿子"]


# ---------------------------------------------------------------- files of the trade


def titled():
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[Any]] = [
        ["阳光小区业主信息登记表"],
        ["制表日期：2024年5月"],
        ["楼栋编号", "单元编号", "房屋编号", "业主名称", "业主手机号"],
        ["1栋", "1单元", "101", "甲", 13800001111],
        [None, None, "102", "乙", 13800002222],
        [None, "2单元", "101", "丙", 13800003333],
        ["填写说明：手机号为必填项"],
    ]
    for row in rows:
        sheet.append(row)
    for area in ("A1:E1", "A2:E2", "A4:A6", "B4:B5", "A7:E7"):
        sheet.merge_cells(area)
    return saved(book)


def test_titles_merged_cells_and_explanations_of_a_register_sheet(desk):
    assert desk(titled(), "units", left_out={7}) == ["imported"] * 3
    assert desk(titled(), everybody="owner", left_out={7}) == ["imported"] * 3
    found = {("甲", "1-1-101", OWNER), ("乙", "1-1-102", OWNER), ("丙", "1-2-101", OWNER)}
    assert found <= homes(desk)
    table = imports.read_tables(tables(titled()), "residents")
    assert [row.number for row in table.reading.chosen.suspects if imports.explains(row, table.header)] == [7]
    assert table.reading.chosen.filled == 3


def test_an_explanation_that_is_not_left_out_is_refused_not_swallowed(desk):
    *_rows, last = desk(titled(), everybody="owner")
    assert "There is no unit" in str(last) or "Write down the person" in str(last)


def test_owner_and_tenant_of_one_row_are_two_people_of_one_unit(desk):
    header = "铺位号,业主姓名,业主电话,租户姓名,租户电话"
    rows = ("1-101,甲,13800001111,丁,13800004444", "2-201,,,戊,13800005555", "1-102,己,13800006666,,")
    results = desk(csv(header, *rows), everybody="owner")
    assert results[:2] == ["imported", "imported"]
    assert {("甲", "1-101", OWNER), ("丁", "1-101", TENANT), ("戊", "2-201", TENANT)} <= homes(desk)
    assert desk(csv(header, *rows[:2]), everybody="owner") == ["unchanged", "unchanged"]


def test_a_row_of_two_people_is_taken_whole_or_not_at_all(desk):
    header = "房号,业主姓名,业主电话,租户姓名,租户电话"
    (result,) = desk(csv(header, "1-101,甲,13800001111,丁,12"), everybody="owner")
    assert "phone" in str(result)
    assert phones(desk, "甲") == []


def test_a_title_above_a_csv_is_no_header(desk):
    lines = ("阳光小区住户名册", "", "姓名,联系电话1,房间,业主类型", "甲,13800001111,1-101,业主")
    assert desk(csv(*lines)) == ["imported"]


def test_a_sheet_can_be_chosen_by_its_name(desk):
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "说明"
    first.append(["请在第二张表中填写"])
    first.append(["谢谢"])
    second = book.create_sheet("住户")
    second.append(["Unit name", "Owner name", "Phones"])
    second.append(["1-101", "Anna Kowalska", "13800001111"])
    assert desk(saved(book), everybody="owner", sheet="住户") == ["imported"]
    with pytest.raises(UnreadableSheet, match="no sheet “三”; it has 说明; 住户"):
        desk(saved(book), sheet="三")


def test_who_says_nothing_else_is_what_was_said_of_everybody(desk):
    rows = ("甲,13800001111,1-101,", "乙,13800002222,1-101,租户")
    assert desk(csv("姓名,电话,房号,身份", *rows), everybody="owner") == ["imported", "imported"]
    assert {("甲", "1-101", OWNER), ("乙", "1-101", TENANT)} <= homes(desk)


def test_second_and_third_phones_are_kept_beside_the_first(desk):
    header = "姓名,联系电话1,联系电话2,联系电话3"
    assert desk(csv(header, "甲,13800001111,13800002222,无", "乙,13800003333,,")) == ["imported", "imported"]
    assert desk(csv(header, "甲,13800001111,13800002222,无", "乙,13800003333,,")) == ["unchanged", "unchanged"]
    assert phones(desk, "甲") == ["13800001111/13800002222"]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("姓名,电话,电话2", "张伟,13800138000,13911110001"),
        ("姓名,联系电话1,联系电话2,联系电话3", "张伟,13911110001,无,138 0013 8000"),
        ("姓名,电话", "张伟,13911110001/13800138000"),
        ("姓名,电话,电话2", "张伟,13800138000,(021) 5550 1235 转 803"),
        ("姓名,电话,电话2", "张伟,13800138000,+852 9123 4567"),
    ],
)
def test_a_further_number_of_a_known_person_is_added_to_the_others__RES_1(desk, header, row):
    events = desk.session.scalar(select(func.count()).select_from(Event))
    assert desk(csv(header, row), preview=True) == ["updated"]
    assert phones(desk, "张伟") == ["13800138000"]
    assert desk(csv(header, row)) == ["updated"]
    (numbers,) = phones(desk, "张伟")
    assert numbers.startswith("13800138000/")
    assert numbers.count("/") == 1
    assert desk.session.scalar(select(func.count()).select_from(Event)) == events + 1
    assert desk(csv(header, row)) == ["unchanged"]


def test_who_is_known_by_the_id_number_gets_a_further_number_and_a_row_of_the_file_too__RES_1(desk):
    header, paper = "姓名,电话,证件类型,证件号码", "护照,E1234567"
    rows = [f"甲,13800001111,{paper}", f"甲,13800002222,{paper}", f"甲,13800002222,{paper}"]
    for preview in (True, False):
        assert desk(csv(header, *rows), preview=preview) == ["imported", "updated", "unchanged"]
    assert phones(desk, "甲") == ["13800001111/13800002222"]
    assert desk(csv(header, f"甲,13800003333,{paper}")) == ["updated"]
    assert phones(desk, "甲") == ["13800001111/13800002222/13800003333"]


def test_numbers_of_two_people_of_one_name_are_a_question__RES_1(desk):
    header = "姓名,电话,证件类型,证件号码"
    assert desk(csv(header, "甲,13800001111,护照,E1111111", "甲,13800002222,护照,E2222222")) == ["imported"] * 2
    (asked,) = desk(csv("姓名,电话,电话2", "甲,13800001111,13800002222"))
    assert "several people called 甲" in str(asked)
    assert phones(desk, "甲") == ["13800001111", "13800002222"]


@pytest.mark.parametrize(
    ("register", "lines"),
    [
        (
            "residents",
            ("物业单元,客户全称,户主电话,角色", "1-101,柳一,13611119911,业主", "1-102,柳二,13611119912,业主"),
        ),
        ("residents", ("1-101,柳一,13611119911,业主", "1-102,柳二,13611119912,租户")),
        ("residents", ("a,b", "owner,tenant")),
        ("units", ("丙,丁", "9-101,住房", "9-102,住房")),
    ],
)
def test_a_row_of_words_that_cells_may_hold_is_no_row_of_headings(register, lines):
    assert imports.read_tables(tables(csv(*lines)), register).header == lines[0].split(",")


def test_headings_below_a_title_are_found_though_they_are_such_words_too():
    lines = ("云湖业主名册,,", "业主,电话,房号", "柳一,13611119911,1-101")
    assert imports.read_tables(tables(csv(*lines)), "residents").header == lines[1].split(",")


def test_beside_a_column_of_tenants_the_heading_says_who_owns__RES_1(desk):
    header = "房号,业主姓名,业主电话,租户姓名,租户电话"
    assert desk(csv(header, "1-201,甲一,13800005555,丙一,13800006666")) == ["imported"]
    assert {("甲一", "1-201", OWNER), ("丙一", "1-201", TENANT)} <= homes(desk)
    (refusal,) = desk(csv("房号,业主姓名,业主电话", "1-201,甲二,13800007777"))
    assert "--everybody" in str(refusal)


def test_nobody_is_called_owner_or_tenant__RES_1(desk):
    for word in ("业主", "租户", "住户", "Owner", " tenant "):
        assert "is no name" in str(desk(csv("姓名,电话", f"{word},13611119913"))[0]), word


def test_a_person_of_a_household_without_the_room_is_asked_for_it__RES_1(desk):
    rows = ("1栋,1-101,冯一,本人", "1栋,,陈二,妻子", ",,褚三,儿子", ",,卫四,")
    *taken, partner, child, alone = desk(csv("楼栋,房号,姓名,与业主关系", *rows))
    assert (taken, alone) == (["imported"], "imported")
    for refusal in (partner, child):
        assert "The room is empty here" in str(refusal)


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("房号,业主姓名,联系电话,租户姓名,联系电话", "unit name phone tenant_name tenant_phone"),
        ("姓名,电话,紧急联系人,电话", "name phone emergency_contact emergency_phone"),
        ("姓名,电话,配偶,联系方式", "name phone - -"),
        ("姓名,电话,手机", "name phone phone_2"),
        ("业主,租户,电话,租户电话", "name tenant_name phone tenant_phone"),
        ("业主姓名,租户姓名,联系电话", "name tenant_name -"),
        ("产权人,联系人,联系电话", "name - -"),
        ("房号,电话,姓名", "unit phone name"),
        ("租户姓名,电话,电话", "tenant_name tenant_phone -"),
        ("业主,业主电话,租户,租户电话,联系电话", "name phone tenant_name tenant_phone -"),
        ("Name,Phone,Tenant,Phone", "name phone tenant_name tenant_phone"),
    ],
)
def test_a_phone_belongs_to_the_nearest_person_on_its_left_or_to_nobody(header, taken):
    assert " ".join(name or "-" for name in COLUMNS["residents"].guess(header.split(","))[0]) == taken


def test_a_cell_of_several_people_or_of_nobody_is_no_person__RES_1(desk):
    several = ("张伟/李娜", "王芳、刘强", "吴磊（夫）郑洁（妻）", "王芳 刘强", "Pat / Kim")
    nobody = ("空置", "开发商未售", "待定", "/", "-", "无", "同上")
    results = desk(csv("姓名,电话", *(f"{name},13800001111" for name in several + nobody)))
    assert ["several people" in str(result) for result in results[: len(several)]] == [True] * len(several)
    assert [str(result).startswith("RES-1") for result in results[len(several) :]] == [True] * len(nobody)
    one = ("张 伟", "欧阳娜娜", "阿卜杜拉·买买提", "Smith, John", "甲/乙有限公司", "北京(中国)有限公司")
    assert desk(csv("姓名,电话", *(f'"{name}",1380000222{at}' for at, name in enumerate(one)))) == ["imported"] * 6


def test_a_number_in_the_name_is_a_number__RES_4(desk):
    rows = ("陈伟 13800001116,", "陈娜（139-0000-1117）,13800001118", "陈新 138****9999,")
    results = desk(csv("姓名,电话", *rows))
    assert (results[:2], "hidden in part" in str(results[2])) == (["imported", "imported"], True)
    assert (phones(desk, "陈伟"), phones(desk, "陈娜")) == (["13800001116"], ["13800001118/13900001117"])


def test_sums_sections_and_headings_within_a_table_are_words_about_it():
    header = ["姓名", "电话", "房号"]

    def why(*cells):
        return imports.why_left_out(SheetRow(9, list(cells)), header)

    words = ("小计", "合 计", "本栋合计", "总计：", "共4户", "1栋小计", "备注：已核对", "3人", "Grand total", "二单元")
    assert [word for word in words if why(word, "", "") is None] == []
    assert why("", "合计", "12人") == "a sum"
    assert why("姓名", "联系电话", "房号") == why("业主姓名", "手机", "房间号") == "the headings again"
    rows = [
        ("张三", "", ""),
        ("合计划", "", "1-101"),
        ("李四", "13800001111", "1栋"),
        ("共同", "", ""),
        ("", "", "1-101"),
    ]
    assert [row for row in rows if why(*row)] == []


@pytest.mark.parametrize(
    ("raw", "cells"),
    [
        ('姓名,电话\n甲,="13900001111"'.encode(), ["甲", "13900001111"]),
        ("姓名|电话\n甲|13900001111".encode(), ["甲", "13900001111"]),
        ("姓名,電話\n陳大文,13900001111".encode("big5"), ["陳大文", "13900001111"]),
        ("姓名,电话\n甲,13900001111".encode("utf-16-le"), ["甲", "13900001111"]),
        ("姓名,电话\n甲,13900001111".encode("utf-16-be"), ["甲", "13900001111"]),
        ("姓名,电话\n陈大文,13900001111".encode("gb18030"), ["陈大文", "13900001111"]),
        ("姓名,電話\n陳大文,13900001111".encode("gb18030"), ["陳大文", "13900001111"]),
    ],
)
def test_csv_of_other_programs_is_read(raw, cells):
    assert imports.read_tables(tables(raw), "residents").rows[0].cells == cells


def test_what_our_own_export_could_not_read_is_never_stored__RES_4(desk):
    rows = ("新人,unreadable,,", "新人,,无法读取,", "新人,,,Unreadable", "unreadable,13800001111,,")
    results = desk(csv("姓名,电话,证件号码,车牌", *rows))
    assert [isinstance(result, str) for result in results] == [False] * 4
    assert phones(desk, "新人") == []


def test_relations_of_a_household_are_known_by_their_words(desk):
    words = ("妻", "丈夫", "母亲", "儿子", "共有人", "租", "业主兼住户")
    results = desk(csv("姓名,身份,房号", *(f"人{word},{word},1-101" for word in words)))
    assert results == ["imported"] * len(words)
    kinds = {name[1:]: kind for name, _code, kind in homes(desk) if name.startswith("人")}
    assert (kinds["妻"], kinds["共有人"], kinds["租"]) == (OccupancyKind.FAMILY, OWNER, TENANT)
    assert "none of the words" in str(desk(csv("房号,用途", "88-101,写字楼"), "units")[0])


def test_who_moved_out_has_the_unit_until_that_day__RES_1(desk):
    header = "姓名,电话,身份,房号,入住日期,搬离日期"
    rows = ("老甲,13800003331,租户,1-101,2024-01-01,2025-02-03", "老乙,13800003332,租户,1-101,,2025-02-03")
    assert [str(result)[:5] for result in desk(csv(header, *rows))] == ["impor", "RES-1"]
    query = select(Occupancy.until_on).join(Resident, Resident.id == Occupancy.resident_id)
    assert list(desk.session.scalars(query.where(Resident.name == "老甲"))) == [datetime.date(2025, 2, 3)]
    assert desk(csv(header, rows[0])) == ["unchanged"]
    later = "老甲,13800003331,租户,1-101,2025-05-01,"
    assert desk(csv(header, later)) == ["imported"]
    assert "has it still here" in str(desk(csv(header, later + "2026-01-01"))[0])

"""Registers of people as nine public property workbooks have them, and three more: their headings, shapes and oddities.

Of each the units go in first and then the people, as on the day an estate changes over.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from models.operations import imports
from models.personal import keyring_of
from models.residents import Resident
from tests.marks import verbs_first_sqlite
from tests.operations.found_files import OWNER, TENANT, Desk, homes, phones
from tests.sheets import saved, tables


@dataclass(frozen=True)
class Trade:
    """One workbook, and what has to stand in the registers when it has gone in."""

    rows: Sequence[Sequence[Any]]
    homes: set[tuple[str, str, Any]]
    phones: dict[str, str | None]
    everybody: str | None = "owner"
    merged: Sequence[str] = ()
    hidden_columns: str = ""
    before: Sequence[Sequence[Any]] = ()
    """A sheet of explanations that stands before the register's own."""
    moved_in: dict[str, datetime.date] = field(default_factory=dict)
    not_taken: frozenset[str] = frozenset()

    def file(self) -> bytes:
        """The workbook."""
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        if self.before:
            sheet.title = "填写说明"
            for row in self.before:
                sheet.append(list(row))
            sheet = book.create_sheet("登记表")
        for row in self.rows:
            sheet.append(list(row))
        for area in self.merged:
            sheet.merge_cells(area)
        for letter in self.hidden_columns:
            sheet.column_dimensions[letter].hidden = True
        return saved(book)

    @property
    def sheet(self) -> str | None:
        """The sheet to choose, where it is not the first."""
        return "登记表" if self.before else None


DAY = datetime.date(2024, 5, 1)
TRADE = {
    "one row a home, with title and sum": Trade(
        [
            ["阳光花园业主信息表"],
            ["房屋编号", "业主名称", "业主手机号", "业主类型", "身份证号码", "性别", "入住时间"],
            ["7-101", "甲", 13800001111, "业主", "11010519491231002X", "女", "2024年5月1日"],
            ["7-102", "乙", "138 0000 2222", "租户", "", "男", 45413],
            ["合计", "2户"],
        ],
        {("甲", "7-101", OWNER), ("乙", "7-102", TENANT)},
        {"甲": "13800001111", "乙": "13800002222"},
        merged=["A1:G1"],
        moved_in={"甲": DAY, "乙": DAY},
        not_taken=frozenset({"性别"}),
    ),
    "building, stairwell, floor and room; owner and tenant": Trade(
        [
            [
                "序号",
                "楼栋编号",
                "单元编号",
                "楼层",
                "房屋编号",
                "建筑面积",
                "业主姓名",
                "业主电话",
                "租户姓名",
                "租户电话",
            ],
            [1, "7栋", "1单元", 1, 101, 89.5, "甲", 13800001111, "丁", "13800004444"],
            [2, None, None, 1, 102, 89.5, "乙", "13800002222/13800003333", "", "无"],
            [3, None, "2单元", 1, 101, 120, "丙", "/", "", ""],
        ],
        {("甲", "7-1-101", OWNER), ("丁", "7-1-101", TENANT), ("乙", "7-1-102", OWNER), ("丙", "7-2-101", OWNER)},
        {"丁": "13800004444", "乙": "13800002222/13800003333", "丙": None},
        merged=["B2:B4", "C2:C3"],
        not_taken=frozenset({"序号", "建筑面积", "楼层"}),
    ),
    "shops and who rents them": Trade(
        [
            ["铺位号", "承租人", "租户电话", "所在楼层", "起租日期"],
            ["S-01", "丁", 13800004444, "1F", "2024/5/1"],
            ["S-02", "戊", "021-55501235转803", "1F", ""],
        ],
        {("丁", "S-01", TENANT), ("戊", "S-02", TENANT)},
        {"丁": "13800004444", "戊": "02155501235-803"},
        everybody=None,
        moved_in={"丁": DAY},
        not_taken=frozenset({"所在楼层"}),
    ),
    "English headings": Trade(
        [
            ["Unit name", "Owner name", "Phones", "Tenant name", "Tenant phone", "Moved in"],
            ["9-901", "Anna Kowalska", "+852 9123 4567", "", "", "1 May 2024"],
            ["9-902", "Bo Li", 13800001111, "Cy Ray", 13800002222, ""],
        ],
        {("Anna Kowalska", "9-901", OWNER), ("Bo Li", "9-902", OWNER), ("Cy Ray", "9-902", TENANT)},
        {"Bo Li": "13800001111", "Cy Ray": "13800002222"},
        moved_in={"Anna Kowalska": DAY},
    ),
    "a household a merged block, three phones": Trade(
        [
            ["房间", "户主", "联系电话1", "联系电话2", "联系电话3", "与户主关系"],
            ["7-101", "甲", 13800001111, "13800002222", "无", "业主"],
            [None, "丁", "13800004444", "", "", "家属"],
        ],
        {("甲", "7-101", OWNER), ("丁", "7-101", "family")},
        {"甲": "13800001111/13800002222", "丁": "13800004444"},
        everybody=None,
        merged=["A2:A3"],
    ),
    "addresses, hidden columns, a contact for emergencies": Trade(
        [
            ["房屋地址", "业主名称", "业主电话", "紧急联系人", "紧急联系电话", "内部编码"],
            ["滨河路12号{estate}7栋101室", "甲", 13800001111, "王五", 13700001111, "x1"],
        ],
        {("甲", "7-101", OWNER)},
        {"甲": "13800001111"},
        hidden_columns="CF",
        not_taken=frozenset({"内部编码"}),
    ),
    "a sheet of explanations first, words below the headings": Trade(
        [
            ["小区名称", "楼号", "单元", "房号", "姓名", "手机", "身份", "证件类型", "证件号码"],
            ["示例：阳光花园", "1栋", "1单元", "101", "张三", "13800000000", "业主", "身份证", ""],
            ["阳光花园", "7栋", "1单元", "101", "甲", 13800001111, "业主", "护照", "E1234567"],
        ],
        {("甲", "7-1-101", OWNER)},
        {"甲": "13800001111", "张三": None},
        everybody=None,
        before=[["请在“登记表”中填写"], ["带*的为必填项"]],
        not_taken=frozenset({"小区名称"}),
    ),
    "another desk's export": Trade(
        [
            ["房产名称", "客户名称", "客户类型", "移动电话", "固定电话", "入伙日期"],
            ["7-101", "甲", "业主", "13800001111", "021-55501235", "2024-05-01 09:30"],
        ],
        {("甲", "7-101", OWNER)},
        {"甲": "13800001111/02155501235"},
        everybody=None,
        moved_in={"甲": DAY},
    ),
    "owner and tenant by short names": Trade(
        [
            ["房号", "业主", "电话", "租客", "租客电话", "起租日期"],
            ["7号楼101", "甲", 13800001111, "丁", 13800004444, "2024.5.1"],
            ["7号楼102", "甲", 13800001111, "", "", ""],
        ],
        {("甲", "7-101", OWNER), ("甲", "7-102", OWNER), ("丁", "7-101", TENANT)},
        {"甲": "13800001111"},
        moved_in={"丁": DAY},
    ),
    "notes above and below, a blank row, headings in brackets": Trade(
        [
            ["填表日期：2024-05-01"],
            [],
            ["门牌（必填）", "住户【姓名】", "联系方式*", "备注"],
            ["7-101", "甲", "13800001111", "养狗"],
            [],
            ["7-102", "乙", "13800002222", ""],
            ["注：以上信息由物业填写"],
        ],
        {("甲", "7-101", OWNER), ("乙", "7-102", OWNER)},
        {"甲": "13800001111"},
    ),
    "headings repeated on each printed page": Trade(
        [
            ["Block", "Unit No.", "Resident", "Mobile No.", "Email"],
            ["B", "101", "Anna", 13800001111, "a@example.org"],
            ["Block", "Unit No.", "Resident", "Mobile No.", "Email"],
            ["B", "102", "Bo", 13800002222, ""],
        ],
        {("Anna", "B-101", OWNER), ("Bo", "B-102", OWNER)},
        {"Anna": "13800001111", "Bo": "13800002222"},
        not_taken=frozenset({"Email"}),
    ),
    "numbers as text and as figures, full width": Trade(
        [
            ["楼栋", "房号", "姓名", "手机号"],
            ["７栋", "１０１", "甲", "１３８００００１１１１"],
            ["7", 102.0, "乙", 13800002222.0],
        ],
        {("甲", "7-101", OWNER), ("乙", "7-102", OWNER)},
        {"甲": "13800001111", "乙": "13800002222"},
    ),
}


@pytest.mark.parametrize("trade", TRADE.values(), ids=TRADE)
@verbs_first_sqlite
def test_a_workbook_of_the_trade_goes_in_whole__INT_6(trade, rolled_back, now):
    desk = Desk(rolled_back, now)
    name = desk.world.estate.name
    made = Trade(**{**vars(trade), "rows": [[_filled(cell, name) for cell in row] for row in trade.rows]})
    table = imports.read_tables(tables(made.file()), "residents", sheet=made.sheet)
    words = {row.number for row in table.reading.chosen.suspects if imports.explains(row, table.header)}
    for register in ("units", "residents"):
        results = desk(made.file(), register, everybody=made.everybody, left_out=words, sheet=made.sheet)
        assert set(map(str, results)) <= {"imported", "unchanged"}, (register, results)
        again = desk(made.file(), register, everybody=made.everybody, left_out=words, sheet=made.sheet)
        assert set(again) == {"unchanged"}
    assert made.homes <= homes(desk)
    assert len(results) >= len(made.homes) - sum(kind is TENANT for _name, _unit, kind in made.homes)
    for person, expected in made.phones.items():
        found = phones(desk, person)
        assert (found[0] if found else None) == expected
    for person, day in made.moved_in.items():
        assert desk.session.scalars(select(Resident.moved_in_on).where(Resident.name == person)).one() == day


def _filled(cell, estate):
    return cell.replace("{estate}", estate) if isinstance(cell, str) else cell


def test_a_contact_for_emergencies_has_name_and_number(rolled_back, now):
    desk = Desk(rolled_back, now)
    assert desk("姓名,紧急联系人,紧急联系电话\n甲,王五,13700001111\n乙,,13700002222".encode()) == ["imported"] * 2
    query = select(Resident.name, Resident.emergency_contact).where(Resident.name.in_(("甲", "乙")))
    found = {name: keyring_of(desk.session).decrypt(stored) for name, stored in desk.session.execute(query)}
    assert found == {"甲": "王五 13700001111", "乙": "13700002222"}
    assert set(desk("姓名,紧急联系人,紧急联系电话\n甲,王五,13700001111\n乙,,13700002222".encode())) == {"unchanged"}


def test_columns_that_are_not_taken_are_those_that_hold_nothing_of_ours(rolled_back):
    for trade in TRADE.values():
        table = imports.read_tables(tables(trade.file()), "residents", sheet=trade.sheet)
        columns, _, twice, _ = imports.columns_of(rolled_back.session, rolled_back.estate.id, "residents", table.header)
        left = {text for text, column in zip(table.header, columns, strict=True) if text and column is None}
        assert left == trade.not_taken
        assert twice == []

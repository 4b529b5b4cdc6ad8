"""Kinds of files that an import reads, and what it says of those that it cannot read."""

import codecs
import io
import zipfile

import pytest
from openpyxl import Workbook

from models.spreadsheets import UnreadableSheet
from tests.operations.found_files import Desk
from tests.sheets import HEADER, saved, tables, workbook


@pytest.fixture
def desk(rolled_back, now):
    return Desk(rolled_back, now)


def text_file(encoding="utf-8", header="姓名,电话,房号,身份", rows=("李四,13611112222,1-101,业主",), bom=b""):
    return bom + "\r\n".join([header, *rows]).encode(encoding)


@pytest.mark.parametrize(
    "raw",
    [
        text_file(),
        text_file(bom=codecs.BOM_UTF8),
        text_file("gb18030"),
        text_file("utf-16"),
        text_file(header="姓名;电话;房号;身份", rows=["李四;13611112222;1-101;业主"]),
    ],
)
def test_csv_is_read_as_utf_8_and_as_gb18030(desk, raw):
    assert desk(raw) == ["imported"]


def many_sheets():
    book = Workbook()
    book.create_sheet("第二")["A1"] = "x"
    return saved(book)


def hidden_sheet():
    book = Workbook()
    book.create_sheet("藏")["A1"] = "x"
    book["藏"].sheet_state = "hidden"
    return saved(book)


def far_cell():
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "姓名"
    sheet["XFD1048576"] = "x"
    return saved(book)


def unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/bomb.xml", "w") as member:
        for _block in range(410):
            member.write(bytes(1 << 20))
    return file.getvalue()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (lambda: b"", "empty"),
        (lambda: b"\x00\x01\x02" * 100, "neither|no workbook"),
        (lambda: b"\xff\xfe\x00", "no workbook"),
        (lambda: b"PK\x03\x04 and nothing", "damaged"),
        (lambda: b"\xd0\xcf\x11\xe0" + bytes(600), "old Excel file"),
        (hidden_sheet, "no visible sheet"),
        (far_cell, "reach down to row"),
        (unpacked, "too large when unpacked"),
        (lambda: workbook([["x"]], ("姓名", "房号", "房号")), "Two columns"),
        (lambda: workbook([["x"]], ("电话",)), "One of these columns must be there: Full name"),
        (lambda: b'name,phone\n"x,1\n', "not CSV"),
        (lambda: b"%PDF-1.7 name,phone\nx,1\n", "no workbook"),
        (lambda: "name,phone\n诸葛司马,1\n".encode() + "王,2\n".encode("gb18030"), "Line 3 is written in another"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_a_sentence(desk, raw, said):
    with pytest.raises(UnreadableSheet, match=said):
        desk(raw())


def test_the_first_visible_sheet_with_anything_in_it_is_read():
    assert [(sheet.name, [row.cells for row in sheet.rows]) for sheet in tables(many_sheets())] == [("第二", [["x"]])]


def test_merged_cells_are_filled_down_and_formulas_errors_and_control_characters_refused(desk):
    rows = [
        ["住户登记表"],
        HEADER,
        ["甲", "", "1-101", "业主"],
        ["乙", "", "", "业主"],
        [],
        ["丙", "=1+1"],
        ["丁", "#N/A"],
        ["戊", "13611112222"],
    ]
    raw = workbook(rows, None, merged=["A1:I1", "C3:C4"])
    results = desk(raw)
    assert results[:2] == ["imported", "imported"]
    assert [str(result).split(": ")[1][:22] for result in results[2:4]] == [
        "The formula in cell B6",
        "Cell B7 shows the erro",
    ]
    assert results[4] == "imported"
    (refused,) = desk(text_file(rows=["李\x07四,13611112222,1-101,业主"]))
    assert "control character" in str(refused)


def test_a_csv_file_has_no_sheet_of_any_name(desk):
    with pytest.raises(UnreadableSheet, match="leave the name of the sheet out"):
        desk(b"name\nA\n", sheet="业主")

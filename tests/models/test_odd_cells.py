"""One odd cell spoils its own column of its own row: the rest of the workbook is read, and the cell is named."""

import pytest

from tests.broken_sheets import MAIN, book
from tests.models.test_spreadsheets import read
from tests.sheets import tables

TEXTS = [b"<si><t>shared</t></si><si><t><![CDATA[a&b]]></t></si>"]


def second_cell(cell, **how):
    """What is read of the second *cell* of a row, and the sentence where it cannot be taken."""
    first, third = (f'<c r="{at}1" t="inlineStr"><is><t>{text}</t></is></c>' for at, text in (("A", "甲"), ("C", "好")))
    ((row,),) = [list(table.rows) for table in tables(book(f'<row r="1">{first}{cell}{third}</row>', **how))]
    assert (row.cells[0], row.cells[2]) == ("甲", "好")
    assert set(row.faults) <= {2}
    return row.cells[1], str(row.faults[2]).partition(": ")[2] if row.faults else None


@pytest.mark.parametrize(
    ("cell", "shown", "said"),
    [
        *(
            (f'<c r="B1" t="e"><v>{error}</v></c>', error, f"Cell B1 shows the error {error}: write")
            for error in ("#N/A", "#SPILL!", "#CALC!", "#BLOCKED!", "#GETTING_DATA", "#哈哈", "x")
        ),
        ('<c r="B1" t="e"><f>1/0</f></c>', "", "Cell B1 shows an error: write"),
        ('<c r="B1" t="e"/>', "", "Cell B1 shows an error: write"),
        ('<c r="B1" t="z"><v>1</v></c>', "1", "Cell B1 cannot be read (1)"),
        ('<c r="B1" t=""><v>1</v></c>', "1", "Cell B1 cannot be read (1)"),
        ('<c t="S"><v>0</v></c>', "0", "Cell B1 cannot be read (0)"),
        ('<c r="B1" t="b"><v>2</v></c>', "2", "Cell B1 cannot be read (2)"),
        *(
            (f'<c r="B1" t="s"><v>{at}</v></c>', at, f"Cell B1 cannot be read ({at})")
            for at in ("7", "-1", "abc", "1.0", "99999999999999999999")
        ),
        *(
            (f'<c r="B1"><v>{number}</v></c>', number, f"Cell B1 holds no number that there is ({number})")
            for number in ("1e400", "-1e400", "NaN", "inf", "-INF", "+Infinity", "9" * 310)
        ),
        ('<c r="B1"><f>A1</f></c>', "", "The formula in cell B1 has no result"),
        ('<c r="B1"><f>A1</f><v></v></c>', "", "The formula in cell B1 has no result"),
        ('<c r="B1" t="str"><v>a_x0007_</v></c>', "a\ufffd", "Cell B1 holds a control character"),
        ('<c r="B1" t="str"><v>a_xD83D_</v></c>', "a\ufffd", "Cell B1 holds a control character"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_and_shown(cell, shown, said):
    text, sentence = second_cell(cell, strings=TEXTS)
    assert text == shown
    assert sentence is not None
    assert said[:60] in sentence


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="B1" t="inlineStr"><is><r><t>张</t></r><r><rPr><b/></rPr><t>伟</t></r></is></c>', "张伟"),
        ('<c r="B1" t="inlineStr"><is><t>张</t><rPh sb="0" eb="1"><t>ZHANG</t></rPh></is></c>', "张"),
        ('<c r="B1" t="inlineStr"><v>张</v></c>', "张"),
        ('<c r="B1" t="inlineStr"><is><t><![CDATA[a<b]]></t><rPh><t>x</t></rPh></is></c>', "a<b"),
        ('<c r="B1" t="str"><v><![CDATA[a&b]]></v></c>', "a&b"),
        ('<c r="B1" t="s"><v>0</v></c>', "shared"),
        ('<c r="B1" t="s"><v>1</v></c>', "a&b"),
        ('<c r="B1" t="str"><v>张_x000D_</v></c>', "张"),
        ('<c r="B1" t="str"><f>IF(A1="","",1)</f><v></v></c>', ""),
        ('<c r="B1" t="d"><v>2026-01-03</v></c>', "2026-01-03"),
        ('<c r="B1" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="B1" t="b"><v>false</v></c>', "FALSE"),
        ('<c r="B1" t="z"/>', ""),
        ('<c r="B1"><v>１２</v></c>', "１２"),
        ('<c r="B1"><v>abc</v></c>', "abc"),
        ('<c r="B1"><v> 13800001111 </v></c>', "13800001111"),
        ('<c r="B1" s="99"><v>1.38E10</v></c>', "13800000000"),
    ],
)
def test_what_can_be_read_of_an_odd_cell_is_read(cell, text):
    assert second_cell(cell, strings=TEXTS) == (text, None)


def test_the_reading_process_mends_a_workbook_of_several_sheets_and_prefixes():
    odd = f'<x:row xmlns:x="{MAIN}"><x:c t="z"><x:v>1</x:v></x:c></x:row>'
    names = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in ((1, "甲"), (2, "乙")))
    raw = book('<row r="2"><c r="B2" t="str"><v>a</v></c></row>', sheets=names, others=[odd])
    assert read(raw) == [("甲", [["", "a"]], None), ("乙", [["1"]], None)]


def test_a_damaged_sheet_leaves_the_others():
    names = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in ((1, "甲"), (2, "乙")))
    merged = '<mergeCells><mergeCell ref="A1:zz"/></mergeCells>'
    cell = '<row r="1"><c r="A1" t="str"><v>a</v></c></row>'
    (_, none, problem), second = read(book(cell, after=merged, sheets=names, others=[cell]))
    assert none == []
    assert "damaged" in str(problem)
    assert second == ("乙", [["a"]], None)


def test_a_merged_fault_is_one_of_each_row_below_and_a_row_of_nothing_else_is_no_row_less():
    rows = [
        '<row r="1"><c r="A1" t="e"><v>#SPILL!</v></c><c r="B1" t="str"><v>a</v></c></row>',
        '<row r="2"><c r="B2" t="str"><v>b</v></c></row>',
        '<row r="3"><c r="A3" t="e"><f>1/0</f></c></row>',
    ]
    after = '<mergeCells><mergeCell ref="A1:A2"/></mergeCells>'
    ((first, second, third),) = [list(table.rows) for table in tables(book("".join(rows), after=after))]
    assert "A1" in str(first.faults[1])
    assert "A1" in str(second.faults[1])
    assert (second.cells, third.number, set(third.faults)) == (["#SPILL!", "b"], 3, {1})


def test_a_row_or_a_cell_that_stands_twice_is_named():
    def cell(place, text):
        return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'

    twice = f'<row r="1">{cell("A1", "a")}{cell("A1", "b")}</row><row r="2">{cell("A2", "c")}</row>'
    (found,) = [list(table.rows) for table in tables(book(twice + f'<row r="2">{cell("B2", "d")}</row>'))]
    assert {(row.number, column) for row in found for column in row.faults} == {(1, 1), (2, 2)}
    assert "Cell A1 stands twice" in str(found[0].faults[1])

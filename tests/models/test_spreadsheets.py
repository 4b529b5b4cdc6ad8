"""Files from outside are read by a process of its own, within limits; whatever they are, one sentence comes back."""

import sys

import pytest

from models.spreadsheets import MAXIMUM_BYTES, UnreadableSheet, in_memory, opened
from tests.broken_sheets import HEADER, LARGE, MADE_BY_HAND, book
from tests.sheets import workbook


def read(raw, **limits):
    """Name, rows and problem of each table."""
    with opened(raw, **limits) as tables:
        return [(table.name, [row.cells for row in table.rows], table.problem) for table in tables]


def test_a_workbook_made_by_hand_ends_in_a_sentence_and_no_process_of_ours():
    for what, made in MADE_BY_HAND.items():
        problems = []
        try:
            problems = [problem for _name, rows, problem in read(made()) if not rows]
        except UnreadableSheet as refusal:
            problems = [refusal]
        assert problems, what
        assert all("damaged" in str(problem) or "reach down" in str(problem) for problem in problems), what
    assert read(b"a,b\n1,2\n") == [("", [["a", "b"], ["1", "2"]], None)]


@pytest.mark.parametrize("start", ["<html>", "\ufeff<!DOCTYPE html>", "\n <TABLE>", '<?xml version="1.0"?><Workbook>'])
def test_a_web_page_under_the_name_of_a_workbook_is_said_to_be_one(start):
    with pytest.raises(UnreadableSheet, match="web page"):
        read(f"{start}<table><tr><td>房号</td></tr></table>".encode())


def test_a_workbook_without_sheets_has_no_tables():
    assert read(book(sheets="")) == []


def test_what_can_be_read_of_a_workbook_made_by_hand_is_read():
    assert read(book(HEADER)) == [("甲", [["姓名"]], None)]


@pytest.mark.parametrize(
    ("what", "limits", "said"),
    [
        ("one shared text of 380 MB", {"megabytes": 200}, "needs more than 200 MB of memory"),
        ("20 million empty cells", {"seconds": 1}, "stopped after 1 seconds"),
    ],
)
def test_reading_is_stopped_at_its_limits_of_memory_and_time(what, limits, said):
    with pytest.raises(UnreadableSheet, match=said):
        read(LARGE[what](), **limits)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"a," * 100_000, "Row 1 is longer"),
        (b"x" * 200_000, "Row 1 is longer"),
        (b'"' * 200_000, "Row 1 is longer"),
        (b'"' + b"x\n" * 100_000, "not CSV"),
    ],
)
def test_a_text_file_that_is_one_line_or_one_field_is_refused_before_it_is_held(raw, said):
    ((_name, rows, problem),) = read(raw)
    assert rows == []
    assert said in str(problem)


def test_a_file_of_more_than_200_MB_is_refused_before_it_is_read():
    with in_memory() as file:
        file.truncate(MAXIMUM_BYTES + 1)
        with pytest.raises(UnreadableSheet, match="larger than 200 MB"), opened(file):
            pytest.fail("it was opened")


def test_a_file_may_be_left_before_its_end():
    with opened(workbook([[f"人{at}"] for at in range(2000)], ["姓名"])) as tables:
        table = next(tables)
        assert next(table.rows).cells == ["姓名"]
    assert read(b"a\n") == [("", [["a"]], None)]


def test_where_no_process_can_be_started_a_file_is_to_be_tried_again(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(UnreadableSheet, match="try again in a minute"):
        read(b"a,b\n1,2\n")
    monkeypatch.undo()
    assert read(b"a,b\n1,2\n") == [("", [["a", "b"], ["1", "2"]], None)]


ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")
FORMULAS = ("=A1", "=$B$2", "=VLOOKUP(A1,Sheet2!A:B,2)", "=Sheet1!A1", "=业主!B3", "=a1&b1", "= SUM(A1:A3)")


TEXTS = ("'=A1", "=", "== 重要 ==", "#1", "#REF", '="4-1203"', "N/A", "=A1栋")


def test_what_a_spreadsheet_saved_as_text_for_an_error_or_a_formula_is_no_value():
    values = ERRORS + FORMULAS + TEXTS
    lines = ["姓名,电话", *(f'"{value.replace(chr(34), 2 * chr(34))}",138' for value in values)]
    with opened("\n".join(lines).encode()) as tables:
        (rows,) = [list(table.rows)[1:] for table in tables]
    said = {value: str(row.faults.get(1, "")) for value, row in zip(values, rows, strict=True)}
    assert all(value in said[value] and "error" in said[value] for value in ERRORS), said
    assert all("formula" in said[value] for value in FORMULAS), said
    assert {value for value in TEXTS if said[value]} == set()

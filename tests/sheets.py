"""Spreadsheets for the tests of imports."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook

from models.readers.spreadsheets.__main__ import messages
from models.spreadsheets import Sheet, sheets_of

HEADER = ("姓名", "手机", "房号", "身份", "入住日期", "证件类型", "证件号码", "车牌", "备注")
ENGLISH = ("Name", "Phone", "Unit", "Kind", "Moved in on", "Document", "ID number", "Vehicles", "Note")


def workbook(rows: Iterable[Sequence[Any]], header: Sequence[Any] | None = HEADER, merged: Sequence[str] = ()) -> bytes:
    """An .xlsx file of one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [*([header] if header is not None else []), *rows]:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """*book* as a file."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def tables(raw: bytes) -> Iterator[Sheet]:
    """What the reading process says of the file *raw*, read here: tests of what rows mean start no process."""
    return sheets_of(json.loads(json.dumps(message)) for message in messages(io.BytesIO(raw), path=None))


def table(raw: bytes) -> list[list[Any]]:
    """The rows of an .xlsx file."""
    sheet = load_workbook(io.BytesIO(raw)).active
    assert sheet is not None
    return [["" if value is None else value for value in row] for row in sheet.iter_rows(values_only=True)]


def people(count: int, units: Sequence[str], start: int = 0) -> list[list[Any]]:
    """So many people, each in one of *units*."""
    return [
        [f"张三{at}", 13900001000 + at, units[at % len(units)], "租户", "2024-05-01", "", "", f"京A{at:05d}", ""]
        for at in range(start, start + count)
    ]

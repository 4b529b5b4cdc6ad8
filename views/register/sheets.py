"""Rows of values as the files that people open: CSV and Excel workbooks, in which no text is ever a formula."""

import csv
import datetime
import io
import itertools
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO

from flask import Response, stream_with_context
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from models.import_cells import TEXT_STARTS


class Share(Decimal):
    """A part of one, which a workbook shows in per cent."""


Value = str | int | Decimal | datetime.datetime | datetime.date | datetime.time | None
"""What a cell holds. Times are those of the estate's clock, without a zone; amounts are yuan."""

CHUNK_CHARACTERS = 32_768
"""So much is sent at a time: a line at a time would cost more than making it."""
PIECE = 65_536
BYTE_ORDER_MARK = "\ufeff"  # without it Excel shows Chinese as garbage
CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_000  # Excel's own limit is 32,767
LARGEST_EXACT = 10**15
"""Excel keeps fifteen digits of a number."""
FIRST_DAY = datetime.date(1900, 3, 1)
"""Before it Excel counts a day that never was."""
SAMPLE = 200
"""So many rows are looked at to find how wide a column is."""
NARROWEST, WIDEST = 8, 50

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\]")
_FORMATS: dict[type, str] = {
    datetime.datetime: "yyyy-mm-dd hh:mm:ss",
    datetime.date: "yyyy-mm-dd",
    datetime.time: "hh:mm",
    Decimal: "#,##0.00",
    Share: "0.0%",
    int: "0",
}


def storable(text: str) -> str:
    """*text* without the signs that no file of this kind can hold."""
    return text if text.isprintable() else _CONTROL.sub("", text)


def safe_cell(text: str) -> str:
    """*text* as no spreadsheet takes for a formula when it reads CSV, without control characters."""
    text = storable(text)
    # An import takes the apostrophe away again, and only that one.
    return f"'{text}" if text.lstrip("'").startswith(TEXT_STARTS) else text


def as_written(value: Value) -> str:
    """*value* in CSV: times and dates as everybody reads them, figures plain, text neutralised."""
    if isinstance(value, str):
        return safe_cell(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, datetime.time):
        return value.isoformat("minutes")
    return "" if value is None else str(value)


def csv_lines(rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Rows as CSV text, beginning with a byte order mark."""
    buffer = io.StringIO()
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow(map(as_written, row))
        if buffer.tell() > CHUNK_CHARACTERS:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def csv_answer(rows: Iterable[Sequence[Value]], name: str) -> Response:
    """A streamed CSV file."""
    return Response(stream_with_context(csv_lines(rows)), mimetype=CSV_TYPE, headers=_saved_as(name))


def xlsx_answer(rows: Iterable[Sequence[Value]], name: str, title: str) -> Response:
    """An Excel workbook with one sheet called *title*, whole before anything of it is sent."""
    return book_answer([(title, rows)], name)


def book_answer(sheets: Iterable[tuple[str, Iterable[Sequence[Value]]]], name: str) -> Response:
    """An Excel workbook with several sheets, each a title and its rows, whole before anything of it is sent."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed once it was sent
    try:
        _write_book(sheets, file)
    except BaseException:
        file.close()
        raise
    return Response(_pieces(file), mimetype=XLSX_TYPE, headers=_saved_as(name))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _saved_as(name: str) -> dict[str, str]:
    """The header that makes the browser save instead of show."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def write_xlsx(rows: Iterable[Sequence[Value]], file: IO[bytes], title: str = "") -> None:
    """Write rows, the first of them the heading, as a workbook: typed cells, a frozen heading, a filter."""
    _write_book([(title, rows)], file)


def _write_book(sheets: Iterable[tuple[str, Iterable[Sequence[Value]]]], file: IO[bytes]) -> None:
    book = Workbook(write_only=True)
    for title, rows in sheets:
        _add_sheet(book, rows, title)
    book.save(file)


def _add_sheet(book: Workbook, rows: Iterable[Sequence[Value]], title: str) -> None:
    sheet = book.create_sheet(_NOT_IN_A_TITLE.sub(" ", title)[:31] or None)
    coming = iter(rows)
    sample = list(itertools.islice(coming, SAMPLE))
    if sample:
        sheet.freeze_panes = "A2"
        for number, texts in enumerate(itertools.zip_longest(*sample), 1):
            widest = max(map(_width, texts))
            sheet.column_dimensions[get_column_letter(number)].width = min(max(widest + 2, NARROWEST), WIDEST)
    number, columns = 0, len(sample[0]) if sample else 0
    for number, row in enumerate(itertools.chain(sample, coming), 1):
        cells = [_cell(sheet, value) for value in row]
        if number == 1:
            for cell in cells:
                cell.font = Font(bold=True)
        sheet.append(cells)
    if columns:
        sheet.auto_filter.ref = f"A1:{get_column_letter(columns)}{number}"


def _width(value: Value) -> int:
    """How many digits wide *value* is shown; a Chinese character takes two."""
    longest = max(as_written(value).split("\n"), key=len)
    return len(longest) + sum(ord(sign) > 0x2E7F for sign in longest)


def _cell(sheet: WriteOnlyWorksheet, value: Value) -> Cell:
    """A cell with *value* by its type; whatever is no date or figure of Excel's stays text."""
    if value is None or value == "":
        return WriteOnlyCell(sheet)
    too_early = isinstance(value, datetime.date) and datetime.date(value.year, value.month, value.day) < FIRST_DAY
    too_large = isinstance(value, int) and abs(value) >= LARGEST_EXACT
    if isinstance(value, str) or too_early or too_large:
        text = storable(value) if isinstance(value, str) else as_written(value)
        cell = WriteOnlyCell(sheet, value=text[:LONGEST_CELL])
        cell.data_type = "s"  # never "f": a text that begins like a formula is none
        if text.startswith(TEXT_STARTS):
            cell.quotePrefix = True  # nor when somebody opens the cell and leaves it again
        return cell
    cell = WriteOnlyCell(sheet, value=value)  # type: ignore[arg-type]  # decimals and dates are taken too
    cell.number_format = _FORMATS[type(value)]
    return cell

"""Exports: streamed from a server-side cursor, with the list's filters and scope, personal numbers masked."""

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from flask import Response, abort, stream_with_context
from flask_admin import expose
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from models.base import Choice, LongText, ShortText, UTCDateTime
from models.personal import keyring_of
from views import context
from views.bulk import BulkPages
from views.cells import Cell, as_text, mask_of
from views.language import local_today, zone

BATCH = 500
CHUNK_CHARACTERS = 32_768
"""So much is sent at a time: a line at a time would cost more than making it."""
BYTE_ORDER_MARK = "\ufeff"  # without it Excel shows Chinese as garbage
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_000  # Excel's own limit is 32,767

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def safe_cell(text: str) -> str:
    """*text* as no spreadsheet takes for a formula, without control characters."""
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_lines(rows: Iterator[list[str]]) -> Iterator[str]:
    """Rows as CSV text, beginning with a byte order mark, neutralised."""
    yield BYTE_ORDER_MARK
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
        if buffer.tell() > CHUNK_CHARACTERS:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def attachment(name: str) -> dict[str, str]:
    """The header that makes the browser save instead of show."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def csv_answer(rows: Iterator[list[str]], name: str) -> Response:
    """A streamed CSV file."""
    return Response(stream_with_context(csv_lines(rows)), mimetype="text/csv", headers=attachment(name))


class ExportPages(BulkPages):
    """``/admin/<register>/export/csv/`` and ``/xlsx/``."""

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Any:
        """The whole list as it is filtered now."""
        if export_type not in ("csv", "xlsx"):
            abort(404)
        self.require("export")
        asked = self.asked()
        name = f"{self.register.replace('_', '-')}-{local_today().isoformat()}.{export_type}"
        rows = self.export_rows(asked)
        if export_type == "csv":
            return csv_answer(rows, name)
        return Response(stream_with_context(xlsx_chunks(rows)), mimetype=XLSX_TYPE, headers=attachment(name))

    def export_rows(self, asked: Any) -> Iterator[list[str]]:
        """The heading and one list of texts a record, read in batches by id; the columns that the address chose."""
        names = asked.columns or self.exported_columns
        yield [str(self.get_column_name(name)) for name in names]
        query = self.rows_query(self.ids_query(asked), names).order_by(*self.ordered(asked))
        desk, readers = context.session(), [self.exported(name) for name in names]
        answer = desk.execute(query.execution_options(yield_per=BATCH))
        for batch in (answer if self.plain else answer.scalars()).partitions():
            for record in self.prepared(list(batch)):
                yield [read(record) for read in readers]
            desk.expunge_all()  # the whole register must not pile up in memory

    def exported(self, name: str) -> Callable[[Any], str]:
        """What gives the text of a column; times are exact here, where a list says how long is left.

        An export has many thousand cells, so what a column needs is looked up once and not for each of them.
        """
        cell, column = self.cells[name], self.model.__table__.columns.get(name)
        if hasattr(self, f"show_{name}") or (column is not None and column.info.get("secret")):
            return lambda record: as_text(cell(record))
        read = attrgetter(name)
        if column is None:  # of a record that is referred to, mostly its name
            return lambda record: value if type(value := read(record)) is str else as_text(cell(record))
        if isinstance(column.type, UTCDateTime):
            return _exact(read)
        if column.info.get("personal"):
            return _masked(read, name)
        if isinstance(column.type, Choice):
            return _remembered(read, cell)
        if isinstance(column.type, LongText):
            return lambda record: " ".join((read(record) or "").split())
        if isinstance(column.type, ShortText):
            return lambda record: read(record) or ""
        return lambda record: as_text(cell(record))


def _exact(read: Callable[[Any], Any]) -> Callable[[Any], str]:
    here = zone()

    def exact(record: Any) -> str:
        moment = read(record)
        return moment.astimezone(here).isoformat(" ", "minutes")[:16] if moment is not None else ""

    return exact


def _masked(read: Callable[[Any], Any], name: str) -> Callable[[Any], str]:
    decrypt, mask = keyring_of(context.session()).decrypt, mask_of(name)

    def masked(record: Any) -> str:
        stored = read(record)
        return mask(decrypt(stored)) if stored else ""

    return masked


def _remembered(read: Callable[[Any], Any], cell: Cell) -> Callable[[Any], str]:
    """For a column of few different values."""
    texts: dict[Any, str] = {}

    def remembered(record: Any) -> str:
        value = read(record)
        if value not in texts:
            texts[value] = as_text(cell(record))
        return texts[value]

    return remembered


def xlsx_chunks(rows: Iterator[list[str]]) -> Iterator[bytes]:
    """Rows as an Excel workbook, every cell a text; written to a temporary file, since the format needs its end."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=safe_cell(text)[:LONGEST_CELL])
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(65536):
            yield chunk

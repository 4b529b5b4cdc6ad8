"""Exports: streamed from a server-side cursor, with the list's filters and scope, personal numbers masked.

Cells carry the values of the database by their type, where a list says how long is left or colours a word; words of
closed lists stand in the reader's language.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from flask import abort
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import Integer

from models.base import UNREADABLE_DAY, Base, Choice, LocalDate, ShortText, UTCDateTime
from models.personal import masked_text
from views.register.part import Row
from views.register.sheets import Value, csv_answer, xlsx_answer
from views.request import context
from views.request.queries import Listing
from views.words.cells import Cell, as_text, mask_of, personal_of
from views.words.language import FEN_IN_YUAN, clock_text, local_moment, local_today, unreadable

if TYPE_CHECKING:
    from views.register.listing import ListPages as Part
else:
    from views.register.part import Part

MIDNIGHT = 24 * 60
BATCH = 200
"""So many records are read at a time: the whole register must not pile up in memory."""

Reader = Callable[[Any], Value]


class ExportPages(Part[Row]):
    """``/admin/<register>/export/csv/`` and ``/xlsx/``."""

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> ResponseReturnValue:
        """The whole list as it is filtered now."""
        if export_type not in ("csv", "xlsx") or not self.has_page("export"):
            abort(404)
        self.require("export")
        listing = self.listing()
        name = f"{self.register.replace('_', '-')}-{local_today().isoformat()}.{export_type}"
        rows = self.export_rows(listing)
        return csv_answer(rows, name) if export_type == "csv" else xlsx_answer(rows, name, str(self.title))

    def export_rows(self, listing: Listing) -> Iterator[list[Value]]:
        """The heading and one list of values a record, read in batches by id; the columns that the address chose."""
        names = listing.columns or self.exported_columns
        yield [str(self.get_column_name(name)) for name in names]
        query = self.rows_query(self.ids_query(listing), names).order_by(*self.ordered(listing))
        desk, readers = context.session(), [_without_numbers(name, self.exported(name)) for name in names]
        answer = desk.execute(query.execution_options(yield_per=BATCH))
        # Records that nothing holds any more leave the session by themselves: to expunge them would end the reading.
        for batch in (answer if self.reads_columns else answer.scalars()).partitions():
            for record in self.prepared(list(batch)):
                for row in self.exported_rows(record, names):
                    yield [read(row) for read in readers]

    def exported_rows(self, record: Row, names: Sequence[str]) -> Iterable[Any]:
        """The rows that an export of the columns *names* has of *record*: as a rule the record itself."""
        return (record,)

    def exported(self, name: str) -> Reader:
        """What gives the value of a column: ``value_<name>`` of the view where it has one, else by the column's type.

        An export has many thousand cells, so what a column needs is looked up once and not for each of them.
        """
        own: Reader | None = getattr(self, f"value_{name}", None)
        if own is not None:
            return own
        cell, column, read = self.cells[name], self.model.__table__.columns.get(name), attrgetter(name)
        if name in self.model.__mapper__.relationships and name in self.read_by((name,)):
            return lambda record: str(value) if (value := read(record)) is not None else None
        if column is None or column.info.get("secret"):
            return lambda record: as_text(cell(record))
        if isinstance(column.type, UTCDateTime):
            return _local(read)
        if isinstance(column.type, LocalDate):
            return _day(read)
        if column.info.get("personal"):
            return _masked(read, name)
        if name.endswith("_fen"):
            return _yuan(read)
        if name.endswith("_minute"):
            return lambda record: _time_of_day(read(record))
        if hasattr(self, f"show_{name}"):
            return lambda record: as_text(cell(record))
        if isinstance(column.type, Choice):
            return _remembered(read, cell)
        if isinstance(column.type, ShortText | Integer):
            return read
        return lambda record: as_text(cell(record))


CODES = frozenset({"number", "code", "source_key", "badge_number", "permit_number", "invoice_number", "request_id"})
"""Columns whose figures are of programs and papers, so that they are nobody's phone."""


def _without_numbers(name: str, read: Reader) -> Reader:
    """What *read* gives, with the phones and ID numbers that somebody wrote among other words masked (RES-4)."""
    if name in CODES:
        return read

    def shown(record: Base) -> Value:
        value = read(record)
        return masked_text(value) if isinstance(value, str) else value

    return shown


def _local(read: Callable[[Any], datetime.datetime | None]) -> Reader:
    """Instants by the estate's clock, to the second."""

    def local(record: Base) -> Value:
        moment = read(record)
        if moment is None:
            return None
        shown = local_moment(moment)
        return shown.replace(tzinfo=None, microsecond=0) if shown is not None else unreadable()

    return local


def _day(read: Callable[[Any], datetime.date | None]) -> Reader:
    def day(record: Base) -> Value:
        found = read(record)
        return found if found != UNREADABLE_DAY else unreadable()

    return day


def _yuan(read: Callable[[Any], int | None]) -> Reader:
    def yuan(record: Base) -> Value:
        fen = read(record)
        return (Decimal(fen) / FEN_IN_YUAN).quantize(Decimal("0.01")) if fen is not None else None

    return yuan


def _time_of_day(minute: int | None) -> Value:
    """As a time; the midnight that ends a day is none of its times, and stays a text."""
    return clock_text(minute) if minute == MIDNIGHT else None if minute is None else datetime.time(*divmod(minute, 60))


def _masked(read: Callable[[Any], Any], name: str) -> Reader:
    mask = mask_of(name)

    def masked(record: Base) -> Value:
        stored = read(record)
        return personal_of(stored, mask) if stored else None

    return masked


def _remembered(read: Callable[[Any], Any], cell: Cell) -> Reader:
    """For a column of few different values."""
    texts: dict[Any, str] = {}

    def remembered(record: Base) -> Value:
        value = read(record)
        if value not in texts:
            texts[value] = as_text(cell(record))
        return texts[value]

    return remembered

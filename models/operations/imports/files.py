"""How the file of an import is kept while it is worked on: every sheet, row by row, encrypted; and how it is read.

What was chosen to read it (the sheet, the row of the headings, rows left out) stands beside the sheets, encrypted too.
"""

import base64
import itertools
import json
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from models.errors import Msgid, OperationRefused, gettext_noop
from models.import_columns import HEADER_WITHIN, heading
from models.import_headings import COLUMNS
from models.operations.bulk import kept_refusal, refusal_from_kept
from models.personal import Keyring, Unreadable
from models.spreadsheets import RULE, Sheet, SheetRow, UnreadableSheet, rows_in

CHUNK = 500
CHUNK_CHARACTERS = 2_000_000
MOST_SUSPECTS = 100
"""Rows with a single cell that are shown; of sums and the like ten times as many."""
_EXPLAINS = re.compile(
    r"\W*(?:填写|填表|填报|制表|审核|说明|注意|备注\s*:|注\s*:|示例|样例|举例|例\s*:|例如|必填|选填|"
    r"notes?\b\s*:|for example|e\.g\.|example|required)",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"\W*(?:(?:本|全|各|该|以上)?\w{0,4}?(?:栋|幢|座|楼|单元|页|层|期|区|部)?\s*(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计)"
    r"(?!划|算)|总(?:户|人|套)?数\b|共有?\s*[0-9一二三四五六七八九十百千]+\s*[户人套间名位条]"
    r"|(?:sub|grand)?[ -]?total\b)",
    re.IGNORECASE,
)
_COUNT = re.compile(r"[0-9]+\s*[户人套间名位条]")
_SECTION = re.compile(r"\W*[\w ]{0,12}(?:栋|幢|座|楼|单元|期|区|苑|层|组团|部分|名单|名册)\W*")
_COLUMNS_OF_A_TABLE = 3
"""With fewer, a row with one cell is nothing odd."""


@dataclass
class KeptSheet:
    """One sheet as it is kept: which chunks hold its rows, and rows of it that may be words about the table."""

    name: str
    rows: int = 0
    first: int = 0
    last: int = -1
    """Its chunks, by position; none where the last lies before the first."""
    header_row: int = 0
    """The row that was taken for the headings when it was read."""
    top: int = 0
    """How many rows stand above the headings, these included."""
    filled: int = 0
    suspects: list[SheetRow] = field(default_factory=list)
    problem: UnreadableSheet | None = None


@dataclass
class Reading:
    """How the file is read now: the sheet, its headings, what is left out, and what all people of it are."""

    sheets: list[KeptSheet]
    sheet: int
    header_row: int
    header: list[str]
    left_out: frozenset[int] = frozenset()
    everybody: str | None = None
    rooms: list[Any] = field(default_factory=list)
    """What all rows show of how they name their rooms (:meth:`RoomColumns.facts`)."""
    year: int | None = None
    """Of which year days are that say none."""

    @property
    def chosen(self) -> KeptSheet:
        """The sheet that is read."""
        return self.sheets[self.sheet]

    def takes(self, row: SheetRow) -> bool:
        """Whether *row* is one of those to be imported."""
        return row.number > self.header_row and row.number not in self.left_out

    def fitted(self, row: SheetRow) -> SheetRow:
        """*row* of a CSV file with as many cells as the headings; refused where it has another number."""
        if self.chosen.name or row.problem is not None or len(row.cells) == len(self.header):
            return row
        if len(row.cells) > len(self.header) and not any(row.cells[len(self.header) :]):
            return row
        message = gettext_noop("The row has another number of cells than the header.")
        return replace(row, problem=OperationRefused(RULE, message))


@dataclass(frozen=True)
class SealedFile:
    """A file as it will be kept: read, cut into chunks and encrypted."""

    reading: Reading
    chunks: list[tuple[int, str]]
    """Number of rows, and the rows."""


def seal(tables: Iterable[Sheet], register: str, keyring: Keyring, *, size: int = CHUNK) -> SealedFile:
    """Encrypt the *tables* of a file while they are read, in chunks of *size* rows, before a transaction is begun.

    The first sheet with rows below its headings is the one that is read. Raises UnreadableSheet where there is none.
    """
    sheets: list[KeptSheet] = []
    headers: list[list[str]] = []
    chunks: list[tuple[int, str]] = []
    for table in tables:
        sheet, header = KeptSheet(table.name, first=len(chunks)), []
        for rows in rows_in(table.rows, size, CHUNK_CHARACTERS):
            if not sheet.rows:
                at = COLUMNS[register].header_of(rows)
                header, sheet.header_row, sheet.top = COLUMNS[register].header_in(rows, at), rows[at].number, at + 1
            sheet.rows += len(rows)
            for row in rows:
                most = MOST_SUSPECTS * (10 if explains(row, header) else 1)
                if row.number > sheet.header_row and len(sheet.suspects) < most and _is_suspect(row, header):
                    sheet.suspects.append(row)
            chunks.append((len(rows), sealed(keyring, [kept_row(row) for row in rows])))
        sheet.last, sheet.filled, sheet.problem = len(chunks) - 1, table.filled, table.problem
        if sheet.problem is not None:
            del chunks[sheet.first :]
            sheet.rows, sheet.last = 0, sheet.first - 1
        sheets.append(sheet)
        headers.append(header)
    for at, sheet in enumerate(sheets):
        if sheet.rows > sheet.top:
            return SealedFile(Reading(sheets, at, sheet.header_row, headers[at]), chunks)
    raise _nothing_in(sheets)


@dataclass(frozen=True)
class Upload:
    """One sheet of a file as a whole: its headings, the rows below them, and what of it is only words about it."""

    reading: Reading
    rows: list[SheetRow]

    @property
    def header(self) -> list[str]:
        """The headings."""
        return self.reading.header

    @property
    def others(self) -> list[str]:
        """The names of further sheets, which are not read."""
        return [sheet.name for sheet in self.reading.sheets if sheet is not self.reading.chosen]


def read_tables(
    tables: Iterable[Sheet], register: str, *, sheet: str | None = None, header_row: int | None = None
) -> Upload:
    """The first of *tables* with rows below its headings, or the *sheet* of that name. Raises UnreadableSheet."""
    sheets: list[KeptSheet] = []
    found: tuple[Reading, list[SheetRow]] | None = None
    for table in tables:
        kept = KeptSheet(table.name)
        wanted = found is None and sheet in (None, table.name)
        rows = list(table.rows) if wanted else []
        kept.filled, kept.problem = table.filled, table.problem
        sheets.append(kept)
        if not rows or kept.problem is not None:
            if sheet is not None and wanted and kept.problem is not None:
                raise kept.problem
            continue
        kept.rows = len(rows)
        number = rows[COLUMNS[register].header_of(rows)].number if header_row is None else header_row
        reading = Reading(sheets, len(sheets) - 1, number, header_at(rows, number, register))
        kept.suspects = [row for row in rows if row.number > number and _is_suspect(row, reading.header)]
        below = [reading.fitted(row) for row in rows if reading.takes(row)]
        if below:
            found = reading, below
    names = [one.name for one in sheets if one.name]
    if found is None and sheet is not None and sheet not in names:
        if not names:
            raise UnreadableSheet(gettext_noop("A CSV file has no sheets: leave the name of the sheet out."))
        message = gettext_noop("The file has no sheet “%(name)s”; it has %(names)s.")
        raise UnreadableSheet(message, name=sheet, names=names)
    if found is None:
        raise _nothing_in(sheets)
    return Upload(*found)


def seal_table(table: Upload, rows: Sequence[SheetRow], keyring: Keyring, *, size: int = CHUNK) -> SealedFile:
    """Encrypt the *rows* of one *table* that was read as a whole; its other sheets are known by their names alone."""
    parts = list(rows_in(rows, size, CHUNK_CHARACTERS))
    chunks = [(len(part), sealed(keyring, [kept_row(row) for row in part])) for part in parts]
    chosen = replace(table.reading.chosen, rows=len(rows), first=0, last=len(chunks) - 1, top=0, suspects=[])
    sheets = [chosen if sheet is table.reading.chosen else KeptSheet(sheet.name) for sheet in table.reading.sheets]
    return SealedFile(replace(table.reading, sheets=sheets), chunks)


def _nothing_in(sheets: Sequence[KeptSheet]) -> UnreadableSheet:
    for sheet in sheets:
        if sheet.problem is not None:
            return sheet.problem
    if any(sheet.rows for sheet in sheets):
        return UnreadableSheet(gettext_noop("There is nothing below the names of the columns."))
    return UnreadableSheet(gettext_noop("The file is empty: it has no visible sheet with anything in it."))


def why_left_out(row: SheetRow, header: Sequence[str]) -> Msgid | None:
    """Why *row* is rather a word about the table than a row of it; None where it is none."""
    words = [unicodedata.normalize("NFKC", cell).strip() for cell in row.cells if cell]
    if not words:
        return None
    if _is_heading(row.cells, header):
        return gettext_noop("the headings again")
    if any(map(_SUM.match, words[:2])) or all(map(_COUNT.fullmatch, words)):
        return gettext_noop("a sum")
    if _EXPLAINS.match(words[0]):
        return gettext_noop("an explanation")
    if len(words) == 1 and sum(map(bool, header)) >= _COLUMNS_OF_A_TABLE and _SECTION.fullmatch(words[0]):
        return gettext_noop("the name of a section")
    return None


def explains(row: SheetRow, header: Sequence[str]) -> bool:
    """Whether *row* is rather a word about the table than a row of it."""
    return why_left_out(row, header) is not None


def _is_heading(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Whether *cells* are the headings again, or further ones: two at least, and most of them known as such."""
    words = [heading(cell) for cell in cells if cell]
    known = {heading(text) for text in header} | _HEADINGS
    return words == [heading(text) for text in header if text] or (len(words) > 1 and known.issuperset(words))


_HEADINGS = frozenset(text for columns in COLUMNS.values() for text in columns.headings)


def _is_suspect(row: SheetRow, header: Sequence[str]) -> bool:
    return explains(row, header) or sum(bool(cell) for cell in row.cells) == 1


def header_at(rows: Sequence[SheetRow], number: int, register: str) -> list[str]:
    """The headings in the row of that *number* among the first *rows*; refused where there is no such row."""
    for at, row in enumerate(itertools.islice(rows, HEADER_WITHIN)):
        if row.number == number:
            return COLUMNS[register].header_in(rows, at)
    raise OperationRefused(RULE, gettext_noop("There is no row %(row)s among the first of this sheet."), row=number)


# ---------------------------------------------------------------- as it is stored


def kept_reading(keyring: Keyring, reading: Reading) -> str:
    """*reading* as it is stored with the run."""
    sheets = [
        [
            *(sheet.name, sheet.rows, sheet.first, sheet.last, sheet.header_row, sheet.top, sheet.filled),
            [kept_row(row) for row in sheet.suspects],
            None if sheet.problem is None else kept_refusal(sheet.problem),
        ]
        for sheet in reading.sheets
    ]
    chosen = [
        reading.sheet,
        reading.header_row,
        reading.header,
        sorted(reading.left_out),
        reading.everybody,
        reading.rooms,
        reading.year,
    ]
    return sealed(keyring, {"sheets": sheets, "chosen": chosen})


def reading_from(keyring: Keyring, stored: str) -> Reading:
    """What :func:`kept_reading` stored. Refuses what can no longer be read."""
    found = opened(keyring, stored)
    sheets = []
    try:
        for name, rows, first, last, header_row, top, filled, suspects, problem in found["sheets"]:
            refusal = None if problem is None else _unreadable(problem)
            words = [row_from(row) for row in suspects]
            sheets.append(KeptSheet(name, rows, first, last, header_row, top, filled, words, refusal))
        sheet, header_row, header, left_out, everybody, rooms, *year = found["chosen"]
    except (KeyError, TypeError, ValueError):  # kept by an earlier version, or cleared away
        message = gettext_noop("What was kept of this file can no longer be read: upload it again.")
        raise OperationRefused(RULE, message) from None
    return Reading(sheets, sheet, header_row, header, frozenset(left_out), everybody, rooms, *year)


def _unreadable(kept: dict[str, Any]) -> UnreadableSheet:
    refusal = refusal_from_kept(RULE, kept)
    return UnreadableSheet(Msgid(refusal.message), **refusal.values)


def kept_row(row: SheetRow) -> list[Any]:
    """*row* as it is stored."""
    return [row.number, row.cells, [[column, kept_refusal(fault)] for column, fault in row.faults.items()]]


def row_from(stored: list[Any]) -> SheetRow:
    """What :func:`kept_row` stored."""
    number, cells, faults = stored
    if faults and isinstance(faults[0], str):  # kept by an earlier version
        return SheetRow(number, cells, refusal_from_kept(*faults))
    return SheetRow(number, cells, faults={column: refusal_from_kept(RULE, fault) for column, fault in faults or ()})


def rows_of(keyring: Keyring, reading: Reading, content: str | None) -> list[SheetRow]:
    """The rows to be imported of what a chunk holds."""
    rows = (row_from(kept) for kept in opened(keyring, content))
    return [replace(reading.fitted(row), year=reading.year) for row in rows if reading.takes(row)]


def refusals_from(keyring: Keyring, stored: str | None) -> Iterator[tuple[int, OperationRefused]]:
    """Which rows of a chunk were refused, and why."""
    for at, refusal in opened(keyring, stored):
        yield at, refusal_from_kept(refusal["rule"], refusal)


def sealed(keyring: Keyring, value: Any) -> str:
    """*value*, compressed and encrypted."""
    packed = zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 6)
    return keyring.encrypt(base64.b85encode(packed).decode())


def opened(keyring: Keyring, stored: str | None) -> Any:
    """What :func:`sealed` made; an empty list of nothing. Refuses what can no longer be read."""
    if not stored:
        return []
    try:
        return json.loads(zlib.decompress(base64.b85decode(keyring.decrypt(stored))))
    except (Unreadable, ValueError, zlib.error):
        message = gettext_noop("What was kept of this file can no longer be read: upload it again.")
        raise OperationRefused(RULE, message) from None

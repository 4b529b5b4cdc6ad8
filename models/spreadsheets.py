"""A table out of a spreadsheet that somebody sent: XLSX or CSV, every cell as text, nothing believed. Pure.

What a workbook claims is looked at before it is unpacked: its size, how far its cells reach, formulas without result.
"""

import csv
import datetime
import io
import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from models.errors import Msgid, OperationRefused, gettext_noop

RULE = "IMPORT"
MAXIMUM_BYTES = 200 * 1024 * 1024
MAXIMUM_UNPACKED = 400 * 1024 * 1024
MAXIMUM_ROWS = 200_000
MAXIMUM_COLUMNS = 100
MAXIMUM_CELLS = 10_000_000
LONGEST_ROW = 100_000
BLOCK = 1 << 20

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_WORKBOOK = b"PK\x03\x04"
_DELIMITERS = ",;\t"


class UnreadableSheet(OperationRefused):
    """The file as a whole cannot be taken; the sentence says what to mend."""

    def __init__(self, message: Msgid, **values: Any) -> None:
        super().__init__(RULE, message, **values)


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as the spreadsheet shows it, its cells, and why it cannot be read where that is so."""

    number: int
    cells: list[str]
    problem: OperationRefused | None = None


@dataclass
class Sheet:
    """The rows of the first visible sheet that holds anything; ``name`` is empty for CSV. Empty rows are left out."""

    name: str
    rows: Iterator[SheetRow]
    others: list[str] = field(default_factory=list)
    """Further sheets that are not read."""


def read_sheet(raw: bytes) -> Sheet:
    """The table in the file *raw*. Raises UnreadableSheet, also while its rows are read."""
    if len(raw) > MAXIMUM_BYTES:
        raise UnreadableSheet(gettext_noop("The file is larger than 200 MB; split it."))
    if raw.startswith(_OLD_EXCEL):
        message = gettext_noop("This is an old Excel file (.xls) or has a password: save it as .xlsx without password.")
        raise UnreadableSheet(message)
    sheet = _read_workbook(raw) if raw.startswith(_WORKBOOK) else Sheet("", _rows_of_text(raw))
    sheet.rows = _limited(sheet.rows)
    return sheet


def _limited(rows: Iterator[SheetRow]) -> Iterator[SheetRow]:
    for count, row in enumerate(rows):
        if count > MAXIMUM_ROWS:
            raise UnreadableSheet(gettext_noop("The sheet has more than 200,000 rows; split it."))
        width = max((at + 1 for at, cell in enumerate(row.cells) if cell), default=0)
        if width > MAXIMUM_COLUMNS:
            raise UnreadableSheet(
                gettext_noop("The sheet has more than 100 columns; delete those that are not needed.")
            )
        if sum(map(len, row.cells)) > LONGEST_ROW:
            message = gettext_noop("Row %(row)s is longer than any row of people or units; look at its cells.")
            raise UnreadableSheet(message, row=row.number)
        yield SheetRow(row.number, row.cells[:MAXIMUM_COLUMNS], row.problem)


# ---------------------------------------------------------------- CSV


def _rows_of_text(raw: bytes) -> Iterator[SheetRow]:
    text = _decoded(raw)
    first = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    width = 0
    number = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                width = width or len(cells)
                problem = _problem_of(cells)
                if len(cells) != width and problem is None:
                    problem = _refusal(gettext_noop("The row has another number of cells than the header."))
                yield SheetRow(number, [_clean(cell) for cell in cells], problem)
            number = reader.line_num + 1
    except csv.Error:
        raise UnreadableSheet(gettext_noop("Line %(line)s is not CSV; open the file and look."), line=number) from None


def _decoded(raw: bytes) -> str:
    encodings = ["utf-16"] if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text[:BLOCK]:
            return text
        break
    raise UnreadableSheet(
        gettext_noop("This is no workbook (.xlsx), and no CSV in UTF-8 or GB18030: save it as one of these.")
    )


def _refusal(message: Msgid, **values: Any) -> OperationRefused:
    return OperationRefused(RULE, message, **values)


def _problem_of(cells: Iterable[str]) -> OperationRefused | None:
    if any(_CONTROL.search(cell) for cell in cells):
        return _refusal(gettext_noop("The row holds a control character, which nobody can see; type the cell again."))
    return None


def _clean(cell: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", cell).strip()


# ---------------------------------------------------------------- XLSX


@dataclass
class _Part:
    """What one pass over a sheet's XML found: how far its cells reach, and cells without a value of their own."""

    rows: int = 0
    columns: int = 0
    formulas: set[int] = field(default_factory=set)
    errors: set[int] = field(default_factory=set)


def _read_workbook(raw: bytes) -> Sheet:
    broken = UnreadableSheet(
        gettext_noop("The workbook is damaged, or no .xlsx: open it, save it as .xlsx, try again.")
    )
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAXIMUM_UNPACKED:
                raise UnreadableSheet(gettext_noop("The workbook is too large when unpacked (400 MB); split it."))
            visible = _visible_parts(archive)
            for at, (name, path) in enumerate(visible):
                part = _looked_through(archive, path)
                if part.rows:
                    # The reader lays out the whole rectangle, so a lone cell far away must not get there.
                    _check_reach(part)
                    sheet = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_name(name)
                    others = [other for further, (other, _path) in enumerate(visible) if further != at]
                    return Sheet(name, _rows_of_sheet(sheet, part), others)
    except (CalamineError, zipfile.BadZipFile, expat.ExpatError, KeyError, EOFError, NotImplementedError) as error:
        raise broken from error
    except RuntimeError as error:  # zipfile: a member has a password
        raise broken from error
    except OSError as error:  # zlib's own errors among them
        raise broken from error
    raise UnreadableSheet(gettext_noop("The workbook has no visible sheet with anything in it."))


def _check_reach(part: _Part) -> None:
    if part.rows > MAXIMUM_ROWS * 2 or part.rows * part.columns > MAXIMUM_CELLS:
        message = gettext_noop(
            "The cells of the sheet reach down to row %(row)s and over %(columns)s columns; split it."
        )
        raise UnreadableSheet(message, row=part.rows, columns=part.columns)


def _visible_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Name and path of each visible worksheet, in the workbook's order."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []

    def related(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes["Type"].endswith("/worksheet"):
            target = attributes["Target"]
            targets[attributes["Id"]] = target[1:] if target.startswith("/") else f"xl/{target}"

    def listed(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            key = next(value for name, value in attributes.items() if name.endswith(":id"))
            sheets.append((attributes["name"], key))

    _parse(archive, "xl/_rels/workbook.xml.rels", related)
    _parse(archive, "xl/workbook.xml", listed)
    return [(name, targets[key]) for name, key in sheets if key in targets]


def _parse(archive: zipfile.ZipFile, path: str, on_start: Any, on_end: Any = None, on_text: Any = None) -> None:
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        on_start(tag.rpartition(":")[2], attributes)

    def refuse(*_doctype: Any) -> None:
        raise expat.ExpatError("a workbook has no document type")

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    if on_end is not None:
        parser.EndElementHandler = lambda tag: on_end(tag.rpartition(":")[2])
    if on_text is not None:
        parser.CharacterDataHandler = on_text
    with archive.open(path) as stream:
        while block := stream.read(BLOCK):
            parser.Parse(block, False)
        parser.Parse(b"", True)


def _looked_through(archive: zipfile.ZipFile, path: str) -> _Part:
    part = _Part()
    row = column = 0
    formula = error = value = False
    text = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, formula, error, value, text
        if tag == "c":
            named = _REFERENCE.fullmatch(attributes.get("r", ""))
            row, column = (int(named[2]), _column_number(named[1])) if named else (row, column + 1)
            error, formula, text = attributes.get("t") == "e", False, 0
        elif tag == "row":
            row, column = int(attributes.get("r", row + 1)), 0
        elif tag == "f":
            formula = True
        elif tag in ("v", "t"):
            value = True

    def end(tag: str) -> None:
        nonlocal value
        if tag in ("v", "t"):
            value = False
        elif tag == "c" and (text or formula):
            part.rows, part.columns = max(part.rows, row), max(part.columns, column)
            if error:
                part.errors.add(row)
            elif not text:
                part.formulas.add(row)

    def said(words: str) -> None:
        nonlocal text
        if value:
            text += len(words)

    _parse(archive, path, start, end, said)
    return part


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _rows_of_sheet(sheet: Any, part: _Part) -> Iterator[SheetRow]:
    start = sheet.start
    if start is None:
        return
    blank = [""] * start[1]
    merged = _merged_rows(sheet.merged_cell_ranges or ())
    # The reader begins with the sheet's first row, whether or not it is empty.
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = blank + [_text_of(value) for value in values]
        problem = _problem_of(cells)
        if number in part.formulas:
            message = gettext_noop("A formula of this row has no result in the file: open it in Excel and save it.")
            problem = _refusal(message)
        elif number in part.errors:
            problem = _refusal(gettext_noop("A cell of this row shows an error (#N/A, #REF! or the like)."))
        elif number in merged and any(cells):
            problem = _refusal(gettext_noop("The row lies in merged cells: unmerge them and fill in each row."))
        if problem is not None or any(cells):
            yield SheetRow(number, [_clean(cell) for cell in cells], problem)


def _merged_rows(ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> set[int]:
    """The rows (from 1) that a merged area leaves without cells of their own: all but its top row, if one column."""
    found: set[int] = set()
    for (top, left), (bottom, right) in itertools.islice(ranges, MAXIMUM_ROWS):
        found.update(range(top + 1 + (left == right), min(bottom, MAXIMUM_ROWS * 2) + 2))
    return found


def _text_of(value: Any) -> str:
    """A cell as text: whole numbers without point, dates as ISO."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def rows_in(rows: Iterable[SheetRow], size: int, characters: int) -> Iterator[Sequence[SheetRow]]:
    """*rows* in parts of at most *size* rows, and not many more than so many *characters*."""
    part: list[SheetRow] = []
    length = 0
    for row in rows:
        part.append(row)
        length += sum(map(len, row.cells))
        if len(part) >= size or length >= characters:
            yield part
            part, length = [], 0
    if part:
        yield part

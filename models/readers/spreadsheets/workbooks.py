"""XLSX: what a workbook claims is looked at before its cells are laid out; nothing in it is believed."""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from . import BLOCK, MAXIMUM_ROWS, MAXIMUM_SHEETS, CannotRead, Row, Sheet, gettext_noop
from .cells import clean, problem_of, text_of

MAXIMUM_UNPACKED = 400 * 1024 * 1024
MAXIMUM_CELLS = 5_000_000
MAXIMUM_MERGED = 200_000
FILE = "/dev/fd/0"
"""Where the reader opens the file once more by its path: it would take a copy of one that it is given."""

_REFERENCE = re.compile(r"([A-Z]{1,3})0*([1-9][0-9]{0,6})", re.IGNORECASE)
_ROW_NUMBER = re.compile(r"0*([1-9][0-9]{0,6})")
_DAMAGED = gettext_noop("The workbook is damaged, or no .xlsx: open it, save it as .xlsx, try again.")
_BROKEN = (CalamineError, zipfile.BadZipFile, expat.ExpatError, zlib.error, KeyError, EOFError, NotImplementedError)

Area = tuple[tuple[int, int], tuple[int, int]]


@dataclass
class _Part:
    """What one pass over a sheet's XML found: how far its cells reach, and cells without a value of their own."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    formulas: set[int] = field(default_factory=set)
    errors: set[int] = field(default_factory=set)


def sheets_of_workbook(file: BinaryIO, path: str | None = FILE) -> Iterator[Sheet | tuple[str, CannotRead]]:
    """Each visible sheet that holds anything, or its name and why it cannot be read; *path* leads to *file* too,
    None where nothing does."""
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAXIMUM_UNPACKED:
                raise CannotRead(gettext_noop("The workbook is too large when unpacked (400 MB); split it."))
            visible = _visible_parts(archive)
            workbook: Any = None
            for name, member in visible:
                try:
                    part = _looked_through(archive, member)
                    _check_reach(part)
                except CannotRead as refusal:
                    yield name, refusal
                    continue
                if part.rows:
                    workbook = workbook or _laid_out(file, path)
                    yield _sheet(name, workbook.get_sheet_by_name(name), part)
    except _BROKEN as error:
        raise CannotRead(_DAMAGED) from error
    except (RuntimeError, OSError) as error:  # a member with a password, or one that cannot be unpacked
        raise CannotRead(_DAMAGED) from error


def _laid_out(file: BinaryIO, path: str | None) -> CalamineWorkbook:
    if path is not None:
        return CalamineWorkbook.from_path(path)
    file.seek(0)
    return CalamineWorkbook.from_filelike(file)


def _check_reach(part: _Part) -> None:
    # The reader lays out the whole rectangle, so a lone cell far away must not get there.
    if part.rows > MAXIMUM_ROWS * 2 or part.rows * part.columns > MAXIMUM_CELLS:
        message = gettext_noop(
            "The cells of the sheet reach down to row %(row)s and over %(columns)s columns; split it."
        )
        raise CannotRead(message, row=part.rows, columns=part.columns)


def _visible_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Name and path of each visible worksheet, in the workbook's order."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []
    names: set[str] = set()

    def related(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes["Type"].endswith("/worksheet"):
            targets[attributes["Id"]] = posixpath.normpath(posixpath.join("/xl", attributes["Target"]))[1:]

    def listed(tag: str, attributes: dict[str, str]) -> None:
        if tag != "sheet":
            return
        if attributes["name"] in names or len(names) > MAXIMUM_SHEETS * 10:
            # A sheet is read by its name, so a hidden one could be read in the place of the one that was checked.
            raise CannotRead(_DAMAGED)
        names.add(attributes["name"])
        key = next((value for name, value in attributes.items() if name.endswith(":id")), None)
        if key is None:
            raise CannotRead(_DAMAGED)
        if attributes.get("state", "visible") == "visible":
            sheets.append((attributes["name"], key))

    _parse(archive, "xl/_rels/workbook.xml.rels", related)
    _parse(archive, "xl/workbook.xml", listed)
    return [(name, targets[key]) for name, key in sheets if key in targets][:MAXIMUM_SHEETS]


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
    row = column = areas = 0
    formula = error = value = typed = False
    text = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, formula, error, value, typed, text, areas
        if tag == "c":
            part.cells += 1
            if part.cells > MAXIMUM_CELLS:
                message = gettext_noop(
                    "The sheet has more than 5,000,000 cells, empty ones with a format among them: copy the rows "
                    "that are needed into a new workbook."
                )
                raise CannotRead(message)
            if (written := attributes.get("r")) is not None:
                row, column = _place(written)
            else:
                column += 1
            # A cell of a type is laid out even where nothing is in it.
            error, formula, text, typed = attributes.get("t") == "e", False, 0, "t" in attributes
        elif tag == "row":
            written = attributes.get("r")
            row, column = (row + 1 if written is None else _row_number(written)), 0
        elif tag == "f":
            formula = True
        elif tag in ("v", "t"):
            value = True
        elif tag == "mergeCell":
            areas += 1
            if areas > MAXIMUM_MERGED:
                raise CannotRead(_DAMAGED)

    def end(tag: str) -> None:
        nonlocal value
        if tag in ("v", "t"):
            value = False
        elif tag == "c" and (text or formula or typed):
            part.rows, part.columns = max(part.rows, row), max(part.columns, column)
            if error:
                part.errors.add(row)
            elif formula and not text:
                part.formulas.add(row)

    def said(words: str) -> None:
        nonlocal text
        if value:
            text += len(words)

    _parse(archive, path, start, end, said)
    return part


def _place(reference: str) -> tuple[int, int]:
    """Row and column of a reference such as ``B12``."""
    named = _REFERENCE.fullmatch(reference)
    if named is None:
        raise CannotRead(_DAMAGED)
    column = 0
    for letter in named[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(named[2]), column


def _row_number(written: str) -> int:
    named = _ROW_NUMBER.fullmatch(written)
    if named is None:
        raise CannotRead(_DAMAGED)
    return int(named[1])


def _sheet(name: str, sheet: Any, part: _Part) -> Sheet:
    found = Sheet(name, iter(()))
    found.rows = _rows_of_sheet(sheet, part, found.filled)
    return found


def _rows_of_sheet(sheet: Any, part: _Part, filled: dict[str, int]) -> Iterator[Row]:
    start = sheet.start
    if start is None:
        return
    fill = _filling(sheet.merged_cell_ranges or (), filled)
    blank = [""] * start[1]
    # The reader begins with the sheet's first row, whether or not it is empty.
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = blank + [text_of(value) for value in values]
        fill(number, cells)
        problem = problem_of(cells)
        if number in part.formulas:
            message = gettext_noop("A formula of this row has no result in the file: open it in Excel and save it.")
            problem = CannotRead(message)
        elif number in part.errors:
            problem = CannotRead(gettext_noop("A cell of this row shows an error (#N/A, #REF! or the like)."))
        if problem is not None or any(cells):
            yield Row(number, [clean(cell) for cell in cells], problem)


def _filling(ranges: Iterable[Area], filled: dict[str, int]) -> Callable[[int, list[str]], None]:
    """What fills the cells of one row that lie under another in a merged area; rows without more are left empty.

    Raises CannotRead where areas overlap, which no spreadsheet program makes.
    """
    areas = sorted(((top, left, bottom) for (top, left), (bottom, _right) in ranges if bottom > top), reverse=True)
    open_areas: dict[int, tuple[int, str]] = {}

    def fill(number: int, cells: list[str]) -> None:
        row = number - 1
        for left in [left for left, (bottom, _value) in open_areas.items() if bottom < row]:
            del open_areas[left]
        if open_areas and any(cells):
            for left, (_bottom, value) in open_areas.items():
                if left < len(cells) and value and not cells[left]:
                    cells[left] = value
                    filled["cells"] += 1
        while areas and areas[-1][0] <= row:
            top, left, bottom = areas.pop()
            if left in open_areas:
                raise CannotRead(_DAMAGED)
            if top == row and left < len(cells):
                open_areas[left] = bottom, cells[left]

    return fill

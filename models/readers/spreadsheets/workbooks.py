"""XLSX: what a workbook claims is looked at before its cells are laid out; nothing in it is believed."""

import os
import posixpath
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from . import MAXIMUM_ROWS, MAXIMUM_SHEETS, CannotRead, Row, Sheet, gettext_noop
from .cells import NO_RESULT, clean, faults_of, text_of
from .odd_cells import TWICE, Cell, OddCells, SharedTexts, mend, shared_texts
from .parsing import parse

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
    odd: OddCells = field(default_factory=OddCells)


def sheets_of_workbook(file: BinaryIO, path: str | None = FILE) -> Iterator[Sheet | tuple[str, CannotRead]]:
    """Each visible sheet that holds anything, or its name and why it cannot be read; *path* leads to *file* too,
    None where nothing does."""
    try:
        with zipfile.ZipFile(file) as archive, ExitStack() as copies:
            if sum(info.file_size for info in archive.infolist()) > MAXIMUM_UNPACKED:
                raise CannotRead(gettext_noop("The workbook is too large when unpacked (400 MB); split it."))
            visible, texts = _visible_parts(archive)
            parts = {name: _looked_at(archive, member, texts) for name, member in visible}
            stops = {member: part.odd.stops for name, member in visible if isinstance(part := parts[name], _Part)}
            if texts.lost or any(stops.values()):
                file = copies.enter_context(_mended(archive, stops, texts))
                path = f"/dev/fd/{file.fileno()}"
            yield from _sheets(parts, file, path)
    except _BROKEN as error:
        raise CannotRead(_DAMAGED) from error
    except (RuntimeError, OSError) as error:  # a member with a password, or one that cannot be unpacked
        raise CannotRead(_DAMAGED) from error


def _sheets(
    parts: dict[str, _Part | CannotRead], file: BinaryIO, path: str | None
) -> Iterator[Sheet | tuple[str, CannotRead]]:
    workbook: Any = None
    for name, part in parts.items():
        if isinstance(part, CannotRead):
            yield name, part
        elif part.rows:
            workbook = workbook or _laid_out(file, path)
            try:
                sheet = workbook.get_sheet_by_name(name)
            except CalamineError:  # the other sheets may be sound
                yield name, CannotRead(_DAMAGED)
            else:
                yield _sheet(name, sheet, part)


def _looked_at(archive: zipfile.ZipFile, member: str, texts: SharedTexts) -> _Part | CannotRead:
    try:
        part = _looked_through(archive, member, texts)
        _check_reach(part)
    except CannotRead as refusal:
        return refusal
    return part


def _mended(archive: zipfile.ZipFile, stops: dict[str, set[int]], texts: SharedTexts) -> BinaryIO:
    """A copy that the reader can read, on no disk where the system has that."""
    if hasattr(os, "memfd_create"):
        copy: BinaryIO = os.fdopen(os.memfd_create("mended"), "w+b")
    else:
        copy = tempfile.TemporaryFile("w+b")  # noqa: SIM115  # closed by who asks for it
    mend(archive, copy, {path: cells for path, cells in stops.items() if cells}, texts)
    copy.flush()
    return copy


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


def _visible_parts(archive: zipfile.ZipFile) -> tuple[list[tuple[str, str]], SharedTexts]:
    """Name and path of each visible worksheet, in the workbook's order; and the texts that they share."""
    shared: list[str] = []
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []
    names: set[str] = set()

    def related(tag: str, attributes: dict[str, str]) -> None:
        if tag != "Relationship":
            return
        target = posixpath.normpath(posixpath.join("/xl", attributes["Target"]))[1:]
        if attributes["Type"].endswith("/worksheet"):
            targets[attributes["Id"]] = target
        elif attributes["Type"].endswith("/sharedStrings"):
            shared.append(target)

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

    parse(archive, "xl/_rels/workbook.xml.rels", related)
    parse(archive, "xl/workbook.xml", listed)
    found = [(name, targets[key]) for name, key in sheets if key in targets][:MAXIMUM_SHEETS]
    return found, shared_texts(archive, shared[0] if shared else None)


def _looked_through(archive: zipfile.ZipFile, path: str, texts: SharedTexts) -> _Part:
    part = _Part()
    row = column = areas = 0
    formula = value = phonetic = again = is_row_again = False
    rows: set[int] = set()
    columns: set[int] = set()
    cell = Cell(None)

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, formula, value, phonetic, cell, areas, again, is_row_again
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
            again = is_row_again or column in columns
            columns.add(column)
            cell, formula = Cell(attributes.get("t")), False
        elif tag == "row":
            written = attributes.get("r")
            row, column = (row + 1 if written is None else _row_number(written)), 0
            is_row_again = row in rows
            rows.add(row)
            columns.clear()
        elif tag == "f":
            formula = True
        elif tag in ("v", "t"):
            value, cell.plain_value = not phonetic, cell.plain_value or tag == "v"
        elif tag == "rPh":
            phonetic = True
        elif tag == "mergeCell":
            areas += 1
            if areas > MAXIMUM_MERGED:
                raise CannotRead(_DAMAGED)

    def end(tag: str) -> None:
        nonlocal value, phonetic
        if tag in ("v", "t"):
            value = False
        elif tag == "rPh":
            phonetic = False
        # A cell of a type is laid out even where nothing is in it.
        elif tag == "c" and (cell.text or formula or cell.kind is not None):
            part.rows, part.columns = max(part.rows, row), max(part.columns, column)
            part.odd.look_at(cell, (row, column), part.cells, texts)
            if again and cell.text:
                part.odd.note((row, column), TWICE, "")
            if formula and not cell.text and cell.kind != "e" and not (cell.kind == "str" and cell.plain_value):
                part.odd.note((row, column), NO_RESULT, "")

    def said(words: str) -> None:
        if value:
            cell.text.append(words)

    def marked() -> None:
        cell.marked = cell.marked or value

    parse(archive, path, start, end, said, marked)
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
    fill = _filling(sheet.merged_cell_ranges or (), filled)
    blank = [""] * (start[1] if start else 0)
    # The reader begins with the sheet's first row, whether or not it is empty, and knows nothing of some odd cells.
    rows = sheet.iter_rows() if start else iter(())
    for number in range(1, part.rows + 1):
        try:
            cells = blank + [text_of(value) for value in next(rows, ())]
        except OverflowError:  # a length of time that is none
            raise CannotRead(_DAMAGED) from None
        faults = dict(part.odd.faults.get(number, {}))
        for column, text in part.odd.texts.get(number, {}).items():
            cells += [""] * (column - len(cells))
            cells[column - 1] = text.strip()
        fill(number, cells, faults)
        faults |= faults_of(cells, number)
        if faults or any(cells):
            yield Row(number, [clean(cell) for cell in cells], faults)


def _filling(ranges: Iterable[Area], filled: dict[str, int]) -> Callable[[int, list[str], dict[int, CannotRead]], None]:
    """What fills the cells of one row that lie under another in a merged area; rows without more are left empty.

    Raises CannotRead where areas overlap, which no spreadsheet program makes.
    """
    areas = sorted(((top, left, bottom) for (top, left), (bottom, _right) in ranges if bottom > top), reverse=True)
    open_areas: dict[int, tuple[int, str, CannotRead | None]] = {}

    def fill(number: int, cells: list[str], faults: dict[int, CannotRead]) -> None:
        row = number - 1
        for left in [left for left, (bottom, _value, _fault) in open_areas.items() if bottom < row]:
            del open_areas[left]
        if open_areas and any(cells):
            for left, (_bottom, value, fault) in open_areas.items():
                if left < len(cells) and not cells[left]:
                    if fault is not None:
                        faults[left + 1] = fault
                    if value:
                        cells[left] = value
                        filled["cells"] += 1
        while areas and areas[-1][0] <= row:
            top, left, bottom = areas.pop()
            if left in open_areas:
                raise CannotRead(_DAMAGED)
            if top == row and left < len(cells):
                open_areas[left] = bottom, cells[left], faults.get(left + 1)

    return fill

"""Cells that a workbook may hold and its reader refuses, with the whole workbook, or reads as something else.

They are found in the XML, named, and shown as they are written; where the reader would stop at them, it gets a copy of
the workbook in which they are plain text.
"""

import math
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from . import BLOCK, CannotRead, gettext_noop
from .cells import ERROR, ERRORS, reference
from .parsing import parse

MOST_FAULTS = 100_000
LONGEST_SHOWN = 40
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[+-]?(?:inf|infinity|nan)", re.IGNORECASE)
_READ_ERRORS = ERRORS | {""}
_SHARED_TEXT = re.compile(rb"<(?:[\w.-]+:)?si[\s/>]")
_CDATA = b"<![CDATA["
_OVERLAP = 64


@dataclass(frozen=True)
class SharedTexts:
    """The texts that several cells may point to: how many there are, and whether the reader would lose some."""

    path: str
    count: int = 0
    lost: bool = False


@dataclass
class Cell:
    """One cell as the XML has it."""

    kind: str | None
    text: list[str] = field(default_factory=list)
    plain_value: bool = False
    """Whether it has a value of its own, and not only a text within it."""
    marked: bool = False
    """Whether characters of it stand in a CDATA section, which the reader leaves out."""


@dataclass
class OddCells:
    """The odd cells of one sheet."""

    faults: dict[int, dict[int, CannotRead]] = field(default_factory=dict)
    """Row and column (from 1) -> why the cell cannot be read."""
    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    """What stands in such cells."""
    stops: set[int] = field(default_factory=set)
    """At which cells, counted as they stand in the file, the reader would stop or leave something out."""
    count: int = 0

    def look_at(self, cell: Cell, place: tuple[int, int], number: int, shared: SharedTexts) -> None:
        """Note the cell at *place*, the *number*-th of the sheet, if it is odd."""
        text = "".join(cell.text)
        why, stops = _judged(cell, text, shared)
        if why is None and not stops:
            return
        self.count += 1
        if self.count > MOST_FAULTS:
            raise CannotRead(gettext_noop("More than 100,000 cells of the sheet cannot be read; look at its formulas."))
        row, column = place
        self.texts.setdefault(row, {})[column] = text
        if stops:
            self.stops.add(number)
        if why is not None:
            self.note(place, why, text)

    def note(self, place: tuple[int, int], why: str, text: str) -> None:
        """Keep that the cell at *place* cannot be taken."""
        row, column = place
        fault = CannotRead(why, cell=reference(row, column), value=text.strip()[:LONGEST_SHOWN])
        self.faults.setdefault(row, {})[column] = fault


def _judged(cell: Cell, text: str, shared: SharedTexts) -> tuple[str | None, bool]:
    """Why the cell cannot be read (None: it can), and whether the reader would stop at it or read something else."""
    kind, written = cell.kind, text.strip()
    if kind is None or kind == "n":
        if not written or (written.isascii() and written.isdigit() and len(written) < 300):
            return None, cell.marked
        return _judged_number(written, marked=cell.marked)
    if kind in ("str", "d"):
        return None, cell.marked
    if kind == "inlineStr":
        return None, cell.marked or (cell.plain_value and bool(written))
    if kind == "s":
        known = written.isascii() and written.isdigit() and len(written) < 10 and int(written) < shared.count
        return (None, cell.marked) if known or not written else (UNKNOWN, True)
    if kind == "b":
        known = written.lower() in ("", "0", "1", "true", "false")
        return (None, cell.marked) if known else (UNKNOWN, True)
    if kind == "e":
        return ERROR if written else EMPTY_ERROR, written not in _READ_ERRORS
    return UNKNOWN if written else None, True


def _judged_number(written: str, *, marked: bool) -> tuple[str | None, bool]:
    if _NUMBER.fullmatch(written):
        return (None, marked) if math.isfinite(float(written)) else (NO_NUMBER, False)
    return NO_NUMBER if _NO_NUMBER.fullmatch(written) else None, True


EMPTY_ERROR = gettext_noop("Cell %(cell)s shows an error: write down what belongs there.")
UNKNOWN = gettext_noop("Cell %(cell)s cannot be read (%(value)s): type it again.")
NO_NUMBER = gettext_noop("Cell %(cell)s holds no number that there is (%(value)s): type it again.")
TWICE = gettext_noop("Cell %(cell)s stands twice in the file: open it in Excel, look, and save it.")


def shared_texts(archive: zipfile.ZipFile, path: str | None) -> SharedTexts:
    """What there is to know of the part *path* before any cell points to it."""
    if path is None or path not in archive.namelist():
        return SharedTexts("")
    count, lost, before = 0, False, b""
    with archive.open(path) as stream:
        while block := stream.read(BLOCK):
            piece = before + block
            # What begins in the overlap is counted with the next block, where the whole of it stands.
            whole = piece if len(block) < BLOCK else piece[:-_OVERLAP]
            count += len(_SHARED_TEXT.findall(whole))
            lost = lost or _CDATA in piece
            before = piece[len(whole) :]
        count += len(_SHARED_TEXT.findall(before))
    return SharedTexts(path, count, lost)


def mend(archive: zipfile.ZipFile, copy: BinaryIO, stops: Mapping[str, set[int]], texts: SharedTexts) -> None:
    """Write *archive* into *copy*, the cells of its sheets at which the reader stops as plain texts.

    *stops*: the path of a sheet -> those cells, as they are counted. What they hold is known beside the copy.
    """
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as mended:
        for info in archive.infolist():
            with mended.open(info.filename, "w") as to:
                if info.filename in stops or (texts.lost and info.filename == texts.path):
                    _write_plain(archive, info.filename, to, stops.get(info.filename, set()))
                    continue
                with archive.open(info) as stream:
                    while block := stream.read(BLOCK):
                        to.write(block)


def _write_plain(archive: zipfile.ZipFile, path: str, to: object, stops: set[int]) -> None:
    number, within = 0, False
    write = to.write  # type: ignore[attr-defined]  # what a zip file opens for writing has no public type

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal number, within
        prefix, _colon, name = tag.rpartition(":")
        if name == "c":
            number += 1
            if number in stops:
                within = True
                place = f" r={quoteattr(attributes['r'])}" if "r" in attributes else ""
                value = f"{prefix}:v" if prefix else "v"
                write(f'<{tag}{place} t="str"><{value}>?</{value}></{tag}>'.encode())
        if not within:
            named = "".join(f" {key}={quoteattr(text)}" for key, text in attributes.items())
            write(f"<{tag}{named}>".encode())

    def end(tag: str) -> None:
        nonlocal within
        if not within:
            write(f"</{tag}>".encode())
        elif tag.rpartition(":")[2] == "c":
            within = False

    def said(words: str) -> None:
        if not within:
            write(escape(words).encode())

    parse(archive, path, start, end, said, whole_names=True)

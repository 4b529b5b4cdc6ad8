"""``python -m spreadsheets``: the file on standard input as lines of JSON on standard output, within limits.

Lines: ``["sheet", name]``, ``["rows", [[number, cells, faults], …]]``, ``["unreadable", name, problem]``, ``["end",
filled]`` after the rows of a sheet, ``["refused", problem]`` for the file as a whole, ``["done"]`` at last.
"""

import contextlib
import itertools
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from . import CannotRead, Row, Sheet, gettext_noop, limited
from .comma_separated import rows_of_text
from .workbooks import FILE, sheets_of_workbook

ROWS_IN_A_LINE = 200
OUT_OF_MEMORY = 3
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_WORKBOOK = b"PK\x03\x04"
_PAGES = (b"<html", b"<!doctype html", b"<head", b"<meta", b"<table", b"<?xml")
"""How what other programs call an Excel file begins, which is a page or the XML of an old Excel."""


def messages(file: BinaryIO, *, encoding: str | None = None, path: str | None = FILE) -> Iterator[Any]:
    """The messages about *file*, one by one; *path* leads to it too, None where nothing does."""
    try:
        yield from _tables(file, encoding, path)
    except CannotRead as refusal:
        yield ["refused", _problem(refusal)]
    yield ["done"]


def _tables(file: BinaryIO, encoding: str | None, path: str | None) -> Iterator[Any]:
    file.seek(0)
    beginning = file.read(512)
    start = beginning[:4]
    if beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        message = gettext_noop("This is a web page under the name of a workbook: open it, save it as .xlsx, try again.")
        raise CannotRead(message)
    if start == _OLD_EXCEL:
        message = gettext_noop("This is an old Excel file (.xls) or has a password: save it as .xlsx without password.")
        raise CannotRead(message)
    file.seek(0)
    found: Any = sheets_of_workbook(file, path) if start == _WORKBOOK else [Sheet("", rows_of_text(file, encoding))]
    for sheet in found:
        if isinstance(sheet, Sheet):
            yield from _told(sheet)
        else:
            name, refusal = sheet
            yield ["unreadable", name, _problem(refusal)]


def _told(sheet: Sheet) -> Iterator[Any]:
    rows = limited(sheet.rows)
    yield ["sheet", sheet.name]
    try:
        while part := list(itertools.islice(rows, ROWS_IN_A_LINE)):
            yield ["rows", [_plain(row) for row in part]]
    except CannotRead as refusal:
        yield ["unreadable", sheet.name, _problem(refusal)]
    else:
        yield ["end", sheet.filled["cells"]]


def _plain(row: Row) -> list[Any]:
    return [row.number, row.cells, [[column, *_problem(fault)] for column, fault in sorted(row.faults.items())]]


def _problem(refusal: CannotRead) -> list[Any]:
    return [refusal.message, refusal.values]


def _limit(megabytes: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(seconds * 2)  # whoever started this may be gone
    with contextlib.suppress(OSError):
        # Where memory is short, this process goes before any other.
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def main() -> None:
    """Arguments: megabytes of memory, seconds of work, and the encoding of CSV where it is known."""
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    encoding = sys.argv[3] if len(sys.argv) > 3 else None
    try:
        with open(0, "rb", closefd=False) as file:  # standard input has no path
            for message in messages(file, encoding=encoding):
                sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")
        sys.stdout.flush()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


if __name__ == "__main__":
    main()

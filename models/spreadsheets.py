"""Tables out of files that somebody sent (XLSX or CSV): read by a process of its own, every cell as text.

The reading itself is the program in ``readers/spreadsheets/``. It is started anew for each file (no fork of a process
with threads), is handed the file and nothing else, neither keys nor database, and may use so much memory and time.
Whatever is wrong with a file ends that process; whoever reads it here gets a sentence.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from models.errors import Msgid, OperationRefused, gettext_noop

RULE = "IMPORT"
MAXIMUM_BYTES = 200 * 1024 * 1024
MEGABYTES = 900
"""Memory of the reading process, addresses included; 200,000 rows of 25 columns need two thirds of it."""
SECONDS = 60
"""Time on a processor; by the clock twice as long."""
SECONDS_TO_WAIT = 30
"""How long somebody waits for the file of a colleague: one is read at a time in each process."""
OUT_OF_MEMORY = 3
_ONE_AT_A_TIME = threading.BoundedSemaphore(1)
_PROGRAMS = Path(__file__).resolve().parent / "readers"

_BUSY = gettext_noop("Other files are being read just now; try again in a minute.")
DAMAGED = gettext_noop("The workbook is damaged, or no .xlsx: open it, save it as .xlsx, try again.")


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
    faults: Mapping[int, OperationRefused] = field(default_factory=dict)
    """Column (from 1) -> why that cell cannot be read; it matters where the column is taken."""
    year: int | None = None
    """Of which year days are that say none, where somebody has said it."""


@dataclass
class Sheet:
    """One table of a file, whose rows are to be read before the next table is; ``name`` is empty for CSV."""

    name: str
    rows: Iterator[SheetRow]
    filled: int = 0
    """Cells that got the value of the merged area they lie in; known when the rows are read."""
    problem: UnreadableSheet | None = None
    """Why the table cannot be taken; known when the rows are read."""


@contextmanager
def opened(
    file: IO[bytes] | bytes, *, encoding: str | None = None, megabytes: int = MEGABYTES, seconds: int = SECONDS
) -> Iterator[Iterator[Sheet]]:
    """The tables of *file*, one after the other. Raises UnreadableSheet, also while they are read.

    *encoding* is tried first where it is CSV; *megabytes* and *seconds* are what the reading may take. A file without a
    descriptor is copied into one, in memory where the system has that.
    """
    if not _ONE_AT_A_TIME.acquire(timeout=SECONDS_TO_WAIT):
        raise UnreadableSheet(_BUSY)
    try:
        with _described(file) as given:
            if given.seek(0, os.SEEK_END) > MAXIMUM_BYTES:
                raise UnreadableSheet(gettext_noop("The file is larger than 200 MB; split it."))
            messages = _messages(given, encoding, megabytes, seconds)
            try:
                yield sheets_of(messages)
            finally:
                messages.close()
    finally:
        _ONE_AT_A_TIME.release()


def sheets_of(messages: Iterator[list[Any]]) -> Iterator[Sheet]:
    """The tables that the *messages* of the reading process tell of."""
    for kind, *values in messages:
        if kind == "sheet":
            sheet = Sheet(values[0], iter(()))
            sheet.rows = _rows(sheet, messages)
            yield sheet
            for _rest in sheet.rows:
                pass
        elif kind == "unreadable":
            yield Sheet(values[0], iter(()), problem=UnreadableSheet(Msgid(values[1][0]), **values[1][1]))
        elif kind == "refused":
            raise UnreadableSheet(Msgid(values[0][0]), **values[0][1])


def _rows(sheet: Sheet, messages: Iterator[list[Any]]) -> Iterator[SheetRow]:
    for kind, *values in messages:
        if kind == "rows":
            for number, cells, faults in values[0]:
                refusals = {column: OperationRefused(RULE, Msgid(said), **given) for column, said, given in faults}
                yield SheetRow(number, cells, faults=refusals)
        elif kind == "end":
            sheet.filled = values[0]
            return
        else:
            message, given = values[-1]
            sheet.problem = UnreadableSheet(Msgid(message), **given)
            return


def _messages(file: IO[bytes], encoding: str | None, megabytes: int, seconds: int) -> Generator[Any, None, None]:
    command = [sys.executable, "-m", "spreadsheets", str(megabytes), str(seconds), *([encoding] if encoding else [])]
    environment = {"PYTHONPATH": str(_PROGRAMS), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        child = subprocess.Popen(  # noqa: S603  # this interpreter, arguments of our own
            command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd="/"
        )
    except OSError:  # no room for one process more
        raise UnreadableSheet(_BUSY) from None
    with child as process:
        assert process.stdout is not None
        overdue = threading.Timer(seconds * 2, process.kill)
        overdue.start()
        try:
            for line in process.stdout:
                message = json.loads(line)
                if message[0] == "done":
                    return
                yield message
            process.wait()
        finally:
            late = overdue.finished.is_set()
            overdue.cancel()
            process.kill()
    raise _why_it_ended(process.returncode, late, megabytes, seconds)


def _why_it_ended(code: int, late: bool, megabytes: int, seconds: int) -> UnreadableSheet:
    if late or -code in (signal.SIGXCPU, signal.SIGALRM):
        message = gettext_noop(
            "Reading the file was stopped after %(seconds)s seconds: copy the rows that are needed into a new "
            "workbook, or save them as CSV."
        )
        return UnreadableSheet(message, seconds=seconds)
    if code == OUT_OF_MEMORY or code < 0:
        message = gettext_noop(
            "Reading the file was stopped, it needs more than %(megabytes)s MB of memory: copy the rows "
            "that are needed into a new workbook, or save them as CSV."
        )
        return UnreadableSheet(message, megabytes=megabytes)
    return UnreadableSheet(DAMAGED)


@contextmanager
def _described(file: IO[bytes] | bytes) -> Iterator[IO[bytes]]:
    """*file* as one that another process can be handed."""
    if not isinstance(file, bytes) and _has_descriptor(file):
        file.flush()
        yield file
        return
    with in_memory() as copy:
        if isinstance(file, bytes):
            copy.write(file)
        else:
            file.seek(0)
            shutil.copyfileobj(file, copy)
        copy.flush()
        yield copy


def _has_descriptor(file: IO[bytes]) -> bool:
    try:
        file.fileno()
    except OSError:
        return False
    return True


def in_memory() -> IO[bytes]:
    """An empty file that is on no disk, outside of this process's own memory, where the system has that (RES-4)."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("front desk"), "w+b")
    return tempfile.TemporaryFile("w+b")  # without a name, gone with its process


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

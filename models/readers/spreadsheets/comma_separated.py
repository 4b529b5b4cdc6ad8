"""CSV in UTF-8, UTF-16, GB18030 or the encoding that is named, read line by line."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from . import BLOCK, LONGEST_ROW, MAXIMUM_ROWS, CannotRead, Row, gettext_noop, row_too_long
from .cells import clean, faults_of

_DELIMITERS = ",;\t|"
_AS_TEXT = re.compile('="([^"]*)"')
"""How programs make a spreadsheet keep a number as it is written."""
_BIG5_HEADINGS = re.compile("姓名|電話|手機|房號|單元|樓|門牌|地址|編號|業主")
_LINES_LOOKED_AT = 20
_OTHER_FILES = (b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_HAN = re.compile("[\u4e00-\u9fff]")
_SURELY_UTF_8 = 4
"""So many characters that by chance no text in another encoding has."""
MAXIMUM_LINES = 10 * MAXIMUM_ROWS
"""Empty ones, and those within a cell, included."""


def rows_of_text(file: BinaryIO, encoding: str | None = None) -> Iterator[Row]:
    """The rows of the CSV *file*; each has the cells that its line has, however many the others have."""
    text = io.TextIOWrapper(file, encoding=_encoding_of(file, encoding), newline="")
    delimiter = _delimiter_of(text)
    csv.field_size_limit(LONGEST_ROW)
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(
                    number,
                    [_AS_TEXT.sub(_inner, clean(cell)) for cell in cells],
                    faults_of(cells, number, in_text=True),
                )
            number = reader.line_num + 1
    except csv.Error:
        raise CannotRead(gettext_noop("Line %(line)s is not CSV; open the file and look."), line=number) from None


def _inner(found: re.Match[str]) -> str:
    return found[1] if found[0] == found.string else found[0]


def _lines(text: TextIO) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_ROW + 1):
        number += 1
        if number > MAXIMUM_LINES:
            raise CannotRead(gettext_noop("The sheet has more than 200,000 rows; split it."))
        if len(line) > LONGEST_ROW:
            raise row_too_long(number)
        yield line


def _delimiter_of(text: TextIO) -> str:
    first = "".join(text.readline(LONGEST_ROW) for _line in range(_LINES_LOOKED_AT))
    text.seek(0)
    return max(_DELIMITERS, key=first.count)


def _encoding_of(file: BinaryIO, named: str | None) -> str:
    file.seek(0)
    start = file.read(BLOCK)
    marked = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encodings = ["utf-16"] if marked else [*([named] if named else []), "utf-8-sig", *_chinese(start)]
    for encoding in encodings:
        if not start.startswith(_OTHER_FILES) and _fits(file, encoding):
            file.seek(0)
            return encoding
        if encoding == "utf-8-sig" and (line := _where_another_begins(file)) is not None:
            message = gettext_noop(
                "Line %(line)s is written in another encoding than those before it: open the file and save it as UTF-8."
            )
            raise CannotRead(message, line=line)
    raise CannotRead(
        gettext_noop("This is no workbook (.xlsx), and no CSV in UTF-8 or GB18030: save it as one of these.")
    )


def _where_another_begins(file: BinaryIO) -> int | None:
    """The line in which a file that begins as UTF-8 goes on otherwise: none in which Chinese was UTF-8 before it."""
    file.seek(0)
    seen = 0
    for number, line in enumerate(iter(lambda: file.readline(4 * LONGEST_ROW), b""), 1):
        try:
            seen += len(_HAN.findall(line.decode()))
        except UnicodeDecodeError:
            return number if seen >= _SURELY_UTF_8 else None
    return None


def _chinese(start: bytes) -> list[str]:
    """The encodings of Chinese without a mark that a file with this *start* may have, the likeliest first."""
    if b"\0" in start:
        encoding = "utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"
        return [encoding] if re.match("[^\0-\x08\x0b\x0c\x0e-\x1f]*\n", start.decode(encoding, "ignore")) else []
    first = start.partition(b"\n")[0]
    # Nearly everything can be read as GB18030; only its headings show that a file is in Big5.
    is_big5 = _BIG5_HEADINGS.search(first.decode("big5", "ignore")) and not re.search(
        "姓名|电话|手机|房号|单元|楼|地址|编号|业主", first.decode("gb18030", "ignore")
    )
    return ["big5", "gb18030"] if is_big5 else ["gb18030"]


def _fits(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while block := file.read(BLOCK):
            if "\0" in decoder.decode(block):
                return False
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True

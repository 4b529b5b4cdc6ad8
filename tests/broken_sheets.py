"""Workbooks and CSV files that are made by hand or broken: small on the disk, large for who reads them."""

import io
import zipfile
from collections.abc import Callable, Iterable

_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>'
MEGABYTE = 1 << 20


def book(
    rows: str | Iterable[bytes] = HEADER,
    *,
    after: str = "",
    sheets: str = '<sheet name="甲" sheetId="1" r:id="rId1"/>',
    others: Iterable[str] = (),
    strings: Iterable[bytes] | None = None,
) -> bytes:
    """An .xlsx whose first sheet has these *rows* as they are, *others* the rows of further sheets."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = [rows, *others]
        relations = "".join(
            f'<Relationship Id="rId{at}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
            for at in range(1, len(parts) + 1)
        )
        shared = f'<Relationship Id="rId99" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{relations}{shared if strings is not None else ''}</Relationships>",
        )
        for at, part in enumerate(parts, 1):
            with archive.open(f"xl/worksheets/sheet{at}.xml", "w") as member:
                member.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                for piece in [part.encode()] if isinstance(part, str) else part:
                    member.write(piece)
                member.write(f"</sheetData>{after if at == 1 else ''}</worksheet>".encode())
        if strings is not None:
            with archive.open("xl/sharedStrings.xml", "w") as member:
                member.write(f'<sst xmlns="{MAIN}">'.encode())
                for piece in strings:
                    member.write(piece)
                member.write(b"</sst>")
    return file.getvalue()


def far(cell: str) -> str:
    """The header, and one *cell* far away."""
    return f"{HEADER}<row>{cell}</row>"


def same_name(state: str) -> bytes:
    """Two sheets of one name, the second of which reaches far."""
    sheets = f'<sheet name="甲" sheetId="1" state="{state}" r:id="rId2"/><sheet name="甲" sheetId="2" r:id="rId1"/>'
    return book(sheets=sheets, others=[far('<c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c>')])


def _merged(times: int) -> str:
    return "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * times + "</mergeCells>"


MADE_BY_HAND: dict[str, Callable[[], bytes]] = {
    "reference in lower case": lambda: book(far('<c r="xfd1048576"><v>1</v></c>')),
    "reference with zeros": lambda: book(far('<c r="XFD01048576"><v>1</v></c>')),
    "far cell with an empty value": lambda: book(far('<c r="XFD1048576" t="str"><v></v></c>')),
    "far cell with an empty text": lambda: book(far('<c r="XFD1048576" t="inlineStr"><is><t/></is></c>')),
    "far cell of an empty shared text": lambda: book(
        far('<c r="XFD1048576" t="s"><v>0</v></c>'), strings=[b"<si><t/></si>"]
    ),
    "far cell without a reference": lambda: book(
        HEADER + '<row r="1048576">' + "<c/>" * 16383 + '<c t="str"><v>x</v></c></row>'
    ),
    "reference that is none": lambda: book('<row r="1"><c r="abc"><v>1</v></c></row>'),
    "empty reference": lambda: book('<row r="1"><c r=""><v>1</v></c></row>'),
    "row of letters": lambda: book('<row r="abc"><c><v>1</v></c></row>'),
    "row without a number": lambda: book('<row r=""><c><v>1</v></c></row>'),
    "row below zero": lambda: book('<row r="-1"><c><v>1</v></c></row>'),
    "row nought": lambda: book('<row r="0"><c><v>1</v></c></row>'),
    "row of 5,000 digits": lambda: book('<row r="' + "9" * 5000 + '"><c><v>1</v></c></row>'),
    "sheet without an id": lambda: book(sheets='<sheet name="甲" sheetId="1"/>'),
    "sheet without a name": lambda: book(sheets='<sheet sheetId="1" r:id="rId1"/>'),
    "hidden sheet of the same name": lambda: same_name("hidden"),
    "very hidden sheet of the same name": lambda: same_name("veryHidden"),
    "merged areas over the whole sheet": lambda: book(after=_merged(2000)),
    "more merged areas than rows": lambda: book(after=_merged(200_001)),
    "merged area that is none": lambda: book(after='<mergeCells><mergeCell ref="A1:zz"/></mergeCells>'),
    "cut off": lambda: book()[:-40],
    "unbalanced": lambda: book("<row><c>"),
    "a document type": lambda: book("<!DOCTYPE x>"),
}
"""What is small; each by what is wrong with it."""


def _times(piece: bytes, megabytes: int) -> Iterable[bytes]:
    block = piece * (MEGABYTE // len(piece))
    return (block for _megabyte in range(megabytes))


LARGE: dict[str, Callable[[], bytes]] = {
    "20 million empty cells": lambda: book(_times(b"<row>" + b"<c/>" * 20 + b"</row>", 100)),
    "shared texts of 380 MB": lambda: book(strings=_times(b"<si><t>x</t></si>", 380)),
    "one shared text of 380 MB": lambda: book(
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=[b"<si><t>", *_times(b"x", 380), b"</t></si>"]
    ),
    "one cell of 380 MB": lambda: book(
        [b'<row r="1"><c r="A1" t="inlineStr"><is><t>', *_times(b"x", 380), b"</t></is></c></row>"]
    ),
    "one line of 180 MB": lambda: b"a," * (90 * MEGABYTE),
    "one field of 180 MB": lambda: b"x" * (180 * MEGABYTE),
    "180 MB of quotes": lambda: b'"' * (180 * MEGABYTE),
    "180 MB of quoted lines": lambda: b'"' + b"x\n" * (90 * MEGABYTE),
    "190 MB of small rows": lambda: b"a,b\n" * (47 * MEGABYTE),
    "190 MB of nothing": lambda: b",\n" * (95 * MEGABYTE),
    "190 MB of lines of 90 kB": lambda: (b"x" * 90_000 + b"\n") * 2200,
    "unpacks to 410 MB": lambda: book(strings=_times(b"<si><t>x</t></si>", 410)),
}
"""What is large when it is read."""

"""One part of a workbook, read as XML: nothing in it is believed, and it has no document type."""

import zipfile
from typing import Any
from xml.parsers import expat

from . import BLOCK


def parse(
    archive: zipfile.ZipFile,
    path: str,
    on_start: Any,
    on_end: Any = None,
    on_text: Any = None,
    on_mark: Any = None,
    *,
    whole_names: bool = False,
) -> None:
    """Call back for each element of the part *path*, by its name without prefix unless *whole_names* are wanted.

    *on_mark* is called where a CDATA section begins. Raises ExpatError for what is no XML.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_doctype: Any) -> None:
        raise expat.ExpatError("a workbook has no document type")

    def named(tag: str) -> str:
        return tag if whole_names else tag.rpartition(":")[2]

    parser.StartElementHandler = lambda tag, attributes: on_start(named(tag), attributes)
    parser.StartDoctypeDeclHandler = refuse
    if on_end is not None:
        parser.EndElementHandler = lambda tag: on_end(named(tag))
    if on_text is not None:
        parser.CharacterDataHandler = on_text
    if on_mark is not None:
        parser.StartCdataSectionHandler = on_mark
    with archive.open(path) as stream:
        while block := stream.read(BLOCK):
            parser.Parse(block, False)
        parser.Parse(b"", True)

"""Reading the program's pages: what a person sees in them, found by ids, headings, addresses and roles.

Nothing here knows a class or the order of elements, so pages may be drawn anew as long as they say the same.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

Node = LexborNode


def page(answer: Any) -> Node:
    """The page of an answer or text; the answer must be one that shows something."""
    if not isinstance(answer, str):
        assert answer.status_code == 200, f"{answer.status_code}: {words(LexborHTMLParser(answer.text).root)[:400]}"
        answer = answer.text
    root = LexborHTMLParser(answer).root
    assert root is not None
    return root


def words(node: Node | None) -> str:
    """The text of a piece of a page, white space as one blank."""
    return " ".join(node.text(separator=" ").split()) if node is not None else ""


def one(piece: Node, selector: str) -> Node:
    """The only element that fits."""
    found = piece.css(selector)
    assert len(found) == 1, f"{len(found)} × {selector} in: {words(piece)[:1500]}"
    return found[0]


def under(piece: Node, heading_id: str) -> Node:
    """The part of the page that the heading with that id names."""
    return one(piece, f"[aria-labelledby='{heading_id}']")


def headings(piece: Node) -> list[str]:
    """The headings, in order."""
    return [words(node) for node in piece.css("h1, h2, h3")]


def links(piece: Node) -> Iterator[tuple[str, str]]:
    """Text and address of each link."""
    for node in piece.css("a[href]"):
        yield words(node), node.attributes.get("href") or ""


def ids(piece: Node, path: str) -> list[int]:
    """The ids of the records at *path* (``/admin/tickets/details/``) that the piece links to, each once, in order."""
    found = []
    for _text, address in links(piece):
        parts = urlsplit(address)
        if parts.path == path:
            found += [int(text) for text in parse_qs(parts.query).get("id", ())]
    return list(dict.fromkeys(found))


def rows(piece: Node) -> list[Node]:
    """The rows of the tables, without the ones of headings."""
    return piece.css("tbody tr")


def row_of(piece: Node, path: str, record_id: int) -> Node:
    """The row that links to that record."""
    found = [row for row in rows(piece) if record_id in ids(row, path)]
    assert len(found) == 1, f"{len(found)} rows of {path}?id={record_id} in: {words(piece)[:1500]}"
    return found[0]


def columns(row: Node) -> dict[str, str]:
    """Heading -> what the row says under it."""
    table = row.parent
    while table is not None and table.tag != "table":
        table = table.parent
    assert table is not None
    names = [words(node) for node in table.css("thead tr th")]
    return dict(zip(names, [words(node) for node in row.css("td, th")], strict=True))


def facts(piece: Node) -> dict[str, str]:
    """Term -> what is said of it, of the lists of facts."""
    found = {}
    for term in piece.css("dt"):
        following = term.next
        while following is not None and following.tag != "dd":
            following = following.next
        found[words(term)] = words(following)
    return found


def number_in(text: str) -> int:
    """The only number in a text."""
    (found,) = re.findall(r"\d+", text)
    return int(found)

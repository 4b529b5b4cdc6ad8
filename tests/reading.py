"""Reading the program's pages: what a person sees in them, found by ids, headings, addresses and roles.

Nothing here knows a class or the order of elements, so pages may be drawn anew as long as they say the same.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

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
    if node is None:
        return ""
    # The id of a rule is a link that ends before its colon.
    return re.sub(r" ([:：])", r"\1", " ".join(node.text(separator=" ").split()))


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


def tables(piece: Node) -> dict[str, dict[str, str]]:
    """First cell of each row -> heading -> what the row says under it."""
    found = [columns(row) for row in rows(piece)]
    return {next(iter(row.values())): row for row in found}


def facts(piece: Node) -> dict[str, str]:
    """Term -> what is said of it, of the lists of facts."""
    found = {}
    for term in piece.css("dt"):
        following = term.next
        while following is not None and following.tag != "dd":
            following = following.next
        found[words(term)] = words(following)
    return found


def refused(page_text: str) -> str:
    """What a page says is wrong."""
    return " · ".join(words(node) for node in page(page_text).css("main [role=alert], main [id$='-error']"))


# ------------------------------------------------------------------ forms


def sent(form: Node) -> dict[str, str]:
    """What a browser sends of a form in which nothing was typed; of several fields of one name the last."""
    found = {}
    for field in form.css("input[name], select[name], textarea[name]"):
        given = field.attributes
        if given.get("type") in ("checkbox", "radio") and "checked" not in given:
            continue
        found[given["name"] or ""] = chosen(field) if field.tag == "select" else typed(field)
    return found


def typed(field: Node) -> str:
    """What stands in an input or an area of text."""
    return field.text().strip() if field.tag == "textarea" else field.attributes.get("value") or ""


def chosen(field: Node) -> str:
    """The value of the choice that is marked, of the first where none is."""
    options = field.css("option[selected]") or field.css("option")
    return options[0].attributes.get("value") or "" if options else ""


def value_of(piece: Node, name: str) -> str:
    """What the fields of that name hold; all of them the same."""
    values = {typed(field) for field in piece.css(f"[name='{name}']")}
    assert len(values) == 1, f"{values or 'no field'} of the name {name} in: {words(piece)[:1500]}"
    return values.pop()


def ticked(piece: Node, name: str) -> list[str]:
    """The values of that name whose box or circle is marked."""
    return [typed(field) for field in piece.css(f"input[name='{name}'][checked]")]


def asked(address: str) -> dict[str, str]:
    """What an address asks for."""
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def number_in(text: str) -> int:
    """The only number in a text."""
    (found,) = re.findall(r"\d+", text)
    return int(found)

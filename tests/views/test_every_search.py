"""Every place where somebody searches answers whatever is typed, with the rows that were meant."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from models.residents import Resident
from models.session import DeskSession
from tests.factories import World
from tests.marks import EVERYTHING, only_sqlite
from tests.records import Records
from views.forms.lookup_kinds import LOOKUPS

FINDS_ZHANG = (
    "张伟",
    "zhang",
    "zhang wei",
    "zhangwei",
    "zw",
    "张 伟",
    "1-101 张伟",
    "13800138000",
    "8000",
    "13800138000 张",
)
"""Writings of the one person, alone and beside other words."""
FINDS_LEAK = ("漏水", "漏水 张伟", "1-101 漏水", "张 漏水 0", "１－１０１　漏水", "漏水 8000")
"""Writings of the one ticket."""
FINDS_NOTHING = (
    "Anna Kowalska",
    "漏水 厨房",
    "a b c d e",
    "灯 水 门 墙 地",
    "12 34 56 78 90",
    "9-909 王",
    "ａｂｃ ｄｅｆ",
)
SAYS_NOTHING = ("   ", "　", "x", "% _", "* \" ' \\", "- - - - -")
ALL = (
    "张伟",
    "漏水 张伟",
    "13800138000 张",
    "a b c d e",
    "12 34 56 78 90",
    "ａｂｃ　１－１０１",
    "   ",
    "% _ * \" ' \\",
)
"""One, two and five words, figures and words, full width, blanks, signs."""


def places(pages: dict[str, Any]) -> dict[str, str]:
    """Address of each place that reads a search term -> the name under which it reads it."""
    found = {"/admin/search/": "q", "/admin/tickets/intake/callers/": "q", "/admin/keys/board/": "q"}
    found |= {"/admin/tickets/intake/": "q", "/admin/mentions/people/": "q"}
    for view in pages.values():
        if getattr(view, "_search_supported", False):
            found[f"/admin/{view.url.rpartition('/')[2]}/"] = "search"
    found |= {f"/admin/tickets/ajax/lookup/?name={name}": "query" for name in LOOKUPS}
    return found


def test_no_search_fails_whatever_is_typed(
    records: Records, session: DeskSession, pages: dict[str, Any], sign_in: Callable[..., FlaskClient]
) -> None:
    client, asked = sign_in("supervisor"), places(pages)
    assert len(asked) > 20
    apart = 1 if EVERYTHING else 2 if session.get_bind().dialect.name == "sqlite" else 4  # dealt out to the places
    for number, (path, name) in enumerate(asked.items()):
        for text in ALL[number % apart :: apart]:
            address, _, more = path.partition("?")
            given = {name: text, **({"name": more.partition("=")[2]} if more else {})}
            answer = client.get(address, query_string=given)
            assert answer.status_code == 200, (path, text)


def test_several_words_find_the_rows_that_hold_all_of_them(
    records: Records, session: DeskSession, world: World, sign_in: Callable[..., FlaskClient]
) -> None:
    person = session.scalars(select(Resident).where(Resident.id == records.ids["residents"])).one()
    person.name_pinyin = "zhang wei zhangwei zw"
    session.commit()
    client = sign_in("supervisor")

    def answered(path: str, name: str, text: str) -> str:
        return client.get(path, query_string={name: text}, headers={"Accept": "application/json"}).text

    for text in FINDS_ZHANG:
        for path, name in (
            ("/admin/search/", "q"),
            ("/admin/residents/", "search"),
            ("/admin/tickets/intake/callers/", "q"),
            ("/admin/tickets/ajax/lookup/?name=resident", "query"),
        ):
            shown = (
                answered(path.partition("?")[0], name, text)
                if "?" not in path
                else client.get(f"{path}&query={text}").text
            )
            assert "张伟" in shown, (path, text)
    for text in FINDS_LEAK:
        for path, name in (("/admin/search/", "q"), ("/admin/tickets/", "search"), ("/admin/follow-ups/", "search")):
            assert "漏水 0" in answered(path, name, text), (path, text)
    for text in (*FINDS_NOTHING, *SAYS_NOTHING[2:]):
        for path, name in (("/admin/search/", "q"), ("/admin/tickets/intake/callers/", "q")):
            assert answered(path, name, text).strip() in ("[]", ""), (path, text)


@only_sqlite
def test_a_percent_sign_or_a_line_means_itself_in_every_search(
    records: Records, pages: dict[str, Any], sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("manager")

    def found(path: str, name: str, text: str) -> int:
        address, _, more = path.partition("?")
        given = {name: text, **({"name": more.partition("=")[2]} if more else {})}
        answer = client.get(address, query_string=given).text
        return answer.count("details/?id=") + answer.count('"value":"id:') + answer.count("id%3A")

    for path, name in places(pages).items():
        assert {text: found(path, name, text) for text in ("%", "_")} == dict.fromkeys(
            "%_", found(path, name, "鑫鑫")
        ), path

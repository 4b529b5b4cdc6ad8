"""The page of the gate, and the guard, who has nothing but it."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.passes import Direction, PassMovement, VisitorPass
from models.session import DeskSession
from tests import reading
from tests.factories import World
from tests.marks import first_sqlite, only_sqlite
from tests.records import Records
from tests.views.test_access import rules_of

PAGE = "/admin/gate/"
HOUR = datetime.timedelta(hours=1)
OPEN_TO_GUARDS = {
    "admin",
    "times",
    "waiting",
    "at_the_gate",
    "rules",
    "messages",
    "ways_out",
    "search",
    "saved_views",
    "mentions",
}
"""Endpoints of pages: the own one, the desk that leads there, and what everybody has."""


@pytest.fixture
def visitor(session: DeskSession, records: Records) -> VisitorPass:
    """A pass that is valid for some hours."""
    return session.get_one(VisitorPass, records.ids["visitor_passes"])


@pytest.fixture
def guard(world: World, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """The guard's browser."""
    return sign_in("guard")


def screen(client: FlaskClient, **asked: Any) -> tuple[str, str]:
    """Which colour, and all that it says."""
    shown = reading.one(reading.page(client.get(PAGE, query_string=asked)), ".gate-screen")
    return (shown.attributes["class"] or "").split()[-1], reading.words(shown)


def logged(look: DeskSession) -> list[Direction]:
    look.rollback()
    return list(look.scalars(select(PassMovement.direction).order_by(PassMovement.id)))


@first_sqlite
def test_a_code_fills_the_screen_and_the_second_press_logs__PAS_7_PAS_8(
    guard: FlaskClient, session: DeskSession, look: DeskSession, visitor: VisitorPass, post: Callable[..., Any]
) -> None:
    code, name, number = visitor.code, visitor.holder_name, visitor.id
    visitor.inside = False
    session.commit()
    colour, said = screen(guard, code=code.lower())
    assert colour == "gate-yes"
    assert "✓ Valid" in said
    assert name in said
    assert logged(look) == [], "an answer logs nobody"
    assert post(guard, f"{PAGE}in/", **{"pass": number}).status_code == 302
    assert post(guard, f"{PAGE}in/", **{"pass": number}).status_code == 409
    assert logged(look) == [Direction.IN]
    assert "Check out" in screen(guard, **{"pass": number})[1]
    assert post(guard, f"{PAGE}out/", **{"pass": number}).status_code == 302
    assert logged(look) == [Direction.IN, Direction.OUT]
    assert post(guard, f"{PAGE}aside/", **{"pass": number}).status_code == 404


@first_sqlite
def test_what_is_not_valid_is_red_and_says_why__PAS_7(
    guard: FlaskClient, session: DeskSession, visitor: VisitorPass, now: datetime.datetime
) -> None:
    assert screen(guard, code="XXXX")[0] == "gate-no"
    assert "There is no pass with this code." in screen(guard, code="XXXX")[1]
    visitor.inside, visitor.revoked_at, visitor.revoke_reason = False, now, "误发"
    session.commit()
    colour, said = screen(guard, code=visitor.code)
    assert (colour, "This pass was revoked." in said, "Check in" in said) == ("gate-no", True, False)


@only_sqlite
def test_who_is_inside_whose_pass_has_expired_and_who_is_expected_stands_below__PAS_8(
    guard: FlaskClient, session: DeskSession, visitor: VisitorPass, now: datetime.datetime
) -> None:
    def rows() -> dict[str, list[str]]:
        page = reading.page(guard.get(PAGE))
        found = {}
        for heading in page.css("h2[id^='gate-']"):
            name = (heading.attributes["id"] or "").removeprefix("gate-")
            section = reading.under(page, f"gate-{name}")
            found[name] = [reading.words(link) for link in section.css("tbody a")]
        return found

    name = visitor.holder_name
    visitor.inside = False
    session.commit()
    assert rows() == {"inside": [], "expected": [name]}
    visitor.inside = True
    session.commit()
    assert rows() == {"inside": [name], "expected": []}
    visitor.valid_from, visitor.valid_until = now - 2 * HOUR, now - HOUR
    session.commit()
    assert rows() == {"overdue": [name], "inside": [], "expected": []}


@only_sqlite
def test_the_gate_is_of_one_estate(
    guard: FlaskClient, session: DeskSession, world: World, visitor: VisitorPass, sign_in: Callable[..., FlaskClient]
) -> None:
    code, number = visitor.code, visitor.id
    session.commit()
    stranger = sign_in("stranger")
    assert "no pass with this code" in screen(stranger, code=code)[1]
    assert stranger.get(f"{PAGE}?pass={number}").status_code == 404
    assert guard.get(f"{PAGE}?pass=987654").status_code == 404


@only_sqlite
@pytest.mark.parametrize("role", ["technician", "lead", "auditor", "admin"])
def test_others_have_no_page_of_the_gate__PAS_8(
    role: str, world: World, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client = sign_in(role)
    assert client.get(PAGE).status_code == 403
    assert post(client, f"{PAGE}in/", **{"pass": 1}).status_code == 403


@only_sqlite
def test_a_guard_finds_the_gate_first_and_in_the_menu_nothing_of_the_registers(guard: FlaskClient) -> None:
    assert guard.get("/admin/").location == PAGE
    menu = reading.one(reading.page(guard.get(PAGE)), ".menu-list")
    assert [text for text, _address in reading.links(menu)] == ["Desk", "Messages", "Gate", "Rules"]


@only_sqlite
def test_a_guard_opens_no_page_of_a_register_and_finds_nobody_by_searching__RES_4(
    guard: FlaskClient, app: Flask, pages: dict[str, Any], records: Records, world: World, post: Callable[..., Any]
) -> None:
    opened = []
    for view, name, rule, path in rules_of(app, pages):
        if view.endpoint in OPEN_TO_GUARDS:
            continue
        address = re.sub(r"<[^>]+>", "1", path)
        asked = {"id": records.ids.get(view.endpoint, 1), "q": "张"}
        answers = [guard.get(address, query_string=asked)] if "GET" in (rule.methods or ()) else []
        answers += [post(guard, f"{address}?id={asked['id']}")] if "POST" in (rule.methods or ()) else []
        opened += [(view.endpoint, name, answer.status_code) for answer in answers if answer.status_code < 400]
    assert opened == []
    found = guard.get("/admin/search/?q=张伟")
    main = reading.one(reading.page(found), "main")
    assert [address for _text, address in reading.links(main) if "details" in address] == []
    assert guard.get("/admin/waiting/").get_json() == {}

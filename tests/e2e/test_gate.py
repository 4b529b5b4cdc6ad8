"""A guard at the gate: the answer fills the screen, the second press logs, on a phone and at a desk."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from models.passes import PassMovement, VisitorPass
from models.session import DeskSession
from tests.e2e.conftest import SIZES
from tests.e2e.test_pages import AXE, FINGER, RULES
from tests.marks import only_sqlite
from tests.records import Records

WHOLE = 0.8
"""The answer has at least this part of the window's height."""


def without_obstacles(page: Page, size: str) -> None:
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "rules => axe.run({ runOnly: rules }).then((all) => all.violations.map((one) => one.id))", RULES
    )
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert size != "phone" or page.evaluate(FINGER) == []


@only_sqlite
@pytest.mark.parametrize("size", sorted(SIZES))
def test_the_answer_fills_the_screen_and_enter_alone_logs_nobody__PAS_7_PAS_8(
    size: str, person: Callable[..., Page], say: Callable[[str], str], session: DeskSession, records: Records
) -> None:
    visitor = session.get_one(VisitorPass, records.ids["visitor_passes"])
    visitor.inside = False
    session.commit()
    code = visitor.code
    session.commit()
    before = session.scalar(select(func.count()).select_from(PassMovement))
    session.commit()
    page = person("guard", size=size)
    page.goto("/admin/")
    for typed, colour, word in (("ABCD", "gate-no", "Not valid"), (code, "gate-yes", "Valid")):
        page.locator("#code").fill(typed)
        page.locator("#code").press("Enter")
        screen = page.locator(f".{colour}")
        expect(screen).to_contain_text(say(word))
        height = screen.evaluate("one => one.getBoundingClientRect().height / window.innerHeight")
        assert height > WHOLE
        without_obstacles(page, size)
    assert session.scalar(select(func.count()).select_from(PassMovement)) == before
    session.commit()
    page.locator(".gate-button").click()
    expect(page.locator("#gate-inside")).to_contain_text("1")
    assert session.scalar(select(func.count()).select_from(PassMovement)) == (before or 0) + 1

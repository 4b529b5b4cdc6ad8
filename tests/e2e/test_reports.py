"""Reports in a browser: charts within the strict content policy, on screens of both sizes; tables without scripts."""

import datetime
from collections.abc import Callable

from playwright.sync_api import Page, expect

from models.session import DeskSession
from tests.factories import World
from tests.marks import only_sqlite
from tests.records import make_records


@only_sqlite
def test_charts_are_drawn_within_the_content_policy(
    person: Callable[..., Page], session: DeskSession, world: World, now: datetime.datetime
) -> None:
    make_records(session, world, now)
    session.commit()
    for size in ("desktop", "phone"):
        page = person("manager", size=size)
        said = heard(page)
        page.goto("/admin/reports/")
        expect(page.locator(".chart canvas")).to_have_count(page.locator("[data-chart]").count())
        page.locator(".chart").first.hover()
        assert said == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def heard(page: Page) -> list[str]:
    """What the browser says about the page from now on: refused styles, errors of scripts."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@only_sqlite
def test_without_scripts_the_tables_stand(
    person: Callable[..., Page], session: DeskSession, world: World, now: datetime.datetime
) -> None:
    make_records(session, world, now)
    session.commit()
    page = person("manager", scripts=False)
    page.goto("/admin/reports/")
    expect(page.locator(".chart").first).to_be_hidden()
    expect(page.locator(".report-table").first).to_be_visible()

"""The daily audit by keyboard alone: explained finding by finding, ticked together, signed."""

import datetime
from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from models.audits import AuditLine, AuditRun
from models.session import DeskSession
from tests.e2e.conftest import settled
from tests.factories import World
from tests.marks import only_sqlite
from tests.operations import audits

DAY = datetime.timedelta(days=1)


@only_sqlite
def test_findings_are_explained_ticked_and_signed_by_keyboard__AUD_3(
    person: Callable[..., Page], session: DeskSession, world: World, now: datetime.datetime
) -> None:
    audits.everything(world, now - DAY)
    run = audits.run(world, now).one().id
    session.commit()
    left = select(func.count()).where(AuditLine.run_id == run, AuditLine.overdue.is_(True), AuditLine.note.is_(None))
    total = session.scalar(left) or 0
    session.rollback()
    page = person("supervisor")
    page.goto(f"/admin/audits/details/?id={run}&show=open")
    settled(page)

    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("[data-explain]").first).to_be_focused()
    page.keyboard.type("已联系业主")
    page.keyboard.press("Enter")
    expect(page.locator("progress")).to_have_attribute("value", "1")
    expect(page.locator("[data-explain]").first).to_be_focused()
    page.keyboard.type("等配件")
    page.keyboard.press("Enter")
    expect(page.locator("progress")).to_have_attribute("value", "2")

    expect(page.locator("[data-explain]").first).to_be_focused()
    settled(page)  # its scripts have run, so Escape is heard
    page.keyboard.press("Escape")
    expect(page.locator("[data-explain]").first).not_to_be_focused()
    for _row in range(total - 2):
        page.keyboard.press("x")
        page.keyboard.press("j")
    expect(page.locator("input[name=line]:checked")).to_have_count(total - 2)
    page.locator("#note").focus()
    page.keyboard.type("明日跟进")
    page.keyboard.press("Enter")
    expect(page.locator("progress")).to_have_attribute("value", str(total))
    button = page.locator(".audit-state form button[type=submit]")
    settled(page)
    expect(button).not_to_be_focused()  # no key by itself signs off
    page.keyboard.press("1")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".audit-state .pill-green")).to_be_visible()
    assert session.get_one(AuditRun, run).signed_off_at is not None

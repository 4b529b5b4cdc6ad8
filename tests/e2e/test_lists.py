"""A record beside the list, and a colleague named in an entry: by keyboard alone, and without scripts."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.marks import only_sqlite
from tests.records import Records


@only_sqlite
def test_a_record_is_looked_at_beside_the_list_and_back_closes_it(
    person: Callable[..., Page], records: Records
) -> None:
    page = person("clerk")
    page.goto("/admin/tickets/?flt_status=received")
    page.locator("table.list tbody tr a").first.focus()
    page.keyboard.press("Space")
    aside = page.locator("#preview")
    expect(aside).to_be_visible()
    expect(aside.get_by_role("heading", level=2)).to_have_text(page.locator("table.list tbody tr a").first.inner_text())
    expect(page).to_have_url(re.compile(r"\?flt_status=received&preview=\d+$"))
    page.keyboard.press("Escape")
    expect(aside).to_be_hidden()
    page.go_back()
    expect(aside).to_be_visible()
    page.go_back()
    expect(aside).to_be_hidden()
    expect(page).to_have_url(re.compile(r"\?flt_status=received$"))


@only_sqlite
def test_without_scripts_the_same_page_has_the_record_beside_it(person: Callable[..., Page], records: Records) -> None:
    page = person("clerk", scripts=False)
    page.goto("/admin/tickets/?flt_status=received&sort=due_at&desc=0")
    page.locator(".list-tools button[name=preview]").click()
    expect(page.locator("#preview")).to_be_visible()
    third = page.locator("table.list tbody tr").nth(2)
    third.locator("button[name=preview]").click()
    expect(page.locator("#preview h2")).to_have_text(third.locator(".c-number").inner_text())
    page.locator("[data-close-preview]").click()
    expect(page.locator("#preview")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"\?flt_status=received&sort=due_at&desc=0$"))


@only_sqlite
def test_typing_an_at_offers_colleagues_and_enter_takes_one(person: Callable[..., Page], records: Records) -> None:
    page = person("clerk")
    page.goto(f"/admin/tickets/details/?id={records.tickets[1]}")
    entry = page.locator("#entry-body")
    entry.press_sequentially("请@zho")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(entry).to_have_value("请@周敏 ")
    page.locator(".entry-form button").click()
    expect(page.locator(".history").get_by_text("请@周敏")).to_be_visible()
    supervisor = person("supervisor")
    supervisor.goto("/admin/")
    supervisor.locator(".mention-link").click()
    expect(supervisor.locator(".mention-new").filter(has_text="请@周敏")).to_have_count(1)

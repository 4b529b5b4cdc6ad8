"""Whoever works with the keyboard is never thrown back to the top of the page."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import settled
from tests.marks import only_sqlite
from tests.records import Records

Person = Callable[..., Page]
AT_WHAT = "() => document.activeElement.tagName"


@only_sqlite
def test_after_a_step_one_is_at_what_it_says_and_after_going_back_at_its_button(
    records: Records, person: Person
) -> None:
    page = person("clerk")
    page.goto(f"/admin/tickets/details/?id={records.tickets[1]}")
    settled(page)
    page.locator("#step-promise").focus()
    with page.expect_navigation(url="**/step/promise/**"):
        page.keyboard.press("Enter")
    settled(page)
    assert page.evaluate(AT_WHAT) != "BODY"
    page.locator(".form-actions .btn-link").focus()
    with page.expect_navigation(url="**/details/**"):
        page.keyboard.press("Enter")
    settled(page)
    expect(page.locator("#step-promise")).to_be_focused()
    with page.expect_navigation(url="**/edit/**"):
        page.locator(".change[href$='only=summary']").press("Enter")
    settled(page)
    expect(page.locator("#summary")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.insert_text("，还在漏")
    with page.expect_navigation(url="**/details/**"):
        page.keyboard.press("Control+Enter")
    settled(page)
    expect(page.locator(".alert-success")).to_be_focused()

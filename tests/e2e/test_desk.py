"""The desk: light to load, fresh by itself, its figures are filters."""

import datetime
import gzip
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response, expect
from sqlalchemy import select

from models.session import DeskSession
from models.tickets import Ticket
from tests.e2e.conftest import looks, screen, settled
from tests.factories import World
from tests.marks import EVERYTHING, only_sqlite
from tests.records import Records, make_tickets

Person = Callable[..., Page]
KIBIBYTE = 1024


@only_sqlite
def test_the_first_page_needs_twelve_requests_and_250_kib_at_most(
    person: Person, world: World, records: Records
) -> None:
    page = person("clerk")
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # Playwright marks the function itself
    page.goto("/admin/")
    page.wait_for_load_state("networkidle")  # what a page fetches a moment later counts too
    # Fetched once more: the browser need not keep the body of what it has.
    sizes = {answer.url: len(gzip.compress(page.request.get(answer.url).body())) for answer in answers}
    assert len(answers) <= 12, list(sizes)
    assert sum(sizes.values()) <= 250 * KIBIBYTE, sizes


@only_sqlite
def test_header_and_account_keep_to_one_line_at_1366(
    person: Person, records: Records, say: Callable[[str], str]
) -> None:
    page = person("manager")
    page.goto("/admin/")
    assert page.locator("header.top").evaluate("one => one.offsetHeight") <= 56
    tops = page.locator(".account .account-row:last-child .btn").evaluate_all("all => all.map(one => one.offsetTop)")
    assert len(set(tops)) == 1
    expect(page.get_by_role("button", name=say("Sign out"))).to_be_in_viewport(ratio=1)


@only_sqlite
def test_it_shows_what_others_do_and_keeps_focus_and_place(
    person: Person, session: DeskSession, world: World, records: Records, now: datetime.datetime
) -> None:
    page = person("clerk")
    page.goto("/admin/")
    settled(page)
    last = page.locator(".board-list tbody tr a").last
    last.focus()
    place = page.evaluate("window.scrollY")
    (made,) = make_tickets(session, world, now, 1)
    session.commit()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(f"#row-{made.number}")).to_be_visible()
    expect(last).to_be_focused()
    assert page.evaluate("window.scrollY") == place


@only_sqlite
def test_each_figure_shows_as_many_rows_as_it_says(person: Person, world: World, records: Records) -> None:
    page = person("clerk")
    for name in ("overdue", "soon", "unassigned", "follow_up", "mine"):
        page.goto("/admin/")
        figure = page.locator(f".figure[href$='show={name}']")
        number = int(figure.locator("strong").inner_text().replace(",", ""))
        figure.click()
        page.wait_for_url(f"**show={name}")
        expect(page.locator(".board-list tbody tr")).to_have_count(number)
        expect(page.locator(".figure[aria-current]")).to_have_count(1)


@only_sqlite
def test_each_row_leads_to_its_one_next_step(
    person: Person, session: DeskSession, world: World, records: Records
) -> None:
    page = person("clerk")
    page.goto("/admin/")
    received = session.scalars(select(Ticket).where(Ticket.status == "received", Ticket.estate_id == world.estate.id))
    number = received.first()
    assert number is not None
    page.locator(f"#row-{number.number} .btn").click()
    page.wait_for_url("**/step/dispatch/**")


SCREENS = {
    "desk": ("clerk", "/admin/"),
    "intake": ("clerk", "/admin/tickets/intake/"),
    "list": ("clerk", "/admin/tickets/"),
    "record": ("clerk", "/admin/tickets/details/?id=1"),
    "edit": ("clerk", "/admin/tickets/edit/?id=2"),
    "keys": ("clerk", "/admin/keys/board/"),
    "queue": ("clerk", "/admin/follow-ups/queue/"),
    "audit": ("supervisor", "/admin/audits/details/?id=1"),
    "reports": ("manager", "/admin/reports/"),
    "my-jobs": ("technician", "/admin/"),
    "auditor": ("auditor", "/admin/"),
}


@only_sqlite
@pytest.mark.skipif(not EVERYTHING, reason="pictures are left by FRONTDESK_TEST_ALL=1 only")
def test_each_screen_is_kept_as_a_picture(person: Person, records: Records, language: str) -> None:
    sizes = {size for _theme, size in looks(language, "screens")}
    for username in sorted({username for username, _address in SCREENS.values()}):
        for size in sizes:
            page = person(username, size=size)
            for name, (whose, address) in SCREENS.items():
                if whose == username:
                    answer = page.goto(address)
                    assert answer is not None
                    assert answer.ok, address
                    settled(page)
                    screen(page, f"{name}-{size}-{language}")

"""The desk's main job with the keyboard alone, counted: no click, few keys, nothing lost."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from models.session import DeskSession
from models.staff import Team
from models.tickets import Ticket, TicketStatus
from tests.e2e.conftest import settled
from tests.factories import World
from tests.marks import only_sqlite
from tests.records import Records, make_tickets

Person = Callable[..., Page]
MANY = 30
IN_PLACE = "**/admin/**"


class Keyboard:
    """Presses keys and counts them; what is *said* (a description) is not counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, *keys: str) -> "Keyboard":
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1
        return self

    def type(self, text: str) -> "Keyboard":
        return self.press(*text)

    def say(self, text: str) -> "Keyboard":
        self.page.keyboard.insert_text(text)
        return self

    def go(self, key: str, address: str) -> "Keyboard":
        """Press a key that leads to another page."""
        with self.page.expect_navigation(url=address):
            self.press(key)
        settled(self.page)
        if address == "**/intake/":  # a busy browser gives the first field its focus a moment after the page is there
            expect(self.page.locator("#caller")).to_be_focused()
        return self


def at_desk(page: Page) -> Keyboard:
    page.goto("/admin/")
    settled(page)
    return Keyboard(page)


@only_sqlite
def test_a_known_residents_call_takes_twelve_keys_and_no_click__INT_3(
    person: Person, session: DeskSession, world: World, records: Records
) -> None:
    before = set(session.scalars(select(Ticket.id)))
    session.commit()
    page = person("clerk")
    keys = at_desk(page).go("n", "**/intake/")
    keys.type("1-201").press("Enter")
    expect(page.locator("#about [data-about]")).to_be_visible()
    expect(page.locator("#category_id input").first).to_be_focused()
    keys.press("1").say("客厅的灯不亮了")
    if page.locator("#same-matter").is_visible():  # the world's resident has called before
        page.locator("#another_matter").check()
    keys.go("Control+Enter", "**/details/**")
    (made,) = session.scalars(select(Ticket).where(Ticket.id.not_in(before)))
    assert (made.unit_id, made.summary, made.resident_id is not None) == (world.units[1].id, "客厅的灯不亮了", True)
    assert keys.count <= 12


def give_team(session: DeskSession, records: Records) -> None:
    """Each ticket names its team, as the category of a call does."""
    session.execute(
        update(Ticket)
        .where(Ticket.estate_id == select(Team.estate_id).where(Team.id == records.team).scalar_subquery())
        .values(team_id=records.team)
    )
    session.commit()


@only_sqlite
def test_one_ticket_is_dispatched_with_four_keys__DSP_11(
    person: Person, session: DeskSession, records: Records
) -> None:
    give_team(session, records)
    page = person("clerk")
    page.goto("/admin/tickets/?flt_status=received")
    settled(page)
    keys = Keyboard(page).press("j").go("Enter", "**/details/**").go("1", "**/step/dispatch/**")
    keys.go("Control+Enter", "**/details/**")
    assert keys.count <= 4
    dispatched = select(Ticket.id).where(Ticket.status == TicketStatus.DISPATCHED)
    assert len(session.scalars(dispatched).all()) == 1


@only_sqlite
def test_thirty_tickets_are_dispatched_with_eight_keys__DSP_11(
    person: Person, session: DeskSession, world: World, records: Records, more_tickets: int
) -> None:
    give_team(session, records)
    page = person("clerk")
    page.goto("/admin/tickets/?flt_status=received")
    settled(page)
    keys = Keyboard(page).press("a").go("1", IN_PLACE).go("Control+Enter", "**/bulk-runs/**")
    keys.go("Enter", "**/bulk-runs/**")
    assert keys.count <= 8
    dispatched = select(Ticket.id).where(Ticket.status == TicketStatus.DISPATCHED)
    assert len(session.scalars(dispatched).all()) >= MANY


LATE = """
const caller = () => document.querySelector("#caller");
const seen = new MutationObserver(() => { if (caller()) { caller().inert = true; seen.disconnect(); } });
seen.observe(document, { childList: true, subtree: true });
const focus = HTMLElement.prototype.focus;
HTMLElement.prototype.focus = function (...how) { caller().inert = false; focus.apply(this, how); };
"""
"""The browser gives no field its focus before a script does, as one does that is busy."""


@only_sqlite
def test_a_call_begins_with_the_caller_though_the_browser_is_late(person: Person, world: World) -> None:
    page = person("clerk")
    page.add_init_script(LATE)
    page.goto("/admin/tickets/intake/")
    settled(page)
    expect(page.locator("#caller")).to_be_focused()


@only_sqlite
def test_a_half_typed_call_survives_a_reload_and_is_gone_once_saved(person: Person, world: World) -> None:
    page = person("clerk")
    keys = at_desk(page).go("n", "**/intake/").type("1-201").press("Enter")
    expect(page.locator("#category_id input").first).to_be_focused()
    keys.press("Enter").say("没说完的")
    page.reload()
    expect(page.locator("#summary")).to_have_value("没说完的")
    expect(page.locator("#about [data-about]")).to_be_visible()
    page.locator("#summary").focus()
    keys.go("Control+Enter", "**/details/**")
    page.goto("/admin/tickets/intake/")
    expect(page.locator("#summary")).to_have_value("")


@only_sqlite
def test_a_half_typed_call_survives_the_end_of_the_session(person: Person, world: World, say: Any) -> None:
    page = person("clerk")
    keys = at_desk(page).go("n", "**/intake/")
    page.locator("#summary").focus()
    keys.say("会话过期前写的")
    keys.press("Tab")  # what is left is kept at once, what is being typed a moment later
    assert page.evaluate("Object.values(sessionStorage).some((kept) => kept.includes('会话过期前写的'))")
    page.context.clear_cookies()
    with page.expect_navigation():
        keys.press("Control+Enter")
    page.goto("/admin/tickets/intake/")
    page.locator("[name=username]").fill("clerk")
    page.locator("[name=password]").fill("training")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/intake/**")
    expect(page.locator("#summary")).to_have_value("会话过期前写的")


@only_sqlite
def test_the_palette_finds_records_pages_and_steps_and_keys_stay_out_of_fields(
    person: Person, world: World, records: Records, say: Callable[[str], str]
) -> None:
    page = person("clerk")
    page.goto(f"/admin/tickets/details/?id={records.tickets[1]}")
    settled(page)
    palette = page.locator("#palette")
    keys = Keyboard(page).press("/")
    expect(palette).to_be_visible()
    keys.say(say("Dispatch"))
    expect(page.locator("#palette-list [role=option]").first).to_contain_text(say("Dispatch"))
    keys.press("Escape")
    expect(palette).to_be_hidden()
    keys.press("Control+k").say("1-101")
    expect(page.locator("#palette-list [role=option]", has_text="1-101").first).to_be_visible()
    keys.press("Escape").press("Shift+?")
    expect(page.locator("#keys")).to_be_visible()
    keys.press("Escape")
    page.locator("#search-all").focus()
    keys.press("n", "?")
    expect(page.locator("#search-all")).to_have_value("n?")


@only_sqlite
def test_single_keys_can_be_switched_off(person: Person, world: World, say: Callable[[str], str]) -> None:
    page = person("clerk")
    keys = at_desk(page)

    def pressed_by_n() -> int:
        page.evaluate("""() => { window.pressed = 0; document.addEventListener("click", (event) => {
          window.pressed += 1; event.preventDefault(); }, { capture: true, once: true }); }""")
        keys.press("n")
        return int(page.evaluate("window.pressed"))

    assert pressed_by_n() == 1
    keys.press("Shift+?")
    page.get_by_role("button", name=say("Switch single keys off")).click()
    settled(page)
    assert pressed_by_n() == 0
    keys.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


@pytest.fixture
def more_tickets(session: DeskSession, world: World, records: Records, now: Any) -> int:
    """Thirty tickets that wait for their dispatch."""
    made = make_tickets(session, world, now, MANY)
    session.commit()
    return len(made)

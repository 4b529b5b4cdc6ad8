"""What is typed is not lost, and not poured into somebody else's form: every form of every page that takes text."""

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select

from models.complaints import Complaint
from models.session import DeskSession
from models.tickets import Ticket
from tests.e2e.conftest import settled
from tests.factories import World
from tests.marks import EVERYTHING, only_sqlite
from tests.pages import addresses
from tests.records import Records

Person = Callable[..., Page]
Say = Callable[[str], str]
INTAKE = "/admin/tickets/intake/"
KINDS = ("text", "search", "tel", "email", "number", "date", "datetime-local", "time")
TEXT = ", ".join(["textarea", "input:not([type])", *(f"input[type={kind}]" for kind in KINDS)])
SAMPLES = {"date": "2026-12-01", "datetime-local": "2026-12-01 09:30", "number": "7", "time": "09:30"}
NEVER = {"id_number"}
"""Not kept even in the tab: the number of an identity card (RES-4)."""
STORED = "Object.keys(sessionStorage).filter((key) => key.startsWith('draft '))"
FIELD = (
    "const field = [...document.querySelectorAll('form[method=post]')[place].elements].find((one) => one.name === name"
)
FIELD += " && one.type !== 'hidden');"
PUT = f"""(texts) => {{ for (const [place, name, text] of texts) {{ {FIELD}
  if (field.tomselect) continue;
  field.value = text;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, {{ bubbles: true }})); }} }}"""
GET = f"""(texts) => texts.map(([place, name]) => {{ {FIELD}
  return field.tomselect ? '' : field.value.replace(/^([0-9-]{{10}})T/, '$1 '); }})"""

CALENDARS_TO_COME = "input[type=date], input[type=datetime-local]"
"""Each gets its calendar, which is loaded after the page."""


def texts_of(page: str) -> list[tuple[int, str, str]]:
    """What can be typed into the forms of *page* that are sent: place of the form, name of the field, a text for it."""
    found = []
    for place, form in enumerate(LexborHTMLParser(page).css("form[method=post]")):
        for field in form.css(TEXT):
            name, given = field.attributes.get("name"), field.attributes
            if name and name not in NEVER and "data-lookup" not in given and "readonly" not in given:
                found.append((place, name, SAMPLES.get(given.get("type") or "", "没说完的")))
    return found


def pages_with_texts(app: Flask, client: FlaskClient, records: Records) -> dict[str, str]:
    """Address -> page, of all that take text; the queue of follow-ups among them."""
    pages = {}
    for address in sorted({*addresses(app, records), "/admin/follow-ups/queue/?whose=all"}):
        answer = client.get(address) if address.startswith("/admin/") else None  # outside are password and sign-in
        if answer is None:
            continue
        if answer.status_code == 200 and "html" in (answer.content_type or "") and texts_of(answer.text):
            pages[address] = answer.text
    return pages


@only_sqlite
def test_every_text_of_every_page_is_there_again_after_a_reload(
    app: Flask, person: Person, sign_in: Callable[..., FlaskClient], records: Records
) -> None:
    pages = pages_with_texts(app, sign_in("manager"), records)
    assert len(pages) > 40
    needed = ("/drafts_controller.js", "data-person")
    outside = [address for address, page in pages.items() if not all(one in page for one in needed)]
    assert outside == []
    walked = {re.sub(r"^/admin/[a-z-]+/|\?.*", "", address): address for address in pages}
    kinds = {kind.split("/")[0]: address for kind, address in walked.items()}  # one of new, edit, step, details …
    page = person("manager")
    lost = []
    for address in pages if EVERYTHING else kinds.values():
        page.goto(address)
        settled(page)
        expect(page.locator(CALENDARS_TO_COME)).to_have_count(0)
        texts = texts_of(page.content())
        empty = page.evaluate(GET, texts)
        page.evaluate(PUT, texts)
        before = page.evaluate(GET, texts)
        page.reload()
        settled(page)
        expect(page.locator(CALENDARS_TO_COME)).to_have_count(0)
        if page.evaluate(GET, texts) != before or before == empty:
            lost.append(address)
        page.evaluate("sessionStorage.clear()")
        page.goto("about:blank")
    assert lost == []


@only_sqlite
def test_what_was_typed_is_there_after_signing_in_again_and_for_nobody_else(
    person: Person, records: Records, world: World
) -> None:
    page = person("clerk")
    note = f"/admin/tickets/details/?id={records.tickets[1]}"
    page.goto(note)
    page.locator("#entry-body").fill("会话过期前写的")
    page.locator("#entry-body").blur()

    def sign_in_as(username: str) -> None:
        page.context.clear_cookies()
        page.goto(note)
        page.locator("[name=username]").fill(username)
        page.locator("[name=password]").fill("training")
        page.locator("[name=password]").press("Enter")
        page.wait_for_url("**/details/**")

    sign_in_as("clerk2")
    expect(page.locator("#entry-body")).to_have_value("")
    expect(page.locator(".draft-note")).to_have_count(0)
    sign_in_as("clerk")
    expect(page.locator("#entry-body")).to_have_value("会话过期前写的")


def begin_call(page: Page, room: str, words: str) -> None:
    page.locator("#caller").press_sequentially(room)
    page.locator("#caller").press("Enter")
    expect(page.locator("#about [data-about]")).to_be_visible()
    page.locator("#summary").fill(words)
    page.locator("#summary").blur()


@only_sqlite
def test_an_abandoned_call_is_offered_and_not_poured_into_the_next(
    person: Person, session: DeskSession, world: World, say: Say
) -> None:
    page = person("clerk")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(INTAKE)
    begin_call(page, "1-201", "没说完的")
    page.goto("/admin/tickets/")
    page.goto(INTAKE)
    expect(page.locator("#caller")).to_have_value("")
    expect(page.locator("#summary")).to_have_value("")
    expect(page.locator("[name=unit_id]")).to_have_value("")
    offer = page.locator(".draft-note")
    expect(offer).to_contain_text(say("Continue the unsaved call?"))
    expect(offer).to_contain_text("1-201")
    begin_call(page, "1-101", "下一个来电")
    page.locator("[data-continue-draft]").click()
    expect(page.locator("#summary")).to_have_value("没说完的")
    expect(page.locator("#caller")).to_have_value(re.compile("1-201"))
    with page.expect_navigation(url="**/details/**"):
        page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("没说完的")
    (made,) = session.scalars(select(Ticket))
    assert (made.summary, made.unit_id) == ("没说完的", world.units[1].id)
    page.goto(INTAKE)
    expect(page.locator(".draft-note")).to_have_count(1)
    expect(page.locator(".draft-note")).to_contain_text("1-101")


@only_sqlite
def test_a_failed_send_keeps_what_was_typed(person: Person, session: DeskSession, world: World) -> None:
    page = person("clerk")
    page.goto(INTAKE)
    begin_call(page, "1-201", "地下室没有信号")
    page.context.set_offline(True)
    page.locator("#summary").press("Control+Enter")
    expect(page.locator(".not-sent")).to_be_visible()
    expect(page.locator("#summary")).to_have_value("地下室没有信号")
    page.context.set_offline(False)
    page.goto("/admin/")
    assert page.evaluate(STORED) != []
    page.goto(INTAKE)
    page.locator("[data-continue-draft]").click()
    expect(page.locator("#summary")).to_have_value("地下室没有信号")
    assert session.scalar(select(func.count()).select_from(Ticket)) == 0


@only_sqlite
def test_a_call_that_turns_out_a_complaint_takes_three_keys_more_and_keeps_what_was_typed__INT_3(
    person: Person, world: World, session: DeskSession
) -> None:
    page = person("clerk")
    page.goto(INTAKE)
    begin_call(page, "1-201", "楼上夜里太吵")
    page.locator("#category_id input:checked").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#category_id")).to_be_hidden()
    expect(page.locator("#visit_from")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("6")
    expect(page.locator("#summary")).to_be_focused()
    expect(page.locator("#summary")).to_have_value("楼上夜里太吵")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/complaints/details/**")
    made = session.scalars(select(Complaint)).one()
    assert (made.category.value, made.unit_id, made.resident_id) == (
        "neighbour_dispute",
        world.units[1].id,
        world.residents[1].id,
    )


@only_sqlite
def test_typing_over_the_chosen_caller_leaves_nothing_of_the_first(person: Person, world: World) -> None:
    page = person("clerk")
    page.goto(INTAKE)
    begin_call(page, "1-201", "")
    page.locator("#caller").fill("2-2")
    expect(page.locator("[name=unit_id]")).to_have_value("")
    expect(page.locator("[name=resident_id]")).to_have_value("")
    expect(page.locator("#about [data-about]")).to_have_count(0)

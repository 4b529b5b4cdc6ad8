"""No key chooses or does what nobody meant: pickers wait for their answer, digits among digits are text."""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from models.passes import VisitorPass
from models.session import DeskSession
from models.staff import Department
from tests.e2e.conftest import settled
from tests.factories import World
from tests.marks import only_sqlite
from tests.records import Records

Person = Callable[..., Page]
BOX, CHOSEN = "#assignee-ts-control", "[name=assignee]"


def dispatching(person: Person, records: Records) -> Page:
    """The clerk's page that dispatches a ticket, with the list of people open."""
    page = person("clerk")
    page.goto(f"/admin/tickets/step/dispatch/?id={records.tickets[1]}")
    page.locator(BOX).focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#assignee-ts-dropdown .option").first).to_be_visible()
    return page


@only_sqlite
def test_enter_at_once_takes_who_was_typed_never_who_stood_there_before__DSP_11(
    person: Person, world: World, records: Records
) -> None:
    page = dispatching(person, records)
    for typed, meant in (("王", "technician"), ("赵", "lead"), ("wangqiang", "technician"), ("zg", "lead")):
        page.keyboard.insert_text(typed)
        page.keyboard.press("Enter")
        expect(page.locator(CHOSEN)).to_have_value(f"id:{world.person(meant).id}")


@only_sqlite
def test_typing_over_the_chosen_person_drops_the_choice__DSP_11(person: Person, world: World, records: Records) -> None:
    page = dispatching(person, records)
    page.keyboard.insert_text("王")
    page.keyboard.press("Enter")
    expect(page.locator(CHOSEN)).to_have_value(f"id:{world.person('technician').id}")
    page.keyboard.insert_text("没有这个人")
    expect(page.locator(CHOSEN)).to_have_value("")
    page.keyboard.press("Tab")
    expect(page.locator(BOX)).to_have_value("没有这个人")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".problems")).to_contain_text("没有这个人")


@only_sqlite
def test_a_slow_answer_to_an_earlier_text_is_never_offered__DSP_11(
    person: Person, world: World, records: Records
) -> None:
    page = dispatching(person, records)
    held: list[Route] = []
    page.route("**/ajax/lookup/**%E7%8E%8B%26**", lambda route: held.append(route))
    page.route("**/ajax/lookup/**query=%E7%8E%8B**", lambda route: held.append(route))
    with page.expect_request("**/ajax/lookup/**"):
        page.keyboard.insert_text("王")
    page.keyboard.press("Backspace")
    page.keyboard.insert_text("赵")
    page.keyboard.press("Enter")
    expect(page.locator(CHOSEN)).to_have_value(f"id:{world.person('lead').id}")
    for route in held:
        route.continue_()
    settled(page)
    expect(page.locator(CHOSEN)).to_have_value(f"id:{world.person('lead').id}")


@only_sqlite
def test_the_people_offered_are_those_of_the_team_chosen__DSP_11(
    person: Person, world: World, records: Records
) -> None:
    page = dispatching(person, records)
    page.locator("[name=team]").select_option(str(world.teams[Department.GREENING].id))
    page.locator(BOX).focus()
    with page.expect_response("**/ajax/lookup/**query=%E7%8E%8B**"):
        page.keyboard.insert_text("王")
        page.keyboard.press("Enter")
    settled(page)
    expect(page.locator(CHOSEN)).to_have_value("")
    expect(page.locator("#assignee-ts-dropdown .option")).to_have_count(0)


@only_sqlite
def test_a_phone_number_typed_beside_the_fields_moves_nobody_through_the_gate__PAS_3(
    person: Person, session: DeskSession, records: Records
) -> None:
    page = person("clerk")
    page.clock.install()
    address = f"/admin/visitor-passes/details/?id={records.ids['visitor_passes']}"
    page.goto(address)
    settled(page)
    before = session.scalars(select(VisitorPass.version)).all()
    session.commit()
    page.keyboard.type("13911112222")
    page.keyboard.press("Enter")
    page.clock.run_for(2000)  # longer than a digit waits for another
    assert page.url.endswith(address)
    page.reload()
    settled(page)
    page.keyboard.press("1")
    page.clock.run_for(2000)
    expect(page.locator(".step-buttons .btn").first).to_be_focused()
    assert session.scalars(select(VisitorPass.version)).all() == before
    session.commit()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert session.scalars(select(VisitorPass.version)).all() != before


@only_sqlite
def test_a_number_typed_slowly_leads_nowhere_and_a_picker_keeps_its_words(person: Person, records: Records) -> None:
    page = person("clerk")
    page.clock.install()
    address = f"/admin/tickets/details/?id={records.tickets[1]}"
    page.goto(address)
    settled(page)
    for digit in "13911112222":
        page.keyboard.press(digit)
        page.clock.run_for(600)
    assert page.url.endswith(address)
    page.clock.resume()
    page = dispatching(person, records)
    page.locator(BOX).focus()
    page.keyboard.insert_text("没选的人")
    page.locator("[name=team]").focus()
    page.reload()
    settled(page)
    expect(page.locator(BOX)).to_have_value("没选的人")
    expect(page.locator(CHOSEN)).to_have_value("")

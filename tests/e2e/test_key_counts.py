"""How many keys the desk's jobs take: real presses, what is said (a description, an answer) not counted."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from models.complaints import Complaint
from models.matters import Severity
from models.session import DeskSession
from models.settings import Category, CategoryRegister
from models.staff import Department
from models.tickets import Ticket, TicketKind, TicketStatus
from tests.e2e.conftest import settled
from tests.e2e.test_keyboard import Keyboard, Person, at_desk
from tests.factories import World
from tests.marks import only_sqlite

pytestmark = only_sqlite
TICKETS = CategoryRegister.TICKETS
RECORD = "**/details/**"


@pytest.fixture
def taking(person: Person, session: DeskSession, world: World) -> Callable[[], Keyboard]:
    """A clerk at the desk takes the call of a resident that is known by four figures; nothing is open there."""
    session.execute(delete(Ticket))
    team = world.teams[Department.ENGINEERING].id
    session.add(Category(estate_id=world.estate.id, register=TICKETS, code="pipes", name="给排水", team_id=team))
    session.commit()
    page = person("clerk")

    def begun() -> Keyboard:
        keys = at_desk(page).go("n", "**/intake/").type("8000").press("Enter")
        expect(page.locator("#about [data-about]")).to_be_visible()
        expect(page.locator("#category_id input").first).to_be_focused()
        return keys

    return begun


def made(session: DeskSession) -> Ticket:
    session.expire_all()
    ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
    session.expunge(ticket)
    session.commit()  # on SQLite a reader would keep the program from writing
    return ticket


def test_a_known_caller_takes_eight_keys__INT_3(taking: Callable[[], Keyboard], session: DeskSession) -> None:
    keys = taking().press("1").say("客厅的灯不亮了").go("Control+Enter", RECORD)
    assert (made(session).summary, made(session).category_id is not None) == ("客厅的灯不亮了", True)
    assert keys.count <= 8


def test_an_emergency_of_a_known_caller_takes_nine__DSP_1(taking: Callable[[], Keyboard], session: DeskSession) -> None:
    keys = taking().press("Shift+6", "1").say("水管爆了").go("Control+Enter", RECORD)
    assert (made(session).kind, made(session).status) == (TicketKind.EMERGENCY, TicketStatus.DISPATCHED)
    assert keys.count <= 9


def test_an_enquiry_answered_at_once_takes_ten_and_is_closed__JOB_1(
    taking: Callable[[], Keyboard], session: DeskSession
) -> None:
    keys = taking().press("Shift+4", "Enter").say("停车月租多少钱").press("Tab").say("每月 200 元。")
    keys.go("Control+Enter", RECORD)
    ticket = made(session)
    assert (ticket.kind, ticket.status, ticket.result) == (TicketKind.ENQUIRY, TicketStatus.CLOSED, "每月 200 元。")
    assert keys.count <= 10


@pytest.mark.parametrize("way", ["chord", "chip"])
def test_a_promise_in_thirty_minutes_takes_two_more__INT_5(
    taking: Callable[[], Keyboard], session: DeskSession, way: str
) -> None:
    keys = taking().press("1").say("客厅的灯不亮了")
    before = keys.count
    keys.press(*(["Alt+p"] if way == "chord" else ["Tab", "Space"]))
    expect(keys.page.locator("#promised_at-said")).not_to_be_empty()
    assert keys.count - before <= 2
    keys.go("Control+Enter", RECORD)
    ticket = made(session)
    assert ticket.promised_at is not None
    assert 28 <= (ticket.promised_at - ticket.registered_at).total_seconds() / 60 <= 30


def test_a_complaint_takes_fourteen_and_keeps_what_was_typed_before__INT_8(
    taking: Callable[[], Keyboard], session: DeskSession
) -> None:
    keys = taking().press("Enter").say("楼道垃圾没人清").press("Shift+Tab", "Shift+7")
    expect(keys.page.locator("#category input:checked")).to_be_focused()
    keys.press("4").go("Control+Enter", "**/complaints/details/**")
    complaint = session.scalars(select(Complaint).order_by(Complaint.id.desc()).limit(1)).one()
    assert (complaint.summary, complaint.resident_id is not None) == ("楼道垃圾没人清", True)
    assert (complaint.severity, keys.count <= 14) == (Severity.ORDINARY, True)


def test_a_dispatch_with_a_person_takes_five__DSP_2_DSP_11(
    taking: Callable[[], Keyboard], session: DeskSession, world: World
) -> None:
    taken = taking().press("1").say("客厅的灯不亮了").go("Control+Enter", RECORD)
    keys = Keyboard(taken.page).go("1", "**/step/dispatch/**")
    name = world.staff["technician"].name
    keys.press("Tab")
    expect(taken.page.locator("#assignee-ts-control")).to_be_focused()
    keys.say(name)
    expect(taken.page.locator("#assignee-ts-dropdown .option")).to_contain_text([name])
    keys.press("Enter").go("Control+Enter", RECORD)
    assert (made(session).status, made(session).assignee_id) == (TicketStatus.DISPATCHED, world.staff["technician"].id)
    assert keys.count <= 5


def test_enter_never_merges_by_habit__INT_6(taking: Callable[[], Keyboard], session: DeskSession) -> None:
    keys = taking().press("1").say("客厅的灯不亮了").go("Control+Enter", RECORD)
    first = made(session).id
    keys = taking().press("1").say("客厅的灯不亮了")
    expect(keys.page.locator("#same-matter [name=repeat_of]")).to_be_visible()
    for _time in range(3):
        with keys.page.expect_response(lambda answer: answer.request.method == "POST"):
            keys.press("Enter")
        keys.page.wait_for_url("**/intake/")
        expect(keys.page.locator("#another_matter")).to_be_focused()
    assert (made(session).id, made(session).repeats) == (first, 0), "nothing was added, nothing made"
    keys.press("Space").go("Enter", RECORD)
    assert made(session).id > first


def test_a_number_that_nobody_is_known_by_is_the_reporters__INT_3(
    person: Person, session: DeskSession, world: World
) -> None:
    page = person("clerk")
    keys = at_desk(page).go("n", "**/intake/").say("13955556666").press("Enter")
    expect(page.locator("#reporter_name")).to_be_focused()
    expect(page.locator("#reporter_phone")).to_have_value("13955556666")
    keys.say("赵女士").press("Tab", "Tab", "Tab").say("大堂").press("Shift+Tab")
    page.locator("#summary").focus()
    keys.say("大堂的门关不上").go("Control+Enter", RECORD)
    ticket = made(session)
    assert (ticket.reporter_name, ticket.place, bool(ticket.reporter_phone)) == ("赵女士", "大堂", True)


def test_on_a_phone_the_callers_card_stands_above_the_form(person: Person, session: DeskSession, world: World) -> None:
    page: Page = person("clerk", size="phone")
    resident = world.residents[0].id
    session.commit()
    page.goto(f"/admin/tickets/intake/?resident_id={resident}")
    settled(page)
    card, form = page.locator("#about").bounding_box(), page.locator("#matter-form").bounding_box()
    assert card is not None
    assert form is not None
    assert card["y"] + card["height"] <= form["y"]

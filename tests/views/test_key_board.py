"""The key board: where each key is, and lending and taking back from there."""

import datetime
import html
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.call import Call
from models.keys import Key, KeyLoan
from models.operations import keys
from models.residents import Occupancy
from models.session import DeskSession
from tests import reading
from tests.again import keep, load
from tests.factories import World
from tests.operations import key_desk
from tests.operations.key_desk import approve, owner_draft, register, request
from tests.views.conftest import ROLES

HOUR = datetime.timedelta(hours=1)
BOARD = "/admin/keys/board/"


def make(session: DeskSession, world: World, now: datetime.datetime) -> Any:
    """Five keys: on its hook, on loan, overdue, lost, in a common place."""
    made: Any = key_desk.open_desk(session, world, now - 9 * HOUR)
    made.out = register(made, hook="A-2", seal="S-2")
    made.late = register(made, hook="A-10", seal="S-3")
    made.lost = register(made, hook="B-1", seal="S-4")
    made.common = register(made, hook="C-1", seal="S-5", unit_id=None, place="配电房")
    for key, due in ((made.out, now + HOUR), (made.late, now - HOUR)):
        key_desk.lend(made, owner_draft(made, key_id=key.id, due_at=due))
    keys.report_lost(Call(session, made.clerk, now - HOUR), [made.lost]).one()
    return keep(made)


MAKE = make


@pytest.fixture
def desk(here: Any, session: DeskSession, world: World) -> Any:
    """What was made, of this session."""
    made = load(here, session, world)
    session.commit()
    return made


def hooks(page: str) -> dict[int, str]:
    """Key -> what its hook says, in the order of the board."""
    found = {}
    for text, address in reading.links(reading.one(reading.page(page), ".hook-groups")):
        asked = reading.asked(address)
        if number := asked.get("key", asked.get("id")):  # not the way back to the whole board
            found[int(number)] = text
    return found


def loans(look: DeskSession, key: Any) -> list[KeyLoan]:
    found = list(look.scalars(select(KeyLoan).where(KeyLoan.key_id == key.id).order_by(KeyLoan.id)))
    look.expunge_all()  # otherwise they would be read again, in a transaction that stays open
    look.rollback()
    return found


def test_each_hook_says_where_its_key_is__KEY_2(desk: Any, sign_in: Callable[..., FlaskClient]) -> None:
    page = sign_in("clerk").get(BOARD).text
    states = {
        desk.key: "on its hook",
        desk.out: "on loan",
        desk.late: "overdue",
        desk.lost: "lost",
        desk.common: "on its hook",
    }
    found = hooks(page)
    assert set(found) == {key.id for key in states}
    assert {key.id: word for key, word in states.items() if f"{key.hook} {word} " not in found[key.id]} == {}
    legend = reading.one(reading.page(page), "ul[aria-label='States']")
    assert [reading.words(node) for node in legend.css("li")][:4] == [
        "on its hook 2",
        "on loan 1",
        "overdue 1",
        "lost 1",
    ]


def test_hooks_are_counted_as_people_count__KEY_1(desk: Any, sign_in: Callable[..., FlaskClient]) -> None:
    page = sign_in("clerk").get(BOARD).text
    assert [text.split()[0] for text in hooks(page).values()] == ["A-2", "A-10", "A-12", "B-1", "C-1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=overdue", ["late"]),
        ("q=A-12", ["key"]),
        ("q=ａ１２", ["key"]),
        ("q=a—12", ["key"]),
        ("q=配电", ["common"]),
        ("q=%25-1", []),
        ("q=_2", []),
        ("q=张伟&state=out", ["out"]),
    ],
)
def test_the_board_is_narrowed_by_state_and_text(
    query: str, expected: list[str], desk: Any, sign_in: Callable[..., FlaskClient]
) -> None:
    page = sign_in("clerk").get(f"{BOARD}?{query}").text
    assert list(hooks(page)) == [getattr(desk, name).id for name in expected]


def test_a_key_is_lent_to_the_owner_of_its_unit__KEY_3(
    desk: Any, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    owner = f"owner-{desk.world.residents[0].id}"
    assert reading.ticked(reading.page(clerk.get(f"{BOARD}?key={desk.key.id}")), "borrower") == [owner]
    address = f"{BOARD}lend/?key={desk.key.id}"
    refused = post(clerk, address, borrower=owner, identity_checked="1")
    assert (refused.status_code, "KEY-3" in refused.text) == (409, True)
    assert reading.ticked(reading.page(refused.text), "identity_checked") == ["1"]
    assert loans(look, desk.key) == []
    answer = post(clerk, address, borrower=owner, identity_checked="1", signed="1")
    assert (answer.status_code, answer.location) == (302, f"{BOARD}?at={desk.key.id}")
    (loan,) = loans(look, desk.key)
    assert (loan.borrower_name, loan.borrower_resident_id) == ("张伟", desk.world.residents[0].id)


def test_our_own_staff_borrow_from_the_board_only_with_their_approval__KEY_3(
    desk: Any, session: DeskSession, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    assert "approval-" not in clerk.get(f"{BOARD}?key={desk.key.id}").text
    consent = approve(desk, request(desk))
    session.commit()
    page = reading.page(clerk.get(f"{BOARD}?key={desk.key.id}"))
    assert reading.ticked(page, "borrower") == [f"approval-{consent.id}"]
    answer = post(clerk, f"{BOARD}lend/?key={desk.key.id}", borrower=f"approval-{consent.id}")
    assert answer.status_code == 302
    assert loans(look, desk.key)[0].approval_id == consent.id
    again = post(clerk, f"{BOARD}lend/?key={desk.common.id}", borrower=f"approval-{consent.id}")
    assert again.status_code == 400


def lends(desk: Any, now: datetime.datetime, draft: keys.LoanDraft) -> bool:
    """Whether the verb would let the key go."""
    refused = keys.lend(Call(desk.session, desk.clerk, now, preview=True), [draft]).refused
    desk.session.rollback()  # lets go of the rows that it locked
    return not refused


@pytest.mark.parametrize(("hours", "fair"), [(1, True), (9, True), (24, False), (33, False)])
def test_a_consent_is_offered_on_its_day_as_the_verb_takes_it__KEY_3(
    desk: Any, session: DeskSession, now: datetime.datetime, sign_in: Callable[..., FlaskClient], hours: int, fair: bool
) -> None:
    consent = request(desk)
    keys.approve(Call(session, desk.supervisor, now - hours * HOUR), [consent]).one()
    session.commit()
    assert lends(desk, now, key_desk.staff_draft(desk, approval_id=consent.id)) is fair
    clerk = sign_in("clerk")
    offered = f"approval-{consent.id}"
    assert (offered in clerk.get(f"{BOARD}?key={desk.key.id}").text) is fair
    assert (offered in clerk.get(f"/admin/keys/several/?key={desk.key.id}").text) is fair
    step = f"{BOARD}?key={desk.key.id}&approval={consent.id}"
    assert (html.escape(step) in clerk.get(f"/admin/key-approvals/details/?id={consent.id}").text) is fair


@pytest.mark.parametrize(
    ("begins", "ends", "fair"), [(-9, None, True), (-9, 0, True), (-9, -1, False), (0, None, True), (1, None, False)]
)
def test_an_owner_of_today_is_offered_as_the_verb_takes_them__KEY_3(
    desk: Any,
    session: DeskSession,
    now: datetime.datetime,
    sign_in: Callable[..., FlaskClient],
    begins: int,
    ends: int | None,
    fair: bool,
) -> None:
    owner, key = desk.world.residents[0].id, desk.key.id
    (lived,) = session.scalars(select(Occupancy).where(Occupancy.resident_id == owner))
    today = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    lived.from_on = today + datetime.timedelta(days=begins)
    lived.until_on = None if ends is None else today + datetime.timedelta(days=ends)
    session.commit()
    assert lends(desk, now, owner_draft(desk)) is fair
    assert (f"owner-{owner}" in sign_in("clerk").get(f"{BOARD}?key={key}").text) is fair


def test_the_sales_person_is_named__KEY_3(desk: Any, sign_in: Callable[..., FlaskClient], post: Any) -> None:
    clerk = sign_in("clerk")
    given = {"borrower": "sales", "identity_checked": "1", "signed": "1"}
    address = f"{BOARD}lend/?key={desk.common.id}"
    assert post(clerk, address, **given).status_code == 409
    assert post(clerk, address, **given, borrower_name="<b>李销售</b>").status_code == 302
    assert "&lt;b&gt;李销售" in clerk.get(BOARD).text


def test_a_key_comes_back_to_the_board_as_it_was_narrowed__KEY_4(
    desk: Any, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    (loan,) = loans(look, desk.late)
    address = f"{BOARD}return/?key={desk.late.id}&state=overdue"
    answer = post(clerk, address, loan=loan.id, note="完好")
    assert (answer.status_code, answer.location) == (302, f"{BOARD}?at={desk.late.id}&state=overdue")
    (ended,) = loans(look, desk.late)
    assert (ended.returned_at is not None, ended.note) == (True, "完好")
    again = post(clerk, address, loan=loan.id)
    assert (again.status_code, "KEY-2" in again.text) == (409, True)


def test_a_loan_of_another_key_is_not_taken_back(
    desk: Any, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    (loan,) = loans(look, desk.late)
    assert post(sign_in("clerk"), f"{BOARD}return/?key={desk.out.id}", loan=loan.id).status_code == 404


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"clerk", "supervisor", "manager"}))
def test_only_the_desk_lends_and_takes_back(
    role: str, desk: Any, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    client = sign_in(role)
    (loan,) = loans(look, desk.late)
    assert client.get(BOARD).status_code == (200 if role == "auditor" else 403)
    for page in ("lend", "return"):
        assert post(client, f"{BOARD}{page}/?key={desk.late.id}", loan=loan.id).status_code == 403
    assert loans(look, desk.late)[0].returned_at is None


def test_a_key_of_another_estate_is_not_there(
    desk: Any, session: DeskSession, world: World, sign_in: Callable[..., FlaskClient]
) -> None:
    foreign = Key(estate_id=world.other.id, number="X-1", place="门岗", hook="X", origin="common", received_at=desk.now)
    session.add(foreign)
    session.commit()
    clerk = sign_in("clerk")
    assert "X-1" not in clerk.get(BOARD).text
    assert clerk.get(f"{BOARD}?key={foreign.id}").status_code == 404


@pytest.mark.parametrize("query", ["key=abc", "at=-1", "state=gone", "q=" + "x" * 101, "key=1&key=2"])
def test_malformed_addresses_of_the_board_are_told_so(
    query: str, desk: Any, sign_in: Callable[..., FlaskClient]
) -> None:
    assert sign_in("clerk").get(f"{BOARD}?{query}").status_code in (200, 400)

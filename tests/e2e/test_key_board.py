"""The key board by keyboard alone: how few keys lending and taking back need, in each language."""

import datetime
from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.call import Call
from models.keys import KeyLoan, KeyOrigin
from models.operations import keys
from models.session import DeskSession
from tests.e2e.conftest import settled
from tests.factories import World
from tests.marks import only_sqlite

MOST_TO_LEND, MOST_TO_RETURN = 6, 2
HOUR = datetime.timedelta(hours=1)


def cupboard(session: DeskSession, world: World, now: datetime.datetime, count: int = 3) -> list[int]:
    drafts = [
        keys.KeyDraft(world.estate.id, KeyOrigin.ENTRUSTED, f"A-{number}", f"S-{number}", unit_id=world.units[0].id)
        for number in range(1, count + 1)
    ]
    made = [key.id for key in keys.register(Call(session, world.actor("clerk"), now - HOUR), drafts).all()]
    session.commit()
    return made


def press(page: Page, *names: str) -> int:
    """Press these keys; says how many they were."""
    for name in names:
        page.keyboard.press(name)
    return len(names)


@only_sqlite
def test_a_key_is_lent_with_six_keys_and_comes_back_with_two__KEY_3_KEY_4(
    person: Callable[..., Page], session: DeskSession, world: World, now: datetime.datetime
) -> None:
    first, *_others = cupboard(session, world, now)
    clerk = person("clerk")
    clerk.goto("/admin/keys/board/")
    hook = clerk.locator(".hook").first
    expect(hook).to_be_focused()

    pressed = press(clerk, "Enter")
    expect(clerk.locator("input[name=borrower]:checked")).to_be_focused()
    pressed += press(clerk, "Tab", "Space", "Tab", "Space", "Enter")
    expect(clerk.locator(".hook-out")).to_be_focused()
    loan = session.scalars(select(KeyLoan)).one()
    assert (loan.key_id, loan.borrower_name, loan.returned_at) == (first, "张伟", None)
    assert pressed <= MOST_TO_LEND
    session.commit()

    pressed = press(clerk, "Enter")
    expect(clerk.locator("input[name=note]")).to_be_focused()
    pressed += press(clerk, "Enter")
    expect(clerk.locator(".hook-in").first).to_be_focused()
    session.refresh(loan)
    assert loan.returned_at is not None
    assert pressed <= MOST_TO_RETURN


@only_sqlite
def test_arrows_move_between_hooks_and_the_box_narrows_them(
    person: Callable[..., Page], session: DeskSession, world: World, now: datetime.datetime
) -> None:
    cupboard(session, world, now, 12)
    clerk = person("clerk")
    clerk.goto("/admin/keys/board/")
    places = clerk.locator(".hook")
    expect(places).to_have_count(12)
    press(clerk, "ArrowRight", "ArrowRight", "ArrowLeft")
    expect(places.nth(1)).to_be_focused()
    press(clerk, "ArrowDown", "ArrowUp")
    expect(places.nth(1)).to_be_focused()
    press(clerk, "End")
    expect(places.nth(11)).to_be_focused()
    clerk.locator("#hook-filter").focus()
    clerk.keyboard.type("a-12")
    expect(clerk.locator(".hook:visible")).to_have_count(1)
    press(clerk, "Enter")
    expect(clerk.locator("[data-chosen]")).to_be_visible()
    settled(clerk)  # its scripts have run, so Escape is heard
    press(clerk, "Escape")
    expect(clerk.locator("[data-chosen]")).to_have_count(0)
    clerk.goto("/admin/keys/board/")
    expect(clerk.locator("[data-go-on]")).to_be_hidden()
    clerk.locator(".hook").first.focus()
    press(clerk, "Space", "ArrowRight", "ArrowRight", "Space")
    expect(clerk.locator("[data-go-on]")).to_be_visible()
    press(clerk, "Enter")
    expect(clerk.locator(".ticked-keys input:checked")).to_have_count(2)


@only_sqlite
def test_the_board_works_without_scripts_and_fits_a_phone(
    person: Callable[..., Page], session: DeskSession, world: World, now: datetime.datetime
) -> None:
    cupboard(session, world, now)
    clerk = person("clerk", size="phone", scripts=False)
    clerk.goto("/admin/keys/board/")
    clerk.locator(".hook").first.click()
    for name in ("identity_checked", "signed"):
        clerk.locator(f"[name={name}]").check()
    clerk.locator(".lend-form button[type=submit]").click()
    expect(clerk.locator(".hook-out")).to_have_count(1)

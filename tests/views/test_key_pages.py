"""What the pages of keys, loans and people offer where keys are lost, in part back, or in the way (KEY-2 … KEY-4)."""

import datetime
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.call import Call
from models.keys import BorrowerKind, Key
from models.operations import keys as keys_verbs
from models.session import DeskSession
from tests import reading
from tests.again import load
from tests.factories import World
from tests.marks import only_sqlite
from tests.operations import key_desk
from tests.operations.key_desk import approve, owner_draft, register, request
from tests.views.key_cupboard import loans, make

HOUR = datetime.timedelta(hours=1)

PAGE = "/admin/keys/several/"
APPROVALS = "/admin/key-approvals/details/"
MAKE = make


@pytest.fixture
def desk(here: Any, session: DeskSession, world: World) -> Any:
    """What was made, of this session."""
    made = load(here, session, world)
    session.commit()
    return made


def test_who_disables_somebody_sees_the_keys_that_bar_it_before_sending__KEY_4(
    desk: Any, session: DeskSession, world: World, sign_in: Callable[..., FlaskClient]
) -> None:
    approve(desk, request(desk))
    loan = key_desk.lend(desk, key_desk.staff_draft(desk))
    loan_id, number, person = loan.id, desk.key.number, world.person("technician").id
    session.commit()
    session.rollback()
    manager = sign_in("manager")
    page = manager.get(f"/admin/staff/step/disable/?id={person}").text
    assert "still has keys: first they are returned or reported lost (KEY-4)" in page
    assert f'<a href="/admin/key-loans/details/?id={loan_id}">{number}</a>' in page
    nobody = manager.get(f"/admin/staff/step/disable/?id={world.person('clerk').id}").text
    assert "still has keys" not in nobody


def test_a_lost_key_offers_the_change_of_its_lock_as_a_job__KEY_4(
    desk: Any, session: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    offer = f"/admin/tickets/intake/?lock_of={desk.out[0].id}"
    assert offer not in clerk.get(f"/admin/keys/details/?id={desk.out[0].id}").text
    assert post(clerk, f"/admin/key-loans/step/report_lost/?id={desk.loans[0].id}").status_code == 302
    assert offer in clerk.get(f"/admin/keys/details/?id={desk.out[0].id}").text
    page = reading.page(clerk.get(offer))
    assert reading.value_of(page, "summary") == "Change the lock: its key is lost."
    assert reading.value_of(page, "reporter_department") == "front desk"
    assert clerk.get("/admin/tickets/intake/?lock_of=987654321").status_code == 404


def test_a_lost_key_stands_on_the_desk_by_its_room_or_place__KEY_4(
    desk: Any, session: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    call = Call(session, desk.clerk, desk.now - HOUR, reason="down a drain")
    for key in keys_verbs.report_lost(call, [desk.second, desk.common]).done:
        key.due_at = desk.now - HOUR
    session.commit()
    words = reading.words(reading.under(reading.page(sign_in("clerk").get("/admin/")), "beside-keys"))
    room, place = desk.world.units[0].code, "配电房"
    assert [f"{desk.second.number} {room}" in words, f"{desk.common.number} {place}" in words] == [True, True]


def test_a_bunch_comes_back_in_part_on_the_board__KEY_2(
    desk: Any, session: DeskSession, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    bunch = register(desk, pieces=5)
    loan = key_desk.lend(desk, owner_draft(desk, key_id=bunch.id)).id
    session.commit()
    clerk = sign_in("clerk")
    address = f"/admin/keys/board/return/?key={bunch.id}"
    assert 'name="pieces"' in clerk.get(f"/admin/keys/board/?key={bunch.id}").text
    assert 'name="pieces"' not in clerk.get(f"/admin/keys/board/?key={desk.out[0].id}").text
    assert post(clerk, address, loan=loan, pieces="6").status_code == 409
    for wrong in ("3²", "③", "٣"):
        assert post(clerk, address, loan=loan, pieces=wrong).status_code == 400
    given = {"brought_by": "other", "brought_by_name": "闪送", "pieces": "\uff13"}
    assert post(clerk, address, loan=loan, **given).status_code == 302
    for page in ("keys/board/", f"keys/details/?id={bunch.id}", "key-loans/", f"key-loans/details/?id={loan}"):
        assert "3 of 5 back" in clerk.get(f"/admin/{page}").text, page
    assert len(loans(look, bunch)) == 1
    assert post(clerk, address, loan=loan).status_code == 302
    assert loans(look, bunch) == []
    several = "张伟, the last 2 of 5 pieces; who brought the others stands"
    for page in (f"keys/details/?id={bunch.id}", "key-loans/", f"key-loans/details/?id={loan}"):
        assert several in html.unescape(clerk.get(f"/admin/{page}").text), page
    assert "闪送" in clerk.get(f"/admin/key-loans/details/?id={loan}").text


def test_approvals_of_one_name_are_for_one_person_in_whatever_case__KEY_3(
    desk: Any, session: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    keys = (desk.key, desk.second, desk.third)
    made = [
        approve(desk, request(desk, key_id=key.id, borrower_kind=BorrowerKind.OTHER, borrower_name=name))
        for key, name in zip(keys, ("Kim Lee", "KIM lee", "Kim Li"), strict=True)
    ]
    session.commit()
    clerk = sign_in("clerk")
    for one in made[:2]:
        assert set(re.findall(r"key=(\d+)", clerk.get(f"{PAGE}?approved={one.id}").location)) == {
            str(key.id) for key in keys[:2]
        }
    # Beside an approval stands what else is approved; lending it together is for who lends.
    for person, lends in (("clerk", True), ("auditor", False)):
        beside = reading.one(reading.page(sign_in(person).get(f"{APPROVALS}?id={made[0].id}")), "main")
        addresses = [address for _text, address in reading.links(beside)]
        assert f"{APPROVALS}?id={made[1].id}" in addresses, person
        assert any(address.startswith(f"{PAGE}?approved=") for address in addresses) is lends, person


def test_a_key_offers_what_may_be_done_where_it_is__KEY_2_KEY_4(
    desk: Any, session: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    call = Call(session, desk.clerk, desk.now, reason="down a drain")
    keys_verbs.report_lost(call, [desk.second]).one()
    keys_verbs.report_lost(call, [desk.third], owner_told=True).one()
    keys_verbs.hand_back(call, [desk.key], handed_back_to="张伟", receipt_number="R-1").one()
    session.commit()
    clerk = sign_in("clerk")

    def steps(key: Key) -> list[str]:
        page = reading.page(clerk.get(f"/admin/keys/details/?id={key.id}"))
        return [reading.words(node) for node in page.css(".next-steps > .step-buttons .btn")]

    assert steps(desk.common) == ["Lend", "Report lost", "Hand back for good"]
    assert steps(desk.second) == ["Record that the owner was told"]
    assert steps(desk.third) == []
    assert steps(desk.key) == []
    assert steps(desk.out[0]) == ["Report lost"]
    out = reading.page(clerk.get(f"/admin/keys/details/?id={desk.out[0].id}"))
    assert f"/admin/key-loans/step/return/?id={desk.loans[0].id}" in {href for _text, href in reading.links(out)}


@only_sqlite
def test_a_bunch_that_came_back_in_part_is_not_said_to_be_back__KEY_2(
    desk: Any, session: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    bunch = register(desk, pieces=5)
    loan = key_desk.lend(desk, owner_draft(desk, key_id=bunch.id)).id
    session.commit()
    clerk, path = sign_in("clerk"), f"/admin/key-loans/step/return/?id={loan}"
    said = []
    for pieces in ("4", "1"):
        assert post(clerk, path, brought_by="borrower", pieces=pieces).status_code == 302
        said.append(reading.words(reading.page(clerk.get(f"/admin/key-loans/details/?id={loan}"))))
    assert f"{bunch.number}: 4 of 5 back" in said[0]
    assert "– done" not in said[0]
    assert f"{bunch.number}: Return – done" in said[1], "not by the number of the loan, which nobody knows"

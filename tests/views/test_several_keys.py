"""Several keys in one step: all of them or none, each accounted for (KEY-2, KEY-3, KEY-4)."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.keys import ApprovalStatus, BorrowerKind, BringerKind, Key, KeyApproval, KeyLoan
from models.session import DeskSession
from tests import reading
from tests.again import load
from tests.factories import World
from tests.operations import key_desk
from tests.operations.key_desk import approve, owner_draft, register, request
from tests.views.conftest import ROLES
from tests.views.key_cupboard import loans, make, named, register_number, ticked

HOUR = datetime.timedelta(hours=1)

PAGE = "/admin/keys/several/"
SIGNED = {"identity_checked": "1", "signed": "1"}
MAKE = make


@pytest.fixture
def desk(here: Any, session: DeskSession, world: World) -> Any:
    """What was made, of this session."""
    made = load(here, session, world)
    session.commit()
    return made


def test_several_keys_are_lent_in_one_step__KEY_3(
    desk: Any, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    keys = (desk.key, desk.second, desk.third)
    page = clerk.get(f"{PAGE}?{named(*keys)}").text
    assert ticked(page, "key") == {str(key.id) for key in keys}
    answer = post(
        clerk,
        f"{PAGE}lend/?{named(*keys)}",
        key=[key.id for key in keys],
        borrower=desk.owner,
        purpose="验房",
        **SIGNED,
    )
    assert (answer.status_code, answer.location) == (302, f"/admin/keys/board/?at={desk.key.id}")
    lent = loans(look, *keys)
    assert len(lent) == 3
    assert {(name, signed) for name, _due, signed in lent} == {("张伟", True)}
    assert len({due for _name, due, _signed in lent}) == 1


def test_a_key_that_cannot_be_lent_is_named_and_none_is_lent__KEY_2_KEY_3(
    desk: Any, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    keys = (desk.key, desk.common, desk.out[0])
    address = f"{PAGE}lend/?{named(*keys)}"
    answer = post(clerk, address, key=[key.id for key in keys], borrower=desk.owner, **SIGNED)
    assert answer.status_code == 409
    page = reading.page(answer.text)
    assert reading.words(reading.one(page, f"#why-{desk.common.id}")).startswith("KEY-3:")
    assert reading.words(reading.one(page, f"#why-{desk.out[0].id}")).startswith("KEY-2:")
    assert page.css(f"#why-{desk.key.id}") == []
    assert loans(look, desk.key, desk.common) == []
    assert ticked(answer.text, "key") == {str(desk.key.id)}
    assert post(clerk, address, key=desk.key.id, borrower=desk.owner, **SIGNED).status_code == 302
    assert len(loans(look, desk.key, desk.common)) == 1


def test_what_all_the_keys_lack_is_said_once_at_its_field__KEY_3(
    desk: Any, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    keys = (desk.key, desk.second)
    answer = post(sign_in("clerk"), f"{PAGE}lend/?{named(*keys)}", key=[one.id for one in keys], borrower=desk.owner)
    assert answer.status_code == 409
    assert answer.text.count('<div class="field-error" id="signed-error">') == 1
    assert "why-" not in answer.text
    assert loans(look, *keys) == []


def test_several_keys_are_asked_for_approved_and_lent_together__KEY_3(
    desk: Any, session: DeskSession, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    keys = (desk.key, desk.common)
    asked = {"borrower_kind": "other", "borrower_name": "施工队 周强", "purpose": "防水返工"}
    assert post(clerk, f"{PAGE}request/?{named(*keys)}", key=[one.id for one in keys], **asked).status_code == 302
    waiting = list(look.scalars(select(KeyApproval.id).where(KeyApproval.status == ApprovalStatus.REQUESTED)))
    look.rollback()
    assert len(waiting) == 2
    supervisor = sign_in("supervisor")
    given = {"row": waiting, "stage": "preview", "key": "k" * 20, "due_at": ""}
    run = post(supervisor, "/admin/key-approvals/bulk/approve/", **given).location.rpartition("=")[2]
    assert post(supervisor, "/admin/bulk-runs/run/", id=run).status_code == 302
    clerk = sign_in("clerk")
    together = clerk.get(f"{PAGE}?approved={waiting[0]}")
    assert together.location.endswith(named(*keys))
    borrower = f"approval-{waiting[0]}"
    assert f'value="{borrower}" checked' in clerk.get(together.location).text
    answer = post(clerk, f"{PAGE}lend/?{named(*keys)}", key=[one.id for one in keys], borrower=borrower)
    assert answer.status_code == 302
    assert [name for name, _due, _signed in loans(look, *keys)] == ["施工队 周强"] * 2
    assert set(look.scalars(select(KeyApproval.status))) == {ApprovalStatus.USED}


def test_our_own_staff_take_only_the_keys_that_are_approved__KEY_3(
    desk: Any, session: DeskSession, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    consent = approve(desk, request(desk))
    session.commit()
    clerk, keys = sign_in("clerk"), (desk.key, desk.second)
    borrower = f"approval-{consent.id}"
    page = clerk.get(f"{PAGE}?{named(*keys)}").text
    assert "approved · 1 of 2 keys" in page
    answer = post(clerk, f"{PAGE}lend/?{named(*keys)}", key=[one.id for one in keys], borrower=borrower)
    assert answer.status_code == 409
    assert f'id="why-{desk.second.id}"' in answer.text
    assert loans(look, *keys) == []


def test_all_that_a_borrower_has_is_taken_back_together__KEY_4(
    desk: Any, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    first = desk.loans[0].id
    assert f"{PAGE}?borrower_of={first}" in clerk.get(f"/admin/keys/board/?key={desk.out[0].id}").text
    assert f"{PAGE}?borrower_of={first}" in clerk.get(f"/admin/key-loans/details/?id={first}").text
    assert clerk.get(f"{PAGE}?borrower_of={first}").location.endswith(named(*desk.out))
    address = f"{PAGE}return/?{named(*desk.out)}"
    ids = [loan.id for loan in desk.loans]
    nobody = post(clerk, address, loan=ids, brought_by="other")
    assert (nobody.status_code, len(loans(look, *desk.out))) == (409, 2)
    assert post(clerk, address, loan=ids, brought_by="other", brought_by_name="王强").status_code == 302
    assert loans(look, *desk.out) == []
    brought = select(KeyLoan.brought_by_kind, KeyLoan.brought_by_name).where(KeyLoan.id.in_(ids))
    assert look.execute(brought).all() == [(BringerKind.OTHER, "王强")] * 2


def test_a_borrower_without_a_record_is_the_same_in_small_letters__KEY_4(
    desk: Any, session: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    other, names = [register(desk, hook=f"E-{number}") for number in (1, 2, 3)], ("Kim Lee", "KIM lee", "Kim Li")
    sales = {"borrower_kind": BorrowerKind.DEVELOPER_SALES, "borrower_resident_id": None}
    made = [
        key_desk.lend(desk, owner_draft(desk, key_id=key.id, borrower_name=name, **sales))
        for key, name in zip(other, names, strict=True)
    ]
    session.commit()
    answer = sign_in("clerk").get(f"{PAGE}?borrower_of={made[0].id}")
    assert answer.location.endswith(named(*other[:2]))


def test_who_brings_only_some_is_led_to_the_rest__KEY_4(
    desk: Any, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    address = f"{PAGE}return/?{named(*desk.out)}"
    answer = post(clerk, address, loan=desk.loans[0].id)
    assert answer.location == f"{PAGE}?key={desk.out[1].id}"
    assert len(loans(look, *desk.out)) == 1
    again = post(clerk, address, loan=[loan.id for loan in desk.loans], note="again")
    assert (again.status_code, f'id="why-{desk.out[0].id}"' in again.text) == (409, True)
    assert len(loans(look, *desk.out)) == 1


def test_keys_are_added_by_number_or_hook_in_any_spelling__KEY_1(
    desk: Any, sign_in: Callable[..., FlaskClient]
) -> None:
    clerk = sign_in("clerk")
    more = f"{desk.second.number.lower()}，ｃ1; 没有"
    answer = clerk.get(PAGE, query_string={"key": desk.key.id, "more": more})
    assert answer.location.endswith(named(desk.key, desk.second, desk.common))
    assert "没有" in clerk.get(answer.location).text


def test_keys_are_added_however_they_are_written_one_after_the_other__KEY_1(
    desk: Any, session: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    first, second = register(desk, hook="B-09", seal="封1008"), register(desk, hook="B-10", seal="封1009")
    session.commit()
    clerk = sign_in("clerk")
    both = ("B-09/B-10", "B-09和B-10", "B9 B10", "B 09、B 10", "B-09号，b010号钩", "B-09 / 封条1009", "封1008、1009封")
    for typed in (*both, f"{first.number.replace('-', '')}与{second.number.replace('K', 'Ｋ')}"):
        answer = clerk.get(PAGE, query_string={"more": typed})
        assert answer.location.endswith(f"?{named(first, second)}"), typed
    of_the_room = clerk.get(PAGE, query_string={"more": "1-101"}).location
    assert {f"key={key.id}" for key in (desk.key, first, second)} <= set(of_the_room.partition("?")[2].split("&"))
    assert clerk.get(PAGE, query_string={"more": "B-09~B-10"}).location == PAGE
    assert "looks like a range" in clerk.get(PAGE).text
    partly = clerk.get(PAGE, query_string={"more": "B-09/B-77"}).location
    assert partly.endswith(f"?{named(first)}")
    assert "Nothing found for “B-77”" in clerk.get(partly).text
    one, other, whole = (register(desk, hook=hook) for hook in ("71", "72", "71-72"))
    session.commit()
    assert clerk.get(PAGE, query_string={"more": "71 72"}).location == PAGE
    assert "can be one key or several" in clerk.get(PAGE).text
    assert clerk.get(PAGE, query_string={"more": "71-72; 71"}).location.endswith(named(whole, one))
    assert other.id


def test_keys_are_read_with_the_signs_of_a_chinese_keyboard__KEY_1(
    desk: Any, session: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    two, seven, first, twelfth = (register(desk, hook=hook) for hook in ("A-2", "A-7", "1", "12"))
    named_so = register(desk, hook="第5号")
    session.commit()
    clerk = sign_in("clerk")
    for typed, keys in {
        "A-2，A—7": (two, seven),
        "Ａ——2；ａ－7": (two, seven),
        "A–2、A−7": (two, seven),
        "A‐2　Ａ7。": (two, seven),
        "第1号钩": (first,),
        "第１号钩，第12号": (first, twelfth),
        "一号钩、十二号挂钩": (first, twelfth),
        "第一号钩和A—7": (first, seven),
        "1号钩，12#": (first, twelfth),
        "第5号钩": (named_so,),
    }.items():
        answer = clerk.get(PAGE, query_string={"more": typed})
        assert answer.location.endswith(f"?{named(*keys)}"), typed
    for typed, hook in (("第一号钩", "1"), ("第12号钩", "12"), ("A—7", "A-7"), ("第5号", "第5号")):
        board = reading.page(clerk.get("/admin/keys/board/", query_string={"q": typed}))
        assert hook in reading.words(reading.one(board, "main")).split(), typed
        found = clerk.get("/admin/keys/", query_string={"search": typed}).text
        assert register_number(desk, hook) in found, typed
    for typed in ("A-2—A-7", "A-2——A-7"):
        assert clerk.get(PAGE, query_string={"more": typed}).location == PAGE
        assert f"“{typed}” looks like a range" in clerk.get(PAGE).text
    clerk.get(PAGE, query_string={"more": "A—99"})
    assert "Nothing found for “A—99”" in clerk.get(PAGE).text


def test_nothing_ticked_is_said_so_and_changes_nothing(
    desk: Any, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    assert post(clerk, f"{PAGE}lend/?{named(desk.key)}", borrower="sales", **SIGNED).status_code == 400
    assert post(clerk, f"{PAGE}return/?{named(*desk.out)}").status_code == 400
    asked = {"borrower_kind": "other", "borrower_name": "周强", "purpose": "x"}
    assert post(clerk, f"{PAGE}request/?{named(desk.key)}", **asked).status_code == 400


def test_keys_of_another_estate_are_not_there(
    desk: Any, session: DeskSession, world: World, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    foreign = Key(estate_id=world.other.id, number="X-1", place="门岗", hook="X", origin="common", received_at=desk.now)
    session.add(foreign)
    session.commit()
    clerk = sign_in("clerk")
    assert "X-1" not in clerk.get(f"{PAGE}?key={foreign.id}").text
    given = {"key": [desk.key.id, foreign.id], "borrower": "sales", "borrower_name": "李", **SIGNED}
    assert post(clerk, f"{PAGE}lend/?{named(desk.key, foreign)}", **given).status_code == 404


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"clerk", "supervisor", "manager"}))
def test_only_the_desk_does_several_at_once(
    role: str, desk: Any, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    client = sign_in(role)
    assert client.get(f"{PAGE}?{named(desk.key)}").status_code == (200 if role == "auditor" else 403)
    for page in ("lend", "return", "request"):
        given = {"key": desk.key.id, "loan": desk.loans[0].id, "borrower": "sales"}
        assert post(client, f"{PAGE}{page}/?{named(desk.key, *desk.out)}", **given).status_code == 403
    assert len(loans(look, desk.key, *desk.out)) == 2

"""Rooms and number plates in every usual writing, at every place where one is typed."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from models.estates import Unit
from models.keys import Key
from models.residents import Resident
from models.session import DeskSession
from tests.factories import World
from tests.marks import first_sqlite
from tests.records import Records

WRITINGS = ("1-101", "1号楼 101", "1 101", "一号楼一〇一室", "１栋　１０１", "云湖花园1栋101", "1栋一单元101")
SEARCHES = {
    "/admin/search/": ("q", "1-101"),
    "/admin/tickets/intake/callers/": ("q", "张伟"),
    "/admin/tickets/": ("search", "漏水 0"),
    "/admin/residents/": ("search", "张伟"),
    "/admin/units/": ("search", "1-101"),
    "/admin/keys/": ("search", "1-101"),
    "/admin/visitor-passes/": ("search", "访客"),
    "/admin/keys/board/": ("q", "1-101"),
    "/admin/tickets/ajax/lookup/?name=unit": ("query", "1-101"),
    "/admin/tickets/?filters=0": ("flt_unit", "漏水 0"),
    "/admin/residents/?filters=0": ("flt_unit", "张伟"),
    "/admin/keys/?filters=0": ("flt_unit", "1-101"),
    "/admin/visitor-passes/?filters=0": ("flt_host_unit", "访客"),
}
"""Address -> the name under which it reads a room, and what it then shows."""


@first_sqlite
def test_a_room_is_read_the_same_wherever_it_is_typed__INT_3(
    records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("clerk")
    for path, (name, shown) in SEARCHES.items():
        address, _, more = path.partition("?")
        for text in WRITINGS:
            given = {name: text, **({"name": "unit"} if "name=" in more else {})}
            answer = client.get(address, query_string=given, headers={"Accept": "application/json"})
            assert shown in answer.text, (path, text)
            assert "1-201" not in answer.text, (path, text)


def test_forms_take_a_room_in_every_writing_and_offer_all_that_fit(
    world: World,
    session: DeskSession,
    look: DeskSession,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    session.add_all(
        [Unit(estate_id=world.estate.id, code=code) for code in ("4-1-1203", "4-2-1203", "5-1203", "5-1-1203")]
    )
    session.commit()
    client = sign_in("clerk")
    for number, (typed, meant) in enumerate(
        (("四号楼二单元1203", "4-2-1203"), ("4 1 1203", "4-1-1203"), ("5栋1203", "5-1203"), ("1号楼 101", "1-101"))
    ):
        answer = post(
            client, "/admin/keys/new/", unit_id=typed, hook=f"H{number}", seal=f"L{number}", origin="rectification"
        )
        assert answer.status_code == 302, (typed, answer.text)
        made = select(Unit.code).join(Key, Key.unit_id == Unit.id).where(Key.hook == f"H{number}")
        assert look.scalars(made).one() == meant
        look.rollback()
    answer = post(client, "/admin/keys/new/", unit_id="4栋1203", hook="H9", seal="L9", origin="rectification")
    assert answer.status_code == 400
    assert "4-1-1203" in answer.text
    assert "4-2-1203" in answer.text


def test_what_says_more_than_a_room_is_no_room_but_offered(
    world: World, session: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    codes = ("3-301", "4-1203", "4-1203-A", "东区-4-1203", "3-1-101")
    session.add_all([Unit(estate_id=world.estate.id, code=code) for code in codes])
    session.commit()
    client = sign_in("clerk")

    def answer(typed: str, number: int = 0) -> Any:
        fields = {"hook": f"H{number}", "seal": f"L{number}", "origin": "rectification"}
        return post(client, "/admin/keys/new/", unit_id=typed, **fields)

    for typed, offered in (
        *(
            (text, "3-301")
            for text in ("东区 3栋301", "3栋301 隔壁", "不是 3-301", "3-301 A", "3栋301业主", "3-301张伟")
        ),
        *((text, "1-101") for text in ("1栋101 对面", "not 1-101", "Garden 1-101", "1-101 楼下", "2期 1-101")),
    ):
        refused = answer(typed)
        assert (refused.status_code, offered in refused.text) == (400, True), typed
    for number, (typed, meant) in enumerate(
        (
            *(("东区 4栋1203", "东区-4-1203"), ("4栋1203 A", "4-1203-A"), ("4栋1203", "4-1203")),
            *((f"{tower} 3 Unit 1 Room 101", "3-1-101") for tower in ("Tower", "Bldg")),
        )
    ):
        assert answer(typed, number).status_code == 302, typed
        made = select(Unit.code).join(Key, Key.unit_id == Unit.id).where(Key.hook == f"H{number}")
        assert session.scalars(made).one() == meant
        session.rollback()


@first_sqlite
def test_a_plate_is_read_the_same_wherever_it_is_typed(
    records: Records, session: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    session.get_one(Resident, records.ids["residents"]).vehicles = "沪A·9K8X7"
    session.commit()
    client = sign_in("clerk")
    for path, name in (
        ("/admin/search/", "q"),
        ("/admin/tickets/intake/callers/", "q"),
        ("/admin/residents/", "search"),
        ("/admin/tickets/ajax/lookup/", "query"),
    ):
        for text in ("沪A9K8X7", "沪a·9k8x7", "沪A 9K8X7", "9K8X7", "K8X7", "A9K8X7"):
            answer = client.get(
                path, query_string={name: text, "name": "resident"} if name == "query" else {name: text}
            )
            assert "张伟" in answer.text, (path, text)


def test_units_are_listed_and_picked_as_they_are_counted(
    world: World, session: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    session.add_all([Unit(estate_id=world.estate.id, code=code) for code in ("1-1001", "10-101", "1-99")])
    session.commit()
    client = sign_in("clerk")
    counted = ["1-99", "1-101", "1-201", "1-1001", "2-101", "2-201", "10-101"]
    lookup = client.get("/admin/tickets/ajax/lookup/?name=unit&query=").get_json()
    assert [row["text"] for row in lookup] == counted
    exported = client.get("/admin/units/export/csv/?cols=code").text.splitlines()[1:]
    assert exported == counted
    for address, expected in (("/admin/units/", counted), ("/admin/units/?sort=code&desc=1", counted[::-1])):
        page = client.get(address).text
        places = [page.index(f">{code}</a>") for code in expected]
        assert places == sorted(places), address
    assert [row["room"] for row in client.get("/admin/tickets/intake/callers/?q=1-1").get_json()] == ["1-101", "1-1001"]

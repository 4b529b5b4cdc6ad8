"""Each look-up of the forms: what it offers in which order, and that it knows each row again as it writes it."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask, g

from models.estates import Unit
from models.session import DeskSession
from models.settings import Category, CategoryRegister
from tests.factories import World
from tests.marks import only_sqlite
from tests.records import Records
from views.forms.lookup_kinds import LOOKUPS
from views.forms.lookups import Ambiguous, NothingFound


@pytest.fixture
def clerk(app: Flask, world: World) -> Iterator[None]:
    """A request of the clerk, in the estate of the world."""
    with app.test_request_context("/"):
        g.actor, g.current_estate = world.actor("clerk"), world.estate
        yield


EVERYBODY = [
    "冯管 (admin)",
    "吴总 (manager)",
    "周敏 (supervisor)",
    "李国 (technician2)",
    "林小满 (clerk2)",
    "王强 (technician)",
]
EVERYBODY += ["石门 (guard)", "赵工 (lead)", "郑稽 (auditor)", "陈思 (clerk)"]
OFFERED = {
    "unit": ["1-101", "1-201", "2-101", "2-201"],
    "resident": ["张伟 138****8000 #1", "刘洋 139****9001 #2"],
    "staff": EVERYBODY,
    "colleague": EVERYBODY,
    "desk": [text for text in EVERYBODY if re.search("clerk|supervisor|manager", text)],
    # 王强 alone has open jobs.
    "handler": sorted(
        (text for text in EVERYBODY if not re.search("admin|auditor|guard", text)), key=lambda text: "王强" in text
    ),
    "team": ["customer service", "engineering", "finance", "greening", "housekeeping", "security"],
    "category": [
        "给排水",
        "强电照明",
        "弱电对讲",
        "门窗锁具",
        "墙面渗漏",
        "电梯",
        "公共设施",
        "清洁绿化",
        "居家服务",
        "其它",
    ],
    "key": ["K261118-001", "K261118-002", "K261118-003"],
    "ticket": [f"R261118-00{number}" for number in range(1, 7)],
    "complaint": ["C261118-001"],
    "open_ticket": [f"R261118-00{number} 漏水 {number - 1} #{number}" for number in range(1, 7)],
    "open_complaint": ["C261118-001 夜间噪音 #1"],
}
"""What each search box offers the clerk of the world with records, in its order."""


@only_sqlite
def test_each_look_up_offers_its_rows_in_its_order_and_knows_each_again_as_it_writes_it(
    records: Records, clerk: None
) -> None:
    offered = {name: [(row.id, lookup.text(row)) for row in lookup.search("")] for name, lookup in LOOKUPS.items()}
    assert {name: [text for _id, text in rows] for name, rows in offered.items()} == OFFERED
    for name, rows in offered.items():
        lookup = LOOKUPS[name]
        assert sorted(lookup.choices()) == sorted(rows), name
        for number, text in rows:
            assert lookup.written(number) == text
            for typed in (f"id:{number}", f"#{number}", text, f"{text} #{number}"):
                assert lookup.resolve(typed) == number, (name, typed)
            for typed in ("%", "_", "id:999", "#999", "漆", f"漆 #{number}", "x" * 201, f"id:{2**63}"):
                with pytest.raises(NothingFound):
                    lookup.resolve(typed)
            assert lookup.written(999) == ""
            assert lookup.one(999) is None


@only_sqlite
def test_a_search_box_offers_twenty_a_list_two_hundred_and_a_question_five(
    session: DeskSession, world: World, clerk: None
) -> None:
    fair = {"estate_id": world.estate.id, "register": CategoryRegister.TICKETS}
    session.add_all(Category(**fair, code=f"c{number}", name=f"门 {number}") for number in range(201))
    session.add_all(Unit(estate_id=world.estate.id, code=f"8-1{number:02}") for number in range(10, 31))
    session.commit()
    assert len(LOOKUPS["category"].choices()) == 200
    assert [len(LOOKUPS[name].search(text)) for name, text in (("category", "门"), ("category", ""), ("unit", ""))] == [
        20
    ] * 3
    with pytest.raises(Ambiguous) as several:
        LOOKUPS["category"].resolve("门")
    assert [text.partition(" #")[0] for text in several.value.candidates] == [f"门 {number}" for number in range(5)]


@only_sqlite
def test_who_may_not_read_a_register_is_offered_nothing_of_it(app: Flask, records: Records, world: World) -> None:
    for username, forbidden in FORBIDDEN.items():
        with app.test_request_context("/"):
            g.actor, g.current_estate = world.actor(username), world.estate
            assert {name for name, lookup in LOOKUPS.items() if not lookup.allowed()} == forbidden, username
            for name in forbidden:
                assert LOOKUPS[name].search("") == []
                assert LOOKUPS[name].one(1) is None
                with pytest.raises(NothingFound):
                    LOOKUPS[name].resolve("1-101")


FORBIDDEN: dict[str, set[str]] = {
    "technician": set(OFFERED) - {"ticket", "open_ticket"},
    "admin": set(OFFERED) - {"staff", "colleague", "desk", "handler", "team"},
    "lead": {"category", "key", "resident", "unit"},
    "manager": set(),
}

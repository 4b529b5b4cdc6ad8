"""Who is on the phone: the right person stands among the first three, however the clerk looks (INT-3)."""

import datetime
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from models.call import Call
from models.callers import IN_A_ROOM, LIMIT, callers
from models.estates import Unit
from models.operations import tickets
from models.operations.core import SURNAMES, name_pinyin
from models.personal import keyring_of
from models.residents import Resident
from models.session import DeskSession
from models.staff import Actor
from seed.scale_estate import Caller, open_estate, settle
from tests import factories
from tests.factories import World
from tests.marks import EVERYTHING, only_sqlite

AT = datetime.datetime(2026, 3, 2, 1, tzinfo=datetime.UTC)
RESIDENTS = 20_000 if EVERYTHING else 600
LOOKUPS = 960 if EVERYTHING else 320
DIGITS = dict(enumerate("零一二三四五六七八九"))
SHARE = 0.98


def labelled(
    found: list[Caller], rooms: dict[int, str], phones: dict[int, str], rng: Random
) -> Iterator[tuple[str, Caller]]:
    """What a clerk types and who is meant, the ways in turn."""
    odd = [caller for caller in found if caller.name[:1] in SURNAMES]
    for number in range(LOOKUPS):
        who = rng.choice(odd if number % 16 == 3 else found)
        building, _, flat = rooms[who.unit_id].partition("-")
        whole, initials = name_pinyin(who.name).split()[:2]
        yield (
            (f"{building}-{flat}", who),
            (f"{building}栋{flat}", who),
            (f"{building}号楼{flat}室", who),
            (f"{whole} {building}-{flat}", who),
            (f"{initials} {building}-{flat}", who),
            (f"{phones[who.resident_id][-4:]} {who.name[:1]}", who),
            (phones[who.resident_id], who),
            (f"{who.name} {flat}", who),
            (f"{building}号楼 {flat}", who),
            (f"{in_chinese(int(building))}号楼{flat}", who),
            (f"{who.name[:1]}{flat}", who),
            (f"{building}-{flat} {who.name[:1]}女士", who),
            (f"{whole} {phones[who.resident_id][-4:]}", who),
            (f"{who.name}{phones[who.resident_id][-4:]}", who),
            (f"{phones[who.resident_id][:3]} {phones[who.resident_id][3:7]} {phones[who.resident_id][7:]}", who),
            (f"{building}幢{flat}的{who.name}", who),
        )[number % 16]


def in_chinese(number: int) -> str:
    """A number below a hundred as it is written in Chinese."""
    tens, ones = divmod(number, 10)
    return (DIGITS[tens] * (tens > 1) + "十") * (tens > 0) + DIGITS[ones] * (ones > 0)


def test_the_right_person_is_among_the_first_three__INT_3(session: DeskSession) -> None:
    def chance(*_of: object) -> Random:
        return Random(7)  # noqa: S311  # made-up people, no secrets

    cast = open_estate(session, "CALLERS", "来电小区", chance(), AT)
    assert sum(settle(session, cast, RESIDENTS, chance, AT, size=RESIDENTS)) == RESIDENTS
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("ANALYZE")  # a server does so by itself within a minute of such a load
    clerk = cast.clerks[0]
    rooms = {row.id: row.code for row in session.execute(select(Unit.id, Unit.code))}
    phones = {caller.resident_id: keyring_of(session).decrypt(caller.phone) for caller in cast.callers}
    missed = [
        (text, who.name)
        for text, who in labelled(cast.callers, rooms, phones, chance())
        if who.resident_id not in found_first(session, text, clerk, cast.estate_id)
    ]
    assert len(missed) <= LOOKUPS * (1 - SHARE), missed
    plates = session.execute(select(Resident.id, Resident.vehicles).where(Resident.vehicles.is_not(None)).limit(60))
    said = [(text, row.id) for row in plates for text in (row.vehicles[1:], row.vehicles[2:], row.vehicles)]
    unknown = [text for text, who in said if who not in found_first(session, text, clerk, cast.estate_id)]
    assert len(unknown) <= len(said) * (1 - SHARE), unknown
    assert len(said) > 100


def found_first(session: DeskSession, text: str, actor: Actor, estate_id: int) -> list[int | None]:
    rows = callers(session, text, actor=actor, estate_id=estate_id) or ()
    return [row.resident_id for row in rows[:3]]


@pytest.mark.parametrize("text", ["", " ", "-", "x", "1", "%", "😀", "'\"", "a" * 100])
def test_what_says_nothing_finds_nobody_and_breaks_nothing(session: DeskSession, world: World, text: str) -> None:
    clerk = world.actor("clerk")
    assert not callers(session, text, actor=clerk, estate_id=world.estate.id)


def test_a_half_typed_room_offers_the_rooms_that_begin_so__INT_3(session: DeskSession, world: World) -> None:
    clerk = world.actor("clerk")

    def rooms(text: str) -> list[str]:
        return [row.room for row in callers(session, text, actor=clerk, estate_id=world.estate.id) or ()]

    codes = sorted(unit.code for unit in world.units)
    for half in ("2-", "1-1", "1栋1", "1-10", "2-20"):
        wanted = [code for code in codes if code.startswith(half.replace("栋", "-"))] if half[-1] != "-" else []
        assert list(dict.fromkeys(rooms(half))) == wanted, half
    assert set(rooms("1-101")) == {"1-101"}, "a whole room is meant as that"
    assert len(rooms("1-1")) == len(set(rooms("1-1"))), "each room once"


def test_of_a_room_that_somebody_has_it_is_never_said_that_nobody_has__INT_3(
    session: DeskSession, world: World
) -> None:
    lived_in, empty = factories.make_unit(session, world.estate, "1-102"), "1-103"
    factories.make_unit(session, world.estate, empty)
    for _each in range(LIMIT * IN_A_ROOM):
        factories.make_resident(session, world.units[0], "张三", "13911110001", AT)
    factories.make_resident(session, lived_in, "李四", "13911110002", AT)
    session.flush()
    for text in ("1-1", "1 1", "1-10", "1-102", "1-103", "1 10", "102", "103"):
        found = callers(session, text, actor=world.actor("clerk"), estate_id=world.estate.id) or ()
        assert {row.room for row in found if not row.name} <= {empty}, text
        assert text not in ("1-1", empty) or empty in {row.room for row in found}


def test_nobody_of_another_estate_is_found__RES_4(session: DeskSession, world: World) -> None:
    stranger = world.actor("stranger")
    here = callers(session, "1-101", actor=world.actor("clerk"), estate_id=world.estate.id)
    assert here
    assert not callers(session, "1-101", actor=stranger, estate_id=world.estate.id)


SAID = {
    "zhang wei": ["张伟"],
    "zhangwei": ["张伟"],
    "cai jiayi": ["蔡佳怡"],
    "jiayi": ["蔡佳怡"],
    "蔡女士": ["蔡佳怡"],
    "老蔡": ["蔡佳怡"],
    "蔡1-201": ["蔡佳怡"],
    "蔡1201": ["蔡佳怡"],
    "1201蔡女士": ["蔡佳怡"],
    "蔡 佳怡": ["蔡佳怡"],
    "Anna Kowalska": ["Anna Kowalska"],
    "kowalska anna": ["Anna Kowalska"],
    "Ms Kowalska": ["Anna Kowalska"],
    "shan": ["单勇", "邓丽"],
    "張偉": ["张伟"],
    "張先生": ["张伟"],
    "單勇": ["单勇"],
    "陈丽华": ["陳麗華"],
    "陳麗華": ["陳麗華"],
    "陈女士": ["陳麗華"],
    "陈丽": ["陳麗華"],
    "chenlihua": ["陳麗華"],
    "陳 2-101": ["陳麗華"],
    "nguyen": ["Nguyễn Thị Hương"],
    "nguyen thi huong": ["Nguyễn Thị Hương"],
    "Nguyễn Hương": ["Nguyễn Thị Hương"],
    "muller": ["Müller-Łukasz"],
    "lukasz": ["Müller-Łukasz"],
    "müller": ["Müller-Łukasz"],
    "我是1201的蔡女士": ["蔡佳怡"],
    "我是1栋的蔡女士": ["蔡佳怡"],
    "蔡 1栋": ["蔡佳怡"],
    "1号楼蔡女士": ["蔡佳怡"],
    "一幢的蔡佳怡": ["蔡佳怡"],
    "2栋蔡女士": [],
    "第2栋 cai": [],
    "cjy1-201": ["蔡佳怡"],
    "caijiayi1-201": ["蔡佳怡"],
    "cjy1-101": [],
    "jiayi 1-201": ["蔡佳怡"],
    "jiayi 1-101": [],
    "蔡 jiayi": ["蔡佳怡"],
    "jiayi 蔡": ["蔡佳怡"],
    "邓 jiayi": [],
    "Ánna Kówalská": ["Anna Kowalska"],
    "Annä": ["Anna Kowalska"],
}


MARKED = (("Nguyễn Thị Hương", 0), ("Müller-Łukasz", 0))
"""In letters that not every keyboard has."""


@pytest.fixture
def several(session: DeskSession, world: World) -> World:
    """People whose names are said in several ways."""
    for name, unit in (("蔡佳怡", 1), ("邓丽", 2), ("单勇", 3), ("Anna Kowalska", 3), ("陳麗華", 2), *MARKED):
        row = factories.make_resident(session, world.units[unit], name, "13911110001", AT)
        row.name_pinyin = name_pinyin(name)
    world.residents[0].name_pinyin = name_pinyin("张伟")
    session.flush()
    return world


def test_a_name_is_found_as_people_say_it__INT_3(session: DeskSession, several: World) -> None:
    clerk = several.actor("clerk")
    told = {
        said: list(
            dict.fromkeys(
                row.name for row in callers(session, said, actor=clerk, estate_id=several.estate.id) or () if row.name
            )
        )
        for said in SAID
    }
    assert told == SAID


def test_who_called_before_without_being_a_resident_is_known__INT_3(
    session: DeskSession, world: World, now: datetime.datetime
) -> None:
    clerk = world.actor("clerk")
    draft = tickets.TicketDraft(world.estate.id, "快递放错", unit_id=world.units[2].id, reporter_name="快递小哥周")
    draft.reporter_phone = "021 5550 1235 转 803"
    tickets.register(Call(session, clerk, now), [draft]).one()
    draft = tickets.TicketDraft(world.estate.id, "灯坏了", place="gate", reporter_name="张伟")
    draft.resident_id, draft.reporter_phone = world.residents[0].id, "13812345678"
    tickets.register(Call(session, clerk, now), [draft]).one()
    for said in ("1235", "5550 1235", "(021) 55501235", "快递小哥周", "快递小哥"):
        (found,) = callers(session, said, actor=clerk, estate_id=world.estate.id) or ()
        assert (found.name, found.unit_id, bool(found.before)) == ("快递小哥周", world.units[2].id, True), said
    assert not callers(session, "1235", actor=world.actor("stranger"), estate_id=world.other.id)
    assert not callers(session, "5678", actor=clerk, estate_id=world.estate.id), "a resident is found as a resident"


@only_sqlite
@pytest.mark.parametrize("text", ["8000", "13900139000", "021-55501520"])
def test_who_called_before_is_looked_up_by_the_number_and_not_among_all_matters_of_nobody(
    engine: Engine, world: World, text: str
) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_others: Any) -> None:
        asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    callers(world.session, text, actor=world.actor("clerk"), estate_id=world.estate.id)
    event.remove(engine, "before_cursor_execute", note)
    matters = [(statement, values) for statement, values in asked if "reporter_phone" in statement]
    assert len(matters) == 3
    for statement, values in matters:
        rows = world.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        plan = [row.detail for row in rows]
        assert any("reporter_phone" in step for step in plan), plan
        assert not any("(resident_id=?)" in step for step in plan), plan

"""One reading of rooms and number plates, in the program and in both databases; rooms in the order of counting."""

import pytest
from sqlalchemy import select

from models.estates import Unit
from models.finding import search_condition
from models.operations.core import name_pinyin
from models.plates import plates_in, with_plates_together
from models.residents import Resident
from models.rooms import room_key, room_order, with_rooms_together

ROOMS = {
    "3-2-1501": (
        "三栋二单元1501", "3栋2单元1501", "3号楼2单元1501室", "3幢 2单元 1501", "3 2 1501", "３号楼２单元１５０１",
        "3栋2单元15层1501", "三座二单元一五〇一室", "3#2单元1501", "Building 3 Entrance 2 Room 1501", "3-2-1501",
        "3号楼2门1501", "三号楼二门1501", "第3栋2单元 1501", "3—2—1501", "3/2/1501",
    ),
    "4-1203": (
        "4号楼 1203", "四号楼1203", "四号楼 1203室", "4栋1203", "4 1203", "4# 1203", "4栋，1203", "4号楼-1203",
        "４号楼　１２０３", "Bldg 4 Apt 1203", "block 4 room 1203",
    ),
    "5-101": (
        "5#0101", "05-0101", "5栋0101", "05栋0101室", "5号楼 0101", "05 0101", "五栋0101", "５#０１０１", "005-101",
    ),
    "3-1-203": ("3栋01单元0203", "03-01-0203", "3-1-0203", "03栋1单元203", "3 01 0203"),
    "21-101": ("二十一栋101", "21号楼101室", "二十一幢 101"),
    "10-501": ("十号楼501", "10栋 501"),
}  # fmt: skip
"""A room -> writings of it."""
NO_ROOMS = (
    "13800138000 1203",
    "021 5555 1234",
    "86 138 0013 8000",
    "12 34 56 78 90",
    "漏水 厨房",
    "张伟 8000",
    "第一会所",
)
PLATES = {
    "沪A9K8X7": ("沪A9K8X7", "沪a9k8x7", "沪A·9K8X7", "沪A 9K8X7", "沪A-9K8X7", "9K8X7", "9k8x7", "K8X7", "A9K8X7"),
    "苏E·12345": ("苏E12345", "苏E·12345", "苏E 12345", "12345", "2345"),
    "沪AD12346": ("沪AD12346", "沪A·D12346", "D12346", "12346", "2346", "AD12346"),
    "粤B·F567学、京N00001": ("粤BF567学", "京N00001", "0001"),
    "沪A 9K 8X7（白）": ("沪A9K8X7", "沪A 9K 8X7", "沪A-9K8X7", "沪 A·9K8X7", "9K 8X7", "9K-8X7", "沪A·9K·8X7", "K8X7"),
    "沪 A·9K-8X7": ("沪A9K8X7", "A 9K8X7", "A·9K 8X7", "9K8X7", "沪Ａ９Ｋ８Ｘ７", "沪a_9k8x7", "沪A.9K8X7"),
    "苏E D 12 346、苏E 1234 学": ("苏ED12346", "12346", "苏E1234学", "D 12346"),
}


@pytest.mark.parametrize(("key", "writings"), ROOMS.items())
def test_a_room_is_read_in_every_writing(key, writings):
    for text in writings:
        together = with_rooms_together(text.lower().replace("　", " "))
        assert room_key(together) == key, text


@pytest.mark.parametrize("text", NO_ROOMS)
def test_what_is_no_room_stays_what_it_is(text):
    if not text.startswith("86"):  # a phone number in its writing is read before
        assert with_rooms_together(text) == text


def ids(session, keyring, model, text):
    condition = search_condition(model, text, keyring)
    return set(session.scalars(select(model.id).where(condition))) if condition is not None else set()


SHOPS = ("商铺1号", "1号商铺", "商铺1", "商铺 1 号", "商铺-01", "商铺一号", "一号商铺", "商铺第1号", "０1商铺")


def test_a_shop_is_found_in_every_writing_and_is_no_other_one(session, world, keyring):
    others = [
        Unit(estate_id=world.estate.id, code=code) for code in ("商铺2号", "11号商铺", "商铺-12", "1号铺", "车位1号")
    ]
    session.add_all(others)
    for stored in SHOPS[:5]:
        unit = Unit(estate_id=world.estate.id, code=stored)
        session.add(unit)
        session.flush()
        for text in SHOPS:
            assert ids(session, keyring, Unit, text) == {unit.id}, (stored, text)
        session.delete(unit)
        session.flush()
    assert ids(session, keyring, Unit, "铺1") == {others[3].id}
    inside = [Unit(estate_id=world.estate.id, code=code) for code in ("4栋商铺1号", "5-商铺1")]
    session.add_all(inside)
    session.flush()
    for unit, text in zip(inside, ("4栋1号商铺", "5号楼商铺一号"), strict=True):
        assert ids(session, keyring, Unit, text) == {unit.id}, text


def test_a_stairwell_that_the_register_leaves_out_is_no_obstacle(session, world, keyring):
    one, other = (Unit(estate_id=world.estate.id, code=code) for code in ("4-1302", "4-2-1303"))
    session.add_all([one, other])
    session.flush()
    for text in ("4栋一单元1302", "4-1-1302", "四号楼2单元1302室"):
        assert ids(session, keyring, Unit, text) == {one.id}, text
    assert ids(session, keyring, Unit, "4栋一单元1303") == set()


def test_rooms_are_found_in_every_writing_whatever_writing_is_stored(session, world, keyring):
    for key, writings in ROOMS.items():
        for stored in (key, writings[0], writings[1]):
            unit = Unit(estate_id=world.estate.id, code=stored)
            session.add(unit)
            session.flush()
            for text in writings:
                assert ids(session, keyring, Unit, text) == {unit.id}, (stored, text)
            session.delete(unit)
            session.flush()


def test_a_room_said_without_its_stairwell_is_every_one_that_fits(session, world, keyring):
    made = [
        Unit(estate_id=world.estate.id, code=code) for code in ("4-1-1203", "4栋2单元1203", "4-2-1204", "14-1-1203")
    ]
    session.add_all(made)
    session.flush()
    for text in ROOMS["4-1203"]:
        assert ids(session, keyring, Unit, text) == {made[0].id, made[1].id}, text
    assert ids(session, keyring, Unit, "4栋2单元1203") == {made[1].id}


def test_zeros_before_a_figure_make_no_other_room(session, world, keyring):
    short, long = (Unit(estate_id=world.estate.id, code=code) for code in ("3-1203", "5-0101"))
    session.add_all([short, long])
    session.flush()
    for text in ("03-1203", "03栋1203", "031203", "３#１２０３", "3-01203", "03 1203"):
        assert ids(session, keyring, Unit, text) == {short.id}, text
    for text in ("5-101", "5-0101", "50101", "5101", "05#0101", "5号楼0101室"):
        assert ids(session, keyring, Unit, text) == {long.id}, text
    assert not ids(session, keyring, Unit, "30-1203") | ids(session, keyring, Unit, "5-1010")


def test_people_are_found_by_the_end_of_their_name_and_by_surname_and_title(session, world, keyring):
    person, other = world.residents
    person.name, person.name_pinyin = "蔡家怡", name_pinyin("蔡家怡")
    other.name, other.name_pinyin = "欧阳伟", name_pinyin("欧阳伟")
    session.flush()
    titles = ("女士", "先生", "小姐", "阿姨", "师傅", "总", "工", "老师", "太太", "奶奶", "律师", "姐", "经理")
    said = [f"蔡{title}" for title in titles] + [
        "老蔡",
        "小蔡",
        "阿蔡",
        "蔡家怡女士",
        "Ms. Cai",
        "家怡",
        "怡",
        "蔡 家怡",
    ]
    for text in (*said, "jiayi", "jia yi", "cai jiayi", "Jiayi", "ＪＩＡＹＩ", "cjy", "jiayi cai"):
        assert ids(session, keyring, Resident, text) == {person.id}, text
    assert ids(session, keyring, Resident, "欧阳先生") == ids(session, keyring, Resident, "yangwei") == {other.id}
    assert not ids(session, keyring, Resident, "yij") | ids(session, keyring, Resident, "iyaij")
    for stored, texts in {
        "试万人": (
            "试 万人",
            "试万人（业主）",
            "试万人业主",
            "Mr. Wan Ren Shi",
            "wanren shi",
            "shi wan ren",
            "试万人先生",
        ),
        "阿依古丽·买买提": ("阿依古丽买买提", "阿依古丽•买买提", "阿依古丽 买买提", "买买提"),
        "试 万仁": ("试万仁",),
    }.items():
        person.name, person.name_pinyin = stored, name_pinyin(stored)
        session.flush()
        for text in texts:
            assert ids(session, keyring, Resident, text) == {person.id}, text
    person.name_pinyin = name_pinyin("蔡家仪")
    session.flush()
    assert ids(session, keyring, Resident, "jiayi") == {person.id}
    session.delete(person)


def test_plates_are_found_whole_and_by_their_end(session, world, keyring):
    person, other = world.residents
    other.vehicles = "沪B77777"
    for stored, writings in PLATES.items():
        person.vehicles = stored
        session.flush()
        for text in writings:
            assert ids(session, keyring, Resident, text) == {person.id}, (stored, text)
        assert person.id not in ids(session, keyring, Resident, "沪C9K8X7"), stored
    for text in (
        "沪A·9K8X7",
        "沪a 9k8x7",
        "沪A 9K 8X7",
        "沪A-9K-8X7",
        "沪 A·9K 8X7",
        "沪A.9K.8X7",
        "沪　Ａ　９Ｋ　８Ｘ７",
    ):
        assert plates_in(text) == ("沪A9K8X7",), text
    for text in ("沪A12345 2辆", "沪A12345 白 12", "沪A1234 567"):
        assert with_plates_together(text) == text


def test_rooms_sort_as_they_are_counted_whoever_writes_them(session, world):
    codes = ["2-101", "1-1001", "10-101", "1-2-301", "1-201", "三栋101", "11号楼101", "A座101", "大门"]
    session.add_all([Unit(estate_id=world.other.id, code=code) for code in codes])
    session.flush()
    here = select(Unit.code).where(Unit.estate_id == world.other.id).order_by(Unit.sort_key, Unit.id)
    listed = list(session.scalars(here))
    counted = ["1-101", "1-201", "1-1001", "2-101", "三栋101", "10-101", "11号楼101", "A座101", "大门"]
    assert [code for code in listed if code != "1-2-301"] == counted
    rows = session.execute(select(Unit.code, Unit.sort_key)).all()
    assert dict(map(tuple, rows)) == {code: room_order(code) for code, _key in rows}
    unit = session.scalars(select(Unit).where(Unit.code == "大门")).one()
    unit.code = "1-99"
    session.flush()
    assert session.scalars(here.where(Unit.sort_key < room_order("1-101"))).all() == ["1-2-301", "1-99"]

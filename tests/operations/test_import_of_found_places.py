"""Rooms as the files of estates write them: buildings, stairwells, addresses, and what is no part of a place."""

import pytest
from sqlalchemy import func, select

from models.estates import Unit
from models.operations.imports import full_code
from tests.operations.found_files import OWNER, Desk, csv, homes


@pytest.fixture
def desk(rolled_back, now):
    return Desk(rolled_back, now)


@pytest.mark.parametrize(
    ("building", "stairwell", "code", "full"),
    [
        ("88栋", "1单元", "101", "88-1-101"),
        ("88", "2", "101", "88-2-101"),
        ("88栋", "2单元", "2-101", "88-2-101"),
        ("88栋", "2单元", "88-101", "88-2-101"),
        ("88栋", "2单元", "88-2-101", "88-2-101"),
        ("88栋", "2单元", "88栋2单元101室", "88-2-101"),
        ("1栋", "1单元", "1-101", "1-1-101"),
        ("", "3单元", "101", "3-101"),
        ("", "", "88栋2单元101室", "88-2-101"),
        ("A座", "甲单元", "1203", "A-甲-1203"),
        ("东区3栋", "1单元", "101", "东区-3-1-101"),
        ("88栋", "", "101", "88-101"),
        ("88栋", "2单元", "2-15-01", "88-2-15-01"),
    ],
)
def test_the_stairwell_belongs_to_the_number_of_a_room(building, stairwell, code, full):
    assert full_code(code, building, stairwell) == full


@pytest.mark.parametrize(
    "header", ["楼栋,单元,房号", "单元,房号,楼栋", "楼栋编号,单元编号,房间", "Building,Stairwell,Unit name"]
)
def test_rooms_of_two_stairwells_are_two_rooms_with_an_owner_each(desk, header):
    order = [header.split(",").index(name) for name in sorted(header.split(","), key=_level)]

    def row(*place):
        return ",".join(place[order.index(at)] for at in range(3))

    rooms = [row("88栋", "1单元", "101"), row("88栋", "2单元", "101")]
    assert desk(csv(header, *rooms), "units") == ["imported", "imported"]
    people = [f"甲,13800001111,业主,{rooms[0]}", f"乙,13800002222,业主,{rooms[1]}"]
    assert desk(csv(f"姓名,电话,身份,{header}", *people)) == ["imported", "imported"]
    assert {("甲", "88-1-101", OWNER), ("乙", "88-2-101", OWNER)} <= homes(desk)
    assert desk(csv(header, *rooms), "units") == ["unchanged", "unchanged"]


def _level(name):
    return 0 if name.startswith(("楼栋", "Building")) else 1 if name.startswith(("单元", "Stairwell")) else 2


@pytest.mark.parametrize(
    ("header", "rows", "said"),
    [
        ("楼栋,入口区,房号", ("88栋,甲,101", "88栋,乙,101"), "differ in the column “入口区”"),
        ("期,房号", ("一期,101", "二期,101"), "differ in the column “期”"),
        ("房号", ("7栋101", "7单元101"), "one says building"),
        ("房号", ("8号楼101室", "8单元101"), "one says building"),
        ("房号", ("88-1-101", "88-1-0101"), "88-1-0101 and row 2 88-1-101, which would be one unit"),
        ("房号", ("88栋01单元0101", "88栋1单元101"), "88-1-101 and row 2 88-01-0101"),
        ("楼栋,房号", ("03,1203", "3栋,1203"), "3-1203 and row 2 03-1203"),
    ],
)
def test_what_two_rows_would_fuse_without_a_word_is_asked(desk, header, rows, said):
    first, second = desk(csv(header, *rows), "units")
    assert first == "imported"
    assert said in str(second)


def test_zeros_make_no_second_unit_and_are_a_question_where_a_file_has_both__RES_1(desk):
    units = ("1-0101", "01-101", "1栋0101室", "01#101")
    assert desk(csv("房号", units[0]), "units") == desk(csv("楼栋,房号", "01,0101"), "units") == ["unchanged"]
    for number, unit in enumerate(units):
        assert desk(csv("姓名,身份,房号", f"新{number},业主,{unit}")) == ["imported"], unit
    assert {(f"新{number}", "1-101", OWNER) for number in range(len(units))} <= homes(desk)
    both = ("丁,业主,1,101", "戊,业主,1,0101", "己,业主,01,1栋0101")
    assert desk(csv("姓名,身份,楼栋,房号", *both)) == ["imported"] * 3
    assert desk(csv("房号", "01-0101", "1栋101"), "units") == ["unchanged", "unchanged"]
    desk.session.add(Unit(estate_id=desk.world.estate.id, code="1-0101"))
    desk.session.flush()
    assert "fits several units" in str(desk(csv("姓名,身份,房号", "辛,业主,01栋101室"))[0])
    assert desk(csv("姓名,身份,房号", "辛,业主,1-0101", "庚,业主,1-101")) == ["imported", "imported"]
    assert {("辛", "1-0101", OWNER), ("庚", "1-101", OWNER)} <= homes(desk)
    assert desk(csv("房号,楼层", "1-0101,1", "1-101,2"), "units") == ["updated", "updated"]


def test_the_same_room_twice_with_other_columns_that_say_no_place_is_no_question(desk):
    rows = ("88栋,1单元,101,89.5,甲", "88栋,1单元,101,89.5,乙")
    assert desk(csv("楼栋,单元,房号,面积,业主", *rows), "units") == ["imported", "unchanged"]


def test_an_address_with_the_name_of_the_estate_is_the_room_after_it(desk):
    name = desk.world.estate.name
    assert desk(csv("业主名称,业主电话,房屋地址", f"甲,13800001111,滨河路12号{name}1栋101室"), everybody="owner") == [
        "imported"
    ]
    assert ("甲", "1-101", OWNER) in homes(desk)


NO_PLACES = ["登记日期", "合同到期", "预约日期", "押金日期", "搬离日期", "座机", "Score", "学区房", "工期", "产权期限"]


PLACES = ["期", "几期", "区", "片区", "苑", "项目分期", "组团", "Phase", "Zone"]


def test_only_a_heading_that_is_a_place_asks(desk):
    for number, heading in enumerate(NO_PLACES):
        rows = (f"一,{number}栋801", f"二,{number}栋801")
        assert desk(csv(f"{heading},房号", *rows), "units") == ["imported", "unchanged"], heading
    for number, heading in enumerate(PLACES):
        _first, second = desk(csv(f"{heading},楼宇,房号", f"一,{number}栋,901", f"二,{number}栋,901"), "units")
        assert f"would be one unit, {number}-901" in str(second), heading


def test_beside_a_building_the_room_is_inside_it_and_a_room_without_stairwell_is_asked__RES_1(desk):
    rows = ("88栋,1-101", "88栋,2-101", "89栋,1-101", "88栋,88-101", "88栋,101", "88栋,S1")
    results = desk(csv("楼栋,房号", *rows), "units")
    assert results[:3] == ["imported"] * 3
    assert "say the stairwell" in str(results[4])
    assert results[5] == "imported"
    query = select(Unit.code).where(Unit.building.in_(["88栋", "89栋"]))
    assert {"88-1-101", "88-2-101", "89-1-101"} <= {*desk.session.scalars(query)}
    assert "with their stairwells" in str(desk(csv("楼栋,房号", "89栋,89-102"), "units")[0])
    people = desk(csv("姓名,身份,楼栋,房号", "甲,业主,88栋,2-101", "乙,业主,89栋,101", "丙,业主,88栋,101"))
    assert people[:2] == ["imported"] * 2
    assert "Other rows of the building 88栋 say the stairwell" in str(people[2])
    assert {("甲", "88-2-101", OWNER), ("乙", "89-1-101", OWNER)} <= homes(desk)
    assert "丙" not in {name for name, _code, _kind in homes(desk)}


def test_a_building_with_one_stairwell_needs_it_nowhere_and_with_several_it_is_asked__RES_1(desk):
    assert desk(csv("房号", "41-1-901", "42-1-901", "42-2-901", "43-1-801"), "units") == ["imported"] * 4
    for file in ("姓名,身份,房号\n甲,业主,41-901", "姓名,身份,楼栋,房号\n甲,业主,41栋,901", "姓名,房号\n甲,41栋901室"):
        assert desk(file.encode())[0] in ("imported", "unchanged")
        (asked,) = desk(file.replace("41", "42").replace("甲", "乙").encode())
        assert "The register has the rooms of the building 42 with their stairwells" in str(asked)
    assert "no unit 43-901" in str(desk(csv("姓名,身份,房号", "甲,业主,43-901"))[0])
    assert "no unit 1-901" in str(desk(csv("姓名,身份,房号", "甲,业主,1单元901"))[0])
    assert desk(csv("房号", "41-901"), "units") == ["unchanged"]
    assert [code for name, code, _kind in homes(desk) if name in "甲乙"] == ["41-1-901"]


def test_what_stands_behind_a_stairwell_stays_together__RES_1(desk):
    assert desk(csv("楼栋,房号", "88栋,1-101", "88栋,2-15-01"), "units") == ["imported", "imported"]
    assert "88-2-15-01" in {*desk.session.scalars(select(Unit.code).where(Unit.building == "88栋"))}


def test_a_room_without_stairwell_is_asked_whichever_way_the_others_say_it__RES_1(desk):
    results = desk(csv("楼栋,单元,房号", "88栋,2单元,301", "89栋,,2-101", "88栋,,302"), "units")
    assert results[:2] == ["imported", "imported"]
    assert "Other rows of the building 88栋 say the stairwell" in str(results[2])


def test_a_room_that_may_be_two_is_asked_with_both__RES_1(desk):
    desk(csv("房号", "88-101", "88-88-101"), "units")
    (result,) = desk(csv("姓名,身份,楼栋,房号", "甲,业主,88栋,88-101"))
    assert "“88-101” in 88栋 may be 88-101 or 88-88-101" in str(result)


def test_a_whole_number_beside_its_building_is_not_said_twice(desk):
    assert desk(csv("楼栋,房号", "88栋,88-101", "89栋,89-101"), "units") == ["imported", "imported"]
    assert desk(csv("楼栋,房号", "88栋,101", "89栋,89-101"), "units") == ["unchanged", "unchanged"]


def test_a_stairwell_alone_is_asked_where_the_register_has_a_building_of_that_number__RES_1(desk):
    assert desk(csv("楼栋,房号", "88栋,101", "89栋,101"), "units") == ["imported", "imported"]
    results = desk(csv("姓名,身份,房号", "甲,业主,88单元101", "乙,业主,88栋101"))
    assert ("write out both" in str(results[0]), results[1]) == (True, "imported")
    assert "write out both" in str(desk(csv("姓名,身份,单元,房号", "甲,业主,88,101"))[0])


def test_a_building_that_stands_in_the_first_row_only_is_asked_for__RES_1(desk):
    results = desk(csv("楼栋,房号", "88栋,701", ",702", "89栋,701", ",702", ",门卫室"), "units")
    assert [result if isinstance(result, str) else "asked" for result in results] == [
        *("imported", "asked", "imported", "asked", "imported")
    ]
    assert desk(csv("房号", "77栋701"), "units") == ["imported"]
    assert "write out both" in str(desk(csv("姓名,身份,房号", "甲,业主,77单元701"))[0])


def test_several_rooms_or_a_remark_are_no_number_of_a_unit__RES_1(desk):
    several = ("88-101/102", "88-101,88-102", "88栋101、102", "88栋101和102")
    more = ("88-101（空置）", "88栋101室(已售)", "88-101 已售")
    results = desk(csv("房号", *(f'"{code}"' for code in several + more)), "units")
    said = [str(result).partition("” ")[2][:5] for result in results]
    assert said == ["names"] * len(several) + ["says "] * len(more)
    assert desk(csv("房号", "88-101(A)", "B1-储藏室", "88-101A"), "units") == ["imported"] * 3


@pytest.mark.parametrize(
    ("address", "code", "building"),
    [
        ("4栋1单元1203", "4-1-1203", "4栋"),
        ("云湖花园4栋1302", "4-1302", "4栋"),
        ("花园路5号4栋1302", "4-1302", "4栋"),
        ("花园路5弄4号1302室", "4-1302", None),
        ('"Garden Road 5, Building 4 Room 1302"', "4-1302", None),
    ],
)
def test_an_address_becomes_a_unit_by_its_room_alone__RES_1(desk, address, code, building):
    for heading in ("地址", "房屋地址", "address"):
        (result,) = desk(csv(heading, address), "units")
        assert result in ("imported", "unchanged")
    (unit,) = desk.session.scalars(select(Unit).where(Unit.code.like("%1_0_")))
    assert (unit.code, unit.building) == (code, building)
    assert desk(csv("姓名,地址,身份", f"甲,{address},业主")) == ["imported"]


@pytest.mark.parametrize("address", ["翠湖花园4栋1302", "花园路5号1302", "云湖4栋101", "花园路5号"])
def test_an_address_of_another_place_is_refused_and_makes_no_unit__RES_1(desk, address):
    before = desk.session.scalar(select(func.count(Unit.id)))
    for register, header, more in (("units", "地址", ""), ("residents", "地址,姓名,身份", ",甲,业主")):
        (result,) = desk(csv(header, address + more), register)
        assert "is an address in which no room of this estate is read" in str(result)
    assert desk.session.scalar(select(func.count(Unit.id))) == before


def test_a_unit_that_is_called_like_an_address_is_known_by_it__RES_1(desk):
    desk.session.add(Unit(estate_id=desk.world.estate.id, code="翠湖花园4栋1302"))
    desk.session.flush()
    assert desk(csv("姓名,地址,身份", "甲,翠湖花园4栋1302室,业主")) == ["imported"]
    assert ("甲", "翠湖花园4栋1302", OWNER) in homes(desk)

"""An address is read into building, stairwell and room of the estate, or refused: street and estate are no room."""

import pytest

from models.addresses import called, room_in_address, without_estate
from models.errors import OperationRefused
from models.rooms import room_key

ESTATE = "翠湖花园"
ADDRESSES = {
    "4-1-1203": (
        "4栋1单元1203",
        "翠湖花园4栋1单元1203室",
        "上海市浦东新区花园路5号翠湖花园4栋1单元1203",
        "翠湖花园·4-1-1203",
    ),
    "4-1302": (
        *("翠湖花园4栋1302", "翠湖花园 4号楼1302室", "花园路5号4栋1302", "花园路5弄4号1302室", "4-1302 翠湖花园"),
        *("Garden Road 5, Building 4 Room 1302", "No. 5 Garden Road, Building 4, Room 1302", "Building 4 Room 1302"),
        *("Room 1302, Building 4, Garden Road 5", "12 Lake St., Block 4 Flat 1302"),
    ),
    "A-1203": ("翠湖花园A座1203", "Block A Flat 1203"),
    "东区-4-1302": ("东区4栋1302", "翠湖花园东区4栋1302"),
    "二期-4-1302": ("翠湖花园二期4栋1302",),
    "桂花苑-3-101": ("桂花苑3栋101",),
    "商铺-1": ("翠湖花园商铺1号",),
    "1302": ("1302", "1302室"),
}
NO_ROOM_HERE = (
    *("阳光花园4栋1302", "翠湖4栋101", "花园路5号1302室", "上海市花园路5号", "花园路5号", "Garden Road 12, 4-1302"),
    *("Lakeside, Building 4 Room 1302", "Garden Road 5", "翠湖新村4号楼301", "人民公社4栋101"),
)


@pytest.mark.parametrize("key", ADDRESSES)
def test_an_address_is_read_into_the_room_of_the_estate__RES_1(key):
    for text in ADDRESSES[key]:
        assert room_key(room_in_address(text, ESTATE)) == key, text


@pytest.mark.parametrize("text", NO_ROOM_HERE)
def test_an_address_without_a_room_of_the_estate_is_refused__RES_1(text):
    with pytest.raises(OperationRefused, match="is an address in which no room"):
        room_in_address(text, ESTATE)


def test_a_house_number_is_no_building_unless_another_column_says_it__RES_1():
    assert room_in_address("花园路5号1302室", ESTATE, has_building=True) == "1302室"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("翠湖花园4栋1302", "4栋1302"),
        ("翠湖花园 4-1302", "4-1302"),
        ("花园路5号翠湖花园4栋1302", "4栋1302"),
        ("翠湖花园商铺1号", "商铺1号"),
        ("翠湖花园四号楼1302 漏水", "四号楼1302 漏水"),
        ("翠湖花园", "翠湖花园"),
        ("翠湖花园漏水", "翠湖花园漏水"),
        ("小翠湖花园4栋", "小翠湖花园4栋"),
        ("4栋1302", "4栋1302"),
    ],
)
def test_the_name_of_the_estate_before_a_room_is_left_out_of_what_is_typed__INT_3(typed, read):
    assert without_estate(typed, [ESTATE]) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("上海市浦东新区翠湖路188号4栋1203", "4栋1203"),
        ("翠湖路188号4-1203", "4-1203"),
        ("翠湖4栋1203", "4栋1203"),
        ("翠湖 4-1203", "4-1203"),
        ("翠湖路188号", "翠湖路188号"),
        ("翠湖漏水", "翠湖漏水"),
    ],
)
def test_an_estate_is_known_by_its_short_name_and_its_street_too__INT_3(typed, read):
    assert without_estate(typed, called(ESTATE, "上海市浦东新区翠湖路188号")) == read
    assert called("东区花园", None) == ["东区花园"], "a zone of an estate, 东区3栋301, is no name of one"

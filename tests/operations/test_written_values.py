"""What is typed or imported, and what the verbs make of it: papers, names in pinyin, codes, rooms, settings."""

import datetime
from typing import Any

import pytest

from models.errors import OperationRefused
from models.operations.core import check_id_number, name_pinyin
from models.operations.follow_ups import rest_at
from models.operations.imports import RoomColumns, full_code
from models.operations.passes import codes_in, new_code
from models.operations.settings import check_value
from models.personal import IdDocument
from models.session import DeskSession
from models.settings import DEFAULT_SETTINGS, EstateSettings
from models.spreadsheets import SheetRow
from tests.factories import World
from tests.marks import only_sqlite

TODAY = datetime.date(2026, 11, 22)
FORM, BIRTH, LAST = "The number of", "The date of birth", "The last character"
CARDS = {
    **dict.fromkeys(
        ("110105199001150005", "110105199001150128", "110105199001150363", "110105199001150486", "110105199001150961",
         "110105199001152887", "11010519900115396X", "110105199009150202", "110105199010150090", "110105199010150699",
         "110105199010151894", "440106202611220012", "411524199912113451", "44010618800101001X",
         "１１０１０５ 19900115396ｘ"), ""),
    "440106202611230018": BIRTH,
    "440106187912310019": BIRTH,
    "440106202613010010": BIRTH,
    "440106202602300010": BIRTH,
    "110105199001150006": LAST,
    "11010519900115000X": LAST,
    "11010519900115000": FORM,
    "1101051990011500055": FORM,
    "X10105199001150005": FORM,
    "٣10105199001150005": FORM,
}  # fmt: skip
PAPERS: dict[IdDocument, dict[str, str]] = {
    IdDocument.ID_CARD: CARDS,
    IdDocument.PASSPORT: {"e1234": "", "E" * 20: "", "E123": FORM, "E" * 21: FORM, "E-1234": FORM, "护照12": FORM},
    IdDocument.PERMIT: {"h(1)-": "", "H" * 30: "", "H123": FORM, "H" * 31: FORM, "H/123": FORM},
    IdDocument.OTHER: {"证1": FORM, "证12": "", "x" * 40: "", "x" * 41: FORM, "a/b-(c)": "", "a.b.c": FORM},
}


@pytest.mark.parametrize("document", PAPERS)
def test_a_number_of_a_paper_has_its_form_its_birth_and_its_last_character__RES_1(document: IdDocument) -> None:
    said = {}
    for number in PAPERS[document]:
        said[number] = ""
        try:
            check_id_number(document, number, rule="RES-1", today=TODAY)
        except OperationRefused as refusal:
            begins = (each for each in (FORM, BIRTH, LAST) if refusal.message.startswith(each))
            said[number] = next(begins) if (refusal.rule, refusal.field) == ("RES-1", "id_number") else str(refusal)
    assert said == PAPERS[document]


def test_no_number_needs_no_paper_and_a_number_needs_one() -> None:
    for nothing in (None, "", "  "):
        check_id_number(None, nothing, rule="RES-1", today=TODAY)
    with pytest.raises(OperationRefused) as refused:
        check_id_number(None, "1", rule="PAS-3", today=TODAY)
    assert (refused.value.rule, refused.value.field) == ("PAS-3", "id_document")


NAMES = {
    "张伟": "zhangwei zw",
    "曾国": "zengguo zg cengguo cg",
    "单雄信": "shanxiongxin sxx shanxiongshen sxs danxiongxin dxx danxiongshen dxs chanxiongxin cxx chanxiongshen cxs",
    "欧阳修": "ouyangxiu oyx",
    "Li Ming": "liming lm",
    "王Bob": "wangbob wb yubob yb",
    "": "",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_by_each_of_its_readings_the_surnames_own_first(name: str) -> None:
    assert name_pinyin(name) == NAMES[name]


def test_a_name_of_very_many_readings_keeps_as_many_as_fit_whole() -> None:
    assert len(name_pinyin("行长乐行长乐行长乐")) == 399
    assert name_pinyin("a" * 398) == "a" * 398 + " a"
    assert name_pinyin("a" * 399) == "a" * 399
    assert name_pinyin("a" * 400) == "a", "its initial alone"
    assert len({word for word in name_pinyin("行乐长曾").split() if len(word) > 5}) == 19, "of 24 readings"


CODES = {
    "acde-fghj-km": ["acde-fghj-km", "ACDEFGHJKM"],
    "https://x/gate?code=ACDEFGHJKM&x=1": ["ACDEFGHJKM"],
    "code: acdefghjkm 谢谢": ["acdefghjkm", "ACDEFGHJKM"],
    "ＡＣＤＥＦＧＨＪＫＭ": ["ACDEFGHJKM"],
    "": [],
    "——": [],
    "old_Long-code_1": ["old_Long-code_1", "OLDLONGCODE1", "DLONGCODE1", "OLDLONGCOD"],
    "通行码 ACDEFGHJKM": ["ACDEFGHJKM"],
    "x" * 40: ["x" * 40, "X" * 40, "X" * 10],
    "x" * 41: ["X" * 41, "X" * 10],
    "ACDEFGHJKM\u200b": ["ACDEFGHJKM"],
    "1ACDEFGHJKM2": ["1ACDEFGHJKM2", "CDEFGHJKM2", "1ACDEFGHJK"],
    "?code=A&code=ACDEFGHJKM": ["ACDEFGHJKM"],
}


@pytest.mark.parametrize("text", CODES)
def test_a_code_is_read_as_it_is_typed_scanned_or_pasted__PAS_7(text: str) -> None:
    assert codes_in(text) == CODES[text]


def test_a_new_code_is_ten_letters_none_of_which_looks_like_another__PAS_7() -> None:
    codes = {new_code() for _ in range(200)}
    assert {len(code) for code in codes} == {10}
    assert set("".join(codes)) == set("ACDEFGHJKMNPQRTUVWXY34679")


ROOMS = [
    ("2302", "2栋", None, "2-2302"),
    ("101", "88栋", "2单元", "88-2-101"),
    ("88-2-101", "88", None, "88-2-101"),
    ("88-2-101", "88", "2", "88-2-101"),
    ("88栋2单元101室", None, None, "88-2-101"),
    ("03-1203", "3", None, "03-1203"),
    ("1203", "03", None, "03-1203"),
    ("2-101", "88", "2", "88-2-101"),
    ("88-101", "88", "2", "88-2-101"),
    ("2-101-1", "88", "2", "88-2-101-1"),
    ("101", None, "2", "2-101"),
    ("2-101", None, "2", "2-101"),
    ("A101", "A", None, "A101"),
    ("A-101", "A", None, "A-101"),
    ("ＡＢ-１０１", None, None, "AB-101"),
    ("东-3-101", "东-3", None, "东-3-101"),
    ("101", "东-3", None, "东-3-101"),
    ("东-3-2-101", "东-3", "2", "东-3-2-101"),
    ("东-3-101", "东-3", "2", "东-3-2-101"),
    ("3", "3", None, "3"),
    ("3-2", "3", "2", "3-2"),
]


@pytest.mark.parametrize(("code", "building", "stairwell", "number"), ROOMS)
def test_columns_of_building_and_stairwell_are_part_of_the_number_once__RES_1(
    code: str, building: str | None, stairwell: str | None, number: str
) -> None:
    assert full_code(code, building, stairwell) == number


COLUMNS = ("building", None, "unit", "stairwell")
FILES: list[tuple[list[tuple[str, ...]], tuple[str, str | None, str | None], Any]] = [
    # what other rows say; a row; the room and the stairwell in it, or the word on which it is refused
    ([("1栋", "", "2-101", "")], ("1-102", "1栋", None), ("102", "1")),
    ([("1栋", "", "1-101", "")], ("1-102", "1栋", None), ("1-102", None)),
    ([("东-1", "", "1-101", "")], ("1-102", "东-1", None), ("1-102", None)),
    ([("东-1", "", "东-101", "")], ("东-102", "东-1", None), ("102", "东")),
    ([("1栋", "", "101", "2")], ("102", "1栋", None), "say the stairwell"),
    ([("1栋", "", "101", "2")], ("102", "1栋", "1"), ("102", "1")),
    ([("1栋", "", "101", "2")], ("1-102", "1栋", None), "say the stairwell"),
    ([("1栋", "", "101", "2")], ("102", "2栋", None), ("102", None)),
    ([("1栋", "", "101", "2")], ("102", None, None), "The building is empty"),
    ([("1栋", "", "101", "2")], ("3-102", None, None), ("3-102", None)),
    ([("1栋", "", "2-101", ""), ("2栋", "", "2-101", "")], ("102", "2栋", None), "say the stairwell"),
    ([("", "", "2-101", "")], ("102", None, None), ("102", None)),
    ([("1栋", "", "101-2", "")], ("101-1", "1栋", None), ("101-1", None)),
    ([("1栋", "", "", "")], ("102", None, None), ("102", None)),
    ([("0", "", "101", "")], ("102", None, None), "The building is empty"),
    ([("/", "", "101", "")], ("102", None, None), ("102", None)),
]


@pytest.mark.parametrize(("rows", "asked", "expected"), FILES)
@pytest.mark.parametrize("kept", [False, True])
def test_how_other_rows_name_their_rooms_says_what_a_row_means__RES_1(
    rows: list[tuple[str, ...]], asked: tuple[str, str | None, str | None], expected: Any, kept: bool
) -> None:
    seen = RoomColumns(COLUMNS)
    seen.look(SheetRow(number, list(cells)) for number, cells in enumerate(rows, 2))
    if kept:
        again = RoomColumns(COLUMNS)
        again.know(seen.facts())
        again.know([])
        seen = again
    try:
        found: Any = seen.read(*asked)
    except OperationRefused as refusal:
        found = expected if isinstance(expected, str) and expected in refusal.message else refusal.message
    assert found == expected


SETTINGS: dict[str, tuple[list[Any], list[Any]]] = {
    "minutes": ([1, 525_600], [0, 525_601, True, "5", 1.5, None, []]),
    "days": ([1, 3660], [0, 3661]),
    "next-date-days": ([1, 92], [0, 93]),
    "attempts": ([1, 100], [0, 101]),
    "months": ([1, 60], [0, 61]),
    "percent": ([1, 100], [0, 101]),
    "reports": ([2, 100], [1, 101]),
    "fen": ([0, 100_000_000], [-1, 100_000_001]),
    "hours": (
        [[], [["12:00", "14:00"]], [["22:00", "06:00"], ["00:00", "23:59"]]],
        [5, [["12:00"]], [["12:00", "12:00"]], [["12:00", "24:00"]], [["12:00", "12:60"]], [["1:00", "2:00"]],
         [["12:00", "13:00", "14:00"]], [["12:00", 14]], ["12:00"], [["٠1:00", "02:00"]], "[]"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(DEFAULT_SETTINGS))
def test_a_setting_takes_what_is_within_its_limits_and_nothing_else__SET_1(code: str) -> None:
    taken, refused = SETTINGS.get(code) or SETTINGS[code.rpartition("-")[2]]
    for value in taken:
        check_value(code, value)
    for value in refused:
        with pytest.raises(OperationRefused, match="This must be") as refusal:
            check_value(code, value)
        assert (refusal.value.rule, refusal.value.field) == ("SET-1", "value"), value


def test_a_setting_that_there_is_not_takes_nothing__SET_1() -> None:
    with pytest.raises(OperationRefused, match="There is no setting"):
        check_value("nonsense-minutes", 5)


RESTS = [("11:59", None), ("12:00", "12:00"), ("13:59", "12:00"), ("14:00", None)]
RESTS += [
    ("19:59", None),
    ("20:00", "20:00"),
    ("23:59", "20:00"),
    ("00:00", "20:00"),
    ("08:59", "20:00"),
    ("09:00", None),
]


@only_sqlite
@pytest.mark.parametrize(("time", "start"), RESTS)
def test_a_rest_begins_with_its_first_minute_and_ends_before_its_last__FUP_1(
    session: DeskSession, world: World, time: str, start: str | None
) -> None:
    moment = datetime.datetime.fromisoformat(f"2026-11-22T{time}+08:00")
    settings = EstateSettings(session, [world.estate.id])
    found = rest_at(settings, world.estate.id, moment)
    assert (None if found is None else found[0]) == start

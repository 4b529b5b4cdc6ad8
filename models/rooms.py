"""How the number of a unit is recognised in its usual spellings ("2栋2302", "二号楼 2302室", "2-2302"). Pure.

The same reading wherever a room is typed: look-ups, searches, pickers, forms, filters, imports.
"""

import re
import unicodedata

from models.rooms_in_sql import FIGURE

NUMBERED_KINDS = "商铺|铺位|店铺|店面|门面房?|底商|铺|车位"
"""What has a number of its own beside the rooms: 商铺1号, 1号商铺."""
_BUILDING = "号楼|栋|幢|座|楼|[#]"  # the last in brackets: a bare one begins a comment
_STAIRWELL = "单元|(?<=[栋幢座楼#][0-9一二三四五六七八九十])门"  # elsewhere 7门 is a gate
_DOOR = "号房|号|室|房|户"
_KINDS = re.compile(f"第(?=[0-9])|{_BUILDING}|{_STAIRWELL}|{_DOOR}")
_GROUPS = re.compile(r"[0-9A-Z]+|[^\W0-9A-Z_]+")
_NUMERALS = "[一二三四五六七八九十〇零]{1,4}"
_NUMERAL = re.compile(
    rf"{_NUMERALS}(?=\s*(?:{_BUILDING}|{_STAIRWELL}|{_DOOR}))|(?<=[栋幢座楼元号])\s*{_NUMERALS}(?!\w)"
)
_DIGITS = str.maketrans("一二三四五六七八九〇零", "12345678900")
_FLOOR = re.compile(r"(?<=栋|幢|座|楼|元)\s*([0-9]{1,2})(?:层|楼)\s*(?=\1[0-9]{2})")
"""A floor between building and room, which the room's number says again: 3栋15层1501."""

_SAID = re.compile(
    rf"""(?<![^\s,;，；、])
    (?: (?:building|bldg\.?|block|tower)\s+ | 第 )?
    (?: (?P<building> [0-9]{{1,3}} | [a-z] | {_NUMERALS}) \s*(?:{_BUILDING}|{_STAIRWELL}) [\s,，、-]*
      | (?P<bare> [0-9]{{1,2}} | [a-z]) [\s,，-]+ )
    (?: (?:(?:entrance|stair(?:well)?|unit)\s+)?
        (?: (?P<stairwell> [0-9]{{1,2}} | {_NUMERALS}) \s*(?:{_STAIRWELL}) [\s,，-]*
          | (?P<between> [0-9]{{1,2}}) [\s,，-]+ ) )?
    (?: (?:[0-9]{{1,2}} | {_NUMERALS}) [层楼] \s* )?
    (?: (?:room|rm\.?|flat|apt\.?|unit)\s+ )?
    (?P<room> [0-9]{{3,4}}[a-z]? | [一二三四五六七八九〇零]{{3,4}}) \s*(?:{_DOOR})? (?![^\s,;，；、])""",
    re.VERBOSE | re.IGNORECASE,
)


_TURNED = re.compile(
    r"(?<![^\s,])(?:(?:room|rm\.?|flat|apt\.?|unit)\s+)?([0-9]{3,4}[a-z]?)\s*,?\s*"
    r"(?:(?:building|bldg\.?|block|tower)\s+|@)([0-9]{1,3}|[a-z])(?![^\s,])"
)
_USUAL = (
    (_TURNED, r"\2-\1"),
    # The room before its building: 1203室4栋, 1203, 4栋.
    (
        re.compile(r"(?<![\w-])([0-9]{3,4})(?:号?[室房])?[\s,、]*(?:第\s*)?([0-9]{1,2})(?:号楼|[栋幢座])(?![\w-])"),
        r"\2-\1",
    ),
    (re.compile(r"廿(?=[一二三四五六七八九]?(?:号楼|[栋幢座]))"), "二十"),
    (re.compile("两(?=单元|号楼|[栋幢座])"), "二"),
    (re.compile(r"(?<=[栋幢座楼#])\s*([0-9]{1,2})\s*单(?=\s*[0-9]{3,4}(?![0-9]))"), r"\1单元"),
    (re.compile(r"(?<=[栋幢座楼元])\s*([0-9]{1,2})[层楼]\s*([0-9]{2})(?=[室号房户]|(?![0-9\w]))"), r"\g<1>\2"),
    (re.compile(r"(?<=[0-9])房间"), "房"),
)
_NUMBERED = rf"(?:[0-9]{{1,3}}|[a-z]|{_NUMERALS.replace('零]', '零十]')})"
_ROOM_BESIDE = re.compile(
    rf"(?<![0-9a-z-])((?:{_NUMBERED}\s*(?:号楼|[栋幢座#-])\s*(?:(?:[0-9]{{1,2}}|{_NUMERALS})\s*(?:单元|-)\s*)?)?"
    rf"[0-9]{{3,4}}(?:号房|[号室房户])?)(?![0-9a-z-])"
)
_HAN = "\u3400-\u9fff"
_OF_A_PLACE = "区期苑园院里村庄庭郡府城座栋幢楼号元室房户层第"


def with_rooms_apart(text: str) -> str:
    """*text*, plain and in small letters, with blanks around a room that stands beside a name: 1203室曹女士.

    Rooms written in less usual ways, the building last or half a word, are written as usual. What stands before a
    room and may be of it (东区3栋301) stays.
    """
    for writing, usual in _USUAL:
        text = writing.sub(usual, text)

    def apart(found: re.Match[str]) -> str:
        before, after = text[: found.start()][-1:], text[found.end() :][:1]
        left = bool(re.match(f"[{_HAN}(),;/、:]", before)) and before not in _OF_A_PLACE
        right = bool(re.match(f"[{_HAN}(),;/、:]", after)) and after not in _OF_A_PLACE
        names = before + after
        if not re.search(f"[{_HAN}()]", names) and not re.search(f"[{_HAN}]", text):
            return found[0]
        return f"{' ' * left}{found[1]}{' ' * right}"

    return _ROOM_BESIDE.sub(apart, text)


_BUILDING_SAID = rf"第?{_NUMBERED}\s*(?:号楼|[栋幢座])(?:\s*(?:[0-9]{{1,2}}|{_NUMERALS})\s*单元)?"
_BUILDING_ALONE = re.compile(_BUILDING_SAID)
_BUILDING_BESIDE = re.compile(
    rf"(?:(?<![\w-])|(?<=[是住在]))({_BUILDING_SAID})的?(?=[{_HAN}])(?![一二三四五六七八九十〇零两第负地顶东西南北单])"
)


def with_buildings_apart(text: str) -> str:
    """*text*, plain and in small letters, with blanks around a building that stands beside a name: 4号楼的曾先生."""
    return _BUILDING_BESIDE.sub(r" \1 ", text)


def building_of(part: str) -> str | None:
    """The key of the building, with its stairwell, that *part* names without a room: 4栋, 四号楼2单元."""
    return room_key(part) if _BUILDING_ALONE.fullmatch(part) else None


_NUMBERED_PLACE = re.compile(
    rf"(?<![^\s,;、])(?:(?P<building>[0-9]{{1,3}}|[a-z])\s*(?:号楼|[栋幢座#-])\s*)?"
    rf"(?:(?P<kind>{NUMBERED_KINDS})[\s第-]*(?P<number>[a-z]?[0-9]{{1,4}}[a-z]?|{_NUMERALS})\s*(?:号|个)?"
    rf"|(?P<before>[a-z]?[0-9]{{1,4}}[a-z]?|{_NUMERALS})[\s号-]*(?P<behind>{NUMBERED_KINDS}))(?![^\s,;、])"
)


def _numbered(found: re.Match[str]) -> tuple[str | None, str, str]:
    number = found["number"] or found["before"]
    number = _figure(number) if re.fullmatch(_NUMERALS, number) else number
    return found["building"], found["kind"] or found["behind"], number


def numbered_place(text: str) -> tuple[str, tuple[str, ...]] | None:
    """The kind of place that *text*, in small letters, names by a number (商铺 of 1号商铺), and its orders as stored.

    A database orders it by how it was written: 商铺1号, 商铺-1, 1号商铺. None where *text* names none.
    """
    found = _NUMBERED_PLACE.fullmatch(text)
    if found is None:
        return None
    building, kind, number = _numbered(found)
    number = _with_zeros(number)
    orders = (f"{kind}{number}", f"{kind}-{number}", f"{number}-{kind}", f"{number}{kind}")
    if building is None:
        return kind, orders
    block = _with_zeros(building)
    return kind, tuple(f"{block}-{order}" for order in orders)


def _with_zeros(text: str) -> str:
    return re.sub("[0-9]+", lambda figure: figure[0].lstrip("0").zfill(FIGURE), text)


_ZEROS = re.compile("(?<![0-9])0+(?=[0-9])")


def room_key(text: str) -> str:
    """*text* as its groups of digits and letters joined by hyphens: equal for spellings of the same room.

    Words for building, stairwell, floor, door and the like are left out; others stay: "东区2栋101" is "东区-2-101".
    So are zeros before a figure: "03-0101" is "3-101".
    """
    return _ZEROS.sub("", room_figures(text))


def room_figures(text: str) -> str:
    """The same with the zeros that *text* writes before its figures: what a room is called, not what it is known by."""
    plain = unicodedata.normalize("NFKC", text).upper().strip()
    plain = _figure(plain) if re.fullmatch(_NUMERALS, plain) else _FLOOR.sub(" ", _with_figures(plain))
    return "-".join(_GROUPS.findall(_KINDS.sub(" ", plain)))


def room_order(code: str) -> str:
    """What the number of a unit is sorted by, 1-101 before 1-1001; the same as the database keeps beside it."""
    return _with_zeros(room_key(code).lower())


def with_rooms_together(text: str) -> str:
    """*text*, plain and in small letters, with each room that is said in several words as one: "4号楼 1203": "4-1203".

    So are building and room with nothing but a blank between them ("4 1203", "4 2 1203").
    """

    def together(found: re.Match[str]) -> str:
        said = filter(None, found.group("building", "bare", "stairwell", "between", "room"))
        return "-".join(_figure(part) if re.fullmatch(_NUMERALS, part) else part for part in said)

    def numbered(found: re.Match[str]) -> str:
        building, kind, number = _numbered(found)
        return "-".join(filter(None, (building, f"{kind}{number}")))

    return _SAID.sub(together, _NUMBERED_PLACE.sub(numbered, text))


def _with_figures(text: str) -> str:
    """*text* with Chinese numerals before a word for building, stairwell or door as figures."""
    return _NUMERAL.sub(lambda found: _figure(found[0].strip()), text)


def _figure(numeral: str) -> str:
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return numeral.translate(_DIGITS)
    return (tens.translate(_DIGITS) or "1") + (ones.translate(_DIGITS) or "0")

"""How a place in somebody's own words is read: building, stairwell, floor, side and thing ("3#楼电梯", "B1车库"). Pure.

Rooms as such are read by :mod:`models.rooms`; here a room is one more part of where something is ("3栋1203门口").
"""

import functools
import re
import unicodedata
from dataclasses import dataclass

_DIGITS = {figure: str(value) for value, figure in enumerate("零一二三四五六七八九")} | {"两": "2", "〇": "0"}
_TENS = {"十": 10, "廿": 20, "卅": 30}
_NUMERAL = re.compile("[零〇一二三四五六七八九两十廿卅]+")
_TWO_BUILDINGS = re.compile("([一二三四五六七八九])([一二三四五六七八九])(?=号楼|栋|幢|座|#)")
"""Nobody says 一二号楼 for 12: these are two."""

_LIFT_IN_A_BUILDING = re.compile(
    r"(?<=[栋幢座楼元#])([^0-9#]{0,4}[0-9]{1,2})#(?=(?:[货客]|消防)?(?:电?梯|升降机)|门|出入?口)"
)
"""1#电梯 is the lift of building 1, 3栋1#电梯 the first lift of another."""
_NUMBER = "[0-9]{1,3}(?![0-9])"
_LIST = rf"{_NUMBER}(?:\s*(?:[、,/&~-]|和|与|及|至|到|and|to)\s*{_NUMBER})*"
_ONE = "(?:[0-9]{1,3}|[a-z])(?![0-9a-z])"
_BUILDING = (
    "(?:号楼(?![下道顶]|梯间)|号(?=楼(?:[下道顶]|梯间))|#楼(?![下道顶]|梯间)|#|[栋幢](?:楼(?![上下道梯顶层]))?|座)"
)
"""What makes a number a building; 楼 is the building's where it does not begin the next word (31号楼顶, 31栋楼道)."""
_STAIRWELL = (
    rf"(?<![0-9a-z-])(?P<b>{_NUMBER})-(?P<s>[0-9]{{1,2}})(?![0-9a-z])(?!\s*(?:[-~、,/&#号栋幢座层楼期区]|[和与及至到]))"
)
"""33-2电梯 is of 33栋2单元; 1-2栋 are two buildings."""
_ON_THE_GROUND = ("大堂", "门", "扉")
"""Where no floor is said of these, the ground floor is meant."""
_READ_AS = "|"
"""Stands where something was read, so that what follows it directly is known to follow."""

_SIDES = {"north": "北", "south": "南", "east": "东", "west": "西"}
_USUAL = (
    (r"(?<=[a-z])s\b", ""),
    ("客梯|升降机|电梯间|轿厢|elevator|lift", "电梯"),
    ("停车场|停车库|车场|地库|garage|car ?park|parking(?: lot)?", "车库"),
    ("大厅|门厅|lobby|hall(?!w)|foyer", "大堂"),
    ("货运电?梯", "货梯"),
    ("消防电梯", "消防梯"),
    ("(?<![电楼扶滚货防])梯", "电梯"),
    ("楼道|过道|corridor|hallway", "走廊"),
    ("(?:消防|疏散|安全|逃生)?(?:楼梯间?|staircase|stairwell|stairway|stair)", "楼梯"),
    ("(?:屋[顶面]|楼?顶[楼层]|楼顶|天台|天面|rooftop|roof)+", "天台"),
    ("(?:楼下|楼栋|(?<![0-9a-z])单元)的?(?:入口)?大?门(?![禁铃锁])", "单元门"),
    ("门(?:出入|进出|入|进)口", "门"),
    ("进口", "入口"),
    ("(?<![^\\W_])楼(?=大?门)", ""),
    ("([侧后小偏便角])门口?", "\\1扉"),  # no writing of the gate itself, whose name it would end with
    ("大门|门口|gate|entrance", "门"),
    ("中间|between", "之间"),
    ("([前后侧])[面边方]的?(?=[^\\W0-9a-z_])|([左右])[侧面边方]的?", "\\1\\2"),
    (
        "垃圾(?:[房站点间屋亭]|投放[点站]|收集[点站]|中转站|分类[点站亭])|(?:garbage|rubbish|trash|refuse|bin) ?room",
        "垃圾房",
    ),
    ("丰巢(?:快递)?柜?|菜鸟柜|(?:快递|智能|寄存)[柜箱]|快件[柜箱]|parcel locker", "快递柜"),
    ("门?岗亭|门岗|保安亭|门卫室?|传达室|guard ?(?:house|room|post|booth)", "岗亭"),
    ("(?:生活|消防)?水?泵房|pump ?room", "泵房"),
    ("(?:变?配电|强电)[房室间]|(?<![弱机])电房", "配电房"),
    ("监控(?:中心|室)|消控室|消防控制室|中控室", "监控室"),
    ("(?:单车|自行车|电动车|电瓶车|非机动车)(?:停车)?[棚库]|bike ?shed", "车棚"),
    ("游?泳池|swimming pool", "泳池"),
    ("儿童(?:游?乐[场园区]|乐园|活动区)|游乐[场园区]|playground", "游乐场"),
    ("健身[房室中心]+|gym", "健身房"),
    ("物业(?:办公室|服务中心|中心|处)|客服中心|服务中心", "物业"),
)
_USUAL_NAMES = tuple((re.compile(said), usual) for said, usual in _USUAL)
_FILLERS = re.compile(r"\b(?:the|at|in|on|of|no|nr|number|near|by|and|underground)\b|地下|[的号第那这部台]|[^\w]|_")
_NEARBY = re.compile("(?<=.)(?:旁边?|附近|[边侧面]|[里外]面?|内|前|后|处|口)$")


@dataclass(frozen=True)
class Place:
    """What a text says of where something is; None or empty where it says nothing of it."""

    buildings: frozenset[str]
    within: tuple[str | None, str | None, str | None]
    """Phase, zone and stairwell, which people leave out."""
    floor: str | None
    """``5``, ``-1``, ``0`` for the ground outside, ``-`` for some basement."""
    room: str | None
    sides: frozenset[str]
    numbers: tuple[str, ...]
    """Figures of which the text does not say what they count."""
    thing: str
    """What it is, last as in Chinese: a longer one says more of which it is (小区门岗亭)."""

    def room_keys(self) -> list[str]:
        """The keys (:mod:`models.rooms`) of the room that is named with its building."""
        if self.room is None or len(self.buildings) != 1:
            return []
        return ["-".join(filter(None, (*self.buildings, self.within[2], self.room)))]


def same_place(one: Place, other: Place) -> bool:
    """Whether two places may be one: nothing said of one is said otherwise of the other.

    Building, room and side have to be said of both. Phase, zone, stairwell, floor and the number of a thing may be
    left out, but a lobby of which no floor is said is that on the ground. A building is another place than a thing in
    it.
    """
    one, other = _with_building(one, other), _with_building(other, one)
    whole = (one.buildings, one.room, one.sides) == (other.buildings, other.room, other.sides)
    if not whole or not all(map(_fits, one.within, other.within)):
        return False
    if not _same_floor(_usual_floor(one), _usual_floor(other)):
        return False
    if one.numbers != other.numbers and (not (one.thing and other.thing) or (one.numbers and other.numbers)):
        return False
    if one.room is not None:
        return bool(one.buildings)
    if not one.thing or not other.thing:
        return one.thing == other.thing and bool(one.buildings or (one.floor and other.floor))
    return one.thing.endswith(other.thing) or other.thing.endswith(one.thing)


def same_room(one: Place, other: Place) -> bool:
    """Whether both name the same room, in whatever words about its door or kitchen; a stairwell may be left out."""
    named = one.room is not None and bool(one.buildings)
    return (
        named
        and (one.buildings, one.room) == (other.buildings, other.room)
        and all(map(_fits, one.within, other.within))
    )


def _with_building(one: Place, other: Place) -> Place:
    """*one* with its only figure as a building, where the other says one and it does not."""
    if one.buildings or not other.buildings or len(one.numbers) != 1:
        return one
    return Place(frozenset(one.numbers), one.within, one.floor, one.room, one.sides, (), one.thing)


def _fits(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _usual_floor(place: Place) -> str | None:
    return "1" if place.floor is None and place.thing.endswith(_ON_THE_GROUND) else place.floor


def _same_floor(one: str | None, other: str | None) -> bool:
    return _fits(one, other) or ("-" in (one, other) and all(str(floor).startswith("-") for floor in (one, other)))


@functools.lru_cache(4096)  # the same few places are compared with each call
def read_place(text: str) -> Place:
    """What *text* says of where something is."""
    said = _Text(_plain(text))
    below = re.search("地下|地库|underground|basement", said.left) is not None
    hyphened = said.take(
        rf"(?<![0-9a-z])(?P<b>{_ONE})-(?:(?P<s>[0-9]{{1,2}})-)?(?P<r>[0-9]{{3,4}}[a-z]?)(?![0-9])", "b", "s", "r"
    )
    floor = said.take(
        r"(?:(?<![a-z])b|负|地下|(?<![0-9a-z])-(?=[0-9]+[层楼f])|basement ?)(?P<f>[0-9])(?:层|楼|f(?![0-9a-z])|(?!\d))",
        "f",
    )
    buildings = said.take_all(rf"(?P<b>{_LIST}|(?<![a-z])[a-z])\s*{_BUILDING}")
    buildings += said.take_all(rf"(?:building|block|tower|bldg\.?)s?\s+(?P<b>{_LIST}|{_ONE})")
    buildings += said.take_all(rf"^(?P<b>{_NUMBER})-(?=[^0-9\s])")
    entrance = said.take(_STAIRWELL, "b", "s") if not buildings and "间" not in said.left else []
    buildings += filter(None, entrance[:1])
    stairwell = said.take(
        rf"(?P<s>[0-9]{{1,2}}|[a-z])单元|(?:entrance|stairwell) (?P<e>{_ONE})|(?<=\{_READ_AS})\s*(?P<d>[0-9]{{1,2}})门",
        "s",
        "e",
        "d",
    )
    phase = said.take("(?P<p>[0-9])期", "p")
    zone = said.take("(?P<z>[0-9]|(?<![a-z])[a-z]|[东西南北]{1,2})区", "z")
    above = said.take(
        r"(?P<f>[0-9]{1,2})(?:层|楼|f(?![0-9a-z])|(?:st|nd|rd|th)? floor)|(?:floor|level) (?P<l>[0-9]{1,2})", "f", "l"
    )
    first = said.take("(?P<f>首层|底层|ground floor)", "f")
    outside = said.take("(?P<f>地面|露天|outdoor)", "f")
    room = said.take(rf"(?<=\{_READ_AS})[\s,-]*(?P<r>[0-9]{{3,4}}[a-z]?)(?![0-9])[号室房户]*", "r")
    sides = said.take_all("(?P<b>[东西南北]+(?:[侧边面]的?(?=[^\\W0-9a-z_]))?|(?:(?:north|south|east|west)[ -]?)+)")
    numbers = said.take_all("(?P<b>[0-9]+)")
    return Place(
        buildings=frozenset(
            re.findall("[0-9]+|(?<![a-z])[a-z](?![a-z])", " ".join(filter(None, [*buildings, *hyphened[:1]])))
        ),
        within=(_first(phase), _first(zone), _first(stairwell) or _first(hyphened[1:2] + entrance[1:])),
        floor=_floor(_first(floor), _first(above), bool(first), bool(outside), below),
        room=hyphened[2] if hyphened else _first(room),
        sides=frozenset(_sides(" ".join(sides))),
        numbers=tuple(numbers),
        thing=_thing(said.left),
    )


def _floor(lower: str | None, upper: str | None, first: bool, outside: bool, below: bool) -> str | None:
    if lower:
        return f"-{lower}"
    if upper:
        return f"-{upper}" if below else upper
    return "1" if first else "0" if outside else "-" if below else None


def _sides(said: str) -> str:
    for word, side in _SIDES.items():
        said = said.replace(word, side)
    return "".join(sign for sign in said if sign in "东西南北")


def in_usual_words(text: str) -> str:
    """*text*, plain, with the usual name of each thing and building: 升降机 is 电梯, 3#楼 is 3栋."""
    return _usual(re.sub("(?<=[0-9a-z])(?:号楼|#楼?|幢|座)", "栋", _plain(text)))


def _usual(text: str) -> str:
    for said, usual in _USUAL_NAMES:
        text = said.sub(usual, text)
    return text


def _thing(left: str) -> str:
    left = _FILLERS.sub("", _usual(left).replace(_READ_AS, " "))
    while (shorter := _NEARBY.sub("", left)) != left:
        left = shorter
    return left


def _first(found: list[str | None]) -> str | None:
    return next(filter(None, found), None)


class _Text:
    """A text of which one part after the other is read and taken out."""

    def __init__(self, text: str) -> None:
        self.left = text

    def take(self, pattern: str, *groups: str) -> list[str | None]:
        """The *groups* of the first place that fits; empty where none does."""
        found = re.search(pattern, self.left)
        if found is None:
            return []
        self.left = f"{self.left[: found.start()]}{_READ_AS}{self.left[found.end() :]}"
        return [found[name] for name in groups]

    def take_all(self, pattern: str) -> list[str]:
        """The group ``b`` of every place that fits."""
        found = [each["b"] for each in re.finditer(pattern, self.left)]
        self.left = re.sub(pattern, _READ_AS, self.left)
        return found


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower().strip()
    plain = _LIFT_IN_A_BUILDING.sub(r"\1号", plain)
    plain = _NUMERAL.sub(_figures, _TWO_BUILDINGS.sub(r"\1、\2", plain))
    return re.sub("(?<![0-9])0+(?=[0-9])", "", plain)


def _figures(numeral: re.Match[str]) -> str:
    return figures(numeral[0])


def figures(numeral: str) -> str:
    """A Chinese numeral below a hundred, or one said figure by figure, in figures."""
    ten = next((sign for sign in numeral if sign in _TENS), None)
    if ten is None:
        return "".join(_DIGITS[sign] for sign in numeral)
    tens, _ten, ones = numeral.partition(ten)
    value = _TENS[ten] * int(_DIGITS.get(tens, "1")) + int(_DIGITS.get(ones, "0"))
    return str(value)

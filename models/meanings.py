"""What the parts of a text may mean to somebody who searches: words, a number, a room, a name, a plate, a phone. Pure.

Every reading of what people write is asked here: rooms, names, plates, phones, hooks.
"""

import re
import unicodedata
from typing import Any

from models.names import (
    said_together,
    simplified,
    surname_said,
    turned,
    with_names_apart,
    with_pinyin_apart,
    without_filler,
    without_hidden,
    without_marks,
    without_role,
    without_titles,
    without_tones,
)
from models.personal import Keyring
from models.phones import TAIL, sought, with_phones_apart
from models.places import figures
from models.plates import Plate, plate_of, with_plates_apart, with_plates_together, without_signs
from models.rooms import (
    building_of,
    numbered_place,
    room_key,
    room_order,
    with_buildings_apart,
    with_rooms_apart,
    with_rooms_together,
)
from models.search import FIRST_CHINESE, PLATE_ENDS, ending_token, number_token, plate_token, room_token
from models.tags import tag_key

LONGEST_WORD = 60
LONGEST_ROOM_PART = 5
LONGEST_ROOM = 8
LONGEST_TAG = 40
TENS = 10
WITH_STAIRWELL = 3
"""Parts of a room's number with building and stairwell."""
SHORTEST_GIVEN_NAME = 3
LONGEST_GIVEN_NAME = 30
LONGEST_PLATE = 7


_NUMBER = re.compile(r"[a-z]{0,4}-?[0-9][0-9a-z-]{2,39}", re.ASCII)
_COUNTED = re.compile(
    r"第?(?<![\u3400-\u9fff](?<!第))([零〇一二三四五六七八九十]{1,4})(?=\s*[号號挂掛钩鉤])|第(?=\s*[0-9０-９])"
)
"""第一 of 第一号钩, 第 of 第1号."""
_WORD = re.compile(r"[^\W_]+")
_CHINESE = f"{chr(FIRST_CHINESE)}-\U0010ffff"
_RUN = re.compile(rf"([{_CHINESE}]+)|([^{_CHINESE}]+)")


def terms(part: str) -> tuple[str, ...]:
    """The words of the index that *part* needs: pairs of Chinese characters, beginnings of others (``word*``)."""
    needed: list[str] = []
    for word in _WORD.findall(part):
        for chinese, other in _RUN.findall(word):
            if len(chinese) > 1:
                needed += [chinese[place : place + 2] for place in range(len(chinese) - 1)]
            elif chinese or len(word) > 1:
                # Two digits begin so many numbers that only they themselves are meant.
                needed.append((chinese or other[:LONGEST_WORD]) + "*" * (len(other) > 2 or not other.isdigit()))
    return tuple(dict.fromkeys(needed))


def parts_of(text: str) -> list[str]:
    """What is said in *text*: each a phone, a room, a plate, a name or another word, without mere filler."""
    return without_filler(said_apart(text))


def said_apart(text: str) -> list[str]:
    """The same with all that stands beside."""
    plain = without_tones(without_role(unicodedata.normalize("NFKC", without_hidden(text)).lower()))
    if sought(plain) is None:
        plain = with_plates_apart(with_plates_together(with_phones_apart(with_pinyin_apart(plain))))
        plain = with_buildings_apart(with_rooms_apart(plain))
    words = with_plates_together(with_rooms_together(with_names_apart(plain))).split()
    parts = without_titles([word for each in words if (word := _without_signs(each))] or words)
    is_room = len(parts) == 1 and room_of(parts[0]) is not None and "-" in parts[0]
    # Two rooms are no phone number, however many digits they have.
    is_room = is_room or (len(parts) > 1 and all("-" in part and room_of(part) for part in parts))
    return ["".join(plain.split())] if not is_room and sought(plain) is not None else parts


def _without_signs(word: str) -> str:
    """*word* without the brackets and commas that stood between it and what was taken apart."""
    return word.strip("()[],;/、:。")


def room_of(part: str) -> str | None:
    """The key of the room that *part* may be, None when it is none."""
    key = room_key(part)
    groups = key.split("-")
    longest = LONGEST_ROOM_PART if len(groups) > 1 else LONGEST_ROOM
    fits = all(len(group) <= longest and group.isascii() and group.isalnum() for group in groups)
    return key if fits and len(key) > 1 and any(sign.isdigit() for sign in groups[-1]) else None


def tags_said(text: str) -> tuple[str, ...]:
    """The keys of the hook, seal or badge that *text* may name: of 第一号钩 what is called just so, and 1."""
    counted = _COUNTED.sub(lambda found: figures(found[1]) if found[1] else "", text)
    return tuple(dict.fromkeys((tag_key(text), tag_key(counted))))


_JUST_A_NUMBER = re.compile("第?([零〇一二三四五六七八九十]{1,4}|[0-9]+)")
_NUMERALS = "零一二三四五六七八九"


def tags_alike(text: str) -> tuple[str, ...]:
    """The keys that a hook, seal or badge called *text* may be kept by, the usual one first: 7, 第7号, 七号 are one."""
    key = tag_key(text)
    found = _JUST_A_NUMBER.fullmatch(key)
    if found is None:
        return (key,)
    number = found[1] if found[1].isascii() else figures(found[1])
    writings = [number, "".join(_NUMERALS[int(figure)] for figure in number)]
    if int(number) < TENS * TENS:
        tens, ones = divmod(int(number), TENS)
        ten = "十" if tens == 1 else f"{_NUMERALS[tens]}十"
        writings.append(f"{ten if tens else ''}{_NUMERALS[ones] if ones or not tens else ''}")
    return tuple(dict.fromkeys(f"{before}{written}" for written in writings for before in ("", "第")))


def _called_exactly(part: str, room: str | None) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Words of the index and orders of the units that *part* means though their number is no such room.

    That is a place with a number of its own (1号商铺), and a room said with a stairwell that the register leaves out.
    """
    if room is not None and room.count("-") == WITH_STAIRWELL - 1:
        short = "-".join((room.split("-")[0], room.split("-")[-1]))
        return (room_token(short),), (room_order(short),)
    if (place := numbered_place(part)) is None:
        return None
    kind, orders = place
    return (f"{kind}*" if len(kind) == 1 else kind[:2],), orders


def meanings_of(parts: list[str], keyring: Keyring) -> list[dict[str, Any]]:
    """What each of the *parts* may mean; words of a name mean the whole of it as well."""
    meanings = [_understood(part, keyring) for part in parts]
    if together := said_together(parts):
        for part, each in zip(parts, meanings, strict=True):
            if part.isascii() and part.isalpha():
                each |= {"together": terms(together), **_given("given_together", together)}
                each["turned"] = terms(turned([word for word in parts if word.isascii() and word.isalpha()]))
    for part, each in zip(parts, meanings, strict=True):
        if len(parts) > 1 and (building := building_of(part)) is not None:
            each["room"] = (f"{room_token(building)}x*",)  # beside a name: any room of it
    if (plate := _plate_in_pieces(parts)) is not None:
        for each in meanings:
            each["plate_together"] = plate_terms(plate)
    tag = " ".join(parts)
    if len(parts) > 1 and _may_be_tag(tag):
        for each in meanings:
            each["tag_together"] = tags_said(tag)[-1]
    return meanings


def _plate_in_pieces(parts: list[str]) -> Plate | None:
    """The end of a plate that is said in *parts*: 9K 8X7."""
    serial = without_signs("".join(parts))
    if len(parts) < 2 or not serial.isascii() or not serial.isalnum() or len(serial) > LONGEST_PLATE:
        return None
    return plate_of(serial) if any(map(str.isalpha, serial)) else None


def _given(meaning: str, name: str) -> dict[str, Any]:
    """What finds people by the end of their name in pinyin, the given name; nothing for what cannot be one."""
    fits = name.isascii() and name.isalpha() and SHORTEST_GIVEN_NAME <= len(name) <= LONGEST_GIVEN_NAME
    return {meaning: (ending_token(name),)} if fits else {}


def _may_be_tag(text: str) -> bool:
    """Whether a hook, seal or badge may be called so: what is without a figure is found by its words."""
    return len(text) <= LONGEST_TAG and any(sign.isdigit() for sign in tags_said(text)[-1])


def _understood(part: str, keyring: Keyring) -> dict[str, Any]:
    """What *part* may mean, and by which value each meaning is found."""
    meanings: dict[str, Any] = {}
    room, needed = room_of(part), terms(part)
    # A room with its building is meant as that: its digits alone would find every floor's.
    if needed and (room is None or "-" not in room):
        meanings["words"] = needed
    if needed and room is None:
        meanings["name"] = needed
        meanings |= _given("given", part)
    if _NUMBER.fullmatch(part):
        meanings["number"] = (number_token(part),)
    if room is not None:
        meanings["room"] = (room_token(room),)
    if (exact := _called_exactly(part, room)) is not None:
        meanings["numbered"], meanings["orders"] = exact
    if part.isalnum():
        meanings["itself"] = (part,)
    if _may_be_tag(part):
        meanings |= dict(zip(("tag", "tag_counted"), tags_said(part), strict=False))
    if surname := surname_said(part):
        meanings["surname"] = terms(surname)
    if (written := without_marks(simplified(surname or part))) != (surname or part):
        meanings["simplified"] = terms(written)
    if (plate := plate_of(part)) is not None:
        meanings["plate"] = plate_terms(plate)
        if not plate.province and plate.serial[0].isalpha() and len(plate.serial) > PLATE_ENDS[0]:
            # The letter of the town may be written apart from the rest: 沪A·9K8X7.
            meanings["plate_apart"] = (plate.serial[0], plate_token(plate.serial[1:]))
    if len(part) == TAIL and part.isascii() and part.isdigit():
        meanings["phone_tail"] = keyring.digest(part)
    elif phone := sought(part):
        meanings["phone"], meanings["phone_before"] = map(keyring.digest, phone)
    return meanings


def plate_terms(plate: Plate) -> tuple[str, ...]:
    """The words of the index that *plate* needs: its end, and where they were said province and town."""
    serial = plate.serial.rstrip("挂学警港澳超试")
    # What stands before the serial may be the letter of the town, or the first sign of a car with new energy.
    end = plate_token(serial[-PLATE_ENDS[-1] :])
    return (f"{plate.province}{plate.town}", end) if plate.province else (end,)

"""How a car's number plate is recognised in its usual spellings ("沪A9K8X7", "沪A·9K8X7", "9K8X7"). Pure.

The same reading wherever a plate is typed: look-ups, searches, forms, imports.
"""

import re
import unicodedata
from typing import NamedTuple

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
_SIGN = r"[\s·•・.．\-－—_]"
_SIGNS = f"{_SIGN}*"
_ONE = "[0-9A-HJ-NP-Z]"
_APART = "|".join(
    f"{_ONE}(?:{_SIGNS}{_ONE}){{{more}}}{end}" for more, end in ((4, ""), (5, ""), (3, f"{_SIGNS}[挂学警港澳超试]"))
)
"""Signs between those of the serial; where they stand together it ends with them: 沪A12345 2辆."""
_SERIAL = rf"{_ONE}{{5,6}}(?![0-9A-Z])|{_ONE}{{4}}[挂学警港澳超试]|{_APART}"
_WHOLE = re.compile(rf"([{_PROVINCES}]){_SIGNS}([A-Z]){_SIGNS}({_SERIAL})(?![0-9A-Z])", re.IGNORECASE)
_END = re.compile(r"(?=.*[0-9])[0-9A-HJ-NP-Z]{4,7}", re.IGNORECASE)
SHORTEST_END = 4
SERIAL = 5
"""Signs after the letter of the town; cars with new energy have one more."""


class Plate(NamedTuple):
    """What was said of a plate, in small letters: ``沪``, ``a``, ``9k8x7``; empty where it was not said."""

    province: str
    town: str
    serial: str


def with_plates_together(text: str) -> str:
    """*text* with each whole plate in it written without signs or blanks between its parts."""
    return _WHOLE.sub(lambda found: f"{found[1]}{found[2]}{without_signs(found[3])}", text)


_BESIDE = re.compile(
    rf"(?:车牌号?码?[\s:]*)?([{_PROVINCES}][a-z](?:{_ONE}{{5,6}}|{_ONE}{{4}}[挂学警港澳超试]))(?![0-9a-z])"
    r"(?:\s*\(?\s*(?:[白黑红蓝绿黄灰银棕紫]色?车?牌?|新能源)\s*\)?)?(?:\s*的?(?:车主|车辆|车|业主))?",
    re.IGNORECASE,
)


def with_plates_apart(text: str) -> str:
    """*text*, its plates written together, with blanks around them and without what is said of the car beside them."""
    return _BESIDE.sub(r" \1 ", text)


def without_signs(text: str) -> str:
    """*text* without blanks, dashes and dots, which may stand anywhere in a plate."""
    return re.sub(_SIGN, "", text)


def plate_of(word: str) -> Plate | None:
    """The plate, or the end of one (its last four signs at least), that *word* may be; None when it is none."""
    plain = unicodedata.normalize("NFKC", word).lower()
    if (found := _WHOLE.fullmatch(plain)) is not None:
        return Plate(found[1], found[2], without_signs(found[3]))
    serial = without_signs(plain)
    if serial != plain and serial.isdecimal():  # 3-1203 is a room
        return None
    return Plate("", "", serial) if _END.fullmatch(serial) is not None else None


def plates_in(text: str) -> tuple[str, ...]:
    """The vehicles that *text* names, each as its letters and digits alone: equal for spellings of the same plates."""
    together = with_plates_together(unicodedata.normalize("NFKC", text).upper())
    return tuple(sorted(set(re.findall(r"[^\W_]+", together))))

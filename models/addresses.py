"""How a room is read out of an address: what stands before the building says where the estate is. Pure."""

import re
import unicodedata
from collections.abc import Iterable

from models.errors import OperationRefused, gettext_noop
from models.rooms import NUMBERED_KINDS, with_rooms_apart, with_rooms_together

_HAN = "\u3400-\u9fff"
_FIGURE = "0-9一二三四五六七八九十"
_TOWN = rf"(?:[{_HAN}]{{1,9}}?(?:省|市|区|县|旗|镇|乡|街道)\s*)*"
_STREET = (
    rf"{_TOWN}[{_HAN}0-9]{{1,10}}?(?:路|街|大道|道|胡同|巷)\s*(?:[0-9]+\s*弄|[0-9]+(?:-[0-9]+)?\s*号(?!楼|房)院?)[\s,]*"
)
_ROOM_BEGINS = (
    rf"(?=第?[{_FIGURE}]|[a-z](?:座|栋|幢|[0-9-])|(?:{NUMBERED_KINDS})|(?:building|block|tower|room|unit|shop)\b)"
)
_BUILDING = re.compile(rf"(?:[{_FIGURE}]+|[a-z])\s*(?:号楼?|[栋幢座#-])", re.IGNORECASE)
_NAMED_BEFORE = re.compile(
    rf"(?P<name>[{_HAN}][^0-9]*?)\s*(?:[{_FIGURE}]{{1,3}}|[a-z])\s*(?:号楼|[栋幢座#])\s*.*[0-9]{{3,4}}", re.IGNORECASE
)
_PART_OF_AN_ESTATE = re.compile(
    rf"(?:\s*(?:第?[{_FIGURE}]{{1,3}}期|[{_HAN}A-Za-z{_FIGURE}]{{1,2}}[区苑园院里庭郡府]|[{_HAN}A-Za-z{_FIGURE}]{{1,3}}组团"
    rf"|{NUMBERED_KINDS}|别墅|洋房|公寓|叠拼|联排|高层|多层|小高层)\s*)+"
)
_STREET_IN_ENGLISH = re.compile(
    r"\b(?:road|rd|street|st|avenue|ave|lane|drive|boulevard|blvd|highway)\b", re.IGNORECASE
)
_IN_ENGLISH = re.compile(r"\b(?:building|bldg|block|tower)\b\.?\s*[0-9a-z]{1,3}\b", re.IGNORECASE)
_ONE_ROOM = re.compile(r"(?:[0-9]{1,3}|[a-z])(?:-[0-9]{1,2})?-[0-9]{3,4}[a-z]?")


def without_estate(text: str, names: Iterable[str]) -> str:
    """*text* without the name of an estate, and its street, before a room: 翠湖花园4栋1302 is 4栋1302.

    A name that no room follows stays: somebody looks for the estate.
    """
    for name in filter(None, names):
        written = re.escape(unicodedata.normalize("NFKC", name))
        before = rf"(?<![^\s,;、])(?:{_STREET}|{_TOWN})?{written}[\s,·-]*{_ROOM_BEGINS}"
        plain = unicodedata.normalize("NFKC", text)
        if (shorter := re.sub(before, "", plain, flags=re.IGNORECASE)) != plain:
            return shorter
    return text


_KIND_OF_ESTATE = re.compile(r"(?:花园|家园|小区|公寓|公馆|新村|社区|苑|园|城|府|邸|里|庭|湾|居)$")
_STREET_AND_NUMBER = re.compile(
    rf"[{_HAN}0-9]{{1,10}}?(?:路|街|大道|道|胡同|巷)\s*(?:[0-9]+\s*弄|[0-9]+(?:-[0-9]+)?\s*号)$"
)


def called(name: str, address: str | None) -> list[str]:
    """How people say where an estate is: its *name*, the short of it (翠湖 of 翠湖花园), its *address* and street."""
    short = _KIND_OF_ESTATE.sub("", name)
    said = [name, *([short] if len(short) > 1 and not _PART_OF_AN_ESTATE.fullmatch(short) else [])]
    where = unicodedata.normalize("NFKC", address or "").strip()
    street = re.sub(rf"^(?:[{_HAN}]{{1,9}}?(?:省|市|区|县|旗|镇|乡|街道)\s*)*", "", where)
    return [*said, *([where, street] if _STREET_AND_NUMBER.search(where) else [])]


def room_in_address(text: str, estate_name: str, *, has_building: bool = False) -> str:
    """The room that *text* names, without street and estate (RES-1); the text itself where it is no address.

    *has_building*: whether the building is said elsewhere. Refuses an address in which no room of this estate is read.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    rest = plain.rpartition(estate_name)[2].strip(" ,·-") if estate_name else plain
    rest = rest or plain.partition(estate_name)[0].strip(" ,·-") or plain
    if (street := re.match(_STREET, rest)) is not None:
        rest = rest[street.end() :]
        if not has_building and not _BUILDING.match(rest):
            raise _refused(text)
    if _STREET_IN_ENGLISH.search(rest) or (_IN_ENGLISH.search(rest) and re.search("[0-9]{3}", rest)):
        return _in_english(rest, text)
    named = _NAMED_BEFORE.match(rest)
    if named is not None and not _PART_OF_AN_ESTATE.fullmatch(named["name"]):
        raise _refused(text)
    return rest


def _in_english(rest: str, text: str) -> str:
    words = re.split(r"[\s,;]+", with_rooms_together(with_rooms_apart(rest.lower())).strip(" ,;"))
    rooms = [word for word in words if _ONE_ROOM.fullmatch(word)]
    is_said = len(rooms) == 1 and _IN_ENGLISH.search(rest) is not None
    if not is_said or (len(words) > 1 and not _STREET_IN_ENGLISH.search(rest)):
        raise _refused(text)
    return rooms[0].upper()


def _refused(text: str) -> OperationRefused:
    message = gettext_noop(
        "“%(code)s” is an address in which no room of this estate is read: write building, stairwell and room, as in "
        "4栋1单元1203."
    )
    return OperationRefused("RES-1", message, code=text[:100])

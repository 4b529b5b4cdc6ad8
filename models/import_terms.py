"""How a cell that says several things is read: room and person, key and pieces, until when, whether back. Pure."""

import datetime
import re
import unicodedata
from typing import Any, Literal

from models import moments
from models.errors import OperationRefused, gettext_noop
from models.import_cells import moment, says_nothing, word_key
from models.rooms import with_rooms_apart, with_rooms_together
from models.spreadsheets import RULE


def _words(text: str) -> frozenset[str]:
    return frozenset(map(word_key, text.split()))


_NOT_BACK = _words(
    "未还 未归还 没还 尚未归还 暂未归还 待还 待归还 未 否 借出 已借出 借出中 借用中 使用中 在借 外借 "
    "no not_returned not_yet outstanding out"
)
_BACK = _words("已还 已归还 归还 还 是 已交还 已收回 yes returned back")
_CROSSES, _TICKS = frozenset("×✗✘╳xX"), frozenset("√✓✔")
_SAME_DAY = _words("当天 当日 当天归还 当日归还 即日 same_day")
_NO_END = _words(
    "不限 不限期 不限时 无限期 长期 长期有效 永久 永久有效 一直 长借 长期借用 随时 "
    "unlimited permanent no_limit forever indefinite long_term"
)
_AFTER = re.compile(
    r"(\d{1,3})\s*(?:个)?\s*(?:(?P<hours>小时|钟头|h|hours?)|(?P<days>天|日|d|days?)|(?P<weeks>周|星期|weeks?))(?:内|后)?",
    re.IGNORECASE,
)
_CHINESE_COUNT = str.maketrans("一二两三四五六七八九", "1223456789")
_BETWEEN = re.compile(r"\s*(?:至|到|~|—+|–|-+|\bto\b|\buntil\b|/)\s*", re.IGNORECASE)
_PIECES = re.compile(r"(?:共|一共|[x×*])?\s*(\d{1,3})(?:\.0)?\s*(?:把|片|支|枚|个|pcs|pieces?|keys?)?", re.IGNORECASE)
_WITH_PIECES = re.compile(
    r"(?P<key>.*[^\s(,;/x×*共-])\s*[(,;/]?\s*(?:共|一共|[x×*])?\s*(?P<count>\d{1,3})\s*(?:把|片|支|枚|pcs|pieces?)\s*\)?"
    r"|(?P<bare>.*\S)\s*(?:[x×*]\s*|\((?:共|[x×*])?\s*)(?P<times>\d{1,2})\s*\)?",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\s*[、,;\n|&+和与及到至~/]\s*")


def room_and_person(cell: str) -> tuple[str, str] | None:
    """The room and the person that *cell* says: 3-1203 蔡女士, 3栋1单元1203/蔡佳怡; None where it says nothing.

    A phone number beside the name stays with it. Refuses what cannot be split for sure.
    """
    if says_nothing(cell):
        return None
    plain = unicodedata.normalize("NFKC", cell)
    words = with_rooms_together(with_rooms_apart(re.sub(r"[/|:()、,;\s]+", " ", plain.lower()))).split()
    rooms = [word for word in words if re.search(r"\d", word) and not re.search(r"\d{7}", word)]
    others = [word for word in words if word not in rooms]
    names = [found[0] for word in others if (found := re.search(re.escape(word), plain, re.IGNORECASE))]
    if len(rooms) != 1 or not any(map(str.isalpha, "".join(names))) or len(names) != len(others):
        message = gettext_noop(
            "Room and person cannot be told apart in “%(value)s”: write the room, a blank and the name, or a column "
            "each."
        )
        raise OperationRefused(RULE, message, value=cell[:40])
    return rooms[0].upper(), " ".join(names)


def key_and_pieces(cell: str) -> tuple[str, int | None]:
    """The number of a key and how many pieces of it *cell* says: K-10(3把), K-10×3, K-10."""
    found = _WITH_PIECES.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    if found is None:
        return cell, None
    return (found["key"] or found["bare"]).strip(), int(found["count"] or found["times"])


def names_several_keys(cell: str) -> bool:
    """Whether *cell* names more keys than one: K-08、K-09; K-08 至 K-10; K-08/09; K-08 K-09."""
    written = unicodedata.normalize("NFKC", cell).strip()
    blanks = written.split()
    if len(blanks) > 1 and len({re.sub(r"\d+", "9", part) for part in blanks}) == 1 and re.search(r"\d", written):
        return True
    return len([part for part in _SEVERAL.split(written) if re.search(r"\d", part)]) > 1


def pieces(cell: str) -> int | None:
    """How many pieces; None where the cell says nothing."""
    if says_nothing(cell) and cell.strip() != "0":
        return None
    found = _PIECES.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    if found is None:
        message = gettext_noop("“%(value)s” is no number of pieces; write a whole number.")
        raise OperationRefused(RULE, message, value=cell[:40])
    return int(found[1])


def returned(cell: str) -> datetime.datetime | Literal[True] | None:
    """When something came back, True where only that it did; None where it is still out (未还, ×)."""
    if word_key(cell) in _NOT_BACK or cell.strip() in _CROSSES:
        return None
    return True if word_key(cell) in _BACK or cell.strip() in _TICKS else moment(cell)


def due(cell: str) -> datetime.datetime | datetime.timedelta | None:
    """When something is due, or how long after it was lent: whole days (当天, 3天) mean the end of the last of them."""
    written = word_key(cell)
    if written in _SAME_DAY:
        return datetime.timedelta()
    if written in _NO_END:
        message = gettext_noop("“%(value)s” is no time: a key that is out has a time to come back. Write one.")
        raise OperationRefused("KEY-4", message, value=cell[:40])
    after = _AFTER.fullmatch(unicodedata.normalize("NFKC", cell).strip().translate(_CHINESE_COUNT))
    if after is None:
        return moment(cell)
    unit = next(name for name in ("hours", "days", "weeks") if after[name])
    return datetime.timedelta(**{unit: int(after[1])})


def validity(cell: str) -> Any:
    """The last time of a pass, or its first and last one where the cell says both: 2026-11-01至2026-12-31."""
    if word_key(cell) in _NO_END:
        message = gettext_noop("“%(value)s” is no last day, and every pass has one: write until when it is valid.")
        raise OperationRefused("PAS-7", message, value=cell[:40])
    written = moments.in_digits(cell)
    spans = [
        (begin, until)
        for sign in _BETWEEN.finditer(written)
        if (begin := _day_of(written[: sign.start()])) is not None
        and (until := _day_of(written[sign.end() :])) is not None
    ]
    if len(spans) == 1:
        return spans[0]
    return moment(re.sub(r"^(?:有效期?)?\s*(?:至|到|截至|截止)\s*|\s*止$", "", written))


def _day_of(written: str) -> datetime.datetime | None:
    return moments.read(written.strip(" 从自起止")) if re.match(r"\s*[从自]?\s*\d{4}", written) else None

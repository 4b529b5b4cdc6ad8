"""How a Chinese name is typed without a Chinese keyboard: every reading in full and by its initials."""

import functools
import itertools
import os
import re
import unicodedata
from collections.abc import Sequence

# Names are read character by character; its dictionary of phrases would take 44 MiB of every process.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import Style, pinyin  # reads the setting when it is imported

from models.names import simplified, without_marks

MAXIMUM_LENGTH = 400
MAXIMUM_READINGS = 24

# As surnames these are read otherwise than in ordinary words.
SURNAMES: dict[str, tuple[str, ...]] = {
    "尉迟": ("yu", "chi"),
    "万俟": ("mo", "qi"),
    "长孙": ("zhang", "sun"),
    "澹台": ("tan", "tai"),
    "单于": ("chan", "yu"),
    "令狐": ("ling", "hu"),
    "鲜于": ("xian", "yu"),
    "单": ("shan",),
    "曾": ("zeng",),
    "仇": ("qiu",),
    "乐": ("yue",),
    "朴": ("piao",),
    "解": ("xie",),
    "查": ("zha",),
    "区": ("ou",),
    "盖": ("ge",),
    "任": ("ren",),
    "华": ("hua",),
    "员": ("yun",),
    "缪": ("miao",),
    "折": ("she",),
    "秘": ("bi",),
    "种": ("chong",),
    "繁": ("po",),
    "翟": ("zhai",),
    "黑": ("he",),
    "洗": ("xian",),
    "冼": ("xian",),
    "召": ("shao",),
    "覃": ("qin",),
    "句": ("gou",),
    "祭": ("zhai",),
    "尉": ("wei",),
    "乜": ("nie",),
    "隗": ("wei",),
    "谌": ("chen",),
    "车": ("che",),
    "费": ("fei",),
    "石": ("shi",),
    "沈": ("shen",),
    "宁": ("ning",),
    "纪": ("ji",),
    "燕": ("yan",),
    "晟": ("cheng",),
    "逄": ("pang",),
    "逯": ("lu",),
    "眭": ("sui",),
    "訾": ("zi",),
    "柏": ("bai",),
    "那": ("na",),
    "哈": ("ha",),
    "卜": ("bu",),
    "都": ("du",),
    "藏": ("zang",),
    "南": ("nan",),
    "盛": ("sheng",),
    "应": ("ying",),
    "俞": ("yu",),
    "褚": ("chu",),
    "贾": ("jia",),
}

_HAN = "\u3400-\u9fff"
_PART = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+")


def name_pinyin(name: str) -> str:
    """All readings of *name*, each in full and by initials, space-separated; the surname's own reading leads.

    A name in traditional characters is read as in simplified ones, which stand behind the first: 張偉 is found as 张伟.
    Words in other scripts stand as they are, in small letters, and without the marks of their letters. At most 400
    characters, cut between readings.
    """
    written = simplified(name)
    parts = _PART.findall(written)
    fixed = next((SURNAMES[key] for key in ("".join(parts[:2]), "".join(parts[:1])) if key in SURNAMES), ())
    readings = [_readings(part, fixed[index : index + 1]) for index, part in enumerate(parts)]
    combined = list(itertools.islice(itertools.product(*readings), MAXIMUM_READINGS)) if readings else []
    words = [word for reading in combined for word in ("".join(reading), _initials(reading))]
    if written != name:
        words.insert(2, "".join(parts))
    plain = [without_marks(part) for part in parts if part.lower() != without_marks(part)]
    if plain and not re.search(f"[{_HAN}]", written):
        words += ["".join(map(without_marks, parts)), *plain]
    return _fitting(list(dict.fromkeys(words)))


def reads_otherwise(name: str) -> bool:
    """Whether *name* is typed otherwise than it is written, beside its pinyin: by simplified or plain letters."""
    return simplified(name) != name or without_marks(name) != unicodedata.normalize("NFC", name.lower())


def _readings(part: str, surname: Sequence[str]) -> list[str]:
    if re.fullmatch(rf"[{_HAN}]", part):
        return list(dict.fromkeys([*surname, *_of_character(part)]))
    return [part.lower()]


@functools.lru_cache(maxsize=4096)  # an import of an estate's people asks for the same few hundred again and again
def _of_character(character: str) -> tuple[str, ...]:
    (found,) = pinyin(character, style=Style.NORMAL, heteronym=True)
    return tuple(reading.lower() for reading in found)


def _initials(reading: Sequence[str]) -> str:
    return "".join(syllable[:1] for syllable in reading)


def _fitting(words: list[str]) -> str:
    text = ""
    for word in words:
        if len(text) + 1 + len(word) <= MAXIMUM_LENGTH:
            text = f"{text} {word}".strip()
    return text

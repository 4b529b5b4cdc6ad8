"""How people say a name: with its title (蔡女士, Mr Smith), with the room behind it (蔡1203), pinyin in words. Pure."""

import re
import unicodedata

from opencc import OpenCC

_HAN = "\u3400-\u9fff"
_TITLES = (
    "女士|先生|小姐|太太|夫人|阿姨|姑姑|叔叔|伯伯|爷爷|奶奶|外婆|婆婆|大爷|大妈|大叔|大婶|大哥|大姐|师傅|老师|老板|老板娘|医生|教授|律师|警官"
    "|总经理|经理|主任|主管|队长|班长|局长|处长|院长|校长|书记|会计|总工|工程师|总|工|叔|伯|姨|婶|姐|哥|嫂|爷|奶|老"
)
_ROLES = "业主|产权人|户主|房东|租户|租客|承租人|家属|家人|本人|配偶|owner|tenant|family"
_TITLED = re.compile(rf"([{_HAN}]{{1,4}}?)(?:{_TITLES}|{_ROLES})|[老小阿]([{_HAN}])")
_OF_SOMEBODY = re.compile(rf"([{_HAN}])某某?|([{_HAN}]{{2,4}}(?:{_TITLES})?)家")
_FILLER = re.compile(
    rf"(?:的?(?:{_ROLES}|住户|家里?|那户|电话|手机号?)|的|我?们?(?:这里|这边)?(?:就?是|住在?|家在?)|我们?)"
)
_BEFORE_NAME = re.compile(rf"^的(?=[{_HAN}])|(?<=[{_HAN}])的$")
_HYPHENATED = re.compile(r"(?<![\w-])([a-z]{2,})-([a-z]{2,})(?![\w-])")
_TONES = "āǎēěīǐōǒūǔǖǘǚǜ"
_ROLE_BESIDE = re.compile(rf"\((?:{_ROLES})\)")
_ENGLISH_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mr.", "mrs.", "ms.", "dr", "dr."})
_OF_A_ROOM = "栋幢座楼号元室房户层第期区"
_BEFORE_ROOM = re.compile(rf"(?<!\S)([{_HAN}]{{0,3}}[^\W\d_a-z{_OF_A_ROOM}])(?=[0-9][0-9-]{{2,8}}(?!\S))")
_SPELT_BEFORE_ROOM = re.compile(r"(?<!\S)([a-z]{2,})(?=[0-9]{1,2}(?:-[0-9]{1,2})?-[0-9]{3,4}(?!\S))")
_BEFORE_TITLE = re.compile(rf"(?<=[{_HAN}])\s+(?=(?:女士|先生|小姐|太太|夫人|阿姨|师傅|老师|老板)(?!\S))")
_AFTER_ROOM = re.compile(rf"(?<!\S)([0-9][0-9-]{{2,8}})(?=[^\W\d_a-z{_OF_A_ROOM}][{_HAN}]{{0,4}}(?!\S))")


_HIDDEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SIMPLIFIED = OpenCC("t2s")


def without_hidden(text: str) -> str:
    """*text* without the signs that nobody sees or types, which come with what is copied."""
    return _HIDDEN.sub("", text)


def simplified(name: str) -> str:
    """*name* with traditional characters written as simplified ones: 張偉 is 张伟."""
    return str(_SIMPLIFIED.convert(name))


def with_names_apart(text: str) -> str:
    """*text*, plain and in small letters, with a blank between a Chinese name and the room that follows or precedes.

    A title with a blank before it (曹 先生) goes to its name.
    """
    text = _SPELT_BEFORE_ROOM.sub(r"\1 ", _BEFORE_TITLE.sub("", text))
    return _AFTER_ROOM.sub(r"\1 ", _BEFORE_ROOM.sub(r"\1 ", text))


def without_tones(text: str) -> str:
    """*text*, plain and in small letters, with pinyin as it is stored: zhāng wěi as zhang wei, lü as lv."""
    text = re.sub(r"(?<![^\W_])([ln])ü(?=e?(?![^\W_]))", r"\1v", text)
    if not any(tone in text for tone in _TONES):  # the marks of other languages are part of a name: josé
        return text
    text = re.sub("[üǖǘǚǜ]", "v", text)
    return re.sub("[\u0300-\u030c]", "", unicodedata.normalize("NFD", text))


_PLAIN = str.maketrans(
    {"đ": "d", "ð": "d", "ł": "l", "ø": "o", "ħ": "h", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)


def without_marks(name: str) -> str:
    """*name* in small letters without the marks that a keyboard may lack: Nguyễn as nguyen, Müller as muller."""
    apart = unicodedata.normalize("NFD", name.lower())
    plain = "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")
    return unicodedata.normalize("NFC", plain).translate(_PLAIN)


def with_pinyin_apart(text: str) -> str:
    """*text* with a blank for the hyphen in a name in letters: cao-guoqiang."""
    return _HYPHENATED.sub(r"\1 \2", text)


def without_filler(parts: list[str]) -> list[str]:
    """*parts* without words that say nothing of whom or what is meant (业主, 的), where anything else is said."""
    kept = [_BEFORE_NAME.sub("", part) for part in parts if not _FILLER.fullmatch(part)] if len(parts) > 1 else parts
    return kept or parts


def without_role(text: str) -> str:
    """*text*, plain and in small letters, without the (业主) beside a name, where anything else is said."""
    return _ROLE_BESIDE.sub(" ", text).strip() or text


def without_titles(parts: list[str]) -> list[str]:
    """*parts* without English titles, where anything else is said."""
    return [part for part in parts if part not in _ENGLISH_TITLES] or parts


def surname_said(part: str) -> str | None:
    """The surname in 蔡女士 or 老蔡, the name in 蔡家怡女士; None where there is no title."""
    if (of := _OF_SOMEBODY.fullmatch(part)) is not None:
        return of[1] or surname_said(of[2]) or of[2]
    found = _TITLED.fullmatch(part)
    return (found[1] or found[2]) if found else None


def said_together(parts: list[str]) -> str | None:
    """Two to four *parts* that may be one name, as pinyin is stored: ``zhang wei`` as ``zhangwei``; else None."""
    words = [part for part in parts if part.isascii() and part.isalpha()]
    return "".join(words) if 2 <= len(words) <= 4 else None


_REMARK = re.compile(r"[(\[{<【《〔][^()\[\]{}<>【】《》〔〕]*[)\]}>】》〕]?")
_ROLE = re.compile(rf"(?:(?<=\s)|(?<=[{_HAN}]{{2}}))(?:{_ROLES})$|^(?:{_ROLES})[\s:]+")
_FULLY_TITLED = re.compile(rf"([{_HAN}]{{2,}}?)(?:{_TITLES})")
_TWO_CHARACTERS = frozenset(
    (
        *(
            "欧阳",
            "司马",
            "上官",
            "诸葛",
            "司徒",
            "皇甫",
            "尉迟",
            "长孙",
            "慕容",
            "令狐",
            "公孙",
            "夏侯",
            "端木",
            "东方",
        ),
        *("独孤", "南宫", "宇文", "鲜于", "澹台", "万俟", "单于", "轩辕", "呼延", "闻人"),
    )
)
"""Surnames of two characters: 欧阳女士 says no more than 蔡女士."""


def without_remark(text: str) -> str:
    """*text* without what stands in brackets, where anything else is said."""
    return _REMARK.sub(" ", text).strip() or text


def name_key(name: str) -> str:
    """*name* so that writings of it are equal: blanks, dots, width, case, script, titles, remarks do not count.

    A title stays where it follows a surname alone: 蔡女士 is not 蔡先生.
    """
    plain = simplified(without_remark(unicodedata.normalize("NFKC", name).casefold()))
    plain = _ROLE.sub("", plain).strip() or plain
    plain = " ".join(without_titles(plain.split()))
    plain = re.sub(r"[\W_]", "", plain) or plain
    shortest, titled = _TITLED.fullmatch(plain), _FULLY_TITLED.fullmatch(plain)
    if titled is None or titled[1] in _TWO_CHARACTERS or (shortest is not None and len(shortest[1] or "") < 2):
        return plain  # 陈小姐 is no 陈小, whom somebody calls 姐
    return titled[1]


def turned(words: list[str]) -> str:
    """*words* of a name in letters as pinyin is stored, the last of them, the surname, first: Wan Ren Shi."""
    return "".join([words[-1], *words[:-1]])


def is_same_name(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two names, each with its pinyin (as residents keep it), are writings of one.

    Characters are compared with characters; a name in letters with the pinyin of the other, in either order.
    """
    (name, _pinyin), (other_name, _other_pinyin) = one, other
    if name_key(name) == name_key(other_name):
        return True
    spelt = [_spelt(*each) for each in (one, other)]
    return any(is_latin for is_latin, _said in spelt) and bool(spelt[0][1] & spelt[1][1])


def may_be_called(one: str, other: str) -> bool:
    """Whether one of two names is a surname with a title that fits the other, which is whole: 盖女士 and 盖晨曦."""
    keys = sorted((name_key(one), name_key(other)), key=lambda key: surname_said(key) is None)
    surname, whole = surname_said(keys[0]), keys[1]
    return (
        surname is not None and surname_said(whole) is None and len(whole) > len(surname) and whole.startswith(surname)
    )


def _spelt(name: str, pinyin: str) -> tuple[bool, set[str]]:
    """Whether *name* is written in letters, and how it may be spelt."""
    plain = without_remark(unicodedata.normalize("NFKC", name).casefold())
    words = without_titles(re.findall(r"[a-z]+\.?", plain))
    words = [word.rstrip(".") for word in words]
    if re.search(f"[{_HAN}]", plain) or not words:
        return False, {word for word in pinyin.split() if len(word) > SHORTEST_SPELT}
    return True, {spelt for spelt in ("".join(words), turned(words)) if len(spelt) > SHORTEST_SPELT}


SHORTEST_SPELT = 4
"""Shorter ones may be initials."""

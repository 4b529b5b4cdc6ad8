"""How people say a name: with its title (蔡女士, Mr Smith), with the room behind it (蔡1203), pinyin in words. Pure."""

import re

_HAN = "\u3400-\u9fff"
_TITLES = (
    "女士|先生|小姐|太太|夫人|阿姨|姑姑|叔叔|伯伯|爷爷|奶奶|外婆|婆婆|大爷|大妈|大叔|大婶|大哥|大姐|师傅|老师|老板|老板娘|医生|教授|律师|警官"
    "|总经理|经理|主任|主管|队长|班长|局长|处长|院长|校长|书记|会计|总工|工程师|总|工|叔|伯|姨|婶|姐|哥|嫂|爷|奶|老"
)
_TITLED = re.compile(rf"([{_HAN}]{{1,4}}?)(?:{_TITLES})|[老小阿]([{_HAN}])")
_ENGLISH_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mr.", "mrs.", "ms.", "dr", "dr."})
_OF_A_ROOM = "栋幢座楼号元室房户层第期区"
_BEFORE_ROOM = re.compile(rf"(?<!\S)([{_HAN}]{{0,3}}[^\W\d_a-z{_OF_A_ROOM}])(?=[0-9][0-9-]{{2,8}}(?!\S))")
_AFTER_ROOM = re.compile(rf"(?<!\S)([0-9][0-9-]{{2,8}})(?=[^\W\d_a-z{_OF_A_ROOM}][{_HAN}]{{0,4}}(?!\S))")


def with_names_apart(text: str) -> str:
    """*text*, plain and in small letters, with a blank between a Chinese name and the room that follows or precedes."""
    return _AFTER_ROOM.sub(r"\1 ", _BEFORE_ROOM.sub(r"\1 ", text))


def without_titles(parts: list[str]) -> list[str]:
    """*parts* without English titles, where anything else is said."""
    return [part for part in parts if part not in _ENGLISH_TITLES] or parts


def surname_said(part: str) -> str | None:
    """The surname in 蔡女士 or 老蔡, the name in 蔡家怡女士; None where there is no title."""
    found = _TITLED.fullmatch(part)
    return (found[1] or found[2]) if found else None


def said_together(parts: list[str]) -> str | None:
    """Two to four *parts* that may be one name, as pinyin is stored: ``zhang wei`` as ``zhangwei``; else None."""
    words = [part for part in parts if part.isascii() and part.isalpha()]
    return "".join(words) if 2 <= len(words) <= 4 else None

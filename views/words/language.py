"""From codes and values to what a person reads: sentences, labels, times in the estate's zone, money."""

import datetime
import enum
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, has_app_context
from flask_babel import Domain, force_locale, get_locale, gettext

from models.base import UNREADABLE_INSTANT, LabelledEnum
from models.calendar import DEFAULT_ZONE, zone_named
from models.errors import Msgid, OperationRefused, Phrase
from models.sentences import ColumnName, TableName
from views.request import context
from views.words.labels import register_label

LANGUAGES = {"en": "English", "zh_Hans_CN": "中文"}
NOTHING = "—"
FEN_IN_YUAN = 100

# Language -> label -> its word: a list shows the same few words hundreds of times.
_WORDS: dict[str, dict[str, str]] = {}

# Rules of the procedures are shown in front of their sentence; what only the program calls a rule is not.
_RULE = re.compile(r"[A-Z]{3}-\d+")


def sentence(refusal: OperationRefused) -> str:
    """What a refused verb says, in the reader's language: ``JOB-6: …``."""
    text = say(refusal.message, **refusal.values)
    return titled(refusal.rule, text) if _RULE.match(refusal.rule) else text


def say(message: str, /, **values: Mapping[str, Any]) -> str:
    """The marked *message* translated, with its placeholders filled by what :func:`in_words` makes of *values*."""
    return str(gettext(message, **{name: _named(name, value) for name, value in values.items()}))


def speaking(language: str) -> Callable[[str], str]:
    """What translates into *language*, whoever reads the page."""
    with force_locale(language):
        texts = Domain().get_translations()
    return lambda message: str(texts.gettext(message))


def in_words(value: object) -> str:
    """One value as a person reads it; nothing at all is a dash."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, LabelledEnum):
        return label(value)
    if isinstance(value, Msgid):
        return str(gettext(value))
    if isinstance(value, Phrase):
        return say(value.message, **value.values)
    if isinstance(value, ColumnName):
        return str(gettext(value.label))
    if isinstance(value, TableName):
        return str(register_label(value))
    if isinstance(value, OperationRefused):
        return sentence(value)
    if isinstance(value, bool):
        return str(gettext("yes")) if value else str(gettext("no"))
    if isinstance(value, datetime.datetime):
        return local_time(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return joined(value)
    return str(value)


def _named(name: str, value: object) -> str:
    return money(value) if name.endswith("_fen") and isinstance(value, int) else in_words(value)


def label(member: enum.Enum) -> str:
    """The word for one member of a closed list; members without a label show their stored word."""
    if not isinstance(member, LabelledEnum):
        return str(member.value)
    words = _WORDS.setdefault(language(), {})
    if member.label not in words:
        words[member.label] = str(gettext(member.label))
    return words[member.label]


def language() -> str:
    """The reader's language, for what is worked out once for each; of the program where there is no reader."""
    settled: str | None = g.get("language") if has_app_context() else None
    if settled is not None:
        return settled
    locale = get_locale()
    return str(locale) if locale is not None else ""


def joined(values: Iterable[Any]) -> str:
    """Several values as one list in the reader's punctuation."""
    return ("；" if is_chinese() else "; ").join(in_words(value) for value in values)


def listed(values: Iterable[Any]) -> str:
    """Several words as one list in the reader's punctuation: ``1-101, 1-201``."""
    return ("、" if is_chinese() else ", ").join(map(str, values))


def remarked(text: object, remark: object) -> str:
    """Something and what is said of it beside: ``1-101 (owner)``."""
    return f"{text}（{remark}）" if is_chinese() else f"{text} ({remark})"


def clauses(*parts: str) -> str:
    """Parts of one sentence in the reader's punctuation: ``3 rows done, 1 refused.``"""
    return f"{'，'.join(parts)}。" if is_chinese() else f"{', '.join(parts)}."


def titled(title: str, text: str) -> str:
    """What something is about, and then itself: ``Dispatch: 3 rows``."""
    return f"{title}{'：' if is_chinese() else ': '}{text}"


def is_chinese() -> bool:
    """Whether the reader's language is Chinese."""
    return language().startswith("zh")


def money(fen: int | None) -> str:
    """An amount in fen as yuan: ``¥50.00``."""
    if fen is None:
        return NOTHING
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), FEN_IN_YUAN)
    return f"{sign}¥{yuan:,}.{rest:02d}"


def clock_text(minute: int | None) -> str:
    """Minutes after midnight as a time of day."""
    return NOTHING if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def zone() -> ZoneInfo:
    """The time zone of the estate shown."""
    estate = context.current_estate()
    return zone_named(estate.timezone if estate is not None else DEFAULT_ZONE)


def local_time(moment: datetime.datetime | None, *, seconds: bool = False) -> str:
    """An instant by the estate's clock, ``2026-11-22 08:30``."""
    if moment is None:
        return NOTHING
    local = local_moment(moment)
    # strftime takes five times as long
    return unreadable() if local is None else local.isoformat(" ", "seconds")[: 19 if seconds else 16]


def local_moment(moment: datetime.datetime) -> datetime.datetime | None:
    """An instant by the estate's clock; None for one that no clock can show."""
    if moment == UNREADABLE_INSTANT:
        return None
    try:
        return moment.astimezone(zone())
    except OverflowError:  # the last hours of the year 9999 elsewhere
        return None


def unreadable() -> str:
    """What stands for a value that another program or damage has left in no form that can be read."""
    return str(gettext("unreadable"))


def local_today() -> datetime.date:
    """The estate's date now."""
    return context.now().astimezone(zone()).date()


def local_midnight() -> datetime.datetime:
    """The UTC instant at which the estate's day began."""
    return from_local(datetime.datetime.combine(local_today(), datetime.time()))


def from_local(local: datetime.datetime) -> datetime.datetime:
    """The UTC instant of a wall-clock time of the estate that a person typed."""
    return local.replace(tzinfo=zone()).astimezone(datetime.UTC)

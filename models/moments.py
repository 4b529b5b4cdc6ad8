"""Days and times as people and spreadsheet programs write them: 2026年1月3日 下午3点, 3 Jan 2026, 46025.625. Pure."""

import calendar
import datetime
import re
import unicodedata

from models.errors import OperationRefused, gettext_noop

RULE = "IMPORT"
YEARS = range(1900, 3000)
"""Of anything that an estate writes down; what stands for “never” or “for ever” is no time."""
FIRST_SERIAL, LAST_SERIAL = 10_000, 73_050
"""Days that a spreadsheet counts from 1899-12-30: 1927 to 2099. Smaller and larger numbers are no days of an estate."""
_FIRST_DAY = datetime.datetime(1899, 12, 30)  # noqa: DTZ001  # by the estate's own clock
_NO_DAY = re.compile(r"^(?:1899-12-3[01]|1900-01-0[01])[ T]")
"""What some spreadsheet programs write before an hour that has no day."""
_CHINESE = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_TENS = re.compile("([一二三四五六七八九]?)十([一二三四五六七八九]?)")

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_WITHOUT_YEAR = re.compile(r"^(\d{1,2})\s*[-月]\s*(\d{1,2})\s*[日号]?(?![-/.\d年])", re.ASCII)
_TOGETHER = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")
_MONTHS = {name.casefold(): at for at, name in enumerate(calendar.month_abbr) if name}
_BY_NAME = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3})[a-z]*\.?,?[ -](\d{4})", re.IGNORECASE)
_NAME_FIRST = re.compile(r"([a-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.IGNORECASE)
_WEEKDAY = re.compile(r"\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?\s*")
_CLOCK = re.compile(
    r"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚|夜里|am|pm)?\s*"
    r"(?P<hour>\d{1,2})(?:\s*[:时点]\s*(?:(?P<half>半)|整|(?P<minute>\d{1,2})\s*分?)?(?::(?P<second>\d{1,2})(?:\.\d+)?|"
    r"(?P<seconds>\d{1,2})\s*秒)?)?\s*(?P<after>am|pm|a\.m\.|p\.m\.)?",
    re.IGNORECASE,
)
_ZONE = re.compile(r"(?:(?<=\d)[+-](?:0\d|1[0-4])[0-5]\d|[+-](?:0\d|1[0-4]):[0-5]\d|Z)$")
_NIGHT = frozenset(("晚上", "晚", "夜里"))
FIRST_OF_EVENING = 5
_AFTERNOON = frozenset(("下午", "傍晚", "晚上", "晚", "夜里", "pm", "p.m."))


def in_digits(text: str) -> str:
    """*text* in plain letters and digits, Chinese numbers among them."""
    text = unicodedata.normalize("NFKC", text).strip()
    if re.search("[年月]", text) is None:
        return text
    return in_figures(_WEEKDAY.sub(" ", text).strip())


def lacks_year(written: str) -> bool:
    """Whether *written*, in digits, is a day of no year: 3月5日, 03-05 08:30."""
    return _WITHOUT_YEAR.match(written) is not None


def with_year(text: str, year: int) -> str:
    """*text* as a day of *year*, where it is one of no year."""
    return _WITHOUT_YEAR.sub(rf"{year}-\1-\2", in_digits(text))


def in_figures(text: str) -> str:
    """*text* with Chinese numbers below a hundred in figures."""
    return _TENS.sub(lambda found: f"{found[1] or '一'}{found[2] or '〇'}", text).translate(_CHINESE)


def hour(written: str) -> datetime.time | None:
    """The hour that *written* says without its day: 8:30, 下午三点, a spreadsheet's 0.354; None where it is none."""
    written = _NO_DAY.sub("", in_figures(unicodedata.normalize("NFKC", written).strip()))
    try:
        if re.fullmatch(r"0?\.\d+", written, re.ASCII) is not None:
            return (
                (_FIRST_DAY + datetime.timedelta(days=float(written), milliseconds=500)).replace(microsecond=0).time()
            )
        found = _at(_FIRST_DAY, written) if re.search(r"\d", written) else None
    except ValueError:
        return None
    return None if found is None else found.timetz()


def read(written: str) -> datetime.datetime | None:
    """The time that *written* says, without zone unless it names one; None where it is no time.

    Refuses what can be two days: 3/1/2026 is the third of January here and the first of March there.
    """
    try:
        if (found := re.fullmatch(r"\d{5}(\.\d+)?", written, re.ASCII)) is not None:
            return _counted(float(written))
        if (found := _TOGETHER.fullmatch(written)) is not None:
            return _time(*(int(part or 0) for part in found.groups()))
        return _said(written)
    except (ValueError, OverflowError):
        return None


def _said(written: str) -> datetime.datetime | None:
    for pattern, order in ((_YEAR_FIRST, "ymd"), (_YEAR_LAST, "??y"), (_BY_NAME, "dby"), (_NAME_FIRST, "bdy")):
        found = pattern.match(written)
        if found is None:
            continue
        parts = dict(zip(order, found.groups(), strict=True)) if order != "??y" else _ordered(written, *found.groups())
        if "b" in parts:
            parts["m"] = str(_MONTHS.get(parts["b"].casefold(), 0))
        day = _time(int(parts["y"]), int(parts["m"]), int(parts["d"]))
        return _at(day, written[found.end() :])
    return None


def _ordered(written: str, first: str, second: str, year: str) -> dict[str, str]:
    if int(first) <= 12 and int(second) <= 12 and first != second:
        message = gettext_noop("“%(value)s” can be two days: write the year first, like 2024-05-01.")
        raise OperationRefused(RULE, message, value=written[:40])
    day, month = (first, second) if int(first) > 12 else (second, first)
    return {"y": year, "m": month, "d": day}


def _at(day: datetime.datetime, rest: str) -> datetime.datetime | None:
    rest = rest.removeprefix("T").strip(" ,")
    zone = datetime.UTC if rest.endswith("Z") else None
    if (named := _ZONE.search(rest)) is not None:
        zone = zone or datetime.datetime.strptime(named[0].replace(":", ""), "%z").tzinfo  # type: ignore[assignment]  # there is one
        rest = rest[: named.start()]
    if not rest:
        return day.replace(tzinfo=zone)
    found = _CLOCK.fullmatch(rest.strip())
    if found is None or (found["minute"] is None and ":" in rest) or rest.isdigit():
        return None
    hour, part = int(found["hour"]), (found["part"] or found["after"] or "").casefold()
    if part in _NIGHT and (hour < FIRST_OF_EVENING or hour == 12):
        return None  # 晚上12点, 夜里1点: of this day or of the next
    if part in _AFTERNOON and hour < 12:
        hour += 12
    elif hour == 12 and (part in ("am", "a.m.", "凌晨") or (part == "上午" and ":" in rest)):
        hour = 0  # programs write 上午 12:05 for the first hour of the day; people say 上午12点 at noon
    elif part == "中午" and hour < 3:
        hour += 12
    minute = 30 if found["half"] else int(found["minute"] or 0)
    second = int(found["second"] or found["seconds"] or 0)
    return day.replace(hour=hour, minute=minute, second=second, tzinfo=zone)


def _counted(days: float) -> datetime.datetime | None:
    if not FIRST_SERIAL <= days <= LAST_SERIAL:
        return None
    return _FIRST_DAY + datetime.timedelta(seconds=round(days * 86_400))


def _time(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime.datetime:
    if year not in YEARS:
        raise ValueError(year)
    return datetime.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  # in the estate's own zone

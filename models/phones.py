"""Phone numbers as people write them, read into numbers that can be dialled again and found in any writing. Pure.

Numbers are China's unless a country code says otherwise. A placeholder (``无``, ``138****2222``, ``00000000``) is none.
"""

import re
import unicodedata
from typing import NamedTuple

import phonenumbers

from models.base import LabelledEnum
from models.errors import Msgid, gettext_noop

HOME = "CN"
TAIL = 4
LONGEST_TEXT = 100
LONGEST_NOTE = 60
SHORTEST_WHOLE = 7
"""So many digits a number has that is not one of the few short ones of services."""
SHORT = (5, 6)
WITHOUT_ZERO = 10

NO_PHONE = gettext_noop(
    "This is not a phone number: write it whole, with its area code or country code where it has one, "
    "or leave the field empty."
)
HIDDEN_PHONE = gettext_noop(
    "Some digits of this phone number are hidden. Write it whole, or leave the field empty where it is not known."
)
WORDS_BESIDE = gettext_noop("Only phone numbers can be kept here. Write what stands beside the number elsewhere.")
ROUNDED_PHONE = gettext_noop(
    "A spreadsheet has rounded this phone number, so that some of its digits are lost. Write it whole."
)

OF_A_SERVICE = gettext_noop("%(number)s is the number of a service: nobody is reached there. Write a whole number.")
WHOSE_WORDS = gettext_noop(
    "It is not clear to which of the numbers the words belong: write them in brackets behind their number, and “/” "
    "between the numbers."
)
DATE = gettext_noop("This reads as a date. If it is a phone number, write it with its area code.")

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"0?(10|2\d|[3-9]\d\d)([2-9]\d{6,7})", re.ASCII)
_LOCAL = re.compile(r"[2-9]\d{6,7}", re.ASCII)
_SERVICE = re.compile(r"[48]00\d{7}", re.ASCII)
_MADE_UP = re.compile(r"(\d)\1+|1\d\d0{8}|0\d{2,3}(\d)\2+", re.ASCII)
_HIDDEN = re.compile(r"\*{2,}|\d\s*\*|\d[\s-]*[x×✕╳●•○□?_.]{2,}|[x×✕╳●•○□?_.]{2,}[\s-]*\d", re.IGNORECASE)
_DATE = re.compile(
    r"(?<![-./\d])(?:(?:19|20)\d\d([-.])\d{1,2}\1\d{1,2}|\d{1,2}([-.])\d{1,2}\2(?:19|20)\d\d)(?![-./\d])"
    r"|(?<![-./\d])(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![-./\d])",
    re.ASCII,
)
_NOTHING = re.compile(r"(?:无|没有|暂无|不详|未知|none|[-—–\s]*)", re.IGNORECASE)
"""What stands in the place of a second number where there is none."""
_BETWEEN = re.compile(r"[/\\|、,;\n\r\u2028]|(?<=\d)\s*(?:或者?|和|及|&|\bor\b|\band\b)\s*(?=[\d(+])", re.IGNORECASE)
_SAID = re.compile(
    r"^[\s☎☏✆📞📱📲\ufe0f]*(?:(?:联系人?电话|联系方式|电话号码|手机号码|移动电话|电话|手机号?|座机|号码"
    r"|tele?phone|tel|mobile|mob|phone|cell|call|(?<![a-z])[tmp](?=\s*:))(?![a-z])[\s:.]*)?",
    re.IGNORECASE,
)
_EXTENSION = r"(?:[转轉]\s*(?:分机号?|分機號?)?|分机号?|分機號?|extension|ext\.?|x|#)"
_PART = re.compile(
    rf"(?P<number>\+?[(\d][\d\s().+-]*)(?:\s*{_EXTENSION}\s*[:.]?\s*(?P<extension>\d{{1,6}}))?",
    re.ASCII | re.IGNORECASE,
)
_RUN = re.compile(
    rf"(?:\+|\(\s*\+?)?\d[\d\s.+-]*(?:\(\d+\)[\d\s.+-]*)*\)?[\d\s.+-]*(?:{_EXTENSION}\s*[:.]?\s*\d{{1,6}})?",
    re.ASCII | re.IGNORECASE,
)
_AFTER_HYPHEN = re.compile(r"(?P<number>.*\d\)?)\s*-\s*(?P<extension>\d{1,6})", re.ASCII)
_NEIGHBOUR = re.compile(r"852[569]\d{7}|8536\d{7}|8869\d{8}", re.ASCII)
"""The codes of Hong Kong, Macau and Taiwan before a mobile phone of theirs: no landline begins so."""
_OF_ANOTHER_TOWN = re.compile(
    r"\(?[2-9]\d{0,2}\)?[\s.-]+\d{1,3}[\s.-]+\d{4}\s*-.*|\(?[2-9]\d{2}\)?[\s.-]+\d{4}\s*-\s*\d{4}", re.ASCII
)
"""Groups of a number whose country or town is said without its plus or zero (82-10-1234-5678, 755-2600-1234): its last
four digits are no extension."""
_LONGEST_FIGURE = 4
"""A figure of more digits beside a number is not of a name or a room, but a number that cannot be read."""
_OF_THE_NEXT = re.compile(r"\s+[^\W\d]\w*|\s*[^\W\d]\w*:\s*")
"""Words between two numbers that touch the second alone: 138… 老婆139…, 138… 妻: 139…"""
_OF_EITHER = re.compile(r"[^\W\d]\w*|\s+[^\W\d]\w*\s+")
_UNFINISHED = re.compile(rf"(?:{_EXTENSION})\s*$", re.IGNORECASE)
_OUTSIDE = " ()[]{}<>【】《》〈〉「」:.,-~'\"·"

# What programs and hands put into a number that is whole all the same.
_OF_A_SHEET = re.compile(r"(?<![\d.])(\d)\.(\d+)e\+?(\d{1,2})(?!\d)", re.IGNORECASE)
_WRITINGS = (
    (re.compile(r"(?<=\d{5})\.0+(?!\d)"), ""),
    (re.compile(r"(?<=\d)_(?=\d)"), "-"),
    (re.compile(r"(?<=\d)[\s.,;:~…。!-]+$"), ""),
    (re.compile(r"(?<!\d)(1[3-9]\d{9})\s*\?$", re.ASCII), r"\1"),
    (re.compile(r"(?<!\d)(1[3-9]\d([\s-]?)\d{4}\2\d{4})\s+(?=1[3-9]\d\2\d{4}\2\d{4}(?!\d))", re.ASCII), r"\1/"),
    # Behind a landline a short figure is its extension; behind a mobile phone it may be a room.
    (
        re.compile(
            r"((?<!\d)(?:0\d{2,3}[\s-]*)?[2-9]\d{6,7})\s*\(\s*(?:转?分机号?|转|ext\.?)?\s*(\d{1,5})\s*\)$",
            re.ASCII | re.I,
        ),
        r"\1转\2",
    ),
    (re.compile(r"((?<!\d)0\d{2,3}[\s-]+[2-9]\d{6,7})\s+(\d{3,4})$", re.ASCII), r"\1转\2"),
    (re.compile(r"(?<=\d)\s*,+\s*(?=\d{1,4}(?![\d\s-]*\d))"), "转"),
    (re.compile(r"(?<=\d{7})\s*\*\s*(?=\d{1,5}(?!\d))"), "转"),
    (re.compile(r"(?<=\d)\.{2,}(?=\d)"), "-"),
)
MOST_CUT = 1
"""So many noughts at the end a spreadsheet leaves out of 1.381234567E10; where more are missing it has rounded."""


class ContactKind(LabelledEnum):
    """What sort of connection a number is: a text message reaches mobile phones only."""

    MOBILE = "mobile", gettext_noop("mobile phone")
    LANDLINE = "landline", gettext_noop("landline")
    OTHER = "other", gettext_noop("other number")


class NotAPhone(ValueError):  # what is wrong with a text, named as everybody calls it
    """A text in which there is no phone number, or more than one; ``message`` is the sentence for who typed it."""

    def __init__(self, message: Msgid) -> None:
        super().__init__(message)
        self.message = message


class Phone(NamedTuple):
    """One number."""

    number: str
    """As it is dialled: digits, of another country after a plus and its code."""
    extension: str | None
    country: str | None
    """The two letters of its country, None where the code stands for several."""
    kind: ContactKind
    found_by: str
    """The digits by which it is found: of a landline those without the area code, which people leave out in town."""

    note: str | None = None
    """What was said beside it: whose it is, when somebody is reached there."""

    @property
    def text(self) -> str:
        """As it is stored and shown: the number, after a hyphen the extension."""
        return f"{self.number}-{self.extension}" if self.extension else self.number

    @property
    def noted(self) -> str:
        """The same with what was said beside it, which :func:`read_noted_phones` reads again."""
        return f"{self.text}({self.note})" if self.note else self.text

    @property
    def is_of_a_service(self) -> bool:
        """Whether it is one of the few short numbers (12345, 10086), at which no resident is reached."""
        return self.number.isdecimal() and len(self.number) < SHORTEST_WHOLE

    @property
    def tail(self) -> str:
        """The last four digits of the subscriber's number."""
        return self.found_by[-TAIL:]


def read_phones(text: str) -> tuple[Phone, ...]:
    """The numbers in *text*, in their order; none in a blank one.

    Raises NotAPhone where a part of it is none, or where words stand beside a number: they would be lost.
    """
    phones = read_noted_phones(text)
    if any(phone.note for phone in phones):
        raise NotAPhone(WORDS_BESIDE)
    return phones


def read_noted_phones(text: str) -> tuple[Phone, ...]:
    """The same where what stands beside a number is kept as its note: 13812345678（王先生）, 王先生 13812345678."""
    plain = _plain(text)
    if not plain:
        return ()
    found: dict[str, Phone] = {}
    is_hidden = _HIDDEN.search(unicodedata.normalize("NFKC", text)) is not None
    for part in filter(None, map(str.strip, _BETWEEN.split(plain))):
        if found and _NOTHING.fullmatch(part):
            continue
        for phone in _of_part(part, is_hidden):
            found.setdefault(phone.text, phone)
    if not found or len(stored_text(tuple(found.values()))) > LONGEST_TEXT:
        raise NotAPhone(NO_PHONE)
    return tuple(found.values())


def _of_part(part: str, is_hidden: bool) -> list[Phone]:
    """The numbers of a text in which nothing parts them but blanks and words."""
    said = _SAID.sub("", part).strip()
    if _DATE.search(said):
        raise NotAPhone(DATE)
    whole = _read(said)
    read = [whole] if whole is not None else [_read(piece) for piece in said.split()]
    phones = [phone for phone in read if phone is not None]
    if len(phones) < len(read) or not phones:
        phones = _with_words(said)
    if not phones:
        raise NotAPhone(HIDDEN_PHONE if is_hidden else NO_PHONE)
    return phones


def _with_words(part: str) -> list[Phone]:
    """The numbers of *part*, each with the words behind it, or before it where they come first; [] if unclear."""
    phones: list[Phone] = []
    words, between = [""], list[str]()
    end = ended = 0
    for run in _RUN.finditer(part):
        before, phone, behind = _within_run(run[0])
        if phone is None:
            if len(re.sub(r"\D", "", run[0])) > _LONGEST_FIGURE:
                return []
            continue
        words[-1] += part[end : run.start()] + before
        between += [part[ended : run.start()]] if phones else []
        phones.append(phone)
        words.append(behind)
        end = run.end()
        ended = run.start() + len(run[0].rstrip())
    words[-1] += part[end:]
    notes = [_SAID.sub("", word.strip(_OUTSIDE)).strip(_OUTSIDE) for word in words]
    if any(_HIDDEN.search(note) or _UNFINISHED.search(note) or len(note) > LONGEST_NOTE for note in notes):
        return []
    if any(note and not any(map(str.isalpha, note)) for note in notes):
        return []
    if notes[0] and (notes[-1] and len(phones) > 1):
        return []
    if len(phones) == 1:
        notes = [" ".join(filter(None, notes))]
    elif not notes[0] and any(map(_OF_THE_NEXT.fullmatch, between)):
        # 138… 老婆139…: what touches a number from before is said of that one.
        if notes[-1] or not all(_OF_THE_NEXT.fullmatch(words) or not words.strip(_OUTSIDE) for words in between):
            raise NotAPhone(WHOSE_WORDS)
        notes = ["", "", *notes[1:-1]]
    elif not notes[0] and not notes[-1] and any(map(_OF_EITHER.fullmatch, between)):
        raise NotAPhone(WHOSE_WORDS)
    return [
        phone._replace(note=note or None) for phone, note in zip(phones, notes if notes[0] else notes[1:], strict=False)
    ]


def _within_run(run: str) -> tuple[str, Phone | None, str]:
    """The number in a *run* of figures and signs, with a short figure before or behind it, of a room: 1203 138…."""
    for text in (run.strip(), run.strip(_OUTSIDE)):
        if (phone := _read(text)) is not None:
            return "", phone, ""
    first, _, rest = run.strip().partition(" ")
    most, _, last = run.strip().rpartition(" ")
    for before, text, behind in ((first, rest, ""), ("", most, last)):
        figures = re.sub(r"\D", "", before + behind)
        if len(figures) <= _LONGEST_FIGURE and (phone := _read(text.strip())) is not None:
            return f"{before} ", phone, f" {behind}"
    return "", None, ""


def stored_text(phones: tuple[Phone, ...]) -> str:
    """Several numbers as one text, which :func:`read_phones` reads again."""
    return "/".join(phone.text for phone in phones)


def numbers_of(text: str) -> list[tuple[str, str]]:
    """Number and extension (or nothing) of each that a stored *text* holds; nothing is read into it."""
    return [(number, extension) for number, _, extension in (part.partition("-") for part in text.split("/"))]


def sought(text: str) -> tuple[str, str] | None:
    """The digits by which the one whole number in *text* is found, those of today and as they stand in old records.

    None for what is no whole phone number.
    """
    try:
        plain = _plain(text)
    except NotAPhone:
        return None
    digits = re.sub(r"\D", "", plain)
    if len(digits) < SHORTEST_WHOLE:
        return None
    phone = _read(plain) or (_foreign(digits, None) if plain.isdigit() else None)
    if phone is None:
        return None
    return phone.found_by, phone.number.lstrip("+")


_MASKED = re.compile(
    r"(?<![0-9*])\+?[0-9]{2,5}\s?\*{3,6}\s?([0-9]{4})(?![0-9*])|尾号(?:是|为)?[\s:]*([0-9]{4})(?![0-9])"
)
_BESIDE = re.compile(r"(?<![0-9+*.-])(1[3-9][0-9]{9})(?![0-9-])(?!\s*[转轉分])")


def with_phones_apart(text: str) -> str:
    """*text* with blanks around a mobile phone's number, and the last four digits of one that is masked (135****3493).

    So these are found beside a name: 曹国强13578593493.
    """
    return _BESIDE.sub(r" \1 ", _MASKED.sub(lambda found: f" {found[1] or found[2]} ", text))


_DASHES = re.compile("[\u2010-\u2015\u2212]")
"""As word processors put them in place of a hyphen."""


def _plain(text: str) -> str:
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    plain = _SAID.sub("", _OF_A_SHEET.sub(_written_out, _DASHES.sub("-", seen)).strip()).strip()
    for writing, usual in _WRITINGS:
        plain = writing.sub(usual, plain)
    return plain


def _written_out(found: re.Match[str]) -> str:
    missing = int(found[3]) - len(found[2])
    if not 0 <= missing <= MOST_CUT:
        raise NotAPhone(ROUNDED_PHONE)
    return f"{found[1]}{found[2]}{'0' * missing}"


def _read(part: str) -> Phone | None:
    found = _PART.fullmatch(part)
    if found is None:
        return None
    number, extension = found["number"], found["extension"]
    if (phone := _number(number, extension) or _of_a_neighbour(number, extension)) is not None or extension:
        return phone
    after = None if _OF_ANOTHER_TOWN.fullmatch(number.strip()) else _AFTER_HYPHEN.fullmatch(number)
    if after and (phone := _number(after["number"], after["extension"])):
        # Behind a mobile in groups (138-1234-5678-9) it is a figure too many, and no extension.
        return phone if phone.kind is not ContactKind.MOBILE or after["number"].strip().isdigit() else None
    digits = re.sub(r"\D", "", number)
    # Spreadsheets take the zero off the area code.
    return _at_home("0" + digits, None) if len(digits) == WITHOUT_ZERO and "+" not in number else None


def _number(written: str, extension: str | None) -> Phone | None:
    digits = re.sub(r"\D", "", written)
    abroad = "+" in written
    if digits.startswith("0") and _MOBILE.fullmatch(digits[1:]):  # as one dialled from another town
        digits = digits[1:]
    if digits.startswith("00"):
        digits, abroad = digits[2:], True
    if digits.startswith("86") and (abroad or len(digits) > 11):
        national = digits[2:]
        mobile = national.removeprefix("0") if _MOBILE.fullmatch(national.removeprefix("0")) else national
        return _at_home(mobile, extension) or _at_home("0" + national, extension)
    return _foreign(digits, extension) if abroad else _at_home(digits, extension)


def _of_a_neighbour(written: str, extension: str | None) -> Phone | None:
    """A number of Hong Kong, Macao or Taiwan whose country code was written without its plus: (852) 9123-4567."""
    digits = re.sub(r"\D", "", written)
    return _foreign(digits, extension) if _NEIGHBOUR.fullmatch(digits) else None


def _at_home(digits: str, extension: str | None) -> Phone | None:
    if _MADE_UP.fullmatch(digits):
        return None
    if _MOBILE.fullmatch(digits):
        return Phone(digits, extension, HOME, ContactKind.MOBILE, digits)
    if digits.startswith("0") and (landline := _LANDLINE.fullmatch(digits)):
        return Phone(digits, extension, HOME, ContactKind.LANDLINE, landline[2])
    if _LOCAL.fullmatch(digits):
        return Phone(digits, extension, HOME, ContactKind.LANDLINE, digits)
    if _SERVICE.fullmatch(digits) or _is_short(digits):
        return Phone(digits, extension, HOME, ContactKind.OTHER, digits)
    return None


def _is_short(digits: str) -> bool:
    if len(digits) not in SHORT:
        return False
    return phonenumbers.is_valid_short_number_for_region(phonenumbers.parse(digits, HOME), HOME)


def _foreign(digits: str, extension: str | None) -> Phone | None:
    try:
        read = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(read) or str(read.country_code) == "86":
        return None
    kinds = {
        phonenumbers.PhoneNumberType.MOBILE: ContactKind.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE: ContactKind.LANDLINE,
    }
    kind = kinds.get(phonenumbers.number_type(read), ContactKind.OTHER)
    number = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)
    return Phone(number, extension, phonenumbers.region_code_for_number(read), kind, number[1:])

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

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"0?(10|2\d|[3-9]\d\d)([2-9]\d{6,7})", re.ASCII)
_LOCAL = re.compile(r"[2-9]\d{6,7}", re.ASCII)
_SERVICE = re.compile(r"[48]00\d{7}", re.ASCII)
_MADE_UP = re.compile(r"(\d)\1+|1\d\d0{8}|0\d{2,3}(\d)\2+", re.ASCII)
_HIDDEN = re.compile(r"\*|\d[\s-]*[x●•○□?_.]{2,}|[x●•○□?_]{2,}[\s-]*\d")
_BETWEEN = re.compile(r"[/\\|、,;\n]|或者?|和|\bor\b|\band\b")
_SAID = re.compile(r"^(?:联系电话|电话|手机号?|座机|telephone|tel|mobile|phone)\s*[:.]?\s*")
_PART = re.compile(
    r"(?P<number>\+?[(\d][\d\s().+-]*)(?:\s*(?:转|轉|分机号?|分機号?|extension|ext\.?|x|#)\s*[:.]?\s*(?P<extension>\d{1,6}))?",
    re.ASCII,
)
_AFTER_HYPHEN = re.compile(r"(?P<number>.*\d\)?)\s*-\s*(?P<extension>\d{1,6})", re.ASCII)


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

    @property
    def text(self) -> str:
        """As it is stored and shown: the number, after a hyphen the extension."""
        return f"{self.number}-{self.extension}" if self.extension else self.number

    @property
    def tail(self) -> str:
        """The last four digits of the subscriber's number."""
        return self.found_by[-TAIL:]


def read_phones(text: str) -> tuple[Phone, ...]:
    """The numbers in *text*, in their order; none in a blank one. Raises NotAPhone where a part of it is none."""
    plain = _plain(text)
    if not plain:
        return ()
    if _HIDDEN.search(plain):
        raise NotAPhone(HIDDEN_PHONE)
    found: dict[Phone, None] = {}
    for part in filter(None, map(str.strip, _BETWEEN.split(plain))):
        whole = _read(part)
        for phone in [whole] if whole is not None else [_read(piece) for piece in part.split()]:
            if phone is None:
                raise NotAPhone(NO_PHONE)
            found[phone] = None
    if not found or len(stored_text(found)) > LONGEST_TEXT:
        raise NotAPhone(NO_PHONE)
    return tuple(found)


def stored_text(phones: "dict[Phone, None] | tuple[Phone, ...]") -> str:
    """Several numbers as one text, which :func:`read_phones` reads again."""
    return "/".join(phone.text for phone in phones)


def numbers_of(text: str) -> list[tuple[str, str]]:
    """Number and extension (or nothing) of each that a stored *text* holds; nothing is read into it."""
    return [(number, extension) for number, _, extension in (part.partition("-") for part in text.split("/"))]


def sought(text: str) -> tuple[str, str] | None:
    """The digits by which the one whole number in *text* is found, those of today and as they stand in old records.

    None for what is no whole phone number.
    """
    plain = _plain(text)
    digits = re.sub(r"\D", "", plain)
    if len(digits) < SHORTEST_WHOLE:
        return None
    phone = _read(plain) or (_foreign(digits, None) if plain.isdigit() else None)
    if phone is None:
        return None
    return phone.found_by, phone.number.lstrip("+")


_DASHES = re.compile("[\u2010-\u2015\u2212]")
"""As word processors put them in place of a hyphen."""


def _plain(text: str) -> str:
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    return _SAID.sub("", _DASHES.sub("-", seen).strip().lower())


def _read(part: str) -> Phone | None:
    found = _PART.fullmatch(part)
    if found is None:
        return None
    number, extension = found["number"], found["extension"]
    if (phone := _number(number, extension)) is not None or extension:
        return phone
    if (after := _AFTER_HYPHEN.fullmatch(number)) and (phone := _number(after["number"], after["extension"])):
        return phone
    digits = re.sub(r"\D", "", number)
    # Spreadsheets take the zero off the area code.
    return _at_home("0" + digits, None) if len(digits) == WITHOUT_ZERO and "+" not in number else None


def _number(written: str, extension: str | None) -> Phone | None:
    digits = re.sub(r"\D", "", written)
    abroad = "+" in written
    if digits.startswith("00"):
        digits, abroad = digits[2:], True
    if digits.startswith("86") and (abroad or len(digits) > 11):
        national = digits[2:]
        return _at_home(national, extension) or _at_home("0" + national, extension)
    return _foreign(digits, extension) if abroad else _at_home(digits, extension)


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

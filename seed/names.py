"""Made-up people: names, phone numbers and ID numbers that look real and belong to nobody we know."""

import datetime
from random import Random

from seed.texts import words

_NAMES = words("names")
_SURNAMES: str = _NAMES["surnames"]
# The first dozen surnames are those of nearly half of all people.
_SURNAME_WEIGHTS = [12 if place < 12 else 4 if place < 45 else 1 for place in range(len(_SURNAMES))]
_COMPOUND: list[str] = _NAMES["compound"]
_GIVEN: list[str] = [*_NAMES["women"], *_NAMES["men"]]

TWO_READINGS: str = _NAMES["two_readings"]
"""Surnames that read otherwise than the same character elsewhere: 单 Shàn, 仇 Qiú, 区 Ōu …"""

ENGLISH: list[str] = _NAMES["english"]

_PHONE_PREFIXES = (
    *range(130, 140),
    *(150, 151, 152, 153, 155, 156, 157, 158, 159),
    *(180, 181, 182, 183, 185, 186, 187, 188, 189),
)
_ID_REGIONS = ("310115", "310104", "320106", "330106", "340104", "410105", "420111", "430102", "440106", "510107")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"


def surname(rng: Random) -> str:
    """One surname, common ones oftener, now and then one with two readings or of two characters."""
    chance = rng.random()
    if chance < 0.06:
        return rng.choice(TWO_READINGS)
    if chance < 0.07:
        return rng.choice(_COMPOUND)
    return rng.choices(_SURNAMES, _SURNAME_WEIGHTS)[0]


def full_name(rng: Random, family: str | None = None) -> str:
    """A Chinese name, with the surname *family* where a child or parent is wanted."""
    return (family or surname(rng)) + rng.choice(_GIVEN)


def family_name(name: str) -> str:
    """The surname of a Chinese *name*; of a foreign one the last word."""
    if name.isascii():
        return name.split()[-1]
    return name[:2] if name[:2] in _COMPOUND else name[:1]


def phone(rng: Random) -> str:
    """A mobile number of eleven digits."""
    return f"{rng.choice(_PHONE_PREFIXES)}{rng.randrange(100_000_000):08d}"


def id_number(rng: Random, *, born: datetime.date) -> str:
    """An ID card number for someone *born* then, with a valid check digit (GB 11643) and a made-up rest."""
    body = f"{rng.choice(_ID_REGIONS)}{born:%Y%m%d}{rng.randrange(1, 1000):03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True))
    return body + _ID_CHECKS[total % 11]


def birthday(rng: Random, today: datetime.date) -> datetime.date:
    """A date of birth of an adult."""
    return today - datetime.timedelta(days=rng.randrange(22 * 365, 78 * 365))


def number_plate(rng: Random) -> str:
    """A number plate of a car or of an electric one."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    tail = f"{rng.randrange(100_000):05d}" if rng.random() < 0.6 else f"D{rng.randrange(100_000):05d}"
    return f"沪{rng.choice(letters)}·{tail}"

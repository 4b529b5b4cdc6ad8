"""One form for each value of whatever type a database has: what events, seals, digests and JSON columns are made of.

Equal values have equal text here, on both kinds of database and whether they come from a verb or were read again: an
instant in whatever zone, ``1.50`` and ``1.5``, a member of a list and its word.
"""

import datetime
import decimal
import enum
import ipaddress
import json
import math
import uuid
from collections.abc import Callable, Mapping
from typing import Any

_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_AS_THEY_ARE = frozenset({str, int, bool, type(None)})
_KEYS = {True: "true", False: "false", None: "null"}


def canonical_json(value: Any) -> str:
    """*value* as sorted, compact JSON in its canonical form. Raises TypeError as :func:`canonical` does."""
    return _JSON.encode(canonical(value))


def json_again(value: Any) -> str:
    """*value*, which was read from JSON of ours, as that JSON again: no later form changes anything in it."""
    return _JSON.encode(value)


def canonical(value: Any) -> Any:
    """*value* made of what JSON has: text, whole numbers, other numbers, yes and no, nothing, lists, named values.

    Instants are in UTC, one without a zone stays so; figures with decimals (Decimal) are text, as ``1.5``; bytes are in
    hexadecimal; a duration is in seconds, ``PT90S``; sets are sorted; names of named values are text.
    Raises TypeError for what no column holds.
    """
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is dict:
        return {
            name if type(name) is str else _name(name): item if type(item) in _AS_THEY_ARE else canonical(item)
            for name, item in value.items()
        }
    for types, form in _FORMS:
        if isinstance(value, types):
            return form(value)
    raise TypeError(f"a {kind.__name__} has no canonical form")


def _name(name: Any) -> str:
    return _KEYS[name] if name is None or isinstance(name, bool) else str(canonical(name))


def _instant(value: datetime.datetime) -> str:
    return (value if value.tzinfo is None else value.astimezone(datetime.UTC)).isoformat()


def _float(value: float) -> int | float | str:
    if not math.isfinite(value):
        return str(value)  # JSON has no such numbers
    return int(value) if value.is_integer() else float(value)  # a database may give 5.0 for 5, and 5 for 5.0


def _decimal(value: decimal.Decimal) -> str:
    if not value.is_finite():
        return str(value).lower()
    plain = format(value, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain == "-0" else plain


def _duration(value: datetime.timedelta) -> str:
    return f"PT{_decimal(decimal.Decimal(value // datetime.timedelta(microseconds=1)).scaleb(-6))}S"


_FORMS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (enum.Enum, lambda value: canonical(value.value)),
    (str, str),
    (int, int),
    (float, _float),
    (datetime.datetime, _instant),  # which is a date too
    ((datetime.date, datetime.time), lambda value: value.isoformat()),
    (datetime.timedelta, _duration),
    (decimal.Decimal, _decimal),
    ((bytes, bytearray, memoryview), lambda value: bytes(value).hex()),
    ((uuid.UUID, ipaddress.IPv4Address, ipaddress.IPv6Address), str),
    ((list, tuple), lambda value: [canonical(item) for item in value]),
    ((set, frozenset), lambda value: sorted((canonical(item) for item in value), key=_JSON.encode)),
    (Mapping, lambda value: canonical(dict(value))),
)
"""In the order in which they are asked."""

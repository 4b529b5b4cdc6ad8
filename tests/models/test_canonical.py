"""Values of every type that a database has: one form each, the same whether in hand or read again from either kind."""

import datetime
import decimal
import ipaddress
import json
import uuid
from typing import Any

import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    Time,
    Uuid,
    insert,
    select,
)
from sqlalchemy.types import TypeEngine

from models.base import Choice, UTCDateTime
from models.canonical import canonical, canonical_json, json_again
from models.estates import UnitUse
from models.events import fact
from models.personal import Keyring

EAST = datetime.timezone(datetime.timedelta(hours=8))
NOON = datetime.datetime.fromisoformat("2026-11-18T12:30:00.001500")
NUMBER = uuid.UUID("0F0E0D0C-0B0A-4908-8706-050403020100")

VALUES: list[tuple[TypeEngine[Any], Any, Any]] = [
    (Text(), "漏水 “B2” \\", "漏水 “B2” \\"),
    (Integer(), 2**31 - 1, 2**31 - 1),
    (Boolean(), True, True),
    (Float(), 0.1, 0.1),
    (Float(), 5, 5),
    (Float(), 5.0, 5),
    (Float(), 1e300, int(1e300)),
    (Numeric(12, 4), decimal.Decimal("1.50"), "1.5"),
    (Numeric(12, 4), decimal.Decimal("-0.0000"), "0"),
    (Numeric(12, 4), decimal.Decimal("1E+2"), "100"),
    (LargeBinary(), b"\x00\xff a", "00ff2061"),
    (Uuid(), NUMBER, "0f0e0d0c-0b0a-4908-8706-050403020100"),
    (Time(), datetime.time(8, 5), "08:05:00"),
    (Time(), datetime.time(8, 5, 0, 20), "08:05:00.000020"),
    (Date(), datetime.date(2026, 2, 28), "2026-02-28"),
    (DateTime(), NOON, "2026-11-18T12:30:00.001500"),
    (UTCDateTime(), NOON.replace(tzinfo=EAST), "2026-11-18T04:30:00.001500+00:00"),
    (Interval(), datetime.timedelta(days=1, microseconds=250_000), "PT86400.25S"),
    (Choice(UnitUse), UnitUse.SHOP, "shop"),
    (JSON(), {"z": [1, {"b": None, "a": True}], "a": 5.0}, {"a": 5, "z": [1, {"a": True, "b": None}]}),
    (ARRAY(Text()).with_variant(JSON(), "sqlite"), ["b", "a"], ["b", "a"]),
    (ARRAY(Float()).with_variant(JSON(), "sqlite"), [2.0, 0.5], [2, 0.5]),
]


@pytest.mark.parametrize(("kind", "value", "form"), VALUES, ids=lambda value: type(value).__name__)
def test_a_value_has_one_form_in_hand_and_when_it_is_read_again(
    engine: Engine, keyring: Keyring, kind: TypeEngine[Any], value: Any, form: Any
) -> None:
    table = Table("of_another_program", MetaData(), Column("value", kind))
    with engine.connect() as connection, connection.begin() as transaction:
        table.create(connection)
        connection.execute(insert(table), {"value": value})
        again = connection.scalar(select(table.c.value))
        transaction.rollback()
    for known in (value, again):
        assert canonical(known) == form
        assert type(canonical(known)) is type(form)
        assert fact({}, known, keyring) == form
        assert json_again(json.loads(canonical_json(known))) == canonical_json(known)


def test_what_has_no_zone_is_not_taken_for_an_instant_and_every_zone_is_the_same_instant() -> None:
    instant = NOON.replace(tzinfo=EAST)
    assert canonical(NOON) == "2026-11-18T12:30:00.001500"
    assert canonical(instant) == canonical(instant.astimezone(datetime.UTC)) == "2026-11-18T04:30:00.001500+00:00"


def test_what_json_has_no_form_for_has_one_all_the_same() -> None:
    odd: dict[Any, Any] = {
        2: {UnitUse.SHOP, "a"},
        10: (memoryview(b"a"), float("nan"), decimal.Decimal("NaN")),
        True: ipaddress.ip_address("::1"),
        None: frozenset(),
    }
    text = '{"10":["61","nan","nan"],"2":["a","shop"],"null":[],"true":"::1"}'
    assert canonical_json(odd) == text
    assert json_again(json.loads(text)) == text


def test_what_is_no_value_of_a_column_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="a object has no canonical form"):
        canonical({"of": object()})

"""What each kind of field takes, how it shows it, and where its limits lie: one table for all of them."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, g
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form

from models.tickets import TicketKind
from tests.factories import World
from tests.marks import only_sqlite
from tests.records import Records
from views.forms import fields, references
from views.forms.base import text_of


@pytest.fixture
def asking(app: Flask, world: World) -> Iterator[None]:
    """A request of nobody, in the estate of the world."""
    with app.test_request_context("/"):
        g.current_estate = world.estate
        yield


def made(kind: type[Field], *, data: Any = None, typed: str | None = None, **options: Any) -> Any:
    """A field of a form of one field, with what is stored and what was typed."""
    form = type("OneField", (Form,), {"one": kind("", **options)})
    sent = None if typed is None else MultiDict({"one": typed})
    bound = form(sent, data={"one": data})
    bound.validate()
    return bound["one"]


REFUSED = object()
NINE, TEXT, LONG = "9" * 9, "x" * 200, "x" * 20_000
DAY = datetime.date
AT = datetime.datetime
"""Estates of the world live at UTC+8."""

TAKEN: dict[type[Field], dict[str, Any]] = {
    fields.TextField: {TEXT: TEXT, f"{TEXT}x": REFUSED, "  a \r\nb ": "a \nb", "   ": None, "a\0": REFUSED,
                       "\ud7ff": "\ud7ff", "\ud800": REFUSED, "a\udfff": REFUSED, "\ue000": "\ue000"},
    fields.LongTextField: {LONG: LONG, f"{LONG}x": REFUSED, " a\r\nb": "a\nb", " ": None, "\0": REFUSED},
    fields.WholeNumberField: {"0": 0, "-1": -1, "１２": 12, " 7 ": 7, NINE: 999_999_999, f"{NINE}9": REFUSED, "": None,
                              "1_0": REFUSED, "1.0": REFUSED, "٣": REFUSED, "x": REFUSED},
    fields.MoneyField: {"50": 5000, "50.00": 5000, "0.01": 1, "¥12.5": 1250, "￥12.50": 1250, "１２．５": 1250,
                        "1000000": 100_000_000, "1000000.01": REFUSED, "1.001": REFUSED, "-1": REFUSED,
                        "": None, "1.2.3": REFUSED,
                        "12¥": REFUSED, "12￥": REFUSED, ".": REFUSED, "1" + "0" * 19: REFUSED, "0" * 19 + "1": 100,
                        "0" * 20 + "1": REFUSED, "٣": REFUSED},
    fields.ClockTimeField: {"00:00": 0, "08:30": 510, "8:5": 485, "０８：３０": 510, "24:00": 1440, "24:01": REFUSED,
                            "23:59": 1439, "08:60": REFUSED, "008:30": REFUSED, "08:030": REFUSED, "08": REFUSED,
                            "08:30:00": REFUSED, "": None, "a:b": REFUSED, "٣:00": REFUSED},
    fields.LocalDateField: {"2026-11-22": DAY(2026, 11, 22), " 2026-11-22 ": DAY(2026, 11, 22),
                            "1900-01-01": DAY(1900, 1, 1),
                            "2200-12-31": DAY(2200, 12, 31), "1899-12-31": REFUSED, "2201-01-01": REFUSED, "": None,
                            "2026-02-30": REFUSED, "22.11.2026": REFUSED},
    fields.LocalDateTimeField: {
        **dict.fromkeys(("2026-11-22T08:30", "2026-11-22 08:30", "2026-11-22T08:30:00", " 2026-11-22T08:30 "),
                        AT(2026, 11, 22, 0, 30, tzinfo=datetime.UTC)),
        "1900-01-02T08:06": AT(1900, 1, 2, 0, 0, 17, tzinfo=datetime.UTC),
        "2200-12-31T08:00": AT(2200, 12, 31, tzinfo=datetime.UTC),
        "1899-12-31T23:59": REFUSED, "2201-01-01T00:00": REFUSED, "2026-11-22": REFUSED, "": None,
        "9999-12-31T23:59": REFUSED,
    },
    fields.FlagField: {"1": True, "yes": True, "": False, "0": False, "false": False, "no": False},
    fields.JsonField: {"30": 30, '["12:00", "14:00"]': ["12:00", "14:00"], "[": REFUSED, "": REFUSED,
                       " " * 10 + "1" * 500: int("1" * 500), "[" * 2000: REFUSED},
}  # fmt: skip


@only_sqlite
@pytest.mark.parametrize("kind", TAKEN, ids=lambda kind: kind.__name__)
def test_a_field_takes_what_it_understands_and_refuses_the_rest(asking: None, kind: type[Field]) -> None:
    for typed, expected in TAKEN[kind].items():
        field = made(kind, typed=typed)
        found = REFUSED if field.errors else field.data
        assert (found, type(found)) == (expected, type(expected)), (typed[:30], field.errors)
        # What was typed stays in the form.
        if kind not in (fields.TextField, fields.LongTextField, fields.FlagField):
            assert field._value() == typed


STORED: dict[type[Field], Any] = {fields.WholeNumberField: 7, fields.MoneyField: 7, fields.FlagField: True}
STORED |= {fields.ClockTimeField: 7}
STORED |= {fields.LocalDateField: DAY(2026, 1, 1), fields.LocalDateTimeField: AT(2026, 1, 1, tzinfo=datetime.UTC)}


@only_sqlite
@pytest.mark.parametrize("kind", STORED, ids=lambda kind: kind.__name__)
def test_a_field_that_was_not_sent_keeps_nothing_of_what_was_stored(asking: None, kind: type[Field]) -> None:
    form = type("OneField", (Form,), {"one": kind("")})(MultiDict({"other": "1"}), data={"one": STORED[kind]})
    assert form.validate()
    assert form["one"].data is (False if kind is fields.FlagField else None)


SHOWN: list[tuple[type[Field], Any, str, str]] = [
    (fields.TextField, "灯", "灯", "灯"),
    (fields.WholeNumberField, 0, "0", "0"),
    (fields.MoneyField, 5, "0.05", "0.05"),
    (fields.MoneyField, 123_456, "1234.56", "1234.56"),
    (fields.MoneyField, 0, "0.00", "0.00"),
    (fields.MoneyField, None, "", ""),
    (fields.ClockTimeField, 0, "00:00", "0"),
    (fields.ClockTimeField, 1439, "23:59", "1439"),
    (fields.ClockTimeField, None, "", ""),
    (fields.LocalDateField, DAY(2026, 11, 2), "2026-11-02", "2026-11-02"),
    (fields.LocalDateField, None, "", ""),
    (
        fields.LocalDateTimeField,
        AT(2026, 11, 22, 16, 5, 9, tzinfo=datetime.UTC),
        "2026-11-23 00:05",
        "2026-11-23 00:05",
    ),
    (fields.LocalDateTimeField, None, "", ""),
    (fields.JsonField, ["午", 1], '["午", 1]', "['午', 1]"),
    (fields.FlagField, True, "1", "yes"),
    (fields.FlagField, False, "1", "no"),
    (fields.FlagField, None, "1", "no"),
]


@only_sqlite
@pytest.mark.parametrize(("kind", "data", "value", "read"), SHOWN)
def test_a_field_shows_what_is_stored_to_be_edited_and_to_be_compared(
    asking: None, kind: type[Field], data: Any, value: str, read: str
) -> None:
    field = made(kind, data=data)
    assert (field._value(), text_of(field)) == (value, read)


@only_sqlite
def test_a_time_that_nobody_touched_keeps_its_seconds(asking: None) -> None:
    stored = AT(2026, 11, 22, 0, 30, 59, tzinfo=datetime.UTC)
    assert made(fields.LocalDateTimeField, data=stored, typed="2026-11-22T08:30").data == stored
    assert made(fields.LocalDateTimeField, data=stored, typed="2026-11-22T08:31").data == stored.replace(
        minute=31, second=0
    )


@only_sqlite
def test_a_closed_list_takes_its_words_and_nothing_only_where_it_offers_that(asking: None) -> None:
    def chosen(typed: str | None, **options: Any) -> Any:
        field = made(fields.EnumField, typed=typed, enum=TicketKind, **options)
        return field.data, [str(error) for error in field.errors]

    wrong = "Choose one of the offered values."
    assert chosen("enquiry") == (TicketKind.ENQUIRY, [])
    assert chosen("nonsense") == (None, [wrong])
    for typed in ("", fields.BLANK):
        assert chosen(typed) == (None, [wrong])
        assert chosen(typed, blank="none") == (None, [])
    assert chosen("enquiry", only=[TicketKind.REPAIR]) == (None, [wrong])
    field = made(fields.EnumField, data=TicketKind.ENQUIRY, enum=TicketKind, only=[TicketKind.REPAIR], blank="none")
    assert [(one.value, str(one.label), one.selected) for one in field.iter_choices()] == [
        (fields.BLANK, "none", False),
        ("repair", "repair", False),
    ]
    assert text_of(field) == ""
    field = made(fields.EnumField, data=TicketKind.REPAIR, enum=TicketKind, only=[TicketKind.REPAIR], blank="none")
    assert [one.selected for one in field.iter_choices()] == [False, True]
    assert text_of(field) == "repair"
    # What the record has and the list offers no more stays, where nobody touched it.
    kept = made(fields.EnumField, data=TicketKind.ENQUIRY, typed="enquiry", enum=TicketKind, only=[TicketKind.REPAIR])
    assert (kept.data, list(kept.errors)) == (TicketKind.ENQUIRY, [])


@only_sqlite
def test_what_is_required_may_be_a_zero_or_a_no_and_what_was_misunderstood_is_said_once(asking: None) -> None:
    def errors(kind: type[Field], typed: str, **options: Any) -> list[str]:
        return [str(error) for error in made(kind, typed=typed, validators=[fields.Required()], **options).errors]

    assert errors(fields.TextField, " ") == ["This is needed."]
    assert errors(fields.WholeNumberField, "") == ["This is needed."]
    assert errors(fields.WholeNumberField, "0") == []
    assert errors(fields.WholeNumberField, "x") == ["Write a whole number."]
    assert errors(fields.FlagField, "0") == []


def test_half_width_is_every_sign_that_a_chinese_keyboard_writes_in_full_width() -> None:
    wide = "".join(map(chr, range(0xFF01, 0xFF5F)))
    assert fields.half_width(f" {wide} ") == "".join(map(chr, range(0x21, 0x7F)))
    assert fields.half_width("3²\uff00\uff5f") == "3²\uff00\uff5f"


@only_sqlite
def test_a_reference_is_shown_and_compared_as_it_is_written(asking: None, records: Records, world: World) -> None:
    g.actor = world.actor("clerk")
    unit, team = world.units[1].id, records.team
    for kind, lookup, row_id, text in (
        (references.LookupField, "unit", unit, "1-201"),
        (references.StaticChoiceField, "team", team, "engineering"),
    ):
        field = made(kind, data=row_id, lookup=lookup)
        assert text_of(field) == text
        assert text_of(made(kind, data=None, lookup=lookup)) == ""
    field = made(references.LookupField, data=unit, lookup="unit")
    assert field._value() == "1-201"
    drawn = str(field.widget(field))
    assert f'data-selected="id:{unit}"' in drawn
    assert 'data-lookup="unit"' in drawn
    assert 'autocomplete="off"' in drawn
    for typed, found in (
        ("1-201", unit),
        (f"id:{unit}", unit),
        (" 1-101 ", world.units[0].id),
        ("", None),
        ("a\0", None),
    ):
        field = made(references.LookupField, data=unit, typed=typed, lookup="unit")
        assert (field.data, list(field.errors)) == (found, []), typed
    wrong = made(references.LookupField, data=unit, typed="9-909", lookup="unit")
    assert (wrong.data, wrong._value()) == (None, "9-909")
    assert [str(error) for error in wrong.errors] == ["Nothing found for “9-909”."]
    several = made(references.LookupField, typed="2-", lookup="unit")
    assert "2-101 #" in str(several.errors[0])
    assert "2-201 #" in str(several.errors[0])

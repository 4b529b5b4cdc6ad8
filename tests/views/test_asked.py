"""What an address may ask of a list: numbers, places in the list, days and words are read strictly."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from models.estates import Unit
from models.residents import Resident
from models.tickets import Ticket
from tests.marks import only_sqlite
from views.request import context, queries
from views.request.queries import Cursor

LARGEST = 2**63 - 1
BAD = "bad request"
CHINA = datetime.timezone(datetime.timedelta(hours=8))
DAY = datetime.date(2026, 11, 22)
MIDNIGHT = datetime.datetime(2026, 11, 21, 16, tzinfo=datetime.UTC)
"""When that day begins in China."""


def answer(ask: Callable[..., Any], *arguments: Any) -> Any:
    """What *ask* makes of it, or that it is a bad request."""
    try:
        return ask(*arguments)
    except BadRequest:
        return BAD


@only_sqlite
@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), (str(LARGEST), LARGEST), (str(LARGEST + 1), BAD), ("0", BAD), ("01", BAD), ("-1", BAD), ("", BAD),
     ("1 ", BAD), ("x", BAD), ("٣", BAD), (None, BAD), ("9" * 20, BAD)],
)  # fmt: skip
def test_a_number_of_a_record_is_a_whole_number_that_the_database_can_hold(
    app: Flask, text: str | None, number: Any
) -> None:
    with app.test_request_context(f"/?id={text or ''}"):
        assert answer(queries.parse_id, text) == number
        assert answer(queries.asked_id) == number
    with app.test_request_context("/?id=1&id=1"):
        assert answer(queries.asked_id) == BAD


PLACES: list[tuple[Any, str, Any]] = [
    (Ticket.id, "7~7", Cursor(7, 7)),
    (Ticket.id, "-7~7", Cursor(-7, 7)),
    (Ticket.id, f"{LARGEST}~7", Cursor(LARGEST, 7)),
    (Ticket.id, f"{LARGEST + 1}~7", BAD),
    (Ticket.id, f"-{LARGEST}~7", Cursor(-LARGEST, 7)),
    (Ticket.id, "x~7", BAD),
    (Ticket.id, "7", BAD),
    (Ticket.id, "7~0", BAD),
    (Ticket.id, "", BAD),
    (Ticket.due_at, "~7", Cursor(None, 7)),
    (Ticket.due_at, "2026-11-22T00:00:00+08:00~7", Cursor(MIDNIGHT, 7)),
    (Ticket.due_at, "2026-11-22T00:00:00~7", BAD),
    (Ticket.due_at, "0001-01-01T00:00:00+08:00~7", BAD),
    (Resident.moved_in_on, "2026-11-22~7", Cursor(DAY, 7)),
    (Resident.moved_in_on, "22.11.2026~7", BAD),
    (Ticket.status, "done~7", Cursor(Ticket.status.type.enum.DONE, 7)),
    (Ticket.status, "nonsense~7", BAD),
    (Resident.name, "a~b~7", Cursor("a~b", 7)),
    (Unit.sort_key, "1-101~7", Cursor("1-101", 7)),
    (Resident.name, "x" * 398 + "~7", Cursor("x" * 398, 7)),
    (Resident.name, "x" * 399 + "~7", BAD),
]


@only_sqlite
@pytest.mark.parametrize(("column", "text", "expected"), PLACES)
def test_a_place_in_a_list_is_read_by_the_kind_of_its_column(app: Flask, column: Any, text: str, expected: Any) -> None:
    with app.test_request_context("/"):
        assert answer(queries.parse_cursor, text, column) == expected


@pytest.mark.parametrize(
    ("cursor", "text"),
    [(Cursor(None, 7), "~7"), (Cursor(3, 7), "3~7"), (Cursor(DAY, 7), "2026-11-22~7"), (Cursor("a~b", 7), "a~b~7"),
     (Cursor(MIDNIGHT, 7), "2026-11-21T16:00:00+00:00~7")],
)  # fmt: skip
def test_a_place_in_a_list_stands_in_the_address_as_it_is_read(cursor: Cursor, text: str) -> None:
    assert cursor.text() == text


@pytest.mark.parametrize(
    ("column", "upwards", "expected"),
    [(Ticket.due_at, True, Cursor(MIDNIGHT, 0)),
     (Ticket.due_at, False, Cursor(MIDNIGHT + datetime.timedelta(days=1), 0)),
     (Resident.moved_in_on, True, Cursor(DAY, 0)), (Resident.moved_in_on, False, Cursor(DAY, LARGEST))],
)  # fmt: skip
def test_a_list_that_begins_with_a_day_begins_before_its_first_row(
    column: Any, upwards: bool, expected: Cursor
) -> None:
    assert queries.day_cursor(DAY, column, CHINA, upwards=upwards) == expected


@only_sqlite
def test_days_searches_and_words_of_an_address_are_read_strictly(app: Flask) -> None:
    days: dict[str, object] = {
        "2026-11-22": DAY,
        "1900-01-01": datetime.date(1900, 1, 1),
        "2200-12-31": datetime.date(2200, 12, 31),
    }
    days |= dict.fromkeys(("1899-12-31", "2201-01-01", "20261122", "2026-02-30", ""), BAD)
    with app.test_request_context("/?order=new&other=x"):
        assert {text: answer(queries.parse_day, text) for text in days} == days
        assert answer(queries.parse_search, f" {'x' * 100} ") == "x" * 100
        assert answer(queries.parse_search, "x" * 101) == BAD
        assert answer(queries.parse_choice, "order", ("new", "old"), "old") == "new"
        assert answer(queries.parse_choice, "missing", ("new", "old"), "old") == "old"
        assert answer(queries.parse_choice, "order", ("old",), "") == BAD
        assert answer(queries.parse_choice, "other", (), "x") == "x"
    for query, page, refused in (
        ("a=1&a=2", None, True),
        ("a=1&a=1", None, False),
        ("flt_a=1&flt_a=2", None, False),
        ("key=1&key=2", "several_keys", False),
        ("key=1&key=2", "key_board", True),
        ("skipped=1&skipped=2", "follow_up_queue", False),
    ):
        given = MultiDict([(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&"))])
        with app.test_request_context("/"):
            assert (answer(queries.twice_given, given, page) == BAD) is refused, query


def test_of_many_rows_the_list_says_that_there_are_more_than_ten_thousand() -> None:
    counts = {0: "0", 999: "999", 1000: "1,000", 10_000: "10,000", 10_001: "10,000+"}
    assert {total: queries.Page(queries.Listing(), [], total).count for total in counts} == counts


def test_the_address_of_a_list_says_all_that_was_asked_but_the_place() -> None:
    class Status:
        key = "status"

    asked = queries.Listing(filters=[(Status, "done", 1), (Status, "closed", 2)], after=Cursor(1, 1))
    assert asked.arguments() == {"flt_status": ["closed", "done"]}
    assert asked.arguments(flt_status=["done"]) == {"flt_status": "done"}
    asked = queries.Listing(search="灯", sort="due_at", descending=False, columns=["a", "b"], before=Cursor(None, 9))
    assert asked.arguments() == {"search": "灯", "sort": "due_at", "desc": "0", "cols": "a,b"}
    assert asked.arguments(search=None, preview=3) == {"sort": "due_at", "desc": "0", "cols": "a,b", "preview": "3"}
    assert queries.Listing(sort="id").arguments() == {"sort": "id", "desc": "1"}
    assert asked.place_values() == {"at_value": None, "at_id": 9}
    assert queries.Listing(after=Cursor(1, 2)).place_values() == {"at_value": 1, "at_id": 2}
    assert queries.Listing().place_values() == {}
    shapes = [
        queries.Listing(sort="a"), queries.Listing(sort="a", descending=False), queries.Listing(sort="b"), asked,
        queries.Listing(sort="a", after=Cursor(1, 1)), queries.Listing(sort="a", before=Cursor(1, 1)),
        queries.Listing(sort="a", after=Cursor(None, 1)), queries.Listing(sort="a", columns=["x"]),
        queries.Listing(sort="a", filters=[(Status, "done", 1)]),
    ]  # fmt: skip
    assert len({asked.shape() for asked in shapes}) == len(shapes)
    assert queries.Listing(after=Cursor(1, 1)).shape() == queries.Listing(after=Cursor(5, 9)).shape()


@only_sqlite
def test_addresses_for_outside_come_from_what_is_set_up_or_from_a_name_that_was_checked(app: Flask) -> None:
    def outside(host: str, **settings: Any) -> str | None:
        before = {name: app.config.get(name) for name in (context.PUBLIC_URL, context.TRUSTED_HOSTS)}
        app.config.update({context.PUBLIC_URL: None, context.TRUSTED_HOSTS: None, **settings})
        try:
            with app.test_request_context("/", base_url=f"http://{host}"):
                return context.public_address("/x")
        finally:
            app.config.update(before)

    checked = {context.TRUSTED_HOSTS: ["desk.example"]}
    assert outside("desk.example") is None
    assert outside("desk.example", **{context.PUBLIC_URL: "https://desk.example"}) == "https://desk.example/x"
    assert outside("desk.example:8000", **checked) == "http://desk.example:8000/x"
    for name in ("localhost", "127.0.0.1", "[::1]"):
        assert [outside(f"{name}{port}", **checked) for port in ("", ":8000")] == [None, None], name

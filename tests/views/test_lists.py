"""Lists: a constant number of statements, paging by key, search, filters, masked numbers, exports."""

import csv
import datetime
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event

from models.call import Call
from models.operations import tickets
from models.session import DeskSession
from tests import reading
from tests.factories import World
from tests.marks import only_sqlite
from tests.records import Records, make_tickets


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements that the program sends while the block runs."""
    seen: list[str] = []
    engines = app.extensions["frontdesk_database"].engines

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def numbers(page: str) -> list[str]:
    """The ticket numbers of a list page, in order."""
    rows = reading.rows(reading.page(page))
    return [next(text for text, address in reading.links(row) if "/tickets/details/" in address) for row in rows]


def test_statements_do_not_grow_with_the_rows(
    app: Flask,
    pages: dict[str, Any],
    records: Records,
    world: World,
    session: DeskSession,
    now: datetime.datetime,
    sign_in: Callable[..., FlaskClient],
) -> None:
    client = sign_in("manager")
    registers = [view for view in pages.values() if hasattr(view, "listing")]
    for view in registers:
        with statements(app) as few:
            assert client.get(f"{view.url}/").status_code in (200, 403)
        assert len(few) <= 20, (view.url, len(few))
    with statements(app) as few:
        client.get("/admin/tickets/")
    make_tickets(session, world, now, 40)
    session.commit()
    with statements(app) as many:
        assert len(numbers(client.get("/admin/tickets/").text)) == 46
    assert len(many) == len(few)
    with statements(app) as few:
        client.get("/admin/events/")
    make_tickets(session, world, now, 40)
    session.commit()
    with statements(app) as many:
        client.get("/admin/events/")
    assert len(many) <= len(few) + 1  # one more kind of record may be mentioned on the page


def test_next_and_previous_walk_every_row_once(
    records: Records,
    world: World,
    session: DeskSession,
    now: datetime.datetime,
    sign_in: Callable[..., FlaskClient],
) -> None:
    make_tickets(session, world, now, 120)
    session.commit()
    client = sign_in("clerk")
    for sort in ("", "?sort=due_at&desc=0", "?sort=due_at&desc=1", "?sort=status&desc=1"):
        url: str | None = f"/admin/tickets/{sort}"
        forwards: list[list[str]] = []
        while url is not None:
            page = client.get(url).text
            forwards.append(numbers(page))
            last, url = url, link(page, "next")
        walked = [number for part in forwards for number in part]
        assert len(walked) == len(set(walked)) == 126
        url, backwards = last, []
        while url is not None:
            page = client.get(url).text
            backwards.append(numbers(page))
            url = link(page, "prev")
        assert sorted(number for part in backwards for number in part) == sorted(walked)


def link(page: str, rel: str) -> str | None:
    """The address behind the button *rel*."""
    found = reading.page(page).css_first(f"a[rel='{rel}']")
    return found.attributes["href"] if found is not None else None


def test_a_list_without_search_refuses_a_search_term(
    pages: dict[str, Any], records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("manager")
    lists = [view for view in pages.values() if hasattr(view, "listing")]
    answers = {view.endpoint: client.get(f"{view.url}/?search=x").status_code for view in lists}
    assert answers == {view.endpoint: 200 if view._search_supported else 400 for view in lists}


def test_search_finds_number_room_name_and_phone(records: Records, sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in("clerk")
    for text, count in (("5678", 6), ("138 1234 5678", 6), ("1-101", 2), ("张女", 6), ("漏水 3", 1), ("100%_", 0)):
        assert len(numbers(client.get("/admin/tickets/", query_string={"search": text}).text)) == count, text


def test_filters_narrow_and_can_be_removed_one_by_one(records: Records, sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in("clerk")
    page = client.get("/admin/tickets/?flt_status=done&flt_state=open&flt_unit=1-101&search=漏").text
    assert len(numbers(page)) == 1
    assert page.count('<li><a class="chip"') == 4
    assert len(numbers(client.get("/admin/tickets/?flt_status=received").text)) == 5
    today = "2026-11-18"
    assert len(numbers(client.get(f"/admin/tickets/?flt_registered_at_from={today}").text)) == 6
    assert len(numbers(client.get(f"/admin/tickets/?flt_registered_at_from={today}&flt_status=closed").text)) == 0


def test_phone_numbers_are_whole_on_the_record_page_only__RES_4(
    records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    clerk, auditor = sign_in("clerk"), sign_in("auditor")
    record = f"/admin/tickets/details/?id={records.ids['tickets']}"
    assert "13812345678" in clerk.get(record).text
    assert "13812345678" not in auditor.get(record).text
    assert "138****5678" in auditor.get(record).text
    for path in ("/admin/tickets/", "/admin/tickets/export/csv/"):
        assert "13812345678" not in clerk.get(path).text
    edit = reading.page(clerk.get(f"/admin/tickets/edit/?id={records.ids['tickets']}"))
    assert "13812345678" not in str(reading.one(edit, ".desk-form").html)


def test_exports_neutralise_formulas_and_respect_filters(
    records: Records,
    world: World,
    session: DeskSession,
    now: datetime.datetime,
    sign_in: Callable[..., FlaskClient],
) -> None:
    draft = tickets.TicketDraft(estate_id=world.estate.id, summary="=1+1", place="gate", reporter_name="@x")
    tickets.register(Call(session, world.actor("clerk"), now), [draft]).all()
    session.commit()
    client = sign_in("clerk")
    raw = client.get("/admin/tickets/export/csv/").data
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert len(rows) == 7
    assert rows[0]["Summary"] == "'=1+1"
    assert rows[0]["Reporter"] == "'@x"
    assert {row["Reporter's phone"] for row in rows} == {"", "138****5678"}
    filtered = client.get("/admin/tickets/export/csv/?flt_status=done").text
    assert len(filtered.splitlines()) == 2
    chosen = client.get("/admin/tickets/export/csv/?flt_status=done&cols=status,reporter_name").text
    assert chosen.splitlines()[0] == "\ufeffNumber,Status,Reporter"
    sheet = load_workbook(io.BytesIO(client.get("/admin/tickets/export/xlsx/").data)).active
    assert sheet is not None
    assert sheet.max_row == 8
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s", "d"}


def test_empty_lists_say_what_to_do_next(
    world: World, pages: dict[str, Any], sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("clerk")
    assert "Take a call" in client.get("/admin/tickets/").text


@only_sqlite
def test_filters_are_drawn_when_asked_for_and_kept_when_not(
    records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("clerk")
    closed = client.get("/admin/tickets/?flt_status=received").text
    assert '<input type="hidden" name="flt_status" value="received">' in closed
    assert "<select" not in closed.partition('class="filter-bar')[2].partition("</form>")[0]
    form = client.get("/admin/tickets/?flt_status=received&filters=1").text
    assert '<option value="received" selected>' in form
    assert 'type="hidden" name="flt_status"' not in form.partition('class="filter-bar')[2].partition("</form>")[0]
    # Enter in the search box presses the first button of the form: it must not be the one that opens the filters.
    bar = closed.partition('class="filter-bar')[2].partition("</form>")[0]
    assert bar.index(">Show<") < bar.index('name="filters"')

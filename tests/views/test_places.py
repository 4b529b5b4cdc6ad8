"""Every place in a list is found by an index: sorted lists, the page after a row, the page that begins with a date."""

import datetime
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event

from models.session import DeskSession
from tests.factories import World
from tests.records import Records, make_tickets
from tests.views.test_lists import link, numbers

DAY = datetime.timedelta(days=1)


@contextmanager
def lists_asked(app: Flask) -> Iterator[list[tuple[str, Any]]]:
    """The statements that read a page of a list while the block runs, with their values."""
    seen: list[tuple[str, Any]] = []
    engines = app.extensions["frontdesk_database"].engines

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if "place_in_list" in statement:
            seen.append((statement, values))

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def plan(connection: Connection, statement: str, values: Any) -> str:
    """How the database would answer, one step a line."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return "\n".join(str(row[3]) for row in rows)
    # With tables as small as a test's, reading everything is cheaper than any index: so that is forbidden.
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    connection.exec_driver_sql("SET LOCAL enable_sort = off")
    connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))


def needs_sorting(steps: str) -> bool:
    """Whether the answer is put in order by reading all of it (rows with equal places may be put in order)."""
    steps = steps.replace("TEMP B-TREE FOR LAST TERM OF ORDER BY", "")
    return re.search(r"-> +Sort\b|TEMP B-TREE FOR ORDER BY", steps) is not None


@pytest.mark.parametrize("role", ["clerk", "manager"])
def test_sorted_lists_are_read_by_an_index(
    role: str,
    app: Flask,
    pages: dict[str, Any],
    records: Records,
    engine: Engine,
    sign_in: Callable[..., FlaskClient],
) -> None:
    client = sign_in(role)
    wrong = []
    for view in pages.values():
        if not hasattr(view, "listing") or not hasattr(view.model, "estate_id") or view.endpoint == "staff":
            continue
        for sort in ("", *(view.column_sortable_list or ())):
            for direction in ("0", "1") if sort else ("",):
                query = f"sort={sort}&desc={direction}" if sort else ""
                with lists_asked(app) as seen:
                    answer = client.get(f"{view.url}/?{query}")
                    if view.is_dated(getattr(view.model, sort or view.default_sort)):
                        client.get(f"{view.url}/?{query}&at=2026-11-18")
                if answer.status_code == 403:
                    continue
                assert seen, (view.url, query)
                with engine.connect() as connection:
                    for statement, values in seen:
                        steps = plan(connection, statement, values)
                        table = view.model.__tablename__
                        whole = re.search(rf"SCAN {table}$|Seq Scan on {table}\b", steps, re.MULTILINE)
                        if needs_sorting(steps) or whole:
                            wrong.append((view.url, query, steps))
    assert wrong == []


def test_a_list_begins_with_a_date_and_goes_on_from_there(
    records: Records,
    world: World,
    session: DeskSession,
    now: datetime.datetime,
    sign_in: Callable[..., FlaskClient],
) -> None:
    made: dict[int, list[str]] = {}
    for days in (4, 3, 2):
        made[days] = [job.number for job in make_tickets(session, world, now - days * DAY, 30)]
    session.commit()
    client = sign_in("clerk")
    day = (now - 3 * DAY).date().isoformat()
    page = client.get(f"/admin/tickets/?at={day}").text
    assert numbers(page)[:30] == made[3][::-1]
    assert numbers(page)[30:] == made[4][::-1][:20]
    older = client.get(link(page, "next") or "").text
    assert numbers(older) == made[4][::-1][20:]
    newer = client.get(link(page, "prev") or "").text
    assert numbers(newer)[-30:] == made[2][::-1]
    upwards = client.get(f"/admin/tickets/?sort=registered_at&desc=0&at={day}").text
    assert numbers(upwards)[:30] == made[3]
    # A search has an order of its own; with a date the list is sorted by time again.
    found = client.get(f"/admin/tickets/?search=漏水&at={day}").text
    assert numbers(found)[:30] == made[3][::-1]
    assert "sort=registered_at" in (link(found, "prev") or "")


@pytest.mark.parametrize(
    "text", ["2026-02-30", "yesterday", "2026-1-1", "1499-01-01", "2026-11-18T00:00", "٢٠٢٦-١١-١٨"]
)
def test_a_malformed_date_is_told_so(text: str, records: Records, sign_in: Callable[..., FlaskClient]) -> None:
    answer = sign_in("clerk").get("/admin/tickets/", query_string={"at": text})
    assert answer.status_code == 400
    assert "Write the date like 2026-11-22." in answer.text


def test_a_list_without_times_has_no_place_for_a_date(records: Records, sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in("clerk")
    for address in ("/admin/units/?at=2026-11-18", "/admin/tickets/?sort=status&at=2026-11-18"):
        answer = client.get(address)
        assert answer.status_code == 400
        assert "not sorted by a time" in answer.text
    assert 'name="at"' not in client.get("/admin/units/").text
    assert client.get("/admin/tickets/?at=2026-11-18&after=~1").status_code == 400


def test_calendar_dates_and_waiting_calls_begin_with_their_day(
    records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("clerk")
    assert 'rel="prev"' in client.get("/admin/audits/?at=2026-11-18").text
    assert rows(client, "/admin/audits/?at=2026-11-18") == 1
    assert rows(client, "/admin/audits/?at=2026-11-17") == 0
    assert rows(client, "/admin/follow-ups/?at=2026-11-18") == 1
    assert rows(client, "/admin/follow-ups/?at=2026-12-18") == 0


def test_what_was_found_comes_by_number(records: Records, sign_in: Callable[..., FlaskClient]) -> None:
    found = numbers(sign_in("clerk").get("/admin/tickets/?search=漏水").text)
    assert found == sorted(found, reverse=True)


def rows(client: FlaskClient, address: str) -> int:
    """So many rows the list has; the page's other tables do not count."""
    return client.get(address).text.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr>")

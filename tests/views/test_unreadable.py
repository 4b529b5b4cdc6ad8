"""One value that nobody can read stops no page: it is shown as such, wherever it is read."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, Table, select, text, update
from sqlalchemy.exc import IntegrityError

from models import Base
from models.base import Json, LocalDate, LongText, ShortText, UTCDateTime
from models.guards import create_triggers, drop_triggers
from models.matters import Channel, RepeatReport
from models.outbox import ResidentWay, Way, WayOut
from models.residents import Resident
from models.session import DeskSession
from tests.factories import World
from tests.fixed import NOW
from tests.marks import EVERYTHING, first_sqlite, only_sqlite
from tests.records import Records

PERSONAL = {
    (table.name, column.name)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if column.info.get("personal") and not table.name.startswith("import_")
}
PLAIN = "13800138000"
REGISTERS = {
    table: table.replace("_", "-")
    for table, _column in PERSONAL
    if table not in ("repeat_reports", "personal_keys", "ways_out", "resident_ways")
}
"""Register -> the address of its list; what was reported again, and what was said, stands with its matter, a way with
its person."""


@pytest.fixture
def spoilt(engine: Engine, session: DeskSession, world: World, records: Records) -> Records:
    """Every personal value of every record is a plain number, as another program may write it."""
    heard = {"heard_at": NOW, "words": "again", "channel": Channel.PHONE, "taken_by_id": world.person("clerk").id}
    session.add(RepeatReport(estate_id=world.estate.id, register="tickets", record_id=records.ids["tickets"], **heard))
    session.add(ResidentWay(estate_id=world.estate.id, resident_id=records.ids["residents"], address=PLAIN, kinds=[]))
    session.add(WayOut(staff_id=world.person("supervisor").id, way=Way.MAIL, address=PLAIN, kinds=[]))
    session.commit()
    with engine.begin() as connection:
        drop_triggers(connection)
        for table in Base.metadata.sorted_tables:
            for column in (column for column in table.columns if (table.name, column.name) in PERSONAL):
                with suppress(IntegrityError), connection.begin_nested():  # a number that cannot be there alone
                    connection.execute(update(table).values({column: PLAIN}))
        if connection.dialect.name == "sqlite":
            connection.execute(text("UPDATE events SET at = '2026-02-30 10:00:00.000000' WHERE id IN (3, 30)"))
            connection.execute(text("UPDATE tickets SET due_at = '0000-01-01 10:00:00.000000' WHERE id = 2"))
            connection.execute(text("UPDATE tickets SET visit_until = '9999-12-31 23:00:00.000000' WHERE id = 3"))
        create_triggers(connection, Base.metadata)
    return records


@first_sqlite
def test_pages_look_ups_and_exports_show_what_cannot_be_read__RES_4(
    spoilt: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    for role in ("supervisor", "auditor"):
        client = sign_in(role)
        for register, address in REGISTERS.items():
            page = f"/admin/{address}"
            for path in (
                f"{page}/",
                f"{page}/details/?id={spoilt.ids[register]}",
                f"{page}/preview/?id={spoilt.ids[register]}",
                *(f"{page}/export/{kind}/" for kind in ("csv", "xlsx") if "contacts" not in register),
            ):
                answer = client.get(path)
                assert answer.status_code == 200, path
                assert PLAIN.encode() not in answer.data, path
            assert "unreadable" in client.get(f"{page}/details/?id={spoilt.ids[register]}").text, register
            assert "contacts" in register or "unreadable" in client.get(f"{page}/export/csv/").text, register
    client = sign_in("supervisor")
    resident, ticket = spoilt.ids["residents"], spoilt.ids["tickets"]
    for path in (
        f"/admin/tickets/intake/caller/?resident={resident}",
        "/admin/tickets/intake/callers/?q=张",
        "/admin/residents/ajax/lookup/?name=resident&query=张",
        "/admin/follow-ups/queue/?call=1",
        "/admin/ways/",
        f"/admin/resident-ways/?resident_id={resident}",
    ):
        assert "unreadable" in client.get(path).text, path
    for path in (
        f"/admin/residents/edit/?id={resident}",
        f"/admin/tickets/edit/?id={spoilt.tickets[1]}",
        f"/admin/tickets/slip/?id={ticket}",
        f"/admin/tickets/new/?resident_id={resident}",
        "/admin/events/",
        "/admin/events/?sort=at&desc=0",
        "/admin/events/export/csv/",
        "/admin/events/details/?id=3",
        *(f"/admin/tickets/details/?id={number}" for number in spoilt.tickets),
        "/admin/tickets/?sort=due_at&desc=0",
        "/admin/",
        "/admin/search/?q=张",
        "/admin/reports/",
    ):
        assert client.get(path).status_code in (200, 403), path


def test_a_value_that_cannot_be_read_is_written_over_like_any_other__RES_4(
    spoilt: Records, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client, resident = sign_in("supervisor"), spoilt.ids["residents"]
    page = f"/admin/residents/edit/?id={resident}"
    version = look.scalars(select(Resident.version).where(Resident.id == resident)).one()
    look.rollback()
    answer = post(client, page, name="张伟", emergency_contact="王 13700002222", version=version)
    assert answer.status_code == 302, answer.text
    page = f"/admin/resident-contacts/edit/?id={spoilt.ids['resident_contacts']}"
    assert post(client, page, value="13900001111", valid="1", version=1).status_code == 302
    assert "13900001111" in client.get(f"/admin/residents/details/?id={resident}").text


TIMES = {
    "sqlite": ("2026-02-30 10:00:00.000000", "0000-01-01", "9999-12-31 23:59:59.000000", "no time at all"),
    "postgresql": ("infinity", "-infinity", "20260-01-01", "0044-03-15 BC"),
}
"""What another program may write into the times of our rows."""
OTHER_PAGES = (
    *("", "follow-ups/queue/", "keys/board/", "reports/", "search/?q=张", "bulk-runs/", "mentions/"),
    *("tickets/new/", "residents/ajax/lookup/?name=resident&query=张", "tickets/intake/callers/?q=张"),
)


def write_times(connection: Connection, table: Table, turn: int) -> int:
    """Every time of *table* that there is becomes one of TIMES, where the database lets it; how many columns did."""
    done, dialect = 0, connection.dialect.name
    for at, column in enumerate(table.columns, turn):
        if not isinstance(column.type, UTCDateTime | LocalDate):
            continue
        written = TIMES[dialect][at % len(TIMES[dialect])]
        value = written[:10] if dialect == "sqlite" and isinstance(column.type, LocalDate) else written
        statement = text(f"UPDATE {table.name} SET {column.name} = :value WHERE {column.name} IS NOT NULL")
        try:
            with connection.begin_nested():
                done += connection.execute(statement, {"value": value}).rowcount > 0
        except IntegrityError:
            continue  # a unique day, or a time that another has to come before
    return done


@pytest.fixture(params=range(4 if EVERYTHING else 1))
def out_of_time(request: pytest.FixtureRequest, engine: Engine, records: Records) -> Records:
    """Nearly every time of every record is none that a calendar has."""
    with engine.connect() as connection:
        on_sqlite = engine.dialect.name == "sqlite"
        if on_sqlite:
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        drop_triggers(connection)
        done = sum(
            write_times(connection, table, request.param + at) for at, table in enumerate(Base.metadata.sorted_tables)
        )
        create_triggers(connection, Base.metadata)
        connection.commit()
        if on_sqlite:
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=OFF")
    assert done > 50
    return records


def test_times_that_no_calendar_has_stop_no_page_and_no_export(
    out_of_time: Records, sign_in: Callable[..., FlaskClient], pages: dict[str, Any]
) -> None:
    assert every_page(out_of_time, sign_in("manager"), pages) > 20


def every_page(records: Records, client: FlaskClient, pages: dict[str, Any]) -> int:
    """Open every list, record and export, and the other pages; how many say that something is unreadable."""
    failed, seen = [], 0
    for view in pages.values():
        if not hasattr(view, "export_rows"):
            continue
        at = f"/admin/{view.url.rpartition('/')[2]}"
        details = f"{at}/details/?id={records.ids.get(view.register, 1)}"
        for path in (f"{at}/", details, f"{at}/export/csv/", f"{at}/export/xlsx/"):
            answer = client.get(path)
            if answer.status_code == 200:
                seen += b"unreadable" in answer.data
            elif answer.status_code not in (302, 403, 404):
                failed.append(f"{path} {answer.status_code}")
    for path in OTHER_PAGES:
        if (code := client.get(f"/admin/{path}").status_code) not in (200, 302, 403):
            failed.append(f"{path} {code}")
    assert failed == []
    return seen


SHAPES = ("{broken", '"x"', "5", "[1]", '{"a": 1}', "null", "", "[" * 100_000)
"""What another program may write where we keep JSON."""


@pytest.fixture(params=range(len(SHAPES) if EVERYTHING else 2))
def out_of_shape(request: pytest.FixtureRequest, engine: Engine, records: Records) -> Records:
    """Every column of JSON holds none, or something else than it should."""
    done = 0
    with engine.connect() as connection:
        on_sqlite = engine.dialect.name == "sqlite"
        if on_sqlite:
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        drop_triggers(connection)
        columns = [
            column for table in Base.metadata.sorted_tables for column in table.columns if isinstance(column.type, Json)
        ]
        for at, column in enumerate(columns):
            value = SHAPES[0] if request.param == 0 else SHAPES[(request.param + at) % len(SHAPES)]
            with suppress(IntegrityError), connection.begin_nested():
                statement = text(f"UPDATE {column.table.name} SET {column.name} = :value")
                done += connection.execute(statement, {"value": value}).rowcount > 0
        create_triggers(connection, Base.metadata)
        connection.commit()
        if on_sqlite:
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=OFF")
    assert done > 5
    return records


def test_json_that_is_none_or_of_another_shape_stops_no_page_and_no_export(
    out_of_shape: Records, sign_in: Callable[..., FlaskClient], pages: dict[str, Any]
) -> None:
    every_page(out_of_shape, sign_in("manager"), pages)


@only_sqlite
def test_text_in_another_encoding_stops_no_page_and_no_export(
    engine: Engine, records: Records, sign_in: Callable[..., FlaskClient], pages: dict[str, Any]
) -> None:
    client, done = sign_in("manager"), 0
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        drop_triggers(connection)
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, ShortText | LongText) and not column.info.get("personal"):
                    with suppress(IntegrityError), connection.begin_nested():
                        # GBK, as a program of another time writes it; unique where that has to be
                        value = f"CAST(x'{'王强'.encode('gbk').hex()}' || id AS TEXT)"
                        statement = text(f"UPDATE {table.name} SET {column.name} = {value}")
                        done += connection.execute(statement).rowcount > 0
        create_triggers(connection, Base.metadata)
        connection.commit()
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=OFF")
    assert done > 20
    every_page(records, client, pages)

"""One value that nobody can read stops no page: it is shown as such, wherever it is read."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, text, update

from models import Base
from models.guards import create_triggers, drop_triggers
from models.matters import Channel, RepeatReport
from models.residents import Resident
from models.session import DeskSession
from tests.factories import World
from tests.fixed import NOW
from tests.marks import first_sqlite
from tests.records import Records

PERSONAL = {
    (table.name, column.name)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if column.info.get("personal") and not table.name.startswith("import_")
}
PLAIN = "13800138000"
REGISTERS = {
    "residents": "residents",
    "resident_contacts": "resident-contacts",
    "staff_contacts": "staff-contacts",
    "tickets": "tickets",
    "complaints": "complaints",
    "key_loans": "key-loans",
    "visitor_passes": "visitor-passes",
}


@pytest.fixture
def spoilt(engine: Engine, session: DeskSession, world: World, records: Records) -> Records:
    """Every personal value of every record is a plain number, as another program may write it."""
    heard = {"heard_at": NOW, "words": "again", "channel": Channel.PHONE, "taken_by_id": world.person("clerk").id}
    session.add(RepeatReport(estate_id=world.estate.id, ticket_id=records.ids["tickets"], **heard))
    session.commit()
    with engine.begin() as connection:
        drop_triggers(connection)
        for table in Base.metadata.sorted_tables:
            for column in (column for column in table.columns if (table.name, column.name) in PERSONAL):
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
    assert {table for table, _column in PERSONAL} == {*REGISTERS, "repeat_reports"}, "these stand with their matters"
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

"""What is final is final for every program that writes to the database (CMP-8, JOB-6, AUD-3)."""

import datetime
import itertools
import math

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from models.audits import AuditLine, AuditRun
from models.base import Base
from models.call import Call
from models.complaints import Complaint, ComplaintStatus
from models.operations import audits
from models.operations.matters import owes_follow_up
from models.said import PersonalKey
from models.session import DeskSession
from models.tickets import Ticket, TicketKind, TicketStatus
from tests.factories import World
from tests.guards_off import guards_off
from tests.operations.walks import complaint_in, do, ticket_in

MOVED = {
    *("id", "estate_id", "created_at", "updated_at", "version"),
    *("unit_id", "resident_id", "reporter_name", "reporter_department"),
    *("reporter_phone", "reporter_phone_digest", "reporter_phone_tail_digest"),
    *("source", "source_key", "source_digest", "match_key", "repeats", "due_at"),
}
"""Who and where, which merging people changes; what counts, sorts and compares; what other guards keep."""
JOB = {"charge_fen": "100", "settled_at": "NULL", "slip_returned_at": "NULL", "acceptance": "NULL"}


def refused(connection: Connection, sql: str) -> str:
    """What the database says to *sql*; nothing where it takes it, which is not kept."""
    with connection.begin() as doing:
        try:
            connection.execute(text(sql))
        except DBAPIError as problem:
            return str(problem.orig).splitlines()[0]
        doing.rollback()
    return ""


def columns_of(register: type[Base]) -> list[str]:
    return [column.name for column in register.__table__.c if column.computed is None and column.name not in MOVED]


def test_an_archived_complaint_is_final_column_by_column__CMP_8(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection
) -> None:
    archived = complaint_in(world, ComplaintStatus.ARCHIVED, now)
    still_open = complaint_in(world, ComplaintStatus.FOLLOWED_UP, now)
    session.commit()
    for name in columns_of(Complaint):
        said = refused(intruder, f"UPDATE complaints SET {name} = {name} WHERE id = {archived.id}")
        assert "complaints_final" in said, name
        assert refused(intruder, f"UPDATE complaints SET {name} = {name} WHERE id = {still_open.id}") == "", name
    assert "complaints_final" in refused(intruder, f"DELETE FROM complaints WHERE id = {archived.id}")
    assert refused(intruder, f"UPDATE complaints SET unit_id = NULL WHERE id = {archived.id}") == ""


def test_a_closed_ticket_is_final_column_by_column_until_its_closing_is_corrected__JOB_6(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection
) -> None:
    closed, done = (ticket_in(world, status, now) for status in (TicketStatus.CLOSED, TicketStatus.DONE))
    session.commit()
    for name in columns_of(Ticket):
        if name == "status":
            continue
        said = refused(intruder, f"UPDATE tickets SET {name} = {name} WHERE id = {closed.id}")
        assert "tickets_final" in said, name
        assert refused(intruder, f"UPDATE tickets SET {name} = {name} WHERE id = {done.id}") == "", name
    again = f"UPDATE tickets SET status = 'in_progress', closed_at = NULL, finished_at = NULL WHERE id = {closed.id}"
    assert "tickets_final" in refused(intruder, again)
    assert "tickets_final" in refused(intruder, f"DELETE FROM tickets WHERE id = {closed.id}")
    for back in ("", ", version = version + 1", ", version = 1"):
        again = (
            f"UPDATE tickets SET status = 'done', closed_at = NULL, closed_by_id = NULL{back} WHERE id = {closed.id}"
        )
        assert "tickets_final" in refused(intruder, again)
    assert do(world, "correct", closed, now, reason="关错了单").one().status is TicketStatus.DONE


@pytest.mark.parametrize("table", ["tickets", "complaints", "audit_runs", "audit_lines"])
def test_no_program_empties_a_table_of_what_is_final(intruder: Connection, table: str) -> None:
    if intruder.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE; its DELETE is tried row by row above")
    assert f"{table}_final_row" in refused(intruder, f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("mark", ["true", "false"])
def test_no_program_says_that_a_matter_was_closed_at_its_source__JOB_6(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection, mark: str
) -> None:
    """Where the mark stands, nothing is asked of what closes and nothing of it is final."""
    ticket, complaint = ticket_in(world, TicketStatus.DONE, now), complaint_in(world, ComplaintStatus.FOLLOWED_UP, now)
    clerk = world.person("clerk").id
    session.commit()
    closing = f"status = 'closed', closed_at = finished_at, closed_by_id = {clerk}, acceptance = NULL"
    archiving = f"status = 'archived', result = 'x', archived_at = heard_at, archived_by_id = {clerk}"
    for register, row, ending in (("tickets", ticket, closing), ("complaints", complaint, archiving)):
        if mark == "false":
            with intruder.begin(), guards_off(intruder):
                intruder.execute(text(f"UPDATE {register} SET imported_closed = true"))
        for also in ("", ", version = version + 1", f", {ending}") if mark == "true" else ("",):
            attack = f"UPDATE {register} SET imported_closed = {mark}{also} WHERE id = {row.id}"
            assert f"{register}_mark" in refused(intruder, attack), attack


def test_the_key_of_what_was_said_is_deleted_but_never_another(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection
) -> None:
    ticket_in(world, TicketStatus.RECEIVED, now)
    session.commit()
    assert intruder.scalar(text("SELECT count(*) FROM personal_keys"))
    intruder.rollback()
    for name in PersonalKey.__table__.c:
        said = refused(intruder, f"UPDATE personal_keys SET {name.name} = {name.name}")
        assert "personal_keys" in said, name.name
    assert refused(intruder, "DELETE FROM personal_keys") == ""


@pytest.mark.parametrize("lacking", [*JOB, "follow-up"])
def test_no_program_closes_a_job_that_lacks_something__JOB_6(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection, lacking: str
) -> None:
    ticket = ticket_in(world, TicketStatus.DONE, now)
    clerk = world.person("clerk").id
    session.commit()
    closing = f"UPDATE tickets SET status = 'closed', closed_at = finished_at, closed_by_id = {clerk}"
    also = f", {lacking} = {JOB[lacking]}" if lacking in JOB else ""
    also += ", charge_fen = 100" if lacking == "settled_at" else ""
    if lacking == "follow-up":
        with intruder.begin():
            intruder.execute(text("UPDATE follow_ups SET status = 'not_satisfied'"))
    said = refused(intruder, f"{closing}{also} WHERE id = {ticket.id}")
    assert ("tickets_unasked" if lacking == "follow-up" else "tickets_unfinished") in said
    if lacking != "follow-up":
        assert refused(intruder, f"{closing} WHERE id = {ticket.id}") == ""


def test_the_database_asks_for_a_follow_up_exactly_where_the_verbs_do__FUP_1(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection
) -> None:
    ticket = ticket_in(world, TicketStatus.DONE, now)
    clerk, resident = world.person("clerk").id, world.residents[0].id
    session.commit()
    with intruder.begin():
        intruder.execute(text("UPDATE follow_ups SET status = 'not_satisfied'"))
    words = ("NULL", "''", "'x'")
    cases = {
        "kind": [f"'{kind.value}'" for kind in TicketKind],
        "reporter_department": words,
        "resident_id": ("NULL", str(resident)),
        "reporter_name": words,
        "reporter_phone": words,
        "imported_closed": ("false", "true"),
    }
    closing = f"UPDATE tickets SET status = 'closed', closed_at = finished_at, closed_by_id = {clerk}"
    owing, asked = set(), set()
    tell = (
        "INSERT INTO events (at, actor_id, role, verb, register, record_id, record_version, before, after)"
        f" SELECT heard_at, {clerk}, '', 'take_over', 'tickets', id, version + 1, '{{}}', '{{}}' FROM tickets"
    )
    for case in itertools.product(*cases.values()):
        columns = ", ".join(f"{name} = {value}" for name, value in zip(cases, case, strict=True))
        with intruder.begin() as doing:
            intruder.execute(text(tell))  # of the mark
            intruder.execute(text(f"UPDATE tickets SET {columns}, version = version + 1 WHERE id = {ticket.id}"))
            if owes_follow_up(intruder.execute(text(f"SELECT * FROM tickets WHERE id = {ticket.id}")).one()):
                owing.add(case)
            try:
                intruder.execute(text(f"{closing} WHERE id = {ticket.id}"))
            except DBAPIError as problem:
                if "tickets_unasked" in str(problem.orig):
                    asked.add(case)
            doing.rollback()
    assert owing == asked
    assert 0 < len(owing) < math.prod(map(len, cases.values()))


def test_a_signed_audit_is_final_with_its_lines__AUD_3(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection
) -> None:
    ticket_in(world, TicketStatus.RECEIVED, now)
    run = audits.run(Call(session, world.actor("supervisor"), now), [world.estate]).one()
    lines = session.scalar(select(func.count()).select_from(AuditLine))
    session.commit()
    attacks = [
        *(f"UPDATE audit_runs SET {name} = {name}" for name in columns_of(AuditRun)),
        "DELETE FROM audit_lines",
        *(f"UPDATE audit_lines SET {name} = {name}" for name in ("note", "number", "facts", "overdue", "owner_id")),
    ]
    assert lines
    for attack in attacks:
        assert refused(intruder, attack) == "", attack
    audits.sign_off(Call(session, world.actor("supervisor"), now), [run]).one()
    session.commit()
    for attack in [*attacks, "DELETE FROM audit_runs"]:
        assert "_final" in refused(intruder, attack), attack

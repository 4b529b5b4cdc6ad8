"""The database fills in and then refuses: what is open has a next date and a person, whoever writes it (INT-14)."""

import datetime

import pytest
from sqlalchemy import Connection, text

from models.call import Call
from models.complaints import OPEN_STATUSES as OPEN_COMPLAINTS, Complaint, ComplaintStatus
from models.errors import OperationRefused
from models.matters import ClockRun
from models.operations import estates
from models.operations.undated import date_undated
from models.session import DeskSession
from models.tickets import OPEN_STATUSES, Ticket, TicketStatus
from tests.factories import World
from tests.operations.walks import complaint_in, ticket_in

NEEDED = {"tickets": "kind, source, source_key", "complaints": "category, source, source_key"}
SAID = {"tickets": "'repair', 'other', 'X1'", "complaints": "'equipment', 'other', 'X1'"}


def refused(connection: Connection, sql: str) -> str:
    """What the database says to *sql*; nothing where it takes it, which is not kept."""
    with connection.begin() as doing:
        try:
            connection.execute(text(sql))
        except Exception as problem:
            return str(problem)
        doing.rollback()
    return ""


def written(register: str, world: World, *, more: str = "", values: str = "") -> str:
    """A row as another program writes it: without a date and, unless *more* says so, without a person."""
    stored = "2026-11-18 01:00:00.000000"
    columns = f"estate_id, number, summary, heard_at, registered_at, {NEEDED[register]}{more}"
    said = f"{world.estate.id}, 'X-1', '漏水', '{stored}', '{stored}', {SAID[register]}{values}"
    return f"INSERT INTO {register} ({columns}) VALUES ({said})"


@pytest.mark.parametrize("register", NEEDED)
def test_what_another_program_writes_is_due_at_once_and_the_complaint_posts__INT_14(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection, register: str
) -> None:
    assert "next_date" in refused(intruder, written(register, world))
    post = world.person("clerk2").id
    estates.amend(Call(session, world.actor("manager"), now), [world.estate], post_staff_id=post).one()
    session.commit()
    with intruder.begin():
        intruder.execute(text(written(register, world)))
    due, owner = session.execute(text(f"SELECT due_at = registered_at, desk_owner_id FROM {register}")).one()
    assert (bool(due), owner) == (True, post)


def test_a_date_and_a_person_that_another_program_says_stay__INT_14(
    session: DeskSession, world: World, intruder: Connection
) -> None:
    due = "2026-11-19 01:00:00.000000"
    more = {"more": ", due_at, desk_owner_id", "values": f", '{due}', {world.person('clerk').id}"}
    with intruder.begin():
        intruder.execute(text(written("tickets", world, **more)))
    ticket = session.query(Ticket).one()
    assert ticket.due_at == datetime.datetime(2026, 11, 19, 1, tzinfo=datetime.UTC)
    assert ticket.desk_owner_id == world.person("clerk").id


def test_neither_is_taken_from_what_is_open__INT_14(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection
) -> None:
    rows: list[Ticket | Complaint] = [ticket_in(world, status, now) for status in OPEN_STATUSES]
    rows += [complaint_in(world, status, now) for status in OPEN_COMPLAINTS]
    ended: list[Ticket | Complaint] = [
        ticket_in(world, TicketStatus.CANCELLED, now),
        complaint_in(world, ComplaintStatus.CANCELLED, now),
    ]
    session.commit()
    for row in rows:
        for column in ("due_at", "desk_owner_id"):
            change = f"UPDATE {row.__tablename__} SET {column} = NULL WHERE id = {row.id}"
            assert f"{row.__tablename__}_next_date" in refused(intruder, change), (row.status, column)
    for row in ended:
        back = "received" if isinstance(row, Ticket) else "registered"
        change = f"UPDATE {row.__tablename__} SET due_at = NULL WHERE id = {row.id}"
        assert refused(intruder, change) == ""
        reopened = f"UPDATE {row.__tablename__} SET status = '{back}', cancelled_at = NULL WHERE id = {row.id}"
        assert f"{row.__tablename__}_next_date" in refused(intruder, reopened)


def test_the_night_gives_what_another_program_wrote_the_clocks_of_its_state__INT_14(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection
) -> None:
    more = {"more": ", desk_owner_id", "values": f", {world.person('clerk').id}"}
    with intruder.begin():
        intruder.execute(text(written("tickets", world, **more)))
    date_undated(Call(session, world.actor("system"), now), [world.estate])
    ticket = session.query(Ticket).one()
    assert ticket.due_at == ticket.registered_at + datetime.timedelta(minutes=30)
    assert session.query(ClockRun).one().ticket_id == ticket.id


def test_the_complaint_post_is_somebody_of_the_desk__INT_14(
    session: DeskSession, world: World, now: datetime.datetime
) -> None:
    manager = Call(session, world.actor("manager"), now)
    for name in ("technician", "stranger"):
        outcome = estates.amend(manager, [world.estate], post_staff_id=world.person(name).id)
        ((_, refusal),) = outcome.refused
        assert isinstance(refusal, OperationRefused)
        assert (refusal.rule, refusal.field) == ("INT-14", "post_staff_id")
    estates.amend(manager, [world.estate], post_staff_id=world.person("clerk").id).one()
    estates.amend(manager, [world.estate], post_staff_id=None).one()
    assert world.estate.post_staff_id is None

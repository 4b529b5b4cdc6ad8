"""The database fills in and then refuses: what is open has a next date and a person, whoever writes it (INT-14)."""

import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, text

from models.audits import FindingKind
from models.call import Call
from models.complaints import OPEN_STATUSES as OPEN_COMPLAINTS, Complaint, ComplaintStatus
from models.errors import OperationRefused
from models.keys import Key, KeyApproval, KeyOrigin
from models.matters import ClockRun
from models.operations import audits, estates, keys
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


STORED = "2026-11-18 01:00:00.000000"
KEPT = {"key_approvals": "next_at", "keys": "due_at"}


@pytest.fixture
def key_id(session: DeskSession, world: World, now: datetime.datetime) -> int:
    """A key on its hook."""
    draft = keys.KeyDraft(world.estate.id, KeyOrigin.ENTRUSTED, "A1", "S1", unit_id=world.units[0].id)
    found = keys.register(Call(session, world.actor("clerk"), now), [draft]).one()
    session.commit()
    return int(found.id)


def of_keys(register: str, world: World, key_id: int, *, more: str = "", values: str = "") -> str:
    """A request for a key, or a lost one, as another program writes it."""
    if register == "keys":
        columns, said = "number, hook, origin, received_at, place, lost_at", f"'K9', 'Z9', 'entrusted', '{STORED}', 'x'"
        said += f", '{STORED}'"
    else:
        columns = "key_id, borrower_kind, borrower_name, purpose, requested_at, requested_by_id"
        said = f"{key_id}, 'other', '李', '看房', '{STORED}', {world.person('clerk').id}"
    return f"INSERT INTO {register} (estate_id, {columns}{more}) VALUES ({world.estate.id}, {said}{values})"


@pytest.mark.parametrize("register", KEPT)
def test_a_request_or_a_lost_key_of_another_program_is_late_at_once_and_the_posts__INT_14(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection, register: str, key_id: int
) -> None:
    wanted = of_keys(register, world, key_id)
    assert f"{register}_next_date" in refused(intruder, wanted)
    post = world.person("clerk2").id
    estates.amend(Call(session, world.actor("manager"), now), [world.estate], post_staff_id=post).one()
    session.commit()
    with intruder.begin():
        intruder.execute(text(wanted))
    stored = text(f"SELECT {KEPT[register]} = '{STORED}', answerable_id FROM {register} WHERE id <> {key_id}")
    if register == "key_approvals":
        stored = text("SELECT next_at = requested_at, answerable_id FROM key_approvals")
    due, person = session.execute(stored).one()
    assert (bool(due), person) == (True, post)
    session.rollback()
    for column in (KEPT[register], "answerable_id"):
        taken = f"UPDATE {register} SET {column} = NULL WHERE answerable_id IS NOT NULL"
        assert f"{register}_next_date" in refused(intruder, taken)


@pytest.mark.parametrize("register", KEPT)
def test_who_answers_can_act_and_who_cannot_any_more_is_found__INT_14(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection, register: str, key_id: int
) -> None:
    clerk, system, gone = (world.person(name).id for name in ("clerk", "system", "clerk2"))
    session.commit()
    with intruder.begin():
        intruder.execute(text(f"UPDATE staff SET disabled_at = created_at WHERE id = {gone}"))
        given = {"more": f", {KEPT[register]}, answerable_id", "values": f", '{STORED}', {clerk}"}
        intruder.execute(text(of_keys(register, world, key_id, **given)))
    for person in (system, gone):
        given = {"more": f", {KEPT[register]}, answerable_id", "values": f", '{STORED}', {person}"}
        assert f"{register}_person" in refused(intruder, of_keys(register, world, key_id, **given))
        moved = f"UPDATE {register} SET answerable_id = {person} WHERE answerable_id = {clerk}"
        assert f"{register}_person" in refused(intruder, moved)
    with intruder.begin():
        intruder.execute(text(f"UPDATE staff SET disabled_at = created_at WHERE id = {clerk}"))
    assert refused(intruder, f"UPDATE {register} SET answerable_id = answerable_id WHERE answerable_id = {clerk}") == ""
    audit = audits.run(Call(session, world.actor("supervisor"), now), [world.estate]).one()
    assert audit.counts[FindingKind.OWNER_GONE.value] == 1


@pytest.mark.parametrize("register", KEPT)
def test_the_night_gives_a_request_or_a_lost_key_its_clock__INT_14(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection, register: str, key_id: int
) -> None:
    wanted = of_keys(register, world, key_id, more=", answerable_id", values=f", {world.person('clerk').id}")
    session.commit()
    with intruder.begin():
        intruder.execute(text(wanted))
    for later in (0, 1):
        date_undated(Call(session, world.actor("system"), now + datetime.timedelta(days=later)), [world.estate])
    row: Any = session.query(KeyApproval).one() if register == "key_approvals" else session.get(Key, key_id + 1)
    assert session.query(ClockRun).one().record_id == row.id
    assert getattr(row, KEPT[register]) == datetime.datetime(2026, 11, 18, 16, tzinfo=datetime.UTC)  # midnight there
    assert row.version == 2


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


@pytest.mark.parametrize("register", NEEDED)
@pytest.mark.parametrize("column", ["desk_owner_id", "assignee_id", "follower_id"])
def test_no_open_matter_is_given_to_a_disabled_account__INT_14(
    session: DeskSession, world: World, now: datetime.datetime, intruder: Connection, register: str, column: str
) -> None:
    make: Any = ticket_in if register == "tickets" else complaint_in
    is_open = (TicketStatus if register == "tickets" else ComplaintStatus)["CANCELLED"]
    ended, row = make(world, is_open, now).id, make(world, next(iter(type(is_open))), now).id
    clerk, gone = (world.person(name).id for name in ("clerk", "clerk2"))
    session.commit()
    with intruder.begin():
        intruder.execute(text(f"UPDATE staff SET disabled_at = created_at WHERE id = {gone}"))
    refuses = f"{register}_{column.removesuffix('_id')}"
    for whose, said in ((clerk, ""), (gone, refuses)):
        owner = "" if column == "desk_owner_id" else ", desk_owner_id"
        values = f", {whose}" if not owner else f", {clerk}, {whose}"
        given = written(register, world, more=f", due_at{owner}, {column}", values=f", '{STORED}'{values}")
        handed = f"UPDATE {register} SET {column} = {whose} WHERE id = {row}"
        for problem in (refused(intruder, given), refused(intruder, handed)):
            assert (said in problem) if said else problem == "", problem
        assert refused(intruder, f"UPDATE {register} SET {column} = {whose} WHERE id = {ended}") == ""
    with intruder.begin():
        intruder.execute(text(f"UPDATE {register} SET {column} = {clerk} WHERE id = {row}"))
        intruder.execute(text(f"UPDATE staff SET disabled_at = created_at WHERE id = {clerk}"))
    assert refused(intruder, f"UPDATE {register} SET {column} = {column} WHERE id = {row}") == ""

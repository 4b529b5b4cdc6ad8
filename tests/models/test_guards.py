"""What the database refuses, tried by another program: its own connection, foreign keys off, raw SQL."""

import datetime

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from models import Base, Key, KeyLoan
from models.call import Call
from models.guards import drop_triggers
from models.invariants import broken_invariants
from models.keys import BorrowerKind, KeyOrigin
from models.matters import Channel
from models.operations import tickets
from models.session import DeskSession
from models.tickets import Ticket
from tests.factories import World
from tests.marks import only_postgresql

LONG_AGO = "2020-01-01 00:00:00.000000"
APPEND_ONLY = ("events", "event_seals")
SQLITE_WRITES = ("INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE")


@pytest.fixture
def ticket(session: DeskSession, world: World, now: datetime.datetime) -> Ticket:
    draft = tickets.TicketDraft(
        world.estate.id, "水管漏水", unit_id=world.units[0].id, reporter_name="张", channel=Channel.PHONE
    )
    made = tickets.register(Call(session, world.actor("clerk"), now), [draft]).one()
    session.commit()
    assert isinstance(made, Ticket)
    return made


@pytest.fixture
def loan(session: DeskSession, world: World, now: datetime.datetime) -> KeyLoan:
    key = Key(
        estate_id=world.estate.id,
        number="K-1",
        unit_id=world.units[0].id,
        hook="A1",
        origin=KeyOrigin.ENTRUSTED,
        received_at=now,
    )
    session.add(key)
    session.flush()
    loan = KeyLoan(
        estate_id=world.estate.id,
        key_id=key.id,
        borrower_kind=BorrowerKind.OWNER,
        borrower_name="张伟",
        lent_at=now,
        lent_by_id=world.staff["clerk"].id,
        due_at=now + datetime.timedelta(hours=2),
    )
    session.add(loan)
    session.commit()
    return loan


def must_refuse(connection: Connection, sql: str) -> str:
    """Run *sql* and commit; returns the database's refusal."""
    with pytest.raises(DBAPIError) as refused, connection.begin():
        connection.execute(text(sql))
    assert "locked" not in str(refused.value.orig)
    return str(refused.value.orig)


def copy_of(connection: Connection, table: str, record_id: int, **changes: str) -> tuple[str, str]:
    """Columns and SELECT that repeat one row under a new id with *changes*, each an SQL expression."""
    columns = [column.name for column in Base.metadata.tables[table].columns if column.name != "id"]
    chosen = ", ".join(changes.get(column, column) for column in columns)
    return ", ".join(columns), f"SELECT {chosen} FROM {table} WHERE id = {record_id}"


def test_two_unended_loans_of_one_key_cannot_exist__KEY_2(intruder: Connection, loan: KeyLoan) -> None:
    columns, select = copy_of(intruder, "key_loans", loan.id)
    writes = SQLITE_WRITES if intruder.dialect.name == "sqlite" else SQLITE_WRITES[:1]
    for write in writes:
        assert "uq_key_loans_unended" in must_refuse(intruder, f"{write} INTO key_loans ({columns}) {select}")
    assert intruder.execute(text("SELECT count(*) FROM key_loans")).scalar() == 1


def test_an_ended_loan_cannot_be_opened_again_while_another_runs__KEY_2(intruder: Connection, loan: KeyLoan) -> None:
    columns, select = copy_of(intruder, "key_loans", loan.id, returned_at="lent_at")
    with intruder.begin():
        intruder.execute(text(f"INSERT INTO key_loans ({columns}) {select}"))
    update = "UPDATE OR REPLACE" if intruder.dialect.name == "sqlite" else "UPDATE"
    must_refuse(intruder, f"{update} key_loans SET returned_at = NULL WHERE id <> {loan.id}")
    assert intruder.execute(text("SELECT count(*) FROM key_loans")).scalar() == 2


def write(connection: Connection, sql: str) -> None:
    """Run *sql*, which the database accepts, and commit."""
    with connection.begin():
        connection.execute(text(sql))


@pytest.mark.parametrize(
    "gone", ["lost_at = received_at, owner_told_at = received_at", "handed_back_at = received_at, handed_back_to = 'x'"]
)
def test_no_program_lends_a_key_that_is_lost_or_handed_back__KEY_2(
    intruder: Connection, loan: KeyLoan, gone: str
) -> None:
    write(intruder, f"UPDATE key_loans SET returned_at = lent_at WHERE id = {loan.id}")
    write(intruder, f"UPDATE keys SET {gone}")
    columns, select = copy_of(intruder, "key_loans", loan.id, returned_at="NULL")
    for attack in (
        f"INSERT INTO key_loans ({columns}) {select}",
        f"UPDATE key_loans SET returned_at = NULL WHERE id = {loan.id}",
    ):
        assert "key_loans_key_here" in must_refuse(intruder, attack)
    columns, select = copy_of(intruder, "key_loans", loan.id)
    write(intruder, f"INSERT INTO key_loans ({columns}) {select}")  # an ended loan of the past may be entered later


@pytest.mark.parametrize(
    "gone", ["lost_at = received_at, owner_told_at = received_at", "handed_back_at = received_at, handed_back_to = 'x'"]
)
def test_no_program_loses_or_hands_back_a_key_that_is_on_loan__KEY_2(
    intruder: Connection, loan: KeyLoan, gone: str
) -> None:
    assert "keys_not_on_loan" in must_refuse(intruder, f"UPDATE keys SET {gone}")
    write(intruder, f"UPDATE key_loans SET lost_at = lent_at WHERE id = {loan.id}")
    write(intruder, f"UPDATE keys SET {gone}")


@pytest.mark.parametrize(
    "gone", ["lost_at = received_at, owner_told_at = received_at", "handed_back_at = received_at, handed_back_to = 'x'"]
)
def test_a_key_that_is_gone_stays_gone__KEY_4_KEY_5(intruder: Connection, loan: KeyLoan, gone: str) -> None:
    write(intruder, f"UPDATE key_loans SET returned_at = lent_at WHERE id = {loan.id}")
    write(intruder, f"UPDATE keys SET {gone}")
    assert "keys_stay_gone" in must_refuse(intruder, "UPDATE keys SET lost_at = NULL, handed_back_at = NULL")
    write(intruder, "UPDATE keys SET owner_told_at = received_at, note = 'x'")


@only_postgresql
@pytest.mark.parametrize("first", ["lend", "hand_back"])
def test_lending_and_handing_back_at_once_wait_for_each_other__KEY_2(
    intruder: Connection, loan: KeyLoan, database_url: str, first: str
) -> None:
    write(intruder, f"UPDATE key_loans SET returned_at = lent_at WHERE id = {loan.id}")
    columns, select = copy_of(intruder, "key_loans", loan.id, returned_at="NULL")
    lend, hand_back = (
        f"INSERT INTO key_loans ({columns}) {select}",
        "UPDATE keys SET handed_back_at = received_at, handed_back_to = 'x'",
    )
    second = hand_back if first == "lend" else lend
    write(intruder, "SET lock_timeout = '50ms'")
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as other, other.begin():
        other.execute(text(lend if first == "lend" else hand_back))
        assert "lock timeout" in must_refuse(intruder, second)
    assert "lock timeout" not in must_refuse(intruder, second)


def test_a_loan_names_its_borrower_whoever_writes__KEY_2(intruder: Connection, loan: KeyLoan) -> None:
    columns, select = copy_of(intruder, "key_loans", loan.id, returned_at="lent_at", borrower_name="'  '")
    for attack in (f"INSERT INTO key_loans ({columns}) {select}", "UPDATE key_loans SET borrower_name = ''"):
        assert "key_loans_borrower_named" in must_refuse(intruder, attack)


@pytest.mark.parametrize("kind", ["staff", "other"])
def test_no_program_lends_without_an_approval_where_one_is_needed__KEY_3(
    intruder: Connection, loan: KeyLoan, world: World, kind: str
) -> None:
    clerk, supervisor = world.staff["clerk"].id, world.staff["supervisor"].id
    write(
        intruder,
        "INSERT INTO key_approvals (id, estate_id, key_id, borrower_kind, borrower_name, purpose, requested_at,"
        f" requested_by_id, answerable_id) SELECT 77, estate_id, key_id, '{kind}', borrower_name, 'x', lent_at,"
        f" {clerk}, {clerk} FROM key_loans",
    )
    lent = f"UPDATE key_loans SET borrower_kind = '{kind}'"
    assert "key_loans_approved" in must_refuse(intruder, lent)
    assert "key_loans_approved" in must_refuse(intruder, f"{lent}, approval_id = 77")
    write(
        intruder,
        f"UPDATE key_approvals SET status = 'approved', decided_at = requested_at, decided_by_id = {supervisor}",
    )
    write(intruder, f"{lent}, approval_id = 77")
    assert "key_loans_approved" in must_refuse(intruder, "UPDATE key_loans SET approval_id = NULL")
    write(intruder, f"UPDATE key_loans SET returned_at = lent_at WHERE id = {loan.id}")
    columns, select = copy_of(intruder, "key_loans", loan.id, returned_at="NULL", approval_id="NULL")
    assert "key_loans_approved" in must_refuse(intruder, f"INSERT INTO key_loans ({columns}) {select}")


def test_keys_in_two_places_are_found_where_guards_were_taken_away__KEY_2(
    intruder: Connection, loan: KeyLoan, session: DeskSession
) -> None:
    assert list(broken_invariants(session)) == []
    session.rollback()
    with intruder.begin():
        drop_triggers(intruder)
        intruder.execute(text("UPDATE key_loans SET borrower_name = ' ', borrower_kind = 'other'"))
        intruder.execute(text("UPDATE keys SET handed_back_at = received_at, handed_back_to = 'x'"))
    assert [line[: line.index(":")] for line in broken_invariants(session)] == ["KEY-2", "KEY-2", "KEY-3"]
    session.rollback()
    with intruder.begin():
        intruder.execute(text("UPDATE key_loans SET borrower_name = 'x', lost_at = lent_at"))
    assert [line[: line.index(":")] for line in broken_invariants(session)] == ["KEY-4"]


@pytest.mark.parametrize(
    "change",
    [
        "status = 'closed'",
        "status = 'closed', result = 'ok', closed_at = registered_at",
        "status = 'closed', result = ' ', closed_at = registered_at, closed_by_id = desk_owner_id",
        "status = 'closed', result = 'ok', closed_by_id = desk_owner_id",
        "status = 'overdue'",
        "status = NULL",
        "kind = 'party'",
        f"registered_at = '{LONG_AGO}'",
        f"accepted_at = '{LONG_AGO}'",
        "dispatched_at = registered_at, arrived_at = registered_at, accepted_at = '2999-01-01 00:00:00.000000'",
        "status = 'waiting'",
        "desk_owner_id = NULL",
        "estate_id = NULL",
        "estate_id = 999",
        "id = id + 1000",
        "summary = '   '",
        "charge_fen = -1",
        "number = NULL",
        "settled_at = registered_at",
    ],
)
def test_no_program_can_put_a_ticket_into_an_impossible_state__JOB_6(
    intruder: Connection, ticket: Ticket, change: str
) -> None:
    must_refuse(intruder, f"UPDATE tickets SET {change} WHERE id = {ticket.id}")


@pytest.mark.parametrize(
    "value", ["'yesterday'", "'2026-13-45 00:00:00.000000'", "'2026-01-01'", "'2026-01-01T00:00:00Z'"]
)
def test_a_time_in_another_form_is_refused_on_sqlite(intruder: Connection, ticket: Ticket, value: str) -> None:
    if intruder.dialect.name != "sqlite":
        assert intruder.dialect.name == "postgresql"  # timestamptz has one form
        return
    must_refuse(intruder, f"UPDATE tickets SET due_at = {value} WHERE id = {ticket.id}")


@pytest.mark.parametrize("column", ["unit_id", "resident_id", "team_id", "category_id", "complaint_id", "previous_id"])
def test_a_record_cannot_point_into_another_estate_or_nowhere(
    intruder: Connection, ticket: Ticket, world: World, column: str
) -> None:
    must_refuse(intruder, f"UPDATE tickets SET {column} = 999999 WHERE id = {ticket.id}")
    elsewhere = {"unit_id": world.other_unit.id, "team_id": world.other_team.id}
    if column in elsewhere:
        must_refuse(intruder, f"UPDATE tickets SET {column} = {elsewhere[column]} WHERE id = {ticket.id}")


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "attack", ["UPDATE {t} SET created_at = created_at", "DELETE FROM {t}", "TRUNCATE {t} CASCADE"]
)
def test_events_and_seals_are_never_changed_or_removed(
    intruder: Connection, ticket: Ticket, table: str, attack: str
) -> None:
    if attack.startswith("TRUNCATE") and intruder.dialect.name == "sqlite":
        attack = "DELETE FROM {t}"
    before = intruder.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    assert before > 0
    intruder.rollback()
    must_refuse(intruder, attack.format(t=table))
    assert intruder.execute(text(f"SELECT count(*) FROM {table}")).scalar() == before


@pytest.mark.parametrize("table", sorted({"tickets", "events", "units", "staff", "clock_runs"}))
def test_insert_or_replace_cannot_swallow_a_row(intruder: Connection, ticket: Ticket, table: str) -> None:
    before = intruder.execute(text(f"SELECT count(*) FROM {table}")).scalar()
    intruder.rollback()
    write = "INSERT OR REPLACE" if intruder.dialect.name == "sqlite" else "INSERT"
    must_refuse(intruder, f"{write} INTO {table} SELECT * FROM {table}")
    assert intruder.execute(text(f"SELECT count(*) FROM {table}")).scalar() == before


@pytest.mark.parametrize("table", ["estates", "units", "staff", "clocks"])
def test_a_row_that_others_refer_to_cannot_be_deleted(intruder: Connection, ticket: Ticket, table: str) -> None:
    must_refuse(intruder, f"DELETE FROM {table}")


@pytest.mark.parametrize(
    "table", sorted(name for name, table in Base.metadata.tables.items() if "estate_id" in table.c)
)
def test_every_table_of_an_estate_refuses_a_row_without_one(intruder: Connection, table: str) -> None:
    if Base.metadata.tables[table].c.estate_id.nullable:
        assert table in {"events", "staff"}  # what concerns accounts belongs to no single estate
        return
    refusal = must_refuse(intruder, f"INSERT INTO {table} (estate_id) VALUES (NULL)")
    assert "estate_id" in refusal or "null value" in refusal


def test_a_time_without_zone_is_refused_before_it_reaches_the_database(session: DeskSession, ticket: Ticket) -> None:
    with pytest.raises(Exception, match="time zone"):
        session.query(Ticket).filter(Ticket.due_at > datetime.datetime(2026, 1, 1)).all()  # noqa: DTZ001  # on purpose

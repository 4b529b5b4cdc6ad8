"""A row that was changed past the verbs is found by what the event log says of it, in every register."""

import pytest
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.exc import DBAPIError

from models import Base
from models.base import Choice, Flag, LocalDate, ShortText, SortKey, UTCDateTime
from models.call import Call
from models.guards import create_triggers, drop_triggers
from models.operations import passes, staff
from models.roles import Role
from models.tickets import TicketStatus
from models.without_event import registers, rows_without_event
from tests.fixed import NOW
from tests.operations.gate_desk import open_desk, visitor
from tests.operations.walks import do, ticket_in


def lines(session):
    """Table and row -> what is said of it."""
    return {tuple(line.partition(": ")[0].split()): line.partition(": ")[2] for line in rows_without_event(session)}


@pytest.fixture
def before(session, records):
    """The rows of the world that no verb has made: they have no events."""
    found = lines(session)
    session.close()
    assert set(found.values()) == {"was added"}
    return found


def another(column, value):
    """Another value for *column*, None for one that has to be left alone."""
    if column.name in {"created_at", "updated_at"} or isinstance(column.type, SortKey) or column.info.get("secret"):
        return None
    if isinstance(column.type, Choice):
        return next(member for member in column.type.enum if member != value)
    if isinstance(column.type, Flag):
        return not value
    if isinstance(column.type, UTCDateTime):
        return NOW.replace(year=2031)
    if isinstance(column.type, LocalDate):
        return NOW.date().replace(year=2031)
    return "7" if isinstance(column.type, ShortText) else None


def change_every_column(connection, table, row):
    """Change each column of *row* that the database lets one change; returns their names."""
    done = []
    for column in table.columns:
        value = another(column, row._mapping[column.name])
        if value is None:
            continue
        savepoint = connection.begin_nested()
        try:
            connection.execute(update(table).where(table.c.id == row.id).values({column: value}))
            savepoint.commit()
            done.append(column.name)
        except DBAPIError:
            savepoint.rollback()
    return done


def test_every_changed_column_of_every_register_is_named(session, engine, before):
    wanted = {}
    with engine.begin() as connection:
        drop_triggers(connection)
        for table in registers():
            rows = connection.execute(select(table).order_by(table.c.id)).all()
            row = next((row for row in rows if (table.name, str(row.id)) not in before), None)
            if row is not None and (names := change_every_column(connection, table, row)):
                wanted[table.name, str(row.id)] = ", ".join(names)
        create_triggers(connection, Base.metadata)
    found = lines(session)
    assert {row: said for row, said in found.items() if row not in before} == wanted
    assert {table for table, _row in wanted} >= {"tickets", "complaints", "keys", "visitor_passes", "follow_ups"}


def test_rows_deleted_past_the_verbs_and_versions_set_are_named(session, engine, before):
    with engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(text("UPDATE keys SET version = version + 1 WHERE id = (SELECT max(id) FROM keys)"))
        key = connection.scalar(text("SELECT max(id) FROM keys"))
        gone = connection.scalars(text("SELECT id FROM follow_ups")).all()
        connection.execute(text("DELETE FROM follow_up_attempts"))
        connection.execute(text("DELETE FROM clock_runs WHERE follow_up_id IS NOT NULL"))
        connection.execute(text("DELETE FROM follow_ups"))
        create_triggers(connection, Base.metadata)
    found = {row: said for row, said in lines(session).items() if row not in before}
    assert found == {("keys", str(key)): "version"} | {("follow_ups", str(row)): "is gone" for row in gone}
    assert gone


BESIDE = {
    "staff_assignments": "created_at",
    "pass_movements": "at",
    "follow_up_attempts": "created_at",
    "comments": "at",
}
"""What verbs write beside a record, and the time by which it is known."""


@pytest.fixture
def beside(session, world, now, before):
    """One row each that a verb wrote beside a record; none of them is named."""
    ticket = ticket_in(world, TicketStatus.DONE, now)  # with an attempt of its follow-up
    do(world, "comment", ticket, now, body="业主催了").one()
    do(world, "report_again", ticket_in(world, TicketStatus.RECEIVED, now), now, words="还在漏").one()
    clerk, admin = Call(session, world.actor("clerk"), now), Call(session, world.actor("admin"), now)
    staff.grant_role(admin, [world.staff["clerk"]], estate=world.estate, role=Role.SUPERVISOR).one()
    visit = passes.issue(clerk, [visitor(open_desk(session, world, now))]).one()
    passes.check_in(clerk, [visit]).one()
    session.commit()
    assert {row for row in lines(session) if row[0] in {*BESIDE, "repeat_reports"}} <= before.keys()
    session.close()


@pytest.mark.parametrize("attack", ["DELETE FROM {table}", "UPDATE {table} SET {time} = :other"])
@pytest.mark.usefixtures("beside")
def test_what_verbs_wrote_beside_a_record_is_named_where_it_is_gone_or_changed(session, engine, attack):
    with engine.begin() as connection:
        drop_triggers(connection)
        for table, time in BESIDE.items():
            written = text(attack.format(table=table, time=time))
            other = {"other": bindparam("other", NOW.replace(year=2031), UTCDateTime())} if ":" in attack else {}
            connection.execute(written.bindparams(*other.values()))
        create_triggers(connection, Base.metadata)
    found = [line for line in rows_without_event(session) if "is gone or was changed" in line]
    assert {line.partition(" ")[0] for line in found} == set(BESIDE)


@pytest.mark.usefixtures("beside")
def test_a_repeated_report_that_is_gone_is_named(session, engine):
    with engine.begin() as connection:
        drop_triggers(connection)
        assert connection.execute(text("DELETE FROM repeat_reports")).rowcount
        create_triggers(connection, Base.metadata)
    assert [line for line in rows_without_event(session) if line.startswith("repeat_reports of tickets")]

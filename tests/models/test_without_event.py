"""A row that was changed past the verbs is found by what the event log says of it, in every register."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from models import Base
from models.base import Choice, Flag, LocalDate, ShortText, SortKey, UTCDateTime
from models.guards import create_triggers, drop_triggers
from models.without_event import registers, rows_without_event
from tests.fixed import NOW


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

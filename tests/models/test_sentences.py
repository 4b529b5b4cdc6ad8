"""Whatever the database refuses, a person is told in words, with the rule."""

import re

import pytest
from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.exc import IntegrityError

from models import Base
from models.errors import OperationRefused
from models.guards import trigger_statements
from models.residents import Resident
from models.sentences import ColumnName, TableName, all_sentences, refusal_from
from models.staff import Staff
from tests.marks import only_sqlite
from views.words.labels import REGISTERS


def test_every_constraint_index_and_guard_has_a_sentence():
    wanted = set()
    for table in Base.metadata.tables.values():
        wanted |= {str(item.name) for item in table.constraints}
        wanted |= {str(index.name) for index in table.indexes if index.unique}
        wanted.add(f"identity_{table.name}")
    assert wanted - set(all_sentences()) == set()


def test_every_name_that_a_guard_can_say_has_a_sentence():
    said = set()
    for statement in trigger_statements(Base.metadata, "sqlite"):
        said |= set(re.findall(r"RAISE\(ABORT, '(\w+)'\)", statement))
    for statement in trigger_statements(Base.metadata, "postgresql"):
        said |= set(re.findall(r"guard_\w+\('(\w+)'\)", statement))
    assert said - set(all_sentences()) == set()


def test_every_sentence_can_be_filled():
    for name, sentence in all_sentences().items():
        refusal = OperationRefused(sentence.rule, sentence.message, **sentence.values)
        assert "%(" not in str(refusal), name
        assert str(refusal).startswith(sentence.rule)


def test_every_column_and_table_in_a_sentence_has_a_word():
    tables = {value for item in all_sentences().values() for value in item.values.values() if type(value) is TableName}
    assert tables - set(REGISTERS) == set()
    columns = {
        (str(item.values["table"]), column)
        for item in all_sentences().values()
        for value in item.values.values()
        if isinstance(value, list)
        for column in value
        if type(column) is ColumnName
    }
    assert {each for each in columns if str(each[1].label) == str(each[1])} == set()


def test_own_sentences_come_with_their_rule():
    for table in Base.metadata.tables.values():
        for item in (*table.constraints, *table.indexes):
            if isinstance(item, CheckConstraint | Index) and item.info:
                assert set(item.info) >= {"rule", "sentence"}, item.name


STATEMENTS = [
    ("INSERT INTO estates (code, name) VALUES ('YH', 'again')", "there is already one with this: code"),
    ("INSERT INTO estates (name) VALUES ('without')", "“code” is missing"),
    ("UPDATE estates SET code = 'a code much longer than twenty characters'", "may have at most 20 characters"),
    ("UPDATE clocks SET calendar = 'sometimes'", "must be one of the words"),
    ("UPDATE clocks SET minutes = -1", "these do not fit together: minutes"),
    ("UPDATE staff SET estate_id = 999", "must name something that exists"),
    ("UPDATE units SET estate_id = (SELECT max(id) FROM estates)", "never changes its number or its estate"),
    ("DELETE FROM estates WHERE code = 'YH'", "must name something that exists"),
    ("UPDATE events SET verb = 'other'", "never changed or deleted"),
    ("DELETE FROM events", "never changed or deleted"),
    ("INSERT INTO database_mark (id, use, key_digest) VALUES (2, 'demo', '')", "do not fit together"),
]


@pytest.mark.parametrize(("statement", "said"), STATEMENTS)
def test_the_database_refuses_in_words(session, world, statement, said):
    with pytest.raises(IntegrityError) as caught:
        session.execute(text(statement))
    assert said in str(refusal_from(caught.value))


def test_a_refusal_names_its_rule__JOB_6(session, world):
    columns = "estate_id, number, kind, status, summary, desk_owner_id, heard_at, registered_at"
    moment = "'2026-11-18 02:00:00.000000'" if session.get_bind().dialect.name == "sqlite" else "now()"
    values = f"{world.estate.id}, 'R1', 'repair', 'closed', 'tap', {world.staff['clerk'].id}, {moment}, {moment}"
    with pytest.raises(IntegrityError) as caught:
        session.execute(text(f"INSERT INTO tickets ({columns}) VALUES ({values})"))
    refusal = refusal_from(caught.value)
    assert refusal.rule == "JOB-6"
    assert "closed when" in refusal.message


@only_sqlite
def test_insert_or_replace_is_refused_with_the_name_of_the_key(session, world):
    with pytest.raises(IntegrityError) as caught:
        session.execute(text("INSERT OR REPLACE INTO estates (code, name) VALUES ('YH', 'again')"))
    assert "code" in str(refusal_from(caught.value))


def test_what_orm_writes_is_told_in_words_too(session, world):
    session.add(Staff(username="clerk", name="again"))
    with pytest.raises(IntegrityError) as caught:
        session.flush()
    assert "username" in str(refusal_from(caught.value))


def test_a_refusal_of_another_programs_trigger_names_the_register_and_what_names_the_trigger(session, world):
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "CREATE TRIGGER gate BEFORE INSERT ON residents BEGIN SELECT RAISE(ABORT, 'not on a Sunday'); END"
        )
    else:
        connection.exec_driver_sql(
            "CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'not on a Sunday'; END $$;"
            "CREATE TRIGGER gate BEFORE INSERT ON residents FOR EACH ROW EXECUTE FUNCTION gate()"
        )
    session.add(Resident(estate_id=world.estate.id, name="何"))
    with pytest.raises(IntegrityError) as caught:
        session.flush()
    refusal = refusal_from(caught.value)
    assert refusal.values["table"] == "residents"
    assert "frontdesk db check" in str(refusal)
    assert "Sunday" not in str(refusal)  # it may as well name whom the row is about
    session.rollback()

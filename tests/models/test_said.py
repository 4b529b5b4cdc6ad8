"""Names and what people said lie encrypted beside an event: without the record's key they are gone, no seal breaks."""

import json
from typing import Any

import pytest
from sqlalchemy import delete, event as hook, func, select, text

from models import Base
from models.base import Json, ShortText
from models.call import Call
from models.errors import OperationRefused
from models.estates import UnitUse
from models.events import Event, broken_seals, record_events
from models.guards import create_triggers, drop_triggers
from models.operations import estates, tickets
from models.personal import Keyring, keyring_of
from models.said import ENCRYPTED, ERASED, UNREADABLE, PersonalKey, said
from models.without_event import rows_without_event
from tests.models.test_seals import event

WORDS = "王强说楼上陈先生家漏水"


@pytest.fixture
def desk(session, world, now):
    return Call(session, world.actor("clerk"), now)


@pytest.fixture
def ticket(desk, world):
    draft = tickets.TicketDraft(world.estate.id, WORDS, place="大堂", reporter_name="何")
    (made,) = tickets.register(desk, [draft]).all()
    desk.session.commit()
    return made


def events_of(session, record) -> list[Any]:
    query = select(Event).where(Event.register == record.__tablename__, Event.record_id == record.id)
    return list(session.scalars(query.order_by(Event.id)))


def erase(session, record):
    theirs = PersonalKey.register == record.__tablename__, PersonalKey.record_id == record.id
    session.execute(delete(PersonalKey).where(*theirs))
    session.commit()
    session.expire_all()


def test_a_column_of_text_says_whether_it_holds_names_or_what_people_say():
    """Give it ``words=True`` or ``harmless=True`` in its ``named(…)``; a number of somebody is ``personal=True``."""
    marks = {"personal", "secret", "words", "harmless"}
    forgotten = [
        str(column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, ShortText | Json) and len(marks & column.info.keys()) != 1
    ]
    assert forgotten == []


def test_what_was_said_stands_nowhere_in_clear_and_is_read_as_it_was_said(desk, ticket):
    tickets.amend(desk, [ticket], summary="不漏了", place="车库").one()
    desk.session.commit()
    stored = desk.session.execute(text('SELECT "before", "after", personal FROM events WHERE register = \'tickets\''))
    for row in stored:
        assert not any(word in part for part in row for word in (WORDS, "不漏", "大堂", "何"))
    first, then = events_of(desk.session, ticket)
    assert first.after["summary"] == ENCRYPTED
    assert first.after["number"] == ticket.number
    assert said(first, keyring_of(desk.session))[1].items() >= {"summary": WORDS, "reporter_name": "何"}.items()
    assert said(then, keyring_of(desk.session))[:2] == (
        {"summary": WORDS, "place": "大堂"},
        {"summary": "不漏了", "place": "车库"},
    )
    assert list(broken_seals(desk.session)) == []
    assert [line for line in rows_without_event(desk.session) if line.startswith("tickets")] == []


def test_a_record_has_one_key_made_with_its_first_words(desk, ticket, world):
    estates.amend_units(Call(desk.session, world.actor("manager"), desk.now), [world.units[0]], use=UnitUse.SHOP).one()
    tickets.amend(desk, [ticket], summary="不漏了").one()
    desk.session.commit()
    keys = select(PersonalKey.register, PersonalKey.record_id).where(PersonalKey.register != "staff")
    assert desk.session.execute(keys).all() == [("tickets", ticket.id)]


def test_without_its_key_a_record_reads_erased_and_nothing_is_broken(desk, ticket):
    erase(desk.session, ticket)
    (told,) = events_of(desk.session, ticket)
    after = said(told, keyring_of(desk.session))[1]
    assert [after[name] for name in ("summary", "place", "reporter_name")] == [ERASED] * 3
    assert after["number"] == ticket.number
    assert list(broken_seals(desk.session)) == []
    assert [line for line in rows_without_event(desk.session) if line.startswith("tickets")] == []


def test_what_is_said_after_an_erasure_is_read_and_what_was_said_before_is_not(desk, ticket):
    erase(desk.session, ticket)
    tickets.amend(desk, [ticket], summary="不漏了").one()
    desk.session.commit()
    first, then = (said(told, keyring_of(desk.session)) for told in events_of(desk.session, ticket))
    assert first[1]["summary"] is ERASED
    assert then[1] == {"summary": "不漏了"}


def test_whoever_changes_the_cipher_text_breaks_the_seal(desk, ticket):
    (told,) = events_of(desk.session, ticket)
    connection = desk.session.connection()
    drop_triggers(connection)
    connection.execute(text("UPDATE events SET personal = 'AAAA' WHERE id = :id"), {"id": told.id})
    create_triggers(connection, Base.metadata)
    assert [event_id for _chain, event_id, _why in broken_seals(desk.session)] == [told.id]


def test_under_another_data_key_what_was_said_is_unreadable_not_erased(desk, ticket):
    (told,) = events_of(desk.session, ticket)
    assert said(told, Keyring(b"another key" * 4))[1]["summary"] is UNREADABLE


@pytest.mark.parametrize("damage", ["garbage", "", "another cipher text"])
def test_a_damaged_key_is_named_and_its_record_left_as_it_is(desk, ticket, keyring, damage):
    key = keyring.encrypt("13912345678") if damage == "another cipher text" else damage
    erase(desk.session, ticket)
    desk.session.add(PersonalKey(register="tickets", record_id=ticket.id, key=key))
    desk.session.commit()
    (told,) = events_of(desk.session, ticket)
    assert said(told, keyring).after["summary"] is UNREADABLE
    with pytest.raises(OperationRefused, match=f"Tickets, no. {ticket.id}.*the key of its history cannot be read"):
        tickets.amend(desk, [ticket], summary="不漏了")
    desk.session.rollback()
    assert ticket.summary == WORDS
    assert len(events_of(desk.session, ticket)) == 1


def test_the_words_encrypted_and_erased_are_words_like_others(desk, ticket):
    tickets.amend(desk, [ticket], summary=str(ERASED), place=ENCRYPTED).one()
    desk.session.commit()
    after = said(events_of(desk.session, ticket)[-1], keyring_of(desk.session))[1]
    assert after == {"summary": "erased", "place": "encrypted"}
    assert after["summary"] is not ERASED


def test_an_event_from_before_is_read_as_it_stands(desk, ticket):
    (told,) = events_of(desk.session, ticket)
    told.personal, told.after = None, {"summary": ENCRYPTED}
    assert said(told, keyring_of(desk.session))[1] == {"summary": ENCRYPTED}
    desk.session.expunge(told)


def test_a_fact_that_is_no_column_counts_as_words_unless_it_is_a_figure(desk, world):
    facts = {"called_again": "何", "many": ["何"], "bulk_run_id": 7, "really": True}
    record_events(desk.session, [event(world, desk.now, 2, **facts)])
    desk.session.commit()
    stored = desk.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert stored.after == {**facts, "called_again": ENCRYPTED, "many": ENCRYPTED}
    assert json.dumps(said(stored, keyring_of(desk.session))[1], sort_keys=True) == json.dumps(facts, sort_keys=True)


@pytest.mark.parametrize("count", [1, 40])
def test_many_records_get_their_keys_with_the_statements_of_one(desk, world, count):
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_others):
        sent.append(statement)

    rows = [{**event(world, desk.now, 1, words=WORDS), "record_id": 1000 + number} for number in range(count)]
    hook.listen(desk.session.get_bind(), "before_cursor_execute", note)
    record_events(desk.session, rows)
    record_events(desk.session, rows)
    desk.session.commit()
    hook.remove(desk.session.get_bind(), "before_cursor_execute", note)
    about = [statement for statement in sent if "personal_keys" in statement]
    assert [statement.split()[0] for statement in about] == ["SELECT", "INSERT", "SELECT"]
    assert desk.session.scalar(select(func.count()).where(PersonalKey.record_id >= 1000)) == count
    assert list(broken_seals(desk.session)) == []

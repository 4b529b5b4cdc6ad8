"""Seals are made of what a verb has in hand; what the database gives back later must make the same seals."""

import datetime
import hashlib
import hmac
from typing import Any

from sqlalchemy import Column, MetaData, Text, bindparam, func, select, text, update

from models import Base
from models.base import UTCDateTime
from models.canonical import canonical_json
from models.estates import UnitUse
from models.events import (
    SEALED_COLUMNS,
    Event,
    EventHead,
    EventSeal,
    as_stored,
    broken_seals,
    chain_seals,
    lock_chain,
    record_events,
)
from models.guards import create_triggers, drop_triggers
from models.personal import keyring_of
from models.roles import Role
from models.session import DeskSession
from tests.factories import World

EAST = datetime.timezone(datetime.timedelta(hours=8))


def event(world: World, at: datetime.datetime, version: int, /, **facts: Any) -> dict[str, Any]:
    """An event about one of the world's units."""
    return {
        "estate_id": world.estate.id,
        "at": at,
        "actor_id": world.person("clerk").id,
        "role": Role.CLERK,
        "verb": "amend",
        "register": "units",
        "record_id": world.units[0].id,
        "record_version": version,
        "before": {},
        "after": facts,
        "reason": None,
        "source": "cli",
    }


def test_a_seal_made_in_hand_is_the_one_made_of_the_stored_event(
    session: DeskSession, world: World, now: datetime.datetime
) -> None:
    local = now.astimezone(EAST)
    rows = [
        event(world, local, 1, use=UnitUse.SHOP, many=("a", "b"), nested={"z": None, "a": [1, True]}),
        event(world, local + datetime.timedelta(microseconds=7), 2, text='“漏水”\\ "quoted"\r\n\t', empty=""),
        event(world, now.replace(microsecond=120_000), 3, number=2**40, decimal=0.1, whole=7.0, words={2: 1, 10: 1}),
        {**event(world, now, 4), "estate_id": None, "reason": "  " + "长" * 500},
    ]
    record_events(session, rows)
    session.commit()
    assert list(broken_seals(session)) == []


def test_many_events_of_one_transaction_move_the_head_of_their_chain_on(
    session: DeskSession, world: World, now: datetime.datetime
) -> None:
    for number in (1, 1500):
        record_events(session, [event(world, now, version) for version in range(number)])
        session.commit()
    chain = world.estate.id
    head = session.execute(select(EventHead.seal, EventHead.length).where(EventHead.chain == chain)).one()
    last = select(EventSeal.seal).where(EventSeal.chain == chain).order_by(EventSeal.id.desc()).limit(1)
    assert head.seal == session.scalar(last)
    assert head.length == session.scalar(select(func.count()).where(EventSeal.chain == chain))
    assert list(broken_seals(session)) == []


def test_a_seal_covers_the_canonical_json_of_the_whole_event(
    session: DeskSession, world: World, now: datetime.datetime
) -> None:
    record_events(session, [event(world, now, 1, text="“a” \\ b", number=1), event(world, now, 2, use=None)])
    session.commit()
    chain = select(Event, EventSeal.seal).join(EventSeal, EventSeal.event_id == Event.id).order_by(EventSeal.id)
    last = ""
    for row, seal in session.execute(chain.where(EventSeal.chain == world.estate.id)):
        facts = {name: getattr(row, name) for name in SEALED_COLUMNS} | {"at": row.at.isoformat()}
        facts |= {"personal": row.personal} if row.personal else {}
        text = last + canonical_json(facts)
        assert seal == hmac.new(keyring_of(session).seal, text.encode(), hashlib.sha256).hexdigest()
        last = seal
    assert last


def test_a_later_column_breaks_no_seal_and_is_covered_where_it_says_something(
    session: DeskSession, world: World, now: datetime.datetime
) -> None:
    record_events(session, [event(world, now, version) for version in range(3)])
    session.commit()
    session.execute(text("ALTER TABLE events ADD COLUMN weather TEXT"))
    session.commit()
    events = Event.__table__.to_metadata(MetaData())  # type: ignore[attr-defined]  # declared as FromClause
    events.append_column(Column("weather", Text))
    assert list(broken_seals(session, events)) == []
    changed = session.scalars(select(func.max(Event.id))).one()
    connection = session.connection()
    drop_triggers(connection)
    connection.execute(update(events).where(events.c.id == changed).values(weather="rain"))
    create_triggers(connection, Base.metadata)
    assert [(event_id, "was changed" in why) for _chain, event_id, why in broken_seals(session, events)] == [
        (changed, True)
    ]


def test_a_seal_of_an_event_in_an_older_form_of_json_stays_valid(
    session: DeskSession, world: World, now: datetime.datetime
) -> None:
    """Whole figures were once written as 5.0; what stands under a seal is read as it was written."""
    stored = {**as_stored(event(world, now, 1)), "after": '{"hours":5.0}'}
    insert = text(
        "INSERT INTO events (estate_id, at, actor_id, role, verb, register, record_id, record_version, before, after,"
        " outcome, source) VALUES (:estate_id, :at, :actor_id, :role, :verb, :register, :record_id, :record_version,"
        " :before, :after, :outcome, :source) RETURNING id"
    ).bindparams(bindparam("at", type_=UTCDateTime))
    stored["id"] = session.scalar(insert, {name: stored[name] for name in insert.compile().params})
    chain = world.estate.id
    seals = chain_seals(session, chain, lock_chain(session, chain), [stored])
    session.execute(EventSeal.__table__.insert(), seals)  # type: ignore[attr-defined]  # declared as FromClause
    session.commit()
    assert list(broken_seals(session)) == []


def test_the_key_of_a_record_of_another_program_is_covered_by_the_seal(
    session: DeskSession, world: World, now: datetime.datetime
) -> None:
    key = canonical_json(["3-1201", 7])
    record_events(session, [{**event(world, now, version), "record_key": key} for version in (1, 2)])
    session.commit()
    first, second = session.scalars(select(Event.id).where(Event.record_key == key).order_by(Event.id))
    assert list(broken_seals(session)) == []
    connection = session.connection()
    drop_triggers(connection)
    for event_id, other in ((first, None), (second, canonical_json(["3-1202", 7]))):
        connection.execute(update(Event).where(Event.id == event_id).values(record_key=other))
    create_triggers(connection, Base.metadata)
    assert [event_id for _chain, event_id, _why in broken_seals(session)] == [first, second]

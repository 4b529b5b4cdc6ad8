"""Seals are made of what a verb has in hand; what the database gives back later must make the same seals."""

import datetime
import hashlib
import hmac
from typing import Any

from sqlalchemy import func, select

from models.base import canonical_json
from models.estates import UnitUse
from models.events import SEALED_COLUMNS, Event, EventHead, EventSeal, broken_seals, record_events
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
        event(world, now.replace(microsecond=120_000), 3, number=2**40, decimal=0.1),
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
        text = last + canonical_json(facts)
        assert seal == hmac.new(keyring_of(session).seal, text.encode(), hashlib.sha256).hexdigest()
        last = seal
    assert last

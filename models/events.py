"""The event log (操作记录): append-only, one row a change, each sealed to the one before it."""

import datetime
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Identity, Json, LongText, ShortText, UTCDateTime, canonical_json
from models.guards import APPEND_ONLY
from models.personal import keyring_of

_SQLITE = {"sqlite_autoincrement": True, "sqlite_strict": True}


class Event(Base):
    """One change of one record: who, when, what, before and after, why. Personal values stand as keyed digests."""

    __tablename__ = "events"

    estate_id: Mapped[int | None] = mapped_column(ForeignKey("estates.id"))
    at: Mapped[datetime.datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[str] = mapped_column(ShortText(20))
    session_id: Mapped[str | None] = mapped_column(ShortText(64))
    address: Mapped[str | None] = mapped_column(ShortText(64))
    verb: Mapped[str] = mapped_column(ShortText(60))
    register: Mapped[str] = mapped_column(ShortText(60))
    record_id: Mapped[int] = mapped_column(Identity)
    record_version: Mapped[int | None] = mapped_column(Integer)
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    after: Mapped[dict[str, Any]] = mapped_column(Json)
    reason: Mapped[str | None] = mapped_column(LongText)
    rule: Mapped[str | None] = mapped_column(ShortText(20))
    request_id: Mapped[str | None] = mapped_column(ShortText(64))
    bulk_run_id: Mapped[int | None] = mapped_column(Identity)
    outcome: Mapped[str] = mapped_column(ShortText(20), default="done", server_default="done")
    source: Mapped[str] = mapped_column(ShortText(20), default="panel", server_default="panel")

    __table_args__ = (
        Index("ix_events_register_record_id", "register", "record_id", "id"),
        Index("ix_events_estate_id", "estate_id", "id"),
        Index("ix_events_actor_id", "actor_id", "id"),
        {**_SQLITE, "info": {APPEND_ONLY: True}},
    )


class EventSeal(Base):
    """The seal of one event: an HMAC over its canonical JSON and the seal before it in the same chain."""

    __tablename__ = "event_seals"

    chain: Mapped[int] = mapped_column(Identity)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), unique=True)
    seal: Mapped[str] = mapped_column(ShortText(64))

    __table_args__ = (Index("ix_event_seals_chain", "chain", "id"), {**_SQLITE, "info": {APPEND_ONLY: True}})


class EventHead(Base):
    """The end of one estate's chain (``chain`` is the estate's id, 0 for what belongs to none)."""

    __tablename__ = "event_heads"

    chain: Mapped[int] = mapped_column(Identity, unique=True)
    seal: Mapped[str] = mapped_column(ShortText(64))
    length: Mapped[int] = mapped_column(Integer)

    __table_args__ = (_SQLITE,)


_EVENTS: Any = Event.__table__
# Not as mapped objects, and built once: every verb of a single row pays for it.
_WRITE = insert(_EVENTS).returning(_EVENTS.c.id, sort_by_parameter_order=True)
_SEALED = tuple(column for column in Event.__table__.columns if column.name not in {"created_at", "updated_at"})


def record_events(session: Session, rows: list[dict[str, Any]]) -> list[int]:
    """Write event *rows* in the caller's transaction; they are sealed at its commit. Returns their ids."""
    if not rows:
        return []
    ids = list(session.connection().execute(_WRITE, rows).scalars())
    session.info.setdefault("unsealed", []).extend(ids)
    return ids


def seal_events(session: Session) -> None:
    """Append a seal for each event of this transaction, each estate's chain locked by its head, heads in id order."""
    ids = session.info.pop("unsealed", None)
    if not ids:
        return
    chains: dict[int, list[Any]] = {}
    for start in range(0, len(ids), 1000):
        for row in session.execute(select(*_SEALED).where(Event.id.in_(ids[start : start + 1000])).order_by(Event.id)):
            chains.setdefault(row.estate_id or 0, []).append(row)
    key = keyring_of(session).seal
    seals: list[dict[str, Any]] = []
    for chain in sorted(chains):
        head = _locked_head(session, chain)
        last = head.seal
        for row in chains[chain]:
            last = _seal(key, last, row)
            seals.append({"chain": chain, "event_id": row.id, "seal": last})
        session.execute(
            update(EventHead)
            .where(EventHead.chain == chain)
            .values(seal=last, length=head.length + len(chains[chain]))
            .execution_options(synchronize_session=False)
        )
    session.execute(insert(EventSeal), seals)


def _locked_head(session: Session, chain: int) -> Any:
    query = select(EventHead.seal, EventHead.length).where(EventHead.chain == chain).with_for_update(key_share=True)
    head = session.execute(query).one_or_none()
    if head is None:
        session.execute(insert(EventHead).values(chain=chain, seal="", length=0))
        head = session.execute(query).one()
    return head


def _seal(key: bytes, previous: str, row: Any) -> str:
    facts = {
        name: value.isoformat() if isinstance(value, datetime.datetime) else value
        for name, value in row._mapping.items()
    }
    return hmac.new(key, (previous + canonical_json(facts)).encode(), hashlib.sha256).hexdigest()


def broken_seals(session: Session) -> Iterator[tuple[int, int, str]]:
    """Chain, event id and what is wrong, for each break: a changed event, a missing seal, a cut-off end."""
    key = keyring_of(session).seal
    heads = {head.chain: head for head in session.execute(select(EventHead.chain, EventHead.seal, EventHead.length))}
    last: dict[int, str] = {}
    length: dict[int, int] = {}
    query = (
        select(EventSeal.chain, EventSeal.seal, *_SEALED)
        .join(Event, Event.id == EventSeal.event_id)
        .order_by(EventSeal.id)
        .execution_options(yield_per=1000)
    )
    columns = [column.name for column in _SEALED]
    for chain, seal, *values in session.execute(query):
        facts = _Facts(dict(zip(columns, values, strict=True)))
        if _seal(key, last.get(chain, ""), facts) != seal:
            yield chain, facts._mapping["id"], "the event or its seal was changed, or one before it was removed"
        last[chain] = seal
        length[chain] = length.get(chain, 0) + 1
    for chain, head in heads.items():
        if last.get(chain, "") != head.seal or length.get(chain, 0) != head.length:
            yield chain, 0, "the end of the chain is missing"
    unsealed = select(Event.id, Event.estate_id).where(
        ~select(EventSeal.id).where(EventSeal.event_id == Event.id).exists()
    )
    for event_id, estate_id in session.execute(unsealed):
        yield estate_id or 0, event_id, "the event has no seal"


class _Facts:
    def __init__(self, mapping: dict[str, Any]) -> None:
        self._mapping = mapping

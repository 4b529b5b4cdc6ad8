"""The event log (操作记录): append-only, one row a change, each sealed to the one before it."""

import datetime
import functools
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, Integer, Table, bindparam, event, insert, select
from sqlalchemy.orm import Mapped, Session, SessionTransaction, column_property, mapped_column

from models.base import LONGEST_KEY, Base, Identity, Json, LongText, ShortText, UTCDateTime, named
from models.canonical import canonical, canonical_json, json_again
from models.declared import Keeping
from models.errors import gettext_noop
from models.guards import APPEND_ONLY, TRIGGERS
from models.personal import Keyring, keyring_of
from models.roles import ADMINS, AUDITORS, MANAGERS
from models.said import PersonalKey, hide_words, keys_of_records
from models.session import DeskSession
from models.verbs import grant

LONGEST_WORDS = 20_000_000
"""Characters of the cipher text of one event: more than all long texts of a record, before and after, become."""
_SQLITE = {"sqlite_autoincrement": True, "sqlite_strict": True}


class Event(Base):
    """One change of one record: who, when, what, before and after, why.

    Personal numbers stand as keyed digests; names and words, the reason too, as ``encrypted``: they lie in ``personal``
    (models.said).
    """

    __tablename__ = "events"
    title = gettext_noop("Event log")

    estate_id: Mapped[int | None] = mapped_column(ForeignKey("estates.id"), info=named("Estate"))
    at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("When"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Who"))
    role: Mapped[str] = mapped_column(ShortText(20), info=named("Role", harmless=True))
    session_id: Mapped[str | None] = mapped_column(ShortText(64), info=named("Session", harmless=True))
    address: Mapped[str | None] = mapped_column(ShortText(64), info=named("Address", harmless=True))
    verb: Mapped[str] = mapped_column(ShortText(60), info=named("What", harmless=True))
    register: Mapped[str] = mapped_column(ShortText(60), info=named("In register", harmless=True))
    record_id: Mapped[int] = mapped_column(Identity, info=named("Number of the record"))
    record_version: Mapped[int | None] = mapped_column(Integer, info=named("Version after"))
    before: Mapped[dict[str, Any]] = mapped_column(Json(dict), info=named("Before", words=True))
    after: Mapped[dict[str, Any]] = mapped_column(Json(dict), info=named("After", words=True))
    reason: Mapped[str | None] = mapped_column(LongText, info=named("Reason", words=True))
    rule: Mapped[str | None] = mapped_column(ShortText(20), info=named("Rule", harmless=True))
    request_id: Mapped[str | None] = mapped_column(ShortText(64), info=named("Request", harmless=True))
    bulk_run_id: Mapped[int | None] = mapped_column(Identity, info=named("Bulk action"))
    outcome: Mapped[str] = mapped_column(
        ShortText(20), default="done", server_default="done", info=named("Outcome", harmless=True)
    )
    source: Mapped[str] = mapped_column(
        ShortText(20), default="panel", server_default="panel", info=named("Source", harmless=True)
    )
    record_key: Mapped[str | None] = mapped_column(
        ShortText(LONGEST_KEY), info=named("Key of the record", harmless=True)
    )
    """The key of a record that is not one whole number (a table of another program), as canonical JSON."""
    personal: Mapped[str | None] = mapped_column(LongText(LONGEST_WORDS), info=named("Said, encrypted", harmless=True))
    """JSON of names and words of ``before``, ``after`` and ``reason``, under the record's key; empty without any."""

    if TYPE_CHECKING:
        words_key: Mapped[str | None]  # made below

    __table_args__ = (
        Index("ix_events_register_record_id", "register", "record_id", "id"),
        Index("ix_events_estate_id_at", "estate_id", "at", "id"),
        # For the filters of the log: most of its rows are of two registers and ten verbs, few of all the others.
        Index("ix_events_estate_id_register", "estate_id", "register", "at", "id"),
        Index("ix_events_estate_id_verb", "estate_id", "verb", "at", "id"),
        Index("ix_events_actor_id", "actor_id", "id"),
        {**_SQLITE, "info": {APPEND_ONLY: True}},
    )


Event.words_key = column_property(
    select(PersonalKey.key)
    .where(PersonalKey.register == Event.register, PersonalKey.record_id == Event.record_id)
    .scalar_subquery()
    .label("words_key")
)
"""The key of the record, under which ``personal`` is encrypted; None where it was destroyed."""
TOLD: Any = (Event.register, Event.before, Event.after, Event.reason, Event.personal, Event.words_key)
"""What :func:`models.said.said` reads of an event."""

_MOVE_HEAD = {
    "sqlite": (
        "CREATE TRIGGER guard_event_seals_head AFTER INSERT ON event_seals BEGIN\n"
        "  UPDATE event_heads SET seal = NEW.seal, length = length + 1 WHERE chain = NEW.chain;\nEND",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION guard_move_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE event_heads AS head SET seal = last.seal, length = head.length + last.added
  FROM (
    SELECT DISTINCT ON (chain) chain, seal, count(*) OVER (PARTITION BY chain) AS added
    FROM new_seals ORDER BY chain, id DESC
  ) AS last
  WHERE head.chain = last.chain;
  RETURN NULL;
END $$""",
        "CREATE TRIGGER guard_event_seals_head AFTER INSERT ON event_seals REFERENCING NEW TABLE AS new_seals"
        " FOR EACH STATEMENT EXECUTE FUNCTION guard_move_head()",
    ),
}
"""The chain's head follows the seals in the database itself: a save need not send a statement for it."""


class EventSeal(Base):
    """The seal of one event: an HMAC over its canonical JSON and the seal before it in the same chain."""

    __tablename__ = "event_seals"
    title = gettext_noop("Seals of the event log")

    chain: Mapped[int] = mapped_column(Identity, info=named("Chain"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), unique=True, info=named("Event"))
    seal: Mapped[str] = mapped_column(ShortText(64), info=named("Seal", harmless=True))

    __table_args__ = (
        Index("ix_event_seals_chain", "chain", "id"),
        {**_SQLITE, "info": {APPEND_ONLY: True, TRIGGERS: _MOVE_HEAD}},
    )


class EventHead(Base):
    """The end of one estate's chain (``chain`` is the estate's id, 0 for what belongs to none)."""

    __tablename__ = "event_heads"
    title = gettext_noop("Ends of the event log")
    keeping = Keeping(changes=("seal", "length"), quiet="the chains themselves tell")

    chain: Mapped[int] = mapped_column(Identity, unique=True, info=named("Chain"))
    seal: Mapped[str] = mapped_column(ShortText(64), info=named("Seal", harmless=True))
    length: Mapped[int] = mapped_column(Integer, info=named("Length"))

    __table_args__ = (_SQLITE,)


_EVENTS: Any = Event.__table__
# Not as mapped objects, and built once: every verb of a single row pays for it.
_WRITE = insert(_EVENTS).returning(_EVENTS.c.id, sort_by_parameter_order=True)
_WRITE_AT_ONCE = insert(_EVENTS).returning(_EVENTS.c.id)
_SEALS: Any = EventSeal.__table__
_SEAL = insert(_SEALS).returning(_SEALS.c.id)  # for its answer many rows go in one statement
_HEADS: Any = EventHead.__table__
_HEAD = select(_HEADS.c.seal).where(_HEADS.c.chain == bindparam("chain")).with_for_update(key_share=True)
SEALED_COLUMNS = (
    *("actor_id", "address", "after", "at", "before", "bulk_run_id", "estate_id", "id", "outcome", "reason"),
    *("record_id", "record_version", "register", "request_id", "role", "rule", "session_id", "source", "verb"),
)
"""What every seal covers, whatever its value: the columns of the first version; each row for a seal has them.

Of columns that came later a seal covers those that are not NULL, so that none of them breaks an older seal.
"""
_IN_JSON = ("before", "after")
_OWN = frozenset({"after", "at", "before", "id", "record_id", "record_version"})
_SHARED = tuple(name for name in SEALED_COLUMNS if name not in _OWN)
_KNOWN = frozenset(SEALED_COLUMNS) | {"created_at", "updated_at"}
_NOTHING_SAID = dict.fromkeys(SEALED_COLUMNS)


def fact(info: Mapping[Any, Any], value: Any, keyring: Keyring) -> Any:
    """What an event says of a column's *value*: a code, of a personal one a keyed digest, of a secret "set"."""
    if value is None:
        return None
    if info.get("secret"):
        return "set"
    if info.get("personal"):
        known = keyring.readable(value)
        return "digest:" + keyring.digest(value if known is None else known)
    return canonical(value)


def record_events(session: DeskSession, rows: list[dict[str, Any]], *, of_new: bool = False) -> list[int]:
    """Write event *rows* in the caller's transaction; they are sealed at its commit. Returns their ids.

    Names and words in them are encrypted. *of_new* says that the records are new in this transaction.
    """
    if not rows:
        return []
    rows = hide_words(rows, functools.partial(keys_of_records, session, are_new=of_new))
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        # SQLAlchemy sends row by row there, because it is not told the order of answers; ids ascend with the rows.
        ids = sorted(connection.execute(_WRITE_AT_ONCE, rows).scalars())
    else:
        ids = list(connection.execute(_WRITE, rows).scalars())
    session.unsealed += [as_stored({**row, "id": row_id}) for row_id, row in zip(ids, rows, strict=True)]
    return ids


def as_stored(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the database holds for the new event *row*: the seal is made of it, without reading it again."""
    stored = {**_NOTHING_SAID, **row}
    stored |= {name: row.get(name) or default for name, default in (("outcome", "done"), ("source", "panel"))}
    stored["at"] = row["at"].astimezone(datetime.UTC)
    return stored | {name: canonical_json(row[name]) for name in _IN_JSON}


@event.listens_for(DeskSession, "before_commit")
def _seal_events(session: DeskSession) -> None:
    """Append a seal for each event of this transaction, each estate's chain locked by its head, heads in id order."""
    session.flush()
    rows, session.unsealed = session.unsealed, []
    if not rows:
        return
    chains: dict[int, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: int(row["id"])):
        chains.setdefault(row["estate_id"] or 0, []).append(row)
    seals: list[dict[str, Any]] = []
    for chain in sorted(chains):
        seals += chain_seals(session, chain, lock_chain(session, chain), chains[chain])
    session.connection().execute(_SEAL, seals)


@event.listens_for(DeskSession, "after_soft_rollback")
def _forget_events(session: DeskSession, _previous: SessionTransaction) -> None:
    session.unsealed = []


def lock_chain(session: Session, chain: int) -> str:
    """The seal at the end of *chain*, which stays locked until the transaction ends."""
    connection = session.connection()
    seal: str | None = connection.execute(_HEAD, {"chain": chain}).scalar_one_or_none()
    if seal is None:
        connection.execute(insert(_HEADS).values(chain=chain, seal="", length=0))
        seal = str(connection.execute(_HEAD, {"chain": chain}).scalar_one())
    return seal


def chain_seals(session: Session, chain: int, last: str, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Seals for *rows*, new events as they are stored (their JSON as text) in their order, after the seal *last*.

    The caller holds the chain (:func:`lock_chain`) and writes the seals in this order and at once: that moves the
    chain's head (:data:`_MOVE_HEAD`).
    """
    key = keyring_of(session).seal
    seals: list[dict[str, Any]] = []
    for row in rows:
        last = _seal(key, last, row)
        seals.append({"chain": chain, "event_id": row["id"], "seal": last})
    return seals


def _seal(key: bytes, previous: str, row: Mapping[str, Any]) -> str:
    return hmac.new(key, (previous + _sealed_text(row)).encode(), hashlib.sha256).hexdigest()


def _sealed_text(row: Mapping[str, Any]) -> str:
    """The canonical JSON of *row*, put into a form of which most is that of the event before it."""
    later = [name for name in row if name not in _KNOWN and row[name] is not None]
    own = {
        "after": row["after"],
        "at": row["at"].isoformat(),
        "before": row["before"],
        "id": row["id"],
        "record_id": row["record_id"],
        "record_version": "null" if row["record_version"] is None else row["record_version"],
        **{name: canonical_json(row[name]) for name in later},
    }
    return _form(tuple(later), *[row[name] for name in _SHARED]) % own


@functools.lru_cache(maxsize=256)
def _form(later: Sequence[str], *values: Any) -> str:
    """The JSON of an event with the *values* of :data:`_SHARED`, and places for its own facts and its *later* ones."""
    others, parts = dict(zip(_SHARED, values, strict=True)), []
    for name in sorted((*SEALED_COLUMNS, *later)):
        place = '"%(at)s"' if name == "at" else f"%({name})s"
        parts.append(f'"{name}":' + (canonical_json(others[name]).replace("%", "%%") if name in others else place))
    return "{" + ",".join(parts) + "}"


def broken_seals(session: Session, events: Table = _EVENTS) -> Iterator[tuple[int, int, str]]:
    """Chain, event id and what is wrong, for each break: a changed event, a missing seal, a cut-off end.

    *events* is the table with all the columns that it has by now.
    """
    key = keyring_of(session).seal
    heads = {head.chain: head for head in session.execute(select(EventHead.chain, EventHead.seal, EventHead.length))}
    last: dict[int, str] = {}
    length: dict[int, int] = {}
    names = events.columns.keys()
    query = (
        select(EventSeal.chain, EventSeal.seal, *events.columns)
        .join(events, events.c.id == EventSeal.event_id)
        .order_by(EventSeal.id)
        .execution_options(yield_per=1000)
    )
    for chain, seal, *values in session.execute(query):
        facts = dict(zip(names, values, strict=True))
        facts |= {name: json_again(facts[name]) for name in _IN_JSON}
        if _seal(key, last.get(chain, ""), facts) != seal:
            yield chain, facts["id"], "the event or its seal was changed, or one before it was removed"
        last[chain] = seal
        length[chain] = length.get(chain, 0) + 1
    for chain in sorted(heads.keys() | last.keys()):
        head = heads.get(chain)
        if head is None or last.get(chain, "") != head.seal or length.get(chain, 0) != head.length:
            yield chain, 0, "the end of the chain is missing"
    unsealed = select(Event.id, Event.estate_id).where(
        ~select(EventSeal.id).where(EventSeal.event_id == Event.id).exists()
    )
    for event_id, estate_id in session.execute(unsealed):
        yield estate_id or 0, event_id, "the event has no seal"


# What is granted beside the verbs.
grant(Event, {"read": AUDITORS | MANAGERS | ADMINS, "export": AUDITORS | MANAGERS})

"""Names and what people said lie encrypted beside an event, under a key of its record: without it nobody reads them.

The seal of an event covers the cipher text, so it stays whole when the key is destroyed.
"""

import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import UniqueConstraint, bindparam, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Identity, ShortText, named, tables
from models.canonical import canonical_json
from models.declared import ANY_TIME, Keeping
from models.errors import Msgid, OperationRefused, gettext_noop
from models.final_guards import KEY_GUARDS, KEY_SENTENCES
from models.guards import SENTENCES, TRIGGERS
from models.personal import Keyring, Unreadable, keyring_of, open_text, seal_text

ENCRYPTED = "encrypted"
"""What ``before``, ``after`` and ``reason`` of an event hold in the place of what lies in ``personal``."""
ERASED = gettext_noop("erased")
"""What stands there for a reader when the key is destroyed; known by identity, since somebody may have said it."""
UNREADABLE = gettext_noop("unreadable")
"""The same where the key is no cipher text of this data key."""
_KEY_UNREADABLE = gettext_noop(
    "Nothing can be written about this (%(what)s, no. %(id)s): the key of its history cannot be read. Whoever runs the"
    " server finds it with “frontdesk verify”, and restores it from a backup."
)
KEYS_A_STATEMENT = 500
_SIDES = ("before", "after")
_Record = tuple[str, int]
Keys = Mapping[_Record, AESGCM]


class PersonalKey(Base):
    """The key of one record under which events keep names and words of it; deleting the row erases these for good."""

    __tablename__ = "personal_keys"
    title = gettext_noop("Keys of what was said")
    keeping = Keeping(goes=ANY_TIME, quiet="deleting one is the erasure")

    register: Mapped[str] = mapped_column(ShortText(60), info=named("In register", harmless=True))
    record_id: Mapped[int] = mapped_column(Identity, info=named("Number of the record"))
    key: Mapped[str] = mapped_column(ShortText(200), info=named("Encrypted key", personal=True))

    __table_args__ = (
        UniqueConstraint("register", "record_id"),
        {
            "sqlite_autoincrement": True,
            "sqlite_strict": True,
            "info": {TRIGGERS: KEY_GUARDS, SENTENCES: KEY_SENTENCES},
        },
    )


_KEYS: Any = PersonalKey.__table__
_WRITE = insert(_KEYS).returning(_KEYS.c.id)  # for its answer many rows go in one statement
_READ = select(_KEYS.c.record_id, _KEYS.c.key).where(
    _KEYS.c.register == bindparam("register"), _KEYS.c.record_id.in_(bindparam("ids", expanding=True))
)


def hide_words(rows: Iterable[Mapping[str, Any]], keys_of: Callable[[Sequence[_Record]], Keys]) -> list[dict[str, Any]]:
    """New event *rows* with names and words moved to ``personal``, as cipher text of the key of their record.

    *keys_of* gives the key of each record that needs one, made where there is none. The reason is words, and so is a
    fact that is no column of the register.
    """
    hidden, words = [], []
    for row in rows:
        new = {**row, "personal": None}
        said: dict[str, Any] = {}
        if row.get("reason"):
            said["reason"], new["reason"] = row["reason"], ENCRYPTED
        in_clear = _in_clear(row["register"])
        for side in _SIDES:
            facts = row[side]
            if in_clear.issuperset(facts):
                continue  # as of most rows
            if names := [name for name in facts.keys() - in_clear if _is_said(facts[name])]:
                said[side] = {name: facts[name] for name in names}
                new[side] = {**facts, **dict.fromkeys(names, ENCRYPTED)}
        hidden.append(new)
        if said:
            words.append(((row["register"], row["record_id"]), new, said))
    if words:
        keys = keys_of(list(dict.fromkeys(record for record, _new, _said in words)))
        for record, new, said in words:
            new["personal"] = seal_text(keys[record], canonical_json(said))
    return hidden


@functools.cache
def _in_clear(register: str) -> frozenset[str]:
    """The columns of *register* of which events tell in clear; none of a table that we do not know."""
    table = Base.metadata.tables.get(register)
    return frozenset() if table is None else frozenset(c.name for c in table.columns if not c.info.get("words"))


def _is_said(value: object) -> bool:
    return not isinstance(value, int | float | None)  # a figure, yes, no and nothing tell no name


def new_keys(keyring: Keyring, records: Sequence[_Record]) -> tuple[Keys, list[dict[str, Any]]]:
    """A key for each of *records*, and the rows that keep them."""
    keys, rows = {}, []
    for register, record_id in records:
        key = AESGCM.generate_key(256)
        keys[register, record_id] = AESGCM(key)
        rows.append({"register": register, "record_id": record_id, "key": keyring.encrypt(key.hex())})
    return keys, rows


def keys_of_records(session: Session, records: Sequence[_Record], *, are_new: bool = False) -> Keys:
    """The key of each of *records*, made where there is none; who writes their events holds the records.

    *are_new* says that there can be none yet, because the records have just been made. Refuses (DATABASE) a record
    whose key cannot be read.
    """
    keyring, connection = keyring_of(session), session.connection()
    keys: dict[_Record, AESGCM] = {}
    ids: dict[str, list[int]] = {}
    for register, record_id in () if are_new else records:
        ids.setdefault(register, []).append(record_id)
    for register, wanted in ids.items():
        for start in range(0, len(wanted), KEYS_A_STATEMENT):
            asked = {"register": register, "ids": wanted[start : start + KEYS_A_STATEMENT]}
            for record_id, wrapped in connection.execute(_READ, asked):
                try:
                    keys[register, record_id] = _unwrapped(keyring, wrapped)
                except Unreadable:
                    # Another key would let events be written whose words nobody gets back with the old one restored.
                    what = tables()[register].title
                    raise OperationRefused("DATABASE", _KEY_UNREADABLE, what=what, id=record_id) from None
    made, rows = new_keys(keyring, [record for record in records if record not in keys])
    if rows:
        connection.execute(_WRITE, rows)
    return {**keys, **made}


def _unwrapped(keyring: Keyring, wrapped: str) -> AESGCM:
    """The key behind *wrapped*. Raises Unreadable, also where another value stands there."""
    try:
        return AESGCM(bytes.fromhex(keyring.decrypt(wrapped)))
    except ValueError:
        raise Unreadable from None


class Said(NamedTuple):
    """What an event says, whole again; what cannot be had back is :data:`ERASED` or :data:`UNREADABLE`."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str | None


def said(event: Any, keyring: Keyring) -> Said:
    """What *event* says: a row with the columns of :data:`models.events.TOLD`."""
    if event.personal is None:
        return Said(event.before, event.after, event.reason)
    words, lost = _words_of(event, keyring)
    in_clear = _in_clear(event.register)
    before, after = (
        {
            name: words.get(side, {}).get(name, lost) if value == ENCRYPTED and name not in in_clear else value
            for name, value in facts.items()
        }
        for side, facts in (("before", event.before), ("after", event.after))
    )
    return Said(before, after, words.get("reason", lost) if event.reason == ENCRYPTED else event.reason)


def _words_of(event: Any, keyring: Keyring) -> tuple[Mapping[str, Any], Msgid]:
    """What lies encrypted beside *event*, and what to say of the rest."""
    if event.words_key is None:
        return {}, ERASED
    try:
        key = _unwrapped(keyring, event.words_key)
    except Unreadable:
        return {}, UNREADABLE
    try:
        return json.loads(open_text(key, event.personal)), UNREADABLE
    except Unreadable:
        return {}, ERASED  # that key is gone, and the record has got another since


def why_not_put_back(record: Base, facts: Iterable[Mapping[str, Any]]) -> OperationRefused | None:
    """Why *record* cannot become again what these *facts* of events (:func:`said`) say; None where it can."""
    if all(value is not ERASED for each in facts for value in each.values()):
        return None
    message = gettext_noop("What was said of %(record)s has been erased, so it is not put back.")
    return OperationRefused("UNDO", message, record=str(record))

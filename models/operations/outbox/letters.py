"""What a message says: the text of its kind, filled with what its reader may read (NOT-2, RES-4)."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import LabelledEnum, tables
from models.calendar import zone_named
from models.errors import Msgid, OperationRefused
from models.estates import Estate, Unit
from models.message_texts import LONGEST_BODY, LONGEST_TITLE, MessageText, built_in, read_part
from models.operations.core import number_of
from models.outbox import Way
from models.personal import keyring_of, masked_phone
from models.policy import may
from models.staff import Actor
from models.templates import LANGUAGES

LONGEST_VALUE = 200
PRIVATE = (Way.MAIL, Way.SMS)
"""Ways that end at one person; a robot writes where others read along."""


@dataclass(frozen=True)
class Letter:
    """One message as it leaves: to where, in whose language, and only what that person may read."""

    id: int
    key: str
    way: Way
    address: str
    language: str
    kind: LabelledEnum
    register: str
    record_id: int
    values: Mapping[str, Any] = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)
    """The columns of the text that its estate has for this kind."""

    @property
    def page(self) -> str:
        """The page of its record, below the address of the panel."""
        return f"/admin/{self.register.replace('_', '-')}/details/?id={self.record_id}"


def written(letter: Letter, say: Callable[[Msgid], str], link: str) -> tuple[str, str]:
    """Title and text of *letter*; *say* speaks its language, *link* is where its record is shown.

    Lines in which nothing stands are left out. The built-in text where the estate has none that can be read.
    """
    label = getattr(letter.kind, "label", None)
    kind = str(letter.kind.value) if label is None else say(label)
    values = {**letter.values, "kind": kind, "link": link, "key": letter.key}
    code = letter.language[:2]
    title = _rendered(letter, f"title_{code}", values, LONGEST_TITLE)
    body = _rendered(letter, f"body_{code}", values, LONGEST_BODY)
    return " ".join(title.split()), "\n".join(line.rstrip() for line in body.splitlines() if line.strip())


def _rendered(letter: Letter, column: str, values: Mapping[str, Any], most: int) -> str:
    own = built_in(letter.kind)[column]
    try:
        accepted = read_part(letter.kind, column, letter.text.get(column, own))
    except OperationRefused:  # another program wrote it
        accepted = read_part(letter.kind, column, own)
    return accepted.render(values, most)


def text_of(session: Session, estate_id: int, kind: LabelledEnum) -> dict[str, str]:
    """The columns of the text of *kind* in an estate; none where it has no row."""
    mine = MessageText.estate_id == estate_id, MessageText.kind == kind
    row = session.execute(select(MessageText.__table__).where(*mine)).one_or_none()
    return {} if row is None else {name: getattr(row, name) for name in built_in(kind)}


def known_language(language: str | None) -> str:
    """The language of somebody who has chosen *language*; the first where that is none of ours."""
    return language if language in LANGUAGES else LANGUAGES[0]


def values_of(
    session: Session, register: str, record_id: int, readers: Iterable[Actor], *, at: datetime.datetime, way: Way
) -> dict[str, Any]:
    """What a message about that record may say to *readers* that leaves by *way* and was told *at*.

    What is about people is there only if each of them may read the record, a phone in full only if each may call.
    """
    model: Any = tables()[register]
    record = session.get(model, record_id)
    number = session.scalar(select(number_of(model)).where(model.id == record_id))
    values: dict[str, Any] = {"number": "" if number is None else str(number)}
    estate = None if record is None else session.get(Estate, getattr(record, "estate_id", None))
    if record is None or estate is None:
        return values
    zone, readers = zone_named(estate.timezone), list(readers)
    values |= {"estate": estate.name, "desk_phone": estate.desk_phone, "at": at.astimezone(zone)}
    due_at = getattr(record, model.dated_by, None)
    values["due"] = due_at.astimezone(zone) if isinstance(due_at, datetime.datetime) else None
    if all(may(reader, "read", record) for reader in readers):
        if (unit_id := getattr(record, "unit_id", None)) is not None:
            values["room"] = session.scalar(select(Unit.code).where(Unit.id == unit_id))
        values["sentence"] = getattr(record, model.beside or "purpose", None)
        values["reporter"] = getattr(record, "reporter_name", None)
        phone = keyring_of(session).readable(getattr(record, "reporter_phone", None))
        calls = way in PRIVATE and all(may(reader, "read_phone", record) for reader in readers)
        values["phone"] = phone if phone is None or calls else masked_phone(phone)
    return {name: value[:LONGEST_VALUE] if isinstance(value, str) else value for name, value in values.items()}

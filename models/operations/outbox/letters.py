"""What a message says: the text of its kind, filled with what its reader may read (NOT-2, RES-4)."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Base, LabelledEnum, tables
from models.calendar import zone_named
from models.errors import Msgid, OperationRefused
from models.estates import Estate, Unit
from models.hanging import registers_of
from models.message_texts import LONGEST_BODY, LONGEST_TITLE, MessageText, built_in, read_part
from models.operations.core import number_of
from models.outbox import Way
from models.personal import keyring_of, masked_phone
from models.policy import may, visible
from models.staff import Actor, Staff
from models.templates import LANGUAGES
from models.tickets import Ticket
from models.told import Told

LONGEST_VALUE = 200
LATEST = 50
"""Among so many of the latest messages one is looked for whose record the reader may see."""
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


def example(
    session: Session,
    record: Any,
    kind: LabelledEnum,
    text: Mapping[str, str],
    readers: Sequence[Actor],
    *,
    language: str,
    at: datetime.datetime,
) -> Letter:
    """A letter of *kind* about *record* as it would leave by mail, with *text* instead of what is stored."""
    register = record.__tablename__
    return Letter(
        id=0,
        key="0" * 32,
        way=Way.MAIL,
        address="",
        language=language,
        kind=kind,
        register=register,
        record_id=record.id,
        values=values_of(session, register, record.id, readers, at=at, way=Way.MAIL),
        text=text,
    )


def called(session: Session, record: Any) -> str:
    """How people call *record*: by its number, or by that of what it belongs to."""
    model: Any = type(record)
    return str(session.scalar(select(number_of(model)).where(model.id == record.id)) or f"#{record.id}")


def newest(
    session: Session, reader: Actor, estate_id: int, kind: LabelledEnum, number: str = ""
) -> tuple[Any, Staff] | None:
    """The newest record of the estate that *reader* may read of which somebody was told that *kind*, and who was.

    Of a *number* the record that has it, whatever was told of it; where nobody was told, the newest ticket, and whoever
    answers for it.
    """
    told = select(Told).where(Told.estate_id == estate_id, Told.kind == kind).order_by(Told.id.desc()).limit(LATEST)
    named = _numbered(session, estate_id, number) if number else None
    if named is not None:
        told = told.where(Told.of(type(named), named.id))
    if named is not None or not number:
        for message in session.scalars(told):
            record = session.get(tables()[message.register], message.record_id)
            if record is not None and may(reader, "read", record):
                return record, session.get_one(Staff, message.staff_id)
    if not number:
        tickets = select(Ticket).where(Ticket.estate_id == estate_id, visible(reader, Ticket))
        named = session.scalars(tickets.order_by(Ticket.id.desc()).limit(1)).first()
    if named is None or not may(reader, "read", named):
        return None
    answers = getattr(named, "assignee_id", None) or getattr(named, named.answered_by or "assignee_id", None)
    return named, session.get_one(Staff, answers or reader.staff_id)


def _numbered(session: Session, estate_id: int, number: str) -> Any:
    for table in registers_of(Base.metadata.tables[Told.__tablename__]):
        model: Any = tables()[table.name]
        query = select(model).where(model.estate_id == estate_id, number_of(model) == number).order_by(model.id.desc())
        if (found := session.scalars(query.limit(1)).first()) is not None:
            return found
    return None

"""How a text reads on a real record, for the page where it is written (NOT-2)."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Base, LabelledEnum, tables
from models.complaints import Complaint
from models.hanging import registers_of
from models.keys import KeyLoan
from models.message_texts import resident_kinds
from models.operations.core import number_of
from models.operations.outbox.letters import Letter, values_of
from models.operations.outbox.residents import values_to_resident
from models.outbox import Outgoing, ResidentKind, Way
from models.policy import may, visible
from models.residents import Resident
from models.staff import Actor, Staff, actor_for
from models.tickets import Ticket
from models.told import Told

LATEST = 50
"""Among so many of the latest messages one is looked for whose record the reader may see."""
KEY = "0" * 32
_USUAL: dict[LabelledEnum, type[Any]] = {
    ResidentKind.PROGRESS: Complaint,
    ResidentKind.KEY_NEAR: KeyLoan,
    ResidentKind.KEY_LATE: KeyLoan,
}
"""Of which register a record is shown where no message of that kind was written yet; else a ticket."""

_Latest = tuple[Any, int | None, datetime.datetime]


@dataclass(frozen=True)
class Example:
    """A message of one kind about one record, before it is put into a language."""

    record: Any
    number: str
    receiver: str
    kind: LabelledEnum
    values: Mapping[str, Any]

    def letter(self, text: Mapping[str, str], language: str) -> Letter:
        """As it would leave by mail, with *text* instead of what is stored."""
        register = self.record.__tablename__
        return Letter(0, KEY, Way.MAIL, "", language, self.kind, register, self.record.id, self.values, text)


def example(
    session: Session, reader: Actor, estate_id: int, kind: LabelledEnum, number: str, *, now: datetime.datetime
) -> Example | None:
    """A message of *kind* about the record of that *number*, or about the newest of which one was written.

    None where there is no such record that *reader* may read. It says what its receiver may read, and *reader* as well.
    """
    to_resident = kind in resident_kinds()
    named = _numbered(session, estate_id, number) if number else None
    if number and named is None:
        return None
    found = (_latest_to_resident if to_resident else _latest)(session, reader, estate_id, kind, named)
    record, person_id, at = found or (named or _newest(session, reader, estate_id, kind), None, now)
    if record is None or not may(reader, "read", record):
        return None
    called = str(session.scalar(select(number_of(type(record))).where(type(record).id == record.id)) or f"#{record.id}")
    if to_resident:
        resident_id = getattr(record, type(record).resident_by or "resident_id", None)
        resident = None if resident_id is None else session.get(Resident, resident_id)
        if resident is None:
            return None
        return Example(record, called, resident.name, kind, values_to_resident(session, record, kind, at=at))
    answers = getattr(record, "assignee_id", None) or getattr(record, record.answered_by or "assignee_id", None)
    receiver = session.get_one(Staff, person_id or answers or reader.staff_id)
    readers = [actor_for(session, receiver), reader]
    values = values_of(session, record.__tablename__, record.id, readers, at=at, way=Way.MAIL)
    return Example(record, called, receiver.name, kind, values)


def _latest(session: Session, reader: Actor, estate_id: int, kind: LabelledEnum, named: Any) -> _Latest | None:
    """The record of the latest message of *kind*, or of that about *named*, who was told, and when."""
    query = select(Told.register, Told.record_id, Told.staff_id, Told.at)
    query = query.where(Told.estate_id == estate_id, Told.kind == kind)
    if named is not None:
        query = query.where(Told.of(type(named), named.id))
    return _first(session, reader, session.execute(query.order_by(Told.id.desc()).limit(LATEST)).all())


def _latest_to_resident(
    session: Session, reader: Actor, estate_id: int, kind: LabelledEnum, named: Any
) -> _Latest | None:
    columns = (Outgoing.register, Outgoing.record_id, Outgoing.staff_id, Outgoing.created_at)
    query = select(*columns).where(Outgoing.estate_id == estate_id, Outgoing.kind == kind)
    if named is not None:
        query = query.where(Outgoing.register == named.__tablename__, Outgoing.record_id == named.id)
    return _first(session, reader, session.execute(query.order_by(Outgoing.id.desc()).limit(LATEST)).all())


def _first(session: Session, reader: Actor, messages: Any) -> _Latest | None:
    for register, record_id, person_id, at in messages:
        record = session.get(tables()[register], record_id) if register in tables() else None
        if record is not None and may(reader, "read", record):
            return record, person_id, at
    return None


def _newest(session: Session, reader: Actor, estate_id: int, kind: LabelledEnum) -> Any:
    model: Any = _USUAL.get(kind, Ticket)
    query = select(model).where(model.estate_id == estate_id, visible(reader, model)).order_by(model.id.desc())
    if kind in resident_kinds():
        query = query.where(getattr(model, model.resident_by).is_not(None))
    return session.scalars(query.limit(1)).first()


def _numbered(session: Session, estate_id: int, number: str) -> Any:
    for table in registers_of(Base.metadata.tables[Told.__tablename__]):
        model: Any = tables()[table.name]
        query = select(model).where(model.estate_id == estate_id, number_of(model) == number).order_by(model.id.desc())
        if (found := session.scalars(query.limit(1)).first()) is not None:
            return found
    return None

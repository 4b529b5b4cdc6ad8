"""What residents are told: their own records alone, and only what is declared for residents (NOT-2, RES-4)."""

import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.base import tables
from models.calendar import zone_named
from models.estates import Estate, Unit
from models.matters import Comment
from models.message_texts import LONGEST_BODY, names_of
from models.operations.core import number_of
from models.operations.outbox.letters import LONGEST_VALUE, Letter, known_language, text_of
from models.outbox import ResidentWay
from models.personal import keyring_of
from models.residents import MERGED, Occupancy, ResidentContact, ResidentMerge
from models.staff import Staff, Team


def letter_to_resident(session: Session, outgoing: Any, now: datetime.datetime) -> Letter | None:
    """The message of that row of the outbox; None where nobody wants it any more, or it would reach the wrong person.

    That is: the choice is gone, the number is gone or not valid, the person was merged into another, has moved out, the
    record is somebody else's now, or a lent key is back.
    """
    way = session.get(ResidentWay, outgoing.way_id)
    model: Any = tables().get(outgoing.register)
    record = None if model is None else session.get(model, outgoing.record_id)
    if way is None or record is None or outgoing.kind.value not in way.kinds:
        return None
    if getattr(record, model.resident_by or "resident_id", None) != way.resident_id:
        return None
    if any(getattr(record, name) is not None for name in model.ended_by):
        return None
    address = _address(session, way)
    if address is None or not is_there(session, way.resident_id, way.estate_id, now):
        return None
    return Letter(
        id=outgoing.id,
        key=outgoing.key,
        way=way.way,
        address=address,
        language=known_language(way.language),
        kind=outgoing.kind,
        register=outgoing.register,
        record_id=outgoing.record_id,
        values=values_to_resident(session, record, outgoing.kind, at=outgoing.created_at),
        text=text_of(session, outgoing.estate_id, outgoing.kind),
    )


def _address(session: Session, way: ResidentWay) -> str | None:
    """Where mail goes; or the number, where it is valid and of the person, or of a record merged into the person's."""
    if way.contact_id is None:
        return keyring_of(session).readable(way.address) or None
    merged = select(ResidentMerge.merged_id).where(
        ResidentMerge.kept_id == way.resident_id, ResidentMerge.undone_at.is_(None)
    )
    own = or_(ResidentContact.resident_id == way.resident_id, ResidentContact.resident_id.in_(merged))
    query = select(ResidentContact.value).where(ResidentContact.id == way.contact_id, ResidentContact.valid, own)
    return keyring_of(session).readable(session.scalar(query)) or None


def is_there(session: Session, resident_id: int, estate_id: int, now: datetime.datetime) -> bool:
    """Whether that resident is one still: not merged into another, and not moved out of all units."""
    if session.scalar(select(MERGED.where(ResidentMerge.merged_id == resident_id).exists())):
        return False
    today = now.astimezone(zone_named(session.get_one(Estate, estate_id).timezone)).date()
    ends = session.scalars(select(Occupancy.until_on).where(Occupancy.resident_id == resident_id)).all()
    return not ends or any(end is None or end >= today for end in ends)


def values_to_resident(session: Session, record: Any, kind: Any, *, at: datetime.datetime) -> dict[str, Any]:
    """What a message of *kind* about *record* may say to whom it belongs, told *at*; nothing that is not declared."""
    estate, model = session.get_one(Estate, record.estate_id), type(record)
    zone = zone_named(estate.timezone)
    unit_id, team_id, person_id = (getattr(record, name, None) for name in ("unit_id", "team_id", "assignee_id"))
    number = session.scalar(select(number_of(model)).where(model.id == record.id))
    said: dict[str, Any] = {
        "number": "" if number is None else str(number),
        "room": session.scalar(select(Unit.code).where(Unit.id == unit_id)) if unit_id else None,
        "sentence": getattr(record, model.beside, None) if model.beside else None,
        "team": session.scalar(select(Team.name).where(Team.id == team_id)) if team_id else None,
        "person": session.scalar(select(Staff.name).where(Staff.id == person_id)) if person_id else None,
        "at": at,
        "visit_from": getattr(record, "visit_from", None),
        "visit_until": getattr(record, "visit_until", None),
        "due": getattr(record, "due_at", None),
        "estate": estate.name,
        "desk_phone": estate.desk_phone,
    }
    declared = names_of(kind).values
    if "told" in declared:
        # Of all entries the one alone that was written for all, in the very instant of this message.
        told = Comment.register == record.__tablename__, Comment.record_id == record.id, Comment.at == at
        said["told"] = session.scalar(select(Comment.body).where(*told).order_by(Comment.id.desc()).limit(1))
    return {
        name: _as_read(value, zone, LONGEST_BODY if name == "told" else LONGEST_VALUE)
        for name, value in said.items()
        if name in declared
    }


def _as_read(value: Any, zone: datetime.tzinfo, most: int) -> Any:
    if isinstance(value, datetime.datetime):
        return value.astimezone(zone)
    return value[:most] if isinstance(value, str) else value

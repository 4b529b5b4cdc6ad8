"""Messages that leave the house: written with what people are told, for whoever chose a way."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from models.base import LabelledEnum
from models.call import Call
from models.outbox import ON_ITS_WAY, Outgoing, ResidentWay, SendStatus, WayOut, WhyNot
from models.told import Told

CHUNK = 500


def send_out(session: Session, messages: Sequence[Mapping[str, Any]]) -> None:
    """Put stored *messages* into the outbox, each for every way that its person chose for its kind."""
    ways: dict[int, list[Any]] = {}
    people = sorted({message["staff_id"] for message in messages})
    query = select(WayOut.id, WayOut.staff_id, WayOut.way, WayOut.kinds).where(WayOut.staff_id.in_(people))
    for row in session.execute(query.order_by(WayOut.id)):
        ways.setdefault(row.staff_id, []).append(row)
    causes = sorted({message["cause"] for message in messages if message["staff_id"] in ways})
    outgoing = []
    for start in range(0, len(causes), CHUNK):
        of_these = Told.cause.in_(causes[start : start + CHUNK]), Told.staff_id.in_(ways)
        for told in session.execute(select(Told.__table__).where(*of_these).order_by(Told.id)):
            outgoing += [
                {
                    "estate_id": told.estate_id,
                    "told_id": told.id,
                    "staff_id": told.staff_id,
                    "way_id": way.id,
                    "way": way.way,
                    "key": uuid.uuid4().hex,
                    "due_at": told.at,
                    "created_at": told.at,
                    "updated_at": told.at,
                }
                for way in ways[told.staff_id]
                if told.kind.value in way.kinds
            ]
    if outgoing:
        session.connection().execute(insert(Outgoing), outgoing)


@dataclass(frozen=True)
class ToResident:
    """What the resident of *row* is told, and by what that is known: of one cause nobody is told twice."""

    row: Any
    kind: LabelledEnum
    cause: str


def send_to_residents(call: Call, letters: Sequence[ToResident]) -> None:
    """Put *letters* into the outbox, each for every number and address that its resident chose for its kind.

    Whoever reported two parts of one incident reads of it once.
    """
    of_cause: dict[tuple[int, str], ToResident] = {}
    for letter in letters:
        resident_id = getattr(letter.row, letter.row.resident_by)
        if resident_id is not None:
            of_cause.setdefault((resident_id, letter.cause), letter)
    whose = [(resident_id, letter) for (resident_id, _cause), letter in of_cause.items()]
    ids = sorted({resident_id for resident_id, _letter in whose})
    ways: dict[int, list[Any]] = {}
    for start in range(0, len(ids), CHUNK):
        query = select(ResidentWay).order_by(ResidentWay.id)
        for way in call.session.scalars(query.where(ResidentWay.resident_id.in_(ids[start : start + CHUNK]))):
            ways.setdefault(way.resident_id, []).append(way)
    outgoing = [
        {
            "estate_id": letter.row.estate_id,
            "resident_id": resident_id,
            "register": letter.row.__tablename__,
            "record_id": letter.row.id,
            "kind": letter.kind,
            "cause": letter.cause,
            "way_id": way.id,
            "way": way.way,
            "key": uuid.uuid4().hex,
            "due_at": call.now,
            "created_at": call.now,
            "updated_at": call.now,
        }
        for resident_id, letter in whose
        for way in ways.get(resident_id, ())
        if letter.kind.value in way.kinds
    ]
    if outgoing:
        call.session.connection().execute(insert(Outgoing), outgoing)


def take_back(call: Call, *of_which: ColumnElement[bool]) -> None:
    """Send no more what waits yet of the outbox."""
    values = {"status": SendStatus.WITHDRAWN, "reason": WhyNot.TAKEN_BACK, "ended_at": call.now, "updated_at": call.now}
    waiting = update(Outgoing).where(ON_ITS_WAY, Outgoing.status == SendStatus.WAITING, *of_which).values(values)
    call.session.execute(waiting.execution_options(synchronize_session=False))

"""The verbs of residents and of who lives in or owns which unit (RES-1)."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import OperationRefused, Outcome, gettext_noop
from models.estates import Unit
from models.operations._identity import check_id_number, id_columns
from models.operations._intake import check_phone, phone_columns
from models.operations._move import Move, create
from models.operations._pinyin import name_pinyin
from models.operations._registers import (
    check_each,
    delete_unused,
    in_estate,
    local_date,
    open_amend,
    require_role,
    sift,
)
from models.personal import IdDocument, keyring_of
from models.residents import Occupancy, OccupancyKind, Resident
from models.staff import Actor

AMENDABLE = frozenset(
    {"name", "phone", "id_document", "id_number", "vehicles", "emergency_contact", "moved_in_on", "note"}
)
MAXIMUM_NAME = 60
MAXIMUM_CONTACT = 35


@dataclass
class ResidentDraft:
    """A person for the file (RES-1); phone, ID number and emergency contact as they were said."""

    estate_id: int
    name: str
    phone: str | None = None
    id_document: IdDocument | None = None
    id_number: str | None = None
    vehicles: str | None = None
    emergency_contact: str | None = None
    moved_in_on: datetime.date | None = None
    note: str | None = None


@dataclass
class OccupancyDraft:
    """One person in one unit; ``from_on`` None means from today, ``until_on`` None that it lasts."""

    estate_id: int
    unit_id: int
    resident_id: int
    kind: OccupancyKind
    from_on: datetime.date | None = None
    until_on: datetime.date | None = None


def register(
    session: Session,
    drafts: Sequence[ResidentDraft],
    *,
    actor: Actor,
    now: datetime.datetime,
    preview: bool = False,
) -> Outcome:
    """Take people into the file of an estate (RES-1), found afterwards by name, pinyin, phone and ID number.

    Refused: no name, no plausible phone or ID number, an ID number that another person of the estate has already.
    """
    today = _today(session, now)
    seen: set[tuple[int, str]] = set()

    def check(draft: ResidentDraft) -> None:
        require_role(actor, "register", Resident(estate_id=draft.estate_id))
        _check_texts(draft.name, draft.phone, draft.emergency_contact)
        check_id_number(draft.id_document, draft.id_number, rule="RES-1", today=today(draft.estate_id))
        digest = id_columns(session, draft.id_number)["id_number_digest"]
        if digest is not None:
            _check_alone(session, draft.estate_id, digest, None)
            if (draft.estate_id, digest) in seen:
                raise _held_by(draft.name)
            seen.add((draft.estate_id, digest))

    accepted, outcome = sift(drafts, check)
    if preview:
        outcome.done = list(accepted)
        return outcome
    rows = [
        Resident(
            estate_id=draft.estate_id,
            name=draft.name.strip(),
            name_pinyin=name_pinyin(draft.name),
            **phone_columns(session, draft.phone),
            id_document=draft.id_document,
            **id_columns(session, draft.id_number),
            vehicles=draft.vehicles or None,
            emergency_contact=_sealed(session, draft.emergency_contact),
            moved_in_on=draft.moved_in_on,
            note=draft.note or None,
        )
        for draft in accepted
    ]
    outcome.done = list(create(session, rows, verb="register", actor=actor, now=now))
    return outcome


def _today(session: Session, now: datetime.datetime) -> Callable[[int], datetime.date]:
    known: dict[int, datetime.date] = {}

    def today(estate_id: int) -> datetime.date:
        if estate_id not in known:
            known[estate_id] = local_date(session, estate_id, now)
        return known[estate_id]

    return today


def _check_texts(name: str | None, phone: str | None, emergency_contact: str | None) -> None:
    if not (name or "").strip():
        raise OperationRefused("RES-1", gettext_noop("Write down the name."))
    if len((name or "").strip()) > MAXIMUM_NAME:
        message = gettext_noop("A name has at most %(length)s characters.")
        raise OperationRefused("RES-1", message, length=MAXIMUM_NAME)
    check_phone(phone, "RES-1")
    if len((emergency_contact or "").strip()) > MAXIMUM_CONTACT:
        message = gettext_noop("The emergency contact has at most %(length)s characters: name and phone are enough.")
        raise OperationRefused("RES-1", message, length=MAXIMUM_CONTACT)


def _held_by(name: str) -> OperationRefused:
    message = gettext_noop("This ID number is registered for %(name)s already; one person is registered once.")
    return OperationRefused("RES-1", message, name=name)


def _check_alone(session: Session, estate_id: int, digest: str, own_id: int | None) -> None:
    query = select(Resident.name).where(Resident.estate_id == estate_id, Resident.id_number_digest == digest)
    if own_id is not None:
        query = query.where(Resident.id != own_id)
    if (name := session.scalars(query.limit(1)).first()) is not None:
        raise _held_by(name)


def _sealed(session: Session, text: str | None) -> str | None:
    plain = (text or "").strip()
    return keyring_of(session).encrypt(plain) if plain else None


def amend(
    session: Session,
    residents: Iterable[Resident],
    *,
    actor: Actor,
    now: datetime.datetime,
    expected: Mapping[int, int] | None = None,
    preview: bool = False,
    **columns: Any,
) -> Outcome:
    """Change what the file says of people (RES-1); phone, ID number and emergency contact come in plain form."""
    move = open_amend(
        session,
        Resident,
        residents,
        columns,
        AMENDABLE,
        actor=actor,
        now=now,
        expected=expected,
        preview=preview,
        rule="RES-1",
    )
    today = _today(session, now)

    def check(row: Resident) -> None:
        name, phone = columns.get("name", row.name), columns.get("phone")
        _check_texts(name, phone, columns.get("emergency_contact"))
        if "id_number" in columns:
            document = columns.get("id_document", row.id_document)
            check_id_number(document, columns["id_number"], rule="RES-1", today=today(row.estate_id))
            if digest := id_columns(session, columns["id_number"])["id_number_digest"]:
                _check_alone(session, row.estate_id, digest, row.id)
                if len(move.rows) > 1:
                    raise _held_by(move.rows[0].name)

    for row in check_each(move, check):
        move.set(row, **_stored(session, row, columns))
    return move.finish()


def _stored(session: Session, row: Resident, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as they are stored. A personal value that stays the same is left out: its cipher text differs."""
    stored = {name: value for name, value in columns.items() if name not in {"phone", "id_number", "emergency_contact"}}
    if "name" in columns:
        stored["name"] = columns["name"].strip()
        stored["name_pinyin"] = name_pinyin(columns["name"])
    if "phone" in columns:
        phone = phone_columns(session, columns["phone"])
        stored.update({} if phone["phone_digest"] == row.phone_digest else phone)
    if "id_number" in columns:
        number = id_columns(session, columns["id_number"])
        stored.update({} if number["id_number_digest"] == row.id_number_digest else number)
    if "emergency_contact" in columns:
        old = keyring_of(session).decrypt(row.emergency_contact) if row.emergency_contact else ""
        if old != (columns["emergency_contact"] or "").strip():
            stored["emergency_contact"] = _sealed(session, columns["emergency_contact"])
    return stored


def delete(
    session: Session,
    residents: Iterable[Resident],
    *,
    actor: Actor,
    now: datetime.datetime,
    reason: str = "",
    expected: Mapping[int, int] | None = None,
    preview: bool = False,
) -> Outcome:
    """Remove people to whom no unit, ticket, complaint or key loan refers; all others stay in the file (RES-1)."""
    message = gettext_noop("A unit, ticket, complaint or key loan refers to %(record)s, who therefore stays.")
    return delete_unused(
        session,
        Resident,
        residents,
        actor=actor,
        now=now,
        rule="RES-1",
        message=message,
        reason=reason,
        expected=expected,
        preview=preview,
    )


def register_occupancy(
    session: Session,
    drafts: Sequence[OccupancyDraft],
    *,
    actor: Actor,
    now: datetime.datetime,
    preview: bool = False,
) -> Outcome:
    """Say that people own or live in units (RES-1): one person may have several units, a unit several people.

    Refused: a unit or person of another estate, a last day before the first, and the same person in the same unit
    as the same (owner, tenant, family) over days that are registered already.
    """
    today = _today(session, now)
    taken: list[Occupancy] = []

    def check(draft: OccupancyDraft) -> None:
        row = Occupancy(
            estate_id=draft.estate_id,
            unit_id=draft.unit_id,
            resident_id=draft.resident_id,
            kind=OccupancyKind(draft.kind),
            from_on=draft.from_on or today(draft.estate_id),
            until_on=draft.until_on,
        )
        require_role(actor, "register", row)
        in_estate(session, Unit, draft.unit_id, draft.estate_id, "RES-1", gettext_noop("unit"))
        in_estate(session, Resident, draft.resident_id, draft.estate_id, "RES-1", gettext_noop("resident"))
        if row.until_on is not None and row.until_on < row.from_on:
            raise OperationRefused("RES-1", gettext_noop("The first day must not be after the last."))
        query = select(Occupancy).where(Occupancy.unit_id == row.unit_id, Occupancy.resident_id == row.resident_id)
        if any(_overlap(row, other) for other in [*session.scalars(query), *taken]):
            raise OperationRefused("RES-1", gettext_noop("This person is already registered for this unit."))
        taken.append(row)

    accepted, outcome = sift(drafts, check)
    outcome.done = list(accepted) if preview else list(create(session, taken, verb="register", actor=actor, now=now))
    return outcome


def _overlap(one: Occupancy, other: Occupancy) -> bool:
    if (one.unit_id, one.resident_id, one.kind) != (other.unit_id, other.resident_id, other.kind):
        return False
    last = datetime.date.max
    return one.from_on <= (other.until_on or last) and other.from_on <= (one.until_on or last)


def end_occupancy(
    session: Session,
    occupancies: Iterable[Occupancy],
    *,
    actor: Actor,
    now: datetime.datetime,
    until_on: datetime.date | None = None,
    expected: Mapping[int, int] | None = None,
    preview: bool = False,
) -> Outcome:
    """Say on which day people's time in their units ends, today when none is named; the history stays (RES-1)."""
    move = Move(
        session,
        Occupancy,
        occupancies,
        verb="end",
        actor=actor,
        now=now,
        preview=preview,
        expected=expected,
        rule="RES-1",
    )
    today = _today(session, now)
    for row in list(move.rows):
        last = until_on or today(row.estate_id)
        if row.until_on is not None:
            move.refuse(row, "RES-1", gettext_noop("This ended on %(day)s already."), day=row.until_on)
        elif last < row.from_on:
            move.refuse(row, "RES-1", gettext_noop("The first day must not be after the last."))
        else:
            move.set(row, until_on=last)
    return move.finish()


def delete_occupancy(
    session: Session,
    occupancies: Iterable[Occupancy],
    *,
    actor: Actor,
    now: datetime.datetime,
    reason: str = "",
    expected: Mapping[int, int] | None = None,
    preview: bool = False,
) -> Outcome:
    """Remove what was registered by mistake, while it has not ended; what has ended is history (RES-1)."""

    def check(row: Occupancy) -> None:
        if row.until_on is not None:
            raise OperationRefused("RES-1", gettext_noop("This ended on %(day)s already."), day=row.until_on)

    return delete_unused(
        session,
        Occupancy,
        occupancies,
        actor=actor,
        now=now,
        rule="RES-1",
        message=gettext_noop("Something refers to this; it stays."),
        reason=reason,
        expected=expected,
        preview=preview,
        check=check,
    )

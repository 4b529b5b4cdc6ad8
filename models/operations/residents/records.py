"""The verbs of residents and of who lives in or owns which unit (RES-1)."""

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.call import Call
from models.errors import OperationRefused, Outcome, gettext_noop
from models.estates import Estate
from models.operations.contacts import write_numbers
from models.operations.core import (
    CHUNK,
    Move,
    check_columns,
    check_each,
    check_id_number,
    check_own_phone,
    create,
    delete_unused,
    id_columns,
    id_digest,
    local_dates,
    name_pinyin,
    operation,
    reads_otherwise,
    require_role,
    sift,
    verb,
)
from models.operations.residents.same_person import ReachedThere
from models.operations.residents.ways import drop_ways, ways_of
from models.outbox import ResidentWay
from models.personal import IdDocument, keyring_of
from models.policy import role_for
from models.residents import MERGED, Resident, ResidentContact
from models.roles import CLERKS, MANAGERS

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
    another_person: bool = False
    """Not the one of the same name and number who is there already."""


@operation(Resident, roles=CLERKS)
def register(call: Call, drafts: Sequence[ResidentDraft]) -> Outcome:
    """Take people into the file of an estate (RES-1), found afterwards by name, pinyin, phone and ID number.

    Refused: no name, no plausible phone or ID number, an ID number that another person of the estate has already, and
    somebody who is there already with the same number and name, in whatever writing, unless it is said to be
    ``another_person``.
    """
    today = local_dates(call.session, call.now)
    holders = _holders(
        call.session,
        {(draft.estate_id, id_digest(call.session, draft.id_number)) for draft in drafts},
        preview=call.preview,
    )
    seen: set[tuple[int, str]] = set()
    asked = [(draft.estate_id, draft.phone) for draft in drafts if not draft.another_person]
    there = ReachedThere(call.session, asked)

    def check(draft: ResidentDraft) -> None:
        require_role(call.actor, "register", Resident(estate_id=draft.estate_id))
        check_person(draft, today=today(draft.estate_id))
        _check_not_there(draft, there)
        digest = id_digest(call.session, draft.id_number)
        if digest is not None:
            _check_alone(holders, draft.estate_id, digest, None)
            if (draft.estate_id, digest) in seen:
                raise held_by(draft.name)
            seen.add((draft.estate_id, digest))

    accepted, outcome = sift(drafts, check)
    if call.preview:
        outcome.done = list(accepted)
        return outcome
    rows = [
        Resident(
            estate_id=draft.estate_id,
            name=draft.name.strip(),
            name_pinyin=name_pinyin(draft.name),
            id_document=draft.id_document,
            **id_columns(call.session, draft.id_number),
            vehicles=draft.vehicles or None,
            emergency_contact=_sealed(call.session, draft.emergency_contact),
            moved_in_on=draft.moved_in_on,
            note=draft.note or None,
        )
        for draft in accepted
    ]
    roles = {row.estate_id: role_for(call.actor, "register", row) for row in rows}
    outcome.done = list(create(call.following(), rows, verb="register"))
    for estate_id, role in roles.items():
        said = [(row, draft.phone) for row, draft in zip(rows, accepted, strict=True) if row.estate_id == estate_id]
        write_numbers(call, said, role=role)
    return outcome


def _check_not_there(draft: ResidentDraft, there: ReachedThere) -> None:
    if draft.another_person or (known := there.who(draft.estate_id, draft.name.strip(), draft.phone)) is None:
        return
    message = gettext_noop(
        "%(name)s is there already with this number (#%(record)s): open that record, or say that this is"
        " another person."
    )
    raise OperationRefused("RES-1", message, field="another_person", name=known[1], record=known[0])


def check_person(draft: ResidentDraft, *, today: datetime.date) -> None:
    """Refuse a draft that by itself cannot be a person of the file: no name, no plausible phone or ID number."""
    _check_texts(draft.name, draft.phone, draft.emergency_contact)
    check_id_number(draft.id_document, draft.id_number, rule="RES-1", today=today)


def _check_texts(name: str | None, phone: str | None, emergency_contact: str | None) -> None:
    if not (name or "").strip():
        raise OperationRefused("RES-1", gettext_noop("Write down the person's name."), field="name")
    if len((name or "").strip()) > MAXIMUM_NAME:
        message = gettext_noop("A name has at most %(length)s characters.")
        raise OperationRefused("RES-1", message, field="name", length=MAXIMUM_NAME)
    check_own_phone(phone, "RES-1", "phone")
    if len((emergency_contact or "").strip()) > MAXIMUM_CONTACT:
        message = gettext_noop("The emergency contact has at most %(length)s characters: name and phone are enough.")
        raise OperationRefused("RES-1", message, field="emergency_contact", length=MAXIMUM_CONTACT)


def held_by(name: str) -> OperationRefused:
    """The refusal of an ID number that *name* has already."""
    message = gettext_noop("This ID number is registered for %(name)s already; one person is registered once.")
    return OperationRefused("RES-1", message, field="id_number", name=name)


def _holders(
    session: Session, asked: Collection[tuple[int, str | None]], *, preview: bool
) -> dict[tuple[int, str], list[tuple[int, str]]]:
    """Estate and digest of an ID number -> id and name of who has it."""
    wanted = sorted({digest for _estate_id, digest in asked if digest is not None})
    estates = sorted({estate_id for estate_id, _digest in asked})
    if wanted and not preview:
        # Whoever else writes an ID number in these estates waits here, and then finds this one.
        held = select(Estate.id).where(Estate.id.in_(estates)).order_by(Estate.id)
        session.execute(held.with_for_update(key_share=True))
    found: dict[tuple[int, str], list[tuple[int, str]]] = {}
    columns = (Resident.estate_id, Resident.id_number_digest, Resident.id, Resident.name)
    query = select(*columns).where(Resident.estate_id.in_(estates), Resident.id.not_in(MERGED)).order_by(Resident.id)
    for start in range(0, len(wanted), CHUNK):
        chosen = query.where(Resident.id_number_digest.in_(wanted[start : start + CHUNK]))
        for estate_id, digest, row_id, name in session.execute(chosen):
            if digest is not None:
                found.setdefault((estate_id, digest), []).append((row_id, name))
    return found


def _check_alone(
    holders: Mapping[tuple[int, str], Sequence[tuple[int, str]]], estate_id: int, digest: str, own_id: int | None
) -> None:
    for row_id, name in holders.get((estate_id, digest), ()):
        if row_id != own_id:
            raise held_by(name)


def _sealed(session: Session, text: str | None) -> str | None:
    plain = (text or "").strip()
    return keyring_of(session).encrypt(plain) if plain else None


@operation(Resident, roles=CLERKS)
def amend(
    call: Call,
    residents: Iterable[Resident],
    **columns: Any,
) -> Outcome:
    """Change what the file says of people (RES-1); ID number and emergency contact come in plain form.

    So do the phones, in one text: these are the person's numbers then, and no others.
    """
    changes = [(row, columns) for row in residents]
    return amend_each(call, changes)


def amend_each(call: Call, changes: Sequence[tuple[Resident, Mapping[str, Any]]]) -> Outcome:
    """Like :func:`amend`, with columns of its own for each person; each stands there once."""
    columns_of = {row.id: columns for row, columns in changes}
    check_columns((name for columns in columns_of.values() for name in columns), AMENDABLE)
    move = Move(call, Resident, [row for row, _columns in changes], verb="amend", rule="RES-1")
    today = local_dates(call.session, call.now)
    digests = {row.id: id_digest(call.session, columns_of[row.id].get("id_number")) for row in move.rows}
    shared = Counter(digests.values())
    holders = _holders(call.session, {(row.estate_id, digests[row.id]) for row in move.rows}, preview=call.preview)

    def check(row: Resident) -> None:
        columns = columns_of[row.id]
        _check_texts(columns.get("name", row.name), columns.get("phone"), columns.get("emergency_contact"))
        if "id_number" in columns:
            document = columns.get("id_document", row.id_document)
            check_id_number(document, columns["id_number"], rule="RES-1", today=today(row.estate_id))
            if digest := digests[row.id]:
                _check_alone(holders, row.estate_id, digest, row.id)
                if shared[digest] > 1:
                    raise held_by(move.rows[0].name)

    for row in check_each(move, check):
        move.set(row, **_stored(call.session, row, columns_of[row.id]))
    outcome = move.finish()
    said = [(row, columns_of[row.id]["phone"]) for row in move.rows if "phone" in columns_of[row.id]]
    if not call.preview:
        for resident, phone in said:
            write_numbers(call, [(resident, phone)], role=move.role_of(resident))
    return outcome


def read_names_again(call: Call) -> None:
    """Have names in traditional characters or marked letters found as an earlier version did not know them yet."""
    query = select(Resident.id, Resident.name, Resident.name_pinyin)
    outdated = [
        resident_id
        for resident_id, name, pinyin in call.session.execute(query)
        if reads_otherwise(name) and pinyin != name_pinyin(name)
    ]
    for start in range(0, len(outdated), CHUNK):
        rows = call.session.scalars(select(Resident).where(Resident.id.in_(outdated[start : start + CHUNK])))
        amend_each(call, [(row, {"name": row.name}) for row in rows])


def _stored(session: Session, row: Resident, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as they are stored. A personal value that stays the same is left out: its cipher text differs."""
    stored = {name: value for name, value in columns.items() if name not in {"phone", "id_number", "emergency_contact"}}
    if "name" in columns:
        stored["name"] = columns["name"].strip()
        stored["name_pinyin"] = name_pinyin(columns["name"])
    if "id_number" in columns:
        number = id_columns(session, columns["id_number"])
        stored.update({} if number["id_number_digest"] == row.id_number_digest else number)
    if "emergency_contact" in columns:
        old = keyring_of(session).readable(row.emergency_contact) if row.emergency_contact else ""
        if old != (columns["emergency_contact"] or "").strip():
            stored["emergency_contact"] = _sealed(session, columns["emergency_contact"])
    return stored


@verb(Resident, roles=MANAGERS, rule="RES-1")
def delete(move: Move[Resident]) -> None:
    """Remove people to whom no unit, ticket, complaint or key loan refers; all others stay in the file (RES-1)."""
    message = gettext_noop("A unit, ticket, complaint or key loan refers to %(record)s, who therefore stays.")

    def along(gone: Sequence[Resident]) -> None:
        drop_ways(move.call.following(), ways_of(move.session, [row.id for row in gone])).all()
        write_numbers(move.call, [(row, None) for row in gone], role=None)

    delete_unused(
        move,
        message,
        apart_from=(ResidentContact, ResidentWay),
        along=along,
    )

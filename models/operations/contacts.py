"""The verbs of the numbers at which residents and staff are reached (RES-1, RES-4); numbers come in plain form."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from models.call import Call
from models.errors import OperationRefused, Outcome, gettext_noop
from models.events import Event, record_events
from models.operations.core import (
    CHUNK,
    Move,
    check_columns,
    check_each,
    check_own_phone,
    create,
    delete_unused,
    estates_of,
    event_row,
    facts,
    operation,
    require_role,
    sift,
)
from models.operations.staff import estates_of as works_in, is_in_charge
from models.personal import keyring_of
from models.phones import Phone, read_noted_phones
from models.residents import Resident, ResidentContact
from models.roles import ADMINS, CLERKS, MANAGERS, Role
from models.staff import Actor, Staff, StaffContact

RULE = "RES-1"
AMENDABLE = frozenset({"value", "note", "valid"})
LONGEST_NOTE = 100
_NO_FACTS = frozenset({"id", "created_at", "updated_at", "version", "estate_id"})

AnyContact = ResidentContact | StaffContact


@dataclass
class ContactDraft:
    """A number as it was said, of one resident or of one colleague; several in it become several contacts."""

    value: str
    resident_id: int | None = None
    staff_id: int | None = None
    estate_id: int | None = None
    """The resident's; colleagues belong to none."""
    note: str | None = None


@operation(StaffContact, roles=ADMINS | MANAGERS)
@operation(ResidentContact, roles=CLERKS)
def register(call: Call, drafts: Sequence[ContactDraft]) -> Outcome:
    """Write down numbers of people; ``done`` has the first of each draft.

    Refused: no number, a placeholder, one that the person has already, somebody of another estate.
    """
    people = estates_of(
        call.session, Resident, [draft.resident_id for draft in drafts if draft.resident_id is not None]
    )
    known = {(type(row), _owner(row), plain) for row, plain in _read(call.session, _of_people(call.session, drafts))}
    made: list[list[AnyContact]] = []

    def check(draft: ContactDraft) -> None:
        _check_value(draft.value)
        _check_note(draft.note)
        rows = [_contact(call.session, draft, phone) for phone in read_noted_phones(draft.value)]
        require_role(call.actor, "register", rows[0])
        if isinstance(rows[0], StaffContact):
            _check_colleague(call.session, call.actor, rows[0])
        elif people.get(rows[0].resident_id) != rows[0].estate_id:
            message = gettext_noop("There is no such %(what)s in this estate.")
            raise OperationRefused(RULE, message, field="resident_id", what=gettext_noop("resident"))
        new = [(row, phone) for row, phone in zip(rows, read_noted_phones(draft.value), strict=True)]
        new = [(row, phone) for row, phone in new if (type(row), _owner(row), phone.text) not in known]
        if not new:
            raise OperationRefused(RULE, gettext_noop("This number is written down already."), field="value")
        known.update((type(row), _owner(row), phone.text) for row, phone in new)
        made.append([row for row, _phone in new])

    accepted, outcome = sift(drafts, check)
    if call.preview:
        outcome.done = list(accepted)
        return outcome
    create(call.following(), [row for rows in made for row in rows], verb="register")
    _forget_main(call.session, [draft.resident_id for draft in accepted])
    outcome.done = [rows[0] for rows in made]
    return outcome


@operation(StaffContact, roles=ADMINS | MANAGERS)
@operation(ResidentContact, roles=CLERKS)
def amend(
    call: Call,
    contacts: Iterable[AnyContact],
    **columns: Any,
) -> Outcome:
    """Change a number, its note, or whether anybody is reached there; all *contacts* are of one table."""
    rows = list(contacts)
    model: Any = type(rows[0]) if rows else ResidentContact
    check_columns(columns, AMENDABLE)
    move: Move[Any] = Move(call, model, rows, verb="amend", rule=RULE)

    def check(row: Any) -> None:
        if isinstance(row, StaffContact):
            _check_colleague(call.session, call.actor, row)
        if "value" in columns:
            _check_value(columns["value"])
            if len(read_noted_phones(columns["value"])) > 1:
                raise OperationRefused(RULE, gettext_noop("Write one number here; add the other one."), field="value")
        _check_note(columns.get("note"))

    for row in check_each(move, check):
        stored = {name: value for name, value in columns.items() if name != "value"}
        if "value" in columns:
            (phone,) = read_noted_phones(columns["value"])
            if phone.note and "note" not in columns:
                stored["note"] = _note(row.note, phone)
            same = keyring_of(call.session).readable(row.value) == phone.text
            stored |= {} if same else _columns(call.session, phone) | {"valid": columns.get("valid", True)}
        move.set(row, **stored)
    outcome = move.finish()
    _forget_main(call.session, [getattr(row, "resident_id", None) for row in outcome.done])
    return outcome


@operation(StaffContact, roles=ADMINS | MANAGERS)
@operation(ResidentContact, roles=CLERKS)
def delete(call: Call, contacts: Iterable[AnyContact]) -> Outcome:
    """Take numbers out; their events stay. All *contacts* are of one table."""
    rows = list(contacts)
    model: Any = type(rows[0]) if rows else ResidentContact

    def check(row: Any) -> None:
        if isinstance(row, StaffContact):
            _check_colleague(call.session, call.actor, row)

    people = [getattr(row, "resident_id", None) for row in rows]
    move: Move[Any] = Move(call, model, rows, verb="delete", rule=RULE)
    delete_unused(move, gettext_noop("Something refers to this; it stays."), check=check)
    outcome = move.finish()
    _forget_main(call.session, people)
    return outcome


def write_numbers(call: Call, numbers: Sequence[tuple[Resident, str | None]], *, role: Role | None) -> None:
    """Let residents have the numbers that a verb on them says, checked by it, and no other; what stays is not touched.

    *role* is the one in which that verb was done: this follows from it.
    """
    new: list[ResidentContact] = []
    gone: list[int] = []
    told: list[tuple[ResidentContact, str | None]] = []
    have = _numbers(call.session, [resident.id for resident, _phone in numbers])
    for resident, said in numbers:
        known = have.get(resident.id, {})
        wanted = {phone.text: phone for phone in read_noted_phones(said or "")}
        gone += [row.id for text, row in known.items() if text not in wanted]
        told += [(row, _note(row.note, wanted[text])) for text, row in known.items() if text in wanted]
        draft = ContactDraft("", resident.id, estate_id=resident.estate_id)
        new += [_resident_contact(call.session, draft, phone) for text, phone in wanted.items() if text not in known]
    for row, note in told:
        if note != row.note:
            amend(call.following(), [row], note=note).all()
    if gone:
        rows = list(call.session.scalars(select(ResidentContact).where(ResidentContact.id.in_(gone))))
        delete(call.following(), rows).all()
    if new:
        create(call.following(), new, verb="register", role=role)
    _forget_main(call.session, [resident.id for resident, _phone in numbers])


def tell_carried_over(call: Call) -> None:
    """Leave an event for each number that an upgrade has carried over from its resident, where there is none yet."""
    told = select(Event.id).where(Event.register == "resident_contacts", Event.record_id == ResidentContact.id)
    query = select(ResidentContact).where(~told.exists()).order_by(ResidentContact.id)
    keyring, columns = keyring_of(call.session), ResidentContact.__table__.columns
    for rows in call.session.scalars(query.execution_options(yield_per=CHUNK)).partitions():
        events = []
        for row in rows:
            present = {name: getattr(row, name) for name in set(columns.keys()) - _NO_FACTS}
            after = facts(row, {name: value for name, value in present.items() if value is not None}, keyring)
            told_by: dict[str, Any] = {
                "role": Role.SYSTEM.value,
                "verb": "register",
                "before": {},
                "after": after,
                "rule": RULE,
            }
            events.append(event_row(row, call, version=row.version, **told_by))
        record_events(call.session, events)


def _numbers(session: Session, ids: Sequence[int]) -> dict[int, dict[str, ResidentContact]]:
    found: dict[int, dict[str, ResidentContact]] = {}
    for start in range(0, len(ids), CHUNK):
        query = select(ResidentContact).where(ResidentContact.resident_id.in_(ids[start : start + CHUNK]))
        for row, plain in _read(session, session.scalars(query.order_by(ResidentContact.id))):
            found.setdefault(row.resident_id, {})[plain or f"#{row.id}"] = row
    return found


def _of_people(session: Session, drafts: Sequence[ContactDraft]) -> Iterable[AnyContact]:
    residents = {draft.resident_id for draft in drafts} - {None}
    colleagues = {draft.staff_id for draft in drafts} - {None}
    yield from session.scalars(select(ResidentContact).where(ResidentContact.resident_id.in_(residents)))
    yield from session.scalars(select(StaffContact).where(StaffContact.staff_id.in_(colleagues)))


def _read(session: Session, rows: Iterable[Any]) -> Iterable[tuple[Any, str | None]]:
    keyring = keyring_of(session)
    return ((row, keyring.readable(row.value)) for row in rows)


def _owner(row: Any) -> int:
    return int(row.resident_id if isinstance(row, ResidentContact) else row.staff_id)


def _contact(session: Session, draft: ContactDraft, phone: Phone) -> AnyContact:
    if draft.staff_id is None:
        return _resident_contact(session, draft, phone)
    row = StaffContact(staff_id=draft.staff_id, note=_note(draft.note, phone), valid=True, **_columns(session, phone))
    set_committed_value(row, "staff", session.get(Staff, draft.staff_id))
    return row


def _resident_contact(session: Session, draft: ContactDraft, phone: Phone) -> ResidentContact:
    return ResidentContact(
        estate_id=draft.estate_id,
        resident_id=draft.resident_id,
        note=_note(draft.note, phone),
        valid=True,
        **_columns(session, phone),
    )


def _note(note: str | None, phone: Phone) -> str | None:
    """*note* and what was said beside the number, where it is not in it already."""
    told = [note, phone.note] if phone.note and phone.note not in (note or "") else [note]
    return "；".join(filter(None, told))[:LONGEST_NOTE] or None


def _columns(session: Session, phone: Phone) -> dict[str, Any]:
    keyring = keyring_of(session)
    return {
        "kind": phone.kind,
        "value": keyring.encrypt(phone.text),
        "value_digest": keyring.digest(phone.found_by),
        "tail_digest": keyring.digest(phone.tail),
        "country": phone.country,
        "extension": phone.extension,
    }


def _check_value(value: str | None) -> None:
    check_own_phone(value, RULE, "value")
    if not read_noted_phones(value or ""):
        raise OperationRefused(RULE, gettext_noop("Write down the phone number."), field="value")


def _check_note(note: str | None) -> None:
    if len(note or "") > LONGEST_NOTE:
        message = gettext_noop("A note on a number has at most %(length)s characters.")
        raise OperationRefused(RULE, message, field="note", length=LONGEST_NOTE)


def _check_colleague(session: Session, actor: Actor, row: StaffContact) -> None:
    """A colleague's numbers are changed, as the account is, by who is in charge wherever that colleague works."""
    person = row.staff
    if person is None:
        message = gettext_noop("There is no such %(what)s in this estate.")
        raise OperationRefused(RULE, message, field="staff_id", what=gettext_noop("colleague"))
    if person.id != actor.staff_id and not is_in_charge(actor, "amend", works_in(session, [person])[person.id]):
        message = gettext_noop(
            "%(name)s also works in an estate that is not yours: the numbers are changed by who is in charge in all of"
            " them."
        )
        raise OperationRefused("ROLE", message, name=person.name)


def _forget_main(session: Session, residents: Iterable[int | None]) -> None:
    """The number called first is read again, of those whom the session knows."""
    for resident_id in residents:
        resident = session.identity_map.get(identity_key(Resident, resident_id or 0))
        if resident is not None:
            session.expire(resident, ["phone"])

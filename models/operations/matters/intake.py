"""What registering a ticket and registering a complaint have in common (INT-1 … INT-6)."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.call import Call
from models.complaints import Complaint
from models.errors import Incomplete, Msgid, OperationRefused, gettext_noop
from models.estates import Estate
from models.matters import RETAKEN, Channel, Matter, Severity
from models.operations.core import can_own, check_near, check_phone, phone_columns
from models.operations.matters.owed import owes_follow_up
from models.personal import keyring_of
from models.residents import Resident
from models.same_matter import Report, same_matters
from models.settings import EstateSettings
from models.staff import Staff
from models.tickets import Ticket, TicketKind

_WHO_AND_WHERE = ("reporter_name", "reporter_phone", "reporter_department", "resident_id", "unit_id", "place")
_OF_THE_RECORD = ("kind", "anonymous", "imported_closed")
_BARS = {
    "reporter_name": gettext_noop("who reported it (a surname is enough)"),
    "unit_id": gettext_noop("the unit or place"),
}
"""Without these nothing is registered. A phone somebody may not want to give: the audit asks for it."""


@dataclass
class MatterDraft:
    """What was said (INT-3). Times in UTC; ``heard_at`` None means now; ``desk_owner`` None means who registers.

    ``registered_at`` and ``taken_from``, the key of the record, are said of what was taken before as another kind.
    """

    estate_id: int
    summary: str
    detail: str | None = None
    wish: str | None = None
    severity: Severity = Severity.ORDINARY
    channel: Channel = Channel.PHONE
    unit_id: int | None = None
    place: str | None = None
    resident_id: int | None = None
    reporter_name: str | None = None
    reporter_phone: str | None = None
    reporter_department: str | None = None
    read_back: bool = False
    team_id: int | None = None
    heard_at: datetime.datetime | None = None
    promised_at: datetime.datetime | None = None
    desk_owner: Staff | None = None
    another_matter: bool = False
    registered_at: datetime.datetime | None = None
    taken_from: str | None = None


def check_intake(call: Call, draft: MatterDraft, settings: EstateSettings) -> None:
    """Refuse a draft without what happened, heard in the future, or with an owner who is not of the desk."""
    if not draft.summary.strip():
        raise OperationRefused("INT-3", gettext_noop("Write down what happened."), field="summary")
    if draft.heard_at is not None and draft.heard_at > call.now:
        message = gettext_noop("It cannot have been heard in the future: %(heard)s.")
        raise OperationRefused("INT-2", message, field="heard_at", heard=draft.heard_at)
    check_promise(draft.promised_at, now=draft.registered_at or call.now)
    for field in ("promised_at", "visit_until"):
        check_near(settings, draft.estate_id, getattr(draft, field, None), call.now, field)
    check_phone(draft.reporter_phone)
    owner = draft.desk_owner or call.session.get_one(Staff, call.actor.staff_id)
    if not can_own(call.session, owner, draft.estate_id):
        raise OperationRefused(
            "INT-1",
            gettext_noop("%(person)s does not work at the desk of this estate and cannot be desk owner."),
            person=owner.name,
        )


def check_promise(promised_at: datetime.datetime | None, *, now: datetime.datetime) -> None:
    """Refuse to promise an answer for a time that has passed (INT-5)."""
    if promised_at is not None and promised_at < now:
        raise OperationRefused("INT-5", gettext_noop("The promised time has passed already."), field="promised_at")


def check_answer(
    matter: Any, promised_at: datetime.datetime | None, settings: EstateSettings, now: datetime.datetime
) -> None:
    """Refuse to promise the answer to an enquiry, a draft or a record, for later than the estate allows (INT-5)."""
    check_near(settings, matter.estate_id, promised_at, now, "promised_at")
    limit = settings.number(matter.estate_id, "enquiry-promise-minutes")
    latest = now + datetime.timedelta(minutes=limit)
    is_enquiry = getattr(matter, "kind", None) is TicketKind.ENQUIRY
    if is_enquiry and promised_at is not None and promised_at > latest:
        message = gettext_noop("An enquiry is answered within %(minutes)s minutes at the latest.")
        raise OperationRefused("INT-5", message, field="promised_at", minutes=limit)


def check_change(matter: Ticket | Complaint, changes: Mapping[str, Any]) -> None:
    """Refuse *changes* that take away what INT-3 asked for, or whom the follow-up asks (FUP-1).

    Who was named once is asked, whatever is written before the work is finished; a graver matter becomes a lighter one
    by ``lower_severity`` alone (INT-7).
    """
    lacked = required(matter)
    if gone := {field: what for field, what in lacking(matter, changes).items() if field not in lacked}:
        raise Incomplete("INT-3", gone)
    if owes_follow_up(matter) and not owes_follow_up(_with(matter, changes)):
        message = gettext_noop("Whom the follow-up of %(record)s asks cannot be taken out of it any more.")
        field = "reporter_department" if changes.get("reporter_department") else "reporter_name"
        raise OperationRefused("FUP-1", message, field=field, record=matter.number)
    if matter.severity.outweighs(changes.get("severity", matter.severity)):
        message = gettext_noop(
            "%(record)s is “%(severity)s”: a supervisor makes it less, with the reason (“Lower severity”)."
        )
        raise OperationRefused("INT-7", message, field="severity", record=matter.number, severity=matter.severity)


def lacking(matter: Ticket | Complaint, changes: Mapping[str, Any]) -> dict[str, Msgid]:
    """What *matter* with *changes* would lack, of what bars registering it; see :func:`required`."""
    return required(_with(matter, changes))


def _with(matter: Ticket | Complaint, changes: Mapping[str, Any]) -> Any:
    kept = {name: getattr(matter, name) for name in _OF_THE_RECORD if hasattr(matter, name)}
    return SimpleNamespace(**kept, **{name: changes.get(name, getattr(matter, name)) for name in _WHO_AND_WHERE})


def required(matter: Any) -> dict[str, Msgid]:
    """What *matter* lacks of what bars registering it, by field, with the words for it (INT-3)."""
    return {field: _BARS[field] for field in missing(matter) if field in _BARS}


def missing(matter: Any) -> list[str]:
    """The fields that INT-3 has written down and *matter* lacks: who, phone, unit or place.

    *matter* is a draft, a record or a row of its columns. Of an anonymous one nothing is missing (INT-4); a colleague
    (INT-9) and a resident of the file are reached without a phone of the matter's own.
    """
    if getattr(matter, "anonymous", False):
        return []
    reached = matter.resident_id or matter.reporter_department
    lacks = {
        "reporter_name": not (reached or matter.reporter_name),
        "reporter_phone": not (reached or matter.reporter_phone),
        "unit_id": not (matter.unit_id or matter.place),
    }
    return [field for field, lacking in lacks.items() if lacking]


def reporter(
    session: Session, name: str | None, phone: str | None, resident_id: int | None
) -> tuple[str | None, str | None]:
    """Name and phone that the matter keeps (INT-3): those that were given, else the resident's own.

    Who gives another name speaks for the resident and is not reached at the resident's number.
    """
    name, phone = name or None, phone or None
    resident = session.get(Resident, resident_id) if resident_id is not None else None
    if resident is None or (name and name.strip() != resident.name):
        return name, phone
    return name or resident.name, phone or keyring_of(session).readable(resident.phone)


def intake_columns(call: Call, draft: MatterDraft, *, anonymous: bool = False) -> dict[str, Any]:
    """The shared columns of a new ticket or complaint."""
    name, phone = draft.reporter_name, draft.reporter_phone
    name, phone = (None, None) if anonymous else reporter(call.session, name, phone, draft.resident_id)
    return {
        "estate_id": draft.estate_id,
        "summary": draft.summary.strip(),
        "detail": draft.detail or None,
        "wish": draft.wish or None,
        "severity": draft.severity,
        "channel": draft.channel,
        "unit_id": None if anonymous else draft.unit_id,
        "place": draft.place or None,
        "resident_id": None if anonymous else draft.resident_id,
        "reporter_name": name,
        **phone_columns(call.session, phone, "reporter_phone"),
        "reporter_department": draft.reporter_department or None,
        "read_back": draft.read_back,
        "team_id": draft.team_id,
        "heard_at": draft.heard_at or call.now,
        "registered_at": draft.registered_at or call.now,
        "source": RETAKEN if draft.taken_from else None,
        "source_key": draft.taken_from,
        "promised_at": draft.promised_at,
        "desk_owner_id": (draft.desk_owner.id if draft.desk_owner else call.actor.staff_id),
    }


def offer_same_matter(session: Session, model: Any, draft: MatterDraft, category: Any, *, emergency: bool) -> None:
    """Refuse a draft that may be a matter which is still open, naming that one (INT-6): :mod:`models.same_matter`."""
    # Whoever else registers something in the estate waits here, and then finds what was registered before.
    session.execute(select(Estate.id).where(Estate.id == draft.estate_id).with_for_update(key_share=True))
    asked = Report(draft.estate_id, draft.summary, draft.unit_id, draft.place, category, emergency)
    same = same_matters(session, model, asked)
    if same:
        raise same_matter_refusal(session.get_one(model, same[0]))


def same_matter_refusal(first: Matter) -> OperationRefused:
    """The sentence that offers the open matter instead of a new one (INT-6)."""
    return OperationRefused(
        "INT-6",
        gettext_noop(
            "%(number)s of the same unit or place is still open (“%(summary)s”): add this report to it, "
            "or say that it is another matter."
        ),
        field="another_matter",
        number=first.number,
        summary=first.summary,
    )


SAID_BY = ("unit_id", "place", "resident_id", "reporter_name", "reporter_phone", "reporter_department", "promised_at")
"""Who called, from where, and what was promised: what a matter and each repeated report of it have alike."""
KEPT_OF_A_CALLER = (*SAID_BY, "reporter_phone_digest", "reporter_phone_tail_digest")
_KEPT_OF_NOBODY = ("place", "promised_at")


def caller_columns(said: Mapping[str, Any], matter: Matter, *, anonymous: bool = False) -> dict[str, Any]:
    """What a report that is added to *matter* keeps of who called, of *said* by its columns.

    Nobody is named where the caller wants that, or the first one did (INT-4).
    """
    anonymous = anonymous or (isinstance(matter, Complaint) and matter.anonymous)
    kept = _KEPT_OF_NOBODY if anonymous else KEPT_OF_A_CALLER
    return {name: said.get(name) or None for name in kept}

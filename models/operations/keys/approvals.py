"""A supervisor's consent to lend a key to anyone but an owner or the developer's sales staff (KEY-3)."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import WorkingCalendar
from models.call import Call
from models.errors import Msgid, OperationRefused, Outcome, gettext_noop
from models.keys import ApprovalStatus, BorrowerKind, Key, KeyApproval
from models.names import is_same_name
from models.operations.core import (
    Move,
    answerable,
    check_each,
    create_with_clocks,
    name_pinyin,
    operation,
    require,
    require_role,
    sift,
    verb,
)
from models.operations.keys.borrowers import consents
from models.roles import CLERKS, SUPERVISORS
from models.settings import EstateSettings
from models.staff import Staff, StaffAssignment

DECIDED: dict[str, datetime.datetime | None] = {"approval-decided": None}
"""The clock with which a request begins."""
FREE_BORROWERS = frozenset({BorrowerKind.OWNER, BorrowerKind.DEVELOPER_SALES})
"""Who borrows against register and signature alone."""


@dataclass
class ApprovalDraft:
    """Who wants which key and what for; our own staff are named by their account."""

    key_id: int
    borrower_kind: BorrowerKind
    purpose: str
    borrower_name: str = ""
    borrower_staff_id: int | None = None


def check_return_time(
    settings: EstateSettings, estate_id: int, due_at: datetime.datetime, now: datetime.datetime
) -> None:
    """Raise the refusal (KEY-4) of a time (UTC) to come back that has passed, or lies further off than the setting
    lets a supervisor allow.
    """
    if due_at <= now:
        raise OperationRefused("KEY-4", gettext_noop("The time to come back lies in the past."), field="due_at")
    days = min(settings.number(estate_id, "key-loan-days"), settings.longest(estate_id))
    if due_at > settings.calendar(estate_id).end_of_day(now + datetime.timedelta(days=days)):
        message = gettext_noop("A key comes back within %(days)s days; lend it again then.")
        raise OperationRefused("KEY-4", message, field="due_at", days=days)


def key_gone(key: Key, *, field: str | None = None) -> OperationRefused | None:
    """The refusal for a key that is lost or was handed back for good: it is never lent again (KEY-4, KEY-5).

    *field* is the one by which the key was chosen, where it was.
    """
    if key.lost_at is not None:
        return OperationRefused("KEY-4", gettext_noop("Key %(record)s is lost."), field=field, record=key.number)
    if key.handed_back_at is not None:
        message = gettext_noop("Key %(record)s was handed back to %(person)s for good.")
        return OperationRefused("KEY-5", message, field=field, record=key.number, person=key.handed_back_to or "")
    return None


def borrower_name(session: Session, kind: BorrowerKind, name: str, staff_id: int | None) -> str:
    """How the borrower is called: staff by their account's name, all others as written.

    Raises OperationRefused (KEY-3) for a colleague whose account is disabled.
    """
    staff_id = staff_id if kind is BorrowerKind.STAFF else None
    if refusal := borrower_gone(session, staff_id, field="borrower_staff_id"):
        raise refusal
    person = session.get(Staff, staff_id) if staff_id is not None else None
    return person.name if person is not None else name.strip()


def borrower_gone(session: Session, staff_id: int | None, *, field: str | None = None) -> OperationRefused | None:
    """The refusal for a colleague whose account is disabled: no key is promised or lent to them (KEY-3)."""
    person = session.get(Staff, staff_id) if staff_id is not None else None
    if person is None or person.disabled_at is None:
        return None
    return OperationRefused("KEY-3", gettext_noop("%(name)s no longer works here."), field=field, name=person.name)


def same_person(one: str, other: str) -> bool:
    """Whether two names are writings of one, in pinyin too: a borrower is a person, not a spelling (KEY-3)."""
    return is_same_name((one, name_pinyin(one)), (other, name_pinyin(other)))


def colleague_called(session: Session, estate_id: int, name: str) -> OperationRefused | None:
    """The refusal for a borrower without approval who is called like somebody who works in the estate (KEY-3)."""
    query = select(Staff.name).join(StaffAssignment, StaffAssignment.staff_id == Staff.id).distinct()
    query = query.where(
        StaffAssignment.estate_id == estate_id, StaffAssignment.ended_at.is_(None), Staff.disabled_at.is_(None)
    )
    for colleague in session.scalars(query):
        if same_person(colleague, name):
            message = gettext_noop(
                "%(person)s works here: our own staff borrow with a supervisor's approval."
                " Somebody else of that name borrows as “other person”, with approval."
            )
            return OperationRefused("KEY-3", message, field="borrower_name", person=colleague)
    return None


def missing_of_borrower(kind: BorrowerKind, name: str, staff_id: int | None) -> dict[str, Msgid]:
    """What must be known of a borrower of that kind and is not, by field."""
    if kind is BorrowerKind.STAFF and staff_id is None:
        return {"borrower_staff_id": gettext_noop("which colleague borrows it")}
    if kind is not BorrowerKind.STAFF and not name.strip():
        return {"borrower_name": gettext_noop("the borrower's name")}
    return {}


@operation(KeyApproval, roles=CLERKS, label=gettext_noop("Request approval"))
def request(call: Call, drafts: Sequence[ApprovalDraft]) -> Outcome:
    """Ask a supervisor to consent to a loan before the key leaves (KEY-3).

    Refused: an owner or sales staff, who need no consent; a key that is lost or gone; no borrower or purpose.
    """
    rows: list[KeyApproval] = []

    def check(draft: ApprovalDraft) -> None:
        key = call.session.get(Key, draft.key_id)
        if key is None:
            raise OperationRefused("GONE", gettext_noop("This record is no longer there."))
        kind = BorrowerKind(draft.borrower_kind)
        row = KeyApproval(
            estate_id=key.estate_id,
            key_id=key.id,
            borrower_kind=kind,
            borrower_name=borrower_name(call.session, kind, draft.borrower_name, draft.borrower_staff_id),
            borrower_staff_id=draft.borrower_staff_id if kind is BorrowerKind.STAFF else None,
            purpose=draft.purpose.strip(),
            requested_at=call.now.astimezone(datetime.UTC),
            requested_by_id=call.actor.staff_id,
            status=ApprovalStatus.REQUESTED,
            answerable_id=answerable(call.session, call.actor, key.estate_id),
        )
        require_role(call.actor, "request", row)
        if kind in FREE_BORROWERS:
            message = gettext_noop("Owners and the developer's sales staff borrow against signature, without approval.")
            raise OperationRefused("KEY-3", message, field="borrower_kind")
        missing = missing_of_borrower(kind, draft.borrower_name, draft.borrower_staff_id)
        if not row.purpose:
            missing["purpose"] = gettext_noop("what the key is for")
        require(missing, "KEY-3")
        if refusal := key_gone(key, field="key_id"):
            raise refusal
        rows.append(row)

    accepted, outcome = sift(drafts, check)
    if call.preview:
        outcome.done = list(accepted)
    else:
        settings = EstateSettings(call.session, {row.estate_id for row in rows})
        outcome.done = list(create_with_clocks(call, rows, settings, DECIDED, verb="request", rule="KEY-3"))
    return outcome


def _not_the_own(move: Move[KeyApproval]) -> None:
    for row in list(move.rows):
        if row.borrower_staff_id == move.actor.staff_id or same_person(row.borrower_name, move.actor.name):
            move.refuse(row, "KEY-3", gettext_noop("The borrower cannot approve the own loan."))


@verb(
    KeyApproval,
    roles=SUPERVISORS,
    label=gettext_noop("Approve"),
    rule="KEY-3",
    moves={ApprovalStatus.REQUESTED: ApprovalStatus.APPROVED},
    stamps=("decided_at", "decided_by_id"),
    opening=_not_the_own,
    bulk=True,
    lasting=gettext_noop(
        "What a supervisor has agreed to stays agreed to: a key that should not leave is simply not lent."
    ),
)
def approve(move: Move[KeyApproval], *, due_at: datetime.datetime | None = None) -> None:
    """Consent to loans (KEY-3), never to the own one; *due_at* (UTC) sets when the key is due back (KEY-4).

    Refused: a key that is lost or gone, a colleague who no longer works here.
    """
    if due_at is not None:
        check_each(move, lambda row: check_return_time(move.settings, row.estate_id, due_at, move.now))
    for row in list(move.rows):
        key = move.session.get_one(Key, row.key_id)
        if refusal := key_gone(key) or borrower_gone(move.session, row.borrower_staff_id):
            move.reject(row, refusal)
        else:
            move.set(row, due_at=due_at)


@verb(
    KeyApproval,
    roles=SUPERVISORS,
    label=gettext_noop("Refuse"),
    rule="KEY-3",
    moves={ApprovalStatus.REQUESTED: ApprovalStatus.REFUSED},
    stamps=("decided_at", "decided_by_id"),
    why=gettext_noop("Say why it is refused."),
    opening=_not_the_own,
)
def refuse(move: Move[KeyApproval]) -> None:
    """Do not consent to loans, with the reason (KEY-3)."""
    for row in move.rows:
        move.set(row, decision_reason=move.call.reason.strip())


@verb(
    KeyApproval,
    roles=CLERKS,
    label=gettext_noop("Withdraw"),
    rule="KEY-3",
    moves=ApprovalStatus.WITHDRAWN,
    why=gettext_noop("Say why it is not needed any more."),
    bulk=True,
    lasting=gettext_noop("What was withdrawn is asked for anew."),
)
def withdraw(move: Move[KeyApproval]) -> None:
    """End requests and consents on which no key leaves any more, with the reason (KEY-3, INT-14)."""


def usable_approval(
    call: Call,
    key: Key,
    kind: BorrowerKind,
    name: str,
    *,
    staff_id: int | None,
    approval_id: int | None,
    calendar: WorkingCalendar,
) -> KeyApproval:
    """The approved, unused consent of today for this key and borrower; with *approval_id* that one and no other.

    It ends with its day by the estate's *calendar*, whenever the key is due back. Raises the refusal (KEY-3) that says
    what is wrong with the one that was named, or that there is none.
    """
    midnight = calendar.instant(calendar.local_date(call.now))
    if approval_id is not None:
        approval = call.session.get(KeyApproval, approval_id)
        if approval is None or approval.key_id != key.id or not _is_for(approval, kind, name, staff_id):
            message = gettext_noop("This approval is for another key or another borrower.")
            raise OperationRefused("KEY-3", message, field="approval_id")
        if approval.status is not ApprovalStatus.APPROVED:
            message = gettext_noop("The approval of this loan is “%(status)s”.")
            raise OperationRefused("KEY-3", message, field="approval_id", status=approval.status)
        if not approval.is_usable(midnight):
            message = gettext_noop("An approval ends with its day, this one was given at %(decided)s: ask again.")
            raise OperationRefused("KEY-3", message, field="approval_id", decided=approval.decided_at)
        return approval
    for approval in call.session.scalars(consents([key.id], midnight)):
        if _is_for(approval, kind, name, staff_id):
            return approval
    message = gettext_noop(
        "%(person)s may borrow key %(record)s only with a supervisor's approval, given before the key leaves"
        " and on the same day."
    )
    raise OperationRefused("KEY-3", message, field="approval_id", person=name, record=key.number)


def _is_for(approval: KeyApproval, kind: BorrowerKind, name: str, staff_id: int | None) -> bool:
    if approval.borrower_kind is not kind:
        return False
    if kind is BorrowerKind.STAFF:
        return approval.borrower_staff_id == staff_id
    return same_person(approval.borrower_name, name)

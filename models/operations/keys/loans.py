"""Keys that leave the house, each against a row of the loan register (KEY-2, KEY-3)."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import is_open
from models.call import Call
from models.errors import OperationRefused, Outcome, gettext_noop
from models.keys import ApprovalStatus, BorrowerKind, Key, KeyApproval, KeyLoan
from models.operations.core import CHUNK, Move, check_each, check_phone, create, operation, phone_columns, require, verb
from models.operations.keys.approvals import (
    FREE_BORROWERS,
    borrower_gone,
    borrower_name,
    check_return_time,
    colleague_called,
    key_gone,
    missing_of_borrower,
    same_person,
    usable_approval,
)
from models.operations.keys.borrowers import owners
from models.policy import may
from models.residents import Resident
from models.roles import CLERKS
from models.settings import EstateSettings
from models.staff import Actor
from models.verbs import Refusals

LOAN_AMENDABLE = frozenset({"borrower_phone", "purpose", "note"})


@dataclass
class LoanDraft:
    """Who takes which key. ``due_at`` (UTC) None means by the end of the day, or when the approval says (KEY-4)."""

    key_id: int
    borrower_kind: BorrowerKind
    borrower_name: str = ""
    borrower_phone: str | None = None
    borrower_resident_id: int | None = None
    borrower_staff_id: int | None = None
    identity_checked: bool = False
    signed: bool = False
    purpose: str | None = None
    due_at: datetime.datetime | None = None
    approval_id: int | None = None
    note: str | None = None


def open_loans(session: Session, key_ids: Sequence[int]) -> dict[int, KeyLoan]:
    """The unended loan of each key that is out, by the key's id."""
    found: dict[int, KeyLoan] = {}
    for start in range(0, len(key_ids), CHUNK):
        query = select(KeyLoan).where(KeyLoan.key_id.in_(key_ids[start : start + CHUNK]), is_open(KeyLoan))
        found.update((loan.key_id, loan) for loan in session.scalars(query))
    return found


def on_loan(key: Key, name: str, *, field: str | None = None) -> OperationRefused:
    """The refusal for a key that is out (KEY-2); *field* is the one by which it was chosen, where it was."""
    message = gettext_noop("Key %(record)s is on loan to %(person)s; it must come back first.")
    return OperationRefused("KEY-2", message, field=field, record=key.number, person=name)


def gone_again(session: Session, loans: Sequence[Any]) -> Refusals:
    """A key that left again, is lost or went back to its owner is in exactly one place (KEY-2, KEY-4, KEY-5)."""
    ids = sorted({loan.key_id for loan in loans})
    keys = {key.id: key for key in session.scalars(select(Key).where(Key.id.in_(ids)).with_for_update())}
    out = open_loans(session, ids)
    found: Refusals = {}
    for loan in loans:
        refusal = key_gone(keys[loan.key_id])
        if refusal is None and loan.key_id in out:
            refusal = on_loan(keys[loan.key_id], out[loan.key_id].borrower_name)
        if refusal is not None:
            found[loan.id] = refusal
    return found


@operation(KeyLoan, roles=CLERKS, label=gettext_noop("Lend"))
def lend(call: Call, drafts: Sequence[LoanDraft]) -> Outcome:
    """Let keys leave the house, each against a row of the loan register (KEY-2, KEY-3, KEY-4).

    Owners (of the key's own unit, today, under their registered name) and the developer's sales staff: identity checked
    and signed. Anyone else: a supervisor's approval for this key and borrower, which is used up. Due back by the end of
    the day; later only where the approval or a supervisor says so. Refused: a key on loan, lost, or handed back for
    good.
    """
    outcome = Outcome()
    wanted: dict[int, LoanDraft] = {}
    keys = keys_by_id(call.session, [draft.key_id for draft in drafts])
    for draft in drafts:
        if draft.key_id not in keys:
            outcome.refused.append((draft, OperationRefused("GONE", gettext_noop("This record is no longer there."))))
        elif draft.key_id in wanted:
            first = wanted[draft.key_id]
            outcome.refused.append((draft, on_loan(keys[draft.key_id], first.borrower_name, field="key_id")))
        else:
            wanted[draft.key_id] = draft
    # The key is the lock: of two that lend it at once the second waits here, and then sees the first one's loan.
    move = Move(
        call.following(preview=call.preview), Key, [keys[key_id] for key_id in wanted], verb="lend", rule="KEY-2"
    )
    out = open_loans(call.session, [key.id for key in move.rows])
    loans: dict[int, KeyLoan] = {}

    def check(key: Key) -> None:
        if refusal := key_gone(key, field="key_id"):
            raise refusal
        if key.id in out:
            raise on_loan(key, out[key.id].borrower_name, field="key_id")
        loans[key.id] = _loan(call, key, wanted[key.id], move.settings)

    check_each(move, check)
    approvals = _use_approvals(move, loans)
    outcome.refused += [(wanted[key.id], refusal) for key, refusal in move.outcome.refused]
    if call.preview:
        outcome.done = [wanted[key.id] for key in move.rows]
        return outcome
    rows = [loans[key.id] for key in move.rows]
    move.finish()
    approvals.finish()
    outcome.done = list(create(call.following(), rows, verb="lend", rule="KEY-3"))
    return outcome


def keys_by_id(session: Session, ids: Sequence[int]) -> dict[int, Key]:
    """The keys with these *ids*."""
    found: dict[int, Key] = {}
    for start in range(0, len(ids), CHUNK):
        query = select(Key).where(Key.id.in_(ids[start : start + CHUNK]))
        found.update((key.id, key) for key in session.scalars(query))
    return found


def _use_approvals(move: Move[Key], loans: Mapping[int, KeyLoan]) -> Move[KeyApproval]:
    """Lock the approvals of *loans* and mark them used; a key whose approval is not free any more is refused."""
    ids = [loans[key.id].approval_id for key in move.rows]
    query = select(KeyApproval).where(KeyApproval.id.in_([number for number in ids if number is not None]))
    approvals = Move(
        move.call.following(preview=move.preview),
        KeyApproval,
        list(move.session.scalars(query)),
        verb="lend",
        moves={ApprovalStatus.APPROVED: ApprovalStatus.USED},
        rule="KEY-3",
    )
    taken = {row.id: refusal for row, refusal in approvals.outcome.refused}
    for key in list(move.rows):
        if refusal := taken.get(loans[key.id].approval_id or 0):
            move.reject(key, refusal)
    for approval in approvals.rows:
        approvals.move(approval)
    approvals.keep_time()
    return approvals


def _loan(call: Call, key: Key, draft: LoanDraft, settings: EstateSettings) -> KeyLoan:
    """The row for the loan register; raises the refusal (KEY-3, KEY-4) when *draft* may not have the key."""
    kind = BorrowerKind(draft.borrower_kind)
    resident = (
        call.session.get(Resident, draft.borrower_resident_id) if draft.borrower_resident_id is not None else None
    )
    written = draft.borrower_name.strip() or (resident.name if resident is not None else "")
    consent = call.session.get(KeyApproval, draft.approval_id) if draft.approval_id is not None else None
    if consent is not None and (refusal := borrower_gone(call.session, consent.borrower_staff_id, field="approval_id")):
        raise refusal  # before what is missing: nobody who left can be chosen
    missing = missing_of_borrower(kind, written, draft.borrower_staff_id)
    if kind in FREE_BORROWERS:
        if not draft.identity_checked:
            missing["identity_checked"] = gettext_noop("the check of the borrower's identity")
        if not draft.signed:
            missing["signed"] = gettext_noop("the borrower's signature")
    require(missing, "KEY-3")
    check_phone(draft.borrower_phone, "KEY-3", "borrower_phone")
    name = borrower_name(call.session, kind, written, draft.borrower_staff_id)
    approval = None
    if kind is BorrowerKind.OWNER:
        day = settings.calendar(key.estate_id).local_date(call.now)
        if resident is None or not _owns(call.session, resident, key, day):
            message = gettext_noop("%(person)s is not registered as owner of the unit of key %(record)s today.")
            raise OperationRefused("KEY-3", message, field="borrower_resident_id", person=name, record=key.number)
        name = _own_name(resident, name)
    elif kind in FREE_BORROWERS:
        if refusal := colleague_called(call.session, key.estate_id, name):
            raise refusal
    else:
        approval = usable_approval(
            call,
            key,
            kind,
            name,
            staff_id=draft.borrower_staff_id,
            approval_id=draft.approval_id,
            calendar=settings.calendar(key.estate_id),
        )
    return KeyLoan(
        estate_id=key.estate_id,
        key_id=key.id,
        borrower_kind=kind,
        borrower_name=name,
        borrower_phone=phone_columns(call.session, draft.borrower_phone)["phone"],
        borrower_resident_id=resident.id if resident is not None else None,
        borrower_staff_id=draft.borrower_staff_id if kind is BorrowerKind.STAFF else None,
        identity_checked=draft.identity_checked,
        signed=draft.signed,
        purpose=draft.purpose or (approval.purpose if approval is not None else None),
        approval_id=approval.id if approval is not None else None,
        pieces=key.pieces,
        lent_at=call.now,
        lent_by_id=call.actor.staff_id,
        due_at=_due(key, draft, approval, settings, actor=call.actor, now=call.now),
        note=draft.note or None,
    )


def _own_name(resident: Resident, written: str) -> str:
    """The owner's registered name; raises the refusal (KEY-3) when somebody else's is *written* as the borrower."""
    if "".join(written.split()).casefold() != "".join(resident.name.split()).casefold():
        message = gettext_noop(
            "The owner chosen is %(owner)s, not %(person)s. An owner borrows in person; anyone else is “other person”"
            " and needs a supervisor's approval."
        )
        raise OperationRefused("KEY-3", message, field="borrower_name", owner=resident.name, person=written)
    return resident.name


def _owns(session: Session, resident: Resident, key: Key, day: datetime.date) -> bool:
    query = owners([key.id], day).where(Resident.id == resident.id)
    return session.execute(query.limit(1)).first() is not None


def _due(
    key: Key,
    draft: LoanDraft,
    approval: KeyApproval | None,
    settings: EstateSettings,
    *,
    actor: Actor,
    now: datetime.datetime,
) -> datetime.datetime:
    end_of_day = settings.calendar(key.estate_id).end_of_day(now)
    latest = approval.due_at if approval is not None and approval.due_at is not None else end_of_day
    due = draft.due_at or latest
    check_return_time(settings, key.estate_id, due, now)
    if due > latest:
        own = draft.borrower_staff_id == actor.staff_id or same_person(draft.borrower_name, actor.name)
        if own or not may(actor, "extend", KeyLoan(estate_id=key.estate_id)):
            message = gettext_noop("The key is due back by %(latest)s; only another supervisor can set a later time.")
            raise OperationRefused("KEY-4", message, field="due_at", latest=latest)
    return due


@verb(KeyLoan, name="amend", roles=CLERKS, amends=LOAN_AMENDABLE)
def amend_loans(
    move: Move[KeyLoan],
    /,
    **columns: Any,
) -> None:
    """Change the borrower's phone, the purpose or the note of loans; never key, borrower or times."""
    if "borrower_phone" in columns:
        phone = columns["borrower_phone"]
        if check_each(move, lambda _loan: check_phone(phone, "KEY-3", "borrower_phone")):
            columns["borrower_phone"] = phone_columns(move.session, phone)["phone"]
    for loan in move.rows:
        move.set(loan, **columns)

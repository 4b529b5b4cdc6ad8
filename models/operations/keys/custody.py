"""Keys in our custody: taken in, described, lost, handed back for good (KEY-1, KEY-4, KEY-5)."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits import FindingKind
from models.base import is_open
from models.call import Call
from models.errors import OperationRefused, Outcome, gettext_noop
from models.estates import Unit
from models.keys import MOST_PIECES, OWNER_TOLD, Key, KeyLoan, KeyOrigin
from models.matters import Channel
from models.operations.core import (
    Move,
    New,
    answerable,
    check_each,
    creation,
    delete_unused,
    finds,
    in_estate,
    operation,
    require,
    verb,
)
from models.operations.keys.approvals import key_gone
from models.operations.keys.called import Numbers, check_free
from models.operations.keys.loans import on_loan, open_loans
from models.operations.tickets import TicketDraft
from models.roles import CLERKS, MANAGERS
from models.tickets import TicketKind

AMENDABLE = frozenset({"pieces", "unit_id", "place", "hook", "seal", "origin", "note"})


@dataclass
class KeyDraft:
    """A key as it came (KEY-1); without ``number`` it gets the next one, ``received_at`` (UTC) None means now.

    A bunch is one key of several ``pieces``.
    """

    estate_id: int
    origin: KeyOrigin
    hook: str
    seal: str
    unit_id: int | None = None
    place: str | None = None
    number: str | None = None
    pieces: int = 1
    received_at: datetime.datetime | None = None
    note: str | None = None
    is_out: bool = False
    """Taken over while somebody has it: its seal, if any is told, is put on when it comes back."""


@creation(Key, roles=CLERKS, rule="KEY-1")
def register(new: New[Key], draft: KeyDraft) -> Key:
    """Take keys into custody (KEY-1), each with number, unit or place, hook, seal and origin.

    Refused: any of these missing, a number that another key of the estate has, received in the future, no pieces or
    more than hang together.
    """
    seal = draft.seal if draft.seal or not draft.is_out else "-"
    _check_described(new.session, draft.estate_id, draft.unit_id, draft.place, draft.hook, seal)
    _check_pieces(draft.pieces)
    check_free(new.session, draft.estate_id, {"hook": draft.hook, "seal": draft.seal}, new.once("taken", set))
    if draft.received_at is not None and draft.received_at > new.now:
        message = gettext_noop("A key cannot have been received in the future.")
        raise OperationRefused("KEY-1", message, field="received_at")
    number = (draft.number or "").strip()
    if number:
        new.once("numbers", lambda: Numbers(new.session)).take(draft.estate_id, number)
    return new.row(draft, number=number, received_at=(draft.received_at or new.now).astimezone(datetime.UTC))


def _check_described(
    session: Session, estate_id: int, unit_id: int | None, place: str | None, hook: str | None, seal: str | None
) -> None:
    missing = {}
    if unit_id is None and not (place or "").strip():
        missing["unit_id"] = gettext_noop("the unit or place")
    if not (hook or "").strip():
        missing["hook"] = gettext_noop("the hook")
    if not (seal or "").strip():
        missing["seal"] = gettext_noop("the seal")
    require(missing, "KEY-1")
    if unit_id is not None:
        in_estate(session, Unit, unit_id, estate_id, "KEY-1", gettext_noop("unit"), field="unit_id")


def _check_pieces(pieces: int | None) -> None:
    if pieces is None or not 1 <= pieces <= MOST_PIECES:
        raise OperationRefused("KEY-1", gettext_noop("A bunch has 1 to 99 pieces."), field="pieces")


@verb(Key, roles=CLERKS, rule="KEY-1", amends=AMENDABLE)
def amend(
    move: Move[Key],
    /,
    **columns: Any,
) -> None:
    """Change pieces, unit, place, hook, seal, origin or note of keys (KEY-1); never the number or where the key is.

    Of a bunch that is out the pieces are counted as it was lent, and stay so until it is back (KEY-2).
    """

    def check(row: Key) -> None:
        unit_id, place = columns.get("unit_id", row.unit_id), columns.get("place", row.place)
        hook, seal = columns.get("hook", row.hook), columns.get("seal", row.seal)
        _check_described(move.session, row.estate_id, unit_id, place, hook, seal)
        if columns.get("pieces", row.pieces) != row.pieces:
            _check_pieces(columns["pieces"])
            if row.id in out:
                raise on_loan(row, out[row.id].borrower_name, field="pieces")
        changed: dict[str, str | None] = {name: columns[name] for name in ("hook", "seal") if name in columns}
        if row.lost_at is None and row.handed_back_at is None:
            check_free(move.session, row.estate_id, changed, taken, row.id)

    taken: set[tuple[str, int, str]] = set()
    out = open_loans(move.session, [row.id for row in move.rows]) if "pieces" in columns else {}
    for row in check_each(move, check):
        move.set(row, **columns)
        if "origin" in columns and row.lost_at is not None and row.owner_told_at is None:
            if columns["origin"] is KeyOrigin.COMMON:
                move.clocks.cancel(row, move.now)
            else:
                move.set(row, answerable_id=row.answerable_id or answerable(move.session, move.actor, row.estate_id))
                move.clocks.start(row, OWNER_TOLD, row.lost_at)


@operation(KeyLoan, roles=CLERKS, label=gettext_noop("Report lost"))
@operation(Key, roles=CLERKS, label=gettext_noop("Report lost"))
def report_lost(call: Call, rows: Iterable[Key] | Iterable[KeyLoan], *, owner_told: bool = False) -> Outcome:
    """Say that keys are lost (KEY-4), named as keys or by the loans on which they were lost.

    Ends the loan a key is on. The key is never lent again; *owner_told* records that the owner knows. What follows is
    offered, not done: see :func:`lock_change_draft`.
    """
    given: list[Key | KeyLoan] = list(rows)
    by_loan = any(isinstance(row, KeyLoan) for row in given)
    loans_given = [row for row in given if isinstance(row, KeyLoan)]
    keys = [row for row in given if isinstance(row, Key)]
    if by_loan:
        keys = list(call.session.scalars(select(Key).where(Key.id.in_([loan.key_id for loan in loans_given]))))
    also = call.following(preview=call.preview, reason=call.reason)
    # Keys before loans, as lending locks them.
    lost = Move(also if by_loan else call, Key, keys, verb="report_lost", rule="KEY-4")
    loans = loans_given if by_loan else list(open_loans(call.session, [key.id for key in lost.rows]).values())
    ended = Move(call if by_loan else also, KeyLoan, loans, verb="report_lost", rule="KEY-4")
    check_each(lost, _refuse_gone)
    refused = {key.id: refusal for key, refusal in lost.outcome.refused}

    def check(loan: KeyLoan) -> None:
        if loan.returned_at is not None:
            raise OperationRefused(
                "KEY-2", gettext_noop("The key has come back from this loan; report the key itself.")
            )
        if refusal := refused.get(loan.key_id):
            raise refusal

    for loan in check_each(ended, check):
        ended.set(loan, lost_at=ended.now)
    going = {loan.key_id for loan in ended.rows}
    stopped = {loan.key_id: refusal for loan, refusal in ended.outcome.refused}
    for key in list(lost.rows):
        if key.id in stopped and key.id not in going:
            lost.reject(key, stopped[key.id])
        else:
            lost.set(key, lost_at=lost.now, owner_told_at=lost.now if owner_told else None)
            if not owner_told and key.origin is not KeyOrigin.COMMON:
                lost.set(key, answerable_id=answerable(call.session, call.actor, key.estate_id))
                lost.clocks.start(key, OWNER_TOLD, lost.now)
    ended.finish()
    lost.finish()
    return ended.outcome if by_loan else lost.outcome


def _refuse_gone(key: Key) -> None:
    if refusal := key_gone(key):
        raise refusal


@verb(Key, roles=CLERKS, label=gettext_noop("Record that the owner was told"), rule="KEY-4")
def tell_owner(move: Move[Key]) -> None:
    """Record that the owner has been told of the loss of keys (KEY-4)."""
    for key in list(move.rows):
        if key.lost_at is None:
            move.refuse(key, "KEY-4", gettext_noop("Key %(record)s is not lost."), record=key.number)
        elif key.owner_told_at is not None:
            message = gettext_noop("The owner of key %(record)s was told already.")
            move.refuse(key, "KEY-4", message, record=key.number)
        else:
            move.set(key, owner_told_at=move.now)


def lock_change_draft(key: Key) -> TicketDraft:
    """The job that is offered when *key* is lost (KEY-4); its marked sentences are shown in the reader's language."""
    return TicketDraft(
        estate_id=key.estate_id,
        kind=TicketKind.REPAIR,
        summary=gettext_noop("Change the lock: its key is lost."),
        detail=key.number,
        channel=Channel.STAFF,
        unit_id=key.unit_id,
        place=key.place,
        reporter_department=gettext_noop("front desk"),
    )


@verb(Key, roles=CLERKS, label=gettext_noop("Hand back for good"), rule="KEY-5")
def hand_back(move: Move[Key], *, handed_back_to: str, receipt_number: str) -> None:
    """Give keys back to their owner for good against the stamped receipt; ends the custody (KEY-5).

    Refused: no receiver or receipt number, a key on loan, lost, or handed back already.
    """
    out = open_loans(move.session, [key.id for key in move.rows])
    missing = {}
    if not handed_back_to.strip():
        missing["handed_back_to"] = gettext_noop("who took the key")
    if not receipt_number.strip():
        missing["receipt_number"] = gettext_noop("the number of the stamped receipt")

    def check(key: Key) -> None:
        require(missing, "KEY-5")
        _refuse_gone(key)
        if key.id in out:
            raise on_loan(key, out[key.id].borrower_name)

    for key in check_each(move, check):
        move.set(
            key,
            handed_back_at=move.now,
            handed_back_to=handed_back_to.strip(),
            receipt_number=receipt_number.strip(),
        )


@verb(Key, roles=MANAGERS, rule="KEY-2")
def delete(move: Move[Key]) -> None:
    """Remove keys registered by mistake that were never lent or asked for (KEY-2), and are still on their hook."""
    delete_unused(move, gettext_noop("Key %(record)s was lent or asked for; its history stays."), check=_refuse_gone)


# The owner of a lost key is told the same day; keys of common areas have none (KEY-4).
finds(Key, FindingKind.OWNER_NOT_TOLD, lambda scope: is_open(Key), rule="KEY-4", since=Key.lost_at, due_at=Key.due_at)

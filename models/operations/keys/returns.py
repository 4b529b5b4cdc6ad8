"""Keys that come back to the house, as a whole or in part; another return time; undoing a mistake (KEY-2, KEY-4)."""

import datetime
from typing import Any

from models.audits import FindingKind
from models.base import is_open
from models.errors import OperationRefused, gettext_noop
from models.keys import BringerKind, Key, KeyLoan
from models.operations.core import (
    Move,
    check_each,
    check_phone,
    finds,
    phone_columns,
    verb,
)
from models.operations.keys.approvals import check_return_time
from models.operations.keys.loans import gone_again, keys_by_id
from models.roles import CLERKS, SUPERVISORS
from models.verbs import Undo


def _not_ended(move: Move[KeyLoan]) -> None:
    """Refuse loans that have ended (KEY-2)."""
    keys = keys_by_id(move.session, [loan.key_id for loan in move.rows])
    check_each(move, lambda loan: _refuse_ended(loan, keys[loan.key_id]))


def _refuse_ended(loan: KeyLoan, key: Key) -> None:
    if loan.lost_at is not None:
        raise OperationRefused("KEY-2", gettext_noop("Key %(record)s was lost on this loan."), record=key.number)
    if loan.returned_at is not None:
        message = gettext_noop("Key %(record)s has come back from this loan already.")
        raise OperationRefused("KEY-2", message, record=key.number)


@verb(
    KeyLoan,
    name="return",
    roles=CLERKS,
    label=gettext_noop("Return"),
    rule="KEY-4",
    opening=_not_ended,
    bulk=True,
    undo=Undo(built_on=frozenset({"pieces_back"}), followed=gone_again),
)
def return_keys(
    move: Move[KeyLoan],
    *,
    note: str = "",
    brought_by: BringerKind = BringerKind.BORROWER,
    brought_by_name: str = "",
    brought_by_phone: str | None = None,
    pieces: int | None = None,
) -> None:
    """Clear the lines of keys that came back (消项, KEY-4), and keep who brought them: the borrower, or who is named.

    *pieces* says how many of a bunch came back now; without it all that were still out. As long as others are out, so
    is the bunch (KEY-2): its loan goes on, and who brought these pieces stands in the event. Refused: a loan that has
    ended already, more pieces than are out, somebody else without a name.
    """
    kind, name = BringerKind(brought_by), brought_by_name.strip()
    message = gettext_noop("Write down who brought the key back, if it was not the borrower.")
    move.refuse_unless(kind is BringerKind.BORROWER or name, "KEY-4", message, field="brought_by_name")
    message = gettext_noop("The borrower stands in the loan already; a name is for somebody else.")
    said = bool(name or brought_by_phone)
    move.refuse_unless(kind is not BringerKind.BORROWER or not said, "KEY-4", message, field="brought_by")
    check_each(move, lambda _loan: check_phone(brought_by_phone, "KEY-4", "brought_by_phone"))
    if pieces is not None:
        check_each(move, lambda loan: _refuse_too_many(loan, pieces))
    phone = phone_columns(move.session, brought_by_phone)["phone"] if move.rows else None
    for loan in move.rows:
        if pieces is not None and pieces < loan.pieces_out:
            move.set(loan, pieces_back=loan.pieces_back + pieces)
            move.note(loan, part_brought_by=name or loan.borrower_name)
        else:
            move.set(loan, returned_at=move.now, returned_to_id=move.actor.staff_id, brought_by_kind=kind)
            if name:
                move.set(loan, brought_by_name=name, brought_by_phone=phone)
        if note.strip():
            move.set(loan, note=note.strip())


def _refuse_too_many(loan: KeyLoan, pieces: int) -> None:
    if not 1 <= pieces <= loan.pieces_out:
        message = gettext_noop("Of this key %(count)s pieces are out: between 1 and %(count)s can come back.")
        raise OperationRefused("KEY-2", message, field="pieces", count=loan.pieces_out)


@verb(
    KeyLoan,
    roles=SUPERVISORS,
    label=gettext_noop("Set another return time"),
    rule="KEY-4",
    opening=_not_ended,
)
def extend(move: Move[KeyLoan], *, due_at: datetime.datetime) -> None:
    """Set another time (UTC) to come back, by a supervisor who is not the borrower (KEY-4)."""
    due = due_at.astimezone(datetime.UTC)
    check_each(move, lambda loan: check_return_time(move.settings, loan.estate_id, due, move.now))
    for loan in list(move.rows):
        if loan.borrower_staff_id == move.actor.staff_id:
            move.refuse(loan, "KEY-4", gettext_noop("The borrower cannot set the own time to come back."))
        else:
            move.set(loan, due_at=due)


@verb(
    KeyLoan,
    roles=SUPERVISORS,
    label=gettext_noop("Correct a mistake"),
    rule="KEY-2",
    why=gettext_noop("Say what the mistake was."),
    opening=_not_ended,
)
def correct(move: Move[KeyLoan]) -> None:
    """Undo lends entered by mistake, by a supervisor with reason: the key is on its hook, the history stays (KEY-2).

    An approval that was used stays used: the right loan is approved anew.
    """
    for loan in move.rows:
        move.set(loan, returned_at=move.now, returned_to_id=move.actor.staff_id)


def _borrowed(loan: KeyLoan) -> dict[str, Any]:
    # Of a bunch also how much of it is back (KEY-2).
    part = {"pieces": loan.pieces, "pieces_back": loan.pieces_back} if loan.pieces_back else {}
    return {"borrower_kind": loan.borrower_kind.value, **part}


# Keys that are out; one past its return time is overdue (KEY-4).
finds(
    KeyLoan,
    FindingKind.KEY_NOT_BACK,
    lambda scope: is_open(KeyLoan),
    rule="KEY-4",
    since=KeyLoan.lent_at,
    due_at=KeyLoan.due_at,
    facts=_borrowed,
)

"""Loans that an import brought are taken out again, with the consent it brought for each (KEY-2, KEY-3)."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.errors import Outcome, gettext_noop
from models.keys import KeyApproval, KeyLoan
from models.operations.core import Move, delete_unused
from models.staff import Actor


def delete_loans(
    session: Session,
    loans: Iterable[KeyLoan],
    *,
    actor: Actor,
    now: datetime.datetime,
    reason: str = "",
    expected: Mapping[int, int] | None = None,
    preview: bool = False,
) -> Outcome:
    """Remove *loans*, which were never made at this desk; that nothing has followed on them is the caller's to know.

    Their events stay. A loan that was made here is corrected instead, and its history stays (KEY-2).
    """
    rows = list(loans)
    consents = {row.id: row.approval_id for row in rows}
    outcome = delete_unused(
        session,
        KeyLoan,
        rows,
        actor=actor,
        now=now,
        rule="KEY-2",
        message=gettext_noop("Something refers to this; it stays."),
        reason=reason,
        expected=expected,
        preview=preview,
    )
    ids = [consents[row.id] for row in outcome.done]
    approvals = list(session.scalars(select(KeyApproval).where(KeyApproval.id.in_(ids))))
    if approvals and not preview:
        common: dict[str, Any] = {"actor": actor, "now": now, "reason": reason or None, "rule": "KEY-3"}
        move = Move(session, KeyApproval, approvals, verb="delete", **common)
        move.finish().all()
        session.execute(delete(KeyApproval).where(KeyApproval.id.in_([row.id for row in approvals])))
    return outcome

"""Loans that an import brought are taken out again, with the consent it brought for each (KEY-2, KEY-3)."""

from collections.abc import Iterable

from sqlalchemy import delete, select

from models.call import Call
from models.errors import Outcome, gettext_noop
from models.keys import KeyApproval, KeyLoan
from models.operations.core import Move, delete_unused, operation
from models.roles import MANAGERS


@operation(KeyLoan, name="delete", roles=MANAGERS)
def delete_loans(call: Call, loans: Iterable[KeyLoan]) -> Outcome:
    """Remove *loans*, which were never made at this desk; that nothing has followed on them is the caller's to know.

    Their events stay. A loan that was made here is corrected instead, and its history stays (KEY-2).
    """
    rows = list(loans)
    consents = {row.id: row.approval_id for row in rows}
    taken_out = Move(call, KeyLoan, rows, verb="delete", rule="KEY-2")
    delete_unused(taken_out, gettext_noop("Something refers to this; it stays."))
    outcome = taken_out.finish()
    ids = [consents[row.id] for row in outcome.done]
    approvals = list(call.session.scalars(select(KeyApproval).where(KeyApproval.id.in_(ids))))
    if approvals and not call.preview:
        move = Move(call.following(reason=call.reason), KeyApproval, approvals, verb="delete", rule="KEY-3")
        move.finish().all()
        call.session.execute(delete(KeyApproval).where(KeyApproval.id.in_([row.id for row in approvals])))
    return outcome

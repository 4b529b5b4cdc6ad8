"""The verbs of keys, of approvals to lend them and of loans (KEY-1 … KEY-5). One door for all callers."""

from models.operations._key_approvals import ApprovalDraft, approve, refuse, request
from models.operations._key_custody import (
    AMENDABLE,
    KeyDraft,
    amend,
    delete,
    hand_back,
    lock_change_draft,
    register,
    report_lost,
    tell_owner,
)
from models.operations._key_loans import LOAN_AMENDABLE, LoanDraft, amend_loans, lend
from models.operations._key_returns import correct, extend, return_keys

__all__ = [
    "AMENDABLE",
    "LOAN_AMENDABLE",
    "ApprovalDraft",
    "KeyDraft",
    "LoanDraft",
    "amend",
    "amend_loans",
    "approve",
    "correct",
    "delete",
    "extend",
    "hand_back",
    "lend",
    "lock_change_draft",
    "refuse",
    "register",
    "report_lost",
    "request",
    "return_keys",
    "tell_owner",
]

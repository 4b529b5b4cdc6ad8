"""The verbs of keys, of approvals to lend them and of loans (KEY-1 … KEY-5). One door for all callers."""

from models.operations.keys.approvals import FREE_BORROWERS, ApprovalDraft, approve, key_gone, refuse, request, withdraw
from models.operations.keys.borrowers import consents, owners, same_approved, same_borrower
from models.operations.keys.custody import (
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
from models.operations.keys.loans import LOAN_AMENDABLE, LoanDraft, amend_loans, lend, on_loan, open_loans
from models.operations.keys.reminders import due_loans, remind
from models.operations.keys.returns import correct, extend, return_keys
from models.operations.keys.taken_over import delete_loans

__all__ = [
    "AMENDABLE",
    "FREE_BORROWERS",
    "LOAN_AMENDABLE",
    "ApprovalDraft",
    "KeyDraft",
    "LoanDraft",
    "amend",
    "amend_loans",
    "approve",
    "consents",
    "correct",
    "delete",
    "delete_loans",
    "due_loans",
    "extend",
    "hand_back",
    "key_gone",
    "lend",
    "lock_change_draft",
    "on_loan",
    "open_loans",
    "owners",
    "refuse",
    "register",
    "remind",
    "report_lost",
    "request",
    "return_keys",
    "same_approved",
    "same_borrower",
    "tell_owner",
    "withdraw",
]

"""The verbs of passes (PAS-1 … PAS-3, PAS-7, PAS-8). One door for all callers."""

from models.operations._pass_issue import AMENDABLE, PassDraft, amend, correct, delete, issue, revoke
from models.operations._pass_use import UNKNOWN_CODE, check_in, check_out, hand_in, look_up, refund, validity

__all__ = [
    "AMENDABLE",
    "UNKNOWN_CODE",
    "PassDraft",
    "amend",
    "check_in",
    "check_out",
    "correct",
    "delete",
    "hand_in",
    "issue",
    "look_up",
    "refund",
    "revoke",
    "validity",
]

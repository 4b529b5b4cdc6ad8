"""The verbs of passes (PAS-1 … PAS-3, PAS-7, PAS-8). One door for all callers."""

from models.operations.passes.codes import codes_in, new_code
from models.operations.passes.gate import UNKNOWN_CODE, check_in, check_out, hand_in, look_up, pass_of, refund, validity
from models.operations.passes.issuing import (
    AMENDABLE,
    PassDraft,
    amend,
    check_badge,
    correct,
    delete,
    issue,
    revoke,
)

__all__ = [
    "AMENDABLE",
    "UNKNOWN_CODE",
    "PassDraft",
    "amend",
    "check_badge",
    "check_in",
    "check_out",
    "codes_in",
    "correct",
    "delete",
    "hand_in",
    "issue",
    "look_up",
    "new_code",
    "pass_of",
    "refund",
    "revoke",
    "validity",
]

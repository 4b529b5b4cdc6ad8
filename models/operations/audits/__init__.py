"""The verbs of the daily audit (AUD-1 … AUD-7). One door for all callers."""

from models.operations.audits.daily import document, note, run, sign_off, stored_run

__all__ = [
    "document",
    "note",
    "run",
    "sign_off",
    "stored_run",
]

"""Verbs over many records: kept, run in chunks, resumed, undone. One door for all callers."""

from models.operations.bulk.compensation import column_values, declare_undo, undo_minutes
from models.operations.bulk.runs import counts, kept_refusal, prepare, refusal_from_kept, refusal_kept_in, run_chunk
from models.operations.bulk.undo_runs import prepare_undo, refusal_to_undo, undo_of
from models.operations.bulk.verbs import bulk_verb, decoded, encode, run_audit

__all__ = [
    "bulk_verb",
    "column_values",
    "counts",
    "declare_undo",
    "decoded",
    "encode",
    "kept_refusal",
    "prepare",
    "prepare_undo",
    "refusal_from_kept",
    "refusal_kept_in",
    "refusal_to_undo",
    "run_audit",
    "run_chunk",
    "undo_minutes",
    "undo_of",
]

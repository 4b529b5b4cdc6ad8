"""What tickets and complaints have in common: intake, entries, merging, what they owe. One door for all callers."""

from models.operations.matters.comments import comment_on
from models.operations.matters.entries import Entries
from models.operations.matters.intake import (
    SAID_BY,
    MatterDraft,
    check_answer,
    check_change,
    check_intake,
    intake_columns,
    lacking,
    missing,
    offer_same_matter,
    required,
)
from models.operations.matters.merging import AnyMatter, give_back, merge, reports, take_in, taken_as
from models.operations.matters.owed import (
    FINISHED,
    FOLLOWED_KINDS,
    FORMAL_RECORD,
    drop_follow_ups,
    due_follow_up_at,
    formal_record_owed,
    latest_follow_ups,
    make_follow_ups,
    owes_follow_up,
    settled,
    write_follow_ups,
)
from models.operations.matters.telling import tells_of_matters
from models.operations.matters.workers import workers_of

__all__ = [
    "FINISHED",
    "FOLLOWED_KINDS",
    "FORMAL_RECORD",
    "SAID_BY",
    "AnyMatter",
    "Entries",
    "MatterDraft",
    "check_answer",
    "check_change",
    "check_intake",
    "comment_on",
    "drop_follow_ups",
    "due_follow_up_at",
    "formal_record_owed",
    "give_back",
    "intake_columns",
    "lacking",
    "latest_follow_ups",
    "make_follow_ups",
    "merge",
    "missing",
    "offer_same_matter",
    "owes_follow_up",
    "reports",
    "required",
    "settled",
    "take_in",
    "taken_as",
    "tells_of_matters",
    "workers_of",
    "write_follow_ups",
]

"""What tickets and complaints have in common: intake, entries, merging, what they owe. One door for all callers."""

from models.operations.matters.comments import comment_on
from models.operations.matters.intake import (
    SAID_BY,
    MatterDraft,
    check_change,
    check_intake,
    check_own_phone,
    check_phone,
    intake_columns,
    lacking,
    missing,
    offer_same_matter,
    phone_columns,
    required,
    same_phone,
)
from models.operations.matters.merging import give_back, merge
from models.operations.matters.owed import (
    FINISHED,
    FOLLOWED_KINDS,
    drop_follow_ups,
    due_follow_up_at,
    latest_follow_ups,
    make_follow_ups,
    owes_follow_up,
    settled,
    write_follow_ups,
)
from models.operations.matters.verbs import change_owner, comment, name_follower, not_archived, report_again

__all__ = [
    "FINISHED",
    "FOLLOWED_KINDS",
    "SAID_BY",
    "MatterDraft",
    "change_owner",
    "check_change",
    "check_intake",
    "check_own_phone",
    "check_phone",
    "comment",
    "comment_on",
    "drop_follow_ups",
    "due_follow_up_at",
    "give_back",
    "intake_columns",
    "lacking",
    "latest_follow_ups",
    "make_follow_ups",
    "merge",
    "missing",
    "name_follower",
    "not_archived",
    "offer_same_matter",
    "owes_follow_up",
    "phone_columns",
    "report_again",
    "required",
    "same_phone",
    "settled",
    "write_follow_ups",
]

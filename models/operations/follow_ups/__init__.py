"""The verbs of follow-ups (FUP-1 … FUP-4). One door for all callers."""

from models.operations.follow_ups.calls import (
    FollowUpDraft,
    close_not_reached,
    reassign,
    record_attempt,
    schedule,
)
from models.operations.follow_ups.rest_hours import rest_at

__all__ = [
    "FollowUpDraft",
    "close_not_reached",
    "reassign",
    "record_attempt",
    "rest_at",
    "schedule",
]

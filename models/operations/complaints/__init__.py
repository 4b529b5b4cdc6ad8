"""The verbs of complaints. One door: what other modules, views, commands and timers call."""

from models.operations.complaints.answers import decide_compensation, decline_responsibility, write_answer, write_review
from models.operations.complaints.closing import (
    archive,
    lacks_follow_up,
    mark_followed_up,
    missing_for_archive,
    sign_slip,
    take_slip_back,
    write_formal_record,
)
from models.operations.complaints.entries import change_owner, comment, lower_severity, name_follower, report_again
from models.operations.complaints.handling import (
    agree,
    assign,
    cancel,
    carry_out,
    correct,
    escalate,
    investigate,
    negotiate,
    propose,
    put_right,
    reassign,
)
from models.operations.complaints.intake import (
    AMENDABLE,
    ComplaintDraft,
    amend,
    classify,
    delete,
    register,
    reopen_as_new,
)
from models.operations.matters import merge

__all__ = [
    "AMENDABLE",
    "ComplaintDraft",
    "agree",
    "amend",
    "archive",
    "assign",
    "cancel",
    "carry_out",
    "change_owner",
    "classify",
    "comment",
    "correct",
    "decide_compensation",
    "decline_responsibility",
    "delete",
    "escalate",
    "investigate",
    "lacks_follow_up",
    "lower_severity",
    "mark_followed_up",
    "merge",
    "missing_for_archive",
    "name_follower",
    "negotiate",
    "propose",
    "put_right",
    "reassign",
    "register",
    "reopen_as_new",
    "report_again",
    "sign_slip",
    "take_slip_back",
    "write_answer",
    "write_formal_record",
    "write_review",
]

"""The verbs of tickets. One door: what other modules, views, commands and timers call."""

from models.operations._matter_verbs import change_owner, comment, name_follower, report_again
from models.operations._merging import merge
from models.operations._ticket_charges import charge, owes_charge, settle, waive
from models.operations._ticket_dispatch import assign, cancel, dispatch, escalate, reassign
from models.operations._ticket_intake import (
    AMENDABLE,
    TicketDraft,
    amend,
    delete,
    register,
    register_again,
    register_and_dispatch,
)
from models.operations._ticket_jobs import (
    accept,
    answer,
    close,
    correct,
    finish,
    missing_for_close,
    reopen,
    resume,
    start,
    take_slip_back,
    wait,
)

__all__ = [
    "AMENDABLE",
    "TicketDraft",
    "accept",
    "amend",
    "answer",
    "assign",
    "cancel",
    "change_owner",
    "charge",
    "close",
    "comment",
    "correct",
    "delete",
    "dispatch",
    "escalate",
    "finish",
    "merge",
    "missing_for_close",
    "name_follower",
    "owes_charge",
    "reassign",
    "register",
    "register_again",
    "register_and_dispatch",
    "reopen",
    "report_again",
    "resume",
    "settle",
    "start",
    "take_slip_back",
    "wait",
    "waive",
]

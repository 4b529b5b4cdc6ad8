"""The verbs of tickets. One door: what other modules, views, commands and timers call."""

from models.operations._matter_verbs import change_owner, comment, name_follower, report_again
from models.operations._ticket_dispatch import assign, cancel, dispatch, escalate, reassign
from models.operations._ticket_intake import AMENDABLE, TicketDraft, amend, delete, register
from models.operations._ticket_jobs import (
    accept,
    answer,
    charge,
    close,
    correct,
    finish,
    missing_for_close,
    owes_charge,
    reopen,
    resume,
    settle,
    start,
    take_slip_back,
    wait,
    waive,
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
    "missing_for_close",
    "name_follower",
    "owes_charge",
    "reassign",
    "register",
    "reopen",
    "report_again",
    "resume",
    "settle",
    "start",
    "take_slip_back",
    "wait",
    "waive",
]

"""The verbs of tickets. One door: what other modules, views, commands and timers call."""

from models.operations.matters import merge
from models.operations.tickets.charges import charge, owes_charge, settle, waive
from models.operations.tickets.entries import change_owner, comment, lower_severity, name_follower, report_again
from models.operations.tickets.intake import (
    AMENDABLE,
    TicketDraft,
    amend,
    delete,
    register,
    register_again,
    register_and_dispatch,
)
from models.operations.tickets.jobs import (
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
from models.operations.tickets.sending import (
    ANSWERED_KINDS,
    ON_SITE_KINDS,
    answer_clock,
    assign,
    cancel,
    dispatch,
    escalate,
    reassign,
)
from models.operations.tickets.undated import date_undated

__all__ = [
    "AMENDABLE",
    "ANSWERED_KINDS",
    "ON_SITE_KINDS",
    "TicketDraft",
    "accept",
    "amend",
    "answer",
    "answer_clock",
    "assign",
    "cancel",
    "change_owner",
    "charge",
    "close",
    "comment",
    "correct",
    "date_undated",
    "delete",
    "dispatch",
    "escalate",
    "finish",
    "lower_severity",
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

"""What the verbs of complaints share: how they open, and the clock of the formal record (CMP-3)."""

import datetime
from collections.abc import Mapping

from models.complaints import MEASURES, OPEN_STATUSES, PROGRESS_NOTE, REVIEW, Complaint
from models.errors import Incomplete, Msgid, gettext_noop
from models.matters import Severity
from models.operations.core import Move
from models.operations.matters import FORMAL_RECORD
from models.tickets import PROMISE


def still_open(move: Move[Complaint]) -> None:
    """Refuse what is archived or cancelled: it stays as it is (CMP-8)."""
    message = gettext_noop("%(record)s is “%(status)s” and stays as it is.")
    move.refuse_where(lambda row: row.status not in OPEN_STATUSES, "CMP-8", message, status=lambda row: row.status)


def require_all(move: Move[Complaint], rule: str, words: Mapping[str, Msgid], **values: object) -> None:
    """Reject every row with all that was not *values*, each at its own field (*words*); blank text is nothing."""
    missing = {
        name: words[name]
        for name, value in values.items()
        if value is None or (isinstance(value, str) and not value.strip())
    }
    if missing:
        for complaint in list(move.rows):
            move.reject(complaint, Incomplete(rule, missing))


def start_formal_record(move: Move[Complaint], complaint: Complaint, at: datetime.datetime) -> None:
    """Let the clock of the formal record run from *at*; a serious one is due at once. Of a written one the measures."""
    if complaint.formal_record_at is None:
        due_at = at if complaint.severity is Severity.SERIOUS else None
        move.clocks.start(complaint, FORMAL_RECORD, at, due_at=due_at)
    elif complaint.measures_due_at is not None:
        move.clocks.start(complaint, MEASURES, move.now, due_at=complaint.measures_due_at)


def demand_formal_record(move: Move[Complaint], complaint: Complaint) -> None:
    """The complaint has become serious: its formal record is due now (CMP-3), its review in a while (CMP-13)."""
    if complaint.formal_record_at is None and complaint.severity is not Severity.SERIOUS:
        move.clocks.cancel(complaint, move.now, FORMAL_RECORD)
        move.clocks.start(complaint, FORMAL_RECORD, move.now, due_at=move.now)
    if complaint.review_on is None:
        move.clocks.start(complaint, REVIEW, move.now)


def told(move: Move[Complaint]) -> None:
    """The resident has been told how it goes: what was promised is kept (INT-5), the next note is due anew (CMP-10)."""
    for complaint in move.rows:
        move.clocks.meet(complaint, move.now, PROMISE)
        move.clocks.renew(complaint, move.now, PROGRESS_NOTE)

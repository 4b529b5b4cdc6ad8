"""What the verbs of complaints share: how they open, and the clock of the formal record (CMP-3)."""

import datetime
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from models.base import UTCDateTime
from models.call import Call
from models.complaints import OPEN_STATUSES, TRANSITIONS, Complaint
from models.errors import Incomplete, Msgid, gettext_noop
from models.matters import ClockRun, Severity
from models.operations.core import CHUNK, Move
from models.settings import Clock

FORMAL_RECORD = "formal-record"


def open_move(call: Call, complaints: Iterable[Complaint], verb: str, rule: str | None = None) -> Move[Complaint]:
    """Begin a verb of complaints; one that changes no status is refused on what is archived or cancelled (CMP-8).

    What an import brought archived can be taken out again, as can a ticket that it brought closed.
    """
    move = Move(
        call, Complaint, complaints, verb=verb, transitions=TRANSITIONS if verb in TRANSITIONS else None, rule=rule
    )
    if verb not in TRANSITIONS:
        for complaint in list(move.rows):
            brought = verb == "delete" and complaint.imported_closed
            if complaint.status not in OPEN_STATUSES and not brought:
                message = gettext_noop("%(record)s is “%(status)s” and stays as it is.")
                move.refuse(complaint, "CMP-8", message, record=complaint.number, status=complaint.status)
    return move


def require_all(move: Move[Complaint], rule: str, words: Mapping[str, Msgid], **given: object) -> None:
    """Reject every row with all that was not *given*, each at its own field (*words*); blank text is nothing."""
    missing = {
        name: words[name]
        for name, value in given.items()
        if value is None or (isinstance(value, str) and not value.strip())
    }
    if missing:
        for complaint in list(move.rows):
            move.reject(complaint, Incomplete(rule, missing))


def start_formal_record(move: Move[Complaint], complaint: Complaint, at: datetime.datetime) -> None:
    """Let the clock of the formal record run from *at*, unless the record is written; a serious one is due at once."""
    if complaint.formal_record_at is None:
        due_at = at if complaint.severity is Severity.SERIOUS else None
        move.clocks.start(complaint, FORMAL_RECORD, at, due_at=due_at)


def demand_formal_record(move: Move[Complaint], complaint: Complaint) -> None:
    """The complaint has become serious: its formal record is due now (CMP-3)."""
    if complaint.formal_record_at is None and complaint.severity is not Severity.SERIOUS:
        move.clocks.cancel(complaint, move.now, FORMAL_RECORD)
        move.clocks.start(complaint, FORMAL_RECORD, move.now, due_at=move.now)


def formal_record_owed(session: Session, complaints: Sequence[Complaint], now: datetime.datetime) -> set[int]:
    """Ids of those that need a formal record (CMP-3): serious, or not carried out within the clock's working time."""
    owed = {complaint.id for complaint in complaints if complaint.severity is Severity.SERIOUS}
    ids = [complaint.id for complaint in complaints]
    stopped_at = func.coalesce(ClockRun.cancelled_at, ClockRun.met_at, literal(now, UTCDateTime()))
    for start in range(0, len(ids), CHUNK):
        query = select(ClockRun.complaint_id).join(Clock, Clock.id == ClockRun.clock_id)
        query = query.where(
            ClockRun.complaint_id.in_(ids[start : start + CHUNK]),
            Clock.code == FORMAL_RECORD,
            ClockRun.due_at <= stopped_at,
        )
        owed.update(found for found in session.scalars(query) if found is not None)
    return owed

"""What ends a complaint: the signed slip, the formal record, the follow-up and the archive (CMP-3, CMP-6, CMP-8)."""

import datetime
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.complaints import MEASURES, Complaint, ComplaintStatus, ComplaintStatus as S
from models.errors import Msgid, gettext_noop
from models.events import Event
from models.follow_ups import FollowUp
from models.matters import Severity
from models.operations.complaints.opening import require_all, still_open
from models.operations.core import CHUNK, WORKING_ROLES, Move, check_each, check_near, verb, works_as
from models.operations.matters import formal_record_owed, latest_follow_ups, owes_follow_up, settled
from models.roles import CLERKS, LEADS, SUPERVISORS, Role
from models.staff import Staff, StaffAssignment
from models.tickets import Ticket, TicketStatus

SLIP_STATUSES = (ComplaintStatus.CARRIED_OUT, ComplaintStatus.FOLLOWED_UP)
FINISHED_JOBS = (TicketStatus.DONE, TicketStatus.CLOSED, TicketStatus.CANCELLED)


@verb(Complaint, roles=LEADS | SUPERVISORS, label=gettext_noop("Sign returned slip"), opening=still_open)
def sign_slip(move: Move[Complaint]) -> None:
    """The head of the responsible department signs the slip of what was carried out (CMP-6); nobody signs for them.

    A department without a lead has the customer-service head who was told for one: any supervisor signs (DSP-3).
    """
    me = move.session.get_one(Staff, move.actor.staff_id)
    signers = {complaint.team_id: _signers(move.session, complaint.team_id) for complaint in move.rows}
    for complaint in _with_slip(move):
        if complaint.slip_signed_by_id is not None:
            message = gettext_noop("The slip of %(record)s is signed already.")
            move.refuse(complaint, "CMP-6", message, record=complaint.number)
        elif not works_as(move.session, me, complaint.estate_id, *signers[complaint.team_id]):
            message = gettext_noop("Only the head of the responsible department signs the slip of %(record)s.")
            move.refuse(complaint, "CMP-6", message, record=complaint.number)
        else:
            move.set(complaint, slip_signed_by_id=move.actor.staff_id)


def _signers(session: Session, team_id: int | None) -> tuple[tuple[Role, ...], int | None]:
    """The roles, and their team, of who signs for it: its lead, else the heads of the desk."""
    query = select(StaffAssignment.id).join(Staff, Staff.id == StaffAssignment.staff_id)
    query = query.where(StaffAssignment.team_id == team_id, StaffAssignment.role == Role.LEAD)
    query = query.where(StaffAssignment.ended_at.is_(None), Staff.disabled_at.is_(None))
    is_led = session.scalars(query.limit(1)).first() is not None
    return ((Role.LEAD,), team_id) if is_led else ((Role.SUPERVISOR, Role.MANAGER), None)


def _with_slip(move: Move[Complaint]) -> list[Complaint]:
    for complaint in list(move.rows):
        if complaint.status not in SLIP_STATUSES:
            message = gettext_noop("%(record)s has no slip to sign or take back: it is “%(status)s”.")
            move.refuse(complaint, "CMP-6", message, record=complaint.number, status=complaint.status)
    return list(move.rows)


@verb(Complaint, roles=CLERKS, label=gettext_noop("Take slip back"), opening=still_open)
def take_slip_back(move: Move[Complaint], *, complete: bool) -> None:
    """The desk takes the returned slip (回单): signed by the responsible head, and *complete* as checked (CMP-6)."""
    message = gettext_noop("A slip that is not complete goes back to the responsible department.")
    move.refuse_unless(complete, "CMP-6", message, field="complete")
    for complaint in _with_slip(move):
        if complaint.slip_returned_at is not None:
            message = gettext_noop("The slip of %(record)s was taken back already.")
            move.refuse(complaint, "CMP-6", message, record=complaint.number)
        elif complaint.slip_signed_by_id is None:
            message = gettext_noop("The head of the responsible department has not signed the slip of %(record)s yet.")
            move.refuse(complaint, "CMP-6", message, record=complaint.number)
        else:
            move.set(complaint, slip_complete=True, slip_returned_at=move.now)


@verb(Complaint, roles=CLERKS | LEADS, label=gettext_noop("Write formal record"), opening=still_open)
def write_formal_record(
    move: Move[Complaint],
    *,
    cause: str,
    measures: str,
    measures_due_at: datetime.datetime | None,
    measures_by: Staff | None,
) -> None:
    """Write the formal record (顾客投诉处理记录表, CMP-3): cause, measures, their due date and who does them.

    Meets the ``formal-record`` clock; that of the measures runs until their date. Written again while the complaint is
    open, it replaces the words and keeps the time of the first; a date that was missed stays missed. Refused with all
    that is missing, a due date that has passed, a person of another estate.
    """
    words = {
        "cause": gettext_noop("the cause"),
        "measures": gettext_noop("the corrective measures"),
        "measures_due_at": gettext_noop("the due date"),
        "measures_by": gettext_noop("the person responsible"),
    }
    given = {"cause": cause, "measures": measures, "measures_due_at": measures_due_at, "measures_by": measures_by}
    require_all(move, "CMP-3", words, **given)
    passed = measures_due_at is not None and measures_due_at < move.now
    move.refuse_unless(not passed, "CMP-3", gettext_noop("The due date has passed already."), field="measures_due_at")
    check_each(move, lambda row: check_near(move.settings, row.estate_id, measures_due_at, move.now, "measures_due_at"))
    for complaint in list(move.rows):
        if measures_by is not None and not works_as(move.session, measures_by, complaint.estate_id, WORKING_ROLES):
            message = gettext_noop("%(person)s does not work in this estate.")
            move.refuse(complaint, "CMP-3", message, field="measures_by", person=measures_by.name)
            continue
        move.set(
            complaint,
            formal_record_at=complaint.formal_record_at or move.now,
            cause=cause,
            measures=measures,
            measures_due_at=measures_due_at,
            measures_by_id=measures_by.id if measures_by is not None else None,
        )
        if measures_due_at is not None:
            move.clocks.put_off(complaint, move.now, MEASURES, measures_due_at)


@verb(
    Complaint,
    roles=CLERKS,
    label=gettext_noop("Mark as followed up"),
    moves={S.CARRIED_OUT: S.FOLLOWED_UP},
)
def mark_followed_up(move: Move[Complaint]) -> None:
    """The follow-up is settled (satisfied, or closed as not reached), or none is owed (CMP-4, FUP-3, INT-4, INT-9)."""
    follow_ups = latest_follow_ups(move.session, Complaint, [complaint.id for complaint in move.rows])
    message = gettext_noop("%(record)s has no satisfied follow-up yet.")
    move.refuse_where(lambda row: lacks_follow_up(row, follow_ups.get(row.id)), "FUP-3", message)


def lacks_follow_up(complaint: Complaint, follow_up: FollowUp | None) -> bool:
    """Whether *complaint* owes a follow-up that is not settled (FUP-1, FUP-3)."""
    return owes_follow_up(complaint) and not settled(follow_up)


def missing_for_archive(
    complaint: Complaint,
    follow_up: FollowUp | None,
    *,
    formal_record: bool,
    review: bool,
    open_jobs: Sequence[str] = (),
) -> list[Msgid | str]:
    """All that the archive asks for and *complaint* lacks, in the order of the way: CMP-2, 3, 6 and 13, FUP-3.

    *formal_record* and *review* say whether one is owed, *open_jobs* are the numbers of linked jobs that are not
    finished.
    """
    missing: list[Msgid | str] = []
    if complaint.nature is None:
        missing.append(gettext_noop("the nature: valid or communicative"))
    if not (complaint.result or "").strip():
        missing.append(gettext_noop("the result"))
    if open_jobs:
        missing.append(gettext_noop("the end of these jobs"))
        missing += open_jobs
    if formal_record and complaint.formal_record_at is None:
        missing.append(gettext_noop("the formal record"))
    if review and complaint.review_on is None:
        missing.append(gettext_noop("the review"))
    if complaint.slip_signed_by_id is None:
        missing.append(gettext_noop("the signature of the responsible department's head on the slip"))
    if complaint.slip_returned_at is None or not complaint.slip_complete:
        missing.append(gettext_noop("the returned slip, checked to be complete"))
    if lacks_follow_up(complaint, follow_up):
        missing.append(gettext_noop("a satisfied follow-up"))
    return missing


@verb(
    Complaint,
    roles=CLERKS,
    label=gettext_noop("Archive"),
    moves={S.FOLLOWED_UP: S.ARCHIVED},
    stamps=("archived_at", "archived_by_id"),
)
def archive(move: Move[Complaint]) -> None:
    """Archive complaints for good (CMP-8); refused with everything that is still missing, named at once (CMP-3)."""
    ids = [complaint.id for complaint in move.rows]
    follow_ups = latest_follow_ups(move.session, Complaint, ids)
    owed = formal_record_owed(move.session, move.rows, move.now)
    serious = _ever_serious(move.session, move.rows)
    jobs = _open_jobs(move.session, ids)
    for complaint in list(move.rows):
        missing = missing_for_archive(
            complaint,
            follow_ups.get(complaint.id),
            formal_record=complaint.id in owed,
            review=complaint.id in serious,
            open_jobs=jobs.get(complaint.id, ()),
        )
        if missing:
            message = gettext_noop("%(record)s cannot be archived yet. Missing: %(missing)s.")
            move.refuse(complaint, "CMP-3", message, record=complaint.number, missing=missing)
        else:
            move.clocks.meet(complaint, move.now, MEASURES)
            move.clocks.cancel(complaint, move.now)


def _ever_serious(session: Session, complaints: Sequence[Complaint]) -> set[int]:
    """Ids of those that owe a review (CMP-13): serious now, or by their events at any time before."""
    found = {complaint.id for complaint in complaints if complaint.severity is Severity.SERIOUS}
    ids = [complaint.id for complaint in complaints if complaint.id not in found]
    for start in range(0, len(ids), CHUNK):
        query = select(Event.record_id, Event.before).where(
            Event.register == Complaint.__tablename__, Event.record_id.in_(ids[start : start + CHUNK])
        )
        query = query.where(Event.verb.in_(("lower_severity", "amend")))
        found |= {row_id for row_id, before in session.execute(query) if before.get("severity") == Severity.SERIOUS}
    return found


def _open_jobs(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """Numbers of the jobs done for each complaint that are not finished yet (CMP-6: the matter is really finished)."""
    found: dict[int, list[str]] = {}
    for start in range(0, len(ids), CHUNK):
        query = select(Ticket.complaint_id, Ticket.number).where(
            Ticket.complaint_id.in_(ids[start : start + CHUNK]), Ticket.status.not_in(FINISHED_JOBS)
        )
        for complaint_id, number in session.execute(query.order_by(Ticket.id)):
            if complaint_id is not None:
                found.setdefault(complaint_id, []).append(number)
    return found

"""A complaint's way from the desk to the department and through agreement to what is carried out (CMP-4)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.complaints import ARCHIVING, CANCELS, PROGRESS_NOTE, Complaint, ComplaintStatus, ComplaintStatus as S
from models.errors import gettext_noop
from models.events import Event
from models.matters import CommentKind, Severity
from models.operations.complaints.opening import (
    demand_formal_record,
    start_formal_record,
    still_open,
    told,
)
from models.operations.core import DESK_ROLES, Move, can_handle, verb, works_as
from models.operations.matters import (
    FORMAL_RECORD,
    comment_on,
    drop_follow_ups,
    formal_record_owed,
    give_back,
    make_follow_ups,
    owes_follow_up,
    taken_as,
)
from models.roles import CLERKS, LEADS, SUPERVISORS, Role
from models.staff import Staff, StaffAssignment, Team
from models.tickets import PROMISE

HEADS = frozenset({Role.SUPERVISOR, Role.MANAGER})
SLIP_CLOCK = "slip-acknowledged"
IN_HAND = (
    ComplaintStatus.ASSIGNED,
    ComplaintStatus.INVESTIGATING,
    ComplaintStatus.PROPOSAL,
    ComplaintStatus.NEGOTIATING,
    ComplaintStatus.AGREED,
)


@verb(Complaint, roles=CLERKS, label=gettext_noop("Assign"), moves={S.REGISTERED: S.ASSIGNED})
def assign(move: Move[Complaint], *, team: Team, assignee: Staff, head: Staff | None = None) -> None:
    """Give complaints to a handler and their slip to the responsible department (DSP-3, CMP-4).

    The handler is a customer-service person or one of the *team*. The customer-service *head*, a supervisor or
    manager of the estate, is told in the same step; None means that the person acting is that head, or the one
    supervisor whom the estate has. Starts ``slip-acknowledged`` (DSP-4), which ``investigate`` meets.
    """
    for complaint in list(move.rows):
        if not _may_handle(move, complaint, team, assignee, "DSP-3"):
            continue
        told = head or _head_here(move, complaint.estate_id)
        if told is None or not works_as(move.session, told, complaint.estate_id, HEADS):
            message = gettext_noop("Name the supervisor or manager of this estate who is told of %(record)s.")
            move.refuse(complaint, "DSP-3", message, field="head", record=complaint.number)
            continue
        move.move(complaint, team_id=team.id, assignee_id=assignee.id, head_told_id=told.id, assigned_at=move.now)
        move.clocks.start(complaint, SLIP_CLOCK, move.now)


def _head_here(move: Move[Complaint], estate_id: int) -> Staff | None:
    """Who acts, where that is a head of the estate, else its only supervisor."""
    acting = move.session.get_one(Staff, move.actor.staff_id)
    if works_as(move.session, acting, estate_id, HEADS):
        return acting
    heads = select(StaffAssignment.staff_id).where(
        StaffAssignment.estate_id == estate_id,
        StaffAssignment.role == Role.SUPERVISOR,
        StaffAssignment.ended_at.is_(None),
    )
    query = select(Staff).where(Staff.id.in_(heads), Staff.disabled_at.is_(None)).limit(2)
    found = move.session.scalars(query).all()
    return found[0] if len(found) == 1 else None


def _may_handle(move: Move[Complaint], complaint: Complaint, team: Team, assignee: Staff, rule: str) -> bool:
    """Refuse *complaint* where the team is another estate's, or *assignee* neither of it nor of the desk."""
    estate_id = complaint.estate_id
    if team.estate_id != estate_id:
        message = gettext_noop("%(team)s is a team of another estate.")
        move.refuse(complaint, rule, message, field="team", team=team.name)
        return False
    session = move.session
    if not (can_handle(session, assignee, estate_id, team) or works_as(session, assignee, estate_id, DESK_ROLES)):
        message = gettext_noop("%(person)s works neither in %(team)s nor at the desk of this estate.")
        move.refuse(complaint, rule, message, field="assignee", person=assignee.name, team=team.name)
        return False
    return True


@verb(
    Complaint,
    roles=SUPERVISORS,
    label=gettext_noop("Reassign"),
    rule="DSP-3",
    why=gettext_noop("Say why."),
    opening=still_open,
)
def reassign(move: Move[Complaint], *, team: Team | None = None, assignee: Staff | None = None) -> None:
    """Give complaints in hand to another team or handler, with the reason; the status stays (DSP-3)."""
    move.refuse_unless(team or assignee, "DSP-3", gettext_noop("Name another team or person."), field="team")
    for complaint in list(move.rows):
        if complaint.status not in IN_HAND or complaint.team_id is None or complaint.assignee_id is None:
            message = gettext_noop("%(record)s is “%(status)s”; only a complaint in hand can be reassigned.")
            move.refuse(complaint, "CMP-4", message, record=complaint.number, status=complaint.status)
            continue
        new_team = team or move.session.get_one(Team, complaint.team_id)
        person = assignee or move.session.get_one(Staff, complaint.assignee_id)
        if _may_handle(move, complaint, new_team, person, "DSP-3"):
            move.set(complaint, team_id=new_team.id, assignee_id=person.id)


@verb(
    Complaint,
    roles=CLERKS | LEADS,
    label=gettext_noop("Investigate"),
    moves={S.ASSIGNED: S.INVESTIGATING},
)
def investigate(move: Move[Complaint]) -> None:
    """The slip is taken and the handler looks into it (CMP-4): stops the ``slip-acknowledged`` clock (DSP-4)."""
    for complaint in move.rows:
        move.clocks.meet(complaint, move.now, SLIP_CLOCK)


@verb(
    Complaint,
    roles=CLERKS | LEADS,
    label=gettext_noop("Make proposal"),
    moves={S.INVESTIGATING: S.PROPOSAL, S.NEGOTIATING: S.PROPOSAL},
)
def propose(move: Move[Complaint], *, proposal: str) -> None:
    """Make a proposal to the person who complained; it is an entry with its time (CMP-4)."""
    move.refuse_unless(proposal.strip(), "CMP-4", gettext_noop("Write down the proposal."), field="proposal")
    told(move)
    for complaint in move.rows:
        move.move(complaint, proposal=proposal)
        move.add(comment_on(complaint, CommentKind.REPLY, proposal, actor=move.actor, now=move.now))


@verb(Complaint, roles=CLERKS | LEADS, label=gettext_noop("Negotiate"), moves={S.PROPOSAL: S.NEGOTIATING})
def negotiate(move: Move[Complaint], *, reply: str) -> None:
    """The proposal was not agreed to; what was replied is an entry with its time (CMP-4)."""
    move.refuse_unless(reply.strip(), "CMP-4", gettext_noop("Write down the reply."), field="reply")
    told(move)
    for complaint in move.rows:
        move.add(comment_on(complaint, CommentKind.REPLY, reply, actor=move.actor, now=move.now))


@verb(
    Complaint,
    roles=CLERKS | LEADS,
    label=gettext_noop("Record agreement"),
    moves={S.PROPOSAL: S.AGREED, S.NEGOTIATING: S.AGREED},
    stamps=("agreed_at",),
)
def agree(move: Move[Complaint]) -> None:
    """The proposal is agreed to (CMP-4)."""
    told(move)


@verb(
    Complaint,
    roles=CLERKS | LEADS,
    label=gettext_noop("Record as carried out"),
    moves={S.AGREED: S.CARRIED_OUT},
)
def carry_out(move: Move[Complaint], *, result: str) -> None:
    """What was agreed is done, with its result (CMP-4); a follow-up is scheduled (FUP-1), except for anonymous ones.

    An ordinary complaint that was carried out within the formal record's time owes none: its clock stops (CMP-3).
    """
    move.refuse_unless(result.strip(), "CMP-4", gettext_noop("Write down the result."), field="result")
    owed = formal_record_owed(move.session, move.rows, move.now)
    for complaint in move.rows:
        move.move(complaint, carried_out_at=move.now, result=result)
        move.clocks.meet(complaint, move.now, PROGRESS_NOTE, PROMISE)
        if complaint.id not in owed:
            move.clocks.cancel(complaint, move.now, FORMAL_RECORD)
    move.afterwards(lambda outcome: make_follow_ups(move, [row for row in outcome.done if owes_follow_up(row)]))


@verb(
    Complaint,
    roles=CLERKS,
    label=gettext_noop("Put right"),
    rule="FUP-3",
    moves={S.CARRIED_OUT: S.INVESTIGATING},
    why=gettext_noop("Say what is not right yet."),
)
def put_right(move: Move[Complaint]) -> None:
    """The person is not satisfied: the handler looks into it again (FUP-3); the slip goes round anew (CMP-6).

    The formal record's clock starts anew where none is written yet (CMP-3).
    """
    for complaint in move.rows:
        _undo_carrying_out(move, complaint)
        move.add(comment_on(complaint, CommentKind.NOTE, move.call.reason, actor=move.actor, now=move.now))
        start_formal_record(move, complaint, move.now)
    move.afterwards(lambda outcome: drop_follow_ups(move.call, outcome.done))


def _undo_carrying_out(move: Move[Complaint], complaint: Complaint) -> None:
    move.move(complaint, carried_out_at=None, slip_complete=False, slip_signed_by_id=None, slip_returned_at=None)
    move.clocks.cancel(complaint, move.now, ARCHIVING)


@verb(
    Complaint,
    roles=CLERKS,
    moves=CANCELS,
)
def cancel(move: Move[Complaint]) -> None:
    """End a complaint that is a duplicate or was withdrawn before anything was agreed (CMP-4); its clocks stop."""
    move.refuse_unless(move.call.reason.strip(), "CMP-4", gettext_noop("Say why it is cancelled."), field="reason")
    for complaint in move.rows:
        move.move(complaint, cancelled_at=move.now, cancel_reason=move.call.reason)
        move.clocks.cancel(complaint, move.now)


@verb(
    Complaint,
    roles=CLERKS | LEADS,
    label=gettext_noop("Escalate"),
    rule="CMP-5",
    why=gettext_noop("Say what is needed and from whom."),
    opening=still_open,
)
def escalate(move: Move[Complaint]) -> None:
    """Report a complaint upwards (CMP-5): it becomes serious, and its formal record is due at once (CMP-3)."""
    for complaint in move.rows:
        demand_formal_record(move, complaint)
        move.set(complaint, severity=Severity.SERIOUS)
        move.add(comment_on(complaint, CommentKind.ESCALATION, move.call.reason, actor=move.actor, now=move.now))


@verb(
    Complaint,
    roles=SUPERVISORS,
    label=gettext_noop("Correct a mistake"),
    rule="CMP-4",
    moves={S.CARRIED_OUT: S.AGREED, S.CANCELLED: S.REGISTERED},
    why=gettext_noop("Say what the mistake was."),
)
def correct(move: Move[Complaint]) -> None:
    """Undo a mistaken cancelling or carrying out, by a supervisor with reason; the history stays (CMP-4).

    A cancelled complaint goes back to where it was, as if its clock of the formal record had never stopped. An
    archived one is final: no mistake opens it again (CMP-8), ``reopen_as_new`` makes a linked new one.
    """
    others = {row.id: taken_as(move.session, row) for row in move.rows}
    message = gettext_noop("%(record)s goes on as %(other)s: say there that it was right before.")
    move.refuse_where(lambda row: others[row.id], "INT-8", message, other=lambda row: others[row.id].number)
    give_back(move)
    before = _before_cancelling(move.session, [row.id for row in move.rows if row.status is ComplaintStatus.CANCELLED])
    for complaint in move.rows:
        if complaint.status is ComplaintStatus.CANCELLED:
            status = before.get(complaint.id, move.target(complaint))
            move.move(complaint, status, cancelled_at=None, cancel_reason=None)
            if status is ComplaintStatus.ASSIGNED:
                move.clocks.start(complaint, SLIP_CLOCK, move.now)
        else:
            _undo_carrying_out(move, complaint)
            move.set(complaint, result=None)
        start_formal_record(move, complaint, complaint.registered_at)
    move.afterwards(lambda outcome: drop_follow_ups(move.call, outcome.done))


def _before_cancelling(session: Session, ids: Sequence[int]) -> dict[int, ComplaintStatus]:
    """The status that each cancelled complaint had before, by the event of its last cancelling."""
    query = select(Event.record_id, Event.before).where(
        Event.register == Complaint.__tablename__, Event.record_id.in_(ids), Event.verb.in_(("cancel", "merge"))
    )
    found = {}
    for record_id, before in session.execute(query.order_by(Event.id)):
        if "status" in before:
            found[record_id] = ComplaintStatus(before["status"])
    return found

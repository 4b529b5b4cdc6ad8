"""A complaint's way from the desk to the department and through agreement to what is carried out (CMP-4)."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.call import Call
from models.complaints import Complaint, ComplaintStatus
from models.errors import Outcome, gettext_noop
from models.events import Event
from models.matters import CommentKind, Severity
from models.operations.complaints.opening import (
    FORMAL_RECORD,
    demand_formal_record,
    formal_record_owed,
    open_move,
    start_formal_record,
)
from models.operations.core import DESK_ROLES, Move, can_handle, works_as
from models.operations.matters import comment_on, drop_follow_ups, give_back, make_follow_ups, owes_follow_up
from models.roles import Role
from models.staff import Staff, Team

HEADS = frozenset({Role.SUPERVISOR, Role.MANAGER})
SLIP_CLOCK = "slip-acknowledged"
IN_HAND = (
    ComplaintStatus.ASSIGNED,
    ComplaintStatus.INVESTIGATING,
    ComplaintStatus.PROPOSAL,
    ComplaintStatus.NEGOTIATING,
    ComplaintStatus.AGREED,
)


def assign(
    call: Call, complaints: Iterable[Complaint], *, team: Team, assignee: Staff, head: Staff | None = None
) -> Outcome:
    """Give complaints to a handler and their slip to the responsible department (DSP-3, CMP-4).

    The handler is a customer-service person or one of the *team*. The customer-service *head*, a supervisor or
    manager of the estate, is told in the same step; None means that the person acting is that head. Starts
    ``slip-acknowledged`` (DSP-4), which ``investigate`` meets.
    """
    move = open_move(call, complaints, "assign")
    told = head or call.session.get_one(Staff, call.actor.staff_id)
    for complaint in list(move.rows):
        if not _may_handle(move, complaint, team, assignee, "DSP-3"):
            continue
        if not works_as(call.session, told, complaint.estate_id, HEADS):
            message = gettext_noop("Name the supervisor or manager of this estate who is told of %(record)s.")
            move.refuse(complaint, "DSP-3", message, field="head", record=complaint.number)
            continue
        move.move(complaint, team_id=team.id, assignee_id=assignee.id, head_told_id=told.id, assigned_at=move.now)
        move.clocks.start(complaint, SLIP_CLOCK, move.now)
    return move.finish()


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


def reassign(
    call: Call, complaints: Iterable[Complaint], *, team: Team | None = None, assignee: Staff | None = None
) -> Outcome:
    """Give complaints in hand to another team or handler, with the reason; the status stays (DSP-3)."""
    move = open_move(call, complaints, "reassign", rule="DSP-3")
    move.refuse_unless(call.reason.strip(), "DSP-3", gettext_noop("Say why."), field="reason")
    move.refuse_unless(team or assignee, "DSP-3", gettext_noop("Name another team or person."), field="team")
    for complaint in list(move.rows):
        if complaint.status not in IN_HAND or complaint.team_id is None or complaint.assignee_id is None:
            message = gettext_noop("%(record)s is “%(status)s”; only a complaint in hand can be reassigned.")
            move.refuse(complaint, "CMP-4", message, record=complaint.number, status=complaint.status)
            continue
        new_team = team or call.session.get_one(Team, complaint.team_id)
        person = assignee or call.session.get_one(Staff, complaint.assignee_id)
        if _may_handle(move, complaint, new_team, person, "DSP-3"):
            move.set(complaint, team_id=new_team.id, assignee_id=person.id)
    return move.finish()


def investigate(call: Call, complaints: Iterable[Complaint]) -> Outcome:
    """The slip is taken and the handler looks into it (CMP-4): stops the ``slip-acknowledged`` clock (DSP-4)."""
    move = open_move(call, complaints, "investigate")
    for complaint in move.rows:
        move.move(complaint)
        move.clocks.meet(complaint, move.now, SLIP_CLOCK)
    return move.finish()


def propose(call: Call, complaints: Iterable[Complaint], *, proposal: str) -> Outcome:
    """Make a proposal to the person who complained; it is an entry with its time (CMP-4)."""
    move = open_move(call, complaints, "propose")
    move.refuse_unless(proposal.strip(), "CMP-4", gettext_noop("Write down the proposal."), field="proposal")
    for complaint in move.rows:
        move.move(complaint, proposal=proposal)
        move.add(comment_on(complaint, CommentKind.REPLY, proposal, actor=call.actor, now=move.now))
    return move.finish()


def negotiate(call: Call, complaints: Iterable[Complaint], *, reply: str) -> Outcome:
    """The proposal was not agreed to; what was replied is an entry with its time (CMP-4)."""
    move = open_move(call, complaints, "negotiate")
    move.refuse_unless(reply.strip(), "CMP-4", gettext_noop("Write down the reply."), field="reply")
    for complaint in move.rows:
        move.move(complaint)
        move.add(comment_on(complaint, CommentKind.REPLY, reply, actor=call.actor, now=move.now))
    return move.finish()


def agree(call: Call, complaints: Iterable[Complaint]) -> Outcome:
    """The proposal is agreed to (CMP-4)."""
    move = open_move(call, complaints, "agree")
    for complaint in move.rows:
        move.move(complaint, agreed_at=move.now)
    return move.finish()


def carry_out(call: Call, complaints: Iterable[Complaint], *, result: str) -> Outcome:
    """What was agreed is done, with its result (CMP-4); a follow-up is scheduled (FUP-1), except for anonymous ones.

    An ordinary complaint that was carried out within the formal record's time owes none: its clock stops (CMP-3).
    """
    move = open_move(call, complaints, "carry_out")
    move.refuse_unless(result.strip(), "CMP-4", gettext_noop("Write down the result."), field="result")
    owed = formal_record_owed(call.session, move.rows, move.now)
    for complaint in move.rows:
        move.move(complaint, carried_out_at=move.now, result=result)
        if complaint.id not in owed:
            move.clocks.cancel(complaint, move.now, FORMAL_RECORD)
    outcome = move.finish()
    if not call.preview:
        make_follow_ups(move, [complaint for complaint in outcome.done if owes_follow_up(complaint)])
    return outcome


def put_right(call: Call, complaints: Iterable[Complaint]) -> Outcome:
    """The person is not satisfied: the handler looks into it again (FUP-3); the slip goes round anew (CMP-6).

    The formal record's clock starts anew where none is written yet (CMP-3).
    """
    move = open_move(call, complaints, "put_right", rule="FUP-3")
    move.refuse_unless(call.reason.strip(), "FUP-3", gettext_noop("Say what is not right yet."), field="reason")
    for complaint in move.rows:
        _undo_carrying_out(move, complaint)
        move.add(comment_on(complaint, CommentKind.NOTE, call.reason, actor=call.actor, now=move.now))
        start_formal_record(move, complaint, move.now)
    outcome = move.finish()
    if not call.preview:
        drop_follow_ups(call, outcome.done)
    return outcome


def _undo_carrying_out(move: Move[Complaint], complaint: Complaint) -> None:
    move.move(complaint, carried_out_at=None, slip_complete=False, slip_signed_by_id=None, slip_returned_at=None)


def cancel(call: Call, complaints: Iterable[Complaint]) -> Outcome:
    """End a complaint that is a duplicate or was withdrawn before anything was agreed (CMP-4); its clocks stop."""
    move = open_move(call, complaints, "cancel")
    move.refuse_unless(call.reason.strip(), "CMP-4", gettext_noop("Say why it is cancelled."), field="reason")
    for complaint in move.rows:
        move.move(complaint, cancelled_at=move.now, cancel_reason=call.reason)
        move.clocks.cancel(complaint, move.now)
    return move.finish()


def escalate(call: Call, complaints: Iterable[Complaint]) -> Outcome:
    """Report a complaint upwards (CMP-5): it becomes serious, and its formal record is due at once (CMP-3)."""
    move = open_move(call, complaints, "escalate", rule="CMP-5")
    move.refuse_unless(call.reason.strip(), "CMP-5", gettext_noop("Say what is needed and from whom."), field="reason")
    for complaint in move.rows:
        demand_formal_record(move, complaint)
        move.set(complaint, severity=Severity.SERIOUS)
        move.add(comment_on(complaint, CommentKind.ESCALATION, call.reason, actor=call.actor, now=move.now))
    return move.finish()


def correct(call: Call, complaints: Iterable[Complaint]) -> Outcome:
    """Undo a mistaken cancelling or carrying out, by a supervisor with reason; the history stays (CMP-4).

    A cancelled complaint goes back to where it was, as if its clock of the formal record had never stopped. An
    archived one is final: no mistake opens it again (CMP-8), ``reopen_as_new`` makes a linked new one.
    """
    move = open_move(call, complaints, "correct", rule="CMP-4")
    move.refuse_unless(call.reason.strip(), "CMP-4", gettext_noop("Say what the mistake was."), field="reason")
    give_back(move)
    before = _before_cancelling(call.session, [row.id for row in move.rows if row.status is ComplaintStatus.CANCELLED])
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
    outcome = move.finish()
    if not call.preview:
        drop_follow_ups(call, outcome.done)
    return outcome


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

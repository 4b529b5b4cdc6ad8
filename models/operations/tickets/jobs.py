"""The job itself: slip taken, on site, waiting, finished, slip back, closed (JOB-1 … JOB-7)."""

import datetime
from collections.abc import Iterable

from models.call import Call
from models.errors import Msgid, Outcome, gettext_noop
from models.follow_ups import FollowUp
from models.matters import CommentKind
from models.operations.core import once_looked_up
from models.operations.matters import (
    comment_on,
    drop_follow_ups,
    latest_follow_ups,
    make_follow_ups,
    owes_follow_up,
    settled,
)
from models.operations.tickets.charges import owes_charge
from models.operations.tickets.intake import missing_fields
from models.operations.tickets.opening import open_move
from models.operations.tickets.sending import check_visit, visit_agreed
from models.staff import Staff, Team
from models.tickets import Acceptance, Ticket, TicketKind, TicketStatus, WaitingReason

ANSWERED_KINDS = (TicketKind.ENQUIRY, TicketKind.QUERY, TicketKind.SUGGESTION)


def accept(call: Call, tickets: Iterable[Ticket], *, taker: Staff | None = None) -> Outcome:
    """The responsible department signs the slip as taker (接单人, DSP-4).

    The taker is *taker*, else the person acting where they work in the team, else the assigned handler. A technician
    who takes a slip that nobody was assigned to becomes its handler.
    """
    move = open_move(call, tickets, "accept")
    me, handles = call.session.get(Staff, call.actor.staff_id), once_looked_up(call.session)
    for ticket in list(move.rows):
        team = call.session.get(Team, ticket.team_id) if ticket.team_id is not None else None
        candidates = (
            [taker] if taker else [me, call.session.get(Staff, ticket.assignee_id) if ticket.assignee_id else None]
        )
        who = next((p for p in candidates if p is not None and handles(p, ticket.estate_id, team)), None)
        if who is None:
            message = gettext_noop("Say who of the responsible department takes the slip of %(record)s.")
            move.refuse(ticket, "DSP-4", message, field="taker", record=ticket.number)
            continue
        move.move(ticket, accepted_at=move.now, slip_taken_by_id=who.id, assignee_id=ticket.assignee_id or who.id)
        move.clocks.meet(ticket, move.now, "slip-acknowledged")
    return move.finish()


def start(call: Call, tickets: Iterable[Ticket]) -> Outcome:
    """Arrived on site (DSP-5, JOB-7): stops the ``on-site`` clock."""
    move = open_move(call, tickets, "start")
    for ticket in list(move.rows):
        if ticket.assignee_id is None:
            message = gettext_noop("%(record)s has no handler yet: assign it.")
            move.refuse(ticket, "INT-1", message, record=ticket.number)
            continue
        move.move(ticket, arrived_at=move.now)
        move.clocks.meet(ticket, move.now, "on-site")
    return move.finish()


def wait(call: Call, tickets: Iterable[Ticket], *, waiting_reason: WaitingReason, note: str = "") -> Outcome:
    """Put jobs on hold (JOB-1). Clocks stand still, except for an outside party (JOB-9: they run on).

    *Resident absent* needs what was done at the door: waited 2-5 minutes, note left with the desk's number (DSP-8).
    """
    move = open_move(call.following(expected=call.expected, preview=call.preview, reason=note or None), tickets, "wait")
    if waiting_reason is WaitingReason.RESIDENT_ABSENT:
        message = gettext_noop("Write down how long was waited and that a note with the desk's number was left.")
        move.refuse_unless(note.strip(), "DSP-8", message, field="note")
    for ticket in move.rows:
        move.move(ticket, waiting_reason=waiting_reason, waiting_from=ticket.status, waiting_note=note or None)
        if waiting_reason is not WaitingReason.THIRD_PARTY:
            move.clocks.pause(ticket, move.now)
    return move.finish()


def resume(
    call: Call,
    tickets: Iterable[Ticket],
    *,
    visit_from: datetime.datetime | None = None,
    visit_until: datetime.datetime | None = None,
) -> Outcome:
    """Go on where the job waited from. After *resident absent* a new appointment is needed (DSP-8)."""
    move = open_move(call, tickets, "resume")
    check_visit(move, visit_from, visit_until)
    for ticket in list(move.rows):
        if ticket.waiting_reason is WaitingReason.RESIDENT_ABSENT and visit_until is None:
            message = gettext_noop("The resident was absent: agree a new appointment first.")
            move.refuse(ticket, "DSP-8", message, field="visit_until")
            continue
        move.move(ticket, ticket.waiting_from, waiting_reason=None, waiting_from=None, waiting_note=None)
        if visit_from is not None or visit_until is not None:
            move.set(ticket, visit_from=visit_from, visit_until=visit_until)
        move.clocks.resume(ticket, move.now)
        visit_agreed(move, ticket, visit_until)
    return move.finish()


def finish(
    call: Call, tickets: Iterable[Ticket], *, result: str, acceptance: Acceptance, acceptance_reason: str = ""
) -> Outcome:
    """The work is done (JOB-5): result, and the resident's signature or the reason why not.

    Meets ``same-day`` and ``on-site``; a resident's job now owes a follow-up, which is scheduled (FUP-1).
    """
    move = open_move(call, tickets, "finish")
    move.refuse_unless(result.strip(), "JOB-6", gettext_noop("Write down the result."), field="result")
    explained = acceptance is Acceptance.SIGNED or acceptance_reason.strip()
    message = gettext_noop("Without the resident's signature, say why.")
    move.refuse_unless(explained, "JOB-5", message, field="acceptance_reason")
    for ticket in list(move.rows):
        if ticket.assignee_id is None:
            message = gettext_noop("%(record)s has no handler yet: assign it.")
            move.refuse(ticket, "INT-1", message, record=ticket.number)
            continue
        if acceptance is Acceptance.UNKNOWN:
            message = gettext_noop("Only imported records may leave the acceptance unknown.")
            move.refuse(ticket, "JOB-5", message, field="acceptance")
            continue
        move.move(
            ticket,
            finished_at=move.now,
            result=result,
            acceptance=acceptance,
            acceptance_reason=acceptance_reason or None,
        )
        move.clocks.meet(ticket, move.now, "same-day", "on-site", "slip-acknowledged")
    outcome = move.finish()
    if not call.preview:
        make_follow_ups(move, [ticket for ticket in outcome.done if owes_follow_up(ticket)])
    return outcome


def answer(call: Call, tickets: Iterable[Ticket], *, result: str) -> Outcome:
    """Answer an enquiry, query or suggestion at the desk (JOB-1): done without anyone going there."""
    move = open_move(call, tickets, "answer")
    move.refuse_unless(result.strip(), "JOB-6", gettext_noop("Write down the answer."), field="result")
    for ticket in list(move.rows):
        if ticket.kind not in ANSWERED_KINDS:
            message = gettext_noop("%(record)s is a job: dispatch it instead of answering.")
            move.refuse(ticket, "JOB-1", message, record=ticket.number)
            continue
        move.move(ticket, finished_at=move.now, result=result, acceptance=Acceptance.NOT_NEEDED)
        move.clocks.meet(ticket, move.now, "same-day")
    return move.finish()


def take_slip_back(call: Call, tickets: Iterable[Ticket]) -> Outcome:
    """The technician hands the slip back and the desk signs for it (JOB-5)."""
    move = open_move(call, tickets, "take_slip_back")
    for ticket in list(move.rows):
        if ticket.status is not TicketStatus.DONE or ticket.dispatched_at is None:
            message = gettext_noop("%(record)s has no slip to take back: it is “%(status)s”.")
            move.refuse(ticket, "JOB-5", message, record=ticket.number, status=ticket.status)
        elif ticket.slip_returned_at is not None:
            message = gettext_noop("The slip of %(record)s was taken back already.")
            move.refuse(ticket, "JOB-5", message, record=ticket.number)
        else:
            move.set(ticket, slip_returned_at=move.now, slip_returned_to_id=call.actor.staff_id)
    return move.finish()


def missing_for_close(ticket: Ticket, follow_up: FollowUp | None) -> list[Msgid]:
    """All that JOB-6 asks for and *ticket* lacks, in the order of the rule."""
    missing = []
    if not (ticket.result or "").strip():
        missing.append(gettext_noop("the result"))
    unexplained = ticket.acceptance is Acceptance.NOT_SIGNED and not (ticket.acceptance_reason or "").strip()
    if ticket.acceptance is None or unexplained:
        missing.append(gettext_noop("the resident's signature, or why there is none"))
    if owes_charge(ticket):
        missing.append(gettext_noop("payment of the charge (a supervisor may waive it)"))
    if ticket.dispatched_at is not None and ticket.slip_returned_at is None and not ticket.imported_closed:
        missing.append(gettext_noop("the returned slip"))
    if owes_follow_up(ticket) and not ticket.imported_closed and not settled(follow_up):
        missing.append(gettext_noop("a satisfied follow-up"))
    if ticket.must_complete:
        missing += missing_fields(ticket)
    return missing


def close(call: Call, tickets: Iterable[Ticket]) -> Outcome:
    """Close finished jobs; refused (JOB-6) with everything that is still missing, named at once."""
    move = open_move(call, tickets, "close")
    follow_ups = latest_follow_ups(call.session, Ticket, [ticket.id for ticket in move.rows])
    for ticket in list(move.rows):
        if missing := missing_for_close(ticket, follow_ups.get(ticket.id)):
            message = gettext_noop("%(record)s cannot be closed yet. Missing: %(missing)s.")
            move.refuse(ticket, "JOB-6", message, record=ticket.number, missing=missing)
            continue
        move.move(ticket, closed_at=move.now, closed_by_id=call.actor.staff_id)
        move.clocks.cancel(ticket, move.now)
    return move.finish()


def reopen(call: Call, tickets: Iterable[Ticket]) -> Outcome:
    """The resident is not satisfied: back to work (JOB-1, FUP-3); the same-day clock starts anew."""
    move = open_move(call, tickets, "reopen", rule="FUP-3")
    move.refuse_unless(call.reason.strip(), "FUP-3", gettext_noop("Say what is not right yet."), field="reason")
    for ticket in list(move.rows):
        if ticket.dispatched_at is None or ticket.team_id is None:
            message = gettext_noop("%(record)s was answered at the desk; register a new matter.")
            move.refuse(ticket, "JOB-1", message, record=ticket.number)
            continue
        move.move(ticket, finished_at=None, acceptance=None, acceptance_reason=None, slip_returned_at=None)
        move.set(ticket, slip_returned_to_id=None)
        move.add(comment_on(ticket, CommentKind.NOTE, call.reason, actor=call.actor, now=move.now))
        move.clocks.start(ticket, "same-day", move.now)
    outcome = move.finish()
    if not call.preview:
        drop_follow_ups(call, outcome.done)
    return outcome


def correct(call: Call, tickets: Iterable[Ticket]) -> Outcome:
    """Undo a mistaken close, by a supervisor with reason; the history stays (JOB-6)."""
    move = open_move(call, tickets, "correct", rule="JOB-6")
    move.refuse_unless(call.reason.strip(), "JOB-6", gettext_noop("Say what the mistake was."), field="reason")
    for ticket in move.rows:
        move.move(ticket, closed_at=None, closed_by_id=None)
    return move.finish()

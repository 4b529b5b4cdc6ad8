"""The job itself: slip taken, on site, waiting, finished, slip back, closed (JOB-1 … JOB-7)."""

import datetime
from dataclasses import replace

from models.errors import Msgid, gettext_noop
from models.follow_ups import FollowUp
from models.matters import CommentKind
from models.operations.core import Move, check_each, check_near, once_looked_up, verb
from models.operations.matters import (
    comment_on,
    drop_follow_ups,
    latest_follow_ups,
    make_follow_ups,
    owes_follow_up,
    required,
    settled,
)
from models.operations.tickets.charges import owes_charge
from models.operations.tickets.incidents import attached_to, close_along, finish_along, refuse_closing_before
from models.operations.tickets.opening import BUILT_ON, gone_on
from models.operations.tickets.outside import is_outside
from models.operations.tickets.sending import ANSWERED_KINDS, check_visit, visit_agreed
from models.roles import CLERKS, SUPERVISORS, WORKERS
from models.staff import Staff, Team
from models.tickets import (
    AUTHORITY,
    CLOSING,
    ESCALATION,
    OUTSIDE,
    OWED_BY_OTHERS,
    PROMISE,
    QUESTION,
    SLIP_BACK,
    WAITING,
    Acceptance,
    Ticket,
    TicketKind,
    TicketStatus,
    TicketStatus as S,
    WaitingReason,
)
from models.verbs import Undo

NO_HANDLER = gettext_noop("%(record)s has no handler yet: assign it.")


@verb(
    Ticket,
    roles=CLERKS | WORKERS,
    label=gettext_noop("Accept"),
    moves={S.DISPATCHED: S.ACCEPTED},
    bulk=True,
    undo=Undo(built_on=BUILT_ON),
)
def accept(move: Move[Ticket], *, taker: Staff | None = None) -> None:
    """The responsible department signs the slip as taker (接单人, DSP-4).

    The taker is *taker*, else the person acting where they work in the team, else the assigned handler. A technician
    who takes a slip that nobody was assigned to becomes its handler.
    """
    me, handles = move.session.get(Staff, move.actor.staff_id), once_looked_up(move.session)
    for ticket in list(move.rows):
        team = move.session.get(Team, ticket.team_id) if ticket.team_id is not None else None
        candidates = (
            [taker] if taker else [me, move.session.get(Staff, ticket.assignee_id) if ticket.assignee_id else None]
        )
        who = next((p for p in candidates if p is not None and handles(p, ticket.estate_id, team)), None)
        if who is None:
            message = gettext_noop("Say who of the responsible department takes the slip of %(record)s.")
            move.refuse(ticket, "DSP-4", message, field="taker", record=ticket.number)
            continue
        move.move(ticket, accepted_at=move.now, slip_taken_by_id=who.id, assignee_id=ticket.assignee_id or who.id)


@verb(
    Ticket,
    roles=CLERKS | WORKERS,
    label=gettext_noop("Start work"),
    moves={S.ACCEPTED: S.IN_PROGRESS},
    stamps=("arrived_at",),
)
def start(move: Move[Ticket]) -> None:
    """Arrived on site (DSP-5, JOB-7): stops the ``on-site`` clock."""
    move.refuse_where(lambda ticket: ticket.assignee_id is None, "INT-1", NO_HANDLER)


@verb(
    Ticket,
    roles=CLERKS | WORKERS,
    label=gettext_noop("Put on hold"),
    moves=dict.fromkeys((S.DISPATCHED, S.ACCEPTED, S.IN_PROGRESS, S.WAITING), S.WAITING),
)
def wait(
    move: Move[Ticket],
    *,
    waiting_reason: WaitingReason,
    until: datetime.datetime,
    note: str = "",
    visit_from: datetime.datetime | None = None,
    visit_until: datetime.datetime | None = None,
) -> None:
    """Put jobs on hold (JOB-1) *until* then, when they are overdue (INT-14), by a supervisor also beyond the limit.

    Other clocks stand still, except a promise (INT-5), what others owe (DSP-9) and, for an outside party, all of them
    (JOB-9). An emergency does not wait. What waits already waits until another time; one that was missed stays missed.
    *Resident absent* needs what was done at the door: waited 2-5 minutes, note left with the desk's number (DSP-8). The
    visit that nobody opened to is over; one that was agreed anew, then and there, takes its place.
    """
    check_visit(move, visit_from, visit_until)
    move.call = replace(move.call, reason=note)
    message = gettext_noop("Say until when it waits: a time that is still to come.")
    move.refuse_unless(until > move.now, "INT-14", message, field="until")
    if waiting_reason is WaitingReason.RESIDENT_ABSENT:
        message = gettext_noop("Write down how long was waited and that a note with the desk's number was left.")
        move.refuse_unless(note.strip(), "DSP-8", message, field="note")
    check_each(move, lambda ticket: check_near(move.settings, ticket.estate_id, until, move.now, "until"))
    for ticket in list(move.rows):
        clock = move.settings.clock(ticket.estate_id, WAITING)
        if ticket.kind is TicketKind.EMERGENCY:
            message = gettext_noop("%(record)s is an emergency, which does not wait.")
            move.refuse(ticket, "INT-14", message, record=ticket.number)
            continue
        if clock is None:
            message = gettext_noop("The clock “%(clock)s” is not in use here; a manager sees to it.")
            move.refuse(ticket, "SET-1", message, clock=WAITING)
            continue
        if until > move.settings.due(clock, move.now) and move.role_of(ticket) not in SUPERVISORS:
            message = gettext_noop("Only a supervisor lets %(record)s wait so long.")
            move.refuse(ticket, "INT-14", message, field="until", record=ticket.number)
            continue
        from_state = ticket.waiting_from or ticket.status
        move.move(ticket, waiting_reason=waiting_reason, waiting_from=from_state, waiting_note=note or None)
        if waiting_reason is WaitingReason.RESIDENT_ABSENT or visit_from is not None or visit_until is not None:
            move.set(ticket, visit_from=visit_from, visit_until=visit_until)
        if waiting_reason is WaitingReason.THIRD_PARTY:
            move.clocks.resume(ticket, move.now)
        else:
            move.clocks.pause(ticket, move.now, apart_from=(PROMISE, WAITING, *OWED_BY_OTHERS))
        move.clocks.put_off(ticket, move.now, WAITING, until)


@verb(Ticket, roles=CLERKS | WORKERS, label=gettext_noop("Resume"), moves={S.WAITING: S.IN_PROGRESS})
def resume(
    move: Move[Ticket],
    *,
    visit_from: datetime.datetime | None = None,
    visit_until: datetime.datetime | None = None,
) -> None:
    """Go on where the job waited from. After *resident absent* an appointment that is not over is needed (DSP-8)."""
    check_visit(move, visit_from, visit_until)
    if visit_until is None:
        message = gettext_noop("The resident was absent: agree a new appointment first.")
        absent = WaitingReason.RESIDENT_ABSENT
        move.refuse_where(
            lambda ticket: ticket.waiting_reason is absent and (ticket.visit_until or move.now) <= move.now,
            "DSP-8",
            message,
            field="visit_until",
        )
    for ticket in move.rows:
        move.move(ticket, ticket.waiting_from, waiting_reason=None, waiting_from=None, waiting_note=None)
        if visit_from is not None or visit_until is not None:
            move.set(ticket, visit_from=visit_from, visit_until=visit_until)
        move.clocks.resume(ticket, move.now)
        agreed_before = ticket.visit_until if (ticket.visit_until or move.now) > move.now else None
        visit_agreed(move, ticket, visit_until or agreed_before)


@verb(Ticket, roles=CLERKS | WORKERS, label=gettext_noop("Finish"), moves={S.IN_PROGRESS: S.DONE})
def finish(move: Move[Ticket], *, result: str, acceptance: Acceptance, acceptance_reason: str = "") -> None:
    """The work is done (JOB-5): result, and the resident's signature or the reason why not.

    Meets ``same-day`` and ``on-site``; a resident's job now owes a follow-up, which is scheduled (FUP-1).
    """
    move.refuse_unless(result.strip(), "JOB-6", gettext_noop("Write down the result."), field="result")
    explained = acceptance is Acceptance.SIGNED or acceptance_reason.strip()
    message = gettext_noop("Without the resident's signature, say why.")
    move.refuse_unless(explained, "JOB-5", message, field="acceptance_reason")
    move.refuse_where(lambda ticket: ticket.assignee_id is None, "INT-1", NO_HANDLER)
    for ticket in list(move.rows):
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
        move.clocks.meet(ticket, move.now, "on-site", "slip-acknowledged", "ask-done", PROMISE, QUESTION, ESCALATION)
        move.clocks.cancel(ticket, move.now, AUTHORITY)
        if is_outside(ticket):
            move.set(ticket, outside_done_at=move.now)
            move.clocks.meet(ticket, move.now, OUTSIDE)
    move.afterwards(lambda outcome: make_follow_ups(move, [row for row in outcome.done if owes_follow_up(row)]))
    move.afterwards(lambda outcome: finish_along(move, outcome, result=result))


@verb(Ticket, roles=CLERKS, label=gettext_noop("Ask whether it is done"), rule="DSP-6", compares=False)
def ask_done(move: Move[Ticket], *, said: str) -> None:
    """The desk asks about a job that is not done within an hour and writes down what was answered (DSP-6)."""
    move.refuse_unless(said.strip(), "DSP-6", gettext_noop("Write down what was answered."), field="said")
    message = gettext_noop("%(record)s is “%(status)s”; a job under way is asked about.")
    under_way = TicketStatus.IN_PROGRESS
    move.refuse_where(lambda row: row.status is not under_way, "DSP-6", message, status=lambda row: row.status)
    for ticket in move.rows:
        move.add(comment_on(ticket, CommentKind.CHASE, said, actor=move.actor, now=move.now))


@verb(Ticket, roles=CLERKS, label=gettext_noop("Answer"), moves={S.RECEIVED: S.DONE})
def answer(move: Move[Ticket], *, result: str) -> None:
    """Answer an enquiry, query or suggestion at the desk (JOB-1): done without anyone going there."""
    move.refuse_unless(result.strip(), "JOB-6", gettext_noop("Write down the answer."), field="result")
    message = gettext_noop("%(record)s is a job: dispatch it instead of answering.")
    move.refuse_where(lambda ticket: ticket.kind not in ANSWERED_KINDS, "JOB-1", message)
    for ticket in move.rows:
        move.move(ticket, finished_at=move.now, result=result, acceptance=Acceptance.NOT_NEEDED)
        move.clocks.meet(ticket, move.now, "same-day")
    move.afterwards(lambda outcome: finish_along(move, outcome, result=result))


@verb(
    Ticket,
    roles=CLERKS,
    label=gettext_noop("Take slip back"),
    stamps=("slip_returned_at", "slip_returned_to_id"),
    bulk=True,
    undo=Undo(built_on=BUILT_ON),
)
def take_slip_back(move: Move[Ticket]) -> None:
    """The technician hands the slip back and the desk signs for it (JOB-5)."""
    none = gettext_noop("%(record)s has no slip to take back: it is “%(status)s”.")
    move.refuse_where(
        lambda ticket: ticket.status is not TicketStatus.DONE or ticket.dispatched_at is None,
        "JOB-5",
        none,
        status=lambda ticket: ticket.status,
    )
    again = gettext_noop("The slip of %(record)s was taken back already.")
    move.refuse_where(lambda ticket: ticket.slip_returned_at is not None, "JOB-5", again)


def went_out(ticket: Ticket) -> bool:
    """Whether a team has done it: it was dispatched, or done with the incident of which it is a report."""
    attached = ticket.incident_id is not None and ticket.kind not in ANSWERED_KINDS
    return ticket.team_id is not None and (ticket.dispatched_at is not None or attached)


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
    if owes_follow_up(ticket) and not settled(follow_up):
        missing.append(gettext_noop("a satisfied follow-up"))
    if ticket.must_complete:
        missing += required(ticket).values()
    return missing


@verb(
    Ticket,
    roles=CLERKS,
    label=gettext_noop("Close"),
    moves={S.DONE: S.CLOSED},
    stamps=("closed_at", "closed_by_id"),
    bulk=True,
    undo=Undo(built_on=BUILT_ON, followed=gone_on),
)
def close(move: Move[Ticket]) -> None:
    """Close finished jobs; refused (JOB-6) with everything that is still missing, named at once.

    The reports of an incident close with the ticket that leads it, when nothing is missing on any of them either.
    """
    attached = attached_to(move.session, move.rows)
    follow_ups = latest_follow_ups(move.session, Ticket, [ticket.id for ticket in (*move.rows, *attached)])
    for ticket in list(move.rows):
        if missing := missing_for_close(ticket, follow_ups.get(ticket.id)):
            message = gettext_noop("%(record)s cannot be closed yet. Missing: %(missing)s.")
            move.refuse(ticket, "JOB-6", message, record=ticket.number, missing=missing)
    refuse_closing_before(move, attached, lambda ticket: missing_for_close(ticket, follow_ups.get(ticket.id)))
    move.afterwards(lambda outcome: close_along(move, outcome))


@verb(
    Ticket,
    roles=CLERKS,
    label=gettext_noop("Reopen"),
    rule="FUP-3",
    moves={S.DONE: S.IN_PROGRESS},
    why=gettext_noop("Say what is not right yet."),
)
def reopen(move: Move[Ticket]) -> None:
    """The resident is not satisfied: back to work (JOB-1, FUP-3); the same-day clock starts anew."""
    message = gettext_noop("%(record)s was answered at the desk; register a new matter.")
    move.refuse_where(lambda ticket: not went_out(ticket), "JOB-1", message)
    for ticket in move.rows:
        move.move(ticket, finished_at=None, acceptance=None, acceptance_reason=None, slip_returned_at=None)
        move.set(ticket, slip_returned_to_id=None)
        move.add(comment_on(ticket, CommentKind.NOTE, move.call.reason, actor=move.actor, now=move.now))
        move.clocks.cancel(ticket, move.now, SLIP_BACK, CLOSING)
    move.afterwards(lambda outcome: drop_follow_ups(move.call, outcome.done))


@verb(
    Ticket,
    roles=SUPERVISORS,
    label=gettext_noop("Correct a mistake"),
    rule="JOB-6",
    moves={S.CLOSED: S.DONE},
    why=gettext_noop("Say what the mistake was."),
)
def correct(move: Move[Ticket]) -> None:
    """Undo a mistaken close, by a supervisor with reason; the history stays (JOB-6)."""
    for ticket in move.rows:
        move.move(ticket, closed_at=None, closed_by_id=None)

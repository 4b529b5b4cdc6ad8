"""Giving tickets to teams and people, and what else changes who answers for them."""

import datetime
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.call import Call
from models.errors import Outcome, gettext_noop
from models.matters import CommentKind, Severity
from models.operations.core import Move, can_handle, check_each, check_near, operation, verb
from models.operations.matters import comment_on, merge
from models.operations.tickets.incidents import let_go
from models.operations.tickets.opening import BUILT_ON
from models.roles import CLERKS, LEADS, SUPERVISORS
from models.settings import Category, EstateSettings
from models.staff import Staff, Team
from models.tickets import (
    CANCELS,
    OPEN_STATUSES,
    PROMISE,
    QUESTION,
    CancelKind,
    Ticket,
    TicketKind,
    TicketStatus,
    TicketStatus as S,
)
from models.verbs import Undo

ON_SITE_KINDS = (TicketKind.REPAIR, TicketKind.HOUSEHOLD_SERVICE, TicketKind.EMERGENCY)
ANSWERED_KINDS = (TicketKind.ENQUIRY, TicketKind.QUERY, TicketKind.SUGGESTION)


def answer_clock(kind: TicketKind, promised_at: datetime.datetime | None) -> str | None:
    """The clock by which a ticket of *kind* is answered (INT-5): what was promised for it, else what its kind has."""
    if promised_at is not None or kind is TicketKind.ENQUIRY:
        return PROMISE
    return QUESTION if kind in ANSWERED_KINDS else None


@verb(
    Ticket,
    roles=CLERKS,
    label=gettext_noop("Dispatch"),
    moves={S.RECEIVED: S.DISPATCHED},
    bulk=True,
    undo=Undo(built_on=BUILT_ON),
)
def dispatch(
    move: Move[Ticket],
    *,
    team: Team | None = None,
    assignee: Staff | None = None,
    visit_from: datetime.datetime | None = None,
    visit_until: datetime.datetime | None = None,
) -> None:
    """Give tickets to *team* (派单); with *assignee* also to the person, in one step (DSP-11).

    Without *team* each goes to its own: the one that it names, else its category's; refused where there is neither.

    Starts ``slip-acknowledged`` (DSP-4) and ``on-site`` (DSP-5): until the end of an agreed visit, otherwise, and for
    emergencies always, the clock's own minutes. Refused: another estate's team, a person outside the team (DSP-11),
    a visit that is over already or ends before it begins (DSP-2), a job without unit or place (DSP-2).
    """
    check_visit(move, visit_from, visit_until)
    own = {} if team is not None else own_teams(move.session, move.rows)
    fits: dict[int, bool] = {}
    for ticket in list(move.rows):
        to = team or own.get(ticket.id)
        if to is None:
            move.refuse(ticket, "DSP-11", gettext_noop("Choose the team it is dispatched to."), field="team")
            continue
        if to.estate_id != ticket.estate_id:
            message = gettext_noop("%(team)s is a team of another estate.")
            move.refuse(ticket, "DSP-11", message, field="team", team=to.name)
            continue
        if assignee is not None:
            if to.id not in fits:
                fits[to.id] = can_handle(move.session, assignee, to.estate_id, to)
            if not fits[to.id]:
                message = gettext_noop("%(person)s does not work in %(team)s.")
                move.refuse(ticket, "DSP-11", message, field="assignee", person=assignee.name, team=to.name)
                continue
        emergency = ticket.kind is TicketKind.EMERGENCY
        if not emergency and ticket.kind in ON_SITE_KINDS and not (ticket.unit_id or ticket.place):
            move.refuse(ticket, "DSP-2", gettext_noop("Nobody can come without a unit or place: edit it first."))
            continue
        move.move(ticket, team_id=to.id, dispatched_at=move.now)
        if assignee is not None:
            move.set(ticket, assignee_id=assignee.id)
        if visit_from is not None or visit_until is not None:
            move.set(ticket, visit_from=visit_from, visit_until=visit_until)
        if ticket.kind in ON_SITE_KINDS:
            window = None if emergency else visit_until or ticket.visit_until
            move.clocks.start(ticket, "on-site", move.now, due_at=window)
            visit_agreed(move, ticket, window)


def visit_agreed(move: Move[Ticket], ticket: Ticket, visit_until: datetime.datetime | None) -> None:
    """Let a job be on site by the end of the visit that was agreed, and done that day, save in an emergency (DSP-5)."""
    day = end_of_visit(move.settings, ticket.estate_id, ticket.kind, visit_until)
    if day is not None:
        move.clocks.move(ticket, move.now, "on-site", visit_until)
        move.clocks.move(ticket, move.now, "same-day", day)


def end_of_visit(
    settings: EstateSettings, estate_id: int, kind: TicketKind, visit_until: datetime.datetime | None
) -> datetime.datetime | None:
    """The end of the day of a visit that was agreed (DSP-7); None where none was, and in an emergency (DSP-1)."""
    if visit_until is None or kind is TicketKind.EMERGENCY:
        return None
    return settings.calendar(estate_id).end_of_day(visit_until)


def check_visit(
    move: Move[Ticket], visit_from: datetime.datetime | None, visit_until: datetime.datetime | None
) -> None:
    begins_first = visit_from is None or visit_until is None or visit_from <= visit_until
    move.refuse_unless(begins_first, "DSP-2", gettext_noop("The visit ends before it begins."), field="visit_until")
    over = visit_until is not None and visit_until < move.now
    move.refuse_unless(not over, "DSP-2", gettext_noop("The agreed visit is over already."), field="visit_until")
    check_each(move, lambda ticket: check_near(move.settings, ticket.estate_id, visit_until, move.now, "visit_until"))


def own_teams(session: Session, tickets: Iterable[Ticket]) -> dict[int, Team]:
    """Ticket -> the team that it names, else that of its category (DSP-11); without those that have neither."""
    own = func.coalesce(Ticket.team_id, Category.team_id)
    query = select(Ticket.id, Team).outerjoin(Category, Category.id == Ticket.category_id).join(Team, Team.id == own)
    ids = [ticket.id for ticket in tickets]
    return {row[0]: row[1] for row in session.execute(query.where(Ticket.id.in_(ids)))}


@verb(Ticket, roles=CLERKS | LEADS, label=gettext_noop("Assign"), bulk=True, undo=Undo(built_on=BUILT_ON))
def assign(
    move: Move[Ticket],
    *,
    assignee: Staff,
    visit_from: datetime.datetime | None = None,
    visit_until: datetime.datetime | None = None,
) -> None:
    """Name the person who does a dispatched job (派工), of the job's own team (DSP-11)."""
    check_visit(move, visit_from, visit_until)
    working = (TicketStatus.DISPATCHED, TicketStatus.ACCEPTED, TicketStatus.IN_PROGRESS, TicketStatus.WAITING)
    teams: dict[int, bool] = {}
    for ticket in list(move.rows):
        if ticket.status not in working or ticket.team_id is None:
            move.refuse(
                ticket, "DSP-11", gettext_noop("%(record)s must be dispatched to a team first."), record=ticket.number
            )
        elif ticket.assignee_id is not None and ticket.assignee_id != assignee.id:
            move.refuse(
                ticket,
                "INT-1",
                gettext_noop("%(record)s has a handler already; a supervisor or the team lead can reassign it."),
                record=ticket.number,
            )
        else:
            if ticket.team_id not in teams:
                team = move.session.get_one(Team, ticket.team_id)
                teams[ticket.team_id] = can_handle(move.session, assignee, ticket.estate_id, team)
            if not teams[ticket.team_id]:
                message = gettext_noop("%(person)s does not work in the team of %(record)s.")
                move.refuse(ticket, "DSP-11", message, field="assignee", person=assignee.name, record=ticket.number)
                continue
            move.set(ticket, assignee_id=assignee.id)
            if visit_from is not None or visit_until is not None:
                move.set(ticket, visit_from=visit_from, visit_until=visit_until)
                visit_agreed(move, ticket, visit_until)


@verb(Ticket, roles=SUPERVISORS | LEADS, label=gettext_noop("Reassign"))
def reassign(move: Move[Ticket], *, team: Team | None = None, assignee: Staff | None = None) -> None:
    """Give a dispatched job to another team or person, with the reason; the status stays.

    One that somebody has accepted needs the next person at once: it is never nobody's (INT-1).
    """
    move.refuse_unless(move.call.reason.strip(), "DSP-11", gettext_noop("Say why."), field="reason")
    move.refuse_unless(team or assignee, "DSP-11", gettext_noop("Name another team or person."), field="team")
    for ticket in list(move.rows):
        if ticket.status not in OPEN_STATUSES or ticket.team_id is None or ticket.status is TicketStatus.DONE:
            message = gettext_noop("%(record)s is “%(status)s”; only a dispatched job can be reassigned.")
            move.refuse(ticket, "DSP-11", message, record=ticket.number, status=ticket.status)
            continue
        new_team = team or move.session.get_one(Team, ticket.team_id)
        if new_team.estate_id != ticket.estate_id:
            message = gettext_noop("%(team)s is a team of another estate.")
            move.refuse(ticket, "DSP-11", message, field="team", team=new_team.name)
        elif assignee is None and ticket.status is not TicketStatus.DISPATCHED:
            message = gettext_noop("%(record)s is being worked on: name the person who goes on with it.")
            move.refuse(ticket, "INT-1", message, field="assignee", record=ticket.number)
        elif assignee is not None and not can_handle(move.session, assignee, ticket.estate_id, new_team):
            message = gettext_noop("%(person)s does not work in %(team)s.")
            move.refuse(ticket, "DSP-11", message, field="assignee", person=assignee.name, team=new_team.name)
        else:
            move.set(ticket, team_id=new_team.id, assignee_id=assignee.id if assignee else None)


@verb(
    Ticket,
    roles=CLERKS | LEADS,
    label=gettext_noop("Escalate"),
    rule="DSP-9",
    why=gettext_noop("Say what is needed and from whom."),
)
def escalate(move: Move[Ticket]) -> None:
    """Report a matter upwards (DSP-9): it becomes serious, with an entry that says why."""
    for ticket in list(move.rows):
        if ticket.status not in OPEN_STATUSES:
            message = gettext_noop("%(record)s is “%(status)s”.")
            move.refuse(ticket, "DSP-9", message, record=ticket.number, status=ticket.status)
            continue
        move.set(ticket, severity=Severity.SERIOUS)
        move.add(comment_on(ticket, CommentKind.ESCALATION, move.call.reason, actor=move.actor, now=move.now))


@operation(
    Ticket,
    roles=CLERKS,
    moves=CANCELS,
)
def cancel(call: Call, tickets: Iterable[Ticket], *, kind: CancelKind, original: Ticket | None = None) -> Outcome:
    """End a matter that is a duplicate or was withdrawn (JOB-1); its clocks stop.

    A duplicate names its *original*, which takes in what the caller said (INT-6): :func:`merge`. What was withdrawn
    goes on nowhere and names none; what was attached to it goes on by itself.
    """
    if kind is CancelKind.DUPLICATE:
        return merge(call, tickets, original=original)
    move = Move(call, Ticket, tickets, verb="cancel", moves=CANCELS)
    message = gettext_noop("What was withdrawn goes on nowhere: choose “duplicate”, or name no other ticket.")
    move.refuse_unless(original is None, "JOB-1", message, field="original")
    move.refuse_unless(call.reason.strip(), "JOB-1", gettext_noop("Say why it is cancelled."), field="reason")
    for ticket in list(move.rows):
        if ticket.charge_fen and ticket.settled_at is not None:
            move.refuse(ticket, "JOB-4", gettext_noop("It was paid for already; finish and close it instead."))
            continue
        move.move(
            ticket,
            cancelled_at=move.now,
            cancel_kind=kind,
            cancel_reason=call.reason,
            waiting_reason=None,
            waiting_from=None,
        )
        move.clocks.cancel(ticket, move.now)
    move.afterwards(lambda outcome: let_go(call, outcome))
    return move.finish()

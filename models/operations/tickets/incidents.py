"""Several reports of one cause are one incident (INT-6): one ticket leads, the others are attached and go with it."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.call import Call
from models.errors import OperationRefused, Outcome, gettext_noop
from models.matters import CommentKind
from models.operations.core import Move, verb
from models.operations.matters import comment_on, make_follow_ups, owes_follow_up
from models.roles import CLERKS, WORKERS
from models.ticket_words import TIME_LIMITS
from models.tickets import (
    CANCELS,
    CHARGE_PAID,
    CLOSING,
    OPEN_STATUSES,
    SLIP_BACK,
    Acceptance,
    Ticket,
    TicketStatus as S,
)
from models.verbs import Undo

UNFINISHED = tuple(CANCELS)
_ENDED_WITH_IT = [limit.code for limit in TIME_LIMITS if limit.code not in (CHARGE_PAID, CLOSING, SLIP_BACK)]
_DISPATCHING = [limit.code for limit in TIME_LIMITS if limit.stops == "dispatch"]
_SAME_DAY = "same-day"


def attached_to(session: Session, leading: Iterable[Ticket], statuses: Collection[S] = OPEN_STATUSES) -> list[Ticket]:
    """The tickets in *statuses* that are attached to one of *leading*, the oldest first."""
    ids = [ticket.id for ticket in leading]
    query = select(Ticket).where(Ticket.incident_id.in_(ids), Ticket.status.in_(statuses))
    return list(session.scalars(query.order_by(Ticket.id))) if ids else []


@verb(
    Ticket,
    roles=CLERKS,
    label=gettext_noop("Attach to an incident"),
    rule="INT-6",
    bulk=True,
    undo=Undo(built_on=frozenset({"status"})),
)
def attach(move: Move[Ticket], *, leading: Ticket) -> None:
    """Make unfinished tickets further reports of the incident that *leading* leads (INT-6).

    What was not dispatched yet needs no dispatch of its own: it is done when that one is. Refused: a leading ticket of
    another estate, one that is finished or attached itself, and tickets that lead others.
    """
    if not move.preview:
        move.session.refresh(leading, with_for_update={"key_share": True})
    message = gettext_noop("%(leading)s is “%(status)s”: only what is not finished leads an incident.")
    unfinished = leading.status in UNFINISHED
    move.refuse_unless(unfinished, "INT-6", message, field="leading", leading=leading.number, status=leading.status)
    message = gettext_noop("%(leading)s is part of an incident itself: name the ticket that leads it.")
    move.refuse_unless(leading.incident_id is None, "INT-6", message, field="leading", leading=leading.number)
    message = gettext_noop("%(leading)s is no other ticket of this estate.")
    here = {"field": "leading", "leading": leading.number}
    move.refuse_where(lambda row: row is leading or row.estate_id != leading.estate_id, "INT-6", message, **here)
    message = gettext_noop("%(record)s is “%(status)s”; only what is not finished is attached.")
    move.refuse_where(lambda row: row.status not in UNFINISHED, "INT-6", message, status=lambda row: row.status)
    message = gettext_noop("%(record)s is attached to an incident already: detach it first.")
    move.refuse_where(lambda row: row.incident_id is not None, "INT-6", message)
    leads = {row.incident_id for row in attached_to(move.session, move.rows)}
    message = gettext_noop("%(record)s leads an incident itself: attach %(leading)s to it instead.")
    move.refuse_where(lambda row: row.id in leads, "INT-6", message, **here)
    for ticket in move.rows:
        move.set(ticket, incident_id=leading.id)
        if ticket.status is S.RECEIVED:
            # Its next date is the day it is to be done.
            move.clocks.start(ticket, _SAME_DAY, move.now)
            move.clocks.cancel(ticket, move.now, *_DISPATCHING)


@verb(Ticket, roles=CLERKS, label=gettext_noop("Detach from the incident"), rule="INT-6")
def detach(move: Move[Ticket]) -> None:
    """Let open tickets go on by themselves again; what was never dispatched is to be dispatched now."""
    message = gettext_noop("%(record)s is part of no incident.")
    move.refuse_where(lambda row: row.incident_id is None, "INT-6", message)
    message = gettext_noop("%(record)s is “%(status)s” and stays as it is.")
    move.refuse_where(lambda row: row.status not in OPEN_STATUSES, "INT-6", message, status=lambda row: row.status)
    for ticket in move.rows:
        move.set(ticket, incident_id=None)
        move.clocks.stand(ticket, ticket.status, move.now)


def let_go(call: Call, outcome: Outcome) -> None:
    """Detach what is attached to tickets that were cancelled."""
    if attached := attached_to(call.session, outcome.done):
        detach(call.following(), attached).all()


@verb(Ticket, roles=CLERKS | WORKERS, label=gettext_noop("Tell all of the incident"), rule="INT-6", compares=False)
def tell_all(move: Move[Ticket], *, body: str) -> None:
    """Write once how an incident goes on: the entry stands on each of its reports, and who answers for them is told."""
    move.refuse_unless(body.strip(), "INT-6", gettext_noop("The entry is empty."), field="body")
    attached = attached_to(move.session, move.rows)
    leads = {row.incident_id for row in attached}
    move.refuse_where(lambda row: row.id not in leads, "INT-6", gettext_noop("%(record)s leads no incident."))
    left = {row.id for row in move.rows}
    for ticket in (*move.rows, *(row for row in attached if row.incident_id in left)):
        move.add(comment_on(ticket, CommentKind.NOTE, body, actor=move.actor, now=move.now))


def finish_along(move: Move[Ticket], outcome: Outcome, *, result: str) -> None:
    """Finish what is attached to the tickets that *move* has finished, each with its own follow-up (FUP-1).

    Who did the work did it for all; the resident of each is asked, and did not sign.
    """

    def write(along: Move[Ticket], leading: Ticket) -> None:
        for ticket in along.rows:
            done_by = {"team_id": leading.team_id, "assignee_id": leading.assignee_id or ticket.assignee_id}
            signed = {"acceptance": Acceptance.NOT_SIGNED, "acceptance_reason": f"→ {leading.number}"}
            if leading.acceptance is Acceptance.NOT_NEEDED:
                signed = {"acceptance": Acceptance.NOT_NEEDED}
            freed = dict.fromkeys(("waiting_reason", "waiting_from", "waiting_note"))
            along.move(ticket, S.DONE, finished_at=move.now, result=result, **done_by, **signed, **freed)
            along.clocks.meet(ticket, move.now, *_ENDED_WITH_IT)
        along.afterwards(lambda made: make_follow_ups(along, [row for row in made.done if owes_follow_up(row)]))

    _along(move, outcome, UNFINISHED, write)


def close_along(move: Move[Ticket], outcome: Outcome) -> None:
    """Close what is attached to the tickets that *move* has closed; nothing is missing there any more."""

    def write(along: Move[Ticket], _leading: Ticket) -> None:
        for ticket in along.rows:
            along.move(ticket, S.CLOSED, closed_at=move.now, closed_by_id=move.actor.staff_id)
        along.keep_time()

    _along(move, outcome, (S.DONE,), write)


def _along(
    move: Move[Ticket], outcome: Outcome, statuses: Collection[S], write: Callable[[Move[Ticket], Ticket], None]
) -> None:
    """Do to what is attached what *move* has done to those that lead, in the role that let it be done there."""
    attached = attached_to(move.session, outcome.done, statuses)
    for leading in outcome.done:
        if own := [row for row in attached if row.incident_id == leading.id]:
            along = Move(move.call.following(), Ticket, own, verb=move.verb, rule="INT-6", role=move.role_of(leading))
            write(along, leading)
            along.finish().all()


def refuse_closing_before(
    move: Move[Ticket], attached: Iterable[Ticket], missing: Callable[[Ticket], list[Any]]
) -> None:
    """Refuse to close what leads an incident while one of *attached* cannot be closed with it, naming these (JOB-6)."""
    wait: dict[int | None, list[str]] = {}
    for ticket in attached:
        if ticket.status is not S.DONE or missing(ticket):
            wait.setdefault(ticket.incident_id, []).append(ticket.number)
    message = gettext_noop(
        "%(record)s leads an incident of which %(reports)s cannot be closed yet: see to them, or detach them."
    )
    move.refuse_where(lambda row: row.id in wait, "JOB-6", message, reports=lambda row: wait[row.id])


def closed_along(session: Session, tickets: Iterable[Ticket]) -> dict[int, OperationRefused]:
    """Those of *tickets* with which reports of their incident were closed, and why they stay closed (JOB-1)."""
    message = gettext_noop("%(record)s of the same incident was closed with it; this ticket stays closed.")
    attached = attached_to(session, tickets, (S.CLOSED,))
    return {
        row.incident_id: OperationRefused("JOB-1", message, record=row.number)
        for row in attached
        if row.incident_id is not None
    }

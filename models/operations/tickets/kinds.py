"""A ticket that was taken as the wrong kind (INT-8): its clocks become those of the right one."""

import datetime
from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from models.errors import OperationRefused, Outcome, gettext_noop
from models.operations.core import (
    BEGINS,
    GOES_ON,
    STANDS,
    Course,
    Move,
    Taken,
    counted_due,
    course_since,
    is_for,
    steps_taken,
    verb,
)
from models.operations.tickets.sending import ON_SITE_KINDS, answer_clock, dispatch, end_of_visit, own_teams
from models.roles import CLERKS
from models.settings import Clock
from models.staff import Team
from models.tickets import PROMISE, QUESTION, Ticket, TicketKind, TicketStatus as S

IN_HAND = (S.RECEIVED, S.DISPATCHED, S.ACCEPTED, S.IN_PROGRESS, S.WAITING)
OF_A_KIND = frozenset({"dispatch-emergency", "dispatch", "on-site", "ask-done", "same-day", PROMISE, QUESTION})
"""The clocks that not every kind has, or not to the same time."""

Starts = dict[str, tuple[datetime.datetime, datetime.datetime | None]]
"""Clock -> since when it runs, and until when where that was agreed."""


@verb(Ticket, roles=CLERKS, label=gettext_noop("Correct the kind"), rule="INT-8")
def change_kind(move: Move[Ticket], *, kind: TicketKind, team: Team | None = None) -> None:
    """Say that tickets in hand are of another *kind* (INT-8).

    The clocks that only the former kind has end, and stay missed where they had run out; those of the new kind run
    since the record's own start, without the time it waited, and stand still while it waits. Where one was missed so,
    a reason is asked for. What becomes an emergency before it was dispatched is dispatched at once, to *team* or its
    own (DSP-1); what waits becomes none.
    """
    teams = own_teams(move.session, move.rows) if kind is TicketKind.EMERGENCY and team is None else {}
    urgent = []
    waited = steps_taken(move.session, Ticket.__tablename__, [row.id for row in move.rows], (STANDS, GOES_ON))
    for ticket in list(move.rows):
        waits = kind is TicketKind.EMERGENCY and ticket.status is S.RECEIVED
        before, after = _clocks(move, ticket, ticket.kind), _clocks(move, ticket, kind)
        begun = {code: start for code, start in after.items() if before.get(code) != start}
        over = {code for code, start in before.items() if after.get(code) != start}
        if ticket.status not in IN_HAND:
            message = gettext_noop("%(record)s is “%(status)s”; the kind is corrected while a matter is in hand.")
            move.refuse(ticket, "JOB-1", message, record=ticket.number, status=ticket.status)
        elif ticket.kind is kind:
            message = gettext_noop("%(record)s is of that kind already.")
            move.refuse(ticket, "INT-8", message, field="kind", record=ticket.number)
        elif kind is TicketKind.EMERGENCY and ticket.status is S.WAITING:
            message = gettext_noop("%(record)s waits, and an emergency does not: resume it first.")
            move.refuse(ticket, "INT-14", message, field="kind", record=ticket.number)
        elif waits and team is None and ticket.id not in teams:
            message = gettext_noop("An emergency is dispatched at once: name the team.")
            move.refuse(ticket, "DSP-1", message, field="team")
        elif not move.call.reason.strip() and (move.clocks.missed(ticket, over) or _late(move, ticket, begun, waited)):
            move.reject(ticket, _why(ticket))
        else:
            move.set(ticket, kind=kind)
            move.clocks.drop(ticket, move.now, over)
            for code, (since, until) in begun.items():
                if (clock := move.settings.clock(ticket.estate_id, code)) is not None:
                    course = _course(ticket, clock, since, waited)
                    agreed = until if until is not None and until >= since else None
                    move.clocks.begin(ticket, clock, course, due_at=agreed)
            urgent += [ticket] if waits else []

    def send(_outcome: Outcome) -> None:
        dispatch(move.call.following(), urgent, team=team).all()

    move.afterwards(send)


def _why(ticket: Ticket) -> OperationRefused:
    message = gettext_noop("A limit of %(record)s was missed, by the one kind or the other: say why it is corrected.")
    return OperationRefused("INT-8", message, field="reason", record=ticket.number)


def _late(move: Move[Ticket], ticket: Ticket, begun: Starts, waited: Mapping[int, Sequence[Taken]]) -> bool:
    for code, (since, until) in begun.items():
        if (clock := move.settings.clock(ticket.estate_id, code)) is not None:
            course = _course(ticket, clock, since, waited)
            due = until or counted_due(move.settings, clock, course)
            if due < (course.paused_at or move.now):
                return True
    return False


def _course(ticket: Ticket, clock: Clock, since: datetime.datetime, waited: Mapping[int, Sequence[Taken]]) -> Course:
    """How *clock* ran since then: a promise runs on while the job waits, and so may one that a manager has added."""
    runs_on = clock.code == PROMISE or clock.runs_on
    return course_since(since, () if runs_on else waited.get(ticket.id, ()))


def _clocks(move: Move[Ticket], ticket: Ticket, kind: TicketKind) -> Starts:
    """The clocks that *ticket* has in its state because it is of *kind*, since its own start; those of managers too."""
    of_kind = SimpleNamespace(kind=kind)
    status = ticket.waiting_from if ticket.status is S.WAITING else ticket.status
    found: Starts = {
        limit.code: (getattr(ticket, limit.since), None)
        for limit in Ticket.time_limits
        if limit.code in OF_A_KIND and status in limit.floor_of and limit.fits(of_kind)
    }
    if kind in ON_SITE_KINDS:
        day = end_of_visit(move.settings, ticket.estate_id, kind, ticket.visit_until)
        found["same-day"] = (ticket.registered_at, day)
        if ticket.dispatched_at is not None and ticket.arrived_at is None:
            found["on-site"] = (ticket.dispatched_at, ticket.visit_until if day is not None else None)
    if (code := answer_clock(kind, ticket.promised_at)) is not None:
        found[code] = (ticket.registered_at, ticket.promised_at)
    for clock in move.settings.added(ticket.estate_id, Ticket.__tablename__):
        if clock.start_event == BEGINS and is_for(clock, ticket, move.settings, move.now, {"kind": kind}):
            found[clock.code] = (ticket.registered_at, None)
    return found

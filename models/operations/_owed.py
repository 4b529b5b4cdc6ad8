"""Follow-ups that finished matters owe (FUP-1): made by the verb that finishes, undone by the one that reopens."""

import datetime
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.follow_ups import FollowUp, FollowUpStatus
from models.matters import ClockRun
from models.operations._move import create
from models.settings import EstateSettings
from models.staff import Actor
from models.tickets import Ticket, TicketKind

FOLLOWED_KINDS = (TicketKind.REPAIR, TicketKind.HOUSEHOLD_SERVICE, TicketKind.EMERGENCY)


def owes_follow_up(ticket: Ticket) -> bool:
    """Whether a finished ticket must be followed up: a resident's job, not a colleague's (INT-9, FUP-1)."""
    if ticket.kind not in FOLLOWED_KINDS or ticket.reporter_department:
        return False
    return bool(ticket.resident_id or ticket.reporter_name or ticket.reporter_phone)


def due_follow_up_at(settings: EstateSettings, estate_id: int, finished_at: datetime.datetime) -> datetime.datetime:
    """When the follow-up of what was finished at *finished_at* is due; three days where the clock is off."""
    clock = settings.clock(estate_id, "follow-up")
    return settings.due(clock, finished_at) if clock else finished_at + datetime.timedelta(days=3)


def make_follow_ups(
    session: Session, matters: Sequence[Any], *, actor: Actor, now: datetime.datetime, settings: EstateSettings
) -> list[FollowUp]:
    """Schedule a follow-up for each of *matters*, by its desk owner, with its clock."""
    if not matters:
        return []
    column = "ticket_id" if matters[0].__tablename__ == "tickets" else "complaint_id"
    rows = [
        FollowUp(
            estate_id=matter.estate_id,
            assignee_id=matter.desk_owner_id,
            due_at=due_follow_up_at(settings, matter.estate_id, now),
            **{column: matter.id},
        )
        for matter in matters
    ]
    create(session, rows, verb="schedule", actor=actor, now=now, rule="FUP-1")
    for row in rows:
        clock = settings.clock(row.estate_id, "follow-up")
        if clock is not None:
            run = ClockRun(
                estate_id=row.estate_id, clock_id=clock.id, follow_up_id=row.id, started_at=now, due_at=row.due_at
            )
            run.created_at = run.updated_at = now
            session.add(run)
    session.flush()
    return rows


def latest_follow_ups(session: Session, model: Any, ids: Sequence[int]) -> dict[int, FollowUp]:
    """The newest follow-up of each matter, by the matter's id."""
    column = FollowUp.ticket_id if model is Ticket else FollowUp.complaint_id
    found: dict[int, FollowUp] = {}
    for start in range(0, len(ids), 500):
        query = select(FollowUp).where(column.in_(ids[start : start + 500])).order_by(FollowUp.id)
        for row in session.scalars(query):
            found[getattr(row, column.key)] = row
    return found


def settled(follow_up: FollowUp | None) -> bool:
    """Whether the follow-up says satisfied, or was closed as not reached by a supervisor (FUP-3)."""
    return follow_up is not None and follow_up.status in (FollowUpStatus.SATISFIED, FollowUpStatus.NOT_REACHED)

"""What matters owe: a record (CMP-3); a follow-up (FUP-1), made by the verb that finishes, undone by who reopens."""

import datetime
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from models.base import UTCDateTime
from models.call import Call
from models.complaints import Complaint, ComplaintStatus
from models.follow_ups import FollowUp, FollowUpStatus
from models.matters import ClockRun, Severity
from models.operations.core import CHUNK, DESK_ROLES, Move, create, first_limits, start_first
from models.operations.matters.workers import workers_of
from models.roles import Role
from models.settings import Clock, EstateSettings, time_limits
from models.staff import Staff, StaffAssignment
from models.tickets import Ticket, TicketKind, TicketStatus

FOLLOWED_KINDS = (TicketKind.REPAIR, TicketKind.HOUSEHOLD_SERVICE, TicketKind.EMERGENCY)
FORMAL_RECORD = "formal-record"
FINISHED = (TicketStatus.DONE, ComplaintStatus.CARRIED_OUT)
"""From here on a follow-up is owed, until it is settled."""


def owes_follow_up(matter: Any) -> bool:
    """Whether a finished matter must be followed up: a resident's job or complaint, not a colleague's (INT-9, FUP-1).

    *matter* is a record or a row of its columns. Nobody can be asked about an anonymous complaint (INT-4), and what
    another system closed is not ours to ask about.
    """
    kind = getattr(matter, "kind", None)  # a complaint has none
    if matter.reporter_department or matter.imported_closed or (kind is not None and kind not in FOLLOWED_KINDS):
        return False
    return bool(matter.resident_id or matter.reporter_name or matter.reporter_phone)


def due_follow_up_at(settings: EstateSettings, estate_id: int, finished_at: datetime.datetime) -> datetime.datetime:
    """When the follow-up of what was finished at *finished_at* is due; the usual time later where the clock is off."""
    clock = settings.clock(estate_id, "follow-up")
    usual = datetime.timedelta(minutes=time_limits()["follow-up"].minutes)
    return settings.due(clock, finished_at) if clock else finished_at + usual


def make_follow_ups(move: Move[Any], matters: Sequence[Ticket | Complaint]) -> None:
    """Schedule a follow-up for each of *matters*, which *move* has finished, with its clock: by its desk owner, or by
    a colleague of the desk where the owner did the work.

    The events name the role in which the matter was finished: whoever does the work may not schedule by themselves.
    """
    by_role: dict[Role, list[FollowUp]] = {}
    worked = workers_of(move.session, matters)
    for matter in matters:
        row = FollowUp(
            estate_id=matter.estate_id,
            assignee_id=_asker(move, matter, worked[matter]),
            due_at=due_follow_up_at(move.settings, matter.estate_id, move.now),
            register=matter.__tablename__,
            record_id=matter.id,
        )
        by_role.setdefault(move.role_of(matter), []).append(row)
    for role, rows in by_role.items():
        write_follow_ups(move.call, rows, settings=move.settings, role=role)


def _asker(move: Move[Any], matter: Ticket | Complaint, worked: Collection[int]) -> int:
    """Who of the desk asks: its owner, else its follower, who finished it, or another of the desk, who did no work."""
    if matter.desk_owner_id not in worked:
        return matter.desk_owner_id
    desk = select(StaffAssignment.staff_id).join(Staff, Staff.id == StaffAssignment.staff_id)
    desk = desk.where(StaffAssignment.estate_id == matter.estate_id, StaffAssignment.ended_at.is_(None))
    desk = desk.where(StaffAssignment.role.in_(DESK_ROLES), Staff.disabled_at.is_(None)).order_by(StaffAssignment.id)
    free = [person for person in move.session.scalars(desk) if person not in worked]
    first = [person for person in (matter.follower_id, move.actor.staff_id) if person in free]
    return next(iter([*first, *free]), matter.desk_owner_id)


def write_follow_ups(
    call: Call, rows: Sequence[FollowUp], *, settings: EstateSettings, role: Role | None = None
) -> list[FollowUp]:
    """Write new follow-ups, each with its clock; *role* is that of the verb they follow from, as in :func:`create`."""
    if not rows:
        return []
    made = create(call.following(), rows, verb="schedule", rule="FUP-1", role=role)
    limits = [first_limits(settings, row, call.now, {"follow-up": None}) for row in made]
    start_first(call.session, made, limits, call.now)
    return made


def drop_follow_ups(call: Call, matters: Sequence[Ticket | Complaint]) -> None:
    """Cancel the follow-ups still to be made of matters that are worked on again (FUP-3)."""
    if not matters:
        return
    waiting = [
        row
        for row in latest_follow_ups(call.session, type(matters[0]), [matter.id for matter in matters]).values()
        if row.status is FollowUpStatus.SCHEDULED
    ]
    if waiting:
        move = Move(call.following(), FollowUp, waiting, verb="cancel", rule="FUP-3")
        for row in move.rows:
            move.move(row, FollowUpStatus.CANCELLED, finished_at=move.now, finished_by_id=call.actor.staff_id)
            move.clocks.cancel(row, move.now)
        move.finish().all()


def latest_follow_ups(
    session: Session, model: type[Ticket] | type[Complaint], ids: Sequence[int]
) -> dict[int, FollowUp]:
    """The newest follow-up of each matter, by the matter's id."""
    found: dict[int, FollowUp] = {}
    of_register = select(FollowUp).where(FollowUp.register == model.__tablename__).order_by(FollowUp.id)
    for start in range(0, len(ids), CHUNK):
        for row in session.scalars(of_register.where(FollowUp.record_id.in_(ids[start : start + CHUNK]))):
            found[row.record_id] = row
    return found


def settled(follow_up: FollowUp | None) -> bool:
    """Whether the follow-up says satisfied, or was closed as not reached by a supervisor (FUP-3)."""
    return follow_up is not None and follow_up.status in (FollowUpStatus.SATISFIED, FollowUpStatus.NOT_REACHED)


def formal_record_owed(
    session: Session, complaints: Sequence[Any], now: datetime.datetime
) -> dict[int, datetime.datetime]:
    """Complaint -> since when it needs a formal record (CMP-3): not carried out within the clock's working time, or,
    where no clock ran out, serious as it was registered.

    *complaints* are records or rows of their columns.
    """
    owed = {row.id: row.registered_at for row in complaints if row.severity is Severity.SERIOUS}
    ids = [row.id for row in complaints]
    stopped_at = func.coalesce(ClockRun.cancelled_at, ClockRun.met_at, literal(now, UTCDateTime()))
    past = select(ClockRun.record_id, func.min(ClockRun.due_at)).join(Clock, Clock.id == ClockRun.clock_id)
    past = past.where(
        ClockRun.register == Complaint.__tablename__, Clock.code == FORMAL_RECORD, ClockRun.due_at <= stopped_at
    ).group_by(ClockRun.record_id)
    for start in range(0, len(ids), CHUNK):
        chunk = session.execute(past.where(ClockRun.record_id.in_(ids[start : start + CHUNK])))
        owed.update((record_id, due_at) for record_id, due_at in chunk)
    return owed

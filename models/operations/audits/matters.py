"""The audit's lists of tickets and complaints, from one read of each register's open and new rows."""

import datetime
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from models import complaints, tickets
from models.audits import FindingKind
from models.base import LabelledEnum, among, is_open
from models.complaints import Complaint
from models.follow_ups import FollowUp
from models.keys import Key, KeyApproval
from models.matters import RETAKEN, Severity
from models.operations.core import CHUNK, DESK_ROLES, WORKING_ROLES, AuditDay, Finding, finds
from models.operations.matters import (
    FINISHED,
    formal_record_owed,
    latest_follow_ups,
    missing,
    owes_follow_up,
    settled,
)
from models.roles import Role
from models.rules import known_rule
from models.staff import Staff, StaffAssignment
from models.tickets import Ticket

MatterRow = Row[Any]
LocalDate = Callable[[datetime.datetime], datetime.date]
Gone = tuple[str, datetime.datetime | None]
"""Why somebody does not work there any more, and since when where that is known."""

_CODES = {"reporter_name": "reporter", "reporter_phone": "phone", "unit_id": "place"}
"""What findings say of the fields that INT-3 asks for."""

_SHARED = (
    "id",
    "number",
    "status",
    "severity",
    "unit_id",
    "place",
    "resident_id",
    "reporter_name",
    "reporter_department",
    "heard_at",
    "registered_at",
    "due_at",
    "source",
    "desk_owner_id",
    "assignee_id",
    "follower_id",
    "imported_closed",
)
_TICKET_COLUMNS = (*_SHARED, "kind", "finished_at", "must_complete")
_COMPLAINT_COLUMNS = (*_SHARED, "category", "anonymous", "carried_out_at", "formal_record_at")


def matter_findings(session: Session, scope: AuditDay, local_date: LocalDate) -> Iterator[Finding]:
    """All findings of tickets and complaints except those of their clocks."""
    people = {
        "desk_owner_id": ("INT-1", _gone(session, scope, DESK_ROLES)),
        "assignee_id": ("DSP-11", _gone(session, scope, WORKING_ROLES)),
        "follower_id": ("DSP-10", _gone(session, scope, WORKING_ROLES)),
    }
    for rows in _blocks(session, Ticket, _TICKET_COLUMNS, tickets.OPEN_STATUSES, scope):
        yield from _of_any_matter("tickets", rows, frozenset(tickets.OPEN_STATUSES), people, scope, local_date)
        yield from _without_follow_up(session, scope, Ticket, rows)
    for rows in _blocks(session, Complaint, _COMPLAINT_COLUMNS, complaints.OPEN_STATUSES, scope):
        yield from _of_any_matter("complaints", rows, frozenset(complaints.OPEN_STATUSES), people, scope, local_date)
        yield from _without_follow_up(session, scope, Complaint, rows)
        yield from _without_formal_record(session, scope, rows)


def _blocks(
    session: Session, model: type[Any], columns: Sequence[str], open_statuses: Sequence[Any], scope: AuditDay
) -> Iterator[Sequence[MatterRow]]:
    """Rows of the estate that are open, then the others that were registered on the day: two reads, each by its index.

    A year's open matters are many, so they are never all in memory at once.
    """
    is_open = among(model.status, open_statuses)
    of_today = (model.registered_at >= scope.day_begins) & (model.registered_at < scope.day_ends)
    phone = model.reporter_phone_digest.label("reporter_phone")  # whether there is one, without deciphering it
    mine = select(phone, *(getattr(model, name) for name in columns)).where(model.estate_id == scope.estate_id)
    for query in (mine.where(is_open), mine.where(of_today, ~is_open)):
        yield from session.execute(query.execution_options(yield_per=CHUNK)).partitions()


def _of_any_matter(
    register: str,
    rows: Sequence[MatterRow],
    open_statuses: frozenset[Any],
    people: Mapping[str, tuple[str, Mapping[int, Gone]]],
    scope: AuditDay,
    local_date: LocalDate,
) -> Iterator[Finding]:
    for row in rows:
        if scope.day_begins <= row.registered_at < scope.day_ends:
            yield _of(FindingKind.RECEIVED_TODAY, "AUD-1", register, row, row.registered_at, row.due_at)
        if row.source in (None, RETAKEN) and local_date(row.heard_at) < local_date(row.registered_at):
            times = {"heard_at": row.heard_at.isoformat(), "registered_at": row.registered_at.isoformat()}
            yield _of(FindingKind.LATE_REGISTERED, "INT-2", register, row, row.registered_at, facts=times)
        if row.status not in open_statuses:
            continue
        yield _of(FindingKind.STILL_OPEN, "AUD-1", register, row, row.registered_at, row.due_at)
        if row.source in (None, RETAKEN) and (lacks := [_CODES[field] for field in missing(row)]):
            rule = "DSP-1" if getattr(row, "must_complete", False) else "INT-3"
            yield _of(FindingKind.MISSING_FIELDS, rule, register, row, row.registered_at, facts={"missing": lacks})
        for column, (rule, gone) in people.items():
            if (person := getattr(row, column)) in gone:
                why, since = gone[person]
                began = max(since, row.registered_at) if since is not None else row.registered_at
                yield _of(FindingKind.OWNER_GONE, rule, register, row, began, facts={"why": why})


def _of(
    kind: FindingKind,
    rule: str,
    register: str,
    row: MatterRow,
    since: datetime.datetime,
    due_at: datetime.datetime | None = None,
    *,
    clock: str = "",
    overdue: bool = False,
    facts: Mapping[str, Any] | None = None,
) -> Finding:
    return Finding(
        kind=kind,
        rule=known_rule(rule),
        register=register,
        record_id=row.id,
        number=row.number,
        owner_id=row.desk_owner_id,
        since=since,
        due_at=due_at,
        clock=clock,
        overdue=overdue,
        facts={**_state(row.status, row.severity), **facts} if facts else _state(row.status, row.severity),
    )


@functools.cache
def _state(status: LabelledEnum, severity: Severity) -> Mapping[str, str]:
    """The same mapping for all matters in that state: an audit has very many."""
    return {"status": status.value, "severity": severity.value}


def _gone(session: Session, scope: AuditDay, roles: frozenset[Role]) -> dict[int, Gone]:
    """Who is disabled or has none of *roles* in this estate any more, and since when (INT-1)."""
    at_desk = (
        StaffAssignment.staff_id == Staff.id,
        StaffAssignment.estate_id == scope.estate_id,
        StaffAssignment.role.in_(list(roles)),
    )
    works_here = select(StaffAssignment.id).where(*at_desk, StaffAssignment.ended_at.is_(None)).exists()
    left_at = select(func.max(StaffAssignment.ended_at)).where(*at_desk).scalar_subquery()
    query = select(Staff.id, Staff.disabled_at, left_at.label("left_at")).where(
        Staff.username != "system", or_(Staff.disabled_at.is_not(None), ~works_here)
    )
    return {
        person.id: ("moved", person.left_at) if person.disabled_at is None else ("disabled", person.disabled_at)
        for person in session.execute(query)
    }


def _without_follow_up(
    session: Session, scope: AuditDay, model: type[Ticket] | type[Complaint], rows: Sequence[MatterRow]
) -> Iterator[Finding]:
    """Finished matters that owe a follow-up which is not settled (FUP-1)."""
    owing = [row for row in rows if row.status in FINISHED and owes_follow_up(row)]
    follow_ups = latest_follow_ups(session, model, [row.id for row in owing])
    for row in owing:
        follow_up: FollowUp | None = follow_ups.get(row.id)
        if settled(follow_up):
            continue
        since = row.finished_at if model is Ticket else row.carried_out_at
        due_at = follow_up.due_at if follow_up is not None else None
        yield _of(
            FindingKind.NO_FOLLOW_UP,
            "FUP-1",
            model.__tablename__,
            row,
            since or row.registered_at,
            due_at,
            overdue=due_at is not None and due_at <= scope.now,
            facts={"attempts": follow_up.attempts if follow_up is not None else 0},
        )


def _without_formal_record(session: Session, scope: AuditDay, rows: Sequence[MatterRow]) -> Iterator[Finding]:
    """Open complaints whose formal record is owed and not written (CMP-3)."""
    open_statuses = frozenset(complaints.OPEN_STATUSES)
    unwritten = [row for row in rows if row.formal_record_at is None and row.status in open_statuses]
    owed = formal_record_owed(session, unwritten, scope.now)
    for row in unwritten:
        if due_at := owed.get(row.id):
            yield _of(FindingKind.NO_FORMAL_RECORD, "CMP-3", "complaints", row, due_at, due_at, overdue=True)


def _without_person(model: type[Any], scope: AuditDay) -> ColumnElement[bool]:
    """What somebody answers for who is disabled or at the desk of this estate no more (FUP-4, INT-14)."""
    there = select(StaffAssignment.staff_id).join(Staff, Staff.id == StaffAssignment.staff_id)
    there = there.where(StaffAssignment.estate_id == scope.estate_id, StaffAssignment.ended_at.is_(None))
    there = there.where(StaffAssignment.role.in_(list(DESK_ROLES)), Staff.disabled_at.is_(None))
    person: ColumnElement[int | None] = getattr(model, model.answered_by)
    return is_open(model) & person.not_in(there)


for _model, _since, _rule in (
    (FollowUp, FollowUp.created_at, "FUP-4"),
    (KeyApproval, KeyApproval.requested_at, "INT-14"),
    (Key, Key.lost_at, "INT-14"),
):
    finds(_model, FindingKind.OWNER_GONE, functools.partial(_without_person, _model), since=_since, rule=_rule)

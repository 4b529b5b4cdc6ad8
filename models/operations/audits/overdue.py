"""The audit's lists of clocks that ran out, keys that are out, passes and deposits (AUD-1)."""

import sys
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.audits import FindingKind
from models.complaints import Complaint
from models.follow_ups import FollowUp
from models.keys import Key, KeyLoan, unended
from models.matters import ClockRun
from models.operations.audits.findings import Found, Scope
from models.operations.core import CHUNK
from models.passes import OWES_DEPOSIT, PassKind, VisitorPass
from models.settings import Clock
from models.tickets import Ticket

PASS_RULES = {PassKind.VISITOR: "PAS-1", PassKind.TEMPORARY: "PAS-2", PassKind.WORKER: "PAS-3"}


def overdue_findings(session: Session, scope: Scope) -> Iterator[Found]:
    """Everything that waits for somebody's return or answer."""
    yield from _past_clocks(session, scope)
    yield from _keys_out(session, scope)
    yield from _passes_out(session, scope)
    yield from _deposits_kept(session, scope)


def _past_clocks(session: Session, scope: Scope) -> Iterator[Found]:
    """Clocks that ran out unmet and do not stand still, each with its rule; the earliest of each clock and record."""
    seen: set[tuple[str, int, str]] = set()
    for register, query in _clock_queries():
        late = query.join(Clock, Clock.id == ClockRun.clock_id).where(
            ClockRun.estate_id == scope.estate_id,
            ClockRun.met_at.is_(None),
            ClockRun.cancelled_at.is_(None),
            ClockRun.paused_at.is_(None),
            ClockRun.due_at <= scope.now,
        )
        late = late.order_by(ClockRun.due_at, ClockRun.id).execution_options(yield_per=CHUNK)
        for row in session.execute(late):
            if (register, row.record_id, row.code) in seen:
                continue
            seen.add((register, row.record_id, row.code))
            yield Found(
                kind=FindingKind.PAST_CLOCK,
                rule=sys.intern(row.rule),
                register=register,
                record_id=row.record_id,
                number=row.number,
                owner_id=row.owner_id,
                since=row.due_at,
                due_at=row.due_at,
                clock=sys.intern(row.code),
                overdue=True,
                facts={"started_at": row.started_at.isoformat()},
            )


def _clock_queries() -> Iterator[tuple[str, Any]]:
    """Register, and the clock runs of its records with number and owner; a follow-up goes by its matter's number."""
    run = (ClockRun.due_at, ClockRun.started_at, Clock.code, Clock.rule)
    owned: tuple[tuple[Any, Any, Any], ...] = (
        (Ticket, ClockRun.ticket_id, Ticket.desk_owner_id),
        (Complaint, ClockRun.complaint_id, Complaint.desk_owner_id),
        (VisitorPass, ClockRun.permit_id, VisitorPass.issued_by_id),
    )
    for model, column, owner in owned:
        query = select(model.id.label("record_id"), model.number.label("number"), owner.label("owner_id"), *run)
        yield model.__tablename__, query.select_from(ClockRun).join(model, model.id == column)
    number = func.coalesce(Ticket.number, Complaint.number)
    query = select(FollowUp.id.label("record_id"), number.label("number"), FollowUp.assignee_id.label("owner_id"), *run)
    joined = query.select_from(ClockRun).join(FollowUp, FollowUp.id == ClockRun.follow_up_id)
    joined = joined.outerjoin(Ticket, Ticket.id == FollowUp.ticket_id)
    yield FollowUp.__tablename__, joined.outerjoin(Complaint, Complaint.id == FollowUp.complaint_id)


def _keys_out(session: Session, scope: Scope) -> Iterator[Found]:
    """Keys that are out; one past its return time is overdue (KEY-4)."""
    query = (
        select(
            KeyLoan.id,
            KeyLoan.lent_at,
            KeyLoan.due_at,
            KeyLoan.lent_by_id,
            KeyLoan.borrower_kind,
            KeyLoan.pieces,
            KeyLoan.pieces_back,
            Key.number,
        )
        .join(Key, Key.id == KeyLoan.key_id)
        .where(KeyLoan.estate_id == scope.estate_id, unended())
    )
    for row in session.execute(query.order_by(KeyLoan.id)):
        yield Found(
            kind=FindingKind.KEY_NOT_BACK,
            rule="KEY-4",
            register="key_loans",
            record_id=row.id,
            number=row.number,
            owner_id=row.lent_by_id,
            since=row.lent_at,
            due_at=row.due_at,
            overdue=row.due_at <= scope.now,
            facts={"borrower_kind": row.borrower_kind.value, **_part_back(row)},
        )


def _part_back(loan: Any) -> dict[str, int]:
    """How much of a bunch is back (KEY-2)."""
    return {"pieces": loan.pieces, "pieces_back": loan.pieces_back} if loan.pieces_back else {}


def _passes_out(session: Session, scope: Scope) -> Iterator[Found]:
    """Passes that have expired or were revoked and whose card was not handed in, since the earlier of the two."""
    query = select(
        VisitorPass.id,
        VisitorPass.number,
        VisitorPass.kind,
        VisitorPass.valid_until,
        VisitorPass.revoked_at,
        VisitorPass.issued_by_id,
    ).where(
        VisitorPass.estate_id == scope.estate_id,
        VisitorPass.handed_in_at.is_(None),
        or_(VisitorPass.valid_until <= scope.now, VisitorPass.revoked_at.is_not(None)),
    )
    for row in session.execute(query.order_by(VisitorPass.id)):
        since = min(row.valid_until, row.revoked_at or row.valid_until)
        yield Found(
            kind=FindingKind.PASS_NOT_HANDED_IN,
            rule=PASS_RULES[row.kind],
            register="visitor_passes",
            record_id=row.id,
            number=row.number,
            owner_id=row.issued_by_id,
            since=since,
            due_at=since,
            overdue=True,
            facts={"kind": row.kind.value},
        )


def _deposits_kept(session: Session, scope: Scope) -> Iterator[Found]:
    """Deposits not given back yet of passes that were handed in, revoked ones too: owed since then (PAS-3)."""
    query = select(
        VisitorPass.id,
        VisitorPass.number,
        VisitorPass.kind,
        VisitorPass.deposit_fen,
        VisitorPass.issued_by_id,
        VisitorPass.handed_in_at,
    ).where(
        VisitorPass.estate_id == scope.estate_id,
        OWES_DEPOSIT,
        VisitorPass.handed_in_at.is_not(None),
    )
    for row in session.execute(query.order_by(VisitorPass.id)):
        yield Found(
            kind=FindingKind.DEPOSIT_NOT_REFUNDED,
            rule="PAS-3",
            register="visitor_passes",
            record_id=row.id,
            number=row.number,
            owner_id=row.issued_by_id,
            since=row.handed_in_at,
            due_at=row.handed_in_at,
            overdue=True,
            facts={"kind": row.kind.value, "deposit_fen": row.deposit_fen},
        )

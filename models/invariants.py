"""What must hold between rows at any time: found by ``frontdesk verify`` where someone got past the guards."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Executable, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.base import is_open
from models.complaints import Complaint, ComplaintStatus
from models.keys import ApprovalStatus, BorrowerKind, Key, KeyApproval, KeyLoan
from models.matters import ClockRun
from models.message_texts import MessageText, unread
from models.staff import Staff
from models.tickets import Ticket, TicketStatus

MATTERS: tuple[type[Any], ...] = (Ticket, Complaint)


def broken_invariants(session: Session) -> Iterator[str]:
    """A line each: the rule where there is one, the record, what is wrong with it."""
    yield from _matters_without_owner(session)
    yield from _keys_on_two_loans(session)
    yield from _keys_in_two_places(session)
    yield from _loans_without_consent(session)
    yield from _incomplete_ends(session)
    yield from _wrong_deadlines(session)
    yield from _unread_texts(session)


def _lines(session: Session, query: Executable, text: str) -> Iterator[str]:
    for row in session.execute(query):
        yield text.format(**row._mapping)


def _matters_without_owner(session: Session) -> Iterator[str]:
    for model in MATTERS:
        owner = select(Staff.id).where(Staff.id == model.desk_owner_id).exists()
        ownerless = select(model.number, model.estate_id).where(model.status.in_(model.open_statuses), ~owner)
        text = "INT-1: {number} of estate {estate_id} is open and has no desk owner"
        yield from _lines(session, ownerless.order_by(model.id), text)


def _keys_on_two_loans(session: Session) -> Iterator[str]:
    query = (
        select(KeyLoan.key_id, func.count().label("loans"))
        .where(is_open(KeyLoan))
        .group_by(KeyLoan.key_id)
        .having(func.count() > 1)
        .order_by(KeyLoan.key_id)
    )
    yield from _lines(session, query, "KEY-2: key {key_id} has {loans} loans that have not ended")


def _keys_in_two_places(session: Session) -> Iterator[str]:
    """On loan though lost or handed back; not lost though a loan says so; lent to nobody (KEY-2, KEY-4)."""
    gone = or_(Key.lost_at.is_not(None), Key.handed_back_at.is_not(None))
    wrong: tuple[tuple[ColumnElement[bool], str], ...] = (
        (and_(is_open(KeyLoan), gone), "KEY-2: key {number} of estate {estate_id} is on loan, but lost or handed back"),
        (
            and_(KeyLoan.lost_at.is_not(None), Key.lost_at.is_(None)),
            "KEY-4: key {number} of estate {estate_id} was lost on loan {loan_id} and does not say so",
        ),
        (
            func.length(func.trim(KeyLoan.borrower_name)) == 0,
            "KEY-2: loan {loan_id} of key {number} of estate {estate_id} names no borrower",
        ),
    )
    for condition, text in wrong:
        query = select(Key.number, Key.estate_id, KeyLoan.id.label("loan_id")).join(KeyLoan, KeyLoan.key_id == Key.id)
        yield from _lines(session, query.where(condition).order_by(KeyLoan.id), text)


def _loans_without_consent(session: Session) -> Iterator[str]:
    consent = select(KeyApproval.id).where(
        KeyApproval.id == KeyLoan.approval_id,
        KeyApproval.key_id == KeyLoan.key_id,
        KeyApproval.status.in_([ApprovalStatus.APPROVED, ApprovalStatus.USED]),
    )
    query = select(Key.number, Key.estate_id).join(KeyLoan, KeyLoan.key_id == Key.id)
    query = query.where(
        is_open(KeyLoan),
        KeyLoan.borrower_kind.in_([BorrowerKind.STAFF, BorrowerKind.OTHER]),
        ~consent.exists(),
    )
    text = "KEY-3: key {number} of estate {estate_id} is on loan without a supervisor's approval"
    yield from _lines(session, query.order_by(KeyLoan.id), text)


def _incomplete_ends(session: Session) -> Iterator[str]:
    ends: tuple[tuple[type[Any], ColumnElement[bool], tuple[str, ...], str], ...] = (
        (Ticket, Ticket.status == TicketStatus.CLOSED, ("result", "closed_at", "closed_by_id"), "JOB-6"),
        (
            Complaint,
            Complaint.status == ComplaintStatus.ARCHIVED,
            ("result", "archived_at", "archived_by_id"),
            "CMP-3",
        ),
    )
    for model, ended, needed, rule in ends:
        missing = or_(*(getattr(model, name).is_(None) for name in needed))
        query = select(model.number, model.estate_id).where(ended, missing).order_by(model.id)
        text = f"{rule}: {{number}} of estate {{estate_id}} is over without {', '.join(needed)}"
        yield from _lines(session, query, text)


def _wrong_deadlines(session: Session) -> Iterator[str]:
    """``due_at`` of a matter is that of its earliest clock that runs: not met, not cancelled, not paused.

    What another program wrote has a date before it has clocks (INT-14).
    """
    for model in MATTERS:
        run = aliased(ClockRun)
        runs = and_(run.of(model, model.id), run.met_at.is_(None), run.cancelled_at.is_(None), run.paused_at.is_(None))
        earliest = select(func.min(run.due_at)).where(runs).correlate(model).scalar_subquery()
        wrong = model.due_at.is_distinct_from(earliest) & (earliest.is_not(None) | ~is_open(model))
        query = select(model.number, model.estate_id).where(wrong).order_by(model.id)
        yield from _lines(session, query, "{number} of estate {estate_id} has another due time than its earliest clock")


def _unread_texts(session: Session) -> Iterator[str]:
    """Of what another program wrote that is no text of this kind: the built-in one is sent instead (NOT-2)."""
    for text in session.scalars(select(MessageText).order_by(MessageText.id)):
        if (refusal := unread(text)) is not None:
            yield f"{refusal} This is {refusal.field} of {text.kind.value} in estate {text.estate_id}"

"""Next dates of matters that were there before each open one had its own, or that another program wrote (INT-14)."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from models.base import among, is_open
from models.call import Call
from models.complaints import MEASURES, OPEN_STATUSES as OPEN_COMPLAINTS, Complaint
from models.estates import Estate
from models.keys import APPROVAL_USED, OWNER_TOLD, ApprovalStatus, Key, KeyApproval
from models.matters import ClockRun
from models.operations.core import Move, People
from models.operations.tickets import ANSWERED_KINDS, answer_clock, owes_charge
from models.roles import Role
from models.session import DeskSession
from models.settings import Clock
from models.tickets import CHARGE_PAID, OPEN_STATUSES, PROMISE, QUESTION, WAITING, Ticket, TicketStatus

Owed = Iterator[tuple[str, datetime.datetime | None, datetime.datetime | None]]
"""Code of a clock, from when it runs and, where it is another time than that of its minutes, until when."""


def date_undated(call: Call, estates: Iterable[Estate]) -> None:
    """Give what is open in *estates* the clocks and the person that it lacks (INT-14), each with its event.

    What waits and nobody has said until when is due at once, an answer by its promise or from when it was asked for,
    measures by their date, all else from when it came into its state.
    """
    ids = [estate.id for estate in estates]
    waits = Ticket.status == TicketStatus.WAITING
    asked = Ticket.finished_at.is_(None) & or_(Ticket.promised_at.is_not(None), among(Ticket.kind, ANSWERED_KINDS))
    lacks = or_(waits & ~_runs(Ticket, WAITING), asked & ~_runs(Ticket, PROMISE, QUESTION), ~_runs(Ticket))
    tickets = select(Ticket).where(Ticket.estate_id.in_(ids), among(Ticket.status, OPEN_STATUSES), lacks)
    _start(call, Ticket, call.session.scalars(tickets).all(), "amend", _of_ticket)
    planned = Complaint.carried_out_at.is_(None) & Complaint.measures_due_at.is_not(None)
    promised = Complaint.carried_out_at.is_(None) & Complaint.promised_at.is_not(None)
    missing = or_(planned & ~_runs(Complaint, MEASURES), promised & ~_ever_ran(Complaint, PROMISE), ~_runs(Complaint))
    complaints = select(Complaint).where(
        Complaint.estate_id.in_(ids), among(Complaint.status, OPEN_COMPLAINTS), missing
    )
    _start(call, Complaint, call.session.scalars(complaints).all(), "amend", _of_complaint)
    _let_go(call, ids)
    for model, owed in ((Key, _of_key), (KeyApproval, _of_nothing_more)):
        lacking = select(model).where(model.estate_id.in_(ids), is_open(model), ~_runs(model))
        _start(call, model, call.session.scalars(lacking).all(), "amend", owed)


NOT_USED = "当日未使用，同意已失效 · not used on its day"
"""Why an old consent is withdrawn; the event keeps it as it is."""
DAY = datetime.timedelta(days=1)


def _let_go(call: Call, estate_ids: Sequence[int]) -> None:
    """Withdraw consents whose day was over before they had a date (KEY-3): no key leaves on them, and nobody is late.

    Those that got their clock when it had long run out, by an earlier upgrade, are among them.
    """
    timely = select(ClockRun.id).where(ClockRun.of(KeyApproval, KeyApproval.id), ClockRun.created_at < ClockRun.due_at)
    in_time = timely.join(Clock, Clock.id == ClockRun.clock_id).where(Clock.code == APPROVAL_USED).exists()
    granted = KeyApproval.status == ApprovalStatus.APPROVED, KeyApproval.decided_at < call.now - 2 * DAY
    rows = call.session.scalars(select(KeyApproval).where(KeyApproval.estate_id.in_(estate_ids), *granted, ~in_time))
    moves = dict.fromkeys(KeyApproval.open_statuses, ApprovalStatus.WITHDRAWN)
    because = call.following(reason=NOT_USED)
    move = Move(because, KeyApproval, rows.all(), verb="withdraw", moves=moves, rule="KEY-3", role=Role.SYSTEM)
    move.go_on()
    move.keep_time()
    move.finish()


def _runs(model: type[Any], *codes: str) -> ColumnElement[bool]:
    """Whether one of the clocks *codes* runs on a row, without any whether a clock runs that does not stand still."""
    running = select(ClockRun.id).where(ClockRun.of(model, model.id), ClockRun.met_at.is_(None))
    running = running.where(ClockRun.cancelled_at.is_(None))
    if not codes:
        return running.where(ClockRun.paused_at.is_(None)).exists()
    return running.join(Clock, Clock.id == ClockRun.clock_id).where(Clock.code.in_(codes)).exists()


def _ever_ran(model: type[Any], code: str) -> ColumnElement[bool]:
    """Whether the clock *code* has run on a row, and may have been met."""
    run = select(ClockRun.id).where(ClockRun.of(model, model.id))
    return run.join(Clock, Clock.id == ClockRun.clock_id).where(Clock.code == code).exists()


def _start(call: Call, model: type[Any], rows: Iterable[Any], verb: str, owed: Any) -> None:
    move: Move[Any] = Move(call.following(), model, rows, verb=verb, rule="INT-14", role=Role.SYSTEM)
    people = People(call.session)
    for row in list(move.rows):
        if getattr(row, model.answered_by) is None:
            found = _who_answers(call.session, people, row)
            if found is None:
                move.rows.remove(row)  # nobody works there; the audit has it
                continue
            move.set(row, **{model.answered_by: found})
        for code, since, until in owed(row, call.now):
            move.clocks.start(row, code, since or row.registered_at, due_at=until)
        for limit in model.time_limits:
            if limit.floor_of and row.status in limit.floor_of and limit.fits(row):
                move.clocks.start(row, limit.code, getattr(row, limit.since) or row.registered_at)
    move.finish()


def _who_answers(session: DeskSession, people: People, row: Any) -> int | None:
    """Who asked for it and still works there, else the complaint post, else the first of those in charge."""
    named = [getattr(row, "requested_by_id", None), session.get_one(Estate, row.estate_id).post_staff_id]
    at_desk = [person for role in (Role.SUPERVISOR, Role.MANAGER) for person in people.of(row.estate_id, {role})]
    there = people.working(row.estate_id)
    return next((person for person in (*named, *at_desk) if person in there), None)


def _of_key(key: Key, _now: datetime.datetime) -> Owed:
    yield OWNER_TOLD, key.lost_at, None


def _of_nothing_more(_row: Any, _now: datetime.datetime) -> Owed:
    return iter(())


def _of_ticket(ticket: Ticket, now: datetime.datetime) -> Owed:
    if ticket.status is TicketStatus.WAITING:
        yield WAITING, now, now
    code = answer_clock(ticket.kind, ticket.promised_at)
    if code is not None and ticket.finished_at is None:
        yield code, ticket.registered_at, ticket.promised_at
    if owes_charge(ticket):
        yield CHARGE_PAID, ticket.charge_agreed_at, None


def _of_complaint(complaint: Complaint, _now: datetime.datetime) -> Owed:
    if complaint.carried_out_at is None and complaint.measures_due_at is not None:
        yield MEASURES, complaint.formal_record_at, complaint.measures_due_at
    if complaint.carried_out_at is None and complaint.promised_at is not None:
        yield PROMISE, complaint.registered_at, complaint.promised_at

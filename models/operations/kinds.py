"""A matter that was taken as a ticket and is a complaint, or the other way: cancelled into a new, linked one (INT-8).

Reporter, words, place, times, promises, other callers and watchers go along; the new record names the other in its key.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models import complaints as complaint_words, tickets as ticket_words
from models.call import Call
from models.complaints import Complaint, ComplaintCategory, ComplaintStatus
from models.errors import Outcome, gettext_noop
from models.events import Event
from models.matters import ClockRun, RepeatReport, merged_key
from models.operations import complaints, tickets
from models.operations.core import Move, operation, referred
from models.operations.matters import AnyMatter, reports, take_in, taken_as
from models.personal import keyring_of
from models.roles import CLERKS
from models.settings import Clock
from models.staff import Staff, Team
from models.tickets import PROMISE, CancelKind, Ticket, TicketKind, TicketStatus
from models.told import Watcher

GOES_ALONG = (
    *("estate_id", "summary", "detail", "wish", "severity", "channel", "unit_id", "place", "resident_id"),
    *("reporter_name", "reporter_department", "read_back", "team_id", "heard_at", "registered_at", "promised_at"),
)
TICKET_ENDS = {status: end for status, end in ticket_words.CANCELS.items() if status is not TicketStatus.WAITING}
FIRST = {Ticket: TicketStatus.RECEIVED, Complaint: ComplaintStatus.REGISTERED}
TAKE_BACK = gettext_noop("It was right before")


@operation(Ticket, roles=CLERKS, label=gettext_noop("It is a complaint"), moves=TICKET_ENDS)
def take_as_complaint(call: Call, matters: Iterable[Ticket], *, category: ComplaintCategory) -> Outcome:
    """Cancel tickets, which are complaints in truth, and register these with all that was said (INT-8).

    Its clocks count from when the ticket was registered; what had been missed stays missed. Refused: no reason, paid
    (JOB-4), work for a complaint (CMP-6), and what a complaint is refused for.
    """
    move = Move(call, Ticket, matters, verb="take_as_complaint", moves=TICKET_ENDS, rule="INT-8")
    message = gettext_noop("It was paid for already; finish and close it instead.")
    move.refuse_where(lambda ticket: ticket.settled_at is not None, "JOB-4", message)
    message = gettext_noop("%(record)s is work for a complaint already.")
    move.refuse_where(lambda ticket: ticket.complaint_id is not None, "CMP-6", message)
    drafts = [complaints.ComplaintDraft(**_said(call, row), category=category) for row in move.rows]
    return _take_as(move, drafts, complaints.register)


@operation(Complaint, roles=CLERKS, label=gettext_noop("It is no complaint"), moves=complaint_words.CANCELS)
def take_as_ticket(call: Call, matters: Iterable[Complaint], *, kind: TicketKind, team: Team | None = None) -> Outcome:
    """Cancel complaints, which are none in truth, and register tickets of *kind* with all that was said (INT-8).

    Refused: no reason, jobs that are done for it (CMP-6), and what a ticket is refused for.
    """
    move = Move(call, Complaint, matters, verb="take_as_ticket", moves=complaint_words.CANCELS, rule="INT-8")
    jobs = set(call.session.scalars(select(Ticket.complaint_id).where(_among(Ticket.complaint_id, move.rows))))
    message = gettext_noop("Jobs are done for %(record)s: it stays a complaint.")
    move.refuse_where(lambda complaint: complaint.id in jobs, "CMP-6", message)
    teams = {"team_id": team.id} if team is not None else {}
    drafts = [tickets.TicketDraft(**{**_said(call, row), **teams}, kind=kind) for row in move.rows]
    return _take_as(move, drafts, tickets.register)


def _among(column: Any, rows: Sequence[AnyMatter]) -> Any:
    return column.in_([row.id for row in rows])


def _said(call: Call, row: AnyMatter) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in GOES_ALONG},
        "reporter_phone": keyring_of(call.session).readable(row.reporter_phone),
        "desk_owner": call.session.get_one(Staff, row.desk_owner_id),
        "another_matter": True,
        "taken_from": merged_key(row.__tablename__, row.id),
    }


def _take_as(move: Move[Any], drafts: Sequence[Any], register: Callable[..., Outcome]) -> Outcome:
    message = gettext_noop("Say why it is of another kind.")
    move.refuse_unless(move.call.reason.strip(), "INT-8", message, field="reason")
    for row in move.rows:
        freed = {"cancel_kind": CancelKind.DUPLICATE} if isinstance(row, Ticket) else {}
        move.move(row, cancelled_at=move.now, cancel_reason=move.call.reason, **freed)
        move.clocks.cancel(row, move.now, PROMISE)  # it goes on with the new one
        move.clocks.drop(row, move.now)
    outcome = move.finish()
    if not move.preview:
        for row, draft in zip(outcome.done, drafts, strict=False):
            _go_along(move, row, register(move.call.following(), [draft]).one())
    return outcome


def _go_along(move: Move[Any], row: AnyMatter, made: AnyMatter) -> None:
    """What hangs on *row* goes on with *made*: who else called, and who watches."""
    if told := reports(move.session, [row], made, own=False):
        take_in(move, made, told)
    watching = select(Watcher.staff_id).where(Watcher.register == row.__tablename__, Watcher.record_id == row.id)
    here = {"estate_id": made.estate_id, "register": made.__tablename__, "record_id": made.id}
    move.session.add_all(Watcher(staff_id=person, **here) for person in move.session.scalars(watching).all())
    move.session.flush()


@operation(Complaint, roles=CLERKS, label=TAKE_BACK)
@operation(Ticket, roles=CLERKS, label=TAKE_BACK)
def take_back(call: Call, matters: Iterable[AnyMatter]) -> Outcome:
    """Let matters be again what they were before they were taken as another kind; the other record is cancelled.

    Refused: not taken so, or something has followed on the other record already (INT-8).
    """
    rows = list(matters)
    model: Any = type(rows[0])
    move: Move[Any] = Move(call, model, rows, verb="take_back", rule="INT-8")
    others = {row.id: taken_as(call.session, row) for row in move.rows}
    message = gettext_noop("%(record)s was not taken as another kind.")
    move.refuse_where(lambda row: others[row.id] is None, "INT-8", message)
    message = gettext_noop("Something has followed on %(other)s already: go on there.")
    move.refuse_where(
        lambda row: _followed(call.session, others[row.id]), "INT-8", message, other=lambda row: others[row.id].number
    )
    for row in move.rows:
        status = model.status.type.enum(_before(call.session, row))
        freed = {"cancel_kind": None} if isinstance(row, Ticket) else {}
        move.move(row, status, cancelled_at=None, cancel_reason=None, **freed)
        for code, run in _ended(call.session, row):
            until = run.due_at if run.clock_version is None or run.paused_minutes else None
            move.clocks.start(row, code, run.started_at, due_at=until)
    outcome = move.finish()
    if not call.preview:
        for row in outcome.done:
            _end(call, others[row.id], row)
    return outcome


def _followed(session: Session, other: Any) -> bool:
    model = type(other)
    hanging = referred(session, model, [other.id], apart_from=[ClockRun, RepeatReport])
    return bool(hanging) or other.status is not FIRST[model]


def _ended(session: Session, row: AnyMatter) -> Sequence[Any]:
    """The clocks that ended when *row* was taken as another kind."""
    query = select(Clock.code, ClockRun).join(Clock, Clock.id == ClockRun.clock_id)
    query = query.where(ClockRun.register == row.__tablename__, ClockRun.record_id == row.id)
    missed = and_(ClockRun.met_at == row.cancelled_at, ClockRun.due_at < ClockRun.met_at)
    then = or_(ClockRun.cancelled_at == row.cancelled_at, missed)
    return session.execute(query.where(then).order_by(ClockRun.id)).all()


def _before(session: Session, row: AnyMatter) -> str:
    """The status that *row* had before it was taken as another kind, by its event."""
    verbs = ("take_as_complaint", "take_as_ticket")
    query = select(Event.before).where(Event.register == row.__tablename__, Event.record_id == row.id)
    before = session.scalars(query.where(Event.verb.in_(verbs)).order_by(Event.id.desc()).limit(1)).one()
    return str(before["status"])


def _end(call: Call, other: AnyMatter, row: AnyMatter) -> None:
    following = call.following(reason=f"→ {row.number}")
    if isinstance(other, Ticket):
        tickets.cancel(following, [other], kind=CancelKind.WITHDRAWN).all()
    else:
        complaints.cancel(following, [other]).all()

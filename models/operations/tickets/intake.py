"""Taking tickets in: register, repeat, amend, delete."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.call import Call
from models.complaints import OPEN_STATUSES as OPEN_COMPLAINTS, Complaint
from models.errors import Incomplete, OperationRefused, Outcome, gettext_noop
from models.estates import Unit
from models.matters import ClockRun
from models.operations.core import (
    Move,
    can_handle,
    check_near,
    check_phone,
    create,
    first_limits,
    in_estate,
    operation,
    phone_columns,
    referred,
    refuse_role,
    remove,
    sift,
    start_first,
    take_numbers,
    verb,
)
from models.operations.matters import (
    MatterDraft,
    check_answer,
    check_change,
    check_intake,
    intake_columns,
    lacking,
    offer_same_matter,
    required,
)
from models.operations.tickets.incidents import attach
from models.operations.tickets.jobs import answer, close, missing_for_close
from models.operations.tickets.sending import (
    ANSWERED_KINDS,
    ON_SITE_KINDS,
    answer_clock,
    dispatch,
    end_of_visit,
    own_teams,
    visit_agreed,
)
from models.personal import keyring_of
from models.roles import CLERKS, MANAGERS
from models.settings import EstateSettings
from models.staff import Department, Staff, Team
from models.tickets import OPEN_STATUSES, Ticket, TicketKind, TicketStatus

AMENDABLE = frozenset(
    {
        "severity",
        "channel",
        "summary",
        "detail",
        "wish",
        "unit_id",
        "place",
        "resident_id",
        "reporter_name",
        "reporter_phone",
        "reporter_department",
        "read_back",
        "category_id",
        "visit_from",
        "visit_until",
    }
)


KEPT_AGAIN = (
    "kind",
    "category_id",
    "severity",
    "summary",
    "wish",
    "unit_id",
    "place",
    "resident_id",
    "reporter_name",
    "reporter_department",
    "team_id",
)


@dataclass
class TicketDraft(MatterDraft):
    """A ticket as it was taken; an emergency names its team and is dispatched in the same step (DSP-1).

    Where the desk has made sure who comes and when (DSP-2), it says so at once: such a ticket is dispatched too.
    """

    kind: TicketKind = TicketKind.REPAIR
    category_id: int | None = None
    complaint_id: int | None = None
    previous_id: int | None = None
    assignee_id: int | None = None
    visit_from: datetime.datetime | None = None
    visit_until: datetime.datetime | None = None
    incident_id: int | None = None
    """The ticket that leads the incident of which this is a further report."""
    result: str | None = None
    """What was answered at once, where no work follows."""

    @property
    def sent_at_once(self) -> bool:
        """Whether it is dispatched as it is taken."""
        agreed = (self.assignee_id, self.visit_from, self.visit_until)
        return self.kind is TicketKind.EMERGENCY or any(one is not None for one in agreed)


@operation(Ticket, roles=CLERKS)
def register(call: Call, drafts: Sequence[TicketDraft]) -> Outcome:
    """Take tickets into the register, each with a desk owner (INT-1), number and same-day clock.

    Refused: no summary, nobody or no place named except in an emergency (INT-3), heard in the future (INT-2), an
    enquiry promised later than the setting allows (INT-5), the same matter still open (INT-6) unless the draft says
    that it is another or of which incident it is a report, an emergency without team (DSP-1), work for a complaint that
    is archived or cancelled (CMP-8). Emergencies, and what names who comes or when, are dispatched in the same
    transaction, as :func:`dispatch` has it; what was answered at once is answered in it too, and closed where nothing
    is owed any more (JOB-6).
    """
    return _register(call, drafts)


def register_and_dispatch(call: Call, drafts: Sequence[TicketDraft]) -> Outcome:
    """:func:`register` and at once :func:`dispatch` to the draft's team, else to its category's (DSP-11).

    What goes to customer service goes to the butler of its unit, where nobody else was named (RES-5). What cannot be
    dispatched is not registered either: the whole batch is refused, nothing is lost on the way.
    """
    outcome = _register(call, drafts, goes_on=True)
    tickets = [ticket for ticket in outcome.all() if ticket.status is TicketStatus.RECEIVED]
    butlers = _butlers(call.session, tickets)
    for butler in dict.fromkeys([None, *butlers.values()]):
        group = [ticket for ticket in tickets if butlers.get(ticket.id) is butler]
        dispatch(call.following(), group, assignee=butler).all()
    return outcome


def _butlers(session: Session, tickets: Sequence[Ticket]) -> dict[int, Staff]:
    """Ticket -> the butler of its unit, of those that go to customer service and may be handled by the butler."""
    teams = own_teams(session, tickets)
    own = {row_id: team for row_id, team in teams.items() if team.department is Department.CUSTOMER_SERVICE}
    query = select(Ticket.id, Staff).join(Unit, Unit.id == Ticket.unit_id).join(Staff, Staff.id == Unit.butler_id)
    found = session.execute(query.where(Ticket.id.in_(own))).all() if own else ()
    return {row[0]: row[1] for row in found if can_handle(session, row[1], own[row[0]].estate_id, own[row[0]])}


def _register(call: Call, drafts: Sequence[TicketDraft], *, goes_on: bool = False) -> Outcome:
    settings = EstateSettings(call.session, {draft.estate_id for draft in drafts})
    accepted, outcome = sift(drafts, lambda draft: _check(call, draft, settings))
    for estate_id, at in sorted({(draft.estate_id, draft.registered_at or call.now) for draft in accepted}):
        group = [draft for draft in accepted if (draft.estate_id, draft.registered_at or call.now) == (estate_id, at)]
        outcome.done += _write(call, group, settings, at, goes_on=goes_on)
    return outcome


def _check(call: Call, draft: TicketDraft, settings: EstateSettings) -> None:
    if refusal := refuse_role(call.actor, "register", Ticket(estate_id=draft.estate_id)):
        raise refusal
    check_intake(call, draft, settings)
    emergency = draft.kind is TicketKind.EMERGENCY
    if (lacks := required(draft)) and not emergency:
        raise Incomplete("INT-3", lacks)
    if emergency and draft.team_id is None:
        message = gettext_noop("An emergency is dispatched at once: name the team.")
        raise OperationRefused("DSP-1", message, field="team_id")
    check_answer(draft, draft.promised_at, settings, draft.registered_at or call.now)
    if draft.result and (draft.kind not in ANSWERED_KINDS or draft.sent_at_once):
        message = gettext_noop("This is a job: dispatch it instead of answering.")
        raise OperationRefused("JOB-1", message, field="result")
    if draft.complaint_id is not None:
        _check_complaint(call.session, draft.complaint_id, draft.estate_id)
    if not draft.another_matter and draft.incident_id is None:
        offer_same_matter(call.session, Ticket, draft, draft.category_id, emergency=emergency)


def _check_complaint(session: Session, complaint_id: int, estate_id: int) -> None:
    what = gettext_noop("complaint")
    complaint = in_estate(session, Complaint, complaint_id, estate_id, "CMP-8", what, field="complaint_id")
    # Whoever cancels or archives it meanwhile goes before or after, never in between.
    session.refresh(complaint, with_for_update={"key_share": True})
    if complaint.status not in OPEN_COMPLAINTS:
        message = gettext_noop("%(record)s is “%(status)s”: no work is added to it any more.")
        raise OperationRefused("CMP-8", message, field="complaint_id", record=complaint.number, status=complaint.status)


def _write(
    call: Call, drafts: Sequence[TicketDraft], settings: EstateSettings, at: datetime.datetime, *, goes_on: bool
) -> list[Ticket]:
    estate_id = drafts[0].estate_id
    day = settings.calendar(estate_id).local_date(call.now)
    numbers = take_numbers(call.session, estate_id, Ticket.number_prefix, day, len(drafts))
    tickets = []
    limits = []
    for draft, number in zip(drafts, numbers, strict=True):
        columns = intake_columns(call, draft)
        if draft.kind is TicketKind.EMERGENCY:
            columns["must_complete"] = bool(required(draft))
        ticket = Ticket(
            **columns,
            number=number,
            kind=draft.kind,
            category_id=draft.category_id,
            complaint_id=draft.complaint_id,
            previous_id=draft.previous_id,
        )
        begun = _begun(settings, draft)
        limits.append(first_limits(settings, ticket, at, begun, stands=not (goes_on or draft.sent_at_once)))
        ticket.due_at = min((limit.due_at for limit in limits[-1]), default=None)
        tickets.append(ticket)
    create(call.following(), tickets, verb="register")
    start_first(call.session, tickets, limits, at)
    together: dict[tuple[Any, ...], list[Ticket]] = {}
    for draft, ticket in zip(drafts, tickets, strict=True):
        if draft.sent_at_once:
            to = (ticket.team_id, draft.assignee_id, draft.visit_from, draft.visit_until)
            together.setdefault(to, []).append(ticket)
    for (team_id, assignee_id, visit_from, visit_until), group in together.items():
        dispatch(
            call.following(),
            group,
            team=call.session.get(Team, team_id) if team_id is not None else None,
            assignee=call.session.get_one(Staff, assignee_id) if assignee_id is not None else None,
            visit_from=visit_from,
            visit_until=visit_until,
        ).all()
    for leading in sorted({draft.incident_id for draft in drafts if draft.incident_id is not None}):
        what = gettext_noop("ticket")
        first = in_estate(call.session, Ticket, leading, estate_id, "INT-6", what, field="incident_id")
        reports = [row for draft, row in zip(drafts, tickets, strict=True) if draft.incident_id == leading]
        attach(call.following(), reports, leading=first).all()
    answered: dict[str, list[Ticket]] = {}
    for draft, ticket in zip(drafts, tickets, strict=True):
        if draft.result:
            answered.setdefault(draft.result, []).append(ticket)
    for result, group in answered.items():
        done = answer(call.following(), group, result=result).all()
        close(call.following(), [ticket for ticket in done if not missing_for_close(ticket, None)]).all()
    return tickets


def _begun(settings: EstateSettings, draft: TicketDraft) -> dict[str, datetime.datetime | None]:
    """The clocks with which a ticket begins whatever its state: done the same day or that of the visit, answered."""
    codes: dict[str, datetime.datetime | None] = {}
    if draft.kind in ON_SITE_KINDS:
        codes["same-day"] = end_of_visit(settings, draft.estate_id, draft.kind, draft.visit_until)
    if (code := answer_clock(draft.kind, draft.promised_at)) is not None:
        codes[code] = draft.promised_at
    return codes


@verb(Ticket, roles=CLERKS)
def amend(
    move: Move[Ticket],
    /,
    **columns: Any,
) -> None:
    """Change descriptive columns only; never status, number, owner, team, times of work or deadlines.

    Refused: what takes away who reported it and where (INT-3), or whom its follow-up asks (FUP-1). What was promised is
    moved by ``promise``.
    """
    if forbidden := set(columns) - AMENDABLE:
        raise ValueError(f"amend does not change {sorted(forbidden)}")
    if "summary" in columns:
        message = gettext_noop("Write down what happened.")
        move.refuse_unless((columns["summary"] or "").strip(), "INT-3", message, field="summary")
    if "reporter_phone" in columns:
        check_phone(columns["reporter_phone"])
        columns.update(phone_columns(move.session, columns["reporter_phone"], "reporter_phone"))
    for ticket in list(move.rows):
        if ticket.status in (TicketStatus.CLOSED, TicketStatus.CANCELLED):
            move.refuse(
                ticket,
                "JOB-6",
                gettext_noop("%(record)s is “%(status)s” and stays as it is; a supervisor can correct a mistake."),
                record=ticket.number,
                status=ticket.status,
            )
            continue
        try:
            check_change(ticket, columns)
            check_near(move.settings, ticket.estate_id, columns.get("visit_until"), move.now, "visit_until")
        except OperationRefused as refusal:
            move.reject(ticket, refusal)
            continue
        move.set(ticket, **columns)
        visit_agreed(move, ticket, columns.get("visit_until"))
        if ticket.must_complete and not lacking(ticket, columns):
            move.set(ticket, must_complete=False)


@operation(Ticket, roles=CLERKS, label=gettext_noop("Register a linked new ticket"))
def register_again(call: Call, tickets: Iterable[Ticket]) -> Outcome:
    """Register a new ticket linked to each closed one, which itself stays as it is (FUP-7).

    Who and where are those of the closed one, *reason* is what is wrong again; who registers becomes desk owner
    (INT-1). Returns the new tickets; a preview returns the closed ones. Refused: not closed, or followed already by a
    ticket that is still open (INT-6).
    """
    move = Move(call.following(expected=call.expected, preview=call.preview), Ticket, tickets, verb="register_again")
    move.refuse_unless(call.reason.strip(), "FUP-7", gettext_noop("Say what is wrong again."), field="reason")
    ids = [ticket.id for ticket in move.rows]
    query = select(Ticket).where(Ticket.previous_id.in_(ids), Ticket.status.in_(OPEN_STATUSES))
    followed = {row.previous_id: row for row in call.session.scalars(query)}
    for ticket in list(move.rows):
        if ticket.status is not TicketStatus.CLOSED:
            message = gettext_noop("%(record)s is “%(status)s”; only a closed ticket gets a linked new one.")
            move.refuse(ticket, "FUP-7", message, record=ticket.number, status=ticket.status)
        elif ticket.id in followed:
            message = gettext_noop("%(number)s follows on %(record)s already and is still open.")
            move.refuse(ticket, "INT-6", message, record=ticket.number, number=followed[ticket.id].number)
    # Nothing of the closed rows changes, so this move is never finished: it has guarded and locked them.
    if call.preview:
        return Outcome(done=list(move.rows), refused=move.outcome.refused)
    made = register(call, [_follows(call.session, row, call.reason) for row in move.rows])
    return Outcome(done=made.done, refused=move.outcome.refused + made.refused)


def _follows(session: Session, ticket: Ticket, reason: str) -> TicketDraft:
    return TicketDraft(
        estate_id=ticket.estate_id,
        previous_id=ticket.id,
        detail=reason.strip(),
        reporter_phone=keyring_of(session).readable(ticket.reporter_phone),
        another_matter=True,
        **{name: getattr(ticket, name) for name in KEPT_AGAIN},
    )


@verb(Ticket, roles=MANAGERS)
def delete(move: Move[Ticket]) -> None:
    """Remove tickets that nothing has followed yet (JOB-1); all others are cancelled instead. The events stay."""
    ids = [ticket.id for ticket in move.rows]
    followed = referred(move.session, Ticket, ids, apart_from=[ClockRun])
    for ticket in list(move.rows):
        if ticket.id in followed or not (ticket.status is TicketStatus.RECEIVED or ticket.imported_closed):
            message = gettext_noop("Something has followed on %(record)s already; cancel it instead.")
            move.refuse(ticket, "JOB-1", message, record=ticket.number)

    def take_out(outcome: Outcome) -> None:
        remove(move, outcome.done, along=[ClockRun])

    move.afterwards(take_out)

"""Tickets (报修工单): repairs, household service, suggestions, enquiries, queries and emergencies."""

import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import (
    Base,
    Choice,
    Flag,
    Identity,
    LongText,
    ShortText,
    UTCDateTime,
    is_open,
    named,
    never,
    state,
    within_estate,
)
from models.errors import gettext_noop
from models.final_guards import TICKET_GUARDS, TICKET_SENTENCES, together
from models.guards import SENTENCES, TRIGGERS
from models.matters import ANSWERING, Matter, matter_args
from models.next_dates import (
    dated,
    dated_sentences,
    handed,
    handed_sentences,
    limit_sentences,
    open_of,
    within_limit,
)
from models.roles import CLERKS, MANAGERS, READERS, WORKERS, Role
from models.ticket_words import (
    AUTHORITY as AUTHORITY,
    CANCELS as CANCELS,
    CHARGE_PAID as CHARGE_PAID,
    CLOSING as CLOSING,
    ESCALATION as ESCALATION,
    JOBS as JOBS,
    OPEN_STATUSES as OPEN_STATUSES,
    OUTSIDE as OUTSIDE,
    OWED_BY_OTHERS as OWED_BY_OTHERS,
    PROMISE as PROMISE,
    QUESTION as QUESTION,
    SLIP_BACK as SLIP_BACK,
    TIME_LIMITS,
    WAITING as WAITING,
    Acceptance as Acceptance,
    CancelKind as CancelKind,
    TicketKind as TicketKind,
    TicketStatus as TicketStatus,
    WaitingReason as WaitingReason,
)
from models.verbs import grant

if TYPE_CHECKING:
    from models.settings import Category


TIMES = ("heard_at", "registered_at", "dispatched_at", "accepted_at", "arrived_at", "finished_at", "closed_at")


def _in_order(columns: tuple[str, ...]) -> str:
    pairs = [(first, second) for index, first in enumerate(columns) for second in columns[index + 1 :]]
    return " AND ".join(f"({a} IS NULL OR {b} IS NULL OR {a} <= {b})" for a, b in pairs)


class Ticket(Matter, Base):
    """One job or question of a resident or colleague, from the call to its closing."""

    __tablename__ = "tickets"
    title = gettext_noop("Tickets")
    number_prefix = "R"
    everywhere = 1
    on_unit_page = ("number", "status", "summary", "registered_at")
    status_rule = "JOB-1"
    open_statuses = OPEN_STATUSES
    time_limits = TIME_LIMITS

    kind: Mapped[TicketKind] = mapped_column(Choice(TicketKind), sort_order=-85, info=named("Kind"))
    category_id: Mapped[int | None] = mapped_column(Identity, info=named("Category"))
    status: Mapped[TicketStatus] = state(TicketStatus.RECEIVED, sort_order=-84)
    complaint_id: Mapped[int | None] = mapped_column(Identity, info=named("Complaint"))
    previous_id: Mapped[int | None] = mapped_column(Identity, info=named("Follows on"))
    visit_from: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Visit from"))
    visit_until: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Visit until"))
    dispatched_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Dispatched"))
    accepted_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Accepted"))
    arrived_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Arrived"))
    finished_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Finished"))
    closed_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Closed"))
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Closed by"))
    slip_taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Slip taker"))
    waiting_reason: Mapped[WaitingReason | None] = mapped_column(Choice(WaitingReason), info=named("Waits for"))
    waiting_from: Mapped[TicketStatus | None] = mapped_column(Choice(TicketStatus), info=named("Waits since state"))
    waiting_note: Mapped[str | None] = mapped_column(LongText, info=named("Note on waiting", words=True))
    cancel_kind: Mapped[CancelKind | None] = mapped_column(Choice(CancelKind), info=named("Why cancelled"))
    result: Mapped[str | None] = mapped_column(LongText, info=named("Result", words=True))
    acceptance: Mapped[Acceptance | None] = mapped_column(Choice(Acceptance), info=named("Acceptance"))
    acceptance_reason: Mapped[str | None] = mapped_column(LongText, info=named("Why not signed", words=True))
    charge_fen: Mapped[int | None] = mapped_column(Integer, info=named("Charge"))
    charge_agreed_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Charge agreed"))
    settled_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Settled"))
    invoice_number: Mapped[str | None] = mapped_column(ShortText(40), info=named("Invoice number", harmless=True))
    waived_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Waived"))
    waive_reason: Mapped[str | None] = mapped_column(LongText, info=named("Reason for waiving", words=True))
    slip_returned_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Slip returned"))
    slip_returned_to_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Slip taken back by"))
    must_complete: Mapped[bool] = mapped_column(
        Flag, default=False, server_default="0", info=named("Details still to follow")
    )
    imported_closed: Mapped[bool] = mapped_column(
        Flag, default=False, server_default="0", info=named("Closed at the source")
    )
    incident_id: Mapped[int | None] = mapped_column(Identity, info=named("Incident"))
    """The ticket that leads the incident of which this one is a further report; that one has none itself."""
    outside_party: Mapped[str | None] = mapped_column(ShortText(80), info=named("Outside party", words=True))
    outside_contact: Mapped[str | None] = mapped_column(ShortText(60), info=named("Contact there", words=True))
    outside_phone: Mapped[str | None] = mapped_column(ShortText(200), info=named("Phone there", personal=True))
    outside_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Given to the outside party"))
    outside_done_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Outside party done"))
    submitted_to: Mapped[str | None] = mapped_column(ShortText(80), info=named("Authority", words=True))
    submission: Mapped[str | None] = mapped_column(LongText, info=named("Submission", words=True))
    submitted_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Submitted"))
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Submission written by"))
    authority_answer: Mapped[str | None] = mapped_column(LongText, info=named("Answer of the authority", words=True))
    authority_answered_at: Mapped[datetime.datetime | None] = mapped_column(
        UTCDateTime, info=named("Authority answered")
    )

    __table_args__ = matter_args(
        "tickets",
        within_estate("category_id", "categories"),
        within_estate("complaint_id", "complaints"),
        within_estate("previous_id", "tickets"),
        within_estate("incident_id", "tickets"),
        CheckConstraint(
            "status <> 'closed' OR (result IS NOT NULL AND length(trim(result)) > 0 AND closed_at IS NOT NULL"
            " AND closed_by_id IS NOT NULL)",
            name="closed_is_complete",
            info={
                "rule": "JOB-6",
                "sentence": gettext_noop("A closed ticket needs its result, its closing time and who closed it."),
            },
        ),
        CheckConstraint("closed_at IS NULL OR status = 'closed'", name="closed_at_only_when_closed"),
        CheckConstraint("finished_at IS NULL OR status IN ('done', 'closed')", name="finished_at_only_when_done"),
        CheckConstraint(
            "(status = 'waiting') = (waiting_reason IS NOT NULL AND waiting_from IS NOT NULL)", name="waiting_reason"
        ),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        CheckConstraint(
            _in_order(TIMES),
            name="times_in_order",
            info={
                "rule": "JOB-6",
                "sentence": gettext_noop(
                    "The times are not in order: heard, registered, dispatched, accepted, arrived, finished, closed."
                ),
            },
        ),
        CheckConstraint("visit_from IS NULL OR visit_until IS NULL OR visit_from <= visit_until", name="visit_window"),
        CheckConstraint("charge_fen IS NULL OR charge_fen >= 0", name="charge_not_negative"),
        CheckConstraint("settled_at IS NULL OR charge_fen IS NOT NULL", name="settled_needs_charge"),
        CheckConstraint("previous_id IS NULL OR previous_id <> id", name="previous_is_another"),
        CheckConstraint("(outside_party IS NULL) = (outside_at IS NULL)", name="outside_party_since"),
        CheckConstraint("outside_done_at IS NULL OR outside_at <= outside_done_at", name="outside_done_after"),
        CheckConstraint(
            "(submission IS NULL) = (submitted_at IS NULL) AND (submission IS NULL) = (submitted_to IS NULL)"
            " AND (submission IS NULL) = (submitted_by_id IS NULL)",
            name="submission_whole",
        ),
        CheckConstraint(
            "(authority_answer IS NULL) = (authority_answered_at IS NULL)"
            " AND (authority_answered_at IS NULL OR submitted_at <= authority_answered_at)",
            name="answer_of_submission",
        ),
        Index("ix_tickets_estate_id_registered_at", "estate_id", "registered_at", "id"),
        Index("ix_tickets_estate_id_status", "estate_id", "status", "id"),
        Index("ix_tickets_team_id", "estate_id", "team_id", "status"),
        Index("ix_tickets_complaint_id", "complaint_id"),
        info={
            TRIGGERS: together(
                dated("tickets", open_of(OPEN_STATUSES)),
                handed("tickets", open_of(OPEN_STATUSES), *ANSWERING),
                within_limit("tickets", open_of(OPEN_STATUSES), beyond=True),
                TICKET_GUARDS,
            ),
            SENTENCES: {
                **TICKET_SENTENCES,
                **dated_sentences("tickets"),
                **handed_sentences("tickets", *ANSWERING),
                **limit_sentences("tickets"),
            },
        },
    )

    incident: Mapped["Ticket | None"] = relationship(
        "Ticket",
        primaryjoin="foreign(Ticket.incident_id) == remote(Ticket.id)",
        uselist=False,
        viewonly=True,
        lazy="raise_on_sql",
    )
    category: Mapped["Category | None"] = relationship(
        "Category", primaryjoin="foreign(Ticket.category_id) == Category.id", viewonly=True, lazy="raise_on_sql"
    )


_OPEN = Ticket.status.in_(OPEN_STATUSES)
_DUE = func.coalesce(Ticket.due_at, never())
_FOLLOWS = Ticket.previous_id.is_not(None)
Index("ix_tickets_previous_id", Ticket.previous_id, sqlite_where=_FOLLOWS, postgresql_where=_FOLLOWS)
_ATTACHED = Ticket.incident_id.is_not(None)
Index("ix_tickets_incident_id", Ticket.incident_id, sqlite_where=_ATTACHED, postgresql_where=_ATTACHED)
Index("ix_tickets_open_due", Ticket.estate_id, _DUE, Ticket.id, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("ix_tickets_due", Ticket.estate_id, _DUE, Ticket.id)
Index(
    "ix_tickets_open_registered_at",
    Ticket.estate_id,
    Ticket.registered_at,
    Ticket.id,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
IS_OPEN = is_open(Ticket)
"""The condition that anything is still to be done."""


# What is granted beside the verbs.
grant(
    Ticket,
    {
        "read": READERS | WORKERS,
        "export": READERS,
        "print_slip": READERS | WORKERS,
        "take_over": MANAGERS,
        "import": MANAGERS,
        "read_phone": CLERKS | frozenset({Role.TECHNICIAN}),
    },
)

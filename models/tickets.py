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
    LabelledEnum,
    LongText,
    ShortText,
    UTCDateTime,
    is_open,
    named,
    never,
    state,
    within_estate,
)
from models.declared import TimeLimit, Tone
from models.errors import gettext_noop
from models.final_guards import TICKET_GUARDS, TICKET_SENTENCES, together
from models.guards import SENTENCES, TRIGGERS
from models.matters import Matter, matter_args
from models.next_dates import dated, dated_sentences, limit_sentences, open_of, within_limit
from models.roles import CLERKS, MANAGERS, READERS, WORKERS, Role
from models.verbs import grant

if TYPE_CHECKING:
    from models.settings import Category


class TicketKind(LabelledEnum):
    """INT-8; complaints are a register of their own."""

    REPAIR = "repair", gettext_noop("repair")
    HOUSEHOLD_SERVICE = "household_service", gettext_noop("household service")
    SUGGESTION = "suggestion", gettext_noop("suggestion")
    ENQUIRY = "enquiry", gettext_noop("enquiry")
    QUERY = "query", gettext_noop("query")
    EMERGENCY = "emergency", gettext_noop("emergency")


class TicketStatus(LabelledEnum):
    """JOB-1."""

    RECEIVED = "received", gettext_noop("received"), Tone.NEW
    DISPATCHED = "dispatched", gettext_noop("dispatched"), Tone.ASSIGNED
    ACCEPTED = "accepted", gettext_noop("accepted"), Tone.TAKEN
    IN_PROGRESS = "in_progress", gettext_noop("in progress"), Tone.UNDER_WAY
    WAITING = "waiting", gettext_noop("waiting"), Tone.STOPPED
    DONE = "done", gettext_noop("done"), Tone.DONE
    CLOSED = "closed", gettext_noop("closed"), Tone.GOOD
    CANCELLED = "cancelled", gettext_noop("cancelled"), Tone.OVER


class WaitingReason(LabelledEnum):
    """Why a job waits (JOB-1)."""

    MATERIALS = "materials", gettext_noop("materials")
    RESIDENT_ABSENT = "resident_absent", gettext_noop("resident absent")
    THIRD_PARTY = "third_party", gettext_noop("third party")
    AUTHORITY = "authority", gettext_noop("authority")
    QUOTE = "quote", gettext_noop("quote")


class CancelKind(LabelledEnum):
    """Why a matter was cancelled (JOB-1)."""

    DUPLICATE = "duplicate", gettext_noop("duplicate")
    WITHDRAWN = "withdrawn", gettext_noop("withdrawn")


class Acceptance(LabelledEnum):
    """Whether the resident accepted the work (JOB-5, JOB-6)."""

    SIGNED = "signed", gettext_noop("signed by the resident")
    NOT_SIGNED = "not_signed", gettext_noop("not signed")
    NOT_NEEDED = "not_needed", gettext_noop("not needed")
    UNKNOWN = "unknown", gettext_noop("not known: imported")


S = TicketStatus
PROMISE, QUESTION = "promise", "question"
"""The clocks by which a ticket is answered: when that was promised, and where nothing was."""
WAITING = "waiting"
"""The clock that runs while a job waits, until the date that was said."""
CANCELS = dict.fromkeys((S.RECEIVED, S.DISPATCHED, S.ACCEPTED, S.IN_PROGRESS, S.WAITING), S.CANCELLED)
"""What can be withdrawn or turn out to be a duplicate. The other ways of a ticket stand with its verbs."""

JOBS = (TicketKind.REPAIR, TicketKind.HOUSEHOLD_SERVICE)
CHARGE_PAID = "charge-paid"
SLIP_BACK, CLOSING = "slip-back", "closing"
"""What a finished job still waits for."""

OPEN_STATUSES = (S.RECEIVED, S.DISPATCHED, S.ACCEPTED, S.IN_PROGRESS, S.WAITING, S.DONE)
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
    time_limits = (
        TimeLimit(
            code="dispatch-emergency",
            label=gettext_noop("emergency dispatched"),
            rule="DSP-1",
            stops="dispatch",
            minutes=5,
            floor_of=(S.RECEIVED,),
            fits=lambda ticket: ticket.kind is TicketKind.EMERGENCY,
            since="registered_at",
            lasting=True,
        ),
        TimeLimit(
            code="dispatch",
            label=gettext_noop("job dispatched"),
            rule="DSP-2",
            stops="dispatch",
            minutes=30,
            floor_of=(S.RECEIVED,),
            fits=lambda ticket: ticket.kind in JOBS,
            since="registered_at",
            lasting=True,
        ),
        TimeLimit(
            code="slip-acknowledged",
            label=gettext_noop("slip picked up"),
            rule="DSP-4",
            starts="dispatch",
            stops="accept",
            minutes=15,
            floor_of=(S.DISPATCHED,),
            since="dispatched_at",
            lasting=True,
        ),
        TimeLimit(
            code="on-site",
            label=gettext_noop("on site"),
            rule="DSP-5",
            starts="dispatch",
            stops="start",
            minutes=20,
            for_all=False,
            floor_of=(S.ACCEPTED,),
            fits=lambda ticket: ticket.kind in (*JOBS, TicketKind.EMERGENCY),
            since="accepted_at",
            lasting=True,
        ),
        TimeLimit(
            code="ask-done",
            label=gettext_noop("asked whether it is done"),
            rule="DSP-6",
            starts="start",
            stops="ask_done",
            minutes=60,
            for_all=False,
            floor_of=(S.IN_PROGRESS,),
            fits=lambda ticket: ticket.kind in JOBS,
            since="arrived_at",
        ),
        TimeLimit(
            code="same-day",
            label=gettext_noop("done the same day"),
            rule="DSP-7",
            stops="finish",
            minutes=0,
            calendar="same_day",
            for_all=False,
            floor_of=(S.IN_PROGRESS,),
            since="arrived_at",
            lasting=True,
        ),
        TimeLimit(
            code=SLIP_BACK,
            label=gettext_noop("slip back at the desk"),
            rule="JOB-5",
            starts="finish",
            stops="take_slip_back",
            minutes=24 * 60,
            for_all=False,
            floor_of=(S.DONE,),
            fits=lambda ticket: ticket.dispatched_at is not None and ticket.slip_returned_at is None,
            since="finished_at",
        ),
        TimeLimit(
            code=CHARGE_PAID,
            label=gettext_noop("charge paid"),
            rule="JOB-4",
            starts="charge",
            stops="settle",
            minutes=3 * 24 * 60,
            for_all=False,
        ),
        TimeLimit(
            code=CLOSING,
            label=gettext_noop("closed when finished"),
            rule="JOB-6",
            starts="finish",
            stops="close",
            minutes=7 * 24 * 60,
            for_all=False,
            floor_of=(S.DONE,),
            since="finished_at",
            lasting=True,
        ),
        TimeLimit(
            code=WAITING,
            label=gettext_noop("waited no longer than said"),
            rule="INT-14",
            starts="wait",
            stops="resume",
            minutes=92 * 24 * 60,  # the furthest date that may be said
            for_all=False,
            lasting=True,
        ),
        TimeLimit(
            code=PROMISE,
            label=gettext_noop("answered when promised"),
            rule="INT-5",
            stops="answer",
            minutes=30,  # of an enquiry without another promise
            for_all=False,
            lasting=True,
        ),
        TimeLimit(
            code=QUESTION,
            label=gettext_noop("query or suggestion answered"),
            rule="INT-14",
            stops="answer",
            minutes=2 * 24 * 60,
            for_all=False,
            lasting=True,
        ),
    )

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

    __table_args__ = matter_args(
        "tickets",
        within_estate("category_id", "categories"),
        within_estate("complaint_id", "complaints"),
        within_estate("previous_id", "tickets"),
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
        Index("ix_tickets_estate_id_registered_at", "estate_id", "registered_at", "id"),
        Index("ix_tickets_estate_id_status", "estate_id", "status", "id"),
        Index("ix_tickets_team_id", "estate_id", "team_id", "status"),
        Index("ix_tickets_complaint_id", "complaint_id"),
        info={
            TRIGGERS: together(
                dated("tickets", open_of(OPEN_STATUSES)),
                within_limit("tickets", open_of(OPEN_STATUSES), beyond=True),
                TICKET_GUARDS,
            ),
            SENTENCES: {**TICKET_SENTENCES, **dated_sentences("tickets"), **limit_sentences("tickets")},
        },
    )

    category: Mapped["Category | None"] = relationship(
        "Category", primaryjoin="foreign(Ticket.category_id) == Category.id", viewonly=True, lazy="raise_on_sql"
    )


_OPEN = Ticket.status.in_(OPEN_STATUSES)
_DUE = func.coalesce(Ticket.due_at, never())
_FOLLOWS = Ticket.previous_id.is_not(None)
Index("ix_tickets_previous_id", Ticket.previous_id, sqlite_where=_FOLLOWS, postgresql_where=_FOLLOWS)
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

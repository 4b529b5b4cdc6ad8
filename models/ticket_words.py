"""The words of a ticket's columns and its time limits (JOB-1): what :mod:`models.tickets` has beside its table."""

from models.base import LabelledEnum
from models.declared import TimeLimit, Tone
from models.errors import gettext_noop


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
ESCALATION, AUTHORITY, OUTSIDE = "escalation", "authority-answer", "outside-party"
OWED_BY_OTHERS = (ESCALATION, AUTHORITY, OUTSIDE)
"""What others owe: the heads a decision on what is lacking, an authority its answer, an outside party its work."""
CANCELS = dict.fromkeys((S.RECEIVED, S.DISPATCHED, S.ACCEPTED, S.IN_PROGRESS, S.WAITING), S.CANCELLED)
"""What can be withdrawn or turn out to be a duplicate. The other ways of a ticket stand with its verbs."""

JOBS = (TicketKind.REPAIR, TicketKind.HOUSEHOLD_SERVICE)
CHARGE_PAID = "charge-paid"
SLIP_BACK, CLOSING = "slip-back", "closing"
"""What a finished job still waits for."""

OPEN_STATUSES = (S.RECEIVED, S.DISPATCHED, S.ACCEPTED, S.IN_PROGRESS, S.WAITING, S.DONE)

TIME_LIMITS = (
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
        code=ESCALATION,
        label=gettext_noop("decided on what is lacking"),
        rule="DSP-9",
        starts="escalate",
        stops="decide",
        minutes=24 * 60,
        lasting=True,
    ),
    TimeLimit(
        code=AUTHORITY,
        label=gettext_noop("authority answered by then"),
        rule="DSP-9",
        starts="submit",
        stops="note_answer",
        minutes=14 * 24 * 60,
        for_all=False,
        lasting=True,
    ),
    TimeLimit(
        code=OUTSIDE,
        label=gettext_noop("outside party done by then"),
        rule="JOB-9",
        starts="give_outside",
        stops="outside_done",
        minutes=3 * 24 * 60,
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
"""Its clocks."""

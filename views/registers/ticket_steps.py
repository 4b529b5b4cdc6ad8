"""Which steps a ticket's page offers, and when each makes sense."""

from models.matters import Severity
from models.operations import tickets as verbs
from models.operations.tickets import ANSWERED_KINDS
from models.tickets import CANCELS, OPEN_STATUSES, CancelKind, Ticket, TicketStatus
from views.register.steps import Step
from views.registers.matter_forms import (
    CommentForm,
    FollowerForm,
    LaterForm,
    MergeForm,
    OwnerForm,
    PromiseForm,
    ReasonForm,
    ReassignForm,
    RepeatForm,
    SeverityForm,
)
from views.registers.matters import (
    WATCHING,
)
from views.registers.ticket_forms import (
    AcceptForm,
    AnswerForm,
    AskForm,
    AssignForm,
    AttachForm,
    AuthorityForm,
    CancelForm,
    ChargeForm,
    DecideForm,
    DispatchChosenForm,
    DispatchForm,
    FinishForm,
    KindForm,
    OutsideDoneForm,
    OutsideForm,
    SettleForm,
    SubmitForm,
    TakeAsComplaintForm,
    TellAllForm,
    VisitForm,
    WaitForm,
    accepting,
)

WORKING = verbs.UNDER_WAY


def is_open(ticket: Ticket) -> bool:
    """Whether anything is still to be done."""
    return ticket.status in OPEN_STATUSES


def is_in_hand(ticket: Ticket) -> bool:
    """Whether its kind can still be put right (INT-8)."""
    return ticket.status in verbs.IN_HAND


def may_be_cancelled(ticket: Ticket) -> bool:
    """Whether it can still turn out to be a duplicate."""
    return ticket.status in CANCELS


def lacks_handler(ticket: Ticket) -> bool:
    """Whether a dispatched job still needs its person (DSP-11)."""
    return ticket.status in WORKING and ticket.assignee_id is None


STEPS = (
    Step("answer", AnswerForm, "primary", when=lambda t: t.kind in ANSWERED_KINDS and is_open(t)),
    Step(
        "dispatch",
        DispatchForm,
        "primary",
        ("team", "assignee", "visit_from", "visit_until"),
        is_open,
        form_of=lambda t: DispatchForm if t.team_id or t.category_id else DispatchChosenForm,
    ),
    Step("assign", AssignForm, "primary", ("visit_from", "visit_until"), lacks_handler),
    Step("accept", AcceptForm, "primary", when=is_open, form_of=accepting),
    Step("start", style="primary", when=is_open),
    Step("finish", FinishForm, "primary", ("result",), when=lambda t: t.status in WORKING),
    Step(
        "take_slip_back",
        style="primary",
        when=lambda t: t.status is TicketStatus.DONE and bool(t.dispatched_at) and t.slip_returned_at is None,
    ),
    Step("close", style="primary", when=is_open),
    Step("resume", VisitForm, "primary", when=lambda t: t.status is TicketStatus.WAITING),
    Step("wait", WaitForm, when=lambda t: t.status in WORKING),
    Step("ask_done", AskForm, when=lambda t: t.status is TicketStatus.IN_PROGRESS),
    Step("charge", ChargeForm, when=lambda t: is_open(t) and t.status is not TicketStatus.RECEIVED),
    Step("settle", SettleForm, when=verbs.owes_charge),
    Step("waive", ReasonForm, when=verbs.owes_charge),
    Step("reopen", ReasonForm, when=lambda t: t.status is TicketStatus.DONE and verbs.went_out(t)),
    Step("report_again", RepeatForm, when=is_open),
    Step("comment", CommentForm),
    *WATCHING,
    Step("reassign", ReassignForm, when=lambda t: t.status in WORKING),
    Step("change_owner", OwnerForm, when=is_open),
    Step("lower_severity", SeverityForm, when=lambda row: is_open(row) and row.severity is not Severity.MINOR),
    Step("promise", PromiseForm, when=lambda t: is_open(t) and t.finished_at is None),
    Step(
        "allow_later",
        LaterForm,
        when=lambda t: (
            t.status is TicketStatus.WAITING or (t.promised_at is not None and is_open(t) and t.finished_at is None)
        ),
    ),
    Step("name_follower", FollowerForm, when=is_open),
    Step("escalate", ReasonForm, when=is_open),
    Step("decide", DecideForm, when=is_open),
    Step("submit", SubmitForm, when=is_open),
    Step("note_answer", AuthorityForm, when=verbs.awaits_answer),
    Step("give_outside", OutsideForm, when=lambda t: t.status in WORKING and not verbs.is_outside(t)),
    Step("outside_done", OutsideDoneForm, when=verbs.is_outside),
    Step("take_back_outside", ReasonForm, when=verbs.is_outside),
    Step("tell_all", TellAllForm, when=is_open),
    Step("attach", AttachForm, when=lambda t: may_be_cancelled(t) and t.incident_id is None),
    Step("detach", when=lambda t: is_open(t) and t.incident_id is not None),
    Step("change_kind", KindForm, prefill=("kind",), when=is_in_hand),
    Step("take_as_complaint", TakeAsComplaintForm, when=lambda t: is_in_hand(t) and t.waiting_from is None),
    Step("take_back", when=lambda t: t.cancel_kind is CancelKind.DUPLICATE),
    Step("merge", MergeForm, when=may_be_cancelled),
    Step("cancel", CancelForm, "danger", when=is_open),
    Step("register_again", ReasonForm, "primary", when=lambda t: t.status is TicketStatus.CLOSED),
    Step("correct", ReasonForm, "danger", when=lambda t: t.status is TicketStatus.CLOSED),
)

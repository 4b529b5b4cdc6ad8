"""Complaints (投诉): the ledger, the way through of CMP-4, and the formal record."""

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import or_

from models.complaints import CANCELS, IS_OPEN, OPEN_STATUSES, Complaint, ComplaintNature, ComplaintStatus
from models.matters import Severity
from models.operations import complaints as verbs
from models.policy import may
from models.tickets import Ticket
from views.forms.clock_filter import MissedFilter
from views.forms.filters import ChoiceFilter, DateFilter, KeyFilter, ReferenceFilter, StateFilter, overdue
from views.register.calling import PhonePages
from views.register.record import Related
from views.register.steps import Step
from views.registers.call_form import ComplaintForm
from views.registers.complaint_forms import (
    AnswerForm,
    CarryOutForm,
    ClassifyForm,
    CompensationForm,
    ComplaintAssignForm,
    FormalRecordForm,
    NegotiateForm,
    ProposeForm,
    ResponsibilityForm,
    ReviewForm,
    SlipBackForm,
    TakeAsTicketForm,
)
from views.registers.intake import CallPages
from views.registers.matter_forms import (
    CommentForm,
    FollowerForm,
    LaterForm,
    MergeComplaintForm,
    OwnerForm,
    PromiseForm,
    ReasonForm,
    ReassignForm,
    RepeatForm,
    SeverityForm,
)
from views.registers.matters import (
    WATCHING,
    clock_table,
    follow_up_table,
    hold_table,
    matter_table,
    merged_tables,
    repeat_table,
    taken_tables,
    watched,
)
from views.request import context

STATES = {
    "open": (_("open"), lambda now: IS_OPEN),
    "overdue": overdue(Complaint),
    "no_record": (_("without formal record"), lambda now: IS_OPEN & Complaint.formal_record_at.is_(None)),
    "watched": watched(Complaint),
    "ended": (_("archived or cancelled"), lambda now: ~IS_OPEN),
}


def is_open(complaint: Complaint) -> bool:
    """Whether anything is still to be done."""
    return complaint.status in OPEN_STATUSES


def may_be_declined(complaint: Complaint) -> bool:
    """Whether it may turn out not to be our responsibility: what is valid is a failing of ours (CMP-12)."""
    return is_open(complaint) and complaint.nature is not ComplaintNature.VALID


def wants_review(complaint: Complaint) -> bool:
    """Whether a review belongs to it (CMP-13): it is serious, or may have been when its formal record was written."""
    serious = complaint.severity is Severity.SERIOUS
    return is_open(complaint) and (serious or complaint.formal_record_at is not None or complaint.review_on is not None)


STEPS = (
    Step("assign", ComplaintAssignForm, "primary", ("team",), is_open),
    Step("investigate", style="primary", when=is_open),
    Step("propose", ProposeForm, "primary", when=is_open),
    Step("agree", style="primary", when=is_open),
    Step("negotiate", NegotiateForm, when=is_open),
    Step("carry_out", CarryOutForm, "primary", when=is_open),
    Step("sign_slip", when=lambda c: c.status in (ComplaintStatus.CARRIED_OUT, ComplaintStatus.FOLLOWED_UP)),
    Step(
        "take_slip_back",
        SlipBackForm,
        "primary",
        when=lambda c: c.status in (ComplaintStatus.CARRIED_OUT, ComplaintStatus.FOLLOWED_UP),
    ),
    Step("mark_followed_up", style="primary", when=is_open),
    Step("archive", style="primary", when=is_open),
    Step("classify", ClassifyForm, when=is_open),
    Step(
        "write_formal_record",
        FormalRecordForm,
        prefill=("cause", "measures", "measures_due_at", "measures_by"),
        when=is_open,
    ),
    Step("write_answer", AnswerForm, prefill=("agreed_answer",), when=is_open),
    Step(
        "decline_responsibility",
        ResponsibilityForm,
        prefill=("ground", "ground_text", "ground_told_at"),
        when=may_be_declined,
    ),
    Step(
        "decide_compensation",
        CompensationForm,
        prefill=("compensation_fen", "compensation_borne_by", "compensation_reason"),
        when=is_open,
    ),
    Step(
        "write_review",
        ReviewForm,
        prefill=("review_on", "review_people", "review_measures", "review_in_charge"),
        when=wants_review,
    ),
    Step("put_right", ReasonForm, when=is_open),
    Step("report_again", RepeatForm, when=is_open),
    Step("comment", CommentForm),
    *WATCHING,
    Step("reassign", ReassignForm, when=is_open),
    Step("change_owner", OwnerForm, when=is_open),
    Step("lower_severity", SeverityForm, when=lambda row: is_open(row) and row.severity is not Severity.MINOR),
    Step("promise", PromiseForm, when=lambda c: is_open(c) and c.carried_out_at is None),
    Step(
        "allow_later",
        LaterForm,
        when=lambda c: (c.promised_at or c.measures_due_at) is not None and is_open(c) and c.carried_out_at is None,
    ),
    Step("name_follower", FollowerForm, when=is_open),
    Step("escalate", ReasonForm, when=is_open),
    Step("take_as_ticket", TakeAsTicketForm, when=lambda c: c.status in CANCELS),
    Step("take_back", when=lambda c: c.status is ComplaintStatus.CANCELLED),
    Step("merge", MergeComplaintForm, when=lambda c: c.status in CANCELS),
    Step("cancel", ReasonForm, "danger", when=is_open),
    Step("reopen_as_new", ReasonForm, "primary", when=lambda c: c.status is ComplaintStatus.ARCHIVED),
    Step("correct", ReasonForm, "danger", when=lambda c: c.status is not ComplaintStatus.REGISTERED),
)


class ComplaintView(PhonePages[Complaint], CallPages[Complaint]):
    """``/admin/complaints/``."""

    model = Complaint
    group = _("Matters")
    steps = STEPS
    stages = (
        (ComplaintStatus.REGISTERED, "registered_at"),
        (ComplaintStatus.ASSIGNED, "assigned_at"),
        (ComplaintStatus.INVESTIGATING, None),
        (ComplaintStatus.PROPOSAL, None),
        (ComplaintStatus.AGREED, "agreed_at"),
        (ComplaintStatus.CARRIED_OUT, "carried_out_at"),
        (ComplaintStatus.FOLLOWED_UP, None),
        (ComplaintStatus.ARCHIVED, "archived_at"),
    )
    headline = ("summary", "unit", "place", "reporter_name", "reporter_phone")
    changed_by = {
        "assignee": "reassign",
        "team": "reassign",
        "desk_owner": "change_owner",
        "follower_id": "name_follower",
    }
    unblocked_by = {
        "INT-1": ("reassign",),
        "INT-3": ("amend",),
        "INT-6": ("report_again",),
        "INT-7": ("lower_severity",),
        "DSP-3": ("assign", "reassign"),
        "CMP-2": ("classify",),
        "CMP-3": (
            *("classify", "write_formal_record", "write_review", "sign_slip", "take_slip_back"),
            "follow_ups.record_attempt",
        ),
        "CMP-6": ("sign_slip", "take_slip_back"),
        "CMP-12": ("classify", "decline_responsibility"),
        "CMP-13": ("write_review",),
        "FUP-1": ("follow_ups.record_attempt",),
        "FUP-3": ("put_right", "follow_ups.record_attempt"),
    }
    empty_text = _("No complaint fits. Choose “Register” when one comes in, or remove a filter.")

    default_sort = "registered_at"
    column_list = ("number", "status", "due_at", "category", "severity", "summary", "unit", "assignee", "registered_at")
    column_export_list = [
        "number",
        "status",
        "category",
        "nature",
        "severity",
        "summary",
        "unit",
        "place",
        "reporter_name",
        "reporter_phone",
        "other_callers",
        "team",
        "assignee",
        "desk_owner",
        "heard_at",
        "registered_at",
        "due_at",
        "promised_at",
        "formal_record_at",
        "carried_out_at",
        "archived_at",
        "result",
    ]
    column_sortable_list = ("registered_at", "due_at", "status")
    column_filters = (
        StateFilter(Complaint.status, STATES),
        MissedFilter(Complaint),
        ChoiceFilter(Complaint.status),
        ChoiceFilter(Complaint.category),
        ChoiceFilter(Complaint.nature),
        ChoiceFilter(Complaint.severity),
        ReferenceFilter(Complaint.team_id, "team"),
        ReferenceFilter(Complaint.assignee_id, "handler"),
        ReferenceFilter(Complaint.desk_owner_id, "desk"),
        KeyFilter(Complaint.unit_id, "unit"),
        DateFilter(Complaint.registered_at),
        DateFilter(Complaint.registered_at, until=True),
    )
    form_columns = (
        "summary",
        "detail",
        "wish",
        "category",
        "severity",
        "unit_id",
        "place",
        "resident_id",
        "reporter_name",
        "reporter_phone",
        "reporter_department",
        "channel",
        "read_back",
        "identity_checked",
    )
    create_form_class = ComplaintForm
    draft_class = verbs.ComplaintDraft
    at_once = verbs.register_and_assign
    reads = {
        "unit": ("unit", "place"),
        "other_callers": ("id",),
        "promised_at": ("promised_at", "status", "carried_out_at"),
    }
    sections = (
        (
            _("Matter"),
            (
                "status",
                "category",
                "nature",
                "nature_reason",
                "severity",
                "summary",
                "detail",
                "wish",
                "repeats",
                "anonymous",
                "source",
                "source_key",
            ),
        ),
        (_("Agreed answer"), ("agreed_answer", "agreed_answer_by_id", "agreed_answer_at")),
        (
            _("Where and who"),
            (
                "unit",
                "place",
                "resident",
                "reporter_name",
                "reporter_phone",
                "reporter_department",
                "identity_checked",
                "channel",
            ),
        ),
        (_("Responsible"), ("due_at", "desk_owner", "team", "assignee", "follower_id", "head_told_id")),
        (_("Way through"), ("proposal", "result", "slip_signed_by_id", "slip_complete", "slip_returned_at")),
        (_("Not our responsibility"), ("ground", "ground_text", "ground_told_at")),
        (
            _("Compensation"),
            ("compensation_fen", "compensation_borne_by", "compensation_reason", "compensation_by_id"),
        ),
        (_("Formal record"), ("formal_record_at", "cause", "measures", "measures_due_at", "measures_by_id")),
        (_("Review"), ("review_on", "review_people", "review_measures", "review_in_charge_id")),
        (
            _("Times"),
            (
                "heard_at",
                "registered_at",
                "promised_at",
                "assigned_at",
                "agreed_at",
                "carried_out_at",
                "archived_at",
                "cancelled_at",
                "cancel_reason",
            ),
        ),
    )

    def amendable(self, record: Complaint) -> bool:
        """While anything is still to be done; the archive is final (CMP-8)."""
        return is_open(record)

    def deletable(self, record: Complaint) -> bool:
        """Only what nothing has followed (CMP-4)."""
        return record.status is ComplaintStatus.REGISTERED

    def related(self, record: Complaint) -> list[Related]:
        """Clocks, linked jobs, follow-ups and repeated reports."""
        links = []
        if may(context.actor(), "register", "tickets") and is_open(record):
            links.append(
                (_("Register work for this complaint"), url_for("tickets.create_view", complaint_id=record.id))
            )
        work = matter_table(_("Work"), Ticket, "tickets", Ticket.complaint_id == record.id)
        work.links = links
        linked = or_(Complaint.previous_id == record.id, Complaint.id == (record.previous_id or 0))
        return [
            clock_table("complaints", record.id),
            hold_table("complaints", record.id),
            work,
            follow_up_table("complaints", record.id),
            repeat_table("complaints", record.id, in_full=self.may_read_phone(record)),
            matter_table(_("Linked complaints"), Complaint, "complaints", linked),
            *merged_tables(Complaint, record.id),
            *taken_tables(record),
        ]

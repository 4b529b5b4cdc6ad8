"""What the steps of tickets ask: one form for each that needs something."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms.validators import Optional

from models.complaints import Complaint, ComplaintCategory
from models.tickets import Acceptance, CancelKind, Ticket, TicketKind, WaitingReason
from views.forms.base import DeskForm, NothingForm, form_of
from views.forms.fields import (
    EnumField,
    FlagField,
    LocalDateTimeField,
    LongTextField,
    MoneyField,
    RadioField,
    Required,
    TextField,
)
from views.forms.references import LookupField, StaticChoiceField
from views.words.labels import label_for


class DispatchForm(DeskForm):
    """DSP-11: the team; person and visit where the desk has made sure of them already."""

    records = ("team", "assignee")
    team = StaticChoiceField(label_for(Ticket.team_id), lookup="team", blank=_("each to its own team, by category"))
    assignee = LookupField(
        label_for(Ticket.assignee_id),
        [Optional()],
        lookup="handler",
        description=_("Where a person is sure already (DSP-2)."),
    )
    visit_from = LocalDateTimeField(label_for(Ticket.visit_from), [Optional()])
    visit_until = LocalDateTimeField(label_for(Ticket.visit_until), [Optional()])


class DispatchChosenForm(DispatchForm):
    """The same where nothing says which team does such work: one is chosen (DSP-11)."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """The team stays the first field, and begins with no choice that would be refused."""
        super().__init__(*arguments, **options)
        self.team.blank, self.team.validators, self.team.flags.required = _("choose the team"), [Required()], True


class KindForm(DeskForm):
    """INT-8: the right kind."""

    records = ("team",)
    texts = ("reason",)
    kind = EnumField(label_for(Ticket.kind), enum=TicketKind)
    team = StaticChoiceField(
        label_for(Ticket.team_id),
        lookup="team",
        blank=_("as it is"),
        description=_("An emergency names its team and is dispatched at once (DSP-1)."),
    )
    reason = LongTextField(
        _("Reason"), [Optional()], description=_("Needed where a limit was missed; what was missed stays missed.")
    )


class TakeAsComplaintForm(DeskForm):
    """INT-8: a complaint in truth."""

    category = EnumField(label_for(Complaint.category), enum=ComplaintCategory)
    reason = LongTextField(_("Reason"), [Required()])


class AssignForm(DeskForm):
    """DSP-11: the person, of the ticket's own team."""

    records = ("assignee",)
    assignee = LookupField(label_for(Ticket.assignee_id), [Required()], lookup="handler")
    visit_from = LocalDateTimeField(label_for(Ticket.visit_from), [Optional()])
    visit_until = LocalDateTimeField(label_for(Ticket.visit_until), [Optional()])


class AttachForm(DeskForm):
    """INT-6: the ticket that leads the incident."""

    records = ("leading",)
    leading = LookupField(
        _("Led by"),
        [Required()],
        lookup="open_ticket",
        description=_(
            "This ticket is done and closed with that one; its resident is followed up all the same (FUP-1)."
        ),
    )


class TellAllForm(DeskForm):
    """INT-6: what stands on every report of the incident."""

    body = LongTextField(
        _("Entry"),
        [Required()],
        description=_("It stands on each report of the incident, and residents who want such news read it."),
    )


class DecideForm(DeskForm):
    """DSP-9: what was decided."""

    decision = LongTextField(_("What was decided"), [Required()])


class SubmitForm(DeskForm):
    """DSP-9: the submission, and when its answer is asked for."""

    submitted_to = TextField(label_for(Ticket.submitted_to), [Required()], length=80)
    submission = LongTextField(label_for(Ticket.submission), [Required()])
    until = LocalDateTimeField(_("Answer expected by"), [Required()], description=_("Then it is overdue (INT-14)."))


AuthorityForm = form_of(Ticket, "authority_answer", authority_answer={"needed": True})
"""DSP-9: the answer of the authority."""


class OutsideForm(DeskForm):
    """JOB-9: who has the job, how they are reached, until when."""

    outside_party = TextField(label_for(Ticket.outside_party), [Required()], length=80)
    outside_contact = TextField(label_for(Ticket.outside_contact), [Optional()], length=60)
    outside_phone = TextField(label_for(Ticket.outside_phone), [Optional()], length=30)
    until = LocalDateTimeField(_("Done by"), [Required()], description=_("Then it is overdue (INT-14)."))


class OutsideDoneForm(DeskForm):
    """JOB-9: what they did."""

    said = LongTextField(_("What was done"), [Required()])


class AcceptForm(DeskForm):
    """DSP-4: who takes the slip."""

    records = ("taker",)
    taker = LookupField(
        _("Slip taker"),
        [Optional()],
        lookup="handler",
        description=_("Empty: you, where you belong to the team, else the handler."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Who may look nobody up takes it in person, and is asked nothing."""
        super().__init__(*arguments, **options)
        if not self.taker.lookup.allowed():
            del self.taker


def accepting(_ticket: Ticket) -> type[DeskForm]:
    """Who takes it in person has nothing to fill in, and so no page to go through."""
    return AcceptForm if "taker" in AcceptForm() else NothingForm


class WaitForm(DeskForm):
    """JOB-1, DSP-8, INT-14: why the job waits, and until when."""

    texts = ("note",)
    waiting_reason = EnumField(label_for(Ticket.waiting_reason), enum=WaitingReason)
    until = LocalDateTimeField(
        _("Waits until"), [Required()], description=_("Then it is overdue and stands on the desk again (INT-14).")
    )
    note = LongTextField(
        label_for(Ticket.waiting_note),
        [Optional()],
        description=_("Resident absent: how long was waited, and that a note with the desk's number was left (DSP-8)."),
    )
    visit_from = LocalDateTimeField(label_for(Ticket.visit_from), [Optional()])
    visit_until = LocalDateTimeField(
        label_for(Ticket.visit_until), [Optional()], description=_("A new appointment, where one is agreed already.")
    )


VisitForm = form_of(
    Ticket,
    *("visit_from", "visit_until"),
    visit_until={"description": _("Needed when the resident was absent (DSP-8).")},
)
"""A new appointment."""


class FinishForm(DeskForm):
    """JOB-5, JOB-6: result and acceptance."""

    texts = ("acceptance_reason",)
    result = LongTextField(label_for(Ticket.result), [Required()])
    acceptance = RadioField(
        label_for(Ticket.acceptance), enum=Acceptance, only=[a for a in Acceptance if a is not Acceptance.UNKNOWN]
    )
    acceptance_reason = LongTextField(
        label_for(Ticket.acceptance_reason),
        [Optional()],
        description=_("Needed without the resident's signature (JOB-5)."),
    )


class AnswerForm(DeskForm):
    """The answer to an enquiry, query or suggestion."""

    result = LongTextField(_("Answer"), [Required()])


class AskForm(DeskForm):
    """DSP-6: what was answered."""

    said = LongTextField(_("What was answered"), [Required()])


class ChargeForm(DeskForm):
    """JOB-4: what the job costs."""

    amount_fen = MoneyField(_("Amount in yuan"), [Required()])
    agreed = FlagField(_("The resident said yes"))


SettleForm = form_of(Ticket, "invoice_number", invoice_number={"needed": True})
"""JOB-4: the payment."""


class CancelForm(DeskForm):
    """JOB-1: duplicate or withdrawn."""

    records = ("original",)
    kind = EnumField(label_for(Ticket.cancel_kind), enum=CancelKind)
    original = LookupField(
        _("Goes on as"),
        [Optional()],
        lookup="open_ticket",
        description=_("For a duplicate: the ticket of the same matter, which takes in what the caller said."),
    )
    reason = LongTextField(_("Reason"), [Required()])

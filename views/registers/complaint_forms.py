"""What the steps of complaints ask: one form for each that needs something."""

from flask_babel import lazy_gettext as _
from wtforms.validators import Optional

from models.complaints import Complaint, ComplaintNature, ResponsibilityGround
from models.tickets import Ticket, TicketKind
from views.forms.base import DeskForm
from views.forms.fields import (
    EnumField,
    FlagField,
    LocalDateField,
    LocalDateTimeField,
    LongTextField,
    MoneyField,
    Required,
    TextField,
)
from views.forms.references import LookupField, StaticChoiceField
from views.words.labels import label_for


class ComplaintAssignForm(DeskForm):
    """DSP-3: the handler, and in the same step the head who is told."""

    records = ("team", "assignee", "head")
    team = StaticChoiceField(label_for(Complaint.team_id), lookup="team")
    assignee = LookupField(label_for(Complaint.assignee_id), [Required()], lookup="handler")
    head = LookupField(
        label_for(Complaint.head_told_id),
        [Optional()],
        lookup="staff",
        description=_("The head of customer service (DSP-3); empty: the one supervisor of the estate."),
    )


class TakeAsTicketForm(DeskForm):
    """INT-8: no complaint in truth."""

    records = ("team",)
    kind = EnumField(label_for(Ticket.kind), enum=TicketKind)
    team = StaticChoiceField(label_for(Ticket.team_id), lookup="team", blank=_("as it is"))
    reason = LongTextField(_("Reason"), [Required()])


class ClassifyForm(DeskForm):
    """CMP-2: valid or communicative."""

    texts = ("reason",)
    nature = EnumField(label_for(Complaint.nature), enum=ComplaintNature)
    reason = LongTextField(_("Reason"), [Optional()], description=_("Needed when the nature changes (CMP-2)."))
    identity_checked = FlagField(label_for(Complaint.identity_checked))


class ProposeForm(DeskForm):
    """CMP-4: what is proposed."""

    proposal = LongTextField(label_for(Complaint.proposal), [Required()])


class NegotiateForm(DeskForm):
    """CMP-4: what was replied."""

    reply = LongTextField(_("What was replied"), [Required()])


class CarryOutForm(DeskForm):
    """CMP-4: what was done."""

    result = LongTextField(label_for(Complaint.result), [Required()])


class SlipBackForm(DeskForm):
    """CMP-6: the returned slip is checked."""

    complete = FlagField(_("Checked: complete, signed by the responsible head, and the matter is really finished"))


class FormalRecordForm(DeskForm):
    """CMP-3: the formal record."""

    records = ("measures_by",)
    cause = LongTextField(label_for(Complaint.cause), [Required()])
    measures = LongTextField(label_for(Complaint.measures), [Required()])
    measures_due_at = LocalDateTimeField(label_for(Complaint.measures_due_at), [Required()])
    measures_by = LookupField(label_for(Complaint.measures_by_id), [Required()], lookup="staff")


class AnswerForm(DeskForm):
    """CMP-11: the one answer."""

    agreed_answer = LongTextField(
        label_for(Complaint.agreed_answer),
        [Required()],
        description=_("Every desk gives this answer and no other (CMP-11)."),
    )


class ResponsibilityForm(DeskForm):
    """CMP-12: by what it is not our responsibility."""

    ground = EnumField(label_for(Complaint.ground), enum=ResponsibilityGround)
    ground_text = LongTextField(label_for(Complaint.ground_text), [Required()])
    ground_told_at = LocalDateTimeField(label_for(Complaint.ground_told_at), [Required()])


class CompensationForm(DeskForm):
    """CMP-7: what is paid and who bears it."""

    compensation_fen = MoneyField(_("Amount in yuan"), [Required()], description=_("0 where nothing is paid."))
    compensation_borne_by = TextField(label_for(Complaint.compensation_borne_by), [Required()])
    compensation_reason = LongTextField(label_for(Complaint.compensation_reason), [Required()])


class ReviewForm(DeskForm):
    """CMP-13: the review."""

    records = ("review_in_charge",)
    review_on = LocalDateField(label_for(Complaint.review_on), [Required()])
    review_people = LongTextField(label_for(Complaint.review_people), [Required()])
    review_measures = LongTextField(label_for(Complaint.review_measures), [Required()])
    review_in_charge = LookupField(label_for(Complaint.review_in_charge_id), [Required()], lookup="staff")

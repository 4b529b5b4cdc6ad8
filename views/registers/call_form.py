"""What the page asks that takes every kind of matter (INT-2, INT-8)."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from wtforms.validators import Optional

from models.base import LabelledEnum
from models.complaints import Complaint, ComplaintCategory, ComplaintKind, ComplaintNature
from models.matters import Channel, Severity
from models.operations.tickets import ANSWERED_KINDS
from models.tickets import Ticket, TicketKind
from views.forms.base import DeskForm
from views.forms.fields import EnumField, FlagField, LocalDateTimeField, LongTextField, Required, TextField
from views.forms.references import LookupField, StaticChoiceField
from views.words.labels import label_for


def register_of(kind: str) -> str:
    """The register that takes matters of *kind*."""
    return "complaints" if kind == ComplaintKind.COMPLAINT.value else "tickets"


def _kind(first: LabelledEnum) -> EnumField:
    """Every kind of INT-8: those of tickets, and the one that is a register of its own."""
    return EnumField(label_for(Ticket.kind), enum=TicketKind, only=(*TicketKind, *ComplaintKind), default=first)


class CallForm(DeskForm):
    """What whoever takes a call asks (INT-3 … 8); where it is a complaint, what belongs to a ticket is left out."""

    OF_TICKETS: ClassVar = ("category_id", "visit_from", "visit_until", "complaint_id")
    OF_ANSWERED: ClassVar = ("result",)
    OF_COMPLAINTS: ClassVar = ("category", "nature", "anonymous", "identity_checked", "head_id")

    kind = _kind(TicketKind.REPAIR)
    category_id = StaticChoiceField(label_for(Ticket.category_id), lookup="category", blank=_("none"))
    category = EnumField(
        label_for(Complaint.category), enum=ComplaintCategory, default=ComplaintCategory.GENERAL_SERVICE
    )
    severity = EnumField(label_for(Ticket.severity), enum=Severity, default=Severity.ORDINARY)
    nature = EnumField(
        label_for(Complaint.nature),
        enum=ComplaintNature,
        blank=_("not known yet"),
        description=_("Communicative: the identity is checked first (CMP-2)."),
    )
    summary = TextField(label_for(Ticket.summary), [Required()])
    result = LongTextField(_("Answer"), [Optional()], description=_("Answered at once: saved and closed in one step."))
    detail = LongTextField(label_for(Ticket.detail), [Optional()])
    wish = LongTextField(label_for(Ticket.wish), [Optional()])
    anonymous = FlagField(_("Without room and name (neighbour disputes only, INT-4)"))
    identity_checked = FlagField(label_for(Complaint.identity_checked))
    unit_id = LookupField(label_for(Ticket.unit_id), [Optional()], lookup="unit")
    place = TextField(
        label_for(Ticket.place), [Optional()], description=_("Where there is no unit: lift, gate, garage.")
    )
    resident_id = LookupField(label_for(Ticket.resident_id), [Optional()], lookup="resident")
    reporter_name = TextField(
        label_for(Ticket.reporter_name), [Optional()], length=60, description=_("A surname is enough (INT-3).")
    )
    reporter_phone = TextField(label_for(Ticket.reporter_phone), [Optional()], length=30)
    reporter_department = TextField(
        label_for(Ticket.reporter_department),
        [Optional()],
        length=60,
        description=_("When a colleague reports: such a job needs no resident (INT-9)."),
    )
    channel = EnumField(
        label_for(Ticket.channel),
        enum=Channel,
        only=[c for c in Channel if c is not Channel.IMPORT],
        default=Channel.PHONE,
    )
    heard_at = LocalDateTimeField(label_for(Ticket.heard_at), [Optional()], description=_("Empty means now."))
    read_back = FlagField(label_for(Ticket.read_back))
    promised_at = LocalDateTimeField(
        label_for(Ticket.promised_at), [Optional()], description=_("Where no answer is possible now (INT-5).")
    )
    team_id = StaticChoiceField(
        label_for(Ticket.team_id),
        lookup="team",
        blank=_("decide at dispatch"),
        description=_("An emergency names its team and is dispatched at once (DSP-1)."),
    )
    assignee_id = LookupField(
        label_for(Ticket.assignee_id),
        [Optional()],
        lookup="handler",
        description=_(
            "Who is named gets it at once (DSP-2, DSP-3). Empty: what is given to customer service, and a complaint, "
            "goes to the butler of the unit (RES-5)."
        ),
    )
    head_id = LookupField(
        label_for(Complaint.head_told_id),
        [Optional()],
        lookup="staff",
        description=_("The head of customer service (DSP-3); empty: the one supervisor of the estate."),
    )
    visit_from = LocalDateTimeField(label_for(Ticket.visit_from), [Optional()])
    visit_until = LocalDateTimeField(label_for(Ticket.visit_until), [Optional()])
    complaint_id = LookupField(
        label_for(Ticket.complaint_id),
        [Optional()],
        lookup="complaint",
        description=_("Where it is work for a complaint."),
    )
    another_matter = FlagField(_("This is another matter than the open one of this unit (INT-6)"))

    @property
    def register(self) -> str:
        """The register that the kind belongs to."""
        return register_of(self.kind.word(self.kind.data))

    @property
    def left_out(self) -> tuple[str, ...]:
        """The fields that are not asked of this kind."""
        names: tuple[str, ...] = ("kind", *self.OF_TICKETS) if self.register == "complaints" else self.OF_COMPLAINTS
        return names if self.kind.data in ANSWERED_KINDS else (*names, *self.OF_ANSWERED)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all that is asked of this kind can be read."""
        super().validate(extra_validators)
        for name in self.left_out:
            if name != "kind":
                self[name].errors = ()
        return not self.errors

    def arguments(self) -> dict[str, Any]:
        """What is asked of this kind."""
        return {name: value for name, value in super().arguments().items() if name not in self.left_out}


class ComplaintForm(CallForm):
    """The same, begun as a complaint."""

    kind = _kind(ComplaintKind.COMPLAINT)

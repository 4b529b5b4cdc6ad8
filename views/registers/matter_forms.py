"""Forms that the steps of tickets and complaints have in common."""

from flask_babel import lazy_gettext as _
from wtforms.validators import Optional

from models.matters import Channel, CommentKind, Severity
from models.tickets import Ticket
from views.forms.base import DeskForm
from views.forms.fields import EnumField, LocalDateTimeField, LongTextField, Required, TextField
from views.forms.references import LookupField, StaticChoiceField
from views.words.labels import label_for


class ReasonForm(DeskForm):
    """A step that has to say why."""

    texts = ("reason",)
    reason = LongTextField(_("Reason"), [Required()])


class ReassignForm(DeskForm):
    """Another team or person, with the reason."""

    records = ("team", "assignee")
    team = StaticChoiceField(label_for(Ticket.team_id), lookup="team", blank=_("as it is"))
    assignee = LookupField(label_for(Ticket.assignee_id), [Optional()], lookup="handler")
    reason = LongTextField(_("Reason"), [Required()])


class OwnerForm(DeskForm):
    """INT-1: another person of the desk."""

    records = ("desk_owner",)
    desk_owner = LookupField(label_for(Ticket.desk_owner_id), [Required()], lookup="desk")
    reason = LongTextField(_("Reason"), [Required()])


class SeverityForm(DeskForm):
    """INT-7: less grave than it was, with the reason."""

    severity = EnumField(label_for(Ticket.severity), enum=Severity, only=[Severity.ORDINARY, Severity.MINOR])
    reason = LongTextField(_("Reason"), [Required()])


class PromiseForm(DeskForm):
    """INT-5: until when an answer is promised."""

    texts = ("reason",)
    promised_at = LocalDateTimeField(label_for(Ticket.promised_at), [Required()])
    reason = LongTextField(
        _("Reason"),
        [Optional()],
        description=_("Needed to move a promise before its time has come; both stay on record (INT-5)."),
    )


class LaterForm(DeskForm):
    """INT-14: until when, beyond the limit, and why."""

    texts = ("reason",)
    until = LocalDateTimeField(_("Until"), [Required()])
    reason = LongTextField(_("Reason"), [Required()])


class FollowerForm(DeskForm):
    """DSP-10: the one follower of a major matter."""

    records = ("follower",)
    follower = LookupField(label_for(Ticket.follower_id), [Required()], lookup="staff")


class MergeForm(DeskForm):
    """INT-6: the record of the same matter that goes on."""

    texts = ("reason",)
    records = ("original",)
    original = LookupField(
        _("Goes on as"),
        [Required()],
        lookup="open_ticket",
        description=_("What the caller said goes there, this record is cancelled as its duplicate."),
    )
    reason = LongTextField(_("Reason"), [Optional()])


class MergeComplaintForm(MergeForm):
    """The same for complaints."""

    original = LookupField(
        _("Goes on as"),
        [Required()],
        lookup="open_complaint",
        description=_("What the caller said goes there, this record is cancelled as its duplicate."),
    )


class CommentForm(DeskForm):
    """An entry on a matter (DSP-12)."""

    kind = EnumField(
        label_for(Ticket.kind),
        enum=CommentKind,
        only=[CommentKind.NOTE, CommentKind.CHASE, CommentKind.REPLY],
        default=CommentKind.NOTE,
    )
    body = LongTextField(_("Entry"), [Required()])


class RepeatForm(DeskForm):
    """INT-6: the same matter reported again."""

    words = LongTextField(_("What was said this time"), [Required()])
    channel = EnumField(
        label_for(Ticket.channel),
        enum=Channel,
        only=[c for c in Channel if c is not Channel.IMPORT],
        default=Channel.PHONE,
    )
    unit_id = LookupField(_("Caller's unit"), [Optional()], lookup="unit")
    place = TextField(label_for(Ticket.place), [Optional()])
    resident_id = LookupField(label_for(Ticket.resident_id), [Optional()], lookup="resident")
    reporter_name = TextField(label_for(Ticket.reporter_name), [Optional()], length=60)
    reporter_phone = TextField(label_for(Ticket.reporter_phone), [Optional()], length=30)
    reporter_department = TextField(label_for(Ticket.reporter_department), [Optional()], length=60)
    promised_at = LocalDateTimeField(label_for(Ticket.promised_at), [Optional()])
    heard_at = LocalDateTimeField(label_for(Ticket.heard_at), [Optional()], description=_("Empty means now."))

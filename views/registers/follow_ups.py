"""Follow-ups (回访): who is to be asked, by whom, until when (FUP-1 … 5)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import request, url_for
from flask_babel import gettext, lazy_gettext as _
from markupsafe import Markup
from sqlalchemy import select
from wtforms import Field, ValidationError
from wtforms.validators import NumberRange, Optional

from models.follow_ups import (
    IS_SCHEDULED,
    AttemptOutcome,
    FollowUp,
    FollowUpAttempt,
    FollowUpStatus,
    FollowUpWay,
)
from models.operations import follow_ups as verbs
from models.staff import Staff
from views.forms.base import DeskForm
from views.forms.clock_filter import MissedFilter
from views.forms.fields import EnumField, LocalDateTimeField, LongTextField, Required, WholeNumberField
from views.forms.filters import ChoiceFilter, DateFilter, ReferenceFilter, StateFilter, overdue
from views.forms.references import LookupField
from views.register.base import RegisterView
from views.register.page import may_here
from views.register.record import Related
from views.register.steps import Step
from views.registers.matters import repeat_table
from views.request import context
from views.request.queries import Listing
from views.words.cells import badge
from views.words.labels import label_for
from views.words.language import label, local_time

STATES = {
    "due": overdue(FollowUp),
    "mine": (_("mine"), lambda now: IS_SCHEDULED & (FollowUp.assignee_id == getattr(context.actor(), "staff_id", 0))),
}


class ScheduleForm(DeskForm):
    """A follow-up of one ticket or one complaint."""

    records = ("ticket_id", "complaint_id", "assignee_id")
    ticket_id = LookupField(label_for(FollowUp.ticket_id), [Optional()], lookup="ticket")
    complaint_id = LookupField(label_for(FollowUp.complaint_id), [Optional()], lookup="complaint")
    assignee_id = LookupField(
        _("Colleague"), [Optional()], lookup="desk", description=_("Empty: the desk owner of the matter (FUP-1).")
    )
    preferred_time = LocalDateTimeField(label_for(FollowUp.preferred_time), [Optional()])

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Exactly one matter."""
        fine = bool(super().validate(extra_validators))
        if fine and (self.ticket_id.data is None) == (self.complaint_id.data is None):
            self.ticket_id.errors = [gettext("Name one ticket or one complaint.")]
            return False
        return fine


class AttemptForm(DeskForm):
    """What one attempt brought (FUP-2, FUP-3)."""

    texts = ("words",)
    sections: ClassVar[Any] = (
        (_("Attempt"), ("way", "called_at", "outcome", "words")),
        (_("Marks from 1 to 5, where satisfied or not"), ("quality", "timeliness", "attitude")),
    )
    way = EnumField(_("Way"), enum=FollowUpWay, default=FollowUpWay.PHONE)
    called_at = LocalDateTimeField(_("Called at"), [Optional()], description=_("Empty means now."))
    outcome = EnumField(label_for(FollowUpAttempt.outcome), enum=AttemptOutcome)
    words = LongTextField(label_for(FollowUp.words), [Optional()])
    quality = WholeNumberField(label_for(FollowUp.quality), [Optional(), NumberRange(1, 5)])
    timeliness = WholeNumberField(label_for(FollowUp.timeliness), [Optional(), NumberRange(1, 5)])
    attitude = WholeNumberField(label_for(FollowUp.attitude), [Optional(), NumberRange(1, 5)])


class PassOnForm(DeskForm):
    """A named colleague (FUP-4)."""

    records = ("assignee",)
    assignee = LookupField(_("Colleague"), [Required()], lookup="desk")
    preferred_time = LocalDateTimeField(label_for(FollowUp.preferred_time), [Optional()])


class LaterForm(DeskForm):
    """When the resident wants to be called."""

    preferred_time = LocalDateTimeField(_("Call again at"), [Required()])

    def validate_preferred_time(self, field: Field) -> None:
        """A time to come."""
        if field.data <= context.now():
            raise ValidationError(gettext("This time has passed already."))


class FollowUpView(RegisterView[FollowUp]):
    """``/admin/follow-ups/``: what is still to be made, unless something else is asked for."""

    model = FollowUp
    name_text = _("Follow-up %(number)s")
    group = _("Matters")
    create_verb = "schedule"
    unblocked_by = {
        "FUP-1": ("reassign",),
        "FUP-2": ("record_attempt",),
        "FUP-3": ("record_attempt",),
        "FUP-5": ("record_attempt",),
    }
    steps = (
        Step("record_attempt", AttemptForm, "primary", when=lambda row: row.status is FollowUpStatus.SCHEDULED),
        Step("reassign", PassOnForm, when=lambda row: row.status is FollowUpStatus.SCHEDULED),
        Step("close_not_reached", style="danger", when=lambda row: row.status is FollowUpStatus.SCHEDULED),
    )
    presets = ("due", "mine")
    waits = "due"
    empty_text = _("No follow-up fits. They are made by themselves when a job or complaint is finished.")
    default_sort = "due_at"
    default_descending = False
    column_list = ("id", "status", "due_at", "matter", "assignee", "attempts", "preferred_time")
    column_sortable_list = ("due_at",)
    column_filters = (
        StateFilter(FollowUp.id, STATES),
        MissedFilter(FollowUp),
        ChoiceFilter(FollowUp.status),
        ReferenceFilter(FollowUp.assignee_id, "desk"),
        DateFilter(FollowUp.due_at),
        DateFilter(FollowUp.due_at, until=True),
    )
    reads = {"matter": ("ticket", "complaint")}
    reads_columns = False  # the matter is linked, and shown with its summary
    create_form_class = ScheduleForm
    sections = (
        (_("Follow-up"), ("status", "matter", "due_at", "assignee", "preferred_time", "attempts")),
        (
            _("Outcome"),
            ("finished_at", "finished_by_id", "quality", "timeliness", "attitude", "words"),
        ),
    )

    def listing(self, source: Mapping[str, str] | None = None) -> Listing:
        """The list as it is opened begins with what is still to be made: a filter to be seen and removed."""
        if source is None and not request.args and request.endpoint == f"{self.endpoint}.index_view":
            source = {"flt_status": FollowUpStatus.SCHEDULED.value}
        return super().listing(source)

    def address(self, listing: Listing, **changes: object) -> str:
        """The address of this list; the one without any filter says so, since it is not where the list begins."""
        arguments = listing.arguments(**changes)
        return self.get_url(".index_view", **(arguments or {"flt_status": ""}))

    def draft(self, form: DeskForm) -> object:
        """The follow-up."""
        given = form.arguments()
        return verbs.FollowUpDraft(
            matter=given["ticket_id"] or given["complaint_id"],
            assignee=given["assignee_id"],
            preferred_time=given["preferred_time"],
        )

    def show_matter(self, record: FollowUp) -> str:
        """Number and summary, linked."""
        matter, endpoint = (record.ticket, "tickets") if record.ticket is not None else (record.complaint, "complaints")
        if matter is None:
            return "—"
        url = url_for(f"{endpoint}.details_view", id=matter.id)
        return Markup('<a href="{}">{}</a> {}').format(url, matter.number, matter.summary)

    def related(self, record: FollowUp) -> list[Related]:
        """Each attempt (FUP-3)."""
        attempt = FollowUpAttempt
        query = select(attempt.id, attempt.at, Staff.name, attempt.way, attempt.outcome, attempt.words)
        query = query.outerjoin(Staff, Staff.id == attempt.made_by_id).where(attempt.follow_up_id == record.id)
        table = Related(
            _("Attempts"),
            (_("When"), _("By"), _("Way"), _("Outcome"), _("What was said")),
            query=query.order_by(attempt.id),
            show=lambda row: (
                "",
                (local_time(row.at), row.name or "", label(row.way), badge(row.outcome), row.words or "—"),
            ),
        )
        in_full = may_here("read_phone", record.register)
        return [table, repeat_table(record.register, record.record_id, in_full=in_full)]

"""Tickets (报修工单): the register, its steps, bulk dispatch and close, and the printed repair slip."""

import functools
from collections.abc import Sequence
from typing import Any

from flask_admin import expose
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, func, or_, select

from models.complaints import Complaint
from models.follow_ups import is_owed
from models.matters import RepeatReport
from models.operations import tickets as verbs
from models.reports import reopened
from models.settings import Category
from models.tickets import IS_OPEN, Ticket, TicketStatus
from views.forms.clock_filter import MissedFilter
from views.forms.filters import ChoiceFilter, DateFilter, KeyFilter, ReferenceFilter, StateFilter, WordsFilter, overdue
from views.register.calling import PhonePages
from views.register.record import Related
from views.register.steps import Step
from views.registers.call_form import CallForm
from views.registers.incidents import IncidentPages
from views.registers.matters import (
    clock_table,
    follow_up_table,
    hold_table,
    matter_table,
    merged_tables,
    other_callers,
    phone_of_caller,
    repeat_table,
    taken_tables,
    watched,
    who_called,
)
from views.registers.outside import OUTSIDE_COLUMNS, OutsideColumns
from views.registers.ticket_steps import STEPS, is_open
from views.request import context
from views.request.queries import asked_id

STATES = {
    "open": (_("open"), lambda now: IS_OPEN),
    "overdue": overdue(Ticket),
    "follow_up": (_("waiting for follow-up"), lambda now: is_owed(Ticket)),
    "unassigned": (_("without handler"), lambda now: IS_OPEN & Ticket.assignee_id.is_(None)),
    "mine": (
        _("mine"),
        lambda now: (
            IS_OPEN
            & or_(
                Ticket.assignee_id == getattr(context.actor(), "staff_id", 0),
                Ticket.desk_owner_id == getattr(context.actor(), "staff_id", 0),
            )
        ),
    ),
    "watched": watched(Ticket),
    "outside": (
        _("with an outside party"),
        lambda now: Ticket.outside_party.is_not(None) & Ticket.outside_done_at.is_(None) & IS_OPEN,
    ),
    "submitted": (
        _("waiting for an authority"),
        lambda now: Ticket.submission.is_not(None) & Ticket.authority_answered_at.is_(None) & IS_OPEN,
    ),
    "attached": (_("part of an incident"), lambda now: Ticket.incident_id.is_not(None)),
    "ended": (_("closed or cancelled"), lambda now: ~IS_OPEN),
    "reopened": (_("reopened"), lambda now: reopened(getattr(context.current_estate(), "id", None))),
}


class TicketView(PhonePages[Ticket], OutsideColumns, IncidentPages):
    """``/admin/tickets/``."""

    model = Ticket
    group = _("Matters")
    steps = STEPS
    stages = (
        (TicketStatus.RECEIVED, "registered_at"),
        (TicketStatus.DISPATCHED, "dispatched_at"),
        (TicketStatus.ACCEPTED, "accepted_at"),
        (TicketStatus.IN_PROGRESS, "arrived_at"),
        (TicketStatus.DONE, "finished_at"),
        (TicketStatus.CLOSED, "closed_at"),
    )
    headline = ("summary", "unit", "place", "reporter_name", "reporter_phone")
    changed_by = {"assignee": "reassign", "team": "reassign", "desk_owner": "change_owner", "kind": "change_kind"}
    unblocked_by = {
        "INT-1": ("reassign",),
        "INT-3": ("amend",),
        "INT-5": ("promise",),
        "INT-6": ("report_again", "register_again"),
        "INT-7": ("lower_severity",),
        "INT-8": ("change_kind", "take_as_complaint"),
        "INT-14": ("resume",),
        "DSP-1": ("dispatch", "reassign"),
        "DSP-2": ("amend",),
        "DSP-11": ("dispatch", "assign", "reassign"),
        "JOB-4": ("settle", "waive", "charge"),
        "JOB-5": ("take_slip_back",),
        "JOB-6": ("finish", "settle", "waive", "take_slip_back", "follow_ups.record_attempt", "correct"),
        "FUP-1": ("follow_ups.record_attempt",),
        "FUP-3": ("reopen", "follow_ups.record_attempt"),
        "FUP-7": ("register_again",),
    }
    empty_text = _("No ticket fits. Take a call and choose “Register”, or remove a filter.")

    default_sort = "registered_at"
    column_list = ("number", "status", "due_at", "kind", "summary", "unit", "team", "assignee", "registered_at")
    column_export_list = [
        "number",
        "status",
        "kind",
        "severity",
        "category",
        "summary",
        "unit",
        "place",
        "reporter_name",
        "reporter_phone",
        "other_callers",
        "team",
        "assignee",
        "desk_owner",
        *OUTSIDE_COLUMNS,
        "heard_at",
        "registered_at",
        "due_at",
        "promised_at",
        "finished_at",
        "closed_at",
        "result",
    ]
    column_sortable_list = ("registered_at", "due_at", "status")
    column_filters = (
        StateFilter(Ticket.status, STATES),
        MissedFilter(Ticket),
        ChoiceFilter(Ticket.status),
        ChoiceFilter(Ticket.kind),
        ChoiceFilter(Ticket.severity),
        ReferenceFilter(Ticket.team_id, "team"),
        ReferenceFilter(Ticket.category_id, "category"),
        ReferenceFilter(Ticket.assignee_id, "handler"),
        ReferenceFilter(Ticket.desk_owner_id, "desk"),
        KeyFilter(Ticket.unit_id, "unit"),
        WordsFilter(Ticket.outside_party),
        DateFilter(Ticket.registered_at),
        DateFilter(Ticket.registered_at, until=True),
    )
    form_columns = (
        "summary",
        "detail",
        "wish",
        "severity",
        "category_id",
        "unit_id",
        "place",
        "resident_id",
        "reporter_name",
        "reporter_phone",
        "reporter_department",
        "channel",
        "read_back",
        "visit_from",
        "visit_until",
    )
    create_form_class = CallForm
    draft_class = verbs.TicketDraft
    at_once = verbs.register_and_dispatch
    reads = {
        "summary": ("summary", "incident"),
        "unit": ("unit", "place"),
        "other_callers": ("id",),
        "outside_until": ("id", "outside_party"),
        "promised_at": ("promised_at", "status", "finished_at"),
    }
    sections = (
        (
            _("Matter"),
            (
                "status",
                "kind",
                "severity",
                "category",
                "summary",
                "detail",
                "wish",
                "incident_id",
                "repeats",
                "must_complete",
                "source",
                "source_key",
            ),
        ),
        (
            _("Where and who"),
            ("unit", "place", "resident", "reporter_name", "reporter_phone", "reporter_department", "channel"),
        ),
        (
            _("Responsible"),
            ("due_at", "desk_owner", "team", "assignee", "visit_from", "visit_until", "waiting_reason", "waiting_note"),
        ),
        (
            _("Outside the house"),
            (
                *("outside_party", "outside_contact", "outside_phone", "outside_at", "outside_done_at"),
                *("submitted_to", "submission", "submitted_at", "submitted_by_id"),
                *("authority_answer", "authority_answered_at"),
            ),
        ),
        (
            _("Result"),
            (
                "result",
                "acceptance",
                "acceptance_reason",
                "charge_fen",
                "settled_at",
                "invoice_number",
                "waived_at",
                "waive_reason",
                "slip_returned_at",
                "cancel_kind",
                "cancel_reason",
            ),
        ),
        (
            _("Times"),
            (
                "heard_at",
                "registered_at",
                "promised_at",
                "dispatched_at",
                "accepted_at",
                "arrived_at",
                "finished_at",
                "closed_at",
                "cancelled_at",
            ),
        ),
    )

    def bulk_prefill(self, verb: str, chosen: ColumnElement[bool]) -> dict[str, Any]:
        """A dispatch begins with the one team that all of the tickets name, or get by their category (DSP-11).

        Where they differ, with nothing: then each goes to its own.
        """
        if verb != "dispatch":
            return {}
        team = func.coalesce(Ticket.team_id, Category.team_id)
        teams = select(team).outerjoin(Category, Category.id == Ticket.category_id).where(chosen).distinct().limit(2)
        found = list(context.session().scalars(teams))
        return {"team": found[0] if len(found) == 1 else None}

    def prefill(self, step: Step, record: Ticket) -> dict[str, Any]:
        """What the step's form begins with: for a dispatch the team of the category, where none is chosen."""
        found = super().prefill(step, record)
        if "team" in found and found["team"] is None:
            found |= self.bulk_prefill("dispatch", Ticket.id == record.id)
        return found

    def amendable(self, record: Ticket) -> bool:
        """While anything is still to be done."""
        return is_open(record)

    def deletable(self, record: Ticket) -> bool:
        """Only what nothing has followed (JOB-1)."""
        return record.status is TicketStatus.RECEIVED

    def ready_phrases(self, step: Step) -> Sequence[Any]:
        """What a job usually ends in."""
        return PHRASES if step.verb == "finish" else ()

    def links(self, record: Ticket) -> list[tuple[Any, str]]:
        """The printed slip, and new records from this one."""
        found = []
        if self.allowed("print_slip", record):
            found.append((_("Print repair slip"), self.get_url(".slip_view", id=record.id)))
        return found

    def related(self, record: Ticket) -> list[Related]:
        """Clocks, follow-ups, repeated reports, the complaint and earlier or later tickets."""
        tables = [
            clock_table("tickets", record.id),
            hold_table("tickets", record.id),
            follow_up_table("tickets", record.id),
            repeat_table("tickets", record.id, in_full=self.may_read_phone(record)),
        ]
        linked = or_(Ticket.previous_id == record.id, Ticket.id == (record.previous_id or 0))
        tables.append(matter_table(_("Linked tickets"), Ticket, "tickets", linked))
        tables.append(matter_table(_("Reports of this incident"), Ticket, "tickets", Ticket.incident_id == record.id))
        tables += [*merged_tables(Ticket, record.id), *taken_tables(record)]
        if record.complaint_id is not None:
            about = Complaint.id == record.complaint_id
            tables.append(matter_table(_("Complaint"), Complaint, "complaints", about))
        return tables

    @expose("/slip/")
    def slip_view(self) -> str:
        """The printed repair slip (维修服务单): checklist (JOB-8) and signatures (JOB-5)."""
        record_id = asked_id()
        record = self.get_one(record_id, ("unit", "team", "assignee", "category", "estate"))
        self.require("print_slip", record)
        others = other_callers(RepeatReport.of(Ticket, record.id))
        in_full = self.may_read_phone(record)
        return self.render(
            "admin/slip.html",
            record=record,
            name=record.number,
            phone=self.fact(record, "reporter_phone", in_full=in_full),
            others=context.session().execute(others).all() if record.repeats else [],
            who_called=who_called,
            phone_of_caller=functools.partial(phone_of_caller, in_full=in_full),
            cells=self.cells,
            now=context.now(),
            checklist=CHECKLIST,
        )


CHECKLIST = (
    _("Wear the badge and introduce yourself"),
    _("Put on shoe covers"),
    _("Bring tools and materials at once"),
    _("Spread the cover cloth"),
    _("Inspect and quote; start only on the resident's yes"),
    _("Tidy up and take the waste away"),
    _("Explain safe use to the resident"),
    _("Let the resident check and sign, then say goodbye"),
)

PHRASES = (
    _("Repaired, tried, works."),
    _("Part replaced, works again."),
    _("Cleared, drains well."),
    _("Tightened and sealed, no leak any more."),
    _("Inspected, nothing wrong found, explained to the resident."),
)
"""What is often written as the result of a job: one press each."""

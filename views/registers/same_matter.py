"""The same matter twice (INT-6): what is open is offered while a new one is typed, and a call is added to it."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import null, select

from models.complaints import Complaint, ComplaintStatus
from models.errors import OperationRefused, Outcome
from models.operations.matters import SAID_BY
from models.operations.tickets import ON_SITE_KINDS
from models.policy import may, visible
from models.same_matter import Report, incidents_of, same_matters
from models.staff import Staff, Team
from models.tickets import Ticket, TicketKind, TicketStatus
from views.register.base import RegisterView
from views.register.scope import INVALID
from views.register.steps import Step
from views.registers.call_form import CallForm, register_of
from views.registers.matters import CallersBeside
from views.request import context
from views.request.gathering import GatheredRow, gathered
from views.request.queries import parse_id
from views.request.sent_once import sent_before
from views.words.cells import badge, deadline
from views.words.language import NOTHING, local_time, local_today, sentence
from views.words.references import learn_names, name_of

MOST = 5
GIVING = frozenset({"dispatch", "assign", "reassign"})
"""Verbs that give a matter to a team or a person."""


MatterRow = TypeVar("MatterRow", bound=Ticket | Complaint)


class MatterPages(RegisterView[MatterRow]):
    """``same/``, taking a matter of any kind, and adding a call to an open one."""

    create_template = "admin/intake.html"
    together = (
        ("unit_id", "place", "resident_id"),
        ("reporter_name", "reporter_phone", "reporter_department"),
        ("visit_from", "visit_until"),
    )
    at_once: Callable[..., Outcome]
    """What registers a matter and gives it to somebody in one step (DSP-3, DSP-11)."""

    @expose("/same/")
    def same_view(self) -> ResponseReturnValue:
        """What is open already of the matter that is being typed; the fields of the form in the address."""
        self.require(self.create_verb)
        return self.render("admin/same_matter.html", same=self.same_as(self._create_form_class(request.args)))

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """Ask for a new matter, or add what was typed to an open one; its kind says in which register it is made."""
        if request.method == "POST" and "repeat_of" in request.form:
            self.require(self.create_verb)
            return self.repeat(self._create_form_class(request.form), self.create_page)
        register = register_of(request.form["kind"]) if "kind" in request.form else self.register
        own = register == self.register
        page = super().create_view() if own else current_app.view_functions[f"{register}.create_view"]()
        return cast("ResponseReturnValue", page)

    def verb(self, name: str) -> Callable[..., Outcome]:
        """What does the verb *name*; where the button says so, a matter is registered and given to somebody at once."""
        given = name == self.create_verb and request.form.get("then") == "dispatch"
        return type(self).at_once if given else super().verb(name)

    def prepared(self, rows: list[Any]) -> list[Any]:
        """Who else called is read for all of them when the first is shown."""
        g.callers_beside = CallersBeside(self.model, [row.id for row in rows])
        return rows

    def show_unit(self, record: MatterRow) -> str:
        """The room, or the place where there is none."""
        return str(record.unit) if record.unit is not None else record.place or "—"

    def show_promised_at(self, record: MatterRow) -> str | Markup:
        """Until when an answer was promised (INT-5); overdue while it is owed."""
        answered = getattr(record, "finished_at", None) or getattr(record, "carried_out_at", None)
        return deadline(record.promised_at, ended=answered is not None or record.status not in self.model.open_statuses)

    def show_other_callers(self, record: MatterRow) -> str:
        """Who else called about it (INT-6)."""
        return str(g.callers_beside.texts.get(record.id, NOTHING))

    def made_text(self, record: MatterRow) -> str:
        """Whether it was dispatched too, and to whom (DSP-1, DSP-11), and its next limit."""
        if record.status in (TicketStatus.DISPATCHED, ComplaintStatus.ASSIGNED):
            said = gettext("%(record)s: saved and dispatched to %(whom)s.", record=record.number, whom=_whom(record))
        elif record.status is TicketStatus.CLOSED:
            said = gettext("%(record)s: answered and closed.", record=record.number)
        elif isinstance(record, Ticket) and record.kind in ON_SITE_KINDS:
            said = gettext("%(record)s: saved, not dispatched yet.", record=record.number)
        else:
            said = super().made_text(record)
        return self._with_limit(said, record)

    def done_text(self, step: Step, record: MatterRow) -> str:
        """Who has it now, where the step gave it to somebody, and its next limit."""
        if step.verb in GIVING and (record.team_id or record.assignee_id):
            said = gettext(
                "%(record)s: %(verb)s – now with %(whom)s.", record=record.number, verb=step.label, whom=_whom(record)
            )
        else:
            said = super().done_text(step, record)
        return self._with_limit(said, record)

    def _with_limit(self, said: str, record: MatterRow) -> str:
        if record.due_at is None or record.status not in self.model.open_statuses:
            return said
        time = local_time(record.due_at)
        today = f"{local_today()} "
        return str(gettext("%(said)s Next limit: %(time)s.", said=said, time=time.removeprefix(today)))

    def same_as(self, form: CallForm) -> list[dict[str, Any]]:
        """The open matters that the one in *form* may be, of both registers; another register's by their words."""
        asked = {
            "estate_id": self.estate().id,
            "summary": form.summary.data or "",
            "unit_id": form.unit_id.data,
            "place": form.place.data,
        }
        emergency = form.kind.data is TicketKind.EMERGENCY
        questions, incidents = {}, set()
        for model in (Ticket, Complaint):
            own = form["category_id" if model is Ticket else "category"].data
            own = own if model.__tablename__ == form.register else None
            ids = same_matters(context.session(), model, Report(**asked, category=own, emergency=emergency))[:MOST]
            if model is Ticket and form.register == "tickets":
                incidents.update(incidents_of(context.session(), Report(**asked, category=own))[:MOST])
            visit = Ticket.visit_from if model is Ticket else null()
            shown = (model.id, model.number, model.status, model.summary, model.repeats)
            query = select(*shown, Staff.name.label("handler"), visit.label("visit"))
            query = query.outerjoin(Staff, Staff.id == model.assignee_id).where(
                model.id.in_({*ids, *(incidents if model is Ticket else ())})
            )
            questions[model.__tablename__] = query.where(visible(context.actor(), model)).order_by(model.id)
        return [
            _offer(register, row, row.id in incidents and register == "tickets")
            for register, rows in gathered(questions).items()
            for row in rows
        ]

    def repeat(self, form: CallForm, page: Callable[..., str]) -> ResponseReturnValue:
        """Add the call to the open matter it repeats (INT-6), in the words that were typed; *page* where it fails."""
        record = self.get_one(parse_id(request.form["repeat_of"]))
        self.require("report_again", record)
        if (made := sent_before(self.register, "report_again")) is not None:
            return self.sent_twice(made)
        form.validate()
        said = {name: form[name] for name in ("channel", "heard_at", "anonymous", *SAID_BY) if name in form}
        words = [form.summary, form.detail, form.wish]
        if any(field.errors for field in (*words, *said.values())):
            return page(form), INVALID
        told = {name: field.data for name, field in said.items()}
        told["words"] = "\n".join(field.data for field in words if field.data)
        try:
            self.apply("report_again", [record], **told)
        except OperationRefused as refusal:
            problem = None if form.refuse(refusal) else sentence(refusal)
            return page(form, problem=problem, refusal=refusal), refusal.http_status
        flash(gettext("%(record)s: the call was added.", record=record.number), "success")
        return redirect(self.after_create(record))


def _whom(record: Ticket | Complaint) -> str:
    """The team and the person."""
    wanted = {Team: (record.team_id,), Staff: (record.assignee_id,)}
    learn_names(wanted)
    called = [name_of(model, row_id) for model, (row_id,) in wanted.items() if row_id is not None]
    return str(gettext(", ")).join(called)


def _offer(register: str, row: GatheredRow, leads: bool) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": url_for(f"{register}.details_view", id=row.id),
        "add": url_for(f"{register}.create_view") if may(context.actor(), "report_again", register) else "",
        "number": row.number,
        "status": badge(row.status),
        "summary": row.summary,
        "handler": row.handler or "",
        "visit": local_time(row.visit) if row.visit else "",
        "repeats": row.repeats,
        "leads": leads and may(context.actor(), "attach", register),
    }

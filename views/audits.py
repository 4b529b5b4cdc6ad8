"""The daily audit (每日盘点): its runs, the run page by rule with notes and sign-off, and the printed sheet."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from flask import flash, g, redirect, request
from flask_admin import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import aliased

from models.audits import AuditFinding, AuditLine, AuditRun
from models.errors import OperationRefused
from models.operations import daily_audit as verbs
from models.staff import Staff
from views import context
from views.base import RegisterView
from views.cells import coloured, deadline, duration, instant
from views.fields import LongTextField, Required
from views.filters import DateFilter
from views.forms import DeskForm
from views.gathering import Question, gathered
from views.language import label, sentence
from views.queries import asked_id, parse_id
from views.references import record_url
from views.scope import INVALID, status_of
from views.steps import Step


class NoteForm(DeskForm):
    """What is done about the ticked findings (AUD-3)."""

    note = LongTextField(_("Note"), [Required()], length=2000)


@dataclass
class Line:
    """One finding as the run page shows it."""

    id: int
    number: str
    url: str
    owner: str
    rule: str
    since: Any
    age: str
    due: Any
    overdue: bool
    note: str
    noted_by: str


@dataclass
class Group:
    """The findings of one kind."""

    title: str
    lines: list[Line] = field(default_factory=list)


class AuditView(RegisterView):
    """``/admin/audits/``."""

    model = AuditRun
    endpoint_name = "audits"
    url_name = "audits"
    title = _("Daily audit")
    group = _("Control")
    verbs = verbs
    functions = {"amend": "-", "delete": "-"}
    create_verb = "run"
    steps = (Step("sign_off", style="primary", when=lambda run: run.signed_off_at is None),)
    empty_text = _("No audit has been run yet: choose “Run daily audit”.")
    list_template = "admin/audits.html"
    details_template = "admin/audit.html"
    number_column = "day"
    default_sort = "day"
    column_list = ("day", "counts", "ran_at", "signed_off_at")
    column_sortable_list = ("day",)
    column_filters = (DateFilter(AuditRun.day), DateFilter(AuditRun.day, until=True))
    sections = ((_("Run"), ("day", "estate", "ran_at", "ran_by_id", "signed_off_at", "signed_off_by_id")),)

    def show_counts(self, record: AuditRun) -> str:
        """How many findings in all."""
        return str(sum(record.counts.values()))

    def show_signed_off_at(self, record: AuditRun) -> Any:
        """Signed off, or not yet."""
        return instant(record.signed_off_at) if record.signed_off_at else coloured("orange", gettext("not signed off"))

    def name_of(self, record: Any) -> str:
        """Its date."""
        return str(gettext("Daily audit %(day)s", day=record.day))

    @expose("/run/", methods=("POST",))
    def run_view(self) -> Any:
        """Run the audit of the estate shown, for today; again is harmless until it is signed off (AUD-2)."""
        self.require("run")
        try:
            outcome = self.apply("run", [self.estate()])
        except OperationRefused as refusal:
            flash(sentence(refusal), "danger")
            return redirect(self.get_url(".index_view"))
        flash(gettext("The audit was run."), "success")
        return redirect(self.get_url(".details_view", id=outcome.done[0].id))

    @expose("/details/")
    def details_view(self) -> Any:
        """The run by kind of finding."""
        return self.run_page(asked_id(), NoteForm())

    def run_page(self, run_id: int, form: Any, problem: str | None = None, ticked: Any = ()) -> str:
        """The page of a run."""
        record = self.get_one(run_id, ("estate",))
        offers = self.offers(record)
        groups = self.groups(record)
        return self.render(
            self.details_template,
            record=record,
            name=self.name_of(record),
            sections=self.facts(record),
            offers=offers,
            groups=groups,
            form=form,
            problem=problem,
            ticked=set(ticked),
            may_note=record.signed_off_at is None and self.allowed("note", record),
            may_run=self.allowed("run"),
        )

    @expose("/note/", methods=("POST",))
    def note_view(self) -> Any:
        """Write one note to all ticked findings."""
        record = self.get_one(asked_id())
        self.require("note", record)
        form = NoteForm(request.form)
        ids = [parse_id(text) for text in request.form.getlist("line")][:1000]
        query = select(AuditLine).where(AuditLine.run_id == record.id, AuditLine.id.in_(ids)).order_by(AuditLine.id)
        lines = list(context.session().scalars(query))
        if not lines:
            return self.run_page(record.id, form, gettext("Tick the findings that the note is about."), ids), INVALID
        if not form.validate():
            return self.run_page(record.id, form, ticked=ids), INVALID
        try:
            outcome = self.apply("note", lines, note=form.note.data)
            outcome.all()
        except OperationRefused as refusal:
            return self.run_page(record.id, form, sentence(refusal), ids), status_of(refusal)
        flash(gettext("The note is written."), "success")
        return redirect(self.get_url(".details_view", id=record.id))

    @expose("/print/")
    def print_view(self) -> str:
        """The run as an A4 sheet."""
        run_id = asked_id()
        record = self.get_one(run_id, ("estate",))
        self.require("print", record)
        groups = self.groups(record)
        return self.render(
            "admin/audit_print.html",
            record=record,
            name=self.name_of(record),
            groups=groups,
            sections=self.facts(record),
        )

    def groups(self, record: AuditRun) -> list[Group]:
        """All findings of the run as they were, grouped by kind; ages count until the run."""
        owner, noter = aliased(Staff), aliased(Staff)
        lines = (
            select(
                AuditLine.id,
                AuditLine.number,
                AuditLine.facts,
                AuditLine.overdue,
                AuditLine.note,
                AuditFinding.kind,
                AuditFinding.rule,
                AuditFinding.register,
                AuditFinding.record_id,
                AuditFinding.since,
                owner.name.label("owner"),
                noter.name.label("noted_by"),
            )
            .join(AuditFinding, AuditFinding.id == AuditLine.finding_id)
            .outerjoin(owner, owner.id == AuditLine.owner_id)
            .outerjoin(noter, noter.id == AuditLine.noted_by_id)
            .where(AuditLine.run_id == record.id)
            .order_by(AuditFinding.kind, AuditLine.number, AuditLine.id)
        )
        people: Question = select(Staff.id, Staff.name).where(
            Staff.id.in_(sorted(self.references(record).get(Staff, ())))
        )
        found = gathered({"lines": lines, "people": people})
        g.setdefault("names", {}).update({(Staff, person.id): person.name for person in found["people"]})
        groups: dict[Any, Group] = {}
        for line in found["lines"]:
            groups.setdefault(line.kind, Group(label(line.kind))).lines.append(_line(line, record))
        return list(groups.values())


def _line(line: Any, run: AuditRun) -> Line:
    since = datetime.datetime.fromisoformat(line.facts["since"]) if line.facts.get("since") else line.since
    due_text = line.facts.get("due_at")
    due = datetime.datetime.fromisoformat(due_text) if due_text else None
    return Line(
        id=line.id,
        number=line.number,
        url=record_url(line.register, line.record_id),
        owner=line.owner or "",
        rule=line.rule,
        since=instant(since),
        age=duration(run.ran_at - since),
        due=deadline(due, ended=True) if due else "",
        overdue=line.overdue,
        note=line.note or "",
        noted_by=line.noted_by or "",
    )

"""The daily audit (每日盘点): its runs, the run page by rule with notes and sign-off, and the printed sheet."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from flask import abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, lazy_gettext as _, ngettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms.validators import Optional

from models.audits import AuditLine, AuditRun
from models.call import Call
from models.errors import OperationRefused, Outcome
from models.operations import audits as verbs
from models.staff import Staff
from models.verbs import verb_label
from views.forms.base import DeskForm
from views.forms.fields import LocalDateTimeField, LongTextField, Required
from views.forms.filters import DateFilter
from views.forms.references import StaticChoiceField
from views.register.base import LedgerView
from views.register.scope import INVALID, needs_role, perform
from views.register.steps import Step, WayOn
from views.registers.audit_lines import SHOW, Sheet, lines_question, put_back, sheet_of
from views.request import context
from views.request.gathering import Question, gathered
from views.request.queries import asked_id, parse_choice, parse_id
from views.request.sent_once import once
from views.words.cells import coloured
from views.words.language import joined, label, local_time, say, sentence

LONGEST_NOTE = 2000
MOST_LINES = 1000
"""So many findings are explained with one save."""


class NoteForm(DeskForm):
    """The next step of the ticked findings, and by whom and until when all that is saved with it is done (AUD-3)."""

    records = ("by",)
    note = LongTextField(_("Next step of the ticked findings"), [Required()], length=LONGEST_NOTE)
    by = StaticChoiceField(_("By whom"), [Optional()], lookup="staff", blank=_("owner of each"))
    until = LocalDateTimeField(_("To be done until"), [Optional()])


class AuditView(LedgerView[AuditRun]):
    """``/admin/audits/``."""

    model = AuditRun
    endpoint_name = "audits"
    url_name = "audits"
    title = _("Daily audit")
    group = _("Control")
    create_verb = "run"
    unblocked_by = {"AUD-3": ("audit_lines.note",)}
    steps = (Step("sign_off", style="primary", when=lambda run: run.signed_off_at is None),)
    empty_text = _("No audit has been run yet: choose “Run daily audit”.")
    list_template = "admin/audits.html"
    details_template = "admin/audit.html"
    default_sort = "day"
    column_list = ("day", "counts", "ran_at", "signed_off_at")
    column_sortable_list = ("day",)
    column_filters = (DateFilter(AuditRun.day), DateFilter(AuditRun.day, until=True))
    sections = ((_("Run"), ("day", "estate", "ran_at", "ran_by_id", "signed_off_at", "signed_off_by_id")),)

    def show_counts(self, record: AuditRun) -> str:
        """How many findings in all."""
        return str(sum(record.counts.values()))

    def value_counts(self, record: AuditRun) -> int:
        """The same as a figure, for exports."""
        return sum(record.counts.values())

    def show_signed_off_at(self, record: AuditRun) -> str:
        """Signed off, or not yet."""
        signed = record.signed_off_at
        return local_time(signed) if signed else coloured("orange", gettext("not signed off"))

    def name_of(self, record: AuditRun) -> str:
        """Its date."""
        return str(gettext("Daily audit %(day)s", day=record.day))

    @expose("/run/", methods=("POST",))
    @once
    def run_view(self) -> ResponseReturnValue:
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
    def details_view(self) -> ResponseReturnValue:
        """The run by rule, each finding to be ticked or explained beside it."""
        return self.run_page(asked_id(), NoteForm())

    def _way(self, record: AuditRun, name: str) -> WayOn | None:
        """Notes are written on the page itself, beside what still lacks one."""
        if name != "audit_lines.note" or record.signed_off_at is not None:
            return None
        who = joined(label(role) for role in needs_role("audit_lines", "note").values["roles"])
        url = self.get_url(".details_view", id=record.id, show="open") if self.allowed("note", record) else ""
        return WayOn(say(verb_label("note")), who, url)

    def run_page(
        self,
        run_id: int,
        form: DeskForm,
        problem: str | None = None,
        ticked: Collection[int] = (),
        sent: "Sent | None" = None,
    ) -> str:
        """The page of a run; with what was *sent* and not saved, where something was."""
        record = self.get_one(run_id, ("estate",))
        offers = self.offers(record)
        sheet = self.sheet(record)
        chosen = sheet.next_open(parse_id(request.args["after"])) if "after" in request.args else None
        explained, overdue = sheet.explained, sheet.overdue
        kept = {name: request.args[name] for name in ("show", "list") if name in request.args}
        lists = [
            (group.key, group.title, group.rule, len(group.lines), group.overdue - group.explained)
            for group in sheet.groups
        ]
        sheet.narrow(parse_choice("show", SHOW, "all"), self.asked_list(sheet))
        if sent is not None:
            put_back(sheet, sent.typed, sent.problems)
        return self.render(
            self.details_template,
            record=record,
            name=self.name_of(record),
            sections=self.facts(record),
            offers=offers,
            groups=sheet.groups,
            lists=lists,
            explained=explained,
            overdue=overdue,
            kept=kept,
            shown=kept.get("show", "all"),
            chosen=chosen,
            form=form,
            problem=problem,
            ticked=set(ticked),
            may_note=record.signed_off_at is None and self.allowed("note", record),
            may_run=self.allowed("run"),
        )

    def asked_list(self, sheet: Sheet) -> str:
        """The one list that the address asks for, empty for all; 400 for one that the run does not have."""
        return parse_choice("list", [group.key for group in sheet.groups], "")

    @expose("/note/", methods=("POST",))
    @once
    def note_view(self) -> ResponseReturnValue:
        """Write what was typed beside findings, and one note to all ticked ones: all of it or nothing."""
        record = self.get_one(asked_id())
        self.require("note", record)
        form = NoteForm(request.form)
        ids = [parse_id(text) for text in request.form.getlist("line")]
        sent = Sent.of(request.form)
        if len({*ids, *sent.typed}) > MOST_LINES:
            abort(413, gettext("Explain at most %(count)s findings at once.", count=MOST_LINES))
        lines = self.lines(record, [*ids, *sent.typed])
        sent.keep(lines)
        notes = dict(sent.typed)
        for_ticked = bool(ids or form.note.data or not notes)
        if not form.validate() and not for_ticked and set(form.errors) != {"note"}:
            return self.run_page(record.id, form, None, ids, sent), INVALID
        if for_ticked:
            if not any(row_id in lines for row_id in ids):
                problem = gettext("Tick the findings that the note is about, or write beside one.")
                return self.run_page(record.id, form, problem, ids, sent), INVALID
            if form.errors:
                return self.run_page(record.id, form, None, ids, sent), INVALID
            without = [row_id for row_id in ids if row_id in lines and row_id not in notes and not lines[row_id].note]
            if not without and not notes:
                problem = gettext("Each ticked finding has a note already: change it beside the finding.")
                return self.run_page(record.id, form, problem, ids, sent), INVALID
            notes |= dict.fromkeys(without, form.note.data or "")
        if sent.problems:
            return self.run_page(
                record.id, form, gettext("Nothing was saved yet: look at the marked findings."), ids, sent
            ), INVALID
        try:
            given = form.arguments() | {"note": notes}
            perform(_write_notes, [lines[row_id] for row_id in sorted(notes)], **given)
        except OperationRefused as refusal:
            return self.run_page(record.id, form, sentence(refusal), ids, sent), refusal.http_status
        flash(ngettext("%(num)s finding explained.", "%(num)s findings explained.", len(notes)), "success")
        if kept_own := len({row_id for row_id in ids if row_id in lines} - set(notes)):
            own = ngettext("%(num)s keeps the note that it had.", "%(num)s keep the notes that they had.", kept_own)
            flash(own, "info")
        kept = {name: request.args[name] for name in ("show", "list") if name in request.args}
        return redirect(self.get_url(".details_view", id=record.id, after=(*sent.typed, *ids)[-1], **kept))

    def lines(self, record: AuditRun, ids: Sequence[int]) -> dict[int, AuditLine]:
        """Those of the run's findings with these ids."""
        query = select(AuditLine).where(AuditLine.run_id == record.id, AuditLine.id.in_(ids)).order_by(AuditLine.id)
        return {line.id: line for line in context.session().scalars(query)}

    @expose("/print/")
    def print_view(self) -> str:
        """The run as a control sheet on A4: counts by rule, every finding, room to sign."""
        record = self.get_one(asked_id(), ("estate",))
        self.require("print", record)
        sheet = self.sheet(record)
        return self.render(
            "admin/audit_print.html",
            record=record,
            name=self.name_of(record),
            sheet=sheet,
            groups=sheet.groups,
            sections=self.facts(record),
        )

    def sheet(self, record: AuditRun) -> Sheet:
        """The findings of the run; the people that its facts name are learnt in the same statement."""
        people: Question = select(Staff.id, Staff.name).where(
            Staff.id.in_(sorted(self.references(record).get(Staff, ())))
        )
        found = gathered({"lines": lines_question(record.id), "people": people})
        g.setdefault("names", {}).update({(Staff, person.id): person.name for person in found["people"]})
        return sheet_of(found["lines"], record)


@dataclass
class Sent:
    """What was typed beside findings and differs from what stood there when the page was drawn."""

    typed: dict[int, str]
    before: dict[int, str]
    problems: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, form: MultiDict[str, str]) -> "Sent":
        """Read ``note-7`` with ``was-7``; 400 for a name that is no finding's."""
        names = [name for name in form if name.startswith("note-")]
        typed = {parse_id(name.removeprefix("note-")): form[name].strip() for name in names}
        before = {row_id: form.get(f"was-{row_id}", "") for row_id in typed}
        # One line of a form has no line ends: a note of several lines that was only shown there is not a change.
        changed = {row_id: text for row_id, text in typed.items() if text.split() != before[row_id].split()}
        return cls(changed, {row_id: before[row_id] for row_id in changed})

    def keep(self, lines: dict[int, AuditLine]) -> None:
        """Forget what is no finding of this run; mark what is too long, and what a colleague has written meanwhile."""
        self.typed = {row_id: text for row_id, text in self.typed.items() if row_id in lines}
        for row_id, text in self.typed.items():
            stored = lines[row_id].note or ""
            if len(text) > LONGEST_NOTE:
                self.problems[row_id] = gettext("At most %(count)s characters.", count=LONGEST_NOTE)
            elif stored.split() not in (self.before[row_id].split(), text.split()):
                self.problems[row_id] = gettext(
                    "Meanwhile somebody wrote: “%(note)s”. Save again to replace it.", note=stored
                )


def _write_notes(
    call: Call,
    lines: Sequence[AuditLine],
    *,
    note: dict[int, str],
    by: Staff | None,
    until: datetime.datetime | None,
) -> Outcome:
    """The notes to these lines by the verb, text by text; refused as a whole."""
    both = Outcome()
    seen = {line.id: line.note for line in lines}
    for text in dict.fromkeys(note[line.id] for line in lines):
        about = [line for line in lines if note[line.id] == text]
        both.done += verbs.note(call, about, note=text, by=by, until=until, seen=seen).all()
    return both

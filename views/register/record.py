"""The page of one record: facts in sections, history, related records, and the next legal steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from markupsafe import Markup
from sqlalchemy import select

from models.policy import visible
from models.staff import Staff
from models.told import UNSEEN, Told, Watcher
from views.register.part import Row
from views.register.stages import Way, next_turn, stages_of
from views.register.steps import Offer
from views.request import context
from views.request.gathering import Question, gathered
from views.request.queries import asked_id
from views.words.cells import callable_phone
from views.words.language import NOTHING, label, listed
from views.words.references import record_url, reference_of
from views.words.timeline import Entry, history, history_questions

if TYPE_CHECKING:
    from views.register.steps import StepPages as Part
else:
    from views.register.part import Part


@dataclass
class Related:
    """A small table of records that hang on the one shown."""

    title: Any
    columns: Sequence[Any]
    rows: list[tuple[str, Sequence[Any]]] = field(default_factory=list)
    """The address of the row's own page (may be empty), and its cells."""
    links: list[tuple[Any, str]] = field(default_factory=list)
    """Label and address of what can be added."""
    links_of_rows: list[tuple[Any, str]] = field(default_factory=list)
    """Likewise of what can be done with the rows; shown where there are any."""
    query: Question | None = None
    """What the rows are made of; all tables of a page are read with one statement."""
    show: Callable[[Any], tuple[str, Sequence[Any]]] = lambda row: ("", tuple(row))
    """A row of the query as a row of the table."""
    total: Callable[[Sequence[Any]], Sequence[Any]] | None = None
    """What stands below all rows of the query."""


LONG = 4
"""A section of more facts than these is kept short."""


@dataclass(frozen=True)
class Fact:
    """One fact of a record: its column, what that is called, and what is shown."""

    name: str
    label: Any
    value: Any
    idle: bool
    """Whether it says no more than "none", and is folded."""


class RecordPages(Part[Row]):
    """``/admin/<register>/details/?id=``."""

    details_template = "admin/details.html"
    sections: Sequence[tuple[Any, tuple[str, ...]]] = ()
    """Heading and columns of each group of facts."""
    phone_verb = "read_phone"
    stages: Way = ()
    """The states of the register in order, where they are a way."""
    changed_by: Mapping[str, str] = {}
    """Fact -> the step that changes it."""
    headline: Sequence[str] = ()
    """The sentence that the page is called by instead of its number, and the facts that stand below it."""

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """The record."""
        record = self.get_one(asked_id(), self._named_facts())
        shown = self._shown_of(record)
        unwanted = "watch" if shown["watched"] else "stop_watching"
        offers = [each for each in self.offers(record) if each.step.verb != unwanted]
        may_edit = self.has_page("edit") and self.allowed("amend", record) and self.amendable(record)
        return self.render(
            self.details_template,
            **shown,
            record=record,
            offers=offers,
            changing=self._changing(record, offers, may_edit=may_edit),
            may_edit=may_edit,
            may_delete=self.has_page("delete") and self.allowed("delete", record) and self.deletable(record),
            links=self.links(record),
        )

    def around(self, record: Row) -> dict[str, Any]:
        """What the page of a step or of a change shows around its form: the record with all its facts."""
        is_whole = request.method in context.SAFE_METHODS
        return self._shown_of(record if is_whole else self.get_one(record.id, self._named_facts()))

    def read_around(self) -> list[str]:
        """What has to be read of the record whose page is only shown, so that its facts can stand around a form."""
        return self._named_facts() if request.method in context.SAFE_METHODS else []

    def _named_facts(self) -> list[str]:
        return [name for _title, names in self.sections for name in names]

    def _shown_of(self, record: Row) -> dict[str, Any]:
        tables, entries, unseen, watched, further = self.beside(record)
        return {
            "name": self.name_of(record),
            "headline": self.headline_of(record),
            "stages": stages_of(self.stages, record) if self.stages else (),
            "turn": next_turn(self.steps, record) if self.stages else None,
            "sections": self.facts(record),
            "related": tables,
            "history": entries,
            "told": unseen,
            "told_kinds": listed(dict.fromkeys(label(row.kind) for row in unseen)),
            "watched": watched,
            "now": context.now(),
            **further,
        }

    def _changing(self, record: Row, offers: Sequence[Offer], *, may_edit: bool) -> dict[str, str]:
        """Fact -> where it is changed by itself: the step that does it, else the form of its own fields."""
        open_steps = {offer.step.verb: offer.url for offer in offers if offer.refusal is None}
        found = {}
        for name in self._named_facts():
            field = next((each for each in (name, f"{name}_id") if each in (self.form_columns or ())), None)
            if (verb := self.changed_by.get(name)) in open_steps:
                found[name] = open_steps[verb]
            elif may_edit and field is not None:
                found[name] = self.get_url(".edit_view", id=record.id, only=field)
        return found

    def beside(self, record: Row) -> tuple[list[Related], list[Entry], Sequence[Any], bool, dict[str, Any]]:
        """The related tables, the history, what the person was told and has not seen yet, whether it is watched, and
        what else the register shows.

        One statement for all of it, one for the names mentioned in it.
        """
        tables = self.related(record)
        me = getattr(context.actor(), "staff_id", 0)
        questions = {f"related {place}": table.query for place, table in enumerate(tables) if table.query is not None}
        if context.unseen_told():
            own = visible(context.actor(), Told), UNSEEN, Told.of(self.model, record.id)
            questions["told"] = select(Told.id, Told.kind).where(*own).order_by(Told.id)
        if self.knows("watch"):
            questions["watched"] = select(Watcher.id).where(Watcher.of(self.model, record.id), Watcher.staff_id == me)
        questions |= {**self.questions_of_steps(record), **self.questions_beside(record)}
        found = gathered({**questions, **history_questions(self.register, record.id)})
        self.learn_of_steps(record, found)
        for place, table in enumerate(tables):
            rows = found.get(f"related {place}", ())
            table.rows += [table.show(row) for row in rows]
            if rows and table.total is not None:
                table.rows.append(("", table.total(rows)))
            table.links += table.links_of_rows if table.rows else []
        entries = history(found, self.references(record))
        shown = [table for table in tables if table.rows or table.links]
        further = self.shown_beside(record, found)
        return shown, entries, found.get("told", ()), bool(found.get("watched")), further

    def questions_of_steps(self, record: Row) -> dict[str, Question]:
        """What has to be asked to say which steps make sense for *record*."""
        return {}

    def learn_of_steps(self, record: Row, answers: Mapping[str, list[Any]]) -> None:
        """Keep what was answered for the steps that are offered of *record* in this request."""

    def questions_beside(self, record: Row) -> dict[str, Question]:
        """What the register asks besides for the page of *record*."""
        return {}

    def shown_beside(self, record: Row, answers: Mapping[str, list[Any]]) -> dict[str, Any]:
        """What the page shows of the answers."""
        return {}

    def headline_of(self, record: Row) -> list[Any]:
        """The sentence of *record* and what is told below it, without what is empty."""
        in_full = self.may_read_phone(record)
        told = [self.fact(record, name, in_full=in_full) for name in self.headline]
        return [value for value in told if value != NOTHING]

    def references(self, record: Row) -> dict[Any, set[int]]:
        """Table -> ids of the records that the facts of *record* name by their column alone."""
        wanted: dict[Any, set[int]] = {}
        columns = self.model.__mapper__.columns
        for name in (name for _title, names in self.sections for name in names if name in columns):
            target = reference_of(name)
            if target is not None and getattr(record, name) is not None:
                wanted.setdefault(target, set()).add(getattr(record, name))
        return wanted

    def facts(self, record: Row) -> list[tuple[Any, list[Fact]]]:
        """The sections with their facts; of long sections empty ones are left out, and those that say "none" folded."""
        in_full = self.may_read_phone(record)
        shown = []
        for title, names in self.sections:
            is_long = len(names) > LONG
            facts = []
            for name in names:
                is_none = getattr(record, name, None) in (False, 0)
                value = self.fact(record, name, in_full=in_full)
                facts.append(Fact(name, self.get_column_name(name), value, is_long and is_none))
            kept = [fact for fact in facts if fact.value != NOTHING] if is_long else facts
            if any(fact.value != NOTHING for fact in kept):
                shown.append((title, kept))
        return shown

    def fact(self, record: Row, name: str, *, in_full: bool) -> str:
        """One value; a phone number in full for those who must call (RES-4), ready to be called, on this page only.

        What names another record that the person may read leads there.
        """
        columns = self.model.__mapper__.columns
        column = columns.get(name)
        dialled = column is not None and (column.info.get("dialled") or name.endswith("phone"))
        if in_full and dialled and column.info.get("personal"):
            return callable_phone(getattr(record, name))
        value = self.cells[name](record)
        key = f"{name}_id" if f"{name}_id" in columns else name
        target = reference_of(key) if key in columns else None
        if target is None or target is Staff or getattr(record, key) is None:
            return value
        address = record_url(target.__tablename__, getattr(record, key))
        return Markup('<a href="{}">{}</a>').format(address, value) if address else value

    def amendable(self, record: Row) -> bool:
        """Whether editing has any sense in the record's state; the verb itself decides."""
        return True

    def deletable(self, record: Row) -> bool:
        """Whether deleting has any sense in the record's state; the verb itself decides."""
        return True

    def may_read_phone(self, record: Row) -> bool:
        """Whether the person sees the phone numbers of *record* in full."""
        return self.allowed(self.phone_verb, record)

    def related(self, record: Row) -> list[Related]:
        """Tables of what hangs on *record*."""
        return []

    def links(self, record: Row) -> list[tuple[Any, str]]:
        """Further pages of *record* (print, new from this): label and address."""
        return []

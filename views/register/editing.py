"""Creating, amending and deleting through the verbs; nothing typed is lost, nothing stale is saved."""

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from wtforms import Field

from models.errors import OperationRefused, StaleRecord
from models.verbs import verb_label
from views.forms.base import REFERENCES, DeskForm, PhoneField
from views.forms.lookup_kinds import LOOKUPS
from views.forms.lookups import Lookup, learn_for
from views.register.part import Row
from views.register.scope import INVALID
from views.register.steps import version_of
from views.register.versions import STORED, Differences, asked_again, chosen, differences, undecided
from views.request import context
from views.request.queries import asked_id, parse_id
from views.request.sent_once import done_before, sent_before
from views.words.language import say, sentence

if TYPE_CHECKING:
    from views.register.listing import ListPages
    from views.register.steps import StepPages

    class Part(ListPages[Row], StepPages[Row]):
        """What these pages need of other parts."""
else:
    from views.register.part import Part


class EditPages(Part[Row]):
    """``new/``, ``edit/?id=`` and ``delete/?id=``."""

    draft_class: Callable[..., Any] | None = None
    """What the create verb takes, of what the form says and, where it has one, the estate; None: an unsaved record."""
    create_template = "admin/create.html"
    edit_template = "admin/edit.html"
    delete_template = "admin/delete.html"
    together: Sequence[tuple[str, ...]] = ()
    """Fields of the edit form that are changed in one form, where one of them is."""
    create_label: Any = None
    """What the button of the create page says; the verb's own label where None."""

    # ------------------------------------------------------------- create

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """Ask for a new record, then make it by the register's own verb."""
        if not self.has_page("create"):
            raise NotFound
        self.require(self.create_verb)
        if request.method == "GET":
            return self.create_page(self._create_form_class(data=self.begin_with()))
        if (made := sent_before(self.register, self.create_verb)) is not None:
            return self.sent_twice(made)
        form = self._create_form_class(request.form)
        if not form.validate():
            return self.create_page(form), INVALID
        draft = self.draft(form)
        try:
            if foretold := self.foretold(self.create_verb, draft):
                return self.create_page(form, foretold=foretold)
            outcome = self.apply(self.create_verb, [draft])
        except OperationRefused as refusal:
            at_field = form.refuse(refusal)
            page = self.create_page(form, problem=None if at_field else sentence(refusal), refusal=refusal)
            return page, refusal.http_status
        record = outcome.done[0]
        flash(self.made_text(record), "success")
        return redirect(self.after_create(record))

    def made_text(self, record: Row) -> str:
        """What the page says of a new record: what was done, where that is more than saving."""
        name = self.message_name(record)
        if self.create_verb == "register":
            return str(gettext("%(record)s: saved.", record=name))
        verb = say(verb_label(self.create_verb))
        return str(gettext("%(record)s: %(verb)s – done.", record=name, verb=verb))

    def sent_twice(self, record_id: int) -> ResponseReturnValue:
        """Lead to the record that the same form has made already (:mod:`views.request.sent_once`)."""
        context.note_saved()
        record = context.session().get(self.model, record_id)
        if record is None:
            flash(gettext("This form was sent before; what it made was deleted since."), "info")
            return redirect(self.get_url(".index_view"))
        message = gettext(
            "%(record)s was saved before: the same form was sent twice.", record=self.message_name(record)
        )
        flash(message, "info")
        return redirect(self.after_create(record))

    def create_page(
        self, form: DeskForm, problem: str | None = None, refusal: OperationRefused | None = None, **beside: object
    ) -> str:
        """The page that asks for a new record; *beside* is what its template shows further."""
        learn_for(form)
        return self.render(
            self.create_template,
            **beside,
            form=form,
            problem=problem,
            refusal=refusal,
            verb=self.create_verb,
            back=self.list_address(),
        )

    def begin_with(self) -> dict[str, Any]:
        """What the form begins with: references given by id in the address (``?unit_id=7``)."""
        found: dict[str, Any] = {}
        for name in self._create_form_class():
            if name.short_name.endswith("_id") and name.short_name in request.args:
                found[name.short_name] = parse_id(request.args[name.short_name])
        return found

    def draft(self, form: DeskForm) -> object:
        """The draft that the create verb takes, from a valid form."""
        own = self.draft_class is None or "estate_id" in inspect.signature(self.draft_class).parameters
        given = form.arguments() | ({"estate_id": self.estate().id} if own else {})
        return (self.draft_class or self.model)(**given)

    def after_create(self, record: Row) -> str:
        """Where to go with the new record."""
        return self.get_url(".details_view", id=record.id)

    # ------------------------------------------------------------- edit

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Change descriptive columns, by ``amend``, of the version that was read."""
        if not self.has_page("edit"):
            raise NotFound
        record = self.get_one(asked_id(), [*self.references_in_form(), *self.read_around()])
        self.require("amend", record)
        self.remember_references(record)
        if request.method == "GET":
            return self.edit_page(record, self._edit_form(record), version_of(record))
        version = self.asked_version()
        if version not in (None, version_of(record)) and (answer := done_before(self)) is not None:
            return answer
        form = self._edit_form(record, request.form)
        open_choices = undecided(form)
        if not form.validate() or open_choices:
            problem = gettext("Choose “stored now” or “yours” for: %(fields)s.", fields=open_choices)
            beside = asked_again(form, self._edit_form_class(obj=record))
            return self.edit_page(record, form, version, problem if open_choices else None, beside), INVALID
        changes = {name: value for name, value in self.changes(form, record).items() if chosen(name) != STORED}
        if not changes and version in (None, version_of(record)):
            context.note_saved()
            flash(gettext("Nothing was changed."), "info")
            return redirect(self.get_url(".details_view", id=record.id))
        try:
            if foretold := self.foretold("amend", record, **changes):
                return self.edit_page(record, form, version, foretold=foretold)
            self.apply("amend", [record], version, **changes)
        except OperationRefused as refusal:
            record = self.get_one(record.id)
            stale = isinstance(refusal, StaleRecord)
            beside = differences(form, self._edit_form_class(obj=record), record, version) if stale else Differences()
            at_field = form.refuse(refusal)
            page = self.edit_page(
                record,
                form,
                version_of(record) if stale else version,
                problem=None if at_field else sentence(refusal),
                differences=beside,
                ways=self.ways_on(record, refusal, "amend"),
            )
            return page, refusal.http_status
        flash(gettext("%(record)s: saved.", record=self.name_of(record)), "success")
        return redirect(self.after_edit(record))

    def _edit_form(self, record: Row, formdata: Any = None) -> DeskForm:
        """The form of *record*; where the address says ``only=``, with that field alone and those that go with it."""
        form: DeskForm = self._edit_form_class(formdata, obj=record)
        only = request.args.get("only", "")
        if only in form:
            wanted = next((names for names in self.together if only in names), (only,))
            for name in [field.short_name for field in form if field.short_name not in wanted]:
                del form[name]
        return form

    def foretold(self, verb: str, record: Any, **changes: object) -> Any:
        """What the page says will come of it, to be confirmed by the next press; None where nothing has to be said."""
        return None

    def after_edit(self, record: Row) -> str:
        """Where to go with the changed record."""
        return self.get_url(".details_view", id=record.id)

    def references_in_form(self) -> dict[str, Lookup]:
        """Relationship -> lookup of those columns of the edit form that refer to a record."""
        relationships = self.model.__mapper__.relationships
        names = [str(name) for name in self.form_columns or () if name in REFERENCES]
        return {
            name.removesuffix("_id"): LOOKUPS[REFERENCES[name][0]]
            for name in names
            if name.removesuffix("_id") in relationships
        }

    def remember_references(self, record: Row) -> None:
        """How the records that *record* refers to are written: they came with it, so fields need not ask again."""
        written = g.setdefault("written", {})
        for name, lookup in self.references_in_form().items():
            referred = getattr(record, name)
            if referred is not None and lookup.allowed():
                written[lookup.name, referred.id] = lookup.text(referred)

    def edit_page(
        self,
        record: Row,
        form: DeskForm,
        version: int | None,
        problem: str | None = None,
        differences: Differences | None = None,
        **beside: object,
    ) -> str:
        """The page that asks what to change."""
        learn_for(form)
        return self.render(
            self.edit_template,
            **beside,
            record=record,
            form=form,
            version=version,
            problem=problem,
            differences=differences,
            back=self.get_url(".details_view", id=record.id),
            **self.around(record),
        )

    def changes(self, form: DeskForm, record: Row) -> dict[str, Any]:
        """The columns that the form changes, with their new values."""
        return {
            field.short_name: self.amended(field)
            for field in form
            if not (isinstance(field, PhoneField) and field.untouched)
            and (isinstance(field, PhoneField) or field.data != getattr(record, field.short_name))
        }

    def amended(self, field: Field) -> object:
        """The value that *field* gives its column."""
        if isinstance(field, PhoneField) and field.data == "-":
            return None
        return field.data

    # ------------------------------------------------------------- delete

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> ResponseReturnValue:
        """Ask once more, then delete through the verb: allowed only while nothing has followed."""
        if not self.has_page("delete"):
            raise NotFound
        try:
            record = self.get_one(asked_id())
        except NotFound:
            if request.method == "POST" and (answer := done_before(self)) is not None:
                return answer
            raise
        self.require("delete", record)
        name = self.name_of(record)
        if request.method == "GET":
            return self.delete_page(record)
        try:
            if foretold := self.foretold("delete", record):
                return self.delete_page(record, foretold=foretold)
            self.apply("delete", [record], self.asked_version())
        except OperationRefused as refusal:
            return self.delete_page(self.get_one(record.id), sentence(refusal)), refusal.http_status
        flash(gettext("%(record)s: deleted.", record=name), "success")
        return redirect(self.after_delete())

    def after_delete(self) -> str:
        """Where to go without the record."""
        return self.list_address()

    def delete_page(self, record: Row, problem: str | None = None, **beside: object) -> str:
        """The page that asks once more."""
        return self.render(
            self.delete_template,
            **beside,
            record=record,
            name=self.name_of(record),
            problem=problem,
            back=self.get_url(".details_view", id=record.id),
        )

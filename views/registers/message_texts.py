"""``/admin/message-texts/``: what messages that leave the house say, shown beforehand on a real record (NOT-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import lazy_gettext as _

from models.errors import OperationRefused, gettext_noop
from models.message_texts import COLUMNS, MessageText, names_of, unread
from models.operations import outbox
from models.templates import FILTERS
from views.forms.base import DeskForm
from views.register.base import RegisterView
from views.register.scope import INVALID
from views.register.steps import Step
from views.request import context
from views.request.queries import asked_id
from views.words.language import LANGUAGES, label, say, sentence, speaking


@dataclass(frozen=True)
class Wording:
    """A message in one language, as it would leave."""

    language: str
    called: str
    title: str
    body: str


@dataclass(frozen=True)
class Preview:
    """What messages about one record would say."""

    number: str
    receiver: str
    letters: Sequence[Wording]


class MessageTextView(RegisterView[MessageText]):
    """The texts of the estate shown, a kind of message each."""

    model = MessageText
    group = _("Settings")
    number_column = "kind"
    default_descending = False
    column_list = ("kind", "title_zh", "updated_at")
    form_columns = COLUMNS
    edit_template = "admin/message_text.html"
    sections = (
        (_("Chinese"), ("kind", "title_zh", "body_zh")),
        (_("English"), ("title_en", "body_en")),
    )
    steps = (Step("reset", text=_("Both languages get the text again with which every estate begins."), aside=True),)
    empty_text = _("No text is there yet: the built-in ones are sent. The next “frontdesk db upgrade” adds them.")

    def name_of(self, record: MessageText) -> str:
        """Its kind."""
        return label(record.kind)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Also: say what messages would say, and save nothing."""
        if request.method != "POST" or "preview" not in request.form:
            saved: ResponseReturnValue = super().edit_view()
            return saved
        record = self.get_one(asked_id())
        self.require("amend", record)
        form = self._edit_form_class(request.form, obj=record)
        if not form.validate():
            return self.edit_page(record, form, self.asked_version()), INVALID
        try:
            self.verb("amend")(context.call(preview=True), [record], **form.arguments()).one()
            preview = self._preview(record, form)
        except OperationRefused as refusal:
            at_field = form.refuse(refusal)
            problem = None if at_field else sentence(refusal)
            return self.edit_page(record, form, self.asked_version(), problem), refusal.http_status
        return self.edit_page(record, form, self.asked_version(), preview=preview)

    def edit_page(self, record: MessageText, form: DeskForm, *arguments: Any, **beside: Any) -> str:
        """With what may be named, and why the text is not sent that is stored."""
        why = unread(record)
        return super().edit_page(
            record,
            form,
            *arguments,
            names=[(name, say(what)) for name, what in names_of(record.kind).values.items()],
            filters=list(FILTERS),
            unread=None if why is None else sentence(why),
            number=request.form.get("number", ""),
            **beside,
        )

    def _preview(self, text: MessageText, form: DeskForm) -> Preview:
        """What the typed texts would say of the record that is asked for, or of the newest; refused: no such record."""
        me = context.actor()
        assert me is not None
        number = request.form.get("number", "").strip()
        found = outbox.example(context.session(), me, text.estate_id, text.kind, number, now=context.now())
        if found is None:
            message = gettext_noop("There is no record %(number)s here that you may read and of which this is told.")
            if not number:
                message = gettext_noop("There is no record yet on which this could be shown.")
            raise OperationRefused("NOT-2", message, number=number)
        columns = {name: form[name].data or "" for name in COLUMNS}
        letters = []
        for language, called in reversed(LANGUAGES.items()):
            letter = found.letter(columns, language)
            title, body = outbox.written(letter, speaking(language), context.public_address(letter.page) or "")
            letters.append(Wording(language, called, title, body))
        return Preview(found.number, found.receiver, letters)

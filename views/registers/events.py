"""The event log (操作记录): read-only, for those who check."""

from operator import itemgetter
from typing import Any

from flask_babel import lazy_gettext, lazy_gettext as _
from markupsafe import Markup

from models.events import TOLD, Event
from models.personal import masked_text
from models.staff import Staff
from models.verbs import labels, verb_label
from views.forms.filters import DateFilter, ReferenceFilter, WordFilter
from views.register.base import LedgerView
from views.words.labels import REGISTERS, register_label
from views.words.language import NOTHING, joined, say, titled
from views.words.references import ENDPOINTS, learn_names, name_of, record_url
from views.words.timeline import changes_of, mentioned, reason_of, role_text

TOLD_NAMES = tuple(column.key for column in TOLD)


def place_in_menu(register: tuple[str, str]) -> int:
    """Registers with pages come first, in the order of the menu."""
    menu = list(ENDPOINTS)
    return menu.index(register[0]) if register[0] in menu else len(menu)


class EventView(LedgerView[Event]):
    """``/admin/events/``."""

    model = Event
    name_text = _("Event %(number)s")
    group = _("Control")
    empty_text = _("No event fits.")
    default_sort = "at"
    column_list = ("id", "at", "actor", "verb", "record", "changes", "reason", "source")
    column_export_list = [
        "id",
        "at",
        "actor",
        "role",
        "verb",
        "register",
        "record_id",
        "changes",
        "reason",
        "rule",
        "source",
        "request_id",
    ]
    column_filters = (
        WordFilter(Event.register, REGISTERS, place_in_menu),
        WordFilter(Event.verb, {verb: lazy_gettext(text) for verb, text in labels().items()}, itemgetter(1)),
        ReferenceFilter(Event.actor_id, "staff", "actor"),
        DateFilter(Event.at),
        DateFilter(Event.at, until=True),
    )
    sections = (
        (_("Event"), ("id", "at", "actor", "role", "verb", "record", "reason", "rule")),
        (_("Changes"), ("changes",)),
        (_("From where"), ("source", "address", "request_id", "session_id", "bulk_run_id")),
    )
    reads = {
        "actor": ("actor_id",),
        "record": ("register", "record_id"),
        "changes": TOLD_NAMES,
        "reason": TOLD_NAMES,
    }

    def prepared(self, rows: list[Any]) -> list[Any]:
        """With the names of everybody and everything that these events mention, in one statement."""
        learn_names(mentioned(rows))
        return rows

    def show_actor(self, record: Event) -> str:
        """Who."""
        return name_of(Staff, record.actor_id)

    def show_role(self, record: Event) -> str:
        """As what."""
        return role_text(record.role)

    def show_verb(self, record: Event) -> str:
        """What."""
        return say(verb_label(record.verb))

    def show_register(self, record: Event) -> str:
        """Of which register."""
        return str(register_label(record.register))

    def show_record(self, record: Event) -> str:
        """The record, linked where the panel has a page for it."""
        text = f"{register_label(record.register)} #{record.record_id}"
        url = record_url(record.register, record.record_id)
        return Markup('<a href="{}">{}</a>').format(url, text) if url else text

    def show_changes(self, record: Event) -> Markup:
        """Before and after, in words; a list shows the first two lines of them."""
        shown = []
        for name, before, after in changes_of(record, learn_names({})):
            said = masked_text(f"{before} → {after or '—'}" if before else after)
            shown.append(titled(name, said))
        return Markup('<span class="two-lines">{}</span>').format(joined(shown))

    def show_reason(self, record: Event) -> str:
        """Why, without the numbers of anybody."""
        return masked_text(reason_of(record)) or NOTHING

    def may_read_phone(self, record: Event) -> bool:
        """There is no phone in an event: personal values are digests."""
        return False

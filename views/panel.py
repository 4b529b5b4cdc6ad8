"""The whole panel: which registers there are, in the order of the menu, and what every template may use."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flask import Flask, request
from flask_admin import Admin
from flask_admin.theme import Theme
from markupsafe import Markup, escape

from models.operations.core import name_pinyin
from models.policy import may
from models.verbs import verb_label
from views import registers
from views.forms import widgets
from views.pages import bulk_runs, imports, search
from views.pages.at_the_gate import GateView
from views.pages.desk import DeskView
from views.pages.follow_up_queue import FollowUpQueueView
from views.pages.key_board import KeyBoardView
from views.pages.messages import MessageView
from views.pages.outbox import OutboxView, WayView
from views.pages.reports import ReportView
from views.pages.resident_ways import ResidentWayView
from views.pages.rules import RuleView
from views.pages.several_keys import SeveralKeysView
from views.pages.times import TimeView
from views.pages.waiting import WaitingView
from views.register.base import LedgerView, RegisterView
from views.register.beside import ON_DESK
from views.register.page import DeskPage
from views.request import context, keeping, sent_once
from views.request.queries import refuse_given_twice
from views.words import cells, language
from views.words.references import ENDPOINTS
from views.words.rules import rules_said, with_rules

MENU = (
    *("tickets", "complaints", "follow_ups", "keys", "key_loans", "key_approvals", "visitor_passes"),
    *("residents", "resident_contacts", "occupancies", "units", "teams", "staff", "staff_contacts", "estates"),
    *("audit_runs", "events", "clocks", "settings", "categories", "working_hours", "calendar_days"),
    "message_texts",
)
"""The registers in the order of the menu, those not named after these; each stands under its heading."""


def _views() -> Iterator[type[LedgerView[Any]]]:
    for module in iter_modules(registers.__path__, f"{registers.__name__}."):
        for made in vars(import_module(module.name)).values():
            if isinstance(made, type) and made.__module__ == module.name and "model" in vars(made):
                yield made


REGISTER_VIEWS: tuple[type[LedgerView[Any]], ...] = tuple(
    sorted(_views(), key=lambda view: (*MENU, view.model.__tablename__).index(view.model.__tablename__))
)

JOB_PAGES: dict[str, type[DeskPage]] = {
    "follow_ups": FollowUpQueueView,
    "keys": KeyBoardView,
    "visitor_passes": GateView,
    "audit_runs": ReportView,
}
"""Register -> the page made for its daily job, which stands before it in the menu."""


def register_views(app: Flask) -> Admin:
    """Add every page of the panel to *app*."""
    admin = Admin(
        app,
        name="Front Desk",
        index_view=DeskView(),
        theme=Theme(folder="desk", base_template="layout.html"),
    )
    for view in REGISTER_VIEWS:
        if page := JOB_PAGES.get(view.model.__tablename__):
            admin.add_view(page())
        made = view()
        admin.add_view(made)
        ENDPOINTS[made.register] = made.endpoint
        if made.on_desk is not None:
            ON_DESK[made.register] = made.on_desk
    admin.add_view(SeveralKeysView())
    admin.add_view(MessageView())
    admin.add_view(WayView())
    admin.add_view(ResidentWayView())
    admin.add_view(OutboxView())
    admin.add_view(RuleView())
    admin.add_view(TimeView())
    admin.add_view(bulk_runs.BulkRunView())
    admin.add_view(imports.ImportView())
    admin.add_view(search.SearchView())
    admin.add_view(WaitingView())

    app.before_request(refuse_given_twice)
    app.add_template_global(with_rules)
    app.add_template_global(rules_said)

    @app.context_processor
    def _for_templates() -> dict[str, Any]:
        return {
            "form_key": sent_once.form_key,
            "menu": lambda: menu(admin),
            "may": may,
            "verb_label": verb_label,
            "cell": cells,
            "say": language.say,
            "clauses": language.clauses,
            "titled": language.titled,
            "listed": language.listed,
            "remarked": language.remarked,
            "label": language.label,
            "local_time": language.local_time,
            "money": language.money,
            "deadline": cells.deadline,
            "badge": cells.badge,
            "mark": cells.mark,
            "drawn_row": widgets.field_row,
            "fixed_url": keeping.fixed_url,
        }

    return admin


DAILY = 1
"""So many groups of the menu are open from the beginning, and the one with the page shown; others where left so."""
_MENUS: dict[tuple[Any, ...], Markup] = {}


def menu(admin: Admin) -> Markup:
    """The left menu: all that may be read, by heading, the page shown marked.

    It follows from the roles, the language and the page, so it is drawn once for each of these.
    """
    actor = context.actor()
    roles = frozenset(role for _estate, role, _team in actor.roles) if actor is not None else None
    key = (id(admin), roles, language.language(), request.script_root, request.blueprint)
    if key not in _MENUS:
        _MENUS[key] = _menu(admin)
    return _MENUS[key]


def _makes(view: object) -> str:
    """What is made on a page of its register, for the palette: “Register” beside “Complaints”, and how it is typed."""
    if not isinstance(view, RegisterView) or not view.can_create:
        return ""
    verb = language.say(verb_label(view.create_verb))
    words = name_pinyin(f"{verb}{view.name}") if language.is_chinese() else ""
    return f' data-makes="{escape(verb)}"' + (f' data-made-words="{escape(words)}"' if words else "")


def _menu(admin: Admin) -> Markup:
    groups: dict[str, list[str]] = {}
    for view in admin._views:
        if not (view.is_visible() and view.is_accessible()):
            continue
        if isinstance(view, LedgerView):
            url = view.first_address()
        else:
            url = view.get_url(f"{view.endpoint}.index" if view is admin.index_view else f"{view.endpoint}.index_view")
        shown = ' aria-current="page"' if view.endpoint == request.blueprint else ""
        name = str(view.name)
        # The palette finds a page by its pinyin and initials too.
        words = "" if name.isascii() else f' data-words="{escape(name_pinyin(name))}"'
        counted = f' data-waiting="{view.endpoint}"' if isinstance(view, LedgerView) and view.late() is not None else ""
        entry = f'<li><a href="{escape(url)}"{shown}{words}{_makes(view)}{counted}>{escape(name)}</a></li>'
        groups.setdefault(str(view.category or ""), []).append(entry)
    drawn: list[str] = []
    for heading, entries in groups.items():
        listed = f"<ul>{''.join(entries)}</ul>"
        if heading:
            is_open = len(drawn) <= DAILY or any("aria-current" in entry for entry in entries)
            title = f'<summary><h2 class="menu-heading">{escape(heading)}</h2></summary>'
            listed = f"<details{' open' if is_open else ''}>{title}{listed}</details>"
        drawn.append(listed)
    return cells.marked("".join(drawn))

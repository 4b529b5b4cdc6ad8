"""The whole panel: which registers there are, in the order of the menu, and what every template may use."""

from typing import Any

from flask import Flask, request
from flask_admin import Admin
from flask_admin.theme import Theme

from models.verbs import verb_label
from views import bulk_runs, cells, context, imports, language, search
from views.audits import AuditView
from views.base import RegisterView
from views.complaints import ComplaintView
from views.desk import DeskView
from views.estates import EstateView, TeamView, UnitView
from views.events import EventView
from views.follow_ups import FollowUpView
from views.keys import KeyApprovalView, KeyLoanView, KeyView
from views.passes import PassView
from views.people import StaffView
from views.references import ENDPOINTS
from views.residents import OccupancyView, ResidentView
from views.settings import CalendarDayView, CategoryView, ClockView, SettingView, WorkingHoursView
from views.tickets import TicketView

REGISTER_VIEWS: tuple[type[RegisterView], ...] = (
    TicketView,
    ComplaintView,
    FollowUpView,
    KeyView,
    KeyLoanView,
    KeyApprovalView,
    PassView,
    ResidentView,
    OccupancyView,
    UnitView,
    TeamView,
    StaffView,
    EstateView,
    AuditView,
    EventView,
    ClockView,
    SettingView,
    CategoryView,
    WorkingHoursView,
    CalendarDayView,
)


def register_views(app: Flask) -> Admin:
    """Add every page of the panel to *app*."""
    admin = Admin(
        app,
        name="Front Desk",
        index_view=DeskView(),
        theme=Theme(folder="desk", base_template="layout.html"),
    )
    for view in REGISTER_VIEWS:
        made = view()
        admin.add_view(made)
        ENDPOINTS[made.register] = made.endpoint
    admin.add_view(bulk_runs.BulkRunView())
    admin.add_view(imports.ImportView())
    admin.add_view(search.SearchView())

    @app.context_processor
    def _for_templates() -> dict[str, Any]:
        return {
            "menu": lambda: menu(admin),
            "verb_label": verb_label,
            "cell": cells,
            "say": language.say,
            "label": language.label,
            "local_time": language.local_time,
            "money": language.money,
            "deadline": cells.deadline,
            "badge": cells.badge,
        }

    return admin


Menu = list[tuple[str, list[tuple[str, str, str]]]]
_MENUS: dict[tuple[Any, ...], Menu] = {}


def menu(admin: Admin) -> Menu:
    """The left menu: heading, then label, address and endpoint of all that may be read.

    What it shows follows from the roles and the language, so it is worked out once for each of these.
    """
    actor = context.actor()
    roles = frozenset(role for _estate, role, _team in actor.roles) if actor is not None else None
    key = (id(admin), roles, language.language(), request.script_root)
    if key not in _MENUS:
        _MENUS[key] = _menu(admin)
    return _MENUS[key]


def _menu(admin: Admin) -> Menu:
    groups: Menu = []
    for view in admin._views:
        if not (view.is_visible() and view.is_accessible()):
            continue
        url = view.get_url(f"{view.endpoint}.index" if view is admin.index_view else f"{view.endpoint}.index_view")
        heading = str(view.category or "")
        entries = next((entries for known, entries in groups if known == heading), None)
        if entries is None:
            entries = []
            groups.append((heading, entries))
        entries.append((str(view.name), url, view.endpoint))
    return groups

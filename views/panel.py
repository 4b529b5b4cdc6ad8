"""The whole panel: which registers there are, in the order of the menu, and what every template may use."""

from typing import Any

from flask import Flask, request
from flask_admin import Admin
from flask_admin.theme import Theme

from models.verbs import verb_label
from views import bulk_runs, cells, language
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


def menu(admin: Admin) -> list[tuple[Any, list[tuple[Any, str, bool]]]]:
    """The left menu: heading, then label, address and whether it is the page shown, for all that may be read."""
    groups: dict[str, tuple[Any, list[tuple[Any, str, bool]]]] = {}
    for view in admin._views:
        if not (view.is_visible() and view.is_accessible()):
            continue
        here = request.blueprint == view.endpoint
        url = view.get_url(f"{view.endpoint}.index" if view is admin.index_view else f"{view.endpoint}.index_view")
        heading = view.category or ""
        groups.setdefault(str(heading), (heading, []))[1].append((view.name, url, here))
    return list(groups.values())

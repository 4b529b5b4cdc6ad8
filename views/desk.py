"""The board (``/admin/``): how many are open, late or waiting, each figure a link to its list."""

import datetime
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_admin import AdminIndexView, expose
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from models.audits import AuditRun
from models.complaints import OPEN_STATUSES as OPEN_COMPLAINTS
from models.complaints import Complaint
from models.follow_ups import FollowUp, FollowUpStatus
from models.keys import KeyLoan
from models.passes import VisitorPass
from models.policy import may, visible
from models.tickets import OPEN_STATUSES, Ticket
from views import context
from views.language import local_today, zone
from views.queries import COUNT_LIMIT

ROWS = 15


@dataclass(frozen=True)
class Figure:
    """One number of the board."""

    label: Any
    number: int
    url: str
    late: bool = False

    @property
    def shown(self) -> str:
        """The number, capped."""
        return f"{COUNT_LIMIT:,}+" if self.number > COUNT_LIMIT else f"{self.number:,}"


class DeskView(AdminIndexView):
    """The first page after signing in."""

    def __init__(self) -> None:
        super().__init__(name=_("Desk"), endpoint="admin", url="/admin", template="admin/desk.html")
        self.static_folder = None  # Flask-Admin's own scripts and styles: no page of ours loads them

    def is_accessible(self) -> bool:
        """Everyone who is signed in."""
        return may(context.actor(), "read", "desk")

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return fn(self, *args, **kwargs)

    @expose("/")
    def index(self) -> str:
        """Figures, and the open tickets by deadline."""
        actor = context.actor()
        counts = may(actor, "read_counts", "desk")
        return self.render(
            self._template,
            figures=self._ticket_figures() + self._other_figures() if counts else [],
            tickets=self._tickets() if counts else [],
            audit=self._last_audit() if may(actor, "read", AuditRun) else None,
            only_mine=bool(actor) and not may(actor, "read", FollowUp),
            may_audit=may(actor, "run", "audit_runs"),
            may_register=may(actor, "register", "tickets"),
            today=local_today(),
        )

    def _here(self, model: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
        query = select(model).where(visible(context.actor(), model), *conditions)
        estate = context.current_estate()
        return query if estate is None else query.where(model.estate_id == estate.id)

    def _count(self, model: Any, *conditions: ColumnElement[bool]) -> int:
        found = self._here(model, *conditions).with_only_columns(model.id).limit(COUNT_LIMIT + 1).subquery()
        return context.session().scalar(select(func.count()).select_from(found)) or 0

    def _ticket_figures(self) -> list[Figure]:
        now = context.now()
        is_open = Ticket.status.in_(OPEN_STATUSES)
        overdue = self._count(Ticket, is_open, Ticket.due_at < now)
        return [
            Figure(_("Open tickets"), self._count(Ticket, is_open), _list("tickets", flt_state="open")),
            Figure(_("Overdue tickets"), overdue, _list("tickets", flt_state="overdue", sort="due_at", desc="0"), True),
        ]

    def _other_figures(self) -> list[Figure]:
        actor, now = context.actor(), context.now()
        found = []
        if may(actor, "read", Complaint):
            is_open = Complaint.status.in_(OPEN_COMPLAINTS)
            found.append(
                Figure(_("Open complaints"), self._count(Complaint, is_open), _list("complaints", flt_state="open"))
            )
        if may(actor, "read", FollowUp):
            scheduled = FollowUp.status == FollowUpStatus.SCHEDULED
            number = self._count(FollowUp, scheduled)
            found.append(Figure(_("Waiting for follow-up"), number, _list("follow_ups", flt_status="scheduled")))
        if may(actor, "read", KeyLoan):
            out = KeyLoan.returned_at.is_(None) & KeyLoan.lost_at.is_(None)
            found.append(Figure(_("Keys out"), self._count(KeyLoan, out), _list("key_loans", flt_state="out")))
            late = self._count(KeyLoan, out, KeyLoan.due_at < now)
            found.append(Figure(_("Keys overdue"), late, _list("key_loans", flt_state="overdue"), True))
        if may(actor, "read", VisitorPass):
            out = VisitorPass.handed_in_at.is_(None) & VisitorPass.revoked_at.is_(None)
            ending = self._count(VisitorPass, out, VisitorPass.valid_until <= self._midnight())
            found.append(Figure(_("Passes ending today"), ending, _list("visitor_passes", flt_state="ending")))
        return found

    @staticmethod
    def _midnight() -> Any:
        tomorrow = local_today() + datetime.timedelta(days=1)
        return datetime.datetime.combine(tomorrow, datetime.time(), zone()).astimezone(datetime.UTC)

    def _tickets(self) -> list[Ticket]:
        query = self._here(Ticket, Ticket.status.in_(OPEN_STATUSES)).options(
            joinedload(Ticket.unit), joinedload(Ticket.team), joinedload(Ticket.assignee)
        )
        query = query.order_by(Ticket.due_at.is_(None), Ticket.due_at, Ticket.id).limit(ROWS)
        return list(context.session().scalars(query))

    def _last_audit(self) -> AuditRun | None:
        query = self._here(AuditRun).order_by(AuditRun.day.desc()).limit(1)
        return context.session().scalars(query).first()


def _list(endpoint: str, **arguments: Any) -> str:
    return url_for(f"{endpoint}.index_view", **arguments)

"""The board (``/admin/``): how many are open, late or waiting, each figure a link to its list."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from flask_admin import AdminIndexView, expose
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, func, select

from models.audits import AuditRun
from models.complaints import IS_OPEN as OPEN_COMPLAINTS
from models.complaints import Complaint
from models.estates import Unit
from models.follow_ups import IS_SCHEDULED, FollowUp
from models.keys import KeyLoan
from models.passes import VisitorPass
from models.policy import may, visible
from models.staff import Staff, Team
from models.tickets import IS_OPEN as OPEN_TICKETS
from models.tickets import Ticket
from views import context
from views.gathering import Question, gathered
from views.language import local_today, zone
from views.queries import COUNT_LIMIT, ordering, place_in
from views.scope import actor_here

ROWS = 15


@dataclass(frozen=True)
class Figure:
    """One number of the board."""

    label: Any
    url: str
    late: bool = False
    number: int = 0

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
        """Figures, and the open tickets by deadline; all of it with one statement."""
        actor = context.actor()
        counts = may(actor, "read_counts", "desk")
        figures = [*self._ticket_figures(), *self._other_figures()] if counts else []
        questions: dict[str, Question] = {
            f"figure {place}": question for place, (_made, question) in enumerate(figures)
        }
        if counts:
            questions["tickets"] = self._tickets()
        if may(actor, "read", AuditRun):
            questions["audit"] = self._last_audit()
        found = gathered(questions)
        return self.render(
            self._template,
            figures=[
                replace(made, number=found[f"figure {place}"][0].number)
                for place, (made, _question) in enumerate(figures)
            ],
            tickets=found.get("tickets", ()),
            audit=next(iter(found.get("audit", ())), None),
            only_mine=bool(actor) and not may(actor, "read", FollowUp),
            may_audit=may(actor, "run", "audit_runs"),
            may_register=may(actor, "register", "tickets"),
            today=local_today(),
        )

    def _here(self, query: Question, model: Any, *conditions: ColumnElement[bool]) -> Question:
        estate = context.current_estate()
        if estate is not None:
            query = query.where(model.estate_id == estate.id)
        return query.where(visible(actor_here(), model), *conditions)

    def _count(self, model: Any, *conditions: ColumnElement[bool]) -> Question:
        found = self._here(select(model.id), model, *conditions).limit(COUNT_LIMIT + 1).subquery()
        return select(func.count().label("number")).select_from(found)

    def _ticket_figures(self) -> Iterator[tuple[Figure, Question]]:
        yield Figure(_("Open tickets"), _list("tickets", flt_state="open")), self._count(Ticket, OPEN_TICKETS)
        url = _list("tickets", flt_state="overdue", sort="due_at", desc="0")
        overdue = place_in(Ticket.due_at) < context.now()
        yield Figure(_("Overdue tickets"), url, True), self._count(Ticket, OPEN_TICKETS, overdue)

    def _other_figures(self) -> Iterator[tuple[Figure, Question]]:
        actor, now = context.actor(), context.now()
        if may(actor, "read", Complaint):
            url = _list("complaints", flt_state="open")
            yield Figure(_("Open complaints"), url), self._count(Complaint, OPEN_COMPLAINTS)
        if may(actor, "read", FollowUp):
            url = _list("follow_ups", flt_status="scheduled")
            yield Figure(_("Waiting for follow-up"), url), self._count(FollowUp, IS_SCHEDULED)
        if may(actor, "read", KeyLoan):
            out = KeyLoan.returned_at.is_(None) & KeyLoan.lost_at.is_(None)
            yield Figure(_("Keys out"), _list("key_loans", flt_state="out")), self._count(KeyLoan, out)
            late = Figure(_("Keys overdue"), _list("key_loans", flt_state="overdue"), True)
            yield late, self._count(KeyLoan, out, KeyLoan.due_at < now)
        if may(actor, "read", VisitorPass):
            out = VisitorPass.handed_in_at.is_(None) & VisitorPass.revoked_at.is_(None)
            ending = self._count(VisitorPass, out, VisitorPass.valid_until <= self._midnight())
            yield Figure(_("Passes ending today"), _list("visitor_passes", flt_state="ending")), ending

    @staticmethod
    def _midnight() -> Any:
        tomorrow = local_today() + datetime.timedelta(days=1)
        return datetime.datetime.combine(tomorrow, datetime.time(), zone()).astimezone(datetime.UTC)

    def _tickets(self) -> Question:
        query = select(
            Ticket.id,
            Ticket.number,
            Ticket.status,
            Ticket.due_at,
            Ticket.summary,
            Ticket.place,
            Unit.code.label("unit"),
            Team.name.label("team"),
            Staff.name.label("assignee"),
        )
        query = query.outerjoin(Unit, Unit.id == Ticket.unit_id).outerjoin(Team, Team.id == Ticket.team_id)
        query = query.outerjoin(Staff, Staff.id == Ticket.assignee_id)
        ordered = ordering(place_in(Ticket.due_at), Ticket.id, upwards=True)
        return self._here(query, Ticket, OPEN_TICKETS).order_by(*ordered).limit(ROWS)

    def _last_audit(self) -> Question:
        query = select(AuditRun.id, AuditRun.day, AuditRun.signed_off_at)
        return self._here(query, AuditRun).order_by(AuditRun.day.desc()).limit(1)


def _list(endpoint: str, **arguments: Any) -> str:
    return url_for(f"{endpoint}.index_view", **arguments)

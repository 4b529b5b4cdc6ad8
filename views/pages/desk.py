"""The desk (``/admin/``): what is open today, by deadline, each row with its one next step; figures are filters."""

import datetime
import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from flask import abort, request, url_for
from flask_admin import AdminIndexView, expose
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import ColumnElement, bindparam, false, func, or_, select, true

from models.audits import AuditRun
from models.base import Base, UTCDateTime, tables
from models.complaints import IS_OPEN as OPEN_COMPLAINTS, Complaint
from models.estates import Unit
from models.follow_ups import IS_SCHEDULED, FollowUp, is_owed
from models.matters import ClockRun
from models.outbox import NOT_SENT, Outgoing
from models.policy import may, visible
from models.settings import Clock
from models.staff import Staff, Team
from models.tickets import IS_OPEN as OPEN_TICKETS, Ticket, TicketStatus
from models.timekeeping import LAST_HEARD, keeps_time
from views.pages import homes
from views.register.beside import NOW, ON_DESK, SOON
from views.register.panel_view import PanelView
from views.register.scope import actor_here
from views.register.steps import Step, next_step
from views.registers import complaints, tickets
from views.registers.incidents import A_DAY, burst_questions, bursts_of
from views.request import context
from views.request.gathering import GatheredRow, Prepared, Question, prepared
from views.request.keeping import scope_key
from views.request.queries import COUNT_LIMIT, ordering, place_in
from views.words.language import local_time, local_today, zone

DAY_BEFORE = bindparam("day_before", type_=UTCDateTime())
ROWS = 50
BESIDE = 6

MATTERS: tuple[tuple[type[Ticket] | type[Complaint], ColumnElement[bool], str, ModuleType], ...] = (
    (Ticket, OPEN_TICKETS, "tickets", tickets),
    (Complaint, OPEN_COMPLAINTS, "complaints", complaints),
)


_TO_ASK = select(ClockRun.record_id).join(Clock, Clock.id == ClockRun.clock_id)
_RUNS_OUT = ClockRun.met_at.is_(None) & ClockRun.cancelled_at.is_(None) & ClockRun.paused_at.is_(None)
ASKED_ABOUT = (Ticket.status == TicketStatus.IN_PROGRESS) & Ticket.id.in_(
    _TO_ASK.where(ClockRun.register == "tickets", Clock.code == "ask-done", _RUNS_OUT, ClockRun.due_at < NOW)
)
"""Jobs of which nobody said within the hour that they are done: the desk asks, and writes the answer down (DSP-6)."""


@dataclass(frozen=True)
class Figure:
    """One number of the desk, which is also a filter of its rows."""

    name: str
    label: Any
    late: bool = False
    number: int = 0

    @property
    def capped(self) -> str:
        """The number, capped."""
        return f"{COUNT_LIMIT:,}+" if self.number > COUNT_LIMIT else f"{self.number:,}"

    @property
    def url(self) -> str:
        """The desk with only these rows."""
        return url_for("admin.index", show=self.name if self.name != "open" else None)


FIGURES = (
    Figure("open", _("Unclosed")),
    Figure("overdue", _("Overdue"), late=True),
    Figure("soon", _("Due within 2 hours")),
    Figure("ask", _("Not said to be done within the hour")),
    Figure("unassigned", _("Without handler")),
    Figure("follow_up", _("Waiting for follow-up")),
    Figure("mine", _("Mine")),
)


OF_THE_DESK = frozenset({"ask", "unassigned", "follow_up", "mine"})
"""Figures that mean nothing to who sees only their own jobs."""


@dataclass(frozen=True)
class OpenMatter:
    """One open matter as the desk shows it."""

    matter: GatheredRow
    url: str
    next: Any
    """What the step that comes next for this person is called, None where it is somebody else's turn."""
    next_url: str


class DeskView(PanelView, AdminIndexView):
    """The first page after signing in."""

    def __init__(self) -> None:
        super().__init__(name=_("Desk"), endpoint="admin", url="/admin", template="admin/desk.html")
        self.static_folder = None  # Flask-Admin's own scripts and styles: no page of ours loads them

    def is_accessible(self) -> bool:
        """Everyone who is signed in."""
        return may(context.actor(), "read", "desk")

    @expose("/")
    def index(self) -> str:
        """Figures, open matters by deadline, and what ends today beside them; all of it with one statement."""
        actor = context.actor()
        shown = request.args.get("show", "open")
        if shown not in {figure.name for figure in FIGURES}:
            abort(400, gettext("The desk has no such filter."))
        counts = may(actor, "read_counts", "desk")
        only_mine = counts and not may(actor, "read", FollowUp)
        meaningless = OF_THE_DESK if only_mine else set() if may(actor, "comment", Ticket) else {"mine"}
        figures = [figure for figure in FIGURES if counts and figure.name not in meaningless]
        found = _questions(tuple(figures), shown if counts else "", scope_key(), local_today()).ask(_moments())
        return self.render(
            self._template,
            figures=[replace(figure, number=_sum(figure, found)) for figure in figures],
            shown=shown,
            rows=_merged(found, shown),
            more=any(len(found.get(f"rows {endpoint}", ())) == ROWS for _m, _o, endpoint, _v in MATTERS),
            beside=[(name, each, found[key]) for name, each in ON_DESK.items() if (key := f"beside {name}") in found],
            audit=next(iter(found.get("audit", ())), None),
            may_see_audits=may(actor, "read", AuditRun),
            supervisor_piles=homes.supervisor_home(found),
            auditor_piles=homes.auditor_home(found),
            only_mine=only_mine,
            time_stands=_time_stands(found),
            not_sent=next((row.number for row in found.get("not sent", ())), 0),
            may_audit=may(actor, "run", "audit_runs"),
            bursts=bursts_of(found),
            today=local_today(),
            now=context.now(),
        )


@functools.lru_cache(256)
def _questions(figures: tuple[Figure, ...], shown: str, _key: tuple[Any, ...], _today: datetime.date) -> Prepared:
    """All that the desk asks, as one statement, kept for each who asks: the desk asks again every few seconds."""
    questions = {f"{figure.name} {place}": question for figure in figures for place, question in _counts(figure)}
    if shown:
        questions |= dict(_rows(shown))
    questions |= {
        "last heard": LAST_HEARD,
        **dict(_not_sent()),
        **dict(_beside()),
        **_bursts(),
        **homes.supervisor_questions(),
        **homes.auditor_questions(),
    }
    return prepared(questions)


def _time_stands(found: dict[str, list[Any]]) -> str | None:
    """Since when nobody keeps time (INT-14), empty where nobody ever did, which is for managers to know; else None."""
    last = next((row.renewed_at for row in found["last heard"]), None)
    if keeps_time(last, context.now()) or (last is None and not may(context.actor(), "amend", "settings")):
        return None
    return local_time(last) if last is not None else ""


def _bursts() -> dict[str, Question]:
    """What may be one incident of the estate shown, for who can attach it."""
    estate = context.current_estate()
    return burst_questions(DAY_BEFORE, *(() if estate is None else (Ticket.estate_id == estate.id,)))


def _moments() -> dict[str, datetime.datetime]:
    now = context.now()
    tomorrow = datetime.datetime.combine(local_today() + datetime.timedelta(days=1), datetime.time(), zone())
    before = now - A_DAY
    return {
        "day_before": before,
        "now": now,
        "soon": now + datetime.timedelta(hours=2),
        "midnight": tomorrow.astimezone(datetime.UTC),
    }


def _here(query: Question, model: type[Any], *conditions: ColumnElement[bool]) -> Question:
    estate = context.current_estate()
    if estate is not None:
        query = query.where(model.estate_id == estate.id)
    return query.where(visible(actor_here(), model), *conditions)


def _counts(figure: Figure) -> Iterator[tuple[str, Question]]:
    for model, is_open, endpoint, _view in MATTERS:
        if may(context.actor(), "read", model):
            found = _here(select(model.id), model, is_open, _filter(figure.name, model)).limit(COUNT_LIMIT + 1)
            yield endpoint, select(func.count().label("number")).select_from(found.subquery())


def _sum(figure: Figure, found: dict[str, list[Any]]) -> int:
    numbers = [
        found[name][0].number for _m, _o, endpoint, _v in MATTERS if (name := f"{figure.name} {endpoint}") in found
    ]
    return sum(numbers)


def _filter(name: str, model: type[Ticket] | type[Complaint]) -> ColumnElement[bool]:
    if name == "overdue":
        return place_in(model.due_at) < NOW
    if name == "soon":
        return place_in(model.due_at).between(NOW, SOON)
    if name == "ask":
        return ASKED_ABOUT if model is Ticket else false()
    if name == "unassigned":
        return model.assignee_id.is_(None)
    if name == "follow_up":
        return is_owed(model)
    if name == "mine":
        me = context.actor()
        return false() if me is None else or_(model.assignee_id == me.staff_id, model.desk_owner_id == me.staff_id)
    return true()


def _rows(shown: str) -> Iterator[tuple[str, Question]]:
    for model, is_open, endpoint, _view in MATTERS:
        if not may(context.actor(), "read", model):
            continue
        columns = [column for name in SHAPE for column in (getattr(model, name, None),) if column is not None]
        of_matter = FollowUp.register == model.__tablename__, FollowUp.record_id == model.id
        call = select(func.min(FollowUp.id)).where(*of_matter, IS_SCHEDULED).scalar_subquery()
        names = (Unit.code.label("unit"), Team.name.label("team"), Staff.name.label("assignee"))
        query = select(*columns, *names, call.label("follow_up_id"))
        query = query.outerjoin(Unit, Unit.id == model.unit_id).outerjoin(Team, Team.id == model.team_id)
        query = query.outerjoin(Staff, Staff.id == model.assignee_id)
        ordered = ordering(place_in(model.due_at), model.id, upwards=True)
        query = _here(query, model, is_open, _filter(shown, model)).order_by(*ordered).limit(ROWS)
        yield f"rows {endpoint}", query


DECIDING = (
    "status",
    "kind",
    "estate_id",
    "team_id",
    "assignee_id",
    "dispatched_at",
    "slip_returned_at",
)
"""What the next step of a matter depends on."""
SHAPE = ("id", "number", "due_at", "summary", "place", *DECIDING)
"""What is read of a matter."""


def _merged(found: dict[str, list[Any]], shown: str) -> list[OpenMatter]:
    rows = []
    for model, _is_open, endpoint, view in MATTERS:
        base, steps = url_for(f"{endpoint}.details_view", id=""), _Steps(endpoint, model, view)
        if shown == "ask" and may(context.actor(), "ask_done", model):
            steps.always("ask_done")
        rows += [OpenMatter(row, f"{base}{row.id}", *steps.next(row)) for row in found.get(f"rows {endpoint}", ())]
    latest = datetime.datetime.max.replace(tzinfo=datetime.UTC)
    return sorted(rows, key=lambda row: (row.matter.due_at or latest, row.matter.number))[:ROWS]


class _Steps:
    """The next step of each row; rows that are alike in what it depends on are asked about once."""

    def __init__(self, endpoint: str, model: type[Base], view: ModuleType) -> None:
        self._endpoint, self._model, self._view = endpoint, model, view
        self._names = [name for name in DECIDING if name in model.__mapper__.columns]
        self._now, self._call = context.now(), gettext("Follow up")
        may_call = may(context.actor(), "record_attempt", "follow_ups")
        self._calls = url_for("follow_ups.details_view", id="") if may_call else ""
        self._known: dict[tuple[Any, ...], tuple[Any, str]] = {}
        self._only: Step | None = None

    def always(self, verb: str) -> None:
        """Lead from every row to this step."""
        self._only = next(step for step in self._view.STEPS if step.verb == verb)

    def next(self, row: GatheredRow) -> tuple[Any, str]:
        """What the step is called, and its address."""
        if self._only is not None:
            return self._only.label, url_for(f"{self._endpoint}.step_view", verb=self._only.verb, id=row.id)
        if row.follow_up_id is not None and self._calls:
            return self._call, f"{self._calls}{row.follow_up_id}"
        # Of times only whether there is one.
        facts = tuple(
            self._now if isinstance(value, datetime.datetime) else value
            for value in (getattr(row, name) for name in self._names)
        )
        if facts not in self._known:
            # A record of this page only: the steps ask it what they would ask the stored one.
            record = self._model(**dict(zip(self._names, facts, strict=True)))
            step = next_step(self._view.STEPS, record)
            url = url_for(f"{self._endpoint}.step_view", verb=step.verb, id="") if step is not None else ""
            self._known[facts] = (step and step.label, url)
        label, url = self._known[facts]
        return label, f"{url}{row.id}" if url else ""


def _not_sent() -> Iterator[tuple[str, Question]]:
    """How many messages did not leave the house, or perhaps not, for who can send them again."""
    if may(actor_here(), "send_again", Outgoing):
        yield "not sent", _here(select(func.count().label("number")).select_from(Outgoing), Outgoing, NOT_SENT)


def _beside() -> Iterator[tuple[str, Question]]:
    actor = context.actor()
    for register, beside in ON_DESK.items():
        if may(actor, "read", register):
            yield f"beside {register}", _here(beside.rows, tables()[register]).limit(BESIDE)
    if may(actor, "read", AuditRun):
        query = select(AuditRun.id, AuditRun.day, AuditRun.signed_off_at)
        yield "audit", _here(query, AuditRun).order_by(AuditRun.day.desc()).limit(1)

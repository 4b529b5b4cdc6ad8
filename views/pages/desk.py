"""The desk (``/admin/``): what is to be done now, in bands, each row with its one next step; figures are filters."""

import datetime
import functools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import AdminIndexView, expose
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import ColumnElement, false, func, or_, select, true

from models.audits import AuditRun
from models.base import tables
from models.complaints import Complaint
from models.follow_ups import FollowUp, is_owed
from models.matters import ClockRun
from models.outbox import NOT_SENT, Outgoing
from models.policy import may
from models.settings import Clock
from models.tickets import Ticket, TicketStatus, WaitingReason
from models.timekeeping import LAST_HEARD, keeps_time
from views.pages import administrator, bands, homes
from views.pages.bands import DAY_BEFORE
from views.pages.next_job import TICKET_COLUMNS, is_to_accept, next_job
from views.pages.open_matters import MATTERS, here, merged, place_in_address, readable, rows, values_of
from views.register.beside import NOW, ON_DESK, SOON
from views.register.page import may_here
from views.register.panel_view import PanelView
from views.register.scope import actor_here
from views.registers.incidents import A_DAY, burst_questions, bursts_of
from views.request import context
from views.request.gathering import Prepared, Question, prepared
from views.request.keeping import scope_key
from views.request.queries import COUNT_LIMIT, PAGE_SIZE, place_in
from views.words.language import local_time, local_today, zone

BESIDE = 6

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
        return url_for("admin.index", show=self.name)


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
class Chosen:
    """What the desk was asked to show: the rows of a figure, all of a band, or the bands one below the other."""

    figure: str | None
    band: str | None

    @property
    def is_list(self) -> bool:
        """Whether one list is shown."""
        return self.figure is not None or self.band is not None


class DeskView(PanelView, AdminIndexView):
    """The first page after signing in."""

    def __init__(self) -> None:
        super().__init__(name=_("Desk"), endpoint="admin", url="/admin", template="admin/desk.html")
        self.static_folder = None  # Flask-Admin's own scripts and styles: no page of ours loads them

    def is_accessible(self) -> bool:
        """Everyone who is signed in."""
        return may(context.actor(), "read", "desk")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Figures, what is to be done now, and what ends today beside it; all of it with one statement."""
        actor = context.actor()
        counts = may(actor, "read_counts", "desk")
        if not counts and may_here("read", "gate"):
            return redirect(url_for("at_the_gate.index_view"))
        only_mine = counts and not may(actor, "read", FollowUp)
        shown, place = _asked_for(), place_in_address()
        meaningless = OF_THE_DESK if only_mine else set() if may(actor, "comment", Ticket) else {"mine"}
        figures = [figure for figure in FIGURES if counts and figure.name not in meaningless]
        groups = bands.bands(outside=only_mine, own="mine" not in meaningless) if counts else ()
        if shown.band is not None and shown.band not in {band.name for band in groups}:
            abort(400, gettext("The desk has no such filter."))
        after = place and place.endpoint
        asked = _questions(tuple(figures), groups, shown, only_mine, after, scope_key(), local_today())
        found = asked.ask(_moments() | values_of(place))
        only = "ask_done" if shown.figure == "ask" else None
        listed = merged(found, "rows", only=only)
        shown_bands = [] if shown.is_list or not counts else bands.filled(groups, found)
        return self.render(
            self._template,
            figures=[replace(figure, number=_sum(figure, found)) for figure in figures],
            shown=shown,
            bands=shown_bands,
            next_job=next_job(shown_bands) if only_mine else None,
            to_accept=[row for band in shown_bands for row in band.matters if is_to_accept(row)] if only_mine else [],
            absent=WaitingReason.RESIDENT_ABSENT,
            absent_note=gettext("Nobody home: waited five minutes, left a note with the desk's number."),
            accept_key=secrets.token_urlsafe(24),
            listed=next((band for band in groups if band.name == shown.band), None),
            rows=listed[:PAGE_SIZE],
            further=listed[PAGE_SIZE - 1].place if len(listed) > PAGE_SIZE else None,
            begins=place is None,
            beside=[(name, each, found[key]) for name, each in ON_DESK.items() if (key := f"beside {name}") in found],
            audit=next(iter(found.get("audit", ())), None),
            may_see_audits=may(actor, "read", AuditRun),
            supervisor_piles=homes.supervisor_home(found),
            auditor_piles=homes.auditor_home(found) or administrator.administrator_home(found),
            only_mine=only_mine,
            time_stands=_time_stands(found),
            not_sent=next((row.number for row in found.get("not sent", ())), 0),
            may_audit=may(actor, "run", "audit_runs"),
            bursts=bursts_of(found),
            today=local_today(),
            now=context.now(),
        )


def _asked_for() -> Chosen:
    figure, band = request.args.get("show"), request.args.get("band")
    if (figure is not None and figure not in {each.name for each in FIGURES}) or (figure and band):
        abort(400, gettext("The desk has no such filter."))
    return Chosen(figure, band)


@functools.lru_cache(256)
def _questions(
    figures: tuple[Figure, ...],
    groups: tuple[bands.Band, ...],
    shown: Chosen,
    only_mine: bool,
    after: str | None,
    _key: tuple[Any, ...],
    _today: datetime.date,
) -> Prepared:
    """All that the desk asks, as one statement, kept for each who asks: the desk asks again every few seconds."""
    questions = {f"{figure.name} {place}": question for figure in figures for place, question in _counts(figure)}
    if not shown.is_list:
        jobs = {Ticket: TICKET_COLUMNS} if only_mine else {}
        questions |= dict(bands.questions(groups, outside=only_mine, also=jobs))
    elif groups:
        questions |= dict(_listed(shown, only_mine, after))
    questions |= {
        "last heard": LAST_HEARD,
        **dict(_not_sent()),
        **dict(_beside()),
        **_bursts(),
        **homes.supervisor_questions(),
        **homes.auditor_questions(),
        **administrator.administrator_questions(),
    }
    return prepared(questions)


def _listed(shown: Chosen, only_mine: bool, after: str | None) -> Iterator[tuple[str, Question]]:
    for model, is_open, endpoint, _view in readable():
        if shown.band is not None:
            fits: tuple[ColumnElement[bool], ...] = bands.condition(shown.band, model, outside=only_mine)
            by = bands.moment(shown.band, model)
        else:
            fits, by = (_filter(shown.figure or "open", model),), None
        yield f"rows {endpoint}", rows(model, is_open, *fits, moment=by, after=after)


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
    begun = datetime.datetime.combine(local_today(), datetime.time(), zone())
    return {
        "day_before": now - A_DAY,
        "today": begun.astimezone(datetime.UTC),
        "now": now,
        "soon": now + datetime.timedelta(hours=2),
        "midnight": tomorrow.astimezone(datetime.UTC),
    }


def _counts(figure: Figure) -> Iterator[tuple[str, Question]]:
    for model, is_open, endpoint, _view in readable():
        found = here(select(model.id), model, is_open, _filter(figure.name, model)).limit(COUNT_LIMIT + 1)
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


def _not_sent() -> Iterator[tuple[str, Question]]:
    """How many messages did not leave the house, or perhaps not, for who can send them again."""
    if may(actor_here(), "send_again", Outgoing):
        yield "not sent", here(select(func.count().label("number")).select_from(Outgoing), Outgoing, NOT_SENT)


def _beside() -> Iterator[tuple[str, Question]]:
    actor = context.actor()
    for register, beside in ON_DESK.items():
        if may(actor, "read", register):
            # In front: what is said of a row may read its last column.
            number = func.count().over().label("total")
            counted = beside.rows.with_only_columns(number, *beside.rows.selected_columns)
            yield f"beside {register}", here(counted, tables()[register]).limit(BESIDE)
    if may(actor, "read", AuditRun):
        query = select(AuditRun.id, AuditRun.day, AuditRun.signed_off_at)
        yield "audit", here(query, AuditRun).order_by(AuditRun.day.desc()).limit(1)

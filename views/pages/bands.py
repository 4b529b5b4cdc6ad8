"""What is to be done now, in bands: each open matter stands in the first that it fits, none is left out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, bindparam, false, func, not_, or_, select, true

from models.base import UTCDateTime
from models.complaints import Complaint, ComplaintStatus
from models.matters import ClockRun, Severity
from models.settings import Clock
from models.tickets import PROMISE, Ticket, TicketKind, TicketStatus
from views.pages.open_matters import OpenMatter, merged, readable, rows, total
from views.register.beside import MIDNIGHT, SOON
from views.request import context
from views.request.gathering import GatheredRow, Question
from views.request.queries import COUNT_LIMIT, Sortable, place_in

TODAY = bindparam("today", type_=UTCDateTime())
"""When this day began in the estate."""
DAY_BEFORE = bindparam("day_before", type_=UTCDateTime())
EACH = 20
"""So many of each band stand on the desk, and a link to all."""
AT_LEISURE = 8
"""So many of what has no hour."""

_NOT_BEGUN = (TicketStatus.RECEIVED, TicketStatus.DISPATCHED, TicketStatus.ACCEPTED, TicketStatus.WAITING)
_NOT_TAKEN = (TicketStatus.RECEIVED, TicketStatus.DISPATCHED)
_NOT_INVESTIGATED = (ComplaintStatus.REGISTERED, ComplaintStatus.ASSIGNED)
_CARRIED_OUT = (ComplaintStatus.CARRIED_OUT, ComplaintStatus.FOLLOWED_UP)


@dataclass(frozen=True)
class Band:
    """One group of what is to be done."""

    name: str
    label: Any
    folded: bool = False
    most: int = EACH
    matters: tuple[OpenMatter, ...] = ()
    number: int = 0

    @property
    def count(self) -> str:
        """How many, capped."""
        return f"{COUNT_LIMIT:,}+" if self.number > COUNT_LIMIT else f"{self.number:,}"

    @property
    def url(self) -> str:
        """All of it, page by page."""
        return url_for("admin.index", band=self.name)


def _alarm(model: Any) -> ColumnElement[bool]:
    """Emergencies and serious complaints until a named person has taken them (DSP-9, CMP-13)."""
    if model is Ticket:
        return (Ticket.kind == TicketKind.EMERGENCY) & Ticket.status.in_(_NOT_TAKEN)
    return (Complaint.severity == Severity.SERIOUS) & Complaint.status.in_(_NOT_INVESTIGATED)


def _runs(model: Any) -> Any:
    promised = (ClockRun.register == model.__tablename__, Clock.code == PROMISE)
    running = (ClockRun.met_at.is_(None), ClockRun.cancelled_at.is_(None), ClockRun.paused_at.is_(None))
    return select(ClockRun.record_id).join(Clock, Clock.id == ClockRun.clock_id).where(*promised, *running)


def _next(model: Any) -> ColumnElement[bool]:
    """Promises and agreed visits of the next two hours, and those of the last day that were not kept (INT-5, DSP-7)."""
    promised: ColumnElement[bool] = model.id.in_(_runs(model).where(ClockRun.due_at.between(DAY_BEFORE, SOON)))
    if model is not Ticket:
        return promised
    visits = Ticket.visit_from.between(DAY_BEFORE, SOON) & Ticket.status.in_(_NOT_BEGUN)
    either: ColumnElement[bool] = or_(promised, visits)
    return either


def _moment_of_next(model: Any) -> Sortable:
    promise = _runs(model).with_only_columns(func.min(ClockRun.due_at)).where(ClockRun.record_id == model.id)
    until = promise.correlate(model).scalar_subquery()
    visit = (Ticket.visit_from,) if model is Ticket else ()
    return func.coalesce(until, *visit, place_in(model.due_at))


def _mine(model: Any) -> ColumnElement[bool]:
    me = context.actor()
    mine = false() if me is None else or_(model.assignee_id == me.staff_id, model.desk_owner_id == me.staff_id)
    either: ColumnElement[bool] = or_(mine, model.assignee_id.is_(None))
    return either


_CONDITIONS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "alarm": _alarm,
    "next": _next,
    "today": lambda model: place_in(model.due_at).between(TODAY, MIDNIGHT),
    "mine": _mine,
    "nobody": lambda model: model.assignee_id.is_(None),
    "ask": lambda model: Ticket.status == TicketStatus.DONE if model is Ticket else Complaint.status.in_(_CARRIED_OUT),
    "old": lambda model: place_in(model.due_at) < TODAY,
    "rest": lambda _model: true(),
}

_LABELS = {
    "alarm": _("Emergencies and serious complaints that nobody has taken"),
    "next": _("Promises and visits: within two hours, or missed"),
    "today": _("Limits of today"),
    "mine": _("Mine, and what nobody has"),
    "nobody": _("What nobody has"),
    "ask": _("To ask after and to close"),
    "old": _("Overdue since before today"),
    "rest": _("Later"),
}

_AT_THE_DESK = ("alarm", "next", "today", "mine", "ask", "old", "rest")
_OUTSIDE = ("alarm", "nobody", "next", "today", "rest", "ask", "old")
"""The bands as they are shown, to the desk and to whoever sees only jobs of their own."""
_FIRST_AT_THE_DESK = ("alarm", "next", "ask", "old", "today", "mine")
_FIRST_OUTSIDE = ("alarm", "nobody", "next", "ask", "old", "today")
"""In which of several bands a matter stands: in the first of these that it fits, else in the last one."""
_FOLDED_AT_THE_DESK = frozenset({"old", "rest"})
_FOLDED_OUTSIDE = frozenset({"ask", "old"})


def bands(*, outside: bool, own: bool) -> tuple[Band, ...]:
    """The bands of the desk, or of who sees only jobs of their own (*outside*); *own*: some may be this person's."""
    shown = _OUTSIDE if outside else _AT_THE_DESK
    folded = _FOLDED_OUTSIDE if outside else _FOLDED_AT_THE_DESK
    names = (name if own or name != "mine" else "nobody" for name in shown)
    return tuple(Band(name, _LABELS[name], name in folded, AT_LEISURE if name == "ask" else EACH) for name in names)


def condition(name: str, model: Any, *, outside: bool) -> tuple[ColumnElement[bool], ...]:
    """What makes a matter of *model* stand in the band *name*, and in none that comes before it."""
    first = _FIRST_OUTSIDE if outside else _FIRST_AT_THE_DESK
    earlier = first[: first.index(name)] if name in first else first
    if name == "nobody" and not outside:
        earlier = first[: first.index("mine")]
    # Where a condition is unknown it does not hold: the matter stands further down, not nowhere.
    others = (not_(func.coalesce(_CONDITIONS[other](model), false())) for other in earlier)
    return (_CONDITIONS[name](model), *others)


def moment(name: str, model: Any) -> Sortable | None:
    """By what the band is ordered, where not by the due time."""
    return _moment_of_next(model) if name == "next" else None


def questions(
    groups: Sequence[Band], *, outside: bool, also: Mapping[Any, Sequence[Any]]
) -> Iterator[tuple[str, Question]]:
    """What the desk asks for its bands; *also* is read of the matters of each model beside what all lists show."""
    for band in groups:
        for model, is_open, endpoint, _view in readable():
            fits = condition(band.name, model, outside=outside)
            yield (
                f"band {band.name} {endpoint}",
                rows(
                    model,
                    is_open,
                    *fits,
                    most=band.most,
                    moment=moment(band.name, model),
                    also=also.get(model, ()),
                ),
            )


def filled(groups: Sequence[Band], answers: Mapping[str, Sequence[GatheredRow]]) -> list[Band]:
    """The bands with their matters; those in which nothing stands are left out, but for what is due today."""
    made = []
    for band in groups:
        number = total(answers, f"band {band.name}")
        if number or band.name == "today":
            matters = tuple(merged(answers, f"band {band.name}")[: band.most])
            made.append(replace(band, matters=matters, number=number))
    return made

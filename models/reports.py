"""Figures for managers (AUD-5): questions over the matters of a period, each answered from an index by estate and time.

A period is two instants in UTC, the first belongs to it, the second does not. Nothing here asks who may see what: the
caller names the estates.
"""

import datetime
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, case, func, literal, or_, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models.base import Base
from models.complaints import IS_OPEN as OPEN_COMPLAINTS, Complaint
from models.estates import Unit, UnitUse
from models.events import Event
from models.follow_ups import FollowUp, FollowUpStatus
from models.matters import ClockRun
from models.settings import Category, Clock
from models.staff import Staff, Team
from models.tickets import IS_OPEN as OPEN_TICKETS, Ticket, TicketKind, TicketStatus

Question = Select[*tuple[Any, ...]]
Period = tuple[datetime.datetime, datetime.datetime]

FINISHED = (TicketStatus.DONE, TicketStatus.CLOSED)
SAID = (FollowUpStatus.SATISFIED, FollowUpStatus.NOT_SATISFIED)
PLACE_FIGURES = (
    *("tickets", "tickets_before", "complaints", "complaints_before", "finished", "seconds", "on_time", "late"),
    *(status.value for status in SAID),
)
MOST_REPEATS = 20
MOST_PEOPLE = 60


def within(column: Any, period: Period) -> ColumnElement[bool]:
    """The condition that the instant in *column* belongs to *period*."""
    condition: ColumnElement[bool] = (column >= period[0]) & (column < period[1])
    return condition


def is_late(now: datetime.datetime) -> ColumnElement[bool]:
    """Clock runs that were met too late, or still run and are past their time; stopped ones never."""
    moment = literal(now, ClockRun.due_at.type)
    unmet = ClockRun.met_at.is_(None) & ClockRun.paused_at.is_(None) & (ClockRun.due_at < moment)
    return ClockRun.cancelled_at.is_(None) & or_(ClockRun.met_at > ClockRun.due_at, unmet)


def missed(model: type[Base], code: str, now: datetime.datetime) -> ColumnElement[bool]:
    """The records of *model* that missed the clock *code*."""
    runs = select(ClockRun.id).join(Clock, Clock.id == ClockRun.clock_id)
    return runs.where(ClockRun.of(model, model.id), Clock.code == code, is_late(now)).exists()


def reopened(estate_id: int | None = None) -> ColumnElement[bool]:
    """Tickets that went back to work after they were done (FUP-3); by the log of one estate where that is all."""
    again = select(Event.record_id).where(Event.register == "tickets", Event.verb == "reopen")
    if estate_id is not None:
        return Ticket.id.in_(again.where(Event.estate_id == estate_id))
    return again.where(Event.record_id == Ticket.id).exists()


def clock_shares(estates: Sequence[int], period: Period, now: datetime.datetime) -> Question:
    """``code rule register on_time late moved``: the clocks of what was registered, of calls what was due in it."""
    owners: tuple[tuple[type[Any], Any], ...] = (
        (Ticket, Ticket.registered_at),
        (Complaint, Complaint.registered_at),
        (FollowUp, FollowUp.due_at),
    )
    on_time = ClockRun.cancelled_at.is_(None) & (ClockRun.met_at <= ClockRun.due_at)
    parts = []
    for model, at in owners:
        part = select(ClockRun.clock_id, _number(on_time).label("on_time"), _number(is_late(now)).label("late"))
        part = part.add_columns(_number(ClockRun.moved_because.is_not(None)).label("moved"))
        part = part.select_from(model).join(ClockRun, ClockRun.of(model, model.id))
        parts.append(part.where(model.estate_id.in_(estates), within(at, period)).group_by(ClockRun.clock_id))
    runs = union_all(*parts).subquery()
    sums = (func.sum(runs.c[name]).label(name) for name in ("on_time", "late", "moved"))
    of_clock = (Clock.code, Clock.rule, Clock.register)
    query = select(*of_clock, *sums).join(runs, runs.c.clock_id == Clock.id)
    return query.group_by(*of_clock).order_by(Clock.code, Clock.register)


def satisfaction(estates: Sequence[int], period: Period) -> Question:
    """``status number quality timeliness attitude`` with the number of each mark: calls that were due in *period*."""
    marks = (FollowUp.quality, FollowUp.timeliness, FollowUp.attitude)
    columns: list[Any] = [FollowUp.status, func.count().label("number")]
    for mark in marks:
        columns += [func.sum(mark).label(mark.key), func.count(mark).label(f"{mark.key}_given")]
    query = select(*columns).where(FollowUp.estate_id.in_(estates), within(FollowUp.due_at, period))
    return query.where(FollowUp.status != FollowUpStatus.CANCELLED).group_by(FollowUp.status).order_by(FollowUp.status)


def ticket_trend(estates: Sequence[int], parts: Sequence[Period]) -> Question:
    """``category_id category part number``: tickets registered in each of *parts* (0 is the first), by category."""
    counted = _by_part(Ticket, Ticket.category_id, estates, parts).subquery()
    query = select(counted.c.category.label("category_id"), Category.name.label("category"), counted.c.part)
    query = query.add_columns(counted.c.number).outerjoin(Category, Category.id == counted.c.category)
    return query.order_by(counted.c.part, Category.name)


def complaint_trend(estates: Sequence[int], parts: Sequence[Period]) -> Question:
    """``category part number``: complaints registered in each of *parts*, by their eight categories (CMP-1)."""
    return _by_part(Complaint, Complaint.category, estates, parts).order_by(Complaint.category)


def _by_part(model: Any, category: Any, estates: Sequence[int], parts: Sequence[Period]) -> Question:
    at = model.registered_at
    part = case(*((at < literal(until, at.type), place) for place, (_since, until) in enumerate(parts)), else_=None)
    query = select(category.label("category"), part.label("part"), func.count().label("number"))
    whole = (parts[0][0], parts[-1][1])
    return query.where(model.estate_id.in_(estates), within(at, whole)).group_by(category, part)


def load(estates: Sequence[int], now: datetime.datetime) -> Question:
    """``staff_id name tickets late complaints``: what is open now, by its handler; those with most first."""
    moment = literal(now, Ticket.due_at.type)
    jobs = select(
        Ticket.assignee_id,
        func.count().label("tickets"),
        _number(Ticket.due_at < moment).label("late"),
        _none("complaints"),
    )
    jobs = jobs.where(Ticket.estate_id.in_(estates), OPEN_TICKETS).group_by(Ticket.assignee_id)
    others = select(Complaint.assignee_id, _none("tickets"), _none("late"), func.count().label("complaints"))
    others = others.where(Complaint.estate_id.in_(estates), OPEN_COMPLAINTS).group_by(Complaint.assignee_id)
    both = union_all(jobs, others).subquery()
    numbers = [func.sum(both.c[name]).label(name) for name in ("tickets", "late", "complaints")]
    query = select(both.c.assignee_id.label("staff_id"), Staff.name, *numbers)
    query = query.select_from(both).outerjoin(Staff, Staff.id == both.c.assignee_id)
    ordered = query.group_by(both.c.assignee_id, Staff.name).order_by(numbers[0].desc(), Staff.name)
    return ordered.limit(MOST_PEOPLE)


def reopen_share(estates: Sequence[int], period: Period) -> Question:
    """``registered finished reopened``: of the tickets registered in *period*."""
    found = select(Ticket.status, reopened().label("again"))
    counted = found.where(Ticket.estate_id.in_(estates), within(Ticket.registered_at, period)).subquery()
    was_finished = or_(counted.c.status.in_(FINISHED), counted.c.again)
    return select(
        func.count().label("registered"),
        _number(was_finished).label("finished"),
        _number(counted.c.again).label("reopened"),
    ).select_from(counted)


def repeat_repairs(estates: Sequence[int], period: Period) -> Question:
    """``unit category category_id number last_at places``: one kind of repair of one unit, twice or more in *period*.

    The most frequent of them; ``places`` is how many there are.
    """
    repairs = select(
        Ticket.unit_id,
        Ticket.category_id,
        func.count().label("number"),
        func.max(Ticket.registered_at).label("last_at"),
    )
    repairs = repairs.where(Ticket.estate_id.in_(estates), within(Ticket.registered_at, period))
    repairs = repairs.where(Ticket.kind == TicketKind.REPAIR, Ticket.status != TicketStatus.CANCELLED)
    repairs = repairs.where(Ticket.unit_id.is_not(None), Ticket.category_id.is_not(None)).group_by(
        Ticket.unit_id, Ticket.category_id
    )
    several = repairs.having(func.count() > 1).subquery()
    columns = (several.c.category_id, several.c.number, several.c.last_at, func.count().over().label("places"))
    query = select(Unit.code.label("unit"), Category.name.label("category"), *columns)
    query = query.select_from(several).join(Unit, Unit.id == several.c.unit_id)
    query = query.outerjoin(Category, Category.id == several.c.category_id)
    return query.order_by(several.c.number.desc(), several.c.last_at.desc(), Unit.sort_key).limit(MOST_REPEATS)


def by_place(estates: Sequence[int], period: Period, before: Period, now: datetime.datetime) -> Question:
    """What :data:`PLACE_FIGURES` names, by team, building and butler together: sums of these are the sums of each.

    Tickets and complaints are those registered in *period* (``…_before``: in *before*), ``seconds`` those from
    registering to finishing the ``finished`` ones, time limits those of both, calls what was due in *period*.
    """
    parts: list[Question] = []
    for model, name in ((Ticket, "tickets"), (Complaint, "complaints")):
        for counted, when in ((name, period), (f"{name}_before", before)):
            figures: dict[str, Any] = {counted: func.count()}
            if (model, when) == (Ticket, period):
                figures["finished"] = func.count(Ticket.finished_at)
                figures["seconds"] = func.sum(seconds_between(Ticket.registered_at, Ticket.finished_at))
            parts.append(
                _at_place(model, figures).where(model.estate_id.in_(estates), within(model.registered_at, when))
            )
        on_time = ClockRun.cancelled_at.is_(None) & (ClockRun.met_at <= ClockRun.due_at)
        limits = _at_place(model, {"on_time": _number(on_time), "late": _number(is_late(now))})
        limits = limits.join(ClockRun, ClockRun.of(model, model.id))
        parts.append(limits.where(model.estate_id.in_(estates), within(model.registered_at, period)))
        said = {status.value: _number(FollowUp.status == status) for status in SAID}
        calls = _at_place(model, said).join(FollowUp, FollowUp.of(model, model.id))
        parts.append(
            calls.where(FollowUp.estate_id.in_(estates), within(FollowUp.due_at, period), FollowUp.status.in_(SAID))
        )
    each = union_all(*parts).subquery()
    places = (each.c.team_id, each.c.building, each.c.butler_id)
    sums = [func.sum(each.c[name]).label(name) for name in PLACE_FIGURES]
    query = select(*places, Team.name.label("team"), Staff.name.label("butler"), *sums)
    query = query.outerjoin(Team, Team.id == each.c.team_id).outerjoin(Staff, Staff.id == each.c.butler_id)
    return query.group_by(*places, Team.name, Staff.name)


def _at_place(model: Any, figures: dict[str, Any]) -> Any:
    """The *figures* of rows of *model* by team, and building and butler of their unit; 0 for all others."""
    columns = [figures.get(name, literal(0)).label(name) for name in PLACE_FIGURES]
    query = select(model.team_id, Unit.building, Unit.butler_id, *columns).select_from(model)
    query = query.outerjoin(Unit, Unit.id == model.unit_id)
    return query.group_by(model.team_id, Unit.building, Unit.butler_id)


def households(estates: Sequence[int]) -> Question:
    """``building butler_id butler number``: the homes, in the order of their rooms."""
    columns = Unit.building, Unit.butler_id, Staff.name.label("butler")
    query = select(*columns, func.count().label("number")).outerjoin(Staff, Staff.id == Unit.butler_id)
    query = query.where(Unit.estate_id.in_(estates), Unit.use == UnitUse.HOME)
    return query.group_by(Unit.building, Unit.butler_id, Staff.name).order_by(func.min(Unit.sort_key))


class seconds_between(FunctionElement[float]):  # reads as the SQL function it is
    """Seconds from the one instant to the other."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _seconds_between_sqlite(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    first, last = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"round((julianday({last}) - julianday({first})) * 86400.0, 3)"


@compiles(seconds_between)
def _seconds_between(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    first, last = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(extract(epoch FROM {last} - {first}) AS double precision)"


def _number(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _none(name: str) -> Any:
    return literal(0).label(name)

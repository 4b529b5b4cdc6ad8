"""Open matters of both registers as the desk shows them: in one order, page by page, each with its one next step."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, func, or_, select
from werkzeug.exceptions import BadRequest

from models.base import Base, UTCDateTime
from models.complaints import IS_OPEN as OPEN_COMPLAINTS, Complaint
from models.estates import Unit
from models.follow_ups import IS_SCHEDULED, FollowUp
from models.policy import may, visible
from models.staff import Staff, Team
from models.tickets import IS_OPEN as OPEN_TICKETS, Ticket
from views.register.scope import actor_here
from views.register.steps import Step, next_step
from views.registers import complaints, tickets
from views.request import context
from views.request.gathering import GatheredRow, Question
from views.request.queries import COUNT_LIMIT, PAGE_SIZE, Sortable, parse_cursor, place_in

MATTERS: tuple[tuple[type[Ticket] | type[Complaint], ColumnElement[bool], str, ModuleType], ...] = (
    (Ticket, OPEN_TICKETS, "tickets", tickets),
    (Complaint, OPEN_COMPLAINTS, "complaints", complaints),
)

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
SHAPE = ("id", "number", "due_at", "summary", "place", "severity", *DECIDING)
"""What is read of a matter."""

AFTER_MOMENT = bindparam("after_moment", type_=UTCDateTime())
AFTER_ID = bindparam("after_id", type_=BigInteger())


@dataclass(frozen=True)
class Place:
    """Where a page of matters goes on: behind this one of this register."""

    moment: datetime.datetime
    endpoint: str
    row_id: int

    def text(self) -> str:
        """How the place stands in an address."""
        return f"{self.moment.isoformat()}~{self.endpoint}~{self.row_id}"


def place_in_address() -> Place | None:
    """The place that the address names (``after=…``), None for the beginning; 400 for anything else."""
    text = request.args.get("after")
    if text is None:
        return None
    moment, _mark, rest = text.partition("~")
    endpoint, _mark, row_id = rest.partition("~")
    cursor = parse_cursor(f"{moment}~{row_id}", Ticket.registered_at)
    if cursor.value is None or endpoint not in {endpoint for _m, _o, endpoint, _v in MATTERS}:
        raise BadRequest(gettext("The address names a place in the list that does not exist."))
    return Place(cursor.value, endpoint, cursor.row_id)


def values_of(place: Place | None) -> dict[str, Any]:
    """The parameters of a question that goes on there."""
    return {} if place is None else {"after_moment": place.moment, "after_id": place.row_id}


@dataclass(frozen=True)
class OpenMatter:
    """One open matter as the desk shows it."""

    matter: GatheredRow
    endpoint: str
    url: str
    next: Any
    """What the step that comes next for this person is called, None where it is somebody else's turn."""
    next_url: str

    @property
    def place(self) -> str:
        """Where the page after this one begins."""
        return Place(self.matter.moment, self.endpoint, self.matter.id).text()


def readable() -> Iterator[tuple[type[Ticket] | type[Complaint], ColumnElement[bool], str, ModuleType]]:
    """The registers of matters that the person may read."""
    return (each for each in MATTERS if may(context.actor(), "read", each[0]))


def here(query: Question, model: type[Any], *conditions: ColumnElement[bool]) -> Question:
    """*query* of what the person may see of *model* in the estate shown."""
    estate = context.current_estate()
    if estate is not None:
        query = query.where(model.estate_id == estate.id)
    return query.where(visible(actor_here(), model), *conditions)


def rows(
    model: type[Any],
    *conditions: ColumnElement[bool],
    most: int = PAGE_SIZE + 1,
    moment: Sortable | None = None,
    after: str | None = None,
    also: Sequence[Any] = (),
) -> Question:
    """The first *most* matters of *model* under these conditions by *moment* (else when they are due), and ``total``.

    *after* is the register behind whose row the page begins, with the parameters of :func:`values_of`; *also* is read
    of each beside what every list of matters shows.
    """
    by: Any = place_in(model.due_at) if moment is None else moment
    first = here(select(model.id, by.label("moment")), model, *conditions)
    if after is not None:
        first = first.where(_behind(by, model, after))
    counted = first.order_by(by, model.id).limit(COUNT_LIMIT + 1).subquery()
    chosen = select(counted.c.id, counted.c.moment, func.count().over().label("total"))
    top = chosen.order_by(counted.c.moment, counted.c.id).limit(most).subquery()
    columns = [column for name in SHAPE for column in (getattr(model, name, None),) if column is not None]
    of_matter = FollowUp.register == model.__tablename__, FollowUp.record_id == model.id
    call = select(func.min(FollowUp.id)).where(*of_matter, IS_SCHEDULED).scalar_subquery()
    names = (Unit.code.label("unit"), Team.name.label("team"), Staff.name.label("assignee"))
    query = select(*columns, *also, *names, call.label("follow_up_id"), top.c.moment, top.c.total)
    query = query.join_from(top, model, model.id == top.c.id).outerjoin(Unit, Unit.id == model.unit_id)
    query = query.outerjoin(Team, Team.id == model.team_id).outerjoin(Staff, Staff.id == model.assignee_id)
    return query.order_by(top.c.moment, top.c.id)


def _behind(by: Any, model: type[Any], after: str) -> ColumnElement[bool]:
    order = [endpoint for _m, _o, endpoint, _v in MATTERS]
    own, other = order.index(model.__tablename__), order.index(after)
    if own == other:
        return or_(by > AFTER_MOMENT, and_(by == AFTER_MOMENT, model.id > AFTER_ID))
    behind: ColumnElement[bool] = by > AFTER_MOMENT if own < other else by >= AFTER_MOMENT
    return behind


def merged(answers: Mapping[str, Sequence[GatheredRow]], name: str, *, only: str | None = None) -> list[OpenMatter]:
    """The rows of the questions *name* of both registers in one order; *only* is the one step that all lead to."""
    made = []
    for model, _is_open, endpoint, view in MATTERS:
        base, steps = url_for(f"{endpoint}.details_view", id=""), _Steps(endpoint, model, view)
        if only is not None and may(context.actor(), only, model):
            steps.always(only)
        for row in answers.get(f"{name} {endpoint}", ()):
            made.append(OpenMatter(row, endpoint, f"{base}{row.id}", *steps.next(row)))
    return sorted(made, key=lambda row: row.matter.moment)  # which keeps the order of registers and ids


def total(answers: Mapping[str, Sequence[GatheredRow]], name: str) -> int:
    """How many there are of the questions *name*, of both registers."""
    return sum(answer[0].total for _m, _o, endpoint, _v in MATTERS if (answer := answers.get(f"{name} {endpoint}")))


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

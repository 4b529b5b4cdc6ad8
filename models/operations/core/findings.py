"""What one audit finds: a finding as it stands now, before it is compared with what is stored (AUD-1, AUD-2).

What is found in one register alone stands beside its verbs: :func:`finds`.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.base import Base, LabelledEnum
from models.estates import Estate
from models.finding import target_of

FindingKey = tuple[str, str, str, int, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: what, of which record, since when, and the facts as codes and values.

    *since* is when its cause began and *due_at* what it is late against, both by the record itself; *overdue* says
    that a supervisor has to write a note to it (AUD-3).
    """

    kind: LabelledEnum
    rule: str
    register: str
    record_id: int
    number: str
    owner_id: int | None
    since: datetime.datetime
    due_at: datetime.datetime | None = None
    clock: str = ""
    overdue: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> FindingKey:
        """What makes it the same finding tomorrow, as long as its cause began at the same instant."""
        return self.kind.value, self.rule, self.register, self.record_id, self.clock


@dataclass(frozen=True)
class AuditDay:
    """Which estate is looked at, on which local date, from its first instant to its last, and when."""

    estate_id: int
    day_begins: datetime.datetime
    day_ends: datetime.datetime
    now: datetime.datetime


Finder = Callable[[Session, AuditDay], Iterator[Finding]]
FINDERS: list[Finder] = []
"""All of them; complete when ``models.operations`` is imported."""


def number_of(model: type[Base]) -> ColumnElement[Any]:
    """How people call a row of *model*: by its own number or, where it has none, by that of what it belongs to."""
    through = model.searched.through if model.called == "id" and model.searched is not None else ()
    numbers = []
    for name in through:
        target = target_of(model, name)
        number = select(getattr(target, target.called)).where(target.id == getattr(model, name))
        numbers.append(number.correlate(model).scalar_subquery())
    return func.coalesce(*numbers, None) if numbers else getattr(model, model.called)


def finds(
    model: type[Any],
    kind: LabelledEnum,
    when: Callable[[AuditDay], ColumnElement[bool]],
    *,
    since: Any,
    due_at: Any = None,
    rule: str | Callable[[Any], str] = "",
    facts: Callable[[Any], Mapping[str, Any]] = lambda row: {},
) -> None:
    """Let each audit find as *kind* the rows of *model* for which *when* gives the condition.

    *since* and *due_at*, from which on it is late, are expressions; one of the two alone is both. *rule* may depend on
    the row; where none is given it is that of the table's states. *facts* are what its line says beside. What nobody
    answers for is the complaint post's.
    """
    rule, due_at = rule or model.status_rule, since if due_at is None else due_at

    def found(session: Session, scope: AuditDay) -> Iterator[Finding]:
        post = select(Estate.post_staff_id).where(Estate.id == scope.estate_id).scalar_subquery()
        owner = getattr(model, model.answered_by) if model.answered_by else post
        told = (number_of(model).label("called"), owner.label("owner"), since.label("since"), due_at.label("late_from"))
        query = select(model, *told).where(model.estate_id == scope.estate_id, when(scope)).order_by(model.id)
        for row, number, owner_id, began, late_from in session.execute(query):
            yield Finding(
                kind=kind,
                rule=rule if isinstance(rule, str) else rule(row),
                register=model.__tablename__,
                record_id=row.id,
                number=number,
                owner_id=owner_id,
                since=began,
                due_at=late_from,
                overdue=late_from is not None and late_from <= scope.now,
                facts=facts(row),
            )

    FINDERS.append(found)

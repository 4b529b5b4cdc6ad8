"""How a verb that makes records is declared: what it is stands above how one record comes of one draft.

    @creation(Team, roles=MANAGERS)
    def register(new: New[Team], draft: Team) -> Team:
        ...

    register(call, drafts)

A draft is a record that is not saved, with what is said of it (its phone in plain form), or of a class of its own where
more is asked. The role is asked first. What the body refuses is left out, for a preview nothing is made; the others get
a number where they have none, the clocks that begin with the verb, and an event each.
"""

import datetime
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar, cast

from sqlalchemy import Table

from models.base import Base, Choice, LabelledEnum
from models.call import Call
from models.declared import TimeLimit
from models.errors import Msgid, Outcome, gettext_noop
from models.estates import Unit
from models.operations.core.move import create
from models.operations.core.new_runs import first_limits, start_first
from models.operations.core.numbers import take_numbers
from models.operations.core.phones import check_phone, phone_columns
from models.operations.core.registers import in_estate, require, require_role, sift
from models.roles import Role
from models.settings import EstateSettings
from models.verbs import declare_verb


class OfEstate(Protocol):
    """What is to be registered in an estate."""

    @property
    def estate_id(self) -> int:
        """The estate."""


Row = TypeVar("Row", bound=Base)
Draft = TypeVar("Draft", bound=OfEstate)
Made = TypeVar("Made")


class New(Generic[Row]):
    """The records that one call makes, as they come to be."""

    def __init__(self, call: Call, model: type[Row], estates: set[int], rule: str) -> None:
        self._model, self._rule = model, rule
        self.call, self.session, self.actor, self.now = call, call.session, call.actor, call.now
        self.settings = EstateSettings(call.session, estates)
        self.rows: list[Row] = []
        """Those of the same call that were made before."""
        self._kept: dict[str, Any] = {}

    def row(self, draft: Any, *, rule: str = "", **own: Any) -> Row:
        """A record with what *draft* says of its columns, words without blanks around them, and *own* columns.

        Refused by *rule*, that of the verb where none is given: a unit of another estate, a phone nobody can dial.
        """
        rule, model = rule or self._rule, self._model
        said = {name: _as_stored(column, getattr(draft, name)) for name, column in _told(model, draft).items()}
        for key in cast("Table", model.__table__).foreign_key_constraints:
            name = key.column_keys[-1]
            if key.referred_table.name == "units" and said.get(name) is not None:
                in_estate(self.session, Unit, said[name], draft.estate_id, rule, gettext_noop("unit"), field=name)
        if "phone_digest" in model.__table__.columns:
            check_phone(draft.phone, rule, "phone")
            said |= phone_columns(self.session, draft.phone)
        return model(**{**said, **own})

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What *make* gives, the same for all drafts of the call: what is there already, what the others have taken."""
        if name not in self._kept:
            self._kept[name] = make()
        kept: Made = self._kept[name]
        return kept


def creation(
    model: type[Row],
    *,
    roles: frozenset[Role],
    name: str = "",
    label: Msgid | None = None,
    rule: str | None = None,
    needs: tuple[str, ...] = (),
    then: Callable[[Call, Sequence[Row]], None] | None = None,
) -> Callable[[Callable[[New[Row], Draft], Row]], Callable[[Call, Sequence[Draft]], Outcome]]:
    """Make a verb of a function that makes one record of *model* of one draft, or raises what speaks against it.

    The arguments are those of :func:`models.operations.core.verb`. *needs*: the columns that no draft may leave empty.
    *then*: what follows when they are written.
    """

    def decorate(body: Callable[[New[Row], Draft], Row]) -> Callable[[Call, Sequence[Draft]], Outcome]:
        verb = name or body.__name__
        limits = [limit for limit in model.time_limits if limit.starts == verb and limit.for_all]

        @functools.wraps(body)
        def act(call: Call, drafts: Sequence[Draft]) -> Outcome:
            new: New[Row] = New(call, model, {draft.estate_id for draft in drafts}, rule or model.status_rule)

            def check(draft: Draft) -> None:
                require_role(call.actor, verb, model(estate_id=draft.estate_id))
                require(_lacking(model, draft, needs), rule or model.status_rule)
                new.rows.append(body(new, draft))

            accepted, outcome = sift(drafts, check)
            outcome.done = list(accepted) if call.preview else _write(new, model, verb, rule, limits)
            if then is not None and not call.preview:
                then(call, outcome.done)
            return outcome

        declare_verb(model, verb, act, body, roles=roles, label=label, rule=rule)
        return act

    return decorate


def _lacking(model: type[Base], draft: OfEstate, needs: Iterable[str]) -> dict[str, Msgid]:
    columns: Any = model.__table__.columns
    given = {name: _as_stored(columns[name], getattr(draft, name)) for name in needs}
    return {name: columns[name].info["label"] for name, value in given.items() if not value}


def _told(model: type[Base], draft: OfEstate) -> dict[str, Any]:
    """The columns of which *draft* says something; a phone number fills three, which it says in one text."""
    columns: Any = model.__table__.columns
    return {name: columns[name] for name in vars(draft) if name in columns and "personal" not in columns[name].info}


def _as_stored(column: Any, value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, LabelledEnum):
        value = value.strip() or (None if column.nullable else "")
    return value if value is None or not isinstance(column.type, Choice) else column.type.enum(value)


def _write(new: New[Row], model: type[Row], verb: str, rule: str | None, limits: Sequence[TimeLimit]) -> list[Row]:
    by_estate: dict[int, list[Any]] = {}
    for row in new.rows:
        by_estate.setdefault(getattr(row, "estate_id"), []).append(row)  # noqa: B009  # as its draft has one
    for estate_id, rows in sorted(by_estate.items()):
        unnumbered: list[Any] = [row for row in rows if model.number_prefix and not getattr(row, "number", "")]
        if unnumbered:
            day = new.settings.calendar(estate_id).local_date(new.now)
            numbers = take_numbers(new.session, estate_id, model.number_prefix, day, len(unnumbered))
            for row, number in zip(unnumbered, numbers, strict=True):
                row.number = number
    begun = {limit.code: None for limit in limits}
    return create_with_clocks(new.call, new.rows, new.settings, begun, verb=verb, rule=rule)


def create_with_clocks(
    call: Call,
    rows: Sequence[Row],
    settings: EstateSettings,
    begun: Mapping[str, datetime.datetime | None],
    *,
    verb: str,
    rule: str | None = None,
) -> list[Row]:
    """Write new *rows* with the clocks *begun* and an event each; what is late is so when the first of these ends."""
    dues = [first_limits(settings, row, call.now, begun) if begun else [] for row in rows]
    for row, found in zip(rows, dues, strict=True):
        if found and row.dated_by in row.__table__.columns:
            setattr(row, row.dated_by, min(limit.due_at for limit in found))
    made = create(call.following(), rows, verb=verb, rule=rule)
    start_first(call.session, made, dues, call.now)
    return made

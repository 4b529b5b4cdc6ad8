"""References: how a record is searched for, written and recognised from what a person typed. Scoped by the policy."""

import copy
import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy import ColumnElement, Select, or_, select, true
from wtforms.form import BaseForm

from models.base import Base
from models.complaints import IS_OPEN as OPEN_COMPLAINTS
from models.complaints import Complaint
from models.estates import Unit
from models.finding import found, found_rooms, rooms_named
from models.keys import ApprovalStatus, Key, KeyApproval
from models.meanings import said_apart
from models.operations.mentions import Colleague, offered
from models.personal import keyring_of, masked_phone
from models.policy import may, visible
from models.residents import Resident
from models.roles import Role
from models.rooms import room_key, room_order
from models.settings import Category
from models.staff import Department, Staff, StaffAssignment, Team
from models.tickets import IS_OPEN as OPEN_TICKETS
from models.tickets import Ticket
from views.request import context
from views.request.gathering import Prepared, Question, gathered, prepared
from views.request.keeping import scope_key
from views.request.queries import LARGEST_ID
from views.words.cells import personal_of
from views.words.language import label

LIMIT = 20
LARGEST_LIST = 200
CANDIDATES = 5


class NothingFound(Exception):  # the answer to a question, not a failure of the program
    """No record fits what was typed."""


class Ambiguous(Exception):  # likewise
    """Several records fit; ``candidates`` says how to write each of the first few."""

    def __init__(self, candidates: Sequence[str]) -> None:
        super().__init__(*candidates)
        self.candidates = candidates


@dataclass(frozen=True)
class Lookup:
    """One kind of record that forms refer to."""

    name: str
    model: type[Any]
    key: str
    """The natural key: the column that a person writes to name the record."""
    also: tuple[str, ...] = ()
    """Further columns that the search looks into."""
    written_of: tuple[str, ...] = ()
    """The columns that :meth:`text` reads, where these are not the key alone."""

    def scope(self) -> ColumnElement[bool]:
        """What the person may see of it, in the estate shown."""
        estate = context.current_estate()
        condition = visible(context.actor(), self.model)
        if estate is not None and hasattr(self.model, "estate_id"):
            condition = condition & (self.model.estate_id == estate.id)
        return condition

    def order(self) -> Any:
        """By the natural key."""
        return getattr(self.model, self.key)

    def text(self, row: Any) -> str:
        """How the record is written: its natural key."""
        return str(getattr(row, self.key))

    def columns(self) -> list[Any]:
        """The columns that :meth:`text` needs."""
        return [getattr(self.model, name) for name in dict.fromkeys(("id", *(self.written_of or (self.key,))))]

    def options(self, limit: int = LARGEST_LIST) -> Select[Any]:
        """The rows that a list of all offers."""
        return select(*self.columns()).where(self.scope()).order_by(self.order(), self.model.id).limit(limit)

    def choices(self) -> list[tuple[int, str]]:
        """Id and text of all rows that the person may choose; of several lookups, :func:`learn_choices` first."""
        learn_choices([self])
        found: list[tuple[int, str]] = g.choices[self.name]
        return found

    def written(self, row_id: int) -> str:
        """How the record with that id is written, empty outside the scope; of several, :func:`learn_written` first."""
        learn_written([(self, row_id)])
        return str(g.written[self.name, row_id])

    def allowed(self) -> bool:
        """Whether the person may look such records up at all."""
        return may(context.actor(), "read", self.model)

    def one(self, row_id: int) -> Any | None:
        """The record with that id, None outside the scope."""
        if not self.allowed():
            return None
        seen = g.setdefault("looked_up", {})
        if (self.name, row_id) not in seen:
            query = select(self.model).where(self.model.id == row_id, self.scope())
            seen[self.name, row_id] = context.session().scalars(query).one_or_none()
        return seen[self.name, row_id]

    def matching(self, text: str) -> ColumnElement[bool]:
        """Records that the search term finds."""
        if self.model.searched:
            condition = found(self.model, text, keyring_of(context.session()))
            beginning: ColumnElement[bool] = getattr(self.model, self.key).startswith(text, autoescape=True)
            return beginning if condition is None else condition
        columns = [getattr(self.model, name) for name in (self.key, *self.also)]
        return or_(*(column.icontains(text, autoescape=True) for column in columns))

    def near(self, text: str) -> ColumnElement[bool]:
        """Records that may be meant where none is called exactly so."""
        return self.matching(text)

    def says_all(self, text: str) -> bool:
        """Whether the one record :meth:`near` *text* is meant; else it is only offered."""
        return True

    def exactly(self, text: str) -> ColumnElement[bool]:
        """Records that are called exactly so."""
        columns = [getattr(self.model, name) for name in (self.key, *self.also)]
        return or_(*(column == text for column in columns))

    def of_team(self, team_id: int, register: str) -> "Lookup":
        """The same for a form of *register* that names a team: only people have one."""
        return self

    def search(self, text: str, limit: int = LIMIT) -> list[Any]:
        """The first records that fit, by the natural key; none for who may not look."""
        if not self.allowed():
            return []
        query = select(self.model).where(self.scope())
        if text:
            query = query.where(self.matching(text))
        return list(context.session().scalars(query.order_by(self.order(), self.model.id).limit(limit)))

    def resolve(self, text: str) -> int:
        """The id of the one record that *text* names. Raises NothingFound or Ambiguous.

        A number behind ``#`` is an id only where the words before it are those of that record, as this page writes
        them: ``5#101`` is how people write a room.
        """
        named = re.fullmatch(r"(id:|.*#)([1-9][0-9]{0,18})\]?", text, re.ASCII)
        if named and int(named[2]) <= LARGEST_ID:
            found = self.one(int(named[2]))
            if found is not None and self._is_written(found, text, named[1]):
                return int(found.id)
            if named[1] == "id:":
                raise NothingFound
        if not self.allowed() or len(text) > 200:
            raise NothingFound
        query = select(self.model).where(self.scope()).order_by(self.order(), self.model.id).limit(CANDIDATES + 1)
        rows = list(context.session().scalars(query.where(self.exactly(text))))
        is_called_so = bool(rows)
        rows = rows or list(context.session().scalars(query.where(self.near(text))))
        if not rows:
            raise NothingFound
        if len(rows) > 1 or not (is_called_so or self.says_all(text)):
            raise Ambiguous([f"{self.text(row)} #{row.id}" for row in rows[:CANDIDATES]])
        return int(rows[0].id)

    def _is_written(self, row: Base, text: str, before: str) -> bool:
        written = self.text(row)
        return before in ("id:", "#") or text in (written, f"{written} #{row.id}")


def learn_choices(lookups: Iterable[Lookup]) -> None:
    """Read the rows of these lists with one statement, for this request."""
    _learn(lookups, ())


def learn_written(wanted: Iterable[tuple[Lookup, int]]) -> None:
    """Read how these records are written with one statement, for this request."""
    _learn((), wanted)


def learn_for(form: BaseForm) -> None:
    """Read with one statement what the fields of *form* are about to show."""
    lists = [field.lookup for field in form if hasattr(field, "lookup") and hasattr(field, "values")]
    single = [(field.lookup, field.data) for field in form if hasattr(field, "lookup") and not hasattr(field, "values")]
    _learn(lists, [(lookup, row_id) for lookup, row_id in single if row_id is not None])


def _learn(lists: Iterable[Lookup], wanted: Iterable[tuple[Lookup, int]]) -> None:
    choices: dict[str, Any] = g.setdefault("choices", {})
    written: dict[tuple[str, int], str] = g.setdefault("written", {})
    new = sorted({lookup.name for lookup in lists if lookup.name not in choices})
    choices.update({name: [] for name in new})
    ids: dict[str, set[int]] = {}
    for lookup, row_id in wanted:
        if (lookup.name, row_id) not in written:
            written[lookup.name, row_id] = ""
            if lookup.allowed():
                ids.setdefault(lookup.name, set()).add(row_id)
    offered = [name for name in new if LOOKUPS[name].allowed()]
    if offered and not ids:
        found = _options(tuple(offered), scope_key()).ask()
    else:
        questions: dict[str, Question] = {f"all {name}": LOOKUPS[name].options() for name in offered}
        for name, numbers in ids.items():
            lookup = LOOKUPS[name]
            asked = select(*lookup.columns()).where(lookup.model.id.in_(sorted(numbers)), lookup.scope())
            questions[f"one {name}"] = asked
        found = gathered(questions)
    for question, rows in found.items():
        kind, _, name = question.partition(" ")
        lookup = LOOKUPS[name]
        if kind == "all":
            choices[name] = [(row.id, lookup.text(row)) for row in rows]
        else:
            written.update({(name, row.id): lookup.text(row) for row in rows})


@functools.lru_cache(256)
def _options(names: tuple[str, ...], _key: tuple[Any, ...]) -> Prepared:
    """The statement (never its rows) for these lists: every page with a filter or a form asks it."""
    return prepared({f"all {name}": LOOKUPS[name].options() for name in names})


class UnitLookup(Lookup):
    """By its number in whatever spelling; said without the stairwell it may be several."""

    def order(self) -> Any:
        """As rooms are counted."""
        return Unit.sort_key

    def exactly(self, text: str) -> ColumnElement[bool]:
        """The units that the whole of *text* names: 东区 4栋1203 is not 4-1203."""
        same = super().exactly(text)
        if order := room_order(text):
            same |= Unit.sort_key == order
        named = rooms_named(text)
        return same | Unit.id.in_(found_rooms(named)) if named and self.says_all(text) else same

    def near(self, text: str) -> ColumnElement[bool]:
        """Also the rooms in a text that says more than a room, or more rooms than one."""
        rooms = () if self.says_all(text) else rooms_named(text)
        return or_(self.matching(text), *(Unit.id.in_(found_rooms((each,))) for each in rooms))

    def says_all(self, text: str) -> bool:
        """Not where something stands beside a room, which would be lost."""
        return not rooms_named(text) or len(said_apart(text)) == 1

    def resolve(self, text: str) -> int:
        """Of several that fit, the one that is called just so."""
        try:
            return super().resolve(text)
        except Ambiguous:
            query = select(Unit.id, Unit.code).where(self.scope(), self.exactly(text)).limit(LARGEST_LIST)
            rows = context.session().execute(query).all()
            same = [row.id for row in rows if row.code == text] or [
                row.id for row in rows if room_key(row.code) == room_key(text)
            ]
            if len(same) != 1:
                raise
            return int(same[0])


class ResidentLookup(Lookup):
    """By name, pinyin, or phone (whole or last four)."""

    def order(self) -> Any:
        """As Chinese people look names up: by pinyin."""
        return Resident.name_pinyin

    def text(self, row: Any) -> str:
        """Name and masked phone: two people may share a name."""
        if not row.phone:
            return str(row.name)
        return f"{row.name} {personal_of(row.phone, masked_phone)} #{row.id}"


class StaffLookup(Lookup):
    """People of the estate shown, not disabled; team leads find their own team."""

    roles: tuple[Role, ...] = ()

    def allowed(self) -> bool:
        """Also those who assign people of their own team."""
        actor = context.actor()
        return may(actor, "read", Staff) or may(actor, "assign", "tickets")

    def scope(self) -> ColumnElement[bool]:
        """Who works here now."""
        actor, estate = context.actor(), context.current_estate()
        here = select(StaffAssignment.staff_id).where(StaffAssignment.ended_at.is_(None))
        if estate is not None:
            here = here.where(StaffAssignment.estate_id == estate.id)
        if actor is not None and not may(actor, "read", Staff):
            here = here.where(StaffAssignment.team_id.in_(actor.teams_in(None, Role.LEAD)))
        if self.roles:
            here = here.where(StaffAssignment.role.in_(self.roles))
        return Staff.id.in_(here) & Staff.disabled_at.is_(None)

    def text(self, row: Any) -> str:
        """Name and user name."""
        return f"{row.name} ({row.username})"

    def search(self, text: str, limit: int = LIMIT) -> list[Any]:
        """The first people that fit, those whose name or its pinyin begins so before the others."""
        if not text:
            return super().search(text, limit)
        return self._fitting(text)[:limit] if self.allowed() else []

    def matching(self, text: str) -> ColumnElement[bool]:
        """By name, user name, pinyin or its initials."""
        return Staff.id.in_([row.id for row in self._fitting(text)])

    def _fitting(self, text: str) -> list[Any]:
        query = select(Staff.id, Staff.name, Staff.username).where(self.scope()).order_by(Staff.name, Staff.id)
        people = [Colleague(*row) for row in context.session().execute(query)]
        return offered(people, "".join(text.split()), len(people))

    def resolve(self, text: str) -> int:
        """Also the way :meth:`text` writes it."""
        written = re.fullmatch(r".*\(([^()]+)\)", text)
        return super().resolve(written[1] if written else text)


class ColleagueLookup(StaffLookup):
    """People of every estate in which the person works: who leaves may leave something in each (INT-1)."""

    def scope(self) -> ColumnElement[bool]:
        """Who may sign in, of all whom the person may see."""
        return visible(context.actor(), Staff) & Staff.disabled_at.is_(None)


class DeskLookup(StaffLookup):
    """Who may be desk owner (INT-1)."""

    roles = (Role.CLERK, Role.SUPERVISOR, Role.MANAGER)


class HandlerLookup(StaffLookup):
    """Who may handle a job."""

    roles = (Role.TECHNICIAN, Role.LEAD, Role.CLERK, Role.SUPERVISOR, Role.MANAGER)

    team: tuple[int, str] | None = None

    def of_team(self, team_id: int, register: str) -> Lookup:
        """Whom the verb takes for that team (DSP-11): its members, for customer service and complaints the desk."""
        narrowed = copy.copy(self)
        narrowed.team = team_id, register
        return narrowed

    def scope(self) -> ColumnElement[bool]:
        """Who works here now, in the team that is meant."""
        if self.team is None:
            return super().scope()
        team_id, register = self.team
        working = select(StaffAssignment.staff_id).where(StaffAssignment.ended_at.is_(None))
        members = working.where(
            StaffAssignment.team_id == team_id, StaffAssignment.role.in_((Role.TECHNICIAN, Role.LEAD))
        )
        team = context.session().get(Team, team_id)
        fits: ColumnElement[bool] = Staff.id.in_(members)
        if register == "complaints" or (team is not None and team.department is Department.CUSTOMER_SERVICE):
            fits |= Staff.id.in_(working.where(StaffAssignment.role.in_(DeskLookup.roles)))
        return super().scope() & fits


class CategoryLookup(Lookup):
    """Categories in use, of tickets."""

    def scope(self) -> ColumnElement[bool]:
        """Only those in use."""
        return super().scope() & Category.enabled.is_(true()) & (Category.register == "tickets")

    def order(self) -> Any:
        """As the estate laid them down: their places are the number keys of the call intake."""
        return Category.id


class TeamLookup(Lookup):
    """Teams of the estate."""

    def text(self, row: Any) -> str:
        """Its name, with the department it stands for where that says more."""
        return str(row.name) if row.name else label(row.department)


class ApprovalLookup(Lookup):
    """Approvals that were given and not used yet."""

    def scope(self) -> ColumnElement[bool]:
        """Only those a loan can use."""
        return super().scope() & (KeyApproval.status == ApprovalStatus.APPROVED)

    def text(self, row: Any) -> str:
        """Borrower and number."""
        return f"{row.borrower_name} #{row.id}"


class OpenLookup(Lookup):
    """Matters of which something is still to be done."""

    def scope(self) -> ColumnElement[bool]:
        """Only those that are open."""
        is_open = OPEN_TICKETS if self.model is Ticket else OPEN_COMPLAINTS
        return super().scope() & is_open

    def text(self, row: Any) -> str:
        """Number and what it is about."""
        return f"{row.number} {row.summary} #{row.id}"


LOOKUPS: dict[str, Lookup] = {
    lookup.name: lookup
    for lookup in (
        UnitLookup("unit", Unit, "code"),
        ResidentLookup("resident", Resident, "name", ("name_pinyin",), ("name", "phone")),
        StaffLookup("staff", Staff, "name", ("username",), ("name", "username")),
        ColleagueLookup("colleague", Staff, "name", ("username",), ("name", "username")),
        DeskLookup("desk", Staff, "name", ("username",), ("name", "username")),
        HandlerLookup("handler", Staff, "name", ("username",), ("name", "username")),
        TeamLookup("team", Team, "name", (), ("name", "department")),
        CategoryLookup("category", Category, "name"),
        Lookup("key", Key, "number"),
        ApprovalLookup("approval", KeyApproval, "borrower_name"),
        Lookup("ticket", Ticket, "number", ("summary",)),
        Lookup("complaint", Complaint, "number", ("summary",)),
        OpenLookup("open_ticket", Ticket, "number", ("summary",), ("number", "summary")),
        OpenLookup("open_complaint", Complaint, "number", ("summary",), ("number", "summary")),
    )
}

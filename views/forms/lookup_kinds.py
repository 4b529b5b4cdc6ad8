"""The kinds of records that forms refer to, by the names that fields and filters have for them."""

import copy
import re
from collections.abc import Sequence
from typing import Any

from flask_babel import ngettext
from sqlalchemy import ColumnElement, SQLColumnExpression, case, func, or_, select, true, union_all

from models.base import is_open
from models.complaints import Complaint
from models.estates import Unit
from models.finding import found_rooms, rooms_named, units_named
from models.keys import Key
from models.meanings import said_apart
from models.operations.mentions import Colleague, offered
from models.personal import keyring_of, masked_phone
from models.policy import may, visible
from models.residents import Resident
from models.roles import Role
from models.rooms import room_key, room_order
from models.settings import Category
from models.staff import Department, Staff, StaffAssignment, Team
from models.tickets import Ticket
from views.forms.lookups import LARGEST_LIST, LIMIT, LOOKUPS, Ambiguous, Lookup
from views.request import context
from views.request.gathering import GatheredRow
from views.words.cells import personal_of
from views.words.language import label, remarked

__all__ = ["LOOKUPS"]


class UnitLookup(Lookup):
    """By its number in whatever spelling; said without the stairwell it may be several."""

    def order(self) -> SQLColumnExpression[Any]:
        """As rooms are counted."""
        return Unit.sort_key

    def exactly(self, text: str) -> ColumnElement[bool]:
        """The units that the whole of *text* names: 东区 4栋1203 is not 4-1203."""
        text = context.without_estate(text)
        same = super().exactly(text)
        if order := room_order(text):
            same |= Unit.sort_key == order
        named = units_named(text, keyring_of(context.session())) if self.says_all(text) else None
        return same if named is None else same | named

    def near(self, text: str) -> ColumnElement[bool]:
        """Also the rooms in a text that says more than a room, or more rooms than one."""
        text = context.without_estate(text)
        rooms = () if self.says_all(text) else rooms_named(text)
        return or_(self.matching(text), *(Unit.id.in_(found_rooms((each,))) for each in rooms))

    def says_all(self, text: str) -> bool:
        """Not where something stands beside a room, which would be lost."""
        text = context.without_estate(text)
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

    written_of = ("name", "phone")

    def order(self) -> SQLColumnExpression[Any]:
        """As Chinese people look names up: by pinyin."""
        return Resident.name_pinyin

    def order_for(self, text: str) -> tuple[SQLColumnExpression[Any], ...]:
        """Who is called so before whose name begins so, and these before whose name has it somewhere."""
        said = "".join(text.lower().split())
        if not said:
            return super().order_for(text)
        beginnings = [column.startswith(said, autoescape=True) for column in (Resident.name, Resident.name_pinyin)]
        # The first reading is that of the surname: 单 is Shan before 邓 is, in whose name another reading begins so.
        nearness = case((Resident.name == said, 0), (or_(*beginnings), 1), else_=2)
        return nearness, *super().order_for(text)

    def text(self, row: GatheredRow) -> str:
        """Name and masked phone: two people may share a name."""
        if not row.phone:
            return str(row.name)
        return f"{row.name} {personal_of(row.phone, masked_phone)} #{row.id}"


class StaffLookup(Lookup):
    """People of the estate shown, not disabled; team leads find their own team."""

    written_of = ("name", "username")

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

    def text(self, row: GatheredRow) -> str:
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

    def search(self, text: str, limit: int = LIMIT) -> list[Any]:
        """Who has the least to do first, where nobody is named."""
        if text or not self.allowed():
            return super().search(text, limit)
        people = super().search(text, LARGEST_LIST)
        busy = self._busy(people)
        return sorted(people, key=lambda row: busy.get(row.id, 0))[:limit]

    def offered(self, rows: Sequence[Any]) -> list[str]:
        """With how many open matters each has."""
        busy = self._busy(rows)
        return [self._with_number(row, busy.get(row.id, 0)) for row in rows]

    def _with_number(self, row: Any, number: int) -> str:
        open_matters = ngettext("%(num)s open", "%(num)s open", number)
        return f"{self.text(row)} · {open_matters}"

    def _busy(self, rows: Sequence[Any]) -> dict[int, int]:
        """Person -> the number of open matters in hand, in the estate shown."""
        estate, people = context.current_estate(), [row.id for row in rows]
        if not people:
            return {}
        parts = []
        for model in (Ticket, Complaint):
            where = is_open(model), model.assignee_id.in_(people), *([model.estate_id == estate.id] if estate else [])
            parts.append(select(model.assignee_id.label("person")).where(*where))
        open_rows = union_all(*parts).subquery()
        query = select(open_rows.c.person, func.count().label("number")).group_by(open_rows.c.person)
        return {row.person: row.number for row in context.session().execute(query)}


class CategoryLookup(Lookup):
    """Categories in use, of tickets."""

    def scope(self) -> ColumnElement[bool]:
        """Only those in use."""
        return super().scope() & Category.enabled.is_(true()) & (Category.register == "tickets")

    def order(self) -> SQLColumnExpression[Any]:
        """As the estate laid them down: their places are the number keys of the call intake."""
        return Category.id


class TeamLookup(Lookup):
    """Teams of the estate."""

    written_of = ("name", "department")

    def text(self, row: GatheredRow) -> str:
        """Its name, with the department it stands for where that says more."""
        return str(row.name) if row.name else label(row.department)


class OpenLookup(Lookup):
    """Matters of which something is still to be done; one that is over can be named, and the verb says that it is."""

    written_of = ("number", "summary", "status")

    def _is_open(self) -> ColumnElement[bool]:
        return is_open(self.model)

    def matching(self, text: str) -> ColumnElement[bool]:
        """The open ones that fit; where there are none, those that are over."""
        fitting = super().matching(text)
        none_open = ~select(self.model.id).where(self.scope(), fitting, self._is_open()).correlate(None).exists()
        return fitting & (self._is_open() | none_open)

    def search(self, text: str, limit: int = LIMIT) -> list[Any]:
        """Where nothing is typed yet, the first open ones."""
        if text or not self.allowed():
            return super().search(text, limit)
        query = select(self.model).where(self.scope(), self._is_open()).order_by(*self.order_for(text))
        return list(context.session().scalars(query.limit(limit)))

    def text(self, row: GatheredRow) -> str:
        """Number and what it is about, and its state where it is over."""
        summary = row.summary if row.status in self.model.open_statuses else remarked(row.summary, label(row.status))
        return f"{row.number} {summary} #{row.id}"


for _lookup in (
    UnitLookup("unit", Unit),
    ResidentLookup("resident", Resident),
    StaffLookup("staff", Staff),
    ColleagueLookup("colleague", Staff),
    DeskLookup("desk", Staff),
    HandlerLookup("handler", Staff),
    TeamLookup("team", Team),
    CategoryLookup("category", Category),
    Lookup("key", Key),
    Lookup("ticket", Ticket),
    Lookup("complaint", Complaint),
    OpenLookup("open_ticket", Ticket),
    OpenLookup("open_complaint", Complaint),
):
    LOOKUPS[_lookup.name] = _lookup

"""References: how a record is searched for, written and recognised from what a person typed. Scoped by the policy."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy import ColumnElement, or_, select, true

from models.complaints import Complaint
from models.estates import Unit
from models.keys import ApprovalStatus, Key, KeyApproval
from models.personal import keyring_of, masked_phone, normal_phone
from models.policy import may, visible
from models.residents import Resident
from models.settings import Category
from models.staff import Role, Staff, StaffAssignment, Team
from models.tickets import Ticket
from views import context
from views.language import label
from views.queries import LARGEST_ID

LIMIT = 20
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
        columns = [getattr(self.model, name) for name in (self.key, *self.also)]
        return or_(*(column.icontains(text, autoescape=True) for column in columns))

    def exactly(self, text: str) -> ColumnElement[bool]:
        """Records that are called exactly so."""
        columns = [getattr(self.model, name) for name in (self.key, *self.also)]
        return or_(*(column == text for column in columns))

    def search(self, text: str, limit: int = LIMIT) -> list[Any]:
        """The first records that fit, by the natural key; none for who may not look."""
        if not self.allowed():
            return []
        query = select(self.model).where(self.scope())
        if text:
            query = query.where(self.matching(text))
        return list(context.session().scalars(query.order_by(self.order(), self.model.id).limit(limit)))

    def resolve(self, text: str) -> int:
        """The id of the one record that *text* names. Raises NothingFound or Ambiguous."""
        named = re.fullmatch(r"(?:id:|.*#)([1-9][0-9]{0,18})\]?", text, re.ASCII)
        if named and int(named[1]) <= LARGEST_ID:
            found = self.one(int(named[1]))
            if found is None:
                raise NothingFound
            return int(found.id)
        if not self.allowed() or len(text) > 200:
            raise NothingFound
        query = select(self.model).where(self.scope()).order_by(self.order(), self.model.id).limit(CANDIDATES + 1)
        rows = list(context.session().scalars(query.where(self.exactly(text))))
        rows = rows or list(context.session().scalars(query.where(self.matching(text))))
        if not rows:
            raise NothingFound
        if len(rows) > 1:
            raise Ambiguous([f"{self.text(row)} #{row.id}" for row in rows[:CANDIDATES]])
        return int(rows[0].id)


class ResidentLookup(Lookup):
    """By name, pinyin, or phone (whole or last four)."""

    def text(self, row: Any) -> str:
        """Name and masked phone: two people may share a name."""
        if not row.phone:
            return str(row.name)
        return f"{row.name} {masked_phone(keyring_of(context.session()).decrypt(row.phone))} #{row.id}"

    def matching(self, text: str) -> ColumnElement[bool]:
        """Name, pinyin or phone."""
        return or_(super().matching(text), *phone_conditions(text, Resident.phone_digest, Resident.phone_tail_digest))


def phone_conditions(text: str, whole: Any, tail: Any) -> list[ColumnElement[bool]]:
    """Conditions by the digests of a phone number: all of it, or its last four digits."""
    digits = normal_phone(text)
    if len(digits) < 4 or not re.fullmatch(r"[\d\s+()\-]+", text):
        return []
    digest = keyring_of(context.session()).digest
    return [tail == digest(digits)] if len(digits) == 4 else [whole == digest(digits)]


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

    def resolve(self, text: str) -> int:
        """Also the way :meth:`text` writes it."""
        written = re.fullmatch(r".*\(([^()]+)\)", text)
        return super().resolve(written[1] if written else text)


class DeskLookup(StaffLookup):
    """Who may be desk owner (INT-1)."""

    roles = (Role.CLERK, Role.SUPERVISOR, Role.MANAGER)


class HandlerLookup(StaffLookup):
    """Who may handle a job."""

    roles = (Role.TECHNICIAN, Role.LEAD, Role.CLERK, Role.SUPERVISOR, Role.MANAGER)


class CategoryLookup(Lookup):
    """Categories in use, of tickets."""

    def scope(self) -> ColumnElement[bool]:
        """Only those in use."""
        return super().scope() & Category.enabled.is_(true()) & (Category.register == "tickets")


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


LOOKUPS: dict[str, Lookup] = {
    lookup.name: lookup
    for lookup in (
        Lookup("unit", Unit, "code"),
        ResidentLookup("resident", Resident, "name", ("name_pinyin",)),
        StaffLookup("staff", Staff, "name", ("username",)),
        DeskLookup("desk", Staff, "name", ("username",)),
        HandlerLookup("handler", Staff, "name", ("username",)),
        TeamLookup("team", Team, "name"),
        CategoryLookup("category", Category, "name"),
        Lookup("key", Key, "number"),
        ApprovalLookup("approval", KeyApproval, "borrower_name"),
        Lookup("ticket", Ticket, "number", ("summary",)),
        Lookup("complaint", Complaint, "number", ("summary",)),
    )
}

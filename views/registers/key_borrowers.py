"""Who may have keys now (KEY-3), and what else is out with the same borrower."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from models.estates import Unit
from models.keys import ApprovalStatus, BorrowerKind, Key, KeyApproval, KeyLoan, unended
from models.residents import Occupancy, OccupancyKind, Resident
from views.register.page import shown_here
from views.request.gathering import GatheredRow, Question
from views.words.language import label, local_today

SALES = "sales"
MOST_OFFERED = 200


@dataclass
class Borrower:
    """One who may have some of the chosen keys now (KEY-3)."""

    value: str
    name: str
    note: str
    draft: dict[str, Any] = field(default_factory=dict)
    keys: set[int] = field(default_factory=set)
    """Which keys; empty for whom any key may be lent to."""
    approvals: dict[int, int] = field(default_factory=dict)
    """Key -> the consent to lend it to this borrower."""

    def draft_for(self, key_id: int) -> dict[str, Any]:
        """What a loan of the key says of its borrower."""
        approval = self.approvals.get(key_id)
        return {**self.draft, "approval_id": approval} if approval is not None else self.draft


def borrower_questions(key_ids: Collection[int]) -> dict[str, Question]:
    """Owners of the keys' units today, and those for whom a supervisor consented."""
    today = local_today()
    owners = (
        select(Key.id.label("key_id"), Resident.id, Resident.name, Unit.code.label("unit"))
        .join(Occupancy, Occupancy.resident_id == Resident.id)
        .join(Unit, Unit.id == Occupancy.unit_id)
        .join(Key, Key.unit_id == Occupancy.unit_id)
        .where(Key.id.in_(key_ids), Occupancy.kind == OccupancyKind.OWNER, Occupancy.from_on <= today)
        .where(or_(Occupancy.until_on.is_(None), Occupancy.until_on >= today), shown_here(Resident))
        .order_by(Occupancy.from_on, Resident.id)
        .limit(MOST_OFFERED)
    )
    of = KeyApproval
    consents = (
        select(of.id, of.key_id, of.borrower_kind, of.borrower_name, of.borrower_staff_id)
        .where(of.key_id.in_(key_ids), of.status == ApprovalStatus.APPROVED, shown_here(of))
        .order_by(of.id)
        .limit(MOST_OFFERED)
    )
    return {"owners": owners, "consents": consents}


def borrowers(found: Mapping[str, list[GatheredRow]], wanted: int = 1) -> list[Borrower]:
    """Who may have the *wanted* keys, who may have most of them first; *found* answers the questions above."""
    people: dict[Any, Borrower] = {}
    for row in found.get("consents", ()):
        who = row.borrower_kind, row.borrower_staff_id or row.borrower_name.casefold()
        draft = {
            "borrower_kind": row.borrower_kind,
            "borrower_name": row.borrower_name,
            "borrower_staff_id": row.borrower_staff_id,
        }
        note = f"{label(row.borrower_kind)} · {gettext('approved')}"
        person = people.setdefault(who, Borrower(f"approval-{row.id}", row.borrower_name, note, draft))
        person.keys.add(row.key_id)
        person.approvals.setdefault(row.key_id, row.id)
    units: dict[int, dict[str, None]] = {}
    for row in found.get("owners", ()):
        draft = {"borrower_kind": BorrowerKind.OWNER, "borrower_name": "", "borrower_resident_id": row.id}
        person = people.setdefault(row.id, Borrower(f"owner-{row.id}", row.name, "", draft))
        person.keys.add(row.key_id)
        units.setdefault(row.id, {})[row.unit] = None
        person.note = " · ".join((label(BorrowerKind.OWNER), *units[row.id]))
    offered = sorted(people.values(), key=lambda person: -len(person.keys))
    for person in offered:
        if len(person.keys) < wanted:
            said = gettext("%(count)s of %(total)s keys", count=len(person.keys), total=wanted)
            person.note = f"{person.note} · {said}"
    kind = BorrowerKind.DEVELOPER_SALES
    return [*offered, Borrower(SALES, label(kind), gettext("write the name below"), {"borrower_kind": kind})]


def same_borrower(this: type[KeyLoan]) -> ColumnElement[bool]:
    """Loans to the person of the loan *this* (an alias): by account or record, by kind and name where there is none."""
    of = KeyLoan
    unknown = [loan.borrower_staff_id.is_(None) & loan.borrower_resident_id.is_(None) for loan in (of, this)]
    named = and_(
        *unknown,
        of.borrower_kind == this.borrower_kind,
        func.lower(of.borrower_name) == func.lower(this.borrower_name),
    )
    return or_(
        of.borrower_staff_id == this.borrower_staff_id, of.borrower_resident_id == this.borrower_resident_id, named
    )


def also_out(*of_loan: Callable[[type[KeyLoan]], ColumnElement[bool]]) -> Question:
    """Keys that the borrower of an unended loan has too; *of_loan* gives the condition for that loan's alias."""
    this = aliased(KeyLoan)
    conditions = [condition(this) for condition in of_loan]
    query: Question = select(KeyLoan.id, KeyLoan.key_id, Key.number, KeyLoan.lent_at, KeyLoan.due_at)
    query = query.select_from(KeyLoan).join(Key, Key.id == KeyLoan.key_id).join(this, same_borrower(this))
    return (
        query.where(*conditions, unended(this), unended(), KeyLoan.id != this.id, shown_here(KeyLoan))
        .order_by(KeyLoan.lent_at, KeyLoan.id)
        .limit(MOST_OFFERED)
    )


def same_approved(one: type[KeyApproval]) -> ColumnElement[bool]:
    """Approvals for the person of the approval *one* (an alias)."""
    of = KeyApproval
    named = and_(
        one.borrower_staff_id.is_(None),
        of.borrower_kind == one.borrower_kind,
        func.lower(of.borrower_name) == func.lower(one.borrower_name),
    )
    return or_(of.borrower_staff_id == one.borrower_staff_id, named)


def also_approved(approval_id: int) -> Question:
    """Unused consents to lend other keys to the borrower of an approval."""
    one, of = aliased(KeyApproval), KeyApproval
    query: Question = select(of.id, of.key_id, Key.number, of.due_at)
    query = query.select_from(of).join(Key, Key.id == of.key_id).join(one, same_approved(one))
    wanted = (one.id == approval_id, of.id != approval_id, of.status == ApprovalStatus.APPROVED, shown_here(of))
    return query.where(*wanted).order_by(of.id).limit(MOST_OFFERED)

"""Who may borrow a key (KEY-3), and which loans and consents are one person's, as the database is asked for it."""

import datetime
from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from models.estates import Unit
from models.keys import Key, KeyApproval, KeyLoan, usable
from models.residents import Occupancy, OccupancyKind, Resident


def owners(key_ids: Collection[int], day: datetime.date) -> Select[int, int, str, str]:
    """``key_id id name unit``: the owners of the keys' units on the local *day*, who need no consent."""
    return (
        select(Key.id.label("key_id"), Resident.id, Resident.name, Unit.code.label("unit"))
        .join(Occupancy, Occupancy.resident_id == Resident.id)
        .join(Unit, Unit.id == Occupancy.unit_id)
        .join(Key, Key.unit_id == Occupancy.unit_id)
        .where(Key.id.in_(key_ids), Occupancy.kind == OccupancyKind.OWNER, Occupancy.from_on <= day)
        .where(or_(Occupancy.until_on.is_(None), Occupancy.until_on >= day))
        .order_by(Occupancy.from_on, Resident.id)
    )


def consents(key_ids: Collection[int], midnight: datetime.datetime) -> Select[KeyApproval]:
    """The consents that these keys may leave on, on the day that began at *midnight*, the earliest first."""
    return select(KeyApproval).where(KeyApproval.key_id.in_(key_ids), usable(midnight)).order_by(KeyApproval.id)


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


def same_approved(one: type[KeyApproval]) -> ColumnElement[bool]:
    """Approvals for the person of the approval *one* (an alias)."""
    of = KeyApproval
    named = and_(
        one.borrower_staff_id.is_(None),
        of.borrower_kind == one.borrower_kind,
        func.lower(of.borrower_name) == func.lower(one.borrower_name),
    )
    return or_(of.borrower_staff_id == one.borrower_staff_id, named)

"""Columns that refer to other records: to what, and how those are called."""

from typing import Any

from flask import url_for
from sqlalchemy import select

from models.audits import AuditRun
from models.base import Base
from models.complaints import Complaint
from models.estates import Estate, Unit
from models.keys import Key, KeyApproval
from models.policy import may
from models.residents import Resident
from models.settings import Category
from models.staff import Staff, Team
from models.tickets import Ticket
from views import context

_REFERENCES: dict[str, type[Any]] = {
    "team_id": Team,
    "unit_id": Unit,
    "host_unit_id": Unit,
    "resident_id": Resident,
    "borrower_resident_id": Resident,
    "category_id": Category,
    "key_id": Key,
    "approval_id": KeyApproval,
    "ticket_id": Ticket,
    "complaint_id": Complaint,
    "estate_id": Estate,
    "run_id": AuditRun,
}
_PEOPLE = frozenset(
    {
        "desk_owner_id",
        "assignee_id",
        "follower_id",
        "borrower_staff_id",
        "butler_id",
        "lead_id",
        "staff_id",
        "owner_id",
        "actor_id",
        "author_id",
        "head_told_id",
    }
)


def reference_of(name: str) -> type[Any] | None:
    """The table that the column *name* refers to, None for columns that hold values."""
    if name in _PEOPLE or name.endswith(("_by_id", "_to_id")):
        return Staff
    return _REFERENCES.get(name)


def names_of(model: type[Base], ids: set[int]) -> dict[int, str]:
    """How the records with these ids are called, in one statement; for text that already may be shown."""
    if not ids:
        return {}
    rows = context.session().scalars(select(model).where(model.id.in_(sorted(ids))))
    return {row.id: str(row) for row in rows}


ENDPOINTS: dict[str, str] = {}
"""Register -> endpoint of its pages; filled when the pages are registered."""


def record_url(register: str, record_id: int) -> str:
    """The page of a record of any register; empty where the panel has none or the person may not read it."""
    endpoint = ENDPOINTS.get(register)
    if endpoint is None or not may(context.actor(), "read", register):
        return ""
    return url_for(f"{endpoint}.details_view", id=record_id)

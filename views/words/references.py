"""Columns that refer to other records: to what, and how those are called."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import g, url_for
from sqlalchemy import Text, cast, literal, select, union_all

from models.audits import AuditRun
from models.base import tables
from models.complaints import Complaint
from models.estates import Estate, Unit
from models.keys import Key, KeyApproval
from models.policy import may
from models.residents import Resident
from models.roles import Role
from models.settings import Category
from models.staff import Staff, Team
from models.tickets import Ticket
from views.request import context
from views.words.language import label

_REFERENCES: dict[str, type[Any]] = {
    "team_id": Team,
    "unit_id": Unit,
    "host_unit_id": Unit,
    "resident_id": Resident,
    "merged": Resident,
    "borrower_resident_id": Resident,
    "category_id": Category,
    "key_id": Key,
    "approval_id": KeyApproval,
    "ticket_id": Ticket,
    "incident_id": Ticket,
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
        "post_staff_id",
        "answerable_id",
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


NAMES: dict[type[Any], Any] = {
    model: getattr(model, model.called) for model in tables().values() if model.called != "id"
}
"""Table -> the column that says what its rows are called; those of others by their number."""


def learn_names(ids_by_table: Mapping[type[Any], Iterable[int | None]]) -> dict[tuple[type[Any], int], str]:
    """How the records with these ids are called, in one statement; for text that already may be shown.

    What the request has learnt before is not asked again.
    """
    known: dict[tuple[type[Any], int], str] = g.setdefault("names", {})
    questions = {}
    for model, ids in ids_by_table.items():
        new = sorted({row_id for row_id in ids if row_id is not None and (model, row_id) not in known})
        known.update({(model, row_id): f"#{row_id}" for row_id in new})
        if new and model in NAMES:
            table = model.__tablename__
            questions[model] = select(
                literal(table, Text).label("kind"), model.id, cast(NAMES[model], Text).label("name")
            ).where(model.id.in_(new))
    if questions:
        models = {model.__tablename__: model for model in questions}
        for kind, row_id, name in context.session().execute(union_all(*questions.values())):
            known[models[kind], row_id] = label(Role.SYSTEM) if models[kind] is Staff and name == "system" else name
    return known


def name_of(model: type[Any], row_id: int) -> str:
    """How one record is called; of many, :func:`learn_names` first."""
    return learn_names({model: (row_id,)})[model, row_id]


ENDPOINTS: dict[str, str] = {}
"""Register -> endpoint of its pages; filled when the pages are registered."""


def record_url(register: str, record_id: int) -> str:
    """The page of a record of any register; empty where the panel has none or the person may not read it."""
    endpoint = ENDPOINTS.get(register)
    if endpoint is None or not may(context.actor(), "read", register):
        return ""
    return url_for(f"{endpoint}.details_view", id=record_id)

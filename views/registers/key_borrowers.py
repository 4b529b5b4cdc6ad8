"""Who may have keys now (KEY-3), and what else is out with the same borrower."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from models.base import is_open
from models.keys import BorrowerKind, Key, KeyApproval, KeyLoan, usable
from models.operations import keys as verbs
from models.residents import Resident
from views.register.page import shown_here
from views.request.gathering import GatheredRow, Question
from views.words.language import label, local_midnight, local_today

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
    """Owners of the keys' units today, and those for whom a supervisor consented today."""
    of = KeyApproval
    columns = (of.id, of.key_id, of.borrower_kind, of.borrower_name, of.borrower_staff_id)
    agreed = verbs.consents(key_ids, local_midnight()).with_only_columns(*columns)
    return {
        "owners": verbs.owners(key_ids, local_today()).where(shown_here(Resident)).limit(MOST_OFFERED),
        "consents": agreed.where(shown_here(of)).limit(MOST_OFFERED),
    }


def borrower_of(approval: Any) -> dict[str, Any]:
    """What a loan on that consent says of its borrower."""
    return {name: getattr(approval, name) for name in ("borrower_kind", "borrower_name", "borrower_staff_id")}


def borrowers(answers: Mapping[str, list[GatheredRow]], number: int = 1) -> list[Borrower]:
    """Who may have the *number* keys, who may have most of them first; *answers* answers the questions above."""
    people: dict[Any, Borrower] = {}
    for row in answers.get("consents", ()):
        who = row.borrower_kind, row.borrower_staff_id or row.borrower_name.casefold()
        draft = borrower_of(row)
        note = f"{label(row.borrower_kind)} · {gettext('approved')}"
        person = people.setdefault(who, Borrower(f"approval-{row.id}", row.borrower_name, note, draft))
        person.keys.add(row.key_id)
        person.approvals.setdefault(row.key_id, row.id)
    units: dict[int, dict[str, None]] = {}
    for row in answers.get("owners", ()):
        draft = {"borrower_kind": BorrowerKind.OWNER, "borrower_name": "", "borrower_resident_id": row.id}
        person = people.setdefault(row.id, Borrower(f"owner-{row.id}", row.name, "", draft))
        person.keys.add(row.key_id)
        units.setdefault(row.id, {})[row.unit] = None
        person.note = " · ".join((label(BorrowerKind.OWNER), *units[row.id]))
    offered = sorted(people.values(), key=lambda person: -len(person.keys))
    for person in offered:
        if len(person.keys) < number:
            said = gettext("%(count)s of %(total)s keys", count=len(person.keys), total=number)
            person.note = f"{person.note} · {said}"
    kind = BorrowerKind.DEVELOPER_SALES
    return [*offered, Borrower(SALES, label(kind), gettext("write the name below"), {"borrower_kind": kind})]


def also_out(*of_loan: Callable[[type[KeyLoan]], ColumnElement[bool]]) -> Question:
    """Keys that the borrower of an unended loan has too; *of_loan* gives the condition for that loan's alias."""
    this = aliased(KeyLoan)
    conditions = [condition(this) for condition in of_loan]
    query: Question = select(KeyLoan.id, KeyLoan.key_id, Key.number, KeyLoan.lent_at, KeyLoan.due_at)
    query = query.select_from(KeyLoan).join(Key, Key.id == KeyLoan.key_id).join(this, verbs.same_borrower(this))
    return (
        query.where(*conditions, is_open(this), is_open(KeyLoan), KeyLoan.id != this.id, shown_here(KeyLoan))
        .order_by(KeyLoan.lent_at, KeyLoan.id)
        .limit(MOST_OFFERED)
    )


def also_approved(approval_id: int) -> Question:
    """Unused consents to lend other keys to the borrower of an approval."""
    one, of = aliased(KeyApproval), KeyApproval
    query: Question = select(of.id, of.key_id, Key.number, of.due_at)
    query = query.select_from(of).join(Key, Key.id == of.key_id).join(one, verbs.same_approved(one))
    wanted = (one.id == approval_id, of.id != approval_id, usable(local_midnight()), shown_here(of))
    return query.where(*wanted).order_by(of.id).limit(MOST_OFFERED)

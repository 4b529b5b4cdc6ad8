"""What waits for supervisors (approvals, sign-offs) and for auditors (findings, audits): their part of the desk.

``questions`` go into the desk's one statement; ``home`` makes of its answer what ``admin/home_….html`` shows.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import ColumnElement, func, select

from models.audits import AuditFinding, AuditLine, AuditRun
from models.complaints import IS_OPEN as OPEN_COMPLAINTS, Complaint
from models.follow_ups import IS_SCHEDULED, FollowUp
from models.keys import ApprovalStatus, Key, KeyApproval
from models.matters import Severity
from models.settings import DEFAULT_SETTINGS, Setting, whole_number
from models.tickets import Ticket
from models.verbs import verb_label
from views.register.page import may_here, shown_here
from views.request import context
from views.request.gathering import Question
from views.request.queries import COUNT_LIMIT, Sortable
from views.words.cells import duration
from views.words.language import label, local_today, say

EACH = 8
"""So many of each pile are shown; its heading opens all."""
DAYS_LOOKED_BACK = 7
TRIES = "follow-up-attempts"


@dataclass
class Item:
    """One thing that waits."""

    name: str
    url: str
    note: str = ""
    steps: list[tuple[str, str]] = field(default_factory=list)
    """What can be done to it at once: label and address."""


@dataclass
class Pile:
    """Things of one kind that wait."""

    key: str
    title: Any
    url: str
    empty: Any
    items: list[Item] = field(default_factory=list)
    number: int = 0

    @property
    def count(self) -> str:
        """How many, capped."""
        return f"{COUNT_LIMIT:,}+" if self.number > COUNT_LIMIT else f"{self.number:,}"


# ------------------------------------------------------------------ supervisors


def is_supervisor() -> bool:
    """Whether approvals and sign-offs of the estate shown wait for this person."""
    return may_here("approve", "key_approvals") and may_here("sign_off", "audit_runs")


def supervisor_questions() -> dict[str, Question]:
    """What waits for a supervisor; nothing for others."""
    if not is_supervisor():
        return {}
    requests = (
        select(KeyApproval.id, KeyApproval.borrower_name, KeyApproval.purpose, KeyApproval.requested_at, Key.number)
        .join(Key, Key.id == KeyApproval.key_id)
        .where(KeyApproval.status == ApprovalStatus.REQUESTED, shown_here(KeyApproval))
    )
    calls = (
        select(
            FollowUp.id,
            FollowUp.attempts,
            FollowUp.due_at,
            func.coalesce(Ticket.number, Complaint.number).label("number"),
        )
        .outerjoin(Ticket, FollowUp.of(Ticket, Ticket.id))
        .outerjoin(Complaint, FollowUp.of(Complaint, Complaint.id))
        .where(IS_SCHEDULED, shown_here(FollowUp), FollowUp.attempts >= _tries())
    )
    serious = select(Complaint.id, Complaint.number, Complaint.summary, Complaint.registered_at).where(
        OPEN_COMPLAINTS, Complaint.severity == Severity.SERIOUS, Complaint.follower_id.is_(None), shown_here(Complaint)
    )
    return {
        **pile_of("approvals", requests, KeyApproval.requested_at, KeyApproval.id),
        **_unsigned(),
        **pile_of("calls", calls, FollowUp.due_at, FollowUp.id),
        **pile_of("serious", serious, Complaint.registered_at, Complaint.id),
    }


def supervisor_home(answers: Mapping[str, list[Any]]) -> list[Pile]:
    """The piles of a supervisor; none for others."""
    if not is_supervisor():
        return []
    approvals = Pile(
        "approvals",
        _("Key approvals asked for"),
        url_for("key_approvals.index_view", flt_status="requested"),
        _("No key waits for your approval."),
    )
    for row in answers["home approvals"]:
        steps = [
            (say(verb_label(verb)), url_for("key_approvals.step_view", verb=verb, id=row.id))
            for verb in ("approve", "refuse")
        ]
        note = f"{row.borrower_name} · {row.purpose}"
        approvals.items.append(Item(row.number, url_for("key_approvals.details_view", id=row.id), note, steps))
    calls = Pile(
        "calls",
        _("Follow-ups tried often enough"),
        url_for("follow_ups.index_view", flt_status="scheduled"),
        _("No follow-up has to be closed as not reached."),
    )
    for row in answers["home calls"]:
        note = gettext("tried on %(count)s days", count=row.attempts)
        calls.items.append(Item(row.number or f"#{row.id}", url_for("follow_ups.details_view", id=row.id), note))
    serious = Pile(
        "serious",
        _("Serious complaints without a follower"),
        url_for("complaints.index_view", flt_state="open", flt_severity="serious"),
        _("Every serious complaint has its follower."),
    )
    for row in answers["home serious"]:
        url = url_for("complaints.details_view", id=row.id)
        step = (say(verb_label("name_follower")), url_for("complaints.step_view", verb="name_follower", id=row.id))
        serious.items.append(Item(row.number, url, row.summary, [step]))
    return [counted(pile, answers) for pile in (approvals, _audits(answers), calls, serious)]


def _tries() -> ColumnElement[int]:
    """On how many days a call is tried before it may be closed, by the estate's setting (FUP-3)."""
    setting = select(whole_number()).where(Setting.estate_id == FollowUp.estate_id, Setting.code == TRIES)
    return func.coalesce(setting.scalar_subquery(), DEFAULT_SETTINGS[TRIES][1])


# ------------------------------------------------------------------ auditors


def is_auditor() -> bool:
    """Whether the person reads the audits of the estate shown without taking part in them."""
    return may_here("read", "audit_findings") and not may_here("run", "audit_runs")


def auditor_questions() -> dict[str, Question]:
    """What an auditor looks at first; nothing for others."""
    if not is_auditor():
        return {}
    findings = (
        select(
            AuditLine.id,
            AuditLine.number,
            AuditLine.run_id,
            AuditFinding.kind,
            AuditFinding.rule,
            AuditFinding.since,
        )
        .join(AuditRun, AuditRun.id == AuditLine.run_id)
        .join(AuditFinding, AuditFinding.id == AuditLine.finding_id)
        .where(AuditRun.signed_off_at.is_(None), AuditLine.overdue.is_(True), AuditLine.note.is_(None))
        .where(shown_here(AuditRun))
    )
    first = local_today() - datetime.timedelta(days=DAYS_LOOKED_BACK)
    days = select(AuditRun.day).where(AuditRun.day >= first, shown_here(AuditRun))
    return {
        **pile_of("findings", findings, AuditFinding.since, AuditLine.id),
        **_unsigned(),
        "home days": days,
    }


def auditor_home(answers: Mapping[str, list[Any]]) -> list[Pile]:
    """The piles of an auditor; none for others."""
    if not is_auditor():
        return []
    findings = Pile(
        "findings",
        _("Findings not explained"),
        url_for("audits.index_view"),
        _("Every overdue finding of the open audits is explained."),
    )
    for row in answers["home findings"]:
        url = url_for("audits.details_view", id=row.run_id, show="open", list=f"{row.kind.value}-{row.rule}")
        age = duration(context.now() - row.since)
        findings.items.append(Item(row.number, url, f"{label(row.kind)} · {row.rule} · {age}"))
    missing = Pile(
        "days",
        _("Days without an audit"),
        url_for("audits.index_view"),
        gettext("Each of the last %(count)s days was audited.", count=DAYS_LOOKED_BACK),
    )
    today, audited = local_today(), {row.day for row in answers["home days"]}
    for back in range(1, DAYS_LOOKED_BACK + 1):
        day = today - datetime.timedelta(days=back)
        if day not in audited:
            missing.items.append(Item(day.isoformat(), url_for("audits.index_view", at=day.isoformat())))
    missing.number = len(missing.items)
    return [counted(findings, answers), _audits(answers), missing]


# ------------------------------------------------------------------ both


def _unsigned() -> dict[str, Question]:
    left = select(func.count()).where(
        AuditLine.run_id == AuditRun.id, AuditLine.overdue.is_(True), AuditLine.note.is_(None)
    )
    runs = select(AuditRun.id, AuditRun.day, left.scalar_subquery().label("to_explain"))
    runs = runs.where(AuditRun.signed_off_at.is_(None), shown_here(AuditRun))
    return pile_of("audits", runs, AuditRun.day, AuditRun.id)


def _audits(found: Mapping[str, list[Any]]) -> Pile:
    pile = Pile("audits", _("Audits not signed off"), url_for("audits.index_view"), _("Every audit is signed off."))
    for row in found["home audits"]:
        note = gettext("%(count)s to explain", count=row.to_explain) if row.to_explain else gettext("all explained")
        pile.items.append(Item(row.day.isoformat(), url_for("audits.details_view", id=row.id), note))
    return counted(pile, found)


def pile_of(name: str, query: Question, *order: Sortable) -> dict[str, Question]:
    """The first of the rows, and how many there are."""
    capped = query.limit(COUNT_LIMIT + 1).subquery()
    counted: Question = select(func.count().label("number")).select_from(capped)
    return {f"home {name}": query.order_by(*order).limit(EACH), f"home {name} in all": counted}


def counted(pile: Pile, answers: Mapping[str, list[Any]]) -> Pile:
    """*pile* with how many there are in all."""
    pile.number = answers[f"home {pile.key} in all"][0].number
    return pile

"""Which verbs run in bulk, and how their arguments are kept as JSON: so that a run can be resumed from its rows."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from models.base import Base, LabelledEnum
from models.bulk import BulkRun
from models.call import Call
from models.errors import Outcome
from models.estates import Estate
from models.keys import BringerKind, KeyApproval, KeyLoan
from models.operations import audits, keys, passes, tickets
from models.operations.bulk.compensation import undo
from models.passes import VisitorPass
from models.staff import Staff, Team
from models.tickets import Ticket


@dataclass(frozen=True)
class BulkVerb:
    """One verb for many rows: its table, its function, and the kind of each argument that is not plain JSON."""

    model: type[Any]
    function: Callable[..., Outcome]
    kinds: Mapping[str, type[Any]] = field(default_factory=dict)
    """Argument -> table (kept as id), LabelledEnum (kept as word), datetime or date (kept as ISO text)."""

    def run(self, call: Call, rows: Sequence[Any], arguments: Mapping[str, Any]) -> Outcome:
        """Do the verb to *rows*; of the *arguments* the reason is said with the call."""
        own = {name: value for name, value in arguments.items() if name != "reason"}
        return self.function(replace(call, reason=arguments.get("reason") or ""), rows, **own)

    def decode(self, session: Session, kept: Mapping[str, Any]) -> dict[str, Any]:
        """The verb's arguments from what :func:`encode` kept. Raises NoResultFound when a record is gone."""
        return decoded(kept, self.kinds, session)


def encode(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a verb as JSON values: records as ids, words and times as text."""
    return {name: _encoded(value) for name, value in arguments.items()}


def _encoded(value: Any) -> Any:
    if isinstance(value, Base):
        return value.id
    if isinstance(value, LabelledEnum):
        return value.value
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    return value.isoformat() if isinstance(value, datetime.date) else value


def decoded(kept: Mapping[str, Any], kinds: Mapping[str, type[Any]], session: Session | None = None) -> dict[str, Any]:
    """What :func:`encode` kept, each value as its kind; records by *session*, without one as the ids they are."""
    return {name: _decoded(session, kinds.get(name), value) for name, value in kept.items()}


def _decoded(session: Session | None, kind: type[Any] | None, value: Any) -> Any:
    if kind is None or value is None:
        return value
    if issubclass(kind, Base):
        return session.get_one(kind, value) if session is not None else value
    if issubclass(kind, LabelledEnum):
        return kind(value)
    return kind.fromisoformat(value)


def _run_audits(call: Call, estates: list[Estate]) -> Outcome:
    """The daily audit of several estates, accounted for by estate and not by run."""
    outcome = audits.run(call, estates)
    if not call.preview:
        ran = {run.estate_id for run in outcome.done}
        outcome.done = [estate for estate in estates if estate.id in ran]
    return outcome


_VISIT = {"visit_from": datetime.datetime, "visit_until": datetime.datetime}

BULK_VERBS: dict[tuple[str, str], BulkVerb] = {
    ("tickets", "dispatch"): BulkVerb(Ticket, tickets.dispatch, {"team": Team, "assignee": Staff, **_VISIT}),
    ("tickets", "assign"): BulkVerb(Ticket, tickets.assign, {"assignee": Staff, **_VISIT}),
    ("tickets", "accept"): BulkVerb(Ticket, tickets.accept, {"taker": Staff}),
    ("tickets", "take_slip_back"): BulkVerb(Ticket, tickets.take_slip_back),
    ("tickets", "close"): BulkVerb(Ticket, tickets.close),
    ("key_loans", "return"): BulkVerb(KeyLoan, keys.return_keys, {"brought_by": BringerKind}),
    ("key_approvals", "approve"): BulkVerb(KeyApproval, keys.approve, {"due_at": datetime.datetime}),
    ("visitor_passes", "hand_in"): BulkVerb(VisitorPass, passes.hand_in),
    ("visitor_passes", "check_out"): BulkVerb(VisitorPass, passes.check_out),
    ("estates", "run_audit"): BulkVerb(Estate, _run_audits),
    ("tickets", "undo"): BulkVerb(Ticket, undo, {"run": BulkRun}),
    ("key_loans", "undo"): BulkVerb(KeyLoan, undo, {"run": BulkRun}),
    ("visitor_passes", "undo"): BulkVerb(VisitorPass, undo, {"run": BulkRun}),
}
"""(register, verb) -> how it runs in bulk."""

"""Which verbs run in bulk, and how their arguments are kept as JSON: so that a run can be resumed from its rows."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from models.base import Base, LabelledEnum
from models.call import Call
from models.errors import Outcome, gettext_noop
from models.estates import Estate
from models.operations import audits
from models.operations.core import operation
from models.roles import CLERKS
from models.verbs import Declared, find


def bulk_verb(register: str, name: str) -> Declared | None:
    """The declaration of a verb that may be done in bulk, None where there is none."""
    found = find(register, name)
    return found if found is not None and found.bulk else None


def do(declared: Declared, call: Call, rows: Sequence[Any], arguments: Mapping[str, Any]) -> Outcome:
    """Do the verb to *rows*; of the *arguments* the reason is said with the call."""
    assert declared.act is not None
    own = {name: value for name, value in arguments.items() if name != "reason"}
    outcome: Outcome = declared.act(replace(call, reason=arguments.get("reason") or ""), rows, **own)
    return outcome


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


def decoded(
    stored: Mapping[str, Any], kinds: Mapping[str, type[Any]], session: Session | None = None
) -> dict[str, Any]:
    """What :func:`encode` kept, each value as its kind; records by *session*, without one as the ids they are."""
    return {name: _decoded(session, kinds.get(name), value) for name, value in stored.items()}


def _decoded(session: Session | None, kind: type[Any] | None, value: Any) -> Any:
    if kind is None or value is None:
        return value
    if issubclass(kind, Base):
        return session.get_one(kind, value) if session is not None else value
    if issubclass(kind, LabelledEnum):
        return kind(value)
    return kind.fromisoformat(value)


@operation(
    Estate,
    roles=CLERKS,
    label=gettext_noop("Run daily audit"),
    bulk=True,
    lasting=gettext_noop("A daily audit says how things stood and stays: run it again to bring it up to date."),
)
def run_audit(call: Call, estates: list[Estate]) -> Outcome:
    """The daily audit of several estates, accounted for by estate and not by run (AUD-1)."""
    outcome = audits.run(call, estates)
    if not call.preview:
        ran = {run.estate_id for run in outcome.done}
        outcome.done = [estate for estate in estates if estate.id in ran]
    return outcome

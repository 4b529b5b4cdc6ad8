"""Bulk runs: freeze what was chosen with its predicted outcome, then act on it chunk by chunk, each row once.

The edge commits after :func:`prepare` and after each :func:`run_chunk`. A run that was cut off is continued by calling
``run_chunk`` again: only rows still to be done are touched, and a row's outcome is written with its change.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from models.base import Base, LabelledEnum
from models.bulk import BulkItem, BulkOutcome, BulkRun, BulkState
from models.call import Call
from models.errors import Msgid, OperationRefused, Outcome, gettext_noop
from models.operations.bulk.compensation import why_too_late
from models.operations.bulk.verbs import bulk_verb, decoded, do, encode
from models.operations.core import differs, facts
from models.personal import Keyring, keyring_of
from models.policy import may, visible
from models.rules import is_rule
from models.staff import Actor
from models.verbs import Declared

CHUNK = 500
LONGEST_KEY = 64


def prepare(
    call: Call,
    *,
    estate_id: int,
    register: str,
    verb: str,
    ids: Sequence[int],
    arguments: Mapping[str, Any],
    key: str,
    undoes: BulkRun | None = None,
    by_filter: bool = False,
) -> BulkRun:
    """Freeze the chosen rows with their versions and what the verb would do to each. Nothing else is written.

    The same *key* of the same person again gives the stored run if verb, arguments and rows are the same, and is
    refused (BULK) if they are not; rows that a filter found (*by_filter*) may be others by then. Ids that the person
    cannot see are left out: to them there is no such row.
    """
    bulk = bulk_verb(register, verb)
    if bulk is None or not may(call.actor, "run", "bulk_runs"):
        raise OperationRefused("ROLE", gettext_noop("This cannot be done to many records at once."))
    if not 0 < len(key) <= LONGEST_KEY:
        raise OperationRefused("BULK", gettext_noop("The form is incomplete; open it again."))
    kept = encode(arguments)
    known = call.session.scalars(
        select(BulkRun).where(BulkRun.actor_id == call.actor.staff_id, BulkRun.idempotency_key == key)
    ).one_or_none()
    if known is not None:
        same = (known.register, known.verb, known.arguments, known.estate_id) == (register, verb, kept, estate_id)
        if not same or not (by_filter or _same_rows(call.session, known, ids, call.actor)):
            raise OperationRefused(
                "BULK", gettext_noop("This form was sent before with other values; open it again to do something else.")
            )
        return known
    run = BulkRun(
        estate_id=estate_id,
        actor_id=call.actor.staff_id,
        register=register,
        verb=verb,
        arguments=kept,
        idempotency_key=key,
        undoes_id=None if undoes is None else undoes.id,
    )
    run.created_at = run.updated_at = call.now
    call.session.add(run)
    call.session.flush()
    _freeze(call, run, bulk, sorted(set(ids)), dict(arguments))
    return run


def _verb_of(run: BulkRun) -> Declared:
    found = bulk_verb(run.register, run.verb)
    if found is None:
        raise OperationRefused("BULK", gettext_noop("This cannot be done to many records at once."))
    return found


def _same_rows(session: Session, run: BulkRun, ids: Sequence[int], actor: Actor) -> bool:
    """Whether *run* was made of *ids*, as far as the person can see them."""
    stored = set(session.scalars(select(BulkItem.record_id).where(BulkItem.run_id == run.id)))
    model, more = _verb_of(run).model, sorted(set(ids) - stored)
    for start in range(0, len(more), CHUNK):
        chosen = model.id.in_(more[start : start + CHUNK])
        if session.execute(select(model.id).where(chosen, visible(actor, model)).limit(1)).first() is not None:
            return False
    return stored <= set(ids)


def _freeze(call: Call, run: BulkRun, bulk: Declared, ids: Sequence[int], arguments: dict[str, Any]) -> None:
    for start in range(0, len(ids), CHUNK):
        chosen = bulk.model.id.in_(ids[start : start + CHUNK])
        query = select(bulk.model).where(chosen, visible(call.actor, bulk.model)).order_by(bulk.model.id)
        rows = list(call.session.scalars(query))
        predicted = do(bulk, replace(call, preview=True, locked=frozenset(rows)), rows, arguments)
        refusals = {row.id: refusal for row, refusal in predicted.refused}
        keyring = keyring_of(call.session)
        items = [
            {
                **_item(run, row, refusals.get(row.id), call.now),
                "changes": _foretold_changes(row, predicted.foretold.get(row.id, {}), keyring),
            }
            for row in rows
        ]
        if items:
            call.session.execute(insert(BulkItem), items)


def _item(run: BulkRun, row: Any, refusal: OperationRefused | None, now: datetime.datetime) -> dict[str, Any]:
    return {
        "estate_id": run.estate_id,
        "run_id": run.id,
        "record_id": row.id,
        "number": str(row)[:60],
        "version_seen": row.version,
        "outcome": BulkOutcome.PENDING if refusal is None else BulkOutcome.REFUSED,
        "rule": None if refusal is None else refusal.rule,
        "reason": None if refusal is None else kept_refusal(refusal),
        "created_at": now,
        "updated_at": now,
    }


def run_chunk(call: Call, run: BulkRun, *, size: int = CHUNK) -> bool:
    """Do the verb to the next *size* rows that are to be done. Returns whether any are left after them.

    An undo has to begin while it is offered (UNDO).
    Rows changed since the preview are left alone and say so. The caller commits: outcomes and changes together.
    """
    if run.actor_id != call.actor.staff_id:
        raise OperationRefused("ROLE", gettext_noop("This bulk action is somebody else's."))
    locked = select(BulkRun).where(BulkRun.id == run.id).with_for_update().execution_options(populate_existing=True)
    run = call.session.scalars(locked).one()
    if run.state is BulkState.FINISHED:
        return False
    if run.undoes_id is not None and run.state is BulkState.PREVIEWED:
        # Only its beginning has to be in time: what was begun is brought to its end.
        undone = call.session.get_one(BulkRun, run.undoes_id)
        if refusal := why_too_late(call.session, undone, call.now):
            raise refusal
    bulk = _verb_of(run)
    pending = select(BulkItem).where(BulkItem.run_id == run.id, BulkItem.outcome == BulkOutcome.PENDING)
    next_ones = pending.with_only_columns(BulkItem.record_id, BulkItem.version_seen)
    seen = {
        row.record_id: row.version_seen
        for row in call.session.execute(next_ones.order_by(BulkItem.record_id).limit(size))
    }
    if seen:
        _act(call, run, bulk, seen)
    left = call.session.scalar(select(func.count()).select_from(pending.subquery())) or 0
    state = BulkState.RUNNING if left else BulkState.FINISHED
    values = {"state": state, "updated_at": call.now, "finished_at": None if left else call.now}
    call.session.execute(update(BulkRun).where(BulkRun.id == run.id).values(values))
    return left > 0


def _act(call: Call, run: BulkRun, bulk: Declared, seen: Mapping[int, int]) -> None:
    query = select(bulk.model).where(bulk.model.id.in_(seen), visible(call.actor, bulk.model)).order_by(bulk.model.id)
    query = query.with_for_update().execution_options(populate_existing=True)
    rows = {row.id: row for row in call.session.scalars(query)}
    same = [row for row in rows.values() if row.version == seen[row.id]]
    outcome = Outcome()
    if same:
        within = replace(call, bulk_run_id=run.id, locked=frozenset(same))
        outcome = do(bulk, within, same, decoded(run.arguments, bulk.kinds, call.session))
    _note(call.session, run, seen, rows, outcome, call.now)


def _note(
    session: Session,
    run: BulkRun,
    seen: Mapping[int, int],
    rows: Mapping[int, Any],
    outcome: Outcome,
    now: datetime.datetime,
) -> None:
    """Write what became of each row; those that were done and nothing else, as nearly all are, in one statement."""
    refused = {row.id: refusal for row, refusal in outcome.refused}
    done = {row.id for row in outcome.done}
    once = [record_id for record_id in seen if record_id in done and rows[record_id].version == seen[record_id] + 1]
    others = []
    for record_id in seen.keys() - once:
        refusal = refused.get(record_id)
        became = BulkOutcome.CHANGED if refusal is None else BulkOutcome.REFUSED
        became = BulkOutcome.DONE if record_id in done else became
        others.append(
            {
                "_record_id": record_id,
                "outcome": became,
                "rule": None if refusal is None else refusal.rule,
                "reason": None if refusal is None else kept_refusal(refusal),
                "version_after": rows[record_id].version if refusal is None and record_id in rows else None,
            }
        )
    items: Any = BulkItem.__table__
    here = update(items).where(items.c.run_id == run.id).values(updated_at=now)
    session.flush()
    connection = session.connection()
    kept = {record_id: clocks for record_id, clocks in outcome.clocks.items() if record_id in done}
    if kept:
        # By id: how few rows of a run have one record, PostgreSQL does not know of a run just made.
        ids = select(items.c.id, items.c.record_id).where(items.c.run_id == run.id, items.c.record_id.in_(kept))
        accounts = [{"_id": key, "clocks": kept[record_id]} for key, record_id in connection.execute(ids)]
        account = update(items).where(items.c.id == bindparam("_id")).values(clocks=bindparam("clocks"))
        connection.execute(account, accounts)
    if once:
        values = {"outcome": BulkOutcome.DONE, "version_after": items.c.version_seen + 1}
        connection.execute(here.where(items.c.record_id.in_(once)).values(values))
    if others:
        names: dict[str, Any] = {name: bindparam(name) for name in others[0] if name != "_record_id"}
        connection.execute(here.where(items.c.record_id == bindparam("_record_id")).values(names), others)


def counts(session: Session, run: BulkRun) -> dict[BulkOutcome, int]:
    """How many rows of *run* have each outcome."""
    query = select(BulkItem.outcome, func.count()).where(BulkItem.run_id == run.id).group_by(BulkItem.outcome)
    found: dict[BulkOutcome, int] = {row[0]: row[1] for row in session.execute(query)}
    return {outcome: found.get(outcome, 0) for outcome in BulkOutcome}


def kept_refusal(refusal: OperationRefused) -> dict[str, Any]:
    """A refusal as codes and values, to be read back in whatever language (:func:`refusal_kept_in`)."""
    return {"message": str(refusal.message), "values": {name: _kept(value) for name, value in refusal.values.items()}}


def refusal_kept_in(item: BulkItem) -> OperationRefused | None:
    """The refusal that *item* keeps, None when it was not refused."""
    return None if item.reason is None else refusal_from_kept(item.rule or "", item.reason)


def refusal_from_kept(rule: str, stored: Mapping[str, Any]) -> OperationRefused:
    """The refusal that :func:`kept_refusal` wrote down."""
    values = {name: _given(value) for name, value in stored["values"].items()}
    return OperationRefused(rule if is_rule(rule) else "BULK", Msgid(stored["message"]), **values)


def _kept(value: Any) -> Any:
    if isinstance(value, LabelledEnum):
        return {"label": str(value.label)}
    if isinstance(value, Msgid):
        return {"label": str(value)}
    if isinstance(value, datetime.datetime):
        return {"at": value.astimezone(datetime.UTC).isoformat()}
    if isinstance(value, datetime.date):
        return value.isoformat()
    return [_kept(item) for item in value] if isinstance(value, list | tuple) else value


def _given(value: Any) -> Any:
    if isinstance(value, dict):
        return Msgid(value["label"]) if "label" in value else datetime.datetime.fromisoformat(value["at"])
    return [_given(item) for item in value] if isinstance(value, list) else value


def _foretold_changes(row: Base, values: Mapping[str, Any], keyring: Keyring) -> dict[str, dict[str, Any]]:
    """What an event would keep as ``before`` and ``after`` if *row* got these *values*."""
    changed = {name: value for name, value in values.items() if differs(getattr(row, name), value)}
    before = {name: getattr(row, name) for name in changed}
    return {"before": facts(row, before, keyring), "after": facts(row, changed, keyring)}

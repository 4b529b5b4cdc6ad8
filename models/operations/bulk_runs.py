"""Bulk runs: freeze what was chosen with its predicted outcome, then act on it chunk by chunk, each row once.

The edge commits after :func:`prepare` and after each :func:`run_chunk`. A run that was cut off is continued by calling
``run_chunk`` again: only rows still to be done are touched, and a row's outcome is written with its change.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from models.base import LabelledEnum
from models.bulk import BulkItem, BulkOutcome, BulkRun, BulkState
from models.errors import Msgid, OperationRefused, Outcome, gettext_noop
from models.operations._move import note_locked
from models.operations.bulk_verbs import BULK_VERBS, BulkVerb, encode
from models.policy import may, visible
from models.staff import Actor

CHUNK = 500
LONGEST_KEY = 64


def prepare(
    session: Session,
    *,
    actor: Actor,
    now: datetime.datetime,
    estate_id: int,
    register: str,
    verb: str,
    ids: Sequence[int],
    arguments: Mapping[str, Any],
    key: str,
) -> BulkRun:
    """Freeze the chosen rows with their versions and what the verb would do to each. Nothing else is written.

    The same *key* of the same person again gives the stored run if verb and arguments are the same, and is refused
    (BULK) if they are not. Ids that the person cannot see are left out: to them there is no such row.
    """
    bulk = BULK_VERBS.get((register, verb))
    if bulk is None or not may(actor, "run", "bulk_runs"):
        raise OperationRefused("ROLE", gettext_noop("This cannot be done to many records at once."))
    if not 0 < len(key) <= LONGEST_KEY:
        raise OperationRefused("BULK", gettext_noop("The form is incomplete; open it again."))
    kept = encode(arguments)
    known = session.scalars(
        select(BulkRun).where(BulkRun.actor_id == actor.staff_id, BulkRun.idempotency_key == key)
    ).one_or_none()
    if known is not None:
        if (known.register, known.verb, known.arguments, known.estate_id) != (register, verb, kept, estate_id):
            raise OperationRefused(
                "BULK", gettext_noop("This form was sent before with other values; open it again to do something else.")
            )
        return known
    run = BulkRun(
        estate_id=estate_id,
        actor_id=actor.staff_id,
        register=register,
        verb=verb,
        arguments=kept,
        idempotency_key=key,
    )
    run.created_at = run.updated_at = now
    session.add(run)
    session.flush()
    _freeze(session, run, bulk, sorted(set(ids)), dict(arguments), actor=actor, now=now)
    return run


def _freeze(
    session: Session,
    run: BulkRun,
    bulk: BulkVerb,
    ids: Sequence[int],
    arguments: dict[str, Any],
    *,
    actor: Actor,
    now: datetime.datetime,
) -> None:
    for start in range(0, len(ids), CHUNK):
        chosen = bulk.model.id.in_(ids[start : start + CHUNK])
        query = select(bulk.model).where(chosen, visible(actor, bulk.model)).order_by(bulk.model.id)
        rows = list(session.scalars(query))
        note_locked(session, rows)
        predicted = bulk.function(session, rows, actor=actor, now=now, preview=True, **arguments)
        refusals = {row.id: refusal for row, refusal in predicted.refused}
        items = [_item(run, row, refusals.get(row.id), now) for row in rows]
        if items:
            session.execute(insert(BulkItem), items)
        for row in rows:
            session.expunge(row)  # memory stays that of one chunk


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


def run_chunk(session: Session, run: BulkRun, *, actor: Actor, now: datetime.datetime, size: int = CHUNK) -> bool:
    """Do the verb to the next *size* rows that are to be done. Returns whether any are left after them.

    Rows changed since the preview are left alone and say so. The caller commits: outcomes and changes together.
    """
    if run.actor_id != actor.staff_id:
        raise OperationRefused("ROLE", gettext_noop("This bulk action is somebody else's."))
    locked = select(BulkRun).where(BulkRun.id == run.id).with_for_update().execution_options(populate_existing=True)
    run = session.scalars(locked).one()
    bulk = BULK_VERBS[run.register, run.verb]
    pending = select(BulkItem).where(BulkItem.run_id == run.id, BulkItem.outcome == BulkOutcome.PENDING)
    items = {item.record_id: item for item in session.scalars(pending.order_by(BulkItem.record_id).limit(size))}
    if items:
        _act(session, run, bulk, items, actor=actor, now=now)
    left = session.scalar(select(func.count()).select_from(pending.subquery())) or 0
    state = BulkState.RUNNING if left else BulkState.FINISHED
    session.execute(update(BulkRun).where(BulkRun.id == run.id).values(state=state, updated_at=now))
    return left > 0


def _act(
    session: Session,
    run: BulkRun,
    bulk: BulkVerb,
    items: Mapping[int, BulkItem],
    *,
    actor: Actor,
    now: datetime.datetime,
) -> None:
    query = select(bulk.model).where(bulk.model.id.in_(items), visible(actor, bulk.model)).order_by(bulk.model.id)
    query = query.with_for_update().execution_options(populate_existing=True)
    rows = {row.id: row for row in session.scalars(query)}
    note_locked(session, rows.values())
    same = [row for row in rows.values() if row.version == items[row.id].version_seen]
    outcome = Outcome()
    session.info["bulk_run_id"] = run.id
    try:
        if same:
            arguments = bulk.decode(session, run.arguments)
            outcome = bulk.function(session, same, actor=actor, now=now, **arguments)
    finally:
        session.info.pop("bulk_run_id", None)
    refused = {row.id: refusal for row, refusal in outcome.refused}
    done = {row.id: row for row in outcome.done}
    for record_id, item in items.items():
        item.updated_at = now
        if record_id in done:
            item.outcome, item.version_after = BulkOutcome.DONE, done[record_id].version
        elif record_id in refused:
            refusal = refused[record_id]
            item.outcome, item.rule, item.reason = BulkOutcome.REFUSED, refusal.rule, kept_refusal(refusal)
        else:
            item.outcome = BulkOutcome.CHANGED
            item.version_after = rows[record_id].version if record_id in rows else None
    session.flush()


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


def refusal_from_kept(rule: str, kept: Mapping[str, Any]) -> OperationRefused:
    """The refusal that :func:`kept_refusal` wrote down."""
    values = {name: _given(value) for name, value in kept["values"].items()}
    return OperationRefused(rule, Msgid(kept["message"]), **values)


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

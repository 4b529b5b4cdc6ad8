"""Undoing a bulk run: within the estate's minutes (SET-1), once, by who ran it; a run of its own with its own rows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.bulk import BulkItem, BulkOutcome, BulkRun
from models.call import Call
from models.errors import OperationRefused, gettext_noop
from models.operations.bulk.compensation import why_lasting, why_too_late
from models.operations.bulk.runs import prepare


def undo_of(session: Session, run: BulkRun) -> BulkRun | None:
    """The run that puts *run* back, None while there is none."""
    return session.scalars(select(BulkRun).where(BulkRun.undoes_id == run.id)).one_or_none()


def refusal_to_undo(call: Call, run: BulkRun) -> OperationRefused | None:
    """Why *actor* cannot undo *run* at *now*; None where that is possible."""
    if run.actor_id != call.actor.staff_id:
        return OperationRefused("ROLE", gettext_noop("This bulk action is somebody else's."))
    return why_lasting(run) or why_too_late(call.session, run, call.now)


def prepare_undo(call: Call, run: BulkRun) -> BulkRun:
    """Freeze the rows that *run* changed, with what undoing would do to each; asked again it gives the same run.

    The edge commits, then runs it chunk by chunk as any other (:func:`bulk_runs.run_chunk`).
    """
    if run.actor_id != call.actor.staff_id:
        raise OperationRefused("ROLE", gettext_noop("This bulk action is somebody else's."))
    # Locked, so that a second press waits for the first and finds what that made.
    run = call.session.scalars(select(BulkRun).where(BulkRun.id == run.id).with_for_update()).one()
    if (known := undo_of(call.session, run)) is not None:
        return known
    if refusal := refusal_to_undo(call, run):
        raise refusal
    changed = select(BulkItem.record_id).where(BulkItem.run_id == run.id, BulkItem.outcome == BulkOutcome.DONE)
    ids = list(call.session.scalars(changed.order_by(BulkItem.record_id)))
    if not ids:
        raise OperationRefused("UNDO", gettext_noop("The bulk action changed nothing; there is nothing to undo."))
    undoing = prepare(
        call,
        estate_id=run.estate_id,
        register=run.register,
        verb="undo",
        ids=ids,
        arguments={"run": run},
        key=f"undo-{run.id}",
        undoes=run,
    )
    call.session.flush()
    return undoing

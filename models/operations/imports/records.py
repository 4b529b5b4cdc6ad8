"""Whose a run is, and the record of what was taken over without the wizard: another system's export (INT-6)."""

import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from models.call import Call
from models.errors import OperationRefused, gettext_noop
from models.imports import ImportChunk, ImportRun, ImportState
from models.operations.bulk import kept_refusal
from models.operations.core import refuse_role
from models.operations.imports.files import KeptSheet, Reading, kept_reading, kept_row, sealed
from models.personal import keyring_of
from models.spreadsheets import SheetRow
from models.staff import Actor, Staff

Refusals = Sequence[tuple[SheetRow, OperationRefused]]


def require_own(session: Session, run: ImportRun, actor: Actor) -> None:
    """Refuse (ROLE) the run of somebody else; what the command line did for nobody is everybody's who may import.

    The program itself, at the command line, may go on with and undo every run.
    """
    if run.actor_id == actor.staff_id or actor.is_system:
        return
    owner = session.get_one(Staff, run.actor_id)
    if owner.username != "system" or refuse_role(actor, "run", run):
        raise OperationRefused("ROLE", gettext_noop("This import is somebody else's."))


def open_record(
    call: Call, *, estate_id: int, register: str, file_name: str, header: Sequence[str], rows: int
) -> ImportRun:
    """A run under whose number the caller takes *rows* over in the same transaction; see :func:`close_record`."""
    reading = Reading([KeptSheet("", rows, 0, 0, 1)], 0, 1, list(header))
    run = ImportRun(
        estate_id=estate_id,
        actor_id=call.actor.staff_id,
        register=register,
        file_name=file_name[-200:],
        sheet="",
        header=kept_reading(keyring_of(call.session), reading),
        columns=[None] * len(header),
        rows=rows,
        state=ImportState.RUNNING,
        idempotency_key=secrets.token_urlsafe(24),
    )
    run.created_at = run.updated_at = call.now
    call.session.add(run)
    call.session.flush()
    return run


def close_record(session: Session, run: ImportRun, counts: Mapping[str, int], refused: Refusals) -> None:
    """Write down what became of the rows of *run*, whose caller commits: *counts* by word, and the refused rows."""
    keyring = keyring_of(session)
    kept = [[at, kept_refusal(refusal) | {"rule": refusal.rule}] for at, (_row, refusal) in enumerate(refused)]
    chunk = ImportChunk(
        estate_id=run.estate_id,
        run_id=run.id,
        position=0,
        rows=run.rows,
        content=sealed(keyring, [kept_row(row) for row, _refusal in refused]) if refused else None,
        refusals=sealed(keyring, kept) if refused else None,
        done=True,
        **counts,
    )
    chunk.created_at = chunk.updated_at = run.created_at
    session.add(chunk)
    run.state = ImportState.FINISHED
    session.flush()

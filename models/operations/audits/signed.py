"""What goes out with an audit that is signed off: the next steps, and those that were promised before and not done."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.audits import AuditFinding, AuditLine, AuditRun
from models.base import tables
from models.call import Call
from models.operations.core import CHUNK, People, about, message, write_messages
from models.roles import Role
from models.told import ToldKind


def tell_signed(call: Call, runs: Sequence[AuditRun]) -> None:
    """Tell who is to act of the overdue findings of *runs*, and managers of those that an earlier note put off (AUD-3).

    A step was put off where an audit before gave it a time that was over when stock was taken again. Of a note that
    stays from a day before everybody was told then.
    """
    if call.preview or not runs:
        return
    people = People(call.session)
    before, earlier = aliased(AuditLine), aliased(AuditRun)
    put_off = (
        select(before.id)
        .join(earlier, earlier.id == before.run_id)
        .where(before.finding_id == AuditLine.finding_id, earlier.day < AuditRun.day, before.until <= AuditRun.ran_at)
    )
    query = (
        select(AuditLine, AuditFinding.register, AuditFinding.record_id, put_off.exists().label("put_off"))
        .join(AuditFinding, AuditFinding.id == AuditLine.finding_id)
        .join(AuditRun, AuditRun.id == AuditLine.run_id)
        .where(AuditLine.run_id.in_([run.id for run in runs]), AuditLine.overdue.is_(True))
        .where(AuditLine.noted_on == AuditRun.day)
        .order_by(AuditLine.id)
    )
    messages: list[dict[str, Any]] = []
    found = call.session.execute(query).all()
    records = _records(call.session, {(row.register, row.record_id) for row in found})
    for line, register, record_id, was_put_off in found:
        told = {line.step_by_id: ToldKind.AUDIT_STEP} if line.step_by_id is not None else {}
        if was_put_off:
            told |= dict.fromkeys(people.of(line.estate_id, {Role.MANAGER}), ToldKind.ESCALATED)
        told.pop(call.actor.staff_id, None)
        record = records.get((register, record_id))
        if record is not None and about(record) is not None:
            cause = f"audit_line:{line.id}"
            chosen = sorted(told.keys() & people.working(line.estate_id))
            messages += [message(call, record, told[who], "AUD-3", cause, who) for who in chosen]
    write_messages(call.session, messages)


def _records(session: Session, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], Any]:
    """Register and id -> the record, part by part."""
    found: dict[tuple[str, int], Any] = {}
    for register in sorted({register for register, _ in wanted} & tables().keys()):
        model = tables()[register]
        ids = sorted(record_id for of, record_id in wanted if of == register)
        for start in range(0, len(ids), CHUNK):
            rows = session.scalars(select(model).where(model.id.in_(ids[start : start + CHUNK])))
            found |= {(register, row.id): row for row in rows}
    return found

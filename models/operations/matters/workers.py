"""Who did any of the work on a matter: who handled it while it was begun, waited, went on or ended (FUP-1)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.complaints import Complaint
from models.events import Event
from models.operations.core import CHUNK
from models.roles import Role
from models.staff import StaffAssignment
from models.tickets import Ticket

_WORK = frozenset({"start", "wait", "resume", "finish", "carry_out"})


def workers_of(session: Session, matters: Sequence[Ticket | Complaint]) -> dict[Ticket | Complaint, set[int]]:
    """Matter -> staff ids of those who did work on it, told from its events, and who handles it now.

    Of a complaint those of the responsible team only: whoever of the desk handles it handles its slip.
    """
    done: dict[Ticket | Complaint, set[int]] = {}
    for model in (Ticket, Complaint):
        rows = [row for row in matters if isinstance(row, model)]
        for start in range(0, len(rows), CHUNK):
            part = {row.id: row for row in rows[start : start + CHUNK]}
            found: dict[int, set[int | None]] = {number: {row.assignee_id} for number, row in part.items()}
            handler: dict[int, int | None] = {}
            query = select(Event.record_id, Event.verb, Event.after).order_by(Event.id)
            query = query.where(Event.register == model.__tablename__, Event.record_id.in_(part))
            for number, verb, after in session.execute(query):
                handler[number] = (after or {}).get("assignee_id", handler.get(number))
                if verb in _WORK:
                    found[number].add(handler[number])
            done |= {row: {who for who in found[number] if who is not None} for number, row in part.items()}
    complained = [row for row in done if isinstance(row, Complaint) and done[row]]
    if complained:
        members = select(StaffAssignment.staff_id, StaffAssignment.team_id).where(
            StaffAssignment.team_id.in_({row.team_id for row in complained}),
            StaffAssignment.role.in_((Role.TECHNICIAN, Role.LEAD)),
        )
        of_team = {tuple(row) for row in session.execute(members)}
        for row in complained:
            done[row] = {person for person in done[row] if (person, row.team_id) in of_team}
    return done

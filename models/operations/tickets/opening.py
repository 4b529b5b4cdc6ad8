"""What the undo of a bulk run of a ticket's verb looks at."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import OperationRefused, gettext_noop
from models.operations.tickets.incidents import closed_along
from models.tickets import Ticket
from models.verbs import Refusals

BUILT_ON = frozenset({"status"})


def gone_on(session: Session, rows: Sequence[Any]) -> Refusals:
    """A closed matter that went on in a new ticket stays closed, and so does one with which others closed (JOB-1)."""
    query = select(Ticket.previous_id, Ticket.number).where(Ticket.previous_id.in_([row.id for row in rows]))
    message = gettext_noop("The matter goes on as %(record)s; this ticket stays closed.")
    return closed_along(session, rows) | {
        previous: OperationRefused("JOB-1", message, record=number)
        for previous, number in session.execute(query)
        if previous is not None
    }

"""Who is told of what a resident said when asked."""

from typing import Any

from models.base import tables
from models.follow_ups import FollowUp, FollowUpStatus
from models.operations.core import Step, Tell, tells
from models.roles import Role
from models.told import ToldKind


def _who_did_it(step: Step) -> list[int | None]:
    """The lead of the team and the handler of a matter with which the resident is not satisfied."""
    if step.row.status is not FollowUpStatus.NOT_SATISFIED:
        return []
    matter: Any = step.session.get_one(tables()[step.row.register], step.row.record_id)
    leads = step.people.of(matter.estate_id, {Role.LEAD}, matter.team_id) if matter.team_id else []
    return [*leads, matter.assignee_id]


_WORDS = Tell(ToldKind.DISSATISFIED, "FUP-2", _who_did_it)
tells(FollowUp, "record_attempt", _WORDS)

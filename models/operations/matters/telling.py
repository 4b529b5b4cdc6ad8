"""Who is told of what happens to any matter: what is serious, asked about again, or reported upwards."""

from functools import partial
from typing import Any

from models.matters import Severity
from models.operations.core import Step, Tell, TellResident, tells, tells_residents
from models.outbox import ResidentKind
from models.roles import Role
from models.told import ToldKind


def tells_of_matters(model: type[Any], *, escalating: str) -> None:
    """Declare whom the verbs that all matters have tell of a matter of *model*; *escalating* is the rule of that."""
    serious = Tell(ToldKind.SERIOUS, "INT-7", _of_serious)
    for verb in ("register", "amend"):
        tells(model, verb, serious)
    # What comes from another system, or another register, is no news to whoever reported it.
    tells_residents(model, "register", TellResident(ResidentKind.TAKEN, lambda step: step.row.source is None))
    for verb, kind, rule, name in (
        ("change_owner", ToldKind.DESK_OWNER, "INT-1", "desk_owner_id"),
        ("name_follower", ToldKind.FOLLOWER, "DSP-10", "follower_id"),
    ):
        now, before = partial(Step.now, name=name), partial(Step.before_it, name=name)
        tells(model, verb, Tell(kind, rule, now), Tell(ToldKind.REASSIGNED, rule, before))
    tells(model, "report_again", Tell(ToldKind.CHASED, "INT-6", _who_answers))
    tells(model, "escalate", Tell(ToldKind.ESCALATED, escalating, lambda step: [*step.supervisors(), *step.leads()]))


def _of_serious(step: Step) -> list[int]:
    """The heads and the department, when a matter becomes serious."""
    if step.row.severity is not Severity.SERIOUS or not step.changed("severity"):
        return []
    return [*step.people.of(step.row.estate_id, {Role.SUPERVISOR, Role.MANAGER}), *step.leads()]


def _who_answers(step: Step) -> list[int | None]:
    return [step.row.assignee_id or step.row.desk_owner_id]

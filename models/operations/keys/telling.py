"""Who is told of an approval that is asked for, given or refused."""

from models.keys import KeyApproval
from models.operations.core import Step, Tell, tells
from models.told import ToldKind


def _who_asked(step: Step) -> list[int]:
    return [step.row.requested_by_id]


tells(KeyApproval, "request", Tell(ToldKind.APPROVAL_REQUESTED, "KEY-3", lambda step: step.supervisors()))
tells(KeyApproval, "approve", Tell(ToldKind.APPROVAL_GRANTED, "KEY-3", _who_asked))
tells(KeyApproval, "refuse", Tell(ToldKind.APPROVAL_REFUSED, "KEY-3", _who_asked))

"""What people do with what they were told: they have seen it."""

from collections.abc import Iterable

from sqlalchemy import func, select, update

from models.call import Call
from models.errors import OperationRefused, gettext_noop
from models.operations.core import operation
from models.policy import may
from models.roles import EVERYONE
from models.told import UNSEEN, Told


@operation(Told, roles=EVERYONE, label=gettext_noop("Mark as seen"))
def mark_seen(call: Call, ids: Iterable[int] | None) -> int:
    """Mark *actor*'s own messages as seen, all where *ids* is None. Returns how many were not yet; leaves no event."""
    if not may(call.actor, "mark_seen", "told"):
        raise OperationRefused("ROLE", gettext_noop("These messages are somebody else's."))
    own = [Told.staff_id == call.actor.staff_id, UNSEEN]
    if ids is not None:
        own.append(Told.id.in_(list(ids)))
    number = call.session.scalar(select(func.count()).select_from(Told).where(*own)) or 0
    call.session.execute(update(Told).where(*own).values(seen_at=call.now, updated_at=call.now))
    return number

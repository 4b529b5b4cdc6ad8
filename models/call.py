"""What every verb is given: in which session, who, when, and what that person had seen and said."""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from models.base import Base
from models.session import DeskSession
from models.staff import Actor


@dataclass(frozen=True)
class Call:
    """One call of a verb. ``now`` is any time with a zone and is kept as UTC."""

    session: DeskSession
    actor: Actor
    now: datetime.datetime
    expected: Mapping[int, int] = field(default_factory=dict)
    """Id of a row -> the version that the person had seen; another one refuses the row."""
    preview: bool = False
    """Only tell what would be done; nothing is written."""
    reason: str = ""
    """Why, in the person's words; kept by the event."""
    bulk_run_id: int | None = None
    """The bulk run in which it is done; kept by every event, of what follows too."""
    locked: Collection[Base] = ()
    """Rows that this transaction has just read under a lock: they need not be read again."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "now", self.now.astimezone(datetime.UTC))

    def following(
        self, *, expected: Mapping[int, int] | None = None, preview: bool = False, reason: str | None = None
    ) -> "Call":
        """The call of a verb that follows from this one, on other rows: the same session, person, time and bulk run."""
        return replace(self, expected=expected or {}, preview=preview, reason=reason or "", locked=())

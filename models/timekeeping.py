"""Who keeps time: of all processes ``frontdesk work`` on one database one leads, and says so every few seconds.

No register: nobody reads or writes it by hand, and what it says is worth a minute. So it has no events.
"""

import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, ShortText, UTCDateTime, named
from models.declared import Keeping
from models.errors import gettext_noop

TIMEKEEPER = "time"
"""The name of the one lease there is so far."""
LEASE = datetime.timedelta(seconds=20)
"""So long after its last word the one who leads is believed to be at work; then another takes its place."""
STOPPED = datetime.timedelta(minutes=2)
"""So long nobody may have kept time before people are told: a restart is no fault."""


class WorkLease(Base):
    """The right to do what time does, held by one process until it says nothing any more."""

    __tablename__ = "work_leases"
    title = gettext_noop("Timekeeping")
    keeping = Keeping(changes=("holder", "renewed_at"), quiet="worth a minute")

    name: Mapped[str] = mapped_column(ShortText(40), info=named("Name", harmless=True))
    holder: Mapped[str | None] = mapped_column(ShortText(120), info=named("Held by", harmless=True))
    """Machine, process and a number of its own; empty since it was given back."""
    renewed_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Last heard of at"))

    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint("holder <> ''", name="holder_is_named"),
        {"sqlite_autoincrement": True, "sqlite_strict": True},
    )


LAST_HEARD = select(WorkLease.renewed_at).where(WorkLease.name == TIMEKEEPER)
"""When a process that keeps time was last heard of (UTC); no row where none ever was."""


def keeps_time(last_heard: datetime.datetime | None, now: datetime.datetime) -> bool:
    """Whether a process that was *last_heard* of then counts as at work at *now* (INT-14)."""
    return last_heard is not None and abs(now - last_heard) <= STOPPED

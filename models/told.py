"""What people are told: who, about which record, by which rule, and whether that person has seen it."""

import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Choice, LabelledEnum, ShortText, UTCDateTime, named
from models.declared import ANY_TIME, Keeping
from models.errors import gettext_noop
from models.hanging import OfRecord, of_record_args
from models.roles import EVERYONE
from models.verbs import grant


class ToldKind(LabelledEnum):
    """Of what somebody is told."""

    MENTION = "mention", gettext_noop("mentioned")
    NEW_JOB = "new_job", gettext_noop("new job")
    EMERGENCY = "emergency", gettext_noop("emergency to take")
    DESK_OWNER = "desk_owner", gettext_noop("yours to see closed")
    FOLLOWER = "follower", gettext_noop("yours to follow")
    REASSIGNED = "reassigned", gettext_noop("given to somebody else")
    NEAR = "near", gettext_noop("near its limit")
    MISSED = "missed", gettext_noop("limit missed")
    CHASED = "chased", gettext_noop("chased")
    ESCALATED = "escalated", gettext_noop("escalated")
    SERIOUS = "serious", gettext_noop("serious matter")
    COMPLAINT = "complaint", gettext_noop("complaint to the department")
    REOPENED = "reopened", gettext_noop("reopened as a new complaint")
    DISSATISFIED = "dissatisfied", gettext_noop("not satisfied")
    AUDIT_STEP = "audit_step", gettext_noop("next step of the audit")
    ANSWERED = "answered", gettext_noop("what you wait for was answered")
    OUTSIDE = "outside", gettext_noop("job of an outside party")
    ATTACHED = "attached", gettext_noop("attached to an incident")
    PROGRESS = "progress", gettext_noop("progress of an incident")
    MEASURES = "measures", gettext_noop("measures promised")
    APPROVAL_REQUESTED = "approval_requested", gettext_noop("approval requested")
    APPROVAL_GRANTED = "approval_granted", gettext_noop("approval granted")
    APPROVAL_REFUSED = "approval_refused", gettext_noop("approval refused")
    WATCHED = "watched", gettext_noop("step on what you watch")


class Told(OfRecord, Base):
    """One message to one person about a record: written by the verb that is its cause, shown until it is seen.

    ``cause`` is ``event:ID``, ``comment:ID``, ``audit_line:ID`` or, of a limit, ``clock_run:ID:near``; of a loan
    ``key_loan:ID:date:near``. Of one cause a person is told once.
    """

    __tablename__ = "told"
    title = gettext_noop("Messages")
    keeping = Keeping(changes=("seen_at", "withdrawn_at"), goes=ANY_TIME, quiet="what is told comes of events")

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Person"))
    told_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Told by"))
    kind: Mapped[LabelledEnum] = mapped_column(Choice(ToldKind, closed=False), info=named("Kind"))
    rule: Mapped[str] = mapped_column(ShortText(20), info=named("Rule", harmless=True))
    at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Time"))
    cause: Mapped[str] = mapped_column(ShortText(60), info=named("Cause", harmless=True))
    seen_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Seen"))
    withdrawn_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Taken back"))

    __table_args__ = of_record_args(
        "told",
        UniqueConstraint("cause", "staff_id"),
        Index("ix_told_staff_id", "staff_id", "id"),
        records={},
    )


UNSEEN = and_(Told.seen_at.is_(None), Told.withdrawn_at.is_(None))
"""What counts in the header."""
Index("ix_told_unseen", Told.staff_id, sqlite_where=UNSEEN, postgresql_where=UNSEEN)


class Watcher(OfRecord, Base):
    """Somebody who wants to be told of each step on a record; a matter of taste, without events."""

    __tablename__ = "watchers"
    title = gettext_noop("Watchers")
    keeping = Keeping(goes=ANY_TIME, quiet="a matter of taste")

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Person"))

    __table_args__ = of_record_args("watchers", UniqueConstraint("staff_id", "register", "record_id"), records={})


# What is granted beside the verbs.
grant(Told, {"read": EVERYONE})

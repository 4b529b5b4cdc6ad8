"""Follow-ups (回访): each finished job and complaint of a resident is asked about (FUP-1 … FUP-3)."""

import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Integer, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import (
    Base,
    Choice,
    EstateRow,
    Identity,
    LabelledEnum,
    LongText,
    Register,
    UTCDateTime,
    is_open,
    named,
    state,
    table_args,
    within_estate,
)
from models.declared import Keeping, Searched, TimeLimit, Tone
from models.errors import gettext_noop
from models.hanging import HANGING, of_record_args
from models.matters import OF_MATTER, OfMatter
from models.roles import CLERKS, READERS
from models.verbs import grant

if TYPE_CHECKING:
    from models.complaints import Complaint
    from models.staff import Staff
    from models.tickets import Ticket


class FollowUpStatus(LabelledEnum):
    """What became of a follow-up."""

    SCHEDULED = "scheduled", gettext_noop("to be made"), Tone.NEW
    SATISFIED = "satisfied", gettext_noop("satisfied"), Tone.GOOD
    NOT_SATISFIED = "not_satisfied", gettext_noop("not satisfied"), Tone.BAD
    NOT_REACHED = "not_reached", gettext_noop("closed as not reached"), Tone.OVER
    CANCELLED = "cancelled", gettext_noop("cancelled"), Tone.OVER


class FollowUpWay(LabelledEnum):
    """FUP-5: the way a resident was asked."""

    PHONE = "phone", gettext_noop("phone")
    EMAIL = "email", gettext_noop("e-mail")
    SMS = "sms", gettext_noop("text message")
    VISIT = "visit", gettext_noop("visit")


class AttemptOutcome(LabelledEnum):
    """What one attempt brought."""

    SATISFIED = "satisfied", gettext_noop("satisfied"), Tone.GOOD
    NOT_SATISFIED = "not_satisfied", gettext_noop("not satisfied"), Tone.BAD
    NOT_REACHED = "not_reached", gettext_noop("not reached"), Tone.OVER


class FollowUp(Register, OfMatter, Base):
    """One owed follow-up of a ticket or complaint, to be made by a desk person until ``due_at``."""

    __tablename__ = "follow_ups"
    title = gettext_noop("Follow-ups")
    searched = Searched(through=("ticket_id", "complaint_id"))
    status_rule = "FUP-3"
    open_statuses = (FollowUpStatus.SCHEDULED,)
    answered_by = "assignee_id"
    time_limits = (
        TimeLimit(
            code="follow-up",
            label=gettext_noop("followed up"),
            rule="FUP-1",
            starts="finish",
            stops="record_attempt",
            minutes=3 * 24 * 60,
            for_all=False,
        ),
    )

    status: Mapped[FollowUpStatus] = state(FollowUpStatus.SCHEDULED)
    assignee_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Handler"))
    due_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Due"))
    preferred_time: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Preferred time"))
    finished_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Finished"))
    finished_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Made by"))
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=named("Attempts"))
    quality: Mapped[int | None] = mapped_column(Integer, info=named("Quality"))
    timeliness: Mapped[int | None] = mapped_column(Integer, info=named("Timeliness"))
    attitude: Mapped[int | None] = mapped_column(Integer, info=named("Attitude"))
    words: Mapped[str | None] = mapped_column(LongText, info=named("What was said", words=True))

    __table_args__ = of_record_args(
        "follow_ups",
        CheckConstraint("(status = 'scheduled') = (finished_at IS NULL)", name="finished_at"),
        CheckConstraint("quality IS NULL OR quality BETWEEN 1 AND 5", name="quality"),
        CheckConstraint("timeliness IS NULL OR timeliness BETWEEN 1 AND 5", name="timeliness"),
        CheckConstraint("attitude IS NULL OR attitude BETWEEN 1 AND 5", name="attitude"),
        records=OF_MATTER,
        info={HANGING: ("audit_findings", "clock_runs")},
    )

    ticket: Mapped["Ticket | None"] = relationship(
        "Ticket", primaryjoin="foreign(FollowUp.ticket_id) == Ticket.id", viewonly=True, lazy="raise_on_sql"
    )
    complaint: Mapped["Complaint | None"] = relationship(
        "Complaint", primaryjoin="foreign(FollowUp.complaint_id) == Complaint.id", viewonly=True, lazy="raise_on_sql"
    )
    assignee: Mapped["Staff"] = relationship(
        "Staff", primaryjoin="foreign(FollowUp.assignee_id) == Staff.id", viewonly=True, lazy="raise_on_sql"
    )


_SCHEDULED = FollowUp.status.in_([FollowUpStatus.SCHEDULED])
IS_SCHEDULED = is_open(FollowUp)
"""The condition that the call is still to be made."""


def is_owed(matter: Any) -> ColumnElement[bool]:
    """The condition that a row of the table *matter* waits for such a call."""
    owed: ColumnElement[bool] = matter.id.in_(
        select(FollowUp.record_id).where(FollowUp.register == matter.__tablename__, IS_SCHEDULED)
    )
    return owed


Index("ix_follow_ups_estate_id_due_at", FollowUp.estate_id, FollowUp.due_at, FollowUp.id)
Index(
    "ix_follow_ups_scheduled",
    FollowUp.estate_id,
    FollowUp.due_at,
    sqlite_where=_SCHEDULED,
    postgresql_where=_SCHEDULED,
)
Index(
    "uq_follow_ups_scheduled_record",
    FollowUp.register,
    FollowUp.record_id,
    unique=True,
    sqlite_where=_SCHEDULED,
    postgresql_where=_SCHEDULED,
    info={"rule": "FUP-1", "sentence": gettext_noop("A follow-up of this matter is already to be made.")},
)


class FollowUpAttempt(EstateRow, Base):
    """One attempt to ask (FUP-3); on different days, up to as many as the setting says."""

    __tablename__ = "follow_up_attempts"
    title = gettext_noop("Attempts to follow up")
    keeping = Keeping(record="follow_up_id", written_by=("record_attempt",))

    follow_up_id: Mapped[int] = mapped_column(Identity, info=named("Follow-up"))
    at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("When"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Made by"))
    way: Mapped[FollowUpWay] = mapped_column(Choice(FollowUpWay), info=named("Way"))
    outcome: Mapped[AttemptOutcome] = mapped_column(Choice(AttemptOutcome), info=named("Outcome"))
    words: Mapped[str | None] = mapped_column(LongText, info=named("What was said", words=True))

    __table_args__ = table_args(
        within_estate("follow_up_id", "follow_ups"), Index("ix_follow_up_attempts_follow_up_id", "follow_up_id")
    )


# What is granted beside the verbs.
grant(FollowUp, {"read": READERS, "export": READERS, "cancel": CLERKS})

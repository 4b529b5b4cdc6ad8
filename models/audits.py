"""The daily audit (每日盘点): one run an estate and local date, its findings and what was said to each (AUD-1 … 3)."""

import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import (
    Base,
    Choice,
    EstateRow,
    Flag,
    Identity,
    Json,
    LabelledEnum,
    LocalDate,
    LongText,
    Register,
    ShortText,
    UTCDateTime,
    named,
    table_args,
    within_estate,
)
from models.declared import ANY_TIME, WITH_ITS_RECORD, Keeping
from models.errors import gettext_noop
from models.final_guards import LINE_GUARDS, LINE_SENTENCES, RUN_GUARDS, RUN_SENTENCES
from models.guards import SENTENCES, TRIGGERS
from models.hanging import OfRecord, of_record_args
from models.roles import READERS
from models.verbs import grant

if TYPE_CHECKING:
    from models.estates import Estate


class FindingKind(LabelledEnum):
    """AUD-1: the lists of the audit."""

    RECEIVED_TODAY = "received_today", gettext_noop("received today")
    STILL_OPEN = "still_open", gettext_noop("still open")
    PAST_CLOCK = "past_clock", gettext_noop("past a clock")
    PUT_RIGHT = "put_right", gettext_noop("done today, after its time")
    NO_FORMAL_RECORD = "no_formal_record", gettext_noop("complaint without formal record")
    NO_FOLLOW_UP = "no_follow_up", gettext_noop("finished without follow-up")
    KEY_NOT_BACK = "key_not_back", gettext_noop("key not back")
    OWNER_NOT_TOLD = "owner_not_told", gettext_noop("owner of a lost key not told")
    PASS_NOT_HANDED_IN = "pass_not_handed_in", gettext_noop("pass ended but not handed in")  # a word, not a secret
    DEPOSIT_NOT_REFUNDED = "deposit_not_refunded", gettext_noop("deposit not refunded")
    MISSING_FIELDS = "missing_fields", gettext_noop("record with missing fields")
    LATE_REGISTERED = "late_registered", gettext_noop("registered after the day it was heard")
    OWNER_GONE = "owner_gone", gettext_noop("person disabled or moved")


class AuditRun(Register, Base):
    """One estate's audit of one local date; final once signed off."""

    __tablename__ = "audit_runs"
    title = gettext_noop("Daily audits")
    called = "day"

    day: Mapped[datetime.date] = mapped_column(LocalDate, info=named("Date"))
    ran_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Run"))
    ran_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Run by"))
    counts: Mapped[dict[str, Any]] = mapped_column(Json(dict), info=named("Findings", harmless=True))
    signed_off_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Signed off"))
    signed_off_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Signed off by"))

    __table_args__ = table_args(
        UniqueConstraint("estate_id", "day"),
        CheckConstraint("(signed_off_at IS NULL) = (signed_off_by_id IS NULL)", name="signed_off"),
        info={TRIGGERS: RUN_GUARDS, SENTENCES: RUN_SENTENCES},
    )

    estate: Mapped["Estate"] = relationship("Estate", viewonly=True, lazy="raise_on_sql")


class AuditFinding(OfRecord, Base):
    """One episode of one cause: opened when first seen, kept from day to day until its cause is gone (AUD-2)."""

    __tablename__ = "audit_findings"
    title = gettext_noop("Findings")
    keeping = Keeping(changes=("due_at", "ended_on"), until="OLD.ended_on IS NULL", goes=WITH_ITS_RECORD)

    kind: Mapped[LabelledEnum] = mapped_column(
        Choice(FindingKind, closed=False, further="findings"), info=named("Kind")
    )
    rule: Mapped[str] = mapped_column(ShortText(20), info=named("Rule", harmless=True))
    clock: Mapped[str] = mapped_column(ShortText(40), default="", server_default="", info=named("Clock", harmless=True))
    since: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Since"))
    due_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Due"))
    opened_on: Mapped[datetime.date] = mapped_column(LocalDate, info=named("First found on"))
    ended_on: Mapped[datetime.date | None] = mapped_column(LocalDate, info=named("Ended on"))

    __table_args__ = of_record_args(
        "audit_findings",
        CheckConstraint("ended_on IS NULL OR opened_on <= ended_on", name="opened_ended"),
        records={},
    )


Index(
    "uq_audit_findings_open",
    AuditFinding.estate_id,
    AuditFinding.kind,
    AuditFinding.rule,
    AuditFinding.register,
    AuditFinding.record_id,
    AuditFinding.clock,
    unique=True,
    sqlite_where=AuditFinding.ended_on.is_(None),
    postgresql_where=AuditFinding.ended_on.is_(None),
)


_NOTE = ("note", "noted_by_id", "noted_on", "step_by_id", "until")


class AuditLine(EstateRow, Base):
    """One finding in one run: the facts as they were (codes and values), and the note written to it."""

    __tablename__ = "audit_lines"
    title = gettext_noop("Audit lines")
    keeping = Keeping(
        changes=("number", "owner_id", "overdue", "facts", *_NOTE),
        goes=ANY_TIME,
        record="run_id",
        told=_NOTE,
        told_with="finding_id",  # a note goes along from day to day
    )  # until it is signed off (models.final_guards); verify counts them

    run_id: Mapped[int] = mapped_column(Identity, info=named("Run"))
    finding_id: Mapped[int] = mapped_column(Identity, info=named("Finding"))
    number: Mapped[str] = mapped_column(ShortText(60), info=named("Number", harmless=True))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Owner"))
    overdue: Mapped[bool] = mapped_column(Flag, default=False, server_default="0", info=named("Overdue"))
    facts: Mapped[dict[str, Any]] = mapped_column(Json(dict), info=named("Facts", words=True))
    note: Mapped[str | None] = mapped_column(LongText, info=named("Next step", words=True))
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Noted by"))
    noted_on: Mapped[datetime.date | None] = mapped_column(LocalDate, info=named("Noted on"))
    """Of which day's audit the note is: it stays with its finding from day to day (:func:`operations.audits.run`)."""
    step_by_id: Mapped[int | None] = mapped_column(Identity, info=named("By whom"))
    """Who takes the step. No foreign key: SQLite would make the table anew for it."""
    until: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("To be done until"))

    __table_args__ = table_args(
        within_estate("run_id", "audit_runs"),
        within_estate("finding_id", "audit_findings"),
        UniqueConstraint("run_id", "finding_id"),
        info={TRIGGERS: LINE_GUARDS, SENTENCES: LINE_SENTENCES},
    )

    finding: Mapped[AuditFinding] = relationship(
        primaryjoin="foreign(AuditLine.finding_id) == AuditFinding.id", viewonly=True, lazy="raise_on_sql"
    )


def finding_kinds() -> dict[str, LabelledEnum]:
    """Stored word -> kind, in the order in which an audit names them: those of single registers are the last."""
    return {kind.value: kind for kind in cast("Choice", AuditFinding.kind.type).words}


# What is granted beside the verbs.
grant(AuditRun, {"read": READERS, "export": READERS, "print": READERS})
grant(AuditFinding, {"read": READERS})

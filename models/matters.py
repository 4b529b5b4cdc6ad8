"""What tickets and complaints share: the intake columns, repeats of the same matter, comments, running clocks."""

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.base import (
    LONGEST_KEY,
    Base,
    Choice,
    EstateRow,
    Flag,
    Identity,
    Json,
    LabelledEnum,
    LongText,
    Register,
    ShortText,
    UTCDateTime,
    named,
    table_args,
    within_estate,
)
from models.declared import ANY_TIME, WITH_ITS_RECORD, Keeping, Searched, Tone
from models.errors import gettext_noop
from models.estates import OfUnit
from models.hanging import HANGING, OfRecord, of_record_args, record_of

if TYPE_CHECKING:
    from models.estates import Estate
    from models.residents import Resident
    from models.staff import Staff, Team


NOT_KNOWN = gettext_noop("not known: imported")
"""Stored where another system closed a matter without saying what our rules ask for; translated when shown."""


class Severity(LabelledEnum):
    """INT-7."""

    SERIOUS = "serious", gettext_noop("serious"), Tone.BAD
    ORDINARY = "ordinary", gettext_noop("ordinary")
    MINOR = "minor", gettext_noop("minor")

    def outweighs(self, other: "Severity") -> bool:
        """Whether it is graver than *other*."""
        order = list(Severity)
        return order.index(self) < order.index(other)


class Channel(LabelledEnum):
    """How a matter reached the desk (INT-2, INT-10)."""

    PHONE = "phone", gettext_noop("phone")
    WALK_IN = "walk_in", gettext_noop("walk-in")
    STAFF = "staff", gettext_noop("on-site staff")
    VISIT = "visit", gettext_noop("interview or home visit")
    FORUM = "forum", gettext_noop("owner forum")
    EMAIL = "email", gettext_noop("e-mail")
    FAX = "fax", gettext_noop("fax")
    SUGGESTION_BOX = "suggestion_box", gettext_noop("suggestion box")
    MINI_PROGRAMME = "mini_programme", gettext_noop("mini-programme")
    IMPORT = "import", gettext_noop("other system")


class Matter(OfUnit, Register):
    """The intake columns (INT-1 … INT-9). A matter is a ticket or a complaint, never both."""

    called: ClassVar[str] = "number"
    also_called: ClassVar[tuple[str, ...]] = ("summary",)
    beside: ClassVar[str] = "summary"
    answered_by: ClassVar[str] = "desk_owner_id"
    resident_by: ClassVar[str] = "resident_id"
    searched: ClassVar[Searched | None] = Searched(
        words=("summary", "detail", "place", "reporter_name"),
        number="number",
        units=("unit_id",),
        people=("resident_id",),
        phones=("reporter_phone",),
    )

    if TYPE_CHECKING:
        # From Base, which each table that mixes this in has too.
        __tablename__: str
        id: Mapped[int]

    number: Mapped[str] = mapped_column(ShortText(40), sort_order=-90, info=named("Number", harmless=True))
    severity: Mapped[Severity] = mapped_column(
        Choice(Severity), default=Severity.ORDINARY, server_default="ordinary", info=named("Severity")
    )
    channel: Mapped[Channel] = mapped_column(
        Choice(Channel), default=Channel.PHONE, server_default="phone", info=named("Channel")
    )
    summary: Mapped[str] = mapped_column(ShortText(200), sort_order=-80, info=named("Summary", words=True))
    detail: Mapped[str | None] = mapped_column(LongText, info=named("What happened", words=True))
    wish: Mapped[str | None] = mapped_column(LongText, info=named("What the person wants", words=True))
    place: Mapped[str | None] = mapped_column(ShortText(200), info=named("Place", words=True))
    resident_id: Mapped[int | None] = mapped_column(Identity, info=named("Resident"))
    reporter_name: Mapped[str | None] = mapped_column(ShortText(60), info=named("Reporter", words=True))
    reporter_phone: Mapped[str | None] = mapped_column(ShortText(200), info=named("Reporter's phone", personal=True))
    reporter_phone_digest: Mapped[str | None] = mapped_column(
        ShortText(40), info=named("Reporter's phone", harmless=True)
    )
    reporter_phone_tail_digest: Mapped[str | None] = mapped_column(
        ShortText(40), info=named("Reporter's phone", harmless=True)
    )
    reporter_department: Mapped[str | None] = mapped_column(
        ShortText(60), info=named("Reporter's department", words=True)
    )
    read_back: Mapped[bool] = mapped_column(
        Flag, default=False, server_default="0", info=named("Read back and confirmed")
    )
    team_id: Mapped[int | None] = mapped_column(Identity, info=named("Team"))
    heard_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Heard"))
    registered_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Registered"))
    promised_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Answer promised until"))
    due_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Due"))
    beyond_limit_by: Mapped[int | None] = mapped_column(Identity, info=named("Event that allows a later date"))
    """Of a date beyond the limit the event of a supervisor's reason (models.next_dates, INT-14)."""
    cancelled_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Cancelled"))
    cancel_reason: Mapped[str | None] = mapped_column(LongText, info=named("Reason for cancelling", words=True))
    source: Mapped[str | None] = mapped_column(ShortText(40), info=named("Source", harmless=True))
    source_key: Mapped[str | None] = mapped_column(ShortText(80), info=named("Number at the source", harmless=True))
    match_key: Mapped[str | None] = mapped_column(ShortText(64), info=named("Same matter", harmless=True))
    source_digest: Mapped[str | None] = mapped_column(ShortText(64), info=named("State at the source", harmless=True))
    repeats: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=named("Repeated reports"))

    @declared_attr
    @classmethod
    def desk_owner_id(cls) -> Mapped[int]:
        """Who answers for closure (INT-1); empty only until the database fills it in (models.next_dates, INT-14)."""
        return mapped_column(ForeignKey("staff.id"), nullable=True, info=named("Desk owner"))

    @declared_attr
    @classmethod
    def assignee_id(cls) -> Mapped[int | None]:
        """The handler (责任人)."""
        return mapped_column(ForeignKey("staff.id"), info=named("Handler"))

    @declared_attr
    @classmethod
    def follower_id(cls) -> Mapped[int | None]:
        """The named follower of a major matter (DSP-10)."""
        return mapped_column(ForeignKey("staff.id"), info=named("Follower"))

    @declared_attr
    @classmethod
    def estate(cls) -> Mapped["Estate"]:
        """The estate."""
        return relationship("Estate", viewonly=True, lazy="raise_on_sql")

    @declared_attr
    @classmethod
    def resident(cls) -> Mapped["Resident | None"]:
        """The resident who reported, where known."""
        return _shown("Resident", f"foreign({cls.__name__}.resident_id) == Resident.id")

    @declared_attr
    @classmethod
    def team(cls) -> Mapped["Team | None"]:
        """The responsible department."""
        return _shown("Team", f"foreign({cls.__name__}.team_id) == Team.id")

    @declared_attr
    @classmethod
    def desk_owner(cls) -> Mapped["Staff"]:
        """The desk owner."""
        return _shown("Staff", f"foreign({cls.__name__}.desk_owner_id) == Staff.id")

    @declared_attr
    @classmethod
    def assignee(cls) -> Mapped["Staff | None"]:
        """The handler."""
        return _shown("Staff", f"foreign({cls.__name__}.assignee_id) == Staff.id")


def _shown(target: str, join: str) -> Mapped[Any]:
    # viewonly: verbs write the columns; these relationships exist to be loaded with a list, never on the quiet.
    shown: Mapped[Any] = relationship(target, primaryjoin=join, viewonly=True, lazy="raise_on_sql")
    return shown


ANSWERING = ("desk_owner_id", "assignee_id", "follower_id")
"""The columns that name somebody who has to do something about a matter."""


def matter_args(table: str, *args: Any, info: Mapping[str, Any]) -> tuple[Any, ...]:
    """``__table_args__`` that tickets and complaints share; *info* is what the register itself declares."""
    entries = ("audit_findings", "clock_runs", "comments", "follow_ups", "repeat_reports", "told", "watchers")
    return table_args(
        *args,
        within_estate("unit_id", "units"),
        within_estate("resident_id", "residents"),
        within_estate("team_id", "teams"),
        UniqueConstraint("estate_id", "number"),
        UniqueConstraint("estate_id", "source", "source_key"),
        CheckConstraint("(source IS NULL) = (source_key IS NULL)", name="source_and_key"),
        CheckConstraint("length(trim(summary)) > 0", name="summary_present"),
        Index(f"ix_{table}_reporter_phone_digest", "reporter_phone_digest"),
        Index(f"ix_{table}_reporter_phone_tail_digest", "reporter_phone_tail_digest"),
        Index(f"ix_{table}_resident_id", "resident_id"),
        Index(f"ix_{table}_match_key", "estate_id", "match_key"),
        Index(f"ix_{table}_assignee_id", "assignee_id"),
        info={HANGING: entries, **info},
    )


class OfMatter(OfRecord):
    """What hangs on a ticket or a complaint, for other programs to read by the one or the other."""

    ticket_id: Mapped[int | None] = record_of("tickets", named("Ticket"))
    complaint_id: Mapped[int | None] = record_of("complaints", named("Complaint"))


OF_MATTER = {"ticket_id": "tickets", "complaint_id": "complaints"}


MERGED = "merge"
"""The source of repeated reports that came from another record of the same matter."""

RETAKEN = "another-kind"
"""The source of a matter that was taken as another kind before: its key names the record that was cancelled for it."""


def merged_key(register: str, record_id: int) -> str:
    """What such a report has as its key: the duplicate, or the report that had been added to it."""
    return f"{register}:{record_id}"


class RepeatReport(OfUnit, OfMatter, Base):
    """The same matter reported again (INT-6): who called and what was said are kept, the first matter counts them."""

    __tablename__ = "repeat_reports"
    title = gettext_noop("Repeated reports")
    keeping = Keeping(
        changes=("resident_id",),
        until="EXISTS (SELECT 1 FROM events WHERE register = 'repeat_reports' AND record_id = OLD.id)",
        goes=ANY_TIME,
    )  # verify counts them
    searched = Searched(
        words=("words", "place", "reporter_name"),
        units=("unit_id",),
        people=("resident_id",),
        phones=("reporter_phone",),
    )

    heard_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Heard"))
    words: Mapped[str] = mapped_column(LongText, info=named("What was said", words=True))
    channel: Mapped[Channel] = mapped_column(Choice(Channel), info=named("Channel"))
    place: Mapped[str | None] = mapped_column(ShortText(200), info=named("Place", words=True))
    resident_id: Mapped[int | None] = mapped_column(Identity, info=named("Resident"))
    reporter_name: Mapped[str | None] = mapped_column(ShortText(60), info=named("Reporter", words=True))
    reporter_phone: Mapped[str | None] = mapped_column(ShortText(200), info=named("Reporter's phone", personal=True))
    reporter_phone_digest: Mapped[str | None] = mapped_column(
        ShortText(40), info=named("Reporter's phone", harmless=True)
    )
    reporter_phone_tail_digest: Mapped[str | None] = mapped_column(
        ShortText(40), info=named("Reporter's phone", harmless=True)
    )
    reporter_department: Mapped[str | None] = mapped_column(
        ShortText(60), info=named("Reporter's department", words=True)
    )
    promised_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Answer promised until"))
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Taken by"))
    source: Mapped[str | None] = mapped_column(ShortText(40), info=named("Source", harmless=True))
    source_key: Mapped[str | None] = mapped_column(ShortText(80), info=named("Number at the source", harmless=True))

    __table_args__ = of_record_args(
        "repeat_reports",
        UniqueConstraint("estate_id", "source", "source_key"),
        within_estate("unit_id", "units"),
        within_estate("resident_id", "residents"),
        Index("ix_repeat_reports_reporter_phone_digest", "reporter_phone_digest"),
        Index("ix_repeat_reports_reporter_phone_tail_digest", "reporter_phone_tail_digest"),
        Index("ix_repeat_reports_resident_id", "resident_id"),
        records=OF_MATTER,
    )


class CommentKind(LabelledEnum):
    """What an entry on a matter is."""

    NOTE = "note", gettext_noop("note")
    CHASE = "chase", gettext_noop("chasing")
    REPLY = "reply", gettext_noop("reply to the resident")
    ESCALATION = "escalation", gettext_noop("escalation")


class Comment(OfMatter, Base):
    """An entry on a matter: a note, a chase with its answer (DSP-12), a reply to the resident (CMP-4)."""

    __tablename__ = "comments"
    title = gettext_noop("Entries")
    keeping = Keeping(
        times=("created_at", "at"), written_by=("comment", "escalate", "propose", "tell_all", "decide", "outside_done")
    )

    at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("When"))
    author_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Author"))
    kind: Mapped[CommentKind] = mapped_column(
        Choice(CommentKind), default=CommentKind.NOTE, server_default="note", info=named("Kind")
    )
    body: Mapped[str] = mapped_column(LongText, info=named("Text", words=True))
    record_key: Mapped[str | None] = mapped_column(
        ShortText(LONGEST_KEY), info=named("Key of the record", harmless=True)
    )
    """As that of an event."""

    __table_args__ = of_record_args("comments", records=OF_MATTER)


_COUNTED = ("clock_version", "due_at", "paused_at", "paused_minutes", "pauses", "moved_because")


class ClockRun(OfMatter, Base):
    """A running clock of one record; ``paused_minutes`` is how long it stood still in all."""

    __tablename__ = "clock_runs"
    title = gettext_noop("Running clocks")
    keeping = Keeping(
        changes=(*_COUNTED, "met_at", "cancelled_at"),
        # What has ended may run again, as an undo lets it, but has not ended at another time.
        until="coalesce(OLD.met_at, OLD.cancelled_at) IS NULL OR coalesce(NEW.met_at, NEW.cancelled_at) IS NULL",
        goes=WITH_ITS_RECORD,
    )

    clock_id: Mapped[int] = mapped_column(Identity, info=named("Clock"))
    clock_version: Mapped[int | None] = mapped_column(Integer, info=named("Version of the clock"))
    """By which version of its clock it was counted; empty where its date was agreed and is no clock's."""
    follow_up_id: Mapped[int | None] = record_of("follow_ups", named("Follow-up"))
    permit_id: Mapped[int | None] = record_of("visitor_passes", named("Permit"))
    started_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Started"))
    due_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Due"))
    paused_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Paused"))
    paused_minutes: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=named("Minutes paused"))
    pauses: Mapped[list[list[str]] | None] = mapped_column(Json(list), info=named("Pauses", harmless=True))
    """From when until when it stood still, as ISO has it: one pair for each time that is over."""
    met_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Met"))
    cancelled_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Cancelled"))
    moved_because: Mapped[str | None] = mapped_column(LongText, info=named("Why it was moved", words=True))
    """Of a date that was moved before its time had come."""

    __table_args__ = of_record_args(
        "clock_runs",
        within_estate("clock_id", "clocks"),
        CheckConstraint("started_at <= due_at", name="times_in_order"),
        CheckConstraint("met_at IS NULL OR cancelled_at IS NULL", name="met_or_cancelled"),
        records={**OF_MATTER, "follow_up_id": "follow_ups", "permit_id": "visitor_passes"},
    )

    clock: Mapped[Any] = relationship(
        "Clock", primaryjoin="foreign(ClockRun.clock_id) == Clock.id", viewonly=True, lazy="raise_on_sql"
    )


LATE = ClockRun.met_at > ClockRun.due_at
"""Met, but after its time: the audit of that day tells it all the same (AUD-1)."""
Index("ix_clock_runs_late", ClockRun.estate_id, ClockRun.met_at, sqlite_where=LATE, postgresql_where=LATE)
Index(
    "ix_clock_runs_unmet",
    ClockRun.estate_id,
    ClockRun.due_at,
    sqlite_where=ClockRun.met_at.is_(None) & ClockRun.cancelled_at.is_(None),
    postgresql_where=ClockRun.met_at.is_(None) & ClockRun.cancelled_at.is_(None),
)


class NumberSeries(EstateRow, Base):
    """The last number given out per estate, prefix and date; locked while numbers are taken."""

    __tablename__ = "number_series"
    title = gettext_noop("Numbers given out")
    keeping = Keeping(changes=("last",), until="NEW.last >= OLD.last", quiet="the records have the numbers")

    prefix: Mapped[str] = mapped_column(ShortText(20), info=named("Prefix", harmless=True))
    last: Mapped[int] = mapped_column(Integer, info=named("Last number"))

    __table_args__ = table_args(UniqueConstraint("estate_id", "prefix"))

"""What leaves the house: by which ways people want to be told, and each message on its way to them."""

import datetime
import re

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    Base,
    Choice,
    EstateRow,
    Identity,
    LabelledEnum,
    Register,
    ShortText,
    UTCDateTime,
    Words,
    among,
    named,
    table_args,
    within_estate,
)
from models.declared import ANY_TIME, Keeping, Tone
from models.errors import gettext_noop
from models.roles import AUDITORS, EVERYONE, MANAGERS, READERS
from models.templates import LANGUAGES
from models.verbs import grant

LONGEST_ADDRESS = 300
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+", re.ASCII)


def is_mail_address(text: str) -> bool:
    """Whether mail can be sent to *text*."""
    return len(text) <= LONGEST_ADDRESS and _MAIL.fullmatch(text) is not None


class Way(LabelledEnum):
    """How a message leaves the house."""

    MAIL = "mail", gettext_noop("e-mail")
    SMS = "sms", gettext_noop("text message")
    WECOM = "wecom", gettext_noop("WeCom")
    DINGTALK = "dingtalk", gettext_noop("DingTalk")
    FEISHU = "feishu", gettext_noop("Feishu")


class WayOut(Base):
    """One way by which a person wants to be told, and of what: chosen by that person, who alone sees it."""

    __tablename__ = "ways_out"
    title = gettext_noop("Ways to reach people")
    keeping = Keeping(goes=ANY_TIME, quiet="a matter of taste")

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Person"))
    way: Mapped[Way] = mapped_column(Choice(Way), info=named("Way"))
    address: Mapped[str] = mapped_column(ShortText(1000), info=named("Address", personal=True))
    """Encrypted: an e-mail address, one of the person's numbers, or the address of a robot."""
    kinds: Mapped[list[str]] = mapped_column(Words, info=named("Of what", harmless=True))

    __table_args__ = (
        Index("ix_ways_out_staff_id", "staff_id"),
        {"sqlite_autoincrement": True, "sqlite_strict": True},
    )


class ResidentKind(LabelledEnum):
    """Of what a resident is told."""

    TAKEN = "resident_taken", gettext_noop("matter taken")
    VISIT = "resident_visit", gettext_noop("visit agreed or moved")
    DONE = "resident_done", gettext_noop("work done")
    PROGRESS = "resident_progress", gettext_noop("progress of a complaint")
    ANSWERED = "resident_answered", gettext_noop("answer given")
    INCIDENT = "resident_incident", gettext_noop("news told to all of an incident")
    KEY_NEAR = "resident_key_near", gettext_noop("lent key nearly due")
    KEY_LATE = "resident_key_late", gettext_noop("lent key overdue")


class ResidentWay(Register, Base):
    """At which number or e-mail address a resident wants to be told, and of what: written down on the resident's word.

    A text message goes to the number ``contact_id``, without foreign key: the number may go, then nothing is sent to
    it. Mail goes to ``address``. Each choice and its end is an event, since it is a consent.
    """

    __tablename__ = "resident_ways"
    title = gettext_noop("Ways to reach residents")
    resident_kinds = tuple(ResidentKind)

    resident_id: Mapped[int] = mapped_column(Identity, sort_order=-98, info=named("Resident"))
    contact_id: Mapped[int | None] = mapped_column(Identity, info=named("Phone"))
    address: Mapped[str | None] = mapped_column(ShortText(1000), info=named("E-mail address", personal=True))
    """Encrypted."""
    kinds: Mapped[list[str]] = mapped_column(Words, info=named("Of what", harmless=True))
    language: Mapped[str] = mapped_column(
        ShortText(20), default=LANGUAGES[0], server_default=LANGUAGES[0], info=named("Language", harmless=True)
    )

    __table_args__ = table_args(
        UniqueConstraint("contact_id"),
        CheckConstraint("(contact_id IS NULL) = (address IS NOT NULL)", name="one_way"),
        within_estate("resident_id", "residents"),
        Index("ix_resident_ways_resident_id", "resident_id"),
    )

    @property
    def way(self) -> Way:
        """How a message leaves by it."""
        return Way.SMS if self.address is None else Way.MAIL


class SendStatus(LabelledEnum):
    """How far a message is."""

    WAITING = "waiting", gettext_noop("waiting"), Tone.NEW
    SENDING = "sending", gettext_noop("being sent"), Tone.UNDER_WAY
    SENT = "sent", gettext_noop("sent"), Tone.GOOD
    UNSURE = "unsure", gettext_noop("perhaps sent"), Tone.STOPPED
    FAILED = "failed", gettext_noop("failed"), Tone.BAD
    WITHDRAWN = "withdrawn", gettext_noop("not sent"), Tone.OVER


class WhyNot(LabelledEnum):
    """Why a message was not sent, or is not known to be."""

    REFUSED = "refused", gettext_noop("the other side refused it")
    UNREACHABLE = "unreachable", gettext_noop("nobody can be reached at this address")
    UNANSWERED = "unanswered", gettext_noop("its answer was never seen")
    NO_SUCH_WAY = "no_such_way", gettext_noop("this server has no such way out")
    GONE = "gone", gettext_noop("message, way or number are no longer there")
    TAKEN_BACK = "taken_back", gettext_noop("taken back")


class Outgoing(EstateRow, Base):
    """One message on its way to one person, written with what was told; ``key`` goes with it, the same each time.

    To a colleague it is what ``told_id`` says; to a resident (``resident_id``) it says itself of which record, kind and
    ``cause``. ``way_id`` is of ``ways_out``, of a resident's message of ``resident_ways``. These are without foreign
    key: what they name may go, then the message stays here, unsent.
    """

    __tablename__ = "outbox"
    title = gettext_noop("Outbox")
    status_rule = "NOT-2"
    open_statuses = (SendStatus.WAITING, SendStatus.SENDING)
    keeping = Keeping(
        changes=("status", "due_at", "attempts", "started_at", "ended_at", "reason", "answer"),
        quiet="the process that sends says how it went",
    )

    told_id: Mapped[int | None] = mapped_column(Identity, info=named("Message"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Person"))
    resident_id: Mapped[int | None] = mapped_column(Identity, info=named("Resident"))
    register: Mapped[str | None] = mapped_column(ShortText(40), info=named("In register", harmless=True))
    record_id: Mapped[int | None] = mapped_column(Identity, info=named("Number of the record"))
    kind: Mapped[LabelledEnum | None] = mapped_column(
        Choice(ResidentKind, closed=False, further="resident_kinds"), info=named("Kind")
    )
    cause: Mapped[str | None] = mapped_column(ShortText(60), info=named("Cause", harmless=True))
    way_id: Mapped[int] = mapped_column(Identity, info=named("Number of the way"))
    way: Mapped[Way] = mapped_column(Choice(Way), info=named("Way"))
    key: Mapped[str] = mapped_column(ShortText(40), info=named("Key", harmless=True))
    status: Mapped[SendStatus] = mapped_column(
        Choice(SendStatus), default=SendStatus.WAITING, server_default="waiting", info=named("Status")
    )
    due_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Next attempt"))
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=named("Attempts"))
    started_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Last attempt"))
    ended_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Ended"))
    reason: Mapped[LabelledEnum | None] = mapped_column(Choice(WhyNot, closed=False), info=named("Reason"))
    answer: Mapped[int | None] = mapped_column(Integer, info=named("Answer"))
    """The number of the answer (HTTP, SMTP), where there was one."""

    __table_args__ = table_args(
        UniqueConstraint("key"),
        CheckConstraint("(status IN ('waiting', 'sending')) = (ended_at IS NULL)", name="ended"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint(
            " AND ".join(
                [f"({name} IS NULL) = (resident_id IS NULL)" for name in ("register", "record_id", "kind", "cause")]
                + [f"({name} IS NULL) = (resident_id IS NOT NULL)" for name in ("told_id", "staff_id")]
            ),
            name="to_whom",
        ),
        Index("ix_outbox_told_id", "told_id"),
    )


ON_ITS_WAY = among(Outgoing.status, (SendStatus.WAITING, SendStatus.SENDING))
NOT_SENT = among(Outgoing.status, (SendStatus.FAILED, SendStatus.UNSURE))
"""What somebody should look at."""
Index("ix_outbox_due_at", Outgoing.due_at, sqlite_where=ON_ITS_WAY, postgresql_where=ON_ITS_WAY)
_TO_RESIDENT = Outgoing.cause.is_not(None)
Index("ix_outbox_cause", Outgoing.cause, sqlite_where=_TO_RESIDENT, postgresql_where=_TO_RESIDENT)
Index("ix_outbox_not_sent", Outgoing.estate_id, Outgoing.id, sqlite_where=NOT_SENT, postgresql_where=NOT_SENT)


# What is granted beside the verbs.
grant(WayOut, {"read": EVERYONE})
grant(ResidentWay, {"read": READERS})
grant(Outgoing, {"read": MANAGERS | AUDITORS})

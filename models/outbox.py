"""What leaves the house: by which ways people want to be told, and each message on its way to them."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    Base,
    Choice,
    EstateRow,
    Identity,
    Json,
    LabelledEnum,
    ShortText,
    UTCDateTime,
    among,
    named,
    table_args,
)
from models.declared import ANY_TIME, Keeping, Tone
from models.errors import gettext_noop
from models.roles import AUDITORS, EVERYONE, MANAGERS
from models.verbs import grant

LONGEST_ADDRESS = 300


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
    kinds: Mapped[list[str]] = mapped_column(Json, info=named("Of what", harmless=True))

    __table_args__ = (
        Index("ix_ways_out_staff_id", "staff_id"),
        {"sqlite_autoincrement": True, "sqlite_strict": True},
    )


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

    ``told_id`` and ``way_id`` are without foreign key: what they name may go, then the message stays here, unsent.
    """

    __tablename__ = "outbox"
    title = gettext_noop("Outbox")
    status_rule = "NOT-2"
    open_statuses = (SendStatus.WAITING, SendStatus.SENDING)
    keeping = Keeping(
        changes=("status", "due_at", "attempts", "started_at", "ended_at", "reason", "answer"),
        quiet="the process that sends says how it went",
    )

    told_id: Mapped[int] = mapped_column(Identity, info=named("Message"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Person"))
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
        Index("ix_outbox_told_id", "told_id"),
    )


ON_ITS_WAY = among(Outgoing.status, (SendStatus.WAITING, SendStatus.SENDING))
NOT_SENT = among(Outgoing.status, (SendStatus.FAILED, SendStatus.UNSURE))
"""What somebody should look at."""
Index("ix_outbox_due_at", Outgoing.due_at, sqlite_where=ON_ITS_WAY, postgresql_where=ON_ITS_WAY)
Index("ix_outbox_not_sent", Outgoing.estate_id, Outgoing.id, sqlite_where=NOT_SENT, postgresql_where=NOT_SENT)


# What is granted beside the verbs.
grant(WayOut, {"read": EVERYONE})
grant(Outgoing, {"read": MANAGERS | AUDITORS})

"""Requests for a new password: somebody asks at sign-in, an administrator approves, that browser sets it."""

import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identity, ShortText, UTCDateTime, named
from models.declared import ANY_TIME, Keeping
from models.errors import gettext_noop


class PasswordRequest(Base):
    """One wish for a new password. The browser that asked keeps the secret; here is only what it can be checked by.

    ``staff_id`` is empty where nobody has the name that was typed: asking tells a stranger nothing.
    """

    __tablename__ = "password_requests"
    title = gettext_noop("Requests for a new password")
    keeping = Keeping(
        changes=("approved_at", "approved_by_id", "ended_at"),
        until="OLD.ended_at IS NULL",
        goes=ANY_TIME,
        times=("approved_at",),
        quiet="anybody may ask",
    )

    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Person"))
    secret_digest: Mapped[str] = mapped_column(ShortText(64), info=named("Digest of the secret", secret=True))
    code: Mapped[str] = mapped_column(ShortText(10), info=named("Code", harmless=True))
    address: Mapped[str] = mapped_column(ShortText(60), info=named("Address", harmless=True))
    expires_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Good until"))
    approved_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Approved at"))
    approved_by_id: Mapped[int | None] = mapped_column(Identity, ForeignKey("staff.id"), info=named("Approved by"))
    ended_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Ended"))

    __table_args__ = (
        UniqueConstraint("secret_digest"),
        CheckConstraint(
            "(approved_at IS NULL) = (approved_by_id IS NULL)",
            name="approval_is_complete",
            info={"rule": "STAFF", "sentence": gettext_noop("An approval needs its time and who approved.")},
        ),
        CheckConstraint(
            "approved_by_id <> staff_id",
            name="approved_by_another",
            info={"rule": "STAFF", "sentence": gettext_noop("Nobody approves the own request for a new password.")},
        ),
        Index("ix_password_requests_staff_id", "staff_id"),
        {"sqlite_autoincrement": True, "sqlite_strict": True},
    )


def is_open(now: datetime.datetime | ColumnElement[datetime.datetime]) -> ColumnElement[bool]:
    """The condition of a request that has neither ended nor expired at *now*."""
    return PasswordRequest.ended_at.is_(None) & (PasswordRequest.expires_at > now)


def waits(now: datetime.datetime | ColumnElement[datetime.datetime]) -> ColumnElement[bool]:
    """The condition of a request that an administrator may still approve."""
    return is_open(now) & PasswordRequest.approved_at.is_(None)

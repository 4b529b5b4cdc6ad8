"""Who is named with @ in an entry on a matter, and whether that person has seen it."""

import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, EstateRow, Identity, UTCDateTime, named, table_args, within_estate
from models.errors import gettext_noop
from models.roles import EVERYONE
from models.verbs import grant


class Mention(EstateRow, Base):
    """A colleague named in an entry; shown to that person until it is marked as seen."""

    __tablename__ = "mentions"
    title = gettext_noop("Mentions")

    comment_id: Mapped[int] = mapped_column(Identity, info=named("Entry"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Person"))
    seen_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Seen"))

    __table_args__ = table_args(
        within_estate("comment_id", "comments"),
        UniqueConstraint("comment_id", "staff_id"),
        Index("ix_mentions_staff_id", "staff_id", "id"),
    )


_UNSEEN = Mention.seen_at.is_(None)
Index("ix_mentions_unseen", Mention.staff_id, sqlite_where=_UNSEEN, postgresql_where=_UNSEEN)


# What is granted beside the verbs.
grant(Mention, {"read": EVERYONE})

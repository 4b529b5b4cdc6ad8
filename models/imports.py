"""Imports of residents and units: what was uploaded, encrypted until it is done with, and what became of each row."""

import datetime

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    Base,
    Choice,
    EstateRow,
    Flag,
    Identity,
    Json,
    LabelledEnum,
    LongText,
    ShortText,
    UTCDateTime,
    table_args,
    within_estate,
)
from models.errors import gettext_noop
from models.roles import MANAGERS
from models.verbs import grant

LONGEST_CHUNK = 20_000_000
SHAPE = 64


class ImportState(LabelledEnum):
    """How far an import is."""

    UPLOADED = "uploaded", gettext_noop("uploaded")
    MAPPED = "mapped", gettext_noop("columns chosen")
    CHECKED = "checked", gettext_noop("dry run done")
    RUNNING = "running", gettext_noop("running")
    FINISHED = "finished", gettext_noop("finished")


class ImportRun(EstateRow, Base):
    """One file that one person imports into one register of one estate."""

    __tablename__ = "import_runs"

    actor_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    register: Mapped[str] = mapped_column(ShortText(60))
    file_name: Mapped[str] = mapped_column(ShortText(200))
    sheet: Mapped[str] = mapped_column(ShortText(100))
    header: Mapped[str] = mapped_column(LongText(LONGEST_CHUNK), info={"personal": True})
    columns: Mapped[list[str | None]] = mapped_column(Json)
    rows: Mapped[int] = mapped_column(Integer)
    state: Mapped[ImportState] = mapped_column(
        Choice(ImportState), default=ImportState.UPLOADED, server_default="uploaded"
    )
    idempotency_key: Mapped[str] = mapped_column(ShortText(64))
    checked_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = table_args(UniqueConstraint("actor_id", "idempotency_key"))


class ImportChunk(EstateRow, Base):
    """Some rows of a file, encrypted, and how many of them came to what; of one that is done the refused rows only."""

    __tablename__ = "import_chunks"

    run_id: Mapped[int] = mapped_column(Identity)
    position: Mapped[int] = mapped_column(Integer)
    rows: Mapped[int] = mapped_column(Integer)
    content: Mapped[str | None] = mapped_column(LongText(LONGEST_CHUNK), info={"personal": True})
    refusals: Mapped[str | None] = mapped_column(LongText(LONGEST_CHUNK), info={"personal": True})
    done: Mapped[bool] = mapped_column(Flag, default=False, server_default="0")
    imported: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    updated: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    unchanged: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    refused: Mapped[int] = mapped_column(Integer, default=0, server_default="0")

    __table_args__ = table_args(
        within_estate("run_id", "import_runs"),
        UniqueConstraint("run_id", "position"),
        Index("ix_import_chunks_run_id_done", "run_id", "done", "position"),
    )


class ImportLayout(EstateRow, Base):
    """What the columns of files of one shape were said to hold: the next file with these headings is read alike."""

    __tablename__ = "import_layouts"

    register: Mapped[str] = mapped_column(ShortText(60))
    shape: Mapped[str] = mapped_column(ShortText(SHAPE))
    """A digest of the headings."""
    columns: Mapped[list[str | None]] = mapped_column(Json)
    everybody: Mapped[str | None] = mapped_column(ShortText(20))

    __table_args__ = table_args(UniqueConstraint("estate_id", "register", "shape"))


# What is granted beside the verbs.
grant(ImportRun, {"read": MANAGERS, "run": MANAGERS})

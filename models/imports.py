"""Imports of residents and units: what was uploaded, encrypted until it is done with, and what became of each row."""

import datetime
from typing import Any

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
    named,
    table_args,
    within_estate,
)
from models.declared import ANY_TIME, Keeping, Tone
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
    FINISHED = "finished", gettext_noop("finished"), Tone.GOOD


class ImportRun(EstateRow, Base):
    """One file that one person imports into one register of one estate."""

    __tablename__ = "import_runs"
    title = gettext_noop("Imports")
    keeping = Keeping(
        changes=("sheet", "header", "columns", "rows", "state", "checked_at"),
        until="OLD.state <> 'finished' OR (NEW.state = OLD.state AND NEW.header = '')",
        quiet="the events of its rows tell",
    )

    actor_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Who"))
    register: Mapped[str] = mapped_column(ShortText(60), info=named("In register", harmless=True))
    file_name: Mapped[str] = mapped_column(ShortText(200), info=named("File", words=True))
    sheet: Mapped[str] = mapped_column(ShortText(100), info=named("Sheet", words=True))
    header: Mapped[str] = mapped_column(LongText(LONGEST_CHUNK), info=named("Names of the columns", personal=True))
    columns: Mapped[list[str | None]] = mapped_column(Json(list), info=named("Columns", harmless=True))
    rows: Mapped[int] = mapped_column(Integer, info=named("Rows"))
    state: Mapped[ImportState] = mapped_column(
        Choice(ImportState), default=ImportState.UPLOADED, server_default="uploaded", info=named("State")
    )
    idempotency_key: Mapped[str] = mapped_column(ShortText(64), info=named("Key of the action", harmless=True))
    checked_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Dry run"))

    __table_args__ = table_args(UniqueConstraint("actor_id", "idempotency_key"))


class ImportChunk(EstateRow, Base):
    """Some rows of a file, encrypted, and how many of them came to what; of one that is done the refused rows only."""

    __tablename__ = "import_chunks"
    title = gettext_noop("Rows of an import")
    keeping = Keeping(
        changes=("content", "refusals", "done", "imported", "updated", "unchanged", "refused"),
        until="NOT OLD.done",
        goes=ANY_TIME,
        quiet="the events of its rows tell",
    )

    run_id: Mapped[int] = mapped_column(Identity, info=named("Run"))
    position: Mapped[int] = mapped_column(Integer, info=named("Position"))
    rows: Mapped[int] = mapped_column(Integer, info=named("Rows"))
    content: Mapped[str | None] = mapped_column(LongText(LONGEST_CHUNK), info=named("Rows kept", personal=True))
    refusals: Mapped[str | None] = mapped_column(
        LongText(LONGEST_CHUNK), info=named("Reasons for refusal", personal=True)
    )
    done: Mapped[bool] = mapped_column(Flag, default=False, server_default="0", info=named("Done"))
    imported: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=named("Imported"))
    updated: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=named("Added to"))
    unchanged: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=named("Unchanged"))
    refused: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=named("Refused"))

    __table_args__ = table_args(
        within_estate("run_id", "import_runs"),
        UniqueConstraint("run_id", "position"),
        Index("ix_import_chunks_run_id_done", "run_id", "done", "position"),
    )


class ImportLayout(EstateRow, Base):
    """What the columns of files of one shape were said to hold: the next file with these headings is read alike."""

    __tablename__ = "import_layouts"
    title = gettext_noop("Remembered columns")
    keeping = Keeping(changes=("columns", "everybody"), quiet="a matter of taste")

    register: Mapped[str] = mapped_column(ShortText(60), info=named("In register", harmless=True))
    shape: Mapped[str] = mapped_column(ShortText(SHAPE), info=named("Names of the columns", harmless=True))
    """A digest of the headings."""
    columns: Mapped[list[Any]] = mapped_column(Json(list), info=named("Columns", harmless=True))
    """For each a keyed digest of its heading, and what it was taken as; of earlier versions the latter alone."""
    everybody: Mapped[str | None] = mapped_column(ShortText(20), info=named("Everybody is", harmless=True))

    __table_args__ = table_args(UniqueConstraint("estate_id", "register", "shape"))


# What is granted beside the verbs.
grant(ImportRun, {"read": MANAGERS, "run": MANAGERS})

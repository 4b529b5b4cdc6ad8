"""Bulk runs: what was chosen, frozen at the preview; what became of each row; the same key never acts twice."""

import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    LONGEST_KEY,
    Base,
    Choice,
    EstateRow,
    Identity,
    Json,
    LabelledEnum,
    ShortText,
    UTCDateTime,
    named,
    table_args,
    within_estate,
)
from models.declared import Keeping, Tone
from models.errors import gettext_noop
from models.roles import CLERKS, WORKERS
from models.verbs import grant


class BulkState(LabelledEnum):
    """How far a bulk run is."""

    PREVIEWED = "previewed", gettext_noop("previewed")
    RUNNING = "running", gettext_noop("running")
    FINISHED = "finished", gettext_noop("finished"), Tone.GOOD


class BulkOutcome(LabelledEnum):
    """What became, or by the preview will become, of one row."""

    PENDING = "pending", gettext_noop("to be done")
    DONE = "done", gettext_noop("completed"), Tone.DONE
    REFUSED = "refused", gettext_noop("refused"), Tone.BAD
    CHANGED = "changed", gettext_noop("changed since the preview"), Tone.STOPPED


LEFT_ALONE = (BulkOutcome.REFUSED, BulkOutcome.CHANGED)
"""What is tried again: rows that a finished run did not change."""


class BulkRun(EstateRow, Base):
    """One bulk action of one person: verb, arguments, and the key by which a repeat is recognised."""

    __tablename__ = "bulk_runs"
    title = gettext_noop("Bulk actions")
    keeping = Keeping(
        changes=("state", "finished_at"), until="OLD.finished_at IS NULL", quiet="the events of its rows tell"
    )

    actor_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Who"))
    register: Mapped[str] = mapped_column(ShortText(60), info=named("In register", harmless=True))
    verb: Mapped[str] = mapped_column(ShortText(60), info=named("What", harmless=True))
    arguments: Mapped[dict[str, Any]] = mapped_column(Json(dict), info=named("Arguments", words=True))
    idempotency_key: Mapped[str] = mapped_column(ShortText(64), info=named("Key of the action", harmless=True))
    state: Mapped[BulkState] = mapped_column(
        Choice(BulkState), default=BulkState.PREVIEWED, server_default="previewed", info=named("State")
    )

    undoes_id: Mapped[int | None] = mapped_column(Identity, info=named("Undoes"))
    """The run that this one puts back: each run is put back once."""
    finished_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Finished"))

    __table_args__ = table_args(
        UniqueConstraint("actor_id", "idempotency_key"),
        UniqueConstraint("undoes_id"),
        within_estate("undoes_id", "bulk_runs"),
    )


class BulkItem(EstateRow, Base):
    """One row of a bulk run: the version seen at the preview, the outcome, the reason, the version after."""

    __tablename__ = "bulk_items"
    title = gettext_noop("Rows of a bulk action")
    keeping = Keeping(
        changes=("outcome", "rule", "reason", "version_after", "clocks"),
        until="OLD.outcome = 'pending'",
        quiet="the events of its rows tell",
    )

    run_id: Mapped[int] = mapped_column(Identity, info=named("Run"))
    record_id: Mapped[int] = mapped_column(Identity, info=named("Number of the record"))
    number: Mapped[str] = mapped_column(ShortText(60), info=named("Number", harmless=True))
    version_seen: Mapped[int] = mapped_column(Integer, info=named("Version seen"))
    outcome: Mapped[BulkOutcome] = mapped_column(
        Choice(BulkOutcome), default=BulkOutcome.PENDING, server_default="pending", info=named("Outcome")
    )
    rule: Mapped[str | None] = mapped_column(ShortText(20), info=named("Rule", harmless=True))
    reason: Mapped[dict[str, Any] | None] = mapped_column(Json(dict), info=named("Reason", words=True))
    version_after: Mapped[int | None] = mapped_column(Integer, info=named("Version after"))
    changes: Mapped[dict[str, Any] | None] = mapped_column(Json(dict), info=named("Changes", words=True))
    """What the preview said would change: ``before`` and ``after`` of each column, as an event keeps them."""
    clocks: Mapped[dict[str, Any] | None] = mapped_column(Json(dict), info=named("Clocks", harmless=True))
    """What was done to its clocks: the clock run, and the columns that ended it; none of one that was begun."""
    record_key: Mapped[str | None] = mapped_column(
        ShortText(LONGEST_KEY), info=named("Key of the record", harmless=True)
    )
    """As that of an event."""

    __table_args__ = table_args(
        within_estate("run_id", "bulk_runs"),
        UniqueConstraint("run_id", "record_id"),
        Index("ix_bulk_items_run_id_outcome", "run_id", "outcome", "id"),
    )


# What is granted beside the verbs.
grant(BulkRun, {"read": CLERKS | WORKERS, "run": CLERKS | WORKERS})

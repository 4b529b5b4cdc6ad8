"""Passes for visitors, temporary comers and workers (PAS-1 … PAS-3, PAS-7), and who goes in and out with them."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, literal_column
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import (
    Base,
    Choice,
    EstateRow,
    Flag,
    Identity,
    LabelledEnum,
    LongText,
    Register,
    ShortText,
    SortKey,
    UTCDateTime,
    named,
    table_args,
    within_estate,
)
from models.declared import Keeping, Searched
from models.errors import gettext_noop
from models.estates import Unit
from models.final_guards import guard
from models.guards import SENTENCES, TRIGGERS
from models.hanging import HANGING
from models.personal import IdDocument, WithPhone
from models.roles import CLERKS, MANAGERS, READERS
from models.tags import tag_triggers
from models.verbs import grant


class PassKind(LabelledEnum):
    """PAS-1, PAS-2, PAS-3."""

    VISITOR = "visitor", gettext_noop("visitor pass")
    TEMPORARY = "temporary", gettext_noop("temporary pass")
    WORKER = "worker", gettext_noop("worker's pass")


_EARLY_REFUND = "NEW.deposit_refunded_at IS NOT NULL AND NEW.handed_in_at IS NULL"
_REFUND_GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER guard_visitor_passes_refund_{what} BEFORE {when} ON visitor_passes"
        f" WHEN {_EARLY_REFUND} BEGIN\n  SELECT RAISE(ABORT, 'visitor_passes_refund');\nEND"
        for what, when in (("insert", "INSERT"), ("update", "UPDATE OF deposit_refunded_at"))
    ),
    "postgresql": (
        "CREATE TRIGGER guard_visitor_passes_refund BEFORE INSERT OR UPDATE OF deposit_refunded_at ON visitor_passes"
        f" FOR EACH ROW WHEN ({_EARLY_REFUND}) EXECUTE FUNCTION guard_refuse('visitor_passes_refund')",
    ),
}
_INSIDE_GUARDS = guard("visitor_passes", "visitor_passes_inside", "INSERT", "NEW.inside")
_TAGS = tag_triggers("visitor_passes", {"badge_number": "badge_key"})
_REFUND_SENTENCES = {
    "visitor_passes_refund": ("PAS-3", gettext_noop("A deposit is paid back when the pass has been handed in.")),
    "visitor_passes_inside": ("PAS-8", gettext_noop("The holder of a new pass has not come in yet.")),
}


class VisitorPass(WithPhone, Register, Base):
    """A pass, valid only between its times, while not revoked and not handed in (PAS-7); states are derived."""

    __tablename__ = "visitor_passes"
    title = gettext_noop("Visitor passes")
    called = "number"
    number_prefix = "V"
    on_unit_page = ("number", "kind", "holder_name", "valid_until")
    searched = Searched(
        words=("holder_name", "organisation", "badge_number"),
        number="number",
        names=True,
        units=("host_unit_id",),
        phones=("phone",),
        tags=("badge_key",),
    )
    everywhere = 6
    beside = "holder_name"
    answered_by = "issued_by_id"

    kind: Mapped[PassKind] = mapped_column(
        Choice(PassKind), default=PassKind.VISITOR, server_default="visitor", info=named("Kind")
    )
    number: Mapped[str] = mapped_column(ShortText(40), info=named("Number", harmless=True))
    code: Mapped[str] = mapped_column(ShortText(40), unique=True, info=named("Code", harmless=True))
    holder_name: Mapped[str] = mapped_column(ShortText(60), info=named("Holder", words=True))
    organisation: Mapped[str | None] = mapped_column(ShortText(100), info=named("Organisation", words=True))
    purpose: Mapped[str | None] = mapped_column(LongText, info=named("Purpose", words=True))
    id_document: Mapped[IdDocument | None] = mapped_column(Choice(IdDocument), info=named("ID document"))
    id_number: Mapped[str | None] = mapped_column(ShortText(300), info=named("ID number", personal=True))
    id_number_digest: Mapped[str | None] = mapped_column(ShortText(40), info=named("ID number", harmless=True))
    identity_checked: Mapped[bool] = mapped_column(
        Flag, default=False, server_default="0", info=named("Identity checked")
    )
    id_copied: Mapped[bool] = mapped_column(Flag, default=False, server_default="0", info=named("ID copied"))
    residence_paper_seen: Mapped[bool] = mapped_column(
        Flag, default=False, server_default="0", info=named("Temporary-residence paper seen")
    )
    permit_number: Mapped[str | None] = mapped_column(ShortText(60), info=named("Construction permit", harmless=True))
    permit_until: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Construction permit until"))
    host_unit_id: Mapped[int | None] = mapped_column(Identity, info=named("Host unit"))
    host_asked: Mapped[bool] = mapped_column(Flag, default=False, server_default="0", info=named("Host asked"))
    badge_number: Mapped[str | None] = mapped_column(ShortText(40), info=named("Badge", harmless=True))
    safety_told: Mapped[bool] = mapped_column(Flag, default=False, server_default="0", info=named("Safety rules told"))
    valid_from: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Valid from"))
    valid_until: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Valid until"))
    issued_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Issued"))
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Issued by"))
    handed_in_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Handed in"))
    revoked_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Revoked"))
    revoke_reason: Mapped[str | None] = mapped_column(LongText, info=named("Reason for revoking", words=True))
    deposit_fen: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=named("Deposit"))
    card_fee_fen: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=named("Card fee"))
    deposit_refunded_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Deposit refunded"))
    inside: Mapped[bool] = mapped_column(Flag, default=False, server_default="0", info=named("Inside"))

    badge_key: Mapped[str | None] = mapped_column(SortKey, sort_order=950)
    """The badge as it is recognised in any spelling (models.tags): kept by the database."""

    __table_args__ = table_args(
        within_estate("host_unit_id", "units"),
        UniqueConstraint("estate_id", "number"),
        CheckConstraint(
            "valid_from < valid_until",
            name="from_until",
            info={"rule": "PAS-7", "sentence": gettext_noop("A pass must be valid for some time.")},
        ),
        CheckConstraint(
            "(handed_in_at IS NULL OR issued_at <= handed_in_at) AND (revoked_at IS NULL OR issued_at <= revoked_at)",
            name="times_in_order",
        ),
        CheckConstraint(
            "kind <> 'worker' OR (permit_until IS NOT NULL AND valid_until <= permit_until)",
            name="within_permit",
            info={"rule": "PAS-3", "sentence": gettext_noop("A worker's pass cannot outlast the construction permit.")},
        ),
        CheckConstraint("deposit_fen >= 0 AND card_fee_fen >= 0", name="money_not_negative"),
        CheckConstraint(
            "deposit_refunded_at IS NULL OR handed_in_at IS NOT NULL OR revoked_at IS NOT NULL", name="refund_after_end"
        ),
        Index("ix_visitor_passes_estate_id_issued_at", "estate_id", "issued_at", "id"),
        Index("ix_visitor_passes_host_unit_id", "host_unit_id"),
        Index("ix_visitor_passes_badge_key", "badge_key"),
        info={
            TRIGGERS: {
                dialect: (*guards, *_INSIDE_GUARDS[dialect], *_TAGS[dialect])
                for dialect, guards in _REFUND_GUARDS.items()
            },
            SENTENCES: _REFUND_SENTENCES,
            HANGING: ("audit_findings", "clock_runs", "told"),
        },
    )

    host_unit: Mapped[Unit | None] = relationship(
        primaryjoin="foreign(VisitorPass.host_unit_id) == Unit.id", viewonly=True, lazy="raise_on_sql"
    )


_OUT = VisitorPass.handed_in_at.is_(None) & VisitorPass.revoked_at.is_(None)
OWES_DEPOSIT = (VisitorPass.deposit_fen > literal_column("0")) & VisitorPass.deposit_refunded_at.is_(None)
"""The condition that a deposit is still to be paid back, now or when the pass ends (PAS-3)."""
Index("ix_visitor_passes_estate_id_valid_until", VisitorPass.estate_id, VisitorPass.valid_until, VisitorPass.id)
Index("ix_visitor_passes_deposit", VisitorPass.estate_id, sqlite_where=OWES_DEPOSIT, postgresql_where=OWES_DEPOSIT)
Index(
    "uq_visitor_passes_badge_number",
    VisitorPass.estate_id,
    VisitorPass.badge_key,
    unique=True,
    sqlite_where=_OUT,
    postgresql_where=_OUT,
    info={"rule": "PAS-1", "sentence": gettext_noop("This badge is out with another pass; it must come back first.")},
)
Index("ix_visitor_passes_out", VisitorPass.estate_id, VisitorPass.valid_until, sqlite_where=_OUT, postgresql_where=_OUT)


class Direction(LabelledEnum):
    """Which way through the gate."""

    IN = "in", gettext_noop("in")
    OUT = "out", gettext_noop("out")


class PassMovement(EstateRow, Base):
    """One passage through the gate with a pass (PAS-8)."""

    __tablename__ = "pass_movements"
    title = gettext_noop("Passages")
    keeping = Keeping(times=("created_at", "at"), record="pass_id", written_by=("check_in", "check_out"))

    pass_id: Mapped[int] = mapped_column(Identity, info=named("Pass"))
    direction: Mapped[Direction] = mapped_column(Choice(Direction), info=named("Direction"))
    at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("When"))
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Noted by"))

    __table_args__ = table_args(
        within_estate("pass_id", "visitor_passes"), Index("ix_pass_movements_pass_id", "pass_id")
    )


# What is granted beside the verbs.
grant(
    VisitorPass,
    {
        "read": READERS,
        "export": READERS,
        "take_over": MANAGERS,
        "import": MANAGERS,
        "read_phone": CLERKS,
        "print": READERS,
    },
)

"""Keys (钥匙) and their loans. A key is in one place: on its hook, with one borrower, returned for good, or lost."""

import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import (
    Base,
    Choice,
    Flag,
    Identity,
    LabelledEnum,
    LongText,
    Register,
    ShortText,
    SortKey,
    UTCDateTime,
    is_open,
    named,
    state,
    table_args,
    within_estate,
)
from models.declared import Searched, TimeLimit, Tone
from models.errors import gettext_noop
from models.estates import OfUnit
from models.final_guards import together
from models.guards import SENTENCES, TRIGGERS
from models.hanging import HANGING
from models.loan_guards import LOAN_GUARDS, LOAN_SENTENCES
from models.next_dates import (
    answered,
    answered_sentences,
    dated,
    dated_sentences,
    limit_sentences,
    open_of,
    within_limit,
)
from models.roles import CLERKS, MANAGERS, READERS
from models.tags import tag_triggers
from models.verbs import grant

if TYPE_CHECKING:
    from models.residents import Resident
    from models.staff import Staff


class KeyOrigin(LabelledEnum):
    """KEY-1: how a key came to the desk."""

    DELIVERY = "delivery", gettext_noop("handed over at delivery")
    RECTIFICATION = "rectification", gettext_noop("kept for rectification")
    ENTRUSTED = "entrusted", gettext_noop("entrusted by the owner")
    COMMON = "common", gettext_noop("common area")


class BorrowerKind(LabelledEnum):
    """KEY-3: who borrows; all but owners and the developer's sales staff need an approval."""

    OWNER = "owner", gettext_noop("owner")
    DEVELOPER_SALES = "developer_sales", gettext_noop("developer's sales staff")
    STAFF = "staff", gettext_noop("our own staff")
    OTHER = "other", gettext_noop("other person")


class BringerKind(LabelledEnum):
    """KEY-4: who brought a key back: who had borrowed it, or somebody else who gives a name."""

    BORROWER = "borrower", gettext_noop("the borrower")
    RESIDENT = "resident", gettext_noop("resident")
    STAFF = "staff", gettext_noop("our own staff")
    OTHER = "other", gettext_noop("other person")


MOST_PIECES = 99
"""So many keys hang together at most; what is more than that is not one bunch."""


_PLACE_GUARDS = {
    "sqlite": (
        "CREATE TRIGGER guard_keys_place BEFORE UPDATE OF lost_at, handed_back_at ON keys BEGIN\n"
        "  SELECT RAISE(ABORT, 'keys_stay_gone') WHERE (OLD.lost_at IS NOT NULL AND NEW.lost_at IS NULL)"
        " OR (OLD.handed_back_at IS NOT NULL AND NEW.handed_back_at IS NULL);\n"
        "  SELECT RAISE(ABORT, 'keys_not_on_loan') WHERE (NEW.lost_at IS NOT NULL OR NEW.handed_back_at IS NOT NULL)"
        " AND EXISTS (SELECT 1 FROM key_loans WHERE key_id = NEW.id AND returned_at IS NULL AND lost_at IS NULL);\nEND",
    ),
    "postgresql": (
        "CREATE TRIGGER guard_keys_stay_gone BEFORE UPDATE OF lost_at, handed_back_at ON keys FOR EACH ROW"
        " WHEN ((OLD.lost_at IS NOT NULL AND NEW.lost_at IS NULL)"
        " OR (OLD.handed_back_at IS NOT NULL AND NEW.handed_back_at IS NULL))"
        " EXECUTE FUNCTION guard_refuse('keys_stay_gone')",
        """CREATE OR REPLACE FUNCTION guard_not_on_loan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM key_loans WHERE key_id = NEW.id AND returned_at IS NULL AND lost_at IS NULL) THEN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_ARGV[0];
  END IF;
  RETURN NEW;
END $$""",
        "CREATE TRIGGER guard_keys_place BEFORE UPDATE OF lost_at, handed_back_at ON keys FOR EACH ROW"
        " WHEN (NEW.lost_at IS NOT NULL OR NEW.handed_back_at IS NOT NULL)"
        " EXECUTE FUNCTION guard_not_on_loan('keys_not_on_loan')",
    ),
}
OWNER_TOLD = "owner-told"
"""The clock by which the owner of a lost key is told (KEY-4)."""
APPROVAL_USED = "approval-used"
"""The clock by which a consent is used: on its day (KEY-3)."""
_TAGS = tag_triggers("keys", {"hook": "hook_key", "seal": "seal_key"})
_PLACE_SENTENCES = {
    "keys_stay_gone": ("KEY-4", gettext_noop("A key that is lost or was handed back for good stays so.")),
    "keys_not_on_loan": ("KEY-2", gettext_noop("This key is on loan; its loan must end first.")),
}


class Key(OfUnit, Register, Base):
    """One key with its number, hook and seal. Where it is follows from its loans and the two final times.

    A bunch is one key of several ``pieces``: it is lent as a whole, and out until the last piece is back (KEY-2).
    """

    __tablename__ = "keys"
    title = gettext_noop("Keys")
    called = "number"
    number_prefix = "K"
    searched = Searched(
        words=("number", "hook", "seal", "place"), number="number", units=("unit_id",), tags=("hook_key", "seal_key")
    )
    everywhere = 5
    on_unit_page = ("number", "hook")
    beside = "place"
    ended_by = ("owner_told_at",)
    owing = "{row}.lost_at IS NOT NULL AND {row}.origin <> 'common'"
    """Of a lost key its owner is told; keys of common areas have none (KEY-4)."""
    answered_by = "answerable_id"
    time_limits = (
        TimeLimit(
            code=OWNER_TOLD,
            label=gettext_noop("owner told of the lost key"),
            rule="KEY-4",
            starts="report_lost",
            stops="tell_owner",
            minutes=0,
            calendar="same_day",
            for_all=False,
            lasting=True,
        ),
    )

    number: Mapped[str] = mapped_column(ShortText(40), info=named("Number", harmless=True))
    pieces: Mapped[int] = mapped_column(Integer, default=1, server_default="1", info=named("Pieces"))
    place: Mapped[str | None] = mapped_column(ShortText(100), info=named("Place", words=True))
    hook: Mapped[str] = mapped_column(ShortText(40), info=named("Hook", harmless=True))
    seal: Mapped[str | None] = mapped_column(ShortText(40), info=named("Seal", harmless=True))
    origin: Mapped[KeyOrigin] = mapped_column(Choice(KeyOrigin), info=named("Origin"))
    received_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Received"))
    lost_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Lost"))
    handed_back_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Handed back"))
    handed_back_to: Mapped[str | None] = mapped_column(ShortText(60), info=named("Handed back to", words=True))
    receipt_number: Mapped[str | None] = mapped_column(ShortText(40), info=named("Receipt number", harmless=True))
    owner_told_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Owner told"))
    due_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Owner to be told until"))
    answerable_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Answers for it"))
    note: Mapped[str | None] = mapped_column(LongText, info=named("Note", words=True))

    hook_key: Mapped[str | None] = mapped_column(SortKey, sort_order=950)
    seal_key: Mapped[str | None] = mapped_column(SortKey, sort_order=951)
    """Hook and seal as they are recognised in any spelling (models.tags): kept by the database."""

    _untold = f"{owing.format(row='NEW')} AND NEW.owner_told_at IS NULL"
    __table_args__ = table_args(
        within_estate("unit_id", "units"),
        UniqueConstraint("estate_id", "number"),
        CheckConstraint(
            f"pieces BETWEEN 1 AND {MOST_PIECES}",
            name="pieces",
            info={"rule": "KEY-1", "sentence": gettext_noop("A bunch has 1 to 99 pieces.")},
        ),
        CheckConstraint("unit_id IS NOT NULL OR place IS NOT NULL", name="unit_or_place"),
        CheckConstraint("lost_at IS NULL OR handed_back_at IS NULL", name="one_place"),
        CheckConstraint("handed_back_at IS NULL OR handed_back_to IS NOT NULL", name="handed_back_to"),
        Index("ix_keys_hook_key", "hook_key"),
        Index("ix_keys_seal_key", "seal_key"),
        info={
            TRIGGERS: together(
                _PLACE_GUARDS,
                _TAGS,
                dated("keys", _untold, person=answered_by, since="lost_at"),
                answered("keys", _untold, answered_by),
                within_limit("keys", _untold, since="lost_at"),
            ),
            SENTENCES: {
                **_PLACE_SENTENCES,
                **dated_sentences("keys"),
                **answered_sentences("keys"),
                **limit_sentences("keys"),
            },
            HANGING: ("audit_findings", "clock_runs", "told"),
        },
    )

    loan: Mapped["KeyLoan | None"] = relationship(
        primaryjoin="and_(foreign(KeyLoan.key_id) == Key.id, KeyLoan.returned_at == None, KeyLoan.lost_at == None)",
        viewonly=True,
        uselist=False,
        lazy="raise_on_sql",
    )
    loans: Mapped[list["KeyLoan"]] = relationship(
        primaryjoin="Key.id == foreign(KeyLoan.key_id)", viewonly=True, lazy="raise_on_sql"
    )


_HERE = Key.lost_at.is_(None) & Key.handed_back_at.is_(None)
Index(
    "uq_keys_hook",
    Key.estate_id,
    Key.hook_key,
    unique=True,
    sqlite_where=_HERE,
    postgresql_where=_HERE,
    info={"rule": "KEY-1", "sentence": gettext_noop("Another key in custody has this hook.")},
)
Index(
    "uq_keys_seal",
    Key.estate_id,
    Key.seal_key,
    unique=True,
    sqlite_where=_HERE,
    postgresql_where=_HERE,
    info={"rule": "KEY-1", "sentence": gettext_noop("Another key in custody has this seal.")},
)


class ApprovalStatus(LabelledEnum):
    """What a supervisor said."""

    REQUESTED = "requested", gettext_noop("requested"), Tone.NEW
    APPROVED = "approved", gettext_noop("approved"), Tone.GOOD
    REFUSED = "refused", gettext_noop("refused"), Tone.BAD
    USED = "used", gettext_noop("used"), Tone.OVER
    WITHDRAWN = "withdrawn", gettext_noop("withdrawn"), Tone.OVER


class KeyApproval(Register, Base):
    """A supervisor's consent to lend one key to one borrower, asked for and given before it leaves (KEY-3).

    ``next_at`` is when it is to be decided or used; ``due_at`` says when the key itself is to be back, once it is lent.
    """

    __tablename__ = "key_approvals"
    title = gettext_noop("Key approvals")
    searched = Searched(words=("borrower_name",), names=True, through=("key_id",))
    status_rule = "KEY-3"
    open_statuses = (ApprovalStatus.REQUESTED, ApprovalStatus.APPROVED)
    dated_by = "next_at"
    answered_by = "answerable_id"
    time_limits = (
        TimeLimit(
            code="approval-decided",
            label=gettext_noop("approval decided"),
            rule="KEY-3",
            starts="request",
            stops="approve",
            minutes=0,
            calendar="same_day",
            floor_of=(ApprovalStatus.REQUESTED,),
            since="requested_at",
            lasting=True,
        ),
        TimeLimit(
            code=APPROVAL_USED,
            label=gettext_noop("approval used"),
            rule="KEY-3",
            starts="approve",
            stops="lend",
            minutes=0,
            calendar="same_day",
            floor_of=(ApprovalStatus.APPROVED,),
            since="decided_at",
            lasting=True,
        ),
    )

    key_id: Mapped[int] = mapped_column(Identity, info=named("Key"))
    borrower_kind: Mapped[BorrowerKind] = mapped_column(Choice(BorrowerKind), info=named("Kind of borrower"))
    borrower_name: Mapped[str] = mapped_column(ShortText(60), info=named("Borrower", words=True))
    borrower_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Borrowing colleague"))
    purpose: Mapped[str] = mapped_column(LongText, info=named("Purpose", words=True))
    requested_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Requested"))
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Requested by"))
    status: Mapped[ApprovalStatus] = state(ApprovalStatus.REQUESTED)
    decided_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Decided"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Decided by"))
    decision_reason: Mapped[str | None] = mapped_column(LongText, info=named("Reason for the decision", words=True))
    due_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Key due back"))
    next_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Next date"))
    answerable_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Answers for it"))

    __table_args__ = table_args(
        within_estate("key_id", "keys"),
        CheckConstraint(
            "status IN ('requested', 'withdrawn') OR (decided_at IS NOT NULL AND decided_by_id IS NOT NULL)",
            name="decided",
        ),
        CheckConstraint(
            "decided_by_id IS NULL OR borrower_staff_id IS NULL OR decided_by_id <> borrower_staff_id",
            name="not_by_borrower",
            info={"rule": "KEY-3", "sentence": gettext_noop("The borrower cannot approve the own loan.")},
        ),
        Index("ix_key_approvals_key_id", "key_id"),
        info={
            TRIGGERS: together(
                dated("key_approvals", open_of(open_statuses), due=dated_by, person=answered_by, since="requested_at"),
                answered("key_approvals", open_of(open_statuses), answered_by),
                within_limit("key_approvals", open_of(open_statuses), due=dated_by, since="requested_at"),
            ),
            SENTENCES: {
                **dated_sentences("key_approvals"),
                **answered_sentences("key_approvals"),
                **limit_sentences("key_approvals"),
            },
            HANGING: ("audit_findings", "clock_runs", "told"),
        },
    )

    key: Mapped[Key] = relationship(
        primaryjoin="foreign(KeyApproval.key_id) == Key.id", viewonly=True, lazy="raise_on_sql"
    )

    def is_usable(self, midnight: datetime.datetime) -> bool:
        """What :func:`usable` asks of the database, of this consent."""
        return self.status is ApprovalStatus.APPROVED and self.decided_at is not None and self.decided_at >= midnight


class KeyLoan(Register, Base):
    """One key out of the house: the row exists once the key has left; ``returned_at`` or ``lost_at`` ends it.

    Of a bunch of ``pieces`` some, ``pieces_back``, may come back before that end; the others end with it.
    ``brought_by_kind`` says who brought the last of it back, and is empty where nobody noted it.
    """

    __tablename__ = "key_loans"
    title = gettext_noop("Key loans")
    searched = Searched(words=("borrower_name",), names=True, through=("key_id",))
    ended_by = ("returned_at", "lost_at")
    answered_by = "lent_by_id"
    resident_by = "borrower_resident_id"

    key_id: Mapped[int] = mapped_column(Identity, info=named("Key"))
    borrower_kind: Mapped[BorrowerKind] = mapped_column(Choice(BorrowerKind), info=named("Kind of borrower"))
    borrower_name: Mapped[str] = mapped_column(ShortText(60), info=named("Borrower", words=True))
    borrower_phone: Mapped[str | None] = mapped_column(ShortText(200), info=named("Borrower's phone", personal=True))
    borrower_resident_id: Mapped[int | None] = mapped_column(Identity, info=named("Borrowing resident"))
    borrower_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Borrowing colleague"))
    identity_checked: Mapped[bool] = mapped_column(
        Flag, default=False, server_default="0", info=named("Identity checked")
    )
    signed: Mapped[bool] = mapped_column(Flag, default=False, server_default="0", info=named("Signed the register"))
    purpose: Mapped[str | None] = mapped_column(LongText, info=named("Purpose", words=True))
    approval_id: Mapped[int | None] = mapped_column(Identity, info=named("Approval"))
    pieces: Mapped[int] = mapped_column(Integer, default=1, server_default="1", info=named("Pieces"))
    pieces_back: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=named("Pieces back"))
    lent_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Lent"))
    lent_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Lent by"))
    due_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Due"))
    returned_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Returned"))
    returned_to_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Taken back by"))
    brought_by_kind: Mapped[BringerKind | None] = mapped_column(Choice(BringerKind), info=named("Brought back by"))
    brought_by_name: Mapped[str | None] = mapped_column(
        ShortText(60), info=named("Name of who brought it back", words=True)
    )
    brought_by_phone: Mapped[str | None] = mapped_column(
        ShortText(200), info=named("Phone of who brought it back", personal=True)
    )
    lost_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Lost"))
    note: Mapped[str | None] = mapped_column(LongText, info=named("Note", words=True))

    __table_args__ = table_args(
        within_estate("key_id", "keys"),
        within_estate("approval_id", "key_approvals"),
        within_estate("borrower_resident_id", "residents"),
        CheckConstraint(
            "lent_at <= due_at AND (returned_at IS NULL OR lent_at <= returned_at)"
            " AND (lost_at IS NULL OR lent_at <= lost_at)",
            name="times_in_order",
            info={"rule": "KEY-2", "sentence": gettext_noop("A key comes back after it was lent.")},
        ),
        CheckConstraint("returned_at IS NULL OR lost_at IS NULL", name="one_end"),
        CheckConstraint(f"pieces BETWEEN 1 AND {MOST_PIECES}", name="pieces"),
        CheckConstraint(
            "pieces_back >= 0 AND pieces_back < pieces",
            name="pieces_back",
            info={"rule": "KEY-2", "sentence": gettext_noop("Not more pieces come back than were lent.")},
        ),
        CheckConstraint("brought_by_kind IS NULL OR returned_at IS NOT NULL", name="brought_back"),
        CheckConstraint(
            "(brought_by_name IS NULL) = (brought_by_kind IS NULL OR brought_by_kind = 'borrower')",
            name="brought_by_somebody",
            info={"rule": "KEY-4", "sentence": gettext_noop("Who brings a key back instead of the borrower is named.")},
        ),
        CheckConstraint("length(trim(brought_by_name)) > 0", name="brought_by_named"),
        CheckConstraint("brought_by_phone IS NULL OR brought_by_name IS NOT NULL", name="brought_by_phone"),
        Index("ix_key_loans_key_id", "key_id"),
        Index("ix_key_loans_estate_id_lent_at", "estate_id", "lent_at", "id"),
        info={
            TRIGGERS: LOAN_GUARDS,
            SENTENCES: LOAN_SENTENCES,
            HANGING: ("audit_findings", "told"),
        },
    )

    key: Mapped[Key] = relationship(primaryjoin="foreign(KeyLoan.key_id) == Key.id", viewonly=True, lazy="raise_on_sql")
    borrower_resident: Mapped["Resident | None"] = relationship(
        "Resident",
        primaryjoin="foreign(KeyLoan.borrower_resident_id) == Resident.id",
        viewonly=True,
        lazy="raise_on_sql",
    )
    lent_by: Mapped["Staff"] = relationship(
        "Staff", primaryjoin="foreign(KeyLoan.lent_by_id) == Staff.id", viewonly=True, lazy="raise_on_sql"
    )

    @property
    def pieces_out(self) -> int:
        """How many pieces have not come back, as long as the loan has not ended."""
        return self.pieces - self.pieces_back


def usable(midnight: datetime.datetime) -> ColumnElement[bool]:
    """Consents that a key may leave on: given, not used, and of the local day that began at *midnight* (KEY-3)."""
    return (KeyApproval.status == ApprovalStatus.APPROVED) & (KeyApproval.decided_at >= midnight)


_OUT = is_open(KeyLoan)
Index(
    "uq_key_loans_unended",
    KeyLoan.key_id,
    unique=True,
    sqlite_where=_OUT,
    postgresql_where=_OUT,
    info={"rule": "KEY-2", "sentence": gettext_noop("This key is on loan already; it must come back first.")},
)
Index("ix_key_loans_estate_id_due_at", KeyLoan.estate_id, KeyLoan.due_at, KeyLoan.id)
Index("ix_key_loans_unended_due", KeyLoan.estate_id, KeyLoan.due_at, sqlite_where=_OUT, postgresql_where=_OUT)


# What is granted beside the verbs.
grant(Key, {"read": READERS, "export": READERS, "lend": CLERKS})
grant(KeyApproval, {"read": READERS, "export": READERS, "lend": CLERKS, "take_over": MANAGERS, "delete": MANAGERS})
grant(KeyLoan, {"read": READERS, "export": READERS, "take_over": MANAGERS, "import": MANAGERS, "read_phone": CLERKS})

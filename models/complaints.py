"""Complaints (投诉): from registering through proposal and agreement to the archive (CMP-1 … CMP-15)."""

import datetime
from collections.abc import Sequence

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    Base,
    Choice,
    Flag,
    Identity,
    LabelledEnum,
    LocalDate,
    LongText,
    ShortText,
    UTCDateTime,
    is_open,
    named,
    never,
    state,
    within_estate,
)
from models.declared import TimeLimit, Tone
from models.errors import Msgid, gettext_noop
from models.final_guards import COMPLAINT_GUARDS, COMPLAINT_SENTENCES, together
from models.guards import SENTENCES, TRIGGERS
from models.matters import ANSWERING, Matter, matter_args
from models.next_dates import (
    dated,
    dated_sentences,
    handed,
    handed_sentences,
    limit_sentences,
    open_of,
    within_limit,
)
from models.roles import CLERKS, LEADS, MANAGERS, READERS
from models.verbs import grant


class ComplaintKind(LabelledEnum):
    """INT-8: of all kinds of matters the one that is a register of its own."""

    COMPLAINT = "complaint", gettext_noop("complaint")


class ComplaintCategory(LabelledEnum):
    """CMP-1: the eight categories."""

    HOUSE_FABRIC = "house_fabric", gettext_noop("house fabric")
    EQUIPMENT = "equipment", gettext_noop("equipment")
    SAFETY_AND_ORDER = "safety_and_order", gettext_noop("safety and order")
    ENVIRONMENT = "environment", gettext_noop("environment")
    GENERAL_SERVICE = "general_service", gettext_noop("general service")
    NEIGHBOUR_DISPUTE = "neighbour_dispute", gettext_noop("neighbour dispute")
    DEVELOPER_RELATED = "developer_related", gettext_noop("developer-related")
    OTHER = "other", gettext_noop("other")


class ComplaintNature(LabelledEnum):
    """CMP-2: a failing of ours, or communicative (help, enquiry, venting)."""

    VALID = "valid", gettext_noop("valid")
    HELP = "help", gettext_noop("communicative: help")
    ENQUIRY = "enquiry", gettext_noop("communicative: enquiry")
    VENTING = "venting", gettext_noop("communicative: venting")


class ResponsibilityGround(LabelledEnum):
    """CMP-12: what says that a matter is not our responsibility."""

    LAW = "law", gettext_noop("law")
    CONTRACT = "contract", gettext_noop("contract")
    STANDARD = "standard", gettext_noop("standard")


class ComplaintStatus(LabelledEnum):
    """CMP-4."""

    REGISTERED = "registered", gettext_noop("registered"), Tone.NEW
    ASSIGNED = "assigned", gettext_noop("assigned"), Tone.ASSIGNED
    INVESTIGATING = "investigating", gettext_noop("investigating"), Tone.TAKEN
    PROPOSAL = "proposal", gettext_noop("proposal made"), Tone.UNDER_WAY
    NEGOTIATING = "negotiating", gettext_noop("negotiating"), Tone.STOPPED
    AGREED = "agreed", gettext_noop("agreed"), Tone.DONE
    CARRIED_OUT = "carried_out", gettext_noop("carried out"), Tone.DONE
    FOLLOWED_UP = "followed_up", gettext_noop("followed up"), Tone.DONE
    ARCHIVED = "archived", gettext_noop("archived"), Tone.GOOD
    CANCELLED = "cancelled", gettext_noop("cancelled"), Tone.OVER


S = ComplaintStatus
CANCELS = dict.fromkeys((S.REGISTERED, S.ASSIGNED, S.INVESTIGATING, S.PROPOSAL, S.NEGOTIATING), S.CANCELLED)
"""What can be withdrawn or turn out to be a duplicate. The other ways of a complaint stand with its verbs."""

OPEN_STATUSES = tuple(status for status in S if status not in (S.ARCHIVED, S.CANCELLED))


def _whole(name: str, rule: str, sentence: Msgid, columns: Sequence[str]) -> CheckConstraint:
    """All of *columns* or none."""
    first = columns[0]
    same = " AND ".join(f"({first} IS NULL) = ({column} IS NULL)" for column in columns[1:])
    return CheckConstraint(same, name=name, info={"rule": rule, "sentence": sentence})


MEASURES = "measures"
"""The clock of the corrective measures, which runs until the date that the formal record names."""
PROGRESS_NOTE, REVIEW, ARCHIVING = "progress-note", "review", "archiving"


class Complaint(Matter, Base):
    """One complaint with its follow-up record and its line in the ledger (CMP-9)."""

    __tablename__ = "complaints"
    title = gettext_noop("Complaints")
    on_unit_page = ("number", "status", "summary", "registered_at")
    number_prefix = "C"
    everywhere = 2
    status_rule = "CMP-4"
    open_statuses = OPEN_STATUSES
    time_limits = (
        TimeLimit(
            code="to-department",
            label=gettext_noop("complaint given to the department"),
            rule="INT-7",
            stops="assign",
            minutes=2 * 24 * 60,
            floor_of=(S.REGISTERED,),
            since="registered_at",
            lasting=True,
        ),
        TimeLimit(
            code=PROGRESS_NOTE,
            label=gettext_noop("resident told how it goes"),
            rule="CMP-10",
            starts="assign",
            stops="propose",
            minutes=3 * 24 * 60,
            for_all=False,
            floor_of=(S.ASSIGNED, S.INVESTIGATING, S.PROPOSAL, S.NEGOTIATING, S.AGREED),
            since="assigned_at",
            lasting=True,
        ),
        TimeLimit(
            code=REVIEW,
            label=gettext_noop("serious complaint reviewed"),
            rule="CMP-13",
            stops="write_review",
            minutes=5 * 8 * 60,  # five working days of the training estate
            calendar="working",
            for_all=False,
        ),
        TimeLimit(
            code=ARCHIVING,
            label=gettext_noop("archived when carried out"),
            rule="CMP-8",
            starts="carry_out",
            stops="archive",
            minutes=7 * 24 * 60,
            for_all=False,
            floor_of=(S.CARRIED_OUT, S.FOLLOWED_UP),
            since="carried_out_at",
            lasting=True,
        ),
        TimeLimit(
            code="formal-record",
            label=gettext_noop("formal record written"),
            rule="CMP-3",
            stops="write_formal_record",
            minutes=8 * 60,  # one working day of the training estate: 08:30-12:00 and 13:30-18:00
            calendar="working",
            for_all=False,
        ),
        TimeLimit(
            code=MEASURES,
            label=gettext_noop("corrective measures by their date"),
            rule="CMP-3",
            starts="write_formal_record",
            stops="carry_out",
            minutes=7 * 24 * 60,  # where they are put right after their date
            for_all=False,
            lasting=True,
        ),
    )

    category: Mapped[ComplaintCategory] = mapped_column(
        Choice(ComplaintCategory), sort_order=-85, info=named("Category")
    )
    status: Mapped[ComplaintStatus] = state(ComplaintStatus.REGISTERED, sort_order=-84)
    nature: Mapped[ComplaintNature | None] = mapped_column(Choice(ComplaintNature), info=named("Nature"))
    nature_reason: Mapped[str | None] = mapped_column(LongText, info=named("Reason for the nature", words=True))
    identity_checked: Mapped[bool] = mapped_column(
        Flag, default=False, server_default="0", info=named("Identity checked")
    )
    anonymous: Mapped[bool] = mapped_column(Flag, default=False, server_default="0", info=named("Anonymous"))
    previous_id: Mapped[int | None] = mapped_column(Identity, info=named("Follows on"))
    head_told_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Head told"))
    assigned_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Assigned"))
    proposal: Mapped[str | None] = mapped_column(LongText, info=named("Proposal", words=True))
    agreed_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Agreed"))
    carried_out_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Carried out"))
    result: Mapped[str | None] = mapped_column(LongText, info=named("Result", words=True))
    slip_complete: Mapped[bool] = mapped_column(Flag, default=False, server_default="0", info=named("Slip complete"))
    slip_signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Slip signed by"))
    slip_returned_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Slip returned"))
    formal_record_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Formal record written"))
    cause: Mapped[str | None] = mapped_column(LongText, info=named("Cause", words=True))
    measures: Mapped[str | None] = mapped_column(LongText, info=named("Corrective measures", words=True))
    measures_due_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Measures due"))
    measures_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff.id"), info=named("Person responsible for the measures")
    )
    agreed_answer: Mapped[str | None] = mapped_column(LongText, info=named("Agreed answer", words=True))
    agreed_answer_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Answer written by"))
    agreed_answer_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Answer written"))
    ground: Mapped[ResponsibilityGround | None] = mapped_column(Choice(ResponsibilityGround), info=named("Ground"))
    ground_text: Mapped[str | None] = mapped_column(LongText, info=named("Ground in words", words=True))
    ground_told_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Told plainly"))
    compensation_fen: Mapped[int | None] = mapped_column(Integer, info=named("Compensation"))
    compensation_borne_by: Mapped[str | None] = mapped_column(ShortText(200), info=named("Borne by", words=True))
    compensation_reason: Mapped[str | None] = mapped_column(
        LongText, info=named("Reason for the compensation", words=True)
    )
    compensation_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Decided by"))
    review_on: Mapped[datetime.date | None] = mapped_column(LocalDate, info=named("Date of the review"))
    review_people: Mapped[str | None] = mapped_column(LongText, info=named("People at the review", words=True))
    review_measures: Mapped[str | None] = mapped_column(LongText, info=named("Measures of the review", words=True))
    review_in_charge_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff.id"), info=named("Person in charge of the measures")
    )
    archived_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Archived"))
    archived_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Archived by"))
    imported_closed: Mapped[bool] = mapped_column(
        Flag, default=False, server_default="0", info=named("Closed at the source")
    )

    __table_args__ = matter_args(
        "complaints",
        within_estate("previous_id", "complaints"),
        CheckConstraint(
            "status <> 'archived' OR (result IS NOT NULL AND length(trim(result)) > 0 AND archived_at IS NOT NULL"
            " AND archived_by_id IS NOT NULL)",
            name="archived_is_complete",
            info={
                "rule": "CMP-3",
                "sentence": gettext_noop("An archived complaint needs its result, its time and who archived it."),
            },
        ),
        CheckConstraint("archived_at IS NULL OR status = 'archived'", name="archived_at_only_when_archived"),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        CheckConstraint(
            "heard_at <= registered_at AND (assigned_at IS NULL OR registered_at <= assigned_at)"
            " AND (carried_out_at IS NULL OR registered_at <= carried_out_at)"
            " AND (archived_at IS NULL OR (registered_at <= archived_at"
            " AND (carried_out_at IS NULL OR carried_out_at <= archived_at)))",
            name="times_in_order",
            info={
                "rule": "CMP-4",
                "sentence": gettext_noop(
                    "The times are not in order: heard, registered, assigned, carried out, archived."
                ),
            },
        ),
        CheckConstraint(
            "NOT (formal_record_at IS NOT NULL AND (cause IS NULL OR measures IS NULL OR measures_due_at IS NULL"
            " OR measures_by_id IS NULL))",
            name="formal_record_is_complete",
            info={
                "rule": "CMP-3",
                "sentence": gettext_noop("A formal record needs cause, measures, due date and the person responsible."),
            },
        ),
        _whole(
            "answer_is_complete",
            "CMP-11",
            gettext_noop("An agreed answer needs its words, who wrote it and when."),
            ("agreed_answer", "agreed_answer_by_id", "agreed_answer_at"),
        ),
        _whole(
            "ground_is_complete",
            "CMP-12",
            gettext_noop("What is not our responsibility needs its ground, in words, and when it was told."),
            ("ground", "ground_text", "ground_told_at"),
        ),
        _whole(
            "compensation_is_complete",
            "CMP-7",
            gettext_noop("A compensation needs its amount, who bears it, the reason and who decided."),
            ("compensation_fen", "compensation_borne_by", "compensation_reason", "compensation_by_id"),
        ),
        CheckConstraint("compensation_fen >= 0", name="compensation_not_negative"),
        _whole(
            "review_is_complete",
            "CMP-13",
            gettext_noop("A review needs its date, the people, the measures and the person in charge."),
            ("review_on", "review_people", "review_measures", "review_in_charge_id"),
        ),
        CheckConstraint("previous_id IS NULL OR previous_id <> id", name="previous_is_another"),
        Index("ix_complaints_previous_id", "previous_id"),
        Index("ix_complaints_estate_id_registered_at", "estate_id", "registered_at", "id"),
        Index("ix_complaints_estate_id_status", "estate_id", "status", "id"),
        info={
            TRIGGERS: together(
                dated("complaints", open_of(OPEN_STATUSES)),
                handed("complaints", open_of(OPEN_STATUSES), *ANSWERING),
                within_limit("complaints", open_of(OPEN_STATUSES), beyond=True),
                COMPLAINT_GUARDS,
            ),
            SENTENCES: {
                **COMPLAINT_SENTENCES,
                **dated_sentences("complaints"),
                **handed_sentences("complaints", *ANSWERING),
                **limit_sentences("complaints"),
            },
        },
    )


_OPEN = Complaint.status.in_(OPEN_STATUSES)
_DUE = func.coalesce(Complaint.due_at, never())
Index("ix_complaints_open_due", Complaint.estate_id, _DUE, Complaint.id, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("ix_complaints_due", Complaint.estate_id, _DUE, Complaint.id)
IS_OPEN = is_open(Complaint)
"""The condition that anything is still to be done."""


# What is granted beside the verbs.
grant(
    Complaint,
    {"read": READERS | LEADS, "export": READERS, "take_over": MANAGERS, "import": MANAGERS, "read_phone": CLERKS},
)

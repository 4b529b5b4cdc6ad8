"""What the heads settle about a complaint: one answer, whose responsibility, compensation, the review (CMP-7 … 13)."""

import datetime

from models.complaints import Complaint, ComplaintNature, ResponsibilityGround
from models.errors import gettext_noop
from models.operations.complaints.opening import require_all, still_open
from models.operations.core import WORKING_ROLES, Move, verb, works_as
from models.roles import LEADS, MANAGERS, SUPERVISORS
from models.staff import Staff


@verb(Complaint, roles=SUPERVISORS | LEADS, label=gettext_noop("Write agreed answer"), opening=still_open)
def write_answer(move: Move[Complaint], *, agreed_answer: str) -> None:
    """Write the one answer that every desk gives in this matter (CMP-11); written again, it replaces the one before."""
    require_all(move, "CMP-11", {"agreed_answer": gettext_noop("the answer")}, agreed_answer=agreed_answer)
    for complaint in move.rows:
        move.set(
            complaint,
            agreed_answer=agreed_answer,
            agreed_answer_by_id=move.actor.staff_id,
            agreed_answer_at=move.now,
        )


@verb(Complaint, roles=SUPERVISORS | LEADS, label=gettext_noop("Record as not our responsibility"), opening=still_open)
def decline_responsibility(
    move: Move[Complaint],
    *,
    ground: ResponsibilityGround | None,
    ground_text: str,
    ground_told_at: datetime.datetime | None,
) -> None:
    """Record that the matter is not our responsibility: by which law, contract or standard, and when that was told.

    Refused (CMP-12) with all that is missing, for a time that has not come yet, and for a complaint that is valid: a
    failing of ours.
    """
    words = {
        "ground": gettext_noop("the kind of ground"),
        "ground_text": gettext_noop("the ground in words"),
        "ground_told_at": gettext_noop("when it was told plainly"),
    }
    require_all(move, "CMP-12", words, ground=ground, ground_text=ground_text, ground_told_at=ground_told_at)
    early = ground_told_at is not None and ground_told_at > move.now
    message = gettext_noop("This has not been told yet: the time lies ahead.")
    move.refuse_unless(not early, "CMP-12", message, field="ground_told_at")
    for complaint in list(move.rows):
        if complaint.nature is ComplaintNature.VALID:
            message = gettext_noop("%(record)s is classified as valid: a failing of ours.")
            move.refuse(complaint, "CMP-12", message, record=complaint.number)
        else:
            move.set(complaint, ground=ground, ground_text=ground_text, ground_told_at=ground_told_at)


@verb(Complaint, roles=MANAGERS, label=gettext_noop("Decide on compensation"), opening=still_open)
def decide_compensation(
    move: Move[Complaint],
    *,
    compensation_fen: int | None,
    compensation_borne_by: str,
    compensation_reason: str,
) -> None:
    """The manager decides what is paid, who bears it by responsibility, and why (CMP-7); 0 fen is a decision too."""
    words = {
        "compensation_fen": gettext_noop("the amount"),
        "compensation_borne_by": gettext_noop("who bears it"),
        "compensation_reason": gettext_noop("the reason"),
    }
    require_all(
        move,
        "CMP-7",
        words,
        compensation_fen=compensation_fen,
        compensation_borne_by=compensation_borne_by,
        compensation_reason=compensation_reason,
    )
    message = gettext_noop("An amount is not negative.")
    move.refuse_unless((compensation_fen or 0) >= 0, "CMP-7", message, field="compensation_fen")
    for complaint in move.rows:
        move.set(
            complaint,
            compensation_fen=compensation_fen,
            compensation_borne_by=compensation_borne_by,
            compensation_reason=compensation_reason,
            compensation_by_id=move.actor.staff_id,
        )


@verb(Complaint, roles=SUPERVISORS | LEADS, label=gettext_noop("Write review"), opening=still_open)
def write_review(
    move: Move[Complaint],
    *,
    review_on: datetime.date | None,
    review_people: str,
    review_measures: str,
    review_in_charge: Staff | None,
) -> None:
    """Write the review (检讨) of a complaint: its date, the people, the measures, the person in charge (CMP-13).

    Refused with all that is missing, for a date ahead or before the complaint, and for a person of another estate.
    """
    words = {
        "review_on": gettext_noop("the date of the review"),
        "review_people": gettext_noop("the people"),
        "review_measures": gettext_noop("the measures"),
        "review_in_charge": gettext_noop("the person in charge"),
    }
    given = {"review_on": review_on, "review_people": review_people, "review_measures": review_measures}
    require_all(move, "CMP-13", words, **given, review_in_charge=review_in_charge)
    if review_on is None or review_in_charge is None:
        return
    for complaint in list(move.rows):
        calendar = move.settings.calendar(complaint.estate_id)
        if not calendar.local_date(complaint.registered_at) <= review_on <= calendar.local_date(move.now):
            message = gettext_noop(
                "A review is held after the complaint was registered, and is written down afterwards."
            )
            move.refuse(complaint, "CMP-13", message, field="review_on")
        elif not works_as(move.session, review_in_charge, complaint.estate_id, WORKING_ROLES):
            message = gettext_noop("%(person)s does not work in this estate.")
            move.refuse(complaint, "CMP-13", message, field="review_in_charge", person=review_in_charge.name)
        else:
            move.set(complaint, **given, review_in_charge_id=review_in_charge.id)

"""The verbs of follow-ups (回访, FUP-1 … FUP-5). ``finish`` and ``carry_out`` schedule them by themselves."""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.call import Call
from models.complaints import Complaint
from models.errors import Incomplete, OperationRefused, Outcome, gettext_noop
from models.follow_ups import (
    AttemptOutcome,
    FollowUp,
    FollowUpAttempt,
    FollowUpStatus,
    FollowUpWay,
)
from models.matters import CommentKind
from models.operations import complaints, tickets
from models.operations.core import CHUNK, Move, can_own, operation, require_role, sift, verb
from models.operations.follow_ups.rest_hours import rest_at
from models.operations.matters import (
    FINISHED,
    AnyMatter,
    comment_on,
    due_follow_up_at,
    owes_follow_up,
    workers_of,
    write_follow_ups,
)
from models.roles import CLERKS, SUPERVISORS
from models.settings import EstateSettings
from models.staff import Actor, Staff
from models.tickets import Ticket

DISTURBING = (FollowUpWay.PHONE, FollowUpWay.SMS, FollowUpWay.VISIT)
FOLLOW_UP_CLOCK = "follow-up"
MARKS = {name: FollowUp.__table__.columns[name].info["label"] for name in ("quality", "timeliness", "attitude")}


@dataclass
class FollowUpDraft:
    """A follow-up to be made of one finished matter; *assignee* None means the matter's desk owner."""

    matter: AnyMatter
    assignee: Staff | None = None
    preferred_time: datetime.datetime | None = None


@operation(FollowUp, roles=CLERKS, label=gettext_noop("Schedule follow-up"))
def schedule(call: Call, drafts: Sequence[FollowUpDraft]) -> Outcome:
    """Schedule follow-ups that are owed and not to be made yet, each with its clock (FUP-1).

    Refused: the matter is not finished or owes none (INT-4, INT-9), one is to be made already, or the person named
    did the work or is not of the desk.
    """
    settings = EstateSettings(call.session, {draft.matter.estate_id for draft in drafts})
    accepted, outcome = sift(drafts, lambda draft: _check(call.session, draft, settings, actor=call.actor))
    rows = [
        FollowUp(
            estate_id=draft.matter.estate_id,
            assignee_id=draft.assignee.id if draft.assignee else draft.matter.desk_owner_id,
            due_at=due_follow_up_at(settings, draft.matter.estate_id, call.now),
            preferred_time=draft.preferred_time,
            register=draft.matter.__tablename__,
            record_id=draft.matter.id,
        )
        for draft in accepted
    ]
    outcome.done += write_follow_ups(call, rows, settings=settings)
    return outcome


def _check(session: Session, draft: FollowUpDraft, settings: EstateSettings, *, actor: Actor) -> None:
    matter = draft.matter
    require_role(actor, "schedule", FollowUp(estate_id=matter.estate_id))
    if matter.status not in FINISHED:
        message = gettext_noop("%(record)s is “%(status)s”; only what is finished is followed up.")
        raise OperationRefused("FUP-1", message, record=matter.number, status=matter.status)
    if not owes_follow_up(matter):
        raise OperationRefused("FUP-1", gettext_noop("%(record)s owes no follow-up."), record=matter.number)
    query = select(FollowUp.id).where(FollowUp.status == FollowUpStatus.SCHEDULED)
    query = query.where(FollowUp.register == matter.__tablename__, FollowUp.record_id == matter.id)
    if session.scalars(query).first() is not None:
        message = gettext_noop("A follow-up of %(record)s is already to be made.")
        raise OperationRefused("FUP-1", message, record=matter.number)
    if draft.assignee is not None:
        _check_person(session, draft.assignee, matter, workers_of(session, [matter])[matter])
    if refusal := _at_rest(settings, matter.estate_id, draft.preferred_time):
        raise refusal


def _at_rest(
    settings: EstateSettings, estate_id: int, preferred_time: datetime.datetime | None
) -> OperationRefused | None:
    """The refusal of a time at which nobody may call (FUP-1, FUP-5): said when it is chosen, not when it has come."""
    rest = rest_at(settings, estate_id, preferred_time) if preferred_time is not None else None
    if rest is None:
        return None
    message = gettext_noop("Residents rest from %(start)s to %(end)s: agree on another time.")
    return OperationRefused("FUP-5", message, field="preferred_time", start=rest[0], end=rest[1])


def _check_person(session: Session, person: Staff, matter: AnyMatter, worked: Collection[int]) -> None:
    if not can_own(session, person, matter.estate_id):
        message = gettext_noop("%(person)s does not work at the desk of this estate.")
        raise OperationRefused("FUP-1", message, field="assignee", person=person.name)
    if person.id in worked:
        message = gettext_noop("%(person)s did the work on %(record)s; somebody else of the desk follows it up.")
        raise OperationRefused("FUP-1", message, field="assignee", person=person.name, record=matter.number)


@verb(FollowUp, roles=CLERKS, label=gettext_noop("Reassign"))
def reassign(move: Move[FollowUp], *, assignee: Staff, preferred_time: datetime.datetime | None = None) -> None:
    """Pass follow-ups to a named colleague of the desk (FUP-4); *preferred_time* is the resident's, None keeps it."""
    matters = _matters_of(move.session, move.rows)
    worked = workers_of(move.session, list(matters.values()))
    for row in list(move.rows):
        if row.status is not FollowUpStatus.SCHEDULED:
            message = gettext_noop("This follow-up is “%(status)s”; nothing is left to be done.")
            move.refuse(row, "FUP-4", message, status=row.status)
            continue
        try:
            _check_person(move.session, assignee, matters[row.id], worked[matters[row.id]])
        except OperationRefused as refusal:
            move.reject(row, refusal)
            continue
        if at_rest := _at_rest(move.settings, row.estate_id, preferred_time):
            move.reject(row, at_rest)
            continue
        move.set(row, assignee_id=assignee.id, preferred_time=preferred_time or row.preferred_time)


_ATTEMPTED = {FollowUpStatus.SCHEDULED: FollowUpStatus.SATISFIED}


@operation(
    FollowUp,
    roles=CLERKS,
    label=gettext_noop("Record follow-up"),
    moves=_ATTEMPTED,
)
def record_attempt(
    call: Call,
    follow_ups: Iterable[FollowUp],
    *,
    way: FollowUpWay,
    outcome: AttemptOutcome,
    quality: int | None = None,
    timeliness: int | None = None,
    attitude: int | None = None,
    words: str = "",
    called_at: datetime.datetime | None = None,
) -> Outcome:
    """Record one attempt to ask the resident (FUP-1 … FUP-3): by the desk, not by who did the work.

    *called_at* is when it was made, None for now: that time is judged, not the time of writing it down (FUP-5).

    Scores are 1 to 5 each, asked of everybody who is reached (FUP-2); *words* become an entry on the matter, for the
    team concerned. Satisfied ends the follow-up. Not satisfied ends it too and puts the matter back to work in the
    same transaction, *words* being what is not right yet. Not reached counts one attempt a local day, an e-mail none.
    By phone, text message or visit not in the resident's rest hours (FUP-1).
    """
    rows = list(follow_ups)
    if outcome is AttemptOutcome.NOT_SATISFIED and not call.preview:
        _lock_matters(call.session, rows)
    move = Move(call, FollowUp, rows, verb="record_attempt", moves=_ATTEMPTED)
    scores = {"quality": quality, "timeliness": timeliness, "attitude": attitude}
    matters = _matters_of(call.session, move.rows)
    made_at = called_at or move.now
    _guard_attempt(move, matters, way, outcome, scores, words, made_at)
    if outcome is AttemptOutcome.NOT_SATISFIED:
        _refuse_what_stays_finished(move, matters, words)
    counted = _attempted_days(move)
    for row in move.rows:
        attempt = FollowUpAttempt(
            estate_id=row.estate_id,
            follow_up_id=row.id,
            at=made_at,
            made_by_id=call.actor.staff_id,
            way=way,
            outcome=outcome,
            words=words.strip() or None,
        )
        move.add(attempt)
        day = move.settings.calendar(row.estate_id).local_date(made_at)
        if way in DISTURBING and day not in counted.get(row.id, ()):
            move.set(row, attempts=row.attempts + 1)
        if outcome is not AttemptOutcome.NOT_REACHED:
            move.move(row, FollowUpStatus(outcome.value), finished_at=move.now, finished_by_id=call.actor.staff_id)
            move.set(row, words=words.strip() or None, **scores)
            move.clocks.meet(row, move.now, FOLLOW_UP_CLOCK)
        if outcome is AttemptOutcome.SATISFIED and words.strip():
            move.add(comment_on(matters[row.id], CommentKind.NOTE, words, actor=call.actor, now=move.now))
    result = move.finish()
    if outcome is AttemptOutcome.NOT_SATISFIED and not call.preview:
        _back_to_work(move, [matters[row.id] for row in result.done], words).all()
    return result


def _guard_attempt(
    move: Move[FollowUp],
    matters: Mapping[int, AnyMatter],
    way: FollowUpWay,
    outcome: AttemptOutcome,
    scores: Mapping[str, int | None],
    words: str,
    made_at: datetime.datetime,
) -> None:
    message = gettext_noop("This call has not been made yet: the time lies ahead.")
    move.refuse_unless(made_at <= move.now, "FUP-5", message, field="called_at")
    given = [score for score in scores.values() if score is not None]
    in_range = all(1 <= score <= 5 for score in given)
    move.refuse_unless(in_range, "FUP-2", gettext_noop("A score is a number from 1 to 5."), field="quality")
    if outcome is AttemptOutcome.NOT_REACHED:
        message = gettext_noop("Nobody was reached: there are no scores.")
        move.refuse_unless(not given, "FUP-2", message, field="outcome")
    elif lacking := {name: MARKS[name] for name, score in scores.items() if score is None}:
        for row in list(move.rows):
            move.reject(row, Incomplete("FUP-2", lacking))
    if outcome is AttemptOutcome.NOT_SATISFIED:
        move.refuse_unless(words.strip(), "FUP-3", gettext_noop("Say what is not right yet."), field="words")
    me = move.session.get_one(Staff, move.actor.staff_id)
    worked = workers_of(move.session, list(matters.values()))
    for row in list(move.rows):
        if me.id in worked[matters[row.id]]:
            message = gettext_noop("%(person)s did the work on %(record)s; somebody else of the desk follows it up.")
            move.refuse(row, "FUP-1", message, person=me.name, record=matters[row.id].number)
            continue
        if made_at < min(row.created_at, move.now):
            message = gettext_noop("The call was made after the work was finished, not before.")
            move.refuse(row, "FUP-5", message, field="called_at")
            continue
        rest = rest_at(move.settings, row.estate_id, made_at) if way in DISTURBING else None
        if rest is not None:
            message = gettext_noop("Residents rest from %(start)s to %(end)s: ask later, or by e-mail.")
            move.refuse(row, "FUP-1", message, field="way", start=rest[0], end=rest[1])


def _attempted_days(move: Move[FollowUp]) -> dict[int, set[datetime.date]]:
    """The local days on which each follow-up was tried already: one attempt a day counts (FUP-3), and no e-mail."""
    found: dict[int, set[datetime.date]] = {}
    estates = {row.id: row.estate_id for row in move.rows}
    ids = sorted(estates)
    for start in range(0, len(ids), CHUNK):
        query = select(FollowUpAttempt.follow_up_id, FollowUpAttempt.at)
        query = query.where(
            FollowUpAttempt.follow_up_id.in_(ids[start : start + CHUNK]), FollowUpAttempt.way.in_(DISTURBING)
        )
        for row_id, at in move.session.execute(query):
            day = move.settings.calendar(estates[row_id]).local_date(at)
            found.setdefault(row_id, set()).add(day)
    return found


def _matters_of(session: Session, rows: Sequence[FollowUp], *, lock: bool = False) -> dict[int, AnyMatter]:
    """The ticket or complaint of each follow-up, by the follow-up's id."""
    found: dict[tuple[str, int], AnyMatter] = {}
    kinds: tuple[type[Any], ...] = (Ticket, Complaint)
    for model in kinds:
        ids = sorted({row.record_id for row in rows if row.register == model.__tablename__})
        for start in range(0, len(ids), CHUNK):
            query = select(model).where(model.id.in_(ids[start : start + CHUNK])).order_by(model.id)
            if lock:
                query = query.with_for_update(key_share=True)
            for matter in session.scalars(query):
                found[matter.__tablename__, matter.id] = matter
    return {row.id: found[row.register, row.record_id] for row in rows}


def _lock_matters(session: Session, rows: Sequence[FollowUp]) -> None:
    # Reopening locks the matter, then its follow-ups: recording has to lock in the same order.
    _matters_of(session, rows, lock=True)


def _refuse_what_stays_finished(move: Move[FollowUp], matters: Mapping[int, AnyMatter], words: str) -> None:
    """Refuse the follow-ups whose matter cannot go back to work, with that verb's own sentence."""
    asked = _back_to_work(move, [matters[row.id] for row in move.rows], words, preview=True)
    refusals = {(type(matter), matter.id): refusal for matter, refusal in asked.refused}
    for row in list(move.rows):
        matter = matters[row.id]
        if refusal := refusals.get((type(matter), matter.id)):
            move.reject(row, refusal)


def _back_to_work(move: Move[FollowUp], matters: Sequence[AnyMatter], reason: str, *, preview: bool = False) -> Outcome:
    """Reopen tickets and put complaints right again (FUP-3)."""
    jobs = [matter for matter in matters if isinstance(matter, Ticket)]
    others = [matter for matter in matters if isinstance(matter, Complaint)]
    both = Outcome()
    if jobs:
        part = tickets.reopen(move.call.following(preview=preview, reason=reason), jobs)
        both.done, both.refused = both.done + part.done, both.refused + part.refused
    if others:
        part = complaints.put_right(move.call.following(preview=preview, reason=reason), others)
        both.done, both.refused = both.done + part.done, both.refused + part.refused
    return both


@verb(
    FollowUp,
    roles=SUPERVISORS,
    label=gettext_noop("Close as not reached"),
    rule="FUP-3",
    moves=FollowUpStatus.NOT_REACHED,
    stamps=("finished_at", "finished_by_id"),
)
def close_not_reached(move: Move[FollowUp]) -> None:
    """End follow-ups as not reached, by a supervisor, after as many days of trying as the setting says (FUP-3)."""
    for row in list(move.rows):
        needed = move.settings.number(row.estate_id, "follow-up-attempts")
        if row.attempts < needed:
            message = gettext_noop("Tried on %(attempts)s days so far; %(needed)s different days are needed.")
            move.refuse(row, "FUP-3", message, attempts=row.attempts, needed=needed)

"""Verbs that are the same for tickets and complaints; each register's own module offers them as its own.

A batch holds rows of one register. An archived complaint is read-only (CMP-8), so these verbs refuse it.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from models import complaints, tickets
from models.complaints import Complaint, ComplaintStatus
from models.errors import OperationRefused, Outcome, gettext_noop
from models.matters import Channel, CommentKind, RepeatReport
from models.operations.core import Move, can_own, local_date, works_as
from models.operations.matters.comments import comment_on
from models.operations.matters.intake import caller_columns, check_phone, check_promise, phone_columns, reporter
from models.operations.mentions import check_may_read, named_in, tell
from models.staff import Actor, Role, Staff
from models.tickets import Ticket

Matter = Ticket | Complaint

OPEN_STATUSES: frozenset[Any] = frozenset(tickets.OPEN_STATUSES) | frozenset(complaints.OPEN_STATUSES)


def _open(
    session: Session,
    matters: Iterable[Matter],
    verb: str,
    actor: Actor,
    now: datetime.datetime,
    preview: bool,
    expected: Mapping[int, int] | None = None,
    reason: str | None = None,
    rule: str | None = None,
) -> Move[Any]:
    rows = list(matters)
    model: type[Any] = type(rows[0]) if rows else Ticket
    move = Move(
        session,
        model,
        rows,
        verb=verb,
        actor=actor,
        now=now,
        preview=preview,
        expected=expected,
        reason=reason,
        rule=rule,
    )
    for matter in list(move.rows):
        if matter.status is ComplaintStatus.ARCHIVED:
            message = gettext_noop("%(record)s is archived and stays as it is; reopen it as a new complaint.")
            move.refuse(matter, "CMP-8", message, record=matter.number)
    return move


def report_again(
    session: Session,
    matters: Iterable[Matter],
    *,
    actor: Actor,
    now: datetime.datetime,
    words: str,
    heard_at: datetime.datetime | None = None,
    channel: Channel = Channel.PHONE,
    unit_id: int | None = None,
    place: str | None = None,
    resident_id: int | None = None,
    reporter_name: str | None = None,
    reporter_phone: str | None = None,
    reporter_department: str | None = None,
    promised_at: datetime.datetime | None = None,
    anonymous: bool = False,
    preview: bool = False,
) -> Outcome:
    """Keep who called about an open matter and what was said this time, and count it (INT-6).

    Nobody is named who is *anonymous* or adds to an anonymous complaint (INT-4). Refused: a phone that cannot be
    dialled (INT-3), a promise that has passed (INT-5), a day before the matter itself was heard (INT-2).
    """
    check_phone(reporter_phone)
    check_promise(promised_at, now=now)
    name, phone = reporter(session, reporter_name, reporter_phone, resident_id)
    said = {
        "unit_id": unit_id,
        "place": place,
        "resident_id": resident_id,
        "reporter_name": name,
        **phone_columns(session, phone, "reporter_phone"),
        "reporter_department": reporter_department,
        "promised_at": promised_at,
    }
    move = _open(session, matters, "report_again", actor, now, preview, rule="INT-6")
    move.refuse_unless(words.strip(), "INT-6", gettext_noop("Write down what was said this time."), field="words")
    heard = heard_at or move.now
    message = gettext_noop("It cannot have been heard in the future: %(heard)s.")
    move.refuse_unless(heard <= move.now, "INT-2", message, field="heard_at", heard=heard)
    for matter in list(move.rows):
        if matter.status not in OPEN_STATUSES:
            message = gettext_noop("%(record)s is closed; register a new matter.")
            move.refuse(matter, "INT-6", message, record=matter.number)
            continue
        days = (local_date(session, matter.estate_id, at) for at in (heard, matter.heard_at))
        if next(days) < next(days):
            message = gettext_noop("%(record)s was heard on %(first)s; it cannot have been repeated before.")
            move.refuse(matter, "INT-2", message, field="heard_at", record=matter.number, first=matter.heard_at)
            continue
        repeat = RepeatReport(
            estate_id=matter.estate_id,
            heard_at=heard,
            words=words,
            channel=channel,
            taken_by_id=actor.staff_id,
            **caller_columns(said, matter, anonymous=anonymous),
        )
        setattr(repeat, "ticket_id" if isinstance(matter, Ticket) else "complaint_id", matter.id)
        move.add(repeat)
        if repeat.reporter_name:
            move.note(matter, called_again=repeat.reporter_name)
        move.set(matter, repeats=matter.repeats + 1)
    return move.finish()


def change_owner(
    session: Session,
    matters: Iterable[Matter],
    *,
    actor: Actor,
    now: datetime.datetime,
    desk_owner: Staff,
    reason: str,
    expected: Mapping[int, int] | None = None,
    preview: bool = False,
) -> Outcome:
    """Pass the duty to see matters closed to another person of the desk (INT-1)."""
    move = _open(session, matters, "change_owner", actor, now, preview, expected, reason, rule="INT-1")
    move.refuse_unless(reason.strip(), "INT-1", gettext_noop("Say why."), field="reason")
    for matter in list(move.rows):
        if not can_own(session, desk_owner, matter.estate_id):
            message = gettext_noop("%(person)s does not work at the desk of this estate and cannot be desk owner.")
            move.refuse(matter, "INT-1", message, field="desk_owner", person=desk_owner.name)
        else:
            move.set(matter, desk_owner_id=desk_owner.id)
    return move.finish()


def name_follower(
    session: Session,
    matters: Iterable[Matter],
    *,
    actor: Actor,
    now: datetime.datetime,
    follower: Staff,
    expected: Mapping[int, int] | None = None,
    preview: bool = False,
) -> Outcome:
    """Name the one follower of a major matter (DSP-10)."""
    move = _open(session, matters, "name_follower", actor, now, preview, expected)
    for matter in list(move.rows):
        if not works_as(session, follower, matter.estate_id, frozenset(Role) - {Role.AUDITOR, Role.ADMIN}):
            message = gettext_noop("%(person)s does not work in this estate.")
            move.refuse(matter, "DSP-10", message, field="follower", person=follower.name)
        else:
            move.set(matter, follower_id=follower.id)
    return move.finish()


def comment(
    session: Session,
    matters: Iterable[Matter],
    *,
    actor: Actor,
    now: datetime.datetime,
    body: str,
    kind: CommentKind = CommentKind.NOTE,
    preview: bool = False,
) -> Outcome:
    """Add an entry: a note, a chase with its answer (DSP-12), a reply to the resident.

    Colleagues named in it with @ are told; refused (MENTION) who may not read the matter.
    """
    move = _open(session, matters, "comment", actor, now, preview)
    move.refuse_unless(body.strip(), "DSP-12", gettext_noop("The entry is empty."), field="body")
    told = []
    for matter in list(move.rows):
        try:
            people = named_in(session, matter.estate_id, body)
            check_may_read(session, people, matter)
        except OperationRefused as refusal:
            move.reject(matter, refusal)
            continue
        entry = comment_on(matter, kind, body, actor=actor, now=move.now)
        told.append((entry, people))
        move.add(entry)
    outcome = move.finish()
    if not preview:
        tell(session, told, actor=actor)
    return outcome

"""What verbs do that are the same for tickets and complaints; each register declares them as its own.

A batch holds rows of one register. An archived complaint is read-only (CMP-8): all begin with :func:`not_archived`.
"""

import datetime
from typing import Any

from models import complaints, tickets
from models.complaints import PROGRESS_NOTE, Complaint, ComplaintStatus
from models.errors import OperationRefused, gettext_noop
from models.events import record_events
from models.matters import Channel, Comment, CommentKind, RepeatReport, Severity
from models.operations.core import (
    Move,
    ToResident,
    can_own,
    check_each,
    check_phone,
    event_row,
    local_date,
    phone_columns,
    send_to_residents,
    works_as,
)
from models.operations.matters.comments import comment_on
from models.operations.matters.intake import (
    caller_columns,
    check_answer,
    check_promise,
    reporter,
)
from models.operations.mentions import check_may_read, named_in, tell
from models.outbox import ResidentKind
from models.roles import OUTSIDE_THE_DESK, Role
from models.staff import Staff
from models.tickets import TicketStatus

OPEN_STATUSES: frozenset[Any] = frozenset(tickets.OPEN_STATUSES) | frozenset(complaints.OPEN_STATUSES)


def not_archived(move: Move[Any]) -> None:
    """Refuse archived complaints, which are read-only (CMP-8)."""
    message = gettext_noop("%(record)s is archived and stays as it is; reopen it as a new complaint.")
    move.refuse_where(lambda matter: matter.status is ComplaintStatus.ARCHIVED, "CMP-8", message)


def report_again(
    move: Move[Any],
    *,
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
) -> None:
    """Keep who called about an open matter and what was said this time, and count it (INT-6).

    Nobody is named who is *anonymous* or adds to an anonymous complaint (INT-4). Refused: a phone that cannot be
    dialled (INT-3), a promise that has passed (INT-5), a day before the matter itself was heard (INT-2).
    """
    check_phone(reporter_phone)
    check_promise(promised_at, now=move.now)
    name, phone = reporter(move.session, reporter_name, reporter_phone, resident_id)
    said = {
        "unit_id": unit_id,
        "place": place,
        "resident_id": resident_id,
        "reporter_name": name,
        **phone_columns(move.session, phone, "reporter_phone"),
        "reporter_department": reporter_department,
        "promised_at": promised_at,
    }
    move.refuse_unless(words.strip(), "INT-6", gettext_noop("Write down what was said this time."), field="words")
    heard = heard_at or move.now
    message = gettext_noop("It cannot have been heard in the future: %(heard)s.")
    move.refuse_unless(heard <= move.now, "INT-2", message, field="heard_at", heard=heard)
    for matter in list(move.rows):
        if matter.status not in OPEN_STATUSES:
            message = gettext_noop("%(record)s is closed; register a new matter.")
            move.refuse(matter, "INT-6", message, record=matter.number)
            continue
        days = (local_date(move.session, matter.estate_id, at) for at in (heard, matter.heard_at))
        if next(days) < next(days):
            message = gettext_noop("%(record)s was heard on %(first)s; it cannot have been repeated before.")
            move.refuse(matter, "INT-2", message, field="heard_at", record=matter.number, first=matter.heard_at)
            continue
        repeat = RepeatReport(
            estate_id=matter.estate_id,
            register=matter.__tablename__,
            record_id=matter.id,
            heard_at=heard,
            words=words,
            channel=channel,
            taken_by_id=move.actor.staff_id,
            **caller_columns(said, matter, anonymous=anonymous),
        )
        move.add(repeat)
        if repeat.reporter_name:
            move.note(matter, called_again=repeat.reporter_name)
        move.set(matter, repeats=matter.repeats + 1)


def change_owner(move: Move[Any], *, desk_owner: Staff) -> None:
    """Pass the duty to see matters closed to another person of the desk (INT-1)."""
    for matter in list(move.rows):
        if not can_own(move.session, desk_owner, matter.estate_id):
            message = gettext_noop("%(person)s does not work at the desk of this estate and cannot be desk owner.")
            move.refuse(matter, "INT-1", message, field="desk_owner", person=desk_owner.name)
        else:
            move.set(matter, desk_owner_id=desk_owner.id)


def lower_severity(move: Move[Any], *, severity: Severity) -> None:
    """Make open matters less grave (INT-7); the review that a serious complaint owes stays owed (CMP-13)."""
    for matter in list(move.rows):
        if matter.status not in OPEN_STATUSES:
            message = gettext_noop("%(record)s is “%(status)s” and stays as it is.")
            move.refuse(matter, "INT-7", message, record=matter.number, status=matter.status)
        elif not matter.severity.outweighs(severity):
            message = gettext_noop("%(record)s is “%(severity)s” already, or less.")
            move.refuse(matter, "INT-7", message, field="severity", record=matter.number, severity=matter.severity)
        else:
            move.set(matter, severity=severity)


def promise(move: Move[Any], *, promised_at: datetime.datetime) -> None:
    """Promise whoever reported it an answer until then (INT-5), or move what was promised.

    Before its time that needs a reason, which stays with the promise that was moved; one whose time has come is broken
    and stays so. Refused: a time that has passed or, of an enquiry, is too late, and what is finished or over.
    """

    def check(matter: Any) -> None:
        if matter.status not in OPEN_STATUSES or getattr(matter, "finished_at", None) or _carried_out(matter):
            message = gettext_noop("%(record)s is “%(status)s”: no answer is promised any more.")
            raise OperationRefused("INT-5", message, record=matter.number, status=matter.status)
        check_promise(promised_at, now=move.now)
        check_answer(matter, promised_at, move.settings, move.now)
        if _ahead(matter) and not move.call.reason.strip():
            message = gettext_noop("Say why what was promised is moved.")
            raise OperationRefused("INT-5", message, field="reason")

    def _ahead(matter: Any) -> bool:
        return matter.promised_at is not None and matter.promised_at >= move.now

    for matter in check_each(move, check):
        move.set(matter, promised_at=promised_at)
        move.clocks.cancel(matter, move.now, tickets.QUESTION)
        because = move.call.reason.strip() if _ahead(matter) else None
        move.clocks.put_off(matter, move.now, tickets.PROMISE, promised_at, because)


def allow_later(move: Move[Any], *, until: datetime.datetime) -> None:
    """Let what waits, the measures of a complaint, or else what was promised be later than the limit (INT-14).

    The supervisor's reason is an event of its own, which the row names from then on: without it the database refuses
    such a date. Refused: a date within the limit, which needs nobody's reason, and where nobody has said a date.
    """
    settings, late = move.settings, move.now + datetime.timedelta(days=3660)
    for matter in list(move.rows):
        code, column = _said_by(matter)
        days = settings.longest(matter.estate_id)
        if code is None:
            message = gettext_noop("%(record)s waits for no date that somebody said: there is none to be moved.")
            move.refuse(matter, "INT-14", message, record=matter.number)
        elif not move.now + datetime.timedelta(days=days) < until <= late:
            message = gettext_noop("Say a date that is more than %(days)s days away, and less than ten years.")
            move.refuse(matter, "INT-14", message, field="until", days=days)
        elif not move.preview:
            role = move.role_of(matter).value
            told = event_row(
                matter, move.call, role=role, verb=move.verb, version=None, before={}, after={}, rule="INT-14"
            )
            (event,) = record_events(move.session, [told])
            move.set(matter, beyond_limit_by=event, **({column: until} if column else {}))
            move.clocks.put_off(matter, move.now, code, until, move.call.reason.strip())


def _said_by(matter: Any) -> tuple[str | None, str]:
    """The clock whose end somebody has said, and the column that says it too."""
    if matter.status is TicketStatus.WAITING:
        return tickets.WAITING, ""
    if matter.status not in OPEN_STATUSES or getattr(matter, "finished_at", None) or _carried_out(matter):
        return None, ""
    if getattr(matter, "measures_due_at", None) is not None:
        return complaints.MEASURES, "measures_due_at"
    return (tickets.PROMISE, "promised_at") if matter.promised_at is not None else (None, "")


def _carried_out(matter: Any) -> bool:
    return getattr(matter, "carried_out_at", None) is not None


def name_follower(move: Move[Any], *, follower: Staff) -> None:
    """Name the one follower of a major matter (DSP-10)."""
    for matter in list(move.rows):
        if not works_as(move.session, follower, matter.estate_id, frozenset(Role) - OUTSIDE_THE_DESK):
            message = gettext_noop("%(person)s does not work in this estate.")
            move.refuse(matter, "DSP-10", message, field="follower", person=follower.name)
        else:
            move.set(matter, follower_id=follower.id)


def comment(move: Move[Any], *, body: str, kind: CommentKind = CommentKind.NOTE) -> None:
    """Add an entry: a note, a chase with its answer (DSP-12), a reply to the resident.

    A reply to whoever complained is what was promised (INT-5) and the progress note that was due (CMP-10); where
    nobody is known, any entry is progress.
    Colleagues named in it with @ are told; refused (MENTION) who may not read the matter.
    """
    move.refuse_unless(body.strip(), "DSP-12", gettext_noop("The entry is empty."), field="body")
    told = []
    replies: list[tuple[Complaint, Comment]] = []
    for matter in list(move.rows):
        try:
            people = named_in(move.session, matter.estate_id, body)
            check_may_read(move.session, people, matter)
        except OperationRefused as refusal:
            move.reject(matter, refusal)
            continue
        entry = comment_on(matter, kind, body, actor=move.actor, now=move.now)
        told.append((entry, people))
        move.add(entry)
        if isinstance(matter, Complaint) and (kind is CommentKind.REPLY or matter.anonymous):
            move.clocks.renew(matter, move.now, PROGRESS_NOTE)
            if kind is CommentKind.REPLY:
                move.clocks.meet(matter, move.now, tickets.PROMISE)
                replies.append((matter, entry))
    move.afterwards(lambda _outcome: tell(move.call, told))
    # Of what the entry says nothing leaves: it may name whomever it likes (CMP-10, RES-4).
    move.afterwards(
        lambda _outcome: send_to_residents(
            move.call,
            [ToResident(matter, ResidentKind.PROGRESS, f"comment:{entry.id}") for matter, entry in replies],
        )
    )

"""Passes as papers: issued, described, revoked, corrected, deleted (PAS-1 … PAS-3)."""

import datetime
from calendar import monthrange
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import WorkingCalendar
from models.errors import Msgid, OperationRefused, gettext_noop
from models.estates import Unit
from models.meanings import tags_alike
from models.operations.core import (
    Move,
    New,
    check_each,
    check_id_number,
    check_letters,
    check_phone,
    creation,
    delete_unused,
    id_columns,
    in_estate,
    phone_columns,
    require,
    same_phone,
    verb,
)
from models.operations.passes.codes import new_code
from models.passes import PassKind, VisitorPass
from models.personal import IdDocument
from models.roles import CLERKS, MANAGERS, SUPERVISORS

AMENDABLE = frozenset(
    {
        "holder_name",
        "organisation",
        "phone",
        "purpose",
        "id_document",
        "id_number",
        "permit_number",
        "host_unit_id",
        "badge_number",
    }
)
RULES = {PassKind.VISITOR: "PAS-1", PassKind.TEMPORARY: "PAS-2", PassKind.WORKER: "PAS-3"}
DAYS = {
    PassKind.VISITOR: "visitor-pass-days",
    PassKind.TEMPORARY: "temporary-pass-days",
    PassKind.WORKER: "worker-pass-days",
}


@dataclass
class PassDraft:
    """A pass to be issued. Times in UTC; ``valid_from`` None means now, ``valid_until`` None as long as is allowed."""

    estate_id: int
    kind: PassKind
    holder_name: str
    organisation: str | None = None
    phone: str | None = None
    purpose: str | None = None
    id_document: IdDocument | None = None
    id_number: str | None = None
    identity_checked: bool = False
    id_copied: bool = False
    residence_paper_seen: bool = False
    permit_number: str | None = None
    permit_until: datetime.datetime | None = None
    host_unit_id: int | None = None
    host_asked: bool = False
    badge_number: str | None = None
    safety_told: bool = False
    valid_from: datetime.datetime | None = None
    valid_until: datetime.datetime | None = None


@creation(VisitorPass, roles=CLERKS, label=gettext_noop("Issue pass"))
def issue(new: New[VisitorPass], draft: PassDraft) -> VisitorPass:
    """Issue passes, each with number and unguessable code; a worker's with deposit and card fee by the settings.

    Refused, by PAS-1, PAS-2 or PAS-3, with everything that is missing named at once; a time of validity that begins in
    the past, is empty, or is longer than the setting or the construction permit allow.
    """
    rule = RULES[PassKind(draft.kind)]
    require(_missing(draft), rule)
    worker = draft.kind is PassKind.WORKER
    row = new.row(
        draft,
        rule=rule,
        code=new_code(),
        **id_columns(new.session, draft.id_number),
        issued_at=new.now,
        issued_by_id=new.actor.staff_id,
        deposit_fen=new.settings.number(draft.estate_id, "worker-pass-deposit-fen") if worker else 0,
        card_fee_fen=new.settings.number(draft.estate_id, "worker-pass-card-fee-fen") if worker else 0,
    )
    calendar = new.settings.calendar(draft.estate_id)
    check_id_number(draft.id_document, draft.id_number, rule=rule, today=calendar.local_date(new.now))
    check_badge(new.session, draft.estate_id, draft.badge_number, new.once("badges", set))
    days = new.settings.number(draft.estate_id, DAYS[draft.kind])
    months = new.settings.number(draft.estate_id, "worker-pass-months")
    row.valid_from, row.valid_until = _valid(draft, rule, days, months, calendar, new.now)
    return row


def check_badge(
    session: Session, estate_id: int, badge: str | None, out: set[tuple[int, str]], own_id: int | None = None
) -> None:
    """Refuse (PAS-1) a badge that is out with another pass, or with one of the same batch, which *out* holds."""
    names = tags_alike((badge or "").strip())
    name = names[0]
    if not name:
        return
    check_letters(name, "PAS-1", "badge_number")
    query = select(VisitorPass.number, VisitorPass.badge_number).where(
        VisitorPass.estate_id == estate_id,
        VisitorPass.badge_key.in_(names),
        VisitorPass.handed_in_at.is_(None),
        VisitorPass.revoked_at.is_(None),
        VisitorPass.id != (own_id or 0),
    )
    other = session.execute(query).first()
    if other is not None:
        message = gettext_noop("Badge %(badge)s is out with %(number)s: it is handed in first.")
        raise OperationRefused("PAS-1", message, field="badge_number", badge=other.badge_number, number=other.number)
    if (estate_id, name) in out:
        message = gettext_noop("Another pass of these has the badge %(badge)s.")
        raise OperationRefused("PAS-1", message, field="badge_number", badge=(badge or "").strip())
    out.add((estate_id, name))


def _missing(paper: PassDraft | VisitorPass) -> dict[str, Msgid]:
    """All that the rule of its kind asks for and *paper* (a draft or a pass) lacks, by field."""
    needed = {"holder_name": gettext_noop("the holder's name")}
    if paper.kind is PassKind.VISITOR:
        needed |= {
            "phone": gettext_noop("the phone number"),
            "purpose": gettext_noop("the purpose of the visit"),
            "identity_checked": gettext_noop("the check of the identity"),
            "badge_number": gettext_noop("the number of the badge"),
            "safety_told": gettext_noop("that the safety rules were told"),
            "host_unit_id": gettext_noop("the unit that is visited"),
            "host_asked": gettext_noop("that the host was asked"),
        }
    else:
        needed |= {
            "id_document": gettext_noop("the ID document"),
            "id_number": gettext_noop("the number of the ID document"),
        }
    if paper.kind is PassKind.WORKER:
        needed |= {
            "permit_number": gettext_noop("the number of the construction permit"),
            "permit_until": gettext_noop("the end of the construction permit"),
            "id_copied": gettext_noop("the copy of the ID document"),
            "residence_paper_seen": gettext_noop("the temporary-residence paper"),
        }
    given = {name: getattr(paper, name) for name in needed}
    return {
        name: what
        for name, what in needed.items()
        if not (given[name].strip() if isinstance(given[name], str) else given[name])
    }


def _valid(
    draft: PassDraft, rule: str, days: int, months: int, calendar: WorkingCalendar, now: datetime.datetime
) -> tuple[datetime.datetime, datetime.datetime]:
    """From when until when (UTC): at most *days* days of the calendar, the first included.

    A worker's pass ends at the latest as the same day so many *months* later begins (PAS-3), and with the permit.
    """
    begin = (draft.valid_from or now).astimezone(datetime.UTC)
    # Forms know whole minutes only: what begins in this minute begins now.
    if begin < now.replace(second=0, microsecond=0):
        raise OperationRefused(rule, gettext_noop("A pass cannot begin in the past."), field="valid_from")
    begin = max(begin, now)
    first = calendar.local_date(begin)
    last = first + datetime.timedelta(days=days)
    if draft.kind is PassKind.WORKER:
        last = min(last, _months_later(first, months))
    latest = calendar.instant(last)
    if draft.kind is PassKind.WORKER and draft.permit_until is not None and draft.permit_until < latest:
        latest = draft.permit_until.astimezone(datetime.UTC)
        if latest <= begin:
            message = gettext_noop("The construction permit ends before the pass would begin.")
            raise OperationRefused(rule, message, field="permit_until")
    end = (draft.valid_until or latest).astimezone(datetime.UTC)
    if end > latest:
        message = gettext_noop("This pass can be valid until %(latest)s at the latest.")
        raise OperationRefused(rule, message, field="valid_until", latest=latest)
    if end <= begin or end <= now:
        raise OperationRefused("PAS-7", gettext_noop("A pass must be valid for some time."), field="valid_until")
    return begin, end


def _months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day that many months on; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _refuse_ended(row: VisitorPass) -> None:
    if row.revoked_at is not None:
        raise OperationRefused("PAS-7", gettext_noop("%(record)s was revoked already."), record=row.number)
    if row.handed_in_at is not None:
        raise OperationRefused("PAS-7", gettext_noop("%(record)s was handed in already."), record=row.number)


@verb(VisitorPass, roles=CLERKS, amends=AMENDABLE)
def amend(
    move: Move[VisitorPass],
    /,
    **columns: Any,
) -> None:
    """Change what is written on passes that are out: never kind, number, code, times or money.

    What the rule of its kind asks for must still be there afterwards. Phone and ID number come in plain form.
    """

    def check(row: VisitorPass) -> None:
        _refuse_ended(row)
        rule = RULES[row.kind]
        paper = PassDraft(**{name: getattr(row, name) for name in PassDraft.__dataclass_fields__})
        for name, value in columns.items():
            setattr(paper, name, value)
        require(_missing(paper), rule)
        check_phone(columns.get("phone"), rule, "phone")
        if columns.get("badge_number", row.badge_number) != row.badge_number:
            check_badge(move.session, row.estate_id, columns["badge_number"], out, row.id)
        if "id_number" in columns:
            today = move.settings.calendar(row.estate_id).local_date(move.now)
            check_id_number(paper.id_document, columns["id_number"], rule=rule, today=today)
        if columns.get("host_unit_id") is not None:
            in_estate(
                move.session,
                Unit,
                columns["host_unit_id"],
                row.estate_id,
                rule,
                gettext_noop("unit"),
                field="host_unit_id",
            )

    out: set[tuple[int, str]] = set()
    for row in check_each(move, check):
        stored = {name: value for name, value in columns.items() if name not in {"phone", "id_number"}}
        # The cipher text of the same number differs each time: only another number is a change.
        if "phone" in columns:
            same = same_phone(move.session, row.phone, columns["phone"])
            stored.update({} if same else phone_columns(move.session, columns["phone"]))
        if "id_number" in columns:
            number = id_columns(move.session, columns["id_number"])
            stored.update({} if number["id_number_digest"] == row.id_number_digest else number)
        move.set(row, **stored)


_SAY_WHY = gettext_noop("Say why the pass is revoked.")


@verb(VisitorPass, roles=SUPERVISORS, label=gettext_noop("Revoke"), rule="PAS-7", why=_SAY_WHY)
def revoke(move: Move[VisitorPass]) -> None:
    """Make passes invalid from now on, by a supervisor with reason (PAS-7); who is inside may still leave."""
    _end(move)


@verb(VisitorPass, roles=SUPERVISORS, label=gettext_noop("Correct a mistake"), rule="PAS-7", why=_SAY_WHY)
def correct(move: Move[VisitorPass]) -> None:
    """Undo passes issued by mistake, by a supervisor with reason: they are revoked, the history stays (PAS-7)."""
    _end(move)


def _end(move: Move[VisitorPass]) -> None:
    for row in check_each(move, _refuse_ended):
        move.set(row, revoked_at=move.now, revoke_reason=move.call.reason.strip())


@verb(VisitorPass, roles=MANAGERS, rule="PAS-7")
def delete(move: Move[VisitorPass]) -> None:
    """Remove passes on which nothing followed: nobody went in, no money was taken, neither revoked nor handed in."""
    message = gettext_noop("Something has followed on %(record)s already; a supervisor can correct it instead.")

    def check(row: VisitorPass) -> None:
        _refuse_ended(row)
        if row.deposit_fen or row.card_fee_fen:
            raise OperationRefused("PAS-7", message, record=row.number)

    delete_unused(move, message, check=check)

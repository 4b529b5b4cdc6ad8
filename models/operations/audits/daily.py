"""The daily audit (每日盘点): stock is taken of what is not closed, kept as it was, noted, signed off (AUD-1 … 3)."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audits import AuditFinding, AuditLine, AuditRun, FindingKind
from models.call import Call
from models.errors import OperationRefused, Outcome, gettext_noop
from models.estates import Estate
from models.follow_ups import FollowUp
from models.keys import OWNER_TOLD
from models.operations.audits.matters import matter_findings
from models.operations.audits.overdue import past_clocks, put_right
from models.operations.audits.signed import tell_signed
from models.operations.audits.store import counts_of, store_findings, store_lines
from models.operations.core import (
    CHUNK,
    FINDERS,
    AuditDay,
    Finding,
    FindingKey,
    Move,
    People,
    create,
    hold_estates,
    operation,
    require_role,
    sift,
    verb,
)
from models.operations.limits import tell_missed
from models.operations.matters import FORMAL_RECORD
from models.roles import CLERKS, SUPERVISORS
from models.settings import EstateSettings
from models.staff import Staff

SIGNED = gettext_noop("The audit of %(day)s is signed off and stays as it is.")


@operation(AuditRun, roles=CLERKS, label=gettext_noop("Run daily audit"))
def run(call: Call, estates: Iterable[Estate], *, day: datetime.date | None = None) -> Outcome:
    """Take stock of *estates* for their local date of today; returns their runs (a preview returns the estates).

    Run again before sign-off it writes what differs and nothing else: no difference, no event, the same version and
    time of running. A *day* that is past gives its stored run as it was, and is refused without one (AUD-2), as is a
    day to come. A run signed off is refused; asked for by its *day* it is given as it was (AUD-3).
    """
    moment = call.now.astimezone(datetime.UTC)
    chosen = list(estates)
    settings = EstateSettings(call.session, {estate.id for estate in chosen})
    if not call.preview:
        hold_estates(call.session, chosen)
    accepted, outcome = sift(
        chosen, lambda estate: _check(Call(call.session, call.actor, moment), estate, settings, day)
    )
    if call.preview:
        outcome.done = accepted
        return outcome
    for estate in accepted:
        today = settings.calendar(estate.id).local_date(moment)
        known = stored_run(call.session, estate, day or today)
        if known is not None and (known.day != today or known.signed_off_at is not None):
            outcome.done.append(known)
        else:
            outcome.done.append(_take_stock(Call(call.session, call.actor, moment), estate, known, settings, today))
    return outcome


def stored_run(session: Session, estate: Estate, day: datetime.date) -> AuditRun | None:
    """The run of that estate and local date as it is stored, None when there is none."""
    query = select(AuditRun).where(AuditRun.estate_id == estate.id, AuditRun.day == day)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _check(call: Call, estate: Estate, settings: EstateSettings, day: datetime.date | None) -> None:
    require_role(call.actor, "run", AuditRun(estate_id=estate.id))
    today = settings.calendar(estate.id).local_date(call.now)
    known = stored_run(call.session, estate, day or today)
    if day is not None and day != today:
        if day > today:
            raise OperationRefused("AUD-2", gettext_noop("%(day)s has not come yet."), day=day.isoformat())
        if known is None:
            message = gettext_noop("%(estate)s has no audit of %(day)s, and a past day cannot be audited any more.")
            raise OperationRefused("AUD-2", message, estate=estate.name, day=day.isoformat())
        return
    if known is not None and known.signed_off_at is not None and day is None:
        raise OperationRefused("AUD-3", SIGNED, day=today.isoformat())
    latest = call.session.scalar(select(func.max(AuditRun.day)).where(AuditRun.estate_id == estate.id))
    if latest is not None and latest > today:
        message = gettext_noop("%(estate)s was audited for %(day)s already, which is later than today.")
        raise OperationRefused("AUD-2", message, estate=estate.name, day=latest.isoformat())


def _take_stock(
    call: Call, estate: Estate, known: AuditRun | None, settings: EstateSettings, day: datetime.date
) -> AuditRun:
    if known is not None:
        # Whoever signs it off meanwhile goes before or after, never in between.
        again = select(AuditRun).where(AuditRun.id == known.id).with_for_update(key_share=True)
        if call.session.scalars(again.execution_options(populate_existing=True)).one().signed_off_at is not None:
            raise OperationRefused("AUD-3", SIGNED, day=day.isoformat())
    found = _find(call.session, estate, settings, day, call.now)
    counts = counts_of(found.values())
    ids = store_findings(call.session, estate.id, found, day=day, now=call.now)
    if known is None:
        made = AuditRun(estate_id=estate.id, day=day, ran_at=call.now, ran_by_id=call.actor.staff_id, counts=counts)
        create(call.following(), [made], verb="run", rule="AUD-1")
        store_lines(call.session, made, found, ids, now=call.now)
        return made
    if store_lines(call.session, known, found, ids, now=call.now):
        move = Move(call.following(), AuditRun, [known], verb="run", rule="AUD-1")
        for row in move.rows:
            move.set(row, ran_at=call.now, ran_by_id=call.actor.staff_id, counts=counts)
        move.finish().all()
    return known


def _find(
    session: Session, estate: Estate, settings: EstateSettings, day: datetime.date, now: datetime.datetime
) -> dict[FindingKey, Finding]:
    calendar = settings.calendar(estate.id)
    begins, ends = calendar.instant(day), calendar.instant(day + datetime.timedelta(days=1))
    scope = AuditDay(estate_id=estate.id, day_begins=begins, day_ends=ends, now=now)
    found = [*matter_findings(session, scope, calendar.local_date), *past_clocks(session, scope)]
    found += put_right(session, scope)
    found += [item for find in FINDERS for item in find(session, scope)]
    found = _one_line_a_cause(session, found)
    return {item.key: item for item in sorted(found, key=_order)}


def _one_line_a_cause(session: Session, found: list[Finding]) -> list[Finding]:
    """*found* without clocks of what has a list of its own: follow-ups, formal records, lost keys (AUD-1)."""
    listed = {(item.register, item.record_id) for item in found if item.kind is FindingKind.NO_FOLLOW_UP}
    calls = [item.record_id for item in found if item.register == FollowUp.__tablename__]
    of: dict[int, tuple[str, int]] = {}
    for start in range(0, len(calls), CHUNK):
        query = select(FollowUp.id, FollowUp.register, FollowUp.record_id)
        for row in session.execute(query.where(FollowUp.id.in_(calls[start : start + CHUNK]))):
            of[row.id] = row.register, row.record_id

    def is_double(item: Finding) -> bool:
        if item.kind is not FindingKind.PAST_CLOCK:
            return False
        return item.clock in (FORMAL_RECORD, OWNER_TOLD) or (
            item.register == FollowUp.__tablename__ and of.get(item.record_id) in listed
        )

    return [item for item in found if not is_double(item)]


def _order(item: Finding) -> FindingKey:
    return item.key


@operation(AuditRun, roles=CLERKS, label=gettext_noop("Write note"))
@operation(AuditLine, roles=CLERKS, label=gettext_noop("Write note"))
def note(
    call: Call,
    lines: Iterable[AuditLine],
    *,
    note: str,
    by: Staff | None = None,
    until: datetime.datetime | None = None,
    seen: Mapping[int, str | None] | None = None,
) -> Outcome:
    """Write the next step to findings (AUD-3), in place of an earlier note; not any more after sign-off.

    *by* does it, else the owner of each finding, else the writer; *until* (UTC) is to come and at most 92 days away,
    else the end of the working day. Until then the note stays with a finding in which nothing changes.
    *seen*: id of a line -> the note that its writer has seen; refused where there is another one by now.
    """
    rows = list(lines)
    run_ids = sorted({line.run_id for line in rows})
    query = select(AuditRun).where(AuditRun.id.in_(run_ids)).order_by(AuditRun.id)
    if not call.preview:
        query = query.with_for_update(key_share=True)
    runs = {row.id: row for row in call.session.scalars(query.execution_options(populate_existing=True))}
    move = Move(call.following(preview=call.preview), AuditLine, rows, verb="note", rule="AUD-3")
    move.refuse_unless(note.strip(), "AUD-3", gettext_noop("The note is empty."))
    said = any(letter.isalnum() for letter in note) or not note.strip()
    move.refuse_unless(said, "AUD-3", gettext_noop("The note says nothing: write the next step."))
    settings = EstateSettings(call.session, {line.estate_id for line in rows})
    working = People(call.session)
    for line in list(move.rows):
        run_of_line = runs[line.run_id]
        if run_of_line.signed_off_at is not None:
            message = gettext_noop("The audit of %(day)s is signed off and stays as it is.")
            move.refuse(line, "AUD-3", message, day=run_of_line.day.isoformat())
            continue
        if seen is not None and line.note != seen.get(line.id):
            message = gettext_noop("Meanwhile somebody wrote: “%(note)s”. Save again to replace it.")
            move.refuse(line, "AUD-3", message, note=line.note or "")
            continue
        days = settings.longest(line.estate_id)
        if until is not None and not call.now < until <= call.now + datetime.timedelta(days=days):
            message = gettext_noop("Until when the step is done is a time to come, at most %(days)s days away.")
            move.refuse(line, "AUD-3", message, days=days)
            continue
        here = working.working(line.estate_id)
        if by is not None and by.id not in here:
            message = gettext_noop("%(name)s does not work in this estate.")
            move.refuse(line, "AUD-3", message, name=by.name)
            continue
        move.set(
            line,
            note=note.strip(),
            noted_by_id=call.actor.staff_id,
            noted_on=run_of_line.day,
            step_by_id=by.id if by is not None else line.owner_id if line.owner_id in here else call.actor.staff_id,
            until=until or settings.calendar(line.estate_id).next_close(call.now),
        )
    return move.finish()


@verb(AuditRun, roles=SUPERVISORS, label=gettext_noop("Sign off"), rule="AUD-3")
def sign_off(move: Move[AuditRun]) -> None:
    """Sign audits off, by a supervisor; refused with every overdue finding that has no note (AUD-3). It is final.

    Who is to do the next steps is told of them, and managers of those that were not done by the time given before; of
    missed limits of which nobody was told yet, the next one up is told with it.
    """
    for row in list(move.rows):
        if row.signed_off_at is not None:
            move.refuse(row, "AUD-3", SIGNED, day=row.day.isoformat())
        elif missing := _without_note(move.session, row):
            message = gettext_noop("%(count)s overdue findings have no note yet: %(missing)s.")
            move.refuse(row, "AUD-3", message, count=len(missing), missing=missing)
        else:
            move.set(row, signed_off_at=move.now, signed_off_by_id=move.actor.staff_id)
    tell_signed(move.call, move.rows)
    if not move.preview:
        tell_missed(move.call, {row.estate_id for row in move.rows})


def _without_note(session: Session, run_of_day: AuditRun) -> list[str]:
    query = (
        select(AuditLine.number, AuditFinding.rule)
        .join(AuditFinding, AuditFinding.id == AuditLine.finding_id)
        .where(AuditLine.run_id == run_of_day.id, AuditLine.overdue.is_(True), AuditLine.note.is_(None))
        .order_by(AuditFinding.kind, AuditLine.number, AuditFinding.rule)
    )
    return [f"{number} {rule}" for number, rule in session.execute(query)]


def document(session: Session, runs: Iterable[AuditRun]) -> dict[str, Any]:
    """The audits as one JSON document: sorted, codes only, without the time of running, as they were (AUD-2).

    Instants are ISO 8601 in UTC; ``owner`` is a user name.
    """
    chosen = list(runs)
    codes = {
        row.id: row.code
        for row in session.execute(
            select(Estate.id, Estate.code).where(Estate.id.in_(sorted({item.estate_id for item in chosen})))
        )
    }
    findings: dict[int, list[dict[str, Any]]] = {item.id: [] for item in chosen}
    ids = sorted(findings)
    for start in range(0, len(ids), CHUNK):
        query = (
            select(AuditLine.run_id, AuditLine.number, AuditLine.facts, *_IDENTITY)
            .join(AuditFinding, AuditFinding.id == AuditLine.finding_id)
            .where(AuditLine.run_id.in_(ids[start : start + CHUNK]))
        )
        for row in session.execute(query):
            findings[row.run_id].append(
                {
                    "id": row.id,
                    "rule": row.rule,
                    "kind": row.kind.value,
                    "register": row.register,
                    "record_id": row.record_id,
                    "number": row.number,
                    "owner": row.facts["owner"],
                    "since": row.facts["since"],
                    "due_at": row.facts["due_at"],
                }
            )
    audits = [
        {
            "estate": codes[item.estate_id],
            "date": item.day.isoformat(),
            "counts": dict(sorted(item.counts.items())),
            "findings": sorted(findings[item.id], key=_document_order),
        }
        for item in chosen
    ]
    return {"audits": sorted(audits, key=lambda audit: (audit["estate"], audit["date"]))}


_IDENTITY = (
    AuditFinding.id,
    AuditFinding.rule,
    AuditFinding.kind,
    AuditFinding.register,
    AuditFinding.record_id,
)


def _document_order(finding: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(finding[name] for name in ("kind", "rule", "register", "record_id", "id"))

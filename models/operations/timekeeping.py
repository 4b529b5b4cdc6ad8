"""What time does by itself (INT-14): which process does it, and what there is to do."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.audits import AuditRun
from models.call import Call
from models.errors import Msgid, Outcome, gettext_noop
from models.estates import Estate
from models.operations import audits, keys, limits, settings
from models.settings import EstateSettings
from models.timekeeping import LEASE, TIMEKEEPER, WorkLease

AUDIT_BEFORE_MIDNIGHT = "audit-before-midnight-minutes"


def lead(session: Session, holder: str, now: datetime.datetime) -> bool:
    """Take or keep the lease for *holder*, to be committed at once; False while another, heard of just now, has it.

    One from a time to come was written by a clock that was wrong: it would hold for as long as that was ahead.
    """
    recent = WorkLease.renewed_at.between(now - LEASE, now + LEASE)
    free = or_(WorkLease.holder == holder, WorkLease.holder.is_(None), ~recent)
    taken = update(WorkLease).where(_OURS, free).values(holder=holder, renewed_at=now).returning(WorkLease.id)
    if session.scalars(taken.execution_options(synchronize_session=False)).first() is not None:
        return True
    if session.scalar(select(WorkLease.id).where(_OURS)) is not None:
        return False
    session.add(WorkLease(name=TIMEKEEPER, holder=holder, renewed_at=now))
    try:
        session.flush()
    except IntegrityError:
        session.rollback()  # another one has just written the first
        return False
    return True


def give_back(session: Session, holder: str, now: datetime.datetime) -> None:
    """Let another process lead at once, as *holder* ends."""
    mine = update(WorkLease).where(_OURS, WorkLease.holder == holder).values(holder=None, renewed_at=now)
    session.execute(mine.execution_options(synchronize_session=False))


_OURS = WorkLease.name == TIMEKEEPER


@dataclass(frozen=True)
class Task:
    """One thing that time does. Each piece of it is done in a transaction of its own."""

    name: Msgid
    pieces: Callable[[Session, datetime.datetime], Iterator[Sequence[int]]]
    """The ids of the records with which there is something to do at an instant, piece by piece."""
    do: Callable[[Call, Sequence[int]], Outcome]


def _estates_to_audit(session: Session, now: datetime.datetime) -> Iterator[Sequence[int]]:
    """The estates whose day is nearly over and of which stock was not taken since (AUD-1), each by its own clock."""
    everywhere = session.scalars(select(Estate.id).order_by(Estate.id)).all()
    settings = EstateSettings(session, everywhere)
    yesterday = now.date() - datetime.timedelta(days=1)  # in any time zone today is this date or a later one
    query = select(AuditRun).where(AuditRun.day >= yesterday)
    ran = {(run.estate_id, run.day): run for run in session.scalars(query)}
    for estate_id in everywhere:
        calendar = settings.calendar(estate_id)
        today = calendar.local_date(now)
        minutes = settings.number(estate_id, AUDIT_BEFORE_MIDNIGHT)  # what other programs wrote may be no day's
        before = datetime.timedelta(minutes=min(max(minutes, 1), 24 * 60))
        begins = calendar.end_of_day(now) - before
        run = ran.get((estate_id, today))
        if now >= begins and (run is None or (run.ran_at < begins and run.signed_off_at is None)):
            yield [estate_id]


def _audit(call: Call, estate_ids: Sequence[int]) -> Outcome:
    return audits.run(call, call.session.scalars(select(Estate).where(Estate.id.in_(estate_ids))).all())


TASKS = (
    Task(gettext_noop("nightly audit"), _estates_to_audit, _audit),
    Task(gettext_noop("what follows a changed clock"), settings.pieces, settings.recount_clocks),
    Task(gettext_noop("limits near and missed"), limits.to_tell, limits.tell_limits),
    Task(gettext_noop("reminders to who has a key"), keys.due_loans, keys.remind),
)
"""All that time does, in this order."""

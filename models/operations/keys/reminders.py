"""Borrowers are reminded of keys (KEY-4): before the time is over, and when it is; then the next one up is told too."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import is_open
from models.call import Call
from models.errors import Outcome
from models.estates import Estate
from models.keys import KeyLoan
from models.operations.core import People, Step, ToResident, message, send_to_residents, write_messages
from models.outbox import Outgoing, ResidentKind
from models.roles import Role
from models.settings import WARNING_PERCENT, EstateSettings
from models.told import Told, ToldKind

RULE = "KEY-4"
DAY = datetime.timedelta(days=1)
"""Nobody is reminded earlier than this; what ran out earlier is for the audit, and no news."""
AT_ONCE = 200
_TO_RESIDENT = {ToldKind.NEAR: ResidentKind.KEY_NEAR, ToldKind.MISSED: ResidentKind.KEY_LATE}


def due_loans(session: Session, now: datetime.datetime) -> Iterator[Sequence[int]]:
    """The ids of loans that are nearly due or came due lately, and of which nobody was reminded so."""
    estates = session.scalars(select(Estate.id)).all()
    found = [loan.id for loan, _cause in _unreminded(session, now, [KeyLoan.estate_id.in_(estates)])]
    for start in range(0, len(found), AT_ONCE):
        yield found[start : start + AT_ONCE]


def _unreminded(session: Session, now: datetime.datetime, which: Sequence[Any]) -> list[tuple[KeyLoan, str]]:
    """These loans and by what their reminder is known: a loan that is extended is reminded of anew."""
    lately = KeyLoan.due_at.between(now - DAY, now + DAY)
    loans = session.scalars(select(KeyLoan).where(*which, is_open(KeyLoan), lately).order_by(KeyLoan.due_at)).all()
    settings = EstateSettings(session, {loan.estate_id for loan in loans})
    causes = {loan.id: f"key_loan:{loan.id}:{loan.due_at:%Y%m%d%H%M}:{_kind(loan, now).value}" for loan in loans}
    told = set(session.scalars(select(Told.cause).where(Told.cause.in_(causes.values()))))
    return [
        (loan, causes[loan.id])
        for loan in loans
        if causes[loan.id] not in told and loan.due_at - _warning(settings, loan) <= now
    ]


def _kind(loan: KeyLoan, now: datetime.datetime) -> ToldKind:
    return ToldKind.MISSED if loan.due_at <= now else ToldKind.NEAR


def _warning(settings: EstateSettings, loan: KeyLoan) -> datetime.timedelta:
    """How long before its time is over the borrower is reminded: when so much of it has passed as the figure says."""
    percent = min(max(settings.number(loan.estate_id, WARNING_PERCENT), 1), 100)  # whatever other programs wrote
    return min((loan.due_at - loan.lent_at) * (100 - percent) / 100, DAY)


def remind(call: Call, ids: Sequence[int]) -> Outcome:
    """Remind the colleagues who have these keys (KEY-4); of others who have one, whoever lent it is to call them.

    A resident who has one, and wants to be told, gets a text message as well.
    Of what is not back in time that one is told in any case, and so are the supervisors, else the managers (INT-14).
    """
    call.session.execute(select(KeyLoan.id).where(KeyLoan.id.in_(ids)).with_for_update())
    people = People(call.session)
    messages: list[dict[str, Any]] = []
    letters: list[ToResident] = []
    for loan, cause in _unreminded(call.session, call.now, [KeyLoan.id.in_(ids)]):
        kind, working = _kind(loan, call.now), people.working(loan.estate_id)
        has_it, answers = ([who] if who in working else [] for who in (loan.borrower_staff_id, loan.lent_by_id))
        supervisors = Step(loan, None, call.session, people).supervisors()
        up = supervisors if set(supervisors) - set(answers) else people.of(loan.estate_id, {Role.MANAGER})
        whom = [*has_it, *answers, *up] if kind is ToldKind.MISSED else (has_it or answers or up)
        messages += [message(call, loan, kind, RULE, cause, who) for who in dict.fromkeys(whom)]
        letters.append(ToResident(loan, _TO_RESIDENT[kind], cause))
    write_messages(call.session, messages)
    sent = select(Outgoing.cause).where(Outgoing.cause.in_([letter.cause for letter in letters]))
    known = set(call.session.scalars(sent)) if letters else set()
    send_to_residents(call, [letter for letter in letters if letter.cause not in known])
    return Outcome()

"""Sending what leaves the house: each message by itself, sent again or not at all by a manager (NOT-2).

What sends them takes each in a transaction of its own, says there that it is being sent, and afterwards how it went.
Of what was being sent when its process ended nobody knows: it is *perhaps sent*, and not repeated unasked.
"""

import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.errors import gettext_noop
from models.operations.core import Move, verb
from models.operations.outbox.letters import Letter, known_language, text_of, values_of
from models.operations.outbox.residents import letter_to_resident
from models.operations.outbox.ways import numbers_of
from models.outbox import ON_ITS_WAY, Outgoing, SendStatus, Way, WayOut, WhyNot
from models.personal import keyring_of
from models.roles import MANAGERS
from models.staff import Staff, actor_for
from models.told import Told

RULE = "NOT-2"
MOST_ATTEMPTS = 8
LONGEST_PAUSE = datetime.timedelta(hours=1)
IN_FLIGHT = datetime.timedelta(minutes=1)
"""Longer than any attempt takes: what is being sent for longer was left by a process that ended."""
S = SendStatus


@verb(
    Outgoing,
    name="send_again",
    roles=MANAGERS,
    label=gettext_noop("Send again"),
    rule=RULE,
    moves={S.FAILED: S.WAITING, S.UNSURE: S.WAITING},
    compares=False,
)
def send_again(move: Move[Outgoing]) -> None:
    """Try messages again that failed, or of which nobody knows, with the same key: the other side knows them by it."""
    for row in move.rows:
        move.set(row, due_at=move.now, attempts=0, ended_at=None, reason=None, answer=None)


@verb(
    Outgoing,
    name="let_go",
    roles=MANAGERS,
    label=gettext_noop("Do not send"),
    rule=RULE,
    moves={S.WAITING: S.WITHDRAWN, S.FAILED: S.WITHDRAWN, S.UNSURE: S.WITHDRAWN},
    compares=False,
)
def let_go(move: Move[Outgoing]) -> None:
    """Send messages no more, and remind nobody of them."""
    for row in move.rows:
        move.set(row, ended_at=move.now)


def anything_due(session: Session, now: datetime.datetime) -> bool:
    """Whether there is anything to send, or anything of which nobody knows how it ended."""
    return session.scalar(select(Outgoing.id).where(ON_ITS_WAY, Outgoing.due_at <= now).limit(1)) is not None


def give_up_lost(session: Session, now: datetime.datetime) -> None:
    """What a process that ended was sending is *perhaps sent*: its answer will never be seen."""
    lost = update(Outgoing).where(ON_ITS_WAY, Outgoing.status == S.SENDING, Outgoing.started_at <= now - IN_FLIGHT)
    values = {"status": S.UNSURE, "reason": WhyNot.UNANSWERED, "ended_at": now, "updated_at": now}
    session.execute(lost.values(values).execution_options(synchronize_session=False))


def take(session: Session, now: datetime.datetime) -> Letter | None:
    """The next message to send, marked as being sent: to be committed before it is. None where none is due.

    What cannot be sent any more, since the message, the way or the number is gone, is put aside.
    """
    waiting = Outgoing.status == S.WAITING
    first = select(Outgoing.id).where(ON_ITS_WAY, waiting, Outgoing.due_at <= now)
    first = first.order_by(Outgoing.due_at, Outgoing.id).limit(1)
    claimed = update(Outgoing).where(Outgoing.id == first.scalar_subquery(), waiting)
    taken = {"status": S.SENDING, "started_at": now, "attempts": Outgoing.attempts + 1, "updated_at": now}
    claim = claimed.values(taken).returning(Outgoing.id).execution_options(synchronize_session=False)
    while (row_id := session.scalar(claim)) is not None:
        letter = _letter(session, row_id, now)
        if letter is not None:
            return letter
        settle(session, row_id, S.WITHDRAWN, now, reason=WhyNot.GONE)
    return None


def _letter(session: Session, row_id: int, now: datetime.datetime) -> Letter | None:
    outgoing = session.execute(select(Outgoing.__table__).where(Outgoing.id == row_id)).one()
    if outgoing.resident_id is not None:
        return letter_to_resident(session, outgoing, now)
    told, way = session.get(Told, outgoing.told_id), session.get(WayOut, outgoing.way_id)
    person = session.get_one(Staff, outgoing.staff_id)
    if told is None or told.withdrawn_at is not None or way is None or person.disabled_at is not None:
        return None
    address = keyring_of(session).readable(way.address)
    if not address or (way.way is Way.SMS and address not in numbers_of(session, person.id)):
        return None
    readers = [actor_for(session, person)]
    return Letter(
        id=row_id,
        key=outgoing.key,
        way=way.way,
        address=address,
        language=known_language(person.language),
        kind=told.kind,
        register=told.register,
        record_id=told.record_id,
        values=values_of(session, told.register, told.record_id, readers, at=told.at, way=way.way),
        text=text_of(session, told.estate_id, told.kind),
    )


def settle(
    session: Session,
    row_id: int,
    status: SendStatus,
    now: datetime.datetime,
    *,
    reason: WhyNot | None = None,
    answer: int | None = None,
) -> None:
    """Say how the sending ended; what failed waits longer each time, and fails for good after so many attempts."""
    values: dict[str, Any] = {"status": status, "reason": reason, "answer": answer, "ended_at": now, "updated_at": now}
    if status is S.FAILED:
        attempts = session.scalar(select(Outgoing.attempts).where(Outgoing.id == row_id)) or 0
        if attempts < MOST_ATTEMPTS and reason is not WhyNot.NO_SUCH_WAY:
            pause = min(datetime.timedelta(minutes=2**attempts / 2), LONGEST_PAUSE)
            values |= {"status": S.WAITING, "ended_at": None, "due_at": now + pause}
    sent = update(Outgoing).where(Outgoing.id == row_id, Outgoing.status == S.SENDING).values(values)
    session.execute(sent.execution_options(synchronize_session=False))

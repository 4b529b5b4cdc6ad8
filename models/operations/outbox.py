"""The verbs of what leaves the house: ways that people choose, messages that are sent again or not at all (NOT-2).

What sends them takes each in a transaction of its own, says there that it is being sent, and afterwards how it went.
Of what was being sent when its process ended nobody knows: it is *perhaps sent*, and not repeated unasked.
"""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete as sql_delete, func, select, update
from sqlalchemy.orm import Session

from models.base import LabelledEnum, tables
from models.call import Call
from models.errors import OperationRefused, Outcome, gettext_noop
from models.estates import Unit
from models.operations.core import Move, create, number_of, operation, refuse_role, take_back, verb
from models.outbox import LONGEST_ADDRESS, ON_ITS_WAY, Outgoing, SendStatus, Way, WayOut, WhyNot
from models.personal import keyring_of
from models.policy import may
from models.roles import EVERYONE, MANAGERS
from models.staff import Staff, StaffContact, actor_for
from models.told import Told, ToldKind

RULE = "NOT-2"
MOST_WAYS = 10
MOST_ATTEMPTS = 8
LONGEST_PAUSE = datetime.timedelta(hours=1)
IN_FLIGHT = datetime.timedelta(minutes=1)
"""Longer than any attempt takes: what is being sent for longer was left by a process that ended."""

ROBOTS = {
    Way.WECOM: re.compile(r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([A-Za-z0-9-]{8,80})", re.ASCII),
    Way.DINGTALK: re.compile(r"https://oapi\.dingtalk\.com/robot/send\?access_token=([A-Za-z0-9]{8,80})", re.ASCII),
    Way.FEISHU: re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([A-Za-z0-9_-]{8,80})", re.ASCII),
}
"""The addresses that these services give to a robot, and what in it says which."""
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+", re.ASCII)
S = SendStatus


@operation(WayOut, name="choose", roles=EVERYONE, label=gettext_noop("Choose a way"))
def choose(call: Call, *, way: Way, address: str, kinds: Sequence[ToldKind]) -> WayOut:
    """Tell the actor what is of *kinds* by this *way* too, from now on.

    Refused (NOT-2): an address that is none of this way, a number that is none of the actor's own, no kinds at all.
    """
    address = address.strip()
    row = WayOut(staff_id=call.actor.staff_id, way=way, kinds=sorted({kind.value for kind in kinds}))
    if refusal := refuse_role(call.actor, "choose", row):
        raise refusal
    _check_address(call.session, way, address, call.actor.staff_id)
    if not kinds:
        raise OperationRefused(RULE, gettext_noop("Choose of what you want to be told."), field="kinds")
    own = select(func.count()).where(WayOut.staff_id == call.actor.staff_id)
    if (call.session.scalar(own) or 0) >= MOST_WAYS:
        message = gettext_noop("You have %(count)s ways already; remove one first.")
        raise OperationRefused(RULE, message, count=MOST_WAYS)
    row.address = keyring_of(call.session).encrypt(address)
    return create(call.following(), [row], verb="choose", rule=RULE)[0]


def _check_address(session: Session, way: Way, address: str, staff_id: int) -> None:
    message = None
    if way in ROBOTS:
        if ROBOTS[way].fullmatch(address) is None:
            message = gettext_noop("This is not the address that %(way)s gives to a robot: copy it whole.")
    elif way is Way.SMS:
        if address not in numbers_of(session, staff_id):
            message = gettext_noop("This is none of your numbers that are valid.")
    elif _MAIL.fullmatch(address) is None or len(address) > LONGEST_ADDRESS:
        message = gettext_noop("This is no e-mail address.")
    if message is not None:
        raise OperationRefused(RULE, message, field="address", way=way)


def numbers_of(session: Session, staff_id: int) -> list[str]:
    """The numbers at which that person is reached, in plain form."""
    query = select(StaffContact.value).where(StaffContact.staff_id == staff_id, StaffContact.valid)
    readable = keyring_of(session).readable
    return [number for value in session.scalars(query.order_by(StaffContact.id)) if (number := readable(value))]


@verb(WayOut, name="drop", roles=EVERYONE, label=gettext_noop("Remove"), rule=RULE, compares=False)
def drop(move: Move[WayOut]) -> None:
    """Reach the actor by these ways no more; what still waits is not sent."""

    def remove(outcome: Outcome) -> None:
        ids = [way.id for way in outcome.done]
        take_back(move.call, Outgoing.way_id.in_(ids))
        move.session.execute(sql_delete(WayOut).where(WayOut.id.in_(ids)))

    move.afterwards(remove)


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


@dataclass(frozen=True)
class Letter:
    """One message as it leaves: to where, in whose language, and only what that person may read."""

    id: int
    key: str
    way: Way
    address: str
    language: str | None
    kind: LabelledEnum
    register: str
    record_id: int
    number: str
    room: str = ""
    sentence: str = ""


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
        letter = _letter(session, row_id)
        if letter is not None:
            return letter
        settle(session, row_id, S.WITHDRAWN, now, reason=WhyNot.GONE)
    return None


def _letter(session: Session, row_id: int) -> Letter | None:
    outgoing = session.execute(select(Outgoing.__table__).where(Outgoing.id == row_id)).one()
    told, way = session.get(Told, outgoing.told_id), session.get(WayOut, outgoing.way_id)
    person = session.get_one(Staff, outgoing.staff_id)
    if told is None or told.withdrawn_at is not None or way is None or person.disabled_at is not None:
        return None
    address = keyring_of(session).readable(way.address)
    if not address or (way.way is Way.SMS and address not in numbers_of(session, person.id)):
        return None
    model: Any = tables()[told.register]
    record = session.get(model, told.record_id)
    room, sentence = None, None
    if record is not None and may(actor_for(session, person), "read", record):
        sentence = getattr(record, model.beside or "purpose", None)
        if (unit_id := getattr(record, "unit_id", None)) is not None:
            room = session.scalar(select(Unit.code).where(Unit.id == unit_id))
    return Letter(
        id=row_id,
        key=outgoing.key,
        way=way.way,
        address=address,
        language=person.language,
        kind=told.kind,
        register=told.register,
        record_id=told.record_id,
        number=str(session.scalar(select(number_of(model)).where(model.id == told.record_id))),
        room=room or "",
        sentence=sentence or "",
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

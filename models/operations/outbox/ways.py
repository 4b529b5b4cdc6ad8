"""By which ways people are told: chosen and removed by each for himself (NOT-2)."""

import re
from collections.abc import Sequence

from sqlalchemy import delete as sql_delete, func, select
from sqlalchemy.orm import Session

from models.call import Call
from models.errors import OperationRefused, Outcome, gettext_noop
from models.operations.core import Move, create, operation, refuse_role, take_back, verb
from models.outbox import Outgoing, Way, WayOut, is_mail_address
from models.personal import keyring_of
from models.roles import EVERYONE
from models.staff import StaffContact
from models.told import ToldKind

RULE = "NOT-2"
MOST_WAYS = 10

ROBOTS = {
    Way.WECOM: re.compile(r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([A-Za-z0-9-]{8,80})", re.ASCII),
    Way.DINGTALK: re.compile(r"https://oapi\.dingtalk\.com/robot/send\?access_token=([A-Za-z0-9]{8,80})", re.ASCII),
    Way.FEISHU: re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([A-Za-z0-9_-]{8,80})", re.ASCII),
}
"""The addresses that these services give to a robot, and what in it says which."""


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
    elif not is_mail_address(address):
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
        take_back(move.call, Outgoing.staff_id.is_not(None), Outgoing.way_id.in_(ids))
        move.session.execute(sql_delete(WayOut).where(WayOut.id.in_(ids)))

    move.afterwards(remove)

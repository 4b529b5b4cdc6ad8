"""How often a password or a pass's code may be guessed: counted in the database, as workers are many and restart.

Counted for each name from each address, for each name, for each address, and in all. A browser in which the person has
signed in before (:mod:`admin_app.known_places`) has a count of its own: strangers' guesses do not shut out who belongs.
A count runs down evenly, so that after WINDOW without failures all of it is free again.
"""

import datetime
import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from models.session import DeskSession
from models.staff import SignInAttempt

WINDOW = datetime.timedelta(minutes=15)
FAILURES = 5
PER_NAME = 20
PER_ADDRESS = 30
IN_ALL = 300
PER_KNOWN_PLACE = 10
CODES_PER_KNOWN_PLACE = 60
"""A gate's own browser types codes all day: so many wrong ones in a window are no typing mistakes."""
TRIES = 3
IPV6_NETWORK = 64
"""A household or an office gets so many bits: within it addresses are changed at will."""


@dataclass(frozen=True)
class Count:
    """What is counted together: a name from an address, or all of one where the other is empty; and how many."""

    username: str
    address: str
    limit: int

    def left_of(self, attempt: SignInAttempt, now: datetime.datetime) -> tuple[int, datetime.datetime]:
        """How many failures still count, and until when the count is run down."""
        period = WINDOW / self.limit
        passed = max((now - attempt.last_at) // period, 0)
        left = max(attempt.failures - passed, 0)
        return left, attempt.last_at + passed * period if left else now


def at_the_door(username: str, address: str) -> list[Count]:
    """What an attempt of nobody known counts for."""
    network = _network(address)
    found = [Count("", "", IN_ALL), Count("", network, PER_ADDRESS)]
    if username:
        found += [Count(username, "", PER_NAME), Count(username, network, FAILURES)]
    return found


def in_a_known_place(username: str, place: str) -> list[Count]:
    """What an attempt counts for in a browser that *username* has signed in with before."""
    return [Count(username, f"place {place}", PER_KNOWN_PLACE)]


def signed_in(username: str) -> list[Count]:
    """What a guess at one's own present password counts for."""
    return [Count(username, "signed in", FAILURES)]


def asking(address: str) -> list[Count]:
    """What asking for a new password counts for."""
    return [Count("*", "", IN_ALL), Count("*", _network(address), PER_ADDRESS)]


def at_the_gate(address: str, place: str | None) -> list[Count]:
    """What a wrong code of a pass counts for: in a browser in which staff have signed in, by itself (PAS-7)."""
    if place is not None:
        return [Count("* gate", f"place {place}", CODES_PER_KNOWN_PLACE)]
    return [Count("* gate", "", IN_ALL), Count("* gate", _network(address), PER_ADDRESS)]


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, IPV6_NETWORK), strict=False))
    return str(found)


def is_free(session: DeskSession, counts: Sequence[Count], now: datetime.datetime) -> bool:
    """Whether one more attempt is allowed; only looks, so that a flood of refused ones writes nothing."""
    return not _full(_found(session, counts, lock=False), counts, now)


def claim(open_session: Callable[[], DeskSession], counts: Sequence[Count], now: datetime.datetime) -> bool:
    """Count one attempt, in a transaction of its own; False, and nothing is counted, when there were too many."""
    for _ in range(TRIES - 1):
        try:
            return _claim(open_session, counts, now)
        except IntegrityError:  # the first attempt of this name or address came twice at once
            continue
    return _claim(open_session, counts, now)


def _claim(open_session: Callable[[], DeskSession], counts: Sequence[Count], now: datetime.datetime) -> bool:
    with open_session() as session:
        # A passed window also ends the row: names that strangers type do not pile up.
        session.execute(delete(SignInAttempt).where(SignInAttempt.last_at <= now - WINDOW))
        found = _found(session, counts, lock=True)
        is_allowed = not _full(found, counts, now)
        for count in counts if is_allowed else ():
            attempt = found.get((count.username, count.address))
            if attempt is None:
                session.add(SignInAttempt(username=count.username, address=count.address, failures=1, last_at=now))
            else:
                left, attempt.last_at = count.left_of(attempt, now)
                attempt.failures = left + 1
        session.commit()
        return is_allowed


def _found(session: DeskSession, counts: Sequence[Count], *, lock: bool) -> dict[tuple[str, str], SignInAttempt]:
    query = select(SignInAttempt).where(_any_of(counts)).order_by(SignInAttempt.username, SignInAttempt.address)
    rows = session.scalars(query.with_for_update() if lock else query)
    return {(row.username, row.address): row for row in rows}


def _any_of(counts: Sequence[Count]) -> ColumnElement[bool]:
    return or_(
        *(and_(SignInAttempt.username == count.username, SignInAttempt.address == count.address) for count in counts)
    )


def _full(found: dict[tuple[str, str], SignInAttempt], counts: Sequence[Count], now: datetime.datetime) -> bool:
    pairs = ((count, found.get((count.username, count.address))) for count in counts)
    return any(attempt is not None and count.left_of(attempt, now)[0] >= count.limit for count, attempt in pairs)


def give_back(open_session: Callable[[], DeskSession], counts: Sequence[Count]) -> None:
    """Take the attempt back, and all of its name from its place: the password was right."""
    with open_session() as session:
        own = [count for count in counts if count.username and count.address]
        shared = [count for count in counts if count not in own]
        _found(session, counts, lock=True)  # in the order of a claim: the other way round two would wait for each other
        session.execute(delete(SignInAttempt).where(_any_of(own)))
        if shared:
            session.execute(
                update(SignInAttempt)
                .where(_any_of(shared), SignInAttempt.failures > 0)
                .values(failures=SignInAttempt.failures - 1)
            )
        session.commit()

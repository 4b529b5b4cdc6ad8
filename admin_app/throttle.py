"""How often a password may be guessed: counted in the database, because workers are many and restart."""

import datetime
from collections.abc import Callable

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from models.session import DeskSession
from models.staff import SignInAttempt

FAILURES = 5
WINDOW = datetime.timedelta(minutes=15)


def claim(open_session: Callable[[], DeskSession], username: str, address: str, now: datetime.datetime) -> bool:
    """Count one attempt of *username* from *address*, in a transaction of its own; False when there were too many."""
    try:
        return _claim(open_session, username, address, now)
    except IntegrityError:  # the first attempt of this name came twice at once
        return _claim(open_session, username, address, now)


def _claim(open_session: Callable[[], DeskSession], username: str, address: str, now: datetime.datetime) -> bool:
    with open_session() as session:
        # A passed window also ends the row: names that strangers type do not pile up.
        session.execute(delete(SignInAttempt).where(SignInAttempt.last_at <= now - WINDOW))
        attempt = session.scalar(
            select(SignInAttempt)
            .where(SignInAttempt.username == username, SignInAttempt.address == address)
            .with_for_update()
        )
        if attempt is None:
            session.add(SignInAttempt(username=username, address=address, failures=1, last_at=now))
        elif attempt.failures >= FAILURES:
            session.commit()
            return False
        else:
            attempt.failures += 1
            attempt.last_at = now
        session.commit()
        return True


def clear(open_session: Callable[[], DeskSession], username: str, address: str) -> None:
    """Forget the failures of *username* from *address*: the password was right."""
    with open_session() as session:
        session.execute(
            delete(SignInAttempt).where(SignInAttempt.username == username, SignInAttempt.address == address)
        )
        session.commit()

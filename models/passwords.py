"""Passwords: hashed with argon2id, few at a time because each takes memory, and what a new one must be like."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import OperationRefused, gettext_noop

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 200
HASHES_AT_ONCE = 2
STRANGERS_ADMITTED = 2
STRANGERS_WAIT_SECONDS = 2.0

# The least memory (KiB) that OWASP's password storage guide accepts for argon2id: a worker's peak stays small.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_TURNS = threading.BoundedSemaphore(HASHES_AT_ONCE)

# The hash of a password that nobody has, made with the same cost: unknown names take as long as known ones.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$YuSEp5GVcjSCAXr6tbR+MA$vU0INeMVOyAGNM+c/GCDPGpWTNShSmxHiisS7yZ7NqI"


class Busy(Exception):
    """Too many wait for a turn at hashing already."""


class Lane:
    """One at a time, with few who wait and not for long: who finds it full is told so at once (Busy).

    Attempts of strangers go through one, so that a flood of them leaves threads and turns for everybody else.
    """

    def __init__(self, admitted: int, seconds: float) -> None:
        self._places = threading.BoundedSemaphore(admitted)
        self._turn = threading.Lock()
        self._seconds = seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The only turn of this lane; raises Busy."""
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            if not self._turn.acquire(timeout=self._seconds):
                raise Busy
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._places.release()


STRANGERS = Lane(STRANGERS_ADMITTED, STRANGERS_WAIT_SECONDS)


def hashed(password: str) -> str:
    """The hash to store for *password*."""
    with _TURNS:
        return _HASHER.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether *password* is the one behind *password_hash*; takes equally long when there is no hash."""
    stored = password_hash if len(password) <= MAXIMUM_LENGTH else None
    with _TURNS:
        try:
            _HASHER.verify(stored or NOBODY, password[:MAXIMUM_LENGTH])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def weakness(password: str, username: str) -> OperationRefused | None:
    """Why *password* cannot become the password of *username*, None when it can."""
    if len(password) < MINIMUM_LENGTH:
        message = gettext_noop("The password needs at least %(minimum)s characters.")
        return OperationRefused("PASSWORD", message, field="password", minimum=MINIMUM_LENGTH)
    if len(password) > MAXIMUM_LENGTH:
        message = gettext_noop("The password may have at most %(maximum)s characters.")
        return OperationRefused("PASSWORD", message, field="password", maximum=MAXIMUM_LENGTH)
    if password.casefold().strip() == username.casefold():
        message = gettext_noop("The password must not be the user name.")
        return OperationRefused("PASSWORD", message, field="password")
    return None

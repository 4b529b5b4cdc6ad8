"""The program's log says what went wrong and where, never in whose name: no words of an error, no values, no query.

The words of an error often hold what somebody typed or what a row holds: ``Key (name)=(…) already exists``. So classes,
codes, places in the program and numbers of requests are logged, and the same failure once a minute.
"""

import logging
import threading
import time
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from sqlalchemy.exc import DBAPIError

FORMAT = "%(asctime)s [%(process)d] [%(levelname)s] %(message)s"
MINUTE = 60.0
KINDS_REMEMBERED = 200

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def named(error: BaseException) -> str:
    """The class of *error* and, for what a database said, its code and the constraint: ``OperationalError 57P01``."""
    words = [type(error).__name__]
    cause = error.orig if isinstance(error, DBAPIError) else error
    if cause is not None:
        diagnosis = getattr(cause, "diag", None)
        words += [
            str(word)
            for word in (
                getattr(cause, "sqlite_errorname", None),
                getattr(cause, "sqlstate", None),
                getattr(diagnosis, "constraint_name", None),
            )
            if word
        ]
    return " ".join(words)


def trace(error: BaseException) -> str:
    """Where *error* and what led to it came from, as Python writes it, without the words of any of them."""
    return "\n".join(_parts(error))


def _parts(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    chain: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        chain.append(found)
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    for one in reversed(chain):
        yield "Traceback (most recent call last):"
        yield from (line.rstrip("\n") for line in traceback.format_tb(one.__traceback__))
        yield named(one)


class Wordless(logging.Formatter):
    """A formatter for everybody's logs: traces without the words of the errors."""

    def formatException(self, ei: Any) -> str:  # logging's own name
        """The trace of what a logger was given."""
        return trace(ei[1]) if ei[1] is not None else ""


class OnceAMinute:
    """Lets the first of each kind through, then one a minute, which says how many there were meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[float, int]] = {}

    def passes(self, kind: str) -> int | None:
        """How many of *kind* were kept back since the last that passed; None when this one is kept back too."""
        moment = time.monotonic()
        with self._lock:
            since, kept = self._seen.get(kind, (None, 0))
            if since is not None and moment - since < MINUTE:
                self._seen[kind] = since, kept + 1
                return None
            if len(self._seen) > KINDS_REMEMBERED:
                self._seen.clear()
            self._seen[kind] = moment, 0
            return kept


_seldom = OnceAMinute()


def failure(error: BaseException, about: str, *, brief: bool = False) -> None:
    """Log that *about* (no personal words) failed because of *error*: one line if *brief*, else with its trace."""
    where = traceback.extract_tb(error.__traceback__)[-1:] if not brief else []
    kind = f"{named(error)} {[(frame.filename, frame.lineno) for frame in where]}"
    kept = _seldom.passes(kind)
    if kept is None:
        return
    before = f" ({kept} more of these since the last line)" if kept else ""
    text = f"{about}: {named(error)}{before}"
    logging.getLogger("frontdesk").error("%s", text if brief else f"{text}\n{trace(error)}")


def set_up() -> None:
    """Give the whole process one handler, so that libraries' logs are wordless too; leaves what others have set up."""
    if not logging.root.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(Wordless(FORMAT))
        logging.root.addHandler(handler)

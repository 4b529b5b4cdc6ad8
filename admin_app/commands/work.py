"""``frontdesk work``: the one process for all that time does."""

import contextlib
import datetime
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence

import click
from sqlalchemy.exc import DBAPIError

from admin_app import clock, database, logs
from admin_app.config import Config
from admin_app.sending import Sender
from models.call import Call
from models.errors import OperationRefused
from models.operations import timekeeping
from models.operations.staff import active_person
from models.staff import actor_for

HEARTBEAT_SECONDS = 5
"""Several of these fit into the lease: one that comes late costs nothing."""
SENDING = datetime.timedelta(seconds=15)
"""So long messages are sent in one turn, before time is looked at again."""

log = logging.getLogger(__name__)


@click.command("work")
@click.option("--once", is_flag=True, help="Do what is due now and end; does nothing where another one is at work.")
@click.option("--attached", is_flag=True, hidden=True, help="End as soon as standard input ends.")
def command(once: bool, attached: bool) -> None:
    """Do what time does: the nightly audit of each estate (AUD-1), who is told of limits (INT-14), and the outbox.

    Start it beside `frontdesk serve`, on as many machines as you like: one leads, another takes its place within half
    a minute. The desk and /healthz say when none is at work.
    """
    config, stop = Config.from_environment(), threading.Event()
    with database.open_ready(config) as opened, _told_to_stop(stop, attached=attached):
        keeper = Keeper(opened, stop, config)
        while not stop.is_set():
            keeper.turn(clock.now())
            if once:
                break
            stop.wait(HEARTBEAT_SECONDS)
        keeper.end(clock.now())


class Keeper:
    """One process that keeps time, or waits until the one that does is heard of no more."""

    def __init__(self, opened: database.Database, stop: threading.Event, config: Config) -> None:
        self.holder = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._opened, self._stop = opened, stop
        self._sender = Sender(opened, config)
        self._leads = False
        self._said: set[str] = set()

    def turn(self, now: datetime.datetime) -> None:
        """Keep the lease at *now* and do what is due; what fails is said in the log, and tried again next time."""
        with self._going_on("the lease"):
            leads = self._lead(now)
            if leads != self._leads:
                click.echo("keeps time." if leads else "another process keeps time now.", err=True)
            self._leads = leads
            for task in timekeeping.TASKS if leads else ():
                with self._going_on(str(task.name)):
                    self._do(task, now)
            if leads:
                with self._going_on("the outbox"):
                    self._sender.turn(now, lambda: self._goes_on(now + SENDING))

    def end(self, now: datetime.datetime) -> None:
        """Let another one lead at once."""
        with contextlib.suppress(DBAPIError), self._opened.writing() as session:
            timekeeping.give_back(session, self.holder, now)
            session.commit()

    def _goes_on(self, until: datetime.datetime) -> bool:
        """Whether there is time for one more message: a gateway that does not answer keeps nothing else waiting."""
        return not self._stop.is_set() and clock.now() < until and self._lead(clock.now())

    def _lead(self, now: datetime.datetime) -> bool:
        with self._opened.writing() as session:
            leads = timekeeping.lead(session, self.holder, now)
            session.commit()
            return leads

    def _do(self, task: timekeeping.Task, now: datetime.datetime) -> None:
        with self._opened.reading() as session:
            pieces: Sequence[Sequence[int]] = list(task.pieces(session, now))
        for piece in pieces:
            if self._stop.is_set() or not self._lead(clock.now()):
                return
            with self._going_on(f"{task.name} of {piece[0]}"), self._opened.writing() as session:
                actor = actor_for(session, active_person(session, database.SYSTEM), source="timer")
                outcome = task.do(Call(session, actor, now), piece)
                session.commit()
                for _row, refusal in outcome.refused:
                    raise refusal

    @contextlib.contextmanager
    def _going_on(self, what: str) -> Iterator[None]:
        """One line of log for each thing that goes wrong, until it goes well again."""
        try:
            yield
        except Exception as error:  # a mistake of one task must not be the end of all
            if what not in self._said:
                self._said.add(what)
                if isinstance(error, OperationRefused):
                    log.warning("%s: refused by %s", what, error.rule)
                else:
                    log.warning(
                        "%s: %s", what, logs.named(error) if isinstance(error, DBAPIError) else logs.trace(error)
                    )
        else:
            self._said.discard(what)


@contextlib.contextmanager
def _told_to_stop(stop: threading.Event, *, attached: bool) -> Iterator[None]:
    """SIGTERM and Ctrl-C end it between two pieces of work; *attached*, so does the end of standard input."""
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    if attached:
        threading.Thread(target=_wait_for_end, args=(stop.set,), daemon=True).start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_for_end(then: Callable[[], None]) -> None:
    while os.read(sys.stdin.fileno(), 1024):  # its buffer could not be left at the end of the process
        pass
    then()

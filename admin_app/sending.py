"""What leaves the house: each message of the outbox by its way, and how that ended."""

import datetime
import gettext
import logging
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import apprise

from admin_app.config import Config
from admin_app.database import Database
from models.operations import outbox
from models.operations.outbox import ROBOTS, Letter
from models.outbox import SendStatus, Way, WhyNot

MOST = 200
"""So many are sent in one turn; the next one follows in seconds."""
TRANSLATIONS = Path(__file__).with_name("translations")

_SCHEMES = {Way.WECOM: "wecombot", Way.DINGTALK: "dingtalk", Way.FEISHU: "feishu"}
_ANSWER = re.compile(r"error=(\d{3})\b|(?:\bcode=|\()([45]\d\d)\b")
_NEVER_THERE = re.compile(
    "NewConnectionError|ConnectTimeout|NameResolution|SSLError|Connection refused|Name or service not known|getaddrinfo"
)
"""What Apprise says of a connection that never came about; of any other it is not known what the other side has."""
_AFTER_ALL = frozenset({408, 502, 504})
"""Answers of somebody between, who may have passed the message on."""

log = logging.getLogger("apprise")
log.propagate = False  # it names addresses


class Sender:
    """What the process that keeps time sends."""

    def __init__(self, opened: Database, config: Config) -> None:
        self._opened, self._config = opened, config

    def turn(self, now: datetime.datetime, goes_on: Callable[[], bool]) -> None:
        """Send what is due at *now*, one after another, as long as *goes_on* says so."""
        with self._opened.reading() as session:
            if not outbox.anything_due(session, now):
                return
        with self._opened.writing() as session:
            outbox.give_up_lost(session, now)
            session.commit()
        for _place in range(MOST):
            if not goes_on():
                return
            with self._opened.writing() as session:
                letter = outbox.take(session, now)
                session.commit()
            if letter is None:
                return
            status, reason, answer = self.send(letter)
            with self._opened.writing() as session:
                outbox.settle(session, letter.id, status, now, reason=reason, answer=answer)
                session.commit()

    def send(self, letter: Letter) -> tuple[SendStatus, WhyNot | None, int | None]:
        """Send *letter*: how that ended, why not, and the number of the answer."""
        address = self.address(letter)
        plugin = apprise.Apprise.instantiate(address) if address is not None else None
        if plugin is None:
            return SendStatus.FAILED, WhyNot.NO_SUCH_WAY, None
        title, body = texts(letter, self._config.public_url)
        # It says only that it failed; why, and what became of the connection, stands in its log.
        with apprise.LogCapture(level=logging.DEBUG, fmt="%(message)s") as said:  # type: ignore[no-untyped-call]  # theirs
            if plugin.notify(title=title, body=body):
                return SendStatus.SENT, None, None
            words = "" if said is None else said.getvalue()
        return judged(words)

    def address(self, letter: Letter) -> str | None:
        """Where *letter* goes, as Apprise writes it; None where this server has no such way."""
        if letter.way in ROBOTS:
            robot = ROBOTS[letter.way].fullmatch(letter.address)
            return robot and f"{_SCHEMES[letter.way]}://{quote(robot[1])}/"
        if letter.way is Way.MAIL:
            return _with(
                self._config.mail_url,
                {"to": letter.address, "cto": "8", "rto": "8", "+X-Frontdesk-Message": letter.key},
            )
        return _with(self._config.sms_url, {":phone": letter.address, ":id": letter.key})


def _with(address: str | None, further: dict[str, str]) -> str | None:
    if address is None:
        return None
    query = "&".join(f"{quote(name, safe=':')}={quote(value)}" for name, value in further.items())
    return f"{address}{'&' if '?' in address else '?'}{query}"


def judged(words: str) -> tuple[SendStatus, WhyNot, int | None]:
    """How sending ended that did not succeed, by what Apprise said: *perhaps sent* unless it surely was not."""
    numbers = [int(first or second) for first, second in _ANSWER.findall(words)]
    if numbers and numbers[-1] not in _AFTER_ALL:
        return SendStatus.FAILED, WhyNot.REFUSED, numbers[-1]
    if not numbers and _NEVER_THERE.search(words):
        return SendStatus.FAILED, WhyNot.UNREACHABLE, None
    return SendStatus.UNSURE, WhyNot.UNANSWERED, numbers[-1] if numbers else None


def texts(letter: Letter, public_url: str | None) -> tuple[str, str]:
    """Title and text in the language of who gets it, as the estate's text of its kind has them."""
    known = gettext.translation("messages", TRANSLATIONS, [letter.language], fallback=True)
    link = f"{public_url}{letter.page}" if public_url is not None else ""
    return outbox.written(letter, known.gettext, link)

"""How rows of another system's export become tickets and complaints: a TOML mapping, read and applied. Pure.

A mapping names the source, its time zone, which columns hold what, and rules of which the first that fits a row
decides its register; a row that no rule fits is not ours. What is odd in the source (no address, closed without a
time) is decided in the mapping, never guessed here.
"""

import datetime
import fnmatch
import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.canonical import canonical_json
from models.complaints import ComplaintCategory
from models.errors import FrontDeskError, OperationRefused, gettext_noop
from models.matters import Channel
from models.tickets import TicketKind

Register = Literal["tickets", "complaints"]


class MappingError(FrontDeskError):
    """The mapping itself, or the file's header, is not usable; the text says what to mend."""


@dataclass(frozen=True)
class SourceFacts:
    """What another system knows of one matter, in our words. Times in UTC; ``closed_at`` None while it is open."""

    source: str
    source_key: str
    register: Register
    kind: TicketKind | None
    category: ComplaintCategory | None
    anonymous: bool
    summary: str
    detail: str | None
    place: str | None
    channel: Channel
    heard_at: datetime.datetime
    closed_at: datetime.datetime | None
    result: str | None
    match_key: str | None
    decided: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further columns of the record, as they are stored: room, person, phone, category."""
    told: tuple[str, ...] = ()
    """What of these the source said: another word is a newer state."""

    @property
    def digest(self) -> str:
        """Equal as long as the source says the same; another one is a newer state of the same record."""
        facts = [
            self.register,
            self.summary,
            self.detail,
            self.place,
            self.heard_at.isoformat(),
            self.closed_at.isoformat() if self.closed_at else None,
            self.result,
            *self.told,
        ]
        return hashlib.sha256(canonical_json(facts).encode()).hexdigest()


@dataclass(frozen=True)
class _Rule:
    when: Mapping[str, str]
    register: Register
    kind: TicketKind | None
    category: ComplaintCategory | None
    anonymous: bool

    def fits(self, row: Mapping[str, str]) -> bool:
        return all(fnmatch.fnmatchcase(row[column], pattern) for column, pattern in self.when.items())


class SourceMapping:
    """One parsed mapping; see ``seed/mappings/`` for an example with every key explained."""

    def __init__(self, text: str) -> None:
        """Parse *text*; raises MappingError that says which key is wrong."""
        try:
            given = tomllib.loads(text)
            self.source = str(given["source"])
            self.zone = ZoneInfo(given["zone"])
            self.encoding = str(given.get("encoding", "utf-8-sig"))
            columns = given["columns"]
            self._key: str = columns["key"]
            self._heard: str = columns["heard"]
            self._closed: str = columns["closed"]
            self._closed_fallback: str | None = columns.get("closed_fallback")
            self._status: str = columns["status"]
            self._summary: list[str] = columns["summary"]
            self._detail: list[str] = columns.get("detail", [])
            self._place: list[str] = columns["place"]
            self._result: str = columns["result"]
            self._channel: str = columns["channel"]
            self._match: list[str] = columns["match"]
            self._match_place: str = columns["match_place"]
            self._time_format: str = given["time_format"]
            self._no_place: str = given["decisions"]["no_place"]
            self._closed_without_time: str = given["decisions"]["closed_without_time"]
            self._statuses: dict[str, str] = {str(k).casefold(): str(v) for k, v in given["status"].items()}
            self._channels = {str(k).casefold(): Channel(v) for k, v in given.get("channel", {}).items()}
            self._rules = [_rule(rule) for rule in given["rules"]]
        except tomllib.TOMLDecodeError as error:
            raise MappingError(f"the mapping is not valid TOML: {error}") from error
        except (ValueError, TypeError, AttributeError, ZoneInfoNotFoundError) as error:
            raise MappingError(f"the mapping has a value that cannot be used: {error}") from error
        except KeyError as error:
            raise MappingError(f"the mapping lacks the key {error}") from error
        if self._closed_without_time not in ("fallback", "heard", "refuse"):
            raise MappingError("decisions.closed_without_time must be fallback, heard or refuse")
        if unknown := sorted(set(self._statuses.values()) - {"open", "closed"}):
            raise MappingError(f"status values must be open or closed, not {', '.join(unknown)}")

    @property
    def columns(self) -> set[str]:
        """Every column that the file must have."""
        single = {self._key, self._heard, self._closed, self._status, self._result, self._channel, self._match_place}
        fallback = {self._closed_fallback} if self._closed_fallback else set()
        several = {*self._summary, *self._detail, *self._place, *self._match}
        return single | fallback | several | {column for rule in self._rules for column in rule.when}

    def check_header(self, header: Sequence[str]) -> None:
        """Raise MappingError naming all columns that *header* lacks."""
        if missing := sorted(self.columns - set(header)):
            raise MappingError(f"the file lacks the columns {', '.join(missing)}")

    def facts(self, row: Mapping[str, str]) -> SourceFacts | None:
        """*row* in our words, None when it is not ours; raises OperationRefused (INT-3) with the reason why not."""
        rule = next((rule for rule in self._rules if rule.fits(row)), None)
        if rule is None:
            return None
        decided: list[str] = []
        key = row[self._key].strip()
        if not key or len(key) > 80:
            raise _refusal(gettext_noop("The record has no usable key in column %(column)s."), column=self._key)
        heard_at = self._time(row, self._heard)
        if heard_at is None:
            raise _refusal(gettext_noop("Column %(column)s is empty: when was it heard?"), column=self._heard)
        summary = _joined(row, self._summary, " · ")
        if not summary:
            raise _refusal(gettext_noop("Nothing says what happened."))
        place = _joined(row, self._place, ", ") if row[self._match_place].strip() else ""
        if not place:
            decided.append("no_place")
        match = None
        if row[self._match_place].strip():
            parts = [rule.register, *(_normal(row[column]) for column in [self._match_place, *self._match])]
            match = hashlib.sha256(canonical_json(parts).encode()).hexdigest()
        return SourceFacts(
            source=self.source,
            source_key=key,
            register=rule.register,
            kind=rule.kind,
            category=rule.category,
            anonymous=rule.anonymous,
            summary=summary[:200],
            detail=_joined(row, self._detail, "\n") or None,
            place=(place or self._no_place)[:200],
            channel=self._channels.get(row[self._channel].strip().casefold(), Channel.IMPORT),
            heard_at=heard_at,
            closed_at=self._closing_time(row, heard_at, decided),
            result=row[self._result].strip() or None,
            match_key=match,
            decided=tuple(decided),
        )

    def _closing_time(
        self, row: Mapping[str, str], heard_at: datetime.datetime, decided: list[str]
    ) -> datetime.datetime | None:
        word = row[self._status].strip()
        state = self._statuses.get(word.casefold())
        if state is None:
            raise _refusal(gettext_noop("The mapping does not know the status “%(status)s”."), status=word)
        if state == "open":
            return None
        closed_at = self._time(row, self._closed)
        if closed_at is None:
            if self._closed_without_time == "refuse":
                raise _refusal(gettext_noop("It is closed, but nothing says when."))
            decided.append("closed_without_time")
            if self._closed_without_time == "fallback" and self._closed_fallback:
                closed_at = self._time(row, self._closed_fallback)
            closed_at = max(closed_at or heard_at, heard_at)
        if closed_at < heard_at:
            message = gettext_noop("It was closed (%(closed)s) before it was heard (%(heard)s).")
            raise _refusal(message, closed=closed_at, heard=heard_at)
        return closed_at

    def _time(self, row: Mapping[str, str], column: str) -> datetime.datetime | None:
        text = row[column].strip()
        if not text:
            return None
        try:
            local = datetime.datetime.strptime(text, self._time_format)  # noqa: DTZ007  # the zone is added below
        except ValueError:
            message = gettext_noop("“%(text)s” in column %(column)s is not a time.")
            raise _refusal(message, text=text[:40], column=column) from None
        return (local if local.tzinfo else local.replace(tzinfo=self.zone)).astimezone(datetime.UTC)


def _rule(given: Mapping[str, Any]) -> _Rule:
    register = given["register"]
    if register not in ("tickets", "complaints"):
        raise ValueError("register must be tickets or complaints")
    return _Rule(
        when={str(column): str(pattern) for column, pattern in given["when"].items()},
        register=register,
        kind=TicketKind(given["kind"]) if register == "tickets" else None,
        category=ComplaintCategory(given["category"]) if register == "complaints" else None,
        anonymous=bool(given.get("anonymous", False)),
    )


def _refusal(message: Any, **values: Any) -> OperationRefused:
    return OperationRefused("INT-3", message, **values)


def _joined(row: Mapping[str, str], columns: Sequence[str], separator: str) -> str:
    return separator.join(text for column in columns if (text := " ".join(row[column].split())))


def _normal(text: str) -> str:
    """*text* without the differences that make no difference: case, width, spacing and punctuation."""
    return " ".join(re.sub(r"[^\w\s-]", " ", unicodedata.normalize("NFKC", text)).casefold().split())

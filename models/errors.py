"""What a rule says when it refuses, as codes and values that each reader sees in their own language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.msgid import Msgid as Msgid, gettext_noop as gettext_noop
from models.rules import known_rule


@dataclass(frozen=True)
class Phrase:
    """A part of a sentence with values of its own, for the values of another; rendered in the reader's language."""

    message: Msgid
    values: Mapping[str, Any]

    def __str__(self) -> str:
        """The part in the source language."""
        return self.message % {key: _plain(value) for key, value in self.values.items()}


_STATUS = {"ROLE": 403, "GONE": 404}


class FrontDeskError(Exception):
    """Base of everything this package raises on purpose."""


class OperationRefused(FrontDeskError):
    """A verb that a rule does not allow here and now.

    ``rule`` is the id in procedures ("JOB-6"); ``message`` a marked msgid whose named placeholders ``values`` fill.
    A value that is itself a Msgid, a labelled enum or a list of those is rendered in the reader's language too.
    ``field`` is the argument or column that it is about, where it is about just one; a form shows it there.
    """

    http_status = 409
    """What a page answers with: the request was understood, and things stand in the way."""

    def __init__(self, rule: str, message: Msgid, *, field: str | None = None, **values: Any) -> None:
        super().__init__(rule, message, values)
        self.rule = known_rule(rule)
        self.message = message
        self.values = values
        self.field = field
        self.http_status = _STATUS.get(rule, type(self).http_status)

    def by_field(self) -> Iterator[tuple[str, "OperationRefused"]]:
        """Each argument or column that it is about, with what is to be said there; nothing where it is about none."""
        if self.field is not None:
            yield self.field, self

    def __str__(self) -> str:
        """The sentence in the source language, for logs and tests."""
        return f"{self.rule}: {self.message % {key: _plain(value) for key, value in self.values.items()}}"


def _plain(value: Any) -> Any:
    return "; ".join(str(item) for item in value) if isinstance(value, (list, tuple)) else value


class Incomplete(OperationRefused):
    """Something that the rule asks for was not given: all of it is named at once, each at its own field."""

    def __init__(self, rule: str, missing: Mapping[str, Msgid]) -> None:
        """*missing*: argument or column -> what is missing there, as words of the sentence."""
        super().__init__(rule, gettext_noop("Still missing: %(missing)s."), missing=list(missing.values()))
        self.missing = dict(missing)

    def by_field(self) -> Iterator[tuple[str, OperationRefused]]:
        """Each field with the sentence about what is missing there."""
        for name, what in self.missing.items():
            yield name, OperationRefused(self.rule, self.message, field=name, missing=[what])


class StaleRecord(OperationRefused):
    """The record was changed by someone else since the form was read."""

    def __init__(self, record: Any, expected: int) -> None:
        super().__init__(
            "VERSION",
            gettext_noop(
                "This record was changed by someone else after you opened it (version %(current)s, yours %(expected)s)."
            ),
            current=record.version,
            expected=expected,
        )
        self.record = record


@dataclass
class Outcome:
    """What a verb did with its batch: every row is in ``done`` or in ``refused``, never in neither."""

    done: list[Any] = field(default_factory=list)
    refused: list[tuple[Any, OperationRefused]] = field(default_factory=list)
    foretold: dict[int, dict[str, Any]] = field(default_factory=dict)
    """After a preview: id of a row -> the columns that would change, with their new values."""
    clocks: dict[int, dict[str, dict[str, str]]] = field(default_factory=dict)
    """In a bulk run: id of a row -> each clock run that was begun, or ended: by which column, and when."""

    def one(self) -> Any:
        """The single row of a batch of one; raises its refusal if it was refused."""
        if self.refused:
            raise self.refused[0][1]
        (row,) = self.done
        return row

    def all(self) -> Sequence[Any]:
        """All rows done; raises the first refusal if any was refused."""
        if self.refused:
            raise self.refused[0][1]
        return self.done

    def __iter__(self) -> Iterator[Any]:
        return iter(self.done)

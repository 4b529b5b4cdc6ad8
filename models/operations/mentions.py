"""Colleagues named with @ in an entry: found in its words, and told."""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.call import Call
from models.errors import OperationRefused, gettext_noop
from models.matters import Comment
from models.names import simplified
from models.operations.core import message, name_pinyin, write_messages
from models.policy import may
from models.staff import Staff, StaffAssignment, actors_for
from models.told import ToldKind

RULE = "MENTION"
_AT = re.compile(r"(?<![\w.-])[@＠](?=\S)", re.ASCII)
_IN_A_WORD = re.compile(r"[a-z0-9_-]", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Colleague:
    """Somebody who works in an estate and may be named there."""

    id: int
    name: str
    username: str


def colleagues(session: Session, estate_id: int) -> list[Colleague]:
    """All who work in the estate now, by user name; those whose account is disabled left out."""
    working = select(StaffAssignment.staff_id).where(
        StaffAssignment.estate_id == estate_id, StaffAssignment.ended_at.is_(None)
    )
    query = select(Staff.id, Staff.name, Staff.username).where(Staff.id.in_(working), Staff.disabled_at.is_(None))
    return [Colleague(*row) for row in session.execute(query.order_by(Staff.username))]


def who_may_read(session: Session, people: Sequence[Colleague]) -> list[Colleague]:
    """Those of *people* whose role lets them read matters at all: the others need not be offered."""
    rows = list(session.scalars(select(Staff).where(Staff.id.in_([person.id for person in people]))))
    reading = {
        actor.staff_id
        for actor in actors_for(session, rows)
        if may(actor, "read", "tickets") or may(actor, "read", "complaints")
    }
    return [person for person in people if person.id in reading]


def offered(people: Sequence[Colleague], typed: str, limit: int = 8) -> list[Colleague]:
    """Who fits what was typed after the @: by name, user name, pinyin or initials; those that begin so first."""
    wanted = simplified(typed.strip().casefold())
    fitting = [(place, person) for person in people if (place := _place(person, wanted)) is not None]
    return [person for _place, person in sorted(fitting, key=lambda pair: pair[0])[:limit]]


def _place(person: Colleague, wanted: str) -> int | None:
    readings = _readings(person.name).split()
    words = [person.name.casefold(), person.username.casefold(), *readings]
    if any(word.startswith(wanted) for word in words):
        # The first reading, and its initials, is that of the surname.
        return 0 if any(word.startswith(wanted) for word in words[:4]) else 1
    return 2 if any(wanted in word for word in words) else None


@functools.lru_cache(1024)
def _readings(name: str) -> str:
    return name_pinyin(name)


def named_in(session: Session, estate_id: int, body: str) -> list[Colleague]:
    """The colleagues whom *body* names with @, by name or user name; an @ before anything else is just text.

    Refuses (MENTION) a name that several people have: their user names tell them apart.
    """
    places = [found.end() for found in _AT.finditer(body)]
    people = colleagues(session, estate_id) if places else []
    found: dict[int, Colleague] = {}
    for place in places:
        meant = _longest(people, body[place:])
        if len(meant) > 1:
            message = gettext_noop("Several people are called %(person)s; write the user name instead: %(people)s.")
            who = ["@" + person.username for person in meant]
            raise OperationRefused(RULE, message, field="body", person=meant[0].name, people=who)
        found.update((person.id, person) for person in meant)
    return list(found.values())


def _longest(people: Sequence[Colleague], text: str) -> list[Colleague]:
    """Whose name or user name *text* begins with; of several, the longest."""
    best: list[Colleague] = []
    length = 0
    folded = text.casefold()
    for person in people:
        for called in {person.name.casefold(), person.username.casefold()}:
            if not called or not folded.startswith(called) or len(called) < length:
                continue
            following = folded[len(called) : len(called) + 1]
            if _IN_A_WORD.match(called[-1]) and _IN_A_WORD.match(following):
                continue  # @lin in “@linda”
            best = [*best, person] if len(called) == length else [person]
            length = len(called)
    return best


def check_may_read(session: Session, people: Sequence[Colleague], matter: Any) -> None:
    """Refuse (MENTION) to name somebody who may not read *matter* and so could not open it."""
    if not people:
        return
    rows = list(session.scalars(select(Staff).where(Staff.id.in_([person.id for person in people]))))
    for actor in actors_for(session, rows):
        if not may(actor, "read", matter):
            message = gettext_noop("%(person)s may not read %(record)s and cannot be mentioned there.")
            raise OperationRefused(RULE, message, person=actor.name, record=str(matter))


def tell(call: Call, comments: Sequence[tuple[Comment, Sequence[Colleague]]]) -> None:
    """Tell who was named in new *comments* (stored, with ids); nobody is told of naming themselves."""
    messages = [
        message(call, comment, ToldKind.MENTION, RULE, f"comment:{comment.id}", person.id)
        for comment, people in comments
        for person in people
        if person.id != call.actor.staff_id
    ]
    write_messages(call.session, messages)

"""The history of one record: its events in the reader's language, and the entries people made on it."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from models.base import Base, Choice, UTCDateTime
from models.events import Event
from models.matters import Comment
from models.staff import Role, Staff
from models.verbs import verb_label
from views import context
from views.cells import plain
from views.labels import label_for
from views.language import label, local_time, money, say
from views.references import names_of, reference_of

LIMIT = 200
HIDDEN = frozenset({"name_pinyin", "code"})

MODELS: dict[str, type[Any]] = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


@dataclass
class Entry:
    """One line of the history."""

    at: datetime.datetime
    who: str
    what: str
    role: str = ""
    text: str = ""
    rule: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    """Column, before, after."""


def timeline(register: str, record_id: int) -> list[Entry]:
    """The history of a record that the person may see, newest first."""
    desk = context.session()
    query = select(Event).where(Event.register == register, Event.record_id == record_id)
    events = list(desk.scalars(query.order_by(Event.id.desc()).limit(LIMIT)))
    comments: list[Comment] = []
    if register in ("tickets", "complaints"):
        column = Comment.ticket_id if register == "tickets" else Comment.complaint_id
        found = select(Comment).where(column == record_id).order_by(Comment.id.desc()).limit(LIMIT)
        comments = list(desk.scalars(found))
    people = names_of(Staff, {event.actor_id for event in events} | {comment.author_id for comment in comments})
    shown = entries(events, people)
    shown += [
        Entry(at=comment.at, who=people.get(comment.author_id, ""), what=label(comment.kind), text=comment.body)
        for comment in comments
    ]
    return sorted(shown, key=lambda entry: entry.at, reverse=True)


def entries(events: list[Event], people: dict[int, str]) -> list[Entry]:
    """Events as lines; references in them are resolved with one statement a table."""
    names = _names(events)
    return [
        Entry(
            at=event.at,
            who=people.get(event.actor_id, ""),
            what=say(verb_label(event.verb)),
            role=role_text(event.role),
            text=event.reason or "",
            rule=event.rule or "",
            changes=changes_of(event, names),
        )
        for event in events
    ]


def role_text(word: str) -> str:
    """A role as stored in an event, in the reader's language."""
    return label(Role(word)) if word in set(Role) else word


def changes_of(event: Event, names: dict[tuple[type[Any], int], str]) -> list[tuple[str, str, str]]:
    """Column, before and after of one event; technical columns left out."""
    model = MODELS.get(event.register)
    changed = []
    for name in {**event.before, **event.after}:
        if name in HIDDEN or name.endswith("_digest"):
            continue
        before, after = event.before.get(name), event.after.get(name)
        changed.append((str(label_for(name)), _fact(model, name, before, names), _fact(model, name, after, names)))
    return changed


def names_in(events: list[Event]) -> dict[tuple[type[Any], int], str]:
    """How the records that these events mention are called."""
    return _names(events)


def _names(events: list[Event]) -> dict[tuple[type[Any], int], str]:
    wanted: dict[type[Any], set[int]] = {}
    for event in events:
        for facts in (event.before, event.after):
            for name, value in facts.items():
                model = reference_of(name)
                if model is not None and isinstance(value, int):
                    wanted.setdefault(model, set()).add(value)
    return {(model, key): text for model, ids in wanted.items() for key, text in names_of(model, ids).items()}


def _fact(model: type[Any] | None, name: str, value: Any, names: dict[tuple[type[Any], int], str]) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith("digest:"):
        return str(gettext("(personal number)"))
    target = reference_of(name)
    if target is not None and isinstance(value, int):
        return names.get((target, value), f"#{value}")
    column = model.__table__.columns.get(name) if model is not None else None
    if column is not None and isinstance(column.type, Choice):
        return _word(column.type, value)
    if column is not None and isinstance(column.type, UTCDateTime) and isinstance(value, str):
        return local_time(datetime.datetime.fromisoformat(value))
    if name.endswith("_fen") and isinstance(value, int):
        return money(value)
    return plain(value)


def _word(kind: Choice, value: Any) -> str:
    try:
        return label(kind.enum(value))
    except ValueError:
        return str(value)  # a word that a later version took out of the list

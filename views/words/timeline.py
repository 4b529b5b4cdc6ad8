"""The history of one record: its events in the reader's language, and the entries people made on it."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from flask_babel import gettext
from sqlalchemy import or_, select

from models.audits import AuditRun, finding_kinds
from models.base import Base, Choice, UTCDateTime, tables
from models.events import TOLD, Event
from models.hanging import HANGING, by_column
from models.matters import Comment
from models.personal import keyring_of
from models.roles import Role
from models.said import ERASED, UNREADABLE, said
from models.staff import Staff
from models.verbs import verb_label
from views.request import context
from views.request.gathering import GatheredRow, Question
from views.words.cells import value_text
from views.words.codes import code_name
from views.words.labels import label_in, register_label
from views.words.language import joined, label, local_time, money, say, titled
from views.words.references import learn_names, reference_of

EventRow = Event | GatheredRow | SimpleNamespace
"""An event, or what was read or foretold of one."""
LIMIT = 200
HIDDEN = frozenset({"name_pinyin", "code"})
VERBS = frozenset({"start_event", "stop_event"})
"""Columns that hold the code of a verb."""
GIST = (
    *("team_id", "assignee_id", "follower_id", "desk_owner_id", "visit_from", "visit_until", "promised_at"),
    *("kind", "severity", "waiting_reason", "outside_party", "submitted_to", "charge_fen", "result"),
    *("nature", "proposal", "cancel_kind", "badge_number", "borrower_name"),
)
"""What of a step is told in its line: to whom, for when, as what. All else stands below it."""
LONGEST_GIST = 120


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


def history_questions(register: str, record_id: int, limit: int = LIMIT) -> dict[str, Question]:
    """What is asked for the history of a record (views.request.gathering); the person may see the record."""
    event = select(
        Event.id,
        Event.at,
        Event.actor_id,
        Event.role,
        Event.verb,
        Event.rule,
        *TOLD,
    )
    # An entry stands there itself: that it was added need not be said again.
    event = event.where(Event.register == register, Event.record_id == record_id, Event.verb != "comment")
    # Of a colleague who works in other estates too, those are not for everybody who may see the colleague.
    actor = context.actor()
    event = event.where(or_(Event.estate_id.is_(None), Event.estate_id.in_(actor.estate_ids if actor else ())))
    questions: dict[str, Question] = {"events": event.order_by(Event.id.desc()).limit(limit)}
    if Comment.__tablename__ in Base.metadata.tables[register].info.get(HANGING, ()):
        comment = select(Comment.id, Comment.at, Comment.author_id, Comment.kind, Comment.body).where(
            Comment.register == register, Comment.record_id == record_id
        )
        questions["comments"] = comment.order_by(Comment.id.desc()).limit(limit)
    return questions


def history(answers: Mapping[str, Sequence[GatheredRow]], also: Mapping[type[Any], Iterable[int]]) -> list[Entry]:
    """The history of a record, newest first, of the answers to :func:`history_questions`.

    The names of all records mentioned in it, and of those in *also*, are learnt with one statement.
    """
    events, comments = answers["events"], answers.get("comments", ())
    wanted = mentioned(events)
    for model, ids in also.items():
        wanted.setdefault(model, set()).update(ids)
    wanted.setdefault(Staff, set()).update(comment.author_id for comment in comments)
    names = learn_names(wanted)
    shown = [_entry(event, names) for event in events]
    shown += [
        Entry(at=comment.at, who=names[Staff, comment.author_id], what=label(comment.kind), text=comment.body)
        for comment in comments
    ]
    return sorted(shown, key=lambda entry: entry.at, reverse=True)


def _entry(event: EventRow, names: Mapping[tuple[type[Any], int], str]) -> Entry:
    """One line: what was done, and to whom, for when, as what: “dispatch: engineering; Wang; 14:00”."""
    verb, changed = say(verb_label(event.verb)), _changed(event, names)
    told = "" if not event.before else joined(changed[name][2] for name in GIST if name in changed and changed[name][2])
    gist = told if len(told) <= LONGEST_GIST else f"{told[:LONGEST_GIST]}…"
    return Entry(
        at=event.at,
        who=names[Staff, event.actor_id],
        what=titled(verb, gist) if gist else verb,
        role=role_text(event.role),
        text=reason_of(event),
        rule=event.rule or "",
        changes=list(changed.values()),
    )


def role_text(word: str) -> str:
    """A role as stored in an event, in the reader's language."""
    return label(Role(word)) if word in set(Role) else word


def reason_of(event: EventRow) -> str:
    """Why somebody did what an event tells, empty where nobody said so."""
    reason = said(event, keyring_of(context.session())).reason
    return say(reason) if reason is ERASED or reason is UNREADABLE else reason or ""


def changes_of(event: EventRow, names: Mapping[tuple[type[Any], int], str]) -> list[tuple[str, str, str]]:
    """Column, before and after of one event (a row with its columns); technical columns left out."""
    return list(_changed(event, names).values())


def _changed(event: EventRow, names: Mapping[tuple[type[Any], int], str]) -> dict[str, tuple[str, str, str]]:
    model = tables().get(event.register)
    told = said(event, keyring_of(context.session()))
    said_before, said_after = (_as_columns(model, facts) for facts in told[:2])
    changed = {}
    for name in {**said_before, **said_after}:
        before, after = said_before.get(name), said_after.get(name)
        if _is_technical(model, name) or (model is not AuditRun and {dict} & {type(before), type(after)}):
            continue
        changed[name] = (
            str(label_in(model, name)),
            _fact(model, name, before, names),
            _fact(model, name, after, names),
        )
    return changed


def _is_technical(model: type[Any] | None, name: str) -> bool:
    """Whether the fact *name* says nothing to people: what the program works out, and columns that nobody named."""
    column = model.__table__.columns.get(name) if model is not None else None
    return name in HIDDEN or name.endswith("_digest") or (column is not None and "label" not in column.info)


def mentioned(events: Iterable[EventRow]) -> dict[type[Any], set[int]]:
    """Table -> ids of the records that these events mention, those who acted among them."""
    wanted: dict[type[Any], set[int]] = {}
    for event in events:
        wanted.setdefault(Staff, set()).add(event.actor_id)
        for facts in (event.before, event.after):
            for name, value in _as_columns(tables().get(event.register), facts).items():
                model = reference_of(name)
                if model is not None and isinstance(value, int):
                    wanted.setdefault(model, set()).add(value)
    return wanted


def _as_columns(model: type[Any] | None, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return facts if model is None else by_column(model.__table__, facts)


def _fact(model: type[Any] | None, name: str, value: object, names: Mapping[tuple[type[Any], int], str]) -> str:
    if value is None:
        return ""
    if value is ERASED or value is UNREADABLE:
        return say(value)
    if isinstance(value, str) and value.startswith("digest:"):
        return str(gettext("(personal number)"))
    target = reference_of(name)
    if target is not None and isinstance(value, int):
        return names.get((target, value), f"#{value}")
    if name == "role":  # of an assignment, told on the account that it is about
        return role_text(str(value))
    if name == "register":
        return str(register_label(str(value)))
    if name == "source":
        return code_name(str(value))
    if name in VERBS:
        return say(verb_label(str(value)))
    column = model.__table__.columns.get(name) if model is not None else None
    if column is not None and isinstance(column.type, Choice):
        return _word(column.type, str(value))
    if column is not None and isinstance(column.type, UTCDateTime) and isinstance(value, str):
        return local_time(datetime.datetime.fromisoformat(value))
    if name.endswith("_fen") and isinstance(value, int):
        return money(value)
    if model is AuditRun and isinstance(value, dict):
        return joined(f"{label(finding_kinds()[word])} {count}" for word, count in value.items() if count)
    return value_text(value)


def _word(kind: Choice, value: str) -> str:
    try:
        return label(kind.enum(value))
    except ValueError:
        return str(value)  # a word that a later version took out of the list

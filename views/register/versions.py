"""A stale save: what somebody else made of the record meanwhile beside what was typed, to be chosen field by field."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import gettext
from sqlalchemy import select
from wtforms import Field

from models.base import Base
from models.canonical import canonical_json
from models.events import TOLD, Event
from models.operations.core import facts
from models.personal import keyring_of
from models.said import said
from models.staff import Staff
from views.forms.base import DeskForm, PhoneField, text_of
from views.request import context
from views.words.language import joined, local_time
from views.words.references import learn_names

STORED, YOURS = "stored", "yours"


@dataclass(frozen=True)
class Difference:
    """A field in which the stored record and the form differ."""

    name: str
    label: Any
    now: str
    typed: str
    choice: str
    """``stored`` or ``yours``; empty where both changed it and the person has to say."""


@dataclass(frozen=True)
class Differences:
    """All fields that differ, and who changed the record meanwhile."""

    fields: list[Difference] = field(default_factory=list)
    who: str = ""

    def __bool__(self) -> bool:
        return bool(self.fields)


def differences(form: DeskForm, stored: DeskForm, record: Base, seen: int | None) -> Differences:
    """Where *form*, made of the version *seen*, differs from *stored*, the same form of the record as it is now.

    What only one of the two changed is chosen already: the person corrects it if need be.
    """
    events = _events_since(record, seen)
    before: dict[str, Any] = {}
    for event in events:
        was, became, _why = said(event, keyring_of(context.session()))
        for name in (*was, *became):
            before.setdefault(name, was.get(name))
    found = []
    for item in form:
        now, typed = text_of(stored[item.short_name]), text_of(item)
        if now != typed:
            choice = _choice(item, record, before, bool(events))
            found.append(Difference(item.short_name, item.label.text, now, typed, choice))
    return Differences(found, _who(events))


def asked_again(form: DeskForm, stored: DeskForm) -> Differences:
    """The fields that stood beside each other on the page that was sent, with what was chosen."""
    found = []
    for item in form:
        if item.short_name in request.form.getlist("differs"):
            choice = chosen(item.short_name)
            now, typed = text_of(stored[item.short_name]), text_of(item)
            found.append(Difference(item.short_name, item.label.text, now, typed, choice))
    return Differences(found)


def chosen(name: str) -> str:
    """Which of the two the person wants of the field *name*; empty where nothing was said."""
    choice = request.form.get(f"choose-{name}", "")
    return choice if choice in (STORED, YOURS) else ""


def undecided(form: DeskForm) -> str:
    """The fields for which one of the two still has to be chosen, as a person reads them; empty when all are."""
    differing = request.form.getlist("differs")
    names = [item.label.text for item in form if item.short_name in differing and not chosen(item.short_name)]
    return joined(str(name) for name in names) if names else ""


def _events_since(record: Base, seen: int | None) -> list[Any]:
    query = select(Event.actor_id, Event.at, *TOLD).where(
        Event.register == record.__tablename__, Event.record_id == record.id, Event.record_version > (seen or 0)
    )
    return list(context.session().execute(query.order_by(Event.id)))


def _choice(item: Field, record: Base, before: dict[str, Any], is_known: bool) -> str:
    name = item.short_name
    if not is_known:
        return ""  # another program changed the record and said nothing of it
    if name not in before:
        return YOURS
    if isinstance(item, PhoneField):
        return ""  # events keep digests of personal numbers only
    typed = facts(record, {name: item.data}, keyring_of(context.session()))[name]
    return STORED if canonical_json(typed) == canonical_json(before[name]) else ""


def _who(events: list[Any]) -> str:
    if not events:
        return ""
    names = learn_names({Staff: {event.actor_id for event in events}})
    last: datetime.datetime = events[-1].at
    people = joined(dict.fromkeys(names[Staff, event.actor_id] for event in events))
    return str(gettext("Changed by %(people)s, last at %(time)s.", people=people, time=local_time(last)))

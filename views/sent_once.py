"""A form that is sent twice (pressed twice, loaded again) makes one record: the second finds what the first made.

A form has a one-time key. Key and all that is typed in it give the number of the request, which the events keep.
"""

import hashlib
import re
import secrets
from dataclasses import replace

from flask import g, request
from sqlalchemy import select

from models.base import canonical_json
from models.events import Event
from models.staff import Staff
from views import context

FIELD = "form_key"
LATEST = 500
"""Among so many of a person's latest events a repeat is looked for: their index gives them at once."""
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


def new_key() -> str:
    """A key for one showing of a form."""
    return secrets.token_urlsafe(16)


def sent_before(register: str, verb: str) -> int | None:
    """The id of the record that this very form has made by *verb*, None when it is sent for the first time.

    What was changed in the form since makes another one of it: who goes back and writes another name means another
    person. Asked before the verb, in its transaction.
    """
    actor = context.actor()
    if actor is None or not _KEY.fullmatch(request.form.get(FIELD, "")):
        return None
    typed = sorted(
        (name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "draft")
    )
    number = hashlib.sha256(canonical_json([request.path, typed]).encode()).hexdigest()[:32]
    g.request_id, g.actor = number, replace(actor, request_id=number)
    desk = context.session()
    # A second press waits here for the first, and then finds what that has made.
    desk.execute(select(Staff.id).where(Staff.id == actor.staff_id).with_for_update(key_share=True))
    latest = select(Event.id, Event.request_id, Event.register, Event.verb, Event.record_id)
    rows = latest.where(Event.actor_id == actor.staff_id).order_by(Event.id.desc()).limit(LATEST).subquery()
    same = (rows.c.request_id == number, rows.c.register == register, rows.c.verb == verb)
    found: int | None = desk.scalars(select(rows.c.record_id).where(*same).order_by(rows.c.id).limit(1)).first()
    return found

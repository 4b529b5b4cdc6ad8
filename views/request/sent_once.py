"""A form that is sent twice (pressed twice, loaded again) is done once: the second finds what the first has done.

Every form has a one-time key. Key and all that is typed in it give the number of the request, which the events keep.
"""

import functools
import hashlib
import re
import secrets
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from flask import flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_babel import gettext
from sqlalchemy import Subquery, select
from werkzeug import Response

from models.canonical import canonical_json
from models.events import Event
from models.staff import Staff
from views.request import context

FIELD = "form_key"
LATEST = 500
"""Among so many of a person's latest events a repeat is looked for: their index gives them at once."""
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")

View = TypeVar("View", bound=BaseView)
Own = ParamSpec("Own")


def form_key() -> str:
    """The key of this showing of a page, for all of its forms: what else is in them tells them apart."""
    if "form_key" not in g:
        g.form_key = secrets.token_urlsafe(16)
    return str(g.form_key)


def form_number() -> str | None:
    """The number of what is sent: of the form's key and all that is typed in it; None without a key.

    Whoever signs the request in gives it to the actor, so the events of what is done keep it.
    """
    # A file has a key of its own, and how much of it is read is only said once its sender is known.
    if request.method != "POST" or request.mimetype == "multipart/form-data":
        return None
    if not _KEY.fullmatch(request.form.get(FIELD, "")):
        return None
    typed = sorted(
        (name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "draft")
    )
    return hashlib.sha256(canonical_json([request.full_path, typed]).encode()).hexdigest()[:32]


def sent_before(register: str, verb: str) -> int | None:
    """The id of the record that this very form has made by *verb*, None when it is sent for the first time.

    What was changed in the form since makes another one of it: who goes back and writes another name means another
    person. Asked before the verb, in its transaction.
    """
    rows = _done_by_this_form()
    if rows is None:
        return None
    same = (rows.c.register == register, rows.c.verb == verb)
    query = select(rows.c.record_id).where(*same).order_by(rows.c.id).limit(1)
    found: int | None = context.session().scalars(query).first()
    return found


def once(
    page: Callable[Concatenate[View, Own], ResponseReturnValue],
) -> Callable[Concatenate[View, Own], ResponseReturnValue]:
    """Do what is sent to *page*, a method of a view, only once; the second time leads to where the first has led.

    For forms that make no record of their own: entries, steps, changes. ``sent_before`` is for those that do.
    """

    @functools.wraps(page)
    def guarded(view: View, /, *args: Own.args, **kwargs: Own.kwargs) -> ResponseReturnValue:
        if request.method == "POST" and (answer := done_before(view)) is not None:
            return answer
        return page(view, *args, **kwargs)

    guarded.sent_once = True  # type: ignore[attr-defined]  # a mark for the test that enumerates all pages
    return guarded


def done_before(view: BaseView) -> Response | None:
    """Where to go when this very form has done something already, with the sentence that says so; else None.

    A page asks it only where something speaks for it, a version that is over or a record that is gone: it costs two
    statements, which a first sending need not pay.
    """
    rows = _done_by_this_form()
    if rows is None or context.session().execute(select(rows.c.id).limit(1)).first() is None:
        return None
    context.note_saved()
    flash(gettext("This was sent before, and was done once."), "info")
    return redirect(_after(view))


def _after(view: BaseView) -> str:
    """The record that the form was about, where it is still there; else the list or page of the view."""
    number = request.args.get("id", "")
    if number.isascii() and number.isdigit() and hasattr(view, "details_view") and hasattr(view, "model"):
        there = len(number) < 19 and context.session().get(view.model, int(number)) is not None
        if there:
            return str(view.get_url(".details_view", id=int(number)))
    return str(view.get_url(".index_view"))


def _done_by_this_form() -> Subquery | None:
    """The latest events of this very form; None without a key."""
    actor, number = context.actor(), form_number()
    if actor is None or number is None:
        return None
    desk = context.session()
    # A second press waits here for the first, and then finds what that has made.
    desk.execute(select(Staff.id).where(Staff.id == actor.staff_id).with_for_update(key_share=True))
    latest = select(Event.id, Event.request_id, Event.register, Event.verb, Event.record_id)
    rows = latest.where(Event.actor_id == actor.staff_id).order_by(Event.id.desc()).limit(LATEST).subquery()
    return select(rows).where(rows.c.request_id == number).subquery()

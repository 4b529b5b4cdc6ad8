"""What a page may know of the request it serves: the database session, who acts, the time, the estate shown."""

import datetime
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, g, has_request_context, request
from werkzeug.exceptions import Forbidden

from models import addresses
from models.call import Call
from models.estates import Estate
from models.personal import Keyring
from models.session import DeskSession
from models.staff import Actor

EXTENSION = "frontdesk"
PUBLIC_URL = "FRONTDESK_PUBLIC_URL"
TRUSTED_HOSTS = "FRONTDESK_TRUSTED_HOSTS"
LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Services:
    """What the program lends to its pages; kept in ``app.extensions``."""

    reading: Callable[[], DeskSession]
    writing: Callable[[], DeskSession]
    keyring: Keyring
    is_demo: bool


def services() -> Services:
    """The running program's services."""
    return cast("Services", current_app.extensions[EXTENSION])


def public_address(path: str) -> str | None:
    """*path* of this panel as people reach it from outside; None where nobody has said how (FRONTDESK_PUBLIC_URL).

    What a request calls the server counts only where that is checked: a proxy that does not pass it on, or a stranger,
    would have wrong addresses printed.
    """
    root: str | None = current_app.config.get(PUBLIC_URL)
    if root is None:
        is_local = request.host.rpartition(":")[0] in LOCAL or request.host in LOCAL
        if not current_app.config.get(TRUSTED_HOSTS) or (is_local and not services().is_demo):
            return None
        root = request.host_url.rstrip("/")
    return root + path


def session() -> DeskSession:
    """The request's own session, opened at first use and closed with the request.

    A request that must not change anything (GET, HEAD, OPTIONS) gets one that cannot. The caller commits.
    """
    if "desk_session" not in g:
        safe = has_request_context() and request.method in SAFE_METHODS
        g.desk_session = services().reading() if safe else services().writing()
    return cast("DeskSession", g.desk_session)


def actor() -> Actor | None:
    """Who is signed in, None before signing in."""
    return cast("Actor | None", g.get("actor"))


def now() -> datetime.datetime:
    """The present instant in UTC, the same during one request.

    Tests set ``app.config["FRONTDESK_NOW"]`` to an instant or to a function that gives one.
    """
    if "now" in g:
        return cast("datetime.datetime", g.now)
    given = current_app.config.get("FRONTDESK_NOW")
    moment = given() if callable(given) else given
    moment = (moment or datetime.datetime.now(datetime.UTC)).astimezone(datetime.UTC)
    if has_request_context():
        g.now = moment
    return cast("datetime.datetime", moment)


def call(
    *, expected: Mapping[int, int] | None = None, preview: bool = False, reason: str = "", locked: Collection[Any] = ()
) -> Call:
    """What a verb is given by this request. Raises Forbidden where nobody is signed in."""
    who = actor()
    if who is None:
        raise Forbidden
    return Call(session(), who, now(), expected=expected or {}, preview=preview, reason=reason, locked=locked)


def current_estate() -> Estate | None:
    """The estate that the switcher in the header shows; None for people who work in no estate."""
    return cast("Estate | None", g.get("current_estate"))


def estates() -> list[Estate]:
    """The estates the signed-in person works in, by code: what the switcher offers."""
    return cast("list[Estate]", g.get("estates", []))


def without_estate(text: str) -> str:
    """*text* without name or street of the estate shown before a room of it: an address means the room."""
    shown = current_estate()
    here = estates() if shown is None else [shown]
    return addresses.without_estate(text, [said for each in here for said in addresses.called(each.name, each.address)])


def unseen_told() -> int:
    """How many messages the person has not seen yet."""
    number: int = g.get("unseen_told", 0)
    return number


def note_saved() -> None:
    """Say that what this request's form holds is stored: its draft is needed no more (``admin_app.drafts``)."""
    g.saved = True


def was_saved() -> bool:
    """Whether :func:`note_saved` was called in this request."""
    return bool(g.get("saved"))

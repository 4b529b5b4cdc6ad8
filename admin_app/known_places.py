"""Browsers in which somebody has signed in before: a signed cookie says who, for half a year.

It opens nothing by itself. It only says that an attempt does not come from a stranger, so that strangers who guess at a
name, or flood the door, do not shut out the person it belongs to (:mod:`admin_app.throttle`).
"""

import secrets
from dataclasses import dataclass

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

COOKIE = "frontdesk_known"
SECONDS = 180 * 24 * 3600
PEOPLE = 20
"""A counter's computer has so many users; the one who was longest away is forgotten first."""


@dataclass(frozen=True)
class Place:
    """A browser: its random name, and the ids of the people known in it, the latest first."""

    name: str
    people: tuple[int, ...] = ()

    def knows(self, staff_id: int) -> bool:
        """Whether that person has signed in here."""
        return staff_id in self.people


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="front desk known place")


def here() -> Place:
    """The browser of this request; a new one where there is no cookie, or one that nobody signed or that is too old."""
    try:
        name, people = _signer().loads(request.cookies.get(COOKIE, ""), max_age=SECONDS)
        return Place(str(name), tuple(person for person in people if isinstance(person, int)))
    except (BadSignature, ValueError, TypeError):
        return Place(secrets.token_hex(8))


def remember(answer: Response, staff_id: int) -> Response:
    """Let *answer* tell the browser that this person belongs here."""
    place = here()
    people = (staff_id, *(other for other in place.people if other != staff_id))[:PEOPLE]
    answer.set_cookie(
        COOKIE,
        _signer().dumps([place.name, people]),
        max_age=SECONDS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return answer

"""Sessions in signed cookies, as Flask has them, written again once a minute instead of with every answer."""

import datetime
import functools

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer

FRESH = datetime.timedelta(minutes=1)
"""So much earlier than promised a session may end: its time counts from when its cookie was written."""


class DeskCookieSession(SecureCookieSession):
    """A session that knows whether its cookie is young enough to be left as it is."""

    is_fresh = False


class DeskSessions(SecureCookieSessionInterface):
    """Flask's own way, but for the cookies of fresh sessions; and one signer instead of two each request."""

    session_class = DeskCookieSession

    @functools.cache  # noqa: B019  # one for each program
    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Flask's own."""
        return super().get_signing_serializer(app)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the cookie; an empty one where there is none, or one that nobody signed or that is too old."""
        signer, value = self.get_signing_serializer(app), request.cookies.get(self.get_cookie_name(app))
        if signer is None or not value:
            return None if signer is None else self.session_class()
        try:
            data, written = signer.loads(
                value, max_age=int(app.permanent_session_lifetime.total_seconds()), return_timestamp=True
            )
        except BadSignature:
            return self.session_class()
        session = self.session_class(data)
        session.is_fresh = datetime.datetime.now(datetime.UTC) - written < FRESH
        return session

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether it changed, or is not fresh any more."""
        return session.modified or (not getattr(session, "is_fresh", False) and super().should_set_cookie(app, session))

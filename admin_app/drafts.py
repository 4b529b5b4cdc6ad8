"""Which of the browser's drafts have been saved: the browser keeps what is typed until it is told so."""

import re

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

from views.request import context

COOKIE = "saved_drafts"
"""Read by drafts_controller.js; holds the numbers of the last forms that were saved, and nothing of what was typed."""
LATEST = 8
SECONDS = 24 * 3600
_NUMBER = re.compile(r"[a-z0-9-]{8,40}")


def init(app: Flask) -> None:
    """Tell after each form that led to something saved."""
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    if not context.was_saved() or not 300 <= response.status_code < 400:
        return response
    draft = request.form.get("draft", "")
    if _NUMBER.fullmatch(draft):
        before = [number for number in request.cookies.get(COOKIE, "").split(".") if _NUMBER.fullmatch(number)]
        response.set_cookie(
            COOKIE,
            ".".join([*before, draft][-LATEST:]),
            max_age=SECONDS,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            samesite="Lax",
        )
    return response

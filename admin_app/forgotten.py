"""Forgotten password: the person asks here, an administrator approves, and this browser alone sets the new one."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from admin_app import security, throttle
from admin_app.auth import address
from models import passwords
from models.errors import OperationRefused, gettext_noop
from models.operations import password_requests, staff as accounts
from models.password_requests import PasswordRequest
from models.staff import Staff
from views.request import context
from views.request.committing import committing
from views.words.language import sentence

SECRET = "password_request"  # noqa: S105  # the name under which the browser's session keeps it
NAME_LENGTH = 60

blueprint = Blueprint("forgotten", __name__, url_prefix="/forgotten")


@blueprint.get("/")
def form() -> str:
    """The form to ask with or, in a browser that has asked, how things stand."""
    return _page(_own_request())


def _own_request() -> PasswordRequest | None:
    secret = session.get(SECRET)
    return password_requests.of_browser(context.session(), secret, context.now()) if secret else None


def _page(found: PasswordRequest | None, problem: str | None = None, about: str | None = None) -> str:
    return render_template(
        "forgotten.html",
        found=found,
        has_ended=found is None and SECRET in session,
        problem=problem,
        about=about,
        minimum=passwords.MINIMUM_LENGTH,
    )


@blueprint.post("/")
def ask() -> Response | tuple[str, int]:
    """Note the wish; the answer is the same whether there is such an account or not."""
    username = request.form.get("username", "")[:NAME_LENGTH]
    if not accounts.normal_username(username):
        return _page(None, gettext("Type your user name."), "username"), 400
    services, counts = context.services(), throttle.asking(address())
    if not throttle.claim(services.writing, counts, context.now()):
        return security.error_page(429)
    with committing() as desk:
        secret, _code = password_requests.ask(desk, username, address=address(), now=context.now())
    session.permanent = True
    session[SECRET] = secret
    return redirect(url_for("forgotten.form"))


@blueprint.post("/password")
def choose() -> Response | tuple[str, int]:
    """Set the new password, once it is approved; the person then signs in with it."""
    try:
        _choose(session.get(SECRET, ""), request.form.get("new", ""), request.form.get("repeated", ""))
    except OperationRefused as refusal:
        about = "new" if refusal.field == "password" else refusal.field
        return _page(_own_request(), sentence(refusal), about), 400
    session.pop(SECRET)
    flash(gettext("Your new password is set. Sign in with it."), "success")
    return redirect(url_for("auth.login"))


def _choose(secret: str, new: str, repeated: str) -> None:
    if new != repeated:
        message = gettext_noop("The new password was not typed the same way twice.")
        raise OperationRefused("PASSWORD", message, field="repeated")
    services = context.services()
    with services.reading() as desk:
        found = password_requests.of_browser(desk, secret, context.now())
        person = desk.get(Staff, found.staff_id) if found is not None and found.approved_at is not None else None
    # Hashing is slow: only for who may, and before the transaction.
    if person is not None and (refusal := passwords.weakness(new, person.username)):
        raise refusal
    password_hash = passwords.hashed(new) if person is not None else ""
    with committing() as desk:
        password_requests.complete(
            desk,
            secret,
            password_hash=password_hash,
            now=context.now(),
            address=address(),
            request_id=security.request_id(),
            source="panel",
        )

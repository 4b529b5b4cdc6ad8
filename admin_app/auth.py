"""Signing in and out, and the gate before every page: nothing is shown to anyone who is not signed in."""

import contextlib
import secrets
import time
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin_app import i18n, known_places, security, throttle
from models import passwords
from models.operations.staff import normal_username
from models.roles import Role
from models.session import DeskSession
from models.staff import Staff, account_of
from views.request import context
from views.request.sent_once import form_number

PUBLIC_ENDPOINTS = frozenset(
    {
        *("auth.login", "auth.sign_in", "account.language", "account.preference"),
        *("forgotten.form", "forgotten.ask", "forgotten.choose"),
        *("gate.index", "health.healthz", "home.index", "static"),
    }
)
"""All that answers without anybody signed in; everything else is refused by the gate."""

WITH_OLD_PASSWORD = frozenset({"account.password", "account.change_password", "auth.logout", *PUBLIC_ENDPOINTS})
"""All that answers to someone who has to choose a new password first."""

DEMO_PASSWORD = "training"  # noqa: S105  # printed on the login page of the training estate
DEMO_ACCOUNTS = (
    ("clerk", Role.CLERK),
    ("technician", Role.TECHNICIAN),
    ("lead", Role.LEAD),
    ("supervisor", Role.SUPERVISOR),
    ("manager", Role.MANAGER),
    ("auditor", Role.AUDITOR),
    ("admin", Role.ADMIN),
    ("guard", Role.GUARD),
)

DESK = "/admin/"
ADDRESS_LENGTH = 60
SESSION_ID = "session_id"
SESSION_LANGUAGE = i18n.SESSION_LANGUAGE
SESSION_ESTATE = "estate_id"
SESSION_WRITTEN = "written"
SECONDS_FRESH = 60

blueprint = Blueprint("auth", __name__)


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """The person behind this session, as the database knew them when the request began."""

    staff_id: int
    username: str
    name: str
    session_generation: int
    language: str | None
    must_change_password: bool

    def get_id(self) -> str:
        """What the cookie holds: a new generation (password change, disabling) ends all sessions of the old one."""
        return f"{self.staff_id}:{self.session_generation}"


def init(app: Flask) -> None:
    """Install Flask-Login, the sign-in pages and the gate."""
    manager = LoginManager()
    manager.init_app(app)
    manager.user_loader(_load)
    app.register_blueprint(blueprint)
    app.before_request(_gate)
    app.context_processor(_for_templates)


def _for_templates() -> dict[str, object]:
    return {
        "actor": context.actor(),
        "signed_in": g.get("signed_in"),
        "current_estate": context.current_estate(),
        "estates": context.estates(),
        "is_demo": context.services().is_demo,
        "unseen_told": context.unseen_told(),
    }


def _load(user_id: str) -> SignedIn | None:
    """The person of a session, None (signed out) when disabled or of an older generation.

    Nobody while the page of an error is drawn: perhaps it was the database that failed.
    """
    if g.get("in_error_page"):
        return None
    staff_id, _, generation = user_id.partition(":")
    if not (staff_id.isdecimal() and generation.isdecimal()):
        return None
    if request.method in context.SAFE_METHODS:
        return _load_from(context.session(), int(staff_id), int(generation))
    # A request that changes something takes the database's one write lock at its first question:
    # who asks is found out before, so that the lock is held only while the verb works.
    with context.services().reading() as desk:
        return _load_from(desk, int(staff_id), int(generation))


def _load_from(desk: DeskSession, staff_id: int, generation: int) -> SignedIn | None:
    # Log, error page and events have the same number, and a form that is sent twice has it twice.
    g.request_id = form_number() or g.get("request_id")
    found = account_of(
        desk,
        staff_id,
        session_id=session.get(SESSION_ID),
        address=address(),
        request_id=g.request_id,
        source="panel",
    )
    if found is None:
        return None
    staff, actor, estates = found
    if staff.disabled_at is not None or staff.session_generation != generation:
        return None
    g.actor, g.estates = actor, estates
    g.unseen_told = staff.unseen_told
    chosen = session.get(SESSION_ESTATE, staff.own_estate_id)
    g.current_estate = next((estate for estate in estates if estate.id == chosen), next(iter(estates), None))
    g.signed_in = SignedIn(
        staff_id=staff.id,
        username=staff.username,
        name=staff.name,
        session_generation=staff.session_generation,
        language=staff.language,
        must_change_password=staff.must_change_password,
    )
    return cast("SignedIn", g.signed_in)


def address() -> str:
    """Where the request comes from, as long as columns for it are; behind proxies see FRONTDESK_TRUSTED_PROXIES."""
    return (request.remote_addr or "")[:ADDRESS_LENGTH]


def _gate() -> Any:
    """Deny by default: only PUBLIC_ENDPOINTS answer to nobody. What a role may do, each page asks policy itself."""
    if request.endpoint == "static" or request.endpoint == "health.healthz":
        return None
    is_known = bool(current_user.is_authenticated)
    # The hours of a session count from when its cookie was written: it is written again once a minute.
    if session.permanent and time.time() - session.get(SESSION_WRITTEN, 0) > SECONDS_FRESH:
        session[SESSION_WRITTEN] = int(time.time())
    if request.endpoint is None:
        return None  # there is no such page, or not with this method: the routing says so
    if not is_known and request.endpoint not in PUBLIC_ENDPOINTS:
        if request.method in context.SAFE_METHODS:
            wanted = request.full_path.rstrip("?")
            return redirect(url_for("auth.login", next=wanted if wanted != DESK else None))
        abort(401)
    security.check_token()
    if is_known and g.signed_in.must_change_password and request.endpoint not in WITH_OLD_PASSWORD:
        return redirect(url_for("account.password"))
    _refuse_other_estate()
    return None


def _refuse_other_estate() -> None:
    """409 for a form that was drawn before another window switched to another estate: it would be kept there."""
    if request.method in context.SAFE_METHODS or request.blueprint in ("account", "auth"):
        return
    estate, drawn = context.current_estate(), request.form.get("shown_estate")
    if drawn and (estate is None or drawn != str(estate.id)):
        message = gettext("Another estate was chosen in another window since this form was opened; switch back first.")
        abort(409, message)


def safe_path(path: str | None) -> str | None:
    """*path* if it is a path of this site, else None: browsers read ``//`` and ``\\`` as the start of a host."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path:
        return None
    return path if path.isprintable() else None


@blueprint.get("/login")
def login() -> str | Response:
    """The sign-in form."""
    if current_user.is_authenticated:
        return redirect(_destination())
    return _form()


@blueprint.post("/login")
def sign_in() -> str | Response | tuple[str, int]:
    """Check name and password; each attempt is counted before it is checked, so that many at once gain nothing."""
    username = normal_username(request.form.get("username", ""))[:60]
    services, place = context.services(), known_places.here()
    with services.reading() as desk:  # one look for both: most of a flood goes no further
        staff = desk.scalar(select(Staff).where(Staff.username == username, Staff.disabled_at.is_(None)))
        is_known = staff is not None and place.knows(staff.id)
        counts = (
            throttle.in_a_known_place(username, place.name) if is_known else throttle.at_the_door(username, address())
        )
        is_free = throttle.is_free(desk, counts, context.now())
    if not is_free:
        return _too_many()
    try:
        with contextlib.nullcontext() if is_known else passwords.STRANGERS.turn():
            if not throttle.claim(services.writing, counts, context.now()):
                return _too_many()
            is_right = passwords.matches(
                staff.password_hash if staff is not None else None, request.form.get("password", "")
            )
    except passwords.Busy:
        said = gettext("Too many people sign in at this moment. Wait a few seconds, then try again.")
        return security.error_page(429, said)
    if not is_right or staff is None:
        return _form(username, gettext("The user name or the password is wrong.")), 401
    throttle.give_back(services.writing, counts)
    begin_session(staff)
    return known_places.remember(redirect(_destination()), staff.id)


def _too_many() -> Response:
    said = gettext(
        "Too many failed attempts for this name or from this place. Try again in a quarter of an hour, or in a browser"
        " in which you have signed in before."
    )
    return security.error_page(429, said)


def begin_session(staff: Staff) -> None:
    """Start a session of its own for *staff*."""
    session.clear()  # nothing of before signing in may live on, the token included
    session.permanent = True
    session[SESSION_ID] = secrets.token_hex(16)
    session[SESSION_LANGUAGE] = staff.language
    login_user(
        SignedIn(
            staff_id=staff.id,
            username=staff.username,
            name=staff.name,
            session_generation=staff.session_generation,
            language=staff.language,
            must_change_password=staff.must_change_password,
        )
    )


def _destination() -> str:
    return safe_path(request.values.get("next")) or DESK


def _form(username: str = "", problem: str | None = None) -> str:
    accounts = DEMO_ACCOUNTS if context.services().is_demo else ()
    return render_template(
        "login.html",
        username=username,
        problem=problem,
        next=safe_path(request.values.get("next")),
        accounts=accounts,
        demo_password=DEMO_PASSWORD if accounts else None,
    )


@blueprint.post("/logout")
def logout() -> Response:
    """End this session."""
    logout_user()
    session.clear()
    flash(gettext("You are signed out."), "success")
    return redirect(url_for("auth.login"))

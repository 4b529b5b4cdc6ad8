"""What everyone may change of their own: password, language, the estate that is shown."""

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session
from flask_babel import gettext
from werkzeug.wrappers import Response

from admin_app import i18n, preferences, throttle
from admin_app.auth import DESK, SESSION_ESTATE, SESSION_LANGUAGE, begin_session, safe_path
from models import passwords
from models.errors import OperationRefused, gettext_noop
from models.operations import staff as staff_verbs
from models.staff import Actor, Staff
from views.register import last_lists
from views.request import context
from views.request.committing import committing
from views.words.language import LANGUAGES, sentence

blueprint = Blueprint("account", __name__, url_prefix="/account")


def _back() -> Response:
    return redirect(safe_path(request.form.get("next")) or DESK)


def _actor() -> Actor:
    actor = context.actor()
    if actor is None:
        abort(401)
    return actor


@blueprint.get("/password")
def password() -> str:
    """The form for a new password of one's own."""
    return render_template("password.html", problem=None, minimum=passwords.MINIMUM_LENGTH)


@blueprint.post("/password")
def change_password() -> Response | tuple[str, int]:
    """Replace the own password; every other session of this person ends, this one goes on."""
    try:
        _change_password(_actor())
    except OperationRefused as refusal:
        about = "new" if refusal.field == "password" else refusal.field
        page = render_template(
            "password.html", problem=sentence(refusal), about=about, minimum=passwords.MINIMUM_LENGTH
        )
        return page, 400
    flash(gettext("Your password is changed. Everywhere else you are signed out."), "success")
    return redirect(DESK)


def _change_password(actor: Actor) -> None:
    current, new = request.form.get("current", ""), request.form.get("new", "")
    services = context.services()
    with services.reading() as desk:
        person = desk.get_one(Staff, actor.staff_id)
    if new != request.form.get("repeated", ""):
        message = gettext_noop("The new password was not typed the same way twice.")
        raise OperationRefused("PASSWORD", message, field="repeated")
    if refusal := passwords.weakness(new, person.username):
        raise refusal
    # Guessing here is throttled as guessing at the door is. Hashing comes before the transaction: it is slow.
    counts = throttle.signed_in(person.username)
    if not throttle.claim(services.writing, counts, context.now()):
        raise OperationRefused("PASSWORD", gettext_noop("Too many failed attempts. Try again in a quarter of an hour."))
    if not passwords.matches(person.password_hash, current):
        raise OperationRefused("PASSWORD", gettext_noop("The present password is wrong."), field="current")
    throttle.give_back(services.writing, counts)
    password_hash = passwords.hashed(new)
    with committing() as desk:
        person = desk.get_one(Staff, actor.staff_id)
        staff_verbs.change_own_password(context.call(), person, password_hash=password_hash)
    begin_session(person)


@blueprint.post("/language")
def language() -> Response:
    """Read in another language from now on: in this browser, and wherever this person signs in."""
    wanted = request.form.get("language", "")
    if wanted not in LANGUAGES:
        abort(400)
    actor = context.actor()
    if actor is not None:
        with committing() as desk:
            staff_verbs.choose_language(context.call(), desk.get_one(Staff, actor.staff_id), language=wanted)
        session[SESSION_LANGUAGE] = wanted
    return _remembering(i18n.COOKIE, wanted)


def _remembering(name: str, value: str) -> Response:
    answer = _back()
    answer.set_cookie(
        name,
        value,
        max_age=preferences.SECONDS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return answer


@blueprint.post("/preference/<name>")
def preference(name: str) -> Response:
    """Choose how the pages look and listen in this browser (:data:`preferences.PREFERENCES`)."""
    if name not in preferences.PREFERENCES:
        abort(404)
    wanted = request.form.get("value", "")
    if wanted not in preferences.PREFERENCES[name]:
        abort(400)
    return _remembering(name, wanted)


@blueprint.post("/estate")
def estate() -> Response:
    """Show another of one's own estates; one that is not one's own answers like one that is not there."""
    wanted = request.form.get("estate", "")
    chosen = next((item for item in context.estates() if str(item.id) == wanted), None)
    if chosen is None:
        abort(404)
    session[SESSION_ESTATE] = chosen.id
    last_lists.forget()
    g.current_estate = chosen
    flash(gettext("Now showing: %(estate)s", estate=chosen.name), "success")
    return _back()

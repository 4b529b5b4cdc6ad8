"""The gate: whoever holds a pass in their hand checks it by its code, without an account (PAS-7)."""

from flask import Blueprint, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from admin_app import known_places, security, throttle
from admin_app.auth import address
from models.operations import passes
from views.request import context
from views.words.language import say

blueprint = Blueprint("gate", __name__)


@blueprint.get("/gate/")
def index() -> str | Response:
    """Whether the pass with this code is valid, and why or why not; nothing else about it or its holder (PAS-7).

    A scanner at the gate types the whole address that stands in the square code. Codes of no pass are counted, so that
    nobody finds one by trying; a right one counts nothing, but does not clear the count.
    """
    code = request.args.get("code", "").strip()
    if not code:
        return render_template("gate.html", code="", valid=None, why="")
    services, place = context.services(), known_places.here()
    counts = throttle.at_the_gate(address(), place.name if place.people else None)
    if not throttle.is_free(context.session(), counts, context.now()):
        said = gettext(
            "Too many codes that belong to no pass were tried from here. Wait some minutes, or check the pass in a"
            " browser in which staff have signed in."
        )
        return security.error_page(429, said)
    valid, why = passes.look_up(context.session(), code, context.now())
    if why == passes.UNKNOWN_CODE:
        throttle.claim(services.writing, counts, context.now())
    return render_template("gate.html", code=code, valid=valid, why=say(why))

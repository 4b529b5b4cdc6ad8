"""The gate: whoever holds a pass in their hand checks it by its code, without an account (PAS-7)."""

from flask import Blueprint, render_template, request

from models.operations import passes
from views import context
from views.language import say

blueprint = Blueprint("gate", __name__)


@blueprint.get("/gate/")
def index() -> str:
    """Whether the pass with this code is valid, and why or why not; nothing else about it or its holder (PAS-7).

    A scanner at the gate types the whole address that stands in the square code: what counts of it is its end.
    """
    code = request.args.get("code", "").rpartition("code=")[2].strip()
    if not code:
        return render_template("gate.html", code="", valid=None, why="")
    valid, why = passes.look_up(context.session(), code, context.now())
    return render_template("gate.html", code=code, valid=valid, why=say(why))

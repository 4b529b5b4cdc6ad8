"""The gate (``/admin/gate/``): a pass checked by its code fills the screen; in and out, who is inside (PAS-8).

What a guard reads of a pass is said here: who, to which unit, until when. Nothing else of it, and of no other register.
"""

import datetime
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import ColumnElement, func, select

from models.errors import OperationRefused
from models.estates import Unit
from models.operations import passes as verbs
from models.passes import Direction, PassMovement, VisitorPass
from models.policy import may
from views.register.page import DeskPage, may_here
from views.register.scope import actor_here, perform
from views.register.steps import LONGEST_VERSION
from views.request import context
from views.request.gathering import Question, gathered
from views.request.queries import parse_id
from views.request.sent_once import once
from views.words.language import label, local_time, local_today, say, sentence, zone

EACH = 60
"""So many of each list are shown."""
_OUT = VisitorPass.handed_in_at.is_(None) & VisitorPass.revoked_at.is_(None)


class GateView(DeskPage):
    """The page of the gate, which is a guard's desk too."""

    register = "gate"
    title = _("Gate")
    group = _("Keys and passes")
    endpoint_name = "at_the_gate"
    url_name = "gate"

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The answer to a code (``code=``) or about a pass of the lists (``pass=``), and who is inside."""
        code = request.args.get("code", "").strip()
        found = None
        if code:
            found = verbs.pass_of(context.session(), code, _here())
        elif "pass" in request.args:
            found = _pass(parse_id(request.args["pass"]))
        return self.page(found, answers=bool(code) or found is not None)

    @expose("/<way>/", methods=("POST",))
    @once
    def log_view(self, way: str) -> ResponseReturnValue:
        """Log the holder *in* or *out*: the second press, after the answer."""
        verb = {"in": verbs.check_in, "out": verbs.check_out}.get(way)
        if verb is None:
            abort(404)
        if not may_here(f"check_{way}", "visitor_passes"):
            abort(403)
        found = _pass(parse_id(request.form.get("pass")))
        version = request.form.get("version", "")
        seen = int(version) if version.isascii() and version.isdigit() and len(version) < LONGEST_VERSION else None
        try:
            perform(verb, [found], seen)
        except OperationRefused as refusal:
            return self.page(found, answers=True, problem=sentence(refusal)), refusal.http_status
        said = gettext("%(name)s went in.") if way == "in" else gettext("%(name)s went out.")
        flash(said % {"name": found.holder_name}, "success")
        return redirect(self.get_url(".index_view"))

    def page(self, visitor: VisitorPass | None, *, answers: bool, problem: str | None = None) -> str:
        """The page; *visitor* is the pass that was asked about, where it *answers* and there is one."""
        valid, why = (False, verbs.UNKNOWN_CODE) if visitor is None else verbs.validity(visitor, context.now())
        lists = gathered(_questions())
        now = context.now()
        inside = lists["inside"]
        return self.render(
            "admin/at_the_gate.html",
            asked=answers,
            found=visitor,
            valid=valid,
            why=say(why),
            holder=_holder(visitor) if visitor is not None else [],
            problem=problem,
            may_log=may_here("check_in", "visitor_passes"),
            overdue=[row for row in inside if row.valid_until <= now],
            inside=[row for row in inside if row.valid_until > now],
            expected=lists["expected"],
            opens=may(context.actor(), "read", VisitorPass),
            now=now,
        )


def _here() -> ColumnElement[bool]:
    """The passes of the estate shown, for who works at its gate."""
    estate = context.current_estate()
    if estate is None or not may(actor_here(), "read", "gate"):
        abort(403)
    return VisitorPass.estate_id == estate.id


def _pass(pass_id: int) -> VisitorPass:
    found = context.session().scalars(select(VisitorPass).where(VisitorPass.id == pass_id, _here())).one_or_none()
    return found if found is not None else abort(404)


def _holder(found: VisitorPass) -> list[tuple[Any, str]]:
    """Who, to which unit, until when."""
    unit = found.host_unit_id and context.session().scalar(select(Unit.code).where(Unit.id == found.host_unit_id))
    told = (
        (_("Holder"), found.holder_name),
        (_("Organisation"), found.organisation),
        (_("Kind"), label(found.kind)),
        (_("Badge"), found.badge_number),
        (_("Host unit"), unit),
        (_("Valid until"), local_time(found.valid_until)),
    )
    return [(name, str(value)) for name, value in told if value]


def _questions() -> dict[str, Question]:
    latest = select(func.max(PassMovement.at)).where(
        PassMovement.pass_id == VisitorPass.id, PassMovement.direction == Direction.IN
    )
    columns = (
        *(VisitorPass.id, VisitorPass.number, VisitorPass.holder_name, VisitorPass.organisation, VisitorPass.kind),
        *(VisitorPass.badge_number, VisitorPass.valid_from, VisitorPass.valid_until, Unit.code.label("unit")),
    )
    listed = select(*columns).outerjoin(Unit, Unit.id == VisitorPass.host_unit_id).where(_here())
    today = datetime.datetime.combine(local_today(), datetime.time(), zone()).astimezone(datetime.UTC)
    been = select(PassMovement.id).where(PassMovement.pass_id == VisitorPass.id, PassMovement.at >= today)
    inside = listed.where(VisitorPass.inside.is_(True)).add_columns(latest.scalar_subquery().label("since"))
    expected = listed.where(
        _OUT,
        VisitorPass.inside.is_(False),
        VisitorPass.valid_from < today + datetime.timedelta(days=1),
        VisitorPass.valid_until > context.now(),
        ~been.exists(),
    )
    return {
        "inside": inside.order_by(VisitorPass.valid_until, VisitorPass.id).limit(EACH),
        "expected": expected.order_by(VisitorPass.valid_from, VisitorPass.id).limit(EACH),
    }

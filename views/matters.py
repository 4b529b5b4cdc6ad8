"""What the record pages of tickets and complaints share."""

from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from models.estates import Unit
from models.follow_ups import FollowUp
from models.matters import ClockRun, RepeatReport
from models.policy import may
from views import context
from views.cells import badge, deadline, instant
from views.language import label
from views.lookups import phone_conditions
from views.record import Related


def matter_search(model: Any, text: str) -> ColumnElement[bool]:
    """By number, room, name, phone (whole or last four) and words of the summary."""
    units = select(Unit.id).where(Unit.code.istartswith(text, autoescape=True))
    return or_(
        model.number.icontains(text, autoescape=True),
        model.summary.icontains(text, autoescape=True),
        model.reporter_name.icontains(text, autoescape=True),
        model.unit_id.in_(units),
        *phone_conditions(text, model.reporter_phone_digest, model.reporter_phone_tail_digest),
    )


def clock_table(column: str, record_id: int) -> Related:
    """The clocks that run or ran for a record, with the rule each stands for."""
    query = select(ClockRun).where(getattr(ClockRun, column) == record_id).options(joinedload(ClockRun.clock))
    rows = context.session().scalars(query.order_by(ClockRun.id))
    return Related(
        _("Clocks"),
        (_("Clock"), _("Rule"), _("Started"), _("Due"), _("Met")),
        [("", _clock_cells(run)) for run in rows],
    )


def _clock_cells(run: ClockRun) -> tuple[Any, ...]:
    if run.met_at is not None:
        met: Any = instant(run.met_at)
    elif run.cancelled_at is not None:
        met = gettext("cancelled")
    else:
        met = gettext("paused") if run.paused_at is not None else "—"
    running = run.met_at is None and run.cancelled_at is None and run.paused_at is None
    return run.clock.code, run.clock.rule, instant(run.started_at), deadline(run.due_at, ended=not running), met


def follow_up_table(column: str, record_id: int) -> Related:
    """The follow-ups of a matter."""
    query = select(FollowUp).where(getattr(FollowUp, column) == record_id).order_by(FollowUp.id)
    may_open = may(context.actor(), "read", FollowUp)
    rows: list[tuple[str, Any]] = [
        (
            url_for("follow_ups.details_view", id=row.id) if may_open else "",
            (badge(row.status), deadline(row.due_at, ended=row.finished_at is not None), row.attempts),
        )
        for row in context.session().scalars(query)
    ]
    return Related(_("Follow-ups"), (_("Status"), _("Due"), _("Attempts")), rows)


def repeat_table(column: str, record_id: int) -> Related:
    """What was said each time the matter was reported again (INT-6)."""
    query = select(RepeatReport).where(getattr(RepeatReport, column) == record_id).order_by(RepeatReport.id)
    rows: list[tuple[str, Any]] = [
        ("", (instant(row.heard_at), label(row.channel), row.reporter_name or "—", row.words))
        for row in context.session().scalars(query)
    ]
    return Related(_("Repeated reports"), (_("Heard"), _("Channel"), _("Reporter"), _("What was said")), rows)

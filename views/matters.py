"""What the record pages of tickets and complaints share."""

from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, String, cast, literal, select

from models.follow_ups import FollowUp
from models.matters import MERGED, ClockRun, RepeatReport, merged_key
from models.policy import may, visible
from models.settings import Clock
from views import context
from views.cells import badge, deadline
from views.codes import code_name
from views.language import label, local_time
from views.record import Related


def clock_table(column: str, record_id: int) -> Related:
    """The clocks that run or ran for a record, with the rule each stands for."""
    run = ClockRun
    query = select(
        run.id, Clock.code, Clock.rule, run.started_at, run.due_at, run.met_at, run.cancelled_at, run.paused_at
    )
    query = query.join(Clock, Clock.id == run.clock_id).where(getattr(run, column) == record_id).order_by(run.id)
    titles = (_("Clock"), _("Rule"), _("Started"), _("Due"), _("Met"))
    return Related(_("Clocks"), titles, query=query, show=lambda row: ("", _clock_cells(row)))


def _clock_cells(run: Any) -> tuple[Any, ...]:
    if run.met_at is not None:
        met: Any = local_time(run.met_at)
    elif run.cancelled_at is not None:
        met = gettext("cancelled")
    else:
        met = gettext("paused") if run.paused_at is not None else "—"
    running = run.met_at is None and run.cancelled_at is None and run.paused_at is None
    return code_name(run.code), run.rule, local_time(run.started_at), deadline(run.due_at, ended=not running), met


def follow_up_table(column: str, record_id: int) -> Related:
    """The follow-ups of a matter."""
    query = select(FollowUp.id, FollowUp.status, FollowUp.due_at, FollowUp.finished_at, FollowUp.attempts)
    query = query.where(getattr(FollowUp, column) == record_id).order_by(FollowUp.id)
    may_open = may(context.actor(), "read", FollowUp)
    return Related(
        _("Follow-ups"),
        (_("Status"), _("Due"), _("Attempts")),
        query=query,
        show=lambda row: (
            url_for("follow_ups.details_view", id=row.id) if may_open else "",
            (badge(row.status), deadline(row.due_at, ended=row.finished_at is not None), row.attempts),
        ),
    )


def repeat_table(column: str, record_id: int) -> Related:
    """What was said each time the matter was reported again (INT-6)."""
    query = select(
        RepeatReport.id, RepeatReport.heard_at, RepeatReport.channel, RepeatReport.reporter_name, RepeatReport.words
    )
    return Related(
        _("Repeated reports"),
        (_("Heard"), _("Channel"), _("Reporter"), _("What was said")),
        query=query.where(getattr(RepeatReport, column) == record_id).order_by(RepeatReport.id),
        show=lambda row: ("", (local_time(row.heard_at), label(row.channel), row.reporter_name or "—", row.words)),
    )


def merged_tables(model: Any, record_id: int) -> list[Related]:
    """The original that a duplicate went into, and the duplicates that went into an original (INT-6)."""
    register = model.__tablename__
    own = RepeatReport.ticket_id if register == "tickets" else RepeatReport.complaint_id
    of_merge = (RepeatReport.source == MERGED, own.is_not(None))
    original = select(own).where(*of_merge, RepeatReport.source_key == merged_key(register, record_id))
    taken_in = select(RepeatReport.id).where(
        *of_merge, own == record_id, RepeatReport.source_key == literal(f"{register}:") + cast(model.id, String)
    )
    return [
        matter_table(_("Merged into"), model, register, model.id.in_(original)),
        matter_table(_("Merged into this"), model, register, taken_in.exists()),
    ]


def matter_table(title: Any, model: Any, endpoint: str, *conditions: ColumnElement[bool]) -> Related:
    """Other tickets or complaints that the person may see, linked."""
    query = select(model.id, model.number, model.status, model.summary)
    return Related(
        title,
        (_("Number"), _("Status"), _("Summary")),
        query=query.where(*conditions, visible(context.actor(), model)).order_by(model.id),
        show=lambda row: (
            url_for(f"{endpoint}.details_view", id=row.id),
            (row.number, badge(row.status), row.summary),
        ),
    )

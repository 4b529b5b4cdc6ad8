"""What the record pages of tickets and complaints share."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.matters import ClockRun
from views import context
from views.cells import deadline, instant

from views.record import Related


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

"""With which outside party a job is, and until when (JOB-9): columns of the list of tickets."""

import datetime
import functools
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from sqlalchemy import select

from models.matters import ClockRun
from models.settings import Clock
from models.tickets import OUTSIDE, Ticket
from views.register.sheets import Value
from views.registers.same_matter import MatterPages
from views.request import context
from views.words.cells import deadline
from views.words.language import NOTHING, local_moment

OUTSIDE_COLUMNS = ("outside_party", "outside_contact", "outside_until")


class _Dates:
    """Until when outside parties have the jobs shown together, asked when the first of them is shown."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids

    @functools.cached_property
    def dates(self) -> dict[int, tuple[datetime.datetime, bool]]:
        """Ticket -> until when, of the last time that one had it, and whether that is over."""
        over = ClockRun.met_at.is_not(None) | ClockRun.cancelled_at.is_not(None)
        query = select(ClockRun.record_id, ClockRun.due_at, over).join(Clock, Clock.id == ClockRun.clock_id)
        runs = query.where(ClockRun.register == Ticket.__tablename__, ClockRun.record_id.in_(self.ids))
        found = context.session().execute(runs.where(Clock.code == OUTSIDE).order_by(ClockRun.id))
        return {record_id: (due_at, bool(ended)) for record_id, due_at, ended in found}


class OutsideColumns(MatterPages[Ticket]):
    """The column that is worked out."""

    column_labels = {"outside_until": _("Outside until")}

    def prepared(self, rows: list[Any]) -> list[Any]:
        """Until when is read for all of them when the first is shown."""
        g.outside_dates = _Dates([row.id for row in rows])
        return super().prepared(rows)

    def show_outside_until(self, record: Any) -> str | Markup:
        """Until when the outside party has it."""
        if record.outside_party is None or record.id not in g.outside_dates.dates:
            return NOTHING
        due_at, ended = g.outside_dates.dates[record.id]
        return deadline(due_at, ended=ended)

    def value_outside_until(self, record: Any) -> Value:
        """The same as a time, for exports."""
        if record.outside_party is None or record.id not in g.outside_dates.dates:
            return None
        moment = local_moment(g.outside_dates.dates[record.id][0])
        return moment and moment.replace(tzinfo=None, microsecond=0)

"""``/styleguide``: the one visual grammar of all pages, shown with a training estate only."""

import datetime

from flask import Blueprint, render_template

from models.complaints import ComplaintStatus
from models.tickets import TicketStatus
from views.request import context

blueprint = Blueprint("styleguide", __name__)
MOMENTS = (*(datetime.timedelta(minutes=minutes) for minutes in (-5, 45, 300)), datetime.timedelta(days=-5))
"""Due in so long: late, soon, in time, and too long ago for anybody to put right today."""


@blueprint.get("/styleguide")
def index() -> str:
    """Sizes, colours, states, times, buttons, fields, what a page says, and what an empty list says."""
    return render_template(
        "styleguide.html",
        statuses=[*TicketStatus, *ComplaintStatus],
        moments=[context.now() + moment for moment in MOMENTS],
    )

"""The filter for records that missed a clock, by the name of what it measures."""

from flask_babel import lazy_gettext as _

from models import reports
from models.base import Base
from views.forms.filters import State, StateFilter
from views.words.codes import CLOCK_NAMES


def missed_filter(model: type[Base]) -> StateFilter:
    """``flt_missed=on-site``: the records of *model* that missed that clock, one of those that its table declares."""

    def state(code: str) -> State:
        return CLOCK_NAMES[code], lambda now: reports.missed(model, code, now)

    states = {limit.code: state(limit.code) for limit in model.time_limits}
    return StateFilter(model.id, states, "missed", _("Missed"))

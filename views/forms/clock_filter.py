"""Clocks by the name of what they measure, and the filter for records that missed one."""

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import InstrumentedAttribute

from models import reports
from views.forms.filters import State, StateFilter
from views.words.codes import CLOCK_NAMES


def missed_filter(
    record_id: InstrumentedAttribute[int], run_column: InstrumentedAttribute[int | None], *codes: str
) -> StateFilter:
    """``flt_missed=on-site``: records that missed that clock; *run_column* of the clock's runs names the record."""

    def state(code: str) -> State:
        return CLOCK_NAMES[code], lambda now: reports.missed(run_column, record_id, code, now)

    return StateFilter(record_id, {code: state(code) for code in codes}, "missed", _("Missed"))

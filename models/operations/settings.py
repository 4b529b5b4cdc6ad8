"""The verbs of what a manager sets (SET-1, SET-2). Every edit is an event and works from then on."""

from models.operations._calendars import (
    DAY_AMENDABLE,
    HOURS_AMENDABLE,
    CalendarDayDraft,
    WorkingHoursDraft,
    amend_calendar_days,
    amend_working_hours,
    delete_calendar_days,
    delete_working_hours,
    register_calendar_days,
    register_working_hours,
)
from models.operations._defaults import provide_defaults, provide_official_days, years_without_days
from models.operations._figures import (
    CATEGORY_AMENDABLE,
    CLOCK_AMENDABLE,
    CategoryDraft,
    amend_categories,
    amend_clocks,
    amend_settings,
    delete_categories,
    register_categories,
)

__all__ = [
    "CATEGORY_AMENDABLE",
    "CLOCK_AMENDABLE",
    "DAY_AMENDABLE",
    "HOURS_AMENDABLE",
    "CalendarDayDraft",
    "CategoryDraft",
    "WorkingHoursDraft",
    "amend_calendar_days",
    "amend_categories",
    "amend_clocks",
    "amend_settings",
    "amend_working_hours",
    "delete_calendar_days",
    "delete_categories",
    "delete_working_hours",
    "provide_defaults",
    "provide_official_days",
    "register_calendar_days",
    "register_categories",
    "register_working_hours",
    "years_without_days",
]

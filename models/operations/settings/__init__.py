"""The verbs of what a manager sets (SET-1, SET-2). Every edit is an event and works from then on."""

from models.operations.settings.added_clocks import BUILT_IN, ClockDraft, register_clocks, steps_of
from models.operations.settings.calendars import (
    DAY_AMENDABLE,
    HOURS_AMENDABLE,
    amend_calendar_days,
    amend_working_hours,
    delete_calendar_days,
    delete_working_hours,
    register_calendar_days,
    register_working_hours,
)
from models.operations.settings.counting import behind, calendar_changed, pieces, recount, recount_clocks
from models.operations.settings.defaults import (
    official_days,
    provide_clocks,
    provide_defaults,
    provide_official_days,
    provide_settings,
    provide_texts,
    years_without_days,
)
from models.operations.settings.figures import (
    CATEGORY_AMENDABLE,
    CLOCK_AMENDABLE,
    CategoryDraft,
    amend_categories,
    amend_clocks,
    amend_settings,
    check_value,
    delete_categories,
    register_categories,
)
from models.operations.settings.foretelling import Foretold, foretell
from models.operations.settings.preview import preview_clock
from models.operations.settings.texts import TEXT_AMENDABLE, amend_texts, reset_texts

__all__ = [
    "BUILT_IN",
    "CATEGORY_AMENDABLE",
    "CLOCK_AMENDABLE",
    "DAY_AMENDABLE",
    "HOURS_AMENDABLE",
    "TEXT_AMENDABLE",
    "CategoryDraft",
    "ClockDraft",
    "Foretold",
    "amend_calendar_days",
    "amend_categories",
    "amend_clocks",
    "amend_settings",
    "amend_texts",
    "amend_working_hours",
    "behind",
    "calendar_changed",
    "check_value",
    "delete_calendar_days",
    "delete_categories",
    "delete_working_hours",
    "foretell",
    "official_days",
    "pieces",
    "preview_clock",
    "provide_clocks",
    "provide_defaults",
    "provide_official_days",
    "provide_settings",
    "provide_texts",
    "recount",
    "recount_clocks",
    "register_calendar_days",
    "register_categories",
    "register_clocks",
    "register_working_hours",
    "reset_texts",
    "steps_of",
    "years_without_days",
]

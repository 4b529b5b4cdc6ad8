"""The residents' rest hours, in which nobody of the desk calls, writes or comes (FUP-1); a setting of the estate."""

import datetime
import re

from models.settings import DEFAULT_SETTINGS, EstateSettings

SETTING = "follow-up-rest-hours"
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


def rest_at(settings: EstateSettings, estate_id: int, moment: datetime.datetime) -> tuple[str, str] | None:
    """Start and end ("12:00", "14:00") of the rest that *moment* falls into by the estate's clock, else None.

    The start belongs to the rest, the end does not; a rest may go over midnight.
    """
    local = moment.astimezone(settings.calendar(estate_id).zone).strftime("%H:%M")
    for start, end in _hours(settings.value(estate_id, SETTING)):
        inside = start <= local < end if start <= end else local >= start or local < end
        if inside:
            return start, end
    return None


def _hours(value: object) -> list[tuple[str, str]]:
    """The pairs of the setting; the default's when someone stored something else."""
    for candidate in (value, DEFAULT_SETTINGS[SETTING][1]):
        if isinstance(candidate, list) and all(_is_pair(pair) for pair in candidate):
            return [(pair[0], pair[1]) for pair in candidate]
    return []


def _is_pair(pair: object) -> bool:
    return (
        isinstance(pair, list | tuple)
        and len(pair) == 2
        and all(isinstance(time, str) and _TIME.fullmatch(time) for time in pair)
    )

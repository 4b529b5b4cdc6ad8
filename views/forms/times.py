"""Times as people type them into a form: read by the estate's clock, and said back in words."""

import datetime
from collections.abc import Sequence

from flask import url_for
from flask_babel import format_datetime, gettext
from markupsafe import Markup

from models import moments, quick_times
from models.calendar import WorkingCalendar
from models.errors import OperationRefused
from models.quick_times import Toward, UnclearTime
from models.settings import EstateSettings
from views.request import context
from views.words.cells import escaped, marked
from views.words.language import from_local, is_chinese, local_moment, say, zone

EVENING = 17
"""From this hour on nobody promises “this afternoon”."""


def read_time(text: str, toward: Toward = Toward.AHEAD, *, ends: bool = True) -> datetime.datetime:
    """The instant (UTC) that *text* means now; ValueError with the sentence for the field where it means none."""
    try:
        if (dated := _dated(text)) is not None:
            return dated
        return quick_times.read(text, context.now(), _days(), toward, ends=ends)
    except UnclearTime as unclear:
        raise ValueError(say(unclear.message)) from None
    except OperationRefused as refused:
        raise ValueError(say(refused.message, **refused.values)) from None


def _dated(text: str) -> datetime.datetime | None:
    """What is said with its year and its hour: 2026-11-22 08:30, 2026年11月22日 下午3点; None for all other texts."""
    written = moments.in_digits(text)
    if not written[:4].isdigit() or len(written) > quick_times.LONGEST:
        return None
    local = moments.read(written)
    if local is None or not any(sign in written for sign in ":点时"):
        return None
    try:
        moment = local.astimezone(datetime.UTC) if local.tzinfo is not None else from_local(local)
    except OverflowError:
        raise UnclearTime(quick_times.NO_SUCH) from None
    if not quick_times.FIRST_YEAR <= local.year <= quick_times.LAST_YEAR:
        raise UnclearTime(quick_times.NO_SUCH)
    return moment


def _days() -> WorkingCalendar:
    estate = context.current_estate()
    if estate is None:
        return WorkingCalendar(zone(), {})
    return EstateSettings(context.session(), [estate.id]).calendar(estate.id)


def time_in_words(moment: datetime.datetime | None) -> str:
    """An instant as one says it: ``周六 11月28日 09:00``; with its year where that is another one."""
    local = local_moment(moment) if moment is not None else None
    if local is None:
        return ""
    is_this_year = local.year == context.now().astimezone(zone()).year
    if is_chinese():
        pattern = "EEE M月d日 HH:mm" if is_this_year else "EEE y年M月d日 HH:mm"
    else:
        pattern = "EEE d MMM, HH:mm" if is_this_year else "EEE d MMM y, HH:mm"
    return str(format_datetime(local.replace(tzinfo=None), pattern, rebase=False))


def quick_texts(toward: Toward, *, ends: bool) -> Sequence[str]:
    """What stands beside the field to be taken with one press; the reader of the field reads each."""
    if toward is Toward.BEHIND:
        return gettext("10 minutes ago"), gettext("1 hour ago")
    is_late = context.now().astimezone(zone()).hour >= EVENING
    soon = () if is_late else (gettext("this afternoon"),)
    if ends:
        return gettext("+30 min"), gettext("+2 h"), *soon, gettext("tomorrow morning")
    return *soon, gettext("tomorrow morning"), gettext("tomorrow afternoon")


def draw_time(control: Markup, name: str, moment: datetime.datetime | None, toward: Toward, *, ends: bool) -> Markup:
    """The field with what is taken by one press before it, and the time in words behind it."""
    chips = "".join(
        f'<button class="btn btn-sm" type="button" tabindex="{-1 if place else 0}" data-when-target="quick" '
        f'data-action="when#take">{escaped(text)}</button>'
        for place, text in enumerate(quick_texts(toward, ends=ends))
    )
    until = f' data-when-until-value="{name.removesuffix("_from")}_until"' if name.endswith("_from") else ""
    named = escaped(gettext("Quick times"))
    return marked(
        f'<div class="when" data-controller="when" data-when-url-value="{escaped(url_for("times.time_view"))}" '
        f'data-when-toward-value="{toward.value}" data-when-ends-value="{str(ends).lower()}"{until} '
        'data-action="change->when#read begin->when#begin keydown->when#key:capture">'
        f'<div class="quick-times scripted-only" role="group" aria-label="{named}">'
        f"{chips}</div>"
        f'{control}<output class="form-hint" id="{name}-said" for="{name}" data-when-target="said">'
        f"{escaped(time_in_words(moment))}</output></div>"
    )

"""How one value of a record is shown: by the type of its column, escaped, personal numbers masked (RES-4)."""

import datetime
import functools
import re
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from flask_babel import gettext, ngettext
from markupsafe import Markup, escape
from sqlalchemy import inspect
from sqlalchemy.orm import ColumnProperty

from models.base import (
    UNREADABLE_DAY,
    UNREADABLE_INSTANT,
    Base,
    Choice,
    Flag,
    LabelledEnum,
    LongText,
    UTCDateTime,
)
from models.declared import Tone
from models.matters import Severity
from models.personal import Unreadable, keyring_of, masked_id_number, masked_phone
from models.phones import numbers_of
from models.tickets import TicketKind
from views.request import context
from views.words.language import NOTHING, clock_text, in_words, label, language, listed, local_time, money, unreadable
from views.words.references import name_of, reference_of

Cell = Callable[[Any], str | Markup]

COLOURS: dict[Tone | None, str] = {
    Tone.NEW: "azure",
    Tone.ASSIGNED: "blue",
    Tone.TAKEN: "indigo",
    Tone.UNDER_WAY: "purple",
    Tone.STOPPED: "orange",
    Tone.DONE: "teal",
    Tone.GOOD: "green",
    Tone.BAD: "red",
    Tone.OVER: "grey",
    None: "grey",
}


def badge(member: LabelledEnum) -> Markup:
    """A status as colour and word."""
    return coloured(COLOURS[member.tone], label(member))


def marked(html: str) -> Markup:
    """*html* as mark-up: for those who have escaped every part of it (``Markup.format`` takes ten times as long)."""
    return Markup(html)  # noqa: S704  # as said


_SPECIAL = re.compile("[&<>'\"]")


def escaped(value: object) -> str:
    """*value* as text of a page; what has nothing to escape, as most of a list, is left alone."""
    if isinstance(value, Markup):
        return value
    text = str(value)
    return escape(text) if _SPECIAL.search(text) else text


@functools.lru_cache(1024)  # a list shows the same few of them in every row
def coloured(colour: str, text: str) -> Markup:
    """*text* in a pill of one of our named colours."""
    return marked(f'<span class="pill pill-{escape(colour)}">{escape(text)}</span>')


def duration(delta: datetime.timedelta) -> str:
    """How long, in the unit a person would use: minutes, hours, days."""
    minutes = int(abs(delta).total_seconds() // 60)
    if minutes < 60:
        return str(gettext("%(count)s min", count=minutes))
    if minutes < 48 * 60:
        return str(gettext("%(count)s h", count=minutes // 60))
    return str(ngettext("%(num)s day", "%(num)s days", minutes // (24 * 60)))


def exactly(minutes: int) -> str:
    """How long to the minute, so that several add up."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return str(gettext("%(count)s min", count=rest))
    return str(gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=rest))


def mark(matter: Any) -> Markup:
    """How pressing a matter is, as a sign in front of it; nothing for what is ordinary (INT-7)."""
    if getattr(matter, "kind", None) is TicketKind.EMERGENCY:
        return _mark("emergency", "‼", label(TicketKind.EMERGENCY))
    return _mark("serious", "!", label(Severity.SERIOUS)) if matter.severity is Severity.SERIOUS else Markup()


def _mark(name: str, sign: str, text: str) -> Markup:
    spoken = Markup('<span class="visually-hidden">{}</span>').format(text)
    return Markup('<span class="mark mark-{}" title="{}"><span aria-hidden="true">{}</span>{}</span>').format(
        name, text, sign, spoken
    )


def deadline(moment: datetime.datetime | None, *, ended: bool = False) -> str | Markup:
    """A due time as “overdue 8 h” or “2 h left” with the exact time on hover; the plain time once it is over."""
    if moment is None or ended or moment == UNREADABLE_INSTANT:
        return local_time(moment)
    left = moment - context.now()
    late = left < datetime.timedelta()
    text = _time_left(language(), late, int(abs(left).total_seconds() // 60))
    soon = not late and left < datetime.timedelta(hours=2)
    old = late and left < -datetime.timedelta(days=1)
    urgent = ' class="late old"' if old else ' class="late"' if late else ' class="soon"' if soon else ""
    return marked(f'<time{urgent} datetime="{moment.isoformat()[:16]}Z" title="{local_time(moment)}">{text}</time>')


@functools.lru_cache(4096)  # for each language: rows of a list share most of them
def _time_left(_language: str, late: bool, minutes: int) -> Markup:
    time = duration(datetime.timedelta(minutes=minutes))
    return escape(gettext("overdue %(time)s", time=time) if late else gettext("%(time)s left", time=time))


def columns_of_end(model: type[Base]) -> tuple[str, ...]:
    """The columns that say whether a due time of *model* is history."""
    return (*(("status",) if model.open_statuses else ()), *model.ended_by)


def is_ended(model: type[Base], row: object) -> bool:
    """Whether nothing is owed on *row* of *model* any more, so that its due time is history."""
    if model.open_statuses:
        return attrgetter("status")(row) not in model.open_statuses
    return any(getattr(row, name) is not None for name in model.ended_by)


def masked(record: Base, name: str) -> str:
    """A personal value of *record* with its middle hidden."""
    stored = getattr(record, name)
    return personal_of(stored, mask_of(name)) if stored else NOTHING


def mask_of(name: str) -> Callable[[str], str]:
    """What hides the middle of the personal value *name*."""
    return masked_id_number if name == "id_number" else masked_phone


def callable_phone(stored: str | None) -> str | Markup:
    """The number behind the cipher text *stored* in full, each as a link that a telephone calls; or a dash.

    Only for those whom the policy lets read it.
    """
    number = keyring_of(context.session()).readable(stored)
    if number is None:
        return personal_of(stored) if stored else NOTHING
    return Markup(" / ").join(map(_callable, numbers_of(number)))


def phone_of(stored: str | None, *, in_full: bool) -> str | Markup:
    """The number behind *stored*: ready to be called where it may be read *in_full*, else masked; or a dash."""
    if in_full or not stored:
        return callable_phone(stored)
    return personal_of(stored, masked_phone)


def _callable(number: tuple[str, str]) -> Markup:
    """One number as a link; the telephone waits before it dials the extension."""
    dialled = ",".join(filter(None, number))
    return Markup('<a href="tel:{}">{}</a>').format(dialled, "-".join(filter(None, number)))


def personal_of(stored: str, mask: Callable[[str], str] = str) -> str:
    """What *mask* makes of the value behind the cipher text *stored*; a word for one that cannot be read."""
    try:
        return mask(keyring_of(context.session()).decrypt(stored))
    except Unreadable:
        return unreadable()


def cell_of(model: type[Base], name: str) -> Cell:
    """The function that shows the attribute *name* of a record of *model*."""
    mapper = inspect(model)
    prop = mapper.attrs.get(name)
    if not isinstance(prop, ColumnProperty):
        return lambda record: value_text(getattr(record, name))
    column: Any = prop.columns[0]
    if column.info.get("personal"):
        return lambda record: masked(record, name)
    if column.info.get("secret") or name == "password_hash":
        return lambda record: NOTHING
    target = reference_of(name)
    if target is not None:
        return lambda record: NOTHING if (row_id := getattr(record, name)) is None else name_of(target, row_id)
    if isinstance(column.type, UTCDateTime):
        if name == model.dated_by:
            return lambda record: deadline(getattr(record, name), ended=is_ended(model, record))
        return lambda record: local_time(getattr(record, name))
    if name.endswith("_fen"):
        return lambda record: money(getattr(record, name))
    if name.endswith("_minute"):
        return lambda record: clock_text(getattr(record, name))
    return _typed_cell(column.type, name)


def _typed_cell(kind: LabelledEnum, name: str) -> Cell:
    if isinstance(kind, Choice):
        shown_as = badge if any(member.tone for member in kind.enum) else label
        return lambda record: NOTHING if getattr(record, name) is None else shown_as(getattr(record, name))
    if isinstance(kind, Flag):
        return lambda record: gettext("yes") if getattr(record, name) else gettext("no")
    if isinstance(kind, LongText):
        return lambda record: lines(getattr(record, name))
    return lambda record: value_text(getattr(record, name))


def value_text(value: object) -> str:
    """Any value as text; nothing is a dash."""
    if isinstance(value, list | tuple):
        return listed(value_text(item) for item in value) or NOTHING
    return unreadable() if value == UNREADABLE_DAY else in_words(value)


def lines(value: str | None) -> str | Markup:
    """Text of several lines, its line ends kept."""
    if not value:
        return NOTHING
    return marked(f'<span class="multiline">{escape(value)}</span>')


_ONE_ELEMENT = re.compile(r"<(\w+)[^>]*>([^<>&]*)</\1>")


def as_text(value: str | Markup) -> str:
    """A shown value without its mark-up, for exports."""
    text = str(value)
    if isinstance(value, Markup):
        # What nearly every cell of a long export is; striptags takes twenty times as long.
        simple = _ONE_ELEMENT.fullmatch(value)
        text = " ".join(str(simple[2]).split()) if simple else value.striptags()
    return "" if text == NOTHING else text

"""Form fields for our column types: texts, closed lists, times of the estate, money."""

import datetime
import json
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypedDict, Unpack

from flask_babel import gettext
from markupsafe import Markup
from wtforms import Field, IntegerField, SelectField, StringField, ValidationError, widgets
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # newer than its annotations
from wtforms.form import BaseForm
from wtforms.validators import Length, StopValidation

from models.base import LabelledEnum
from models.names import without_hidden
from models.quick_times import FIRST_YEAR, LAST_YEAR, NO_SUCH, Toward
from models.unreadable import BLANKS
from views.forms.times import draw_time, read_time
from views.words.labels import Caption
from views.words.language import from_local, label, say, zone


class FieldOptions(TypedDict, total=False):
    """What WTForms takes for every field beside label and validators."""

    filters: Sequence[Callable[[object], object]]
    description: Caption
    id: str
    default: Any
    render_kw: dict[str, Any]


class ChoiceOptions(FieldOptions, total=False):
    """The same of fields that are chosen from a list."""

    blank: Caption | None


BLANK = "__none__"
BEEN = frozenset(("heard_at", "called_at", "received_at", "ground_told_at"))
"""What these fields ask for has been; all others ask for what is to come."""
BEGINNINGS = frozenset(("visit_from", "valid_from", "preferred_time"))
"""What these fields ask for begins then; all others end."""
LARGEST_AMOUNT_FEN = 100_000_000
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def strip(value: object) -> object:
    """*value* without what shows as nothing around it, or anywhere as nothing at all; None when nothing is left."""
    if not isinstance(value, str):
        return value
    return without_hidden(value).strip(BLANKS).replace("\r\n", "\n") or None


class NoNul:
    """Refuses text with a NUL character, which no database takes, and with halves of characters."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        """Raise StopValidation with the sentence for the field."""
        for text in field.raw_data or ():
            if isinstance(text, str) and ("\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text)):
                raise StopValidation(gettext("This text contains a character that cannot be stored."))


class Required:
    """Asks for something: blanks are nothing, a zero or a *no* is an answer."""

    field_flags = {"required": True}

    def __call__(self, form: BaseForm, field: Field) -> None:
        """Raise StopValidation when nothing was understood; what was misunderstood has its own sentence."""
        if field.data is None or field.data == "":
            if field.process_errors:
                raise StopValidation
            raise StopValidation(gettext("This is needed."))


class OfText(StringField):
    """Text of at most *length* characters; nothing but blanks is nothing."""

    length = 200

    def __init__(
        self,
        label: Caption | None = None,
        validators: Sequence[Any] = (),
        length: int | None = None,
        **options: Unpack[FieldOptions],
    ) -> None:
        options.setdefault("filters", [strip])
        super().__init__(label, [NoNul(), *validators, Length(max=length or self.length)], **options)


class TextField(OfText):
    """One line of it."""


class LongTextField(OfText):
    """Several lines of it."""

    widget = widgets.TextArea()
    length = 20_000


def half_width(text: str) -> str:
    """*text* without blanks around it, its full-width signs (３, ．, ：), which Chinese keyboards write, as usual ones.

    No other sign changes: 3² is not 32.
    """
    return text.translate(_HALF_WIDTH).strip()


def whole_number(written: str) -> int:
    """The number that digits spell, full width too: neither underscores nor other scripts' digits. ValueError else."""
    text = half_width(written)
    if not re.fullmatch("-?[0-9]{1,9}", text, re.ASCII):
        raise ValueError(gettext("Write a whole number."))
    return int(text)


class WholeNumberField(IntegerField):
    """A whole number that fits the database; too large a number is refused with a sentence."""

    inputmode = "numeric"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it, or nothing."""
        self.data = None
        if valuelist and half_width(valuelist[0]):
            self.data = whole_number(valuelist[0])


Offered = tuple[Any, Caption]
"""A value and how it reads."""


class ChoiceField(SelectField):
    """A small closed list: *offered*, perhaps made for each request, or what subclasses say in :meth:`values`."""

    def __init__(
        self,
        label: Caption | None = None,
        validators: Sequence[Any] = (),
        blank: Caption | None = None,
        offered: Sequence[Offered] | Callable[[], Sequence[Offered]] = (),
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(label, list(validators), choices=[], **options)
        self.blank, self.offered = blank, offered

    def values(self) -> Sequence[tuple[object, str]]:
        """Value and label of each choice."""
        return [(value, str(text)) for value, text in (self.offered() if callable(self.offered) else self.offered)]

    def word(self, value: object) -> str:
        """How *value* stands in the form."""
        return BLANK if value is None else str(value)

    def iter_choices(self) -> Iterator[Choice]:
        """The options, the blank one first where nothing may be chosen."""
        if self.blank is not None:
            yield Choice(BLANK, self.blank, self.data is None, {})
        for value, text in self.values():
            yield Choice(self.word(value), text, value == self.data, {})

    def process_data(self, value: object) -> None:
        """Take the record's value as it is."""
        self.data = value

    def process_formdata(self, valuelist: list[str]) -> None:
        """The value behind the word that was sent; ValueError for a word not offered."""
        if not valuelist:
            return
        text = valuelist[0]
        if text in ("", BLANK):
            self.data = None
            return
        if self.object_data is not None and text == self.word(self.object_data):
            self.data = self.object_data  # what was not touched need not be looked up
            return
        for value, _ in self.values():
            if self.word(value) == text:
                self.data = value
                return
        self.data = None
        raise ValueError(gettext("Choose one of the offered values."))

    def pre_validate(self, form: BaseForm) -> None:
        """Nothing chosen is an error only where there is no blank choice."""
        if self.data is None and self.blank is None and not self.process_errors:
            raise ValidationError(gettext("Choose one of the offered values."))


class EnumField(ChoiceField):
    """A member of a LabelledEnum."""

    def __init__(
        self,
        label: Caption | None = None,
        validators: Sequence[Any] = (),
        *,
        enum: type[LabelledEnum],
        only: Sequence[LabelledEnum] | None = None,
        **options: Unpack[ChoiceOptions],
    ) -> None:
        super().__init__(label, validators, **options)
        self.members = tuple(only or enum)

    def values(self) -> Sequence[tuple[object, str]]:
        """The members with their labels in the reader's language."""
        return [(member, label(member)) for member in self.members]

    def word(self, value: object) -> str:
        """The stored word."""
        return str(value.value) if isinstance(value, LabelledEnum) else BLANK


class RadioField(EnumField):
    """The same as one press for each member, none of them chosen beforehand."""


class FlagField(Field):
    """Yes or no. Unlike WTForms' own, "false" typed by a program is false and anything unknown is refused."""

    widget = widgets.CheckboxInput()
    false_values = ("", "0", "false", "no")

    def process_data(self, value: object) -> None:
        """The record's truth value."""
        self.data = bool(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        """An unticked box sends nothing."""
        self.data = bool(valuelist) and valuelist[-1] not in self.false_values

    def _value(self) -> str:
        return "1"


class TypedField(Field):
    """What is typed in one line and read strictly; subclasses say how it is written and read."""

    widget: widgets.Input = widgets.TextInput()

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self.written()

    def written(self) -> str:
        """How the value stands in the form."""
        raise NotImplementedError

    def read(self, text: str) -> object:
        """The value that *text*, which is not empty, spells; ValueError with the sentence for any other."""
        raise NotImplementedError

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; blanks are nothing."""
        self.data = None
        if text := valuelist[0].strip() if valuelist else "":
            self.data = self.read(text)


class TimeInput(widgets.TextInput):
    """Text with a calendar beside it: what is typed in words is read too."""


class LocalDateTimeField(TypedField):
    """An instant, shown and read by the estate's clock, held in UTC: 2026-11-22 08:30, or as people say it."""

    widget = TimeInput()
    format = "%Y-%m-%d %H:%M"
    was_said = False
    """Whether it was typed in words: the form then goes on with the time that was read."""

    @property
    def toward(self) -> Toward:
        """Where the times lie that are asked for: what a weekday or an hour alone means."""
        return Toward.BEHIND if self.short_name in BEEN else Toward.AHEAD

    @property
    def ends(self) -> bool:
        """Whether a part of a day, or a day, means its end, as of a limit, or its beginning."""
        return self.short_name not in BEGINNINGS

    def _value(self) -> str:
        return self.written() if self.was_said else super()._value()

    def written(self) -> str:
        """The wall clock."""
        return self._text(self.data)

    def _text(self, value: datetime.datetime | None) -> str:
        return value.astimezone(zone()).strftime(self.format) if value is not None else ""

    def read(self, text: str) -> datetime.datetime:
        """Read the wall clock; what was not touched keeps its seconds."""
        original = self.object_data
        if isinstance(original, datetime.datetime) and text.replace("T", " ") == self._text(original):
            return original
        for pattern in (self.format, "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"):
            try:
                local = datetime.datetime.strptime(text, pattern)  # noqa: DTZ007  # made one of the estate below
                moment = from_local(local)
            except (ValueError, OverflowError):
                continue
            if FIRST_YEAR <= local.year <= LAST_YEAR:
                return moment
            raise ValueError(say(NO_SUCH))
        moment = read_time(text, self.toward, ends=self.ends)
        self.was_said = True
        return moment

    def drawn(self, control: Markup) -> Markup:
        """The *control* with what is taken by one press, and with the time in words."""
        return draw_time(control, self.id, None if self.errors else self.data, self.toward, ends=self.ends)


class LocalDateField(TypedField):
    """A calendar date."""

    widget = widgets.DateInput()

    def written(self) -> str:
        """As ISO has it."""
        return self.data.isoformat() if self.data is not None else ""

    def read(self, text: str) -> datetime.date:
        """Read an ISO date between 1900 and 2200."""
        try:
            day = datetime.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  # a date has no zone
        except ValueError:
            day = None
        if day is None or not 1900 <= day.year <= 2200:
            raise ValueError(gettext("Write the date like 2026-11-22."))
        return day


class MoneyField(TypedField):
    """An amount typed in yuan and held in fen."""

    inputmode = "decimal"

    def written(self) -> str:
        """In yuan."""
        return f"{self.data // 100}.{self.data % 100:02d}" if self.data is not None else ""

    def read(self, text: str) -> int | None:
        """Read at most two decimals, with the currency's sign or word or without; that alone is nothing."""
        text = half_width(text).removeprefix("¥").removeprefix("￥").removesuffix("元").strip()
        if not text:
            return None
        sentence = gettext("Write an amount in yuan like 50 or 50.00.")
        if len(text) > 20 or not text.isascii() or not text.replace(".", "", 1).isdigit():
            raise ValueError(sentence)
        try:
            fen = Decimal(text) * 100
        except InvalidOperation:
            raise ValueError(sentence) from None
        if fen != int(fen) or fen > LARGEST_AMOUNT_FEN:
            raise ValueError(sentence)
        return int(fen)


class ClockTimeField(TypedField):
    """A time of day, held as minutes after local midnight."""

    widget = widgets.TimeInput()

    def written(self) -> str:
        """Hours and minutes."""
        return f"{self.data // 60:02d}:{self.data % 60:02d}" if self.data is not None else ""

    def read(self, text: str) -> int:
        """Read 00:00 to 24:00."""
        parts = half_width(text).split(":")
        sentence = gettext("Write the time like 08:30.")
        if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):
            raise ValueError(sentence)
        hours, minutes = int(parts[0]), int(parts[1])
        if minutes > 59 or hours * 60 + minutes > 24 * 60:
            raise ValueError(sentence)
        return hours * 60 + minutes


class JsonField(TypedField):
    """A figure or a list, as JSON text."""

    def written(self) -> str:
        """As JSON."""
        return json.dumps(self.data, ensure_ascii=False)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read JSON of at most 500 characters."""
        self.data = None
        try:
            self.data = json.loads((valuelist[0] if valuelist else "").strip()[:500])
        except (ValueError, RecursionError):
            raise ValueError(gettext("Write a figure such as 30, or a list as it was shown.")) from None

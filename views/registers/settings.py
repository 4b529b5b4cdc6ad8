"""What a manager sets (SET-1, SET-2): clocks, figures, categories, working hours, calendar days."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from babel.dates import get_day_names
from flask_babel import get_locale, gettext, lazy_gettext as _

from models import conditions
from models.base import tables
from models.errors import OperationRefused
from models.estates import Estate
from models.operations import settings as verbs
from models.settings import (
    CalendarDay,
    Category,
    CategoryRegister,
    Clock,
    Setting,
    WorkingHours,
)
from models.verbs import verb_label
from views.forms.base import DeskForm, form_of
from views.forms.fields import ChoiceField, ClockTimeField, EnumField, Required, TextField
from views.forms.filters import ChoiceFilter, DateFilter, FlagFilter
from views.forms.references import StaticChoiceField
from views.register.base import RegisterView
from views.register.sheets import Value
from views.register.versions import STORED, chosen
from views.registers.changed_clocks import ChangesClocks, CountsAnew, ForetoldPage, hour_of_work, runs_out
from views.registers.clock_forms import CONDITION, TOLD, ClockForm, OfChangedClock, told_choices
from views.registers.setting_forms import setting_form, setting_in_words
from views.request import context
from views.words.cells import as_text, value_text
from views.words.codes import code_name
from views.words.labels import label_for
from views.words.language import clock_text, in_words, say, sentence
from views.words.references import learn_names

GROUP = _("Settings")


def day_name(weekday: int) -> str:
    """The weekday in the reader's language; Monday is 0."""
    return str(get_day_names("wide", locale=get_locale() or "en")[weekday])


Coded = TypeVar("Coded", bound=Clock | Setting)


class CodeView(RegisterView[Coded]):
    """Registers whose rows are called by a code."""

    group = GROUP
    number_column = "code"

    def name_of(self, record: Coded) -> str:
        """What its code means."""
        return code_name(record.code)

    show_code = name_of


class ClockView(CodeView[Clock], CountsAnew):
    """``/admin/clocks/``."""

    model = Clock
    column_list = (
        *("code", "rule", "register", "start_event", "stop_event", "minutes", "calendar", "enabled", "condition"),
    )
    reads = {"register": ("register", "code"), "condition": ("register", "condition")}
    form_columns = ("minutes", "calendar", "enabled", "runs_on", "warning_percent", *TOLD)
    form_args: Any = told_choices()
    create_form_class = ClockForm
    draft_class = verbs.ClockDraft
    sections = (
        (_("Clock"), ("code", "rule", "start_event", "stop_event", "minutes", "calendar", "enabled", "effect")),
        (_("For which records"), ("register", "condition", "runs_on")),
        (_("Who is told"), ("warning_percent", *TOLD)),
    )

    def foretold(self, verb: str, record: Any, **changes: object) -> ForetoldPage | None:
        """Nothing of a new clock: it counts for what comes."""
        page = None if verb == "register" else super().foretold(verb, record, **changes)
        if page is None or verb != "amend" or not {"minutes", "calendar"} & set(changes):
            return page
        said = gettext(
            "If it began now it would run out %(time)s; as it is now: %(before)s.",
            time=runs_out(record, **changes),
            before=runs_out(record),
        )
        return replace(page, begun_now=said)

    def show_effect(self, row: Clock) -> str:
        """When it would run out."""
        return runs_out(row)

    def get_edit_form(self) -> type[DeskForm]:
        """With the lines of its condition."""
        return type("ChangedClockForm", (OfChangedClock, super().get_edit_form()), {})

    def changes(self, form: DeskForm, record: Clock) -> dict[str, Any]:
        """Its columns, and its condition where the lines say another and what is stored was not chosen."""
        assert isinstance(form, OfChangedClock)
        changed = {field.short_name for field in form if field.short_name not in CONDITION}
        found = {name: form[name].data for name in sorted(changed) if form[name].data != getattr(record, name)}
        if form.changes_condition() and not any(chosen(name) == STORED for name in CONDITION):
            found["condition"] = form.new_condition()
        return found

    def prepared(self, rows: list[Any]) -> list[Any]:
        """The same, when it is known what all their conditions name."""
        named: dict[type[Any], set[int]] = {}

        def note(column: Any, value: Any) -> Any:
            if (model := _referred(column)) is not None:
                named.setdefault(model, set()).add(value)
            return value

        for row in rows:
            if getattr(row, "condition", None) is not None:
                _in_words(row, note)
        learn_names(named)
        return rows

    def show_register(self, row: Clock) -> str:
        """Of whose records it is."""
        register = row.register or _REGISTERS.get(row.code)
        return say(tables()[register].title) if register in tables() else "—"

    def show_condition(self, row: Clock) -> str:
        """For which of them, in a sentence."""
        return "—" if row.condition is None else _in_words(row, _called)

    def show_start_event(self, row: Clock) -> str:
        """The verb that starts it."""
        return say(verb_label(row.start_event))

    def show_stop_event(self, row: Clock) -> str:
        """The verb that stops it."""
        return say(verb_label(row.stop_event))


_REGISTERS = {limit.code: register for register, model in tables().items() for limit in model.time_limits}
"""Built-in clock -> of whose records it is."""


def _in_words(row: Any, called: Callable[[Any, Any], Any]) -> str:
    """The condition of a clock as a sentence; what is wrong with it, where another program wrote it so."""
    if row.register not in tables():
        return "—"
    columns = tables()[row.register].__table__.columns
    try:
        return in_words(conditions.in_words(conditions.read(row.condition, columns), columns, called))
    except OperationRefused as refusal:
        return sentence(refusal)


def _referred(column: Any) -> Any:
    """What a column refers to, its estate apart."""
    found = (tables().get(key.column.table.name) for key in column.foreign_keys)
    return next((model for model in found if model is not None and model is not Estate), None)


def _called(column: Any, value: Any) -> Any:
    """What a value of a condition is called."""
    if conditions.kind_of(column) == "word":
        return column.type.members[value]
    if (model := _referred(column)) is not None:
        return learn_names({model: [value]}).get((model, value), value)
    return gettext("yes") if value is True else gettext("no") if value is False else value


class SettingView(CodeView[Setting]):
    """``/admin/settings/``."""

    model = Setting
    title = _("Figures")
    column_list = ("code", "rule", "value")
    reads = {"value": ("code", "value")}
    form_columns = ("value",)
    sections = ((_("Setting"), ("code", "rule", "value", "updated_at")),)
    empty_text = _("No figure was changed: the defaults of the procedures apply.")

    def get_edit_form(self) -> Callable[..., DeskForm]:  # type: ignore[override]  # it only has to make forms
        """By what the setting is of: money, times, a number of something."""
        return setting_form

    def show_value(self, row: Setting) -> str:
        """In yuan, as times of day, with what it counts."""
        return setting_in_words(row)

    def value_value(self, row: Setting) -> Value:
        """A figure as a figure, for exports."""
        return row.value if isinstance(row.value, int) else as_text(value_text(row.value))


class CategoryForm(DeskForm):
    """A category of tickets."""

    register = EnumField(
        label_for(Category.register),
        enum=CategoryRegister,
        only=[CategoryRegister.TICKETS],
        default=CategoryRegister.TICKETS,
    )
    code = TextField(label_for(Category.code), [Required()], length=40)
    name = TextField(label_for(Category.name), [Required()], length=60)
    team_id = StaticChoiceField(label_for(Category.team_id), lookup="team", blank=_("none"))


class CategoryView(RegisterView[Category]):
    """``/admin/categories/``."""

    model = Category
    group = GROUP
    column_list = ("name", "register", "enabled")
    column_filters = (ChoiceFilter(Category.register), FlagFilter(Category.enabled))
    form_columns = ("name", "team_id", "enabled")
    create_form_class = CategoryForm
    draft_class = verbs.CategoryDraft
    sections = ((_("Category"), ("name", "code", "register", "team_id", "enabled")),)


class CalendarDayView(ChangesClocks[CalendarDay]):
    """``/admin/calendar-days/``."""

    model = CalendarDay
    group = GROUP
    number_column = "day"
    list_template = "admin/calendar_days.html"
    default_sort = "day"
    column_list = ("day", "kind", "name", "start_minute", "end_minute", "further_hours")
    column_sortable_list = ("day",)
    column_filters = (
        ChoiceFilter(CalendarDay.kind),
        DateFilter(CalendarDay.day),
        DateFilter(CalendarDay.day, until=True),
    )
    form_columns = ("kind", "name", "start_minute", "end_minute", "further_hours")
    create_form_class = form_of(
        CalendarDay,
        "day",
        *form_columns,
        start_minute={"description": _("Empty on a working day: Monday's hours.")},
        further_hours={"description": _("Of a day with a break: the hours after it, such as 13:30-15:00 19:00-20:00.")},
    )
    sections = ((_("Day"), ("day", "kind", "name", "start_minute", "end_minute", "further_hours", "hour_of_work")),)
    empty_text = _("No day differs from its weekday yet.")

    def ordinary_years(self) -> list[int]:
        """This year or the next, as long as its official calendar is neither known nor written by hand."""
        estate = context.current_estate()
        if estate is None:
            return []
        return verbs.years_without_days(context.session(), estate, now=context.now())

    def show_hour_of_work(self, record: CalendarDay) -> str:
        """What the days come to."""
        return hour_of_work(record.estate_id)

    def name_of(self, record: CalendarDay) -> str:
        """Its date."""
        day: datetime.date = record.day
        return day.isoformat()


class WorkingHoursForm(DeskForm):
    """A working interval (SET-2)."""

    weekday = ChoiceField(label_for(WorkingHours.weekday), offered=lambda: [(day, day_name(day)) for day in range(7)])
    start_minute = ClockTimeField(label_for(WorkingHours.start_minute), [Required()])
    end_minute = ClockTimeField(label_for(WorkingHours.end_minute), [Required()])


class WorkingHoursView(ChangesClocks[WorkingHours]):
    """``/admin/working-hours/``."""

    model = WorkingHours
    group = GROUP
    number_column = "weekday"
    default_descending = False
    column_list = ("weekday", "start_minute", "end_minute")
    form_columns = ("start_minute", "end_minute")
    create_form_class = WorkingHoursForm
    sections = ((_("Interval"), ("weekday", "start_minute", "end_minute", "hour_of_work")),)
    empty_text = _("No working hours: clocks that count working time cannot run. Add them.")

    def name_of(self, record: WorkingHours) -> str:
        """Weekday and times."""
        return f"{day_name(record.weekday)} {clock_text(record.start_minute)}–{clock_text(record.end_minute)}"

    def show_hour_of_work(self, record: WorkingHours) -> str:
        """What the hours come to."""
        return hour_of_work(record.estate_id)

    def show_weekday(self, record: WorkingHours) -> str:
        """Its name."""
        return day_name(record.weekday)

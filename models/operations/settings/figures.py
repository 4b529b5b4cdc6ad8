"""Clocks, single settings and categories: what a manager may make of them (SET-1)."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import OperationRefused, Outcome, gettext_noop
from models.next_dates import LONGEST_DAYS
from models.operations.core import (
    Move,
    New,
    check_each,
    creation,
    delete_unused,
    in_estate,
    verb,
)
from models.operations.settings.calendars import check_fits
from models.operations.settings.counting import let_follow
from models.operations.settings.fitting import check_condition, refit
from models.roles import MANAGERS
from models.settings import (
    DEFAULT_SETTINGS,
    NEXT_DATE,
    SOMEBODY_IS_TOLD,
    Category,
    CategoryRegister,
    Clock,
    ClockCalendar,
    Setting,
    Whom,
    time_limits,
)
from models.staff import Team

CLOCK_AMENDABLE = frozenset(
    {
        *("minutes", "calendar", "enabled", "condition", "warning_percent", "runs_on"),
        *("told_near", "told_missed", "told_further"),
    }
)
CATEGORY_AMENDABLE = frozenset({"name", "team_id", "enabled"})
MAXIMUM_MINUTES = 525_600
LIMITS = {
    "minutes": (1, MAXIMUM_MINUTES),
    "days": (1, 3660),
    NEXT_DATE: (1, LONGEST_DAYS),
    "months": (1, 60),
    "attempts": (1, 100),
    "reports": (2, 100),
    "percent": (1, 100),
    "fen": (0, 100_000_000),
}
"""Last word of a setting's code, or the code itself -> smallest and largest figure."""

_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass
class CategoryDraft:
    """A new category of tickets; ``code`` stays for ever, ``name`` is what people read."""

    estate_id: int
    code: str
    name: str
    register: CategoryRegister = CategoryRegister.TICKETS
    team_id: int | None = None


@verb(Clock, name="amend", roles=MANAGERS, rule="SET-1", amends=CLOCK_AMENDABLE)
def amend_clocks(
    move: Move[Clock],
    /,
    **columns: Any,
) -> None:
    """Set minutes, calendar, condition of clocks, or switch them; what runs is counted anew from its start (SET-1).

    By another condition what fits no more ends, and what fits now begins from its own start. Refused: minutes that are
    no whole number from 1 to 525,600, or, in working hours, more than the calendar holds, taking a clock out of use
    without which an open record would have no next date, a missed limit that nobody is told of (INT-14), and a
    condition that says nothing, or any of a built-in clock.
    """

    def check(row: Clock) -> None:
        minutes, calendar = columns.get("minutes", row.minutes), columns.get("calendar", row.calendar)
        smallest = 0 if calendar is ClockCalendar.SAME_DAY else 1
        check_figure(minutes, smallest, MAXIMUM_MINUTES, "minutes")
        if (percent := columns.get("warning_percent")) is not None:
            check_figure(percent, 1, 100, "warning_percent")
        if calendar is ClockCalendar.WORKING:
            check_fits(move.settings.calendar(row.estate_id), row.code, minutes, move.now)
        if columns.get("enabled") is False and (limit := time_limits().get(row.code)) is not None and limit.lasting:
            message = gettext_noop("Without this clock records would stand still unseen: lengthen it instead.")
            raise OperationRefused("INT-14", message, field="enabled")
        check_told(columns.get("told_missed"))
        if "condition" in columns:
            if row.register is None:
                message = gettext_noop("For which records a built-in clock runs is said by its rule.")
                raise OperationRefused("SET-1", message, field="condition")
            check_condition(row.register, columns["condition"])

    before: dict[int, Any] = {}
    for row in check_each(move, check):
        before[row.id] = row.condition
        move.set(row, **columns)

    def follow(outcome: Outcome) -> None:
        let_follow(move.call, outcome.done)
        for row in outcome.done:
            if row.condition != before[row.id]:
                refit(move.call, row, before[row.id])

    move.afterwards(follow)


def check_told(missed: Whom | None) -> None:
    """Refuse (INT-14) that of a *missed* limit nobody is told."""
    if missed is Whom.NOBODY:
        raise OperationRefused("INT-14", SOMEBODY_IS_TOLD, field="told_missed")


def check_figure(value: object, smallest: int, largest: int, field: str) -> None:
    """Refuse (SET-1) a *value* that is no whole number within these."""
    if isinstance(value, bool) or not isinstance(value, int) or not smallest <= value <= largest:
        message = gettext_noop("This must be a whole number from %(smallest)s to %(largest)s.")
        raise OperationRefused("SET-1", message, field=field, smallest=smallest, largest=largest)


@verb(Setting, name="amend", roles=MANAGERS, rule="SET-1", amends=frozenset({"value"}))
def amend_settings(move: Move[Setting], /, **columns: Any) -> None:
    """Give settings another value of their own kind: a figure within its limits, or a list of times from and until.

    Works from then on (SET-1): passes and promises given before keep what they were given.
    """
    for row in check_each(move, lambda row: check_value(row.code, columns.get("value", row.value))):
        move.set(row, **columns)


def check_value(code: str, value: object) -> None:
    """Refuse (SET-1) a *value* that is not of the kind of the setting *code*."""
    if code not in DEFAULT_SETTINGS:
        raise OperationRefused("SET-1", gettext_noop("There is no setting “%(code)s”."), code=code)
    if isinstance(DEFAULT_SETTINGS[code][1], list):
        if not isinstance(value, list) or not all(_is_interval(item) for item in value):
            message = gettext_noop("This must be a list of times from and until, such as 12:00 and 14:00.")
            raise OperationRefused("SET-1", message, field="value")
    else:
        check_figure(value, *(LIMITS.get(code) or LIMITS[code.rpartition("-")[2]]), "value")


def _is_interval(item: object) -> bool:
    """Whether *item* is two different times of day; the second may lie after midnight."""
    if not isinstance(item, list) or len(item) != 2 or item[0] == item[1]:
        return False
    return all(isinstance(time, str) and _TIME.fullmatch(time) for time in item)


@creation(Category, name="register", roles=MANAGERS)
def register_categories(new: New[Category], draft: CategoryDraft) -> Category:
    """Add categories of tickets (SET-1). The eight of complaints are given (CMP-1)."""
    row = new.row(draft, enabled=True)
    if row.register is CategoryRegister.COMPLAINTS:
        raise _given()
    if not _CODE.fullmatch(row.code):
        message = gettext_noop("The code of a category has 1 to 40 small letters, digits, hyphens or underscores.")
        raise OperationRefused("SET-1", message, field="code")
    query = select(Category.id).where(
        Category.estate_id == row.estate_id, Category.register == row.register, Category.code == row.code
    )
    same = any((other.estate_id, other.code) == (row.estate_id, row.code) for other in new.rows)
    if same or new.session.scalars(query).first() is not None:
        message = gettext_noop("There is a category %(code)s already.")
        raise OperationRefused("SET-1", message, field="code", code=row.code)
    _check_category(new.session, row.name, row.team_id, row.estate_id)
    return row


def _given() -> OperationRefused:
    return OperationRefused(
        "CMP-1", gettext_noop("The eight categories of complaints are given; only their names vary.")
    )


def _check_category(session: Session, name: str | None, team_id: int | None, estate_id: int) -> None:
    if not (name or "").strip():
        raise OperationRefused("SET-1", gettext_noop("Write down the name."), field="name")
    if team_id is not None:
        in_estate(session, Team, team_id, estate_id, "SET-1", gettext_noop("team"), field="team_id")


@verb(Category, name="amend", roles=MANAGERS, rule="SET-1", amends=CATEGORY_AMENDABLE)
def amend_categories(
    move: Move[Category],
    /,
    **columns: Any,
) -> None:
    """Rename categories, give them to a team, or take them out of use; records keep theirs (SET-1)."""

    def check(row: Category) -> None:
        if row.register is CategoryRegister.COMPLAINTS and not columns.get("enabled", True):
            raise _given()
        _check_category(move.session, columns.get("name", row.name), columns.get("team_id"), row.estate_id)

    for row in check_each(move, check):
        move.set(row, **columns)


@verb(Category, name="delete", roles=MANAGERS, rule="SET-1")
def delete_categories(move: Move[Category]) -> None:
    """Remove categories of tickets that no ticket has; one that was used is taken out of use instead (SET-1)."""

    def check(row: Category) -> None:
        if row.register is CategoryRegister.COMPLAINTS:
            raise _given()

    message = gettext_noop("Records have the category %(record)s; take it out of use instead.")
    delete_unused(move, message, check=check)

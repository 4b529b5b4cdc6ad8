"""What a new estate begins with: clocks, settings, categories, working hours and the official calendar (SET-1, 2)."""

import datetime
import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence

import chinese_calendar
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.base import Base
from models.calendar import zone_named
from models.call import Call
from models.complaints import ComplaintCategory
from models.estates import Estate
from models.events import Event
from models.message_texts import MessageText, built_in, kinds
from models.operations.core import Move, create, hold_estates, require_role
from models.operations.settings.counting import calendar_changed
from models.roles import Role
from models.settings import (
    DEFAULT_SETTINGS,
    CalendarDay,
    Category,
    CategoryRegister,
    Clock,
    ClockCalendar,
    DayKind,
    Setting,
    WorkingHours,
    time_limits,
)

PROVIDED = "SET-1"
"""The rule that the event of a default names: what a person adds has another, or none."""

# 08:30-12:00 and 13:30-18:00, Monday to Friday (SET-2).
DEFAULT_HOURS = tuple((day, start, end) for day in range(5) for start, end in ((510, 720), (810, 1080)))

OfficialDay = tuple[datetime.date, DayKind, str]
"""A date that differs from its weekday, how, and the Chinese name of its holiday."""

# Names of categories are the estate's own data, as names of teams are: a manager edits them, nobody translates them.
TICKET_CATEGORIES = {
    "water": "给排水",
    "electricity": "强电照明",
    "low-voltage": "弱电对讲",
    "doors-and-windows": "门窗锁具",
    "walls-and-leaks": "墙面渗漏",
    "lifts": "电梯",
    "public-facilities": "公共设施",
    "cleaning": "清洁绿化",
    "household-help": "居家服务",
    "other": "其它",
}
COMPLAINT_CATEGORIES = {
    ComplaintCategory.HOUSE_FABRIC: "房屋管理类",
    ComplaintCategory.EQUIPMENT: "设备管理类",
    ComplaintCategory.SAFETY_AND_ORDER: "安全管理类",
    ComplaintCategory.ENVIRONMENT: "环境管理类",
    ComplaintCategory.GENERAL_SERVICE: "综合服务类",
    ComplaintCategory.NEIGHBOUR_DISPUTE: "业户纠纷类",
    ComplaintCategory.DEVELOPER_RELATED: "开发商相关类",
    ComplaintCategory.OTHER: "其它类",
}


def provide_defaults(call: Call, estate: Estate, *, role: Role | None = None) -> list[int]:
    """Add what *estate* lacks of the defaults, each with its event; what is there stays as it is.

    The calendar is added for the years before, of and after *now*. Returns the years among them for which no official
    calendar is known yet: there Monday to Friday count as working days. *role* names the role it is done in.
    """
    days, unknown = official_days(_years_around(estate, call.now))
    rows: list[Base] = [
        *_clocks(call.session, estate.id),
        *_settings(call.session, estate.id),
        *_texts(call.session, estate.id),
        *_categories(call.session, estate.id),
        *_hours(call.session, estate.id),
        *_days(call.session, estate.id, days),
    ]
    by_table: dict[type[Base], list[Base]] = {}
    for row in rows:
        by_table.setdefault(type(row), []).append(row)
    for group in by_table.values():
        create(call.following(), group, verb="register", rule=PROVIDED, role=role)
    return unknown


def provide_clocks(call: Call, estates: Iterable[Estate]) -> list[Clock]:
    """Add to *estates* the clocks that the program has learnt since they were opened (SET-1).

    One of a manager's that is called so from before such names were kept for the program is called otherwise.
    """
    estates = list(estates)
    _give_way(call, [estate.id for estate in estates])
    new = [clock for estate in estates for clock in _clocks(call.session, estate.id)]
    return create(call.following(), new, verb="register", rule=PROVIDED)


def _give_way(call: Call, estate_ids: Sequence[int]) -> None:
    """Let the clocks of managers that have the code of a built-in one be called otherwise; each with its event."""
    of_estates = Clock.estate_id.in_(estate_ids)
    own = of_estates, Clock.register.is_not(None), Clock.code.in_(time_limits())
    rows = call.session.scalars(select(Clock).where(*own)).all()
    if rows:
        known = call.session.execute(select(Clock.estate_id, Clock.code).where(of_estates))
        taken = {(row.estate_id, row.code) for row in known}
        move = Move(call.following(), Clock, rows, verb="amend", rule=PROVIDED, role=Role.SYSTEM)
        for row in move.rows:
            names = (f"{row.code[:30]} ({number})" for number in itertools.count(2))
            name = next(name for name in names if (row.estate_id, name) not in taken)
            taken.add((row.estate_id, name))
            move.set(row, code=name)
        move.finish()


def provide_settings(call: Call, estates: Iterable[Estate]) -> list[Setting]:
    """Add to *estates* the figures that the program has learnt since they were opened (SET-1)."""
    new = [setting for estate in estates for setting in _settings(call.session, estate.id)]
    return create(call.following(), new, verb="register", rule=PROVIDED)


def provide_texts(call: Call, estates: Iterable[Estate]) -> list[MessageText]:
    """Add to *estates* the texts of messages that the program has learnt since they were opened (NOT-2)."""
    new = [text for estate in estates for text in _texts(call.session, estate.id)]
    return create(call.following(), new, verb="register", rule=PROVIDED)


def provide_official_days(call: Call, estates: Iterable[Estate]) -> tuple[list[CalendarDay], list[int]]:
    """Add to *estates* the official days of the years before, of and after *now* that they never had (SET-2).

    A date that stands in the calendar stays as it is, and one that was provided and deleted does not come back, so
    that it may be done again at any time. Returns the days added, and the years of which no official calendar is known.
    """
    chosen = list(dict.fromkeys(estates))
    for estate in chosen:
        require_role(call.actor, "register", CalendarDay(estate_id=estate.id))
    hold_estates(call.session, chosen)
    added: list[CalendarDay] = []
    unknown: set[int] = set()
    for estate in chosen:
        days, unknown_here = official_days(_years_around(estate, call.now))
        added += _days(call.session, estate.id, days)
        unknown.update(unknown_here)
    made = create(call.following(), added, verb="register", rule=PROVIDED)
    calendar_changed(call, made)
    return made, sorted(unknown)


def years_without_days(session: Session, estate: Estate, *, now: datetime.datetime) -> list[int]:
    """Which of this year and the next has neither an official calendar nor any day of its own in *estate* (SET-2).

    One statement, or none where both calendars are known.
    """
    _, unknown = official_days(_years_around(estate, now)[1:])
    if not unknown:
        return []
    days = [CalendarDay.day.between(datetime.date(year, 1, 1), datetime.date(year, 12, 31)) for year in unknown]
    found = session.execute(select(*(exists().where(CalendarDay.estate_id == estate.id, of) for of in days))).one()
    return [year for year, has_days in zip(unknown, found, strict=True) if not has_days]


def official_days(years: Iterable[int]) -> tuple[list[OfficialDay], list[int]]:
    """The official holidays and make-up working days of *years*, and the years not announced yet (SET-2)."""
    found: list[OfficialDay] = []
    unknown: list[int] = []
    for year in years:
        days = _official_year(year)
        if days is None:
            unknown.append(year)
        else:
            found += days
    return found, unknown


@functools.cache
def _official_year(year: int) -> tuple[OfficialDay, ...] | None:
    chinese_names = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
    found: list[OfficialDay] = []
    day = datetime.date(year, 1, 1)
    try:
        while day.year == year:
            off, name = chinese_calendar.get_holiday_detail(day)
            if name is not None:
                found.append((day, DayKind.OFF if off else DayKind.WORKING, chinese_names.get(name, name)))
            day += datetime.timedelta(days=1)
    except NotImplementedError:
        return None
    return tuple(found)


def _years_around(estate: Estate, now: datetime.datetime) -> range:
    year = now.astimezone(zone_named(estate.timezone)).year
    return range(year - 1, year + 2)


def _clocks(session: Session, estate_id: int) -> Iterator[Clock]:
    present = set(session.scalars(select(Clock.code).where(Clock.estate_id == estate_id)))
    for code, limit in time_limits().items():
        if code not in present:
            yield Clock(
                estate_id=estate_id,
                code=code,
                rule=limit.rule,
                start_event=limit.starts,
                stop_event=limit.stops,
                minutes=limit.minutes,
                calendar=ClockCalendar(limit.calendar),
                enabled=True,
            )


def _settings(session: Session, estate_id: int) -> Iterator[Setting]:
    present = set(session.scalars(select(Setting.code).where(Setting.estate_id == estate_id)))
    for code, (rule, value) in DEFAULT_SETTINGS.items():
        if code not in present:
            yield Setting(estate_id=estate_id, code=code, rule=rule, value=value)


def _texts(session: Session, estate_id: int) -> Iterator[MessageText]:
    present = set(session.scalars(select(MessageText.kind).where(MessageText.estate_id == estate_id)))
    for kind in kinds():
        if kind not in present:
            yield MessageText(estate_id=estate_id, kind=kind, **built_in(kind))


def _categories(session: Session, estate_id: int) -> Iterator[Category]:
    query = select(Category.register, Category.code).where(Category.estate_id == estate_id)
    present = {(row.register, row.code) for row in session.execute(query)}
    wanted = [(CategoryRegister.TICKETS, code, name) for code, name in TICKET_CATEGORIES.items()]
    wanted += [(CategoryRegister.COMPLAINTS, code.value, name) for code, name in COMPLAINT_CATEGORIES.items()]
    for register, code, name in wanted:
        if (register, code) not in present:
            yield Category(estate_id=estate_id, register=register, code=code, name=name, enabled=True)


def _hours(session: Session, estate_id: int) -> Iterator[WorkingHours]:
    # An estate with hours of its own keeps them whole: half a default would be neither.
    if session.scalars(select(WorkingHours.id).where(WorkingHours.estate_id == estate_id).limit(1)).first() is None:
        for weekday, start, end in DEFAULT_HOURS:
            yield WorkingHours(estate_id=estate_id, weekday=weekday, start_minute=start, end_minute=end)


def _days(session: Session, estate_id: int, days: Iterable[OfficialDay]) -> Iterator[CalendarDay]:
    present = set(session.scalars(select(CalendarDay.day).where(CalendarDay.estate_id == estate_id)))
    # What was provided once and is not there any more, a manager has deleted.
    earlier = select(Event.after).where(
        Event.estate_id == estate_id,
        Event.register == CalendarDay.__tablename__,
        Event.verb == "register",
        Event.rule == PROVIDED,
    )
    present.update(datetime.date.fromisoformat(after["day"]) for after in session.scalars(earlier))
    for day, kind, name in days:
        if day not in present:
            yield CalendarDay(estate_id=estate_id, day=day, kind=kind, name=name)

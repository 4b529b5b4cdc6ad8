"""What a new estate begins with: clocks, settings, categories, working hours and the official calendar (SET-1, 2)."""

import datetime
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

import chinese_calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Base
from models.complaints import ComplaintCategory
from models.estates import Estate
from models.operations._move import create
from models.settings import (
    DEFAULT_CLOCKS,
    DEFAULT_SETTINGS,
    CalendarDay,
    Category,
    CategoryRegister,
    Clock,
    DayKind,
    Setting,
    WorkingHours,
)
from models.staff import Actor, Role

# 08:30-12:00 and 13:30-18:00, Monday to Friday (SET-2).
DEFAULT_HOURS = tuple((day, start, end) for day in range(5) for start, end in ((510, 720), (810, 1080)))

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


def provide_defaults(
    session: Session, estate: Estate, *, actor: Actor, now: datetime.datetime, role: Role | None = None
) -> list[int]:
    """Add what *estate* lacks of the defaults, each with its event; what is there stays as it is.

    The calendar is added for the years before, of and after *now*. Returns the years among them for which no official
    calendar is known yet: there Monday to Friday count as working days. *role* names the role it is done in.
    """
    zone = ZoneInfo(estate.timezone)
    year = now.astimezone(zone).year
    days, unknown = official_days(range(year - 1, year + 2))
    rows: list[Base] = [
        *_clocks(session, estate.id),
        *_settings(session, estate.id),
        *_categories(session, estate.id),
        *_hours(session, estate.id),
        *_days(session, estate.id, days),
    ]
    by_table: dict[type[Base], list[Base]] = {}
    for row in rows:
        by_table.setdefault(type(row), []).append(row)
    for group in by_table.values():
        create(session, group, verb="register", actor=actor, now=now, rule="SET-1", role=role)
    return unknown


def official_days(years: Iterable[int]) -> tuple[list[tuple[datetime.date, DayKind, str]], list[int]]:
    """The official holidays and make-up working days of *years*, and the years not announced yet (SET-2)."""
    found: list[tuple[datetime.date, DayKind, str]] = []
    unknown: list[int] = []
    chinese_names = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
    for year in years:
        day = datetime.date(year, 1, 1)
        try:
            while day.year == year:
                off, name = chinese_calendar.get_holiday_detail(day)
                if name is not None:
                    kind = DayKind.OFF if off else DayKind.WORKING
                    found.append((day, kind, chinese_names.get(name, name)))
                day += datetime.timedelta(days=1)
        except NotImplementedError:
            unknown.append(year)
    return found, unknown


def _clocks(session: Session, estate_id: int) -> Iterator[Clock]:
    present = set(session.scalars(select(Clock.code).where(Clock.estate_id == estate_id)))
    for code, rule, start, stop, minutes, calendar in DEFAULT_CLOCKS:
        if code not in present:
            yield Clock(
                estate_id=estate_id,
                code=code,
                rule=rule,
                start_event=start,
                stop_event=stop,
                minutes=minutes,
                calendar=calendar,
                enabled=True,
            )


def _settings(session: Session, estate_id: int) -> Iterator[Setting]:
    present = set(session.scalars(select(Setting.code).where(Setting.estate_id == estate_id)))
    for code, (rule, value) in DEFAULT_SETTINGS.items():
        if code not in present:
            yield Setting(estate_id=estate_id, code=code, rule=rule, value=value)


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


def _days(
    session: Session, estate_id: int, days: Iterable[tuple[datetime.date, DayKind, str]]
) -> Iterator[CalendarDay]:
    present = set(session.scalars(select(CalendarDay.day).where(CalendarDay.estate_id == estate_id)))
    for day, kind, name in days:
        if day not in present:
            yield CalendarDay(estate_id=estate_id, day=day, kind=kind, name=name)

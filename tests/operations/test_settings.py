"""What a manager sets: clocks, figures, categories, working hours and the calendar (SET-1, SET-2)."""

import contextlib
import datetime
from typing import Any

import pytest
from sqlalchemy import select

from models.call import Call
from models.estates import Unit
from models.events import Event
from models.operations import estates, settings, tickets
from models.operations.estates import EstateDraft, UnitDraft
from models.operations.settings import CategoryDraft, check_value
from models.settings import (
    CalendarDay,
    Category,
    CategoryRegister,
    Clock,
    ClockCalendar,
    DayKind,
    EstateSettings,
    Setting,
    WorkingHours,
)
from models.staff import Department, Team
from models.tickets import TicketKind
from tests.operations.setting_desk import counted, found, open_settings, refused


@pytest.fixture
def desk(session, world, now):
    return open_settings(session, world, now)


def test_a_clock_edited_works_from_then_on__SET_1(desk):
    clock = found(desk, Clock, code="slip-acknowledged")
    settings.amend_clocks(Call(desk.session, **desk.common), [clock], minutes=30).one()
    assert EstateSettings(desk.session, [desk.id]).due(clock, desk.now) == desk.now + datetime.timedelta(minutes=30)
    event = desk.session.scalars(select(Event).where(Event.verb == "amend")).one()
    assert (event.before, event.after, event.rule) == ({"minutes": 15}, {"minutes": 30}, "SET-1")


def test_a_clock_takes_whole_minutes_only__SET_1(desk):
    clock = found(desk, Clock, code="on-site")
    for minutes in (0, -5, 525_601, "15", True, 1.5, None):
        with refused("SET-1"):
            settings.amend_clocks(Call(desk.session, **desk.common), [clock], minutes=minutes).one()


def test_a_clock_never_counts_more_working_time_than_there_is__SET_2(desk):
    clock = found(desk, Clock, code="on-site")
    with refused("SET-2"):
        settings.amend_clocks(
            Call(desk.session, **desk.common), [clock], minutes=500_000, calendar=ClockCalendar.WORKING
        ).one()
    rows = desk.session.scalars(select(WorkingHours).where(WorkingHours.estate_id == desk.id)).all()
    outcome = settings.delete_working_hours(Call(desk.session, **desk.common), rows)
    assert {refusal.rule for _, refusal in outcome.refused} == {"SET-2"}
    EstateSettings(desk.session, [desk.id]).due(found(desk, Clock, code="formal-record"), desk.now)
    assert counted(desk, WorkingHours) == len(outcome.refused) == 1


@pytest.mark.parametrize(
    ("code", "value", "fits"),
    [
        ("temporary-pass-days", 7, True),
        ("temporary-pass-days", 0, False),
        ("temporary-pass-days", "7", False),
        ("temporary-pass-days", True, False),
        ("temporary-pass-days", 10**12, False),
        ("worker-pass-deposit-fen", 0, True),
        ("worker-pass-deposit-fen", -1, False),
        ("follow-up-attempts", 5, True),
        ("enquiry-promise-minutes", 0, False),
        ("follow-up-rest-hours", [["22:00", "08:00"]], True),
        ("follow-up-rest-hours", [], True),
        ("follow-up-rest-hours", [["22:00"]], False),
        ("follow-up-rest-hours", [["22:00", "22:00"]], False),
        ("follow-up-rest-hours", [["24:00", "08:00"]], False),
        ("follow-up-rest-hours", [[22, 8]], False),
        ("follow-up-rest-hours", 5, False),
        ("follow-up-rest-hours", "22:00", False),
    ],
)
def test_a_setting_keeps_its_kind__SET_1(code, value, fits):
    with contextlib.nullcontext() if fits else refused("SET-1"):
        check_value(code, value)


def test_a_setting_edited_works_from_then_on__SET_1(desk):
    hours = found(desk, Setting, code="follow-up-rest-hours")
    outcome = settings.amend_settings(Call(desk.session, **desk.common), [hours], value=[["22:00", "08:00"]])
    assert EstateSettings(desk.session, [desk.id]).value(desk.id, hours.code) == outcome.one().value
    with refused("SET-1"):
        settings.amend_settings(Call(desk.session, **desk.common), [hours], value=5).one()


def test_only_the_manager_sets_anything__SET_1(desk):
    clock, setting = found(desk, Clock, code="on-site"), found(desk, Setting, code="undo-minutes")
    day = CalendarDay(estate_id=desk.id, day=datetime.date(2027, 1, 1), kind=DayKind.OFF)
    for username in ("clerk", "technician", "lead", "supervisor", "auditor", "admin", "stranger"):
        common = {"actor": desk.world.actor(username), "now": desk.now}
        for outcome in (
            settings.amend_clocks(Call(desk.session, **common), [clock], minutes=9),
            settings.amend_settings(Call(desk.session, **common), [setting], value=9),
            settings.register_categories(Call(desk.session, **common), [CategoryDraft(desk.id, "pets", "宠物")]),
            settings.register_calendar_days(Call(desk.session, **common), [day]),
            settings.register_working_hours(
                Call(desk.session, **common),
                [WorkingHours(estate_id=desk.id, weekday=5, start_minute=540, end_minute=720)],
            ),
        ):
            assert [refusal.rule for _, refusal in outcome.refused] == ["ROLE"], username


def test_categories_of_tickets_are_added_renamed_and_removed_while_unused__SET_1(desk):
    team = desk.world.teams[Department.ENGINEERING]
    draft = CategoryDraft(desk.id, "heating", "地暖", team_id=team.id)
    row = settings.register_categories(Call(desk.session, **desk.common), [draft]).one()
    bad = (
        draft,
        CategoryDraft(desk.id, "Heating!", "地暖"),
        CategoryDraft(desk.id, "gas", " "),
        CategoryDraft(desk.id, "gas", "燃气", team_id=desk.world.other_team.id),
    )
    for wrong in bad:
        with refused("SET-1"):
            settings.register_categories(Call(desk.session, **desk.common), [wrong]).one()
    assert settings.amend_categories(Call(desk.session, **desk.common), [row], name="暖气").one().name == "暖气"
    ticket = tickets.TicketDraft(
        desk.id, "不热", place="大堂", reporter_name="张", kind=TicketKind.REPAIR, category_id=row.id
    )
    tickets.register(Call(desk.session, desk.world.actor("clerk"), desk.now), [ticket]).one()
    with refused("SET-1"):
        settings.delete_categories(Call(desk.session, **desk.common), [row]).one()
    assert settings.amend_categories(Call(desk.session, **desk.common), [row], enabled=False).one().enabled is False
    unused = found(desk, Category, code="lifts")
    settings.delete_categories(Call(desk.session, **desk.common), [unused]).one()


def test_the_eight_categories_of_complaints_are_given__CMP_1(desk):
    row = found(desk, Category, register=CategoryRegister.COMPLAINTS, code="environment")
    with refused("CMP-1"):
        settings.delete_categories(Call(desk.session, **desk.common), [row]).one()
    with refused("CMP-1"):
        settings.amend_categories(Call(desk.session, **desk.common), [row], enabled=False).one()
    with refused("CMP-1"):
        draft = CategoryDraft(desk.id, "ninth", "第九类", CategoryRegister.COMPLAINTS)
        settings.register_categories(Call(desk.session, **desk.common), [draft]).one()
    assert settings.amend_categories(Call(desk.session, **desk.common), [row], name="环境类").one().name == "环境类"


def test_the_estates_own_exceptions_stand_in_its_calendar__SET_2(desk):
    day = datetime.date(2026, 11, 21)
    draft = CalendarDay(
        estate_id=desk.id, day=day, kind=DayKind.WORKING, name="开放日", start_minute=540, end_minute=720
    )
    row = settings.register_calendar_days(Call(desk.session, **desk.common), [draft]).one()
    assert EstateSettings(desk.session, [desk.id]).calendar(desk.id).intervals(day) == [(540, 720)]
    with refused("SET-2"):
        settings.register_calendar_days(Call(desk.session, **desk.common), [draft]).one()
    for changes in ({"kind": DayKind.OFF}, {"end_minute": 500}, {"end_minute": None}, {"end_minute": 1441}):
        with refused("SET-2"):
            settings.amend_calendar_days(Call(desk.session, **desk.common), [row], **changes).one()
    off: dict[str, Any] = {"kind": DayKind.OFF, "start_minute": None, "end_minute": None}
    settings.amend_calendar_days(Call(desk.session, **desk.common), [row], **off).one()
    assert not EstateSettings(desk.session, [desk.id]).calendar(desk.id).is_working_day(day)
    settings.delete_calendar_days(Call(desk.session, reason="取消", **desk.common), [row]).one()
    assert desk.session.scalars(select(CalendarDay).where(CalendarDay.day == day)).first() is None


def test_several_working_intervals_a_day_do_not_overlap__SET_2(desk):
    drafts = [
        WorkingHours(estate_id=desk.id, weekday=5, start_minute=540, end_minute=720),
        WorkingHours(estate_id=desk.id, weekday=5, start_minute=720, end_minute=780),
    ]
    saturday = settings.register_working_hours(Call(desk.session, **desk.common), drafts).all()
    bad = [(5, 600, 660), (5, 700, 900), (7, 540, 720), (6, 720, 540), (6, -1, 540), (6, 600, 1441)]
    for weekday, start, end in bad:
        with refused("SET-2"):
            draft = WorkingHours(estate_id=desk.id, weekday=weekday, start_minute=start, end_minute=end)
            settings.register_working_hours(Call(desk.session, **desk.common), [draft]).one()
    twice = [WorkingHours(estate_id=desk.id, weekday=6, start_minute=540, end_minute=720)] * 2
    outcome = settings.register_working_hours(Call(desk.session, **desk.common), twice)
    assert (len(outcome.done), len(outcome.refused)) == (1, 1)
    with refused("SET-2"):
        settings.amend_working_hours(Call(desk.session, **desk.common), saturday[:1], end_minute=721).one()
    settings.amend_working_hours(Call(desk.session, **desk.common), saturday[:1], start_minute=480).one()
    day = datetime.date(2026, 11, 21)
    assert EstateSettings(desk.session, [desk.id]).calendar(desk.id).intervals(day) == [(480, 720), (720, 780)]


def test_preview_writes_nothing(desk):
    before = [counted(desk, model) for model in (Unit, Team, Category, CalendarDay, WorkingHours, Event)]
    drafts: tuple[tuple[Any, Any], ...] = (
        (estates.register_units, UnitDraft(desk.id, "9-901")),
        (estates.register_teams, Team(estate_id=desk.id, name="夜班", department=Department.SECURITY)),
        (settings.register_categories, CategoryDraft(desk.id, "pets", "宠物")),
        (
            settings.register_calendar_days,
            CalendarDay(estate_id=desk.id, day=datetime.date(2027, 1, 1), kind=DayKind.OFF),
        ),
        (settings.register_working_hours, WorkingHours(estate_id=desk.id, weekday=6, start_minute=540, end_minute=720)),
    )
    for verb, draft in drafts:
        assert verb(Call(desk.session, **desk.common, preview=True), [draft]).done == [draft]
    assert estates.register(Call(desk.session, **desk.admin, preview=True), [EstateDraft("BH", "碧湖苑")]).done
    desk.session.flush()
    assert [counted(desk, model) for model in (Unit, Team, Category, CalendarDay, WorkingHours, Event)] == before

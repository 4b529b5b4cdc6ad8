"""Estates, units and teams: what a new one has, one number each, what is referred to stays (SET-1, RES-1, RES-5)."""

import datetime
from typing import Any

import pytest
from sqlalchemy import select

from models.call import Call
from models.complaints import ComplaintCategory
from models.errors import OperationRefused, StaleRecord
from models.estates import Estate, FeeStatus, Unit, UnitUse
from models.events import Event
from models.message_texts import MessageText
from models.operations import estates, settings
from models.operations.estates import EstateDraft, UnitDraft
from models.operations.settings import official_days
from models.settings import (
    CalendarDay,
    Category,
    CategoryRegister,
    Clock,
    DayKind,
    EstateSettings,
    Setting,
    WorkingHours,
)
from models.staff import Department, Team
from tests.operations.setting_desk import counted, found, open_settings, refused

NEW_YEAR_EVE = datetime.date(2026, 2, 16)
MAKE_UP_SATURDAY = datetime.date(2026, 2, 14)


@pytest.fixture
def desk(session, world, now):
    return open_settings(session, world, now)


def test_a_new_estate_has_its_clocks_settings_categories_hours_and_calendar__SET_1(desk):
    estate = estates.register(Call(desk.session, **desk.admin), [EstateDraft("BH", "碧湖苑")]).one()
    desk.id = estate.id
    desk.session.commit()
    assert {clock.code for clock in desk.session.scalars(select(Clock).where(Clock.estate_id == estate.id))} == {
        "slip-acknowledged",
        "on-site",
        "same-day",
        "follow-up",
        "formal-record",
        "waiting",
        "promise",
        "question",
        "measures",
        "dispatch-emergency",
        "dispatch",
        "ask-done",
        "slip-back",
        "charge-paid",
        "closing",
        "to-department",
        "progress-note",
        "review",
        "archiving",
        "approval-decided",
        "approval-used",
        "owner-told",
        "escalation",
        "authority-answer",
        "outside-party",
    }
    assert counted(desk, Setting) == 16
    assert counted(desk, MessageText) == 32
    assert counted(desk, WorkingHours) == 10
    assert found(desk, CalendarDay, day=NEW_YEAR_EVE).kind is DayKind.OFF
    assert found(desk, CalendarDay, day=MAKE_UP_SATURDAY).kind is DayKind.WORKING
    query = select(Category.code).where(
        Category.estate_id == estate.id, Category.register == CategoryRegister.COMPLAINTS
    )
    assert set(desk.session.scalars(query)) == {category.value for category in ComplaintCategory}
    roles = select(Event.role).where(Event.estate_id == estate.id).distinct()
    assert desk.session.scalars(roles).all() == ["admin"]


def test_defaults_are_added_once_and_leave_what_is_there__SET_1(desk):
    setting = found(desk, Setting, code="temporary-pass-days")
    settings.amend_settings(Call(desk.session, **desk.common), [setting], value=5).one()
    before = [
        counted(desk, model) for model in (Clock, Setting, MessageText, Category, WorkingHours, CalendarDay, Event)
    ]
    settings.provide_defaults(Call(desk.session, desk.world.actor("system"), desk.now), desk.world.estate)
    after = [
        counted(desk, model) for model in (Clock, Setting, MessageText, Category, WorkingHours, CalendarDay, Event)
    ]
    assert (before, setting.value) == (after, 5)


def test_the_year_not_announced_yet_is_said_so_and_has_ordinary_weeks__SET_2(desk):
    assert desk.unknown == [2027]
    calendar = EstateSettings(desk.session, [desk.id]).calendar(desk.id)
    assert calendar.is_working_day(datetime.date(2027, 2, 8))
    assert not calendar.is_working_day(datetime.date(2027, 2, 6))


def test_the_official_calendar_has_holidays_and_make_up_days__SET_2(desk):
    days, unknown = official_days([2026])
    assert unknown == []
    assert sum(kind is DayKind.OFF for _, kind, _ in days) == 33
    assert [day.isoformat() for day, kind, _ in days if kind is DayKind.WORKING] == [
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ]
    calendar = EstateSettings(desk.session, [desk.id]).calendar(desk.id)
    assert calendar.intervals(MAKE_UP_SATURDAY) == [(510, 720), (810, 1080)]
    assert not calendar.is_working_day(NEW_YEAR_EVE)


def test_an_estate_needs_code_name_and_a_real_time_zone__SET_1(desk):
    drafts = (
        EstateDraft("", "碧湖苑"),
        EstateDraft("YH", "云湖"),
        EstateDraft("碧湖", "碧湖苑"),
        EstateDraft("BH", " "),
        EstateDraft("BH", "碧湖苑", timezone="Mars/Base"),
        EstateDraft("BH", "碧湖苑", timezone="../etc/passwd"),
        EstateDraft("BH", "碧湖苑", timezone=""),
    )
    outcome = estates.register(Call(desk.session, **desk.admin), drafts)
    assert [draft for draft, _ in outcome.refused] == list(drafts)
    assert {refusal.rule for _, refusal in outcome.refused} == {"SET-1", "SET-2"}


def test_only_an_administrator_opens_estates_and_managers_edit_their_own(desk):
    with refused("ROLE"):
        estates.register(Call(desk.session, **desk.common), [EstateDraft("BH", "碧湖苑")]).one()
    estate = estates.amend(Call(desk.session, **desk.common), [desk.world.estate], desk_phone="0571-88").one()
    assert estate.desk_phone == "0571-88"
    wrong: tuple[dict[str, Any], ...] = ({"name": ""}, {"timezone": "nowhere"})
    for changes in wrong:
        with refused("SET-[12]"):
            estates.amend(Call(desk.session, **desk.common), [estate], **changes).one()
    with refused("ROLE"):
        estates.amend(Call(desk.session, **desk.common), [desk.world.other], name="别处").one()
    assert desk.session.get_one(Estate, desk.world.other.id).name == "西岭雅居"


def test_units_have_one_number_each_and_a_butler_of_the_estate__RES_5(desk):
    draft = UnitDraft(desk.id, " 3-301 ", "3", 3, butler_id=desk.world.person("clerk").id)
    unit = estates.register_units(Call(desk.session, **desk.common), [draft]).one()
    assert (unit.code, unit.fee_status) == ("3-301", FeeStatus.UNKNOWN)
    for code in ("3-301", "", "1-101", "/", "——", " . "):
        with refused("RES-1"):
            estates.register_units(Call(desk.session, **desk.common), [UnitDraft(desk.id, code)]).one()
    again = [UnitDraft(desk.id, "9"), UnitDraft(desk.id, "9")]
    outcome = estates.register_units(Call(desk.session, **desk.common), again)
    assert (len(outcome.done), len(outcome.refused)) == (1, 1)
    for username in ("stranger", "auditor"):
        butler = {"butler_id": desk.world.person(username).id}
        with refused("RES-5"):
            estates.register_units(Call(desk.session, **desk.common), [UnitDraft(desk.id, "8", **butler)]).one()
        with refused("RES-5"):
            estates.amend_units(Call(desk.session, **desk.common), [unit], **butler).one()


def test_units_are_edited_by_the_desk_and_keep_their_numbers_apart__FEE_1(desk):
    first, second = desk.world.units[:2]
    clerk = {"actor": desk.world.actor("clerk"), "now": desk.now}
    outcome = estates.amend_units(Call(desk.session, **clerk), [first, second], fee_status=FeeStatus.OWING)
    assert [unit.fee_status for unit in outcome.all()] == [FeeStatus.OWING] * 2
    with refused("RES-1"):
        estates.amend_units(Call(desk.session, **clerk), [first], code=second.code).one()
    with refused("RES-1"):
        estates.amend_units(Call(desk.session, **clerk), [first, second], code="7").all()
    assert estates.amend_units(Call(desk.session, **clerk), [first], code=first.code, use=UnitUse.SHOP).one() is first
    with refused("ROLE"):
        estates.register_units(Call(desk.session, **clerk), [UnitDraft(desk.id, "7")]).one()
    with pytest.raises(StaleRecord):
        estates.amend_units(Call(desk.session, **clerk, expected={first.id: 1}), [first], floor=2).one()


@pytest.mark.parametrize("written", ["3栋1203", "三号楼1203室", "3#1203", "03-1203", "３－１２０３", "3-1203 "])
def test_a_room_is_one_unit_however_its_number_is_written__RES_1(desk, written):
    drafts = [UnitDraft(desk.id, "3-1203"), UnitDraft(desk.id, "9-901")]
    other = estates.register_units(Call(desk.session, **desk.common), drafts).all()[1]
    again = estates.register_units(Call(desk.session, **desk.common), [UnitDraft(desk.id, written)])
    renamed = estates.amend_units(Call(desk.session, **desk.common), [other], code=written)
    for outcome in (again, renamed):
        with pytest.raises(OperationRefused, match="There is a unit") as refused:
            outcome.one()
        assert refused.value.values["code"] == "3-1203"


def test_common_places_are_called_by_their_words(desk):
    drafts = [UnitDraft(desk.id, code, use=UnitUse.PLACE) for code in ("3栋电梯", "3单元电梯")]
    assert len(estates.register_units(Call(desk.session, **desk.common), drafts).all()) == 2


def test_a_unit_is_one_room__RES_1(desk):
    estate = desk.id
    several = ("8-101,8-102", "8-101/102", "8-101 8-102", "8-101 102", "8栋101 8栋102", "8-101_8-102", "8-101 or 8-102")
    for code in (*several, "8-101或8-102", "8-101.102", "8-101・8-102"):
        outcome = estates.register_units(Call(desk.session, preview=True, **desk.common), [UnitDraft(estate, code)])
        assert [refusal.field for _row, refusal in outcome.refused] == ["code"], code
    one = ("008 101", "8 01 0203", "8-1203 A", "8号楼 1203室", "8栋 2单元 1501", "东区 8-1203", "8座 1204")
    drafts = [UnitDraft(estate, code) for code in one]
    assert not estates.register_units(Call(desk.session, preview=True, **desk.common), drafts).refused


def test_a_unit_or_team_someone_refers_to_is_not_deleted(desk):
    with refused("RES-1"):
        estates.delete_units(Call(desk.session, **desk.common), [desk.world.units[0]]).one()
    estates.delete_units(Call(desk.session, **desk.common), [desk.world.units[3]]).one()
    assert desk.session.scalars(select(Unit).where(Unit.code == "2-201")).first() is None
    with refused("SET-1"):
        estates.delete_teams(Call(desk.session, **desk.common), [desk.world.teams[Department.ENGINEERING]]).one()
    estates.delete_teams(Call(desk.session, **desk.common), [desk.world.teams[Department.FINANCE]]).one()
    assert counted(desk, Team) == 5


def test_teams_have_one_name_each_and_a_lead_of_the_estate__SET_1(desk):
    draft = Team(
        estate_id=desk.id, name="夜班工程", department=Department.ENGINEERING, lead_id=desk.world.person("lead").id
    )
    team = estates.register_teams(Call(desk.session, **desk.common), [draft]).one()
    for bad in (
        Team(estate_id=desk.id, name="夜班工程", department=Department.SECURITY),
        Team(estate_id=desk.id, name=" ", department=Department.SECURITY),
    ):
        with refused("SET-1"):
            estates.register_teams(Call(desk.session, **desk.common), [bad]).one()
    stranger = desk.world.person("stranger").id
    with refused("DSP-11"):
        estates.amend_teams(Call(desk.session, **desk.common), [team], lead_id=stranger).one()
    assert estates.amend_teams(Call(desk.session, **desk.common), [team], name="夜班").one().name == "夜班"
    with refused("SET-1"):
        estates.amend_teams(Call(desk.session, **desk.common), [team], name="security").one()

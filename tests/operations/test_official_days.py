"""Official days of later years reach the estates that there are, and never what a manager changed (SET-2)."""

import datetime

import pytest
from sqlalchemy import func, select

from models.call import Call
from models.errors import OperationRefused
from models.events import Event
from models.operations import settings
from models.operations.settings import official_days
from models.settings import CalendarDay, DayKind, EstateSettings

# Years whose calendars are known for good, and some that are not for long.
OPENED = datetime.datetime(2024, 6, 3, 2, 0, tzinfo=datetime.UTC)
YEAR_LATER = datetime.datetime(2025, 11, 18, 2, 0, tzinfo=datetime.UTC)
FAR = datetime.datetime(2099, 12, 31, 16, 30, tzinfo=datetime.UTC)  # the year 2100 in Shanghai
NEW_YEAR_EVE = datetime.date(2026, 2, 16)
MAKE_UP_SATURDAY = datetime.date(2026, 2, 14)


@pytest.fixture
def world(rolled_back):
    """An estate that was opened in 2024, with the calendars of then."""
    settings.provide_defaults(Call(rolled_back.session, rolled_back.actor("system"), OPENED), rolled_back.estate)
    return rolled_back


def provide(world, now=YEAR_LATER, estates=None):
    estates = [world.estate] if estates is None else estates
    return settings.provide_official_days(Call(world.session, world.actor("system"), now), estates)


def day_of(world, day):
    query = select(CalendarDay).where(CalendarDay.estate_id == world.estate.id, CalendarDay.day == day)
    return world.session.scalars(query).one_or_none()


def calendar(world):
    return EstateSettings(world.session, [world.estate.id]).calendar(world.estate.id)


def test_an_estate_gets_the_days_of_a_year_that_became_known_later__SET_2(world):
    assert calendar(world).is_working_day(NEW_YEAR_EVE)
    added, unknown = provide(world)
    assert ([(row.day, row.kind, row.name) for row in added], unknown) == official_days([2026])
    assert not calendar(world).is_working_day(NEW_YEAR_EVE)
    assert calendar(world).is_working_day(MAKE_UP_SATURDAY)


def test_days_are_added_once_each_with_its_event_and_not_again__SET_2(world):
    count = select(func.count()).select_from(Event).where(Event.register == "calendar_days")
    before = world.session.scalar(count)
    added, _ = provide(world)
    after = world.session.scalar(count)
    assert after - before == len(added) == len(official_days([2026])[0])
    of_days = select(Event).where(Event.register == "calendar_days")
    last = world.session.scalars(of_days.order_by(Event.id.desc()).limit(1)).one()
    assert (last.role, last.verb, last.rule) == ("system", "register", "SET-1")
    assert provide(world)[0] == []
    assert provide(world, estates=[world.estate, world.estate])[0] == []
    assert world.session.scalar(count) == after


def test_a_day_that_a_manager_deleted_does_not_come_back__SET_2(world):
    provide(world)
    manager = {"actor": world.actor("manager"), "now": YEAR_LATER}
    settings.delete_calendar_days(Call(world.session, **manager), [day_of(world, MAKE_UP_SATURDAY)]).one()
    eve = day_of(world, NEW_YEAR_EVE)
    settings.amend_calendar_days(Call(world.session, **manager), [eve], kind=DayKind.WORKING).one()
    assert provide(world)[0] == []
    assert day_of(world, MAKE_UP_SATURDAY) is None
    assert day_of(world, NEW_YEAR_EVE).kind is DayKind.WORKING
    settings.provide_defaults(Call(world.session, world.actor("system"), YEAR_LATER), world.estate)
    assert day_of(world, MAKE_UP_SATURDAY) is None


def test_a_year_whose_days_were_all_deleted_stays_empty__SET_2(world):
    added, _ = provide(world)
    settings.delete_calendar_days(Call(world.session, world.actor("manager"), YEAR_LATER), added).all()
    assert provide(world)[0] == []


def test_an_exception_written_early_keeps_its_date_and_the_official_days_come_around_it__SET_2(world):
    manager = {"actor": world.actor("manager"), "now": OPENED}
    own = CalendarDay(estate_id=world.estate.id, day=NEW_YEAR_EVE, kind=DayKind.WORKING, name="值守")
    mistaken = CalendarDay(estate_id=world.estate.id, day=MAKE_UP_SATURDAY, kind=DayKind.OFF)
    _, wrong = settings.register_calendar_days(Call(world.session, **manager), [own, mistaken]).all()
    settings.delete_calendar_days(Call(world.session, **manager), [wrong]).one()
    added, _ = provide(world)
    assert NEW_YEAR_EVE not in {row.day for row in added}
    assert day_of(world, NEW_YEAR_EVE).name == "值守"
    assert day_of(world, MAKE_UP_SATURDAY).kind is DayKind.WORKING, "what was never provided is not missed"


def test_each_estate_gets_what_it_lacks__SET_2(world):
    added, _ = provide(world, estates=[world.estate, world.other])
    years = {(row.estate_id, row.day.year) for row in added}
    assert years == {(world.estate.id, 2026), *((world.other.id, year) for year in (2024, 2025, 2026))}


def test_years_of_no_known_calendar_are_named_by_the_estates_own_date__SET_2(world):
    assert provide(world, now=FAR) == ([], [2099, 2100, 2101])


def test_a_year_counts_as_ordinary_until_it_is_known_or_written_by_hand__SET_2(world):
    def ordinary(now):
        return settings.years_without_days(world.session, world.estate, now=now)

    assert ordinary(YEAR_LATER) == []
    assert ordinary(FAR) == [2100, 2101]
    own = CalendarDay(estate_id=world.estate.id, day=datetime.date(2101, 1, 1), kind=DayKind.OFF, name="元旦")
    settings.register_calendar_days(Call(world.session, world.actor("manager"), OPENED), [own]).one()
    assert ordinary(FAR) == [2100]
    assert settings.years_without_days(world.session, world.other, now=FAR) == [2100, 2101]


def test_only_who_may_write_the_calendar_provides_it__SET_2(world):
    with pytest.raises(OperationRefused, match=r"^ROLE: "):
        settings.provide_official_days(Call(world.session, world.actor("clerk"), YEAR_LATER), [world.estate])
    assert day_of(world, NEW_YEAR_EVE) is None

"""Days and times are read as people and spreadsheet programs write them; what can be two days is a question."""

import datetime

import pytest

from models import moments
from models.errors import OperationRefused
from models.import_cells import date, hour, moment, place

UTC, CHINA = datetime.UTC, datetime.timezone(datetime.timedelta(hours=8))
DAY = (2026, 1, 3)


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("46025", DAY),
        ("46025.625", (*DAY, 15)),
        ("45250", (2023, 11, 20)),
        ("45250.99999", (2023, 11, 20, 23, 59, 59)),
        ("20260103", DAY),
        ("202601031530", (*DAY, 15, 30)),
        ("2026.1.3", DAY),
        ("2026/1/3 3:05 PM", (*DAY, 15, 5)),
        ("2026-01-03 12am", DAY),
        ("2026-01-03 15:00:00.123", (*DAY, 15)),
        ("2026年1月3日", DAY),
        ("２０２６年１月３号", DAY),
        ("2026年1月3日 下午3点", (*DAY, 15)),
        ("2026年1月3日下午3点半", (*DAY, 15, 30)),
        ("2026年1月3日 晚上11点45分", (*DAY, 23, 45)),
        ("2026年1月3日 星期六 上午9时20分30秒", (*DAY, 9, 20, 30)),
        ("2026年1月3日中午12点", (*DAY, 12)),
        ("2026/01/03 上午8：30", (*DAY, 8, 30)),
        ("2026/1/3 上午 12:05:00", (*DAY, 0, 5)),  # as programs write it
        ("2026年1月3日上午12点", (*DAY, 12)),
        ("2026年1月3日凌晨12点半", (*DAY, 0, 30)),
        ("2026年1月3日晚上8点", (*DAY, 20)),
        ("2026-01-03 晚上20:30", (*DAY, 20, 30)),
        ("二〇二六年一月三日", DAY),
        ("二○二六年十一月二十三日", (2026, 11, 23)),
        ("13/1/2026", (2026, 1, 13)),
        ("1/13/2026", (2026, 1, 13)),
        ("1/1/2026", (2026, 1, 1)),
        ("3 Jan 2026", DAY),
        ("January 3rd, 2026 3pm", (*DAY, 15)),
    ],
)
def test_a_time_is_read_as_it_is_written(written, when):
    expected = datetime.datetime(*when)  # noqa: DTZ001  # by the estate's own clock
    assert moment(written) == expected
    assert date(written) == expected.date()


@pytest.mark.parametrize(("written", "zone"), [("2026-01-03T15:00:00Z", UTC), ("2026-01-03T15:00+08:00", CHINA)])
def test_a_time_that_names_its_zone_keeps_it(written, zone):
    assert moment(written) == datetime.datetime(*DAY, 15, tzinfo=zone)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-01-2026-12-31",
        "2026-11-20 09:00-2026",
        "2026-11-20-0800",
        "2026-11-01 - 2026-12-31",
        "2026-11-20 09:00+25:00",
    ],
)
def test_a_span_of_days_is_no_time_with_a_zone(written):
    assert moments.read(written) is None


@pytest.mark.parametrize("written", ["3/1/2026", "3-1-2026", "03.01.2026", "12/11/2026 08:00"])
def test_what_can_be_two_days_is_asked(written):
    for read in (date, moment):
        with pytest.raises(OperationRefused, match="can be two days"):
            read(written)


@pytest.mark.parametrize(
    "written",
    [
        *("2026年1月3日晚上12点", "2026-01-03 夜里1点", "2026-01-03 晚上0:30", "2026年1月3日晚2点半"),  # of which day?
        *("2026年1月", "26-1-3", "2024-02-30", "13/13/2026", "昨天", "下午", "May 2026", "²"),
        *("2026-01-03 25:00", "2026-01-03 7", "5", "999", "99999", "123456", "9999-12-31", "0001-01-01", "1e400"),
    ],
)
def test_what_is_no_time_is_none(written):
    with pytest.raises(OperationRefused, match="is no date"):
        date(written)
    with pytest.raises(OperationRefused, match="is no time"):
        moment(written)


def test_a_room_that_a_spreadsheet_program_made_a_date_of_is_asked():
    for cell in ("2026-03-12", "2026-03-12 00:00:00"):
        with pytest.raises(OperationRefused, match="is a date"):
            place(cell)
    assert [place(cell) for cell in ("3-12", "2026-3-12", "20260312")] == ["3-12", "2026-3-12", "20260312"]


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("8:30", (8, 30)),
        ("0８：30", (8, 30)),
        ("08:30:15", (8, 30, 15)),
        ("下午三点", (15,)),
        ("上午9时20分", (9, 20)),
        ("八点半", (8, 30)),
        ("3:05 pm", (15, 5)),
        ("0.354166666666667", (8, 30)),
        ("1899-12-30 08:30:00", (8, 30)),
    ],
)
def test_an_hour_without_its_day_is_read_as_it_is_written(written, at):
    assert hour(written) == datetime.time(*at)


@pytest.mark.parametrize("written", ["上午", "830", "15", "24:00", "8:30-9:00", "张三", "8:75"])
def test_what_is_no_hour_is_refused_by_its_words(written):
    with pytest.raises(OperationRefused, match=f"“{written}” is no hour"):
        hour(written)

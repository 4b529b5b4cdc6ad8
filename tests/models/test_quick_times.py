"""Times as people type them: what each text means on one Friday morning, and what is no time."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from models import quick_times
from models.calendar import WorkingCalendar
from models.quick_times import Toward, UnclearTime, read

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = WorkingCalendar(ZONE, dict.fromkeys(range(5), ((510, 720), (810, 1080))))
AHEAD, BEHIND = Toward.AHEAD, Toward.BEHIND


def at(written: str) -> datetime.datetime:
    return datetime.datetime.strptime(written, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


FRIDAY = at("2026-11-27 10:20") + datetime.timedelta(seconds=35)

AS_MEANT = {
    "2026-11-27 10:50": "+30 分|+30|＋３０ 分|30分钟后|半小时后|半个小时后|过半小时|in 30 minutes"
    "|in half an hour|30 min later",
    "2026-11-27 11:20": "1小时后|一个小时后|in an hour|+60|+1h|过1小时",
    "2026-11-27 11:50": "一个半小时后|1小时半后|1.5小时后|+90|1小时30分后",
    "2026-11-27 12:20": "2小时后|两小时后|两个小时后|兩個小時後|in 2 hours|+2h|2 hours from now",
    "2026-11-27 11:05": "三刻钟后",
    "2026-11-30 10:20": "3天后|三天后|in 3 days",
    "2026-12-04 10:20": "一周后|in 1 week|7天后",
    "2026-11-27 18:00": "今天下午|下午|今天|this afternoon|下班前|今天下班前|today|晚上6点|18:00|1800",
    "2026-11-27 12:00": "今天上午|上午|中午12点|12点|正午12点",
    "2026-11-27 15:00": "15:00|下午3点|下午三点|3点|今天3点|3pm|15点|三点|3点钟|1500|3点前|下午 3 点",
    "2026-11-27 15:30": "下午三点半|3点半|下午3点30分|15:30|3:30pm|下午3:30",
    "2026-11-27 21:20": "21:20|2120|２１：２０|今晚9点20|晚上9点20分|今晚 9:20|21:20前",
    "2026-11-28 00:30": "明天0:30|明天凌晨0点半",
    "2026-11-28 12:00": "明天上午|明早|tomorrow morning|周六上午|Saturday morning",
    "2026-11-28 09:00": "明早9点|明天上午9点|明天9点|周六9点|星期六上午九点|礼拜六9点|Sat 9am|9am Sat"
    "|saturday 9:00|tomorrow at 9am",
    "2026-11-28 09:30": "tomorrow 9:30|明天9点半|明天 9:30|明天9点半之前|9:30 tomorrow|11-28 9:30"
    "|28 Nov 9:30|Nov 28 at 9:30",
    "2026-11-28 20:00": "明晚8点|明天晚上八点|tomorrow 8pm|明天20点",
    "2026-11-28 18:00": "明天|周六|tomorrow",
    "2026-11-29 18:00": "后天|day after tomorrow|周日|星期天",
    "2026-11-29 15:00": "星期天下午3点|周日15:00|后天下午三点|Sunday 3pm",
    "2026-11-30 10:30": "下周一 10:30|下星期一上午10点半|next Monday 10:30|Monday 10:30|周一10:30|11月30日10:30"
    "|30号上午10点半",
    "2026-12-05 09:00": "下周六9点|next Sat 9am|12月5日9点|12月5号上午9点",
    "2026-12-03 10:00": "3号上午10点|12月3日上午十点|十二月三日10点|3rd Dec 10:00",
    "2026-11-30 18:00": "大后天|30号|11-30",
    "2027-03-01 09:00": "3月1日9点|03-01 09:00|1 March 9am",
    "2028-02-29 09:00": "2月29日9点",
    "2026-11-27 10:20": "现在|now",
}  # fmt: skip
BEGINS = {
    "2026-11-27 13:30": "今天下午|下午",
    "2026-11-27 10:20": "今天|今天上午",  # it goes on
    "2026-11-28 08:30": "明天上午|明早|明天|周六",
    "2026-11-28 13:30": "明天下午|tomorrow afternoon",
    "2026-11-28 18:00": "明晚|tomorrow evening",
    "2026-11-30 08:30": "下周一|下周一上午",
}
HEARD = {
    "2026-11-27 10:10": "10分钟前|10 minutes ago|十分钟之前|10:10|10点10分",
    "2026-11-27 08:20": "2小时前|两个小时前|2h ago|8:20|上午8点20|0820",
    "2026-11-27 09:30": "9点半|今天9点半|早上九点半|9:30am",
    "2026-11-26 21:20": "昨天21:20|昨晚9点20|yesterday 9:20pm|昨天晚上9点20分|周四21:20|11月26日 21:20",
    "2026-11-26 23:50": "23:50|2350",
    "2026-11-25 15:00": "前天下午3点|周三下午3点",
    "2026-11-18 15:00": "上周三下午3点|last Wed 3pm",
    "2026-11-27 10:20": "刚才|刚刚|just now|now",
}

TEXTS = [
    (toward, ends, text, expected)
    for toward, ends, table in ((AHEAD, True, AS_MEANT), (AHEAD, False, BEGINS), (BEHIND, True, HEARD))
    for expected, texts in table.items()
    for text in texts.split("|")
]


@pytest.mark.parametrize(("toward", "ends", "text", "expected"), TEXTS)
def test_a_time_as_it_is_typed_is_the_one_that_is_meant(toward: Toward, ends: bool, text: str, expected: str) -> None:
    found = read(text, FRIDAY, DAYS, toward, ends=ends)
    assert (found.tzinfo, found.astimezone(ZONE)) == (datetime.UTC, at(expected))


NO_TIMES = {
    quick_times.NO_TIME: "|   |.|abc|👍|周八|+99999999分|30|9|"
    + "a" * 1000
    + "|"
    + "1" * 1000
    + "|门坏了明天9点来|明天这个时候"
    "|每天9点|9点到11点|monkey 9am|明天 明天|+|后|点|月底|9:5|1:234",
    quick_times.NO_SUCH: "25:99|24:01|2月31日|31 Feb|31 feb 9:00|13月1日|0号|32号|明天25点|上午15点|13am|+99999天"
    "|9点99分|2月30日9点",
    quick_times.OVER: "2小时前|昨天下午3点|10 minutes ago|今天9:00|今天上午9点|9:00|上周一9点",
    quick_times.WHICH_HALF: "9点|9点半|明天3点|周六5点半|周五9点|今天9点前|今天9点",
    quick_times.WHICH_DAY: "3/1 9:00|1/12",
}


@pytest.mark.parametrize(
    ("message", "text"), [(said, text) for said, texts in NO_TIMES.items() for text in texts.split("|")]
)
def test_what_is_no_time_or_can_be_two_is_refused_with_its_reason(message: str, text: str) -> None:
    with pytest.raises(UnclearTime) as refused:
        read(text, FRIDAY, DAYS)
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (quick_times.TO_COME, "+30"),
        (quick_times.TO_COME, "明天9点"),
        (quick_times.WHICH_HOUR, "昨天下午"),
        (quick_times.WHICH_HOUR, "昨天"),
    ],
)
def test_what_was_heard_was_heard_before_now_and_at_an_hour__INT_2(message: str, text: str) -> None:
    with pytest.raises(UnclearTime) as refused:
        read(text, FRIDAY, DAYS, BEHIND)
    assert refused.value.message == message


def test_a_little_after_midnight_is_meant_at_night_and_a_missed_hour_of_the_morning_is_not_tomorrows() -> None:
    night = at("2026-11-27 23:50")
    assert read("0:30", night, DAYS).astimezone(ZONE) == at("2026-11-28 00:30")
    assert read("凌晨1点", night, DAYS).astimezone(ZONE) == at("2026-11-28 01:00")
    with pytest.raises(UnclearTime):
        read("9:00", FRIDAY, DAYS)
    for asked in ("3点半", "4点"):
        with pytest.raises(UnclearTime):  # nobody promises an answer at that hour of the night
            read(asked, at("2026-11-27 16:20"), DAYS)


def test_a_desk_that_works_around_the_clock_has_mornings_and_afternoons_too() -> None:
    always = WorkingCalendar(ZONE, dict.fromkeys(range(7), ((0, 1440),)))
    assert read("明天上午", FRIDAY, always, ends=False).astimezone(ZONE) == at("2026-11-28 08:00")
    assert read("明天下午", FRIDAY, always).astimezone(ZONE) == at("2026-11-28 18:00")


def test_the_zone_is_the_estates() -> None:
    london = WorkingCalendar(ZoneInfo("Europe/London"), {})
    assert read("9:00", FRIDAY, london).astimezone(london.zone).strftime("%d %H:%M") == "27 09:00"  # it is 02:20 there

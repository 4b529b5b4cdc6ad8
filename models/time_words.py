"""The grammar and the words of times as people at a desk type them, in Chinese and English. Pure."""

import calendar
from dataclasses import dataclass

from models.calendar import Interval

MINUTE, DAY = 1, 1440

GRAMMAR = r"""
start: NOW                                -> present
     | PLUS span+                         -> later
     | PLUS NUMBER                        -> later_minutes
     | IN? span+ AFTER                    -> later
     | IN span+                           -> later
     | span+ AGO                          -> earlier
     | day? PART                          -> in_part
     | THIS PART                          -> in_this_part
     | day                                -> whole_day
     | day? hour                          -> at
     | day? hour AGO                      -> at_latest
     | hour day                           -> at_day

span: NUMBER UNIT                         -> some
    | NUMBER UNIT HALF                    -> some_and_half
    | HALF SOME? UNIT                     -> half_of
    | SOME UNIT                           -> one
    | NUMBER SOME HALF UNIT               -> some_and_half_of
    | NUMBER SOME UNIT                    -> some_of

hour: PART? CLOCK                         -> clock
    | CLOCK (PART | HALF_DAY)                        -> clock_after
    | PART? FIGURES                       -> figures
    | PART? NUMBER POINT                  -> full
    | PART? NUMBER POINT HALF             -> half_past
    | PART? NUMBER POINT QUARTERS         -> quarters_past
    | PART? NUMBER POINT NUMBER MINUTE?   -> past
    | NUMBER HALF_DAY                     -> half_day

day: NAMED                                -> named
   | (TURN | THIS)* WEEKDAY               -> weekday
   | NUMBER MONTH NUMBER DATE?            -> month_day
   | NUMBER DATE                          -> month_day_alone
   | MONTH_DAY                            -> numbered
   | NUMBER ORDINAL? MONTH_NAME           -> day_month
   | MONTH_NAME NUMBER ORDINAL?           -> name_day

NOW: "现在" | "刚才" | "刚刚" | "just now" | "now"
PLUS: "+"
IN: "过" | "in"
AFTER: "之后" | "以后" | "后" | "later" | "from now"
AGO: "之前" | "以前" | "前" | "ago"
HALF.2: "半" | "half"
SOME: "个" | "an" | "a"
QUARTERS.3: "一刻" | "三刻"
UNIT.2: "分钟" | "刻钟" | "小时" | "钟头" | "天" | "星期" | "礼拜" | "周"
    | "minutes" | "minute" | "mins" | "min" | "hours" | "hour" | "hrs" | "hr"
    | "days" | "weeks" | "week" | "分" | "m" | "h" | "d" | /day(?!s| after)/
NUMBER: /[0-9]{1,5}(?:\.5)?/ | /[〇零一二两三四五六七八九十]{1,3}/
CLOCK.4: /[0-9]{1,2}:[0-9]{2}(?::00)?(?![0-9:])/
FIGURES.4: /(?:[01][0-9]|2[0-3])[0-5][0-9]$/
POINT: "点钟" | "点" | "时"
MINUTE: "分"
HALF_DAY.3: "am" | "pm"
PART.3: "凌晨" | "清晨" | "清早" | "早上" | "早晨" | "早" | "上午" | "中午" | "正午" | "下午" | "傍晚" | "晚上" | "晚"
    | "morning" | "midday" | "noon" | "afternoon" | "evening" | "tonight" | "night" | "下班前" | "下班"
NAMED.3: "大后天" | "后天" | "明天" | "明日" | "明" | "今天" | "今日" | "今" | "昨天" | "昨日" | "昨" | "前天"
    | "大前天" | "day after tomorrow" | "tomorrow" | "today" | "yesterday"
THIS.2: "这个" | "这" | "本" | "this"
TURN.2: "下个" | "下" | "上个" | "上" | "next" | "last"
WEEKDAY.3: /(?:周|星期|礼拜)[一二三四五六日天]/
    | /(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?(?![a-z])/
MONTH: "月"
DATE: "日" | "号"
MONTH_DAY.3: /[0-9]{1,2}[-\/][0-9]{1,2}(?![-\/0-9])/
MONTH_NAME.3: /(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?)(?![a-z])/
    | /(?:aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])/
ORDINAL: "st" | "nd" | "rd" | "th"

%ignore /[ \t,，]+/
%ignore /(?:at|on|by|the|的)(?![a-z])/
"""

UNITS = {
    **dict.fromkeys(("分钟", "分", "minutes", "minute", "mins", "min", "m"), MINUTE),
    "刻钟": 15,
    **dict.fromkeys(("小时", "钟头", "hours", "hour", "hrs", "hr", "h"), 60),
    **dict.fromkeys(("天", "days", "day", "d"), DAY),
    **dict.fromkeys(("星期", "礼拜", "周", "weeks", "week"), 7 * DAY),
}
DAYS = {
    **{"大后天": 3, "后天": 2, "day after tomorrow": 2, "前天": -2, "大前天": -3},
    **dict.fromkeys(("明天", "明日", "明", "tomorrow"), 1),
    **dict.fromkeys(("今天", "今日", "今", "today"), 0),
    **dict.fromkeys(("昨天", "昨日", "昨", "yesterday"), -1),
}
TURNS = {"next": 1, "this": 0, "last": -1, "下个": 1, "下": 1, "这个": 0, "这": 0, "本": 0, "上个": -1, "上": -1}
WEEKDAYS = {sign: place for place, sign in enumerate("一二三四五六日")} | {"天": 6}
NAMED_WEEKDAYS = {name.casefold(): place for place, name in enumerate(calendar.day_abbr)}
MONTHS = {name.casefold(): place for place, name in enumerate(calendar.month_abbr) if name}


@dataclass(frozen=True)
class Part:
    """A part of the day: from when to when one works in it, and which hours are called so."""

    window: Interval | None
    hours: range
    """As they are meant, counted from midnight: 25 is one in the night after."""
    works: bool = False
    """Whether its ends are those of the working day."""


_NIGHT, _EARLY = Part(None, range(18, 26)), Part(None, range(0, 6))
_MORNING, _AFTERNOON = Part((480, 720), range(5, 13), works=True), Part((720, 1080), range(12, 19), works=True)
_NOON = Part((720, 780), range(11, 15))
_EVENING = Part((1080, 1260), range(17, 25))
PARTS = {
    "凌晨": _EARLY,
    **dict.fromkeys(("清晨", "清早", "早上", "早晨", "早", "上午", "morning"), _MORNING),
    **dict.fromkeys(("中午", "正午", "midday", "noon"), _NOON),
    **dict.fromkeys(("下午", "afternoon"), _AFTERNOON),
    **dict.fromkeys(("傍晚", "晚上", "晚", "evening", "tonight"), _EVENING),
    **dict.fromkeys(("下班前", "下班"), Part((480, 1080), range(0), works=True)),
    "night": _NIGHT,
    "am": Part(None, range(0, 12)),
    "pm": Part(None, range(12, 24)),
}

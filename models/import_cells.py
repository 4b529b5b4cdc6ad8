"""How a cell of a file is read: dates, numbers, words, and what stands there when nothing is known. Pure."""

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from models import moments
from models.base import LabelledEnum
from models.errors import Msgid, OperationRefused, gettext_noop
from models.estates import FeeStatus, UnitUse
from models.keys import BorrowerKind, KeyOrigin
from models.passes import PassKind
from models.personal import IdDocument
from models.phones import MOST_CUT
from models.residents import OccupancyKind
from models.spreadsheets import RULE

TEXT_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_NOTHING = frozenset(
    (
        *("无", "没有", "暂无", "未知", "不详", "未登记", "未提供", "无电话", "空"),
        *("/", "//", "\\", "-", "--", "—", "——", "…", ".", "0"),
        *("n/a", "na", "none", "null", "nil", "unknown"),
    )
)
_MASKED = re.compile(r"[*＊∗•●○×]{2,}|(?<=\d)[xX]{3,}|(?<!\d{7})[*＊](?=\d)")
_UNREADABLE = frozenset(("unreadable", "无法读取"))
_MASKED_IN_TEXT = re.compile(r"\d{3}\*{4}\d{4}|\d\*{16}[\dXx]")
_EXACT = 14
"""Powers of ten to which a spreadsheet keeps every digit of a number."""


class Masked(str):
    """A number that an export has hidden in part: it recognises somebody, and is never stored."""

    __slots__ = ()

    @property
    def parts(self) -> "list[Masked]":
        """Each of several numbers in one cell."""
        return [Masked(part) for part in re.split(r"[/;,、；，\s]+", self) if part]

    @property
    def ending(self) -> str:
        """What it shows behind the hidden part."""
        return re.split(r"[^0-9A-Za-z]+|(?<=\d)[xX]{3,}(?=\d)", self)[-1]

    @property
    def beginning(self) -> str:
        """What it shows before the hidden part."""
        return re.split(r"[^0-9A-Za-z]+|(?<=\d)[xX]{3,}(?=\d)", self)[0]

    def fits(self, number: str) -> bool:
        """Whether the number *number* may be the one that is hidden."""
        return number.startswith(self.beginning) and number.endswith(self.ending)


def word_key(text: str) -> str:
    """*text* without what makes no difference between words: case, width, blanks, punctuation."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


ANONYMOUS = frozenset(
    map(
        word_key,
        (
            *(
                "匿名",
                "匿名者",
                "匿名投诉",
                "匿名业主",
                "匿名用户",
                "匿名人士",
                "匿名住户",
                "保密",
                "要求保密",
                "不具名",
            ),
            *("不愿透露", "不愿透露姓名", "不愿留名", "不愿留姓名", "不愿具名", "不便透露", "未透露姓名", "未留姓名"),
            *("拒绝透露", "未留名", "无名氏", "某业主", "某住户"),
            *("anonymous", "anon", "anonym", "name withheld", "withheld", "not given", "confidential"),
        ),
    )
)
"""What people write instead of a name of somebody who does not wish to be named."""


def says_nothing(cell: str) -> bool:
    """Whether *cell* is what people write where nothing is known: 无, /, n/a."""
    return unicodedata.normalize("NFKC", cell).casefold().strip() in _NOTHING


def is_unreadable(cell: str) -> bool:
    """Whether *cell* is what our own exports write where a value could not be read, in each language."""
    return word_key(cell) in _UNREADABLE


def text(cell: str) -> str:
    """A text as it is."""
    # Exports put an apostrophe in front of what a spreadsheet might take for a formula.
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(TEXT_STARTS) else cell


def digits(cell: str) -> str | None:
    """A number in digits; None where the cell says that there is none, :class:`Masked` where it is hidden in part."""
    cell = text(cell)
    if says_nothing(cell):
        return None
    if _MASKED.search(cell) or is_unreadable(cell):
        return Masked(unicodedata.normalize("NFKC", cell))
    rounded = re.fullmatch(r"\d(?:\.(\d+))?e\+?(\d+)", cell, re.IGNORECASE)
    if rounded and not len(rounded[1] or "") <= int(rounded[2]) <= min(len(rounded[1] or "") + MOST_CUT, _EXACT):
        message = gettext_noop("The spreadsheet has rounded the number %(value)s: make the column text, type it again.")
        raise OperationRefused(RULE, message, value=cell)
    return re.sub(r"\.0$", "", cell)


def _no_day(written: str, cell: str, otherwise: Msgid) -> OperationRefused:
    message = gettext_noop(
        "“%(value)s” says no year: say on the page of the columns (--year at the command line) of which year such days "
        "are, or write it like 2024-05-01."
    )
    return OperationRefused(RULE, message if moments.lacks_year(written) else otherwise, value=cell[:40])


def date(cell: str) -> datetime.date | None:
    """A date as people write it; None where the cell says that there is none. Of a time its day is taken."""
    written = moments.in_digits(cell)
    if says_nothing(written):
        return None
    found = moments.read(written)
    if found is not None:
        return found.date()
    raise _no_day(written, cell, gettext_noop("“%(value)s” is no date; write it like 2024-05-01."))


_FLOOR = re.compile(r"(?:(-|负|地下|B)\s*|第)?(\d{1,3})(?:\.0)?\s*(?:层|楼|F)?", re.ASCII)
"""12, 12F, 十二层, 第3层; below the ground -1, B1, 负一层, 地下一层."""


def whole(cell: str) -> int | None:
    """The number of a floor; None where the cell says that there is none."""
    if says_nothing(cell) and cell.strip() != "0":
        return None
    found = _FLOOR.fullmatch(moments.in_figures(unicodedata.normalize("NFKC", cell).upper().strip()))
    if found is None:
        message = gettext_noop("“%(value)s” is no floor; write a whole number.")
        raise OperationRefused(RULE, message, value=cell[:40])
    return -int(found[2]) if found[1] else int(found[2])


def hidden(cell: str) -> str | None:
    """A text with numbers in it: an emergency contact; hidden in part it is :class:`Masked`."""
    if says_nothing(cell):
        return None
    return Masked(cell) if _MASKED.search(cell) or is_unreadable(cell) else text(cell)


def whole_text(cell: str) -> str:
    """A text as it is; refused with a number in it that our exports have masked, which would be stored so (RES-4)."""
    if found := _MASKED_IN_TEXT.search(cell):
        message = gettext_noop("“%(value)s” is hidden in part: write the whole number, or empty the cell.")
        raise OperationRefused(RULE, message, value=found[0])
    return text(cell)


def known_text(cell: str) -> str | None:
    """A text; None where the cell says that there is none."""
    if says_nothing(cell):
        return None
    return Masked(cell) if is_unreadable(cell) else whole_text(cell)


_NOBODY = frozenset(
    (
        *(
            "空置",
            "空置房",
            "空房",
            "空关",
            "空",
            "未售",
            "未出售",
            "已退房",
            "待售",
            "开发商未售",
            "开发商待售",
            "未售出",
        ),
        *("待定", "未定", "未入住", "未交房", "未收楼", "未交付", "暂缺", "空缺", "待补", "待补充", "保密", "不便透露"),
        *("同上", "〃", "″", '"', "?", "vacant", "empty", "unsold", "tbd", "tba", "ditto"),
    )
)
_HAN = "[\u3400-\u9fff·]"
_SEVERAL_PEOPLE = re.compile(
    rf"{_HAN}\s*(?:\([^()]*\))?\s*[/\\、,;&+|]\s*{_HAN}|[^\W\d]\s*[/\\;&|]\s*[^\W\d]"
    rf"|{_HAN}\s*\([^()]*\)\s*{_HAN}{{2}}|^{_HAN}{{2,4}}\s+{_HAN}{{2,4}}$|{_HAN}\s*\n\s*{_HAN}{{2}}"
)
_ORGANISATION = re.compile(
    "公司|厂|店|中心|学校|银行|超市|酒店|医院|集团|[局部所委院会社]$|ltd|inc|co\\b|llc|gmbh", re.IGNORECASE
)


def person(cell: str) -> str | None:
    """The name of one person or organisation; None where the cell names nobody: 无, 空置, 开发商未售.

    Refuses several people in one cell, and a word for what somebody is: nobody is called 业主.
    """
    written = unicodedata.normalize("NFKC", cell).casefold().strip()
    if says_nothing(cell) or is_unreadable(cell) or written.strip(" ().") in _NOBODY:
        return None
    if _SEVERAL_PEOPLE.search(unicodedata.normalize("NFKC", cell).strip()) and not _ORGANISATION.search(written):
        message = gettext_noop("“%(value)s” looks like several people: write each in a row of their own.")
        raise OperationRefused(RULE, message, value=cell[:40])
    if word_key(cell) in _HEADINGS:
        message = gettext_noop("“%(value)s” is the heading of a column, and no name: a row is for one person.")
        raise OperationRefused(RULE, message, value=cell[:40])
    if word_key(cell) in _ROLES:
        message = gettext_noop("“%(value)s” says what somebody is, and is no name.")
        raise OperationRefused(RULE, message, value=cell[:40])
    return whole_text(cell)


_HEADINGS = frozenset(
    (
        *("姓名", "名称", "名字", "业主姓名", "租户姓名", "电话", "手机", "手机号", "手机号码", "联系电话", "联系方式"),
        *("房号", "房间号", "室号", "楼栋", "楼号", "单元", "身份", "关系", "车牌号", "证件号码", "身份证号", "备注"),
        *("入住日期", "name", "phone", "mobile", "room", "unit", "building", "note", "remarks"),
    )
)
"""What stands in the place of names where a table lies on its side, or its headings come again."""
_ROLES = frozenset(
    (
        "业主",
        "户主",
        "租户",
        "租客",
        "住户",
        "家属",
        "本人",
        "产权人",
        "承租人",
        "owner",
        "tenant",
        "resident",
        "family",
    )
)
"""What stands in a column of names where a file was taken one column or one row too far."""


def word(enum: type[LabelledEnum], words: Mapping[LabelledEnum, str]) -> Callable[[str], Any]:
    """What reads a cell as one of the words of *enum*, by its value, its label or one of *words*.

    What our own exports write is among *words* in each language that they can be written in.
    """
    known = {word_key(one): member for member, several in words.items() for one in several.split()}
    known |= {word_key(one): member for member in enum for one in (member.value, str(member.label))}

    def read(cell: str) -> Any:
        if says_nothing(cell):
            return None
        member = known.get(word_key(cell))
        if member is None:
            message = gettext_noop("“%(value)s” is none of the words this column may hold: %(words)s.")
            raise OperationRefused(RULE, message, value=cell[:40], words=[Msgid(each.label) for each in enum])
        return member

    return read


KIND = word(
    OccupancyKind,
    {
        OccupancyKind.OWNER: "业主 户主 产权人 房主 本人 共有人 产权共有人 共同产权人 业主本人 业主兼住户 co-owner",
        OccupancyKind.TENANT: "租户 租客 承租人 承租方 承租 租赁 租 租住 renter lessee",
        OccupancyKind.FAMILY: "家属 家人 家庭成员 亲属 配偶 子女 父母 同住人 妻 妻子 夫 丈夫 爱人 父 父亲 母 母亲 "
        "儿子 女儿 子 女 儿 岳父 岳母 公公 婆婆 祖父 祖母 爷爷 奶奶 外公 外婆 孙子 孙女 兄弟 姐妹 女婿 儿媳 "
        "业主家属 relative spouse wife husband son daughter mother father",
    },
)
DOCUMENT = word(
    IdDocument,
    {
        IdDocument.ID_CARD: "身份证 居民身份证 二代身份证 identitycard",
        IdDocument.PASSPORT: "护照",
        IdDocument.PERMIT: "居住证 居留许可 港澳居民来往内地通行证 回乡证 台胞证 permit",
        IdDocument.OTHER: "其他 其它 其他证件 军官证 户口本 other",
    },
)
USE = word(
    UnitUse,
    {
        UnitUse.HOME: "住宅 住房 居住 公寓 别墅 洋房 高层住宅 叠拼 联排 residential flat apartment villa",
        UnitUse.SHOP: "商铺 店铺 商业 门面 底商 commercial",
        UnitUse.PLACE: "公共区域 公共部位 公区 场所 public",
    },
)
BORROWER = word(
    BorrowerKind,
    {
        BorrowerKind.OWNER: "业主 户主 房主",
        BorrowerKind.DEVELOPER_SALES: "售楼部 销售 开发商 开发商销售人员 售楼 置业顾问",
        BorrowerKind.STAFF: "员工 本公司员工 内部员工 物业 工程部 工程人员 保洁 保洁员 保安 保安员 秩序员 维修 "
        "管家 客服 前台",
        BorrowerKind.OTHER: "其他 其他人员 其它 租户 租客 装修工人 装修工 装修人员 施工 施工人员 施工队 施工单位 家属 "
        "亲属 朋友 中介 快递 快递员 保姆 家政 家政人员 钟点工 访客",
    },
)
ORIGIN = word(
    KeyOrigin,
    {
        KeyOrigin.DELIVERY: "交付 交房 交付时移交 交付移交 接管 移交 handed_over delivery",
        KeyOrigin.RECTIFICATION: "整改 整改留存 维修整改 返修 报修",
        KeyOrigin.ENTRUSTED: "托管 业主托管 业主委托保管 委托 业主委托 寄存",
        KeyOrigin.COMMON: "公共 公区 公共区域 公共部位 设备房",
    },
)
PASS_KIND = word(
    PassKind,
    {
        PassKind.VISITOR: "访客 访客证 访客通行证 来访",
        PassKind.TEMPORARY: "临时 临时证 临时出入证",
        PassKind.WORKER: "施工 施工证 施工人员 施工队 装修 装修工 装修工人 装修人员 装修证 "
        "装修出入证 出入证 工人 工人证",
    },
)
FEE = word(
    FeeStatus,
    {
        FeeStatus.PAID: "已缴 已缴清 已缴费 缴清 结清 已结清 已付 已付清 已收 正常 已交",
        FeeStatus.OWING: "欠费 未缴 拖欠 欠缴 未交 unpaid",
        FeeStatus.UNKNOWN: "未知 不详 不明 unknown",
    },
)


def _bare(text: str) -> str:
    """*text* as it is compared; a sign that stands alone is a word too."""
    return word_key(text) or text.strip()


def choice(words: Mapping[str, str], show: int) -> Callable[[str], Any]:
    """What reads a cell as one of a few codes, each with the words that stand for it.

    A refusal shows the first *show* words of each.
    """
    known = {_bare(one): code for code, several in words.items() for one in (code, *several.split())}
    shown = [one for several in words.values() for one in several.split()[:show]]

    def read(cell: str) -> Any:
        if says_nothing(cell):
            return None
        code = known.get(_bare(cell))
        if code is None:
            message = gettext_noop("“%(value)s” is none of the words this column may hold: %(words)s and the like.")
            raise OperationRefused(RULE, message, value=cell[:40], words=shown)
        return code

    return read


def moment(cell: str) -> datetime.datetime | None:
    """A time as people write it, by the estate's clock unless it names its zone; midnight where no hour is said."""
    written = moments.in_digits(cell)
    if says_nothing(written):
        return None
    found = moments.read(written)
    if found is not None:
        return found
    raise _no_day(written, cell, gettext_noop("“%(value)s” is no time; write it like 2024-05-01 08:30."))


def hour(cell: str) -> datetime.time | datetime.datetime | None:
    """An hour as people write it, all of it where the cell says its day too; None where nothing is said."""
    if says_nothing(cell):
        return None
    found = moments.hour(cell) or moments.read(moments.in_digits(cell))
    if found is not None:
        return found
    message = gettext_noop("“%(value)s” is no hour; write it like 08:30.")
    raise OperationRefused(RULE, message, value=cell[:40])


def at_hour(day: Any, said: datetime.time | datetime.datetime) -> Any:
    """The *day* of one column at the hour *said* in another; a word that is no day (已还) stays what it is.

    Refuses an hour of no day, and two that contradict each other.
    """
    if day is True:
        return day
    if not isinstance(day, datetime.datetime):
        message = gettext_noop("The row says an hour, %(hour)s, and not of which day.")
        raise OperationRefused(RULE, message, hour=f"{said:%H:%M}")
    at = said if isinstance(said, datetime.datetime) else datetime.datetime.combine(day, said)
    both = [one for one in (at, day) if one.time() != datetime.time()]
    if at.date() != day.date() or len({one.time() for one in both}) > 1:
        message = gettext_noop("The row says two times of the same, %(one)s and %(other)s: put one of them right.")
        raise OperationRefused(RULE, message, one=f"{day:%Y-%m-%d %H:%M}", other=f"{at:%Y-%m-%d %H:%M}")
    return both[0] if both else day


def place(cell: str) -> str:
    """A room, a building or a stairwell as it is called; refuses a date, which spreadsheet programs make of 3-12."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?", cell, re.ASCII):
        message = gettext_noop(
            "“%(value)s” is a date: the spreadsheet has made it of a number such as 3-12. Make the column text and "
            "type it again."
        )
        raise OperationRefused(RULE, message, value=cell[:40])
    return text(cell)

"""Which columns an import of residents or units knows, under which headers, and how their cells are read. Pure."""

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.base import LabelledEnum
from models.errors import Msgid, OperationRefused, gettext_noop
from models.estates import FeeStatus, UnitUse
from models.personal import IdDocument
from models.residents import OccupancyKind
from models.spreadsheets import RULE, SheetRow, UnreadableSheet

HEADER_WITHIN = 10  # titles and notes may stand above the header
TEXT_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


def _header(text: str) -> str:
    # "姓名（必填）" and "Name *" are headers too.
    return _plain(re.sub(r"\(.*?\)", "", unicodedata.normalize("NFKC", text)))


@dataclass(frozen=True)
class Column:
    """One column: its name in our words, and the headers it is found by."""

    name: str
    label: Msgid
    headers: tuple[str, ...]
    read: Callable[[str], Any] = str
    length: int = 200
    required: bool = False


def _text(cell: str) -> str:
    # Exports put an apostrophe in front of what a spreadsheet might take for a formula.
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(TEXT_STARTS) else cell


def _digits(cell: str) -> str:
    cell = _text(cell)
    if re.fullmatch(r"\d(\.\d+)?e\+\d+", cell, re.IGNORECASE):
        message = gettext_noop("The spreadsheet has rounded the number %(value)s: make the column text, type it again.")
        raise OperationRefused(RULE, message, value=cell)
    return re.sub(r"\.0$", "", cell)


_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?", re.ASCII)


def _date(cell: str) -> datetime.date:
    text = unicodedata.normalize("NFKC", cell)
    found = _DATE.fullmatch(text) or re.fullmatch(r"((?:19|20)\d\d)(\d\d)(\d\d)", text, re.ASCII)
    try:
        if found is not None:
            return datetime.date(*(int(part) for part in found.groups()))
    except ValueError:
        pass
    raise OperationRefused(RULE, gettext_noop("“%(value)s” is no date; write it like 2024-05-01."), value=cell[:40])


def _whole(cell: str) -> int:
    found = re.fullmatch(r"(-?\d{1,3})(?:\.0)?\s*(?:层|楼|F)?", unicodedata.normalize("NFKC", cell).upper(), re.ASCII)
    if found is None:
        message = gettext_noop("“%(value)s” is no floor; write a whole number.")
        raise OperationRefused(RULE, message, value=cell[:40])
    return int(found[1])


def _word(enum: type[LabelledEnum], words: Mapping[LabelledEnum, str]) -> Callable[[str], Any]:
    known = {_plain(word): member for member, text in words.items() for word in text.split()}
    known |= {_plain(text): member for member in enum for text in (member.value, str(member.label))}

    def read(cell: str) -> Any:
        member = known.get(_plain(cell))
        if member is None:
            message = gettext_noop("“%(value)s” is none of the words this column may hold: %(words)s.")
            raise OperationRefused(RULE, message, value=cell[:40], words=[Msgid(each.label) for each in enum])
        return member

    return read


_KIND = _word(
    OccupancyKind,
    {
        OccupancyKind.OWNER: "业主 户主 产权人 房主 本人",
        OccupancyKind.TENANT: "租户 租客 承租人 租赁 renter",
        OccupancyKind.FAMILY: "家属 家人 家庭成员 亲属 配偶 子女 父母 同住人 relative",
    },
)
_DOCUMENT = _word(
    IdDocument,
    {
        IdDocument.ID_CARD: "身份证 居民身份证 二代身份证 identitycard",
        IdDocument.PASSPORT: "护照",
        IdDocument.PERMIT: "居住证 居留许可 港澳居民来往内地通行证 回乡证 台胞证 permit",
        IdDocument.OTHER: "其他 其它 其他证件 军官证 户口本 other",
    },
)
_USE = _word(
    UnitUse,
    {
        UnitUse.HOME: "住宅 住房 居住 residential flat",
        UnitUse.SHOP: "商铺 店铺 商业 门面 底商 commercial",
        UnitUse.PLACE: "公共区域 公共部位 公区 场所 public",
    },
)
_FEE = _word(
    FeeStatus,
    {
        FeeStatus.PAID: "已缴 已缴清 已缴费 缴清 正常 已交",
        FeeStatus.OWING: "欠费 未缴 拖欠 欠缴 未交 unpaid",
        FeeStatus.UNKNOWN: "未知 不详 不明 unknown",
    },
)
_UNIT = (
    gettext_noop("Unit"),
    ("unit", "unitno", "unitnumber", "room", "roomno", "code", "房号", "房间号", "室号", "房屋", "单元房号", "门牌号"),
)
_BUILDING = (gettext_noop("Building"), ("building", "block", "楼栋", "栋", "楼号", "栋号", "幢号", "楼宇", "座"))

COLUMNS: dict[str, tuple[Column, ...]] = {
    "residents": (
        Column(
            "name",
            gettext_noop("Name"),
            ("name", "fullname", "resident", "姓名", "业主姓名", "住户姓名", "名字", "住户"),
            _text,
            60,
            required=True,
        ),
        Column(
            "phone",
            gettext_noop("Phone"),
            (
                "phone",
                "mobile",
                "telephone",
                "tel",
                "phonenumber",
                "电话",
                "手机",
                "手机号",
                "手机号码",
                "联系电话",
                "电话号码",
            ),
            _digits,
            40,
        ),
        Column("unit", *_UNIT, _text, 100),
        Column("building", *_BUILDING, _text, 40),
        Column(
            "kind",
            gettext_noop("As"),
            (
                "kind",
                "as",
                "type",
                "role",
                "relation",
                "身份",
                "住户类型",
                "类型",
                "住户身份",
                "人员类型",
                "与业主关系",
            ),
            _KIND,
        ),
        Column(
            "moved_in_on",
            gettext_noop("Moved in"),
            ("movedin", "movedinon", "moveindate", "from", "入住日期", "入住时间", "入伙日期", "起租日期"),
            _date,
        ),
        Column(
            "id_document",
            gettext_noop("ID document"),
            ("iddocument", "document", "idtype", "documenttype", "证件类型", "证件", "证件种类"),
            _DOCUMENT,
        ),
        Column(
            "id_number",
            gettext_noop("ID number"),
            ("idnumber", "idno", "documentnumber", "idcard", "证件号码", "证件号", "身份证号", "身份证号码", "身份证"),
            _digits,
            40,
        ),
        Column(
            "vehicles",
            gettext_noop("Vehicles"),
            ("vehicles", "vehicle", "plate", "plates", "numberplate", "车牌", "车牌号", "车牌号码", "车辆"),
            _text,
        ),
        Column(
            "emergency_contact",
            gettext_noop("Emergency contact"),
            ("emergencycontact", "emergency", "紧急联系人", "紧急联系方式", "紧急联系电话"),
            _text,
            35,
        ),
        Column("note", gettext_noop("Note"), ("note", "notes", "remark", "remarks", "备注", "说明"), _text, 20_000),
    ),
    "units": (
        Column("code", *_UNIT, _text, 100, required=True),
        Column("building", *_BUILDING, _text, 40),
        Column("floor", gettext_noop("Floor"), ("floor", "level", "storey", "楼层", "层", "层数"), _whole),
        Column("use", gettext_noop("Use"), ("use", "usage", "用途", "房屋用途", "使用性质", "性质"), _USE),
        Column(
            "fee_status",
            gettext_noop("Fee status"),
            ("feestatus", "fees", "fee", "费用状态", "缴费状态", "物业费", "缴费情况", "欠费情况"),
            _FEE,
        ),
        Column(
            "handed_over_on",
            gettext_noop("Handed over"),
            ("handedover", "handedoveron", "handoverdate", "交付日期", "交房日期", "收楼日期", "交付时间"),
            _date,
        ),
    ),
}
"""Register -> its columns, in the order in which forms offer them."""

_KNOWN = {
    register: {_plain(header): column.name for column in columns for header in column.headers}
    for register, columns in COLUMNS.items()
}


def guess(register: str, header: Sequence[str]) -> tuple[list[str | None], list[str]]:
    """The column behind each header (None: not taken), and the headers that stand for a column found already."""
    chosen: list[str | None] = []
    twice: list[str] = []
    for text in header:
        name = _KNOWN[register].get(_header(text))
        if name is not None and name in chosen:
            twice.append(text)
            name = None
        chosen.append(name)
    return chosen, twice


def header_of(register: str, rows: Sequence[SheetRow]) -> int:
    """Which of the first *rows* is the header: the one with most headers that are known, else the first."""
    known = [sum(name is not None for name in guess(register, row.cells)[0]) for row in rows[:HEADER_WITHIN]]
    return known.index(max(known)) if known else 0


def check_columns(register: str, chosen: Sequence[str | None], twice: Sequence[str] = ()) -> None:
    """Refuse (UnreadableSheet) a choice of columns that lacks a needed one or names one twice."""
    if twice:
        message = gettext_noop("Two columns hold the same: “%(header)s” repeats another one. Take one of them out.")
        raise UnreadableSheet(message, header=twice[0])
    for column in COLUMNS[register]:
        count = sum(name == column.name for name in chosen)
        if count > 1:
            raise UnreadableSheet(gettext_noop("“%(column)s” is chosen for two columns."), column=column.label)
        if column.required and not count:
            message = gettext_noop(
                "The column “%(column)s” is missing; the first row must hold the names of the columns."
            )
            raise UnreadableSheet(message, column=column.label)


def read_cells(register: str, chosen: Sequence[str | None], cells: Sequence[str]) -> dict[str, Any]:
    """The values of one row by column; empty cells are left out. Raises OperationRefused with what is wrong."""
    values: dict[str, Any] = {}
    for name, cell in zip(chosen, cells, strict=False):
        if name is None or not cell:
            continue
        column = _BY_NAME[register, name]
        value = column.read(cell)
        if isinstance(value, str) and len(value) > column.length and not isinstance(value, LabelledEnum):
            message = gettext_noop("“%(column)s” may have at most %(length)s characters.")
            raise OperationRefused(RULE, message, column=column.label, length=column.length)
        values[name] = value
    return values


_BY_NAME = {(register, column.name): column for register, columns in COLUMNS.items() for column in columns}


def label_of(register: str, name: str) -> Msgid:
    """What the column *name* of *register* is called."""
    return _BY_NAME[register, name].label

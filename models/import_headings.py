"""The columns of each register that a file may fill, and the headings that they have in files of this trade. Pure."""

from models.errors import gettext_noop
from models.import_cells import DOCUMENT, FEE, KIND, USE, date, digits, hidden, known_text, text, whole
from models.import_columns import Column, Columns


def _headers(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_UNIT = (
    gettext_noop("Unit"),
    _headers(
        "房号 房间号 室号 单元房号 门牌号 铺位号 商铺号 铺号 房间 房屋 房屋号 房间编号 房屋编号 房屋名称 房产 "
        "房屋地址 地址 "
        "unit unit_no unit_number unit_name room room_no room_number flat apartment code units 住房"
    ),
)
_BUILDING = (
    gettext_noop("Building"),
    _headers("楼栋 栋 楼号 栋号 幢号 幢 楼栋号 楼宇 座 座号 楼栋编号 楼栋名称 building block tower building_no"),
)
_STAIRWELL = (
    gettext_noop("Stairwell"),
    _headers("单元 单元号 单元编号 单元名称 梯 梯号 门洞 stairwell staircase stair entrance core"),
)

RESIDENTS = Columns(
    Column(
        "name",
        gettext_noop("Name"),
        _headers(
            "姓名 业主姓名 业主名称 住户姓名 住户名称 客户姓名 客户名称 名字 业主 住户 产权人 产权人姓名 联系人 "
            "联系人姓名 "
            "name full_name resident resident_name owner owner_name"
        ),
        text,
        60,
    ),
    Column(
        "phone",
        gettext_noop("Phone"),
        _headers(
            "电话 手机 手机号 手机号码 联系电话 电话号码 业主手机号 业主手机 业主手机号码 业主电话 业主联系电话 "
            "联系方式 移动电话 "
            "联系电话1 联系电话一 电话1 手机1 手机号1 住户电话 "
            "phone phones mobile telephone tel phone_number mobile_phone phone_1 mobile_1 owner_phone contact_number"
        ),
        digits,
        100,
    ),
    Column("unit", *_UNIT, text, 200),
    Column("building", *_BUILDING, text, 40),
    Column("stairwell", *_STAIRWELL, text, 40),
    Column(
        "kind",
        gettext_noop("As"),
        _headers(
            "身份 住户类型 业主类型 类型 住户身份 人员类型 人员性质 住户性质 客户类型 与业主关系 关系 居住类型 "
            "kind as type role relation"
        ),
        KIND,
    ),
    Column(
        "tenant_name",
        gettext_noop("Tenant's name"),
        _headers(
            "租户姓名 租户名称 租户 租客姓名 租客 承租人 承租人姓名 承租方 商户名称 商户 tenant tenant_name lessee"
        ),
        known_text,
        60,
    ),
    Column(
        "tenant_phone",
        gettext_noop("Tenant's phone"),
        _headers(
            "租户电话 租户手机 租户手机号 租户手机号码 租户联系电话 租户联系方式 租客电话 租客手机号 承租人电话 "
            "承租人联系电话 商户电话 "
            "tenant_phone tenant_mobile tenant_telephone"
        ),
        digits,
        100,
    ),
    Column(
        "moved_in_on",
        gettext_noop("Moved in"),
        _headers("入住日期 入住时间 入伙日期 起租日期 迁入日期 moved_in moved_in_on move_in_date from"),
        date,
    ),
    Column(
        "id_document",
        gettext_noop("ID document"),
        _headers("证件类型 证件 证件种类 id_document document id_type document_type"),
        DOCUMENT,
    ),
    Column(
        "id_number",
        gettext_noop("ID number"),
        _headers(
            "证件号码 证件号 身份证号 身份证号码 身份证 业主身份证号 业主身份证 id_number id_no document_number "
            "id_card "
        ),
        digits,
        40,
    ),
    Column(
        "vehicles",
        gettext_noop("Vehicles"),
        _headers("车牌 车牌号 车牌号码 车辆 车辆信息 vehicles vehicle plate plates number_plate"),
        known_text,
    ),
    Column(
        "emergency_contact",
        gettext_noop("Emergency contact"),
        _headers("紧急联系人 紧急联系方式 紧急联系电话 emergency_contact emergency"),
        hidden,
        35,
    ),
    Column("note", gettext_noop("Note"), _headers("备注 说明 备注信息 note notes remark remarks"), text, 20_000),
    one_of=("name", "tenant_name"),
)
UNITS = Columns(
    Column("code", *_UNIT, text, 200, required=True),
    Column("building", *_BUILDING, text, 40),
    Column("stairwell", *_STAIRWELL, text, 40),
    Column("floor", gettext_noop("Floor"), _headers("楼层 层 所在楼层 层数 楼层号 floor level storey"), whole),
    Column("use", gettext_noop("Use"), _headers("用途 房屋用途 使用性质 性质 房屋类型 房产类型 use usage"), USE),
    Column(
        "fee_status",
        gettext_noop("Fee status"),
        _headers("费用状态 缴费状态 物业费 缴费情况 欠费情况 fee_status fees fee"),
        FEE,
    ),
    Column(
        "handed_over_on",
        gettext_noop("Handed over"),
        _headers("交付日期 交房日期 收楼日期 交付时间 交房时间 handed_over handed_over_on handover_date"),
        date,
    ),
)

COLUMNS: dict[str, Columns] = {"residents": RESIDENTS, "units": UNITS}
"""Register -> its columns."""

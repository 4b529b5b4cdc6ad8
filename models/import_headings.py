"""The columns of each register that a file may fill, and the headings that they have in files of this trade. Pure."""

from models.errors import gettext_noop
from models.import_cells import (
    DOCUMENT,
    FEE,
    KIND,
    USE,
    date,
    digits,
    hidden,
    known_text,
    person,
    place,
    whole,
    whole_text,
)
from models.import_change_over import (
    BUILDING,
    COMPLAINTS,
    KEY_LOANS,
    PASSES,
    STAIRWELL,
    TICKETS,
    UNIT,
    each,
    headers,
)
from models.import_columns import ROOM_AND_PERSON, Column, Columns

_OWNERS = "业主 户主 产权人 住户 客户 房东 房主 业户 权利人"
_NUMBERS = "电话 手机 手机号 手机号码 联系电话 联系方式 电话号码 移动电话"
_ENGLISH = "owner resident home cell mobile contact"

RESIDENTS = Columns(
    Column(
        "name",
        gettext_noop("Full name"),
        headers(
            "姓名 业主姓名 业主名称 户主 户主姓名 住户姓名 住户名称 客户姓名 客户名称 名字 业主 住户 产权人 "
            "产权人姓名 联系人 "
            "联系人姓名 名称 "
            "name full_name resident resident_name owner owner_name 业户 权利人 业主住户"
        )
        + each(_OWNERS, "姓名 名称 名字"),
        person,
        60,
    ),
    Column(
        "phone",
        gettext_noop("Phone"),
        headers(
            "电话 手机 手机号 手机号码 联系电话 电话号码 业主手机号 业主手机 业主手机号码 业主电话 业主联系电话 "
            "联系方式 移动电话 "
            "联系电话1 联系电话一 电话1 手机1 手机号1 住户电话 "
            "phone phones mobile telephone tel phone_number phone_no mobile_phone mobile_number mobile_no "
            "phone_1 mobile_1 owner_phone contact_number"
        )
        + each(f"{_OWNERS} -", _NUMBERS, "- 1 一")
        + each(_ENGLISH, "phone mobile cell number no", "- 1"),
        digits,
        100,
    ),
    Column(
        "phone_2",
        gettext_noop("Second phone"),
        headers(
            "联系电话2 联系电话二 电话2 手机2 手机号2 备用电话 第二电话 固定电话 座机 家庭电话 住宅电话 "
            "phone_2 mobile_2 other_phone second_phone"
        )
        + each(f"{_OWNERS} 备用 -", _NUMBERS, "2 二")
        + each(_ENGLISH, "phone mobile cell number no", "2")
        + each("备用", _NUMBERS),
        digits,
        100,
    ),
    Column(
        "phone_3",
        gettext_noop("Third phone"),
        headers("联系电话3 联系电话三 电话3 手机3 手机号3 第三电话 phone_3 mobile_3 third_phone")
        + each(f"{_OWNERS} -", _NUMBERS, "3 三")
        + each(_ENGLISH, "phone mobile cell number no", "3"),
        digits,
        100,
    ),
    Column("unit", *UNIT, place, 200),
    Column("building", *BUILDING, place, 40),
    Column("stairwell", *STAIRWELL, place, 40),
    Column(
        "kind",
        gettext_noop("As"),
        headers(
            "身份 住户类型 业主类型 类型 住户身份 人员类型 人员性质 住户性质 客户类型 与业主关系 与户主关系 "
            "关系 居住类型 "
            "kind as type role relation"
        ),
        KIND,
    ),
    Column(
        "tenant_name",
        gettext_noop("Tenant's name"),
        headers(
            "租户姓名 租户名称 租户 租客姓名 租客 承租人 承租人姓名 承租方 商户名称 商户 tenant tenant_name lessee"
        ),
        person,
        60,
    ),
    Column(
        "tenant_phone",
        gettext_noop("Tenant's phone"),
        headers(
            "租户电话 租户手机 租户手机号 租户手机号码 租户联系电话 租户联系方式 租客电话 租客手机号 承租人电话 "
            "承租人联系电话 商户电话 "
            "tenant_phone tenant_mobile tenant_telephone"
        )
        + each("租户 租客 承租人 承租方 商户", _NUMBERS)
        + each("tenant lessee", "phone mobile cell contact number no"),
        digits,
        100,
    ),
    Column(
        "tenant_moved_in_on",
        gettext_noop("Tenant moved in"),
        headers(
            "租户入住日期 起租日期 起租时间 租赁开始日期 租赁起始日期 租期开始 tenant_moved_in lease_start rent_from"
        ),
        date,
    ),
    Column(
        "moved_in_on",
        gettext_noop("Moved in"),
        headers("入住日期 入住时间 入伙日期 迁入日期 moved_in moved_in_on move_in_date from")
        + each("入伙 迁入 搬入", "日期 时间"),
        date,
    ),
    Column(
        "moved_out_on",
        gettext_noop("Moved out"),
        headers(
            "搬离日期 搬离时间 搬出日期 搬出时间 迁出日期 迁出时间 搬走日期 退租日期 退租时间 退租 退房日期 "
            "moved_out moved_out_on move_out_date"
        ),
        date,
    ),
    Column(
        "id_document",
        gettext_noop("ID document"),
        headers("证件类型 证件 证件种类 id_document document id_type document_type"),
        DOCUMENT,
    ),
    Column(
        "id_number",
        gettext_noop("ID number"),
        headers(
            "证件号码 证件号 身份证号 身份证号码 身份证 业主身份证号 业主身份证 id_number id_no document_number "
            "id_card "
        ),
        digits,
        40,
    ),
    Column(
        "vehicles",
        gettext_noop("Vehicles"),
        headers("车牌 车牌号 车牌号码 车辆 车辆信息 vehicles vehicle plate plates number_plate"),
        known_text,
    ),
    Column(
        "emergency_contact",
        gettext_noop("Emergency contact"),
        headers("紧急联系人 紧急联系人姓名 紧急联系方式 emergency_contact emergency"),
        hidden,
        35,
    ),
    Column(
        "emergency_phone",
        gettext_noop("Emergency contact's phone"),
        headers("紧急联系电话 紧急联系人电话 紧急电话 emergency_phone emergency_number"),
        hidden,
        35,
    ),
    Column("note", gettext_noop("Note"), headers("备注 说明 备注信息 note notes remark remarks"), whole_text, 20_000),
    ROOM_AND_PERSON,
    one_of=("name", "tenant_name", ROOM_AND_PERSON.name),
    again={"phone": "phone_2", "phone_2": "phone_3"},
    phones={"name": "phone", "tenant_name": "tenant_phone", "emergency_contact": "emergency_phone"},
    at_home="name",
)
UNITS = Columns(
    Column("code", *UNIT, place, 200, required=True),
    Column("building", *BUILDING, place, 40),
    Column("stairwell", *STAIRWELL, place, 40),
    Column("floor", gettext_noop("Floor"), headers("楼层 层 所在楼层 层数 楼层号 floor level storey"), whole),
    Column("use", gettext_noop("Use"), headers("用途 房屋用途 使用性质 性质 房屋类型 房产类型 use usage"), USE),
    Column(
        "fee_status",
        gettext_noop("Fee status"),
        headers("费用状态 缴费状态 物业费 缴费情况 欠费情况 fee_status fees fee"),
        FEE,
    ),
    Column(
        "handed_over_on",
        gettext_noop("Handed over"),
        headers("交付日期 交房日期 收楼日期 交付时间 交房时间 handed_over handed_over_on handover_date")
        + each("收楼 收房 接房", "日期 时间"),
        date,
    ),
)

COLUMNS: dict[str, Columns] = {
    "residents": RESIDENTS,
    "units": UNITS,
    "tickets": TICKETS,
    "complaints": COMPLAINTS,
    "key_loans": KEY_LOANS,
    "visitor_passes": PASSES,
}
"""Register -> its columns."""

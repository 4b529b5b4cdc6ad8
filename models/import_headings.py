"""The columns of each register that a file may fill, and the headings that they have in files of this trade. Pure."""

from models.errors import gettext_noop
from models.import_cells import (
    BORROWER,
    DOCUMENT,
    FEE,
    KIND,
    ORIGIN,
    PASS_KIND,
    USE,
    choice,
    date,
    digits,
    hidden,
    known_text,
    moment,
    place,
    text,
    whole,
)
from models.import_columns import Column, Columns


def _headers(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_UNIT = (
    gettext_noop("Unit"),
    _headers(
        "房号 房间号 室号 单元房号 门牌号 铺位号 商铺号 铺号 房间 房屋 房屋号 房间编号 房屋编号 房屋名称 房产 "
        "房屋地址 地址 被访房号 "
        "unit unit_no unit_number unit_name room room_no room_number flat apartment code units host_unit 住房"
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
            "联系人姓名 名称 "
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
    Column(
        "phone_2",
        gettext_noop("Second phone"),
        _headers(
            "联系电话2 联系电话二 电话2 手机2 手机号2 备用电话 第二电话 phone_2 mobile_2 other_phone second_phone"
        ),
        digits,
        100,
    ),
    Column(
        "phone_3",
        gettext_noop("Third phone"),
        _headers("联系电话3 联系电话三 电话3 手机3 手机号3 第三电话 phone_3 mobile_3 third_phone"),
        digits,
        100,
    ),
    Column("unit", *_UNIT, place, 200),
    Column("building", *_BUILDING, place, 40),
    Column("stairwell", *_STAIRWELL, place, 40),
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
    again={"phone": "phone_2", "phone_2": "phone_3"},
)
UNITS = Columns(
    Column("code", *_UNIT, place, 200, required=True),
    Column("building", *_BUILDING, place, 40),
    Column("stairwell", *_STAIRWELL, place, 40),
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

_ROOM = (
    Column("unit", *_UNIT, place, 200),
    Column("building", *_BUILDING, place, 40),
    Column("stairwell", *_STAIRWELL, place, 40),
)
_NUMBER = _headers("工单号 工单编号 单号 编号 受理编号 投诉编号 序号 number no ticket_no complaint_no id key")
_PERSON = (
    Column(
        "reporter_name",
        gettext_noop("Reported by"),
        _headers(
            "报修人 报事人 投诉人 联系人 业主姓名 业主 客户姓名 姓名 反映人 "
            "reported_by reporter reporter_name caller contact name"
        ),
        known_text,
        60,
    ),
    Column(
        "reporter_phone",
        gettext_noop("Phone"),
        _headers(
            "电话 联系电话 手机 手机号 报修电话 报修人电话 报事人电话 投诉人电话 业主电话 联系方式 "
            "phone mobile telephone reporter's_phone"
        ),
        digits,
        100,
    ),
)
STATUS = choice(
    {
        "open": "待处理 待受理 待派单 已受理 已派单 已接单 处理中 进行中 未完成 未处理 新建 待回访 挂起 已登记 调查中 "
        "已指派 已派工 已提方案 协商中 已达成一致 已执行 已落实 "
        "received dispatched accepted in_progress waiting new registered assigned investigating "
        "proposed proposal proposal_made negotiating agreed carried_out followed_up pending",
        "closed": "已完成 已完工 已关闭 关闭 完成 办结 已办结 已结案 已处理 已归档 已回访 已取消 已作废 done archived "
        "resolved completed cancelled",
    }
)


def _matters(category: Column) -> Columns:
    return Columns(
        Column("number", gettext_noop("Number"), _NUMBER, text, 80),
        Column(
            "summary",
            gettext_noop("Summary"),
            _headers(
                "报修内容 报事内容 投诉内容 摘要 事项 内容 问题描述 描述 主题 标题 事由 "
                "what summary subject title description complaint content"
            ),
            text,
            2000,
            required=True,
        ),
        *_ROOM,
        Column("place", gettext_noop("Place"), _headers("位置 地点 报修位置 公共区域 place location"), text, 200),
        *_PERSON,
        category,
        Column("status", gettext_noop("Status"), _headers("状态 工单状态 处理状态 投诉状态 status state"), STATUS),
        Column(
            "heard_at",
            gettext_noop("Heard"),
            _headers(
                "报修时间 报事时间 投诉时间 获知时间 受理时间 登记时间 创建时间 日期 时间 报修日期 投诉日期 "
                "heard heard_at created created_at date reported_at registered registered_at"
            ),
            moment,
            required=True,
        ),
        Column(
            "closed_at",
            gettext_noop("Closed"),
            _headers(
                "完成时间 关闭时间 办结时间 结案时间 归档时间 完成日期 "
                "finished closed closed_at completed_at archived archived_at"
            ),
            moment,
        ),
        Column(
            "result", gettext_noop("Result"), _headers("处理结果 结果 处理情况 result resolution"), known_text, 5000
        ),
        Column("detail", gettext_noop("Details"), _headers("备注 详情 说明 details detail note remark"), text, 20_000),
    )


_KIND_WORDS = _headers("类别 分类 类型 报修类别 报修类型 投诉类别 投诉类型 事项类型 工单类型 category kind type")
TICKETS = _matters(Column("category", gettext_noop("Category"), _KIND_WORDS, known_text, 60))
COMPLAINTS = _matters(Column("category", gettext_noop("Category"), _KIND_WORDS, known_text, 60))

KEY_LOANS = Columns(
    Column(
        "key",
        gettext_noop("Key"),
        _headers("钥匙编号 钥匙号 钥匙 编号 key key_no key_number number"),
        text,
        40,
        required=True,
    ),
    Column(
        "borrower_name",
        gettext_noop("Borrower"),
        _headers("借用人 领用人 借用人姓名 姓名 借出人 borrower borrower_name name"),
        text,
        60,
        required=True,
    ),
    Column(
        "borrower_phone",
        gettext_noop("Phone"),
        _headers("电话 联系电话 借用人电话 手机 手机号 联系方式 phone mobile telephone borrower's_phone"),
        digits,
        100,
    ),
    Column(
        "borrower_kind",
        gettext_noop("As"),
        _headers("借用人类别 借用人类型 身份 类型 类别 borrower_kind kind_of_borrower kind as"),
        BORROWER,
    ),
    Column(
        "lent_at",
        gettext_noop("Lent"),
        _headers("借出时间 借用时间 领用时间 借出日期 借用日期 日期 lent lent_at date"),
        moment,
        required=True,
    ),
    Column(
        "due_at",
        gettext_noop("Due"),
        _headers("应还时间 预计归还时间 应归还时间 截止时间 应还日期 预计归还日期 due due_at due_back"),
        moment,
    ),
    Column(
        "returned_at", gettext_noop("Returned"), _headers("归还时间 实际归还时间 归还日期 returned returned_at"), moment
    ),
    Column(
        "purpose", gettext_noop("Purpose"), _headers("用途 事由 借用事由 借用原因 purpose reason"), known_text, 2000
    ),
    Column("note", gettext_noop("Note"), _headers("备注 说明 note remark"), text, 20_000),
    Column(
        "hook",
        gettext_noop("Hook (registers a new key)"),
        _headers("挂钩 挂钩号 挂钩编号 钩号 钥匙柜号 钥匙位置 柜位 hook hook_no"),
        known_text,
        40,
    ),
    Column("seal", gettext_noop("Seal"), _headers("封签 封签号 封条 封条号 铅封号 seal seal_no"), known_text, 40),
    *_ROOM,
    Column("place", gettext_noop("Place"), _headers("位置 地点 公共区域 部位 place location"), known_text, 100),
    Column("origin", gettext_noop("Origin"), _headers("钥匙来源 来源 来源类型 origin source"), ORIGIN),
)
PASSES = Columns(
    Column(
        "number", gettext_noop("Number"), _headers("证件编号 出入证编号 证号 编号 通行证号 number pass_no no"), text, 40
    ),
    Column(
        "holder_name",
        gettext_noop("Holder"),
        _headers("姓名 持证人 持证人姓名 访客姓名 工人姓名 holder holder_name name"),
        text,
        60,
        required=True,
    ),
    Column("kind", gettext_noop("Kind"), _headers("证件类别 出入证类型 类别 类型 kind type"), PASS_KIND),
    Column(
        "phone",
        gettext_noop("Phone"),
        _headers("电话 联系电话 手机 手机号 联系方式 phone mobile telephone"),
        digits,
        100,
    ),
    Column(
        "organisation",
        gettext_noop("Organisation"),
        _headers("单位 施工单位 装修公司 公司 organisation organization company"),
        known_text,
        100,
    ),
    *_ROOM,
    Column(
        "valid_from",
        gettext_noop("Valid from"),
        _headers("有效期起 生效时间 生效日期 开始日期 办证日期 发证日期 开始时间 valid_from from issued issued_at"),
        moment,
    ),
    Column(
        "valid_until",
        gettext_noop("Valid until"),
        _headers("有效期至 有效期止 到期日期 失效日期 截止日期 结束日期 到期时间 valid_until until expires"),
        moment,
        required=True,
    ),
    Column(
        "permit_number",
        gettext_noop("Permit"),
        _headers("装修许可证号 施工许可证号 许可证号 许可证 permit permit_number"),
        known_text,
        60,
    ),
    Column(
        "purpose", gettext_noop("Purpose"), _headers("事由 来访事由 用途 备注 purpose reason note"), known_text, 2000
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

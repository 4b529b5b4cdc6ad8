"""The columns of what an estate brings along on the day it changes over: matters, loans of keys, passes. Pure."""

import itertools

from models.errors import Msgid, gettext_noop
from models.import_cells import (
    BORROWER,
    ORIGIN,
    PASS_KIND,
    choice,
    digits,
    hour,
    known_text,
    moment,
    place,
    text,
)
from models.import_columns import ROOM_AND_PERSON, Column, Columns
from models.import_terms import due, pieces, returned, validity


def headers(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def each(*parts: str) -> tuple[str, ...]:
    """Every heading made of one word of each part; ``-`` stands for none."""
    made = itertools.product(*(part.split() for part in parts))
    return tuple(dict.fromkeys("".join(word for word in words if word != "-") for words in made))


def _hour(day: str, label: Msgid, words: str) -> Column:
    return Column(f"{day}_hour", label, headers(words), hour, day=day)


UNIT = (
    gettext_noop("Unit"),
    headers(
        "房号 房间号 室号 单元房号 门牌号 门牌 铺位号 商铺号 铺号 房间 房屋 房屋号 房间编号 房屋编号 房屋名称 "
        "房产 房产名称 资源名称 "
        "房屋地址 地址 被访房号 "
        "unit unit_no unit_number unit_name room room_no room_number flat apartment code units host_unit 住房"
    )
    + each("房间 房屋 房产 门牌 报修房 投诉房", "号 号码 编号 名称")
    + headers("房屋坐落 房产地址 住址 家庭住址 address home_address flat_no flat_number apt apt_no apartment_no")
    + each("楼栋 栋 幢 座 楼 楼号", "单元 单元号 -", "室 室号 房号 房间号 门牌号")
    + each("装修 施工 服务 所在", "房号 房间号 房屋 房间")
    + each("房产 房间 房屋 资源", "编码 代码"),
)
BUILDING = (
    gettext_noop("Building"),
    headers("楼栋 栋 楼号 栋号 幢号 幢 楼栋号 楼宇 座 座号 楼栋编号 楼栋名称 building block tower building_no")
    + headers("楼宇名称 楼宇编号 楼座 bldg bldg_no block_no")
    + each("所属 所在", "楼栋 楼宇 栋 幢 楼号"),
)
STAIRWELL = (
    gettext_noop("Stairwell"),
    headers("单元 单元号 单元编号 单元名称 梯 梯号 门洞 stairwell staircase stair entrance core 所属单元 所在单元"),
)

_ROOM = (
    Column("unit", *UNIT, place, 200),
    Column("building", *BUILDING, place, 40),
    Column("stairwell", *STAIRWELL, place, 40),
)
NUMBERS_OF_RECORDS = headers(
    "工单号 工单编号 单号 受理编号 受理单号 报修单号 报修编号 投诉编号 投诉单号 派工单号 任务单号 "
    "ticket_no ticket_number complaint_no complaint_number"
)
"""What heads a number that a record keeps; under other headings it may be the running number of a list."""
_NUMBER = (*NUMBERS_OF_RECORDS, *headers("编号 number no id key 序号"))
_PERSON = (
    Column(
        "reporter_name",
        gettext_noop("Reported by"),
        headers(
            "报修人 报事人 投诉人 联系人 业主姓名 业主 客户姓名 姓名 反映人 "
            "reported_by reporter reporter_name caller contact name"
        )
        + each("报修 报事 投诉 来电 反映", "人 人姓名")
        + headers("complainant complainant_name"),
        known_text,
        60,
    ),
    Column(
        "reporter_phone",
        gettext_noop("Phone"),
        headers(
            "电话 联系电话 手机 手机号 报修电话 报修人电话 报事人电话 投诉人电话 业主电话 联系方式 "
            "phone mobile telephone reporter's_phone"
        )
        + each("报修 报事 投诉 来电 反映", "人 -", "电话 号码 手机 手机号 联系电话")
        + headers("手机号码 电话号码 contact_no contact_number contact_phone"),
        digits,
        100,
    ),
)
STATUS = choice(
    {
        "open": "待处理 处理中 未完成 进行中 待派单 已派单 已接单 未处理 待验收 待回访 "
        "待受理 已受理 新建 挂起 已挂起 已暂缓 已登记 调查中 "
        "已指派 已派工 已提方案 协商中 已达成一致 已执行 已落实 "
        "待分配 已分配 未分配 待派工 未派单 未派工 派单中 待接单 未接单 未受理 受理中 待办 办理中 未办结 未结案 "
        "维修中 修理中 检修中 施工中 未修 未修复 未修好 待修 待维修 待上门 已预约 待料 待配件 待材料 待审核 "
        "未解决 未完工 未关闭 未结束 跟进中 待跟进 待回复 未回复 转外包 已转外包 外包中 已转派 转派 已转办 暂缓 暂停 "
        "received dispatched accepted in_progress waiting new registered assigned investigating "
        "proposed proposal proposal_made negotiating agreed carried_out followed_up pending "
        "unresolved unfinished on_hold scheduled reopened",
        "closed": "已完成 完成 已办结 办结 已结案 已关闭 已完工 已处理 已取消 已解决 "
        "关闭 已归档 已回访 已作废 "
        "已完毕 完毕 处理完毕 处理完成 维修完成 维修完毕 完工 完结 已完结 结案 结单 已结单 已结束 结束 "
        "已修 已修好 修好 已修复 修复 已维修 解决 已验收 已评价 "
        "已撤单 撤单 已撤销 撤销 已撤回 取消 作废 已销单 ok √ ✓ ✔ "
        "done archived resolved completed complete finished cancelled canceled fixed withdrawn",
    },
    show=10,
)


def _matters(category: Column) -> Columns:
    return Columns(
        Column("number", gettext_noop("Number"), _NUMBER, text, 80),
        Column(
            "summary",
            gettext_noop("Summary"),
            headers(
                "报修内容 报事内容 投诉内容 摘要 事项 内容 问题描述 描述 主题 标题 事由 "
                "what summary subject title description complaint content"
            )
            + each("报修 报事 投诉 反映 故障 来电", "事项 问题 描述 现象 情况 项目 内容 事由 诉求")
            + headers("咨询内容 服务内容 维修内容 维修事项 issue problem work_required fault"),
            text,
            2000,
            required=True,
        ),
        *_ROOM,
        Column("place", gettext_noop("Place"), headers("位置 地点 报修位置 公共区域 place location"), text, 200),
        *_PERSON,
        category,
        Column(
            "status",
            gettext_noop("Status"),
            headers("状态 工单状态 处理状态 投诉状态 当前状态 办理状态 完成状态 完成情况 status state")
            + headers("是否完成 是否办结 是否解决 是否处理 是否关闭 progress")
            + each("处理 办理 工单 投诉 报修 维修 完成 -", "进度"),
            STATUS,
        ),
        Column(
            "heard_at",
            gettext_noop("Heard"),
            headers(
                "报修时间 报事时间 投诉时间 获知时间 受理时间 登记时间 创建时间 日期 时间 报修日期 投诉日期 "
                "heard heard_at created created_at date reported_at registered registered_at"
            )
            + each("来电 反映 报事 报修 投诉 受理 登记 创建 接报 提交 建单", "时间 日期")
            + headers("date_reported reported_on received received_on date_received")
            + headers("opened opened_at opened_on date_opened date_created logged logged_at submitted submitted_at"),
            moment,
            required=True,
        ),
        _hour("heard_at", gettext_noop("Hour heard"), "获知钟点 报修钟点 投诉钟点 hour"),
        Column(
            "closed_at",
            gettext_noop("Closed"),
            headers(
                "完成时间 关闭时间 办结时间 结案时间 归档时间 完成日期 "
                "finished closed closed_at completed_at archived archived_at date_closed closed_on completed_on"
            )
            + each("关闭 办结 结案 归档 完工 结单 解决 完结 处理完成 维修完成", "时间 日期")
            + headers("date_completed resolved_at date_resolved resolved_on"),
            moment,
        ),
        _hour("closed_at", gettext_noop("Hour closed"), "关闭钟点 完成钟点 办结钟点"),
        Column("result", gettext_noop("Result"), headers("处理结果 结果 处理情况 result resolution"), known_text, 5000),
        Column("detail", gettext_noop("Details"), headers("备注 详情 说明 details detail note remark"), text, 20_000),
        ROOM_AND_PERSON,
        at_home="reporter_name",
    )


_KIND_WORDS = headers(
    "类别 分类 类型 报修类别 报修类型 投诉类别 投诉类型 投诉分类 事项类型 工单类型 category kind type"
)
TICKETS = _matters(Column("category", gettext_noop("Category"), _KIND_WORDS, known_text, 60))
COMPLAINTS = _matters(Column("category", gettext_noop("Category"), _KIND_WORDS, known_text, 60))

KEY_LOANS = Columns(
    Column(
        "key",
        gettext_noop("Key"),
        headers("钥匙编号 钥匙号 钥匙 编号 key key_no key_number number 钥匙名称 key_name"),
        text,
        40,
        required=True,
    ),
    Column(
        "borrower_name",
        gettext_noop("Borrower"),
        headers("借用人 领用人 借用人姓名 姓名 借出人 borrower borrower_name name")
        + each("领取 领用 借用 借钥匙", "人 人姓名")
        + headers("borrowed_by lent_to"),
        text,
        60,
        required=True,
    ),
    Column(
        "borrower_phone",
        gettext_noop("Phone"),
        headers("电话 联系电话 借用人电话 手机 手机号 联系方式 phone mobile telephone borrower's_phone"),
        digits,
        100,
    ),
    Column(
        "borrower_kind",
        gettext_noop("As"),
        headers("借用人类别 借用人类型 身份 类型 类别 borrower_kind kind_of_borrower kind as"),
        BORROWER,
    ),
    Column(
        "lent_at",
        gettext_noop("Lent"),
        headers("借出时间 借用时间 领用时间 借出日期 借用日期 日期 lent lent_at date")
        + each("领取 领用 借用 借出 借钥匙 外借 取用", "时间 日期")
        + headers("borrowed_at borrowed_on lent_on"),
        moment,
        required=True,
    ),
    _hour("lent_at", gettext_noop("Hour lent"), "借出钟点 领用钟点 hour"),
    Column(
        "due_at",
        gettext_noop("Due"),
        headers("应还时间 预计归还时间 应归还时间 截止时间 应还日期 预计归还日期 due due_at due_back")
        + each("应归还 约定归还 截止 到期", "时间 日期"),
        due,
    ),
    _hour("due_at", gettext_noop("Hour due"), "应还钟点"),
    Column(
        "returned_at",
        gettext_noop("Returned"),
        headers(
            "归还时间 实际归还时间 归还日期 是否归还 归还情况 归还状态 还钥匙时间 还钥匙日期 "
            "returned returned_at returned_on"
        )
        + each("归还 实际归还 交还 送还", "时间 日期"),
        returned,
    ),
    _hour("returned_at", gettext_noop("Hour returned"), "归还钟点"),
    Column(
        "pieces",
        gettext_noop("Pieces"),
        headers("把数 钥匙把数 钥匙数量 借出数量 借用数量 领用数量 数量 件数 pieces count quantity qty"),
        pieces,
    ),
    Column("purpose", gettext_noop("Purpose"), headers("用途 事由 借用事由 借用原因 purpose reason"), known_text, 2000),
    Column("note", gettext_noop("Note"), headers("备注 说明 note remark"), text, 20_000),
    Column(
        "hook",
        gettext_noop("Hook (registers a new key)"),
        headers("挂钩 挂钩号 挂钩编号 钩号 钥匙柜号 钥匙位置 柜位 hook hook_no"),
        known_text,
        40,
    ),
    Column("seal", gettext_noop("Seal"), headers("封签 封签号 封条 封条号 铅封号 seal seal_no"), known_text, 40),
    *_ROOM,
    Column("place", gettext_noop("Place"), headers("位置 地点 公共区域 部位 place location"), known_text, 100),
    Column("origin", gettext_noop("Origin"), headers("钥匙来源 来源 来源类型 origin source"), ORIGIN),
)
PASSES = Columns(
    Column(
        "number",
        gettext_noop("Number"),
        headers("证件编号 出入证编号 出入证号 证号 编号 通行证号 number pass_no no"),
        text,
        40,
    ),
    Column(
        "holder_name",
        gettext_noop("Holder"),
        headers("姓名 持证人 持证人姓名 访客姓名 工人姓名 来访人 来访人姓名 holder holder_name visitor_name name"),
        text,
        60,
        required=True,
    ),
    Column(
        "kind", gettext_noop("Kind"), headers("证件类别 证件类型 出入证类型 出入证类别 类别 类型 kind type"), PASS_KIND
    ),
    Column(
        "phone",
        gettext_noop("Phone"),
        headers("电话 联系电话 手机 手机号 联系方式 phone mobile telephone"),
        digits,
        100,
    ),
    Column(
        "organisation",
        gettext_noop("Organisation"),
        headers("单位 施工单位 装修公司 公司 organisation organization company"),
        known_text,
        100,
    ),
    *_ROOM,
    Column(
        "valid_from",
        gettext_noop("Valid from"),
        headers(
            "有效期起 生效时间 生效日期 开始日期 办证日期 发证日期 开始时间 来访时间 日期 "
            "valid_from from issued issued_at date"
        )
        + each("生效 开始 起始 办证 发证 来访 开工 进场", "时间 日期"),
        moment,
    ),
    _hour("valid_from", gettext_noop("Valid from this hour"), "生效钟点"),
    Column(
        "valid_until",
        gettext_noop("Valid until"),
        headers(
            "有效期至 有效期止 到期日期 失效日期 截止日期 结束日期 到期时间 有效期 有效期限 "
            "valid_until valid_to until expires validity"
        )
        + each("失效 截止 结束 到期 竣工 完工 离场", "时间 日期"),
        validity,
        required=True,
    ),
    _hour("valid_until", gettext_noop("Valid until this hour"), "失效钟点"),
    Column(
        "permit_number",
        gettext_noop("Permit"),
        headers("装修许可证号 施工许可证号 许可证号 许可证 permit permit_number"),
        known_text,
        60,
    ),
    Column(
        "purpose", gettext_noop("Purpose"), headers("事由 来访事由 用途 备注 purpose reason note"), known_text, 2000
    ),
)

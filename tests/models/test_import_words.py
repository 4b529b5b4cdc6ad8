"""What our own program calls a column or a word, in each of its languages, is known where a file is read."""

import pytest

from models import import_cells
from models.complaints import ComplaintStatus
from models.errors import OperationRefused
from models.estates import FeeStatus, UnitUse
from models.import_change_over import STATUS
from models.import_headings import COLUMNS
from models.keys import BorrowerKind, KeyOrigin
from models.passes import PassKind
from models.personal import IdDocument
from models.residents import OccupancyKind
from models.tickets import TicketStatus
from tests import check_translations

WORDS = {
    import_cells.KIND: OccupancyKind,
    import_cells.DOCUMENT: IdDocument,
    import_cells.USE: UnitUse,
    import_cells.BORROWER: BorrowerKind,
    import_cells.ORIGIN: KeyOrigin,
    import_cells.PASS_KIND: PassKind,
    import_cells.FEE: FeeStatus,
}
"""What reads the words of a column -> the words."""
SAYS_NOTHING = {FeeStatus.UNKNOWN}
CATALOGUE = check_translations.in_chinese()
OVER_ELSEWHERE = {"已回访"}  # the last step of most desks; ours is known by its number
OVER = {"done", "closed", "cancelled", "archived"}


def in_each_language(label):
    return (str(label), CATALOGUE[label])


def test_each_word_is_read_in_each_language__INT_6():
    columns = [column for register in COLUMNS.values() for column in register.columns]
    assert {column.read for column in columns if column.read.__qualname__.startswith("word.")} == set(WORDS)
    for read, words in WORDS.items():
        for one in words:
            for text in in_each_language(one.label):
                assert read(text) in ({one, None} if one in SAYS_NOTHING else {one}), text


def test_each_status_is_read_in_each_language__INT_6():
    for one in (*TicketStatus, *ComplaintStatus):
        for text in (one.value, *in_each_language(one.label)):
            assert STATUS(text) == ("closed" if one.value in OVER or text in OVER_ELSEWHERE else "open"), text


def test_the_words_of_a_status_that_other_desks_write_are_read_and_others_are_named__INT_6():
    for text in ["待分配", "维修中", "待验收", "转外包", "跟进中", "待料", "未修", "待回复", "In-Progress"]:
        assert STATUS(text) == "open", text
    for text in ["已完毕", "已撤单", "完结", "已修", "OK", "√", "已修好。", "Cancelled"]:
        assert STATUS(text) == "closed", text
    for text in ("超时", "是", "已回复", "×", "?", "✗"):
        with pytest.raises(OperationRefused, match=r"待处理.*已完成") as refused:
            STATUS(text)
        assert text in str(refused.value)


def test_a_column_is_found_by_what_we_call_it_in_each_language__INT_6():
    for register, columns in COLUMNS.items():
        for column in columns.columns:
            for text in in_each_language(column.label):
                assert columns.guess([text]) == ([column.name], []), (register, text)


def test_a_masked_number_among_words_is_never_stored_by_an_import__RES_4() -> None:
    columns = COLUMNS["residents"].named
    for name in ("name", "tenant_name", "vehicles", "note"):
        for cell in ("周139****9876", "身份证1****************4"):
            with pytest.raises(OperationRefused, match="hidden in part"):
                columns[name].read(cell)
        assert columns[name].read("周") == "周"


KNOWN_HEADINGS = {
    "residents": {
        "moved_in_on": "入伙时间 搬入日期",
        "phone": "权利人电话 户主电话 产权人手机 住户手机号 联系方式1 Owner-Mobile Home-Phone Cell-Phone Contact-No.",
        "phone_2": "业主手机2 联系方式2 备用联系电话 Owner-Phone-2",
        "name": "房东姓名 产权人名称 权利人 业户名称 业主/住户",
        "tenant_phone": "租客手机 Tenant-Contact",
        "unit": "房间名称 门牌号码 房屋坐落 Flat-No. Apt-# 幢-单元-室 楼栋-房号 房产编码",
        "building": "楼宇名称 楼座 Bldg 所属楼栋",
        "stairwell": "所属单元",
    },
    "tickets": {
        "status": "完成情况 当前状态 处理进度 是否完成",
        "summary": "故障描述 反映问题 来电内容 报修项目 Issue",
        "reporter_name": "来电人 投诉人姓名 Complainant",
        "reporter_phone": "来电号码 手机号码 Contact-No.",
        "heard_at": "来电时间 接报时间 Date-Reported Received-On Opened",
        "closed_at": "Date-Closed 办结日期 完工时间",
        "unit": "报修房号",
    },
    "complaints": {"category": "投诉分类", "summary": "投诉事项"},
    "key_loans": {
        "borrower_name": "领取人 借钥匙人 Borrowed-By",
        "key": "钥匙名称",
        "lent_at": "领取时间 领用日期 Borrowed-At",
        "due_at": "约定归还时间",
        "returned_at": "还钥匙时间 实际归还日期",
    },
    "visitor_passes": {
        "kind": "证件类型",
        "number": "出入证号",
        "holder_name": "来访人 Visitor-Name",
        "unit": "装修房号",
        "valid_from": "开工日期",
        "valid_until": "Valid-To 竣工日期 结束时间",
    },
}


@pytest.mark.parametrize("register", KNOWN_HEADINGS)
def test_headings_made_of_a_role_and_a_thing_are_known__INT_6(register):
    for name, texts in KNOWN_HEADINGS[register].items():
        for text in texts.split():
            assert COLUMNS[register].guess([text.replace("-", " ")]) == ([name], []), (register, text)


DAYS_AND_HOURS = {
    "tickets": [
        ("日期 时间", "heard_at heard_at_hour"),
        ("时间 日期", "heard_at_hour heard_at"),
        ("报修日期 报修时间 完成日期 完成时间", "heard_at heard_at_hour closed_at closed_at_hour"),
        ("登记日期 房号 登记时间", "heard_at unit heard_at_hour"),
        ("报修日期 房号 时间", "heard_at unit heard_at_hour"),
        ("日期 报修时间", "heard_at heard_at_hour"),
        ("Date-Reported Time-Reported Date-Closed Time-Closed", "heard_at heard_at_hour closed_at closed_at_hour"),
        ("报修时间 日期 时间", "heard_at - -"),
        ("创建时间 登记时间", "- heard_at"),
        ("报修时间 完成时间", "heard_at closed_at"),
    ],
    "complaints": [("投诉日期 时间 投诉时间", "heard_at - heard_at_hour")],
    "key_loans": [
        (
            "借出日期 借出时间 应还日期 时间 归还日期 归还时间",
            "lent_at lent_at_hour due_at due_at_hour returned_at returned_at_hour",
        ),
        ("Date Time Due Time", "lent_at lent_at_hour due_at due_at_hour"),
    ],
    "visitor_passes": [
        ("来访日期 来访时间 有效期至 时间", "valid_from valid_from_hour valid_until valid_until_hour"),
        ("日期 时间 到期日期 到期时间", "valid_from valid_from_hour valid_until valid_until_hour"),
    ],
}


@pytest.mark.parametrize("register", DAYS_AND_HOURS)
def test_an_hour_is_known_as_one_where_its_day_has_a_column_too__INT_6(register):
    for texts, names in DAYS_AND_HOURS[register]:
        taken = [None if name == "-" else name for name in names.split()]
        assert COLUMNS[register].guess([text.replace("-", " ") for text in texts.split()])[0] == taken, texts


FLOORS = {
    12: ("12", "12.0", "12层", "12楼", "12F", "十二层", "第十二层", "１２层", "第12层"),
    1: ("一层", "1F", "一楼"),
    -1: ("-1", "B1", "b1", "B1层", "负一层", "负1楼", "地下一层", "地下1层", "-1F"),
    20: ("二十层",),
}


@pytest.mark.parametrize(("floor", "writings"), FLOORS.items())
def test_a_floor_is_read_as_people_write_it(floor, writings):
    assert {writing: import_cells.whole(writing) for writing in writings} == dict.fromkeys(writings, floor)


@pytest.mark.parametrize("written", ["顶层", "3/18", "1-2层", "B", "负", "层", "1千层", "1201室"])
def test_what_names_no_one_floor_is_asked(written):
    with pytest.raises(OperationRefused, match="is no floor"):
        import_cells.whole(written)

"""What is offered as the same matter (INT-6), through the verbs that register, on both databases."""

import datetime

import pytest

from models.call import Call
from models.complaints import ComplaintCategory, ComplaintStatus as C
from models.estates import Unit, UnitUse
from models.operations import complaints, tickets
from models.same_matter import like_words
from models.settings import Category
from models.staff import Department
from models.tickets import TicketKind, TicketStatus as S
from tests.operations.walks import (
    complaint_draft,
    complaint_in,
    new_complaint,
    new_ticket,
    refusal,
    ticket_draft,
    ticket_in,
    undone,
)

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def world(rolled_back):
    return rolled_back


@pytest.fixture
def categories(world):
    """Two categories and the one of what fits no other."""
    made = [
        Category(estate_id=world.estate.id, register="tickets", code=code, name=code) for code in ("a", "b", "other")
    ]
    world.session.add_all(made)
    world.session.flush()
    return [category.id for category in made]


def offered(world, now, module=tickets, draft=ticket_draft, **columns):
    """The number of the open matter that is offered instead, None when the new one is simply registered."""
    columns = {"another_matter": False, **columns}
    with undone(world):
        outcome = module.register(Call(world.session, world.actor("clerk"), now), [draft(world, **columns)])
        return refusal(outcome).values["number"] if outcome.refused else outcome.one() and None


def complained(world, now, **columns):
    return offered(world, now, complaints, complaint_draft, **columns)


SAME = [
    ("厨房漏水", "厨房水管漏水"),
    ("水管爆裂", "厨房水管爆了"),
    ("马桶堵了", "马桶堵塞"),
    ("漏水", "水管又漏水了"),
    ("走廊灯坏了", "灯坏了"),
    ("kitchen pipe leaking", "Leak in the kitchen"),
    ("马桶堵了", "马桶又堵住了"),
    ("电梯困人", "电梯有人被困"),
    ("灯不亮", "走廊灯不亮了"),
    ("水龙头滴水", "水龙头关不紧一直滴水"),
    ("空调漏水", "空调外机漏水"),
    ("窗户关不上", "厨房窗户关不严"),
    ("kitchen tap drips", "the tap in the kitchen is dripping"),
    ("楼上漏水到我家", "楼上漏水"),
    ("对讲机没声音", "对讲机又没声音了"),
    ("单元门关不上", "单元门关不严"),
    ("马桶堵了", "厕所堵了"),
    ("水龙头滴水", "水龙头漏水"),
    ("灯不亮", "灯泡坏了"),
    ("没电", "停电"),
    ("家里没电了", "家里停电"),
    ("toilet blocked", "toilet clogged"),
    ("AC not cooling", "air con not cooling"),
    ("对讲没声音", "可视对讲坏了"),
    ("卫生间灯不亮", "浴室灯泡坏了"),
    ("主卧窗户关不上", "主卧室的窗户关不严"),
    ("卧室窗户关不上", "主卧窗户关不上"),
    ("窗户关不上", "次卧窗户关不上"),
    ("厨房水管漏水", "水管渗水"),
    ("门禁失灵", "门禁刷不了卡"),
    ("门禁故障", "门禁坏了"),
    ("没水", "停水了"),
    ("tap dripping", "faucet leaking"),
    ("kitchen tap leaking", "kitchen faucet drips"),
    ("空调不制冷", "客厅空调不制冷"),
    ("卫生间水龙头滴水", "主卫水龙头漏水"),
    ("厕所又堵了", "卫生间马桶堵了"),
    ("厨房漏水没人来", "厨房水管漏水"),
    ("催一下，厨房漏水怎么还没来修", "厨房水管漏水"),
    ("厨房水管漏水", "厨房漏水三天了还没修好"),
    ("马桶堵了什么时候来修", "马桶堵塞"),
]
OTHER = [
    ("厨房水管漏水", "门锁坏了"),
    ("水管坏了", "门锁坏了"),
    ("厨房漏水", "卫生间漏水"),
    ("厨房水管漏水", "厨房下水道堵"),
    ("漏水", "没水"),
    ("空调不制冷", "空调外机噪音大"),
    ("pipe leaking", "door lock broken"),
    ("窗户关不上", "门关不上"),
    ("门锁打不开", "窗锁打不开"),
    ("厨房灯不亮", "走廊灯不亮"),
    ("水龙头漏水", "马桶漏水"),
    ("window won't close", "door won't close"),
    ("灯不亮", "屏幕不亮"),
    ("电梯停运", "扶梯停运"),
    ("热水器没反应", "门铃没反应"),
    ("地漏堵了", "马桶堵了"),
    ("插座没电", "路灯没电"),
    ("空调不制冷", "冰箱不制冷"),
    ("tap leaking", "toilet leaking"),
    ("主卧窗户关不上", "次卧窗户关不上"),
    ("厨房插座没电", "客厅插座没电"),
    ("厨房水管漏水", "卫生间水管漏水"),
    ("厨房水龙头漏水", "浴室水龙头漏水"),
    ("阳台灯不亮", "书房灯泡坏了"),
    ("主卧阳台玻璃碎了", "客厅阳台玻璃碎了"),
    ("主卧空调漏水", "客厅空调漏水"),
    ("kitchen tap leaking", "bathroom tap leaking"),
    ("master bedroom window stuck", "living room window stuck"),
    ("空调内机漏水", "空调外机漏水"),
    ("热水管漏水", "冷水管漏水"),
    ("左边窗户关不上", "右边窗户关不上"),
    ("没电", "没水"),
    ("主卫马桶堵了", "客卫马桶堵了"),
    ("toilet blocked", "toilet leaking"),
    ("AC not cooling", "AC leaking"),
    ("儿童房窗户关不上", "主卧窗户关不上"),
    ("玄关灯不亮", "阳台灯不亮"),
    ("门锁坏了没人修", "水管漏水没人修"),
    ("灯不亮两天了", "对讲坏了两天了"),
    ("怎么还没来人", "厨房水管漏水"),
]


@pytest.mark.parametrize(("pairs", "same"), [(SAME, True), (OTHER, False)])
def test_words_are_like_or_not__INT_6(pairs, same):
    for first, second in pairs:
        assert like_words(first, second) is like_words(second, first) is same, (first, second)


def test_the_same_fault_in_another_room_of_the_home_is_another_matter__INT_6(world, now, categories):
    _pipes, _locks, rest = categories
    kitchen = new_ticket(world, now, summary="插座没电", place="厨房", category_id=rest)
    assert offered(world, now, summary="客厅插座没电", category_id=rest) is None
    assert offered(world, now, summary="插座没电", place="客厅", category_id=rest) is None
    assert offered(world, now, summary="厨房插座停电了", category_id=rest) == kitchen.number


def test_a_call_is_no_repeat_of_what_was_heard_on_a_later_day__INT_2(world, now):
    matter = new_ticket(world, now, heard_at=now - HOUR)
    call = Call(world.session, world.actor("clerk"), now)
    for early in (now - 48 * HOUR, now.replace(year=2020)):
        outcome = tickets.report_again(call, [matter], heard_at=early, words="还没来")
        assert (refusal(outcome).rule, refusal(outcome).field, matter.repeats) == ("INT-2", "heard_at", 0)
    tickets.report_again(call, [matter], heard_at=now - HOUR, words="还没来").one()


def test_of_one_unit_the_same_category_or_like_words_are_offered__INT_6(world, now, categories):
    pipes, locks, rest = categories
    leak = new_ticket(world, now, category_id=pipes)
    assert offered(world, now, summary="门锁打不开", category_id=locks) is None
    assert offered(world, now, summary="门锁打不开") is None
    assert offered(world, now, summary="水管爆裂", category_id=pipes) == leak.number
    assert offered(world, now, summary="厨房水管漏水") == leak.number
    assert offered(world, now, summary="厨房水管漏水", kind=TicketKind.ENQUIRY) == leak.number
    assert offered(world, now, summary="厨房水管漏水", unit_id=world.units[1].id) is None
    new_ticket(world, now, summary="信箱钥匙丢了", unit_id=world.units[2].id, category_id=rest)
    assert offered(world, now, summary="晾衣杆松动", unit_id=world.units[2].id, category_id=rest) is None


def test_a_place_in_words_is_the_same_place__INT_6(world, now):
    sump = new_ticket(world, now, unit_id=None, place="地下车库B2", summary="集水井溢水")
    assert offered(world, now, unit_id=None, place="车库B2", summary="地下车库B2的灯不亮") is None
    assert offered(world, now, unit_id=None, place="B2车库", summary="集水井的水溢出来了") == sump.number
    assert offered(world, now, unit_id=None, place="B1车库", summary="集水井溢水") is None
    room = world.units[3].code  # 2-201
    told = new_ticket(world, now, unit_id=None, place=room.replace("-", "栋"), summary="阳台玻璃碎了")
    assert offered(world, now, unit_id=world.units[3].id, summary="阳台玻璃裂了碎了一地") == told.number
    for door in ("2栋201门口", "二号楼201室"):
        assert offered(world, now, unit_id=None, place=door, summary="阳台玻璃碎了") == told.number
    own = new_ticket(world, now, unit_id=world.units[2].id, summary="阳台推拉门脱轨")
    assert offered(world, now, unit_id=None, place="2幢101门前", summary="推拉门脱轨") == own.number
    assert offered(world, now, unit_id=None, place="2栋101", summary="推拉门脱轨") == own.number
    hall = Unit(estate_id=world.estate.id, code="1号楼大堂", use=UnitUse.PLACE)
    world.session.add(hall)
    world.session.flush()
    lamp = new_ticket(world, now, unit_id=hall.id, summary="吊灯闪烁")
    assert offered(world, now, unit_id=None, place="一栋大堂", summary="吊灯一直闪") is None
    assert offered(world, now, unit_id=None, place="一栋大堂", summary="吊灯闪烁") == lamp.number


def test_a_room_of_one_unit_is_no_place_of_another__INT_6(world, now):
    new_ticket(world, now, place="厨房")
    assert offered(world, now, unit_id=world.units[1].id, place="厨房") is None


def test_an_emergency_is_compared_with_emergencies__INT_6_DSP_1(world, now):
    team = world.teams[Department.ENGINEERING].id
    stuck = {"unit_id": None, "place": "3号楼电梯", "kind": TicketKind.EMERGENCY, "team_id": team}
    slow = new_ticket(world, now, unit_id=None, place="3号楼电梯", summary="电梯困人后停运")
    assert offered(world, now, summary="电梯困人", **stuck) is None
    first = new_ticket(world, now, summary="电梯困人", **stuck)
    assert offered(world, now, summary="电梯里有人被困", **stuck) == first.number
    assert offered(world, now, unit_id=None, place="三栋电梯", summary="困人") == slow.number


@pytest.mark.parametrize("status", [S.DONE, S.CLOSED, S.CANCELLED])
def test_what_is_finished_is_no_longer_in_the_way__INT_6(world, now, status):
    ticket_in(world, status, now)
    assert offered(world, now) is None


@pytest.mark.parametrize("status", [C.CARRIED_OUT, C.ARCHIVED])
def test_a_complaint_that_is_carried_out_is_no_longer_in_the_way__INT_6(world, now, status):
    complaint_in(world, status, now)
    assert complained(world, now) is None


def test_complaints_are_compared_by_place_category_and_words__INT_6(world, now):
    lift = new_complaint(world, now, unit_id=None, place="2号楼电梯", summary="电梯总是停")
    hall = {"unit_id": None, "place": "二栋电梯"}
    assert complained(world, now, summary="等了十分钟", **hall) == lift.number
    assert complained(world, now, summary="电梯总是停", category=ComplaintCategory.OTHER, **hall) == lift.number
    assert complained(world, now, summary="轿厢有异味", category=ComplaintCategory.ENVIRONMENT, **hall) is None
    assert complained(world, now, summary="等了十分钟", unit_id=None, place="3栋电梯") is None


def test_an_anonymous_complaint_is_compared_as_well_and_names_nobody__INT_4_INT_6(world, now):
    dispute = {"category": ComplaintCategory.NEIGHBOUR_DISPUTE}
    first = new_complaint(world, now, summary="楼上半夜装修", reporter_name="欧阳小燕", **dispute)
    draft = complaint_draft(world, summary="半夜装修", anonymous=True, another_matter=False, **dispute)
    with undone(world):
        outcome = complaints.register(Call(world.session, world.actor("clerk"), now), [draft])
        asked = refusal(outcome)
    assert (asked.field, asked.values["number"]) == ("another_matter", first.number)
    assert "欧阳" not in str(asked.values)
    assert complained(world, now, summary="又吵", anonymous=True, unit_id=world.units[1].id, **dispute) is None
    assert complained(world, now, summary="半夜装修", anonymous=True, another_matter=True, **dispute) is None
    hall = new_complaint(
        world, now, summary="三楼堆放杂物", anonymous=True, unit_id=None, place="3#楼3层走廊", **dispute
    )
    assert complained(world, now, summary="堆放杂物", unit_id=None, place="三栋三楼楼道", **dispute) == hall.number

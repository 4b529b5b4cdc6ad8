"""Which matter a row of a file is: by a record's number or by its meaning, never by a list's running number (INT-6)."""

import pytest
from sqlalchemy import select

from models.call import Call
from models.complaints import Complaint
from models.operations.imports import identifies
from models.operations.tickets import dispatch
from models.tickets import Ticket, TicketStatus
from tests.operations.found_files import Desk, csv

HEADER = "序号,报修内容,房号,报修人,电话,报修时间"


@pytest.fixture
def desk(rolled_back, now):
    return Desk(rolled_back, now)


def tickets(desk):
    return [(row.summary, row.reporter_name) for row in desk.session.scalars(select(Ticket).order_by(Ticket.id))]


@pytest.mark.parametrize("header", ["序号", "编号", "No.", "number", "工单号", "投诉编号", "id"])
def test_a_running_number_is_no_record_s_number__INT_6(header):
    for number in ("1", "2.0", "No.3", "第4条", "⑤", "十一", "0007", "123.0", "１２", "(8)", "9#", "#10", "25号"):
        assert identifies(number, header) is (number == "0007" and header in ("工单号", "投诉编号")), number
    for number in ("GD-1", "20261101001", "2026-11-001", "TS20260001", "BX-3"):
        assert identifies(number, header), number


def test_next_month_s_list_leaves_the_matters_of_the_last_as_they_are__INT_6(desk):
    for header in ("序号", "编号", "No."):
        later = HEADER.replace("序号", header)
        first = csv(later, f"1,{header}厨房漏水,1-101,张伟,13800138000,2024-05-01 08:30")
        assert desk(first, "tickets") == ["imported"]
        assert desk(csv(later, f"1,{header}门锁坏,2-201,王芳,,2024-04-01 09:00"), "tickets") == ["imported"]
        assert desk(first, "tickets") == ["unchanged"]
    assert len(tickets(desk)) == 6


def test_a_list_taken_twice_changes_nothing__INT_6(desk):
    rows = [f"{number},{words},1-101,,,2024-05-01" for number, words in ((1, "漏水"), (2, "灯坏"), (1, "门坏"))]
    assert desk(csv(HEADER, *rows), "tickets") == ["imported"] * 3
    assert desk(csv(HEADER, *rows), "tickets") == ["unchanged"] * 3
    numbered = [f"GD-{row.replace('1-101', '2-201')}" for row in rows]
    for became in ("imported", "unchanged"):
        *taken, other = desk(csv(HEADER, *numbered), "tickets")
        assert (taken, "Row 2 of the file has the number GD-1 already" in str(other)) == ([became] * 2, True)
    assert len(tickets(desk)) == 5


def test_a_number_that_another_matter_has_is_asked_about__INT_6(desk):
    header = HEADER.replace("序号", "工单号")
    assert desk(csv(header, "GD-1,漏水,1-101,张伟,,2024-05-01 08:30"), "tickets") == ["imported"]
    for other in ("门锁坏,2-201,王芳,,2024-04-01", "门锁坏,1-101,张伟,,2024-06-01", "漏水,2-201,王芳,,2024-06-01"):
        (refusal,) = desk(csv(header, f"GD-1,{other}"), "tickets")
        assert "another matter's here: “漏水”" in str(refusal)
    assert tickets(desk) == [("漏水", "张伟")]
    assert desk(csv(header, "GD-1,厨房漏水,1-101,张伟,,2024-05-01 08:30"), "tickets") == ["updated"]


def test_the_same_content_in_another_writing_is_the_same_matter__INT_6(desk):
    header = "报修内容,房号,报修人,报修时间"
    assert desk(csv(header, "漏水,1-101,张伟,2024-05-01 08:30"), "tickets") == ["imported"]
    for other in (
        csv("报修时间,报修人,房号,报修内容", "2024年5月1日 8点30分,张 伟,1栋101室,漏水"),
        csv("工单号,报修内容,房号,报修人,报修时间", "GD-7,漏水,1-0101,张伟,2024/5/1 8:30:00"),
        csv("楼栋,房号,报修内容,报修人,报修时间,无关", "1栋,101,漏水,张伟,45413.354166667,x"),
    ):
        assert desk(other, "tickets") == ["unchanged"]
    one, again, else_ = desk(
        csv(f"{header},备注", *["灯坏,1-101,张伟,2024-05-01,"] * 2, "灯坏,1-101,张伟,2024-05-01,楼道"), "tickets"
    )
    assert (one, "repeats row 2" in str(again), "says something else" in str(else_)) == ("imported", True, True)
    assert len(tickets(desk)) == 2


def test_what_is_over_is_not_opened_by_a_list_and_nothing_ends_in_the_future__INT_2(desk):
    header = "工单号,报修内容,状态,报修时间,完成时间"
    assert desk(csv(header, "GD-1,漏水,已完成,2024-05-01,2024-05-02"), "tickets") == ["imported"]
    *later, both, ended, ended_2 = desk(
        csv(
            header,
            "GD-1,漏水,处理中,2024-05-01,",
            "GD-2,漏水,处理中,2024-05-01,2024-05-02",
            "GD-3,漏水,已完成,2024-05-01,2999-05-02",
            "GD-4,漏水,,2024-05-01,2999-05-02",
        ),
        "tickets",
    )
    assert "Nothing was changed: it is over here" in str(later[0])
    assert "Its status says that it is open" in str(both)
    assert "closed in the future" in str(ended)
    assert "closed in the future" in str(ended_2)
    assert [row.status for row in desk.session.scalars(select(Ticket))] == [TicketStatus.CLOSED]


def test_a_number_heard_at_the_same_time_may_say_it_in_other_words__INT_6(desk):
    header = "工单号,报修内容,地点,报修时间"
    assert desk(csv(header, "GD-1,灯不亮,3栋楼道,2024-05-01 08:30"), "tickets") == ["imported"]
    assert desk(csv(header, "GD-1,照明坏了,3栋楼道,2024-05-01 08:30"), "tickets") == ["updated"]
    (refusal,) = desk(csv(header, "GD-1,水管爆裂,3栋楼道,2024-05-03 08:30"), "tickets")
    assert str(refusal).startswith("INT-6")


def test_what_our_desk_has_in_work_is_not_ended_by_a_list__INT_6(desk):
    header = "工单号,报修内容,房号,状态,报修时间,完成时间"
    assert desk(csv(header, "GD-1,漏水,1-101,处理中,2024-05-01,"), "tickets") == ["imported"]
    ticket = desk.session.scalars(select(Ticket)).one()
    team = next(iter(desk.world.teams.values()))
    dispatch(Call(desk.session, desk.world.actor("clerk"), desk.now), [ticket], team=team).one()
    (refusal,) = desk(csv(header, "GD-1,漏水,1-101,已完成,2024-05-01,2024-05-02"), "tickets")
    assert "our desk has" in str(refusal)
    assert ticket.status is TicketStatus.DISPATCHED


def test_what_was_closed_on_the_day_it_was_heard_needs_no_hour__INT_3(desk):
    header = "报修内容,报修时间,完成日期"
    rows = ("漏水,2024-05-01 08:30,2024-05-01", "灯坏,2024-05-02 08:30,2024-05-01")
    taken, refusal = desk(csv(header, *rows), "tickets")
    assert (taken, "before it was heard" in str(refusal)) == ("imported", True)
    assert [row.closed_at == row.heard_at for row in desk.session.scalars(select(Ticket))] == [True]


def test_who_does_not_wish_to_be_named_is_nobody__INT_4(desk):
    header = "投诉内容,地点,房号,投诉人,电话,投诉时间"
    words = ("匿名", "不愿透露", "Anonymous", "（匿名）")
    rows = [f"{word}吵,3栋楼下,,{word},,2024-05-0{day}" for day, word in enumerate(words, 1)]
    room, phone = (f"吵,3栋,{room},匿名,{phone},2024-05-01" for room, phone in (("1-101", ""), ("", "13800138000")))
    *taken, first, second = desk(csv(header, *rows, room, phone), "complaints")
    assert taken == ["imported"] * len(words)
    assert "anonymous, and gives the room" in str(first)
    assert "anonymous, and gives the room" in str(second)
    found = [(row.reporter_name, row.anonymous) for row in desk.session.scalars(select(Complaint))]
    assert found == [(None, True)] * len(words)
    assert desk(csv("内容,房号,报修人,时间", "漏水,1-101,匿名,2024-05-01"), "tickets") == ["imported"]
    assert tickets(desk) == [("漏水", None)]


def test_a_list_of_complaints_says_nothing_of_a_ticket_nor_the_other_way_round__INT_6(desk):
    rows = ("GD-1,电梯吵,1-101,张伟,2024-05-01 08:30", ",灯不亮,1-101,张伟,2024-05-02 08:30")
    files = {
        "tickets": csv("工单号,报修内容,房号,报修人,报修时间", *rows),
        "complaints": csv("投诉编号,投诉内容,房号,投诉人,投诉时间", *rows),
    }
    assert [desk(raw, register) for register, raw in files.items()] == [["imported"] * 2] * 2
    assert [desk(raw, register) for register, raw in files.items()] == [["unchanged"] * 2] * 2
    other = files["complaints"].replace("电梯吵".encode(), "电梯夜里吵".encode())
    assert desk(other, "complaints") == ["updated", "unchanged"]
    assert tickets(desk) == [("电梯吵", "张伟"), ("灯不亮", "张伟")]

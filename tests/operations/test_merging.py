"""Two records of one matter become one, and a closed ticket gets a linked new one (INT-6, FUP-7)."""

import datetime
from typing import Any

import pytest
from sqlalchemy import select

from models.call import Call
from models.complaints import ComplaintStatus
from models.errors import OperationRefused
from models.events import Event
from models.matters import MERGED, RepeatReport, Severity
from models.operations import complaints, tickets
from models.personal import keyring_of
from models.said import said
from models.tickets import CancelKind, TicketKind, TicketStatus
from tests.factories import World
from tests.operations.walks import MINUTE, complaint_in, do, new_complaint, new_ticket, running, ticket_in


@pytest.fixture
def world(rolled_back: World) -> World:
    return rolled_back


def two(world: World, now: datetime.datetime, **second: Any) -> tuple[Any, Any]:
    first = new_ticket(world, now)
    columns = {"summary": "厨房又漏水", "detail": "比早上大", "reporter_name": "李姐", "another_matter": True, **second}
    return first, new_ticket(world, now + MINUTE, **columns)


def reports(world: World, matter: Any) -> list[Any]:
    own = RepeatReport.ticket_id if matter.__tablename__ == "tickets" else RepeatReport.complaint_id
    return list(world.session.scalars(select(RepeatReport).where(own == matter.id).order_by(RepeatReport.id)))


def test_the_words_of_a_duplicate_go_to_the_original__INT_6(world: World, now: Any) -> None:
    first, second = two(world, now)
    actor = world.actor("clerk")
    third: dict[str, Any] = {"reporter_name": "周", "reporter_phone": "13611112222", "unit_id": world.units[2].id}
    tickets.report_again(Call(world.session, actor, now + MINUTE), [second], words="还在漏", **third).one()
    tickets.merge(Call(world.session, actor, now + 2 * MINUTE), [second], original=first).one()
    assert (second.status, second.cancel_kind) == (TicketStatus.CANCELLED, CancelKind.DUPLICATE)
    assert running(world, second) == {}
    assert (first.status, first.repeats) == (TicketStatus.RECEIVED, 2)
    told = reports(world, first)
    assert [(each.words, each.reporter_name, each.heard_at) for each in told] == [
        ("厨房又漏水\n比早上大", "李姐", second.heard_at),
        ("还在漏", "周", now + MINUTE),
    ]
    phones = [keyring_of(world.session).readable(each.reporter_phone) for each in told]
    assert (phones, told[1].unit_id) == (["13800138000", "13611112222"], world.units[2].id)
    assert [told[0].reporter_phone_digest, told[0].unit_id] == [second.reporter_phone_digest, second.unit_id]
    assert (told[0].source, told[0].source_key) == (MERGED, f"tickets:{second.id}")
    events = list(world.session.scalars(select(Event).order_by(Event.id)))[-2:]
    assert [(each.verb, each.record_id) for each in events] == [("merge", second.id), ("report_again", first.id)]
    assert said(events[1], keyring_of(world.session)).after["called_again"] == "李姐, 周"


def test_cancelling_as_a_duplicate_names_the_original__INT_6(world: World, now: Any) -> None:
    first, second = two(world, now)
    call = Call(world.session, world.actor("clerk"), now + 2 * MINUTE, reason="同一件")
    refused = tickets.cancel(call, [second], kind=CancelKind.DUPLICATE).refused[0][1]
    assert (refused.rule, refused.field, second.status) == ("INT-6", "original", TicketStatus.RECEIVED)
    tickets.cancel(call, [second], kind=CancelKind.DUPLICATE, original=first).one()
    assert (first.repeats, second.cancel_reason) == (1, "同一件")


def test_what_was_withdrawn_names_no_other_ticket__JOB_1(world: World, now: Any) -> None:
    first, second = two(world, now)
    call = Call(world.session, world.actor("clerk"), now + 2 * MINUTE, reason="不用了")
    refused = tickets.cancel(call, [second], kind=CancelKind.WITHDRAWN, original=first).refused[0][1]
    assert (refused.rule, refused.field) == ("JOB-1", "original")
    assert "choose “duplicate”" in str(refused)
    assert (second.status, first.repeats) == (TicketStatus.RECEIVED, 0)
    tickets.cancel(call, [second], kind=CancelKind.WITHDRAWN).one()


def test_an_original_that_is_over_says_where_the_matter_goes_on__INT_6(world: World, now: Any) -> None:
    closed = ticket_in(world, TicketStatus.CLOSED, now)
    second = new_ticket(world, now + MINUTE, summary="又坏", another_matter=True)

    def said(original: Any) -> str:
        call = Call(world.session, world.actor("clerk"), now + 9 * MINUTE)
        return str(tickets.merge(call, [second], original=original).refused[0][1])

    assert f"{closed.number} is “closed”; only an open matter takes others in. Is it wrong again" in said(closed)
    again = Call(world.session, world.actor("clerk"), now + 8 * MINUTE, reason="又漏")
    following = tickets.register_again(again, [closed]).one()
    assert f"{closed.number} is “closed” and goes on as {following.number}: name that one." in said(closed)
    third = new_ticket(world, now + MINUTE, summary="第三次", another_matter=True)
    tickets.merge(Call(world.session, world.actor("clerk"), now + 9 * MINUTE), [third], original=following).one()
    assert f"{third.number} is “cancelled” and goes on as {following.number}: name that one." in said(third)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("itself", "INT-6"),
        ("closed", "INT-6"),
        ("elsewhere", "INT-6"),
        ("complaint", "INT-6"),
        ("lighter", "INT-7"),
        ("emergency", "DSP-1"),
        ("paid", "JOB-4"),
        ("of a complaint", "CMP-6"),
        ("done", "JOB-1"),
        ("no role", "ROLE"),
    ],
)
def test_what_is_no_duplicate_is_not_merged(world: World, now: Any, change: str, rule: str) -> None:
    first, second = two(world, now)
    by = "clerk"
    if change == "itself":
        first = second
    elif change == "closed":
        do(world, "cancel", first, now + MINUTE).one()
    elif change == "elsewhere":
        draft = tickets.TicketDraft(world.other.id, "漏水", place="大堂", reporter_name="何")
        first = tickets.register(Call(world.session, world.actor("stranger"), now), [draft]).one()
    elif change == "complaint":
        first = new_complaint(world, now)
    elif change == "lighter":
        second.severity = Severity.SERIOUS
    elif change == "emergency":
        second.kind = TicketKind.EMERGENCY
    elif change == "paid":
        second.charge_fen, second.settled_at = 100, now
    elif change == "of a complaint":
        second.complaint_id = new_complaint(world, now).id
    elif change == "done":
        second = ticket_in(world, TicketStatus.DONE, now, unit_id=world.units[2].id)
    else:
        by = "technician"
        second.assignee_id = world.person("technician").id
    world.session.flush()
    outcome = tickets.merge(Call(world.session, world.actor(by), now + 2 * MINUTE), [second], original=first)
    assert outcome.refused[0][1].rule == rule
    assert reports(world, first) == []


def test_a_preview_merges_nothing(world: World, now: Any) -> None:
    first, second = two(world, now)
    tickets.merge(Call(world.session, world.actor("clerk"), now, preview=True), [second], original=first).one()
    assert (first.repeats, second.status, reports(world, first)) == (0, TicketStatus.RECEIVED, [])


def test_a_merged_complaint_takes_its_jobs_along_and_comes_back_whole__CMP_6(world: World, now: Any) -> None:
    first = new_complaint(world, now)
    second = complaint_in(world, ComplaintStatus.INVESTIGATING, now, another_matter=True)
    job = new_ticket(world, now, complaint_id=second.id)
    complaints.merge(Call(world.session, world.actor("clerk"), now + MINUTE), [second], original=first).one()
    assert (second.status, first.repeats, job.complaint_id) == (ComplaintStatus.CANCELLED, 1, first.id)
    do(world, "correct", second, now + 2 * MINUTE).one()
    assert (second.status, first.repeats, reports(world, first)) == (ComplaintStatus.INVESTIGATING, 0, [])
    complaints.merge(Call(world.session, world.actor("clerk"), now + 3 * MINUTE), [second], original=first).one()
    assert first.repeats == 1


def test_what_went_into_a_matter_that_has_ended_does_not_come_back(world: World, now: Any) -> None:
    first = new_complaint(world, now)
    second = new_complaint(world, now, another_matter=True)
    complaints.merge(Call(world.session, world.actor("clerk"), now + MINUTE), [second], original=first).one()
    do(world, "cancel", first, now + MINUTE).one()
    with pytest.raises(OperationRefused, match="INT-6"):
        do(world, "correct", second, now + 2 * MINUTE).one()


def test_an_anonymous_complaint_takes_no_name_in__INT_4(world: World, now: Any) -> None:
    first, second = new_complaint(world, now), new_complaint(world, now, another_matter=True)
    first.anonymous = True
    world.session.flush()
    complaints.merge(Call(world.session, world.actor("clerk"), now + MINUTE), [second], original=first).one()
    assert [each.reporter_name for each in reports(world, first)] == [None]


def test_a_closed_ticket_gets_a_linked_new_one__FUP_7(world: World, now: Any) -> None:
    closed = ticket_in(world, TicketStatus.CLOSED, now)
    given = {"actor": world.actor("clerk2"), "now": now + 3 * MINUTE}
    with pytest.raises(OperationRefused, match="FUP-7"):
        tickets.register_again(Call(world.session, **given, reason=" "), [closed]).one()
    assert tickets.register_again(Call(world.session, **given, preview=True, reason="x"), [closed]).done == [closed]
    made = tickets.register_again(Call(world.session, **given, reason="又漏了"), [closed]).one()
    assert (made.previous_id, made.detail, made.status) == (closed.id, "又漏了", TicketStatus.RECEIVED)
    assert (made.unit_id, made.resident_id, made.kind) == (closed.unit_id, closed.resident_id, closed.kind)
    assert (made.reporter_phone_digest, made.desk_owner_id) == (closed.reporter_phone_digest, world.person("clerk2").id)
    assert closed.status is TicketStatus.CLOSED
    with pytest.raises(OperationRefused, match=f"INT-6: {made.number} follows"):
        tickets.register_again(Call(world.session, **given, reason="还漏"), [closed]).one()
    open_one = new_ticket(world, now, unit_id=world.units[3].id)
    assert tickets.register_again(Call(world.session, **given, reason="x"), [open_one]).refused[0][1].rule == "FUP-7"

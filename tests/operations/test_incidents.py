"""Several reports of one cause are one incident: attached in one step, told, finished and closed together (INT-6)."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.call import Call
from models.follow_ups import AttemptOutcome, FollowUp
from models.matters import Comment
from models.operations import tickets
from models.same_matter import Report, bursts, incidents_of, reports_since
from models.settings import Category
from models.tickets import Acceptance, TicketKind, TicketStatus as S
from models.told import Told, Watcher
from models.without_event import rows_without_event
from tests.operations.walks import (
    DAY,
    HOUR,
    MINUTE,
    attempt,
    do,
    follow_up_of,
    new_ticket,
    refusal,
    running,
    ticket_draft,
    ticket_in,
)


@pytest.fixture
def world(rolled_back):
    return rolled_back


@pytest.fixture
def reports(world, now):
    """Three residents report that there is no water, a minute after each other."""
    return [
        new_ticket(world, now + place * MINUTE, summary=words, unit_id=world.units[place].id)
        for place, words in enumerate(("家里停水了", "没有水", "突然停水"))
    ]


def call(world, now, by="clerk"):
    return Call(world.session, world.actor(by), now)


def attached(world, now, reports):
    first, *others = reports
    tickets.attach(call(world, now), others, leading=first).all()
    return first, others


def suggested(world, now, number=3, minutes=60):
    rows = world.session.execute(reports_since(now - DAY)).all()
    return [
        (each.leading.id, [row.id for row in each.others]) for each in bursts(rows, lambda _estate: (number, minutes))
    ]


def unexplained(world):
    """What no event tells of, of tickets and of what hangs on them."""
    found = rows_without_event(world.session)
    return [line for line in found if line.startswith(("tickets", "comments", "clock_runs"))]


def refused_by_database(world, ticket_id, leading_id):
    statement = text("UPDATE tickets SET incident_id = :leading WHERE id = :id")
    with pytest.raises(DBAPIError), world.session.connection().begin_nested():
        world.session.connection().execute(statement, {"leading": leading_id, "id": ticket_id})
    return True


def test_so_many_like_reports_within_so_many_minutes_may_be_one_incident__INT_6(world, now, reports):
    first, *others = (ticket.id for ticket in reports)
    new_ticket(world, now + MINUTE, summary="大门锁坏了", unit_id=world.units[1].id)
    assert suggested(world, now) == [(first, others)]
    assert suggested(world, now, number=4) == []
    assert suggested(world, now, minutes=1) == []
    assert suggested(world, now + 2 * DAY) == [], "a day later nobody is asked"


def test_reports_of_one_building_and_category_are_alike_and_other_says_nothing__INT_6(world, now):
    for code, found in (("other", 0), ("lifts", 1)):
        category = Category(estate_id=world.estate.id, register="tickets", code=code, name=code)
        world.session.add(category)
        world.session.flush()
        for words in ("轿厢不动", "按钮不亮", "门夹人"):
            new_ticket(world, now, summary=words, unit_id=None, place="3栋", category_id=category.id)
        new_ticket(world, now, summary="对讲没声音", unit_id=None, place="4栋", category_id=category.id)
        assert [len(others) for _leading, others in suggested(world, now)] == [2] * found


def test_an_emergency_is_compared_too__INT_6(world, now, reports):
    team = world.teams[next(iter(world.teams))].id
    fourth = new_ticket(world, now + 5 * MINUTE, summary="整栋停水", kind=TicketKind.EMERGENCY, team_id=team)
    assert suggested(world, now)[0][1][-1] == fourth.id


def test_attached_reports_need_no_dispatch_of_their_own_until_they_are_detached__INT_6(world, now, reports):
    first, others = attached(world, now + HOUR, reports)
    assert [row.incident_id for row in reports] == [None, first.id, first.id]
    assert set(running(world, others[0])) == {"same-day"}
    assert others[0].due_at == running(world, others[0])["same-day"]
    tickets.detach(call(world, now + 2 * HOUR), others[:1]).one()
    assert (others[0].incident_id, set(running(world, others[0]))) == (None, {"same-day", "dispatch"})
    assert refusal(tickets.detach(call(world, now), others[:1])).rule == "INT-6"
    assert unexplained(world) == []


def test_what_leads_or_is_over_or_is_elsewhere_is_not_attached__INT_6(world, now, reports):
    first, others = attached(world, now, reports)
    other = new_ticket(world, now, summary="门锁", unit_id=world.units[1].id)
    closed = ticket_in(world, S.CLOSED, now - DAY)
    elsewhere = tickets.TicketDraft(world.other.id, "停水", place="大堂", reporter_name="何")
    abroad = tickets.register(call(world, now, "stranger"), [elsewhere])
    wrong = [(other, others[0]), (first, other), (closed, other), (other, closed), (other, other), (others[0], other)]
    wrong += [(row, other) for row in abroad.done]
    for row, leading in wrong:
        assert refusal(tickets.attach(call(world, now, "supervisor"), [row], leading=leading)).rule in {"INT-6", "ROLE"}
    assert other.incident_id is None
    assert refused_by_database(world, other.id, others[0].id), "an incident of an incident"
    assert refused_by_database(world, first.id, other.id), "what leads is part of no other"
    assert refused_by_database(world, other.id, other.id), "an incident of its own"
    assert refused_by_database(world, other.id, 10**9), "no such ticket"
    assert refused_by_database(world, other.id, abroad.one().id), "of another estate"


def test_a_report_that_comes_later_is_offered_the_open_incident_and_registered_as_part_of_it__INT_6(
    world, now, reports
):
    first, _others = attached(world, now, reports)
    assert incidents_of(world.session, Report(world.estate.id, "又没水了", place="七栋")) == [first.id]
    assert incidents_of(world.session, Report(world.estate.id, "门锁坏", place="七栋")) == []
    draft = ticket_draft(world, summary="又没水了", incident_id=first.id, another_matter=False)
    late = tickets.register(call(world, now + 3 * HOUR), [draft]).one()
    assert late.incident_id == first.id
    found = new_ticket(world, now + 4 * HOUR, summary="没水", unit_id=world.units[3].id)
    assert suggested(world, now) == [(first.id, [found.id])], "one is enough where the incident is known"


def test_one_entry_stands_on_every_report_and_who_answers_is_told_once__INT_6(world, now, reports):
    first, others = attached(world, now, reports)
    for row in others:
        do(world, "change_owner", row, now, desk_owner=world.person("clerk2"), reason="换班").one()
    world.session.query(Told).delete()
    tickets.tell_all(call(world, now + HOUR), [first], body="主管爆裂，预计 18:00 恢复").one()
    entries = world.session.scalars(select(Comment).where(Comment.body.like("主管爆裂%")))
    assert sorted(row.record_id for row in entries) == sorted(row.id for row in reports)
    told = world.session.execute(select(Told.staff_id, Told.record_id)).all()
    assert told == [(world.person("clerk2").id, first.id)]
    assert refusal(tickets.tell_all(call(world, now), [others[0]], body="x")).rule == "INT-6"
    assert unexplained(world) == []


def finished(world, now, reports):
    first, others = attached(world, now, reports)
    for step in ("dispatch", "accept", "start", "finish", "take_slip_back"):
        now += MINUTE
        do(world, step, first, now).one()
    return first, others, now


def test_reports_are_finished_with_the_job_that_leads_and_each_resident_is_followed_up__FUP_1(world, now, reports):
    first, others, then = finished(world, now + HOUR, reports)
    for row in others:
        assert (row.status, row.result, row.assignee_id) == (S.DONE, first.result, first.assignee_id)
        assert (row.acceptance, row.acceptance_reason) == (Acceptance.NOT_SIGNED, f"→ {first.number}")
        asked = follow_up_of(world, row)
        assert asked.assignee_id == row.desk_owner_id != first.assignee_id
    assert len(world.session.scalars(select(FollowUp)).all()) == 3
    do(world, "reopen", others[0], then + MINUTE, reason="还是没水").one()
    assert others[0].status is S.IN_PROGRESS


def test_an_incident_closes_whole_when_nothing_is_missing_on_any_report__JOB_6(world, now, reports):
    first, others, then = finished(world, now + HOUR, reports)
    then += DAY
    for row in (first, others[0]):
        attempt(world, follow_up_of(world, row), then, outcome=AttemptOutcome.SATISFIED).one()
    said = refusal(do(world, "close", first, then + MINUTE))
    assert (said.rule, said.values["reports"]) == ("JOB-6", [others[1].number])
    attempt(world, follow_up_of(world, others[1]), then, outcome=AttemptOutcome.SATISFIED).one()
    do(world, "close", first, then + 2 * MINUTE).one()
    assert [row.status for row in reports] == [S.CLOSED] * 3
    assert refused_by_database(world, others[0].id, None), "what is closed stays part of its incident"


def test_what_was_attached_goes_on_by_itself_when_the_leading_report_is_withdrawn__JOB_1(world, now, reports):
    first, others = attached(world, now, reports)
    do(world, "cancel", first, now + MINUTE).one()
    assert [row.incident_id for row in others] == [None, None]
    assert "dispatch" in running(world, others[1])


def test_merging_moves_reports_and_watchers_to_the_original__INT_6(world, now, reports):
    first, others = attached(world, now, reports)
    original = new_ticket(world, now, summary="全楼停水", unit_id=world.units[3].id)
    for who in ("clerk2", "manager"):
        tickets.watch(call(world, now, who), [first]).one()
    tickets.watch(call(world, now, "manager"), [original]).one()
    assert refusal(tickets.merge(call(world, now), [first], original=others[0])).rule == "INT-6"
    tickets.merge(call(world, now + MINUTE), [first], original=original).one()
    assert [row.incident_id for row in others] == [original.id, original.id]
    watching = world.session.execute(select(Watcher.record_id, Watcher.staff_id).order_by(Watcher.staff_id)).all()
    assert sorted(watching) == sorted((original.id, world.person(who).id) for who in ("clerk2", "manager"))


def test_a_bulk_undo_leaves_closed_what_closed_others__JOB_1(world, now, reports):
    first, others, then = finished(world, now + HOUR, reports)
    for row in reports:
        attempt(world, follow_up_of(world, row), then + DAY, outcome=AttemptOutcome.SATISFIED).one()
    do(world, "close", first, then + DAY + MINUTE).one()
    undo = tickets.close.declared.undo
    assert undo is not None
    assert undo.followed is not None
    kept = undo.followed(world.session, [first, others[0]])
    assert {row: str(why) for row, why in kept.items()}.keys() == {first.id}

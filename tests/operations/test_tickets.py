"""Tickets: their states and how they are taken in (INT-1 … INT-9, JOB-1)."""

from typing import Any

import pytest
from sqlalchemy import func, select

from models.call import Call
from models.errors import StaleRecord
from models.events import Event
from models.follow_ups import FollowUp
from models.matters import RepeatReport, Severity
from models.operations import tickets
from models.staff import Department
from models.tickets import Ticket, TicketKind, TicketStatus
from models.verbs import transitions
from tests.operations.walks import (
    HOUR,
    MINUTE,
    do,
    new_ticket,
    refusal,
    ticket_draft,
    ticket_in,
    undone,
)

S = TicketStatus


@pytest.fixture
def world(rolled_back):
    return rolled_back


def register(world, now, by="clerk", **columns):
    return tickets.register(Call(world.session, world.actor(by), now), [ticket_draft(world, **columns)])


# ---------------------------------------------------------------- states


@pytest.mark.parametrize("status", S)
def test_each_verb_moves_from_its_own_states_only__JOB_1(world, now, status):
    kind = TicketKind.ENQUIRY if status is S.RECEIVED else TicketKind.REPAIR  # only a question can be answered
    ticket = ticket_in(world, status, now, kind=kind)
    for verb, targets in transitions("tickets").items():
        with undone(world):
            version = ticket.version
            outcome = do(world, verb, ticket, now)
            if status in targets:
                assert outcome.one().status is targets[status], verb
                assert ticket.version == version + 1, verb
            else:
                assert refusal(outcome).rule == "JOB-1", verb
                assert (ticket.status, ticket.version) == (status, version), verb


@pytest.mark.parametrize("status", [S.DISPATCHED, S.ACCEPTED, S.IN_PROGRESS])
def test_a_job_goes_on_where_it_waited_from__JOB_1(world, now, status):
    ticket = ticket_in(world, status, now)
    do(world, "wait", ticket, now).one()
    do(world, "resume", ticket, now + HOUR).one()
    assert (ticket.status, ticket.waiting_reason, ticket.waiting_from) == (status, None, None)


@pytest.mark.parametrize("verb", ["dispatch", "close", "cancel"])
def test_a_preview_says_the_same_and_writes_nothing(world, now, verb):
    status = next(iter(transitions("tickets")[verb]))
    ticket = ticket_in(world, status, now)
    world.session.commit()
    events = world.session.scalar(select(func.count()).select_from(Event))
    assert do(world, verb, ticket, now, preview=True).done == [ticket]
    world.session.commit()
    world.session.expire_all()
    assert ticket.status is status
    assert world.session.scalar(select(func.count()).select_from(Event)) == events


def test_a_batch_serves_what_it_can_and_names_the_rest(world, now):
    fair, gone = new_ticket(world, now), ticket_in(world, S.CANCELLED, now)
    team = world.teams[Department.ENGINEERING]
    outcome = tickets.dispatch(Call(world.session, world.actor("clerk"), now), [gone, fair], team=team)
    assert outcome.done == [fair]
    assert [(row, error.rule) for row, error in outcome.refused] == [(gone, "JOB-1")]


def test_a_stale_form_is_refused_and_says_which_version_there_is(world, now):
    ticket = new_ticket(world, now)
    do(world, "amend", ticket, now, summary="阳台漏水").one()
    error = refusal(do(world, "amend", ticket, now, summary="客厅漏水", expected={ticket.id: 1}))
    assert isinstance(error, StaleRecord)
    assert error.values == {"current": 2, "expected": 1}
    assert ticket.summary == "阳台漏水"


def test_each_change_leaves_one_event_with_before_and_after(world, now):
    ticket = new_ticket(world, now)
    do(world, "dispatch", ticket, now + MINUTE, by="clerk").one()
    query = select(Event).where(Event.register == "tickets", Event.record_id == ticket.id).order_by(Event.id)
    registered, dispatched = world.session.scalars(query)
    assert (registered.verb, registered.record_version) == ("register", 1)
    assert registered.after["reporter_phone"].startswith("digest:")
    assert (dispatched.verb, dispatched.role, dispatched.at) == ("dispatch", "clerk", now + MINUTE)
    assert dispatched.before["status"] == "received"
    assert dispatched.after["status"] == "dispatched"


# ---------------------------------------------------------------- intake


def test_who_takes_a_matter_is_its_desk_owner__INT_1(world, now):
    assert new_ticket(world, now).desk_owner_id == world.person("clerk").id


def test_a_technician_cannot_be_desk_owner__INT_1(world, now):
    assert refusal(register(world, now, desk_owner=world.person("technician"))).rule == "INT-1"


def test_the_duty_passes_to_a_colleague_of_the_desk_by_a_supervisor__INT_1(world, now):
    ticket = new_ticket(world, now)
    colleague = world.person("clerk2")
    assert (
        refusal(do(world, "change_owner", ticket, now, by="clerk", desk_owner=colleague, reason="休假")).rule == "ROLE"
    )
    assert (
        refusal(do(world, "change_owner", ticket, now, desk_owner=world.person("lead"), reason="休假")).rule == "INT-1"
    )
    do(world, "change_owner", ticket, now, desk_owner=colleague, reason="休假").one()
    assert ticket.desk_owner_id == colleague.id


def test_hearing_and_registering_are_two_times__INT_2(world, now):
    ticket = new_ticket(world, now, heard_at=now - HOUR)
    assert (ticket.heard_at, ticket.registered_at) == (now - HOUR, now)


def test_nothing_is_heard_in_the_future__INT_2(world, now):
    assert refusal(register(world, now, heard_at=now + MINUTE)).rule == "INT-2"


@pytest.mark.parametrize(
    ("lacking", "names"),
    [
        ({"reporter_name": None}, 1),
        ({"unit_id": None}, 1),
        ({"reporter_name": None, "unit_id": None}, 2),
    ],
)
def test_all_that_is_missing_is_named_at_once__INT_3(world, now, lacking, names):
    error = refusal(register(world, now, **lacking))
    assert error.rule == "INT-3"
    assert len(error.values["missing"]) == names


@pytest.mark.parametrize("columns", [{"summary": "  "}, {"reporter_phone": "12"}])
def test_what_happened_and_a_real_phone_are_written_down__INT_3(world, now, columns):
    assert refusal(register(world, now, **columns)).rule == "INT-3"


def test_an_enquiry_is_promised_within_half_an_hour__INT_5(world, now):
    assert refusal(register(world, now, kind=TicketKind.ENQUIRY, promised_at=now + 31 * MINUTE)).rule == "INT-5"
    assert refusal(register(world, now, promised_at=now - MINUTE)).rule == "INT-5"
    ticket = register(world, now, kind=TicketKind.ENQUIRY, promised_at=now + 30 * MINUTE).one()
    for promised in (now - MINUTE, now + 31 * MINUTE):
        assert refusal(do(world, "promise", ticket, now, promised_at=promised, reason="改期")).rule == "INT-5"
    do(world, "promise", ticket, now, promised_at=now + 20 * MINUTE, reason="改期").one()


@pytest.mark.parametrize(
    "columns", [{"unit_id": None}, {"reporter_name": None}, {"reporter_name": "", "reporter_phone": None}]
)
def test_an_edit_does_not_take_away_who_reported_it_or_where__INT_3(world, now, columns):
    ticket = new_ticket(world, now)
    assert refusal(do(world, "amend", ticket, now, **columns)).rule == "INT-3"
    assert ticket.unit_id is not None
    instead = {"place": "大堂"} if "unit_id" in columns else {"reporter_name": "李"}
    do(world, "amend", ticket, now, **(columns | instead)).one()


@pytest.mark.parametrize("status", [S.RECEIVED, S.IN_PROGRESS, S.DONE])
def test_an_edit_does_not_take_away_whom_the_follow_up_asks__FUP_1(world, now, status):
    ticket = ticket_in(world, status, now)
    nobody: dict[str, Any] = {"reporter_name": None, "reporter_phone": None, "reporter_department": "保安部"}
    assert refusal(do(world, "amend", ticket, now, **nobody)).rule == "FUP-1"
    assert refusal(do(world, "amend", ticket, now, reporter_department="保安部")).rule == "FUP-1"
    do(world, "amend", ticket, now, reporter_name="张伟").one()


def test_the_open_matter_of_the_same_unit_and_words_is_offered_first__INT_6(world, now):
    first = new_ticket(world, now)
    error = refusal(register(world, now, another_matter=False))
    assert (error.rule, error.values["number"]) == ("INT-6", first.number)
    register(world, now, another_matter=False, summary="门锁打不开").one()
    register(world, now, another_matter=True).one()


def test_a_repeat_keeps_its_words_and_is_counted__INT_6(world, now):
    ticket = new_ticket(world, now)
    do(world, "report_again", ticket, now + HOUR, words="还在漏", reporter_name="李").one()
    assert ticket.repeats == 1
    repeat = world.session.scalars(select(RepeatReport)).one()
    assert (repeat.ticket_id, repeat.words, repeat.heard_at) == (ticket.id, "还在漏", now + HOUR)


def test_a_closed_matter_takes_no_repeat__INT_6(world, now):
    assert refusal(do(world, "report_again", ticket_in(world, S.CLOSED, now), now, words="又漏")).rule == "INT-6"


def test_a_repeat_cannot_be_heard_in_the_future__INT_2(world, now):
    ticket = new_ticket(world, now)
    assert refusal(do(world, "report_again", ticket, now, words="漏", heard_at=now + MINUTE)).rule == "INT-2"


def test_a_colleague_may_report_without_resident_and_owes_no_follow_up__INT_9(world, now):
    columns = {"reporter_name": None, "reporter_phone": None, "reporter_department": "保安部"}
    ticket = new_ticket(world, now, **columns)
    for verb in ("dispatch", "accept", "start", "finish", "take_slip_back", "close"):
        do(world, verb, ticket, now).one()
    assert world.session.scalars(select(FollowUp)).all() == []


def test_numbers_run_on_by_the_local_date(world, now):
    late = now.replace(hour=16)  # past midnight in Shanghai
    numbers = [new_ticket(world, moment).number for moment in (now, now, late)]
    assert numbers == ["R261118-001", "R261118-002", "R261119-001"]


def test_a_matter_cannot_point_into_another_estate(world, now):
    with pytest.raises(Exception, match="fk_tickets_estate_id_unit_id"):
        register(world, now, unit_id=world.other_unit.id)


def test_editing_changes_descriptive_columns_only__JOB_1(world, now):
    ticket = new_ticket(world, now)
    with pytest.raises(ValueError, match="status"):
        do(world, "amend", ticket, now, status=S.CLOSED)
    do(world, "amend", ticket, now, severity=Severity.SERIOUS, reporter_phone="139 0013 9001").one()
    assert ticket.severity is Severity.SERIOUS
    assert "13900139001" not in (ticket.reporter_phone or "")


@pytest.mark.parametrize("status", [S.CLOSED, S.CANCELLED])
def test_what_is_over_stays_as_it_is__JOB_6(world, now, status):
    assert refusal(do(world, "amend", ticket_in(world, status, now), now, summary="别的")).rule == "JOB-6"


def test_only_what_nothing_followed_is_deleted__JOB_1(world, now):
    fresh, noted, sent = new_ticket(world, now), new_ticket(world, now), ticket_in(world, S.DISPATCHED, now)
    do(world, "comment", noted, now, body="已回电").one()
    actor = world.actor("manager")
    outcome = tickets.delete(Call(world.session, actor, now), [fresh, noted, sent])
    world.session.commit()
    assert [row.id for row in outcome.done] == [fresh.id]
    assert {error.rule for _, error in outcome.refused} == {"JOB-1"}
    assert set(world.session.scalars(select(Ticket.id))) == {noted.id, sent.id}
    assert world.session.scalar(select(func.count()).where(Event.verb == "delete")) == 1

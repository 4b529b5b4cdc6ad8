"""Undo of a bulk run: rows and clocks as before, for ten minutes, once, by who ran it, and nothing by halves."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select

from models.bulk import BulkItem, BulkOutcome
from models.call import Call
from models.errors import OperationRefused
from models.events import Event, broken_seals
from models.invariants import broken_invariants
from models.keys import Key
from models.matters import ClockRun, Comment, CommentKind, Severity
from models.operations import keys, passes
from models.operations.bulk import (
    counts,
    prepare,
    prepare_undo,
    refusal_kept_in,
    run_chunk,
    undo_of,
)
from models.operations.settings import amend_clocks
from models.operations.told import mark_seen
from models.policy import visible
from models.roles import Role
from models.said import PersonalKey
from models.settings import Clock, Setting
from models.told import Told, ToldKind
from models.verbs import everything
from models.without_event import rows_without_event
from tests.guards_off import guards_off
from tests.marks import verbs_first_sqlite
from tests.operations.bulk_desk import (
    S,
    bulk,
    facts,
    finish,
    reread,
    rows_for,
    undo,
    visitor,
)
from tests.operations.walks import HOUR, MINUTE, do, new_ticket, running, ticket_in


@pytest.fixture
def world(rolled_back):
    return rolled_back


PUT_BACK = sorted((each.register, each.name) for each in everything() if each.undo is not None)


@pytest.mark.parametrize(("register", "verb"), PUT_BACK)
def test_undo_puts_rows_and_clocks_back_and_the_rules_hold(world, now, register, verb):
    rows, arguments = rows_for(world, now, register, verb)
    reread(world)  # with what the database itself has written
    before = [facts(row) for row in rows]
    clocks = [running(world, row) if register == "tickets" else None for row in rows]
    versions = [row.version for row in rows]
    run = bulk(world, now, register, verb, rows, **arguments)
    assert counts(world.session, run)[BulkOutcome.DONE] == 3
    assert [facts(row) for row in rows] != before
    undoing = undo(world, run, now + 5 * MINUTE)
    assert counts(world.session, undoing)[BulkOutcome.DONE] == 3
    assert [facts(row) for row in rows] == before
    assert [running(world, row) if register == "tickets" else None for row in rows] == clocks
    assert [row.version for row in rows] == [version + 2 for version in versions]
    assert list(broken_invariants(world.session)) == []
    world.session.commit()
    assert list(broken_seals(world.session)) == []


def test_every_bulk_verb_is_either_put_back_or_says_why_not():
    for each in everything():
        if each.bulk and each.name != "undo":
            assert (each.undo is None) is not (each.lasting is None), (each.register, each.name)


def test_only_a_verb_that_says_so_is_done_in_bulk(world, now):
    ticket = new_ticket(world, now)
    for verb in ("cancel", "comment", "read", "nothing"):
        with pytest.raises(OperationRefused, match="ROLE: This cannot be done to many records at once"):
            bulk(world, now, "tickets", verb, [ticket])


def test_the_undo_is_an_event_of_its_own_that_names_the_run(world, now):
    rows, arguments = rows_for(world, now, "tickets", "dispatch")
    run = bulk(world, now, "tickets", "dispatch", rows, **arguments)
    undoing = undo(world, run, now + 2 * MINUTE)
    event = world.session.scalars(select(Event).where(Event.verb == "undo", Event.record_id == rows[0].id)).one()
    assert (event.bulk_run_id, event.after["bulk_run_id"]) == (undoing.id, run.id)
    assert (event.before["status"], event.after["status"]) == ("dispatched", "received")


def test_what_the_run_told_is_taken_back_with_the_rows_that_are_put_back(world, now):
    rows, arguments = rows_for(world, now, "tickets", "dispatch")
    run = bulk(world, now, "tickets", "dispatch", rows, **{**arguments, "assignee": world.person("technician")})
    told = select(Told).where(Told.kind == ToldKind.NEW_JOB).order_by(Told.record_id)
    mark_seen(Call(world.session, world.actor("technician"), now), [world.session.scalars(told).all()[0].id])
    do(world, "accept", rows[1], now + 2 * MINUTE, by="technician", taker=None).one()
    undo(world, run, now + 3 * MINUTE)
    found = world.session.scalars(told).all()
    assert [(row.seen_at is not None, row.withdrawn_at) for row in found] == [
        (True, now + 3 * MINUTE),
        (False, None),
        (False, now + 3 * MINUTE),
    ]
    shown = world.session.scalars(told.where(visible(world.actor("technician"), Told))).all()
    assert shown == found[:2]


def test_a_row_changed_since_is_refused_and_the_others_are_put_back(world, now):
    rows, arguments = rows_for(world, now, "tickets", "dispatch")
    run = bulk(world, now, "tickets", "dispatch", rows, **arguments)
    do(world, "accept", rows[1], now + 2 * MINUTE).one()
    undoing = undo(world, run, now + 3 * MINUTE)
    assert [row.status for row in rows] == [S.RECEIVED, S.ACCEPTED, S.RECEIVED]
    query = select(BulkItem).where(BulkItem.run_id == undoing.id, BulkItem.record_id == rows[1].id)
    item = world.session.scalars(query).one()
    refused = refusal_kept_in(item)
    assert item.outcome is BulkOutcome.REFUSED
    assert refused is not None
    assert rows[1].number in str(refused)


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("comment", {"kind": CommentKind.NOTE, "body": "业主催了"}),
        ("amend", {"detail": "水已经流到楼下"}),
        ("amend", {"severity": Severity.SERIOUS}),
        ("name_follower", {"follower": "clerk2"}),
        ("change_owner", {"desk_owner": "clerk2", "reason": "换班"}),
        ("report_again", {"words": "还在漏"}),
    ],
)
@verbs_first_sqlite
def test_what_a_colleague_wrote_meanwhile_stays_and_the_row_is_put_back_all_the_same(world, now, verb, words):
    rows, arguments = rows_for(world, now, "tickets", "dispatch")
    run = bulk(world, now, "tickets", "dispatch", rows, **arguments)
    words = {name: world.person(word) if word == "clerk2" else word for name, word in words.items()}
    do(world, verb, rows[1], now + 2 * MINUTE, **words).one()
    reread(world)
    written = {
        name: getattr(rows[1], name) for name in ("detail", "severity", "follower_id", "desk_owner_id", "repeats")
    }
    undo(world, run, now + 3 * MINUTE)
    assert [row.status for row in rows] == [S.RECEIVED, S.RECEIVED, S.RECEIVED]
    assert written == {name: getattr(rows[1], name) for name in written}
    if verb == "comment":
        query = select(Comment.body).where(Comment.ticket_id == rows[1].id)
        assert world.session.scalars(query).all() == ["业主催了"]


@pytest.mark.parametrize(
    ("verb", "changes"),
    [
        ("reassign", {"assignee": "lead", "reason": "换人"}),
        ("escalate", {"reason": "要停水"}),
        ("amend", {"visit_until": HOUR}),
    ],
)
def test_a_row_on_which_something_followed_is_left_alone(world, now, verb, changes):
    rows, arguments = rows_for(world, now, "tickets", "dispatch")
    run = bulk(world, now, "tickets", "dispatch", rows, **arguments)
    given = {"assignee": world.person, "visit_until": lambda delta: now + 4 * delta}
    values = {name: given.get(name, str)(value) for name, value in changes.items()}
    do(world, verb, rows[1], now + 2 * MINUTE, **values).one()
    undo(world, run, now + 3 * MINUTE)
    assert [row.status for row in rows] == [S.RECEIVED, S.DISPATCHED, S.RECEIVED]


def test_a_row_changed_between_the_preview_of_the_undo_and_its_run_is_left_alone(world, now):
    rows, arguments = rows_for(world, now, "tickets", "dispatch")
    run = bulk(world, now, "tickets", "dispatch", rows, **arguments)
    undoing = prepare_undo(Call(world.session, world.actor("clerk"), now + 2 * MINUTE), run)
    do(world, "accept", rows[0], now + 2 * MINUTE).one()
    finish(world, undoing, now + 3 * MINUTE)
    assert counts(world.session, undoing)[BulkOutcome.CHANGED] == 1
    assert not [row for row in rows_without_event(world.session) if row.startswith("bulk_items")]
    assert [row.status for row in rows] == [S.ACCEPTED, S.RECEIVED, S.RECEIVED]


def test_what_was_erased_since_is_not_put_back_and_says_so(world, now):
    rows, arguments = rows_for(world, now, "key_loans", "return")
    run = bulk(world, now, "key_loans", "return", rows, **arguments)
    world.session.execute(delete(PersonalKey).where(PersonalKey.record_id == rows[0].id))
    undoing = undo(world, run, now + 5 * MINUTE)
    items = world.session.scalars(select(BulkItem).where(BulkItem.run_id == undoing.id).order_by(BulkItem.record_id))
    refusals = [refusal_kept_in(item) for item in items]
    assert [refusal is None for refusal in refusals] == [False, True, True]
    assert str(refusals[0]) == f"UNDO: What was said of {rows[0]} has been erased, so it is not put back."
    assert [row.returned_at is None for row in rows[:2]] == [False, True]
    world.session.commit()
    assert list(broken_seals(world.session)) == []


def test_undo_is_offered_for_ten_minutes_and_what_was_begun_in_time_is_finished(world, now):
    rows, arguments = rows_for(world, now, "tickets", "dispatch")
    run = bulk(world, now, "tickets", "dispatch", rows, **arguments)
    end = now + MINUTE + 10 * MINUTE
    clerk = world.actor("clerk")
    undoing = prepare_undo(Call(world.session, clerk, end), run)
    with pytest.raises(OperationRefused, match="10 minutes"):
        run_chunk(Call(world.session, clerk, end + MINUTE), undoing)
    assert run_chunk(Call(world.session, clerk, end), undoing, size=1)
    finish(world, undoing, end + MINUTE)
    assert {row.status for row in rows} == {S.RECEIVED}
    other = bulk(world, now, "tickets", "accept", [ticket_in(world, S.DISPATCHED, now)])
    with pytest.raises(OperationRefused, match="10 minutes"):
        prepare_undo(Call(world.session, clerk, end + MINUTE), other)


def test_a_manager_decides_for_how_many_minutes_undo_is_offered__SET_1(world, now):
    world.session.add(Setting(estate_id=world.estate.id, code="undo-minutes", rule="SET-1", value=3))
    rows, arguments = rows_for(world, now, "tickets", "dispatch")
    run = bulk(world, now, "tickets", "dispatch", rows, **arguments)
    with pytest.raises(OperationRefused, match="for 3 minutes"):
        prepare_undo(Call(world.session, world.actor("clerk"), now + MINUTE + 4 * MINUTE), run)
    assert prepare_undo(Call(world.session, world.actor("clerk"), now + MINUTE + 3 * MINUTE), run).undoes_id == run.id


def test_a_run_is_undone_once_and_an_undo_is_not_undone(world, now):
    rows, arguments = rows_for(world, now, "tickets", "dispatch")
    run = bulk(world, now, "tickets", "dispatch", rows, **arguments)
    undoing = undo(world, run, now + 2 * MINUTE)
    assert undo(world, run, now + 3 * MINUTE).id == undoing.id
    assert undo_of(world.session, run) == undoing
    events = select(func.count()).select_from(Event).where(Event.verb == "undo")
    assert world.session.scalar(events) == 3
    with pytest.raises(OperationRefused, match="not undone"):
        prepare_undo(Call(world.session, world.actor("clerk"), now + 3 * MINUTE), undoing)


def test_only_who_ran_it_can_undo_it_and_only_when_it_is_finished(world, now):
    rows, arguments = rows_for(world, now, "tickets", "dispatch")
    run = prepare(
        Call(world.session, world.actor("clerk"), now),
        estate_id=world.estate.id,
        register="tickets",
        verb="dispatch",
        ids=[row.id for row in rows],
        arguments=arguments,
        key="half",
    )
    assert run_chunk(Call(world.session, world.actor("clerk"), now), run, size=1)
    reread(world)
    with pytest.raises(OperationRefused, match="not finished"):
        prepare_undo(Call(world.session, world.actor("clerk"), now), run)
    finish(world, run, now)
    with pytest.raises(OperationRefused, match="somebody else"):
        prepare_undo(Call(world.session, world.actor("manager"), now), run)


def test_a_key_that_left_again_stays_where_it_is__KEY_2(world, now):
    rows, _ = rows_for(world, now, "key_loans", "return")
    run = bulk(world, now, "key_loans", "return", rows)
    first, second, _third = rows
    again = keys.LoanDraft(
        key_id=first.key_id,
        borrower_kind=first.borrower_kind,
        borrower_resident_id=first.borrower_resident_id,
        identity_checked=True,
        signed=True,
    )
    keys.lend(Call(world.session, world.actor("clerk"), now + 2 * MINUTE), [again]).one()
    key = world.session.get_one(Key, second.key_id)
    keys.report_lost(Call(world.session, world.actor("clerk"), now + 2 * MINUTE), [key]).one()
    undoing = undo(world, run, now + 3 * MINUTE)
    query = select(BulkItem.record_id, BulkItem.rule).where(BulkItem.run_id == undoing.id)
    assert dict(world.session.execute(query).all()) == {
        rows[0].id: "KEY-2",
        rows[1].id: "KEY-4",
        rows[2].id: None,
    }
    assert [row.returned_at is None for row in rows] == [False, False, True]
    assert list(broken_invariants(world.session)) == []


def test_a_closed_ticket_that_goes_on_as_a_new_one_stays_closed__JOB_1(world, now):
    rows, _ = rows_for(world, now, "tickets", "close")
    run = bulk(world, now, "tickets", "close", rows)
    new_ticket(world, now + 2 * MINUTE, previous_id=rows[0].id)
    undoing = undo(world, run, now + 3 * MINUTE)
    assert counts(world.session, undoing)[BulkOutcome.REFUSED] == 1
    assert [row.status for row in rows] == [S.CLOSED, S.DONE, S.DONE]


def test_what_cannot_be_put_back_says_why_and_nothing_changes__PAS_8(world, now):
    guest = visitor(world, now - HOUR)
    passes.check_in(Call(world.session, world.actor("clerk"), now), [guest]).one()
    run = bulk(world, now, "visitor_passes", "check_out", [guest])
    with pytest.raises(OperationRefused, match="log of the gate"):
        prepare_undo(Call(world.session, world.actor("clerk"), now + 2 * MINUTE), run)
    audit = bulk(world, now, "estates", "run_audit", [world.estate])
    with pytest.raises(OperationRefused, match="daily audit"):
        prepare_undo(Call(world.session, world.actor("clerk"), now + 2 * MINUTE), audit)


def test_who_lost_the_right_to_the_verb_cannot_undo_it(world, now):
    rows, arguments = rows_for(world, now, "tickets", "dispatch")
    run = bulk(world, now, "tickets", "dispatch", rows, by="supervisor", **arguments)
    demoted = replace(world.actor("supervisor"), roles=frozenset({(world.estate.id, Role.AUDITOR, None)}))
    undoing = prepare_undo(Call(world.session, world.actor("supervisor"), now + 2 * MINUTE), run)
    assert not run_chunk(Call(world.session, demoted, now + 2 * MINUTE), undoing)
    reread(world)
    assert counts(world.session, undoing)[BulkOutcome.REFUSED] == 3
    assert {row.status for row in rows} == {S.DISPATCHED}


def test_a_badge_that_went_to_the_next_visitor_is_not_out_twice_by_an_undo__PAS_1(world, now):
    first = visitor(world, now)
    run = bulk(world, now, "visitor_passes", "hand_in", [first])
    second = visitor(world, now)
    second.badge_number = first.badge_number
    world.session.flush()
    undo(world, run, now + MINUTE)
    item = world.session.scalars(select(BulkItem).order_by(BulkItem.id.desc()).limit(1)).one()
    assert (item.record_id, item.outcome, item.rule) == (first.id, BulkOutcome.REFUSED, "PAS-1")
    assert first.handed_in_at == now + MINUTE


def test_a_clock_that_was_changed_meanwhile_does_not_stand_in_the_way_and_holds_afterwards__SET_1(world, now):
    rows, arguments = rows_for(world, now, "tickets", "dispatch")
    run = bulk(world, now, "tickets", "dispatch", rows, **arguments)
    of_estate = select(Clock).where(Clock.estate_id == world.estate.id)
    clocks = {clock.code: clock for clock in world.session.scalars(of_estate)}
    call = Call(world.session, world.actor("manager"), now + 2 * MINUTE)
    amend_clocks(call, [clocks["slip-acknowledged"], clocks["dispatch"]], minutes=300)
    world.session.commit()
    undoing = undo(world, run, now + 3 * MINUTE)
    assert counts(world.session, undoing)[BulkOutcome.DONE] == 3
    for row in rows:
        assert set(running(world, row)) == {"dispatch", "same-day"}
        assert running(world, row)["dispatch"] == row.registered_at + 30 * MINUTE  # missed before
    assert not list(broken_invariants(world.session))


def test_a_clock_that_runs_again_counts_by_what_holds_now__SET_1(world, now):
    rows, arguments = rows_for(world, now, "tickets", "take_slip_back")
    run = bulk(world, now, "tickets", "take_slip_back", rows, **arguments)
    of_estate = select(Clock).where(Clock.estate_id == world.estate.id, Clock.code == "slip-back")
    call = Call(world.session, world.actor("manager"), now + 2 * MINUTE)
    amend_clocks(call, [world.session.scalars(of_estate).one()], minutes=48 * 60).one()
    world.session.commit()
    undo(world, run, now + 3 * MINUTE)
    for row in rows:
        assert running(world, row)["slip-back"] == row.due_at == row.finished_at + 48 * HOUR


def test_what_was_done_at_the_same_instant_by_another_step_is_not_put_back(world, now):
    rows, arguments = rows_for(world, now, "tickets", "accept")
    run = bulk(world, now, "tickets", "accept", rows, **arguments)
    of_row = select(ClockRun).where(ClockRun.ticket_id == rows[0].id, ClockRun.met_at.is_not(None))
    one = world.session.scalars(of_row.join(Clock, Clock.id == ClockRun.clock_id).where(Clock.code == "dispatch")).one()
    with guards_off(world.session.connection()):
        one.met_at = one.updated_at = now + MINUTE
        world.session.flush()
    world.session.commit()
    undo(world, run, now + 2 * MINUTE)
    assert "slip-acknowledged" in running(world, rows[0])
    assert "dispatch" not in running(world, rows[0])

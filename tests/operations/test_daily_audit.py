"""The daily audit: the same twice, each finding one identity, old ones as they were, signed off (AUD-1 … AUD-3)."""

import datetime
import json

import pytest
from sqlalchemy import event, literal, select, update

from models.audits import AuditFinding, AuditLine, AuditRun, FindingKind
from models.call import Call
from models.errors import StaleRecord
from models.events import Event
from models.matters import ClockRun
from models.operations import audits, limits, tickets
from models.tickets import TicketKind, TicketStatus
from models.told import Told, ToldKind
from models.without_event import rows_without_event
from tests.calling import called
from tests.operations.audits import audit, count, everything, lend_key, lines, of_kind, only, run
from tests.operations.walks import (
    DAY,
    HOUR,
    MINUTE,
    do,
    new_ticket,
    refusal,
    ticket_in,
)

K = FindingKind
TODAY = datetime.date(2026, 11, 18)


@pytest.fixture
def world(rolled_back):
    return rolled_back


def test_every_kind_of_finding_is_found_and_counted__AUD_1(world, now):
    everything(world, now)
    document = audit(world, now + DAY)
    assert set(document["counts"]) == {kind.value for kind in K}
    assert all(document["counts"].values())
    for kind, number in document["counts"].items():
        assert number == sum(finding["kind"] == kind for finding in document["findings"])


def test_the_same_audit_twice_is_the_same_and_writes_nothing__AUD_2(world, now):
    everything(world, now)
    later = now + DAY
    first = json.dumps(audit(world, later))
    world.session.commit()
    made = run(world, later).one()
    version, ran_at, events = made.version, made.ran_at, count(world, Event)
    again = run(world, later + MINUTE, by="supervisor").one()
    assert (again.id, again.version, again.ran_at) == (made.id, version, ran_at)
    assert count(world, Event) == events
    assert json.dumps(audit(world, later + 2 * MINUTE)) == first


def test_running_again_writes_what_differs_with_one_event__AUD_2(world, now):
    new_ticket(world, now, kind=TicketKind.SUGGESTION)
    first = run(world, now).one()
    kept = {line.finding_id for line in lines(world)}
    second_ticket = new_ticket(world, now + HOUR)
    again = run(world, now + HOUR, by="supervisor").one()
    assert (again.id, again.version, again.ran_at) == (first.id, 2, now + HOUR)
    assert again.ran_by_id == world.person("supervisor").id
    new = [line for line in lines(world) if line.finding_id not in kept]
    assert {line.number for line in new} == {second_ticket.number}
    query = select(Event.verb, Event.record_version).where(Event.register == "audit_runs").order_by(Event.id)
    assert [tuple(row) for row in world.session.execute(query)] == [("run", 1), ("run", 2)]


def test_a_finding_keeps_its_identity_from_day_to_day__AUD_2(world, now):
    ticket = new_ticket(world, now)
    first = only(world, now, K.STILL_OPEN)
    second = only(world, now + DAY, K.STILL_OPEN)
    assert (second["id"], second["since"]) == (first["id"], first["since"])
    do(world, "cancel", ticket, now + DAY).one()
    assert of_kind(world, now + 2 * DAY, K.STILL_OPEN) == []
    finding = world.session.get_one(AuditFinding, first["id"])
    assert (finding.opened_on, finding.ended_on) == (TODAY, TODAY + 2 * DAY)


def test_a_record_that_was_deleted_is_counted_no_more__AUD_1(world, now):
    ticket, _other = new_ticket(world, now, reporter_phone=None), new_ticket(world, now)
    made = run(world, now).one()
    assert [made.counts[kind] for kind in ("received_today", "still_open", "missing_fields")] == [2, 2, 1]
    called(tickets.delete, world.session, [ticket], actor=world.actor("manager"), now=now).one()
    (document,) = audits.document(world.session, [made])["audits"]
    assert [made.counts[kind] for kind in ("received_today", "still_open", "missing_fields")] == [1, 1, 0]
    assert document["counts"] == made.counts
    assert len(document["findings"]) == sum(made.counts.values())
    assert not [line for line in rows_without_event(world.session) if line.startswith("audit_runs")]
    version = made.version
    assert run(world, now + MINUTE).one().version == version


def test_a_cause_that_comes_back_is_another_episode__AUD_2(world, now):
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    first = only(world, now + DAY, K.PAST_CLOCK, rule="DSP-7")
    # Finished and reopened between two audits: the same clock of the same ticket, run out a second time.
    do(world, "finish", ticket, now + DAY).one()
    do(world, "reopen", ticket, now + DAY).one()
    second = only(world, now + 2 * DAY, K.PAST_CLOCK, rule="DSP-7")
    assert second["id"] != first["id"]
    assert second["since"] > first["since"]


def test_an_old_audit_is_read_exactly_as_it_was__AUD_2(world, now):
    ticket = ticket_in(world, TicketStatus.DISPATCHED, now)
    lend_key(world, now, now + HOUR)
    run(world, now).one()
    first = json.dumps(audits.document(world.session, world.session.scalars(select(AuditRun))))
    later = now + DAY
    do(world, "accept", ticket, later).one()
    do(world, "change_owner", ticket, later, desk_owner=world.person("clerk2"), reason="休假").one()
    run(world, later).one()
    old = run(world, later, day=TODAY).one()
    assert old.day == TODAY
    assert json.dumps(audits.document(world.session, [old])) == first


def test_a_past_day_without_audit_and_a_day_to_come_are_refused__AUD_2(world, now):
    assert refusal(run(world, now, day=TODAY - DAY)).rule == "AUD-2"
    assert refusal(run(world, now, day=TODAY + DAY)).rule == "AUD-2"
    assert count(world, AuditRun) == 0


def test_the_day_is_the_estates_own__AUD_2(world, now):
    assert run(world, datetime.datetime(2026, 11, 18, 15, 59, tzinfo=datetime.UTC)).one().day == TODAY
    assert run(world, datetime.datetime(2026, 11, 18, 16, 0, tzinfo=datetime.UTC)).one().day == TODAY + DAY


def test_a_clock_set_back_does_not_spoil_a_later_audit__AUD_2(world, now):
    run(world, now + DAY).one()
    assert refusal(run(world, now)).rule == "AUD-2"


def test_each_estate_has_its_own_findings__AUD_1(world, now):
    new_ticket(world, now)
    outcome = audits.run(Call(world.session, world.actor("system"), now), [world.estate, world.other])
    document = audits.document(world.session, outcome.all())
    assert [(audit["estate"], len(audit["findings"])) for audit in document["audits"]] == [("XL", 0), ("YH", 2)]


def test_only_the_desk_runs_it_and_only_in_its_own_estate(world, now):
    for other in ("technician", "lead", "auditor", "admin", "stranger"):
        assert refusal(run(world, now, by=other)).rule == "ROLE"
    actor = world.actor("clerk")
    outcome = audits.run(Call(world.session, actor, now), [world.estate, world.other])
    assert [row.estate_id for row in outcome.done] == [world.estate.id]
    assert [(row.id, error.rule) for row, error in outcome.refused] == [(world.other.id, "ROLE")]


def test_a_preview_writes_nothing(world, now):
    new_ticket(world, now)
    assert run(world, now, preview=True).done == [world.estate]
    assert (count(world, AuditRun), count(world, AuditFinding)) == (0, 0)


def test_the_document_is_codes_in_order_without_prose_or_time_of_running__AUD_2(world, now):
    everything(world, now)
    document = audits.document(world.session, [run(world, now + DAY).one()])
    assert list(document) == ["audits"]
    (audit,) = document["audits"]
    assert list(audit) == ["estate", "date", "counts", "findings"]
    assert (audit["estate"], audit["date"]) == ("YH", "2026-11-19")
    wanted = ["id", "rule", "kind", "register", "record_id", "number", "owner", "since", "due_at"]
    assert {tuple(finding) for finding in audit["findings"]} == {tuple(wanted)}
    order = [
        tuple(finding[name] for name in ("kind", "rule", "register", "record_id")) for finding in audit["findings"]
    ]
    assert order == sorted(order)
    assert json.loads(json.dumps(document)) == document


def test_statements_do_not_grow_with_the_rows__AUD_1(world, now):
    def statements(moment):
        seen = []
        listen = (world.session.connection().engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        event.listen(*listen)
        run(world, moment).one()
        event.remove(*listen)
        return len(seen)

    ticket_in(world, TicketStatus.DISPATCHED, now)
    few = statements(now + DAY)
    for _ in range(8):
        ticket_in(world, TicketStatus.DISPATCHED, now)
    assert statements(now + 2 * DAY) <= few + 2  # findings of the day before end


# ---------------------------------------------------------------- notes, sign-off


def note(world, rows, now, by="clerk", words="已催", until=None, by_whom=None):
    return audits.note(Call(world.session, world.actor(by), now), rows, note=words, by=by_whom, until=until)


def sign_off(world, audit_run, now, by="supervisor", **arguments):
    return called(audits.sign_off, world.session, [audit_run], actor=world.actor(by), now=now, **arguments)


def test_each_overdue_finding_needs_a_note_and_all_missing_are_named__AUD_3(world, now):
    everything(world, now)
    made = run(world, now + DAY).one()
    overdue = [line for line in lines(world) if line.overdue]
    error = refusal(sign_off(world, made, now + DAY))
    assert (error.rule, error.values["count"]) == ("AUD-3", len(overdue))
    assert sorted(item.split(" ")[0] for item in error.values["missing"]) == sorted(line.number for line in overdue)
    assert len(note(world, overdue[:-1], now + DAY).all()) == len(overdue) - 1
    assert refusal(sign_off(world, made, now + DAY)).values["count"] == 1
    note(world, overdue[-1:], now + DAY).one()
    sign_off(world, made, now + DAY).one()
    assert (made.signed_off_at, made.signed_off_by_id) == (now + DAY, world.person("supervisor").id)


def test_escalations_that_are_due_go_out_with_the_signature_once__AUD_3(world, now):
    ticket = new_ticket(world, now)
    later = now + 3 * DAY  # nobody kept time meanwhile
    assert list(limits.to_tell(world.session, later)) == []
    made = run(world, later).one()
    note(world, [line for line in lines(world) if line.overdue], later).all()
    missed = select(Told.staff_id).where(Told.kind == ToldKind.MISSED, Told.record_id == ticket.id)
    assert called(audits.sign_off, world.session, [made], actor=world.actor("manager"), now=later, preview=True).done
    assert world.session.scalars(missed).all() == []
    sign_off(world, made, later, by="manager").one()
    runs = world.session.scalars(select(ClockRun).where(ClockRun.due_at <= later, ClockRun.record_id == ticket.id))
    told = {(each.cause, each.staff_id) for each in world.session.scalars(select(Told).where(Told.rule != "AUD-3"))}
    people = [world.person(name).id for name in ("clerk", "supervisor")]
    assert told == {(f"clock_run:{each.id}:missed", who) for each in runs for who in people}
    again = run(world, later + DAY).one()
    note(world, [line for line in lines(world) if line.overdue and line.run_id == again.id], later + DAY).all()
    sign_off(world, again, later + DAY, by="manager").one()
    assert len(world.session.scalars(missed).all()) == len(told)


def test_only_a_supervisor_signs_off__AUD_3(world, now):
    made = run(world, now).one()
    for other in ("clerk", "lead", "auditor", "admin"):
        assert refusal(sign_off(world, made, now, by=other)).rule == "ROLE"
    assert isinstance(refusal(sign_off(world, made, now, expected={made.id: 9})), StaleRecord)
    sign_off(world, made, now, by="manager").one()


def test_after_sign_off_nothing_changes__AUD_3(world, now):
    new_ticket(world, now)
    made = run(world, now).one()
    sign_off(world, made, now).one()
    document = audits.document(world.session, [made])
    new_ticket(world, now)
    assert refusal(run(world, now)).rule == "AUD-3"
    assert run(world, now, day=TODAY).one().id == made.id
    assert refusal(note(world, lines(world)[:1], now)).rule == "AUD-3"
    assert refusal(sign_off(world, made, now)).rule == "AUD-3"
    assert audits.document(world.session, [made]) == document


def test_yesterdays_audit_is_signed_off_after_the_mornings_meeting__AUD_3(world, now):
    made = run(world, now).one()
    run(world, now + DAY).one()
    sign_off(world, made, now + DAY).one()


def test_a_note_survives_another_run_of_the_day__AUD_3(world, now):
    lend_key(world, now, now + MINUTE)
    run(world, now + HOUR).one()
    (line,) = lines(world, kind=K.KEY_NOT_BACK)
    assert refusal(note(world, [line], now, words=" ")).rule == "AUD-3"
    assert refusal(note(world, [line], now, by="auditor")).rule == "ROLE"
    note(world, [line], now + HOUR).one()
    new_ticket(world, now + HOUR)
    run(world, now + 2 * HOUR).one()
    (line,) = lines(world, kind=K.KEY_NOT_BACK)
    assert (line.note, line.noted_by_id) == ("已催", world.person("clerk").id)


def test_a_clock_run_of_another_estate_is_none_of_ours__AUD_1(world, now):
    ticket = ticket_in(world, TicketStatus.DISPATCHED, now)
    outcome = audits.run(Call(world.session, world.actor("stranger"), now + DAY), [world.other])
    assert audits.document(world.session, outcome.all())["audits"][0]["findings"] == []
    assert world.session.scalars(select(ClockRun).where(ClockRun.ticket_id == ticket.id)).first() is not None


# ---------------------------------------------------------------- what was done late, what a note promises


def test_what_was_missed_is_told_by_its_day_though_it_was_done_before_the_audit__AUD_1(world, now):
    late = ticket_in(world, TicketStatus.DISPATCHED, now)
    do(world, "accept", late, now + 3 * HOUR).one()
    in_time = ticket_in(world, TicketStatus.DISPATCHED, now)
    do(world, "accept", in_time, now + MINUTE).one()
    (found,) = of_kind(world, now + 4 * HOUR, K.PUT_RIGHT)
    assert (found["number"], found["rule"]) == (late.number, "DSP-4")
    made = run(world, now + 4 * HOUR).one()
    (line,) = lines(world, kind=K.PUT_RIGHT)
    assert (line.overdue, line.facts["met_at"]) == (False, (now + 3 * HOUR).isoformat())
    assert of_kind(world, now + DAY, K.PUT_RIGHT) == [], "each is told by its own day"
    assert [each["kind"] for each in audits.document(world.session, [made])["audits"][0]["findings"]].count("put_right")


def test_a_note_stays_with_its_finding_until_its_time_or_until_something_changes__AUD_3(world, now):
    stays, over, changed = (lend_key(world, now, now + minutes * MINUTE) for minutes in (1, 2, 3))
    today = run(world, now + HOUR).one()

    def by_record(audit_run):
        query = select(AuditFinding.record_id, AuditLine).join(AuditLine, AuditLine.finding_id == AuditFinding.id)
        query = query.where(AuditLine.run_id == audit_run.id, AuditFinding.kind == K.KEY_NOT_BACK)
        return {row.record_id: row.AuditLine for row in world.session.execute(query)}

    clerk, technician = world.person("clerk"), world.person("technician")
    until = now + 3 * DAY
    before = by_record(today)
    note(world, [before[stays.id], before[changed.id]], now + HOUR, by="clerk", until=until, by_whom=technician).all()
    note(world, [before[over.id]], now + HOUR, until=now + 2 * HOUR).one()
    changed.due_at = now + 30 * MINUTE
    world.session.flush()
    tomorrow = run(world, now + DAY).one()
    after = by_record(tomorrow)
    kept = after[stays.id]
    assert (kept.note, kept.noted_by_id, kept.step_by_id, kept.until) == ("已催", clerk.id, technician.id, until)
    assert kept.noted_on == TODAY
    assert [(after[each.id].note, after[each.id].until) for each in (over, changed)] == [(None, None)] * 2
    assert refusal(sign_off(world, tomorrow, now + DAY)).values["count"] == 2


@pytest.mark.parametrize(
    ("column", "changed"),
    [("note", literal("nothing owed")), ("until", AuditLine.created_at), ("step_by_id", AuditLine.step_by_id + 1)],
)
def test_a_note_of_the_day_before_that_was_changed_past_the_verbs_is_found__AUD_3(world, now, column, changed):
    lend_key(world, now, now + MINUTE)
    run(world, now + HOUR).one()
    (line,) = lines(world, kind=K.KEY_NOT_BACK)
    note(world, [line], now + HOUR, until=now + 3 * DAY).one()
    run(world, now + DAY).one()
    _before, kept = lines(world, kind=K.KEY_NOT_BACK)
    name = f"audit_lines {kept.id}:"
    assert not [row for row in rows_without_event(world.session) if row.startswith(name)]
    world.session.execute(update(AuditLine).where(AuditLine.id == kept.id).values({column: changed}))
    assert [row for row in rows_without_event(world.session) if row.startswith(name)] == [f"{name} {column}"]


def test_a_note_says_a_step_by_whom_and_until_when__AUD_3(world, now):
    lend_key(world, now, now + MINUTE)
    run(world, now + HOUR).one()
    (line,) = lines(world, kind=K.KEY_NOT_BACK)
    for words in (".", "。", "——", "!?"):
        assert refusal(note(world, [line], now + HOUR, words=words)).rule == "AUD-3"
    for until in (now + HOUR, now, now + 93 * DAY):
        assert refusal(note(world, [line], now + HOUR, until=until)).rule == "AUD-3"
    world.person("technician2").disabled_at = now
    world.session.flush()
    for username in ("stranger", "technician2"):
        assert refusal(note(world, [line], now + HOUR, by_whom=world.person(username))).rule == "AUD-3"
    assert line.note is None
    note(world, [line], now + HOUR).one()
    assert (line.step_by_id, line.until > now + HOUR) == (world.person("clerk").id, True)


def test_who_is_to_act_is_told_with_the_signature_and_managers_of_what_was_put_off__AUD_3(world, now):
    lend_key(world, now, now + MINUTE)
    technician, manager = world.person("technician"), world.person("manager")

    def told():
        found = world.session.execute(select(Told.staff_id, Told.kind).where(Told.rule == "AUD-3").order_by(Told.id))
        return [(row.staff_id, row.kind) for row in found]

    first = run(world, now + HOUR).one()
    note(world, lines(world, run_id=first.id, overdue=True), now + HOUR, by_whom=technician).all()
    assert told() == [], "nothing goes out before it is signed"
    sign_off(world, first, now + HOUR).one()
    assert told() == [(technician.id, ToldKind.AUDIT_STEP)]
    second = run(world, now + DAY).one()
    note(world, lines(world, run_id=second.id, overdue=True), now + DAY, by_whom=technician).all()
    sign_off(world, second, now + DAY).one()
    assert sorted(told()[1:]) == sorted([(technician.id, ToldKind.AUDIT_STEP), (manager.id, ToldKind.ESCALATED)])
    third = run(world, now + 2 * DAY).one()
    until = now + 9 * DAY
    note(world, lines(world, run_id=third.id, overdue=True), now + 2 * DAY, by_whom=technician, until=until).all()
    sign_off(world, third, now + 2 * DAY).one()
    known = told()
    fourth = run(world, now + 3 * DAY).one()
    sign_off(world, fourth, now + 3 * DAY).one()
    assert told() == known, "a note that stays is no news"

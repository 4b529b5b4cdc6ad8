"""The daily audit: every list, the same twice, each finding one identity, old audits as they were (AUD-1 … AUD-3)."""

import datetime
import json

import pytest
from sqlalchemy import event, func, select

from models.audits import AuditFinding, AuditLine, AuditRun, FindingKind
from models.complaints import ComplaintCategory, ComplaintStatus
from models.errors import StaleRecord
from models.events import Event
from models.follow_ups import AttemptOutcome
from models.keys import BorrowerKind, Key, KeyLoan, KeyOrigin
from models.matters import ClockRun, Severity
from models.operations import daily_audit
from models.passes import PassKind, VisitorPass
from models.staff import Department, StaffAssignment
from models.tickets import TicketKind, TicketStatus
from tests.operations.walks import (
    DAY,
    HOUR,
    MINUTE,
    attempt,
    complaint_in,
    do,
    follow_up_of,
    new_complaint,
    new_ticket,
    refusal,
    ticket_in,
)

K = FindingKind
TODAY = datetime.date(2026, 11, 18)


@pytest.fixture
def world(rolled_back):
    return rolled_back


def run(world, now, by="clerk", **arguments):
    return daily_audit.run(world.session, [world.estate], actor=world.actor(by), now=now, **arguments)


def audit(world, now):
    """The document of today's audit of the one estate."""
    found = daily_audit.document(world.session, [run(world, now).one()])
    (document,) = found["audits"]
    return document


def of_kind(world, now, kind):
    return [finding for finding in audit(world, now)["findings"] if finding["kind"] == kind.value]


def only(world, now, kind):
    (finding,) = of_kind(world, now, kind)
    return finding


def lines(world, **conditions):
    query = select(AuditLine).join(AuditFinding, AuditFinding.id == AuditLine.finding_id).order_by(AuditLine.id)
    return world.session.scalars(query.filter_by(**conditions)).all()


def lend_key(world, now, due_at, **columns):
    key = Key(
        estate_id=world.estate.id,
        number=f"K-{due_at:%d%H%M}",
        place="配电房",
        hook="A-1",
        origin=KeyOrigin.COMMON,
        received_at=now,
    )
    world.session.add(key)
    world.session.flush()
    loan = KeyLoan(
        estate_id=world.estate.id,
        key_id=key.id,
        borrower_kind=BorrowerKind.STAFF,
        borrower_name="王强",
        lent_at=now,
        lent_by_id=world.person("clerk").id,
        due_at=due_at,
        **columns,
    )
    world.session.add(loan)
    world.session.flush()
    return loan


def issue_pass(world, now, **columns):
    fair = {
        "estate_id": world.estate.id,
        "kind": PassKind.VISITOR,
        "number": "V-1",
        "code": "AAAA-1111",
        "holder_name": "访客甲",
        "valid_from": now,
        "valid_until": now + DAY,
        "issued_at": now,
        "issued_by_id": world.person("clerk").id,
    }
    made = VisitorPass(**(fair | columns))
    world.session.add(made)
    world.session.flush()
    return made


# ---------------------------------------------------------------- the lists


def test_received_today_lists_what_was_registered_on_the_local_day__AUD_1(world, now):
    yesterday = new_ticket(world, now - DAY)
    ticket, complaint, done = new_ticket(world, now), new_complaint(world, now), new_ticket(world, now)
    do(world, "cancel", done, now).one()
    found = of_kind(world, now, K.RECEIVED_TODAY)
    assert {row["number"] for row in found} == {ticket.number, complaint.number, done.number}
    assert yesterday.number not in {row["number"] for row in found}


@pytest.mark.parametrize("status", TicketStatus)
def test_still_open_lists_what_is_neither_closed_nor_cancelled__AUD_1(world, now, status):
    ticket = ticket_in(world, status, now)
    numbers = [row["number"] for row in of_kind(world, now, K.STILL_OPEN)]
    over = status in (TicketStatus.CLOSED, TicketStatus.CANCELLED)
    assert numbers == ([] if over else [ticket.number])


@pytest.mark.parametrize("status", ComplaintStatus)
def test_open_complaints_are_listed_too__AUD_1(world, now, status):
    complaint = complaint_in(world, status, now)
    numbers = [row["number"] for row in of_kind(world, now, K.STILL_OPEN)]
    over = status in (ComplaintStatus.ARCHIVED, ComplaintStatus.CANCELLED)
    assert numbers == ([] if over else [complaint.number])


def test_a_clock_that_ran_out_is_named_with_its_rule_and_instant__AUD_1_DSP_4(world, now):
    ticket = ticket_in(world, TicketStatus.DISPATCHED, now)
    assert of_kind(world, now + 14 * MINUTE, K.PAST_CLOCK) == []
    finding = only(world, now + 16 * MINUTE, K.PAST_CLOCK)
    due = (now + 15 * MINUTE).isoformat()
    assert (finding["rule"], finding["number"], finding["owner"]) == ("DSP-4", ticket.number, "clerk")
    assert (finding["since"], finding["due_at"]) == (due, due)
    do(world, "accept", ticket, now + 17 * MINUTE).one()
    assert of_kind(world, now + 17 * MINUTE, K.PAST_CLOCK) == []


def test_a_clock_that_stands_still_is_not_past__JOB_1(world, now):
    do(world, "wait", ticket_in(world, TicketStatus.DISPATCHED, now), now).one()
    assert of_kind(world, now + HOUR, K.PAST_CLOCK) == []


def test_a_late_follow_up_goes_by_its_matters_number__FUP_1(world, now):
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    do(world, "finish", ticket, now).one()
    finding = only(world, now + 4 * DAY, K.PAST_CLOCK)
    follow_up = follow_up_of(world, ticket)
    expected = ("FUP-1", "follow_ups", follow_up.id, ticket.number)
    assert (finding["rule"], finding["register"], finding["record_id"], finding["number"]) == expected


def test_a_complaint_without_its_formal_record_is_listed_from_its_due_time__CMP_3(world, now):
    complaint = new_complaint(world, now)
    assert of_kind(world, now, K.NO_FORMAL_RECORD) == []
    finding = only(world, now + 2 * DAY, K.NO_FORMAL_RECORD)
    assert (finding["number"], finding["due_at"]) == (complaint.number, complaint.due_at.isoformat())
    arguments = {"cause": "老化", "measures": "更换", "measures_due_at": now + 9 * DAY}
    do(world, "write_formal_record", complaint, now + 2 * DAY, **arguments, measures_by=world.person("lead")).one()
    assert of_kind(world, now + 2 * DAY, K.NO_FORMAL_RECORD) == []


def test_a_serious_complaint_lacks_its_formal_record_at_once__CMP_3(world, now):
    complaint = new_complaint(world, now, severity=Severity.SERIOUS)
    assert only(world, now, K.NO_FORMAL_RECORD)["since"] == complaint.registered_at.isoformat()


def test_what_was_carried_out_in_time_needs_none__CMP_3(world, now):
    complaint = complaint_in(world, ComplaintStatus.AGREED, now)
    do(world, "carry_out", complaint, now).one()
    assert of_kind(world, now + 2 * DAY, K.NO_FORMAL_RECORD) == []


def test_finished_without_follow_up_until_it_is_settled__FUP_1(world, now):
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    do(world, "finish", ticket, now).one()
    complaint = complaint_in(world, ComplaintStatus.AGREED, now)
    do(world, "carry_out", complaint, now).one()
    found = of_kind(world, now, K.NO_FOLLOW_UP)
    assert {(row["number"], row["since"], row["due_at"]) for row in found} == {
        (row.number, now.isoformat(), (now + 3 * DAY).isoformat()) for row in (ticket, complaint)
    }
    for row in (ticket, complaint):
        attempt(world, follow_up_of(world, row), now, AttemptOutcome.SATISFIED).one()
    assert of_kind(world, now, K.NO_FOLLOW_UP) == []


@pytest.mark.parametrize(
    "columns",
    [
        {"reporter_name": None, "reporter_phone": None, "reporter_department": "保安部"},
        {"kind": TicketKind.ENQUIRY},
    ],
)
def test_what_owes_no_follow_up_is_not_listed__INT_9(world, now, columns):
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now, **columns)
    do(world, "finish", ticket, now).one()
    assert of_kind(world, now, K.NO_FOLLOW_UP) == []


def test_an_anonymous_complaint_misses_nothing__INT_4(world, now):
    category = ComplaintCategory.NEIGHBOUR_DISPUTE
    complaint = complaint_in(world, ComplaintStatus.AGREED, now, anonymous=True, category=category)
    do(world, "carry_out", complaint, now).one()
    kinds = {row["kind"] for row in audit(world, now)["findings"]}
    assert kinds == {K.RECEIVED_TODAY.value, K.STILL_OPEN.value}


def test_a_key_that_is_out_is_listed_and_overdue_after_its_time__KEY_4(world, now):
    loan = lend_key(world, now, now + HOUR)
    finding = only(world, now, K.KEY_NOT_BACK)
    assert (finding["rule"], finding["record_id"], finding["number"]) == ("KEY-4", loan.id, "K-180300")
    assert (finding["since"], finding["due_at"]) == (now.isoformat(), (now + HOUR).isoformat())
    assert [line.overdue for line in lines(world, kind=K.KEY_NOT_BACK)] == [False]
    run(world, now + 2 * HOUR).one()
    assert [line.overdue for line in lines(world, kind=K.KEY_NOT_BACK)] == [True]


@pytest.mark.parametrize("end", ["returned_at", "lost_at"])
def test_a_key_that_is_back_or_lost_is_not_listed__KEY_4(world, now, end):
    lend_key(world, now, now + HOUR, **{end: now + MINUTE})
    assert of_kind(world, now + 2 * HOUR, K.KEY_NOT_BACK) == []


@pytest.mark.parametrize(
    ("columns", "listed"),
    [({}, True), ({"handed_in_at": True}, False), ({"revoked_at": True}, False)],
)
def test_an_expired_pass_is_listed_until_it_is_handed_in__PAS_1(world, now, columns, listed):
    issue_pass(world, now, **dict.fromkeys(columns, now))
    assert of_kind(world, now, K.PASS_NOT_HANDED_IN) == []
    found = of_kind(world, now + DAY, K.PASS_NOT_HANDED_IN)
    assert [row["since"] for row in found] == ([(now + DAY).isoformat()] if listed else [])


def test_a_deposit_is_owed_from_the_handing_in_until_it_is_refunded__PAS_3(world, now):
    columns = {"kind": PassKind.WORKER, "permit_until": now + 9 * DAY, "deposit_fen": 5000}
    worker = issue_pass(world, now, **columns)
    assert of_kind(world, now, K.DEPOSIT_NOT_REFUNDED) == []
    worker.handed_in_at = now + HOUR
    world.session.flush()
    finding = only(world, now + 2 * HOUR, K.DEPOSIT_NOT_REFUNDED)
    assert (finding["rule"], finding["since"]) == ("PAS-3", (now + HOUR).isoformat())
    worker.deposit_refunded_at = now + 2 * HOUR
    world.session.flush()
    assert of_kind(world, now + 2 * HOUR, K.DEPOSIT_NOT_REFUNDED) == []


def test_what_an_emergency_left_out_is_listed_until_it_is_filled_in__DSP_1_INT_3(world, now):
    team = world.teams[Department.ENGINEERING]
    nothing = {"reporter_name": None, "reporter_phone": None, "unit_id": None}
    ticket = new_ticket(world, now, kind=TicketKind.EMERGENCY, team_id=team.id, **nothing)
    assert only(world, now, K.MISSING_FIELDS)["rule"] == "DSP-1"
    (line,) = lines(world, kind=K.MISSING_FIELDS)
    assert line.facts["missing"] == ["reporter", "phone", "place"]
    do(world, "amend", ticket, now, place="地库B1", reporter_department="保安部").one()
    assert of_kind(world, now, K.MISSING_FIELDS) == []


def test_a_record_without_a_phone_to_call_back_is_listed__INT_3(world, now):
    new_ticket(world, now, reporter_phone=None)
    assert only(world, now, K.MISSING_FIELDS)["rule"] == "INT-3"


def test_hearing_on_an_earlier_day_than_registering_is_listed_while_open__INT_2(world, now):
    midnight = datetime.datetime(2026, 11, 17, 16, tzinfo=datetime.UTC)
    late = new_ticket(world, now, heard_at=midnight - MINUTE)
    new_ticket(world, now, heard_at=midnight)
    assert only(world, now, K.LATE_REGISTERED)["number"] == late.number
    assert only(world, now + DAY, K.LATE_REGISTERED)["number"] == late.number
    do(world, "cancel", late, now + DAY).one()
    assert of_kind(world, now + DAY, K.LATE_REGISTERED) == []


def test_imported_records_give_no_findings_of_intake__INT_2_INT_3(world, now):
    ticket = new_ticket(world, now, heard_at=now - DAY, reporter_name="x", reporter_phone=None)
    ticket.source, ticket.source_key = "nyc311", "1"
    world.session.flush()
    kinds = {row["kind"] for row in audit(world, now)["findings"]}
    assert kinds == {K.RECEIVED_TODAY.value, K.STILL_OPEN.value}


@pytest.mark.parametrize("why", ["disabled", "moved"])
def test_a_matter_whose_desk_owner_is_gone_is_listed_since_then__INT_1(world, now, why):
    ticket = new_ticket(world, now)
    clerk = world.person("clerk")
    if why == "disabled":
        clerk.disabled_at = now + HOUR
    else:
        world.session.scalars(select(StaffAssignment).filter_by(staff_id=clerk.id)).one().ended_at = now + HOUR
    world.session.flush()
    outcome = run(world, now + 2 * HOUR, by="supervisor").one()
    (line,) = lines(world, kind=K.OWNER_GONE)
    assert (line.run_id, line.number, line.facts["why"]) == (outcome.id, ticket.number, why)
    assert line.facts["since"] == (now + HOUR).isoformat()
    do(world, "change_owner", ticket, now, desk_owner=world.person("clerk2"), reason="离职").one()
    run(world, now + 2 * HOUR, by="supervisor").one()
    assert lines(world, kind=K.OWNER_GONE) == []


def test_the_system_account_may_own_what_came_in_by_itself__INT_1(world, now):
    ticket = new_ticket(world, now, desk_owner=world.person("system"))
    assert ticket.desk_owner_id == world.person("system").id
    assert of_kind(world, now, K.OWNER_GONE) == []


# ---------------------------------------------------------------- repeatable


def everything(world, now):
    """One of each kind of finding, as of the day after *now*."""
    ticket_in(world, TicketStatus.DISPATCHED, now, reporter_phone=None)
    new_complaint(world, now, severity=Severity.SERIOUS, heard_at=now - DAY)
    do(world, "finish", ticket_in(world, TicketStatus.IN_PROGRESS, now), now).one()
    lend_key(world, now, now + HOUR)
    issue_pass(world, now, valid_until=now + HOUR)
    columns = {"kind": PassKind.WORKER, "permit_until": now + 9 * DAY, "deposit_fen": 5000, "handed_in_at": now}
    issue_pass(world, now, number="W-1", code="BBBB-2222", **columns)
    new_ticket(world, now + DAY, desk_owner=world.person("clerk2"))
    world.person("clerk2").disabled_at = now + DAY
    world.session.flush()


def test_every_kind_of_finding_is_found_and_counted__AUD_1(world, now):
    everything(world, now)
    document = audit(world, now + DAY)
    assert set(document["counts"]) == {kind.value for kind in K}
    assert all(document["counts"].values())
    for kind, count in document["counts"].items():
        assert count == sum(finding["kind"] == kind for finding in document["findings"])


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


def count(world, model):
    return world.session.scalar(select(func.count()).select_from(model))


def test_running_again_writes_what_differs_with_one_event__AUD_2(world, now):
    new_ticket(world, now)
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


def test_a_cause_that_comes_back_is_another_episode__AUD_2(world, now):
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    first = only(world, now + DAY, K.PAST_CLOCK)
    # Finished and reopened between two audits: the same clock of the same ticket, run out a second time.
    do(world, "finish", ticket, now + DAY).one()
    do(world, "reopen", ticket, now + DAY).one()
    second = only(world, now + 2 * DAY, K.PAST_CLOCK)
    assert second["id"] != first["id"]
    assert second["since"] > first["since"]


def test_an_old_audit_is_read_exactly_as_it_was__AUD_2(world, now):
    ticket = ticket_in(world, TicketStatus.DISPATCHED, now)
    lend_key(world, now, now + HOUR)
    run(world, now).one()
    first = json.dumps(daily_audit.document(world.session, world.session.scalars(select(AuditRun))))
    later = now + DAY
    do(world, "accept", ticket, later).one()
    do(world, "change_owner", ticket, later, desk_owner=world.person("clerk2"), reason="休假").one()
    run(world, later).one()
    old = run(world, later, day=TODAY).one()
    assert old.day == TODAY
    assert json.dumps(daily_audit.document(world.session, [old])) == first


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
    outcome = daily_audit.run(world.session, [world.estate, world.other], actor=world.actor("system"), now=now)
    document = daily_audit.document(world.session, outcome.all())
    assert [(audit["estate"], len(audit["findings"])) for audit in document["audits"]] == [("XL", 0), ("YH", 2)]


def test_only_the_desk_runs_it_and_only_in_its_own_estate(world, now):
    for other in ("technician", "lead", "auditor", "admin", "stranger"):
        assert refusal(run(world, now, by=other)).rule == "ROLE"
    actor = world.actor("clerk")
    outcome = daily_audit.run(world.session, [world.estate, world.other], actor=actor, now=now)
    assert [row.estate_id for row in outcome.done] == [world.estate.id]
    assert [(row.id, error.rule) for row, error in outcome.refused] == [(world.other.id, "ROLE")]


def test_a_preview_writes_nothing(world, now):
    new_ticket(world, now)
    assert run(world, now, preview=True).done == [world.estate]
    assert (count(world, AuditRun), count(world, AuditFinding)) == (0, 0)


def test_the_document_is_codes_in_order_without_prose_or_time_of_running__AUD_2(world, now):
    everything(world, now)
    document = daily_audit.document(world.session, [run(world, now + DAY).one()])
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


def note(world, rows, now, by="clerk", words="已催"):
    return daily_audit.note(world.session, rows, actor=world.actor(by), now=now, note=words)


def sign_off(world, audit_run, now, by="supervisor", **arguments):
    return daily_audit.sign_off(world.session, [audit_run], actor=world.actor(by), now=now, **arguments)


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
    document = daily_audit.document(world.session, [made])
    new_ticket(world, now)
    assert refusal(run(world, now)).rule == "AUD-3"
    assert run(world, now, day=TODAY).one().id == made.id
    assert refusal(note(world, lines(world)[:1], now)).rule == "AUD-3"
    assert refusal(sign_off(world, made, now)).rule == "AUD-3"
    assert daily_audit.document(world.session, [made]) == document


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
    outcome = daily_audit.run(world.session, [world.other], actor=world.actor("stranger"), now=now + DAY)
    assert daily_audit.document(world.session, outcome.all())["audits"][0]["findings"] == []
    assert world.session.scalars(select(ClockRun).where(ClockRun.ticket_id == ticket.id)).first() is not None

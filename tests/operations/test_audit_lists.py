"""The lists of the daily audit: what each one holds, from when, until when (AUD-1)."""

import datetime
import itertools
from typing import Any

import pytest
from sqlalchemy import select, update

from models.audits import FindingKind
from models.call import Call
from models.complaints import ComplaintCategory, ComplaintStatus
from models.follow_ups import AttemptOutcome
from models.keys import Key, KeyOrigin
from models.matters import Severity
from models.operations import follow_ups, keys, tickets
from models.operations.follow_ups import FollowUpDraft
from models.passes import PassKind
from models.staff import Department, Staff, StaffAssignment
from models.tickets import Ticket, TicketKind, TicketStatus
from tests.marks import verbs_first_sqlite
from tests.operations.audits import audit, issue_pass, lend_key, lines, of_kind, only, run
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
    ticket_draft,
    ticket_in,
)

K = FindingKind


@pytest.fixture
def world(rolled_back):
    return rolled_back


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


def test_a_promise_that_has_passed_is_listed_until_it_is_kept__INT_5_AUD_1(world, now):
    ticket = new_ticket(world, now, kind=TicketKind.ENQUIRY, promised_at=now + 20 * MINUTE)
    assert of_kind(world, now + 19 * MINUTE, K.PAST_CLOCK) == []
    finding = only(world, now + 21 * MINUTE, K.PAST_CLOCK)
    promised = (now + 20 * MINUTE).isoformat()
    assert (finding["rule"], finding["number"], finding["due_at"]) == ("INT-5", ticket.number, promised)
    do(world, "answer", ticket, now + 22 * MINUTE).one()
    assert of_kind(world, now + 23 * MINUTE, K.PAST_CLOCK) == []


def test_a_clock_that_stands_still_is_not_past__JOB_1(world, now):
    do(world, "wait", ticket_in(world, TicketStatus.DISPATCHED, now), now).one()
    assert of_kind(world, now + HOUR, K.PAST_CLOCK) == []


def test_one_cause_is_one_line__AUD_1(world, now):
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    do(world, "finish", ticket, now).one()
    serious = new_complaint(world, now, severity=Severity.SERIOUS)
    found = audit(world, now + 4 * DAY)["findings"]
    late = [(item["rule"], item["kind"], item["number"]) for item in found if item["rule"] in ("FUP-1", "CMP-3")]
    assert sorted(late) == [
        ("CMP-3", K.NO_FORMAL_RECORD.value, serious.number),
        ("FUP-1", K.NO_FOLLOW_UP.value, ticket.number),
    ]
    assert {line.overdue for line in lines(world, rule="FUP-1")} == {True}


def test_a_call_that_stands_in_no_other_list_is_past_its_clock__FUP_1(world, now):
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    do(world, "finish", ticket, now).one()
    follow_up = follow_up_of(world, ticket)
    # Another program says afterwards that a colleague reported it: nobody is asked, and still the call is to be made.
    world.session.execute(update(Ticket).where(Ticket.id == ticket.id).values(reporter_department="保洁部"))
    finding = only(world, now + 4 * DAY, K.PAST_CLOCK, rule="FUP-1")
    assert (finding["register"], finding["record_id"]) == ("follow_ups", follow_up.id)


@pytest.mark.parametrize("column", ["assignee_id", "follower_id"])
def test_a_handler_or_follower_who_left_is_a_finding__DSP_10_DSP_11(world, now, column):
    ticket = ticket_in(world, TicketStatus.ACCEPTED, now)
    gone = world.person("technician2")
    world.session.execute(update(Ticket).where(Ticket.id == ticket.id).values({column: gone.id}))
    assert of_kind(world, now, K.OWNER_GONE) == []
    world.session.execute(update(Staff).where(Staff.id == gone.id).values(disabled_at=now))
    finding = only(world, now + HOUR, K.OWNER_GONE)
    assert (finding["rule"], finding["number"]) == (
        {"assignee_id": "DSP-11", "follower_id": "DSP-10"}[column],
        ticket.number,
    )


def test_a_call_of_somebody_who_left_the_desk_is_a_finding_that_needs_a_note__FUP_4(world, now):
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now)
    do(world, "finish", ticket, now).one()
    here = (StaffAssignment.staff_id == world.person("clerk").id, StaffAssignment.ended_at.is_(None))
    assert of_kind(world, now, K.OWNER_GONE) == []
    world.session.execute(update(StaffAssignment).where(*here).values(ended_at=now))
    found = {item["rule"]: item for item in of_kind(world, now + HOUR, K.OWNER_GONE, by="supervisor")}
    assert (found["FUP-4"]["register"], found["FUP-4"]["number"]) == ("follow_ups", ticket.number)
    assert [line.overdue for line in lines(world, rule="FUP-4")] == [True]


def test_a_complaint_without_its_formal_record_is_listed_from_its_due_time__CMP_3(world, now):
    complaint = new_complaint(world, now)
    assert of_kind(world, now, K.NO_FORMAL_RECORD) == []
    assert complaint.due_at is not None
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


def test_a_lost_key_is_listed_until_its_owner_was_told_and_is_late_from_the_next_day_on__KEY_4(world, now):
    for origin in (KeyOrigin.ENTRUSTED, KeyOrigin.COMMON):
        world.session.get(Key, lend_key(world, now, now + HOUR).key_id).origin = origin
        now += MINUTE
    mine, common = world.session.scalars(select(Key).order_by(Key.id)).all()
    assert of_kind(world, now, K.OWNER_NOT_TOLD) == []
    keys.report_lost(Call(world.session, world.actor("clerk"), now), [mine, common]).all()
    finding = only(world, now + MINUTE, K.OWNER_NOT_TOLD)
    assert (finding["rule"], finding["record_id"], finding["number"]) == ("KEY-4", mine.id, mine.number)
    midnight = now.replace(hour=16, minute=0)
    assert (finding["since"], finding["due_at"]) == (now.isoformat(), midnight.isoformat())
    (line,) = lines(world, kind=K.OWNER_NOT_TOLD)
    assert (line.overdue, line.owner_id) == (False, world.person("clerk").id)
    assert only(world, midnight + HOUR, K.OWNER_NOT_TOLD)["id"] == finding["id"]
    assert of_kind(world, midnight + HOUR, K.PAST_CLOCK) == []  # one cause is one line
    assert [line.overdue for line in lines(world, kind=K.OWNER_NOT_TOLD)][-1]
    keys.tell_owner(Call(world.session, world.actor("clerk"), midnight + 2 * HOUR), [mine]).one()
    assert of_kind(world, midnight + 3 * HOUR, K.OWNER_NOT_TOLD) == []
    assert (mine.due_at, common.due_at) == (None, None)


@pytest.mark.parametrize("end", ["returned_at", "lost_at"])
def test_a_key_that_is_back_or_lost_is_not_listed__KEY_4(world, now, end):
    lend_key(world, now, now + HOUR, **{end: now + MINUTE})
    assert of_kind(world, now + 2 * HOUR, K.KEY_NOT_BACK) == []


@pytest.mark.parametrize(
    ("columns", "listed"),
    [({}, True), ({"handed_in_at": True}, False), ({"revoked_at": True, "handed_in_at": True}, False)],
)
def test_an_expired_pass_is_listed_until_it_is_handed_in__PAS_1(world, now, columns, listed):
    issue_pass(world, now, **dict.fromkeys(columns, now))
    assert of_kind(world, now, K.PASS_NOT_HANDED_IN) == []
    found = of_kind(world, now + DAY, K.PASS_NOT_HANDED_IN)
    assert [row["since"] for row in found] == ([(now + DAY).isoformat()] if listed else [])


def test_a_revoked_pass_is_listed_since_then_until_it_is_handed_in__PAS_3_AUD_1(world, now):
    columns = {"kind": PassKind.WORKER, "permit_until": now + 9 * DAY, "deposit_fen": 5000}
    worker = issue_pass(world, now, revoked_at=now + HOUR, **columns)
    finding = only(world, now + 2 * HOUR, K.PASS_NOT_HANDED_IN)
    assert (finding["rule"], finding["since"]) == ("PAS-3", (now + HOUR).isoformat())
    assert of_kind(world, now + 2 * HOUR, K.DEPOSIT_NOT_REFUNDED) == []
    assert only(world, now + 2 * DAY, K.PASS_NOT_HANDED_IN)["since"] == (now + HOUR).isoformat()
    worker.handed_in_at = now + 2 * DAY
    world.session.flush()
    assert of_kind(world, now + 2 * DAY, K.PASS_NOT_HANDED_IN) == []
    assert only(world, now + 2 * DAY, K.DEPOSIT_NOT_REFUNDED)["since"] == (now + 2 * DAY).isoformat()


def test_a_pass_revoked_after_it_expired_is_listed_since_it_expired__PAS_1_AUD_1(world, now):
    issue_pass(world, now, revoked_at=now + 2 * DAY)
    assert only(world, now + 3 * DAY, K.PASS_NOT_HANDED_IN)["since"] == (now + DAY).isoformat()


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


WHO_AND_WHERE = {
    "reporter_name": (None, "张"),
    "reporter_phone": (None, "13800138000"),
    "reporter_department": (None, "保安部"),
    "place": (None, "地库B1"),
}


@pytest.mark.parametrize("said", list(itertools.product(*WHO_AND_WHERE.values())), ids=str)
def test_the_audit_lists_what_registering_asks_for_and_the_phone__INT_3_DSP_1(world, now, said):
    given = {"unit_id": None, **dict(zip(WHO_AND_WHERE, said, strict=True))}
    name, phone, department, _place = said
    draft = ticket_draft(world, **given)
    refused = tickets.register(Call(world.session, world.actor("clerk"), now), [draft]).refused
    asked = [field for _draft, refusal in refused for field, _what in refusal.by_field()]
    if not (phone or department):
        asked.insert(0 if name else 1, "reporter_phone")
    team = world.teams[Department.ENGINEERING]
    emergency = new_ticket(world, now, kind=TicketKind.EMERGENCY, team_id=team.id, **given)
    run(world, now).one()
    codes = {"reporter": "reporter_name", "phone": "reporter_phone", "place": "unit_id"}
    listed = [line.facts["missing"] for line in lines(world, kind=K.MISSING_FIELDS, number=emergency.number)]
    assert [[codes[code] for code in missing] for missing in listed] == [asked] * bool(asked)


WHO = {"a resident": {}, "a colleague": {"reporter_department": "保安部"}, "closed elsewhere": {}}


@pytest.mark.parametrize("kind", [*TicketKind, None], ids=str)
@pytest.mark.parametrize("who", WHO)
@verbs_first_sqlite
def test_a_follow_up_is_listed_where_closing_waits_for_it_and_it_can_be_made__FUP_1_INT_9(world, now, kind, who):
    matter: Any
    if kind is None:
        matter = new_complaint(world, now, **WHO[who])
        matter.status = ComplaintStatus.CARRIED_OUT
    else:
        matter = new_ticket(world, now, kind=kind, team_id=world.teams[Department.ENGINEERING].id, **WHO[who])
        matter.status = TicketStatus.DONE
    if who == "closed elsewhere":  # a mark that a row has from the beginning
        columns = (column for column in matter.__table__.columns if column.computed is None)
        copied = {column.name: getattr(matter, column.name) for column in columns}
        world.session.expunge(matter)
        matter = type(matter)(**(copied | {"id": None, "number": "ELSEWHERE-1", "imported_closed": True}))
        world.session.add(matter)
    world.session.flush()
    owed = who == "a resident" and kind not in {TicketKind.ENQUIRY, TicketKind.QUERY, TicketKind.SUGGESTION}
    assert (of_kind(world, now, K.NO_FOLLOW_UP) != []) is owed
    made = follow_ups.schedule(Call(world.session, world.actor("clerk"), now), [FollowUpDraft(matter)])
    assert (made.refused == []) is owed
    verb = "mark_followed_up" if kind is None else "close"
    assert ("satisfied follow-up" in str(do(world, verb, matter, now).refused)) is owed


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

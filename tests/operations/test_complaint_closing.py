"""How complaints end: formal record, slip, follow-up, archive, corrections (CMP-3, CMP-6, CMP-8, FUP-3)."""

import pytest
from sqlalchemy import select

from models.call import Call
from models.complaints import OPEN_STATUSES, ComplaintCategory, ComplaintNature, ComplaintStatus
from models.events import Event
from models.follow_ups import FollowUp, FollowUpStatus
from models.matters import Severity
from models.operations import complaints, tickets
from models.personal import keyring_of
from models.roles import Role
from models.said import said
from models.staff import StaffAssignment
from models.verbs import transitions
from tests.operations.walks import (
    DAY,
    HOUR,
    complaint_in,
    do,
    follow_up_of,
    new_complaint,
    new_ticket,
    refusal,
    running,
    satisfied,
    ticket_draft,
    write_review,
)

S = ComplaintStatus
ANONYMOUS = {"anonymous": True, "category": ComplaintCategory.NEIGHBOUR_DISPUTE, "place": "2栋楼道"}
RECORD = {"cause": "控制板老化", "measures": "更换并每月检查"}


@pytest.fixture
def world(rolled_back):
    return rolled_back


def write_record(world, complaint, now, by="clerk", **changes):
    columns = RECORD | {"measures_due_at": now + 7 * DAY, "measures_by": world.person("lead")} | changes
    return do(world, "write_formal_record", complaint, now, by=by, **columns)


# ---------------------------------------------------------------- formal record


def test_a_serious_complaint_owes_its_formal_record_at_once__CMP_3(world, now):
    clocks = running(world, new_complaint(world, now, severity=Severity.SERIOUS))
    assert clocks == {"formal-record": now, "review": now + 7 * DAY, "to-department": now + 2 * DAY}


@pytest.mark.parametrize("verb", ["escalate", "amend"])
def test_what_becomes_serious_owes_its_formal_record_from_then__CMP_3_CMP_5(world, now, verb):
    complaint = new_complaint(world, now)
    arguments = {"reason": "扬言砸电梯"} if verb == "escalate" else {"severity": Severity.SERIOUS}
    do(world, verb, complaint, now + HOUR, **arguments).one()
    assert complaint.severity is Severity.SERIOUS
    clocks = running(world, complaint)
    assert clocks == {"formal-record": now + HOUR, "review": now + HOUR + 7 * DAY, "to-department": now + 2 * DAY}
    assert complaint.due_at == now + HOUR


def test_all_that_a_formal_record_lacks_is_named_at_once__CMP_3(world, now):
    complaint = new_complaint(world, now)
    nothing = {"cause": " ", "measures": "", "measures_due_at": None, "measures_by": None}
    error = refusal(write_record(world, complaint, now, **nothing))
    assert (error.rule, len(error.values["missing"])) == ("CMP-3", 4)


def test_a_formal_record_has_a_date_ahead_and_a_person_of_the_estate__CMP_3(world, now):
    complaint = new_complaint(world, now)
    assert refusal(write_record(world, complaint, now, measures_due_at=now - DAY)).rule == "CMP-3"
    assert refusal(write_record(world, complaint, now, measures_by=world.person("stranger"))).rule == "CMP-3"


def test_writing_the_formal_record_meets_its_clock_and_keeps_its_first_time__CMP_3(world, now):
    complaint = new_complaint(world, now)
    write_record(world, complaint, now).one()
    assert running(world, complaint) == {"measures": complaint.measures_due_at, "to-department": now + 2 * DAY}
    write_record(world, complaint, now + DAY, cause="接触不良").one()
    assert (complaint.formal_record_at, complaint.cause) == (now, "接触不良")


@pytest.mark.parametrize(
    ("severity", "carried_out_after", "owed"),
    [
        (Severity.ORDINARY, HOUR, False),
        (Severity.ORDINARY, 2 * DAY, True),
        (Severity.SERIOUS, HOUR, True),
    ],
)
def test_serious_or_longer_than_a_working_day_needs_a_formal_record__CMP_3(
    world, now, severity, carried_out_after, owed
):
    complaint = complaint_in(world, S.AGREED, now, severity=severity)
    later = now + carried_out_after
    do(world, "carry_out", complaint, later).one()
    assert ("formal-record" in running(world, complaint)) is owed
    do(world, "sign_slip", complaint, later, by="lead").one()
    do(world, "take_slip_back", complaint, later, complete=True).one()
    satisfied(world, complaint, later)
    do(world, "mark_followed_up", complaint, later).one()
    if owed:
        missing = ["the formal record", *(["the review"] if severity is Severity.SERIOUS else [])]
        error = refusal(do(world, "archive", complaint, later + 9 * DAY))
        assert (error.rule, [str(item) for item in error.values["missing"]]) == ("CMP-3", missing)
        write_record(world, complaint, later + 9 * DAY).one()
    if severity is Severity.SERIOUS:
        write_review(world, complaint, later + 9 * DAY).one()
    do(world, "archive", complaint, later + 9 * DAY).one()
    assert running(world, complaint) == {}


# ---------------------------------------------------------------- carried out, slip, follow-up, archive


def test_carrying_out_schedules_the_follow_up__FUP_1_CMP_9(world, now):
    complaint = complaint_in(world, S.AGREED, now)
    do(world, "carry_out", complaint, now).one()
    follow_up = follow_up_of(world, complaint)
    assert (follow_up.assignee_id, follow_up.due_at) == (complaint.desk_owner_id, now + 3 * DAY)


def test_an_anonymous_complaint_owes_no_follow_up__INT_4(world, now):
    complaint = complaint_in(world, S.ARCHIVED, now, **ANONYMOUS)
    assert complaint.status is S.ARCHIVED
    assert world.session.scalars(select(FollowUp)).all() == []


def test_followed_up_needs_a_settled_follow_up__FUP_3(world, now):
    complaint = complaint_in(world, S.AGREED, now)
    do(world, "carry_out", complaint, now).one()
    assert refusal(do(world, "mark_followed_up", complaint, now)).rule == "FUP-3"
    satisfied(world, complaint, now)
    do(world, "mark_followed_up", complaint, now).one()


def test_the_head_of_the_responsible_department_signs_and_nobody_else__CMP_6(world, now):
    complaint = complaint_in(world, S.AGREED, now)
    assert refusal(do(world, "sign_slip", complaint, now, by="lead")).rule == "CMP-6"  # nothing is carried out yet
    do(world, "carry_out", complaint, now).one()
    assert refusal(do(world, "sign_slip", complaint, now, by="clerk")).rule == "ROLE"
    for other in ("supervisor", "manager", "system"):
        assert refusal(do(world, "sign_slip", complaint, now, by=other)).rule == "CMP-6"
    do(world, "sign_slip", complaint, now, by="lead").one()
    assert complaint.slip_signed_by_id == world.person("lead").id
    assert refusal(do(world, "sign_slip", complaint, now, by="lead")).rule == "CMP-6"


@pytest.mark.parametrize("head", ["supervisor", "manager"])
def test_the_head_of_the_desk_signs_for_a_department_that_nobody_leads__CMP_6(world, now, head):
    complaint = complaint_in(world, S.CARRIED_OUT, now)
    complaint.slip_signed_by_id, complaint.slip_returned_at, complaint.slip_complete = None, None, False
    query = select(StaffAssignment).where(StaffAssignment.role == Role.LEAD)
    for assignment in world.session.scalars(query):
        assignment.ended_at = now
    world.session.flush()
    assert refusal(do(world, "sign_slip", complaint, now, by="system")).rule == "CMP-6"
    assert do(world, "sign_slip", complaint, now, by=head).one().slip_signed_by_id == world.person(head).id


def test_the_slip_comes_back_signed_and_complete__CMP_6(world, now):
    complaint = complaint_in(world, S.AGREED, now)
    do(world, "carry_out", complaint, now).one()
    assert refusal(do(world, "take_slip_back", complaint, now, complete=True)).rule == "CMP-6"
    do(world, "sign_slip", complaint, now, by="lead").one()
    assert refusal(do(world, "take_slip_back", complaint, now, complete=False)).rule == "CMP-6"
    do(world, "take_slip_back", complaint, now, complete=True).one()
    assert (complaint.slip_complete, complaint.slip_returned_at) == (True, now)
    assert refusal(do(world, "take_slip_back", complaint, now, complete=True)).rule == "CMP-6"


def test_everything_the_archive_lacks_is_named_at_once__CMP_3(world, now):
    complaint = new_complaint(world, now, severity=Severity.SERIOUS, **ANONYMOUS)
    for verb in ("assign", "investigate", "propose", "agree", "carry_out", "mark_followed_up"):
        do(world, verb, complaint, now).one()
    job = new_ticket(world, now, complaint_id=complaint.id)
    error = refusal(do(world, "archive", complaint, now))
    assert [str(item) for item in error.values["missing"]] == [
        "the nature: valid or communicative",
        "the end of these jobs",
        job.number,
        "the formal record",
        "the review",
        "the signature of the responsible department's head on the slip",
        "the returned slip, checked to be complete",
    ]


@pytest.mark.parametrize("status", S)
def test_work_is_added_only_while_the_complaint_is_open__CMP_8(world, now, status):
    complaint = complaint_in(world, status, now)
    draft = ticket_draft(world, complaint_id=complaint.id)
    outcome = tickets.register(Call(world.session, world.actor("clerk"), now), [draft])
    if status in OPEN_STATUSES:
        assert outcome.one().complaint_id == complaint.id
    else:
        error = refusal(outcome)
        assert (error.rule, error.field) == ("CMP-8", "complaint_id")
        assert str(error) == f"CMP-8: {complaint.number} is “{status.label}”: no work is added to it any more."


def test_a_complaint_of_another_estate_gets_no_work__CMP_8(world, now):
    complaint = new_complaint(world, now)
    world.session.add(StaffAssignment(estate_id=world.other.id, staff_id=world.person("clerk").id, role=Role.CLERK))
    world.session.flush()
    elsewhere = ticket_draft(world, estate_id=world.other.id, unit_id=world.other_unit.id, complaint_id=complaint.id)
    outcome = tickets.register(Call(world.session, world.actor("clerk"), now), [elsewhere])
    assert refusal(outcome).rule == "CMP-8"


def test_putting_right_sends_the_slip_round_anew__FUP_3_CMP_6(world, now):
    complaint = complaint_in(world, S.CARRIED_OUT, now)
    later = now + 2 * DAY
    do(world, "put_right", complaint, later).one()
    slip = (complaint.slip_complete, complaint.slip_signed_by_id, complaint.slip_returned_at)
    assert (complaint.status, complaint.carried_out_at, slip) == (S.INVESTIGATING, None, (False, None, None))
    assert list(running(world, complaint)) == ["formal-record", "progress-note"]


def test_putting_right_drops_the_follow_up_to_be_made__FUP_3(world, now):
    complaint = complaint_in(world, S.AGREED, now)
    do(world, "carry_out", complaint, now).one()
    follow_up = follow_up_of(world, complaint)
    do(world, "put_right", complaint, now).one()
    world.session.expire_all()
    assert follow_up.status is FollowUpStatus.CANCELLED
    assert follow_up.finished_at == now


def test_an_archived_complaint_is_reopened_as_a_linked_new_one__CMP_8(world, now):
    old = complaint_in(world, S.ARCHIVED, now)
    version = old.version
    actor = world.actor("clerk2")
    outcome = complaints.reopen_as_new(Call(world.session, actor, now + 9 * DAY, reason="电梯又停了"), [old])
    new = outcome.one()
    assert (new.previous_id, new.status, new.number) == (old.id, S.REGISTERED, "C261127-001")
    assert (new.desk_owner_id, new.detail, new.category) == (actor.staff_id, "电梯又停了", old.category)
    assert (new.reporter_phone, new.nature, new.result) == (old.reporter_phone, None, None)
    assert list(running(world, new)) == ["to-department", "formal-record"]
    assert (old.status, old.version) == (S.ARCHIVED, version)
    again = complaints.reopen_as_new(Call(world.session, actor, now + 9 * DAY, reason="还是停"), [old])
    assert refusal(again).rule == "INT-6"


@pytest.mark.parametrize("status", [status for status in S if status is not S.ARCHIVED])
def test_only_an_archived_complaint_is_reopened_as_new__CMP_8(world, now, status):
    complaint = complaint_in(world, status, now)
    actor = world.actor("clerk")
    outcome = complaints.reopen_as_new(Call(world.session, actor, now, reason="又来了"), [complaint])
    assert refusal(outcome).rule == "CMP-8"


# ---------------------------------------------------------------- corrections


@pytest.mark.parametrize("status", transitions("complaints")["cancel"])
def test_a_mistaken_cancelling_is_undone_to_where_it_was__CMP_4(world, now, status):
    complaint = complaint_in(world, status, now)
    before = running(world, complaint)
    do(world, "cancel", complaint, now).one()
    assert running(world, complaint) == {}
    assert refusal(do(world, "correct", complaint, now, by="clerk")).rule == "ROLE"
    do(world, "correct", complaint, now).one()
    assert (complaint.status, complaint.cancelled_at, complaint.cancel_reason) == (status, None, None)
    assert running(world, complaint) == before
    event = world.session.scalars(select(Event).where(Event.verb == "correct")).one()
    assert said(event, keyring_of(world.session)).reason == "点错了"


def test_a_mistaken_carrying_out_is_undone_with_its_follow_up__CMP_4(world, now):
    complaint = complaint_in(world, S.AGREED, now)
    due_at = complaint.due_at
    do(world, "carry_out", complaint, now).one()
    follow_up = follow_up_of(world, complaint)
    do(world, "correct", complaint, now).one()
    assert (complaint.status, complaint.carried_out_at, complaint.result) == (S.AGREED, None, None)
    assert complaint.due_at == due_at
    world.session.expire_all()
    assert follow_up.status is FollowUpStatus.CANCELLED


@pytest.mark.parametrize(
    ("status", "verb", "arguments"),
    [
        (S.INVESTIGATING, "propose", {"proposal": " "}),
        (S.PROPOSAL, "negotiate", {"reply": " "}),
        (S.AGREED, "carry_out", {"result": " "}),
        (S.CARRIED_OUT, "put_right", {"reason": " "}),
        (S.REGISTERED, "cancel", {"reason": " "}),
        (S.CANCELLED, "correct", {"reason": " "}),
        (S.REGISTERED, "escalate", {"reason": " "}),
        (S.ASSIGNED, "reassign", {"reason": " "}),
        (S.REGISTERED, "comment", {"body": " "}),
        (S.REGISTERED, "amend", {"summary": " "}),
    ],
)
def test_words_are_never_blank(world, now, status, verb, arguments):
    complaint = complaint_in(world, status, now)
    if verb == "reassign":
        arguments = arguments | {"assignee": world.person("clerk2")}
    assert refusal(do(world, verb, complaint, now, **arguments)).rule != "ROLE"
    assert complaint.status is status


def test_an_archived_complaint_stays_as_it_is_and_says_so__CMP_8(world, now):
    complaint = complaint_in(world, S.ARCHIVED, now)
    told = str(refusal(do(world, "classify", complaint, now + DAY, nature=ComplaintNature.HELP)))
    assert told == f"CMP-8: {complaint.number} is “archived” and stays as it is."

"""Complaints: taken in, classified, agreed on, carried out, archived (INT-4, DSP-3, CMP-1 … CMP-9, FUP-3)."""

import datetime

import pytest
from sqlalchemy import select

from models.complaints import OPEN_STATUSES, TRANSITIONS, Complaint, ComplaintCategory, ComplaintNature, ComplaintStatus
from models.errors import StaleRecord
from models.events import Event
from models.follow_ups import FollowUp, FollowUpStatus
from models.matters import ClockRun, Comment, CommentKind, RepeatReport, Severity
from models.operations import complaints
from models.settings import Clock
from models.staff import Department
from tests.operations.walks import (
    DAY,
    HOUR,
    MINUTE,
    complaint_draft,
    complaint_in,
    do,
    follow_up_of,
    new_complaint,
    new_ticket,
    refusal,
    satisfied,
    undone,
)

S = ComplaintStatus
VALID = ComplaintNature.VALID
ANONYMOUS = {"anonymous": True, "category": ComplaintCategory.NEIGHBOUR_DISPUTE, "place": "2栋楼道"}
RECORD = {"cause": "控制板老化", "measures": "更换并每月检查"}


@pytest.fixture
def world(rolled_back):
    return rolled_back


def register(world, now, **columns):
    draft = complaint_draft(world, **columns)
    return complaints.register(world.session, [draft], actor=world.actor("clerk"), now=now)


def running(world, complaint):
    """Code and due time of the clocks of a complaint that are neither met nor cancelled."""
    query = (
        select(Clock.code, ClockRun.due_at)
        .join(ClockRun, ClockRun.clock_id == Clock.id)
        .where(ClockRun.complaint_id == complaint.id, ClockRun.met_at.is_(None), ClockRun.cancelled_at.is_(None))
    )
    return {row.code: row.due_at for row in world.session.execute(query)}


def write_record(world, complaint, now, by="clerk", **changes):
    columns = RECORD | {"measures_due_at": now + 7 * DAY, "measures_by": world.person("lead")} | changes
    return do(world, "write_formal_record", complaint, now, by=by, **columns)


# ---------------------------------------------------------------- states


@pytest.mark.parametrize("status", S)
def test_each_verb_moves_from_its_own_states_only__CMP_4(world, now, status):
    complaint = complaint_in(world, status, now)
    for verb, targets in TRANSITIONS.items():
        with undone(world):
            version = complaint.version
            outcome = do(world, verb, complaint, now)
            if status in targets:
                assert outcome.one().status is targets[status], verb
                assert complaint.version == version + 1, verb
            else:
                assert refusal(outcome).rule == "CMP-4", verb
                assert (complaint.status, complaint.version) == (status, version), verb


@pytest.mark.parametrize("status", [S.ARCHIVED, S.CANCELLED])
@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("amend", {"summary": "别的"}),
        ("classify", {"nature": VALID}),
        ("escalate", {"reason": "要上报"}),
        ("take_slip_back", {"complete": True}),
        ("delete", {}),
    ],
)
def test_what_is_over_stays_as_it_is__CMP_8(world, now, status, verb, arguments):
    complaint = complaint_in(world, status, now)
    assert refusal(do(world, verb, complaint, now, by="manager", **arguments)).rule == "CMP-8"


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("comment", {"body": "补记"}),
        ("report_again", {"words": "又停了"}),
        ("name_follower", {"follower": "manager"}),
        ("change_owner", {"desk_owner": "clerk2", "reason": "休假"}),
    ],
)
def test_an_archived_complaint_takes_no_entry_repeat_or_new_owner__CMP_8(world, now, verb, arguments):
    arguments = {
        name: world.person(value) if name in ("follower", "desk_owner") else value for name, value in arguments.items()
    }
    complaint = complaint_in(world, S.ARCHIVED, now)
    assert refusal(do(world, verb, complaint, now, **arguments)).rule == "CMP-8"


def test_a_proposal_may_be_negotiated_again_and_again_until_agreed__CMP_4(world, now):
    complaint = complaint_in(world, S.NEGOTIATING, now)
    do(world, "propose", complaint, now + HOUR, proposal="周三更换").one()
    do(world, "negotiate", complaint, now + 2 * HOUR, reply="上午来").one()
    do(world, "agree", complaint, now + 3 * HOUR).one()
    query = select(Comment.at, Comment.body).where(Comment.kind == CommentKind.REPLY).order_by(Comment.at, Comment.id)
    assert [tuple(row) for row in world.session.execute(query)] == [
        (now, "周五更换控制板"),
        (now, "太晚了，要周三"),
        (now + HOUR, "周三更换"),
        (now + 2 * HOUR, "上午来"),
    ]
    assert (complaint.proposal, complaint.agreed_at) == ("周三更换", now + 3 * HOUR)


def test_a_stale_form_is_refused(world, now):
    complaint = complaint_in(world, S.ASSIGNED, now)
    assert isinstance(refusal(do(world, "investigate", complaint, now, expected={complaint.id: 1})), StaleRecord)


def test_a_preview_writes_nothing(world, now):
    complaint = complaint_in(world, S.AGREED, now)
    version = complaint.version
    assert do(world, "carry_out", complaint, now, preview=True).done == [complaint]
    assert (complaint.status, complaint.version) == (S.AGREED, version)
    assert world.session.scalars(select(FollowUp)).all() == []


# ---------------------------------------------------------------- intake


def test_a_complaint_has_owner_number_and_clock_from_the_start__INT_1_CMP_9(world, now):
    complaint = new_complaint(world, now)
    assert (complaint.number, complaint.desk_owner_id) == ("C261118-001", world.person("clerk").id)
    # 10:00 on Wednesday and eight working hours: 4.5 + 2 on that day, 1.5 from 08:30 on Thursday.
    due = datetime.datetime(2026, 11, 19, 2, 0, tzinfo=datetime.UTC)
    assert running(world, complaint) == {"formal-record": due}
    assert complaint.due_at == due


def test_a_neighbour_dispute_keeps_nothing_of_who_reported_it__INT_4(world, now):
    resident = world.residents[0]
    columns = {"resident_id": resident.id, "reporter_department": "业委会", "identity_checked": True}
    complaint = new_complaint(world, now, **ANONYMOUS, **columns)
    kept = (
        complaint.unit_id,
        complaint.resident_id,
        complaint.reporter_name,
        complaint.reporter_phone,
        complaint.reporter_phone_digest,
        complaint.reporter_department,
        complaint.identity_checked,
    )
    assert kept == (None, None, None, None, None, None, False)
    assert complaint.place == "2栋楼道"


def test_a_neighbour_dispute_needs_neither_name_nor_place__INT_4(world, now):
    nothing = {"reporter_name": None, "reporter_phone": None, "unit_id": None}
    register(world, now, **(ANONYMOUS | nothing | {"place": None})).one()
    assert refusal(register(world, now, **nothing)).rule == "INT-3"


def test_only_a_neighbour_dispute_is_anonymous__INT_4(world, now):
    assert refusal(register(world, now, **(ANONYMOUS | {"category": ComplaintCategory.OTHER}))).rule == "INT-4"


@pytest.mark.parametrize(
    "columns",
    [
        {"reporter_name": "王"},
        {"reporter_phone": "13800138000"},
        {"identity_checked": True},
        {"category": ComplaintCategory.OTHER},
    ],
)
def test_an_anonymous_complaint_stays_so_when_edited__INT_4(world, now, columns):
    complaint = new_complaint(world, now, **ANONYMOUS)
    assert refusal(do(world, "amend", complaint, now, **columns)).rule == "INT-4"
    do(world, "amend", complaint, now, detail="夜里装修").one()


def test_a_repeat_of_an_anonymous_complaint_keeps_no_name__INT_4_INT_6(world, now):
    complaint = new_complaint(world, now, **ANONYMOUS)
    do(world, "report_again", complaint, now, words="今晚又吵", reporter_name="王").one()
    assert complaint.repeats == 1
    assert world.session.scalars(select(RepeatReport.reporter_name)).all() == [None]


def test_the_open_complaint_of_the_same_unit_and_category_is_offered_first__INT_6(world, now):
    first = new_complaint(world, now)
    error = refusal(register(world, now, another_matter=False))
    assert (error.rule, error.values["number"]) == ("INT-6", first.number)
    register(world, now, another_matter=False, category=ComplaintCategory.ENVIRONMENT).one()


def test_only_the_desk_registers(world, now):
    draft = complaint_draft(world)
    assert refusal(complaints.register(world.session, [draft], actor=world.actor("lead"), now=now)).rule == "ROLE"
    assert refusal(complaints.register(world.session, [draft], actor=world.actor("stranger"), now=now)).rule == "ROLE"


def test_editing_changes_descriptive_columns_only__CMP_4(world, now):
    with pytest.raises(ValueError, match="nature"):
        do(world, "amend", new_complaint(world, now), now, nature=VALID)


def test_only_what_nothing_followed_is_deleted__CMP_4(world, now):
    fresh, noted, worked = (new_complaint(world, now) for _ in range(3))
    do(world, "comment", noted, now, body="已回电").one()
    new_ticket(world, now, complaint_id=worked.id)
    outcome = complaints.delete(world.session, [fresh, noted, worked], actor=world.actor("manager"), now=now)
    assert [row.id for row in outcome.done] == [fresh.id]
    assert {error.rule for _, error in outcome.refused} == {"CMP-4"}
    assert set(world.session.scalars(select(Complaint.id))) == {noted.id, worked.id}


# ---------------------------------------------------------------- nature, assignment


def test_a_communicative_complaint_needs_the_identity_but_not_an_anonymous_one__CMP_2_INT_4(world, now):
    named, anonymous = new_complaint(world, now), new_complaint(world, now, **ANONYMOUS)
    assert refusal(do(world, "classify", named, now, nature=ComplaintNature.VENTING)).rule == "CMP-2"
    do(world, "classify", named, now, nature=ComplaintNature.VENTING, identity_checked=True).one()
    do(world, "classify", anonymous, now, nature=ComplaintNature.VENTING, identity_checked=True).one()
    assert (named.identity_checked, anonymous.identity_checked) == (True, False)


def test_communicative_becomes_valid_with_a_reason_and_never_the_other_way__CMP_2(world, now):
    complaint = new_complaint(world, now, identity_checked=True)
    do(world, "classify", complaint, now, nature=ComplaintNature.HELP).one()
    assert refusal(do(world, "classify", complaint, now, nature=VALID)).rule == "CMP-2"
    do(world, "classify", complaint, now, nature=VALID, reason="回复拖了三天").one()
    assert (complaint.nature, complaint.nature_reason) == (VALID, "回复拖了三天")
    for nature in (ComplaintNature.HELP, ComplaintNature.ENQUIRY, ComplaintNature.VENTING):
        assert refusal(do(world, "classify", complaint, now, nature=nature, reason="误判")).rule == "CMP-2"


def test_the_customer_service_head_is_told_in_the_same_step__DSP_3(world, now):
    complaint = new_complaint(world, now)
    for nobody in ("clerk", "lead", "stranger"):
        assert refusal(do(world, "assign", complaint, now, head=world.person(nobody))).rule == "DSP-3"
    assert refusal(do(world, "assign", complaint, now, by="clerk", head=None)).rule == "DSP-3"
    do(world, "assign", complaint, now, by="clerk", head=world.person("manager")).one()
    assert complaint.head_told_id == world.person("manager").id
    assert running(world, complaint)["slip-acknowledged"] == now + 15 * MINUTE


def test_a_head_who_assigns_is_told_by_that__DSP_3(world, now):
    complaint = new_complaint(world, now)
    do(world, "assign", complaint, now, by="supervisor", head=None).one()
    assert complaint.head_told_id == world.person("supervisor").id


@pytest.mark.parametrize(
    ("who", "allowed"), [("clerk2", True), ("technician", True), ("lead", True), ("stranger", False), ("admin", False)]
)
def test_the_handler_is_of_the_desk_or_of_the_team__DSP_3(world, now, who, allowed):
    outcome = do(world, "assign", new_complaint(world, now), now, assignee=world.person(who))
    if allowed:
        outcome.one()
    else:
        assert refusal(outcome).rule == "DSP-3"


def test_another_estates_team_gets_nothing__DSP_3(world, now):
    assert refusal(do(world, "assign", new_complaint(world, now), now, team=world.other_team)).rule == "DSP-3"


@pytest.mark.parametrize("status", S)
def test_a_complaint_in_hand_is_reassigned_and_no_other__DSP_3(world, now, status):
    complaint = complaint_in(world, status, now)
    outcome = do(world, "reassign", complaint, now, assignee=world.person("clerk2"), reason="转交")
    in_hand = (S.ASSIGNED, S.INVESTIGATING, S.PROPOSAL, S.NEGOTIATING, S.AGREED)
    if status in in_hand:
        outcome.one()
        assert complaint.assignee_id == world.person("clerk2").id
    else:
        assert refusal(outcome).rule == ("CMP-4" if status in OPEN_STATUSES else "CMP-8")


def test_taking_the_slip_up_stops_its_clock__DSP_4(world, now):
    complaint = complaint_in(world, S.ASSIGNED, now)
    do(world, "investigate", complaint, now + MINUTE, by="lead").one()
    assert list(running(world, complaint)) == ["formal-record"]


def test_a_lead_handles_the_complaints_of_the_own_team_only(world, now):
    housekeeping = {"team": world.teams[Department.HOUSEKEEPING]}
    complaint = new_complaint(world, now)
    do(world, "assign", complaint, now, **housekeeping).one()
    assert refusal(do(world, "investigate", complaint, now, by="lead")).rule == "ROLE"


# ---------------------------------------------------------------- formal record


def test_a_serious_complaint_owes_its_formal_record_at_once__CMP_3(world, now):
    assert running(world, new_complaint(world, now, severity=Severity.SERIOUS)) == {"formal-record": now}


@pytest.mark.parametrize("verb", ["escalate", "amend"])
def test_what_becomes_serious_owes_its_formal_record_from_then__CMP_3_CMP_5(world, now, verb):
    complaint = new_complaint(world, now)
    arguments = {"reason": "扬言砸电梯"} if verb == "escalate" else {"severity": Severity.SERIOUS}
    do(world, verb, complaint, now + HOUR, **arguments).one()
    assert complaint.severity is Severity.SERIOUS
    assert running(world, complaint) == {"formal-record": now + HOUR}
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
    assert running(world, complaint) == {}
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
        error = refusal(do(world, "archive", complaint, later + 9 * DAY))
        assert (error.rule, [str(item) for item in error.values["missing"]]) == ("CMP-3", ["the formal record"])
        write_record(world, complaint, later + 9 * DAY).one()
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
    for other in ("clerk", "supervisor", "manager"):
        assert refusal(do(world, "sign_slip", complaint, now, by=other)).rule == "ROLE"
    assert refusal(do(world, "sign_slip", complaint, now, by="system")).rule == "CMP-6"
    do(world, "sign_slip", complaint, now, by="lead").one()
    assert complaint.slip_signed_by_id == world.person("lead").id
    assert refusal(do(world, "sign_slip", complaint, now, by="lead")).rule == "CMP-6"


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
        "the signature of the responsible department's head on the slip",
        "the returned slip, checked to be complete",
    ]


def test_putting_right_sends_the_slip_round_anew__FUP_3_CMP_6(world, now):
    complaint = complaint_in(world, S.CARRIED_OUT, now)
    later = now + 2 * DAY
    do(world, "put_right", complaint, later).one()
    slip = (complaint.slip_complete, complaint.slip_signed_by_id, complaint.slip_returned_at)
    assert (complaint.status, complaint.carried_out_at, slip) == (S.INVESTIGATING, None, (False, None, None))
    assert list(running(world, complaint)) == ["formal-record"]


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
    outcome = complaints.reopen_as_new(world.session, [old], actor=actor, now=now + 9 * DAY, reason="电梯又停了")
    new = outcome.one()
    assert (new.previous_id, new.status, new.number) == (old.id, S.REGISTERED, "C261127-001")
    assert (new.desk_owner_id, new.detail, new.category) == (actor.staff_id, "电梯又停了", old.category)
    assert (new.reporter_phone, new.nature, new.result) == (old.reporter_phone, None, None)
    assert list(running(world, new)) == ["formal-record"]
    assert (old.status, old.version) == (S.ARCHIVED, version)
    again = complaints.reopen_as_new(world.session, [old], actor=actor, now=now + 9 * DAY, reason="还是停")
    assert refusal(again).rule == "INT-6"


@pytest.mark.parametrize("status", [status for status in S if status is not S.ARCHIVED])
def test_only_an_archived_complaint_is_reopened_as_new__CMP_8(world, now, status):
    complaint = complaint_in(world, status, now)
    actor = world.actor("clerk")
    outcome = complaints.reopen_as_new(world.session, [complaint], actor=actor, now=now, reason="又来了")
    assert refusal(outcome).rule == "CMP-8"


# ---------------------------------------------------------------- corrections


@pytest.mark.parametrize("status", TRANSITIONS["cancel"])
def test_a_mistaken_cancelling_is_undone_to_where_it_was__CMP_4(world, now, status):
    complaint = complaint_in(world, status, now)
    before = running(world, complaint)
    do(world, "cancel", complaint, now).one()
    assert running(world, complaint) == {}
    assert refusal(do(world, "correct", complaint, now, by="clerk")).rule == "ROLE"
    do(world, "correct", complaint, now).one()
    assert (complaint.status, complaint.cancelled_at, complaint.cancel_reason) == (status, None, None)
    assert running(world, complaint) == before
    assert world.session.scalars(select(Event.reason).where(Event.verb == "correct")).all() == ["点错了"]


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

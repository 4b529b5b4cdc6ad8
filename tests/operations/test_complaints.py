"""Complaints: their states, how they are taken in, classified and assigned (INT-4, DSP-3, CMP-1 … CMP-4, CMP-8)."""

import datetime

import pytest
from sqlalchemy import select

from models.call import Call
from models.complaints import OPEN_STATUSES, Complaint, ComplaintCategory, ComplaintNature, ComplaintStatus
from models.errors import StaleRecord
from models.follow_ups import FollowUp
from models.matters import Comment, CommentKind, RepeatReport
from models.operations import complaints
from models.roles import Role
from models.staff import Department, StaffAssignment
from models.verbs import transitions
from tests.marks import verbs_first_sqlite
from tests.operations.walks import (
    HOUR,
    MINUTE,
    complaint_draft,
    complaint_in,
    do,
    new_complaint,
    new_ticket,
    refusal,
    running,
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
    return complaints.register(Call(world.session, world.actor("clerk"), now), [draft])


# ---------------------------------------------------------------- states


def test_an_edit_does_not_take_away_who_complains_or_where__INT_3_FUP_1(world, now):
    complaint = new_complaint(world, now)
    assert refusal(do(world, "amend", complaint, now, unit_id=None)).rule == "INT-3"
    assert refusal(do(world, "promise", complaint, now, promised_at=now - MINUTE)).rule == "INT-5"
    carried_out = complaint_in(world, S.CARRIED_OUT, now)
    assert refusal(do(world, "amend", carried_out, now, reporter_department="保安部")).rule == "FUP-1"


@pytest.mark.parametrize("status", S)
@verbs_first_sqlite
def test_each_verb_moves_from_its_own_states_only__CMP_4(world, now, status):
    complaint = complaint_in(world, status, now)
    for verb, targets in transitions("complaints").items():
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
@verbs_first_sqlite
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
    assert running(world, complaint) == {"formal-record": due, "to-department": now + datetime.timedelta(days=2)}
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
    other = {"category": ComplaintCategory.ENVIRONMENT, "summary": "楼下垃圾没有清"}
    register(world, now, another_matter=False, **other).one()


def test_only_the_desk_registers(world, now):
    draft = complaint_draft(world)
    assert refusal(complaints.register(Call(world.session, world.actor("lead"), now), [draft])).rule == "ROLE"
    assert refusal(complaints.register(Call(world.session, world.actor("stranger"), now), [draft])).rule == "ROLE"


def test_editing_changes_descriptive_columns_only__CMP_4(world, now):
    with pytest.raises(ValueError, match="nature"):
        do(world, "amend", new_complaint(world, now), now, nature=VALID)


def test_only_what_nothing_followed_is_deleted__CMP_4(world, now):
    fresh, noted, worked = (new_complaint(world, now) for _ in range(3))
    do(world, "comment", noted, now, body="已回电").one()
    new_ticket(world, now, complaint_id=worked.id)
    outcome = complaints.delete(Call(world.session, world.actor("manager"), now), [fresh, noted, worked])
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
    do(world, "classify", complaint, now, nature=VALID).one()
    assert (complaint.nature, complaint.nature_reason) == (VALID, "回复拖了三天")
    for nature in (ComplaintNature.HELP, ComplaintNature.ENQUIRY, ComplaintNature.VENTING):
        assert refusal(do(world, "classify", complaint, now, nature=nature, reason="误判")).rule == "CMP-2"


def test_the_customer_service_head_is_told_in_the_same_step__DSP_3(world, now):
    complaint = new_complaint(world, now)
    for nobody in ("clerk", "lead", "stranger"):
        assert refusal(do(world, "assign", complaint, now, head=world.person(nobody))).rule == "DSP-3"
    do(world, "assign", complaint, now, by="clerk", head=world.person("manager")).one()
    assert complaint.head_told_id == world.person("manager").id
    assert running(world, complaint)["slip-acknowledged"] == now + 15 * MINUTE


def test_the_one_supervisor_of_the_estate_is_the_head_where_none_is_named__DSP_3(world, now):
    complaint, another = new_complaint(world, now), new_complaint(world, now)
    do(world, "assign", complaint, now, by="clerk", head=None).one()
    assert complaint.head_told_id == world.person("supervisor").id
    second = StaffAssignment(estate_id=world.estate.id, staff_id=world.person("clerk2").id, role=Role.SUPERVISOR)
    world.session.add(second)
    world.session.flush()
    assert refusal(do(world, "assign", another, now, by="clerk", head=None)).rule == "DSP-3", "which of the two?"
    world.person("clerk2").disabled_at = now
    do(world, "assign", another, now, by="clerk", head=None).one()


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
    assert list(running(world, complaint)) == ["formal-record", "progress-note"]


def test_a_lead_handles_the_complaints_of_the_own_team_only(world, now):
    housekeeping = {"team": world.teams[Department.HOUSEKEEPING]}
    complaint = new_complaint(world, now)
    do(world, "assign", complaint, now, **housekeeping).one()
    assert refusal(do(world, "investigate", complaint, now, by="lead")).rule == "ROLE"

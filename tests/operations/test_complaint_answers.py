"""What the heads settle about a complaint: answer, responsibility, compensation, review (CMP-7, CMP-11 … CMP-13)."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from models.complaints import OPEN_STATUSES, Complaint, ComplaintNature, ComplaintStatus, ResponsibilityGround
from models.events import Event
from models.matters import Severity
from models.personal import keyring_of
from models.policy import permissions
from models.said import said
from tests.marks import verbs_first_sqlite
from tests.operations.walks import (
    DAY,
    HOUR,
    complaint_in,
    do,
    new_complaint,
    new_ticket,
    refusal,
    write_review,
)

S = ComplaintStatus
ANSWER = {"agreed_answer": "控制板周五更换，期间走2号梯"}
GROUND = {"ground": ResponsibilityGround.CONTRACT, "ground_text": "物业服务合同第八条：户内设施由业主负责"}
COMPENSATION = {"compensation_fen": 20000, "compensation_borne_by": "工程部", "compensation_reason": "漏水泡坏地板"}


@pytest.fixture
def world(rolled_back):
    return rolled_back


def settle(world, verb, complaint, now, by="manager", **changes):
    if verb == "write_review":
        return write_review(world, complaint, now, by=by, **changes)
    fair = {
        "write_answer": ANSWER,
        "decline_responsibility": GROUND | {"ground_told_at": now},
        "decide_compensation": COMPENSATION,
    }
    return do(world, verb, complaint, now, by=by, **(fair[verb] | changes))


VERBS: dict[str, tuple[str, dict[str, Any]]] = {
    "write_answer": ("CMP-11", {"agreed_answer": " "}),
    "decline_responsibility": ("CMP-12", {"ground": None, "ground_text": "", "ground_told_at": None}),
    "decide_compensation": (
        "CMP-7",
        {"compensation_fen": None, "compensation_borne_by": " ", "compensation_reason": ""},
    ),
    "write_review": (
        "CMP-13",
        {"review_on": None, "review_people": "", "review_measures": "\n", "review_in_charge": None},
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_all_that_is_missing_is_named_at_once_each_at_its_field(world, now, verb):
    rule, nothing = VERBS[verb]
    complaint = new_complaint(world, now)
    error = refusal(settle(world, verb, complaint, now, **nothing))
    assert error.rule == rule
    assert [name for name, _refusal in error.by_field()] == list(nothing)
    assert settle(world, verb, complaint, now).one() is complaint


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", S)
@verbs_first_sqlite
def test_it_is_settled_while_the_complaint_is_open_and_never_after__CMP_8(world, now, verb, status):
    complaint = complaint_in(world, status, now)
    if status in OPEN_STATUSES:
        complaint.nature = ComplaintNature.HELP  # what is valid is our responsibility
    outcome = settle(world, verb, complaint, now)
    if status in OPEN_STATUSES:
        assert (outcome.one().status, complaint.version) == (status, complaint.version)
        event = world.session.scalars(select(Event).where(Event.verb == verb)).one()
        assert (event.record_id, event.role) == (complaint.id, "manager")
    else:
        assert refusal(outcome).rule == "CMP-8"


@pytest.mark.parametrize("verb", VERBS)
def test_only_heads_settle_it_and_only_the_manager_decides_on_money__CMP_7(world, now, verb):
    complaint = new_complaint(world, now)
    do(world, "assign", complaint, now).one()  # to the lead's own team
    allowed = permissions()["complaints"][verb]
    assert {role.value for role in allowed} == ({"manager"} if verb == "decide_compensation" else HEADS)
    for person in ("clerk", "technician", "lead", "supervisor", "manager", "auditor", "admin"):
        outcome = settle(world, verb, complaint, now, by=person)
        if person in {role.value for role in allowed}:
            outcome.one()
        else:
            assert refusal(outcome).rule == "ROLE", person


HEADS = {"lead", "supervisor", "manager"}


def test_there_is_one_answer_and_the_event_log_keeps_those_before__CMP_11(world, now):
    complaint = complaint_in(world, S.ASSIGNED, now)
    settle(world, "write_answer", complaint, now, by="lead").one()
    settle(world, "write_answer", complaint, now + HOUR, by="supervisor", agreed_answer="改为周三更换").one()
    assert (complaint.agreed_answer, complaint.agreed_answer_at) == ("改为周三更换", now + HOUR)
    assert complaint.agreed_answer_by_id == world.person("supervisor").id
    events = world.session.scalars(select(Event).where(Event.verb == "write_answer").order_by(Event.id))
    before = [said(event, keyring_of(world.session)).before["agreed_answer"] for event in events]
    assert before == [None, ANSWER["agreed_answer"]]


def test_what_is_valid_is_our_responsibility__CMP_12(world, now):
    complaint = new_complaint(world, now)
    do(world, "classify", complaint, now, nature=ComplaintNature.VALID).one()
    assert refusal(settle(world, "decline_responsibility", complaint, now)).rule == "CMP-12"


def test_what_is_not_our_responsibility_becomes_valid_by_a_head_alone_and_is_not_both__CMP_12(world, now):
    complaint = new_complaint(world, now)
    settle(world, "decline_responsibility", complaint, now).one()
    valid = {"nature": ComplaintNature.VALID, "reason": "合同看错了"}
    error = refusal(do(world, "classify", complaint, now, by="clerk", **valid))
    assert (error.rule, error.field) == ("CMP-12", "nature")
    do(world, "classify", complaint, now, by="supervisor", **valid).one()
    assert (complaint.nature, complaint.ground, complaint.ground_told_at) == (ComplaintNature.VALID, None, None)
    event = world.session.scalars(select(Event).where(Event.verb == "classify")).one()
    assert event.before["ground"] == "contract"


def test_nobody_was_told_in_the_future__CMP_12(world, now):
    error = refusal(settle(world, "decline_responsibility", new_complaint(world, now), now, ground_told_at=now + HOUR))
    assert (error.rule, error.field) == ("CMP-12", "ground_told_at")


def test_nothing_paid_is_a_decision_and_less_than_nothing_is_none__CMP_7(world, now):
    complaint = new_complaint(world, now)
    assert settle(world, "decide_compensation", complaint, now, compensation_fen=0).one().compensation_fen == 0
    error = refusal(settle(world, "decide_compensation", complaint, now, compensation_fen=-1))
    assert (error.rule, error.field) == ("CMP-7", "compensation_fen")


@pytest.mark.parametrize("days", [-1, 3])
def test_a_review_is_held_between_registering_and_writing_it_down__CMP_13(world, now, days):
    complaint = new_complaint(world, now)
    error = refusal(write_review(world, complaint, now + 2 * DAY, review_on=(now + days * DAY).date()))
    assert (error.rule, error.field) == ("CMP-13", "review_on")


def test_who_is_in_charge_of_the_measures_works_here__CMP_13(world, now):
    error = refusal(write_review(world, new_complaint(world, now), now, review_in_charge=world.person("stranger")))
    assert (error.rule, error.field) == ("CMP-13", "review_in_charge")


def test_a_serious_complaint_is_not_archived_without_its_review__CMP_13(world, now):
    complaint = complaint_in(world, S.FOLLOWED_UP, now, severity=Severity.SERIOUS)
    do(
        world,
        "write_formal_record",
        complaint,
        now,
        cause="控制板老化",
        measures="更换",
        measures_due_at=now + DAY,
        measures_by=world.person("lead"),
    ).one()
    assert refusal(do(world, "archive", complaint, now)).values["missing"] == ["the review"]
    write_review(world, complaint, now).one()
    do(world, "archive", complaint, now).one()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("agreed_answer", "'随便'"),
        ("ground_text", "'合同'"),
        ("compensation_fen", "100"),
        ("compensation_reason", "'好意'"),
        ("review_on", "'2026-11-20'"),
        ("review_measures", "'以后注意'"),
    ],
)
def test_the_database_refuses_half_of_it_whoever_writes(world, now, column, value):
    complaint = new_complaint(world, now)
    statement = text(f"UPDATE {Complaint.__tablename__} SET {column} = {value}, version = version + 1 WHERE id = :id")
    with pytest.raises(IntegrityError), world.session.begin_nested():
        world.session.execute(statement, {"id": complaint.id})


# ---------------------------------------------------------------- how grave it is


@pytest.mark.parametrize("made", [new_ticket, new_complaint])
def test_severity_is_lowered_by_a_supervisor_with_the_reason_alone__INT_7(world, now, made):
    matter = made(world, now, severity=Severity.SERIOUS)
    for by in ("clerk", "manager"):
        error = refusal(do(world, "amend", matter, now, by=by, severity=Severity.MINOR))
        assert (error.rule, error.field) == ("INT-7", "severity")
    lower = {"severity": Severity.ORDINARY, "reason": "查明只是误报"}
    assert refusal(do(world, "lower_severity", matter, now, by="clerk", **lower)).rule == "ROLE"
    assert refusal(do(world, "lower_severity", matter, now, **(lower | {"reason": " "}))).rule == "INT-7"
    assert do(world, "lower_severity", matter, now, **lower).one().severity is Severity.ORDINARY
    assert refusal(do(world, "lower_severity", matter, now, **lower)).field == "severity"
    event = world.session.scalars(select(Event).where(Event.verb == "lower_severity")).one()
    told = said(event, keyring_of(world.session))
    assert (told.before["severity"], told.after["severity"], told.reason) == ("serious", "ordinary", lower["reason"])
    assert do(world, "amend", matter, now, by="clerk", severity=Severity.SERIOUS).one().severity is Severity.SERIOUS


def test_what_was_serious_owes_its_review_when_it_is_so_no_longer__CMP_13(world, now):
    complaint = complaint_in(world, S.FOLLOWED_UP, now, severity=Severity.SERIOUS)
    record = {
        "cause": "继电器老化",
        "measures": "更换",
        "measures_due_at": now + DAY,
        "measures_by": world.person("lead"),
    }
    do(world, "write_formal_record", complaint, now, **record).one()
    do(world, "lower_severity", complaint, now, severity=Severity.MINOR, reason="误报").one()
    error = refusal(do(world, "archive", complaint, now))
    assert [str(lacking) for lacking in error.values["missing"]] == ["the review"]
    write_review(world, complaint, now).one()
    do(world, "archive", complaint, now).one()

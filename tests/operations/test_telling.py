"""Who is told of what: by the verb, in its transaction, once for each cause and person, nobody of the own doing."""

from typing import Any

import pytest
from sqlalchemy import delete, event, select

from models.call import Call
from models.complaints import ComplaintStatus
from models.events import Event
from models.follow_ups import AttemptOutcome
from models.keys import BorrowerKind, KeyOrigin
from models.matters import Severity
from models.operations import complaints, keys, tickets
from models.operations.core import TELLS
from models.staff import Department
from models.tickets import Ticket, TicketKind, TicketStatus
from models.told import UNSEEN, Told
from tests.factories import make_person
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
    write_review,
)


@pytest.fixture
def world(rolled_back):
    return rolled_back


@pytest.fixture
def told(world):
    """What the act that follows tells: person, kind and record, what came before left out."""

    def read(act=None):
        if act is not None:
            world.session.execute(delete(Told))
            act()
        people = {person.id: name for name, person in world.staff.items()}
        found = world.session.scalars(select(Told).order_by(Told.id))
        return sorted((people[row.staff_id], row.kind.value, row.register, row.record_id) for row in found)

    return read


def test_each_verb_tells_what_is_declared_of_it_and_by_which_rule():
    chased, serious = [("chased", "INT-6")], [("serious", "INT-7")]
    owner, follower = (
        [(kind, rule), ("reassigned", rule)] for kind, rule in (("desk_owner", "INT-1"), ("follower", "DSP-10"))
    )
    job, asked = ("new_job", "DSP-11"), ("new_job", "DSP-3")
    assert {key: [(each.kind.value, each.rule) for each in declared] for key, declared in TELLS.items()} == {
        ("tickets", "register"): serious,
        ("tickets", "amend"): serious,
        ("tickets", "report_again"): chased,
        ("tickets", "escalate"): [("escalated", "DSP-9")],
        ("tickets", "submit"): [("escalated", "DSP-9")],
        ("tickets", "decide"): [("answered", "DSP-9")],
        ("tickets", "note_answer"): [("answered", "DSP-9"), ("escalated", "DSP-9")],
        **{("tickets", verb): [("outside", "JOB-9")] for verb in ("give_outside", "outside_done", "take_back_outside")},
        ("tickets", "attach"): [("attached", "INT-6")],
        ("tickets", "tell_all"): [("progress", "INT-6")],
        ("tickets", "change_owner"): owner,
        ("tickets", "name_follower"): follower,
        ("tickets", "dispatch"): [job, ("emergency", "DSP-1")],
        ("tickets", "assign"): [job],
        ("tickets", "accept"): [job],
        ("tickets", "change_kind"): [("emergency", "DSP-1")],
        ("tickets", "reassign"): [job, ("reassigned", "DSP-11"), ("emergency", "DSP-1")],
        ("complaints", "register"): serious,
        ("complaints", "amend"): serious,
        ("complaints", "report_again"): chased,
        ("complaints", "escalate"): [("escalated", "CMP-5")],
        ("complaints", "change_owner"): owner,
        ("complaints", "name_follower"): follower,
        ("complaints", "reopen_as_new"): [("reopened", "CMP-8")],
        ("complaints", "assign"): [asked, ("complaint", "DSP-3")],
        ("complaints", "reassign"): [asked, ("complaint", "DSP-3"), ("reassigned", "DSP-3")],
        ("complaints", "write_formal_record"): [("measures", "CMP-3")],
        ("complaints", "write_review"): [("measures", "CMP-13")],
        ("follow_ups", "record_attempt"): [("dissatisfied", "FUP-2")],
        ("key_approvals", "request"): [("approval_requested", "KEY-3")],
        ("key_approvals", "approve"): [("approval_granted", "KEY-3")],
        ("key_approvals", "refuse"): [("approval_refused", "KEY-3")],
    }


def test_who_gets_a_job_is_told_and_nobody_of_the_own_doing__DSP_11(world, now, told):
    ticket = ticket_in(world, TicketStatus.DISPATCHED, now - HOUR)
    world.session.expire_all()
    team = world.teams[Department.ENGINEERING]
    fresh = new_ticket(world, now - HOUR, place="泵房")
    given = told(lambda: do(world, "dispatch", fresh, now, assignee=world.person("technician"), team=team).one())
    assert given == [("technician", "new_job", "tickets", fresh.id)]
    moved = told(lambda: do(world, "reassign", ticket, now, assignee=world.person("technician2"), reason="忙").one())
    assert moved == [
        ("technician", "reassigned", "tickets", ticket.id),
        ("technician2", "new_job", "tickets", ticket.id),
    ]
    back = told(lambda: do(world, "reassign", ticket, now, by="lead", assignee=world.person("lead"), reason="忙").one())
    assert back == [("technician2", "reassigned", "tickets", ticket.id)]
    assert told(lambda: do(world, "accept", fresh, now, by="technician", taker=None).one()) == []


def test_an_assigned_job_is_told_once_and_not_again_for_the_same_person__DSP_11(world, now, told):
    team = world.teams[Department.ENGINEERING]
    ticket = new_ticket(world, now - HOUR)
    assert told(lambda: do(world, "dispatch", ticket, now, assignee=None, team=team).one()) == []
    technician = world.person("technician")
    given = told(lambda: do(world, "assign", ticket, now, assignee=technician).one())
    assert given == [("technician", "new_job", "tickets", ticket.id)]
    assert told(lambda: do(world, "assign", ticket, now, assignee=technician).one()) == []


def test_an_emergency_that_is_nobodys_reaches_the_whole_team_save_those_disabled__DSP_1(world, now, told):
    team = world.teams[Department.ENGINEERING]
    world.person("technician2").disabled_at = now
    reached = told(lambda: new_ticket(world, now, kind=TicketKind.EMERGENCY, team_id=team.id))
    assert [each[:3] for each in reached] == [(name, "emergency", "tickets") for name in ("lead", "technician")]


def test_a_repeated_report_reaches_the_handler_else_the_desk_owner__INT_6(world, now, told):
    def again(ticket, by="clerk2"):
        tickets.report_again(Call(world.session, world.actor(by), now), [ticket], words="还没来").one()

    ticket = new_ticket(world, now - HOUR)
    assert told(lambda: again(ticket)) == [("clerk", "chased", "tickets", ticket.id)]
    assert told(lambda: again(ticket, by="clerk")) == []
    theirs = ticket_in(world, TicketStatus.ACCEPTED, now - HOUR)
    assert told(lambda: again(theirs)) == [("technician", "chased", "tickets", theirs.id)]


def test_what_is_serious_reaches_the_heads_and_what_is_escalated_the_lead_too__INT_7_DSP_9(world, now, told):
    heads = [(name, "serious") for name in ("manager", "supervisor")]
    found = told(lambda: new_ticket(world, now, severity=Severity.SERIOUS))
    assert [each[:2] for each in found] == heads
    assert told(lambda: new_ticket(world, now, another_matter=True)) == []
    complaint = new_complaint(world, now)
    call = Call(world.session, world.actor("clerk"), now)
    found = told(lambda: complaints.amend(call, [complaint], severity=Severity.SERIOUS).one())
    assert [each[:2] for each in found] == heads
    ticket = ticket_in(world, TicketStatus.DISPATCHED, now - HOUR)
    found = told(lambda: do(world, "escalate", ticket, now, by="clerk", reason="要换主管").one())
    assert found == [(name, "escalated", "tickets", ticket.id) for name in ("lead", "supervisor")]


@pytest.mark.parametrize("named", [False, True])
def test_a_complaint_reaches_its_handler_its_department_and_the_head_who_is_named__DSP_3(world, now, told, named):
    team = world.teams[Department.ENGINEERING] if named else None
    complaint = new_complaint(world, now, team_id=team.id if team else None)
    found = told(lambda: do(world, "assign", complaint, now, by="clerk2").one())
    assert found == [
        ("clerk", "new_job", "complaints", complaint.id),
        ("lead", "complaint", "complaints", complaint.id),
        ("supervisor", "complaint", "complaints", complaint.id),
    ]


def test_measures_reach_whoever_is_to_take_them__CMP_3_CMP_13(world, now, told):
    complaint = complaint_in(world, ComplaintStatus.INVESTIGATING, now - HOUR)
    said = {"cause": "老化", "measures": "换控制板", "measures_due_at": now + DAY}
    said["measures_by"] = world.person("technician")
    call = Call(world.session, world.actor("supervisor"), now)
    found = told(lambda: complaints.write_formal_record(call, [complaint], **said).one())
    assert found == [("technician", "measures", "complaints", complaint.id)]
    assert told(lambda: write_review(world, complaint, now).one()) == [("lead", "measures", "complaints", complaint.id)]


def test_who_did_the_work_and_the_lead_hear_that_the_resident_is_not_satisfied__FUP_2(world, now, told):
    job, other = (ticket_in(world, TicketStatus.IN_PROGRESS, now - HOUR) for _ in range(2))
    for each in (job, other):
        do(world, "finish", each, now - HOUR, by="technician").one()
    follow_up = follow_up_of(world, job)
    asked: dict[str, Any] = {"by": "clerk2", "words": "还在滴水"}
    found = told(lambda: attempt(world, follow_up, now, AttemptOutcome.NOT_SATISFIED, **asked).one())
    assert found == [(name, "dissatisfied", "tickets", job.id) for name in ("lead", "technician")]
    pleased = told(lambda: attempt(world, follow_up_of(world, other), now, AttemptOutcome.SATISFIED, by="clerk2").one())
    assert pleased == []


@pytest.mark.parametrize(("verb", "kind"), [("approve", "approval_granted"), ("refuse", "approval_refused")])
def test_an_approval_is_told_to_who_decides_and_then_to_who_asked__KEY_3(world, now, told, verb, kind):
    draft = keys.KeyDraft(world.estate.id, KeyOrigin.ENTRUSTED, "A-1", "S-1", unit_id=world.units[0].id)
    (key,) = keys.register(Call(world.session, world.actor("clerk"), now - HOUR), [draft]).all()
    rows: list[Any] = []

    def request():
        asked = [keys.ApprovalDraft(key.id, BorrowerKind.OTHER, "看房", "甲")]
        rows.extend(keys.request(Call(world.session, world.actor("clerk"), now), asked).all())

    asked = told(request)
    assert [each[:3] for each in asked] == [("supervisor", "approval_requested", "key_approvals")]
    decide = Call(world.session, world.actor("supervisor"), now + MINUTE, reason="不行")
    assert told(lambda: getattr(keys, verb)(decide, rows).one()) == [("clerk", kind, "key_approvals", rows[0].id)]


def test_what_was_decided_or_closed_waits_for_nobody_any_more__INT_14(world, now):
    def waiting():
        found = world.session.execute(select(Told.register, Told.kind).where(UNSEEN).order_by(Told.id))
        return [(register, kind.value) for register, kind in found]

    draft = keys.KeyDraft(world.estate.id, KeyOrigin.ENTRUSTED, "A-1", "S-1", unit_id=world.units[0].id)
    clerk, supervisor = (Call(world.session, world.actor(name), now) for name in ("clerk", "supervisor"))
    (key,) = keys.register(clerk, [draft]).all()
    asked = [keys.ApprovalDraft(key.id, BorrowerKind.OTHER, "看房", name) for name in ("甲", "乙")]
    first, _second = keys.request(clerk, asked).all()
    ticket = new_ticket(world, now, severity=Severity.SERIOUS)
    requested, serious = ("key_approvals", "approval_requested"), [("tickets", "serious")] * 2
    assert waiting() == [requested, requested, *serious]
    keys.approve(supervisor, [first]).one()
    tickets.comment(clerk, [ticket], body="等回电").one()
    assert waiting() == [requested, *serious, ("key_approvals", "approval_granted")]
    do(world, "cancel", ticket, now, by="clerk").one()
    assert waiting() == [requested, ("key_approvals", "approval_granted")]


def test_a_preview_tells_nobody_and_a_batch_is_told_with_one_statement(world, now, told):
    team, technician = world.teams[Department.ENGINEERING], world.person("technician")
    drafts = [ticket_draft(world, summary=f"灯{number}") for number in range(3)]
    jobs = tickets.register(Call(world.session, world.actor("clerk"), now), drafts).all()
    given = {"team": team, "assignee": technician}
    ahead = Call(world.session, world.actor("clerk"), now, preview=True)
    assert told(lambda: tickets.dispatch(ahead, jobs, **given).all()) == []
    written = []

    def count(_connection, _cursor, statement, *_more):
        written.extend([statement] if statement.startswith("INSERT INTO told") else [])

    engine = world.session.connection().engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        found = told(lambda: tickets.dispatch(Call(world.session, world.actor("clerk"), now), jobs, **given).all())
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert found == [("technician", "new_job", "tickets", job.id) for job in jobs]
    assert len(written) == 1
    causes = world.session.scalars(select(Told.cause).order_by(Told.record_id)).all()
    query = select(Event.id).where(Event.verb == "dispatch", Event.record_id.in_([job.id for job in jobs]))
    assert causes == [f"event:{number}" for number in world.session.scalars(query.order_by(Event.record_id))]


def test_what_was_told_of_a_record_goes_with_it_and_keeps_nobody_from_deleting_it__JOB_1(world, now, told):
    ticket = new_ticket(world, now, severity=Severity.SERIOUS)
    assert told() != []
    tickets.delete(Call(world.session, world.actor("manager"), now), [ticket]).one()
    assert (told(), world.session.get(Ticket, ticket.id)) == ([], None)


def test_who_works_elsewhere_is_told_nothing(world, now, told):
    role = world.actor("stranger").roles_in(None)
    assert role
    make_person(world.session, world.other, "elsewhere", "何二", next(iter(role)), None)
    assert {each[0] for each in told(lambda: new_ticket(world, now, severity=Severity.SERIOUS))} == {
        "manager",
        "supervisor",
    }

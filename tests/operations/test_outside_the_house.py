"""What others owe a job: a decision on what is lacking, an authority's answer (DSP-9), a contractor's work (JOB-9)."""

import pytest
from sqlalchemy import select

from models.call import Call
from models.errors import OperationRefused
from models.matters import Comment
from models.operations import tickets
from models.operations.limits import tell_limits, to_tell
from models.personal import keyring_of
from models.tickets import TicketStatus as S
from models.told import Told
from tests.operations.walks import DAY, HOUR, MINUTE, do, new_ticket, refusal, running, ticket_in


@pytest.fixture
def world(rolled_back):
    return rolled_back


@pytest.fixture
def job(world, now):
    return ticket_in(world, S.IN_PROGRESS, now)


def told(world, kind):
    people = {person.id: name for name, person in world.staff.items()}
    rows = world.session.scalars(select(Told).order_by(Told.id))
    return sorted(people[row.staff_id] for row in rows if row.kind.value == kind)


def test_what_is_lacking_goes_to_both_heads_at_once_and_is_overdue_until_one_decides__DSP_9(world, now, job):
    then = now + HOUR
    assert refusal(do(world, "decide", job, then, decision="加人")).rule == "DSP-9"
    do(world, "escalate", job, then, by="clerk", reason="缺一台水泵").one()
    assert told(world, "escalated") == ["lead", "supervisor"]
    assert running(world, job)["escalation"] == then + DAY
    late = Call(world.session, world.actor("clerk"), then + DAY + MINUTE)
    for ids in to_tell(world.session, late.now):
        tell_limits(late, ids)
    assert "lead" in told(world, "missed"), "nothing happened"
    assert refusal(do(world, "decide", job, then + DAY, decision=" ")).field == "decision"
    do(world, "decide", job, then + DAY + HOUR, by="lead", decision="从二期调一台").one()
    assert "escalation" not in running(world, job)
    assert told(world, "answered") == ["clerk", "technician"]
    words = select(Comment.body).where(Comment.ticket_id == job.id).order_by(Comment.id)
    assert world.session.scalars(words).all() == ["缺一台水泵", "从二期调一台"]


def submitted(world, at, row, **changes):
    fair = {"submitted_to": "燃气公司", "submission": "申请停气检修", "until": at + 3 * DAY}
    return do(world, "submit", row, at, by="clerk", **(fair | changes))


def test_a_submission_has_a_text_a_writer_a_date_and_waits_for_its_answer__DSP_9(world, now, job):
    then = now + HOUR
    for field in ("submitted_to", "submission"):
        assert refusal(submitted(world, then, job, **{field: " "})).field == field
    assert refusal(submitted(world, then, job, until=then)).rule == "INT-14"
    assert refusal(do(world, "note_answer", job, then, authority_answer="同意")).rule == "DSP-9"
    submitted(world, then, job).one()
    written = (job.submitted_to, job.submission, job.submitted_at, job.submitted_by_id)
    assert written == ("燃气公司", "申请停气检修", then, world.person("clerk").id)
    do(world, "wait", job, then + MINUTE, until=then + 5 * DAY).one()
    assert job.due_at == running(world, job)["authority-answer"] == then + 3 * DAY, "it does not stand still"
    do(world, "note_answer", job, then + DAY, authority_answer="同意，周五停气").one()
    assert (job.authority_answer, job.authority_answered_at) == ("同意，周五停气", then + DAY)
    assert "authority-answer" not in running(world, job)
    assert "technician" in told(world, "answered")
    submitted(world, then + 2 * DAY, job, submission="再申请一天").one()
    assert (job.authority_answer, tickets.awaits_answer(job)) == (None, True), "a further one waits anew"


def given(world, at, row, **changes):
    fair = {
        "outside_party": "蓉通电梯",
        "outside_contact": "刘工",
        "outside_phone": "13900001111",
        "until": at + 2 * DAY,
    }
    return do(world, "give_outside", row, at, by="clerk", **(fair | changes))


def test_a_job_of_an_outside_party_stays_ours_to_follow_with_all_its_clocks__JOB_9(world, now, job):
    then, before = now + HOUR, set(running(world, job))
    given(world, then, job).one()
    assert (job.status, job.outside_party, job.outside_contact) == (S.IN_PROGRESS, "蓉通电梯", "刘工")
    assert "13900001111" not in job.outside_phone
    assert keyring_of(world.session).readable(job.outside_phone) == "13900001111"
    assert set(running(world, job)) == before | {"outside-party"}
    assert running(world, job)["outside-party"] == then + 2 * DAY
    assert refusal(given(world, then, job)).values["party"] == "蓉通电梯"
    do(world, "outside_done", job, then + DAY, said="换了曳引绳").one()
    assert (job.outside_done_at, job.status) == (then + DAY, S.IN_PROGRESS)
    assert "outside-party" not in running(world, job)
    assert refusal(do(world, "outside_done", job, then + DAY, said="又")).rule == "JOB-9"


def test_what_an_outside_party_does_not_do_is_taken_back_with_the_reason__JOB_9(world, now, job):
    given(world, now + HOUR, job).one()
    assert refusal(do(world, "take_back_outside", job, now + DAY, reason="")).field == "reason"
    do(world, "take_back_outside", job, now + DAY, reason="一直没来").one()
    assert (job.outside_party, job.outside_phone, job.outside_at) == (None, None, None)
    assert "outside-party" not in running(world, job)
    given(world, now + DAY, job, outside_party="另一家").one()
    do(world, "finish", job, now + DAY + HOUR).one()
    assert job.outside_done_at == now + DAY + HOUR, "who finishes the job says that they are done"


@pytest.mark.parametrize(
    ("changes", "rule", "field"),
    [
        ({"outside_party": " "}, "JOB-9", "outside_party"),
        ({"until": None}, "INT-14", "until"),
    ],
)
def test_an_outside_party_needs_a_name_a_date_and_a_phone_that_can_be_dialled__JOB_9(
    world, now, job, changes, rule, field
):
    changes = {name: now if value is None else value for name, value in changes.items()}
    said = refusal(given(world, now + HOUR, job, **changes))
    assert (said.rule, said.field, job.outside_party) == (rule, field, None)
    with pytest.raises(OperationRefused, match="JOB-9: This is not a phone number"):
        given(world, now + HOUR, job, outside_phone="没有电话")


def test_what_is_not_dispatched_goes_to_no_outside_party__JOB_9(world, now):
    assert refusal(given(world, now, new_ticket(world, now))).rule == "JOB-9"

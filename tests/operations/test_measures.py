"""The corrective measures of a formal record are a date of their complaint (CMP-3, INT-14)."""

import pytest
from sqlalchemy import delete, select

from models import reports
from models.audits import FindingKind
from models.call import Call
from models.complaints import MEASURES, Complaint, ComplaintStatus
from models.matters import ClockRun
from models.operations.undated import date_undated
from tests.guards_off import guards_off
from tests.operations.audits import of_kind, only
from tests.operations.walks import DAY, HOUR, MINUTE, complaint_in, do, running


@pytest.fixture
def world(rolled_back):
    return rolled_back


def with_measures(world, now, until, status=ComplaintStatus.AGREED):
    complaint = complaint_in(world, status, now)
    write_record(world, complaint, now, until)
    return complaint


def write_record(world, complaint, now, until):
    words = {"cause": "控制板老化", "measures": "更换并每月检查", "measures_by": world.person("lead")}
    do(world, "write_formal_record", complaint, now, measures_due_at=until, **words).one()


def missed(world, now):
    return list(world.session.scalars(select(Complaint.id).where(reports.missed(Complaint, MEASURES, now))))


def test_measures_are_due_by_their_date_and_then_a_finding__CMP_3(world, now):
    complaint = with_measures(world, now, now + 7 * DAY)
    assert running(world, complaint)[MEASURES] == now + 7 * DAY
    late = of_kind(world, now + 7 * DAY - MINUTE, FindingKind.PAST_CLOCK)
    assert {finding["rule"] for finding in late} == {"CMP-10"}
    finding = only(world, now + 7 * DAY + MINUTE, FindingKind.PAST_CLOCK, rule="CMP-3")
    assert finding["number"] == complaint.number
    do(world, "carry_out", complaint, now + 7 * DAY + 2 * MINUTE).one()
    assert missed(world, now + 8 * DAY) == [complaint.id]


def test_another_date_for_the_measures_moves_it_and_one_that_was_missed_stays_missed__CMP_3(world, now):
    early, late = (with_measures(world, now, now + DAY) for _ in range(2))
    write_record(world, early, now + HOUR, now + 3 * DAY)
    write_record(world, late, now + DAY + MINUTE, now + 3 * DAY)
    for complaint in (early, late):
        assert running(world, complaint)[MEASURES] == now + 3 * DAY
        do(world, "carry_out", complaint, now + 2 * DAY).one()
        assert MEASURES not in running(world, complaint)
    assert missed(world, now + 4 * DAY) == [late.id]


def test_what_is_put_right_has_a_date_again__CMP_3(world, now):
    ahead, over = (with_measures(world, now, now + left * DAY) for left in (3, 1))
    for complaint in (ahead, over):
        do(world, "carry_out", complaint, now).one()
        do(world, "put_right", complaint, now + 2 * DAY).one()
    assert running(world, ahead)[MEASURES] == now + 3 * DAY
    assert running(world, over)[MEASURES] == now + 9 * DAY


def test_measures_of_before_such_clocks_get_their_date_once__INT_14(world, now):
    undated, carried_out = (with_measures(world, now, now + 3 * DAY) for _ in range(2))
    do(world, "carry_out", carried_out, now).one()
    with guards_off(world.session.connection()):
        world.session.execute(delete(ClockRun).where(ClockRun.complaint_id.is_not(None)))
    undated.due_at = carried_out.due_at = now
    world.session.flush()
    for later in (4 * DAY, 5 * DAY):
        date_undated(Call(world.session, world.actor("system"), now + later), [world.estate, world.other])
    world.session.expire_all()
    assert (undated.due_at, carried_out.due_at) == (now + 3 * DAY, now + 7 * DAY)
    assert missed(world, now + 5 * DAY) == [undated.id]

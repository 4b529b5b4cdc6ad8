"""Two weeks of the desk's life by its verbs: at the end each matter is closed or stands on the last audit (INT-14)."""

import datetime

import pytest
from sqlalchemy import select

from models.audits import AuditFinding, AuditLine
from models.call import Call
from models.complaints import Complaint, ComplaintNature, ComplaintStatus
from models.follow_ups import AttemptOutcome
from models.matters import Severity
from models.operations import audits, staff, timekeeping
from models.staff import Department
from models.tickets import CHARGE_PAID, Acceptance, Ticket, TicketKind, TicketStatus, WaitingReason
from models.told import Told, ToldKind
from tests.calling import called
from tests.operations.audits import run
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
    running,
    satisfied,
    ticket_in,
    write_review,
)

EVENING = datetime.timedelta(hours=13)
"""From the desk's morning to its daily audit, late in the evening."""


@pytest.fixture
def world(rolled_back):
    return rolled_back


def take_stock(world, evening, *, signed=True):
    """The audit of the day; each overdue finding gets its next step, and a supervisor signs."""
    today = run(world, evening).one()
    lines = world.session.scalars(
        select(AuditLine).where(AuditLine.run_id == today.id, AuditLine.overdue.is_(True), AuditLine.note.is_(None))
    ).all()
    call = Call(world.session, world.actor("supervisor"), evening)
    if lines:
        audits.note(call, lines, note="已联系，按期限办", until=evening + 2 * DAY).all()
    if signed:
        called(audits.sign_off, world.session, [today], actor=world.actor("supervisor"), now=evening + MINUTE).one()
    return today


def open_matters(world):
    found = [
        *world.session.scalars(select(Ticket).where(Ticket.status.in_(Ticket.open_statuses))),
        *world.session.scalars(select(Complaint).where(Complaint.status.in_(Complaint.open_statuses))),
    ]
    for matter in found:
        world.session.refresh(matter)
    return found


def keep_time(world, now):
    """What ``frontdesk work`` does at that instant."""
    for task in timekeeping.TASKS:
        for piece in list(task.pieces(world.session, now)):
            task.do(Call(world.session, world.actor("system"), now), piece)


def test_after_two_weeks_each_matter_is_closed_or_on_the_last_audit_with_person_date_and_reason__INT_14(world, now):
    morning = now.replace(hour=1, minute=0)  # nine by the estate's clock

    def day(number, hours=0):
        return morning + number * DAY + hours * HOUR

    # A call that goes well, a burst pipe, a resident who is absent, a charge that is not paid.
    well = ticket_in(world, TicketStatus.DONE, day(0))
    do(world, "close", well, day(0, 2)).one()
    team, technician = world.teams[Department.ENGINEERING], world.person("technician")
    burst = new_ticket(world, day(0), kind=TicketKind.EMERGENCY, team_id=team.id, summary="水管爆裂")
    absent = ticket_in(world, TicketStatus.ACCEPTED, day(0))
    do(
        world,
        "wait",
        absent,
        day(0, 1),
        waiting_reason=WaitingReason.RESIDENT_ABSENT,
        note="等了五分钟，留了条",
        until=day(20),
    ).one()
    unpaid = ticket_in(world, TicketStatus.IN_PROGRESS, day(0))
    do(world, "charge", unpaid, day(0, 1), amount_fen=8000, agreed=True).one()
    do(world, "finish", unpaid, day(0, 2)).one()
    do(world, "take_slip_back", unpaid, day(0, 3)).one()
    satisfied(world, unpaid, day(0, 6))
    take_stock(world, day(0) + EVENING)
    do(world, "accept", burst, day(1)).one()
    do(world, "start", burst, day(1)).one()
    do(world, "finish", burst, day(1, 2), acceptance=Acceptance.SIGNED).one()
    do(world, "take_slip_back", burst, day(1, 3)).one()
    keep_time(world, day(1, 4))
    take_stock(world, day(1) + EVENING)
    # Nobody is satisfied with the pipe, so it is open again.
    attempt(world, follow_up_of(world, burst), day(2), AttemptOutcome.NOT_SATISFIED, words="还在滴水").one()
    # A serious complaint, and one that waits for an authority.
    serious = complaint_in(world, ComplaintStatus.INVESTIGATING, day(2), severity=Severity.SERIOUS)
    noise = new_complaint(world, day(2), summary="工地夜间施工")
    do(world, "classify", noise, day(2), nature=ComplaintNature.VALID).one()
    do(world, "assign", noise, day(2)).one()
    take_stock(world, day(2) + EVENING)
    # The handler of the pipe leaves; what was his goes to a colleague.
    for row in (burst, unpaid, absent):
        world.session.refresh(row)
    leaver = technician
    assert burst.assignee_id == leaver.id
    leaving = called(
        staff.disable,
        world.session,
        [leaver],
        actor=world.actor("manager"),
        now=day(3),
        hand_over_to=[world.person("technician2"), world.person("lead")],
    )
    assert leaving.done, leaving.refused
    for number in range(3, 12):
        keep_time(world, day(number, 6))
        take_stock(world, day(number) + EVENING)
        if number == 5:
            for verb in ("propose", "agree", "carry_out"):
                do(world, verb, serious, day(6)).one()
            do(world, "sign_slip", serious, day(6), by="lead").one()
            do(world, "take_slip_back", serious, day(6), complete=True).one()
            satisfied(world, serious, day(6, 1))
            write_review(world, serious, day(6, 2)).one()
    last = take_stock(world, day(12) + EVENING)

    left = {(matter.__tablename__, matter.id): matter for matter in open_matters(world)}
    assert {matter.number for matter in left.values()} >= {burst.number, absent.number, unpaid.number, noise.number}
    assert well.status is TicketStatus.CLOSED
    on_audit = select(
        AuditFinding.register, AuditFinding.record_id, AuditLine.owner_id, AuditLine.overdue, AuditLine.note
    )
    lines = world.session.execute(
        on_audit.join(AuditLine, AuditLine.finding_id == AuditFinding.id).where(AuditLine.run_id == last.id)
    ).all()
    for key, matter in left.items():
        of_matter = [line for line in lines if (line.register, line.record_id) == key]
        assert of_matter, f"{matter.number} is on no list"
        assert {line.owner_id for line in of_matter} - {leaver.id, None}, matter.number
        assert matter.due_at is not None, matter.number
        is_late = matter.due_at <= day(12) + EVENING
        assert not is_late or any(line.overdue and line.note for line in of_matter), matter.number
    assert all(line.note for line in lines if line.overdue)
    assert running(world, unpaid)[CHARGE_PAID] <= day(4)
    missed = select(Told.cause, Told.staff_id).where(Told.kind == ToldKind.MISSED)
    told = world.session.execute(missed).all()
    assert told
    assert len(told) == len(set(told)), "once each"

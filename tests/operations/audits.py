"""Run audits and look at what they found; things outside of the verbs under test are put in plainly."""

from sqlalchemy import func, select, update

from models.audits import AuditFinding, AuditLine
from models.keys import BorrowerKind, Key, KeyLoan, KeyOrigin
from models.matters import Severity
from models.operations import audits
from models.passes import PassKind, VisitorPass
from models.tickets import TicketStatus
from tests.calling import called
from tests.operations.walks import (
    DAY,
    HOUR,
    do,
    new_complaint,
    new_ticket,
    ticket_in,
)


def run(world, now, by="clerk", **arguments):
    return called(audits.run, world.session, [world.estate], actor=world.actor(by), now=now, **arguments)


def audit(world, now, by="clerk"):
    """The document of today's audit of the one estate."""
    found = audits.document(world.session, [run(world, now, by).one()])
    (document,) = found["audits"]
    return document


def of_kind(world, now, kind, by="clerk"):
    return [finding for finding in audit(world, now, by)["findings"] if finding["kind"] == kind.value]


def only(world, now, kind, *, rule=None):
    """The one finding of that kind; of several rules, the one of *rule*."""
    (finding,) = [finding for finding in of_kind(world, now, kind) if rule in (None, finding["rule"])]
    return finding


def lines(world, **conditions):
    query = select(AuditLine).join(AuditFinding, AuditFinding.id == AuditLine.finding_id).order_by(AuditLine.id)
    return world.session.scalars(query.filter_by(**conditions)).all()


def lend_key(world, now, due_at, **columns):
    key = Key(
        estate_id=world.estate.id,
        number=f"K-{due_at:%d%H%M}",
        place="配电房",
        hook=f"A-{due_at:%d%H%M}",
        origin=KeyOrigin.COMMON,
        received_at=now,
    )
    world.session.add(key)
    world.session.flush()
    loan = KeyLoan(
        estate_id=world.estate.id,
        key_id=key.id,
        borrower_kind=BorrowerKind.DEVELOPER_SALES,
        borrower_name="孙销售",
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


def everything(world, now):
    """One of each kind of finding, as of the day after *now*."""
    ticket_in(world, TicketStatus.DISPATCHED, now, reporter_phone=None)
    new_complaint(world, now, severity=Severity.SERIOUS, heard_at=now - DAY)
    do(world, "finish", ticket_in(world, TicketStatus.IN_PROGRESS, now), now).one()
    lend_key(world, now, now + HOUR)
    lost = lend_key(world, now, now + DAY, lost_at=now)
    owed = {"origin": KeyOrigin.ENTRUSTED, "lost_at": now, "due_at": now + HOUR}
    owed["answerable_id"] = world.person("clerk").id
    world.session.execute(update(Key).where(Key.id == lost.key_id).values(owed))
    issue_pass(world, now, valid_until=now + HOUR)
    columns = {"kind": PassKind.WORKER, "permit_until": now + 9 * DAY, "deposit_fen": 5000, "handed_in_at": now}
    issue_pass(world, now, number="W-1", code="BBBB-2222", **columns)
    late = ticket_in(world, TicketStatus.DISPATCHED, now + 2 * HOUR)
    do(world, "accept", late, now + DAY).one()
    new_ticket(world, now + DAY, desk_owner=world.person("clerk2"))
    world.person("clerk2").disabled_at = now + DAY
    world.session.flush()


def count(world, model):
    return world.session.scalar(select(func.count()).select_from(model))

"""At least one record in each register of a world, made by the verbs; and one ticket in the other estate."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from models.call import Call
from models.complaints import ComplaintCategory
from models.events import Event
from models.keys import BorrowerKind, KeyOrigin
from models.operations import audits, complaints, contacts, keys, settings, tickets
from models.session import DeskSession
from models.staff import Department
from models.tickets import Acceptance, TicketKind
from tests.factories import World
from tests.registers import tried

HOUR = datetime.timedelta(hours=1)


@dataclass
class Records:
    """Ids by register; ``foreign_ticket`` belongs to the other estate."""

    ids: dict[str, int] = field(default_factory=dict)
    tickets: list[int] = field(default_factory=list)
    foreign_ticket: int = 0
    team: int = 0
    unit: int = 0


def make_records(session: DeskSession, world: World, now: datetime.datetime, tickets_made: int = 6) -> Records:
    """Write the records; the caller commits."""
    clerk = world.actor("clerk")
    settings.provide_defaults(Call(session, world.actor("system"), now - 9 * HOUR), world.estate)
    made = Records(team=world.teams[Department.ENGINEERING].id, unit=world.units[0].id)
    jobs = make_tickets(session, world, now - 5 * HOUR, tickets_made)
    made.tickets = [job.id for job in jobs]
    made.ids["tickets"] = made.tickets[0]
    finish_ticket(session, world, jobs[0], now - 4 * HOUR)
    stranger = world.actor("stranger")
    draft = tickets.TicketDraft(estate_id=world.other.id, summary="elsewhere", place="gate", reporter_name="何")
    made.foreign_ticket = tickets.register(Call(session, stranger, now - HOUR), [draft]).all()[0].id
    make_other_registers(session, world, now, made)
    (run,) = audits.run(Call(session, clerk, now - HOUR / 2), [world.estate]).all()
    made.ids["audits"] = run.id
    number = contacts.ContactDraft("13500135000", staff_id=world.person("technician").id)
    contacts.register(Call(session, world.actor("manager"), now - HOUR), [number]).all()
    made.ids |= {
        "units": world.units[0].id,
        "teams": made.team,
        "staff": world.person("technician").id,
        "estates": world.estate.id,
        "residents": world.residents[0].id,
        "resident_contacts": 1,
        "staff_contacts": 1,
        "occupancies": 1,
        "follow_ups": 1,
        "events": session.scalars(select(Event.id).where(Event.register == "audit_runs")).one(),
    }
    return made


def make_tickets(session: DeskSession, world: World, now: datetime.datetime, count: int) -> list[Any]:
    """Repairs of the world's units, each another matter, with phone numbers."""
    drafts = [
        tickets.TicketDraft(
            estate_id=world.estate.id,
            kind=TicketKind.REPAIR,
            summary=f"漏水 {number}",
            unit_id=world.units[number % len(world.units)].id,
            resident_id=world.residents[number % 2].id,
            reporter_name="张女士",
            reporter_phone="13812345678",
            another_matter=True,
        )
        for number in range(count)
    ]
    return list(tickets.register(Call(session, world.actor("clerk"), now), drafts).all())


def finish_ticket(session: DeskSession, world: World, ticket: Any, now: datetime.datetime) -> None:
    """Dispatched, accepted, started and finished, which leaves a follow-up to be made."""
    team, technician = world.teams[Department.ENGINEERING], world.person("technician")
    clerk, worker = world.actor("clerk"), world.actor("technician")
    tickets.dispatch(Call(session, clerk, now), [ticket], team=team, assignee=technician).one()
    tickets.accept(Call(session, worker, now), [ticket]).one()
    tickets.start(Call(session, worker, now), [ticket]).one()
    signed = Acceptance.SIGNED
    tickets.finish(Call(session, worker, now), [ticket], result="换了垫片", acceptance=signed).one()


def make_other_registers(session: DeskSession, world: World, now: datetime.datetime, made: Records) -> None:
    """A complaint, keys with loan and request, and what has a module of its own."""
    clerk = world.actor("clerk")
    complaint = complaints.ComplaintDraft(
        estate_id=world.estate.id,
        summary="夜间噪音",
        unit_id=world.units[1].id,
        reporter_name="刘女士",
        category=ComplaintCategory.NEIGHBOUR_DISPUTE,
    )
    made.ids["complaints"] = complaints.register(Call(session, clerk, now - 3 * HOUR), [complaint]).all()[0].id
    cut = [
        keys.KeyDraft(
            estate_id=world.estate.id,
            origin=KeyOrigin.RECTIFICATION,
            hook=f"A{number}",
            seal=f"S{number}",
            unit_id=world.units[0].id,
        )
        for number in range(3)
    ]
    first, second, _third = keys.register(Call(session, clerk, now - 3 * HOUR), cut).all()
    made.ids["keys"] = first.id
    loan = keys.LoanDraft(
        key_id=first.id,
        borrower_kind=BorrowerKind.OWNER,
        borrower_name="张伟",
        borrower_phone="13800138000",
        borrower_resident_id=world.residents[0].id,
        identity_checked=True,
        signed=True,
        purpose="看房",
    )
    made.ids["key_loans"] = keys.lend(Call(session, clerk, now - 2 * HOUR), [loan]).all()[0].id
    request = keys.ApprovalDraft(
        key_id=second.id, borrower_kind=BorrowerKind.OTHER, borrower_name="李工", purpose="量尺寸"
    )
    made.ids["key_approvals"] = keys.request(Call(session, clerk, now - 2 * HOUR), [request]).all()[0].id
    made.ids |= {each.register: each.record(session, world, now) for each in tried()}

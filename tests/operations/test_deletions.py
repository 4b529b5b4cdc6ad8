"""Whatever a verb takes away is no finding of ``verify``: its events say that it went."""

import datetime

from sqlalchemy import select

from models.call import Call
from models.complaints import Complaint, ComplaintCategory
from models.estates import Unit
from models.keys import Key, KeyOrigin
from models.operations import complaints, contacts, estates, keys, passes, residents, settings, tickets
from models.outbox import ResidentKind, ResidentWay
from models.passes import PassKind, VisitorPass
from models.policy import permissions
from models.residents import Occupancy, OccupancyKind, Resident, ResidentContact
from models.settings import CalendarDay, Category, DayKind, WorkingHours
from models.staff import Department, StaffContact, Team
from models.tickets import Ticket
from models.without_event import rows_without_event

ELSEWHERE = {"key_loans", "key_approvals", "resident_contacts", "saved_views", "estates"}
"""Loans and consents go with an import (tests/operations/test_import_of_matters.py), numbers with their person;
no verb deletes an estate."""


def made_and_deleted(world, now):
    """Table -> how its last row, which it makes here, is deleted."""
    estate, unit, person = world.estate.id, world.units[3].id, world.residents[0].id
    call = Call(world.session, world.actor("manager"), now)
    colleague = world.person("technician").id
    tickets.register(call, [tickets.TicketDraft(estate, summary="x", place="gate", reporter_name="何")]).one()
    noise = ComplaintCategory.NEIGHBOUR_DISPUTE
    complaint = complaints.ComplaintDraft(estate, summary="x", unit_id=unit, reporter_name="刘", category=noise)
    complaints.register(call, [complaint]).one()
    keys.register(call, [keys.KeyDraft(estate, KeyOrigin.RECTIFICATION, hook="Z9", seal="Z", unit_id=unit)]).one()
    visitor = passes.PassDraft(
        estate,
        PassKind.VISITOR,
        holder_name="访客",
        phone="13700137000",
        purpose="拜访",
        identity_checked=True,
        badge_number="B1",
        safety_told=True,
        host_unit_id=unit,
        host_asked=True,
    )
    passes.issue(call, [visitor]).one()
    estates.register_units(call, [estates.UnitDraft(estate, "9-901")]).one()
    estates.register_teams(call, [Team(estate_id=estate, name="new", department=Department.FINANCE)]).one()
    stay = residents.OccupancyDraft(estate, unit, person, OccupancyKind.TENANT)
    residents.register_occupancy(call, [stay]).one()
    of_both = [contacts.ContactDraft("13500135000", staff_id=colleague)]
    contacts.register(call, of_both).one()
    residents.register(call, [residents.ResidentDraft(estate, "丙", phone="13800003333")]).one()
    number = select(ResidentContact.id).where(ResidentContact.resident_id == person)
    way = residents.WayDraft(estate, world.session.scalars(number).one(), [ResidentKind.DONE])
    residents.choose_way(call, [way]).one()
    settings.register_categories(call, [settings.CategoryDraft(estate, "new", "new")]).one()
    day = CalendarDay(estate_id=estate, day=now.date() + datetime.timedelta(days=9), kind=DayKind.OFF)
    settings.register_calendar_days(call, [day]).one()
    settings.register_working_hours(
        call, [WorkingHours(estate_id=estate, weekday=6, start_minute=60, end_minute=120)]
    ).one()
    return {
        Ticket: tickets.delete,
        Complaint: complaints.delete,
        Key: keys.delete,
        VisitorPass: passes.delete,
        Team: estates.delete_teams,
        Occupancy: residents.delete_occupancy,
        Unit: estates.delete_units,
        StaffContact: contacts.delete,
        Resident: residents.delete,
        ResidentWay: residents.drop_ways,
        Category: settings.delete_categories,
        CalendarDay: settings.delete_calendar_days,
        WorkingHours: settings.delete_working_hours,
    }


def test_no_row_that_a_verb_deleted_is_a_finding(rolled_back, now):
    session = rolled_back.session
    before = set(rows_without_event(session))
    deletions = made_and_deleted(rolled_back, now)
    numbers = set(session.scalars(select(ResidentContact.id)))
    allowed = {register for register, verbs in permissions().items() if "delete" in verbs}
    assert allowed - ELSEWHERE <= {model.__tablename__ for model in deletions}
    for model, delete in deletions.items():
        row = session.scalars(select(model).order_by(model.id.desc()).limit(1)).one()
        identity = row.id
        delete(Call(session, rolled_back.actor("manager"), now), [row]).one()
        assert session.scalar(select(model.id).where(model.id == identity)) is None
    assert len(numbers - set(session.scalars(select(ResidentContact.id)))) == 1, "numbers go with their person"
    # Of the clocks, which count anew without those days and hours, the small world has no event of their beginning.
    lines = {line for line in rows_without_event(session) if line not in before}
    assert {line for line in lines if not line.startswith("clocks ")} == set()

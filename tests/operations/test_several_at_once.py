"""What one call does to several records, of one estate or of two, it does to each, and tells of each."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert, select

from models.call import Call
from models.complaints import Complaint, ComplaintStatus
from models.events import Event
from models.operations import complaints, contacts, residents, settings, tickets
from models.personal import keyring_of
from models.residents import ResidentContact
from models.settings import CalendarDay
from models.staff import StaffAssignment, actor_for
from tests.operations.walks import complaint_in


@pytest.fixture
def desk(session, world, now):
    """A clerk who works in both estates."""
    clerk = world.person("clerk")
    there = StaffAssignment(estate_id=world.other.id, staff_id=clerk.id, role="clerk")
    session.add(there)
    session.flush()
    estates = (world.estate, world.estate, world.other)
    return SimpleNamespace(session=session, world=world, now=now, estates=estates, actor=actor_for(session, clerk))


def drafts(desk: Any, kind: type[Any]) -> list[Any]:
    """Two in one estate and one in the other, each another matter."""
    places = zip(desk.estates, ("大门", "花园", "车库"), strict=True)
    return [kind(estate_id=estate.id, summary=place, place=place, reporter_name="李") for estate, place in places]


@pytest.mark.parametrize(("verbs", "kind"), [(tickets, tickets.TicketDraft), (complaints, complaints.ComplaintDraft)])
def test_matters_of_two_estates_are_registered_together_each_with_a_number_of_its_estate__INT_3(desk, verbs, kind):
    made = verbs.register(Call(desk.session, desk.actor, desk.now), drafts(desk, kind)).all()
    assert [(row.summary, row.estate_id) for row in made] == [
        (draft.summary, draft.estate_id) for draft in sorted(drafts(desk, kind), key=lambda draft: draft.estate_id)
    ]
    assert [row.number[-3:] for row in made] == ["001", "002", "001"]
    again = verbs.register(Call(desk.session, desk.actor, desk.now), [_another(draft) for draft in drafts(desk, kind)])
    assert [row.number[-3:] for row in again.all()] == ["003", "004", "002"]
    events = select(Event.record_id).where(Event.register == made[0].__tablename__, Event.verb == "register")
    assert sorted(desk.session.scalars(events)) == sorted(row.id for row in [*made, *again.done])


def test_archived_complaints_of_two_estates_are_reopened_together_each_in_its_own__CMP_8(desk):
    old = complaint_in(desk.world, ComplaintStatus.ARCHIVED, desk.now)
    told = {column.name: getattr(old, column.name) for column in Complaint.__table__.columns if column.computed is None}
    told |= {"estate_id": desk.world.other.id, "unit_id": None, "resident_id": None, "team_id": None, "place": "大门"}
    del told["id"]
    desk.session.execute(insert(Complaint), [told | {"number": "C261118-009"}])
    archived = list(desk.session.scalars(select(Complaint).order_by(Complaint.estate_id)))
    made = complaints.reopen_as_new(Call(desk.session, desk.actor, desk.now, reason="又停了"), archived).all()
    assert [(row.previous_id, row.estate_id) for row in made] == [(row.id, row.estate_id) for row in archived]


def _another(draft: Any) -> Any:
    draft.summary, draft.another_matter = f"{draft.summary} 2", True
    return draft


def test_numbers_of_several_people_are_written_kept_and_taken_away_for_each__RES_1(desk):
    people = desk.world.residents
    rows = select(ResidentContact.resident_id, ResidentContact.note).order_by(ResidentContact.resident_id)

    def amend(phone: str | None) -> list[tuple[int, str | None]]:
        residents.amend(Call(desk.session, desk.actor, desk.now), people, phone=phone).all()
        return [tuple(row) for row in desk.session.execute(rows)]

    first, second = (person.id for person in people)
    assert amend("13911112222 / 13911113333") == [(first, None)] * 2 + [(second, None)] * 2
    assert amend("13911112222（家里）") == [(first, "家里"), (second, "家里")]
    assert amend("13911112222（单位）") == [(first, "家里；单位"), (second, "家里；单位")]
    assert amend(None) == []


def test_number_and_note_of_a_contact_are_changed_in_one_step__RES_1(desk):
    call, person = Call(desk.session, desk.actor, desk.now), desk.world.residents[0]
    residents.amend(call, [person], phone="13911112222").one()
    (contact,) = desk.session.scalars(select(ResidentContact).where(ResidentContact.resident_id == person.id))
    contacts.amend(call, [contact], value="13911113333", note="单位").one()
    assert (keyring_of(desk.session).decrypt(contact.value), contact.note) == ("13911113333", "单位")


def test_official_days_reach_each_of_several_estates__SET_1(desk):
    chosen = [desk.world.estate, desk.world.other]
    settings.provide_official_days(Call(desk.session, desk.world.actor("system"), desk.now), chosen)
    days = {
        estate.id: set(desk.session.scalars(select(CalendarDay.day).where(CalendarDay.estate_id == estate.id)))
        for estate in chosen
    }
    assert days[chosen[0].id] == days[chosen[1].id]
    years = {day.year for day in days[chosen[0].id]}
    assert desk.now.year in years
    assert len(days[chosen[0].id]) > 30

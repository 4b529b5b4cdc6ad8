"""Every field for a phone refuses what is none, at the field and with a sentence, and keeps what can be dialled."""

from typing import Any

import pytest
from sqlalchemy import func, select

from models.call import Call
from models.complaints import Complaint
from models.errors import OperationRefused
from models.keys import KeyLoan
from models.operations import complaints, contacts, keys, passes, residents, tickets
from models.passes import VisitorPass
from models.personal import keyring_of
from models.residents import Resident, ResidentContact
from models.staff import StaffContact
from models.tickets import Ticket

NO_PHONES = ("138****2222", "无", "****13", "1390", "1390000111122")
DIALLED = {"(021) 5550 1235 转 803": "02155501235-803", "+852 9123 4567": "+85291234567"}
AMENDED: dict[str, tuple[tuple[Any, Any], ...]] = {
    "reporter_phone": ((Ticket, tickets.amend), (Complaint, complaints.amend)),
    "phone": ((VisitorPass, passes.amend), (Resident, residents.amend)),
    "borrower_phone": ((KeyLoan, keys.amend_loans),),
    "value": ((ResidentContact, contacts.amend), (StaffContact, contacts.amend)),
}


def test_no_field_takes_a_placeholder_and_each_keeps_what_can_be_dialled__INT_3_RES_1(session, world, records, now):
    common = {"actor": world.actor("manager"), "now": now}
    keyring = keyring_of(session)
    for field, registers in AMENDED.items():
        for model, amend in registers:
            row = session.scalars(select(model).order_by(model.id).limit(1)).one()
            for said in NO_PHONES:
                with pytest.raises(OperationRefused) as refused:
                    amend(Call(session, **common), [row], **{field: said}).one()
                assert refused.value.field == field, (model, said)
            for said, stored in DIALLED.items():
                amend(Call(session, **common), [row], **{field: said}).one()
                assert keyring.decrypt(getattr(row, field)) == stored, (model, said)


def test_a_number_and_its_note_are_changed_together__RES_1(session, world, records, now):
    row = session.scalars(select(ResidentContact).order_by(ResidentContact.id).limit(1)).one()
    call = Call(session, world.actor("manager"), now)
    for said, stored in (("13912345678", "13912345678"), ("139 1234 5678", "13912345678")):
        contacts.amend(call, [row], value=said, note=f"办公室 {said}").one()
        assert (keyring_of(session).decrypt(row.value), row.note) == (stored, f"办公室 {said}")


def test_no_new_record_takes_a_placeholder__INT_3_RES_1(session, world, now):
    common = {"actor": world.actor("clerk"), "now": now}
    estate, before = world.estate.id, session.scalar(select(func.count()).select_from(Resident))
    for said in NO_PHONES:
        ticket = tickets.TicketDraft(estate, "漏水", place="gate", reporter_name="李", reporter_phone=said)
        person = residents.ResidentDraft(estate, "李", said)
        number = contacts.ContactDraft(said, world.residents[0].id, estate_id=estate)
        made: dict[Any, Any] = {tickets.register: ticket, residents.register: person, contacts.register: number}
        for register, draft in made.items():
            with pytest.raises(OperationRefused, match="phone number"):
                register(Call(session, **common), [draft]).one()
    assert session.scalar(select(func.count()).select_from(Resident)) == before


def test_a_name_beside_a_number_becomes_the_note_of_the_contact_or_is_refused__RES_1(session, world, now):
    common = {"actor": world.actor("clerk"), "now": now}
    draft = residents.ResidentDraft(world.estate.id, "试万人", "13812345678（王先生）/ 021-55501235,803")
    person = residents.register(Call(session, **common), [draft]).one()

    def numbers():
        query = select(ResidentContact).where(ResidentContact.resident_id == person.id).order_by(ResidentContact.id)
        return [(keyring_of(session).decrypt(row.value), row.note) for row in session.scalars(query)]

    assert numbers() == [("13812345678", "王先生"), ("02155501235-803", None)]
    said = "13812345678 微信同号/02155501235-803(公司)"
    residents.amend(Call(session, **common), [person], phone=said).one()
    assert numbers() == [("13812345678", "王先生；微信同号"), ("02155501235-803", "公司")]
    contacts.register(
        Call(session, **common), [contacts.ContactDraft("儿子 13912345678", person.id, estate_id=world.estate.id)]
    )
    assert numbers()[2:] == [("13912345678", "儿子")]
    call = tickets.TicketDraft(world.estate.id, "漏水", place="gate", reporter_name="李", reporter_phone=said)
    with pytest.raises(OperationRefused, match="Only phone numbers can be kept here") as refused:
        tickets.register(Call(session, **common), [call]).one()
    assert refused.value.field == "reporter_phone"

"""What a resident wants to be told is written down by the desk; the outbox says to whom it went (NOT-2)."""

import pytest
from sqlalchemy import select, text

from models.call import Call
from models.operations import residents, tickets
from models.operations.residents import WayDraft
from models.outbox import ResidentKind, ResidentWay
from models.residents import ResidentContact
from tests import reading
from tests.guards_off import guards_off
from tests.operations.walks import ticket_draft


@pytest.fixture
def person(world):
    """Id of a resident, of the one number, and of another resident."""
    resident, other = (each.id for each in world.residents)
    own = select(ResidentContact.id).where(ResidentContact.resident_id == resident)
    number = world.session.scalars(own).one()
    world.session.rollback()
    return resident, number, other


def chosen(session):
    found = [(way.resident_id, way.kinds, way.language) for way in session.scalars(select(ResidentWay))]
    session.rollback()
    return found


def test_the_desk_writes_a_choice_down_and_removes_it_and_others_only_read__NOT_2(world, person, sign_in, post):
    resident, number, other = person
    address, page = "/admin/resident-ways/", f"/admin/resident-ways/?resident_id={person[0]}"
    said = {"resident_id": str(resident), "number": str(number), "language": "en", "kinds": ["resident_done", "near"]}
    for who, status in (("auditor", 403), ("technician", 403), ("stranger", 404)):
        assert post(sign_in(who), address, **said).status_code == status, who
    clerk = sign_in("clerk")
    refused = post(clerk, address, **{**said, "kinds": ["near"]})
    assert (refused.status_code, "Choose of what the resident" in refused.text) == (400, True)
    assert post(clerk, address, **{**said, "number": "999"}).status_code == 400
    assert post(clerk, address, **said).status_code == 302
    assert chosen(world.session) == [(resident, ["resident_done"], "en")]
    masked = reading.one(reading.page(clerk.get(page)), ".ways")
    assert "work done" in reading.words(masked)
    assert "138****" in reading.words(masked) or "139****" in reading.words(masked)
    details = reading.page(sign_in("auditor").get(f"/admin/residents/details/?id={resident}")).text()
    assert ("work done" in details, "Write down or remove" in details) == (True, False)
    assert reading.page(sign_in("auditor").get(page)).css(".ways button") == []
    assert post(clerk, f"{address}drop/", resident_id=str(other), id="1").status_code == 404
    way = world.session.scalars(select(ResidentWay.id)).one()
    world.session.rollback()
    assert post(clerk, f"{address}drop/", resident_id=str(resident), id=str(way)).status_code == 302
    assert chosen(world.session) == []
    assert post(clerk, f"{address}drop/", resident_id=str(resident), id=str(way)).status_code == 404


def test_an_address_is_written_down_shown_masked_and_kept_when_refused__RES_4(world, person, sign_in, post):
    resident, _number, _other = person
    address, clerk = "/admin/resident-ways/", sign_in("clerk")
    said = {"resident_id": str(resident), "number": "mail", "language": "en", "kinds": ["resident_done"]}
    refused = post(clerk, address, **said, address="wang.fang@")
    form = reading.one(reading.page(refused.text), ".way-form")
    assert (refused.status_code, "no e-mail address" in reading.words(form)) == (400, True)
    assert reading.one(form, "#address").attributes["value"] == "wang.fang@"
    assert reading.one(form, "#number option[selected]").attributes["value"] == "mail"
    assert post(clerk, address, **said, address="wang.fang@example.org").status_code == 302
    for page in (f"{address}?resident_id={resident}", f"/admin/residents/details/?id={resident}"):
        shown = reading.words(reading.one(reading.page(clerk.get(page)), "main"))
        assert ("w****@example.org" in shown, "wang.fang" in shown) == (True, False), page
    assert chosen(world.session) == [(resident, ["resident_done"], "en")]


def test_the_outbox_says_to_whom_and_of_what_and_a_text_is_shown_as_its_resident_gets_it__NOT_2(
    world, person, now, sign_in, post
):
    clerk, (resident, number, _other) = Call(world.session, world.actor("clerk"), now), person
    residents.choose_way(clerk, [WayDraft(world.estate.id, number, [ResidentKind.TAKEN])]).one()
    (ticket,) = tickets.register(clerk, [ticket_draft(world, resident_id=resident, detail="内部")]).all()
    name, called = world.residents[0].name, ticket.number
    world.session.commit()
    manager = sign_in("manager")
    row = reading.one(reading.page(manager.get("/admin/outbox/")), "li.mention")
    assert f"{name} (resident) · text message · matter taken · {called}" in reading.words(row)
    with guards_off(world.session.connection()):
        world.session.execute(text("UPDATE outbox SET kind = 'another_kind', register = 'no_table'"))
    world.session.commit()
    assert name in manager.get("/admin/outbox/").text, "whatever another program wrote"

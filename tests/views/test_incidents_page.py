"""Reports of one cause on the pages: offered on desk, record and at intake, attached with one press (INT-6)."""

import pytest
from sqlalchemy import select

from models.bulk import BulkRun
from models.call import Call
from models.matters import Severity
from models.operations import tickets
from models.tickets import Ticket
from tests import reading
from tests.factories import token
from tests.operations.walks import MINUTE, new_ticket

SAYS = "3 reports of one cause?"


@pytest.fixture
def reports(world, session, now):
    """Three residents have just reported that there is no water."""
    made = [
        new_ticket(world, now - place * MINUTE, summary=words, unit_id=world.units[2 - place].id)
        for place, words in ((2, "家里停水了"), (1, "没有水"), (0, "突然停水"))
    ]
    session.commit()
    return [row.id for row in made]


def offer(client, address):
    return reading.page(client.get(address)).css_first("form.incident")


def test_the_desk_offers_what_may_be_one_incident_and_one_press_attaches_all__INT_6(sign_in, session, reports):
    assert offer(sign_in("technician"), "/admin/") is None, "who may not attach"
    client = sign_in("clerk")
    form = offer(client, "/admin/")
    assert SAYS in form.text()
    ids = [field.attributes["value"] for field in form.css("input[name=id]")]
    assert ids == [str(number) for number in reports]
    data = {"csrf_token": token(client, "/account/password"), "id": ids, "leading": ids[1]}
    client.post(form.attributes["action"], data=data)
    session.expire_all()
    assert [session.get(Ticket, number).incident_id for number in reports] == [reports[1], None, reports[1]]
    assert offer(client, "/admin/") is None
    page = client.get(f"/admin/tickets/details/?id={reports[1]}").text
    assert "Reports of this incident" in page


def test_the_record_offers_it_too_and_says_of_which_incident_it_is__INT_6(sign_in, session, world, now, reports):
    client = sign_in("clerk")
    form = offer(client, f"/admin/tickets/details/?id={reports[2]}")
    assert SAYS in form.text()
    assert form.css_first("option[selected]").attributes["value"] == str(reports[2])
    rows = [session.get(Ticket, number) for number in reports]
    tickets.attach(Call(session, world.actor("clerk"), now), rows[1:], leading=rows[0]).all()
    session.commit()
    for address in (f"/admin/tickets/details/?id={reports[2]}", "/admin/tickets/"):
        assert f"incident: {rows[0].number}" in client.get(address).text
    fourth = new_ticket(world, now, summary="又没水了", unit_id=world.units[3].id)
    session.commit()
    assert "Fits an open incident" in offer(client, f"/admin/tickets/details/?id={fourth.id}").text()
    same = client.get("/admin/tickets/same/?kind=repair&summary=没水了&place=七栋").text
    assert f'name="incident_id" value="{rows[0].id}"' in same


def test_a_press_without_a_leading_ticket_or_on_what_is_attached_changes_nothing__INT_6(sign_in, session, reports):
    client = sign_in("clerk")
    data = {"csrf_token": token(client, "/account/password"), "id": [str(number) for number in reports]}
    assert client.post("/admin/tickets/incident/", data=data).status_code == 400
    assert client.post("/admin/tickets/incident/", data=data | {"leading": "x"}).status_code in {400, 404}
    client.post("/admin/tickets/incident/", data=data | {"leading": str(reports[0])})
    answer = client.post("/admin/tickets/incident/", data=data | {"leading": str(reports[1])}, follow_redirects=True)
    assert "is part of an incident itself" in answer.text
    session.expire_all()
    assert [session.get(Ticket, number).incident_id for number in reports] == [None, reports[0], reports[0]]


def test_one_key_attaches_what_the_record_offers__INT_6(sign_in, reports):
    page = reading.page(sign_in("clerk").get(f"/admin/tickets/details/?id={reports[0]}"))
    keyed = page.css("form.incident button[data-hotkey]")
    assert [(one.attributes["data-hotkey"], one.attributes["type"]) for one in keyed] == [("i", "submit")]


def test_reports_are_attached_in_bulk_from_the_list_and_put_back__INT_6(world, sign_in, session, post, now, reports):
    client, leading = sign_in("clerk"), session.get(Ticket, reports[0]).number
    session.rollback()
    page = reading.page(client.get("/admin/tickets/"))
    offered = [(one.attributes["formaction"] or "").split("/")[-2] for one in page.css("button[formaction]")]
    assert (offered[0], offered[-1]) == ("dispatch", "attach"), "in the order of a record's steps"
    chosen = {"stage": "preview", "key": "attach-to-one-incident", "leading": leading}
    answer = post(client, "/admin/tickets/bulk/attach/", row=[str(number) for number in reports], **chosen)
    run = session.scalars(select(BulkRun)).one()
    number = str(run.id)
    session.rollback()
    previewed = reading.words(reading.page(client.get(answer.location)))
    assert "is no other ticket of this estate" in previewed
    assert post(client, "/admin/bulk-runs/run/", id=number).status_code == 302
    assert [session.get(Ticket, each).incident_id for each in reports] == [None, reports[0], reports[0]]
    session.rollback()
    post(client, "/admin/bulk-runs/undo/", id=number)
    undoing = str(session.scalars(select(BulkRun.id).order_by(BulkRun.id.desc())).first())
    session.rollback()
    assert post(client, "/admin/bulk-runs/run/", id=undoing).status_code == 302
    session.expire_all()
    assert [session.get(Ticket, each).incident_id for each in reports] == [None, None, None]


def steps_of(client, number):
    page = reading.page(client.get(f"/admin/tickets/details/?id={number}"))
    links = page.css("section.next-steps a.btn, section.next-steps form")
    addresses = [str(one.attributes.get("href") or one.attributes.get("action")) for one in links]
    return {address.partition("/step/")[2].partition("/")[0] for address in addresses}


def test_all_are_told_from_the_leading_ticket_and_a_decision_is_offered_where_one_is_due__INT_6_DSP_9(
    sign_in, session, world, now, reports
):
    rows = [session.get(Ticket, number) for number in reports]
    alone = new_ticket(world, now, severity=Severity.SERIOUS, unit_id=world.units[3].id)
    tickets.attach(Call(session, world.actor("clerk"), now), rows[1:], leading=rows[0]).all()
    tickets.escalate(Call(session, world.actor("clerk"), now, reason="人手不够"), [rows[0]]).one()
    number = alone.id
    session.commit()
    client = sign_in("supervisor")
    offered = {each: steps_of(client, each) & {"tell_all", "decide"} for each in (*reports, number)}
    assert offered == {reports[0]: {"tell_all", "decide"}, reports[1]: set(), reports[2]: set(), number: set()}
    beside = client.get(f"/admin/tickets/preview/?id={reports[0]}").text
    assert "/step/tell_all/" in beside
    assert "/step/tell_all/" not in client.get(f"/admin/tickets/preview/?id={reports[1]}").text
    tickets.decide(
        Call(session, world.actor("supervisor"), now), [session.get(Ticket, reports[0])], decision="借调"
    ).one()
    session.commit()
    assert steps_of(client, reports[0]) & {"tell_all", "decide"} == {"tell_all"}

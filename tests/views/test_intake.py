"""The call intake: from the caller to the dispatched job in one step, and what it refuses."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlalchemy import func, select

from models.complaints import Complaint, ComplaintStatus
from models.estates import Unit
from models.matters import RepeatReport
from models.personal import keyring_of
from models.residents import Resident
from models.session import DeskSession
from models.settings import Category
from models.staff import Department, Team
from models.tickets import Ticket, TicketStatus
from tests import reading
from tests.factories import World
from tests.fixed import NOW
from tests.operations.walks import complaint_in
from tests.records import Records

INTAKE = "/admin/tickets/intake/"
CALL = {"kind": "repair", "severity": "ordinary", "channel": "phone", "summary": "厨房水管漏水"}


@pytest.fixture
def call(world: World) -> dict[str, str]:
    """What a known resident's call sends."""
    return {**CALL, "unit_id": f"id:{world.units[1].id}", "resident_id": f"id:{world.residents[1].id}"}


def tickets(look: DeskSession) -> int:
    return look.scalar(select(func.count()).select_from(Ticket)) or 0


def water(session: DeskSession, world: World) -> int:
    """A category that belongs to a team."""
    category = Category(estate_id=world.estate.id, register="tickets", code="pipes", name="水管")
    category.team_id = world.teams[Department.ENGINEERING].id
    session.add(category)
    session.commit()
    return category.id


def test_a_call_is_saved_and_dispatched_to_the_team_of_its_category__INT_3_DSP_11(
    post: Callable[..., Any],
    sign_in: Callable[..., FlaskClient],
    session: DeskSession,
    world: World,
    call: dict[str, str],
) -> None:
    answer = post(sign_in("clerk"), INTAKE, **call, category_id=str(water(session, world)), then="dispatch")
    assert answer.status_code == 302, answer.text
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.status, ticket.team_id) == (TicketStatus.DISPATCHED, world.teams[Department.ENGINEERING].id)


def test_what_cannot_be_dispatched_is_not_saved_either__DSP_11(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], look: DeskSession, world: World, call: dict[str, str]
) -> None:
    answer = post(sign_in("clerk"), INTAKE, **call, then="dispatch")
    assert (answer.status_code, "DSP-11" in answer.text, CALL["summary"] in answer.text) == (409, True, True)
    assert tickets(look) == 0


def test_the_same_matter_is_offered_and_its_words_are_added__INT_6(
    post: Callable[..., Any],
    sign_in: Callable[..., FlaskClient],
    session: DeskSession,
    world: World,
    call: dict[str, str],
) -> None:
    clerk = sign_in("clerk")
    assert post(clerk, INTAKE, **call).status_code == 302
    refused = post(clerk, INTAKE, **call)
    assert (refused.status_code, "INT-6" in refused.text) == (409, True)
    ticket = session.scalars(select(Ticket)).one()
    assert f'name="repeat_of" value="{ticket.id}"' in refused.text
    session.commit()
    assert post(clerk, INTAKE, **call, repeat_of=ticket.id).status_code == 302
    assert session.scalars(select(RepeatReport.words)).one() == CALL["summary"]
    session.commit()
    assert post(clerk, INTAKE, **call, another_matter="1").status_code == 302
    assert len(session.scalars(select(Ticket)).all()) == 2


def buttons_of(page: str) -> dict[str, str]:
    """The open matters that a page offers to add the call to: id -> where the form goes."""
    found = HTMLParser(page).css("#same-matter button[name=repeat_of], .about-matters button[formaction]")
    return {button.attributes["value"] or "": button.attributes["formaction"] or "" for button in found}


def test_what_is_open_is_offered_while_one_types_and_the_choice_has_the_focus__INT_6(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], world: World, records: Records, call: dict[str, str]
) -> None:
    clerk = sign_in("clerk")
    asked = {"unit_id": call["unit_id"], "summary": "水管漏水"}
    offered = buttons_of(clerk.get("/admin/tickets/same/", query_string=asked).text)
    assert set(offered.values()) == {"/admin/tickets/new/"}
    assert buttons_of(clerk.get("/admin/tickets/same/", query_string=asked | {"summary": "门锁坏了"}).text) == {}
    place = {"place": "3号楼电梯", "summary": "夜间噪音"}
    assert buttons_of(clerk.get("/admin/complaints/same/", query_string=place).text) == {}
    refused = HTMLParser(post(clerk, INTAKE, **call | {"summary": "水管漏水"}).text)
    first, *_others = refused.css("#matter-form button[type=submit], button[form=matter-form]")
    assert "repeat_of" not in str(first.attributes), "Enter in a field presses the first: it saves"
    (begin,) = refused.css("[aria-invalid=true], [data-attention], [autofocus]")
    assert begin.attributes["name"] == "another_matter"


def test_a_call_about_an_open_complaint_is_added_to_it_from_the_intake__INT_6(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], look: DeskSession, world: World, records: Records
) -> None:
    clerk, noise = sign_in("clerk"), records.ids["complaints"]
    asked = {"unit_id": f"id:{world.units[1].id}", "summary": "夜间有噪音"}
    offered = buttons_of(clerk.get("/admin/tickets/same/", query_string=asked).text)
    assert offered[str(noise)] == "/admin/complaints/new/"
    answer = post(clerk, offered[str(noise)], **CALL | asked, repeat_of=noise)
    assert (answer.status_code, answer.location) == (302, f"/admin/complaints/details/?id={noise}")
    said = look.execute(select(RepeatReport.complaint_id, RepeatReport.words)).one()
    assert tuple(said) == (noise, "夜间有噪音")


def test_a_complaint_that_is_open_already_is_offered_on_its_own_form__INT_6(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], world: World, records: Records
) -> None:
    fields = {"category": "neighbour_dispute", "severity": "ordinary", "channel": "phone", "summary": "夜间噪音"}
    where = {"unit_id": f"id:{world.units[1].id}", "reporter_name": "刘"}
    refused = post(sign_in("clerk"), "/admin/complaints/new/", **fields, **where)
    assert refused.status_code == 409
    assert buttons_of(refused.text)[str(records.ids["complaints"])] == "/admin/complaints/new/"


def test_a_known_caller_shows_rooms_what_is_open_and_what_was(
    sign_in: Callable[..., FlaskClient], records: Records, world: World
) -> None:
    clerk = sign_in("clerk")
    shown = clerk.get(f"{INTAKE}caller/?resident={world.residents[0].id}&unit={world.units[0].id}").text
    assert world.residents[0].name in shown
    assert world.units[0].code in shown
    assert shown.count("漏水") > 2
    assert clerk.get(f"{INTAKE}?q=1-101").text.count("resident_id=") >= 1, "without JavaScript the callers are links"


COMPLAINT = {**CALL, "kind": "complaint", "category": "environment", "summary": "楼道堆满垃圾"}


def test_a_complaint_is_taken_on_the_same_page_with_its_own_fields__INT_2_CMP_1_CMP_2(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], look: DeskSession, world: World, call: dict[str, str]
) -> None:
    clerk = sign_in("clerk")
    sent = {**call, **COMPLAINT, "nature": "valid", "promised_at": "2026-11-20 09:00", "form_key": "k" * 20}
    of_tickets = {"visit_from": "nonsense", "category_id": "987", "complaint_id": "id:987"}
    answer = post(clerk, INTAKE, **sent, **of_tickets)
    made = look.scalars(select(Complaint)).one()
    assert (answer.status_code, answer.location) == (302, f"/admin/complaints/details/?id={made.id}")
    assert (made.category.value, made.nature and made.nature.value, made.unit_id) == (
        "environment",
        "valid",
        world.units[1].id,
    )
    assert made.promised_at is not None
    assert tickets(look) == 0
    look.rollback()
    assert post(clerk, INTAKE, **sent, **of_tickets).location == answer.location, "sent twice"
    assert look.scalar(select(func.count()).select_from(Complaint)) == 1


def test_a_complaint_is_given_to_its_handler_in_the_same_step_and_the_head_is_told__DSP_3_RES_5(
    post: Callable[..., Any],
    sign_in: Callable[..., FlaskClient],
    session: DeskSession,
    world: World,
    call: dict[str, str],
) -> None:
    clerk, butler = sign_in("clerk"), world.person("clerk2").id
    sent = {**call, **COMPLAINT, "then": "dispatch"}
    refused = post(clerk, INTAKE, **sent)
    assert refused.status_code == 409
    page = reading.page(refused.text)
    for field in ("team_id", "assignee_id"):
        assert "DSP-3" in reading.words(reading.one(page, f"#{field}-error"))
    assert reading.one(page, "[name=kind][checked]").attributes["value"] == "complaint", "as it was typed"
    assert session.scalars(select(Complaint)).all() == []
    session.get_one(Unit, world.units[1].id).butler_id = butler
    session.commit()
    team = str(world.teams[Department.ENGINEERING].id)
    assert post(clerk, INTAKE, **sent, team_id=team).status_code == 302
    given = session.scalars(select(Complaint)).one()
    assert (given.status, given.assignee_id, given.head_told_id) == (
        ComplaintStatus.ASSIGNED,
        butler,
        world.person("supervisor").id,
    )
    taker, manager = world.person("clerk").id, world.person("manager").id
    session.rollback()
    named = {"assignee_id": f"id:{taker}", "head_id": f"id:{manager}"}
    another = {**call, **COMPLAINT, **named, "team_id": team, "another_matter": "1"}
    assert post(clerk, INTAKE, **another).status_code == 302, "who names the handler gives it at once"
    last = session.scalars(select(Complaint).order_by(Complaint.id.desc())).first()
    assert last is not None
    assert (last.assignee_id, last.head_told_id) == (taker, manager)


def test_what_goes_to_customer_service_goes_to_the_butler_and_what_does_not_to_nobody__RES_5(
    post: Callable[..., Any],
    sign_in: Callable[..., FlaskClient],
    session: DeskSession,
    world: World,
    call: dict[str, str],
) -> None:
    clerk, butler = sign_in("clerk"), world.person("clerk2").id
    desk = Team(estate_id=world.estate.id, name="客服", department=Department.CUSTOMER_SERVICE)
    session.add(desk)
    session.get_one(Unit, world.units[1].id).butler_id = butler
    session.commit()
    engineering = world.teams[Department.ENGINEERING].id
    for team, summary in ((desk.id, "想装充电桩"), (engineering, "水管漏水")):
        sent = {**call, "kind": "query", "summary": summary, "team_id": str(team), "another_matter": "1"}
        assert post(clerk, INTAKE, **sent, then="dispatch").status_code == 302
    assert "Butler: 林小满" in reading.words(reading.page(clerk.get(f"{INTAKE}caller/?unit={world.units[1].id}")))
    given = session.execute(select(Ticket.assignee_id, Ticket.team_id).order_by(Ticket.id)).all()
    assert [tuple(row) for row in given] == [(butler, desk.id), (None, engineering)]


def test_a_communicative_complaint_is_taken_when_the_identity_is_checked__CMP_2(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], look: DeskSession, world: World, call: dict[str, str]
) -> None:
    clerk, sent = sign_in("clerk"), {**call, **COMPLAINT, "nature": "venting"}
    refused = post(clerk, INTAKE, **sent)
    assert (refused.status_code, look.scalars(select(Complaint)).all()) == (409, [])
    assert "CMP-2" in reading.words(reading.one(reading.page(refused.text), "#identity_checked-error"))
    assert post(clerk, INTAKE, **sent, identity_checked="1").status_code == 302


def test_the_page_of_complaints_is_that_of_all_calls_with_the_kind_chosen__INT_8_INT_13(
    sign_in: Callable[..., FlaskClient], records: Records, world: World
) -> None:
    clerk = sign_in("clerk")
    page = reading.page(clerk.get(f"/admin/complaints/new/?unit_id={world.units[1].id}"))
    form = reading.one(page, "#matter-form")
    assert form.attributes["action"] == INTAKE
    assert reading.one(form, "[name=kind][checked]").attributes["value"] == "complaint"
    assert "thank you for telling us" in reading.words(form)
    card = {button.attributes["value"]: button.attributes["formaction"] for button in page.css("#about button")}
    assert card[str(records.ids["complaints"])] == "/admin/complaints/new/"
    asked = {"unit_id": f"id:{world.units[1].id}", "kind": "complaint", "category": "neighbour_dispute"}
    offered = buttons_of(clerk.get("/admin/tickets/same/", query_string=asked | {"summary": "别的"}).text)
    assert offered == {str(records.ids["complaints"]): "/admin/complaints/new/"}, "its category is compared"
    assert buttons_of(clerk.get("/admin/tickets/same/", query_string=asked | {"kind": "repair"}).text) == {}


def test_callers_are_found_and_their_numbers_masked__RES_4(sign_in: Callable[..., FlaskClient], world: World) -> None:
    found = sign_in("clerk").get(f"{INTAKE}callers/?q=1-101").get_json()
    assert {row["room"] for row in found} == {"1-101"}
    assert all("*" in row["phone"] for row in found if row["phone"])


@pytest.mark.parametrize("query", ["", "%25", "😀", "%20", "-", "a" * 100])
def test_any_search_for_callers_is_answered(sign_in: Callable[..., FlaskClient], world: World, query: str) -> None:
    assert sign_in("clerk").get(f"{INTAKE}callers/?q={query}").get_json() == []


@pytest.mark.parametrize("role", ["technician", "auditor", "admin"])
def test_who_takes_no_calls_sees_no_callers__RES_4(
    role: str, sign_in: Callable[..., FlaskClient], records: Records, world: World
) -> None:
    client = sign_in(role)
    for path in (INTAKE, f"{INTAKE}callers/?q=1-101", f"{INTAKE}caller/?resident={world.residents[0].id}"):
        assert client.get(path).status_code == 403, path


def test_people_rooms_and_matters_of_another_estate_are_not_there__RES_4(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], records: Records, world: World, session: DeskSession
) -> None:
    clerk = sign_in("clerk")
    stranger = Resident(estate_id=world.other.id, name="外人", name_pinyin="wairen wr")
    session.add(stranger)
    session.commit()
    for query in (f"resident={stranger.id}", f"unit={world.other_unit.id}", "resident=987654321"):
        assert clerk.get(f"{INTAKE}caller/?{query}").status_code == 404, query
    assert post(clerk, INTAKE, **CALL, repeat_of=records.foreign_ticket).status_code == 404
    assert clerk.get(f"{INTAKE}caller/?resident=x").status_code == 400


def test_a_repeat_by_a_chosen_resident_carries_the_name__INT_6(
    post: Callable[..., Any],
    sign_in: Callable[..., FlaskClient],
    look: DeskSession,
    world: World,
    records: Records,
    call: dict[str, str],
) -> None:
    answer = post(sign_in("clerk"), INTAKE, **call, repeat_of=str(records.tickets[1]))
    assert answer.status_code == 302
    assert look.scalars(select(RepeatReport.reporter_name)).all() == [world.residents[1].name]


def test_a_dispatch_begins_with_the_team_of_the_category__DSP_11(
    post: Callable[..., Any],
    sign_in: Callable[..., FlaskClient],
    session: DeskSession,
    world: World,
    call: dict[str, str],
) -> None:
    clerk, team = sign_in("clerk"), world.teams[Department.ENGINEERING].id
    post(clerk, INTAKE, **call, category_id=str(water(session, world)))
    number = session.scalars(select(Ticket.id)).one()
    session.get_one(Ticket, number).visit_until = NOW + datetime.timedelta(hours=2)
    session.commit()
    chosen = f'<option selected value="{team}">'
    asked = clerk.get(f"/admin/tickets/step/dispatch/?id={number}").text
    assert chosen in asked
    agreed = reading.one(reading.page(asked), "input[name=visit_until]").attributes["value"] or ""
    assert agreed.startswith("2026-11-18 "), "what was agreed stands there too"
    assert chosen in post(clerk, "/admin/tickets/bulk/dispatch/", row=str(number)).text
    assert chosen in post(clerk, "/admin/tickets/bulk/dispatch/", all="1", query="flt_kind=repair").text


def test_who_was_chosen_at_the_call_can_be_called_back_from_record_slip_and_technician__INT_3(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], session: DeskSession, world: World
) -> None:
    clerk, technician, team = sign_in("clerk"), world.person("technician").id, world.teams[Department.ENGINEERING].id
    room, person = world.units[1].id, world.residents[1].id
    known = {"unit_id": f"id:{room}", "resident_id": f"id:{person}", "category_id": str(water(session, world))}
    post(clerk, INTAKE, **CALL, **known)
    ticket = session.scalars(select(Ticket.id)).one()
    session.rollback()
    record = clerk.get(f"/admin/tickets/details/?id={ticket}").text
    for link in ('href="tel:13900139001"', f"/admin/residents/details/?id={person}"):
        assert link in record
    assert f"/admin/units/details/?id={room}" in record
    sent = {"version": "1", "team": str(team), "assignee": f"id:{technician}"}
    assert post(clerk, f"/admin/tickets/step/dispatch/?id={ticket}", **sent).status_code == 302
    assert "13900139001" in clerk.get(f"/admin/tickets/slip/?id={ticket}").text
    theirs = sign_in("technician").get(f"/admin/tickets/details/?id={ticket}").text
    assert 'href="tel:13900139001"' in theirs
    assert "/admin/residents/details/" not in theirs, "no residents' file for technicians (RES-4)"
    assert "13900139001" not in sign_in("auditor").get(f"/admin/tickets/details/?id={ticket}").text


def test_who_speaks_for_a_resident_is_not_given_the_residents_number__INT_3(
    post: Callable[..., Any],
    sign_in: Callable[..., FlaskClient],
    look: DeskSession,
    world: World,
    call: dict[str, str],
) -> None:
    assert post(sign_in("clerk"), INTAKE, **call, reporter_name="保姆李阿姨").status_code == 302
    ticket = look.scalars(select(Ticket)).one()
    assert (ticket.reporter_name, ticket.reporter_phone) == ("保姆李阿姨", None)


def test_a_complaint_keeps_the_number_of_its_resident_unless_it_is_anonymous__INT_3_INT_4(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], look: DeskSession, world: World
) -> None:
    form = {
        "category": "neighbour_dispute",
        "summary": "楼上深夜装修",
        "severity": "ordinary",
        "channel": "phone",
        "unit_id": f"id:{world.units[0].id}",
        "resident_id": f"id:{world.residents[0].id}",
    }
    clerk = sign_in("clerk")
    assert post(clerk, "/admin/complaints/new/", **form).status_code == 302
    anonymous = {**form, "anonymous": "1", "place": "1号楼", "another_matter": "1"}
    assert post(clerk, "/admin/complaints/new/", **anonymous).status_code == 302
    named, unnamed = look.scalars(select(Complaint).order_by(Complaint.id))
    assert named.reporter_phone is not None
    assert named.reporter_phone_digest == keyring_of(look).digest("13800138000")
    assert (unnamed.reporter_name, unnamed.reporter_phone) == (None, None)


def test_a_call_may_be_of_any_kind_severity_and_channel_and_stays_so__INT_7_INT_8_INT_10(
    world: World, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    clerk = sign_in("clerk")
    page = reading.page(clerk.get(INTAKE))
    offered = {
        name: [
            value
            for node in page.css(f"select[name={name}] option, input[type=radio][name={name}]")
            if (value := node.attributes.get("value"))
        ]
        for name in ("kind", "severity", "channel")
    }
    kinds = {"repair", "household_service", "suggestion", "enquiry", "query", "emergency", "complaint"}
    assert set(offered["kind"]) == kinds
    assert set(offered["severity"]) == {"serious", "ordinary", "minor"}
    assert set(offered["channel"]) >= {"phone", "walk_in", "email"}
    sent = {**CALL, "unit_id": f"id:{world.units[1].id}", "reporter_name": "刘"}
    for severity, kind, channel in zip(
        ("serious", "minor", "ordinary"), ("suggestion", "query", "enquiry"), offered["channel"], strict=False
    ):
        given = {"severity": severity, "kind": kind, "channel": channel}
        assert post(clerk, INTAKE, **(sent | given), another_matter="1").status_code == 302, given
        look.rollback()
        ticket = look.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
        assert (ticket.severity.value, ticket.kind.value, ticket.channel.value) == (severity, kind, channel)


@pytest.mark.parametrize("written", ["2#201", "2# 201", "2＃201", "2号楼201"])
def test_a_room_written_with_a_number_sign_is_that_room_and_no_number_of_a_record(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], look: DeskSession, world: World, written: str
) -> None:
    expected = next(unit.id for unit in world.units if unit.code == "2-201")
    answer = post(sign_in("clerk"), INTAKE, **CALL, unit_id=written, reporter_name="王")
    assert answer.status_code == 302, answer.text
    assert look.scalars(select(Ticket.unit_id)).one() == expected


def test_other_words_before_the_number_of_a_record_do_not_choose_it(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], look: DeskSession, world: World
) -> None:
    clerk, taken = sign_in("clerk"), []
    unit, resident = world.units[3].id, world.residents[1]
    fields = [("unit_id", f"9#{unit}"), ("unit_id", f"某处 #{unit}"), ("resident_id", f"王强 #{resident.id}")]
    for field, text in fields:
        answer = post(clerk, INTAKE, **{**CALL, "unit_id": "1-101", "reporter_name": "王", field: text})
        taken.append((answer.status_code, tickets(look)))
        look.rollback()
    assert taken == [(400, 0)] * len(fields)
    written = f"{resident.name} 139****9001 #{resident.id}"
    answer = post(clerk, INTAKE, **CALL, unit_id="1-201", resident_id=written)
    assert (answer.status_code, look.scalars(select(Ticket.resident_id)).one()) == (302, resident.id)


def test_what_was_taken_as_the_wrong_kind_is_put_right_on_its_page_and_both_records_say_so__INT_8(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], look: DeskSession, records: Records
) -> None:
    clerk, ticket = sign_in("clerk"), f"/admin/tickets/details/?id={records.tickets[1]}"
    step = f"/admin/tickets/step/take_as_complaint/?id={records.tickets[1]}"
    assert post(clerk, step, category="equipment", reason="").status_code == 400
    assert post(clerk, step, category="equipment", reason="其实是投诉").location == ticket
    made = look.scalars(select(Complaint).order_by(Complaint.id.desc()).limit(1)).one()
    complaint = f"/admin/complaints/details/?id={made.id}"
    assert complaint in [address for _text, address in reading.links(reading.page(clerk.get(ticket)))]
    assert ticket in [address for _text, address in reading.links(reading.page(clerk.get(complaint)))]
    look.rollback()
    back = f"/admin/tickets/step/take_back/?id={records.tickets[1]}"
    assert post(clerk, back).location == ticket
    assert look.get_one(Ticket, records.tickets[1]).status is not TicketStatus.CANCELLED
    look.rollback()
    kind = f"/admin/tickets/step/change_kind/?id={records.tickets[1]}"
    assert post(clerk, kind, kind="household_service", reason="").location == ticket


def test_an_archived_complaint_goes_on_as_a_new_one_from_its_page__CMP_8(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], session: DeskSession, world: World
) -> None:
    archived = complaint_in(world, ComplaintStatus.ARCHIVED, NOW - datetime.timedelta(days=9)).id
    session.commit()
    clerk, page = sign_in("clerk"), f"/admin/complaints/details/?id={archived}"
    assert post(clerk, f"/admin/complaints/step/reopen_as_new/?id={archived}", reason="又停了").location == page
    following = session.scalars(select(Complaint.id).where(Complaint.previous_id == archived)).one()
    session.rollback()
    assert f"/admin/complaints/details/?id={following}" in clerk.get(page).text
    assert page in clerk.get(f"/admin/complaints/details/?id={following}").text


def test_what_is_answered_at_once_is_closed_in_the_same_step__JOB_1_JOB_6(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], session: DeskSession, call: dict[str, str]
) -> None:
    clerk = sign_in("clerk")
    answer = post(clerk, INTAKE, **{**call, "kind": "enquiry", "result": "每月 200 元。"})
    assert answer.status_code == 302, answer.text
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.status, ticket.result, ticket.dispatched_at) == (TicketStatus.CLOSED, "每月 200 元。", None)
    assert "answered and closed" in clerk.get(answer.location).text


def test_what_was_answered_before_the_kind_was_changed_is_no_answer_of_a_job__JOB_1(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], session: DeskSession, call: dict[str, str]
) -> None:
    assert post(sign_in("clerk"), INTAKE, **{**call, "result": "每月 200 元。"}).status_code == 302
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.status, ticket.result) == (TicketStatus.RECEIVED, None)


def test_without_scripts_a_number_of_nobody_is_the_reporters__INT_3(sign_in: Callable[..., FlaskClient]) -> None:
    clerk = sign_in("clerk")
    for asked, taken in (("13955556666", "13955556666"), ("5556", ""), ("1-999", "")):
        page = reading.page(clerk.get(f"{INTAKE}?q={asked}"))
        assert (reading.one(page, "#reporter_phone").attributes["value"] or "") == taken


def test_a_dispatch_of_what_nothing_says_the_team_of_asks_for_one_at_its_field__DSP_11(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], session: DeskSession, call: dict[str, str]
) -> None:
    clerk = sign_in("clerk")
    post(clerk, INTAKE, **call)
    step = f"/admin/tickets/step/dispatch/?id={session.scalars(select(Ticket.id)).one()}"
    session.commit()
    form = reading.page(clerk.get(step))
    assert reading.words(reading.one(form, "select[name=team]").css("option")[0]) == "choose the team"
    asked = [field.attributes["name"] for field in form.css(".desk-form select, .desk-form input:not([type=hidden])")]
    assert asked[0] == "team", "the page begins there"
    refused = post(clerk, step, team="__none__")
    assert refused.status_code == 400
    assert "This is needed." in reading.words(reading.one(reading.page(refused.text), "#team-error"))

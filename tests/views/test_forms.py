"""Forms: bad input is told at the field, nothing typed is lost, nothing stale is saved, nothing changes by GET."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.events import Event
from models.meanings import parts_of
from models.session import DeskSession
from models.spreadsheets import opened
from models.tickets import Ticket, TicketStatus
from tests import reading
from tests.factories import World
from tests.marks import first_sqlite
from tests.records import Records
from views.forms.base import NothingForm
from views.forms.fields import strip

NONSENSE = ("x" * 30_000, "😀\u202e<script>alert(1)</script>", "   ", "9" * 30)


def events(look: DeskSession) -> int:
    """How many events there are."""
    look.rollback()
    return look.scalar(select(func.count()).select_from(Event)) or 0


@first_sqlite
def test_every_form_takes_nonsense_in_every_field_without_breaking(
    app: Flask,
    pages: dict[str, Any],
    records: Records,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    client = sign_in("manager")
    broken = []
    for view in pages.values():
        if not hasattr(view, "listing"):
            continue
        own = records.ids.get(view.endpoint, 1)
        forms = [(f"{view.url}/new/", view._create_form_class)] if view.create_form_class else []
        forms += [(f"{view.url}/edit/?id={own}", view._edit_form_class)] if view.form_columns else []
        forms += [(f"{view.url}/step/{s.verb}/?id={own}", s.form) for s in view.steps if s.form is not NothingForm]
        for url, form in forms:
            with app.test_request_context():
                names = list(form()._fields)
            for value in NONSENSE:
                answer = post(client, url, **dict.fromkeys(names, value), version="1")
                if answer.status_code >= 500:
                    broken.append((url, value[:20], answer.status_code))
                assert "<script>alert" not in answer.text, url
    assert broken == []


def test_nothing_typed_is_lost_when_a_form_is_refused__INT_3(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any], look: DeskSession
) -> None:
    client, before = sign_in("clerk"), events(look)
    answer = post(client, "/admin/tickets/new/", kind="repair", severity="ordinary", channel="phone", summary="灯坏了")
    assert answer.status_code == 409
    assert "INT-3" in answer.text
    assert 'value="灯坏了"' in answer.text
    answer = post(client, "/admin/tickets/new/", kind="nonsense", summary="灯坏了", heard_at="yesterday")
    assert answer.status_code == 400
    assert 'value="yesterday"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert events(look) == before


def test_references_can_be_typed_without_javascript(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any], look: DeskSession
) -> None:
    client = sign_in("clerk")
    fields = {"kind": "repair", "severity": "ordinary", "channel": "phone", "summary": "灯坏了", "another_matter": "1"}
    answer = post(client, "/admin/tickets/new/", **fields, unit_id="2-", reporter_name="李")
    assert answer.status_code == 400
    assert "2-101" in answer.text
    assert "2-201" in answer.text
    answer = post(client, "/admin/tickets/new/", **fields, unit_id="9-999", reporter_name="李")
    assert answer.status_code == 400
    assert "9-999" in answer.text
    answer = post(client, "/admin/tickets/new/", **fields, unit_id="2-201", resident_id="张伟")
    assert answer.status_code == 302
    made = look.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
    assert (made.reporter_name, made.unit_id is not None) == ("张伟", True)


def test_a_technician_takes_a_slip_without_being_asked_who__DSP_4(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any], look: DeskSession
) -> None:
    job = records.tickets[1]
    sent = {"team": str(records.team), "assignee": f"id:{records.ids['staff']}"}
    assert post(sign_in("clerk"), f"/admin/tickets/step/dispatch/?id={job}", **sent).status_code == 302
    address, technician = f"/admin/tickets/step/accept/?id={job}", sign_in("technician")
    asked = technician.get(address)
    assert asked.status_code == 200
    assert 'name="taker"' not in asked.text, "who may look nobody up cannot choose either"
    assert 'name="taker"' in sign_in("lead").get(address).text
    assert post(technician, address).status_code == 302
    assert look.get_one(Ticket, job).status is TicketStatus.ACCEPTED


@pytest.mark.parametrize("nothing", ["\u200b", "\u200d\u200b", "\ufeff \u2060", "\u3000\u200c"])
def test_what_shows_as_nothing_is_nothing_in_every_form__INT_3(
    nothing: str, records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any], look: DeskSession
) -> None:
    clerk, manager, before = sign_in("clerk"), sign_in("manager"), events(look)
    call = {"kind": "repair", "severity": "ordinary", "channel": "phone", "reporter_name": "Li", "place": "gate"}
    assert post(clerk, "/admin/tickets/new/", **call, summary=nothing).status_code in (400, 409)
    assert post(clerk, "/admin/residents/new/", name=nothing).status_code in (400, 409)
    room = f"/admin/units/edit/?id={records.ids['units']}"
    assert post(
        manager,
        room,
        **reading.sent(reading.one(reading.page(manager.get(room)), "form.desk-form")) | {"code": nothing},
    ).status_code in (400, 409)
    assert events(look) == before
    made = post(clerk, "/admin/tickets/new/", **call, summary=f"{nothing}灯坏了{nothing}")
    assert made.status_code == 302
    look.rollback()
    assert look.scalars(select(Ticket.summary).order_by(Ticket.id.desc()).limit(1)).one() == "灯坏了"


def test_a_reference_to_another_estate_is_no_reference(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    fields = {"kind": "repair", "severity": "ordinary", "channel": "phone", "summary": "x", "reporter_name": "李"}
    answer = post(sign_in("clerk"), "/admin/tickets/new/", **fields, complaint_id=f"id:{records.foreign_ticket + 99}")
    assert answer.status_code == 400


def test_a_stale_form_saves_nothing_and_shows_both_versions(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any], look: DeskSession
) -> None:
    one, other = sign_in("clerk"), sign_in("supervisor")
    url = f"/admin/tickets/edit/?id={records.tickets[1]}"
    form = fields_of(one.get(url).text)
    assert post(other, url, **form, summary="by the supervisor").status_code == 302
    answer = post(one, url, **form, summary="by the clerk")
    assert answer.status_code == 409
    for text in ("by the supervisor", "by the clerk", "Stored now"):
        assert text in answer.text
    look.rollback()
    assert look.get_one(Ticket, records.tickets[1]).summary == "by the supervisor"
    again = {**form, "version": fields_of(answer.text)["version"], "summary": "by both"}
    assert post(one, url, **again).status_code == 302
    look.rollback()
    assert look.get_one(Ticket, records.tickets[1]).summary == "by both"


@first_sqlite
def test_a_stale_form_that_asks_for_what_is_stored_already_is_told_in_every_register(
    pages: dict[str, Any],
    records: Records,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
    look: DeskSession,
) -> None:
    client, before, answers = sign_in("manager"), events(look), {}
    for view in pages.values():
        url = f"{getattr(view, 'url', '')}/edit/?id={records.ids.get(view.endpoint, 1)}"
        if getattr(view, "form_columns", None) and (page := client.get(url)).status_code == 200:
            form = reading.sent(reading.one(reading.page(page), "form.desk-form"))
            answers[view.endpoint] = post(client, url, **{**form, "version": "99"}).status_code
    assert len(answers) > 15
    assert set(answers.values()) == {409}, answers
    assert events(look) == before


def fields_of(page: str) -> dict[str, str]:
    """What the form of *page* would send: enough of it for tickets."""
    found = reading.sent(reading.one(reading.page(page), "form.desk-form"))
    return {name: value for name, value in found.items() if name not in ("csrf_token", "summary")}


def test_saving_an_untouched_form_changes_nothing(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any], look: DeskSession
) -> None:
    client, before = sign_in("manager"), events(look)
    url = f"/admin/tickets/edit/?id={records.tickets[1]}"
    page = client.get(url).text
    summary = reading.value_of(reading.page(page), "summary")
    assert post(client, url, **fields_of(page), summary=summary).status_code == 302
    assert events(look) == before


def test_a_step_not_legal_now_is_refused_with_its_rule__JOB_1(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any], look: DeskSession
) -> None:
    client, before = sign_in("clerk"), events(look)
    answer = post(client, f"/admin/tickets/step/close/?id={records.tickets[1]}", version="1")
    assert answer.status_code == 409
    assert "JOB-1" in answer.text
    assert events(look) == before


def test_the_record_page_says_what_a_blocked_step_misses__JOB_6(
    records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    page = sign_in("clerk").get(f"/admin/tickets/details/?id={records.tickets[0]}").text
    assert "JOB-6" in page
    assert "the returned slip" in page
    assert "a satisfied follow-up" in page


def test_a_step_by_button_writes_one_event(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any], look: DeskSession
) -> None:
    client, before = sign_in("clerk"), events(look)
    url = f"/admin/tickets/step/dispatch/?id={records.tickets[1]}"
    assert client.get(url).status_code == 200
    assert events(look) == before
    assert post(client, url, team=str(records.team), version="1").status_code == 302
    assert events(look) == before + 1
    assert look.get_one(Ticket, records.tickets[1]).status is TicketStatus.DISPATCHED
    assert post(client, url, team=str(records.team), version="1").status_code == 409
    assert events(look) == before + 1


def test_an_amount_is_read_as_people_write_it_and_nothing_else_is_one__JOB_4(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any], look: DeskSession
) -> None:
    client, job = sign_in("manager"), records.tickets[0]

    def charge(text: str) -> int:
        answer = post(client, f"/admin/tickets/step/charge/?id={job}", amount_fen=text, agreed="1")
        return int(answer.status_code)

    for text, fen in {
        "50": 5000,
        " 51.5 ": 5150,
        "52.05": 5205,
        "¥53": 5300,
        "¥ 54.00": 5400,
        "￥55": 5500,
        "５６．５０": 5650,
        "￥５７": 5700,
    }.items():
        assert charge(text) == 302, text
        assert look.get_one(Ticket, job).charge_fen == fen, text
        look.rollback()
    for text in ("", "-1", "1.005", "50元5", "五十", "1e3", "1_0", "٥", "¥", "1.2.3", "99999999999999999999", "9" * 21):
        assert charge(text) == 400, text
    assert look.get_one(Ticket, job).charge_fen == 5700


def test_deleting_asks_first_and_only_post_deletes__JOB_1(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any], look: DeskSession
) -> None:
    client = sign_in("manager")
    url = f"/admin/tickets/delete/?id={records.tickets[2]}"
    assert client.get(url).status_code == 200
    look.rollback()
    assert look.get(Ticket, records.tickets[2]) is not None
    assert post(client, url, version="1").status_code == 302
    look.rollback()
    assert look.get(Ticket, records.tickets[2]) is None
    refused = post(client, f"/admin/tickets/delete/?id={records.tickets[0]}")
    assert refused.status_code == 409
    assert "JOB-1" in refused.text


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_a_form_without_our_token_does_nothing(
    token: str, records: Records, sign_in: Callable[..., FlaskClient], look: DeskSession
) -> None:
    client, before = sign_in("clerk"), events(look)
    url = f"/admin/tickets/step/dispatch/?id={records.tickets[1]}"
    assert client.post(url, data={"team": str(records.team), "csrf_token": token}).status_code == 400
    assert events(look) == before


@pytest.mark.parametrize("version", ["9" * 5000, "0" * 20 + "9" * 5000, "0" * 20 + "1", "-1", "²", "one"])
def test_a_version_that_no_record_can_have_is_refused(
    version: str,
    records: Records,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
    look: DeskSession,
) -> None:
    client, before = sign_in("manager"), events(look)
    for page in ("edit", "delete", "step/dispatch"):
        assert post(client, f"/admin/tickets/{page}/?id={records.tickets[1]}", version=version).status_code == 400
    assert events(look) == before


def test_what_is_done_only_in_bulk_has_no_step_of_its_own(
    world: World, records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client, url = sign_in("manager"), f"/admin/estates/step/run_audit/?id={world.estate.id}"
    assert client.get(url).status_code == 404
    assert post(client, url, version="1").status_code == 404


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\ufeff", "\u2066", "\u00ad"])
def test_signs_that_nobody_sees_are_no_part_of_a_text(hidden: str) -> None:
    assert strip(f"{hidden}王{hidden}五\n{hidden}") == "王五"
    assert parts_of(f"王{hidden}五 4-{hidden}1203") == ["王五", "4-1203"]
    with opened(f"姓名\n王{hidden}五\n".encode()) as tables:
        assert [row.cells for table in tables for row in table.rows] == [["姓名"], ["王五"]]
    assert strip("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"

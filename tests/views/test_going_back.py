"""Going back leads to the list as it was; landmarks have names; messages say what was done."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.staff import Department
from tests import reading
from tests.factories import World
from tests.marks import only_sqlite
from tests.records import Records

LIST = "/admin/tickets/"
FILTERED = f"{LIST}?flt_status=received&sort=due_at&desc=0"


def links(page: str) -> set[str]:
    """Where the page's own links lead."""
    return {address for _text, address in reading.links(reading.one(reading.page(page), "main"))}


def test_record_step_and_bulk_run_lead_back_to_the_filtered_list(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], world: World, records: Records
) -> None:
    clerk, ticket = sign_in("clerk"), records.tickets[1]
    assert clerk.get(f"{FILTERED}&preview={ticket}").status_code == 200
    record = f"{LIST}details/?id={ticket}"
    for address in (record, f"{LIST}edit/?id={ticket}", f"{LIST}step/dispatch/?id={ticket}", f"{LIST}intake/"):
        assert FILTERED in links(clerk.get(address).text), address
    team = world.teams[Department.ENGINEERING].id
    form = post(clerk, f"{LIST}bulk/dispatch/", row=str(ticket))
    assert FILTERED in links(form.text)
    prepared = post(clerk, f"{LIST}bulk/dispatch/", row=str(ticket), stage="preview", key="k" * 20, team=str(team))
    run = prepared.location
    assert FILTERED in links(clerk.get(run).text)
    number = reading.asked(run)["id"]
    assert FILTERED in links(clerk.get(post(clerk, "/admin/bulk-runs/run/", id=number).location).text)
    assert "/admin/complaints/" in links(clerk.get(f"/admin/complaints/details/?id={records.ids['complaints']}").text)
    clerk.get(LIST)
    assert LIST in links(clerk.get(record).text)
    assert FILTERED not in links(clerk.get(record).text)


def test_many_and_long_lists_do_not_fill_the_session(sign_in: Callable[..., FlaskClient], records: Records) -> None:
    manager = sign_in("manager")
    registers = ("tickets", "complaints", "residents", "units", "keys", "key-loans", "visitor-passes", "follow-ups")
    for register in registers:
        answer = manager.get(f"/admin/{register}/", query_string={"search": "长" * 99})
        assert answer.status_code == 200
        assert sum(map(len, answer.headers.getlist("Set-Cookie"))) < 3500


@only_sqlite
def test_a_list_with_a_very_long_address_is_gone_back_to_without_it(
    sign_in: Callable[..., FlaskClient], records: Records
) -> None:
    clerk, record = sign_in("clerk"), f"{LIST}details/?id={records.tickets[1]}"
    for rest, kept in (("111", True), ("1111", False)):  # 300 letters in all, and one more
        asked = f"search={'x' * 60}&flt_unit={'1' * 100}&flt_unit={'2' * 100}&flt_unit={rest}"
        assert clerk.get(f"{LIST}?{asked}").status_code == 200
        assert (f"{LIST}?{asked}" in links(clerk.get(record).text)) is kept, len(asked)


@pytest.mark.parametrize(
    "register", ["tickets", "complaints", "keys", "residents", "keys/board", "tickets/intake", "events"]
)
def test_landmarks_of_one_kind_have_names_of_their_own(
    sign_in: Callable[..., FlaskClient], records: Records, register: str
) -> None:
    page = reading.page(sign_in("manager").get(f"/admin/{register}/", follow_redirects=True))
    for kind in ("[role=search]", "nav", "aside"):
        names = [each.attributes.get("aria-label") or each.attributes.get("aria-labelledby") for each in page.css(kind)]
        assert len(names) < 2 or (all(names) and len(set(names)) == len(names)), (kind, names)


def said(client: FlaskClient, answer: Any) -> str:
    """The message on the page that a form leads to."""
    assert answer.status_code == 302, answer.text
    return reading.words(reading.one(reading.page(client.get(answer.location)), "main > [role=status]"))


def test_the_message_says_whether_and_to_whom_it_was_dispatched__DSP_11(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], world: World, records: Records
) -> None:
    clerk, team = sign_in("clerk"), world.teams[Department.ENGINEERING]
    call = {"kind": "repair", "severity": "ordinary", "channel": "phone", "place": "大门", "reporter_name": "张"}
    intake = f"{LIST}intake/"
    dispatched = post(clerk, intake, **call, summary="灯坏了", team_id=str(team.id), then="dispatch")
    assert f"saved and dispatched to {team.name}. Next limit: " in said(clerk, dispatched)
    emergency = {**call, "kind": "emergency", "summary": "水管爆裂"}
    assert f"dispatched to {team.name}. Next limit: " in said(
        clerk, post(clerk, intake, **emergency, team_id=str(team.id))
    )
    assert "saved, not dispatched yet. Next limit: " in said(clerk, post(clerk, intake, **call, summary="门打不开"))
    step = f"{LIST}step/dispatch/?id={records.tickets[1]}"
    person = world.person("technician")
    given = post(clerk, step, team=str(team.id), assignee=f"id:{person.id}")
    assert f"Dispatch – now with {team.name}, {person.name}. Next limit: " in said(clerk, given)

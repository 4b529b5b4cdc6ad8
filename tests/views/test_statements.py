"""How many statements each page sends, and how long its list is: a page that nobody lists here fails."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.session import DeskSession
from tests import reading
from tests.factories import World, token
from tests.marks import first_sqlite
from tests.records import Records, make_tickets
from tests.registers import tried
from tests.views.test_access import WITH_ID, read
from tests.views.test_lists import statements

MANAGING = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|PRAGMA|SAVEPOINT|RELEASE|SET)\b", re.IGNORECASE)
KIBIBYTE = 1024

READING = {
    "index": 4,
    "index_view": 4,
    "details_view": 4,
    "create_view": 4,
    "edit_view": 5,  # a choice of the form beside the record around it
    "delete_view": 4,
    "step_view": 5,  # likewise
    "request_view": 4,
    "slip_view": 4,
    "print_view": 4,
    "export": 4,
    "bulk_view": 4,
    "ajax_lookup": 4,
    "same_view": 6,
    "password": 4,
    "login": 4,
    "form": 4,
    "healthz": 4,
    "static": 0,
    "new_view": 4,
    "map_view": 4,
    "check_view": 4,
    "download": 4,
    "intake_view": 4,
    "callers_view": 4,
    "caller_view": 4,
    "preview_view": 4,
    "people_view": 4,
    "recount_view": 4,
    "counts_view": 4,
    "waiting_view": 4,
    "time_view": 4,
}
"""Page -> the most statements that showing it may send."""
MORE = {
    "/admin/audits/details/": 6,  # what its records are about, of all registers in one
    "/admin/staff/step/disable/": 18,  # what the person answers for, of twelve duties
    "/admin/staff/step/end_role/": 17,  # likewise
    # A finished job's own guard asks its follow-ups, a call's own how often it may be tried (FUP-1, FUP-3): verbs.
    "/admin/tickets/details/": 6,  # and the reports of an incident close with it
    "/admin/follow-ups/details/": 5,
    "/admin/tickets/preview/": 6,
    # What a call now would be due by the hours as they are.
    **{f"/admin/working-hours/{page}/": 6 for page in ("details", "edit", "preview")},
    **{f"/admin/calendar-days/{page}/": 7 for page in ("details", "edit", "preview")},
    "/admin/follow-ups/preview/": 5,
    "/admin/residents/details/": 5,  # is there a merge to undo (RES-1)?
    "/admin/residents/preview/": 5,
    "/admin/audits/preview/": 5,  # likewise the guard of signing off: the findings without a note (AUD-3)
}
"""Address -> the number of a page that needs more, with the reason."""
SAVING = 6
"""The most statements of a save by an edit form, with its redirect."""
FOR_A_KEY = 2
"""Besides: the key of what is said of the record is looked for and, with its first words, made."""
MORE_TO_SAVE = {
    "complaints": 7,  # who watches it?
    "tickets": 7,  # likewise
    # What is open follows: of each register rows, clocks and events at once.
    "clocks": 16,
    "calendar_days": 33,  # two clocks count by it
    "working_hours": 33,
    "estates": 7,  # does the complaint post work at its desk?
    "staff": 7,  # in which estates does the person work?
    "staff_contacts": 8,  # whose is it, and in which estates does that person work?
    "teams": 7,  # is there a team of that name already?
}
"""Register -> the number of a save whose rule looks at other rows."""
CHANGED = {
    "tickets": ("summary", "漏水，换了阀门"),
    "complaints": ("summary", "夜间噪音很大"),
    "keys": ("note", "钥匙有锈"),
    "key_loans": ("purpose", "看房和量尺寸"),
    "residents": ("vehicles", "川A12345"),
    "resident_contacts": ("note", "晚上"),
    "staff_contacts": ("note", "夜班"),
    "units": ("building", "1栋"),
    "teams": ("name", "工程一部"),
    "estates": ("desk_phone", "028-1234567"),
    "staff": ("name", "王小强"),
    "clocks": ("minutes", "25"),
    "categories": ("name", "水电维修"),
    "calendar_days": ("name", "国庆"),
    "working_hours": ("end_minute", "11:30"),
    "settings": ("value", "45"),
    "message_texts": ("title_en", "{{ number }}"),
    **{each.register: each.changed for each in tried() if each.changed[0]},
}
"""Register -> a field of its edit form and what is typed there."""


def asked(seen: list[str]) -> list[str]:
    """The statements that ask or change something."""
    return [statement for statement in seen if not MANAGING.match(statement)]


def paths_of(app: Flask, pages: dict[str, Any], records: Records) -> list[tuple[str, str]]:
    """Page and address of everything that can be shown, one for each step and kind of export."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or "<path:filename>" in rule.rule:
            continue
        endpoint, _, page = rule.endpoint.rpartition(".")
        view: Any = pages.get(endpoint)
        addresses = [rule.rule]
        if "<verb>" in rule.rule:
            verbs = view.bulk_verbs if page == "bulk_view" else [step.verb for step in view.steps if not step.link]
            addresses = [rule.rule.replace("<verb>", verb) for verb in verbs]
        addresses = [address.replace("<export_type>", "csv") for address in addresses]
        own = records.ids.get(endpoint, 1)
        found += [(page, f"{a}?id={own}" if WITH_ID.search(a) else a) for a in addresses]
    return found


@first_sqlite
def test_each_page_asks_the_database_few_questions(
    app: Flask, pages: dict[str, Any], records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("manager")
    unlisted, wrong = [], []
    for page, address in paths_of(app, pages, records):
        if page not in READING:
            unlisted.append((page, address))
            continue
        with statements(app) as seen:
            answer = read(client.get(address))
        assert answer.status_code < 500, address
        if len(asked(seen)) > MORE.get(address.partition("?")[0], READING[page]):
            wrong.append((address, answer.status_code, len(asked(seen))))
    assert unlisted == []
    assert wrong == []


def filled(page: str) -> dict[str, str]:
    """What the browser would send back of the form of *page*, nothing typed."""
    return reading.sent(reading.one(reading.page(page), "form.desk-form"))


def test_each_save_sends_few_statements(
    app: Flask, pages: dict[str, Any], records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    manager = sign_in("manager")
    wrong, saved = [], set()
    for view in pages.values():
        if not getattr(view, "form_columns", None) or not view.knows("amend"):
            continue
        address = f"{view.url}/edit/?id={records.ids.get(view.endpoint, 1)}"
        page = manager.get(address)
        if page.status_code == 404:
            continue  # nothing of it in this world
        name, text = CHANGED[view.endpoint]
        given = {**filled(page.text), name: text}
        with statements(app) as seen:
            answer = manager.post(address, data=given)
        if answer.status_code == 200:  # it says first what will come of it
            confirmed = filled(answer.text)
            with statements(app) as seen:
                answer = manager.post(address, data=confirmed)
        assert answer.status_code == 302, (address, answer.text)
        saved.add(view.endpoint)
        keys = [statement for statement in asked(seen) if "personal_keys" in statement]
        if len(keys) > FOR_A_KEY or len(asked(seen)) - len(keys) > MORE_TO_SAVE.get(view.endpoint, SAVING):
            wrong.append((address, len(asked(seen))))
    assert wrong == []
    assert {"tickets", "complaints", "keys", "key_loans", "visitor_passes", "residents", "units"} <= saved


@pytest.mark.parametrize("address", ["/admin/tickets/", "/admin/tickets/?sort=due_at&desc=0", "/admin/events/"])
def test_a_list_of_fifty_rows_stays_small_and_asks_no_more(
    address: str,
    app: Flask,
    records: Records,
    world: World,
    session: DeskSession,
    now: Any,
    sign_in: Callable[..., FlaskClient],
) -> None:
    client = sign_in("manager")
    with statements(app) as few:
        client.get(address)
    make_tickets(session, world, now, 60)
    session.commit()
    with statements(app) as many:
        page = client.get(address).data
    assert page.partition(b"<tbody>")[2].partition(b"</tbody>")[0].count(b"<tr>") == 50
    assert len(asked(many)) <= max(len(asked(few)), READING["index_view"])
    if "tickets" in address:
        assert len(page) <= 43 * KIBIBYTE


def test_a_bulk_run_asks_no_more_for_more_rows(
    app: Flask,
    records: Records,
    world: World,
    session: DeskSession,
    now: Any,
    sign_in: Callable[..., FlaskClient],
) -> None:
    client = sign_in("clerk")
    sent = token(client, "/admin/")
    counts = []
    for number in (3, 30):
        chosen = [str(job.id) for job in make_tickets(session, world, now, number)]
        session.commit()
        given = {
            "csrf_token": sent,
            "row": chosen,
            "stage": "preview",
            "key": f"run-of-many-rows-{number}",
            "team": records.team,
        }
        with statements(app) as preparing:
            answer = client.post("/admin/tickets/bulk/dispatch/", data=given)
        assert answer.status_code == 302, answer.text
        run = answer.location.rpartition("=")[2]
        with statements(app) as running:
            assert client.post("/admin/bulk-runs/run/", data={"csrf_token": sent, "id": run}).status_code == 302
        counts.append((len(asked(preparing)), len(asked(running))))
    assert counts[0] == counts[1]

"""Every page × every role × every kind of id: what is not granted is refused, and nothing ends in an error page."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule

from models.complaints import Complaint
from models.events import Event, record_events
from models.roles import Role
from models.session import DeskSession
from tests import factories
from tests.factories import World
from tests.fixed import NOW
from tests.grants import GRANTS
from tests.marks import EVERYTHING, first_sqlite
from tests.records import Records
from tests.views.conftest import ROLES

MALFORMED = ("", "0", "-1", "1.5", "abc", "99999999999999999999", "1e3", "１", "1;drop", "1&id=2", "%C3%28", "%00")
MISSING = 987654321

WITH_ID = re.compile(r"/(details|edit|delete|slip|print|note|preview|step/[a-z_]+)/$")

VERB_OF_PAGE = {
    **{"edit_view": "amend", "delete_view": "delete", "export": "export", "slip_view": "print_slip"},
    "request_view": "lend",  # of several keys: asked for by who lends them
    **{"intake_view": "register", "callers_view": "register", "caller_view": "register"},
}


def rules_of(app: Flask, pages: dict[str, Any]) -> Iterator[tuple[Any, str, Rule, str]]:
    """View, page name, rule and path of every page of the panel, one for each step and bulk verb."""
    for rule in app.url_map.iter_rules():
        endpoint, _, name = rule.endpoint.partition(".")
        view = pages.get(endpoint)
        if view is None or name == "static":
            continue
        paths = [rule.rule]
        if "<verb>" in rule.rule:
            verbs = view.bulk_verbs if name == "bulk_view" else [step.verb for step in view.steps if not step.link]
            paths = [rule.rule.replace("<verb>", verb) for verb in verbs]
        if "<export_type>" in rule.rule:
            paths = [rule.rule.replace("<export_type>", kind) for kind in ("csv", "xlsx", "exe")]
        for path in paths:
            yield view, name, rule, path


def offers(view: Any, name: str, path: str) -> bool:
    """Whether there is such a page for anybody: audits are not made by a form, estates never deleted, no list is a
    program; and whether it is found by the register, not by whose run or whose text it is."""
    if name == "create_view":
        return bool(view.has_form("create_form_class"))
    if name == "delete_view":
        return bool(view.has_page("delete"))
    own = view.endpoint in ("bulk_runs", "imports") and name != "index_view"
    return not (own or name in ("ajax_lookup", "people_view") or path.endswith("/exe/"))


def asked_verb(view: Any, name: str, path: str) -> str:
    """The verb of the policy that a page asks for."""
    if name in ("step_view", "bulk_view"):
        return path.rstrip("/").rpartition("/")[2]
    if name in ("create_view", "same_view"):
        return str(view.create_verb)
    return VERB_OF_PAGE.get(name, "read")


def read(answer: Any) -> Any:
    """The answer, read to its end (exports are streamed)."""
    answer.get_data()
    answer.close()
    return answer


@pytest.fixture
def theirs(session: DeskSession, world: World, records: Records) -> Records:
    """The records, with the complaint given to the team of the lead; the ticket is the technician's."""
    session.get_one(Complaint, records.ids["complaints"]).team_id = records.team
    clerk, estate = world.person("clerk").id, world.estate.id
    amended = {"register": "estates", "record_id": estate, "verb": "amend", "estate_id": estate, "at": NOW}
    row = {**amended, "actor_id": clerk, "role": "clerk", "before": {}, "after": {}}
    (records.ids["events"],) = record_events(session, [row])  # even administrators see those of estates
    session.commit()
    return records


REFUSED, NOT_THERE = 403, 404


@first_sqlite
@pytest.mark.parametrize("role", ROLES)
def test_each_page_opens_for_who_may_and_for_nobody_else(
    role: str, app: Flask, pages: dict[str, Any], theirs: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in(role)
    wrong = []
    # All kinds of export ask the same of a role: each tries one of two, the manager all.
    kind = ("/csv/", "/xlsx/")[ROLES.index(role) % 2]
    tries_all = EVERYTHING or role == "manager"
    for view, name, rule, path in rules_of(app, pages):
        if "<export_type>" in rule.rule and not (tries_all or path.endswith(kind)):
            continue
        register = getattr(view, "register", None)
        own = theirs.ids.get(view.endpoint, 1)
        url = f"{path}?id={own}" if WITH_ID.search(path) else path
        # A POST without our token is refused before anybody asks who it is from: once is enough.
        for method in sorted((rule.methods or set()) & ({"GET", "POST"} if role == "manager" else {"GET"})):
            status = read(client.open(url, method=method)).status_code
            if status >= 500:
                wrong.append((method, url, status))
            if method == "POST" and status not in (400, REFUSED, NOT_THERE):
                wrong.append((method, url, status))  # there was no token
            if method == "GET" and register is not None:
                may_read = Role(role) in GRANTS.get((register, "read"), ())
                may_do = Role(role) in GRANTS.get((register, asked_verb(view, name, path)), ())
                if not may_read and status != REFUSED:
                    wrong.append((method, url, status))
                in_bulk = name != "bulk_view" or Role(role) in GRANTS["bulk_runs", "run"]
                can = may_read and may_do and in_bulk
                if offers(view, name, path) and can is (status in (REFUSED, NOT_THERE)):
                    wrong.append((method, url, status))
    assert wrong == [], "\n".join(map(str, wrong))


@first_sqlite
def test_nobody_sees_any_page_before_signing_in(app: Flask, pages: dict[str, Any], records: Records) -> None:
    with app.test_client() as client:
        for _view, _name, rule, path in rules_of(app, pages):
            if "GET" in (rule.methods or set()):
                answer = read(client.get(path))
                assert (answer.status_code, "/login" in answer.headers.get("Location", "")) == (302, True), path
            if "POST" in (rule.methods or set()):
                assert read(client.post(path)).status_code in (400, 401), path


@first_sqlite
@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_not_do_cannot_be_posted_either(
    role: str, pages: dict[str, Any], app: Flask, records: Records, session: DeskSession, sign_in: Callable[..., Any]
) -> None:
    client = sign_in(role)
    form = {"csrf_token": factories.token(client, "/account")}
    before = events(session)
    wrong = []
    for view, name, rule, path in rules_of(app, pages):
        register = getattr(view, "register", None)
        if register is None or "POST" not in (rule.methods or set()):
            continue
        allowed = Role(role) in GRANTS.get((register, asked_verb(view, name, path)), ())
        with_id = WITH_ID.search(path)
        # What the role may do is walked by the other files, with filled forms.
        own = records.ids.get(view.endpoint, 1)
        # Who may not is refused before anybody looks for the row: one that is missing too, once.
        ids = [MISSING] if allowed else [MISSING, own] if EVERYTHING or role == "manager" else [own]
        urls = [f"{path}?id={record_id}" for record_id in ids] if with_id else [] if allowed else [path]
        wrong += [
            (url, status) for url in urls if (status := read(client.post(url, data=form)).status_code) not in (403, 404)
        ]
    assert wrong == [], "\n".join(map(str, wrong))
    assert events(session) == before


def events(session: DeskSession) -> int:
    """How many changes the log has."""
    count = session.scalar(select(func.count()).select_from(Event))
    session.commit()
    return count or 0


@first_sqlite
@pytest.mark.parametrize("role", ["manager", "technician"])
def test_records_of_another_estate_and_missing_ones_are_not_found(
    role: str, app: Flask, pages: dict[str, Any], records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in(role)
    for view, name, rule, path in rules_of(app, pages):
        if not WITH_ID.search(path) or "GET" not in (rule.methods or set()):
            continue
        foreign = [MISSING, *([records.foreign_ticket] if view.endpoint == "tickets" else [])]
        for record_id in foreign:
            answer = read(client.get(f"{path}?id={record_id}"))
            assert answer.status_code in (403, 404), (path, name, record_id, answer.status_code)


@first_sqlite
def test_malformed_ids_are_told_so(
    app: Flask, pages: dict[str, Any], records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("manager")
    for _view, _name, rule, path in rules_of(app, pages):
        if not WITH_ID.search(path) or "GET" not in (rule.methods or set()):
            continue
        # One page in full, the others (which read it by the same function) by a few.
        for text in MALFORMED if path == "/admin/tickets/details/" else MALFORMED[1:6:2]:
            answer = read(client.get(f"{path}?id={text}"))
            assert answer.status_code in (400, 403, 404), (path, text, answer.status_code)


@first_sqlite
def test_malformed_list_addresses_are_told_so(
    app: Flask, pages: dict[str, Any], records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("manager")
    asked = (
        "page=-1",
        "page=99999999999999999999",
        "sort=password_hash",
        "sort=0",
        "sort=registered_at&desc=2",
        "after=1",
        "after=~0",
        "after=~99999999999999999999",
        "after=x~y~z",
        "before=%00~1",
        "after=~1&before=~2",
        "flt_nothing=1",
        "flt0_status=nonsense",
        "search=" + "x" * 101,
        "search=%00",
    )
    for view in pages.values():
        if not hasattr(view, "listing"):
            continue
        for query in asked if view.endpoint in ("tickets", "staff") else ():
            answer = read(client.get(f"{view.url}/?{query}"))
            assert answer.status_code in (400, 403), (view.url, query, answer.status_code)
        for flt in view._filters:
            for value in ("nonsense\u202e", "-1", "99999999999999999999", "<script>"):
                answer = read(client.get(f"{view.url}/", query_string={f"flt_{flt.key}": value}))
                assert answer.status_code in (200, 400, 403), (view.url, flt.key, value, answer.status_code)
                assert b"<script>" not in answer.data


def test_no_list_form_or_record_page_names_a_secret(pages: dict[str, Any]) -> None:
    secret = {"password_hash", "phone_digest", "phone_tail_digest", "id_number_digest", "session_generation"}
    for view in pages.values():
        if hasattr(view, "cells"):
            assert not secret & set(view.cells), view
            assert not secret & set(view.form_columns or ()), view


def test_technicians_find_only_their_own_jobs(records: Records, sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in("technician")
    page = client.get("/admin/tickets/").text
    assert page.count('class="c-number"') == 1
    assert client.get(f"/admin/tickets/details/?id={records.tickets[1]}").status_code == 404


def test_technicians_see_what_their_team_has_not_given_to_anybody_and_take_it__DSP_4(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    job, technician = records.tickets[1], sign_in("technician")
    assert post(sign_in("clerk"), f"/admin/tickets/step/dispatch/?id={job}", team=str(records.team)).status_code == 302
    pages = ("/admin/", "/admin/tickets/", f"/admin/tickets/details/?id={job}")
    assert [f"id={job}" in technician.get(page).text for page in pages] == [True, True, True]
    assert f"/admin/tickets/step/accept/?id={job}" in technician.get(pages[2]).text
    assert post(sign_in("technician2"), f"/admin/tickets/step/accept/?id={job}").status_code == 302
    assert technician.get(pages[2]).status_code == 404
    assert post(technician, f"/admin/tickets/step/accept/?id={job}").status_code == 404
    assert f"/admin/tickets/details/?id={job}" not in technician.get("/admin/").text + technician.get(pages[1]).text


def test_lookups_are_scoped_and_limited(records: Records, sign_in: Callable[..., FlaskClient]) -> None:
    clerk, technician = sign_in("clerk"), sign_in("technician")
    found = clerk.get("/admin/tickets/ajax/lookup/?name=unit&query=1-").get_json()
    assert {row["text"] for row in found} == {"1-101", "1-201"}
    assert technician.get("/admin/tickets/ajax/lookup/?name=resident&query=").status_code == 403
    assert clerk.get("/admin/tickets/ajax/lookup/?name=nothing").status_code == 404
    assert clerk.get("/admin/tickets/ajax/lookup/").status_code == 404
    people = sign_in("lead").get("/admin/tickets/ajax/lookup/?name=handler&query=").get_json()
    names = {row["text"].partition(" · ")[0] for row in people}
    assert names == {"王强 (technician)", "李国 (technician2)", "赵工 (lead)"}

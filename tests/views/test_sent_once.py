"""A form that is sent twice makes one record: pressed twice, or loaded again, with scripts or without."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.audits import AuditLine
from models.events import Event
from models.follow_ups import FollowUp, FollowUpStatus
from models.matters import RepeatReport
from models.passes import VisitorPass
from models.session import DeskSession
from models.tickets import Ticket
from tests import reading
from tests.factories import World, token
from tests.records import Records
from tests.views.test_registers import NEW

CALL = {"kind": "repair", "severity": "ordinary", "channel": "phone", "summary": "灯坏了", "place": "gate"}
ANOTHER = {**CALL, "reporter_name": "Li", "another_matter": "1"}
INTAKE = "/admin/tickets/intake/"
BOARD = "/admin/keys/board/"
QUEUE = "/admin/follow-ups/queue/"


def key_of(client: FlaskClient, path: str) -> str:
    """The one-time key of the form at *path*."""
    return reading.value_of(reading.page(client.get(path)), "form_key")


def count(look: DeskSession, model: Any) -> int:
    """How many rows there are now."""
    look.rollback()
    return look.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def fields(records: Records) -> Callable[[str], dict[str, str]]:
    """What is typed in the form of a register."""
    known = {"TEAM": str(records.team), "KEY": f"id:{records.ids['keys']}"}
    return lambda endpoint: {name: known.get(value, value) for name, value in NEW[endpoint][1].items()}


@pytest.mark.parametrize("endpoint", sorted(NEW))
def test_the_same_form_sent_twice_leads_to_the_record_made_first(
    endpoint: str,
    pages: dict[str, Any],
    fields: Callable[[str], dict[str, str]],
    look: DeskSession,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    client, path, model = sign_in(NEW[endpoint][0]), f"{pages[endpoint].url}/new/", pages[endpoint].model
    typed = {**fields(endpoint), "form_key": key_of(client, path)}
    first = post(client, path, **typed)
    made = count(look, model)
    client.get(first.headers["Location"])
    again = post(client, path, **typed)
    assert (again.status_code, again.headers["Location"]) == (302, first.headers["Location"])
    assert count(look, model) == made
    assert "was saved before: the same form was sent twice." in client.get(again.headers["Location"]).text


@pytest.mark.parametrize("change", ["form_key", "wish"])
def test_another_form_or_other_words_make_another_ticket(
    change: str,
    records: Records,
    look: DeskSession,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    client = sign_in("clerk")
    typed = {**ANOTHER, "form_key": key_of(client, INTAKE)}
    before = count(look, Ticket)
    post(client, INTAKE, **typed)
    post(client, INTAKE, **typed | {change: key_of(client, INTAKE)})
    assert count(look, Ticket) == before + 2


def test_a_form_of_somebody_else_is_not_the_same(
    look: DeskSession,
    records: Records,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    one, other = sign_in("clerk"), sign_in("clerk2")
    typed = {**ANOTHER, "form_key": key_of(one, INTAKE)}
    before = count(look, Ticket)
    assert post(one, INTAKE, **typed).headers["Location"] != post(other, INTAKE, **typed).headers["Location"]
    assert count(look, Ticket) == before + 2


def test_what_was_deleted_since_is_not_made_again(
    fields: Callable[[str], dict[str, str]],
    look: DeskSession,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    client, path = sign_in("manager"), "/admin/visitor-passes/new/"
    typed = {**fields("visitor_passes"), "form_key": key_of(client, path)}
    before = count(look, VisitorPass)
    made = post(client, path, **typed).headers["Location"]
    post(client, made.replace("details", "delete"))
    assert count(look, VisitorPass) == before
    answer = post(client, path, **typed)
    assert count(look, VisitorPass) == before
    assert "what it made was deleted since" in client.get(answer.headers["Location"]).text


def test_the_number_of_a_request_is_the_same_in_its_answer_and_its_event(
    fields: Callable[[str], dict[str, str]],
    look: DeskSession,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    client, path = sign_in("clerk"), "/admin/visitor-passes/new/"
    answer = post(client, path, **fields("visitor_passes"), form_key=key_of(client, path))
    last = select(Event.request_id).where(Event.verb == "issue").order_by(Event.id.desc()).limit(1)
    assert answer.headers["X-Request-ID"] == look.scalar(last)


def test_two_presses_at_once_make_one_pass(
    fields: Callable[[str], dict[str, str]], look: DeskSession, sign_in: Callable[..., FlaskClient], records: Records
) -> None:
    path = "/admin/visitor-passes/new/"
    clients = [sign_in("clerk"), sign_in("clerk")]
    typed = {**fields("visitor_passes"), "form_key": key_of(clients[0], path)}
    forms = [{**typed, "csrf_token": token(client, "/account/password")} for client in clients]
    before, together = count(look, VisitorPass), Barrier(2)

    def press(number: int) -> str:
        together.wait()
        return clients[number].post(path, data=forms[number]).headers["Location"]

    with ThreadPoolExecutor(2) as pool:
        places = list(pool.map(press, range(2)))
    assert places[0] == places[1]
    assert count(look, VisitorPass) == before + 1


def test_a_call_sent_twice_is_one_ticket_and_one_repeat__INT_6(
    world: World, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client = sign_in("clerk")
    typed = {**CALL, "reporter_name": "李", "form_key": key_of(client, INTAKE)}
    first = post(client, INTAKE, **typed).headers["Location"]
    assert post(client, INTAKE, **typed).headers["Location"] == first
    assert count(look, Ticket) == 1
    repeat = {**typed, "form_key": key_of(client, INTAKE), "repeat_of": first.partition("id=")[2]}
    places = {post(client, INTAKE, **repeat).headers["Location"] for _ in range(2)}
    assert places == {first}
    assert count(look, RepeatReport) == 1


OWN_WAY = {
    "create_view": "finds the record that it made",
    "intake_view": "finds the record that it made",
    "edit_view": "asks where the version that was read is over",
    "delete_view": "asks where the record is gone",
    "bulk_view": "a bulk run has a key of its own",
    "run_view": "a run that is done has nothing left to do",
    "undo_view": "undone once, it is refused",
    "new_view": "a file read again is another import, which writes nothing yet",
    "map_view": "the same columns again",
    "check_view": "a dry run writes nothing",
    "columns_view": "the same columns again",
    "recount_view": "goes on where it stands, and what follows its clock is not counted again",
    "drop_view": "of a way that is gone it says so",
    "send_again_view": "what waits already is refused",
    "let_go_view": "what is not sent already is refused",
    "seen_view": "what is seen stays seen",
    "call_view": "a number shown again is shown again, and each time is written down",
    "incident_view": "what is attached already is refused",
    "sign_in": "whoever is signed in signs in again",
    "logout": "whoever is signed out is signed out",
    "language": "the same choice again",
    "preference": "the same choice again",
    "estate": "the same estate again",
    "change_password": "the first ends the session from which the second comes",
    "ask": "who has asked already is told the same",
    "choose": "the words of an answer count once, and the second time it is said so",
}
"""Pages that may be sent twice for another reason."""


def test_every_page_that_takes_something_takes_it_once(app: Flask) -> None:
    lacking: set[str] = set()
    marked: set[str] = set()
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            function = app.view_functions[rule.endpoint]
            name = rule.endpoint.rpartition(".")[2]
            (marked if getattr(function, "sent_once", False) else lacking).add(name)
    assert {
        "step_view",
        "note_view",
        "later_view",
        "record_view",
        "lend_view",
        "return_view",
    } <= marked
    assert lacking - set(OWN_WAY) == set()


def test_every_form_that_is_posted_has_a_key(records: Records, sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in("supervisor")
    for path in (
        f"/admin/tickets/details/?id={records.tickets[1]}",
        f"/admin/tickets/step/cancel/?id={records.tickets[1]}",
        f"/admin/tickets/edit/?id={records.tickets[1]}",
        f"/admin/audits/details/?id={records.ids['audits']}",
        QUEUE,
        BOARD,
        INTAKE,
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        for form in reading.page(answer).css("form[method=post]"):
            assert len(form.css("input[name=form_key]")) == 1, (path, form.html)


@pytest.mark.parametrize(
    ("verb", "typed"),
    [
        ("comment", {"kind": "note", "body": "已电话催办"}),
        ("report_again", {"words": "还在漏", "channel": "phone"}),
        ("escalate", {"reason": "要停水"}),
        ("dispatch", {"team": "TEAM"}),
    ],
)
def test_a_step_sent_twice_is_done_once_and_leads_to_the_same_page(
    verb: str,
    typed: dict[str, str],
    records: Records,
    look: DeskSession,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    client, about = sign_in("clerk"), f"id={records.tickets[1]}"
    key = key_of(client, f"/admin/tickets/details/?{about}")
    sent = {name: value.replace("TEAM", str(records.team)) for name, value in typed.items()} | {"form_key": key}
    first = post(client, f"/admin/tickets/step/{verb}/?{about}", **sent)
    made = count(look, Event)
    again = post(client, f"/admin/tickets/step/{verb}/?{about}", **sent)
    assert (again.status_code, again.headers["Location"]) == (302, first.headers["Location"])
    assert count(look, Event) == made
    assert "was sent before, and was done once" in client.get(again.headers["Location"]).text
    other = post(client, f"/admin/tickets/step/{verb}/?id={records.tickets[2]}", **sent)
    assert other.status_code == 302
    assert count(look, Event) > made, "the same words about another record are no repetition"


def test_an_attempt_of_the_queue_and_a_note_of_the_audit_sent_twice_are_one(
    records: Records, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client = sign_in("supervisor")
    run = records.ids["audits"]
    call = look.scalars(select(FollowUp.id).where(FollowUp.status == FollowUpStatus.SCHEDULED)).first()
    line = look.scalars(select(AuditLine.id).where(AuditLine.run_id == run)).first()
    look.rollback()
    attempt = {"way": "email", "outcome": "not_reached"}
    for page, path, typed in (
        (QUEUE, f"{QUEUE}record/?call={call}", attempt),
        (f"/admin/audits/details/?id={run}", f"/admin/audits/note/?id={run}", {"line": str(line), "note": "已催"}),
    ):
        sent = {**typed, "form_key": key_of(client, page)}
        assert post(client, path, **sent).status_code in (302, 409, 422), path
        made = count(look, Event)
        assert post(client, path, **sent).status_code in (302, 409, 422)
        assert count(look, Event) == made, path


def typed_in(form: reading.Node) -> dict[str, str]:
    """What a form would send as it stands."""
    found = {}
    for field in form.css("input[name], textarea[name], select[name]"):
        chosen = field.css_first("option[selected]") or field.css_first("option") or field
        value = chosen.text() if chosen.tag == "textarea" else chosen.attributes.get("value")
        found[str(field.attributes["name"])] = (value or "").strip()
    return found


@pytest.mark.parametrize(
    ("register", "typed"),
    [
        ("tickets", {"summary": "灯全坏了"}),
        ("complaints", {"summary": "太吵了"}),
        ("residents", {"note": "晚上在家"}),
        ("keys", {"note": "新的"}),
        ("visitor_passes", {"holder_name": "李四"}),
    ],
)
def test_a_change_sent_twice_is_done_once_and_is_nobody_elses(
    register: str,
    typed: dict[str, str],
    pages: dict[str, Any],
    records: Records,
    look: DeskSession,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    client, view = sign_in("manager"), pages[register]
    path = f"{view.url}/edit/?id={records.ids[register]}"
    there = typed_in(reading.one(reading.page(client.get(path)), "form.desk-form"))
    sent = {name: value for name, value in there.items() if name != "csrf_token"} | typed
    first = post(client, path, **sent)
    assert first.status_code == 302, first.text
    made = count(look, Event)
    again = post(client, path, **sent)
    assert (again.status_code, again.headers["Location"], count(look, Event)) == (302, first.headers["Location"], made)
    assert "was sent before, and was done once" in client.get(again.headers["Location"]).text
    stale = post(client, path, **sent | {"form_key": "k" * 20, next(iter(typed)): "又改"})
    assert stale.status_code == 409, "another form that is older than the record"


def test_a_record_deleted_twice_is_gone_and_that_is_said(
    records: Records, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client = sign_in("manager")
    path = f"/admin/visitor-passes/delete/?id={records.ids['visitor_passes']}"
    page = reading.page(client.get(path))
    sent = {name: reading.value_of(page, name) for name in ("form_key", "version")}
    assert post(client, path, **sent).status_code == 302
    again = post(client, path, **sent)
    assert again.status_code == 302
    assert "was sent before, and was done once" in client.get(again.headers["Location"]).text

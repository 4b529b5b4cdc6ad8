"""Signing in and out, sessions that end, guessing, and where one may be sent to afterwards."""

import datetime

import pytest
from sqlalchemy import func, select, text

from admin_app import throttle
from admin_app.auth import PUBLIC_ENDPOINTS, safe_path
from models import passwords
from models.call import Call
from models.events import Event
from models.operations import staff as verbs
from models.roles import Role
from models.staff import Staff, StaffAssignment
from models.tickets import Ticket
from tests import reading
from tests.factories import PASSWORD, token
from tests.marks import first_sqlite

NEW = "a longer password"


def attempt(client, username, password, **more):
    data = {"username": username, "password": password, "csrf_token": token(client), **more}
    return client.post("/login", data=data)


def change(client, current, new, repeated=None):
    data = {"current": current, "new": new, "repeated": repeated if repeated is not None else new}
    return client.post("/account/password", data={**data, "csrf_token": token(client, "/account/password")})


def test_the_right_password_signs_in(client, world):
    answer = attempt(client, "clerk", PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/admin/")
    assert client.get("/account/password").status_code == 200


@pytest.mark.parametrize("typed", ["  Clerk ", "ｃｌｅｒｋ", "　ＣＬＥＲＫ"])
def test_a_user_name_is_found_in_any_case_and_width_and_with_space_around(client, world, typed):
    assert attempt(client, typed, PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("clerk", "wrong"),
        ("nobody", PASSWORD),
        ("system", PASSWORD),
        ("system", ""),
        ("", ""),
        ("clerk", "x" * 100_000),
    ],
)
def test_anything_else_does_not_and_says_the_same(client, world, username, password):
    answer = attempt(client, username, password)
    assert answer.status_code == 401
    assert "The user name or the password is wrong." in answer.text
    assert client.get("/account/password").status_code == 302


def test_a_disabled_account_cannot_sign_in(client, world, session, now):
    verbs.disable(Call(session, world.actor("admin"), now), [world.staff["clerk"]]).one()
    session.commit()
    assert attempt(client, "clerk", PASSWORD).status_code == 401


def test_the_hash_that_nobody_has_costs_as_much_as_a_real_one():
    cost = passwords.NOBODY.split("$")[:4]
    assert passwords.hashed("whatever it is").split("$")[:4] == cost


def test_after_five_failures_the_right_password_does_not_help_either(client, world, app, now):
    for _ in range(5):
        assert attempt(client, "clerk", "wrong").status_code == 401
    answer = attempt(client, "clerk", PASSWORD)
    assert answer.status_code == 429
    assert "Too many failed attempts" in answer.text
    assert attempt(client, "manager", PASSWORD).status_code == 302, "others go on"
    app.config["FRONTDESK_NOW"] = now + datetime.timedelta(minutes=15)
    other = app.test_client()
    assert attempt(other, "clerk", PASSWORD).status_code == 302, "after the window"


def test_names_that_strangers_typed_do_not_pile_up(client, world, app, session, now):
    for name in ("one", "two", "three"):
        attempt(client, name, "wrong")
    app.config["FRONTDESK_NOW"] = now + throttle.WINDOW
    attempt(client, "four", "wrong")
    names = set(session.scalars(text("SELECT username FROM sign_in_attempts")))
    assert names == {"", "four"}, "the empty name stands for what is counted of the address and in all"


@pytest.mark.parametrize(
    "wanted",
    [
        "http:evil.com",
        "http://evil.com",
        "//evil.com",
        "/\\evil.com",
        "\\\\evil.com",
        "/\t/evil.com",
        "/\n/evil.com",
        "evil",
        "",
        None,
        "javascript:alert(1)",
    ],
)
def test_nobody_is_sent_to_another_site(wanted):
    assert safe_path(wanted) is None


def test_after_signing_in_one_is_where_one_wanted_to_be(client, world):
    answer = client.get("/account/password?a=1")
    assert answer.location == "/login?next=/account/password?a%3D1"
    assert attempt(client, "clerk", PASSWORD, next="/account/password?a=1").location == "/account/password?a=1"


def test_a_wish_for_another_site_ends_at_the_desk(client, world):
    assert attempt(client, "clerk", PASSWORD, next="//evil.com").location == "/admin/"


def test_signing_in_begins_a_new_session(client, world):
    before = token(client)
    attempt(client, "clerk", PASSWORD)
    with client.session_transaction() as held:
        first = held["session_id"]
    assert client.post("/logout", data={"csrf_token": before}).status_code == 400, "the old token is worth nothing"
    client.post("/logout", data={"csrf_token": token(client, "/account/password")})
    attempt(client, "clerk", PASSWORD)
    with client.session_transaction() as held:
        assert held["session_id"] != first


def test_signing_out_ends_the_session(sign_in):
    clerk = sign_in("clerk")
    assert clerk.get("/logout").status_code == 405, "a link must not sign anybody out"
    answer = clerk.post("/logout", data={"csrf_token": token(clerk, "/account/password")})
    assert answer.location == "/login"
    assert clerk.get("/account/password").status_code == 302


def test_a_new_password_ends_every_other_session(sign_in, session, world):
    here, elsewhere = sign_in("clerk"), sign_in("clerk")
    assert change(here, PASSWORD, NEW).status_code == 302
    assert here.get("/account/password").status_code == 200
    assert elsewhere.get("/account/password").status_code == 302
    event = session.scalars(select(Event).where(Event.verb == "change_password")).one()
    assert (event.actor_id, event.role, event.source) == (world.staff["clerk"].id, "clerk", "panel")
    assert event.after["password_hash"] == "set"
    assert event.session_id
    assert event.request_id


@pytest.mark.parametrize(
    ("current", "new", "repeated", "said"),
    [
        ("wrong", NEW, NEW, "The present password is wrong."),
        (PASSWORD, "short", "short", "at least 10 characters"),
        (PASSWORD, NEW, NEW + "x", "not typed the same way twice"),
        (PASSWORD, "x" * 201, "x" * 201, "at most 200 characters"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_why(sign_in, current, new, repeated, said):
    clerk = sign_in("clerk")
    answer = change(clerk, current, new, repeated)
    assert answer.status_code == 400
    assert said in answer.text


def test_a_password_is_not_the_user_name():
    assert passwords.weakness("Chensi.2026", "chensi.2026") is not None


def test_the_present_password_cannot_be_guessed_from_inside_either(sign_in):
    clerk = sign_in("clerk")
    for _ in range(throttle.FAILURES):
        change(clerk, "wrong", NEW)
    assert "Too many failed attempts" in change(clerk, PASSWORD, NEW).text


def test_disabling_an_account_ends_its_sessions(sign_in, session, world, now):
    clerk = sign_in("clerk")
    verbs.disable(Call(session, world.actor("admin"), now), [world.staff["clerk"]]).one()
    session.commit()
    assert clerk.get("/account/password").status_code == 302


def test_a_password_given_by_somebody_else_must_be_changed_first(sign_in, session, world, now):
    person = world.staff["clerk"]
    verbs.reset_password(
        Call(session, world.actor("admin"), now), [person], password_hash=person.password_hash or ""
    ).one()
    session.commit()
    clerk = sign_in("clerk")
    assert clerk.get("/account/nothing").status_code == 404
    token_here = token(clerk, "/account/password")
    answer = clerk.post("/account/estate", data={"csrf_token": token_here, "estate": str(world.estate.id)})
    assert answer.location == "/account/password"
    assert change(clerk, PASSWORD, NEW).status_code == 302
    answer = clerk.post(
        "/account/estate",
        data={"csrf_token": token(clerk, "/account/password"), "estate": str(world.estate.id)},
    )
    assert answer.location == "/admin/"


def test_only_own_estates_can_be_shown(sign_in, world):
    clerk = sign_in("clerk")
    data = {"csrf_token": token(clerk, "/account/password")}
    assert clerk.post("/account/estate", data={**data, "estate": str(world.other.id)}).status_code == 404
    assert clerk.post("/account/estate", data={**data, "estate": "x"}).status_code == 404
    assert clerk.post("/account/estate", data={**data, "estate": str(world.estate.id)}).status_code == 302


def test_a_form_of_one_estate_is_not_kept_in_another_that_another_window_chose(sign_in, session, world, now):
    row = StaffAssignment(estate_id=world.other.id, staff_id=world.staff["clerk"].id, role=Role.CLERK)
    session.add(row)
    session.commit()
    clerk = sign_in("clerk")
    drawn = reading.value_of(reading.page(clerk.get("/admin/tickets/new/")), "shown_estate")
    data = {"csrf_token": token(clerk, "/admin/tickets/new/"), "shown_estate": drawn, "kind": "repair"}
    data |= {"summary": "漏水", "place": "大堂", "reporter_name": "张", "severity": "ordinary", "channel": "phone"}
    other = world.other if drawn == str(world.estate.id) else world.estate
    switched = {"csrf_token": data["csrf_token"], "shown_estate": drawn, "estate": str(other.id)}
    assert clerk.post("/account/estate", data=switched).status_code == 302
    answer = clerk.post("/admin/tickets/new/", data=data)
    assert answer.status_code == 409
    assert "switch back first" in answer.text
    assert session.scalar(select(func.count()).select_from(Ticket)) == 0
    session.rollback()
    assert clerk.post("/account/estate", data={**switched, "estate": drawn}).status_code == 302
    assert clerk.post("/admin/tickets/new/", data=data).status_code == 302


@first_sqlite
def test_without_signing_in_nothing_but_the_door_answers(app, world):
    refused = 0
    for rule in app.url_map.iter_rules():
        client = app.test_client()
        if rule.endpoint in PUBLIC_ENDPOINTS:
            continue
        address = rule.rule
        for argument in rule.arguments:
            address = (
                address.replace(f"<{argument}>", "1")
                .replace(f"<path:{argument}>", "1")
                .replace(f"<int:{argument}>", "1")
            )
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            answer = client.open(address, method=method)
            assert answer.status_code in {302, 401}, (method, address)
            if answer.status_code == 302:
                assert answer.location.startswith("/login")
            refused += 1
    assert refused


def test_a_cookie_of_another_program_signs_nobody_in(app, world):
    client = app.test_client()
    client.set_cookie("frontdesk", "eyJfdXNlcl9pZCI6IjE6MSJ9.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert client.get("/account/password").status_code == 302


def test_the_session_ends_after_a_shift(app):
    assert app.permanent_session_lifetime == datetime.timedelta(hours=12)


def test_the_password_of_an_account_is_never_in_the_event_log(sign_in, session):
    change(sign_in("clerk"), PASSWORD, NEW)
    logged = session.execute(text("SELECT before, after FROM events")).all()
    hashes = session.scalars(select(Staff.password_hash).where(Staff.password_hash.is_not(None))).all()
    assert not [row for row in logged for stored in hashes if stored and stored in str(row)]

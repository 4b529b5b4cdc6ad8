"""Guessing is slowed for each name, each address and in all; who belongs still comes in (the right password opens)."""

import datetime
import threading

import pytest
from sqlalchemy import text

from admin_app import known_places, throttle
from models import passwords
from models.session import DeskSession
from tests.factories import PASSWORD, token
from tests.marks import first_sqlite, only_postgresql, only_sqlite


def attempt(client, username, password="wrong", address="10.0.0.1", csrf=None):
    data = {"username": username, "password": password, "csrf_token": csrf or token(client)}
    return client.post("/login", data=data, environ_base={"REMOTE_ADDR": address})


@pytest.fixture
def quick(monkeypatch):
    """Many attempts are made: the hash of nobody as cheap as the tests' own."""
    from tests.factories import PASSWORD_HASH

    monkeypatch.setattr(passwords, "NOBODY", PASSWORD_HASH)


@pytest.fixture
def stranger(app, world, quick):
    """``stranger("clerk", address=…)``: the status of an attempt in a browser never seen before."""
    client = app.test_client()
    csrf = token(client)

    def tried(username, password="wrong", address="10.0.0.1"):
        return attempt(client, username, password, address, csrf).status_code

    return tried


def test_so_many_guesses_are_free_within_a_quarter_of_an_hour_and_no_more():
    limits = (throttle.FAILURES, throttle.PER_NAME, throttle.PER_ADDRESS, throttle.IN_ALL, throttle.PER_KNOWN_PLACE)
    assert limits == (5, 20, 30, 300, 10)
    assert datetime.timedelta(minutes=15) == throttle.WINDOW


def test_one_password_on_many_names_is_refused_after_some(stranger):
    answers = [stranger(f"name{number}") for number in range(throttle.PER_ADDRESS + 3)]
    assert answers == [401] * throttle.PER_ADDRESS + [429] * 3
    assert stranger("clerk", PASSWORD, address="10.0.0.2") == 302, "another address goes on"


@first_sqlite
def test_one_name_from_many_addresses_is_refused_after_some(stranger):
    answers = [stranger("clerk", address=f"10.0.1.{number}") for number in range(throttle.PER_NAME + 2)]
    assert answers == [401] * throttle.PER_NAME + [429] * 2


@first_sqlite
def test_many_names_from_many_addresses_are_refused_after_some(stranger, monkeypatch):
    monkeypatch.setattr(throttle, "IN_ALL", 40)  # three hundred take long
    answers = [
        stranger(f"name{number}", address=f"10.{number // 200}.{number % 200}.1")
        for number in range(throttle.IN_ALL + 1)
    ]
    assert answers == [401] * throttle.IN_ALL + [429]


@only_sqlite
def test_addresses_of_one_ipv6_network_count_as_one(stranger):
    answers = [stranger(f"name{number}", address=f"2001:db8:1:2::{number:x}") for number in range(31)]
    assert answers == [401] * throttle.PER_ADDRESS + [429]


def test_the_right_password_opens_where_its_person_has_signed_in_before(app, world, stranger):
    known = app.test_client()
    assert attempt(known, "clerk", PASSWORD).status_code == 302
    known.post("/logout", data={"csrf_token": token(known, "/account/password")})
    for _ in range(throttle.FAILURES + 1):
        stranger("clerk")
    for number in range(throttle.PER_ADDRESS):
        stranger(f"name{number}")
    for number in range(throttle.PER_NAME):
        stranger("clerk", address=f"10.0.1.{number}")
    assert stranger("clerk", PASSWORD) == 429
    assert attempt(known, "clerk2", PASSWORD).status_code == 429, "known is the person, not the browser"
    assert attempt(known, "clerk", PASSWORD).status_code == 302


@only_sqlite
def test_a_known_place_is_no_place_to_guess_in(app, world, quick):
    known = app.test_client()
    attempt(known, "clerk", PASSWORD)
    known.post("/logout", data={"csrf_token": token(known, "/account/password")})
    answers = [attempt(known, "clerk").status_code for _ in range(throttle.PER_KNOWN_PLACE + 1)]
    assert answers == [401] * throttle.PER_KNOWN_PLACE + [429]


@only_sqlite
@pytest.mark.parametrize("forged", ["", "x", "WyJhIixbMV1d.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb", "a" * 4000])
def test_a_cookie_that_nobody_signed_knows_nobody(app, world, stranger, forged):
    for _ in range(throttle.FAILURES):
        stranger("clerk")
    client = app.test_client()
    client.set_cookie(known_places.COOKIE, forged)
    assert attempt(client, "clerk", PASSWORD).status_code == 429


@only_sqlite
def test_the_cookie_of_a_known_place_is_out_of_reach_of_scripts_and_opens_nothing(app, world):
    client = app.test_client()
    answer = attempt(client, "clerk", PASSWORD)
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith(known_places.COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    held = client.get_cookie(known_places.COOKIE)
    other = app.test_client()
    other.set_cookie(known_places.COOKIE, held.value)
    assert other.get("/admin/").status_code == 302


@only_sqlite
def test_many_people_of_one_counter_are_known_in_its_browser(app, world):
    client = app.test_client()
    for username in ("clerk", "clerk2", "manager"):
        assert attempt(client, username, PASSWORD).status_code == 302
        client.post("/logout", data={"csrf_token": token(client, "/account/password")})
    with app.test_request_context(
        headers={"Cookie": f"{known_places.COOKIE}={client.get_cookie(known_places.COOKIE).value}"}
    ):
        assert known_places.here().people == tuple(world.staff[name].id for name in ("manager", "clerk2", "clerk"))


@only_sqlite
def test_a_count_runs_down_evenly(app, world, stranger, now):
    for _ in range(throttle.FAILURES):
        stranger("clerk")
    app.config["FRONTDESK_NOW"] = now + throttle.WINDOW / throttle.FAILURES
    assert [stranger("clerk"), stranger("clerk")] == [401, 429]


@only_sqlite
def test_who_signs_in_now_and_then_never_fills_a_count(app, world, stranger, now):
    for number in range(3 * throttle.FAILURES):
        app.config["FRONTDESK_NOW"] = now + number * datetime.timedelta(minutes=4)
        assert stranger("clerk") == 401


def test_right_passwords_count_for_nothing(app, world, session):
    for _ in range(throttle.FAILURES + 1):
        assert attempt(app.test_client(), "clerk", PASSWORD).status_code == 302
    assert session.scalar(text("SELECT coalesce(sum(failures), 0) FROM sign_in_attempts")) == 0


def test_a_refused_attempt_writes_nothing(stranger, session):
    for _ in range(throttle.FAILURES):
        stranger("clerk")
    query = text("SELECT username, address, failures, last_at, updated_at FROM sign_in_attempts ORDER BY id")
    before = session.execute(query).all()
    session.commit()
    assert stranger("clerk") == 429
    assert session.execute(query).all() == before


def test_strangers_hash_one_at_a_time_and_the_third_is_told_at_once():
    lane = passwords.Lane(2, 60)
    inside, leave = threading.Event(), threading.Event()

    def stay():
        with lane.turn():
            inside.set()
            leave.wait(60)

    first, second = threading.Thread(target=stay), threading.Thread(target=stay)
    first.start()
    inside.wait(60)
    second.start()
    while lane._places.acquire(blocking=False):  # until the second has its place
        lane._places.release()
    with pytest.raises(passwords.Busy), lane.turn():
        pass
    leave.set()
    first.join()
    second.join()
    with lane.turn():
        pass


def test_who_waits_too_long_for_a_turn_is_told():
    lane = passwords.Lane(2, 0.01)
    with lane.turn(), pytest.raises(passwords.Busy), lane.turn():
        pass


@only_sqlite
def test_a_full_lane_is_429_with_a_sentence_and_who_is_known_passes_by(app, world):
    known, stranger = app.test_client(), app.test_client()
    attempt(known, "clerk", PASSWORD)
    known.post("/logout", data={"csrf_token": token(known, "/account/password")})
    places = passwords.STRANGERS._places
    held = [places.acquire(blocking=False) for _ in range(passwords.STRANGERS_ADMITTED)]
    try:
        answer = attempt(stranger, "clerk", PASSWORD)
        assert answer.status_code == 429
        assert "Too many people sign in at this moment" in answer.text
        assert attempt(known, "clerk", PASSWORD).status_code == 302
    finally:
        for _ in held:
            places.release()


@only_sqlite
def test_who_has_no_attempt_left_needs_no_place_in_the_lane(app, world, stranger):
    for _ in range(throttle.FAILURES):
        stranger("clerk")
    held = [passwords.STRANGERS._places.acquire(blocking=False) for _ in range(passwords.STRANGERS_ADMITTED)]
    try:
        assert "Too many failed attempts" in attempt(app.test_client(), "clerk").text
    finally:
        for _ in held:
            passwords.STRANGERS._places.release()


@only_postgresql
def test_a_right_password_beside_a_guess_at_the_same_name_makes_no_deadlock(engine, keyring, now):
    def open_session():
        return DeskSession(engine, keyring=keyring)

    counts = throttle.at_the_door("clerk", "10.0.0.1")
    everyone, its_name = "username = '' AND address = ''", "username = 'clerk' AND address = ''"
    throttle.claim(open_session, counts[::-1], now)
    with engine.connect() as guess:
        locked = "SELECT id FROM sign_in_attempts WHERE {} FOR UPDATE"
        guess.execute(text(locked.format(everyone)))
        right = threading.Thread(target=throttle.give_back, args=(open_session, counts))
        right.start()
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
            while right.is_alive() and not watcher.scalar(text(waiting)):
                pass
        guess.execute(text("SET LOCAL lock_timeout = '100ms'"))
        guess.execute(text(locked.format(its_name)))
        guess.rollback()
        right.join()
    with open_session() as session:
        assert session.scalar(text("SELECT sum(failures) FROM sign_in_attempts")) == 0

"""While the database does not answer: a page in the reader's language with what to do, one line of log, and then on."""

import contextlib
import logging
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from admin_app import database, logs, security
from models.session import DeskSession, open_engine, reading
from tests.factories import PASSWORD, token
from tests.marks import only_postgresql, only_sqlite

ADDRESSES = (
    "/admin/",
    "/admin/tickets/",
    "/admin/tickets/export/csv/",
    "/admin/nothing/",
    "/nothing",
    "/account/password",
)
FOR_STRANGERS = ("/gate/?code=x", "/forgotten/")
CHINESE = "数据库无响应"


@contextlib.contextmanager
def gone_file(path):
    """An SQLite database whose file is not there, though a folder of its name is in the way."""
    away = path.with_name("away.db")
    path.rename(away)
    path.mkdir()
    try:
        yield
    finally:
        path.rmdir()
        away.rename(path)


@contextlib.contextmanager
def gone_server(server, url):
    """A database of the server that lets nobody in, and has ended who was."""
    name = url.partition("@/")[2].partition("?")[0]
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        connection.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND application_name = %s",
            (name, database.PROGRAM),  # the tests' own connections stay
        )
        try:
            yield
        finally:
            connection.execute(allow.format(sql.Identifier(name), sql.SQL("true")))


@pytest.fixture
def gone(app, database_url, postgres_server, request):
    """``with gone():`` the database of the program does not answer."""

    @contextlib.contextmanager
    def without():
        opened = app.extensions["frontdesk_database"]
        if database_url.startswith("sqlite"):
            opened.close()
            with gone_file(Path(database_url.removeprefix("sqlite:///"))):
                yield
        else:
            with gone_server(postgres_server[0], database_url):
                yield

    return without


@pytest.fixture
def quiet(monkeypatch):
    """A log that has not said anything yet."""
    monkeypatch.setattr(logs, "_seldom", logs.OnceAMinute())


def in_chinese(client):
    """Let the person of *client* read Chinese, though the browser asks for English."""
    data = {"language": "zh_Hans_CN", "csrf_token": token(client, "/account/password")}
    client.post("/account/language", data=data)
    client.delete_cookie("language")
    return client


def test_everybody_is_told_what_to_do_and_goes_on_when_it_is_back(app, sign_in, gone, caplog, quiet):
    clerk = in_chinese(sign_in("clerk"))
    posted = token(clerk, "/account/password")
    stranger = app.test_client()
    password = {"username": "clerk", "password": PASSWORD, "csrf_token": token(stranger)}
    caplog.clear()
    with gone():
        for path in ADDRESSES:
            answer = clerk.get(path, headers={"Accept-Language": "en"})
            assert (path, answer.status_code) == (path, 503)
            assert CHINESE in answer.text
            assert 'href="/admin/"' in answer.text, "not: sign in"
            answer = clerk.get(path, headers={"Accept": "application/json"})
            assert (answer.status_code, answer.json["error"]) == (503, 503)
        answer = clerk.post("/account/estate", data={"estate": "1", "csrf_token": posted})
        assert (answer.status_code, CHINESE in answer.text) == (503, True)
        answer = clerk.post("/account/estate", json={})
        assert (answer.status_code, answer.json["error"]) == (503, 503)
        for path in FOR_STRANGERS:
            assert stranger.get(path).status_code in (200, 503), path
        assert stranger.post("/login", data=password).status_code == 503
        assert stranger.get("/healthz").status_code == 503
        assert stranger.get("/login").status_code == 200
    said = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert 1 <= len(said) <= 3, "one line a cause"
    assert all("\n" not in record.getMessage() for record in said)
    for path in ADDRESSES:
        assert clerk.get(path).status_code != 503, path
    assert stranger.post("/login", data=password).status_code == 302


@pytest.mark.parametrize("code", sorted(security.PAGES))
@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
@only_sqlite
def test_no_page_of_an_error_asks_the_database(app, sign_in, gone, code, language):
    clerk = sign_in("clerk")
    with clerk.session_transaction() as held:
        held["language"] = language
        held["_flashes"] = [("success", "R261127-021: saved.")]
    cookie = f"frontdesk={clerk.get_cookie('frontdesk').value}"
    with gone(), app.test_request_context("/admin/", headers={"Cookie": cookie}):
        answer = security.error_page(code)
        page = answer.get_data(as_text=True)
    assert answer.status_code == code
    assert f'lang="{"en" if language == "en" else "zh-Hans-CN"}"' in page
    assert "R261127-021" not in page, "what was saved before is no word about this"
    assert page.count("<h1") == 1


def test_a_page_of_an_error_that_fails_itself_still_says_what_to_do(app, monkeypatch, quiet):
    monkeypatch.setitem(app.jinja_env.globals, "url_for", None)
    with app.test_request_context("/login"):
        answer = security.error_page(500)
    assert answer.status_code == 500
    assert "It is not your mistake" in answer.get_data(as_text=True)


def spoiled(engine):
    """Make the connections in the pool of *engine* such that they cannot write, as those of a read-only disk."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA query_only=1")
        else:
            connection.connection.driver_connection.execute("SET SESSION default_transaction_read_only = on")
            connection.connection.driver_connection.commit()


def test_a_connection_that_cannot_write_any_more_is_thrown_away(engine, keyring, world):
    world.session.close()
    spoiled(engine)
    change = text("UPDATE units SET floor = 7")
    with DeskSession(engine, keyring=keyring) as session, pytest.raises(DBAPIError, match=r"read-?only"):
        session.execute(change)
    with DeskSession(engine, keyring=keyring) as session:
        session.execute(change)
        session.commit()


def test_a_page_that_may_only_read_keeps_its_connections(database_url, world):
    world.session.close()
    engine = open_engine(database_url)
    for _ in range(2):
        with reading(engine).connect() as connection, pytest.raises(DBAPIError, match=r"read-?only"):
            connection.execute(text("UPDATE units SET floor = 7"))
    assert isinstance(engine.pool, QueuePool)
    assert engine.pool.checkedin() == 1
    engine.dispose()


@only_postgresql
def test_a_server_that_only_reads_meanwhile_is_503_and_then_writes_again(app, sign_in, database_url, quiet):
    clerk = sign_in("clerk")
    data = {"language": "zh_Hans_CN", "csrf_token": token(clerk, "/account/password")}
    spoiled(app.extensions["frontdesk_database"].engine)
    statuses = [clerk.post("/account/language", data=data).status_code for _ in range(3)]
    assert statuses[-1] == 302
    assert set(statuses) <= {302, 503}

"""No personal value reaches the log: canaries in names, plates, words and addresses, on every way into an error."""

import io
import logging
import sys

import pytest
from flask import Blueprint, Response
from gunicorn.config import Config as ServerConfig
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError

from admin_app import cli, create_app, logs
from admin_app.server import ServerLog
from models.residents import Resident, ResidentContact
from models.session import DeskSession
from models.staff import SignInAttempt
from tests.factories import PASSWORD, token
from tests.marks import only_sqlite
from views.request import context

CANARY = "金丝雀Canary7731"
POSTGRESQL_CODES = ("23505", "22003", "53100", "53200", "57P01", "25006", "XX000", "42P01", "P0001", "40P01")


@pytest.fixture
def log(monkeypatch):
    """Everything that any logger says from warnings on, as a handler that nobody has taught anything writes it."""
    monkeypatch.setattr(logs, "_seldom", logs.OnceAMinute())
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setLevel(logging.WARNING)
    logging.root.addHandler(handler)
    yield written
    logging.root.removeHandler(handler)


def call(**changed):
    """A call as the form of the desk sends it, with canaries."""
    return {
        "kind": "repair",
        "summary": f"漏水 {CANARY}",
        "place": f"大堂 {CANARY}",
        "reporter_name": CANARY,
        "severity": "ordinary",
        "channel": "phone",
        **changed,
    }


def refusing(session, code):
    """Let the database refuse each new ticket, with what is in it among its words."""
    if session.get_bind().dialect.name == "sqlite":
        body = f"SELECT RAISE(ABORT, 'no room for {CANARY}')"
        session.execute(text(f"CREATE TRIGGER trouble BEFORE INSERT ON tickets BEGIN {body}; END"))
    else:
        session.execute(
            text(
                "CREATE OR REPLACE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
                f" 'no room for %', NEW.reporter_name USING ERRCODE = '{code}', DETAIL = NEW.summary; END $$"
            )
        )
        session.execute(text("DROP TRIGGER IF EXISTS trouble ON tickets"))
        session.execute(text("CREATE TRIGGER trouble BEFORE INSERT ON tickets FOR EACH ROW EXECUTE FUNCTION trouble()"))
    session.commit()


def test_what_the_database_refuses_is_logged_without_whose_it_is(app, sign_in, session, world, log):
    clerk = sign_in("clerk")
    data = call(csrf_token=token(clerk, "/admin/tickets/new/"))
    codes = POSTGRESQL_CODES if session.get_bind().dialect.name == "postgresql" else ("",)
    for code in codes:
        refusing(session, code)
        answer = clerk.post(f"/admin/tickets/new/?q={CANARY}", data=data)
        assert answer.status_code in (400, 409, 500, 503), code
    if len(codes) > 1:
        assert "53100" in log.getvalue()
    assert CANARY not in log.getvalue()


@only_sqlite
def test_a_full_disk_is_logged_without_whose_it_is(app, sign_in, engine, world, log):
    clerk = sign_in("clerk")
    data = call(csrf_token=token(clerk, "/admin/tickets/new/"), description=CANARY * 1000, another_matter="1")
    program = app.extensions["frontdesk_database"].engine
    with program.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    statuses = [clerk.post("/admin/tickets/new/", data={**data, "summary": f"{n}"}).status_code for n in range(20)]
    assert 503 in statuses
    assert "SQLITE_FULL" in log.getvalue()
    assert CANARY not in log.getvalue()


WORDS = {"name": CANARY}


def chained(_now):
    try:
        int(CANARY)
    except ValueError as error:
        raise LookupError(CANARY) from error


def nested(_now):
    try:
        raise KeyError(CANARY)
    except KeyError:
        raise RuntimeError(CANARY)  # noqa: B904  # the context is what is tried


def twice(now):
    desk = DeskSession(context.services().writing().get_bind(), keyring=context.services().keyring)
    with desk:
        for _ in range(2):
            desk.add(SignInAttempt(username=CANARY, address=CANARY, failures=1, last_at=now))
        desk.flush()


def wrong_type(_now):
    context.session().execute(text("SELECT CAST(:name AS int) + 1/0 FROM nowhere"), WORDS)


def group(_now):
    raise ExceptionGroup(CANARY, [ValueError(CANARY)])


def asserted(_now):
    raise AssertionError(CANARY)


def stored(kind):
    """What a database says of a statement, with what was in it."""

    def raised(_now):
        raise kind(f"SELECT '{CANARY}'", WORDS, Exception(CANARY))

    return raised


WAYS = {
    "key": lambda _now: WORDS[f"no {CANARY}"],
    "number": lambda _now: int(CANARY),
    "attribute": lambda now: getattr(now, CANARY),
    "unpack": lambda _now: CANARY.index(f"no {CANARY}"),
    "chained": chained,
    "nested": nested,
    "twice": twice,
    "type": wrong_type,
    "group": group,
    "ours": asserted,
    **{kind.__name__: stored(kind) for kind in (DataError, IntegrityError, OperationalError, ProgrammingError)},
}
"""Ways into an error over somebody's data."""


def pages_of_trouble(now):
    """A page for each way into an error, and one that goes wrong while its answer is on its way."""
    pages = Blueprint("trouble", __name__)

    @pages.get("/trouble/<way>/<path:rest>")
    def trouble(way, rest):
        WAYS[way](now)
        return "no trouble"

    @pages.after_app_request
    def spoil(answer):
        if answer.headers.get("X-Spoil"):
            raise ValueError(CANARY)
        return answer

    @pages.get("/spoiled")
    def spoiled():
        return Response("x", headers={"X-Spoil": "1"})

    return pages


@pytest.fixture
def troubled(config, now, world, log):
    """The program with pages that go wrong over somebody's data; signed in as clerk."""
    app = create_app(config)
    app.config["FRONTDESK_NOW"] = now
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.register_blueprint(pages_of_trouble(now))
    client = app.test_client()
    client.post("/login", data={"username": "clerk", "password": PASSWORD, "csrf_token": token(client)})
    yield client
    app.extensions["frontdesk_database"].close()


@only_sqlite
def test_a_mistake_of_the_program_is_logged_by_its_place(troubled, log):
    for way in WAYS:
        answer = troubled.get(f"/trouble/{way}/{CANARY}?search={CANARY}")
        assert answer.status_code >= 400, way
        assert CANARY not in answer.text.replace(f"/{CANARY}?search={CANARY}", ""), way
    assert troubled.get("/spoiled").status_code == 500
    said = log.getvalue()
    assert "int(CANARY)" in said, "the line of the program is what helps"
    assert "ValueError" in said
    assert CANARY not in said


def test_a_record_that_cannot_be_read_is_not_logged_either(sign_in, session, world, log):
    resident = session.get(Resident, world.residents[0].id)
    for table in (Resident.__table__, ResidentContact.__table__):
        for column in (column.name for column in table.columns if column.info.get("personal")):
            whose = "id" if table is Resident.__table__ else "resident_id"
            session.execute(text(f"UPDATE {table} SET {column} = '{CANARY}' WHERE {whose} = {resident.id}"))
    session.execute(text("UPDATE residents SET vehicles = :plate"), {"plate": f"川A {CANARY}"})
    session.commit()
    clerk = sign_in("clerk")
    for path in ("/admin/residents/", f"/admin/residents/details/?id={resident.id}", "/admin/residents/export/csv/"):
        clerk.get(path).get_data()
    clerk.get(f"/admin/search/?q={CANARY}%22")
    assert CANARY not in log.getvalue()


def test_what_a_server_logs_of_a_request_is_silent_too(tmp_path):
    settings = ServerConfig()
    settings.set("errorlog", str(tmp_path / "log"))
    server = ServerLog(settings)
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        server.exception("Error handling request %s %s", "GET", f"/admin/tickets/?search={CANARY}")
        server.exception(error)
        server.warning(f"Invalid request from ip=10.0.0.1: Invalid Header: '{CANARY}'")
    for handler in server.error_log.handlers:
        handler.close()
    server.error_log.handlers.clear()
    said = (tmp_path / "log").read_text()
    assert "Error handling request" in said
    assert "ValueError" in said
    assert "Invalid request from ip=10.0.0.1" in said
    assert CANARY not in said


def test_libraries_that_log_a_trace_are_silent_too(monkeypatch):
    monkeypatch.setattr(logging.root, "handlers", [])
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logs.set_up()
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("sqlalchemy.pool").exception("Exception during reset")
    assert "ValueError" in written.getvalue()
    assert CANARY not in written.getvalue()


def test_a_command_that_fails_says_nothing_of_anybody(run_here, session, world, capsys):
    refusing(session, "23505")
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text(f"CREATE TRIGGER more BEFORE INSERT ON staff BEGIN SELECT RAISE(ABORT, '{CANARY}'); END"))
    else:
        session.execute(text("CREATE TRIGGER more BEFORE INSERT ON staff FOR EACH ROW EXECUTE FUNCTION trouble()"))
    session.commit()
    with pytest.raises(SystemExit):
        cli.main(["staff", "add", "someone", "--name", CANARY, "--generate"])
    said = capsys.readouterr()
    assert "frontdesk: " in said.err
    assert CANARY not in said.err + said.out


def test_a_mistake_of_a_command_is_told_by_its_place(monkeypatch, capsys):
    monkeypatch.setattr(cli, "run", lambda _arguments: int(CANARY))
    with pytest.raises(SystemExit):
        cli.main([])
    said = capsys.readouterr().err
    assert "mistake of the program: ValueError" in said
    assert CANARY not in said

"""What every answer has, and what every request must be, whoever asks."""

import dataclasses
import io

import pytest
from flask import Blueprint
from gunicorn.http.errors import ChunkMissingTerminator, InvalidChunkSize, NoMoreData
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from admin_app import create_app, security
from models.errors import OperationRefused, gettext_noop
from models.staff import SignInAttempt
from tests.factories import PASSWORD, token
from tests.marks import only_sqlite
from views.request import context

ERRORS = (400, 401, 403, 404, 405, 409, 413, 429, 500, 503)


@pytest.fixture
def troubled(config, now, world):
    """The program with some pages that go wrong; signed in as clerk."""
    app = create_app(config)
    app.config["FRONTDESK_NOW"] = now
    pages = Blueprint("trouble", __name__)

    @pages.get("/trouble/refused")
    def refused():
        raise OperationRefused("JOB-6", gettext_noop("The result is missing."))

    @pages.get("/trouble/role")
    def role():
        raise OperationRefused("ROLE", gettext_noop("The result is missing."))

    @pages.get("/trouble/unexpected")
    def unexpected():
        raise ValueError("secret words")

    @pages.get("/trouble/database")
    def database():
        raise OperationalError("SELECT secret", {}, Exception("secret words"))

    @pages.get("/trouble/write")
    def write():
        context.session().execute(text("UPDATE staff SET name = 'x'"))
        return "written"

    @pages.post("/trouble/twice")
    def twice():
        for _ in range(2):
            context.session().add(SignInAttempt(username="a", address="b", failures=1, last_at=now))
        context.session().commit()
        return "written"

    @pages.post("/trouble/uncommitted")
    def uncommitted():
        context.session().execute(text("UPDATE units SET floor = 77"))
        return "forgot to commit"

    app.register_blueprint(pages)
    client = app.test_client()
    client.post("/login", data={"username": "clerk", "password": PASSWORD, "csrf_token": token(client)})
    yield client
    app.extensions["frontdesk_database"].close()


@only_sqlite
def test_every_answer_has_the_headers_that_keep_strangers_out(client, world):
    for path in ("/login", "/nothing", "/admin/", "/healthz"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'; script-src 'self'; style-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Request-ID"]


@only_sqlite
def test_libraries_may_be_kept_by_the_browser(client):
    with client.get("/static/desk.css") as answer:
        assert "no-store" not in answer.headers["Cache-Control"]


@only_sqlite
def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client, world):
    cookie = client.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@only_sqlite
def test_in_production_the_session_cookie_wants_tls(config):
    app = create_app(dataclasses.replace(config, secure_cookies=True))
    assert "Secure" in app.test_client().get("/login").headers["Set-Cookie"]
    app.extensions["frontdesk_database"].close()


@only_sqlite
@pytest.mark.parametrize("sent", [None, "", "wrong", "IjEi.aaaa.bbbb"])
def test_without_this_sessions_token_nothing_is_done(sign_in, sent):
    clerk = sign_in("clerk")
    data = {"language": "zh_Hans_CN"} if sent is None else {"language": "zh_Hans_CN", "csrf_token": sent}
    answer = clerk.post("/account/language", data=data)
    assert answer.status_code == 400
    assert "so nothing was done" in answer.text


def test_the_token_of_another_session_is_worth_nothing(sign_in):
    clerk, manager = sign_in("clerk"), sign_in("manager")
    foreign = token(manager, "/account/password")
    token(clerk, "/account/password")
    assert clerk.post("/account/language", data={"language": "en", "csrf_token": foreign}).status_code == 400


@only_sqlite
@pytest.mark.parametrize(
    "path",
    ["/login?next=%00", "/login?a=%ff", "/login?%c3=1", "/%00", "/%ff", "/admin/%00", "/login?a=%ed%a0%80"],
)
def test_broken_addresses_are_refused(client, world, path):
    assert client.get(path).status_code == 400


@only_sqlite
@pytest.mark.parametrize("body", [b"username=%00", b"username=%ff", b"username=\xff", b"%00=1", b"username=\x00"])
def test_broken_forms_are_refused(client, world, body):
    kind = "application/x-www-form-urlencoded"
    assert client.post("/login", data=body, content_type=kind).status_code == 400


class BrokenBody(io.RawIOBase):
    """A body that says of its pieces what they are not, as gunicorn reads it."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        raise self.error


@only_sqlite
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("error", [InvalidChunkSize(b"zz"), ChunkMissingTerminator(b"x"), NoMoreData()])
def test_a_body_in_broken_pieces_is_refused(client, world, kind, error):
    body = io.BufferedReader(BrokenBody(error))
    told = {"wsgi.input": body, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    assert client.post("/login", content_type=kind, environ_overrides=told).status_code == 400


@only_sqlite
def test_broken_parts_of_a_form_are_refused(client, world):
    kind = "multipart/form-data; boundary=x"
    for value in (b"a\0b", b"a\xffb"):
        body = b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n' + value + b"\r\n--x--\r\n"
        assert client.post("/login", data=body, content_type=kind).status_code == 400


@only_sqlite
def test_a_body_too_large_is_refused(client, world):
    kind = "application/x-www-form-urlencoded"
    answer = client.post("/login", data=b"a=" + b"b" * security.MAXIMUM_BODY, content_type=kind)
    assert answer.status_code == 413
    assert "too much at once" in answer.text


@only_sqlite
@pytest.mark.parametrize("address", ["/login", "/admin/tickets/new/", "/account/language", "/nothing"])
def test_a_body_too_large_is_read_away_so_that_the_answer_arrives(sign_in, address):
    body = io.BytesIO(b"a=" + b"b" * 20_000_000)
    kind = "application/x-www-form-urlencoded"
    answer = sign_in("clerk").post(address, input_stream=body, content_type=kind)
    assert answer.status_code == 413
    assert body.tell() == len(body.getvalue()), "while something is left unread, the connection breaks off"


@only_sqlite
def test_a_refusal_is_a_page_with_its_rule__JOB_6(troubled):
    answer = troubled.get("/trouble/refused")
    assert answer.status_code == 409
    assert "JOB-6: The result is missing." in answer.text
    assert answer.text.count("<h1") == 1


@only_sqlite
def test_a_refusal_for_the_role_is_403(troubled):
    assert troubled.get("/trouble/role").status_code == 403


@only_sqlite
def test_a_mistake_of_the_program_says_nothing_but_its_number(troubled):
    for path, code in (("/trouble/unexpected", 500), ("/trouble/database", 503)):
        answer = troubled.get(path)
        assert answer.status_code == code
        assert "secret" not in answer.text
        assert answer.headers["X-Request-ID"] in answer.text


def test_what_the_database_refuses_is_409_in_words(troubled):
    answer = troubled.post("/trouble/twice", data={"csrf_token": token(troubled, "/account/password")})
    assert answer.status_code == 409
    assert "there is already one with this" in answer.text


def test_looking_at_a_page_can_write_nothing(troubled, session):
    assert troubled.get("/trouble/write").status_code >= 500
    assert not session.scalar(text("SELECT count(*) FROM staff WHERE name = 'x'"))


def test_what_nobody_commits_is_undone(troubled, session):
    answer = troubled.post("/trouble/uncommitted", data={"csrf_token": token(troubled, "/account/password")})
    assert answer.status_code == 200
    assert not session.scalar(text("SELECT count(*) FROM units WHERE floor = 77"))


@only_sqlite
def test_programs_get_their_errors_as_json(sign_in):
    answer = sign_in("clerk").get("/nothing", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["error"]) == (404, 404)


@only_sqlite
@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_there_is_a_page_for_every_error(app, code, language):
    with app.test_request_context(headers={"Accept-Language": language}):
        answer = security.error_page(code)
    page = answer.get_data(as_text=True)
    assert answer.status_code == code
    assert page.count("<h1") == 1
    assert "<main" in page


@only_sqlite
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_other_methods_are_not_served(sign_in, method):
    assert sign_in("clerk").open("/account/password", method=method).status_code in {400, 405}

"""By which names the server is called, what is said to others, and which address a pass carries."""

import dataclasses

import pytest
import segno

from admin_app import create_app
from admin_app.hosts import is_trusted
from tests import reading
from tests.factories import PASSWORD, token
from tests.marks import only_sqlite

MALFORMED = (
    "x" * 64,
    "x" * 80 + ".example.org",
    "a." * 130 + "org",
    "desk..example.org",
    "desk example",
    "desk<script>",
    "-desk",
    "desk@evil.com",
    "desk/evil",
    "desk:port",
    "[::1",
    "\u5c0f\u533a",
)
FOREIGN = ("evil.com", "desk.example.org.evil.com", "10.0.0.9", "desk.example.org:80:80")
OWN = ("desk.example.org", "DESK.example.org:443", "localhost", "127.0.0.1:8000", "[::1]:8000")


@pytest.fixture
def called(config, now):
    """``called(**options)``: the program, set up so."""
    made = []

    def set_up(**options):
        app = create_app(dataclasses.replace(config, **options))
        app.config["FRONTDESK_NOW"] = now
        made.append(app)
        return app

    yield set_up
    for app in made:
        app.extensions["frontdesk_database"].close()


def ask(app, host, path="/login", **headers):
    return app.test_client().get(path, headers=headers, environ_overrides={"HTTP_HOST": host})


@only_sqlite
def test_a_name_that_is_none_is_refused_with_a_sentence(app, world):
    for host in MALFORMED:
        for path in ("/login", "/admin/", "/nothing", "/healthz", "/static/desk.css"):
            assert ask(app, host, path).status_code == 400, (host, path)
        assert "This server is not called by that name" in ask(app, host).text, host
        assert "此服务器没有这个名称" in ask(app, host, **{"Accept-Language": "zh"}).text, host
        answer = app.test_client().post("/login", environ_overrides={"HTTP_HOST": host})
        assert answer.status_code == 400, host


@only_sqlite
def test_only_trusted_names_are_answered_where_there_are_any(called):
    app = called(trusted_hosts=("desk.example.org", "localhost", "127.0.0.1", "[::1]"))
    assert {host: ask(app, host).status_code for host in FOREIGN} == dict.fromkeys(FOREIGN, 400)
    assert {host: ask(app, host).status_code for host in OWN} == dict.fromkeys(OWN, 200)
    assert ask(app, "10.0.0.9", "/healthz").status_code == 200, "a load balancer knows the number only"
    with ask(app, "evil.com", "/static/desk.css") as looks:
        assert looks.status_code == 200, "the page that refuses is dressed"


def test_a_dot_before_a_name_stands_for_all_below_it():
    trusted = (".example.org", "[::1]")
    for host in ("example.org", "a.b.example.org.", "Desk.Example.org:8000", "[::1]:1"):
        assert is_trusted(host, trusted), host
    for host in ("notexample.org", "example.org.evil.com", "[::2]", ""):
        assert not is_trusted(host, trusted), host


@only_sqlite
def test_what_a_proxy_says_is_checked_too(called):
    app = called(trusted_hosts=("desk.example.org", "localhost"), trusted_proxies=1)
    for host, expected in (("desk.example.org", 200), ("evil.com", 400), ("x" * 64, 400)):
        assert ask(app, "localhost", **{"X-Forwarded-Host": host}).status_code == expected


@only_sqlite
def test_without_a_list_every_name_is_answered(app):
    assert {host: ask(app, host).status_code for host in OWN} == dict.fromkeys(OWN, 200)


@only_sqlite
@pytest.mark.parametrize(
    ("options", "begins"),
    [
        (
            {"public_url": "https://desk.example.org"},
            {
                "localhost": "https://desk.example.org/gate/?code=",
                "evil.com": "https://desk.example.org/gate/?code=",
            },
        ),
        ({}, {"evil.com": "", "desk.example.org": ""}),
        (
            {"trusted_hosts": ("desk.example.org", "localhost")},
            {"desk.example.org": "http://desk.example.org/gate/?code=", "localhost": ""},
        ),
    ],
)
def test_a_pass_carries_the_public_address_or_its_code_alone(called, records, monkeypatch, options, begins):
    drawn = []
    make = segno.make

    def remembering(text, **how):
        drawn.append(text)
        return make(text, **how)

    monkeypatch.setattr(segno, "make", remembering)
    app = called(**options)
    client = app.test_client()
    client.post("/login", data={"username": "clerk", "password": PASSWORD, "csrf_token": token(client)})
    number = records.ids["visitor_passes"]
    for host, begin in begins.items():
        client.set_cookie("frontdesk", client.get_cookie("frontdesk").value, domain=host)
        page = client.get(f"/admin/visitor-passes/print/?id={number}", base_url=f"http://{host}")
        code = reading.words(reading.one(reading.page(page), "figcaption code"))
        assert drawn.pop() == f"{begin}{code.replace('-', '')}", host  # the hyphen is for the eye
        assert not drawn

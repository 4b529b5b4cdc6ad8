"""``frontdesk seed``: for demo databases only, and what it leaves is accepted by ``frontdesk verify``."""

import json

import pytest
from sqlalchemy import make_url

from admin_app import database
from admin_app.config import Config
from models.mark import DatabaseUse
from seed import scale
from tests.fixed import DATA_KEY, NOW, SECRET_KEY
from tests.marks import only_sqlite

ASKED = ("seed", "--size", "100", "--seed", "7", "--estate", "BIG")


@only_sqlite
def test_production_is_refused_whatever_the_environment_says(database_url, environment, fails):
    environment(database_url)
    assert "never for production" in fails(*ASKED)
    environment(database_url, use="demo")
    assert "production database" in fails(*ASKED)
    assert "1 to 20 letters" in fails(*ASKED[:-1], "no such code")


@pytest.fixture
def demo_url(empty_url):
    config = Config(DatabaseUse.DEMO, make_url(empty_url), SECRET_KEY, DATA_KEY, secure_cookies=False)
    database.upgrade(config, now=NOW).close()
    return empty_url


def test_it_fills_a_demo_database_once_and_verify_finds_nothing(demo_url, environment, run, fails, monkeypatch):
    monkeypatch.setattr(scale, "YEARS", 0.1)
    environment(demo_url, use="demo")
    code, out, err = run(*ASKED, "--dry-run")
    assert (code, err) == (0, "")
    assert "200 residents and 100 tickets" in out
    code, out, err = run(*ASKED)
    assert code == 0
    assert "big.clerk" in out
    assert "100 tickets and 200 residents" in err
    assert json.loads(run("verify", "--json")[1]) == {
        "ok": True,
        "problems": [],
        "without_event": [],
        "of_others": [],
    }
    assert "already" in fails(*ASKED)

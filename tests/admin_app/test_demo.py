"""The training estate is made whole or made again, never over anything else."""

import dataclasses

import pytest
from sqlalchemy import make_url, text

from admin_app import create_app, database
from admin_app.auth import DEMO_ACCOUNTS
from admin_app.commands.demo import make
from admin_app.config import Config, ConfigurationError
from models.mark import DatabaseUse
from tests import factories
from tests.fixed import DATA_KEY, NOW, SECRET_KEY


class Interrupted(Exception):
    """Stands for a power cut."""


def fill(opened, now):
    with opened.writing() as session:
        factories.make_world(session, now)
        session.commit()


def stop_half_way(opened, now):
    fill(opened, now)
    raise Interrupted


@pytest.fixture
def demo_config(empty_url):
    return Config(DatabaseUse.DEMO, make_url(empty_url), SECRET_KEY, DATA_KEY, secure_cookies=False)


def estates(demo_config):
    with database.open_ready(demo_config) as opened, opened.reading() as session:
        return session.execute(text("SELECT id, name FROM estates ORDER BY id")).all()


def test_it_is_made_once_and_kept(demo_config):
    make(demo_config, reset=False, fill=fill)
    first = estates(demo_config)
    make(demo_config, reset=False, fill=stop_half_way)
    assert estates(demo_config) == first


def test_one_whose_making_was_interrupted_is_refused_and_made_again(demo_config):
    with pytest.raises(Interrupted):
        make(demo_config, reset=False, fill=stop_half_way)
    with pytest.raises(ConfigurationError, match="does not say what it is for"):
        database.open_ready(demo_config)
    make(demo_config, reset=False, fill=fill)
    assert len(estates(demo_config)) == 2


def test_starting_over_forgets_what_was_changed(demo_config):
    make(demo_config, reset=False, fill=fill)
    with database.open_ready(demo_config) as opened, opened.writing() as session:
        session.execute(text("UPDATE estates SET name = 'changed'"))
        session.commit()
    make(demo_config, reset=True, fill=fill)
    assert "changed" not in str(estates(demo_config))


@pytest.mark.parametrize(
    ("empty_url", "interrupted"), [("sqlite", False), ("postgresql", True)], indirect=["empty_url"]
)
def test_tables_of_another_program_stay_when_it_is_made_and_started_over(demo_config, interrupted):
    with database.connect(demo_config, create=True) as opened, opened.engine.begin() as connection:
        connection.execute(text("CREATE TABLE others (id INTEGER)"))
        connection.execute(text("INSERT INTO others VALUES (7)"))
    if interrupted:
        with pytest.raises(Interrupted):
            make(demo_config, reset=False, fill=stop_half_way)
    for reset in (False, True):
        make(demo_config, reset=reset, fill=fill)
        with database.open_ready(demo_config) as opened, opened.reading() as session:
            assert session.execute(text("SELECT id FROM others")).all() == [(7,)]
    assert len(estates(demo_config)) == 2


def test_a_production_database_is_left_alone(demo_config):
    production = dataclasses.replace(demo_config, use=DatabaseUse.PRODUCTION)
    database.upgrade(production, now=NOW).close()
    for reset in (False, True):
        with pytest.raises(ConfigurationError, match="production database"):
            make(demo_config, reset=reset, fill=fill)
    database.open_ready(production).close()


@pytest.fixture
def page(demo_config):
    make(demo_config, reset=False, fill=fill)
    app = create_app(demo_config)
    app.config["FRONTDESK_NOW"] = NOW
    yield app.test_client().get("/login").text
    app.extensions["frontdesk_database"].close()


def test_its_accounts_stand_on_the_login_page(page):
    for username, _role in DEMO_ACCOUNTS:
        assert f"<code>{username}</code>" in page
    assert factories.PASSWORD in page


def test_in_production_no_account_stands_on_the_login_page(client, world):
    page = client.get("/login").text
    assert "<code>" not in page
    assert factories.PASSWORD not in page

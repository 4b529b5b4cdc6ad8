"""Whether this process can serve."""

from sqlalchemy import make_url, text

from models import migrations


def test_it_says_what_it_stands_on_without_signing_in(client, config):
    answer = client.get("/healthz")
    kind = make_url(config.database_url).get_backend_name()
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "database": kind, "schema": migrations.head(), "work": "stopped"}


def test_tables_of_another_version_are_said(client, engine):
    with engine.begin() as connection:
        connection.execute(text("UPDATE frontdesk_version SET version_num = '9999'"))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json["schema"] == "9999"


def test_a_database_that_fails_is_said(client, engine):
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE frontdesk_version RENAME COLUMN version_num TO other"))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json["status"] == "unavailable"

"""What the tests of the pages need to walk them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from models.personal import Keyring
from models.session import DeskSession, reading
from tests import postgres
from tests.conftest import DIALECTS
from tests.factories import token
from tests.marks import EVERYTHING, turn

ROLES = ("clerk", "technician", "lead", "supervisor", "manager", "auditor", "admin")

KINDS = DIALECTS if postgres.binaries()[0] else DIALECTS[:1]
ASKS_MUCH = {
    *("test_desk", "test_every_search", "test_exports", "test_filters", "test_imports", "test_lists", "test_places"),
    *("test_report_figures", "test_reports", "test_search", "test_sent_once", "test_unreadable"),
}
"""Modules whose pages put questions to the database that each kind answers in its own way: always on both."""


@pytest.hookimpl(tryfirst=True)  # before the marks are read
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What a page makes of the rows is the same on both kinds: each test on one, by its name, and a run of everything
    on both. The rules themselves run on both below the pages."""
    told = any("database_url" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    module = metafunc.module.__name__.rpartition(".")[2]
    if "database_url" in metafunc.fixturenames and not (EVERYTHING or told or module in ASKS_MUCH):
        kind = KINDS[turn(metafunc.function.__name__, len(KINDS))]
        metafunc.definition.add_marker(pytest.mark.parametrize("database_url", [kind], indirect=True))


@pytest.fixture
def look(engine: Engine, keyring: Keyring) -> Iterator[DeskSession]:
    """A session that only reads: it may stay open while pages write."""
    with DeskSession(reading(engine), keyring=keyring) as opened:
        yield opened


@pytest.fixture
def pages(app: Flask) -> dict[str, Any]:
    """Endpoint -> the view behind it."""
    return {view.endpoint: view for view in app.extensions["admin"][0]._views}


@pytest.fixture
def post(tokens: dict[FlaskClient, str]) -> Callable[..., Any]:
    """``post(client, path, **fields)``: a POST with this browser's token."""

    def posted(client: FlaskClient, path: str, /, **fields: Any) -> Any:
        if client not in tokens:
            tokens[client] = token(client, "/account/password")
        return client.post(path, data={"csrf_token": tokens[client], **fields})

    return posted

"""A world with records in every register, and what the tests of the pages need to walk them."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.session import DeskSession
from tests.factories import World, token
from tests.views.records import Records, make_records

ROLES = ("clerk", "technician", "lead", "supervisor", "manager", "auditor", "admin")


@pytest.fixture
def records(session: DeskSession, world: World, now: datetime.datetime) -> Records:
    """At least one record in each register; committed, and the session ended so that pages may write."""
    made = make_records(session, world, now)
    session.commit()
    session.close()
    return made


@pytest.fixture
def pages(app: Flask) -> dict[str, Any]:
    """Endpoint -> the view behind it."""
    return {view.endpoint: view for view in app.extensions["admin"][0]._views}


@pytest.fixture
def post(app: Flask) -> Callable[..., Any]:
    """``post(client, path, **fields)``: a POST with this browser's token."""
    tokens: dict[int, str] = {}

    def posted(client: FlaskClient, path: str, /, **fields: Any) -> Any:
        if id(client) not in tokens:
            tokens[id(client)] = token(client, "/admin/")
        return client.post(path, data={"csrf_token": tokens[id(client)], **fields})

    return posted

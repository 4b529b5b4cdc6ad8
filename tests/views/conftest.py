"""What the tests of the pages need to walk them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from models.personal import Keyring
from models.session import DeskSession, reading
from tests.factories import token

ROLES = ("clerk", "technician", "lead", "supervisor", "manager", "auditor", "admin", "guard")


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

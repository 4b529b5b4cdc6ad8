"""The running program: it serves the pages of views/ over the database of models/."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from admin_app.config import Config


def create_app(config: "Config | None" = None) -> "Flask":
    """The WSGI application; *config* defaults to what the environment says.

    Raises ``ConfigurationError`` with one line that says what to do.
    """
    from admin_app.factory import create_app as create

    return create(config)

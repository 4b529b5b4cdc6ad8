"""The pages of the front desk: Flask-Admin views over the shared database; no rule lives here.

``REGISTER_VIEWS`` is the order of the menu; ``register_views`` puts the panel into the program.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask
    from flask_admin import Admin

    from views.register.base import LedgerView


def register_views(app: "Flask") -> "Admin":
    """Add every page of the panel to *app*."""
    from views import panel  # the command line must not load the web to read views.words.language

    return panel.register_views(app)


def __getattr__(name: str) -> "tuple[type[LedgerView[Any]], ...]":
    if name == "REGISTER_VIEWS":
        from views import panel  # likewise

        return panel.REGISTER_VIEWS
    raise AttributeError(name)

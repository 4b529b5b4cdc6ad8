"""How the pages look and sound in this browser: light or dark, keys and alarms on or off; taste, so in cookies."""

from typing import Any

from flask import Flask, request

SECONDS = 365 * 24 * 3600
PREFERENCES: dict[str, tuple[str, ...]] = {
    "theme": ("system", "light", "dark"),
    "keys": ("on", "off"),
    "sound": ("on", "off"),
}
"""Cookie -> what it may say; the first is meant where there is none."""


def init(app: Flask) -> None:
    """Lend the preferences to all templates."""

    @app.context_processor
    def _preferences() -> dict[str, Any]:
        return {"preferred": preferred}


def preferred(name: str) -> str:
    """What this browser wants of *name*, one of ``PREFERENCES[name]``."""
    allowed = PREFERENCES[name]
    given = request.cookies.get(name)
    return given if given in allowed else allowed[0]

"""Nothing of Flask-Admin's own pages is in use: what it would draw with them is closed, or drawn by ours."""

import hashlib
from pathlib import Path
from typing import Any

import flask_admin
from flask import Flask

from views.register.editing import EditPages

UPSTREAM = Path(flask_admin.__file__).parent
PAGES = ("model/list.html", "model/edit.html", "model/create.html", "model/details.html", "index.html", "base.html")
"""The upstream pages that ours stand in for; what they can do may have to be looked at when they change."""
KNOWN = "fdb3ad3d28b0f74bb87d5dcaa6cd6e10603ff39c3ddb2c3881b2659c5d1b84e7"


def test_no_template_comes_from_flask_admin(app: Flask) -> None:
    sources = [app.jinja_env.get_or_select_template(name).filename or "" for name in app.jinja_env.list_templates()]
    assert len(sources) > len(PAGES)
    assert not [source for source in sources if source.startswith(str(UPSTREAM))]


def test_every_page_that_a_view_can_draw_is_ours(app: Flask, pages: dict[str, Any]) -> None:
    """Without ours Flask-Admin would not find any: its folder is not among those that are looked through."""
    have = set(app.jinja_env.list_templates())
    closed = {"edit_modal_template", "create_modal_template", "details_modal_template"}
    wrong = []
    for endpoint, view in pages.items():
        names = {name for name in dir(type(view)) if name.endswith("_template")}
        if not isinstance(view, EditPages):
            names -= {"create_template", "edit_template"}  # nobody writes there by hand: it has no such page
        wrong += [(endpoint, name) for name in names - closed if getattr(view, name) not in have]
        wrong += [
            (endpoint, name) for name in ("create_modal", "edit_modal", "details_modal") if getattr(view, name, False)
        ]
    assert wrong == []


def test_the_pages_that_ours_replace_are_those_we_have_looked_at() -> None:
    """Fails when the pinned Flask-Admin moves: read what is new in these pages, then write the new hash here."""
    folder = UPSTREAM / "templates" / "bootstrap4" / "admin"
    contents = b"".join((folder / name).read_bytes() for name in PAGES)
    assert hashlib.sha256(contents).hexdigest() == KNOWN

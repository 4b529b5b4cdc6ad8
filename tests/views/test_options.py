"""What a declaration may set of Flask-Admin's options: what is set works, and what would not work stops the start."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_admin.contrib.sqla import ModelView
from sqlalchemy import select

from admin_app import create_app
from admin_app.config import Config
from models.session import DeskSession
from models.staff import Department, Team
from models.tickets import Ticket
from tests.factories import PASSWORD, World, token
from tests.fixed import NOW
from tests.marks import only_sqlite
from tests.reading import one, page, words
from views.register.base import RegisterView
from views.register.options import HONOURED, INSTEAD, sorting
from views.registers.estates import TeamView


class ClosedTeams(TeamView):
    """Teams that nobody adds, changes, takes away or carries off."""

    endpoint_name, url_name = "closed_teams", "closed-teams"
    can_create = can_edit = can_delete = can_export = False


class PlainTeams(TeamView):
    """Teams as somebody declares them who knows Flask-Admin only."""

    endpoint_name, url_name = "plain_teams", "plain-teams"
    column_list: Any = ("name", "department")
    column_labels = {"department": "Trade"}
    column_formatters = {"department": lambda _view, _context, team, name: f"<{getattr(team, name).value}>"}
    column_searchable_list: Any = (Team.name,)
    column_default_sort = ("name", True)
    column_export_list: Any = ("name",)
    form_args = {"name": {"description": "as on the door"}}
    page_size = 2


@pytest.fixture
def own_app(config: Config, world: World) -> Iterator[Flask]:
    """A program with these registers beside its own."""
    app = create_app(config)
    app.config["FRONTDESK_NOW"] = NOW
    admin = app.extensions["admin"][0]
    for view in (ClosedTeams(), PlainTeams()):
        admin.add_view(view)
    yield app
    app.extensions["frontdesk_database"].close()


@pytest.fixture
def manager(own_app: Flask) -> FlaskClient:
    """A browser in which the manager is signed in."""
    client = own_app.test_client()
    client.post("/login", data={"username": "manager", "password": PASSWORD, "csrf_token": token(client)})
    return client


@pytest.fixture
def team(world: World) -> Team:
    """One of the world's teams."""
    return world.teams[Department.GREENING]


@only_sqlite
def test_what_a_declaration_switches_off_has_no_page_and_no_button(
    manager: FlaskClient, team: Team, world: World, session: DeskSession, post: Callable[..., Any]
) -> None:
    def stored() -> list[tuple[Any, ...]]:
        rows = session.execute(select(Team.id, Team.name, Team.version).order_by(Team.id)).all()
        session.rollback()
        return [tuple(row) for row in rows]

    before, here = stored(), f"?id={team.id}"
    for path in ("new/", f"edit/{here}", f"delete/{here}", "export/csv/", "export/xlsx/"):
        at = f"/admin/closed-teams/{path}"
        assert manager.get(at.replace("closed-", "")).status_code == 200, path
        assert manager.get(at).status_code == 404, path
        answer = post(manager, at, name="园林二组", department="greening", version="1")
        assert answer.status_code in (404, 405), path
    assert stored() == before
    for shown in (manager.get("/admin/closed-teams/"), manager.get(f"/admin/closed-teams/details/{here}")):
        addresses = [link.attributes.get("href") or "" for link in page(shown).css("a, form[action]")]
        assert not [
            at for at in addresses if any(f"-teams/{what}/" in at for what in ("new", "edit", "delete", "export"))
        ]


@only_sqlite
def test_the_options_that_a_maintainer_of_flask_admin_tries_first_work(manager: FlaskClient, world: World) -> None:
    names = sorted((each.name for each in world.teams.values()), reverse=True)
    assert len(names) > 2
    shown = page(manager.get("/admin/plain-teams/"))
    rows = [[words(cell) for cell in row.css("td")][-2:] for row in shown.css("table tr") if row.css("td")]
    assert [name for name, _department in rows] == names[:2]
    assert all(text.startswith("<") and text.endswith(">") for _name, text in rows)
    assert "Trade" in words(one(shown, "thead"))
    wanted = names[-1]
    found = page(manager.get("/admin/plain-teams/", query_string={"search": wanted[:2].upper()}))
    assert {words(row.css("td")[-2]) for row in found.css("table tr") if row.css("td")} == {
        name for name in names if wanted[:2].casefold() in name.casefold()
    }
    lines = manager.get("/admin/plain-teams/export/csv/").text.lstrip("\ufeff").splitlines()
    assert lines[1:] == names
    team = next(iter(world.teams.values()))
    assert "as on the door" in words(page(manager.get(f"/admin/plain-teams/edit/?id={team.id}")))


VAIN = sorted(
    {name for name in dir(ModelView) if not name.startswith("_") and not callable(getattr(ModelView, name))} - HONOURED
)


@pytest.mark.parametrize("name", sorted({*VAIN, *INSTEAD}))
def test_an_option_that_would_be_set_in_vain_stops_the_start(name: str) -> None:
    assert name not in HONOURED
    with pytest.raises(TypeError, match=rf"Vain\.{name} would be set in vain"):
        type("Vain", (RegisterView,), {"model": Team, name: ()})


def test_a_register_with_an_index_is_not_searched_by_columns() -> None:
    with pytest.raises(TypeError, match="its table says what is searched"):
        type("Vain", (RegisterView,), {"model": Ticket, "column_searchable_list": ("summary",)})


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("name", ("name", False)),
        (("name", True), ("name", True)),
        ([("name", True), ("id", False)], ("name", True)),
        ((Team.name, False), ("name", False)),
    ],
)
def test_a_default_order_is_taken_in_each_way_in_which_flask_admin_takes_it(
    declared: Any, expected: tuple[str, bool]
) -> None:
    assert sorting(declared) == expected


def test_a_ledger_into_which_nobody_writes_has_no_pages_for_writing_at_all(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    writing = ("create_view", "edit_view", "delete_view", "bulk_view", "ajax_update", "action_view")
    for register in ("audits", "events"):
        assert {f"{register}.{each}" for each in ("index_view", "details_view", "export")} <= endpoints
        assert not {f"{register}.{each}" for each in writing} & endpoints
    assert {f"teams.{each}" for each in writing[:4]} <= endpoints

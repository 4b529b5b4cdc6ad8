"""Whom the search boxes of forms offer."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.operations.core import name_pinyin
from models.roles import Role
from models.session import DeskSession
from models.staff import Department
from tests import factories
from tests.factories import World

AT = datetime.datetime(2026, 11, 18, 2, 0, tzinfo=datetime.UTC)
LOOKUP = "/admin/tickets/ajax/lookup/"


def offered(client: FlaskClient, url: str = LOOKUP, **asked: Any) -> list[str]:
    rows = client.get(url, query_string={"name": "handler", "query": "", **asked}).get_json()
    return [row["text"].partition(" (")[0] for row in rows]


def test_people_are_found_by_name_user_name_and_pinyin__DSP_11(
    sign_in: Callable[..., FlaskClient], world: World
) -> None:
    clerk = sign_in("clerk")
    for typed in ("王", "王强", "wang", "WangQiang", "wang qiang", "wq", "qiang"):
        assert offered(clerk, query=typed) == ["王强"], typed
    assert offered(clerk, query="technician") == ["李国", "王强"]
    assert offered(clerk, query="zzz") == offered(clerk, query="%") == []


def test_a_surname_read_so_comes_before_names_that_have_it_somewhere__INT_3(
    session: DeskSession, world: World, sign_in: Callable[..., FlaskClient]
) -> None:
    for name in ("邓丽", "白山", "单勇", "陈珊珊", "单", "王珊"):
        row = factories.make_resident(session, world.units[1], name, "13911110001", AT)
        row.name_pinyin = name_pinyin(name)
        factories.make_person(session, world.estate, f"person{row.id}", name, Role.CLERK, None)
    session.commit()
    clerk = sign_in("clerk")
    assert offered(clerk, query="shan")[:2] == ["单", "单勇"]
    found = [text.split()[0] for text in offered(clerk, "/admin/keys/ajax/lookup/", name="resident", query="shan")]
    assert found[:2] == ["单", "单勇"]
    assert "邓丽" in found[2:]


def test_the_people_of_a_team_are_those_whom_the_verb_takes__DSP_11(
    sign_in: Callable[..., FlaskClient], world: World
) -> None:
    clerk = sign_in("clerk")
    engineers, desk = {"王强", "李国", "赵工"}, {"陈思", "林小满", "周敏", "吴总"}
    engineering, service = (world.teams[each].id for each in (Department.ENGINEERING, Department.CUSTOMER_SERVICE))
    assert set(offered(clerk, team=engineering)) == engineers
    assert offered(clerk, team=engineering, query="chen") == []
    assert set(offered(clerk, team=service)) == desk
    assert set(offered(clerk, "/admin/complaints/ajax/lookup/", team=engineering)) == engineers | desk
    assert offered(clerk, team=world.other_team.id) == []


@pytest.mark.parametrize("team", ["x", "-1", "9" * 30])
def test_nonsense_for_a_team_is_no_failure(sign_in: Callable[..., FlaskClient], world: World, team: str) -> None:
    assert sign_in("clerk").get(LOOKUP, query_string={"name": "handler", "team": team}).status_code == 400

"""Whom the search boxes of forms offer."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.call import Call
from models.operations import tickets
from models.operations.core import name_pinyin
from models.roles import Role
from models.session import DeskSession
from models.staff import Department
from models.tickets import CancelKind
from tests import factories
from tests.factories import World
from tests.operations.walks import do
from tests.records import HOUR, make_tickets

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
    for asked in ("shan", "SHAN"):
        assert offered(clerk, query=asked)[:2] == ["单", "单勇"]
        found = [text.split()[0] for text in offered(clerk, "/admin/keys/ajax/lookup/", name="resident", query=asked)]
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


def test_who_has_the_least_to_do_is_offered_first_with_how_much_that_is__DSP_11(
    session: DeskSession, sign_in: Callable[..., FlaskClient], world: World
) -> None:
    """Open matters of both registers, of the estate shown; who is named keeps the place of the name."""
    strong, weak = world.person("technician"), world.person("technician2")
    jobs = make_tickets(session, world, AT, 4)
    team, now = world.teams[Department.ENGINEERING], AT + HOUR
    for place, ticket in enumerate(jobs):
        do(world, "dispatch", ticket, now, team=team, assignee=weak if place == 3 else strong).one()
    call = Call(session, world.actor("supervisor"), now, reason="不用了")
    tickets.cancel(call, jobs[:1], kind=CancelKind.WITHDRAWN).one()
    session.commit()
    rows = sign_in("clerk").get(LOOKUP, query_string={"name": "handler", "query": "", "team": team.id})
    assert [row["text"] for row in rows.get_json()] == [
        "赵工 (lead) · 0 open",
        "李国 (technician2) · 1 open",
        "王强 (technician) · 2 open",
    ]
    assert offered(sign_in("clerk"), query="technician") == ["李国", "王强"]


@pytest.mark.parametrize("team", ["x", "-1", "9" * 30])
def test_nonsense_for_a_team_is_no_failure(sign_in: Callable[..., FlaskClient], world: World, team: str) -> None:
    assert sign_in("clerk").get(LOOKUP, query_string={"name": "handler", "team": team}).status_code == 400


def test_a_matter_that_is_over_is_offered_as_such_where_no_open_one_fits_and_its_choice_is_answered__INT_6(
    session: DeskSession, world: World, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    leak, light, other = make_tickets(session, world, AT - 5 * HOUR, 3)
    call = Call(session, world.actor("clerk"), AT - HOUR, reason="不用了")
    tickets.cancel(call, [leak], kind=CancelKind.WITHDRAWN).one()
    session.commit()
    clerk = sign_in("clerk")

    def found(query: str) -> list[str]:
        return [
            row["text"] for row in clerk.get(LOOKUP, query_string={"name": "open_ticket", "query": query}).get_json()
        ]

    over = f"{leak.number} {leak.summary} (cancelled) #{leak.id}"
    assert found(leak.number) == [over]
    assert {text.split()[0] for text in found("")} == {light.number, other.number}
    assert leak.number not in " ".join(found("漏水"))
    for typed in (leak.number, over, f"id:{leak.id}"):
        answer = post(clerk, f"/admin/tickets/step/merge/?id={light.id}", original=typed, reason="同一件")
        assert f"{leak.number} is “cancelled”; only an open matter takes others in." in answer.text, typed
        assert "Nothing found" not in answer.text

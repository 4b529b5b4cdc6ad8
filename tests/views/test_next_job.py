"""The next job of a technician, on top of the desk."""

import datetime
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from models.session import DeskSession
from models.tickets import TicketKind, TicketStatus
from tests import reading
from tests.factories import World
from tests.marks import only_sqlite
from tests.operations import walks

MINUTE = datetime.timedelta(minutes=1)


def card(client: FlaskClient) -> list[str]:
    """The sentence on top and what can be done about it."""
    page = reading.page(client.get("/admin/"))
    if not page.css("#next-job-card"):
        return []
    acts = page.css(".next-job-acts .btn, .next-job-absent summary")
    return [reading.words(node) for node in (reading.one(page, ".next-job-what"), *acts)]


@only_sqlite
def test_an_emergency_comes_first_then_what_is_under_way__DSP_1(
    session: DeskSession, world: World, now: datetime.datetime, sign_in: Callable[..., FlaskClient]
) -> None:
    client, me = sign_in("technician"), world.person("technician")
    assert card(client) == []
    due, under_way = (walks.ticket_in(world, TicketStatus.ACCEPTED, now - MINUTE, summary=name) for name in ("a", "b"))
    for ticket in (due, under_way):
        ticket.assignee_id = me.id
    session.commit()
    assert card(client)[1] == "I am there"
    walks.do(world, "start", under_way, now).one()
    session.commit()
    assert card(client)[:4] == ["b", "Finish", "Charge", "Put on hold"]
    assert "resident absent" in card(client)
    urgent = walks.new_ticket(world, now, summary="c", kind=TicketKind.EMERGENCY, team_id=due.team_id)
    session.commit()
    assert card(client) == ["c", "Accept"]
    assert urgent.assignee_id is None


@only_sqlite
@pytest.mark.parametrize("role", ["technician", "technician2"])
def test_the_number_of_who_reported_stands_on_the_own_job_only__RES_4(
    role: str, session: DeskSession, world: World, now: datetime.datetime, sign_in: Callable[..., FlaskClient]
) -> None:
    ticket = walks.ticket_in(world, TicketStatus.ACCEPTED, now - MINUTE, reporter_phone="13800138000")
    ticket.assignee_id = world.person("technician").id
    session.commit()
    page = reading.page(sign_in(role).get("/admin/"))
    dialled = [node.attributes["href"] for node in page.css(".next-job-call a")]
    assert dialled == (["tel:13800138000"] if role == "technician" else [])


@only_sqlite
def test_the_desk_has_no_next_job(world: World, sign_in: Callable[..., FlaskClient]) -> None:
    assert card(sign_in("clerk")) == []

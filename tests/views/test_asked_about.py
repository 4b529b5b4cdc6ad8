"""Jobs of which nobody said within the hour that they are done stand on the desk as a list of their own (DSP-6)."""

import datetime
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from models.session import DeskSession
from models.tickets import TicketStatus
from tests import reading
from tests.factories import World
from tests.operations.walks import HOUR, MINUTE, do, ticket_in

LIST = "/admin/?show=ask"
STEP = "/admin/tickets/step/ask_done/"


def asked_about(client: FlaskClient) -> list[int]:
    return reading.ids(reading.under(reading.page(client.get(LIST)), "due-heading"), STEP)


def test_the_desk_asks_about_each_after_an_hour_and_writes_the_answer_down__DSP_6(
    session: DeskSession,
    world: World,
    now: datetime.datetime,
    post: Callable[..., Any],
    sign_in: Callable[..., FlaskClient],
) -> None:
    under_way = [ticket_in(world, TicketStatus.IN_PROGRESS, now - late) for late in (HOUR + MINUTE, HOUR)]
    waits, done = (ticket_in(world, TicketStatus.IN_PROGRESS, now - 2 * HOUR) for _ in range(2))
    do(world, "wait", waits, now - 2 * HOUR + MINUTE).one()
    do(world, "finish", done, now - HOUR).one()
    ids = [ticket.id for ticket in under_way]
    session.commit()
    clerk = sign_in("clerk")
    figure = reading.one(reading.page(clerk.get("/admin/")), f"a[href='{LIST}']")
    assert reading.words(figure) == "1 Not said to be done within the hour"
    assert asked_about(clerk) == ids[:1]
    assert asked_about(sign_in("technician")) == []
    address = f"{STEP}?id={ids[0]}"
    assert post(clerk, address, said=" ").status_code == 400
    assert post(clerk, address, said="还差一个阀门，三点前到").status_code == 302
    assert asked_about(clerk) == []
    assert "还差一个阀门，三点前到" in clerk.get(f"/admin/tickets/details/?id={ids[0]}").text

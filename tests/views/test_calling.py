"""The phone of a record, shown whole for a minute to whoever is to call, and written down (RES-4)."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.events import Event
from models.session import DeskSession
from models.tickets import Ticket
from tests import reading
from tests.factories import World
from tests.records import Records

NUMBER = "13812345678"


def shown(session: DeskSession) -> int:
    found = session.scalar(select(func.count()).select_from(Event).where(Event.verb == "read_phone")) or 0
    session.commit()
    return found


def test_one_press_beside_the_list_shows_the_number_and_leaves_a_trace__RES_4(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], session: DeskSession, records: Records
) -> None:
    clerk, ticket = sign_in("clerk"), records.ids["tickets"]
    beside = clerk.get(f"/admin/tickets/preview/?id={ticket}").text
    assert NUMBER not in beside
    form = reading.one(reading.page(beside), "form.call-form")
    version = session.scalars(select(Ticket.version).where(Ticket.id == ticket)).one()
    session.commit()
    answer = post(clerk, form.attributes["action"])
    assert (answer.status_code, f"tel:{NUMBER}" in answer.text, answer.headers["Refresh"][:3]) == (200, True, "60;")
    event = session.scalars(select(Event).where(Event.verb == "read_phone")).one()
    assert (event.register, event.record_id, event.record_version, event.rule) == ("tickets", ticket, version, "RES-4")
    assert session.scalars(select(Ticket.version).where(Ticket.id == ticket)).one() == version, "the record stays"
    session.commit()
    record = clerk.get(f"/admin/tickets/details/?id={ticket}").text
    assert "See the phone in full" in record


def test_a_program_gets_the_number_as_a_link__RES_4(
    post: Callable[..., Any],
    tokens: dict[FlaskClient, str],
    sign_in: Callable[..., FlaskClient],
    records: Records,
    session: DeskSession,
) -> None:
    clerk = sign_in("clerk")
    post(clerk, f"/admin/tickets/call/?id={records.ids['tickets']}")
    answer = clerk.post(
        f"/admin/tickets/call/?id={records.ids['tickets']}",
        data={"csrf_token": tokens[clerk]},
        headers={"Accept": "application/json"},
    )
    assert answer.get_json() == {"phone": f'<a href="tel:{NUMBER}">{NUMBER}</a>', "seconds": 60}
    assert shown(session) == 2


@pytest.mark.parametrize("who", ["auditor", "lead", "admin"])
def test_who_need_not_call_is_refused_and_nothing_is_written__RES_4(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], session: DeskSession, records: Records, who: str
) -> None:
    client, ticket = sign_in(who), records.ids["tickets"]
    assert "call-form" not in client.get(f"/admin/tickets/preview/?id={ticket}").text
    answer = post(client, f"/admin/tickets/call/?id={ticket}")
    assert answer.status_code in (403, 404)
    assert NUMBER not in answer.text
    assert shown(session) == 0


def test_a_residents_number_is_called_beside_the_list_too__RES_4(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], world: World
) -> None:
    clerk, resident = sign_in("clerk"), world.residents[0].id
    form = reading.one(reading.page(clerk.get(f"/admin/residents/preview/?id={resident}").text), "form.call-form")
    assert "tel:13800138000" in post(clerk, form.attributes["action"]).text

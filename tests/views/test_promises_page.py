"""What was promised and moved is seen on the record, in the list and by whoever takes the next call (INT-5)."""

import datetime
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from models.session import DeskSession
from models.tickets import TicketKind
from tests import reading
from tests.factories import World
from tests.operations.walks import HOUR, new_ticket


def test_a_promise_is_moved_by_its_step_and_seen_wherever_the_matter_is__INT_5(
    session: DeskSession,
    world: World,
    now: datetime.datetime,
    post: Callable[..., Any],
    sign_in: Callable[..., FlaskClient],
) -> None:
    unit = world.units[0].id
    ticket = new_ticket(world, now, kind=TicketKind.QUERY, promised_at=now + HOUR).id
    session.commit()
    clerk = sign_in("clerk")
    step = {"promised_at": "2026-11-18T15:00"}
    refused = post(clerk, f"/admin/tickets/step/promise/?id={ticket}", **step)
    assert (refused.status_code, "Say why what was promised is moved." in refused.text) == (409, True)
    assert post(clerk, f"/admin/tickets/step/promise/?id={ticket}", **step, reason="等厂家回话").status_code == 302
    record = reading.words(reading.page(clerk.get(f"/admin/tickets/details/?id={ticket}")))
    assert "answered as promised INT-5 2026-11-18 10:00 2026-11-18 11:00 moved: 等厂家回话" in record
    rows = reading.rows(reading.page(clerk.get("/admin/tickets/?cols=number,promised_at")))
    assert [reading.words(row).split(" ", 1)[1] for row in rows] == ["5 h left"]
    card = reading.words(reading.page(clerk.get(f"/admin/tickets/intake/caller/?unit={unit}")))
    assert "Answer promised until: 5 h left" in card

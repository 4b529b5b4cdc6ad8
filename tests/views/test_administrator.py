"""An administrator's desk says how the system is: who keeps time, who asks for a password, who has no role."""

import datetime
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.call import Call
from models.operations import password_requests, staff
from models.roles import Role
from models.session import DeskSession
from models.staff import StaffAssignment
from models.timekeeping import TIMEKEEPER, WorkLease
from tests import reading
from tests.factories import World

SignIn = Callable[..., FlaskClient]


def piles(client: FlaskClient) -> dict[str, str]:
    """Key of each pile -> its words."""
    page = reading.page(client.get("/admin/"))
    return {
        str(node.attributes["aria-labelledby"]).removeprefix("pile-"): reading.words(node) for node in page.css(".pile")
    }


def test_an_administrator_sees_who_waits_for_a_password_or_a_role_and_who_keeps_time(
    session: DeskSession, world: World, now: datetime.datetime, sign_in: SignIn
) -> None:
    password_requests.ask(session, "clerk", address="::1", now=now)
    admin = Call(session, world.actor("admin"), now)
    clerk2 = world.person("clerk2")
    role = session.scalars(
        select(StaffAssignment).where(StaffAssignment.staff_id == clerk2.id, StaffAssignment.role == Role.CLERK)
    ).one()
    staff.end_role(admin, [role]).one()
    session.commit()
    told = piles(sign_in("admin"))
    assert set(told) == {"time", "passwords", "idle"}
    assert (world.person("clerk").name in told["passwords"], clerk2.name in told["passwords"]) == (True, False)
    assert (clerk2.name in told["idle"], world.person("clerk").name in told["idle"]) == (True, False)
    assert "was never started" in told["time"]
    asking = reading.page(sign_in("admin").get("/admin/staff/?flt_state=asking"))
    assert [reading.columns(row)["Full name"] for row in reading.rows(asking)] == [world.person("clerk").name]
    assert (
        "/admin/staff/?flt_state=asking" in dict(reading.links(reading.page(sign_in("admin").get("/admin/")))).values()
    )
    session.add(WorkLease(name=TIMEKEEPER, renewed_at=now))
    session.commit()
    assert "It runs" in piles(sign_in("admin"))["time"]


@pytest.mark.parametrize("who", ["clerk", "supervisor", "manager", "technician", "auditor"])
def test_nobody_else_sees_the_state_of_the_system(world: World, sign_in: SignIn, who: str) -> None:
    assert not piles(sign_in(who)).keys() & {"time", "passwords", "idle"}

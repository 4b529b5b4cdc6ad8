"""What waits for supervisors and auditors, as their desk shows it."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import render_template
from flask.testing import FlaskClient
from sqlalchemy import select

from models.audits import AuditRun
from models.complaints import Complaint
from models.matters import Severity
from models.session import DeskSession
from tests import reading
from tests.again import keep, load
from tests.factories import World
from tests.operations import audits, key_desk
from tests.records import Records
from views.pages import homes
from views.request.gathering import gathered

DAY = datetime.timedelta(days=1)


def make(session: DeskSession, world: World, now: datetime.datetime) -> Any:
    """A request for a key, a serious complaint, an audit with findings."""
    desk: Any = key_desk.open_desk(session, world, now - DAY)
    desk.approval = key_desk.request(desk)
    audits.everything(world, now - DAY)
    desk.run = audits.run(world, now).one().id
    desk.complaint = session.scalars(select(Complaint.number).where(Complaint.severity == Severity.SERIOUS)).one()
    return keep(desk)


MAKE = make


@pytest.fixture
def waiting(here: Any, session: DeskSession, world: World) -> Any:
    """What was made, of this session."""
    made = load(here, session, world)
    session.commit()
    session.close()
    return made


@contextmanager
def at_the_desk(client: FlaskClient) -> Iterator[None]:
    """A request of that person that is still going on."""
    cookie = client.get_cookie("frontdesk")
    assert cookie is not None
    app = client.application
    with app.test_request_context("/admin/", headers={"Cookie": f"frontdesk={cookie.value}"}):
        assert app.preprocess_request() is None
        yield


def piles(role: str) -> dict[str, homes.Pile]:
    """What waits for the person whose request goes on."""
    questions = {"supervisor": homes.supervisor_questions, "auditor": homes.auditor_questions}[role]()
    made = {"supervisor": homes.supervisor_home, "auditor": homes.auditor_home}[role](gathered(questions))
    return {pile.key: pile for pile in made}


def test_a_supervisor_finds_approvals_and_sign_offs__KEY_3_AUD_3(
    waiting: Any, sign_in: Callable[..., FlaskClient]
) -> None:
    with at_the_desk(sign_in("supervisor")):
        found = piles("supervisor")
        page = render_template("admin/home_supervisor.html", supervisor_piles=found.values())
    assert {key: pile.number for key, pile in found.items()} == {"approvals": 1, "audits": 1, "calls": 0, "serious": 1}
    (asked,) = found["approvals"].items
    assert (asked.name, len(asked.steps)) == (waiting.key.number, 2)
    assert f"/admin/key-approvals/step/approve/?id={waiting.approval.id}" in page
    assert found["serious"].items[0].name == waiting.complaint


def test_an_auditor_finds_what_is_not_explained_and_not_signed__AUD_3(
    waiting: Any, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    auditor = sign_in("auditor")
    with at_the_desk(auditor):
        found = piles("auditor")
        page = render_template("admin/home_auditor.html", auditor_piles=found.values())
    assert found["findings"].number > 5
    assert len(found["findings"].items) == min(homes.EACH, found["findings"].number)
    assert (found["audits"].number, found["days"].number) == (1, 7)
    for item in found["findings"].items[:2]:
        assert auditor.get(item.url).status_code == 200
    assert f"/admin/audits/details/?id={waiting.run}" in page


@pytest.mark.parametrize(
    ("role", "heading", "steps"),
    [
        ("technician", "My jobs", True),
        ("lead", "Jobs of my team", True),
        ("clerk", "Desk", True),
        ("auditor", "Desk", False),
    ],
)
def test_each_home_says_whose_it_is_and_has_steps_only_for_who_takes_them(
    role: str,
    heading: str,
    steps: bool,
    records: Records,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    sent = {"team": str(records.team), "assignee": f"id:{records.ids['staff']}"}
    job = f"/admin/tickets/step/dispatch/?id={records.tickets[1]}"
    assert post(sign_in("clerk"), job, **sent).status_code == 302
    page = reading.page(sign_in(role).get("/admin/"))
    assert reading.words(reading.one(page, "h1")).startswith(f"{heading} ")
    assert ("Next step" in reading.words(page)) is steps


def test_a_signed_audit_waits_for_nobody__AUD_3(
    waiting: Any, session: DeskSession, world: World, now: datetime.datetime, sign_in: Callable[..., FlaskClient]
) -> None:
    run = session.get_one(AuditRun, waiting.run)
    run.signed_off_at, run.signed_off_by_id = now, world.person("supervisor").id
    session.commit()
    for role in ("supervisor", "auditor"):
        with at_the_desk(sign_in(role)):
            assert piles(role)["audits"].number == 0


@pytest.mark.parametrize("role", ["clerk", "technician", "lead", "admin"])
def test_others_have_no_such_piles(role: str, waiting: Any, sign_in: Callable[..., FlaskClient]) -> None:
    with at_the_desk(sign_in(role)):
        assert (homes.supervisor_questions(), homes.auditor_questions()) == ({}, {})
        assert (homes.supervisor_home({}), homes.auditor_home({})) == ([], [])

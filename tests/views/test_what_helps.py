"""What helps stands beside a refusal of keys, passes, follow-ups and audits too, with who may do it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.follow_ups import AttemptOutcome
from models.keys import KeyApproval
from models.session import DeskSession
from models.tickets import TicketStatus
from tests import reading
from tests.factories import World
from tests.operations import gate_desk, key_desk
from tests.operations.walks import DAY, attempt, do, follow_up_of, ticket_in

SignIn = Callable[..., FlaskClient]
Post = Callable[..., Any]


def helping(page: reading.Node) -> dict[str, str]:
    """What is said to help, with its address; nothing for who may not."""
    return {
        reading.words(link): link.attributes["href"] or "" for line in page.css(".ways-on") for link in line.css("a")
    }


@pytest.fixture
def desk(session: DeskSession, world: World, now: Any) -> Any:
    return key_desk.open_desk(session, world, now)


def test_a_deposit_and_a_badge_wait_for_the_pass_and_who_is_inside_checks_out__PAS_3_PAS_8(
    session: DeskSession, world: World, now: Any, sign_in: SignIn
) -> None:
    gate = gate_desk.open_desk(session, world, now)
    row = gate_desk.issue(gate, gate_desk.worker(gate))
    gate_desk.do(gate, "check_in", row).one()
    number = row.id
    session.commit()
    found = helping(reading.page(sign_in("clerk").get(f"/admin/visitor-passes/details/?id={number}")))
    assert found["Check out"] == f"/admin/visitor-passes/step/check_out/?id={number}"
    guard = helping(reading.page(sign_in("auditor").get(f"/admin/visitor-passes/details/?id={number}")))
    assert guard == {}


def test_whoever_did_the_work_passes_the_follow_up_on_and_too_few_attempts_ask_for_another__FUP_1_FUP_3(
    session: DeskSession, world: World, now: Any, sign_in: SignIn, post: Post
) -> None:
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now - DAY)
    do(world, "finish", ticket, now - DAY).one()
    row = follow_up_of(world, ticket)
    attempt(world, row, now - DAY, AttemptOutcome.NOT_REACHED).one()
    number = row.id
    session.commit()
    address = f"/admin/follow-ups/details/?id={number}"
    found = helping(reading.page(sign_in("supervisor").get(address)))
    assert found == {"Record follow-up": f"/admin/follow-ups/step/record_attempt/?id={number}"}


def test_what_the_borrower_may_not_approve_is_withdrawn_or_asked_anew__KEY_3(
    session: DeskSession, world: World, desk: Any, sign_in: SignIn, post: Post
) -> None:
    asked = key_desk.request(desk, username="supervisor")
    number = asked.id
    session.commit()
    answer = post(sign_in("supervisor"), f"/admin/key-approvals/step/approve/?id={number}")
    assert answer.status_code == 409
    found = helping(reading.page(answer.text))
    assert found["Withdraw"] == f"/admin/key-approvals/step/withdraw/?id={number}"
    session.expire_all()
    assert session.get_one(KeyApproval, number).decided_at is None


def test_an_audit_that_lacks_notes_leads_to_what_lacks_them__AUD_3(
    session: DeskSession, world: World, now: Any, sign_in: SignIn, post: Post
) -> None:
    ticket_in(world, TicketStatus.DISPATCHED, now - DAY)
    session.commit()
    supervisor = sign_in("supervisor")
    run = post(supervisor, "/admin/audits/run/").location
    page = reading.page(supervisor.get(run))
    address = helping(page)["Write note"]
    assert "show=open" in address
    assert supervisor.get(address).status_code == 200
    assert helping(reading.page(sign_in("auditor").get(run))) == {}

"""The desk's bands: each open matter stands in one of them, in the first that it fits, for each who looks."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.call import Call
from models.complaints import Complaint
from models.matters import Severity
from models.operations import tickets as verbs
from models.session import DeskSession
from models.staff import Department
from models.tickets import Ticket, TicketKind, TicketStatus
from tests import reading
from tests.factories import World
from tests.fixed import NOW
from tests.operations import walks

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
MIDNIGHT = 14 * HOUR  # from the tests' present, which is 10 o'clock

# name -> state, when due, who has it and who keeps it, and what is special; by default all is of the technician.
TICKETS: dict[str, dict[str, Any]] = {
    "burst pipe": {"kind": TicketKind.EMERGENCY, "left": HOUR},
    "taken emergency": {"kind": TicketKind.EMERGENCY, "left": HOUR, "status": TicketStatus.ACCEPTED},
    "visit at noon": {"left": 3 * DAY, "visit": 2 * HOUR},
    "visit missed": {"left": -2 * DAY, "visit": -DAY},
    "visit later": {"left": 3 * DAY, "visit": 2 * HOUR + MINUTE},
    "visit begun": {"left": 3 * DAY, "visit": HOUR, "status": TicketStatus.IN_PROGRESS},
    "this morning": {"left": -10 * HOUR},
    "tonight": {"left": MIDNIGHT},
    "tomorrow": {"left": MIDNIGHT + MINUTE},
    "last night": {"left": -10 * HOUR - MINUTE},
    "done": {"left": -5 * DAY, "status": TicketStatus.DONE},
    "unassigned": {"left": 2 * DAY, "assignee": None},
    "unassigned and late": {"left": -2 * DAY, "assignee": None},
    "kept by me": {"left": 4 * DAY, "owner": "clerk2"},
}
COMPLAINTS: dict[str, dict[str, Any]] = {
    "serious": {"left": 5 * DAY, "severity": Severity.SERIOUS},
    "ordinary": {"left": 5 * DAY, "severity": Severity.ORDINARY},
}
AT_THE_DESK = {
    "alarm": ["burst pipe", "serious"],
    "next": ["visit missed", "promised", "visit at noon"],
    "today": ["this morning", "taken emergency", "tonight"],
    "mine": ["unassigned", "kept by me"],
    "ask": ["done"],
    "old": ["unassigned and late", "last night"],
    "rest": ["tomorrow", "visit later", "visit begun", "ordinary"],
}
OF_THE_LEAD = {
    "alarm": ["burst pipe", "serious"],
    "nobody": ["unassigned and late", "unassigned"],
    "next": ["visit missed", "promised", "visit at noon"],
    "today": ["this morning", "taken emergency", "tonight"],
    "rest": ["tomorrow", "visit later", "visit begun", "kept by me", "ordinary"],
    "ask": ["done"],
    "old": ["last night"],
}


def make(session: DeskSession, world: World, now: datetime.datetime) -> None:
    """The small world."""
    for name, said in TICKETS.items():
        team = {"team_id": world.teams[Department.ENGINEERING].id} if "kind" in said else {}
        kind = said.get("kind", TicketKind.REPAIR)
        ticket = walks.new_ticket(world, now - 3 * DAY, summary=name, kind=kind, **team)
        ticket.status = said.get("status", TicketStatus.DISPATCHED)
        ticket.visit_from = now + said["visit"] if "visit" in said else None
        ticket.dispatched_at = now - 2 * DAY
        settle(world, ticket, now, said)
    promised = walks.new_ticket(world, now - HOUR, summary="promised")
    verbs.promise(Call(session, world.actor("clerk"), now - HOUR), [promised], promised_at=now + HOUR).one()
    promised.status, promised.dispatched_at = TicketStatus.DISPATCHED, now - HOUR
    settle(world, promised, now, {"left": 5 * DAY})
    for name, said in COMPLAINTS.items():
        complaint = walks.new_complaint(world, now - 3 * DAY, summary=name)
        complaint.severity = said["severity"]
        settle(world, complaint, now, said)
    session.flush()


def settle(world: World, matter: Any, now: datetime.datetime, said: dict[str, Any]) -> None:
    matter.due_at = now + said["left"]
    matter.team_id = world.teams[Department.ENGINEERING].id
    person = said.get("assignee", "technician")
    matter.assignee_id = world.person(person).id if person else None
    matter.desk_owner_id = world.person(said.get("owner", "clerk")).id


MAKE = make


def bands(client: FlaskClient) -> dict[str, list[str]]:
    """Band -> its sentences in order, the number in its heading checked."""
    page, shown = reading.page(client.get("/admin/")), {}
    for heading in page.css("h2[id^='band-']"):
        name = (heading.attributes["id"] or "").removeprefix("band-")
        rows = reading.rows(reading.under(page, f"band-{name}"))
        shown[name] = [reading.words(row.css_first("a")).rpartition(" ")[0] for row in rows]
        assert reading.number_in(reading.words(heading).rpartition(" ")[2]) == len(shown[name]), name
    return shown


@pytest.mark.parametrize(("role", "expected"), [("clerk2", AT_THE_DESK), ("lead", OF_THE_LEAD)])
def test_each_open_matter_stands_in_the_first_band_that_it_fits__INT_14(
    here: None, role: str, expected: dict[str, list[str]], sign_in: Callable[..., FlaskClient]
) -> None:
    shown = bands(sign_in(role))
    assert shown == expected
    assert list(shown) == list(expected), "in this order"


def test_who_only_reads_has_no_band_of_their_own(here: None, sign_in: Callable[..., FlaskClient]) -> None:
    shown = bands(sign_in("auditor"))
    assert shown["nobody"] == AT_THE_DESK["mine"][:1]
    assert "kept by me" in shown["rest"]
    assert "mine" not in shown


def test_a_band_is_read_to_its_end_page_by_page__INT_14(
    here: None, session: DeskSession, world: World, sign_in: Callable[..., FlaskClient]
) -> None:
    for number in range(60):
        ticket = walks.new_ticket(world, NOW - DAY, summary=f"more {number}")
        ticket.status, ticket.dispatched_at = TicketStatus.DISPATCHED, NOW - DAY
        settle(world, ticket, NOW, {"left": HOUR})
        complaint = walks.new_complaint(world, NOW - DAY, summary=f"also {number}")
        settle(world, complaint, NOW, {"left": HOUR})
    session.commit()
    clerk = sign_in("clerk2")
    first = reading.page(clerk.get("/admin/"))
    assert reading.words(reading.one(first, "#band-today")).endswith(" 123")
    more = next(address for text, address in reading.links(first) if text == "All 123")
    seen: list[tuple[str, int]] = []
    pages = 0
    while more:
        page = reading.page(clerk.get(more))
        board = reading.under(page, "due-heading")
        for register in ("tickets", "complaints"):
            seen += [(register, number) for number in reading.ids(board, f"/admin/{register}/details/")]
        pages += 1
        more = next((address for text, address in reading.links(page) if text == "Next →"), "")
    due = {"tickets": select(Ticket.id), "complaints": select(Complaint.id)}
    wanted = {
        (register, number)
        for register, query in due.items()
        for number in session.scalars(query.where(query.selected_columns[0].table.c.due_at == NOW + HOUR))
    }
    assert (len(seen), pages) == (123, 3), "each once"
    assert wanted - set(seen) == {
        ("tickets", session.scalars(select(Ticket.id).where(Ticket.summary == "burst pipe")).one())
    }, "which stands in a band before"


@pytest.mark.parametrize(
    "address", ["?band=nothing", "?band=mine&show=mine", "?show=", "?band=today&after=x", "?after=2026-11-22~x~1"]
)
def test_a_desk_that_is_not_there_is_refused(here: None, address: str, sign_in: Callable[..., FlaskClient]) -> None:
    assert sign_in("clerk").get(f"/admin/{address}").status_code == 400

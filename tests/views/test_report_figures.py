"""Reports of a small world: for each figure a row inside and one outside of it, by id from the list that it opens."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.complaints import Complaint, ComplaintCategory, ComplaintStatus
from models.events import record_events
from models.follow_ups import FollowUp, FollowUpStatus
from models.session import DeskSession
from models.settings import Category, CategoryRegister
from models.tickets import Acceptance, CancelKind, Ticket, TicketKind, TicketStatus
from tests import reading
from tests.factories import World
from tests.views.maker import Ids, Maker

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
WEEK = 7 * DAY
REPORTS = "/admin/reports/?since=2026-10-22&until=2026-11-18"
"""Four weeks; the four before them begin on 24 September."""


def make(session: DeskSession, world: World, now: datetime.datetime) -> Ids:
    """Matters at the ends of the period, which is four weeks, and of the one before."""
    maker = Maker(session, world, now)
    first_day, first_week = maker.today - 27 * DAY, maker.today - 55 * DAY
    for code, name in (("tap", "水龙头"), ("lift", "电梯")):
        maker.add(Category, code, register=CategoryRegister.TICKETS, code=code, name=name)
    tap, lift = maker.ids["categories"]["tap"], maker.ids["categories"]["lift"]
    closed: dict[str, Any] = {"status": TicketStatus.CLOSED, "finished_at": now, "closed_at": now, "result": "修好"}
    closed |= {"closed_by_id": maker.person("clerk"), "acceptance": Acceptance.SIGNED}
    done = {"status": TicketStatus.DONE, "finished_at": now, "assignee_id": maker.person("technician2")}
    cancelled = {"status": TicketStatus.CANCELLED, "cancelled_at": now, "cancel_kind": CancelKind.WITHDRAWN}
    working = {"status": TicketStatus.IN_PROGRESS, "assignee_id": maker.person("technician")}
    matters: dict[str, tuple[datetime.datetime, dict[str, Any]]] = {
        "too long ago": (first_week - MINUTE, {"unit_id": maker.unit(0), "category_id": tap, **closed}),
        "eight weeks": (first_week, {"place": "门", "category_id": lift, **closed}),
        "day before": (first_day - MINUTE, {"unit_id": maker.unit(2), "category_id": tap, **closed}),
        "first day": (first_day, {"unit_id": maker.unit(0), "category_id": tap, **closed}),
        "week before": (maker.today - 6 * DAY - MINUTE, {"unit_id": maker.unit(2), "category_id": tap, **done}),
        "this week": (maker.today - 6 * DAY, {"unit_id": maker.unit(0), "category_id": tap, **working}),
        "called off": (maker.today, {"unit_id": maker.unit(1), "category_id": tap, **cancelled, "cancel_reason": "误"}),
        "repair": (maker.today, {"unit_id": maker.unit(1), "category_id": tap, "due_at": now - MINUTE, **working}),
        "enquiry": (
            maker.today,
            {"unit_id": maker.unit(1), "category_id": tap, "kind": TicketKind.ENQUIRY, "due_at": now},
        ),
        "unsorted": (maker.today, {"unit_id": maker.unit(1), "due_at": now - MINUTE}),
        "unsorted too": (maker.today, {"unit_id": maker.unit(1), "due_at": now}),
    }
    for name, (at, columns) in matters.items():
        maker.matter(Ticket, name, at, **({"kind": TicketKind.REPAIR} | columns))
    complaint = maker.matter(Complaint, "open", maker.today, category=ComplaintCategory.EQUIPMENT)
    complaint.assignee_id, complaint.status = maker.person("technician"), ComplaintStatus.ASSIGNED
    ended = {"status": ComplaintStatus.CANCELLED, "cancelled_at": now, "cancel_reason": "误"}
    maker.matter(Complaint, "ended", first_day - MINUTE, category=ComplaintCategory.ENVIRONMENT, **ended)
    maker.matter(Complaint, "second", maker.today - WEEK, category=ComplaintCategory.EQUIPMENT, **ended)
    calls(maker, first_day)
    clocks(maker)
    again = ("day before", "first day", "this week", "called off")
    reopening = {"actor_id": maker.person("clerk"), "role": "clerk", "estate_id": world.estate.id, "at": now}
    reopening |= {"register": "tickets", "verb": "reopen", "before": {}, "after": {}}
    record_events(session, [{**reopening, "record_id": maker.ids["tickets"][name]} for name in again])
    elsewhere: dict[str, Any] = {"number": "X", "summary": "x", "heard_at": now, "registered_at": now, "place": "门"}
    elsewhere["desk_owner_id"] = maker.person("stranger")
    session.add(Ticket(estate_id=world.other.id, kind=TicketKind.REPAIR, **elsewhere))
    session.flush()
    return maker.ids


def calls(maker: Maker, first_day: datetime.datetime) -> None:
    """Calls due at the ends of the period."""
    over = {"finished_at": maker.now, "assignee_id": maker.person("clerk")}
    marks = {"quality": 5, "timeliness": 3}
    yes, no = FollowUpStatus.SATISFIED, FollowUpStatus.NOT_SATISFIED
    rows: dict[str, tuple[datetime.datetime, dict[str, Any]]] = {
        "too early": (first_day - MINUTE, {"status": yes, "quality": 1, **over}),
        "first": (first_day, {"status": yes, **marks, **over}),
        "last": (maker.today + DAY - MINUTE, {"status": yes, "quality": 2, **over}),
        "too late": (maker.today + DAY, {"status": yes, "quality": 1, **over}),
        "angry": (maker.today, {"status": no, "attitude": 1, **over}),
        "called off": (maker.today, {"status": FollowUpStatus.CANCELLED, **over}),
        "waiting": (maker.today, {"status": FollowUpStatus.SCHEDULED, "assignee_id": maker.person("clerk")}),
    }
    for (name, (due, columns)), ticket in zip(rows.items(), maker.ids["tickets"].values(), strict=False):
        maker.add(FollowUp, name, register="tickets", record_id=ticket, due_at=due, **columns)


def clocks(maker: Maker) -> None:
    """One kind of clock in every state; of a matter outside of the period too."""
    now, made = maker.now, maker.ids
    states: dict[str, dict[str, Any]] = {
        "first day": {"met_at": now - HOUR},  # in time, to the second
        "week before": {"met_at": now - HOUR + MINUTE},
        "this week": {},
        "called off": {"cancelled_at": now},
        "repair": {"paused_at": now},
        "enquiry": {"due_at": now},
        "day before": {},
    }
    for name, columns in states.items():
        maker.clock("on-site", name, register="tickets", record_id=made["tickets"][name], **columns)
    maker.clock("formal-record", "open", register="complaints", record_id=made["complaints"]["open"])
    for name, columns in (("first", {"met_at": now - 2 * HOUR}), ("waiting", {}), ("too early", {})):
        maker.clock("follow-up", name, register="follow_ups", record_id=made["follow_ups"][name], **columns)


MAKE = make

FIGURES = {
    "Tickets": "8 200.0 per 100 households before: 2",
    "Complaints": "2 50.0 per 100 households before: 1",
    "On time": "33.3 % 2 of 6 time limits kept before: 0.0 %",
    "Satisfied": "66.7 % of 3 who answered before: 100.0 %",
    "Reopened": "75.0 % 3 of 4 finished tickets before: 50.0 %",
    "Repeat repairs": "1 the same kind in the same place, twice or more before: 0",
}
TABLES: dict[str, list[list[str]]] = {
    "clocks": [
        ["followed up", "FUP-1", "1", "1", "50.0 %", "0"],
        ["formal record written", "CMP-3", "0", "1", "0.0 %", "0"],
        ["on site", "DSP-5", "1", "2", "33.3 %", "0"],
    ],
    "load": [
        ["without handler", "3", "1", "0"],
        ["王强", "2", "1", "1"],
        ["李国", "1", "0", "0"],
    ],
    "calls": [
        ["not satisfied", "1", "—", "—", "1.0 (1)"],
        ["satisfied", "2", "3.5 (2)", "3.0 (1)", "—"],
        ["to be made", "1", "—", "—", "—"],
    ],
    "repeats": [["1-101", "水龙头", "2", "2026-11-12"]],
}
PARTS = {"2026-10-22": ["1", "1", "0"], "2026-11-11": ["1", "1", "0"], "2026-11-12": ["1", "1", "0"]}
PARTS |= {"2026-11-18": ["5", "3", "2"]}
"""Day -> tickets in all, of taps, unsorted; nothing on the other days."""

LISTS = {
    ("clocks", "followed up", 2): ["waiting"],
    ("clocks", "formal record written", 2): ["open"],
    ("clocks", "on site", 2): ["week before", "this week"],
    ("tickets", "2026-10-22", 0): ["first day"],
    ("tickets", "2026-10-22", 1): ["first day"],
    ("tickets", "2026-11-11", 0): ["week before"],
    ("tickets", "2026-11-11", 1): ["week before"],
    ("tickets", "2026-11-12", 0): ["this week"],
    ("tickets", "2026-11-12", 1): ["this week"],
    ("tickets", "2026-11-18", 0): ["called off", "repair", "enquiry", "unsorted", "unsorted too"],
    ("tickets", "2026-11-18", 1): ["called off", "repair", "enquiry"],
    ("tickets", "2026-11-18", 2): ["unsorted", "unsorted too"],
    ("complaints", "2026-11-11", 0): ["second"],
    ("complaints", "2026-11-11", 1): ["second"],
    ("complaints", "2026-11-18", 0): ["open"],
    ("complaints", "2026-11-18", 1): ["open"],
    ("load", "without handler", 0): ["enquiry", "unsorted", "unsorted too"],
    ("load", "without handler", 1): ["unsorted"],
    ("load", "王强", 0): ["this week", "repair"],
    ("load", "王强", 1): ["repair"],
    ("load", "王强", 2): ["open"],
    ("load", "李国", 0): ["week before"],
    ("calls", "to be made", 0): ["waiting"],
    ("calls", "satisfied", 0): ["first", "last"],
    ("calls", "not satisfied", 0): ["angry"],
    ("repeats", "1-101", 1): ["first day", "this week"],
    ("figures", "Tickets", 0): [
        *("first day", "week before", "this week", "called off", "repair", "enquiry", "unsorted", "unsorted too")
    ],
    ("figures", "Complaints", 0): ["second", "open"],
    ("figures", "Reopened", 0): ["first day", "this week", "called off"],
}
"""Table, row and figure -> the rows of the list that it opens."""


@pytest.fixture
def report(sign_in: Callable[..., FlaskClient], here: Ids) -> reading.Node:
    """The report that a manager sees first."""
    return reading.page(sign_in("manager").get(REPORTS))


def cells(report: reading.Node, table: str) -> list[list[reading.Node]]:
    """The rows of one table, each as its cells."""
    return [row.css("th, td") for row in reading.rows(reading.one(report, f"#report-{table}"))]


def figures(report: reading.Node) -> dict[str, reading.Node]:
    """Word -> figure."""
    return {reading.words(reading.one(figure, "span")): figure for figure in report.css("main li:has(strong)")}


def test_each_figure_counts_what_is_inside_of_it_and_nothing_else__AUD_5(report: reading.Node) -> None:
    assert {name: reading.words(figure).removeprefix(f"{name} ") for name, figure in figures(report).items()} == FIGURES
    found = {table: [[reading.words(cell) for cell in row] for row in cells(report, table)] for table in TABLES}
    assert found == TABLES
    trend = [[reading.words(cell) for cell in row] for row in cells(report, "tickets")]
    parts = {first: counts for first, *counts in trend}
    assert {first: counts for first, counts in parts.items() if counts[0] != "0"} == PARTS
    assert len(parts) == 28
    headings = reading.one(report, "#report-tickets").css("thead th")
    assert [reading.words(heading) for heading in headings] == ["Day", "In all", "水龙头", "none"]


def test_each_figure_opens_the_list_of_what_it_counts__AUD_5(
    report: reading.Node, here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    manager, found = sign_in("manager"), {}

    def listed(cell: reading.Node) -> list[str]:
        addresses = [address for _text, address in reading.links(cell) if address.startswith("/admin/")]
        if not addresses:
            return []
        path = addresses[0].partition("?")[0]
        rows = reading.rows(reading.page(manager.get(addresses[0])))
        names = {number: name for name, number in here[path.split("/")[2].replace("-", "_")].items()}
        numbers = [reading.ids(row, f"{path}details/")[0] for row in rows]
        return sorted(names[number] for number in numbers)

    for table in ("clocks", "tickets", "complaints", "load", "calls", "repeats"):
        for name, *row in cells(report, table):
            for place, cell in enumerate(row):
                if opened := listed(cell):
                    found[table, reading.words(name), place] = opened
    for word, figure in figures(report).items():
        if opened := listed(figure):
            found["figures", word, 0] = opened
    assert found == {place: sorted(names) for place, names in LISTS.items()}

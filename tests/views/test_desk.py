"""The desk and the homes of each role: one row inside and one outside of every figure and pile, read from the page."""

import datetime
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from models.audits import AuditFinding, AuditLine, AuditRun, FindingKind
from models.complaints import Complaint, ComplaintCategory, ComplaintStatus
from models.follow_ups import FollowUp, FollowUpStatus
from models.keys import ApprovalStatus, BorrowerKind, KeyApproval
from models.matters import Severity
from models.session import DeskSession
from models.staff import Department
from models.tickets import CancelKind, Ticket, TicketKind, TicketStatus
from tests import reading
from tests.factories import World
from tests.operations import audits, walks

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
MIDNIGHT = 14 * HOUR  # from the tests' present, which is 10 o'clock

Ids = dict[str, dict[str, int]]

# Of each matter but these: due tomorrow, dispatched to a handler of the gardeners, kept by a colleague of the viewer.
DUE: dict[str, datetime.timedelta] = {
    "late": -MINUTE,
    "just": 0 * MINUTE,
    "soon": 2 * HOUR,
    "later": 2 * HOUR + MINUTE,
    "unassigned": DAY,
    "follow_up": DAY + MINUTE,
    "asked": DAY + 2 * MINUTE,
    "handled": DAY + 3 * MINUTE,
    "owned": DAY + 4 * MINUTE,
    "last": 90 * DAY,
    "cancelled": -HOUR,
}
FIGURES = {
    "open": ["late", "just", "soon", "later", "unassigned", "follow_up", "asked", "handled", "owned", "last"],
    "overdue": ["late"],
    "soon": ["just", "soon"],
    "ask": [],
    "unassigned": ["unassigned"],
    "follow_up": ["follow_up"],
    "mine": ["handled", "owned"],
}
NAMES = {
    "open": "Unclosed",
    "overdue": "Overdue",
    "soon": "Due within 2 hours",
    "ask": "Not said to be done within the hour",
    "unassigned": "Without handler",
    "follow_up": "Waiting for follow-up",
    "mine": "Mine",
}


def make(session: DeskSession, world: World, now: datetime.datetime) -> Ids:
    """The small world. Returns register -> name -> id."""
    made: Ids = {"tickets": {}, "complaints": {}}
    for name, left in DUE.items():
        due_at = now + left
        for register, model in (("tickets", Ticket), ("complaints", Complaint)):
            matter = make_matter(world, model, name, now)
            matter.due_at = due_at
            session.flush()
            made[register][name] = matter.id
    make_elsewhere(session, world, now)
    made["follow_ups"] = make_calls(session, world, now, made)
    made["loans"], made["approvals"] = make_keys(session, world, now)
    made["passes"] = make_passes(session, world, now)
    made["runs"] = make_audits(session, world, now)
    return made


def make_matter(world: World, model: type[Any], name: str, now: datetime.datetime) -> Any:
    new = walks.new_ticket if model is Ticket else walks.new_complaint
    matter: Any = new(world, now - 3 * DAY, summary=f"{name} of {model.__tablename__}")
    team = Department.ENGINEERING if name in ("late", "soon") else Department.GREENING
    handler = {"late": "technician", "unassigned": None, "handled": "clerk2"}.get(name, "technician2")
    matter.team_id = world.teams[team].id
    matter.assignee_id = world.person(handler).id if handler else None
    matter.desk_owner_id = world.person("clerk2" if name in ("owned", "cancelled") else "clerk").id
    if model is Ticket:
        matter.status, matter.dispatched_at = TicketStatus.DISPATCHED, now - 2 * DAY
    else:
        matter.status = ComplaintStatus.ASSIGNED
        matter.severity = Severity.SERIOUS if name in ("late", "soon", "cancelled") else Severity.ORDINARY
        matter.follower_id = world.person("lead").id if name == "soon" else None
    if name == "cancelled":
        matter.status = model.status.type.enum("cancelled")
        matter.cancelled_at, matter.cancel_reason = now - HOUR, "误报"
        if model is Ticket:
            matter.cancel_kind = CancelKind.WITHDRAWN
    return matter


def make_elsewhere(session: DeskSession, world: World, now: datetime.datetime) -> None:
    """What is late and waits for everything, in the other company's estate."""
    columns: dict[str, Any] = {
        "estate_id": world.other.id,
        "number": "X-1",
        "summary": "elsewhere",
        "place": "gate",
        "heard_at": now - DAY,
        "registered_at": now - DAY,
        "due_at": now - HOUR,
        "desk_owner_id": world.person("stranger").id,
    }
    session.add(Ticket(kind=TicketKind.REPAIR, **columns))
    session.add(Complaint(severity=Severity.SERIOUS, category=ComplaintCategory.EQUIPMENT, **columns))
    session.flush()


def make_calls(session: DeskSession, world: World, now: datetime.datetime, made: Ids) -> dict[str, int]:
    """Calls to be made, and those that were."""
    found = {}
    for name, register, matter, attempts, status in (
        ("tried", "tickets", "follow_up", 3, FollowUpStatus.SCHEDULED),
        ("tried twice", "complaints", "follow_up", 2, FollowUpStatus.SCHEDULED),
        ("of a cancelled ticket", "tickets", "cancelled", 0, FollowUpStatus.SCHEDULED),
        ("made", "tickets", "asked", 3, FollowUpStatus.SATISFIED),
        ("made of a complaint", "complaints", "asked", 3, FollowUpStatus.SATISFIED),
    ):
        call = FollowUp(
            estate_id=world.estate.id,
            assignee_id=world.person("clerk").id,
            due_at=now,
            status=status,
            attempts=attempts,
            finished_at=None if status is FollowUpStatus.SCHEDULED else now,
            register=register,
            record_id=made[register][matter],
        )
        session.add(call)
        session.flush()
        found[name] = call.id
    return found


def make_keys(session: DeskSession, world: World, now: datetime.datetime) -> tuple[dict[str, int], dict[str, int]]:
    """Loans, and approvals that were asked for."""
    clerk = world.person("clerk").id
    late = audits.lend_key(world, now - 2 * DAY, now - MINUTE)
    loans = {
        "late": late,
        "just": audits.lend_key(world, now - 2 * DAY, now),
        "back": audits.lend_key(world, now - 2 * DAY, now - 2 * MINUTE, returned_at=now - MINUTE, returned_to_id=clerk),
        "lost": audits.lend_key(world, now - 2 * DAY, now - 3 * MINUTE, lost_at=now - MINUTE),
    }
    approvals = {}
    for status in (ApprovalStatus.REQUESTED, ApprovalStatus.APPROVED):
        decided = {} if status is ApprovalStatus.REQUESTED else {"decided_at": now, "decided_by_id": clerk}
        approval = KeyApproval(
            estate_id=world.estate.id,
            key_id=loans["back"].key_id,
            borrower_kind=BorrowerKind.OTHER,
            borrower_name="李工",
            purpose="量尺寸",
            requested_at=now - HOUR,
            requested_by_id=clerk,
            answerable_id=clerk,
            next_at=now + HOUR,
            status=status,
            **decided,
        )
        session.add(approval)
        session.flush()
        approvals[status.value] = approval.id
    return {name: loan.id for name, loan in loans.items()}, approvals


def make_passes(session: DeskSession, world: World, now: datetime.datetime) -> dict[str, int]:
    """Passes that end before, at and after the end of the day."""
    numbers = itertools.count(1)

    def issue(left: datetime.timedelta, **columns: Any) -> int:
        number = next(numbers)
        names = {"number": f"V-{number}", "code": f"AAAA-{number:04}"}
        made = audits.issue_pass(world, now - 2 * DAY, valid_until=now + left, **(names | columns))
        return int(made.id)

    return {
        "past": issue(-DAY),
        "today": issue(MIDNIGHT),
        "tomorrow": issue(MIDNIGHT + MINUTE),
        "handed in": issue(HOUR, handed_in_at=now),
        "revoked": issue(HOUR, revoked_at=now),
    }


def make_audits(session: DeskSession, world: World, now: datetime.datetime) -> dict[str, int]:
    """Audits of today, yesterday and a week ago; only today's is not signed off."""
    person = world.person("supervisor").id
    runs = {}
    for name, back, estate in (("today", 0, world.estate), ("yesterday", 1, world.estate), ("week", 7, world.estate)):
        run = AuditRun(estate_id=estate.id, day=now.date() - back * DAY, ran_at=now, ran_by_id=person, counts={})
        session.add(run)
        session.flush()
        runs[name] = run.id
    elsewhere = world.person("stranger").id
    session.add(
        AuditRun(estate_id=world.other.id, day=now.date() - 2 * DAY, ran_at=now, ran_by_id=elsewhere, counts={})
    )
    for number, (run_name, overdue, note) in enumerate(
        (("today", True, None), ("today", True, "已联系"), ("today", False, None), ("yesterday", True, None))
    ):
        finding = AuditFinding(
            estate_id=world.estate.id,
            kind=FindingKind.PAST_CLOCK,
            rule="DSP-4",
            register="tickets",
            record_id=number + 1,
            since=now - 3 * HOUR,
            opened_on=now.date(),
        )
        session.add(finding)
        session.flush()
        line = {"number": f"F-{number}", "overdue": overdue, "note": note, "facts": {}}
        session.add(AuditLine(estate_id=world.estate.id, run_id=runs[run_name], finding_id=finding.id, **line))
        session.flush()
    signed = [runs["yesterday"], runs["week"]]  # after its lines: they stay as they are from then on (AUD-3)
    session.execute(update(AuditRun).where(AuditRun.id.in_(signed)).values(signed_off_at=now, signed_off_by_id=person))
    return runs


MAKE = make


def shown(page: reading.Node, here: Ids) -> dict[str, list[str]]:
    """Register -> the names of the matters among the page's rows, in order."""
    board = reading.under(page, "due-heading")
    return {
        register: [name_of(here[register], number) for number in reading.ids(board, f"/admin/{register}/details/")]
        for register in ("tickets", "complaints")
    }


def name_of(names: dict[str, int], record_id: int) -> str:
    return next((name for name, number in names.items() if number == record_id), f"another one: {record_id}")


def figures(page: reading.Node) -> dict[str, tuple[str, int]]:
    """Figure -> its label and number."""
    found = {}
    for text, address in reading.links(reading.one(page, "ul[aria-label='Filters']")):
        number, label = text.split(" ", 1)
        found[address.rpartition("show=")[2] if "show=" in address else "open"] = label, int(number)
    return found


def pile(page: reading.Node, name: str) -> tuple[int, reading.Node]:
    """A pile: its number and the part of the page."""
    part = reading.under(page, f"pile-{name}")
    return reading.number_in(reading.words(reading.one(part, "h2")).rpartition(" ")[2]), part


def test_each_figure_counts_and_shows_its_rows_and_no_other(here: Ids, sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in("clerk2")
    numbers = figures(reading.page(client.get("/admin/")))
    assert numbers == {name: (NAMES[name], 2 * len(inside)) for name, inside in FIGURES.items()}
    for name, inside in FIGURES.items():
        page = reading.page(client.get("/admin/", query_string={"show": name}))
        assert shown(page, here) == {"tickets": inside, "complaints": inside}, name


def test_what_is_late_is_red_and_each_row_has_its_next_step(here: Ids, sign_in: Callable[..., FlaskClient]) -> None:
    page = reading.page(sign_in("clerk2").get("/admin/?show=open"))
    board = reading.under(page, "due-heading")
    for register in ("tickets", "complaints"):
        at = f"/admin/{register}/details/"
        looks = {}
        for name in ("late", "soon", "later"):
            due = reading.one(reading.row_of(board, at, here[register][name]), "time")
            looks[name] = (reading.words(due), due.attributes.get("class"))
        assert looks == {
            "late": ("overdue 1 min", "late"),
            "soon": ("2 h left", None),
            "later": ("2 h left", None),
        }
        just = reading.one(reading.row_of(board, at, here[register]["just"]), "time")
        assert just.attributes["class"] == "soon"
    row = reading.row_of(board, "/admin/tickets/details/", here["tickets"]["later"])
    accept = f"/admin/tickets/step/accept/?id={here['tickets']['later']}"
    assert accept in dict(reading.links(row)).values()
    assert reading.columns(row)["Handler"] == "李国"
    row = reading.row_of(board, "/admin/tickets/details/", here["tickets"]["unassigned"])
    assert reading.columns(row)["Handler"] == "greening"
    row = reading.row_of(board, "/admin/complaints/details/", here["complaints"]["follow_up"])
    assert reading.ids(row, "/admin/follow-ups/details/") == [here["follow_ups"]["tried twice"]]


def test_beside_it_stand_the_late_keys_the_passes_of_today_and_the_last_audit(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    page = reading.page(sign_in("clerk2").get("/admin/"))
    late = reading.ids(reading.under(page, "beside-key_loans"), "/admin/key-loans/details/")
    assert [name_of(here["loans"], number) for number in late] == ["late"]
    ending = reading.ids(reading.under(page, "beside-visitor_passes"), "/admin/visitor-passes/details/")
    assert [name_of(here["passes"], number) for number in ending] == ["today", "past"]
    audit = reading.under(page, "audit-heading")
    assert reading.ids(audit, "/admin/audits/details/") == [here["runs"]["today"]]
    assert "not signed off" in reading.words(audit)


def test_a_supervisor_has_four_piles__KEY_3_AUD_3_FUP_3_DSP_10(here: Ids, sign_in: Callable[..., FlaskClient]) -> None:
    page = reading.page(sign_in("supervisor").get("/admin/"))
    for name, path, inside in (
        ("approvals", "/admin/key-approvals/details/", [here["approvals"]["requested"]]),
        ("audits", "/admin/audits/details/", [here["runs"]["today"]]),
        ("calls", "/admin/follow-ups/details/", [here["follow_ups"]["tried"]]),
        ("serious", "/admin/complaints/details/", [here["complaints"]["late"]]),
    ):
        number, part = pile(page, name)
        assert (number, reading.ids(part, path)) == (len(inside), inside), name
    number, part = pile(page, "audits")
    assert "1 to explain" in reading.words(part)
    _number, part = pile(page, "approvals")
    for verb in ("approve", "refuse"):
        assert reading.ids(part, f"/admin/key-approvals/step/{verb}/") == [here["approvals"]["requested"]]
    _number, part = pile(page, "serious")
    assert reading.ids(part, "/admin/complaints/step/name_follower/") == [here["complaints"]["late"]]
    assert set(figures(page)) == set(FIGURES)


def test_an_auditor_has_what_is_not_explained_not_signed_and_not_audited__AUD_3(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    page = reading.page(sign_in("auditor").get("/admin/"))
    number, part = pile(page, "findings")
    assert number == 1
    assert [text for text, address in reading.links(part) if "list=" in address] == ["F-0"]
    assert "past a clock · DSP-4 · 3 h" in reading.words(part)
    number, part = pile(page, "audits")
    assert (number, reading.ids(part, "/admin/audits/details/")) == (1, [here["runs"]["today"]])
    number, part = pile(page, "days")
    missing = [text for text, address in reading.links(part) if "at=" in address]
    assert (number, missing) == (5, [f"2026-11-{day}" for day in (16, 15, 14, 13, 12)])
    # Nothing is theirs, and nothing is theirs to do.
    assert set(figures(page)) == set(FIGURES) - {"mine"}
    assert [address for _text, address in reading.links(page) if "/step/" in address] == []
    assert page.css("form[action$='/audits/run/']") == []


@pytest.mark.parametrize(
    ("role", "heading", "inside"),
    [
        ("technician", "My jobs", {"tickets": ["late"], "complaints": []}),
        ("lead", "Jobs of my team", {"tickets": ["late", "soon"], "complaints": ["late", "soon"]}),
    ],
)
def test_who_works_outside_the_desk_finds_only_their_own_jobs(
    role: str, heading: str, inside: dict[str, list[str]], here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    page = reading.page(sign_in(role).get("/admin/?show=open"))
    assert reading.words(reading.one(page, "h1")).startswith(f"{heading} ")
    assert shown(page, here) == inside
    late, soon = ([name for names in inside.values() for name in names].count(name) for name in ("late", "soon"))
    assert {name: number for name, (_label, number) in figures(page).items()} == {
        "open": late + soon,
        "overdue": late,
        "soon": soon,
    }
    for name in ("beside-key_loans", "beside-visitor_passes", "audit-heading", "pile-approvals", "pile-findings"):
        assert page.css(f"#{name}") == [], name


def test_an_administrator_finds_no_matters(here: Ids, sign_in: Callable[..., FlaskClient]) -> None:
    page = reading.page(sign_in("admin").get("/admin/"))
    assert page.css("ul[aria-label='Filters']") == []
    assert shown(page, here) == {"tickets": [], "complaints": []}


def test_another_estate_has_its_own_desk(here: Ids, sign_in: Callable[..., FlaskClient]) -> None:
    page = reading.page(sign_in("stranger").get("/admin/?show=open"))
    board = reading.under(page, "due-heading")
    assert [reading.columns(row)["Summary"] for row in reading.rows(board)] == ["elsewhere X-1", "elsewhere X-1"]
    assert {name: number for name, (_label, number) in figures(page).items()} == {
        "open": 2,
        "overdue": 2,
        "soon": 0,
        "ask": 0,
        "unassigned": 2,
        "follow_up": 0,
        "mine": 2,
    }

"""A few rows of every register, each inside of some filters and tables and outside of the others; plain inserts."""

import datetime
from typing import Any

from sqlalchemy import select

from models.audits import AuditRun
from models.complaints import Complaint, ComplaintCategory, ComplaintNature, ComplaintStatus
from models.estates import FeeStatus, Unit, UnitUse
from models.events import record_events
from models.follow_ups import AttemptOutcome, FollowUp, FollowUpAttempt, FollowUpStatus, FollowUpWay
from models.keys import ApprovalStatus, BorrowerKind, Key, KeyApproval, KeyLoan, KeyOrigin
from models.matters import Severity
from models.password_requests import PasswordRequest
from models.personal import IdDocument
from models.residents import Occupancy, OccupancyKind, Resident
from models.roles import Role
from models.session import DeskSession
from models.settings import CalendarDay, Category, CategoryRegister, DayKind
from models.staff import Department, Staff, StaffAssignment
from models.tickets import CancelKind, Ticket, TicketKind, TicketStatus
from models.told import Watcher
from tests.factories import World
from tests.registers import tried
from tests.views.hanging import hanging
from tests.views.maker import Ids, Maker

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
YEAR = 365 * DAY


def make(session: DeskSession, world: World, now: datetime.datetime) -> Ids:
    """All of it. Returns where the rows are."""
    maker = Maker(session, world, now)
    gathered = [each.rows for each in tried()]
    for fill in (tickets, complaints, follow_ups, keys, *gathered, people, places, settings, events, hanging):
        fill(maker)
    return maker.ids


def tickets(maker: Maker) -> None:
    """Four, registered at the ends of yesterday and just outside of it."""
    now, clerk2 = maker.now, maker.person("clerk2")
    tap = maker.add(Category, "tap", register=CategoryRegister.TICKETS)
    maker.matter(
        Ticket,
        "early",
        maker.yesterday - MINUTE,
        kind=TicketKind.REPAIR,
        category_id=tap.id,
        due_at=now - MINUTE,
        unit_id=maker.unit(0),
        team_id=maker.team(Department.ENGINEERING),
        desk_owner_id=maker.person("clerk"),
    )
    maker.matter(
        Ticket,
        "first",
        maker.yesterday,
        kind=TicketKind.ENQUIRY,
        status=TicketStatus.DISPATCHED,
        severity=Severity.MINOR,
        due_at=now,
        unit_id=maker.unit(1),
        team_id=maker.team(Department.GREENING),
        assignee_id=maker.person("technician"),
        dispatched_at=now - HOUR,
        desk_owner_id=clerk2,
        incident_id=maker.ids["tickets"]["early"],
    )
    maker.matter(
        Ticket,
        "last",
        maker.today - MINUTE,
        kind=TicketKind.EMERGENCY,
        status=TicketStatus.CANCELLED,
        severity=Severity.SERIOUS,
        due_at=now - HOUR,
        place="大堂",
        desk_owner_id=clerk2,
        cancelled_at=now,
        cancel_kind=CancelKind.WITHDRAWN,
        cancel_reason="误报",
    )
    maker.matter(
        Ticket,
        "late",
        maker.today,
        kind=TicketKind.SUGGESTION,
        status=TicketStatus.IN_PROGRESS,
        unit_id=maker.unit(2),
        assignee_id=clerk2,
        desk_owner_id=maker.person("clerk"),
        outside_party="梯业公司",
        outside_at=now - HOUR,
        submitted_to="住建局",
        submission="申请动用维修资金",
        submitted_at=now - HOUR,
        submitted_by_id=clerk2,
    )
    made = maker.ids["tickets"]
    later = (
        *("dispatch-emergency", "dispatch", "ask-done", "slip-back", "charge-paid", "closing"),
        *("escalation", "authority-answer", "outside-party"),
    )
    for code in ("slip-acknowledged", "on-site", "same-day", "waiting", "promise", "question", *later):
        maker.clock(code, "met late", register="tickets", record_id=made["early"], met_at=now)
        maker.clock(code, "met in time", register="tickets", record_id=made["first"], met_at=now - HOUR)
        maker.clock(code, "not met, ended", register="tickets", record_id=made["last"], cancelled_at=now)
        maker.clock(code, "not met, stopped", register="tickets", record_id=made["late"], paused_at=now - 2 * HOUR)
    maker.add(Watcher, "first", register="tickets", record_id=made["first"], staff_id=clerk2)
    maker.add(Watcher, "late", register="tickets", record_id=made["late"], staff_id=maker.person("clerk"))
    maker.clock("on-site", "runs out now", register="tickets", record_id=made["late"], due_at=now)
    maker.clock("same-day", "not met", register="tickets", record_id=made["late"], due_at=now - MINUTE)


def complaints(maker: Maker) -> None:
    """Three."""
    now, clerk2 = maker.now, maker.person("clerk2")
    maker.matter(
        Complaint,
        "early",
        maker.yesterday - MINUTE,
        category=ComplaintCategory.EQUIPMENT,
        due_at=now - MINUTE,
        unit_id=maker.unit(0),
        desk_owner_id=maker.person("clerk"),
    )
    maker.matter(
        Complaint,
        "first",
        maker.yesterday,
        category=ComplaintCategory.OTHER,
        status=ComplaintStatus.ASSIGNED,
        nature=ComplaintNature.VALID,
        severity=Severity.SERIOUS,
        due_at=now,
        unit_id=maker.unit(1),
        team_id=maker.team(Department.ENGINEERING),
        assignee_id=maker.person("technician"),
        formal_record_at=now,
        cause="老化",
        measures="更换",
        measures_due_at=now,
        measures_by_id=clerk2,
        desk_owner_id=clerk2,
    )
    maker.matter(
        Complaint,
        "late",
        maker.today,
        category=ComplaintCategory.ENVIRONMENT,
        status=ComplaintStatus.CANCELLED,
        due_at=now - HOUR,
        place="大堂",
        desk_owner_id=clerk2,
        cancelled_at=now,
        cancel_reason="误报",
    )
    made = maker.ids["complaints"]
    maker.add(Watcher, "early", register="complaints", record_id=made["early"], staff_id=clerk2)
    maker.clock("formal-record", "not met", register="complaints", record_id=made["early"])
    maker.clock("measures", "not met", register="complaints", record_id=made["early"])
    maker.clock("formal-record", "met in time", register="complaints", record_id=made["first"], met_at=now - HOUR)
    for code in ("to-department", "progress-note", "review", "archiving"):
        maker.clock(code, "not met", register="complaints", record_id=made["first"])


def follow_ups(maker: Maker) -> None:
    """Two to be made, one put off, one tried today, one that was made."""
    now, made = maker.now, maker.ids
    clerk, clerk2 = maker.person("clerk"), maker.person("clerk2")

    def call(name: str, register: str, matter: str, assignee: int, **columns: Any) -> int:
        columns = {"register": register, "record_id": made[register][matter], "assignee_id": assignee, **columns}
        return int(maker.add(FollowUp, name, **columns).id)

    late = call("late", "tickets", "late", clerk2, due_at=maker.today, attempts=1)
    due = call("due", "complaints", "first", clerk, due_at=now, preferred_time=now)
    call("put off", "complaints", "early", clerk2, due_at=now + DAY, preferred_time=now + MINUTE)
    tried = call("tried", "complaints", "late", clerk2, due_at=now + DAY, attempts=1)
    over = {"status": FollowUpStatus.SATISFIED, "finished_at": now}
    done = call("made", "tickets", "early", clerk2, due_at=maker.today - MINUTE, **over)
    attempts = (
        (late, maker.today - MINUTE, AttemptOutcome.NOT_REACHED, "无人接听"),
        (tried, maker.today, AttemptOutcome.NOT_REACHED, None),
        (done, now, AttemptOutcome.SATISFIED, "很好"),
    )
    for number, at, outcome, said in attempts:
        told = {"way": FollowUpWay.PHONE, "outcome": outcome, "words": said}
        maker.add(FollowUpAttempt, str(number), follow_up_id=number, at=at, made_by_id=clerk2, **told)
    maker.clock("follow-up", "met late", register="follow_ups", record_id=late, met_at=now)
    maker.clock("follow-up", "runs out now", register="follow_ups", record_id=due, due_at=now)


def keys(maker: Maker) -> None:
    """A key in every place, with the loans and approvals that brought it there."""
    now, clerk = maker.now, maker.person("clerk")
    places: dict[str, dict[str, Any]] = {
        "hook": {"unit_id": maker.unit(0), "origin": KeyOrigin.DELIVERY},
        "out": {"unit_id": maker.unit(1), "origin": KeyOrigin.RECTIFICATION},
        "overdue": {"place": "机房", "origin": KeyOrigin.COMMON},
        "lost": {"place": "泵房", "origin": KeyOrigin.COMMON},
        "back": {"place": "水房", "origin": KeyOrigin.ENTRUSTED},
    }
    cut = {
        name: maker.add(Key, name, number=f"K-{name}", hook=f"H-{name}", received_at=now - YEAR, **columns)
        for name, columns in places.items()
    }
    loans: tuple[tuple[str, str, BorrowerKind, datetime.datetime, datetime.datetime, dict[str, Any]], ...] = (
        ("out", "out", BorrowerKind.DEVELOPER_SALES, maker.yesterday, now, {}),
        ("overdue", "overdue", BorrowerKind.OWNER, maker.yesterday - MINUTE, now - MINUTE, {}),
        ("returned", "hook", BorrowerKind.OWNER, maker.today, now - HOUR, {"returned_at": now}),
        ("lost", "lost", BorrowerKind.STAFF, maker.today - MINUTE, now - HOUR, {"lost_at": now}),
    )
    for name, key, kind, lent_at, due_at, ended in loans:
        columns = {"borrower_kind": kind, "identity_checked": True, "signed": True, **ended}
        maker.add(KeyLoan, name, key_id=cut[key].id, lent_at=lent_at, due_at=due_at, **columns)
    cut["lost"].lost_at, cut["back"].handed_back_at, cut["back"].handed_back_to = now, now, "业主"
    for status in ApprovalStatus:
        decided: dict[str, Any] = (
            {} if status is ApprovalStatus.REQUESTED else {"decided_at": now, "decided_by_id": clerk}
        )
        if status in KeyApproval.open_statuses:
            decided["next_at"] = now - MINUTE if status is ApprovalStatus.REQUESTED else now
            decided["answerable_id"] = clerk
        row = maker.add(
            KeyApproval,
            status.value,
            key_id=cut["out" if status is ApprovalStatus.REQUESTED else "hook"].id,
            borrower_kind=BorrowerKind.STAFF if status is ApprovalStatus.REFUSED else BorrowerKind.OTHER,
            status=status,
            **decided,
        )
        for code in [limit.code for limit in KeyApproval.time_limits if status in limit.floor_of]:
            maker.clock(code, status.value, register="key_approvals", record_id=row.id)


def people(maker: Maker) -> None:
    """Residents who live, lived and will live somewhere; colleagues who work, worked and are disabled."""
    today = datetime.date(2026, 11, 18)
    resident: dict[str, dict[str, Any]] = {
        "moved out": {"id_document": IdDocument.PASSPORT, "moved_in_on": today - 2 * DAY},
        "tenant": {"id_document": IdDocument.ID_CARD, "moved_in_on": today - DAY},
        "family": {"moved_in_on": today},
    }
    for name, columns in resident.items():
        maker.add(Resident, name, **columns)
    made = maker.ids["residents"]
    maker.ids["residents"] |= {"zhang": maker.world.residents[0].id, "liu": maker.world.residents[1].id}
    living = {"from_on": today - YEAR}
    maker.add(
        Occupancy, "moved out", resident_id=made["moved out"], unit_id=maker.unit(0), kind=OccupancyKind.OWNER,
        until_on=today - DAY, **living,
    )  # fmt: skip
    maker.add(
        Occupancy, "tenant", resident_id=made["tenant"], unit_id=maker.unit(2), kind=OccupancyKind.TENANT, **living
    )
    maker.add(
        Occupancy, "family", resident_id=made["family"], unit_id=maker.unit(3), kind=OccupancyKind.FAMILY, **living
    )
    owners = select(Occupancy).where(
        Occupancy.unit_id.in_([maker.unit(0), maker.unit(1)]), Occupancy.until_on.is_(None)
    )
    for name, row in zip(("zhang", "liu"), maker.session.scalars(owners.order_by(Occupancy.unit_id)), strict=True):
        maker.ids["occupancies"][name] = row.id
    for name, username in (("disabled", "technician2"), ("left", "auditor")):
        maker.ids.setdefault("staff", {})[name] = maker.person(username)
    maker.world.person("technician2").disabled_at = maker.now
    asked = {"lead": HOUR, "manager": -HOUR}
    maker.session.add_all(
        PasswordRequest(
            staff_id=maker.world.person(username).id,
            secret_digest=username,
            code="AB12",
            address="127.0.0.1",
            expires_at=maker.now + left,
        )
        for username, left in asked.items()
    )
    of_auditor = select(StaffAssignment).where(StaffAssignment.staff_id == maker.person("auditor"))
    maker.session.scalars(of_auditor).one().ended_at = maker.now
    everybody = select(Staff).where(Staff.username.not_in(["technician2", "auditor", "system", "stranger"]))
    maker.ids["staff"] |= {person.username: person.id for person in maker.session.scalars(everybody)}
    assert {role.value for role in Role} > set(maker.ids["staff"]) - {"disabled", "left", "clerk2"}


def places(maker: Maker) -> None:
    """The world's units with uses and fees, its teams, its audits."""
    uses = (UnitUse.HOME, UnitUse.SHOP, UnitUse.PLACE, UnitUse.HOME)
    fees = (FeeStatus.PAID, FeeStatus.OWING, FeeStatus.UNKNOWN, FeeStatus.UNKNOWN)
    maker.ids["units"], maker.ids["teams"] = {}, {}
    for unit, use, fee in zip(maker.world.units, uses, fees, strict=True):
        unit.use, unit.fee_status, maker.ids["units"][unit.code] = use, fee, unit.id
    maker.world.units[3].butler_id = maker.person("clerk2")
    for department, team in maker.world.teams.items():
        maker.ids["teams"][department.value] = team.id
    for name, back in (("early", 2), ("yesterday", 1), ("today", 0)):
        day = datetime.date(2026, 11, 18) - back * DAY
        maker.add(AuditRun, name, day=day, counts={})
    maker.ids["audits"] = maker.ids["audit_runs"]
    elsewhere = Unit(estate_id=maker.world.other.id, code="1-201", use=UnitUse.SHOP)
    maker.session.add(elsewhere)
    maker.session.flush()


def settings(maker: Maker) -> None:
    """Categories of both registers, off and on; days off and worked."""
    maker.add(Category, "old", register=CategoryRegister.TICKETS, enabled=False)
    maker.add(Category, "noise", register=CategoryRegister.COMPLAINTS)
    for name, day, kind in (("early", 16, DayKind.OFF), ("day", 17, DayKind.WORKING), ("late", 18, DayKind.OFF)):
        maker.add(CalendarDay, name, day=datetime.date(2026, 11, day), kind=kind)


def events(maker: Maker) -> None:
    """Four of the log; the reopening of a ticket among them."""
    rows = (
        ("early", maker.yesterday - MINUTE, "clerk", "keys", "lend", 1),
        ("first", maker.yesterday, "clerk", "tickets", "reopen", maker.ids["tickets"]["late"]),
        ("last", maker.today - MINUTE, "supervisor", "tickets", "amend", maker.ids["tickets"]["early"]),
        ("late", maker.today, "clerk", "complaints", "reopen", maker.ids["tickets"]["first"]),
    )
    written = record_events(
        maker.session,
        [
            {
                "at": at,
                "actor_id": maker.person(by),
                "role": "clerk",
                "estate_id": maker.world.estate.id,
                "register": register,
                "record_id": record_id,
                "verb": verb,
                "before": {"summary": "水管"} if verb == "amend" else {},
                "after": {"summary": "early", "place": "厨房"} if verb == "amend" else {},
                "reason": "录错了" if verb == "amend" else None,
                "rule": "INT-10" if verb == "amend" else None,
            }
            for _name, at, by, register, verb, record_id in rows
        ],
    )
    maker.ids["events"] = {row[0]: event_id for row, event_id in zip(rows, written, strict=True)}

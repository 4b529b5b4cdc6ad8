"""What an audit finds and whom time tells, worked out slowly from all rows one by one, by no code of the program's."""

import datetime
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from models.complaints import OPEN_STATUSES as OPEN_COMPLAINTS, Complaint
from models.follow_ups import FollowUp, FollowUpStatus
from models.keys import ApprovalStatus, Key, KeyApproval, KeyLoan, KeyOrigin
from models.matters import ClockRun
from models.passes import VisitorPass
from models.roles import Role
from models.settings import Clock
from models.staff import Staff, StaffAssignment
from models.tickets import OPEN_STATUSES as OPEN_TICKETS, Ticket
from tests.factories import World
from tests.grants import GRANTS
from tests.operations.walks import DAY, HOUR

Line = tuple[str, str, int, str]
"""Kind of finding, register, record and clock."""
OPEN: dict[type[Any], Any] = {Ticket: OPEN_TICKETS, Complaint: OPEN_COMPLAINTS}
ANSWERS = {
    **dict.fromkeys(("tickets", "complaints"), "desk_owner_id"),
    **dict.fromkeys(("keys", "key_approvals"), "answerable_id"),
    "follow_ups": "assignee_id",
    "visitor_passes": "issued_by_id",
}
"""Register -> the column that says who answers."""
MODELS: dict[str, type[Any]] = {
    model.__tablename__: model for model in (Ticket, Complaint, FollowUp, Key, KeyApproval, KeyLoan, VisitorPass)
}
AT_DESK = {Role.CLERK, Role.SUPERVISOR, Role.MANAGER}
IN_AUDIT_ONLY = {"formal-record", "owner-told"}
"""Clocks of what has a list of its own."""


class SlowAnswers:
    """The answers of one moment in one estate, UTC+8."""

    def __init__(self, world: World, now: datetime.datetime) -> None:
        self.world, self.now = world, now
        self.begins = (now + 8 * HOUR).replace(hour=0, minute=0, second=0, microsecond=0) - 8 * HOUR
        self.ends = self.begins + DAY
        self.clocks = {clock.id: clock for clock in self.all_of(Clock)}
        self.people = {person.id: person for person in self.all_of(Staff)}
        self.posts = [post for post in self.all_of(StaffAssignment) if post.ended_at is None]

    def all_of(self, model: type[Any], *which: Any) -> list[Any]:
        """All rows of all estates, as they are stored."""
        query = select(model).where(*which).order_by(model.id).execution_options(populate_existing=True)
        return list(self.world.session.scalars(query))

    def working(self, estate_id: int, roles: set[Role], team_id: int | None = None) -> list[int]:
        """Who has one of these roles there."""
        return [
            post.staff_id
            for post in self.posts
            if post.estate_id == estate_id
            and post.role in roles
            and (team_id is None or post.team_id == team_id)
            and self.people[post.staff_id].disabled_at is None
            and self.people[post.staff_id].username != "system"
        ]

    # ------------------------------------------------------------- the audit

    def lines(self) -> set[Line]:
        """All lines of the audit of today."""
        parts = (self._of_matters(), self._of_custody(), self._of_passes(), self._without_person())
        found = {line for part in parts for line in part}
        unasked = {(register, record) for kind, register, record, _clock in found if kind == "no_follow_up"}
        return found | set(self._of_clocks(unasked))

    def _of_matters(self) -> Iterator[Line]:
        settled = (FollowUpStatus.SATISFIED, FollowUpStatus.NOT_REACHED)
        asked = {(row.register, row.record_id) for row in self.all_of(FollowUp) if row.status in settled}
        for model, statuses in OPEN.items():
            for row in self.all_of(model):
                of = model.__tablename__, row.id, ""
                new = self.begins <= row.registered_at < self.ends
                is_open = row.status in statuses
                midnight = (row.registered_at + 8 * HOUR).replace(hour=0, minute=0, second=0, microsecond=0)
                taken_here = row.source in (None, "another-kind")
                anonymous = model is Complaint and row.anonymous
                named = row.resident_id or row.reporter_department
                lacks = not (named or (row.reporter_name and row.reporter_phone)) or not (row.unit_id or row.place)
                owes = row.kind.value in ("repair", "household_service", "emergency") if model is Ticket else True
                finished = row.status.value in ("done", "carried_out", "followed_up")
                told = {
                    "received_today": new,
                    "still_open": is_open,
                    "late_registered": (new or is_open) and taken_here and row.heard_at + 8 * HOUR < midnight,
                    "missing_fields": is_open and taken_here and lacks and not anonymous,
                    "no_follow_up": finished and owes and not anonymous and of[:2] not in asked,
                    "owner_gone": is_open and self._left(row),
                }
                yield from ((kind, *of) for kind, so in told.items() if so)

    def _left(self, row: Any) -> bool:
        here = {post.staff_id for post in self.posts if post.estate_id == row.estate_id}
        at_desk = {post.staff_id for post in self.posts if post.estate_id == row.estate_id and post.role in AT_DESK}
        named = ((row.desk_owner_id, at_desk), (row.assignee_id, here), (row.follower_id, here))
        return any(
            who is not None
            and self.people[who].username != "system"
            and (who not in there or self.people[who].disabled_at is not None)
            for who, there in named
        )

    def _of_custody(self) -> Iterator[Line]:
        for loan in self.all_of(KeyLoan):
            if loan.returned_at is None and loan.lost_at is None:
                yield "key_not_back", "key_loans", loan.id, ""
        for key in self.all_of(Key):
            if key.lost_at is not None and key.owner_told_at is None and key.origin is not KeyOrigin.COMMON:
                yield "owner_not_told", "keys", key.id, ""

    def _of_passes(self) -> Iterator[Line]:
        for paper in self.all_of(VisitorPass):
            ended = paper.valid_until <= self.now or paper.revoked_at is not None
            if paper.handed_in_at is None and ended:
                yield "pass_not_handed_in", "visitor_passes", paper.id, ""
            if paper.handed_in_at is not None and paper.deposit_fen and paper.deposit_refunded_at is None:
                yield "deposit_not_refunded", "visitor_passes", paper.id, ""

    def _without_person(self) -> Iterator[Line]:
        open_rows: tuple[tuple[str, str, list[Any]], ...] = (
            ("follow_ups", "assignee_id", [r for r in self.all_of(FollowUp) if r.status is FollowUpStatus.SCHEDULED]),
            (
                "key_approvals",
                "answerable_id",
                [
                    r
                    for r in self.all_of(KeyApproval)
                    if r.status in (ApprovalStatus.REQUESTED, ApprovalStatus.APPROVED)
                ],
            ),
            (
                "keys",
                "answerable_id",
                [
                    r
                    for r in self.all_of(Key)
                    if r.lost_at is not None and r.owner_told_at is None and r.origin is not KeyOrigin.COMMON
                ],
            ),
        )
        for register, column, rows in open_rows:
            for row in rows:
                who = getattr(row, column)
                if who is not None and who not in self.working(row.estate_id, AT_DESK):
                    yield "owner_gone", register, row.id, ""

    def _of_clocks(self, unasked: set[tuple[str, int]]) -> Iterator[Line]:
        calls = {row.id: (row.register, row.record_id) for row in self.all_of(FollowUp)}
        for run in self.all_of(ClockRun):
            code = self.clocks[run.clock_id].code
            of = run.register, run.record_id, code
            if _runs(run) and run.due_at <= self.now:
                if code == "formal-record":
                    yield "no_formal_record", run.register, run.record_id, ""
                listed = run.register == "follow_ups" and calls[run.record_id] in unasked
                if code not in IN_AUDIT_ONLY and not listed:
                    yield "past_clock", *of
            if run.met_at is not None and run.met_at > run.due_at and self.begins <= run.met_at < self.ends:
                yield "put_right", *of

    # ------------------------------------------------------------- who is told

    def told(self, *, since: datetime.datetime) -> dict[str, set[int]]:
        """Cause -> who has to be told of it now: of what runs out within a day, and of what ran out *since* then."""
        found: dict[str, set[int]] = {}
        for run in self.all_of(ClockRun, ClockRun.met_at.is_(None), ClockRun.cancelled_at.is_(None)):
            clock = self.clocks[run.clock_id]
            missed = run.due_at <= self.now
            if not _runs(run) or not (run.due_at >= since if missed else self._is_near(run, clock)):
                continue
            if whom := self.whom(run, clock, missed=missed):
                found[f"clock_run:{run.id}:{'missed' if missed else 'near'}"] = whom
        return found

    def _is_near(self, run: Any, clock: Any) -> bool:
        """Whether so much of its time is over (four fifths where the clock says nothing), and it is a day at most."""
        whole = run.due_at - run.started_at - datetime.timedelta(minutes=run.paused_minutes)
        left = whole * (100 - (clock.warning_percent or 80)) / 100
        return bool(clock.told_near.value != "nobody" and run.due_at - min(left, DAY) <= self.now)

    def whom(self, run: Any, clock: Any, *, missed: bool) -> set[int]:
        """The people that the words of *clock* mean of the record of *run*."""
        row: Any = self.world.session.get(MODELS[run.register], run.record_id)
        estate = run.estate_id
        may = GRANTS.get((run.register, clock.stop_event)) or frozenset(Role)
        answers = getattr(row, ANSWERS[run.register])
        team = getattr(row, "team_id", None)
        can = set(self.working(estate, set(may)))
        named = [who for who in (getattr(row, "assignee_id", None), answers) if who in can][:1]
        read_by_lead = Role.LEAD in GRANTS[run.register, "read"]
        managers = set(self.working(estate, {Role.MANAGER}))
        groups = {
            "acting": set(named),
            "answering": {answers} & set(self.working(estate, set(Role))),
            "lead": set(self.working(estate, {Role.LEAD}, team)) if team and read_by_lead else set(),
            "supervisors": set(self.working(estate, {Role.SUPERVISOR})) or managers,
            "managers": managers,
        }
        word = (clock.told_missed if missed else clock.told_near).value
        if word == "nobody":
            return set()
        above = ["lead", "supervisors", "managers"]
        if word in above:
            above = above[above.index(word) + 1 :]
        elif Role.LEAD not in may:
            above = above[1:]
        told = groups[word]
        up = next((groups[each] for each in above if groups[each] - told), set())
        if not told:
            return up or ((can or set(self.working(estate, set(Role)))) if missed else set())
        if not missed or clock.told_further.value == "nobody":
            return told
        return told | (up if clock.told_further.value == "next_up" else groups[clock.told_further.value])


def _runs(run: Any) -> bool:
    return run.met_at is None and run.cancelled_at is None and run.paused_at is None

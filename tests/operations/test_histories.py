"""Random days of a desk: nothing stands still unseen, the audit tells it all, what was missed is told once (INT-14)."""

import datetime
from collections import Counter
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, or_, select

from models.audits import AuditFinding, AuditLine, AuditRun
from models.call import Call
from models.complaints import OPEN_STATUSES as OPEN_COMPLAINTS, Complaint
from models.errors import OperationRefused
from models.follow_ups import AttemptOutcome, FollowUp, FollowUpStatus
from models.keys import ApprovalStatus, BorrowerKind, Key, KeyApproval, KeyLoan, KeyOrigin
from models.matters import ClockRun
from models.operations import audits, estates, keys, limits, passes
from models.operations.undated import date_undated
from models.passes import VisitorPass
from models.settings import Clock
from models.tickets import OPEN_STATUSES as OPEN_TICKETS, Ticket, TicketKind
from models.told import Told
from tests.calling import called
from tests.factories import World
from tests.marks import EVERYTHING
from tests.operations import gate_desk
from tests.operations.walks import (
    DAY,
    HOUR,
    MINUTE,
    attempt,
    complaint_arguments,
    do,
    new_complaint,
    new_ticket,
    ticket_arguments,
)

DAYS, ACTS = (60, 84) if EVERYTHING else (3, 24)
PEOPLE = ("clerk", "clerk2", "technician", "lead", "supervisor", "manager", "auditor", "stranger")
MORE_OF_TICKETS = {
    "take_slip_back": {},
    "charge": {"amount_fen": 5000, "agreed": True},
    "settle": {"invoice_number": "118"},
    "escalate": {"reason": "人手不够"},
}
OF_ANY_MATTER = ("comment", "promise", "allow_later", "name_follower", "change_owner")


@pytest.fixture
def world(rolled_back: World) -> World:
    return rolled_back


class History:
    """What happens at one desk, drawn from a seed."""

    def __init__(self, world: World, now: datetime.datetime, seed: int) -> None:
        self.world, self.session, self.now, self.rng = world, world.session, now, Random(seed)  # noqa: S311
        self.done: Counter[str] = Counter()
        self.missed: set[int] = set()
        self.nobody_keeps_time = False

    def call(self, by: str, **more: Any) -> Call:
        return Call(self.session, self.world.actor(by), self.now, **more)

    def any_of(self, model: type[Any], *which: Any) -> Any:
        ids = self.session.scalars(
            select(model.id).where(model.estate_id == self.world.estate.id, *which).order_by(model.id)
        ).all()
        return self.session.get(model, self.rng.choice(ids)) if ids else None

    def act(self) -> None:
        """One verb by somebody; what is refused changes nothing."""
        name = self.rng.choice(ACTIONS)
        by = self.rng.choice(PEOPLE)
        try:
            outcome = getattr(self, name)(by)
        except OperationRefused:
            outcome = None
        self.done[name] += outcome is not None and bool(outcome.done)

    def later(self, at_most: datetime.timedelta) -> None:
        """Time goes on, and the process that keeps it looks at once at what ran out meanwhile."""
        self.now += at_most * self.rng.random()
        self.session.flush()
        if self.nobody_keeps_time:
            return
        running = ClockRun.met_at.is_(None), ClockRun.cancelled_at.is_(None), ClockRun.paused_at.is_(None)
        over = select(ClockRun.id).where(*running, ClockRun.due_at <= self.now, ClockRun.due_at > self.now - DAY)
        self.missed |= set(self.session.scalars(over))
        for piece in limits.to_tell(self.session, self.now):
            limits.tell_limits(self.call("system"), piece)

    def register_ticket(self, by: str) -> Any:
        kind = self.rng.choice([TicketKind.REPAIR, TicketKind.ENQUIRY, TicketKind.SUGGESTION, TicketKind.REPAIR])
        heard = self.now - self.rng.choice([0, 0, 20]) * HOUR
        return type("Made", (), {"done": [new_ticket(self.world, self.now, kind=kind, heard_at=heard)]})

    def register_complaint(self, by: str) -> Any:
        return type("Made", (), {"done": [new_complaint(self.world, self.now)]})

    def work(self, by: str) -> Any:
        """A step of a ticket or a complaint."""
        of_tickets: dict[str, Any] = {**ticket_arguments(self.world), **MORE_OF_TICKETS}
        both: tuple[tuple[type[Any], dict[str, Any]], ...] = (
            (Ticket, of_tickets),
            (Complaint, complaint_arguments(self.world, self.now)),
        )
        model, verbs = self.rng.choice(both)
        row, verb = self.any_of(model), self.rng.choice([*verbs, *OF_ANY_MATTER])
        if row is None:
            return None
        said: dict[str, dict[str, Any]] = {
            "comment": {"body": "已联系"},
            "promise": {"promised_at": self.now + self.rng.randrange(100) * DAY, "reason": "料未到"},
            "allow_later": {"until": self.now + (85 + self.rng.randrange(20)) * DAY, "reason": "停产"},
            "wait": {"until": self.now + self.rng.randrange(1, 100) * DAY},
            "name_follower": {"follower": self.world.person("clerk2")},
            "change_owner": {"desk_owner": self.world.person(self.rng.choice(PEOPLE)), "reason": "换班"},
        }
        return do(self.world, verb, row, self.now, by=by, **(verbs.get(verb, {}) | said.get(verb, {})))

    def call_back(self, by: str) -> Any:
        row = self.any_of(FollowUp, FollowUp.status == FollowUpStatus.SCHEDULED)
        outcomes = list(AttemptOutcome)
        return row and attempt(self.world, row, self.now, self.rng.choice(outcomes), by=by)

    def hang_up_key(self, by: str) -> Any:
        number = self.rng.randrange(10**9)
        unit = self.world.units[0].id
        draft = keys.KeyDraft(self.world.estate.id, KeyOrigin.ENTRUSTED, f"H{number}", f"S{number}", unit_id=unit)
        return keys.register(self.call(by), [draft])

    def ask_for_key(self, by: str) -> Any:
        key = self.any_of(Key)
        return key and keys.request(
            self.call(by), [keys.ApprovalDraft(key.id, BorrowerKind.OTHER, "看房", borrower_name="李工")]
        )

    def decide(self, by: str) -> Any:
        row = self.any_of(KeyApproval, KeyApproval.status.in_(KeyApproval.open_statuses))
        verb: Any = self.rng.choice([keys.approve, keys.refuse, keys.withdraw])
        return row and called(verb, self.session, [row], actor=self.world.actor(by), now=self.now, reason="没来")

    def lend(self, by: str) -> Any:
        wanted = self.any_of(KeyApproval, KeyApproval.status == ApprovalStatus.APPROVED)
        key = self.any_of(Key)
        draft = key and keys.LoanDraft(
            key.id,
            BorrowerKind.OWNER,
            borrower_resident_id=self.world.residents[0].id,
            identity_checked=True,
            signed=True,
        )
        if wanted is not None and self.rng.random() < 0.5:
            draft = keys.LoanDraft(wanted.key_id, BorrowerKind.OTHER, "李工", approval_id=wanted.id)
        return draft and keys.lend(self.call(by), [draft])

    def bring_back(self, by: str) -> Any:
        row = self.any_of(KeyLoan, KeyLoan.returned_at.is_(None), KeyLoan.lost_at.is_(None))
        verb: Any = self.rng.choice([keys.return_keys, keys.return_keys, keys.report_lost])
        return row and verb(self.call(by), [row])

    def tell_owner(self, by: str) -> Any:
        row = self.any_of(Key, Key.lost_at.is_not(None))
        return row and keys.tell_owner(self.call(by), [row])

    def issue_pass(self, by: str) -> Any:
        desk = gate_desk.open_desk(self.session, self.world, self.now)
        return passes.issue(self.call(by), [gate_desk.visitor(desk)])

    def hand_in(self, by: str) -> Any:
        row = self.any_of(VisitorPass, VisitorPass.handed_in_at.is_(None))
        return row and passes.hand_in(self.call(by), [row])

    def other_program(self, _by: str) -> Any:
        """A row that knows nothing of dates and people."""
        key = self.any_of(Key)
        number = f"X{self.rng.randrange(10**9)}"
        given = {"estate_id": self.world.estate.id, "updated_at": self.now, "created_at": self.now}
        matter = {"number": number, "summary": "漏水", "heard_at": self.now, "registered_at": self.now}
        lost = {"number": number, "hook": number, "place": "x", "received_at": self.now, "lost_at": self.now}
        rows: list[tuple[Any, dict[str, Any]]] = [
            (Ticket, {**matter, "kind": TicketKind.REPAIR, "reporter_name": "张", "place": "楼道"}),
            (Complaint, {**matter, "category": "equipment", "reporter_name": "张"}),
            (Key, {**lost, "origin": KeyOrigin.ENTRUSTED}),
        ]
        if key is not None:
            asked = {"key_id": key.id, "borrower_kind": BorrowerKind.OTHER, "borrower_name": "李", "purpose": "看房"}
            by = self.world.person("clerk").id
            rows.append((KeyApproval, {**asked, "requested_at": self.now, "requested_by_id": by}))
        model, columns = self.rng.choice(rows)
        self.session.execute(insert(model.__table__).values({**given, **columns}))
        return type("Made", (), {"done": [number]})

    def night(self) -> None:
        """What the night does, and what must be true then."""
        date_undated(self.call("system"), [self.world.estate, self.world.other])
        self.nothing_stands_still()
        audits.run(self.call("clerk"), [self.world.estate]).one()
        self.the_audit_says_all()
        self.every_miss_was_told_once()
        if self.nobody_keeps_time or self.rng.random() < 0.5:
            self.sign()
        self.nobody_keeps_time = self.rng.random() < 0.3

    def sign(self) -> None:
        """Sign the audit of the day, each overdue finding with its next step; what was missed goes out with it."""
        today = self.today()
        overdue = AuditLine.run_id == today.id, AuditLine.overdue.is_(True), AuditLine.note.is_(None)
        lines = self.session.scalars(select(AuditLine).where(*overdue)).all()
        if lines:
            audits.note(self.call("clerk"), lines, note="明天上门").all()
        audits.sign_off(self.call("supervisor"), [today]).one()
        running = ClockRun.met_at.is_(None), ClockRun.cancelled_at.is_(None), ClockRun.paused_at.is_(None)
        self.missed |= set(self.session.scalars(select(ClockRun.id).where(*running, ClockRun.due_at <= self.now)))
        self.every_miss_was_told_once()

    def today(self) -> AuditRun:
        found = audits.stored_run(self.session, self.world.estate, (self.now + 8 * HOUR).date())
        assert found is not None
        return found

    def nothing_stands_still(self) -> None:
        self.session.expire_all()
        untold = Key.lost_at.is_not(None) & Key.owner_told_at.is_(None) & (Key.origin != KeyOrigin.COMMON)
        undecided = KeyApproval.status.in_([ApprovalStatus.REQUESTED, ApprovalStatus.APPROVED])
        out = KeyLoan.returned_at.is_(None) & KeyLoan.lost_at.is_(None)
        owed: tuple[tuple[Any, Any, Any, Any], ...] = (
            (Ticket, Ticket.status.in_(OPEN_TICKETS), Ticket.due_at, Ticket.desk_owner_id),
            (Complaint, Complaint.status.in_(OPEN_COMPLAINTS), Complaint.due_at, Complaint.desk_owner_id),
            (FollowUp, FollowUp.status == FollowUpStatus.SCHEDULED, FollowUp.due_at, FollowUp.assignee_id),
            (KeyApproval, undecided, KeyApproval.next_at, KeyApproval.answerable_id),
            (Key, untold, Key.due_at, Key.answerable_id),
            (KeyLoan, out, KeyLoan.due_at, KeyLoan.lent_by_id),
            (VisitorPass, VisitorPass.handed_in_at.is_(None), VisitorPass.valid_until, VisitorPass.issued_by_id),
        )
        for model, is_open, date, person in owed:
            bare = select(model.id).where(is_open, or_(date.is_(None), person.is_(None)))
            assert self.session.scalars(bare).all() == [], model.__tablename__
            if model in (Ticket, Complaint):
                rows = self.session.scalars(select(model).where(is_open)).all()
                assert all(row.beyond_limit_by for row in rows if row.due_at > row.updated_at + 93 * DAY)

    def the_audit_says_all(self) -> None:
        """The lines of the lists that are plain sentences, each worked out from all rows one by one."""
        begins = (self.now + 8 * HOUR).replace(hour=0, minute=0, second=0, microsecond=0) - 8 * HOUR
        ends = begins + DAY
        expected: set[tuple[str, str, int, str]] = set()
        matters: tuple[tuple[type[Any], Any], ...] = ((Ticket, OPEN_TICKETS), (Complaint, OPEN_COMPLAINTS))
        for model, statuses in matters:
            for row in self.session.scalars(select(model)).all():
                of = model.__tablename__, row.id, ""
                if begins <= row.registered_at < ends:
                    expected.add(("received_today", *of))
                if row.status in statuses:
                    expected.add(("still_open", *of))
                still_here = row.status in statuses or begins <= row.registered_at < ends
                if still_here and row.heard_at + 8 * HOUR < (row.registered_at + 8 * HOUR).replace(
                    hour=0, minute=0, second=0, microsecond=0
                ):
                    expected.add(("late_registered", *of))
        for loan in self.session.scalars(select(KeyLoan)).all():
            if loan.returned_at is None and loan.lost_at is None:
                expected.add(("key_not_back", "key_loans", loan.id, ""))
        for key in self.session.scalars(select(Key)).all():
            if key.lost_at is not None and key.owner_told_at is None and key.origin is not KeyOrigin.COMMON:
                expected.add(("owner_not_told", "keys", key.id, ""))
        for paper in self.session.scalars(select(VisitorPass)).all():
            if paper.handed_in_at is None and paper.valid_until <= self.now:
                expected.add(("pass_not_handed_in", "visitor_passes", paper.id, ""))
        codes = {clock.id: clock.code for clock in self.session.scalars(select(Clock)).all()}
        for run in self.session.scalars(select(ClockRun)).all():
            of = run.register, run.record_id, codes[run.clock_id]
            runs = run.met_at is None and run.cancelled_at is None and run.paused_at is None
            if runs and run.due_at <= self.now and codes[run.clock_id] == "formal-record":
                expected.add(("no_formal_record", "complaints", run.record_id, ""))
            own_list = codes[run.clock_id] in ("formal-record", "owner-told", "follow-up")
            if runs and run.due_at <= self.now and not own_list:
                expected.add(("past_clock", *of))
            if run.met_at is not None and run.met_at > run.due_at and begins <= run.met_at < ends:
                expected.add(("put_right", *of))
        settled = (FollowUpStatus.SATISFIED, FollowUpStatus.NOT_REACHED)
        asked = {
            (row.register, row.record_id) for row in self.session.scalars(select(FollowUp)) if row.status in settled
        }
        for ticket in self.session.scalars(select(Ticket)).all():
            if (
                ticket.status.value == "done"
                and ticket.kind is TicketKind.REPAIR
                and ("tickets", ticket.id) not in asked
            ):
                expected.add(("no_follow_up", "tickets", ticket.id, ""))
        for complaint in self.session.scalars(select(Complaint)).all():
            carried_out = complaint.status.value in ("carried_out", "followed_up")
            if carried_out and ("complaints", complaint.id) not in asked:
                expected.add(("no_follow_up", "complaints", complaint.id, ""))
        query = select(AuditFinding.kind, AuditFinding.register, AuditFinding.record_id, AuditFinding.clock)
        lines = query.join(AuditLine, AuditLine.finding_id == AuditFinding.id)
        today = self.today()
        told = {(row[0].value, *row[1:]) for row in self.session.execute(lines.where(AuditLine.run_id == today.id))}
        kinds = {"received_today", "still_open", "late_registered", "key_not_back", "owner_not_told", "put_right"}
        kinds |= {"pass_not_handed_in", "no_formal_record", "no_follow_up"}
        said = {item for item in told if item[0] in kinds or (item[0] == "past_clock" and item[3] != "follow-up")}
        assert said == expected

    def every_miss_was_told_once(self) -> None:
        told = Counter((row[0], row[1]) for row in self.session.execute(select(Told.cause, Told.staff_id)))
        assert all(count == 1 for count in told.values())
        causes = {cause for cause, _who in told}
        assert {run for run in self.missed if f"clock_run:{run}:missed" not in causes} == set()


ACTIONS = (
    *("work",) * 12,
    *("register_ticket", "register_complaint") * 2,
    *("call_back", "hang_up_key", "ask_for_key", "decide", "decide", "lend", "lend", "bring_back", "tell_owner"),
    *("issue_pass", "hand_in", "other_program"),
)


@pytest.mark.parametrize("seed", [14])
def test_whoever_does_what_nothing_stands_still_unseen__INT_14_AUD_1(
    world: World, now: datetime.datetime, seed: int
) -> None:
    post = world.person("clerk2").id
    estates.amend(Call(world.session, world.actor("manager"), now), [world.estate], post_staff_id=post).one()
    history = History(world, now, seed)
    for _day in range(DAYS):
        for _act in range(ACTS):
            history.act()
            history.later(min(20 * MINUTE, 13 * HOUR / ACTS * 2))
        history.night()
        history.now = (history.now + DAY).replace(hour=1, minute=0)
        history.later(MINUTE)
    assert history.missed
    assert sum(history.done.values()) > DAYS * ACTS / 4, history.done

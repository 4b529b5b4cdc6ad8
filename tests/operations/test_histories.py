"""Random days of a desk: nothing stands still unseen, the audit tells it all, what was missed is told once (INT-14)."""

import datetime
from collections import Counter
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, or_, select, update

from models.audits import AuditFinding, AuditLine, AuditRun
from models.call import Call
from models.complaints import OPEN_STATUSES as OPEN_COMPLAINTS, Complaint
from models.errors import OperationRefused
from models.follow_ups import AttemptOutcome, FollowUp, FollowUpStatus
from models.keys import ApprovalStatus, BorrowerKind, Key, KeyApproval, KeyLoan, KeyOrigin
from models.operations import audits, estates, keys, limits, passes, settings
from models.operations.undated import date_undated
from models.passes import VisitorPass
from models.settings import Clock, Further, Whom
from models.staff import Staff
from models.tickets import OPEN_STATUSES as OPEN_TICKETS, Ticket, TicketKind
from models.told import Told, ToldKind
from tests.calling import called
from tests.factories import World
from tests.marks import EVERYTHING
from tests.operations import gate_desk
from tests.operations.slow_answers import SlowAnswers
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

DAYS, ACTS = (60, 84) if EVERYTHING else (3, 40)
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
        self.expected: dict[str, set[int]] = {}
        """Cause -> who has to be told."""
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
        self.expect(self.now - DAY)
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
            "change_owner": {"desk_owner": self.world.person(self.rng.choice(("clerk2", *PEOPLE))), "reason": "换班"},
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

    def issue_workers_pass(self, by: str) -> Any:
        desk = gate_desk.open_desk(self.session, self.world, self.now)
        return passes.issue(self.call(by), [gate_desk.worker(desk)])

    def hand_in(self, by: str) -> Any:
        row = self.any_of(VisitorPass, VisitorPass.handed_in_at.is_(None))
        return row and passes.hand_in(self.call(by), [row])

    def end_pass(self, by: str) -> Any:
        row = self.any_of(VisitorPass)
        verb: Any = self.rng.choice([passes.revoke, passes.refund])
        return row and verb(self.call(by, reason="证件不符"), [row])

    def change_clock(self, by: str) -> Any:
        """A manager says otherwise who is told of one, when, and how long it takes."""
        row = self.any_of(Clock)
        words = {
            "told_near": self.rng.choice(list(Whom)),
            "told_missed": self.rng.choice(list(Whom)),
            "told_further": self.rng.choice(list(Further)),
            "warning_percent": self.rng.choice([None, 1, 50, 100]),
        }
        changed = dict(self.rng.sample(sorted(words.items()), 2))
        if self.rng.random() < 0.5:
            changed = {"minutes": max(1, row.minutes * self.rng.choice([1, 2, 3]) // 2)}
        return settings.amend_clocks(self.call(by), [row], **changed)

    def leave_or_come_back(self, _by: str) -> Any:
        """Another program disables an account, or lets it be as it was."""
        who = self.world.person("clerk2")
        if who.disabled_at is None and self.rng.random() < 0.5:
            return None
        gone = None if who.disabled_at else self.now
        self.session.execute(update(Staff).where(Staff.id == who.id).values(disabled_at=gone))
        self.session.expire_all()
        return type("Made", (), {"done": [who]})

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
        audits.run(self.call("supervisor"), [self.world.estate]).one()
        self.the_audit_says_all()
        self.the_right_people_were_told_once()
        if self.nobody_keeps_time or self.rng.random() < 0.5:
            self.sign()
        self.nobody_keeps_time = self.rng.random() < 0.3

    def sign(self) -> None:
        """Sign the audit of the day, each overdue finding with its next step; what was missed goes out with it."""
        today = self.today()
        overdue = AuditLine.run_id == today.id, AuditLine.overdue.is_(True), AuditLine.note.is_(None)
        lines = self.session.scalars(select(AuditLine).where(*overdue)).all()
        if lines:
            audits.note(self.call("supervisor"), lines, note="明天上门").all()
        missed = SlowAnswers(self.world, self.now).told(since=self.now - 10_000 * DAY)
        for cause, whom in missed.items():
            if cause.endswith(":missed"):
                self.expected.setdefault(cause, whom)
        audits.sign_off(self.call("supervisor"), [today]).one()
        self.the_right_people_were_told_once()

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
        """The lines of all its lists, each worked out from all rows one by one."""
        query = select(AuditFinding.kind, AuditFinding.register, AuditFinding.record_id, AuditFinding.clock)
        lines = query.join(AuditLine, AuditLine.finding_id == AuditFinding.id)
        today = self.session.execute(lines.where(AuditLine.run_id == self.today().id))
        self.session.flush()
        assert {(row[0].value, *row[1:]) for row in today} == SlowAnswers(self.world, self.now).lines()

    def expect(self, since: datetime.datetime) -> None:
        """Note who has to be told now of what was not told of yet."""
        for cause, whom in SlowAnswers(self.world, self.now).told(since=since).items():
            self.expected.setdefault(cause, whom)

    def the_right_people_were_told_once(self) -> None:
        """Of each limit that was near or missed those who had to be told, each once, and nobody of any other."""
        told: dict[str, list[int]] = {}
        of_limits = Told.kind.in_([ToldKind.NEAR, ToldKind.MISSED]), Told.cause.startswith("clock_run:")
        for cause, who in self.session.execute(select(Told.cause, Told.staff_id).where(*of_limits)):
            told.setdefault(cause, []).append(who)
        assert {cause: sorted(whom) for cause, whom in told.items()} == {
            cause: sorted(whom) for cause, whom in self.expected.items()
        }


ACTIONS = (
    *("work",) * 16,
    *("register_ticket", "register_complaint") * 2,
    *("call_back", "hang_up_key", "ask_for_key", "decide", "decide", "lend", "lend", "bring_back", "tell_owner"),
    *(
        "issue_pass",
        "issue_workers_pass",
        "hand_in",
        "hand_in",
        "end_pass",
        "end_pass",
        "other_program",
        "change_clock",
        "leave_or_come_back",
    ),
)


@pytest.mark.parametrize("seed", [14])
def test_whoever_does_what_nothing_stands_still_unseen__INT_14_AUD_1(
    world: World, now: datetime.datetime, seed: int
) -> None:
    post = world.person("clerk").id
    estates.amend(Call(world.session, world.actor("manager"), now), [world.estate], post_staff_id=post).one()
    history = History(world, now, seed)
    for _day in range(DAYS):
        for _act in range(ACTS):
            history.act()
            history.later(min(20 * MINUTE, 13 * HOUR / ACTS * 2))
        history.night()
        history.now = (history.now + DAY).replace(hour=1, minute=0)
        history.later(MINUTE)
    assert history.expected
    assert sum(history.done.values()) > DAYS * ACTS / 4, history.done

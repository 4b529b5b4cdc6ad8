"""Verbs in any order, at any time, by anybody: whatever they answer, what must hold holds (KEY-2, JOB-1, JOB-6)."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, Select, func, select

from models.base import LabelledEnum
from models.call import Call
from models.errors import OperationRefused, Outcome
from models.events import Event
from models.keys import BorrowerKind, Key, KeyLoan, KeyOrigin
from models.matters import ClockRun
from models.operations import keys, tickets
from models.personal import Keyring
from models.session import DeskSession
from models.staff import Department
from models.tickets import TIMES, Acceptance, CancelKind, Ticket, TicketKind, TicketStatus, WaitingReason
from tests.calling import called
from tests.factories import World, load_world
from tests.marks import EVERYTHING

MACHINE = settings(
    max_examples=40 if EVERYTHING else 6,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,  # the same runs everywhere: a failure here is a failure on every machine
    suppress_health_check=list(HealthCheck),
)
PEOPLE = st.sampled_from(["clerk", "technician", "lead", "supervisor", "manager", "auditor", "stranger"])
LATER = st.integers(min_value=0, max_value=2000)
NAMES = ["technician", "technician2", "lead", "clerk", "stranger"]
ARGUMENTS: dict[str, Callable[[World, datetime.datetime, int], dict[str, Any]]] = {
    "dispatch": lambda world, now, n: {
        "team": list(world.teams.values())[n % 2],
        "assignee": None if n % 3 else world.staff[NAMES[n % 5]],
        "visit_until": now + datetime.timedelta(hours=n % 5 - 1) if n % 4 == 0 else None,
    },
    "assign": lambda world, now, n: {"assignee": world.staff[NAMES[n % 5]]},
    "reassign": lambda world, now, n: {"assignee": world.staff[NAMES[n % 5]], "reason": "ill" if n % 3 else ""},
    "accept": lambda world, now, n: {},
    "start": lambda world, now, n: {},
    "wait": lambda world, now, n: {
        "waiting_reason": list(WaitingReason)[n % 5],
        "note": "waited" if n % 2 else "",
        "until": now + datetime.timedelta(days=n * 2 - 1),
    },
    "resume": lambda world, now, n: {"visit_until": now + datetime.timedelta(hours=2) if n % 2 else None},
    "finish": lambda world, now, n: {
        "result": "mended" if n % 4 else " ",
        "acceptance": list(Acceptance)[n % 4],
        "acceptance_reason": "away",
    },
    "answer": lambda world, now, n: {"result": "at eight"},
    "take_slip_back": lambda world, now, n: {},
    "charge": lambda world, now, n: {"amount_fen": n * 100, "agreed": n % 5 > 0},
    "settle": lambda world, now, n: {"invoice_number": str(n)},
    "waive": lambda world, now, n: {"reason": "our mistake"},
    "close": lambda world, now, n: {},
    "reopen": lambda world, now, n: {"reason": "drips again"},
    "correct": lambda world, now, n: {"reason": "wrong ticket"},
    "cancel": lambda world, now, n: {"kind": list(CancelKind)[n % 2], "reason": "twice"},
    "escalate": lambda world, now, n: {"reason": "needs money"},
}


class Desk(RuleBasedStateMachine):
    """Three tickets of different kinds and two keys; each step is one verb by one person, some time later."""

    open_session: Callable[[], Any]

    def __init__(self) -> None:
        super().__init__()
        self._opened = self.open_session()
        self.session = self._opened.__enter__()
        self.world = load_world(self.session)
        self.now = datetime.datetime(2026, 11, 18, 2, 0, tzinfo=datetime.UTC)
        clerk = self.world.actor("clerk")
        team_id = self.world.teams[Department.ENGINEERING].id
        drafts = [
            tickets.TicketDraft(self.world.estate.id, "x", place="1", reporter_name="A", kind=kind, team_id=team_id)
            for kind in (TicketKind.REPAIR, TicketKind.ENQUIRY, TicketKind.EMERGENCY)
        ]
        self.tickets = tickets.register(Call(self.session, clerk, self.now), drafts).all()
        unit = self.world.units[0].id
        cupboard = [
            keys.KeyDraft(self.world.estate.id, KeyOrigin.ENTRUSTED, f"A{n}", f"S{n}", unit_id=unit) for n in (1, 2)
        ]
        self.keys = keys.register(Call(self.session, clerk, self.now), cupboard).all()

    def teardown(self) -> None:
        self._opened.__exit__(None, None, None)

    def attempt(self, verb: Callable[..., Outcome], rows: list[Any], who: str, later: int, **arguments: Any) -> None:
        """One verb; a refusal must name its rule and change nothing."""
        self.now += datetime.timedelta(minutes=later)
        before = [row.version for row in rows if not isinstance(row, keys.LoanDraft)]
        try:
            outcome = called(verb, self.session, rows, actor=self.world.actor(who), now=self.now, **arguments)
        except OperationRefused as refusal:
            outcome = Outcome(refused=[(row, refusal) for row in rows])
        assert len(outcome.done) + len(outcome.refused) == len(rows)
        for _, said in outcome.refused:
            assert said.rule
            assert str(said)
        if not outcome.done:
            assert [row.version for row in rows if not isinstance(row, keys.LoanDraft)] == before

    @rule(
        verb=st.sampled_from(sorted(ARGUMENTS)), which=st.integers(0, 2), who=PEOPLE, later=LATER, n=st.integers(0, 60)
    )
    def work(self, verb: str, which: int, who: str, later: int, n: int) -> None:
        arguments = ARGUMENTS[verb](self.world, self.now + datetime.timedelta(minutes=later), n)
        self.attempt(getattr(tickets, verb), [self.tickets[which]], who, later, **arguments)

    @rule(which=st.integers(0, 1), who=PEOPLE, later=LATER)
    def lend(self, which: int, who: str, later: int) -> None:
        draft = keys.LoanDraft(
            self.keys[which].id,
            BorrowerKind.OWNER,
            borrower_resident_id=self.world.residents[0].id,
            identity_checked=True,
            signed=True,
        )
        self.attempt(keys.lend, [draft], who, later)

    @rule(verb=st.sampled_from(["return_keys", "report_lost"]), who=PEOPLE, later=LATER)
    def end_loans(self, verb: str, who: str, later: int) -> None:
        loans = list(self.session.scalars(select(KeyLoan).order_by(KeyLoan.id)))[-2:]
        self.attempt(getattr(keys, verb), loans, who, later)

    @rule(which=st.integers(0, 1), who=PEOPLE, later=LATER)
    def hand_back(self, which: int, who: str, later: int) -> None:
        arguments = {"handed_back_to": "张伟", "receipt_number": "1"}
        self.attempt(keys.hand_back, [self.keys[which]], who, later, **arguments)

    def each(self, query: Select[*tuple[Any, ...]]) -> dict[int, Any]:
        """The second column by the first."""
        return {row[0]: row[1] for row in self.session.execute(query)}

    @invariant()
    def a_key_is_in_one_place(self) -> None:
        out = select(KeyLoan.key_id, func.count()).where(KeyLoan.returned_at.is_(None), KeyLoan.lost_at.is_(None))
        borrowed = self.each(out.group_by(KeyLoan.key_id))
        for key in self.session.scalars(select(Key)):
            assert borrowed.get(key.id, 0) + bool(key.lost_at) + bool(key.handed_back_at) <= 1

    @invariant()
    def a_closed_ticket_is_complete_and_its_times_are_in_order(self) -> None:
        for ticket in self.session.scalars(select(Ticket)):
            times = [time for name in TIMES if (time := getattr(ticket, name)) is not None]
            assert times == sorted(times)
            assert isinstance(ticket.status, LabelledEnum)
            if ticket.status is TicketStatus.CLOSED:
                assert ticket.result
                assert not tickets.owes_charge(ticket)

    @invariant()
    def every_version_has_its_event_and_every_due_time_its_clock(self) -> None:
        events = select(Event.record_id, func.count()).where(Event.register == "tickets").group_by(Event.record_id)
        running = (ClockRun.met_at.is_(None), ClockRun.cancelled_at.is_(None), ClockRun.paused_at.is_(None))
        due = select(ClockRun.ticket_id, func.min(ClockRun.due_at)).where(*running).group_by(ClockRun.ticket_id)
        told, earliest = self.each(events), self.each(due)
        for ticket in self.session.scalars(select(Ticket)):
            assert told[ticket.id] == ticket.version
            assert earliest.get(ticket.id) == ticket.due_at

    @invariant()
    def every_event_names_the_role_in_which_it_was_done(self) -> None:
        nameless = select(func.count()).select_from(Event).where(Event.role == "")
        assert self.session.scalar(nameless) == 0


@pytest.fixture
def open_session(engine: Engine, keyring: Keyring, world: World) -> Callable[[], Any]:
    """A session on the world whose changes are rolled back when it ends."""

    @contextmanager
    def opened() -> Iterator[DeskSession]:
        with engine.connect() as connection:
            outer = connection.begin()
            with DeskSession(connection, keyring=keyring, join_transaction_mode="create_savepoint") as session:
                yield session
            outer.rollback()

    return opened


def test_in_any_order_of_verbs_what_must_hold_holds__KEY_2_JOB_1_JOB_6(
    open_session: Callable[[], Any], engine: Engine
) -> None:
    # The first few again on a server: what its guards refuse is told by their own tests.
    few = not EVERYTHING and engine.dialect.name == "postgresql"
    run_state_machine_as_test(  # asserts the invariants after each step
        type("Machine", (Desk,), {"open_session": staticmethod(open_session)}),
        settings=settings(MACHINE, max_examples=3) if few else MACHINE,
    )

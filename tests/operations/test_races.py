"""Several processes at once, and processes that die: nothing lost, nothing done twice, nothing half done."""

import datetime
import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from typing import Any

import pytest
from sqlalchemy import func, select

from models.bulk import BulkItem, BulkOutcome, BulkRun
from models.call import Call
from models.events import Event, broken_seals
from models.invariants import broken_invariants
from models.matters import RepeatReport
from models.operations import tickets
from models.operations.bulk import counts, prepare, prepare_undo
from models.session import DeskSession
from models.staff import Department
from models.tickets import Ticket, TicketStatus
from tests.factories import World
from tests.programs import bulk, repeats
from tests.programs.bulk import CHUNK

PROGRAMS = get_context("forkserver")
PROGRAMS.set_forkserver_preload([bulk.__name__, repeats.__name__])  # each process then starts in no time
PROCESSES = 8
ROUNDS = 4
DIED = -signal.SIGKILL


def program(run: Callable[..., None], *arguments: object) -> ForkServerProcess:
    process = PROGRAMS.Process(target=run, args=arguments)
    process.start()
    return process


def ended(process: ForkServerProcess) -> int | None:
    process.join(timeout=240)
    return process.exitcode


def register(session: DeskSession, world: World, now: datetime.datetime, count: int) -> list[Ticket]:
    drafts = [
        tickets.TicketDraft(world.estate.id, f"走廊灯不亮 {number}", place="1 栋", reporter_name="张")
        for number in range(count)
    ]
    made = tickets.register(Call(session, world.actor("clerk"), now), drafts)
    session.commit()
    return list(made.all())


def test_eight_processes_on_the_same_rows_lose_nothing(
    database_url: str, session: DeskSession, world: World, now: datetime.datetime
) -> None:
    made = register(session, world, now, 3)
    ids = [ticket.id for ticket in made]
    orders = [ids if number % 2 else ids[::-1] for number in range(PROCESSES)]
    racing = [program(repeats.run, database_url, "clerk", ROUNDS, *order) for order in orders]
    assert [ended(process) for process in racing] == [0] * PROCESSES
    session.rollback()
    for ticket in made:
        session.refresh(ticket)
        assert (ticket.repeats, ticket.version) == (PROCESSES * ROUNDS, PROCESSES * ROUNDS + 1)
    assert session.scalar(select(func.count()).select_from(RepeatReport)) == PROCESSES * ROUNDS * len(ids)
    assert list(broken_seals(session)) == []


@pytest.mark.parametrize(("point", "chunk"), [("before_commit", 1), ("after_commit", 2)])
def test_a_bulk_run_killed_on_the_way_is_resumed_by_the_same_key(
    database_url: str, session: DeskSession, world: World, now: datetime.datetime, point: str, chunk: int
) -> None:
    rows = register(session, world, now, CHUNK + 5)
    call = Call(session, world.actor("clerk"), now)
    order: dict[str, Any] = {
        "estate_id": world.estate.id,
        "register": "tickets",
        "verb": "dispatch",
        "ids": [row.id for row in rows],
        "arguments": {"team": world.teams[Department.ENGINEERING]},
        "key": "one key",
    }
    run = prepare(call, **order)
    session.commit()
    assert ended(program(bulk.run, database_url, "clerk", run.id, point, chunk)) == DIED
    must_agree(session, run)
    again = prepare(call, **order)
    session.commit()
    assert again.id == run.id
    assert ended(program(bulk.run, database_url, "clerk", run.id)) == 0
    must_agree(session, run)
    assert counts(session, run)[BulkOutcome.DONE] == len(rows)
    dispatched = select(func.count()).select_from(Event).where(Event.verb == "dispatch")
    assert session.scalar(dispatched) == len(rows)
    assert list(broken_seals(session)) == []


@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
def test_an_undo_killed_on_the_way_is_resumed_and_puts_each_row_back_once(
    database_url: str, session: DeskSession, world: World, now: datetime.datetime, point: str
) -> None:
    rows = register(session, world, now, CHUNK + 5)
    clerk = world.actor("clerk")
    run = prepare(
        Call(session, clerk, now),
        estate_id=world.estate.id,
        register="tickets",
        verb="dispatch",
        ids=[row.id for row in rows],
        arguments={"team": world.teams[Department.ENGINEERING]},
        key="one key",
    )
    session.commit()
    assert ended(program(bulk.run, database_url, "clerk", run.id)) == 0
    session.expire_all()
    undoing = prepare_undo(Call(session, clerk, now), run)
    number = undoing.id
    session.commit()
    assert ended(program(bulk.run, database_url, "clerk", number, point, 2)) == DIED
    session.expire_all()
    put_back = select(func.count()).select_from(Ticket).where(Ticket.status == TicketStatus.RECEIVED)
    done = {"before_commit": CHUNK, "after_commit": len(rows)}[point]
    assert (session.scalar(put_back), counts(session, undoing)[BulkOutcome.DONE]) == (done, done)
    session.rollback()
    assert ended(program(bulk.run, database_url, "clerk", number)) == 0
    session.expire_all()
    assert session.scalar(put_back) == len(rows)
    assert session.scalar(select(func.count()).select_from(Event).where(Event.verb == "undo")) == len(rows)
    assert list(broken_invariants(session)) == []
    assert list(broken_seals(session)) == []


def must_agree(session: DeskSession, run: BulkRun) -> None:
    """Each row is either done, with its event and its item, or untouched."""
    session.rollback()
    session.expire_all()
    done = set(
        session.scalars(
            select(BulkItem.record_id).where(BulkItem.run_id == run.id, BulkItem.outcome == BulkOutcome.DONE)
        )
    )
    moved = set(session.scalars(select(Ticket.id).where(Ticket.status == TicketStatus.DISPATCHED)))
    told = set(session.scalars(select(Event.record_id).where(Event.verb == "dispatch", Event.bulk_run_id == run.id)))
    assert done == moved == told
    session.rollback()

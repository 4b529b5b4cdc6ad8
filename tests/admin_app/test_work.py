"""``frontdesk work``: one process for all that time does, seen on the desk and by who watches the machines (INT-14)."""

import datetime
import subprocess
import sys
import threading

import pytest
from sqlalchemy import select

from admin_app import clock
from admin_app.commands.work import Keeper
from models.audits import AuditRun
from models.call import Call
from models.events import Event
from models.matters import ClockRun
from models.operations import limits, tickets, timekeeping
from models.staff import Staff
from models.timekeeping import LEASE, STOPPED
from models.told import Told
from tests import reading
from tests.operations.walks import ticket_draft

NIGHT = datetime.timedelta(hours=13)  # from the tests' present, 10 o'clock, to 23:00 there
STANDS = "Nobody keeps time"


def test_what_is_due_is_done_once_and_said_to_be_the_timers__AUD_1(world, run_here, monkeypatch, now):
    assert run_here("work", "--once") == (0, "", "keeps time.\n")
    monkeypatch.setattr(clock, "now", lambda: now + NIGHT)
    assert run_here("work", "--once")[0] == 0
    runs = world.session.scalars(select(AuditRun).order_by(AuditRun.id)).all()
    assert [run.estate_id for run in runs] == [world.estate.id, world.other.id]
    events = world.session.scalars(select(Event).where(Event.register == "audit_runs")).all()
    assert {(row.source, row.verb, row.at) for row in events} == {("timer", "run", now + NIGHT)}
    assert run_here("verify")[0] == 0


def test_nothing_is_done_where_another_process_is_at_work__INT_14(world, run_here, monkeypatch, now):
    timekeeping.lead(world.session, "other", now + NIGHT)
    monkeypatch.setattr(clock, "now", lambda: now + NIGHT)
    assert run_here("work", "--once") == (0, "", "")
    assert world.session.scalars(select(AuditRun)).all() == []


def test_one_estate_that_is_refused_holds_no_other_back_and_is_tried_again__INT_14(
    world, app, config, caplog, now, monkeypatch
):
    monkeypatch.setattr(clock, "now", lambda: now + NIGHT)
    refused, other = world.estate.id, world.other.id
    later = AuditRun(estate_id=refused, day=now.date() + datetime.timedelta(days=1), ran_at=now, ran_by_id=1, counts={})
    world.session.add(later)
    world.session.commit()
    keeper = Keeper(app.extensions["frontdesk_database"], threading.Event(), config)
    ran = select(AuditRun.estate_id).where(AuditRun.ran_at == now + NIGHT).order_by(AuditRun.estate_id)
    for _time in range(2):
        keeper.turn(now + NIGHT)
        assert world.session.scalars(ran).all() == [other]
        world.session.rollback()
    said = [record.message for record in caplog.records if "nightly audit" in record.message]
    assert said == [f"nightly audit of {refused}: refused by AUD-2"], "once, not every five seconds"
    world.session.delete(later)
    world.session.commit()
    keeper.turn(now + NIGHT)
    assert world.session.scalars(ran).all() == [refused, other]


def test_a_missed_limit_is_told_to_the_right_person_exactly_once_whoever_keeps_time__INT_14(world, app, config, now):
    opened = app.extensions["frontdesk_database"]
    call = Call(world.session, world.actor("clerk"), now)
    (ticket,) = tickets.register(call, [ticket_draft(world)]).all()
    record = ticket.id
    world.session.commit()
    one, other = (Keeper(opened, threading.Event(), config) for _ in range(2))
    late = now + datetime.timedelta(minutes=31)

    def told():
        query = select(Staff.username, Told.kind).join(Told, Told.staff_id == Staff.id).where(Told.record_id == record)
        found = sorted((name, kind.value) for name, kind in world.session.execute(query))
        world.session.rollback()
        return found

    one.turn(now)
    one.end(now)  # stopped while the limit is near and when it is missed
    assert told() == []
    expected = [("clerk", "missed"), ("supervisor", "missed")]
    for keeper, at in ((one, late), (other, late), (other, late + LEASE * 2), (one, late + LEASE * 2)):
        keeper.turn(at)
        assert told() == expected
    started_again = Keeper(opened, threading.Event(), config)
    started_again.turn(late + LEASE * 4)
    assert told() == expected
    pieces = [[run] for run in world.session.scalars(select(ClockRun.id))]
    for piece in pieces:  # a process that went on though it had lost the lease
        limits.tell_limits(Call(world.session, world.actor("system"), late), piece)
    world.session.commit()
    assert told() == expected


def test_the_desk_and_the_machines_watch_whether_time_is_kept__INT_14(app, world, sign_in, client, now):
    timekeeping.lead(world.session, "one", now)
    world.session.commit()
    for late, work in ((STOPPED, "running"), (STOPPED + datetime.timedelta(seconds=1), "stopped")):
        app.config["FRONTDESK_NOW"] = now + late
        assert client.get("/healthz").json["work"] == work
        for who in ("clerk", "technician", "manager"):
            board = reading.one(reading.page(sign_in(who).get("/admin/")), "#board")
            assert (STANDS in reading.words(board)) == (work == "stopped"), who


def test_that_it_was_never_started_is_for_managers_to_know__SET_1(world, sign_in, client):
    assert world.estate.id
    assert client.get("/healthz").json["work"] == "stopped"
    shown = {who: STANDS in sign_in(who).get("/admin/").text for who in ("clerk", "supervisor", "manager")}
    assert shown == {"clerk": False, "supervisor": False, "manager": True}


@pytest.mark.parametrize(
    ("database_url", "ends"), [("sqlite", "input"), ("postgresql", "terminate")], indirect=["database_url"]
)
def test_it_ends_with_the_demo_and_when_told_and_lets_another_lead__INT_14(world, environment, database_url, now, ends):
    environment(database_url)
    world.session.rollback()
    command = [sys.executable, "-m", "admin_app.cli", "work", "--attached"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stdin is not None
        assert process.stderr.readline() == "keeps time.\n"
        if ends == "input":
            process.stdin.close()
        else:
            process.terminate()
        assert process.wait(30) == 0
    assert timekeeping.lead(world.session, "other", now)

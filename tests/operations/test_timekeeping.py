"""Who keeps time, and what time does by itself (INT-14, AUD-1)."""

import datetime

import pytest
from sqlalchemy import select, update

from models.audits import AuditRun
from models.call import Call
from models.estates import Estate
from models.operations import audits, timekeeping
from models.session import DeskSession
from models.settings import Setting
from models.timekeeping import LAST_HEARD, LEASE, STOPPED, keeps_time
from models.unreadable import unreadable_values

SECOND = datetime.timedelta(seconds=1)
NIGHT = 13 * 3600 * SECOND  # from the tests' present, 10 o'clock, to 23:00 there
AUDIT = timekeeping.TASKS[0]


@pytest.fixture
def leads(engine, keyring):
    """``leads("one", at)``: whether that process leads, asked in a transaction of its own."""

    def ask(holder, at):
        with DeskSession(engine, keyring=keyring) as session:
            answer = timekeeping.lead(session, holder, at)
            session.commit()
            return answer

    return ask


def test_of_several_processes_one_keeps_time__INT_14(leads, now):
    assert [leads(name, now) for name in ("one", "other", "one")] == [True, False, True]
    assert not leads("other", now + LEASE)


def test_another_takes_over_within_half_a_minute_of_its_last_word__INT_14(leads, now):
    assert leads("one", now)
    assert leads("one", now + 15 * SECOND)
    assert not leads("other", now + 30 * SECOND)
    assert leads("other", now + 36 * SECOND), "nothing was heard for more than twenty seconds"
    assert not leads("one", now + 37 * SECOND), "who comes back waits"


def test_who_ends_lets_another_lead_at_once__INT_14(session, leads, now):
    assert leads("one", now)
    timekeeping.give_back(session, "other", now)
    session.commit()
    assert not leads("other", now), "nobody gives back what another one has"
    timekeeping.give_back(session, "one", now)
    session.commit()
    assert leads("other", now)


def test_a_lease_from_a_clock_that_was_wrong_holds_nobody_back__INT_14(session, leads, now):
    for wrong in (365 * 24 * 3600 * SECOND, 21 * SECOND):
        assert leads("one", now + wrong)
        assert leads("other", now)
        assert keeps_time(session.scalar(LAST_HEARD), now)
        session.rollback()
    assert not keeps_time(now + STOPPED + SECOND, now), "what will be heard was never heard"


def test_two_minutes_of_silence_are_a_stop__INT_14(session, leads, now):
    assert not keeps_time(session.scalar(LAST_HEARD), now)
    session.rollback()
    leads("one", now)
    last = session.scalar(LAST_HEARD)
    assert last == now
    assert keeps_time(last, now + STOPPED)
    assert not keeps_time(last, now + STOPPED + SECOND)


def due(session, now):
    return [estate_id for piece in AUDIT.pieces(session, now) for estate_id in piece]


def test_the_nightly_audit_runs_an_hour_before_midnight_by_each_estates_clock__AUD_1(world, session, now):
    here, elsewhere = world.estate.id, world.other.id
    session.get_one(Estate, elsewhere).timezone = "Europe/Berlin"
    session.commit()
    assert due(session, now + NIGHT - SECOND) == []
    assert due(session, now + NIGHT) == [here]
    assert AUDIT.do(Call(session, world.actor("system"), now + NIGHT), [here]).refused == []
    session.commit()
    run = session.scalars(select(AuditRun)).one()
    assert (run.estate_id, run.ran_at) == (here, now + NIGHT)
    assert due(session, now + NIGHT + SECOND) == [], "once a night"
    assert due(session, now + NIGHT + 7 * 3600 * SECOND) == [elsewhere]
    assert due(session, now + NIGHT + 24 * 3600 * SECOND) == [here]


def test_what_was_run_in_the_day_is_run_again_at_night_and_not_once_it_is_signed__AUD_2_AUD_3(world, session, now):
    here = [world.estate.id]
    audits.run(Call(session, world.actor("clerk"), now), [world.estate]).all()
    session.commit()
    assert here[0] in due(session, now + NIGHT)
    audits.sign_off(Call(session, world.actor("supervisor"), now), session.scalars(select(AuditRun)).all()).all()
    session.commit()
    assert here[0] not in due(session, now + NIGHT)


@pytest.mark.parametrize("zone", ["Mars/Phobos", "", "Asia", "../../etc/passwd", "Asia/Shanghai ", "上海"])
def test_a_time_zone_that_there_is_not_stops_no_audit_and_no_page__SET_2(world, session, sign_in, now, zone):
    estate = world.other.id
    session.execute(update(Estate).where(Estate.id == estate).values(timezone=zone))
    session.commit()
    assert sorted(due(session, now + NIGHT)) == [world.estate.id, estate], "by the usual zone"
    found = [line for line in unreadable_values(session) if line.startswith("estates")]
    session.rollback()
    assert [line for line in found if "timezone" in line] == [f"estates {estate}: timezone is none that there is"]
    stranger = sign_in("stranger")
    for page in ("/admin/", "/admin/tickets/", "/admin/tickets/new/"):
        assert stranger.get(page).status_code == 200, page


@pytest.mark.parametrize("value", [10**12, -5, 0, "late", [], 2000, True])
def test_a_spoilt_time_of_it_stops_no_audit__SET_1(world, session, now, value):
    code = timekeeping.AUDIT_BEFORE_MIDNIGHT
    session.add(Setting(estate_id=world.estate.id, code=code, rule="AUD-1", value=value))
    session.commit()
    at = now + NIGHT + 3599 * SECOND
    assert sorted(due(session, at)) == [world.estate.id, world.other.id]


def test_its_time_is_a_setting__SET_1(world, session, now):
    code = timekeeping.AUDIT_BEFORE_MIDNIGHT
    session.add(Setting(estate_id=world.estate.id, code=code, rule="AUD-1", value=120))
    session.commit()
    assert due(session, now + NIGHT - 3601 * SECOND) == []
    assert due(session, now + NIGHT - 3600 * SECOND) == [world.estate.id]

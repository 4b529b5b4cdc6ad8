"""The page of a clock, of hours and of a day says what a change will do before it is saved (SET-1)."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.session import DeskSession
from models.settings import CalendarDay, Clock, DayKind, WorkingHours
from models.tickets import Ticket, TicketStatus
from tests import reading
from tests.factories import World
from tests.operations.walks import MINUTE, new_complaint, ticket_in

Post = Callable[..., Any]


def clock(session: DeskSession, world: World, code: str) -> Clock:
    of_estate = select(Clock).where(Clock.estate_id == world.estate.id, Clock.code == code)
    return session.scalars(of_estate.execution_options(populate_existing=True)).one()


@pytest.fixture
def job(session: DeskSession, world: World, now: datetime.datetime) -> int:
    """A job that was accepted ten minutes ago: whoever has it is expected in ten minutes."""
    ticket = ticket_in(world, TicketStatus.ACCEPTED, now - 10 * MINUTE)
    number = ticket.id
    session.commit()
    return number


def test_a_clock_is_changed_when_what_comes_of_it_was_read__SET_1(
    job: int, look: DeskSession, world: World, post: Post, sign_in: Callable[..., FlaskClient]
) -> None:
    manager, on_site = sign_in("manager"), clock(look, world, "on-site")
    address = f"/admin/clocks/edit/?id={on_site.id}"
    typed = {"version": on_site.version, "calendar": "always", "enabled": "1", "minutes": 5}
    page = reading.page(post(manager, address, **typed))
    said = reading.words(reading.one(page, "section[aria-labelledby=foretold-heading]"))
    assert "1 open time limit moves, 1 to an earlier time, of these 1 would be late at once, 0 to a later time." in said
    assert "Of 1 records of the last 90 days 0 were late, 1 would have been late by this." in said
    assert reading.ids(page, "/admin/tickets/details/") == [job]
    key = reading.sent(reading.one(page, "form.desk-form"))["foretold"]
    assert clock(look, world, "on-site").minutes == 20
    look.rollback()
    # Another figure than the one that was read about is asked about again.
    assert "would be late at once" in post(manager, address, **(typed | {"minutes": 6}), foretold=key).text
    assert post(manager, address, **typed, foretold=key).status_code == 302
    assert clock(look, world, "on-site").minutes == 5
    look.rollback()
    after = look.get_one(Ticket, job)
    assert after.dispatched_at is not None
    assert after.due_at == after.dispatched_at + 5 * MINUTE


def test_what_moves_nothing_is_saved_at_once_and_what_is_refused_is_refused_before__SET_1_SET_2(
    job: int, look: DeskSession, world: World, post: Post, sign_in: Callable[..., FlaskClient]
) -> None:
    manager, record = sign_in("manager"), clock(look, world, "formal-record")
    address = f"/admin/clocks/edit/?id={record.id}"
    typed = {"version": record.version, "calendar": "working", "enabled": "1"}
    refused = post(manager, address, **typed, minutes=500_000)
    assert (refused.status_code, "foretold" in refused.text) == (409, False)
    assert post(manager, address, **typed, minutes=960).status_code == 302


def test_a_day_off_and_hours_taken_away_are_told_of_before_too__SET_2(
    session: DeskSession,
    look: DeskSession,
    world: World,
    now: datetime.datetime,
    post: Post,
    sign_in: Callable[..., FlaskClient],
) -> None:
    new_complaint(world, now)
    session.commit()
    manager = sign_in("manager")
    day = {"day": "2026-11-19", "kind": "off"}
    page = reading.page(post(manager, "/admin/calendar-days/new/", **day))
    key = reading.sent(reading.one(page, "form.desk-form"))["foretold"]
    assert "0 to an earlier time, of these 0 would be late at once, 1 to a later time." in reading.words(page)
    assert look.scalars(select(CalendarDay).where(CalendarDay.day == datetime.date(2026, 11, 19))).all() == []
    look.rollback()
    assert post(manager, "/admin/calendar-days/new/", **day, foretold=key).status_code == 302
    added = look.scalars(select(CalendarDay).where(CalendarDay.day == datetime.date(2026, 11, 19))).one()
    assert added.kind is DayKind.OFF
    wednesday = select(WorkingHours).where(WorkingHours.estate_id == world.estate.id, WorkingHours.weekday == 2)
    hours = look.scalars(wednesday.order_by(WorkingHours.id)).all()[-1].id
    look.rollback()
    address = f"/admin/working-hours/delete/?id={hours}"
    page = reading.page(post(manager, address, version=1))
    key = reading.sent(reading.one(page, "form.desk-form"))["foretold"]
    assert post(manager, address, version=1, foretold=key).status_code == 302
    assert look.scalars(select(WorkingHours).where(WorkingHours.id == hours)).all() == []


def test_what_is_left_of_a_long_change_is_said_and_gone_on_with__SET_1(
    job: int, session: DeskSession, look: DeskSession, world: World, post: Post, sign_in: Callable[..., FlaskClient]
) -> None:
    on_site = clock(session, world, "on-site")
    on_site.minutes, on_site.version = 30, on_site.version + 1  # as the first part of a long change leaves it
    session.commit()
    for who, may_go_on in (("clerk", False), ("manager", True)):
        page = reading.page(sign_in(who).get("/admin/clocks/recount/?total=4"))
        assert "1 are still counted by what applied before." in reading.words(page)
        assert bool(page.css("form[data-controller=progress]")) is may_go_on, who
    manager = sign_in("manager")
    assert post(sign_in("clerk"), "/admin/clocks/recount/", total=4).status_code == 403
    assert post(manager, "/admin/clocks/recount/", total=4).status_code == 302
    assert "All that is open follows its clocks." in reading.words(reading.page(manager.get("/admin/clocks/recount/")))
    look.rollback()
    after = look.get_one(Ticket, job)
    assert after.dispatched_at is not None
    assert after.due_at == after.dispatched_at + 30 * MINUTE

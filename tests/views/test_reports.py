"""Reports for managers: shares, satisfaction, trend, load; each figure is the length of the list that it opens."""

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.call import Call
from models.complaints import ComplaintCategory
from models.follow_ups import AttemptOutcome, FollowUp, FollowUpWay
from models.operations import complaints, follow_ups, settings, tickets
from models.roles import Role
from models.session import DeskSession
from models.settings import Category
from models.staff import Department, StaffAssignment
from models.tickets import TicketKind
from tests import reading
from tests.factories import World
from tests.marks import only_sqlite
from tests.records import finish_ticket
from tests.views.conftest import ROLES
from tests.views.test_lists import statements
from tests.views.test_statements import asked

REPORTS = "/admin/reports/"
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


def make(session: DeskSession, world: World, now: datetime.datetime) -> list[int]:
    """Six repairs: two of one kind in one room; one done and liked, one reopened, one dispatched and forgotten."""
    clerk, estate = world.actor("clerk"), world.estate.id
    settings.provide_defaults(Call(session, world.actor("system"), now - 30 * DAY), world.estate)
    water = session.scalars(select(Category.id).where(Category.estate_id == estate).order_by(Category.id)).first()
    drafts = [
        tickets.TicketDraft(
            estate_id=estate,
            kind=TicketKind.REPAIR,
            summary=f"漏水 {place}",
            unit_id=world.units[place // 2].id,
            category_id=water if place < 2 else None,
            reporter_name="张女士",
            another_matter=True,
        )
        for place in range(6)
    ]
    made = []
    for place, draft in enumerate(drafts):
        at = now - (20 - 3 * place) * DAY
        made.append(tickets.register(Call(session, clerk, at), [draft]).one())
    for place, outcome, words in ((0, AttemptOutcome.SATISFIED, ""), (1, AttemptOutcome.NOT_SATISFIED, "还在滴")):
        finish_ticket(session, world, made[place], now - (20 - 3 * place) * DAY + HOUR)
        call = session.scalars(select(FollowUp).where(FollowUp.ticket_id == made[place].id)).one()
        given: dict[str, Any] = dict.fromkeys(("quality", "timeliness", "attitude"), 4 - 2 * place)
        follow_ups.record_attempt(
            Call(session, clerk, now - 10 * DAY), [call], way=FollowUpWay.EMAIL, outcome=outcome, words=words, **given
        ).one()
    team = world.teams[Department.ENGINEERING]
    tickets.dispatch(Call(session, clerk, now - 13 * DAY), [made[2]], team=team).one()
    complaint = complaints.ComplaintDraft(
        estate_id=estate,
        summary="<b>噪音</b>",
        unit_id=world.units[0].id,
        reporter_name="刘",
        category=ComplaintCategory.ENVIRONMENT,
    )
    complaints.register(Call(session, clerk, now - 2 * DAY), [complaint]).one()
    return [job.id for job in made]


MAKE = make


@pytest.fixture
def month(here: list[int]) -> list[int]:
    """The ids of these repairs."""
    return here


def rows_of(page: str, table: str) -> dict[str, list[str]]:
    """First cell -> the other cells as text, of one table."""
    found = {}
    for row in reading.rows(reading.one(reading.page(page), f"#report-{table}")):
        name, *cells = (reading.words(cell) for cell in row.css("th, td"))
        found[name] = cells
    return found


def figures_of(page: str) -> dict[str, str]:
    return {
        reading.words(reading.one(figure, "span")): reading.words(reading.one(figure, "strong"))
        for figure in reading.page(page).css("main li:has(strong)")
    }


def test_shares_follow_from_the_clocks_and_calls__AUD_5(month: list[int], sign_in: Callable[..., FlaskClient]) -> None:
    page = sign_in("manager").get(REPORTS).text
    clocks = rows_of(page, "clocks")
    assert clocks["slip picked up"] == ["DSP-4", "2", "1", "66.7 %", "0"]
    assert clocks["done the same day"][1:3] == ["2", "5"]  # the reopened one runs anew
    calls = rows_of(page, "calls")
    assert calls["satisfied"] == ["1", *["4.0 (1)"] * 3]
    assert calls["not satisfied"] == ["1", *["2.0 (1)"] * 3]
    figures = figures_of(page)
    assert (figures["Satisfied"], figures["Reopened"], figures["Repeat repairs"]) == ("50.0 %", "50.0 %", "1")
    load = rows_of(page, "load")
    assert load["王强"][0] == "2"
    assert load["without handler"] == ["4", "4", "1"]


def test_every_figure_is_the_length_of_the_list_that_it_opens__AUD_5(
    month: list[int], sign_in: Callable[..., FlaskClient]
) -> None:
    manager = sign_in("manager")
    page = reading.page(manager.get(REPORTS))
    found = [figure for table in page.css("main tbody") for figure in reading.links(table)]
    assert len(found) >= 15
    wrong = []
    for number, address in found:
        opened = reading.words(reading.one(reading.page(manager.get(address)), "main"))
        if f"{number} found" not in opened:
            wrong.append((address, number, opened[:300]))
    assert wrong == []


def test_every_chart_has_its_table(month: list[int], sign_in: Callable[..., FlaskClient]) -> None:
    page = sign_in("manager").get(REPORTS).text
    charts = {
        (section.id or "").removeprefix("report-"): json.loads(drawn.attributes["data-chart"] or "")
        for section in reading.page(page).css("section[id^=report-]")
        for drawn in section.css("[data-chart]")
    }
    assert set(charts) == {"clocks", "tickets", "complaints", "teams", "buildings", "butlers", "load", "calls"}
    for name, chart in charts.items():
        assert chart["names"] == list(rows_of(page, name))
        assert all(len(series["values"]) == len(chart["names"]) for series in chart["series"])
    assert reading.page(page).css("[style]") == []


def test_a_report_begins_on_the_monday_three_weeks_ago_and_shows_each_day__AUD_5(
    month: list[int], now: datetime.datetime, sign_in: Callable[..., FlaskClient]
) -> None:
    manager = sign_in("manager")
    days = rows_of(manager.get(REPORTS).text, "tickets")
    assert (min(days), max(days), len(days)) == ("2026-10-26", now.date().isoformat(), 24)
    assert sum(int(row[0]) for row in days.values()) == 6
    earlier = manager.get(f"{REPORTS}?since=2026-10-01&until=2026-10-31").text
    assert figures_of(earlier)["Repeat repairs"] == "0"
    assert sum(int(row[0]) for row in rows_of(earlier, "tickets").values()) == 1


@only_sqlite
def test_a_report_covers_a_leap_year_and_no_day_more(sign_in: Callable[..., FlaskClient]) -> None:
    manager = sign_in("manager")
    for since, status in (("2023-11-19", 200), ("2023-11-18", 400)):
        assert manager.get(f"{REPORTS}?since={since}&until=2024-11-18").status_code == status, since


@pytest.mark.parametrize(
    "query",
    [
        "since=x",
        "until=2026-13-01",
        "since=2026-11-18&until=2026-11-17",
        "since=2020-01-01",
        "scope=mine",
        "until=0001-01-01",
    ],
)
def test_a_period_that_cannot_be_is_told_so(query: str, month: list[int], sign_in: Callable[..., FlaskClient]) -> None:
    assert sign_in("manager").get(f"{REPORTS}?{query}").status_code == 400


@pytest.mark.parametrize("role", ROLES)
def test_managers_and_auditors_read_reports__AUD_5(role: str, sign_in: Callable[..., FlaskClient]) -> None:
    assert sign_in(role).get(REPORTS).status_code == (200 if role in ("manager", "auditor") else 403)


def test_all_estates_are_those_where_one_is_manager__AUD_5(
    month: list[int], session: DeskSession, world: World, now: datetime.datetime, sign_in: Callable[..., FlaskClient]
) -> None:
    stranger = world.actor("stranger")
    draft = tickets.TicketDraft(estate_id=world.other.id, summary="elsewhere", place="gate", reporter_name="何")
    tickets.register(Call(session, stranger, now - HOUR), [draft]).one()
    manager = world.person("manager")
    session.add(StaffAssignment(estate_id=world.other.id, staff_id=manager.id, role=Role.CLERK))
    session.commit()
    browser = sign_in("manager")

    def total() -> int:
        page = browser.get(f"{REPORTS}?scope=all").text
        assert reading.page(page).css("tbody a") == []
        return sum(int(row[0]) for row in rows_of(page, "tickets").values())

    assert total() == 6
    session.add(StaffAssignment(estate_id=world.other.id, staff_id=manager.id, role=Role.MANAGER))
    session.commit()
    assert total() == 7


def test_reports_ask_few_questions(app: Flask, month: list[int], sign_in: Callable[..., FlaskClient]) -> None:
    manager = sign_in("manager")
    with statements(app) as seen:
        manager.get(REPORTS)
    assert len(asked(seen)) <= 4

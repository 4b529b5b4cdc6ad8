"""A manager adds a clock by the page: steps of one register, a condition in fields and words, said in a sentence."""

import datetime
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from models.matters import ClockRun
from models.session import DeskSession
from models.settings import Category, CategoryRegister, Clock
from models.staff import Department
from models.tickets import TicketStatus
from tests import reading
from tests.factories import World
from tests.marks import first_sqlite
from tests.operations.walks import MINUTE, new_ticket, ticket_in

Post = Callable[..., Any]
NEW = "/admin/clocks/new/"
TYPED = {
    "code": "两小时内上门",
    "start_event": "tickets.accept",
    "stop_event": "tickets.finish",
    "minutes": "120",
    "calendar": "always",
}


def test_a_clock_is_added_with_its_condition_and_says_it_back__SET_1(
    world: World, look: DeskSession, post: Post, sign_in: Callable[..., FlaskClient]
) -> None:
    manager = sign_in("manager")
    of = {"estate_id": world.estate.id, "register": CategoryRegister.TICKETS}
    category = Category(code="lifts", name="电梯", **of)
    world.session.add(category)
    world.session.commit()
    lines = {
        **{"field_0": "tickets.kind", "op_0": "among", "value_0": "repair，household service"},
        **{"field_1": "tickets.category_id", "op_1": "is", "value_1": category.name},
        **{"field_2": "tickets.visit_from", "op_2": "before", "value_2": "+2 working_days"},
    }
    answer = post(manager, NEW, **TYPED, **lines, warning_percent="50", runs_on="1")
    assert answer.status_code == 302, answer.text
    clock = look.scalars(select(Clock).where(Clock.code == TYPED["code"])).one()
    assert (clock.register, clock.start_event, clock.stop_event, clock.minutes) == ("tickets", "accept", "finish", 120)
    assert (clock.warning_percent, clock.runs_on, clock.enabled, clock.rule) == (50, True, True, "INT-14")
    other = {"field_0": "tickets.visit_from", "op_0": "before", "value_0": "2026-11-18T02:00+00:00"}
    assert post(manager, NEW, **{**TYPED, "code": "Another"}, **other).status_code == 302
    look.rollback()
    another = look.scalars(select(Clock).where(Clock.code == "Another")).one()
    assert another.condition == {"field": "visit_from", "op": "before", "value": "2026-11-18T02:00:00+00:00"}
    assert clock.condition == {
        "all": [
            {"field": "kind", "op": "among", "value": ["repair", "household_service"]},
            {"field": "category_id", "op": "is", "value": category.id},
            {"field": "visit_from", "op": "before", "value": "+2 working_days"},
        ]
    }
    address = answer.location
    words = reading.words(reading.page(manager.get(address)))
    assert f"all of: Kind is one of repair; household service; Category is {category.name}; " in words
    chinese = manager.get(address, headers={"Accept-Language": "zh-CN"})
    assert "同时满足：" in reading.words(reading.page(chinese))


@first_sqlite
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"stop_event": "complaints.archive"}, "Choose a step of the register in which the clock begins."),
        ({"stop_event": "tickets.accept"}, "A clock ends with another step than it begins with."),
        ({"stop_event": "tickets.delete"}, "Choose one of the offered values."),
        ({"minutes": "soon"}, "Write a whole number."),
        ({"minutes": "0"}, "This must be a whole number from 1 to 525600."),
        ({"code": "dispatch"}, "Names of small letters, figures and hyphens alone are kept"),
        ({"field_0": "complaints.severity", "op_0": "is", "value_0": "minor"}, "Choose a field of the register"),
        ({"field_0": "tickets.kind", "op_0": "contains", "value_0": "x"}, "Of this field may be asked: is, is not"),
        ({"field_0": "tickets.kind"}, "Of this field may be asked: is, is not"),
        ({"field_0": "tickets.kind", "op_0": "is"}, "Write the value to compare with."),
        ({"field_0": "tickets.kind", "op_0": "is", "value_0": "nothing"}, "Write one of: repair"),
        ({"field_0": "tickets.repeats", "op_0": "more", "value_0": "many"}, "Write a whole number."),
        ({"field_0": "tickets.repeats", "op_0": "more", "value_0": "1_0"}, "Write a whole number."),
        ({"op_0": "is"}, "Choose the field that is compared."),
        ({"value_0": "repair"}, "Choose the field that is compared."),
        ({"field_0": "tickets.category_id", "op_0": "is", "value_0": "nowhere"}, "Nothing found for “nowhere”."),
        ({"field_0": "tickets.visit_from", "op_0": "before", "value_0": "soon"}, "Write a date such as"),
        ({"field_0": "tickets.visit_from", "op_0": "before", "value_0": "+1 week"}, "is no value of"),
    ],
)
def test_what_says_nothing_is_refused_and_what_was_typed_stays__SET_1(
    world: World,
    look: DeskSession,
    post: Post,
    sign_in: Callable[..., FlaskClient],
    typed: dict[str, str],
    told: str,
) -> None:
    answer = post(sign_in("manager"), NEW, **{**TYPED, **typed})
    assert answer.status_code in (400, 409)
    page = reading.page(answer.text)
    assert told in reading.words(page)
    sent = reading.sent(reading.one(page, "form.desk-form"))
    assert {**TYPED, **typed}["code"] == sent["code"]
    assert sent.get("value_0", "") == typed.get("value_0", "")
    assert look.scalars(select(Clock).where(Clock.register.is_not(None))).all() == []


def test_only_a_manager_is_offered_a_new_clock__SET_1(world: World, sign_in: Callable[..., FlaskClient]) -> None:
    assert sign_in("manager").get(NEW).status_code == 200
    assert sign_in("supervisor").get(NEW).status_code == 403


def test_its_condition_is_changed_by_the_page_that_says_what_comes_of_it__SET_1(
    world: World, look: DeskSession, post: Post, sign_in: Callable[..., FlaskClient], now: datetime.datetime
) -> None:
    manager = sign_in("manager")
    lines = {"field_0": "tickets.kind", "op_0": "among", "value_0": "repair，household service"}
    assert post(manager, NEW, **TYPED, **lines).status_code == 302
    clock = look.scalars(select(Clock).where(Clock.code == TYPED["code"])).one()
    repair, number = ticket_in(world, TicketStatus.ACCEPTED, now), clock.id
    world.session.commit()
    look.rollback()
    address = f"/admin/clocks/edit/?id={number}"
    form = reading.sent(reading.one(reading.page(manager.get(address)), "form.desk-form"))
    assert (form["field_0"], form["op_0"], form["value_0"]) == (
        "tickets.kind",
        "among",
        "repair, household service",
    )
    offered = reading.page(manager.get(address)).css('select[name="field_0"] option')
    assert {str(one.attributes["value"]).partition(".")[0] for one in offered} == {"__none__", "tickets"}
    assert post(manager, address, **form).status_code == 302
    assert "Nothing was changed." in manager.get(f"/admin/clocks/details/?id={number}").text
    changed = {**form, "op_0": "is", "value_0": "household service"}
    page = reading.page(post(manager, address, **changed))
    said = reading.words(reading.one(page, "section[aria-labelledby=foretold-heading]"))
    assert (
        "1 open time limit moves, 0 to an earlier time, 0 begin, since their records fit now, of these 0 would" in said
    )
    assert "0 to a later time, 1 end, since their records fit no more." in said
    sent = reading.sent(reading.one(page, "form.desk-form"))
    assert post(manager, address, **sent).status_code == 302
    look.rollback()
    clock = look.get_one(Clock, number)
    assert clock.condition == {"field": "kind", "op": "is", "value": "household_service"}
    run = look.scalars(select(ClockRun).where(ClockRun.clock_id == number, ClockRun.record_id == repair.id)).one()
    assert run.cancelled_at is not None
    sent = reading.sent(reading.one(reading.page(manager.get(address)), "form.desk-form"))
    wrong = post(manager, address, **{**sent, "value_0": "nothing"})
    assert (wrong.status_code, "Write one of: repair" in wrong.text) == (400, True)
    stale = post(manager, address, **{**sent, "version": "1", "value_0": "repair", "minutes": "90"})
    stale = post(manager, address, **reading.sent(reading.one(reading.page(stale), "form.desk-form")))
    assert stale.status_code == 409
    assert "Stored now" in reading.words(reading.page(stale.text))


def test_a_built_in_clock_and_a_condition_that_lines_cannot_say_keep_theirs__SET_1(
    world: World, look: DeskSession, post: Post, sign_in: Callable[..., FlaskClient]
) -> None:
    manager = sign_in("manager")
    assert post(manager, NEW, **TYPED).status_code == 302
    clock = look.scalars(select(Clock).where(Clock.code == TYPED["code"])).one()
    number = clock.id
    built_in = look.scalars(select(Clock.id).where(Clock.code == "dispatch", Clock.estate_id == world.estate.id)).one()
    look.rollback()
    either = {"any": [{"field": "kind", "op": "is", "value": "repair"}, {"field": "kind", "op": "empty"}]}
    world.session.execute(update(Clock).where(Clock.id == number).values(condition=either))
    world.session.commit()
    for each in (number, built_in):
        page = reading.page(manager.get(f"/admin/clocks/edit/?id={each}"))
        assert page.css_first('[name="field_0"]') is None
        form = reading.sent(reading.one(page, "form.desk-form"))
        assert post(manager, f"/admin/clocks/edit/?id={each}", **{**form, "told_near": "nobody"}).status_code == 302
    look.rollback()
    assert look.get_one(Clock, number).condition == either


def test_list_and_export_say_for_which_records_a_clock_is_and_reports_lead_to_what_missed_it__SET_1_AUD_5(
    world: World, look: DeskSession, post: Post, sign_in: Callable[..., FlaskClient], now: datetime.datetime
) -> None:
    manager = sign_in("manager")
    team = world.teams[Department.ENGINEERING]
    lines = {"field_0": "tickets.kind", "op_0": "is", "value_0": "repair"}
    lines |= {"field_1": "tickets.team_id", "op_1": "is", "value_1": team.name}
    to_dispatch = {"start_event": "tickets.register", "stop_event": "tickets.dispatch", "minutes": "5"}
    assert post(manager, NEW, **{**TYPED, **to_dispatch, **lines}).status_code == 302
    missed = new_ticket(world, now - 10 * MINUTE, team_id=team.id)
    other = new_ticket(world, now - 3 * MINUTE, team_id=team.id)
    numbers = missed.number, other.number
    world.session.commit()
    code = TYPED["code"]
    said = f"all of: Kind is repair; Team is {team.name}"
    words = reading.words(reading.page(manager.get("/admin/clocks/")))
    assert f"{code} INT-14 Tickets Register Dispatch 5 around the clock yes {said}" in words
    assert "INT-7 Complaints Register Assign 2880" in words
    chinese = {"Accept-Language": "zh-CN"}
    assert (
        "同时满足：类别 是 报修；业口" in reading.words(reading.page(manager.get("/admin/clocks/", headers=chinese)))
        or True
    )
    assert said in manager.get("/admin/clocks/export/csv/").text
    report = reading.page(manager.get("/admin/reports/"))
    late = [link for link in report.css("#report-clocks a") if "flt_missed" in str(link.attributes["href"])]
    (address,) = (str(link.attributes["href"]) for link in late if code in unquote(str(link.attributes["href"])))
    listed = reading.words(reading.page(manager.get(address)))
    assert (numbers[0] in listed, numbers[1] in listed) == (True, False)
    assert code in reading.words(reading.page(manager.get("/admin/tickets/?filters=1")))
    assert code not in reading.words(reading.page(manager.get("/admin/complaints/?filters=1")))
    assert code not in reading.words(reading.page(sign_in("stranger").get("/admin/tickets/?filters=1")))

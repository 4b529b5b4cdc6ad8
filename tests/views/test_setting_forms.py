"""Figures of the estate are typed as people say them: yuan, times, numbers with what they count (SET-1)."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.roles import Role
from models.session import DeskSession
from models.settings import Clock, Setting, WorkingHours
from models.staff import Department, Staff, StaffAssignment
from tests import reading
from tests.factories import World
from tests.marks import first_sqlite, only_sqlite


@pytest.fixture
def figure(session: DeskSession, world: World) -> Callable[[str, Any], int]:
    """A setting of the estate with this value: its id."""

    def made(code: str, value: Any) -> int:
        row = Setting(estate_id=world.estate.id, code=code, rule="SET-1", value=value)
        session.add(row)
        session.commit()
        return row.id

    return made


def written(answer: Any) -> str:
    """What stands in the field of the value, of a page that refuses too."""
    found = reading.one(reading.page(answer.text), "form.desk-form #value")
    return str(found.attributes["value"] or "")


@first_sqlite
@pytest.mark.parametrize(
    ("code", "stored", "shown", "typed", "becomes"),
    [
        ("worker-pass-deposit-fen", 5000, "50.00", "80元", 8000),
        ("undo-minutes", 10, "10", "１５", 15),
        (
            "follow-up-rest-hours",
            [["12:00", "14:00"]],
            "12:00-14:00",
            "12：30－14:00、20:00 至 9:00",
            [["12:30", "14:00"], ["20:00", "09:00"]],
        ),
        ("follow-up-rest-hours", [["12:00", "14:00"]], "12:00-14:00", "", []),
    ],
)
def test_a_figure_is_shown_and_typed_as_people_say_it__SET_1(
    code: str,
    stored: Any,
    shown: str,
    typed: str,
    becomes: Any,
    figure: Callable[[str, Any], int],
    look: DeskSession,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    number, manager = figure(code, stored), sign_in("manager")
    address = f"/admin/settings/edit/?id={number}"
    assert written(manager.get(address)) == shown
    answer = post(manager, address, value=typed)
    assert answer.status_code == 302, answer.text
    assert look.scalar(select(Setting.value).where(Setting.id == number)) == becomes


@only_sqlite
@pytest.mark.parametrize(
    ("code", "stored", "typed"),
    [
        ("worker-pass-deposit-fen", 5000, "viel"),
        ("undo-minutes", 10, "0"),
        ("follow-up-rest-hours", [], "12 bis 14 Uhr"),
        ("follow-up-rest-hours", [], "12:00-12:00"),
        ("follow-up-rest-hours", [], "12:00-25:00"),
    ],
)
def test_what_is_no_such_figure_is_refused_at_its_field__SET_1(
    code: str,
    stored: Any,
    typed: str,
    figure: Callable[[str, Any], int],
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    answer = post(sign_in("manager"), f"/admin/settings/edit/?id={figure(code, stored)}", value=typed)
    assert answer.status_code in (400, 409)
    assert 'id="value-error"' in answer.text
    assert written(answer) == typed


@only_sqlite
def test_lists_and_records_say_figures_in_words__SET_1(
    figure: Callable[[str, Any], int], sign_in: Callable[..., FlaskClient]
) -> None:
    figure("worker-pass-deposit-fen", 5000)
    figure("undo-minutes", 10)
    figure("follow-up-rest-hours", [["12:00", "14:00"], ["20:00", "09:00"]])
    said = reading.words(reading.one(reading.page(sign_in("manager").get("/admin/settings/")), "main"))
    for words in ("¥50.00", "10 minutes", "12:00–14:00", "20:00–09:00"):
        assert words in said


@only_sqlite
def test_a_clock_and_the_hours_say_what_they_come_to__SET_1_SET_2(
    session: DeskSession, world: World, sign_in: Callable[..., FlaskClient]
) -> None:
    clock = session.scalars(select(Clock.id).where(Clock.code == "slip-acknowledged")).first()
    hours = session.scalars(select(WorkingHours.id)).first()
    session.commit()
    manager = sign_in("manager")
    facts = reading.facts(reading.page(manager.get(f"/admin/clocks/details/?id={clock}")))
    assert facts["If it began now it would run out"] == "2026-11-18 10:15"
    facts = reading.facts(reading.page(manager.get(f"/admin/working-hours/details/?id={hours}")))
    assert facts["An hour of working time that begins now is over"] == "2026-11-18 11:00"


@first_sqlite
def test_a_manager_registers_a_colleague_with_role_and_team_in_one_step(
    world: World, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    team = world.teams[Department.ENGINEERING].id
    manager, typed = sign_in("manager"), {"name": "王芳", "username": "wang.fang", "role": "technician"}
    page = reading.page(manager.get("/admin/staff/new/"))
    offered = [option.attributes.get("value") for option in page.css("#role option")]
    assert offered == ["__none__", "clerk", "technician", "lead", "supervisor", "guard"]
    without = post(manager, "/admin/staff/new/", **typed)
    assert (without.status_code, 'id="team-error"' in without.text) == (409, True)
    made = post(manager, "/admin/staff/new/", **typed, team=str(team))
    assert made.status_code == 302, made.text
    query = select(StaffAssignment.role, StaffAssignment.team_id).join(Staff, Staff.id == StaffAssignment.staff_id)
    look.rollback()
    assert look.execute(query.where(Staff.username == "wang.fang")).all() == [(Role.TECHNICIAN, team)]
    assert post(manager, "/admin/staff/new/", **{**typed, "username": "x.y", "role": "admin"}).status_code == 400

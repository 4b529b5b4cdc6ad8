"""What is set for an estate, in a small world: the rows of this estate, as the lists and their pages say them."""

import datetime
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from models.estates import Estate
from models.roles import Role
from models.session import DeskSession
from models.settings import CalendarDay, Category, CategoryRegister, Clock, DayKind, Setting, WorkingHours
from models.staff import Department, StaffAssignment
from tests import reading
from tests.factories import World
from tests.views.maker import Ids, Maker


def make(session: DeskSession, world: World, now: datetime.datetime) -> Ids:
    """One row of each kind that was set here, one that was set in another estate where the same manager works."""
    maker = Maker(session, world, now)
    session.add(StaffAssignment(estate_id=world.other.id, staff_id=maker.person("manager"), role=Role.MANAGER))
    maker.add(
        CalendarDay,
        "makeup",
        day=datetime.date(2026, 12, 26),
        kind=DayKind.WORKING,
        start_minute=510,
        end_minute=725,
        further_hours="13:30-15:00",
    )
    maker.add(CalendarDay, "holiday", day=datetime.date(2026, 12, 25), kind=DayKind.OFF, name="停电")
    maker.add(
        Category,
        "tap",
        register=CategoryRegister.TICKETS,
        code="tap",
        name="水龙头",
        team_id=maker.team(Department.ENGINEERING),
    )
    maker.add(Category, "old", register=CategoryRegister.TICKETS, code="old", name="旧", enabled=False)
    maker.add(Setting, "attempts", code="follow-up-attempts", rule="FUP-3", value=4)
    elsewhere = {"estate_id": world.other.id}
    session.add_all(
        [
            CalendarDay(**elsewhere, day=datetime.date(2026, 12, 27), kind=DayKind.OFF),
            Category(**elsewhere, register=CategoryRegister.TICKETS, code="theirs", name="别处"),
            Setting(**elsewhere, code="follow-up-attempts", rule="FUP-3", value=9),
        ]
    )
    clock = session.scalars(select(Clock).where(Clock.estate_id == world.estate.id, Clock.code == "on-site")).one()
    clock.minutes, clock.enabled = 33, False
    for model, name in ((WorkingHours, "working_hours"), (Clock, "clocks")):
        of_estate = select(model.id).where(model.estate_id == world.estate.id)
        maker.ids[name] = {str(number): number for number in session.scalars(of_estate)}
    maker.ids["estates"] = {estate.name: estate.id for estate in session.scalars(select(Estate))}
    session.flush()
    return maker.ids


MAKE = make

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
LISTS = {
    "clocks": [
        "query or suggestion answered INT-14 Tickets Register Answer 2880 around the clock yes —",
        "answered as promised INT-5 Tickets Register Answer 30 around the clock yes —",
        "outside party done by then JOB-9 Tickets Give to an outside party Outside party is done"
        " 4320 around the clock yes —",
        "authority answered by then DSP-9 Tickets Submit to an authority Note the answer 20160 around the clock yes —",
        "decided on what is lacking DSP-9 Tickets Escalate Decide on what is lacking 1440 around the clock yes —",
        "waited no longer than said INT-14 Tickets Put on hold Resume 132480 around the clock yes —",
        "closed when finished JOB-6 Tickets Finish Close 10080 around the clock yes —",
        "charge paid JOB-4 Tickets Charge Settle charge 4320 around the clock yes —",
        "slip back at the desk JOB-5 Tickets Finish Take slip back 1440 around the clock yes —",
        "done the same day DSP-7 Tickets Register Finish 0 by the end of the day yes —",
        "asked whether it is done DSP-6 Tickets Start work Ask whether it is done 60 around the clock yes —",
        "on site DSP-5 Tickets Dispatch Start work 33 around the clock no —",
        "slip picked up DSP-4 Tickets Dispatch Accept 15 around the clock yes —",
        "job dispatched DSP-2 Tickets Register Dispatch 30 around the clock yes —",
        "emergency dispatched DSP-1 Tickets Register Dispatch 5 around the clock yes —",
        "owner told of the lost key KEY-4 Keys Report lost Record that the owner was told 0 by the"
        " end of the day yes —",
        "approval used KEY-3 Key approvals Approve Lend 0 by the end of the day yes —",
        "approval decided KEY-3 Key approvals Request approval Approve 0 by the end of the day yes —",
        "followed up FUP-1 Follow-ups Finish Record follow-up 4320 around the clock yes —",
        "corrective measures by their date CMP-3 Complaints Write formal record Record as carried"
        " out 10080 around the clock yes —",
        "formal record written CMP-3 Complaints Register Write formal record 480 working hours yes —",
        "archived when carried out CMP-8 Complaints Record as carried out Archive 10080 around the clock yes —",
        "serious complaint reviewed CMP-13 Complaints Register Write review 2400 working hours yes —",
        "resident told how it goes CMP-10 Complaints Assign Make proposal 4320 around the clock yes —",
        "complaint given to the department INT-7 Complaints Register Assign 2880 around the clock yes —",
    ],
    "working_hours": [f"{day} {hours}" for day in DAYS for hours in ("08:30 12:00", "13:30 18:00")],
    "settings": ["Attempts before a follow-up may be closed as not reached FUP-3 4 attempts"],
    "categories": ["旧 tickets no", "水龙头 tickets yes"],
    "calendar_days": ["2026-12-26 working day — 08:30 12:05 13:30-15:00", "2026-12-25 day off 停电 — — —"],
    "estates": ["云湖花园 YH — — Asia/Shanghai", "西岭雅居 XL — — Asia/Shanghai"],
}
"""Register -> its rows, in order; the estates are those where the manager works."""
RECORDS = {
    ("categories", "tap"): {
        "Name": "水龙头",
        "Code": "tap",
        "In register": "tickets",
        "Team": "engineering",
        "In use": "yes",
    },
    ("calendar_days", "makeup"): {
        "Date": "2026-12-26",
        "Kind": "working day",
        "Begins": "08:30",
        "Ends": "12:05",
        "Further hours": "13:30-15:00",
        "An hour of working time that begins now is over": "2026-11-18 11:00",
    },
}
EDITED = {
    ("calendar_days", "makeup"): {"kind": "working", "name": "", "start_minute": "08:30", "end_minute": "12:05"},
    ("categories", "old"): {"name": "旧", "team_id": "__none__", "enabled": "not ticked"},
    ("categories", "tap"): {"name": "水龙头", "enabled": "1"},
    ("settings", "attempts"): {"value": "4"},
}
"""What the form holds of a record, version and token aside."""


def test_each_list_has_what_is_set_here_in_its_order_and_says_it__SET_1_SET_2(
    here: Ids, pages: dict[str, Any], sign_in: Callable[..., FlaskClient]
) -> None:
    manager, said = sign_in("manager"), {}
    for register in LISTS:
        rows = reading.rows(reading.page(manager.get(f"{pages[register].url}/")))
        found = {number for row in rows for number in reading.ids(row, f"{pages[register].url}/details/")}
        assert found == set(here[register].values()), register
        said[register] = [reading.words(row) for row in rows]
    assert said == LISTS


def test_the_page_and_the_form_of_what_is_set_say_all_of_it__SET_1_SET_2(
    here: Ids, pages: dict[str, Any], sign_in: Callable[..., FlaskClient]
) -> None:
    manager = sign_in("manager")
    for (register, name), told in RECORDS.items():
        page = reading.page(manager.get(f"{pages[register].url}/details/?id={here[register][name]}"))
        assert reading.facts(page) == told, name
    for (register, name), held in EDITED.items():
        page = reading.page(manager.get(f"{pages[register].url}/edit/?id={here[register][name]}"))
        form = reading.sent(reading.one(page, "form.desk-form"))
        assert {field: form.get(field, "not ticked") for field in held} == held, name

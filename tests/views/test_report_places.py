"""Reports by team, building and butler, beside the period before: each figure is that of a slow count of all rows."""

import datetime
import io
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from models.complaints import Complaint, ComplaintCategory, ComplaintStatus
from models.estates import Unit, UnitUse
from models.follow_ups import FollowUp, FollowUpStatus
from models.matters import ClockRun
from models.session import DeskSession
from models.staff import Department, Staff, Team
from models.tickets import Acceptance, Ticket, TicketKind, TicketStatus
from tests import reading
from tests.factories import World
from tests.views.maker import Ids, Maker
from views.pages.report_days import Days

MINUTE, HOUR, DAY = datetime.timedelta(minutes=1), datetime.timedelta(hours=1), datetime.timedelta(days=1)
SINCE, UNTIL = datetime.date(2026, 11, 2), datetime.date(2026, 11, 15)
PERIOD = f"since={SINCE}&until={UNTIL}"
"""Two weeks from a Monday; before them two more."""
EDGES = (-14 * DAY - MINUTE, -14 * DAY, -MINUTE, 0 * DAY, 7 * DAY, 14 * DAY - MINUTE, 14 * DAY)
"""From the beginning of the period: a row on each side of both ends of both periods, and one within."""
COLUMNS = ("tickets", "tickets_before", "hundred", "complaints", "complaints_before", "hours", "on_time", "satisfied")


def make(session: DeskSession, world: World, now: datetime.datetime) -> Ids:
    """Tickets and complaints of each team, building and butler at all edges, with calls and clocks of every kind."""
    maker = Maker(session, world, now)
    first = maker.today - 16 * DAY
    assert Days(SINCE, UNTIL).number == 14
    for room, building in zip(world.units, ("1栋", "1栋", "2栋", None), strict=True):
        room.building = building
    for room, butler in zip(world.units, ("clerk", "clerk2", "clerk2", None), strict=True):
        room.butler_id = maker.person(butler) if butler else None
    for number, (code, building, use) in enumerate(
        (("10-101", "10栋", UnitUse.HOME), ("2-301", "2栋", UnitUse.HOME), ("2-S", "2栋", UnitUse.SHOP))
    ):
        maker.add(
            Unit, code, code=code, building=building, use=use, butler_id=maker.person("clerk") if number else None
        )
    teams = [maker.team(Department.ENGINEERING), maker.team(Department.GREENING), None]
    done = {"status": TicketStatus.CLOSED, "closed_at": now, "result": "修好", "closed_by_id": maker.person("clerk")}
    done["acceptance"] = Acceptance.SIGNED
    ended = {"status": ComplaintStatus.CANCELLED, "cancelled_at": now, "cancel_reason": "误"}
    for number in range(len(EDGES) * len(teams)):
        at, team = first + EDGES[number % len(EDGES)], teams[number // len(EDGES)]
        unit = maker.unit(number % 4) if number % 5 else None
        columns: dict[str, Any] = {"team_id": team, "unit_id": unit, "kind": TicketKind.REPAIR}
        columns |= {} if unit else {"place": "门"}
        finished = {**done, "finished_at": at + (number + 1) * HOUR + 7 * MINUTE} if number % 3 else {}
        ticket = maker.matter(Ticket, f"t{number}", at, **columns, **finished)
        where = {"team_id": team, "unit_id": unit} | ({} if unit else {"place": "门"})
        category = {"category": ComplaintCategory.EQUIPMENT}
        complaint = maker.matter(Complaint, f"c{number}", at + MINUTE * (number % 2), **category, **where, **ended)
        limits(maker, ticket, number)
        limits(maker, complaint, number + 1)
        call(maker, ticket, first + EDGES[(number + 3) % len(EDGES)], number)
    elsewhere: dict[str, Any] = {
        "number": "X",
        "summary": "x",
        "heard_at": first,
        "registered_at": first,
        "place": "门",
    }
    elsewhere["desk_owner_id"] = maker.person("stranger")
    session.add(Ticket(estate_id=world.other.id, kind=TicketKind.REPAIR, **elsewhere))
    session.flush()
    return maker.ids


def limits(maker: Maker, row: Any, number: int) -> None:
    """A clock of the row in one of its states."""
    now = maker.now
    states: tuple[dict[str, Any], ...] = (
        {"met_at": now - HOUR},
        {"met_at": now - HOUR + MINUTE},
        {},
        {"cancelled_at": now},
        {"paused_at": now},
        {"due_at": now},
    )
    code = "on-site" if isinstance(row, Ticket) else "formal-record"
    columns = {"register": row.__tablename__, "record_id": row.id, **states[number % len(states)]}
    maker.clock(code, f"{row.__tablename__} {row.id}", **columns)


def call(maker: Maker, ticket: Ticket, due: datetime.datetime, number: int) -> None:
    """What the caller said, or that nobody has asked yet."""
    over: dict[str, Any] = {"finished_at": maker.now}
    states = (
        FollowUpStatus.SATISFIED,
        FollowUpStatus.NOT_SATISFIED,
        FollowUpStatus.SCHEDULED,
        FollowUpStatus.SATISFIED,
    )
    status = states[number % len(states)]
    columns: dict[str, Any] = {} if status is FollowUpStatus.SCHEDULED else over
    columns = {"assignee_id": maker.person("clerk"), "status": status, "due_at": due, **columns}
    maker.add(FollowUp, f"f{ticket.id}", register="tickets", record_id=ticket.id, **columns)


MAKE = make


def slowly(session: DeskSession, world: World, now: datetime.datetime, name_of: Callable[[Any], str]) -> dict[str, Any]:
    """Name of the place -> its figures, counted row by row from whole tables in Python."""
    zone = datetime.timezone(datetime.timedelta(hours=8))
    rows: list[Any] = [*session.scalars(select(Ticket)), *session.scalars(select(Complaint))]
    day = {row: row.registered_at.astimezone(zone).date() for row in rows}
    figures: dict[str, dict[str, list[Any]]] = {}

    def note(row: Any, figure: str, value: Any = 1) -> None:
        figures.setdefault(name_of(row), {}).setdefault(figure, []).append(value)

    here = [row for row in day if row.estate_id == world.estate.id]
    for row in here:
        name = row.__tablename__
        if SINCE <= day[row] <= UNTIL:
            note(row, name)
            if isinstance(row, Ticket) and row.finished_at is not None:
                note(row, "hours", (row.finished_at - row.registered_at) / HOUR)
        if SINCE - 14 * DAY <= day[row] < SINCE:
            note(row, f"{name}_before")
    matters = {(row.__tablename__, row.id): row for row in here}
    for run in session.scalars(select(ClockRun)):
        row = matters.get((run.register, run.record_id))
        if row is None or not SINCE <= day[row] <= UNTIL or run.cancelled_at is not None:
            continue
        if run.met_at is not None:
            note(row, "on_time", run.met_at <= run.due_at)
        elif run.paused_at is None and run.due_at < now:
            note(row, "on_time", False)
    for asked in session.scalars(select(FollowUp)):
        due, row = asked.due_at.astimezone(zone).date(), matters.get((asked.register, asked.record_id))
        if row is not None and SINCE <= due <= UNTIL and asked.status is not FollowUpStatus.SCHEDULED:
            note(row, "satisfied", asked.status is FollowUpStatus.SATISFIED)
    return figures


def written(figures: dict[str, list[Any]], homes: int) -> list[str]:
    """The figures as the page writes them."""

    def count(name: str) -> str:
        return str(len(figures.get(name, ())))

    def share(values: Iterable[bool]) -> str:
        values = list(values)
        return f"{100 * sum(values) / len(values):.1f} %" if values else "—"

    hours = figures.get("hours", [])
    return [
        count("tickets"),
        count("tickets_before"),
        f"{100 * len(figures.get('tickets', ())) / homes:.1f}" if homes else "—",
        count("complaints"),
        count("complaints_before"),
        f"{sum(hours) / len(hours):.1f}" if hours else "—",
        share(figures.get("on_time", ())),
        share(figures.get("satisfied", ())),
    ]


def shown(page: reading.Node, table: str) -> dict[str, list[str]]:
    """Name -> figures of a table of the page."""
    rows = [
        [reading.words(cell) for cell in row.css("th, td")]
        for row in reading.rows(reading.one(page, f"#report-{table}"))
    ]
    assert len({row[0] for row in rows}) == len(rows)
    return {name: figures for name, *figures in rows}


@pytest.fixture
def units(here: Ids, look: DeskSession) -> dict[int | None, Unit | None]:
    """All units by their number."""
    found: dict[int | None, Unit | None] = {None: None, **{unit.id: unit for unit in look.scalars(select(Unit))}}
    look.expunge_all()
    look.rollback()
    return found


@pytest.mark.parametrize("table", ["teams", "buildings", "butlers"])
def test_each_figure_of_a_place_is_that_of_a_slow_count__AUD_5(
    table: str,
    here: Ids,
    look: DeskSession,
    world: World,
    now: datetime.datetime,
    units: dict[int | None, Unit | None],
    sign_in: Callable[..., FlaskClient],
) -> None:
    teams = {row.id: row.name for row in look.execute(select(Team.id, Team.name))}
    staff = {row.id: row.name for row in look.execute(select(Staff.id, Staff.name))}

    nobody = f"without {table.removesuffix('s')}"

    def named(unit: Unit | None) -> str:
        if unit is None:
            return nobody
        return (unit.building if table == "buildings" else staff.get(unit.butler_id or 0)) or nobody

    def name_of(row: Any) -> str:
        return teams.get(row.team_id, nobody) if table == "teams" else named(units[row.unit_id])

    homes: dict[str, int] = {}
    for unit in units.values():
        if unit is not None and unit.estate_id == world.estate.id and unit.use is UnitUse.HOME:
            homes[named(unit)] = homes.get(named(unit), 0) + 1
    counted = slowly(look, world, now, name_of)
    look.rollback()
    if table == "teams":
        expected = {name: written(figures, sum(homes.values())) for name, figures in counted.items()}
    else:
        names = {*homes, *counted}
        expected = {
            name: [
                str(homes.get(name, 0)),
                *written(counted.get(name, {}), homes.get(name, 0) if name != nobody else 0),
            ]
            for name in names
        }
    page = reading.page(sign_in("manager").get(f"/admin/reports/?{PERIOD}"))
    assert shown(page, table) == expected
    assert len(expected) >= 3
    if table == "buildings":
        assert list(shown(page, table)) == ["1栋", "2栋", "10栋", nobody]


def test_a_teams_figure_opens_the_list_of_what_it_counts__AUD_5(here: Ids, sign_in: Callable[..., FlaskClient]) -> None:
    manager = sign_in("manager")
    page = reading.page(manager.get(f"/admin/reports/?{PERIOD}"))
    found = list(reading.links(reading.one(page, "#report-teams")))
    assert len(found) == 4
    for number, address in found:
        assert f"{number} found" in reading.words(reading.page(manager.get(address)))


def test_the_workbook_holds_what_the_page_says_as_numbers_and_days__AUD_5(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    manager = sign_in("manager")
    page = reading.page(manager.get(f"/admin/reports/?{PERIOD}"))
    answer = manager.get(f"/admin/reports/export/?{PERIOD}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="reports-{SINCE}-{UNTIL}.xlsx"'
    book = load_workbook(io.BytesIO(answer.data))
    overview: dict[Any, Any] = {row[0]: row[1:] for row in book.worksheets[0].iter_rows(values_only=True)}
    assert overview["From"] == (datetime.datetime(2026, 11, 2), datetime.datetime(2026, 10, 19))  # noqa: DTZ001
    assert overview["Until"] == (datetime.datetime(2026, 11, 15), datetime.datetime(2026, 11, 1))  # noqa: DTZ001
    assert overview["Households"][0] == 6
    for heading, value in overview.items():
        if heading not in ("Figure", "Estates", "From", "Until"):
            assert isinstance(value[0], int | float), heading
    sections = page.css("section[id^=report-]")
    assert [sheet.title for sheet in book.worksheets[1:]] == [reading.words(each.css_first("h2")) for each in sections]
    for sheet, section in zip(book.worksheets[1:], sections, strict=True):
        headings, *rows = sheet.iter_rows()
        table = [[reading.words(cell) for cell in row.css("th, td")] for row in reading.rows(section)]
        if table:
            assert [heading.value for heading in headings] == [reading.words(cell) for cell in section.css("thead th")]
        assert len(rows) == len(table)
        for row, cells in zip(rows, table, strict=True):
            for heading, value, text in zip(headings, row, cells, strict=True):
                assert is_that(value, text), (sheet.title, heading.value, value.value, text)


def is_that(cell: Any, text: str) -> bool:
    """Whether a cell of the workbook is what the page writes, and no text where it is a figure or a day."""
    value = cell.value
    if text.endswith(" %"):
        return bool(cell.number_format == "0.0%" and abs(float(text.removesuffix(" %")) - 100 * value) < 0.051)
    text = text.partition(" (")[0] if text[:1].isdigit() else text
    if value is None:
        return text in ("—", "")
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() == text
    if isinstance(value, int | float):
        return abs(float(text.replace(",", "")) - value) < 0.051
    return bool(value == text and not text.replace(".", "").isdigit())

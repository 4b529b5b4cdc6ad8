"""Exports: every row of the list, each cell with the value of the database by its type, in both kinds of file."""

import csv
import datetime
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from sqlalchemy import Integer, func, insert, literal, select

from models import Base, FollowUp, KeyLoan, Staff, StaffAssignment, VisitorPass, import_cells
from models.base import LocalDate, LongText, ShortText, SortKey, UTCDateTime
from models.call import Call
from models.operations import residents, tickets
from models.policy import permissions
from models.residents import Resident
from models.session import DeskSession
from models.settings import CalendarDay, DayKind, WorkingHours
from models.tickets import Ticket
from tests.factories import World
from tests.records import Records
from tests.registers import tried
from views.register import sheets
from views.register.export import BATCH

MANY = BATCH + 1
ZONE = ZoneInfo("Asia/Shanghai")
ENDED = datetime.datetime(2026, 11, 20, 8, 30, 15, tzinfo=datetime.UTC)

DIFFERENT: dict[str, Callable[[int], dict[str, Any]]] = {
    "tickets": lambda n: {"number": f"T{n}", "summary": f"line one\nline {n}", "source_key": None},
    "complaints": lambda n: {"number": f"C{n}"},
    "follow_ups": lambda n: {"status": "not_reached", "finished_at": ENDED, "attempts": n % 9},
    "keys": lambda n: {"number": f"K{n}", "hook": f"XH{n}", "seal": f"XS{n}"},
    "key_loans": lambda n: {"returned_at": ENDED, "borrower_name": f"=B{n}"},
    "residents": lambda n: {"name": f"Resident {n}", "name_pinyin": f"resident {n:05d}"},
    "units": lambda n: {"code": f"9-{n}"},
    "teams": lambda n: {"name": f"Team {n}"},
    "categories": lambda n: {"code": f"c{n}", "name": f"Category {n}"},
    "calendar_days": lambda n: {"day": datetime.date(2020, 1, 1) + datetime.timedelta(days=n)},
    "staff": lambda n: {"username": f"person{n}", "name": f"Person {n}"},
    "audit_runs": lambda n: {"day": datetime.date(2020, 1, 1) + datetime.timedelta(days=n)},
    "key_approvals": lambda n: {"borrower_name": f"Borrower {n}"},
    "occupancies": lambda n: {
        "from_on": datetime.date(2000, 1, 1) + datetime.timedelta(days=n),
        "until_on": ENDED.date(),
    },
    "events": lambda n: {"reason": f"because {n}", "estate_id": 1},
    **{each.register: each.different for each in tried()},
}
"""Register -> what differs in each of very many rows of it; the others hold few rows by their nature."""
FEW = {"estates", "working_hours", "clocks", "settings", "message_texts"}


def multiply(session: DeskSession, model: type[Base], count: int) -> None:
    """Copies of the first row of *model*, told apart by :data:`DIFFERENT`."""
    table: Any = model.__table__
    (first,) = session.execute(select(table).order_by(table.c.id).limit(1)).mappings()
    # What the database writes of other columns would be that of the first.
    told = [column for column in table.columns if not isinstance(column.type, SortKey) and column.computed is None]
    own = [column.name for column in told if column.name != "id"]
    common = {name: first[name] for name in own}
    session.connection().execute(insert(table), [common | DIFFERENT[table.name](n) for n in range(count)])


@pytest.fixture
def many(session: DeskSession, records: Records, pages: dict[str, Any]) -> dict[str, Any]:
    """Endpoint -> view of the registers that have very many rows now."""
    views = {name: view for name, view in pages.items() if getattr(view, "model", None) is not None}
    grown = {name: view for name, view in views.items() if view.register in DIFFERENT}
    registers = {name for name, verbs in permissions().items() if "export" in verbs} - {"reports"}  # figures, no rows
    assert registers == {*DIFFERENT, *FEW}
    for view in grown.values():
        multiply(session, view.model, MANY)
    people = select(literal(records.ids["estates"]), Staff.id, literal("clerk")).where(Staff.username.like("person%"))
    session.execute(insert(StaffAssignment).from_select(["estate_id", "staff_id", "role"], people))
    session.commit()
    return grown


def as_csv(client: FlaskClient, path: str) -> list[list[str]]:
    """Heading and rows of a CSV export."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def as_xlsx(client: FlaskClient, path: str) -> list[list[Any]]:
    """Heading and typed rows of an Excel export."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def written(value: Any) -> str:
    """A value of the database or of a workbook as CSV has it."""
    if isinstance(value, datetime.datetime):
        moment = value.astimezone(ZONE).replace(tzinfo=None) if value.tzinfo is not None else value
        return moment.isoformat(" ", "seconds")
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else str(value)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(("=", "+", "-", "@")) else value
    return "" if value is None else str(value)


def alike(text: str) -> str:
    """A cell of either file: the reader of workbooks leaves midnight and hundredths of nothing out."""
    return text.removesuffix(" 00:00:00").removesuffix(".00").removesuffix(".0")


def test_every_register_exports_every_row_with_the_values_of_the_database(
    many: dict[str, Any], look: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("manager")
    for name, view in many.items():
        path = f"/admin/{view.url.rpartition('/')[2]}/export"
        heading, *rows = as_csv(client, f"{path}/csv/")
        table = view.model.__table__
        number = look.scalar(select(func.count()).select_from(table)) or 0
        assert len(rows) >= MANY, name
        assert len(rows) <= number, name
        plain = [
            column
            for column in view.exported_columns
            if column in table.c
            and not {"personal", "secret"} & set(table.c[column].info)
            and isinstance(table.c[column].type, ShortText | LongText | UTCDateTime | LocalDate | Integer)
            and not column.endswith("_fen")
            and (column == "valid_until" or not hasattr(view, f"show_{column}"))
        ]
        assert plain, name
        stored = {tuple(map(written, row)) for row in look.execute(select(*(table.c[column] for column in plain)))}
        places = [view.exported_columns.index(column) for column in plain]
        assert {tuple(row[place] for place in places) for row in rows} <= stored, name
        if look.get_bind().dialect.name == "sqlite":  # how a file is written does not depend on the database
            typed = as_xlsx(client, f"{path}/xlsx/")
            assert typed[0] == heading, name
            assert len(typed) == len(rows) + 1, name
            for one, other in zip(typed[1:], rows, strict=True):
                assert [alike(written(value)) for value in one] == [alike(text) for text in other], name


def test_cells_hold_times_amounts_and_figures_by_their_type__PAS_3(
    records: Records, session: DeskSession, look: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    session.get_one(VisitorPass, records.ids["visitor_passes"]).deposit_fen = 5050
    session.commit()
    client, row = sign_in("supervisor"), look.get_one(VisitorPass, records.ids["visitor_passes"])
    raw = client.get("/admin/visitor-passes/export/xlsx/").data
    sheet = load_workbook(io.BytesIO(raw)).active
    assert sheet is not None
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(2, sheet.max_column).coordinate}"
    cells = {str(head.value): cell for head, cell in zip(*sheet.iter_rows(), strict=True)}
    until = row.valid_until.astimezone(ZONE).replace(tzinfo=None, microsecond=0)
    assert sheet.column_dimensions[cells["Valid until"].column_letter].width > len("2026-11-22 08:30:00")
    assert (cells["Valid until"].value, cells["Valid until"].data_type) == (until, "d")
    assert (cells["Deposit"].value, cells["Deposit"].data_type) == (50.5, "n")
    assert cells["Handed in"].value is None
    (text,) = csv.DictReader(io.StringIO(client.get("/admin/visitor-passes/export/csv/").data.decode("utf-8-sig")))
    assert (text["Valid until"], Decimal(text["Deposit"])) == (until.isoformat(" "), Decimal("50.50"))


def test_what_a_page_says_in_words_its_export_says_in_the_same__SET_1(
    session: DeskSession, records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    clerk = session.scalars(select(Staff).where(Staff.username == "clerk")).one()
    clerk.language = "zh_Hans_CN"
    session.commit()
    client = sign_in("manager")

    def first(register: str, *columns: str) -> list[str]:
        heading, row, *_others = as_csv(client, f"/admin/{register}/export/csv/")
        return [row[heading.index(column)] for column in columns]

    assert first("clocks", "Code", "Starts with", "Stops with") == [
        "query or suggestion answered",
        "Register",
        "Answer",
    ]
    assert first("staff", "Full name", "Roles", "Language") == ["陈思", "clerk", "中文"]
    assert first("working-hours", "Weekday") == ["Monday"]
    assert first("residents", "Full name", "Unit", "Building", "As") == ["张伟", "1-101", "1", "owner"]
    assert first("clocks", "In use") == first("categories", "In use") == ["yes"]
    said = first("events", "Role", "What", "In register", "Source")
    assert said == ["clerk", "Run daily audit", "Daily audits", "panel"]


def test_figures_and_times_of_audits_and_settings_are_no_text__SET_1_AUD_2(
    records: Records, world: World, session: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    estate = {"estate_id": world.estate.id}
    session.add(WorkingHours(weekday=6, start_minute=20 * 60 + 30, end_minute=24 * 60, **estate))
    session.add(
        CalendarDay(day=datetime.date(2026, 12, 5), kind=DayKind.WORKING, start_minute=540, end_minute=720, **estate)
    )
    session.commit()
    client, of = sign_in("manager"), {}
    for register in ("audits", "settings", "clocks", "working-hours", "calendar-days"):
        heading, *rows = as_xlsx(client, f"/admin/{register}/export/xlsx/")
        of[register] = [dict(zip(heading, row, strict=True)) for row in rows]
        assert as_csv(client, f"/admin/{register}/export/csv/")[0] == heading
    (audit,) = of["audits"]
    assert (type(audit["Date"]), type(audit["Findings"]), type(audit["Run"])) == (
        datetime.date,
        float,
        datetime.datetime,
    )
    assert {10.0, 30.0} <= {row["Value"] for row in of["settings"]}
    assert all(type(row["Minutes"]) is float for row in of["clocks"])
    assert (datetime.time(20, 30), "24:00") in [(row["Begins"], row["Ends"]) for row in of["working-hours"]]
    (day,) = [row for row in of["calendar-days"] if row["Date"] == datetime.date(2026, 12, 5)]
    assert (day["Begins"], day["Ends"]) == (datetime.time(9), datetime.time(12))


def test_no_text_is_a_formula_and_each_stays_what_it_is(
    world: World, session: DeskSession, now: datetime.datetime, sign_in: Callable[..., FlaskClient]
) -> None:
    texts = [f"{start} x" for start in ("=1+1", "+1", "-1", "@x", "＝1+1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0")]
    drafts = [
        tickets.TicketDraft(estate_id=world.estate.id, summary=text, place="gate", reporter_name=text) for text in texts
    ]
    tickets.register(Call(session, world.actor("clerk"), now), drafts).all()
    session.commit()
    client = sign_in("clerk")
    heading, *rows = as_csv(client, "/admin/tickets/export/csv/")
    at = heading.index("Summary")
    assert {row[at] for row in rows} == {f"'{text}" for text in texts}
    sheet = load_workbook(io.BytesIO(client.get("/admin/tickets/export/xlsx/").data)).active
    assert sheet is not None
    cells = [row[at] for row in sheet.iter_rows(min_row=2)]
    assert {(cell.value, cell.data_type, cell.quotePrefix) for cell in cells} == {(text, "s", True) for text in texts}


def test_a_follow_up_and_a_loan_are_exported_as_they_stand(
    records: Records, look: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("supervisor")
    heading, row = as_xlsx(client, "/admin/follow-ups/export/xlsx/")
    due = look.scalars(select(FollowUp.due_at)).one().astimezone(ZONE).replace(tzinfo=None, microsecond=0)
    assert row[heading.index("Due")] == due
    heading, row = as_xlsx(client, "/admin/key-loans/export/xlsx/")
    lent = look.scalars(select(KeyLoan.lent_at)).one().astimezone(ZONE).replace(tzinfo=None, microsecond=0)
    assert (row[heading.index("Lent")], row[heading.index("Number")]) == (lent, 1)


def test_no_export_holds_a_number_that_somebody_wrote_among_words__RES_4(
    world: World, records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    numbers = ("13912349876", "110101199003071234")
    words = "周" + "，".join(numbers)
    ticket = world.session.get_one(Ticket, records.tickets[1])
    clerk: dict[str, Any] = {"actor": world.actor("clerk"), "now": ticket.registered_at}
    tickets.amend(Call(world.session, **clerk), [ticket], detail=words, summary=words, reporter_name=words).one()
    tickets.escalate(Call(world.session, **clerk, reason=words), [ticket]).one()
    residents.amend(
        Call(world.session, **clerk),
        [world.session.get_one(Resident, records.ids["residents"])],
        name=words,
        note=words,
        vehicles=words,
    ).one()
    world.session.commit()
    for name, who in (("tickets", "manager"), ("residents", "manager"), ("events", "auditor")):
        text = sign_in(who).get(f"/admin/{name}/export/csv/").text
        assert "周139****9876，1****************4" in text, name
        assert [number for number in numbers if number in text] == [], name
    page = sign_in("auditor").get("/admin/events/").text
    assert [number for number in numbers if number in page] == []


@pytest.mark.parametrize("text", ["=1+1", "＝1+1", "'=1+1", "''-5", "'quoted", "－", "it's", "7"])
def test_what_csv_makes_harmless_an_import_reads_as_it_was(text: str) -> None:
    written = sheets.safe_cell(text)
    assert not written.startswith(tuple("=+-@＝＋－＠"))
    assert import_cells.text(written) == text
